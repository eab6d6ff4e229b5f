"""Letters of applications from the commands that issue them to the paper: over HTTP and on the command line."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
from docx import Document

from shared.documents.word import MEDIA_TYPE
from tests.integration.counter import (
    ASKED,
    CLERK,
    COUNTY,
    HEAD,
    REFUSED,
    TOP,
    UNIT,
    at,
    counter,
    given,
    staffed,
)
from tests.integration.program import ROOT, command, document, start
from tests.local_county import LocalCounty, local_county

HOSTILE = '张三<script>alert("1")</script>'


async def listed(county: LocalCounty, case: str, by: str = CLERK) -> list[dict[str, Any]]:
    """The letters of a case as somebody sees them."""
    answer = await county.get(f"{TOP}/{case}/letters", by)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def read(county: LocalCounty, case: str, letter: object, form: str, by: str = CLERK) -> httpx2.Response:
    return await county.get(f"{TOP}/{case}/letters/{letter}.{form}", by)


def told(body: bytes) -> str:
    """What a Word document says."""
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(body)).paragraphs)


async def reading(county: LocalCounty) -> list[tuple[str, str, list[str]]]:
    """Who read what of whom out of the vault, as the audit trail tells."""
    entries = [dict(entry) async for entry in county.runtime.stores.audit.entries()]
    return [(e["actor"], e["target"], e["detail"]["fields"]) for e in entries if e["action"] == "vault_read"]


def over_http_as(token: str, url: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A command line that asks a serving process."""
    return subprocess.run(
        [sys.executable, "-m", "services", *words, "--url", url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "GONGKAI_TOKEN": token},
    )


async def refused_case(county: LocalCounty, **fields: Any) -> str:
    """An application with a receipt that was refused: three letters and a hostile name."""
    await staffed(county)
    case = await counter(county, **{"name": HOSTILE, **fields})
    await given(county, case, "issue-letter", kind="receipt")
    await given(county, case, "consult", asked="third_party", party="某公司", content="合同文本")
    await given(county, case, "record-answer", consultation="consultation-1", agrees=False)
    await given(county, case, "draft-reply", **REFUSED)
    await given(county, case, "review-reply", HEAD, passed=True)
    await given(county, case, "reply")
    return case


