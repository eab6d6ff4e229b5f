"""Applications for information: receipt by channel, register, split and merge, outcomes with what they must carry, remedies."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest

from services.requests import fees
from services.requests.application import APPLICATION
from services.requests.application_commands import (
    AcceptConversion,
    AnswerOnTheSpot,
    ApproveExtension,
    Archive,
    AskReasons,
    ConfirmReceipt,
    Consult,
    DecideLawsuit,
    DecideReconsideration,
    DecideRecordCorrection,
    DraftReply,
    Erase,
    FileLawsuit,
    FileReconsideration,
    FindFault,
    IssueLetter,
    Merge,
    NoticeFee,
    ProposeConversion,
    ProvideHelp,
    RecordAnswer,
    RecordDelivery,
    RecordPayment,
    RecordReasons,
    RecordSearch,
    Register,
    Reply,
    RequestCorrection,
    RequestRecordCorrection,
    ReviewReply,
    Split,
    TakeOver,
    Withdraw,
)
from services.requests.application_events import (
    ApplicationMerged,
    ApplicationRegistered,
    ApplicationSplit,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CaseArchived,
    ConversionAccepted,
    ConversionProposed,
    FeeNoticed,
    HelpProvided,
    LawsuitDecided,
    LawsuitFiled,
    ProcedureFaulted,
    ReconsiderationDecided,
    ReconsiderationFiled,
    RecordCorrectionDecided,
    RecordCorrectionRequested,
    ReplyDelivered,
    ReplyDrafted,
    ReplyReviewed,
    ReplySent,
    RequestReceived,
    SearchRecorded,
    SubjectErased,
    ThirdPartyTold,
)
from services.requests.application_letters import FIELDS
from services.requests.application_rules import GROUNDS, OUTCOMES, ROWS, Fault
from services.requests.application_state import Application
from shared.domain.corrections import VoidEntry
from shared.domain.directory import PUBLIC, SYSTEM, Actor
from shared.domain.kind import CaseView
from shared.domain.text import Text
from tests.scenario import Scenario, left, person
from tests.unit.application_world import (
    ANSWER,
    ANSWERED_BEFORE,
    APPLICANT,
    CASE,
    CHIEF,
    CLERK,
    COUNTY,
    HEAD,
    REPEATED,
    drafted,
    file,
    ready,
    received_before,
    submission,
)
from tests.unit.message_world import DIRECTORY

DAY = "2026-10-09"


# -- three times of receipt


def test_what_comes_by_internet_is_received_when_both_sides_confirm() -> None:
    scenario = file("submitted", on="2026-10-08")
    scenario.when(ConfirmReceipt(evidence="told_by_phone"), by=CLERK, on=DAY).then(
        left(
            RequestReceived,
            submitted=date(2026, 10, 8),
            received=date(2026, 10, 9),
            evidence="told_by_phone",
            limit=20,
            applicant_class="natural",
        )
    )
    assert scenario.file.dues["reply"][0] == date(2026, 11, 5)


def test_what_is_handed_in_at_the_counter_is_received_that_day() -> None:
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case=CASE)
    scenario.when(submission(channel="in_person"), by=CLERK, on=DAY).then(
        ApplicationSubmitted, left(RequestReceived, received=date(2026, 10, 9), evidence="handed_in")
    )


def test_signed_mail_is_received_when_signed_and_ordinary_mail_when_confirmed() -> None:
    file("submitted", channel="registered_mail").when(ConfirmReceipt(evidence="signed_for"), by=CLERK, on=DAY).then(
        RequestReceived
    )
    mail = file("submitted", on="2026-10-08", channel="ordinary_mail")
    mail.when(ConfirmReceipt(evidence="signed_for"), by=CLERK, on=DAY).then_refused(
        "application.evidence_of_another_channel", "evidence"
    )
    mail.when(ConfirmReceipt(evidence="told_by_phone", arrived=date(2026, 10, 8)), by=CLERK, on=DAY).then(
        left(RequestReceived, arrived=date(2026, 10, 8), received=date(2026, 10, 9))
    )


def test_nothing_is_confirmed_before_it_arrived_or_twice() -> None:
    file("submitted").when(
        ConfirmReceipt(evidence="told_by_phone", arrived=date(2026, 10, 10)), by=CLERK, on=DAY
    ).then_refused("application.confirmed_before_arrival", "arrived")
    file("submitted").when(
        ConfirmReceipt(evidence="told_by_phone", arrived=date(2026, 10, 8)), by=CLERK, on=DAY
    ).then_refused("application.arrived_before_submission", "arrived")
    file("received").when(ConfirmReceipt(evidence="told_by_phone"), by=CLERK, on="2026-10-10").then_refused(
        "application.already_received"
    )


@pytest.mark.parametrize(
    ("missing", "code", "field"),
    [
        ({"name": None}, "name_missing", "name"),
        ({"identity": None}, "identity_missing", "identity"),
        ({"phone": None}, "contact_missing", "phone"),
        ({"department": "tourism"}, "no_such_unit", "department"),
        ({"channel": "fax"}, "channel_of_staff", "channel"),
    ],
)
def test_an_application_without_what_it_needs_is_refused_by_field(
    missing: dict[str, Any], code: str, field: str
) -> None:
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case=CASE)
    scenario.when(submission(**missing), by=PUBLIC, on=DAY).then_refused(f"application.{code}", field)


@pytest.mark.parametrize("by", [person("other", "clerk@water"), person("keeper", "custodian@education")])
def test_a_counter_takes_in_what_is_for_its_own_unit(by: Actor) -> None:
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case=CASE)
    scenario.when(submission(channel="in_person"), by=by, on=DAY).then_refused(
        "application.counter_of_another_unit", "department"
    )


@pytest.mark.parametrize("by", [CLERK, HEAD, CHIEF, COUNTY, person("desk", "clerk@county-office")])
def test_the_unit_asked_and_the_county_office_take_in_what_is_handed_in(by: Actor) -> None:
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case=CASE)
    scenario.when(submission(channel="in_person"), by=by, on=DAY).then(ApplicationSubmitted, RequestReceived)


def test_no_clock_runs_before_receipt_and_nothing_is_done_before_the_register() -> None:
    assert file("submitted").file.dues == {}
    file("submitted").when(Register(), by=CLERK, on=DAY).then_refused("application.not_received")
    file("received").when(drafted(), by=CLERK, on=DAY).then_refused("application.not_registered")
    file("received").when(Register(), by=CLERK, on=DAY).then(ApplicationRegistered)
    file("registered").when(Register(), by=CLERK, on=DAY).then_refused("application.already_registered")


# -- split and merge


def test_a_matter_that_is_split_off_carries_the_day_of_receipt() -> None:
    scenario = file("registered")
    scenario.when(Split(title="另一事项", text="另一事项的内容"), by=CLERK, on="2026-10-12").then(
        left(ApplicationSplit, part=1, received=date(2026, 10, 9), channel="internet")
    )
    scenario.when(Split(title="第三事项", text="内容"), by=CLERK, on="2026-10-12").then(left(ApplicationSplit, part=2))


def test_a_part_is_an_application_registered_and_counted_from_the_receipt_of_the_whole() -> None:
    part = TakeOver(
        department="education",
        parent=CASE,
        channel="internet",
        submitted=date(2026, 10, 8),
        received=date(2026, 10, 9),
    )
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case="A2026-000002")
    scenario.when(part, by=SYSTEM, on="2026-10-12").then(
        left(ApplicationSubmitted, parent=CASE),
        left(RequestReceived, received=date(2026, 10, 9)),
        ApplicationRegistered,
    )
    assert scenario.file.dues["reply"][0] == date(2026, 11, 5)
    assert scenario.state.status == "handling"


def _other(**fields: Any) -> dict[str, CaseView]:
    state = Application(status="handling", department="education", **fields)
    return {"A2026-000002": CaseView("A2026-000002", "application", 3, state)}


def test_an_application_is_merged_into_another_of_the_same_applicant() -> None:
    scenario = file("registered")
    writer = scenario.state.writer
    assert writer is None or isinstance(writer, str)
    merge = Merge(into="A2026-000002")
    for cases in ({}, _other(writer="s:other"), _other()):
        scenario.cases = cases
        scenario.when(merge, by=CLERK, on=DAY).then_refused("application.merge_target", "into")
    scenario.when(Merge(into=CASE), by=CLERK, on=DAY).then_refused("application.merge_with_itself", "into")


def test_a_merged_application_has_its_one_row() -> None:
    part = TakeOver(
        department="education", parent=CASE, channel="internet", received=date(2026, 10, 9), writer="s:someone"
    )
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case="A2026-000003", cases=_other(writer="s:someone"))
    scenario.and_(part, by=SYSTEM, on=DAY)
    scenario.when(Merge(into="A2026-000002"), by=CLERK, on=DAY).then(
        left(ApplicationMerged, outcome="O17", row="3.6.3", into="A2026-000002")
    )
    assert scenario.file.dues == {}
    scenario.when_swept("2027-03-01").then_nothing()


# -- outcomes


@pytest.mark.parametrize("outcome", sorted(ANSWER, key=lambda o: int(o[1:])))
def test_every_outcome_that_is_given_has_one_row_and_a_letter(outcome: str) -> None:
    scenario = ready(outcome)
    scenario.and_(drafted(outcome), by=CLERK, on=DAY).and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    row = OUTCOMES[outcome].row or "3.3.6"
    scenario.when(Reply(), by=CLERK, on=DAY).then(
        left(ReplySent, outcome=outcome, row=row, met=True, due=date(2026, 11, 5), done=date(2026, 10, 9))
    )
    assert scenario.state.status == "answered"
    sent = [e for e in scenario.live if isinstance(e, ReplySent)]
    assert sent[0].letter == f"公复〔2026〕1-{scenario.state.letters}号"
    scenario.when(drafted(), by=CLERK, on=DAY).then_refused("application.closed")


@pytest.mark.parametrize("ground", sorted(GROUNDS))
def test_the_ground_of_a_refusal_decides_its_row(ground: str) -> None:
    scenario = ready("O4", ground)
    scenario.and_(drafted("O4", ground=ground), by=CLERK, on=DAY).and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    scenario.when(Reply(), by=CLERK, on=DAY).then(left(ReplySent, row=GROUNDS[ground][1]))


def test_every_row_of_an_outcome_is_a_row_of_the_form() -> None:
    rows = {ending.row for ending in OUTCOMES.values() if ending.row} | {row for _, row, _ in GROUNDS.values()}
    assert rows <= set(ROWS)
    assert {row for row in ROWS if row.startswith("3.")} == rows


@pytest.mark.parametrize(
    ("outcome", "field"),
    [(outcome, name) for outcome, carried in ANSWER.items() for name in carried],
)
def test_an_outcome_without_what_it_must_carry_is_refused_by_field(outcome: str, field: str) -> None:
    refused = ready(outcome).when(drafted(outcome, **{field: None}), by=CLERK, on=DAY)
    said = refused.then_refused("application.outcome_needs", field).message
    assert said == Text(f"此类答复须写明{FIELDS[field].title.zh}", f"this outcome needs {FIELDS[field].title.en}")


def test_a_refusal_tells_that_reconsideration_comes_first() -> None:
    for outcome in ("O3", "O4"):
        ready(outcome).when(drafted(outcome, remedy="reconsideration_or_lawsuit"), by=CLERK, on=DAY).then_refused(
            "application.remedy_first", "remedy"
        )


@pytest.mark.parametrize("outcome", sorted(set(ANSWER) - {"O3", "O4"}))
def test_where_nothing_is_refused_no_reply_tells_that_reconsideration_comes_first(outcome: str) -> None:
    ready(outcome).when(drafted(outcome, remedy="reconsideration_first"), by=CLERK, on=DAY).then_refused(
        "application.remedy_not_first", "remedy"
    )


def test_whether_a_lawsuit_needs_reconsideration_first_follows_from_the_outcome_alone() -> None:
    scenario = ready("O5").and_(drafted("O5"), by=CLERK, on=DAY).and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    scenario.and_(Reply(), by=CLERK, on=DAY)
    told = replace(scenario.state, remedy="reconsideration_first")
    scenario.file = replace(scenario.file, state=told)
    scenario.when(FileLawsuit(), by=CLERK, on="2026-10-12").then(left(LawsuitFiled, after_reconsideration=False))


@pytest.mark.parametrize(
    ("outcome", "code", "field"),
    [
        ("O5", "search_missing", "outcome"),
        ("O8", "correction_missing", "outcome"),
        ("O13", "reasons_never_asked", "outcome"),
        ("O3", "consultation_missing", "ground"),
    ],
)
def test_an_outcome_rests_on_what_has_happened(outcome: str, code: str, field: str) -> None:
    file("registered").when(drafted(outcome), by=CLERK, on=DAY).then_refused(f"application.{code}", field)


def test_what_the_search_found_is_not_said_not_to_exist() -> None:
    scenario = file("registered").and_(RecordSearch(found=True, search="档案室"), by=CLERK, on=DAY)
    scenario.when(drafted("O5"), by=CLERK, on=DAY).then_refused("application.search_found", "outcome")
    scenario.and_(RecordSearch(found=False, search="档案室：另一件"), by=CLERK, on=DAY)
    scenario.when(drafted("O5"), by=CLERK, on=DAY).then(ReplyDrafted)


def test_whose_reasons_were_found_reasonable_is_not_refused_for_want_of_reasons() -> None:
    scenario = file("registered").and_(AskReasons(explanation="一月内四十件"), by=CLERK, on=DAY)
    scenario.and_(RecordReasons(reasonable=True, reasons="课题研究"), by=CLERK, on=DAY)
    scenario.when(drafted("O13"), by=CLERK, on=DAY).then_refused("application.reasons_accepted", "outcome")


def test_nothing_is_refused_for_a_third_party_that_agreed() -> None:
    scenario = file("registered")
    for number, agrees in ((1, True), (2, False)):
        scenario.and_(Consult(asked="third_party", party="某公司", content="合同文本"), by=CLERK, on=DAY)
        scenario.and_(RecordAnswer(consultation=f"consultation-{number}", agrees=agrees), by=CLERK, on=DAY)
        result = scenario.when(drafted("O4", ground="third_party"), by=CLERK, on=DAY)
        if agrees:
            result.then_refused("application.third_party_agrees", "ground")
        else:
            result.then(ReplyDrafted)


def test_what_a_third_party_agreed_to_is_disclosed_and_the_rest_withheld_for_its_sake() -> None:
    scenario = file("registered").and_(
        Consult(asked="third_party", party="某公司", content="拟公开合同文本，商业秘密除外"), by=CLERK, on=DAY
    )
    scenario.and_(RecordAnswer(consultation="consultation-1", agrees=True), by=CLERK, on=DAY)
    scenario.when(drafted("O3"), by=CLERK, on=DAY).then(ReplyDrafted)


@pytest.mark.parametrize(
    "other",
    [None, {"answered": None}, {"answered": date(2026, 10, 10)}],
    ids=["no case", "not answered", "answered later"],
)
def test_what_is_repeated_was_answered_before(other: dict[str, Any] | None) -> None:
    scenario = file("registered")
    if other is not None:
        view = ANSWERED_BEFORE[REPEATED]
        scenario.cases = {REPEATED: replace(view, state=replace(view.state, **other))}
    scenario.when(drafted("O11"), by=CLERK, on=DAY).then_refused("application.earlier_not_answered", "earlier")


def test_an_application_repeats_neither_itself_nor_another_persons() -> None:
    scenario = file("registered")
    own = replace(scenario.state, answered=date(2026, 10, 8))
    scenario.cases = {CASE: CaseView(CASE, "application", 3, own)}
    scenario.when(drafted("O11", earlier=CASE), by=CLERK, on=DAY).then_refused(
        "application.earlier_not_answered", "earlier"
    )
    scenario.cases = {REPEATED: CaseView(REPEATED, "application", 3, replace(own, writer="s:other"))}
    scenario.when(drafted("O11"), by=CLERK, on=DAY).then_refused("application.earlier_of_another", "earlier")


def test_the_answer_that_a_repeated_application_names_stands_still_when_its_reply_is_reviewed_and_sent() -> None:
    view = ANSWERED_BEFORE[REPEATED]
    undone = {REPEATED: replace(view, state=replace(view.state, answered=None))}
    for steps, step, by in (
        ((), ReviewReply(passed=True), HEAD),
        (((ReviewReply(passed=True), HEAD),), Reply(), CLERK),
    ):
        scenario = file("registered")
        scenario.cases = ANSWERED_BEFORE
        scenario.and_(drafted("O11"), by=CLERK, on=DAY)
        for command, who in steps:
            scenario.and_(command, by=who, on=DAY)
        scenario.cases = undone
        scenario.when(step, by=by, on=DAY).then_refused("application.earlier_not_answered")


@pytest.mark.parametrize("outcome", ["O15", "O16", "O17"])
def test_what_follows_from_a_clock_is_not_drafted(outcome: str) -> None:
    file("registered").when(DraftReply(outcome=outcome, reply="不再处理"), by=CLERK, on=DAY).then_refused(
        "application.outcome_by_clock", "outcome"
    )


def test_disclosing_against_a_third_party_needs_the_public_interest_and_tells_it_in_writing() -> None:
    scenario = ready("O2", "third_party")
    scenario.when(drafted("O2"), by=CLERK, on=DAY).then_refused("application.third_party_objects", "public_interest")
    scenario.and_(drafted("O2", public_interest="涉及公共安全"), by=CLERK, on=DAY)
    scenario.and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    scenario.when(Reply(), by=CLERK, on=DAY).then(
        left(ReplySent, letter="公复〔2026〕1-2号"),
        left(ThirdPartyTold, consultation="consultation-1", letter="公复〔2026〕1-3号"),
    )


def test_the_reviewer_is_another_person_and_may_hand_the_draft_back() -> None:
    both = file("registered").and_(drafted(), by=HEAD, on=DAY)
    both.when(ReviewReply(passed=True), by=HEAD, on=DAY).then_refused("application.same_person")
    scenario = file("drafted")
    scenario.when(Reply(), by=CLERK, on=DAY).then_refused("application.not_reviewed")
    scenario.when(ReviewReply(passed=False, reason="引用条款有误"), by=HEAD, on=DAY).then(
        left(ReplyReviewed, passed=False)
    )
    scenario.when(Reply(), by=CLERK, on=DAY).then_refused("application.no_draft")
    scenario.when(ReviewReply(passed=True), by=HEAD, on=DAY).then_refused("application.no_draft")
    scenario.when(drafted(), by=CLERK, on=DAY).then(ReplyDrafted)


def test_what_can_be_given_at_once_is_answered_on_the_spot() -> None:
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case=CASE)
    scenario.and_(submission(channel="in_person"), by=CLERK, on=DAY)
    refused = AnswerOnTheSpot(outcome="O4", reply="不予公开", how="无")
    scenario.when(refused, by=CLERK, on=DAY).then_refused("application.on_the_spot", "outcome")
    scenario.when(AnswerOnTheSpot(outcome="O2", reply="当场提供"), by=CLERK, on=DAY).then_refused(
        "application.outcome_needs", "how"
    )
    scenario.when(AnswerOnTheSpot(outcome="O2", reply="当场提供", how="当场交付复印件"), by=CLERK, on=DAY).then(
        ApplicationRegistered, ReplyDrafted, left(ReplySent, on_the_spot=True, met=True, row="3.1")
    )


SPOT = AnswerOnTheSpot(outcome="O2", reply="当场提供", how="当场交付复印件")


def test_a_reply_is_given_on_the_spot_only_on_the_day_of_receipt() -> None:
    file("registered").when(SPOT, by=CLERK, on="2026-10-10").then_refused("application.on_the_spot_later")
    file("registered").when(SPOT, by=CLERK, on=f"{DAY} 17:00").then(ReplyDrafted, left(ReplySent, on_the_spot=True))


def test_a_draft_refused_in_review_is_not_given_on_the_spot() -> None:
    scenario = file("drafted").and_(ReviewReply(passed=False, reason="不能公开"), by=HEAD, on=DAY)
    scenario.when(SPOT, by=CLERK, on=DAY).then_refused("application.on_the_spot_drafted")


def test_delivery_is_recorded_once_after_the_reply() -> None:
    file("reviewed").when(RecordDelivery(delivery="mail"), by=CLERK, on=DAY).then_refused("application.not_answered")
    scenario = file("answered")
    scenario.when(RecordDelivery(delivery="mail"), by=CLERK, on="2026-10-12").then(ReplyDelivered)
    scenario.when(RecordDelivery(delivery="mail"), by=CLERK, on="2026-10-12").then_refused(
        "application.already_delivered"
    )


def test_an_application_is_withdrawn_before_it_is_received_and_then_not_received_any_more() -> None:
    scenario = file("submitted")
    scenario.when(Withdraw(), by=APPLICANT, on="2026-10-10").then(ApplicationWithdrawn)
    assert (scenario.state.status, scenario.state.row, scenario.file.dues) == ("withdrawn", None, {})
    scenario.when(ConfirmReceipt(evidence="told_by_phone"), by=CLERK, on="2026-10-12").then_refused(
        "application.closed"
    )
    scenario.when(Withdraw(), by=APPLICANT, on="2026-10-12").then_refused("application.closed")
    for kind in ("receipt", "closure"):
        letter = IssueLetter.model_validate({"kind": kind})
        scenario.when(letter, by=CLERK, on="2026-10-12").then_refused("application.letter_too_early", "kind")
    scenario.when(Archive(), by=CLERK, on="2026-10-12").then(CaseArchived)


def test_filing_a_case_away_takes_no_remedy_from_the_applicant() -> None:
    scenario = file("answered").and_(Archive(), by=CLERK, on="2026-10-12")
    scenario.when(FileReconsideration(), by=CLERK, on="2026-11-20").then(ReconsiderationFiled)
    scenario.and_(DecideReconsideration(result="upheld"), by=COUNTY, on="2026-12-20")
    scenario.when(FileLawsuit(), by=CLERK, on="2026-12-28").then(left(LawsuitFiled, after_reconsideration=True))


def test_a_withdrawn_application_has_its_one_row_and_no_clock() -> None:
    scenario = file("registered")
    scenario.when(Withdraw(), by=APPLICANT, on=DAY).then(left(ApplicationWithdrawn, outcome="O17", row="3.6.3"))
    scenario.when_swept("2027-03-01").then_nothing()


# -- help, own records, conversion


def test_help_that_was_given_is_recorded() -> None:
    file("submitted", need="visual").when(ProvideHelp(need="visual", help="read_aloud"), by=CLERK, on=DAY).then(
        left(HelpProvided, need="visual", help="read_aloud")
    )


def test_records_about_oneself_are_corrected_on_request() -> None:
    scenario = file("answered")
    decide = DecideRecordCorrection(decision="corrected")
    scenario.when(decide, by=HEAD, on=DAY).then_refused("application.record_correction_unknown")
    scenario.when(RequestRecordCorrection(request="出生年份有误"), by=APPLICANT, on=DAY).then(RecordCorrectionRequested)
    scenario.when(decide, by=HEAD, on=DAY).then(left(RecordCorrectionDecided, decision="corrected"))


def test_what_was_disclosed_becomes_active_disclosure_once() -> None:
    scenario = file("answered")
    scenario.when(AcceptConversion(), by=HEAD, on=DAY).then_refused("application.conversion_unknown")
    scenario.when(ProposeConversion(), by=APPLICANT, on=DAY).then(left(ConversionProposed, by="applicant"))
    scenario.when(AcceptConversion(), by=HEAD, on=DAY).then(left(ConversionAccepted, department="education"))
    scenario.when(AcceptConversion(), by=HEAD, on=DAY).then_refused("application.conversion_accepted")
    refused = ready("O4").and_(drafted("O4"), by=CLERK, on=DAY).and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    refused.and_(Reply(), by=CLERK, on=DAY)
    refused.when(ProposeConversion(), by=APPLICANT, on=DAY).then_refused("application.conversion_of_disclosed")


# -- remedies


def _refused() -> Scenario:
    scenario = ready("O4").and_(drafted("O4"), by=CLERK, on=DAY).and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    return scenario.and_(Reply(), by=CLERK, on=DAY)


def test_against_a_refusal_reconsideration_comes_before_the_lawsuit() -> None:
    scenario = _refused()
    scenario.when(FileLawsuit(), by=CLERK, on="2026-10-12").then_refused("application.reconsideration_first")
    scenario.when(FileReconsideration(), by=CLERK, on="2026-10-12").then(ReconsiderationFiled)
    scenario.when(FileLawsuit(), by=CLERK, on="2026-10-13").then_refused("application.reconsideration_pending")
    scenario.when(DecideReconsideration(result="corrected"), by=COUNTY, on="2026-11-12").then(
        left(ReconsiderationDecided, result="corrected", repeat=False)
    )
    scenario.when(FileLawsuit(), by=CLERK, on="2026-11-13").then(left(LawsuitFiled, after_reconsideration=True))
    scenario.when(DecideLawsuit(result="corrected"), by=COUNTY, on="2026-12-12").then(
        left(LawsuitDecided, result="corrected", after_reconsideration=True, repeat=True)
    )


def test_other_replies_go_to_court_directly() -> None:
    scenario = file("answered")
    scenario.when(DecideLawsuit(result="upheld"), by=COUNTY, on=DAY).then_refused("application.no_lawsuit")
    scenario.when(FileLawsuit(), by=CLERK, on="2026-10-12").then(left(LawsuitFiled, after_reconsideration=False))
    scenario.when(FileLawsuit(), by=CLERK, on="2026-10-12").then_refused("application.lawsuit_pending")


def test_a_reply_that_a_court_has_set_right_is_not_charged_again_by_reconsideration() -> None:
    scenario = file("answered").and_(FileLawsuit(), by=CLERK, on="2026-10-12")
    scenario.and_(DecideLawsuit(result="corrected"), by=COUNTY, on="2026-11-12")
    scenario.and_(FileReconsideration(), by=CLERK, on="2026-11-13")
    scenario.when(DecideReconsideration(result="corrected"), by=COUNTY, on="2026-12-12").then(
        left(ReconsiderationDecided, repeat=True)
    )


def test_no_remedy_before_a_reply_unless_none_came_in_time() -> None:
    file("registered").when(FileReconsideration(), by=CLERK, on="2026-10-12").then_refused("application.not_answered")
    late = file("registered")
    late.when_swept("2026-11-06 00:00")
    late.when(FileReconsideration(), by=CLERK, on="2026-11-09").then(ReconsiderationFiled)


def test_undoing_the_first_correction_makes_the_second_count() -> None:
    scenario = file("answered").and_(FileReconsideration(), by=CLERK, on="2026-10-12")
    scenario.and_(DecideReconsideration(result="corrected"), by=COUNTY, on="2026-11-12")
    scenario.and_(FileLawsuit(), by=CLERK, on="2026-11-13")
    scenario.and_(DecideLawsuit(result="corrected"), by=COUNTY, on="2026-12-12")
    undone = scenario.id_of(ReconsiderationFiled), scenario.id_of(ReconsiderationDecided)
    void = VoidEntry(events=undone, reason="录入有误")
    scenario.and_(void, by=COUNTY, on="2026-12-14")
    decided = [e for e in scenario.live if isinstance(e, LawsuitDecided)]
    assert [e.repeat for e in decided] == [False]


# -- faults, archive, erasure


def test_a_fault_found_in_review_is_charged_once_for_each_kind() -> None:
    scenario = file("answered")
    scenario.when(FindFault(kind="remedy_missing"), by=COUNTY, on="2026-10-20").then(
        left(ProcedureFaulted, kind="remedy_missing", department="education")
    )
    scenario.when(FindFault(kind="remedy_missing"), by=COUNTY, on="2026-10-20").then_refused(
        "application.fault_known", "kind"
    )
    scenario.when(FindFault(kind="reasons_missing"), by=COUNTY, on="2026-10-20").then(ProcedureFaulted)


@pytest.mark.parametrize("kind", get_args(Fault))
def test_a_fault_is_found_where_the_file_came_to_its_step(kind: Fault) -> None:
    find = FindFault(kind=kind)
    file("submitted").when(find, by=COUNTY, on="2026-10-20").then_refused("application.not_received")
    scenario = file("registered")
    scenario.when(find, by=COUNTY, on=DAY).then_refused("application.fault_without_occasion", "kind")
    match kind:
        case "correction_late":
            scenario.and_(RequestCorrection(items="请写明年份"), by=CLERK, on=DAY)
        case "extension_unapproved" | "extension_unnotified":
            scenario.and_(ApproveExtension(reason="需要汇总"), by=CHIEF, on=DAY)
        case _:
            scenario = file("answered")
    scenario.when(find, by=COUNTY, on=DAY).then(left(ProcedureFaulted, kind=kind))


def test_no_third_party_needed_to_be_asked_about_what_was_public() -> None:
    scenario = file("registered").and_(drafted("O1"), by=CLERK, on=DAY)
    scenario.and_(ReviewReply(passed=True), by=HEAD, on=DAY).and_(Reply(), by=CLERK, on=DAY)
    scenario.when(FindFault(kind="consultation_missing"), by=COUNTY, on=DAY).then_refused(
        "application.fault_without_occasion", "kind"
    )


def test_a_closed_file_is_archived_and_then_rests() -> None:
    file("registered").when(Archive(), by=CLERK, on=DAY).then_refused("application.still_open")
    scenario = file("answered")
    scenario.when(Archive(), by=CLERK, on="2026-10-12").then(CaseArchived)
    scenario.when(Archive(), by=CLERK, on="2026-10-12").then_refused("application.archived")


def test_an_erased_applicant_leaves_a_closed_file_with_its_row() -> None:
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case="A2026-000003")
    part = TakeOver(department="education", parent=CASE, received=date(2026, 10, 9), channel="fax", writer="s:someone")
    scenario.and_(part, by=SYSTEM, on=DAY)
    scenario.when(Erase(ground="consent_withdrawn"), by=COUNTY, on=DAY).then(
        left(ApplicationWithdrawn, row="3.6.3"), left(SubjectErased, subject="s:someone")
    )
    assert (scenario.state.status, scenario.state.row, scenario.state.title) == ("withdrawn", "3.6.3", None)
    scenario.when_swept("2027-03-01").then_nothing()
    scenario.when(Erase(ground="consent_withdrawn"), by=COUNTY, on=DAY).then_refused("application.already_erased")


# -- fees


@pytest.mark.parametrize(("items", "yuan"), [(10, 0), (11, 100), (30, 2000), (40, 4000), (41, 4300), (45, 5500)])
def test_the_fee_by_item(items: int, yuan: int) -> None:
    assert fees.fee("items", items) == yuan
    assert sum(fees.of_application("items", n) for n in range(1, items + 1)) == yuan


@pytest.mark.parametrize(("pages", "yuan"), [(30, 0), (31, 10), (100, 700), (200, 2700), (201, 2740)])
def test_the_fee_by_page(pages: int, yuan: int) -> None:
    assert fees.fee("pages", pages) == fees.of_application("pages", pages) == yuan
    assert [step.amount for step in fees.steps("pages", 201)] == [0, 700, 2000, 40]


def test_one_method_once_and_paid_in_full() -> None:
    scenario = file("registered")
    scenario.when(NoticeFee(method="pages", quantity=30), by=HEAD, on=DAY).then_refused(
        "application.fee_zero", "quantity"
    )
    scenario.and_(NoticeFee(method="pages", quantity=100), by=HEAD, on=DAY)
    scenario.when(RecordPayment(amount=699), by=CLERK, on="2026-10-12").then_refused(
        "application.fee_not_in_full", "amount"
    )
    scenario.when(drafted(), by=CLERK, on="2026-10-12").then_refused("application.fee_pending")
    scenario.and_(RecordPayment(amount=700), by=CLERK, on="2026-10-12")
    scenario.when(NoticeFee(method="items", quantity=11), by=HEAD, on="2026-10-12").then_refused("application.fee_once")
    scenario.when(RecordPayment(amount=700), by=CLERK, on="2026-10-12").then_refused("application.no_fee_pending")


def test_the_eleventh_of_a_month_is_not_counted_as_an_earlier_one() -> None:
    scenario = file("registered", on="2026-10-09", cases=received_before(10))
    refused = scenario.when(NoticeFee(method="items", quantity=10), by=HEAD, on="2026-10-12")
    assert "第11件" in refused.then_refused("application.fee_place", "quantity").message.zh
    noticed = scenario.when(NoticeFee(method="items", quantity=11), by=HEAD, on="2026-10-12")
    noticed.then(left(FeeNoticed, quantity=11, amount=100, flags=()))


def test_what_the_clerk_counts_beyond_those_known_here_is_marked() -> None:
    scenario = file("registered", on="2026-10-09", cases=received_before(10))
    noticed = scenario.when(NoticeFee(method="items", quantity=12), by=HEAD, on="2026-10-12")
    noticed.then(left(FeeNoticed, quantity=12, amount=100, flags=("more_than_known",)))


@pytest.mark.parametrize("other", [{"writer": "s:another"}, {"writer": None}, {"received": None}])
def test_others_and_what_is_not_received_do_not_count(other: dict[str, Any]) -> None:
    scenario = file("registered", on="2026-10-09", cases=received_before(10, **other))
    scenario.when(NoticeFee(method="items", quantity=1), by=HEAD, on="2026-10-12").then_refused("application.fee_zero")


def test_of_two_received_on_one_day_the_first_number_comes_first() -> None:
    same_day = {"received": date(2026, 10, 9)}
    scenario = file("registered", on="2026-10-09", cases=received_before(20, **same_day))
    scenario.when(NoticeFee(method="items", quantity=1), by=HEAD, on="2026-10-12").then_refused("application.fee_zero")


def test_pages_are_counted_by_the_clerk() -> None:
    scenario = file("registered", on="2026-10-09", cases=received_before(40))
    noticed = scenario.when(NoticeFee(method="pages", quantity=31), by=HEAD, on="2026-10-12")
    noticed.then(left(FeeNoticed, amount=10, flags=()))


def test_an_applicant_cannot_date_what_they_send() -> None:
    scenario = Scenario(APPLICATION, directory=DIRECTORY, case=CASE)
    scenario.when(submission(happened="2026-10-01T08:00:00+08:00"), by=PUBLIC, on=DAY).then_refused(
        "application.time_not_yours", "happened"
    )


def test_a_search_is_recorded() -> None:
    file("registered").when(RecordSearch(found=True, search="公文系统"), by=CHIEF, on=DAY).then(
        left(SearchRecorded, found=True)
    )
