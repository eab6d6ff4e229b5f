"""Personal data, audit trail and attachments in SQLite."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson

from shared.storage.port import AuditEntry, AuditRecord, SealedValue, StoredFile, SubjectTaken, VaultSubject
from shared.storage.sqlite.database import Database


def new_subjects(
    connection: sqlite3.Connection, subjects: Sequence[VaultSubject], values: Sequence[SealedValue]
) -> list[VaultSubject]:
    """The subjects not yet there; writes nothing.

    Raises ``SubjectTaken`` where a subject or its person has another key already, or a value's subject is gone.
    """
    new: list[VaultSubject] = []
    for subject in subjects:
        known = connection.execute(
            "SELECT wrapped_key FROM vault_subjects WHERE subject = ? OR lookup = ?", (subject.subject, subject.lookup)
        ).fetchone()
        if known is None:
            new.append(subject)
        elif known[0] != subject.wrapped_key:
            raise SubjectTaken(subject.subject)
    for name in {value.subject for value in values} - {subject.subject for subject in subjects}:
        if connection.execute("SELECT 1 FROM vault_subjects WHERE subject = ?", (name,)).fetchone() is None:
            raise SubjectTaken(f"{name}: erased meanwhile")
    return new


def insert_sealed(
    connection: sqlite3.Connection, subjects: Sequence[VaultSubject], values: Sequence[SealedValue]
) -> None:
    """Adds subjects, all of them new, and values."""
    connection.executemany(
        "INSERT INTO vault_subjects (subject, wrapped_key, lookup) VALUES (?, ?, ?)",
        [(subject.subject, subject.wrapped_key, subject.lookup) for subject in subjects],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO vault_values (ref, subject, case_id, cipher, nonce, body) VALUES (?, ?, ?, ?, ?, ?)",
        [(value.ref, value.subject, value.case, value.cipher, value.nonce, value.body) for value in values],
    )


def erase_subject(connection: sqlite3.Connection, subject: str) -> int:
    """Deletes the subject's key and values."""
    connection.execute("DELETE FROM vault_subjects WHERE subject = ?", (subject,))
    return connection.execute("DELETE FROM vault_values WHERE subject = ?", (subject,)).rowcount


class SqliteVault:
    """``VaultStore`` on one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def subject(self, subject: str) -> VaultSubject | None:
        rows = self._db.read("SELECT subject, wrapped_key, lookup FROM vault_subjects WHERE subject = ?", (subject,))
        return VaultSubject(*rows[0]) if rows else None

    async def find_subject(self, lookup: str) -> VaultSubject | None:
        rows = self._db.read("SELECT subject, wrapped_key, lookup FROM vault_subjects WHERE lookup = ?", (lookup,))
        return VaultSubject(*rows[0]) if rows else None

    async def values(self, refs: Sequence[str]) -> list[SealedValue]:
        found: list[SealedValue] = []
        for start in range(0, len(refs), 500):
            some = refs[start : start + 500]
            sql = f"SELECT ref, subject, case_id, cipher, nonce, body FROM vault_values WHERE ref IN ({', '.join('?' * len(some))})"
            found += [SealedValue(*row) for row in self._db.read(sql, tuple(some))]
        return found

    async def put(self, subject: VaultSubject | None, value: SealedValue) -> None:
        made = [subject] if subject else []
        await self._db.write(lambda c: insert_sealed(c, new_subjects(c, made, [value]), [value]))

    async def erase(self, subject: str) -> int:
        count = await self._db.write(lambda c: erase_subject(c, subject))
        self._db.truncate_log()
        return count

    async def export_values(self) -> AsyncIterator[SealedValue]:
        for piece in self._db.stream(
            "SELECT ref, subject, case_id, cipher, nonce, body FROM vault_values ORDER BY ref"
        ):
            for row in piece:
                yield SealedValue(*row)

    async def export_subjects(self) -> AsyncIterator[VaultSubject]:
        for piece in self._db.stream("SELECT subject, wrapped_key, lookup FROM vault_subjects ORDER BY subject"):
            for row in piece:
                yield VaultSubject(*row)

    async def import_vault(self, subjects: Sequence[VaultSubject], values: Sequence[SealedValue]) -> None:
        await self._db.write(lambda c: insert_sealed(c, new_subjects(c, subjects, ()), values))


class SqliteAudit:
    """``AuditStore`` on one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def record(self, entry: AuditRecord) -> None:
        def add(connection: sqlite3.Connection) -> None:
            last = connection.execute("SELECT sequence, digest FROM audit ORDER BY sequence DESC LIMIT 1").fetchone()
            body = orjson.dumps(asdict(entry), option=orjson.OPT_SORT_KEYS)
            digest = hashlib.sha256((last[1] if last else "").encode() + body).hexdigest()
            connection.execute(
                "INSERT INTO audit (sequence, body, digest) VALUES (?, ?, ?)",
                ((last[0] if last else 0) + 1, body, digest),
            )

        await self._db.write(add)

    async def entries(self, since: str | None = None) -> AsyncIterator[Mapping[str, Any]]:
        for piece in self._db.stream("SELECT sequence, body, digest FROM audit ORDER BY sequence"):
            for sequence, body, digest in piece:
                entry = orjson.loads(body)
                if since is None or entry["at"] >= since:
                    yield {"sequence": sequence, **entry, "digest": digest}

    async def verify(self) -> int | None:
        previous = ""
        expected = 1
        for piece in self._db.stream("SELECT sequence, body, digest FROM audit ORDER BY sequence"):
            for sequence, body, digest in piece:
                if sequence != expected or hashlib.sha256(previous.encode() + body).hexdigest() != digest:
                    return int(sequence)
                previous, expected = digest, expected + 1
        return None

    async def export_entries(self) -> AsyncIterator[AuditEntry]:
        for piece in self._db.stream("SELECT sequence, body, digest FROM audit ORDER BY sequence"):
            for row in piece:
                yield AuditEntry(*row)

    async def import_entries(self, entries: Sequence[AuditEntry]) -> None:
        rows = [(entry.sequence, entry.body, entry.digest) for entry in entries]
        await self._db.write(
            lambda c: c.executemany("INSERT INTO audit (sequence, body, digest) VALUES (?, ?, ?)", rows)
        )


class SqliteFiles:
    """``FileStore`` on one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def keep(
        self, sha256: str, name: str, media_type: str, size: int, sealed_ref: str | None, body: bytes
    ) -> None:
        row = (sha256, name, media_type, size, sealed_ref, body)
        await self._db.write(
            lambda c: c.execute(
                "INSERT OR IGNORE INTO files (sha256, name, media_type, size, sealed_ref, body) VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
        )

    async def fetch(self, sha256: str) -> tuple[str, str, str | None, bytes] | None:
        rows = self._db.read("SELECT name, media_type, sealed_ref, body FROM files WHERE sha256 = ?", (sha256,))
        return (rows[0][0], rows[0][1], rows[0][2], rows[0][3]) if rows else None

    async def export_files(self) -> AsyncIterator[StoredFile]:
        # One by one: a piece of them could be larger than the memory.
        for piece in self._db.stream("SELECT sha256 FROM files ORDER BY sha256"):
            for (sha256,) in piece:
                sql = "SELECT sha256, name, media_type, size, sealed_ref, body FROM files WHERE sha256 = ?"
                for row in self._db.read(sql, (sha256,)):
                    yield StoredFile(*row)
