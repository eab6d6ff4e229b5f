"""A column (栏目) as its events leave it: the folded file, and the period that runs in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from services.publishing.column_events import ColumnBlank, ColumnClosed, ColumnOpened, ColumnStale, ColumnUpdated
from services.publishing.column_rules import CLOCK_TITLE, UPKEEP, ColumnKind
from shared.domain.changed import changed
from shared.domain.corrections import OverdueRevoked
from shared.domain.deadline import Clock, Unit
from shared.domain.kind import Event, Stamp
from shared.domain.localtime import local_date
from shared.domain.text import Text

Status = Literal["none", "open", "closed"]
STATUSES: Mapping[str, Text] = {
    "none": Text("未开设", "None"),
    "open": Text("运行中", "Open"),
    "closed": Text("已关闭", "Closed"),
}


@dataclass(frozen=True)
class Column:
    """The folded file. ``start`` is the day from which the running period counts, itself not counted."""

    status: Status = "none"
    department: str = ""
    name: str = ""
    kind: ColumnKind = "dynamic"
    amount: int = 0
    unit: Unit = "d"
    opened: date | None = None
    start: date | None = None
    updated: date | None = None
    updates: int = 0
    stale: int = 0
    blanks: int = 0
    blank_since: date | None = None
    carried_from: str | None = None
    closed_at: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more is published in it."""
        return self.status == "closed"

    def open_at(self, moment: datetime) -> bool:
        """Whether it was open then, also where that is entered after it was closed."""
        if self.opened is None or local_date(moment) < self.opened:
            return False
        return not self.closed or (self.closed_at is not None and moment <= self.closed_at)


def evolve(state: Column, event: Event, stamp: Stamp) -> Column:
    """The file after ``event``. Takes any event in any order and never raises; unknown ones change nothing.

    A period that lapsed before the column was entered comes before its opening.
    """
    match event:
        case ColumnOpened():
            return changed(
                state,
                status="open",
                department=event.department,
                name=event.name,
                kind=event.kind,
                amount=event.amount,
                unit=event.unit,
                opened=local_date(stamp.happened),
                start=_later(state.start, event.started),
                carried_from=event.carried_from,
            )
        case ColumnUpdated():
            return changed(
                state,
                start=_later(state.start, event.updated),
                updated=_later(state.updated, event.updated),
                updates=state.updates + 1,
                blank_since=None,
            )
        case ColumnStale():
            return changed(state, start=_later(state.start, event.due), stale=state.stale + 1, blank_since=None)
        case OverdueRevoked():
            return changed(state, start=_later(state.start, event.due))
        case ColumnBlank():
            return changed(
                state, start=_later(state.start, event.found), blanks=state.blanks + 1, blank_since=event.found
            )
        case ColumnClosed():
            return changed(state, status="closed", closed_at=stamp.happened)
        case _:
            return state


def _later(first: date | None, second: date) -> date:
    return second if first is None else max(first, second)


def clocks(state: Column) -> tuple[Clock, ...]:
    """The running period; none once the column is closed."""
    if state.status != "open" or state.start is None:
        return ()
    return (_period(state.kind, state.start, state.amount, state.unit),)


@lru_cache(maxsize=4096)
def _period(kind: ColumnKind, start: date, amount: int, unit: Unit) -> Clock:
    return Clock(
        id=f"update-{start.isoformat()}",
        rule=f"column.{kind}@1",
        title=CLOCK_TITLE,
        basis=UPKEEP,
        start=start,
        amount=amount,
        unit=unit,
        watch=True,
    )
