"""SIGKILL anywhere: after a restart every answered command is there once, every other one can be asked again.

The totals come from what was sent, never from the program's own state.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import httpx2
import orjson
import pytest

from services.cli.serve import GRACE_SECONDS
from services.desk import Desk
from services.local import LocalRuntime
from services.messages.message_commands import Accept, Submit
from shared.clock import ProcessClock
from shared.domain.directory import SYSTEM
from shared.domain.localtime import read_moment
from shared.engine.execute import Asked
from shared.engine.relay import Relay
from shared.eventlog.port import EventLog
from shared.storage.port import CaseStore
from tests.integration.clients import LETTER, MESSAGES, Clients, clients, until
from tests.integration.trapped_program import ROOT, TRAPPED, Books, Program, call, change, copied, open_runtime, sql

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


async def carried_on(data: Path, clock: str = LATER, *, sweep: bool = False) -> None:
    """Opens the folder as a restart does, and finds everything in order."""
    runtime = await open_runtime(data, clock)
    try:
        await (runtime.catch_up() if sweep else runtime.settle_down())
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
RELAY = (
    "before 3 INSERT INTO log",
    "inside 3 INSERT INTO log",
    "after 3 INSERT INTO log",
    "before 3 UPDATE cases SET sent",
)
FACTS = (
    "inside 2 INSERT OR IGNORE INTO facts",
    "after 2 INSERT OR IGNORE INTO facts",
    "before 9 INSERT INTO positions",
)


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


POLICY_AND_TIMERS = (
    "before 2 MessageNeglected",
    "after 3 MessageNeglected",
    "after 1 LedgerSealed",
    "before 1 SupervisionIssued",
    "after 2 SupervisionIssued",
    "before 1 policy:messages.WhenMessageNeglectedIssueSupervision",
)


async def test_killed_during_sweeps_and_policies_each_message_is_supervised_once(
    data: Path, programs: list[Program]
) -> None:
    cases = []
    runtime = await open_runtime(data, THURSDAY)
    for number in range(12):
        cases.append(await submitted(runtime, f"letter-{number}"))
    await runtime.close()
    for place, trap in enumerate(POLICY_AND_TIMERS):
        clock = f"2026-06-20 10:{place:02}"
        programs.append(Program.start(data, clock, command=TRAPPED, TRAP=trap))
        assert await asyncio.to_thread(programs[-1].ended) == -9, trap
    await carried_on(data, "2026-06-20 11:00", sweep=True)
    types = Books.of(data).types(*BY_TIMERS)
    assert {case: types[case] for case in cases} == {
        case: ["MessageReceived", "ReplyOverdue", "MessageNeglected", "SupervisionIssued"] for case in cases
    }


async def test_a_policy_that_is_given_everything_again_gives_no_second_command(data: Path) -> None:
    runtime = await open_runtime(data, THURSDAY)
    for number in range(3):
        await submitted(runtime, f"letter-{number}")
    moved(runtime, "2026-06-20 10:00")
    await runtime.catch_up()
    before = Books.of(data)
    assert [name for name, _ in before.events.values()].count("SupervisionIssued") == 3
    consumers = runtime.services["messages"].policies.consumers
    policy = next(consumer for consumer in consumers if "Supervision" in consumer.name)
    records = await runtime.eventlog.read("gongkai.messages", 0, 0, 1000)
    await policy._take(records)
    await policy._take(records[::-1])
    await runtime.close()
    change(data, "DELETE FROM positions")
    await carried_on(data, "2026-06-20 11:00")
    assert Books.of(data).events == before.events
    assert Books.of(data).facts == before.facts


@pytest.mark.parametrize("moment", ["events_of", "publish", "mark_sent"])
async def test_what_is_appended_between_the_relays_read_and_its_mark_is_not_lost(data: Path, moment: str) -> None:
    runtime = await open_runtime(data, THURSDAY)
    case = await submitted(runtime, "letter")
    engine = runtime.engine("messages")

    async def interfere() -> None:
        await engine.execute(engine.kind("message"), case, [Asked(Accept(), SYSTEM, "accept")])

    between = Between(runtime.stores.cases, moment, interfere)
    log = Between(runtime.eventlog, moment, interfere)
    assert await Relay("messages", cast(CaseStore, between), cast(EventLog, log)).run_once() == 1
    assert between.done + log.done == 1
    assert await Relay("messages", runtime.stores.cases, runtime.eventlog).drain() == 1
    published = [orjson.loads(r.value)["id"] for r in await runtime.eventlog.read("gongkai.messages", 0, 0, 100)]
    assert published == [f"{case}/1", f"{case}/2"]
    await runtime.settle_down()
    await in_order(runtime)
    await runtime.close()


class Between:
    """A port through which everything goes; right before its method ``moment`` something else happens, once."""

    def __init__(self, port: Any, moment: str, interfere: Callable[[], Awaitable[None]]) -> None:
        self._port, self._moment, self._interfere = port, moment, interfere
        self.done = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if name != self._moment:
            return method

        async def called(*words: Any) -> Any:
            # Before ``publish`` and ``mark_sent``; after ``events_of`` has read.
            if name != "events_of":
                await self._once()
            found = await method(*words)
            if name == "events_of":
                await self._once()
            return found

        return called

    async def _once(self) -> None:
        if not self.done:
            self.done = 1
            await self._interfere()


def old_list(rows: int) -> tuple[bytes, dict[str, list[str]], dict[str, dict[str, int]]]:
    """A list of old messages; and counted naively: the event types of each number, and the verdicts by category."""
    begun = ["MessageReceived", "MessageAccepted", "MessageClassified", "MessageAssigned"]
    answered = ["ReplyDrafted", "ReplyApproved", "ReplySent"]
    # Category, answer (None: none), and what follows from it at a limit of 3 or 7 working days.
    kinds: tuple[tuple[str, str | None, list[str], str], ...] = (
        ("政策咨询", "2024-03-05", [*begun, *answered], "on_time"),
        ("政策咨询", "2024-04-15", [*begun, "ReplyOverdue", *answered], "overdue"),
        ("投诉求助", "2024-03-11", [*begun, *answered], "on_time"),
        ("投诉求助", None, [*begun, "ReplyOverdue", "MessageNeglected"], "overdue"),
    )
    lines = ["留言编号,留言用户,留言主题,留言类别,承办单位,留言时间,留言详情,答复意见,答复时间"]
    types: dict[str, list[str]] = {}
    verdicts: dict[str, dict[str, int]] = {}
    for row in range(rows):
        category, answer, wanted, verdict = kinds[row % len(kinds)]
        reply = f"已办结,{answer}" if answer else ","
        lines.append(f"N{row},网民{row},第{row}件,{category},教育局,2024-03-04 09:00:00,详情{row},{reply}")
        types[f"N{row}"] = wanted
        counts = verdicts.setdefault(category, {"rows": 0, "on_time": 0, "overdue": 0, "open": 0})
        counts["rows"] += 1
        counts[verdict] += 1
    return "\n".join(lines).encode(), types, verdicts


async def test_an_import_that_is_killed_leaves_whole_cases_and_goes_on(data: Path, tmp_path: Path) -> None:
    body, types, verdicts = old_list(400)
    file = tmp_path / "list.csv"
    file.write_bytes(body)

    def stored() -> dict[str, list[str]]:
        prefix = "import:message:submit:"
        numbers = sql(data, "SELECT id, case_id FROM commands WHERE id LIKE ?", f"{prefix}%")
        of_case = Books.of(data).types("LedgerSealed")
        return {row[0].removeprefix(prefix): of_case[row[1]] for row in numbers}

    before = 0
    for trap in ("after 1 INSERT INTO events", "inside 100 INSERT INTO events", "before 2 INSERT INTO events"):
        said = call("import", "messages", str(file), data=data, clock=THURSDAY, command=TRAPPED, TRAP=trap)
        assert said.code == -9, (trap, said)
        found = stored()
        assert found.items() <= types.items()
        assert len(found) >= before
        before = len(found)
    assert 0 < before < 400
    said = call("import", "messages", str(file), "--output", "json", data=data, clock=THURSDAY)
    assert said.code == 0, said
    assert (said.document["imported"], said.document["skipped"]) == (400 - before, before)
    assert {row.pop("category"): row for row in said.document["by_category"]} == verdicts
    assert stored() == types
    assert len([case for case in Books.of(data).types() if case.startswith("M2024-")]) == 400
    await carried_on(data)


async def test_a_seed_that_is_killed_is_finished_by_the_next_command(tmp_path: Path) -> None:
    data = tmp_path / "data"
    seed = json.loads((ROOT / "services/assessment/seed/departments.json").read_text("utf-8"))
    notices = len(list((ROOT / "services/assessment/seed/calendar").glob("*.json")))
    for place, trap in enumerate(
        ("after 10 INSERT INTO events", "before 20 INSERT INTO events", "after 1 INSERT INTO log")
    ):
        said = call("init", data=data, clock=MINUTES[place], command=TRAPPED, TRAP=trap)
        assert said.code == -9, (trap, said)
    # Any command that seeds an empty folder goes on with one that is half seeded.
    said = call("verify", "--output", "json", data=data, clock=LATER)
    assert (said.code, said.document["ok"]) == (0, True), said
    assert said.document["cases"] == notices + len(seed["departments"]) + 1
    assert said.document["events"] == notices + len(seed["departments"]) + len(seed["posts"]) + 1
    again = call("init", "--output", "json", data=data, clock=LATER)
    assert again.document["created"] == 0
    await carried_on(data)


async def test_a_second_process_names_the_holder_and_stops(data: Path, programs: list[Program]) -> None:
    first = Program.start(data, THURSDAY)
    programs.append(first)
    for words in (("run", "--port", "0"), ("rank", "2026Q1"), ("verify",)):
        said = call(*words, data=data, clock=THURSDAY)
        assert said.code == 1
        assert said.out == ""
        assert str(first.process.pid) in said.err
        assert f"--url {first.url}" in said.err
        assert "Traceback" not in said.err
    first.kill()
    assert call("verify", data=data, clock=LATER).code == 0


async def test_one_changed_byte_of_an_event_is_found(data: Path) -> None:
    runtime = await open_runtime(data, THURSDAY)
    for number in range(3):
        await submitted(runtime, f"letter-{number}")
    await runtime.settle_down()
    desk = Desk(runtime)
    await in_order(runtime)
    (body,) = runtime.database.read("SELECT body FROM events WHERE case_id = 'M2026-000002' AND sequence = 1")[0]

    async def put(new: bytes) -> None:
        statement = "UPDATE events SET body = ? WHERE case_id = 'M2026-000002' AND sequence = 1"
        await runtime.database.write(lambda c: c.execute(statement, (new,)))

    for place in range(0, len(body), 11):
        await put(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
        found = await desk.verify()
        assert not found["ok"], place
        assert (found["first_bad"]["case"], found["first_bad"]["sequence"]) == ("M2026-000002", 1), place
    await put(body.replace(b"2026-03-05", b"2026-03-04", 1))
    await runtime.close()
    said = call("verify", "--output", "json", data=data, clock=LATER)
    assert said.code == 3
    assert said.document["first_bad"]["case"] == "M2026-000002"
    assert said.document["first_bad"]["sequence"] == 1


async def test_a_case_taken_out_of_every_table_is_missed_by_the_seal(data: Path) -> None:
    runtime = await open_runtime(data, THURSDAY)
    for number in range(3):
        await submitted(runtime, f"letter-{number}")
    moved(runtime, "2026-03-06 09:00")
    await runtime.catch_up()
    await in_order(runtime)
    for statement in (
        "DELETE FROM cases WHERE id = 'M2026-000002'",
        "DELETE FROM events WHERE case_id = 'M2026-000002'",
        "DELETE FROM commands WHERE case_id = 'M2026-000002'",
        "DELETE FROM facts WHERE case_id = 'M2026-000002'",
        "DELETE FROM log WHERE value LIKE '%M2026-000002%'",
    ):
        await runtime.database.write(lambda c, s=statement: c.execute(s))  # type: ignore[misc]
    found = await Desk(runtime).verify()
    assert found["first_bad"]["case"] == "ledger-messages-2026"
    assert "2026-03-05" in found["first_bad"]["reason"]
    await runtime.close()


async def test_a_full_disk_refuses_writes_and_goes_on_reading(data: Path, programs: list[Program]) -> None:
    programs.append(Program.start(data, THURSDAY))
    async with clients(data, THURSDAY, programs[0]) as told:
        case = await told.live("before", steps=3)
        await told.settled()
        programs[0].let_files_grow(0)
        posts = (
            told.client.post(programs[0].url + MESSAGES, json=dict(LETTER), headers={"Idempotency-Key": f"full-{n}"})
            for n in range(20)
        )
        for refused in await asyncio.gather(*posts):
            assert (refused.status_code, refused.json()["code"]) == (503, "store_away")
            assert int(refused.headers["retry-after"]) > 0
        ready = await told.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert ready.json()["reasons"][0]["code"] == "store_refuses_writes"
        assert (await told.get(f"{MESSAGES}/{case}", "office.clerk")).status_code == 200
        assert (await told.get("/healthz")).status_code == 200
        programs[0].let_files_grow(None)
        await asyncio.gather(*(told.live(f"full-{n}", steps=1) for n in range(20)))
        await told.settled()
        assert programs[0].stop() == 0
        assert_sent_is_stored(told)
    await carried_on(data)


async def test_told_to_stop_it_answers_what_it_took_and_ends_well(data: Path, programs: list[Program]) -> None:
    programs.append(Program.start(data, THURSDAY))
    answered: dict[str, str] = {}
    enough = asyncio.Event()
    async with clients(data, THURSDAY, programs[0]) as told:

        async def one(client: int) -> None:
            turn = 0
            while True:
                turn += 1
                said = {"Idempotency-Key": f"{client}-{turn}"}
                try:
                    answer = await told.client.post(programs[0].url + MESSAGES, json=dict(LETTER), headers=said)
                except httpx2.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                answered[f"{client}-{turn}"] = answer.json()["id"]
                if len(answered) == 100:
                    enough.set()

        work = asyncio.gather(*(one(client) for client in range(32)))
        await until(enough.wait(), work)
        began = time.monotonic()
        programs[0].process.terminate()
        assert await asyncio.to_thread(programs[0].ended) == 0
        assert time.monotonic() - began < GRACE_SECONDS
        await until(work)
    stored = {case for case in Books.of(data).types() if case.startswith("M2026-")}
    assert stored == set(answered.values())
    assert len(stored) == len(answered)
    await carried_on(data)


async def submitted(runtime: LocalRuntime, key: str) -> str:
    """A citizen's message given to the engine; its case."""
    engine = runtime.engine("messages")
    outcome = await engine.execute(engine.kind("message"), None, [Asked(Submit(**LETTER), SYSTEM, key)])
    return outcome.case


def moved(runtime: LocalRuntime, clock: str) -> None:
    """Moves the clock of a runtime."""
    assert isinstance(runtime.clock, ProcessClock)
    runtime.clock.move_to(read_moment(clock))
