"""An item of information (信息发布) as its events leave it: the folded file, and the clock that runs in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from services.publishing.article_events import (
    CorrectionGround,
    CorrectionProposed,
    CorrectionRejected,
    DestructionApproved,
    InfoCorrected,
    InfoDrafted,
    InfoDropped,
    InfoPublished,
    InfoRedated,
    InfoReleased,
    InfoReturned,
    InfoRevised,
    InfoSubmitted,
    InfoTreated,
    InfoWithdrawn,
    PublicationOverdue,
    PublishedTextChecked,
    RecordArchived,
    RecordDestroyed,
    RecordFiled,
    RecordLent,
    RecordReturned,
    ReviewApproved,
    ReviewRejected,
    SecrecyDetermined,
    SecrecyReferred,
    SecrecyReviewed,
    SensitivityFlagged,
    WarningsAnswered,
)
from services.publishing.article_rules import (
    LEADERS,
    ORDINARY,
    PUBLISH,
    PUBLISH_TITLE,
    TIMELINESS,
    NotOpenGround,
    Retention,
    SecrecyResult,
    Sensitivity,
    Stage,
)
from services.publishing.events import SubjectErased
from services.publishing.monitoring import Hit, together, without
from shared.domain.changed import changed
from shared.domain.corrections import OverdueRevoked
from shared.domain.deadline import Clock
from shared.domain.kind import Event, Stamp
from shared.domain.localtime import local_date
from shared.domain.text import Text

Status = Literal[
    "none",
    "drafting",
    "rejected",
    "returned",
    "first",
    "second",
    "third",
    "secrecy",
    "treatment",
    "referred",
    "leader_in_charge",
    "chief_leader",
    "release",
    "released",
    "published",
    "withdrawn",
    "withheld",
    "dropped",
    "archived",
    "destroyed",
]
STATUSES: Mapping[str, Text] = {
    "none": Text("未拟稿", "None"),
    "drafting": Text("拟稿", "Drafting"),
    "rejected": Text("审核退回", "Rejected in review"),
    "returned": Text("县政府办退回", "Returned by the county office"),
    "first": Text("待一审", "Waiting for the first review"),
    "second": Text("待二审", "Waiting for the second review"),
    "third": Text("待三审", "Waiting for the third review"),
    "secrecy": Text("待保密审查", "Waiting for the secrecy review"),
    "treatment": Text("待作处理", "To be treated"),
    "referred": Text("报请确定", "Referred for determination"),
    "leader_in_charge": Text("待分管县领导审批", "Waiting for the county leader in charge"),
    "chief_leader": Text("待县政府主要领导审批", "Waiting for the chief leader"),
    "release": Text("待核发", "Waiting for release"),
    "released": Text("待发", "Released, to be published"),
    "published": Text("已发布", "Published"),
    "correcting": Text("已发布，更正待审", "Published, a correction waits for its review"),
    "withdrawn": Text("已撤下", "Withdrawn"),
    "withheld": Text("不予公开", "Not disclosed"),
    "dropped": Text("已终止办理", "Dropped"),
    "archived": Text("已归档", "Archived"),
    "destroyed": Text("已销毁", "Destroyed"),
}
DRAFTING: frozenset[str] = frozenset(("drafting", "rejected", "returned"))
IN_REVIEW: frozenset[str] = frozenset((*ORDINARY, *LEADERS))
BEFORE_PUBLICATION: frozenset[str] = frozenset((*DRAFTING, *IN_REVIEW, "treatment", "referred", "release", "released"))
WARNING: frozenset[str] = (BEFORE_PUBLICATION - DRAFTING) | {"published"}
"""Where what monitoring found waits for its answer."""
ENDED: frozenset[str] = frozenset(("published", "withdrawn", "withheld", "dropped"))

Ended = Literal["met", "missed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Passed:
    """A stage that somebody passed, and on which day; of history nobody knows who it was."""

    stage: Stage
    person: str | None
    on: date


@dataclass(frozen=True, slots=True)
class Warned:
    """What monitoring found, in which words, and whether a reviewer has answered it.

    ``site`` is the text as somebody saw it on the site.
    """

    words: Literal["title", "text", "site"]
    hit: Hit
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """Words that are to replace published ones, who gave them, and whether their secrecy was reviewed."""

    by: str
    ground: CorrectionGround
    reason: str
    title: str | None = None
    text: str | None = None
    hits: tuple[Hit, ...] = ()
    title_hits: tuple[Hit, ...] = ()
    reviewed: bool = False


@dataclass(frozen=True)
class Article:
    """The folded file. Title, text and reasons are vault references; persons are accounts."""

    status: Status = "none"
    department: str = ""
    column: str | None = None
    created: date | None = None
    limit: int = 20
    clock_ended: Ended | None = None
    last_step: datetime | None = None
    title: str | None = None
    text: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    rounds: int = 0
    handed_in: date | None = None
    passed: tuple[Passed, ...] = ()
    secrecy: SecrecyResult | None = None
    secrecy_looked_at: Passed | None = None
    ground: NotOpenGround | None = None
    treated: bool = False
    sensitive: Sensitivity | None = None
    warned: tuple[Warned, ...] = ()
    treatment: str | None = None
    releaser: str | None = None
    released: date | None = None
    returns: int = 0
    returned_for_form: int = 0
    published: date | None = None
    gone: bool = False
    claimed_at: datetime | None = None
    claimed_earlier: bool = False
    claimed_unexplained: bool = False
    corrections: int = 0
    correction: Correction | None = None
    filed: bool = False
    custodian: str | None = None
    retention: Retention | None = None
    retained_until: date | None = None
    lent_until: date | None = None
    destruction_approved_by: str | None = None

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What monitoring found in the words as they stand."""
        return together(one.hit for one in self.warned)

    @property
    def unanswered(self) -> tuple[Hit, ...]:
        """What a reviewer is to answer: from the submission on, while the item is on its way or live."""
        if self.status not in WARNING:
            return ()
        return together(one.hit for one in self.warned if not one.answered)


