"""A small county for the tests of publication: units, people, columns, and items brought to a stage by commands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from services.publishing.article import ARTICLE
from services.publishing.article_commands import (
    Approve,
    Archive,
    Draft,
    Publish,
    Release,
    ReviewSecrecy,
    Submit,
)
from services.publishing.column_state import Column
from shared.domain.directory import Actor, Dated, Department, Directory, Post
from shared.domain.kind import CaseView, Command
from tests.scenario import Scenario, person

FOREVER = date(2000, 1, 1)
CLERK = person("clerk", "clerk@education")
SECTION = person("section", "reviewer@education")
DEPUTY = person("deputy", "reviewer@education")
HEAD = person("head", "head@education")
KEEPER = person("keeper", "custodian@education")
SECRECY = person("secrecy", "secrecy@education")
COUNTY_SECRECY = person("county-secrecy", "secrecy@county-office")
IN_CHARGE = person("leader.in-charge", "leader@county-office")
CHIEF = person("leader.chief", "chief_leader@county-office")
OFFICE = person("office", "office@county-office")
OFFICE_CLERK = person("office-clerk", "clerk@county-office")
HEALTH = person("health-clerk", "clerk@health")
HEALTH_HEAD = person("health-head", "head@health")
CASE = "P2026-000001"
COLUMN = "L2026-000001"
CLOSED_COLUMN = "L2026-000002"

DIRECTORY = Directory(
    {
        id: Department(id, (Dated(FOREVER, name),), (Dated(FOREVER, "class1"),), FOREVER, until)
        for id, name, until in (
            ("county-office", "县政府办公室", None),
            ("education", "教育局", None),
            ("health", "卫生健康局", None),
            ("tourism", "旅游局", date(2019, 3, 1)),
        )
    },
    tuple(
        Post(subject, unit, role, FOREVER)
        for subject, unit, role in (
            ("section", "education", "reviewer"),
            ("head", "education", "head"),
            ("keeper", "education", "custodian"),
            ("health-clerk", "health", "clerk"),
        )
    ),
)
CASES: Mapping[str, CaseView] = {
    COLUMN: CaseView(COLUMN, "column", 1, Column(status="open", department="education", opened=date(2026, 1, 1))),
    CLOSED_COLUMN: CaseView(
        CLOSED_COLUMN, "column", 2, Column(status="closed", department="education", opened=date(2026, 1, 1))
    ),
    CASE: CaseView(CASE, "article", 1, ARTICLE.initial),
}

STAGES: Sequence[tuple[str, Command, Actor]] = (
    ("drafting", Draft(title="学区划分方案", text="现将学区划分方案公布如下。", column=COLUMN), CLERK),
    ("first", Submit(), CLERK),
    ("second", Approve(stage="first"), SECTION),
    ("third", Approve(stage="second"), DEPUTY),
    ("secrecy", Approve(stage="third"), HEAD),
    ("release", ReviewSecrecy(result="open"), SECRECY),
    ("released", Release(), OFFICE),
    ("published", Publish(), CLERK),
    ("archived", Archive(retention="10y"), KEEPER),
)


def fresh(**settings: Any) -> Scenario:
    """Nothing drafted yet."""
    return Scenario(ARTICLE, directory=DIRECTORY, settings=settings, cases=CASES, case=CASE)


def item(stage: str, *, on: str = "2026-03-02", settings: dict[str, Any] | None = None, **fields: Any) -> Scenario:
    """An item at ``stage``, all on one day; ``fields`` go into the draft. 2026-03-02 is a Monday."""
    scenario = fresh(**(settings or {}))
    for name, given, by in STAGES:
        command = given if name != "drafting" or not fields else with_fields(given, **fields)
        scenario.and_(command, by=by, on=on)
        if name == stage:
            assert scenario.state.status == stage
            return scenario
    raise ValueError(stage)


def with_fields(command: Command, **fields: Any) -> Command:
    """The command read anew with other fields."""
    return type(command).model_validate({**command.model_dump(exclude_none=True), **fields})


def without_post(directory: Directory, subject: str) -> Directory:
    """The directory in which somebody holds no post."""
    return replace(directory, posts=tuple(post for post in directory.posts if post.subject != subject))
