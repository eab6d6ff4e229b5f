"""An annual report (年度报告) as its events leave it: the folded file, and its one clock. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from services.assessment.annual_report import Scope
from services.assessment.annual_report_events import (
    AnnualReportOpened,
    FiguresEntered,
    ReportCorrected,
    ReportFrozen,
    ReportOverdue,
    ReportPublished,
    ReportWritten,
)
from services.assessment.annual_report_rules import CLOCK_TITLE, DUTY
from shared.domain.changed import changed
from shared.domain.corrections import OverdueRevoked
from shared.domain.deadline import Clock
from shared.domain.kind import Event, Stamp
from shared.domain.localtime import local_date
from shared.domain.text import Text

Status = Literal["none", "open", "frozen", "published"]
STATUSES: Mapping[str, Text] = {
    "none": Text("未编制", "None"),
    "open": Text("编制中", "Being made"),
    "frozen": Text("已定稿", "Frozen"),
    "published": Text("已公布", "Published"),
}
CLOCK = "publication"
Ended = Literal["met", "missed", "cancelled"]


@dataclass(frozen=True)
class AnnualReport:
    """The folded file. ``edition`` is the last one frozen, at ``frozen``; ``published`` the last one published (0: none)."""

    status: Status = "none"
    department: str = ""
    year: int = 0
    scope: Scope = "department"
    opened: date | None = None
    due: date | None = None
    entries: int = 0
    overview: str | None = None
    problems: str | None = None
    other: str | None = None
    edition: int = 0
    frozen: datetime | None = None
    cut_off: str | None = None
    digest: str | None = None
    published: int = 0
    ended: Ended | None = None


def evolve(state: AnnualReport, event: Event, stamp: Stamp) -> AnnualReport:
    """The file after ``event``. Takes any event in any order and never raises; unknown ones change nothing."""
    match event:
        case AnnualReportOpened():
            return changed(
                state,
                status="open",
                department=event.department,
                year=event.year,
                scope=event.scope,
                opened=local_date(stamp.happened),
                due=event.due,
            )
        case FiguresEntered():
            return changed(state, entries=state.entries + 1)
        case ReportWritten():
            return changed(
                state,
                overview=state.overview if event.overview is None else event.overview,
                problems=state.problems if event.problems is None else event.problems,
                other=state.other if event.other is None else event.other,
            )
        case ReportFrozen():
            return changed(
                state,
                status="frozen",
                edition=event.edition,
                frozen=stamp.happened,
                cut_off=event.cut_off,
                digest=event.digest,
            )
        case ReportPublished():
            ended = state.ended or ("met" if event.met else None)
            return changed(state, status="published", published=event.edition, ended=ended)
        case ReportCorrected():
            return changed(state, status="published", published=event.edition)
        case ReportOverdue():
            return changed(state, ended=state.ended or "missed")
        case OverdueRevoked():
            return changed(state, ended=state.ended or "cancelled")
        case _:
            return state


def clocks(state: AnnualReport) -> tuple[Clock, ...]:
    """The one clock: to be published by its day, counted from the end of the year."""
    return () if state.due is None else (_clock(state.year, state.scope, state.due, state.ended),)


@lru_cache(maxsize=1024)
def _clock(year: int, scope: Scope, due: date, ended: Ended | None) -> Clock:
    """The same object for the same clock, so that comparing costs nothing."""
    end = date(year, 12, 31)
    return Clock(
        id=CLOCK,
        rule=f"annual_report.{scope}@1",
        title=CLOCK_TITLE,
        basis=DUTY[scope],
        start=end,
        amount=(due - end).days,
        unit="d",
        ended=ended,
    )
