"""What follows from events, of this service or another: one event in, at most one command to a case out."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from services.publishing.article_commands import Draft, Drop, Redate
from services.publishing.column_commands import Open, Update
from services.publishing.column_rules import ColumnKind
from services.publishing.document_commands import NoteInterpretation
from services.publishing.interpretation_commands import NoteDocumentIssue, RequireInterpretation, WaiveInterpretation
from shared.domain.localtime import read_date, read_moment, start_of
from shared.engine.policy import Policy, Reaction

TOPICS = ("gongkai.publishing",)


class Published(BaseModel):
    """What the policy reads of ``publishing.InfoPublished``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    column: str
    origin: Literal["import"] | None = None


def _update(event: Mapping[str, Any]) -> Reaction | None:
    published = Published.model_validate(event["data"])
    if published.origin == "import":
        return None
    happened = read_moment(event["time"])
    return Reaction("column", published.column, Update(article=event["subject"], happened=happened))


class Closed(BaseModel):
    """What the policy reads of ``publishing.ColumnClosed``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    department: str
    reason: str
    name: str
    kind: ColumnKind
    counted_from: date
    origin: Literal["import"] | None = None


def _carry_over(event: Mapping[str, Any]) -> Reaction | None:
    closed = Closed.model_validate(event["data"])
    if closed.reason != "year_end" or closed.origin == "import":
        return None
    opened = Open(
        name=closed.name,
        owner=closed.department,
        kind=closed.kind,
        since=closed.counted_from,
        carried_from=event["subject"],
    )
    return Reaction("column", None, opened)


class Converted(BaseModel):
    """What the policy reads of ``requests.ConversionAccepted``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    department: str
    origin: Literal["import"] | None = None


def _publish_converted(event: Mapping[str, Any]) -> Reaction | None:
    converted = Converted.model_validate(event["data"])
    if converted.origin == "import":
        return None
    # The applicant's words stay with the application: whoever writes the item looks them up there.
    draft = Draft(
        department=converted.department,
        title=f"依申请公开转为主动公开（{event['subject']}）",
        source=event["subject"],
        created_or_changed=read_date(event["time"]),
        happened=read_moment(event["time"]),
    )
    return Reaction("article", None, draft)


class Submitted(BaseModel):
    """What the policy reads of ``publishing.DocumentSubmitted`` and of ``publishing.DocumentResubmitted``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    in_scope_of_interpretation: bool
    newly_in_scope: bool = True
    origin: Literal["import"] | None = None


def _require_interpretation(event: Mapping[str, Any]) -> Reaction | None:
    submitted = Submitted.model_validate(event["data"])
    if not submitted.in_scope_of_interpretation or not submitted.newly_in_scope or submitted.origin == "import":
        return None
    # As of the document's own day: what is recorded late may have had its plan in time.
    happened = read_moment(event["time"])
    return Reaction("interpretation", None, RequireInterpretation(document=event["subject"], happened=happened))


class Required(BaseModel):
    """What the policy reads of ``publishing.InterpretationRequired``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    document: str


def _note_interpretation(event: Mapping[str, Any]) -> Reaction | None:
    required = Required.model_validate(event["data"])
    return Reaction("document", required.document, NoteInterpretation(interpretation=event["subject"]))


class Issued(BaseModel):
    """What the policy reads of ``publishing.DocumentIssued``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    issued: date
    interpretation: str | None = None


def _start_interpretation(event: Mapping[str, Any]) -> Reaction | None:
    issued = Issued.model_validate(event["data"])
    if issued.interpretation is None:
        return None
    return Reaction("interpretation", issued.interpretation, NoteDocumentIssue(issued=issued.issued))


class IssueCorrected(BaseModel):
    """What the policies read of ``publishing.DocumentIssueCorrected``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    issued: date
    previous: date
    interpretation: str | None = None


def _restart_interpretation(event: Mapping[str, Any]) -> Reaction | None:
    corrected = IssueCorrected.model_validate(event["data"])
    if corrected.interpretation is None:
        return None
    # In the place of what was noted before, so that the steps after it are judged by the right day.
    noted = NoteDocumentIssue(issued=corrected.issued, happened=start_of(min(corrected.issued, corrected.previous)))
    return Reaction("interpretation", corrected.interpretation, noted)


