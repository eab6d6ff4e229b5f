"""Facts on MongoDB against the driver's bare bulk upsert of the same documents."""

import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Any

import uvloop
from pymongo import ReplaceOne

from bench.measured import Entry, entry
from bench.real_events import case_files
from bench.servers import mongo
from services.assessment.facts import Projector
from shared.eventlog.envelope import decode
from shared.eventlog.kafka.subscriber import BATCH
from shared.storage.memory import memory_stores
from shared.storage.mongo import MongoDatabases, open_mongo_stores
from shared.storage.port import FactRow, FactStore

FACTS, ROUNDS = 6000, 5
UPSERT, INSERT = "bare bulk upsert of the same documents", "bare insert_many of the same documents"
Ways = dict[str, list[float]]


def run() -> list[Entry]:
    """Facts a second (medians): new ones, and all of them again."""
    with mongo() as url:
        new, again = uvloop.run(_rounds(url))
    rows = []
    for name, took in (("new facts", new), ("the same facts again", again)):
        rates = {way: FACTS / median(times) for way, times in took.items()}
        ours = rates.pop("ours")
        rows += [entry(name, ours, "facts/s", ours / rate, way) for way, rate in rates.items()]
    return rows


async def _rounds(url: str) -> tuple[Ways, Ways]:
    facts = _facts()
    new: Ways = {"ours": [], UPSERT: [], INSERT: []}
    again: Ways = {"ours": [], UPSERT: []}
    for number in range(ROUNDS):
        # A store of its own for each way of each round, with the indexes of the product.
        databases, store = await _opened(url, f"ours{number}")
        for found in (new, again):
            found["ours"].append(await _seconds(_ours(store), facts))
        documents = await databases.facts.find().to_list(None)
        assert len(documents) == FACTS
        await _dropped(databases)
        databases, _ = await _opened(url, f"upsert{number}")
        for found in (new, again):
            found[UPSERT].append(await _seconds(_upsert(databases), documents))
        assert await databases.facts.count_documents({}) == FACTS
        await _dropped(databases)
        databases, _ = await _opened(url, f"insert{number}")
        new[INSERT].append(await _seconds(_insert(databases), documents))
        await _dropped(databases)
    return new, again


async def _opened(url: str, prefix: str) -> tuple[MongoDatabases, FactStore]:
    databases, stores = open_mongo_stores(url, service="assessment", prefix=prefix)
    await databases.ensure_indexes()
    return databases, stores.facts


async def _dropped(databases: MongoDatabases) -> None:
    await databases.drop()
    await databases.close()


def _ours(store: FactStore) -> Callable[[Sequence[Any]], Awaitable[object]]:
    return store.insert


def _upsert(databases: MongoDatabases) -> Callable[[Sequence[Any]], Awaitable[object]]:
    return lambda some: databases.facts.bulk_write(
        [ReplaceOne({"_id": document["_id"]}, document, upsert=True) for document in some], ordered=False
    )


def _insert(databases: MongoDatabases) -> Callable[[Sequence[Any]], Awaitable[object]]:
    return lambda some: databases.facts.insert_many(some, ordered=False)


async def _seconds(put: Callable[[Sequence[Any]], Awaitable[object]], rows: Sequence[Any]) -> float:
    started = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        await put(rows[start : start + BATCH])
    return time.perf_counter() - started


def _facts() -> list[FactRow]:
    stores = memory_stores()
    projector = Projector(stores.facts, stores.positions, {})
    return [projector.fact(decode(e.body), restricted=False) for events in case_files(FACTS) for e in events]


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
