"""A small case kind with every clock operation, a second kind that a policy opens, and the policies between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from shared.domain.clockless import no_clocks, no_miss
from shared.domain.corrections import OverdueRevoked
from shared.domain.deadline import Clock, Extend, NotBefore, Operation, Suspend
from shared.domain.kind import (
    CaseKind,
    Command,
    Context,
    Event,
    Reminder,
    RuleBroken,
    Stamp,
    Summary,
    Verdict,
    VerdictFields,
    attribute,
    command,
    event,
    field,
)
from shared.domain.localtime import local_date
from shared.domain.permission import SYSTEM_MAY, anywhere
from shared.domain.text import Text
from shared.engine.policy import Policy, Reaction

BASIS = Text("办事规则第一条", "Rules of the house, Art. 1")
CLERKS = anywhere("clerk")
LIMITS: Mapping[str, int] = {"simple": 3, "hard": 10}
Ended = Literal["met", "missed", "cancelled"]


# -- events ------------------------------------------------------------------------------------------------------------


@event("MatterOpened", Text("事项受理", "Matter opened"))
class MatterOpened(Event):
    """事项受理."""

    mark: str = attribute(Text("标记", "Mark"), scored=True)


@event("MatterTouched", Text("事项办理", "Matter touched"))
class MatterTouched(Event):
    """事项办理: something was done."""

    mark: str = attribute(Text("标记", "Mark"), scored=True)


@event("MatterSorted", Text("事项分类", "Matter sorted"))
class MatterSorted(Event):
    """事项分类: another class, another limit."""

    sort: str = attribute(Text("类别", "Class"), scored=True)


@event("MatterPaused", Text("期限中止", "Clock paused"))
class MatterPaused(Event):
    """期限中止."""


@event("MatterResumed", Text("期限恢复", "Clock resumed"))
class MatterResumed(Event):
    """期限恢复."""


@event("MatterExtended", Text("期限延长", "Clock extended"))
class MatterExtended(Event):
    """期限延长."""

    days: int = attribute(Text("工作日", "Working days"), scored=True)


@event("MatterFinished", Text("事项办结", "Matter finished"))
class MatterFinished(Verdict):
    """事项办结."""

    mark: str = attribute(Text("标记", "Mark"), scored=True)


@event("MatterOverdue", Text("事项逾期", "Matter overdue"))
class MatterOverdue(Verdict):
    """事项逾期."""


@event("FollowUpNoted", Text("回访登记", "Follow-up noted"))
class FollowUpNoted(Event):
    """回访登记: the follow-up of this matter was opened."""

    follow_up: str = attribute(Text("回访", "Follow-up"), scored=True)


@event("MatterReminded", Text("催办", "Reminded"))
class MatterReminded(Event):
    """催办."""

    rung: str = attribute(Text("档次", "Rung"))


# -- commands ----------------------------------------------------------------------------------------------------------


def _mark() -> Any:
    return field(Text("标记", "Mark"), help=Text("任意。", "Anything."), default="")


def _plain(zh: str, en: str, *, opens: bool = False, system: bool = False) -> Any:
    return command(
        Text(zh, en),
        help=Text(f"{zh}。", f"{en}."),
        basis=BASIS,
        allowed=(SYSTEM_MAY,) if system else (CLERKS,),
        opens=opens,
    )


@_plain("受理事项", "Open a matter", opens=True)
class OpenMatter(Command):
    """Opens a matter."""

    department: str = field(Text("单位", "Department"), help=Text("承办单位。", "Who handles it."))
    mark: str = _mark()


@_plain("办理", "Touch")
class TouchMatter(Command):
    """Does something about an unfinished matter."""

    mark: str = _mark()


@_plain("分类", "Sort")
class SortMatter(Command):
    """Puts the matter into another class."""

    sort: str = field(Text("类别", "Class"), help=Text("simple 或 hard。", "simple or hard."))


@_plain("中止", "Pause")
class PauseMatter(Command):
    """Stops the clock."""


@_plain("恢复", "Resume")
class ResumeMatter(Command):
    """Lets the clock run again."""


@_plain("延长", "Extend")
class ExtendMatter(Command):
    """Gives more time, twice at most."""

    days: int = field(Text("工作日", "Working days"), help=Text("1 至 20。", "1 to 20."), ge=1, le=20)


@_plain("办结", "Finish")
class FinishMatter(Command):
    """Ends the matter."""

    mark: str = _mark()


@_plain("登记回访", "Note the follow-up", system=True)
class NoteFollowUp(Command):
    """Notes which follow-up belongs to the matter."""

    follow_up: str = field(Text("回访", "Follow-up"), help=Text("回访编号。", "Its id."))


# -- state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter; ``started`` None is one that does not exist yet."""

    department: str = ""
    started: date | None = None
    sort: str = "simple"
    sorted_on: date | None = None
    paused: date | None = None
    spans: tuple[tuple[date, date], ...] = ()
    extensions: tuple[int, ...] = ()
    touched: int = 0
    finished: date | None = None
    ended: Ended | None = None
    follow_ups: tuple[str, ...] = ()
    reminded: tuple[str, ...] = ()


