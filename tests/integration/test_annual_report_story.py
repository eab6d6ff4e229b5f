"""The annual report over HTTP: figures and words, an edition that is printed byte for byte after late entries and voids."""

import io
from pathlib import Path
from typing import Any

import httpx2
from docx import Document
from python_calamine import CalamineWorkbook

from shared.domain.localtime import read_moment
from tests.integration.counter import CLERK, COUNTY, HEAD, counter, given, staffed
from tests.local_county import LocalCounty, local_county

REPORTS = "/api/v1/assessment/annual-reports"
ADDRESS = "/api/v1/assessment/report/annual/2026"
MINE = "?department=education"
CASE = "annual-report-2026-education"
CHIEF = "disclosure@education"
PRINTED = (".xlsx", ".docx")


def at(county: LocalCounty, moment: str) -> None:
    county.now = read_moment(moment)


async def ask(county: LocalCounty, path: str, by: str, **fields: Any) -> httpx2.Response:
    answer = await county.client.post(f"{REPORTS}{path}", json=fields, headers=county.as_(by))
    await county.runtime.settle_down()
    return answer


async def done(county: LocalCounty, path: str, by: str, **fields: Any) -> None:
    answer = await ask(county, path, by, **fields)
    assert answer.status_code in (200, 201), answer.text


async def told(county: LocalCounty, query: str = MINE, by: str = COUNTY) -> dict[str, Any]:
    answer = await county.get(f"{ADDRESS}{query}", by)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def printed(county: LocalCounty, query: str = f"{MINE}&edition=1", by: str = COUNTY) -> list[bytes]:
    """The report as .xlsx and as .docx."""
    answers = [await county.get(f"{ADDRESS}{suffix}{query}", by) for suffix in PRINTED]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("officedocument" in answer.headers["content-type"] for answer in answers)
    return [answer.content for answer in answers]


async def answered(county: LocalCounty, case: str) -> None:
    await given(county, case, "draft-reply", outcome="O2", reply="公开", how="附件")
    await given(county, case, "review-reply", HEAD, passed=True)
    await given(county, case, "reply")


async def test_a_frozen_report_is_printed_byte_for_byte_though_things_were_entered_and_voided_afterwards(
    tmp_path: Path,
) -> None:
    async with local_county(tmp_path, "2026-11-09 09:00") as county:
        await staffed(county)
        first, second = await counter(county), await counter(county, applicant_class="business", name="某公司")
        await answered(county, first)
        at(county, "2027-01-05 09:00")
        await done(county, "", CLERK, year=2026, department="教育局")
        await done(county, f"/{CASE}/enter-figures", CLERK, licences=12, penalties=0, source="行政执法统计年报")
        words = "2026年新收政府信息公开申请2件，其中予以公开1件，结转下年度1件。"
        await done(county, f"/{CASE}/write-report", CLERK, overview=words)
        draft = await told(county)
        assert draft["table2"]["licences"] == {"decided": 12}
        assert draft["not_entered"]["table2.coercions.decided"] == ["education"]
        assert (draft["edition"], draft["editions"]) == (None, [])
        assert [check["check"] for check in draft["checks"]] == ["a", "b", "c", "d", "e", "f"]
        assert all(check["holds"] for check in draft["checks"])
        assert [quote["value"] for quote in draft["checks"][-1]["quoted"]] == [2, 1, 1]
        at(county, "2027-01-20 09:00")
        await done(county, f"/{CASE}/freeze-report", CHIEF)
        copies, frozen = await printed(county), await told(county, f"{MINE}&edition=1")
        assert frozen["changed"] == []
        assert frozen["cut_off"] == "2027-01-20T09:00:00+08:00"
        # An answer of December entered late, the other answer's entry voided, figures corrected, a unit renamed.
        at(county, "2027-02-03 09:00")
        happened = {"happened": "2026-12-28 10:00"}
        await given(county, second, "draft-reply", outcome="O2", reply="公开", how="附件", **happened)
        await given(county, second, "review-reply", HEAD, passed=True, **happened)
        await given(county, second, "reply", **happened)
        events = (await county.get(f"/api/v1/assessment/cases/{first}", COUNTY)).json()["events"]
        reply = next(one["id"] for one in events if ".ReplySent." in one["type"])
        await given(county, first, "void-entry", COUNTY, events=[reply], reason="误登")
        await done(county, f"/{CASE}/enter-figures", CLERK, licences=13, source="更正")
        rename = "/api/v1/assessment/departments/department-education/rename"
        renamed = await county.client.post(rename, json={"name": "教育和体育局"}, headers=county.as_(COUNTY))
        assert renamed.status_code == 200, renamed.text
        await county.runtime.settle_down()
        assert await printed(county) == copies
        again = await told(county, f"{MINE}&edition=1")
        now = await told(county)
        assert {**again, "changed": []} == frozen
        assert {one["cell"]: (one["frozen"], one["current"]) for one in again["changed"]} == {
            "table2.licences.decided": (12, 13),
            "table3.3.1.natural": (1, 0),
            "table3.3.1.business": (0, 1),
            "table3.4.natural": (0, 1),
            "table3.4.business": (1, 0),
            "table3.3.7.natural": (1, 0),
            "table3.3.7.business": (0, 1),
        }
        assert now["name"] == "教育局"
        # The year after begins with what is carried over now, which is not what was frozen.
        after = (await county.get(f"{ADDRESS[:-4]}2027{MINE}", COUNTY)).json()
        assert [check["holds"] for check in after["checks"] if check["check"] == "e"] == [True, False]
        # A copy as of the cut-off, reckoned anew, has the same numbers.
        before = await told(county, f"{MINE}&as_of=2027-01-20")
        assert {name: before[name] for name in ("table2", "table3", "table4")} == {
            name: frozen[name] for name in ("table2", "table3", "table4")
        }
        await done(county, f"/{CASE}/freeze-report", CHIEF)
        await done(county, f"/{CASE}/publish-report", HEAD, address="https://luodian.example/2026")
        editions = (await told(county))["editions"]
        assert [(one["edition"], one["published"]) for one in editions] == [(1, False), (2, True)]
        assert await printed(county) == copies
        assert await printed(county, f"{MINE}&edition=2") != copies


