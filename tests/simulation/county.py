"""A county in a test tube: processes that run every role, clients that ask until they are answered, and time that jumps."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Protocol

from services.assessment.facts import CONSUMER, TOPICS, Projector
from shared.contracts import Contract, contract
from shared.domain.corrections import COMMON_EVENTS
from shared.domain.directory import Actor, Dated, Department, Directory
from shared.domain.kind import CaseKind, Command, Event, RuleBroken
from shared.domain.workdays import Calendar, Notice
from shared.engine.consumer import Consumer
from shared.engine.execute import Asked, KeyReused, NotReady, Outcome, TooBusy
from shared.engine.ledger import LedgerSealed
from shared.engine.reference import Reference
from shared.engine.sealing import Sealer
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.port import LogAway
from shared.service import Declared, Service, put_together
from shared.storage.memory import MemoryStore
from shared.storage.port import CommandKnown, Commit, Position, StoreAway, Stores, VersionConflict
from tests.simulation.scheduler import Owner, Proxy, Scheduler

OPENS_AT = datetime(2026, 10, 8, 23, 0, tzinfo=UTC)
UNITS = ("county-office", "d1", "d2", "d3")
DIRECTORY = Directory(
    {
        unit: Department(unit, (Dated(date(2020, 1, 1), unit),), (Dated(date(2020, 1, 1), "other"),), date(2020, 1, 1))
        for unit in UNITS
    }
)
MOST_STEPS = 20_000
DECIDED = (
    "cases.append", "cases.refuse", "cases.add_subject", "cases.add_value",
    "vault.subject", "vault.find_subject", "vault.values",
)  # fmt: skip
"""Where a commit waits that has its recorded time: a day is not sealed (some minutes after midnight) meanwhile."""


Make = Callable[..., Service]
Stored = Mapping[str, list[dict[str, Any]]]


class Story(Protocol):
    """What a schedule is about: services, what their clients ask for, and the laws of just these."""

    services: tuple[Declared, ...]

    def sealer(self, stores: Stores) -> Sealer:
        """The vault of one process."""

    async def client(self, county: "County", number: int) -> None:
        """One client's whole life."""

    def check(self, county: "County", stored: Stored) -> None:
        """Raises ``AssertionError`` naming the law that was broken."""


@cache
def contracts(services: tuple[Declared, ...]) -> dict[str, Contract]:
    """The contracts of all that services leave."""
    found: dict[str, Contract] = {}
    for declared in services:
        for kind in declared.kinds:
            models: list[type[Event]] = [*kind.events, *COMMON_EVENTS, LedgerSealed]
            for model in models:
                schema = contract(declared.name, model)
                found[schema["x-gongkai"]["type"]] = schema
    return found


@dataclass(frozen=True)
class Days:
    """The calendar before and after an amendment, and the amended days, for whoever counts on fingers."""

    before: Calendar
    after: Calendar
    holidays: frozenset[date]
    makeup_workdays: frozenset[date]
    removed_holidays: frozenset[date]


def _notice(holidays: frozenset[date], makeup: frozenset[date], removed: frozenset[date], *, amends: bool) -> Notice:
    return Notice(2026, "国办发明电", date(2025, 11, 4), holidays, makeup, removed=removed, amends=amends)


FIRST_HOLIDAYS = frozenset(date(2026, 10, day) for day in range(1, 9))
FIRST_MAKEUP = frozenset({date(2026, 10, 10)})


def _amended(number: int) -> Days:
    random = Random(number)
    days = [date(2026, 10, 9) + timedelta(days=n) for n in range(24)]
    changed = [day for day in days if random.random() < 0.2]
    holidays = frozenset(day for day in changed if day.weekday() < 5)
    makeup = frozenset(day for day in changed if day.weekday() >= 5 and day not in FIRST_MAKEUP)
    removed = frozenset(day for day in changed if day in FIRST_MAKEUP)
    before = Calendar.empty().publish(_notice(FIRST_HOLIDAYS, FIRST_MAKEUP, frozenset(), amends=False))
    return Days(before, before.amend(_notice(holidays, makeup, removed, amends=True)), holidays, makeup, removed)


