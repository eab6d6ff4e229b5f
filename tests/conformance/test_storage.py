"""The storage suite over every adapter: memory, an SQLite file, and MongoDB where a server is."""

import sqlite3
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.storage.memory import MemoryStore, memory_stores
from shared.storage.mongo import MongoDatabases, open_mongo_stores
from shared.storage.port import Stores
from shared.storage.sqlite import Database, open_stores
from tests.backends.mongo_server import outlives_the_tests
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


class OnMongo:
    """Databases of the test's own on the session's server."""

    def __init__(self, url: str) -> None:
        self._url, self._prefix = url, f"t{uuid.uuid4().hex[:12]}"
        self.databases: MongoDatabases
        self.stores: Stores
        self._open()

    def _open(self) -> None:
        self.databases, self.stores = open_mongo_stores(self._url, service="messages", prefix=self._prefix, patience=30)

    async def reopen(self) -> None:
        """Lets go of all connections and opens others."""
        await self.databases.close()
        self._open()

    async def flip_audit_byte(self, sequence: int) -> None:
        """Changes one byte of an entry."""
        entry = await self.databases.audit.find_one({"_id": sequence})
        assert entry is not None
        changed = entry["body"].replace(b"vault.read", b"vault.reaD")
        assert changed != entry["body"]
        await self.databases.audit.update_one({"_id": sequence}, {"$set": {"body": changed}})

    async def close(self) -> None:
        """Nothing of it stays on a server that stays."""
        if outlives_the_tests():
            await self.databases.drop()
        await self.databases.close()


async def fresh(kind: str, request: pytest.FixtureRequest, folder: Path) -> InMemory | OnSqlite | OnMongo:
    """Empty stores of an adapter."""
    match kind:
        case "memory":
            return InMemory()
        case "sqlite":
            return OnSqlite(folder / "gongkai.db")
        case _:
            adapter = OnMongo(request.getfixturevalue("mongo_server"))
            await adapter.databases.ensure_indexes()
            return adapter


@pytest.fixture(params=["memory", "sqlite", "mongo"])
async def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[suite.Opened]:
    """Fresh stores of one adapter."""
    adapter = await fresh(request.param, request, tmp_path)
    yield adapter
    await adapter.close()


@pytest.fixture
async def elsewhere(
    opened: suite.Opened, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[suite.Opened]:
    """Other fresh stores of the same adapter."""
    kind = {InMemory: "memory", OnSqlite: "sqlite", OnMongo: "mongo"}[type(opened)]  # type: ignore[index]
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    adapter = await fresh(kind, request, folder)
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


class TestMoving(suite.Moving):
    """Export and import."""
