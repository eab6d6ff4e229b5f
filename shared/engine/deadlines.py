"""A case's clocks as people are shown them: rule, basis, start, amount, operations, due, status, met."""

from collections.abc import Sequence
from typing import Any

from shared.domain.deadline import Clock, due, operations_text
from shared.domain.kind import CaseKind, Recorded, Verdict
from shared.domain.localtime import moment_text
from shared.domain.workdays import Calendar
from shared.engine.history import effective


def deadlines(
    kind: CaseKind[Any], state: Any, calendar: Calendar, history: Sequence[Recorded] = ()
) -> list[dict[str, Any]]:
    """Every clock of the case; an ended one shows the date and calendar of its verdict where ``history`` holds it."""
    verdicts = {r.event.clock: r.event for r in effective(history) if isinstance(r.event, Verdict)}
    return [_row(clock, calendar, verdicts.get(clock.id)) for clock in kind.clocks(state)]


def _row(clock: Clock, calendar: Calendar, verdict: Verdict | None) -> dict[str, Any]:
    when = due(clock, calendar)
    due_text = (moment_text(when.at) if when.at else when.on.isoformat()) if when else None
    row: dict[str, Any] = {
        "clock": clock.id,
        "title": clock.title.zh,
        "rule": clock.rule,
        "basis": clock.basis.zh,
        "start": clock.start.isoformat(),
        "amount": f"{clock.amount}{clock.unit}",
        "operations": operations_text(clock),
        "due": due_text,
        "status": when.status if when else "provisional",
        "met": {"met": True, "missed": False}.get(clock.ended or ""),
        "ended": clock.ended,
        "calendar_version": calendar.version,
    }
    if when is not None and when.status == "provisional":
        row["earliest_possible"] = when.earliest_possible.isoformat()
    if verdict is not None and clock.ended in ("met", "missed"):
        row["due"] = moment_text(verdict.due_at) if verdict.due_at else verdict.due.isoformat()
        row["calendar_version"] = verdict.calendar
    return row