async def test_the_files_have_the_numbers_of_the_report(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-11-09 09:00") as county:
        await staffed(county)
        await counter(county)
        await county.runtime.settle_down()
        sheet, text = await printed(county, "")
        rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(1).to_python()
        assert [row[9] for row in rows if str(row[0]).startswith(("一、", "四、"))] == [1.0, 1.0]
        made = Document(io.BytesIO(text))
        assert made.paragraphs[0].text == "罗甸县2026年政府信息公开工作年度报告"
        assert [cell.text for cell in made.tables[1].rows[3].cells][3:] == ["1", "0", "0", "0", "0", "0", "1"]
        assert any("家单位未填报，未计入" in paragraph.text for paragraph in made.paragraphs)
        # The county's clock stands, and with it the cut-off.
        assert await printed(county, "") == [sheet, text]


async def test_a_cell_opens_its_events_to_those_who_may_read_them_and_names_no_applicant(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-11-09 09:00") as county:
        await staffed(county)
        await county.post("clerk@health", ("health", "clerk"))
        case = await counter(county)
        await county.runtime.settle_down()
        query = f"{MINE}&cell=table3.1.natural"
        shown = await told(county, query, CLERK)
        assert (shown["value"], [(one["case"], one["type"]) for one in shown["events"]]) == (
            1,
            [(case, "gongkai.requests.RequestReceived.v2")],
        )
        assert set(shown["events"][0]) == {"case", "event", "type", "department", "happened"}
        assert "张三" not in (await county.get(f"{ADDRESS}{query}", COUNTY)).text
        stranger = await told(county, query, "clerk@health")
        assert (stranger["value"], stranger["events"]) == (1, None)
        for unknown in ("table3.9.natural", "table3", "fees"):
            answer = await county.get(f"{ADDRESS}{MINE}&cell={unknown}", COUNTY)
            assert (answer.status_code, answer.json()["field"]) == (422, "cell")
        at(county, "2027-01-20 09:00")
        await done(county, "", CLERK, year=2026, department="education")
        await done(county, f"/{CASE}/freeze-report", CHIEF)
        frozen = await told(county, f"{query}&edition=1", CLERK)
        assert (frozen["value"], [one["case"] for one in frozen["events"]]) == (1, [case])


async def test_words_not_frozen_yet_are_read_by_the_unit_and_the_county_alone(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2027-01-05 09:00") as county:
        await staffed(county)
        await county.post("clerk@health", ("health", "clerk"))
        await done(county, "", CLERK, year=2026, department="education")
        await done(county, f"/{CASE}/write-report", CLERK, overview="新收政府信息公开申请7件。")
        for reader, seen in ((CLERK, True), (COUNTY, True), ("clerk@health", False)):
            shown = await told(county, MINE, reader)
            assert (shown["prose"]["overview"] is not None) is seen
            assert (bool(shown["checks"][-1]["quoted"]) and not shown["checks"][-1]["holds"]) is seen
            text = Document(io.BytesIO((await printed(county, MINE, reader))[1]))
            assert any("申请7件" in paragraph.text for paragraph in text.paragraphs) is seen
        await done(county, f"/{CASE}/freeze-report", CHIEF)
        assert (await told(county, f"{MINE}&edition=1", "clerk@health"))["prose"]["overview"] is not None


async def test_a_draft_as_of_a_day_has_the_words_of_that_day_and_checks_them_by_its_numbers(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-11-09 09:00") as county:
        await staffed(county)
        await counter(county)
        at(county, "2027-01-04 09:00")
        await done(county, "", CLERK, year=2026, department="education")
        early = await told(county, f"{MINE}&as_of=2027-01-04")
        await done(county, f"/{CASE}/write-report", CLERK, overview="新收政府信息公开申请1件。")
        at(county, "2027-01-05 09:00")
        late = {"happened": "2027-01-04 10:00"}
        await done(county, f"/{CASE}/write-report", CLERK, overview="新收政府信息公开申请9件。", **late)
        assert early["prose"]["overview"] is None
        for day, said in (("03", []), ("04", [1]), ("05", [9])):
            draft = await told(county, f"{MINE}&as_of=2027-01-{day}")
            assert [one["said"] for one in draft["checks"][-1]["quoted"]] == said
            assert draft["checks"][-1]["holds"] is (said != [9])
        assert "9件" in (await told(county))["prose"]["overview"]


async def test_the_county_s_report_sums_its_units_and_says_who_entered_nothing(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2027-01-05 09:00") as county:
        await staffed(county)
        await county.post("clerk@health", ("health", "clerk"))
        for unit, number in (("education", 3), ("health", 4)):
            await done(county, "", f"clerk@{unit}", year=2026, department=unit)
            figures = {"licences": number, "source": "台账"}
            await done(county, f"/annual-report-2026-{unit}/enter-figures", f"clerk@{unit}", **figures)
        whole = await told(county, "")
        assert whole["table2"]["licences"] == {"decided": 7}
        assert (
            len(whole["not_entered"]["table2.penalties.decided"])
            == len(whole["not_entered"]["table2.licences.decided"]) + 2
        )
        assert not {"education", "health", "county-hospital"} & set(whole["not_entered"]["table2.licences.decided"])
        entries = (await told(county, "?cell=table2.licences.decided"))["events"]
        assert [one["case"] for one in entries] == ["annual-report-2026-education", "annual-report-2026-health"]
        await done(county, "", COUNTY, year=2026, department="县政府办公室", scope="county")
        at(county, "2027-03-20 09:00")
        await done(county, "/annual-report-2026/freeze-report", COUNTY)
        frozen = await told(county, "?edition=1")
        assert (frozen["department"], frozen["name"]) == (None, "罗甸县")
        assert frozen["table2"] == whole["table2"]


async def test_a_report_is_not_frozen_while_something_recorded_is_not_counted(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2027-01-05 09:00") as county:
        await staffed(county)
        await done(county, "", CLERK, year=2026, department="education")
        await counter(county)
        headers = county.as_(CHIEF)
        answer = await county.client.post(f"{REPORTS}/{CASE}/freeze-report", json={}, headers=headers)
        assert (answer.status_code, answer.json()["rule"]) == (409, "annual_report.facts_behind")
        await county.runtime.settle_down()
        await done(county, f"/{CASE}/freeze-report", CHIEF)


async def test_what_is_asked_wrongly_is_refused_by_name(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2027-01-05 09:00") as county:
        await staffed(county)
        for query, field in (
            ("?edition=1", "edition"),
            ("?edition=0", "edition"),
            ("?edition=x", "edition"),
            ("?cell=x", "cell"),
        ):
            answer = await county.get(f"{ADDRESS}{query}", COUNTY)
            assert (answer.status_code, answer.json()["field"]) == (422, field), query
        await done(county, "", CLERK, year=2026, department="education")
        await done(county, f"/{CASE}/freeze-report", CHIEF)
        for suffix in ("", *PRINTED):
            both = await county.get(f"{ADDRESS}{suffix}{MINE}&edition=1&as_of=2027-01-01", COUNTY)
            assert (both.status_code, both.json()["field"]) == (422, "as_of")
            assert (await county.get(f"{ADDRESS[:-4]}26{suffix}", COUNTY)).status_code == 404
            assert (await county.get(f"{ADDRESS}{suffix}?department=nobody", COUNTY)).status_code == 404
        absent = await county.get(f"{ADDRESS}?department=无此局", COUNTY)
        assert (absent.status_code, absent.json()["field"]) == (404, "department")
        assert "没有这个单位：无此局" in absent.json()["detail"]
        assert (await county.get(f"{ADDRESS}.pdf", COUNTY)).status_code == 404


async def test_a_report_is_published_after_it_was_frozen_and_holds_no_number_of_a_person(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2027-01-04 09:00") as county:
        await staffed(county)
        await done(county, "", CLERK, year=2026, department="education")
        marked = await ask(county, f"/{CASE}/write-report", CLERK, problems="申请人522728199001011234多次申请")
        assert (marked.status_code, marked.json()["field"]) == (409, "problems")
        assert "公民身份号码" in marked.json()["detail"]
        at(county, "2027-02-05 09:00")
        await done(county, f"/{CASE}/freeze-report", CHIEF)
        publish = {"address": "https://luodian.example/2026", "happened": "2027-01-20 09:00"}
        early = await ask(county, f"/{CASE}/publish-report", CHIEF, **publish)
        assert (early.status_code, early.json()["code"]) == (409, "annual_report.before_frozen")
        at(county, "2027-02-06 09:00")
        await done(county, f"/{CASE}/publish-report", CHIEF, address=publish["address"])
        shown = (await county.get(f"{REPORTS}/{CASE}", CLERK)).json()
        assert [e["data"]["met"] for e in shown["events"] if "met" in e["data"]] == [False, False]
