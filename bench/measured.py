"""What a measurement says of itself, and the medians it is made of."""

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple, TypedDict


class Entry(TypedDict):
    """A row as every measurement gives it: ``ratio`` says how many times better than ``baseline`` ``value`` is."""

    name: str
    value: float
    unit: str
    ratio: float | None
    baseline: str | None


class Aim(NamedTuple):
    """What a ratio or value must reach: ``at_least`` or ``at_most``."""

    number: float
    at_most: bool = False

    def reached(self, value: float) -> bool:
        """Whether it does."""
        return value <= self.number if self.at_most else value >= self.number

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.number:g}"


def entry(name: str, value: float, unit: str, ratio: float | None = None, baseline: str | None = None) -> Entry:
    """A row with its numbers rounded to what they can mean."""
    return {
        "name": name,
        "value": _rounded(value),
        "unit": unit,
        "ratio": None if ratio is None else _rounded(ratio),
        "baseline": baseline,
    }


def seconds(what: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def median_seconds(what: Callable[[], object], rounds: int = 5) -> float:
    """The median of several calls."""
    return median(seconds(what) for _ in range(rounds))


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
