"""The lines of a unit's score: every event and every rule with its exact share. The shares add up to the score."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from services.assessment.appraisal import ZERO, Extra, IndicatorScore
from services.assessment.fact_frame import column_of, with_texts
from services.assessment.numerals import decimal_text, exact_text
from services.assessment.plan import Deduct, Indicator, Plan, Quota, Ratio
from services.assessment.scoring import Result, UnitScore
from shared.domain.localtime import moment_text

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["event", "penalty", "bonus", "base", "floor", "cap", "zeroed", "scaling", "withheld", "rounding"]
KIND_ORDER: tuple[Kind, ...] = (
    "base",
    "event",
    "penalty",
    "bonus",
    "withheld",
    "floor",
    "cap",
    "zeroed",
    "scaling",
    "rounding",
)
PENALTIES, BONUS, VETOES, ROUNDING = "penalties", "bonus", "vetoes", "settings.rounding"
NOT_APPLICABLE = "settings.not_applicable"
FACT_COLUMNS = ("id", "type", "case", "happened", "recorded", "restricted")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a score. ``section``: the place of its indicator or rule in the plan, by which lines are ordered."""

    section: int
    indicator: str | None
    measure: str | None
    kind: Kind
    share: Fraction
    clause: str
    event: str | None = None
    type: str | None = None
    case: str | None = None
    happened: date | None = None
    recorded: datetime | None = None
    due: str | None = None
    amount: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Why the events of a counting measure stand among the lines: the indicator or rule that reads them, and how.

    ``rate``: the measure in the appraisal's rates that prices them (None: they are only seen and earn nothing);
    ``times``: how often the counting measure stands in it. ``seen``: listed only where no other line of the same
    section lists the event. ``trigger``: listed only for units where the veto or zero rule of that name stands.
    """

    section: int
    indicator: str | None
    leaf: str
    kind: Kind
    clause: str
    rate: str | None
    times: int
    seen: bool
    trigger: str | None = None


def sources(plan: Plan) -> tuple[Source, ...]:
    """All reasons for lines, in the order of the plan."""
    found: list[Source] = []
    for section, indicator in enumerate(plan.indicators):
        found += _sources_of(plan, section, indicator)
    after = len(plan.indicators)
    groups: tuple[tuple[Kind, str, Mapping[str, Fraction]], ...] = (
        ("penalty", PENALTIES, plan.penalties.each if plan.penalties else {}),
        ("bonus", BONUS, plan.bonus.each if plan.bonus else {}),
    )
    for place, (kind, name, each) in enumerate(groups):
        for measure in sorted(each):
            for leaf, times in sorted(plan.leaves[measure].items()):
                clause = f"{name}.each.{measure}"
                found.append(Source(after + place, None, leaf, kind, clause, measure, times, seen=False))
    for place, veto in enumerate(plan.vetoes):
        for leaf in _leaves(plan, veto.when):
            clause = f"{VETOES}.{veto.code}"
            found.append(Source(after + 2 + place, None, leaf, "event", clause, None, 0, seen=True, trigger=clause))
    return tuple(found)


def _sources_of(plan: Plan, section: int, indicator: Indicator) -> Iterable[Source]:
    formula = indicator.formula
    clause = clause_of(indicator)
    priced: list[str] = []
    seen: list[str] = []
    if isinstance(formula, Deduct):
        priced = sorted(formula.each)
    elif isinstance(formula, Ratio):
        priced, seen = [formula.of], [formula.over]
    elif isinstance(formula, Quota):
        priced = [formula.of]
    if indicator.applies is not None:
        seen.append(indicator.applies)
    for measure in priced:
        place = f"{clause}.each.{measure}" if isinstance(formula, Deduct) and indicator.basis is None else clause
        for leaf, times in sorted(plan.leaves[measure].items()):
            yield Source(section, indicator.code, leaf, "event", place, measure, times, seen=False)
    for leaf in _leaves(plan, seen):
        yield Source(section, indicator.code, leaf, "event", clause, None, 0, seen=True)
    for i, rule in enumerate(plan.zero):
        if indicator.code in rule.codes:
            for leaf in _leaves(plan, rule.when):
                name = f"zero[{i}]"
                yield Source(section, indicator.code, leaf, "event", name, None, 0, seen=True, trigger=name)


def _leaves(plan: Plan, measures: Iterable[str]) -> list[str]:
    return sorted({leaf for measure in measures for leaf in plan.leaves[measure]})


def clause_of(indicator: Indicator) -> str:
    """The clause a line of this indicator stands on: the one it names, else its place in the plan."""
    return indicator.basis or f"indicators.{indicator.code}"


def rule_lines(plan: Plan, unit: UnitScore) -> list[Line]:
    """The lines that have no event: bases, floors, caps, zeroing, scaling and rounding, where they are not 0."""
    appraisal = unit.appraisal
    lines: list[Line] = []
    for section, score in enumerate(appraisal.indicators):
        lines += _indicator_rules(plan, section, score, unit)
    after = len(plan.indicators)
    lines += _extra_rules(after, PENALTIES, appraisal.penalties)
    lines += _extra_rules(after + 1, BONUS, appraisal.bonus)
    if appraisal.score is not None and appraisal.exact is not None:
        last = after + 2 + len(plan.vetoes)
        lines.append(Line(last, None, None, "rounding", appraisal.score - appraisal.exact, ROUNDING))
    return [line for line in lines if line.share or line.kind == "base"]


def _indicator_rules(plan: Plan, section: int, score: IndicatorScore, unit: UnitScore) -> Iterable[Line]:
    indicator = score.indicator
    clause = clause_of(indicator)
    if score.base:
        base_clause = clause if score.applicable else NOT_APPLICABLE
        yield Line(section, indicator.code, None, "base", score.base, base_clause, amount=score.base)
    fired = [
        i for i, rule in enumerate(plan.zero) if rule in unit.appraisal.zero_rules and indicator.code in rule.codes
    ]
    shares: tuple[tuple[Kind, Fraction, str], ...] = (
        ("floor", score.floor, clause),
        ("cap", score.cap, clause),
        ("zeroed", score.zeroed, f"zero[{fired[0]}]" if fired else clause),
        ("scaling", score.scaling, NOT_APPLICABLE),
    )
    for kind, share, why in shares:
        yield Line(section, indicator.code, None, kind, share, why)


def _extra_rules(section: int, name: str, extra: Extra) -> Iterable[Line]:
    yield Line(section, None, None, "cap", extra.cap, f"{name}.cap")
    yield Line(section, None, None, "floor", extra.floor, name)
    yield Line(section, None, None, "zeroed", extra.zeroed, f"{name}.base_at_least")


class ScoreLines:
    """The lines of one result, made once for all units of it."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.sources = sources(result.plan)

    def cases(self, unit: UnitScore) -> set[str]:
        """The cases that a unit's lines name."""
        return {line.case for line, _ in (*self._event_lines(unit), *self._entry_lines(unit)) if line.case is not None}

    def of(self, unit: UnitScore, *, restricted: bool = True, hidden: Collection[str] = ()) -> list[Line]:
        """A unit's lines in the order of the plan; their shares add up to its score exactly (to 0 where it has none).

        ``restricted``: whether the viewer may see the lines of restricted events; ``hidden``: cases that are not there
        for the viewer, also by events from before they were isolated. Of what may not be seen, the lines of one
        indicator or rule are one line of kind ``withheld``.
        """
        events = [
            (line, (secret and not restricted) or line.case in hidden)
            for line, secret in (*self._event_lines(unit), *self._entry_lines(unit))
        ]
        lines = [line for line, withheld in events if not withheld]
        lines += _withheld(line for line, withheld in events if withheld)
        return sorted([*lines, *rule_lines(self.result.plan, unit)], key=_order)

    def digest_texts(self) -> list[str]:
        """The lines of all units without event, case and time of recording, as sorted texts; equal ones once, counted.

        A text is a JSON list (department, indicator, measure, kind, amount, share, clause) and, after tabs, the event's
        type, its day, its due date and the number of such lines.
        """
        import polars as pl

        units = {unit.unit: unit for unit in self.result.units}
        texts = []
        for unit in self.result.units:
            plain = [*(line for line, _ in self._entry_lines(unit)), *rule_lines(self.result.plan, unit)]
            texts += [f"{_head(unit, line)}\t{line.type or '-'}\t{line.happened or '-'}\t-\t1" for line in plain]
        placed = self._with_facts(self._placed, ("type", "happened"))
        groups = placed.group_by("unit", "source", "worth", "type", "happened", "due").len()
        keys = groups.select("unit", "source", "worth").unique(maintain_order=True)
        heads = []
        for place, source, worth in keys.iter_rows():
            unit = units[place]
            heads.append(_head(unit, self._line(unit, self.sources[source], self.result.counted.worths[worth])))
        groups = groups.join(keys.with_columns(pl.Series("head", heads, dtype=pl.String)), on=keys.columns, how="left")
        text = pl.concat_str(
            "head",
            pl.col("type").cast(pl.String),
            pl.col("happened").cast(pl.String),
            pl.col("due").fill_null("-"),
            pl.col("len").cast(pl.String),
            separator="\t",
        )
        return sorted(texts + groups.select(text).to_series().to_list())

    @cached_property
    def _placed(self) -> "pl.DataFrame":
        """Every event line of every unit: ``unit``, ``row`` of the fact, ``source``, ``worth``."""
        import polars as pl

        plan = self.result.plan
        number = {count.name: i for i, count in enumerate(plan.counts)}
        table = pl.DataFrame(
            {
                "source": range(len(self.sources)),
                "measure": [number[source.leaf] for source in self.sources],
                "section": [source.section for source in self.sources],
                "seen": [source.seen for source in self.sources],
            },
            schema={"source": pl.UInt32, "measure": pl.UInt32, "section": pl.UInt32, "seen": pl.Boolean},
        )
        idle = [
            (unit.unit, place)
            for unit in self.result.units
            for place, source in enumerate(self.sources)
            if source.trigger is not None and source.trigger not in _triggers(plan, unit)
        ]
        lines = self.result.counted.hits.join(table, on="measure").join(
            pl.DataFrame(idle, schema={"unit": pl.UInt32, "source": pl.UInt32}, orient="row"),
            on=["unit", "source"],
            how="anti",
        )
        earning = lines.filter(~pl.col("seen"))
        seen = (
            lines.filter("seen")
            .join(earning, on=["section", "row"], how="anti")
            .sort("row", "source")
            .unique(["section", "row"], keep="first", maintain_order=True)
        )
        return pl.concat([earning, seen]).select("unit", "row", "source", "worth")

    def _with_facts(self, placed: "pl.DataFrame", columns: Iterable[str]) -> "pl.DataFrame":
        """The placed lines with these columns of their facts, and ``due``."""
        frame = self.result.facts.frame
        rows = frame[placed["row"].unique().sort()].select("row", *columns, "fields")
        rows = with_texts(rows, ("due",)).drop("fields").rename({column_of("due"): "due"})
        return placed.join(rows, on="row", how="left")

    def _event_lines(self, unit: UnitScore) -> Iterable[tuple[Line, bool]]:
        """The lines of counted events, each with whether it is restricted."""
        import polars as pl

        placed = self._with_facts(self._placed.filter(pl.col("unit") == unit.unit), FACT_COLUMNS)
        for source, worth, *fact, due in placed.select("source", "worth", *FACT_COLUMNS, "due").iter_rows():
            line = self._line(unit, self.sources[source], self.result.counted.worths[worth])
            yield _of_fact(line, fact, due)

    def _entry_lines(self, unit: UnitScore) -> Iterable[tuple[Line, bool]]:
        """The lines of points entered by hand."""
        for section, score in enumerate(unit.appraisal.indicators):
            entry = unit.entries.get(score.indicator.code)
            if entry is not None:
                share = entry.points if score.applicable else ZERO
                line = Line(
                    section, score.indicator.code, None, "event", share, clause_of(score.indicator), amount=entry.points
                )
                yield _of_fact(line, self.result.facts.frame.select(FACT_COLUMNS).row(entry.row), None)

    def _line(self, unit: UnitScore, source: Source, amount: Fraction) -> Line:
        """A line as far as it does not depend on the single event."""
        rate = _rate(self.result.plan, unit, source) * source.times
        return Line(
            source.section, source.indicator, source.leaf, source.kind, rate * amount, source.clause, amount=amount
        )


