"""A citizen's message (网民留言) as its events leave it: the folded file, and the clocks that run in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from services.messages.message_events import (
    CoHandlerAdded,
    ConfidentialityRequested,
    DiversionAccepted,
    DivertedToPetition,
    DivertedToRequest,
    ExtensionDenied,
    ExtensionGranted,
    ExtensionRequested,
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
    CLOCK_TITLES,
    EXTENSION_GRANTED,
    NOT_BEFORE_CLASSIFICATION,
    RETURNED_AND_REASSIGNED,
    TIME_LIMITS,
    Category,
    CategoryOrNone,
)
from shared.domain.changed import changed
from shared.domain.corrections import OverdueRevoked
from shared.domain.deadline import Clock, Extend, NotBefore, Operation, Restart
from shared.domain.directory import OFFICE as COUNTY_OFFICE
from shared.domain.kind import Event, Stamp
from shared.domain.localtime import local_date
from shared.domain.text import Text

Status = Literal[
    "received",
    "accepted",
    "assigned",
    "return_requested",
    "handling",
    "drafted",
    "office_review",
    "approved",
    "answered",
    "rated",
    "archived",
    "declined",
    "diverted_petition",
    "diverted_request",
    "erased",
]
STATUSES: Mapping[str, Text] = {
    "received": Text("待受理", "Received"),
    "accepted": Text("已受理", "Accepted"),
    "assigned": Text("已转办", "Assigned"),
    "return_requested": Text("申请退件", "Return requested"),
    "handling": Text("办理中", "In hand"),
    "drafted": Text("待审核", "Waiting for approval"),
    "office_review": Text("待县政府办审核", "Waiting for the county office"),
    "approved": Text("已审签待发", "Approved, to be sent"),
    "answered": Text("已回复", "Answered"),
    "rated": Text("已评价", "Rated"),
    "archived": Text("已归档", "Archived"),
    "declined": Text("不予受理", "Declined"),
    "diverted_petition": Text("转信访", "Diverted to petition"),
    "diverted_request": Text("转依申请公开", "Diverted to request"),
    "erased": Text("信息已删除", "Erased"),
}
OPEN: frozenset[str] = frozenset(
    ("received", "accepted", "assigned", "return_requested", "handling", "drafted", "office_review", "approved")
)
REVIEW: frozenset[str] = frozenset(("drafted", "office_review", "approved"))
DONE: frozenset[str] = frozenset(("answered", "rated"))
DIVERTED: frozenset[str] = frozenset(("diverted_petition", "diverted_request"))

Ended = Literal["met", "missed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that moved a reply clock: a day for restart and not-before, working days for an extension."""

    kind: Literal["restart", "extend", "not_before"]
    on: date | None = None
    days: int = 0


@dataclass(frozen=True)
class ReplyClock:
    """The time for one reply: the first, or one after a rework (``reply-2``)."""

    id: str
    category: CategoryOrNone
    start: date
    amount: int
    steps: tuple[Step, ...] = ()
    ended: Ended | None = None
    done: date | None = None


@dataclass(frozen=True)
class Message:
    """The folded file. Strings that stand for the writer's words or data are vault references."""

    status: Status = "received"
    department: str = COUNTY_OFFICE
    received: date | None = None
    last_step: datetime | None = None
    claimed: Category | None = None
    category: CategoryOrNone = "unclassified"
    target: int | None = None
    writer: str | None = None
    title: str | None = None
    text: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    identity: str | None = None
    meant: str | None = None
    confidential: bool = False
    quarantined: bool = False
    accused: str | None = None
    assigned_on: date | None = None
    returned: bool = False
    returns: int = 0
    co_handlers: tuple[str, ...] = ()
    extended: int = 0
    extension_asked: int = 0
    extension_by: str | None = None
    draft: str | None = None
    drafter: str | None = None
    approver: str | None = None
    office_approved: bool = False
    clocks: tuple[ReplyClock, ...] = ()
    neglect_months: int = 3
    neglect_ended: Ended | None = None
    reminded: tuple[str, ...] = ()
    supervised: int = 0
    reply: str | None = None
    answered: date | None = None
    satisfied: bool | None = None
    publication: Literal["undecided", "published", "withheld"] = "undecided"
    published_on: date | None = None
    published_title: str | None = None
    published_question: str | None = None
    published_reply: str | None = None
    explanation: str | None = None
    taken_over: bool = False
    taken_over_as: str | None = None
    erased: bool = False


