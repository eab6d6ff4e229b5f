"""What an empty data folder begins with: the holiday calendar, the sample county's directory, the default plan."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from services.assessment import calendar, department, plan_case
from services.assessment.plan_reader import read_plan
from shared.domain.kind import CaseKind, Command
from shared.domain.localtime import start_of
from shared.domain.notice import read_notice

SEED = Path(__file__).parent / "seed"
EDITION = "v1"


@dataclass(frozen=True, slots=True)
class SeedStep:
    """One command of the beginning, given by the system as imported history (``origin: import``).

    ``command_id`` stays the same for ever, so a second giving changes nothing; ``happened`` is an aware UTC instant.
    """

    kind: CaseKind[Any]
    case: str
    command: Command
    command_id: str
    happened: datetime


@dataclass(frozen=True)
class SeedData:
    """The content of the seed files: holiday notices by year, the directory, the plan's text."""

    notices: tuple[Mapping[str, Any], ...]
    directory: Mapping[str, Any]
    plan: str


def read_seed_data(plan: Path, folder: Path = SEED) -> SeedData:
    """The committed seeds, and the plan file at ``plan``. Raises ``OSError`` where one cannot be read."""
    files = sorted((folder / "calendar").glob("*.json"))
    return SeedData(
        tuple(json.loads(file.read_text("utf-8")) for file in files),
        json.loads((folder / "departments.json").read_text("utf-8")),
        plan.read_text("utf-8"),
    )


def seed_steps(data: SeedData) -> tuple[SeedStep, ...]:
    """Every command in the order in which to give them: calendars, units, posts, plan."""
    return (*_calendars(data.notices), *_units(data.directory), *_posts(data.directory), _plan(data.plan))


def _calendars(notices: Iterable[Mapping[str, Any]]) -> Iterator[SeedStep]:
    for content in notices:
        notice = read_notice(content)
        publish = calendar.Publish(
            year=notice.year,
            notice=notice.notice,
            published=notice.published,
            holidays=tuple(sorted(notice.holidays)),
            makeup_workdays=tuple(sorted(notice.makeup_workdays)),
        )
        case = calendar.case_id(publish)
        known = notice.published or date(notice.year, 1, 1)
        yield SeedStep(calendar.KIND, case, publish, _command_id(case), start_of(known))


def _units(directory: Mapping[str, Any]) -> Iterator[SeedStep]:
    since = date.fromisoformat(directory["since"])
    for unit in directory["departments"]:
        create = department.Create(**unit, since=since)
        case = department.case_id(create)
        yield SeedStep(department.KIND, case, create, _command_id(case), start_of(since))


def _posts(directory: Mapping[str, Any]) -> Iterator[SeedStep]:
    since = date.fromisoformat(directory["since"])
    for post in directory["posts"]:
        assign = department.AssignPost(subject=post["subject"], role=post["role"], since=since)
        case = f"department-{post['department']}"
        name = f"post-{post['department']}-{assign.subject}-{assign.role}"
        yield SeedStep(department.KIND, case, assign, _command_id(name), start_of(since))


def _plan(text: str) -> SeedStep:
    plan = read_plan(text)
    adopt = plan_case.Adopt(plan=plan.id, text=text)
    case = plan_case.case_id(adopt)
    return SeedStep(plan_case.KIND, case, adopt, _command_id(case), start_of(plan.effective_from.first_day))


def _command_id(what: str) -> str:
    return f"seed:{what}:{EDITION}"
