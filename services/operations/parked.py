"""`gongkai parked`: the events that a consumer could not take; giving them to it again (重投), closing them (核销)."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from services.assessment.facts import CONSUMER
from services.operations.names import name_of
from services.operations.problems import OperationRefused
from services.runtime import Runtime, case_files, distinct
from shared.domain.directory import SYSTEM
from shared.domain.kind import BadField
from shared.domain.text import Text
from shared.engine.genuine import strangeness
from shared.engine.policy import reading_of
from shared.engine.verify import place_of
from shared.eventlog.envelope import NotAnEvent, decode, event_id
from shared.eventlog.port import TOPICS, Logged
from shared.security.audit import LONGEST_REASON
from shared.storage.port import Parked, Parking, PositionStore

LOG = "log"
"""The consumer under which a record stands that no consumer parked."""
_PLACE = re.compile(r"([a-z.-]+)/([0-9]{1,9})@([0-9]{1,18})")
Take = Callable[[Sequence[Logged]], Awaitable[None]]


class Again:
    """``Parking`` for what is given again: what is parked once more keeps its place and has the new reason."""

    def __init__(self, store: PositionStore) -> None:
        self._store = store
        self.refused: Parked | None = None

    async def park(self, parked: Parked) -> None:
        self.refused = parked
        await self._store.repark(parked)


async def list_parked(runtime: Runtime, consumer: str | None = None, event: str | None = None) -> dict[str, Any]:
    """``gongkai parked list``: ``{parked: [{consumer, topic, partition, offset, event, type, department, name, reason,
    dismissed}]}``."""
    return {"parked": [_shown(runtime, one) for _, one in await _found(runtime, consumer, event)]}


async def redrive(runtime: Runtime, consumer: str | None = None, event: str | None = None) -> dict[str, Any]:
    """``gongkai parked redrive``: each event goes through its consumer once more; what is taken leaves the list.

    What was dismissed is given again only where its event is named. What cannot be taken stays, with the reason of this
    time. Given twice or cut off in the middle it changes nothing
    that it should not. ``{redriven: [… as listed, taken], taken, left}``. Raises ``StoreAway``, and ``BadField`` for an
    event or consumer of which nothing is parked.
    """
    found = [(store, one) for store, one in await _found(runtime, consumer, event) if event or one.dismissed is None]
    if not found and (consumer or event):
        raise BadField(
            "event" if event else "consumer",
            Text(f"没有搁置的事件：{event or consumer}", f"nothing is parked of {event or consumer}"),
        )
    redriven: list[dict[str, Any]] = []
    for store, one in found:
        refused = await _again(runtime, store, one)
        if refused is None:
            await store.unpark(one.consumer, one.topic, one.partition, one.offset)
            await runtime.audit.record(SYSTEM, "parked_redriven", one.event or "", detail=_where(one))
        reason = one.reason if refused is None else refused
        redriven.append(_shown(runtime, one) | {"reason": reason, "taken": refused is None})
    taken = sum(one["taken"] for one in redriven)
    return {"redriven": redriven, "taken": taken, "left": len(redriven) - taken}


async def dismiss(runtime: Runtime, which: str, reason: str, consumer: str | None = None) -> dict[str, Any]:
    """``gongkai parked dismiss``: what is parked under an event id, or at a place of the log, is closed for a reason.

    It stays on the list as dismissed and is no alarm any more. A record that nobody reads, or that was not parked, is put
    on the list by its place. An event that its case file holds is not dismissed from the facts: the score would lack it
    in silence. ``{dismissed: [… as listed]}``. Raises ``BadField`` naming the argument, ``OperationRefused``.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadField(
            "reason",
            Text(
                f"请写明核销的理由，不超过 {LONGEST_REASON} 字",
                f"say for what reason, in up to {LONGEST_REASON} characters",
            ),
        )
    place = _PLACE.fullmatch(which)
    found = [
        (store, one)
        for store, one in await _found(runtime, consumer, None)
        if which in (one.event, place_of(_record(runtime, one)))
    ]
    if not found and place is not None and consumer is None:
        found = [(runtime.stores.positions, await _unread(runtime, place[1], int(place[2]), int(place[3])))]
    if not found:
        raise BadField("id", Text(f"没有搁置的事件：{which}", f"nothing is parked of {which}"))
    for _, one in found:
        if one.consumer in (CONSUMER, LOG) and await _genuine(runtime, one):
            raise OperationRefused(
                f"{which} 是案卷中的事件，核销后考核会缺少它；请消除原因后用 gongkai parked redrive 重投",
                f"{which} is an event of a case file; dismissed, the score would lack it. Mend the cause, then run "
                "gongkai parked redrive",
            )
    for store, one in found:
        await store.park(one)
        await store.dismiss(replace(one, dismissed=reason))
        await runtime.audit.record(SYSTEM, "parked_dismissed", one.event or "", reason=reason, detail=_where(one))
    return {"dismissed": [_shown(runtime, replace(one, dismissed=reason)) for _, one in found]}


