"""The storage suite over every adapter of this machine: memory and an SQLite file."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.storage.memory import MemoryStore, memory_stores
from shared.storage.port import Stores
from shared.storage.sqlite import Database, open_stores
from tests.conformance import storage_suite as suite


class InMemory:
    """The dictionaries; they stay through a reopening."""

    def __init__(self) -> None:
        self.stores: Stores = memory_stores()

    async def reopen(self) -> None:
        """Nothing to open."""

    async def flip_audit_byte(self, sequence: int) -> None:
        """Changes one byte of an entry."""
        store = self.stores.audit
        assert isinstance(store, MemoryStore)
        body, digest = store._audit[sequence - 1]
        store._audit[sequence - 1] = (body.replace(b"vault.read", b"vault.reaD"), digest)

    async def close(self) -> None:
        """Nothing to close."""


class OnSqlite:
    """A file in the test's own folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database: Database
        self.stores: Stores
        self.database, self.stores = open_stores(path)

    async def reopen(self) -> None:
        """Closes the file and opens it anew."""
        await self.database.close()
        self.database, self.stores = open_stores(self.path)

    async def flip_audit_byte(self, sequence: int) -> None:
        """Changes one byte of an entry by another hand."""
        await self.database.close()
        other = sqlite3.connect(self.path)
        (body,) = other.execute("SELECT body FROM audit WHERE sequence = ?", (sequence,)).fetchone()
        changed = body.replace(b"vault.read", b"vault.reaD")
        assert changed != body
        other.execute("UPDATE audit SET body = ? WHERE sequence = ?", (changed, sequence))
        other.commit()
        other.close()
        self.database, self.stores = open_stores(self.path)

    async def close(self) -> None:
        """Closes the file."""
        await self.database.close()


@pytest.fixture(params=["memory", "sqlite"])
async def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[suite.Opened]:
    """Fresh stores of one adapter."""
    adapter = InMemory() if request.param == "memory" else OnSqlite(tmp_path / "gongkai.db")
    yield adapter
    await adapter.close()


class TestCaseFiles(suite.CaseFiles):
    """Case files."""


class TestSending(suite.Sending):
    """Unsent files."""


class TestWatching(suite.Watching):
    """Due and stale files."""


class TestLists(suite.Lists):
    """Pages of cases."""


class TestVisibility(suite.Visibility):
    """Who sees what."""


class TestFacts(suite.Facts):
    """Facts."""


class TestPositions(suite.Positions):
    """Positions and parked events."""


class TestNumbers(suite.Numbers):
    """Running numbers."""


class TestVault(suite.Vault):
    """Personal data."""


class TestAudit(suite.Audit):
    """The audit trail."""


class TestFiles(suite.Files):
    """Attachments."""


class TestNotes(suite.Notes):
    """Notes."""
