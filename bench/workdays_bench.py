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
ROUNDS = 7
SPANS = 2_000
SPANS_OF_THE_SLOW = 60
"""chinesecalendar takes most of a millisecond a span."""

ADDED = 20
ONE = timedelta(days=1)

First = TypeVar("First")
Second = TypeVar("Second")


def run() -> list[dict[str, str | float]]:
    """One row a measure and baseline: ours in ``value`` (ns a call) and how many times longer ``baseline`` takes; medians."""
    calendar = _calendar()
    peer = holidays.country_holidays("CN", years=range(2022, 2026))
    spans = _spans(SPANS)
    _check_equal(calendar, peer, spans)
    closed = [(after + ONE, until) for after, until in spans]
    starts = [(after, ADDED) for after, _ in spans]
    clocks = [(_clock(after), calendar) for after, _ in spans]
    few_closed, few_starts = closed[:SPANS_OF_THE_SLOW], starts[:SPANS_OF_THE_SLOW]
    slow, quick = f"chinesecalendar {version('chinesecalendar')}", f"holidays {version('holidays')}"
    walked, nth = f"{slow} is_workday, day by day", f"{quick} get_nth_working_day"
    listed, counted = f"{slow} get_workdays", f"{quick} get_working_days_count"
    add, fall = f"add_workdays {ADDED}", f"due {ADDED}wd"
    # Every round times everything once, so that a machine that drifts slows both sides of a ratio.
    rounds = [
        {
            "workdays_between": _ns(calendar.workdays_between, spans),
            add: _ns(calendar.add_workdays, starts),
            fall: _ns(due, clocks),
            listed: _ns(chinese_calendar.get_workdays, few_closed),
            walked: _ns(_walk, few_starts),
            counted: _ns(peer.get_working_days_count, closed),
            nth: _ns(peer.get_nth_working_day, starts),
        }
        for _ in range(ROUNDS)
    ]
    return [
        {
            "name": name,
            "value": round(median(times[name] for times in rounds), 1),
            "unit": "ns",
            "ratio": round(median(times[baseline] / times[name] for times in rounds), 1),
            "baseline": baseline,
        }
        for name, baselines in (("workdays_between", (listed, counted)), (add, (walked, nth)), (fall, (walked, nth)))
        for baseline in baselines
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


def _ns(call: Callable[[First, Second], object], cases: Sequence[tuple[First, Second]]) -> float:
    """The mean time of one call in ns, the loop around it included."""
    begun = perf_counter_ns()
    for first, second in cases:
        call(first, second)
    return (perf_counter_ns() - begun) / len(cases)


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
