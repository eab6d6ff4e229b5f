"""A case's history as law reads it: voids skipped, restatements in their place, clocks run, verdicts judged. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from shared.domain.corrections import OverdueRevoked
from shared.domain.deadline import Clock, Due, due
from shared.domain.kind import CaseKind, Event, Recorded, Stamp, Verdict, judge
from shared.domain.workdays import Calendar

MISSES_AT_ONCE = 2000


class Draft(NamedTuple):
    """An event with the instant it happened, before it has a place in the file."""

    event: Event
    happened: datetime


def is_miss(event: Event) -> bool:
    """Whether the engine made this verdict because nothing was done by the due date."""
    return isinstance(event, Verdict) and event.done is None


def effective(history: Sequence[Recorded]) -> list[Recorded]:
    """The live records in the order in which they count: voided ones gone, the rest in the order in which they happened.

    Of what happened at the same instant a miss comes first, then what was recorded first; a restatement counts as
    recorded where the restated one was. What a voided record had itself voided is not revived.
    """
    voided = {target for record in history for target in record.event.voids}
    slot: dict[str, int] = {}
    live: list[tuple[datetime, bool, int, int, Recorded]] = []
    for place, record in enumerate(history):
        mine = slot.get(record.event.restates or "", place)
        slot[record.stamp.id] = mine
        if record.stamp.id not in voided:
            live.append((record.stamp.happened, not is_miss(record.event), mine, place, record))
    live.sort(key=lambda item: item[:4])
    return [item[4] for item in live]


def fold(kind: CaseKind[Any], records: Iterable[Recorded]) -> Any:
    """The state after ``records``, which are effective."""
    state = kind.initial
    for record in records:
        state = kind.evolve(state, record.event, record.stamp)
    return state


def dues_of(clocks: Iterable[Clock], calendar: Calendar) -> dict[str, tuple[date | None, str]]:
    """The running clocks: id -> (due date, final | provisional); None while suspended without end."""
    found: dict[str, tuple[date | None, str]] = {}
    for clock in clocks:
        if clock.ended is None:
            when = due(clock, calendar)
            found[clock.id] = (when.on, when.status) if when else (None, "provisional")
    return found


def shown_due(clocks: Sequence[Clock], dues: Mapping[str, tuple[date | None, str]], calendar: Calendar) -> date | None:
    """When an open file is due: the soonest of its running clocks (``dues``), or the day that was missed last where only
    a watch still runs."""
    duties = [clock for clock in clocks if not clock.watch]
    if not any(clock.ended is None for clock in duties):
        missed = [when.on for clock in duties if clock.ended == "missed" and (when := due(clock, calendar)) is not None]
        if missed:
            return max(missed)
    return min((on for on, _ in dues.values() if on is not None), default=None)


def next_miss(clocks: Iterable[Clock], calendar: Calendar) -> tuple[datetime, Clock, Due] | None:
    """The running clock that will be missed first: (instant of the miss, clock, due)."""
    first: tuple[datetime, str, Clock, Due] | None = None
    for clock in clocks:
        if clock.ended is None:
            when = due(clock, calendar)
            if when is not None and (first is None or (when.missed_at, clock.id) < first[:2]):
                first = (when.missed_at, clock.id, clock, when)
    return (first[0], first[2], first[3]) if first else None


def run_clocks(kind: CaseKind[Any], state: Any, upto: datetime, calendar: Calendar) -> tuple[Any, list[Draft]]:
    """Misses every clock that was due before ``upto``, in due order: the state after them and their events."""
    misses: list[Draft] = []
    while (found := next_miss(kind.clocks(state), calendar)) is not None and found[0] <= upto:
        missed_at, clock, when = found
        if len(misses) >= MISSES_AT_ONCE:
            raise RuntimeError(f"clock {clock.id} of a {kind.name} does not end when it is missed")
        event = kind.missed(state, clock, judge(clock, when, None))
        state = kind.evolve(state, event, Stamp("", 0, missed_at, missed_at, "system"))
        misses.append(Draft(event, missed_at))
    return state, misses


@dataclass(frozen=True, slots=True)
class Corrections:
    """What must change so that the live verdicts are the lawful ones.

    ``orphans`` are events that rest on what did not happen: verdicts on clocks that were never started, and what the kind
    says cannot stand.
    """

    revoked: tuple[str, ...]
    restated: tuple[tuple[str, Draft], ...]
    added: tuple[Draft, ...]
    orphans: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything must change."""
        return bool(self.revoked or self.restated or self.added)


