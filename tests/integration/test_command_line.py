"""Every command as a real process: its document, its exit status, its words; wrong input gets a sentence, never a trace."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.integration.program import ROOT, command, document, start

LIST = ROOT / "tests" / "data" / "messages-small.csv"
RANKING = {
    "quarter", "table", "plan", "as_of", "known_on", "swept_through", "calendar_version", "facts", "facts_digest",
    "result_digest", "provisional", "parked", "ranking",
}  # fmt: skip
ROW = {
    "department", "name", "group", "rank", "group_rank", "score", "base", "bonus", "vetoes", "band", "parked", "indicators",
}  # fmt: skip
LINE = {
    "indicator", "measure", "kind", "event", "type", "case", "happened", "recorded", "due", "amount", "share", "clause",
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("command-line") / "data"
    done = command(folder, "import", "messages", str(LIST), "--create-departments", "--output", "json")
    assert done.returncode == 3, done.stderr
    found = json.loads(done.stdout)
    assert set(found) >= {
        "file", "sha256", "rows", "imported", "skipped", "rejected", "unknown_departments", "by_category",
    }  # fmt: skip
    assert found["rows"] == found["imported"] + found["skipped"] + len(found["rejected"])
    assert all(set(row) == {"row", "field", "value", "reason"} for row in found["rejected"])
    assert all(c["rows"] == c["on_time"] + c["overdue"] + c["open"] for c in found["by_category"])
    return folder


def test_rank_and_explain_give_the_documents_of_the_contract(data: Path) -> None:
    ranking = document(data, "rank", "2019Q2")
    assert set(ranking) >= RANKING
    assert set(ranking["plan"]) >= {"id", "digest", "in_force"}
    assert ranking["plan"]["in_force"] is False
    assert all(set(row) >= ROW for row in ranking["ranking"])
    first = ranking["ranking"][0]
    assert set(first["indicators"]["D1"]) == {"score", "max", "applicable", "numerator", "denominator"}
    assert [row["rank"] is None for row in ranking["ranking"]] == sorted(
        row["rank"] is None for row in ranking["ranking"]
    )
    by_name = document(data, "explain", "2019Q2", "教育局")
    assert by_name == document(data, "explain", "2019Q2", "education")
    assert set(by_name) >= {"department", "name", "quarter", "score", "lines"}
    assert all(set(line) == LINE for line in by_name["lines"])
    only = document(data, "explain", "2019Q2", "教育局", "D1")
    assert {line["indicator"] for line in only["lines"]} == {"D1"}
    assert {line["type"] for line in only["lines"] if line["event"]} == {
        "gongkai.messages.ReplySent.v1",
        "gongkai.messages.ReplyOverdue.v1",
    }
    group = document(data, "rank", "2019Q2", "--group", "class1")
    assert {row["group"] for row in group["ranking"]} == {"class1"}
    assert group["result_digest"] == ranking["result_digest"]
    assert document(data, "rank", "2019Q2", "--group", "一类单位")["ranking"] == group["ranking"]
    briefing = document(data, "rank", "2019Q2", "--table", "briefing")
    assert briefing["table"] == "briefing"


def test_a_case_is_shown_and_its_date_explained(data: Path) -> None:
    shown = document(data, "case", "show", "M2019-000001")
    assert set(shown) >= {"id", "service", "kind", "department", "status", "version", "events", "deadlines"}
    assert set(shown["events"][0]) >= {"sequence", "id", "type", "happened", "recorded", "actor", "data", "digest"}
    assert set(shown["deadlines"][0]) >= {
        "rule", "basis", "start", "amount", "operations", "due", "status", "met", "calendar_version",
    }  # fmt: skip
    assert shown["events"][0]["type"] == "gongkai.messages.MessageReceived.v1"
    why = document(data, "case", "why", "M2019-000001", "reply")
    assert set(why) >= {"start", "amount", "due", "status", "earliest_possible", "calendar_version", "days"}
    assert sum(day["counted"] for day in why["days"]) == int(why["amount"].removesuffix("wd"))


def test_events_are_one_a_line_and_filtered(data: Path) -> None:
    lines = [json.loads(line) for line in command(data, "events", "cat", "--service", "messages").stdout.splitlines()]
    assert {line["specversion"] for line in lines} == {"1.0"}
    sent = command(data, "events", "cat", "--type", "messages.ReplySent", "--from", "2020/1/1", "--until", "20201231")
    found = [json.loads(line) for line in sent.stdout.splitlines()]
    assert found
    assert {line["type"] for line in found} == {"gongkai.messages.ReplySent.v1"}
    assert all(line["time"].startswith("2020") for line in found)
    case = command(data, "events", "cat", "--case", "M2019-000001").stdout.splitlines()
    assert [json.loads(line)["sequence"] for line in case] == list(range(1, len(case) + 1))
    full = command(
        data, "events", "cat", "--type", "gongkai.messages.ReplySent.v1", "--from", "2020/1/1", "--until", "20201231"
    )
    assert full.stdout == sent.stdout


def test_the_calendar_answers(data: Path) -> None:
    due = document(data, "calendar", "due", "2026年10月9日", "20wd", "--explain")
    assert (due["due"], due["status"]) == ("2026-11-05", "final")
    assert sum(day["counted"] for day in due["days"]) == 20
    longer = document(
        data, "calendar", "due", "2026-10-09", "20wd", "--suspend", "2026-10-12..2026-10-16", "--extend", "5wd"
    )
    assert longer["due"] > due["due"]
    assert document(data, "calendar", "due", "2026-12-04", "20wd")["status"] == "provisional"
    assert document(data, "calendar", "due", "2026-01-31", "1m")["due"] == "2026-02-28"
    hours = document(data, "calendar", "due", "2026-10-09 08:30", "48h")
    assert hours["due"] == "2026-10-11T08:30:00+08:00"
    year = document(data, "calendar", "show", "2026")
    assert set(year) >= {
        "year", "known", "notice", "version", "working_days", "quarters", "holidays", "makeup_workdays",
    }  # fmt: skip
    assert (year["working_days"], year["quarters"]) == (248, [59, 61, 66, 62])
    assert document(data, "calendar", "show", "2027")["known"] is False


def test_a_notice_is_published_and_amended(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "2027.json"
    notice: dict[str, Any] = {
        "year": 2027,
        "notice": "样例",
        "published": "2026-11-20",
        "holidays": ["2027-01-01"],
        "makeup_workdays": [],
    }
    file.write_text(json.dumps(notice), encoding="utf-8")
    published = document(data, "calendar", "publish", str(file), GONGKAI_CLOCK="2026-11-24 09:00")
    assert published["known"] is True
    assert published["amendments"] == []
    # A statutory day that this notice does not set off is worked now.
    assert ("2027-10-01", True) in {(day["date"], day["worked"]) for day in published["changed"]}
    file.write_text(json.dumps({**notice, "notice": "另一份"}), encoding="utf-8")
    again = command(data, "calendar", "publish", str(file), GONGKAI_CLOCK="2026-11-24 09:30")
    assert again.returncode == 1
    assert again.stderr.count("已登记") == 1
    assert "样例" in again.stderr
    assert "calendar amend" in again.stderr
    change = {**notice, "notice": "调整一号", "holidays": ["2027-01-04"], "amends": True}
    file.write_text(json.dumps(change), encoding="utf-8")
    amended = document(data, "calendar", "amend", str(file), GONGKAI_CLOCK="2026-11-24 10:00")
    assert amended["version"] == published["version"] + 1
    assert "2027-01-04" in amended["holidays"]
    assert [(day["date"], day["worked"], day["before"], day["after"]) for day in amended["changed"]] == [
        ("2027-01-04", False, "工作日（周一）", "元旦放假（调整一号）")
    ]
    shown = document(data, "calendar", "show", "2027")
    assert [(a["notice"], a["published"], a["holidays"]) for a in shown["amendments"]] == [
        ("调整一号", "2026-11-20", ["2027-01-04"])
    ]
    zh, en = words_of(data, "calendar", "show", "2027")
    assert "放假通知：样例" in zh
    assert "调整通知：调整一号 2026-11-20，放假 2027-01-04" in zh
    assert "Amended by: 调整一号 2026-11-20, off 2027-01-04" in en
    table = command(data, "calendar", "amend", str(file), GONGKAI_CLOCK="2026-11-24 11:00").stdout
    assert "此通知已登记过" in table


def test_an_amendment_says_which_days_change(tmp_path: Path) -> None:
    file = tmp_path / "change.json"
    change = {"year": 2026, "notice": "调整二号", "published": None, "amends": True, "local": True}
    file.write_text(json.dumps({**change, "holidays": ["2026-07-24"], "makeup_workdays": []}), encoding="utf-8")
    local = command(tmp_path / "data", "calendar", "amend", str(file), GONGKAI_CLOCK="2026-11-24 10:00")
    assert "工作日（周五）；地方假日（调整二号），不影响法定期限" in local.stdout
    assert "地方假日通知：调整二号，放假 2026-07-24" in local.stdout
    file.write_text(
        json.dumps({**change, "notice": "长" * 300, "holidays": [], "makeup_workdays": []}), encoding="utf-8"
    )
    long = command(tmp_path / "data", "calendar", "amend", str(file), GONGKAI_CLOCK="2026-11-24 10:00")
    assert long.returncode == 2
    assert "notice：最多 200 个字" in long.stderr


def test_plans_are_checked_shown_and_described(data: Path) -> None:
    good = document(data, "plan", "check", "plans/2026.yaml")
    assert good["ok"] is True
    assert good["errors"] == []
    shown = document(data, "plan", "show")
    assert shown["digest"] == good["digest"]
    assert json.loads(command(data, "plan", "schema").stdout)["type"] == "object"


def test_a_wrong_plan_fails_with_line_and_path(data: Path, tmp_path: Path) -> None:
    text = (ROOT / "plans" / "2026.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        text.replace("max: 12, formula: ratio,  of: messages_on_time", "max: 13, formula: ratio,  of: messages_on_tim"),
        encoding="utf-8",
    )
    done = command(data, "plan", "check", str(wrong), "--output", "json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["ok"] is False
    assert all(set(e) == {"line", "path", "reason"} for e in found["errors"])
    assert any("messages_on_tim" in e["reason"] for e in found["errors"])
    assert any("100" in e["reason"] for e in found["errors"])
    refused = command(data, "rank", "2019Q2", "--plan", str(wrong))
    assert refused.returncode == 1
    assert "plan" in refused.stderr


def test_the_example_of_the_whole_language_fails_here_naming_what_nobody_emits(data: Path) -> None:
    text = (ROOT / "plans" / "2026.yaml").read_text(encoding="utf-8").replace(", pending: true", "")
    file = data.parent / "unmarked.yaml"
    file.write_text(text, encoding="utf-8")
    done = command(data, "plan", "check", str(file), "--output", "json")
    assert done.returncode == 1
    reasons = " ".join(e["reason"] for e in json.loads(done.stdout)["errors"])
    for name in ("messages.ResponseOverdue", "publishing.BriefingAdopted"):
        assert name in reasons
    for name in ("messages.ReplySent", "requests.ReplySent", "publishing.DefectConfirmed"):
        assert name not in reasons


def test_verify_replay_and_doctor(data: Path) -> None:
    assert document(data, "verify")["ok"] is True
    replayed = document(data, "replay", "--from", "log", "--quarter", "2019Q2")
    assert set(replayed) >= {"events", "digest", "seconds", "ranking", "result_digest", "equal"}
    assert replayed["equal"] is True
    checks = document(data, "doctor")["checks"]
    assert {check["check"] for check in checks} >= {"folder", "disk", "store", "calendar", "relay", "parked", "audit"}


def test_a_token_is_issued_and_the_post_given_and_said(data: Path) -> None:
    words = ("token", "issue", "--subject", "某", "--department", "教育局", "--role", "clerk", "--ttl", "2h")
    first = command(data, *words, "--output", "json")
    assert set(json.loads(first.stdout)) >= {"token", "expires"}
    assert "某" in first.stderr
    second = command(data, *words, "--output", "json")
    assert json.loads(second.stdout)["post_given"] is False
    assert second.stderr == ""


def test_init_is_idempotent(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert document(data, "init")["created"] > 100
    assert document(data, "init")["created"] == 0
    assert (data.stat().st_mode & 0o777) == 0o700


def test_options_stand_before_or_after_and_the_language_is_chosen(data: Path) -> None:
    after = command(data, "rank", "2019Q2", "--output", "csv").stdout
    before = subprocess.run(
        [sys.executable, "-m", "services", "--output=csv", "--data", str(data), "rank", "2019Q2"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, env={**os.environ},
    ).stdout  # fmt: skip
    assert after == before
    assert after.splitlines()[0].startswith("\ufeffrank,department,name,group")
    assert "Rank" in command(data, "rank", "2019Q2", "--lang", "en").stdout
    assert "名次" in command(data, "rank", "2019Q2").stdout
    assert "Rank" in command(data, "rank", "2019Q2", LANG="en_US.UTF-8").stdout


def words_of(data: Path, *words: str) -> tuple[str, str]:
    """What a command shows in Chinese, and in English."""
    shown = [command(data, *words, "--lang", lang) for lang in ("zh", "en")]
    assert [done.returncode for done in shown] == [0, 0], [done.stderr for done in shown]
    return shown[0].stdout, shown[1].stdout


def test_tables_show_words_and_json_keeps_codes(data: Path) -> None:
    zh, en = words_of(data, "case", "show", "M2019-000001")
    for said in (
        "网民留言",
        "已回复",
        "教育局",
        "收到留言",
        "3个工作日",
        "3个月",
        "确定",
        "系统",
        "2019-04-25 09:32:09",
    ):
        assert said in zh, said
    for said in ("Answered", "Message received", "3 working days", "3 months", "final", "Reply to a policy enquiry"):
        assert said in en, said
    assert not any(code in zh for code in ("answered", "3wd", "3m ", "final", "system", "T09:32"))
    shown = document(data, "case", "show", "M2019-000001")
    assert (shown["status"], shown["deadlines"][0]["amount"], shown["deadlines"][0]["status"]) == (
        "answered",
        "3wd",
        "final",
    )
    assert (shown["name"], shown["status_title"], shown["status_title_en"]) == ("教育局", "已回复", "Answered")


def test_a_due_date_is_told_in_words(data: Path) -> None:
    zh, en = words_of(
        data, "calendar", "due", "2026-10-09", "20wd", "--suspend", "2026-10-12..2026-10-16", "--extend", "5wd"
    )
    assert zh.strip() == ("2026-10-09 + 20个工作日  中止 2026-10-12 至 2026-10-16；延长 5个工作日 → 2026-11-18（确定）")
    assert "20 working days  suspended 2026-10-12 to 2026-10-16; extended by 5 working days" in en


def test_sums_and_calendars_are_told_in_words(data: Path) -> None:
    zh, en = words_of(data, "verify")
    assert "核对无误：是" in zh
    assert "All as it should be: yes" in en
    assert "first_bad" not in zh + en
    zh, en = words_of(data, "calendar", "show", "2026")
    assert "全年工作日：248" in zh
    assert "Working days: 248" in en
    assert "working_days" not in zh + en
    assert "尚未登记" in words_of(data, "calendar", "show", "2030")[0]
    zh, en = words_of(data, "init")
    assert "新建案卷：0" in zh
    assert "Cases made: 0" in en


def test_the_tables_of_the_ranking_have_headings_in_words(data: Path) -> None:
    zh, en = words_of(data, "rank", "2019Q2", "--table", "briefing")
    heading = zh.splitlines()[2]
    for said in ("名次", "单位", "组内", "报送", "采用", "迟报", "漏报", "错报", "约稿", "批示"):
        assert said in heading
    assert "政务信息" in zh
    assert "一类单位" in zh
    assert "class1" not in zh
    assert "Instructions" in en.splitlines()[2]
    assert document(data, "rank", "2019Q2", "--table", "briefing")["ranking"][0]["columns"].keys() >= {"quantity"}


AS_CSV = [
    (("case", "show", "M2019-000001"), "sequence,id,type,happened"),
    (("case", "why", "M2019-000001"), "date,counted,reason"),
    (("calendar", "show", "2026"), "name,value"),
    (("verify",), "name,value"),
    (("doctor",), "check,ok,message"),
    (("plan", "check", "plans/2026.yaml"), "line,path,reason"),
    (("explain", "2019Q2", "education"), "indicator,measure"),
]


@pytest.mark.parametrize(("words", "header"), AS_CSV, ids=lambda v: " ".join(v) if isinstance(v, tuple) else None)
def test_every_document_has_a_form_in_csv_that_excel_opens(data: Path, words: tuple[str, ...], header: str) -> None:
    done = command(data, *words, "--output", "csv", LC_ALL="C.UTF-8")
    assert done.stdout.startswith(f"\ufeff{header}")
    assert "{" not in done.stdout


WRONG = [
    (("rank", "2019Q5"), 2, "2019Q5"),
    (("rank", "2019Q2", "--as-of", "2026-02-30"), 2, "as_of"),
    (("rank", "1800Q1"), 2, "2000"),
    (("rank", "2999Q4"), 2, "2100"),
    (("explain", "1800Q1", "教育局"), 2, "2000"),
    (("plan", "show", "never"), 2, "never"),
    (("replay", "--from", "log", "--quarter", "1800Q1"), 2, "2000"),
    (("rank", "2019Q2", "--table", "nothing"), 2, "briefing（政务信息）"),
    (("rank", "2019Q2", "--group", "县直部门"), 2, "class1（一类单位）"),
    (("rank", "2019Q2", "--output", "xml"), 2, "xml"),
    (("rank",), 2, "quarter"),
    (("explain", "2019Q2", "没有局"), 2, "没有局"),
    (("explain", "2019Q2", "教育局", "Z9"), 2, "Z9"),
    (("case", "show", "M1999-000001"), 1, "M1999-000001"),
    (("case", "why", "M2019-000001", "nothing"), 2, "nothing"),
    (("calendar", "due", "2026-02-30", "20wd"), 2, "2026-02-30"),
    (("calendar", "due", "9/10/2026", "20wd"), 2, "9/10/2026"),
    (("calendar", "due", "2026-10-09", "20"), 2, "20"),
    (("calendar", "due", "2026-10-09", "20wd", "--suspend", "2026-10-12"), 2, "suspend"),
    (("calendar", "due", "2026-10-09", "20wd", "--extend", "5d"), 2, "extend"),
    (("calendar", "publish", "nowhere.json"), 1, "nowhere.json"),
    (("events", "cat", "--from", "yesterday"), 2, "yesterday"),
    (("events", "cat", "--type", "messages.ReplySnt"), 2, "是否想用 messages.ReplySent"),
    (("events", "cat", "--type", "ReplySent"), 2, "messages.ReplySent"),
    (("events", "cat", "--type", "xyz"), 2, "assessment.CalendarAmended"),
    (("events", "tail", "--service", "letters"), 2, "publishing、requests、messages、assessment"),
    (("events", "cat", "--case", "M1999-000001"), 1, "M1999-000001"),
    (("plan", "check", "nowhere.yaml"), 1, "nowhere.yaml"),
    (("import", "messages", "nowhere.xlsx"), 1, "nowhere.xlsx"),
    (("import", "messages", "README.md"), 2, "file"),
    (("replay", "--from", "kafka"), 2, "kafka"),
    (("token", "issue", "--subject", "x", "--department", "教育局", "--role", "king"), 2, "king"),
    (("token", "issue", "--subject", "x", "--department", "教育局", "--role", "clerk", "--ttl", "soon"), 2, "ttl"),
    (("no-such-command",), 2, "no-such-command"),
]


@pytest.mark.parametrize(
    ("words", "status", "named"), WRONG, ids=lambda v: " ".join(v) if isinstance(v, tuple) else None
)
def test_wrong_input_gets_a_sentence_and_an_exit_status(
    data: Path, words: tuple[str, ...], status: int, named: str
) -> None:
    done = command(data, *words)
    assert done.returncode == status, done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


USAGE = [
    (("rank",), "缺少参数 quarter（季度，如 2026Q3）", "missing argument quarter"),
    (("rank", "2019Q2", "2019Q3"), "多余的参数：2019Q3", "more arguments than the command takes: 2019Q3"),
    (("rank", "2019Q2", "--grup", "x"), "没有选项 --grup；是否想用 --group？", "no such option: --grup"),
    (("rnk", "2019Q2"), "没有命令“rnk”；是否想用 rank？", "no such command: rnk; did you mean rank?"),
    (("case", "xyz"), "没有命令“xyz”，现有：letters、show、why", "no such command: xyz; there are: letters, show, why"),
    (("case", "show"), "缺少参数 ID（案卷编号）", "missing argument ID (the case's id)"),
    (("calendar", "show", "soon"), "year（年份）：应为整数", "year (year): must be a whole number"),
    (("calendar", "show", "1800"), "year（年份）：应不小于 2000", "year (year): must be at least 2000"),
    (("run", "--port", "99999"), "--port（端口）：应不大于 65535", "--port (port): must be at most 65535"),
    (("token", "issue"), "缺少选项 --subject（谁）", "missing option --subject (who)"),
    (("import", "messages", "a.csv", "--dry-run=yes"), "选项 --dry-run 不带值", "option --dry-run takes no value"),
    (("rank", "2019Q2", "--output", "xml"), "--output 只能是", "--output is table, json or csv"),
]


@pytest.mark.parametrize(("words", "zh", "en"), USAGE, ids=lambda v: " ".join(v) if isinstance(v, tuple) else None)
def test_faulty_words_are_named_in_the_language_of_the_run(
    data: Path, words: tuple[str, ...], zh: str, en: str
) -> None:
    for said, done in ((zh, command(data, *words)), (en, command(data, "--lang", "en", *words))):
        assert done.returncode == 2, done.stderr
        assert said in done.stderr
        assert done.stdout == ""
        assert "Error" not in done.stderr


def test_settings_that_cannot_be_used_are_named_all_at_once(tmp_path: Path) -> None:
    done = command(
        tmp_path / "data",
        "init",
        GONGKAI_CLOCK="nonsense",
        GONGKAI_ENV="production",
        GONGKAI_MASTER_KEY_FILE="/nowhere/key",
    )
    assert done.returncode == 1
    for name in ("GONGKAI_CLOCK", "GONGKAI_MASTER_KEY_FILE", "GONGKAI_ALLOW_LOCAL_TOKENS"):
        assert name in done.stderr
    assert not (tmp_path / "data" / "gongkai.db").exists()


def test_a_service_started_without_what_it_needs_names_all_of_it_in_both_languages(tmp_path: Path) -> None:
    done = command(tmp_path / "data", "serve", "messages", GONGKAI_KAFKA="kafka", GONGKAI_REGION="x")
    assert done.returncode == 1
    assert [line.partition(":")[0] for line in done.stderr.splitlines()[1:]] == [
        "GONGKAI_REGION", "GONGKAI_KAFKA", "GONGKAI_MONGO_FILE", "GONGKAI_MASTER_KEY_FILE", "GONGKAI_TOKEN_KEY_FILE",
    ]  # fmt: skip
    assert "缺少（各进程共用） / missing (all processes share it)" in done.stderr
    assert "Input should" not in done.stderr


def test_a_reader_that_goes_away_is_no_error(data: Path) -> None:
    words = [sys.executable, "-m", "services", "events", "cat", "--data", str(data)]
    reading = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert reading.stdout is not None
    assert reading.stderr is not None
    assert json.loads(reading.stdout.readline())["specversion"] == "1.0"
    reading.stdout.close()
    assert reading.wait(60) == 0
    assert b"Traceback" not in reading.stderr.read()
    reading.stderr.close()


UNREAD = (
    (("rank", "2019Q2"), 0),
    (("rank", "2019Q2", "--output", "json"), 0),
    (("explain", "2019Q2", "教育局", "--output", "csv"), 0),
    (("case", "show", "M2019-000001"), 0),
    (("events", "cat"), 0),
    (("events", "tail"), 0),
    (("plan", "schema"), 0),
    (("plan", "check", "nowhere.yaml"), 1),
    (("import", "messages", str(LIST), "--create-departments"), 3),
)


@pytest.mark.parametrize(("words", "status"), UNREAD, ids=lambda v: " ".join(v) if isinstance(v, tuple) else None)
def test_nobody_reading_leaves_no_trace_and_the_command_s_own_status(
    data: Path, words: tuple[str, ...], status: int
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [sys.executable, "-m", "services", *words, "--data", str(data)],
        cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    os.close(writing)
    assert ended.returncode == status, ended.stderr
    assert "Traceback" not in ended.stderr
    assert (ended.stderr == "") == (status != 1)


def test_a_full_disk_behind_standard_output_fails_and_says_so(data: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "services", "rank", "2019Q2", "--lang", "en", "--data", str(data)],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.startswith("standard output cannot be written")
    assert "Traceback" not in ended.stderr


def on_a_terminal(data: Path, *words: str, **environment: str) -> tuple[int, str]:
    """A command whose stdout and stderr are a terminal: its exit status and what the terminal got."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "services", *words, "--data", str(data)],
        cwd=ROOT, stdin=its, stdout=its, stderr=its, env={**os.environ, "TERM": "xterm-256color", **environment},
    )  # fmt: skip
    os.close(its)
    shown = b""
    # A terminal whose last writer has gone answers with an input/output error.
    with suppress(OSError):
        while piece := os.read(ours, 65536):
            shown += piece
    os.close(ours)
    return process.wait(60), shown.decode(errors="replace")


