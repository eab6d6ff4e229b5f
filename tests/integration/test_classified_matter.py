"""Classified matter at every door: commands of each kind, lists and files are refused, and only the refusal is kept."""

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.import_list import IMPORTERS
from tests.integration.counter import ASKED
from tests.local_county import LETTER, LocalCounty, local_county
from tests.unit.old_rows import row

CHIEF, CLERK = "head@county-office", "clerk@education"
MARK = "机密★20年"
OPENINGS: dict[str, tuple[str | None, dict[str, Any], tuple[str, ...]]] = {
    "publishing/articles": (CLERK, {"title": "招生通知", "text": "略"}, ("title", "text")),
    "publishing/columns": (CHIEF, {"name": "教育动态", "owner": "education", "kind": "dynamic"}, ("name",)),
    "publishing/documents": (
        CLERK,
        {"department": "education", "title": "通知", "type": "notice"},
        ("title",),
    ),
    "requests/applications": (CLERK, ASKED, ("title", "text")),
    "messages/messages": (None, {**LETTER}, ("title", "text")),
}


@pytest_asyncio.fixture
async def county(tmp_path: Path) -> AsyncIterator[LocalCounty]:
    async with local_county(tmp_path / "data") as opened:
        await opened.post(CHIEF, ("county-office", "head"))
        await opened.post(CLERK, ("education", "clerk"))
        yield opened


async def audited(county: LocalCounty) -> list[dict[str, Any]]:
    return [dict(entry) async for entry in county.runtime.stores.audit.entries()]


async def refusals(county: LocalCounty) -> list[tuple[str, str]]:
    return [(e["target"], e["detail"]["rule"]) for e in await audited(county) if e["action"] == "command_refused"]


@pytest.mark.parametrize("place", OPENINGS)
async def test_a_marked_text_opens_no_case_of_any_kind_and_leaves_its_refusal(county: LocalCounty, place: str) -> None:
    who, body, fields = OPENINGS[place]
    headers = county.as_(who) if who else {}
    kind = IMPORTERS[place.partition("/")[2]].kind
    before = await county.runtime.stores.cases.counts()
    for field in fields:
        for text in (MARK, "绝密", "绝密★启用前"):
            answer = await county.client.post(f"/api/v1/{place}", json={**body, field: text}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (409, f"{kind.name}.classified"), answer.text
            assert answer.json()["field"] == field
            assert "保守国家秘密法" in answer.json()["basis"]
            assert text not in answer.text
    assert await county.runtime.stores.cases.counts() == before
    assert await refusals(county) == [(place, f"{kind.name}.classified")] * 3 * len(fields)
    assert MARK not in json.dumps(await audited(county), ensure_ascii=False, default=str)
    clean = await county.client.post(f"/api/v1/{place}", json=body, headers=headers)
    assert clean.status_code == 201, clean.text


async def test_a_later_command_is_looked_at_too_and_a_citizen_may_write_of_secrets(county: LocalCounty) -> None:
    case = (await county.submit(text="请公开2025年机密文件的目录，国家秘密除外。"))["id"]
    await county.post("clerk@county-office", ("county-office", "clerk"))
    answer = await county.give(case, "decline", "clerk@county-office", ground="unlawful_content", explanation=MARK)
    assert answer.json()["code"] == "message.classified"
    assert await refusals(county) == [(case, "message.classified")]


@pytest.mark.parametrize(
    ("collection", "column"),
    [
        ("articles", "正文"),
        ("columns", "栏目名称"),
        ("documents", "公文标题"),
        ("applications", "所需信息的描述"),
        ("messages", "留言详情"),
        ("interpretations", "解读人"),
        ("findings", "网址"),
    ],
)
async def test_a_marked_row_is_rejected_at_its_column_and_leaves_its_refusal(
    county: LocalCounty, collection: str, column: str
) -> None:
    importer = IMPORTERS[collection]
    written = io.StringIO()
    cells = row(importer, **{column: MARK})
    table = csv.writer(written)
    table.writerows([importer.titles, [cells[title] for title in importer.titles]])
    address = f"/api/v1/{importer.kind.service}/{collection}.import"
    before = await county.runtime.stores.cases.counts()
    for dry in ("true", "false"):
        answer = await county.client.post(
            address,
            content=written.getvalue().encode(),
            params={"filename": "list.csv", "dry_run": dry},
            headers=county.as_(CHIEF),
        )
        (rejected,) = answer.json()["rejected"]
        assert (rejected["row"], rejected["field"], rejected["value"]) == (2, column, "（6 字）")
        assert MARK not in answer.text
        kept = [(importer.kind.service + "/" + collection, f"{importer.kind.name}.classified")]
        assert await refusals(county) == ([] if dry == "true" else kept)
    assert await county.runtime.stores.cases.counts() == before
    assert MARK not in json.dumps(await audited(county), ensure_ascii=False, default=str)


async def test_a_marked_file_is_refused_and_leaves_its_refusal(county: LocalCounty) -> None:
    for name, body in (("说明.txt", f"各单位：\n{MARK}\n略".encode()), ("绝密★启用前 试卷.txt", "略".encode())):
        answer = await county.client.post("/api/v1/messages/files", params={"name": name}, content=body)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "file.classified", "file")
    assert await refusals(county) == [("messages/files", "file.classified")] * 2
    prose = "请公开机密文件的目录".encode()
    assert (await county.client.post("/api/v1/messages/files", params={"name": "a.txt"}, content=prose)).is_success
