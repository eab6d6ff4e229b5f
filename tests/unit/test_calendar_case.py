"""The calendar case: publishing a year's holidays and amending them."""

from datetime import date
from typing import Any

import pytest

from services.assessment.calendar import KIND, Amend, CalendarAmended, CalendarYearPublished, Publish, case_id
from shared.domain.corrections import EntryVoided, VoidEntry
from shared.domain.directory import OFFICE
from tests.scenario import Scenario, given, left, person

CHIEF = person("office.chief", f"head@{OFFICE}")
SECURITY = person("admin.security", "security_admin@government-services")
CLERK = person("clerk.education", "clerk@education", "head@education")


def days(*texts: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts)


def notice_of_2027(**changes: Any) -> Publish:
    fields = {
        "year": 2027,
        "notice": "国办发明电〔2026〕9号",
        "published": date(2026, 11, 10),
        "holidays": days("2027-10-02", "2027-01-01", "2027-10-01"),
        "makeup_workdays": days("2027-09-26", "2026-12-27"),
    }
    return Publish(**(fields | changes))


def published() -> Scenario:
    return given(KIND, (notice_of_2027(), "2026-11-11"), case="calendar-2027")


def test_a_year_is_published_with_its_days_in_order() -> None:
    scenario = Scenario(KIND)
    scenario.when(notice_of_2027(), by=CHIEF, on="2026-11-11").then(
        left(
            CalendarYearPublished,
            department=OFFICE,
            year=2027,
            notice="国办发明电〔2026〕9号",
            published=date(2026, 11, 10),
            holidays=days("2027-01-01", "2027-10-01", "2027-10-02"),
            makeup_workdays=days("2026-12-27", "2027-09-26"),
            local=False,
        )
    )
    summary = KIND.summary(scenario.state)
    assert (summary.status, summary.title, summary.columns["holidays"]) == ("published", "国办发明电〔2026〕9号", 3)


def test_the_case_id_is_the_year() -> None:
    assert case_id(notice_of_2027()) == "calendar-2027"


def test_the_hash_is_that_of_the_source_or_else_of_what_was_entered() -> None:
    def hash_of(command: Publish) -> Any:
        event = Scenario(KIND).when(command, on="2026-11-11").accepted().events[0]
        assert isinstance(event, CalendarYearPublished)
        return event.source_hash

    assert hash_of(notice_of_2027(source_hash="ab" * 32)) == "ab" * 32
    assert len(hash_of(notice_of_2027())) == 64
    assert hash_of(notice_of_2027()) == hash_of(notice_of_2027())
    assert hash_of(notice_of_2027()) != hash_of(notice_of_2027(notice="国办发明电〔2026〕10号"))


def test_a_year_is_published_once() -> None:
    published().when(notice_of_2027(), on="2026-11-12").then_refused("calendar.already_published")


def test_local_holidays_are_no_years_notice() -> None:
    Scenario(KIND).when(notice_of_2027(local=True), on="2026-11-11").then_refused("calendar.local_needs_year")


def test_a_year_without_days_off_is_refused() -> None:
    command = notice_of_2027(holidays=days("2026-12-31"), makeup_workdays=())
    Scenario(KIND).when(command, on="2026-11-11").then_refused("calendar.no_holidays")


@pytest.mark.parametrize("stray", ["2026-11-30", "2028-02-01"])
def test_a_day_far_from_the_year_is_refused(stray: str) -> None:
    command = notice_of_2027(holidays=days("2027-01-01", stray))
    broken = Scenario(KIND).when(command, on="2026-11-11").then_refused("calendar.outside_year")
    assert broken.field == "holidays"


def test_a_day_cannot_be_off_and_worked() -> None:
    command = notice_of_2027(holidays=days("2027-01-01", "2027-09-26"))
    Scenario(KIND).when(command, on="2026-11-11").then_refused("calendar.day_twice")


def test_a_make_up_workday_is_a_saturday_or_sunday() -> None:
    command = notice_of_2027(makeup_workdays=days("2027-09-24"))
    broken = Scenario(KIND).when(command, on="2026-11-11").then_refused("calendar.makeup_on_weekday")
    assert broken.field == "makeup_workdays"


def test_a_notice_is_not_published_after_it_is_entered() -> None:
    Scenario(KIND).when(notice_of_2027(), on="2026-11-09").then_refused("calendar.published_later")


def test_an_amendment_is_laid_over_what_stands() -> None:
    scenario = published()
    scenario.when(
        Amend(notice="国办发明电〔2027〕1号", holidays=days("2027-09-26"), removed=days("2027-10-02")),
        by=SECURITY,
        on="2027-02-01",
    ).then(left(CalendarAmended, year=2027, holidays=days("2027-09-26"), removed=days("2027-10-02"), local=False))
    assert scenario.state.national.holidays == days("2027-01-01", "2027-09-26", "2027-10-01")
    assert scenario.state.national.makeup_workdays == days("2026-12-27")
    assert KIND.summary(scenario.state).status == "amended"


def test_local_holidays_stand_in_a_layer_of_their_own() -> None:
    scenario = published()
    scenario.when(Amend(notice="黔南府办发〔2027〕3号", holidays=days("2027-08-09"), local=True), on="2027-05-01").then(
        left(CalendarAmended, local=True)
    )
    assert scenario.state.local.holidays == days("2027-08-09")
    assert date(2027, 8, 9) not in scenario.state.national.holidays
    scenario.when(Amend(notice="某号", removed=days("2027-10-01"), local=True), on="2027-05-02").then_refused(
        "calendar.not_set"
    )


def test_a_weekday_off_may_be_made_worked_again() -> None:
    scenario = published()
    assert date(2027, 10, 1).weekday() == 4
    scenario.when(Amend(notice="某号", makeup_workdays=days("2027-10-01")), on="2027-02-01").then(CalendarAmended)
    assert date(2027, 10, 1) in scenario.state.national.makeup_workdays


def test_an_amendment_keeps_to_the_rules_of_a_notice() -> None:
    scenario = published()
    for command, code in (
        (Amend(notice="某号", holidays=days("2029-01-01")), "calendar.outside_year"),
        (Amend(notice="某号", makeup_workdays=days("2027-09-24")), "calendar.makeup_on_weekday"),
        (Amend(notice="某号", holidays=days("2027-10-01"), removed=days("2027-10-01")), "calendar.day_twice"),
        (Amend(notice="某号", published=date(2027, 3, 1), holidays=days("2027-03-02")), "calendar.published_later"),
        (Amend(notice="某号", removed=days("2027-03-02")), "calendar.not_set"),
        (Amend(notice="某号", holidays=days("2027-10-01")), "calendar.no_change"),
        (Amend(notice="某号"), "calendar.no_change"),
    ):
        scenario.when(command, on="2027-02-01").then_refused(code)


def test_a_voided_amendment_changes_nothing() -> None:
    scenario = published()
    before = scenario.state.national
    scenario.and_(Amend(notice="某号", holidays=days("2027-10-05")), on="2027-02-01")
    amendment = scenario.id_of(CalendarAmended)
    scenario.when(VoidEntry(events=(amendment,), reason="登记有误"), by=CHIEF, on="2027-02-02").then(EntryVoided)
    assert scenario.state.national == before


@pytest.mark.parametrize("command", [notice_of_2027(), Amend(notice="某号", holidays=days("2027-10-05"))])
def test_a_department_keeps_no_calendar(command: Any) -> None:
    scenario = Scenario(KIND) if command.command_opens else published()
    scenario.when(command, by=CLERK, on="2026-11-12").then_forbidden()
