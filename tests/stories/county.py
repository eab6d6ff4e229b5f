"""A county to tell a story in, over HTTP: who works there, what they ask and read, and when all of it has come through."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import httpx2

from shared.domain.directory import OFFICE, Role
from shared.domain.localtime import read_moment
from shared.security.identity import LocalTokens

IN_A_UNIT: dict[str, Role] = {
    "clerk": "clerk",
    "section": "reviewer",
    "deputy": "reviewer",
    "head": "head",
    "secrecy": "secrecy",
    "keeper": "custodian",
    "disclosure": "disclosure_head",
}
IN_THE_OFFICE: dict[str, Role] = {
    "clerk": "clerk",
    "chief": "office",
    "finder": "office",
    "in-charge": "leader",
    "first-leader": "chief_leader",
}
DESK, CHIEF = f"clerk@{OFFICE}", f"chief@{OFFICE}"


def cast(unit: str) -> dict[str, Role]:
    """Who works in a unit: account -> post."""
    return {f"{name}@{unit}": role for name, role in (IN_THE_OFFICE if unit == OFFICE else IN_A_UNIT).items()}


@dataclass
class StoryCounty(ABC):
    """``unit`` is the unit the story is about: no other story is told of it. ``other`` is one that looks on.

    People are named ``clerk`` (of the unit), ``clerk@other`` or ``chief@county-office``; an address begins behind ``/api/v1/``.
    """

    now: datetime
    unit: str
    other: str
    client: httpx2.AsyncClient
    tokens: LocalTokens

    @abstractmethod
    def at(self, moment: str) -> None:
        """Sets the county's clock, which stands until it is set again."""

    @abstractmethod
    async def settled(self) -> None:
        """Until everything is published, policies have reacted and all is projected."""

    @abstractmethod
    async def swept(self) -> None:
        """The same after every service has looked for clocks that have come due by now."""

    @abstractmethod
    async def sent_again(self, *services: str) -> None:
        """Publishes every file of the services a second time, until that too is settled."""

    @abstractmethod
    async def kept(self) -> list[bytes]:
        """All that the county has stored anywhere, as it is stored."""

    @abstractmethod
    async def audited(self) -> list[dict[str, Any]]:
        """The audit trail."""

    def as_(self, person: str | None) -> dict[str, str]:
        """The headers of a person; none of a citizen's."""
        if person is None:
            return {}
        name, _, unit = person.partition("@")
        subject = f"{name}@{ {'': self.unit, 'other': self.other}.get(unit, unit) }"
        return {"Authorization": f"Bearer {self.tokens.issue(subject, timedelta(hours=8), self.now)[0]}"}

    async def ask(
        self, path: str, by: str | None, headers: dict[str, str] | None = None, **fields: Any
    ) -> httpx2.Response:
        """A command, whatever comes of it."""
        return await self.client.post(f"/api/v1/{path}", json=fields, headers={**self.as_(by), **(headers or {})})

    async def done(self, path: str, by: str | None, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        """A command that must be carried out: its answer."""
        answer = await self.ask(path, by, headers, **fields)
        assert answer.status_code in (200, 201), f"{path}: {answer.text}"
        return answer.json()

    async def refused(self, path: str, by: str | None, **fields: Any) -> str:
        """A command that a rule must refuse: the rule."""
        answer = await self.ask(path, by, **fields)
        assert answer.status_code == 409, f"{path}: {answer.text}"
        return str(answer.json()["code"])

    async def get(self, path: str, by: str) -> httpx2.Response:
        """What somebody is answered at an address."""
        return await self.client.get(f"/api/v1/{path}", headers=self.as_(by))

    async def shown(self, path: str, by: str = CHIEF) -> Any:
        """What somebody is shown there."""
        answer = await self.get(path, by)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()

    async def listed(self, collection: str, by: str = "clerk") -> list[str]:
        """The cases somebody sees, the newest first."""
        return [item["id"] for item in (await self.shown(collection, by))["items"]]

    async def events(self, path: str, by: str = CHIEF) -> list[str]:
        """The events of a file, by name."""
        return [event["type"].split(".")[2] for event in (await self.shown(path, by))["events"]]

    async def dues(self, path: str, by: str = CHIEF) -> dict[str, str]:
        """The running clocks of a file: clock -> due date."""
        return {clock["clock"]: clock["due"] for clock in (await self.shown(path, by))["deadlines"]}

    async def lines(self, quarter: str, indicator: str) -> list[tuple[str, str, str]]:
        """What counted in an indicator (or ``bonus``) of the unit: (measure, event, points)."""
        explained = await self.shown(f"assessment/explain/{quarter}/{self.unit}")
        wanted = ("bonus",) if indicator == "bonus" else ("event",)
        return [
            (line["measure"], line["event"], line["share"])
            for line in explained["lines"]
            if line["kind"] in wanted and line["event"] and indicator in ("bonus", line["indicator"])
        ]

    async def points(self, quarter: str, *indicators: str) -> list[Fraction]:
        """What the unit has of each indicator, before it is spread over 100."""
        explained = await self.shown(f"assessment/explain/{quarter}/{self.unit}")
        counted = [line for line in explained["lines"] if line["kind"] != "scaling"]
        return [sum(Fraction(line["share"]) for line in counted if line["indicator"] == code) for code in indicators]

    async def row(self, quarter: str) -> dict[str, Any]:
        """The unit's line in the ranking."""
        ranking = (await self.shown(f"assessment/ranking/{quarter}"))["ranking"]
        return dict(next(row for row in ranking if row["department"] == self.unit))


def instant(moment: str) -> datetime:
    """A local moment as the clock tells it."""
    return read_moment(moment).astimezone(UTC)


@dataclass(frozen=True)
class Story:
    """``tell`` plays it in a county whose clock stands at ``begins``."""

    name: str
    begins: str
    tell: Callable[[StoryCounty], Awaitable[None]]

    def __str__(self) -> str:
        return self.name


def story(begins: str) -> Callable[[Callable[[StoryCounty], Awaitable[None]]], Story]:
    """A function that tells a story, as a ``Story`` named like it."""
    return lambda tell: Story(tell.__name__, begins, tell)
