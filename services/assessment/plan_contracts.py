"""Holds a plan against the event contracts: every type, field and value it counts by must exist there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.assessment.period import is_day
from services.assessment.plan import Comparison, Count, Manual, Plan, ValueTable
from services.assessment.plan_nodes import Findings, also, closest
from shared.domain.text import Text

MANUAL_TYPE = "assessment.ManualScoreEntered"
MANUAL_FIELDS = ("indicator", "value")

Contracts = Mapping[str, Mapping[str, Any]]
Kind = Literal["text", "integer", "boolean", "date", "other"]
KIND_NAMES: Mapping[str, Text] = {
    "text": Text("文字", "text"),
    "integer": Text("整数", "a whole number"),
    "boolean": Text("是否（true、false）", "true or false"),
    "date": Text("日期", "a date"),
    "other": Text("其他", "something else"),
}


@dataclass(frozen=True, slots=True)
class ContractField:
    """A flat scored field of an event: its kind, and its values where the contract lists them."""

    kind: Kind
    values: frozenset[str] | None


VERDICT_FIELDS: Mapping[str, ContractField] = {
    "clock": ContractField("text", None),
    "rule": ContractField("text", None),
    "started": ContractField("date", None),
    "amount": ContractField("integer", None),
    "unit": ContractField("text", frozenset(("wd", "d", "m", "h"))),
    "operations": ContractField("text", None),
    "due": ContractField("date", None),
    "done": ContractField("date", None),
    "met": ContractField("boolean", frozenset(("true", "false"))),
    "calendar": ContractField("integer", None),
}


def fields_of(contract: Mapping[str, Any]) -> dict[str, ContractField]:
    """The flat scored fields of a contract, those of its verdict included."""
    about: Mapping[str, Any] = contract.get("x-gongkai", {})
    properties: Mapping[str, Mapping[str, Any]] = contract.get("properties", {})
    scored: Iterable[str] = about.get("scored", properties)
    found = dict(VERDICT_FIELDS) if about.get("verdict") else {}
    found |= {name: _field(properties[name], contract) for name in scored if name in properties}
    return found


def _field(schema: Mapping[str, Any], contract: Mapping[str, Any]) -> ContractField:
    """The kind of one property; null beside it (an optional field) does not matter."""
    shapes = [shape for shape in _shapes(schema, contract) if shape.get("type") != "null"]
    kinds: set[Kind] = {_kind(shape) for shape in shapes}
    values: set[str] = set()
    listed = bool(shapes)
    for shape in shapes:
        options = [shape["const"]] if "const" in shape else shape.get("enum")
        if options is None and _kind(shape) == "boolean":
            options = [True, False]
        if options is None:
            listed = False
        else:
            values |= {str(v).lower() if isinstance(v, bool) else str(v) for v in options if v is not None}
    return ContractField(kinds.pop() if len(kinds) == 1 else "other", frozenset(values) if listed else None)


def _shapes(schema: Mapping[str, Any], contract: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A property's alternatives, references into ``$defs`` resolved."""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return _shapes(contract.get("$defs", {}).get(reference.rsplit("/", 1)[-1], {}), contract)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return [shape for part in schema[key] for shape in _shapes(part, contract)]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": type_} for type_ in schema["type"]]
    return [schema]


def _kind(shape: Mapping[str, Any]) -> Kind:
    options = [shape["const"]] if "const" in shape else shape.get("enum", ())
    type_ = shape.get("type")
    if type_ == "boolean" or (type_ is None and options and all(isinstance(v, bool) for v in options)):
        return "boolean"
    if type_ == "integer" or (type_ is None and options and all(isinstance(v, int) for v in options)):
        return "integer"
    if type_ == "string" or (type_ is None and options and all(isinstance(v, str) for v in options)):
        return "date" if shape.get("format") in ("date", "date-time") else "text"
    return "other"


def check_contracts(plan: Plan, contracts: Contracts, findings: Findings) -> None:
    """Note every type, field and value of ``plan`` that the contracts do not know, and every wrong ``pending``."""
    for measure in plan.counts:
        _check_measure(measure, plan, contracts, findings)
    for i, indicator in enumerate(plan.indicators):
        if isinstance(indicator.formula, Manual):
            known = fields_of(contracts[MANUAL_TYPE]) if MANUAL_TYPE in contracts else {}
            if not all(name in known for name in MANUAL_FIELDS):
                reason = Text(
                    f"人工评分需要事件 {MANUAL_TYPE}（字段 indicator、value），目前没有服务发出",
                    f"a manual indicator needs event {MANUAL_TYPE} (fields indicator, value); no service emits it yet",
                )
                findings.refuse(f"indicators[{i}].formula", reason)


