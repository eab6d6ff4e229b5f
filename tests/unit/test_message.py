"""Receipt, acceptance, classification and assignment of citizens' messages."""

from datetime import date

import pytest

from services.messages.message import MESSAGE
from services.messages.message_commands import (
    Accept,
    Assign,
    Classify,
    Comment,
    Decline,
    DraftReply,
    Reclassify,
    Submit,
)
from services.messages.message_events import (
    CommentReceived,
    MessageAccepted,
    MessageAssigned,
    MessageClassified,
    MessageDeclined,
    MessageReceived,
    MessageReclassified,
    ReplyOverdue,
)
from shared.domain.directory import PUBLIC
from tests.scenario import Scenario, left
from tests.unit.message_world import CASE, CLERK, DESK, DIRECTORY, HEALTH, OFFICE_CLERK, WRITER, file, submission


def fresh() -> Scenario:
    return Scenario(MESSAGE, directory=DIRECTORY, case=CASE)


def due_of(scenario: Scenario, clock: str = "reply") -> date | None:
    return scenario.file.dues[clock][0]


def test_anybody_may_submit_and_the_day_of_receipt_is_the_local_day_of_arrival() -> None:
    scenario = (
        fresh()
        .when(submission(), by=PUBLIC, on="2026-03-02 23:59")
        .then(left(MessageReceived, received=date(2026, 3, 2), department="county-office", claimed=None))
    )
    assert scenario.state.status == "received"
    assert due_of(scenario) == date(2026, 3, 11)
    assert due_of(scenario, "neglect") == date(2026, 6, 2)


def test_a_received_message_carries_references_instead_of_the_writers_words() -> None:
    given = submission(email="a@b.cn", address="某街 1 号", identity="522728", department="education")
    scenario = fresh().when(given, by=PUBLIC, on="2026-03-02").accepted().scenario
    event = scenario.records[0].event.model_dump(mode="json")
    for name in ("title", "text", "name", "phone", "email", "address", "identity"):
        assert event[name] == f"v:{name}"
    assert event["meant"] == "v:department"
    assert event["department"] == "county-office"
    assert event["writer"] == "s:writer"


def test_a_person_gives_a_name() -> None:
    fresh().when(submission(name=None), by=PUBLIC, on="2026-03-02").then_refused("message.name_missing")


def test_a_person_can_be_reached() -> None:
    fresh().when(submission(phone=None), by=PUBLIC, on="2026-03-02").then_refused("message.contact_missing")
    fresh().when(submission(phone=None, email="a@b.cn"), by=PUBLIC, on="2026-03-02").then(MessageReceived)


def test_an_old_list_needs_neither_name_nor_contact() -> None:
    fresh().when(Submit(title="题", text="文"), on="2011-05-04", origin="import").then(
        left(MessageReceived, name=None, phone=None)
    )


def test_a_citizen_cannot_claim_an_earlier_day_of_receipt() -> None:
    claimed = submission(happened="2026-02-01T09:00:00+08:00")
    broken = (
        fresh().when(claimed, by=PUBLIC, on="2026-02-01", recorded="2026-03-02").then_refused("message.time_not_yours")
    )
    assert broken.field == "happened"


def test_the_county_office_may_enter_a_letter_with_its_day() -> None:
    entered = submission(happened="2026-02-26T09:00:00+08:00")
    fresh().when(entered, by=DESK, on="2026-02-26", recorded="2026-03-02").then(
        left(MessageReceived, received=date(2026, 2, 26), flags=("backdated",))
    )


def test_the_office_accepts() -> None:
    scenario = file("received").when(Accept(), by=OFFICE_CLERK, on="2026-03-03").then(MessageAccepted)
    assert scenario.state.status == "accepted"


def test_no_other_unit_accepts() -> None:
    file("received").when(Accept(), by=CLERK, on="2026-03-03").then_forbidden()


def test_a_message_is_accepted_once() -> None:
    file("accepted").when(Accept(), by=DESK, on="2026-03-03").then_refused("message.already_accepted")


@pytest.mark.parametrize("stage", ["received", "accepted"])
def test_the_office_declines_and_every_clock_is_cancelled(stage: str) -> None:
    scenario = (
        file(stage)
        .when(Decline(ground="repeated", explanation="同一事项已答复"), by=DESK, on="2026-03-03")
        .then(left(MessageDeclined, ground="repeated", explanation="v:explanation"))
    )
    assert scenario.state.status == "declined"
    assert scenario.file.dues == {}
    assert {move.clock: move.due for move in scenario.records[-1].event.clocks} == {"reply": None, "neglect": None}
    scenario.when_swept("2027-01-04").then_nothing()


