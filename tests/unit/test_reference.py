"""The reference data in memory: what the events of calendar, department and plan cases make of it."""

from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

import pytest

from services.assessment import calendar, department, plan_case
from shared.domain.corrections import VoidEntry
from shared.domain.directory import Post
from shared.engine.reference import AdoptedPlan, Reference, apply
from tests.scenario import Scenario, given
from tests.told import told
from tests.unit.test_plan_case import TEXT as PLAN_TEXT
from tests.unit.test_plan_case import WORLD as PLAN_WORLD

SETTINGS = {"county": "罗甸县"}


def follow(*events: dict[str, Any], settings: dict[str, Any] | None = None) -> Reference:
    return reduce(apply, events, Reference.empty(settings or SETTINGS))


def year_2027() -> Scenario:
    publish = calendar.Publish(
        year=2027,
        notice="国办发明电〔2026〕9号",
        published=date(2026, 11, 10),
        holidays=(date(2027, 1, 1), date(2027, 10, 1)),
        makeup_workdays=(date(2027, 9, 26),),
    )
    return given(calendar.KIND, (publish, "2026-11-11"), case="calendar-2027")


def education() -> Scenario:
    create = department.Create(
        id="education", name="教育局", group="class1", since=date(2000, 1, 1), aliases=("罗甸县教育局",)
    )
    return given(department.KIND, (create, "2026-01-05"), case="department-education")


def test_a_published_year_is_known_and_counts_working_days() -> None:
    reference = follow(*told(year_2027()))
    assert reference.position == 1
    assert reference.calendar.version == 1
    assert reference.calendar.known(2027)
    assert not reference.calendar.is_workday(date(2027, 10, 1))
    assert reference.calendar.is_workday(date(2027, 9, 26))
    notice = reference.calendar.notice(2027)
    assert notice is not None
    assert notice.notice == "国办发明电〔2026〕9号"


def test_an_amendment_changes_the_days_it_names() -> None:
    scenario = year_2027()
    amend = calendar.Amend(notice="某号", holidays=(date(2027, 10, 4),), removed=(date(2027, 9, 26),))
    reference = follow(*told(scenario.and_(amend, on="2027-02-01")))
    assert reference.calendar.version == 2
    assert not reference.calendar.is_workday(date(2027, 10, 4))
    assert not reference.calendar.is_workday(date(2027, 9, 26))


@pytest.mark.parametrize("stop", [False, True])
def test_local_holidays_stop_a_clock_only_by_setting(stop: bool) -> None:
    amend = calendar.Amend(notice="黔南府办发〔2027〕3号", holidays=(date(2027, 8, 9),), local=True)
    events = told(year_2027().and_(amend, on="2027-05-01"))
    reference = follow(*events, settings={"local_holidays_stop": stop})
    assert reference.calendar.is_workday(date(2027, 8, 9)) is not stop
    assert "黔南府办发〔2027〕3号" in reference.calendar.day(date(2027, 8, 9)).reason.zh


def test_a_department_is_found_by_id_name_and_alias() -> None:
    directory = follow(*told(education())).directory
    for name in ("education", "教育局", "罗甸县教育局", " 教育局 "):
        found = directory.find(name, date(2026, 1, 5))
        assert found is not None
        assert found.id == "education"
    assert directory.find("卫生局", date(2026, 1, 5)) is None
    assert directory.version == 1


def test_renaming_regrouping_and_merging_hold_from_their_days() -> None:
    scenario = education()
    scenario.and_(department.Rename(name="教育和体育局", since=date(2026, 3, 1), aliases=("教体局",)), on="2026-02-01")
    scenario.and_(department.Regroup(group="class2", since=date(2026, 4, 1)), on="2026-02-01")
    scenario.and_(department.Close(until=date(2026, 7, 1), reason="机构改革"), on="2026-06-01")
    directory = follow(*told(scenario)).directory
    unit = directory.departments["education"]
    assert unit == scenario.state.department
    assert (unit.name_on(date(2026, 2, 28)), unit.name_on(date(2026, 3, 1))) == ("教育局", "教育和体育局")
    assert (unit.group_on(date(2026, 3, 31)), unit.group_on(date(2026, 4, 1))) == ("class1", "class2")
    assert unit.exists_on(date(2026, 6, 30))
    assert not unit.exists_on(date(2026, 7, 1))
    assert directory.version == 4
    for name in ("教育局", "罗甸县教育局", "教体局"):
        assert directory.find(name, date(2026, 5, 1)) is unit


