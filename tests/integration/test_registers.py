"""Registers, templates and imports over HTTP: who sees what in them, what is noted of it, and lists that come back in."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from services.import_list import IMPORTERS
from services.publishing.column_commands import Open
from shared.domain.directory import SYSTEM
from shared.engine.execute import Asked
from shared.web import register
from shared.web.openapi import WORKBOOK
from tests.local_county import LETTER, MESSAGES, LocalCounty, local_county
from tests.unit.old_rows import row

OFFICER, CLERK, HEAD = "clerk@county-office", "clerk@education", "head@education"
CHIEF, LEADER, ACCUSED, OPS = "head@county-office", "leader@county-office", "clerk@finance", "ops@county-office"
PEOPLE = (OFFICER, CLERK, HEAD, CHIEF, LEADER, ACCUSED, OPS, "office@county-office", "clerk@water", "head@finance")
FORMULA = '=HYPERLINK("http://a.example","领奖")'
Rows = list[dict[str, Any]]


def sheet(answer: httpx2.Response, place: int = 0) -> list[list[Any]]:
    """What stands on a sheet of the workbook that was answered."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == WORKBOOK
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(place).to_python()


def rows(answer: httpx2.Response) -> Rows:
    """The rows of a register by their columns."""
    header, *below = sheet(answer)
    assert int(answer.headers["register-rows"]) == len(below)
    return [dict(zip(header, cells, strict=True)) for cells in below]


