"""An item of information as a story over HTTP: what happens to it, and the lines of the score that it leaves."""

import json
from collections.abc import Mapping
from datetime import UTC
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx2

from shared.domain.localtime import read_moment
from tests.local_county import LocalCounty, local_county

PUBLISHING = "/api/v1/publishing"
UNIT = "education"
PEOPLE = {
    "writer": (UNIT, "clerk"),
    "section": (UNIT, "reviewer"),
    "deputy": (UNIT, "reviewer"),
    "head": (UNIT, "head"),
    "secrecy": (UNIT, "secrecy"),
    "keeper": (UNIT, "custodian"),
    "office": ("county-office", "office"),
    "in-charge": ("county-office", "leader"),
    "chief": ("county-office", "leader"),
    "other": ("water", "head"),
}
CHAIN: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("submit", "writer", {}),
    ("approve", "section", {"stage": "first"}),
    ("approve", "deputy", {"stage": "second"}),
    ("approve", "head", {"stage": "third"}),
    ("review-secrecy", "secrecy", {"result": "open"}),
)


async def staffed(county: LocalCounty) -> str:
    """Everybody at their post, and a column of the unit: its id."""
    for subject, post in PEOPLE.items():
        await county.post(subject, post)
    answer = await sent(county, "columns", "office", name="教育动态", owner=UNIT, kind="dynamic")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def sent(county: LocalCounty, path: str, by: str, **fields: Any) -> httpx2.Response:
    return await county.client.post(f"{PUBLISHING}/{path}", json=fields, headers=county.as_(by))


async def done(county: LocalCounty, case: str, command: str, by: str, **fields: Any) -> dict[str, Any]:
    answer = await sent(county, f"articles/{case}/{command}", by, **fields)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def drafted(county: LocalCounty, column: str, **fields: Any) -> str:
    given = {"title": "2026年学区划分方案", "text": "现将学区划分方案公布如下。", "column": column, **fields}
    answer = await sent(county, "articles", "writer", **given)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def released(county: LocalCounty, column: str, **fields: Any) -> str:
    case = await drafted(county, column, **fields)
    for command, by, given in CHAIN:
        await done(county, case, command, by, **given)
    await done(county, case, "release", "office")
    return case


async def scored(county: LocalCounty, indicator: str) -> list[tuple[str, str, str]]:
    """The lines of an indicator that count something: measure, case and share of its points."""
    await county.runtime.settle_down()
    document = (await county.get(f"/api/v1/assessment/explain/2026Q2/{UNIT}?indicator={indicator}", "office")).json()
    return sorted((line["measure"], line["case"], line["share"]) for line in document["lines"] if line["event"])


async def points(county: LocalCounty, *indicators: str) -> list[Fraction]:
    """What the unit has of each indicator in the quarter."""
    found = []
    for indicator in indicators:
        path = f"/api/v1/assessment/explain/2026Q2/{UNIT}?indicator={indicator}"
        document = (await county.get(path, "office")).json()
        found.append(sum(Fraction(line["share"]) for line in document["lines"] if line["kind"] != "scaling"))
    return found


async def types(county: LocalCounty, path: str, by: str = "office") -> list[str]:
    shown = (await county.get(f"{PUBLISHING}/{path}", by)).json()
    return [event["type"].split(".")[-2] for event in shown["events"]]


