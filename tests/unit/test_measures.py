"""Measures: which facts they count, in a row and in a column, and what a counted fact is worth."""

import json
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import polars as pl
import pytest

from services.assessment.fact_frame import Fact, FactFrame, with_texts
from services.assessment.measures import (
    column,
    condition_fields,
    counts,
    window,
    worth,
)
from services.assessment.period import Quarter, QuarterProblem
from services.assessment.plan import Count
from tests.unit.assessment_samples import Q3, fact, frame, overdue, reply, small_plan


def counted(count: Count, facts: Sequence[Fact], as_of: date = Q3.last_day, quarter: Quarter = Q3) -> list[str]:
    """The ids of the facts that ``count`` counts, by the row test, which the column expression must agree with."""
    days = window(count, quarter, as_of)
    rows = FactFrame.from_rows(facts).frame.sort("id")
    fields = condition_fields(count) | ({count.by} - {"happened"})
    rows = with_texts(rows, sorted(fields))
    by_column = rows.filter(column(count, days))["id"].to_list()
    by_row = sorted(one.id for one in facts if counts(count, one, days))
    assert by_column == by_row
    return by_row


def measure(condition: str, by: str = "happened") -> Count:
    """A measure over defects with a condition."""
    plan = small_plan(("where: {area: content}, by: found", f"where: {condition}, by: {by}"))
    found = plan.measures["errors"]
    assert isinstance(found, Count)
    return found


def defect(id_: str, **fields: str | int | bool | None) -> Fact:
    """A confirmed defect."""
    return fact(id_, "publishing.DefectConfirmed", **fields)


DEFECTS = (
    defect("a", area="content", severity=1, found="2026-07-01", open=True),
    defect("b", area="security", severity=3, found="2026-08-15", open=False),
    defect("c", area=None, severity=None, found=None),
    defect("d"),
    defect("e", area='"content"', severity=-2, found="2026-9-1"),
    fact("f", "messages.RatingGiven", area="content", severity=1),
)


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("{area: content}", "a"),
        ("{area: [content, security]}", "ab"),
        ("{open: true}", "a"),
        ("{open: [true, false]}", "ab"),
        ("{severity: 3}", "b"),
        ("{severity: {at_least: 1}}", "ab"),
        ("{severity: {at_least: 0, at_most: 2}}", "a"),
        ("{severity: {at_most: 0}}", "e"),
        ("{area: {not: content}}", "bcde"),
        ("{area: {not: [content, security]}}", "cde"),
        ("{found: {from: 2026-08-15}}", "b"),
        ("{found: {before: 2026-08-15}}", "a"),
        ("{found: {from: 2026-07-01, before: 2026-07-02}}", "a"),
        ("{area: content, severity: 3}", ""),
        ("[{area: content}, {severity: 3}]", "ab"),
        ("[{area: content}, {severity: 1}]", "a"),
        ("{nothing: {at_least: 1}}", ""),
    ],
)
def test_a_condition_counts(condition: str, ids: str) -> None:
    assert counted(measure(condition), DEFECTS) == list(ids)


def test_a_date_field_puts_a_fact_into_its_quarter() -> None:
    on_time = small_plan().measures["on_time"]
    assert isinstance(on_time, Count)
    facts = (
        reply("before", date(2026, 6, 30)),
        reply("first", date(2026, 7, 1), happened=date(2026, 6, 20)),
        reply("last", date(2026, 9, 30)),
        reply("after", date(2026, 10, 1), happened=date(2026, 9, 20)),
        fact("none", "messages.ReplySent", met=True),
        fact("no day", "messages.ReplySent", met=True, due="soon"),
        fact("no such day", "messages.ReplySent", met=True, due="2026-09-31"),
    )
    assert counted(on_time, facts) == ["first", "last"]
    assert counted(on_time, facts, as_of=date(2026, 9, 29)) == ["first"]
    assert counted(on_time, facts, as_of=date(2026, 12, 31)) == ["first", "last"]
    assert counted(on_time, facts, as_of=date(2026, 6, 30)) == []


