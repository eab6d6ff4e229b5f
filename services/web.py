"""The web application of the local runtime: every service's routes, the desk's questions, health and metrics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from services.desk import Desk
from services.desk_openapi import desk_paths
from services.desk_routes import desk_router
from services.import_list import import_rows
from services.local import LocalRuntime
from shared.domain.directory import OFFICE, Actor
from shared.domain.kind import CaseKind
from shared.domain.localtime import local_date, moment_text
from shared.security.files import Files
from shared.security.rate import RateLimit
from shared.web.app import compose_app
from shared.web.commands import read_body
from shared.web.language import language_of
from shared.web.metrics import forget, gauge
from shared.web.operations import Health
from shared.web.people import Gate, People
from shared.web.problems import forbidden, unauthorised
from shared.web.query import Parameters
from shared.web.reading import json_answer
from shared.web.service_routes import service_routes


def local_app(runtime: LocalRuntime) -> FastAPI:
    """The application on an open runtime; its background tasks run while the application does."""
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

    extra = {("POST", "import"): import_list}
    services = [
        service_routes(
            name, s.declared.title, s.kinds, s.engine, gate, extra if name == "messages" else None, BESIDE.get(name)
        )
        for name, s in runtime.services.items()
    ]

    async def health() -> Health:
        reasons = []
        if runtime.follower.current is None:
            reasons.append("reference_not_read")
        if runtime.database.refusing is not None:
            reasons.append(f"store_refuses_writes: {runtime.database.refusing}")
        reasons += [f"{name}_failed: {why}" for name, why in runtime.troubles.items()]
        oldest = [await runtime.stores.cases.oldest_unsent(name) for name in runtime.services]
        waiting = [o for o in oldest if o is not None]
        swept = await runtime.swept_through()
        detail = {
            "lag": await runtime.facts.lag(),
            "oldest_unsent": moment_text(min(waiting)) if waiting else None,
            "parked": len(await runtime.stores.positions.parked()),
            "swept_through": moment_text(swept) if swept else None,
        }
        return Health(not reasons, tuple(reasons), detail)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stopped = asyncio.Event()
        background = asyncio.create_task(runtime.run(stopped))
        gauges = [
            gauge("unsent_files", "Case files with events not yet published", lambda: _count(runtime, UNSENT)),
            gauge("parked_events", "Events that could not be taken", lambda: _count(runtime, PARKED)),
            gauge(
                "overdue_cases",
                "Open cases past a due date",
                lambda: _count(runtime, OVERDUE, local_date(runtime.clock()).isoformat()),
            ),
            gauge(
                "ready",
                "Whether the process is ready",
                lambda: float(runtime.follower.current is not None and not runtime.troubles),
            ),
        ]
        try:
            yield
        finally:
            for one in gauges:
                forget(one)
            stopped.set()
            runtime.stirred.set()
            await background

    return compose_app(services, [desk_router(desk, people)], health, lifespan)


BESIDE = {"assessment": desk_paths()}
UNSENT = "SELECT count(*) FROM cases WHERE version > sent"
PARKED = "SELECT count(*) FROM parked"
OVERDUE = "SELECT count(*) FROM cases WHERE open = 1 AND due < ?"


def importer(people: People, request: Request) -> Actor:
    """The person of a request, who must be of the county office today. Raises ``Problem`` 401 or 403."""
    visitor = people.visitor(request.headers)
    if not visitor.signed_in:
        raise unauthorised()
    if not visitor.actor.holds(("office", "head"), OFFICE):
        raise forbidden()
    return visitor.actor


def _count(runtime: LocalRuntime, sql: str, *values: str) -> float:
    return float(runtime.database.read(sql, values)[0][0])
