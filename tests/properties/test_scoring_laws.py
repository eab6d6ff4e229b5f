"""Laws of scoring, over random plans and random facts."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.fact_frame import Fact, FactFrame, with_texts
from services.assessment.lines import ScoreLines
from services.assessment.measures import Window, column, condition_fields, counts, window
from services.assessment.numerals import rounded
from services.assessment.period import Quarter
from services.assessment.plan import (
    Band,
    Bonus,
    Comparison,
    Count,
    Deduct,
    Formula,
    Group,
    Indicator,
    LeagueTable,
    Manual,
    Measure,
    Penalties,
    Plan,
    Quota,
    Ratio,
    Settings,
    Sum,
    Trigger,
    ValueTable,
    ZeroRule,
)
from services.assessment.ranking import ranking_json
from services.assessment.roster import Member, Roster
from services.assessment.scoring import score
from tests.properties.scoring_oracle import judge
from tests.unit.assessment_samples import fact

Draw = Callable[[st.SearchStrategy[Any]], Any]

QUARTER = Quarter(2026, 3)
ROSTER = Roster(
    (
        Member("a", "甲局", "big"),
        Member("b", "乙局", "big"),
        Member("c", "丙镇", "small"),
        Member("d", "丁镇", "small"),
    ),
    {"old-a": "older-a", "older-a": "a", "gone": "nowhere"},
)
TYPES = ("messages.Replied", "messages.Missed", "publishing.Adopted")
LEVELS = ("county", "province")
DAYS = st.dates(date(2025, 12, 1), date(2026, 11, 1)) | st.dates(date(2026, 7, 1), date(2026, 9, 30))
POINTS = st.integers(0, 40).map(lambda n: Fraction(n, 4))
ABOVE_ZERO = st.integers(1, 40).map(lambda n: Fraction(n, 4))


@st.composite
def comparisons(draw: Draw) -> Comparison:
    """A condition on one of the fields that the facts have, or one that they have not."""
    field = draw(st.sampled_from(("met", "level", "n", "due", "absent")))
    texts = {
        "met": ("true", "false"),
        "level": (*LEVELS, "true"),
        "n": ("0", "1", "2"),
        "due": ("2026-07-15", "2026-08-15"),
        "absent": ("x", "1"),
    }[field]
    operator = draw(st.sampled_from(("in", "not_in", "at_least", "at_most", "from", "before")))
    if operator in ("in", "not_in"):
        return Comparison(field, operator, tuple(draw(st.lists(st.sampled_from(texts), min_size=1, unique=True))))
    if operator in ("at_least", "at_most"):
        return Comparison(field, operator, (str(draw(st.integers(-1, 3))),))
    return Comparison(field, operator, (draw(DAYS).isoformat(),))


@st.composite
def count_measures(draw: Draw, name: str) -> Count:
    """A counting measure."""
    where = draw(st.lists(st.lists(comparisons(), min_size=1, max_size=2), max_size=2))
    value = draw(st.sampled_from((None, None, "adoption", "share")))
    return Count(
        name,
        tuple(draw(st.lists(st.sampled_from(TYPES), min_size=1, unique=True))),
        tuple(tuple(each) for each in where) or ((),),
        draw(st.sampled_from(("happened", "due"))),
        value,
        value == "adoption" and draw(st.booleans()),
        draw(st.booleans()),
        draw(st.sampled_from((False, False, True))),
    )


@st.composite
def plans(draw: Draw) -> Plan:
    """A sound plan; its indicators need not add up to 100."""
    measures: dict[str, Measure] = {f"m{i}": draw(count_measures(f"m{i}")) for i in range(draw(st.integers(2, 5)))}
    for i in range(draw(st.integers(0, 2))):
        parts = draw(st.lists(st.sampled_from(sorted(measures)), min_size=1, max_size=3))
        measures[f"s{i}"] = Sum(f"s{i}", tuple(parts))
    names = st.sampled_from(sorted(measures))
    prices = st.dictionaries(names, POINTS, min_size=1, max_size=2)
    whens = st.dictionaries(names, ABOVE_ZERO, min_size=1, max_size=2)

    def indicator(code: str) -> Indicator:
        formula: Formula = draw(
            st.one_of(
                st.builds(Ratio, names, names, st.sampled_from((Fraction(0), Fraction(2)))),
                st.builds(Deduct, prices),
                st.builds(Quota, names, st.just("quota")),
                st.just(Manual()),
            )
        )
        return Indicator(code, code, draw(ABOVE_ZERO), formula, draw(st.none() | names))

    indicators = tuple(indicator(f"A{i}") for i in range(draw(st.integers(1, 4))))
    codes = st.lists(st.sampled_from([i.code for i in indicators]), min_size=1, unique=True).map(tuple)
    triggers = st.lists(st.builds(Trigger, st.sampled_from(("V1", "V2")), st.just("x"), whens), max_size=1).map(tuple)
    return Plan(
        id="random",
        title="随机方案",
        basis=(),
        effective_from=Quarter(2026, 1),
        effective_to=Quarter(2026, 4),
        settings=Settings(not_applicable=draw(st.sampled_from(("redistribute", "full_marks")))),
        groups={
            "big": Group("big", "大", {"quota": draw(POINTS)}),
            "small": Group("small", "小", {"quota": Fraction(0)}),
        },
        values={
            "adoption": ValueTable(
                "adoption",
                {"level": {"county": Fraction(1), "province": Fraction(7, 2)}},
                draw(st.sampled_from((None, "n"))),
            ),
            "share": ValueTable("share", {}, "n"),
        },
        measures=measures,
        indicators=indicators,
        zero=tuple(draw(st.lists(st.builds(ZeroRule, codes, whens, st.just("清零")), max_size=2))),
        penalties=draw(st.none() | st.builds(Penalties, POINTS, prices)),
        bonus=draw(st.none() | st.builds(Bonus, POINTS, POINTS, prices)),
        vetoes=draw(triggers),
        bands=(Band("优", Fraction(9)), Band("良", Fraction(4)), Band("差", Fraction(0))),
        criticism=draw(triggers),
        tables={"t": LeagueTable("t", "表", {"x": sorted(measures)[0]}, {sorted(measures)[-1]: Fraction(-3, 2)})},
        year=None,
        examples=(),
    )


@st.composite
def fact_lists(draw: Draw) -> list[Fact]:
    """Facts with distinct ids, some of departments off the roster, some restricted, some voided."""
    found = []
    for i in range(draw(st.integers(0, 25))):
        type_ = draw(st.sampled_from((*TYPES, *TYPES, "assessment.ManualScoreEntered", "messages.Unread")))
        happened = draw(DAYS)
        recorded = datetime(happened.year, happened.month, happened.day, draw(st.integers(0, 23)), tzinfo=UTC)
        fields: dict[str, Any] = {
            "met": draw(st.booleans()),
            "level": draw(st.sampled_from((*LEVELS, None, "other", 'pro"vince'))),
            "previous_level": draw(st.sampled_from((None, *LEVELS))),
            "n": draw(st.none() | st.integers(-1, 4)),
            "due": draw(st.none() | DAYS.map(str)),
        }
        if type_ == "assessment.ManualScoreEntered":
            fields = {
                "indicator": draw(st.sampled_from(("A0", "A1"))),
                "value": draw(st.sampled_from(("0", "2.5", "30"))),
            }
        found.append(
            fact(
                f"{type_}/{i % 4}/{i}",
                type_,
                draw(st.sampled_from(("a", "b", "c", "d", "old-a", "older-a", "gone", "unknown"))),
                happened,
                recorded,
                draw(st.booleans()),
                draw(st.none() | st.just(recorded + timedelta(days=draw(st.integers(0, 40))))),
                **fields,
            )
        )
    return found


VIEWS = st.tuples(
    st.none() | DAYS, st.none() | DAYS | DAYS.map(lambda d: datetime(d.year, d.month, d.day, 3, tzinfo=UTC))
)


@settings(max_examples=80, deadline=None)
@given(plans(), fact_lists(), VIEWS)
def test_the_score_equals_that_of_plain_loops_over_the_facts(
    plan: Plan, facts: list[Fact], view: tuple[Any, Any]
) -> None:
    as_of, known_on = view
    result = score(FactFrame.from_rows(facts), plan, ROSTER, QUARTER, as_of, known_on)
    expected = judge(facts, plan, ROSTER, QUARTER, as_of, known_on)
    for unit in result.units:
        appraisal, verdict = unit.appraisal, expected[unit.member.id]
        if appraisal.base is not None:
            points = {s.indicator.code: s.points if s.applicable else None for s in appraisal.indicators}
            assert points == verdict.points
        assert (appraisal.base, appraisal.score, appraisal.band) == (verdict.base, verdict.score, verdict.band)
        assert (appraisal.vetoes, appraisal.criticism) == (verdict.vetoes, verdict.criticism)
        assert (unit.rank, unit.group_rank) == (verdict.rank, verdict.group_rank)


@settings(max_examples=40, deadline=None)
@given(plans(), fact_lists(), VIEWS, st.randoms(use_true_random=False))
def test_order_and_copies_of_facts_change_nothing(
    plan: Plan, facts: list[Fact], view: tuple[Any, Any], chance: random.Random
) -> None:
    as_of, known_on = view
    copies = facts + chance.choices(facts, k=len(facts)) if facts else []
    chance.shuffle(copies)
    one, other = (score(FactFrame.from_rows(rows), plan, ROSTER, QUARTER, as_of, known_on) for rows in (facts, copies))
    assert ranking_json(one) == ranking_json(other)
    assert ranking_json(one, table="t") == ranking_json(other, table="t")
    lines, other_lines = ScoreLines(one), ScoreLines(other)
    for unit, same in zip(one.units, other.units, strict=True):
        assert lines.of(unit) == other_lines.of(same)


@settings(max_examples=60, deadline=None)
@given(plans(), fact_lists(), VIEWS)
def test_the_shares_of_the_lines_add_up_to_the_score(plan: Plan, facts: list[Fact], view: tuple[Any, Any]) -> None:
    result = score(FactFrame.from_rows(facts), plan, ROSTER, QUARTER, *view)
    lines = ScoreLines(result)
    for unit in result.units:
        points = unit.appraisal.score or Fraction(0)
        entitled, other = lines.of(unit), lines.of(unit, restricted=False)
        assert sum((line.share for line in entitled), Fraction(0)) == points
        assert sum((line.share for line in other), Fraction(0)) == points
        secret = {one.id for one in facts if one.restricted}
        assert not secret & {line.event for line in other}
        withheld = [(line.indicator, line.clause) for line in other if line.kind == "withheld"]
        assert len(withheld) == len(set(withheld))
        for score_ in unit.appraisal.indicators:
            own = [line for line in entitled if line.indicator == score_.indicator.code]
            if unit.appraisal.score is not None:
                assert sum((line.share for line in own), Fraction(0)) == score_.points + score_.scaling


@settings(max_examples=100, deadline=None)
@given(count_measures("m"), fact_lists(), DAYS)
def test_a_row_test_and_its_column_expression_agree(count: Count, facts: list[Fact], as_of: date) -> None:
    days: Window = window(count, QUARTER, as_of)
    rows = FactFrame.from_rows(facts).frame
    fields = condition_fields(count) | ({count.by} - {"happened"})
    rows = with_texts(rows, sorted(fields))
    assert sorted(rows.filter(column(count, days))["id"]) == sorted(f.id for f in facts if counts(count, f, days))


@settings(max_examples=40, deadline=None)
@given(plans(), fact_lists())
def test_equal_rounded_scores_have_equal_ranks_and_a_better_one_a_better_rank(plan: Plan, facts: list[Fact]) -> None:
    units = score(FactFrame.from_rows(facts), plan, ROSTER, QUARTER).units
    ranked = [unit for unit in units if unit.rank is not None]
    assert [unit.rank is None for unit in units] == sorted(unit.rank is None for unit in units)
    place = 1
    for points, same in groupby(ranked, key=lambda unit: unit.appraisal.score):
        members = list(same)
        assert {unit.rank for unit in members} == {place}
        assert points == rounded(points, 2)
        place += len(members)
    scores = [unit.appraisal.score for unit in ranked]
    assert scores == sorted(scores, reverse=True)


@settings(max_examples=40, deadline=None)
@given(plans(), fact_lists(), VIEWS)
def test_the_result_digest_depends_on_no_id_and_no_time_of_recording(
    plan: Plan, facts: list[Fact], view: tuple[Any, Any]
) -> None:
    as_of, _ = view
    renamed = [one._replace(id=f"{one.id}'", case="c", recorded=one.recorded + timedelta(seconds=1)) for one in facts]
    one, other = (
        ranking_json(score(FactFrame.from_rows(rows), plan, ROSTER, QUARTER, as_of)) for rows in (facts, renamed)
    )
    assert one["result_digest"] == other["result_digest"]
    assert (one["facts_digest"] == other["facts_digest"]) == (one["facts"] == 0)
