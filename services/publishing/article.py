"""Publication of government information (信息发布), institution 1: from the draft to the destroyed record.

拟稿 → 一审 → 二审 → 三审 → 保密审查 → {敏感: 分管县领导 → 县政府主要领导} → 县政府办核发 → 待发 → 已发布 → {更正, 撤下} →
归档 → {借阅, 销毁}. The words, limits and refusals are in ``article_rules``, what can happen in ``article_events``, what may
be asked in ``article_commands``, what it leaves in ``article_state``; here is what is decided, and the kind.
"""

from collections.abc import Mapping
from datetime import date, datetime

from services.publishing.article_commands import (
    COUNTY_SECRECY,
    DESK,
    HANDLER,
    LEADER,
    OWN,
    SECRECY_REVIEWER,
    AnswerWarnings,
    Approve,
    ApproveCorrection,
    ApproveDestruction,
    Archive,
    CheckPublished,
    Correct,
    Destroy,
    DetermineSecrecy,
    Draft,
    Drop,
    File,
    FlagSensitive,
    Lend,
    Publish,
    Redate,
    Reject,
    RejectCorrection,
    Release,
    Return,
    ReviewSecrecy,
    Revise,
    Submit,
    TakeBack,
    Treat,
    Withdraw,
    Worded,
)
from services.publishing.article_events import (
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
    DEAD_LINKS,
    LEADERS,
    LIMITS,
    NOT_OPEN_GROUNDS,
    RETENTION_YEARS,
    SECRECY_RESULTS,
    SENSITIVITIES,
    STAGE_DATES,
    STAGES,
    WATCHED_WORDS,
    Determination,
    NotOpenGround,
    Stage,
    refusal,
)
from services.publishing.article_state import (
    BEFORE_PUBLICATION,
    DRAFTING,
    ENDED,
    IN_REVIEW,
    STATUSES,
    Article,
    clocks,
    evolve,
    next_stage,
)
from services.publishing.column_state import Column
from services.publishing.document_rules import ATTRIBUTES, Attribute
from services.publishing.events import SubjectErased
from services.publishing.monitoring import Hit, monitor, told
from shared.domain.deadline import Clock
from shared.domain.directory import OFFICE as COUNTY_OFFICE
from shared.domain.directory import SYSTEM
from shared.domain.kind import BadField, CaseKind, Context, Event, Stamp, Summary, VerdictFields, with_fields
from shared.domain.limits import limits
from shared.domain.permission import Allowed
from shared.domain.register import RegisterForm
from shared.domain.text import Text

# -- what decisions have in common -------------------------------------------------------------------------------------


def _limit(context: Context, name: str) -> int:
    return context.limit(f"article.{name}", LIMITS)


def _in_sequence(state: Article, context: Context) -> None:
    """A step of the way is not dated before the step it rests on."""
    if state.last_step is not None and context.happened < state.last_step:
        raise refusal("before_previous_step", "happened")


def _hits(command: Worded, context: Context) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    """What monitoring finds in the words while they are plain, and what of it in the title."""
    title, text = command.plain
    return _monitored(f"{title}\n{text}", context), _monitored(title, context)


def _monitored(text: str, context: Context) -> tuple[Hit, ...]:
    return monitor(text, context.settings.get(WATCHED_WORDS, ()), context.settings.get(DEAD_LINKS, ()))


def _another_person(state: Article, context: Context) -> None:
    """拟稿、各级审核、核发: each by somebody who did none of the others."""
    if context.unattended or not _limit(context, "different_persons"):
        return
    if context.actor.subject in (*state.authors, *(one.person for one in state.passed)):
        raise refusal("same_person")


def _not_kept(state: Article) -> None:
    """The file is neither archived nor destroyed."""
    if state.status == "destroyed":
        raise refusal("destroyed")
    if state.status == "archived":
        raise refusal("archived")


def _going(state: Article) -> None:
    """The item is on its way to publication."""
    _not_kept(state)
    match state.status:
        case "published":
            raise refusal("already_published")
        case "withdrawn":
            raise refusal("withdrawn")
        case "withheld":
            raise refusal("withheld")
        case "dropped":
            raise refusal("dropped")


def _live(state: Article) -> None:
    """The item is on the site."""
    _not_kept(state)
    if state.status == "withdrawn":
        raise refusal("withdrawn")
    if state.status != "published":
        raise refusal("not_published")


