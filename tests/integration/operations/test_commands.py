"""The operations commands as real processes: their documents, exit statuses and words."""

import csv
import fcntl
import io
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.backends.kafka_topics import delete_topics
from tests.distributed_county import distributed_settings, environment_of
from tests.integration.program import ROOT, command, document, start, until
from tools.ports import free_ports

LIST = str(ROOT / "tests" / "data" / "messages-small.csv")
RANK = ("rank", "2019Q2")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("operations") / "data"
    document(data, "import", "messages", LIST, "--create-departments")
    return data


@pytest.fixture
def data(imported: Path, tmp_path: Path) -> Path:
    """A county of the test's own."""
    shutil.copytree(imported, tmp_path / "data")
    return tmp_path / "data"


def test_send_again_rebuild_and_replay_leave_the_ranking_as_it_is(data: Path) -> None:
    before = document(data, *RANK)["result_digest"]
    sent = document(data, "republish")
    assert set(sent) >= {"services", "sent", "log_was_reset", "read_anew", "parked_dropped"}
    assert sent["sent"] > 50
    told = command(data, "republish", "--log-was-reset", "--lang", "en")
    assert told.returncode == 0
    assert "as --log-was-reset says" in told.stderr
    built = document(data, "rebuild", "assessment")
    assert set(built) >= {"events", "digest", "seconds", "equal"}
    assert built["equal"]
    assert document(data, *RANK)["result_digest"] == before
    assert document(data, "verify")["ok"]


def test_a_poison_event_is_listed_and_stays_until_it_can_be_taken(data: Path) -> None:
    assert document(data, "parked", "list") == {"parked": []}
    with sqlite3.connect(data / "gongkai.db") as store:
        (end,) = store.execute("SELECT max(\"offset\") + 1 FROM log WHERE topic = 'gongkai.messages'").fetchone()
        store.execute("INSERT INTO log VALUES ('gongkai.messages', ?, '522728/education', ?)", (end, b"no event"))
    store.close()
    (listed,) = document(data, "parked", "list", "--consumer", "assessment.facts")["parked"]
    assert (
        listed.items()
        >= {"department": "education", "name": "教育局", "topic": "gongkai.messages", "event": None}.items()
    )
    assert "not JSON" in listed["reason"]
    rows = list(csv.DictReader(io.StringIO(command(data, "parked", "list", "--output", "csv").stdout.lstrip("\ufeff"))))
    assert {row["consumer"] for row in rows} >= {"assessment.facts"}
    assert rows[0].keys() == listed.keys()
    shown = command(data, "parked", "list").stdout
    assert "不是 JSON" in shown
    assert "not JSON" not in shown
    shown = command(data, "parked", "list", "--lang", "en").stdout
    assert "not JSON" in shown
    assert "不是" not in shown
    looked = command(data, "doctor")
    assert looked.returncode == 3
    assert f"gongkai.messages/0@{end}：不是 JSON" in looked.stdout
    assert "not JSON" not in looked.stdout
    again = command(data, "parked", "redrive", "--output", "json")
    assert again.returncode == 3
    assert json.loads(again.stdout)["left"] == len(rows)
    faulty = command(data, "verify")
    assert faulty.returncode == 3
    assert "日志中有陌生记录" in faulty.stdout
    place = f"gongkai.messages/0@{listed['offset']}"
    assert place in faulty.stdout
    unexplained = command(data, "parked", "dismiss", place)
    assert unexplained.returncode == 2
    assert "--reason" in unexplained.stderr
    closed = document(data, "parked", "dismiss", place, "--reason", "外单位误写入")["dismissed"]
    assert len(closed) == len(rows)
    assert document(data, "verify").items() >= {"ok": True, "problems": [], "dismissed": 1}.items()
    shown = command(data, "parked", "list")
    assert "外单位误写入" in shown.stdout
    assert document(data, "rank", "2019Q2")["parked"] == 0
    assert all(check["ok"] for check in document(data, "doctor")["checks"] if check["check"] == "parked")
    nothing = command(data, "parked", "redrive", "--event", "M1/1", "--lang", "en")
    assert nothing.returncode == 2
    assert "nothing is parked of M1/1" in nothing.stderr


