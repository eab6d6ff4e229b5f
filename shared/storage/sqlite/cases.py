"""Case files in SQLite: the head's row, its event rows and command rows in one transaction."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.storage.port import (
    CaseQuery,
    CaseRecord,
    CommandKnown,
    CommandRecord,
    Commit,
    Damaged,
    EventRecord,
    VersionConflict,
    Viewer,
    WholeFile,
)
from shared.storage.sqlite.database import Database
from shared.storage.sqlite.people import erase_subject, insert_sealed, new_subjects

COLUMNS = tuple(f.name for f in fields(CaseRecord))
SELECT = f"SELECT {', '.join('c.' + name for name in COLUMNS)} FROM cases c"
INSERT = f"INSERT INTO cases ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
FIXED = ("id", "service", "kind", "sent", "number", "opened")
"""Columns that no commit but the first sets."""
CHANGING = tuple(name for name in COLUMNS if name not in FIXED)
UPDATE = f"UPDATE cases SET {', '.join(name + ' = ?' for name in CHANGING)} WHERE id = ? AND version = ?"
EVENTS_OF = """
SELECT e.case_id, e.sequence, e.topic, e.key, e.digest, e.body
FROM json_each(?) place CROSS JOIN events e ON e.case_id = place.value ->> 0 AND e.sequence > place.value ->> 1
ORDER BY place.key, e.sequence
"""
INSTANTS = ("opened", "through", "next_due", "updated")
FLAGS = ("imported", "open", "restricted")
SORTS = {
    "received": ("COALESCE(c.received, '')", "ASC"),
    "-received": ("COALESCE(c.received, '')", "DESC"),
    "due": ("COALESCE(c.due, '9999')", "ASC"),
    "updated": ("c.updated", "ASC"),
    "-updated": ("c.updated", "DESC"),
}


def instant(moment: datetime) -> str:
    """An instant as sortable text in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class SqliteCases:
    """``CaseStore`` on one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def load(self, case: str) -> CaseRecord | None:
        rows = self._db.read(f"{SELECT} WHERE c.id = ?", (case,))
        return _record(rows[0]) if rows else None

    async def events(self, case: str, after: int = 0) -> list[EventRecord]:
        rows = self._db.read(
            "SELECT case_id, sequence, topic, key, digest, body FROM events WHERE case_id = ? AND sequence > ? ORDER BY sequence",
            (case, after),
        )
        return [EventRecord(*row) for row in rows]

    async def events_of(self, places: Sequence[tuple[str, int]]) -> list[EventRecord]:
        rows = self._db.read(EVENTS_OF, (orjson.dumps(places).decode(),))
        return [EventRecord(*row) for row in rows]

    async def append(self, commit: Commit) -> None:
        await self._db.write(lambda c: _put(c, commit), lambda c: _append(c, commit))
        if commit.erase:
            self._db.truncate_log()

    async def settle_mark(
        self, case: str, version: int, calendar: int, due: str | None, next_due: datetime | None
    ) -> None:
        values = (calendar, due, instant(next_due) if next_due else None, case, version)
        await self._db.write(
            lambda c: c.execute(
                "UPDATE cases SET calendar = ?, due = ?, next_due = ? WHERE id = ? AND version = ?", values
            )
        )

    async def command(self, command_id: str) -> CommandRecord | None:
        rows = self._db.read("SELECT id, body_hash, case_id, answer FROM commands WHERE id = ?", (command_id,))
        return CommandRecord(*rows[0]) if rows else None

    async def visible(self, case: str, viewer: Viewer) -> bool:
        condition, parameters = _visible_to(viewer)
        return bool(self._db.read(f"SELECT 1 FROM cases c WHERE c.id = ? AND {condition}", (case, *parameters)))

    async def query(self, query: CaseQuery) -> tuple[list[CaseRecord], str | None]:
        sort, direction = SORTS[query.sort]
        condition, parameters = _visible_to(query.viewer)
        where = ["c.service = ?", "c.kind = ?", condition]
        values: list[Any] = [query.service, query.kind, *parameters]
        for sql, value in (
            ("c.department = ?", query.department),
            ("c.status = ?", query.status),
            ("c.parent = ?", query.parent),
            ("c.due < ?", query.due_before),
            ("c.received >= ?", query.received_from),
            ("c.received <= ?", query.received_until),
        ):
            if value is not None:
                where.append(sql)
                values.append(value)
        if query.open_only:
            where.append("c.open = 1")
        if query.with_due:
            where.append("c.due IS NOT NULL")
        if query.after is not None:
            key, _, case = query.after.rpartition("|")
            where.append(f"({sort}, c.id) {'>' if direction == 'ASC' else '<'} (?, ?)")
            values += [key, case]
        sql = f"{SELECT} WHERE {' AND '.join(where)} ORDER BY {sort} {direction}, c.id {direction} LIMIT ?"
        found = [_record(row) for row in self._db.read(sql, (*values, query.limit + 1))]
        if len(found) <= query.limit:
            return found, None
        found = found[: query.limit]
        return found, f"{_sort_key(found[-1], query.sort)}|{found[-1].id}"

    async def due(self, service: str, before: datetime, limit: int) -> list[str]:
        rows = self._db.read(
            "SELECT id FROM cases WHERE service = ? AND next_due IS NOT NULL AND next_due <= ? ORDER BY next_due, id LIMIT ?",
            (service, instant(before), limit),
        )
        return [row[0] for row in rows]

    async def stale(self, service: str, calendar: int, after: str, limit: int) -> list[str]:
        rows = self._db.read(
            "SELECT id FROM cases WHERE service = ? AND calendar < ? AND id > ? ORDER BY id LIMIT ?",
            (service, calendar, after, limit),
        )
        return [row[0] for row in rows]

    async def unsent(self, service: str, limit: int) -> list[tuple[str, int, int]]:
        rows = self._db.read(
            "SELECT id, sent, version FROM cases WHERE service = ? AND version > sent ORDER BY updated, id LIMIT ?",
            (service, limit),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def oldest_unsent(self, service: str) -> datetime | None:
        rows = self._db.read("SELECT min(updated) FROM cases WHERE service = ? AND version > sent", (service,))
        return datetime.fromisoformat(rows[0][0]) if rows[0][0] else None

    async def figures(self, service: str, today: str) -> tuple[int, int]:
        rows = self._db.read(
            "SELECT COALESCE(sum(version > sent), 0), COALESCE(sum(open = 1 AND due < ?), 0) FROM cases WHERE service = ?",
            (today, service),
        )
        return rows[0][0], rows[0][1]

    async def mark_sent(self, sent: Sequence[tuple[str, int, int]]) -> None:
        rows = [(upto, case, after, upto) for case, after, upto in sent]
        sql = "UPDATE cases SET sent = ? WHERE id = ? AND sent >= ? AND sent < ?"
        await self._db.write(lambda c: c.executemany(sql, rows))

    async def unsend(self, service: str) -> int:
        return await self._db.write(
            lambda c: c.execute("UPDATE cases SET sent = 0 WHERE service = ?", (service,)).rowcount
        )

    async def walk(self, service: str | None = None) -> AsyncIterator[CaseRecord]:
        after = ""
        while True:
            rows = self._db.read(
                f"{SELECT} WHERE c.id > ? AND (? IS NULL OR c.service = ?) ORDER BY c.id LIMIT 500",
                (after, service, service),
            )
            for row in rows:
                yield _record(row)
            if not rows:
                return
            after = rows[-1][0]

    async def counts(self, service: str | None = None) -> tuple[int, int]:
        rows = self._db.read(
            "SELECT count(*), COALESCE(sum(version), 0) FROM cases WHERE ? IS NULL OR service = ?", (service, service)
        )
        return rows[0][0], rows[0][1]

    async def export_cases(self, service: str) -> AsyncIterator[WholeFile]:
        for head, events, commands in self._db.beside_each_other(
            (f"{SELECT} WHERE c.service = ? ORDER BY c.id", (service,)),
            (
                "SELECT case_id, sequence, topic, key, digest, body FROM events "
                "WHERE case_id IN (SELECT id FROM cases WHERE service = ?) ORDER BY case_id, sequence",
                (service,),
            ),
            (
                "SELECT case_id, id, body_hash, answer FROM commands "
                "WHERE case_id IN (SELECT id FROM cases WHERE service = ?) ORDER BY case_id, id",
                (service,),
            ),
        ):
            yield WholeFile(
                _record(head),
                tuple(EventRecord(*row) for row in events),
                tuple(CommandRecord(row[1], row[2], row[0], row[3]) for row in commands),
            )

    async def import_cases(self, files: Sequence[WholeFile]) -> None:
        await self._db.write(lambda c: _import(c, files))


def _import(connection: sqlite3.Connection, files: Sequence[WholeFile]) -> None:
    for file in files:
        head = file.head
        if connection.execute("SELECT 1 FROM cases WHERE id = ?", (head.id,)).fetchone() is not None:
            raise VersionConflict(head.id)
        _put(connection, Commit(head, 0, file.events, file.commands))


def _append(connection: sqlite3.Connection, commit: Commit) -> None:
    """The commit, after finding out what stands against it."""
    known = connection.execute(
        "SELECT id, body_hash, case_id, answer FROM commands WHERE id IN "
        f"({', '.join('?' * len(commit.commands))}) LIMIT 1",
        tuple(command.id for command in commit.commands),
    ).fetchone()
    if known is not None:
        raise CommandKnown(CommandRecord(*known))
    stands = connection.execute("SELECT version FROM cases WHERE id = ?", (commit.head.id,)).fetchone()
    if (stands[0] if stands else 0) != commit.expected:
        raise VersionConflict(commit.head.id)
    _put(connection, commit)


def _put(connection: sqlite3.Connection, commit: Commit) -> None:
    """The commit; what stands against it breaks a constraint or finds no row, mostly before anything is written."""
    head = commit.head
    subjects = new_subjects(connection, commit.subjects, commit.sealed) if commit.subjects or commit.sealed else ()
    if commit.expected:
        if connection.execute(UPDATE, (*_row(head, CHANGING), head.id, commit.expected)).rowcount != 1:
            raise VersionConflict(head.id)
        connection.execute("DELETE FROM case_units WHERE case_id = ?", (head.id,))
    else:
        connection.execute(INSERT, _row(head, COLUMNS))
    connection.executemany(
        "INSERT INTO events (case_id, sequence, topic, key, digest, body) VALUES (?, ?, ?, ?, ?, ?)",
        [(e.case, e.sequence, e.topic, e.key, e.digest, e.body) for e in commit.events],
    )
    connection.executemany(
        "INSERT INTO commands (id, body_hash, case_id, answer) VALUES (?, ?, ?, ?)",
        [(c.id, c.body_hash, c.case, c.answer) for c in commit.commands],
    )
    if head.parties or head.hidden_from:
        units = [(head.id, unit, 0) for unit in head.parties] + [(head.id, unit, 1) for unit in head.hidden_from]
        connection.executemany("INSERT OR IGNORE INTO case_units (case_id, department, hidden) VALUES (?, ?, ?)", units)
    if commit.subjects or commit.sealed:
        insert_sealed(connection, subjects, commit.sealed)
    for subject in commit.erase:
        erase_subject(connection, subject)


def _visible_to(viewer: Viewer) -> tuple[str, tuple[str, ...]]:
    parameters: list[str] = []
    seen = "1"
    if not viewer.all:
        units = tuple(sorted(viewer.departments))
        places = ", ".join("?" * len(units))
        seen = (
            f"(c.department IN ({places}) OR (c.restricted = 0 AND (? = 'unrestricted' OR EXISTS (SELECT 1 FROM case_units u "
            f"WHERE u.case_id = c.id AND u.hidden = 0 AND u.department IN ({places})))))"
        )
        parameters += [*units, "unrestricted" if viewer.unrestricted else "", *units]
    own = tuple(sorted(viewer.departments | viewer.belongs_to))
    if own:
        places = ", ".join("?" * len(own))
        seen += (
            " AND NOT EXISTS (SELECT 1 FROM case_units u WHERE u.case_id = c.id AND u.hidden = 1 "
            f"AND u.department IN ({places}))"
        )
        parameters += own
    return seen, tuple(parameters)


def _row(head: CaseRecord, names: Sequence[str]) -> list[Any]:
    values: list[Any] = []
    for name in names:
        value = getattr(head, name)
        if isinstance(value, datetime):
            value = instant(value)
        elif isinstance(value, tuple):
            value = orjson.dumps(value).decode()
        values.append(value)
    return values


def _record(row: tuple[Any, ...]) -> CaseRecord:
    values = dict(zip(COLUMNS, row, strict=True))
    try:
        for name in INSTANTS:
            if values[name] is not None:
                values[name] = datetime.fromisoformat(values[name])
        for name in ("parties", "hidden_from"):
            values[name] = tuple(orjson.loads(values[name]))
    except (ValueError, TypeError) as problem:
        raise Damaged(values["id"], f"{name}: {problem}") from problem
    for name in FLAGS:
        values[name] = bool(values[name])
    return CaseRecord(**values)


def _sort_key(record: CaseRecord, sort: str) -> str:
    match sort.lstrip("-"):
        case "received":
            return record.received or ""
        case "due":
            return record.due or "9999"
        case _:
            return instant(record.updated)
