"""Clocks (期限): when a duty falls due, by an amount of time, the working-day calendar and what moved the clock."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple, Self, cast, get_args

from shared.domain.localtime import DateProblem, aware, local_date, moment_text, read_date, read_moment, start_of
from shared.domain.text import Text
from shared.domain.workdays import Calendar, WorkdayCount

Unit = Literal["wd", "d", "m", "h"]
"""Working days (工作日), calendar days (日), calendar months (月), hours (小时)."""

_ONE = timedelta(days=1)
_DAY_SECONDS = 86_400
_MOST = 9_999
_UNITS = frozenset(get_args(Unit))
_AMOUNT = re.compile(r"([0-9]{1,4})(wd|d|m|h)")
_NO_REASON = Text("", "")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of time: ``20wd``, ``30d``, ``1m``, ``48h``."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.value <= _MOST or self.unit not in _UNITS:
            raise _bad_amount(str(self))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The amount as written; :class:`DateProblem` for 0, another unit or more than four digits."""
        found = _AMOUNT.fullmatch(text.strip())
        if found is None:
            raise _bad_amount(text)
        return cls(int(found[1]), cast(Unit, found[2]))

    def __str__(self) -> str:
        return f"{self.value}{self.unit}"


@dataclass(frozen=True, slots=True)
class Restart:
    """The clock starts anew (重新起算) from that day or instant, which is not counted (条例 Art. 30: 补正)."""

    on: date | datetime
    reason: Text = _NO_REASON


@dataclass(frozen=True, slots=True)
class Suspend:
    """The days in (after, through] are not counted (不计入); ``through`` None: not yet ended (条例 Art. 32-34)."""

    after: date
    through: date | None
    reason: Text = _NO_REASON

    def __post_init__(self) -> None:
        if self.through is not None and self.through < self.after:
            span = f"{self.after}..{self.through}"
            raise DateProblem(Text(f"中止的终点早于起点：{span}", f"the suspension ends before it begins: {span}"))


@dataclass(frozen=True, slots=True)
class Extend:
    """So many more of the clock's unit (延期, 条例 Art. 33)."""

    value: int
    reason: Text = _NO_REASON

    def __post_init__(self) -> None:
        if not 1 <= self.value <= _MOST:
            raise _bad_amount(str(self.value))


@dataclass(frozen=True, slots=True)
class NotBefore:
    """The due date is never earlier than this day."""

    on: date
    reason: Text = _NO_REASON


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Never due before so many of the clock's unit after that day or instant (起算后不少于), counted as a restart counts.

    The extensions are added and the suspended days left out there too; what was before it goes on running beside it.
    """

    on: date | datetime
    value: int
    reason: Text = _NO_REASON

    def __post_init__(self) -> None:
        if not 1 <= self.value <= _MOST:
            raise _bad_amount(str(self.value))


Operation = Restart | Suspend | Extend | NotBefore | AtLeast
"""What moves a clock. Applied in order; a restart drops the suspensions, extensions and least times before it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One duty in time. The start is not counted; it is an instant for hours and a day for every other unit."""

    id: str
    rule: str
    title: Text
    basis: Text
    start: date | datetime
    amount: int
    unit: Unit
    operations: tuple[Operation, ...] = ()
    roll: Literal["none", "forward"] = "none"
    ended: Literal["met", "missed", "cancelled"] | None = None
    watch: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= _MOST or self.unit not in _UNITS:
            raise _bad_amount(f"{self.amount}{self.unit}")
        if self.unit == "h" and self.roll != "none":
            raise ValueError("a clock of hours ends at its instant and rolls to no other day")


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock falls due: the last day in time, or the instant ``at`` where hours are counted.

    ``provisional`` (暂定): the counted days touch days that a coming notice may change; ``earliest_possible`` is
    the day to be warned by then, never a lawful date.
    """

    on: date
    at: datetime | None
    status: Literal["final", "provisional"]
    earliest_possible: date
    calendar_version: int

    @property
    def missed_at(self) -> datetime:
        """When it is missed: 00:00 in Shanghai of the day after ``on``, or ``at`` itself."""
        return self.at if self.at is not None else start_of(self.on + _ONE)


class CountedDay(NamedTuple):
    """A day from start to due and whether it counts towards the amount, with the cause."""

    date: date
    counted: bool
    reason: Text


class _Span(NamedTuple):
    """Suspended days in (after, through]; ``through`` None: open."""

    after: date
    through: date | None


