"""The messages service over HTTP on memory stores: a small county, everybody's token, and a clock moved by hand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.messages import MESSAGE
from shared.domain.directory import OFFICE, ROLES, Dated, Department, Directory, Post
from shared.domain.localtime import read_moment
from shared.domain.text import Text
from shared.engine.reference import Reference
from shared.eventlog.memory import MemoryEventLog
from shared.security.audit import Audit
from shared.security.files import Files
from shared.security.identity import LocalTokens, Receipts
from shared.security.keys import Keys
from shared.security.rate import RateLimit
from shared.security.vault import Vault
from shared.service import Declared, Service, put_together
from shared.storage.memory import memory_stores
from shared.storage.port import Stores
from shared.web.app import compose_app
from shared.web.operations import Health
from shared.web.people import Gate
from shared.web.service_routes import ServiceRoutes, service_routes
from tests.scenario import known_calendar

UNITS = {OFFICE: "县政府办公室", "education": "教育局", "water": "水务局", "finance": "财政局"}
MESSAGES = "/api/v1/messages/messages"
LETTER: Mapping[str, Any] = {
    "title": "人民路路灯不亮",
    "text": "人民路与河滨路交口的路灯坏了三天，请派人修理。",
    "name": "王小明",
    "phone": "13812345678",
    "identity": "522728199001011234",
}


@dataclass
class County:
    """``client`` speaks to the service; ``as_`` gives the headers of a person; ``now`` is the county's clock."""

    now: datetime
    client: httpx2.AsyncClient
    service: Service
    stores: Stores
    routes: ServiceRoutes
    tokens: LocalTokens
    receipts: Receipts
    reference: Reference | None
    health: Health = field(default_factory=lambda: Health(True))

    def as_(self, person: str, **headers: str) -> dict[str, str]:
        """The headers of ``role@unit``, by token."""
        token, _ = self.tokens.issue(person, timedelta(hours=8), self.now)
        return {"Authorization": f"Bearer {token}", **headers}

    async def submit(self, *, as_: str | None = None, **fields: Any) -> httpx2.Response:
        """A citizen's message, or one that somebody enters."""
        headers = self.as_(as_) if as_ else {}
        return await self.client.post(MESSAGES, json={**LETTER, **fields}, headers=headers)

    async def give(self, case: str, command: str, by: str, **fields: Any) -> httpx2.Response:
        """A command on a case."""
        return await self.client.post(f"{MESSAGES}/{case}/{command}", json=fields, headers=self.as_(by))

    async def done(self, case: str, command: str, by: str, **fields: Any) -> dict[str, Any]:
        """A command that must be carried out."""
        answer = await self.give(case, command, by, **fields)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def handled(self, unit: str = "education", category: str = "complaint") -> str:
        """A message that has been assigned to ``unit``: its id."""
        case = str((await self.submit()).json()["id"])
        await self.done(case, "accept", "clerk@county-office")
        await self.done(case, "classify", "clerk@county-office", category=category)
        await self.done(case, "assign", "clerk@county-office", department=unit)
        return case

    async def answered(self, unit: str = "education") -> str:
        """A message that ``unit`` has answered: its id."""
        case = await self.handled(unit)
        await self.done(case, "draft-reply", f"clerk@{unit}", text="已派人修复。")
        await self.done(case, "approve-reply", f"head@{unit}")
        await self.done(case, "reply", f"head@{unit}")
        return case

    async def reported(self, accused: str = "water") -> str:
        """A report against ``accused``, isolated and handled by the county office: its id."""
        case = str((await self.submit(title="检举水务局乱收费")).json()["id"])
        await self.done(case, "accept", "office@county-office")
        await self.done(case, "classify", "office@county-office", category="report", accused=accused)
        return case


def directory() -> Directory:
    """Four units, in each of them one person for every role, named ``role@unit``."""
    since = date(2000, 1, 1)
    units = {u: Department(u, (Dated(since, n),), (Dated(since, "class1"),), since) for u, n in UNITS.items()}
    posts = tuple(Post(f"{role}@{unit}", unit, role, since) for unit in UNITS for role in ROLES)
    return Directory(units, posts, 1)


@asynccontextmanager
async def county(
    now: str = "2026-03-05 09:00",
    *,
    stores: Stores | None = None,
    public: str = "100000/minute",
    body_limit: int = 1 << 20,
    reference: bool = True,
) -> AsyncIterator[County]:
    """A county that lasts as long as the block."""
    stores = stores or memory_stores()
    keys = Keys(b"0123456789abcdef" * 2, Ed25519PrivateKey.generate())
    data = Reference(known_calendar(), directory(), (), {}, 1) if reference else None
    made: list[County] = []

    def clock() -> datetime:
        return made[0].now

    service = put_together(
        Declared("messages", Text("政民互动", "Messages"), (MESSAGE,)),
        stores=stores,
        files={"messages": stores.cases},
        eventlog=MemoryEventLog(),
        sealer=Vault(stores.vault, keys),
        reference=lambda: made[0].reference,
        now=clock,
        region="522728",
        hash_key=keys.for_use("command"),
        algorithm="sha256",
        settings={},
    )
    receipts, tokens = Receipts(keys), LocalTokens(keys.tokens)
    gate = Gate(
        tokens,
        receipts,
        Audit(stores.audit, clock),
        RateLimit(public),
        Files(stores.files, Vault(stores.vault, keys)),
        body_limit,
    )
    routes = service_routes(service.name, service.declared.title, service.kinds, service.engine, gate)

    async def health() -> Health:
        return made[0].health

    app = compose_app([routes], [], health)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://county") as client:
        made.append(County(read_moment(now).astimezone(UTC), client, service, stores, routes, tokens, receipts, data))
        yield made[0]


def problem(answer: httpx2.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem document of a refused request, checked for its form."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    body = dict(answer.json())
    assert {"type", "title", "status", "detail", "code"} <= body.keys()
    assert body["status"] == status
    assert body["type"] == f"urn:gongkai:problem:{body['code']}"
    assert body["detail"]
    if code is not None:
        assert body["code"] == code
    return body