def _refuse(code: str, zh: str, en: str) -> RuleBroken:
    return RuleBroken(code, Text(zh, en), BASIS)


def _unfinished(state: Matter) -> None:
    if state.finished is not None:
        raise _refuse("matter.finished", "事项已办结", "the matter is finished")


def open_matter(state: Matter, command: OpenMatter, context: Context) -> list[Event]:
    """受理."""
    return [MatterOpened(department=command.department, mark=command.mark)]


def touch_matter(state: Matter, command: TouchMatter, context: Context) -> list[Event]:
    """办理."""
    _unfinished(state)
    return [MatterTouched(department=state.department, mark=command.mark)]


def sort_matter(state: Matter, command: SortMatter, context: Context) -> list[Event]:
    """分类: the same class again changes nothing."""
    _unfinished(state)
    return [] if command.sort == state.sort else [MatterSorted(department=state.department, sort=command.sort)]


def pause_matter(state: Matter, command: PauseMatter, context: Context) -> list[Event]:
    """中止."""
    _unfinished(state)
    if state.paused is not None:
        raise _refuse("matter.paused", "期限已中止", "the clock stands still already")
    return [MatterPaused(department=state.department)]


def resume_matter(state: Matter, command: ResumeMatter, context: Context) -> list[Event]:
    """恢复."""
    _unfinished(state)
    if state.paused is None or context.today < state.paused:
        raise _refuse("matter.running", "期限未中止", "the clock is running")
    return [MatterResumed(department=state.department)]


def extend_matter(state: Matter, command: ExtendMatter, context: Context) -> list[Event]:
    """延长: before it is overdue."""
    _unfinished(state)
    if state.ended is not None or len(state.extensions) == 2:
        raise _refuse("matter.extended", "不能再延长", "no more time can be given")
    return [MatterExtended(department=state.department, days=command.days)]


def finish_matter(state: Matter, command: FinishMatter, context: Context) -> list[Event]:
    """办结: a paused clock must run again first."""
    _unfinished(state)
    (clock,) = clocks(state)
    return [MatterFinished(department=state.department, mark=command.mark, **context.verdict(clock))]


def note_follow_up(state: Matter, command: NoteFollowUp, context: Context) -> list[Event]:
    """登记回访."""
    return [FollowUpNoted(department=state.department, follow_up=command.follow_up)]


def evolve(state: Matter, event: Event, stamp: Stamp) -> Matter:
    """The state after an event."""
    day = local_date(stamp.happened)
    match event:
        case MatterOpened():
            return replace(state, department=event.department, started=day)
        case MatterTouched():
            return replace(state, touched=state.touched + 1)
        case MatterSorted():
            return replace(state, sort=event.sort, sorted_on=day)
        case MatterPaused():
            return replace(state, paused=state.paused or day)
        case MatterResumed() if state.paused is not None:
            return replace(state, paused=None, spans=(*state.spans, (state.paused, max(day, state.paused))))
        case MatterExtended():
            return replace(state, extensions=(*state.extensions, event.days))
        case MatterFinished():
            return replace(state, finished=day, ended=state.ended or ("met" if event.met else None))
        case MatterOverdue():
            return replace(state, ended=state.ended or "missed")
        case OverdueRevoked():
            return replace(state, ended=state.ended or "cancelled")
        case FollowUpNoted():
            return replace(state, follow_ups=(*state.follow_ups, event.follow_up))
        case MatterReminded():
            return replace(state, reminded=(*state.reminded, event.rung))
    return state


def clocks(state: Matter) -> tuple[Clock, ...]:
    """One clock from receipt on; sorting never makes it due before the day of sorting."""
    if state.started is None:
        return ()
    operations: list[Operation] = [Suspend(after, through) for after, through in state.spans]
    if state.paused is not None:
        operations.append(Suspend(state.paused, None))
    operations += [Extend(days) for days in state.extensions]
    if state.sorted_on is not None:
        operations.append(NotBefore(state.sorted_on))
    return (
        Clock(
            id="finish",
            rule=f"matter.{state.sort}@1",
            title=Text("办结", "Finish"),
            basis=BASIS,
            start=state.started,
            amount=LIMITS[state.sort],
            unit="wd",
            operations=tuple(operations),
            ended=state.ended,
        ),
    )


