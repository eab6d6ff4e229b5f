"""What both runtimes have in common: the services of a process with their adapters, and how it moves events on."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import structlog

from services.assessment.facts import CONSUMER, TOPICS, Projector
from services.assessment.seeding import read_seed_data, seed_steps
from services.declared import SERVICES
from services.limits import known_limits
from services.troubles import Trouble, tell_trouble, trouble_of
from shared.contracts import newest
from shared.domain.directory import SYSTEM
from shared.domain.kind import RuleBroken
from shared.domain.localtime import local_date, read_moment
from shared.domain.text import Text
from shared.engine.consumer import Consumer, fits
from shared.engine.execute import Asked, Engine, KeyReused
from shared.engine.follower import ReferenceFollower
from shared.engine.reference import Reference
from shared.engine.timers import SweepIncomplete
from shared.eventlog.port import EventLog, LogAway, LogReset
from shared.limits_file import read_limits_file
from shared.security.audit import Audit
from shared.security.identity import LocalTokens, Receipts
from shared.security.keys import MASTER, KeyProblem, Keys, keep_check, open_keys
from shared.security.vault import Vault, WrongMasterKey
from shared.service import Service, put_together
from shared.settings import Settings, SettingsProblem
from shared.storage.port import (
    CaseReader,
    CaseRecord,
    EventRecord,
    FactStore,
    Parking,
    StoreAway,
    Stores,
    Viewer,
    waiting,
)

PLAN = Path(__file__).parent.parent / "plans" / "2026.yaml"
IDLE_SECONDS = 1.0
SWEEP_SECONDS = 5.0
FIGURES_WITHIN = 5.0
GATHER_SECONDS = 0.05
SEEDED = "seeded"
RESTORING = "restoring"
"""A note that is there, and not empty, while a restore is under way or was cut off."""
COUNTED = ("unsent_files", "oldest_unsent_seconds", "parked_events", "overdue_cases")
log = structlog.get_logger("runtime")
S = TypeVar("S")


@dataclass(frozen=True)
class Runtime(ABC):
    """The services a process can open, on adapters of its kind.

    ``stores`` are those of the desk: where facts, audit trail and personal data are. Every service has its own for its
    case files, which are the same ones where all share a store.
    """

    settings: Settings
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
    troubles: dict[str, Trouble] = field(default_factory=dict)
    counted: dict[str, float] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0.0))

    @property
    def reference(self) -> Reference:
        """The reference data. Raises ``RuntimeError`` before it has been read."""
        current = self.follower.current
        if current is None:
            raise RuntimeError("the reference topic has not been read")
        return current

    @property
    def today(self) -> date:
        """The local day."""
        return local_date(self.clock())

    def seconds_since(self, instant: datetime | None) -> float:
        """How long ago that was; 0 for never, and for a clock that was set back since."""
        return max(0.0, (self.clock() - instant).total_seconds()) if instant is not None else 0.0

    @property
    def files(self) -> CaseReader:
        """The case files of all services, to be read."""
        stores = distinct(service.stores.cases for service in self.services.values())
        return stores[0] if len(stores) == 1 else AllFiles(stores)

    def projector(self, facts: FactStore, parking: Parking) -> Projector:
        """What takes events of this county into facts."""
        return Projector(facts, parking, case_files(self.services))

    def engine(self, service: str) -> Engine:
        """A service's engine."""
        return self.services[service].engine

    @property
    @abstractmethod
    def place(self) -> str:
        """Where the cases are, for people."""

    @abstractmethod
    async def run(self, stopped: asyncio.Event) -> None:
        """The background tasks of a serving process, until ``stopped``."""

    @abstractmethod
    async def close(self) -> None:
        """Lets go of everything."""

    @property
    @abstractmethod
    def refusing(self) -> str | None:
        """Why the store takes no writes; None while it does."""

    @abstractmethod
    async def lag(self) -> int:
        """How many events are not projected yet."""

    def serving(self) -> Sequence[Service]:
        """The services that this process runs."""
        return [*self.services.values()]

    async def figures(self) -> dict[str, float]:
        """What metrics tell of the stores of the services that run here; while those are away, what was told last."""
        # That the store is away is told by readiness; whoever asks for metrics waits for no store.
        with suppress(StoreAway, TimeoutError):
            async with asyncio.timeout(FIGURES_WITHIN):
                self.counted.update(zip(COUNTED, await self._count(), strict=True))
        return dict(self.counted)

    @abstractmethod
    def reasons(self) -> list[Trouble]:
        """What to look at, though the process serves."""

    async def log_faults(self) -> list[Text]:
        """What is wrong with the event log, each in a sentence with the way out; needs a store that answers."""
        found: list[Text] = []
        try:
            try:
                await self.follower.run_once()
            except LogReset as reset:
                found.append(reset.text)
            for positions in distinct(service.stores.positions for service in self.services.values()):
                for place in await positions.positions():
                    if not await fits(self.eventlog, place):
                        found.append(LogReset(place.topic, place.partition, place.next, place.last_id).text)
        except LogAway as away:
            return [away.text]
        return list(dict.fromkeys(found))

    async def _count(self) -> tuple[float, float, float, float]:
        today = self.today.isoformat()
        unfinished = overdue = parked = 0
        oldest: list[datetime] = []
        for service in self.serving():
            unsent, late = await service.stores.cases.figures(service.name, today)
            unfinished, overdue = unfinished + unsent, overdue + late
            if (since := await service.stores.cases.oldest_unsent(service.name)) is not None:
                oldest.append(since)
        for positions in distinct(service.stores.positions for service in self.serving()):
            parked += len(waiting(await positions.parked()))
        return float(unfinished), self.seconds_since(min(oldest, default=None)), float(parked), float(overdue)

    async def prove_key(self, *, begin: bool = False) -> bool:
        """Whether the master key is the one of the store; False where there is nothing yet that could say so.

        ``begin``: on a store with nothing in it, the key of this process becomes the store's. Raises ``KeyProblem``.
        """
        try:
            proven = await self.vault.prove(begin=begin or await self.seeded())
        except WrongMasterKey as wrong:
            raise wrong_key(self.settings, self.place) from wrong
        if proven:
            keep_check(self.settings.data, self.keys)
        return proven

    async def init(self) -> int:
        """Seeds calendar, sample directory and default plan; how many entries were new. Raises ``KeyProblem``."""
        await self.prove_key(begin=True)
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
                # A store seeded by an older version keeps what it was seeded with.
                log.info("seed kept as it is", case=step.case, reason=str(known))
        await self.settle_down()
        await self.engine("assessment").stores.notes.set_note(SEEDED, b"1")
        return new

    async def seeded(self) -> bool:
        """Whether the seed is whole; one that was cut off is not, and ``init`` goes on with it."""
        return await self.engine("assessment").stores.notes.note(SEEDED) is not None

    async def settle_down(self) -> None:
        """Publishes, follows, reacts and projects until nothing moves."""
        while await self.move():
            pass

    async def catch_up(self) -> None:
        """A complete sweep of every service, then everything it left carried through to the facts."""
        await self.settle_down()
        for service in self.services.values():
            try:
                await service.timers.sweep()
            except SweepIncomplete as incomplete:
                # The ranking shows how far the sweeps have come; what can be told is told.
                self.troubles["timers"] = trouble_of("timers", incomplete)
        await self.settle_down()

    async def swept_through(self) -> datetime | None:
        """The instant up to which every service has been swept."""
        found = [await s.stores.notes.note(f"swept:{name}") for name, s in self.services.items()]
        return min(read_moment(body.decode()) for body in found if body) if all(found) else None

    async def move(self) -> int:
        """One round of publishing, following, reacting and projecting; how much moved."""
        moved = 0
        for service in self.services.values():
            moved += await service.relay.run_once()
        await self.follower.run_once()
        for service in self.services.values():
            moved += await service.policies.run_once()
        return moved + await self.facts.run_once()

    async def keep(
        self,
        name: str,
        step: Callable[[], Awaitable[bool]],
        idle: float,
        stopped: asyncio.Event,
        stirred: asyncio.Event | None = None,
    ) -> None:
        """Repeats a step; what goes wrong is told by readiness and log, and tried again."""
        while not stopped.is_set():
            try:
                again = await step()
                if self.troubles.pop(name, None) is not None:
                    log.info("background step goes on", step=name)
            except Exception as problem:
                # A background task must outlive anything: a dead relay would hide events without a word.
                known, found = self.troubles.get(name), trouble_of(name, problem)
                if known is None or known.code != found.code:
                    tell_trouble(name, found, problem)
                self.troubles[name] = found
                again = False
            if not again:
                await _first_of(idle, stopped, *([stirred] if stirred else []))
            if stirred is not None:
                # What comes within a moment goes in one round: under load that is most of the work saved.
                await _first_of(GATHER_SECONDS, stopped)
                stirred.clear()


