"""Facts in SQLite: inserted by event id, joined with their voids on loading.

No index but the id's: a quarter is most of the table, and a scan reads it faster than an index that scatters every insert.
"""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from typing import Any

from shared.storage.port import FactRow, FactStore, RebuildOvertaken
from shared.storage.sqlite.database import FACTS, VOIDS, Database

NAMES = (
    "id",
    "type",
    "department",
    "case_id",
    "happened",
    "happened_at",
    "recorded",
    "digest",
    "restricted",
    "due",
    "found",
    "fields",
    "clocks",
)
INSERT = f"INSERT OR IGNORE INTO {{facts}} ({', '.join(NAMES)}) VALUES ({', '.join('?' * len(NAMES))})"
WINDOW = """
SELECT f.id, f.type, f.department, f.case_id, f.happened, f.happened_at, f.recorded, f.digest, f.restricted, v.recorded, f.fields
FROM {facts} f LEFT JOIN (
  SELECT d.target, min(by.recorded) AS recorded FROM {voids} d JOIN {facts} by ON by.id = d.voided_by GROUP BY d.target
) v ON v.target = f.id
WHERE f.type IN ({types}) AND (f.happened BETWEEN ? AND ? OR f.due BETWEEN ? AND ? OR f.found BETWEEN ? AND ?)
"""
PROVISIONAL = """
WITH touched AS (SELECT DISTINCT case_id FROM {facts} WHERE clocks LIKE '%"provisional":true%'),
moves AS (
  SELECT f.case_id, m.value ->> 'clock' AS clock, f.department, m.value ->> 'due' AS due, m.value ->> 'provisional' AS open,
    row_number() OVER (
      PARTITION BY f.case_id, m.value ->> 'clock'
      ORDER BY CAST(substr(f.id, length(f.case_id) + 2) AS INTEGER) DESC
    ) AS nth
  FROM {facts} f JOIN touched t ON t.case_id = f.case_id, json_each(f.clocks) m
)
SELECT case_id, clock, department, due FROM moves WHERE nth = 1 AND open AND due IS NOT NULL ORDER BY case_id, clock
"""
assert len(NAMES) == len(fields(FactRow)) - 1  # noqa: S101 - every field but the voids has a column


LIVE, BUILDING = ("facts", "voids"), ("facts_rebuilt", "voids_rebuilt")


class SqliteFacts:
    """``FactStore`` on one SQLite file; a rebuild fills a pair of tables beside the live ones."""

    def __init__(self, database: Database, tables: tuple[str, str] = LIVE) -> None:
        self._db = database
        self._facts, self._voids = tables
        self._building: SqliteFacts | None = None

    async def insert(self, facts: Sequence[FactRow]) -> list[str]:
        return await self._db.write(lambda c: self._insert(c, facts))

    async def rows(self, types: Sequence[str], since: str, until: str) -> list[tuple[Any, ...]]:
        sql = WINDOW.format(types=", ".join("?" * len(types)), facts=self._facts, voids=self._voids)
        return await self._db.read_aside(sql, (*types, since, until, since, until, since, until))

    async def digests(self) -> AsyncIterator[tuple[str, str]]:
        for piece in self._db.stream(f"SELECT id, digest FROM {self._facts} ORDER BY id"):
            for row in piece:
                yield row[0], row[1]

    async def each(self) -> AsyncIterator[FactRow]:
        voids: dict[str, list[str]] = {}
        for piece in self._db.stream(f"SELECT voided_by, target FROM {self._voids} ORDER BY voided_by, target"):
            for voiding, target in piece:
                voids.setdefault(voiding, []).append(target)
        for piece in self._db.stream(f"SELECT {', '.join(NAMES)} FROM {self._facts} ORDER BY id"):
            for row in piece:
                values = dict(zip(NAMES, row, strict=True))
                case, restricted = values.pop("case_id"), bool(values.pop("restricted"))
                mine = tuple(voids.get(row[0], ()))
                yield FactRow(**values, case=case, restricted=restricted, voids=mine)

    async def count(self) -> int:
        return int(self._db.read(f"SELECT count(*) FROM {self._facts}")[0][0])

    async def provisional(self) -> list[tuple[str, str, str, str]]:
        rows = await self._db.read_aside(PROVISIONAL.format(facts=self._facts))
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    async def begin(self) -> "SqliteFacts":
        def make(connection: sqlite3.Connection) -> None:
            for table, columns in zip(BUILDING, (FACTS, VOIDS), strict=True):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
                connection.execute(f"CREATE TABLE {table} {columns}")

        await self._db.write(make)
        self._building = SqliteFacts(self._db, BUILDING)
        return self._building

    async def switch(self, fresh: FactStore) -> None:
        if fresh is not self._building:
            raise RebuildOvertaken

        def take_over(connection: sqlite3.Connection) -> None:
            for live, built in zip(LIVE, BUILDING, strict=True):
                connection.execute(f"DROP TABLE {live}")
                connection.execute(f"ALTER TABLE {built} RENAME TO {live}")

        await self._db.write(take_over)
        self._building = None

    def _insert(self, connection: sqlite3.Connection, facts: Sequence[FactRow]) -> list[str]:
        rows = [
            (
                fact.id, fact.type, fact.department, fact.case, fact.happened, fact.happened_at, fact.recorded, fact.digest,
                fact.restricted, fact.due, fact.found, fact.fields, fact.clocks,
            )
            for fact in facts
        ]  # fmt: skip
        forks: list[str] = []
        taken = list(facts)
        if connection.executemany(INSERT.format(facts=self._facts), rows).rowcount != len(rows):
            taken = []
            for fact in facts:
                known = connection.execute(f"SELECT digest FROM {self._facts} WHERE id = ?", (fact.id,)).fetchone()
                if known[0] == fact.digest:
                    taken.append(fact)
                else:
                    forks.append(fact.id)
        connection.executemany(
            f"INSERT OR IGNORE INTO {self._voids} (target, voided_by, recorded) VALUES (?, ?, ?)",
            [(target, fact.id, fact.recorded) for fact in taken for target in fact.voids],
        )
        return forks
