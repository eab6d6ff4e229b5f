"""The annual report's tables: where things are counted, the form's identities, and the events behind every number."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.annual_report import (
    ADDRESSES,
    CLASSES,
    COLUMNS,
    ENTRIES,
    LEAVES,
    ROWS,
    TYPES,
    Told,
    behind,
    checks,
    differences,
    report,
    value_at,
)
from services.assessment.annual_report_case import KIND as ANNUAL_REPORT
from services.publishing.document import DOCUMENT
from services.requests.application import APPLICATION
from services.requests.application_rules import ROWS as ROWS_OF_OUTCOMES
from shared.domain.kind import scored_fields


def received(case: str, day: date, applicant: str = "natural", whole: date | None = None) -> Told:
    """Received in law on ``day``, or split off on it of what was received as a ``whole`` before."""
    fields = {"received": (whole or day).isoformat(), "applicant_class": applicant}
    return Told("requests.RequestReceived", "education", case, day, fields)


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


def test_of_several_endings_of_an_application_the_first_stands() -> None:
    facts = [
        received("A1", date(2026, 6, 1)),
        ended("A1", date(2026, 6, 9), "3.3.6"),
        ended("A1", date(2026, 9, 1), "3.1"),
    ]
    found = report(facts, 2026)["table3"]
    assert (found["3.3.6"]["total"], found["3.1"]["total"], found["3.7"]["total"]) == (1, 0, 1)


def test_a_part_split_off_in_january_of_a_letter_of_december_is_new_in_january() -> None:
    whole = [received("A1", date(2026, 12, 20))]
    both = [*whole, received("A2", date(2027, 1, 12), whole=date(2026, 12, 20)), frozen(2026, natural=1, total=1)]
    assert report(both, 2026)["table3"] == report(whole, 2026)["table3"]
    after = report(both, 2027)
    assert (after["table3"]["1"]["natural"], after["table3"]["2"]["natural"]) == (1, 1)
    assert all(check["holds"] for check in after["checks"])


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
    kinds = (APPLICATION, DOCUMENT, ANNUAL_REPORT)
    fields = {f"{kind.service}.{model.event_name}": scored_fields(model) for kind in kinds for model in kind.events}
    assert set(TYPES) <= set(fields)
    assert all({"row", "applicant_class"} <= set(names) for name, names in fields.items() if "row" in names)
    rows = {name for name, names in fields.items() if "row" in names}
    assert rows <= set(TYPES)
    assert {"received", "applicant_class"} <= set(fields["requests.RequestReceived"])
    assert "result" in fields["requests.LawsuitDecided"]
    assert {"normative", "in_force", "issued"} <= set(fields["publishing.DocumentIssued"])
    assert "normative" in fields["publishing.DocumentRepealed"]
    assert all("amount" in fields[f"requests.{name}"] for name in ("FeeNoticed", "FeePaid"))
    assert {"year", *ENTRIES} == set(fields["assessment.FiguresEntered"])
    assert {"year", "scope", *(f"carried_{c}" for c in COLUMNS)} <= set(fields["assessment.ReportFrozen"])


LIVES = st.lists(
    st.tuples(
        st.dates(date(2025, 1, 1), date(2027, 12, 31)),
        st.one_of(st.none(), st.integers(0, 500)),
        st.sampled_from(CLASSES),
        st.sampled_from(LEAVES),
        st.lists(st.integers(0, 400), max_size=2),
    ),
    max_size=8,
)
"""When received, answered how many days later, of whom, in which row, and when matters were split off of it."""


def lived(lives: list[tuple[date, int | None, str, str, list[int]]]) -> list[tuple[Told, Told | None]]:
    """The receipt and the end of each life; a part is split off before its whole ends, and ends as long after."""
    found: list[tuple[Told, Told | None]] = []
    for number, (day, later, who, row, splits) in enumerate(lives):
        before = [split for split in splits if later is None or split <= later]
        for part, offset in enumerate([0, *before]):
            case, born = f"A{number}-{part}", day + timedelta(offset)
            end = None if later is None else ended(case, day + timedelta(later + part * 7), row)
            found.append((received(case, born, who, whole=day), end))
    return found


@given(LIVES, st.sampled_from([2025, 2026, 2027]))
def test_the_identities_hold_for_any_lives_and_year_and_every_number_is_the_number_of_its_cases(
    lives: list[tuple[date, int | None, str, str, list[int]]], year: int
) -> None:
    facts: list[Told] = []
    expected = {row: dict.fromkeys(COLUMNS, 0) for row in ROWS}

    def count(row: str, who: str) -> None:
        expected[row][who] += 1
        expected[row]["total"] += 1

    for receipt, end in lived(lives):
        facts += [receipt] if end is None else [receipt, end]
        born, gone, who = receipt.happened, end.happened if end else None, receipt.fields["applicant_class"]
        # The naive count: one life after the other.
        if born.year > year or (gone is not None and gone.year < year):
            continue
        count("1" if born.year == year else "2", who)
        if end is not None and end.happened.year == year:
            count(end.fields["row"], who)
            count("3.7", who)
        else:
            count("4", who)
    found = report(facts, year)
    assert found["table3"] == expected
    assert all(check["holds"] for check in found["checks"])
    for row, columns in found["cases"]["table3"].items():
        for column, cases in columns.items():
            assert len(cases) == found["table3"][row][column]


@given(LIVES, st.sampled_from([2025, 2026, 2027]))
def test_what_happens_afterwards_changes_nothing_in_a_year_that_is_over(
    lives: list[tuple[date, int | None, str, str, list[int]]], year: int
) -> None:
    facts = [told for life in lived(lives) for told in life if told is not None]
    by_then = [told for told in facts if told.happened <= date(year, 12, 31)]
    over = report(by_then, year)["table3"]
    assert report(facts, year)["table3"] == over
    carried = {column: over["4"][column] for column in COLUMNS}
    assert all(check["holds"] for check in report([*facts, frozen(year, **carried)], year + 1)["checks"])


@pytest.mark.parametrize(
    ("row", "column", "fails"),
    [
        ("1", "natural", "ac"),
        ("3.7", "natural", "abc"),
        ("4", "natural", "ac"),
        ("2", "total", "ace"),
        ("3.3.8", "legal", "bc"),
    ],
)
def test_an_identity_that_does_not_hold_is_told_by_its_letter(row: str, column: str, fails: str) -> None:
    good = report([received("A1", date(2026, 3, 1)), ended("A1", date(2026, 3, 9))], 2026)
    broken = {name: dict(values) for name, values in good["table3"].items()}
    broken[row][column] += 1
    found = checks(broken, good["table4"], report([], 2025)["table3"])
    assert "".join(check["check"] for check in found if not check["holds"]) == fails


def test_an_identity_of_table_four_that_does_not_hold_is_told() -> None:
    good = report([], 2026)
    four = {group: dict(values) for group, values in good["table4"].items()}
    four["lawsuit_direct"]["pending"] += 1
    found = checks(good["table3"], four, good["table3"])
    assert [check["check"] for check in found if not check["holds"]] == ["d"]


def test_an_outcome_that_the_form_does_not_have_breaks_the_sum_and_is_not_lost() -> None:
    found = report([received("A1", date(2026, 3, 1)), ended("A1", date(2026, 3, 9), "3.9")], 2026)
    assert found["table3"]["3.7"]["natural"] == 1
    assert [check["check"] for check in found["checks"] if not check["holds"]] == ["b"]


# -- across years ------------------------------------------------------------------------------------------------------


def frozen(year: int, department: str = "education", scope: str = "department", **carried: int) -> Told:
    """A report frozen with so many carried over."""
    fields = {f"carried_{column}": carried.get(column, 0) for column in COLUMNS}
    case = f"annual-report-{year}"
    return Told(
        "assessment.ReportFrozen", department, case, date(year + 1, 1, 20), {"year": year, "scope": scope, **fields}
    )


def test_what_was_entered_late_breaks_the_identity_with_the_report_frozen_for_the_year_before() -> None:
    facts = [received("A1", date(2025, 12, 30)), frozen(2025)]
    found = report(facts, 2026)["checks"]
    assert [(check["rule"][-6:], check["holds"]) for check in found if check["check"] == "e"] == [
        ("before", True),
        ("frozen", False),
    ]
    agreeing = [received("A1", date(2025, 12, 30)), frozen(2025, natural=1, total=1)]
    assert all(check["holds"] for check in report(agreeing, 2026)["checks"])


def test_the_county_begins_with_its_own_report_and_not_with_that_of_the_county_office() -> None:
    facts = [frozen(2025, "county-office", "department", natural=7, total=7), frozen(2025, "county-office", "county")]
    assert all(check["holds"] for check in report(facts, 2026, (), "county")["checks"])
    assert not all(check["holds"] for check in report(facts, 2026, (), "department")["checks"])


# -- table 2 -----------------------------------------------------------------------------------------------------------


def issued(case: str, day: date, *, normative: bool = True, in_force: bool = True) -> Told:
    """A document issued on ``day``."""
    fields = {"normative": normative, "in_force": in_force, "issued": day.isoformat()}
    return Told("publishing.DocumentIssued", "education", case, day, fields)


def repealed(case: str, day: date, *, normative: bool = True) -> Told:
    """A document repealed on ``day``."""
    return Told("publishing.DocumentRepealed", "education", case, day, {"normative": normative})


def entered(department: str, day: date, year: int = 2026, **figures: object) -> Told:
    """Figures that a department entered."""
    fields = {"year": year, **dict.fromkeys(ENTRIES), **figures}
    return Told("assessment.FiguresEntered", department, f"annual-report-{year}-{department}", day, fields)


def test_normative_documents_are_counted_as_made_as_repealed_and_as_in_force_at_the_end_of_the_year() -> None:
    facts = [
        issued("W1", date(2025, 5, 1)),
        issued("W2", date(2026, 5, 1)),
        issued("W3", date(2026, 6, 1), in_force=False),
        issued("W4", date(2026, 7, 1), normative=False),
        issued("W5", date(2025, 8, 1)),
        repealed("W5", date(2026, 9, 1)),
        issued("W6", date(2026, 8, 1)),
        repealed("W6", date(2027, 1, 1)),
        issued("W7", date(2027, 1, 1)),
        repealed("W4", date(2026, 10, 1), normative=False),
    ]
    found = report(facts, 2026)
    assert found["table2"]["normative"] == {"made": 3, "repealed": 1, "in_force": 3}
    assert found["cases"]["table2"] == {
        "normative": {"made": ["W2", "W3", "W6"], "repealed": ["W5"], "in_force": ["W1", "W2", "W6"]}
    }
    assert report(facts, 2025)["table2"]["normative"] == {"made": 2, "repealed": 0, "in_force": 2}


def test_what_nobody_entered_is_not_entered_and_what_is_none_is_entered_as_nought() -> None:
    bare = report([], 2026, ["education"])
    assert bare["table2"]["licences"] == {"decided": None}
    assert bare["table2"]["charges"] == {"amount": None}
    assert bare["not_entered"] == {f"table2.{row}.{column}": ["education"] for row, column in ENTRIES.values()}
    told = report([entered("education", date(2027, 1, 5), licences=0, charges="0")], 2026, ["education"])
    assert told["table2"]["licences"] == {"decided": 0}
    assert told["table2"]["charges"] == {"amount": "0"}
    assert "table2.licences.decided" not in told["not_entered"]
    assert told["table2"]["penalties"] == {"decided": None}


def test_the_last_entry_of_a_figure_stands_and_the_others_stay() -> None:
    facts = [
        entered("education", date(2027, 1, 5), licences=3, penalties=4),
        entered("education", date(2027, 1, 6), licences=5),
        entered("education", date(2026, 1, 6), year=2025, licences=9),
    ]
    found = report(facts, 2026, ["education"])["table2"]
    assert (found["licences"]["decided"], found["penalties"]["decided"]) == (5, 4)
    assert [told.happened.day for told in behind(facts, 2026)["table2.licences.decided"]] == [6]


def test_the_county_s_figures_are_the_sum_of_the_units_and_name_those_that_entered_none() -> None:
    facts = [
        entered("education", date(2027, 1, 5), licences=3, charges="12.5", normative_in_force=2),
        entered("water", date(2027, 1, 6), licences=4, charges="0.500001"),
        issued("W1", date(2026, 5, 1)),
    ]
    found = report(facts, 2026, ["education", "health", "water"], "county")
    assert found["table2"]["licences"] == {"decided": 7}
    assert found["table2"]["charges"] == {"amount": "13.000001"}
    assert found["table2"]["normative"] == {"made": 1, "repealed": 0, "in_force": 3}
    assert found["not_entered"]["table2.licences.decided"] == ["health"]
    assert found["not_entered"]["table2.normative.in_force"] == ["health", "water"]
    assert found["not_entered"]["table2.rules.made"] == ["education", "health", "water"]


# -- fees and cells ----------------------------------------------------------------------------------------------------


def test_the_year_s_fee_notices_and_what_was_received_are_counted() -> None:
    facts = [
        review("A1", date(2026, 2, 1), "FeeNoticed", amount=700),
        review("A1", date(2026, 2, 9), "FeePaid", amount=700),
        review("A2", date(2026, 12, 30), "FeeNoticed", amount=100),
        review("A2", date(2027, 1, 4), "FeePaid", amount=100),
    ]
    assert report(facts, 2026)["fees"] == {"notices": 2, "noticed": 800, "received": 700}
    assert [told.case for told in behind(facts, 2026)["fees.noticed"]] == ["A1", "A2"]


COUNTED_CELLS = [cell for cell in ADDRESSES if cell.split(".")[0] in ("table3", "table4") or cell == "fees.notices"]
REVIEWED = st.lists(
    st.tuples(
        st.sampled_from(["A0", "A1", "A2"]),
        st.sampled_from(["ReconsiderationFiled", "ReconsiderationDecided", "LawsuitFiled", "LawsuitDecided"]),
        st.booleans(),
        st.sampled_from(["upheld", "corrected", "other"]),
        st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(
    LIVES,
    REVIEWED,
    st.dates(date(2025, 1, 1), date(2028, 6, 1)),
    st.integers(0, 60),
    st.sampled_from([2025, 2026, 2027]),
)
def test_at_any_cut_off_every_number_is_that_of_its_events_and_all_identities_hold_across_years(
    lives: list[tuple[date, int | None, str, str, list[int]]],
    reviewed: list[tuple[str, str, bool, str, date]],
    cut_off: date,
    lag: int,
    year: int,
) -> None:
    """Each fact is recorded some days after it happened; those recorded after the cut-off are not known."""
    facts = [told for life in lived(lives) for told in life if told is not None]
    for case, type_, after, result, day in reviewed:
        facts.append(review(case, day, type_, after_reconsideration=after, result=result))
        facts.append(review(case, day, "FeeNoticed", amount=100))
    known = [
        told._replace(event=f"{told.case}/{number}")
        for number, told in enumerate(facts)
        if told.happened + timedelta(number * lag % 61) <= cut_off
    ]
    found, after = report(known, year), report(known, year + 1)
    assert all(check["holds"] for check in [*found["checks"], *after["checks"]])
    assert after["table3"]["2"] == found["table3"]["4"]
    lists = behind(known, year)
    for cell in COUNTED_CELLS:
        told = lists.get(cell, ())
        assert value_at(found, cell) == len(told)
        assert len({one.event for one in told}) == len(told)
    assert set(lists) <= set(ADDRESSES)
    assert report(list(reversed(known)), year)["table3"] == found["table3"]


def test_two_reports_differ_in_the_cells_in_which_they_differ() -> None:
    before = report([received("A1", date(2026, 3, 1))], 2026, ["education"])
    more = [
        received("A1", date(2026, 3, 1)),
        ended("A1", date(2026, 3, 9)),
        entered("education", date(2027, 1, 1), licences=2),
    ]
    found = differences(before, report(more, 2026, ["education"]))
    assert [(one["cell"], one["frozen"], one["current"]) for one in found] == [
        ("table2.licences.decided", None, 2),
        ("table3.3.1.natural", 0, 1),
        ("table3.3.1.total", 0, 1),
        ("table3.3.7.natural", 0, 1),
        ("table3.3.7.total", 0, 1),
        ("table3.4.natural", 1, 0),
        ("table3.4.total", 1, 0),
    ]
