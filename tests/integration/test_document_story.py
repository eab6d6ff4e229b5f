"""A document in scope and its interpretation over HTTP, from the draft without attribute to the ranking by B1 and B2."""

from pathlib import Path
from typing import Any

import httpx2

from shared.domain.localtime import read_moment
from tests.local_county import LocalCounty, local_county

DOCUMENTS = "/api/v1/publishing/documents"
INTERPRETATIONS = "/api/v1/publishing/interpretations"
CLERK, HEAD, OFFICE = "clerk@education", "head@education", "office@county-office"
ELEMENTS = ["background", "aims", "main_content", "scope", "standards", "method", "notes", "key_terms", "benefits"]
PLAN = {"forms": ["drafter_article", "qa"], "authors": "教育局局长", "due": "2026-03-31"}


class Desk:
    """A county with the people of this story, who say what they do and what must come of it."""

    def __init__(self, county: LocalCounty) -> None:
        self.county = county

    async def people(self) -> None:
        for unit in ("education", "water", "county-office"):
            for role in ("clerk", "head", "office") if unit == "county-office" else ("clerk", "head"):
                await self.county.post(f"{role}@{unit}", (unit, role))

    def at(self, moment: str) -> None:
        self.county.now = read_moment(moment)

    async def ask(self, path: str, by: str, **fields: Any) -> httpx2.Response:
        answer = await self.county.client.post(path, json=fields, headers=self.county.as_(by))
        await self.county.runtime.settle_down()
        return answer

    async def done(self, path: str, by: str, **fields: Any) -> dict[str, Any]:
        answer = await self.ask(path, by, **fields)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    async def events(self, path: str, by: str = OFFICE) -> list[str]:
        shown = (await self.county.get(path, by)).json()
        return [event["type"].split(".")[-2] for event in shown["events"]]

    async def score(self, quarter: str = "2026Q1") -> dict[str, Any]:
        """The line of the education bureau in the ranking."""
        answer = await self.county.get(f"/api/v1/assessment/ranking/{quarter}", OFFICE)
        return dict(next(row for row in answer.json()["ranking"] if row["department"] == "education"))

    async def lines(self, quarter: str, indicator: str) -> list[tuple[str, str, str]]:
        """(measure, event, share) of what counted in an indicator."""
        answer = await self.county.get(f"/api/v1/assessment/explain/{quarter}/education", OFFICE)
        counted = [x for x in answer.json()["lines"] if x["indicator"] == indicator and x["kind"] == "event"]
        return [(x["measure"], x["event"], x["share"]) for x in counted]


async def submitted(desk: Desk, **fields: Any) -> str:
    """A document that the education bureau submitted: its id."""
    given = {"department": "education", "title": "罗甸县义务教育招生办法", "type": "notice", **fields}
    return str((await desk.done(DOCUMENTS, CLERK, **given))["id"])


async def issued(desk: Desk, document: str, interpretation: str) -> None:
    """From the reviewed attribute to the issue."""
    await desk.done(f"{DOCUMENTS}/{document}/review-attribute", HEAD)
    accepted = {"content_checked": True, "interpretation": interpretation}
    await desk.done(f"{DOCUMENTS}/{document}/determine-attribute", OFFICE, **accepted)
    printed = {"document_number": "罗府办发〔2026〕8号", "normative": True, "interpretation": interpretation}
    await desk.done(f"{DOCUMENTS}/{document}/issue-document", CLERK, **printed)


async def prepared(desk: Desk, interpretation: str) -> None:
    """Plan and material."""
    await desk.done(f"{INTERPRETATIONS}/{interpretation}/file-plan", CLERK, **PLAN)
    await desk.done(f"{INTERPRETATIONS}/{interpretation}/submit-material", CLERK, text="招生办法解读")


async def published(desk: Desk, interpretation: str) -> None:
    """Signed, published and linked both ways."""
    base = f"{INTERPRETATIONS}/{interpretation}"
    await desk.done(f"{base}/sign-interpretation", HEAD)
    told = {"forms": ["qa"], "elements": ELEMENTS, "not_applicable": ["differences"]}
    await desk.done(f"{base}/publish-interpretation", CLERK, **told)
    await desk.done(f"{base}/link-interpretation", CLERK, direction="both")