class _Run(NamedTuple):
    """What the operations leave of a clock: spans in order and apart from each other, extensions since the start."""

    start: date | datetime
    restart: Restart | None = None
    spans: tuple[_Span, ...] = ()
    extensions: tuple[Extend, ...] = ()
    not_before: NotBefore | None = None

    @property
    def extension(self) -> int:
        return sum(extend.value for extend in self.extensions)

    def suspended(self, day: date) -> bool:
        return any(after < day and (through is None or day <= through) for after, through in self.spans)


def due(clock: Clock, calendar: Calendar) -> Due | None:
    """When ``clock`` falls due under ``calendar``; None while it is suspended without end.

    A suspension that begins only after the due date changes nothing. Raises :class:`DateProblem` beyond the calendar.
    """
    if clock.unit == "wd" and clock.roll == "none" and not clock.operations:
        return _plain_due(clock, calendar)
    if any(isinstance(each, AtLeast) for each in clock.operations):
        return _latest(clock, calendar)[1]
    run = _fold(clock)
    floor = run.not_before
    if clock.unit == "h":
        at = _instant_due(clock, run)
        if at is None:
            return None
        if floor is not None:
            at = max(at, start_of(floor.on))
        on = local_date(at)
        return Due(on, at, "final", on, calendar.version)
    start = _day(run.start)
    counted = _counted_due(clock, run, start, calendar.in_force)
    if counted is None:
        return None
    on = earliest = counted
    provisional = False
    if clock.unit == "wd" and calendar.provisional(start + _ONE, on):
        provisional = True
        earliest = _counted_due(clock, run, start, calendar.earliest) or on
    if floor is not None:
        on, earliest = max(on, floor.on), max(earliest, floor.on)
    if clock.roll == "forward":
        unrolled, on = on, calendar.add_workdays(on - _ONE, 1)
        provisional = provisional or calendar.provisional(unrolled, on)
        earliest = calendar.earliest.add(earliest - _ONE, 1) if provisional else on
    return Due(on, None, "provisional" if provisional else "final", earliest, calendar.version)


def explain(clock: Clock, calendar: Calendar) -> list[CountedDay]:
    """Every day from the start to the due date with the cause why it counts or not.

    The counted days are the amount and its extensions, so that adding them up by hand gives the due date; days after
    the last of them come from "not before" or from rolling on. A month counts its days, an hour clock names the time
    counted on each day. While a clock is suspended without end, the list ends with the first suspended day.
    """
    clock, outcome = _latest(clock, calendar)
    run = _fold(clock)
    start = _day(run.start)
    last = outcome.on if outcome is not None else max(start, run.spans[-1].after) + _ONE
    rows = [*_before_restart(clock, start)]
    if clock.unit == "h":
        at = outcome.at if outcome is not None else None
        return [*rows, *_hours(clock, run, at, _days(start, last))]
    rows.append(CountedDay(start, False, _start_reason(run)))
    reaches = _reaches(clock, run, start)
    count = 0
    for day in _days(start + _ONE, last):
        known = calendar.day(day)
        if count == reaches[-1]:
            rolled = Text(f"到期日顺延：{known.reason.zh}", f"due date rolled on: {known.reason.en}")
            rows.append(CountedDay(day, False, _after_the_count(run, day, rolled)))
        elif clock.unit == "wd" and not known.worked:
            rows.append(CountedDay(day, False, known.reason))
        elif run.suspended(day):
            rows.append(CountedDay(day, False, _suspension_reason(clock, day)))
        else:
            count += 1
            rows.append(CountedDay(day, True, _counted_reason(run, reaches, count, known.reason)))
    return rows


def operations_text(clock: Clock) -> str:
    """The clock's operations without their reasons, as ``suspend 2026-10-12..2026-10-16; extend 20``; "" for none.

    The days of a suspension are written as its two fields, after and through; an open one ends in the two dots.
    """
    return "; ".join(_operation_text(operation) for operation in clock.operations)


def read_operations(text: str) -> tuple[Operation, ...]:
    """What :func:`operations_text` wrote, with empty reasons; :class:`DateProblem` for anything else."""
    return tuple(_read_operation(part.strip()) for part in text.split(";")) if text.strip() else ()


def _plain_due(clock: Clock, calendar: Calendar) -> Due:
    """The due date of a clock of working days that nothing has moved: by far the most."""
    start = _day(clock.start)
    on = calendar.in_force.add(start, clock.amount)
    if calendar.provisional(start + _ONE, on):
        return Due(on, None, "provisional", calendar.earliest.add(start, clock.amount), calendar.version)
    return Due(on, None, "final", on, calendar.version)


