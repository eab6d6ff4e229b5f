"""Findings on patrol (巡查发现), institution 1: from what was seen to its being cleared, one file a cause.

发现 → {申辩} → 确认 → 整改 → 核销. The areas, causes and refusals are in ``finding_rules``, what can happen in
``finding_events``, what may be asked in ``finding_commands``, what it leaves in ``finding_state``; here is what is
decided, and the kind that ties them together.
"""

from collections.abc import Mapping

from services.publishing.article_state import Article
from services.publishing.column_state import Column
from services.publishing.document_state import Document
from services.publishing.events import GuidanceGiven, SubjectErased
from services.publishing.finding_commands import (
    DESK,
    LEADER,
    UNIT,
    AcceptDefect,
    ClearDefect,
    ConfirmDefect,
    DisputeDefect,
    EraseQuote,
    GiveGuidance,
    RecordPatrol,
    RejectDefect,
    ReportFix,
    ReturnFix,
    case_id,
    former_ids,
)
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
    AREAS,
    CAUSES,
    DISPUTE,
    LIMITS,
    SCOPES,
    SEVERITIES,
    VETO_AREAS,
    VETOES,
    Area,
    Cause,
    Severity,
    Veto,
    place_of,
    refusal,
    title_of,
)
from services.publishing.finding_state import CHARGED, ENDED, STATUSES, UNDECIDED, Finding, clocks, evolve, fix_clock
from services.publishing.interpretation_state import Interpretation
from shared.domain.deadline import Clock
from shared.domain.directory import COUNTY_LEADERS
from shared.domain.kind import BadField, CaseKind, Context, Event, Summary, VerdictFields
from shared.domain.limits import limits
from shared.domain.permission import Allowed
from shared.domain.register import RegisterForm
from shared.domain.text import Text

MISSING = Text("发现问题的必填", "needed where something was found")
NOT_WANTED = Text("未发现问题的不填", "stays empty where nothing was found")
GRAVITY = tuple(SEVERITIES)
"""From the least grave to the gravest."""
ONE_PLACE = Text("信息案卷和网址只填一项", "either the item or the address, not both")


def _limit(context: Context) -> int:
    return int(context.settings.get("finding.dispute", LIMITS["finding.dispute"]))


def _in_sequence(state: Finding, context: Context) -> None:
    """A step of the way is not dated before the step it rests on."""
    if state.last_step is not None and context.happened < state.last_step:
        raise refusal("before_previous_step", "happened")


def _impartial(state: Finding, context: Context) -> None:
    """Nobody of the unit decides. A county leader stands above the office in which the post is kept."""
    mine = any(unit == state.department and role not in COUNTY_LEADERS for unit, role in context.actor.posts)
    if mine and not context.unattended:
        raise refusal("own_finding")


def _undecided(state: Finding) -> None:
    """Something was found and neither confirmed nor rejected."""
    match state.status:
        case "nothing_found" | "none":
            raise refusal("found_nothing")
        case "rejected":
            raise refusal("already_rejected")
        case "confirmed" | "fixed" | "cleared":
            raise refusal("already_confirmed")


def _answerable(state: Finding) -> Clock:
    """The unit may still say something: the clock of its time to do so."""
    _undecided(state)
    if state.status == "disputed":
        raise refusal("already_disputed")
    if state.status == "accepted":
        raise refusal("already_accepted")
    if state.dispute_ended == "missed":
        raise refusal("dispute_over")
    return next(clock for clock in clocks(state) if clock.id == DISPUTE)


def _decided(state: Finding, context: Context) -> None:
    """Whoever decides is not of the unit, and of a dispute not the finder."""
    _undecided(state)
    _impartial(state, context)
    if state.status == "disputed" and context.actor.subject == state.finder and not context.unattended:
        raise refusal("same_person")
    _in_sequence(state, context)


def _confirmed(state: Finding) -> None:
    """Confirmed, and not cleared."""
    if state.status == "cleared":
        raise refusal("already_cleared")
    if state.status not in CHARGED:
        raise refusal("not_confirmed")


def _fits(area: Area, cause: Cause, veto: Veto) -> None:
    """The cause is one of the area, and so is the veto."""
    names = {"area": AREAS[area].zh, "area_en": AREAS[area].en}
    if cause not in CAUSES[area]:
        words = title_of(cause) or Text(cause, cause)
        raise refusal("cause_of_other_area", "cause", cause=words.zh, cause_en=words.en, **names)
    if area not in VETO_AREAS[veto]:
        raise refusal("veto_of_other_area", "veto", **names)


