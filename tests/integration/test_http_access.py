"""Every route for every role: who is let through, who is told it is not theirs, for whom it is not there. Deny by default."""

import re
from collections.abc import AsyncIterator, Iterable

import pytest
import pytest_asyncio

from services.messages import MESSAGE
from shared.domain.directory import OFFICE, ROLES
from tests.county_over_http import MESSAGES, UNITS, County, county
from tests.message_bodies import BODIES

TODO, DOCS, OPENAPI = "/api/v1/messages/todo", "/api/v1/messages/docs", "/api/v1/messages/openapi.json"


def of(unit: str, *roles: str) -> frozenset[str]:
    return frozenset(f"{role}@{unit}" for role in roles)


def everywhere(role: str) -> frozenset[str]:
    return frozenset(f"{role}@{unit}" for unit in UNITS)


EVERYBODY = frozenset(f"{role}@{unit}" for role in ROLES for unit in UNITS)
WORKERS = ("clerk", "reviewer", "head", "custodian", "disclosure_head", "office", "secrecy", "legal", "interpreter")
NO_FILES = everywhere("ops") | everywhere("security_admin") | everywhere("auditor")
LEADERS = everywhere("leader") | everywhere("chief_leader")
OVERVIEW = LEADERS | everywhere("analyst")
DESK, HEADS = of(OFFICE, "clerk", "office", "head"), of(OFFICE, "office", "head")


def handler(unit: str, *roles: str) -> frozenset[str]:
    return of(unit, *(roles or ("clerk", "reviewer", "head", "office")))


def entitled(holder: str, parties: Iterable[str]) -> dict[str, frozenset[str]]:
    """Who may give each command on a file held by ``holder``, as the institution has it."""
    party = frozenset[str]().union(*(of(unit, "clerk", "reviewer", "head") for unit in parties))
    review = handler(holder, "reviewer", "head") | HEADS
    leaders = LEADERS
    desk = (
        "accept decline classify reclassify assign grant-return deny-return add-co-handler divert-to-petition "
        "divert-to-request accept-diversion rate comment request-confidentiality"
    )
    return {
        **dict.fromkeys(desk.split(), DESK),
        "request-return": handler(holder),
        "record-investigation": handler(holder) | party,
        "request-extension": handler(holder),
        "grant-extension": HEADS,
        "deny-extension": HEADS,
        "draft-reply": handler(holder),
        "send-back": review,
        "approve-reply": handler(holder, "head") | HEADS,
        "reply": handler(holder, "reviewer", "head", "office"),
        "publish-reply": review,
        "withhold-reply": review,
        "order-rework": HEADS,
        "issue-supervision": HEADS | leaders,
        "note-instruction": HEADS | leaders,
        "quarantine": HEADS,
        "archive": handler(holder) | DESK,
        "erase": HEADS | everywhere("security_admin"),
        "void-entry": HEADS,
        "revoke-overdue": HEADS,
    }


ORDINARY_SEEN = (
    HEADS | of(OFFICE, "secrecy", "legal", "interpreter") | of("education", *WORKERS) | of("water", *WORKERS) | OVERVIEW
)
REPORT_SEEN = of(OFFICE, "clerk", "reviewer", "custodian", "disclosure_head", "office", "head")
WRITER_S = {"rate", "comment", "request-confidentiality"}


class World:
    """An ordinary file of education with water taking part, and a report on water that the county office handles."""

    def __init__(self, county: County, ordinary: str, report: str) -> None:
        self.county, self.ordinary, self.report = county, ordinary, report


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world() -> AsyncIterator[World]:
    async with county() as made:
        ordinary = await made.handled("education")
        await made.done(ordinary, "add-co-handler", "clerk@county-office", department="water")
        yield World(made, ordinary, await made.reported(accused="water"))


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def status(world: World, method: str, path: str, headers: dict[str, str], body: bytes = b'{"x": 1}') -> int:
    answer = await world.county.client.request(
        method, path, headers=headers, content=body if method == "POST" else None
    )
    assert answer.status_code < 500, answer.text
    return answer.status_code


async def test_the_tables_name_every_command() -> None:
    names = {model.command_name for model in MESSAGE.commands}
    assert entitled("education", ()).keys() == (names - {"submit"}) | {"void-entry", "revoke-overdue"}
    assert BODIES.keys() == names | {"void-entry", "revoke-overdue"}


async def test_the_tables_name_every_route(world: World) -> None:
    document = (await world.county.client.get(OPENAPI)).json()
    named = {"/todo", "/files", "/messages", "/messages/{id}", "/messages/follow"}
    named |= {"/messages/{id}/why", "/messages/{id}/why/{rule}", "/messages/{id}/files/{file}"}
    named.add("/messages.xlsx")
    named |= {f"/messages/{{id}}/{command}" for command in entitled("education", ())}
    assert set(document["paths"]) == named


