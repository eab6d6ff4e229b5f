"""The local runtime: all services in one process on one data folder, with relay, timers, policies and projection as tasks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.declared import SERVICES
from services.runtime import IDLE_SECONDS, SWEEP_SECONDS, Runtime, parts_of
from services.troubles import Trouble
from shared.clock import ProcessClock
from shared.eventlog.port import EventLog
from shared.eventlog.sqlite import SqliteEventLog
from shared.settings import Settings
from shared.storage.folder import DataFolder
from shared.storage.port import StoreAway, Stores
from shared.storage.sqlite import Database, open_stores


@dataclass(frozen=True, kw_only=True)
class LocalRuntime(Runtime):
    """Everything that runs on one data folder."""

    folder: DataFolder
    database: Database

    @property
    def place(self) -> str:
        """The data folder."""
        return str(self.folder.path)

    async def run(self, stopped: asyncio.Event) -> None:
        """The background tasks of a serving process, until ``stopped``."""
        await asyncio.gather(
            self.keep("events", self._move_once, IDLE_SECONDS, stopped, self.stirred),
            self.keep("timers", self._sweep, SWEEP_SECONDS, stopped),
        )

    async def close(self) -> None:
        """Folds the log back and lets the folder go."""
        await self.database.close()
        self.folder.close()

    @property
    def refusing(self) -> str | None:
        """Why the store takes no writes; None while it does."""
        return self.database.refusing

    async def lag(self) -> int:
        """How many events are not projected yet."""
        return await self.facts.lag()

    def reasons(self) -> list[Trouble]:
        """Nothing: what goes wrong here keeps the process from being ready."""
        return []

    async def _move_once(self) -> bool:
        return bool(await self.move())

    async def _sweep(self) -> bool:
        for service in self.services.values():
            await service.timers.sweep()
        return False


async def open_local(settings: Settings, doing: str, clock: Callable[[], datetime] | None = None) -> LocalRuntime:
    """Opens (and makes, where needed) a data folder. Raises ``FolderHeld`` or ``StoreAway``. Seed it with ``init``."""
    folder = DataFolder(settings.data, doing)
    try:
        database, stores = open_stores(folder.database)
    except StoreAway:
        folder.close()
        raise
    try:
        return await runtime_on(settings, folder, database, stores, SqliteEventLog(database), clock)
    except BaseException:
        await database.close()
        folder.close()
        raise


async def runtime_on(
    settings: Settings,
    folder: DataFolder,
    database: Database,
    stores: Stores,
    eventlog: EventLog,
    clock: Callable[[], datetime] | None = None,
) -> LocalRuntime:
    """A runtime on adapters that are open already; it closes database and folder."""
    files = {declared.name: stores.cases for declared in SERVICES}
    parts = parts_of(settings, stores, eventlog, clock or ProcessClock(settings.clock_start), files)
    services = parts.services(lambda _: stores)
    runtime = LocalRuntime(**parts.beside(stores, services), folder=folder, database=database)
    for service in services.values():
        await service.relay.drain()
    await runtime.follower.run_once()
    return runtime
