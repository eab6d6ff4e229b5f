"""An office's old list of messages, imported through the same commands as today's: the small list and the real one."""

import asyncio
import csv
import hashlib
import io
import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from python_calamine import CalamineWorkbook

from services import import_list
from services.import_list import import_file, import_rows
from services.local import LocalRuntime, open_local
from services.messages.message import MESSAGE
from shared.clock import ProcessClock
from shared.domain.localtime import read_moment
from shared.imports.problem import ListProblem
from shared.settings import Settings
from tests.data.make_messages_small import HEADER, ROWS

DATA = Path(__file__).parent.parent / "data"
SMALL = DATA / "messages-small.xlsx"
REAL = Path(__file__).parents[3] / "shared" / "data" / "messages-real.xlsx"
SEEDS = Path(__file__).parents[2] / "services" / "assessment" / "seed" / "calendar"
TODAY = "2026-06-15 10:00"
WITHOUT_DAJING = {
    "政策咨询": (5, 4, 1, 0),
    "投诉求助": (4, 2, 1, 1),
    "需调查处理": (1, 0, 1, 0),
    "重难件": (1, 1, 0, 0),
    "检举控告": (1, 1, 0, 0),
}
"""(rows, on time, overdue, open) of the small list where 大井镇 is unknown, counted by hand."""


@asynccontextmanager
async def office(folder: Path, today: str = TODAY) -> AsyncIterator[LocalRuntime]:
    runtime = await open_local(Settings(data=folder), "test", ProcessClock(read_moment(today)))
    try:
        if runtime.reference.position == 0:
            await runtime.init()
        yield runtime
    finally:
        await runtime.close()


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[LocalRuntime]:
    async with office(tmp_path / "data") as opened:
        yield opened


def counts(document: dict[str, Any]) -> dict[str, tuple[int, int, int, int]]:
    return {c["category"]: (c["rows"], c["on_time"], c["overdue"], c["open"]) for c in document["by_category"]}


