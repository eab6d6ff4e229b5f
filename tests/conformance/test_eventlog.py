"""The event log suite over every adapter of this machine: memory (one and several partitions), an SQLite file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.port import EventLog
from shared.eventlog.sqlite import SqliteEventLog
from shared.storage.sqlite import Database
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


@pytest.fixture(params=["memory", "memory-5", "sqlite"])
async def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[suite.Opened]:
    """A fresh log of one adapter."""
    if request.param == "sqlite":
        adapter: InMemory | OnSqlite = OnSqlite(tmp_path / "gongkai.db")
    else:
        adapter = InMemory(5 if request.param == "memory-5" else 1)
    yield adapter
    await adapter.close()


class TestLog(suite.Log):
    """The log."""
