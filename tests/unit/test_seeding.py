"""What an empty data folder begins with."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest

from services.assessment.department import ADMINISTRATORS
from services.assessment.roster_from_directory import roster_on
from services.assessment.seeding import SEED, SeedData, SeedStep, read_seed_data, seed_steps
from shared.contracts import newest
from shared.domain.directory import GROUPS, OFFICE, Directory
from shared.domain.localtime import local_date, moment_text
from shared.engine.reference import Reference, apply
from tests.scenario import Scenario, known_calendar
from tests.told import told

PLAN = Path(__file__).parents[2] / "plans" / "2026.yaml"
TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def data() -> SeedData:
    return read_seed_data(PLAN)


@pytest.fixture(scope="module")
def steps(data: SeedData) -> tuple[SeedStep, ...]:
    return seed_steps(data)


@pytest.fixture(scope="module")
def reference(steps: tuple[SeedStep, ...]) -> Reference:
    """The reference data after every step was carried out, each decided on what the ones before it left."""
    reference = Reference.empty({"contracts": newest()})
    scenarios: dict[str, Scenario] = {}
    for step in steps:
        scenario = scenarios.setdefault(
            step.case, Scenario(step.kind, case=step.case, settings=reference.settings, calendar=known_calendar())
        )
        scenario.directory = reference.directory
        known = len(scenario.records)
        scenario.and_(step.command, on=moment_text(step.happened), recorded="2026-11-24", origin="import")
        for event in told(scenario)[known:]:
            reference = apply(reference, event)
    return reference


def test_every_command_is_named_once_and_the_same_each_time(data: SeedData, steps: tuple[SeedStep, ...]) -> None:
    assert max(Counter(step.command_id for step in steps).values()) == 1
    assert seed_steps(data) == steps
    assert {s.command_id for s in steps} >= {
        "seed:calendar-2026:v1",
        "seed:department-education:v1",
        "seed:post-education-clerk.education-clerk:v1",
        "seed:plan-luodian-2026-1:v1",
    }


def test_a_case_is_opened_before_anything_else_happens_in_it(steps: tuple[SeedStep, ...]) -> None:
    opened: set[str] = set()
    for step in steps:
        assert step.command.command_opens == (step.case not in opened)
        opened.add(step.case)
    assert [name for name, _ in groupby(step.kind.name for step in steps)] == ["calendar", "department", "plan"]


def test_every_step_happened_on_its_historical_day(steps: tuple[SeedStep, ...]) -> None:
    happened = {step.case: local_date(step.happened) for step in steps}
    assert happened["calendar-2026"] == date(2025, 11, 4)
    assert happened["calendar-2004"] == date(2004, 1, 1)
    assert happened["department-education"] == date(2000, 1, 1)
    assert happened["plan-luodian-2026-1"] == date(2026, 1, 1)


def test_the_calendar_is_that_of_the_notices(reference: Reference) -> None:
    assert all(reference.calendar.known(year) for year in range(2004, 2027))
    assert not reference.calendar.known(2027)
    assert not reference.calendar.changed_since(known_calendar())
    assert reference.calendar.add_workdays(date(2026, 10, 9), 20) == date(2026, 11, 5)


def test_the_sample_county_has_its_office_bureaus_townships_and_enterprises(reference: Reference) -> None:
    departments = reference.directory.departments
    assert departments[OFFICE].name_on(TODAY) == "县政府办公室"
    counted = Counter(unit.group_on(TODAY) for unit in departments.values())
    assert set(counted) == set(GROUPS)
    assert counted["township"] == 10
    assert sum(counted[group] for group in ("class1", "class2", "class3")) >= 26
    assert counted["other"] >= 4
    assert {unit.since for unit in departments.values()} == {date(2000, 1, 1)}
    assert len(roster_on(reference.directory, date(2011, 1, 1)).members) == len(departments)


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("教育局", "education"),
        ("罗甸县教育局", "education"),
        ("县教育局", "education"),
        ("卫健局", "health"),
        ("卫生健康局", "health"),
        ("人社局", "human-resources"),
        ("罗甸县人民政府办公室", OFFICE),
        ("县政府办", OFFICE),
        ("龙坪镇人民政府", "longping"),
        ("斛兴街道办事处", "huxing"),
        ("生态环境局罗甸分局", "environment"),
        ("县医院", "county-hospital"),
    ],
)
def test_short_and_full_names_find_the_same_unit(reference: Reference, name: str, id: str) -> None:
    found = reference.directory.find(name, TODAY)
    assert found is not None
    assert found.id == id


def test_no_name_or_alias_names_two_units(reference: Reference) -> None:
    units = reference.directory.departments.values()
    names = Counter(name for unit in units for name in {unit.name_on(TODAY), *unit.aliases})
    assert [name for name, count in names.items() if count > 1] == []


def test_the_sample_posts_keep_the_three_administrators_apart(reference: Reference) -> None:
    directory: Directory = reference.directory
    assert directory.actor("office.chief", TODAY).holds(("head",), OFFICE)
    assert directory.actor("clerk.education", TODAY).posts == {("education", "clerk")}
    holders = {role: {p.subject for p in directory.posts if p.role == role} for role in ADMINISTRATORS}
    assert [len(subjects) for subjects in holders.values()] == [1, 1, 1]
    assert len(set.union(*holders.values())) == 3
    assert all(post.department in directory.departments for post in directory.posts)


def test_the_plan_is_adopted(reference: Reference) -> None:
    found = reference.plan_for("2026Q3")
    assert found is not None
    assert (found[0].id, found[1]) == ("luodian-2026", True)


def test_a_missing_seed_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="absent"):
        read_seed_data(tmp_path / "absent.yaml")


def test_a_unit_with_a_bad_field_is_refused(data: SeedData) -> None:
    directory = json.loads((SEED / "departments.json").read_text("utf-8"))
    directory["departments"][1]["group"] = "class9"
    with pytest.raises(ValueError, match="group"):
        seed_steps(replace(data, directory=directory))
