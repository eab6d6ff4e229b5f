"""The lines of a score: each event and rule with its exact share, and what a viewer may see of them."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.assessment.fact_frame import Fact
from services.assessment.lines import KIND_ORDER, Line, ScoreLines, explain_json
from services.assessment.plan import Plan
from services.assessment.scoring import score
from tests.unit.assessment_samples import Q3, ROSTER, fact, frame, overdue, reply, small_plan

JULY = date(2026, 7, 10)


def explained(
    *facts: Fact, plan: Plan | None = None, department: str = "education", restricted: bool = True
) -> tuple[list[Line], Fraction | None]:
    """A unit's lines and its score."""
    result = score(frame(*facts), plan or small_plan(), ROSTER, Q3)
    unit = result.unit(department)
    assert unit is not None
    lines = ScoreLines(result).of(unit, restricted=restricted)
    assert sum((line.share for line in lines), Fraction(0)) == (unit.appraisal.score or 0)
    return lines, unit.appraisal.score


def shown(lines: Sequence[Line], indicator: str | None) -> list[tuple[Any, ...]]:
    """Measure, kind, event, share and clause of an indicator's lines."""
    return [
        (line.measure, line.kind, line.event, str(line.share), line.clause)
        for line in lines
        if line.indicator == indicator
    ]


def test_a_ratio_gives_each_event_of_the_numerator_its_share_and_lists_the_others() -> None:
    lines, _ = explained(reply("a/1", JULY), reply("b/1", JULY), overdue("c/1", JULY))
    assert shown(lines, "A1") == [
        ("on_time", "event", "a/1", "40/3", "indicators.A1"),
        ("on_time", "event", "b/1", "40/3", "indicators.A1"),
        ("late", "event", "c/1", "0", "indicators.A1"),
        (None, "scaling", None, "20/3", "settings.not_applicable"),
    ]


def test_an_event_of_numerator_and_denominator_is_listed_once() -> None:
    ratings = [fact(f"r/{i}", "messages.RatingGiven", satisfied=i > 0) for i in range(3)]
    lines, _ = explained(reply("a/1", JULY), *ratings)
    assert shown(lines, "A2") == [
        ("rated", "event", "r/0", "0", "indicators.A2"),
        ("satisfied", "event", "r/1", "20/3", "indicators.A2"),
        ("satisfied", "event", "r/2", "20/3", "indicators.A2"),
    ]


def test_a_deduction_starts_from_full_marks_and_shows_its_floor_and_what_it_applies_to() -> None:
    defects = [
        fact(f"d/{i}", "publishing.DefectConfirmed", area="content", severity=1, found="2026-07-01") for i in range(3)
    ]
    lines, _ = explained(reply("a/1", JULY), *defects)
    assert shown(lines, "B1") == [
        (None, "base", None, "10", "indicators.B1"),
        ("on_time", "event", "a/1", "0", "indicators.B1"),
        ("errors", "event", "d/0", "-4", "indicators.B1.each.errors"),
        ("errors", "event", "d/1", "-4", "indicators.B1.each.errors"),
        ("errors", "event", "d/2", "-4", "indicators.B1.each.errors"),
        (None, "floor", None, "2", "indicators.B1"),
    ]
    assert shown(lines, None)[:4] == [
        ("errors", "penalty", "d/0", "-3", "penalties.each.errors"),
        ("errors", "penalty", "d/1", "-3", "penalties.each.errors"),
        ("errors", "penalty", "d/2", "-3", "penalties.each.errors"),
        (None, "cap", None, "4", "penalties.cap"),
    ]


def test_a_quota_shows_its_cap_and_the_worth_of_each_item() -> None:
    briefings = [
        fact(f"b/{level}", "publishing.BriefingAdopted", level=level, form="full", parties=parties)
        for level, parties in (("county", 3), ("province", 1))
    ]
    lines, _ = explained(reply("a/1", JULY), *briefings)
    found = [line for line in lines if line.indicator == "E1"]
    assert [(line.kind, line.event, line.amount, line.share) for line in found] == [
        ("event", "b/county", Fraction(1, 3), Fraction(5, 2)),
        ("event", "b/province", Fraction(6), Fraction(45)),
        ("cap", None, None, Fraction(-35, 2)),
        ("scaling", None, None, Fraction(15, 2)),
    ]
    bonus = [(line.kind, line.event, line.share) for line in lines if line.clause.startswith("bonus")]
    assert bonus == [
        ("bonus", "b/county", Fraction(1, 6)),
        ("bonus", "b/province", Fraction(3)),
        ("cap", None, Fraction(-1, 6)),
    ]


def test_a_shut_bonus_is_taken_back_by_a_line() -> None:
    briefing = fact("b/1", "publishing.BriefingAdopted", level="county", form="full", parties=1)
    lines, _ = explained(overdue("a/1", JULY), briefing)
    bonus = [(line.kind, line.share) for line in lines if line.clause.startswith("bonus")]
    assert bonus == [("bonus", Fraction(1, 2)), ("zeroed", Fraction(-1, 2))]


def test_a_zeroed_indicator_names_the_rule_and_its_events() -> None:
    briefing = fact("b/1", "publishing.BriefingAdopted", level="county", form="full", parties=1)
    missed = [overdue(f"o/{month}", date(2026, month, 3)) for month in (2, 7, 8)]
    lines, _ = explained(*missed, briefing)
    assert shown(lines, "E1") == [
        ("late_this_year", "event", "o/2", "0", "zero[0]"),
        ("late_this_year", "event", "o/7", "0", "zero[0]"),
        ("adopted", "event", "b/1", "15/2", "indicators.E1"),
        ("late_this_year", "event", "o/8", "0", "zero[0]"),
        (None, "zeroed", None, "-15/2", "zero[0]"),
    ]
    fewer, _ = explained(*missed[1:], briefing)
    assert [line for line in fewer if line.clause == "zero[0]"] == []


