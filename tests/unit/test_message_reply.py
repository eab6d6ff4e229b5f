"""Drafting, approving, sending, publishing, rating, rework, supervision and archiving."""

from datetime import date

import pytest

from services.messages.message import MESSAGE
from services.messages.message_commands import (
    AcceptDiversion,
    ApproveReply,
    Archive,
    Assign,
    Comment,
    Decline,
    DivertToPetition,
    DraftReply,
    IssueSupervision,
    OrderRework,
    PublishReply,
    Rate,
    Reclassify,
    Reply,
    SendBack,
    WithholdReply,
)
from services.messages.message_events import (
    MessageArchived,
    MessageReclassified,
    RatingGiven,
    ReplyApproved,
    ReplyDrafted,
    ReplyOverdue,
    ReplyPublished,
    ReplySent,
    ReplySentBack,
    ReplyWithheld,
    ReworkOrdered,
    SupervisionIssued,
)
from shared.domain.directory import Actor
from tests.scenario import Scenario, left, person
from tests.unit.message_world import (
    CLERK,
    DESK,
    HEAD,
    HEALTH_HEAD,
    LEADER,
    OFFICE_CLERK,
    OFFICE_HEAD,
    REVIEWER,
    WRITER,
    file,
)

DRAFT = DraftReply(text="已修复")
BACK = SendBack(reason="未写明依据")
COPY = PublishReply(title="路灯", question="某学校门口路灯不亮", reply="已修复")
WITHHOLD = WithholdReply(ground="no_public_value", reason="个案")


def due_of(scenario: Scenario, clock: str = "reply") -> date | None:
    return scenario.file.dues[clock][0]


# -- draft, approval, reply


def test_the_handler_drafts_and_may_draft_again_until_approval() -> None:
    scenario = (
        file("assigned")
        .when(DRAFT, by=CLERK, on="2026-03-03")
        .then(left(ReplyDrafted, department="education", reply="v:text"))
    )
    assert scenario.state.status == "drafted"
    scenario.when(DRAFT, by=REVIEWER, on="2026-03-04").then(ReplyDrafted)
    assert scenario.state.drafter == "reviewer"


def test_nobody_drafts_before_assignment() -> None:
    file("classified").when(DRAFT, by=DESK, on="2026-03-03").then_refused("message.not_assigned")
    file("assigned").when(DRAFT, by=HEALTH_HEAD, on="2026-03-03").then_forbidden()


def test_an_approved_reply_is_not_redrafted() -> None:
    file("approved").when(DRAFT, by=CLERK, on="2026-03-03").then_refused("message.already_approved")


def test_the_head_approves() -> None:
    scenario = (
        file("drafted")
        .when(ApproveReply(), by=HEAD, on="2026-03-03")
        .then(left(ReplyApproved, stage="unit", department="education"))
    )
    assert scenario.state.status == "approved"


def test_the_drafter_does_not_approve() -> None:
    both = person("clerk", "clerk@education", "head@education")
    file("drafted").when(ApproveReply(), by=both, on="2026-03-03").then_refused("message.same_person")


def test_the_office_does_not_approve_in_place_of_the_head() -> None:
    file("drafted").when(ApproveReply(), by=OFFICE_HEAD, on="2026-03-03").then_refused("message.unit_approval_first")
    file("drafted").when(ApproveReply(), by=REVIEWER, on="2026-03-03").then_forbidden()


def test_approval_needs_a_draft_and_comes_once() -> None:
    file("assigned").when(ApproveReply(), by=HEAD, on="2026-03-03").then_refused("message.no_draft")
    file("approved").when(ApproveReply(), by=HEAD, on="2026-03-03").then_refused("message.already_approved")


