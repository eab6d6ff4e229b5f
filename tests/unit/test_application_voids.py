"""Wrong entries of an application are undone and entered again as of the day on which they happened."""

from datetime import date

from services.requests.application_commands import ConfirmReceipt, Register, Reply
from services.requests.application_events import (
    ApplicationRegistered,
    ReplySent,
    RequestReceived,
)
from shared.domain.corrections import DeadlineRecomputed, EntryVoided, VoidEntry
from shared.domain.kind import Event
from tests.scenario import Scenario, known_calendar, left
from tests.seed_calendar import a_notice
from tests.unit.application_world import CLERK, COUNTY, file


def void(scenario: Scenario, *events: type[Event]) -> VoidEntry:
    """The command that undoes the last entries of these kinds."""
    return VoidEntry(events=tuple(scenario.id_of(event) for event in events), reason="日期登记有误")


def test_a_reply_entered_under_a_wrong_day_is_undone_and_entered_as_of_the_right_one() -> None:
    scenario = file("reviewed").and_(Reply(), by=CLERK, on="2026-11-04")
    scenario.and_(void(scenario, ReplySent), by=COUNTY, on="2026-11-05")
    scenario.when(Reply(), by=CLERK, on="2026-10-20", recorded="2026-11-05 10:00").then(left(ReplySent, met=True))


def test_a_step_before_a_holiday_notice_may_be_entered_after_it() -> None:
    scenario = file("reviewed", on="2026-12-11")
    scenario.calendar = known_calendar().publish(a_notice(2027, off=frozenset({date(2027, 1, 1), date(2027, 1, 4)})))
    scenario.when_swept("2026-12-18").then(DeadlineRecomputed)
    scenario.when(Reply(), by=CLERK, on="2026-12-16", recorded="2026-12-18 10:00").then(left(ReplySent, met=True))


def test_a_wrong_receipt_is_undone_and_an_earlier_one_confirmed() -> None:
    scenario = file("submitted", on="2026-10-08")
    receipt = ConfirmReceipt(evidence="told_by_phone")
    scenario.and_(receipt, by=CLERK, on="2026-10-12").and_(Register(), by=CLERK, on="2026-10-12")
    wrong = void(scenario, RequestReceived, ApplicationRegistered)
    scenario.when(wrong, by=COUNTY, on="2026-10-13").then(EntryVoided)
    assert (scenario.state.status, scenario.file.dues) == ("submitted", {})
    scenario.when(receipt, by=CLERK, on="2026-10-09 10:00", recorded="2026-10-13 10:00").then(
        left(RequestReceived, received=date(2026, 10, 9))
    )
    scenario.when(Register(), by=CLERK, on="2026-10-09 10:00", recorded="2026-10-13 10:00").then(ApplicationRegistered)
    assert scenario.file.dues["reply"][0] == date(2026, 11, 5)


def test_what_rests_on_a_receipt_is_undone_before_it() -> None:
    scenario = file("answered")
    scenario.when(void(scenario, RequestReceived), by=COUNTY, on="2026-10-13").then_refused("void.depended_on")