def test_a_merged_department_names_its_successor() -> None:
    scenario = education()
    events = told(scenario)
    merged = {
        "id": "department-education/2",
        "type": "gongkai.assessment.DepartmentMerged.v1",
        "time": "2026-07-01T09:00:00+08:00",
        "data": {"department": "education", "into": "health", "until": "2026-07-01"},
    }
    unit = follow(*events, merged).directory.departments["education"]
    assert (unit.until, unit.successor) == (date(2026, 7, 1), "health")


def test_rights_follow_posts_and_delegations_day_by_day() -> None:
    scenario = education()
    assign = department.AssignPost(subject="head.education", role="head", since=date(2026, 1, 1))
    grant = department.GrantDelegation(
        subject="head.education", delegate="deputy", role="head", since=date(2026, 2, 1), until=date(2026, 4, 1)
    )
    end = department.EndDelegation(subject="head.education", delegate="deputy", role="head", until=date(2026, 3, 1))
    leave = department.EndPost(subject="head.education", role="head", until=date(2026, 6, 1))
    for command, on in ((assign, "2026-01-05"), (grant, "2026-01-20"), (end, "2026-02-25"), (leave, "2026-05-20")):
        scenario.and_(command, on=on)
    directory = follow(*told(scenario)).directory
    head = frozenset({("education", "head")})
    for subject, day, posts in (
        ("head.education", date(2025, 12, 31), frozenset()),
        ("head.education", date(2026, 1, 1), head),
        ("head.education", date(2026, 5, 31), head),
        ("head.education", date(2026, 6, 1), frozenset()),
        ("deputy", date(2026, 1, 31), frozenset()),
        ("deputy", date(2026, 2, 1), head),
        ("deputy", date(2026, 2, 28), head),
        ("deputy", date(2026, 3, 1), frozenset()),
    ):
        assert directory.actor(subject, day).posts == posts, (subject, day)
    assert directory.posts == scenario.state.posts
    assert directory.posts[1] == Post(
        "deputy", "education", "head", date(2026, 2, 1), date(2026, 3, 1), "head.education"
    )
    assert directory.holders("education", "head", date(2026, 2, 1)) == ("head.education", "deputy")


def test_an_adopted_plan_is_kept_word_for_word() -> None:
    scenario = given(plan_case.KIND, (plan_case.Adopt(plan="small", text=PLAN_TEXT), "2026-01-04"), **PLAN_WORLD)
    reference = follow(*told(scenario))
    [plan] = reference.plans
    assert (plan.id, plan.from_quarter, plan.to_quarter, plan.text) == ("small", "2026Q1", "2026Q4", PLAN_TEXT)
    assert plan.digest == scenario.state.digest
    assert plan.adopted == datetime(2026, 1, 4, 1, tzinfo=UTC)


def plan(id: str, first: str, last: str, adopted: str) -> dict[str, Any]:
    return {
        "id": f"plan-{id}-1/1",
        "type": "gongkai.assessment.PlanAdopted.v1",
        "time": f"{adopted}T09:00:00+08:00",
        "data": {"plan": id, "digest": id * 3, "from_quarter": first, "to_quarter": last, "text": "x"},
    }


@pytest.mark.parametrize(
    ("quarter", "expected"),
    [
        ("2025Q1", ("c", False)),
        ("2026Q1", ("a", True)),
        ("2026Q3", ("b", True)),
        ("2026Q4", ("b", True)),
        ("2027Q1", ("d", False)),
        ("2028Q1", ("d", True)),
        ("2029Q3", ("d", False)),
    ],
)
def test_a_quarter_is_scored_with_its_newest_plan_or_the_nearest_later_or_earlier(
    quarter: str, expected: tuple[str, bool]
) -> None:
    reference = follow(
        plan("d", "2028Q1", "2028Q4", "2025-01-01"),
        plan("b", "2026Q3", "2026Q4", "2026-06-01"),
        plan("a", "2026Q1", "2026Q4", "2026-01-01"),
        plan("c", "2025Q3", "2025Q4", "2025-01-01"),
    )
    found = reference.plan_for(quarter)
    assert found is not None
    assert (found[0].id, found[1]) == expected


