"""Case files on MongoDB: a file is one document, events pushed and state set by one conditional write.

The vault is in another database, so a commit with vault rows is three writes, in this order:

1. Vault rows. Killed after them: rows that no event names. Their references are unguessable and made from the command
   and its body, so a repeat finds the keys and uses the rows, and a corrected body makes others; they are erased
   with their subject. A commit known to be refused writes none: command and version are looked at before.
2. The case document, with the subjects to erase noted in ``erasing``. Before it nothing has happened, after it everything has.
3. Erasures, then the note is cleared. Killed between: whoever is told of the command by ``CommandKnown`` erases first, and
   so does ``unsent``, so that the event that says "erased" is never published before it is true.

A write whose answer was lost looks like a conflict when it is repeated. So a write that matched nothing looks for its own
mark, which the driver's repeat finds, and then for its commands. A majority write that failed or matched nothing returns only
once what it ran into is majority-committed, so the majority reads that follow see it.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from bson import ObjectId
from pymongo.errors import DocumentTooLarge, DuplicateKeyError, OperationFailure

from shared.storage.mongo.bulk import walked
from shared.storage.mongo.database import DOWN, TOO_LARGE, UP, Document, MongoDatabases, reaching
from shared.storage.mongo.people import MongoVault
from shared.storage.port import (
    CaseQuery,
    CaseRecord,
    CaseTooLarge,
    CommandKnown,
    CommandRecord,
    Commit,
    EventRecord,
    VersionConflict,
    Viewer,
    WholeFile,
)

COLUMNS = tuple(f.name for f in fields(CaseRecord) if f.name != "id")
HEAD = dict.fromkeys(COLUMNS, 1)
INSTANTS = ("opened", "through", "next_due", "updated")
HEADS_AT_ONCE = 500
EXPORTED_AT_ONCE = 50
ALL_EVENTS = 1 << 30
SORTS = {
    "received": ("by_received", UP),
    "-received": ("by_received", DOWN),
    "due": ("by_due", UP),
    "updated": ("updated", UP),
    "-updated": ("updated", DOWN),
}


def instant(moment: datetime) -> str:
    """An instant as sortable text in UTC; the server's own dates end at milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class MongoCases:
    """``CaseStore`` on one collection."""

    def __init__(self, databases: MongoDatabases, vault: MongoVault) -> None:
        self._cases, self._vault = databases.cases, vault

    async def load(self, case: str) -> CaseRecord | None:
        with reaching():
            found = await self._cases.find_one({"_id": case}, HEAD)
        return _record(found) if found else None

    async def events(self, case: str, after: int = 0) -> list[EventRecord]:
        shown = {"version": 1, "events": {"$slice": [after, ALL_EVENTS]}}
        with reaching():
            found = await self._cases.find_one({"_id": case}, shown)
        return _events(found) if found else []

    async def events_of(self, places: Sequence[tuple[str, int]]) -> list[EventRecord]:
        together: defaultdict[int, list[str]] = defaultdict(list)
        for case, after in places:
            together[after].append(case)
        found: dict[str, list[EventRecord]] = {}
        for after, cases in together.items():
            shown = {"version": 1, "events": {"$slice": [after, ALL_EVENTS]}}
            with reaching():
                documents = await self._cases.find({"_id": {"$in": cases}}, shown).to_list(None)
            found |= {document["_id"]: _events(document) for document in documents}
        return [event for case, _ in places for event in found.get(case, ())]

    async def append(self, commit: Commit) -> None:
        _refuse_gaps(commit)
        if commit.subjects or commit.sealed:
            await self._refuse(commit)
            await self._vault.add(commit.subjects, commit.sealed)
        if not await self._write(commit):
            raise await self._refusal(commit)
        if commit.erase:
            await self._finish_erasing(commit.head.id, commit.erase)

    async def settle_mark(
        self, case: str, version: int, calendar: int, due: str | None, next_due: datetime | None
    ) -> None:
        dates = {"due": due, "by_due": due or "9999", "next_due": instant(next_due) if next_due else None}
        with reaching():
            await self._cases.update_one({"_id": case, "version": version}, {"$set": {"calendar": calendar, **dates}})

    async def command(self, command_id: str) -> CommandRecord | None:
        found = await self._command((command_id,))
        return found[0] if found else None

    async def visible(self, case: str, viewer: Viewer) -> bool:
        with reaching():
            return await self._cases.find_one({"_id": case, **_visible_to(viewer)}, {"_id": 1}) is not None

    async def query(self, query: CaseQuery) -> tuple[list[CaseRecord], str | None]:
        field, direction = SORTS[query.sort]
        where: list[Document] = [{"service": query.service, "kind": query.kind}, _visible_to(query.viewer)]
        where += [
            {name: condition}
            for name, condition, asked in (
                ("department", query.department, query.department),
                ("status", query.status, query.status),
                ("parent", query.parent, query.parent),
                ("due", {"$lt": query.due_before}, query.due_before),
                ("received", {"$gte": query.received_from}, query.received_from),
                ("received", {"$lte": query.received_until}, query.received_until),
                ("open", True, query.open_only or None),
                ("due", {"$ne": None}, query.with_due or None),
            )
            if asked is not None
        ]
        if query.after is not None:
            value, case = orjson.loads(query.after)
            beyond = "$gt" if direction == UP else "$lt"
            where.append({"$or": [{field: {beyond: value}}, {field: value, "_id": {beyond: case}}]})
        cursor = self._cases.find({"$and": where}, {**HEAD, field: 1})
        with reaching():
            found = await cursor.sort([(field, direction), ("_id", direction)]).limit(query.limit + 1).to_list(None)
        if len(found) <= query.limit:
            return [_record(document) for document in found], None
        page = found[: query.limit]
        return [_record(d) for d in page], orjson.dumps((page[-1][field], page[-1]["_id"])).decode()

    async def due(self, service: str, before: datetime, limit: int) -> list[str]:
        passed = {
            "$lt": instant(before + timedelta(microseconds=1))
        }  # "$lte" on a text within an index loses the equal
        cursor = self._cases.find({"service": service, "next_due": passed}, {"_id": 1})
        with reaching():
            return [d["_id"] for d in await cursor.sort([("next_due", UP), ("_id", UP)]).limit(limit).to_list(None)]

    async def stale(self, service: str, calendar: int, after: str, limit: int) -> list[str]:
        where = {"service": service, "calendar": {"$lt": calendar}, "_id": {"$gt": after}}
        with reaching():
            return [
                d["_id"] for d in await self._cases.find(where, {"_id": 1}).sort("_id", UP).limit(limit).to_list(None)
            ]

    async def unsent(self, service: str, limit: int) -> list[tuple[str, int, int]]:
        cursor = self._cases.find({"service": service, "unsent": True}, {"sent": 1, "version": 1, "erasing": 1})
        with reaching():
            found = await cursor.sort([("updated", UP), ("_id", UP)]).limit(limit).to_list(None)
        for document in found:
            await self._finish_erasing(document["_id"], document.get("erasing", ()))
        return [(d["_id"], d["sent"], d["version"]) for d in found]

    async def oldest_unsent(self, service: str) -> datetime | None:
        with reaching():
            found = await self._cases.find_one(
                {"service": service, "unsent": True}, {"updated": 1}, sort=[("updated", UP)]
            )
        return datetime.fromisoformat(found["updated"]) if found else None

    async def figures(self, service: str, today: str) -> tuple[int, int]:
        with reaching():
            unsent = await self._cases.count_documents({"service": service, "unsent": True})
            overdue = await self._cases.count_documents({"service": service, "open": True, "due": {"$lt": today}})
        return unsent, overdue

    async def mark_sent(self, sent: Sequence[tuple[str, int, int]]) -> None:
        together: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
        for case, after, upto in sent:
            together[(after, upto)].add(case)
        with reaching():
            for (after, upto), cases in together.items():
                # All of it, if nothing was added since the relay looked; else up to there, and the file stays unsent.
                behind = {"_id": {"$in": sorted(cases)}, "sent": {"$gte": after, "$lt": upto}}
                whole = {**behind, "version": {"$lte": upto}}
                marked = await self._cases.update_many(whole, {"$set": {"sent": upto, "unsent": False}})
                if marked.matched_count < len(cases):
                    await self._cases.update_many(behind, {"$set": {"sent": upto}})

    async def unsend(self, service: str) -> int:
        with reaching():
            marked = await self._cases.update_many({"service": service}, {"$set": {"sent": 0, "unsent": True}})
        return int(marked.matched_count)

    async def walk(self, service: str | None = None) -> AsyncIterator[CaseRecord]:
        where = {"service": service} if service is not None else {}
        async for document in walked(self._cases, where, HEAD, at_once=HEADS_AT_ONCE):
            yield _record(document)

    async def counts(self, service: str | None = None) -> tuple[int, int]:
        steps: list[Document] = [{"$group": {"_id": None, "cases": {"$sum": 1}, "events": {"$sum": "$version"}}}]
        if service is not None:
            steps.insert(0, {"$match": {"service": service}})
        with reaching():
            found = await self._cases.aggregate(steps).to_list(None)
        return (int(found[0]["cases"]), int(found[0]["events"])) if found else (0, 0)

    async def export_cases(self, service: str) -> AsyncIterator[WholeFile]:
        async for document in walked(self._cases, {"service": service}, at_once=EXPORTED_AT_ONCE):
            case = document["_id"]
            events = tuple(EventRecord(case, *(e[name] for name in EVENT)) for e in document["events"])
            commands = [CommandRecord(c["id"], c["body_hash"], case, c["answer"]) for c in document.get("commands", ())]
            yield WholeFile(_record(document), events, tuple(sorted(commands, key=lambda c: c.id)))

    async def import_cases(self, files: Sequence[WholeFile]) -> None:
        for file in files:
            head = file.head
            document: Document = {
                "_id": head.id,
                "sent": head.sent,
                "events": [{name: getattr(event, name) for name in EVENT} for event in file.events],
                **_document(head),
                "written": ObjectId(),
                "unsent": head.version > head.sent,
            }
            if file.commands:
                document["commands"] = [{name: getattr(c, name) for name in COMMAND} for c in file.commands]
            try:
                with reaching():
                    await self._cases.insert_one(document)
            except DuplicateKeyError as problem:
                raise VersionConflict(head.id) from problem

    # -- the write -------------------------------------------------------------------------------------------------

    async def _write(self, commit: Commit) -> bool:
        """The one conditional write; False where the file does not stand at the version or a command is known.

        ``written`` is the mark of this write alone: the driver repeats a write whose answer was lost, and finds it done.
        """
        head, ids, mine = commit.head, [command.id for command in commit.commands], ObjectId()
        document = {**_document(head), "written": mine}
        pushed: dict[str, list[Document]] = {
            "events": [{name: getattr(event, name) for name in EVENT} for event in commit.events],
            "commands": [{name: getattr(command, name) for name in COMMAND} for command in commit.commands],
        }
        if commit.events:
            document["unsent"] = True
        try:
            with reaching():
                if commit.expected == 0:
                    lists = {name: items for name, items in pushed.items() if items}
                    erasing = {"erasing": list(commit.erase)} if commit.erase else {}
                    await self._cases.insert_one(
                        {"_id": head.id, "sent": 0, "events": [], **document, **lists, **erasing}
                    )
                    return True
                update: Document = {"$set": document}
                update["$push"] = {name: {"$each": items} for name, items in pushed.items() if items}
                if commit.erase:
                    update["$addToSet"] = {"erasing": {"$each": list(commit.erase)}}
                # The unique index does not hold within one document.
                where = {"_id": head.id, "version": commit.expected, "commands.id": {"$nin": ids}}
                done = await self._cases.update_one(where, {name: what for name, what in update.items() if what})
                if done.matched_count:
                    return True
        except DuplicateKeyError:
            pass
        except DocumentTooLarge as problem:
            raise CaseTooLarge(head.id) from problem
        except OperationFailure as problem:
            if problem.code in TOO_LARGE:
                raise CaseTooLarge(head.id) from problem
            raise
        with reaching():
            return await self._cases.find_one({"_id": head.id, "written": mine}, {"_id": 1}) is not None

    async def _refuse(self, commit: Commit) -> None:
        """Raises what a commit that cannot succeed any more would raise, before anything of it is written."""
        await self._refuse_known(commit)
        with reaching():
            found = await self._cases.find_one({"_id": commit.head.id}, {"version": 1})
        if (found["version"] if found else 0) != commit.expected:
            raise VersionConflict(commit.head.id)

    async def _refuse_known(self, commit: Commit) -> None:
        known = await self._command([command.id for command in commit.commands])
        if known is not None:
            record, erasing = known
            await self._finish_erasing(record.case, erasing)
            raise CommandKnown(record)

    async def _refusal(self, commit: Commit) -> VersionConflict:
        await self._refuse_known(commit)
        return VersionConflict(commit.head.id)

    async def _command(self, ids: tuple[str, ...] | list[str]) -> tuple[CommandRecord, list[str]] | None:
        """A command of these that is stored, with the subjects its file has still to erase."""
        if not ids:
            return None
        one_of = {"$in": list(ids)}
        shown = {"version": 1, "erasing": 1, "commands": {"$elemMatch": {"id": one_of}}}
        with reaching():
            found = await self._cases.find_one({"commands.id": one_of}, shown)
        if found is None:
            return None
        (kept,) = found["commands"]
        return CommandRecord(kept["id"], kept["body_hash"], found["_id"], kept["answer"]), found.get("erasing", [])

    async def _finish_erasing(self, case: str, subjects: tuple[str, ...] | list[str]) -> None:
        if not subjects:
            return
        for subject in subjects:
            await self._vault.erase(subject)
        with reaching():
            await self._cases.update_one({"_id": case}, {"$pull": {"erasing": {"$in": list(subjects)}}})