def reconcile(kind: CaseKind[Any], history: Sequence[Recorded], through: datetime, calendar: Calendar) -> Corrections:
    """Runs what happened once more, in the order in which it happened, and compares what follows with what is on file.

    ``through`` is the instant up to which clocks are run. A verdict whose due date, outcome and content stand is left
    alone even when the calendar has moved on. What the kind calls moot in the end is revoked like a verdict too many.
    """
    live = effective(history)
    acts = [record for record in live if not is_miss(record.event)]
    state: Any = kind.initial
    expected: list[Draft] = []
    restated: list[tuple[str, Draft]] = []
    moot: list[Recorded] = []
    orphans: list[str] = []
    for record in acts:
        state, misses = run_clocks(kind, state, record.stamp.happened, calendar)
        expected += misses
        event = record.event
        if kind.stands is not None and not kind.stands(state, event):
            orphans.append(record.stamp.id)
        if isinstance(event, OverdueRevoked) and _met(kind, state, event.clock):
            moot.append(record)
            continue
        if isinstance(event, Verdict):
            if all(clock.id != event.clock for clock in kind.clocks(state)):
                orphans.append(record.stamp.id)
            event = _judged_again(kind, state, record, calendar)
        elif kind.restate is not None:
            event = kind.restate(state, event, record.stamp)
        if _content(event) != _content(record.event):
            restated.append((record.stamp.id, Draft(event, record.stamp.happened)))
        state = kind.evolve(state, event, record.stamp)
    state, misses = run_clocks(kind, state, through, calendar)
    moot += moot_of(kind, state, acts)
    expected = _charged(expected + misses, [r.event for r in live if isinstance(r.event, OverdueRevoked)])
    on_file = [record for record in live if is_miss(record.event)]
    return replace(_compare(expected, on_file, restated, moot), orphans=tuple(orphans))


def moot_of(kind: CaseKind[Any], state: Any, records: Iterable[Recorded]) -> list[Recorded]:
    """The records of whose cause nothing is left in the state at the end."""
    return [r for r in records if kind.moot is not None and kind.moot(state, r.event, r.stamp)]


def _charged(misses: list[Draft], revocations: list[OverdueRevoked]) -> list[Draft]:
    """The misses without the revoked ones. Another calendar moves a revoked miss to another day: the nearest is it."""
    charged = list(misses)
    for revoked in revocations:
        same = [miss for miss in charged if _verdict(miss.event).clock == revoked.clock]
        if same:
            charged.remove(min(same, key=lambda miss: abs(_verdict(miss.event).due - revoked.due)))
    return charged


def _judged_again(kind: CaseKind[Any], state: Any, record: Recorded, calendar: Calendar) -> Event:
    event = _verdict(record.event)
    clock = next((c for c in kind.clocks(state) if c.id == event.clock), None)
    when = due(clock, calendar) if clock else None
    if clock is None or when is None:
        return event
    fields = judge(clock, when, event.done, record.stamp.happened)
    if clock.ended in ("missed", "cancelled"):
        fields["met"] = False
    judged = event.model_copy(update=dict(fields))
    return kind.restate(state, judged, record.stamp) if kind.restate is not None else judged


def _met(kind: CaseKind[Any], state: Any, clock: str) -> bool:
    """Whether the clock was met after all, so that there was nothing to revoke."""
    return any(each.id == clock and each.ended == "met" for each in kind.clocks(state))


def _compare(
    expected: list[Draft], on_file: list[Recorded], restated: list[tuple[str, Draft]], moot: list[Recorded]
) -> Corrections:
    waiting = list(on_file)
    unmatched: list[Draft] = []
    for draft in expected:
        same = next((r for r in waiting if _content(r.event) == _content(draft.event)), None)
        if same is not None:
            waiting.remove(same)
        else:
            unmatched.append(draft)
    added: list[Draft] = []
    for draft in unmatched:
        verdict = _verdict(draft.event)
        old = next(
            (
                r
                for r in waiting
                if _verdict(r.event).clock == verdict.clock and r.event.event_name == verdict.event_name
            ),
            None,
        )
        if old is not None:
            waiting.remove(old)
            restated.append((old.stamp.id, draft))
        else:
            added.append(draft)
    return Corrections(tuple(r.stamp.id for r in (*waiting, *moot)), tuple(restated), tuple(added))


def _verdict(event: Event) -> Verdict:
    if not isinstance(event, Verdict):
        raise TypeError(f"{event.event_name} is no verdict")
    return event


_BESIDE = frozenset({"calendar", "clocks", "voids", "restates", "flags", "origin", "operations"})


def _content(event: Event) -> tuple[str, dict[str, object]]:
    """What makes two verdicts the same: all but the calendar they were given under and what the file adds."""
    return event.event_name, {name: value for name, value in event if name not in _BESIDE}
