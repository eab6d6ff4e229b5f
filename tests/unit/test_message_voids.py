"""What an undone entry takes with it: what later events say of the file before them is said anew, or the undoing is refused."""

from datetime import date

import pytest

from services.messages.message_commands import (
    ApproveReply,
    Assign,
    DenyReturn,
    DraftReply,
    GrantReturn,
    Rate,
    Reclassify,
    Reply,
    RequestExtension,
    RequestReturn,
)
from services.messages.message_commands import GrantExtension as Grant
from services.messages.message_events import (
    ExtensionRequested,
    MessageAssigned,
    MessageClassified,
    MessageReclassified,
    RatingGiven,
    ReplyApproved,
    ReplyDrafted,
    ReplyOverdue,
    ReplySent,
    ReturnDenied,
    ReturnGranted,
    ReturnRequested,
)
from shared.domain.corrections import EntryVoided, VoidEntry
from shared.domain.kind import Event
from tests.scenario import Scenario
from tests.unit.message_world import CLERK, DESK, HEAD, OFFICE_HEAD, REVIEWER, file


def void(scenario: Scenario, *events: str) -> VoidEntry:
    """Undoes the events with these ids."""
    return VoidEntry(events=events, reason="登记有误")


def live(scenario: Scenario, kind: type[Event]) -> list[Event]:
    """The events of a class that count."""
    return [event for event in scenario.live if isinstance(event, kind)]


def due_of(scenario: Scenario) -> str:
    """The due date of the first reply."""
    return f"{scenario.file.dues['reply'][0]}"


def reply_sent(scenario: Scenario, on: str) -> None:
    """Draft, approval and reply on one day."""
    scenario.and_(DraftReply(text="已修复"), by=CLERK, on=on)
    scenario.and_(ApproveReply(), by=HEAD, on=on)
    scenario.and_(Reply(), by=REVIEWER, on=on)


def test_a_reclassification_after_the_undone_one_gets_the_due_date_of_a_file_in_which_the_mistake_was_never_made() -> (
    None
):
    mistaken = file("assigned", category="difficult", days=15)
    mistaken.and_(Reclassify(category="complaint", reason="误"), by=DESK, on="2026-03-03")
    first = mistaken.id_of(MessageReclassified)
    mistaken.and_(Reclassify(category="investigation", reason="复核"), by=DESK, on="2026-03-17")
    mistaken.and_(void(mistaken, first), by=OFFICE_HEAD, on="2026-03-17")
    control = file("assigned", category="difficult", days=15)
    control.and_(Reclassify(category="investigation", reason="复核"), by=DESK, on="2026-03-17")
    assert mistaken.state.clocks == control.state.clocks
    assert live(mistaken, ReplyOverdue) == []
    (changed,) = live(mistaken, MessageReclassified)
    assert isinstance(changed, MessageReclassified)
    assert (changed.previous, changed.not_before) == ("difficult", date(2026, 3, 17))
    for scenario in (mistaken, control):
        reply_sent(scenario, "2026-03-17")
        (sent,) = live(scenario, ReplySent)
        assert isinstance(sent, ReplySent)
        assert (sent.due, sent.met) == (date(2026, 3, 17), True)


def test_what_the_category_was_before_is_said_anew_when_the_step_between_is_undone() -> None:
    scenario = file("assigned").and_(Reclassify(category="investigation", reason="略"), by=DESK, on="2026-03-03")
    first = scenario.id_of(MessageReclassified)
    scenario.and_(Reclassify(category="enquiry", reason="略"), by=DESK, on="2026-03-04")
    scenario.and_(void(scenario, first), by=DESK, on="2026-03-04")
    (changed,) = live(scenario, MessageReclassified)
    assert isinstance(changed, MessageReclassified)
    assert changed.previous == "complaint"
    assert changed.restates == f"{first.rpartition('/')[0]}/{int(first.rpartition('/')[2]) + 1}"


def test_a_return_is_a_repeated_one_only_while_the_one_before_it_stands() -> None:
    scenario = file("assigned").and_(
        RequestReturn(ground="not_competent", reason="非本单位职责"), by=CLERK, on="2026-03-03"
    )
    scenario.and_(DenyReturn(reason="职责清单已列明"), by=DESK, on="2026-03-03")
    first, denied = scenario.id_of(ReturnRequested), scenario.id_of(ReturnDenied)
    scenario.and_(RequestReturn(ground="not_competent", reason="再次申请"), by=CLERK, on="2026-03-04")
    assert [event.model_dump()["repeated"] for event in live(scenario, ReturnRequested)] == [False, True]
    scenario.and_(void(scenario, first, denied), by=DESK, on="2026-03-05")
    assert [event.model_dump()["repeated"] for event in live(scenario, ReturnRequested)] == [False]


def test_a_reassignment_restarts_the_clock_only_while_the_return_stands() -> None:
    scenario = file("assigned").and_(
        RequestReturn(ground="not_competent", reason="非本单位职责"), by=CLERK, on="2026-03-03"
    )
    scenario.and_(GrantReturn(), by=DESK, on="2026-03-04")
    granted = scenario.id_of(ReturnGranted)
    scenario.and_(Assign(department="health"), by=DESK, on="2026-03-05")
    assert due_of(scenario) == "2026-03-16"
    scenario.and_(void(scenario, granted), by=DESK, on="2026-03-05")
    assert due_of(scenario) == "2026-03-11"
    assert [event.model_dump()["restarts"] for event in live(scenario, MessageAssigned)] == [False, False]


def test_a_reply_with_a_rating_is_undone_only_together_with_it() -> None:
    scenario = file("answered").and_(Rate(satisfied=False), by=DESK, on="2026-03-03")
    sent, rating = scenario.id_of(ReplySent), scenario.id_of(RatingGiven)
    scenario.when(void(scenario, sent), by=OFFICE_HEAD, on="2026-03-04").then_refused("void.depended_on")
    scenario.when(void(scenario, sent, rating), by=OFFICE_HEAD, on="2026-03-04").then(EntryVoided)
    assert live(scenario, RatingGiven) == []


@pytest.mark.parametrize("event", [ReplyDrafted, ReplyApproved])
def test_what_a_sent_reply_rests_on_is_not_undone_under_it(event: type[Event]) -> None:
    scenario = file("answered")
    scenario.when(void(scenario, scenario.id_of(event)), by=OFFICE_HEAD, on="2026-03-04").then_refused(
        "void.depended_on"
    )


def test_an_extension_asked_for_is_not_undone_under_its_grant() -> None:
    scenario = file("assigned", category="investigation")
    scenario.and_(RequestExtension(days=3, reason="需现场勘查"), by=CLERK, on="2026-03-03")
    scenario.and_(Grant(told="phone"), by=OFFICE_HEAD, on="2026-03-04")
    asked = scenario.id_of(ExtensionRequested)
    scenario.when(void(scenario, asked), by=OFFICE_HEAD, on="2026-03-04").then_refused("void.depended_on")


def test_a_classification_is_not_undone_under_its_change() -> None:
    scenario = file("assigned").and_(Reclassify(category="investigation", reason="略"), by=DESK, on="2026-03-03")
    classified = scenario.id_of(MessageClassified)
    scenario.when(void(scenario, classified), by=DESK, on="2026-03-04").then_refused("void.depended_on")
