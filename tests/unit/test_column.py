"""Columns: their period, one charge for each lapse, blank ones, closing and carrying over, and the two policies."""

from datetime import date
from typing import Any

import pytest

from services.publishing.article import ARTICLE
from services.publishing.column import COLUMN
from services.publishing.column_commands import Close, Open, RecordBlank, Update
from services.publishing.column_events import ColumnBlank, ColumnClosed, ColumnOpened, ColumnStale, ColumnUpdated
from services.publishing.policies import POLICIES
from shared.domain.corrections import OverdueRevoked, RevokeOverdue
from shared.domain.directory import SYSTEM, Directory
from shared.domain.kind import RuleBroken
from shared.engine.policy import reaction_types
from tests.scenario import Scenario, left, moment
from tests.unit.article_world import CLERK, DIRECTORY, HEAD, HEALTH, OFFICE, OFFICE_CLERK

CASE = "L2026-000001"


def opening(**fields: Any) -> Open:
    return Open.model_validate({"name": "教育动态", "owner": "education", "kind": "dynamic", **fields})


def fresh(**settings: Any) -> Scenario:
    return Scenario(COLUMN, directory=DIRECTORY, settings=settings, case=CASE)


def opened(on: str = "2026-03-02", **fields: Any) -> Scenario:
    return fresh().and_(opening(**fields), by=OFFICE, on=on)


def due_of(scenario: Scenario) -> date | None:
    ((due, _),) = scenario.file.dues.values()
    return due


@pytest.mark.parametrize(
    ("kind", "due"),
    [("dynamic", date(2026, 3, 16)), ("home_page", date(2026, 3, 16)), ("static", date(2026, 9, 2))],
)
def test_a_column_is_due_after_its_period(kind: str, due: date) -> None:
    scenario = (
        fresh()
        .when(opening(kind=kind), by=OFFICE, on="2026-03-02")
        .then(left(ColumnOpened, owner="education", department="education", kind=kind, started=date(2026, 3, 2)))
    )
    assert due_of(scenario) == due


def test_the_county_may_set_another_period() -> None:
    assert due_of(fresh(**{"column.dynamic": 7}).and_(opening(), by=OFFICE, on="2026-03-02")) == date(2026, 3, 9)


def test_the_county_office_opens_columns_for_units_that_exist() -> None:
    for other in (HEAD, OFFICE_CLERK, HEALTH):
        fresh().when(opening(), by=other, on="2026-03-02").then_forbidden()
    fresh().when(opening(owner="nobody"), by=OFFICE, on="2026-03-02").then_refused("column.no_such_unit")
    fresh().when(opening(owner="tourism"), by=OFFICE, on="2026-03-02").then_refused("column.department_closed")
    ahead = opening(since="2026-03-03")
    assert fresh().when(ahead, by=OFFICE, on="2026-03-02").then_refused("column.since_ahead").field == "since"


def test_an_update_begins_the_period_anew() -> None:
    scenario = (
        opened()
        .when(Update(article="P2026-000001"), by=SYSTEM, on="2026-03-10")
        .then(
            left(
                ColumnUpdated, article="P2026-000001", updated=date(2026, 3, 10), department="education", kind="dynamic"
            )
        )
    )
    assert due_of(scenario) == date(2026, 3, 24)
    again = scenario.when(Update(), by=CLERK, on="2026-03-10 17:00").then(ColumnUpdated)
    assert due_of(again) == date(2026, 3, 24)
    again.when(Update(), by=HEALTH, on="2026-03-11").then_forbidden()


def test_an_update_on_the_last_day_is_in_time() -> None:
    opened().and_(Update(), by=CLERK, on="2026-03-16 23:59").when_swept("2026-03-17").then_nothing()


