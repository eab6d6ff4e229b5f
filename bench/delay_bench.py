"""How long after its answer a message is among the facts: the distributed runtime against the local one."""

import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import pymongo
import uvloop

from bench.http_bench import serving_in
from bench.http_load import LETTER, OPENING
from bench.measured import Entry, entry
from bench.servers import kafka, mongo
from tests.distributed.stack import CLERK, Stack

MESSAGES, A_SECOND, ROUNDS = 200, 8, 2
WARM = 20
LOOK_SECONDS = 0.005
PATIENCE = 60
LOCAL = "the local runtime"


class System(NamedTuple):
    """A running system: where messages go, as whom, and which of some events are among its facts."""

    url: str
    headers: Mapping[str, str]
    projected: Callable[[Collection[str]], Collection[str]]


def run() -> list[Entry]:
    """Milliseconds, p50 and p99 of all rounds."""
    local: list[float] = []
    distributed: list[float] = []
    for number in range(ROUNDS):
        with kafka() as bootstrap, mongo() as url, tempfile.TemporaryDirectory() as folder:
            with _distributed(bootstrap, url, Path(folder)) as system:
                distributed += uvloop.run(_delays(system, number))
        with tempfile.TemporaryDirectory() as folder, _local(Path(folder)) as system:
            local += uvloop.run(_delays(system, number))
    rows = []
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        ours, theirs = (1000 * sorted(delays)[int(len(delays) * share)] for delays in (distributed, local))
        rows += [
            entry(f"distributed: {name}", ours, "ms", theirs / ours, LOCAL),
            entry(f"local: {name}", theirs, "ms"),
        ]
    return rows


@contextmanager
def _distributed(bootstrap: str, url: str, folder: Path) -> Iterator[System]:
    stack = Stack(bootstrap, url, folder)
    with pymongo.MongoClient[dict[str, str]](url) as client:
        facts = client[f"{stack.prefix}_assessment"]["facts"]

        def projected(ids: Collection[str]) -> Collection[str]:
            return [found["_id"] for found in facts.find({"_id": {"$in": list(ids)}}, {"_id": 1})]

        stack.seed()
        try:
            stack.start("assessment")
            messages = stack.start("messages")
            yield System(messages.url, stack.as_(CLERK), projected)
        finally:
            stack.end()


@contextmanager
def _local(folder: Path) -> Iterator[System]:
    with serving_in(folder, "sqlite") as (host, port, token):
        (path,) = (folder / "data").glob("*.db")
        with closing(sqlite3.connect(path, check_same_thread=False)) as connection:

            def projected(ids: Collection[str]) -> Collection[str]:
                asked = f"SELECT id FROM facts WHERE id IN ({', '.join('?' * len(ids))})"
                return [row[0] for row in connection.execute(asked, tuple(ids))]

            yield System(f"http://{host}:{port}", {"Authorization": f"Bearer {token}"}, projected)


async def _delays(system: System, seed: int) -> list[float]:
    """Seconds of each message, those to warm up left out."""
    chance = random.Random(seed)
    answered: dict[str, float] = {}
    delays: dict[str, float] = {}
    async with httpx2.AsyncClient(base_url=system.url, headers=dict(system.headers), timeout=PATIENCE) as client:

        async def send(key: str) -> None:
            answer = await client.post(OPENING, json=LETTER, headers={"Idempotency-Key": key})
            at = time.perf_counter()
            assert answer.status_code == 201, answer.text
            answered[f"{answer.json()['id']}/1"] = at

        async def look() -> None:
            while len(delays) < MESSAGES + WARM:
                await asyncio.sleep(LOOK_SECONDS)
                if waiting := answered.keys() - delays.keys():
                    found = await asyncio.to_thread(system.projected, waiting)
                    now = time.perf_counter()
                    delays.update({event: now - answered[event] for event in found})

        looking = asyncio.create_task(look())
        sending = []
        for number in range(MESSAGES + WARM):
            sending.append(asyncio.create_task(send(f"delay-{seed}-{number}")))
            await asyncio.sleep(chance.expovariate(A_SECOND))
        await asyncio.gather(*sending)
        async with asyncio.timeout(PATIENCE):
            await looking
    return list(delays.values())[WARM:]


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