def test_a_veto_lists_the_events_it_stands_on() -> None:
    leak = fact("d/1", "publishing.DefectConfirmed", area="security", severity=9, found="2026-07-01")
    lines, _ = explained(reply("a/1", JULY), leak)
    assert ("leaks", "event", "d/1", "0", "vetoes.V1") in shown(lines, None)


def test_what_does_not_apply_shows_its_events_without_a_share() -> None:
    rating = fact("r/1", "messages.RatingGiven", satisfied=True)
    lines, _ = explained(reply("a/1", JULY), rating)
    assert shown(lines, "A2") == [("satisfied", "event", "r/1", "0", "indicators.A2")]
    full = small_plan(("groups:", "settings: {not_applicable: full_marks}\ngroups:"))
    lines, _ = explained(reply("a/1", JULY), rating, plan=full)
    assert shown(lines, "A2") == [
        (None, "base", None, "20", "settings.not_applicable"),
        ("satisfied", "event", "r/1", "0", "indicators.A2"),
    ]


def test_a_unit_without_a_score_has_lines_without_shares() -> None:
    defect = fact("d/1", "publishing.DefectConfirmed", "park", area="content", severity=1, found="2026-07-01")
    lines, points = explained(defect, department="park")
    assert points is None
    assert [(line.indicator, line.kind, line.share) for line in lines] == [("B1", "event", 0), (None, "penalty", 0)]


def test_points_entered_by_hand_are_a_line_of_their_event() -> None:
    plan = small_plan(("formula: quota, of: adopted, target: group.adoption_target", "formula: manual"))
    entry = fact("m/1", "assessment.ManualScoreEntered", indicator="E1", value="31.5")
    lines, _ = explained(reply("a/1", JULY), entry, plan=plan)
    assert shown(lines, "E1")[:2] == [
        (None, "event", "m/1", "63/2", "indicators.E1"),
        (None, "cap", None, "-3/2", "indicators.E1"),
    ]


def test_an_indicator_with_a_basis_names_it_as_the_clause() -> None:
    plan = small_plan(("name: 差错, max: 10,", "name: 差错, max: 10, basis: 第七条,"))
    lines, _ = explained(reply("a/1", JULY), plan=plan)
    assert {line.clause for line in lines if line.indicator == "B1" and line.kind != "scaling"} == {"第七条"}


def test_restricted_lines_of_an_indicator_are_one_line_for_a_viewer_not_entitled() -> None:
    facts = [
        reply("a/1", JULY),
        reply("secret/1", JULY, restricted=True),
        reply("secret/2", JULY, restricted=True),
        overdue("secret/3", JULY, restricted=True),
    ]
    entitled, _ = explained(*facts)
    assert [line.event for line in entitled if line.event and line.indicator == "A1"] == [
        "a/1",
        "secret/1",
        "secret/2",
        "secret/3",
    ]
    lines, points = explained(*facts, restricted=False)
    assert shown(lines, "A1") == [
        ("on_time", "event", "a/1", "10", "indicators.A1"),
        (None, "withheld", None, "20", "indicators.A1"),
        (None, "scaling", None, "15/2", "settings.not_applicable"),
    ]
    assert not any("secret" in str(line) for line in lines)
    assert points == 50 + Fraction(0)


def test_a_restricted_penalty_is_withheld_apart_from_the_indicators() -> None:
    defect = fact(
        "secret/1", "publishing.DefectConfirmed", area="content", severity=1, found="2026-07-01", restricted=True
    )
    lines, _ = explained(reply("a/1", JULY), defect, restricted=False)
    assert shown(lines, None)[0] == (None, "withheld", None, "-3", "penalties")
    assert (None, "withheld", None, "-4", "indicators.B1") in shown(lines, "B1")


def test_the_explanation_has_the_keys_of_the_contract() -> None:
    result = score(frame(reply("c/7/1", JULY), overdue("c/8/1", JULY)), small_plan(), ROSTER, Q3)
    unit = result.unit("education")
    assert unit is not None
    document = explain_json(ScoreLines(result), unit)
    assert {key: document[key] for key in ("department", "name", "quarter", "score")} == {
        "department": "education",
        "name": "教育局",
        "quarter": "2026Q3",
        "score": "37.50",
    }
    lines = document["lines"]
    assert lines[0] == {
        "indicator": "A1",
        "measure": "on_time",
        "kind": "event",
        "event": "c/7/1",
        "type": "messages.ReplySent",
        "case": "c/7",
        "happened": "2026-07-10",
        "recorded": "2026-07-10T10:00:00+08:00",
        "due": "2026-07-10",
        "amount": "1",
        "share": "20",
        "clause": "indicators.A1",
    }
    assert sum(Fraction(line["share"]) for line in lines) == Fraction(document["score"])
    one = explain_json(ScoreLines(result), unit, "B1")
    assert {line["indicator"] for line in one["lines"]} == {"B1"}
    assert one["score"] == "37.50"


@pytest.mark.parametrize("reverse", [False, True])
def test_the_order_of_lines_does_not_depend_on_the_order_of_facts(reverse: bool) -> None:
    facts = [reply(f"r/{i}", JULY) for i in range(9)] + [overdue(f"o/{i}", JULY) for i in range(3)]
    expected, _ = explained(*facts)
    lines, _ = explained(*(reversed(facts) if reverse else facts[5:] + facts[:5]))
    assert lines == expected
    assert [KIND_ORDER.index(line.kind) for line in lines if line.indicator == "A1"] == sorted(
        KIND_ORDER.index(line.kind) for line in lines if line.indicator == "A1"
    )
