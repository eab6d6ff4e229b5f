"""The seeded calendar for tests: every notice of the seed folder, published year by year."""

import json
from datetime import date
from functools import cache
from pathlib import Path

from shared.domain.notice import read_notice
from shared.domain.workdays import Calendar, Notice

SEED = Path(__file__).resolve().parent.parent / "services" / "assessment" / "seed" / "calendar"


def seeded_notice(year: int) -> Notice:
    return read_notice(json.loads((SEED / f"{year}.json").read_text(encoding="utf-8")))


@cache
def seeded_calendar(first: int = 2004, last: int = 2026) -> Calendar:
    calendar = Calendar.empty()
    for year in range(first, last + 1):
        calendar = calendar.publish(seeded_notice(year))
    return calendar


def days(*texts: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)


def a_notice(
    year: int,
    *,
    off: frozenset[date] = frozenset(),
    worked: frozenset[date] = frozenset(),
    removed: frozenset[date] = frozenset(),
    local: bool = False,
    number: str = "国办发明电〔2026〕1号",
) -> Notice:
    return Notice(year, number, None, off, worked, local, removed)