def test_of_two_editions_the_newer_scores_its_quarters() -> None:
    first = AdoptedPlan("a", "1", "2026Q1", "2026Q4", "x", datetime(2026, 1, 1, tzinfo=UTC))
    second = AdoptedPlan("a", "2", "2026Q2", "2026Q4", "y", datetime(2026, 5, 1, tzinfo=UTC))
    reference = Reference.empty({})
    for plans in ((first, second), (second, first)):
        both = Reference(reference.calendar, reference.directory, plans, {}, 2)
        assert both.plan_for("2026Q1") == (first, True)
        assert both.plan_for("2026Q2") == (second, True)
        assert both.plan_for("2027Q1") == (second, False)


def test_without_plans_no_quarter_has_one() -> None:
    assert Reference.empty({}).plan_for("2026Q1") is None


def test_an_event_told_twice_changes_nothing() -> None:
    events = told(year_2027(), education())
    once = follow(*events)
    assert once.position == 2
    assert follow(*events, *events) == once
    assert apply(once, events[0]) == once


def test_an_unknown_type_changes_nothing() -> None:
    reference = follow(*told(education()))
    for kind in ("gongkai.assessment.QuarterOpened.v1", "gongkai.messages.DepartmentCreated.v1"):
        stranger = {"id": "x/1", "type": kind, "time": "2026-01-01T00:00:00+08:00", "data": {"department": "x"}}
        assert apply(reference, stranger) == reference


def test_a_field_added_later_is_no_fault() -> None:
    [event] = told(education())
    event["data"]["postcode"] = "550100"
    event["traceparent"] = "00-1-2-00"
    assert follow(event).directory == follow(*told(education())).directory


@pytest.mark.parametrize("broken", [{"data": {"department": "x"}}, {"data": None}, {"time": "soon"}, {"id": None}])
def test_a_known_event_that_cannot_be_read_is_an_error(broken: dict[str, Any]) -> None:
    [event] = told(education())
    with pytest.raises(ValueError, match="validation error"):
        follow(event | broken)


def test_a_change_of_an_unknown_department_changes_no_department() -> None:
    scenario = education().and_(department.Rename(name="教育和体育局"), on="2026-02-01")
    reference = follow(told(scenario)[1])
    assert reference.directory.departments == {}
    assert reference.position == 1


def test_a_voided_entry_is_left_out_and_the_version_goes_on() -> None:
    scenario = education()
    scenario.and_(department.Rename(name="教育和体育局", since=date(2026, 3, 1)), on="2026-02-01")
    void = VoidEntry(events=(scenario.id_of(department.DepartmentRenamed),), reason="登记有误")
    before = follow(*told(scenario))
    reference = follow(*told(scenario.and_(void, on="2026-02-02")))
    assert reference.directory.departments["education"].name_on(date(2026, 4, 1)) == "教育局"
    assert reference.directory.version == before.directory.version + 1
    assert (reference.position, reference.calendar.version) == (3, 0)
    assert Reference.from_json(reference.to_json(), SETTINGS) == reference


def test_a_voided_amendment_gives_a_newer_calendar_with_the_old_days() -> None:
    scenario = year_2027().and_(calendar.Amend(notice="某号", holidays=(date(2027, 10, 4),)), on="2027-02-01")
    void = VoidEntry(events=(scenario.id_of(calendar.CalendarAmended),), reason="登记有误")
    reference = follow(*told(scenario.and_(void, on="2027-02-02")))
    assert reference.calendar.is_workday(date(2027, 10, 4))
    assert reference.calendar.version == 3


def test_the_kept_copy_gives_the_same_reference_and_takes_on_new_settings() -> None:
    plans = given(plan_case.KIND, (plan_case.Adopt(plan="small", text=PLAN_TEXT), "2026-01-04"), **PLAN_WORLD)
    reference = follow(*told(year_2027(), education(), plans))
    assert Reference.from_json(reference.to_json(), SETTINGS) == reference
    other = Reference.from_json(reference.to_json(), {"local_holidays_stop": True})
    assert other.settings == {"local_holidays_stop": True}
    assert other.calendar.local_holidays_stop


@pytest.mark.parametrize("copy", ["[]", '{"format": 0, "told": []}', "{"])
def test_a_copy_of_another_format_is_refused(copy: str) -> None:
    with pytest.raises(ValueError, match=r"format|Expecting"):
        Reference.from_json(copy, SETTINGS)
