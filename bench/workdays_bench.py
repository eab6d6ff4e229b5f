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


Case = TypeVar("Case")


def run() -> list[dict[str, str | float]]:
    """One row a measure: ours in ``value`` (``unit`` ns a call, median), and how many times longer ``baseline`` takes."""
    calendar = _calendar()
    peer = holidays.country_holidays("CN", years=range(2022, 2026))
    spans = _spans(SPANS)
    clocks = [_clock(first) for first, _ in spans]
    _check_equal(calendar, peer, spans)
    few = spans[:SPANS_OF_THE_SLOW]
    between = _median_ns(lambda span: calendar.workdays_between(*span), spans)
    added = _median_ns(lambda span: calendar.add_workdays(span[0], ADDED), spans)
    fallen = _median_ns(lambda clock: due(clock, calendar), clocks)
    cc, hd = f"chinesecalendar {version('chinesecalendar')}", f"holidays {version('holidays')}"
    walked = _median_ns(lambda span: _walk(span[0]), few)
    nth = _median_ns(lambda span: peer.get_nth_working_day(span[0], ADDED), spans)
    return [
        _row("workdays_between", between, _median_ns(lambda span: _counted(*span), few), f"{cc} get_workdays"),
        _row(
            "workdays_between",
            between,
            _median_ns(lambda span: peer.get_working_days_count(span[0] + timedelta(days=1), span[1]), spans),
            f"{hd} get_working_days_count",
        ),
        _row(f"add_workdays {ADDED}", added, walked, f"{cc} is_workday, day by day"),
        _row(f"add_workdays {ADDED}", added, nth, f"{hd} get_nth_working_day"),
        _row(f"due {ADDED}wd", fallen, walked, f"{cc} is_workday, day by day"),
        _row(f"due {ADDED}wd", fallen, nth, f"{hd} get_nth_working_day"),
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


def _counted(after: date, until: date) -> int:
    return len(chinese_calendar.get_workdays(after + timedelta(days=1), until))


def _walk(day: date) -> date:
    left = ADDED
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return day


def _check_equal(calendar: Calendar, peer: holidays.HolidayBase, spans: list[tuple[date, date]]) -> None:
    for after, until in spans:
        assert calendar.workdays_between(after, until) == peer.get_working_days_count(after + timedelta(days=1), until)
        assert calendar.add_workdays(after, ADDED) == peer.get_nth_working_day(after, ADDED)
    for after, until in spans[:SPANS_OF_THE_SLOW]:
        assert calendar.workdays_between(after, until) == _counted(after, until)
        assert calendar.add_workdays(after, ADDED) == _walk(after)


def _median_ns(call: Callable[[Case], object], cases: Sequence[Case]) -> float:
    """The median over the rounds of the mean time of one call, in ns, without that of calling nothing."""

    def once(called: Callable[[Case], object]) -> float:
        begun = perf_counter_ns()
        for case in cases:
            called(case)
        return (perf_counter_ns() - begun) / len(cases)

    return median(once(call) - once(lambda case: case) for _ in range(ROUNDS))


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