def test_what_the_office_holds_is_approved_by_another_of_its_people() -> None:
    held = file("classified").and_(Assign(department="county-office"), by=DESK, on="2026-03-02")
    held.and_(DRAFT, by=DESK, on="2026-03-03")
    held.when(ApproveReply(), by=DESK, on="2026-03-03").then_refused("message.same_person")
    held.and_(ApproveReply(), by=OFFICE_HEAD, on="2026-03-03")
    held.when(Reply(), by=DESK, on="2026-03-03").then(left(ReplySent, department="county-office", met=True))


def test_a_reply_in_time_is_the_verdict_of_its_clock() -> None:
    scenario = (
        file("approved")
        .when(Reply(), by=REVIEWER, on="2026-03-11 23:59")
        .then(
            left(
                ReplySent,
                department="education",
                category="complaint",
                clock="reply",
                rule="message.complaint@1",
                started=date(2026, 3, 2),
                amount=7,
                unit="wd",
                operations="",
                due=date(2026, 3, 11),
                done=date(2026, 3, 11),
                met=True,
                reply="v:text",
            )
        )
    )
    assert scenario.state.status == "answered"
    assert scenario.state.clocks[0].ended == "met"
    assert {move.clock: move.due for move in scenario.records[-1].event.clocks} == {"reply": None, "neglect": None}


def test_a_late_reply_is_marked_once() -> None:
    scenario = (
        file("approved")
        .when(Reply(), by=HEAD, on="2026-03-12")
        .then(
            left(
                ReplyOverdue, department="education", category="complaint", due=date(2026, 3, 11), done=None, met=False
            ),
            left(ReplySent, due=date(2026, 3, 11), done=date(2026, 3, 12), met=False),
        )
    )
    assert scenario.state.clocks[0].ended == "missed"
    scenario.when_swept("2027-03-01").then_nothing()


def test_a_reply_needs_draft_and_approval_and_is_sent_once() -> None:
    file("assigned").when(Reply(), by=HEAD, on="2026-03-03").then_refused("message.no_draft")
    file("drafted").when(Reply(), by=HEAD, on="2026-03-03").then_refused("message.not_approved")
    file("answered").when(Reply(), by=HEAD, on="2026-03-03").then_refused("message.already_answered")


def test_a_clerk_does_not_send_the_reply() -> None:
    file("approved").when(Reply(), by=CLERK, on="2026-03-03").then_forbidden()


def test_a_reply_is_not_sent_before_it_was_approved() -> None:
    approved = file("drafted").and_(ApproveReply(), by=HEAD, on="2026-03-10")
    approved.when(Reply(), by=HEAD, on="2026-03-09", recorded="2026-03-12").then_refused("message.before_previous_step")


def test_a_reply_given_in_time_and_recorded_late_takes_the_miss_back() -> None:
    scenario = file("approved")
    scenario.when_swept("2026-03-12 00:00").then(ReplyOverdue)
    result = scenario.when(Reply(), by=HEAD, on="2026-03-11", recorded="2026-03-20").accepted()
    sent = next(e for e in result.events if isinstance(e, ReplySent))
    assert sent.met
    assert sent.voids == (scenario.id_of(ReplyOverdue),)
    assert not [e for e in scenario.live if isinstance(e, ReplyOverdue)]
    assert scenario.state.clocks[0].ended == "met"


def test_a_difficult_reply_passes_the_county_office() -> None:
    scenario = file("drafted", category="difficult").and_(ApproveReply(), by=HEAD, on="2026-03-03")
    assert scenario.state.status == "office_review"
    scenario.when(Reply(), by=HEAD, on="2026-03-03").then_refused("message.office_approval_missing")
    scenario.when(ApproveReply(), by=HEAD, on="2026-03-03").then_refused("message.office_approves")
    scenario.when(ApproveReply(), by=DESK, on="2026-03-04").then(
        left(ReplyApproved, stage="office", department="education")
    )
    scenario.when(Reply(), by=HEAD, on="2026-03-04").then(left(ReplySent, category="difficult", amount=15, met=True))


