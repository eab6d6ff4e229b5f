"""Confidentiality, reports and their isolation, leaders' notes, diversion and erasure."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.messages.message import HANDLER_ALONE, MESSAGE
from services.messages.message_commands import (
    Accept,
    AcceptDiversion,
    AddCoHandler,
    ApproveReply,
    Archive,
    Assign,
    Classify,
    Comment,
    DivertToPetition,
    DivertToRequest,
    DraftReply,
    Erase,
    GrantReturn,
    NoteInstruction,
    OrderRework,
    PublishReply,
    Quarantine,
    Reclassify,
    Reply,
    RequestConfidentiality,
    RequestReturn,
)
from services.messages.message_events import (
    ConfidentialityRequested,
    DiversionAccepted,
    DivertedToPetition,
    DivertedToRequest,
    InstructionNoted,
    MessageClassified,
    MessageQuarantined,
    MessageReclassified,
    ReplyOverdue,
    ReplySent,
    ReplyWithheld,
    ReturnGranted,
    SubjectErased,
)
from shared.domain.directory import PUBLIC, SYSTEM, Actor
from shared.domain.permission import may
from tests.scenario import Scenario, left, person
from tests.unit.message_world import (
    CLERK,
    DESK,
    HEAD,
    HEALTH,
    HEALTH_HEAD,
    LEADER,
    OFFICE_CLERK,
    OFFICE_HEAD,
    SECURITY,
    WRITER,
    file,
    report,
)

COPY = PublishReply(title="路灯", question="某学校门口路灯不亮", reply="已修复")
ISOLATE = Quarantine(accused="health")
ERASE = Erase(ground="consent_withdrawn")


def names_the_accused(scenario: Scenario, since: int = 0) -> bool:
    """Whether an event from ``since`` on or the state has the accused unit in plain words."""
    told = "".join(record.event.model_dump_json() for record in scenario.records[since:])
    return "health" in told or "卫生" in told or "health" in repr(scenario.state)


# -- reports


def test_a_report_is_isolated_in_the_commit_that_classifies_it() -> None:
    scenario = (
        file("accepted")
        .when(Classify(category="report", accused="health"), by=DESK, on="2026-03-02")
        .then(
            left(MessageClassified, department="county-office", category="report", limit=10),
            left(MessageQuarantined, department="county-office", accused="v:accused"),
        )
    )
    summary = MESSAGE.summary(scenario.state)
    assert (summary.restricted, summary.hidden_from, summary.department) == (True, ("v:accused",), "county-office")
    assert scenario.file.dues["reply"][0] == date(2026, 3, 16)
    assert not names_the_accused(scenario)


def test_a_report_is_handled_by_the_office_or_the_unit_it_names() -> None:
    scenario = report(handler="discipline")
    assert MESSAGE.summary(scenario.state).department == "discipline"
    assert scenario.state.status == "assigned"
    member = person("member", "clerk@discipline")
    scenario.when(DraftReply(text="已核查"), by=member, on="2026-03-03").accepted()


def test_the_office_answers_a_report_it_keeps() -> None:
    scenario = report().and_(DraftReply(text="已核查"), by=OFFICE_CLERK, on="2026-03-03")
    scenario.and_(ApproveReply(), by=OFFICE_HEAD, on="2026-03-03")
    scenario.when(Reply(), by=DESK, on="2026-03-04").then(
        left(ReplySent, department="county-office", category="report", met=True)
    )
    assert not names_the_accused(scenario)


def test_the_office_may_assign_a_report_it_keeps_once() -> None:
    scenario = report().and_(Assign(department="discipline"), by=DESK, on="2026-03-03")
    scenario.when(Assign(department="education"), by=DESK, on="2026-03-03").then_refused("message.already_assigned")
    named = report(handler="discipline")
    named.when(Assign(department="education"), by=DESK, on="2026-03-03").then_refused("message.already_assigned")


def test_a_report_may_be_returned_by_its_handler() -> None:
    member = person("member", "head@discipline")
    scenario = report(handler="discipline")
    scenario.and_(RequestReturn(ground="not_competent", reason="略"), by=member, on="2026-03-03")
    scenario.when(GrantReturn(), by=DESK, on="2026-03-03").then(ReturnGranted)
    scenario.when(DraftReply(text="x"), by=DESK, on="2026-03-03").then_refused("message.not_assigned")
    scenario.and_(Assign(department="county-office"), by=DESK, on="2026-03-03")
    scenario.when(DraftReply(text="x"), by=DESK, on="2026-03-03").accepted()


def test_a_report_names_the_accused_unit() -> None:
    broken = (
        file("accepted")
        .when(Classify(category="report"), by=DESK, on="2026-03-02")
        .then_refused("message.accused_missing")
    )
    assert broken.field == "accused"
    assigned = file("assigned")
    assigned.when(Reclassify(category="report", reason="含检举"), by=DESK, on="2026-03-02").then_refused(
        "message.accused_missing"
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: Quarantine(accused="health", handler="health"),
        lambda: Classify(category="report", accused="health", handler="health"),
        lambda: Reclassify(category="report", accused="health", handler="health", reason="略"),
    ],
)
def test_the_accused_unit_is_never_its_own_handler(make: object) -> None:
    with pytest.raises(ValidationError, match="不得为被检举"):
        make()  # type: ignore[operator]


def test_the_handler_of_a_report_exists() -> None:
    accepted = file("accepted")
    unknown = Classify(category="report", accused="health", handler="飞天局")
    accepted.when(unknown, by=DESK, on="2026-03-02").then_bad_field("handler")


def test_an_assigned_message_found_to_accuse_leaves_the_unit_that_held_it() -> None:
    scenario = file("approved").and_(AddCoHandler(department="health"), by=DESK, on="2026-03-02")
    since = len(scenario.records)
    scenario.when(ISOLATE, by=OFFICE_HEAD, on="2026-03-04").then(
        left(MessageReclassified, department="county-office", previous="complaint", category="report"),
        left(MessageQuarantined, department="county-office"),
    )
    summary = MESSAGE.summary(scenario.state)
    assert (summary.department, summary.parties) == ("county-office", ())
    assert (scenario.state.draft, scenario.state.approver, scenario.state.status) == (None, None, "accepted")
    scenario.when(DraftReply(text="x"), by=CLERK, on="2026-03-04").then_forbidden()
    scenario.when_swept("2026-03-17 00:00").then(left(ReplyOverdue, department="county-office", category="report"))
    assert not names_the_accused(scenario, since)


def test_reclassification_to_a_report_isolates_as_well() -> None:
    again = Reclassify(category="report", accused="health", handler="discipline", reason="含检举")
    file("assigned").when(again, by=DESK, on="2026-03-04").then(
        left(MessageReclassified, department="discipline", reason="v:reason"),
        left(MessageQuarantined, department="discipline"),
    )


@pytest.mark.parametrize("stage", ["received", "accepted"])
def test_isolation_classifies_what_was_not_classified(stage: str) -> None:
    file(stage).when(ISOLATE, by=DESK, on="2026-03-03").then(
        left(MessageClassified, category="report"), MessageQuarantined
    )


def test_a_finished_file_is_isolated_too_and_its_published_copy_taken_down() -> None:
    scenario = file("answered").and_(COPY, by=HEAD, on="2026-03-03").and_(Archive(), by=CLERK, on="2026-03-03")
    scenario.when(ISOLATE, by=OFFICE_HEAD, on="2026-03-09").then(
        MessageReclassified, MessageQuarantined, left(ReplyWithheld, ground="report")
    )
    assert scenario.state.status == "archived"
    assert scenario.state.published_reply is None
    assert MESSAGE.summary(scenario.state).department == "county-office"


def test_a_message_is_isolated_once_and_stays_so() -> None:
    report().when(ISOLATE, by=DESK, on="2026-03-03").then_refused("message.already_quarantined")
    report().when(Reclassify(category="complaint", reason="略"), by=DESK, on="2026-03-03").then_refused(
        "message.quarantine_stands"
    )


def test_only_the_office_isolates() -> None:
    file("assigned").when(ISOLATE, by=HEAD, on="2026-03-03").then_forbidden()


def test_a_report_is_not_shared_published_or_passed_to_requests() -> None:
    report().when(AddCoHandler(department="education"), by=DESK, on="2026-03-03").then_refused("message.quarantined")
    report().when(DivertToRequest(explanation="略"), by=DESK, on="2026-03-03").then_refused("message.quarantined")
    answered = report().and_(DraftReply(text="x"), by=OFFICE_CLERK, on="2026-03-03")
    answered.and_(ApproveReply(), by=OFFICE_HEAD, on="2026-03-03").and_(Reply(), by=DESK, on="2026-03-03")
    answered.when(COPY, by=OFFICE_HEAD, on="2026-03-03").then_refused("message.quarantined")
    answered.when(Archive(), by=DESK, on="2026-03-04").accepted()


def test_what_its_writer_calls_a_report_is_kept_as_one_until_it_is_classified() -> None:
    assert not MESSAGE.summary(file("accepted", department="health").state).restricted
    kept = file("received", claims="report", department="health")
    summary = MESSAGE.summary(kept.state)
    assert (summary.restricted, summary.hidden_from) == (True, ("v:department",))
    kept.and_(Accept(), by=DESK, on="2026-03-02").and_(Classify(category="complaint"), by=DESK, on="2026-03-02")
    assert not MESSAGE.summary(kept.state).restricted


def test_the_writer_following_a_report_is_not_shown_who_handles_it() -> None:
    assert MESSAGE.public_view is not None
    assert MESSAGE.public_view(report(handler="discipline").state)["department"] is None
    assert MESSAGE.public_view(file("assigned").state)["department"] == "education"


# -- confidentiality and vault readers


def test_the_writer_may_ask_for_confidentiality_later_and_the_published_copy_goes() -> None:
    scenario = file("answered").and_(COPY, by=HEAD, on="2026-03-03")
    scenario.when(RequestConfidentiality(), by=WRITER, on="2026-03-04").then(
        ConfidentialityRequested, left(ReplyWithheld, ground="confidential")
    )
    assert MESSAGE.summary(scenario.state).confidential
    scenario.when(COPY, by=HEAD, on="2026-03-05").then_refused("message.confidential_not_published")
    scenario.when(RequestConfidentiality(), by=WRITER, on="2026-03-05").then_refused("message.already_confidential")


def test_confidentiality_may_be_asked_for_at_submission_and_then_nothing_is_published() -> None:
    scenario = file("answered", confidential=True)
    assert MESSAGE.summary(scenario.state).confidential
    scenario.when(COPY, by=HEAD, on="2026-03-03").then_refused("message.confidential_not_published")
    scenario.when(Archive(), by=CLERK, on="2026-03-03").accepted()


def test_confidentiality_counts_from_when_it_is_asked_for() -> None:
    asked = RequestConfidentiality(happened="2026-03-03T09:00:00+08:00")
    file("assigned").when(asked, by=WRITER, on="2026-03-03", recorded="2026-03-05").then_refused(
        "message.time_not_yours"
    )


@pytest.mark.parametrize(
    ("field", "who"),
    [
        ("title", {"clerk", "health-clerk", "desk", "leader", "writer"}),
        ("text", {"clerk", "health-clerk", "desk", "leader", "writer"}),
        ("name", {"clerk", "desk"}),
        ("phone", {"clerk", "desk"}),
        ("meant", {"desk"}),
        ("accused", {"clerk", "desk"}),
        ("instruction", {"desk", "leader"}),
        ("reason", {"clerk", "health-clerk", "desk"}),
        ("findings", {"clerk", "health-clerk", "desk"}),
        ("supervision", {"clerk", "desk", "leader"}),
        ("reply", {"clerk", "health-clerk", "desk", "leader", "writer"}),
        ("explanation", {"clerk", "health-clerk", "desk", "leader", "writer"}),
        ("published_reply", {"clerk", "health-clerk", "desk", "leader", "writer", "public", "security"}),
    ],
)
def test_each_confidential_field_is_read_by_whom_it_concerns(field: str, who: set[str]) -> None:
    readers = {
        actor.subject
        for actor in (CLERK, HEALTH, DESK, LEADER, WRITER, PUBLIC, SECURITY)
        if may(actor, MESSAGE.vault_readers[field], case="M2026-000001", holder="education", parties=("health",))
    }
    assert readers == who


def test_the_fields_for_the_handler_alone_are_those_of_the_person() -> None:
    assert HANDLER_ALONE == {"name", "phone", "email", "address", "identity", "writer"}
    assert set(MESSAGE.vault_readers) >= HANDLER_ALONE


# -- leaders' notes


@pytest.mark.parametrize("by", [DESK, LEADER])
def test_a_leaders_note_leaves_a_reference_only(by: Actor) -> None:
    note = NoteInstruction(instruction="请教育局三日内办结")
    scenario = (
        file("assigned")
        .when(note, by=by, on="2026-03-03")
        .then(left(InstructionNoted, department="education", instruction="v:instruction"))
    )
    assert "instruction" not in MESSAGE.columns
    assert MESSAGE.public_view is not None
    assert "v:instruction" not in MESSAGE.public_view(scenario.state).values()


def test_the_handler_notes_no_instruction_and_the_archive_takes_none() -> None:
    note = NoteInstruction(instruction="略")
    file("assigned").when(note, by=HEAD, on="2026-03-03").then_forbidden()
    archived = file("answered", confidential=True).and_(Archive(), by=CLERK, on="2026-03-03")
    archived.when(note, by=LEADER, on="2026-03-04").then_refused("message.archived")


# -- diversion


def test_a_petition_is_passed_on_and_its_clocks_are_cancelled() -> None:
    scenario = (
        file("assigned")
        .when(DivertToPetition(explanation="属信访事项"), by=DESK, on="2026-03-04")
        .then(left(DivertedToPetition, explanation="v:explanation", department="education"))
    )
    assert scenario.state.status == "diverted_petition"
    assert scenario.file.dues == {}
    scenario.when(AcceptDiversion(taken_over_as="信访〔2026〕7号"), by=DESK, on="2026-03-05").then(
        left(DiversionAccepted, taken_over_as="信访〔2026〕7号")
    )
    assert MESSAGE.public_view is not None
    assert MESSAGE.public_view(scenario.state)["taken_over_as"] == "信访〔2026〕7号"


def test_a_request_is_passed_on_with_all_that_the_application_needs() -> None:
    scenario = (
        file("accepted", identity="522728")
        .when(DivertToRequest(department="health", explanation="属依申请公开"), by=DESK, on="2026-03-04")
        .then(
            left(
                DivertedToRequest,
                department="county-office",
                target="health",
                title="v:title",
                text="v:text",
                name="v:name",
                phone="v:phone",
                identity="v:identity",
            )
        )
    )
    assert scenario.state.status == "diverted_request"
    scenario.when(AcceptDiversion(), by=SYSTEM, on="2026-03-04").then(DiversionAccepted)


def test_without_a_unit_named_the_present_holder_answers_the_request() -> None:
    file("assigned").when(DivertToRequest(explanation="略"), by=DESK, on="2026-03-04").then(
        left(DivertedToRequest, target="education")
    )


def test_a_diversion_late_does_not_undo_the_miss() -> None:
    file("assigned").when(DivertToPetition(explanation="略"), by=DESK, on="2026-03-12").then(
        left(ReplyOverdue, department="education"), DivertedToPetition
    )


def test_a_diverted_message_is_over_here() -> None:
    diverted = file("assigned").and_(DivertToPetition(explanation="略"), by=DESK, on="2026-03-04")
    for command, by in (
        (DraftReply(text="x"), CLERK),
        (Comment(text="x"), WRITER),
        (Assign(department="health"), DESK),
    ):
        diverted.when(command, by=by, on="2026-03-05").then_refused("message.diverted")


def test_only_a_diverted_message_is_taken_over_and_once() -> None:
    file("assigned").when(AcceptDiversion(), by=DESK, on="2026-03-04").then_refused("message.not_diverted")
    diverted = file("assigned").and_(DivertToPetition(explanation="略"), by=DESK, on="2026-03-04")
    diverted.and_(AcceptDiversion(), by=DESK, on="2026-03-05")
    diverted.when(AcceptDiversion(), by=DESK, on="2026-03-05").then_refused("message.diversion_already_accepted")


@pytest.mark.parametrize("command", [DivertToPetition(explanation="略"), DivertToRequest(explanation="略")])
def test_the_office_diverts_before_the_reply(command: DivertToPetition | DivertToRequest) -> None:
    file("assigned").when(command, by=HEAD, on="2026-03-04").then_forbidden()
    file("answered").when(command, by=DESK, on="2026-03-04").then_refused("message.already_answered")


# -- erasure


@pytest.mark.parametrize("by", [OFFICE_HEAD, SECURITY])
def test_erasing_names_the_writers_key_and_forgets_every_reference(by: Actor) -> None:
    scenario = (
        file("answered", confidential=True)
        .when(ERASE, by=by, on="2026-04-01")
        .then(left(SubjectErased, subject="s:writer", ground="consent_withdrawn", department="education"))
    )
    state = scenario.state
    assert state.erased
    assert {state.title, state.text, state.name, state.phone, state.reply, state.draft} == {None}
    assert state.status == "answered"
    assert MESSAGE.summary(state).title is None
    scenario.when(Archive(), by=CLERK, on="2026-04-02").accepted()


def test_erasing_an_open_message_ends_it() -> None:
    scenario = file("assigned").when(ERASE, by=OFFICE_HEAD, on="2026-03-04").then(SubjectErased)
    assert scenario.state.status == "erased"
    assert scenario.file.dues == {}
    assert not MESSAGE.summary(scenario.state).open
    for command, by in ((DraftReply(text="x"), CLERK), (Comment(text="x"), WRITER)):
        scenario.when(command, by=by, on="2026-03-05").then_refused("message.erased")
    scenario.when(Archive(), by=DESK, on="2026-03-05").then_refused("message.erased")
    scenario.when(ERASE, by=SECURITY, on="2026-03-05").then_refused("message.already_erased")


def test_an_erased_message_is_not_published() -> None:
    erased = file("answered").and_(ERASE, by=OFFICE_HEAD, on="2026-03-04")
    erased.when(COPY, by=HEAD, on="2026-03-05").then_refused("message.already_erased")


def test_units_do_not_erase() -> None:
    for by in (HEAD, HEALTH_HEAD, OFFICE_CLERK, LEADER):
        file("answered").when(ERASE, by=by, on="2026-03-04").then_forbidden()


def test_erasing_an_open_message_late_does_not_undo_the_miss() -> None:
    file("assigned").when(ERASE, by=OFFICE_HEAD, on="2026-03-12").then(ReplyOverdue, SubjectErased)


def test_a_reworked_report_stays_with_its_handler() -> None:
    scenario = report().and_(DraftReply(text="x"), by=OFFICE_CLERK, on="2026-03-03")
    scenario.and_(ApproveReply(), by=OFFICE_HEAD, on="2026-03-03").and_(Reply(), by=DESK, on="2026-03-03")
    scenario.and_(OrderRework(ground="substandard"), by=OFFICE_HEAD, on="2026-03-04")
    scenario.when(DraftReply(text="y"), by=DESK, on="2026-03-05").accepted()
    assert scenario.file.dues["reply-2"][0] == date(2026, 3, 18)
