"""`gongkai republish`: every case file is sent again; readers of a log that was made again may start from its beginning."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from services.operations.names import name_of
from services.runtime import Runtime, distinct
from shared.domain.directory import SYSTEM
from shared.domain.text import Text
from shared.engine.consumer import fits
from shared.engine.follower import copy_reset, kept_copy, let_copy_go
from shared.eventlog.port import REFERENCE
from shared.storage.port import NoteStore, Parked, Position, PositionStore

BEGUN = "republish"
COPY = "copy"
Talk = Callable[[Text], None]


@dataclass(frozen=True, slots=True)
class Letting:
    """What is let go so that a log that was made again is read from its beginning."""

    positions: tuple[tuple[PositionStore, Position], ...]
    copies: tuple[NoteStore, ...]

    @property
    def reset(self) -> bool:
        """Whether any reader stood in another log."""
        return bool(self.positions or self.copies)


async def republish(runtime: Runtime, talk: Talk, *, log_was_reset: bool = False) -> dict[str, Any]:
    """Marks every case file unsent and sends all again; an event that is sent twice changes nothing.

    Where the record before a reader's position is not the one it read, or with ``log_was_reset``, the reader's position
    goes with what was parked under it, and so does the copy of the reference data: their places mean other records now.
    ``talk`` is told before anything is changed. Cut off anywhere, it is run again. Raises ``LogAway``, ``StoreAway``.
    """
    letting = await _to_let_go(runtime, log_was_reset)
    _explain(letting, talk, log_was_reset)
    await _note(runtime, letting)
    services: list[dict[str, Any]] = []
    for name, service in runtime.services.items():
        cases = await service.stores.cases.unsend(name)
        services.append({"service": name, "cases": cases})
        await runtime.audit.record(SYSTEM, "republished", name, detail={"service": name, "cases": cases})
    sent = 0
    # The reference data first: once its copy is gone, whoever starts decides by what the topic holds.
    for name in sorted(runtime.services, key=lambda name: name != "assessment"):
        talk(Text(f"正在重新发送 {name} 的案卷……", f"sending the case files of {name} again …"))
        sent += await runtime.services[name].relay.drain()
    parked: list[Parked] = []
    for store, position in letting.positions:
        parked += [one for one in await store.parked(position.consumer) if _under(one, position)]
        await store.forget(position.consumer, position.topic, position.partition)
    for notes in letting.copies:
        await let_copy_go(notes)
    await runtime.stores.notes.set_note(BEGUN, orjson.dumps([]))
    await runtime.follower.run_once()
    await runtime.settle_down()
    return {
        "services": services,
        "sent": sent,
        "log_was_reset": letting.reset,
        "read_anew": [
            {"consumer": p.consumer, "topic": p.topic, "partition": p.partition, "position": p.next, "expected": p.last_id}
            for _, p in letting.positions
        ],
        "reference_read_anew": bool(letting.copies),
        "parked_dropped": [
            {"consumer": one.consumer, "topic": one.topic, "partition": one.partition, "offset": one.offset,
             "event": one.event, "department": one.department, "name": name_of(runtime, one.department), "reason": one.reason}
            for one in parked
        ],
    }  # fmt: skip


async def _to_let_go(runtime: Runtime, log_was_reset: bool) -> Letting:
    """What stands in another log; what an earlier run found and did not come to let go is among it."""
    before = await runtime.stores.notes.note(BEGUN)
    found = {tuple(place) for place in orjson.loads(before)} if before else set()
    positions: list[tuple[PositionStore, Position]] = []
    for store in distinct(service.stores.positions for service in runtime.services.values()):
        for position in await store.positions():
            place = (position.consumer, position.topic, position.partition)
            if log_was_reset or place in found or not await fits(runtime.eventlog, position):
                positions.append((store, position))
    copies: list[NoteStore] = []
    for notes in distinct(service.stores.notes for service in runtime.services.values()):
        copy = await kept_copy(notes)
        again = log_was_reset or (COPY, REFERENCE, 0) in found
        if copy and (again or await copy_reset(runtime.eventlog, copy) is not None):
            copies.append(notes)
    return Letting(tuple(positions), tuple(copies))


async def _note(runtime: Runtime, letting: Letting) -> None:
    """Once the first files are sent, a position may seem to fit the new log though it was another's."""
    places = [(p.consumer, p.topic, p.partition) for _, p in letting.positions]
    if letting.copies:
        places.append((COPY, REFERENCE, 0))
    await runtime.stores.notes.set_note(BEGUN, orjson.dumps(places))


def _explain(letting: Letting, talk: Talk, log_was_reset: bool) -> None:
    talk(
        Text(
            "所有案卷标为未发送，逐卷重新发送；重复的事件不会重复计算。",
            "Every case file is marked unsent and sent again; an event that comes twice changes nothing.",
        )
    )
    if not letting.reset:
        talk(Text("各读者的位置与日志相符，保持不变。", "Every reader's position fits the log and stays."))
        return
    why = (
        Text("按 --log-was-reset 的要求", "as --log-was-reset says")
        if log_was_reset
        else Text("日志不是原来读过的那一个", "the log is not the one that was read before")
    )
    readers = sorted({f"{p.consumer} {p.topic}/{p.partition}" for _, p in letting.positions})
    talk(
        Text(
            f"{why.zh}：以下 {len(readers)} 处从头重读（已有的事实和办理结果不变，其下搁置的事件随之清除，读到时重新搁置）："
            + "；".join(readers),
            f"{why.en}: {len(readers)} places are read from the beginning (facts and what policies did stay; what is parked "
            "under them goes, and is parked again where it comes again): " + "; ".join(readers),
        )
    )
    if letting.copies:
        talk(
            Text(
                "基础数据（日历、单位、方案）的副本清除，从主题重新读取。",
                "The copy of the reference data is let go and read from its topic again.",
            )
        )


def _under(parked: Parked, position: Position) -> bool:
    return (parked.topic, parked.partition) == (position.topic, position.partition)
