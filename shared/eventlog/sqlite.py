"""The event log of the local runtime: one SQLite table, one partition a topic, offsets without gaps."""

import sqlite3
from collections.abc import Sequence

from shared.eventlog.port import Entry, Logged
from shared.storage.sqlite.database import Database


class SqliteEventLog:
    """``EventLog`` on one SQLite file."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def publish(self, entries: Sequence[Entry]) -> None:
        await self._db.write(lambda connection: _publish(connection, entries))

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> list[Logged]:
        rows = self._db.read(
            'SELECT "offset", key, value FROM log WHERE topic = ? AND "offset" >= ? ORDER BY "offset" LIMIT ?',
            (topic, offset, limit),
        )
        return [Logged(topic, 0, row[0], row[1], row[2]) for row in rows]

    async def partitions(self, topic: str) -> int:
        return 1

    async def end(self, topic: str, partition: int) -> int:
        return int(self._db.read('SELECT COALESCE(max("offset") + 1, 0) FROM log WHERE topic = ?', (topic,))[0][0])

    async def ends(self, topic: str) -> list[int]:
        return [await self.end(topic, 0)]


def _publish(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    ends: dict[str, int] = {}
    rows = []
    for entry in entries:
        if entry.topic not in ends:
            found = connection.execute(
                'SELECT COALESCE(max("offset") + 1, 0) FROM log WHERE topic = ?', (entry.topic,)
            ).fetchone()
            ends[entry.topic] = found[0]
        rows.append((entry.topic, ends[entry.topic], entry.key, entry.value))
        ends[entry.topic] += 1
    connection.executemany('INSERT INTO log (topic, "offset", key, value) VALUES (?, ?, ?, ?)', rows)
