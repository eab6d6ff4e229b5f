"""SIGKILL anywhere: after a restart every answered command is there once, every other one can be asked again.

The totals come from what was sent, never from the program's own state.
"""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.desk import Desk
from services.local import LocalRuntime
from tests.integration.clients import Clients, clients, until
from tests.integration.program import TRAPPED, Books, Program, call, copied, open_runtime, sql

THURSDAY = "2026-03-05 09:00"
LATER = "2026-03-05 10:00"
MINUTES = [f"2026-03-05 09:{minute:02}" for minute in range(60)]
"""When the first, second, … program of a test starts: a clock never goes back."""
BY_TIMERS = ("ReminderSent", "LedgerSealed")


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with calendar, sample county and plan, to be copied."""
    data = tmp_path_factory.mktemp("seeded") / "data"

    async def seed() -> None:
        runtime = await open_runtime(data, THURSDAY)
        await runtime.init()
        await runtime.close()

    asyncio.run(seed())
    return data


@pytest.fixture
def data(seeded: Path, tmp_path: Path) -> Path:
    """A seeded data folder of the test's own."""
    return copied(seeded, tmp_path / "data")


@pytest.fixture
def programs() -> Iterator[list[Program]]:
    """Programs that a test starts; whatever still runs at its end is ended."""
    started: list[Program] = []
    yield started
    for program in started:
        if program.process.poll() is None:
            program.kill()


async def carried_on(data: Path, clock: str = LATER) -> None:
    """Opens the folder as a restart does, and finds everything in order."""
    runtime = await open_runtime(data, clock)
    try:
        await runtime.settle_down()
        await in_order(runtime)
    finally:
        await runtime.close()
    Books.of(data).assert_agree()


async def in_order(runtime: LocalRuntime) -> None:
    """Every digest, state, seal, log entry and fact as it must be, and nothing put aside."""
    found = await Desk(runtime).verify()
    assert found["ok"], found
    assert await runtime.stores.positions.parked() == []
    assert await Desk(runtime).refusals() == []


def assert_sent_is_stored(told: Clients) -> None:
    """The messages and their events are those that were sent, no more and no less."""
    stored = {case: types for case, types in Books.of(told.data).types(*BY_TIMERS).items() if case.startswith("M2026-")}
    assert stored == told.sent
    numbers = [row[0] for row in sql(told.data, "SELECT number FROM numbers WHERE series = 'M' ORDER BY number")]
    assert numbers == list(range(1, len(told.sent) + 1))
    assert {case for case in stored} == {f"M2026-{number:06d}" for number in numbers}


async def test_a_flood_of_commands_survives_being_killed_three_times(data: Path, programs: list[Program]) -> None:
    programs.append(Program.start(data, THURSDAY))
    kills = {150: asyncio.Event(), 300: asyncio.Event(), 450: asyncio.Event()}
    async with clients(data, THURSDAY, programs[0]) as told:

        def count() -> None:
            reached = kills.get(len(told.answers))
            if reached is not None:
                reached.set()

        told.on_answer = count

        async def one(client: int) -> None:
            for turn in range(5):
                key = f"{client}-{turn}"
                if client % 8 == 0:
                    # An impatient citizen presses the button twice.
                    cases = await asyncio.gather(told.submit(key), told.submit(key))
                    assert cases[0] == cases[1]
                await told.live(key, steps=3 if client % 3 == 0 else 0)

        flood = asyncio.gather(*(one(client) for client in range(64)))
        for reached in kills.values():
            await until(reached.wait(), flood)
            programs[-1].kill()
            await told.fallen()
            programs.append(await asyncio.to_thread(Program.start, data, MINUTES[len(programs)]))
            told.attend(programs[-1])
        await until(flood)
        assert told.lost > 0
        assert len(told.sent) == 320

        # Whoever asks once more hears the same: number, receipt code, version and all.
        for client in range(0, 64, 4):
            again = await told.post(f"{client}-0", "/api/v1/messages/messages", _body_of(client))
            assert again.headers["idempotency-replayed"] == "true"
        await told.settled()
        assert programs[-1].stop() == 0

        assert_sent_is_stored(told)
        receipts = {answer["receipt"]["code"] for key, answer in told.answers.items() if ":" not in key}
        assert len(receipts) == len(told.sent)
    Books.of(data).assert_agree()
    said = call("verify", "--output", "json", data=data, clock=LATER)
    assert (said.code, said.document["ok"]) == (0, True), said


def _body_of(client: int) -> dict[str, str]:
    from tests.integration.clients import LETTER

    return {**LETTER, "title": f"{LETTER['title']} {client}-0"}


COMMITS = (
    "before 5 INSERT INTO events",
    "after 5 INSERT INTO events",
    "inside 9 INSERT INTO cases",
    "inside 9 INSERT INTO events",
    "inside 9 INSERT INTO commands",
    "inside 3 INSERT OR IGNORE INTO vault_values",
    "inside 2 INSERT INTO numbers",
)
RELAY = ("before 3 INSERT INTO log", "inside 3 INSERT INTO log", "after 3 INSERT INTO log", "before 3 UPDATE cases SET sent")
FACTS = ("inside 2 INSERT OR IGNORE INTO facts", "after 2 INSERT OR IGNORE INTO facts", "before 9 INSERT INTO positions")


@pytest.mark.parametrize("points", [COMMITS, RELAY, FACTS], ids=["commits", "relay", "facts"])
async def test_killed_at_any_point_of_its_work_it_goes_on(
    data: Path, programs: list[Program], points: tuple[str, ...]
) -> None:
    programs.append(Program.start(data, THURSDAY, command=TRAPPED, TRAP=points[0]))
    last = asyncio.Event()
    async with clients(data, THURSDAY, programs[0]) as told:

        async def one(client: int) -> None:
            turn = 0
            while not last.is_set():
                turn += 1
                await told.live(f"{client}-{turn}")

        work = asyncio.gather(*(one(client) for client in range(6)))
        for following in (*points[1:], None):
            assert await until(told.fallen(), work) == -9
            await carried_on(data, MINUTES[2 * len(programs) - 1])
            trap: dict[str, Any] = {} if following is None else {"command": TRAPPED, "TRAP": following}
            programs.append(await asyncio.to_thread(partial(Program.start, data, MINUTES[2 * len(programs)], **trap)))
            told.attend(programs[-1])
        last.set()
        await until(work)
        assert programs[-1].stop() == 0
        await carried_on(data)
        assert_sent_is_stored(told)
