"""Policies: one event in, at most one command to a case out, named as a sentence; a second delivery changes nothing.

A restatement is the same happening judged again: what it gives cause for has been done already.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson
import structlog

from shared.domain.corrections import EntryVoided, VoidEntry
from shared.domain.kind import BadField, Command, RuleBroken
from shared.engine.consumer import Consumer
from shared.engine.execute import Asked, Engine, KeyReused, NotFound, system
from shared.engine.genuine import stored_event, strangeness
from shared.engine.parking import UNREADABLE, parked
from shared.eventlog.envelope import Trace, decode, read_type, short_type
from shared.eventlog.port import EventLog, Logged
from shared.storage.port import CaseReader, NoteStore, Parking, PositionStore

MOST_DEPTH = 8
REFUSED = "policy-refused:"
log = structlog.get_logger("policy")


@dataclass(frozen=True, slots=True)
class Reaction:
    """The command a policy gives, and the case it is for (None: it opens one of ``kind``).

    ``of``: it is for each case of ``kind`` that earlier events of that one gave cause for.
    """

    kind: str
    case: str | None
    command: Command
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """``name`` is a sentence (``WhenMessageNeglectedIssueSupervision``); ``on`` the event types, ``service.Type``.

    ``react`` reads the event's data through a tolerant model of its own and returns the reaction, or None. ``moot`` are
    the refusals that say that nothing is left to do: they are no trouble to anybody. ``undoes``: when an entry is voided,
    what it gave cause for in other files is voided too; a case that it opened is given ``ends``.
    """

    name: str
    on: tuple[str, ...]
    topics: tuple[str, ...]
    react: Callable[[Mapping[str, Any]], Reaction | None]
    moot: tuple[str, ...] = ()
    undoes: bool = False
    ends: Command | None = None


class Reading(NamedTuple):
    """What a policy reads, under which name, and what it does with a batch: harmless when given the same again."""

    name: str
    topics: tuple[str, ...]
    take: Callable[[Sequence[Logged]], Awaitable[None]]


class PolicyRunner:
    """Runs one service's policies, each as a consumer of its own; ``files`` are the case files of each service by name."""

    def __init__(
        self,
        policies: Sequence[Policy],
        engine: Engine,
        eventlog: EventLog,
        positions: PositionStore,
        notes: NoteStore,
        files: Mapping[str, CaseReader],
    ) -> None:
        self.readings = tuple(reading_of(policy, engine, positions, notes, files) for policy in policies)
        self.consumers = [Consumer(r.name, r.topics, eventlog, positions, r.take) for r in self.readings]

    async def run_once(self) -> int:
        """One batch for every policy. A policy that fails keeps no other from its batch; then the failure is raised."""
        outcomes = await asyncio.gather(*(consumer.run_once() for consumer in self.consumers), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return sum(outcome for outcome in outcomes if isinstance(outcome, int))


def reading_of(
    policy: Policy, engine: Engine, parking: Parking, notes: NoteStore, files: Mapping[str, CaseReader]
) -> Reading:
    """A policy of the engine's service as a reading; ``parking`` keeps what it cannot take, ``notes`` what a rule refused."""
    name = f"policy:{engine.service}.{policy.name}"
    return Reading(name, policy.topics, _Reacting(name, policy, engine, parking, notes, files).take)


@dataclass(frozen=True, slots=True)
class _Reacting:
    """One policy at work, under the name by which it reads."""

    name: str
    policy: Policy
    engine: Engine
    parking: Parking
    notes: NoteStore
    files: Mapping[str, CaseReader]

    async def take(self, records: Sequence[Logged]) -> None:
        read: list[tuple[Logged, dict[str, Any]]] = []
        wanted = self._undoing | set(self.policy.on)
        for record in records:
            try:
                event = decode(record.value)
                if short_type(event["type"]) in wanted:
                    read.append((record, event))
            except UNREADABLE as problem:
                await self.parking.park(parked(self.name, record, None, str(problem)))
        for (record, event), why in zip(read, await strangeness(read, self.files), strict=True):
            if why is None:
                await self._take(record, event)
            else:
                await self.parking.park(parked(self.name, record, event, f"{event['id']}: {why}"))

    @property
    def _undoing(self) -> frozenset[str]:
        """The events by which entries that gave cause are voided."""
        services = {name.partition(".")[0] for name in self.policy.on} if self.policy.undoes else ()
        return frozenset(f"{service}.{EntryVoided.event_name}" for service in services)

    async def _take(self, record: Logged, event: Mapping[str, Any]) -> None:
        policy = self.policy
        try:
            if short_type(event["type"]) in self._undoing:
                await self._undo(record, event)
                return
            if event["data"].get("restates"):
                return
            reaction = policy.react(event)
        except UNREADABLE as problem:
            await self.parking.park(parked(self.name, record, event, str(problem)))
            return
        if reaction is None:
            return
        depth = int(event.get("causationdepth", 0)) + 1
        command_id = f"{event['id']}:{policy.name}"
        if depth > MOST_DEPTH:
            await self._refused(record, event, "policy.depth", f"策略链超过 {MOST_DEPTH} 层")
            return
        trace = Trace(event["correlationid"], event["id"], depth)
        if reaction.of is None:
            await self._give(record, event, reaction, reaction.case, system(reaction.command, command_id, trace))
            return
        for child in await self._begun_before(reaction.kind, reaction.of, event["id"]):
            asked = system(reaction.command, f"{command_id}:{child}", trace)
            await self._give(record, event, reaction, child, asked)

    async def _begun_before(self, kind: str, parent: str, event: str) -> list[str]:
        """The cases that events of ``parent`` before this one gave cause for: a second delivery finds no later ones."""
        cases, earlier = self.engine.stores.cases, set[str]()
        for stored in await cases.events(parent):
            id_ = decode(stored.body)["id"]
            if id_ == event:
                break
            earlier.add(id_)
        found = []
        for child in await self.engine.children(self.engine.kind(kind), parent):
            if decode((await cases.events(child.id))[0].body)["causationid"] in earlier:
                found.append(child.id)
        return found

    async def _undo(self, record: Logged, event: Mapping[str, Any]) -> None:
        """Undoes what the entries that ``event`` voids gave cause for, in the files that the policy led to."""
        files = self.files[service_of(event["type"])]
        for voided in event["data"]["voids"]:
            cause = await _first_told(files, voided)
            reaction = self.policy.react(cause) if cause and short_type(cause["type"]) in self.policy.on else None
            if cause is None or reaction is None:
                continue
            for case, command in await self._undone(cause, reaction):
                trace = Trace(event["correlationid"], event["id"], int(event.get("causationdepth", 0)) + 1)
                asked = system(command, f"{event['id']}:{self.policy.name}:{voided}:{case}", trace)
                await self._give(record, event, replace(reaction, command=command), case, asked)

    async def _undone(self, cause: Mapping[str, Any], reaction: Reaction) -> list[tuple[str, Command]]:
        """For each case in which ``cause`` left something that still stands, the command that undoes it."""
        cases, kind = self.engine.stores.cases, self.engine.kind(reaction.kind)
        led_to = (
            [reaction.case] if reaction.case else [c.id for c in await self.engine.children(kind, cause["subject"])]
        )
        found: list[tuple[str, Command]] = []
        for case in led_to:
            file = [decode(stored.body) for stored in await cases.events(case)]
            gone = {target for one in file for target in one["data"].get("voids", ())}
            caused = [one["id"] for one in file if one["causationid"] == cause["id"] and one["id"] not in gone]
            if caused and caused[0] == file[0]["id"]:
                found += [(case, self.policy.ends)] if self.policy.ends else []
            elif caused:
                found.append((case, VoidEntry(events=tuple(caused), reason=f"依据的登记 {cause['id']} 已作废")))
        return found

    async def _give(
        self, record: Logged, event: Mapping[str, Any], reaction: Reaction, case: str | None, asked: Asked
    ) -> None:
        policy = self.policy
        try:
            await self.engine.execute(self.engine.kind(reaction.kind), case, [asked])
        except RuleBroken as broken:
            if broken.code in policy.moot:
                return
            await self._refused(record, event, broken.code, broken.message.zh)
        except BadField as bad:
            await self._refused(record, event, "bad_field", f"{bad.field}: {bad.message.zh}")
        except NotFound:
            await self._refused(record, event, "not_found", "案卷不存在")
        except KeyReused:
            # Given before, by a release that worded it differently: its effect stands.
            log.info("policy command given before", policy=policy.name)

    async def _refused(self, record: Logged, event: Mapping[str, Any], code: str, reason: str) -> None:
        policy = self.policy
        note = {"policy": policy.name, "event": event["id"], "case": event["subject"], "code": code, "reason": reason}
        await self.notes.set_note(f"{REFUSED}{policy.name}:{event['id']}", orjson.dumps(note))
        # An isolated case is named in no log; the note tells the county office which it is.
        named = None if record.topic.endswith(".restricted") else event["id"]
        log.warning("policy refused", policy=policy.name, event_id=named, code=code)


async def _first_told(files: CaseReader, event_id: str) -> Mapping[str, Any] | None:
    """An event of the files, or the one that it restates: that one gave cause."""
    stored = await stored_event(files, event_id)
    found = decode(stored.body) if stored else None
    earlier = found["data"].get("restates") if found else None
    return await _first_told(files, earlier) if earlier else found


def reaction_types(policies: Sequence[Policy]) -> set[str]:
    """All event types that policies look at."""
    return {name for policy in policies for name in policy.on}


def service_of(full_type: str) -> str:
    """The service that leaves events of a full type."""
    return read_type(full_type)[0]
