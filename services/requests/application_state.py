"""An application for information (依申请公开) as its events leave it: the folded file, and the clocks that run in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

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
    Delivery,
    ExtensionApproved,
    ExtensionLapsed,
    ExtensionNotified,
    FeeLapsed,
    FeeNoticed,
    FeePaid,
    LawsuitDecided,
    LawsuitFiled,
    LetterIssued,
    Manner,
    Need,
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
    With,
)
from services.requests.application_rules import (
    CO_PRODUCER,
    CORRECTION,
    FEE_RULES,
    PERIOD,
    ApplicantClass,
    Channel,
    Outcome,
    Remedy,
)
from shared.domain.changed import changed
from shared.domain.corrections import COMMON_EVENTS, EntryVoided, OverdueRevoked
from shared.domain.deadline import (
    AtLeast,
    Clock,
    Extend,
    Operation,
    Restart,
    Suspend,
    operations_text,
    read_operations,
)
from shared.domain.kind import Event, Stamp, letter_of
from shared.domain.localtime import DateProblem, local_date
from shared.domain.text import Text

Status = Literal[
    "submitted",
    "received",
    "handling",
    "correcting",
    "consulting",
    "fee_due",
    "drafted",
    "reviewed",
    "answered",
    "abandoned",
    "withdrawn",
    "merged",
    "archived",
    "erased",
]
STATUSES: Mapping[str, Text] = {
    "submitted": Text("已提交，待确认收到", "Submitted, receipt to confirm"),
    "received": Text("待登记", "Received, to be registered"),
    "handling": Text("办理中", "In hand"),
    "correcting": Text("待补正", "Waiting for correction"),
    "consulting": Text("征求意见", "Consulting"),
    "fee_due": Text("待缴费", "Waiting for the fee"),
    "drafted": Text("待审核", "Waiting for review"),
    "reviewed": Text("已审核待发", "Reviewed, to be sent"),
    "answered": Text("已答复", "Answered"),
    "abandoned": Text("视为放弃", "Deemed abandoned"),
    "withdrawn": Text("已撤回", "Withdrawn"),
    "merged": Text("已合并", "Merged"),
    "archived": Text("已归档", "Archived"),
    "erased": Text("信息已删除", "Erased"),
}
WORKING: frozenset[str] = frozenset(("handling", "correcting", "consulting", "fee_due", "drafted", "reviewed"))
OPEN: frozenset[str] = WORKING | {"submitted", "received"}
Ended = Literal["met", "missed", "cancelled"]
REPLY, CORRECTING, FEE, EXTENSION = "reply", "correction", "fee", "extension"


@dataclass(frozen=True)
class Step:
    """Something that moved the reply's clock. ``of`` names what a suspension is for; its ``through`` is None while it lasts."""

    kind: Literal["restart", "suspend", "extend", "least"]
    on: date | None = None
    through: date | None = None
    days: int = 0
    of: str = ""


@dataclass(frozen=True)
class Waiting:
    """A time given to somebody else: to correct, to answer a consultation, to pay."""

    id: str
    start: date
    amount: int
    ended: Ended | None = None


@dataclass(frozen=True)
class Consultation:
    """One letter to a third party or a co-producer. ``answer`` is None while it is waited for."""

    waiting: Waiting
    asked: With
    party: str | None = None
    content: str | None = None
    answer: Literal["agrees", "objects", "silent"] | None = None
    told: bool = False