def _whole(command: RecordPatrol) -> tuple[Area, Cause, Severity] | None:
    """What was found; None for a patrol that found nothing. Refused by field where neither is whole."""
    said = {
        "area": command.area,
        "cause": command.cause,
        "severity": command.severity,
        "article": command.article,
        "page": command.page,
    }
    if command.found_nothing:
        more = {**said, "quote": command.quote, "again_after": command.again_after}
        wrong = next((name for name, value in more.items() if value is not None), None)
        wrong = wrong or ("veto" if command.veto != "none" else None)
        if wrong is not None:
            raise BadField(wrong, NOT_WANTED)
        return None
    if command.article is not None and command.page is not None:
        raise BadField("page", ONE_PLACE)
    if command.area is None or command.cause is None or command.severity is None:
        raise BadField(next(name for name in ("area", "cause", "severity") if said[name] is None), MISSING)
    if command.article is None and command.page is None:
        raise BadField("page", MISSING)
    return command.area, command.cause, command.severity


def _named(command: RecordPatrol, context: Context) -> None:
    """The item is the unit's, the cause has no file yet, and what it happened again after is over."""
    if command.article is not None:
        view = context.cases.get(command.article)
        if view is None or not isinstance(view.state, Article):
            raise refusal("no_such_article", "article")
        if view.state.department != command.department:
            raise refusal("other_unit", "article")
    file = case_id(command)
    if file in context.cases:
        if command.found_nothing:
            raise refusal("same_patrol", "found", case=file)
        raise refusal("same_cause", "cause", case=file)
    place = place_of(command.article, command.page)
    for former in former_ids(command):
        view = context.cases.get(former)
        # What was folded in the letters of its path may be another page.
        if view is not None and isinstance(view.state, Finding) and place_of(None, view.state.page) == place:
            raise refusal("same_cause", "cause", case=former)
    if command.again_after is None:
        return
    earlier = context.cases.get(command.again_after)
    if earlier is None or not isinstance(earlier.state, Finding):
        raise refusal("no_such_finding", "again_after")
    before = earlier.state
    was = (before.department, before.area, before.cause, place_of(before.article, before.page))
    if was != (command.department, command.area, command.cause, place):
        raise refusal("other_cause", "again_after")
    if before.status not in ENDED:
        raise refusal("still_open", "again_after")


# -- one decision a command --------------------------------------------------------------------------------------------


def record(state: Finding, command: RecordPatrol, context: Context) -> list[Event]:
    """登记巡查: with the defect that was found, or with none."""
    unit = context.directory.find(command.department, context.today)
    if unit is None:
        raise BadField("department", Text("单位名录中没有这个单位", "the directory knows no such unit"))
    if not unit.exists_on(context.today):
        raise refusal("department_closed", "department", name=unit.name_on(context.today))
    if command.found > context.today:
        raise refusal("found_ahead", "found")
    whole = _whole(command)
    if whole is not None:
        _fits(whole[0], whole[1], command.veto)
    _named(command, context)
    patrol = PatrolRecorded(
        department=unit.id,
        scope=command.scope,
        found_nothing=command.found_nothing,
        found=command.found,
        explanation=command.explanation if whole is None else None,
    )
    if whole is None:
        return [patrol]
    area, cause, severity = whole
    found = DefectFound(
        department=unit.id,
        area=area,
        severity=severity,
        cause=cause,
        veto=command.veto,
        found=command.found,
        limit=_limit(context),
        article=command.article,
        page=command.page,
        quote=command.quote,
        quoted=context.writer if command.quote else None,
        explanation=command.explanation,
        attachments=command.attachments,
        again_after=command.again_after,
    )
    return [patrol, found]


def accept(state: Finding, command: AcceptDefect, context: Context) -> list[Event]:
    """单位认可."""
    clock = _answerable(state)
    _in_sequence(state, context)
    return [DefectAccepted(department=state.department, **context.verdict(clock))]


def dispute(state: Finding, command: DisputeDefect, context: Context) -> list[Event]:
    """单位申辩."""
    clock = _answerable(state)
    _in_sequence(state, context)
    disputed = DefectDisputed(
        department=state.department,
        ground=command.ground,
        statement=command.statement,
        attachments=command.attachments,
        **context.verdict(clock),
    )
    return [disputed]


