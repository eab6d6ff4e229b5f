"""Findings on patrol (巡查发现) from what was seen to the lines of the score: A3, A4, one cause charged once."""

import asyncio
from typing import Any

from tests.stories.county import StoryCounty, story

FINDINGS = "publishing/findings"
FINDER, DECIDER = "finder@county-office", "chief@county-office"
CHAIN = {"area": "review_chain", "cause": "stage_missing", "severity": "serious"}
CONFIRMED = {"fix_by": "2026-03-20"}


def defect(county: StoryCounty, **fields: Any) -> dict[str, Any]:
    """What was seen on a page of the unit."""
    return {
        "department": county.unit,
        "scope": "website",
        "found": "2026-03-02",
        "area": "content",
        "cause": "misprint",
        "severity": "minor",
        "page": f"https://www.example.gov.cn/{county.unit}/1.html",
        **fields,
    }


async def found(county: StoryCounty, **fields: Any) -> str:
    """A finding: its address."""
    return f"{FINDINGS}/{(await county.done(FINDINGS, FINDER, **defect(county, **fields)))['id']}"


async def confirmed(county: StoryCounty, fix_by: str = "2026-03-20", **fields: Any) -> str:
    """One that the unit accepted and the county office confirmed."""
    case = await found(county, **fields)
    await county.done(f"{case}/accept-defect", "head")
    await county.done(f"{case}/confirm-defect", DECIDER, fix_by=fix_by)
    return case


def event(case: str, sequence: int) -> str:
    """The id of an event of the case at an address."""
    return f"{case.rpartition('/')[2]}/{sequence}"


@story("2026-03-02 09:00")
async def a_misprint_goes_from_the_patrol_to_its_clearing_and_the_score(county: StoryCounty) -> None:
    case = await found(county)
    shown = await county.shown(case, "clerk")
    assert (shown["status"], shown["title"], shown["department"]) == ("found", "错别字", county.unit)
    assert await county.dues(case, "clerk") == {"dispute": "2026-03-09"}
    assert case.rpartition("/")[2] in str(await county.shown("publishing/todo", "clerk"))
    assert await county.refused(f"{case}/confirm-defect", DECIDER, **CONFIRMED) == "finding.dispute_running"
    offered = {
        by: [offer["command"] for offer in (await county.shown(case, by))["commands"]] for by in ("head", FINDER)
    }
    assert offered["head"] == ["accept-defect", "dispute-defect"]
    assert offered[FINDER] == ["reject-defect", "give-guidance", "void-entry"]
    county.at("2026-03-10 09:00")
    await county.swept()
    assert (await county.shown(case))["status"] == "found"
    late = await county.refused(f"{case}/dispute-defect", "clerk", ground="facts_differ", statement="无误")
    assert late == "finding.dispute_over"
    await county.done(f"{case}/confirm-defect", FINDER, **CONFIRMED)
    await county.done(f"{case}/give-guidance", FINDER, form="phone", guidance="发布前逐字校对。")
    county.at("2026-03-23 09:00")
    await county.swept()
    await county.done(f"{case}/report-fix", "clerk", statement="已改。")
    await county.done(f"{case}/return-fix", DECIDER, fix_by="2026-03-27", explanation="附件未改。")
    await county.done(f"{case}/report-fix", "clerk", statement="附件已改。")
    await county.done(f"{case}/clear-defect", DECIDER)
    assert await county.events(case) == [
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
    assert (await county.shown(case))["status"] == "cleared"
    chain = await confirmed(county, "2026-03-31", **CHAIN)
    await county.settled()
    assert await county.lines("2026Q1", "A4") == [("errors", event(case, 4), "-1")]
    assert await county.lines("2026Q1", "A3") == [("chain_broken", event(chain, 4), "-2")]
    assert await county.points("2026Q1", "A3", "A4") == [4, 3]
    # 7 of 10 applicable points, spread over 100.
    row = await county.row("2026Q1")
    assert (row["score"], row["vetoes"]) == ("70.00", [])


@story("2026-03-02 09:00")
async def one_cause_found_twice_is_charged_once(county: StoryCounty) -> None:
    seen = defect(county)
    both = await asyncio.gather(*(county.ask(FINDINGS, by, **seen) for by in (FINDER, DECIDER)))
    assert sorted(answer.status_code for answer in both) == [201, 409]
    (number,) = (answer.json()["id"] for answer in both if answer.status_code == 201)
    case = f"{FINDINGS}/{number}"
    bare = seen["page"].removeprefix("https://")
    typed = [f"http://{bare}/", bare, f"HTTPS://{bare.replace('/', ':443/./', 1).replace('example', 'Example')}"]
    for again in ({"found": "2026-03-01", "scope": "columns"}, *({"page": page} for page in typed)):
        refused = await county.ask(FINDINGS, DECIDER, **{**seen, **again})
        assert (refused.status_code, refused.json()["code"]) == (409, "finding.same_cause")
        assert number in refused.json()["detail"]
    await county.done(f"{case}/accept-defect", "head")
    await county.done(f"{case}/confirm-defect", DECIDER, **CONFIRMED)
    # The same breach, seen on another page and by another name, is rejected for what was charged already.
    twin = await found(county, page=seen["page"].replace("1.html", "list.html"))
    await county.done(f"{twin}/dispute-defect", "clerk", ground="charged_already", statement="列表页摘自同一篇。")
    where = {"ground": "charged_already", "charged_by": number, "explanation": "同一错字。"}
    assert await county.refused(f"{twin}/reject-defect", FINDER, **where) == "finding.same_person"
    column = await county.done("publishing/columns", DECIDER, name="工作动态", owner=county.unit, kind="dynamic")
    uncharged = await county.refused(f"{twin}/reject-defect", DECIDER, **{**where, "charged_by": column["id"]})
    assert uncharged == "finding.not_charged"
    await county.done(f"{twin}/reject-defect", DECIDER, **where)
    await county.settled()
    assert await county.lines("2026Q1", "A4") == [("errors", event(case, 4), "-1")]
    await county.done(f"{case}/report-fix", "clerk", statement="已改。")
    await county.done(f"{case}/clear-defect", DECIDER)
    again_found = await confirmed(county, again_after=number)
    await county.settled()
    charged = [("errors", event(case, 4), "-1"), ("errors", event(again_found, 4), "-1")]
    assert sorted(await county.lines("2026Q1", "A4")) == sorted(charged)


@story("2026-03-02 09:00")
async def a_veto_is_told_before_it_is_confirmed(county: StoryCounty) -> None:
    case = await found(county)
    await county.done(f"{case}/accept-defect", "head")
    graver = {**CONFIRMED, "veto": "misstatement", "severity": "serious"}
    assert await county.refused(f"{case}/confirm-defect", DECIDER, **graver) == "finding.graver_than_told"
    await county.done(f"{case}/reject-defect", DECIDER, ground="facts_differ", explanation="系严重表述错误，另行告知。")
    told = await found(county, veto="misstatement", severity="serious", again_after=case.rpartition("/")[2])
    await county.done(f"{told}/accept-defect", "head")
    await county.done(f"{told}/confirm-defect", DECIDER, **CONFIRMED)
    await county.settled()
    assert (await county.row("2026Q1"))["vetoes"] == ["V2"]


STORIES = (
    a_misprint_goes_from_the_patrol_to_its_clearing_and_the_score,
    one_cause_found_twice_is_charged_once,
    a_veto_is_told_before_it_is_confirmed,
)