def _of_fact(line: Line, fact: Sequence[Any], due: str | None) -> tuple[Line, bool]:
    id_, type_, case, happened, recorded, restricted = fact
    return replace(line, event=id_, type=type_, case=case, happened=happened, recorded=recorded, due=due), restricted


def _rate(plan: Plan, unit: UnitScore, source: Source) -> Fraction:
    """What one unit of the source's measure adds to the score before floors, caps and scaling."""
    if source.rate is None or unit.appraisal.base is None:
        return ZERO
    if source.kind == "penalty" and plan.penalties is not None:
        return -plan.penalties.each[source.rate]
    if source.kind == "bonus" and plan.bonus is not None:
        return plan.bonus.each[source.rate]
    return unit.appraisal.indicators[source.section].rates.get(source.rate, ZERO)


def _triggers(plan: Plan, unit: UnitScore) -> frozenset[str]:
    """The vetoes and zero rules that stand for the unit, by the clause of their sources."""
    zero = {f"zero[{i}]" for i, rule in enumerate(plan.zero) if rule in unit.appraisal.zero_rules}
    return frozenset(zero | {f"{VETOES}.{code}" for code in unit.appraisal.vetoes})


def _withheld(lines: Iterable[Line]) -> list[Line]:
    """One line for all the given lines of each section."""
    shares: dict[tuple[int, str | None, str], Fraction] = {}
    for line in lines:
        clause = line.clause.partition(".each.")[0]
        if line.indicator is not None:
            clause = f"indicators.{line.indicator}"
        key = (line.section, line.indicator, clause)
        shares[key] = shares.get(key, ZERO) + line.share
    return [Line(section, code, None, "withheld", share, clause) for (section, code, clause), share in shares.items()]


