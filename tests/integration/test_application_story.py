"""Applications over HTTP from the counter to the score: expected events, expected lines, and what crosses cases."""

from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.desk import Desk, question_of
from shared.domain.localtime import read_moment
from tests.local_county import LocalCounty, local_county

TOP = "/api/v1/requests/applications"
UNIT = "education"
CLERK, HEAD, CHIEF, COUNTY = f"clerk@{UNIT}", f"head@{UNIT}", f"disclosure@{UNIT}", "chief@county-office"
ASKED: dict[str, Any] = {
    "department": UNIT,
    "title": "2025 年学校建设资金安排",
    "text": "各校名称、金额和进度",
    "name": "张三",
    "identity": "52272819900101001X",
    "phone": "13800000000",
}
REFUSED = {
    "outcome": "O4",
    "reply": "您申请的信息属于过程性信息，不予公开。",
    "ground": "process_information",
    "reasons": "属于内部讨论记录",
    "remedy": "reconsideration_first",
}


async def staffed(county: LocalCounty) -> None:
    """The people of the story."""
    for subject, unit, role in (
        (CLERK, UNIT, "clerk"),
        (HEAD, UNIT, "head"),
        (CHIEF, UNIT, "disclosure_head"),
        (COUNTY, "county-office", "office"),
    ):
        await county.post(subject, (unit, role))


def at(county: LocalCounty, when: str) -> None:
    """Moves the county's clock."""
    county.now = read_moment(when).astimezone(UTC)


async def given(county: LocalCounty, case: str, command: str, by: str = CLERK, **fields: Any) -> None:
    """A command that must be carried out."""
    answer = await county.client.post(f"{TOP}/{case}/{command}", json=fields, headers=county.as_(by))
    assert answer.status_code == 200, answer.text


async def counter(county: LocalCounty, **fields: Any) -> str:
    """An application handed in at the counter and registered: its id."""
    body = {**ASKED, "channel": "in_person", **fields}
    answer = await county.client.post(TOP, json=body, headers=county.as_(CLERK))
    assert answer.status_code == 201, answer.text
    case = str(answer.json()["id"])
    await given(county, case, "register")
    return case


async def names(county: LocalCounty, case: str) -> list[str]:
    """The events of a file, by short name."""
    shown = (await county.get(f"{TOP}/{case}", CLERK)).json()
    return [event["type"].split(".")[2] for event in shown["events"]]


async def charged(county: LocalCounty, quarter: str, indicator: str) -> tuple[Decimal, dict[str, str]]:
    """(points of an indicator of the unit, event -> what it took)."""
    await county.runtime.catch_up()
    explained = await Desk(county.runtime).explain(question_of(quarter), UNIT, indicator)
    lines = [line for line in explained["lines"] if line["kind"] in ("base", "event")]
    taken = {line["event"]: line["share"] for line in lines if line["event"] and Decimal(line["share"])}
    return sum((Decimal(line["share"]) for line in lines), Decimal()), taken


