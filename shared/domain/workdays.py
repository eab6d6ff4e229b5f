"""The working-day calendar (工作日历): holiday notices (放假通知) laid over Monday to Friday, as a versioned value."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import accumulate, compress, pairwise
from operator import ne
from typing import NamedTuple, cast

from shared.domain.localtime import DateProblem
from shared.domain.statutory_days import LUNAR
from shared.domain.text import Text

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2110, 12, 31)
"""The reach of every calendar."""

_BASE = FIRST_DAY.toordinal()
_SIZE = LAST_DAY.toordinal() - _BASE + 1
_ONE = timedelta(days=1)
_SATURDAY = 5

_SWAP_REACH = 10
"""Every make-up workday of 2015-2026 but that of a one-off holiday lies this near, in days, to a statutory one."""

_LAST_WEEK = 25
"""From this day of December on, next year's notice may still change the days (as for 2005-2007, 2011, 2018)."""

_LONGEST_RUN = 20
"""A run of days off is searched this far for the holiday it belongs to."""

_FIXED = (
    (1, 1, Text("元旦", "New Year")),
    (5, 1, Text("劳动节", "Labour Day")),
    (5, 2, Text("劳动节", "Labour Day")),
    (10, 1, Text("国庆节", "National Day")),
    (10, 2, Text("国庆节", "National Day")),
    (10, 3, Text("国庆节", "National Day")),
)
_SPRING = Text("春节", "Spring Festival")
_LUNAR_NAMES = (
    Text("清明节", "Qingming"),
    Text("端午节", "Dragon Boat Festival"),
    Text("中秋节", "Mid-Autumn Festival"),
)

