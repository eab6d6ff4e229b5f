"""Reads Kafka by offset, as one who belongs to no group: for replay, for what is followed, and to check positions."""

import asyncio
import logging
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.eventlog.kafka.reached import LOGGER, METADATA_AGE_MS, Backoff, quieten, reaching, reason
from shared.eventlog.kafka.topics import topic_partitions
from shared.eventlog.port import LogAway

FETCH_BYTES = 4 << 20
# What is asked for is there already; an unanswered look ahead would only hold up the next question on its connection.
FETCH_WAIT_MS = 20
# The driver waits this long whenever a topic is asked for that was not asked for just before.
RETRY_MS = 50
REQUEST_TIMEOUT_MS = 10_000
READ_WITHIN = 15.0
CLOSE_WITHIN = 5.0


class Reader:
    """One connection, made on first use. Topics are Kafka's own names. Everything raises ``LogAway``."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._consumer: AIOKafkaConsumer | None = None
        self._backoff = Backoff()
        self._one_at_a_time = asyncio.Lock()
        self._partitions: dict[str, int] = {}
        self._place: tuple[TopicPartition, int] | None = None

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has."""
        if topic not in self._partitions:
            self._partitions.update(await topic_partitions(self._bootstrap, [topic]))
        return self._partitions[topic]

    async def ends(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The offset that the next record of each will get."""
        async with self._one_at_a_time:
            consumer = await self._connected()
            with reaching(self._bootstrap):
                return dict(await consumer.end_offsets(list(partitions)))

    async def starts(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The offset of the first record of each that is still kept."""
        async with self._one_at_a_time:
            consumer = await self._connected()
            with reaching(self._bootstrap):
                return dict(await consumer.beginning_offsets(list(partitions)))

    async def read(self, partition: TopicPartition, offset: int, limit: int) -> list[ConsumerRecord]:
        """Up to ``limit`` records from ``offset`` on; empty at the end, which is looked up anew each time."""
        async with self._one_at_a_time:
            consumer = await self._connected()
            with reaching(self._bootstrap):
                end = (await consumer.end_offsets([partition]))[partition]
                if offset >= end:
                    return []
                self._seek(consumer, partition, offset)
                try:
                    async with asyncio.timeout(READ_WITHIN):
                        records: list[ConsumerRecord] = []
                        while not records:
                            found = await consumer.getmany(partition, timeout_ms=1000, max_records=limit)
                            records = found.get(partition, [])
                finally:
                    consumer.pause(partition)
                self._place = (partition, records[-1].offset + 1)
                return records

    async def close(self) -> None:
        """Lets go of the connection, within ``CLOSE_WITHIN`` seconds also when the broker is away."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            closing = asyncio.create_task(consumer.stop())
            await asyncio.wait({closing}, timeout=CLOSE_WITHIN)
            if not closing.cancel() and (problem := closing.exception()) is not None:
                logging.getLogger(LOGGER).warning("reader not stopped in order: %s", reason(problem))

    def _seek(self, consumer: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> None:
        # Whoever reads on finds what was fetched ahead; a seek would throw that away.
        if self._place != (partition, offset):
            if partition not in consumer.assignment():
                consumer.assign([partition])
            consumer.seek(partition, offset)
        self._place = None
        consumer.resume(partition)

    async def _connected(self) -> AIOKafkaConsumer:
        if self._consumer is not None:
            return self._consumer
        if self._backoff.waiting and self._backoff.problem is not None:
            raise LogAway(self._bootstrap, self._backoff.problem)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            retry_backoff_ms=RETRY_MS,
            metadata_max_age_ms=METADATA_AGE_MS,
        )
        quieten()
        try:
            with reaching(self._bootstrap):
                await consumer.start()
        except BaseException as problem:
            self._backoff.failed(reason(problem))
            await consumer.stop()
            raise
        self._backoff.worked()
        self._consumer, self._place = consumer, None
        return consumer
