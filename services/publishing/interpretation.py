"""The interpretation of policies (政策解读), institution 2: from the document in scope to the linked publication.

需解读 → 方案已报 → 材料已送 (三同步) → 审签 → 已发布 → 已互链; 豁免, 逾期. The forms, elements and refusals are in
``interpretation_rules``, what can happen in ``interpretation_events``, what may be asked in ``interpretation_commands``,
what it leaves in ``interpretation_state``; here is what is decided, and the kind that ties them together.
"""

from collections.abc import Mapping

from services.publishing.document_rules import NON_DOCUMENTS
from services.publishing.document_state import Document
from services.publishing.interpretation_commands import (
    DESK,
    DRAFTER,
    FilePlan,
    LinkInterpretation,
    NoteDocumentIssue,
    PublishInterpretation,
    RequireInterpretation,
    ReturnMaterial,
    SignInterpretation,
    SubmitMaterial,
    UrgeInterpretation,
    WaiveInterpretation,
)
from services.publishing.interpretation_events import (
    DocumentIssueNoted,
    InterpretationCompleted,
    InterpretationLinked,
    InterpretationOverdue,
    InterpretationPublished,
    InterpretationRequired,
    InterpretationSigned,
    InterpretationUrged,
    InterpretationWaived,
    MaterialReturned,
    MaterialSubmitted,
    PlanFiled,
)
from services.publishing.interpretation_rules import ELEMENTS, FORMS, LIMITS, WAIVERS, Element, refusal
from services.publishing.interpretation_state import ENDED, STATUSES, Interpretation, clocks, complete, evolve
from shared.domain.deadline import Clock
from shared.domain.kind import CaseKind, Context, Event, Stamp, Summary, VerdictFields
from shared.domain.limits import limits
from shared.domain.permission import Allowed, county_leader
from shared.domain.register import RegisterForm
from shared.domain.text import Text


def _limit(context: Context) -> int:
    return context.limit("interpretation.limit", LIMITS)


def _in_sequence(state: Interpretation, context: Context) -> None:
    """A step of the way is not dated before the step it rests on."""
    if state.last_step is not None and context.happened < state.last_step:
        raise refusal("before_previous_step", "happened")


def _going_on(state: Interpretation) -> None:
    """Neither complete nor waived."""
    if state.status == "completed":
        raise refusal("already_completed")
    if state.status == "waived":
        raise refusal("waived")


def _unpublished(state: Interpretation) -> None:
    _going_on(state)
    if state.published is not None:
        raise refusal("already_published")


# -- one decision a command --------------------------------------------------------------------------------------------


def require(state: Interpretation, command: RequireInterpretation, context: Context) -> list[Event]:
    """需解读: the lead drafter of the document interprets it. Of one in scope the system has begun it, but of an old one."""
    view = context.cases.get(command.document)
    if view is None or not isinstance(view.state, Document):
        raise refusal("no_such_document", "document")
    document = view.state
    if document.type in NON_DOCUMENTS:
        raise refusal("non_document", "document")
    if document.interpretation is not None:
        raise refusal("already_required", "document")
    if any(other.kind == "interpretation" for other in context.cases.values()):
        raise refusal("already_required", "document")
    if document.status == "repealed" and context.origin != "import":
        raise refusal("repealed", "document")
    return [
        InterpretationRequired(
            department=document.department,
            document=command.document,
            title=document.title,
            limit=_limit(context),
            started=context.today if document.issued is not None else None,
        )
    ]


def file_plan(state: Interpretation, command: FilePlan, context: Context) -> list[Event]:
    """报送方案; another one replaces it until the material is signed."""
    _unpublished(state)
    if state.signed:
        raise refusal("already_signed")
    if command.due < context.today:
        raise refusal("plan_due_before_today", "due")
    _in_sequence(state, context)
    forms = tuple(dict.fromkeys(command.forms))
    return [PlanFiled(department=state.department, forms=forms, authors=command.authors, due=command.due)]


def urge(state: Interpretation, command: UrgeInterpretation, context: Context) -> list[Event]:
    """催办, of what is not done."""
    _going_on(state)
    done = {
        "plan": bool(state.forms),
        "material": state.material,
        "signature": state.signed,
        "publication": state.published is not None,
        "links": state.from_document and state.to_document,
    }
    if done[command.missing]:
        raise refusal("nothing_missing", "missing")
    return [InterpretationUrged(department=state.department, missing=command.missing)]