def evolve(state: Message, event: Event, stamp: Stamp) -> Message:
    """The file after ``event``. Takes any event in any order and never raises; unknown ones change nothing."""
    match event:
        case MessageReceived():
            first = ReplyClock("reply", "unclassified", event.received, event.limit)
            return changed(
                state,
                last_step=stamp.latest_step(state.last_step),
                department=event.department,
                received=event.received,
                claimed=event.claimed,
                confidential=event.confidential,
                neglect_months=event.neglect_months,
                clocks=(first,),
                title=event.title,
                text=event.text,
                name=event.name,
                phone=event.phone,
                email=event.email,
                address=event.address,
                identity=event.identity,
                meant=event.meant,
                writer=event.writer,
            )
        case MessageAccepted():
            return changed(state, last_step=stamp.latest_step(state.last_step), status="accepted")
        case MessageDeclined():
            return _ended_early(_stepped(state, stamp), "declined", event.explanation)
        case MessageClassified():
            return _classified(_stepped(state, stamp), event.category, event.limit, event.target, event.not_before)
        case MessageReclassified():
            return _classified(_stepped(state, stamp), event.category, event.limit, event.target, event.not_before)
        case MessageQuarantined():
            return _quarantined(state, event, stamp)
        case MessageAssigned():
            moved = _stepping(state, Step("restart", on=local_date(stamp.happened))) if event.restarts else state
            return changed(
                moved,
                last_step=stamp.latest_step(state.last_step),
                status="assigned",
                department=event.department,
                assigned_on=local_date(stamp.happened),
                returned=False,
                co_handlers=tuple(unit for unit in state.co_handlers if unit != event.department),
            )
        case ReturnRequested():
            return changed(
                state,
                last_step=stamp.latest_step(state.last_step),
                status="return_requested",
                returns=state.returns + 1,
            )
        case ReturnGranted():
            return changed(
                state,
                last_step=stamp.latest_step(state.last_step),
                status="accepted",
                department=COUNTY_OFFICE,
                assigned_on=None,
                returned=True,
                extension_asked=0,
                extension_by=None,
            )
        case ReturnDenied():
            return changed(state, last_step=stamp.latest_step(state.last_step), status="assigned")
        case CoHandlerAdded():
            return changed(state, co_handlers=(*state.co_handlers, event.co_handler))
        case InvestigationRecorded():
            return changed(state, status="handling" if state.status == "assigned" else state.status)
        case ExtensionRequested():
            return changed(
                state,
                status="handling" if state.status == "assigned" else state.status,
                extension_asked=event.days,
                extension_by=stamp.actor,
            )
        case ExtensionGranted():
            moved = _stepping(state, Step("extend", days=event.days), event.clock)
            return changed(moved, extended=state.extended + event.days, extension_asked=0, extension_by=None)
        case ExtensionDenied():
            return changed(state, extension_asked=0, extension_by=None)
        case ReplyDrafted():
            return changed(
                state,
                last_step=stamp.latest_step(state.last_step),
                status="drafted",
                draft=event.reply,
                drafter=stamp.actor,
            )
        case ReplySentBack():
            return changed(_without_draft(_stepped(state, stamp)), status="handling")
        case ReplyApproved():
            if event.stage == "office":
                return changed(
                    state, last_step=stamp.latest_step(state.last_step), status="approved", office_approved=True
                )
            waits = state.category == "difficult"
            return changed(
                state,
                last_step=stamp.latest_step(state.last_step),
                status="office_review" if waits else "approved",
                approver=stamp.actor,
            )
        case ReplySent():
            return _replied(_stepped(state, stamp), event, stamp)
        case ReplyOverdue():
            return _ending(state, event.clock, "missed")
        case MessageNeglected():
            return changed(state, neglect_ended=state.neglect_ended or "missed")
        case OverdueRevoked():
            if event.clock == NEGLECT:
                return changed(state, neglect_ended=state.neglect_ended or "cancelled")
            return _ending(state, event.clock, "cancelled")
        case ReplyPublished():
            return changed(
                state,
                publication="published",
                published_on=local_date(stamp.happened),
                published_title=event.published_title,
                published_question=event.published_question,
                published_reply=event.published_reply,
            )
        case ReplyWithheld():
            return changed(
                state,
                publication="withheld",
                published_on=None,
                published_title=None,
                published_question=None,
                published_reply=None,
            )
        case RatingGiven():
            rated = state.status in DONE
            return changed(state, status="rated" if rated else state.status, satisfied=event.satisfied)
        case ReworkOrdered():
            again = ReplyClock(event.clock, state.category, event.started, event.limit)
            return changed(
                _without_draft(_stepped(state, stamp)),
                status="handling",
                clocks=(*state.clocks, again),
                satisfied=None,
                publication="undecided",
            )
        case ReminderSent():
            return changed(state, reminded=(*state.reminded, f"{event.clock}/{event.rung}"))
        case SupervisionIssued():
            return changed(state, supervised=state.supervised + 1)
        case DivertedToPetition():
            return _ended_early(_stepped(state, stamp), "diverted_petition", event.explanation)
        case DivertedToRequest():
            return _ended_early(_stepped(state, stamp), "diverted_request", event.explanation)
        case DiversionAccepted():
            return changed(
                state, last_step=stamp.latest_step(state.last_step), taken_over=True, taken_over_as=event.taken_over_as
            )
        case ConfidentialityRequested():
            return changed(state, confidential=True)
        case MessageArchived():
            return changed(state, last_step=stamp.latest_step(state.last_step), status="archived")
        case SubjectErased():
            return _erased(state)
        case _:
            return state


def _stepped(state: Message, stamp: Stamp) -> Message:
    return changed(state, last_step=stamp.latest_step(state.last_step))


