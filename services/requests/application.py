"""Applications for government information (依申请公开), institution 8: from submission to the archived file.

已提交 → 待确认收到 → 已登记 → {待补正 → 补正 / 视为放弃} → 办理中 ↔ 征求意见 → {已延期} → {收费 → 缴费 / 视为放弃} → 审核 →
已答复 → {复议, 诉讼} → 归档. The words, limits, outcomes and refusals are in ``application_rules``, what can happen in
``application_events``, what may be asked in ``application_commands``, what it leaves in ``application_state``, what its
letters may say in ``application_letters``; here is what is decided, and the kind that ties them together.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from services.requests import fees
from services.requests.application_commands import (
    COUNTY_DESK,
    DESK,
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
    NotifyExtension,
    ProposeConversion,
    ProvideHelp,
    ReceiveCorrection,
    RecordAnswer,
    RecordDelivery,
    RecordPayment,
    RecordReasons,
    RecordSearch,
    Register,
    ReplacePeriod,
    Reply,
    RequestCorrection,
    RequestRecordCorrection,
    ReviewReply,
    Split,
    Submit,
    TakeOver,
    Withdraw,
)
from services.requests.application_events import (
    Against,
    ApplicationDeemedAbandoned,
    ApplicationMerged,
    ApplicationRegistered,
    ApplicationSplit,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CaseArchived,
    ConsultationAnswered,
    ConsultationLapsed,
    ConsultationSent,
    ConversionAccepted,
    ConversionProposed,
    CorrectionReceived,
    CorrectionRequested,
    ExtensionApproved,
    ExtensionLapsed,
    ExtensionNotified,
    FeeLapsed,
    FeeNoticed,
    FeePaid,
    HelpProvided,
    LawsuitDecided,
    LawsuitFiled,
    LetterIssued,
    PeriodReplaced,
    ProcedureFaulted,
    ReasonsGiven,
    ReasonsRequested,
    ReconsiderationDecided,
    ReconsiderationFiled,
    RecordCorrectionDecided,
    RecordCorrectionRequested,
    ReplyDelivered,
    ReplyDrafted,
    ReplyOverdue,
    ReplyReviewed,
    ReplySent,
    RequestReceived,
    SearchRecorded,
    SubjectErased,
    ThirdPartyTold,
)
from services.requests.application_letters import FIELDS, LETTERS, lacking
from services.requests.application_rules import (
    APPLICANTS,
    CHANNELS,
    EVIDENCE_OF,
    LIMITS,
    NUMBER,
    OUTCOMES,
    PREFIX,
    REDRAFT,
    ROWS,
    WITHHOLDING,
    Fault,
    refusal,
    row_of,
)
from services.requests.application_state import (
    CORRECTING,
    EXTENSION,
    FEE,
    OPEN,
    REPLY,
    STATUSES,
    WORKING,
    Application,
    Waiting,
    clocks,
    evolve,
    moved,
    reply_clock,
    with_period,
    without_waits,
)
from shared.domain.changed import changed
from shared.domain.corrections import COMMON_EVENTS
from shared.domain.deadline import Clock, due
from shared.domain.directory import OFFICE, SYSTEM
from shared.domain.kind import CaseKind, Command, Context, Event, RuleBroken, Stamp, Summary, VerdictFields, with_fields
from shared.domain.limits import limits
from shared.domain.permission import WRITER_MAY, Allowed
from shared.domain.register import RegisterForm
from shared.domain.text import Text

# -- what decisions have in common -------------------------------------------------------------------------------------


def _limit(context: Context, name: str) -> int:
    return context.limit(f"application.{name}", LIMITS)


def _letter(state: Application, context: Context, more: int = 0) -> str:
    """公复〔年〕号: the case's own number and the how-manieth letter of the case, so that no two are alike."""
    year = context.case[1:5]
    return f"公复〔{year}〕{context.number}-{state.numbered + 1 + more}号"


def _in_sequence(state: Application, context: Context) -> None:
    """A step of the way is not dated before the step it rests on."""
    if state.last_step is not None and context.happened < state.last_step:
        raise refusal("before_previous_step", "happened")


def _of_public(command: Command, context: Context) -> None:
    """What applicants send counts from when it arrives."""
    if command.happened is not None and not context.actor.posts and not context.actor.system:
        raise refusal("time_not_yours", "happened")


def _not_ended(state: Application) -> None:
    if state.status in ("archived", "erased"):
        raise refusal(state.status)


def _received(state: Application, context: Context) -> None:
    """Received in law and still to be answered."""
    _not_ended(state)
    if state.status == "submitted":
        raise refusal("not_received")
    if state.status not in OPEN:
        raise refusal("closed")
    _in_sequence(state, context)


def _not_lapsed(state: Application, waiting: Waiting | None, code: str) -> None:
    """The application was not ended by letting this pass."""
    if state.status == "abandoned" and waiting is not None and waiting.ended == "missed":
        raise refusal(code)


def _working(state: Application, context: Context) -> None:
    """Registered and in hand; nothing of the applicant's is waited for."""
    _received(state, context)
    if state.status == "received":
        raise refusal("not_registered")
    if state.status == "correcting":
        raise refusal("correction_pending")
    if state.status == "fee_due":
        raise refusal("fee_pending")


def _answered(state: Application) -> None:
    _not_ended(state)
    if state.status != "answered":
        raise refusal("not_answered")


def _unit(context: Context, name: str) -> str:
    """The id of the unit that is asked; it must exist on the day."""
    found = context.directory.find(name, context.today)
    if found is None or not found.exists_on(context.today):
        raise refusal("no_such_unit", "department")
    return found.id


def _fault(state: Application, kind: Fault) -> list[Event]:
    """The fault, charged once for each kind."""
    return [] if kind in state.faults else [ProcedureFaulted(department=state.department, kind=kind, noticed="step")]


