"""A year's assessment plan (考核方案) as data: measures, indicators, rules, worked examples; all numbers exact."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from services.assessment.period import Quarter

FORMAT = "gongkai-plan/1"

Operator = Literal["in", "not_in", "at_least", "at_most", "from", "before"]
NotApplicable = Literal["redistribute", "full_marks"]


@dataclass(frozen=True, slots=True)
class Basis:
    """A legal basis (依据) of the plan."""

    title: str
    clause: str


@dataclass(frozen=True, slots=True)
class Settings:
    """How the plan treats what does not apply (不适用), and how many decimals a score keeps."""

    not_applicable: NotApplicable = "redistribute"
    nothing_applicable: Literal["unranked"] = "unranked"
    places: int = 2
    roster_day: Literal["quarter_end"] = "quarter_end"


@dataclass(frozen=True, slots=True)
class Group:
    """A group of units (单位类别) that are ranked among themselves, with its parameters such as a quota."""

    name: str
    title: str
    parameters: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class ValueTable:
    """What one event is worth: the product of ``tables`` (field -> its text -> worth), divided by field ``over``."""

    name: str
    tables: Mapping[str, Mapping[str, Fraction]]
    over: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition on a flat field, by its text: true, false, a whole number, a date or words."""

    field: str
    operator: Operator
    operands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """A measure that counts events, or sums their value. ``where``: any of the tuples, of which every comparison."""

    name: str
    types: tuple[str, ...]
    where: tuple[tuple[Comparison, ...], ...] = ((),)
    by: str = "happened"
    value: str | None = None
    less_previous: bool = False
    year_to_date: bool = False
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """A measure that is the sum of other measures."""

    name: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """max x of / over, not above max; not applicable where ``over`` is 0 or below ``at_least``."""

    of: str
    over: str
    at_least: Fraction


@dataclass(frozen=True, slots=True)
class Deduct:
    """max less so many points for each, not below 0."""

    each: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Quota:
    """max x of / the group's parameter, not above max; not applicable where the parameter is 0."""

    of: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Manual:
    """Points entered by hand (人工评分); not applicable until they are entered."""


Measure = Count | Sum
Formula = Ratio | Deduct | Quota | Manual


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator (指标) of ``max`` points. It applies where measure ``applies`` is above 0."""

    code: str
    name: str
    max: Fraction
    formula: Formula
    applies: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class ZeroRule:
    """Indicators that are 0 where every measure of ``when`` reaches its number (n/a stays n/a)."""

    codes: tuple[str, ...]
    when: Mapping[str, Fraction]
    name: str


@dataclass(frozen=True, slots=True)
class Penalties:
    """Points off the whole (扣分), at most ``cap``."""

    cap: Fraction
    each: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Bonus:
    """Points on top (加分), at most ``cap``, where the rounded base reaches ``base_at_least``."""

    cap: Fraction
    base_at_least: Fraction
    each: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Trigger:
    """A veto (一票否决) or criticism (通报批评) that stands where every measure of ``when`` reaches its number."""

    code: str
    name: str
    when: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Band:
    """A band (等次) of scores from ``start`` up to the next band."""

    name: str
    start: Fraction


@dataclass(frozen=True, slots=True)
class LeagueTable:
    """A second league table: ``columns`` show measures, ``points`` weigh them into an unbounded total."""

    name: str
    title: str
    columns: Mapping[str, str]
    points: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class YearRule:
    """How four quarters roll up into the year."""

    combine: Literal["mean_by_indicator"]
    zero: Literal["same"]
    fail_below: Fraction
    on_fail: tuple[str, ...]


Expected = str | Fraction | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example (算例): measures in, score out. An expected None is "n/a"."""

    name: str
    group: str
    measures: Mapping[str, Fraction]
    entered: Mapping[str, Fraction]
    expect: Mapping[str, Expected]
    expect_full_marks: Mapping[str, Expected]


@dataclass(frozen=True)
class Plan:
    """A whole plan. Every name it uses is defined in it; its reader has seen to that."""

    id: str
    title: str
    basis: tuple[Basis, ...]
    effective_from: Quarter
    effective_to: Quarter
    settings: Settings
    groups: Mapping[str, Group]
    values: Mapping[str, ValueTable]
    measures: Mapping[str, Measure]
    indicators: tuple[Indicator, ...]
    zero: tuple[ZeroRule, ...]
    penalties: Penalties | None
    bonus: Bonus | None
    vetoes: tuple[Trigger, ...]
    bands: tuple[Band, ...]
    criticism: tuple[Trigger, ...]
    tables: Mapping[str, LeagueTable]
    year: YearRule | None
    examples: tuple[Example, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over the plan's canonical JSON: the order of keys and comments in its file do not matter."""
        text = json.dumps(_plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        """The measures that look at events, by name."""
        return tuple(m for _, m in sorted(self.measures.items()) if isinstance(m, Count))

    @cached_property
    def leaves(self) -> Mapping[str, Mapping[str, int]]:
        """Measure -> the counting measures in it -> how often each stands in it."""
        found: dict[str, dict[str, int]] = {}

        def leaves_of(name: str) -> dict[str, int]:
            if name not in found:
                measure = self.measures[name]
                if isinstance(measure, Count):
                    found[name] = {name: 1}
                else:
                    total: dict[str, int] = {}
                    for part in measure.parts:
                        for leaf, times in leaves_of(part).items():
                            total[leaf] = total.get(leaf, 0) + times
                    found[name] = total
            return found[name]

        for name in self.measures:
            leaves_of(name)
        return found

    @cached_property
    def unmeasured(self) -> frozenset[str]:
        """The indicators whose counting measures are all pending: no service emits what they rest on."""
        pending = {measure.name for measure in self.counts if measure.pending}
        return frozenset(
            indicator.code
            for indicator in self.indicators
            if (leaves := {leaf for name in measures_of(indicator) for leaf in self.leaves[name]}) and leaves <= pending
        )

    @property
    def total(self) -> Fraction:
        """The sum of the indicators' maxima: 100, save in a what-if."""
        return sum((indicator.max for indicator in self.indicators), Fraction(0))

    def in_force(self, quarter: Quarter) -> bool:
        """Whether the plan is made for ``quarter``."""
        return self.effective_from <= quarter <= self.effective_to


def measures_of(indicator: Indicator) -> tuple[str, ...]:
    """The measures that an indicator's formula reads; none for one entered by hand."""
    match indicator.formula:
        case Ratio(of=of, over=over):
            return of, over
        case Quota(of=of):
            return (of,)
        case Deduct(each=each):
            return tuple(each)
    return ()


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction | Quarter):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {"is": type(value).__name__} | {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value