@dataclass(frozen=True)
class Application:
    """The folded file. Strings that stand for the applicant's words or data are vault references."""

    status: Status = "submitted"
    department: str = ""
    last_step: datetime | None = None
    channel: Channel = "internet"
    applicant_class: ApplicantClass = "natural"
    submitted: date | None = None
    received: date | None = None
    message: str | None = None
    parent: str | None = None
    writer: str | None = None
    title: str | None = None
    text: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    identity: str | None = None
    manner: Manner | None = None
    delivery: Delivery | None = None
    need: Need | None = None
    attachments: tuple[str, ...] = ()
    of_month: int | None = None
    limit: int = 20
    lawful: int = 20
    steps: tuple[Step, ...] = ()
    reply_ended: Ended | None = None
    correction: Waiting | None = None
    corrected: bool = False
    consultations: tuple[Consultation, ...] = ()
    extension_approved: int = 0
    extension_on: date | None = None
    extension_reason: str | None = None
    extension_told: bool = False
    extension_unapproved: bool = False
    extension_ended: Ended | None = None
    extended: int = 0
    reasons: Literal["none", "asked", "reasonable", "unreasonable"] = "none"
    reasons_on: date | None = None
    reasons_period: int | None = None
    period_replaced: bool = False
    period_start: date | None = None
    fee: Waiting | None = None
    fee_amount: int = 0
    search: Literal["none", "found", "nothing"] = "none"
    draft: ReplyDrafted | None = None
    drafter: str | None = None
    outcome: Outcome | None = None
    row: str | None = None
    remedy: Remedy | None = None
    reply: str | None = None
    how: str | None = None
    answered: date | None = None
    delivered: bool = False
    letters: int = 0
    numbered: int = 0
    issued: tuple[str, ...] = ()
    parts: int = 0
    faults: tuple[str, ...] = ()
    merged_into: str | None = None
    record_correction: bool = False
    record_request: str | None = None
    conversion: Literal["none", "proposed", "accepted"] = "none"
    reconsideration: Literal["none", "filed", "decided"] = "none"
    reconsidered: Against | None = None
    lawsuit: Literal["none", "filed", "decided"] = "none"
    lawsuit_after: bool = False
    set_right: bool = False
    erased: bool = False

    @property
    def open_consultations(self) -> tuple[Consultation, ...]:
        """Those whose answer is waited for."""
        return tuple(one for one in self.consultations if one.answer is None)

    @property
    def voided(self) -> int:
        """How many entries were undone. Which they were is not known here: no number any of them bore is given again."""
        return self.numbered - self.letters

    @property
    def disputable(self) -> Against | None:
        """What a remedy is sought against now; nothing before receipt, nor while the time for the reply runs."""
        if self.received is None:
            return None
        if self.answered is not None:
            return "reply"
        if self.status not in OPEN:
            return "closure"
        return "silence" if self.reply_ended == "missed" else None

    @property
    def reconsidered_first(self) -> bool:
        """Whether a reconsideration of what a lawsuit would now be against has been decided."""
        return self.reconsideration == "decided" and self.reconsidered == self.disputable


