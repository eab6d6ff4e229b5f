"""Citizens' online messages (网民留言 / 政民互动), institution 9: from receipt to the archived file.

待受理 → 已受理 (分类) → 已转办 → {申请退件 → 改派 | 驳回} → 办理中 → {延期} → 待审核 → {退回重办} → 已回复 →
{公开 (脱敏) | 不公开} → 已评价 → {重办} → 归档; 不予受理, 转信访, 转依申请, 检举隔离 beside it. The words, limits and
refusals are in ``message_rules``, what can happen in ``message_events``, what may be asked in ``message_commands``,
what it leaves in ``message_state``; here is what is decided, and the kind that ties them together.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from services.messages.message_commands import (
    DESK,
    HANDLER,
    LEADER,
    OFFICE,
    PARTY,
    Accept,
    AcceptDiversion,
    AddCoHandler,
    ApproveReply,
    Archive,
    Assign,
    Classify,
    Comment,
    Decline,
    DenyExtension,
    DenyReturn,
    DivertToPetition,
    DivertToRequest,
    DraftReply,
    Erase,
    GrantExtension,
    GrantReturn,
    IssueSupervision,
    NoteInstruction,
    OrderRework,
    PublishReply,
    Quarantine,
    Rate,
    Reclassify,
    RecordInvestigation,
    Reply,
    RequestConfidentiality,
    RequestExtension,
    RequestReturn,
    SendBack,
    Submit,
    WithholdReply,
)
from services.messages.message_events import (
    CoHandlerAdded,
    CommentReceived,
    ConfidentialityRequested,
    DiversionAccepted,
    DivertedToPetition,
    DivertedToRequest,
    ExtensionDenied,
    ExtensionGranted,
    ExtensionRequested,
    InstructionNoted,
    InvestigationRecorded,
    MessageAccepted,
    MessageArchived,
    MessageAssigned,
    MessageClassified,
    MessageDeclined,
    MessageNeglected,
    MessageQuarantined,
    MessageReceived,
    MessageReclassified,
    RatingGiven,
    ReminderSent,
    ReplyApproved,
    ReplyDrafted,
    ReplyOverdue,
    ReplyPublished,
    ReplySent,
    ReplySentBack,
    ReplyWithheld,
    ReturnDenied,
    ReturnGranted,
    ReturnRequested,
    ReworkOrdered,
    SubjectErased,
    SupervisionIssued,
)
from services.messages.message_rules import (
    CATEGORIES,
    LADDER,
    LIMITS,
    PUBLICATIONS,
    Category,
    refusal,
)
from services.messages.message_state import (
    DIVERTED,
    DONE,
    NEGLECT,
    OPEN,
    REVIEW,
    STATUSES,
    Message,
    Step,
    clock_of,
    clocks,
    evolve,
    moved,
    running_clock,
)
from shared.domain.deadline import Clock, due
from shared.domain.directory import OFFICE as COUNTY_OFFICE
from shared.domain.kind import (
    BadField,
    CaseKind,
    Command,
    Context,
    Event,
    Reminder,
    Stamp,
    Summary,
    VerdictFields,
    with_fields,
)
from shared.domain.limits import limits
from shared.domain.localtime import local_date
from shared.domain.permission import PUBLIC_MAY, WRITER_MAY, Allowed
from shared.domain.register import RegisterForm
from shared.domain.text import Text

# -- what decisions have in common -------------------------------------------------------------------------------------


def _limit(context: Context, name: str) -> int:
    return context.limit(f"message.{name}", LIMITS)


def _in_sequence(state: Message, context: Context) -> None:
    """A step of the way is not dated before the step it rests on."""
    if state.last_step is not None and context.happened < state.last_step:
        raise refusal("before_previous_step", "happened")


def _now_only(command: Command, context: Context) -> None:
    """What citizens send counts from when it arrives."""
    if command.happened is not None and not context.actor.posts and not context.actor.system:
        raise refusal("time_not_yours", "happened")


def _not_ended(state: Message) -> None:
    """The message was not declined, passed on, erased or archived."""
    match state.status:
        case "declined":
            raise refusal("declined")
        case "diverted_petition" | "diverted_request":
            raise refusal("diverted")
        case "archived":
            raise refusal("archived")
        case "erased":
            raise refusal("erased")


def _open(state: Message) -> None:
    """The message still waits for its reply."""
    _not_ended(state)
    if state.status in DONE:
        raise refusal("already_answered")


def _held(state: Message) -> None:
    """A unit holds the file and may work on it."""
    _open(state)
    if state.status == "received":
        raise refusal("not_accepted")
    if state.status == "return_requested":
        raise refusal("return_pending")
    if state.category == "unclassified":
        raise refusal("not_classified")
    if state.assigned_on is None and not (state.quarantined and not state.returned):
        raise refusal("not_assigned")


def _answered(state: Message) -> None:
    """A reply was sent and stands."""
    _not_ended(state)
    if state.status not in DONE:
        raise refusal("not_answered")


def _unit(context: Context, name: str, field: str) -> str:
    """The id of the unit named in ``field``; it must exist on the day."""
    found = context.directory.find(name, context.today)
    if found is None:
        raise BadField(field, Text(f"单位名录中没有“{name}”", f"the directory knows no unit {name}"))
    if not found.exists_on(context.today):
        raise refusal("department_closed", field, name=found.name_on(context.today))
    return found.id


# -- one decision a command --------------------------------------------------------------------------------------------


def submit(state: Message, command: Submit, context: Context) -> list[Event]:
    """收件: the day of receipt is the day it arrives and is not counted."""
    _now_only(command, context)
    if not context.unattended:
        if command.name is None:
            raise refusal("name_missing", "name")
        if command.phone is None and command.email is None:
            raise refusal("contact_missing", "phone")
    return [
        MessageReceived(
            department=COUNTY_OFFICE,
            received=context.today,
            claimed=command.category,
            limit=_limit(context, "unclassified"),
            neglect_months=_limit(context, "neglect_months"),
            confidential=command.confidential,
            writer=context.writer,
            title=command.title,
            text=command.text,
            name=command.name,
            phone=command.phone,
            email=command.email,
            address=command.address,
            identity=command.identity,
            meant=command.department,
            attachments=command.attachments,
        )
    ]


def accept(state: Message, command: Accept, context: Context) -> list[Event]:
    """受理."""
    _open(state)
    if state.status != "received":
        raise refusal("already_accepted")
    _in_sequence(state, context)
    return [MessageAccepted(department=state.department)]


def decline(state: Message, command: Decline, context: Context) -> list[Event]:
    """不予受理, before any unit holds the file."""
    _open(state)
    if state.status not in ("received", "accepted") or state.returned:
        raise refusal("already_assigned")
    _in_sequence(state, context)
    return [MessageDeclined(department=state.department, ground=command.ground, explanation=command.explanation)]


def classify(state: Message, command: Classify, context: Context) -> list[Event]:
    """分类; a report is isolated in the same commit."""
    _open(state)
    if state.status == "received":
        raise refusal("not_accepted")
    if state.category != "unclassified":
        raise refusal("already_classified")
    _in_sequence(state, context)
    return _categorised(state, context, command.category, command.days, command.accused, command.handler, None)


def reclassify(state: Message, command: Reclassify, context: Context) -> list[Event]:
    """变更分类; a report stays one, and whatever becomes one is isolated in the same commit."""
    _open(state)
    if state.category == "unclassified":
        raise refusal("not_classified")
    if state.quarantined:
        raise refusal("quarantine_stands")
    if command.category == state.category and command.category != "difficult":
        raise refusal("same_category", "category")
    _in_sequence(state, context)
    return _categorised(
        state, context, command.category, command.days, command.accused, command.handler, command.reason
    )


def quarantine(state: Message, command: Quarantine, context: Context) -> list[Event]:
    """检举隔离: at any time, even of a finished file; the message becomes a report."""
    if state.quarantined:
        raise refusal("already_quarantined")
    _in_sequence(state, context)
    return _categorised(state, context, "report", None, command.accused, command.handler, None)


def _categorised(
    state: Message,
    context: Context,
    category: Category,
    days: int | None,
    accused: str | None,
    handler: str | None,
    reason: str | None,
) -> list[Event]:
    """The events of a classification: the limit, no earlier due date than today, and the isolation of a report."""
    limit = _limit_of(context, category, days)
    if category == "report":
        if accused is None:
            raise refusal("accused_missing", "accused")
        department = COUNTY_OFFICE if handler is None else _unit(context, handler, "handler")
    else:
        if accused is not None or handler is not None:
            raise refusal("accused_not_expected", "accused" if accused is not None else "handler")
        department = state.department
    running = running_clock(state)
    not_before = _not_before(state, limit, context.today)
    target = _limit(context, "complaint_target") if category == "complaint" else None
    events: list[Event] = []
    if state.category == "unclassified":
        events.append(
            MessageClassified(
                department=department, category=category, limit=limit, target=target, not_before=not_before
            )
        )
    elif state.category != category or (running is not None and running.amount != limit):
        events.append(
            MessageReclassified(
                department=department,
                previous=state.category,
                category=category,
                limit=limit,
                target=target,
                not_before=not_before,
                reason=reason,
            )
        )
    if category == "report" and accused is not None:
        events.append(MessageQuarantined(department=department, accused=accused))
        if state.published_reply is not None:
            events.append(ReplyWithheld(department=department, ground="report"))
    if not events:
        raise refusal("same_category", "category")
    return events


def _limit_of(context: Context, category: Category, days: int | None) -> int:
    limit = _limit(context, category)
    if days is None:
        return limit
    long = _limit(context, "difficult_long")
    if category != "difficult" or days not in (limit, long):
        raise refusal("no_such_limit", "days", short=_limit(context, "difficult"), long=long)
    return days


def assign(state: Message, command: Assign, context: Context) -> list[Event]:
    """转办, or 改派 after a granted return."""
    _open(state)
    if state.status == "received":
        raise refusal("not_accepted")
    if state.status == "return_requested":
        raise refusal("return_pending")
    if state.category == "unclassified":
        raise refusal("not_classified")
    if state.assigned_on is not None or (state.quarantined and state.department != COUNTY_OFFICE):
        raise refusal("already_assigned")
    if state.status in REVIEW:
        raise refusal("reply_in_review")
    _in_sequence(state, context)
    department = _unit(context, command.department, "department")
    return [MessageAssigned(department=department, restarts=_restarts(state, context))]


def _not_before(state: Message, limit: int, today: date) -> date | None:
    """A shorter limit never falls due before the day of its classification."""
    running = running_clock(state)
    shorter = running is not None and limit < running.amount and running.start < today
    return today if shorter else None


def _restarts(state: Message, context: Context) -> bool:
    """Whether the next unit after a return gets a full limit: by setting, while it runs, never an earlier due date."""
    running = running_clock(state)
    if not state.returned or running is None or not _limit(context, "return_restarts"):
        return False
    now = due(clock_of(running), context.calendar)
    anew = due(clock_of(moved(running, Step("restart", on=context.today))), context.calendar)
    return now is not None and anew is not None and anew.on > now.on


def request_return(state: Message, command: RequestReturn, context: Context) -> list[Event]:
    """申请退件: a late or a repeated one is accepted, and counted."""
    _held(state)
    if state.department == COUNTY_OFFICE:
        raise refusal("office_cannot_return")
    if state.status in REVIEW:
        raise refusal("reply_in_review")
    _in_sequence(state, context)
    since = state.assigned_on or context.today
    late = context.calendar.workdays_between(since, context.today) > _limit(context, "return_within")
    suggested = None if command.suggested is None else _unit(context, command.suggested, "suggested")
    return [
        ReturnRequested(
            department=state.department,
            ground=command.ground,
            late=late,
            repeated=state.returns > 0,
            reason=command.reason,
            suggested=suggested,
        )
    ]


def _return_pending(state: Message, context: Context) -> None:
    _open(state)
    if state.status != "return_requested":
        raise refusal("no_return_pending")
    if state.returns > 1 and not context.unattended and not context.actor.holds(OFFICE.roles, COUNTY_OFFICE):
        raise refusal("repeated_return_needs_office")
    _in_sequence(state, context)


def grant_return(state: Message, command: GrantReturn, context: Context) -> list[Event]:
    """同意退件."""
    _return_pending(state, context)
    return [ReturnGranted(department=state.department, repeated=state.returns > 1, reason=command.reason)]


def deny_return(state: Message, command: DenyReturn, context: Context) -> list[Event]:
    """驳回退件."""
    _return_pending(state, context)
    return [ReturnDenied(department=state.department, repeated=state.returns > 1, reason=command.reason)]


def add_co_handler(state: Message, command: AddCoHandler, context: Context) -> list[Event]:
    """增加协办单位."""
    if state.quarantined:
        raise refusal("quarantined")
    _held(state)
    unit = _unit(context, command.department, "department")
    if unit == state.department:
        raise refusal("holder_is_co_handler", "department")
    if unit in state.co_handlers:
        raise refusal("already_co_handler", "department")
    return [CoHandlerAdded(department=state.department, co_handler=unit)]


def record_investigation(state: Message, command: RecordInvestigation, context: Context) -> list[Event]:
    """调查核实, by the handler or a unit that takes part."""
    _held(state)
    units = [unit for unit in (state.department, *state.co_handlers) if unit in context.actor.departments]
    return [
        InvestigationRecorded(
            department=state.department,
            unit=units[0] if units else state.department,
            method=command.method,
            findings=command.findings,
            attachments=command.attachments,
        )
    ]


def request_extension(state: Message, command: RequestExtension, context: Context) -> list[Event]:
    """申请延期: once, in time, and at most the limit again."""
    _held(state)
    if state.extended:
        raise refusal("already_extended")
    if state.extension_asked:
        raise refusal("extension_pending")
    notice = _limit(context, "extension_notice")
    running = running_clock(state)
    expires = due(clock_of(running), context.calendar) if running else None
    if running is None or expires is None or context.calendar.workdays_between(context.today, expires.on) < notice:
        raise refusal("extension_too_late", notice=notice)
    cap = min(running.amount, _limit(context, "extension_cap"))
    if command.days > cap:
        raise refusal("extension_too_long", "days", cap=cap)
    return [ExtensionRequested(department=state.department, clock=running.id, days=command.days, reason=command.reason)]


def grant_extension(state: Message, command: GrantExtension, context: Context) -> list[Event]:
    """同意延期: before expiry, by another person than asked, at most what was asked."""
    _open(state)
    if not state.extension_asked:
        raise refusal("no_extension_pending")
    if state.extension_by == context.actor.subject and not context.unattended:
        raise refusal("extension_same_person")
    running = running_clock(state)
    expires = due(clock_of(running), context.calendar) if running else None
    if running is None or expires is None or context.today > expires.on:
        raise refusal("extension_after_expiry")
    days = state.extension_asked if command.days is None else command.days
    if days > state.extension_asked:
        raise refusal("extension_too_long", "days", cap=state.extension_asked)
    return [ExtensionGranted(department=state.department, clock=running.id, days=days, told=command.told)]


def deny_extension(state: Message, command: DenyExtension, context: Context) -> list[Event]:
    """不同意延期."""
    _open(state)
    if not state.extension_asked:
        raise refusal("no_extension_pending")
    return [ExtensionDenied(department=state.department, clock=state.clocks[-1].id, reason=command.reason)]


def draft_reply(state: Message, command: DraftReply, context: Context) -> list[Event]:
    """起草答复; drafted anew until it is approved."""
    _held(state)
    if state.status in ("office_review", "approved"):
        raise refusal("already_approved")
    _in_sequence(state, context)
    return [ReplyDrafted(department=state.department, reply=command.text, attachments=command.attachments)]


def send_back(state: Message, command: SendBack, context: Context) -> list[Event]:
    """退回重办: the unit's own review at any stage, the county office once the unit's head has approved."""
    _open(state)
    if state.status not in REVIEW:
        raise refusal("no_draft")
    own = state.department == COUNTY_OFFICE or context.actor.holds(("reviewer", "head"), state.department)
    if not own and state.status == "drafted":
        raise refusal("unit_approval_first")
    _in_sequence(state, context)
    return [
        ReplySentBack(
            department=state.department,
            by_office=not own,
            reason=command.reason,
        )
    ]


def approve_reply(state: Message, command: ApproveReply, context: Context) -> list[Event]:
    """审签答复: first the handler's head, then, for a difficult matter, the county office; each another person."""
    _open(state)
    if state.status == "approved":
        raise refusal("already_approved")
    if state.status not in ("drafted", "office_review"):
        raise refusal("no_draft")
    stage: Literal["unit", "office"] = "unit" if state.status == "drafted" else "office"
    if not context.unattended:
        heads = OFFICE.roles if state.department == COUNTY_OFFICE else ("head",)
        if stage == "unit" and not context.actor.holds(heads, state.department):
            raise refusal("unit_approval_first")
        if stage == "office" and not context.actor.holds(OFFICE.roles, COUNTY_OFFICE):
            raise refusal("office_approves")
        if context.actor.subject in (state.drafter, state.approver):
            raise refusal("same_person")
    _in_sequence(state, context)
    return [ReplyApproved(department=state.department, stage=stage)]


