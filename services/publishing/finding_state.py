"""A finding on patrol (巡查发现) as its events leave it: the folded file, and the clocks that run in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from services.publishing.events import SubjectErased
from services.publishing.finding_events import (
    DefectAccepted,
    DefectCleared,
    DefectConfirmed,
    DefectDisputed,
    DefectFixed,
    DefectFound,
    DefectRejected,
    DisputeLapsed,
    FixOverdue,
    FixReturned,
    PatrolRecorded,
)
from services.publishing.finding_rules import (
    DISPUTE,
    DISPUTE_TITLE,
    DISPUTING,
    FIX,
    FIX_TITLE,
    SUPERVISION,
    Area,
    Cause,
    Scope,
    Severity,
    Veto,
)
from shared.domain.changed import changed
from shared.domain.corrections import OverdueRevoked
from shared.domain.deadline import Clock
from shared.domain.kind import Event, Stamp
from shared.domain.localtime import local_date
from shared.domain.text import Text

Status = Literal["none", "nothing_found", "found", "accepted", "disputed", "confirmed", "rejected", "fixed", "cleared"]
STATUSES: Mapping[str, Text] = {
    "none": Text("未登记", "None"),
    "nothing_found": Text("未发现问题", "Nothing found"),
    "found": Text("已发现，待申辩", "Found, may be disputed"),
    "accepted": Text("单位已认可，待认定", "Accepted, to be confirmed"),
    "disputed": Text("已申辩，待认定", "Disputed, to be decided"),
    "confirmed": Text("已认定，待整改", "Confirmed, to be fixed"),
    "rejected": Text("不成立", "Rejected"),
    "fixed": Text("已整改，待核销", "Fixed, to be checked"),
    "cleared": Text("已核销", "Cleared"),
}
UNDECIDED: frozenset[str] = frozenset(("found", "accepted", "disputed"))
CHARGED: frozenset[str] = frozenset(("confirmed", "fixed", "cleared"))
"""Confirmed, so that it counts."""
ENDED: frozenset[str] = frozenset(("nothing_found", "rejected", "cleared"))

Ended = Literal["met", "missed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Fix:
    """One day set for the fix: how many days after ``start``, and how its clock ended."""

    start: date
    days: int
    ended: Ended | None = None

    @property
    def by(self) -> date:
        """The last day in time."""
        return self.start + timedelta(days=self.days)


@dataclass(frozen=True)
class Finding:
    """The folded file. ``told`` is the day from which the time to dispute runs; ``quoted`` the vault subject of the quote."""

    status: Status = "none"
    department: str = ""
    scope: Scope = "website"
    found: date | None = None
    last_step: datetime | None = None
    area: Area | None = None
    cause: Cause | None = None
    severity: Severity | None = None
    veto: Veto = "none"
    article: str | None = None
    page: str | None = None
    quote: str | None = None
    quoted: str | None = None
    finder: str | None = None
    told: date | None = None
    limit: int = 5
    dispute_ended: Ended | None = None
    fixes: tuple[Fix, ...] = ()
    again_after: str | None = None


def evolve(state: Finding, event: Event, stamp: Stamp) -> Finding:
    """The file after ``event``. Takes any event in any order and never raises; unknown ones change nothing."""
    match event:
        case PatrolRecorded():
            return changed(
                _stepped(state, stamp),
                status="nothing_found" if event.found_nothing else state.status,
                department=event.department,
                scope=event.scope,
                found=event.found,
            )
        case DefectFound():
            return changed(
                _stepped(state, stamp),
                status="found",
                department=event.department,
                found=event.found,
                area=event.area,
                cause=event.cause,
                severity=event.severity,
                veto=event.veto,
                article=event.article,
                page=event.page,
                quote=event.quote,
                quoted=event.quoted,
                finder=None if stamp.origin == "import" else stamp.actor,
                told=local_date(stamp.happened),
                limit=event.limit,
                again_after=event.again_after,
            )
        case DefectAccepted() | DefectDisputed():
            status: Status = "accepted" if isinstance(event, DefectAccepted) else "disputed"
            ended = state.dispute_ended or ("met" if event.met else None)
            return changed(_stepped(state, stamp), status=status, dispute_ended=ended)
        case DisputeLapsed():
            return changed(state, dispute_ended=state.dispute_ended or "missed")
        case DefectConfirmed():
            return changed(
                _stepped(state, stamp),
                status="confirmed",
                severity=event.severity,
                veto=event.veto,
                dispute_ended=state.dispute_ended or "cancelled",
                fixes=(_fix(event.fix_by, stamp),),
            )
        case DefectRejected():
            return changed(_stepped(state, stamp), status="rejected", dispute_ended=state.dispute_ended or "cancelled")
        case DefectFixed():
            ended = "met" if event.met else None
            return changed(_fix_ended(_stepped(state, stamp), event.clock, ended), status="fixed")
        case FixOverdue():
            return _fix_ended(state, event.clock, "missed")
        case FixReturned():
            return changed(_stepped(state, stamp), status="confirmed", fixes=(*state.fixes, _fix(event.fix_by, stamp)))
        case DefectCleared():
            return changed(_stepped(state, stamp), status="cleared")
        case OverdueRevoked() if event.clock == DISPUTE:
            return changed(state, dispute_ended=state.dispute_ended or "cancelled")
        case OverdueRevoked():
            return _fix_ended(state, event.clock, "cancelled")
        case SubjectErased():
            return changed(state, quote=None)
        case _:
            return state


def _stepped(state: Finding, stamp: Stamp) -> Finding:
    """The latest step of the way, this one counted."""
    return changed(state, last_step=stamp.latest_step(state.last_step))


def _fix(by: date, stamp: Stamp) -> Fix:
    start = local_date(stamp.happened)
    return Fix(start, max(1, (by - start).days))


def _fix_ended(state: Finding, clock: str, ended: Ended | None) -> Finding:
    """The day set for the fix on which ``clock`` ran ended so, unless it had ended already."""
    fixes = tuple(
        Fix(fix.start, fix.days, fix.ended or ended) if fix_clock(place) == clock else fix
        for place, fix in enumerate(state.fixes)
    )
    return changed(state, fixes=fixes)


def fix_clock(place: int) -> str:
    """``fix`` for the first day set, ``fix-2`` for the next."""
    return FIX if place == 0 else f"{FIX}-{place + 1}"


def clocks(state: Finding) -> tuple[Clock, ...]:
    """The time to dispute, and the days set for the fix, ended or not."""
    if state.told is None:
        return ()
    return (_dispute(state.told, state.limit, state.dispute_ended), *map(_fixing, range(len(state.fixes)), state.fixes))


@lru_cache(maxsize=1024)
def _dispute(told: date, limit: int, ended: Ended | None) -> Clock:
    """The same object for the same clock, so that comparing costs nothing."""
    return Clock(
        id=DISPUTE,
        rule="finding.dispute@1",
        title=DISPUTE_TITLE,
        basis=DISPUTING,
        start=told,
        amount=limit,
        unit="wd",
        ended=ended,
    )


@lru_cache(maxsize=1024)
def _fixing(place: int, fix: Fix) -> Clock:
    return Clock(
        id=fix_clock(place),
        rule="finding.fix@1",
        title=FIX_TITLE,
        basis=SUPERVISION,
        start=fix.start,
        amount=fix.days,
        unit="d",
        ended=fix.ended,
    )
