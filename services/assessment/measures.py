"""A counting measure as a test of one fact, and as the same test over columns; and what a counted event is worth."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from services.assessment.fact_frame import Fact, column_of
from services.assessment.period import Quarter, is_day
from services.assessment.plan import Comparison, Count, ValueTable

if TYPE_CHECKING:
    import polars as pl

ONE = Fraction(1)
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_WHOLE_PATTERN = "^-?[0-9]{1,18}$"
_DAY_PATTERN = "^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
PREVIOUS = "previous_"


@dataclass(frozen=True, slots=True)
class Window:
    """The days, both included, in which a measure's date must lie."""

    first: date
    last: date


def window(count: Count, quarter: Quarter, as_of: date) -> Window:
    """The quarter, or the year up to its end; not beyond ``as_of``."""
    first = quarter.first_day_of_year if count.year_to_date else quarter.first_day
    return Window(first, min(quarter.last_day, as_of))


def condition_fields(count: Count) -> frozenset[str]:
    """The flat fields by which ``count`` picks events, its date field left out."""
    return frozenset(comparison.field for comparisons in count.where for comparison in comparisons)


def worth_fields(count: Count, table: ValueTable | None) -> tuple[str, ...]:
    """The flat fields that say what an event is worth."""
    if table is None:
        return ()
    fields = list(table.tables) + ([table.over] if table.over is not None else [])
    if count.less_previous:
        fields += [PREVIOUS + name for name in table.tables]
    return tuple(sorted(fields))


def counts(count: Count, fact: Fact, days: Window) -> bool:
    """Whether ``count`` counts ``fact``."""
    return counts_texts(count, fact, fact.texts(), days)


def counts_texts(count: Count, fact: Fact, texts: Mapping[str, str | None], days: Window) -> bool:
    """As `counts`, where the texts of the fact's fields are read already."""
    if fact.type not in count.types:
        return False
    day = fact.happened if count.by == "happened" else _day(texts.get(count.by))
    if day is None or not days.first <= day <= days.last:
        return False
    return any(all(_holds(comparison, texts.get(comparison.field)) for comparison in each) for each in count.where)


def worth(count: Count, table: ValueTable | None, texts: Mapping[str, str | None]) -> Fraction:
    """What an event with these field texts is worth; 1 where the measure only counts.

    The product of the tables, less the same for the previous level and form (not below 0), shared among ``over`` units.
    A value that no table knows is worth 0; an ``over`` below 1 or missing means one unit.
    """
    if table is None:
        return ONE
    amount = _product(table, texts, "")
    if count.less_previous:
        amount = max(Fraction(0), amount - _product(table, texts, PREVIOUS))
    units = _whole(texts.get(table.over)) if table.over is not None else None
    return amount / units if units is not None and units > 1 else amount


def column(count: Count, days: Window) -> "pl.Expr":
    """The row test of `counts` over the columns ``type``, ``happened`` and, for each field, `column_of` it."""
    import polars as pl

    kind = reduce(or_, (pl.col("type") == type_ for type_ in count.types))
    any_of = (reduce(and_, (_compare(c) for c in each), pl.lit(True)) for each in count.where)
    return (kind & in_window(count, days) & reduce(or_, any_of)).fill_null(False)


def in_window(count: Count, days: Window) -> "pl.Expr":
    """The part of `column` that looks at the date."""
    import polars as pl

    day = pl.col("happened") if count.by == "happened" else _day_column(count.by)
    return day.is_between(days.first, days.last).fill_null(False)


def _holds(comparison: Comparison, text: str | None) -> bool:
    if comparison.operator == "in":
        return text in comparison.operands
    if comparison.operator == "not_in":
        return text not in comparison.operands
    operand = comparison.operands[0]
    if comparison.operator in ("at_least", "at_most"):
        number = _whole(text)
        if number is None:
            return False
        return number >= int(operand) if comparison.operator == "at_least" else number <= int(operand)
    day, bound = _day(text), date.fromisoformat(operand)
    if day is None:
        return False
    return day >= bound if comparison.operator == "from" else day < bound


def _compare(comparison: Comparison) -> "pl.Expr":
    import polars as pl

    text = pl.col(column_of(comparison.field))
    if comparison.operator == "in":
        return text.is_in(comparison.operands).fill_null(False)
    if comparison.operator == "not_in":
        return ~text.is_in(comparison.operands).fill_null(False)
    operand = comparison.operands[0]
    if comparison.operator in ("at_least", "at_most"):
        number = pl.when(text.str.contains(_WHOLE_PATTERN)).then(text).cast(pl.Int64, strict=False)
        holds = number >= int(operand) if comparison.operator == "at_least" else number <= int(operand)
    else:
        day, bound = _day_column(comparison.field), date.fromisoformat(operand)
        holds = day >= bound if comparison.operator == "from" else day < bound
    return holds.fill_null(False)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text is not None and is_day(text) else None


def _day_column(field: str) -> "pl.Expr":
    import polars as pl

    text = pl.col(column_of(field))
    return pl.when(text.str.contains(_DAY_PATTERN)).then(text).str.to_date("%Y-%m-%d", strict=False)


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and _WHOLE.fullmatch(text) else None


def _product(table: ValueTable, texts: Mapping[str, str | None], prefix: str) -> Fraction:
    amount = ONE
    for name, worths in table.tables.items():
        text = texts.get(prefix + name)
        amount *= worths.get(text, Fraction(0)) if text is not None else Fraction(0)
    return amount