CALENDARS = tuple(_amended(number) for number in range(12))


class Witness(MemoryStore):
    """The store, which notes what must never happen."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.conflicts = self.known_again = self.late_marks = 0
        self._decided_under: dict[str, int] = {}
        self._furthest: dict[tuple[str, str, int], int] = {}

    async def append(self, commit: Commit) -> None:
        """Appends, and sees whether what was decided under a calendar is decided anew under an older one."""
        try:
            await super().append(commit)
        except VersionConflict:
            self.conflicts += 1
            raise
        except CommandKnown:
            self.known_again += 1
            raise
        case, calendar = commit.head.id, commit.head.calendar
        last = self._decided_under.get(case, 0)
        self._decided_under[case] = calendar
        if calendar < last:
            self.wrong.append(f"{case} went back from calendar {last} to {calendar}")

    async def mark_sent(self, sent: Sequence[tuple[str, int, int]]) -> None:
        """Marks, and counts the marks that come after those of a faster relay."""
        self.late_marks += sum(self._heads[case].sent >= upto for case, _, upto in sent)
        await super().mark_sent(sent)

    async def move(self, position: Position) -> None:
        """Moves, and sees whether a position has gone back."""
        place = (position.consumer, position.topic, position.partition)
        self._furthest[place] = max(position.next, self._furthest.get(place, 0))
        await super().move(position)
        if self._positions[place].next < self._furthest[place]:
            self.wrong.append(f"{place} went back from {self._furthest[place]} to {self._positions[place].next}")


@dataclass
class Sent:
    """One command of a client and, in the end, what it was told.

    ``other``: while nobody answers, the client may change its mind and word it so, under the same id.
    """

    id: str
    actor: Actor
    command: Command
    case: str | None
    happened: datetime
    told: Outcome | RuleBroken | None = None
    other: Command | None = None

    def reword(self) -> None:
        """Changes its mind."""
        if self.other is not None:
            self.command, self.other = self.other, self.command

    @property
    def accepted(self) -> bool:
        """Whether it was carried out."""
        return isinstance(self.told, Outcome)


class Host(Owner):
    """A process: it plays its roles for ever and answers requests."""

    services: Mapping[str, Service]

    def __init__(self, world: "County", name: str) -> None:
        super().__init__(name)
        self.world = world
        self.requests: dict[Any, None] = {}
        self.not_ready = 0

    def start(self) -> None:
        """Begins all roles."""

    def role(
        self, name: str, once: Callable[[], Coroutine[Any, Any, Any]], ready: Callable[[], bool] | None = None
    ) -> None:
        """A round of its own, again and again, and again where something is away."""

        async def keep() -> None:
            while True:
                await self.world.scheduler.pause(self, name, ready)
                try:
                    await once()
                except (StoreAway, LogAway, TooBusy):
                    continue
                except NotReady:
                    self.not_ready += 1

        self.world.watch(self.world.scheduler.task(self, keep()))

    def serve(self, asked: Coroutine[Any, Any, Outcome]) -> Any:
        """A request: answered when the task is done, broken off when the process dies or the caller loses patience."""
        answer = self.world.scheduler.loop.create_future()
        task = self.world.scheduler.task(self, asked)

        def done(task: Any) -> None:
            self.requests.pop(answer, None)
            if not answer.done():
                problem = task.exception()
                if problem is None:
                    answer.set_result(task.result())
                else:
                    answer.set_exception(problem)
            else:
                task.exception()

        task.add_done_callback(done)
        self.requests[answer] = None
        return answer


class Process(Host):
    """One process with every role, on the world's stores and log."""

    def __init__(self, world: "County", name: str) -> None:
        super().__init__(world, name)
        self.reference = world.reference
        stores = Stores(**{port: Proxy(world.scheduler, self, port, world.store) for port in Stores.__slots__})
        log = Proxy(world.scheduler, self, "log", world.log)
        files = {declared.name: stores.cases for declared in world.story.services}
        self.services = {
            declared.name: world.make(
                declared,
                stores=stores,
                files=files,
                eventlog=log,
                sealer=world.story.sealer(stores),
                reference=lambda: self.reference,
                now=lambda: world.now,
                region="luodian",
                hash_key=b"key",
                algorithm="sha256",
                settings={},
            )
            for declared in world.story.services
        }
        self.facts = world.consumer(
            CONSUMER,
            TOPICS,
            log,
            stores.positions,
            Projector(stores.facts, stores.positions, files, world.contracts).take,
        )

    def start(self) -> None:
        """Begins all roles."""
        for service in self.services.values():
            self.role("relay", service.relay.run_once)
            self.role("timers", service.timers.sweep)
            self.role("policies", service.policies.run_once)
        self.role("facts", self.facts.run_once)

    async def settle_down(self) -> None:
        """Everything once more until nothing moves."""
        moved = 1
        while moved:
            moved = 0
            for service in self.services.values():
                moved += await service.timers.sweep()
                moved += await service.relay.run_once()
                moved += await service.policies.run_once()
            moved += await self.facts.run_once()