def test_each_lapse_is_charged_once_and_begins_the_next_period() -> None:
    scenario = (
        opened()
        .when_swept("2026-03-17")
        .then(left(ColumnStale, due=date(2026, 3, 16), met=False, done=None, department="education", kind="dynamic"))
    )
    assert due_of(scenario) == date(2026, 3, 30)
    scenario.when_swept("2026-03-30").then_nothing()
    scenario.when_swept("2026-03-31").then(left(ColumnStale, due=date(2026, 3, 30)))
    scenario.and_(Update(), by=CLERK, on="2026-04-01")
    assert due_of(scenario) == date(2026, 4, 15)


def test_a_year_without_updates_is_charged_by_its_periods() -> None:
    result = opened(kind="static").when_swept("2027-03-03")
    result.then(left(ColumnStale, due=date(2026, 9, 2)), left(ColumnStale, due=date(2027, 3, 2)))


def test_an_update_entered_later_takes_the_charge_back() -> None:
    scenario = opened()
    scenario.when_swept("2026-03-18").then(ColumnStale)
    scenario.when(Update(), by=CLERK, on="2026-03-12", recorded="2026-03-20").accepted()
    assert [event.event_name for event in scenario.live if isinstance(event, ColumnStale)] == []
    assert due_of(scenario) == date(2026, 3, 26)


def test_a_revoked_lapse_is_not_charged_again() -> None:
    scenario = opened()
    scenario.when_swept("2026-03-18").then(ColumnStale)
    revoke = RevokeOverdue(event=scenario.id_of(ColumnStale), reason="网站迁移")
    scenario.when(revoke, by=OFFICE, on="2026-03-19").then(OverdueRevoked)
    assert due_of(scenario) == date(2026, 3, 30)
    scenario.when_swept("2026-03-29").then_nothing()
    scenario.when_swept("2026-03-31").then(left(ColumnStale, due=date(2026, 3, 30)))


def test_a_column_taken_over_late_is_charged_for_what_lapsed_before() -> None:
    scenario = (
        fresh()
        .when(opening(since="2026-02-10"), by=OFFICE, on="2026-03-02")
        .then(ColumnOpened, left(ColumnStale, due=date(2026, 2, 24)))
    )
    assert due_of(scenario) == date(2026, 3, 10)
    scenario.when_swept("2026-03-05").then_nothing()


def test_a_blank_column_is_charged_once_a_period() -> None:
    scenario = (
        opened()
        .when(RecordBlank(), by=OFFICE, on="2026-03-10")
        .then(left(ColumnBlank, department="education", found=date(2026, 3, 10)))
    )
    assert due_of(scenario) == date(2026, 3, 24)
    scenario.when(RecordBlank(), by=OFFICE, on="2026-03-12").then_refused("column.blank_already")
    scenario.when(RecordBlank(), by=HEAD, on="2026-03-12").then_forbidden()
    scenario.and_(Update(), by=CLERK, on="2026-03-13")
    scenario.when(RecordBlank(), by=OFFICE, on="2026-03-14").then(ColumnBlank)


def test_a_closed_column_is_over() -> None:
    scenario = (
        opened()
        .when(Close(reason="abolished"), by=OFFICE, on="2026-03-10")
        .then(left(ColumnClosed, reason="abolished", name="教育动态", kind="dynamic", counted_from=date(2026, 3, 2)))
    )
    assert scenario.file.dues == {}
    scenario.when_swept("2027-01-04").then_nothing()
    for given in (Update(), RecordBlank(), Close(reason="abolished")):
        scenario.when(given, by=OFFICE, on="2026-03-11").then_refused("column.closed")
    opened().when(Close(reason="abolished"), by=HEAD, on="2026-03-10").then_forbidden()


# -- policies ----------------------------------------------------------------------------------------------------------


def told(type_: str, subject: str, time: str = "2026-03-10T09:00:00+08:00", **data: Any) -> dict[str, Any]:
    return {"id": f"{subject}/9", "type": type_, "subject": subject, "time": time, "data": data}