def _archived(state: Article) -> None:
    if state.status == "destroyed":
        raise refusal("destroyed")
    if state.status != "archived":
        raise refusal("not_archived")


def _column(name: str | None, context: Context, *, to_publish: bool = False) -> None:
    """A column that is named is one, not closed then, and open to be published in; history may name those kept elsewhere."""
    if name is None or context.origin == "import":
        return
    view = context.cases.get(name)
    if view is None or not isinstance(view.state, Column):
        raise refusal("no_such_column", "column")
    if view.state.open_at(context.happened):
        return
    if view.state.closed:
        raise refusal("column_closed", "column")
    if to_publish:
        raise refusal("column_not_open_yet", "column")


def _answered(state: Article, answer: str | None, context: Context) -> list[Event]:
    """The answer to what monitoring found, where one is waited for; of history it may be given later."""
    if state.unanswered:
        if answer is None:
            if context.origin == "import":
                return []
            raise refusal("warnings_unanswered", "answer", found=told(state.unanswered))
        return [WarningsAnswered(department=state.department, hits=state.unanswered, answer=answer)]
    if answer is not None:
        raise refusal("no_warnings", "answer")
    return []


# -- one decision a command --------------------------------------------------------------------------------------------


def draft(state: Article, command: Draft, context: Context) -> list[Event]:
    """拟稿: nothing classified comes in; the clock counts from the day on which the information was made or changed."""
    if command.classification != "none":
        raise refusal("classified", "classification")
    hits, title_hits = _hits(command, context)
    department = _own_department(command.department, context)
    created = command.created_or_changed or context.today
    if created > context.today:
        raise refusal("created_ahead", "created_or_changed")
    _column(command.column, context)
    _first_of(command.source, department, context)
    return [
        InfoDrafted(
            department=department,
            column=command.column,
            created_or_changed=created,
            limit=_limit(context, "publish"),
            title=command.title,
            text=command.text,
            source=command.source,
            hits=hits,
            title_hits=title_hits,
            attachments=command.attachments,
        )
    ]


def _first_of(source: str | None, department: str, context: Context) -> None:
    """By itself at most one item of a document or conversion is begun in its unit; another where the one before is gone."""
    if source is None or not context.actor.system or context.origin == "import":
        return
    for view in context.cases.values():
        other = view.state
        if isinstance(other, Article) and other.source == source and other.department == department and not other.gone:
            raise refusal("started_already", "source")


def _own_department(named: str | None, context: Context) -> str:
    """The unit that publishes: the one named, in which a person who drafts holds a post; or the only one they have."""
    posts = {unit for unit, role in context.actor.posts if role in OWN.roles}
    mine = sorted(unit for unit in posts if context.directory.exists(unit, context.today))
    if named is None:
        if len(mine) != 1:
            raise refusal("which_department", "department")
        named = mine[0]
    found = context.directory.find(named, context.today)
    if found is None:
        raise BadField("department", Text(f"单位名录中没有“{named}”", f"the directory knows no unit {named}"))
    if context.actor.system:
        found = context.directory.heir(found, context.today)
    if not found.exists_on(context.today):
        raise refusal("department_closed", "department", name=found.name_on(context.today))
    if found.id not in mine and not context.unattended:
        raise refusal("not_your_department", "department")
    return found.id


def revise(state: Article, command: Revise, context: Context) -> list[Event]:
    """修改稿件: title and text are looked at each by itself; what was found in the one stands when the other is replaced."""
    _going(state)
    if state.status not in DRAFTING:
        raise refusal("not_drafting")
    if command.title is None and command.text is None and command.column is None and not command.attachments:
        raise refusal("nothing_revised")
    hits, title_hits = _hits(command, context)
    _column(command.column, context)
    _in_sequence(state, context)
    return [
        InfoRevised(
            department=state.department,
            column=command.column,
            title=command.title,
            text=command.text,
            hits=hits,
            title_hits=title_hits,
            attachments=command.attachments,
        )
    ]


