"""The interpretation of a policy (政策解读) as its events leave it: the folded file, and its one clock. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from services.publishing.interpretation_events import (
    DocumentIssueNoted,
    InterpretationCompleted,
    InterpretationLinked,
    InterpretationOverdue,
    InterpretationPublished,
    InterpretationRequired,
    InterpretationSigned,
    InterpretationUrged,
    InterpretationWaived,
    MaterialReturned,
    MaterialSubmitted,
    PlanFiled,
)
from services.publishing.interpretation_rules import CLOCK_TITLE, LIMIT, Form, WaiverReason
from shared.domain.changed import changed
from shared.domain.corrections import OverdueRevoked
from shared.domain.deadline import Clock
from shared.domain.kind import Event, Stamp
from shared.domain.localtime import local_date
from shared.domain.text import Text

Status = Literal["required", "planned", "submitted", "signed", "published", "completed", "waived"]
STATUSES: Mapping[str, Text] = {
    "required": Text("需解读", "Required"),
    "planned": Text("方案已报", "Plan filed"),
    "submitted": Text("材料已送", "Material submitted"),
    "signed": Text("已审签", "Signed"),
    "published": Text("已发布，待互链", "Published, to be linked"),
    "completed": Text("已互链办结", "Linked and complete"),
    "waived": Text("已豁免", "Waived"),
}
ENDED: frozenset[str] = frozenset(("completed", "waived"))
CLOCK = "interpretation"
Ended = Literal["met", "missed", "cancelled"]


@dataclass(frozen=True)
class Interpretation:
    """The folded file. ``started`` is the day of issue, from which the limit runs, ``noted`` the event that says so.

    ``title`` and ``authors`` are references.
    """

    status: Status = "required"
    department: str = ""
    required: date | None = None
    last_step: datetime | None = None
    document: str = ""
    title: str | None = None
    limit: int = 3
    started: date | None = None
    noted: str | None = None
    ended: Ended | None = None
    forms: tuple[Form, ...] = ()
    authors: str | None = None
    planned: date | None = None
    plan_filed: date | None = None
    material: bool = False
    material_sent: date | None = None
    submitter: str | None = None
    signed: bool = False
    published: date | None = None
    from_document: bool = False
    to_document: bool = False
    waived: WaiverReason | None = None
    waived_before_issue: bool = False
    returns: int = 0
    urged: int = 0


def evolve(state: Interpretation, event: Event, stamp: Stamp) -> Interpretation:
    """The file after ``event``. Takes any event in any order and never raises; unknown ones change nothing."""
    match event:
        case InterpretationRequired():
            return changed(
                _stepped(state, stamp),
                department=event.department,
                required=local_date(stamp.happened),
                document=event.document,
                title=event.title,
                limit=event.limit,
                started=event.started,
            )
        case PlanFiled():
            return _placed(
                changed(
                    _stepped(state, stamp),
                    forms=event.forms,
                    authors=event.authors,
                    planned=event.due,
                    plan_filed=state.plan_filed or local_date(stamp.happened),
                )
            )
        case InterpretationUrged():
            return changed(state, urged=state.urged + 1)
        case MaterialSubmitted():
            return _placed(
                changed(
                    _stepped(state, stamp),
                    material=True,
                    material_sent=local_date(stamp.happened),
                    submitter=None if stamp.origin == "import" else stamp.actor,
                )
            )
        case MaterialReturned():
            return _placed(
                changed(
                    _stepped(state, stamp),
                    material=False,
                    material_sent=None,
                    submitter=None,
                    signed=False,
                    returns=state.returns + 1,
                )
            )
        case InterpretationSigned():
            return _placed(changed(_stepped(state, stamp), signed=True))
        case DocumentIssueNoted():
            return changed(state, started=event.issued, limit=event.limit, noted=stamp.id)
        case InterpretationPublished():
            return _placed(changed(_stepped(state, stamp), published=local_date(stamp.happened)))
        case InterpretationLinked():
            return changed(
                _stepped(state, stamp),
                from_document=state.from_document or event.direction != "to_document",
                to_document=state.to_document or event.direction != "from_document",
            )
        case InterpretationCompleted():
            ended = state.ended or ("met" if event.met else None)
            return changed(state, status="completed", ended=ended)
        case InterpretationOverdue():
            return changed(state, ended=state.ended or "missed")
        case OverdueRevoked():
            return changed(state, ended=state.ended or "cancelled")
        case InterpretationWaived():
            return changed(
                _stepped(state, stamp),
                status="waived",
                waived=event.reason,
                waived_before_issue=state.started is None,
                ended=state.ended or "cancelled",
            )
        case _:
            return state


def _placed(state: Interpretation) -> Interpretation:
    """The status that what is there gives; an ended file stays as it ended."""
    if state.status in ENDED:
        return state
    status: Status = "required"
    if state.published is not None:
        status = "published"
    elif state.signed:
        status = "signed"
    elif state.material:
        status = "submitted"
    elif state.forms:
        status = "planned"
    return changed(state, status=status)


def _stepped(state: Interpretation, stamp: Stamp) -> Interpretation:
    """The latest step of the way, this one counted."""
    return changed(state, last_step=stamp.latest_step(state.last_step))


def complete(state: Interpretation) -> bool:
    """Published, and linked both ways (已发布并互链)."""
    return state.published is not None and state.from_document and state.to_document


def clocks(state: Interpretation) -> tuple[Clock, ...]:
    """The one clock, once the document is issued."""
    return () if state.started is None else (_clock(state.started, state.limit, state.ended),)


@lru_cache(maxsize=1024)
def _clock(started: date, limit: int, ended: Ended | None) -> Clock:
    """The same object for the same clock, so that comparing costs nothing."""
    return Clock(
        id=CLOCK,
        rule="interpretation.limit@1",
        title=CLOCK_TITLE,
        basis=LIMIT,
        start=started,
        amount=limit,
        unit="wd",
        ended=ended,
    )