def _own_counter(unit: str, context: Context) -> None:
    """People with a post enter what came to their own unit, those of the county office what came to any."""
    actor = context.actor
    if not actor.posts or context.unattended:
        return
    if not actor.holds(DESK.roles, unit) and not actor.holds(COUNTY_DESK.roles, OFFICE):
        raise refusal("counter_of_another_unit", "department")


# -- receipt and registration ------------------------------------------------------------------------------------------


def submit(state: Application, command: Submit, context: Context) -> list[Event]:
    """提交; what is handed in at the counter is received that day."""
    _of_public(command, context)
    unit = _unit(context, command.department)
    _own_counter(unit, context)
    if not context.actor.posts and not context.actor.system and command.channel != "internet":
        raise refusal("channel_of_staff", "channel")
    if not context.unattended:
        if not command.name:
            raise refusal("name_missing", "name")
        if not command.identity:
            raise refusal("identity_missing", "identity")
        if not (command.phone or command.email or command.address):
            raise refusal("contact_missing", "phone")
    submitted = ApplicationSubmitted(
        department=unit,
        channel=command.channel,
        submitted=context.today,
        applicant_class=command.applicant_class,
        writer=context.writer,
        title=command.title,
        text=command.text,
        name=command.name,
        phone=command.phone,
        email=command.email,
        address=command.address,
        identity=command.identity,
        manner=command.manner,
        delivery=command.delivery,
        need=command.need,
        attachments=command.attachments,
    )
    if command.channel != "in_person":
        return [submitted]
    received = RequestReceived(
        department=unit,
        channel="in_person",
        evidence="handed_in",
        applicant_class=command.applicant_class,
        submitted=context.today,
        arrived=context.today,
        received=context.today,
        limit=_limit(context, "reply"),
    )
    return [submitted, received]


def take_over(state: Application, command: TakeOver, context: Context) -> list[Event]:
    """What another case handed on; one matter split off goes on with the time of the whole."""
    unit = _unit(context, command.department)
    submitted = ApplicationSubmitted(
        department=unit,
        channel=command.channel,
        submitted=command.submitted or context.today,
        applicant_class=command.applicant_class,
        message=command.message,
        parent=command.parent,
        writer=command.writer,
        title=command.title,
        text=command.text,
        name=command.name,
        phone=command.phone,
        email=command.email,
        address=command.address,
        identity=command.identity,
        manner=command.manner,
        delivery=command.delivery,
        need=command.need,
        attachments=command.attachments,
    )
    if command.received is None:
        return [submitted]
    received = RequestReceived(
        department=unit,
        channel=command.channel,
        applicant_class=command.applicant_class,
        submitted=command.submitted or command.received,
        arrived=command.received,
        received=command.received,
        limit=command.limit or _limit(context, "reply"),
        period=command.period,
        moved=command.moved,
        extended=command.extended,
        corrected=command.corrected,
    )
    return [submitted, received, ApplicationRegistered(department=unit)]


def confirm_receipt(state: Application, command: ConfirmReceipt, context: Context) -> list[Event]:
    """确认收到: the channel decides what proves the day."""
    _not_ended(state)
    if state.status != "submitted":
        raise refusal("already_received" if state.received else "closed")
    _in_sequence(state, context)
    if command.evidence not in EVIDENCE_OF[state.channel]:
        raise refusal("evidence_of_another_channel", "evidence")
    arrived = command.arrived or context.today
    if arrived > context.today:
        raise refusal("confirmed_before_arrival", "arrived")
    if state.submitted is not None and arrived < state.submitted:
        raise refusal("arrived_before_submission", "arrived")
    return [
        RequestReceived(
            department=state.department,
            channel=state.channel,
            evidence=command.evidence,
            applicant_class=state.applicant_class,
            submitted=state.submitted or arrived,
            arrived=arrived,
            received=context.today,
            limit=_limit(context, "reply"),
        )
    ]


def register(state: Application, command: Register, context: Context) -> list[Event]:
    """登记."""
    _received(state, context)
    if state.status != "received":
        raise refusal("already_registered")
    place = None if context.unattended or state.writer is None else _place_in_month(state, context)
    return [ApplicationRegistered(department=state.department, of_month=place)]


def split(state: Application, command: Split, context: Context) -> list[Event]:
    """拆分, in time and while nothing is waited for: the event carries what the new application needs."""
    _working(state, context)
    if state.open_consultations:
        raise refusal("consultation_open")
    if state.extension_approved and not state.extension_told:
        raise refusal("extension_untold")
    if _expired(state, context):
        raise refusal("split_after_expiry")
    assert state.received is not None  # noqa: S101 - working means received
    return [
        ApplicationSplit(
            department=state.department,
            part=state.parts + 1,
            channel=state.channel,
            applicant_class=state.applicant_class,
            submitted=state.submitted or state.received,
            received=state.received,
            writer=state.writer,
            title=command.title,
            text=command.text,
            name=state.name,
            phone=state.phone,
            email=state.email,
            address=state.address,
            identity=state.identity,
            manner=state.manner,
            delivery=state.delivery,
            need=state.need,
            attachments=state.attachments,
            limit=state.lawful if state.period_start else state.limit,
            period=state.limit if state.period_start else None,
            moved=moved(state),
            extended=state.extended,
            corrected=state.corrected,
        )
    ]


def merge(state: Application, command: Merge, context: Context) -> list[Event]:
    """合并 into another open application of the same applicant and unit."""
    _working(state, context)
    if command.into == context.case:
        raise refusal("merge_with_itself", "into")
    other = context.cases.get(command.into)
    target = other.state if other is not None and isinstance(other.state, Application) else None
    if target is None or target.status not in WORKING or target.department != state.department:
        raise refusal("merge_target", "into")
    if state.writer is None or target.writer != state.writer:
        raise refusal("merge_target", "into")
    return [ApplicationMerged(department=state.department, into=command.into, applicant_class=state.applicant_class)]


