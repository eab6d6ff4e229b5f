"""A county on the distributed runtime: processes of each service, groups that share out partitions, and sleepers who wake."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, ClassVar

import orjson
from aiokafka import TopicPartition

from services.assessment.facts import CONSUMER, Projector
from shared.domain.localtime import local_date
from shared.domain.workdays import Notice
from shared.engine.follower import ReferenceFollower
from shared.engine.policy import Reading
from shared.engine.reference import Reference
from shared.engine.timers import SEAL_AFTER
from shared.eventlog.kafka import KafkaSubscriber
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.port import REFERENCE, Entry, Logged
from shared.storage.port import (
    CommandKnown,
    Commit,
    SealedValue,
    StoreAway,
    Stores,
    VaultSubject,
    VersionConflict,
)
from tests.held_files import HeldFiles
from tests.simulation.county import DECIDED, UNITS, County, Host, Witness
from tests.simulation.group import Group, Member
from tests.simulation.scheduler import Fate, Owner, Proxy, finished

ASSESSMENT = "assessment"
MOST_OF_EACH = 3
LOOK_EVERY = 10
FEWER_CRASHES: tuple[Fate, ...] = (*("away",) * 3, *("answer lost",) * 4, "crash before", "crash after")
"""A new process needs a while until it has its partitions; where all die young, little is ever in hand."""
MOST_TO_SETTLE = 10_000


class Apart(Witness):
    """The store where vault and cases are no one write."""

    async def refuse(self, commit: Commit) -> None:
        """A look at what would be refused, before the vault's rows are written."""
        for command in commit.commands:
            if (known := self._commands.get(command.id)) is not None:
                raise CommandKnown(known)
        head = self._heads.get(commit.head.id)
        if (head.version if head else 0) != commit.expected:
            raise VersionConflict(commit.head.id)

    async def add_subject(self, subject: VaultSubject) -> None:
        """A write of its own. Raises ``SubjectTaken``."""
        self._refuse_taken((subject,))
        self._add_subject(subject)

    async def add_value(self, value: SealedValue) -> None:
        """A write of its own; what is there stays."""
        self._values.setdefault(value.ref, value)


class RowsFirst:
    """A process's way to such a store: the vault's rows one by one, then the case."""

    def __init__(self, cases: Proxy) -> None:
        self._cases = cases

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cases, name)

    async def append(self, commit: Commit) -> None:
        """Several writes; a process may die or be stopped between any two."""
        if commit.subjects or commit.sealed:
            await self._cases.refuse(commit)
            for subject in commit.subjects:
                await self._cases.add_subject(subject)
            for value in commit.sealed:
                await self._cases.add_value(value)
        await self._cases.append(replace(commit, subjects=(), sealed=()))


class Follower(ReferenceFollower):
    """Shares what was worked out of the same events, so that not every process makes its own table of the days."""

    known: ClassVar[dict[tuple[str, ...], Reference]] = {}

    async def _take(self, records: Sequence[Logged]) -> None:
        await super()._take(records)
        self._reading = self.known.setdefault(tuple(self._read), self._reading)


class Serving(Host):
    """A process that serves one service, or the assessment: its requests, relay, timers, and its place in the groups."""

    def __init__(self, world: "District", name: str, service: str) -> None:
        super().__init__(world, name)
        self.world: District = world
        self.service = service
        scheduler = world.scheduler
        ports: dict[str, Any] = {port: Proxy(scheduler, self, port, world.store) for port in Stores.__slots__}
        ports["cases"] = RowsFirst(ports["cases"])
        stores = Stores(**ports)
        log = Proxy(scheduler, self, "log", world.log)
        self.pace = world.random.choice((1.0, 0.3, 0.1))
        self.follower = Follower(
            Proxy(scheduler, self, "notices", world.notices), {}, stores.notes, {"assessment": world.told}
        )
        files = dict.fromkeys(world.served, stores.cases)
        self.services = {
            declared.name: world.make(
                declared,
                stores=stores,
                files=files,
                eventlog=log,
                sealer=world.story.sealer(stores),
                reference=self.follower,
                now=lambda: world.now,
                region="luodian",
                hash_key=b"key",
                algorithm="sha256",
                settings={},
            )
            for declared in world.story.services
            if declared.name == service
        }
        readings = [reading for each in self.services.values() for reading in each.policies.readings]
        if service == ASSESSMENT:
            take = Projector(stores.facts, stores.positions, files, world.contracts).take
            readings.append(Reading(CONSUMER, world.topics, take))
        self.members = [
            Member(world.group(reading), scheduler, self, reading, stores.positions, world.subscriber)
            for reading in readings
        ]

    def start(self) -> None:
        """Begins all roles."""
        self.role(
            "follower", self._follow, lambda: len(self.follower._read) < len(self.world.notices._topics[REFERENCE][0])
        )
        for service in self.services.values():
            self.role("relay", service.relay.run_once, lambda: bool(self.world.store._unsent))
            self.role("timers", service.timers.sweep)
        for member in self.members:
            self.role("poll", member.poll, member.waited_for)
            self.role("heartbeat", member.heartbeat, member.unsettled)
            self.role("commit", member.commit, member.untold)

    async def _follow(self) -> None:
        """Some processes look more often than others, once they have read it all."""
        world = self.world
        if self.follower.current is None or not world.scheduler.danger or world.random.random() < self.pace:
            await self.follower.run_once()


