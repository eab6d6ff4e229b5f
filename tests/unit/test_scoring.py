"""Scores, bands and ranks from facts; what is known, what is in time, and who answers for it."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from services.assessment.appraisal import appraise
from services.assessment.fact_frame import Fact, KnownOn
from services.assessment.numerals import count_or_text, decimal_text, exact_text, rounded
from services.assessment.period import Quarter
from services.assessment.plan import Plan
from services.assessment.plan_reader import read_plan
from services.assessment.ranking import ranking_json
from services.assessment.roster import Member, Roster, RosterProblem
from services.assessment.scoring import Result, UnitScore, competition_ranks, score
from tests.unit.assessment_samples import DEFAULT_PLAN, Q3, ROSTER, fact, frame, overdue, reply, small_plan

JULY = date(2026, 7, 10)


def scored(*facts: Fact, plan: Plan | None = None, **options: Any) -> Result:
    """The third quarter of the small plan and roster."""
    return score(frame(*facts), plan or small_plan(), ROSTER, Q3, **options)


def education(*facts: Fact, plan: Plan | None = None, **options: Any) -> UnitScore:
    """The education bureau's score."""
    unit = scored(*facts, plan=plan, **options).unit("education")
    assert unit is not None
    return unit


def points(unit: UnitScore, code: str) -> Fraction | None:
    """An indicator's points, None where it does not apply."""
    found = next(score for score in unit.appraisal.indicators if score.indicator.code == code)
    return found.points if found.applicable else None


def replies(met: int, missed: int = 0, **more: Any) -> list[Fact]:
    """So many replies in time and so many missed."""
    name = more.get("department", "education")
    return [reply(f"{name}/r{i}/1", JULY, **more) for i in range(met)] + [
        overdue(f"{name}/o{i}/1", JULY, **more) for i in range(missed)
    ]


def adopted(id_: str, level: str = "county", form: str = "full", parties: int = 1, **more: Any) -> Fact:
    """An adopted briefing."""
    return fact(id_, "publishing.BriefingAdopted", level=level, form=form, parties=parties, **more)


def defects(number: int, area: str = "content", **more: Any) -> list[Fact]:
    """Confirmed defects found in July."""
    return [
        fact(f"{area}/{i}/1", "publishing.DefectConfirmed", area=area, found="2026-07-20", severity=1, **more)
        for i in range(number)
    ]


def test_the_worked_example_of_the_default_plan_from_facts() -> None:
    plan = read_plan(DEFAULT_PLAN.read_text(encoding="utf-8").replace(", pending: true", ""))
    due = JULY.isoformat()
    numbers: dict[str, tuple[int, dict[str, Any]]] = {
        "publishing.InfoPublished": (38, {"due": due, "met": True}),
        "publishing.PublicationOverdue": (2, {"due": due, "met": False}),
        "publishing.ColumnUpdated": (6, {}),
        "publishing.ColumnStale": (1, {"due": due}),
        "publishing.DefectConfirmed": (1, {"area": "content", "veto": "none", "found": due}),
        "publishing.InfoReturned": (1, {"ground": "form"}),
        "publishing.DocumentSubmitted": (5, {}),
        "publishing.DocumentReturned": (1, {"ground": "no_attribute"}),
        "publishing.InterpretationCompleted": (3, {"due": due, "met": True}),
        "publishing.InterpretationOverdue": (1, {"due": due}),
        "messages.ReplySent": (19, {"due": due, "met": True}),
        "messages.ReplyOverdue": (1, {"due": due, "met": False}),
        "messages.ReturnRequested": (1, {"late": True, "repeated": True}),
        "publishing.BriefingRegistered": (12, {"parties": 1}),
        "publishing.BriefingAdopted": (3, {"level": "prefecture", "form": "full", "parties": 1}),
        "publishing.CommissionDelivered": (1, {"due": due, "met": True}),
        "publishing.CommissionMissed": (1, {"due": due}),
        "publishing.FaultMarked": (1, {"fault": "late"}),
    }
    facts = [
        fact(f"{type_}/{i}", type_, **fields) for type_, (number, fields) in numbers.items() for i in range(number)
    ]
    facts += [fact(f"rating/{i}", "messages.RatingGiven", satisfied=i < 8) for i in range(10)]
    unit = education(*facts, plan=plan)
    assert unit.appraisal.exact == Fraction(82625, 1000)
    assert unit.appraisal.score == Fraction(8263, 100)
    assert unit.appraisal.band == "良好"
    full = read_plan(
        DEFAULT_PLAN.read_text(encoding="utf-8")
        .replace(", pending: true", "")
        .replace(": redistribute", ": full_marks")
    )
    assert education(*facts, plan=full).appraisal.score == Fraction(861, 10)