# -- what moves the clock ----------------------------------------------------------------------------------------------


def request_correction(state: Application, command: RequestCorrection, context: Context) -> list[Event]:
    """补正告知: once; after its days it counts all the same, and is a fault."""
    _working(state, context)
    if state.correction is not None or state.corrected:
        raise refusal("correction_once")
    assert state.received is not None  # noqa: S101 - working means received
    late = context.calendar.workdays_between(state.received, context.today) > _limit(context, "correction_notice")
    asked = CorrectionRequested(
        department=state.department,
        items=command.items,
        period=command.days or _limit(context, "correction_period"),
        late=late,
        letter=_letter(state, context),
    )
    return [asked, *(_fault(state, "correction_late") if late else [])]


def receive_correction(state: Application, command: ReceiveCorrection, context: Context) -> list[Event]:
    """收到补正."""
    _of_public(command, context)
    _not_lapsed(state, state.correction, "correction_lapsed")
    _received(state, context)
    if state.status != "correcting":
        raise refusal("no_correction_pending")
    return [
        CorrectionReceived(
            department=state.department, title=command.title, text=command.text, attachments=command.attachments
        )
    ]


def consult(state: Application, command: Consult, context: Context) -> list[Event]:
    """征求意见: several may be out at once; days are left out once, however many are."""
    _working(state, context)
    return [
        ConsultationSent(
            department=state.department,
            consultation=f"consultation-{len(state.consultations) + state.voided + 1}",
            asked=command.asked,
            party=command.party,
            content=command.content,
            limit=_limit(context, "consultation"),
            letter=_letter(state, context),
        )
    ]


def record_answer(state: Application, command: RecordAnswer, context: Context) -> list[Event]:
    """征求意见已答复."""
    _received(state, context)
    found = next((c for c in state.open_consultations if c.waiting.id == command.consultation), None)
    if found is None:
        raise refusal("consultation_unknown", "consultation")
    return [
        ConsultationAnswered(
            department=state.department,
            consultation=command.consultation,
            asked=found.asked,
            agrees=command.agrees,
            reason=command.reason,
        )
    ]


def _expired(state: Application, context: Context) -> bool:
    """Whether the time for the reply is over; while it stands still it is not."""
    if state.reply_ended is not None:
        return True
    found = due(reply_clock(state), context.calendar)
    return found is not None and context.today > found.on


def approve_extension(state: Application, command: ApproveExtension, context: Context) -> list[Event]:
    """批准延期: once, before expiry, by the head of the disclosure office."""
    _working(state, context)
    most = _limit(context, "extension")
    if state.extension_approved or state.extended:
        raise refusal("extension_once")
    if _expired(state, context):
        raise refusal("extension_after_expiry")
    if command.days is not None and command.days > most:
        raise refusal("extension_too_long", "days", most=most)
    return [ExtensionApproved(department=state.department, days=command.days or most, reason=command.reason)]


def notify_extension(state: Application, command: NotifyExtension, context: Context) -> list[Event]:
    """延期告知: without approval it has no effect and is a fault; after expiry its own clock has found the fault.

    What was told without approval is told again once approved: only that has an effect.
    """
    _working(state, context)
    if state.extension_told or (state.extension_unapproved and not state.extension_approved):
        raise refusal("extension_told")
    days = 0 if _expired(state, context) else state.extension_approved
    told = ExtensionNotified(department=state.department, days=days, letter=_letter(state, context))
    return [told] if state.extension_approved else [told, *_fault(state, "extension_unapproved")]


def ask_reasons(state: Application, command: AskReasons, context: Context) -> list[Event]:
    """要求说明理由, with how many of the applicant's came in the month; the law names no number that is too many."""
    _working(state, context)
    if state.reasons != "none":
        raise refusal("reasons_asked")
    return [
        ReasonsRequested(
            department=state.department,
            explanation=command.explanation,
            letter=_letter(state, context),
            period=command.days or _limit(context, "reasons_period"),
            in_month=None if state.writer is None else 1 + len(_others_of_month(state, context)),
        )
    ]


def record_reasons(state: Application, command: RecordReasons, context: Context) -> list[Event]:
    """记录理由; that none were given is recorded once the period told is over."""
    _working(state, context)
    if state.reasons != "asked":
        raise refusal("no_reasons_asked")
    period = state.reasons_period or _limit(context, "reasons_period")
    since = context.calendar.workdays_between(state.reasons_on or context.today, context.today)
    none_given = command.reasons is None and not command.reasonable
    if none_given and since <= period and not context.unattended:
        raise refusal("reasons_in_time", "reasons", period=period)
    return [ReasonsGiven(department=state.department, reasonable=command.reasonable, reasons=command.reasons)]


def replace_period(state: Application, command: ReplacePeriod, context: Context) -> list[Event]:
    """确定合理期限, counted from receipt; it ends after the time for the reply would, and before that is over."""
    _working(state, context)
    if state.reasons != "reasonable":
        raise refusal("reasons_not_accepted")
    if state.period_replaced:
        raise refusal("period_replaced")
    if _expired(state, context):
        raise refusal("extension_after_expiry")
    if not _later(with_period(state, command.days, state.received), state, context):
        raise refusal("period_shorter", "days")
    return [
        PeriodReplaced(
            department=state.department, days=command.days, start=state.received, letter=_letter(state, context)
        )
    ]


def _later(changed_file: Application, file: Application, context: Context) -> bool:
    """Whether the reply is due later in the changed file, whatever is waited for and may yet move both dates alike."""
    after, before = (
        due(reply_clock(without_waits(one, context.today)), context.calendar) for one in (changed_file, file)
    )
    return after is not None and before is not None and after.on > before.on


