"""Attachments of every kind over HTTP: opened by those whom the kind names, and not there for everybody else."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from services.assessment.department import AssignPost
from services.declared import SERVICES
from shared.domain.directory import OFFICE, ROLES, SYSTEM
from shared.domain.kind import CaseKind
from shared.domain.localtime import read_date
from shared.engine.execute import Asked
from tests.integration.test_every_route import DESK_PEOPLE, DRAFTERS, PEOPLE, TEAM, UNIT_DESK, WRITERS
from tests.integration.test_http_access import HEADS, LEADERS, handler, of
from tests.local_county import LocalCounty, local_county

BODY = "原件一份。".encode()
DISCLOSURE = of("education", "disclosure_head") | of(OFFICE, "disclosure_head")
PARTY = of("water", "clerk", "reviewer", "head")
OPENED_BY: Mapping[str, frozenset[str]] = {
    "message": handler("education") | PARTY | HEADS | LEADERS,
    "application": UNIT_DESK | HEADS,
    "article": of("education", *WRITERS, "secrecy") | of(OFFICE, "secrecy", "clerk", "custodian") | HEADS | LEADERS,
    "document": DRAFTERS | DISCLOSURE | of(OFFICE, "clerk") | PARTY | HEADS | LEADERS,
    "interpretation": DRAFTERS | TEAM | DESK_PEOPLE | LEADERS,
    "finding": of("education", *WRITERS) | DESK_PEOPLE | LEADERS,
}
KINDS: tuple[CaseKind[Any], ...] = tuple(kind for service in SERVICES for kind in service.kinds)
TAKE_FILES = tuple(kind for kind in KINDS if any("attachments" in model.model_fields for model in kind.commands))
APPLICANT = {"name": "王小明", "identity": "522728199001011234", "phone": "13812345678"}
DOCUMENT = {"department": "education", "type": "notice", "joint_with": ["water"], "in_scope_of_interpretation": True}
DEFECT = {
    "department": "education",
    "scope": "website",
    "found": "2026-03-02",
    "area": "content",
    "cause": "misprint",
    "severity": "minor",
    "page": "https://www.example.gov.cn/1.html",
}


class Given(NamedTuple):
    """A case with a file that came in with it: where it is opened."""

    case: str
    file: str


class World(NamedTuple):
    county: LocalCounty
    given: Mapping[str, Given]
    reported: Given

    async def opened(self, kind: str, given: Given, by: str) -> int:
        one = next(k for k in KINDS if k.name == kind)
        path = f"/api/v1/{one.service}/{one.collection}/{given.case}/files/{given.file}"
        answer = await self.county.get(path, by)
        assert answer.content == BODY or answer.status_code != 200
        return answer.status_code


async def uploaded(county: LocalCounty, service: str, by: str) -> str:
    path = f"/api/v1/{service}/files"
    answer = await county.client.post(path, params={"name": "原件.txt"}, content=BODY, headers=county.as_(by))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def brought(county: LocalCounty, path: str, by: str, **fields: Any) -> Given:
    """A case that is opened, or a command on one, with an attachment."""
    file = await uploaded(county, path.split("/")[0], by)
    asked = {**fields, "attachments": [file]}
    answer = await county.client.post(f"/api/v1/{path}", json=asked, headers=county.as_(by))
    assert answer.status_code in (200, 201), answer.text
    await county.runtime.settle_down()
    return Given(str(answer.json()["id"]), file)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with local_county(tmp_path_factory.mktemp("county")) as county:
        engine = county.runtime.engine("assessment")
        for person in sorted(PEOPLE):
            role, unit = person.split("@")
            post = AssignPost.model_validate({"subject": person, "role": role, "since": read_date("2026-01-01")})
            await engine.execute(engine.kind("department"), f"department-{unit}", [Asked(post, SYSTEM, person)])
        await county.runtime.settle_down()
        desk, clerk, letter = "clerk@county-office", "clerk@education", {"title": "路灯", "text": "路灯不亮。"}
        message = await brought(county, "messages/messages", desk, **letter, **APPLICANT)
        for command, fields in (
            ("accept", {}),
            ("classify", {"category": "complaint"}),
            ("assign", {"department": "education"}),
            ("add-co-handler", {"department": "water"}),
        ):
            await county.done(message.case, command, desk, **fields)
        report = await brought(county, "messages/messages", desk, title="检举", text="乱收费。", **APPLICANT)
        await county.done(report.case, "accept", desk)
        await county.done(report.case, "classify", "head@county-office", category="report", accused="water")
        asked = {**letter, **APPLICANT, "department": "education"}
        application = await brought(county, "requests/applications", clerk, **asked, channel="in_person")
        article = await brought(county, "publishing/articles", clerk, title="招生", text="正文", department="education")
        document = await brought(county, "publishing/documents", clerk, title="招生办法", **DOCUMENT)
        (required,) = [h.id async for h in county.runtime.stores.cases.walk("publishing") if h.kind == "interpretation"]
        interpretations = f"publishing/interpretations/{required}"
        plan = {"forms": ["qa"], "authors": "局长", "due": "2026-12-31"}
        planned = await county.client.post(f"/api/v1/{interpretations}/file-plan", json=plan, headers=county.as_(clerk))
        assert planned.status_code == 200, planned.text
        material = await brought(county, f"{interpretations}/submit-material", clerk, text="问答")
        finding = await brought(county, "publishing/findings", desk, **DEFECT)
        given = {
            "message": message,
            "application": application,
            "article": article,
            "document": document,
            "interpretation": Given(required, material.file),
            "finding": finding,
        }
        yield World(county, given, report)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_table_names_every_kind_that_takes_attachments() -> None:
    assert OPENED_BY.keys() == {kind.name for kind in TAKE_FILES}


@pytest.mark.parametrize("kind", TAKE_FILES, ids=lambda kind: kind.name)
async def test_a_kind_that_takes_attachments_says_who_opens_them(kind: CaseKind[Any]) -> None:
    assert {role for way in kind.vault_readers["attachments"] for role in way.roles} & set(ROLES)
    for event in kind.events:
        texts = {name for name in event.model_fields if name in ("title", "text", "explanation", "statement")}
        if "attachments" in event.model_fields:
            # Whoever opens the file reads the words that came with it.
            ways = set(kind.vault_readers["attachments"])
            assert all(ways <= set(kind.vault_readers[name]) for name in texts), event.event_name


@pytest.mark.parametrize("kind", OPENED_BY)
async def test_an_attachment_is_opened_by_those_whom_the_table_names_and_nobody_else(world: World, kind: str) -> None:
    for person in sorted(PEOPLE):
        found = await world.opened(kind, world.given[kind], person)
        assert found == (200 if person in OPENED_BY[kind] else 404), f"{person}: {found}"
    for person in ("nobody", "former"):
        assert await world.opened(kind, world.given[kind], person) == 404
    other = next(given for name, given in world.given.items() if name != kind)
    assert await world.opened(kind, Given(world.given[kind].case, other.file), "head@county-office") == 404


async def test_an_attachment_of_a_report_is_not_there_for_the_unit_it_accuses(world: World) -> None:
    for role in ROLES:
        assert await world.opened("message", world.reported, f"{role}@water") == 404
        assert await world.opened("message", world.reported, f"{role}@education") == 404
    for person in HEADS | of(OFFICE, "clerk"):
        assert await world.opened("message", world.reported, person) == 200


async def test_papers_of_a_dispute_are_read_by_those_who_decide_it(world: World) -> None:
    case, county = world.given["finding"].case, world.county
    dispute = {"ground": "facts_differ", "statement": "见附件"}
    disputed = await brought(county, f"publishing/findings/{case}/dispute-defect", "clerk@education", **dispute)
    for person in sorted(PEOPLE):
        found = await world.opened("finding", Given(case, disputed.file), person)
        assert found == (200 if person in OPENED_BY["finding"] else 404), person
