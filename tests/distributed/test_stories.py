"""The same stories with each service a process of its own on broker and store: started once, a unit for each story."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.assessment.facts import CONSUMER, TOPICS
from services.assessment.seeding import SEED
from services.declared import SERVICES
from services.distributed import DistributedRuntime, open_distributed
from shared.domain.directory import OFFICE
from shared.domain.localtime import moment_text
from shared.eventlog.port import TOPICS as ALL_TOPICS
from tests.distributed.set_clock import CLOCK_FILE, FileClock, set_clock
from tests.distributed.stack import Stack
from tests.integration.program import PATIENCE, until
from tests.stories import STORIES
from tests.stories.county import Story, StoryCounty, cast, instant

UNITS = [unit["id"] for unit in json.loads((SEED / "departments.json").read_text("utf-8"))["departments"]]
OTHER = UNITS[-1]
OF_STORY: Mapping[str, str] = dict(zip(map(str, STORIES), [u for u in UNITS if u not in (OFFICE, OTHER)], strict=False))
PAUSE = 0.02
TICKS = itertools.count(1)


class ByService(httpx2.AsyncBaseTransport):
    """Takes each question to the process of the service that its address names, as the proxy does."""

    def __init__(self, stack: Stack) -> None:
        self._urls = {running.service: httpx2.URL(running.url) for running in stack.processes}
        self._transport = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        at = self._urls[request.url.path.split("/")[3]]
        request.url = request.url.copy_with(host=at.host, port=at.port)
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._transport.aclose()


class DistributedStoryCounty(StoryCounty):
    """Four processes, and a runtime that serves nothing to look behind them."""

    def __init__(self, stack: Stack, runtime: DistributedRuntime, client: httpx2.AsyncClient, story: Story) -> None:
        super().__init__(instant(story.begins), OF_STORY[str(story)], OTHER, client, runtime.tokens)
        self.stack, self.runtime = stack, runtime
        self.at(story.begins)

    def at(self, moment: str) -> None:
        self.now = instant(moment)
        set_clock(clock_of(self.stack), self.now)

    async def settled(self) -> None:
        await until_it_holds(self._quiet)

    async def swept(self) -> None:
        await self.settled()
        # An instant at which no sweep has begun yet, in no story.
        self.at(moment_text(self.now + timedelta(seconds=next(TICKS))))
        await until_it_holds(self._swept_now)
        await self.settled()

    async def sent_again(self, *services: str) -> None:
        for service in services:
            assert await self.runtime.services[service].stores.cases.unsend(service) > 0
        await self.settled()

    async def kept(self) -> list[bytes]:
        found: list[bytes] = [json.dumps(await self.audited(), ensure_ascii=False, default=str).encode()]
        async for head in self.runtime.files.walk():
            found += [head.state, head.columns, head.dues, (head.title or "").encode()]
            found += [event.body for event in await self.runtime.files.events(head.id)]
        for topic in ALL_TOPICS:
            for partition in range(await self.runtime.log.partitions(topic)):
                found += [record.value for record in await self.runtime.log.read(topic, partition, 0, 100_000)]
        return found

    async def audited(self) -> list[dict[str, Any]]:
        return [dict(entry) async for entry in self.runtime.stores.audit.entries()]

    async def _swept_now(self) -> bool:
        """Whether the last sweep of every service began at this instant, and so after the clock was set to it."""
        notes = [await s.stores.notes.note(f"swept:{name}") for name, s in self.runtime.services.items()]
        return all(note == moment_text(self.now).encode() for note in notes)

    async def _quiet(self) -> bool:
        """Nothing unsent, nothing unread, and the log no longer than before both were looked at.

        So all that was in the log had been read before the files were looked at, and had left nothing that was unsent.
        """
        before = await self._ends()
        return await self._read(before) and not await self._unsent() and await self._ends() == before

    async def _ends(self) -> dict[str, list[int]]:
        return {topic: await self.runtime.log.ends(topic) for topic in ALL_TOPICS}

    async def _read(self, ends: Mapping[str, list[int]]) -> bool:
        services = self.runtime.services.values()
        readings = [(r.name, r.topics, s.stores.positions) for s in services for r in s.policies.readings]
        for name, topics, positions in [*readings, (CONSUMER, TOPICS, self.runtime.stores.positions)]:
            for topic in topics:
                for partition, end in enumerate(ends[topic]):
                    position = await positions.position(name, topic, partition)
                    if end and (position is None or position.next < end):
                        return False
        return True

    async def _unsent(self) -> bool:
        waiting = [await s.stores.cases.oldest_unsent(s.name) for s in self.runtime.services.values()]
        return any(since is not None for since in waiting)


async def until_it_holds(holds: Callable[[], Awaitable[bool]]) -> None:
    """Waits for it, but not for ever."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if await holds():
                return
            await asyncio.sleep(PAUSE)


def clock_of(stack: Stack) -> Path:
    """The file that all processes of the stack read the time from."""
    return stack.folder / "clock"


@pytest.fixture(scope="module")
def processes(kafka_bootstrap: str, mongo_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A county whose every unit has its people, and its four services."""
    stack = Stack(
        kafka_bootstrap,
        mongo_server,
        tmp_path_factory.mktemp("stories"),
        now="2026-03-01 09:00",
        module="tests.distributed.set_clock",
    )
    stack.seed((unit, who, role) for unit in (OFFICE, OTHER, *OF_STORY.values()) for who, role in cast(unit).items())
    set_clock(clock_of(stack), instant(stack.now))
    clock = {CLOCK_FILE: str(clock_of(stack))}
    started = [stack.start(service.name, wait=False, **clock) for service in SERVICES]
    for running in started:
        until(running.ready, f"{running.service} ready; see {running.log}")
    yield stack
    stack.end()


@asynccontextmanager
async def county_of(stack: Stack, story: Story) -> AsyncIterator[StoryCounty]:
    """The county for one story."""
    runtime = open_distributed(stack.settings, clock=FileClock(clock_of(stack)))
    try:
        async with httpx2.AsyncClient(transport=ByService(stack), base_url="http://county", timeout=PATIENCE) as client:
            yield DistributedStoryCounty(stack, runtime, client, story)
    finally:
        await runtime.close()


@pytest.mark.parametrize("story", STORIES, ids=str)
async def test_a_story_with_each_service_a_process_of_its_own(story: Story, processes: Stack) -> None:
    async with county_of(processes, story) as county:
        await story.tell(county)


def test_after_all_stories_files_log_and_facts_agree(processes: Stack) -> None:
    assert processes.projected().facts
    # From story to story the clock goes back, as in no county: a day sealed in one gets more entries in the next.
    wrong = processes.verified()["first_bad"]
    assert wrong is None or wrong["case"].startswith("ledger-")