def reply(state: Message, command: Reply, context: Context) -> list[Event]:
    """答复留言: ends the running clock; after a miss it only says what was done."""
    _open(state)
    if state.status not in REVIEW:
        raise refusal("no_draft")
    if state.status == "drafted":
        raise refusal("not_approved")
    if state.category == "difficult" and not state.office_approved and context.origin != "import":
        raise refusal("office_approval_missing")
    _in_sequence(state, context)
    clock = clock_of(state.clocks[-1])
    verdict = context.verdict(clock)
    if clock.ended == "missed":
        verdict["met"] = False
    return [ReplySent(department=state.department, category=state.clocks[-1].category, reply=state.draft, **verdict)]


def publish_reply(state: Message, command: PublishReply, context: Context) -> list[Event]:
    """公开答复: a redacted copy; never of a report or of what is confidential."""
    _answered(state)
    if state.quarantined:
        raise refusal("quarantined")
    if state.confidential:
        raise refusal("confidential_not_published")
    if state.erased:
        raise refusal("already_erased")
    if state.publication == "published":
        raise refusal("already_published")
    return [
        ReplyPublished(
            department=state.department,
            published_title=command.title,
            published_question=command.question,
            published_reply=command.reply,
        )
    ]


def withhold_reply(state: Message, command: WithholdReply, context: Context) -> list[Event]:
    """不公开, or take a published copy down (also after archiving)."""
    if state.status != "archived" or state.published_reply is None:
        _answered(state)
    if state.publication == "withheld":
        raise refusal("already_withheld")
    return [ReplyWithheld(department=state.department, ground=command.ground, reason=command.reason)]


