"""Wrong entries of an application are undone and entered again as of the day on which they happened."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requests.application_commands import (
    ApproveExtension,
    ConfirmReceipt,
    FindFault,
    NotifyExtension,
    ProvideHelp,
    ReceiveCorrection,
    Register,
    Reply,
    RequestCorrection,
)
from services.requests.application_events import (
    ApplicationRegistered,
    CorrectionRequested,
    ExtensionLapsed,
    ExtensionNotified,
    ProcedureFaulted,
    ReplyOverdue,
    ReplySent,
    RequestReceived,
)
from shared.domain.corrections import (
    DeadlineRecomputed,
    EntryVoided,
    OverdueRevoked,
    RevokeOverdue,
    VerdictRevised,
    VoidEntry,
)
from shared.domain.kind import Event, Recorded
from shared.engine.history import effective
from tests.scenario import Scenario, known_calendar, left
from tests.seed_calendar import a_notice
from tests.unit.application_world import CHIEF, CLERK, COUNTY, file

GRANT = ApproveExtension(reason="需要汇总")


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


def faults(scenario: Scenario) -> list[str]:
    """The faults that count."""
    return [event.kind for event in scenario.live if isinstance(event, ProcedureFaulted)]


ASK = RequestCorrection(items="请写明年份")


def test_the_fault_of_a_late_notice_is_undone_with_the_notice() -> None:
    scenario = file("registered").and_(ASK, by=CLERK, on="2026-10-21")
    assert faults(scenario) == ["correction_late"]
    fault = scenario.id_of(ProcedureFaulted)
    scenario.when(void(scenario, CorrectionRequested), by=COUNTY, on="2026-10-22").then(
        left(EntryVoided, revised=(fault,)), left(VerdictRevised, voids=(fault,))
    )
    assert (faults(scenario), scenario.state.faults) == ([], ())
    # Entered again as of the day on which it went out, it is no fault; as of a late one it is one.
    again = file("registered").and_(ASK, by=CLERK, on="2026-10-21")
    again.and_(void(again, CorrectionRequested), by=COUNTY, on="2026-10-22")
    again.and_(ASK, by=CLERK, on="2026-10-16", recorded="2026-10-22 10:00")
    assert faults(again) == []
    scenario.and_(ASK, by=CLERK, on="2026-10-23")
    assert faults(scenario) == ["correction_late"]


def test_the_fault_of_an_extension_told_without_approval_is_undone_with_the_notice() -> None:
    tell = NotifyExtension()
    scenario = file("registered").and_(tell, by=CLERK, on="2026-11-02 09:00")
    scenario.and_(void(scenario, ExtensionNotified), by=COUNTY, on="2026-11-02 10:00")
    assert faults(scenario) == []
    approved = file("registered").and_(tell, by=CLERK, on="2026-11-02 09:00")
    wrong = void(approved, ExtensionNotified)
    approved.and_(GRANT, by=CHIEF, on="2026-11-02 10:00").and_(tell, by=CLERK, on="2026-11-02 11:00")
    approved.and_(wrong, by=COUNTY, on="2026-11-02 12:00")
    assert faults(approved) == []
    assert approved.file.dues["reply"][0] == date(2026, 12, 3)


def test_the_fault_of_a_lapse_is_undone_with_the_lapse_also_after_it_was_found() -> None:
    scenario = file("registered").and_(GRANT, by=CHIEF, on="2026-11-02")
    scenario.when_swept("2026-11-06").then(ExtensionLapsed, ReplyOverdue)
    scenario.and_(FindFault(kind="extension_unnotified"), on="2026-11-06 00:00", recorded="2026-11-06 09:00")
    assert faults(scenario) == ["extension_unnotified"]
    scenario.and_(NotifyExtension(), by=CLERK, on="2026-11-05", recorded="2026-11-06 10:00")
    assert faults(scenario) == []
    assert not any(isinstance(event, ExtensionLapsed | ReplyOverdue) for event in scenario.live)


def test_the_fault_of_a_lapse_is_undone_when_the_lapse_is_revoked() -> None:
    scenario = file("registered").and_(GRANT, by=CHIEF, on="2026-11-02")
    scenario.when_swept("2026-11-06").then(ExtensionLapsed, ReplyOverdue)
    found = FindFault(kind="extension_unnotified")
    scenario.and_(found, on="2026-11-06 00:00", recorded="2026-11-06 09:00")
    fault = scenario.id_of(ProcedureFaulted)
    revoke = RevokeOverdue(event=scenario.id_of(ExtensionLapsed), reason="系统停机")
    scenario.when(revoke, by=COUNTY, on="2026-11-09").then(OverdueRevoked, left(VerdictRevised, voids=(fault,)))
    assert faults(scenario) == []
    # A policy that reads the lapse only now finds nothing, and the miss of the reply is charged still.
    scenario.when(found, on="2026-11-06 00:00", recorded="2026-11-09 10:00").then_nothing()
    overdue = RevokeOverdue(event=scenario.id_of(ReplyOverdue), reason="系统停机")
    scenario.when(overdue, by=COUNTY, on="2026-11-10").then(OverdueRevoked)


@pytest.mark.parametrize("busy", [False, True])
def test_a_lapse_that_another_calendar_moves_leaves_its_fault_or_has_it_found_again(busy: bool) -> None:
    scenario = file("registered", on="2026-12-04").and_(GRANT, by=CHIEF, on="2026-12-07")
    found = FindFault(kind="extension_unnotified")
    scenario.when_swept("2027-01-05").then(ExtensionLapsed, ReplyOverdue)
    scenario.and_(found, on="2027-01-05 00:00", recorded="2027-01-05 09:00")
    if busy:
        scenario.and_(ProvideHelp(need="visual", help="read_aloud"), by=CLERK, on="2027-01-07")
    scenario.calendar = known_calendar().publish(a_notice(2027, off=frozenset({date(2027, 1, 1), date(2027, 1, 4)})))
    scenario.when_swept("2027-01-08")
    (lapsed,) = [event for event in scenario.live if isinstance(event, ExtensionLapsed)]
    assert lapsed.due == date(2027, 1, 5)
    # A lapse that is restated is the same one, and no policy reacts to it; one that is new is read by the policy.
    assert (lapsed.restates is not None) == busy
    assert (faults(scenario) == ["extension_unnotified"]) == busy
    scenario.and_(found, on="2027-01-06 00:00", recorded="2027-01-08 09:00")
    assert faults(scenario) == ["extension_unnotified"]


def test_what_a_review_found_is_undone_by_name_before_what_it_was_found_of() -> None:
    asked = file("registered").and_(ASK, by=CLERK, on="2026-10-12")
    asked.and_(FindFault(kind="correction_late"), by=COUNTY, on="2026-10-13")
    asked.when(void(asked, CorrectionRequested), by=COUNTY, on="2026-10-13").then_refused("void.depended_on")
    sent = file("answered").and_(FindFault(kind="remedy_missing"), by=COUNTY, on="2026-10-13")
    sent.when(void(sent, ReplySent), by=COUNTY, on="2026-10-13").then_refused("void.depended_on")
    sent.when(void(sent, ReplySent, ProcedureFaulted), by=COUNTY, on="2026-10-13").then(EntryVoided)


def test_a_fault_from_before_it_was_said_how_it_was_noticed_goes_with_its_step() -> None:
    scenario = file("registered").and_(ASK, by=CLERK, on="2026-10-21")
    last = scenario.records[-1]
    scenario.records[-1] = Recorded(last.event.model_copy(update={"noticed": None}), last.stamp)
    scenario.file = replace(scenario.file, records=lambda: list(scenario.records))
    scenario.and_(void(scenario, CorrectionRequested), by=COUNTY, on="2026-10-22")
    assert faults(scenario) == []


@given(st.lists(st.sampled_from(["ask", "corrected", "tell", "approve", "find", "void"]), max_size=10), st.data())
def test_whatever_is_undone_no_fault_of_a_step_outlives_it(steps: list[str], data: st.DataObject) -> None:
    scenario = file("registered")
    commands = {
        "ask": (ASK, CLERK),
        "corrected": (ReceiveCorrection(text="2025 年度"), CLERK),
        "tell": (NotifyExtension(), CLERK),
        "approve": (GRANT, CHIEF),
        "find": (FindFault(kind="correction_late"), COUNTY),
    }
    for step in steps:
        if step == "void":
            targets = [r.stamp.id for r in effective(scenario.records) if r.stamp.sequence > 3]
            if targets:
                command = VoidEntry(events=(data.draw(st.sampled_from(targets)),), reason="登记有误")
                scenario.when(command, by=COUNTY, on="2026-10-21")
        else:
            scenario.when(commands[step][0], by=commands[step][1], on="2026-10-21")
        live = scenario.live
        asked = any(isinstance(event, CorrectionRequested) for event in live)
        told = any(isinstance(event, ExtensionNotified) and not event.days for event in live)
        assert "correction_late" not in faults(scenario) or asked
        assert "extension_unapproved" not in faults(scenario) or told
        assert len(faults(scenario)) == len(set(faults(scenario)))
