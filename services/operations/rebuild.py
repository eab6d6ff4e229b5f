"""`gongkai rebuild assessment`: facts from the log's start, beside the live ones, and one switch at the end."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from services.assessment.facts import CONSUMER, TOPICS, Projector
from services.desk import facts_digest
from services.operations.problems import OperationRefused
from services.runtime import Runtime
from shared.domain.directory import SYSTEM
from shared.domain.text import Text
from shared.engine.genuine import stored_event
from shared.eventlog.envelope import event_id
from shared.eventlog.scan import scan
from shared.storage.port import FactStore, Parked

MOST_NAMED = 20


class Found:
    """``Parking`` for a rebuild: what cannot be taken is kept apart until the switch."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, int, int], Parked] = {}

    async def park(self, parked: Parked) -> None:
        self.places[(parked.topic, parked.partition, parked.offset)] = parked


class FactTopics:
    """The facts' topics, read on from where it stands; knows all it has read, by id and content."""

    def __init__(self, runtime: Runtime) -> None:
        self._log = runtime.eventlog
        self.next: dict[tuple[str, int], int] = {}
        self.read: set[tuple[str | None, int]] = set()

    async def on(self, projector: Projector) -> None:
        """To the end of each topic."""
        for topic in TOPICS:
            for partition in range(await self._log.partitions(topic)):
                place = (topic, partition)
                async for records in scan(self._log, topic, partition, self.next.get(place, 0)):
                    await projector.take(records)
                    self.read.update((event_id(record.value), hash(record.value)) for record in records)
                    self.next[place] = records[-1].offset + 1


async def rebuild(runtime: Runtime, talk: Callable[[Text], None]) -> dict[str, Any]:
    """Builds all facts anew from the log and makes them the live ones; the live ones are used and added to meanwhile.

    ``{events, digest, seconds, equal, added, removed, changed, parked, differences}``: ``events`` facts with their
    ``digest``; against the live ones ``added``, ``removed`` and ``changed`` facts, the first of them in
    ``differences`` as ``{event, difference}``; ``parked`` events could not be taken. Killed anywhere before the switch,
    the live facts stay, and it is simply run again. Raises ``OperationRefused`` (the log lacks events), ``LogReset``, ``LogAway``, ``StoreAway``,
    ``RebuildOvertaken``; then the live facts stay too.
    """
    began = time.monotonic()
    # Also the proof that the log is the one that was read: a position that does not fit stops here.
    await runtime.settle_down()
    live = runtime.stores.facts
    fresh = await live.begin()
    found, reading = Found(), FactTopics(runtime)
    talk(Text("正在从日志重建考核事实……", "rebuilding the facts from the log …"))
    projector = runtime.projector(fresh, found)
    await reading.on(projector)
    added, removed, changed = await _compared(live, fresh)
    if added or removed:
        # What came meanwhile stands in one of them only for the moment.
        await runtime.settle_down()
        await reading.on(projector)
        added -= {event async for event, _ in live.digests()}
        removed -= {event async for event, _ in fresh.digests()}
    lacking = await _lacking(runtime, removed, reading)
    if lacking:
        named = "、".join(lacking[:MOST_NAMED]) + ("……" if len(lacking) > MOST_NAMED else "")
        raise OperationRefused(
            f"日志缺少案卷中已有的事件 {len(lacking)} 条（{named}）；请先运行 gongkai republish，再重建",
            f"the log lacks {len(lacking)} events that case files hold ({named}); run gongkai republish first, then rebuild",
        )
    events, digest = await fresh.count(), await facts_digest(fresh.digests())
    built_to = dict(reading.next)
    await _park(runtime, found)
    await live.switch(fresh)
    # Whoever looked before the switch inserted into the old facts; all that is in the log by now.
    await reading.on(runtime.projector(live, runtime.stores.positions))
    await _unpark(runtime, found, built_to)
    await runtime.audit.record(SYSTEM, "rebuilt", CONSUMER, detail={"events": events, "digest": digest})
    differences = [*_named(added, "added"), *_named(removed, "removed"), *_named(changed, "changed")]
    return {
        "events": events,
        "digest": digest,
        "seconds": round(time.monotonic() - began, 3),
        "equal": not differences,
        "added": len(added),
        "removed": len(removed),
        "changed": len(changed),
        "parked": len(found.places),
        "differences": differences[:MOST_NAMED],
    }


async def _compared(live: FactStore, fresh: FactStore) -> tuple[set[str], set[str], set[str]]:
    """(only among the fresh facts, only among the live ones, different in the two)."""
    kept = {fact.id: hash(fact) async for fact in live.each()}
    added: set[str] = set()
    changed: set[str] = set()
    async for fact in fresh.each():
        known = kept.pop(fact.id, None)
        if known is None:
            added.add(fact.id)
        elif known != hash(fact):
            changed.add(fact.id)
    return added, set(kept), changed


async def _lacking(runtime: Runtime, removed: Iterable[str], reading: FactTopics) -> list[str]:
    """Those of the facts that would go whose events are in their case files: it is the log that lacks them."""
    lacking = []
    for event in sorted(removed):
        stored = await stored_event(runtime.files, event)
        if stored is not None and (event, hash(stored.body)) not in reading.read:
            lacking.append(event)
    return lacking


async def _park(runtime: Runtime, found: Found) -> None:
    for parked in found.places.values():
        await runtime.stores.positions.park(parked)
        await runtime.stores.positions.repark(parked)


async def _unpark(runtime: Runtime, found: Found, built_to: dict[tuple[str, int], int]) -> None:
    """What was parked before and has been taken now leaves the list."""
    for one in await runtime.stores.positions.parked(CONSUMER):
        taken = one.offset < built_to.get((one.topic, one.partition), 0)
        if taken and (one.topic, one.partition, one.offset) not in found.places:
            await runtime.stores.positions.unpark(CONSUMER, one.topic, one.partition, one.offset)


def _named(events: set[str], difference: str) -> list[dict[str, str]]:
    return [{"event": event, "difference": difference} for event in sorted(events)]