def test_a_ratio_is_not_applicable_without_a_denominator_or_below_its_least_number() -> None:
    unit = education(*replies(3, 1), fact("rating/1", "messages.RatingGiven", satisfied=True))
    assert points(unit, "A1") == 30
    assert points(unit, "A2") is None
    assert points(unit, "B1") == 10
    assert points(unit, "E1") == 0
    assert unit.appraisal.base == Fraction(40 * 100, 80)


def test_a_deduction_stops_at_zero_and_a_quota_at_its_maximum() -> None:
    unit = education(*replies(4), *defects(4), *(adopted(f"b/{i}", "province") for i in range(3)))
    assert points(unit, "B1") == 0
    assert points(unit, "E1") == 30


def test_a_target_of_zero_is_not_applicable() -> None:
    unit = scored(*replies(2, department="park")).unit("park")
    assert unit is not None
    assert points(unit, "E1") is None
    assert unit.appraisal.score == 100


def test_a_unit_of_a_group_that_the_plan_does_not_know_has_no_target() -> None:
    roster = Roster((Member("education", "教育局", "elsewhere"),))
    unit = score(frame(*replies(2)), small_plan(), roster, Q3).units[0]
    assert points(unit, "E1") is None


def test_full_marks_for_what_does_not_apply() -> None:
    plan = small_plan(("groups:", "settings: {not_applicable: full_marks}\ngroups:"))
    unit = education(*replies(3, 1), plan=plan)
    assert unit.appraisal.base == 30 + 20 + 10 + 0


@pytest.mark.parametrize("setting", ["redistribute", "full_marks"])
def test_a_unit_to_which_nothing_applies_is_unranked_and_last(setting: str) -> None:
    plan = small_plan(("groups:", f"settings: {{not_applicable: {setting}}}\ngroups:"))
    result = scored(
        *defects(1, department="park"), *replies(0, 1), *defects(1, "security", department="park"), plan=plan
    )
    park = result.units[-1]
    assert park.member.id == "park"
    assert (park.rank, park.group_rank, park.appraisal.score) == (None, None, None)
    assert park.appraisal.band == "不合格"
    assert [unit.member.id for unit in result.units if unit.rank is None] == ["park"]
    rows = ranking_json(result)["ranking"]
    assert {key: rows[-1][key] for key in ("score", "base", "bonus", "rank")} == dict.fromkeys(
        ("score", "base", "bonus", "rank")
    )
    assert {row["score"] for row in rows[-1]["indicators"].values()} == {None}


def test_the_third_missed_reply_of_the_year_zeroes_and_later_quarters_too() -> None:
    early = [overdue(f"early/{i}", date(2026, 2, 1)) for i in range(2)]
    facts = [*early, *replies(3, 1), adopted("b/1", "province")]
    assert points(education(*facts), "E1") == 0
    assert points(education(*facts[1:]), "E1") == 30
    later = score(
        frame(*facts, adopted("b/2", "province", happened=date(2026, 11, 1))), small_plan(), ROSTER, Quarter(2026, 4)
    )
    unit = later.unit("education")
    assert unit is not None
    assert points(unit, "E1") == 0
    park = [overdue(f"park/{i}", JULY, department="park") for i in range(3)]
    other = scored(*park).unit("park")
    assert other is not None
    assert points(other, "E1") is None


def test_penalties_are_capped_and_leave_a_base_of_at_least_zero() -> None:
    unit = education(*replies(4), *defects(1))
    assert unit.appraisal.penalties.points == -3
    unit = education(*replies(4), *defects(3))
    assert unit.appraisal.penalties.points == -5
    unit = education(*replies(0, 1), *defects(3))
    assert unit.appraisal.base == 0
    assert unit.appraisal.score == 0


