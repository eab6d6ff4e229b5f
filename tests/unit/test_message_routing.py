"""Returns, reassignment, co-handlers, investigation and extension of citizens' messages."""

from datetime import date

import pytest

from services.messages.message import MESSAGE
from services.messages.message_commands import (
    AddCoHandler,
    ApproveReply,
    Assign,
    Classify,
    DenyExtension,
    DenyReturn,
    DraftReply,
    GrantExtension,
    GrantReturn,
    OrderRework,
    RecordInvestigation,
    Reply,
    RequestExtension,
    RequestReturn,
)
from services.messages.message_events import (
    CoHandlerAdded,
    ExtensionDenied,
    ExtensionGranted,
    ExtensionRequested,
    InvestigationRecorded,
    MessageAssigned,
    ReplyOverdue,
    ReturnDenied,
    ReturnGranted,
    ReturnRequested,
)
from shared.domain.deadline import explain
from tests.scenario import Scenario, known_calendar, left
from tests.unit.message_world import (
    CLERK,
    DESK,
    HEAD,
    HEALTH,
    OFFICE_CLERK,
    OFFICE_HEAD,
    file,
    returned,
)

RETURN = RequestReturn(ground="not_competent", reason="非本单位职责")
EXTENSION = RequestExtension(days=5, reason="等待检测结果")
TELL = GrantExtension(told="phone")


def due_of(scenario: Scenario, clock: str = "reply") -> date | None:
    return scenario.file.dues[clock][0]


# -- returns


def test_a_return_within_one_working_day_is_in_time() -> None:
    scenario = (
        file("assigned", on="2026-03-06")
        .when(RETURN, by=CLERK, on="2026-03-09")
        .then(
            left(ReturnRequested, department="education", late=False, repeated=False, reason="v:reason", suggested=None)
        )
    )
    assert scenario.state.status == "return_requested"


def test_a_later_return_is_late_and_still_considered() -> None:
    file("assigned", on="2026-03-06").when(RETURN, by=CLERK, on="2026-03-10").then(left(ReturnRequested, late=True))


def test_the_period_for_returns_is_a_setting() -> None:
    scenario = file("assigned", on="2026-03-06", settings={"message.return_within": 2})
    scenario.when(RETURN, by=CLERK, on="2026-03-10").then(left(ReturnRequested, late=False))


def test_a_second_return_is_marked_repeated() -> None:
    scenario = returned().and_(DenyReturn(reason="属职责范围"), by=DESK, on="2026-03-03")
    scenario.when(RETURN, by=CLERK, on="2026-03-03").then(left(ReturnRequested, late=False, repeated=True))


def test_a_return_may_suggest_a_unit_that_exists() -> None:
    suggesting = RETURN.model_copy(update={"suggested": "卫生健康局"})
    file("assigned").when(suggesting, by=CLERK, on="2026-03-03").then(left(ReturnRequested, suggested="health"))
    unknown = RETURN.model_copy(update={"suggested": "飞天局"})
    file("assigned").when(unknown, by=CLERK, on="2026-03-03").then_bad_field("suggested")


def test_only_the_holder_asks_for_a_return() -> None:
    file("assigned").when(RETURN, by=HEALTH, on="2026-03-03").then_forbidden()
    file("classified").when(RETURN, by=DESK, on="2026-03-03").then_refused("message.not_assigned")


def test_the_county_office_returns_nothing_to_itself() -> None:
    held = file("classified").and_(Assign(department="county-office"), by=DESK, on="2026-03-02")
    held.when(RETURN, by=DESK, on="2026-03-03").then_refused("message.office_cannot_return")


def test_a_return_waits_for_its_decision_before_anything_else() -> None:
    returned().when(RETURN, by=CLERK, on="2026-03-03").then_refused("message.return_pending")
    returned().when(DraftReply(text="x"), by=CLERK, on="2026-03-03").then_refused("message.return_pending")
    returned().when(Assign(department="health"), by=DESK, on="2026-03-03").then_refused("message.return_pending")


def test_a_reply_in_review_is_sent_back_before_a_return() -> None:
    file("drafted").when(RETURN, by=CLERK, on="2026-03-03").then_refused("message.reply_in_review")


