"""What happens behind a command in the local runtime: publishing, projecting, verifying; against memory stores."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from statistics import median

from bench.http_server import Storage, open_on
from bench.import_bench import written
from bench.measured import Entry, entry
from services.desk import Desk
from services.import_list import import_rows
from services.local import LocalRuntime

ROWS, ROUNDS = 1000, 3
NAMES = ("publish (relay)", "react and project (policies, facts)", "verify every digest, state and date")


def run() -> list[Entry]:
    """Events a second (medians) of an imported list's events; the baseline is the same code on memory stores."""
    durable: list[list[float]] = []
    memory: list[list[float]] = []
    for _ in range(ROUNDS):
        durable.append(asyncio.run(_rates("sqlite")))
        memory.append(asyncio.run(_rates("memory")))
    return [
        entry(name, median(ours), "events/s", median(ours) / median(theirs), "the same without storage")
        for name, ours, theirs in zip(NAMES, zip(*durable, strict=True), zip(*memory, strict=True), strict=True)
    ]


async def _rates(storage: Storage) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        runtime = await open_on(storage, Path(folder) / "data")
        try:
            await import_rows(runtime, "messages", "list.csv", written(ROWS))
            _, events = await runtime.stores.cases.counts("messages")
            published = await _seconds(runtime.services["messages"].relay.drain())
            projected = await _seconds(_followed(runtime, events))
            verified = await _seconds(_verified(runtime))
        finally:
            await runtime.close()
    return [events / took for took in (published, projected, verified)]


async def _followed(runtime: LocalRuntime, events: int) -> None:
    await runtime.settle_down()
    if await runtime.stores.facts.count() < events:
        raise AssertionError("events are missing among the facts")


async def _verified(runtime: LocalRuntime) -> None:
    found = await Desk(runtime).verify()
    if not found["ok"]:
        raise AssertionError(found["first_bad"])


async def _seconds(work: Awaitable[object]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
