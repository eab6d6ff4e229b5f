"""A named reader of topics as one of a group: Kafka shares out the partitions, positions and effects stay our own.

Effects come first, the position after them; Kafka is only told how far we are, so that its tools can show a lag.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from shared.domain.text import Text
from shared.eventlog.envelope import event_id
from shared.eventlog.kafka.log import logged
from shared.eventlog.kafka.reached import LOGGER, METADATA_AGE_MS, RETRY_MS, Backoff, quieten, reaching, reason
from shared.eventlog.kafka.reading import FETCH_BYTES, Reader
from shared.eventlog.kafka.topics import topic_partitions
from shared.eventlog.port import LogAway, Logged, LogReset
from shared.storage.port import Position, PositionStore, StoreAway

BATCH = 500
BATCH_WAIT_MS = 200
SESSION_MS = 6000
"""The broker's own lower limit: as long as this, a process that was killed holds its partitions."""
HEARTBEAT_MS = 1500
COMMIT_EVERY = 1.0
COMMIT_WITHIN = 2.0
LOOK_AGAIN = 10.0
"""So often a partition that was refused is looked at again: `gongkai republish` may have let its position go."""
STOP_GRACE = 10.0

T = TypeVar("T")
log = structlog.get_logger("consumer")


@dataclass(frozen=True, slots=True)
class Progress:
    """How a subscriber stands, for readiness and alarms.

    ``assigned``: partitions that Kafka gave to this process (0 for long is an alarm, unless the group has more members
    than partitions); ``reading``: those of them whose position is known and checked; ``since_batch``: seconds since the
    last batch took effect, None before the first; ``problem``: why it is not connected, or what it retries, None if
    nothing.
    """

    connected: bool
    assigned: int
    reading: int
    refused: int
    lag: int
    since_batch: float | None
    problem: Text | None


class _Lost(Exception):
    """The partitions were taken from this process while it worked on them."""


class _Term:
    """The time between two assignments."""

    def __init__(self) -> None:
        self.over = asyncio.Event()