def policy(name: str) -> Any:
    return next(each for each in POLICIES if each.name == name).react


def test_what_is_published_updates_its_column_at_that_time() -> None:
    react = policy("WhenInfoPublishedUpdateColumn")
    reaction = react(told("publishing.InfoPublished", "P2026-000003", column=CASE, met=True))
    assert (reaction.kind, reaction.case) == ("column", CASE)
    assert reaction.command == Update(article="P2026-000003", happened=moment("2026-03-10 09:00"))
    assert react(told("publishing.InfoPublished", "P2026-000003", column=CASE, origin="import")) is None


def test_what_is_closed_at_the_end_of_the_year_goes_on_where_it_was() -> None:
    react = policy("WhenColumnClosedCarryItOver")
    before = opened(on="2026-12-21").and_(Close(reason="year_end"), by=OFFICE, on="2026-12-31")
    closed = before.live[-1].model_dump(mode="json")
    reaction = react(told("publishing.ColumnClosed", CASE, **closed))
    after = Scenario(COLUMN, directory=DIRECTORY, case="L2027-000001").and_(reaction.command, on="2027-01-01")
    assert due_of(after) == due_of(opened(on="2026-12-21")) == date(2027, 1, 4)
    assert after.state.carried_from == CASE
    assert react(told("publishing.ColumnClosed", CASE, **{**closed, "reason": "abolished"})) is None


def test_the_policies_look_at_events_that_the_service_leaves() -> None:
    mine = {f"publishing.{event.event_name}" for kind in (ARTICLE, COLUMN) for event in kind.events}
    of_columns = [policy for policy in POLICIES if "Column" in policy.name]
    assert len(of_columns) == 2
    assert reaction_types(of_columns) <= mine


def test_refusals_have_words() -> None:
    from services.publishing.column_rules import REFUSALS, refusal

    for code in REFUSALS:
        broken = refusal(code, name="旅游局")
        assert isinstance(broken, RuleBroken)
        assert "{" not in broken.message.zh + broken.message.en


# -- late entries, mergers, history ------------------------------------------------------------------------------------


def test_an_update_from_before_the_closing_counts_though_it_is_entered_after_it() -> None:
    closed = opened().and_(Close(reason="year_end"), by=OFFICE, on="2026-03-20")
    assert [type(event) for event in closed.live] == [ColumnOpened, ColumnStale, ColumnClosed]
    late = closed.when(Update(article="P2026-000001"), on="2026-03-12", recorded="2026-03-25")
    assert [type(event) for event in late.then(ColumnUpdated).live] == [ColumnOpened, ColumnUpdated, ColumnClosed]
    closed.when(Update(article="P2026-000001"), on="2026-03-21").then_refused("column.closed")


def test_the_column_of_a_merged_unit_is_carried_over_to_its_successor() -> None:
    kept = Directory(
        {**DIRECTORY.departments, "education": DIRECTORY.departments["education"].ended(date(2026, 3, 10), "health")}
    )
    column = Scenario(COLUMN, directory=kept, case=CASE)
    carried = column.when(opening(carried_from="L2025-000001"), by=SYSTEM, on="2026-03-20")
    carried.then(left(ColumnOpened, owner="health", department="health"))
    column.when(opening(), by=OFFICE, on="2026-03-20").then_refused("column.department_closed")


def test_a_column_from_an_old_list_is_not_carried_over() -> None:
    policy = next(policy for policy in POLICIES if policy.name == "WhenColumnClosedCarryItOver")
    data = {
        "department": "education",
        "reason": "year_end",
        "name": "动态",
        "kind": "dynamic",
        "counted_from": "2025-12-20",
    }
    assert policy.react({"subject": CASE, "time": "2025-12-31T10:00:00+08:00", "data": data}) is not None
    assert (
        policy.react({"subject": CASE, "time": "2025-12-31T10:00:00+08:00", "data": {**data, "origin": "import"}})
        is None
    )