def test_bonus_needs_a_rounded_base_and_is_capped() -> None:
    ratings = [fact(f"rating/{i}", "messages.RatingGiven", satisfied=True) for i in range(2)]
    rich = [adopted(f"b/{i}", "province") for i in range(2)]
    unit = education(*replies(4), *ratings, *rich)
    assert unit.appraisal.base == 100
    assert unit.appraisal.score == 103
    assert unit.appraisal.band == "优秀"
    poor = education(*replies(1, 2), *ratings, *rich)
    assert poor.appraisal.base == Fraction(220, 3)
    assert poor.appraisal.bonus.points == 0


def test_the_gate_of_the_bonus_looks_at_the_rounded_base_and_the_sum_at_the_exact_one() -> None:
    facts = [*replies(5, 1, department="park"), adopted("b/1", "province", parties=7, department="park")]
    open_, shut = (small_plan(("base_at_least: 80", f"base_at_least: {gate}")) for gate in ("86.67", "86.68"))
    unit = scored(*facts, plan=open_).unit("park")
    assert unit is not None
    assert unit.appraisal.base == Fraction(260, 3)
    assert unit.appraisal.bonus.points == Fraction(3, 7)
    assert unit.appraisal.exact == Fraction(260, 3) + Fraction(3, 7)
    assert unit.appraisal.score == Fraction(8710, 100)
    unit = scored(*facts, plan=shut).unit("park")
    assert unit is not None
    assert unit.appraisal.score == Fraction(8667, 100)


def test_a_veto_sets_the_band_and_not_the_rank() -> None:
    result = scored(
        *replies(2), *defects(1, "security"), *replies(1, 1, department="health"), *replies(1, 3, department="park")
    )
    assert [(u.member.id, u.rank, u.appraisal.band, u.appraisal.vetoes) for u in result.units] == [
        ("education", 1, "不合格", ("V1",)),
        ("park", 2, "不合格", ()),
        ("health", 3, "不合格", ()),
    ]


def test_criticism_is_named() -> None:
    assert education(*replies(1, 1)).appraisal.criticism == ()
    assert education(*replies(1, 2)).appraisal.criticism == ("K1",)


def test_an_event_counts_in_one_department_and_a_merged_units_facts_pass_to_the_last_successor() -> None:
    moved = [*replies(2, department="sports"), *replies(0, 1, department="culture"), *replies(1)]
    unit = education(*moved)
    assert points(unit, "A1") == 30
    assert unit.amounts["on_time"] == 3


def test_facts_of_departments_off_the_roster_are_counted_apart() -> None:
    result = scored(*replies(2), *replies(3, department="nowhere"), fact("x/1", "messages.Unread", "void"))
    assert ranking_json(result)["off_roster"] == {"nowhere": 3}


def test_manual_points_are_the_newest_ones_entered_in_the_quarter() -> None:
    plan = small_plan(("formula: quota, of: adopted, target: group.adoption_target", "formula: manual"))

    def entered(id_: str, value: str, happened: date = JULY, **more: Any) -> Fact:
        return fact(id_, "assessment.ManualScoreEntered", happened=happened, indicator="E1", value=value, **more)

    assert points(education(plan=plan), "E1") is None
    first, second = entered("m/1", "12.5"), entered("m/2", "20", date(2026, 8, 1))
    assert points(education(first, second, plan=plan), "E1") == 20
    assert points(education(second, first, plan=plan), "E1") == 20
    assert points(education(first, second, plan=plan, as_of=JULY), "E1") == Fraction(25, 2)
    assert points(education(first, entered("m/3", "7"), plan=plan), "E1") == 7
    assert points(education(first, entered("m/4", "99", date(2026, 8, 1)), plan=plan), "E1") == 30
    assert points(education(first, entered("m/5", "9", date(2026, 10, 1)), plan=plan), "E1") == Fraction(25, 2)
    assert points(education(first, entered("m/6", "many", date(2026, 8, 1)), plan=plan), "E1") == Fraction(25, 2)
    voided = entered("m/7", "1", date(2026, 8, 1), voided_on=datetime(2026, 8, 2, tzinfo=UTC))
    assert points(education(first, voided, plan=plan), "E1") == Fraction(25, 2)
    assert points(education(entered("m/8", "3", department="sports"), plan=plan), "E1") == 3