def evolve(state: Application, event: Event, stamp: Stamp) -> Application:
    """The file after ``event``. Takes any event in any order and never raises; unknown ones change nothing."""
    if not isinstance(event, (*COMMON_EVENTS, ProcedureFaulted, SubjectErased)):
        state = changed(state, last_step=stamp.latest_step(state.last_step))
    if letter_of(event) is not None:
        state = changed(state, letters=state.letters + 1, numbered=state.numbered + 1)
    day = local_date(stamp.happened)
    match event:
        case ApplicationSubmitted():
            return _submitted(state, event)
        case RequestReceived():
            return _received(state, event)
        case ApplicationRegistered():
            return changed(state, status="handling", of_month=event.of_month)
        case ApplicationSplit():
            return changed(state, parts=event.part)
        case ApplicationMerged():
            return changed(_closed(state, "merged", event.outcome, event.row), merged_into=event.into)
        case CorrectionRequested():
            waiting = Waiting(CORRECTING, day, event.period)
            return changed(_waiting(state, CORRECTING, day), status="correcting", correction=waiting)
        case CorrectionReceived():
            return changed(
                _restarted(state, day),
                status=_in_hand(state),
                correction=_met(state.correction),
                corrected=True,
                attachments=(*state.attachments, *event.attachments),
                text=event.text,
                title=event.title or state.title,
            )
        case ApplicationDeemedAbandoned():
            closed = _closed(state, "abandoned", event.outcome, event.row)
            return changed(closed, correction=_ended(state.correction, "missed"))
        case ConsultationSent():
            waiting = Waiting(event.consultation, day, event.limit)
            one = Consultation(waiting, event.asked, event.party, event.content)
            return changed(
                _suspended(state, event.consultation, day),
                status="consulting",
                consultations=(*state.consultations, one),
            )
        case ConsultationAnswered():
            return _answered(state, event.consultation, "agrees" if event.agrees else "objects", day, "met")
        case ConsultationLapsed():
            return _answered(state, event.clock, "silent", event.due, "missed")
        case ThirdPartyTold():
            return changed(
                state,
                consultations=tuple(
                    changed(c, told=True) if c.waiting.id == event.consultation else c for c in state.consultations
                ),
            )
        case ExtensionApproved():
            on = state.extension_on or day
            return changed(state, extension_approved=event.days, extension_reason=event.reason, extension_on=on)
        case ExtensionNotified():
            return _told(changed(state, extension_on=state.extension_on or day), event.days)
        case ExtensionLapsed():
            return changed(state, extension_ended=state.extension_ended or "missed")
        case ReasonsRequested():
            return changed(state, reasons="asked", reasons_on=day, reasons_period=event.period)
        case ReasonsGiven():
            return changed(state, reasons="reasonable" if event.reasonable else "unreasonable")
        case PeriodReplaced():
            return with_period(state, event.days, event.start)
        case FeeNoticed():
            waiting = Waiting(FEE, day, event.limit)
            return changed(_waiting(state, FEE, day), status="fee_due", fee=waiting, fee_amount=event.amount)
        case FeePaid():
            return changed(_restarted(state, day), status=_in_hand(state), fee=_met(state.fee))
        case FeeLapsed():
            return changed(_closed(state, "abandoned", event.outcome, event.row), fee=_ended(state.fee, "missed"))
        case SearchRecorded():
            return changed(state, search="found" if event.found else "nothing")
        case ReplyDrafted():
            return changed(state, status="drafted", draft=_as_written(event), drafter=stamp.actor)
        case ReplyReviewed():
            if event.passed:
                return changed(state, status="reviewed")
            return changed(state, status=_in_hand(state), draft=None)
        case ReplySent():
            return _replied(state, event, day)
        case ReplyOverdue():
            return changed(state, reply_ended=state.reply_ended or "missed")
        case ReplyDelivered():
            return changed(state, delivered=True)
        case ProcedureFaulted():
            return changed(state, faults=(*state.faults, event.kind))
        case ApplicationWithdrawn():
            # What was never received in law is counted in no row.
            return _closed(state, "withdrawn", event.outcome, event.row if state.received else None)
        case RecordCorrectionRequested():
            return changed(state, record_correction=True, record_request=event.request)
        case RecordCorrectionDecided():
            return changed(state, record_correction=False)
        case ConversionProposed():
            return changed(state, conversion="proposed")
        case ConversionAccepted():
            return changed(state, conversion="accepted")
        case LetterIssued():
            return changed(state, issued=(*state.issued, event.kind))
        case EntryVoided():
            return changed(state, numbered=state.numbered + len(event.voids))
        case ReconsiderationFiled():
            return changed(state, reconsideration="filed", reconsidered=event.against or state.disputable)
        case ReconsiderationDecided():
            return changed(state, reconsideration="decided", set_right=state.set_right or event.result == "corrected")
        case LawsuitFiled():
            return changed(state, lawsuit="filed", lawsuit_after=event.after_reconsideration)
        case LawsuitDecided():
            return changed(state, lawsuit="decided", set_right=state.set_right or event.result == "corrected")
        case OverdueRevoked():
            return _revoked(state, event.clock)
        case CaseArchived():
            return changed(state, status="archived")
        case SubjectErased():
            return _erased(state)
        case _:
            return state