@dataclass
class Plan:
    """How one schedule is set up, all from its seed."""

    steps: int
    clients: int
    commands: int
    cases: int
    partitions: int
    amends: bool
    jump: float
    last_jump: timedelta


@dataclass
class County:
    """One schedule from its seed to the end."""

    seed: int
    story: Story
    make: Make = put_together
    consumer: type[Consumer] = Consumer
    store: Witness = field(default_factory=Witness)
    sent: list[Sent] = field(default_factory=list)
    problems: list[BaseException] = field(default_factory=list)
    crashes: int = 0

    def __post_init__(self) -> None:
        random = self.random = Random(self.seed)
        self.plan = Plan(
            steps=random.choice((120, 250, 500)),
            clients=random.randint(1, 3),
            commands=random.randint(2, 5),
            cases=random.randint(1, 2),
            partitions=random.choice((1, 1, 2)),
            amends=random.random() < 0.5,
            jump=random.choice((0.0, 0.02, 0.05)),
            last_jump=timedelta(hours=random.choice((0, 1, 30, 200))),
        )
        self.scheduler = Scheduler(
            random,
            danger=random.choice((0.0, 0.03, 0.1)),
            busy=random.choice((0.6, 0.9)),
            depth=random.choice((0.0, 0.3, 0.8)),
        )
        self.scheduler.crashed = self._crashed
        self.log = MemoryEventLog(self.plan.partitions)
        self.days = CALENDARS[random.randrange(len(CALENDARS))]
        self.now = OPENS_AT + timedelta(hours=random.randint(0, 30))
        self.reference = self._reference(self.days.before)
        self.contracts = contracts(self.story.services)
        self.born = 0
        self.clients_left = 0
        self.processes: list[Any] = []
        self.client = Owner("client", outside=True)

    # -- the course of a schedule ----------------------------------------------------------------------------------

    def run(self) -> None:
        """Runs with faults, then lets everybody finish, then carries everything through to the facts."""
        for _ in range(self.random.randint(1, 2)):
            self._spawn()
        for number in range(self.plan.clients):
            self.clients_left += 1
            self.watch(self.scheduler.task(self.client, self._live(number)))
        for _ in range(self.plan.steps):
            self._perhaps()
            self._step()
        self.scheduler.danger = 0.0
        self.scheduler.busy = 1.0
        while self.clients_left:
            for process in self.processes:
                process.reference = self.reference
            if self.scheduler.steps > MOST_STEPS:
                raise AssertionError("a client is never answered")
            self._step()
        for process in self.processes:
            process.alive = False
        self._amend()
        self.now += self.plan.last_jump
        self.scheduler.free = True
        last = Process(self, "last")
        last.reference = self.reference
        self.watch(self.scheduler.task(last, last.settle_down()))
        self.scheduler.loop.run_ready()
        self._fail()

    def _step(self) -> None:
        self.scheduler.step()
        self._fail()

    def _fail(self) -> None:
        problems = self.problems + self.scheduler.loop.problems
        if problems:
            raise problems[0]

    def see(self, looking: Coroutine[Any, Any, Any]) -> Any:
        """The result of a look at the stores after the schedule."""
        task = self.scheduler.loop.create_task(looking)
        self.scheduler.loop.run_ready()
        return task.result()

    def watch(self, task: Any) -> None:
        """A task that must not fail."""

        def done(task: Any) -> None:
            problem = task.exception()
            if problem is not None:
                self.problems.append(problem)

        task.add_done_callback(done)

    def _perhaps(self) -> None:
        """What befalls a county between two steps."""
        random, scheduler = self.random, self.scheduler
        self._time_passes()
        if self.plan.amends and random.random() < 0.02:
            self._amend()
        if random.random() < 0.1:
            random.choice(self.processes).reference = self.reference
        if random.random() < scheduler.danger / 3 and len(self.processes) < 4:
            self._spawn()
        if random.random() < scheduler.danger:
            self._patience_ends()

    def _time_passes(self) -> None:
        if self.random.random() < self.plan.jump and not any(gate.name in DECIDED for gate in self.scheduler.calls):
            self.now += timedelta(hours=self.random.choice((1, 5, 16, 24, 60)))

    def _patience_ends(self) -> None:
        waiting = [answer for process in self.processes for answer in process.requests if not answer.done()]
        if waiting:
            self.random.choice(waiting).set_exception(StoreAway("the client lost patience"))

    def _amend(self) -> None:
        if self.plan.amends:
            self.reference = self._reference(self.days.after)

    def _reference(self, calendar: Calendar) -> Reference:
        return Reference(calendar, DIRECTORY, (), {}, 0)

    def _spawn(self) -> None:
        self.born += 1
        process = Process(self, f"process{self.born}")
        self.processes.append(process)
        process.start()

    def _crashed(self, owner: Owner) -> None:
        self._buried(owner)
        if not self.processes or self.random.random() < 0.7:
            self._spawn()

    def _buried(self, owner: Owner) -> None:
        if not isinstance(owner, Host):
            raise AssertionError("only processes die")
        self.crashes += 1
        self.processes.remove(owner)
        for answer in owner.requests:
            if not answer.done():
                answer.set_exception(StoreAway("the process died"))

    # -- clients ---------------------------------------------------------------------------------------------------

    async def _live(self, number: int) -> None:
        await self.story.client(self, number)
        self.clients_left -= 1

    def rest(self, number: int) -> Awaitable[None]:
        """Lets others go first."""
        return self.scheduler.through(self.client, f"client {number}", lambda: None)

    def _answering(self, service: str) -> Any:
        return self.random.choice(self.processes)

    async def ask(self, kind: CaseKind[Any], sent: Sent) -> Outcome | None:
        """Asks any process until one answers; None where it is refused."""
        self.sent.append(sent)
        while sent.told is None:
            await self.scheduler.through(self.client, "asks", lambda: None)
            asked = Asked(sent.command, sent.actor, sent.id, sent.happened)
            process = self._answering(kind.service)
            execute = process.services[kind.service].engine.execute
            try:
                sent.told = await process.serve(execute(kind, sent.case, [asked]))
            except RuleBroken as broken:
                sent.told = broken
            except NotReady:
                process.not_ready += 1
                await self.scheduler.pause(self.client, "waits")
            except StoreAway:
                if self.random.random() < 0.3:
                    sent.reword()
            except KeyReused:
                # The other wording was carried out.
                sent.reword()
            except TooBusy:
                continue
        return sent.told if isinstance(sent.told, Outcome) else None