BAR = "\x1b[?25l"
"""What a terminal is told before a progress bar: hide the cursor."""


def test_a_bar_is_shown_on_a_terminal_alone(tmp_path: Path) -> None:
    words = ("import", "messages", str(LIST), "--create-departments")
    assert BAR in on_a_terminal(tmp_path / "a", *words)[1]
    assert BAR not in on_a_terminal(tmp_path / "b", *words, "--quiet")[1]
    piped = command(tmp_path / "c", *words)
    assert "\x1b" not in piped.stdout + piped.stderr
    assert piped.stderr == ""


def test_colour_is_left_out_where_that_is_wished(data: Path) -> None:
    bold = "\x1b[1m"
    assert bold in on_a_terminal(data, "rank", "2019Q2")[1]
    _, plain = on_a_terminal(data, "rank", "2019Q2", NO_COLOR="1")
    assert not re.search("\x1b\\[[0-9;]*3[0-9]", plain)
    assert "\x1b" not in command(data, "rank", "2019Q2").stdout


def test_tail_prints_each_event_once_and_ends_on_ctrl_c(data: Path) -> None:
    events = len(document(data, "case", "show", "M2019-000001")["events"])
    words = [sys.executable, "-m", "services", "events", "tail", "--case", "M2019-000001", "--data", str(data)]
    tail = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert tail.stdout is not None
    shown = [json.loads(tail.stdout.readline()) for _ in range(events)]
    assert [(e["subject"], e["sequence"]) for e in shown] == [("M2019-000001", n + 1) for n in range(events)]
    tail.send_signal(signal.SIGINT)
    rest, said = tail.communicate(timeout=60)
    assert (tail.returncode, rest) == (130, "")
    assert "Traceback" not in said


