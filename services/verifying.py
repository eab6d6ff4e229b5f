"""`gongkai verify`: case files, seals and log by the engine; then facts, vault and audit trail; every sort of fault is told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import orjson

from services.assessment.facts import CONSUMER, TOPICS, Projector
from services.declared import SERVICES
from services.runtime import Runtime, distinct
from shared.domain.text import Text
from shared.engine.genuine import stored_event
from shared.engine.parking import UNREADABLE
from shared.engine.verify import Bad, Closed, Problems, Sort, bad_event, verify
from shared.eventlog.envelope import NotAnEvent, decode
from shared.eventlog.port import TOPICS as ALL_TOPICS
from shared.eventlog.port import Logged
from shared.eventlog.scan import scan
from shared.service import kinds_by_name
from shared.storage.port import Damaged
from shared.web.language import both

SORTS: Mapping[Sort, Text] = {
    "case": Text("案卷有误", "case files"),
    "seal": Text("封存不符", "seals"),
    "log": Text("日志与案卷不符", "the log and the case files"),
    "stranger": Text("日志中有陌生记录", "strange records in the log"),
    "fact": Text("评估事实不符", "facts"),
    "vault": Text("个人信息无法解读", "personal data that cannot be read"),
    "audit": Text("审计记录不符", "the audit trail"),
}


async def verify_all(runtime: Runtime) -> dict[str, Any]:
    """``{cases, events, ok, first_bad, problems: [{sort, title, title_en, count, first}], dismissed}``.

    ``problems`` has one line for each sort of fault; ``dismissed`` counts strange records of the log that were closed.
    """
    stores = runtime.stores
    found = await verify(
        runtime.files,
        kinds_by_name(SERVICES),
        runtime.eventlog,
        ALL_TOPICS,
        {event: digest async for event, digest in stores.facts.digests()},
        runtime.reference.calendar,
        await _sealed(runtime),
        await _dismissed(runtime),
    )
    problems = found.problems
    try:
        await _facts(runtime, problems)
    except Damaged as damage:
        problems.add(Bad("case", damage.place, 0, f"读不出 / cannot be read: {damage.reason}"))
    async for of, reason in runtime.vault.unreadable():
        problems.add(Bad("vault", of, 0, f"{reason.zh} / {reason.en}"))
    if (entry := await stores.audit.verify()) is not None:
        problems.add(Bad("audit", "audit", entry, "审计记录摘要不符 / the audit trail's digest does not follow"))
    first = problems.first
    return {
        "cases": found.cases,
        "events": found.events,
        "ok": first is None,
        "first_bad": _shown(first) if first is not None else None,
        "problems": [
            {"sort": sort, **both(SORTS[sort]), "count": count, "first": {**_shown(one), "place": one.place}}
            for sort, count, one in problems.each()
        ],
        "dismissed": found.dismissed,
    }


def _shown(bad: Bad) -> dict[str, Any]:
    return {"case": bad.case, "sequence": bad.sequence, "reason": bad.reason}


async def _sealed(runtime: Runtime) -> dict[str, date]:
    """The last day that each service noted as sealed."""
    found: dict[str, date] = {}
    for name, service in runtime.services.items():
        body = await service.stores.notes.note(f"sealed:{name}")
        if body is not None:
            found[name] = date.fromisoformat(orjson.loads(body))
    return found


async def _dismissed(runtime: Runtime) -> set[Closed]:
    """The records of the log that somebody has closed."""
    stores = distinct(service.stores.positions for service in runtime.services.values())
    return {
        Closed(one.topic, one.partition, one.offset, hash(one.body))
        for store in stores
        for one in await store.parked()
        if one.dismissed is not None
    }


async def _facts(runtime: Runtime, problems: Problems) -> None:
    """The facts that are not what their event in the log says, voids and all, or that are missing or too many."""
    stores, log = runtime.stores, runtime.eventlog
    # Positions before facts: what is projected while this runs is then too many here, never missing.
    taken: dict[tuple[str, int], int] = {}
    for topic in TOPICS:
        for partition in range(await log.partitions(topic)):
            position = await stores.positions.position(CONSUMER, topic, partition)
            taken[(topic, partition)] = position.next if position else 0
    kept = {fact.id: hash(fact) async for fact in stores.facts.each()}
    seen: set[str] = set()
    parked = {(one.topic, one.partition, one.offset) for one in await stores.positions.parked(CONSUMER)}
    projector = runtime.projector(stores.facts, stores.positions)
    for (topic, partition), end in taken.items():
        async for records in scan(log, topic, partition, end=end):
            for record in records:
                if (topic, partition, record.offset) in parked:
                    continue
                id_, said = _expected(projector, record)
                if id_ is None:
                    continue
                if kept.get(id_) != said:
                    problems.add(bad_event("fact", id_, "评估事实与事件不符 / the fact is not what the event says"))
                seen.add(id_)
    for extra in sorted(kept.keys() - seen):
        stored = await stored_event(runtime.files, extra)
        if stored is not None:
            _, said = _expected(projector, Logged(stored.topic, 0, 0, stored.key, stored.body))
        if stored is None or kept[extra] != said:
            problems.add(bad_event("fact", extra, "评估事实没有对应的事件 / a fact without an event in the log"))


def _expected(projector: Projector, record: Logged) -> tuple[str | None, int | None]:
    """The id of a record's event and the hash of the fact that it leaves; None for what cannot be read as that."""
    try:
        event = decode(record.value)
    except NotAnEvent:
        return None, None
    try:
        fact = projector.fact(event, restricted=record.topic.endswith(".restricted"))
    except UNREADABLE:
        return event["id"], None
    return fact.id, hash(replace(fact, voids=tuple(sorted(set(fact.voids)))))
