"""One small county on each runtime: a list of old messages imported, opened and let go as often as a test likes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from services.desk import Desk, question_of
from services.import_list import import_file
from services.local import LocalRuntime, open_local
from services.runtime import Runtime
from shared.clock import ProcessClock
from shared.domain.localtime import read_moment
from shared.domain.text import Text
from shared.settings import Settings
from tests.backends.kafka_topics import delete_topics
from tests.distributed_county import distributed, distributed_settings, wipe_log
from tests.integration.program import ROOT

LIST = ROOT / "tests" / "data" / "messages-small.csv"
QUARTER = "2019Q2"
Kind = Literal["local", "distributed"]


@dataclass
class Town:
    """A county that outlives its runtimes; ``said`` is what commands told people."""

    kind: Kind
    settings: Settings
    clock: Callable[[], datetime]
    said: list[Text] = field(default_factory=list)

    def open(self, *, seed: bool = True, follow: bool = True) -> AbstractAsyncContextManager[Runtime]:
        """A fresh runtime on its data, as a new process would have."""
        return (
            self._local(seed)
            if self.kind == "local"
            else distributed(self.settings, self.clock, seed=seed, follow=follow)
        )

    @asynccontextmanager
    async def _local(self, seed: bool) -> AsyncIterator[Runtime]:
        runtime = await open_local(self.settings, "test", self.clock)
        try:
            if seed and not await runtime.seeded():
                await runtime.init()
            yield runtime
        finally:
            await runtime.close()

    async def wipe_log(self) -> None:
        """The event log is gone, and an empty one is in its place."""
        if self.kind == "distributed":
            await wipe_log(self.settings)
            return
        async with self.open(seed=False) as runtime:
            assert isinstance(runtime, LocalRuntime)
            await runtime.database.write(lambda c: c.execute("DELETE FROM log"))

    def talk(self, text: Text) -> None:
        """Hears what a command says."""
        self.said.append(text)


async def ranked(runtime: Runtime) -> dict[str, Any]:
    """The quarter's ranking after everything has been carried through."""
    await runtime.catch_up()
    return await Desk(runtime).rank(question_of(QUARTER))


def town_on(kind: Kind, folder: Path, request: pytest.FixtureRequest) -> Town:
    """A county without anything in it."""
    if kind == "local":
        return Town(kind, Settings(data=folder / "data"), ProcessClock(read_moment("2026-03-05 09:00")))
    servers = (request.getfixturevalue("mongo_server"), request.getfixturevalue("kafka_bootstrap"))
    return Town(kind, distributed_settings(folder, *servers), ProcessClock(read_moment("2026-03-05 09:00")))


@pytest.fixture(params=["local", "distributed"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Town]:
    """The county with its list imported and everything projected."""
    made = town_on(request.param, tmp_path, request)
    async with made.open() as runtime:
        report = await import_file(runtime, "messages", LIST, create_departments=True)
        assert report["imported"] > 10
        await runtime.catch_up()
    yield made
    if made.kind == "distributed":
        await delete_topics(made.settings.kafka or "", f"{made.settings.prefix}.")
