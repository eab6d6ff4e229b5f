"""One member of a group as a process of its own, with its effects and positions in an SQLite file that all share.

``python -m tests.integration.kafka.member_process BOOTSTRAP PREFIX FILE [HANG]``: with HANG, in its third batch it
stores the effects, makes the file HANG and stays there until it is killed, before the position is moved.
"""

import asyncio
import logging
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.eventlog.envelope import event_id
from shared.eventlog.kafka import KafkaSubscriber
from shared.eventlog.port import MESSAGES, Logged
from shared.storage.sqlite import Database, open_stores
from tests.integration.kafka.place import NAME

SCHEMA = "CREATE TABLE IF NOT EXISTS effects (id TEXT PRIMARY KEY, times INTEGER NOT NULL)"
AT_BATCH = 3


class SharedEffects:
    """Effects by event id; the second of the same id is counted, and is no effect."""

    def __init__(self, database: Database, hang: Path | None) -> None:
        self._database, self._hang, self._batches = database, hang, 0

    async def take(self, records: Sequence[Logged]) -> None:
        """One transaction for a batch of at most a few records, so that a batch has a middle."""
        rows = [(event_id(record.value),) for record in records]

        def store(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT INTO effects (id, times) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET times = times + 1", rows
            )

        await self._database.write(store)
        self._batches += 1
        if self._hang is not None and self._batches == AT_BATCH:
            self._hang.touch()
            await asyncio.Event().wait()


async def main(bootstrap: str, prefix: str, file: str, hang: str | None) -> None:
    """Reads until it is killed."""
    database, stores = open_stores(Path(file))
    await database.write(lambda connection: connection.execute(SCHEMA))
    effects = SharedEffects(database, Path(hang) if hang else None)
    subscriber = KafkaSubscriber(NAME, (MESSAGES,), bootstrap, stores.positions, effects.take, prefix)
    await subscriber.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(name)s %(message)s")
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else None))