def _check_measure(measure: Count, plan: Plan, contracts: Contracts, findings: Findings) -> None:
    path = f"measures.{measure.name}"
    there = [type_ for type_ in measure.types if type_ in contracts]
    missing = [type_ for type_ in measure.types if type_ not in contracts]
    if measure.pending and there and missing:
        findings.refuse(
            f"{path}.pending",
            Text(
                f"标为 pending，但 {'、'.join(there)} 已有服务发出；尚无服务发出的是 {'、'.join(missing)}",
                f"marked pending, but {', '.join(there)} are emitted already; not emitted yet: {', '.join(missing)}",
            ),
        )
    elif measure.pending and there:
        findings.refuse(
            f"{path}.pending",
            Text(
                f"标为 pending，但 {'、'.join(there)} 已有服务发出，应去掉标记",
                f"marked pending, but {', '.join(there)} is emitted already; remove the mark",
            ),
        )
    elif not measure.pending:
        for type_ in missing:
            reason = Text(f"没有服务发出事件 {type_}", f"no service emits event {type_}")
            service, _, name = type_.partition(".")
            hint = closest(name, [other.partition(".")[2] for other in contracts if other.startswith(f"{service}.")])
            if not hint.en:
                hint = Text("；确实尚无服务时标 pending: true", "; if none does yet, mark the measure pending: true")
            findings.refuse(f"{path}.of", also(reason, hint))
    for type_ in there:
        _check_fields(measure, plan, type_, fields_of(contracts[type_]), findings)


def _check_fields(
    measure: Count, plan: Plan, type_: str, known: Mapping[str, ContractField], findings: Findings
) -> None:
    path = f"measures.{measure.name}"
    if measure.by != "happened":
        field = known.get(measure.by)
        if field is None:
            findings.refuse(f"{path}.by", _unknown(type_, measure.by, known))
        elif field.kind != "date":
            findings.refuse(f"{path}.by", _wrong_kind(type_, measure.by, field.kind, "date"))
    alternatives = f"{path}.where[0]" in findings.lines
    for i, comparisons in enumerate(measure.where):
        for comparison in comparisons:
            place = f"{path}.where[{i}]" if alternatives else f"{path}.where"
            _check_comparison(comparison, f"{place}.{comparison.field}", type_, known, findings)
    if measure.value is not None:
        _check_value(plan.values[measure.value], measure, type_, known, findings)


def _check_comparison(
    comparison: Comparison, path: str, type_: str, known: Mapping[str, ContractField], findings: Findings
) -> None:
    field = known.get(comparison.field)
    if field is None:
        findings.refuse(path, _unknown(type_, comparison.field, known))
        return
    wanted: dict[str, Kind] = {"at_least": "integer", "at_most": "integer", "from": "date", "before": "date"}
    kind = wanted.get(comparison.operator)
    if kind is not None:
        if field.kind != kind:
            findings.refuse(path, _wrong_kind(type_, comparison.field, field.kind, kind))
        return
    for operand in comparison.operands:
        if field.values is not None:
            if operand not in field.values:
                options = sorted(field.values)
                findings.refuse(
                    path,
                    Text(
                        f"{type_} 的字段 {comparison.field} 没有取值 {operand}，只有 {'、'.join(options)}",
                        f"field {comparison.field} of {type_} is never {operand}, only {', '.join(options)}",
                    ),
                )
        elif (field.kind == "integer" and not re.fullmatch(r"-?[0-9]+", operand)) or (
            field.kind == "date" and not is_day(operand)
        ):
            findings.refuse(
                path,
                Text(
                    f"{type_} 的字段 {comparison.field} 是{KIND_NAMES[field.kind].zh}，不能等于 {operand}",
                    f"field {comparison.field} of {type_} is {KIND_NAMES[field.kind].en} and never {operand}",
                ),
            )


def _check_value(
    table: ValueTable, measure: Count, type_: str, known: Mapping[str, ContractField], findings: Findings
) -> None:
    for name, worths in table.tables.items():
        path = f"values.{table.name}.{name}"
        for asked in (name, f"previous_{name}") if measure.less_previous else (name,):
            field = known.get(asked)
            if field is None:
                findings.refuse(
                    path if asked == name else f"measures.{measure.name}.less", _unknown(type_, asked, known)
                )
                continue
            for value in sorted(set(worths) - (field.values if field.values is not None else set(worths))):
                findings.refuse(
                    f"{path}.{value}",
                    Text(f"{type_} 的字段 {asked} 没有取值 {value}", f"field {asked} of {type_} is never {value}"),
                )
            for value in sorted((field.values or frozenset()) - set(worths)):
                findings.refuse(
                    path,
                    Text(
                        f"{type_} 的字段 {asked} 的取值 {value} 没有分值",
                        f"value {value} of field {asked} of {type_} has no worth here",
                    ),
                )
    if table.over is not None:
        field = known.get(table.over)
        if field is None:
            findings.refuse(f"values.{table.name}.over", _unknown(type_, table.over, known))
        elif field.kind != "integer":
            findings.refuse(f"values.{table.name}.over", _wrong_kind(type_, table.over, field.kind, "integer"))


def _unknown(type_: str, name: str, known: Mapping[str, ContractField]) -> Text:
    reason = Text(f"{type_} 没有可计分的字段 {name}", f"{type_} has no scored field {name}")
    hint = closest(name, known)
    if hint.en or not known:
        return also(reason, hint)
    return also(reason, Text(f"，只有 {'、'.join(sorted(known))}", f", only {', '.join(sorted(known))}"))


def _wrong_kind(type_: str, name: str, kind: Kind, wanted: Kind) -> Text:
    return Text(
        f"{type_} 的字段 {name} 是{KIND_NAMES[kind].zh}，此处需要{KIND_NAMES[wanted].zh}",
        f"field {name} of {type_} is {KIND_NAMES[kind].en}; {KIND_NAMES[wanted].en} is needed here",
    )