_WEEKDAYS = (
    Text("周一", "Monday"),
    Text("周二", "Tuesday"),
    Text("周三", "Wednesday"),
    Text("周四", "Thursday"),
    Text("周五", "Friday"),
    Text("周六", "Saturday"),
    Text("周日", "Sunday"),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One holiday notice: the days it sets off and the weekend days it sets to work (调休上班), of any year it touches.

    ``removed`` gives days back to the plain weekday rule; ``local`` marks a notice of the prefecture or county
    (放假办法 Art. 4); ``amends`` a change to a notice already published.
    """

    year: int
    notice: str
    published: date | None
    holidays: frozenset[date]
    makeup_workdays: frozenset[date]
    local: bool = False
    removed: frozenset[date] = frozenset()
    amends: bool = False


class Day(NamedTuple):
    """One day of the calendar: whether it is worked, and why."""

    date: date
    worked: bool
    reason: Text


class WorkdayCount:
    """Working days numbered from the first day on, so that counting and adding are two look-ups.

    ``flags`` holds one byte a day from ``FIRST_DAY`` on, 1 for a working day. Days outside the calendar's reach raise
    :class:`DateProblem`.
    """

    __slots__ = ("_numbered", "_through", "flags")

    def __init__(self, flags: bytes) -> None:
        self.flags = flags
        # Indexed by the ordinal itself, as that saves a subtraction; days before the reach hold what no sum takes.
        self._through = cast(list[int], [None] * _BASE)
        self._through.extend(accumulate(flags))
        self._numbered = list(compress(_dates(), flags))

    def worked(self, day: date) -> bool:
        return self.flags[_index(day)] == 1

    def between(self, after: date, until: date) -> int:
        """Working days in (after, until]; 0 where ``until`` is not later."""
        through = self._through
        try:
            days = through[until.toordinal()] - through[after.toordinal()]
        except (IndexError, TypeError):
            raise _outside(after, until) from None
        return days if days > 0 else 0

    def add(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day`` (before it where ``n`` is negative); ``day`` itself for 0."""
        if n == 0:
            return day
        try:
            if n > 0:
                return self._numbered[self._through[day.toordinal()] + n - 1]
            number = self._through[day.toordinal() - 1] + n
        except (IndexError, TypeError):
            raise _outside(day) from None
        if number < 0:
            raise _outside(day)
        return self._numbered[number]


class _Setting(NamedTuple):
    """What a notice says of one day; ``worked`` is None where it gives the day back to the weekday rule."""

    worked: bool | None
    notice: Notice


class _Standing(NamedTuple):
    notice: Notice
    published: bool


@dataclass(frozen=True, repr=False)
class Calendar:
    """The working days as the notices so far set them; publishing or amending gives a new value.

    In a year with a notice a day is worked by weekday except where a notice says otherwise. A year without one
    is Monday to Friday minus the statutory days of 全国年节及纪念日放假办法 (revised 2024-11-10), and dates there are
    provisional. Reaches from 1990 to 2110; :class:`DateProblem` beyond.
    """

    version: int
    local_holidays_stop: bool
    _standing: tuple[_Standing, ...]

    @staticmethod
    def empty(*, local_holidays_stop: bool = False) -> "Calendar":
        """No notice yet. ``local_holidays_stop``: local holidays stop a statutory clock (by default only shown)."""
        return Calendar(0, local_holidays_stop, ())

    def publish(self, notice: Notice) -> "Calendar":
        """The calendar with a year's notice, which takes the place of that year's earlier ones of the same layer."""
        if notice.amends:
            raise DateProblem(
                Text(
                    f"amends：这是对 {notice.year} 年通知的调整，不能作为全年通知发布",
                    f"amends: this changes the notice for {notice.year} and cannot be published as the year's notice",
                )
            )
        kept = tuple(s for s in self._standing if (s.notice.year, s.notice.local) != (notice.year, notice.local))
        return Calendar(self.version + 1, self.local_holidays_stop, (*kept, _Standing(notice, True)))

    def amend(self, notice: Notice) -> "Calendar":
        """The calendar with the notice's days laid over what stands."""
        return Calendar(self.version + 1, self.local_holidays_stop, (*self._standing, _Standing(notice, False)))

    def known(self, year: int) -> bool:
        """Whether the State Council's notice for ``year`` is in."""
        return year in self._known

    def notice(self, year: int) -> Notice | None:
        """The notice published for ``year``, as published; :meth:`holidays` gives what is in force."""
        for notice, published in self._standing:
            if published and notice.year == year and not notice.local:
                return notice
        return None

    def amendments(self, year: int) -> tuple[Notice, ...]:
        """The notices laid over the one published for ``year``, local ones among them, in the order they came."""
        return tuple(notice for notice, published in self._standing if notice.year == year and not published)

    def holidays(self, year: int) -> tuple[date, ...]:
        """The days of ``year`` set off, whichever notice set them; the statutory days where no notice is in."""
        days = {day for day, setting in self._settings.items() if setting.worked is False and day.year == year}
        if not self.known(year):
            days.update(day for day in statutory_days(year) if day not in self._settings)
        return tuple(sorted(days))

    def makeup_workdays(self, year: int) -> tuple[date, ...]:
        """The days of ``year`` set to work, whichever notice set them."""
        return tuple(sorted(day for day, setting in self._settings.items() if setting.worked and day.year == year))

    def is_workday(self, day: date) -> bool:
        return self.in_force.worked(day)

    def add_workdays(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day``, which is not counted; before it where ``n`` is negative."""
        return self.in_force.add(day, n)

    def workdays_between(self, after: date, until: date) -> int:
        """Working days in (after, until]; 0 where ``until`` is not later."""
        return self.in_force.between(after, until)

    def earliest_add(self, day: date, n: int) -> date:
        """As :meth:`add_workdays`, never later than any likely notice makes it; for alarms, never a lawful date.

        Where days are provisional, weekend days within ten calendar days of a statutory holiday count as worked.
        """
        plain = self.in_force.add(day, n)
        return self.earliest.add(day, n) if n > 0 and self.provisional(day + _ONE, plain) else plain

    def provisional(self, first: date, last: date) -> bool:
        """Whether first..last touches a year without a notice, or 25-31 December before such a year (暂定)."""
        known = self._known
        year = last.year
        if year not in known or (first.year != year and any(y not in known for y in range(first.year, year))):
            return True
        return last.month == 12 and last.day >= _LAST_WEEK and year + 1 not in known

    def day(self, day: date) -> Day:
        """The day with the reason why it is worked or not: weekday, holiday by name and notice, make-up workday."""
        worked = self.is_workday(day)
        reason = self._reason(day, worked)
        local = self._local_settings.get(day)
        if local is not None and local.worked is False and not self.local_holidays_stop:
            number = local.notice.notice
            reason = Text(
                f"{reason.zh}；地方假日（{number}），不影响法定期限",
                f"{reason.en}; local holiday ({number}), stops no statutory clock",
            )
        return Day(day, worked, reason)

    def working_days_in_year(self, year: int) -> int:
        return self.workdays_between(date(year - 1, 12, 31), date(year, 12, 31))

    def working_days_by_quarter(self, year: int) -> tuple[int, int, int, int]:
        ends = (date(year - 1, 12, 31), date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31))
        first, second, third, fourth = (self.workdays_between(a, b) for a, b in pairwise(ends))
        return first, second, third, fourth

    def changed_since(self, other: "Calendar") -> frozenset[date]:
        """The days worked under one of the two calendars only. A notice may end provisional dates with none of them."""
        return frozenset(compress(_dates(), map(ne, self.in_force.flags, other.in_force.flags)))

    def __repr__(self) -> str:
        return f"Calendar(version={self.version}, known={sorted(self._known)})"

    @cached_property
    def in_force(self) -> WorkdayCount:
        """The working days by the rule of the class."""
        return WorkdayCount(self._flags)

    @cached_property
    def earliest(self) -> WorkdayCount:
        """The working days with every provisional weekend day near a statutory holiday taken as worked."""
        flags = bytearray(_swapped_flags())
        sure = self._flags
        for year in self._known:
            first, end = _year_slice(year)
            if year + 1 not in self._known:
                end -= 31 - _LAST_WEEK + 1
            flags[first:end] = sure[first:end]
        for settings in self._layers:
            for day in settings:
                flags[_index(day)] = sure[_index(day)]
        return WorkdayCount(bytes(flags))

    @cached_property
    def _known(self) -> frozenset[int]:
        return frozenset(s.notice.year for s in self._standing if s.published and not s.notice.local)

    @cached_property
    def _flags(self) -> bytes:
        flags = bytearray(_statutory_flags())
        plain = _weekday_flags()
        for year in self._known:
            first, end = _year_slice(year)
            flags[first:end] = plain[first:end]
        for settings in self._layers:
            for day, setting in settings.items():
                index = _index(day)
                flags[index] = plain[index] if setting.worked is None else setting.worked
        return bytes(flags)

    @property
    def _layers(self) -> tuple[dict[date, _Setting], ...]:
        return (self._settings, self._local_settings) if self.local_holidays_stop else (self._settings,)

    @cached_property
    def _settings(self) -> dict[date, _Setting]:
        return self._settings_of(local=False)

    @cached_property
    def _local_settings(self) -> dict[date, _Setting]:
        return self._settings_of(local=True)

    def _settings_of(self, *, local: bool) -> dict[date, _Setting]:
        settings: dict[date, _Setting] = {}
        for notice, _ in self._standing:
            if notice.local == local:
                settings.update((day, _Setting(None, notice)) for day in notice.removed)
                settings.update((day, _Setting(False, notice)) for day in notice.holidays)
                settings.update((day, _Setting(True, notice)) for day in notice.makeup_workdays)
        return settings

    def _reason(self, day: date, worked: bool) -> Text:
        weekday = _WEEKDAYS[day.weekday()]
        setting = self._settings.get(day)
        if self.local_holidays_stop:
            setting = self._local_settings.get(day, setting)
        if setting is not None and setting.worked is not None:
            number = setting.notice.notice or f"{setting.notice.year}"
            if setting.worked:
                return Text(f"调休上班（{number}）", f"make-up workday ({number})")
            if setting.notice.local:
                return Text(f"地方假日（{number}）", f"local holiday ({number})")
            name = self._holiday_name(day)
            return Text(f"{name.zh}放假（{number}）", f"{name.en} holiday ({number})")
        if worked:
            return Text(f"工作日（{weekday.zh}）", f"working day ({weekday.en})")
        if setting is None and not self.known(day.year):
            statutory = statutory_days(day.year).get(day)
            if statutory is not None:
                zh, en = statutory
                return Text(f"{zh}（法定节假日，放假通知未公布）", f"{en} (statutory day, no notice yet)")
        return Text(f"周末（{weekday.zh}）", f"weekend ({weekday.en})")

    def _holiday_name(self, day: date) -> Text:
        """The statutory days in the run of days off around ``day``; a plain holiday where there is none."""
        run = [day]
        while len(run) < _LONGEST_RUN and not self.is_workday(run[0] - _ONE):
            run.insert(0, run[0] - _ONE)
        while len(run) < 2 * _LONGEST_RUN and not self.is_workday(run[-1] + _ONE):
            run.append(run[-1] + _ONE)
        names = dict.fromkeys(name for off in run if (name := statutory_days(off.year).get(off)) is not None)
        if not names:
            return Text("特别", "special")
        return Text("、".join(name.zh for name in names), " and ".join(name.en for name in names))


@cache
def statutory_days(year: int) -> dict[date, Text]:
    """The statutory days (法定节假日) of ``year`` by name, under the rule in force since 2025.

    The days the lunar calendar sets are known for 2000-2050 only.
    """
    days = {date(year, month, day): name for month, day, name in _FIXED}

    def mark(day: date, name: Text) -> None:
        both = days.get(day)
        days[day] = name if both is None else Text(f"{both.zh}、{name.zh}", f"{both.en} and {name.en}")

    if year in LUNAR:
        first, *others = (date.fromisoformat(f"{year}-{text}") for text in LUNAR[year])
        for offset in range(-1, 3):
            mark(first + timedelta(days=offset), _SPRING)
        for day, name in zip(others, _LUNAR_NAMES, strict=False):
            mark(day, name)
    return days


@cache
def _dates() -> tuple[date, ...]:
    return tuple(map(date.fromordinal, range(_BASE, _BASE + _SIZE)))


@cache
def _weekday_flags() -> bytes:
    week = bytes(weekday < _SATURDAY for weekday in range(7))
    return (week * (_SIZE // 7 + 2))[FIRST_DAY.weekday() :][:_SIZE]


@cache
def _statutory_flags() -> bytes:
    """Monday to Friday minus the statutory days, for every year."""
    flags = bytearray(_weekday_flags())
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        for day in statutory_days(year):
            flags[_index(day)] = 0
    return bytes(flags)


@cache
def _swapped_flags() -> bytes:
    """As the statutory flags, with every weekend day near a statutory day worked unless it is one itself."""
    plain = _weekday_flags()
    flags = bytearray(_statutory_flags())
    off = [_index(day) for year in range(FIRST_DAY.year, LAST_DAY.year + 1) for day in statutory_days(year)]
    for middle in off:
        for index in range(max(0, middle - _SWAP_REACH), min(_SIZE, middle + _SWAP_REACH + 1)):
            if not plain[index]:
                flags[index] = 1
    for middle in off:
        flags[middle] = 0
    return bytes(flags)


def _year_slice(year: int) -> tuple[int, int]:
    return _index(date(year, 1, 1)), _index(date(year, 12, 31)) + 1


def _index(day: date) -> int:
    index = day.toordinal() - _BASE
    if not 0 <= index < _SIZE:
        raise _outside(day)
    return index


def _outside(*days: date) -> DateProblem:
    reach, shown = f"{FIRST_DAY}–{LAST_DAY}", ", ".join(map(str, days))
    return DateProblem(Text(f"超出工作日历的范围（{reach}）：{shown}", f"outside the calendar ({reach}): {shown}"))
