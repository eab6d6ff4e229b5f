"""The department case: a unit's names, groups and end, and the posts and delegations in it."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.assessment.department import (
    KIND,
    AssignPost,
    Close,
    Create,
    DelegationEnded,
    DelegationGranted,
    DepartmentClosed,
    DepartmentCreated,
    DepartmentMerged,
    DepartmentRegrouped,
    DepartmentRenamed,
    EndDelegation,
    EndPost,
    GrantDelegation,
    Merge,
    PostAssigned,
    PostEnded,
    Regroup,
    Rename,
    Unit,
    case_id,
)
from shared.domain.corrections import EntryVoided, VoidEntry
from shared.domain.directory import OFFICE, Dated, Department, Directory, Post
from shared.domain.kind import CaseView, Command
from tests.scenario import Scenario, given, left, person

CHIEF = person("office.chief", f"head@{OFFICE}")
SECURITY = person("admin.security", "security_admin@government-services")
CLERK = person("clerk.education", "clerk@education", "head@education")
BEGINNING = date(2000, 1, 1)
EDUCATION = Create(id="education", name="教育局", group="class1", since=BEGINNING, aliases=("罗甸县教育局",))
HEALTH = Department("health", (Dated(BEGINNING, "卫生局"),), (Dated(BEGINNING, "class1"),), BEGINNING)
OLD = Department("old", (Dated(BEGINNING, "老龄办"),), (Dated(BEGINNING, "class3"),), BEGINNING, date(2015, 1, 1))


def directory(*departments: Department, posts: tuple[Post, ...] = ()) -> Directory:
    return Directory({d.id: d for d in departments}, posts)


def view(department: Department) -> CaseView:
    return CaseView(f"department-{department.id}", "department", 1, Unit(department))


WORLD: dict[str, Any] = {
    "directory": directory(HEALTH, OLD),
    "cases": {f"department-{d.id}": view(d) for d in (HEALTH, OLD)},
    "case": "department-education",
}


def education(*more: tuple[Command, str]) -> Scenario:
    return given(KIND, (EDUCATION, "2000-01-01"), *more, **WORLD)


def holder() -> Scenario:
    return education((AssignPost(subject="head.education", role="head", since=date(2020, 1, 1)), "2020-01-01"))


def test_a_unit_is_created() -> None:
    scenario = Scenario(KIND, **WORLD)
    scenario.when(EDUCATION, by=CHIEF, on="2026-01-05").then(
        left(
            DepartmentCreated,
            department="education",
            name="教育局",
            group="class1",
            since=BEGINNING,
            aliases=("罗甸县教育局",),
        )
    )
    summary = KIND.summary(scenario.state)
    assert (summary.status, summary.department, summary.title) == ("active", "education", "教育局")
    assert case_id(EDUCATION) == "department-education"


def test_a_change_without_a_date_holds_from_the_day_it_happened() -> None:
    Scenario(KIND, **WORLD).when(Create(id="tax", name="税务局", group="class2"), on="2026-01-05").then(
        left(DepartmentCreated, since=date(2026, 1, 5))
    )


def test_an_id_is_never_given_again_even_after_the_unit_closed() -> None:
    scenario = education((Close(until=date(2026, 1, 1), reason="机构改革"), "2026-01-01"))
    scenario.when(EDUCATION, on="2026-01-05").then_refused("department.id_taken")


@pytest.mark.parametrize(
    ("name", "aliases", "field"),
    [("卫生局", (), "name"), ("health", (), "name"), ("教育和体育局", ("卫生局",), "aliases")],
)
def test_a_living_units_name_is_taken(name: str, aliases: tuple[str, ...], field: str) -> None:
    command = Create(id="second", name=name, group="class1", aliases=aliases)
    broken = Scenario(KIND, **WORLD).when(command, on="2026-01-05").then_refused("department.name_taken")
    assert broken.field == field


def test_the_name_of_an_ended_unit_is_free() -> None:
    command = Create(id="second", name="老龄办", group="class3")
    Scenario(KIND, **WORLD).when(command, on="2026-01-05").then(DepartmentCreated)


def test_a_name_is_taken_as_long_as_it_is_borne() -> None:
    renamed = HEALTH.renamed("卫生健康局", date(2019, 1, 1))
    world = WORLD | {"directory": directory(renamed)}
    for name, since, code in (
        ("卫生局", date(2018, 1, 1), "department.name_taken"),
        ("卫生健康局", date(2018, 1, 1), "department.name_taken"),
        ("卫生健康局", date(2020, 1, 1), "department.name_taken"),
    ):
        command = Create(id="second", name=name, group="class3", since=since)
        Scenario(KIND, **world).when(command, on="2026-01-05").then_refused(code)
    free = Create(id="second", name="卫生局", group="class3", since=date(2020, 1, 1))
    Scenario(KIND, **world).when(free, on="2026-01-05").then(DepartmentCreated)


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "教育"},
        {"id": "Education"},
        {"id": "education-"},
        {"id": "a" * 41},
        {"name": "教"},
        {"group": "class9"},
        {"since": date(2026, 1, 1), "extra": 1},
    ],
)
def test_a_creation_with_a_bad_field_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Create(**({"id": "education", "name": "教育局", "group": "class1"} | fields))


def test_an_unknown_role_is_refused() -> None:
    for model in (AssignPost, EndPost):
        with pytest.raises(ValidationError):
            model.model_validate({"subject": "clerk.education", "role": "king"})


def test_a_unit_is_renamed_from_a_day_on() -> None:
    scenario = education()
    scenario.when(Rename(name="教育和体育局", since=date(2024, 3, 1)), by=SECURITY, on="2024-02-20").then(
        left(DepartmentRenamed, department="education", name="教育和体育局", since=date(2024, 3, 1))
    )
    unit = scenario.state.department
    assert unit.name_on(date(2024, 2, 29)) == "教育局"
    assert unit.name_on(date(2024, 3, 1)) == "教育和体育局"


def test_a_rename_that_changes_nothing_or_goes_back_in_time_is_refused() -> None:
    scenario = education((Rename(name="教育和体育局", since=date(2024, 3, 1)), "2024-03-01"))
    scenario.when(Rename(name="教育和体育局"), on="2025-01-05").then_refused("department.same_name")
    scenario.when(Rename(name="教育科技局", since=date(2024, 3, 1)), on="2025-01-05").then_refused(
        "department.not_after_the_last"
    )
    scenario.when(Rename(name="卫生局"), on="2025-01-05").then_refused("department.name_taken")


def test_a_unit_changes_its_group() -> None:
    scenario = education()
    scenario.when(Regroup(group="class2", since=date(2026, 7, 1)), by=CHIEF, on="2026-06-20").then(
        left(DepartmentRegrouped, group="class2", since=date(2026, 7, 1))
    )
    assert scenario.state.department.group_on(date(2026, 6, 30)) == "class1"
    assert scenario.state.department.group_on(date(2026, 7, 1)) == "class2"
    scenario.when(Regroup(group="class2", since=date(2026, 8, 1)), on="2026-07-20").then_refused(
        "department.same_group"
    )
    scenario.when(Regroup(group="class3", since=date(2026, 7, 1)), on="2026-07-20").then_refused(
        "department.not_after_the_last"
    )


def test_a_merged_unit_ends_with_its_posts_and_names_its_successor() -> None:
    scenario = holder()
    scenario.and_(
        GrantDelegation(
            subject="head.education", delegate="deputy.education", role="head", since=date(2026, 6, 1),
            until=date(2026, 8, 1),
        ),
        on="2026-05-20",
    )  # fmt: skip
    scenario.when(Merge(into="health", until=date(2026, 7, 1)), by=CHIEF, on="2026-06-20").then(
        left(DepartmentMerged, department="education", into="health", until=date(2026, 7, 1)),
        left(PostEnded, subject="head.education", role="head", until=date(2026, 7, 1)),
        left(DelegationEnded, delegate="deputy.education", until=date(2026, 7, 1)),
    )
    unit = scenario.state.department
    assert (unit.until, unit.successor) == (date(2026, 7, 1), "health")
    assert not any(post.on(date(2026, 7, 1)) for post in scenario.state.posts)
    assert KIND.summary(scenario.state).status == "merged"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Merge(into="education"), "department.merged_into_itself"),
        (Merge(into="nobody"), "department.unknown_target"),
        (Merge(into="old"), "department.merged_into_closed"),
        (Merge(into="health", until=date(1999, 1, 1)), "department.merged_into_closed"),
        (Close(until=date(1999, 1, 1), reason="机构改革"), "department.ended_before_begun"),
    ],
)
def test_a_unit_does_not_end_against_the_rules(command: Command, code: str) -> None:
    education().when(command, on="2026-01-05").then_refused(code)


def test_a_unit_does_not_end_before_its_last_change_holds() -> None:
    scenario = education((Rename(name="教育和体育局", since=date(2026, 9, 1)), "2026-06-01"))
    scenario.when(Close(until=date(2026, 8, 1), reason="机构改革"), on="2026-06-02").then_refused(
        "department.ended_before_begun"
    )
    scenario.when(Merge(into="health", until=date(2026, 8, 1)), on="2026-06-02").then_refused(
        "department.ended_before_begun"
    )


def test_the_county_office_stays() -> None:
    office = Create(id=OFFICE, name="县政府办公室", group="class1", since=BEGINNING)
    scenario = given(KIND, (office, "2000-01-01"), **WORLD)
    scenario.when(Merge(into="health"), on="2026-01-05").then_refused("department.office_stays")
    scenario.when(Close(reason="机构改革"), on="2026-01-05").then_refused("department.office_stays")


def test_a_closed_unit_ends_with_its_posts_those_not_begun_among_them() -> None:
    scenario = holder()
    scenario.and_(AssignPost(subject="next.education", role="head", since=date(2027, 1, 1)), on="2026-06-01")
    scenario.and_(
        AssignPost(subject="gone.education", role="clerk", since=BEGINNING, until=date(2001, 1, 1)), on="2026-06-01"
    )
    scenario.when(Close(until=date(2026, 7, 1), reason="机构改革"), by=CHIEF, on="2026-06-20").then(
        left(DepartmentClosed, until=date(2026, 7, 1), reason="机构改革"),
        left(PostEnded, subject="head.education", since=date(2020, 1, 1), until=date(2026, 7, 1)),
        left(PostEnded, subject="next.education", since=date(2027, 1, 1), until=date(2027, 1, 1)),
    )
    assert KIND.summary(scenario.state).status == "closed"


@pytest.mark.parametrize(
    "command",
    [
        Rename(name="教育和体育局"),
        Regroup(group="class2"),
        Merge(into="health"),
        Close(reason="机构改革"),
        AssignPost(subject="clerk.education", role="clerk"),
        GrantDelegation(subject="head.education", delegate="clerk.education", role="head", until=date(2027, 1, 1)),
    ],
)
def test_an_ended_unit_is_not_changed(command: Command) -> None:
    scenario = education((Close(until=date(2026, 7, 1), reason="机构改革"), "2026-06-20"))
    scenario.when(command, on="2026-06-21").then_refused("department.ended")


def test_a_post_is_assigned_from_a_day_on() -> None:
    scenario = education()
    scenario.when(AssignPost(subject="clerk.education", role="clerk"), by=SECURITY, on="2026-01-05").then(
        left(PostAssigned, department="education", subject="clerk.education", role="clerk", since=date(2026, 1, 5))
    )
    assert scenario.state.posts == (Post("clerk.education", "education", "clerk", date(2026, 1, 5)),)


def test_one_person_may_hold_two_posts() -> None:
    holder().when(AssignPost(subject="head.education", role="reviewer"), on="2026-01-05").then(PostAssigned)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (AssignPost(subject="head.education", role="head", since=date(2025, 1, 1)), "post.overlapping"),
        (AssignPost(subject="head.education", role="head", since=date(2019, 1, 1)), "post.overlapping"),
        (
            AssignPost(subject="x", role="clerk", since=date(2026, 1, 1), until=date(2026, 1, 1)),
            "post.ended_before_begun",
        ),
        (AssignPost(subject="x", role="clerk", since=date(1999, 1, 1)), "post.before_the_unit"),
        (AssignPost(subject="system", role="clerk"), "post.reserved_account"),
        (AssignPost(subject="x", role="office"), "post.office_only"),
    ],
)
def test_a_post_is_not_assigned_against_the_rules(command: Command, code: str) -> None:
    holder().when(command, on="2026-01-05").then_refused(code)


def test_a_post_may_be_held_again_after_it_ended() -> None:
    scenario = holder()
    scenario.and_(EndPost(subject="head.education", role="head", until=date(2024, 1, 1)), on="2024-01-01")
    scenario.when(AssignPost(subject="head.education", role="head", since=date(2024, 1, 1)), on="2024-01-02").then(
        PostAssigned
    )


def test_the_three_administrators_are_three_persons() -> None:
    elsewhere = (Post("admin", "government-services", "auditor", BEGINNING, date(2025, 1, 1)),)
    scenario = given(KIND, (EDUCATION, "2000-01-01"), **(WORLD | {"directory": directory(HEALTH, posts=elsewhere)}))
    command = AssignPost(subject="admin", role="ops", since=date(2024, 12, 31))
    scenario.when(command, on="2026-01-05").then_refused("post.three_persons")
    scenario.when(AssignPost(subject="admin", role="ops", since=date(2025, 1, 1)), on="2026-01-05").then(PostAssigned)
    scenario.when(AssignPost(subject="admin", role="security_admin"), on="2026-01-06").then_refused(
        "post.three_persons"
    )
    scenario.and_(AssignPost(subject="other", role="security_admin", since=BEGINNING), on="2026-01-06")
    delegation = GrantDelegation(subject="other", delegate="admin", role="security_admin", until=date(2026, 3, 1))
    scenario.when(delegation, on="2026-01-07").then_refused("post.three_persons")


def test_a_post_ends_and_with_it_what_others_do_for_its_holder() -> None:
    scenario = holder()
    scenario.and_(
        GrantDelegation(subject="head.education", delegate="deputy", role="head", until=date(2026, 3, 1)),
        on="2026-01-05",
    )
    scenario.when(
        EndPost(subject="head.education", role="head", until=date(2026, 2, 1)), by=SECURITY, on="2026-01-20"
    ).then(
        left(PostEnded, subject="head.education", since=date(2020, 1, 1), until=date(2026, 2, 1)),
        left(DelegationEnded, subject="head.education", delegate="deputy", until=date(2026, 2, 1)),
    )
    assert [p.subject for p in scenario.state.posts if p.on(date(2026, 1, 31))] == ["head.education", "deputy"]
    assert not [p for p in scenario.state.posts if p.on(date(2026, 2, 1))]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (EndPost(subject="head.education", role="clerk"), "post.not_held"),
        (EndPost(subject="clerk.education", role="head"), "post.not_held"),
        (EndPost(subject="head.education", role="head", until=date(2019, 12, 31)), "post.ended_before_begun"),
    ],
)
def test_a_post_that_is_not_held_does_not_end(command: Command, code: str) -> None:
    holder().when(command, on="2026-01-05").then_refused(code)


def test_an_ended_post_does_not_end_again() -> None:
    scenario = holder()
    scenario.and_(EndPost(subject="head.education", role="head", until=date(2026, 1, 1)), on="2026-01-01")
    scenario.when(EndPost(subject="head.education", role="head"), on="2026-01-05").then_refused("post.not_held")


def test_somebody_stands_in_during_leave() -> None:
    scenario = holder()
    command = GrantDelegation(
        subject="head.education", delegate="deputy", role="head", since=date(2026, 2, 1), until=date(2026, 3, 1)
    )
    scenario.when(command, by=CHIEF, on="2026-01-20").then(
        left(
            DelegationGranted,
            department="education",
            subject="head.education",
            delegate="deputy",
            role="head",
            since=date(2026, 2, 1),
            until=date(2026, 3, 1),
        )
    )
    assert scenario.state.posts[-1] == Post(
        "deputy", "education", "head", date(2026, 2, 1), date(2026, 3, 1), acting_for="head.education"
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"delegate": "head.education"}, "delegation.to_oneself"),
        ({"delegate": "public"}, "post.reserved_account"),
        ({"subject": "clerk.education"}, "delegation.post_not_held"),
        ({"role": "reviewer"}, "delegation.post_not_held"),
        ({"since": date(2019, 12, 1)}, "delegation.post_not_held"),
        ({"since": date(2026, 4, 1)}, "post.ended_before_begun"),
        ({"since": date(2026, 1, 15), "delegate": "third"}, "delegation.overlapping"),
    ],
)
def test_nobody_stands_in_against_the_rules(fields: dict[str, Any], code: str) -> None:
    scenario = holder()
    leave = {"subject": "head.education", "delegate": "deputy", "role": "head", "until": date(2026, 3, 1)}
    scenario.and_(GrantDelegation.model_validate(leave | {"since": date(2026, 2, 1)}), on="2026-01-05")
    command = GrantDelegation.model_validate(leave | {"since": date(2026, 2, 15)} | fields)
    scenario.when(command, on="2026-01-06").then_refused(code)


def test_a_delegate_does_not_delegate_further() -> None:
    scenario = holder()
    scenario.and_(
        GrantDelegation(subject="head.education", delegate="deputy", role="head", until=date(2026, 3, 1)),
        on="2026-01-05",
    )
    further = GrantDelegation(subject="deputy", delegate="third", role="head", until=date(2026, 2, 1))
    scenario.when(further, on="2026-01-06").then_refused("delegation.post_not_held")


def test_a_delegation_ends_early() -> None:
    scenario = holder()
    scenario.and_(
        GrantDelegation(subject="head.education", delegate="deputy", role="head", until=date(2026, 3, 1)),
        on="2026-01-05",
    )
    end = EndDelegation(subject="head.education", delegate="deputy", role="head", until=date(2026, 2, 1))
    scenario.when(end, by=CHIEF, on="2026-01-20").then(
        left(DelegationEnded, delegate="deputy", since=date(2026, 1, 5), until=date(2026, 2, 1))
    )
    assert [p.subject for p in scenario.state.posts if p.on(date(2026, 2, 1))] == ["head.education"]
    scenario.when(end, on="2026-01-21").then_refused("delegation.not_held")
    early = EndDelegation(subject="head.education", delegate="deputy", role="head", until=date(2026, 1, 1))
    scenario.when(early, on="2026-01-21").then_refused("delegation.ended_before_begun")


def test_a_voided_assignment_gives_no_post() -> None:
    scenario = holder()
    void = VoidEntry(events=(scenario.id_of(PostAssigned),), reason="登记有误")
    scenario.when(void, by=CHIEF, on="2020-01-02").then(EntryVoided)
    assert scenario.state.posts == ()


@pytest.mark.parametrize(
    "command",
    [
        EDUCATION,
        Rename(name="教育和体育局"),
        Regroup(group="class2"),
        Merge(into="health"),
        Close(reason="机构改革"),
        AssignPost(subject="clerk.education", role="clerk"),
        EndPost(subject="head.education", role="head"),
        GrantDelegation(subject="head.education", delegate="clerk.education", role="head", until=date(2027, 1, 1)),
        EndDelegation(subject="head.education", delegate="clerk.education", role="head"),
    ],
)
def test_a_department_does_not_keep_the_directory_itself(command: Command) -> None:
    scenario = Scenario(KIND, **WORLD) if command.command_opens else education()
    scenario.when(command, by=CLERK, on="2026-01-05").then_forbidden()