def test_a_declined_message_is_over() -> None:
    declined = file("received").and_(Decline(ground="repeated", explanation="略"), by=DESK, on="2026-03-03")
    for command, by in ((Accept(), DESK), (Comment(text="x"), WRITER), (Assign(department="health"), DESK)):
        declined.when(command, by=by, on="2026-03-04").then_refused("message.declined")


def test_what_is_assigned_cannot_be_declined() -> None:
    file("assigned").when(Decline(ground="repeated", explanation="略"), by=DESK, on="2026-03-03").then_refused(
        "message.already_assigned"
    )


def test_a_message_declined_late_stays_late() -> None:
    scenario = (
        file("received")
        .when(Decline(ground="unlawful_content", explanation="略"), by=DESK, on="2026-03-20")
        .then(left(ReplyOverdue, category="unclassified", department="county-office"), MessageDeclined)
    )
    assert scenario.state.clocks[0].ended == "missed"


@pytest.mark.parametrize(
    ("category", "days", "due"),
    [
        ("enquiry", None, date(2026, 3, 5)),
        ("complaint", None, date(2026, 3, 11)),
        ("investigation", None, date(2026, 3, 16)),
        ("difficult", None, date(2026, 3, 23)),
        ("difficult", 15, date(2026, 3, 23)),
        ("difficult", 30, date(2026, 4, 14)),
    ],
)
def test_the_category_decides_the_limit_counted_from_receipt(category: str, days: int | None, due: date) -> None:
    scenario = file("classified", category=category, days=days)
    assert due_of(scenario) == due
    assert scenario.state.clocks[0].start == date(2026, 3, 2)


def test_a_complaint_shows_its_target_of_five_days_and_is_judged_by_seven() -> None:
    scenario = (
        file("accepted")
        .when(Classify(category="complaint"), by=DESK, on="2026-03-02")
        .then(left(MessageClassified, limit=7, target=5))
    )
    assert MESSAGE.summary(scenario.state).columns["target"] == 5


def test_the_limits_are_settings_of_the_county() -> None:
    settings = {"message.enquiry": 2, "message.unclassified": 4}
    scenario = file("received", settings=settings)
    assert due_of(scenario) == date(2026, 3, 6)
    scenario.and_(Accept(), by=DESK, on="2026-03-02").and_(Classify(category="enquiry"), by=DESK, on="2026-03-02")
    assert due_of(scenario) == date(2026, 3, 4)


def test_a_shorter_limit_never_falls_due_before_the_day_of_classification() -> None:
    scenario = (
        file("accepted")
        .when(Classify(category="enquiry"), by=DESK, on="2026-03-10")
        .then(left(MessageClassified, limit=3, not_before=date(2026, 3, 10)))
    )
    assert due_of(scenario) == date(2026, 3, 10)


def test_classification_needs_acceptance_and_comes_once() -> None:
    file("received").when(Classify(category="enquiry"), by=DESK, on="2026-03-02").then_refused("message.not_accepted")
    file("classified").when(Classify(category="enquiry"), by=DESK, on="2026-03-02").then_refused(
        "message.already_classified"
    )


@pytest.mark.parametrize(("category", "days"), [("complaint", 15), ("difficult", 20), ("enquiry", 30)])
def test_only_a_difficult_matter_has_a_choice_of_two_limits(category: str, days: int) -> None:
    broken = (
        file("accepted")
        .when(Classify(category=category, days=days), by=DESK, on="2026-03-02")
        .then_refused("message.no_such_limit")
    )
    assert broken.field == "days"
    assert "15" in broken.message.en


def test_only_a_report_names_an_accused_unit_or_a_handler() -> None:
    accepted = file("accepted")
    for fields in ({"accused": "health"}, {"handler": "health"}):
        broken = accepted.when(
            Classify(category="complaint", **fields),
            by=DESK,
            on="2026-03-02",
        ).then_refused("message.accused_not_expected")
        assert broken.field in fields


def test_reclassification_keeps_the_start() -> None:
    scenario = (
        file("assigned")
        .when(Reclassify(category="investigation", reason="需实地调查"), by=DESK, on="2026-03-05")
        .then(left(MessageReclassified, previous="complaint", category="investigation", limit=10, not_before=None))
    )
    assert due_of(scenario) == date(2026, 3, 16)


def test_reclassification_to_a_shorter_limit_is_due_on_its_own_day_at_the_earliest() -> None:
    scenario = file("assigned").and_(Reclassify(category="enquiry", reason="属咨询"), by=DESK, on="2026-03-09")
    assert due_of(scenario) == date(2026, 3, 9)
    early = file("assigned").and_(Reclassify(category="enquiry", reason="属咨询"), by=DESK, on="2026-03-03")
    assert due_of(early) == date(2026, 3, 5)


def test_a_difficult_matter_may_change_to_its_longer_limit() -> None:
    scenario = file("assigned", category="difficult")
    scenario.and_(Reclassify(category="difficult", days=30, reason="涉及多部门"), by=DESK, on="2026-03-10")
    assert due_of(scenario) == date(2026, 4, 14)


