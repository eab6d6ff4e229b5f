"""`gongkai parked`: the events that a consumer could not take, and giving them to it again (重投)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from services.assessment.facts import CONSUMER, Projector
from services.operations.names import name_of
from services.runtime import Runtime, distinct
from shared.domain.directory import SYSTEM
from shared.domain.kind import BadField
from shared.domain.text import Text
from shared.engine.policy import reading_of
from shared.eventlog.envelope import NotAnEvent, decode
from shared.eventlog.port import Logged
from shared.storage.port import Parked, Parking, PositionStore

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
    """``gongkai parked list``: ``{parked: [{consumer, topic, partition, offset, event, type, department, name, reason}]}``."""
    return {"parked": [_shown(runtime, one) for _, one in await _found(runtime, consumer, event)]}


async def redrive(runtime: Runtime, consumer: str | None = None, event: str | None = None) -> dict[str, Any]:
    """``gongkai parked redrive``: each event goes through its consumer once more; what is taken leaves the list.

    What cannot be taken stays, with the reason of this time. Given twice or cut off in the middle it changes nothing
    that it should not. ``{redriven: [… as listed, taken], taken, left}``. Raises ``StoreAway``, and ``BadField`` for an
    event or consumer of which nothing is parked.
    """
    found = await _found(runtime, consumer, event)
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
            place: dict[str, str | int] = {
                "consumer": one.consumer,
                "topic": one.topic,
                "partition": one.partition,
                "offset": one.offset,
            }
            await runtime.audit.record(SYSTEM, "parked_redriven", one.event or "", detail=place)
        reason = one.reason if refused is None else refused
        redriven.append(_shown(runtime, one) | {"reason": reason, "taken": refused is None})
    taken = sum(one["taken"] for one in redriven)
    return {"redriven": redriven, "taken": taken, "left": len(redriven) - taken}


async def _again(runtime: Runtime, store: PositionStore, parked: Parked) -> str | None:
    """Gives an event to its consumer; why it was not taken, or None."""
    again = Again(store)
    take = _take_of(runtime, again, parked.consumer)
    if take is None:
        reason = "本版本没有这个读者 / this release has no such consumer"
        await again.park(replace(parked, reason=reason))
        return reason
    # The key is only asked for its department, where the event cannot be read.
    key = f"{runtime.settings.region}/{parked.department or ''}"
    await take([Logged(parked.topic, parked.partition, parked.offset, key, parked.body)])
    return again.refused.reason if again.refused is not None else None


def _take_of(runtime: Runtime, parking: Parking, consumer: str) -> Take | None:
    if consumer == CONSUMER:
        return Projector(runtime.stores.facts, parking).take
    for service in runtime.services.values():
        for policy in service.declared.policies:
            reading = reading_of(policy, service.engine, parking, service.stores.notes)
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
        "consumer": parked.consumer,
        "topic": parked.topic,
        "partition": parked.partition,
        "offset": parked.offset,
        "event": parked.event,
        "type": type_,
        "department": parked.department,
        "name": name_of(runtime, parked.department),
        "reason": parked.reason,
    }