def _others_of_month(state: Application, context: Context) -> list[tuple[date, str]]:
    """The other ones of the applicant's to the unit in the calendar month: when received, and their ids."""
    if state.writer is None:
        return []
    others = [(view.id, view.state) for view in context.cases.values() if isinstance(view.state, Application)]
    return [(other.received, case) for case, other in others if other.writer == state.writer and other.received]


def _place_in_month(state: Application, context: Context) -> int:
    """The how-manieth of the applicant's to the unit in the calendar month this is, of those received here."""
    if state.received is None:
        return 1
    own = (state.received, context.case)
    return 1 + sum(place < own for place in _others_of_month(state, context))


def notice_fee(state: Application, command: NoticeFee, context: Context) -> list[Event]:
    """收费通知: one method, once; the amount follows from the tariff. What came in past this house is the clerk's to add."""
    _working(state, context)
    if state.fee is not None:
        raise refusal("fee_once")
    place = _place_in_month(state, context) if command.method == "items" else command.quantity
    if command.quantity < place and not context.unattended:
        raise refusal("fee_place", "quantity", place=place)
    amount = fees.of_application(command.method, command.quantity)
    if not amount:
        raise refusal("fee_zero", "quantity")
    return [
        FeeNoticed(
            department=state.department,
            method=command.method,
            quantity=command.quantity,
            amount=amount,
            limit=_limit(context, "fee"),
            letter=_letter(state, context),
            flags=("more_than_known",) if command.quantity > place else (),
        )
    ]


def record_payment(state: Application, command: RecordPayment, context: Context) -> list[Event]:
    """缴费, in full."""
    _not_lapsed(state, state.fee, "fee_lapsed")
    _received(state, context)
    if state.status != "fee_due":
        raise refusal("no_fee_pending")
    if command.amount != state.fee_amount:
        raise refusal("fee_not_in_full", "amount", amount=state.fee_amount)
    return [FeePaid(department=state.department, amount=command.amount)]


# -- the reply ---------------------------------------------------------------------------------------------------------


def record_search(state: Application, command: RecordSearch, context: Context) -> list[Event]:
    """检索记录."""
    _working(state, context)
    return [SearchRecorded(department=state.department, found=command.found, search=command.search)]


def draft_reply(state: Application, command: DraftReply, context: Context) -> list[Event]:
    """拟定答复: what the outcome must carry is there, and what it rests on has happened."""
    _working(state, context)
    drafted = ReplyDrafted(
        department=state.department,
        outcome=command.outcome,
        ground=command.ground,
        remedy=command.remedy,
        earlier=command.earlier,
        reply=command.reply,
        how=command.how,
        reasons=command.reasons,
        procedure=command.procedure,
        public_interest=command.public_interest,
        attachments=command.attachments,
    )
    _complete(state, command, drafted, context)
    return [drafted]


def _letter_complete(state: Application, drafted: ReplyDrafted, context: Context) -> None:
    """What the letter of the outcome says is there: its template names what that is."""
    issue = APPLICATION.issue(context.case, context.number, context.today, context.directory)
    name = lacking(changed(state, draft=drafted), drafted, drafted.outcome, issue)
    if name is not None:
        raise refusal("outcome_needs", name, what=FIELDS[name].title)


def _complete(state: Application, command: DraftReply, drafted: ReplyDrafted, context: Context) -> None:
    ending = OUTCOMES[command.outcome]
    if not ending.given:
        raise refusal("outcome_by_clock", "outcome")
    if command.ground is not None and command.outcome not in WITHHOLDING:
        raise refusal("nothing_withheld", "ground")
    _letter_complete(state, drafted, context)
    if ending.remedy == "reconsideration_first" and command.remedy != "reconsideration_first":
        raise refusal("remedy_first", "remedy")
    if command.remedy == "reconsideration_first" and ending.remedy != "reconsideration_first":
        raise refusal("remedy_not_first", "remedy")
    if context.unattended:
        return
    _supported(state, drafted)
    _repeats(state, command, context)


UNJUDGED = {"none": "reasons_never_asked", "asked": "reasons_awaited", "reasonable": "reasons_accepted"}
"""Why nothing is refused for want of reasons (O13): the refusal for each state of the reasons."""


def _unsupported(state: Application, draft: ReplyDrafted) -> tuple[str, str] | None:
    """What in the file the outcome lacks or gainsays: the code of the refusal and the field it is about."""
    third = [c for c in state.consultations if c.asked == "third_party"]
    match draft.outcome:
        case "O5" if state.search != "nothing":
            return "search_found" if state.search == "found" else "search_missing", "outcome"
        case "O8" if not state.corrected:
            return "correction_missing", "outcome"
        case "O13" if state.reasons != "unreasonable":
            return UNJUDGED[state.reasons], "outcome"
        case "O2" if any(c.answer == "objects" for c in third) and draft.public_interest is None:
            return "third_party_objects", "public_interest"
    if draft.ground == "third_party" and not third:
        return "consultation_missing", "ground"
    # Of a partial disclosure the third party may have been asked about, and agreed to, the disclosed part only.
    withheld = draft.outcome == "O4" and draft.ground == "third_party"
    return ("third_party_agrees", "ground") if withheld and all(c.answer == "agrees" for c in third) else None


def _supported(state: Application, draft: ReplyDrafted) -> None:
    """What the outcome rests on stands in the file, and nothing gainsays it."""
    lacking = _unsupported(state, draft)
    if lacking is not None:
        raise refusal(*lacking)


