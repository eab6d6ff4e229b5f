"""The event log suite over every adapter of this machine: memory (one and several partitions), an SQLite file, Kafka."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.eventlog.kafka import KafkaEventLog, apply_topics
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.port import EventLog
from shared.eventlog.sqlite import SqliteEventLog
from shared.storage.sqlite import Database
from tests.backends.kafka_topics import delete_topics
from tests.conformance import eventlog_suite as suite


class InMemory:
    """Lists; they stay through a reopening."""

    def __init__(self, partitions: int) -> None:
        self.log: EventLog = MemoryEventLog(partitions)

    async def reopen(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""


class OnSqlite:
    """A file in the test's own folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = Database(path)
        self.log: EventLog = SqliteEventLog(self.database)

    async def reopen(self) -> None:
        """Closes the file and opens it anew."""
        await self.database.close()
        self.database = Database(self.path)
        self.log = SqliteEventLog(self.database)

    async def close(self) -> None:
        """Closes the file."""
        await self.database.close()


class OnKafka:
    """Topics of the test's own on a broker that all tests share."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.prefix = f"conformance-{uuid.uuid4().hex[:12]}."
        self.kafka = KafkaEventLog(bootstrap, self.prefix, 3)
        self.log: EventLog = self.kafka

    async def make_topics(self) -> None:
        """Three partitions, so that keys have several to go to."""
        await apply_topics(self.bootstrap, partitions=3, prefix=self.prefix)

    async def reopen(self) -> None:
        """New connections; the topics stay."""
        await self.kafka.close()
        self.log = self.kafka = KafkaEventLog(self.bootstrap, self.prefix, 3)

    async def close(self) -> None:
        """Lets go of the connections and deletes the topics."""
        await self.kafka.close()
        await delete_topics(self.bootstrap, self.prefix)


@pytest.fixture(params=["memory", "memory-5", "sqlite", "kafka"])
async def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[suite.Opened]:
    """A fresh log of one adapter."""
    adapter: InMemory | OnSqlite | OnKafka
    if request.param == "kafka":
        adapter = OnKafka(request.getfixturevalue("kafka_bootstrap"))
        await adapter.make_topics()
    elif request.param == "sqlite":
        adapter = OnSqlite(tmp_path / "gongkai.db")
    else:
        adapter = InMemory(5 if request.param == "memory-5" else 1)
    yield adapter
    await adapter.close()


class TestLog(suite.Log):
    """The log."""
