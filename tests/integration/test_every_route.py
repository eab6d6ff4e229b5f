"""Every route of the whole application for every role and every kind of token; a route that is not in the table fails."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.assessment.annual_report_commands import OpenAnnualReport
from services.assessment.department import AssignPost
from services.publishing.article_commands import Draft
from services.publishing.column_commands import Open
from services.publishing.document_commands import SubmitDocument
from services.publishing.finding_commands import RecordPatrol, case_id
from services.requests.application_commands import TakeOver
from shared.domain.directory import OFFICE, SYSTEM
from shared.domain.localtime import read_date
from shared.engine.execute import Asked
from tests.integration.test_http_access import (
    EVERYBODY,
    HEADS,
    LEADERS,
    NO_FILES,
    ORDINARY_SEEN,
    OVERVIEW,
    WRITER_S,
    entitled,
    everywhere,
    of,
)
from tests.local_county import LocalCounty, filled, local_county

People = frozenset[str]
PEOPLE: People = frozenset(p for p in EVERYBODY if not p.startswith("office@") or p.endswith(OFFICE))
FILES = PEOPLE - NO_FILES
IN_OFFICE = of(
    OFFICE, "clerk", "reviewer", "head", "custodian", "disclosure_head", "office", "secrecy", "legal", "interpreter"
)
REFERENCE_SEEN = IN_OFFICE | OVERVIEW
EDUCATION_SEEN = (ORDINARY_SEEN - frozenset(p for p in PEOPLE if p.endswith("@water"))) | (OVERVIEW & PEOPLE)
DESK_OF_ITEMS = of(OFFICE, "clerk", "custodian")
"""Who act on any item and column, and so see them, beside those who see everything."""
KEEPERS = HEADS | everywhere("security_admin")
AUDITORS = HEADS | everywhere("analyst") | everywhere("ops") | everywhere("auditor")


class Rule(NamedTuple):
    """``let_in`` get ``status``; those of ``refused`` 403, all others with a post ``others``; without a post ``postless``.

    ``closed``: what no token gets; None: the same as everybody, and then a bad token too unless it is looked at.
    """

    let_in: People
    status: int = 200
    refused: People = frozenset()
    others: int = 403
    postless: int = 403
    closed: int | None = 401
    looks_at_token: bool = True


def everybody(status: int, looks_at_token: bool) -> Rule:
    return Rule(PEOPLE, status, postless=status, closed=None, looks_at_token=looks_at_token)


def command(allowed: People, seen: People) -> Rule:
    """A body that no command takes: 422 says that the person was let through."""
    return Rule(allowed, 422, refused=seen, others=404, postless=404)


def readable(seen: People, status: int = 200) -> Rule:
    return Rule(seen, status, refused=NO_FILES, others=404)


PUBLIC, TAKEN, POSTED = everybody(200, False), everybody(422, True), Rule(PEOPLE)
STAFF_S = Rule(PEOPLE, 422, postless=422)
NOT_FOLLOWED, NO_FILE = everybody(404, False), Rule(PEOPLE, 404, postless=404)


def service(name: str, files: Rule) -> dict[tuple[str, str], Rule]:
    base = f"/api/v1/{name}"
    return {
        ("GET", f"{base}/docs"): PUBLIC,
        ("GET", f"{base}/openapi.json"): PUBLIC,
        ("GET", f"{base}/todo"): Rule(FILES),
        ("POST", f"{base}/files"): files,
    }


def reference(
    collection: str, seen: People, commands: Mapping[str, People], service: str = "assessment"
) -> dict[tuple[str, str], Rule]:
    top = f"/api/v1/{service}/{collection}"
    return {
        ("GET", top): Rule(FILES),
        ("GET", f"{top}.xlsx"): Rule(FILES),
        ("POST", top): Rule(KEEPERS, 422),
        ("POST", f"{top}/follow"): NOT_FOLLOWED,
        ("GET", f"{top}/{{id}}"): readable(seen),
        ("GET", f"{top}/{{id}}/why"): readable(FILES, 404),
        ("GET", f"{top}/{{id}}/why/{{rule}}"): readable(FILES, 404),
        ("GET", f"{top}/{{id}}/files/{{file}}"): NO_FILE,
        **{("POST", f"{top}/{{id}}/{name}"): command(who, seen) for name, who in commands.items()},
    }


def lists(top: str) -> dict[tuple[str, str], Rule]:
    """What is needed to import old lists of a collection."""
    return {("POST", f"{top}.import"): Rule(HEADS, 422), ("GET", f"{top}.template.xlsx"): Rule(FILES)}


WRITERS = ("clerk", "reviewer", "head", "custodian", "disclosure_head", "office")


def articles(holder: str) -> dict[str, People]:
    """Who may give each command on an item of ``holder``."""
    unit, desk = of(holder, *WRITERS), of(OFFICE, "clerk", "office", "head", "custodian")
    secrecy = of(holder, "secrecy") | of(OFFICE, "secrecy")
    review = of(holder, "clerk", "reviewer", "head", "disclosure_head", "office")
    heads = of(holder, "reviewer", "head", "disclosure_head", "office")
    leaders, custodian = LEADERS, of(holder, "custodian")
    return {
        **dict.fromkeys(("revise", "submit", "treat"), unit),
        "approve": review | leaders,
        "reject": review | secrecy | leaders,
        "review-secrecy": secrecy,
        "determine-secrecy": secrecy,
        "flag-sensitive": unit | secrecy | desk | leaders,
        "release": HEADS,
        "return": HEADS,
        "publish": unit | desk,
        "check-published": unit | desk,
        "answer-warnings": heads,
        "correct": heads | HEADS,
        "approve-correction": secrecy,
        "reject-correction": secrecy | heads | HEADS,
        "withdraw": heads | HEADS,
        "file": custodian | desk,
        **dict.fromkeys(("archive", "lend", "take-back", "destroy"), custodian),
        "drop": frozenset(),
        "redate": frozenset(),
        "approve-destruction": of(holder, "head") | HEADS,
        **CORRECTIONS,
    }


def columns(holder: str) -> dict[str, People]:
    """Who may give each command on a column of ``holder``."""
    desk = of(OFFICE, "clerk", "office", "head", "custodian")
    return {"update": of(holder, *WRITERS) | desk, "record-blank": HEADS, "close": HEADS, **CORRECTIONS}


CORRECTIONS = {"void-entry": HEADS, "revoke-overdue": HEADS}
UNIT_DESK = of("education", "clerk", "reviewer", "head", "disclosure_head")
UNIT_HEADS = of("education", "head", "disclosure_head")
COUNTY_DESK = of(OFFICE, "clerk", "office", "head", "disclosure_head")
COUNTY_HEADS = of(OFFICE, "office", "head", "disclosure_head")
BY_UNIT = (
    "register split merge request-correction receive-correction consult record-answer notify-extension ask-reasons "
    "record-reasons record-payment record-search draft-reply reply answer-on-the-spot record-delivery withdraw "
    "provide-help request-record-correction propose-conversion "
    "issue-letter"
)
APPLICATIONS_MAY: Mapping[str, People] = {
    **dict.fromkeys(BY_UNIT.split(), UNIT_DESK),
    **dict.fromkeys(
        "replace-period notice-fee review-reply decide-record-correction accept-conversion".split(), UNIT_HEADS
    ),
    **dict.fromkeys("confirm-receipt file-reconsideration file-lawsuit archive".split(), UNIT_DESK | COUNTY_DESK),
    **dict.fromkeys("decide-reconsideration decide-lawsuit".split(), COUNTY_DESK),
    "approve-extension": of("education", "disclosure_head"),
    "find-fault": COUNTY_HEADS,
    "erase": COUNTY_HEADS | everywhere("security_admin"),
    **CORRECTIONS,
}
MESSAGES = "/api/v1/messages/messages"
PUBLISHING = "/api/v1/publishing"
DESK = "/api/v1/assessment"
DESK_PEOPLE = of(OFFICE, "clerk", "office", "head")
SUBMITTERS = PEOPLE & frozenset[str]().union(*map(everywhere, ("clerk", "reviewer", "head", "custodian", "office")))
TEAM = of("education", "interpreter")
DRAFTERS, HEAD_OF_UNIT = of("education", "clerk", "reviewer", "head", "custodian"), of("education", "head")
ABOUT_DOCUMENTS: dict[str, People] = {
    "resubmit-document": DRAFTERS,
    "propose-attribute": DRAFTERS,
    "review-attribute": of("education", "reviewer", "head", "disclosure_head"),
    "confirm-non-disclosure": of("education", "disclosure_head") | of(OFFICE, "disclosure_head"),
    "return-document": DESK_PEOPLE,
    "determine-attribute": HEADS,
    "note-interpretation": frozenset(),
    "issue-document": DESK_PEOPLE | DRAFTERS,
    "reassess-attribute": HEADS | of("education", "head", "disclosure_head"),
    "correct-issue": HEADS,
    "repeal-document": HEADS | HEAD_OF_UNIT,
    **CORRECTIONS,
}
ABOUT_INTERPRETATIONS: dict[str, People] = {
    "file-plan": DRAFTERS | TEAM,
    "urge-interpretation": DESK_PEOPLE,
    "submit-material": DRAFTERS | TEAM,
    "return-material": DESK_PEOPLE | HEAD_OF_UNIT,
    "sign-interpretation": HEAD_OF_UNIT,
    "note-document-issue": frozenset(),
    "publish-interpretation": DRAFTERS | TEAM | DESK_PEOPLE,
    "link-interpretation": DRAFTERS | TEAM | DESK_PEOPLE,
    "waive-interpretation": HEADS,
    **CORRECTIONS,
}
ABOUT_FINDINGS: dict[str, People] = {
    "accept-defect": UNIT_HEADS,
    **dict.fromkeys(("dispute-defect", "report-fix"), of("education", *WRITERS)),
    **dict.fromkeys(("confirm-defect", "reject-defect", "return-fix", "clear-defect"), HEADS | LEADERS),
    "give-guidance": DESK_PEOPLE,
    "erase-quote": HEADS | everywhere("security_admin"),
    **CORRECTIONS,
}
REPORTERS = ("clerk", "reviewer", "head", "custodian", "disclosure_head", "office")
ANNUAL_REPORTS: dict[str, People] = {
    **dict.fromkeys(("enter-figures", "write-report"), of("education", *REPORTERS)),
    **dict.fromkeys(("freeze-report", "publish-report"), of("education", "head", "disclosure_head", "office")),
    **CORRECTIONS,
}
UNIT = "rename regroup merge close assign-post end-post grant-delegation end-delegation"
TABLE: dict[tuple[str, str], Rule] = {
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    **service("publishing", STAFF_S),
    **service("requests", TAKEN),
    **service("messages", TAKEN),
    **service("assessment", STAFF_S),
    ("GET", MESSAGES): Rule(FILES),
    ("GET", f"{MESSAGES}.xlsx"): Rule(FILES),
    ("POST", MESSAGES): TAKEN,
    ("POST", f"{MESSAGES}/follow"): TAKEN,
    **lists(MESSAGES),
    **lists("/api/v1/requests/applications"),
    **lists(f"{PUBLISHING}/articles"),
    **lists(f"{PUBLISHING}/columns"),
    **lists(f"{PUBLISHING}/findings"),
    **lists(f"{PUBLISHING}/documents"),
    **lists(f"{PUBLISHING}/interpretations"),
    ("GET", f"{MESSAGES}/{{id}}"): readable(ORDINARY_SEEN),
    ("GET", f"{MESSAGES}/{{id}}/why"): readable(ORDINARY_SEEN),
    ("GET", f"{MESSAGES}/{{id}}/why/{{rule}}"): readable(ORDINARY_SEEN),
    ("GET", f"{MESSAGES}/{{id}}/files/{{file}}"): NO_FILE,
    **{
        ("POST", f"{MESSAGES}/{{id}}/{name}"): command(who, ORDINARY_SEEN)
        for name, who in entitled("education", ["water"]).items()
    },
    **reference("applications", EDUCATION_SEEN, APPLICATIONS_MAY, "requests"),
    ("POST", "/api/v1/requests/applications"): TAKEN,
    ("POST", "/api/v1/requests/applications/follow"): TAKEN,
    ("GET", "/api/v1/requests/applications/{id}/letters"): readable(EDUCATION_SEEN),
    ("GET", "/api/v1/requests/applications/{id}/letters/{letter}.docx"): readable(EDUCATION_SEEN, 404),
    ("GET", "/api/v1/requests/applications/{id}/letters/{letter}.html"): readable(EDUCATION_SEEN, 404),
    **reference("articles", EDUCATION_SEEN | DESK_OF_ITEMS, articles("education"), "publishing"),
    ("POST", f"{PUBLISHING}/articles"): Rule(frozenset().union(*(everywhere(role) for role in WRITERS)) & PEOPLE, 422),
    **reference("columns", EDUCATION_SEEN | DESK_OF_ITEMS, columns("education"), "publishing"),
    ("POST", f"{PUBLISHING}/columns"): Rule(HEADS, 422),
    **reference("findings", EDUCATION_SEEN | DESK_PEOPLE, ABOUT_FINDINGS, "publishing"),
    ("POST", f"{PUBLISHING}/findings"): Rule(DESK_PEOPLE, 422),
    **{
        ("GET", f"{PUBLISHING}/{each}/{{id}}/why"): readable(EDUCATION_SEEN | more)
        for each, more in (("articles", DESK_OF_ITEMS), ("columns", DESK_OF_ITEMS), ("findings", DESK_PEOPLE))
    },
    **reference("documents", ORDINARY_SEEN | of(OFFICE, "clerk", "disclosure_head"), ABOUT_DOCUMENTS, "publishing"),
    ("POST", "/api/v1/publishing/documents"): Rule(SUBMITTERS, 422),
    **reference("interpretations", EDUCATION_SEEN | DESK_PEOPLE, ABOUT_INTERPRETATIONS, "publishing"),
    ("POST", "/api/v1/publishing/interpretations"): Rule(DESK_PEOPLE, 422),
    **reference("calendars", REFERENCE_SEEN, {"amend": KEEPERS, **CORRECTIONS}),
    **reference("departments", EDUCATION_SEEN, {**dict.fromkeys(UNIT.split(), KEEPERS), **CORRECTIONS}),
    **reference("plans", REFERENCE_SEEN, CORRECTIONS),
    **reference("annual-reports", EDUCATION_SEEN, ANNUAL_REPORTS),
    ("POST", f"{DESK}/annual-reports"): Rule(frozenset().union(*map(everywhere, REPORTERS)) & PEOPLE, 422),
    ("GET", f"{DESK}/annual-reports/{{id}}/why"): readable(EDUCATION_SEEN),
    ("GET", f"{DESK}/ranking/{{quarter}}"): POSTED,
    ("GET", f"{DESK}/explain/{{quarter}}/{{department}}"): POSTED,
    **{("GET", f"{DESK}/report/annual/{{year}}{suffix}"): POSTED for suffix in ("", ".xlsx", ".docx")},
    ("GET", f"{DESK}/events"): POSTED,
    ("GET", f"{DESK}/facts"): POSTED,
    ("GET", f"{DESK}/cases/{{case}}"): Rule(ORDINARY_SEEN, others=404),
    ("GET", f"{DESK}/cases/{{case}}/why"): Rule(ORDINARY_SEEN, others=404),
    ("GET", f"{DESK}/calendar/due"): Rule(PEOPLE, 422),
    ("GET", f"{DESK}/calendar/{{year}}"): POSTED,
    ("POST", f"{DESK}/calendar/publish"): Rule(KEEPERS, 422),
    ("POST", f"{DESK}/calendar/amend"): Rule(KEEPERS, 422),
    ("GET", f"{DESK}/verify"): Rule(AUDITORS),
    ("GET", f"{DESK}/replay"): Rule(AUDITORS),
    ("GET", f"{DESK}/refusals"): Rule(HEADS),
}


APPLICATION = "A2026-000001"
ARTICLE = "P2026-000001"
ARTICLE_DRAFTED = Draft(title="题", department="education")
COLUMN = "L2026-000001"
COLUMN_OPENED = Open(name="教育动态", owner="education", kind="dynamic")

PATROLLED = RecordPatrol(
    department="education",
    scope="website",
    found=read_date("2026-03-02"),
    area="content",
    cause="misprint",
    severity="minor",
    page="https://www.example.gov.cn/1.html",
)


class World(NamedTuple):
    county: LocalCounty
    message: str
    plan: str


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with local_county(tmp_path_factory.mktemp("county")) as county:
        engine = county.runtime.engine("assessment")
        posts = [(person, *person.split("@"), None) for person in sorted(PEOPLE)]
        for subject, role, unit, until in (*posts, ("former", "head", OFFICE, read_date("2026-03-04"))):
            given = {"subject": subject, "role": role, "since": read_date("2026-01-01"), "until": until}
            asked = Asked(AssignPost.model_validate(given), SYSTEM, f"post:{subject}")
            await engine.execute(engine.kind("department"), f"department-{unit}", [asked])
        await county.runtime.settle_down()
        message = await county.handled("education")
        await county.done(message, "add-co-handler", "clerk@county-office", department="water")
        plans = [head.id async for head in county.runtime.stores.cases.walk("assessment") if head.kind == "plan"]
        requests = county.runtime.engine("requests")
        taken = Asked(TakeOver(department="education", message=message), SYSTEM, "application")
        await requests.execute(requests.kind("application"), None, [taken])
        publishing = county.runtime.engine("publishing")
        reporting = OpenAnnualReport(year=2026, department="education")
        await engine.execute(engine.kind("annual_report"), None, [Asked(reporting, SYSTEM, "annual-report")])
        for kind, opening in (("column", COLUMN_OPENED), ("article", ARTICLE_DRAFTED), ("finding", PATROLLED)):
            await publishing.execute(publishing.kind(kind), None, [Asked(opening, SYSTEM, kind)])
        given = {"department": "education", "title": "招生办法", "type": "notice", "joint_with": ("water",)}
        submitted = SubmitDocument.model_validate({**given, "in_scope_of_interpretation": True})
        await publishing.execute(publishing.kind("document"), None, [Asked(submitted, SYSTEM, "document")])
        await county.runtime.settle_down()
        yield World(county, message, plans[0])


pytestmark = pytest.mark.asyncio(loop_scope="module")
ROUTES = sorted(TABLE)


async def status(world: World, route: tuple[str, str], headers: dict[str, str]) -> int:
    method, address = route
    ids = {
        "calendars": "calendar-2026",
        "departments": "department-education",
        "plans": world.plan,
        "annual-reports": "annual-report-2026-education",
        "applications": APPLICATION,
        "articles": ARTICLE,
        "columns": COLUMN,
        "findings": case_id(PATROLLED),
        "documents": "W2026-000001",
        "interpretations": "J2026-000001",
    }
    collection = address.split("/")[4] if address.count("/") > 3 else ""
    path = filled(
        address,
        id=ids.get(collection, world.message),
        case=world.message,
        rule="reply",
        file="0" * 64,
        letter="1",
        quarter="2026Q1",
        department="education",
        year="2026",
    )
    body = b'{"x": 1}' if method == "POST" else None
    answer = await world.county.client.request(method, path, content=body, headers=headers)
    assert answer.status_code < 500, answer.text
    return answer.status_code


async def test_the_table_names_every_route_of_the_application(world: World) -> None:
    assert set(world.county.routes()) == TABLE.keys()


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
async def test_a_route_is_open_to_those_whom_the_table_names_and_nobody_else(
    world: World, route: tuple[str, str]
) -> None:
    rule = TABLE[route]
    for person in sorted(PEOPLE):
        if person in rule.let_in:
            expected = rule.status
        else:
            expected = 403 if person in rule.refused else rule.others
        found = await status(world, route, world.county.as_(person))
        assert found == expected, f"{person}: {found}, not {expected}"
    for person in ("nobody", "former"):
        assert await status(world, route, world.county.as_(person)) == rule.postless, person


def bad_tokens(county: LocalCounty) -> dict[str, str]:
    """Tokens of the head of the county office that must not open anything."""
    head, now = "head@county-office", int(county.now.timestamp())
    mine, foreign = county.runtime.keys.tokens, Ed25519PrivateKey.generate()
    claims: dict[str, Any] = {"iss": "local", "aud": "gongkai", "sub": head, "iat": now, "exp": now + 3600}

    def signed(key: Ed25519PrivateKey, **other: Any) -> str:
        return jwt.encode({**claims, **other}, key, algorithm="EdDSA")

    def plain(part: Mapping[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

    good = signed(mine)
    expired, _ = county.runtime.tokens.issue(head, timedelta(hours=1), county.now - timedelta(hours=2))
    return {
        "expired": expired,
        "not valid yet": signed(mine, iat=now + 3600, exp=now + 7200),
        "signed by another key": signed(foreign),
        "another issuer": signed(mine, iss="https://elsewhere.example"),
        "another audience": signed(mine, aud="other"),
        "without expiry": jwt.encode({k: v for k, v in claims.items() if k != "exp"}, mine, algorithm="EdDSA"),
        "unsigned": f"{plain({'alg': 'none', 'typ': 'JWT'})}.{plain(claims)}.",
        "a signature of something else": f"{good.rpartition('.')[0]}.{signed(mine, sub='x').rpartition('.')[2]}",
        "signed with the public key as a secret": jwt.encode(claims, "0" * 32, algorithm="HS256"),
        "no token at all": "head@county-office",
    }


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
async def test_without_a_good_token_a_route_is_closed_unless_it_is_public(world: World, route: tuple[str, str]) -> None:
    rule = TABLE[route]
    expected = rule.status if rule.closed is None else rule.closed
    assert await status(world, route, {}) == expected
    for kind, token in bad_tokens(world.county).items():
        found = await status(world, route, {"Authorization": f"Bearer {token}"})
        assert found == (401 if rule.looks_at_token else rule.status), kind
    assert await status(world, route, {"Authorization": "Basic aGVhZDpoZWFk"}) == (
        401 if rule.looks_at_token else rule.status
    )


@pytest.mark.parametrize("name", sorted(entitled("education", [])))
async def test_a_receipt_code_opens_the_writer_s_commands_and_no_others(world: World, name: str) -> None:
    route = ("POST", f"{MESSAGES}/{{id}}/{name}")
    code = world.county.runtime.receipts.receipt_code(world.message)
    other = world.county.runtime.receipts.receipt_code("M2026-000002")
    assert await status(world, route, {"Receipt-Code": code}) == (422 if name in WRITER_S else 401)
    assert await status(world, route, {"Receipt-Code": other}) == (404 if name in WRITER_S else 401)