def test_the_person_who_approved_for_the_unit_does_not_approve_for_the_office() -> None:
    both = person("head", "head@education", "head@county-office")
    scenario = file("drafted", category="difficult").and_(ApproveReply(), by=HEAD, on="2026-03-03")
    scenario.when(ApproveReply(), by=both, on="2026-03-03").then_refused("message.same_person")


def test_a_matter_that_becomes_difficult_after_approval_goes_to_the_office_too() -> None:
    scenario = (
        file("approved")
        .when(Reclassify(category="difficult", reason="涉及多部门"), by=DESK, on="2026-03-03")
        .then(left(MessageReclassified, limit=15))
    )
    assert scenario.state.status == "office_review"
    scenario.and_(Reclassify(category="investigation", reason="降级"), by=DESK, on="2026-03-03")
    assert scenario.state.status == "approved"


# -- sent back


@pytest.mark.parametrize("stage", ["drafted", "approved"])
def test_the_unit_sends_its_own_draft_back_without_being_charged(stage: str) -> None:
    scenario = (
        file(stage)
        .when(BACK, by=REVIEWER, on="2026-03-03")
        .then(left(ReplySentBack, by_office=False, department="education", reason="v:reason"))
    )
    assert (scenario.state.status, scenario.state.draft, scenario.state.approver) == ("handling", None, None)


def test_the_county_office_sends_back_what_the_head_approved() -> None:
    scenario = file("drafted", category="difficult").and_(ApproveReply(), by=HEAD, on="2026-03-03")
    scenario.when(BACK, by=OFFICE_HEAD, on="2026-03-04").then(
        left(ReplySentBack, by_office=True, department="education")
    )
    scenario.when(Reply(), by=HEAD, on="2026-03-04").then_refused("message.no_draft")


def test_the_county_office_does_not_send_back_what_the_head_has_not_seen() -> None:
    file("drafted").when(BACK, by=OFFICE_HEAD, on="2026-03-03").then_refused("message.unit_approval_first")


def test_the_office_sends_back_its_own_work_without_being_charged() -> None:
    held = file("classified").and_(Assign(department="county-office"), by=DESK, on="2026-03-02")
    held.and_(DRAFT, by=DESK, on="2026-03-03")
    held.when(BACK, by=OFFICE_HEAD, on="2026-03-03").then(left(ReplySentBack, by_office=False))


def test_only_a_draft_is_sent_back() -> None:
    file("assigned").when(BACK, by=HEAD, on="2026-03-03").then_refused("message.no_draft")
    file("drafted").when(BACK, by=CLERK, on="2026-03-03").then_forbidden()


# -- publication


def test_a_redacted_copy_is_published_and_the_original_stays_closed() -> None:
    scenario = (
        file("answered")
        .when(COPY, by=REVIEWER, on="2026-03-03")
        .then(
            left(
                ReplyPublished,
                published_title="v:title",
                published_question="v:question",
                published_reply="v:reply",
                department="education",
            )
        )
    )
    assert MESSAGE.public_view is not None
    shown = MESSAGE.public_view(scenario.state)
    assert shown["published_reply"] == "v:reply"
    assert shown["published_on"] == date(2026, 3, 3)
    public = {name for name, ways in MESSAGE.vault_readers.items() if any(way.standing == "public" for way in ways)}
    assert public == {"published_title", "published_question", "published_reply"}


def test_only_an_answered_message_is_published_and_once() -> None:
    file("approved").when(COPY, by=HEAD, on="2026-03-03").then_refused("message.not_answered")
    published = file("answered").and_(COPY, by=HEAD, on="2026-03-03")
    published.when(COPY, by=HEAD, on="2026-03-03").then_refused("message.already_published")
    file("answered").when(COPY, by=CLERK, on="2026-03-03").then_forbidden()


