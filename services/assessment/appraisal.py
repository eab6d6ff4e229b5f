"""The exact arithmetic of one unit's score: measures in; indicators, base, bonus, one rounding, band and vetoes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.assessment.numerals import rounded
from services.assessment.plan import Deduct, Indicator, Manual, Plan, Quota, Ratio, ZeroRule

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """An indicator's way to its points: ``base`` + ``earned`` + ``floor`` + ``cap`` + ``zeroed``, then ``scaling``.

    ``rates``: measure -> what one unit of it earns here (negative where it costs). ``numerator`` and
    ``denominator`` are what a person compares: of / over, of / target, points deducted / what
    it applies to, points entered / None.
    """

    indicator: Indicator
    applicable: bool
    numerator: Fraction | None
    denominator: Fraction | None
    rates: Mapping[str, Fraction]
    base: Fraction
    earned: Fraction
    floor: Fraction = ZERO
    cap: Fraction = ZERO
    zeroed: Fraction = ZERO
    scaling: Fraction = ZERO

    @property
    def points(self) -> Fraction:
        """The points before scaling, between 0 and the indicator's maximum."""
        return self.base + self.earned + self.floor + self.cap + self.zeroed


@dataclass(frozen=True, slots=True)
class Extra:
    """Penalties or bonus: points of the events, and what the cap, the floor or the gate takes back."""

    earned: Fraction = ZERO
    cap: Fraction = ZERO
    floor: Fraction = ZERO
    zeroed: Fraction = ZERO

    @property
    def points(self) -> Fraction:
        """What is added to the score (below 0 for penalties)."""
        return self.earned + self.cap + self.floor + self.zeroed


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A unit's result. ``base``, ``exact`` and ``score`` are None where nothing applies: the unit is not ranked."""

    indicators: tuple[IndicatorScore, ...]
    penalties: Extra
    bonus: Extra
    base: Fraction | None
    exact: Fraction | None
    score: Fraction | None
    band: str | None
    zero_rules: tuple[ZeroRule, ...]
    vetoes: tuple[str, ...]
    criticism: tuple[str, ...]


def appraise(
    plan: Plan,
    group: str,
    amounts: Mapping[str, Fraction],
    entered: Mapping[str, Fraction],
    unmeasured: frozenset[str] = frozenset(),
) -> Appraisal:
    """The score of a unit of ``group``.

    ``amounts``: what each counting measure comes to (left out = 0). ``entered``: points entered by hand, by indicator.
    ``unmeasured``: codes of indicators that nobody can record yet; they do not apply.
    The order is that of the assessment rules: indicators, zero rules, what does not apply, penalties, bonus, rounding,
    band, vetoes.
    """
    values = measured(plan, amounts)
    zero_rules = tuple(rule for rule in plan.zero if reached(rule.when, values))
    zeroed = {code for rule in zero_rules for code in rule.codes}
    raw = [
        _indicator(plan, group, indicator, values, entered, zeroed, indicator.code not in unmeasured)
        for indicator in plan.indicators
    ]
    vetoes = tuple(veto.code for veto in plan.vetoes if reached(veto.when, values))
    criticism = tuple(reason.code for reason in plan.criticism if reached(reason.when, values))
    worst = plan.bands[-1].name
    applicable = sum((i.indicator.max for i in raw if i.applicable), ZERO)
    if not applicable:
        nothing = Extra()
        band = worst if vetoes else None
        return Appraisal(tuple(raw), nothing, nothing, None, None, None, band, zero_rules, vetoes, criticism)
    factor = plan.total / applicable
    indicators = tuple(_with_what_does_not_apply(plan, score, factor) for score in raw)
    before = sum((i.points + i.scaling for i in indicators), ZERO)
    penalties = _penalties(plan, before, values)
    base = before + penalties.points
    bonus = _bonus(plan, base, values)
    exact = base + bonus.points
    score = rounded(exact, plan.settings.places)
    band = worst if vetoes else next((b.name for b in plan.bands if score >= b.start), worst)
    return Appraisal(indicators, penalties, bonus, base, exact, score, band, zero_rules, vetoes, criticism)


