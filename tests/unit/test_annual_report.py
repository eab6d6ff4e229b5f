"""The annual report's tables: where an application is counted, the form's identities, and the cases behind every number."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.annual_report import CLASSES, COLUMNS, LEAVES, ROWS, TYPES, Told, report
from services.requests.application import APPLICATION
from services.requests.application_rules import ROWS as ROWS_OF_OUTCOMES
from shared.domain.kind import scored_fields


def received(case: str, day: date, applicant: str = "natural", told: date | None = None) -> Told:
    """Received in law on ``day``, told of on ``told``."""
    fields = {"received": day.isoformat(), "applicant_class": applicant}
    return Told("requests.RequestReceived", "education", case, told or day, fields)


def ended(case: str, day: date, row: str = "3.1", type_: str = "ReplySent") -> Told:
    """Ended on ``day`` in ``row``."""
    return Told(f"requests.{type_}", "education", case, day, {"row": row, "applicant_class": "natural"})


def review(case: str, day: date, type_: str, **fields: object) -> Told:
    """A step of reconsideration or lawsuit."""
    return Told(f"requests.{type_}", "education", case, day, fields)


def test_an_application_is_counted_where_it_belongs_by_when_things_happened() -> None:
    facts = [
        received("A1", date(2026, 12, 30)),
        ended("A1", date(2027, 1, 4), "3.2"),
        received("A2", date(2026, 6, 1), "business"),
        ended("A2", date(2026, 6, 9), "3.5.1"),
        received("A3", date(2025, 12, 1), "legal"),
        ended("A3", date(2026, 1, 4), "3.6.1", "ApplicationDeemedAbandoned"),
        received("A4", date(2027, 1, 1)),
    ]
    found = report(facts, 2026)
    numbers = {row: values["total"] for row, values in found["table3"].items() if values["total"]}
    assert numbers == {"1": 2, "2": 1, "3.5.1": 1, "3.6.1": 1, "3.7": 2, "4": 1}
    assert found["table3"]["1"]["business"] == 1
    assert found["cases"]["table3"]["4"] == {"natural": ["A1"]}
    assert found["cases"]["table3"]["2"] == {"legal": ["A3"]}
    assert all(check["holds"] for check in found["checks"])
    assert report(facts, 2027)["table3"]["2"]["natural"] == 1


def test_a_part_split_off_in_january_of_a_letter_of_december_belongs_to_december() -> None:
    facts = [received("A1", date(2026, 12, 30), told=date(2027, 1, 8))]
    assert report(facts, 2026)["table3"]["4"]["natural"] == 1
    assert report(facts, 2027)["table3"]["1"]["natural"] == 0


def test_reconsideration_and_lawsuits_are_counted_by_decision_or_as_pending() -> None:
    facts = [
        review("A1", date(2026, 2, 1), "ReconsiderationFiled"),
        review("A1", date(2026, 3, 1), "ReconsiderationDecided", result="corrected", repeat=False),
        review("A1", date(2026, 3, 5), "LawsuitFiled", after_reconsideration=True),
        review("A2", date(2026, 2, 1), "LawsuitFiled", after_reconsideration=False),
        review("A2", date(2026, 5, 1), "LawsuitDecided", after_reconsideration=False, result="upheld", repeat=False),
        review("A3", date(2025, 2, 1), "ReconsiderationFiled"),
        review("A3", date(2025, 3, 1), "ReconsiderationDecided", result="other", repeat=False),
        review("A4", date(2027, 2, 1), "ReconsiderationFiled"),
    ]
    found = report(facts, 2026)
    assert found["table4"] == {
        "reconsideration": {"upheld": 0, "corrected": 1, "other": 0, "pending": 0, "total": 1},
        "lawsuit_direct": {"upheld": 1, "corrected": 0, "other": 0, "pending": 0, "total": 1},
        "lawsuit_after_reconsideration": {"upheld": 0, "corrected": 0, "other": 0, "pending": 1, "total": 1},
    }
    assert found["cases"]["table4"]["lawsuit_after_reconsideration"] == {"pending": ["A1"]}


def test_the_rows_are_those_of_the_outcomes_and_every_type_says_what_is_read_of_it() -> None:
    assert set(LEAVES) | {"1", "2"} == set(ROWS_OF_OUTCOMES)
    fields = {f"requests.{model.event_name}": scored_fields(model) for model in APPLICATION.events}
    assert set(TYPES) <= set(fields)
    assert all({"row", "applicant_class"} <= set(names) for name, names in fields.items() if "row" in names)
    rows = {name for name, names in fields.items() if "row" in names}
    assert rows <= set(TYPES)
    assert {"received", "applicant_class"} <= set(fields["requests.RequestReceived"])
    assert "result" in fields["requests.LawsuitDecided"]


LIVES = st.lists(
    st.tuples(
        st.dates(date(2025, 1, 1), date(2027, 12, 31)),
        st.one_of(st.none(), st.integers(0, 500)),
        st.sampled_from(CLASSES),
        st.sampled_from(LEAVES),
    ),
    max_size=12,
)


@given(LIVES, st.sampled_from([2025, 2026, 2027]))
def test_the_identities_hold_for_any_lives_and_year_and_every_number_is_the_number_of_its_cases(
    lives: list[tuple[date, int | None, str, str]], year: int
) -> None:
    facts: list[Told] = []
    expected = {row: dict.fromkeys(COLUMNS, 0) for row in ROWS}

    def count(row: str, who: str) -> None:
        expected[row][who] += 1
        expected[row]["total"] += 1

    for number, (day, later, who, row) in enumerate(lives):
        facts.append(received(f"A{number}", day, who))
        end = None if later is None else day + timedelta(later)
        if end is not None:
            facts.append(ended(f"A{number}", end, row))
        # The naive count: one life after the other.
        if day.year > year or (end is not None and end.year < year):
            continue
        count("1" if day.year == year else "2", who)
        if end is not None and end.year == year:
            count(row, who)
            count("3.7", who)
        else:
            count("4", who)
    found = report(facts, year)
    assert found["table3"] == expected
    assert all(check["holds"] for check in found["checks"])
    for row, columns in found["cases"]["table3"].items():
        for column, cases in columns.items():
            assert len(cases) == found["table3"][row][column]


@pytest.mark.parametrize("row", ["1", "3.7", "4"])
def test_an_identity_that_does_not_hold_is_told(row: str) -> None:
    from services.assessment.annual_report import checks

    good = report([received("A1", date(2026, 3, 1)), ended("A1", date(2026, 3, 9))], 2026)
    broken = {name: dict(values) for name, values in good["table3"].items()}
    broken[row]["natural"] += 1
    held = [check["holds"] for check in checks(broken, good["table4"], report([], 2025)["table3"])]
    assert not all(held)