def _order(line: Line) -> tuple[Any, ...]:
    return (
        line.section,
        KIND_ORDER.index(line.kind),
        line.happened or date.min,
        line.event or "",
        line.measure or "",
        line.clause,
        line.share,
    )


def _head(unit: UnitScore, line: Line) -> str:
    amount = None if line.amount is None else exact_text(line.amount)
    head = [unit.member.id, line.indicator, line.measure, line.kind, amount, str(line.share), line.clause]
    return json.dumps(head, ensure_ascii=False, separators=(",", ":"))


def line_json(line: Line) -> dict[str, Any]:
    """A line as the outside sees it: days and instants as text, ``amount`` and ``share`` as exact text."""
    return {
        "indicator": line.indicator,
        "measure": line.measure,
        "kind": line.kind,
        "event": line.event,
        "type": line.type,
        "case": line.case,
        "happened": None if line.happened is None else line.happened.isoformat(),
        "recorded": None if line.recorded is None else moment_text(line.recorded),
        "due": line.due,
        "amount": None if line.amount is None else exact_text(line.amount),
        "share": str(line.share),
        "clause": line.clause,
    }


def explain_json(
    lines: ScoreLines,
    unit: UnitScore,
    indicator: str | None = None,
    *,
    restricted: bool = True,
    hidden: Collection[str] = (),
) -> dict[str, Any]:
    """The explanation of a unit's score, or of one indicator of it."""
    result = lines.result
    points = unit.appraisal.score
    found = lines.of(unit, restricted=restricted, hidden=hidden)
    return {
        "department": unit.member.id,
        "name": unit.member.name,
        "quarter": str(result.quarter),
        "score": None if points is None else decimal_text(points, result.plan.settings.places),
        "lines": [line_json(line) for line in found if indicator is None or line.indicator == indicator],
    }