def confirm(state: Finding, command: ConfirmDefect, context: Context) -> list[Event]:
    """认定问题: charged from here on; less gravely than the unit was told perhaps, never more gravely."""
    _decided(state, context)
    if state.status == "found" and state.dispute_ended is None:
        raise refusal("dispute_running")
    if state.area is None or state.cause is None or state.severity is None or state.found is None:
        raise refusal("found_nothing")
    severity, veto = command.severity or state.severity, command.veto or state.veto
    _fits(state.area, state.cause, veto)
    if veto not in ("none", state.veto):
        raise refusal("graver_than_told", "veto")
    if GRAVITY.index(severity) > GRAVITY.index(state.severity):
        raise refusal("graver_than_told", "severity")
    if command.fix_by <= context.today:
        raise refusal("fix_by_not_ahead", "fix_by")
    confirmed = DefectConfirmed(
        department=state.department,
        area=state.area,
        severity=severity,
        cause=state.cause,
        veto=veto,
        found=state.found,
        fix_by=command.fix_by,
        explanation=command.explanation,
    )
    return [confirmed]


def _charged(other: object, state: Finding) -> bool:
    """Whether a charge of the unit stands in another file: of this cause or in this place, or by the engine's own count."""
    match other:
        case Finding(department=state.department):
            same = other.cause == state.cause or place_of(other.article, other.page) == place_of(
                state.article, state.page
            )
            return same and other.status in CHARGED
        case Article(department=state.department):
            return other.clock_ended == "missed" or other.returned_for_form > 0
        case Column(department=state.department):
            return other.stale > 0 or other.blanks > 0
        case Document(department=state.department):
            return other.faulty > 0
        case Interpretation(department=state.department):
            return other.ended == "missed"
        case _:
            return False


def reject(state: Finding, command: RejectDefect, context: Context) -> list[Event]:
    """认定不成立: also where the cause was charged elsewhere already."""
    _decided(state, context)
    if command.ground != "charged_already":
        if command.charged_by is not None:
            raise refusal("charged_by_not_expected", "charged_by")
    elif command.charged_by is None:
        raise refusal("charged_by_missing", "charged_by")
    else:
        view = context.cases.get(command.charged_by)
        if view is None or view.id == context.case or not _charged(view.state, state):
            raise refusal("not_charged", "charged_by")
    rejected = DefectRejected(
        department=state.department,
        ground=command.ground,
        charged_by=command.charged_by,
        explanation=command.explanation,
    )
    return [rejected]


def report_fix(state: Finding, command: ReportFix, context: Context) -> list[Event]:
    """报送整改, in time or late."""
    _confirmed(state)
    if state.status == "fixed":
        raise refusal("already_fixed")
    _in_sequence(state, context)
    last = fix_clock(len(state.fixes) - 1)
    clock = next(clock for clock in clocks(state) if clock.id == last)
    fixed = DefectFixed(
        department=state.department,
        statement=command.statement,
        attachments=command.attachments,
        **context.verdict(clock),
    )
    return [fixed]


def return_fix(state: Finding, command: ReturnFix, context: Context) -> list[Event]:
    """退回整改."""
    _checked(state, context)
    if command.fix_by <= context.today:
        raise refusal("fix_by_not_ahead", "fix_by")
    return [FixReturned(department=state.department, fix_by=command.fix_by, explanation=command.explanation)]


def clear(state: Finding, command: ClearDefect, context: Context) -> list[Event]:
    """核销."""
    _checked(state, context)
    return [DefectCleared(department=state.department, explanation=command.explanation)]


def _checked(state: Finding, context: Context) -> None:
    """A fix was reported, and whoever looks at it is not of the unit."""
    _confirmed(state)
    if state.status != "fixed":
        raise refusal("not_fixed")
    _impartial(state, context)
    _in_sequence(state, context)


def guide(state: Finding, command: GiveGuidance, context: Context) -> list[Event]:
    """业务指导."""
    return [GuidanceGiven(department=state.department, form=command.form, guidance=command.guidance)]


def erase_quote(state: Finding, command: EraseQuote, context: Context) -> list[Event]:
    """删除原文摘录."""
    if state.quote is None or state.quoted is None:
        raise refusal("nothing_quoted")
    return [SubjectErased(department=state.department, subject=state.quoted, ground="personal_data")]


# -- misses, corrections -----------------------------------------------------------------------------------------------