def submit(state: Article, command: Submit, context: Context) -> list[Event]:
    """送审, with what monitoring found; history may be kept without its text."""
    _going(state)
    if state.status not in DRAFTING:
        raise refusal("not_drafting")
    if state.text is None and context.origin != "import":
        raise refusal("text_missing")
    if state.column is None:
        raise refusal("column_missing")
    _in_sequence(state, context)
    return [
        InfoSubmitted(department=state.department, column=state.column, round=state.rounds + 1, hits=state.hits),
    ]


def _at(state: Article, stage: Stage) -> None:
    """The item waits for exactly this stage."""
    _going(state)
    if state.status not in IN_REVIEW:
        raise refusal("not_in_review")
    if state.status != stage:
        raise refusal("other_stage", "stage", stage=STATUSES[state.status])


def _entitled(state: Article, stage: Stage, context: Context) -> None:
    """一审 a section, 二审 a section's or unit's leader, 三审 the unit's head; county leaders after them."""
    if context.unattended:
        return
    if stage in LEADERS:
        entitled = any(role == LEADERS[stage] for _, role in context.actor.posts)
    else:
        entitled = context.actor.holds(_reviewers(stage, state.department), state.department)
        if stage == "secrecy":
            entitled = entitled or context.actor.holds(("secrecy",), COUNTY_OFFICE)
    if not entitled:
        raise refusal("not_your_stage", "stage", stage=STAGES[stage])


def _reviewers(stage: Stage, department: str) -> tuple[str, ...]:
    office = ("office",) if department == COUNTY_OFFICE else ()
    match stage:
        case "first":
            return ("clerk", "reviewer", "disclosure_head", "head", *office)
        case "second":
            return ("reviewer", "disclosure_head", "head", *office)
        case "third":
            return ("head", *office)
        case _:
            return ("secrecy",)


def approve(state: Article, command: Approve, context: Context) -> list[Event]:
    """审核通过: exactly the stage that is next, by somebody who has done nothing else of it."""
    if command.stage == "secrecy":
        raise refusal("secrecy_by_its_own_command", "stage")
    _at(state, command.stage)
    _entitled(state, command.stage, context)
    _another_person(state, context)
    _in_sequence(state, context)
    return [
        *_answered(state, command.answer, context),
        ReviewApproved(department=state.department, stage=command.stage, reviewer=context.actor.subject),
    ]


def reject(state: Article, command: Reject, context: Context) -> list[Event]:
    """审核退回 by whoever is to review now."""
    _at(state, command.stage)
    _entitled(state, command.stage, context)
    _in_sequence(state, context)
    return [
        ReviewRejected(department=state.department, stage=command.stage, ground=command.ground, reason=command.reason)
    ]


def review_secrecy(state: Article, command: ReviewSecrecy, context: Context) -> list[Event]:
    """保密审查 with one of four results; a passing one leaves ``ReviewApproved`` in the same commit."""
    _going(state)
    if state.status != "secrecy":
        raise refusal("not_secrecy_stage")
    _entitled(state, "secrecy", context)
    _another_person(state, context)
    _in_sequence(state, context)
    _result_whole(command.result, command.ground, command.treatment)
    if (command.result == "refer") != (command.authority is not None):
        raise refusal("referral_missing", "authority")
    reviewed = SecrecyReviewed(
        department=state.department,
        result=command.result,
        reviewer=context.actor.subject,
        ground=command.ground,
        treatment=command.treatment,
    )
    if command.authority is not None:
        answered = _answered(state, command.answer, context) if command.answer is not None else []
        return [reviewed, *answered, SecrecyReferred(department=state.department, authority=command.authority)]
    return [reviewed, *_followed(state, command.result, command.ground, command.answer, context)]


def determine_secrecy(state: Article, command: DetermineSecrecy, context: Context) -> list[Event]:
    """What the authority determined, recorded by a secrecy reviewer who did no other stage."""
    _going(state)
    if state.status != "referred":
        raise refusal("not_referred")
    _entitled(state, "secrecy", context)
    _another_person(state, context)
    _in_sequence(state, context)
    _result_whole(command.result, command.ground, command.treatment)
    determined = SecrecyDetermined(
        department=state.department,
        result=command.result,
        ground=command.ground,
        treatment=command.treatment,
        letter=command.letter,
    )
    return [determined, *_followed(state, command.result, command.ground, command.answer, context)]