def test_backup_and_restore_from_the_command_line(data: Path, tmp_path: Path) -> None:
    before = document(data, *RANK)["result_digest"]
    saved, other = tmp_path / "saved", tmp_path / "other"
    made = document(data, "backup", str(saved))
    assert set(made) >= {"events", "digest", "seconds"}
    assert saved.stat().st_mode & 0o777 == 0o700
    refused = command(data, "backup", str(saved))
    assert refused.returncode == 1
    assert "不是空的" in refused.stderr
    refused = command(other, "restore", str(saved))
    assert refused.returncode == 1
    assert "master.key" in refused.stderr
    assert not other.exists()
    (other / "secrets").mkdir(parents=True, mode=0o700)
    shutil.copy2(data / "secrets" / "master.key", other / "secrets")
    restored = document(other, "restore", str(saved), "--erased", str(saved))
    assert (restored["events"], restored["digest"]) == (made["events"], made["digest"])
    assert document(other, *RANK)["result_digest"] == before
    assert document(other, "verify")["ok"]
    assert document(other, "replay", "--from", "log", "--quarter", "2019Q2")["equal"]
    refused = command(other, "restore", str(saved), "--lang", "en")
    assert refused.returncode == 1
    assert "into an empty system only" in refused.stderr
    replayed = document(data, "replay", "--from", str(saved), "--quarter", "2019Q2")
    assert (replayed["equal"], replayed["result_digest"]) == (True, before)
    refused = command(data, "replay", "--from", str(tmp_path))
    assert refused.returncode == 1
    assert "manifest.json" in refused.stderr
    refused = command(data, "replay", "--from", str(saved), GONGKAI_REGION="522701")
    assert refused.returncode == 1
    assert "522728" in refused.stderr
    (saved / "facts.jsonl").write_bytes(b"{}\n")
    refused = command(data, "replay", "--from", str(saved))
    assert refused.returncode == 1
    refused = command(tmp_path / "third", "restore", str(saved))
    assert refused.returncode == 1
    assert "facts.jsonl 与清单不符" in refused.stderr
    assert command(data, "restore", str(tmp_path / "nowhere")).returncode == 1


def test_what_came_after_a_backup_is_seen_by_a_replay_from_it(data: Path, tmp_path: Path) -> None:
    document(data, "backup", str(tmp_path / "saved"))
    # A letter of its own: what the backup holds of the county is then no longer all.
    more = tmp_path / "more.csv"
    header, first, *_ = Path(LIST).read_text("utf-8-sig").splitlines()
    more.write_text(f"{header}\nZ-{first}\n", "utf-8")
    document(data, "import", "messages", str(more))
    replayed = command(data, "replay", "--from", str(tmp_path / "saved"), "--quarter", "2019Q2", "--output", "json")
    assert replayed.returncode == 3
    assert json.loads(replayed.stdout)["equal"] is False
    assert document(data, "replay", "--from", "log", "--quarter", "2019Q2")["equal"]


def test_a_backup_folder_that_cannot_be_written_is_named(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file" / "saved", Path("/proc/saved")):
        refused = command(data, "backup", str(place))
        assert refused.returncode == 1
        assert str(place) in refused.stderr
        assert "数据目录" not in refused.stderr


def test_a_half_restored_folder_is_not_worked_with(data: Path) -> None:
    with sqlite3.connect(data / "gongkai.db") as store:
        store.execute("INSERT INTO notes VALUES ('restoring', ?)", (b"1",))
    store.close()
    for words in (RANK, ("init",), ("run", "--port", "0"), ("republish",)):
        refused = command(data, *words)
        assert refused.returncode == 1, words
        assert "恢复没有完成" in refused.stderr


def test_a_working_system_is_backed_up_and_other_operations_name_the_holder(data: Path, tmp_path: Path) -> None:
    program = start(data, tmp_path / "log")
    try:
        assert document(data, "backup", str(tmp_path / "saved"))["events"] > 50
        for words in (("republish",), ("rebuild", "assessment"), ("parked", "list")):
            held = command(data, *words)
            assert held.returncode == 1
            assert program.url in held.stderr
    finally:
        assert program.stop() == 0
    assert document(data, "verify")["ok"]


def waiting_in(pipe: int) -> int:
    """How many bytes a pipe holds."""
    return int(struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0])


