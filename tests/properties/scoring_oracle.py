"""A second, slow scoring: plain loops over facts, written from the rules; it shares the plan's types and no more."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from services.assessment.fact_frame import Fact
from services.assessment.period import Quarter
from services.assessment.plan import Count, Deduct, Formula, Manual, Plan, Quota, Ratio, Sum
from services.assessment.roster import Roster

BEIJING = timezone(timedelta(hours=8))


class Verdict(NamedTuple):
    """What the oracle says of a unit."""

    points: Mapping[str, Fraction | None]
    base: Fraction | None
    score: Fraction | None
    band: str | None
    vetoes: tuple[str, ...]
    criticism: tuple[str, ...]
    rank: int | None
    group_rank: int | None


def judge(
    facts: Iterable[Fact],
    plan: Plan,
    roster: Roster,
    quarter: Quarter,
    as_of: date | None,
    known_on: date | datetime | None,
) -> dict[str, Verdict]:
    """Every unit's result by its id."""
    known = {fact.id: fact for fact in facts if _known(fact, known_on)}.values()
    found = {}
    for member in roster.members:
        own = [fact for fact in known if _heir(roster, fact.department) == member.id]
        found[member.id] = _unit(own, plan, member.group, quarter, as_of or quarter.last_day)
    for member in roster.members:
        mine = found[member.id].score
        if mine is not None:
            better = [v.score > mine for v in found.values() if v.score is not None]
            near = [
                found[other.id].score > mine  # type: ignore[operator]
                for other in roster.members
                if other.group == member.group and found[other.id].score is not None
            ]
            found[member.id] = found[member.id]._replace(rank=1 + sum(better), group_rank=1 + sum(near))
    return found


def _known(fact: Fact, known_on: date | datetime | None) -> bool:
    if known_on is None:
        return fact.voided_on is None

    def by(instant: datetime) -> bool:
        if isinstance(known_on, datetime):
            return instant <= known_on
        return instant.astimezone(BEIJING).date() <= known_on

    return by(fact.recorded) and not (fact.voided_on is not None and by(fact.voided_on))


def _heir(roster: Roster, department: str) -> str:
    for _ in range(len(roster.successor) + 1):
        department = roster.successor.get(department, department)
    return department


def _unit(facts: list[Fact], plan: Plan, group: str, quarter: Quarter, as_of: date) -> Verdict:
    def value(name: str) -> Fraction:
        measure = plan.measures[name]
        if isinstance(measure, Sum):
            return sum(map(value, measure.parts), Fraction(0))
        return sum(
            (_worth(fact, measure, plan) for fact in facts if _counts(fact, measure, quarter, as_of)), Fraction(0)
        )

    def all_reached(when: Mapping[str, Fraction]) -> bool:
        return all(value(name) >= number for name, number in when.items())

    zeroed = {code for rule in plan.zero if all_reached(rule.when) for code in rule.codes}
    points: dict[str, Fraction | None] = {}
    for indicator in plan.indicators:
        formula, most = indicator.formula, indicator.max
        got: Fraction | None
        if not _recorded(plan, formula) or (indicator.applies is not None and value(indicator.applies) == 0):
            got = None
        elif isinstance(formula, Ratio):
            over = value(formula.over)
            got = None if over == 0 or over < formula.at_least else most * value(formula.of) / over
        elif isinstance(formula, Quota):
            target = plan.groups[group].parameters[formula.parameter]
            got = None if target == 0 else most * value(formula.of) / target
        elif isinstance(formula, Deduct):
            got = most - sum((price * value(name) for name, price in formula.each.items()), Fraction(0))
        else:
            assert isinstance(formula, Manual)
            got = _entered(facts, indicator.code, quarter, as_of)
        if got is not None:
            got = Fraction(0) if indicator.code in zeroed else min(max(got, Fraction(0)), most)
        points[indicator.code] = got
    vetoes = tuple(v.code for v in plan.vetoes if all_reached(v.when))
    criticism = tuple(c.code for c in plan.criticism if all_reached(c.when))
    lowest = min(plan.bands, key=lambda band: band.start).name
    applied = [i for i in plan.indicators if points[i.code] is not None]
    if not applied:
        return Verdict(points, None, None, lowest if vetoes else None, vetoes, criticism, None, None)
    got_points = sum((p for p in points.values() if p is not None), Fraction(0))
    whole = sum((i.max for i in plan.indicators), Fraction(0))
    reachable = sum((i.max for i in applied), Fraction(0))
    if plan.settings.not_applicable == "redistribute":
        base = got_points / reachable * whole
    else:
        base = got_points + whole - reachable
    if plan.penalties is not None:
        taken = sum((price * value(name) for name, price in plan.penalties.each.items()), Fraction(0))
        base = max(Fraction(0), base - min(taken, plan.penalties.cap))
    bonus = Fraction(0)
    if plan.bonus is not None and _two_places(base) >= plan.bonus.base_at_least:
        bonus = min(plan.bonus.cap, sum((price * value(name) for name, price in plan.bonus.each.items()), Fraction(0)))
    score = _two_places(base + bonus)
    reached = [band for band in plan.bands if band.start <= score]
    band = lowest if vetoes else max(reached, key=lambda band: band.start).name
    return Verdict(points, base, score, band, vetoes, criticism, None, None)


