"""An official document (公文) as its events leave it: the folded file. Pure; no clock runs in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.publishing.document_events import (
    AttributeDetermined,
    AttributeProposed,
    AttributeReassessed,
    AttributeReviewed,
    DocumentIssueCorrected,
    DocumentIssued,
    DocumentRepealed,
    DocumentResubmitted,
    DocumentReturned,
    DocumentSubmitted,
    InterpretationNoted,
    NonDisclosureConfirmed,
)
from services.publishing.document_rules import Attribute, DocumentType, LegalGround
from shared.domain.changed import changed
from shared.domain.kind import Event, Stamp
from shared.domain.localtime import local_date
from shared.domain.text import Text

Status = Literal["submitted", "proposed", "reviewed", "returned", "determined", "issued", "repealed"]
STATUSES: Mapping[str, Text] = {
    "submitted": Text("已报送，未拟定属性", "Submitted without attribute"),
    "proposed": Text("已拟定，待部门审核", "Proposed, to be reviewed"),
    "reviewed": Text("待县政府办核定", "Reviewed, to be determined"),
    "returned": Text("已退文", "Returned"),
    "determined": Text("已核定，待印发", "Determined, to be issued"),
    "issued": Text("已印发", "Issued"),
    "repealed": Text("已废止", "Repealed"),
}
WAITING: frozenset[str] = frozenset(("submitted", "proposed", "reviewed"))
"""Before the county office has decided."""
OUT: frozenset[str] = frozenset(("issued", "repealed"))


@dataclass(frozen=True)
class Document:
    """The folded file. ``title`` is a vault reference; ``follows`` the attribute of the document it forwards; ``faulty``
    the returns for want of an attribute or a legal reason, which are charged."""

    status: Status = "submitted"
    department: str = ""
    submitted: date | None = None
    last_step: datetime | None = None
    type: DocumentType = "notice"
    title: str | None = None
    joint_with: tuple[str, ...] = ()
    in_scope: bool = False
    forwards: str | None = None
    follows: Attribute | None = None
    attribute: Attribute | None = None
    reason: LegalGround | None = None
    proposer: str | None = None
    reviewer: str | None = None
    confirmed: bool = False
    returns: int = 0
    faulty: int = 0
    interpretation: str | None = None
    document_number: str | None = None
    determined: date | None = None
    issued: date | None = None
    normative: bool = False
    in_force: bool = False
    reassessed: date | None = None
    attachments: tuple[str, ...] = ()


def evolve(state: Document, event: Event, stamp: Stamp) -> Document:
    """The file after ``event``. Takes any event in any order and never raises; unknown ones change nothing."""
    match event:
        case DocumentSubmitted():
            return changed(
                _stepped(state, stamp),
                department=event.department,
                submitted=local_date(stamp.happened),
                type=event.type,
                title=event.title,
                joint_with=event.joint_with,
                in_scope=event.in_scope_of_interpretation,
                forwards=event.forwards,
                follows=event.forwarded_attribute,
                attachments=event.attachments,
            )
        case DocumentResubmitted():
            return changed(
                _stepped(state, stamp),
                status="submitted" if state.attribute is None else "proposed",
                in_scope=event.in_scope_of_interpretation,
                attachments=event.attachments or state.attachments,
            )
        case AttributeProposed():
            return changed(
                _stepped(state, stamp),
                status="proposed",
                attribute=event.attribute,
                reason=event.reason,
                proposer=None if stamp.origin == "import" else stamp.actor,
                reviewer=None,
                confirmed=False,
            )
        case AttributeReviewed():
            reviewer = None if stamp.origin == "import" else stamp.actor
            return changed(_stepped(state, stamp), status="reviewed", reviewer=reviewer)
        case NonDisclosureConfirmed():
            return changed(_stepped(state, stamp), confirmed=True)
        case DocumentReturned():
            faulty = state.faulty + (event.ground in ("no_attribute", "no_reason"))
            return changed(
                _stepped(state, stamp), status="returned", reviewer=None, returns=state.returns + 1, faulty=faulty
            )
        case AttributeDetermined():
            return changed(
                _stepped(state, stamp),
                status="determined",
                attribute=event.attribute,
                reason=event.reason,
                determined=local_date(stamp.happened),
            )
        case InterpretationNoted():
            return changed(state, interpretation=event.interpretation)
        case DocumentIssued():
            return changed(
                _stepped(state, stamp),
                status="issued",
                document_number=event.document_number,
                issued=event.issued,
                normative=event.normative,
                in_force=event.in_force,
            )
        case DocumentIssueCorrected():
            return changed(_stepped(state, stamp), document_number=event.document_number, issued=event.issued)
        case AttributeReassessed():
            return changed(
                _stepped(state, stamp),
                attribute=event.attribute,
                reason=event.reason,
                reassessed=local_date(stamp.happened),
            )
        case DocumentRepealed():
            return changed(_stepped(state, stamp), status="repealed", in_force=False)
        case _:
            return state


def _stepped(state: Document, stamp: Stamp) -> Document:
    """The latest step of the way, this one counted."""
    return changed(state, last_step=stamp.latest_step(state.last_step))