def test_known_on_a_day_means_recorded_by_its_end_in_shanghai_and_not_voided_by_then() -> None:
    recorded = datetime(2026, 7, 10, 15, 59, 59, tzinfo=UTC)
    voided = datetime(2026, 7, 12, 16, 0, tzinfo=UTC)
    one = reply("a/1", JULY, recorded=recorded, voided_on=voided)

    def known(known_on: KnownOn) -> bool:
        by_row = one.known(known_on)
        by_column = bool(education(one, known_on=known_on).amounts)
        assert by_row == by_column
        return by_row

    assert not known(None)
    assert not known(date(2026, 7, 9))
    assert known(date(2026, 7, 10))
    assert known(date(2026, 7, 12))
    assert not known(date(2026, 7, 13))
    assert known(recorded)
    assert not known(recorded - timedelta(microseconds=1))
    assert known(voided - timedelta(microseconds=1))
    assert not known(voided)


def test_as_of_looks_at_the_counting_date_and_at_nothing_else() -> None:
    late_news = reply("a/1", JULY, recorded=datetime(2026, 12, 1, tzinfo=UTC))
    assert education(late_news, as_of=JULY).amounts == {"on_time": 1}
    assert education(late_news, as_of=JULY - timedelta(days=1)).amounts == {}


def test_equal_scores_share_a_rank_and_the_next_is_skipped() -> None:
    ranks = competition_ranks([Fraction(90), Fraction(95), Fraction(90), Fraction(80)])
    assert ranks == {Fraction(95): 1, Fraction(90): 2, Fraction(80): 4}


def test_ranks_inside_groups_and_overall() -> None:
    result = scored(*replies(3), *replies(3, 1, department="health"), *replies(9, 1, department="park"))
    assert [(u.member.id, u.rank, u.group_rank) for u in result.units] == [
        ("park", 1, 1),
        ("education", 2, 1),
        ("health", 3, 2),
    ]


def test_a_total_other_than_a_hundred_scales_to_itself() -> None:
    plan = read_plan(DEFAULT_PLAN.read_text(encoding="utf-8").replace(", pending: true", ""))
    assert plan.total == 100
    heavier = replace(plan, indicators=(replace(plan.indicators[0], max=Fraction(20)), *plan.indicators[1:]))
    full = {name: Fraction(10) for name in ("published_on_time", "messages_on_time", "rated", "satisfied")}
    assert appraise(heavier, "other", full, {}).exact == 110
    assert heavier.digest != plan.digest


def test_the_ranking_document() -> None:
    facts = [*replies(2, 1), *defects(1, restricted=True), *replies(1, department="park"), adopted("b/1", parties=3)]
    result = scored(*facts)
    document = ranking_json(result, parked={"park": 2})
    assert {key: document[key] for key in ("quarter", "table", "as_of", "known_on", "facts")} == {
        "quarter": "2026Q3",
        "table": "openness",
        "as_of": "2026-09-30",
        "known_on": None,
        "facts": 6,
    }
    assert document["plan"] == {"id": "small", "digest": small_plan().digest, "in_force": True}
    park, bureau, health = document["ranking"]
    assert (park["department"], park["rank"], park["score"], park["parked"]) == ("park", 1, "100.00", 2)
    assert bureau == {
        "department": "education",
        "name": "教育局",
        "group": "class1",
        "rank": 2,
        "group_rank": 1,
        "score": "40.96",
        "base": "40.96",
        "bonus": "0.00",
        "vetoes": [],
        "band": "不合格",
        "parked": 0,
        "indicators": {
            "A1": {"score": "26.67", "max": "40", "applicable": True, "numerator": 2, "denominator": 3},
            "A2": {"score": None, "max": "20", "applicable": False, "numerator": 0, "denominator": 0},
            "B1": {"score": "6.00", "max": "10", "applicable": True, "numerator": 4, "denominator": 3},
            "E1": {"score": "2.50", "max": "30", "applicable": True, "numerator": "1/3", "denominator": 4},
        },
    }
    assert health["score"] == "0.00"
    assert [row["department"] for row in ranking_json(result, group="other")["ranking"]] == ["park"]
    assert ranking_json(result, group="other")["result_digest"] == document["result_digest"]
    assert score(frame(*facts), small_plan(), ROSTER, Quarter(2027, 1)).plan.in_force(Quarter(2027, 1)) is False