def _recorded(plan: Plan, formula: Formula) -> bool:
    """Whether any service records what the formula reads; points entered by hand always can be."""
    if isinstance(formula, Manual):
        return True
    if isinstance(formula, Deduct):
        ahead = list(formula.each)
    else:
        ahead = [formula.of, formula.over] if isinstance(formula, Ratio) else [formula.of]
    while ahead:
        measure = plan.measures[ahead.pop()]
        if isinstance(measure, Sum):
            ahead += measure.parts
        elif not measure.pending:
            return True
    return False


def _two_places(value: Fraction) -> Fraction:
    """Half up, by way of a decimal long enough not to lose a half."""
    exact = Decimal(value.numerator * 1000 // value.denominator) / 1000
    return Fraction(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _counts(fact: Fact, measure: Count, quarter: Quarter, as_of: date) -> bool:
    if fact.type not in measure.types:
        return False
    fields = json.loads(fact.fields)
    day = fact.happened if measure.by == "happened" else _day(fields.get(measure.by))
    if day is None or day > as_of or day > quarter.last_day or day.year != quarter.year:
        return False
    if not measure.year_to_date and (day.month - 1) // 3 + 1 != quarter.number:
        return False
    for comparisons in measure.where:
        if all(_holds(fields.get(c.field), c.operator, c.operands) for c in comparisons):
            return True
    return False


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _holds(value: Any, operator: str, operands: tuple[str, ...]) -> bool:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else None if value is None else str(value)
    if operator == "in":
        return text in operands
    if operator == "not_in":
        return text not in operands
    if operator in ("at_least", "at_most"):
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        return value >= int(operands[0]) if operator == "at_least" else value <= int(operands[0])
    day = _day(value)
    if day is None:
        return False
    return day >= date.fromisoformat(operands[0]) if operator == "from" else day < date.fromisoformat(operands[0])


def _worth(fact: Fact, measure: Count, plan: Plan) -> Fraction:
    if measure.value is None:
        return Fraction(1)
    table, fields = plan.values[measure.value], json.loads(fact.fields)

    def product(prefix: str) -> Fraction:
        amount = Fraction(1)
        for name, worths in table.tables.items():
            amount *= worths.get(fields.get(prefix + name), Fraction(0))
        return amount

    amount = product("")
    if measure.less_previous:
        amount = max(Fraction(0), amount - product("previous_"))
    units = fields.get(table.over) if table.over else 1
    return amount / max(1, units or 1)


def _entered(facts: list[Fact], code: str, quarter: Quarter, as_of: date) -> Fraction | None:
    newest = None
    for fact in sorted(facts, key=lambda fact: (fact.happened_at, fact.id)):
        fields = json.loads(fact.fields)
        if fact.type == "assessment.ManualScoreEntered" and fields.get("indicator") == code:
            if quarter.first_day <= fact.happened <= min(quarter.last_day, as_of):
                newest = Fraction(fields["value"])
    return newest
