"""A process with another master key than the store's is refused by name, and nothing that it could poison is written."""

import os
from pathlib import Path

import httpx2

from services.distributed import DistributedRuntime
from shared.security.vault import KEY_CHECK
from tests.backends.mongo_server import Killable
from tests.distributed.stack import MESSAGES, Stack, metric
from tests.integration.program import PATIENCE, until


def other_key(stack: Stack, tmp_path: Path) -> dict[str, str]:
    """The settings of a process that was given the wrong key, and a data folder of its own as a container has."""
    path = tmp_path / "other.key"
    path.write_bytes(os.urandom(32))
    path.chmod(0o600)
    return {"GONGKAI_MASTER_KEY_FILE": str(path), "GONGKAI_DATA": str(tmp_path / "fresh")}


async def subjects(runtime: DistributedRuntime) -> list[str]:
    return [one.subject async for one in runtime.stores.vault.export_subjects()]


async def without_check(runtime: DistributedRuntime) -> None:
    await runtime.stores.vault.erase(KEY_CHECK)


def test_a_process_with_another_master_key_is_refused_at_its_start(stack: Stack, tmp_path: Path) -> None:
    messages = stack.start("messages")
    assert stack.submit(messages, "one").status_code == 201
    before = stack.inside(subjects)
    assert KEY_CHECK in before
    wrong = other_key(stack, tmp_path)
    refused = stack.start("messages", wait=False, **wrong)
    assert refused.process.wait(PATIENCE) == 1
    told = refused.log.read_text("utf-8")
    assert "GONGKAI_MASTER_KEY_FILE" in told
    assert "other.key" in told
    assert "Traceback" not in told
    for words in (("init",), ("doctor",), ("backup", str(tmp_path / "saved")), ("verify",)):
        done = stack.command(*words, **wrong)
        assert done.returncode == 1, words
        assert "GONGKAI_MASTER_KEY_FILE" in done.stderr
    assert stack.inside(subjects) == before
    # A store of an older release has no check: the key that opens what is there makes one, and no other.
    stack.inside(without_check)
    assert stack.command("doctor", **wrong).returncode == 1
    assert KEY_CHECK not in stack.inside(subjects)
    again = stack.start("messages")
    assert KEY_CHECK in stack.inside(subjects)
    assert stack.submit(again, "two").status_code == 201


def test_a_wrong_key_is_found_out_also_where_the_store_was_away_at_the_start(
    own_stack: Stack, killable_mongo: Killable, tmp_path: Path
) -> None:
    before = own_stack.inside(subjects)
    killable_mongo.kill()
    process = own_stack.start("messages", wait=False, **other_key(own_stack, tmp_path))
    until(process.readyz, "it answers")
    killable_mongo.start()

    def told() -> bool:
        found = process.readyz()
        return bool(found and not found["ready"] and "GONGKAI_MASTER_KEY_FILE" in str(found))

    until(told, "readiness names the key")
    body = {"title": "路灯", "text": "路灯坏了三天。", "name": "王小明", "phone": "13812345678"}
    answer = httpx2.post(f"{process.url}{MESSAGES}", json=body, timeout=30)
    assert answer.status_code == 503
    sent = httpx2.post(f"{process.url}/api/v1/messages/files?name=a.txt", content=b"a lamp", timeout=30)
    assert (sent.status_code, sent.json()["code"]) == (503, "not_ready")
    assert metric(process, "gongkai_partitions_assigned") == 0
    assert not [one for one in process.readyz()["reasons"] if one["code"] == "consumer_waits"]
    assert own_stack.inside(subjects) == before