def _result_whole(result: str, ground: NotOpenGround | None, treatment: str | None) -> None:
    if result == "not_open" and ground is None:
        raise refusal("ground_missing", "ground")
    if result != "not_open" and ground is not None:
        raise refusal("ground_not_expected", "ground")
    if (result == "open_after_treatment") != (treatment is not None):
        raise refusal("treatment_missing", "treatment")


def _followed(
    state: Article, result: str, ground: NotOpenGround | None, answer: str | None, context: Context
) -> list[Event]:
    """What a result leaves besides itself: the passed stage, or the end of every word of a state secret."""
    if result == "open":
        approved = ReviewApproved(department=state.department, stage="secrecy", reviewer=context.actor.subject)
        return [*_answered(state, answer, context), approved]
    answered = _answered(state, answer, context) if answer is not None else []
    if ground == "state_secret":
        erased = SubjectErased(department=state.department, subject=f"case:{context.case}", ground="state_secret")
        return [*answered, erased]
    return answered


def treat(state: Article, command: Treat, context: Context) -> list[Event]:
    """作处理, by nobody who has reviewed it; every stage is to see the new words."""
    _going(state)
    if state.status != "treatment":
        raise refusal("no_treatment_due")
    if context.actor.subject in {one.person for one in state.passed} and _limit(context, "different_persons"):
        raise refusal("same_person")
    _in_sequence(state, context)
    hits, title_hits = _hits(command, context)
    treated = InfoTreated(
        department=state.department,
        title=command.title,
        text=command.text,
        hits=hits,
        title_hits=title_hits,
        round=state.rounds + 1,
    )
    return [treated]


def flag_sensitive(state: Article, command: FlagSensitive, context: Context) -> list[Event]:
    """标为敏感: before publication, by anybody who works on it; a release given before falls."""
    _going(state)
    if state.sensitive is not None:
        raise refusal("already_flagged")
    _in_sequence(state, context)
    return [SensitivityFlagged(department=state.department, ground=command.ground)]


def release(state: Article, command: Release, context: Context) -> list[Event]:
    """核发: the county office, once every required stage is passed."""
    _going(state)
    if state.status == "released":
        raise refusal("already_released")
    missing = next_stage(state)
    if state.status != "release" or missing is not None:
        raise refusal("not_ready_for_release", stage=STAGES[missing or "first"])
    _another_person(state, context)
    _in_sequence(state, context)
    return [InfoReleased(department=state.department, releaser=context.actor.subject)]


def return_(state: Article, command: Return, context: Context) -> list[Event]:
    """县政府办退回, once it has come to the county office and before it is live."""
    _going(state)
    if state.status not in ("release", "released"):
        raise refusal("not_returnable")
    _in_sequence(state, context)
    return [InfoReturned(department=state.department, ground=command.ground, reason=command.reason)]


def publish(state: Article, command: Publish, context: Context) -> list[Event]:
    """发布: ends the clock; the time that the page shows is not earlier than recorded, to the minute, without a reason.

    History was recorded when it happened; where it gives no reason, that is flagged too.
    """
    _going(state)
    column = command.column or state.column
    if state.status != "released" or next_stage(state) is not None or column is None:
        raise refusal("not_released")
    if state.text is None and context.origin != "import":
        raise refusal("text_missing")
    _column(column, context, to_publish=True)
    _in_sequence(state, context)
    claimed = command.claimed_at or context.happened
    if claimed > context.now:
        raise refusal("claimed_ahead", "claimed_at")
    imported = context.origin == "import"
    recorded = context.happened if imported else context.now
    earlier = claimed < recorded.replace(second=0, microsecond=0)
    if earlier and command.claimed_reason is None and not imported:
        raise refusal("claimed_earlier", "claimed_reason")
    (clock,) = clocks(state)
    return [
        InfoPublished(
            department=state.department,
            flags=_shown_earlier(command.claimed_reason) if earlier else (),
            column=column,
            claimed_at=claimed,
            claimed_earlier=earlier,
            claimed_reason=command.claimed_reason,
            address=command.address,
            **context.verdict(clock),
        )
    ]


def _shown_earlier(reason: str | None) -> tuple[str, ...]:
    return ("claimed_earlier",) if reason is not None else ("claimed_earlier", "unexplained")


def check_published(state: Article, command: CheckPublished, context: Context) -> list[Event]:
    """巡检已发布正文: the hits alone are kept."""
    _live(state)
    return [PublishedTextChecked(department=state.department, hits=_monitored(command.text, context))]