def submit_material(state: Interpretation, command: SubmitMaterial, context: Context) -> list[Event]:
    """报送材料, after the plan."""
    _unpublished(state)
    if not state.forms:
        raise refusal("plan_missing")
    if state.signed:
        raise refusal("already_signed")
    _in_sequence(state, context)
    return [MaterialSubmitted(department=state.department, text=command.text, attachments=command.attachments)]


def return_material(state: Interpretation, command: ReturnMaterial, context: Context) -> list[Event]:
    """退回材料; a signature falls with it."""
    _unpublished(state)
    if not state.material:
        raise refusal("material_missing")
    _in_sequence(state, context)
    return [MaterialReturned(department=state.department, ground=command.ground, explanation=command.explanation)]


def sign(state: Interpretation, command: SignInterpretation, context: Context) -> list[Event]:
    """审签."""
    _unpublished(state)
    if not state.material:
        raise refusal("material_missing")
    if state.signed:
        raise refusal("already_signed")
    if context.actor.subject == state.submitter and not context.unattended:
        raise refusal("same_person")
    _in_sequence(state, context)
    return [InterpretationSigned(department=state.department)]


def note_issue(state: Interpretation, command: NoteDocumentIssue, context: Context) -> list[Event]:
    """公文已印发: the limit runs from that day, also where this is noted later; that of a waived file has ended.

    The day may be put right; one that the file was begun after has not started it.
    """
    if state.started is not None and (state.noted is None or state.started == command.issued):
        raise refusal("document_already_issued")
    if state.published is not None and command.issued > state.published:
        raise refusal("issue_after_publication")
    before = (state.noted,) if state.noted is not None else ()
    return [DocumentIssueNoted(department=state.department, issued=command.issued, limit=_limit(context), voids=before)]


def publish(state: Interpretation, command: PublishInterpretation, context: Context) -> list[Event]:
    """发布: signed, the document issued, every element contained or said not to apply."""
    _unpublished(state)
    if not state.signed:
        raise refusal("not_signed")
    if state.started is None or context.today < state.started:
        raise refusal("document_not_issued")
    if not set(command.forms) & set(state.forms):
        raise refusal("form_not_planned", "forms")
    if set(command.elements) & set(command.not_applicable):
        raise refusal("element_twice", "not_applicable")
    missing = [words for code, words in ELEMENTS.items() if code not in {*command.elements, *command.not_applicable}]
    if missing:
        zh, en = "、".join(words.zh for words in missing), ", ".join(words.en for words in missing)
        raise refusal("elements_missing", "elements", missing=zh, missing_en=en)
    _in_sequence(state, context)
    published = InterpretationPublished(
        department=state.department,
        forms=tuple(dict.fromkeys(command.forms)),
        elements=_in_order(command.elements),
        not_applicable=_in_order(command.not_applicable),
        address=command.address,
    )
    return [published]


