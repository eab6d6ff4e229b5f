"""The desk's questions over HTTP: ranking, explanation, facts, cases, events, calendar, verification, replay."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from typing import Any, NamedTuple

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.assessment.assessor import Unanswerable
from services.assessment.calendar import Amend, Publish
from services.desk import FIRST_YEAR, LAST_YEAR, Desk, EventFilter, annual_file, quarter_of, question_of
from shared.domain.directory import OFFICE, Actor
from shared.domain.kind import BadField, Command
from shared.domain.localtime import read_date
from shared.domain.permission import may
from shared.domain.text import Text
from shared.engine.execute import NotFound
from shared.security.visibility import may_see, reach_of, readable_vault_fields
from shared.storage.port import CaseRecord
from shared.web.commands import read_json
from shared.web.people import People
from shared.web.problems import Problem, bad_field, forbidden, not_found, unauthorised
from shared.web.query import Parameters
from shared.web.reading import json_answer
from shared.web.views import without

OFFICE_ROLES = ("office", "head")
AUDITORS = ("office", "head", "analyst", "ops", "auditor")
RESTRICTED = Text("受限案卷有误", "a restricted case does not verify")
CASE, CASES = re.compile(r"[A-Za-z]+[0-9-]{1,30}"), "/api/v1/assessment/cases/{case}"
LONGEST_PLAN = 200_000
LARGEST_NOTICE = 1 << 20
MOST_EDITIONS = 1000
FILE_TYPES: Mapping[str, str] = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def desk_router(desk: Desk, people: People) -> APIRouter:
    """``/api/v1/assessment/…`` beside the case kinds."""
    router = APIRouter(prefix="/api/v1/assessment")

    def anybody_with_a_post(request: Request) -> Actor:
        visitor = people.visitor(request.headers)
        if not visitor.signed_in:
            raise unauthorised()
        if not visitor.actor.posts:
            raise forbidden()
        return visitor.actor

    def with_role(request: Request, *roles: str) -> Actor:
        actor = anybody_with_a_post(request)
        if not any(role in roles and (role not in OFFICE_ROLES or unit == OFFICE) for unit, role in actor.posts):
            raise forbidden()
        return actor

    def entitled(request: Request, command: type[Command]) -> Actor:
        actor = anybody_with_a_post(request)
        if not may(actor, command.command_allowed):
            raise forbidden()
        return actor

    @router.get("/ranking/{quarter}")
    async def ranking(request: Request, quarter: str) -> Response:
        anybody_with_a_post(request)
        asked = Parameters(request.query_params)
        group, table = asked.text("group"), asked.text("table")
        as_of, known, plan = asked.text("as_of"), asked.text("known_on"), asked.text("plan", LONGEST_PLAN)
        asked.done()
        if plan is not None:
            with_role(request, "office", "head", "analyst")
        question = question_of(quarter, group=group, table=table or "openness", as_of=as_of, known=known, plan=plan)
        return json_answer(await _answered(desk.rank(question)))

    @router.get("/explain/{quarter}/{department}")
    async def explain(request: Request, quarter: str, department: str) -> Response:
        actor = anybody_with_a_post(request)
        asked = Parameters(request.query_params)
        indicator, as_of, known = asked.text("indicator"), asked.text("as_of"), asked.text("known_on")
        plan = asked.text("plan", LONGEST_PLAN)
        asked.done()
        if plan is not None:
            with_role(request, "office", "head", "analyst")
        question = question_of(quarter, as_of=as_of, known=known, plan=plan)
        reach, units = reach_of(actor)

        def restricted(unit: str) -> bool:
            return reach == "everything" or unit in units

        async def hidden(cases: Collection[str]) -> set[str]:
            return {case for case in cases if await _is_hidden(desk, actor, case)}

        explained = desk.assessor.explain(question, department, indicator, restricted=restricted, hidden=hidden)
        return json_answer(await _answered(explained))

    def printed(suffix: str) -> Callable[[Request, str], Awaitable[Response]]:
        async def answer(request: Request, year: str) -> Response:
            actor = anybody_with_a_post(request)
            asked = Parameters(request.query_params)
            department, as_of, edition = asked.text("department"), asked.text("as_of"), _edition(asked)
            asked.done()
            report = desk.annual_report(_year(year), department, as_of, edition, may_read=_words_of(actor))
            document: dict[str, Any] = await _answered(report)
            name = "-".join(("annual-report", year, *filter(None, [document["department"]])))
            headers = {"Content-Disposition": f'attachment; filename="{name}{suffix}"'}
            return Response(annual_file(suffix, document), 200, headers, FILE_TYPES[suffix])

        return answer

    for suffix in FILE_TYPES:
        router.get(f"/report/annual/{{year}}{suffix}")(printed(suffix))

    @router.get("/report/annual/{year}")
    async def annual(request: Request, year: str) -> Response:
        actor = anybody_with_a_post(request)
        asked = Parameters(request.query_params)
        department, as_of, edition = asked.text("department"), asked.text("as_of"), _edition(asked)
        cell = asked.text("cell")
        asked.done()
        number = _year(year)
        document: dict[str, Any] = await _answered(
            desk.annual_report(number, department, as_of, edition, may_read=_words_of(actor))
            if cell is None
            else desk.annual_cell(number, department, as_of, edition, cell)
        )
        reach, units = reach_of(actor)
        if reach != "everything" and document["department"] not in units:
            # Numbers are published; which cases they are is for those who may read the files.
            document["cases" if cell is None else "events"] = None
        return json_answer(document)

    @router.get("/cases/{case}")
    async def case(request: Request, case: str) -> Response:
        seen = await _seen(desk, anybody_with_a_post(request), case)
        document = await desk.case_show(case)
        document["events"] = [{**e, "data": _shown(e["data"], seen)} for e in document["events"]]
        return json_answer(document)

    @router.get("/cases/{case}/why")
    async def why(request: Request, case: str) -> Response:
        await _seen(desk, anybody_with_a_post(request), case)
        asked = Parameters(request.query_params)
        rule = asked.text("rule")
        asked.done()
        return json_answer(await desk.case_why(case, rule))

    @router.get("/events")
    async def events(request: Request) -> Response:
        actor = anybody_with_a_post(request)
        wanted = _filter(desk, request)
        if wanted.case is not None:
            await _seen(desk, actor, wanted.case)

        async def lines() -> AsyncIterator[bytes]:
            seen: dict[str, _Sight] = {}
            async for event in desk.events(wanted):
                sight = await _sight(desk, actor, event["subject"], seen)
                if sight.there:
                    yield orjson.dumps({**event, "data": _shown(event["data"], sight)}) + b"\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    @router.get("/facts")
    async def facts(request: Request) -> Response:
        actor = anybody_with_a_post(request)
        asked = Parameters(request.query_params)
        quarter, type_, department = asked.text("quarter"), asked.text("type"), asked.text("department")
        limit = asked.number("limit", 200, 5000)
        after = asked.text("after")
        asked.done()
        EventFilter(type=type_).check()
        seen: dict[str, _Sight] = {}

        async def may_read(case: str) -> bool:
            return (await _sight(desk, actor, case, seen)).there

        document = await desk.facts(quarter, type_, department, limit, after, may_read)
        await desk.runtime.audit.record(
            actor, "facts_read", "facts", detail={"rows": len(document["facts"]), "filters": quarter}
        )
        return json_answer(document)

    @router.get("/calendar/due")
    async def calendar_due(request: Request) -> Response:
        anybody_with_a_post(request)
        asked = Parameters(request.query_params)
        start, amount = asked.text("start"), asked.text("amount")
        explained = asked.one_of("explain", ("true", "false")) == "true"
        suspend, extend = asked.text("suspend", 1000), asked.text("extend")
        asked.done()
        for name, value in (("start", start), ("amount", amount)):
            if value is None:
                raise bad_field(name, Text("缺少此参数", "this parameter is missing"))
        spans = tuple(suspend.split(",")) if suspend else ()
        return json_answer(
            desk.calendar_due(start or "", amount or "", explained=explained, suspend=spans, extend=extend)
        )

    @router.get("/calendar/{year}")
    async def calendar_show(request: Request, year: str) -> Response:
        anybody_with_a_post(request)
        if not (re.fullmatch("[0-9]{4}", year) and FIRST_YEAR <= int(year) <= LAST_YEAR):
            said = Text(f"年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间", f"a year from {FIRST_YEAR} to {LAST_YEAR}")
            raise bad_field("year", said)
        return json_answer(desk.calendar_show(int(year)))

    @router.post("/calendar/publish")
    async def calendar_publish(request: Request) -> Response:
        actor = entitled(request, Publish)
        return json_answer(
            await desk.calendar_enter(await read_json(request, LARGEST_NOTICE), amend=False, actor=actor)
        )

    @router.post("/calendar/amend")
    async def calendar_amend(request: Request) -> Response:
        actor = entitled(request, Amend)
        return json_answer(await desk.calendar_enter(await read_json(request, LARGEST_NOTICE), amend=True, actor=actor))

    @router.get("/verify")
    async def verify(request: Request) -> Response:
        actor = with_role(request, *AUDITORS)
        document = await desk.verify()
        bad = document["first_bad"]
        if bad is not None and await _is_hidden(desk, actor, bad["case"]):
            document["first_bad"] = {"case": None, "sequence": None, "reason": RESTRICTED.zh}
        for line in document["problems"]:
            if await _is_hidden(desk, actor, line["first"]["case"]):
                line["first"] = {"case": None, "sequence": None, "reason": RESTRICTED.zh, "place": None}
        return json_answer(document)

    @router.get("/replay")
    async def replay(request: Request) -> Response:
        actor = with_role(request, *AUDITORS)
        asked = Parameters(request.query_params)
        quarter, plan = asked.text("quarter"), asked.text("plan", LONGEST_PLAN)
        as_of, known = asked.text("as_of"), asked.text("known_on")
        asked.done()
        question = question_of(quarter or str(quarter_of(desk.runtime.today)), as_of=as_of, known=known, plan=plan)
        document: dict[str, Any] = await _answered(desk.replay(question))
        detail = {
            "source": "log",
            "events": document["events"],
            "quarter": document["quarter"],
            "equal": document["equal"],
        }
        await desk.runtime.audit.record(actor, "replay", "facts", detail=detail)
        return json_answer(document)

    @router.get("/refusals")
    async def refusals(request: Request) -> Response:
        actor = with_role(request, *OFFICE_ROLES)
        refusals = [r for r in await desk.refusals() if not await _is_hidden(desk, actor, r["case"])]
        return json_answer({"refusals": refusals})

    return router


def _year(text: str) -> int:
    """A year that the calendar reaches. Raises ``Problem`` 404."""
    if not (re.fullmatch("[0-9]{4}", text) and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise not_found()
    return int(text)


def _words_of(actor: Actor) -> Callable[[str | None], bool]:
    """Of whose annual report (None: the county's) somebody may read the words while they are being written."""
    reach, units = reach_of(actor)
    return lambda unit: reach in ("everything", "unrestricted") or (OFFICE if unit is None else unit) in units


def _edition(asked: Parameters) -> int | None:
    return asked.number("edition", 0, MOST_EDITIONS) or None


def _filter(desk: Desk, request: Request) -> EventFilter:
    asked = Parameters(request.query_params)
    service, type_, department, case = (asked.text(name) for name in ("service", "type", "department", "case"))
    since, until = asked.day("from"), asked.day("until")
    asked.done()
    EventFilter(service, type_).check()
    unit = None
    if department is not None:
        found = desk.runtime.reference.directory.find(department, desk.runtime.today)
        if found is None:
            raise bad_field("department", Text("没有这个单位", "no such department"))
        unit = found.id
    return EventFilter(
        service, type_, unit, read_date(since) if since else None, read_date(until) if until else None, case
    )


class _Sight(NamedTuple):
    """Whether a case is there for somebody, and which fields of its events they are not shown."""

    there: bool
    withheld: Collection[str] = ()


async def _seen(desk: Desk, actor: Actor, case: str) -> _Sight:
    """Raises the same 404 for a case that is not there and for one that is not there for this person."""
    sight = await _sight(desk, actor, case, {})
    if not sight.there:
        target = case if CASE.fullmatch(case) else "cases"
        await desk.runtime.audit.record(actor, "access_refused", target, detail={"route": CASES})
        raise not_found()
    return sight


async def _sight(desk: Desk, actor: Actor, case: str, seen: dict[str, _Sight]) -> _Sight:
    if case not in seen:
        seen[case] = await _look(desk, actor, case)
    return seen[case]


async def _look(desk: Desk, actor: Actor, case: str) -> _Sight:
    head = await desk.runtime.files.load(case)
    if head is None or not _may_see(desk, actor, head):
        return _Sight(False)
    engine = desk.runtime.engine(head.service)
    kind = engine.kind_of(head)
    if not kind.handler_alone or not kind.summary(await engine.state(head)).confidential:
        return _Sight(True)
    readable = readable_vault_fields(kind, actor, head, handler_alone=kind.handler_alone)
    return _Sight(True, kind.handler_alone - readable)


def _shown(data: Mapping[str, Any], sight: _Sight) -> Mapping[str, Any]:
    return without(data, sight.withheld) if sight.withheld else data


async def _is_hidden(desk: Desk, actor: Actor, case: str) -> bool:
    """Whether the case is isolated, and not there for this person; of others, score lines may be read by everybody."""
    head = await desk.runtime.files.load(case)
    return head is not None and bool(head.restricted or head.hidden_from) and not _may_see(desk, actor, head)


def _may_see(desk: Desk, actor: Actor, head: CaseRecord) -> bool:
    return may_see(actor, head, desk.runtime.engine(head.service).kind_of(head).overseen_by)


async def _answered(question: Any) -> Any:
    try:
        return await question
    except Unanswerable as unanswerable:
        if unanswerable.field in ("department", "indicator"):
            raise Problem(404, "not_found", unanswerable.message, field=unanswerable.field) from unanswerable
        raise BadField(unanswerable.field, unanswerable.message) from unanswerable
    except NotFound:
        raise not_found() from None
