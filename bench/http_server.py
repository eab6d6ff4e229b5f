"""The whole local runtime behind HTTP for the measurement, on one of three storages.

Its address stands in the folder's lock file, as always; the token of a clerk is printed."""

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import uvloop

from services.assessment.department import AssignPost
from services.cli.serve import serve_on
from services.local import LocalRuntime, runtime_on
from shared.domain.directory import OFFICE, SYSTEM
from shared.domain.localtime import local_date
from shared.engine.execute import Asked
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.sqlite import SqliteEventLog
from shared.settings import read_settings
from shared.storage.folder import DataFolder
from shared.storage.memory import memory_stores
from shared.storage.sqlite import Database, stores_on
from shared.telemetry import configure_logging

R = TypeVar("R")
Storage = Literal["sqlite", "memory", "commit-each"]
STORAGES: tuple[Storage, ...] = get_args(Storage)
CLERK = "clerk@bench"


class CommitEach(Database):
    """Grouping switched off: each piece of work is a durable commit of its own.

    A number given out rides in the commit of the case that bears it, so that a request is one commit, not two.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._turn = asyncio.Lock()
        self._riding: list[Callable[[Any], object]] = []

    def enqueue(
        self, work: Callable[[Any], R], careful: Callable[[Any], Any] | None = None, *, keep: bool = False
    ) -> "asyncio.Future[R]":
        """Work that may ride waits for the next write."""
        if not keep:
            return super().enqueue(work, careful)
        self._riding.append(work)
        return asyncio.get_running_loop().create_future()

    async def write(self, work: Callable[[Any], R], careful: Callable[[Any], Any] | None = None) -> R:
        """One piece of work, one commit."""
        riding, self._riding = self._riding, []

        def with_riders(inner: Callable[[Any], R]) -> Callable[[Any], R]:
            def all_of_it(connection: Any) -> R:
                for rider in riding:
                    rider(connection)
                return inner(connection)

            return all_of_it

        async with self._turn:
            return await super().enqueue(with_riders(work), with_riders(careful or work))


async def open_on(storage: Storage, data: Path) -> LocalRuntime:
    """A seeded runtime on a new folder. In memory, the file beside it stays empty: only metrics would read it."""
    settings = read_settings(data=data)
    folder = DataFolder(data, "bench")
    database = CommitEach(folder.database) if storage == "commit-each" else Database(folder.database)
    if storage == "memory":
        runtime = await runtime_on(settings, folder, database, memory_stores(), MemoryEventLog())
    else:
        runtime = await runtime_on(settings, folder, database, stores_on(database), SqliteEventLog(database))
    await runtime.init()
    return runtime


async def token_of_a_clerk(runtime: LocalRuntime) -> str:
    """A token of a new clerk of the county office."""
    now = runtime.clock()
    post = AssignPost.model_validate({"subject": CLERK, "role": "clerk", "since": local_date(now)})
    engine = runtime.engine("assessment")
    await engine.execute(engine.kind("department"), f"department-{OFFICE}", [Asked(post, SYSTEM, "bench:clerk")])
    await runtime.settle_down()
    return runtime.tokens.issue(CLERK, timedelta(hours=8), now)[0]


async def _serve(storage: Storage, data: Path) -> None:
    configure_logging()
    runtime = await open_on(storage, data)
    try:
        print(json.dumps({"token": await token_of_a_clerk(runtime)}), flush=True)
        await serve_on(runtime, "127.0.0.1", 0)
    finally:
        await runtime.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(next(s for s in STORAGES if s == sys.argv[1]), Path(sys.argv[2])))