def rate(state: Message, command: Rate, context: Context) -> list[Event]:
    """评价 of the latest reply, once."""
    _now_only(command, context)
    _answered(state)
    if state.satisfied is not None:
        raise refusal("already_rated")
    return [
        RatingGiven(
            department=state.department,
            satisfied=command.satisfied,
            by="writer" if context.actor.writer_of is not None else "call_back",
            category=state.category,
            comment=command.comment,
        )
    ]


def comment(state: Message, command: Comment, context: Context) -> list[Event]:
    """补充留言: welcome until the file is closed."""
    _now_only(command, context)
    _not_ended(state)
    return [CommentReceived(department=state.department, comment=command.text, attachments=command.attachments)]


def order_rework(state: Message, command: OrderRework, context: Context) -> list[Event]:
    """责令重办: a new clock of the same limit from today."""
    _answered(state)
    if command.ground == "unsatisfied" and state.satisfied is not False:
        raise refusal("not_unsatisfied", "ground")
    _in_sequence(state, context)
    return [
        ReworkOrdered(
            department=state.department,
            clock=f"reply-{len(state.clocks) + 1}",
            ground=command.ground,
            limit=state.clocks[-1].amount,
            started=context.today,
            reason=command.reason,
        )
    ]


def issue_supervision(state: Message, command: IssueSupervision, context: Context) -> list[Event]:
    """督办."""
    _open(state)
    return [SupervisionIssued(department=state.department, ground=command.ground, supervision=command.text)]