def test_year_to_date_counts_from_january_to_the_quarters_end() -> None:
    late = small_plan().measures["late_this_year"]
    assert isinstance(late, Count)
    facts = tuple(
        overdue(str(day), day)
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 5, 5), date(2026, 9, 30), date(2026, 10, 1))
    )
    assert counted(late, facts) == ["2026-01-01", "2026-05-05", "2026-09-30"]
    assert counted(late, facts, as_of=date(2026, 5, 5)) == ["2026-01-01", "2026-05-05"]
    assert counted(late, facts, quarter=Quarter(2026, 1), as_of=date(2026, 3, 31)) == ["2026-01-01"]


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ({"level": "county", "form": "full", "parties": "1"}, Fraction(1)),
        ({"level": "province", "form": "brief", "parties": "1"}, Fraction(3)),
        ({"level": "province", "form": "full", "parties": "7"}, Fraction(6, 7)),
        ({"level": "province", "form": "full", "parties": None}, Fraction(6)),
        ({"level": "province", "form": "full", "parties": "0"}, Fraction(6)),
        ({"level": "national", "form": "full", "parties": "1"}, Fraction(0)),
        ({"level": None, "form": "full", "parties": "1"}, Fraction(0)),
        ({"level": "province", "form": "full", "previous_level": "county", "previous_form": "full"}, Fraction(5)),
        ({"level": "province", "form": "full", "previous_level": "county", "previous_form": "brief"}, Fraction(11, 2)),
        ({"level": "province", "form": "full", "previous_level": "county", "previous_form": None}, Fraction(6)),
        ({"level": "county", "form": "full", "previous_level": "province", "previous_form": "full"}, Fraction(0)),
        (
            {"level": "province", "form": "full", "previous_level": "county", "previous_form": "full", "parties": "2"},
            Fraction(5, 2),
        ),
    ],
)
def test_an_event_is_worth_its_level_less_the_level_before(fields: dict[str, str | None], amount: Fraction) -> None:
    plan = small_plan()
    adopted = plan.measures["adopted"]
    assert isinstance(adopted, Count)
    assert worth(adopted, plan.values["adoption"], fields) == amount


def test_a_measure_that_only_counts_gives_one_for_each() -> None:
    assert worth(measure("{area: content}"), None, {}) == 1


@pytest.mark.parametrize(
    "content",
    [
        {"due": "2026-07-01"},
        {"due": ""},
        {"due": None},
        {"due": True},
        {"due": False},
        {"due": 7},
        {"due": -7},
        {"due": 10**30},
        {},
        {"overdue": "x", "due_": "y"},
        {"a": "due", "b": ":", "due": "z"},
        {"a": '"due":"forged"', "due": "true one"},
        {"a": '"due":"forged"'},
        {"a": 'x","due":"forged","b":"', "due": 'q"uo\\te'},
        {"a": "\\", "due": "after a backslash"},
        {"due": "中文\n换行"},
        {"due": "true"},
        {"a": {"x": 1}},
    ],
)
def test_a_field_is_read_from_the_column_as_json_reads_it(content: dict[str, object]) -> None:
    for text in (
        json.dumps(content),
        json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        json.dumps(content, indent=2),
    ):
        one = fact("a", "messages.ReplySent")._replace(fields=text)
        assert with_texts(pl.DataFrame({"fields": [text, "{}"]}), ("due",))["field:due"].to_list() == [
            one.texts().get("due"),
            None,
        ]


def test_a_frame_keeps_each_event_once_whatever_the_order() -> None:
    at = fact("x", "messages.RatingGiven").recorded
    plain, voided = fact("a", "messages.RatingGiven"), fact("a", "messages.RatingGiven", voided_on=at)
    other = fact("b", "messages.RatingGiven")
    for rows in ((plain, other, voided), (voided, plain, other, plain)):
        facts = frame(*rows)
        assert len(facts) == 2
        kept = facts.frame.sort("id")["voided_on"].to_list()
        assert kept == [at, None]


def test_an_empty_frame_is_a_frame() -> None:
    facts = frame()
    assert len(facts) == 0
    assert facts.types == frozenset()
    assert facts.digest()[0] == 0


def test_a_quarter_is_written_one_way() -> None:
    assert str(Quarter.parse("2026Q4")) == "2026Q4"
    assert Quarter.parse("2026Q4").last_day == date(2026, 12, 31)
    assert Quarter.parse("2024Q1").last_day == date(2024, 3, 31)
    for text in ("2026q3", "2026Q5", "26Q1", "2026-Q3", ""):
        with pytest.raises(QuarterProblem):
            Quarter.parse(text)
