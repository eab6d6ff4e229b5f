"""What a measurement says of itself."""

import importlib
from typing import TypedDict


class Entry(TypedDict):
    """A row as every measurement gives it: ``ratio`` says how many times better than ``baseline`` ``value`` is."""

    name: str
    value: float
    unit: str
    ratio: float | None
    baseline: str | None


def entry(name: str, value: float, unit: str, ratio: float | None = None, baseline: str | None = None) -> Entry:
    """A row with its numbers rounded to what they can mean."""
    return {
        "name": name,
        "value": _rounded(value),
        "unit": unit,
        "ratio": None if ratio is None else _rounded(ratio),
        "baseline": baseline,
    }


def rows_of(module: str) -> list[Entry]:
    """What the measurement in a module finds; importable by a process that only gets the name."""
    rows: list[Entry] = importlib.import_module(module).run()
    return rows


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