def note_instruction(state: Message, command: NoteInstruction, context: Context) -> list[Event]:
    """领导批示: may come at any time before the file is archived."""
    if state.status == "archived":
        raise refusal("archived")
    return [InstructionNoted(department=state.department, instruction=command.instruction)]


def divert_to_petition(state: Message, command: DivertToPetition, context: Context) -> list[Event]:
    """转信访."""
    _open(state)
    _in_sequence(state, context)
    return [DivertedToPetition(department=state.department, explanation=command.explanation)]


def divert_to_request(state: Message, command: DivertToRequest, context: Context) -> list[Event]:
    """转依申请公开: the event carries the references that the application needs."""
    _open(state)
    if state.quarantined:
        raise refusal("quarantined")
    _in_sequence(state, context)
    target = state.department if command.department is None else _unit(context, command.department, "department")
    return [
        DivertedToRequest(
            department=state.department,
            target=target,
            explanation=command.explanation,
            title=state.title,
            text=state.text,
            name=state.name,
            phone=state.phone,
            email=state.email,
            address=state.address,
            identity=state.identity,
        )
    ]


def accept_diversion(state: Message, command: AcceptDiversion, context: Context) -> list[Event]:
    """转出已接收."""
    if state.status not in DIVERTED:
        raise refusal("not_diverted")
    if state.taken_over:
        raise refusal("diversion_already_accepted")
    _in_sequence(state, context)
    return [DiversionAccepted(department=state.department, taken_over_as=command.taken_over_as)]