async def test_from_the_draft_to_the_ranking(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-04-07 09:00") as county:
        column = await staffed(county)
        case = await released(county, column)
        early = await sent(county, f"articles/{await drafted(county, column)}/publish", "writer")
        assert (early.status_code, early.json()["code"]) == (409, "article.not_released")
        county.now = read_moment("2026-04-20 10:00").astimezone(UTC)
        await done(county, case, "publish", "writer", address="https://www.example.gov.cn/1.html")
        await county.runtime.settle_down()
        assert await types(county, f"articles/{case}") == [
            "InfoDrafted", "InfoSubmitted", "ReviewApproved", "ReviewApproved", "ReviewApproved", "SecrecyReviewed",
            "ReviewApproved", "InfoReleased", "InfoPublished",
        ]  # fmt: skip
        shown = (await county.get(f"{PUBLISHING}/articles/{case}", "writer")).json()
        assert shown["status"] == "published"
        assert shown["title"] == "2026年学区划分方案"
        assert shown["number"] == "信息〔2026〕1号"
        assert await types(county, f"columns/{column}") == ["ColumnOpened", "ColumnUpdated"]
        # The draft that was left lying is charged on the day after its twenty working days.
        county.now = read_moment("2026-07-02 09:00").astimezone(UTC)
        await county.runtime.catch_up()
        left_lying = "P2026-000002"
        assert await types(county, f"articles/{left_lying}") == ["InfoDrafted", "PublicationOverdue"]
        assert await scored(county, "A1") == [("published_late", left_lying, "0"), ("published_on_time", case, "5")]
        assert await scored(county, "A3") == [("published", case, "0")]
        # After 20 April: lapses on 4 May, 18 May, 1 June, 15 June and 29 June, each charged once.
        stale = [line for line in await scored(county, "A2") if line[0] == "columns_stale"]
        assert stale == [("columns_stale", column, "-1")] * 5
        assert await points(county, "A1", "A2", "A4") == [5, 0, 4]


async def test_what_the_office_returns_for_form_is_a_content_error(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-04-07 09:00") as county:
        column = await staffed(county)
        case = await released(county, column)
        await done(county, case, "return", "office", ground="form", reason="缺少发布机构")
        for command, by, given in CHAIN:
            await done(county, case, command, by, **given)
        await done(county, case, "release", "office")
        await done(county, case, "publish", "writer")
        assert await scored(county, "A4") == [("published", case, "0"), ("returned_for_form", case, "-1/2")]
        assert await points(county, "A1", "A4") == [10, Fraction(7, 2)]


async def test_a_sensitive_item_over_http(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-04-07 09:00") as county:
        column = await staffed(county)
        case = await drafted(county, column)
        await done(county, case, "flag-sensitive", "head", ground="major_emergency")
        for command, by, given in CHAIN:
            await done(county, case, command, by, **given)
        refused = await sent(county, f"articles/{case}/release", "office")
        assert refused.json()["code"] == "article.not_ready_for_release"
        await done(county, case, "approve", "in-charge", stage="leader_in_charge")
        again = await sent(county, f"articles/{case}/approve", "in-charge", stage="chief_leader")
        assert (again.status_code, again.json()["code"]) == (409, "article.same_person")
        await done(county, case, "approve", "chief", stage="chief_leader")
        await done(county, case, "release", "office")
        assert (await done(county, case, "publish", "keeper"))["status"] == "published"


async def test_nothing_of_classified_matter_is_left_but_its_refusal(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-04-07 09:00") as county:
        column = await staffed(county)
        words = {"title": "某某演习部署", "text": "甲乙丙丁各就各位"}
        ticked = await sent(county, "articles", "writer", **words, column=column, classification="secret")
        marked = await sent(county, "articles", "writer", title=words["title"], text="机密★ " + words["text"])
        for answer in (ticked, marked):
            assert (answer.status_code, answer.json()["code"]) == (409, "article.classified")
            assert answer.json()["basis"]
            assert words["title"] not in answer.text
        assert [
            head.id async for head in county.runtime.stores.cases.walk("publishing") if head.kind == "article"
        ] == []
        entries = [dict(entry) async for entry in county.runtime.stores.audit.entries()]
        noted = [entry for entry in entries if entry["action"] == "command_refused"]
        assert [(entry["actor"], entry["target"]) for entry in noted] == [("writer", "publishing/articles")] * 2
        assert {entry["detail"]["rule"] for entry in noted} == {"article.classified"}
        assert words["title"] not in json.dumps(entries, ensure_ascii=False, default=str)
        # The first number of the series is still free.
        assert await drafted(county, column) == "P2026-000001"
    for file in tmp_path.rglob("*"):
        if file.is_file():
            body = file.read_bytes()
            assert not any(text.encode() in body for text in words.values()), file


async def test_warnings_are_answered_by_the_reviewer_and_the_data_is_not_repeated(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-04-07 09:00") as county:
        column = await staffed(county)
        case = await drafted(county, column, text="联系人王某，身份证号 11010519491231002X，电话13812345678。")
        await done(county, case, "submit", "writer")
        silent = await sent(county, f"articles/{case}/approve", "section", stage="first")
        assert (silent.status_code, silent.json()["code"]) == (409, "article.warnings_unanswered")
        assert "公民身份号码 1 处" in silent.json()["detail"]
        await done(county, case, "approve", "section", stage="first", answer="已征得本人同意公开联系方式。")
        shown = (await county.get(f"{PUBLISHING}/articles/{case}", "head")).json()
        assert [event["type"].split(".")[-2] for event in shown["events"]][-2:] == [
            "WarningsAnswered",
            "ReviewApproved",
        ]
        hits = shown["events"][1]["data"]["hits"]
        assert [(hit["finding"], hit["count"]) for hit in hits] == [("identity_number", 1), ("phone", 1)]
        stored = [event async for event in _bodies(county, case)]
        assert not any(b"11010519491231002X" in body or b"13812345678" in body for body in stored)


async def _bodies(county: LocalCounty, case: str) -> Any:
    for event in await county.runtime.stores.cases.events(case):
        yield event.body


async def test_another_unit_does_not_see_the_item_and_a_destroyed_one_has_no_words(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-04-07 09:00") as county:
        column = await staffed(county)
        case = await released(county, column)
        await done(county, case, "publish", "writer")
        assert (await county.get(f"{PUBLISHING}/articles/{case}", "other")).status_code == 404
        await done(county, case, "archive", "keeper", retention="10y")
        early = await sent(county, f"articles/{case}/approve-destruction", "head")
        assert early.json()["code"] == "article.retention_running"
        county.now = read_moment("2037-01-04 09:00").astimezone(UTC)
        await done(county, case, "approve-destruction", "head")
        alone = await sent(county, f"articles/{case}/destroy", "keeper", witness="head")
        assert alone.json()["code"] == "article.two_persons"
        await done(county, case, "destroy", "keeper", witness="office")
        shown = await county.get(f"{PUBLISHING}/articles/{case}", "head")
        assert shown.json()["status"] == "destroyed"
        assert "学区划分" not in shown.text


async def test_a_column_closed_for_the_year_goes_on_in_its_successor(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-12-21 09:00") as county:
        column = await staffed(county)
        late = await released(county, column)
        county.now = read_moment("2026-12-31 17:00").astimezone(UTC)
        closed = await sent(county, f"columns/{column}/close", "office", reason="year_end")
        assert closed.status_code == 200, closed.text
        county.now = read_moment("2027-01-04 09:00").astimezone(UTC)
        await county.runtime.settle_down()
        successor = "L2027-000001"
        shown = (await county.get(f"{PUBLISHING}/columns/{successor}", "writer")).json()
        assert shown["events"][0]["data"]["carried_from"] == column
        assert shown["events"][0]["data"]["started"] == "2026-12-21"
        gone = await sent(county, "articles", "writer", title="题", column=column)
        assert (gone.status_code, gone.json()["code"]) == (409, "article.column_closed")
        # What was released for the old column is published in the new one, and keeps it up to date.
        await done(county, late, "publish", "writer", column=successor)
        await county.runtime.settle_down()
        assert await types(county, f"columns/{successor}") == ["ColumnOpened", "ColumnUpdated"]
        refused = (await county.get("/api/v1/assessment/refusals", "office")).json()
        assert refused["refusals"] == []