def _redate_article(event: Mapping[str, Any]) -> Reaction | None:
    corrected = IssueCorrected.model_validate(event["data"])
    # From the beginning of the item, which was opened on the day entered before.
    redate = Redate(
        created_or_changed=corrected.issued, previous=corrected.previous, happened=start_of(corrected.previous)
    )
    return Reaction("article", None, redate, of=event["subject"])


class Attributed(BaseModel):
    """What the policy reads of a document issued, re-assessed or repealed (then without an attribute)."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    department: str
    attribute: str | None = None
    previous: str | None = None
    issued: date | None = None
    document_number: str | None = None
    origin: Literal["import"] | None = None


def _publish_document(event: Mapping[str, Any]) -> Reaction | None:
    document = Attributed.model_validate(event["data"])
    if document.origin == "import":
        return None
    # As of the event's own time: what follows does not depend on when it was looked at, and may have been done in time.
    happened = read_moment(event["time"])
    if document.attribute is None:
        return Reaction("article", None, Drop(ground="repealed", happened=happened), of=event["subject"])
    if document.attribute != "active" and document.previous == "active":
        return Reaction("article", None, Drop(ground="no_longer_active", happened=happened), of=event["subject"])
    if document.attribute != "active" or document.previous == "active":
        return None
    draft = Draft(
        department=document.department,
        title=f"主动公开的公文 {document.document_number or event['subject']}",
        source=event["subject"],
        created_or_changed=document.issued or read_date(event["time"]),
        happened=happened,
    )
    return Reaction("article", None, draft)


def _waive_interpretation(event: Mapping[str, Any]) -> Reaction | None:
    document = Attributed.model_validate(event["data"])
    if document.origin == "import":
        return None
    happened = read_moment(event["time"])
    if document.attribute is None:
        waiver = WaiveInterpretation(reason="repealed", explanation="公文已废止", happened=happened)
    elif document.attribute == "not_disclosed":
        waiver = WaiveInterpretation(reason="not_disclosed", explanation="公文经复评不予公开", happened=happened)
    else:
        return None
    return Reaction("interpretation", None, waiver, of=event["subject"])


TO_PUBLISH_OR_NOT = ("publishing.DocumentIssued", "publishing.AttributeReassessed", "publishing.DocumentRepealed")
STARTED = ("article.started_already",)
UNDONE = Drop(ground="undone")
PAST_WAIVING = ("interpretation.already_completed", "interpretation.already_published", "interpretation.waived")
IN_SCOPE = ("publishing.DocumentSubmitted", "publishing.DocumentResubmitted")

POLICIES: tuple[Policy, ...] = (
    Policy("WhenInfoPublishedUpdateColumn", ("publishing.InfoPublished",), TOPICS, _update, undoes=True),
    Policy("WhenColumnClosedCarryItOver", ("publishing.ColumnClosed",), TOPICS, _carry_over),
    Policy(
        "WhenConversionAcceptedStartArticle",
        ("requests.ConversionAccepted",),
        ("gongkai.requests",),
        _publish_converted,
        STARTED,
        undoes=True,
        ends=UNDONE,
    ),
    Policy(
        "WhenDocumentInScopeRequireInterpretation",
        IN_SCOPE,
        TOPICS,
        _require_interpretation,
        ("interpretation.already_required",),
    ),
    Policy(
        "WhenInterpretationRequiredTellDocument", ("publishing.InterpretationRequired",), TOPICS, _note_interpretation
    ),
    Policy("WhenDocumentIssuedStartInterpretation", ("publishing.DocumentIssued",), TOPICS, _start_interpretation),
    Policy(
        "WhenDocumentIssueCorrectedRestartInterpretation",
        ("publishing.DocumentIssueCorrected",),
        TOPICS,
        _restart_interpretation,
        ("interpretation.document_already_issued",),
    ),
    Policy("WhenDocumentIssueCorrectedRedateArticle", ("publishing.DocumentIssueCorrected",), TOPICS, _redate_article),
    Policy(
        "WhenActiveDocumentIssuedStartArticle",
        TO_PUBLISH_OR_NOT,
        TOPICS,
        _publish_document,
        STARTED,
        undoes=True,
        ends=UNDONE,
    ),
    Policy(
        "WhenDocumentRepealedOrWithheldWaiveInterpretation",
        ("publishing.DocumentRepealed", "publishing.AttributeReassessed"),
        TOPICS,
        _waive_interpretation,
        PAST_WAIVING,
        undoes=True,
    ),
)