def request_confidentiality(state: Message, command: RequestConfidentiality, context: Context) -> list[Event]:
    """要求保密: also takes a published copy down."""
    _now_only(command, context)
    if state.confidential:
        raise refusal("already_confidential")
    events: list[Event] = [ConfidentialityRequested(department=state.department)]
    if state.published_reply is not None:
        events.append(ReplyWithheld(department=state.department, ground="confidential"))
    return events


def archive(state: Message, command: Archive, context: Context) -> list[Event]:
    """归档: answered and publication decided, declined, or passed on and taken over."""
    if state.status in ("archived", "erased"):
        raise refusal(state.status)
    if state.status in OPEN or (state.status in DIVERTED and not state.taken_over):
        raise refusal("still_open")
    private = state.confidential or state.quarantined or state.erased
    if state.status in DONE and state.publication == "undecided" and not private:
        raise refusal("publication_undecided")
    _in_sequence(state, context)
    return [MessageArchived(department=state.department)]


def erase(state: Message, command: Erase, context: Context) -> list[Event]:
    """删除个人信息, at any time; a message still open ends with it."""
    if state.erased or state.writer is None:
        raise refusal("already_erased")
    return [SubjectErased(department=state.department, subject=state.writer, ground=command.ground)]


# -- misses, reminders -----------------------------------------------------------------------------------------


