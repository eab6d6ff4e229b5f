"""The master key is held against the store at every start; what does not open is shown as that, and nothing else suffers."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from services.desk import Desk
from services.operations.backup import beside
from shared.security.keys import KeyProblem
from shared.settings import Settings
from tests.integration.program import command, document
from tests.local_county import LETTER, MESSAGES, local_county

CLERK = "clerk@county-office"


def a_key(path: Path) -> Path:
    path.write_bytes(os.urandom(32))
    path.chmod(0o600)
    return path


async def test_one_value_that_does_not_open_ends_no_list_no_case_and_no_todo(tmp_path: Path) -> None:
    async with local_county(tmp_path / "data") as county:
        await county.post(CLERK, ("county-office", "clerk"))
        damaged = (await county.submit(text="第一封信：路灯坏了三天。"))["id"]
        whole = (await county.submit(title="河道有垃圾", text="第二封信：河道里漂着垃圾。"))["id"]
        head = await county.runtime.files.load(damaged)
        assert head is not None
        assert head.title is not None
        await county.runtime.database.write(
            lambda c: c.execute("UPDATE vault_values SET body = zeroblob(40) WHERE ref = ?", (head.title,))
        )
        listed = await county.get(MESSAGES, CLERK)
        assert listed.status_code == 200
        assert {i["id"]: i["title"] for i in listed.json()["items"]} == {
            damaged: "（无法解读）",
            whole: "河道有垃圾",
        }
        english = await county.get(MESSAGES, CLERK, **{"Accept-Language": "en"})
        assert {i["title"] for i in english.json()["items"]} == {"(unreadable)", "河道有垃圾"}
        found = await county.get(f"{MESSAGES}?q=河道", CLERK)
        assert [i["id"] for i in found.json()["items"]] == [whole]
        todo = await county.get("/api/v1/messages/todo", CLERK)
        assert {i["title"] for i in todo.json()["items"]} == {"（无法解读）", "河道有垃圾"}
        page = await county.get(f"{MESSAGES}/{damaged}", CLERK)
        assert page.status_code == 200
        plain = page.json()["events"][0]["plain"]
        assert (plain["title"], plain["text"]) == ("（无法解读）", "第一封信：路灯坏了三天。")
        assert plain["name"] == LETTER["name"]
        verified = await Desk(county.runtime).verify()
        assert [(one["sort"], one["count"], one["first"]["case"]) for one in verified["problems"]] == [
            ("vault", 1, damaged)
        ]
    told = document(tmp_path / "data", "doctor")
    (check,) = [one for one in told["checks"] if one["check"] == "vault"]
    assert not check["ok"]
    assert "无法解读 1 项" in check["message"]


async def test_a_folder_without_its_own_check_is_guarded_by_the_store(tmp_path: Path) -> None:
    """The key and its check file are in the data folder; the database says the same where they are not."""
    data = tmp_path / "data"
    async with local_county(data) as county:
        await county.submit()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    shutil.copy2(data / "gongkai.db", elsewhere)
    given = {"GONGKAI_MASTER_KEY_FILE": str(a_key(tmp_path / "other.key"))}
    for words in (("doctor",), ("run", "--port", "0"), ("init",), ("verify", "--lang", "en"), ("backup", "x")):
        refused = command(elsewhere, *words, **given)
        assert refused.returncode == 1, words
        assert "GONGKAI_MASTER_KEY_FILE" in refused.stderr
        assert "other.key" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert not Path("x").exists()
    with pytest.raises(KeyProblem, match="another store"):
        async with beside(Settings(data=elsewhere, master_key_file=tmp_path / "other.key")):
            pass
    right = {"GONGKAI_MASTER_KEY_FILE": str(data / "secrets" / "master.key")}
    assert document(elsewhere, "verify", **right)["ok"]


async def test_data_of_an_older_release_are_given_a_check_by_the_key_that_opens_them_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with local_county(data) as county:
        await county.submit()
    shutil.copy2(data / "secrets" / "master.key", tmp_path / "right.key")
    shutil.rmtree(data / "secrets")
    check = "SELECT count(*) FROM vault_subjects WHERE subject = 'key-check'"
    with sqlite3.connect(data / "gongkai.db") as store:
        assert store.execute("DELETE FROM vault_subjects WHERE subject = 'key-check'").rowcount == 1
    other = a_key(tmp_path / "other.key")
    refused = command(data, "doctor", GONGKAI_MASTER_KEY_FILE=str(other))
    assert refused.returncode == 1
    assert "拒绝启动" in refused.stderr
    assert store.execute(check).fetchone() == (0,)
    document(data, "doctor", GONGKAI_MASTER_KEY_FILE=str(tmp_path / "right.key"))
    assert store.execute(check).fetchone() == (1,)
    store.close()
