"""Findings on patrol over HTTP, from what was seen to the lines of the score: A3, A4, the vetoes, one cause charged once."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.domain.localtime import read_moment
from tests.local_county import LocalCounty, local_county

FINDINGS = "/api/v1/publishing/findings"
FINDER, DECIDER = "finder", "decider"
PEOPLE = {
    FINDER: ("county-office", "office"),
    DECIDER: ("county-office", "office"),
    "leader": ("county-office", "leader"),
    "clerk": ("education", "clerk"),
    "head": ("education", "head"),
    "neighbour": ("water", "head"),
}
PAGE = "https://www.example.gov.cn/jyj/1.html"
DEFECT: dict[str, Any] = {
    "department": "教育局",
    "scope": "website",
    "found": "2026-03-02",
    "area": "content",
    "cause": "misprint",
    "severity": "minor",
    "page": PAGE,
}
CHAIN = {"area": "review_chain", "cause": "stage_missing", "severity": "serious"}
CONFIRMED = {"fix_by": "2026-03-20"}


class Desk:
    """A county with the people of this story, who say what they do and what must come of it."""

    def __init__(self, county: LocalCounty) -> None:
        self.county = county

    async def people(self) -> None:
        for subject, post in PEOPLE.items():
            await self.county.post(subject, post)

    async def at(self, moment: str) -> None:
        self.county.now = read_moment(moment)
        await self.county.runtime.settle_down()

    async def ask(self, by: str, *path: str, **fields: Any) -> httpx2.Response:
        address = "/".join((FINDINGS, *path))
        answer = await self.county.client.post(address, json=fields, headers=self.county.as_(by))
        await self.county.runtime.settle_down()
        return answer

    async def done(self, by: str, *path: str, **fields: Any) -> dict[str, Any]:
        answer = await self.ask(by, *path, **fields)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    async def refused(self, by: str, *path: str, **fields: Any) -> str:
        """The rule that forbids it; what is forbidden names its legal basis."""
        answer = await self.ask(by, *path, **fields)
        problem = dict(answer.json())
        assert answer.status_code == 409, answer.text
        assert problem["basis"]
        return str(problem["code"])

    async def found(self, **fields: Any) -> str:
        return str((await self.done(FINDER, **{**DEFECT, **fields}))["id"])

    async def confirmed(self, fix_by: str = "2026-03-20", **fields: Any) -> str:
        """A finding that the unit accepted and the county office confirmed: its id."""
        case = await self.found(**fields)
        await self.done("head", case, "accept-defect")
        await self.done(DECIDER, case, "confirm-defect", fix_by=fix_by)
        return case

    async def shown(self, case: str, by: str = DECIDER) -> dict[str, Any]:
        return dict((await self.county.get(f"{FINDINGS}/{case}", by)).json())

    async def events(self, case: str) -> list[str]:
        return [event["type"].split(".")[-2] for event in (await self.shown(case))["events"]]

    async def offered(self, case: str, by: str) -> list[str]:
        """The commands that somebody may give now."""
        return [offer["command"] for offer in (await self.shown(case, by))["commands"]]

    async def row(self) -> dict[str, Any]:
        """The line of the education bureau in the ranking."""
        answer = await self.county.get("/api/v1/assessment/ranking/2026Q1", DECIDER)
        return dict(next(row for row in answer.json()["ranking"] if row["department"] == "education"))

    async def points(self, code: str) -> str | None:
        indicator = (await self.row())["indicators"][code]
        return str(indicator["score"]) if indicator["applicable"] else None

    async def lines(self, indicator: str) -> list[tuple[str, str, str]]:
        """(measure, event, share) of what counted in an indicator."""
        answer = await self.county.get("/api/v1/assessment/explain/2026Q1/education", DECIDER)
        counted = [x for x in answer.json()["lines"] if x["indicator"] == indicator and x["kind"] == "event"]
        return sorted((x["measure"], x["event"], x["share"]) for x in counted)


async def test_from_the_patrol_to_the_clearing_and_the_score(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-03-02 09:00") as county:
        desk = Desk(county)
        await desk.people()
        case = await desk.found()
        shown = await desk.shown(case, "clerk")
        assert (shown["status"], shown["title"], shown["department"]) == ("found", "错别字", "education")
        assert [(clock["clock"], clock["due"]) for clock in shown["deadlines"]] == [("dispute", "2026-03-09")]
        todo = (await county.get("/api/v1/publishing/todo", "clerk")).json()
        assert case in str(todo)
        assert await desk.refused(DECIDER, case, "confirm-defect", **CONFIRMED) == "finding.dispute_running"
        assert await desk.points("A4") is None
        assert await desk.offered(case, "head") == ["accept-defect", "dispute-defect"]
        assert await desk.offered(case, FINDER) == ["reject-defect", "give-guidance", "void-entry"]
        await desk.at("2026-03-10 09:00")
        await county.runtime.catch_up()
        assert (await desk.shown(case))["status"] == "found"
        assert await desk.refused("clerk", case, "dispute-defect", ground="facts_differ", statement="无误") == (
            "finding.dispute_over"
        )
        await desk.done(FINDER, case, "confirm-defect", **CONFIRMED)
        await desk.done(FINDER, case, "give-guidance", form="phone", guidance="发布前逐字校对。")
        await desk.at("2026-03-23 09:00")
        await county.runtime.catch_up()
        await desk.done("clerk", case, "report-fix", statement="已改。")
        await desk.done(DECIDER, case, "return-fix", fix_by="2026-03-27", explanation="附件未改。")
        await desk.done("clerk", case, "report-fix", statement="附件已改。")
        await desk.done(DECIDER, case, "clear-defect")
        assert await desk.events(case) == [
            "PatrolRecorded",
            "DefectFound",
            "DisputeLapsed",
            "DefectConfirmed",
            "GuidanceGiven",
            "FixOverdue",
            "DefectFixed",
            "FixReturned",
            "DefectFixed",
            "DefectCleared",
        ]
        assert (await desk.shown(case))["status"] == "cleared"
        chain = await desk.confirmed("2026-03-31", **CHAIN)
        assert await desk.lines("A4") == [("errors", f"{case}/4", "-1")]
        assert await desk.lines("A3") == [("chain_broken", f"{chain}/4", "-2")]
        assert (await desk.points("A3"), await desk.points("A4")) == ("4.00", "3.00")
        # 7 of 10 applicable points, spread over 100.
        assert (await desk.row())["score"] == "70.00"
        assert (await desk.row())["vetoes"] == []


async def test_one_cause_found_twice_is_charged_once(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-03-02 09:00") as county:
        desk = Desk(county)
        await desk.people()
        headers = (county.as_(FINDER), county.as_(DECIDER))
        both = await asyncio.gather(*(county.client.post(FINDINGS, json=DEFECT, headers=each) for each in headers))
        assert sorted(answer.status_code for answer in both) == [201, 409]
        (case,) = (answer.json()["id"] for answer in both if answer.status_code == 201)
        for again in ({"found": "2026-03-01", "scope": "columns"}, {"page": "http://www.example.gov.cn/jyj/1.html/"}):
            refused = await desk.ask(DECIDER, **{**DEFECT, **again})
            assert (refused.status_code, refused.json()["code"]) == (409, "finding.same_cause")
            assert case in refused.json()["detail"]
        await desk.done("head", case, "accept-defect")
        await desk.done(DECIDER, case, "confirm-defect", **CONFIRMED)
        # The same breach, seen on another page and by another name, is rejected for what was charged already.
        twin = await desk.found(page="https://www.example.gov.cn/jyj/list.html")
        await desk.done("clerk", twin, "dispute-defect", ground="charged_already", statement="列表页摘自同一篇。")
        where = {"ground": "charged_already", "charged_by": case, "explanation": "同一错字。"}
        assert await desk.refused(FINDER, twin, "reject-defect", **where) == "finding.same_person"
        await desk.done(DECIDER, twin, "reject-defect", **where)
        assert await desk.lines("A4") == [("errors", f"{case}/4", "-1")]
        await desk.done("clerk", case, "report-fix", statement="已改。")
        await desk.done(DECIDER, case, "clear-defect")
        again = await desk.confirmed(again_after=case)
        assert await desk.lines("A4") == sorted([("errors", f"{case}/4", "-1"), ("errors", f"{again}/4", "-1")])


async def test_a_unit_does_not_decide_on_its_own_and_others_do_not_see_it(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-03-02 09:00") as county:
        desk = Desk(county)
        await desk.people()
        await county.post("both", ("county-office", "office"), ("education", "reviewer"))
        case = await desk.found()
        for command in ("confirm-defect", "reject-defect", "clear-defect"):
            assert (await desk.ask("head", case, command)).status_code == 403
        assert (await desk.ask("neighbour", case, "dispute-defect")).status_code == 404
        await desk.done("head", case, "accept-defect")
        assert await desk.refused("both", case, "confirm-defect", **CONFIRMED) == "finding.own_finding"
        office = await desk.found(department="county-office")
        await desk.done(FINDER, office, "dispute-defect", ground="not_so_serious", statement="仅标点。")
        assert await desk.refused(DECIDER, office, "confirm-defect", **CONFIRMED) == "finding.own_finding"
        await desk.done("leader", office, "confirm-defect", **CONFIRMED)


@pytest.mark.parametrize(
    ("veto", "fields"),
    [
        ("V1", {"area": "security", "cause": "secret_matter", "veto": "secret"}),
        ("V1", {"area": "privacy", "cause": "personal_data", "veto": "privacy"}),
        ("V2", {"area": "political", "cause": "political_wording", "veto": "misstatement"}),
        ("V3", {"area": "review_chain", "cause": "reviewed_afterwards", "veto": "forged_date"}),
    ],
    ids=["secret", "privacy", "misstatement", "forged date"],
)
async def test_a_veto_fails_the_band_and_takes_no_points_and_its_voiding_gives_the_band_back(
    tmp_path: Path, veto: str, fields: dict[str, Any]
) -> None:
    async with local_county(tmp_path, "2026-03-02 09:00") as county:
        desk = Desk(county)
        await desk.people()
        minor = await desk.confirmed()
        assert ((await desk.row())["band"], (await desk.row())["vetoes"]) == ("合格", [])
        grave = await desk.confirmed(**{**fields, "severity": "serious"})
        row = await desk.row()
        assert (row["band"], row["vetoes"], row["score"]) == ("不合格", [veto], "75.00")
        await desk.done(DECIDER, grave, "void-entry", events=[f"{grave}/4"], reason="误认定。")
        row = await desk.row()
        assert (row["band"], row["vetoes"]) == ("合格", [])
        await desk.done(DECIDER, minor, "void-entry", events=[f"{minor}/4"], reason="误认定。")
        assert await desk.points("A4") is None
        assert (await desk.shown(minor))["status"] == "accepted"


async def test_a_patrol_that_found_nothing_charges_nothing(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-03-02 09:00") as county:
        desk = Desk(county)
        await desk.people()
        clean = {"department": "education", "scope": "columns", "found": "2026-03-02", "found_nothing": True}
        case = str((await desk.done(FINDER, **clean))["id"])
        assert await desk.events(case) == ["PatrolRecorded"]
        assert await desk.refused(DECIDER, **clean) == "finding.same_patrol"
        assert (await desk.row())["score"] is None
        bad = await desk.ask(FINDER, **{**clean, "area": "content"})
        assert (bad.status_code, bad.json()["field"]) == (422, "area")


async def test_personal_data_in_quoted_text_is_erased_for_good_and_the_charge_stays(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-03-02 09:00") as county:
        desk = Desk(county)
        await desk.people()
        told = {"quote": "王小明，13812345678", "explanation": "名单未脱敏。"}
        fields = {"area": "privacy", "cause": "personal_data", "severity": "serious", "veto": "privacy", **told}
        case = await desk.confirmed(**fields)
        for by in ("clerk", DECIDER):
            assert (await desk.shown(case, by))["events"][1]["plain"] == told
        await desk.done(DECIDER, case, "erase-quote")
        after = str(await desk.shown(case))
        assert "13812345678" not in after
        assert (await desk.shown(case))["events"][1]["plain"] == {**told, "quote": None}
        assert (await desk.row())["vetoes"] == ["V1"]
        assert await desk.refused(DECIDER, case, "erase-quote") == "finding.nothing_quoted"
        log = [record.value async for record in _log(county)]
        assert not any(b"13812345678" in value for value in log)


async def _log(county: LocalCounty) -> Any:
    for record in await county.runtime.eventlog.read("gongkai.publishing", 0, 0, 1000):
        yield record
