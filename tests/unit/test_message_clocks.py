"""Verdicts, charging, neglect, reminders, corrections: how time treats a citizen's message."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.messages.message import MESSAGE
from services.messages.message_commands import (
    Accept,
    ApproveReply,
    Assign,
    Classify,
    DraftReply,
    GrantReturn,
    OrderRework,
    Reclassify,
    Reply,
    RequestReturn,
    Submit,
)
from services.messages.message_events import (
    MessageNeglected,
    ReminderSent,
    ReplyOverdue,
    ReplySent,
)
from services.messages.message_rules import LADDER
from services.messages.message_state import Message
from shared.domain.corrections import EntryVoided, OverdueRevoked, RevokeOverdue, VoidEntry
from shared.domain.directory import SYSTEM
from shared.domain.kind import Command, Verdict, vault_fields
from shared.engine.batch import Given
from tests.scenario import Scenario, left, moment
from tests.unit.message_world import CASE, CLERK, DESK, DIRECTORY, HEAD, OFFICE_HEAD, file, report, returned


@pytest.mark.parametrize(
    ("stage", "holder"), [("received", "county-office"), ("classified", "county-office"), ("assigned", "education")]
)
def test_charged_is_the_unit_that_holds_the_file_on_the_due_date(stage: str, holder: str) -> None:
    file(stage).when_swept("2026-03-12 00:00").then(left(ReplyOverdue, department=holder, due=date(2026, 3, 11)))


def test_the_holder_of_the_due_date_is_charged_even_if_the_file_has_moved_since() -> None:
    scenario = returned(on="2026-03-11").and_(GrantReturn(), by=DESK, on="2026-03-12")
    scenario.and_(Assign(department="health"), by=DESK, on="2026-03-12")
    overdue = [e for e in scenario.live if isinstance(e, ReplyOverdue)]
    assert [(e.department, e.due) for e in overdue] == [("education", date(2026, 3, 11))]


def test_a_sweep_at_midnight_after_the_due_date_finds_the_miss_and_not_before() -> None:
    scenario = file("assigned")
    scenario.when_swept("2026-03-11 23:59")
    assert not [e for e in scenario.live if isinstance(e, ReplyOverdue)]
    scenario.when_swept("2026-03-12 00:00").then(ReplyOverdue)
    scenario.when_swept("2026-03-12 00:00").then_nothing()


def test_a_message_of_december_is_provisional_while_the_next_year_is_unknown() -> None:
    scenario = file("accepted", on="2026-12-15").and_(Classify(category="difficult"), by=DESK, on="2026-12-15")
    assert scenario.file.dues["reply"][1] == "provisional"


# -- neglect


def test_three_months_unanswered_is_neglect_charged_once() -> None:
    scenario = file("assigned")
    scenario.when_swept("2026-06-03 00:00").then(
        ReplyOverdue,
        left(
            MessageNeglected,
            department="education",
            category="complaint",
            due=date(2026, 6, 2),
            amount=3,
            unit="m",
            clock="neglect",
            met=False,
        ),
    )
    scenario.when_swept("2026-12-31 00:00").then_nothing()


def test_the_months_end_on_the_last_day_of_a_short_month() -> None:
    scenario = file("assigned", on="2025-11-30")
    assert scenario.file.dues["neglect"][0] == date(2026, 2, 28)


def test_an_answer_before_three_months_leaves_no_verdict_on_neglect() -> None:
    scenario = file("answered")
    assert scenario.state.neglect_ended == "met"
    scenario.when_swept("2026-12-31 00:00").then_nothing()


def test_neglect_watches_the_first_reply_only() -> None:
    scenario = file("answered").and_(OrderRework(ground="substandard"), by=OFFICE_HEAD, on="2026-03-09")
    scenario.when_swept("2026-12-31 00:00").then(left(ReplyOverdue, clock="reply-2"))


# -- reminders


def rungs(scenario: Scenario, clock: str = "reply") -> list[str]:
    return [e.rung for e in scenario.live if isinstance(e, ReminderSent) and e.clock == clock]


def test_each_rung_of_the_ladder_is_sent_once_to_the_holder() -> None:
    scenario = file("assigned")
    for day in range(2, 32):
        scenario.when_swept(f"2026-03-{day:02} 10:00")
        scenario.when_swept(f"2026-03-{day:02} 10:30").then_nothing()
    assert rungs(scenario) == [rung.code for rung in LADDER]
    assert {e.department for e in scenario.live if isinstance(e, ReminderSent)} == {"education"}
    assert len(scenario.state.reminded) == 5


def test_rungs_before_the_start_of_a_short_limit_are_left_out() -> None:
    scenario = file("assigned", category="enquiry")
    scenario.when_swept("2026-03-04 10:00").then(left(ReminderSent, rung="before-1"))


def test_a_week_without_sweeps_sends_the_missed_rungs_in_order() -> None:
    scenario = file("assigned")
    scenario.when_swept("2026-03-19 10:00").accepted()
    assert rungs(scenario) == ["before-5", "before-3", "before-1", "after-1", "after-5"]


def test_nothing_is_sent_outside_working_hours() -> None:
    scenario = file("assigned")
    scenario.when_swept("2026-03-07 10:00").then_nothing()
    scenario.when_swept("2026-03-09 07:00").then_nothing()


def test_an_answered_message_is_not_reminded_of() -> None:
    file("answered").when_swept("2026-03-10 10:00").then_nothing()


def test_a_rework_has_a_ladder_of_its_own() -> None:
    scenario = file("answered").and_(OrderRework(ground="substandard"), by=OFFICE_HEAD, on="2026-03-09")
    scenario.when_swept("2026-03-17 10:00").accepted()
    assert rungs(scenario) == []
    assert rungs(scenario, "reply-2") == ["before-5", "before-3", "before-1"]


def test_a_reminder_says_nothing_of_the_message() -> None:
    scenario = report().when_swept("2026-03-09 10:00").then(ReminderSent)
    told = set(scenario.records[-1].event.model_dump(exclude_defaults=True))
    assert told <= {"department", "clock", "rung", "clocks"}


# -- history


OLD_ROW: tuple[tuple[Command, str], ...] = (
    (Submit(title="题", text="文", department="education"), "2015-03-02 10:00"),
    (Accept(), "2015-03-02 10:00"),
    (Classify(category="difficult"), "2015-03-02 10:00"),
    (Assign(department="education"), "2015-03-02 10:00"),
    (DraftReply(text="答"), "2015-04-20"),
    (ApproveReply(), "2015-04-20"),
    (Reply(), "2015-04-20"),
)


def imported(*, at_once: bool) -> Scenario:
    scenario = Scenario(MESSAGE, directory=DIRECTORY, case=CASE)
    if not at_once:
        for command, on in OLD_ROW:
            scenario.and_(command, on=on, recorded="2026-03-02", origin="import")
        return scenario
    batch = scenario.batch(moment("2026-03-02"))
    for command, on in OLD_ROW:
        refs = {name: f"v:{name}" for name in vault_fields(type(command)) if getattr(command, name)}
        batch.give(Given(command.model_copy(update=refs), SYSTEM, moment(on), "import", writer="s:writer"))
    batch.settle(batch.now)
    scenario.keep(batch)
    return scenario


def test_imported_history_keeps_its_dates_and_is_neither_flagged_nor_reminded_of() -> None:
    scenario = imported(at_once=True)
    overdue = next(e for e in scenario.live if isinstance(e, ReplyOverdue))
    sent = next(e for e in scenario.live if isinstance(e, ReplySent))
    assert (overdue.department, overdue.due, overdue.category) == ("education", date(2015, 3, 23), "difficult")
    assert (sent.done, sent.met) == (date(2015, 4, 20), False)
    assert all(record.event.origin == "import" for record in scenario.records)
    assert not any(record.event.flags for record in scenario.records)
    scenario.when_swept("2026-03-03 10:00").then_nothing()


def test_history_given_step_by_step_ends_in_the_same_verdicts() -> None:
    def verdicts(scenario: Scenario) -> list[tuple[object, ...]]:
        told = [e for e in scenario.live if isinstance(e, Verdict)]
        return sorted((e.event_name, e.department, e.clock, e.due, e.met, e.amount) for e in told)

    assert verdicts(imported(at_once=False)) == verdicts(imported(at_once=True))


def test_an_unanswered_import_is_overdue_and_neglected_but_not_reminded_of() -> None:
    scenario = Scenario(MESSAGE, directory=DIRECTORY, case=CASE)
    for command in (Submit(title="题", text="文"), Accept(), Classify(category="enquiry")):
        scenario.and_(command, on="2015-03-02", recorded="2015-03-02", origin="import")
    scenario.when_swept("2026-03-03 10:00").then(ReplyOverdue, MessageNeglected)


# -- corrections


def test_a_voided_reclassification_lists_what_moved() -> None:
    scenario = file("assigned").and_(Reclassify(category="investigation", reason="略"), by=DESK, on="2026-03-03")
    voided = scenario.records[-1].stamp.id
    scenario.when(VoidEntry(events=(voided,), reason="误操作"), by=DESK, on="2026-03-04").then(EntryVoided)
    moved = scenario.records[-1].event.model_dump(mode="json")["moved"]
    assert moved == [{"clock": "reply", "old": "2026-03-16", "new": "2026-03-11"}]
    assert scenario.state.category == "complaint"


def test_a_revoked_overdue_ends_the_clock_without_a_verdict() -> None:
    scenario = file("approved")
    scenario.when_swept("2026-03-12 00:00").then(ReplyOverdue)
    revoke = RevokeOverdue(event=scenario.id_of(ReplyOverdue), reason="系统故障")
    scenario.when(revoke, by=DESK, on="2026-03-13").then(OverdueRevoked)
    assert scenario.state.clocks[0].ended == "cancelled"
    scenario.when(Reply(), by=HEAD, on="2026-03-16").then(left(ReplySent, met=False))
    scenario.when_swept("2026-03-17 00:00").then_nothing()
    assert not [e for e in scenario.live if isinstance(e, ReplyOverdue)]


def test_a_revoked_neglect_stays_revoked() -> None:
    scenario = file("assigned")
    scenario.when_swept("2026-06-03 00:00")
    revoke = RevokeOverdue(event=scenario.id_of(MessageNeglected), reason="系统故障")
    scenario.when(revoke, by=DESK, on="2026-06-03").accepted()
    assert scenario.state.neglect_ended == "cancelled"
    scenario.when_swept("2026-06-04 00:00").then_nothing()


# -- the fold


_ADAPTER: TypeAdapter[Message] = TypeAdapter(Message)
HISTORIES = [
    file("answered"),
    report(handler="discipline"),
    returned()
    .and_(GrantReturn(), by=DESK, on="2026-03-03")
    .and_(Assign(department="health"), by=DESK, on="2026-03-04"),
    file("answered", category="investigation", confidential=True).and_(
        OrderRework(ground="substandard"), by=OFFICE_HEAD, on="2026-03-09"
    ),
    file("assigned").and_(RequestReturn(ground="not_competent", reason="略"), by=CLERK, on="2026-03-20"),
]
RECORDS = [record for scenario in HISTORIES for record in scenario.records]


@pytest.mark.parametrize("scenario", HISTORIES)
def test_the_state_survives_json(scenario: Scenario) -> None:
    assert _ADAPTER.validate_json(_ADAPTER.dump_json(scenario.state)) == scenario.state


@given(st.lists(st.sampled_from(RECORDS), max_size=25))
@settings(max_examples=150, deadline=None)
def test_the_fold_takes_any_event_in_any_order(records: list[Any]) -> None:
    state: Message = MESSAGE.initial
    for record in records:
        state = MESSAGE.evolve(state, record.event, record.stamp)
        MESSAGE.summary(state)
        MESSAGE.clocks(state)
        assert MESSAGE.reminders is not None
        MESSAGE.reminders(state)
    assert _ADAPTER.validate_json(_ADAPTER.dump_json(state)) == state
