"""A case as answers show it: the row in a list, the whole file with its timeline, why a date is what it is."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
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


def without(data: Mapping[str, Any], withheld: Collection[str]) -> dict[str, Any]:
    """An event's data with what stands for a person emptied; references stay, since they open nothing by themselves."""
    return {name: None if name in withheld and not is_reference(value) else value for name, value in data.items()}


def timeline(
    kind: CaseKind[Any],
    events: Sequence[Mapping[str, Any]],
    readable: Collection[str],
    plain: Plain,
    withheld: Collection[str] = (),
) -> list[dict[str, Any]]:
    """The file's events, oldest first; ``plain`` beside ``data`` holds what was read from the vault, null once erased.

    ``withheld`` are fields that this person is not shown.
    """
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
            "data": without(event["data"], withheld),
            "digest": event["digest"],
            "voided_by": voided.get(event["id"]),
        }
        found = references(event["data"], readable)
        if found:
            row["plain"] = {field: plain.get(ref) for field, ref in found.items()}
        shown.append(row)
    return shown


def why(clock: Clock, calendar: Calendar) -> dict[str, Any]:
    """Why a clock falls due when it does: the operations that moved it, and every day with its cause."""
    when = due(clock, calendar)
    start = clock.start
    return {
        "clock": clock.id,
        "rule": clock.rule,
        **both(clock.title),
        "basis": clock.basis.zh,
        "basis_en": clock.basis.en,
        "start": moment_text(start) if isinstance(start, datetime) else start.isoformat(),
        "amount": f"{clock.amount}{clock.unit}",
        "operations": operations_text(clock),
        "due": (moment_text(when.at) if when.at else when.on.isoformat()) if when else None,
        "status": when.status if when else "suspended",
        "earliest_possible": when.earliest_possible.isoformat() if when else None,
        "calendar_version": calendar.version,
        "ended": clock.ended,
        "days": [
            {"date": day.date.isoformat(), "counted": day.counted, "reason": day.reason.zh, "reason_en": day.reason.en}
            for day in explain(clock, calendar)
        ],
    }


def why_case(case: str, clocks: Sequence[Clock], rule: str | None, calendar: Calendar) -> dict[str, Any] | None:
    """One clock of a case explained: the one that ``rule`` names (a clock, or a rule with or without its version).

    Without a name it is the running one that falls due first, and where none runs the kind's first one; ``clocks`` lists
    all. None where none is named so.
    """
    wanted = [c for c in clocks if rule is None or rule in (c.id, c.rule, c.rule.partition("@")[0])]
    shown = [why(clock, calendar) for clock in wanted]
    running = [row for row in shown if row["ended"] is None]
    soonest = min(running, key=lambda row: (row["due"] is None, row["due"] or ""), default=None)
    first = soonest or next(iter(shown), None)
    return {"case": case, **first, "clocks": [clock.id for clock in clocks]} if first else None


def plain_values(view: Mapping[str, Any], readable: Collection[str], plain: Plain) -> dict[str, Any]:
    """A public view with its references read where that is allowed, and empty where it is not."""
    return {
        name: (plain.get(value) if name in readable else None) if is_reference(value) else value
        for name, value in view.items()
    }