def _as_written(draft: ReplyDrafted) -> ReplyDrafted:
    """The draft without what the engine adds as it stores the event: decided and read back, it is the same."""
    return draft if draft.origin is None else draft.model_copy(update={"origin": None})


def _submitted(state: Application, event: ApplicationSubmitted) -> Application:
    return changed(
        state,
        department=event.department,
        channel=event.channel,
        applicant_class=event.applicant_class,
        submitted=event.submitted,
        message=event.message,
        parent=event.parent,
        writer=event.writer,
        title=event.title,
        text=event.text,
        name=event.name,
        phone=event.phone,
        email=event.email,
        address=event.address,
        identity=event.identity,
        manner=event.manner,
        delivery=event.delivery,
        need=event.need,
        attachments=event.attachments,
    )


def _received(state: Application, event: RequestReceived) -> Application:
    """Received in law; a part goes on where the whole stood when it was split off."""
    return changed(
        state,
        status="received",
        channel=event.channel,
        applicant_class=event.applicant_class,
        received=event.received,
        limit=event.period or event.limit,
        lawful=event.limit,
        period_start=event.received if event.period else None,
        period_replaced=event.period is not None,
        steps=_steps(event.moved),
        extended=event.extended,
        extension_told=event.extended > 0,
        corrected=event.corrected,
    )


def _in_hand(state: Application) -> Status:
    """Where a file stands in which a step was taken or given back: a consultation may be open still."""
    return "consulting" if state.open_consultations else "handling"


def _told(state: Application, days: int) -> Application:
    """Told of an extension: it has its effect if it was approved and in time, and is told again if it was not approved."""
    if not days and not state.extension_approved:
        return changed(state, extension_unapproved=True)
    if state.reply_ended is not None:
        return changed(state, extension_told=True)
    extended = _moved(state, *state.steps, Step("extend", days=days))
    return changed(extended, extension_told=True, extension_ended="met", extended=days)


def _moved(state: Application, *steps: Step) -> Application:
    """With these steps of the reply's clock. A clock that has ended is moved by nothing: it was due when it was due."""
    return state if state.reply_ended is not None else changed(state, steps=steps)


def _suspended(state: Application, of: str, day: date) -> Application:
    """Not counted from the day after; what is sent on the last day finds no day left that could be left out."""
    return _moved(state, *state.steps, Step("suspend", on=day, of=of))


def _waiting(state: Application, of: str, day: date) -> Application:
    """Standing still from that day on, the last one too, until it is counted anew."""
    return _moved(state, *state.steps, Step("suspend", on=day - timedelta(1), of=of))


def _restarted(state: Application, day: date) -> Application:
    """Counted anew; what is still waited for goes on standing in the way, and an extension that was told goes on counting.

    A reasonable period (Art. 35) is not given anew: it goes on after the wait, and the lawful one is the least from there.
    """
    if state.period_start is not None:
        waited = (_waited(step, day) for step in state.steps)
        return _moved(state, *waited, Step("least", on=day, days=state.lawful))
    open_ones = tuple(Step("suspend", on=day, of=c.waiting.id) for c in state.open_consultations)
    told = tuple(step for step in state.steps if step.kind == "extend")
    before = tuple(step for step in state.steps if step.kind != "extend")
    return _moved(state, *before, Step("restart", on=day), *open_ones, *told)


def _waited(step: Step, day: date) -> Step:
    """A wait that ended on that day, if the step is one: the days after its notice."""
    if step.of not in (CORRECTING, FEE) or step.through is not None or step.on is None:
        return step
    asked = step.on + timedelta(1)
    return changed(step, on=asked, through=max(day, asked))


def _over_by(step: Step, day: date) -> Step:
    """A suspension that lasted up to that day."""
    return changed(step, through=max(day, step.on or day)) if step.through is None else step


