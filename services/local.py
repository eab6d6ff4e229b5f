"""The local runtime: all services in one process on one data folder, with relay, timers, policies and projection as tasks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
import yaml

from services.assessment.facts import CONSUMER, TOPICS, Projector
from services.assessment.seeding import read_seed_data, seed_steps
from services.declared import SERVICES
from shared.clock import ProcessClock
from shared.contracts import newest
from shared.domain.directory import SYSTEM
from shared.domain.kind import RuleBroken
from shared.engine.consumer import Consumer
from shared.engine.execute import Asked, Engine, KeyReused
from shared.engine.follower import ReferenceFollower
from shared.engine.reference import Reference
from shared.engine.timers import SweepIncomplete
from shared.eventlog.port import EventLog
from shared.eventlog.sqlite import SqliteEventLog
from shared.security.audit import Audit
from shared.security.identity import LocalTokens, Receipts
from shared.security.keys import Keys, open_keys
from shared.security.vault import Vault
from shared.service import Service, put_together
from shared.settings import Settings
from shared.storage.folder import DataFolder
from shared.storage.port import StoreAway, Stores
from shared.storage.sqlite import Database, open_stores

PLAN = Path(__file__).parent.parent / "plans" / "2026.yaml"
IDLE_SECONDS = 1.0
SWEEP_SECONDS = 5.0
GATHER_SECONDS = 0.05
SEEDED = "seeded"
log = structlog.get_logger("runtime")


@dataclass(frozen=True)
class LocalRuntime:
    """Everything that runs on one data folder."""

    settings: Settings
    folder: DataFolder
    database: Database
    stores: Stores
    eventlog: EventLog
    keys: Keys
    vault: Vault
    tokens: LocalTokens
    receipts: Receipts
    audit: Audit
    clock: Callable[[], datetime]
    follower: ReferenceFollower
    services: Mapping[str, Service]
    facts: Consumer
    stirred: asyncio.Event
    troubles: dict[str, str] = field(default_factory=dict)

    @property
    def reference(self) -> Reference:
        """The reference data; a local folder has always read it."""
        current = self.follower.current
        if current is None:
            raise RuntimeError("the reference topic has not been read")
        return current

    def engine(self, service: str) -> Engine:
        """A service's engine."""
        return self.services[service].engine

    async def init(self) -> int:
        """Seeds calendar, sample directory and default plan; how many entries were new."""
        new = 0
        engine = self.engine("assessment")
        for step in seed_steps(read_seed_data(PLAN)):
            # A clock set into the past seeds what it could not know yet as known from the start.
            happened = min(step.happened, self.clock())
            asked = Asked(step.command, SYSTEM, step.command_id, happened, origin="import")
            existing = None if step.command.command_opens else step.case
            try:
                new += not (await engine.execute(step.kind, existing, [asked])).replayed
            except (KeyReused, RuleBroken) as known:
                # A folder seeded by an older version keeps what it was seeded with.
                log.info("seed kept as it is", case=step.case, reason=str(known))
        await self.settle_down()
        await self.stores.notes.set_note(SEEDED, b"1")
        return new

    async def seeded(self) -> bool:
        """Whether the seed is whole; one that was cut off is not, and ``init`` goes on with it."""
        return await self.stores.notes.note(SEEDED) is not None

    async def settle_down(self) -> None:
        """Publishes, follows, reacts and projects until nothing moves."""
        while await self._move():
            pass

    async def catch_up(self) -> None:
        """A complete sweep of every service, then everything it left carried through to the facts."""
        await self.settle_down()
        for service in self.services.values():
            try:
                await service.timers.sweep()
            except SweepIncomplete as incomplete:
                # The ranking shows how far the sweeps have come; what can be told is told.
                self.troubles["timers"] = str(incomplete)
        await self.settle_down()

    async def swept_through(self) -> datetime | None:
        """The instant up to which every service has been swept."""
        from shared.domain.localtime import read_moment

        found = [await self.stores.notes.note(f"swept:{name}") for name in self.services]
        return min(read_moment(body.decode()) for body in found if body) if all(found) else None

    async def run(self, stopped: asyncio.Event) -> None:
        """The background tasks of a serving process, until ``stopped``."""
        await asyncio.gather(
            self._keep("events", self._move_once, IDLE_SECONDS, stopped, True),
            self._keep("timers", self._sweep, SWEEP_SECONDS, stopped, False),
        )

    async def close(self) -> None:
        """Folds the log back and lets the folder go."""
        await self.database.close()
        self.folder.close()

    async def _move(self) -> int:
        moved = 0
        for service in self.services.values():
            moved += await service.relay.run_once()
        await self.follower.run_once()
        for service in self.services.values():
            moved += await service.policies.run_once()
        return moved + await self.facts.run_once()

    async def _move_once(self) -> bool:
        return bool(await self._move())

    async def _sweep(self) -> bool:
        for service in self.services.values():
            await service.timers.sweep()
        return False

    async def _keep(
        self, name: str, step: Callable[[], Awaitable[bool]], idle: float, stopped: asyncio.Event, stirrable: bool
    ) -> None:
        """Repeats a step; what goes wrong is told by readiness and log, and tried again."""
        while not stopped.is_set():
            try:
                again = await step()
                self.troubles.pop(name, None)
            except Exception as problem:
                # A background task must outlive anything: a dead relay would hide events without a word.
                # Its words go out only where they cannot name a case: readiness and logs are read by anybody's people.
                words = f": {problem}" if isinstance(problem, (StoreAway, OSError)) else ""
                self.troubles[name] = f"{type(problem).__name__}{words}"
                log.exception("background step failed", step=name, problem=self.troubles[name])
                again = False
            if not again:
                await _first_of(idle, stopped, *([self.stirred] if stirrable else []))
            if stirrable:
                # What comes within a moment goes in one round: under load that is most of the work saved.
                await _first_of(GATHER_SECONDS, stopped)
                self.stirred.clear()