async def test_the_letters_of_a_case_are_listed_and_printed_by_number_or_place(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-10-09 09:00") as county:
        case = await refused_case(county)
        items = await listed(county, case)
        assert [(one["letter"], one["number"], one["kind"], one["to"], one["addressee"]) for one in items] == [
            (1, "公复〔2026〕1-1号", "receipt", "applicant", HOSTILE),
            (2, "公复〔2026〕1-2号", "consultation-third-party", "third_party", "某公司"),
            (3, "公复〔2026〕1-3号", "reply-o4", "applicant", HOSTILE),
        ]
        assert items[2]["event"] == f"{case}/9"
        assert items[2]["type"] == "gongkai.requests.ReplySent.v1"
        assert {(one["date"], one["voided_by"]) for one in items} == {("2026-10-09", None)}
        word = await read(county, case, 3, "docx")
        assert (word.status_code, word.headers["content-type"]) == (200, MEDIA_TYPE)
        assert "attachment" in word.headers["content-disposition"]
        for part in (
            "罗甸县教育局",
            "公复〔2026〕1-3号",
            HOSTILE,
            "属于内部讨论记录",
            "应当先自收到本答复书之日起60日内",
        ):
            assert part in told(word.content)
        by_number = await read(county, "依申请〔2026〕1号", "公复〔2026〕1-3号", "docx")
        assert by_number.content == word.content
        page = await read(county, case, 3, "html")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "sha256-" in page.headers["content-security-policy"]
        assert len(page.headers.get_list("content-security-policy")) == 1
        assert "<script" not in page.text
        assert "&lt;script&gt;" in page.text
        for absent in (4, 0, "公复〔2026〕2-1号"):
            assert (await read(county, case, absent, "docx")).status_code == 404
        assert (await read(county, case, 1, "pdf")).status_code == 404


async def test_the_paper_is_the_same_to_the_byte_later_and_under_another_clock(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-10-09 09:00") as county:
        case = await refused_case(county)
        before = [(await read(county, case, n, form)).content for n in (1, 2, 3) for form in ("docx", "html")]
        at(county, "2027-06-01 09:00")
        await given(county, case, "record-delivery", delivery="mail")
        await given(county, case, "file-reconsideration")
        assert [(await read(county, case, n, form)).content for n in (1, 2, 3) for form in ("docx", "html")] == before


async def test_letters_are_for_those_who_may_read_the_case_and_every_reading_is_noted(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-10-09 09:00") as county:
        case = await refused_case(county)
        await county.post("clerk@health", ("health", "clerk"))
        await county.post("analyst", ("county-office", "analyst"))
        await county.post("ops", ("county-office", "ops"))
        before = len(await reading(county))
        assert (await read(county, case, 1, "docx", "clerk@health")).status_code == 404
        assert (await county.get(f"{TOP}/{case}/letters", "clerk@health")).status_code == 404
        assert (await county.get(f"{TOP}/{case}/letters", "ops")).status_code == 403
        assert (await county.client.get(f"{TOP}/{case}/letters")).status_code == 401
        assert {one["addressee"] for one in await listed(county, case, "analyst")} == {None}
        assert (await read(county, case, 1, "html", "analyst")).status_code == 403
        assert len(await reading(county)) == before
        await listed(county, case)
        await read(county, case, 2, "docx", COUNTY)
        assert (await reading(county))[before:] == [
            (CLERK, case, ["applicant", "party"]),
            (COUNTY, case, ["content", "party"]),
        ]


async def test_an_applicant_reads_with_the_receipt_code_what_was_sent_to_them_and_nothing_else(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-10-08 09:00") as county:
        await staffed(county)
        opened = (await county.client.post(TOP, json=ASKED)).json()
        case, code = opened["id"], {"Receipt-Code": opened["receipt"]["code"]}
        at(county, "2026-10-09 09:00")
        await given(county, case, "confirm-receipt", evidence="told_by_phone")
        await given(county, case, "register")
        await given(county, case, "consult", asked="third_party", party="某公司", content="合同文本")
        await given(county, case, "issue-letter", kind="receipt")
        shown = await county.client.get(f"{TOP}/{case}/letters", headers=code)
        assert [(one["letter"], one["kind"], one["addressee"]) for one in shown.json()["items"]] == [
            (2, "receipt", "张三")
        ]
        mine = await county.client.get(f"{TOP}/{case}/letters/2.docx", headers=code)
        assert mine.content == (await read(county, case, 2, "docx")).content
        assert (await county.client.get(f"{TOP}/{case}/letters/1.docx", headers=code)).status_code == 404
        other = await counter(county, title="别的事项")
        assert (await county.client.get(f"{TOP}/{other}/letters", headers=code)).status_code == 404


async def test_a_letter_with_an_empty_field_is_refused_in_the_reader_s_language_and_nothing_is_stored(
    tmp_path: Path,
) -> None:
    async with local_county(tmp_path, "2026-10-09 09:00") as county:
        await staffed(county)
        case = await counter(county)
        before = (await county.get(f"{TOP}/{case}", CLERK)).json()["version"]
        body = {"asked": "third_party", "party": "某公司"}
        for language, words in (("zh", "文书不得有空项"), ("en", "no letter is issued with an empty field")):
            answer = await county.client.post(
                f"{TOP}/{case}/consult", json=body, headers=county.as_(CLERK, **{"Accept-Language": language})
            )
            problem = answer.json()
            assert (answer.status_code, problem["rule"], problem["field"]) == (
                409, "application.letter_field_empty", "content",
            )  # fmt: skip
            assert words in problem["detail"]
            assert problem["basis"]
        assert (await county.get(f"{TOP}/{case}", CLERK)).json()["version"] == before
        assert await listed(county, case) == []


async def test_after_an_erasure_the_letters_say_erased_and_go_on_being_printed(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-10-09 09:00") as county:
        case = await refused_case(county)
        await given(county, case, "erase", COUNTY, ground="consent_withdrawn")
        await county.runtime.settle_down()
        items = await listed(county, case)
        assert [one["addressee"] for one in items] == ["（已删除）", "某公司", "（已删除）"]
        for one in items:
            paper = told((await read(county, case, one["letter"], "docx")).content)
            assert HOSTILE not in paper
            assert one["addressee"] in paper
            assert HOSTILE.split("<")[0] not in (await read(county, case, one["letter"], "html")).text


async def test_the_command_line_lists_the_letters_and_writes_the_same_files_as_the_server_gives(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    async with local_county(data, "2026-10-09 09:00") as county:
        case = await refused_case(county)
        over_http = [(await read(county, case, n, form)).content for n in (1, 2, 3) for form in ("docx", "html")]
    found = document(data, "case", "letters", case, "--write", str(out))
    assert [one["kind"] for one in found["items"]] == ["receipt", "consultation-third-party", "reply-o4"]
    names = [f"公复〔2026〕1-{n}号.{form}" for n in (1, 2, 3) for form in ("docx", "html")]
    assert found["written"] == sorted(names)
    assert [(out / name).read_bytes() for name in names] == over_http
    shown = command(data, "case", "letters", case, "--lang", "en")
    assert (shown.returncode, "Reply: refused" in shown.stdout) == (0, True), shown.stderr
    blocked = command(data, "case", "letters", case, "--write", str(out / names[0] / "x"))
    assert blocked.returncode == 1
    assert "写不进" in blocked.stderr
    assert command(data, "case", "letters", "A2026-000099").returncode == 1
    token = document(
        data, "token", "issue", "--subject", CLERK, "--department", UNIT, "--role", "clerk"
    )["token"]  # fmt: skip
    program = start(data, tmp_path / "log")
    try:
        done = over_http_as(token, program.url, "case", "letters", case, "--write", str(tmp_path / "far"))
        assert done.returncode == 0, done.stderr
        assert [(tmp_path / "far" / name).read_bytes() for name in names] == over_http
    finally:
        assert program.stop() == 0