def test_a_granted_return_brings_the_file_back_to_the_office() -> None:
    scenario = (
        returned()
        .when(GrantReturn(), by=OFFICE_CLERK, on="2026-03-04")
        .then(left(ReturnGranted, department="education", repeated=False))
    )
    assert MESSAGE.summary(scenario.state).department == "county-office"
    assert scenario.state.status == "accepted"
    scenario.when(DraftReply(text="x"), by=DESK, on="2026-03-04").then_refused("message.not_assigned")


def test_a_denied_return_leaves_the_file_and_the_clock() -> None:
    scenario = (
        returned()
        .when(DenyReturn(reason="属职责范围"), by=DESK, on="2026-03-04")
        .then(left(ReturnDenied, department="education", reason="v:reason"))
    )
    assert scenario.state.status == "assigned"
    assert due_of(scenario) == date(2026, 3, 11)


@pytest.mark.parametrize("decision", [GrantReturn(), DenyReturn(reason="略")])
def test_a_decision_needs_a_request(decision: GrantReturn | DenyReturn) -> None:
    file("assigned").when(decision, by=DESK, on="2026-03-03").then_refused("message.no_return_pending")


@pytest.mark.parametrize("decision", [GrantReturn(), DenyReturn(reason="略")])
def test_a_repeated_return_is_not_decided_by_a_clerk(decision: GrantReturn | DenyReturn) -> None:
    again = returned().and_(DenyReturn(reason="略"), by=DESK, on="2026-03-03").and_(RETURN, by=CLERK, on="2026-03-03")
    again.when(decision, by=OFFICE_CLERK, on="2026-03-03").then_refused("message.repeated_return_needs_office")
    again.when(decision, by=OFFICE_HEAD, on="2026-03-03").accepted()


def test_the_next_unit_gets_a_full_limit_from_the_day_of_its_assignment() -> None:
    scenario = returned().and_(GrantReturn(), by=DESK, on="2026-03-04")
    scenario.when(Assign(department="health"), by=DESK, on="2026-03-05").then(
        left(MessageAssigned, department="health", restarts=True)
    )
    assert due_of(scenario) == date(2026, 3, 16)
    reasons = [row.reason.zh for row in explain(MESSAGE.clocks(scenario.state)[0], known_calendar())]
    assert any("退件后改派" in reason for reason in reasons)


def test_the_county_may_let_the_clock_run_on_after_a_return() -> None:
    scenario = (
        file("assigned", settings={"message.return_restarts": False})
        .and_(RETURN, by=CLERK, on="2026-03-03")
        .and_(GrantReturn(), by=DESK, on="2026-03-04")
    )
    scenario.when(Assign(department="health"), by=DESK, on="2026-03-05").then(left(MessageAssigned, restarts=False))
    assert due_of(scenario) == date(2026, 3, 11)


def test_a_missed_clock_is_not_restarted_and_the_office_that_held_the_file_is_charged() -> None:
    scenario = returned().and_(GrantReturn(), by=DESK, on="2026-03-04")
    scenario.when(Assign(department="health"), by=DESK, on="2026-03-12").then(
        left(ReplyOverdue, department="county-office", due=date(2026, 3, 11)), left(MessageAssigned, restarts=False)
    )


def test_a_restart_never_brings_an_earlier_due_date() -> None:
    scenario = (
        file("assigned")
        .and_(EXTENSION.model_copy(update={"days": 7}), by=CLERK, on="2026-03-02")
        .and_(TELL, by=OFFICE_HEAD, on="2026-03-02")
        .and_(RETURN, by=CLERK, on="2026-03-03")
        .and_(GrantReturn(), by=DESK, on="2026-03-03")
    )
    before = due_of(scenario)
    scenario.when(Assign(department="health"), by=DESK, on="2026-03-03").then(left(MessageAssigned, restarts=False))
    assert due_of(scenario) == before


# -- co-handlers and investigation


def test_a_co_handler_takes_part_and_the_holder_stays_charged() -> None:
    scenario = (
        file("assigned")
        .when(AddCoHandler(department="health"), by=DESK, on="2026-03-03")
        .then(left(CoHandlerAdded, department="education", co_handler="health"))
    )
    assert MESSAGE.summary(scenario.state).parties == ("health",)
    scenario.when_swept("2026-03-12 00:00").then(left(ReplyOverdue, department="education"))


