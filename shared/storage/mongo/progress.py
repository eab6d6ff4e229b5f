"""Consumers' positions, parked events, running numbers and notes on MongoDB."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, fields

from pymongo.errors import DuplicateKeyError

from shared.storage.mongo.database import DOWN, UP, Document, MongoDatabases, reaching
from shared.storage.port import GivenNumber, Parked, Position

LAST_CHARACTER = "\U0010ffff"


class MongoPositions:
    """``PositionStore`` on two collections; a place is the document's id."""

    def __init__(self, databases: MongoDatabases) -> None:
        self._positions, self._parked = databases.positions, databases.parked

    async def position(self, consumer: str, topic: str, partition: int) -> Position | None:
        with reaching():
            found = await self._positions.find_one({"_id": _place(consumer, topic, partition)})
        return Position(consumer, topic, partition, found["next"], found["last_id"]) if found else None

    async def positions(self) -> list[Position]:
        with reaching():
            found = await self._positions.find({}).to_list(None)
        return sorted((_position(document) for document in found), key=lambda p: (p.consumer, p.topic, p.partition))

    async def forget(self, consumer: str, topic: str, partition: int) -> int:
        # What is parked goes first: killed between, the position is still there to be found and forgotten.
        with reaching():
            parked = await self._parked.delete_many({"consumer": consumer, "topic": topic, "partition": partition})
            await self._positions.delete_one({"_id": _place(consumer, topic, partition)})
        return int(parked.deleted_count)

    async def move(self, position: Position) -> None:
        place = _place(position.consumer, position.topic, position.partition)
        further = {"_id": place, "next": {"$lt": position.next}}
        values = {"$set": {"next": position.next, "last_id": position.last_id}}
        try:
            with reaching():
                await self._positions.update_one(further, values, upsert=True)
        except DuplicateKeyError:
            # There is one: further on, or made by another process in this very moment.
            with reaching():
                await self._positions.update_one(further, values)

    async def park(self, parked: Parked) -> None:
        place = _place(parked.consumer, parked.topic, parked.partition, parked.offset)
        try:
            with reaching():
                await self._parked.insert_one({"_id": place, **asdict(parked)})
        except DuplicateKeyError:
            return

    async def parked(self, consumer: str | None = None) -> list[Parked]:
        order = [("consumer", UP), ("topic", UP), ("partition", UP), ("offset", UP)]
        with reaching():
            found = (
                await self._parked.find({} if consumer is None else {"consumer": consumer}).sort(order).to_list(None)
            )
        # What an older release parked says nothing of being dismissed.
        documents: list[Document] = [{"dismissed": None, **document} for document in found]
        return [Parked(**{item.name: document[item.name] for item in fields(Parked)}) for document in documents]

    async def repark(self, parked: Parked) -> None:
        place = _place(parked.consumer, parked.topic, parked.partition, parked.offset)
        with reaching():
            await self._parked.update_one({"_id": place}, {"$set": {"reason": parked.reason}})

    async def dismiss(self, parked: Parked) -> None:
        place = _place(parked.consumer, parked.topic, parked.partition, parked.offset)
        with reaching():
            await self._parked.update_one({"_id": place}, {"$set": {"dismissed": parked.dismissed}})

    async def unpark(self, consumer: str, topic: str, partition: int, offset: int) -> None:
        with reaching():
            await self._parked.delete_one({"_id": _place(consumer, topic, partition, offset)})


def _place(*parts: str | int) -> str:
    return "|".join(map(str, parts))


def _position(document: Document) -> Position:
    consumer, topic, partition = document["_id"].rsplit("|", 2)
    return Position(consumer, topic, int(partition), document["next"], document["last_id"])


class MongoNumbers:
    """``NumberStore`` on one collection: the highest and one more, until nobody else took it."""

    def __init__(self, databases: MongoDatabases) -> None:
        self._numbers = databases.numbers
        self._turns: defaultdict[tuple[str, int], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def next(self, series: str, year: int, for_command: str) -> int:
        within: Document = {"series": series, "year": year}
        async with self._turns[(series, year)]:  # of this process; another one is met by the unique indexes
            while True:
                with reaching():
                    known = await self._numbers.find_one({**within, "command": for_command})
                    if known is not None:
                        return int(known["number"])
                    last = await self._numbers.find_one(within, sort=[("number", DOWN)])
                    number = (int(last["number"]) if last else 0) + 1
                    try:
                        await self._numbers.insert_one({**within, "number": number, "command": for_command})
                    except DuplicateKeyError:
                        continue
                return number

    async def export_numbers(self) -> AsyncIterator[GivenNumber]:
        order = [("series", UP), ("year", UP), ("number", UP)]
        with reaching():
            found = await self._numbers.find({}).sort(order).to_list(None)
        for one in found:
            yield GivenNumber(one["series"], one["year"], one["number"], one["command"])

    async def import_numbers(self, numbers: Sequence[GivenNumber]) -> None:
        for one in numbers:
            try:
                with reaching():
                    await self._numbers.insert_one(asdict(one))
            except DuplicateKeyError:
                continue


class MongoNotes:
    """``NoteStore`` on one collection."""

    def __init__(self, databases: MongoDatabases) -> None:
        self._notes = databases.notes

    async def note(self, name: str) -> bytes | None:
        with reaching():
            found = await self._notes.find_one({"_id": name})
        return found["body"] if found else None

    async def set_note(self, name: str, body: bytes) -> None:
        update = {"$set": {"body": body}}
        try:
            with reaching():
                await self._notes.update_one({"_id": name}, update, upsert=True)
        except DuplicateKeyError:
            with reaching():
                await self._notes.update_one({"_id": name}, update)

    async def notes(self, prefix: str) -> list[tuple[str, bytes]]:
        within = {"_id": {"$gte": prefix, "$lt": prefix + LAST_CHARACTER}}
        with reaching():
            found = await self._notes.find(within).sort("_id", UP).to_list(None)
        return [(document["_id"], document["body"]) for document in found]
