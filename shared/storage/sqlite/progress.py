"""Consumers' positions, parked events, running numbers and notes in SQLite."""

import sqlite3
from collections.abc import AsyncIterator, Sequence

from shared.storage.port import GivenNumber, Parked, Position
from shared.storage.sqlite.database import Database


class SqlitePositions:
    """``PositionStore`` on one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def position(self, consumer: str, topic: str, partition: int) -> Position | None:
        rows = self._db.read(
            "SELECT consumer, topic, partition, next, last_id FROM positions WHERE consumer = ? AND topic = ? AND partition = ?",
            (consumer, topic, partition),
        )
        return Position(*rows[0]) if rows else None

    async def move(self, position: Position) -> None:
        row = (position.consumer, position.topic, position.partition, position.next, position.last_id)
        await self._db.write(
            lambda c: c.execute(
                "INSERT INTO positions (consumer, topic, partition, next, last_id) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (consumer, topic, partition) DO UPDATE SET next = excluded.next, last_id = excluded.last_id "
                "WHERE excluded.next > positions.next",
                row,
            )
        )

    async def park(self, parked: Parked) -> None:
        row = (
            parked.consumer, parked.topic, parked.partition, parked.offset, parked.event, parked.department, parked.reason, parked.body,
            parked.dismissed,
        )  # fmt: skip
        await self._db.write(
            lambda c: c.execute(
                'INSERT OR IGNORE INTO parked (consumer, topic, partition, "offset", event, department, reason, body, dismissed) '
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        )

    async def parked(self, consumer: str | None = None) -> list[Parked]:
        rows = self._db.read(
            'SELECT consumer, topic, partition, "offset", event, department, reason, body, dismissed FROM parked '
            'WHERE ? IS NULL OR consumer = ? ORDER BY consumer, topic, partition, "offset"',
            (consumer, consumer),
        )
        return [Parked(*row) for row in rows]

    async def repark(self, parked: Parked) -> None:
        row = (parked.reason, parked.consumer, parked.topic, parked.partition, parked.offset)
        await self._db.write(
            lambda c: c.execute(
                'UPDATE parked SET reason = ? WHERE consumer = ? AND topic = ? AND partition = ? AND "offset" = ?', row
            )
        )

    async def dismiss(self, parked: Parked) -> None:
        row = (parked.dismissed, parked.consumer, parked.topic, parked.partition, parked.offset)
        await self._db.write(
            lambda c: c.execute(
                'UPDATE parked SET dismissed = ? WHERE consumer = ? AND topic = ? AND partition = ? AND "offset" = ?',
                row,
            )
        )

    async def unpark(self, consumer: str, topic: str, partition: int, offset: int) -> None:
        await self._db.write(
            lambda c: c.execute(
                'DELETE FROM parked WHERE consumer = ? AND topic = ? AND partition = ? AND "offset" = ?',
                (consumer, topic, partition, offset),
            )
        )

    async def positions(self) -> list[Position]:
        rows = self._db.read(
            "SELECT consumer, topic, partition, next, last_id FROM positions ORDER BY consumer, topic, partition"
        )
        return [Position(*row) for row in rows]

    async def forget(self, consumer: str, topic: str, partition: int) -> int:
        place = (consumer, topic, partition)

        def drop(connection: sqlite3.Connection) -> int:
            connection.execute("DELETE FROM positions WHERE consumer = ? AND topic = ? AND partition = ?", place)
            return connection.execute(
                "DELETE FROM parked WHERE consumer = ? AND topic = ? AND partition = ?", place
            ).rowcount

        return await self._db.write(drop)


class SqliteNumbers:
    """``NumberStore`` on one SQLite file held by one process.

    A number is given out at once and written in the same queue as the case that bears it, again if the disk refused it:
    it is on disk no later than the case, and where neither is, a retry gets the number anew.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._last: dict[tuple[str, int], int] = {}
        self._given: dict[tuple[str, int, str], int] = {}

    async def next(self, series: str, year: int, for_command: str) -> int:
        asked = (series, year, for_command)
        known = self._given.get(asked)
        if known is None:
            rows = self._db.read("SELECT number FROM numbers WHERE series = ? AND year = ? AND command = ?", asked)
            known = rows[0][0] if rows else None
        if known is not None:
            return known
        last = self._last.get((series, year))
        if last is None:
            rows = self._db.read(
                "SELECT COALESCE(max(number), 0) FROM numbers WHERE series = ? AND year = ?", (series, year)
            )
            last = rows[0][0]
        number = last + 1
        self._last[(series, year)] = number
        self._given[asked] = number
        row = (series, year, number, for_command)
        self._db.enqueue(lambda c: _keep_number(c, row), keep=True)
        return number

    async def export_numbers(self) -> AsyncIterator[GivenNumber]:
        for piece in self._db.stream("SELECT series, year, number, command FROM numbers ORDER BY series, year, number"):
            for row in piece:
                yield GivenNumber(*row)

    async def import_numbers(self, numbers: Sequence[GivenNumber]) -> None:
        rows = [(one.series, one.year, one.number, one.command) for one in numbers]
        await self._db.write(
            lambda c: c.executemany(
                "INSERT OR IGNORE INTO numbers (series, year, number, command) VALUES (?, ?, ?, ?)", rows
            )
        )
        self._last.clear()


def _keep_number(connection: sqlite3.Connection, row: tuple[str, int, int, str]) -> None:
    connection.execute("INSERT INTO numbers (series, year, number, command) VALUES (?, ?, ?, ?)", row)


class SqliteNotes:
    """``NoteStore`` on one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def note(self, name: str) -> bytes | None:
        rows = self._db.read("SELECT body FROM notes WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    async def set_note(self, name: str, body: bytes) -> None:
        await self._db.write(
            lambda c: c.execute(
                "INSERT INTO notes (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
                (name, body),
            )
        )

    async def notes(self, prefix: str) -> list[tuple[str, bytes]]:
        rows = self._db.read(
            "SELECT name, body FROM notes WHERE substr(name, 1, ?) = ? ORDER BY name", (len(prefix), prefix)
        )
        return [(row[0], row[1]) for row in rows]
