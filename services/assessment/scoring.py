"""The score: facts, plan and roster in; every unit's points, bands and ranks out. A pure function, exact to the end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.assessment.appraisal import ZERO, Appraisal, appraise
from services.assessment.counting import Counted, Entry, count_facts
from services.assessment.fact_frame import FactFrame, KnownOn
from services.assessment.period import Quarter
from services.assessment.plan import Plan
from services.assessment.roster import Member, Roster


@dataclass(frozen=True, slots=True)
class UnitScore:
    """A unit's score and ranks; ``unit`` is its place on the roster. A unit to which nothing applies has no rank."""

    unit: int
    member: Member
    appraisal: Appraisal
    amounts: Mapping[str, Fraction]
    entries: Mapping[str, Entry]
    rank: int | None
    group_rank: int | None

    def measured(self, plan: Plan, measure: str) -> Fraction:
        """What a measure of the plan comes to for this unit."""
        leaves = plan.leaves[measure].items()
        return sum((times * self.amounts[leaf] for leaf, times in leaves if leaf in self.amounts), ZERO)


@dataclass(frozen=True, eq=False)
class Result:
    """A scored quarter. ``units`` stand in the order of the ranking, those without a rank last."""

    plan: Plan
    roster: Roster
    quarter: Quarter
    as_of: date
    known_on: KnownOn
    facts: FactFrame
    counted: Counted
    units: tuple[UnitScore, ...]

    def unit(self, department: str) -> UnitScore | None:
        """The score of the unit with this id, or None."""
        return next((unit for unit in self.units if unit.member.id == department), None)


def score(
    facts: FactFrame,
    plan: Plan,
    roster: Roster,
    quarter: Quarter,
    as_of: date | None = None,
    known_on: KnownOn = None,
) -> Result:
    """The quarter's scores.

    ``as_of``: the last day a fact may lie on, by the date its measure counts by; None is the quarter's last day.
    ``known_on``: an instant, or a local day's end, by which a fact was recorded and not voided; None is everything.
    """
    day = quarter.last_day if as_of is None else as_of
    counted = count_facts(facts, plan, roster, quarter, day, known_on)
    amounts = counted.amounts(plan)
    units = []
    for place, member in enumerate(roster.members):
        of_unit, entries = amounts.get(place, {}), counted.entries.get(place, {})
        entered = {code: entry.points for code, entry in entries.items()}
        units.append(
            UnitScore(
                place,
                member,
                appraise(plan, member.group, of_unit, entered, plan.unmeasured),
                of_unit,
                entries,
                None,
                None,
            )
        )
    return Result(plan, roster, quarter, day, known_on, facts, counted, tuple(_ranked(units)))


def competition_ranks(scores: Iterable[Fraction]) -> dict[Fraction, int]:
    """Score -> rank, best first; equal scores share a rank and the next rank is skipped (1, 2, 2, 4)."""
    ranks: dict[Fraction, int] = {}
    for place, value in enumerate(sorted(scores, reverse=True), start=1):
        ranks.setdefault(value, place)
    return ranks


def _ranked(units: list[UnitScore]) -> list[UnitScore]:
    def ranks(among: Iterable[UnitScore]) -> dict[Fraction, int]:
        scores = (unit.appraisal.score for unit in among)
        return competition_ranks(score for score in scores if score is not None)

    overall = ranks(units)
    groups = {name: ranks(u for u in units if u.member.group == name) for name in {u.member.group for u in units}}
    ranked = []
    for unit in units:
        points = unit.appraisal.score
        rank = None if points is None else overall[points]
        group_rank = None if points is None else groups[unit.member.group][points]
        ranked.append(UnitScore(unit.unit, unit.member, unit.appraisal, unit.amounts, unit.entries, rank, group_rank))
    return sorted(ranked, key=lambda unit: (unit.rank is None, unit.rank or 0, unit.member.id))