def _still_supported(state: Application, context: Context) -> None:
    """The draft's outcome still rests on what stands in the file: what changed since calls for another draft."""
    if state.draft is None or context.unattended:
        return
    lacking = _unsupported(state, state.draft)
    code = lacking[0] if lacking is not None else _unrepeated(state, state.draft, context)
    if code is not None:
        refused = refusal(code)
        raise RuleBroken(refused.code, REDRAFT.format(why=refused.message), refused.basis)


def _repeats(state: Application, command: DraftReply, context: Context) -> None:
    """What a repeated application repeats is another one of the same applicant that was answered."""
    lacking = _unrepeated(state, command, context)
    if lacking is not None:
        raise refusal(lacking, "earlier")


def _unrepeated(state: Application, draft: DraftReply | ReplyDrafted, context: Context) -> str | None:
    """Why the application that is named as answered before is none: the code of the refusal."""
    if draft.outcome != "O11" or draft.earlier is None:
        return None
    view = context.cases.get(draft.earlier)
    other = view.state if view is not None and isinstance(view.state, Application) else None
    if draft.earlier == context.case or other is None or other.answered is None or other.answered > context.today:
        return "earlier_not_answered"
    known = other.writer == state.writer or other.identity is None or state.identity is None
    return None if known else "earlier_of_another"


def review_reply(state: Application, command: ReviewReply, context: Context) -> list[Event]:
    """审核答复, by another person than the drafter; what the outcome rested on at the draft it must rest on still."""
    _working(state, context)
    if state.status != "drafted":
        raise refusal("no_draft")
    if not context.unattended and context.actor.subject == state.drafter:
        raise refusal("same_person")
    if command.passed:
        _still_supported(state, context)
    return [ReplyReviewed(department=state.department, passed=command.passed, reason=command.reason)]


def reply(state: Application, command: Reply, context: Context) -> list[Event]:
    """发出答复: the verdict on the time, the one outcome, and what it leaves unsaid."""
    _working(state, context)
    if state.status != "reviewed" or state.draft is None:
        raise refusal("not_reviewed" if state.status == "drafted" else "no_draft")
    if state.open_consultations:
        raise refusal("consultation_open")
    _still_supported(state, context)
    draft = state.draft
    events: list[Event] = [
        ReplySent(
            department=state.department,
            outcome=draft.outcome,
            row=row_of(draft.outcome, draft.ground),
            applicant_class=state.applicant_class,
            remedy=draft.remedy,
            letter=_letter(state, context),
            **context.verdict(reply_clock(state)),
        )
    ]
    if draft.outcome == "O2":
        objecting = [c for c in state.consultations if c.answer == "objects" and c.asked == "third_party"]
        events += [
            ThirdPartyTold(
                department=state.department, consultation=c.waiting.id, letter=_letter(state, context, place)
            )
            for place, c in enumerate(objecting, 1)
        ]
    return events


def answer_on_the_spot(state: Application, command: AnswerOnTheSpot, context: Context) -> list[Event]:
    """当场答复: given on the day of receipt, so nobody reviews it first; what was drafted goes by review."""
    _received(state, context)
    if command.outcome not in ("O1", "O2") or state.status not in ("received", "handling") or state.consultations:
        raise refusal("on_the_spot", "outcome")
    if state.received != context.today:
        raise refusal("on_the_spot_later")
    if state.drafter is not None:
        raise refusal("on_the_spot_drafted")
    drafted = ReplyDrafted(
        department=state.department,
        outcome=command.outcome,
        reply=command.reply,
        how=command.how,
        attachments=command.attachments,
    )
    _letter_complete(state, drafted, context)
    sent = ReplySent(
        department=state.department,
        outcome=command.outcome,
        row=row_of(command.outcome, None),
        applicant_class=state.applicant_class,
        on_the_spot=True,
        letter=_letter(state, context),
        **context.verdict(reply_clock(state)),
    )
    registered = [] if state.status == "handling" else [ApplicationRegistered(department=state.department)]
    return [*registered, drafted, sent]


def record_delivery(state: Application, command: RecordDelivery, context: Context) -> list[Event]:
    """送达."""
    _answered(state)
    if state.delivered:
        raise refusal("already_delivered")
    _in_sequence(state, context)
    return [ReplyDelivered(department=state.department, delivery=command.delivery)]


def withdraw(state: Application, command: Withdraw, context: Context) -> list[Event]:
    """撤回申请, also before it is received in law: then it is counted in no year."""
    _of_public(command, context)
    _not_ended(state)
    if state.status not in OPEN:
        raise refusal("closed")
    _in_sequence(state, context)
    return [ApplicationWithdrawn(department=state.department, applicant_class=state.applicant_class)]


# -- beside the way ----------------------------------------------------------------------------------------------------


def provide_help(state: Application, command: ProvideHelp, context: Context) -> list[Event]:
    """提供帮助, at any time."""
    _not_ended(state)
    return [HelpProvided(department=state.department, need=command.need, help=command.help)]


def request_record_correction(state: Application, command: RequestRecordCorrection, context: Context) -> list[Event]:
    """要求更正与自身相关的信息."""
    _of_public(command, context)
    _not_ended(state)
    return [RecordCorrectionRequested(department=state.department, request=command.request)]


def decide_record_correction(state: Application, command: DecideRecordCorrection, context: Context) -> list[Event]:
    """处理信息更正."""
    _not_ended(state)
    if not state.record_correction:
        raise refusal("record_correction_unknown")
    return [
        RecordCorrectionDecided(
            department=state.department,
            decision=command.decision,
            reason=command.reason,
            letter=_letter(state, context),
        )
    ]


def _convertible(state: Application) -> bool:
    return state.outcome in ("O2", "O3")