EVENT = ("sequence", "topic", "key", "digest", "body")
COMMAND = ("id", "body_hash", "answer")


def _events(document: Document) -> list[EventRecord]:
    return [EventRecord(document["_id"], *(event[name] for name in EVENT)) for event in document["events"]]


def _refuse_gaps(commit: Commit) -> None:
    """No index holds within one document, so that an event's number comes once is seen to here."""
    numbers = [event.sequence for event in commit.events]
    if numbers != list(range(commit.expected + 1, commit.head.version + 1)):
        raise ValueError(
            f"{commit.head.id}: events {numbers} do not lead from {commit.expected} to {commit.head.version}"
        )
    if {commit.head.id} != {commit.head.id, *(e.case for e in commit.events), *(c.case for c in commit.commands)}:
        raise ValueError(f"{commit.head.id}: the commit holds parts of another case")


def _visible_to(viewer: Viewer) -> Document:
    seen: Document = {}
    if not viewer.all:
        units = sorted(viewer.departments)
        aside: Document = {} if viewer.unrestricted else {"parties": {"$in": units}}
        seen["$or"] = [{"department": {"$in": units}}, {"restricted": False, **aside}]
    own = sorted(viewer.departments | viewer.belongs_to)
    if own:
        seen["hidden_from"] = {"$nin": own}
    return seen


def _document(head: CaseRecord) -> Document:
    """What an append sets: every column but ``sent``, and the keys of the lists' orders."""
    values: Document = {name: getattr(head, name) for name in COLUMNS if name != "sent"}
    for name in INSTANTS:
        if values[name] is not None:
            values[name] = instant(values[name])
    for name in ("parties", "hidden_from"):
        values[name] = list(values[name])
    return {**values, "by_received": head.received or "", "by_due": head.due or "9999"}


def _record(document: Document) -> CaseRecord:
    values: dict[str, Any] = {name: document[name] for name in COLUMNS}
    for name in INSTANTS:
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    for name in ("parties", "hidden_from"):
        values[name] = tuple(values[name])
    return CaseRecord(id=document["_id"], **values)