def test_the_league_table_of_the_plan() -> None:
    result = scored(adopted("b/1", "province", parties=2), *replies(0, 4, department="park"))
    rows = ranking_json(result, table="adoption")["ranking"]
    assert [(row["department"], row["rank"], row["group_rank"], row["score"], row["columns"]) for row in rows] == [
        ("education", 1, 1, "3.00", {"adopted": 3}),
        ("health", 2, 2, "0.00", {"adopted": 0}),
        ("park", 3, 1, "-4.00", {"adopted": 0}),
    ]


def test_the_digests_tell_facts_and_results_apart() -> None:
    facts = [*replies(2, 1), *defects(1)]
    base = ranking_json(scored(*facts))
    shuffled = facts * 2
    random.Random(3).shuffle(shuffled)
    assert ranking_json(scored(*shuffled)) == base
    renamed = [
        one._replace(id=f"x{one.id}", case=f"x{one.case}", recorded=one.recorded + timedelta(1)) for one in facts
    ]
    other_ids = ranking_json(scored(*renamed))
    assert other_ids["facts_digest"] != base["facts_digest"]
    assert other_ids["result_digest"] == base["result_digest"]
    moved = ranking_json(scored(*facts[1:], facts[0]._replace(happened=date(2026, 7, 11))))
    assert moved["ranking"] == base["ranking"]
    assert moved["result_digest"] != base["result_digest"]
    changed = ranking_json(scored(facts[0]._replace(digest="other"), *facts[1:]))
    assert changed["facts_digest"] != base["facts_digest"]
    assert changed["result_digest"] == base["result_digest"]


def test_a_roster_that_contradicts_itself_cannot_be_made() -> None:
    members = (Member("a", "甲", "other"),)
    with pytest.raises(RosterProblem, match="circle"):
        Roster(members, {"x": "y", "y": "x"})
    with pytest.raises(RosterProblem, match="circle"):
        Roster(members, {"w": "x", "x": "y", "y": "x"})
    with pytest.raises(RosterProblem, match="twice"):
        Roster(members * 2)
    with pytest.raises(RosterProblem, match="successor"):
        Roster(members, {"a": "b"})
    assert Roster(members).digest != Roster(members, {"b": "a"}).digest


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(82625, 1000), "82.63"),
        (Fraction(-82625, 1000), "-82.63"),
        (Fraction(1, 3), "0.33"),
        (Fraction(2, 3), "0.67"),
        (Fraction(5, 1000), "0.01"),
        (Fraction(4999, 1000000), "0.00"),
        (Fraction(-1, 1000), "0.00"),
        (Fraction(100), "100.00"),
    ],
)
def test_points_round_half_up_once(value: Fraction, text: str) -> None:
    assert decimal_text(value, 2) == text
    assert rounded(value, 2) == Fraction(text)


def test_exact_numbers_are_decimals_where_they_end() -> None:
    assert [exact_text(Fraction(*pair)) for pair in ((17, 2), (1, 3), (5, 1), (1, 8), (3, 50), (-7, 20))] == [
        "8.5",
        "1/3",
        "5",
        "0.125",
        "0.06",
        "-0.35",
    ]
    assert count_or_text(Fraction(4, 2)) == 2
    assert count_or_text(Fraction(1, 2)) == "0.5"


def test_an_indicator_whose_measures_are_all_pending_does_not_apply() -> None:
    plan = read_plan(DEFAULT_PLAN.read_text(encoding="utf-8"))
    unit = education(fact("r/1", "messages.ReplySent", due="2026-08-03", met=True), plan=plan)
    applicable = {score.indicator.code for score in unit.appraisal.indicators if score.applicable}
    assert applicable == {"D1", "D3"}
    assert unit.appraisal.score == 100