async def test_a_document_without_attribute_is_returned_and_its_interpretation_done_in_time(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-03-02 09:00") as county:
        desk = Desk(county)
        await desk.people()
        document = await submitted(desk, in_scope_of_interpretation=True)
        path, other = f"{DOCUMENTS}/{document}", "J2026-000001"
        await desk.done(f"{path}/return-document", OFFICE, ground="no_attribute")
        again = {"attribute": "active", "in_scope_of_interpretation": True}
        await desk.done(f"{path}/resubmit-document", CLERK, **again)
        await desk.done(f"{path}/review-attribute", HEAD)
        early = {"content_checked": True, "interpretation": other}
        refused = await desk.ask(f"{path}/determine-attribute", OFFICE, **early)
        assert (refused.status_code, refused.json()["code"]) == (409, "document.plan_missing")
        await prepared(desk, other)
        await desk.done(f"{path}/determine-attribute", OFFICE, **early)
        desk.at("2026-03-05 10:00")
        printed = {"document_number": "罗府办发〔2026〕8号", "normative": True, "interpretation": other}
        await desk.done(f"{path}/issue-document", CLERK, **printed)
        shown = (await county.get(f"{INTERPRETATIONS}/{other}", CLERK)).json()
        assert [(clock["clock"], clock["due"]) for clock in shown["deadlines"]] == [("interpretation", "2026-03-10")]
        assert (shown["title"], shown["parent"]) == ("罗甸县义务教育招生办法", document)
        desk.at("2026-03-10 17:00")
        await published(desk, other)
        desk.at("2026-04-02 09:00")
        await county.runtime.settle_down()
        assert await desk.events(path) == [
            "DocumentSubmitted",
            "InterpretationNoted",
            "DocumentReturned",
            "DocumentResubmitted",
            "AttributeProposed",
            "AttributeReviewed",
            "AttributeDetermined",
            "DocumentIssued",
        ]
        assert await desk.events(f"{INTERPRETATIONS}/{other}") == [
            "InterpretationRequired",
            "PlanFiled",
            "MaterialSubmitted",
            "DocumentIssueNoted",
            "InterpretationSigned",
            "InterpretationPublished",
            "InterpretationLinked",
            "InterpretationCompleted",
        ]
        row = await desk.score()
        assert {code: row["indicators"][code]["score"] for code in ("B1", "B2")} == {"B1": "4.00", "B2": "10.00"}
        # 14 of 15 applicable points, spread over 100.
        assert row["score"] == "93.33"
        assert await desk.lines("2026Q1", "B1") == [
            ("documents", f"{document}/1", "0"),
            ("no_attribute", f"{document}/3", "-1"),
        ]


async def test_an_interpretation_linked_too_late_is_charged_in_the_quarter_of_its_due_date(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-03-26 09:00") as county:
        desk = Desk(county)
        await desk.people()
        document = await submitted(desk, in_scope_of_interpretation=True, attribute="active")
        await prepared(desk, "J2026-000001")
        await issued(desk, document, "J2026-000001")
        desk.at("2026-04-02 09:00")
        await published(desk, "J2026-000001")
        assert (await desk.events(f"{INTERPRETATIONS}/J2026-000001"))[-5:] == [
            "InterpretationOverdue",
            "InterpretationSigned",
            "InterpretationPublished",
            "InterpretationLinked",
            "InterpretationCompleted",
        ]
        row = await desk.score()
        assert {code: row["indicators"][code]["score"] for code in ("B1", "B2")} == {"B1": "5.00", "B2": "0.00"}
        assert row["score"] == "33.33"
        assert (await desk.score("2026Q2"))["indicators"]["B2"]["applicable"] is False


async def test_the_same_events_twice_make_one_interpretation(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-03-02 09:00") as county:
        desk = Desk(county)
        await desk.people()
        document = await submitted(desk, in_scope_of_interpretation=True)
        await county.runtime.stores.cases.unsend("publishing")
        await county.runtime.settle_down()
        assert sorted(
            [head.id async for head in county.runtime.stores.cases.walk("publishing") if head.id[0] in "WJ"]
        ) == [
            "J2026-000001",
            document,
        ]
