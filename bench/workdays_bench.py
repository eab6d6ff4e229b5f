"""Working-day arithmetic against the two holiday packages, on the same spans in the same run."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import TypeVar

import chinese_calendar
import holidays

from shared.domain.deadline import Clock, due
from shared.domain.notice import read_notice
from shared.domain.text import Text
from shared.domain.workdays import Calendar

SEED = Path(__file__).resolve().parent.parent / "services" / "assessment" / "seed" / "calendar"
ROUNDS = 5
SPANS = 2_000
SPANS_OF_THE_SLOW = 60
"""chinesecalendar takes most of a millisecond a span."""

ADDED = 20
ONE = timedelta(days=1)

First = TypeVar("First")
Second = TypeVar("Second")


def run() -> list[dict[str, str | float]]:
    """One row a measure: ours in ``value`` (ns a call, median) and how many times longer ``baseline`` takes."""
    calendar = _calendar()
    peer = holidays.country_holidays("CN", years=range(2022, 2026))
    spans = _spans(SPANS)
    _check_equal(calendar, peer, spans)
    closed = [(after + ONE, until) for after, until in spans]
    starts = [(after, ADDED) for after, _ in spans]
    clocks = [(_clock(after), calendar) for after, _ in spans]
    between = _median_ns(calendar.workdays_between, spans)
    added = _median_ns(calendar.add_workdays, starts)
    fallen = _median_ns(due, clocks)
    listed = _median_ns(chinese_calendar.get_workdays, closed[:SPANS_OF_THE_SLOW])
    walked = _median_ns(_walk, starts[:SPANS_OF_THE_SLOW])
    counted = _median_ns(peer.get_working_days_count, closed)
    nth = _median_ns(peer.get_nth_working_day, starts)
    slow, quick = f"chinesecalendar {version('chinesecalendar')}", f"holidays {version('holidays')}"
    return [
        _row("workdays_between", between, listed, f"{slow} get_workdays"),
        _row("workdays_between", between, counted, f"{quick} get_working_days_count"),
        _row(f"add_workdays {ADDED}", added, walked, f"{slow} is_workday, day by day"),
        _row(f"add_workdays {ADDED}", added, nth, f"{quick} get_nth_working_day"),
        _row(f"due {ADDED}wd", fallen, walked, f"{slow} is_workday, day by day"),
        _row(f"due {ADDED}wd", fallen, nth, f"{quick} get_nth_working_day"),
    ]


def _calendar() -> Calendar:
    calendar = Calendar.empty()
    for file in sorted(SEED.glob("*.json")):
        calendar = calendar.publish(read_notice(json.loads(file.read_text(encoding="utf-8"))))
    return calendar


def _spans(count: int) -> list[tuple[date, date]]:
    """Spans of 1-60 days in 2023 and 2024, the same in every run."""
    dice = random.Random(20260102)
    first = date(2023, 1, 1)
    starts = [first + timedelta(days=dice.randrange(670)) for _ in range(count)]
    return [(start, start + timedelta(days=dice.randint(1, 60))) for start in starts]


def _clock(start: date) -> Clock:
    return Clock("reply", "application.reply@1", Text("", ""), Text("", ""), start, ADDED, "wd")


def _walk(day: date, n: int) -> date:
    while n:
        day += ONE
        n -= chinese_calendar.is_workday(day)
    return day


def _check_equal(calendar: Calendar, peer: holidays.HolidayBase, spans: list[tuple[date, date]]) -> None:
    for after, until in spans:
        assert calendar.workdays_between(after, until) == peer.get_working_days_count(after + ONE, until)
        assert calendar.add_workdays(after, ADDED) == peer.get_nth_working_day(after, ADDED)
    for after, until in spans[:SPANS_OF_THE_SLOW]:
        assert calendar.workdays_between(after, until) == len(chinese_calendar.get_workdays(after + ONE, until))
        assert calendar.add_workdays(after, ADDED) == _walk(after, ADDED)


def _median_ns(call: Callable[[First, Second], object], cases: Sequence[tuple[First, Second]]) -> float:
    """The median over the rounds of the mean time of one call, in ns, the loop around it included."""

    def once() -> float:
        begun = perf_counter_ns()
        for first, second in cases:
            call(first, second)
        return (perf_counter_ns() - begun) / len(cases)

    return median(once() for _ in range(ROUNDS))


def _row(name: str, value: float, baseline_value: float, baseline: str) -> dict[str, str | float]:
    return {
        "name": name,
        "value": round(value, 1),
        "unit": "ns",
        "ratio": round(baseline_value / value, 1),
        "baseline": baseline,
    }


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