def _latest(clock: Clock, calendar: Calendar) -> tuple[Clock, Due | None]:
    """The clock as it is or as one of its least times has it, whichever is due last; suspended without end is last of all."""
    found: list[tuple[Clock, Due]] = []
    for each in _alternatives(clock):
        outcome = due(each, calendar)
        if outcome is None:
            return each, None
        found.append((each, outcome))
    last, outcome = max(found, key=lambda pair: pair[1].missed_at)
    provisional = any(one.status == "provisional" for _, one in found)
    earliest = max(one.earliest_possible for _, one in found)
    return last, replace(outcome, status="provisional" if provisional else "final", earliest_possible=earliest)


def _alternatives(clock: Clock) -> Iterator[Clock]:
    """The clock without its least times, then each of these as a clock that was started anew there."""
    rest: list[Operation] = []
    live: list[Operation] = []
    least: list[AtLeast] = []
    for operation in clock.operations:
        match operation:
            case AtLeast():
                least.append(operation)
                continue
            case Restart():
                least.clear()
                live = [each for each in live if isinstance(each, NotBefore)]
            case _:
                live.append(operation)
        rest.append(operation)
    yield replace(clock, operations=tuple(rest))
    for each in least:
        yield replace(clock, amount=each.value, operations=(Restart(each.on, each.reason), *live))


def _fold(clock: Clock) -> _Run:
    if not clock.operations:
        return _Run(clock.start)
    restart: Restart | None = None
    suspensions: list[Suspend] = []
    extensions: list[Extend] = []
    floor: NotBefore | None = None
    for operation in clock.operations:
        match operation:
            case Restart():
                restart = operation
                suspensions.clear()
                extensions.clear()
            case Suspend():
                suspensions.append(operation)
            case Extend():
                extensions.append(operation)
            case NotBefore():
                floor = operation if floor is None or operation.on > floor.on else floor
    start = clock.start if restart is None else restart.on
    return _Run(start, restart, _united(suspensions), tuple(extensions), floor)


def _united(suspensions: list[Suspend]) -> tuple[_Span, ...]:
    """The union of the suspended days: no day is taken out twice."""
    united: list[_Span] = []
    for suspend in sorted(suspensions, key=lambda each: each.after):
        if not united or (united[-1].through is not None and united[-1].through < suspend.after):
            united.append(_Span(suspend.after, suspend.through))
            continue
        after, through = united[-1]
        if through is None or suspend.through is None:
            united[-1] = _Span(after, None)
        else:
            united[-1] = _Span(after, max(through, suspend.through))
    return tuple(united)


def _counted_due(clock: Clock, run: _Run, start: date, count: WorkdayCount) -> date | None:
    """The last counted day of a clock of working days, days or months; None where an open suspension comes first."""
    total = clock.amount + run.extension
    if clock.unit == "wd":
        on = count.add(start, total)
        for after, through in run.spans:
            if after >= on:
                break
            if through is None:
                return None
            total += count.between(max(after, start), through)
            on = count.add(start, total)
        return on
    on = _reach(clock, start, total)
    for after, through in run.spans:
        if after >= on:
            break
        if through is None:
            return None
        on += max(through - max(after, start), timedelta(0))
    return on


def _instant_due(clock: Clock, run: _Run) -> datetime | None:
    start = _instant(run.start)
    at = start + timedelta(hours=clock.amount + run.extension)
    for after, through in run.spans:
        begins = max(start, start_of(after + _ONE))
        if begins >= at:
            break
        if through is None:
            return None
        at += max(start_of(through + _ONE) - begins, timedelta(0))
    return at


def _reach(clock: Clock, start: date, amount: int) -> date:
    """``amount`` calendar days or months after ``start``; a month ends with its last day where it is too short."""
    if clock.unit == "d":
        return start + timedelta(days=amount)
    months = start.year * 12 + start.month - 1 + amount
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _reaches(clock: Clock, run: _Run, start: date) -> list[int]:
    """The number of counted days up to the end of the amount and of each extension."""
    totals = [clock.amount]
    for extend in run.extensions:
        totals.append(totals[-1] + extend.value)
    return totals if clock.unit == "wd" else [(_reach(clock, start, total) - start).days for total in totals]


def _before_restart(clock: Clock, start: date) -> Iterator[CountedDay]:
    first = _day(clock.start)
    restarts = {_day(each.on): each.reason for each in clock.operations if isinstance(each, Restart)}
    for day in _days(first, start - _ONE):
        if day in restarts:
            reason = _because(
                Text("重新起算日，后又重新起算，不计", "restart, itself overtaken by a later one"), restarts[day]
            )
        elif day == first:
            reason = Text("起算日，不计入", "start day, not counted")
        else:
            reason = Text("重新起算之前，不计", "before the restart, not counted")
        yield CountedDay(day, False, reason)


def _start_reason(run: _Run) -> Text:
    if run.restart is None:
        return Text("起算日，不计入", "start day, not counted")
    return _because(Text("重新起算日，不计入", "restart day, not counted"), run.restart.reason)