def answer_warnings(state: Article, command: AnswerWarnings, context: Context) -> list[Event]:
    """答复监测提示 of a published text; before publication the reviewers answer as they approve."""
    _live(state)
    return _answered(state, command.answer, context)


def correct(state: Article, command: Correct, context: Context) -> list[Event]:
    """更正: a new event. Other words wait for their secrecy review; a correction that brings none is recorded at once."""
    _live(state)
    hits, title_hits = _hits(command, context)
    _in_sequence(state, context)
    if state.correction is not None:
        raise refusal("correction_waiting")
    if command.title is None and command.text is None:
        return [InfoCorrected(department=state.department, ground=command.ground, reason=command.reason)]
    return [
        CorrectionProposed(
            department=state.department,
            ground=command.ground,
            title=command.title,
            text=command.text,
            reason=command.reason,
            hits=hits,
            title_hits=title_hits,
        )
    ]


def approve_correction(state: Article, command: ApproveCorrection, context: Context) -> list[Event]:
    """核准更正: the secrecy review anew, by somebody else; what monitoring found in the words is answered with it."""
    _live(state)
    given = state.correction
    if given is None:
        raise refusal("no_correction")
    _entitled(state, "secrecy", context)
    if context.actor.subject == given.by and _limit(context, "different_persons"):
        raise refusal("own_correction")
    _in_sequence(state, context)
    if given.hits and command.answer is None:
        raise refusal("warnings_unanswered", "answer", found=told(given.hits))
    if not given.hits and command.answer is not None:
        raise refusal("no_warnings", "answer")
    reviewer = context.actor.subject
    reviewed = SecrecyReviewed(department=state.department, result="open", reviewer=reviewer)
    corrected = InfoCorrected(
        department=state.department,
        ground=given.ground,
        title=given.title,
        text=given.text,
        reason=given.reason,
        hits=given.hits,
        title_hits=given.title_hits,
        reviewer=reviewer,
    )
    if command.answer is None:
        return [reviewed, corrected]
    answered = WarningsAnswered(department=state.department, hits=given.hits, answer=command.answer)
    return [reviewed, corrected, answered]


def reject_correction(state: Article, command: RejectCorrection, context: Context) -> list[Event]:
    """退回更正, or taken back by the unit."""
    _live(state)
    if state.correction is None:
        raise refusal("no_correction")
    _in_sequence(state, context)
    return [CorrectionRejected(department=state.department, reason=command.reason)]


def withdraw(state: Article, command: Withdraw, context: Context) -> list[Event]:
    """撤下."""
    _live(state)
    _in_sequence(state, context)
    return [InfoWithdrawn(department=state.department, ground=command.ground, reason=command.reason)]


def drop(state: Article, command: Drop, context: Context) -> list[Event]:
    """终止办理 before it is live; a clock that was missed stays missed. What is live is for people to withdraw."""
    if state.gone or state.status == "destroyed":
        return []
    if state.published is not None:
        if command.ground == "repealed":
            return []
        raise refusal("live_already")
    _in_sequence(state, context)
    return [InfoDropped(department=state.department, ground=command.ground)]


def redate(state: Article, command: Redate, context: Context) -> list[Event]:
    """更正形成日期 of an item that counted from that day; every verdict on it is looked at again."""
    if state.created != command.previous or command.created_or_changed == command.previous:
        return []
    return [
        InfoRedated(
            department=state.department, created_or_changed=command.created_or_changed, previous=command.previous
        )
    ]


def file(state: Article, command: File, context: Context) -> list[Event]:
    """备案, once it has ended."""
    if state.status == "destroyed":
        raise refusal("destroyed")
    if state.status in BEFORE_PUBLICATION:
        raise refusal("not_ended")
    if state.filed:
        raise refusal("filed_already")
    return [RecordFiled(department=state.department, number=command.number)]


def archive(state: Article, command: Archive, context: Context) -> list[Event]:
    """归档 by the custodian: it has ended, and no warning waits for its answer."""
    _not_kept(state)
    if state.status not in ENDED:
        raise refusal("not_ended")
    if state.correction is not None:
        raise refusal("correction_waiting")
    if state.unanswered and state.status == "published":
        raise refusal("warnings_unanswered", found=told(state.unanswered))
    _in_sequence(state, context)
    years = RETENTION_YEARS.get(command.retention)
    return [
        RecordArchived(
            department=state.department,
            retention=command.retention,
            retained_until=None if years is None else date(context.today.year + years, 12, 31),
            custodian=context.actor.subject,
        )
    ]