def test_reclassification_changes_something() -> None:
    classified = file("classified")
    classified.when(Reclassify(category="complaint", reason="略"), by=DESK, on="2026-03-03").then_refused(
        "message.same_category"
    )
    difficult = file("classified", category="difficult")
    difficult.when(Reclassify(category="difficult", reason="略"), by=DESK, on="2026-03-03").then_refused(
        "message.same_category"
    )
    file("accepted").when(Reclassify(category="enquiry", reason="略"), by=DESK, on="2026-03-03").then_refused(
        "message.not_classified"
    )


def test_a_reclassification_after_the_miss_does_not_undo_it() -> None:
    scenario = (
        file("assigned")
        .when(Reclassify(category="investigation", reason="需调查"), by=DESK, on="2026-03-12")
        .then(left(ReplyOverdue, category="complaint", amount=7), left(MessageReclassified, not_before=None))
    )
    assert scenario.state.category == "investigation"
    assert (scenario.state.clocks[0].amount, scenario.state.clocks[0].ended) == (7, "missed")


def test_the_office_assigns() -> None:
    scenario = (
        file("classified")
        .when(Assign(department="education"), by=DESK, on="2026-03-03")
        .then(left(MessageAssigned, department="education", restarts=False))
    )
    assert scenario.state.status == "assigned"
    assert MESSAGE.summary(scenario.state).department == "education"
    assert due_of(scenario) == date(2026, 3, 11)


def test_a_unit_may_be_named_in_chinese() -> None:
    file("classified").when(Assign(department="教育局"), by=DESK, on="2026-03-03").then(
        left(MessageAssigned, department="education")
    )


def test_an_unknown_unit_is_refused_at_its_field() -> None:
    file("classified").when(Assign(department="飞天局"), by=DESK, on="2026-03-03").then_bad_field("department")


def test_a_unit_that_no_longer_exists_is_refused() -> None:
    broken = (
        file("classified")
        .when(Assign(department="tourism"), by=DESK, on="2026-03-03")
        .then_refused("message.department_closed")
    )
    assert "旅游局" in broken.message.zh


def test_assignment_follows_acceptance_and_classification_and_comes_once() -> None:
    to = Assign(department="education")
    file("received").when(to, by=DESK, on="2026-03-03").then_refused("message.not_accepted")
    file("accepted").when(to, by=DESK, on="2026-03-03").then_refused("message.not_classified")
    file("assigned").when(to, by=DESK, on="2026-03-03").then_refused("message.already_assigned")


def test_the_holder_does_not_assign() -> None:
    file("assigned").when(Assign(department="health"), by=CLERK, on="2026-03-03").then_forbidden()
    file("classified").when(Assign(department="health"), by=HEALTH, on="2026-03-03").then_forbidden()


def test_a_step_is_not_dated_before_the_step_it_rests_on() -> None:
    accepted = file("received", on="2026-03-02").and_(Accept(), by=DESK, on="2026-03-04")
    refused = accepted.when(Classify(category="enquiry"), by=DESK, on="2026-03-03", recorded="2026-03-05").then_refused(
        "message.before_previous_step"
    )
    assert refused.field == "happened"


def test_the_writer_adds_something_and_no_date_moves() -> None:
    scenario = file("assigned")
    before = dict(scenario.file.dues)
    scenario.when(Comment(text="又坏了"), by=WRITER, on="2026-03-04").then(left(CommentReceived, comment="v:text"))
    assert scenario.file.dues == before


def test_only_the_writer_of_this_message_adds_to_it() -> None:
    file("assigned").when(Comment(text="x"), by=PUBLIC, on="2026-03-04").then_forbidden()
    stranger = WRITER.__class__("other", writer_of="M2026-000002")
    file("assigned").when(Comment(text="x"), by=stranger, on="2026-03-04").then_forbidden()


def test_a_citizens_supplement_counts_from_when_it_arrives() -> None:
    late = Comment(text="x", happened="2026-03-03T09:00:00+08:00")
    file("assigned").when(late, by=WRITER, on="2026-03-03", recorded="2026-03-04").then_refused(
        "message.time_not_yours"
    )


def test_an_old_message_comes_in_by_the_same_commands() -> None:
    scenario = fresh()
    for command in (Submit(title="题", text="文", department="education"), Accept(), Classify(category="enquiry")):
        scenario.and_(command, on="2015-06-01 10:00", origin="import")
    scenario.and_(Assign(department="education"), on="2015-06-01 10:00", origin="import")
    scenario.and_(DraftReply(text="答"), on="2015-06-03", origin="import")
    assert scenario.state.status == "drafted"
    assert all(record.event.origin == "import" and not record.event.flags for record in scenario.records)
