"""The working-day calendar against the packages, the notices and the statute."""

from dataclasses import replace
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from shared.domain.localtime import DateProblem
from shared.domain.text import Text
from shared.domain.workdays import FIRST_DAY, LAST_DAY, Calendar, statutory_days
from tests.seed_calendar import a_notice, days, seeded_calendar, seeded_notice
from tools.make_calendar_seed import SEED, TABLE, lunar_days, notice_text, notices, table_text

SEEDED = seeded_calendar()


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_every_day_of_2004_to_2026_agrees_with_the_package_but_the_one_it_omits() -> None:
    differing = [
        day
        for day in every_day(date(2004, 1, 1), date(2026, 12, 31))
        if SEEDED.is_workday(day) != chinese_calendar.is_workday(day)
    ]
    assert differing == [date(2005, 12, 31)]
    assert SEEDED.is_workday(date(2005, 12, 31))


def test_every_day_of_2004_to_2026_agrees_with_the_other_package() -> None:
    other = holidays.country_holidays("CN", years=range(2004, 2027))
    assert all(
        SEEDED.is_workday(day) == other.is_working_day(day) for day in every_day(date(2004, 1, 1), date(2026, 12, 31))
    )


def test_the_seed_files_and_the_table_are_what_the_tool_writes() -> None:
    for year, notice in notices().items():
        assert (SEED / f"{year}.json").read_text(encoding="utf-8") == notice_text(notice)
    assert sorted(int(file.stem) for file in SEED.glob("*.json")) == list(range(2004, 2027))
    assert TABLE.read_text(encoding="utf-8") == table_text()


def test_the_seed_knows_when_a_notice_was_published_and_its_number() -> None:
    assert seeded_notice(2026).notice == "国办发明电〔2025〕7号"
    assert seeded_notice(2026).published == date(2025, 11, 4)
    assert seeded_notice(2014).published == date(2013, 12, 11)
    assert seeded_notice(2013).published is None


@pytest.mark.parametrize(
    ("year", "worked", "off"),
    [
        (2006, ["2005-12-31"], []),
        (2007, ["2006-12-30", "2006-12-31"], []),
        (2008, ["2007-12-29"], ["2007-12-30", "2007-12-31"]),
        (2012, ["2011-12-31"], []),
        (2019, ["2018-12-29"], ["2018-12-30", "2018-12-31"]),
    ],
)
def test_days_of_the_old_year_set_by_the_next_notice_stand_in_that_notice(
    year: int, worked: list[str], off: list[str]
) -> None:
    notice = seeded_notice(year)
    assert {day for day in notice.makeup_workdays if day.year < year} == days(*worked)
    assert {day for day in notice.holidays if day.year < year} == days(*off)
    before = seeded_calendar(2004, year - 1)
    changed = before.publish(notice).changed_since(before)
    assert {day for day in changed if day.year < year} == {
        day for day in days(*worked, *off) if (day.weekday() < 5) != (day.isoformat() in worked)
    }


@pytest.mark.parametrize(
    ("year", "makeup"),
    [
        (2025, ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"]),
        (2026, ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]),
        (2018, ["2018-02-11", "2018-02-24", "2018-04-08", "2018-04-28", "2018-09-29", "2018-09-30", "2018-12-29"]),
    ],
)
def test_the_makeup_workdays_of_a_year_are_listed_whichever_notice_set_them(year: int, makeup: list[str]) -> None:
    assert [day.isoformat() for day in SEEDED.makeup_workdays(year)] == makeup


@pytest.mark.parametrize(("year", "quarters"), [(2025, (59, 61, 67, 61)), (2026, (59, 61, 66, 62))])
def test_working_days_of_the_quarters(year: int, quarters: tuple[int, int, int, int]) -> None:
    assert SEEDED.working_days_by_quarter(year) == quarters
    assert SEEDED.working_days_in_year(year) == 248


def test_all_makeup_days_since_2015_but_that_of_the_one_off_parade_lie_near_a_statutory_day() -> None:
    makeup = [day for year in range(2015, 2027) for day in SEEDED.makeup_workdays(year)]
    assert len(makeup) == 75
    statutory = [day for year in range(2014, 2028) for day in statutory_days(year)]
    far = [day for day in makeup if min(abs((day - each).days) for each in statutory) > 10]
    assert far == [date(2015, 9, 6)]


def test_a_working_day_is_added_and_counted_over_a_worked_saturday() -> None:
    assert SEEDED.add_workdays(date(2025, 9, 30), 3) == date(2025, 10, 11)
    assert SEEDED.workdays_between(date(2025, 9, 30), date(2025, 10, 11)) == 3
    assert SEEDED.workdays_between(date(2025, 9, 30), date(2025, 10, 8)) == 0