@dataclass
class District(County):
    """One schedule of several processes of each service, from its seed to the end."""

    store: Witness = field(default_factory=Apart)
    subscriber: type[KafkaSubscriber] = KafkaSubscriber
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.scheduler.faults = FEWER_CRASHES
        self.plan.steps = self.random.choice((300, 600, 1000))
        self.log = MemoryEventLog(self.random.choice((1, 1, 2)))
        self.notices = MemoryEventLog()
        self.told = HeldFiles()
        self.topics = tuple(
            sorted({kind.topic or f"gongkai.{d.name}" for d in self.story.services for kind in d.kinds})
        )
        self.groups: dict[str, Group] = {}
        self.served = (*(declared.name for declared in self.story.services), ASSESSMENT)
        self.amended = False
        first = self.days.before.notice(2026)
        assert first is not None
        self._tell("calendar-1", "CalendarYearPublished", _notice_data(first))
        for unit in UNITS:
            data = {"department": unit, "name": unit, "group": "other", "since": "2020-01-01"}
            self._tell(f"department-{unit}", "DepartmentCreated", data)

    # -- the course of a schedule ----------------------------------------------------------------------------------

    def run(self) -> None:
        """Runs with faults, then lets all finish who are awake, then wakes the last sleepers: what they still do is late."""
        for service in self.served:
            for _ in range(self.random.randint(1, 2)):
                self._spawn_for(service)
        for number in range(self.plan.clients):
            self.clients_left += 1
            self.watch(self.scheduler.task(self.client, self._live(number)))
        for _ in range(self.plan.steps):
            self._perhaps()
            self._step()
        self.scheduler.danger = 0.0
        self.scheduler.busy = 0.9
        # Who had decided something must say it before time jumps; whoever else sleeps, sleeps on.
        for gate in list(self.scheduler.frozen):
            if gate.name in DECIDED and gate.owner.asleep:
                self._wake(gate.owner)
        for service in self.served:
            if not self._awake(service):
                self._wake(self._of(service)[0])
        self._until(lambda: not self.clients_left, "a client is never answered")
        self._until(lambda: not any(p.requests for p in self.processes if not p.asleep), "a request never ends")
        self._amend()
        self.now += self.plan.last_jump
        self._until(self._quiet, "something is never done")
        late = [process for process in self.processes if process.asleep]
        for process in late:
            self._wake(process)
        if late:
            self.met["woken when all was done"] += 1
            self._until(self._quiet, "something is never done after the last sleeper woke")
        for process in self.processes:
            self._count(process)
            process.alive = False
        self.scheduler.free = True
        self._fail()

    def _until(self, done: Any, otherwise: str) -> None:
        last = self.scheduler.steps + MOST_TO_SETTLE
        while not done():
            if self.scheduler.steps > last:
                raise AssertionError(otherwise)
            for process in self.processes:
                if process.asleep:
                    self._impatient_with(process)
            self._groups()
            for group in self.groups.values():
                if any(m.owner.alive and not m.owner.asleep and m.stranded() for m in group.members):
                    self.met["the last batch lost"] += 1
                    group.moving = True
            for _ in range(LOOK_EVERY):
                self._step()

    def _quiet(self) -> bool:
        refused = [why for group in self.groups.values() for why in group.refused]
        assert not refused, refused
        awake = [process for process in self.processes if not process.asleep]
        if any(process.requests for process in awake):
            return False
        if any(group.moving or group.lag(self.store) for group in self.groups.values()):
            return False
        if any(member.unsettled() for process in awake for member in process.members):
            return False
        heads = self.store._heads.values()
        version = self.reference.calendar.version
        if any(h.version > h.sent or h.calendar < version or (h.next_due and h.next_due <= self.now) for h in heads):
            return False
        day = (local_date(self.now - SEAL_AFTER) - timedelta(days=1)).isoformat()
        seals = [self.store._notes.get(f"sealed:{declared.name}") for declared in self.story.services]
        return all(seal is not None and orjson.loads(seal) >= day for seal in seals)

    # -- what befalls it -------------------------------------------------------------------------------------------

    def _perhaps(self) -> None:
        random, danger = self.random, self.scheduler.danger
        self._time_passes()
        if self.plan.amends and random.random() < 0.02:
            self._amend()
        if random.random() < danger / 4:
            service = random.choice(self.served)
            if len(self._of(service)) < MOST_OF_EACH:
                self._spawn_for(service)
        in_hand = [p for p in self.processes if not p.asleep and any(member.in_hand for member in p.members)]
        if in_hand and random.random() < danger / 2:
            self._sleep(random.choice(in_hand))
        elif random.random() < danger / 6:
            calling = [gate.owner for gate in self.scheduler.waiting if isinstance(gate.owner, Serving)]
            self._sleep(random.choice(random.choice((calling, self.processes)) or self.processes))
        for service in self.served:
            # Whoever watches over processes starts another where none answers.
            if random.random() < 0.05 and not self._awake(service):
                self._spawn_for(service)
        nobody = all(process.asleep for process in self.processes)
        if nobody or random.random() < 0.01:
            sleepers = [process for process in self.processes if process.asleep]
            if sleepers:
                self._wake(random.choice(sleepers))
        if random.random() < danger / 20:
            finished(self.store.unsend(random.choice(self.served[:-1])))
            self.met["republished"] += 1
        if random.random() < danger:
            self._patience_ends()
        for process in self.processes:
            if process.asleep and random.random() < 0.02:
                self._impatient_with(process)
        self._groups()

    def _groups(self) -> None:
        """Shares partitions out where somebody came or went, and now and then for no reason."""
        random, danger = self.random, self.scheduler.danger
        for group in self.groups.values():
            at_work = any(m.in_hand and not m.expelled and not m.owner.asleep for m in group.members)
            if (group.moving and random.random() < (0.1 if danger else 1.0)) or random.random() < danger * (
                4 if at_work else 0.1
            ):
                group.share_out(self.scheduler, danger)

    def _sleep(self, process: Serving) -> None:
        if not process.asleep:
            self.scheduler.sleep(process)
            for member in process.members:
                # Its heartbeats stop; the group notices after a while.
                member.group.moving = True

    def _wake(self, owner: Owner) -> None:
        assert isinstance(owner, Serving)
        self.scheduler.wake(owner)
        self.met["zombie"] += any(member.expelled for member in owner.members)
        self.met["zombie with a call under way"] += any(gate.owner is owner for gate in self.scheduler.waiting)
        self.met["zombie with a batch in hand"] += any(member.expelled and member.in_hand for member in owner.members)

    def _impatient_with(self, process: Serving) -> None:
        for answer in process.requests:
            if not answer.done():
                answer.set_exception(StoreAway("nobody answers"))

    def _amend(self) -> None:
        super()._amend()
        if self.plan.amends and not self.amended:
            self.amended = True
            days = self.days
            self._tell(
                "calendar-2",
                "CalendarAmended",
                {
                    "year": 2026,
                    "notice": "国办发明电",
                    "published": "2025-11-04",
                    "holidays": sorted(day.isoformat() for day in days.holidays),
                    "makeup_workdays": sorted(day.isoformat() for day in days.makeup_workdays),
                    "removed": sorted(day.isoformat() for day in days.removed_holidays),
                },
            )

    def _tell(self, name: str, event: str, data: dict[str, Any]) -> None:
        """One event onto the reference topic."""
        moment = "2026-10-01T08:00:00+08:00"
        told = {
            "id": f"{name}/1",
            "source": "/luodian/assessment",
            "specversion": "1.0",
            "type": f"gongkai.assessment.{event}.v1",
            "subject": name,
            "sequence": 1,
            "time": moment,
            "recordedtime": moment,
            "partitionkey": "luodian/county-office",
            "correlationid": name,
            "causationid": name,
            "digest": "",
            "data": data,
        }
        entry = Entry(REFERENCE, "luodian/county-office", orjson.dumps(told))
        self.told.hold(entry)
        finished(self.notices.publish([entry]))

    async def rest(self, number: int) -> None:
        """Lets others go first, now and then for long."""
        for _ in range(self.random.randint(0, 3)):
            await self.scheduler.pause(self.client, f"client {number}")
        await super().rest(number)

    # -- processes -------------------------------------------------------------------------------------------------

    def group(self, reading: Reading) -> Group:
        """The group of a reading's name."""
        if reading.name not in self.groups:
            topics = sorted(set(reading.topics) & set(self.topics))
            places = [TopicPartition(t, n) for t in topics for n in range(finished(self.log.partitions(t)))]
            self.groups[reading.name] = Group(reading.name, self.log, tuple(places))
        return self.groups[reading.name]

    def _of(self, service: str) -> list[Serving]:
        return [process for process in self.processes if process.service == service]

    def _awake(self, service: str) -> list[Serving]:
        return [process for process in self._of(service) if not process.asleep]

    def _answering(self, service: str) -> Serving:
        return self.random.choice(self._of(service))

    def _spawn_for(self, service: str) -> None:
        self.born += 1
        process = Serving(self, f"{service}{self.born}", service)
        self.processes.append(process)
        process.start()

    def _crashed(self, owner: Owner) -> None:
        assert isinstance(owner, Serving)
        self._buried(owner)
        self._count(owner)
        for member in owner.members:
            member.group.moving = True
        if not self._awake(owner.service) or self.random.random() < 0.6:
            self._spawn_for(owner.service)

    def _count(self, process: Serving) -> None:
        self.met["not ready"] += process.not_ready


def _notice_data(notice: Notice) -> dict[str, Any]:
    return {
        "year": notice.year,
        "notice": notice.notice,
        "published": notice.published.isoformat() if notice.published else None,
        "holidays": sorted(day.isoformat() for day in notice.holidays),
        "makeup_workdays": sorted(day.isoformat() for day in notice.makeup_workdays),
    }
