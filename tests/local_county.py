"""The whole application on a data folder, spoken to over HTTP inside the test; every person holds the posts they name."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from starlette.routing import Route

from services.assessment.department import AssignPost
from services.local import LocalRuntime, open_local
from services.web import app_of
from shared.domain.directory import SYSTEM
from shared.domain.localtime import read_date, read_moment
from shared.engine.execute import Asked
from shared.settings import Settings
from shared.web.service_routes import Services

MESSAGES = "/api/v1/messages/messages"
LETTER: Mapping[str, Any] = {
    "title": "校门口没有路灯",
    "text": "实验小学门口的路灯坏了三天。",
    "name": "王小明",
    "phone": "13812345678",
}
ABSENT = "M2026-999999"


@dataclass
class LocalCounty:
    """``client`` speaks to the application, ``now`` is the county's clock; people are named ``role@unit``."""

    now: datetime
    runtime: LocalRuntime
    app: FastAPI
    client: httpx2.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)

    async def post(self, subject: str, *posts: tuple[str, str]) -> None:
        """Gives somebody posts: (unit, role)."""
        engine = self.runtime.engine("assessment")
        for unit, role in posts:
            command = AssignPost.model_validate({"subject": subject, "role": role, "since": read_date("2026-01-01")})
            asked = Asked(command, SYSTEM, f"post:{subject}:{unit}:{role}")
            await engine.execute(engine.kind("department"), f"department-{unit}", [asked])
        await self.runtime.settle_down()

    def as_(self, subject: str, **headers: str) -> dict[str, str]:
        """The headers of a person, with a token of today."""
        token, _ = self.runtime.tokens.issue(subject, timedelta(hours=8), self.now)
        return {"Authorization": f"Bearer {token}", **headers}

    async def submit(self, **fields: Any) -> dict[str, Any]:
        """A citizen's message; what was answered, receipt and all."""
        answer = await self.client.post(MESSAGES, json={**LETTER, **fields})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def give(self, case: str, command: str, by: str, **fields: Any) -> httpx2.Response:
        """A command on a message."""
        return await self.client.post(f"{MESSAGES}/{case}/{command}", json=fields, headers=self.as_(by))

    async def done(self, case: str, command: str, by: str, **fields: Any) -> dict[str, Any]:
        """A command that must be carried out."""
        answer = await self.give(case, command, by, **fields)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def get(self, path: str, by: str, **headers: str) -> httpx2.Response:
        """What somebody reads at an address."""
        return await self.client.get(path, headers=self.as_(by, **headers))

    async def handled(self, unit: str, category: str = "complaint", **fields: Any) -> str:
        """A message assigned to ``unit``: its id."""
        case = str((await self.submit(**fields))["id"])
        await self.done(case, "accept", "clerk@county-office")
        await self.done(case, "classify", "clerk@county-office", category=category)
        await self.done(case, "assign", "clerk@county-office", department=unit)
        return case

    async def answered(self, unit: str, **fields: Any) -> str:
        """A message that ``unit`` has answered: its id."""
        case = await self.handled(unit, **fields)
        await self.done(case, "draft-reply", f"clerk@{unit}", text="路灯已经修复。")
        await self.done(case, "approve-reply", f"head@{unit}")
        await self.done(case, "reply", f"head@{unit}")
        return case

    async def reported(self, accused: str, handler: str | None = None, **fields: Any) -> str:
        """A report isolated from ``accused`` when it was classified: its id."""
        case = str((await self.submit(**fields))["id"])
        await self.done(case, "accept", "office@county-office")
        more = {"handler": handler} if handler else {}
        await self.done(case, "classify", "office@county-office", category="report", accused=accused, **more)
        return case

    def routes(self) -> Iterator[tuple[str, str]]:
        """Every (method, address) of the application, ``{…}`` for what varies."""
        for middleware in self.app.user_middleware:
            if middleware.cls is Services:
                for service in middleware.kwargs["services"]:
                    for address, methods in service.addresses.items():
                        yield from ((method, service.base + address) for method in methods)
        yield from routes_of(self.app.router.routes)


def routes_of(routes: Any) -> Iterator[tuple[str, str]]:
    """The routes of a router and of those included in it."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner.routes)
            continue
        assert isinstance(route, Route) or hasattr(route, "methods"), route
        yield from ((method, route.path) for method in sorted(route.methods - {"HEAD"}))


def filled(address: str, **values: str) -> str:
    """An address with its places filled in."""
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], address)


@asynccontextmanager
async def local_county(folder: Path, now: str = "2026-03-05 09:00", **settings: Any) -> AsyncIterator[LocalCounty]:
    """A seeded county that lasts as long as the block; its clock stands unless it is moved."""
    made: list[LocalCounty] = []
    start = read_moment(now).astimezone(UTC)
    given = {"data": folder, "public_per_minute": 1_000_000, **settings}
    runtime = await open_local(Settings(**given), "test", lambda: made[0].now if made else start)
    try:
        if runtime.reference.position == 0:
            await runtime.init()
        app = app_of(runtime)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://county") as client:
            made.append(LocalCounty(start, runtime, app, client))
            yield made[0]
    finally:
        await runtime.close()
