"""The disclosure attribute of official documents (公文公开属性), institution 4: from the draft to its repeal.

拟定 → 部门审 → 县府办核 → {退回} → 确定 → 印发 → {复评, 废止}. The words, grounds and refusals are in
``document_rules``, what can happen in ``document_events``, what may be asked in ``document_commands``, what it leaves in
``document_state``; here is what is decided, and the kind that ties them together.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal, TypedDict

from services.publishing.document_commands import (
    COUNTY_DISCLOSURE,
    DESK,
    DISCLOSURE,
    DRAFTER,
    REVIEWER,
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
    SubmitDocument,
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
from services.publishing.document_rules import (
    ATTRIBUTES,
    GROUNDS,
    MARK_INDENT,
    MARKS,
    NON_DOCUMENTS,
    TYPES,
    Attribute,
    LegalGround,
    marked_line,
    refusal,
)
from services.publishing.document_state import OUT, STATUSES, WAITING, Document, evolve
from services.publishing.interpretation_state import Interpretation
from shared.domain.deadline import Clock
from shared.domain.directory import OFFICE as COUNTY_OFFICE
from shared.domain.kind import BadField, CaseKind, Context, Event, Stamp, Summary, VerdictFields
from shared.domain.permission import Allowed, county_leader, party
from shared.domain.register import RegisterForm
from shared.domain.text import Text


class Mark(TypedDict):
    """The mark that a document bears, and where."""

    mark: str
    place: Literal["line_under_date"]
    indent: int


def _in_sequence(state: Document, context: Context) -> None:
    """A step of the way is not dated before the step it rests on."""
    if state.last_step is not None and context.happened < state.last_step:
        raise refusal("before_previous_step", "happened")


def _unit(context: Context, name: str, field: str) -> str:
    """The id of the unit named in ``field``; it must exist on the day."""
    found = context.directory.find(name, context.today)
    if found is None:
        raise BadField(field, Text(f"单位名录中没有“{name}”", f"the directory knows no unit {name}"))
    if not found.exists_on(context.today):
        raise refusal("department_closed", field, name=found.name_on(context.today))
    return found.id


def _waiting(state: Document) -> None:
    """The county office has not decided yet, and the document is with it or its drafter."""
    match state.status:
        case "returned":
            raise refusal("returned")
        case "determined":
            raise refusal("already_determined")
        case "issued":
            raise refusal("already_issued")
        case "repealed":
            raise refusal("already_repealed")


def _issued(state: Document) -> None:
    if state.status == "repealed":
        raise refusal("already_repealed")
    if state.status != "issued":
        raise refusal("not_issued")


def _followed(context: Context, forwards: str | None, outside: Attribute | None) -> Attribute | None:
    """The attribute of the forwarded document: as it is recorded here, or as one from outside bears it."""
    if forwards is None:
        return outside
    if outside is not None:
        raise refusal("forwarded_twice", "forwarded_attribute")
    view = context.cases.get(forwards)
    other = view.state if view is not None else None
    determined = isinstance(other, Document) and (other.status in OUT or other.status == "determined")
    if forwards == context.case or not isinstance(other, Document) or not determined:
        raise refusal("no_such_forwarded", "forwards")
    return other.attribute


def _fits(follows: Attribute | None, attribute: Attribute, reason: LegalGround | None) -> None:
    """What is stated is lawful: nothing classified, a reason only for withholding, and as the forwarded document has it."""
    if reason == "state_secret":
        raise refusal("classified", "reason")
    if reason is not None and attribute != "not_disclosed":
        raise refusal("reason_not_expected", "reason")
    if follows is not None and attribute != follows:
        words = ATTRIBUTES[follows]
        raise refusal("follows_forwarded", "attribute", attribute=words.zh, attribute_en=words.en)


def _mark(attribute: Attribute) -> Mark:
    return Mark(mark=MARKS[attribute], place="line_under_date", indent=MARK_INDENT)


def _interpretation(state: Document, context: Context, named: str | None) -> Interpretation | None:
    """The named interpretation, which must be the one of this document."""
    if named is None:
        return None
    view = context.cases.get(named)
    if view is None or not isinstance(view.state, Interpretation) or view.state.document != context.case:
        raise refusal("other_interpretation", "interpretation")
    return view.state


def _lacking(interpretation: Interpretation | None, today: date) -> str | None:
    """What the interpretation lacked that day for its document to be accepted (三同步); None: nothing, or it is waived."""
    if interpretation is None:
        return "interpretation_missing"
    if interpretation.waived is not None:
        return None
    if interpretation.plan_filed is None or interpretation.plan_filed > today:
        return "plan_missing"
    if interpretation.material_sent is None or interpretation.material_sent > today:
        return "material_missing"
    return None


def _synchronous(state: Document, context: Context, named: str | None) -> None:
    """A document in scope is accepted only with plan and material of its interpretation."""
    interpretation = _interpretation(state, context, named)
    if not state.in_scope and state.interpretation is None:
        if named is not None and interpretation is None:
            raise refusal("interpretation_not_expected", "interpretation")
        return
    if context.origin == "import":
        return
    lacking = _lacking(interpretation, context.today)
    if lacking is not None:
        raise refusal(lacking, "interpretation")


# -- one decision a command --------------------------------------------------------------------------------------------


def submit(state: Document, command: SubmitDocument, context: Context) -> list[Event]:
    """报送: with an attribute, or without one, which the county office then returns."""
    department = _unit(context, command.department, "department")
    mine = department in context.actor.departments or COUNTY_OFFICE in context.actor.departments
    if not mine and not context.unattended:
        raise refusal("not_your_unit", "department")
    joint = tuple(dict.fromkeys(_unit(context, unit, "joint_with") for unit in command.joint_with))
    if department in joint:
        raise refusal("lead_is_joint", "joint_with")
    if command.in_scope_of_interpretation and command.type in NON_DOCUMENTS:
        raise refusal("non_document_not_in_scope", "in_scope_of_interpretation")
    follows = _followed(context, command.forwards, command.forwarded_attribute)
    submitted = DocumentSubmitted(
        department=department,
        type=command.type,
        title=command.title,
        joint_with=joint,
        in_scope_of_interpretation=command.in_scope_of_interpretation,
        forwards=command.forwards,
        forwarded_attribute=follows,
        attachments=command.attachments,
    )
    proposed = _proposal(department, follows, command)
    return [submitted] if proposed is None else [submitted, proposed]


def _proposal(
    department: str, follows: Attribute | None, command: SubmitDocument | ResubmitDocument | ProposeAttribute
) -> AttributeProposed | None:
    if command.attribute is None:
        if command.reason is not None:
            raise refusal("classified" if command.reason == "state_secret" else "reason_not_expected", "reason")
        return None
    _fits(follows, command.attribute, command.reason)
    return AttributeProposed(
        department=department, attribute=command.attribute, reason=command.reason, explanation=command.explanation
    )


def resubmit(state: Document, command: ResubmitDocument, context: Context) -> list[Event]:
    """重新报送."""
    if state.status != "returned":
        raise refusal("not_returned")
    if command.in_scope_of_interpretation and state.type in NON_DOCUMENTS:
        raise refusal("non_document_not_in_scope", "in_scope_of_interpretation")
    if state.in_scope and not command.in_scope_of_interpretation:
        raise refusal("scope_stands", "in_scope_of_interpretation")
    _in_sequence(state, context)
    again = DocumentResubmitted(
        department=state.department,
        in_scope_of_interpretation=command.in_scope_of_interpretation,
        newly_in_scope=command.in_scope_of_interpretation and not state.in_scope,
        attachments=command.attachments,
    )
    proposed = _proposal(state.department, state.follows, command)
    return [again] if proposed is None else [again, proposed]


def propose(state: Document, command: ProposeAttribute, context: Context) -> list[Event]:
    """拟定公开属性; another one is reviewed anew."""
    _waiting(state)
    _in_sequence(state, context)
    proposed = _proposal(state.department, state.follows, command)
    return [] if proposed is None else [proposed]


def review(state: Document, command: ReviewAttribute, context: Context) -> list[Event]:
    """部门审核."""
    _waiting(state)
    if state.attribute is None:
        raise refusal("no_attribute")
    if state.status == "reviewed":
        raise refusal("already_reviewed")
    if context.actor.subject == state.proposer and not context.unattended:
        raise refusal("same_person")
    _in_sequence(state, context)
    return [AttributeReviewed(department=state.department, attribute=state.attribute)]


def confirm(state: Document, command: ConfirmNonDisclosure, context: Context) -> list[Event]:
    """信息公开机构确认不予公开."""
    _waiting(state)
    if state.attribute != "not_disclosed":
        raise refusal("nothing_to_confirm")
    if state.reason is None:
        raise refusal("no_reason")
    if state.confirmed:
        raise refusal("already_confirmed")
    if context.actor.subject == state.proposer and not context.unattended:
        raise refusal("same_person")
    _in_sequence(state, context)
    return [NonDisclosureConfirmed(department=state.department)]


def send_back(state: Document, command: ReturnDocument, context: Context) -> list[Event]:
    """退文: only on a ground that is there, for two of them are charged."""
    _waiting(state)
    interpretation = _interpretation(state, context, command.interpretation)
    match command.ground:
        case "no_attribute" if state.attribute is not None:
            raise refusal("has_attribute", "ground")
        case "no_reason" if state.attribute != "not_disclosed" or state.reason is not None:
            raise refusal("has_reason", "ground")
        case "no_interpretation" if interpretation is None and state.interpretation is not None:
            raise refusal("interpretation_missing", "interpretation")
        case "no_interpretation" if interpretation is not None and _lacking(interpretation, context.today) is None:
            raise refusal("has_interpretation", "ground")
    _in_sequence(state, context)
    return [DocumentReturned(department=state.department, ground=command.ground, explanation=command.explanation)]


def determine(state: Document, command: DetermineAttribute, context: Context) -> list[Event]:
    """确定: accepted for issue, with its mark."""
    _waiting(state)
    if state.attribute is None:
        raise refusal("no_attribute")
    if state.status != "reviewed":
        raise refusal("not_reviewed")
    if state.attribute == "not_disclosed" and state.reason is None:
        raise refusal("no_reason")
    if state.attribute == "not_disclosed" and state.in_scope and not state.confirmed:
        raise refusal("non_disclosure_unconfirmed")
    if state.attribute == "active" and not command.content_checked and not context.unattended:
        raise refusal("content_not_checked", "content_checked")
    if context.actor.subject in (state.proposer, state.reviewer) and not context.unattended:
        raise refusal("same_person")
    _synchronous(state, context, command.interpretation)
    _in_sequence(state, context)
    return [
        AttributeDetermined(
            department=state.department, attribute=state.attribute, reason=state.reason, **_mark(state.attribute)
        )
    ]


def note_interpretation(state: Document, command: NoteInterpretation, context: Context) -> list[Event]:
    """登记解读案卷."""
    if state.interpretation is not None:
        raise refusal("interpretation_already_known")
    return [InterpretationNoted(department=state.department, interpretation=command.interpretation)]


def issue(state: Document, command: IssueDocument, context: Context) -> list[Event]:
    """印发: plan and material are looked at once more, for they may have been returned since."""
    if state.status in OUT:
        raise refusal("already_repealed" if state.status == "repealed" else "already_issued")
    if state.status != "determined" or state.attribute is None:
        raise refusal("not_determined")
    if command.normative and state.type in NON_DOCUMENTS:
        raise refusal("non_document_not_normative", "normative")
    _synchronous(state, context, command.interpretation)
    _in_sequence(state, context)
    return [
        DocumentIssued(
            department=state.department,
            attribute=state.attribute,
            normative=command.normative,
            in_force=command.in_force,
            type=state.type,
            issued=context.today,
            document_number=command.document_number,
            title=state.title,
            interpretation=state.interpretation or command.interpretation,
        )
    ]


def correct_issue(state: Document, command: CorrectIssue, context: Context) -> list[Event]:
    """更正印发登记: the day must hold what the issue itself had to: determined by then, with plan and material."""
    if state.status not in OUT or state.issued is None or state.document_number is None:
        raise refusal("not_issued")
    number = command.document_number or state.document_number
    if (command.issued, number) == (state.issued, state.document_number):
        raise refusal("same_issue", "issued")
    if command.issued > context.today:
        raise refusal("issue_ahead", "issued")
    if state.determined is not None and command.issued < state.determined:
        raise refusal("issue_before_determination", "issued", on=state.determined.isoformat())
    view = context.cases.get(state.interpretation or "")
    if state.in_scope and view is not None and isinstance(view.state, Interpretation):
        lacking = _lacking(view.state, command.issued)
        if lacking is not None:
            raise refusal(lacking, "issued")
    return [
        DocumentIssueCorrected(
            department=state.department,
            issued=command.issued,
            previous=state.issued,
            document_number=number,
            interpretation=state.interpretation,
            explanation=command.explanation,
        )
    ]


def reassess(state: Document, command: ReassessAttribute, context: Context) -> list[Event]:
    """复评: by the same rules as at the source; it may stay with another reason."""
    _issued(state)
    follows = _followed(context, command.forwards, command.forwarded_attribute) or state.follows
    _fits(follows, command.attribute, command.reason)
    if command.attribute == "not_disclosed" and command.reason is None:
        raise refusal("no_reason", "reason")
    if command.attribute == state.attribute and command.explanation is None and command.reason == state.reason:
        raise refusal("same_attribute", "attribute")
    opened = command.attribute == "active" and state.attribute != "active"
    if opened and not command.content_checked and not context.unattended:
        raise refusal("content_not_checked", "content_checked")
    _in_sequence(state, context)
    return [
        AttributeReassessed(
            department=state.department,
            previous=state.attribute or command.attribute,
            attribute=command.attribute,
            reason=command.reason,
            explanation=command.explanation,
            **_mark(command.attribute),
        )
    ]


def repeal(state: Document, command: RepealDocument, context: Context) -> list[Event]:
    """废止."""
    _issued(state)
    _in_sequence(state, context)
    return [DocumentRepealed(department=state.department, normative=state.normative, explanation=command.explanation)]


# -- clocks, corrections -----------------------------------------------------------------------------------------------


def clocks(state: Document) -> tuple[Clock, ...]:
    """None: the limits run in what a document starts."""
    return ()


def missed(state: Document, clock: Clock, verdict: VerdictFields) -> Event:
    """There is no clock to miss."""
    raise LookupError(clock.id)


def restate(state: Document, event: Event, stamp: Stamp) -> Event:
    """What an event says of the file before it, said anew."""
    match event:
        case AttributeReassessed() if state.attribute not in (None, event.previous):
            return event.model_copy(update={"previous": state.attribute})
        case AttributeReviewed() if state.attribute not in (None, event.attribute):
            return event.model_copy(update={"attribute": state.attribute})
        case DocumentIssued() if state.attribute not in (None, event.attribute):
            return event.model_copy(update={"attribute": state.attribute})
        case DocumentIssueCorrected() if state.issued not in (None, event.previous):
            return event.model_copy(update={"previous": state.issued})
        case DocumentRepealed() if state.normative != event.normative:
            return event.model_copy(update={"normative": state.normative})
        case _:
            return event


def stands(state: Document, event: Event) -> bool:
    """Whether the step can have been taken: what it answers or approves was there."""
    match event:
        case DocumentResubmitted():
            return state.status == "returned"
        case AttributeReviewed():
            return state.status == "proposed"
        case NonDisclosureConfirmed():
            return state.attribute == "not_disclosed"
        case DocumentReturned():
            return state.status in WAITING
        case AttributeDetermined():
            return state.status == "reviewed" and event.attribute == state.attribute
        case DocumentIssued():
            return state.status == "determined"
        case AttributeReassessed() | DocumentRepealed():
            return state.status == "issued"
        case DocumentIssueCorrected():
            return state.status in OUT
        case _:
            return True


def may_void(state: Document, entry: Event) -> bool:
    """What has started another file stands: the issue of a document, and the interpretation that it has."""
    return not isinstance(entry, DocumentIssued | DocumentIssueCorrected | InterpretationNoted)


# -- what is shown -----------------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, Text] = {
    "type": Text("公文种类", "Type of document"),
    "attribute": Text("公开属性", "Attribute"),
    "reason": Text("不予公开的法定理由", "Legal reason"),
    "mark": Text("公开属性标注（成文日期下一行）", "Mark (line under the date)"),
    "document_number": Text("发文字号", "Document number"),
    "issued": Text("印发日期", "Issued on"),
    "normative": Text("规范性文件", "Normative"),
    "in_force": Text("现行有效", "In force"),
    "in_scope": Text("属于政策解读范围", "In scope of interpretation"),
    "interpretation": Text("政策解读案卷", "File of the interpretation"),
    "returns": Text("退文次数", "Returns"),
    "reassessed": Text("复评日期", "Re-assessed on"),
}


REGISTER = RegisterForm(
    title=Text("公文公开属性登记簿", "Register of documents and their attributes"),
    subject=Text("公文标题", "Title"),
    department=Text("拟制单位", "Drafting unit"),
    received=Text("报送日期", "Submitted"),
    words={
        "type": TYPES,
        "attribute": ATTRIBUTES,
        "reason": {code: words for code, (words, _) in GROUNDS.items()},
    },
)


def summary(state: Document) -> Summary:
    """What lists show and filter; the mark stands as it is printed once it is determined."""
    marked = state.attribute if state.status == "determined" or state.status in OUT else None
    return Summary(
        status=state.status,
        department=state.department,
        received=state.submitted,
        title=state.title,
        parties=state.joint_with,
        open=state.status not in OUT,
        columns={
            "type": state.type,
            "attribute": state.attribute,
            "reason": state.reason,
            "mark": None if marked is None else marked_line(marked),
            "document_number": state.document_number,
            "issued": state.issued.isoformat() if state.issued else None,
            "normative": state.normative,
            "in_force": state.in_force,
            "in_scope": state.in_scope,
            "interpretation": state.interpretation,
            "returns": state.returns,
            "reassessed": state.reassessed.isoformat() if state.reassessed else None,
        },
    )


_READERS: tuple[Allowed, ...] = (DRAFTER, REVIEWER, DESK, *DISCLOSURE, party(), county_leader())
VAULT_READERS: Mapping[str, tuple[Allowed, ...]] = dict.fromkeys(("title", "explanation", "attachments"), _READERS)
"""Event fields that hold vault references -> who may read them: titles of what is withheld are no open words."""

DOCUMENT: CaseKind[Document] = CaseKind(
    name="document",
    service="publishing",
    collection="documents",
    title=Text("公文公开属性", "Disclosure attribute of documents"),
    prefix="W",
    number="公文〔{year}〕{n}号",
    statuses=STATUSES,
    initial=Document(),
    state_type=Document,
    events=(
        DocumentSubmitted,
        DocumentResubmitted,
        AttributeProposed,
        AttributeReviewed,
        NonDisclosureConfirmed,
        DocumentReturned,
        AttributeDetermined,
        InterpretationNoted,
        DocumentIssued,
        DocumentIssueCorrected,
        AttributeReassessed,
        DocumentRepealed,
    ),
    commands={
        SubmitDocument: submit,
        ResubmitDocument: resubmit,
        ProposeAttribute: propose,
        ReviewAttribute: review,
        ConfirmNonDisclosure: confirm,
        ReturnDocument: send_back,
        DetermineAttribute: determine,
        NoteInterpretation: note_interpretation,
        IssueDocument: issue,
        CorrectIssue: correct_issue,
        ReassessAttribute: reassess,
        RepealDocument: repeal,
    },
    evolve=evolve,
    clocks=clocks,
    missed=missed,
    summary=summary,
    columns=COLUMNS,
    register=REGISTER,
    overseen_by=(DESK, COUNTY_DISCLOSURE),
    vault_readers=VAULT_READERS,
    restate=restate,
    stands=stands,
    may_void=may_void,
    fold_version=2,
)