async def test_an_application_sent_online_is_followed_by_its_applicant_to_the_reply(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-10-08 16:00") as county:
        await staffed(county)
        answer = await county.client.post(TOP, json=ASKED)
        assert answer.status_code == 201, answer.text
        case, code = answer.json()["id"], answer.json()["receipt"]["code"]
        at(county, "2026-10-09 09:00")
        await given(county, case, "confirm-receipt", evidence="told_by_phone", arrived="2026-10-08")
        await given(county, case, "register")
        at(county, "2026-10-12 09:00")
        await given(county, case, "request-correction", items="请写明是初中还是小学")
        at(county, "2026-10-14 09:00")
        corrected = await county.client.post(
            f"{TOP}/{case}/receive-correction", json={"text": "小学"}, headers={"Receipt-Code": code}
        )
        assert corrected.status_code == 200, corrected.text
        await given(county, case, "draft-reply", outcome="O2", reply="现予公开，详见附件。", how="随函寄送复印件")
        await given(county, case, "review-reply", HEAD, passed=True)
        await given(county, case, "reply")
        follow = await county.client.post(f"{TOP}/follow", json={"number": case, "code": code})
        assert follow.status_code == 200, follow.text
        seen = follow.json()
        assert (seen["status"], seen["reply"], seen["answered"]) == ("answered", "现予公开，详见附件。", "2026-10-14")
        assert await names(county, case) == [
            "ApplicationSubmitted",
            "RequestReceived",
            "ApplicationRegistered",
            "CorrectionRequested",
            "CorrectionReceived",
            "ReplyDrafted",
            "ReplyReviewed",
            "ReplySent",
        ]
        await county.post("clerk@health", ("health", "clerk"))
        assert (await county.get(f"{TOP}/{case}", "clerk@health")).status_code == 404


async def test_late_replies_faults_and_corrected_refusals_are_charged_line_by_line(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-10-09 09:00") as county:
        await staffed(county)
        timely, late, refused = [await counter(county, title=title) for title in ("按期", "逾期", "拒绝")]
        at(county, "2026-10-12 09:00")
        for case, words in ((timely, {"outcome": "O2", "reply": "公开", "how": "附件"}), (refused, REFUSED)):
            await given(county, case, "draft-reply", **words)
            await given(county, case, "review-reply", HEAD, passed=True)
            await given(county, case, "reply")
        await given(county, timely, "propose-conversion")
        await given(county, timely, "accept-conversion", HEAD)
        await given(county, refused, "file-reconsideration")
        at(county, "2026-11-04 09:00")
        await given(county, late, "notify-extension")
        at(county, "2026-11-20 09:00")
        await given(county, refused, "decide-reconsideration", COUNTY, result="corrected")
        await given(county, refused, "find-fault", COUNTY, kind="reasons_missing")
        await given(county, refused, "file-lawsuit")
        at(county, "2026-12-20 09:00")
        await given(county, refused, "decide-lawsuit", COUNTY, result="corrected")
        at(county, "2027-01-05 09:00")
        assert await charged(county, "2026Q4", "C1") == (6, {f"{late}/6": "-6"})
        assert await charged(county, "2026Q4", "C2") == (0, {f"{late}/5": "-2", f"{refused}/9": "-2"})
        assert await charged(county, "2026Q4", "C3") == (1, {f"{refused}/8": "-3"})
        assert (await names(county, refused))[6:] == [
            "ReconsiderationFiled",
            "ReconsiderationDecided",
            "ProcedureFaulted",
            "LawsuitFiled",
            "LawsuitDecided",
        ]


async def test_one_letter_with_two_matters_becomes_two_applications_of_one_applicant(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-10-09 09:00") as county:
        await staffed(county)
        case = await counter(county)
        at(county, "2026-10-12 09:00")
        await given(county, case, "split", title="教师招聘名单", text="2025 年教师招聘名单")
        await county.runtime.settle_down()
        listed = (await county.get(TOP, CLERK)).json()["items"]
        assert [item["id"] for item in listed] == ["A2026-000002", case]
        part = (await county.get(f"{TOP}/A2026-000002", CLERK)).json()
        assert part["events"][0]["data"]["parent"] == case
        assert part["events"][1]["data"]["received"] == "2026-10-09"
        assert "2025 年教师招聘名单" in (await county.get(f"{TOP}/A2026-000002", CLERK)).text
        due = {row["clock"]: row["due"] for row in part["deadlines"]}
        assert due == {"reply": "2026-11-05"}
        # The same applicant is known again, so the part may be merged back.
        await given(county, "A2026-000002", "merge", into=case)
        merged = (await county.get(f"{TOP}/A2026-000002", CLERK)).json()
        assert (merged["status"], merged["columns"]["row"]) == ("merged", "3.6.3")


async def test_erasing_the_applicant_leaves_score_and_row_and_no_words(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-10-09 09:00") as county:
        await staffed(county)
        case = await counter(county)
        await given(county, case, "erase", COUNTY, ground="consent_withdrawn")
        shown = (await county.get(f"{TOP}/{case}", COUNTY)).text
        assert "张三" not in shown
        assert "各校名称" not in shown
        again = await county.client.post(f"{TOP}/{case}/register", json={}, headers=county.as_(CLERK))
        assert again.status_code == 409


async def test_the_annual_report_counts_the_year_and_opens_its_cases_to_those_who_may_read_them(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-10-09 09:00") as county:
        await staffed(county)
        await county.post("clerk@health", ("health", "clerk"))
        answered, waiting = await counter(county), await counter(county, applicant_class="business", name="某公司")
        await given(county, answered, "draft-reply", outcome="O2", reply="公开", how="附件")
        await given(county, answered, "review-reply", HEAD, passed=True)
        await given(county, answered, "reply")
        await county.runtime.settle_down()
        address = "/api/v1/assessment/report/annual/2026"
        told = (await county.get(address, COUNTY)).json()
        assert told["table3"]["1"]["total"] == 2
        assert told["cases"]["table3"]["3.1"] == {"natural": [answered]}
        assert told["cases"]["table3"]["4"] == {"business": [waiting]}
        assert all(check["holds"] for check in told["checks"])
        elsewhere = (await county.get(address, "clerk@health")).json()
        assert (elsewhere["table3"], elsewhere["cases"]) == (told["table3"], None)
        before = (await county.get(f"{address}?as_of=2026-10-08", COUNTY)).json()
        assert before["table3"]["1"]["total"] == 0
        assert (await county.get(f"{address}?as_of=gestern", COUNTY)).status_code == 422
        assert (await county.get(f"{address}?department=nobody", COUNTY)).status_code == 404


async def test_what_is_converted_to_active_disclosure_starts_an_article_with_its_twenty_working_days(
    tmp_path: Path,
) -> None:
    async with local_county(tmp_path, "2026-10-09 09:00") as county:
        await staffed(county)
        case = await counter(county)
        await given(county, case, "answer-on-the-spot", outcome="O2", reply="当场提供", how="当场交付复印件")
        await given(county, case, "propose-conversion")
        await given(county, case, "accept-conversion", HEAD)
        await county.runtime.settle_down()
        (article,) = (await county.get("/api/v1/publishing/articles", CLERK)).json()["items"]
        shown = (await county.get(f"/api/v1/publishing/articles/{article['id']}", CLERK)).json()
        assert shown["events"][0]["data"]["source"] == case
        assert [row["due"] for row in shown["deadlines"]] == ["2026-11-05"]
        await county.runtime.stores.cases.unsend("requests")
        await county.runtime.settle_down()
        assert len((await county.get("/api/v1/publishing/articles", CLERK)).json()["items"]) == 1