def test_a_rehearsed_import_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    words = ("import", "messages", str(LIST), "--create-departments")
    rehearsed = document(tmp_path / "data", *words, "--dry-run")
    assert document(tmp_path / "data", "verify")["events"] == document(tmp_path / "empty", "verify")["events"]
    real = document(tmp_path / "data", *words)
    for name in ("rows", "imported", "rejected", "by_category", "unknown_departments"):
        assert rehearsed[name] == real[name], name


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = command(tmp_path / "data", "rank", "2019Q2", "--url", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "http://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists(), "asked over HTTP, no folder is made"


def test_the_same_questions_over_http(data: Path, tmp_path: Path) -> None:
    token = document(
        data, "token", "issue", "--subject", "office.chief", "--department", "county-office", "--role", "office"
    )["token"]
    local = {words: document(data, *words) for words in ASKED}
    program = start(data, tmp_path / "log")
    try:
        for words, expected in local.items():
            done = subprocess.run(
                [sys.executable, "-m", "services", *words, "--output", "json", "--url", program.url],
                cwd=ROOT, capture_output=True, text=True, timeout=60, env={**os.environ, "GONGKAI_TOKEN": token},
            )  # fmt: skip
            assert done.returncode == 0, (words, done.stderr)
            found = json.loads(done.stdout)
            for name in ("swept_through", "seconds"):
                found.pop(name, None)
                expected.pop(name, None)
            assert found == expected, words
        refused = subprocess.run(
            [sys.executable, "-m", "services", "rank", "2019Q2", "--url", program.url],
            cwd=ROOT, capture_output=True, text=True, timeout=60, env={k: v for k, v in os.environ.items() if k != "GONGKAI_TOKEN"},
        )  # fmt: skip
        assert refused.returncode == 1
        assert "401" in refused.stderr
        for words in (
            ("rank", "1800Q1"),
            ("rank", "2019Q2", "--group", "nothing"),
            ("calendar", "due", "x", "20wd"),
            ("events", "cat", "--type", "x"),
        ):
            refused = subprocess.run(
                [sys.executable, "-m", "services", *words, "--url", program.url],
                cwd=ROOT, capture_output=True, text=True, timeout=60, env={**os.environ, "GONGKAI_TOKEN": token},
            )  # fmt: skip
            assert refused.returncode == 2, (words, refused.stderr)
            assert "Traceback" not in refused.stderr
    finally:
        assert program.stop() == 0


ASKED = (
    ("rank", "2019Q2"),
    ("explain", "2019Q2", "教育局"),
    ("case", "show", "M2019-000001"),
    ("case", "why", "M2019-000001"),
    ("calendar", "due", "2026-10-09", "20wd", "--explain"),
    ("calendar", "show", "2026"),
)