def table(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows((header, *rows))
    return out.getvalue().encode()


def good(number: str, **cells: str) -> tuple[str, ...]:
    """A row that can be imported, with other cells."""
    usual = dict(zip(HEADER, ROWS[0], strict=True)) | {"留言编号": number, "留言用户": f"U{number}"}
    return tuple((usual | cells)[name] for name in HEADER)


def content_of(folder: Path) -> dict[str, str]:
    """Every file of the folder by its content; the store's shared memory holds nothing."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.endswith("-shm"))
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


async def cases_of(runtime: LocalRuntime) -> list[Any]:
    return [head async for head in runtime.stores.cases.walk("messages") if head.kind == "message"]


async def test_the_small_list_is_imported_and_its_verdicts_counted(runtime: LocalRuntime) -> None:
    document = await import_file(runtime, "messages", SMALL)
    assert (document["rows"], document["imported"], document["skipped"]) == (25, 11, 1)
    assert document["file"] == "messages-small.xlsx"
    assert document["sha256"] == hashlib.sha256(SMALL.read_bytes()).hexdigest()
    assert counts(document) == WITHOUT_DAJING
    assert document["imported"] + document["skipped"] == sum(c["rows"] for c in document["by_category"])
    assert len(await cases_of(runtime)) == 11


async def test_every_bad_row_is_rejected_by_field_with_the_line_that_excel_shows(runtime: LocalRuntime) -> None:
    document = await import_file(runtime, "messages", SMALL)
    found = [(r["row"], r["field"], r["value"]) for r in document["rejected"]]
    assert found == [
        (12, "承办单位", "大井镇"),
        (13, "留言类别", "建议"),
        (14, "留言时间", "2019/2/30 9:00:00"),
        (15, "留言时间", ""),
        (16, "答复时间", "2020/4/2 9:00:00"),
        (17, "留言时间", "2031/1/1 9:00:00"),
        (18, "留言主题", "（201 字）"),
        (19, "答复意见", ""),
        (20, "答复时间", ""),
        (21, "留言编号", ""),
        (22, "承办单位", ""),
        (24, "留言编号", "1002"),
        (26, "承办单位", "大井镇"),
    ]
    assert all(r["reason"] for r in document["rejected"])
    assert document["unknown_departments"] == ["大井镇"]
    english = await import_file(runtime, "messages", SMALL, lang="en", dry_run=True)
    assert english["rejected"][0]["reason"] == "the directory knows no such unit"


async def test_a_second_import_adds_nothing(runtime: LocalRuntime) -> None:
    first = await import_file(runtime, "messages", SMALL)
    before = await runtime.stores.cases.counts()
    second = await import_file(runtime, "messages", DATA / "messages-small.csv")
    assert (second["imported"], second["skipped"]) == (0, 12)
    assert second["rejected"] == first["rejected"]
    assert counts(second) == counts(first)
    assert await runtime.stores.cases.counts() == before


async def test_a_dry_run_decides_the_same_and_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with office(folder):
        pass
    before = content_of(folder)
    async with office(folder) as runtime:
        dry = await import_file(runtime, "messages", SMALL, dry_run=True, create_departments=True)
        assert await cases_of(runtime) == []
        assert runtime.reference.directory.find("大井镇", date(2020, 1, 1)) is None
    assert content_of(folder) == before
    async with office(folder) as runtime:
        done = await import_file(runtime, "messages", SMALL, create_departments=True)
        again = await import_file(runtime, "messages", SMALL, dry_run=True)
    assert dry == done
    assert (again["imported"], again["skipped"]) == (0, 14)
    assert counts(again) == counts(done)


async def test_unknown_units_are_created_from_the_first_day_of_the_files_earliest_year(runtime: LocalRuntime) -> None:
    document = await import_file(runtime, "messages", SMALL, create_departments=True)
    assert document["unknown_departments"] == []
    assert document["created_departments"] == [{"department": "d-0001", "name": "大井镇"}]
    assert (document["imported"], document["skipped"]) == (13, 1)
    unit = runtime.reference.directory.find("大井镇", date(2018, 1, 1))
    assert unit is not None
    assert (unit.id, unit.since, unit.group_on(date(2018, 1, 1))) == ("d-0001", date(2018, 1, 1), "other")
    assert {head.department for head in await cases_of(runtime)} >= {"d-0001", "education"}


async def test_a_row_older_than_its_unit_is_rejected_at_the_unit(runtime: LocalRuntime) -> None:
    new = good("1", 承办单位="沟亭乡")
    assert (await import_rows(runtime, "messages", "a.csv", table(new), create_departments=True))["imported"] == 1
    old = good("2", 承办单位="沟亭乡", 留言时间="2018/12/31 9:00", 答复时间="2019/1/2 9:00")
    document = await import_rows(runtime, "messages", "b.csv", table(old), create_departments=True)
    (rejected,) = document["rejected"]
    assert (rejected["field"], rejected["value"]) == ("承办单位", "沟亭乡")
    assert "2018-12-31" in rejected["reason"]
    assert document["unknown_departments"] == []


async def test_a_unit_only_named_by_a_bad_row_is_not_created(runtime: LocalRuntime) -> None:
    bad = good("1", 承办单位="沟亭乡", 留言类别="其他")
    document = await import_rows(runtime, "messages", "a.csv", table(bad, good("2")), create_departments=True)
    assert document["created_departments"] == []
    assert document["unknown_departments"] == ["沟亭乡"]


async def test_a_mapping_brings_other_column_names_to_ours(runtime: LocalRuntime) -> None:
    own = tuple({"留言编号": "编号", "答复时间": "回复日期"}.get(name, name) for name in HEADER)[::-1]
    body = table(tuple(reversed(good("77"))), header=own)
    with pytest.raises(ListProblem, match="留言编号"):
        await import_rows(runtime, "messages", "a.csv", body)
    document = await import_rows(
        runtime, "messages", "a.csv", body, mapping="留言编号: 编号\n回复日期: 答复时间\n".encode()
    )
    assert (document["imported"], document["rejected"]) == (1, [])


async def test_a_number_with_other_content_is_rejected_whichever_column_differs(runtime: LocalRuntime) -> None:
    await import_rows(runtime, "messages", "a.csv", table(good("1")))
    other = {
        "留言用户": "U9",
        "留言主题": "另一件事",
        "留言类别": "投诉求助",
        "承办单位": "财政局",
        "留言时间": "2019/4/24 9:00",
        "留言详情": "另一件事",
        "答复意见": "另一答复",
        "答复时间": "2019/4/28 9:00",
    }
    for column, value in other.items():
        document = await import_rows(runtime, "messages", "a.csv", table(good("1", **{column: value})))
        assert [(r["row"], r["field"], r["value"]) for r in document["rejected"]] == [(2, "留言编号", "1")], column
    unanswered = await import_rows(runtime, "messages", "a.csv", table(good("1", 答复意见="", 答复时间="")))
    assert unanswered["rejected"][0]["field"] == "留言编号"
    assert len(await cases_of(runtime)) == 1


async def test_a_good_row_follows_a_bad_one_of_the_same_number(runtime: LocalRuntime) -> None:
    rows = (good("1", 留言时间="2019/13/1"), good("1"))
    document = await import_rows(runtime, "messages", "a.csv", table(*rows))
    assert (document["imported"], [r["row"] for r in document["rejected"]]) == (1, [2])


async def test_each_row_goes_through_the_commands_at_its_historical_times(runtime: LocalRuntime) -> None:
    actor = runtime.reference.directory.actor("office.clerk", date(2026, 6, 15))
    await import_rows(runtime, "messages", "a.csv", table(good("1"), good("2", 答复时间="2019/5/20 8:00")), actor=actor)
    for head in await cases_of(runtime):
        events = [orjson.loads(e.body) for e in await runtime.stores.cases.events(head.id)]
        names = [e["type"].split(".")[2] for e in events]
        usual = ["MessageReceived", "MessageAccepted", "MessageClassified", "MessageAssigned"]
        reply = ["ReplyDrafted", "ReplyApproved", "ReplySent"]
        late = ["ReplyOverdue"] if len(events) == 8 else []
        assert names == [*usual, *late, *reply]
        assert all((e["data"]["origin"], e["data"]["flags"]) == ("import", []) for e in events)
        assert {e["actor"] for e in events} <= {"office.clerk", "system"}
        assert events[0]["time"].startswith("2019-04-25T")
        assert events[-1]["data"]["met"] is (not late)
        record = await runtime.stores.cases.command(f"import:message:reply:{1 if not late else 2}")
        assert record is not None
        assert record.case == head.id


async def test_a_blank_unit_goes_to_the_county_office_and_a_report_never_to_whom_it_accuses(
    runtime: LocalRuntime,
) -> None:
    rows = (
        good("1", 承办单位=""),
        good("2", 留言类别="检举控告", 承办单位="财政局"),
        good("3", 留言类别="检举控告", 承办单位="县政府办"),
    )
    document = await import_rows(runtime, "messages", "a.csv", table(*rows))
    assert [(r["row"], r["field"]) for r in document["rejected"]] == [(4, "承办单位")]
    plain, report = sorted(await cases_of(runtime), key=lambda head: head.restricted)
    assert (plain.department, plain.restricted) == ("county-office", False)
    assert (report.department, report.restricted, report.hidden_from) == ("county-office", True, ("finance",))


async def test_rows_of_one_writer_are_one_person_in_the_vault(runtime: LocalRuntime) -> None:
    rows = [good(str(n), 留言用户="A00045581") for n in range(1, 31)] + [good("99", 留言用户="A00045582")]
    document = await import_rows(runtime, "messages", "a.csv", table(*rows))
    assert document["imported"] == 31
    writers = Counter(
        [MESSAGE.summary(await runtime.engine("messages").state(h)).writer for h in await cases_of(runtime)]
    )
    assert sorted(writers.values()) == [1, 30]
    assert await runtime.vault.find("A00045581") in writers


async def test_no_word_of_a_message_lies_open_in_the_data_folder(tmp_path: Path) -> None:
    secrets = ("不应外露的主题", "不应外露的详情", "不应外露的答复", "不应外露的账号")
    row = good("1", **dict(zip(("留言主题", "留言详情", "答复意见", "留言用户"), secrets, strict=True)))
    long = good("2", 留言主题="不应外露的主题" * 50)
    async with office(tmp_path / "data") as runtime:
        document = await import_rows(runtime, "messages", "a.csv", table(row, long))
        assert document["imported"] == 1
        assert "不应外露" not in json.dumps(document, ensure_ascii=False)
        await runtime.settle_down()
    for file in (tmp_path / "data").rglob("*"):
        if file.is_file():
            body = file.read_bytes()
            assert not any(secret.encode() in body for secret in secrets), file


async def test_an_import_cut_off_leaves_whole_cases_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_list, "IN_FLIGHT", 4)
    body = table(*(good(str(n)) for n in range(1, 61)))

    class CutOff(Exception):
        pass

    def progress(done: int, total: int) -> None:
        assert total == 60
        if done == 20:
            raise CutOff

    async with office(tmp_path / "data") as runtime:
        with pytest.raises(CutOff):
            await import_rows(runtime, "messages", "a.csv", body, progress=progress)
    async with office(tmp_path / "data") as runtime:
        kept = await cases_of(runtime)
        assert 20 <= len(kept) < 60
        assert {(head.status, head.version) for head in kept} == {("answered", 7)}
        document = await import_rows(runtime, "messages", "a.csv", body)
        assert (document["imported"], document["skipped"]) == (60 - len(kept), len(kept))
        assert {(head.status, head.version) for head in await cases_of(runtime)} == {("answered", 7)}
        assert counts(document) == {"政策咨询": (60, 60, 0, 0)}


async def test_an_import_cancelled_in_the_middle_leaves_whole_cases(tmp_path: Path) -> None:
    body = table(*(good(str(n)) for n in range(1, 201)))
    async with office(tmp_path / "data") as runtime:
        begun = asyncio.Event()
        task = asyncio.create_task(
            import_rows(runtime, "messages", "a.csv", body, progress=lambda done, total: begun.set())
        )
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert {(head.status, head.version) for head in await cases_of(runtime)} == {("answered", 7)}
        document = await import_rows(runtime, "messages", "a.csv", body)
        assert document["imported"] + document["skipped"] == 200


@pytest.mark.parametrize("which", ["file", "mapping"])
async def test_a_file_that_is_not_there_is_named(runtime: LocalRuntime, tmp_path: Path, which: str) -> None:
    absent = tmp_path / "absent.xlsx"
    with pytest.raises(ListProblem) as caught:
        await import_file(
            runtime, "messages", absent if which == "file" else SMALL, mapping=absent if which == "mapping" else None
        )
    assert caught.value.field == which
    assert str(absent) in caught.value.message.zh
    assert await cases_of(runtime) == []


async def test_a_mapping_that_is_no_text_is_refused(runtime: LocalRuntime) -> None:
    with pytest.raises(ListProblem) as caught:
        await import_rows(runtime, "messages", "a.csv", table(good("1")), mapping="留言编号: 编号".encode("gbk"))
    assert caught.value.field == "mapping"


async def test_progress_tells_every_row_once(runtime: LocalRuntime) -> None:
    heard: list[tuple[int, int]] = []
    await import_file(runtime, "messages", SMALL, progress=lambda done, total: heard.append((done, total)))
    assert heard == [(n, 25) for n in range(1, 26)]


async def test_an_imported_case_answered_since_counts_as_it_stands_today(tmp_path: Path) -> None:
    body = table(good("1", 留言类别="投诉求助", 留言时间="2026/6/12 9:00", 答复意见="", 答复时间=""))
    async with office(tmp_path / "data") as runtime:
        first = await import_rows(runtime, "messages", "a.csv", body)
    async with office(tmp_path / "data", "2026-07-10 09:00") as runtime:
        later = await import_rows(runtime, "messages", "a.csv", body)
    assert counts(first) == {"投诉求助": (1, 0, 0, 1)}
    assert counts(later) == {"投诉求助": (1, 0, 1, 0)}


# -- the real list -----------------------------------------------------------------------------------------------------

LIMITS = {"政策咨询": 3, "投诉求助": 7, "需调查处理": 10, "检举控告": 10}


def naive_workday(seeds: dict[str, set[date]], day: date) -> bool:
    if day in seeds["makeup_workdays"]:
        return True
    return day not in seeds["holidays"] and day.weekday() < 5


def naive_counts(path: Path) -> dict[str, tuple[int, int, int, int]]:
    """The verdicts counted from the rows and the holiday notices alone, day by day."""
    seeds: dict[str, set[date]] = {"holidays": set(), "makeup_workdays": set()}
    for file in SEEDS.glob("*.json"):
        notice = json.loads(file.read_text("utf-8"))
        for name in seeds:
            seeds[name] |= {date.fromisoformat(day) for day in notice[name]}
    header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    to_day: Callable[[Any], date] = lambda text: date(*map(int, re.findall(r"\d+", str(text))[:3]))  # noqa: E731
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        day, left = to_day(cells["留言时间"]), LIMITS[cells["留言类别"]]
        while left:
            day += timedelta(days=1)
            left -= naive_workday(seeds, day)
        count = tally[cells["留言类别"]]
        count[0] += 1
        count[1 if to_day(cells["答复时间"]) <= day else 2] += 1
    return {category: (c[0], c[1], c[2], c[3]) for category, c in tally.items()}


@pytest.mark.skipif(not REAL.exists(), reason=f"the real list is not here: {REAL.name}")
async def test_the_real_list_is_imported_whole_with_the_verdicts_of_a_naive_count() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with office(Path(folder), f"{datetime.now():%Y-%m-%d}") as runtime:  # noqa: DTZ005 - any later day will do
            refused = await import_file(runtime, "messages", REAL, dry_run=True)
            assert {r["field"] for r in refused["rejected"]} == {"承办单位"}
            assert len(refused["unknown_departments"]) == 102
            assert refused["imported"] + len(refused["rejected"]) == 1408
            document = await import_file(runtime, "messages", REAL, create_departments=True)
            assert (document["rows"], document["imported"], document["rejected"]) == (1408, 1408, [])
            assert counts(document) == naive_counts(REAL)
            assert len(document["created_departments"]) == 102
            assert len(await cases_of(runtime)) == 1408
            again = await import_file(runtime, "messages", REAL)
            assert (again["imported"], again["skipped"], counts(again)) == (0, 1408, counts(document))