def case_files(services: Mapping[str, Service]) -> dict[str, CaseReader]:
    """Each service's case files, by its name."""
    return {name: service.stores.cases for name, service in services.items()}


def distinct(stores: Iterable[S]) -> list[S]:
    """Each store once, though several services may share it."""
    return list({id(store): store for store in stores}.values())


def wrong_key(settings: Settings, place: str) -> KeyProblem:
    """That this is another county's master key, or a new one: which setting names it, and the way out."""
    path = settings.master_key_file or settings.data / "secrets" / MASTER
    store_zh = "、GONGKAI_MONGO_FILE 和 GONGKAI_PREFIX" if settings.runtime == "distributed" else " 和 GONGKAI_DATA"
    store_en = ", GONGKAI_MONGO_FILE and GONGKAI_PREFIX" if settings.runtime == "distributed" else " and GONGKAI_DATA"
    return KeyProblem(
        Text(
            f"GONGKAI_MASTER_KEY_FILE：主密钥 {path} 不是 {place} 中个人信息加密所用的那一个，拒绝启动，什么也没有写入。"
            f"请从主密钥的备份放回原来的文件；如果密钥没错，请检查是否连错了库（GONGKAI_MASTER_KEY_FILE{store_zh}）",
            f"GONGKAI_MASTER_KEY_FILE: the master key {path} is not the one that the personal data in {place} were sealed "
            "with; refused, nothing was written. Put the old file back from the key's own copy; if the key is right, this "
            f"is another store: look at GONGKAI_MASTER_KEY_FILE{store_en}",
        )
    )