async def _unread(runtime: Runtime, topic: str, partition: int, offset: int) -> Parked:
    """A record of the log that is on no list. Raises ``BadField`` where there is none."""
    known = topic in TOPICS and partition < await runtime.eventlog.partitions(topic)
    records = await runtime.eventlog.read(topic, partition, offset, 1) if known else []
    if not records or records[0].offset != offset:
        place = f"{topic}/{partition}@{offset}"
        raise BadField("id", Text(f"日志中没有这个位置：{place}", f"the log has no such place: {place}"))
    value = records[0].value
    reason = "陌生记录 / a strange record"
    return Parked(LOG, topic, partition, offset, event_id(value), records[0].key.rpartition("/")[2], reason, value)


async def _genuine(runtime: Runtime, parked: Parked) -> bool:
    """Whether a case file holds the event, byte for byte, for that topic."""
    try:
        event = decode(parked.body)
    except NotAnEvent:
        return False
    return await strangeness([(_record(runtime, parked), event)], case_files(runtime.services)) == [None]


def _record(runtime: Runtime, parked: Parked) -> Logged:
    """The record as it was read. Its key is only asked for its department, where the event cannot be read."""
    key = f"{runtime.settings.region}/{parked.department or ''}"
    return Logged(parked.topic, parked.partition, parked.offset, key, parked.body)


def _where(parked: Parked) -> dict[str, str | int]:
    return {
        "consumer": parked.consumer,
        "topic": parked.topic,
        "partition": parked.partition,
        "offset": parked.offset,
    }


async def _again(runtime: Runtime, store: PositionStore, parked: Parked) -> str | None:
    """Gives an event to its consumer; why it was not taken, or None."""
    again = Again(store)
    take = _take_of(runtime, again, parked.consumer)
    if take is None:
        reason = "本版本没有这个读者 / this release has no such consumer"
        await again.park(replace(parked, reason=reason))
        return reason
    await take([_record(runtime, parked)])
    return again.refused.reason if again.refused is not None else None


def _take_of(runtime: Runtime, parking: Parking, consumer: str) -> Take | None:
    if consumer == CONSUMER:
        return runtime.projector(runtime.stores.facts, parking).take
    for service in runtime.services.values():
        for policy in service.declared.policies:
            reading = reading_of(policy, service.engine, parking, service.stores.notes, case_files(runtime.services))
            if reading.name == consumer:
                return reading.take
    return None


async def _found(runtime: Runtime, consumer: str | None, event: str | None) -> list[tuple[PositionStore, Parked]]:
    return [
        (store, one)
        for store in distinct(service.stores.positions for service in runtime.services.values())
        for one in await store.parked(consumer)
        if event is None or one.event == event
    ]


def _shown(runtime: Runtime, parked: Parked) -> dict[str, Any]:
    try:
        type_ = decode(parked.body)["type"]
    except NotAnEvent:
        type_ = None
    return {
        **_where(parked),
        "event": parked.event,
        "type": type_,
        "department": parked.department,
        "name": name_of(runtime, parked.department),
        "reason": parked.reason,
        "dismissed": parked.dismissed,
    }