def lend(state: Article, command: Lend, context: Context) -> list[Event]:
    """借阅."""
    _archived(state)
    if state.lent_until is not None:
        raise refusal("lent")
    if command.back_by < context.today:
        raise refusal("loan_too_short", "back_by")
    _in_sequence(state, context)
    return [
        RecordLent(
            department=state.department,
            borrower=command.borrower,
            purpose=command.purpose,
            back_by=command.back_by,
        )
    ]


def take_back(state: Article, command: TakeBack, context: Context) -> list[Event]:
    """归还."""
    _archived(state)
    if state.lent_until is None:
        raise refusal("not_lent")
    _in_sequence(state, context)
    return [RecordReturned(department=state.department, late=context.today > state.lent_until)]


def _may_go(state: Article, context: Context) -> None:
    """The record is here, and its retention period is over."""
    _archived(state)
    if state.lent_until is not None:
        raise refusal("lent")
    if state.retained_until is None:
        raise refusal("permanent")
    if context.today <= state.retained_until:
        raise refusal("retention_running", until=state.retained_until.isoformat())
    _in_sequence(state, context)


def approve_destruction(state: Article, command: ApproveDestruction, context: Context) -> list[Event]:
    """批准销毁."""
    _may_go(state, context)
    if state.destruction_approved_by is not None:
        raise refusal("destruction_approved_already")
    return [DestructionApproved(department=state.department, approved_by=context.actor.subject)]


def destroy(state: Article, command: Destroy, context: Context) -> list[Event]:
    """销毁: approved by one person, done by two others; the words go with the file's key."""
    _may_go(state, context)
    if state.destruction_approved_by is None:
        raise refusal("destruction_not_approved")
    if not context.unattended:
        witness = context.directory.actor(command.witness, context.today)
        present = bool(witness.departments & {state.department, COUNTY_OFFICE})
        persons = {state.destruction_approved_by, context.actor.subject, command.witness}
        if len(persons) != 3 or not present:
            raise refusal("two_persons", "witness")
    return [
        RecordDestroyed(
            department=state.department,
            approved_by=state.destruction_approved_by,
            destroyed_by=context.actor.subject,
            witness=command.witness,
        ),
        SubjectErased(department=state.department, subject=f"case:{context.case}", ground="destroyed"),
    ]


# -- misses and corrections --------------------------------------------------------------------------------------------


def missed(state: Article, clock: Clock, verdict: VerdictFields) -> Event:
    """公开逾期, charged to the unit."""
    return PublicationOverdue(department=state.department, column=state.column, **verdict)


def restate(state: Article, event: Event, stamp: Stamp) -> Event:
    """What an event says of the file before it, said anew."""
    match event:
        case InfoSubmitted():
            return with_fields(event, round=state.rounds + 1)
        case InfoTreated() if event.round is not None:
            return with_fields(event, round=state.rounds + 1)
        case _:
            return event


def stands(state: Article, event: Event) -> bool:
    """Whether the step can have been taken: what it approves, releases, publishes or keeps was there."""
    match event:
        case InfoRevised() | InfoSubmitted():
            return state.status in DRAFTING
        case ReviewApproved():
            return state.status == event.stage and (event.stage != "secrecy" or state.secrecy == "open")
        case ReviewRejected():
            return state.status == event.stage
        case SecrecyReviewed():
            return state.status == "secrecy" or (state.status == "published" and state.correction is not None)
        case SecrecyReferred():
            return state.status == "secrecy"
        case SecrecyDetermined():
            return state.status == "referred"
        case InfoTreated():
            return state.status == "treatment"
        case InfoReleased():
            return state.status == "release"
        case InfoReturned():
            return state.status in ("release", "released")
        case InfoPublished():
            return state.status == "released" and next_stage(state) is None
        case InfoDropped():
            return state.status in BEFORE_PUBLICATION
        case PublishedTextChecked() | InfoWithdrawn():
            return state.status == "published"
        case CorrectionProposed():
            return state.status == "published" and state.correction is None
        case CorrectionRejected():
            return state.correction is not None
        case InfoCorrected():
            reviewed = state.correction is not None and state.correction.reviewed
            return state.status == "published" and (event.reviewer is None or reviewed)
        case RecordArchived():
            return state.status in ENDED
        case RecordLent() | RecordReturned() | DestructionApproved() | RecordDestroyed():
            return state.status == "archived"
        case _:
            return True


