"""What holds for every clock and every calendar, against oracles that walk day by day."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.deadline import (
    AtLeast,
    Clock,
    Extend,
    NotBefore,
    Operation,
    Restart,
    Suspend,
    Unit,
    due,
    explain,
    operations_text,
    read_operations,
)
from shared.domain.localtime import local_date, moment_text, read_date, read_moment, start_of
from shared.domain.text import Text
from shared.domain.workdays import Calendar, Notice, statutory_days
from tests.seed_calendar import seeded_calendar

NOBODY = Text("", "")
ONE = timedelta(days=1)
FIRST, LAST = date(2025, 11, 1), date(2027, 3, 31)
FAR = date(2035, 1, 1)
SEEDED = seeded_calendar()

a_day = st.dates(FIRST, LAST)
a_length = st.integers(0, 40)


@st.composite
def a_notice(draw: st.DrawFn, year: int, local: bool = False) -> Notice:
    near = st.dates(date(year - 1, 12, 20), date(year + 1, 1, 10))
    off = draw(st.frozensets(near, min_size=1, max_size=30))
    worked = draw(st.frozensets(near, max_size=10)) - off
    return Notice(year, f"{year}", None, off, worked, local)


@st.composite
def a_calendar(draw: st.DrawFn) -> tuple[Calendar, tuple[Notice, ...]]:
    """A calendar with up to three of its years known, and the notices in the order they came."""
    years = draw(st.lists(st.sampled_from([2025, 2026, 2027]), unique=True))
    notices = tuple(draw(a_notice(year)) for year in years)
    calendar = Calendar.empty()
    for notice in notices:
        calendar = calendar.publish(notice)
    return calendar, notices


def naive_workday(day: date, notices: Iterable[Notice]) -> bool:
    """The rule as the statute tells it, one day at a time."""
    known = {notice.year for notice in notices}
    worked = day.weekday() < 5 and (day.year in known or day not in statutory_days(day.year))
    for notice in notices:
        if day in notice.holidays:
            worked = False
        if day in notice.makeup_workdays:
            worked = True
    return worked


@st.composite
def a_suspension(draw: st.DrawFn, open_too: bool = True) -> Suspend:
    after = draw(a_day)
    open_ended = open_too and draw(st.integers(0, 9)) == 0
    return Suspend(after, None if open_ended else after + timedelta(days=draw(a_length)))


def an_operation() -> st.SearchStrategy[Operation]:
    return st.one_of(
        a_suspension(),
        a_suspension(),
        st.builds(Extend, st.integers(1, 30)),
        st.builds(Restart, a_day),
        st.builds(NotBefore, a_day),
        st.builds(AtLeast, a_day, st.integers(1, 4)),
    )


@st.composite
def a_clock(draw: st.DrawFn, units: tuple[Unit, ...] = ("wd", "d", "m", "h")) -> Clock:
    unit = draw(st.sampled_from(units))
    start: date | datetime = draw(a_day)
    if unit == "h":
        start = start_of(start) + timedelta(minutes=draw(st.integers(0, 1439)))
    amount = draw(st.integers(1, 4 if unit == "m" else 60))
    roll: Literal["none", "forward"] = "none"
    if unit != "h" and draw(st.booleans()):
        roll = "forward"
    operations = tuple(draw(st.lists(an_operation(), max_size=5)))
    return Clock("c", "r@1", NOBODY, NOBODY, start, amount, unit, operations, roll)


def with_operations(clock: Clock, *operations: Operation) -> Clock:
    return Clock(clock.id, clock.rule, NOBODY, NOBODY, clock.start, clock.amount, clock.unit, operations, clock.roll)


def naive_due(clock: Clock, worked: dict[date, bool]) -> date | datetime | None:
    """The due day, or the instant for hours: of the run from the start and those of each least time the last."""
    runs = [(clock.start, clock.amount)]
    extended = 0
    suspensions: list[Suspend] = []
    floor = date.min
    for operation in clock.operations:
        if isinstance(operation, Restart):
            runs, extended, suspensions = [(operation.on, clock.amount)], 0, []
        elif isinstance(operation, Suspend):
            suspensions.append(operation)
        elif isinstance(operation, Extend):
            extended += operation.value
        elif isinstance(operation, AtLeast):
            runs.append((operation.on, operation.value))
        else:
            floor = max(floor, operation.on)
    found = [naive_run(clock, start, amount + extended, suspensions, floor, worked) for start, amount in runs]
    return None if None in found else max(found)  # type: ignore[type-var]


def naive_run(
    clock: Clock,
    start: date | datetime,
    amount: int,
    suspensions: list[Suspend],
    floor: date,
    worked: dict[date, bool],
) -> date | datetime | None:
    """One run, by walking; None if the walk reaches 2035 suspended."""

    def suspended(day: date) -> bool:
        return any(each.after < day and (each.through is None or day <= each.through) for each in suspensions)

    if clock.unit == "h":
        moment = start if isinstance(start, datetime) else start_of(start)
        left = timedelta(hours=amount)
        while left:
            midnight = start_of(local_date(moment) + ONE)
            if not suspended(local_date(moment)):
                step = min(left, midnight - moment)
                left -= step
                moment += step
            elif local_date(moment) > FAR:
                return None
            else:
                moment = midnight
        return max(moment, start_of(floor)) if floor > date.min else moment
    day = local_date(start) if isinstance(start, datetime) else start
    if clock.unit == "m":
        amount = (naive_months_later(day, amount) - day).days
    while amount:
        day += ONE
        if day > FAR:
            return None
        if not suspended(day) and (clock.unit != "wd" or worked[day]):
            amount -= 1
    day = max(day, floor)
    while clock.roll == "forward" and not worked[day]:
        day += ONE
    return day


def naive_months_later(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for wanted in range(day.day, 0, -1):
        try:
            return date(year, month, wanted)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


class _Lazily(dict[date, bool]):
    def __init__(self, notices: tuple[Notice, ...]) -> None:
        self._notices = notices

    def __missing__(self, day: date) -> bool:
        self[day] = naive_workday(day, self._notices)
        return self[day]


@given(a_calendar(), st.lists(a_clock(), min_size=1, max_size=8))
def test_a_due_date_is_what_walking_day_by_day_finds(
    drawn: tuple[Calendar, tuple[Notice, ...]], clocks: list[Clock]
) -> None:
    calendar, notices = drawn
    worked = _Lazily(notices)
    for clock in clocks:
        found = due(clock, calendar)
        expected = naive_due(clock, worked)
        if expected is None:
            assert found is None
        else:
            assert found is not None
            assert (found.at if clock.unit == "h" else found.on) == expected


@given(a_calendar(), st.lists(st.tuples(a_day, a_length, st.integers(1, 60)), min_size=1, max_size=20))
def test_prefix_sums_count_and_add_as_walking_does(
    drawn: tuple[Calendar, tuple[Notice, ...]], spans: list[tuple[date, int, int]]
) -> None:
    calendar, notices = drawn
    for first, length, n in spans:
        last = first + timedelta(days=length)
        inside = [first + timedelta(days=k) for k in range(1, length + 1)]
        assert calendar.workdays_between(first, last) == sum(naive_workday(day, notices) for day in inside)
        day, left = first, n
        while left:
            day += ONE
            left -= naive_workday(day, notices)
        assert calendar.add_workdays(first, n) == day
        assert calendar.workdays_between(first, day) == n
        back, left = day, n
        while left:
            back -= ONE
            left -= naive_workday(back, notices)
        assert calendar.add_workdays(day, -n) == back


@given(a_clock(), st.lists(a_suspension(open_too=False), min_size=1, max_size=5))
def test_overlapping_suspensions_never_subtract_twice(clock: Clock, spans: list[Suspend]) -> None:
    """However the suspended days are cut into spans, and in whatever order, the same days are taken out once."""
    single = {
        each.after + timedelta(days=n)
        for each in spans
        if each.through is not None
        for n in range((each.through - each.after).days)
    }
    cut = tuple(Suspend(day, day + ONE) for day in sorted(single))
    kept = tuple(each for each in clock.operations if not isinstance(each, Restart | Suspend))
    once = due(with_operations(clock, *kept, *cut), SEEDED)
    assert due(with_operations(clock, *kept, *spans), SEEDED) == once
    assert due(with_operations(clock, *reversed(spans), *kept, *spans), SEEDED) == once


@given(
    a_clock(),
    st.one_of(
        a_suspension(),
        st.builds(Extend, st.integers(1, 30)),
        st.builds(NotBefore, a_day),
        st.builds(AtLeast, a_day, st.integers(1, 4)),
    ),
)
def test_extending_suspending_and_holding_back_never_make_a_date_earlier(clock: Clock, operation: Operation) -> None:
    before = due(clock, SEEDED)
    after = due(with_operations(clock, *clock.operations, operation), SEEDED)
    if before is None:
        assert after is None
    elif after is not None:
        assert after.missed_at >= before.missed_at
        assert after.earliest_possible >= before.earliest_possible


@given(a_clock(), a_day)
def test_a_restart_on_a_later_day_never_makes_an_unmoved_clock_earlier(clock: Clock, on: date) -> None:
    started = local_date(clock.start) if isinstance(clock.start, datetime) else clock.start
    before = due(with_operations(clock), SEEDED)
    after = due(with_operations(clock, Restart(max(on, started + ONE))), SEEDED)
    assert before is not None
    assert after is not None
    assert after.missed_at >= before.missed_at


@given(a_clock(), st.lists(an_operation(), max_size=4), a_day)
def test_a_restart_drops_every_suspension_and_extension_before_it(
    clock: Clock, earlier: list[Operation], on: date
) -> None:
    floors = [each for each in earlier if isinstance(each, NotBefore)]
    dropped = due(with_operations(clock, *earlier, Restart(on), *clock.operations), SEEDED)
    assert dropped == due(with_operations(clock, *floors, Restart(on), *clock.operations), SEEDED)


_COUNTED = re.compile(r"(\d+) h (\d+) min ([\d.]+) s counted")


@given(a_clock())
def test_the_explained_days_add_up_to_the_due_date(clock: Clock) -> None:
    found = due(clock, SEEDED)
    listed = explain(clock, SEEDED)
    days = [row.date for row in listed]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert all(row.reason.zh and row.reason.en for row in listed)
    counted = [row for row in listed if row.counted]
    last_restart = max((n for n, each in enumerate(clock.operations) if isinstance(each, Restart)), default=-1)
    live = clock.operations[last_restart + 1 :]
    suspended = [each for each in live if isinstance(each, Suspend)]
    for row in counted:
        assert not any(
            each.after < row.date and (each.through is None or row.date <= each.through) for each in suspended
        )
        assert clock.unit != "wd" or SEEDED.is_workday(row.date)
    if found is None:
        assert not listed[-1].counted
        assert any(each.through is None for each in suspended)
        return
    assert days[-1] == found.on
    extended = sum(each.value for each in live if isinstance(each, Extend))
    begun = clock.operations[last_restart].on if last_restart >= 0 else clock.start  # type: ignore[union-attr]
    runs = [(begun, clock.amount + extended)]
    runs += [(each.on, each.value + extended) for each in live if isinstance(each, AtLeast)]
    if clock.unit == "h":
        times = [time for row in counted if (time := _COUNTED.match(row.reason.en)) is not None]
        assert len(times) == len(counted)
        seconds = sum(int(t[1]) * 3600 + int(t[2]) * 60 + Fraction(t[3]) for t in times)
        assert seconds in [total * 3600 for _, total in runs]
        return
    starts = [(local_date(each) if isinstance(each, datetime) else each, total) for each, total in runs]
    months = [(naive_months_later(start, total) - start).days for start, total in starts] if clock.unit == "m" else []
    assert len(counted) in (months or [total for _, total in starts])
    after_the_count = listed[listed.index(counted[-1]) + 1 :]
    if clock.roll == "none" and not any(isinstance(each, NotBefore) for each in clock.operations):
        assert after_the_count == []
    assert all("到期日" in row.reason.zh for row in after_the_count)


@given(st.lists(a_clock(), min_size=1, max_size=10), a_notice(2026), st.booleans())
def test_a_changed_calendar_moves_only_deadlines_whose_span_touches_changed_days(
    clocks: list[Clock], notice: Notice, amended: bool
) -> None:
    changed_calendar = SEEDED.amend(notice) if amended else SEEDED.publish(notice)
    changed = changed_calendar.changed_since(SEEDED)
    assert changed <= notice.holidays | notice.makeup_workdays | frozenset(SEEDED.holidays(2026)) | frozenset(
        SEEDED.makeup_workdays(2026)
    )
    for clock in clocks:
        before, after = due(clock, SEEDED), due(clock, changed_calendar)
        if before is None:
            continue
        start = min(row.date for row in explain(clock, SEEDED))
        if not any(start < day <= before.on for day in changed):
            assert after is not None
            assert (after.on, after.at) == (before.on, before.at)


@st.composite
def a_likely_notice(draw: st.DrawFn) -> Notice:
    """A notice for 2027 of the kind the State Council makes: every statutory day off, swaps near one of them."""
    statutory = [day for year in (2026, 2027, 2028) for day in statutory_days(year)]
    doubtful = [date(2026, 12, 25) + timedelta(days=n) for n in range(7 + 365)]
    near = [day for day in doubtful if min(abs((day - each).days) for each in statutory) <= 10]
    off = draw(st.frozensets(st.sampled_from([day for day in doubtful if day.weekday() < 5]), max_size=20))
    holidays = off | frozenset(statutory_days(2027))
    weekend = [day for day in near if day.weekday() >= 5 and day not in holidays]
    return Notice(2027, "2027", None, holidays, draw(st.frozensets(st.sampled_from(weekend), max_size=15)))


@given(a_likely_notice(), st.lists(a_clock(), min_size=1, max_size=10))
@settings(max_examples=60)
def test_no_likely_notice_makes_a_date_earlier_than_the_earliest_possible(notice: Notice, clocks: list[Clock]) -> None:
    announced = SEEDED.publish(notice)
    for clock in clocks:
        before, after = due(clock, SEEDED), due(clock, announced)
        if before is None:
            continue
        assert before.earliest_possible <= before.on
        if before.on.year > 2027:
            continue
        assert after is not None
        assert after.on >= before.earliest_possible
        if before.status == "final":
            assert before.earliest_possible == before.on
            assert (after.on, after.status) == (before.on, "final")


@given(a_clock())
def test_operations_read_back_are_the_operations_written(clock: Clock) -> None:
    assert read_operations(operations_text(clock)) == clock.operations


@given(a_calendar(), a_notice(2026), a_notice(2026, local=True))
@settings(max_examples=30)
def test_every_change_counts_one_version_and_a_local_layer_moves_nothing(
    drawn: tuple[Calendar, tuple[Notice, ...]], notice: Notice, local: Notice
) -> None:
    calendar, _ = drawn
    amended = calendar.amend(notice)
    assert amended.version == calendar.version + 1
    assert amended.publish(local).version == calendar.version + 2
    assert amended.publish(local).changed_since(amended) == frozenset()
    assert amended.changed_since(calendar) <= notice.holidays | notice.makeup_workdays


@given(st.datetimes(datetime(1901, 1, 1), datetime(2100, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_written_is_read_back_on_its_shanghai_day(instant: datetime) -> None:
    assert read_moment(moment_text(instant)) == instant
    assert read_date(moment_text(instant)) == local_date(instant)
    assert start_of(local_date(instant)) <= instant < start_of(local_date(instant) + ONE)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_form_of_a_date_is_the_same_date(day: date) -> None:
    forms = (
        f"{day:%Y-%m-%d}",
        f"{day.year:04}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
    )
    assert {read_date(form) for form in forms} == {day}
