"""Facts on MongoDB: inserted by event id, immutable; a fact keeps what it voids, so that either may come first.

A rebuild fills a collection of its own. Which one is live is noted in one document, looked up at each insert and each
question: whoever inserts a batch that was read from the log before the switch, but looks after it, inserts into the new
one. The collection that was live stays until the next rebuild begins, so that questions under way are answered from it.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import fields
from typing import Any

import orjson
from bson import ObjectId

from shared.storage.mongo.bulk import insert_new, walked
from shared.storage.mongo.database import Collection, Document, MongoDatabases, reaching
from shared.storage.port import NO_CLOCKS, FactRow, FactStore, RebuildOvertaken

INSERTED_AT_ONCE = 1000
READ_AT_ONCE = 5000
NOTE, PREFIX = "facts", "facts_"
NAMES = tuple(item.name for item in fields(FactRow))
SHOWN = (
    "_id",
    "type",
    "department",
    "case",
    "happened",
    "happened_at",
    "recorded",
    "digest",
    "restricted",
    "fields",
)


class MongoFacts:
    """``FactStore`` on the live collection, or on ``built``, one that a rebuild fills."""

    def __init__(self, databases: MongoDatabases, built: "Collection | None" = None) -> None:
        self._databases, self._built = databases, built

    async def insert(self, facts: Sequence[FactRow]) -> list[str]:
        collection = await self._facts()
        forks: list[str] = []
        for start in range(0, len(facts), INSERTED_AT_ONCE):
            some = facts[start : start + INSERTED_AT_ONCE]
            known = [some[place] for place in await insert_new(collection, [_document(fact) for fact in some])]
            if known:
                forks += await _forks(collection, known)
        return forks

    async def rows(self, types: Sequence[str], since: str, until: str) -> list[tuple[Any, ...]]:
        within = {"$gte": since, "$lte": until}
        where = {
            "type": {"$in": list(types)},
            "$or": [{"happened": within}, {"due": within}, {"found": within}],
        }
        collection = await self._facts()
        with reaching():
            found = await collection.find(where, dict.fromkeys(SHOWN, 1)).to_list(None)
        voided = await _voided_on(collection)
        return [(*(d[name] for name in SHOWN[:-1]), voided.get(d["_id"]), d["fields"]) for d in found]

    async def digests(self) -> AsyncIterator[tuple[str, str]]:
        async for document in walked(await self._facts(), shown={"digest": 1}, at_once=READ_AT_ONCE):
            yield document["_id"], document["digest"]

    async def each(self) -> AsyncIterator[FactRow]:
        async for document in walked(await self._facts(), at_once=READ_AT_ONCE):
            yield _row(document)

    async def count(self) -> int:
        collection = await self._facts()
        with reaching():
            return int(await collection.count_documents({}))

    async def begin(self) -> "MongoFacts":
        name = f"{PREFIX}{ObjectId()}"
        live = await self._facts()
        with reaching():
            await self._databases.generations.update_one({"_id": NOTE}, {"$set": {"building": name}}, upsert=True)
            for other in await live.database.list_collection_names():
                if other.startswith(PREFIX) and other not in (live.name, name):
                    await live.database.drop_collection(other)
            if live.name != self._databases.facts.name:
                await self._databases.facts.delete_many({})
        built = live.database[name]
        await self._databases.index_facts(built)
        return MongoFacts(self._databases, built)

    async def switch(self, fresh: FactStore) -> None:
        if not isinstance(fresh, MongoFacts) or fresh._built is None:
            raise RebuildOvertaken
        name = fresh._built.name
        mine = {"_id": NOTE, "building": name}
        with reaching():
            done = await self._databases.generations.update_one(
                mine, {"$set": {"live": name}, "$unset": {"building": ""}}
            )
        # Repeated by the driver after a lost answer, it finds itself done.
        if not done.matched_count and (await self._facts()).name != name:
            raise RebuildOvertaken

    async def _facts(self) -> Collection:
        return self._built if self._built is not None else await self._databases.live_facts()

    async def provisional(self) -> list[tuple[str, str, str, str]]:
        collection = await self._facts()
        with reaching():
            touched = await collection.find({"provisional": True}, {"case": 1}).to_list(None)
        cases = sorted({document["case"] for document in touched})
        last: dict[tuple[str, str], tuple[int, str, Document]] = {}
        for start in range(0, len(cases), READ_AT_ONCE):
            where = {"clocked": {"$in": cases[start : start + READ_AT_ONCE]}}
            with reaching():
                found = await collection.find(where, {"case": 1, "department": 1, "clocks": 1}).to_list(None)
            for document in found:
                sequence = int(document["_id"].rpartition("/")[2])
                for move in orjson.loads(document["clocks"]):
                    key = (document["case"], move["clock"])
                    if key not in last or last[key][0] < sequence:
                        last[key] = (sequence, document["department"], move)
        return [
            (case, clock, department, move["due"])
            for (case, clock), (_, department, move) in sorted(last.items(), key=lambda item: item[0])
            if move["due"] and move.get("provisional")
        ]


async def _forks(collection: Collection, facts: Sequence[FactRow]) -> list[str]:
    with reaching():
        found = await collection.find({"_id": {"$in": [f.id for f in facts]}}, {"digest": 1}).to_list(None)
    kept = {document["_id"]: document["digest"] for document in found}
    return [fact.id for fact in facts if kept[fact.id] != fact.digest]


async def _voided_on(collection: Collection) -> dict[str, str]:
    with reaching():
        found = await collection.find({"voids": {"$exists": True}}, {"voids": 1, "recorded": 1}).to_list(None)
    voided: dict[str, str] = {}
    for document in found:
        for target in document["voids"]:
            voided[target] = min(voided.get(target, document["recorded"]), document["recorded"])
    return voided


def _document(fact: FactRow) -> Document:
    """The fact, and what the sparse indexes hold: what it voids, whether it moved clocks, and provisionally."""
    values = {name: getattr(fact, name) for name in NAMES}
    voids, clocks = values.pop("voids"), fact.clocks
    document: Document = {"_id": values.pop("id"), **values}
    if voids:
        document["voids"] = sorted(set(voids))
    if clocks != NO_CLOCKS:
        document["clocked"] = fact.case
        if any(move.get("provisional") for move in orjson.loads(clocks)):
            document["provisional"] = True
    return document


def _row(document: Document) -> FactRow:
    values = {name: value for name, value in document.items() if name not in ("_id", "clocked", "provisional")}
    voids: Iterable[str] = values.pop("voids", ())
    return FactRow(id=document["_id"], voids=tuple(voids), **values)