def missed(state: Message, clock: Clock, verdict: VerdictFields) -> Event:
    """The miss of a clock, charged to the unit that holds the file as ``state`` was on the due date."""
    if clock.id == NEGLECT:
        return MessageNeglected(department=state.department, category=state.category, **verdict)
    category = next((c.category for c in state.clocks if c.id == clock.id), state.category)
    return ReplyOverdue(department=state.department, category=category, **verdict)


def restate(state: Message, event: Event, stamp: Stamp) -> Event:
    """What an event says of the file before it, said anew: who held it, its category, what it was before."""
    match event:
        case ReplySent():
            category = next((c.category for c in state.clocks if c.id == event.clock), state.category)
            return with_fields(event, department=state.department, category=category)
        case MessageClassified():
            return with_fields(event, not_before=_not_before(state, event.limit, local_date(stamp.happened)))
        case MessageReclassified():
            floor = _not_before(state, event.limit, local_date(stamp.happened))
            previous = event.previous if state.category == "unclassified" else state.category
            return with_fields(event, previous=previous, not_before=floor)
        case MessageAssigned():
            return with_fields(event, restarts=event.restarts and state.returned and running_clock(state) is not None)
        case ReturnRequested():
            return with_fields(event, repeated=state.returns > 0)
        case ReturnGranted() | ReturnDenied():
            return with_fields(event, repeated=state.returns > 1)
        case RatingGiven():
            return with_fields(event, department=state.department, category=state.category)
        case _:
            return event


def stands(state: Message, event: Event) -> bool:
    """Whether the step can have been taken: what it answers, approves or rates was there."""
    match event:
        case MessageReclassified():
            return state.category != "unclassified"
        case ReturnGranted() | ReturnDenied():
            return state.status == "return_requested"
        case ExtensionGranted() | ExtensionDenied():
            return state.extension_asked > 0
        case ReplyApproved() | ReplySentBack():
            return state.status in REVIEW
        case ReplySent():
            return state.status in ("office_review", "approved")
        case ReplyPublished() | RatingGiven() | ReworkOrdered() | MessageArchived():
            return state.status not in OPEN
        case DiversionAccepted():
            return state.status in DIVERTED
        case _:
            return True


