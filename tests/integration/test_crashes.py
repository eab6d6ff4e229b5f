"""The real program killed anywhere: nothing lost, nothing twice, and a retry gets the first answer."""

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.desk import Desk, EventFilter, question_of
from services.local import open_local
from shared.settings import read_settings
from tests.integration.program import PATIENCE, ROOT, Program, command, document, start, until

MESSAGES = "/api/v1/messages/messages"
LETTER = {"title": "路灯不亮", "text": "学校门口的路灯不亮", "name": "某", "phone": "13800000000"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    document(data, "init")
    return data


def token(data: Path) -> str:
    words = ("token", "issue", "--subject", "office.chief", "--department", "county-office", "--role", "office")
    return str(document(data, *words)["token"])


async def create(client: httpx2.AsyncClient, key: str) -> dict[str, Any] | None:
    """One creation; None where no answer came."""
    try:
        answer = await client.post(MESSAGES, json={**LETTER, "title": f"第 {key} 件"}, headers={"Idempotency-Key": key})
    except httpx2.TransportError:
        return None
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def flood(program: Program, keys: list[str], kill_after: int | None) -> dict[str, dict[str, Any]]:
    """Creates with 32 clients at once; after ``kill_after`` answers the program is killed. The answers that came."""
    answers: dict[str, dict[str, Any]] = {}
    waiting = list(keys)

    async def one(client: httpx2.AsyncClient) -> None:
        while waiting:
            key = waiting.pop()
            answer = await create(client, key)
            if answer is None:
                return
            answers[key] = answer
            if kill_after is not None and len(answers) == kill_after:
                program.process.kill()

    async with httpx2.AsyncClient(base_url=program.url, timeout=30) as client:
        await asyncio.gather(*(one(client) for _ in range(32)))
    return answers


def everything(data: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{data / 'gongkai.db'}?mode=ro", uri=True)


async def whole(data: Path, now: str | None = None) -> None:
    """Verified, everything published, each event one fact, numbers given once, the replay equal."""
    runtime = await open_local(read_settings(data=data, clock=now), "test")
    try:
        await runtime.catch_up()
        desk = Desk(runtime)
        assert (await desk.verify())["first_bad"] is None
        logged = [event["id"] async for event in desk.events(EventFilter())]
        stored = [f"{case}/{n}" for case, n in runtime.database.read("SELECT case_id, sequence FROM events")]
        facts = [row[0] for row in runtime.database.read("SELECT id FROM facts")]
        kinds = "SELECT id FROM cases WHERE kind IN ('calendar', 'department', 'plan')"
        reference = {row[0] for row in runtime.database.read(kinds)}
        numbers = runtime.database.read("SELECT series, year, number FROM numbers")
        assert sorted(logged) == sorted(stored)
        assert sorted(facts) == sorted(e for e in stored if e.rpartition("/")[0] not in reference)
        assert len(numbers) == len(set(numbers))
        assert (await desk.replay(question_of("2026Q4")))["equal"]
    finally:
        await runtime.close()


@pytest.mark.parametrize("kill_after", [1, 40, 110])
async def test_killed_during_commands_every_retry_has_one_effect(folder: Path, tmp_path: Path, kill_after: int) -> None:
    keys = [f"key-{n}" for n in range(160)]
    program = start(folder, tmp_path / "log")
    first = await flood(program, keys, kill_after)
    program.process.wait(PATIENCE)
    program = start(folder, tmp_path / "log")
    second = await flood(program, keys, None)
    third = await flood(program, keys[:20], None)
    assert program.stop() == 0
    assert set(second) == set(keys)
    for key, answer in first.items():
        assert second[key] == answer, "a retry of a creation gets the first answer, receipt and all"
    assert all(third[key] == second[key] for key in third)
    ids = [answer["id"] for answer in second.values()]
    assert len(set(ids)) == len(keys)
    with everything(folder) as store:
        assert store.execute("SELECT count(*) FROM cases WHERE kind = 'message'").fetchone()[0] == len(keys)
    assert sorted(int(i.rpartition("-")[2]) for i in ids) == list(range(1, len(keys) + 1)), "numbers without gaps"
    await whole(folder)


KILL = """
import os, signal, sys
point, after = sys.argv[1], int(sys.argv[2])
count = 0
def reached():
    global count
    count += 1
    if count >= after:
        os.kill(os.getpid(), signal.SIGKILL)
import shared.storage.sqlite.cases as cases, shared.storage.sqlite.facts as facts
import shared.storage.sqlite.progress as progress, shared.storage.sqlite.database as database
def before(owner, name):
    real = getattr(owner, name)
    async def wrapped(*a, **k):
        reached()
        return await real(*a, **k)
    setattr(owner, name, wrapped)
if point == "append":
    before(cases.SqliteCases, "append")
elif point == "append_not_answered":
    real = cases.SqliteCases.append
    async def appended(self, commit):
        await real(self, commit)
        reached()
    cases.SqliteCases.append = appended
elif point == "published_not_marked":
    before(cases.SqliteCases, "mark_sent")
elif point == "position":
    before(progress.SqlitePositions, "move")
elif point == "facts":
    before(facts.SqliteFacts, "insert")
elif point == "in_transaction":
    real_attempt = database.Database._attempt
    def attempt(self, work):
        result = real_attempt(self, work)
        reached()
        return result
    database.Database._attempt = attempt
sys.argv = ["gongkai", *sys.argv[3:]]
from services.__main__ import main
raise SystemExit(main())
"""


def killed_at(point: str, after: int, data: Path, *words: str, **environment: str) -> int:
    """Runs a command line that kills itself when it has reached ``point`` ``after`` times; its exit status."""
    done = subprocess.run(
        [sys.executable, "-c", KILL, point, str(after), *words, "--data", str(data)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=180,
    )
    return done.returncode


LIST = ROOT / "tests" / "data" / "messages-small.csv"


@pytest.fixture(scope="module")
def imported_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an uninterrupted import says."""
    return document(tmp_path_factory.mktemp("once") / "data", "import", "messages", str(LIST), "--create-departments")


@pytest.mark.parametrize("point", ["append", "append_not_answered", "in_transaction"])
async def test_killed_at_a_chosen_point_an_import_goes_on(
    point: str, folder: Path, imported_once: dict[str, Any]
) -> None:
    words = ("import", "messages", str(LIST), "--create-departments")
    chance = random.Random(point)
    kills = [killed_at(point, chance.randrange(2, 9), folder, *words) for _ in range(3)]
    assert -signal.SIGKILL in kills, "the point was never reached"
    document(folder, *words)
    again = document(folder, *words)
    assert again["imported"] == 0
    assert again["by_category"] == imported_once["by_category"]
    assert again["skipped"] == imported_once["imported"] + imported_once["skipped"]
    assert again["rejected"] == imported_once["rejected"]
    await whole(folder)


@pytest.mark.parametrize("point", ["published_not_marked", "facts", "position"])
async def test_killed_between_log_and_facts_nothing_is_lost_or_doubled(point: str, folder: Path) -> None:
    document(folder, "import", "messages", str(LIST), "--create-departments")
    assert killed_at(point, 1, folder, "rank", "2019Q2") == -signal.SIGKILL
    killed_at(point, 2, folder, "rank", "2019Q2")
    await whole(folder)


@pytest.mark.parametrize("point", ["append", "published_not_marked", "in_transaction"])
def test_killed_during_the_first_seeding_it_is_completed(point: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert killed_at(point, 30, data, "init") == -signal.SIGKILL
    document(data, "init")
    fresh = tmp_path / "fresh"
    document(fresh, "init")
    with everything(data) as store, everything(fresh) as other:
        ask = "SELECT id, version, status FROM cases ORDER BY id"
        assert store.execute(ask).fetchall() == other.execute(ask).fetchall()
    assert document(data, "verify")["first_bad"] is None


async def test_killed_while_a_policy_works_the_command_is_given_once(folder: Path, tmp_path: Path) -> None:
    early = {"GONGKAI_CLOCK": "2026-11-24 09:00"}
    late = {"GONGKAI_CLOCK": "2027-03-10 09:00"}
    program = start(folder, tmp_path / "log", **early)
    answers = await flood(program, [f"p{n}" for n in range(12)], None)
    assert program.stop() == 0
    for point, after in (("position", 9), ("append", 5), ("append_not_answered", 4), ("published_not_marked", 3)):
        killed_at(point, after, folder, "rank", "2026Q4", **late)
    await whole(folder, late["GONGKAI_CLOCK"])
    with everything(folder) as store:
        for answer in answers.values():
            bodies = store.execute("SELECT body FROM events WHERE case_id = ?", (answer["id"],)).fetchall()
            names = Counter(json.loads(body)["type"].split(".")[2] for (body,) in bodies)
            assert (names["MessageNeglected"], names["ReplyOverdue"], names["SupervisionIssued"]) == (1, 1, 1)


async def test_a_policy_delivered_twice_gives_its_command_once(folder: Path, tmp_path: Path) -> None:
    late = {"GONGKAI_CLOCK": "2027-03-10 09:00"}
    program = start(folder, tmp_path / "log", GONGKAI_CLOCK="2026-11-24 09:00")
    answers = await flood(program, ["twice"], None)
    assert program.stop() == 0
    document(folder, "rank", "2026Q4", **late)
    with sqlite3.connect(folder / "gongkai.db") as store:
        store.execute("DELETE FROM positions")
    document(folder, "rank", "2026Q4", **late)
    shown = document(folder, "case", "show", answers["twice"]["id"], **late)
    assert sum(event["type"].endswith("SupervisionIssued.v1") for event in shown["events"]) == 1


def test_two_processes_on_one_folder_the_second_says_so_and_stops(folder: Path, tmp_path: Path) -> None:
    program = start(folder, tmp_path / "log")
    second = command(folder, "rank", "2026Q4")
    assert second.returncode == 1
    assert str(program.process.pid) in second.stderr
    assert f"--url {program.url}" in second.stderr
    assert second.stdout == ""
    serving = command(folder, "run", "--port", "0")
    assert serving.returncode == 1
    program.kill()
    assert command(folder, "rank", "2026Q4").returncode == 0


async def test_a_graceful_stop_answers_what_it_took(folder: Path, tmp_path: Path) -> None:
    program = start(folder, tmp_path / "log")
    work = asyncio.create_task(flood(program, [f"g{n}" for n in range(400)], None))
    store = sqlite3.connect(f"file:{folder / 'gongkai.db'}?mode=ro", uri=True, check_same_thread=False)
    ask = "SELECT count(*) FROM cases WHERE kind = 'message'"
    await asyncio.to_thread(until, lambda: store.execute(ask).fetchone()[0] > 20, "some cases")
    assert await asyncio.to_thread(program.stop) == 0
    answers = await work
    stored = {row[0] for row in store.execute("SELECT id FROM cases WHERE kind = 'message'")}
    store.close()
    assert {answer["id"] for answer in answers.values()} <= stored
    await whole(folder)


def test_one_flipped_byte_is_named(folder: Path, tmp_path: Path) -> None:
    document(folder, "import", "messages", str(LIST), "--create-departments")
    with sqlite3.connect(folder / "gongkai.db") as store:
        case, sequence, body = store.execute(
            "SELECT case_id, sequence, body FROM events WHERE case_id LIKE 'M%' ORDER BY 1, 2"
        ).fetchall()[4]
        place = body.index(b'"department":"') + 15
        flipped = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        store.execute("UPDATE events SET body = ? WHERE case_id = ? AND sequence = ?", (flipped, case, sequence))
    found = command(folder, "verify", "--output", "json")
    assert found.returncode == 3
    bad = json.loads(found.stdout)["first_bad"]
    assert (bad["case"], bad["sequence"]) == (case, sequence)


TAMPERED = (
    "UPDATE facts SET department = 'health' WHERE id = (SELECT id FROM facts WHERE type = 'messages.ReplyOverdue' LIMIT 1)",
    "UPDATE facts SET fields = replace(fields, 'false', 'true') WHERE type = 'messages.ReplyOverdue'",
    "DELETE FROM facts WHERE type = 'messages.ReplyOverdue'",
    "INSERT INTO voids SELECT id, 'M2019-000001/1', recorded FROM facts WHERE type = 'messages.ReplyOverdue' LIMIT 1",
    "UPDATE cases SET hidden_from = '[]' WHERE hidden_from <> '[]'",
    "DELETE FROM case_units WHERE hidden = 1",
    "UPDATE cases SET department = 'health' WHERE id = 'M2019-000001'",
    "UPDATE cases SET restricted = 0 WHERE restricted = 1",
    "UPDATE log SET key = '522728/health' WHERE topic = 'gongkai.messages' AND \"offset\" = 3",
)


async def test_what_stands_beside_the_chain_cannot_be_changed_unnoticed(folder: Path, tmp_path: Path) -> None:
    document(folder, "import", "messages", str(LIST), "--create-departments")
    document(folder, "rank", "2019Q2")
    clean = (folder / "gongkai.db").read_bytes()
    for statement in TAMPERED:
        (folder / "gongkai.db").write_bytes(clean)
        with sqlite3.connect(folder / "gongkai.db") as store:
            assert store.execute(statement).rowcount > 0, statement
        store.close()
        runtime = await open_local(read_settings(data=folder), "test")
        try:
            assert (await Desk(runtime).verify())["first_bad"] is not None, statement
        finally:
            await runtime.close()


def test_a_removed_case_is_noticed_by_the_seal(folder: Path) -> None:
    document(folder, "import", "messages", str(LIST), "--create-departments")
    document(folder, "rank", "2026Q3", GONGKAI_CLOCK="2026-12-30 09:00")
    with sqlite3.connect(folder / "gongkai.db") as store:
        case = store.execute("SELECT id FROM cases WHERE kind = 'message' ORDER BY id LIMIT 1").fetchone()[0]
        for table, column in (("cases", "id"), ("events", "case_id"), ("commands", "case_id"), ("facts", "case_id")):
            store.execute(f"DELETE FROM {table} WHERE {column} = ?", (case,))
    found = command(folder, "verify", "--output", "json", GONGKAI_CLOCK="2026-12-30 10:00")
    assert found.returncode == 3
    assert "ledger-messages" in json.loads(found.stdout)["first_bad"]["case"]