def with_period(state: Application, days: int, start: date | None) -> Application:
    """With another period for the reply: counted from ``start``, it leaves of what had moved the clock what lasts still."""
    if state.reply_ended is not None:
        return changed(state, period_replaced=True)
    replaced = changed(state, limit=days, period_replaced=True, period_start=start)
    if start is None:
        return replaced
    lasting = (step for step in _since_restart(state.steps) if step.kind == "suspend" and step.through is None)
    return _moved(replaced, *lasting)


def _since_restart(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps that move the clock still: a restart dropped those before it."""
    return steps[max((n for n, step in enumerate(steps, 1) if step.kind == "restart"), default=0) :]


def without_waits(state: Application, day: date) -> Application:
    """As if everything that is waited for had come on that day."""
    return changed(state, steps=tuple(_over_by(s, day) if s.kind == "suspend" else s for s in state.steps))


def _answered(
    state: Application, consultation: str, answer: Literal["agrees", "objects", "silent"], through: date, how: Ended
) -> Application:
    consultations = tuple(
        changed(c, answer=answer, waiting=changed(c.waiting, ended=how))
        if c.waiting.id == consultation and c.answer is None
        else c
        for c in state.consultations
    )
    steps = tuple(
        _over_by(step, through) if step.of == consultation and step.kind == "suspend" else step for step in state.steps
    )
    waits = any(c.answer is None for c in consultations)
    status: Status = "handling" if state.status == "consulting" and not waits else state.status
    return changed(state, consultations=consultations, steps=steps, status=status)


def _met(waiting: Waiting | None) -> Waiting | None:
    return _ended(waiting, "met")


def _ended(waiting: Waiting | None, how: Ended) -> Waiting | None:
    return None if waiting is None else changed(waiting, ended=waiting.ended or how)


def _closed(state: Application, status: Status, outcome: Outcome, row: str | None) -> Application:
    """Over without a reply: the clocks that run are cancelled."""
    consultations = tuple(changed(c, waiting=_over(c.waiting)) for c in state.consultations)
    return changed(
        state,
        status=status,
        outcome=outcome,
        row=row,
        reply_ended=state.reply_ended or "cancelled",
        correction=_ended(state.correction, "cancelled"),
        fee=_ended(state.fee, "cancelled"),
        consultations=consultations,
        draft=None,
        drafter=None,
    )


def _over(waiting: Waiting) -> Waiting:
    return changed(waiting, ended=waiting.ended or "cancelled")


def _replied(state: Application, event: ReplySent, day: date) -> Application:
    draft = state.draft
    return changed(
        state,
        status="answered",
        outcome=event.outcome,
        row=event.row,
        remedy=event.remedy,
        reply=draft.reply if draft else None,
        how=draft.how if draft else None,
        answered=day,
        reply_ended=state.reply_ended or ("met" if event.met else None),
    )


def _revoked(state: Application, clock: str) -> Application:
    """A miss that was none, and is not found again: what was waited for is waited for without a limit."""
    if clock == REPLY:
        return changed(state, reply_ended=state.reply_ended or "cancelled")
    if clock == EXTENSION:
        return changed(state, extension_ended="met" if state.extension_ended == "met" else "cancelled")
    if clock == CORRECTING:
        return changed(state, correction=_ended(state.correction, "cancelled"))
    if clock == FEE:
        return changed(state, fee=_ended(state.fee, "cancelled"))
    consultations = tuple(
        changed(c, waiting=_over(c.waiting)) if c.waiting.id == clock else c for c in state.consultations
    )
    return changed(state, consultations=consultations)


def _erased(state: Application) -> Application:
    """The applicant's words and data are gone; one that was never received ends here, an open one was withdrawn before."""
    return changed(
        state,
        status="erased" if state.status in OPEN else state.status,
        erased=True,
        title=None,
        text=None,
        name=None,
        phone=None,
        email=None,
        address=None,
        identity=None,
        draft=None,
        reply=None,
        how=None,
    )


# -- clocks -----------------------------------------------------------------------------------------------------------

TITLES: Mapping[str, Text] = {
    REPLY: Text("答复期限", "Time for the reply"),
    EXTENSION: Text("延期告知期限", "Time to tell of the extension"),
    CORRECTING: Text("补正期限", "Time for the correction"),
    FEE: Text("缴费期限", "Time for the payment"),
    "consultation": Text("征求意见期限", "Time for the consultation"),
}
CORRECTED = Text("收到补正或缴费，重新起算", "corrected or paid: counted anew")
ASKED = Text("补正、征求意见或缴费期间不计入", "not counted while something is waited for")
EXTENDED = Text("经批准并告知的延期", "extension, approved and told")


def clocks(state: Application) -> tuple[Clock, ...]:
    """Every clock of the file, ended ones too: the reply's, that of telling an extension, and those of whom it waits for."""
    if state.received is None:
        return ()
    waiting = [c.waiting for c in state.consultations]
    waiting += [one for one in (state.correction, state.fee) if one is not None]
    telling = (_telling(state),) if state.extension_approved else ()
    return (reply_clock(state), *telling, *map(_clock_of, waiting))


def reply_clock(state: Application) -> Clock:
    """The clock of the reply. Needs ``received``."""
    return _reply(state.received or date.min, state.limit, state.steps, state.reply_ended)


@lru_cache(maxsize=4096)
def _reply(received: date, limit: int, steps: tuple[Step, ...], ended: Ended | None) -> Clock:
    return Clock(
        id=REPLY,
        rule="application.reply@1",
        title=TITLES[REPLY],
        basis=PERIOD,
        start=received,
        amount=limit,
        unit="wd",
        operations=tuple(_operation(step) for step in steps),
        ended=ended,
    )


def _telling(state: Application) -> Clock:
    """An approved extension is told before the reply's time is over; of what is closed nothing need be told."""
    steps = tuple(step for step in state.steps if step.kind != "extend")
    ended = state.extension_ended or (None if state.status in OPEN else "cancelled")
    plain = _reply(state.received or date.min, state.limit, steps, ended)
    return replace(plain, id=EXTENSION, rule="application.extension@1", title=TITLES[EXTENSION])


@lru_cache(maxsize=4096)
def _clock_of(waiting: Waiting) -> Clock:
    kind = waiting.id if waiting.id in (CORRECTING, FEE) else "consultation"
    basis = {CORRECTING: CORRECTION, FEE: FEE_RULES}.get(kind, CO_PRODUCER)
    return Clock(
        id=waiting.id,
        rule=f"application.{kind}@1",
        title=TITLES[kind],
        basis=basis,
        start=waiting.start,
        amount=waiting.amount,
        unit="wd",
        ended=waiting.ended,
    )


def moved(state: Application) -> str:
    """What moved the clock of the reply, written as ``_steps`` reads it."""
    return operations_text(reply_clock(state))


def _steps(moved: str) -> tuple[Step, ...]:
    """The steps that were written down; none for what cannot be read."""
    try:
        operations = read_operations(moved)
    except DateProblem:
        return ()
    return tuple(found for found in map(_step, operations) if found is not None)


def _step(operation: Operation) -> Step | None:
    match operation:
        case Restart(on):
            return Step("restart", on=_day(on))
        case Suspend(after, through):
            return Step("suspend", on=after, through=through)
        case Extend(value):
            return Step("extend", days=value)
        case AtLeast(on, value):
            return Step("least", on=_day(on), days=value)
        case _:
            return None


def _day(on: date | datetime) -> date:
    return local_date(on) if isinstance(on, datetime) else on


def _operation(step: Step) -> Operation:
    if step.kind == "extend" or step.on is None:
        return Extend(step.days, EXTENDED)
    if step.kind == "restart":
        return Restart(step.on, CORRECTED)
    if step.kind == "least":
        return AtLeast(step.on, step.days, CORRECTED)
    return Suspend(step.on, step.through, ASKED)
