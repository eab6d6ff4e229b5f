"""A killed program's creations are retried with one effect; what stands beside the event chain is held by verification."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.desk import Desk, EventFilter, question_of
from services.local import open_local
from services.messages.message_commands import Submit
from shared.domain.directory import PUBLIC
from shared.engine.execute import Asked
from shared.settings import read_settings
from tests.integration.program import PATIENCE, ROOT, Program, document, start

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


@pytest.mark.parametrize("kill_after", [1, 60])
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


LIST = ROOT / "tests" / "data" / "messages-small.csv"
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
    'UPDATE log SET value = CAST(replace(CAST(value AS TEXT), \'"due":"\', \'"due": "\') AS BLOB) WHERE CAST(value AS TEXT) LIKE \'%"due":"%\'',
    "DELETE FROM log WHERE topic = 'gongkai.messages' AND \"offset\" = 3",
    "UPDATE cases SET next_due = NULL WHERE next_due IS NOT NULL",
    "UPDATE cases SET next_due = '2999-01-01T00:00:00.000000+00:00' WHERE next_due IS NOT NULL",
    "UPDATE cases SET due = '2999-01-01' WHERE due IS NOT NULL",
    "UPDATE cases SET dues = CAST('{}' AS BLOB) WHERE next_due IS NOT NULL",
    "UPDATE cases SET opened = '2001-01-01T00:00:00.000000+00:00' WHERE kind = 'message'",
    "UPDATE cases SET through = '2001-01-01T00:00:00.000000+00:00' WHERE kind = 'message'",
    "UPDATE cases SET updated = '2001-01-01T00:00:00.000000+00:00' WHERE kind = 'message'",
    "UPDATE cases SET calendar = 999 WHERE kind = 'message'",
    "UPDATE cases SET imported = 0 WHERE imported = 1",
    "UPDATE cases SET number = number + 1 WHERE kind = 'message'",
    "UPDATE cases SET sent = version + 1 WHERE kind = 'message'",
    "UPDATE cases SET parties = 'x' WHERE kind = 'message'",
    "UPDATE cases SET opened = 'x' WHERE kind = 'message'",
    "UPDATE facts SET id = 'nonsense' WHERE id LIKE 'M%-000002/1' AND happened = (SELECT min(happened) FROM facts WHERE id LIKE 'M%-000002/1')",
    "DELETE FROM cases WHERE kind = 'ledger'",
)


async def one_open_message(folder: Path) -> None:
    """A message of today, whose clocks run."""
    runtime = await open_local(read_settings(data=folder), "test")
    try:
        engine = runtime.engine("messages")
        submit = Submit(title="路灯不亮", text="路灯坏了三天。", name="王小明", phone="13812345678")
        await engine.execute(engine.kind("message"), None, [Asked(submit, PUBLIC, "open-message")])
        await runtime.settle_down()
    finally:
        await runtime.close()


async def test_what_stands_beside_the_chain_cannot_be_changed_unnoticed(folder: Path, tmp_path: Path) -> None:
    document(folder, "import", "messages", str(LIST), "--create-departments")
    document(folder, "rank", "2019Q2")
    await one_open_message(folder)
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