@pytest.mark.parametrize("command", sorted(entitled("education", ())))
async def test_a_command_is_open_to_whom_the_institution_names(world: World, command: str) -> None:
    """The body is one that no command takes, so 422 says that the person was let through."""
    for case, allowed, seen in (
        (world.ordinary, entitled("education", ["water"])[command], ORDINARY_SEEN),
        (world.report, entitled(OFFICE, [])[command] & REPORT_SEEN, REPORT_SEEN),
    ):
        for person in sorted(EVERYBODY):
            expected = 422 if person in allowed else 403 if person in seen else 404
            found = await status(world, "POST", f"{MESSAGES}/{case}/{command}", world.county.as_(person))
            assert found == expected, f"{person} {command} {case}: {found}, not {expected}"


@pytest.mark.parametrize("command", sorted(entitled("education", ())))
async def test_a_command_on_a_case_that_is_not_there_is_not_found_for_anybody(world: World, command: str) -> None:
    for person in sorted(EVERYBODY):
        assert await status(world, "POST", f"{MESSAGES}/M2026-999999/{command}", world.county.as_(person)) == 404


@pytest.mark.parametrize("command", sorted(entitled("education", ())))
async def test_without_token_or_post_a_command_is_closed(world: World, command: str) -> None:
    for case in (world.ordinary, world.report, "M2026-999999"):
        path = f"{MESSAGES}/{case}/{command}"
        assert await status(world, "POST", path, {}) == 401
        assert await status(world, "POST", path, {"Authorization": "Bearer forged"}) == 401
        assert await status(world, "POST", path, world.county.as_("nobody")) == 404


@pytest.mark.parametrize("command", sorted(entitled("education", ())))
async def test_a_receipt_code_opens_the_writer_s_commands_alone(world: World, command: str) -> None:
    for case in (world.ordinary, world.report):
        code = world.county.receipts.receipt_code(case)
        expected = 422 if command in WRITER_S else 401
        assert await status(world, "POST", f"{MESSAGES}/{case}/{command}", {"Receipt-Code": code}) == expected
        wrong = 404 if command in WRITER_S else 401
        assert await status(world, "POST", f"{MESSAGES}/{case}/{command}", {"Receipt-Code": "X"}) == wrong


async def test_anybody_may_submit_and_follow(world: World) -> None:
    for headers in ({}, *(world.county.as_(person) for person in sorted(EVERYBODY)), world.county.as_("nobody")):
        assert await status(world, "POST", MESSAGES, headers) == 422
        assert await status(world, "POST", f"{MESSAGES}/follow", headers) == 422


@pytest.mark.parametrize("path", ["", "/why", "/why/reply"])
async def test_a_file_is_open_to_those_who_see_it(world: World, path: str) -> None:
    for case, seen in ((world.ordinary, ORDINARY_SEEN), (world.report, REPORT_SEEN), ("M2026-999999", frozenset())):
        for person in sorted(EVERYBODY):
            expected = 403 if person in NO_FILES else 200 if person in seen else 404
            found = await status(world, "GET", f"{MESSAGES}/{case}{path}", world.county.as_(person))
            assert found == expected, f"{person} {case}{path}: {found}, not {expected}"
        assert await status(world, "GET", f"{MESSAGES}/{case}{path}", {}) == 401
        assert await status(world, "GET", f"{MESSAGES}/{case}{path}", world.county.as_("nobody")) == 403
        code = world.county.receipts.receipt_code(case)
        assert await status(world, "GET", f"{MESSAGES}/{case}{path}", {"Receipt-Code": code}) == 401


async def test_lists_are_open_to_posts_that_work_on_files_and_hold_only_theirs(world: World) -> None:
    for person in sorted(EVERYBODY):
        for path in (MESSAGES, TODO):
            answer = await world.county.client.get(path, headers=world.county.as_(person))
            assert answer.status_code == (403 if person in NO_FILES else 200), person
        if person not in NO_FILES:
            page = (await world.county.client.get(MESSAGES, headers=world.county.as_(person))).json()
            found = {item["id"] for item in page["items"]}
            seen = {c for c, who in ((world.ordinary, ORDINARY_SEEN), (world.report, REPORT_SEEN)) if person in who}
            assert found == seen, person
    for path in (MESSAGES, TODO):
        assert await status(world, "GET", path, {}) == 401
        assert await status(world, "GET", path, world.county.as_("nobody")) == 403


async def test_documentation_and_health_are_open_and_hold_no_case(world: World) -> None:
    for path in (DOCS, OPENAPI, "/healthz", "/readyz", "/metrics"):
        answer = await world.county.client.get(path)
        assert answer.status_code == 200
        assert not re.search(r"M2026-\d{6}", answer.text.replace("M2026-000123", ""))


async def test_no_other_method_is_answered_anywhere(world: World) -> None:
    paths = (MESSAGES, f"{MESSAGES}/follow", f"{MESSAGES}/{world.ordinary}", f"{MESSAGES}/{world.ordinary}/reply", TODO)
    for path in (*paths, f"{MESSAGES}/{world.ordinary}/why", DOCS, OPENAPI, "/healthz", "/readyz", "/metrics"):
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            answer = await world.county.client.request(method, path, headers=world.county.as_("head@county-office"))
            assert answer.status_code == 405, f"{method} {path}"
            assert answer.json()["code"] == "method_not_allowed"
            assert answer.headers["allow"]
