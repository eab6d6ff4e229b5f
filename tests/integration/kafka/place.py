"""What the tests on a real Kafka share: topics of one's own, records with ids, effects counted by id, waiting."""

import asyncio
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer

from shared.eventlog.envelope import event_id
from shared.eventlog.kafka import KafkaEventLog, KafkaSubscriber, apply_topics
from shared.eventlog.port import MESSAGES, Entry, LogAway, Logged
from shared.storage.memory import memory_stores
from shared.storage.port import Position, PositionStore

KEYS = tuple(f"luodian/d{n}" for n in range(9))
PARTITIONS = 3
NAME = "assessment.facts"


def event(number: int, mark: str = "m") -> bytes:
    """Bytes that can be read as an event, with the id ``mark/number``."""
    texts = "source type subject time recordedtime partitionkey correlationid causationid digest".split()
    attributes = ",".join(f'"{name}":"x"' for name in texts)
    return f'{{"specversion":"1.0","id":"{mark}/{number}","sequence":{number},"data":{{}},{attributes}}}'.encode()


def entries(count: int, mark: str = "m", topic: str = MESSAGES, first: int = 0) -> list[Entry]:
    """``count`` events with keys taken in turn."""
    return [Entry(topic, KEYS[n % len(KEYS)], event(n, mark)) for n in range(first, first + count)]


def ids(sent: Sequence[Entry]) -> set[str]:
    """The ids of what was sent."""
    return {str(event_id(e.value)) for e in sent}


async def until(condition: Callable[[], bool | Awaitable[bool]], within: float = 30.0, what: str = "") -> None:
    """Returns once ``condition`` holds. Fails after ``within`` seconds."""
    deadline = time.monotonic() + within
    while True:
        holds = condition()
        if not isinstance(holds, bool):
            holds = await holds
        if holds:
            return
        assert time.monotonic() < deadline, f"not within {within} s: {what or condition}"
        await asyncio.sleep(0.02)


async def published(log: KafkaEventLog, sent: Sequence[Entry], within: float = 60.0) -> None:
    """Publishes as the relay does: looks again for as long as the log is away."""

    async def confirmed() -> bool:
        try:
            await log.publish(sent)
        except LogAway:
            return False
        return True

    await until(confirmed, within)


@dataclass
class Effects:
    """What a consumer did: how often each id came, in which order in each partition, and its positions."""

    positions: PositionStore = field(default_factory=lambda: memory_stores().positions)
    times: Counter[str | None] = field(default_factory=Counter)
    offsets: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    records: list[Logged] = field(default_factory=list)

    async def take(self, records: Sequence[Logged]) -> None:
        """Notes a batch."""
        for record in records:
            self.times[event_id(record.value)] += 1
            self.offsets[record.topic, record.partition].append(record.offset)
            self.records.append(record)

    @property
    def in_order(self) -> bool:
        """Whether each partition's records came without a gap, in order, once."""
        return all(offsets == list(range(len(offsets))) for offsets in self.offsets.values())

    def each_once(self, sent: Sequence[Entry]) -> bool:
        """Whether just these came, each once."""
        return self.times == Counter(ids(sent))

    def all_came(self, sent: Sequence[Entry]) -> bool:
        """Whether each of these came, at least once."""
        return ids(sent) <= {i for i in self.times if i}

    async def position(self, topic: str, partition: int) -> Position | None:
        """The stored position."""
        return await self.positions.position(NAME, topic, partition)


class Place:
    """Topics of one's own on a broker."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.prefix = f"t-{uuid.uuid4().hex[:12]}."
        self.log = KafkaEventLog(bootstrap, self.prefix, PARTITIONS)
        self.started: list[KafkaSubscriber] = []

    async def make_topics(self, partitions: int = PARTITIONS) -> None:
        """The declared topics."""
        await apply_topics(self.bootstrap, partitions=partitions, prefix=self.prefix)

    def subscriber(
        self,
        effects: Effects,
        take: Callable[[Sequence[Logged]], Awaitable[None]] | None = None,
        topics: Sequence[str] = (MESSAGES,),
    ) -> KafkaSubscriber:
        """A member of the group; stopped at the test's end."""
        made = KafkaSubscriber(NAME, topics, self.bootstrap, effects.positions, take or effects.take, self.prefix)
        self.started.append(made)
        return made

    async def strange(self, *records: tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]) -> None:
        """Publishes (key, value, headers) as another program might."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap)
        await producer.start()
        try:
            for key, value, headers in records:
                await producer.send_and_wait(self.prefix + MESSAGES, value, key, partition=0, headers=headers)
        finally:
            await producer.stop()

    async def close(self) -> None:
        """Stops everything."""
        await asyncio.gather(*(s.stop() for s in self.started))
        await self.log.close()


def settled(*subscribers: KafkaSubscriber, partitions: int = PARTITIONS) -> Callable[[], bool]:
    """Whether the members read all partitions between them, each read by one."""

    def holds() -> bool:
        return (
            sum(s.progress.reading for s in subscribers) == partitions == sum(s.progress.assigned for s in subscribers)
        )

    return holds
