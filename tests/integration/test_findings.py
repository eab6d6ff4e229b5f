"""Findings on patrol over HTTP beside their stories: who decides, the vetoes, what is erased."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.local_county import MESSAGES, LocalCounty, local_county

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
CONFIRMED = {"fix_by": "2026-03-20"}


class Desk:
    """A county with the people of this story, who say what they do and what must come of it."""

    def __init__(self, county: LocalCounty) -> None:
        self.county = county

    async def people(self) -> None:
        for subject, post in PEOPLE.items():
            await self.county.post(subject, post)

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

    async def row(self) -> dict[str, Any]:
        """The line of the education bureau in the ranking."""
        answer = await self.county.get("/api/v1/assessment/ranking/2026Q1", DECIDER)
        return dict(next(row for row in answer.json()["ranking"] if row["department"] == "education"))

    async def points(self, code: str) -> str | None:
        indicator = (await self.row())["indicators"][code]
        return str(indicator["score"]) if indicator["applicable"] else None


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


async def test_a_clerk_of_the_publishing_desk_sees_what_the_desk_acts_on_and_no_message_or_application(
    tmp_path: Path,
) -> None:
    async with local_county(tmp_path) as county:
        desk = Desk(county)
        await desk.people()
        for clerk in ("desk", "clerk@county-office"):
            await county.post(clerk, ("county-office", "clerk"))
        case = (await desk.done("desk", **DEFECT))["id"]
        message = await county.handled("education")
        shown = await county.get(f"{FINDINGS}/{case}", "desk")
        assert shown.status_code == 200
        assert "give-guidance" in {offer["command"] for offer in shown.json()["commands"]}
        assert [item["id"] for item in (await county.get(FINDINGS, "desk")).json()["items"]] == [case]
        assert (await county.get(f"/api/v1/assessment/cases/{case}", "desk")).status_code == 200
        assert (await county.get("/api/v1/publishing/todo", "desk")).json()["items"] == []
        # What is about a citizen is the unit's that holds it.
        assert (await county.get(f"{MESSAGES}/{message}", "desk")).status_code == 404
        assert (await county.get(MESSAGES, "desk")).json()["items"] == []
        assert (await county.get(f"{FINDINGS}/{case}", "neighbour")).status_code == 404
