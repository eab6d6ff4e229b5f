"""A process's web application: the routes of the services it runs, the desk's questions, health and metrics."""

import asyncio
from collections.abc import AsyncIterator, Collection
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
from shared.domain.directory import OFFICE, Actor
from shared.domain.kind import CaseKind
from shared.domain.localtime import moment_text
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
from shared.web.operations import Health
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
        wrong = [f"{name}_failed: {why}" for name, why in runtime.troubles.items()]
        fatal = _fatal(runtime)
        if (refusing := runtime.refusing) is not None:
            fatal.insert(0, f"store_refuses_writes: {refusing}")
        if runtime.follower.current is None:
            fatal.insert(0, "reference_not_read")
        told = runtime.reasons() + [words for words in wrong if words not in fatal]
        own = [runtime.services[name] for name in names]
        try:
            oldest = [await s.stores.cases.oldest_unsent(s.name) for s in own]
            parked = [len(waiting(await positions.parked())) for positions in distinct(s.stores.positions for s in own)]
            swept = await runtime.swept_through()
        except StoreAway as away:
            return Health(False, (*fatal, *told, f"store_away: {away}"))
        unsent = [o for o in oldest if o is not None]
        detail = {
            "lag": await runtime.lag(),
            "oldest_unsent": moment_text(min(unsent)) if unsent else None,
            "parked": sum(parked),
            "swept_through": moment_text(swept) if swept else None,
        }
        return Health(not fatal, (*fatal, *told), detail)

    async def figures() -> list[Figure]:
        told = await runtime.figures()
        ready = runtime.follower.current is not None and runtime.refusing is None and not _fatal(runtime)
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


BESIDE = {"assessment": desk_paths()}
FIGURES = {
    "unsent_files": "Case files with events not yet published",
    "oldest_unsent_seconds": "How long the oldest unpublished file has waited; 0 when none waits",
    "parked_events": "Events that could not be taken",
    "overdue_cases": "Open cases past a due date",
    "consumer_lag": "Events that wait for the consumers of this process",
    "partitions_assigned": "Partitions that the log gave to this process",
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


def _fatal(runtime: Runtime) -> list[str]:
    """What keeps the process from being ready. With the log away it goes on: what it leaves waits in its files."""
    return [f"{name}_failed: {why}" for name, why in runtime.troubles.items() if not why.startswith("LogAway")]
