"""A small county for the tests of messages: units, people, and files brought to a stage by commands."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.messages.message import MESSAGE
from services.messages.message_commands import (
    Accept,
    ApproveReply,
    Assign,
    Classify,
    DraftReply,
    Reply,
    RequestReturn,
    Submit,
)
from shared.domain.directory import PUBLIC, Actor, Dated, Department, Directory
from shared.domain.kind import Command
from tests.scenario import Scenario, person

FOREVER = date(2000, 1, 1)
DESK = person("desk", "office@county-office")
OFFICE_CLERK = person("office-clerk", "clerk@county-office")
OFFICE_HEAD = person("office-head", "head@county-office")
CLERK = person("clerk", "clerk@education")
REVIEWER = person("reviewer", "reviewer@education")
HEAD = person("head", "head@education")
HEALTH = person("health-clerk", "clerk@health")
HEALTH_HEAD = person("health-head", "head@health")
LEADER = person("leader", "leader@county-government")
SECURITY = person("security", "security_admin@county-office")
CASE = "M2026-000001"
WRITER = Actor("writer", writer_of=CASE)

DIRECTORY = Directory(
    {
        id: Department(id, (Dated(FOREVER, name),), (Dated(FOREVER, "class1"),), FOREVER, until)
        for id, name, until in (
            ("county-office", "县政府办公室", None),
            ("county-government", "县政府", None),
            ("education", "教育局", None),
            ("health", "卫生健康局", None),
            ("discipline", "纪检监察机关", None),
            ("tourism", "旅游局", date(2019, 3, 1)),
        )
    }
)


def submission(**fields: Any) -> Submit:
    """A message with what must be filled in."""
    return Submit(
        **{"title": "路灯不亮", "text": "学校门口的路灯不亮", "name": "张三", "phone": "13800000000", **fields}
    )


STAGES: Sequence[tuple[str, Command, Actor]] = (
    ("received", submission(), PUBLIC),
    ("accepted", Accept(), DESK),
    ("classified", Classify(category="complaint"), DESK),
    ("assigned", Assign(department="education"), DESK),
    ("drafted", DraftReply(text="已修复"), CLERK),
    ("approved", ApproveReply(), HEAD),
    ("answered", Reply(), REVIEWER),
)


def file(
    stage: str,
    *,
    on: str = "2026-03-02",
    category: str = "complaint",
    days: int | None = None,
    settings: dict[str, Any] | None = None,
    claims: str | None = None,
    **fields: Any,
) -> Scenario:
    """A file at ``stage``, all on one day; ``fields`` go into the submission. 2026-03-02 is a Monday."""
    scenario = Scenario(MESSAGE, directory=DIRECTORY, settings=settings, case=CASE)
    for name, given, by in STAGES:
        command = given
        if name == "received":
            command = submission(category=claims, **fields)
        if name == "classified":
            command = Classify(category=category, days=days)
        scenario.and_(command, by=by, on=on)
        if name == stage:
            return scenario
    raise ValueError(stage)


def report(*, handler: str | None = None, on: str = "2026-03-02") -> Scenario:
    """A report against the health bureau, isolated at classification."""
    return file("accepted", on=on).and_(Classify(category="report", accused="health", handler=handler), by=DESK, on=on)


def returned(*, on: str = "2026-03-03") -> Scenario:
    """A file whose return is asked for."""
    return file("assigned").and_(RequestReturn(ground="not_competent", reason="非本单位职责"), by=CLERK, on=on)