def measured(plan: Plan, amounts: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """What every measure comes to, sums included, where the counting measures come to ``amounts``."""
    return {
        name: sum((times * amounts[leaf] for leaf, times in leaves.items() if leaf in amounts), ZERO)
        for name, leaves in plan.leaves.items()
    }


def reached(when: Mapping[str, Fraction], values: Mapping[str, Fraction]) -> bool:
    """Whether every measure comes to at least its number."""
    return all(values[name] >= number for name, number in when.items())


def _indicator(
    plan: Plan,
    group: str,
    indicator: Indicator,
    values: Mapping[str, Fraction],
    entered: Mapping[str, Fraction],
    zeroed: set[str],
    measurable: bool,
) -> IndicatorScore:
    formula, maximum = indicator.formula, indicator.max
    applicable = measurable and (indicator.applies is None or values[indicator.applies] > 0)
    numerator: Fraction | None
    denominator: Fraction | None
    rates: Mapping[str, Fraction] = {}
    base = ZERO
    if isinstance(formula, Ratio):
        numerator, denominator = values[formula.of], values[formula.over]
        applicable = applicable and denominator > 0 and denominator >= formula.at_least
        rates = {formula.of: maximum / denominator} if applicable else {}
    elif isinstance(formula, Quota):
        numerator = values[formula.of]
        denominator = plan.groups[group].parameters.get(formula.parameter, ZERO) if group in plan.groups else ZERO
        applicable = applicable and denominator > 0
        rates = {formula.of: maximum / denominator} if applicable else {}
    elif isinstance(formula, Deduct):
        base = maximum
        rates = {name: -points for name, points in formula.each.items()}
        numerator = -sum((rate * values[name] for name, rate in rates.items()), ZERO)
        denominator = values[indicator.applies] if indicator.applies is not None else None
    else:
        numerator, denominator = entered.get(indicator.code), None
        applicable = applicable and numerator is not None
    if not applicable:
        return IndicatorScore(indicator, False, numerator, denominator, {}, ZERO, ZERO)
    if isinstance(formula, Manual):
        earned = numerator or ZERO
    else:
        earned = sum((rate * values[name] for name, rate in rates.items()), ZERO)
    floor = max(ZERO, -(base + earned))
    cap = min(ZERO, maximum - (base + earned))
    taken = -(base + earned + floor + cap) if indicator.code in zeroed else ZERO
    return IndicatorScore(indicator, True, numerator, denominator, rates, base, earned, floor, cap, taken)


def _with_what_does_not_apply(plan: Plan, score: IndicatorScore, factor: Fraction) -> IndicatorScore:
    """Full marks for what does not apply, or its weight spread pro rata over what does."""
    base, scaling = score.base, ZERO
    if plan.settings.not_applicable == "full_marks":
        base = base if score.applicable else score.indicator.max
    else:
        scaling = score.points * (factor - 1)
    return IndicatorScore(
        score.indicator,
        score.applicable,
        score.numerator,
        score.denominator,
        score.rates,
        base,
        score.earned,
        score.floor,
        score.cap,
        score.zeroed,
        scaling,
    )


def _penalties(plan: Plan, before: Fraction, values: Mapping[str, Fraction]) -> Extra:
    """Penalties, at most their cap, and never below a base of 0."""
    if plan.penalties is None:
        return Extra()
    earned = -sum((points * values[name] for name, points in plan.penalties.each.items()), ZERO)
    cap = max(ZERO, -earned - plan.penalties.cap)
    return Extra(earned, cap=cap, floor=max(ZERO, -(before + earned + cap)))


def _bonus(plan: Plan, base: Fraction, values: Mapping[str, Fraction]) -> Extra:
    """Bonus, at most its cap, and none where the rounded base is too low."""
    if plan.bonus is None:
        return Extra()
    earned = sum((points * values[name] for name, points in plan.bonus.each.items()), ZERO)
    cap = min(ZERO, plan.bonus.cap - earned)
    open_ = rounded(base, plan.settings.places) >= plan.bonus.base_at_least
    return Extra(earned, cap=cap, zeroed=ZERO if open_ else -(earned + cap))