def test_adding_nothing_stays_and_adding_a_negative_number_goes_back() -> None:
    assert SEEDED.add_workdays(date(2026, 10, 3), 0) == date(2026, 10, 3)
    assert SEEDED.add_workdays(date(2026, 10, 11), -1) == date(2026, 10, 10)
    assert SEEDED.add_workdays(date(2026, 10, 10), -1) == date(2026, 10, 9)
    assert SEEDED.add_workdays(date(2026, 10, 9), -3) == date(2026, 9, 29)


def test_an_empty_or_backward_span_holds_no_working_day() -> None:
    assert SEEDED.workdays_between(date(2026, 11, 24), date(2026, 11, 24)) == 0
    assert SEEDED.workdays_between(date(2026, 11, 24), date(2026, 11, 2)) == 0


@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1)])
def test_a_day_beyond_the_calendar_is_refused_and_named(day: date) -> None:
    for ask in (
        lambda: SEEDED.is_workday(day),
        lambda: SEEDED.add_workdays(day, 1),
        lambda: SEEDED.workdays_between(min(day, FIRST_DAY), max(day, FIRST_DAY)),
        lambda: SEEDED.workdays_between(day, day),
    ):
        with pytest.raises(DateProblem, match=day.isoformat()):
            ask()


def test_a_sum_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(DateProblem):
        SEEDED.add_workdays(LAST_DAY - timedelta(days=7), 20)
    with pytest.raises(DateProblem):
        SEEDED.add_workdays(FIRST_DAY + timedelta(days=7), -20)
    first_worked = date(1990, 1, 2)
    assert SEEDED.add_workdays(first_worked + timedelta(days=1), -1) == first_worked
    with pytest.raises(DateProblem):
        SEEDED.add_workdays(first_worked, -1)


def test_the_first_and_last_day_of_the_calendar_count() -> None:
    assert not SEEDED.is_workday(FIRST_DAY)
    assert SEEDED.workdays_between(FIRST_DAY, FIRST_DAY + timedelta(days=4)) == 4
    assert SEEDED.workdays_between(LAST_DAY - timedelta(days=2), LAST_DAY) == 2


def test_a_year_without_notice_is_monday_to_friday_minus_the_statutory_days() -> None:
    off = {day for day in every_day(date(2027, 1, 1), date(2027, 12, 31)) if not SEEDED.is_workday(day)}
    weekends = {day for day in every_day(date(2027, 1, 1), date(2027, 12, 31)) if day.weekday() >= 5}
    statutory = days(
        "2027-01-01", "2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-04-05", "2027-05-01", "2027-05-02",
        "2027-06-09", "2027-09-15", "2027-10-01", "2027-10-02", "2027-10-03",
    )  # fmt: skip
    assert off == weekends | statutory
    assert SEEDED.holidays(2027) == tuple(sorted(statutory))


@pytest.mark.parametrize("year", range(2025, 2051))
def test_the_statutory_days_are_those_of_the_statute(year: int) -> None:
    package = holidays.country_holidays("CN", years=year, language="zh_CN")
    named = {
        day
        for day in package
        if not all("（" in name for name in package.get_list(day))  # a name with a bracket is a substitute day
    }
    assert set(statutory_days(year)) == named
    assert len(named) in {12, 13}


@pytest.mark.parametrize("year", [2008, 2020, 2033, 2050])
def test_the_lunar_days_come_in_their_order(year: int) -> None:
    assert lunar_days(year) == sorted(lunar_days(year))


def test_two_statutory_days_on_one_date_share_it() -> None:
    assert statutory_days(2020)[date(2020, 10, 1)] == Text("国庆节、中秋节", "National Day and Mid-Autumn Festival")


def test_a_year_beyond_the_table_keeps_its_fixed_days() -> None:
    assert sorted(statutory_days(2051)) == [
        date(2051, m, d) for m, d in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
    ]


def test_an_empty_calendar_knows_no_year() -> None:
    empty = Calendar.empty()
    assert empty.version == 0
    assert not empty.known(2026)
    assert empty.notice(2026) is None
    assert empty.add_workdays(date(2026, 10, 9), 20) == date(2026, 11, 6)


def test_publishing_makes_a_new_version_and_leaves_the_old_one_alone() -> None:
    empty = Calendar.empty()
    published = empty.publish(seeded_notice(2026))
    assert (empty.version, published.version) == (0, 1)
    assert published.known(2026)
    assert not empty.known(2026)
    assert published.notice(2026) == seeded_notice(2026)
    assert published.add_workdays(date(2026, 10, 9), 20) == date(2026, 11, 5)
    assert empty.add_workdays(date(2026, 10, 9), 20) == date(2026, 11, 6)