def test_a_co_handler_is_added_once_and_is_not_the_holder() -> None:
    scenario = file("assigned").and_(AddCoHandler(department="health"), by=DESK, on="2026-03-03")
    scenario.when(AddCoHandler(department="health"), by=DESK, on="2026-03-03").then_refused(
        "message.already_co_handler"
    )
    scenario.when(AddCoHandler(department="education"), by=DESK, on="2026-03-03").then_refused(
        "message.holder_is_co_handler"
    )


def test_a_co_handler_that_becomes_the_holder_assists_no_longer() -> None:
    scenario = (
        file("assigned")
        .and_(AddCoHandler(department="health"), by=DESK, on="2026-03-02")
        .and_(RETURN, by=CLERK, on="2026-03-03")
        .and_(GrantReturn(), by=DESK, on="2026-03-03")
        .and_(Assign(department="health"), by=DESK, on="2026-03-03")
    )
    assert MESSAGE.summary(scenario.state).parties == ()


def test_an_investigation_names_the_unit_that_made_it() -> None:
    record = RecordInvestigation(method="site_visit", findings="现场灯具损坏")
    scenario = file("assigned").and_(AddCoHandler(department="health"), by=DESK, on="2026-03-03")
    scenario.when(record, by=HEALTH, on="2026-03-04").then(
        left(InvestigationRecorded, department="education", unit="health", findings="v:findings")
    )
    scenario.when(record, by=CLERK, on="2026-03-04").then(left(InvestigationRecorded, unit="education"))
    assert scenario.state.status == "handling"


def test_an_investigation_needs_a_file_in_hand() -> None:
    record = RecordInvestigation(method="interview", findings="略")
    file("assigned").when(record, by=HEALTH, on="2026-03-04").then_forbidden()
    file("received").when(record, by=DESK, on="2026-03-04").then_refused("message.not_accepted")
    file("accepted").when(record, by=DESK, on="2026-03-04").then_refused("message.not_classified")
    file("answered").when(record, by=CLERK, on="2026-03-04").then_refused("message.already_answered")


# -- extension


def test_an_extension_is_asked_for_granted_and_told() -> None:
    scenario = (
        file("assigned")
        .when(EXTENSION, by=CLERK, on="2026-03-05")
        .then(left(ExtensionRequested, clock="reply", days=5, department="education"))
    )
    assert due_of(scenario) == date(2026, 3, 11)
    scenario.when(TELL, by=OFFICE_HEAD, on="2026-03-06").then(
        left(ExtensionGranted, clock="reply", days=5, told="phone", department="education")
    )
    assert due_of(scenario) == date(2026, 3, 18)
    assert MESSAGE.public_view is not None
    assert MESSAGE.public_view(scenario.state)["extended"] == 5


def test_an_extension_is_granted_by_the_office_alone() -> None:
    asked = file("assigned").and_(EXTENSION, by=CLERK, on="2026-03-05")
    asked.when(TELL, by=HEAD, on="2026-03-05").then_forbidden()
    asked.when(TELL, by=OFFICE_CLERK, on="2026-03-05").then_forbidden()


def test_less_may_be_granted_than_was_asked_but_not_more() -> None:
    asked = file("assigned").and_(EXTENSION, by=CLERK, on="2026-03-05")
    asked.when(GrantExtension(days=6, told="email"), by=OFFICE_HEAD, on="2026-03-05").then_refused(
        "message.extension_too_long"
    )
    asked.and_(GrantExtension(days=2, told="email"), by=OFFICE_HEAD, on="2026-03-05")
    assert due_of(asked) == date(2026, 3, 13)


def test_a_denied_extension_leaves_the_limit_and_may_be_asked_for_again() -> None:
    asked = file("assigned").and_(EXTENSION, by=CLERK, on="2026-03-05")
    asked.when(DenyExtension(reason="理由不足"), by=OFFICE_HEAD, on="2026-03-05").then(
        left(ExtensionDenied, clock="reply", reason="v:reason")
    )
    assert due_of(asked) == date(2026, 3, 11)
    asked.when(EXTENSION, by=CLERK, on="2026-03-06").then(ExtensionRequested)