def propose_conversion(state: Application, command: ProposeConversion, context: Context) -> list[Event]:
    """建议转为主动公开: of what was disclosed, and was not public already (O1)."""
    _answered(state)
    if not _convertible(state):
        raise refusal("conversion_of_disclosed")
    if state.conversion == "accepted":
        raise refusal("conversion_accepted")
    _in_sequence(state, context)
    by = "agency" if context.actor.posts or context.actor.system else "applicant"
    return [ConversionProposed(department=state.department, by=by)]


def accept_conversion(state: Application, command: AcceptConversion, context: Context) -> list[Event]:
    """同意转为主动公开, once."""
    _answered(state)
    if state.conversion == "accepted":
        raise refusal("conversion_accepted")
    if state.conversion != "proposed":
        raise refusal("conversion_unknown")
    _in_sequence(state, context)
    return [ConversionAccepted(department=state.department)]


def issue_letter(state: Application, command: IssueLetter, context: Context) -> list[Event]:
    """出具文书, each once: a receipt once registered, closure once ended without a reply, word of the conversion."""
    _not_ended(state)
    if state.erased:
        raise refusal("erased")
    if command.kind in state.issued:
        raise refusal("letter_issued", "kind")
    if command.kind == "conversion" and state.conversion != "accepted":
        raise refusal("conversion_unknown", "kind")
    registered = state.received is not None and state.status != "received"
    ended = registered and state.status not in OPEN and state.status != "answered"
    if (command.kind == "receipt" and not registered) or (command.kind == "closure" and not ended):
        raise refusal("letter_too_early", "kind")
    _in_sequence(state, context)
    return [LetterIssued(department=state.department, kind=command.kind, letter=_letter(state, context))]


def _disputed(state: Application) -> Against:
    """What a remedy is sought against: a reply, an end without one, or that none came in time."""
    if state.received is None:
        raise refusal("not_received")
    if state.disputable is None:
        raise refusal("not_answered")
    return state.disputable


def _in_court(state: Application) -> None:
    if state.lawsuit == "filed":
        raise refusal("lawsuit_pending")


def file_reconsideration(state: Application, command: FileReconsideration, context: Context) -> list[Event]:
    """申请行政复议, also where no reply came in time; filing a case away takes no remedy from the applicant."""
    against = _disputed(state)
    if state.reconsideration == "filed":
        raise refusal("reconsideration_pending")
    _in_court(state)
    _in_sequence(state, context)
    return [ReconsiderationFiled(department=state.department, against=against)]


def decide_reconsideration(state: Application, command: DecideReconsideration, context: Context) -> list[Event]:
    """行政复议决定; a reply that is set right twice is charged once."""
    if state.reconsideration != "filed":
        raise refusal("no_reconsideration")
    _in_sequence(state, context)
    return [ReconsiderationDecided(department=state.department, result=command.result, repeat=state.set_right)]


def _refused(state: Application) -> bool:
    """Whether the reply withholds something, so that reconsideration comes before a lawsuit."""
    return state.outcome is not None and OUTCOMES[state.outcome].remedy == "reconsideration_first"


def file_lawsuit(state: Application, command: FileLawsuit, context: Context) -> list[Event]:
    """提起行政诉讼: against a refusal only after reconsideration of that refusal, whatever the reply told."""
    against = _disputed(state)
    _in_court(state)
    if state.reconsideration == "filed":
        raise refusal("reconsideration_pending")
    if _refused(state) and not state.reconsidered_first:
        raise refusal("reconsideration_first")
    _in_sequence(state, context)
    after = state.reconsidered_first
    return [LawsuitFiled(department=state.department, after_reconsideration=after, against=against)]


def decide_lawsuit(state: Application, command: DecideLawsuit, context: Context) -> list[Event]:
    """行政诉讼裁判; a reply that is set right twice is charged once."""
    if state.lawsuit != "filed":
        raise refusal("no_lawsuit")
    _in_sequence(state, context)
    return [
        LawsuitDecided(
            department=state.department,
            after_reconsideration=state.lawsuit_after,
            result=command.result,
            repeat=state.set_right,
        )
    ]


def _occasion(state: Application, kind: Fault) -> date | None:
    """When the file came to the step at which the fault is made; None where it has not."""
    match kind:
        case "extension_unapproved" | "extension_unnotified":
            return state.extension_on
        case "correction_late":
            return state.correction.start if state.correction is not None else None
        case "consultation_missing":
            return state.answered if state.outcome in ("O2", "O3", "O4") else None
        case "reasons_missing" | "remedy_missing":
            return state.answered


def find_fault(state: Application, command: FindFault, context: Context) -> list[Event]:
    """记录程序问题, each kind once; what a clock finds may have been found in review before, or its lapse undone."""
    if context.actor.system and command.kind == "extension_unnotified" and state.extension_ended != "missed":
        return []
    if command.kind in state.faults:
        if context.actor.system:
            return []
        raise refusal("fault_known", "kind")
    if state.received is None:
        raise refusal("not_received")
    since = _occasion(state, command.kind)
    if since is None:
        raise refusal("fault_without_occasion", "kind")
    if context.today < since:
        raise refusal("before_previous_step", "happened")
    noticed: Literal["clock", "review"] = "clock" if context.actor.system else "review"
    return [ProcedureFaulted(department=state.department, kind=command.kind, noticed=noticed, note=command.note)]


def archive(state: Application, command: Archive, context: Context) -> list[Event]:
    """归档 of what is closed."""
    _not_ended(state)
    if state.status in OPEN:
        raise refusal("still_open")
    _in_sequence(state, context)
    return [CaseArchived(department=state.department)]


def erase(state: Application, command: Erase, context: Context) -> list[Event]:
    """删除个人信息, at any time; an application still open ends with it."""
    if state.erased or state.writer is None:
        raise refusal("already_erased")
    erased = SubjectErased(department=state.department, subject=state.writer, ground=command.ground)
    if state.received is None or state.status not in OPEN:
        return [erased]
    return [ApplicationWithdrawn(department=state.department, applicant_class=state.applicant_class), erased]


