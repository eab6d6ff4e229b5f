"""Commands on one case file turned into the records of one commit: settle, decide, evolve, reconcile. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from shared.domain.corrections import (
    COMMON_EVENTS,
    ClockChange,
    DeadlineRecomputed,
    EntryVoided,
    OverdueRevoked,
    RevokeOverdue,
    VerdictRevised,
    VoidEntry,
)
from shared.domain.deadline import Clock, due
from shared.domain.directory import SYSTEM, Actor, Directory
from shared.domain.kind import (
    BadField,
    CaseKind,
    CaseView,
    ClockMove,
    Command,
    Context,
    Event,
    Recorded,
    RuleBroken,
    Stamp,
    Summary,
)
from shared.domain.localtime import local_date, start_of
from shared.domain.text import Text
from shared.domain.workdays import Calendar
from shared.engine.history import (
    Corrections,
    Draft,
    dues_of,
    effective,
    fold,
    is_miss,
    moot_of,
    next_miss,
    reconcile,
    run_clocks,
    shown_due,
)
from shared.engine.ladder import in_working_hours, next_sending, sending_time

BACKDATED_AFTER = timedelta(days=1)
MOST_EVENTS = 1000
MOST_OF_CITIZENS = 900
FILE = Text("一案一档：每个案卷最多 1000 条事件", "One case, one file: at most 1,000 events a file")
LARGE_FILE = Text("一案一档：该案卷已达存储上限", "One case, one file: this file is as large as the store can hold")
Dues = Mapping[str, tuple[date | None, str]]


class HistoryNeeded(Exception):
    """The path taken needs the whole history; load it and try again."""


@dataclass(slots=True)
class CaseFile:
    """A case as loaded: what is stored beside its events.

    ``records`` gives the events to the paths that need them all; it raises ``HistoryNeeded`` while they are not loaded.
    ``refolded``: the state was made anew, so that the stored ``dues`` may be those of another fold.
    """

    id: str
    number: int
    version: int = 0
    state: Any = None
    dues: dict[str, tuple[date | None, str]] = field(default_factory=dict)
    through: datetime | None = None
    opened: datetime | None = None
    calendar: int = 0
    imported: bool = False
    refolded: bool = False
    records: Callable[[], list[Recorded]] = list


@dataclass(frozen=True, slots=True)
class Given:
    """One command with who gives it and when it took place (aware UTC)."""

    command: Command
    actor: Actor
    happened: datetime
    origin: Literal["import"] | None = None
    writer: str | None = None
    counted: Any = None


class Batch:
    """Takes commands one after the other; ``new`` are the records to append, ``state`` what they fold to."""

    def __init__(
        self,
        kind: CaseKind[Any],
        file: CaseFile,
        *,
        now: datetime,
        calendar: Calendar,
        directory: Directory,
        settings: Mapping[str, Any],
        cases: Mapping[str, CaseView] | None = None,
    ) -> None:
        self.kind, self.file, self.now = kind, file, now
        self.calendar, self.directory, self.settings, self.cases = calendar, directory, settings, cases or {}
        self.new: list[Recorded] = []
        self.state: Any = kind.initial if file.version == 0 else file.state
        self.clocks: tuple[Clock, ...] = kind.clocks(self.state)
        self._told = None if file.refolded else self.clocks
        self.dues: dict[str, tuple[date | None, str]] = dict(file.dues)
        self.through = file.through
        self.opened = file.opened
        self.imported = file.imported

    # -- what comes in ---------------------------------------------------------------------------------------------

    def recompute(self) -> None:
        """Settles a file that was last settled under an older calendar: moved dates and verdicts, each by event."""
        if self.file.version == 0 or self.file.calendar == self.calendar.version:
            return
        before = dict(self.dues)
        after = dues_of(self.clocks, self.calendar)
        department = self.summary.department
        for clock, (old, status) in sorted(before.items()):
            new = after.get(clock)
            if new is not None and new != (old, status):
                event = DeadlineRecomputed(
                    department=department,
                    clock=clock,
                    old=old,
                    new=new[0],
                    status="final" if new[1] == "final" else "provisional",
                    calendar=self.calendar.version,
                )
                self._append(Draft(event, self.now), SYSTEM, None)
        self._apply(reconcile(self.kind, self._all(), self._through(), self.calendar), explain=True)

    def give(self, given: Given) -> None:
        """Decides one command. Raises ``RuleBroken`` or ``BadField``; then nothing of it is kept."""
        happened = self._placed(given.happened)
        if isinstance(given.command, VoidEntry):
            self._void(given.command, given, happened)
            return
        if isinstance(given.command, RevokeOverdue):
            self._revoke(given.command, given, happened)
            return
        if self.through is None or happened >= self.through:
            self.settle(happened)
            events = self.kind.decide(self.state, given.command, self._context(given, happened))
            for event in events:
                self._append(Draft(self._marked(event, given, happened), happened), given.actor, given.origin)
            if any(event.voids for event in events):
                self._apply(reconcile(self.kind, self._all(), self._through(), self.calendar), explain=True)
        else:
            self._give_late(given, happened)

    def rehearse(self, given: Given) -> None:
        """Decides an opening command and keeps nothing. Raises as ``give`` does."""
        happened = self._placed(given.happened)
        self.kind.decide(self.state, given.command, self._context(given, happened))

    def settle(self, upto: datetime) -> None:
        """Misses every clock that was due before ``upto``."""
        day = local_date(upto)
        if all(on is None or on > day for on, _ in self.dues.values()):
            return
        _, misses = run_clocks(self.kind, self.state, upto, self.calendar)
        for miss in misses:
            self._append(miss, SYSTEM, "import" if self.imported else None)

    def remind(self) -> None:
        """Sends the rungs of the ladder that are due, oldest first, in working hours only."""
        if self.kind.reminders is None or self.kind.remind is None or not in_working_hours(self.calendar, self.now):
            return
        while (rung := self._next_rung()) is not None and rung[0] <= self.now:
            self._append(Draft(self.kind.remind(self.state, rung[1]), self.now), SYSTEM, None)

    # -- what goes out ---------------------------------------------------------------------------------------------

    @property
    def summary(self) -> Summary:
        """What lists show of the case after this batch."""
        return self.kind.summary(self.state)

    @property
    def due(self) -> date | None:
        """The day by which lists go: the soonest of the running clocks; of an open file whose duties were all missed, the
        last of those days."""
        return shown_due(self.clocks, self.dues, self.calendar) if self.summary.open else None

    def next_due(self) -> datetime | None:
        """When a timer must look at the file next: the next miss or rung."""
        miss = next_miss(self.clocks, self.calendar)
        rung = self._next_rung()
        sending = next_sending(self.calendar, max(rung[0], self.now)) if rung else None
        moments = [m for m in (miss[0] if miss else None, sending) if m]
        return min(moments, default=None)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _placed(self, happened: datetime) -> datetime:
        """The instant of a command: not after now, not before receipt; a bare date of the day of receipt is receipt."""
        happened = happened.astimezone(UTC)
        if happened > self.now:
            raise BadField("happened", Text("发生时间不得晚于现在", "it cannot have happened after now"))
        if self.opened is not None and happened < self.opened:
            day = local_date(self.opened)
            if happened == start_of(day):
                return self.opened
            raise BadField(
                "happened", Text("发生时间不得早于收件时间", "it cannot have happened before the case was received")
            )
        return happened

    def _give_late(self, given: Given, happened: datetime) -> None:
        """A command recorded after later things: decided on the file as it stood, then every verdict is looked at again."""
        history = self._all()
        later = {
            r.stamp.id
            for r in history
            if (is_miss(r.event) or isinstance(r.event, OverdueRevoked)) and r.stamp.happened > happened
        }
        base = fold(self.kind, [r for r in effective(history) if r.stamp.id not in later])
        events = self.kind.decide(base, given.command, self._context(given, happened))
        if not events:
            return
        drafts = [Draft(self._marked(event, given, happened), happened) for event in events]
        tentative = [self._record(d, given.actor, given.origin, i) for i, d in enumerate(drafts)]
        corrections = reconcile(self.kind, history + tentative, self._through(), self.calendar)
        first = drafts[0].event
        drafts[0] = Draft(first.model_copy(update={"voids": (*first.voids, *corrections.revoked)}), happened)
        before = dict(self.dues)
        for draft in drafts:
            self.new.append(self._record(draft, given.actor, given.origin))
        self._apply(
            Corrections((), corrections.restated, corrections.added), explain=bool(corrections.restated), before=before
        )

    def _void(self, command: VoidEntry, given: Given, happened: datetime) -> None:
        if happened != given.happened or happened < self._through():
            happened = max(happened, self._through())
        history = self._all()
        by_id = {r.stamp.id: r for r in history}
        gone = {target for r in history for target in r.event.voids}
        for target in command.events:
            record = by_id.get(target)
            if record is None:
                raise BadField("events", Text(f"本案没有事件 {target}", f"this case has no event {target}"))
            if target in gone:
                raise self._refused("void.already", f"事件 {target} 已作废", f"event {target} is void already")
            if record.stamp.sequence == 1:
                raise self._refused("void.opening", "收件事件不能作废", "the opening event cannot be undone")
            if is_miss(record.event):
                raise self._refused(
                    "void.overdue", "逾期认定请用“撤销逾期”", "an overdue is taken back with revoke-overdue"
                )
            if isinstance(record.event, COMMON_EVENTS):
                raise self._refused("void.correction", "更正类事件不能作废", "a correction cannot itself be undone")
            if self.kind.may_void is not None and not self.kind.may_void(self.state, record.event):
                title = record.event.event_title
                raise self._refused("void.forbidden", f"“{title.zh}”不能作废", f"“{title.en}” cannot be undone")
        event = EntryVoided(department=self.summary.department, voids=command.events, reason=command.reason)
        tentative = self._record(Draft(event, happened), given.actor, given.origin)
        corrections = reconcile(self.kind, [*history, tentative], self._through(), self.calendar)
        before = reconcile(self.kind, history, self._through(), self.calendar).orphans if corrections.orphans else ()
        if orphans := [event for event in corrections.orphans if event not in before]:
            which = "、".join(orphans)
            raise self._refused(
                "void.depended_on", f"请先作废以它为依据的事件：{which}", f"undo first what rests on it: {which}"
            )
        dues = dict(self.dues)
        after = dues_of(self.kind.clocks(fold(self.kind, effective([*history, tentative]))), self.calendar)
        moved = tuple(
            ClockChange(clock=clock, old=dues.get(clock, (None,))[0], new=after.get(clock, (None,))[0])
            for clock in sorted(dues.keys() | after.keys())
            if dues.get(clock, (None,))[0] != after.get(clock, (None,))[0]
        )
        revised = (*corrections.revoked, *(old for old, _ in corrections.restated))
        event = event.model_copy(update={"moved": moved, "revised": revised})
        self.new.append(self._record(Draft(event, happened), given.actor, given.origin))
        self._apply(corrections, explain=corrections.any, before=dues)

    def _revoke(self, command: RevokeOverdue, given: Given, happened: datetime) -> None:
        happened = max(happened, self._through())
        record = next((r for r in effective(self._all()) if r.stamp.id == command.event), None)
        if record is None or not is_miss(record.event):
            raise BadField("event", Text("不是本案有效的逾期认定", "not a live overdue of this case"))
        event = OverdueRevoked(
            department=record.event.department,
            voids=(command.event,),
            clock=getattr(record.event, "clock"),  # noqa: B009 - every miss is a Verdict
            due=getattr(record.event, "due"),  # noqa: B009
            reason=command.reason,
        )
        before = dict(self.dues)
        self.new.append(self._record(Draft(event, happened), given.actor, given.origin))
        live = effective(self._all())
        moot = tuple(r.stamp.id for r in moot_of(self.kind, fold(self.kind, live), live))
        self._apply(Corrections(moot, (), ()), explain=True, before=before)

    def _refused(self, code: str, zh: str, en: str) -> RuleBroken:
        return RuleBroken(code, Text(zh, en), Text("登记更正规则", "Rules on correcting entries"))

    def _apply(self, corrections: Corrections, *, explain: bool, before: Dues | None = None) -> None:
        """Appends corrections, folds the whole file anew and notes on the last record which clocks moved."""
        before = dict(self.dues) if before is None else before
        restating: list[str] = []
        for old, draft in corrections.restated:
            event = draft.event.model_copy(update={"voids": (old,), "restates": old, "clocks": ()})
            self.new.append(self._record(Draft(event, draft.happened), SYSTEM, self._origin()))
            restating.append(self.new[-1].stamp.id)
        for draft in corrections.added:
            self.new.append(self._record(draft, SYSTEM, self._origin()))
        if explain and corrections.any:
            event = VerdictRevised(
                department=self.summary.department,
                voids=(*corrections.revoked, *(old for old, _ in corrections.restated)),
                restated=tuple(restating),
                calendar=self.calendar.version,
            )
            self.new.append(self._record(Draft(event, self.now), SYSTEM, self._origin()))
        self.state = fold(self.kind, effective(self._all()))
        self.clocks = self._told = self.kind.clocks(self.state)
        self.dues = dues_of(self.clocks, self.calendar)
        if self.new and (moves := _moves(before, self.dues)):
            last = self.new[-1]
            told = {move.clock: move for move in (*last.event.clocks, *moves)}
            clocks = tuple(told[clock] for clock in sorted(told))
            self.new[-1] = Recorded(last.event.model_copy(update={"clocks": clocks}), last.stamp)

    def _append(self, draft: Draft, actor: Actor, origin: Literal["import"] | None) -> None:
        """One record in order: evolve, and note which clocks moved."""
        stamp = self._stamp(draft, actor, origin)
        self.state = self.kind.evolve(self.state, draft.event, stamp)
        added: dict[str, Any] = {} if draft.event.origin == origin else {"origin": origin}
        clocks = self.kind.clocks(self.state)
        if clocks != self._told:
            after = dues_of(clocks, self.calendar)
            if moves := _moves(self.dues, after):
                added["clocks"] = moves
            self.clocks, self._told, self.dues = clocks, clocks, after
        self.new.append(Recorded(draft.event.model_copy(update=added) if added else draft.event, stamp))

    def _record(self, draft: Draft, actor: Actor, origin: Literal["import"] | None, ahead: int = 0) -> Recorded:
        stamp = self._stamp(draft, actor, origin, ahead)
        event = draft.event if draft.event.origin == origin else draft.event.model_copy(update={"origin": origin})
        return Recorded(event, stamp)

    def _stamp(self, draft: Draft, actor: Actor, origin: Literal["import"] | None, ahead: int = 0) -> Stamp:
        sequence = self.file.version + len(self.new) + 1 + ahead
        # What the engine itself must record (a miss, a restatement) always finds room.
        most = MOST_EVENTS if actor.posts else MOST_OF_CITIZENS
        if not actor.system and sequence > most:
            raise RuleBroken("case.full", FILE, FILE)
        if self.opened is None:
            self.opened, self.imported = draft.happened, origin == "import"
        if self.through is None or draft.happened > self.through:
            self.through = draft.happened
        return Stamp(f"{self.file.id}/{sequence}", sequence, draft.happened, self.now, actor.subject, origin)

    def _marked(self, event: Event, given: Given, happened: datetime) -> Event:
        late = given.origin is None and self.now - happened > BACKDATED_AFTER
        return event.model_copy(update={"flags": (*event.flags, "backdated")}) if late else event

    def _context(self, given: Given, happened: datetime) -> Context:
        return Context(
            case=self.file.id,
            number=self.file.number,
            now=self.now,
            happened=happened,
            today=local_date(happened),
            actor=given.actor,
            calendar=self.calendar,
            directory=self.directory,
            settings=self.settings,
            cases=self.cases,
            origin=given.origin,
            writer=given.writer,
            counted=given.counted,
        )

    def _next_rung(self) -> tuple[datetime, Any] | None:
        if self.kind.reminders is None or self.imported:
            return None
        clocks = {clock.id: clock for clock in self.clocks}
        found = []
        for reminder in self.kind.reminders(self.state):
            clock = clocks.get(reminder.clock)
            when = due(clock, self.calendar) if clock else None
            if when is not None:
                found.append((sending_time(self.calendar, when.on, reminder.offset), reminder.rung, reminder))
        first = min(found, key=lambda item: item[:2], default=None)
        return (first[0], first[2]) if first else None

    def _origin(self) -> Literal["import"] | None:
        return "import" if self.imported else None

    def _all(self) -> list[Recorded]:
        return [*self.file.records(), *self.new]

    def _through(self) -> datetime:
        return self.through or self.now


def _moves(before: Dues, after: Dues) -> tuple[ClockMove, ...]:
    moved = [
        ClockMove(clock=c, due=d, provisional=d is not None and status == "provisional")
        for c, (d, status) in after.items()
        if before.get(c) != (d, status)
    ]
    ended = [ClockMove(clock=c, due=None) for c in before if c not in after]
    return tuple(sorted((*moved, *ended), key=lambda m: m.clock))
