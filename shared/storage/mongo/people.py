"""Personal data and the audit trail on MongoDB."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from bson import ObjectId
from pymongo.errors import DuplicateKeyError

from shared.storage.mongo.bulk import insert_new, walked
from shared.storage.mongo.database import DOWN, Document, MongoDatabases, reaching
from shared.storage.port import AuditEntry, AuditRecord, SealedValue, SubjectTaken, VaultSubject


class MongoVault:
    """``VaultStore`` on two collections: subjects with their keys, and values.

    An erasure deletes the key first and the values after it; a writer adds values first and looks for the key after that. So
    whichever comes first, no value stays whose key is gone.
    """

    def __init__(self, databases: MongoDatabases) -> None:
        self._subjects, self._values = databases.subjects, databases.values

    async def subject(self, subject: str) -> VaultSubject | None:
        with reaching():
            found = await self._subjects.find_one({"_id": subject})
        return _subject(found) if found else None

    async def find_subject(self, lookup: str) -> VaultSubject | None:
        with reaching():
            found = await self._subjects.find_one({"lookup": lookup})
        return _subject(found) if found else None

    async def values(self, refs: Sequence[str]) -> list[SealedValue]:
        with reaching():
            found = await self._values.find({"_id": {"$in": list(refs)}}).to_list(None)
        return [SealedValue(d["_id"], d["subject"], d["case"], d["cipher"], d["nonce"], d["body"]) for d in found]

    async def put(self, subject: VaultSubject | None, value: SealedValue) -> None:
        await self.add((subject,) if subject is not None else (), (value,))

    async def erase(self, subject: str) -> int:
        with reaching():
            await self._subjects.delete_one({"_id": subject})
            return int((await self._values.delete_many({"subject": subject})).deleted_count)

    async def export_values(self) -> AsyncIterator[SealedValue]:
        async for d in walked(self._values):
            yield SealedValue(d["_id"], d["subject"], d["case"], d["cipher"], d["nonce"], d["body"])

    async def export_subjects(self) -> AsyncIterator[VaultSubject]:
        async for document in walked(self._subjects):
            yield _subject(document)

    async def import_vault(self, subjects: Sequence[VaultSubject], values: Sequence[SealedValue]) -> None:
        for subject in subjects:
            await self._add_subject(subject)
        if values:
            await insert_new(self._values, [_value(value) for value in values])

    async def add(self, subjects: Sequence[VaultSubject], values: Sequence[SealedValue]) -> None:
        """Adds subjects, then values; what is there stays. Raises ``SubjectTaken`` where the subject or its person has
        another key already, or was erased meanwhile."""
        for subject in subjects:
            await self._refuse_taken(subject)
        for subject in subjects:
            await self._add_subject(subject)
        if not values:
            return
        await insert_new(self._values, [_value(value) for value in values])
        await self._refuse_erased(sorted({value.subject for value in values}))

    async def _refuse_taken(self, subject: VaultSubject) -> bool:
        """Whether the subject is there already, under this key."""
        same: list[Document] = [{"_id": subject.subject}]
        if subject.lookup is not None:
            same.append({"lookup": subject.lookup})
        with reaching():
            found = await self._subjects.find({"$or": same}).to_list(None)
        if any(known["wrapped_key"] != subject.wrapped_key for known in found):
            raise SubjectTaken(subject.subject)
        return bool(found)

    async def _add_subject(self, subject: VaultSubject) -> None:
        document: Document = {"_id": subject.subject, "wrapped_key": subject.wrapped_key}
        if subject.lookup is not None:
            document["lookup"] = subject.lookup
        while True:
            try:
                with reaching():
                    await self._subjects.insert_one(document)
            except DuplicateKeyError:
                if not await self._refuse_taken(subject):
                    continue  # erased between the two
            return

    async def _refuse_erased(self, subjects: list[str]) -> None:
        with reaching():
            there = await self._subjects.find({"_id": {"$in": subjects}}, {"_id": 1}).to_list(None)
            gone = sorted(set(subjects) - {document["_id"] for document in there})
            if gone:
                await self._values.delete_many({"subject": {"$in": gone}})
                raise SubjectTaken(f"{', '.join(gone)}: erased meanwhile")


def _value(value: SealedValue) -> Document:
    return {
        "_id": value.ref,
        "subject": value.subject,
        "case": value.case,
        "cipher": value.cipher,
        "nonce": value.nonce,
        "body": value.body,
    }


def _subject(document: Document) -> VaultSubject:
    return VaultSubject(document["_id"], document["wrapped_key"], document.get("lookup"))


class MongoAudit:
    """``AuditStore`` on one collection: the sequence is the document's id, so that two writers cannot take one."""

    def __init__(self, databases: MongoDatabases) -> None:
        self._entries = databases.audit
        self._turn = asyncio.Lock()

    async def record(self, entry: AuditRecord) -> None:
        body = orjson.dumps(asdict(entry), option=orjson.OPT_SORT_KEYS)
        mine = ObjectId()
        async with self._turn:  # of this process; another one is met by the unique id
            while not await self._attempt(body, mine):
                pass

    async def _attempt(self, body: bytes, mine: ObjectId) -> bool:
        with reaching():
            last = await self._entries.find_one({}, sort=[("_id", DOWN)]) or {"_id": 0, "digest": ""}
            sequence = int(last["_id"]) + 1
            digest = hashlib.sha256(last["digest"].encode() + body).hexdigest()
            try:
                await self._entries.insert_one({"_id": sequence, "body": body, "digest": digest, "writer": mine})
            except DuplicateKeyError:
                # Taken by another process, or by this very entry: the driver repeats a write whose answer was lost.
                return await self._entries.find_one({"_id": sequence, "writer": mine}) is not None
        return True

    async def entries(self, since: str | None = None) -> AsyncIterator[Mapping[str, Any]]:
        async for document in self._walk():
            entry = orjson.loads(document["body"])
            if since is None or entry["at"] >= since:
                yield {"sequence": document["_id"], **entry, "digest": document["digest"]}

    async def verify(self) -> int | None:
        previous, expected = "", 1
        async for document in self._walk():
            digest = hashlib.sha256(previous.encode() + document["body"]).hexdigest()
            if document["_id"] != expected or digest != document["digest"]:
                return int(document["_id"])
            previous, expected = document["digest"], expected + 1
        return None

    async def export_entries(self) -> AsyncIterator[AuditEntry]:
        async for document in self._walk():
            yield AuditEntry(document["_id"], document["body"], document["digest"])

    async def import_entries(self, entries: Sequence[AuditEntry]) -> None:
        documents = [
            {"_id": entry.sequence, "body": entry.body, "digest": entry.digest, "writer": None} for entry in entries
        ]
        if documents:
            with reaching():
                await self._entries.insert_many(documents)

    def _walk(self) -> AsyncIterator[Document]:
        return walked(self._entries, after=0)