async def _first_of(seconds: float, *events: asyncio.Event) -> None:
    """Waits until one of the events is set or the time is over."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


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
    keys = open_keys(settings.data, master_file=settings.master_key_file, token_file=settings.token_key_file)
    vault = Vault(stores.vault, keys, cipher=settings.cipher)
    now = clock or ProcessClock(settings.clock_start)
    limits = read_limits(settings)
    follower = ReferenceFollower(eventlog, limits)
    stirred = asyncio.Event()
    services: dict[str, Service] = {}
    for declared in SERVICES:
        service = put_together(
            declared,
            stores=stores,
            eventlog=eventlog,
            sealer=vault,
            reference=follower,
            now=now,
            region=settings.region,
            hash_key=keys.for_use("command"),
            algorithm=settings.hash,
            settings=limits,
        )
        service.engine.appended = stirred.set
        services[declared.name] = service
    facts = Consumer(CONSUMER, TOPICS, eventlog, stores.positions, Projector(stores.facts, stores.positions).take)
    runtime = LocalRuntime(
        settings=settings,
        folder=folder,
        database=database,
        stores=stores,
        eventlog=eventlog,
        keys=keys,
        vault=vault,
        tokens=LocalTokens(keys.tokens, production=settings.env == "production", allowed=settings.allow_local_tokens),
        receipts=Receipts(keys),
        audit=Audit(stores.audit, now),
        clock=now,
        follower=follower,
        services=services,
        facts=facts,
        stirred=stirred,
    )
    for service in services.values():
        await service.relay.drain()
    await follower.run_once()
    return runtime


def read_limits(settings: Settings) -> dict[str, Any]:
    """The county's limits (时限设置) from the file named in the settings, with what plans are checked against."""
    limits: dict[str, Any] = {}
    if settings.limits_file is not None:
        found = yaml.safe_load(settings.limits_file.read_text(encoding="utf-8"))
        limits.update(found or {})
    limits["local_holidays_stop"] = settings.local_holidays_stop
    limits["contracts"] = newest()
    return limits