def required(state: Article) -> tuple[Stage, ...]:
    """The stages that the item must pass: three reviews and secrecy, and two leaders where it is sensitive."""
    return (*ORDINARY, *LEADERS) if state.sensitive else ORDINARY


def next_stage(state: Article) -> Stage | None:
    """The first required stage that is not passed; None where all are. What has no words any more has passed none."""
    done = {one.stage for one in state.passed} if state.title is not None else set()
    return next((stage for stage in required(state) if stage not in done), None)


def evolve(state: Article, event: Event, stamp: Stamp) -> Article:
    """The file after ``event``. Takes any event in any order and never raises; unknown ones change nothing."""
    match event:
        case InfoDrafted():
            return changed(
                _stepped(state, stamp),
                status="drafting",
                department=event.department,
                column=event.column,
                created=event.created_or_changed,
                limit=event.limit,
                title=event.title,
                text=event.text,
                source=event.source,
                authors=_with((), stamp),
                warned=_found((), event),
            )
        case InfoRevised():
            return changed(
                _stepped(state, stamp),
                column=event.column or state.column,
                title=event.title or state.title,
                text=event.text or state.text,
                authors=_with(state.authors, stamp),
                warned=_found(state.warned, event),
            )
        case InfoSubmitted():
            return changed(
                _without_reviews(_stepped(state, stamp)),
                status="first",
                rounds=event.round,
                handed_in=local_date(stamp.happened),
                warned=_to_answer(state.warned),
            )
        case WarningsAnswered():
            return changed(state, warned=_answered(state.warned, event.hits))
        case ReviewApproved():
            one = Passed(event.stage, _known(event.reviewer, stamp), local_date(stamp.happened))
            after = changed(_stepped(state, stamp), passed=(*state.passed, one), treatment=None)
            return changed(after, status=next_stage(after) or "release")
        case ReviewRejected():
            return changed(_without_reviews(_stepped(state, stamp)), status="rejected")
        case SecrecyReviewed() | SecrecyDetermined():
            return _secrecy_looked_at(_stepped(state, stamp), event, stamp)
        case SecrecyReferred():
            return changed(state, status="referred")
        case InfoTreated():
            treated = changed(
                _stepped(state, stamp),
                status="secrecy",
                title=event.title or state.title,
                text=event.text,
                authors=_with(state.authors, stamp),
                warned=_found(state.warned, event),
                treated=True,
            )
            if event.round is None:
                return treated
            return changed(
                _without_reviews(treated),
                status="first",
                rounds=event.round,
                handed_in=local_date(stamp.happened),
                warned=_to_answer(treated.warned),
            )
        case SensitivityFlagged():
            flagged = changed(_stepped(state, stamp), sensitive=event.ground)
            if state.status not in ("release", "released"):
                return flagged
            return changed(flagged, status=next_stage(flagged) or "release", releaser=None, released=None)
        case InfoReleased():
            releaser, released = _known(event.releaser, stamp), local_date(stamp.happened)
            return changed(_stepped(state, stamp), status="released", releaser=releaser, released=released)
        case InfoReturned():
            return changed(
                _without_reviews(_stepped(state, stamp)),
                status="returned",
                returns=state.returns + 1,
                returned_for_form=state.returned_for_form + (event.ground == "form"),
            )
        case InfoPublished():
            return changed(
                _stepped(state, stamp),
                status="published",
                column=event.column,
                clock_ended=state.clock_ended or ("met" if event.met else None),
                published=local_date(stamp.happened),
                claimed_at=event.claimed_at,
                claimed_earlier=event.claimed_earlier,
                claimed_unexplained=event.claimed_earlier and event.claimed_reason is None,
            )
        case PublicationOverdue():
            return changed(state, clock_ended=state.clock_ended or "missed")
        case OverdueRevoked():
            return changed(state, clock_ended=state.clock_ended or "cancelled")
        case PublishedTextChecked():
            # The text was looked at as it stands there; what was found in the title stands on.
            titled = (one for one in state.warned if one.words == "title")
            return changed(state, warned=(*titled, *(Warned("site", hit) for hit in event.hits)))
        case CorrectionProposed():
            words = {name: getattr(event, name) for name in ("title", "text", "hits", "title_hits")}
            proposed = Correction(stamp.actor, event.ground, event.reason, **words)
            return changed(_stepped(state, stamp), correction=proposed)
        case CorrectionRejected():
            return changed(_stepped(state, stamp), correction=None)
        case InfoCorrected():
            return changed(
                _stepped(state, stamp),
                title=event.title or state.title,
                text=event.text or state.text,
                warned=_found(state.warned, event),
                corrections=state.corrections + 1,
                correction=None,
            )
        case InfoWithdrawn():
            return changed(_stepped(state, stamp), status="withdrawn", gone=True, correction=None)
        case InfoRedated():
            return changed(state, created=event.created_or_changed)
        case InfoDropped():
            ended = state.clock_ended or "cancelled"
            return changed(_stepped(state, stamp), status="dropped", clock_ended=ended, gone=True)
        case RecordFiled():
            return changed(state, filed=True)
        case RecordArchived():
            return changed(
                _stepped(state, stamp),
                status="archived",
                custodian=_known(event.custodian, stamp),
                retention=event.retention,
                retained_until=event.retained_until,
            )
        case RecordLent():
            return changed(_stepped(state, stamp), lent_until=event.back_by)
        case RecordReturned():
            return changed(_stepped(state, stamp), lent_until=None)
        case DestructionApproved():
            return changed(_stepped(state, stamp), destruction_approved_by=event.approved_by)
        case RecordDestroyed():
            return changed(_stepped(state, stamp), status="destroyed")
        case SubjectErased():
            return changed(state, title=None, text=None, treatment=None, correction=None)
        case _:
            return state