def may_void(state: Message, entry: Event) -> bool:
    """An isolation and an erasure stand; a report's classification stands as long as it is isolated."""
    if isinstance(entry, MessageQuarantined | SubjectErased):
        return False
    return not (state.quarantined and isinstance(entry, MessageClassified | MessageReclassified))


def reminders(state: Message) -> tuple[Reminder, ...]:
    """The rungs not yet sent for the reply that is waited for; a rung before the start of a short limit is left out."""
    if state.status not in OPEN or not state.clocks or state.clocks[-1].ended not in (None, "missed"):
        return ()
    clock = state.clocks[-1]
    return tuple(
        Reminder(clock.id, rung.code, rung.offset)
        for rung in LADDER
        if rung.offset > -clock.amount and f"{clock.id}/{rung.code}" not in state.reminded
    )


def remind(state: Message, reminder: Reminder) -> Event:
    """One rung, to the unit that holds the file; without names or content."""
    return ReminderSent(department=state.department, clock=reminder.clock, rung=reminder.rung)


# -- what is shown -----------------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, Text] = {
    "category": Text("留言类别", "Category"),
    "target": Text("目标（工作日）", "Target (working days)"),
    "answered": Text("答复日", "Answered"),
    "satisfied": Text("满意", "Satisfied"),
    "publication": Text("公开情况", "Publication"),
    "returns": Text("退件次数", "Returns"),
    "extended": Text("延期（工作日）", "Extended by (working days)"),
    "rounds": Text("答复轮次", "Rounds"),
    "reminders": Text("催办次数", "Reminders"),
    "supervised": Text("督办次数", "Supervisions"),
}


REGISTER = RegisterForm(
    title=Text("网民留言办理登记簿", "Register of citizens' messages"),
    subject=Text("留言主题", "Title"),
    received=Text("留言日期", "Received"),
    sealed={"name": Text("留言人", "Writer")},
    words={"category": CATEGORIES, "publication": PUBLICATIONS},
)


def summary(state: Message) -> Summary:
    """What lists show and filter. Until it is classified, what its writer calls a report is kept as one."""
    claimed = state.claimed == "report" and state.category == "unclassified"
    away = state.accused if state.quarantined else state.meant if claimed else None
    return Summary(
        status=state.status,
        department=state.department,
        received=state.received,
        title=state.title,
        parties=state.co_handlers,
        restricted=state.quarantined or claimed,
        hidden_from=() if away is None else (away,),
        confidential=state.confidential,
        writer=state.writer,
        open=state.status in OPEN,
        columns={
            "category": state.category,
            "target": state.target,
            "answered": state.answered.isoformat() if state.answered else None,
            "satisfied": state.satisfied,
            "publication": state.publication,
            "returns": state.returns,
            "extended": state.extended,
            "rounds": len(state.clocks),
            "reminders": len(state.reminded),
            "supervised": state.supervised,
        },
    )


def public_view(state: Message) -> Mapping[str, Any]:
    """What ``follow`` shows the writer: their own words, where it stands, dates, the reply and its published copy.

    Who handles a report is not shown, nor anything that the units write among themselves.
    """
    return {
        "status": state.status,
        "received": state.received,
        "title": state.title,
        "text": state.text,
        "category": None if state.category == "unclassified" else state.category,
        "department": None if state.quarantined or state.status == "received" else state.department,
        "extended": state.extended,
        "answered": state.answered,
        "reply": state.reply,
        "explanation": state.explanation,
        "taken_over_as": state.taken_over_as,
        "satisfied": state.satisfied,
        "confidential": state.confidential,
        "published_on": state.published_on,
        "published_title": state.published_title,
        "published_question": state.published_question,
        "published_reply": state.published_reply,
    }


