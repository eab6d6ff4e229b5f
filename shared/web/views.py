"""A case as answers show it: the row in a list, the whole file with its timeline, why a date is what it is."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from shared.domain.corrections import COMMON_EVENTS
from shared.domain.deadline import Clock, due, explain, operations_text
from shared.domain.directory import Directory
from shared.domain.kind import CaseKind
from shared.domain.localtime import moment_text
from shared.domain.workdays import Calendar
from shared.storage.port import CaseRecord
from shared.web.language import both
from shared.web.shown_numbers import shown_number

REFERENCE = "v:"
Plain = Mapping[str, str | None]


def head_view(kind: CaseKind[Any], head: CaseRecord, directory: Directory, today: date) -> dict[str, Any]:
    """What list and file have in common; no title, which may be a reference."""
    status = kind.statuses.get(head.status)
    return {
        "id": head.id,
        "number": shown_number(kind, head.id),
        "service": head.service,
        "kind": head.kind,
        "department": head.department,
        "name": directory.name(head.department, today),
        "status": head.status,
        "status_title": status.zh if status else head.status,
        "status_title_en": status.en if status else head.status,
        "version": head.version,
        "open": head.open,
        "received": head.received,
        "due": head.due,
        "restricted": head.restricted,
        "parties": list(head.parties),
        "parent": head.parent,
        "columns": orjson.loads(head.columns),
    }


def is_reference(value: object) -> bool:
    """Whether a value stands for one in the vault."""
    return isinstance(value, str) and value.startswith(REFERENCE)


def references(fields: Mapping[str, Any], readable: Collection[str]) -> dict[str, str]:
    """The vault references among ``fields`` that may be read: name -> reference."""
    return {name: value for name, value in fields.items() if name in readable and is_reference(value)}


def timeline(
    kind: CaseKind[Any], events: Sequence[Mapping[str, Any]], readable: Collection[str], plain: Plain
) -> list[dict[str, Any]]:
    """The file's events, oldest first; ``plain`` beside ``data`` holds what was read from the vault, null once erased."""
    titles = {model.event_name: model.event_title for model in (*kind.events, *COMMON_EVENTS)}
    voided = {target: event["id"] for event in events for target in event["data"].get("voids", ())}
    shown = []
    for event in events:
        name = event["type"].split(".")[2]
        row = {
            "sequence": event["sequence"],
            "id": event["id"],
            "type": event["type"],
            **(both(titles[name]) if name in titles else {}),
            "happened": event["time"],
            "recorded": event["recordedtime"],
            "actor": event.get("actor"),
            "data": event["data"],
            "digest": event["digest"],
            "voided_by": voided.get(event["id"]),
        }
        found = references(event["data"], readable)
        if found:
            row["plain"] = {field: plain.get(ref) for field, ref in found.items()}
        shown.append(row)
    return shown


def why(clock: Clock, calendar: Calendar, language: str) -> dict[str, Any]:
    """Why a clock falls due when it does: every day with its cause, and the operations that moved it."""
    when = due(clock, calendar)
    return {
        "clock": clock.id,
        "title": clock.title.in_(language),
        "rule": clock.rule,
        "basis": clock.basis.in_(language),
        "start": clock.start.isoformat(),
        "amount": f"{clock.amount}{clock.unit}",
        "operations": [
            {"operation": operations_text_of(clock, i), "reason": operation.reason.in_(language)}
            for i, operation in enumerate(clock.operations)
        ],
        "due": (moment_text(when.at) if when.at else when.on.isoformat()) if when else None,
        "status": when.status if when else "provisional",
        "earliest_possible": when.earliest_possible.isoformat() if when else None,
        "calendar_version": calendar.version,
        "ended": clock.ended,
        "days": [
            {"date": day.date.isoformat(), "counted": day.counted, "reason": day.reason.in_(language)}
            for day in explain(clock, calendar)
        ],
    }


def operations_text_of(clock: Clock, place: int) -> str:
    """One of a clock's operations as text."""
    return operations_text(clock).split("; ")[place]


def why_case(
    case: str, clocks: Sequence[Clock], rule: str | None, calendar: Calendar, language: str
) -> dict[str, Any] | None:
    """The clocks of a case that ``rule`` names (a clock, a rule with or without its version; None: all), explained.

    The one that runs and falls due first stands at the top, all of them under ``clocks``; None where none is named so.
    """
    wanted = [c for c in clocks if rule is None or rule in (c.id, c.rule, c.rule.partition("@")[0])]
    if not wanted:
        return None
    shown = [why(clock, calendar, language) for clock in wanted]
    first = min(shown, key=lambda row: (row["ended"] is not None, row["due"] is None, row["due"] or ""))
    return {"id": case, **first, "clocks": shown}


def plain_values(view: Mapping[str, Any], readable: Callable[[str], bool], plain: Plain) -> dict[str, Any]:
    """A public view with its references read where that is allowed, and empty where it is not."""
    return {
        name: (plain.get(value) if readable(name) else None) if is_reference(value) else value
        for name, value in view.items()
    }