def test_a_year_published_again_takes_the_place_of_the_first_notice() -> None:
    first = Calendar.empty().publish(a_notice(2026, off=days("2026-01-01", "2026-03-02"), worked=days("2026-03-07")))
    second = first.publish(a_notice(2026, off=days("2026-01-01", "2026-03-03")))
    assert second.version == 2
    assert second.is_workday(date(2026, 3, 2))
    assert not second.is_workday(date(2026, 3, 3))
    assert not second.is_workday(date(2026, 3, 7))
    assert second.changed_since(first) == days("2026-03-02", "2026-03-03", "2026-03-07")


def test_an_amendment_is_laid_over_what_stands() -> None:
    before = seeded_calendar(2004, 2026)
    amended = before.amend(
        a_notice(2026, off=days("2026-11-11"), worked=days("2026-11-14"), removed=days("2026-10-10", "2026-10-07"))
    )
    assert amended.version == before.version + 1
    assert amended.changed_since(before) == days("2026-11-11", "2026-11-14", "2026-10-10", "2026-10-07")
    assert before.changed_since(amended) == amended.changed_since(before)
    assert date(2026, 10, 7) not in amended.holidays(2026)
    assert date(2026, 10, 10) not in amended.makeup_workdays(2026)
    assert date(2026, 10, 6) in amended.holidays(2026)
    assert amended.notice(2026) == before.notice(2026)


def test_a_later_amendment_wins_over_an_earlier_one() -> None:
    once = SEEDED.amend(a_notice(2026, off=days("2026-11-11")))
    twice = once.amend(a_notice(2026, removed=days("2026-11-11")))
    assert not once.is_workday(date(2026, 11, 11))
    assert twice.is_workday(date(2026, 11, 11))
    assert twice.changed_since(SEEDED) == frozenset()


def test_an_amendment_alone_does_not_make_a_year_known() -> None:
    amended = SEEDED.amend(a_notice(2027, off=days("2027-03-03")))
    assert not amended.known(2027)
    assert amended.notice(2027) is None
    assert not amended.is_workday(date(2027, 3, 3))
    assert not amended.is_workday(date(2027, 10, 1))


def test_a_statutory_day_given_back_in_an_unknown_year_follows_the_weekday() -> None:
    assert SEEDED.amend(a_notice(2027, removed=days("2027-10-01"))).is_workday(date(2027, 10, 1))
    assert date(2027, 10, 1) not in SEEDED.amend(a_notice(2027, removed=days("2027-10-01"))).holidays(2027)


def test_a_notice_that_amends_cannot_be_published_as_the_years_notice() -> None:
    amending = seeded_notice(2026).__class__(2026, "", None, days("2026-11-11"), frozenset(), amends=True)
    with pytest.raises(DateProblem, match="amends"):
        SEEDED.publish(amending)
    assert not SEEDED.amend(amending).is_workday(date(2026, 11, 11))


def test_a_local_holiday_is_shown_and_stops_no_statutory_clock() -> None:
    local = SEEDED.publish(a_notice(2026, off=days("2026-08-10"), local=True, number="黔南府发〔2026〕3号"))
    assert local.version == SEEDED.version + 1
    assert local.changed_since(SEEDED) == frozenset()
    assert local.notice(2026) == SEEDED.notice(2026)
    day = local.day(date(2026, 8, 10))
    assert day.worked
    assert day.reason.zh == "工作日（周一）；地方假日（黔南府发〔2026〕3号），不影响法定期限"
    assert "stops no statutory clock" in day.reason.en


def test_a_local_holiday_stops_the_clock_where_the_county_set_it_so() -> None:
    calendar = Calendar.empty(local_holidays_stop=True).publish(seeded_notice(2026))
    local = calendar.publish(a_notice(2026, off=days("2026-08-10"), local=True, number="黔南府发〔2026〕3号"))
    assert not local.is_workday(date(2026, 8, 10))
    assert local.day(date(2026, 8, 10)).reason.zh == "地方假日（黔南府发〔2026〕3号）"
    assert local.changed_since(calendar) == days("2026-08-10")


def test_a_local_notice_alone_does_not_make_a_year_known() -> None:
    local = SEEDED.publish(a_notice(2027, off=days("2027-08-10"), local=True))
    assert not local.known(2027)
    assert local.notice(2027) is None