def may_void(state: Article, entry: Event) -> bool:
    """What is destroyed stays destroyed, and so does the result for which every word was erased.

    A revision that was submitted stands: without it the stages would have passed other words than they saw. So does an
    answer: the stages after it rest on it, and what is live can be looked at again.
    """
    if state.status == "destroyed" or isinstance(
        entry, SubjectErased | RecordDestroyed | WarningsAnswered | InfoRedated
    ):
        return False
    if isinstance(entry, InfoRevised):
        return state.rounds == 0
    return state.title is not None or not isinstance(entry, SecrecyReviewed | SecrecyDetermined)


# -- what is shown -----------------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, Text] = {
    "column": Text("栏目", "Column"),
    "source": Text("来源", "Source"),
    "attribute": Text("公开属性", "Attribute"),
    "created_or_changed": Text("形成或变更日期", "Made or changed on"),
    "drafter": Text("拟稿人", "Drafted by"),
    "handed_in": Text("送审日期", "Handed in on"),
    "first": Text("一审", "First review"),
    "first_on": STAGE_DATES["first"],
    "second": Text("二审", "Second review"),
    "second_on": STAGE_DATES["second"],
    "third": Text("三审", "Third review"),
    "third_on": STAGE_DATES["third"],
    "secrecy": Text("保密审查", "Secrecy review"),
    "secrecy_on": STAGE_DATES["secrecy"],
    "secrecy_result": Text("保密审查结果", "Result of the secrecy review"),
    "ground": Text("不公开理由", "Ground for withholding"),
    "leader_in_charge": Text("分管县领导", "County leader in charge"),
    "leader_in_charge_on": STAGE_DATES["leader_in_charge"],
    "chief_leader": Text("县政府主要领导", "Chief leader"),
    "chief_leader_on": STAGE_DATES["chief_leader"],
    "releaser": Text("核发人", "Released by"),
    "released": Text("核发日期", "Released on"),
    "sensitive": Text("敏感", "Sensitive"),
    "published": Text("发布日", "Published"),
    "claimed_at": Text("标注的发布时间", "Publication time shown"),
    "claimed_earlier": Text("标注早于登记", "Shown earlier than recorded"),
    "claimed_unexplained": Text("标注较早未载原因", "Shown earlier, no reason on record"),
    "returns": Text("县政府办退回次数", "Returns"),
    "corrections": Text("更正次数", "Corrections"),
    "warnings": Text("待答复的监测提示", "Warnings unanswered"),
    "custodian": Text("专管员", "Custodian"),
    "retained_until": Text("保管至", "Kept until"),
    "lent_until": Text("借出应还", "Lent until"),
}
"""The columns of the register (审核登记表)."""
OWN_SOURCE = "own"
"""The source of what did not come from another case."""

REGISTER = RegisterForm(
    title=Text("政府信息公开审核登记表", "Register of reviews before publication"),
    department=Text("发布单位", "Publishing unit"),
    received=Text("形成日", "Made on"),
    words={
        "source": {OWN_SOURCE: Text("本单位", "The unit itself")},
        "attribute": ATTRIBUTES,
        "secrecy_result": SECRECY_RESULTS,
        "ground": NOT_OPEN_GROUNDS,
        "sensitive": SENSITIVITIES,
    },
    cases=frozenset(("column",)),
)


