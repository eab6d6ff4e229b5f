"""The county's limits (时限设置) as a kind declares them: the default of each, and what a county may set it to. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.domain.text import Text
from shared.domain.written import fault_of

USUAL = (1, 366)
"""From and to what a limit in days or months may be set, where the kind names no other range."""
COMMON_YEAR = 2025
LONGEST_LINE = 200
MOST_LISTED = 5000


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit: its ``default``, and ``fault``, which says what is wrong with a value (None: nothing)."""

    default: Any
    fault: Callable[[object], Text | None]


def limits(defaults: Mapping[str, Any], ranges: Mapping[str, tuple[int, int]] | None = None) -> Mapping[str, Limit]:
    """The limits of a kind from their defaults, whose type says what may be set.

    A whole number (of days or months) within its range, true or false, a day of the year (``01-31``), one line of text,
    or, where the default is a tuple, a list of such lines.
    """
    return {
        name: Limit(default, _fault_of(default, (ranges or {}).get(name, USUAL))) for name, default in defaults.items()
    }


def _fault_of(default: object, within: tuple[int, int]) -> Callable[[object], Text | None]:
    match default:
        case bool():
            return _no_truth
        case int():
            return lambda value: _no_number(value, *within)
        case tuple():
            return _no_list
        case str() if _day_of_year(default):
            return _no_day_of_year
        case str():
            return _no_line
    raise TypeError(f"no limit can be {default!r}")


def _no_truth(value: object) -> Text | None:
    return None if isinstance(value, bool) else Text("应为 true 或 false", "must be true or false")


def _no_number(value: object, least: int, most: int) -> Text | None:
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return None
    return Text(f"应为 {least} 至 {most} 的整数", f"must be a whole number from {least} to {most}")


def _no_day_of_year(value: object) -> Text | None:
    if isinstance(value, str) and _day_of_year(value):
        return None
    return Text("应为月-日，如 01-31", "must be a month and day such as 01-31")


def _day_of_year(text: str) -> bool:
    found = re.fullmatch(r"([0-9]{2})-([0-9]{2})", text)
    if found is None:
        return False
    try:
        date(COMMON_YEAR, int(found[1]), int(found[2]))
    except ValueError:
        return False
    return True


def _no_line(value: object) -> Text | None:
    if not isinstance(value, str) or not value.strip():
        return Text("应为文字", "must be text")
    if len(value) > LONGEST_LINE:
        return Text(f"不超过 {LONGEST_LINE} 字", f"must have at most {LONGEST_LINE} characters")
    return fault_of(value, lines=False)


def _no_list(value: object) -> Text | None:
    if not isinstance(value, list):
        return Text("应为清单，每行一项，以“- ”开头", "must be a list: a line for each entry, beginning with '- '")
    if len(value) > MOST_LISTED:
        return Text(f"最多 {MOST_LISTED} 项", f"must have at most {MOST_LISTED} entries")
    for place, entry in enumerate(value, 1):
        fault = _no_line(entry)
        if fault is not None:
            return Text(f"第 {place} 项{fault.zh}", f"entry {place} {fault.en}")
    return None