def _suspension_reason(clock: Clock, day: date) -> Text:
    reasons = [
        each.reason
        for each in clock.operations
        if isinstance(each, Suspend) and each.after < day and (each.through is None or day <= each.through)
    ]
    return _because(Text("中止计时，不计入", "suspended, not counted"), reasons[-1])


def _counted_reason(run: _Run, reaches: list[int], count: int, known: Text) -> Text:
    counted = Text(f"第 {count} 日：{known.zh}", f"day {count}: {known.en}")
    if count <= reaches[0]:
        return counted
    extend = next(e for e, reach in zip(run.extensions, reaches[1:], strict=True) if count <= reach)
    return _because(Text(f"{counted.zh}，延期", f"{counted.en}, extension"), extend.reason)


def _after_the_count(run: _Run, day: date, otherwise: Text) -> Text:
    if run.not_before is not None and day <= run.not_before.on:
        on = run.not_before.on.isoformat()
        return _because(Text(f"到期日不早于 {on}", f"not due before {on}"), run.not_before.reason)
    return otherwise


def _hours(clock: Clock, run: _Run, at: datetime | None, days: Iterator[date]) -> Iterator[CountedDay]:
    """The days of an hour clock with the time counted on each, at most the amount and its extensions."""
    start = _instant(run.start)
    left = timedelta(hours=clock.amount + run.extension)
    extension = timedelta(hours=run.extension)
    for day in days:
        begins, ends = max(start, start_of(day)), start_of(day + _ONE)
        if run.suspended(day):
            yield CountedDay(day, False, _suspension_reason(clock, day))
            continue
        taken = min(left, (ends if at is None else min(at, ends)) - begins)
        if not taken:
            yield CountedDay(day, False, _after_the_count(run, day, Text("零时到期", "due at midnight")))
            continue
        left -= taken
        hours, minutes, seconds = _split(taken)
        reason = Text(f"计 {hours} 小时 {minutes} 分 {seconds} 秒", f"{hours} h {minutes} min {seconds} s counted")
        if left < extension:
            reason = _because(Text(f"{reason.zh}，含延期", f"{reason.en}, in extension"), run.extensions[-1].reason)
        yield CountedDay(day, True, reason)


def _split(span: timedelta) -> tuple[int, int, str]:
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(span.days * _DAY_SECONDS // 60 + minutes, 60)
    return hours, minutes, f"{seconds}.{span.microseconds:06d}" if span.microseconds else str(seconds)


def _operation_text(operation: Operation) -> str:
    match operation:
        case Restart(on):
            return f"restart {moment_text(on) if isinstance(on, datetime) else on.isoformat()}"
        case Suspend(after, through):
            return f"suspend {after.isoformat()}..{'' if through is None else through.isoformat()}"
        case Extend(value):
            return f"extend {value}"
        case NotBefore(on):
            return f"not-before {on.isoformat()}"
        case AtLeast(on, value):
            return f"at-least {value} from {moment_text(on) if isinstance(on, datetime) else on.isoformat()}"


def _read_operation(text: str) -> Operation:
    word, _, rest = text.partition(" ")
    match word:
        case "restart" if rest:
            return Restart(read_moment(rest) if "T" in rest else read_date(rest))
        case "suspend" if ".." in rest:
            after, _, through = rest.partition("..")
            return Suspend(read_date(after), read_date(through) if through else None)
        case "extend" if rest.isascii() and rest.isdigit():
            return Extend(int(rest))
        case "not-before" if rest:
            return NotBefore(read_date(rest))
        case "at-least" if " from " in rest:
            value, _, on = rest.partition(" from ")
            if value.isascii() and value.isdigit():
                return AtLeast(read_moment(on) if "T" in on else read_date(on), int(value))
    raise DateProblem(Text(f"不认识的计时操作：{text}", f"unknown clock operation: {text}"))


def _because(what: Text, why: Text) -> Text:
    return Text(f"{what.zh}：{why.zh}", f"{what.en}: {why.en}") if why.zh or why.en else what


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _day(start: date | datetime) -> date:
    return local_date(start) if isinstance(start, datetime) else start


def _instant(start: date | datetime) -> datetime:
    return aware(start).astimezone(UTC) if isinstance(start, datetime) else start_of(start)


def _bad_amount(text: str) -> DateProblem:
    return DateProblem(
        Text(
            f"“{text}”不是期限：请写作 20wd（工作日）、30d（日）、1m（月）或 48h（小时），数为 1 至 {_MOST}",
            f"“{text}” is no amount of time: write 20wd (working days), 30d, 1m or 48h, number 1 to {_MOST}",
        )
    )