def missed(state: Finding, clock: Clock, verdict: VerdictFields) -> Event:
    """申辩期满 without a word, or 整改逾期."""
    if clock.id == DISPUTE:
        return DisputeLapsed(department=state.department, **verdict)
    return FixOverdue(department=state.department, area=state.area or "content", **verdict)


def stands(state: Finding, event: Event) -> bool:
    """Whether the step can have been taken: what it decides, fixes or checks was there."""
    match event:
        case DefectAccepted() | DefectDisputed():
            return state.status == "found"
        case DefectConfirmed():
            return state.status in UNDECIDED and (state.status != "found" or state.dispute_ended is not None)
        case DefectRejected():
            return state.status in UNDECIDED
        case DefectFixed():
            return state.status == "confirmed"
        case FixReturned() | DefectCleared():
            return state.status == "fixed"
        case _:
            return True


def may_void(state: Finding, entry: Event) -> bool:
    """What was found is rejected, not undone; a rejection stands, for its cause may have another file since."""
    return not isinstance(entry, DefectFound | DefectRejected | SubjectErased)


# -- what is shown -----------------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, Text] = {
    "scope": Text("巡查范围", "Scope"),
    "found": Text("发现日期", "Found on"),
    "area": Text("问题类别", "Area"),
    "cause": Text("问题原因", "Cause"),
    "severity": Text("严重程度", "Severity"),
    "veto": Text("一票否决情形", "Veto"),
    "place": Text("所在信息或网址", "Item or address"),
    "charged": Text("已计入", "Charged"),
    "fix_by": Text("整改期限", "Fix by"),
    "again_after": Text("原巡查发现", "Earlier finding"),
}


REGISTER = RegisterForm(
    title=Text("巡查发现登记簿", "Register of findings on patrol"),
    subject=Text("问题", "Finding"),
    department=Text("被巡查单位", "Unit patrolled"),
    received=Text("发现日", "Found"),
    words={
        "scope": SCOPES,
        "area": AREAS,
        "cause": {cause: words for causes in CAUSES.values() for cause, words in causes.items()},
        "severity": SEVERITIES,
        "veto": VETOES,
    },
)


def summary(state: Finding) -> Summary:
    """What lists show and filter."""
    cause = title_of(state.cause)
    return Summary(
        status=state.status,
        department=state.department,
        received=state.found,
        title=cause.zh if cause else None,
        open=state.status not in ENDED,
        columns={
            "scope": state.scope,
            "found": state.found.isoformat() if state.found else None,
            "area": state.area,
            "cause": state.cause,
            "severity": state.severity,
            "veto": state.veto,
            "place": state.article or state.page,
            "charged": state.status in CHARGED,
            "fix_by": state.fixes[-1].by.isoformat() if state.fixes else None,
            "again_after": state.again_after,
        },
    )


_READERS: tuple[Allowed, ...] = (UNIT, DESK, LEADER)
VAULT_READERS: Mapping[str, tuple[Allowed, ...]] = {
    name: _READERS for name in ("quote", "explanation", "statement", "guidance", "attachments")
}
"""Event fields that hold vault references -> who may read them."""

FINDING: CaseKind[Finding] = CaseKind(
    name="finding",
    service="publishing",
    collection="findings",
    title=Text("巡查发现", "Findings on patrol"),
    prefix="finding",
    number="",
    statuses=STATUSES,
    initial=Finding(),
    state_type=Finding,
    events=(
        PatrolRecorded,
        DefectFound,
        DefectAccepted,
        DefectDisputed,
        DisputeLapsed,
        DefectConfirmed,
        DefectRejected,
        DefectFixed,
        FixOverdue,
        FixReturned,
        DefectCleared,
        GuidanceGiven,
        SubjectErased,
    ),
    commands={
        RecordPatrol: record,
        AcceptDefect: accept,
        DisputeDefect: dispute,
        ConfirmDefect: confirm,
        RejectDefect: reject,
        ReportFix: report_fix,
        ReturnFix: return_fix,
        ClearDefect: clear,
        GiveGuidance: guide,
        EraseQuote: erase_quote,
    },
    evolve=evolve,
    clocks=clocks,
    missed=missed,
    summary=summary,
    columns=COLUMNS,
    register=REGISTER,
    limits=limits(LIMITS),
    overseen_by=(DESK,),
    vault_readers=VAULT_READERS,
    stands=stands,
    may_void=may_void,
    id_of=case_id,
    fold_version=2,
)