def summary(state: Article) -> Summary:
    """What lists and the register show and filter."""
    passed = {one.stage: one for one in state.passed}
    if state.secrecy == "not_open" and state.secrecy_looked_at is not None:
        passed["secrecy"] = state.secrecy_looked_at
    return Summary(
        status="correcting" if state.correction is not None else state.status,
        department=state.department,
        received=state.created,
        title=state.title,
        parent=state.source,
        open=state.status in BEFORE_PUBLICATION,
        columns={
            "column": state.column,
            "source": state.source or OWN_SOURCE,
            "attribute": _attribute(state),
            "created_or_changed": _day(state.created),
            "drafter": next((one for one in state.authors if one != SYSTEM.subject), None),
            "handed_in": _day(state.handed_in),
            **{stage: passed[stage].person if stage in passed else None for stage in STAGES},
            **{f"{stage}_on": _day(passed[stage].on) if stage in passed else None for stage in STAGES},
            "secrecy_result": _secrecy_result(state),
            "ground": state.ground,
            "releaser": state.releaser,
            "released": _day(state.released),
            "sensitive": state.sensitive,
            "published": _day(state.published),
            "claimed_at": _moment(state.claimed_at),
            "claimed_earlier": state.claimed_earlier,
            "claimed_unexplained": state.claimed_unexplained,
            "returns": state.returns,
            "corrections": state.corrections,
            "warnings": bool(state.unanswered),
            "custodian": state.custodian,
            "retained_until": _day(state.retained_until),
            "lent_until": _day(state.lent_until),
        },
    )


def _attribute(state: Article) -> Attribute | None:
    """An item is to be disclosed actively, unless its secrecy review forbids it or it was given up."""
    if state.secrecy == "not_open":
        return "not_disclosed"
    return None if state.status == "none" or (state.gone and state.published is None) else "active"


def _secrecy_result(state: Article) -> Determination | None:
    """What the review came to; what is being treated or was referred is told by the status."""
    match state.secrecy:
        case "open":
            return "open_after_treatment" if state.treated else "open"
        case "not_open":
            return "not_open"
        case _:
            return None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


_READERS: tuple[Allowed, ...] = (HANDLER, SECRECY_REVIEWER, COUNTY_SECRECY, DESK, LEADER)
VAULT_READERS: Mapping[str, tuple[Allowed, ...]] = {
    name: _READERS
    for name in (
        "title",
        "text",
        "attachments",
        "reason",
        "treatment",
        "answer",
        "claimed_reason",
        "borrower",
        "purpose",
    )
}
"""Event fields that hold vault references -> who may read them."""

ARTICLE: CaseKind[Article] = CaseKind(
    name="article",
    service="publishing",
    collection="articles",
    title=Text("信息发布", "Publication of information"),
    prefix="P",
    number="信息〔{year}〕{n}号",
    statuses=STATUSES,
    initial=Article(),
    state_type=Article,
    events=(
        InfoDrafted,
        InfoRevised,
        InfoSubmitted,
        WarningsAnswered,
        ReviewApproved,
        ReviewRejected,
        SecrecyReviewed,
        SecrecyReferred,
        SecrecyDetermined,
        InfoTreated,
        SensitivityFlagged,
        InfoReleased,
        InfoReturned,
        InfoPublished,
        PublicationOverdue,
        PublishedTextChecked,
        CorrectionProposed,
        CorrectionRejected,
        InfoCorrected,
        InfoWithdrawn,
        InfoDropped,
        InfoRedated,
        RecordFiled,
        RecordArchived,
        RecordLent,
        RecordReturned,
        DestructionApproved,
        RecordDestroyed,
        SubjectErased,
    ),
    commands={
        Draft: draft,
        Revise: revise,
        Submit: submit,
        Approve: approve,
        Reject: reject,
        ReviewSecrecy: review_secrecy,
        DetermineSecrecy: determine_secrecy,
        Treat: treat,
        FlagSensitive: flag_sensitive,
        Release: release,
        Return: return_,
        Publish: publish,
        CheckPublished: check_published,
        AnswerWarnings: answer_warnings,
        Correct: correct,
        ApproveCorrection: approve_correction,
        RejectCorrection: reject_correction,
        Withdraw: withdraw,
        Drop: drop,
        Redate: redate,
        File: file,
        Archive: archive,
        Lend: lend,
        TakeBack: take_back,
        ApproveDestruction: approve_destruction,
        Destroy: destroy,
    },
    evolve=evolve,
    clocks=clocks,
    missed=missed,
    summary=summary,
    columns=COLUMNS,
    register=REGISTER,
    limits=limits({**LIMITS, WATCHED_WORDS: (), DEAD_LINKS: ()}, {"article.different_persons": (0, 1)}),
    overseen_by=(DESK,),
    vault_readers=VAULT_READERS,
    restate=restate,
    stands=stands,
    may_void=may_void,
    fold_version=2,
)