def missed(state: Matter, clock: Clock, verdict: VerdictFields) -> Event:
    """逾期."""
    return MatterOverdue(department=state.department, **verdict)


def reminders(state: Matter) -> tuple[Reminder, ...]:
    """One rung the working day before, one the day after, while unfinished."""
    if state.finished is not None:
        return ()
    rungs = (("before-1", -1), ("after-1", 1))
    return tuple(Reminder("finish", rung, offset) for rung, offset in rungs if rung not in state.reminded)


def remind(state: Matter, reminder: Reminder) -> Event:
    """催办."""
    return MatterReminded(department=state.department, rung=reminder.rung)


def summary(state: Matter) -> Summary:
    """For lists."""
    return Summary(
        "open" if state.finished is None else "finished",
        state.department,
        received=state.started,
        open=state.finished is None,
        columns={"touched": state.touched},
    )


STATUSES = {"open": Text("在办", "Open"), "finished": Text("办结", "Finished")}
MATTER: CaseKind[Matter] = CaseKind(
    name="matter",
    service="messages",
    collection="matters",
    title=Text("事项", "Matter"),
    prefix="T",
    number="事项〔{year}〕{n}号",
    statuses=STATUSES,
    initial=Matter(),
    state_type=Matter,
    events=(
        MatterOpened,
        MatterTouched,
        MatterSorted,
        MatterPaused,
        MatterResumed,
        MatterExtended,
        MatterFinished,
        MatterOverdue,
        FollowUpNoted,
        MatterReminded,
    ),
    commands={
        OpenMatter: open_matter,
        TouchMatter: touch_matter,
        SortMatter: sort_matter,
        PauseMatter: pause_matter,
        ResumeMatter: resume_matter,
        ExtendMatter: extend_matter,
        FinishMatter: finish_matter,
        NoteFollowUp: note_follow_up,
    },
    evolve=evolve,
    clocks=clocks,
    missed=missed,
    summary=summary,
    reminders=reminders,
    remind=remind,
)


# -- the kind that a policy opens --------------------------------------------------------------------------------------


@event("FollowUpOpened", Text("回访", "Follow-up opened"))
class FollowUpOpened(Event):
    """回访: opened by a policy when a matter is finished."""

    matter: str = attribute(Text("事项", "Matter"), scored=True)


@_plain("开始回访", "Open a follow-up", opens=True, system=True)
class OpenFollowUp(Command):
    """Opens the follow-up of a matter."""

    department: str = field(Text("单位", "Department"), help=Text("承办单位。", "Who handles it."))
    matter: str = field(Text("事项", "Matter"), help=Text("事项编号。", "Its id."))


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up."""

    department: str = ""
    matter: str = ""


def open_follow_up(state: FollowUp, command: OpenFollowUp, context: Context) -> list[Event]:
    """开始回访."""
    return [FollowUpOpened(department=command.department, matter=command.matter)]


def _evolve_follow_up(state: FollowUp, event: Event, stamp: Stamp) -> FollowUp:
    return FollowUp(event.department, event.matter) if isinstance(event, FollowUpOpened) else state


FOLLOW_UP: CaseKind[FollowUp] = CaseKind(
    name="follow_up",
    service="requests",
    collection="follow-ups",
    title=Text("回访", "Follow-up"),
    prefix="F",
    number="回访〔{year}〕{n}号",
    statuses=STATUSES,
    initial=FollowUp(),
    state_type=FollowUp,
    events=(FollowUpOpened,),
    commands={OpenFollowUp: open_follow_up},
    evolve=_evolve_follow_up,
    clocks=no_clocks,
    missed=no_miss,
    summary=lambda state: Summary("open", state.department, parent=state.matter),
)


def _open_follow_up(event: Mapping[str, Any]) -> Reaction:
    return Reaction("follow_up", None, OpenFollowUp(department=event["data"]["department"], matter=event["subject"]))


def _note_follow_up(event: Mapping[str, Any]) -> Reaction:
    return Reaction("matter", event["data"]["matter"], NoteFollowUp(follow_up=event["subject"]))


WHEN_FINISHED = Policy(
    "WhenMatterFinishedOpenFollowUp", ("messages.MatterFinished",), ("gongkai.messages",), _open_follow_up
)
WHEN_FOLLOWED = Policy("WhenFollowUpOpenedNoteIt", ("requests.FollowUpOpened",), ("gongkai.requests",), _note_follow_up)