def workbook(*table: list[str]) -> bytes:
    """A workbook as somebody filled it."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        written = book.add_worksheet()
        for place, cells in enumerate(table):
            written.write_row(place, 0, cells)
    return out.getvalue()


@asynccontextmanager
async def staffed(folder: Path, now: str = "2026-03-05 09:00") -> AsyncIterator[LocalCounty]:
    async with local_county(folder, now) as county:
        for person in PEOPLE:
            role, unit = person.split("@")
            await county.post(person, (unit, role))
        yield county


@pytest_asyncio.fixture
async def county(tmp_path: Path) -> AsyncIterator[LocalCounty]:
    async with staffed(tmp_path / "data") as opened:
        yield opened


async def audited(county: LocalCounty) -> list[dict[str, Any]]:
    return [dict(entry) async for entry in county.runtime.stores.audit.entries()]


async def taken(county: LocalCounty, collection: str, body: bytes, **query: str) -> dict[str, Any]:
    """The report of a list that the head of the county office imports."""
    kind = IMPORTERS[collection].kind
    address = f"/api/v1/{kind.service}/{collection}.import"
    given = {"filename": "list.xlsx", **query}
    answer = await county.client.post(address, content=body, params=given, headers=county.as_(CHIEF))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


# -- the register ------------------------------------------------------------------------------------------------------


async def test_a_citizen_s_formula_is_text_in_the_register(county: LocalCounty) -> None:
    case = await county.handled("education", title=FORMULA, name="=1+1")
    (only,) = rows(await county.get(f"{MESSAGES}.xlsx", CLERK))
    assert (only["留言主题"], only["留言人"], only["案卷编号"]) == (FORMULA, "=1+1", case)
    assert (only["编号"], only["承办单位"], only["状态"]) == ("留言〔2026〕1号", "教育局", "已转办")
    assert (only["留言日期"], only["到期日"], only["留言类别"]) == ("2026-03-05", "2026-03-16", "投诉求助")


async def test_what_is_answered_or_overdue_shows_the_day_on_which_it_was_due(county: LocalCounty) -> None:
    answered, overdue = await county.answered("education"), await county.handled("education")
    county.now += timedelta(days=20)
    await county.runtime.catch_up()
    of = {row["案卷编号"]: row["到期日"] for row in rows(await county.get(f"{MESSAGES}.xlsx", CLERK))}
    assert of == {answered: "2026-03-16", overdue: "2026-03-16"}


async def test_the_register_is_named_and_says_of_whom_and_when_it_is(county: LocalCounty) -> None:
    await county.handled("education")
    answer = await county.get(f"{MESSAGES}.xlsx?department=教育局&received_from=2026-03-01", CHIEF)
    assert "%E7%99%BB%E8%AE%B0%E7%B0%BF.xlsx" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    said = {str(name): str(content) for name, content in sheet(answer, 1)}
    assert (said["单位"], said["期间"]) == ("教育局", "2026-03-01 至 今")
    assert (said["导出人"], said["导出时间"]) == (CHIEF, "2026-03-05 09:00")


async def test_each_person_has_the_rows_and_words_that_they_may_read(county: LocalCounty) -> None:
    mine = await county.handled("education")
    await county.handled("water", title="水压不足")
    (of_unit,) = rows(await county.get(f"{MESSAGES}.xlsx", CLERK))
    assert (of_unit["案卷编号"], of_unit["留言人"]) == (mine, LETTER["name"])
    of_leader = rows(await county.get(f"{MESSAGES}.xlsx", LEADER))
    assert [(r["留言主题"], r["留言人"]) for r in of_leader] == [(LETTER["title"], ""), ("水压不足", "")]
    of_office = rows(await county.get(f"{MESSAGES}.xlsx", CHIEF))
    assert [r["留言人"] for r in of_office] == [LETTER["name"]] * 2
    assert (await county.get(f"{MESSAGES}.xlsx", OPS)).status_code == 403
    assert (await county.client.get(f"{MESSAGES}.xlsx")).status_code == 401


async def test_the_name_of_a_writer_who_asked_for_confidence_is_the_handler_s_alone(county: LocalCounty) -> None:
    await county.handled("education", confidential=True)
    (of_handler,) = rows(await county.get(f"{MESSAGES}.xlsx", CLERK))
    (of_office,) = rows(await county.get(f"{MESSAGES}.xlsx", CHIEF))
    assert (of_handler["留言人"], of_office["留言人"]) == (LETTER["name"], "")
    assert of_office["留言主题"] == LETTER["title"]


async def test_an_accused_unit_has_no_row_of_the_report_against_it(county: LocalCounty) -> None:
    case = await county.reported("finance")
    assert rows(await county.get(f"{MESSAGES}.xlsx", ACCUSED)) == []
    assert rows(await county.get(f"{MESSAGES}.xlsx?q={case}", ACCUSED)) == []
    assert rows(await county.get(f"{MESSAGES}.xlsx", LEADER)) == []
    assert [r["案卷编号"] for r in rows(await county.get(f"{MESSAGES}.xlsx", CHIEF))] == [case]


async def test_the_filters_of_the_list_are_those_of_the_register(county: LocalCounty) -> None:
    first = await county.handled("education")
    second = await county.handled("water", title="水压不足")
    await county.answered("education", title="已答复的")

    async def found(query: str) -> list[str]:
        return [r["案卷编号"] for r in rows(await county.get(f"{MESSAGES}.xlsx?{query}", CHIEF))]

    assert len(await found("")) == 3
    assert await found("department=water") == [second]
    assert await found("q=水压") == [second]
    assert await found("status=answered") == ["M2026-000003"]
    assert await found("q=M2026-000001") == [first]
    assert await found("received_until=2026-03-04") == []
    assert (await found("sort=-received"))[0] == "M2026-000003"
    for query, name in (
        ("department=没有", "department"),
        ("status=odd", "status"),
        ("limit=5", "limit"),
        ("x=1", "x"),
    ):
        answer = await county.get(f"{MESSAGES}.xlsx?{query}", CHIEF)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name)


async def test_reading_is_noted_before_the_export_and_both_name_the_reader(county: LocalCounty) -> None:
    case = await county.handled("education")
    before = len(await audited(county))
    await county.get(f"{MESSAGES}.xlsx?status=assigned", CLERK)
    read, exported = (await audited(county))[before:]
    assert (read["action"], read["actor"], read["detail"]["cases"]) == ("vault_read", CLERK, [case])
    assert read["detail"]["fields"] == ["name", "title"]
    assert (exported["action"], exported["actor"]) == ("export", CLERK)
    assert exported["target"] == "messages/messages"
    detail = exported["detail"]
    assert (detail["kind"], detail["rows"], detail["filters"]) == ("message", 1, "status=assigned")


async def test_the_words_of_an_erased_citizen_are_gone_from_the_register(county: LocalCounty) -> None:
    case = await county.answered("education")
    await county.done(case, "erase", "office@county-office", ground="consent_withdrawn")
    (only,) = rows(await county.get(f"{MESSAGES}.xlsx", CLERK))
    assert LETTER["title"] not in str(only.values())
    assert LETTER["name"] not in str(only.values())


async def test_a_register_of_many_pages_is_whole_and_one_too_long_is_refused(
    county: LocalCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register, "PAGE", 2)
    cases = [await county.handled("education", title=f"第{n}件") for n in range(5)]
    assert [r["案卷编号"] for r in rows(await county.get(f"{MESSAGES}.xlsx", CLERK))] == cases
    monkeypatch.setattr(register, "MOST_ROWS", 4)
    answer = await county.get(f"{MESSAGES}.xlsx", CLERK)
    assert (answer.status_code, answer.json()["field"]) == (422, "received_from")


async def test_every_collection_has_its_register(county: LocalCounty) -> None:
    for name, service in county.runtime.services.items():
        for kind in service.kinds:
            answer = await county.get(f"/api/v1/{name}/{kind.collection}.xlsx", CHIEF)
            assert sheet(answer)[0] == [*register.columns_of(kind)]


# -- templates and lists -----------------------------------------------------------------------------------------------


async def filled(county: LocalCounty, collection: str, *lines: dict[str, str]) -> bytes:
    """The template of a collection with these rows below its header."""
    kind = IMPORTERS[collection].kind
    (header,) = sheet(await county.get(f"/api/v1/{kind.service}/{collection}.template.xlsx", CLERK))
    return workbook(header, *([line[title] for title in header] for line in lines))


async def test_a_filled_template_is_imported_as_it_is_and_once_only(county: LocalCounty) -> None:
    for collection in ("columns", "articles", "findings", "documents", "interpretations", "applications", "messages"):
        importer = IMPORTERS[collection]
        good = row(importer)
        bad = {**good, importer.number_column: "2", importer.columns[-2 if collection == "messages" else 1].title: ""}
        body = await filled(county, collection, good, bad)
        rehearsed = await taken(county, collection, body, dry_run="true")
        report = await taken(county, collection, body)
        assert (report["imported"], report["skipped"]) == (1, 0), report
        assert [r["row"] for r in report["rejected"]] == [3]
        assert rehearsed == report
        again = await taken(county, collection, body)
        assert (again["imported"], again["skipped"]) == (0, 1)
        other = {**good, importer.columns[1].title: "W02"}
        if not importer.columns[1].unit:
            changed = await taken(county, collection, await filled(county, collection, other))
            assert [(r["row"], r["field"]) for r in changed["rejected"]] == [(2, importer.number_column)]


async def test_a_row_of_one_step_is_known_again_with_all_that_it_says(county: LocalCounty) -> None:
    importer = IMPORTERS["columns"]
    once = row(importer, 上次更新="", 开设日期="2026-03-02")
    assert (await taken(county, "columns", await filled(county, "columns", once)))["imported"] == 1
    assert (await taken(county, "columns", await filled(county, "columns", once)))["skipped"] == 1
    for column, value in (("栏目名称", "另一栏目"), ("上次更新", "2026-03-03")):
        report = await taken(county, "columns", await filled(county, "columns", {**once, column: value}))
        assert [r["field"] for r in report["rejected"]] == ["编号"], column


async def test_a_list_of_an_unknown_unit_is_refused_or_makes_it(county: LocalCounty) -> None:
    body = await filled(county, "documents", row(IMPORTERS["documents"], 拟制单位="沟亭乡"))
    report = await taken(county, "documents", body)
    assert [(r["field"], r["value"]) for r in report["rejected"]] == [("拟制单位", "沟亭乡")]
    assert report["unknown_departments"] == ["沟亭乡"]
    made = await taken(county, "documents", body, create_departments="true")
    assert (made["imported"], [unit["name"] for unit in made["created_departments"]]) == (1, ["沟亭乡"])


async def test_a_rule_that_a_row_breaks_is_told_at_its_column_in_both_languages(county: LocalCounty) -> None:
    bad = row(IMPORTERS["applications"], 答复类型="O4 不予公开", 理由="过程稿", 救济途径="先申请行政复议")
    body = await filled(county, "applications", bad)
    (rejected,) = (await taken(county, "applications", body))["rejected"]
    assert (rejected["row"], rejected["field"], rejected["value"]) == (2, "不予公开的情形", "")
    assert "不予公开的情形" in rejected["reason"]
    address = "/api/v1/requests/applications.import?filename=a.xlsx"
    english = await county.client.post(address, content=body, headers=county.as_(CHIEF, **{"Accept-Language": "en"}))
    assert "ground" in english.json()["rejected"][0]["reason"]


async def test_a_register_exported_here_is_no_old_list_here(county: LocalCounty) -> None:
    opened = Open(name="教育动态", owner="education", kind="dynamic")
    engine = county.runtime.engine("publishing")
    await engine.execute(engine.kind("column"), None, [Asked(opened, SYSTEM, "column")])
    answer = await county.get("/api/v1/publishing/columns.xlsx", CHIEF)
    (rejected,) = (await taken(county, "columns", answer.content))["rejected"]
    assert (rejected["field"], rejected["value"]) == ("编号", "栏目〔2026〕1号")


OLD: dict[str, tuple[dict[str, str], ...]] = {
    "columns": ({"上次更新": "2026-03-02"}, {"编号": "2", "栏目类型": "首页", "上次更新": "2026-01-20"}),
    "documents": (
        {},
        {"编号": "2", "公开属性": "不予公开", "不予公开的法定理由": "行政执法案卷信息", "规范性文件": "是"},
        {"编号": "3", "公开属性": "", "印发日期": "", "发文字号": ""},
    ),
    "articles": (
        {"栏目": "通知公告"},
        {"编号": "2", "栏目": "通知公告", "发布日": "2025-06-20", "敏感": "敏感信息"},
        {
            "编号": "3",
            "栏目": "通知公告",
            "保密审查结果": "不公开",
            "不公开理由": "过程性信息",
            "核发日期": "",
            "发布日": "",
        },
    ),
}


@pytest.mark.parametrize("collection", OLD)
async def test_a_register_of_one_county_is_a_list_for_another(collection: str, tmp_path: Path) -> None:
    old = [row(IMPORTERS[collection], **cells) for cells in OLD[collection]]
    address = f"/api/v1/publishing/{collection}.xlsx"
    async with staffed(tmp_path / "a") as first:
        report = await taken(first, collection, await filled(first, collection, *old))
        assert (report["imported"], report["rejected"]) == (len(old), [])
        exported = await first.get(address, CHIEF)
    async with staffed(tmp_path / "b") as second:
        report = await taken(second, collection, exported.content)
        assert (report["imported"], report["rejected"]) == (len(old), [])
        again = await second.get(address, CHIEF)
    changing = {
        "编号",
        "案卷编号",
        "开设日期",
        "更新次数",
    }
    kept = [{name: value for name, value in one.items() if name not in changing} for one in rows(exported)]
    assert [{name: one[name] for name in kept[0]} for one in rows(again)] == kept


async def test_imported_articles_name_imported_columns_and_the_register_shows_their_names(county: LocalCounty) -> None:
    await taken(county, "columns", await filled(county, "columns", row(IMPORTERS["columns"], 上次更新="2026-03-02")))
    items = [row(IMPORTERS["articles"], 栏目="L01"), row(IMPORTERS["articles"], 编号="2", 栏目="旧网站栏目")]
    await taken(county, "articles", await filled(county, "articles", *items))
    found = rows(await county.get("/api/v1/publishing/articles.xlsx", CHIEF))
    assert [one["栏目"] for one in found] == ["教育动态", "旧网站栏目"]
    stored = (await county.get("/api/v1/publishing/articles/P2025-000001", CHIEF)).json()
    assert stored["columns"]["column"] == "L2025-000001" or stored["columns"]["column"] == "L2026-000001"
    # Who passed it is not known of history, only when.
    assert {(r["一审"], r["一审日期"], r["公开属性"], r["来源"]) for r in found} == {
        ("", "2025-03-05", "主动公开", "本单位")
    }


async def test_an_imported_interpretation_and_its_document_know_each_other(county: LocalCounty) -> None:
    await taken(county, "documents", await filled(county, "documents", row(IMPORTERS["documents"])))
    await taken(county, "interpretations", await filled(county, "interpretations", row(IMPORTERS["interpretations"])))
    await county.runtime.settle_down()
    document = (await county.get("/api/v1/publishing/documents/W2025-000001", CHIEF)).json()
    assert document["columns"]["interpretation"] == "J2025-000001"
    lost = row(IMPORTERS["interpretations"], 编号="2", 被解读的公文="没有的")
    report = await taken(county, "interpretations", await filled(county, "interpretations", lost))
    assert [(r["field"], r["value"]) for r in report["rejected"]] == [("被解读的公文", "没有的")]


async def test_two_rows_of_one_cause_are_one_finding_dry_as_well(county: LocalCounty) -> None:
    importer = IMPORTERS["findings"]
    body = await filled(county, "findings", row(importer), row(importer, 编号="2"))
    rehearsed = await taken(county, "findings", body, dry_run="true")
    report = await taken(county, "findings", body)
    assert (report["imported"], len(report["rejected"])) == (1, 1)
    assert rehearsed == report
    once = await filled(county, "findings", row(importer, 编号="3"))
    (rejected,) = (await taken(county, "findings", once, dry_run="true"))["rejected"]
    assert rejected["reason"] == report["rejected"][0]["reason"]


async def test_a_document_has_one_interpretation_however_many_rows_name_it(county: LocalCounty) -> None:
    await taken(county, "documents", await filled(county, "documents", row(IMPORTERS["documents"])))
    importer = IMPORTERS["interpretations"]
    rows_of_one = [row(importer), row(importer, 编号="2"), row(importer, 编号="3", 被解读的公文="W2025-000001")]
    body = await filled(county, "interpretations", *rows_of_one)
    rehearsed = await taken(county, "interpretations", body, dry_run="true")
    report = await taken(county, "interpretations", body)
    assert report["imported"] == 1
    assert [(r["row"], r["field"]) for r in report["rejected"]] == [(3, "被解读的公文"), (4, "被解读的公文")]
    assert rehearsed == report
    await county.runtime.settle_down()
    later = await taken(county, "interpretations", await filled(county, "interpretations", row(importer, 编号="4")))
    assert [r["field"] for r in later["rejected"]] == ["被解读的公文"]


async def test_a_refused_choice_names_each_choice_once(county: LocalCounty) -> None:
    body = await filled(county, "applications", row(IMPORTERS["applications"], 答复类型="不明"))
    (rejected,) = (await taken(county, "applications", body))["rejected"]
    assert rejected["reason"].count("予以公开") == 1
    assert "O2 予以公开" in rejected["reason"]
