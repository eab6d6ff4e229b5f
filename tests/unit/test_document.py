"""Official documents: submission, attribute, return, decision, mark, issue, forwarding, joint drafting, re-assessment, repeal."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.publishing.document import DOCUMENT
from services.publishing.document_commands import (
    ConfirmNonDisclosure,
    CorrectIssue,
    DetermineAttribute,
    IssueDocument,
    NoteInterpretation,
    ProposeAttribute,
    ReassessAttribute,
    RepealDocument,
    ResubmitDocument,
    ReturnDocument,
    ReviewAttribute,
)
from services.publishing.document_events import (
    AttributeDetermined,
    AttributeProposed,
    AttributeReassessed,
    AttributeReviewed,
    DocumentIssueCorrected,
    DocumentIssued,
    DocumentRepealed,
    DocumentResubmitted,
    DocumentReturned,
    DocumentSubmitted,
    InterpretationNoted,
    NonDisclosureConfirmed,
)
from services.publishing.document_rules import GROUNDS, MARKS, NON_DOCUMENTS, TYPES, marked_line
from services.publishing.interpretation_commands import ReturnMaterial, WaiveInterpretation
from shared.domain.corrections import EntryVoided, VoidEntry
from tests.scenario import Scenario, left, person
from tests.unit.publishing_world import (
    CLERK,
    DISCLOSURE,
    HEAD,
    HEALTH,
    MATERIAL,
    OFFICE,
    OFFICE_CLERK,
    PLAN,
    REVIEWER,
    SECOND,
    J,
    document,
    fresh_document,
    interpretation,
    submission,
    view,
)

DAY, NEXT = "2026-03-02", "2026-03-03"
WITHHELD: dict[str, Any] = {"attribute": "not_disclosed", "reason": "internal_affairs"}
ISSUE = IssueDocument(document_number="罗府办发〔2026〕8号")
CHECKED = DetermineAttribute(content_checked=True)


# -- submission --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", TYPES)
def test_each_of_the_eleven_types_and_both_non_documents_is_submitted(type_: str) -> None:
    fresh_document().when(submission(type=type_), by=CLERK, on=DAY).then(
        left(DocumentSubmitted, type=type_, department="education", in_scope_of_interpretation=False)
    )


def test_there_are_eleven_types_of_document_and_two_that_are_none() -> None:
    assert len(TYPES.keys() - NON_DOCUMENTS) == 11
    assert {"bulletin", "statistics"} == NON_DOCUMENTS


def test_another_type_is_no_document() -> None:
    with pytest.raises(ValidationError):
        submission(type="memo")


def test_a_submission_without_attribute_is_possible() -> None:
    scenario = fresh_document().when(submission(), by=CLERK, on=DAY).then(DocumentSubmitted)
    assert scenario.state.status == "submitted"


def test_a_submission_may_carry_its_attribute() -> None:
    scenario = (
        fresh_document()
        .when(submission(attribute="on_request"), by=CLERK, on=DAY)
        .then(DocumentSubmitted, left(AttributeProposed, attribute="on_request", reason=None))
    )
    assert scenario.state.status == "proposed"


def test_the_title_is_a_reference() -> None:
    fresh_document().when(submission(), by=CLERK, on=DAY).then(left(DocumentSubmitted, title="v:title"))


def test_nobody_submits_for_another_unit_but_the_county_office() -> None:
    fresh_document().when(submission(), by=HEALTH, on=DAY).then_refused("document.not_your_unit")
    fresh_document().when(submission(), by=OFFICE, on=DAY).then(DocumentSubmitted)


def test_a_unit_that_is_no_more_submits_nothing() -> None:
    fresh_document().when(submission(department="旅游局"), by=OFFICE, on=DAY).then_refused("document.department_closed")


def test_an_unknown_unit_is_refused_by_field() -> None:
    fresh_document().when(submission(department="无此局"), by=OFFICE, on=DAY).then_bad_field("department")


def test_a_classified_document_is_refused_and_leaves_nothing() -> None:
    secret = submission(attribute="not_disclosed", reason="state_secret")
    scenario = fresh_document()
    scenario.when(secret, by=CLERK, on=DAY).then_refused("document.classified")
    scenario.when(submission(reason="state_secret"), by=CLERK, on=DAY).then_refused("document.classified")
    assert scenario.records == []


@pytest.mark.parametrize("type_", sorted(NON_DOCUMENTS))
def test_a_non_document_is_not_interpreted_and_not_normative(type_: str) -> None:
    in_scope = submission(type=type_, in_scope_of_interpretation=True)
    fresh_document().when(in_scope, by=CLERK, on=DAY).then_refused("document.non_document_not_in_scope")
    normative = ISSUE.model_copy(update={"normative": True})
    document("determined", type=type_).when(normative, by=CLERK, on=NEXT).then_refused(
        "document.non_document_not_normative"
    )
    again = ResubmitDocument(in_scope_of_interpretation=True)
    returned("form", type=type_).when(again, by=CLERK, on=NEXT).then_refused("document.non_document_not_in_scope")


# -- joint drafting and forwarding -------------------------------------------------------------------------------------


def test_a_joint_document_is_its_lead_drafters_and_the_others_take_part() -> None:
    scenario = document("proposed", joint_with=("health", "卫生健康局"))
    assert scenario.state.joint_with == ("health",)
    assert DOCUMENT.summary(scenario.state).parties == ("health",)
    change = ProposeAttribute(attribute="on_request")
    scenario.when(change, by=HEALTH, on=NEXT).then_forbidden()
    scenario.when(ReviewAttribute(), by=HEALTH, on=NEXT).then_forbidden()
    scenario.when(change, by=CLERK, on=NEXT).then(left(AttributeProposed, department="education"))


def test_the_lead_drafter_is_none_of_the_others() -> None:
    joint = submission(joint_with=("health", "education"))
    fresh_document().when(joint, by=CLERK, on=DAY).then_refused("document.lead_is_joint")


def test_what_forwards_follows_what_is_forwarded() -> None:
    other = view(document("determined", attribute="on_request", case="W2026-000009"))
    given = submission(forwards="W2026-000009", attribute="active")
    broken = fresh_document(other).when(given, by=CLERK, on=DAY).then_refused("document.follows_forwarded")
    assert "依申请公开" in broken.message.zh
    same = submission(forwards="W2026-000009", attribute="on_request")
    scenario = (
        fresh_document(other)
        .when(same, by=CLERK, on=DAY)
        .then(left(DocumentSubmitted, forwarded_attribute="on_request"), AttributeProposed)
    )
    scenario.when(ProposeAttribute(attribute="active"), by=CLERK, on=NEXT).then_refused("document.follows_forwarded")


def test_a_document_from_outside_is_followed_by_the_attribute_it_bears() -> None:
    given = submission(forwarded_attribute="not_disclosed", attribute="active")
    fresh_document().when(given, by=CLERK, on=DAY).then_refused("document.follows_forwarded")
    without = submission(forwarded_attribute="not_disclosed")
    fresh_document().when(without, by=CLERK, on=DAY).then(left(DocumentSubmitted, forwarded_attribute="not_disclosed"))


def test_what_is_forwarded_must_be_there_and_determined() -> None:
    fresh_document().when(submission(forwards="W2026-000009"), by=CLERK, on=DAY).then_refused(
        "document.no_such_forwarded"
    )
    open_one = view(document("reviewed", case="W2026-000009"))
    fresh_document(open_one).when(submission(forwards="W2026-000009"), by=CLERK, on=DAY).then_refused(
        "document.no_such_forwarded"
    )
    other = view(document("issued", case="W2026-000009"))
    twice = submission(forwards="W2026-000009", forwarded_attribute="active")
    fresh_document(other).when(twice, by=CLERK, on=DAY).then_refused("document.forwarded_twice")


# -- attribute, review -------------------------------------------------------------------------------------------------


def test_the_drafter_proposes_and_somebody_else_reviews() -> None:
    scenario = fresh_document().and_(submission(), by=CLERK, on=DAY)
    scenario.when(ReviewAttribute(), by=REVIEWER, on=DAY).then_refused("document.no_attribute")
    scenario.when(ProposeAttribute(attribute="active"), by=REVIEWER, on=DAY).then(AttributeProposed)
    scenario.when(ReviewAttribute(), by=REVIEWER, on=DAY).then_refused("document.same_person")
    scenario.when(ReviewAttribute(), by=HEAD, on=DAY).then(left(AttributeReviewed, attribute="active"))
    scenario.when(ReviewAttribute(), by=HEAD, on=DAY).then_refused("document.already_reviewed")


def test_a_clerk_does_not_review_and_another_unit_does_not_propose() -> None:
    document("proposed").when(ReviewAttribute(), by=SECOND, on=NEXT).then_forbidden()
    document("proposed").when(ProposeAttribute(attribute="active"), by=HEALTH, on=NEXT).then_forbidden()


def test_another_attribute_is_reviewed_anew() -> None:
    scenario = document("reviewed").and_(ProposeAttribute(attribute="on_request"), by=SECOND, on=NEXT)
    assert scenario.state.status == "proposed"
    scenario.when(CHECKED, by=OFFICE, on=NEXT).then_refused("document.not_reviewed")


@pytest.mark.parametrize("attribute", ["active", "on_request"])
def test_only_what_is_withheld_has_a_legal_reason(attribute: str) -> None:
    given = submission(attribute=attribute, reason="third_party")
    fresh_document().when(given, by=CLERK, on=DAY).then_refused("document.reason_not_expected")
    fresh_document().when(submission(reason="third_party"), by=CLERK, on=DAY).then_refused(
        "document.reason_not_expected"
    )


@pytest.mark.parametrize("reason", sorted(GROUNDS.keys() - {"state_secret"}))
def test_each_lawful_ground_withholds(reason: str) -> None:
    scenario = document("determined", attribute="not_disclosed", reason=reason)
    assert (scenario.state.attribute, scenario.state.reason) == ("not_disclosed", reason)


def test_a_step_is_not_dated_before_the_one_it_rests_on() -> None:
    scenario = document("proposed").and_(ProposeAttribute(attribute="on_request"), by=CLERK, on="2026-03-05")
    broken = scenario.when(ReviewAttribute(), by=REVIEWER, on="2026-03-04", recorded="2026-03-06").then_refused(
        "document.before_previous_step"
    )
    assert broken.field == "happened"


# -- return: what B1 counts --------------------------------------------------------------------------------------------


def returned(ground: str, **fields: Any) -> Scenario:
    return document("proposed", **fields).and_(ReturnDocument.model_validate({"ground": ground}), by=OFFICE, on=DAY)


def test_without_attribute_the_county_office_returns_it() -> None:
    scenario = (
        fresh_document()
        .and_(submission(), by=CLERK, on=DAY)
        .when(ReturnDocument(ground="no_attribute"), by=OFFICE_CLERK, on=NEXT)
        .then(left(DocumentReturned, ground="no_attribute", department="education"))
    )
    assert (scenario.state.status, scenario.state.returns) == ("returned", 1)


def test_without_legal_reason_it_is_returned_and_never_determined() -> None:
    scenario = document("reviewed", attribute="not_disclosed")
    scenario.when(CHECKED, by=OFFICE, on=NEXT).then_refused("document.no_reason")
    scenario.when(ReturnDocument(ground="no_reason"), by=OFFICE, on=NEXT).then(
        left(DocumentReturned, ground="no_reason")
    )


def test_a_return_for_a_fault_that_is_not_there_is_refused() -> None:
    no_attribute, no_reason = ReturnDocument(ground="no_attribute"), ReturnDocument(ground="no_reason")
    document("proposed").when(no_attribute, by=OFFICE, on=NEXT).then_refused("document.has_attribute")
    document("proposed").when(no_reason, by=OFFICE, on=NEXT).then_refused("document.has_reason")
    document("proposed", **WITHHELD).when(no_reason, by=OFFICE, on=NEXT).then_refused("document.has_reason")
    ready = view(interpretation("submitted"))
    named = ReturnDocument(ground="no_interpretation", interpretation=J)
    scenario = document("proposed", in_scope_of_interpretation=True, others=[ready])
    scenario.and_(NoteInterpretation(interpretation=J), on=DAY)
    scenario.when(named, by=OFFICE, on=NEXT).then_refused("document.has_interpretation")
    unnamed = ReturnDocument(ground="no_interpretation")
    scenario.when(unnamed, by=OFFICE, on=NEXT).then_refused("document.interpretation_missing")


def test_form_and_a_missing_interpretation_are_grounds_too() -> None:
    for ground in ("form", "no_interpretation"):
        assert returned(ground).state.status == "returned"


def test_only_the_county_office_returns() -> None:
    document("proposed").when(ReturnDocument(ground="form"), by=HEAD, on=NEXT).then_forbidden()


def test_a_returned_document_waits_to_be_submitted_again() -> None:
    scenario = returned("form")
    for command, by in (
        (ReviewAttribute(), REVIEWER),
        (ProposeAttribute(attribute="active"), CLERK),
        (CHECKED, OFFICE),
        (ReturnDocument(ground="form"), OFFICE),
        (ConfirmNonDisclosure(), DISCLOSURE),
    ):
        scenario.when(command, by=by, on=NEXT).then_refused("document.returned")
    scenario.when(ResubmitDocument(), by=CLERK, on=NEXT).then(left(DocumentResubmitted, newly_in_scope=False))
    assert scenario.state.status == "proposed"
    scenario.when(ResubmitDocument(), by=CLERK, on=NEXT).then_refused("document.not_returned")


def test_what_is_submitted_again_may_be_put_right() -> None:
    scenario = (
        fresh_document()
        .and_(submission(), by=CLERK, on=DAY)
        .and_(ReturnDocument(ground="no_attribute"), by=OFFICE, on=DAY)
        .when(ResubmitDocument(attribute="active", in_scope_of_interpretation=True), by=CLERK, on=NEXT)
        .then(left(DocumentResubmitted, newly_in_scope=True), left(AttributeProposed, attribute="active"))
    )
    scenario.and_(ReturnDocument(ground="form"), by=OFFICE, on=NEXT)
    scenario.when(ResubmitDocument(), by=CLERK, on=NEXT).then_refused("document.scope_stands")
    scenario.when(ResubmitDocument(in_scope_of_interpretation=True), by=CLERK, on=NEXT).then(
        left(DocumentResubmitted, newly_in_scope=False)
    )


def test_without_attribute_again_it_may_be_returned_again() -> None:
    scenario = fresh_document().and_(submission(), by=CLERK, on=DAY)
    for _ in range(2):
        scenario.and_(ReturnDocument(ground="no_attribute"), by=OFFICE, on=DAY)
        scenario.and_(ResubmitDocument(), by=CLERK, on=DAY)
    assert (scenario.state.status, scenario.state.returns) == ("submitted", 2)


# -- decision and mark -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attribute", "mark"),
    [("active", "（此件公开发布）"), ("on_request", "（此件依申请公开）"), ("not_disclosed", "（此件不予公开）")],
)
def test_the_decision_makes_the_mark_under_the_date_two_characters_in(attribute: str, mark: str) -> None:
    reason = "third_party" if attribute == "not_disclosed" else None
    scenario = (
        document("reviewed", attribute=attribute, reason=reason)
        .when(CHECKED, by=OFFICE, on=NEXT)
        .then(left(AttributeDetermined, attribute=attribute, mark=mark, place="line_under_date", indent=2))
    )
    assert DOCUMENT.summary(scenario.state).columns["mark"] == "　　" + mark


def test_before_the_decision_there_is_no_mark() -> None:
    assert DOCUMENT.summary(document("reviewed").state).columns["mark"] is None
    assert marked_line("active") == "　　（此件公开发布）"
    assert set(MARKS) == {"active", "on_request", "not_disclosed"}


def test_an_active_document_carries_nothing_that_is_withheld() -> None:
    unchecked = DetermineAttribute()
    document("reviewed").when(unchecked, by=OFFICE, on=NEXT).then_refused("document.content_not_checked")
    document("reviewed", attribute="on_request").when(unchecked, by=OFFICE, on=NEXT).then(AttributeDetermined)


def test_who_proposed_or_reviewed_does_not_decide() -> None:
    scenario = fresh_document().and_(submission(attribute="active"), by=OFFICE, on=DAY)
    scenario.and_(ReviewAttribute(), by=HEAD, on=DAY)
    scenario.when(CHECKED, by=OFFICE, on=NEXT).then_refused("document.same_person")


def test_a_unit_and_the_offices_clerk_do_not_decide() -> None:
    document("reviewed").when(CHECKED, by=HEAD, on=NEXT).then_forbidden()
    document("reviewed").when(CHECKED, by=OFFICE_CLERK, on=NEXT).then_forbidden()


def test_without_attribute_nothing_is_decided() -> None:
    fresh_document().and_(submission(), by=CLERK, on=DAY).when(CHECKED, by=OFFICE, on=NEXT).then_refused(
        "document.no_attribute"
    )


def test_a_policy_to_be_withheld_goes_to_the_disclosure_office_first() -> None:
    waived = interpretation("required").and_(
        WaiveInterpretation(reason="not_disclosed", explanation="不公开"), by=OFFICE, on=DAY
    )
    scenario = document("reviewed", in_scope_of_interpretation=True, others=[view(waived)], **WITHHELD)
    decide = DetermineAttribute(interpretation=J)
    scenario.when(decide, by=OFFICE, on=NEXT).then_refused("document.non_disclosure_unconfirmed")
    scenario.when(ConfirmNonDisclosure(), by=HEALTH, on=NEXT).then_forbidden()
    scenario.when(ConfirmNonDisclosure(), by=DISCLOSURE, on=NEXT).then(NonDisclosureConfirmed)
    scenario.when(ConfirmNonDisclosure(), by=DISCLOSURE, on=NEXT).then_refused("document.already_confirmed")
    scenario.when(decide, by=OFFICE, on=NEXT).then(left(AttributeDetermined, attribute="not_disclosed"))


def test_there_must_be_something_to_confirm() -> None:
    document("proposed").when(ConfirmNonDisclosure(), by=DISCLOSURE, on=NEXT).then_refused(
        "document.nothing_to_confirm"
    )
    document("proposed", attribute="not_disclosed").when(ConfirmNonDisclosure(), by=DISCLOSURE, on=NEXT).then_refused(
        "document.no_reason"
    )


# -- the three synchronies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stage", "code"), [("required", "plan_missing"), ("planned", "material_missing")])
def test_a_document_in_scope_is_not_accepted_without_plan_and_material(stage: str, code: str) -> None:
    scenario = document("reviewed", in_scope_of_interpretation=True, others=[view(interpretation(stage))])
    scenario.when(CHECKED, by=OFFICE, on=NEXT).then_refused("document.interpretation_missing")
    named = CHECKED.model_copy(update={"interpretation": J})
    broken = scenario.when(named, by=OFFICE, on=NEXT).then_refused(f"document.{code}")
    assert broken.field == "interpretation"


def test_with_plan_and_material_it_is_accepted_and_issued() -> None:
    others = [view(interpretation("submitted"))]
    scenario = document("determined", in_scope_of_interpretation=True, others=others, interpretation=J)
    scenario.when(ISSUE, by=CLERK, on=NEXT).then_refused("document.interpretation_missing")
    named = ISSUE.model_copy(update={"interpretation": J})
    scenario.when(named, by=CLERK, on=NEXT).then(left(DocumentIssued, interpretation=J, issued=date(2026, 3, 3)))


@pytest.mark.parametrize(("planned", "sent", "code"), [(NEXT, NEXT, "plan_missing"), (DAY, NEXT, "material_missing")])
def test_a_plan_or_material_of_a_later_day_does_not_serve_a_decision_recorded_late(
    planned: str, sent: str, code: str
) -> None:
    later = interpretation("required").and_(PLAN, by=CLERK, on=planned).and_(MATERIAL, by=CLERK, on=sent)
    scenario = document("reviewed", in_scope_of_interpretation=True, others=[view(later)])
    named = CHECKED.model_copy(update={"interpretation": J})
    scenario.when(named, by=OFFICE, on=DAY, recorded=NEXT).then_refused(f"document.{code}")
    scenario.when(named, by=OFFICE, on=NEXT).then(AttributeDetermined)


def test_a_plan_that_replaces_another_counts_from_the_first() -> None:
    other = interpretation("submitted").and_(PLAN, by=CLERK, on=NEXT)
    scenario = document("determined", in_scope_of_interpretation=True, others=[view(other)], interpretation=J)
    scenario.when(ISSUE.model_copy(update={"interpretation": J}), by=CLERK, on=DAY).then(DocumentIssued)


def test_material_returned_after_the_decision_stops_the_issue() -> None:
    other = interpretation("submitted")
    scenario = document("determined", in_scope_of_interpretation=True, others=[view(other)], interpretation=J)
    other.and_(ReturnMaterial(ground="incomplete"), by=OFFICE, on=DAY)
    scenario.cases = {J: view(other)}
    named = ISSUE.model_copy(update={"interpretation": J})
    scenario.when(named, by=CLERK, on=NEXT).then_refused("document.material_missing")


def test_the_interpretation_of_another_document_does_not_count() -> None:
    scenario = fresh_document(view(interpretation("submitted")), case="W2026-000002")
    scenario.and_(submission(attribute="active", in_scope_of_interpretation=True), by=CLERK, on=DAY)
    scenario.and_(ReviewAttribute(), by=HEAD, on=DAY)
    named = CHECKED.model_copy(update={"interpretation": J})
    scenario.when(named, by=OFFICE, on=NEXT).then_refused("document.other_interpretation")
    absent = CHECKED.model_copy(update={"interpretation": "J2026-000007"})
    scenario.when(absent, by=OFFICE, on=NEXT).then_refused("document.other_interpretation")


def test_an_interpretation_ordered_by_hand_counts_like_one_in_scope() -> None:
    scenario = document("reviewed").and_(NoteInterpretation(interpretation=J), on=DAY)
    scenario.when(CHECKED, by=OFFICE, on=NEXT).then_refused("document.interpretation_missing")


def test_a_document_has_one_interpretation_and_only_the_system_enters_it() -> None:
    note = NoteInterpretation(interpretation=J)
    document("proposed").when(note, by=OFFICE, on=NEXT).then_forbidden()
    scenario = document("proposed").when(note, on=NEXT).then(left(InterpretationNoted, interpretation=J))
    scenario.when(note, on=NEXT).then_refused("document.interpretation_already_known")


# -- issue, re-assessment, repeal --------------------------------------------------------------------------------------


def test_it_is_issued_with_what_the_national_table_counts() -> None:
    normative = ISSUE.model_copy(update={"normative": True})
    scenario = (
        document("determined")
        .when(normative, by=CLERK, on=NEXT)
        .then(
            left(
                DocumentIssued,
                attribute="active",
                normative=True,
                in_force=True,
                type="notice",
                title="v:title",
                issued=date(2026, 3, 3),
                interpretation=None,
            )
        )
    )
    assert DOCUMENT.summary(scenario.state).open is False
    scenario.when(ISSUE, by=CLERK, on=NEXT).then_refused("document.already_issued")
    for command, by in ((CHECKED, OFFICE), (ReviewAttribute(), HEAD), (ProposeAttribute(attribute="active"), CLERK)):
        scenario.when(command, by=by, on=NEXT).then_refused("document.already_issued")


@pytest.mark.parametrize("stage", ["proposed", "reviewed"])
def test_nothing_is_issued_before_its_attribute_is_determined(stage: str) -> None:
    document(stage).when(ISSUE, by=CLERK, on=NEXT).then_refused("document.not_determined")


def test_a_determined_attribute_is_not_proposed_again() -> None:
    document("determined").when(ProposeAttribute(attribute="on_request"), by=CLERK, on=NEXT).then_refused(
        "document.already_determined"
    )


def test_what_was_withheld_is_reassessed_and_opened() -> None:
    scenario = document("issued", **WITHHELD)
    given = ReassessAttribute(attribute="active", explanation="期满可公开")
    scenario.when(given, by=OFFICE, on="2027-03-02").then_refused("document.content_not_checked")
    scenario.when(given.model_copy(update={"content_checked": True}), by=OFFICE, on="2027-03-02").then(
        left(AttributeReassessed, previous="not_disclosed", attribute="active", reason=None, mark="（此件公开发布）")
    )
    assert scenario.state.reassessed == date(2027, 3, 2)


def test_a_reassessment_may_leave_it_as_it_is_with_words() -> None:
    scenario = document("issued", **WITHHELD)
    same = ReassessAttribute.model_validate(WITHHELD)
    scenario.when(same, by=HEAD, on="2027-03-02").then_refused("document.same_attribute")
    kept = ReassessAttribute.model_validate({**WITHHELD, "explanation": "理由仍在"})
    scenario.when(kept, by=HEAD, on="2027-03-02").then(left(AttributeReassessed, attribute="not_disclosed"))


def test_a_reassessment_keeps_to_the_same_rules() -> None:
    without = ReassessAttribute(attribute="not_disclosed")
    document("issued").when(without, by=OFFICE, on=NEXT).then_refused("document.no_reason")
    document("determined").when(without, by=OFFICE, on=NEXT).then_refused("document.not_issued")
    secret = ReassessAttribute(attribute="not_disclosed", reason="state_secret")
    document("issued").when(secret, by=OFFICE, on=NEXT).then_refused("document.classified")


def test_what_forwards_is_reassessed_as_what_it_forwards_now_is() -> None:
    old = document("issued", case="W2026-000009", attribute="on_request")
    scenario = document("issued", forwards="W2026-000009", attribute="on_request", others=[view(old)])
    opened = ReassessAttribute(attribute="active", content_checked=True)
    scenario.when(opened, by=OFFICE, on=NEXT).then_refused("document.follows_forwarded")
    old.and_(opened, by=OFFICE, on=NEXT)
    scenario.cases = {"W2026-000009": view(old)}
    named = opened.model_copy(update={"forwards": "W2026-000009"})
    scenario.when(named, by=OFFICE, on=NEXT).then(AttributeReassessed)


def test_a_repealed_document_is_no_longer_in_force() -> None:
    scenario = document("issued").when(RepealDocument(), by=HEAD, on=NEXT).then(left(DocumentRepealed, normative=False))
    assert (scenario.state.status, scenario.state.in_force) == ("repealed", False)
    scenario.when(RepealDocument(), by=HEAD, on=NEXT).then_refused("document.already_repealed")
    scenario.when(ISSUE, by=CLERK, on=NEXT).then_refused("document.already_repealed")
    scenario.when(ReviewAttribute(), by=HEAD, on=NEXT).then_refused("document.already_repealed")
    scenario.when(ReassessAttribute(attribute="on_request"), by=OFFICE, on=NEXT).then_refused(
        "document.already_repealed"
    )


def test_only_what_was_issued_is_repealed() -> None:
    document("determined").when(RepealDocument(), by=HEAD, on=NEXT).then_refused("document.not_issued")


# -- corrections -------------------------------------------------------------------------------------------------------


def undo(scenario: Scenario, *events: str) -> VoidEntry:
    return VoidEntry(events=events, reason="登记有误")


def test_a_wrong_return_is_undone_and_no_longer_counts() -> None:
    scenario = returned("form")
    scenario.when(undo(scenario, scenario.id_of(DocumentReturned)), by=OFFICE, on=NEXT).then(EntryVoided)
    assert (scenario.state.status, scenario.state.returns) == ("proposed", 0)


def test_what_rests_on_an_entry_is_undone_first() -> None:
    scenario = document("determined")
    scenario.when(undo(scenario, scenario.id_of(AttributeReviewed)), by=OFFICE, on=NEXT).then_refused(
        "void.depended_on"
    )


def test_an_issue_and_the_interpretation_stand() -> None:
    scenario = document("issued")
    scenario.when(undo(scenario, scenario.id_of(DocumentIssued)), by=OFFICE, on=NEXT).then_refused("void.forbidden")


def test_a_reassessment_undone_gives_the_next_one_its_previous_attribute_anew() -> None:
    scenario = document("issued", **WITHHELD)
    scenario.and_(ReassessAttribute(attribute="on_request"), by=OFFICE, on="2026-04-01")
    first = scenario.id_of(AttributeReassessed)
    scenario.and_(ReassessAttribute(attribute="active", content_checked=True), by=OFFICE, on="2026-05-06")
    scenario.when(undo(scenario, first), by=OFFICE, on="2026-05-07").accepted()
    (live,) = [event for event in scenario.live if isinstance(event, AttributeReassessed)]
    assert (live.previous, live.attribute) == ("not_disclosed", "active")


# -- the day of issue put right ----------------------------------------------------------------------------------------


def test_a_wrong_day_or_number_is_put_right_once_and_cannot_be_undone_but_put_right_again() -> None:
    scenario = document("issued")
    right = CorrectIssue(issued=date(2026, 3, 3), document_number="罗教发〔2026〕4号")
    corrected = left(
        DocumentIssueCorrected, previous=date(2026, 3, 2), issued=date(2026, 3, 3), document_number="罗教发〔2026〕4号"
    )
    scenario.when(right, by=OFFICE, on=NEXT).then(corrected)
    scenario.when(right, by=OFFICE, on=NEXT).then_refused("document.same_issue", "issued")
    void = undo(scenario, scenario.id_of(DocumentIssueCorrected))
    scenario.when(void, by=OFFICE, on=NEXT).then_refused("void.forbidden")
    scenario.when(CorrectIssue(issued=date(2026, 3, 2)), by=OFFICE, on=NEXT).then(
        left(
            DocumentIssueCorrected,
            previous=date(2026, 3, 3),
            issued=date(2026, 3, 2),
            document_number="罗教发〔2026〕4号",
        )
    )


def test_the_day_of_issue_holds_what_the_issue_itself_had_to() -> None:
    determined = document("determined")
    determined.when(CorrectIssue(issued=date(2026, 3, 2)), by=OFFICE, on=NEXT).then_refused("document.not_issued")
    issued = document("issued")
    early, ahead = CorrectIssue(issued=date(2026, 2, 27)), CorrectIssue(issued=date(2026, 3, 4))
    issued.when(early, by=OFFICE, on=NEXT).then_refused("document.issue_before_determination", "issued")
    issued.when(ahead, by=OFFICE, on=NEXT).then_refused("document.issue_ahead", "issued")
    issued.when(CorrectIssue(issued=date(2026, 3, 3)), by=CLERK, on=NEXT).then_forbidden()


def test_whoever_imported_a_document_is_neither_its_proposer_nor_its_reviewer() -> None:
    # An import asks for no post of the steps that it tells of.
    importer = person(OFFICE.subject, "office@county-office", "head@education")
    old = fresh_document().and_(submission(attribute="active"), by=importer, on=DAY, origin="import")
    old.and_(ReviewAttribute(), by=importer, on=DAY, origin="import")
    old.when(CHECKED, by=OFFICE, on=NEXT).then(AttributeDetermined)