def _with(state: Message, clock: ReplyClock) -> Message:
    return changed(state, clocks=tuple(clock if c.id == clock.id else c for c in state.clocks))


def moved(clock: ReplyClock, step: Step) -> ReplyClock:
    return changed(clock, steps=(*clock.steps, step))


def _stepping(state: Message, step: Step, clock: str | None = None) -> Message:
    """Moves the running clock (only if it is ``clock``, where that is named); an ended one stands."""
    running = running_clock(state)
    if running is None or clock not in (None, running.id):
        return state
    return _with(state, moved(running, step))


def _ending(state: Message, clock: str, how: Ended) -> Message:
    """Ends a clock; one that has ended stays as it ended."""
    found = next((c for c in state.clocks if c.id == clock and c.ended is None), None)
    return state if found is None else _with(state, changed(found, ended=how))


def _classified(state: Message, category: Category, limit: int, target: int | None, not_before: date | None) -> Message:
    """The category with its limit on the running clock; the review goes the way of the new category."""
    running = running_clock(state)
    if running is not None:
        steps = running.steps if not_before is None else (*running.steps, Step("not_before", on=not_before))
        state = _with(state, changed(running, category=category, amount=limit, steps=steps))
    status = state.status
    if status == "approved" and category == "difficult" and not state.office_approved:
        status = "office_review"
    elif status == "office_review" and category != "difficult":
        status = "approved"
    return changed(state, status=status, category=category, target=target)


def _quarantined(state: Message, event: MessageQuarantined, stamp: Stamp) -> Message:
    """Isolated: another holder, no co-handlers, and nothing left that was prepared before."""
    state = changed(
        state, department=event.department, quarantined=True, accused=event.accused, meant=None, co_handlers=()
    )
    if state.status not in OPEN:
        return state
    office = event.department == COUNTY_OFFICE
    return changed(
        _without_draft(state),
        status="accepted" if office else "assigned",
        assigned_on=None if office else local_date(stamp.happened),
        returned=False,
    )


def _without_draft(state: Message) -> Message:
    return changed(state, draft=None, drafter=None, approver=None, office_approved=False)


def _replied(state: Message, event: ReplySent, stamp: Stamp) -> Message:
    done = local_date(stamp.happened)
    clocks = tuple(
        changed(c, done=done, ended=c.ended or ("met" if event.met else None)) if c.id == event.clock else c
        for c in state.clocks
    )
    return changed(
        state,
        status="answered",
        clocks=clocks,
        neglect_ended=state.neglect_ended or "met",
        reply=event.reply,
        answered=done,
        satisfied=None,
        extension_asked=0,
        extension_by=None,
    )


def _ended_early(state: Message, status: Status, explanation: str | None) -> Message:
    """Over without a reply: the clocks that run are cancelled."""
    clocks = tuple(changed(c, ended=c.ended or "cancelled") for c in state.clocks)
    return changed(
        state,
        status=status,
        clocks=clocks,
        neglect_ended=state.neglect_ended or "cancelled",
        explanation=explanation,
        extension_asked=0,
        extension_by=None,
    )


def _erased(state: Message) -> Message:
    """The writer's words and data are gone; a message still open ends."""
    ended = _ended_early(state, "erased", state.explanation) if state.status in OPEN else state
    return changed(
        ended,
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
    )


# -- clocks -----------------------------------------------------------------------------------------------------------

NEGLECT = "neglect"


def clocks(state: Message) -> tuple[Clock, ...]:
    """Every clock of the file, ended ones too: one for each reply, and the watch over neglect."""
    if state.received is None:
        return ()
    return (*map(clock_of, state.clocks), _watch(state.received, state.neglect_months, state.neglect_ended))


def running_clock(state: Message) -> ReplyClock | None:
    """The reply clock that runs."""
    return next((clock for clock in state.clocks if clock.ended is None), None)


@lru_cache(maxsize=4096)
def clock_of(clock: ReplyClock) -> Clock:
    """The clock as the engine runs it; the same object for the same clock, so that comparing costs nothing."""
    return Clock(
        id=clock.id,
        rule=f"message.{clock.category}@1",
        title=CLOCK_TITLES[clock.category],
        basis=TIME_LIMITS,
        start=clock.start,
        amount=clock.amount,
        unit="wd",
        operations=tuple(_operation(step) for step in clock.steps),
        ended=clock.ended,
    )


@lru_cache(maxsize=4096)
def _watch(received: date, months: int, ended: Ended | None) -> Clock:
    return Clock(
        id=NEGLECT,
        rule="message.neglect@1",
        title=CLOCK_TITLES[NEGLECT],
        basis=TIME_LIMITS,
        start=received,
        amount=months,
        unit="m",
        ended=ended,
        watch=True,
    )


def _operation(step: Step) -> Operation:
    if step.kind == "extend" or step.on is None:
        return Extend(step.days, EXTENSION_GRANTED)
    if step.kind == "restart":
        return Restart(step.on, RETURNED_AND_REASSIGNED)
    return NotBefore(step.on, NOT_BEFORE_CLASSIFICATION)