def test_a_reply_is_withheld_with_its_ground() -> None:
    scenario = (
        file("answered")
        .when(WITHHOLD, by=HEAD, on="2026-03-03")
        .then(left(ReplyWithheld, ground="no_public_value", reason="v:reason"))
    )
    assert MESSAGE.summary(scenario.state).columns["publication"] == "withheld"
    scenario.when(WITHHOLD, by=HEAD, on="2026-03-03").then_refused("message.already_withheld")
    scenario.when(COPY, by=HEAD, on="2026-03-04").then(ReplyPublished)


def test_withholding_waits_for_the_reply() -> None:
    file("approved").when(WITHHOLD, by=HEAD, on="2026-03-03").then_refused("message.not_answered")


def test_a_published_copy_is_taken_down_even_from_the_archive() -> None:
    scenario = file("answered").and_(COPY, by=HEAD, on="2026-03-03").and_(Archive(), by=CLERK, on="2026-03-04")
    scenario.when(WITHHOLD, by=OFFICE_HEAD, on="2026-03-05").then(ReplyWithheld)
    assert scenario.state.status == "archived"
    assert scenario.state.published_reply is None
    scenario.when(WITHHOLD, by=OFFICE_HEAD, on="2026-03-05").then_refused("message.archived")


# -- rating and rework


@pytest.mark.parametrize("satisfied", [True, False])
def test_the_writer_rates_once(satisfied: bool) -> None:
    scenario = (
        file("answered")
        .when(Rate(satisfied=satisfied, comment="略"), by=WRITER, on="2026-03-05")
        .then(
            left(
                RatingGiven,
                satisfied=satisfied,
                by="writer",
                department="education",
                category="complaint",
                comment="v:comment",
            )
        )
    )
    assert scenario.state.status == "rated"
    scenario.when(Rate(satisfied=True), by=WRITER, on="2026-03-06").then_refused("message.already_rated")


def test_the_office_records_a_call_back() -> None:
    file("answered").when(Rate(satisfied=True), by=OFFICE_CLERK, on="2026-03-05").then(
        left(RatingGiven, by="call_back")
    )


def test_the_handler_does_not_rate_itself() -> None:
    file("answered").when(Rate(satisfied=True), by=HEAD, on="2026-03-05").then_forbidden()


def test_only_a_reply_is_rated() -> None:
    file("approved").when(Rate(satisfied=False), by=WRITER, on="2026-03-05").then_refused("message.not_answered")


def test_a_rating_counts_from_when_it_arrives() -> None:
    earlier = Rate(satisfied=False, happened="2026-03-05T09:00:00+08:00")
    file("answered").when(earlier, by=WRITER, on="2026-03-05", recorded="2026-03-09").then_refused(
        "message.time_not_yours"
    )


def test_rework_after_an_unsatisfied_rating_opens_a_clock_with_a_verdict_of_its_own() -> None:
    scenario = file("answered").and_(Rate(satisfied=False), by=WRITER, on="2026-03-05")
    scenario.when(OrderRework(ground="unsatisfied"), by=DESK, on="2026-03-09").then(
        left(
            ReworkOrdered,
            clock="reply-2",
            ground="unsatisfied",
            limit=7,
            started=date(2026, 3, 9),
            department="education",
        )
    )
    assert scenario.file.dues == {"reply-2": (date(2026, 3, 18), "final")}
    scenario.and_(DRAFT, by=CLERK, on="2026-03-10").and_(ApproveReply(), by=HEAD, on="2026-03-10")
    scenario.when(Reply(), by=HEAD, on="2026-03-19").then(
        left(ReplyOverdue, clock="reply-2", due=date(2026, 3, 18)), left(ReplySent, clock="reply-2", met=False)
    )
    assert [clock.ended for clock in scenario.state.clocks] == ["met", "missed"]
    scenario.when(Rate(satisfied=True), by=WRITER, on="2026-03-20").then(RatingGiven)
    scenario.when(OrderRework(ground="substandard"), by=DESK, on="2026-03-20").then(
        left(ReworkOrdered, clock="reply-3")
    )


