"""Facts on MongoDB: inserted by event id, immutable; a fact keeps what it voids, so that either may come first."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import fields
from typing import Any

import orjson

from shared.storage.mongo.bulk import insert_new
from shared.storage.mongo.database import UP, Document, MongoDatabases, reaching
from shared.storage.port import FactRow

INSERTED_AT_ONCE = 1000
READ_AT_ONCE = 5000
NO_CLOCKS = "[]"
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
    """``FactStore`` on one collection."""

    def __init__(self, databases: MongoDatabases) -> None:
        self._facts = databases.facts

    async def insert(self, facts: Sequence[FactRow]) -> list[str]:
        forks: list[str] = []
        for start in range(0, len(facts), INSERTED_AT_ONCE):
            some = facts[start : start + INSERTED_AT_ONCE]
            known = [some[place] for place in await insert_new(self._facts, [_document(fact) for fact in some])]
            if known:
                forks += await self._forks(known)
        return forks

    async def rows(self, types: Sequence[str], since: str, until: str) -> list[tuple[Any, ...]]:
        within = {"$gte": since, "$lte": until}
        where = {
            "type": {"$in": list(types)},
            "$or": [{"happened": within}, {"due": within}, {"found": within}],
        }
        with reaching():
            found = await self._facts.find(where, dict.fromkeys(SHOWN, 1)).to_list(None)
        voided = await self._voided_on()
        return [(*(d[name] for name in SHOWN[:-1]), voided.get(d["_id"]), d["fields"]) for d in found]

    async def digests(self) -> AsyncIterator[tuple[str, str]]:
        async for document in self._walk({"digest": 1}):
            yield document["_id"], document["digest"]

    async def each(self) -> AsyncIterator[FactRow]:
        async for document in self._walk(None):
            yield _row(document)

    async def count(self) -> int:
        with reaching():
            return int(await self._facts.count_documents({}))

    async def provisional(self) -> list[tuple[str, str, str, str]]:
        with reaching():
            touched = await self._facts.find({"provisional": True}, {"case": 1}).to_list(None)
        cases = sorted({document["case"] for document in touched})
        last: dict[tuple[str, str], tuple[int, str, Document]] = {}
        for start in range(0, len(cases), READ_AT_ONCE):
            where = {"clocked": {"$in": cases[start : start + READ_AT_ONCE]}}
            with reaching():
                found = await self._facts.find(where, {"case": 1, "department": 1, "clocks": 1}).to_list(None)
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

    async def _forks(self, facts: Sequence[FactRow]) -> list[str]:
        with reaching():
            found = await self._facts.find({"_id": {"$in": [f.id for f in facts]}}, {"digest": 1}).to_list(None)
        kept = {document["_id"]: document["digest"] for document in found}
        return [fact.id for fact in facts if kept[fact.id] != fact.digest]

    async def _voided_on(self) -> dict[str, str]:
        with reaching():
            found = await self._facts.find({"voids": {"$exists": True}}, {"voids": 1, "recorded": 1}).to_list(None)
        voided: dict[str, str] = {}
        for document in found:
            for target in document["voids"]:
                voided[target] = min(voided.get(target, document["recorded"]), document["recorded"])
        return voided

    async def _walk(self, shown: Document | None) -> AsyncIterator[Document]:
        after = ""
        while True:
            cursor = self._facts.find({"_id": {"$gt": after}}, shown).sort("_id", UP).limit(READ_AT_ONCE)
            with reaching():
                found = await cursor.to_list(None)
            for document in found:
                after = document["_id"]
                yield document
            if len(found) < READ_AT_ONCE:
                return


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
