"""A process's web application: the routes of the services it runs, the desk's questions, health and metrics."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from services.desk import Desk
from services.desk_openapi import desk_paths
from services.desk_routes import desk_router
from services.import_list import IMPORTERS, import_rows
from services.runtime import Runtime, distinct
from services.troubles import Trouble, each_once, trouble_of
from shared.domain.directory import OFFICE, Actor
from shared.domain.kind import CaseKind
from shared.domain.localtime import moment_text
from shared.domain.text import Text
from shared.exports.template import template_of
from shared.exports.template import title_of as template_title
from shared.security.files import Files
from shared.security.rate import RateLimit
from shared.security.visibility import reach_of
from shared.storage.port import StoreAway, waiting
from shared.web.app import compose_app
from shared.web.commands import read_body
from shared.web.language import language_of
from shared.web.metrics import Figure
from shared.web.operations import Health, Reason
from shared.web.people import Gate, People
from shared.web.problems import forbidden, unauthorised
from shared.web.query import Parameters
from shared.web.reading import json_answer, workbook_answer
from shared.web.service_routes import service_routes


def app_of(runtime: Runtime, served: Collection[str] | None = None) -> FastAPI:
    """The application on an open runtime; its background tasks run while the application does.

    ``served``: the services whose routes it has (all). The desk's questions are asked of assessment.
    """
    names = [name for name in runtime.services if served is None or name in served]
    gate = Gate(
        runtime.tokens,
        runtime.receipts,
        runtime.audit,
        RateLimit(f"{runtime.settings.public_per_minute}/minute"),
        Files(runtime.stores.files, runtime.vault, largest=runtime.settings.file_limit, cipher=runtime.settings.cipher),
        runtime.settings.body_limit,
        runtime.settings.file_limit,
    )
    people = People(gate, runtime.follower, runtime.clock)
    desk = Desk(runtime)
    runtime.engine("assessment").count = desk.count

    async def import_list(request: Request, kind: CaseKind[Any]) -> Response:
        actor = importer(people, request)
        asked = Parameters(request.query_params)
        name = asked.text("filename") or f"{kind.collection}.xlsx"
        mapping = asked.text("mapping", 10_000)
        create = asked.one_of("create_departments", ("true", "false")) == "true"
        dry_run = asked.one_of("dry_run", ("true", "false")) == "true"
        asked.done()
        document = await import_rows(
            runtime,
            kind.collection,
            name,
            await read_body(request, runtime.settings.file_limit),
            mapping=mapping.encode() if mapping else None,
            create_departments=create,
            dry_run=dry_run,
            actor=actor,
            lang=language_of(request.headers.get("accept-language")),
        )
        if not dry_run:
            await runtime.audit.record(
                actor,
                "import",
                kind.collection,
                detail={
                    "kind": kind.name,
                    "sha256": document["sha256"],
                    "rows": document["rows"],
                    "imported": document["imported"],
                    "rejected": len(document["rejected"]),
                },
            )
        return json_answer(document)

    async def template(request: Request, kind: CaseKind[Any]) -> Response:
        reader(people, request)
        Parameters(request.query_params).done()
        importer = IMPORTERS[kind.collection]
        body = template_of(importer, runtime.reference.directory, runtime.clock())
        return workbook_answer(template_title(importer), body)

    files = {("POST", "import"): import_list, ("GET", "template.xlsx"): template}
    services = [
        service_routes(
            name,
            s.declared.title,
            s.kinds,
            s.engine,
            gate,
            {importer.kind.collection: files for importer in s.declared.importers},
            BESIDE.get(name),
        )
        for name, s in runtime.services.items()
        if name in names
    ]

    async def health() -> Health:
        told = _troubles(runtime)
        own = [runtime.services[name] for name in names]
        try:
            oldest = [await s.stores.cases.oldest_unsent(s.name) for s in own]
            parked = [len(waiting(await positions.parked())) for positions in distinct(s.stores.positions for s in own)]
            swept = await runtime.swept_through()
        except StoreAway as away:
            return _health(each_once({"store": trouble_of("store", away)}, told), {})
        unsent = [o for o in oldest if o is not None]
        detail = {
            "lag": await runtime.lag(),
            "oldest_unsent": moment_text(min(unsent)) if unsent else None,
            "parked": sum(parked),
            "swept_through": moment_text(swept) if swept else None,
        }
        return _health(told, detail)

    async def figures() -> list[Figure]:
        told = await runtime.figures()
        ready = not any(trouble.fatal for trouble in _troubles(runtime))
        found = [Figure(name, FIGURES[name], value) for name, value in told.items()]
        return [*found, Figure("ready", "Whether the process is ready", float(ready))]

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stopped = asyncio.Event()
        background = asyncio.create_task(runtime.run(stopped))
        try:
            yield
        finally:
            stopped.set()
            runtime.stirred.set()
            await background

    return compose_app(
        services, [desk_router(desk, people)] if "assessment" in names else [], health, figures, lifespan
    )


NOT_READ = Text(
    "基础数据（日历、单位、方案）尚未读完；一直如此的，请看事件日志是否可用，并运行 gongkai init",
    "the reference data (calendar, departments, plans) have not been read yet; if it stays so, see whether the event log "
    "can be reached, and run gongkai init",
)
REFUSES = Text("存储不接受写入：{why}", "the store takes no writes: {why}")
BESIDE = {"assessment": desk_paths()}
FIGURES = {
    "unsent_files": "Case files with events not yet published",
    "oldest_unsent_seconds": "How long the oldest unpublished file has waited; 0 when none waits",
    "parked_events": "Events that could not be taken",
    "overdue_cases": "Open cases past a due date",
    "consumer_lag": "Events that wait for the consumers of this process",
    "partitions_assigned": "Partitions that the log gave to this process",
    "log_reachable": "Whether the event log answered when it was last looked at",
    "partitions_refused": "Partitions not read because the log is not the one read before",
}


def importer(people: People, request: Request) -> Actor:
    """The person of a request, who must be of the county office today. Raises ``Problem`` 401 or 403."""
    visitor = people.visitor(request.headers)
    if not visitor.signed_in:
        raise unauthorised()
    if not visitor.actor.holds(("office", "head"), OFFICE):
        raise forbidden()
    return visitor.actor


def reader(people: People, request: Request) -> Actor:
    """The person of a request, who must work on files today. Raises ``Problem`` 401 or 403."""
    visitor = people.visitor(request.headers)
    if not visitor.signed_in:
        raise unauthorised()
    if reach_of(visitor.actor)[0] == "nothing":
        raise forbidden()
    return visitor.actor


def _troubles(runtime: Runtime) -> list[Trouble]:
    """What is wrong, what keeps the process from being ready first. With the log away it goes on: what it leaves waits
    in its files."""
    others = runtime.reasons()
    if runtime.follower.current is None:
        others.insert(0, Trouble("reference_not_read", NOT_READ, fatal=True))
    if (refusing := runtime.refusing) is not None:
        others.insert(0, Trouble("store_refuses_writes", REFUSES.format(why=refusing), fatal=True))
    return each_once(runtime.troubles, others)


def _health(told: Sequence[Trouble], detail: Mapping[str, Any]) -> Health:
    reasons = tuple(Reason(trouble.code, trouble.text) for trouble in told)
    return Health(not any(trouble.fatal for trouble in told), reasons, detail)