def _in_order(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    return tuple(sorted(set(elements), key=list(ELEMENTS).index))


def link(state: Interpretation, command: LinkInterpretation, context: Context) -> list[Event]:
    """互链; both ways makes it complete, and is judged."""
    _going_on(state)
    if state.published is None:
        raise refusal("not_published")
    made = {"from_document": state.from_document, "to_document": state.to_document}
    if made.get(command.direction, all(made.values())):
        raise refusal("already_linked", "direction")
    _in_sequence(state, context)
    events: list[Event] = [InterpretationLinked(department=state.department, direction=command.direction)]
    both = command.direction == "both" or any(made.values())
    (clock,) = clocks(state)
    if both:
        verdict = context.verdict(clock)
        events.append(InterpretationCompleted(department=state.department, document=state.document, **verdict))
    return events


def waive(state: Interpretation, command: WaiveInterpretation, context: Context) -> list[Event]:
    """豁免: before it is published."""
    _unpublished(state)
    _in_sequence(state, context)
    return [InterpretationWaived(department=state.department, reason=command.reason, explanation=command.explanation)]


# -- the miss, corrections ---------------------------------------------------------------------------------------------


def missed(state: Interpretation, clock: Clock, verdict: VerdictFields) -> Event:
    """解读逾期."""
    return InterpretationOverdue(department=state.department, document=state.document, **verdict)


def restate(state: Interpretation, event: Event, stamp: Stamp) -> Event:
    """What an event says of the file before it: nothing that another entry could change."""
    return event


def stands(state: Interpretation, event: Event) -> bool:
    """Whether the step can have been taken: what it signs, returns, publishes or links was there."""
    match event:
        case MaterialSubmitted():
            return bool(state.forms)
        case MaterialReturned() | InterpretationSigned():
            return state.material
        case InterpretationPublished():
            return state.signed and state.started is not None
        case InterpretationLinked():
            return state.published is not None
        case InterpretationCompleted():
            return complete(state)
        case _:
            return True


def may_void(state: Interpretation, entry: Event) -> bool:
    """The issue of the document is not this file's to undo; what it was issued on stands: plan, material, a waiver."""
    match entry:
        case DocumentIssueNoted():
            return False
        case PlanFiled() | MaterialSubmitted():
            return state.started is None
        case InterpretationWaived():
            return state.started is None or not state.waived_before_issue
        case _:
            return True


# -- what is shown -----------------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, Text] = {
    "document": Text("被解读的公文", "Document interpreted"),
    "forms": Text("解读形式", "Forms"),
    "planned": Text("计划发布日期", "Planned for"),
    "issued": Text("起算日", "Started"),
    "published": Text("发布日期", "Published on"),
    "from_document": Text("公文已链接解读", "Linked from the document"),
    "to_document": Text("解读已链接公文", "Linked to the document"),
    "waived": Text("豁免情形", "Waived because"),
    "returns": Text("退回次数", "Returns"),
    "urged": Text("催办次数", "Urged"),
}


REGISTER = RegisterForm(
    title=Text("政策解读登记簿", "Register of interpretations"),
    subject=Text("公文标题", "Title of the document"),
    department=Text("解读单位", "Unit that interprets"),
    received=Text("启动日期", "Required"),
    words={"forms": FORMS, "waived": WAIVERS},
)


def summary(state: Interpretation) -> Summary:
    """What lists show and filter; the file belongs to its document."""
    return Summary(
        status=state.status,
        department=state.department,
        received=state.required,
        title=state.title,
        parent=state.document or None,
        open=state.status not in ENDED,
        columns={
            "document": state.document,
            "forms": ",".join(state.forms),
            "planned": state.planned.isoformat() if state.planned else None,
            "issued": state.started.isoformat() if state.started else None,
            "published": state.published.isoformat() if state.published else None,
            "from_document": state.from_document,
            "to_document": state.to_document,
            "waived": state.waived,
            "returns": state.returns,
            "urged": state.urged,
        },
    )


_READERS: tuple[Allowed, ...] = (DRAFTER, DESK, county_leader())
VAULT_READERS: Mapping[str, tuple[Allowed, ...]] = {
    name: _READERS for name in ("title", "authors", "text", "explanation", "attachments")
}
"""Event fields that hold vault references -> who may read them."""

INTERPRETATION: CaseKind[Interpretation] = CaseKind(
    name="interpretation",
    service="publishing",
    collection="interpretations",
    title=Text("政策解读", "Interpretation of policies"),
    prefix="J",
    number="解读〔{year}〕{n}号",
    statuses=STATUSES,
    initial=Interpretation(),
    state_type=Interpretation,
    events=(
        InterpretationRequired,
        PlanFiled,
        InterpretationUrged,
        MaterialSubmitted,
        MaterialReturned,
        InterpretationSigned,
        DocumentIssueNoted,
        InterpretationPublished,
        InterpretationLinked,
        InterpretationCompleted,
        InterpretationOverdue,
        InterpretationWaived,
    ),
    commands={
        RequireInterpretation: require,
        FilePlan: file_plan,
        UrgeInterpretation: urge,
        SubmitMaterial: submit_material,
        ReturnMaterial: return_material,
        SignInterpretation: sign,
        NoteDocumentIssue: note_issue,
        PublishInterpretation: publish,
        LinkInterpretation: link,
        WaiveInterpretation: waive,
    },
    evolve=evolve,
    clocks=clocks,
    missed=missed,
    summary=summary,
    columns=COLUMNS,
    register=REGISTER,
    limits=limits(LIMITS),
    overseen_by=(DESK,),
    vault_readers=VAULT_READERS,
    restate=restate,
    stands=stands,
    may_void=may_void,
    fold_version=3,
)
