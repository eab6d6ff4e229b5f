"""Erasing a citizen on the real program: afterwards no file of the data folder holds a word of theirs, and no score moved."""

import json
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from tests.integration.program import Program, command, document, start
from tests.local_county import MESSAGES

NOW = {"GONGKAI_CLOCK": "2026-03-20 10:00:00"}
LATER = {"GONGKAI_CLOCK": "2026-03-20 12:00:00"}
"""The clock of every process after the first: none starts before what the one before it recorded."""
DAY = date(2026, 3, 20)
OFFICER, HANDLER, HEAD = "office.chief", "education.clerk", "education.head"
POSTS = ((OFFICER, "county-office", "office"), (HANDLER, "education", "clerk"), (HEAD, "education", "head"))
ERASED = {
    "title": "赵不平反映宿舍三栋漏水",
    "text": "宿舍三栋二零六漏水已有半月，望尽快处理。",
    "name": "赵不平",
    "phone": "13987654321",
    "email": "zhao.buping@example.cn",
    "address": "龙坪镇解放路十二号附三",
    "identity": "522728198802020022",
}
KEPT = {
    "title": "钱留存询问入学手续",
    "text": "孩子今秋入学须备哪些材料，请告知。",
    "name": "钱留存",
    "phone": "13712340000",
    "identity": "522728199003030033",
}
SECOND = {**ERASED, "title": "赵不平再问操场围栏", "text": "操场围栏倒了一段，孩子们容易受伤。"}
REPLY, COMMENT, FINDINGS, REASON = (
    "宿舍三栋已于昨日修缮完毕。",
    "昨夜又漏了一次水。",
    "现场查明屋面开裂。",
    "须请专业队伍勘验屋面。",
)
NOTE, COPY = "陈县长批示：限期修好。", "某校宿舍漏水一事的公开答复。"
FILE_NAME, FILE_TEXT = "赵不平的照片说明.txt", "宿舍三栋屋顶裂缝说明文字。"
WORDS = (*ERASED.values(), *SECOND.values(), *KEPT.values(), REPLY, COMMENT, FINDINGS, REASON, NOTE, COPY)
WORDS = (*WORDS, FILE_NAME, FILE_TEXT)
QUARTER = "2026Q1"
RANKING = ("rank", QUARTER)


class Scene(NamedTuple):
    """A stopped data folder in which one of two citizens was erased, and what was seen before and after."""

    data: Path
    log: Path
    first: str
    second: str
    kept: str
    keys: list[bytes]
    sealed: list[bytes]
    before: dict[str, Any]
    after: dict[str, Any]
    repeated: httpx2.Response
    again: httpx2.Response


def tokens(data: Path) -> dict[str, str]:
    found = {}
    for subject, unit, role in POSTS:
        words = ("token", "issue", "--subject", subject, "--department", unit, "--role", role)
        found[subject] = str(document(data, *words, **NOW)["token"])
    return found


class Speaker:
    """Speaks to the program as one person or another."""

    def __init__(self, program: Program, held: dict[str, str]) -> None:
        self.client = httpx2.Client(base_url=program.url, timeout=30)
        self._held = held

    def as_(self, person: str | None, **headers: str) -> dict[str, str]:
        return {**({"Authorization": f"Bearer {self._held[person]}"} if person else {}), **headers}

    def give(self, case: str, name: str, by: str | None, body: dict[str, Any], **headers: str) -> httpx2.Response:
        return self.client.post(f"{MESSAGES}/{case}/{name}", json=body, headers=self.as_(by, **headers))

    def done(self, case: str, name: str, by: str | None, body: dict[str, Any] | None = None, **headers: str) -> None:
        answer = self.give(case, name, by, body or {}, **headers)
        assert answer.status_code == 200, answer.text

    def get(self, path: str, by: str = OFFICER) -> Any:
        answer = self.client.get(path, headers=self.as_(by))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def submitted(self, fields: dict[str, Any]) -> tuple[str, str]:
        answer = self.client.post(MESSAGES, json=fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], answer.json()["receipt"]["code"]

    def handled(self, fields: dict[str, Any]) -> tuple[str, str]:
        case, code = self.submitted(fields)
        self.done(case, "accept", OFFICER)
        self.done(case, "classify", OFFICER, {"category": "complaint"})
        self.done(case, "assign", OFFICER, {"department": "education"})
        return case, code

    def answer(self, case: str) -> None:
        self.done(case, "draft-reply", HANDLER, {"text": REPLY})
        self.done(case, "approve-reply", HEAD)
        self.done(case, "reply", HEAD)


