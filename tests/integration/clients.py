"""Clients of a program that may die at any moment: each asks again under the same key until it is answered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from tests.integration.trapped_program import DEADLINE, Program, headers

R = TypeVar("R")
MESSAGES = "/api/v1/messages/messages"
PEOPLE = ("office.clerk", "office.chief", "clerk.education", "head.education")
LETTER: Mapping[str, Any] = {
    "title": "人民路路灯不亮",
    "text": "路灯坏了三天，请派人修理。",
    "name": "王小明",
    "phone": "13812345678",
}
LIFE: tuple[tuple[str, str, Mapping[str, Any], str], ...] = (
    ("accept", "office.clerk", {}, "MessageAccepted"),
    ("classify", "office.clerk", {"category": "enquiry"}, "MessageClassified"),
    ("assign", "office.clerk", {"department": "education"}, "MessageAssigned"),
    ("draft-reply", "clerk.education", {"text": "已派人修复。"}, "ReplyDrafted"),
    ("approve-reply", "head.education", {}, "ReplyApproved"),
    ("reply", "head.education", {}, "ReplySent"),
)
"""What a message goes through: command, who gives it, fields, and the type of the one event it leaves."""


@dataclass
class Clients:
    """``answers`` holds every answer by its key; ``sent`` the event types each case must have, counted from what was sent."""

    data: Path
    clock: str
    client: httpx2.AsyncClient
    program: Program
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: dict[str, list[str]] = field(default_factory=dict)
    lost: int = 0
    """How often a connection broke before the answer came."""
    on_answer: Callable[[], None] = lambda: None
    _up: asyncio.Event = field(default_factory=asyncio.Event)
    _people: dict[str, dict[str, str]] = field(default_factory=dict)

    def as_(self, person: str | None) -> dict[str, str]:
        """The headers of a person; None: a citizen."""
        if person is not None and person not in self._people:
            self._people[person] = headers(self.data, person, self.clock)
        return self._people[person] if person is not None else {}

    async def post(self, key: str, path: str, body: Mapping[str, Any], person: str | None = None) -> httpx2.Response:
        """One command, asked until it is answered. A store that is busy says so and is asked again too."""
        said = {**self.as_(person), "Idempotency-Key": key}
        while True:
            await self._up.wait()
            asked = self.program
            try:
                answer = await self.client.post(asked.url + path, json=dict(body), headers=said)
            except httpx2.TransportError:
                self.lost += 1
                if asked is self.program:
                    self._up.clear()
                continue
            if answer.status_code != 503:
                break
        assert answer.status_code in (200, 201), answer.text
        found = answer.json()
        assert self.answers.setdefault(key, found) == found, key
        self.on_answer()
        return answer

    async def submit(self, key: str, **fields: Any) -> str:
        """A new message; its case."""
        answer = await self.post(key, MESSAGES, {**LETTER, "title": f"{LETTER['title']} {key}", **fields})
        case = str(answer.json()["id"])
        assert self.sent.setdefault(case, ["MessageReceived"])[0] == "MessageReceived"
        return case

    async def give(self, key: str, case: str, command: str, person: str, fields: Mapping[str, Any], event: str) -> None:
        """A command on a case."""
        await self.post(key, f"{MESSAGES}/{case}/{command}", fields, person)
        self.sent[case].append(event)

    async def live(self, key: str, steps: int = len(LIFE)) -> str:
        """A message from its receipt through so many steps of its life."""
        case = await self.submit(key)
        for name, person, fields, event in LIFE[:steps]:
            await self.give(f"{key}:{name}", case, name, person, fields, event)
        return case

    async def get(self, path: str, person: str | None = None) -> httpx2.Response:
        """A question."""
        return await self.client.get(self.program.url + path, headers=self.as_(person))

    def attend(self, program: Program) -> None:
        """The program to speak to from now on."""
        self.program = program
        self._up.set()

    async def fallen(self) -> int:
        """Waits until the program has ended; its exit status."""
        status = await asyncio.to_thread(self.program.ended)
        self._up.clear()
        return status

    async def settled(self) -> None:
        """Waits until all is published and projected."""

        async def asked() -> None:
            while True:
                found = (await self.get("/readyz")).json()
                if found["ready"] and found["lag"] == 0 and found["oldest_unsent"] is None:
                    return

        await asyncio.wait_for(asked(), DEADLINE)


@asynccontextmanager
async def clients(data: Path, clock: str, program: Program) -> AsyncIterator[Clients]:
    """Clients of a running program."""
    limits = httpx2.Limits(max_connections=64, max_keepalive_connections=64)
    async with httpx2.AsyncClient(limits=limits, timeout=DEADLINE) as client:
        made = Clients(data, clock, client, program)
        made.attend(program)
        yield made


async def until(done: Awaitable[R], beside: "asyncio.Future[Any] | None" = None) -> R:
    """Waits for something, but not for ever; what goes wrong ``beside`` it meanwhile is raised at once."""
    wanted = asyncio.ensure_future(done)
    waiting = {wanted} if beside is None else {wanted, beside}
    await asyncio.wait(waiting, timeout=DEADLINE, return_when=asyncio.FIRST_COMPLETED)
    if beside is not None and beside.done():
        beside.result()
    return await asyncio.wait_for(wanted, DEADLINE)