def test_the_office_orders_rework_of_a_reply_below_standard_without_a_rating() -> None:
    file("answered").when(OrderRework(ground="substandard", reason="答非所问"), by=OFFICE_HEAD, on="2026-03-05").then(
        left(ReworkOrdered, ground="substandard", reason="v:reason")
    )


def test_dissatisfaction_is_no_ground_where_nobody_was_dissatisfied() -> None:
    order = OrderRework(ground="unsatisfied")
    file("answered").when(order, by=DESK, on="2026-03-05").then_refused("message.not_unsatisfied")
    pleased = file("answered").and_(Rate(satisfied=True), by=WRITER, on="2026-03-05")
    pleased.when(order, by=DESK, on="2026-03-05").then_refused("message.not_unsatisfied")


def test_only_an_answered_message_is_reworked() -> None:
    file("approved").when(OrderRework(ground="substandard"), by=DESK, on="2026-03-05").then_refused(
        "message.not_answered"
    )


def test_a_reworked_reply_is_published_anew() -> None:
    scenario = file("answered").and_(COPY, by=HEAD, on="2026-03-03")
    scenario.and_(OrderRework(ground="substandard"), by=DESK, on="2026-03-04").and_(DRAFT, by=CLERK, on="2026-03-05")
    scenario.and_(ApproveReply(), by=HEAD, on="2026-03-05").and_(Reply(), by=HEAD, on="2026-03-05")
    scenario.when(Archive(), by=CLERK, on="2026-03-05").then_refused("message.publication_undecided")
    scenario.when(COPY, by=HEAD, on="2026-03-05").then(ReplyPublished)


# -- supervision, archive


@pytest.mark.parametrize("by", [OFFICE_HEAD, DESK, LEADER])
def test_the_office_and_leaders_press_the_handler(by: Actor) -> None:
    scenario = (
        file("assigned")
        .when(
            IssueSupervision(ground="perfunctory", text="三日内办结"),
            by=by,
            on="2026-03-05",
        )
        .then(left(SupervisionIssued, ground="perfunctory", supervision="v:text", department="education"))
    )
    assert MESSAGE.summary(scenario.state).columns["supervised"] == 1


def test_what_is_answered_is_not_supervised() -> None:
    press = IssueSupervision(ground="overdue", text="略")
    file("answered").when(press, by=DESK, on="2026-03-05").then_refused("message.already_answered")
    file("assigned").when(press, by=HEAD, on="2026-03-05").then_forbidden()


def test_an_answered_message_is_archived_once_publication_is_decided() -> None:
    file("answered").when(Archive(), by=CLERK, on="2026-03-05").then_refused("message.publication_undecided")
    scenario = file("answered").and_(WITHHOLD, by=HEAD, on="2026-03-05")
    scenario.when(Archive(), by=CLERK, on="2026-03-05").then(MessageArchived)
    for command, by in (
        (Archive(), CLERK),
        (Rate(satisfied=True), WRITER),
        (Comment(text="x"), WRITER),
        (OrderRework(ground="substandard"), DESK),
        (Reply(), HEAD),
    ):
        scenario.when(command, by=by, on="2026-03-06").then_refused("message.archived")


def test_an_open_message_is_not_archived() -> None:
    file("approved").when(Archive(), by=CLERK, on="2026-03-05").then_refused("message.still_open")


def test_a_declined_message_is_archived_at_once_and_a_diverted_one_when_taken_over() -> None:
    declined = file("received").and_(Decline(ground="repeated", explanation="略"), by=DESK, on="2026-03-03")
    declined.when(Archive(), by=DESK, on="2026-03-03").then(MessageArchived)
    diverted = file("assigned").and_(DivertToPetition(explanation="略"), by=DESK, on="2026-03-03")
    diverted.when(Archive(), by=DESK, on="2026-03-03").then_refused("message.still_open")
    diverted.and_(AcceptDiversion(), by=DESK, on="2026-03-04")
    diverted.when(Archive(), by=DESK, on="2026-03-04").then(MessageArchived)
