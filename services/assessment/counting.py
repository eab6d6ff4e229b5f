"""Which facts each counting measure counts for which unit, found column by column; the sums over them are exact."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from services.assessment.fact_frame import FactFrame, KnownOn, column_of, with_texts
from services.assessment.measures import (
    Window,
    column,
    condition_fields,
    in_window,
    window,
    worth,
    worth_fields,
)
from services.assessment.period import Quarter
from services.assessment.plan import Count, Manual, Plan, ValueTable
from services.assessment.plan_contracts import MANUAL_TYPE
from services.assessment.roster import Roster

if TYPE_CHECKING:
    import polars as pl

HIT = ("row", "unit", "measure", "worth")
POINTS_PATTERN = r"^[0-9]{1,6}(\.[0-9]{1,6})?$"


@dataclass(frozen=True, slots=True)
class Entry:
    """Points entered by hand (人工评分): the row of the fact, and the points."""

    row: int
    points: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What the measures count.

    ``hits``: a row for each fact a measure counts: ``row`` (of the fact), ``unit`` (place on the roster), ``measure``
    (place among the plan's counts), ``worth`` (place in ``worths``). ``entries``: the newest points entered by hand, by
    unit and indicator. ``strangers``: counted facts of departments that are not on the roster, by department.
    """

    hits: "pl.DataFrame"
    worths: tuple[Fraction, ...]
    entries: Mapping[int, Mapping[str, Entry]]
    strangers: Mapping[str, int]

    def amounts(self, plan: Plan) -> Mapping[int, Mapping[str, Fraction]]:
        """What each counting measure comes to, by unit: whole counts of a few distinct worths, summed exactly."""
        totals: dict[int, dict[str, Fraction]] = {}
        groups = self.hits.group_by("unit", "measure", "worth").len()
        for unit, measure, place, times in groups.iter_rows():
            of_unit = totals.setdefault(unit, {})
            name = plan.counts[measure].name
            of_unit[name] = of_unit.get(name, Fraction(0)) + times * self.worths[place]
        return totals


def count_facts(
    facts: FactFrame, plan: Plan, roster: Roster, quarter: Quarter, as_of: date, known_on: KnownOn
) -> Counted:
    """Every fact known on ``known_on`` that a measure of ``plan`` counts in ``quarter`` as of ``as_of``."""
    import polars as pl

    number = {count.name: i for i, count in enumerate(plan.counts)}
    worths: dict[Fraction, int] = {Fraction(1): 0}
    unit = _unit_of(facts, roster)
    hits = [pl.DataFrame(schema=dict.fromkeys(HIT, pl.UInt32))]
    for type_ in sorted({type_ for count in plan.counts for type_ in count.types} & facts.types):
        here = [(count, window(count, quarter, as_of)) for count in plan.counts if type_ in count.types]
        known = facts.frame.lazy().filter(pl.col("type") == type_, facts.known(known_on))
        rows = _readable(known.select("row", unit, "type", "happened", "fields").collect(), here, plan)
        for count, days in here if rows.height else ():
            measure = pl.lit(number[count.name], pl.UInt32).alias("measure")
            fields = (column_of(field) for field in worth_fields(count, _table(plan, count)))
            found = rows.lazy().filter(column(count, days)).select("row", "unit", measure, *fields).collect()
            hits.append(_with_worth(found, count, plan, worths))
    all_hits = pl.concat(hits)
    strangers = all_hits.filter(pl.col("unit").is_null())["row"].unique()
    entries: Mapping[int, Mapping[str, Entry]] = {}
    if any(isinstance(indicator.formula, Manual) for indicator in plan.indicators) and MANUAL_TYPE in facts.types:
        rows = facts.frame.filter((pl.col("type") == MANUAL_TYPE) & facts.known(known_on))
        rows = rows.filter(pl.col("happened").is_between(quarter.first_day, min(quarter.last_day, as_of)))
        entries = _entries(rows.with_columns(unit), plan)
    return Counted(
        all_hits.filter(pl.col("unit").is_not_null()), tuple(worths), entries, _by_department(facts, strangers)
    )


def _unit_of(facts: FactFrame, roster: Roster) -> "pl.Expr":
    """The place on the roster of the unit that answers for a fact's department; null where none does."""
    import polars as pl

    place = {member.id: i for i, member in enumerate(roster.members)}
    departments = facts.departments
    units = [place.get(roster.heir(department)) for department in departments]
    return (
        pl.col("department")
        .replace_strict(departments, pl.Series(units, dtype=pl.UInt32), default=None, return_dtype=pl.UInt32)
        .alias("unit")
    )


def _readable(rows: "pl.DataFrame", here: Iterable[tuple[Count, Window]], plan: Plan) -> "pl.DataFrame":
    """The rows that lie in any measure's days, with the texts of the fields that the measures read."""
    import polars as pl

    here = list(here)
    dates = sorted({count.by for count, _ in here} - {"happened"})
    rows = with_texts(rows, dates)
    rows = rows.filter(pl.any_horizontal(in_window(count, days) for count, days in here))
    read = {field for count, _ in here for field in condition_fields(count)}
    read |= {field for count, _ in here for field in worth_fields(count, _table(plan, count))}
    return with_texts(rows, sorted(read - set(dates)))


def _table(plan: Plan, count: Count) -> ValueTable | None:
    return plan.values[count.value] if count.value is not None else None


def _with_worth(found: "pl.DataFrame", count: Count, plan: Plan, worths: dict[Fraction, int]) -> "pl.DataFrame":
    """The hits with the place of each one's worth, worked out once for each distinct combination of field texts."""
    import polars as pl

    table = _table(plan, count)
    columns = [column_of(field) for field in worth_fields(count, table)]
    if not columns:
        return found.with_columns(pl.lit(0, pl.UInt32).alias("worth"))
    kinds = found.select(columns).unique(maintain_order=True)
    places = []
    for row in kinds.iter_rows():
        amount = worth(count, table, dict(zip(worth_fields(count, table), row, strict=True)))
        places.append(worths.setdefault(amount, len(worths)))
    kinds = kinds.with_columns(pl.Series("worth", places, dtype=pl.UInt32))
    return found.join(kinds, on=columns, how="left", nulls_equal=True).select(HIT)


def _entries(rows: "pl.DataFrame", plan: Plan) -> Mapping[int, Mapping[str, Entry]]:
    """The newest points entered for each unit and manual indicator, by (happened, event id)."""
    import polars as pl

    manual = [indicator.code for indicator in plan.indicators if isinstance(indicator.formula, Manual)]
    rows = with_texts(rows.filter(pl.col("unit").is_not_null()), ("indicator", "value"))
    rows = rows.filter(
        pl.col(column_of("indicator")).is_in(manual) & pl.col(column_of("value")).str.contains(POINTS_PATTERN)
    )
    found: dict[int, dict[str, Entry]] = {}
    columns = ("unit", column_of("indicator"), column_of("value"), "row")
    for unit, code, value, row in rows.sort("happened_at", "id").select(columns).iter_rows():
        found.setdefault(unit, {})[code] = Entry(row, Fraction(value))
    return found


def _by_department(facts: FactFrame, rows: "pl.Series") -> Mapping[str, int]:
    """How many of these rows each department has."""
    found = facts.frame[rows]["department"].value_counts()
    return dict(sorted((str(department), number) for department, number in found.iter_rows()))