def test_a_long_document_reaches_a_slow_reader_whole(imported: Path) -> None:
    """A full pipe takes a part of a write; with PYTHONUNBUFFERED, as in containers, Python would drop the rest."""
    words = [sys.executable, "-m", "services", "rank", "2019Q2", "--output", "json", "--data", str(imported)]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pipe = process.stdout.fileno()
        full = fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)
        until(lambda: waiting_in(pipe) >= full or process.poll() is not None, "the pipe is full")
        document = process.stdout.read()
    assert len(document) > full
    found = json.loads(document)
    assert len(found["ranking"]) > 20


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "--from", "kafka"),
        ("replay", "--from", "elsewhere"),
        ("replay", "--from", ".", "--url", "http://127.0.0.1:1"),
        ("backup",),
        ("republish", "--url", "http://127.0.0.1:1"),
        ("backup", "x", "--url", "http://127.0.0.1:1"),
        ("parked", "redo"),
        ("rebuild", "messages"),
    ],
)
def test_wrong_words_are_usage_errors(imported: Path, words: tuple[str, ...]) -> None:
    done = command(imported, *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


async def test_the_commands_of_the_distributed_runtime(tmp_path: Path, mongo_server: str, kafka_bootstrap: str) -> None:
    settings = distributed_settings(tmp_path, mongo_server, kafka_bootstrap)
    given = environment_of(settings)
    data = tmp_path / "data"
    document(data, "init", **given)
    document(data, "import", "messages", LIST, "--create-departments", **given)
    before = document(data, *RANK, **given)["result_digest"]
    replayed = command(data, "replay", "--from", "kafka", "--quarter", "2019Q2", "--output", "json", **given)
    assert replayed.returncode == 0, replayed.stderr
    assert json.loads(replayed.stdout)["result_digest"] == before
    assert document(data, "parked", "list", **given) == {"parked": []}
    assert document(data, "rebuild", "assessment", **given)["equal"]
    made = document(data, "backup", str(tmp_path / "saved"), **given)
    await delete_topics(kafka_bootstrap, f"{settings.prefix}.")
    refused = command(data, *RANK, **given)
    assert refused.returncode == 1
    assert "gongkai topics apply" in refused.stderr
    document(data, "topics", "apply", **given)
    refused = command(data, *RANK, **given)
    assert refused.returncode == 1
    assert "gongkai republish" in refused.stderr
    sent = document(data, "republish", **given)
    assert sent["log_was_reset"]
    assert document(data, *RANK, **given)["result_digest"] == before
    other = given | {"GONGKAI_PREFIX": f"{settings.prefix}b"}
    restored = document(data, "restore", str(tmp_path / "saved"), **other)
    assert (restored["events"], restored["digest"]) == (made["events"], made["digest"])
    assert document(data, *RANK, **other)["result_digest"] == before
    nobody = f"127.0.0.1:{free_ports(1)[0]}"
    away = command(data, "republish", **given | {"GONGKAI_KAFKA": nobody})
    assert away.returncode == 1
    assert nobody in away.stderr
    assert "Traceback" not in away.stderr
    away = command(data, "parked", "list", **given | {"GONGKAI_MONGO": f"mongodb://{nobody}/"})
    assert away.returncode == 1
    assert "存储暂不可用" in away.stderr
    assert nobody in away.stderr
    for prefix in (settings.prefix, f"{settings.prefix}b"):
        await delete_topics(kafka_bootstrap, f"{prefix}.")
