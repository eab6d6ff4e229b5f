"""Reads the measures (度量) of a plan, and the tables that say what an event is worth."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import cast

from services.assessment.period import is_day
from services.assessment.plan import Comparison, Count, Measure, Operator, Sum, ValueTable
from services.assessment.plan_nodes import Findings, Spot, text_of
from shared.domain.text import Text

TYPE_PATTERN = r"[a-z]+\.[A-Z][A-Za-z0-9]*"
OPERATORS = ("not", "at_least", "at_most", "from", "before")
COUNT_KEYS = ("where", "by", "value", "less", "window", "pending")
MEASURE = Text("度量", "measure")


def read_values(section: Spot) -> dict[str, ValueTable]:
    """The value tables."""
    found: dict[str, ValueTable] = {}
    for name, spot in section.named_entries().items():
        tables: dict[str, Mapping[str, Fraction]] = {}
        over = None
        for key, part in spot.named_entries().items():
            if key == "over":
                over = part.name() or None
            else:
                tables[key] = {value: worth.number(0) for value, worth in part.entries().items()}
        if not tables and over is None and spot.is_mapping():
            spot.refuse("空的分值表", "an empty value table")
        found[name] = ValueTable(name, tables, over)
    return found


def read_measures(section: Spot, values: Mapping[str, ValueTable]) -> dict[str, Measure]:
    """The measures, whose sums must be of known measures and not run in a circle."""
    found: dict[str, Measure] = {}
    sums: dict[str, list[Spot]] = {}
    for name, spot in section.named_entries().items():
        entries = spot.entries()
        if "sum" in entries:
            parts = spot.fields(("sum",))
            sums[name] = parts["sum"].items()
            names = tuple(item.text() for item in sums[name])
            if not names and parts["sum"].is_list():
                parts["sum"].refuse("合计不能为空", "a sum must not be empty")
            found[name] = Sum(name, names)
        else:
            found[name] = _count(name, spot, values)
    if not found and section.is_mapping():
        section.refuse("至少要有一个度量", "at least one measure is needed")
    for spots in sums.values():
        for item in spots:
            item.known(str(item.node.value), found, MEASURE)
    _refuse_circles(found, section.findings)
    return found


def _refuse_circles(measures: Mapping[str, Measure], findings: Findings) -> None:
    """Note every sum that contains itself."""

    def reaches(start: str) -> bool:
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            measure = measures.get(ahead.pop())
            for part in measure.parts if isinstance(measure, Sum) else ():
                if part == start:
                    return True
                if part not in seen:
                    seen.add(part)
                    ahead.append(part)
        return False

    for name in sorted(measures):
        if reaches(name):
            findings.refuse(
                f"measures.{name}.sum", Text(f"合计 {name} 循环包含自己", f"the sum {name} contains itself")
            )


def _count(name: str, spot: Spot, values: Mapping[str, ValueTable]) -> Count:
    """A measure over events."""
    parts = spot.fields(("of",), COUNT_KEYS)
    types: list[str] = []
    if "of" in parts:
        items = parts["of"].one_or_more(lambda item: (item, item.text()))
        for item, type_ in items:
            if type_ and not re.fullmatch(TYPE_PATTERN, type_):
                item.refuse(
                    f"“{type_}” 不是事件类型，应写作 messages.ReplySent",
                    f'"{type_}" is no event type; write messages.ReplySent',
                )
            elif type_ in types:
                item.refuse(f"事件类型 {type_} 重复", f"event type {type_} stands twice")
            types.append(type_)
    where: tuple[tuple[Comparison, ...], ...] = ((),)
    if "where" in parts:
        where = tuple(parts["where"].one_or_more(_conditions))
    value = text_of(parts, "value") or None
    if value is not None:
        parts["value"].known(value, values, Text("分值表", "value table"))
    less = "less" in parts and parts["less"].choice(("previous",)) == "previous"
    if less and value is None:
        parts["less"].refuse("less 只能与 value 同用", "less goes with value only")
    elif less and value is not None and value in values and not values[value].tables:
        parts["less"].refuse(f"分值表 {value} 没有级别表可以相减", f"value table {value} has no tables to compare")
    year_to_date = "window" in parts and parts["window"].choice(("year_to_date",)) == "year_to_date"
    return Count(
        name,
        tuple(sorted(types)),
        where,
        (parts["by"].name() if "by" in parts else "") or "happened",
        value,
        less,
        year_to_date,
        "pending" in parts and parts["pending"].boolean(),
    )


def _conditions(spot: Spot) -> tuple[Comparison, ...]:
    """The comparisons of one map of ``where``: all must hold."""
    found: list[Comparison] = []
    entries = spot.named_entries()
    if not entries and spot.is_mapping():
        spot.refuse("条件不能为空", "a condition must not be empty")
    for name, value in entries.items():
        if not value.is_mapping():
            found.append(Comparison(name, "in", _operands(value)))
            continue
        operators = value.fields((), OPERATORS)
        if not operators:
            value.refuse(f"应为 {'、'.join(OPERATORS)} 之一", f"one of {', '.join(OPERATORS)} is expected")
        for key, operand in operators.items():
            if key == "not":
                found.append(Comparison(name, "not_in", _operands(operand)))
            elif key in ("at_least", "at_most"):
                found.append(Comparison(name, cast(Operator, key), (str(operand.integer(-(10**12), 10**12)),)))
            else:
                day = operand.text()
                if day and not is_day(day):
                    operand.refuse(f"“{day}” 不是日期，应写作 2026-10-09", f'"{day}" is no date; write 2026-10-09')
                found.append(Comparison(name, cast(Operator, key), (day,)))
    return tuple(sorted(found, key=lambda c: (c.field, c.operator, c.operands)))


def _operands(spot: Spot) -> tuple[str, ...]:
    return tuple(sorted(set(spot.one_or_more(_operand))))


def _operand(spot: Spot) -> str:
    value = spot.scalar()
    if value is None or isinstance(value, Fraction):
        if not spot.is_mapping() and not spot.is_list():
            spot.refuse(
                "只能与文字、整数、true 或 false 比较", "compares with text, a whole number, true or false only"
            )
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