class KafkaSubscriber:
    """What ``Consumer`` is for a log without groups: ``take`` is given the records of one partition at a time, in their
    order, and must be harmless when given them again; it is called again and again while it raises.

    ``prefix`` goes before the names of topics and of the group on the broker only.
    """

    def __init__(
        self,
        name: str,
        topics: Sequence[str],
        bootstrap: str,
        positions: PositionStore,
        take: Callable[[Sequence[Logged]], Awaitable[None]],
        prefix: str = "",
    ) -> None:
        self.name, self.topics = name, tuple(topics)
        self._bootstrap, self._positions, self._take = bootstrap, positions, take
        self._prefix = prefix
        self._names = {prefix + topic: topic for topic in topics}
        self._reader = Reader(bootstrap)
        self._listener = _Listener(self)
        self._subscriber: BatchSubscriber | None = None
        self._broker: KafkaBroker | None = None
        self._running: asyncio.Task[None] | None = None
        self._settling: set[asyncio.Task[None]] = set()
        self._term = _Term()
        self._assigned: frozenset[TopicPartition] = frozenset()
        self._next: dict[TopicPartition, int] = {}
        self._ends: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._refused: dict[tuple[str, int], Text] = {}
        self._looked = 0.0
        self._ahead: dict[TopicPartition, int] = {}
        self._last_batch: float | None = None
        self._problem: Text | None = None
        self._connected = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def refused(self) -> Mapping[tuple[str, int], Text]:
        """(topic, partition) that is not read, and why: its log is not the one that was read before."""
        return dict(self._refused)

    @property
    def progress(self) -> Progress:
        """How it stands."""
        return Progress(
            connected=self._connected,
            assigned=len(self._assigned),
            reading=len(self._next),
            refused=len(self._refused),
            lag=self.lag(),
            since_batch=None if self._last_batch is None else time.monotonic() - self._last_batch,
            problem=self._problem,
        )

    def lag(self) -> int:
        """How many records of this process's partitions wait, as far as the broker has told."""
        return sum(max(0, self._end(partition) - following) for partition, following in self._next.items())

    async def start(self) -> None:
        """Begins to read, in a task of its own that tries again while the broker is away; returns at once."""
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name=f"kafka:{self.name}")

    async def stop(self, grace: float = STOP_GRACE) -> None:
        """Ends within ``grace`` seconds, also with the broker away. A batch in hand may finish; what it left is read
        again by whoever comes next."""
        running, self._running = self._running, None
        self._connected = False
        if running is None:
            return
        until = time.monotonic() + grace
        running.cancel()
        await asyncio.wait({running}, timeout=grace)
        await self._commit(min(COMMIT_WITHIN, grace / 4))
        self._end_term()
        if self._broker is not None:
            await _within(grace / 2, self._idle.wait())
            await _within(until - time.monotonic(), self._broker.stop())
        self._subscriber = self._broker = None
        await _within(until - time.monotonic(), self._reader.close())

    async def _run(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._connect()
                break
            except (LogAway, KafkaError, OSError, TimeoutError) as problem:
                self._problem = reason(problem)
                if backoff.problem is None:
                    log.warning("log away", consumer=self.name, problem=str(self._problem))
                await asyncio.sleep(backoff.failed(self._problem))
        self._connected, self._problem = True, None
        while True:
            await asyncio.sleep(COMMIT_EVERY)
            await self._commit(COMMIT_WITHIN)
            self._look_again()
            await self._look_after(COMMIT_WITHIN)

    async def _connect(self) -> None:
        await topic_partitions(self._bootstrap, list(self._names))
        # A new one for each attempt: what failed half-way is stopped and not started again.
        broker = KafkaBroker(
            self._bootstrap,
            consumer_only=True,
            allow_auto_create_topics=False,
            retry_backoff_ms=RETRY_MS,
            metadata_max_age_ms=METADATA_AGE_MS,
            # `stop` waits for a batch in hand itself: its grace is not known here.
            graceful_timeout=0,
            apply_types=False,
            logger=logging.getLogger(LOGGER),
            log_level=logging.DEBUG,
        )
        subscriber = broker.subscriber(
            *self._names,
            group_id=self._prefix + self.name,
            batch=True,
            max_records=BATCH,
            batch_timeout_ms=BATCH_WAIT_MS,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
            listener=self._listener,
            parser=_raw,
            decoder=_as_it_is,
        )
        subscriber(self._handle)
        quieten()
        self._broker, self._subscriber = broker, subscriber
        try:
            await broker.start()
        except BaseException:
            self._end_term()
            self._subscriber = self._broker = None
            await _within(STOP_GRACE / 2, broker.stop())
            raise

    # What the group tells

    def revoked(self) -> None:
        """Kafka takes all partitions away to share them out anew; a batch in hand is not waited for."""
        self._end_term()

    def assigned(self, partitions: frozenset[TopicPartition]) -> None:
        """Kafka gave these partitions; they are read once their positions are known, which may take a while."""
        self._end_term()
        self._assigned = partitions
        if partitions:
            self._settle(partitions)

    def _end_term(self) -> None:
        self._term.over.set()
        self._term = _Term()
        for task in self._settling:
            task.cancel()
        self._next.clear()
        self._ends.clear()
        self._committed.clear()
        self._refused.clear()
        self._assigned = frozenset()

    def _settle(self, partitions: Iterable[TopicPartition]) -> None:
        """Pauses partitions until their positions are read and checked. Awaits nothing, so that no record slips by."""
        if self._subscriber is None or (consumer := self._subscriber.consumer) is None:
            return
        for partition in partitions:
            consumer.pause(partition)
            self._next.pop(partition, None)
        task = asyncio.create_task(self._settled(consumer, sorted(partitions), self._term))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _settled(self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], term: _Term) -> None:
        try:
            positions: dict[TopicPartition, Position | None] = {}
            for partition in partitions:
                positions[partition] = await self._until_done(term, lambda p=partition: self._position(p))  # type: ignore[misc]
            # The ends after the positions: whoever had a partition before may still move on, and is never beyond its end.
            starts = await self._until_done(term, lambda: self._reader.starts(partitions))
            ends = await self._until_done(term, lambda: self._reader.ends(partitions))
            for partition, position in positions.items():
                following = position.next if position else starts[partition]
                if position is not None:
                    reset = await self._until_done(
                        term,
                        lambda p=partition, q=position: self._reset(p, q, starts[p], ends[p]),  # type: ignore[misc]
                    )
                    if reset is not None:
                        self._refuse(partition, reset)
                        continue
                consumer.seek(partition, following)
                self._refused.pop((self._names[partition.topic], partition.partition), None)
                self._next[partition], self._ends[partition] = following, ends[partition]
                consumer.resume(partition)
        except (_Lost, IllegalStateError):
            return

    async def _position(self, partition: TopicPartition) -> Position | None:
        return await self._positions.position(self.name, self._names[partition.topic], partition.partition)

    async def _reset(self, partition: TopicPartition, position: Position, start: int, end: int) -> LogReset | None:
        """Why the log is not the one that was read up to ``position``; None if it is."""
        if start < position.next <= end:
            before = await self._reader.read(partition, position.next - 1, 1)
            if (
                before
                and before[0].offset == position.next - 1
                and event_id(before[0].value or b"") == position.last_id
            ):
                return None
        return LogReset(position.topic, position.partition, position.next, position.last_id)

    def _look_again(self) -> None:
        if self._refused and not self._settling and time.monotonic() - self._looked > LOOK_AGAIN:
            self._looked = time.monotonic()
            self._settle([TopicPartition(self._prefix + topic, partition) for topic, partition in self._refused])

    async def _look_after(self, within: float) -> None:
        """Goes back where the driver is further than we are at two looks, with nothing in hand: a batch got lost between.

        The next record would show the gap too, but it may be long in coming.
        """
        if self._subscriber is None or (consumer := self._subscriber.consumer) is None:
            return
        ahead: dict[TopicPartition, int] = {}
        try:
            async with asyncio.timeout(within):
                for partition, following in list(self._next.items()):
                    if partition in consumer.assignment() and await consumer.position(partition) > following:
                        ahead[partition] = following
        except (KafkaError, TimeoutError):
            return
        for partition, following in ahead.items():
            still = self._ahead.get(partition) == following == self._next.get(partition)
            if still and self._idle.is_set():
                log.warning("a batch was lost", consumer=self.name, at=following, place=str(partition))
                self._settle([partition])
        self._ahead = ahead

    def _refuse(self, partition: TopicPartition, reset: LogReset) -> None:
        place = (self._names[partition.topic], partition.partition)
        known, self._refused[place] = self._refused.get(place), reset.text
        if known == reset.text:
            return
        log.error("log reset", consumer=self.name, topic=reset.topic, partition=reset.partition, problem=str(reset))

    # What the topics hold

    async def _handle(self, message: KafkaAckableMessage) -> None:
        by_partition: dict[TopicPartition, list[ConsumerRecord]] = {}
        for record in message.raw_message:
            by_partition.setdefault(TopicPartition(record.topic, record.partition), []).append(record)
        self._idle.clear()
        try:
            for partition, records in by_partition.items():
                await self._batch(partition, records, self._term)
        except (_Lost, IllegalStateError):
            return
        finally:
            self._idle.set()

    async def _batch(self, partition: TopicPartition, records: Sequence[ConsumerRecord], term: _Term) -> None:
        following = self._next.get(partition)
        if following is None:
            # Fetched before its position was known, or no longer ours.
            return
        if records[0].offset != following:
            # Above: something between was dropped before us. Below: fetched before the seek, or the log begins anew.
            log.warning("not in order", consumer=self.name, at=following, got=records[0].offset, place=str(partition))
            self._settle([partition])
            return
        topic = self._names[partition.topic]
        batch = [logged(topic, record) for record in records]
        after = records[-1].offset + 1
        position = Position(self.name, topic, partition.partition, after, event_id(batch[-1].value))
        await self._until_done(term, lambda: self._take(batch))
        await self._until_done(term, lambda: self._positions.move(position))
        if not term.over.is_set():
            self._next[partition] = after
            self._last_batch = time.monotonic()

    async def _until_done(self, term: _Term, call: Callable[[], Awaitable[T]]) -> T:
        """What ``call`` gives, asked again with growing waits for as long as it raises. Raises ``_Lost``.

        It is asked once also when the term is over: a position may follow its effects even then.
        """
        backoff = Backoff()
        while True:
            try:
                done = await call()
            except Exception as problem:
                # Whatever it is, to raise would pass over the batch for good.
                first = backoff.problem is None
                self._problem = _waits_for(problem)
                wait = backoff.failed(self._problem)
                if first:
                    foreseen = isinstance(problem, StoreAway | LogAway)
                    log.warning(
                        "consumer waits",
                        consumer=self.name,
                        problem=str(self._problem),
                        exc_info=None if foreseen else problem,
                    )
            else:
                if backoff.problem is not None:
                    self._problem = None
                    log.info("consumer goes on", consumer=self.name)
                return done
            try:
                await asyncio.wait_for(term.over.wait(), wait)
            except TimeoutError:
                continue
            raise _Lost

    async def _commit(self, within: float) -> None:
        """Tells Kafka how far we are. Only a hint: what goes wrong is let go, the next one says it all again."""
        if self._subscriber is None or (consumer := self._subscriber.consumer) is None:
            return
        here = consumer.assignment()
        told = {p: n for p, n in self._next.items() if p in here and self._committed.get(p) != n}
        if not told:
            return
        try:
            with reaching(self._bootstrap):
                await asyncio.wait_for(consumer.commit(told), within)
        except (LogAway, IllegalStateError) as problem:
            log.debug("commit not told", consumer=self.name, problem=str(problem))
        else:
            self._committed.update(told)

    def _end(self, partition: TopicPartition) -> int:
        told = None
        if self._subscriber is not None and self._subscriber.consumer is not None and partition in self._assigned:
            try:
                told = self._subscriber.consumer.highwater(partition)
            except (IllegalStateError, AssertionError):
                told = None
        return max(told or 0, self._ends.get(partition, 0))


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """What aiokafka calls; it awaits nothing, because no heartbeat is sent meanwhile."""

    def __init__(self, subscriber: KafkaSubscriber) -> None:
        self._subscriber = subscriber

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._subscriber.revoked()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._subscriber.assigned(frozenset(assigned))


def _waits_for(problem: Exception) -> Text:
    match problem:
        case LogAway() | StoreAway():
            return problem.text
        case _:
            # The words of another error may hold what a person wrote.
            return Text("出错，原因见日志", "it fails; the log says why")


async def _raw(records: Any) -> KafkaAckableMessage:
    """A batch as it came. The library's own parser reads headers, and loses the whole batch over one it cannot read."""
    return KafkaAckableMessage(
        body=[],
        headers={},
        raw_message=records,
        message_id="",
        correlation_id="",
        consumer=None,
    )


async def _as_it_is(message: KafkaAckableMessage) -> KafkaAckableMessage:
    return message


async def _within(seconds: float, work: Awaitable[object]) -> None:
    """Lets ``work`` run for so long, and then no longer waits for it."""
    task = asyncio.ensure_future(work)
    _, pending = await asyncio.wait({task}, timeout=max(seconds, 0))
    if pending:
        task.cancel()
    elif (problem := task.exception()) is not None:
        log.warning("not stopped in order", problem=str(reason(problem)))