# -- misses, corrections -----------------------------------------------------------------------------------------------


def missed(state: Application, clock: Clock, verdict: VerdictFields) -> Event:
    """The miss of a clock: the unit's, or the end of what an applicant or a consulted party let pass."""
    if clock.id == CORRECTING:
        return ApplicationDeemedAbandoned(department=state.department, applicant_class=state.applicant_class, **verdict)
    if clock.id == FEE:
        return FeeLapsed(department=state.department, applicant_class=state.applicant_class, **verdict)
    if clock.id == EXTENSION:
        return ExtensionLapsed(department=state.department, **verdict)
    if clock.id == REPLY:
        return ReplyOverdue(department=state.department, **verdict)
    asked = next((c.asked for c in state.consultations if c.waiting.id == clock.id), "third_party")
    effect = "consent" if asked == "co_producer" else "agency_decides"
    return ConsultationLapsed(department=state.department, asked=asked, effect=effect, **verdict)


def restate(state: Application, event: Event, stamp: Stamp) -> Event:
    """What an event says of the file before it, said anew: whether a reply had been set right or reconsidered already."""
    match event:
        case ReconsiderationDecided():
            return with_fields(event, repeat=state.set_right)
        case LawsuitFiled():
            return with_fields(event, after_reconsideration=state.reconsidered_first)
        case LawsuitDecided():
            return with_fields(event, repeat=state.set_right, after_reconsideration=state.lawsuit_after)
        case _:
            return event


def _may_be_sent(state: Application, event: ReplySent) -> bool:
    """Whether the reply was ready, no answer of anybody was waited for, and its outcome rests on what stands in the file."""
    if state.status != ("drafted" if event.on_the_spot else "reviewed") or state.open_consultations:
        return False
    return state.draft is None or _unsupported(state, state.draft) is None


def _disputes(state: Application, event: ReconsiderationFiled | LawsuitFiled) -> bool:
    """Whether that which the remedy is sought against is there."""
    return state.disputable is not None and event.against in (None, state.disputable)


def _pending(state: Application) -> bool:
    """Whether a remedy is under way, so that no other may be sought."""
    return "filed" in (state.reconsideration, state.lawsuit)


def stands(state: Application, event: Event) -> bool:
    """Whether the step can have been taken: what it answers or ends was there."""
    match event:
        case CorrectionReceived():
            return state.status == "correcting"
        case ConsultationAnswered():
            return any(c.waiting.id == event.consultation for c in state.consultations)
        case ThirdPartyTold():
            objecting = {c.waiting.id for c in state.consultations if c.answer == "objects"}
            return state.status == "answered" and event.consultation in objecting
        case ExtensionNotified():
            return not event.days or state.extension_approved == event.days
        case ReasonsGiven():
            return state.reasons == "asked"
        case PeriodReplaced():
            return state.reasons == "reasonable"
        case FeePaid():
            return state.status == "fee_due"
        case ReplyReviewed():
            return state.status == "drafted"
        case ReplySent():
            return _may_be_sent(state, event)
        case ReplyDelivered():
            return state.status == "answered"
        case ConversionProposed():
            return state.status == "answered" and _convertible(state)
        case ConversionAccepted():
            return state.conversion == "proposed"
        case LetterIssued():
            return event.kind != "conversion" or state.conversion == "accepted"
        case RecordCorrectionDecided():
            return state.record_correction
        case ReconsiderationFiled():
            return _disputes(state, event) and not _pending(state)
        case ReconsiderationDecided():
            return state.reconsideration == "filed"
        case LawsuitFiled():
            first = state.reconsidered_first or not _refused(state)
            return _disputes(state, event) and not _pending(state) and first
        case LawsuitDecided():
            return state.lawsuit == "filed"
        case CaseArchived():
            return state.status not in OPEN
        case (
            ProcedureFaulted(noticed="review")
            | ProcedureFaulted(kind="consultation_missing" | "reasons_missing" | "remedy_missing")
        ):
            return _occasion(state, event.kind) is not None
        case _:
            return state.received is not None or isinstance(
                event,
                (*COMMON_EVENTS, RequestReceived, ApplicationSubmitted, HelpProvided, RecordCorrectionRequested),
            )


def moot(state: Application, event: Event, stamp: Stamp) -> bool:
    """Whether a fault is none any more: the step that it was made at, or the lapse that a clock found, is undone.

    Of a fault from before it was said how it was noticed, the step is gone where the file never came to it.
    """
    if not isinstance(event, ProcedureFaulted) or event.noticed == "review":
        return False
    match event.kind:
        case "correction_late":
            return state.correction is None
        case "extension_unapproved":
            return not (state.extension_unapproved or (event.noticed is None and _occasion(state, event.kind)))
        case "extension_unnotified":
            return stamp.actor == SYSTEM.subject and state.extension_ended != "missed"
        case _:
            return False


def may_void(state: Application, entry: Event) -> bool:
    """An erasure stands, and a part that has become an application of its own."""
    return not isinstance(entry, SubjectErased | ApplicationSplit)


# -- what is shown -----------------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, Text] = {
    "channel": Text("提交渠道", "Channel"),
    "applicant_class": Text("申请人类别", "Class of applicant"),
    "outcome": Text("答复类型", "Outcome"),
    "row": Text("年报所计行", "Row of table 3"),
    "answered": Text("答复日", "Answered"),
    "extended": Text("延期（工作日）", "Extended by (working days)"),
    "fee": Text("收费（元）", "Fee (yuan)"),
    "letters": Text("文书数", "Letters"),
    "of_month": Text("申请人当月第几件", "Which of the applicant's in the month"),
    "message": Text("转来的留言", "Message it was"),
    "set_right": Text("被纠错", "Set right"),
}