def _secrecy_looked_at(state: Article, event: SecrecyReviewed | SecrecyDetermined, stamp: Stamp) -> Article:
    if state.correction is not None:
        return changed(state, correction=replace(state.correction, reviewed=event.result == "open"))
    by = Passed("secrecy", _known(stamp.actor, stamp), local_date(stamp.happened))
    looked_at = changed(state, secrecy=event.result, secrecy_looked_at=by, ground=event.ground)
    if event.result == "open_after_treatment":
        return changed(looked_at, status="treatment", treatment=event.treatment)
    if event.result == "not_open":
        return changed(looked_at, status="withheld", clock_ended=state.clock_ended or "cancelled", gone=True)
    return changed(looked_at, status="secrecy")


def _stepped(state: Article, stamp: Stamp) -> Article:
    """The latest step of the way, this one counted."""
    return changed(state, last_step=stamp.latest_step(state.last_step))


def _without_reviews(state: Article) -> Article:
    return changed(state, passed=(), secrecy=None, treatment=None, releaser=None, released=None)


def _to_answer(warned: tuple[Warned, ...]) -> tuple[Warned, ...]:
    """Whoever reviews now answers all of it, whatever was answered in another round."""
    return tuple(Warned(one.words, one.hit) for one in warned)


def _found(
    warned: tuple[Warned, ...], event: InfoDrafted | InfoRevised | InfoTreated | InfoCorrected
) -> tuple[Warned, ...]:
    """What stands once ``event`` has replaced title, text or both: what was found in other words stands on."""
    replaced = {name for name in ("title", "text") if getattr(event, name) is not None}
    kept = tuple(one for one in warned if one.words not in replaced)
    titled = tuple(Warned("title", hit) for hit in event.title_hits) if "title" in replaced else ()
    if "text" not in replaced:
        return (*kept, *titled)
    return (*kept, *titled, *(Warned("text", hit) for hit in without(event.hits, event.title_hits)))


def _answered(warned: tuple[Warned, ...], hits: tuple[Hit, ...]) -> tuple[Warned, ...]:
    """An answer answers the hits that it was given for, those found last first, and no others."""
    left = {(hit.finding, hit.listed): hit.count for hit in hits}
    found: list[Warned] = []
    for one in reversed(warned):
        sort = one.hit.finding, one.hit.listed
        answers = not one.answered and left.get(sort, 0) >= one.hit.count
        if answers:
            left[sort] -= one.hit.count
        found.append(Warned(one.words, one.hit, one.answered or answers))
    return tuple(reversed(found))


def _known(person: str, stamp: Stamp) -> str | None:
    """Who did it; whoever imported it did not."""
    return None if stamp.origin == "import" else person


def _with(persons: tuple[str, ...], stamp: Stamp) -> tuple[str, ...]:
    person = _known(stamp.actor, stamp)
    return persons if person is None or person in persons else (*persons, person)


def clocks(state: Article) -> tuple[Clock, ...]:
    """The one clock of the file, ended or not: to be published within the limit."""
    return () if state.created is None else (_clock(state.created, state.limit, state.clock_ended),)


@lru_cache(maxsize=4096)
def _clock(created: date, limit: int, ended: Ended | None) -> Clock:
    return Clock(
        id=PUBLISH,
        rule="article.publish@1",
        title=PUBLISH_TITLE,
        basis=TIMELINESS,
        start=created,
        amount=limit,
        unit="wd",
        ended=ended,
    )
