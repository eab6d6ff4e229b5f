"""Kafka to durable facts against the bare client on the same topic, and against a subscriber that stores nothing."""

import asyncio
import gc
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from faststream.kafka import KafkaBroker

from bench.measured import Entry, entry
from bench.real_events import case_files
from bench.servers import kafka
from services.assessment.facts import Projector
from shared.eventlog.envelope import CONTENT_TYPE
from shared.eventlog.kafka import KafkaSubscriber, apply_topics
from shared.eventlog.kafka.reading import FETCH_BYTES
from shared.eventlog.kafka.subscriber import BATCH, BATCH_WAIT_MS
from shared.eventlog.port import MESSAGES, Logged
from shared.storage.port import Position
from shared.storage.sqlite import Database
from shared.storage.sqlite.cases import SqliteCases
from shared.storage.sqlite.facts import SqliteFacts
from shared.storage.sqlite.progress import SqlitePositions

RECORDS, PARTITIONS, ROUNDS = 60_000, 6, 5
PRODUCED_AT_ONCE = 2000
PREFIXES = {"bench.": CONTENT_TYPE, "json.": "application/json"}
"""The same records twice: as the product writes them, and under the content type that the subscriber reads by itself."""
OURS, TWICE = "bench.", "json."
RAW, OWN, GIVEN = (
    "aiokafka getmany, nothing read",
    "FastStream list[dict], nothing stored",
    "FastStream list[dict] with a decoder of one line, nothing stored",
)


def run() -> list[Entry]:
    """Records a second from the first batch at hand to the last one done (medians)."""
    with kafka() as bootstrap:
        uvloop.run(_filled(bootstrap))
        gc.collect()
        gc.freeze()
        took: dict[str, list[float]] = {"ours": [], RAW: [], OWN: [], GIVEN: []}
        for number in range(ROUNDS):
            took["ours"].append(uvloop.run(_ours(bootstrap, number)))
            took[RAW].append(uvloop.run(_raw(bootstrap, f"raw-{number}")))
            took[OWN].append(uvloop.run(_subscriber(bootstrap, TWICE, f"own-{number}")))
            took[GIVEN].append(uvloop.run(_subscriber(bootstrap, OURS, f"given-{number}", decoder=_decoded)))
    rates = {way: RECORDS / median(times) for way, times in took.items()}
    ours = rates.pop("ours")
    return [
        *(entry("Kafka to durable facts", ours, "events/s", ours / rate, way) for way, rate in rates.items()),
        *(entry(way, rate, "events/s") for way, rate in rates.items()),
    ]


class Started:
    """When the first batch was at hand, and whether all records have been done."""

    def __init__(self) -> None:
        self.at: float | None = None
        self.done = 0
        self.all = asyncio.Event()

    def begin(self) -> None:
        """The first call counts."""
        if self.at is None:
            self.at = time.perf_counter()

    def add(self, records: int) -> None:
        """Records that are done."""
        self.done += records
        if self.done >= RECORDS:
            self.all.set()

    def seconds(self) -> float:
        """How long that took."""
        assert self.at is not None
        assert self.done == RECORDS, f"{self.done} records, not {RECORDS}"
        return time.perf_counter() - self.at


class Watched(SqlitePositions):
    """Positions that tell how far they have come."""

    def __init__(self, database: Database, started: Started) -> None:
        super().__init__(database)
        self._started = started
        self._at: dict[int, int] = {}

    async def move(self, position: Position) -> None:
        """Durable first."""
        await super().move(position)
        self._started.add(position.next - self._at.get(position.partition, 0))
        self._at[position.partition] = position.next


async def _files(database: Database) -> SqliteCases:
    """The case files whose events were published."""
    rows = [(e.case, e.sequence, e.topic, e.key, e.digest, e.body) for events in case_files(RECORDS) for e in events]
    await database.write(lambda c: c.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows))
    return SqliteCases(database)


async def _ours(bootstrap: str, number: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "facts.db")
        started = Started()
        facts, positions = SqliteFacts(database), Watched(database, started)
        files = await _files(database)
        projector = Projector(facts, positions, {"messages": files})

        async def take(batch: Sequence[Logged]) -> None:
            started.begin()
            await projector.take(batch)

        subscriber = KafkaSubscriber(f"ours-{number}", (MESSAGES,), bootstrap, positions, take, OURS)
        await subscriber.start()
        await started.all.wait()
        took = started.seconds()
        await subscriber.stop()
        assert await facts.count() == RECORDS
        assert not await positions.parked()
        await database.close()
        return took


async def _raw(bootstrap: str, group: str) -> float:
    consumer = AIOKafkaConsumer(
        OURS + MESSAGES,
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    await consumer.start()
    started = Started()
    while not started.all.is_set():
        found = await consumer.getmany(timeout_ms=BATCH_WAIT_MS, max_records=BATCH)
        if found:
            started.begin()
            started.add(sum(len(records) for records in found.values()))
    took = started.seconds()
    await consumer.stop()
    return took


async def _subscriber(bootstrap: str, prefix: str, group: str, **how: Any) -> float:
    broker = KafkaBroker(bootstrap, logger=None)
    started = Started()

    async def handle(events: list[dict[str, Any]]) -> None:
        started.begin()
        assert "specversion" in events[0]
        started.add(len(events))

    broker.subscriber(
        prefix + MESSAGES,
        group_id=group,
        batch=True,
        max_records=BATCH,
        batch_timeout_ms=BATCH_WAIT_MS,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH_BYTES,
        **how,
    )(handle)
    async with broker:
        await broker.start()
        await started.all.wait()
        return started.seconds()


async def _decoded(message: Any) -> Any:
    return [orjson.loads(body) for body in message.body]


async def _filled(bootstrap: str) -> None:
    for prefix in PREFIXES:
        await apply_topics(bootstrap, PARTITIONS, prefix=prefix)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=2, max_batch_size=256 * 1024)
    await producer.start()
    sent = []
    for events in case_files(RECORDS):
        for event in events:
            for prefix, content_type in PREFIXES.items():
                headers = [("content-type", content_type.encode())]
                sent.append(await producer.send(prefix + event.topic, event.body, event.key.encode(), headers=headers))
        if len(sent) >= PRODUCED_AT_ONCE:
            await asyncio.gather(*sent)
            sent.clear()
    await asyncio.gather(*sent)
    await producer.stop()


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