def rows(data: Path, sql: str, *values: str) -> list[Any]:
    with sqlite3.connect(f"file:{data / 'gongkai.db'}?mode=ro", uri=True) as store:
        return store.execute(sql, values).fetchall()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Two citizens tell the county everything they can; one of them is erased over HTTP; the program is stopped."""
    folder = tmp_path_factory.mktemp("erasure")
    data, log = folder / "data", folder / "log"
    document(data, "init", **NOW)
    held = tokens(data)
    program = start(data, log, **NOW)
    with (say := Speaker(program, held)).client:
        upload = say.client.post("/api/v1/messages/files", params={"name": FILE_NAME}, content=FILE_TEXT.encode())
        first, code = say.handled({**ERASED, "attachments": [upload.json()["id"]]})
        say.done(first, "record-investigation", HANDLER, {"method": "site_visit", "findings": FINDINGS})
        say.done(first, "request-extension", HANDLER, {"days": 2, "reason": REASON})
        say.done(first, "note-instruction", OFFICER, {"instruction": NOTE})
        say.answer(first)
        say.done(first, "comment", None, {"text": COMMENT}, **{"Receipt-Code": code})
        say.done(first, "rate", None, {"satisfied": False, "comment": COMMENT}, **{"Receipt-Code": code})
        say.done(first, "void-entry", OFFICER, {"events": [f"{first}/2"], "reason": f"{ERASED['name']}来电"})
        second, _ = say.handled(SECOND)
        kept, _ = say.handled(KEPT)
        say.answer(kept)
        say.done(kept, "publish-reply", HEAD, {"title": COPY, "question": COPY, "reply": COPY})
        wrong = say.give(kept, "comment", OFFICER, {"text": COMMENT, "unknown": ERASED["name"]})
        assert wrong.status_code == 422
    assert program.stop() == 0
    writer = next(json.loads(body)["data"]["writer"] for (body,) in rows(data, EVENT, f"{first}/1"))
    keys = [row[0] for row in rows(data, "SELECT wrapped_key FROM vault_subjects WHERE subject = ?", writer)]
    sealed = [row[0] for row in rows(data, "SELECT body FROM vault_values WHERE subject = ?", writer)]
    before = document(data, *RANKING, **LATER)
    program = start(data, log, **LATER)
    with (say := Speaker(program, held)).client:
        body, key = {"ground": "consent_withdrawn"}, {"Idempotency-Key": "erase-1"}
        say.done(first, "erase", OFFICER, body, **key)
        repeated = say.give(first, "erase", OFFICER, body, **key)
        again = say.give(first, "erase", OFFICER, body)
        after = {
            "first": say.get(f"{MESSAGES}/{first}", HANDLER),
            "second": say.get(f"{MESSAGES}/{second}", HANDLER),
            "kept": say.get(f"{MESSAGES}/{kept}", HANDLER),
            "events": say.client.get("/api/v1/assessment/events", headers=say.as_(OFFICER)).text,
        }
    assert program.stop() == 0
    return Scene(data, log, first, second, kept, keys, sealed, before, after, repeated, again)


EVENT = "SELECT body FROM events WHERE case_id || '/' || sequence = ?"


def contents(scene: Scene) -> dict[str, bytes]:
    """Every file that the program left, logs too, by name."""
    files = [*scene.data.rglob("*"), scene.log]
    return {str(file): file.read_bytes() for file in files if file.is_file()}


def test_no_file_holds_a_word_of_either_citizen(scene: Scene) -> None:
    files = contents(scene)
    assert any(name.endswith("gongkai.db") for name in files)
    for name, content in files.items():
        for word in WORDS:
            for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
                assert word.encode(encoding) not in content, f"{word} in {name}"
            assert json.dumps(word).strip('"').encode() not in content or word.isascii(), f"{word} in {name}"


def test_the_key_and_the_sealed_values_of_the_erased_are_gone_from_every_byte(scene: Scene) -> None:
    assert len(scene.keys) == 1
    assert len(scene.sealed) > len(ERASED)
    for name, content in contents(scene).items():
        for piece in (*scene.keys, *scene.sealed):
            assert piece not in content, name
    lookups = rows(scene.data, "SELECT count(*) FROM vault_subjects WHERE lookup IS NOT NULL")
    assert lookups == [(1,)]


def test_the_erased_citizen_s_words_read_as_empty_in_every_case_of_theirs(scene: Scene) -> None:
    for name in ("first", "second"):
        shown = scene.after[name]
        assert shown["title"] is None
        plain = shown["events"][0]["plain"]
        assert set(ERASED) <= plain.keys()
        assert all(plain[field] is None for field in ERASED)
    assert scene.after["first"]["status"] == "rated"


def test_the_other_citizen_s_words_read_as_before(scene: Scene) -> None:
    shown = scene.after["kept"]
    assert shown["title"] == KEPT["title"]
    plain = shown["events"][0]["plain"]
    assert {field: plain[field] for field in KEPT} == KEPT
    replies = [event["plain"]["reply"] for event in shown["events"] if event.get("plain", {}).get("reply")]
    assert REPLY in replies


def test_the_log_never_held_a_word(scene: Scene) -> None:
    assert scene.first in scene.after["events"]
    for word in WORDS:
        assert word not in scene.after["events"]
    log = scene.log.read_text(encoding="utf-8")
    assert scene.first in log
    for word in WORDS:
        assert word not in log


def test_scores_and_replay_are_as_before_and_everything_verifies(scene: Scene) -> None:
    after = document(scene.data, *RANKING, **LATER)
    assert after["result_digest"] == scene.before["result_digest"]
    assert after["ranking"] == scene.before["ranking"]
    assert any(row["indicators"]["D1"]["applicable"] for row in after["ranking"])
    replay = document(scene.data, "replay", "--from", "log", "--quarter", QUARTER, **LATER)
    assert replay["equal"] is True
    assert replay["result_digest"] == after["result_digest"]
    verified = document(scene.data, "verify", **LATER)
    assert (verified["ok"], verified["first_bad"]) == (True, None)


def test_the_same_request_again_gives_the_first_answer_and_a_new_one_is_refused(scene: Scene) -> None:
    assert scene.repeated.status_code == 200
    assert scene.repeated.headers["idempotency-replayed"] == "true"
    assert scene.again.status_code == 409
    assert scene.again.json()["code"] == "message.already_erased"


def test_who_erased_is_in_the_file_and_the_person_is_not(scene: Scene) -> None:
    last = scene.after["first"]["events"][-1]
    assert last["type"] == "gongkai.messages.SubjectErased.v1"
    assert last["actor"] == OFFICER
    assert last["data"]["ground"] == "consent_withdrawn"


def test_the_command_line_shows_the_case_without_a_word(scene: Scene) -> None:
    shown = command(scene.data, "case", "show", scene.first, "--output", "json", **LATER)
    assert shown.returncode == 0
    assert "SubjectErased" in shown.stdout
    for word in WORDS:
        assert word not in shown.stdout