_CONTENT: tuple[Allowed, ...] = (HANDLER, PARTY, DESK, LEADER)
_OWN_WORDS: tuple[Allowed, ...] = (*_CONTENT, WRITER_MAY)
_PERSON: tuple[Allowed, ...] = (HANDLER, DESK)
_WORK: tuple[Allowed, ...] = (HANDLER, PARTY, DESK)
_TO_WRITER: tuple[Allowed, ...] = (HANDLER, PARTY, DESK, LEADER, WRITER_MAY)
VAULT_READERS: Mapping[str, tuple[Allowed, ...]] = {
    "title": _OWN_WORDS,
    "text": _OWN_WORDS,
    "attachments": _CONTENT,
    "comment": _CONTENT,
    "name": _PERSON,
    "phone": _PERSON,
    "email": _PERSON,
    "address": _PERSON,
    "identity": _PERSON,
    "writer": _PERSON,
    "meant": (DESK,),
    "accused": (HANDLER, OFFICE),
    "reason": _WORK,
    "findings": _WORK,
    "supervision": (HANDLER, OFFICE, LEADER),
    "instruction": (OFFICE, LEADER),
    "reply": _TO_WRITER,
    "explanation": _TO_WRITER,
    "published_title": (PUBLIC_MAY,),
    "published_question": (PUBLIC_MAY,),
    "published_reply": (PUBLIC_MAY,),
}
"""Event fields that hold vault references -> who may read them."""

HANDLER_ALONE: frozenset[str] = frozenset(("name", "phone", "email", "address", "identity", "writer"))
"""Fields that of a confidential message (``Summary.confidential``) show to the handler alone.

The writer's reference is one of them: it is the same in another message by which the office knows the name.
"""


MESSAGE: CaseKind[Message] = CaseKind(
    name="message",
    service="messages",
    collection="messages",
    title=Text("网民留言", "Citizens' messages"),
    prefix="M",
    number="留言〔{year}〕{n}号",
    statuses=STATUSES,
    initial=Message(),
    state_type=Message,
    events=(
        MessageReceived,
        MessageAccepted,
        MessageDeclined,
        MessageClassified,
        MessageReclassified,
        MessageAssigned,
        ReturnRequested,
        ReturnGranted,
        ReturnDenied,
        CoHandlerAdded,
        InvestigationRecorded,
        ExtensionRequested,
        ExtensionGranted,
        ExtensionDenied,
        ReplyDrafted,
        ReplySentBack,
        ReplyApproved,
        ReplySent,
        ReplyOverdue,
        MessageNeglected,
        ReplyPublished,
        ReplyWithheld,
        RatingGiven,
        ReworkOrdered,
        CommentReceived,
        ReminderSent,
        SupervisionIssued,
        InstructionNoted,
        DivertedToPetition,
        DivertedToRequest,
        DiversionAccepted,
        ConfidentialityRequested,
        MessageQuarantined,
        MessageArchived,
        SubjectErased,
    ),
    commands={
        Submit: submit,
        Accept: accept,
        Decline: decline,
        Classify: classify,
        Reclassify: reclassify,
        Assign: assign,
        RequestReturn: request_return,
        GrantReturn: grant_return,
        DenyReturn: deny_return,
        AddCoHandler: add_co_handler,
        RecordInvestigation: record_investigation,
        RequestExtension: request_extension,
        GrantExtension: grant_extension,
        DenyExtension: deny_extension,
        DraftReply: draft_reply,
        SendBack: send_back,
        ApproveReply: approve_reply,
        Reply: reply,
        PublishReply: publish_reply,
        WithholdReply: withhold_reply,
        Rate: rate,
        Comment: comment,
        OrderRework: order_rework,
        IssueSupervision: issue_supervision,
        NoteInstruction: note_instruction,
        DivertToPetition: divert_to_petition,
        DivertToRequest: divert_to_request,
        AcceptDiversion: accept_diversion,
        RequestConfidentiality: request_confidentiality,
        Quarantine: quarantine,
        Archive: archive,
        Erase: erase,
    },
    evolve=evolve,
    clocks=clocks,
    missed=missed,
    reminders=reminders,
    remind=remind,
    summary=summary,
    public_view=public_view,
    columns=COLUMNS,
    register=REGISTER,
    limits=limits(LIMITS, {"message.return_within": (0, 366), "message.extension_notice": (0, 366)}),
    vault_readers=VAULT_READERS,
    handler_alone=frozenset(HANDLER_ALONE),
    restate=restate,
    stands=stands,
    may_void=may_void,
)