@pytest.mark.parametrize(
    ("day", "worked", "zh", "en"),
    [
        ("2026-11-24", True, "工作日（周二）", "working day (Tuesday)"),
        ("2026-11-22", False, "周末（周日）", "weekend (Sunday)"),
        ("2026-10-10", True, "调休上班（国办发明电〔2025〕7号）", "make-up workday (国办发明电〔2025〕7号)"),
        ("2026-10-07", False, "国庆节放假（国办发明电〔2025〕7号）", "National Day holiday (国办发明电〔2025〕7号)"),
        ("2026-02-23", False, "春节放假（国办发明电〔2025〕7号）", "Spring Festival holiday (国办发明电〔2025〕7号)"),
        ("2025-10-07", False, "国庆节、中秋节放假（2025）", "National Day and Mid-Autumn Festival holiday (2025)"),
        ("2015-09-03", False, "特别放假（2015）", "special holiday (2015)"),
        ("2027-02-08", False, "春节（法定节假日，放假通知未公布）", "Spring Festival (statutory day, no notice yet)"),
        ("2027-02-13", False, "周末（周六）", "weekend (Saturday)"),
    ],
)
def test_a_day_says_why_it_is_worked_or_not(day: str, worked: bool, zh: str, en: str) -> None:
    assert SEEDED.day(date.fromisoformat(day)) == (date.fromisoformat(day), worked, Text(zh, en))


@pytest.mark.parametrize(
    ("first", "last", "provisional"),
    [
        ("2026-11-25", "2026-12-24", False),
        ("2026-11-25", "2026-12-25", True),
        ("2026-12-07", "2027-01-04", True),
        ("2025-12-07", "2026-01-04", False),
        ("2025-12-25", "2025-12-31", False),
        ("2003-12-31", "2004-01-05", True),
        ("2004-01-01", "2026-12-24", False),
        ("2030-05-05", "2030-05-05", True),
    ],
)
def test_a_span_is_provisional_where_a_coming_notice_may_change_it(first: str, last: str, provisional: bool) -> None:
    assert SEEDED.provisional(date.fromisoformat(first), date.fromisoformat(last)) is provisional


def test_a_gap_between_known_years_is_provisional() -> None:
    gap = Calendar.empty().publish(seeded_notice(2024)).publish(seeded_notice(2026))
    assert gap.provisional(date(2024, 12, 1), date(2026, 1, 5))
    assert gap.provisional(date(2024, 12, 25), date(2024, 12, 25))
    assert not gap.provisional(date(2024, 12, 1), date(2024, 12, 24))


def test_the_earliest_day_counts_likely_makeup_days_of_unknown_years_only() -> None:
    assert SEEDED.earliest_add(date(2026, 12, 4), 20) == date(2026, 12, 30)
    assert SEEDED.earliest_add(date(2026, 10, 9), 20) == date(2026, 11, 5)
    assert SEEDED.earliest_add(date(2027, 3, 1), 3) == SEEDED.add_workdays(date(2027, 3, 1), 3)
    assert SEEDED.earliest_add(date(2027, 10, 8), 1) == date(2027, 10, 9)
    assert SEEDED.add_workdays(date(2027, 10, 8), 1) == date(2027, 10, 11)


def test_weekend_days_of_unknown_years_near_a_statutory_day_may_be_worked() -> None:
    statutory = [day for year in range(2026, 2042) for day in statutory_days(year)]
    weekend = [day for day in every_day(date(2027, 1, 1), date(2040, 12, 31)) if day.weekday() >= 5]
    near = {day for day in weekend if day not in statutory and min(abs((day - each).days) for each in statutory) <= 10}
    assert {day for day in weekend if SEEDED.earliest.worked(day)} == near
    sure = every_day(date(2004, 1, 1), date(2026, 12, 24))
    assert all(SEEDED.earliest.worked(day) == SEEDED.is_workday(day) for day in sure)


def test_a_day_that_a_notice_has_set_is_no_longer_doubtful() -> None:
    amended = SEEDED.amend(a_notice(2027, off=days("2027-10-09")))
    assert amended.earliest_add(date(2027, 10, 8), 1) == date(2027, 10, 10)


def test_a_year_names_the_notices_laid_over_its_own() -> None:
    change, local = a_notice(2026, off=days("2026-07-24")), replace(a_notice(2026, off=days("2026-07-25")), local=True)
    amended = SEEDED.amend(change).amend(local)
    assert amended.amendments(2026) == (change, local)
    assert amended.amendments(2025) == ()
    assert amended.publish(a_notice(2026, off=days("2026-01-01"))).amendments(2026) == (local,)


def test_a_calendar_shows_its_version_and_years() -> None:
    assert repr(seeded_calendar(2025, 2026)) == "Calendar(version=2, known=[2025, 2026])"
