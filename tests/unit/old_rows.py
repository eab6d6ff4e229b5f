"""Rows of old lists played in memory: the events that one leaves when it is imported, or the column at which it is refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.kind import CaseView, Event, vault_fields
from shared.domain.localtime import local_date
from shared.engine.batch import Batch, CaseFile, Given
from shared.imports.old_case import BadCell, Importer, Step
from tests.scenario import SYSTEM, known_calendar, moment
from tests.unit.message_world import DIRECTORY

NOW = moment("2026-06-15 10:00")


def row(importer: Importer, **cells: str) -> dict[str, str]:
    """A row with these cells, all others as in the template's example."""
    assert cells.keys() <= set(importer.titles), cells.keys() - set(importer.titles)
    return {column.title: column.example for column in importer.columns} | cells


def steps(importer: Importer, named: Mapping[str, str] | None = None, **cells: str) -> list[Step]:
    """The commands of a row of the education bureau. Raises ``BadCell``."""
    return [*importer.read(row(importer, **cells), NOW).steps("education", named or {})]


def played(
    importer: Importer,
    named: Mapping[str, str] | None = None,
    cases: Mapping[str, CaseView] | None = None,
    now: datetime = NOW,
    **cells: str,
) -> list[tuple[Event, str]]:
    """The events of an imported row, each with the day on which it happened."""
    kind = importer.kind
    batch = Batch(
        kind,
        CaseFile(f"{kind.prefix}2025-000001", 1),
        now=now,
        calendar=known_calendar(),
        directory=DIRECTORY,
        settings={},
        cases=cases or {},
    )
    for step in steps(importer, named, **cells):
        refs = {name: f"v:{name}" for name in vault_fields(type(step.command)) if getattr(step.command, name)}
        batch.give(Given(step.command.model_copy(update=refs), SYSTEM, step.happened, "import", "s:writer"))
    batch.settle(now)
    assert all(record.event.origin == "import" for record in batch.new)
    assert all("backdated" not in record.event.flags for record in batch.new)
    return [(record.event, local_date(record.stamp.happened).isoformat()) for record in batch.new]


def told(events: list[tuple[Event, str]]) -> list[tuple[str, str]]:
    """Names and days."""
    return [(event.event_name, day) for event, day in events]


def refused(importer: Importer, **cells: str) -> tuple[str, str]:
    """The column at which the row is refused as it is read, and why."""
    try:
        steps(importer, **cells)
    except BadCell as bad:
        return bad.column, bad.reason.zh
    raise AssertionError("the row was taken")


def verdicts(events: list[Event]) -> list[tuple[str, Any, Any]]:
    """(name, due, met) of every verdict."""
    return [(e.event_name, getattr(e, "due"), getattr(e, "met")) for e in events if hasattr(e, "met")]  # noqa: B009
