"""A group of readers as Kafka keeps it: partitions shared out anew at any moment, nobody waited for, the absent not told.

The reader itself is the real ``KafkaSubscriber``; only its connection is played here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from shared.engine.policy import Reading
from shared.eventlog.kafka import KafkaSubscriber
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.port import Logged, LogReset
from shared.storage.port import PositionStore
from tests.simulation.scheduler import Owner, Proxy, Scheduler, finished

MOST_AT_ONCE = 6
TOLD = 0.3
"""How seldom the broker is told, against the rest."""


class Fetched(NamedTuple):
    """A record as the driver hands it over."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes


def _fetched(record: Logged) -> Fetched:
    return Fetched(record.topic, record.partition, record.offset, record.key.encode(), record.value)


class Looking:
    """What a reader of no group sees of the log."""

    def __init__(self, log: MemoryEventLog) -> None:
        self._log = log

    async def starts(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Nothing is ever dropped."""
        return dict.fromkeys(partitions, 0)

    async def ends(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The offsets that the next records will get."""
        return {p: finished(self._log.end(p.topic, p.partition)) for p in partitions}

    async def read(self, partition: TopicPartition, offset: int, limit: int) -> list[Fetched]:
        """Up to ``limit`` records from ``offset`` on."""
        return [_fetched(r) for r in finished(self._log.read(partition.topic, partition.partition, offset, limit))]


@dataclass(eq=False)
class Group:
    """The members of one name. ``committed`` is what they told the broker; ``moving`` until the partitions are shared out."""

    name: str
    log: MemoryEventLog
    partitions: tuple[TopicPartition, ...]
    members: list["Member"] = field(default_factory=list)
    committed: dict[TopicPartition, int] = field(default_factory=dict)
    moving: bool = True
    refused: list[str] = field(default_factory=list)
    in_hand: int = 0
    overtaken: int = 0

    def share_out(self, scheduler: Scheduler, late: float) -> None:
        """Takes all partitions from all, and gives them to those who are there; ``late`` is how often one seems not to be."""
        self.members = [member for member in self.members if member.owner.alive]
        present = [m for m in self.members if not m.owner.asleep and not (scheduler.random.random() < late)]
        self.moving = False
        for member in self.members:
            if member in present:
                self.in_hand += member.in_hand
                member.expelled = False
                member.subscriber.revoked()
            else:
                self.overtaken += not member.expelled and member.in_hand
                member.expelled = True
        scheduler.random.shuffle(present)
        if not present:
            self.moving = True
            return
        partitions = list(self.partitions)
        scheduler.random.shuffle(partitions)
        for place, member in enumerate(present):
            member.given = frozenset(partitions[place :: len(present)])

    def end(self, partition: TopicPartition) -> int:
        """The offset that the next record will get."""
        return len(self.log._topics[partition.topic][partition.partition])

    def lag(self, positions: PositionStore) -> int:
        """How many records no member has taken yet."""
        behind = 0
        for topic, partition in self.partitions:
            position = finished(positions.position(self.name, topic, partition))
            behind += self.end(TopicPartition(topic, partition)) - (position.next if position else 0)
        return behind


class Member:
    """One process's reader in a group."""

    def __init__(
        self,
        group: Group,
        scheduler: Scheduler,
        owner: Owner,
        reading: Reading,
        positions: PositionStore,
        subscriber: type[KafkaSubscriber] = KafkaSubscriber,
    ) -> None:
        self.group, self.owner, self._scheduler = group, owner, scheduler
        self.given: frozenset[TopicPartition] | None = None
        self.expelled = False
        self.in_hand = self.lost = False
        self.consumer = Connection(self)
        topics = sorted({topic for topic, _ in group.partitions})
        self.subscriber = subscriber(reading.name, topics, "broker", positions, reading.take)
        # What connecting would do.
        inside = cast(Any, self.subscriber)
        inside._reader = Proxy(scheduler, owner, "reader", Looking(group.log))
        inside._subscriber = SimpleNamespace(consumer=self.consumer)
        refuse = inside._refuse

        def refused(partition: TopicPartition, reset: LogReset) -> None:
            # This log is never made again.
            group.refused.append(str(reset))
            refuse(partition, reset)

        inside._refuse = refused
        group.members.append(self)
        group.moving = True

    def unsettled(self) -> bool:
        """Whether it does not know yet what is its own."""
        return self.expelled or self.given is not None

    def waited_for(self) -> bool:
        """Whether there is something to fetch."""
        return any(
            p not in self.consumer.paused and n < self.consumer.highwater(p) for p, n in self.consumer.positions.items()
        )

    async def poll(self) -> None:
        """Fetches and hands over; the driver may lose a batch on the way, and a rebalance may come in between."""
        records = self.consumer.fetch()
        if not records:
            return
        if self._scheduler.random.random() < 3 * self._scheduler.danger:
            self.lost = True
            return
        await self._scheduler.moment(self.owner, "hand over")
        self.in_hand = True
        try:
            await cast(Any, self.subscriber)._handle(SimpleNamespace(raw_message=records))
        finally:
            self.in_hand = False

    def stranded(self) -> bool:
        """Whether the driver lost the last batch there is: that is noticed when more comes, or at the next assignment."""
        if not self.lost or self.in_hand or self.unsettled() or self.waited_for():
            return False
        following = cast(Any, self.subscriber)._next
        return any(following.get(place, offset) < offset for place, offset in self.consumer.positions.items())

    def untold(self) -> bool:
        """Whether it has something to tell, or lost something on the way."""
        inside = cast(Any, self.subscriber)
        if any(inside._next.get(p, at) < at for p, at in self.consumer.positions.items()) and not self.in_hand:
            return True
        return bool(inside._next != inside._committed) and self._scheduler.random.random() < TOLD

    async def heartbeat(self) -> None:
        """Learns what the group has decided."""
        if self.expelled:
            self.expelled, self.given = False, None
            self.subscriber.revoked()
            self.group.moving = True
        elif self.given is not None:
            given = self.given
            self.consumer.assign(given)
            await self._scheduler.moment(self.owner, "assigned")
            if self.given is given and not self.expelled:
                self.given = None
                self.subscriber.assigned(given)

    async def commit(self) -> None:
        """Tells the broker how far it is."""
        await cast(Any, self.subscriber)._commit(1.0)
        await cast(Any, self.subscriber)._look_after(1.0)


class Connection:
    """A member's connection: it begins where the broker was told of last, and goes on by itself."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self.positions: dict[TopicPartition, int] = {}
        self.paused: set[TopicPartition] = set()

    def assign(self, partitions: frozenset[TopicPartition]) -> None:
        """Other partitions, from where the broker was told of."""
        self.positions = {p: self._member.group.committed.get(p, 0) for p in sorted(partitions)}
        self.paused = set()

    def assignment(self) -> set[TopicPartition]:
        """What it believes to be its own."""
        return set(self.positions)

    def fetch(self) -> list[Fetched]:
        """A few records of each partition that is not paused."""
        log, random = self._member.group.log, self._member._scheduler.random
        found: list[Fetched] = []
        for partition, offset in self.positions.items():
            if partition not in self.paused:
                records = finished(
                    log.read(partition.topic, partition.partition, offset, random.randint(1, MOST_AT_ONCE))
                )
                found += map(_fetched, records)
                self.positions[partition] = offset + len(records)
        return found

    def pause(self, partition: TopicPartition) -> None:
        """Fetches it no longer."""
        self._own(partition)
        self.paused.add(partition)

    def resume(self, partition: TopicPartition) -> None:
        """Fetches it again."""
        self._own(partition)
        self.paused.discard(partition)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Goes on from ``offset``."""
        self._own(partition)
        self.positions[partition] = offset

    async def position(self, partition: TopicPartition) -> int:
        """Where it fetches next."""
        return self.positions[partition]

    def highwater(self, partition: TopicPartition) -> int:
        """The end."""
        self._own(partition)
        return self._member.group.end(partition)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Told to the broker, unless the group has moved on."""
        for partition in offsets:
            self._own(partition)

        def told() -> None:
            if self._member.unsettled():
                raise CommitFailedError("the group has moved on")
            self._member.group.committed.update(offsets)

        await self._member._scheduler.through(self._member.owner, "reader.commit", told)

    def _own(self, partition: TopicPartition) -> None:
        if partition not in self.positions:
            raise IllegalStateError(f"no assignment of {partition}")