def test_a_message_is_extended_once() -> None:
    extended = file("assigned").and_(EXTENSION, by=CLERK, on="2026-03-05").and_(TELL, by=OFFICE_HEAD, on="2026-03-05")
    extended.when(EXTENSION, by=CLERK, on="2026-03-06").then_refused("message.already_extended")


def test_one_request_waits_at_a_time() -> None:
    asked = file("assigned").and_(EXTENSION, by=CLERK, on="2026-03-05")
    asked.when(EXTENSION, by=CLERK, on="2026-03-06").then_refused("message.extension_pending")


def test_an_extension_is_asked_for_one_working_day_before_expiry() -> None:
    file("assigned").when(EXTENSION, by=CLERK, on="2026-03-10").then(ExtensionRequested)
    broken = file("assigned").when(EXTENSION, by=CLERK, on="2026-03-11").then_refused("message.extension_too_late")
    assert "1" in broken.message.zh
    file("assigned").when(EXTENSION, by=CLERK, on="2026-03-12").then_refused("message.extension_too_late")


@pytest.mark.parametrize(
    ("category", "days", "cap"), [("enquiry", None, 3), ("complaint", None, 7), ("difficult", 30, 15)]
)
def test_an_extension_adds_at_most_the_limit_again_and_fifteen_days(category: str, days: int | None, cap: int) -> None:
    scenario = file("assigned", category=category, days=days)
    broken = scenario.when(EXTENSION.model_copy(update={"days": cap + 1}), by=CLERK, on="2026-03-03").then_refused(
        "message.extension_too_long"
    )
    assert broken.field == "days"
    scenario.when(EXTENSION.model_copy(update={"days": cap}), by=CLERK, on="2026-03-03").then(ExtensionRequested)


@pytest.mark.parametrize("decision", [TELL, DenyExtension(reason="略")])
def test_an_extension_is_decided_where_one_was_asked_for(decision: GrantExtension | DenyExtension) -> None:
    file("assigned").when(decision, by=OFFICE_HEAD, on="2026-03-03").then_refused("message.no_extension_pending")


def test_no_extension_after_expiry() -> None:
    asked = file("assigned").and_(EXTENSION, by=CLERK, on="2026-03-10")
    asked.when(TELL, by=OFFICE_HEAD, on="2026-03-11").accepted()
    late = file("assigned").and_(EXTENSION, by=CLERK, on="2026-03-10")
    late.when(TELL, by=OFFICE_HEAD, on="2026-03-12").then_refused("message.extension_after_expiry")


def test_who_asks_for_an_extension_does_not_grant_it() -> None:
    held = file("classified").and_(Assign(department="county-office"), by=DESK, on="2026-03-02")
    held.and_(EXTENSION, by=DESK, on="2026-03-03")
    held.when(TELL, by=DESK, on="2026-03-03").then_refused("message.extension_same_person")
    held.when(TELL, by=OFFICE_HEAD, on="2026-03-03").then(ExtensionGranted)


def test_a_reworked_message_that_was_extended_is_not_extended_again() -> None:
    scenario = file("assigned").and_(EXTENSION, by=CLERK, on="2026-03-05").and_(TELL, by=OFFICE_HEAD, on="2026-03-05")
    scenario.and_(DraftReply(text="答"), by=CLERK, on="2026-03-06").and_(ApproveReply(), by=HEAD, on="2026-03-06")
    scenario.and_(Reply(), by=HEAD, on="2026-03-06")
    scenario.and_(OrderRework(ground="substandard"), by=OFFICE_HEAD, on="2026-03-09")
    scenario.when(EXTENSION, by=CLERK, on="2026-03-09").then_refused("message.already_extended")


def test_an_extension_waits_for_classification() -> None:
    file("accepted").when(EXTENSION, by=DESK, on="2026-03-03").then_refused("message.not_classified")
    scenario = file("accepted").and_(Classify(category="complaint"), by=DESK, on="2026-03-03")
    scenario.when(EXTENSION, by=DESK, on="2026-03-03").then_refused("message.not_assigned")