REGISTER = RegisterForm(
    title=Text("政府信息公开申请登记簿", "Register of applications for information"),
    subject=Text("申请事项", "Subject"),
    department=Text("受理单位", "Unit to answer"),
    received=Text("收到日期", "Received"),
    sealed={"name": Text("申请人", "Applicant")},
    words={
        "channel": CHANNELS,
        "applicant_class": APPLICANTS,
        "outcome": {code: Text(f"{code} {o.title.zh}", f"{code} {o.title.en}") for code, o in OUTCOMES.items()},
        "row": {code: Text(f"{code} {title.zh}", f"{code} {title.en}") for code, title in ROWS.items()},
    },
)


def summary(state: Application) -> Summary:
    """What lists show and filter."""
    return Summary(
        status=state.status,
        department=state.department,
        received=state.received or state.submitted,
        title=state.title,
        parent=state.parent,
        writer=state.writer,
        open=state.status in OPEN,
        columns={
            "channel": state.channel,
            "applicant_class": state.applicant_class,
            "outcome": state.outcome,
            "row": state.row,
            "answered": state.answered.isoformat() if state.answered else None,
            "extended": state.extended,
            "fee": state.fee_amount or None,
            "letters": state.letters,
            "of_month": state.of_month,
            "message": state.message,
            "set_right": state.set_right,
        },
    )


def public_view(state: Application) -> Mapping[str, Any]:
    """What ``follow`` shows the applicant: their own words, where it stands, dates, the reply and the remedy."""
    return {
        "status": state.status,
        "submitted": state.submitted,
        "received": state.received,
        "title": state.title,
        "text": state.text,
        "department": state.department,
        "extended": state.extended,
        "fee": state.fee_amount or None,
        "outcome": state.outcome,
        "answered": state.answered,
        "reply": state.reply,
        "how": state.how,
        "remedy": state.remedy,
    }


_OWN: tuple[Allowed, ...] = (DESK, COUNTY_DESK, WRITER_MAY)
_PERSON: tuple[Allowed, ...] = (DESK, COUNTY_DESK)
VAULT_READERS: Mapping[str, tuple[Allowed, ...]] = {
    **dict.fromkeys(("title", "text", "items", "explanation", "reply", "how", "reasons", "procedure"), _OWN),
    **dict.fromkeys(("name", "phone", "email", "address", "identity", "writer"), _PERSON),
    **dict.fromkeys(
        ("attachments", "party", "content", "reason", "search", "public_interest", "request", "note"), _PERSON
    ),
}
"""Event fields that hold vault references -> who may read them."""


APPLICATION: CaseKind[Application] = CaseKind(
    name="application",
    service="requests",
    collection="applications",
    title=Text("依申请公开", "Applications for information"),
    prefix=PREFIX,
    number=NUMBER,
    statuses=STATUSES,
    initial=Application(),
    state_type=Application,
    events=(
        ApplicationSubmitted,
        RequestReceived,
        ApplicationRegistered,
        ApplicationSplit,
        ApplicationMerged,
        CorrectionRequested,
        CorrectionReceived,
        ApplicationDeemedAbandoned,
        ConsultationSent,
        ConsultationAnswered,
        ConsultationLapsed,
        ExtensionApproved,
        ExtensionLapsed,
        ExtensionNotified,
        ReasonsRequested,
        ReasonsGiven,
        PeriodReplaced,
        FeeNoticed,
        FeePaid,
        FeeLapsed,
        SearchRecorded,
        ReplyDrafted,
        ReplyReviewed,
        ReplySent,
        ReplyOverdue,
        ReplyDelivered,
        ThirdPartyTold,
        ProcedureFaulted,
        ApplicationWithdrawn,
        HelpProvided,
        RecordCorrectionRequested,
        RecordCorrectionDecided,
        ConversionProposed,
        ConversionAccepted,
        LetterIssued,
        ReconsiderationFiled,
        ReconsiderationDecided,
        LawsuitFiled,
        LawsuitDecided,
        CaseArchived,
        SubjectErased,
    ),
    commands={
        Submit: submit,
        TakeOver: take_over,
        ConfirmReceipt: confirm_receipt,
        Register: register,
        Split: split,
        Merge: merge,
        RequestCorrection: request_correction,
        ReceiveCorrection: receive_correction,
        Consult: consult,
        RecordAnswer: record_answer,
        ApproveExtension: approve_extension,
        NotifyExtension: notify_extension,
        AskReasons: ask_reasons,
        RecordReasons: record_reasons,
        ReplacePeriod: replace_period,
        NoticeFee: notice_fee,
        RecordPayment: record_payment,
        RecordSearch: record_search,
        DraftReply: draft_reply,
        ReviewReply: review_reply,
        Reply: reply,
        AnswerOnTheSpot: answer_on_the_spot,
        RecordDelivery: record_delivery,
        Withdraw: withdraw,
        ProvideHelp: provide_help,
        RequestRecordCorrection: request_record_correction,
        DecideRecordCorrection: decide_record_correction,
        ProposeConversion: propose_conversion,
        AcceptConversion: accept_conversion,
        IssueLetter: issue_letter,
        FileReconsideration: file_reconsideration,
        DecideReconsideration: decide_reconsideration,
        FileLawsuit: file_lawsuit,
        DecideLawsuit: decide_lawsuit,
        FindFault: find_fault,
        Archive: archive,
        Erase: erase,
    },
    evolve=evolve,
    clocks=clocks,
    missed=missed,
    summary=summary,
    public_view=public_view,
    columns=COLUMNS,
    register=REGISTER,
    limits=limits(LIMITS),
    vault_readers=VAULT_READERS,
    restate=restate,
    stands=stands,
    may_void=may_void,
    moot=moot,
    letters=LETTERS,
    fold_version=7,
)