class AllFiles:
    """The case files of several stores, read as one."""

    def __init__(self, stores: Sequence[CaseReader]) -> None:
        self._stores = stores

    async def load(self, case: str) -> CaseRecord | None:
        """The head of a file, wherever it is."""
        for store in self._stores:
            head = await store.load(case)
            if head is not None:
                return head
        return None

    async def events(self, case: str, after: int = 0) -> list[EventRecord]:
        """The file's events above sequence ``after``, in order."""
        for store in self._stores:
            found = await store.events(case, after)
            if found:
                return found
        return []

    async def events_of(self, places: Sequence[tuple[str, int]]) -> list[EventRecord]:
        """The events of several files, wherever they are, in the order asked."""
        found: dict[str, list[EventRecord]] = {}
        for store in self._stores:
            for event in await store.events_of([place for place in places if place[0] not in found]):
                found.setdefault(event.case, []).append(event)
        return [event for case, _ in places for event in found.get(case, ())]

    async def walk(self, service: str | None = None) -> AsyncIterator[CaseRecord]:
        """Every head, store by store."""
        for store in self._stores:
            async for head in store.walk(service):
                yield head

    async def visible(self, case: str, viewer: Viewer) -> bool:
        """Whether the case exists for the viewer."""
        for store in self._stores:
            if await store.visible(case, viewer):
                return True
        return False


async def _first_of(seconds: float, *events: asyncio.Event) -> None:
    """Waits until one of the events is set or the time is over."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


@dataclass(frozen=True)
class Parts:
    """What every service of a process shares, made from the settings; each service's own stores come beside it."""

    settings: Settings
    keys: Keys
    now: Callable[[], datetime]
    eventlog: EventLog
    limits: Mapping[str, Any]
    follower: ReferenceFollower
    vault: Vault
    stirred: asyncio.Event

    def services(self, stores: Callable[[str], Stores]) -> dict[str, Service]:
        """Every declared service put together on the stores that ``stores`` gives for its name."""
        found: dict[str, Service] = {}
        theirs = {declared.name: stores(declared.name) for declared in SERVICES}
        for declared in SERVICES:
            service = put_together(
                declared,
                stores=theirs[declared.name],
                files={name: one.cases for name, one in theirs.items()},
                eventlog=self.eventlog,
                sealer=self.vault,
                reference=self.follower,
                now=self.now,
                region=self.settings.region,
                hash_key=self.keys.for_use("command"),
                algorithm=self.settings.hash,
                settings=self.limits,
            )
            service.engine.appended = self.stirred.set
            found[declared.name] = service
        return found

    def beside(self, stores: Stores, services: Mapping[str, Service]) -> dict[str, Any]:
        """The fields of a ``Runtime`` that follow from these parts, the desk's stores and the services."""
        settings = self.settings
        projector = Projector(stores.facts, stores.positions, case_files(services))
        return {
            "settings": settings,
            "services": services,
            "stores": stores,
            "eventlog": self.eventlog,
            "keys": self.keys,
            "vault": self.vault,
            "tokens": LocalTokens(
                self.keys.tokens, production=settings.env == "production", allowed=settings.allow_local_tokens
            ),
            "receipts": Receipts(self.keys),
            "audit": Audit(stores.audit, self.now),
            "clock": self.now,
            "follower": self.follower,
            "facts": Consumer(CONSUMER, TOPICS, self.eventlog, stores.positions, projector.take),
            "stirred": self.stirred,
        }


def parts_of(
    settings: Settings,
    stores: Stores,
    eventlog: EventLog,
    now: Callable[[], datetime],
    files: Mapping[str, CaseReader],
    *,
    copy: bool = False,
) -> Parts:
    """Keys, vault and reference data on the given adapters. Raises ``KeyProblem``.

    ``files``: each service's case files, by its name. ``copy``: the log is apart from the store, which keeps a copy of
    the reference data.
    """
    keys = open_keys(settings.data, master_file=settings.master_key_file, token_file=settings.token_key_file)
    limits = read_limits(settings)
    return Parts(
        settings,
        keys,
        now,
        eventlog,
        limits,
        ReferenceFollower(eventlog, limits, stores.notes if copy else None, files),
        Vault(stores.vault, keys, cipher=settings.cipher),
        asyncio.Event(),
    )


def read_limits(settings: Settings) -> dict[str, Any]:
    """The county's limits (时限设置) from the file named in the settings, with what plans are checked against.

    Raises ``SettingsProblem``, which names everything that is wrong with the file.
    """
    limits: dict[str, Any] = {}
    if settings.limits_file is not None:
        limits, wrong = read_limits_file(settings.limits_file, known_limits())
        if wrong:
            raise SettingsProblem([("limits_file", said) for said in wrong])
    limits["local_holidays_stop"] = settings.local_holidays_stop
    limits["contracts"] = newest()
    return limits
