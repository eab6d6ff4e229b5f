"""The relay from case files to Kafka against the bare client sending the same records."""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

import uvloop
from aiokafka import AIOKafkaProducer

from bench.append_bench import head
from bench.measured import Entry, entry
from bench.real_events import case_files
from bench.servers import kafka
from shared.engine.relay import Relay
from shared.eventlog.kafka import KafkaEventLog, apply_topics
from shared.eventlog.kafka.publishing import BATCH_BYTES, HEADERS, LINGER_MS
from shared.eventlog.port import Entry as Record
from shared.storage.port import Commit
from shared.storage.sqlite import Database
from shared.storage.sqlite.cases import SqliteCases

EVENTS, PARTITIONS, ROUNDS = 30_000, 6, 7
PREFIX = "bench."
BARE = "aiokafka send, gathered at the end"


def run() -> list[Entry]:
    """Events a second (medians), from the first question to the store until the last file is marked as sent."""
    with kafka() as bootstrap:
        ours, bare = uvloop.run(_rounds(bootstrap))
    return [
        entry("relay from case files (SQLite) to Kafka", ours, "events/s", ours / bare, BARE),
        entry(BARE, bare, "events/s"),
    ]


async def _rounds(bootstrap: str) -> tuple[float, float]:
    await apply_topics(bootstrap, PARTITIONS, prefix=PREFIX)
    files = list(case_files(EVENTS))
    records = [
        (PREFIX + e.topic, e.key.encode(), e.body, [(k, v.encode()) for k, v in HEADERS.items()])
        for events in files
        for e in events
    ]
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=LINGER_MS,
        max_batch_size=BATCH_BYTES,
    )
    await producer.start()
    log = KafkaEventLog(bootstrap, PREFIX, PARTITIONS)
    # The connection of a process that serves is there already.
    await log.publish([Record(e.topic, e.key, e.body) for e in files[0]])
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "cases.db")
        cases = SqliteCases(database)
        await asyncio.gather(*(cases.append(Commit(head(e[0].case, len(e)), 0, tuple(e), ())) for e in files))
        relay = Relay("messages", cases, log)
        ours, bare = [], []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            assert await relay.drain() == EVENTS
            ours.append(EVENTS / (time.perf_counter() - started))
            await cases.unsend("messages")
            started = time.perf_counter()
            await asyncio.gather(
                *[await producer.send(topic, body, key, headers=headers) for topic, key, body, headers in records]
            )
            bare.append(EVENTS / (time.perf_counter() - started))
        await database.close()
    await log.close()
    await producer.stop()
    return median(ours), median(bare)


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
