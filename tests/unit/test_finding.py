"""Findings on patrol: who finds, disputes, decides, fixes and clears; two clocks; one cause charged once; voids, erasure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError

from services.publishing.article_state import Article
from services.publishing.column_state import Column
from services.publishing.document_state import Document
from services.publishing.events import GuidanceGiven, SubjectErased
from services.publishing.finding import FINDING
from services.publishing.finding_commands import (
    ConfirmDefect,
    DisputeDefect,
    EraseQuote,
    GiveGuidance,
    RejectDefect,
    case_id,
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
from services.publishing.finding_rules import AREAS, CAUSES, VETO_AREAS
from services.publishing.finding_state import STATUSES
from services.publishing.interpretation_state import Interpretation
from shared.domain.corrections import EntryVoided, OverdueRevoked, RevokeOverdue, VoidEntry
from shared.domain.directory import Actor
from shared.domain.kind import CaseView, Command
from tests.scenario import Scenario, left, person
from tests.unit.article_world import (
    CASE as ARTICLE,
)
from tests.unit.article_world import (
    CHIEF,
    CLERK,
    HEAD,
    HEALTH,
    HEALTH_HEAD,
    KEEPER,
    SECTION,
)
from tests.unit.finding_world import (
    ACCEPT,
    CLEAR,
    CONFIRM,
    DAY,
    DECIDER,
    DISPUTE,
    FINDER,
    FINDING_OFFICER,
    FIXED,
    LATER,
    OFFICE_HEAD,
    PAGE,
    REJECT,
    RETURN,
    disputed,
    finding,
    fresh,
    nothing,
    patrol,
    view,
)

GUIDE = GiveGuidance(form="on_site", guidance="发布前逐字校对")
ITEM = CaseView(ARTICLE, "article", 1, Article(status="published", department="education"))


def due_of(scenario: Scenario, clock: str) -> date | None:
    return scenario.file.dues[clock][0] if clock in scenario.file.dues else None


def undo(scenario: Scenario, *events: type[Any]) -> VoidEntry:
    return VoidEntry(events=tuple(map(scenario.id_of, events)), reason="登记有误")


# -- the patrol --------------------------------------------------------------------------------------------------------


def test_what_a_patrol_found_is_on_record_and_charges_nothing_yet() -> None:
    scenario = (
        fresh()
        .when(patrol(quote="错字", explanation="首段"), by=FINDER, on=LATER)
        .then(
            left(PatrolRecorded, department="education", scope="website", found_nothing=False, found=date(2026, 3, 2)),
            left(
                DefectFound,
                department="education",
                area="content",
                cause="misprint",
                severity="minor",
                veto="none",
                found=date(2026, 3, 2),
                page=PAGE,
                quote="v:quote",
                quoted="s:writer",
                explanation="v:explanation",
                limit=5,
            ),
        )
    )
    shown = FINDING.summary(scenario.state)
    assert (shown.status, shown.open, shown.columns["charged"]) == ("found", True, False)
    assert due_of(scenario, "dispute") == date(2026, 3, 10)


def test_a_patrol_that_found_nothing_is_closed_at_once_and_has_no_clock() -> None:
    scenario = (
        fresh()
        .when(nothing(explanation="抽查二十页"), by=FINDER, on=DAY)
        .then(left(PatrolRecorded, found_nothing=True, explanation="v:explanation"))
    )
    assert scenario.state.status == "nothing_found"
    assert FINDING.summary(scenario.state).open is False
    assert scenario.file.dues == {}
    for command, by in ((ACCEPT, HEAD), (DISPUTE, CLERK), (CONFIRM, DECIDER), (REJECT, DECIDER)):
        scenario.when(command, by=by, on=LATER).then_refused("finding.found_nothing")
    for command, by in ((FIXED, CLERK), (CLEAR, DECIDER), (RETURN, DECIDER)):
        scenario.when(command, by=by, on=LATER).then_refused("finding.not_confirmed")
    scenario.when(GUIDE, by=FINDER, on=LATER).then(left(GuidanceGiven, form="on_site", guidance="v:guidance"))


@pytest.mark.parametrize(
    "more",
    [
        {"area": "content"},
        {"cause": "misprint"},
        {"severity": "minor"},
        {"veto": "privacy"},
        {"article": ARTICLE},
        {"page": PAGE},
        {"quote": "原文"},
        {"again_after": "finding-education-0"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_where_nothing_was_found_no_defect_is_described(more: dict[str, str]) -> None:
    fresh().when(nothing(**more), by=FINDER, on=DAY).then_bad_field(next(iter(more)))


@pytest.mark.parametrize("name", ["area", "cause", "severity", "page"])
def test_a_defect_is_described_whole(name: str) -> None:
    fresh().when(patrol(**{name: None}), by=FINDER, on=DAY).then_bad_field(name)


def test_a_defect_is_in_one_place() -> None:
    fresh(ITEM).when(patrol(article=ARTICLE), by=FINDER, on=DAY).then_bad_field("page")


def test_the_county_office_patrols_and_no_unit_does() -> None:
    for by in (FINDER, FINDING_OFFICER, OFFICE_HEAD):
        fresh().when(patrol(), by=by, on=DAY).then(PatrolRecorded, DefectFound)
    for by in (CLERK, HEAD, HEALTH_HEAD, CHIEF):
        fresh().when(patrol(), by=by, on=DAY).then_forbidden()


def test_a_unit_that_is_unknown_or_no_more_is_not_patrolled() -> None:
    fresh().when(patrol(department="无此局"), by=FINDER, on=DAY).then_bad_field("department")
    fresh().when(patrol(department="tourism"), by=FINDER, on=DAY).then_refused(
        "finding.department_closed", "department"
    )


def test_nothing_is_found_before_it_happens() -> None:
    fresh().when(patrol(found=LATER), by=FINDER, on=DAY).then_refused("finding.found_ahead", "found")


@pytest.mark.parametrize(("area", "cause"), [(area, cause) for area in AREAS for cause in CAUSES[area]])
def test_each_cause_is_found_in_its_area(area: str, cause: str) -> None:
    fresh().when(patrol(area=area, cause=cause), by=FINDER, on=DAY).then(
        PatrolRecorded, left(DefectFound, area=area, cause=cause)
    )
    other = "technical" if area != "technical" else "content"
    fresh().when(patrol(area=other, cause=cause), by=FINDER, on=DAY).then_refused(
        "finding.cause_of_other_area", "cause"
    )


@pytest.mark.parametrize(("veto", "area"), [(veto, area) for veto in VETO_AREAS for area in AREAS])
def test_a_veto_is_found_in_its_areas_only(veto: str, area: str) -> None:
    given = patrol(area=area, cause=next(iter(CAUSES[area])), veto=veto)  # type: ignore[index]
    asked = fresh().when(given, by=FINDER, on=DAY)
    if area in VETO_AREAS[veto]:  # type: ignore[index]
        asked.then(PatrolRecorded, left(DefectFound, veto=veto))
    else:
        asked.then_refused("finding.veto_of_other_area", "veto")


def test_lateness_and_columns_are_no_area_for_their_clocks_count_them() -> None:
    for area in ("timeliness", "columns"):
        with pytest.raises(ValidationError):
            patrol(area=area)


def test_an_item_that_is_named_is_the_unit_s_own() -> None:
    given = patrol(article=ARTICLE, page=None)
    fresh(ITEM).when(given, by=FINDER, on=DAY).then(PatrolRecorded, left(DefectFound, article=ARTICLE))
    for other, code in (
        (CaseView(ARTICLE, "article", 1, Article(department="health")), "finding.other_unit"),
        (CaseView(ARTICLE, "column", 1, Column(department="education")), "finding.no_such_article"),
    ):
        fresh(other).when(given, by=FINDER, on=DAY).then_refused(code, "article")


# -- one cause is charged once -----------------------------------------------------------------------------------------


def test_whoever_finds_the_same_cause_again_comes_to_the_same_file() -> None:
    first = case_id(patrol())
    assert first.startswith("finding-education-")
    same: tuple[dict[str, str], ...] = (
        {"found": "2026-05-04", "scope": "columns", "severity": "serious"},
        {"page": "http://WWW.example.gov.cn/jyj/1.html/#top"},
        {"veto": "misstatement"},
    )
    for more in same:
        assert case_id(patrol(**more)) == first, more
    other: tuple[dict[str, Any], ...] = (
        {"department": "health"},
        {"cause": "wrong_facts"},
        {"page": "https://www.example.gov.cn/jyj/2.html"},
        {"page": f"{PAGE}?id=2"},
        {"page": None, "article": ARTICLE},
        {"again_after": first},
    )
    assert len({first, *(case_id(patrol(**more)) for more in other)}) == 1 + len(other)


@pytest.mark.parametrize(
    "typed",
    [
        "www.example.gov.cn/Jyj/1.html",
        "http://www.example.gov.cn/Jyj/1.html",
        "//www.example.gov.cn/Jyj/1.html/",
        "HTTPS://WWW.Example.Gov.CN./Jyj/1.html",
        "https://www.example.gov.cn:443/Jyj/1.html",
        "http://www.example.gov.cn:80/Jyj/1.html",
        "www.example.gov.cn:443/Jyj/1.html",
        "https://www.example.gov.cn/./Jyj/x/../1.html",
        "https://www.example.gov.cn/%4ayj/%31.html",
        "www.example.gov.cn/Jyj/1.html#top",
        "www。example。gov。cn/Jyj/1.html",
    ],
)
def test_one_page_is_one_place_however_its_address_was_typed(typed: str) -> None:
    assert case_id(patrol(page=typed)) == case_id(patrol(page="https://www.example.gov.cn/Jyj/1.html"))


@pytest.mark.parametrize(
    "other",
    [
        "www.example.gov.cn/jyj/1.html",
        "https://www.example.gov.cn/jyj/1.html",
        "https://example.gov.cn/Jyj/1.html",
        "https://www.example.gov.cn:8443/Jyj/1.html",
        "https://www.example.gov.cn/Jyj%2F1.html",
        "https://www.example.gov.cn/Jyj/1.html?a=1",
    ],
)
def test_another_path_port_or_query_is_another_place(other: str) -> None:
    assert case_id(patrol(page=other)) != case_id(patrol(page="https://www.example.gov.cn/Jyj/1.html"))


def test_the_letters_of_a_query_and_of_a_path_written_in_chinese_are_the_same_encoded() -> None:
    plain, encoded = (
        "www.example.gov.cn/公告/一.html?名=甲",
        "https://www.example.gov.cn/%e5%85%AC%E5%91%8A/%E4%B8%80.html",
    )
    assert case_id(patrol(page=plain)) == case_id(patrol(page=f"{encoded}?%E5%90%8d=%E7%94%B2"))


# The ids of files that were opened while an address without its scheme was folded in all its letters, and ports were kept.
FORMER = {
    "www.example.gov.cn/Jyj/1.html": "finding-education-35c16c640569",
    "https://www.example.gov.cn:443/Jyj/1.html": "finding-education-d2449bc2c469",
}


@pytest.mark.parametrize(("typed", "id"), FORMER.items())
def test_a_file_from_the_time_when_less_was_folded_is_still_the_one_of_its_cause(typed: str, id: str) -> None:
    stored = CaseView(id, "finding", 2, finding("cleared", page=typed).state)
    for again in (typed, typed.removeprefix("https://"), "http://www.example.gov.cn:443/Jyj/1.html"):
        broken = fresh(stored).when(patrol(page=again), by=FINDER, on=LATER).then_refused("finding.same_cause", "cause")
        assert id in broken.message.zh
    after = patrol(page="https://www.example.gov.cn/Jyj/1.html", again_after=id)
    fresh(stored).when(after, by=FINDER, on=LATER).then(PatrolRecorded, DefectFound)


def test_a_page_whose_path_differs_in_its_letters_has_a_file_of_its_own() -> None:
    lower = finding("confirmed", page="www.example.gov.cn/jyj/1.html")
    for typed in FORMER:
        fresh(view(lower)).when(patrol(page=typed), by=FINDER, on=LATER).then(PatrolRecorded, DefectFound)


def test_a_place_that_is_no_address_is_the_same_however_it_is_typed() -> None:
    assert case_id(patrol(page="微信公众号  7月3日 A推文")) == case_id(patrol(page="微信公众号 7月3日 a推文"))


def test_the_same_cause_has_no_second_file() -> None:
    for stage in ("found", "confirmed", "cleared"):
        refused = fresh(view(finding(stage))).when(patrol(), by=FINDING_OFFICER, on=LATER)
        broken = refused.then_refused("finding.same_cause", "cause")
        assert case_id(patrol()) in broken.message.zh


def test_the_same_patrol_is_recorded_once_a_day_and_scope() -> None:
    first = fresh(case=case_id(nothing())).and_(nothing(), by=FINDER, on=DAY)
    fresh(view(first)).when(nothing(), by=FINDER, on=LATER).then_refused("finding.same_patrol", "found")
    for other in (nothing(scope="columns"), nothing(found=LATER)):
        fresh(view(first)).when(other, by=FINDER, on=LATER).then(PatrolRecorded)


@pytest.mark.parametrize("stage", ["cleared", "rejected"])
def test_what_happens_again_after_it_was_over_has_a_file_of_its_own(stage: str) -> None:
    first = finding("cleared") if stage == "cleared" else finding("found").and_(REJECT, by=DECIDER, on=DAY)
    again = patrol(again_after=first.file.id)
    fresh(view(first)).when(again, by=FINDER, on=LATER).then(
        PatrolRecorded, left(DefectFound, again_after=first.file.id)
    )


def test_what_happens_again_names_a_finding_of_its_cause_that_is_over() -> None:
    still = finding("fixed")
    again = patrol(again_after=still.file.id)
    fresh(view(still)).when(again, by=FINDER, on=LATER).then_refused("finding.still_open", "again_after")
    other = finding("cleared", cause="wrong_facts")
    again = patrol(again_after=other.file.id)
    fresh(view(other)).when(again, by=FINDER, on=LATER).then_refused("finding.other_cause", "again_after")
    for named in ("finding-education-none", ARTICLE):
        fresh(ITEM).when(patrol(again_after=named), by=FINDER, on=LATER).then_refused(
            "finding.no_such_finding", "again_after"
        )


def seen(kind: str, state: Any) -> CaseView:
    return CaseView("X2026-000001", kind, 1, replace(state, department="education"))


CHARGED_FILES = [
    seen("column", Column(status="open", stale=1)),
    seen("column", Column(status="open", blanks=1)),
    seen("article", Article(status="drafting", clock_ended="missed")),
    seen("article", Article(status="published", clock_ended="met", returned_for_form=1)),
    seen("document", Document(status="proposed", returns=1, faulty=1)),
    seen("interpretation", Interpretation(status="published", ended="missed")),
]
UNCHARGED_FILES = [
    seen("column", Column(status="open", updates=3)),
    seen("article", Article(status="published", clock_ended="met", returns=1)),
    seen("article", Article(status="dropped", clock_ended="cancelled")),
    seen("document", Document(status="issued", returns=1)),
    seen("interpretation", Interpretation(status="completed", ended="met")),
]
OTHER_PAGE = "https://www.example.gov.cn/jyj/list.html"


def charged_by(case: str | None) -> RejectDefect:
    return RejectDefect(ground="charged_already", charged_by=case, explanation="同一原因")


@pytest.mark.parametrize(
    "other",
    [
        *CHARGED_FILES,
        view(finding("confirmed", cause="wrong_facts")),
        view(finding("cleared", page=OTHER_PAGE)),
    ],
)
def test_what_was_charged_elsewhere_is_rejected_and_names_where(other: CaseView) -> None:
    finding("found", other).when(charged_by(other.id), by=DECIDER, on=LATER).then(
        left(DefectRejected, ground="charged_already", charged_by=other.id)
    )


@pytest.mark.parametrize(
    "other",
    [
        *UNCHARGED_FILES,
        *(replace(one, state=replace(one.state, department="health")) for one in CHARGED_FILES),
        view(finding("found", cause="wrong_facts")),
        view(finding("found", page=OTHER_PAGE).and_(REJECT, by=DECIDER, on=DAY)),
        view(finding("confirmed", cause="wrong_facts", page=OTHER_PAGE)),
    ],
)
def test_nothing_is_said_to_be_charged_where_no_charge_stands(other: CaseView) -> None:
    finding("found", other).when(charged_by(other.id), by=DECIDER, on=LATER).then_refused(
        "finding.not_charged", "charged_by"
    )


def test_a_charge_that_was_undone_stands_no_more() -> None:
    other = finding("confirmed", page=OTHER_PAGE)
    other.and_(undo(other, DefectConfirmed), by=DECIDER, on=LATER)
    finding("found", view(other)).when(charged_by(other.file.id), by=DECIDER, on=LATER).then_refused(
        "finding.not_charged"
    )


def test_a_finding_does_not_name_itself_or_what_is_not_there() -> None:
    scenario = finding("found")
    scenario.cases = {**scenario.cases, scenario.file.id: view(finding("confirmed"))}
    for case in (scenario.file.id, "L2026-999999"):
        scenario.when(charged_by(case), by=DECIDER, on=LATER).then_refused("finding.not_charged", "charged_by")
    scenario.when(charged_by(None), by=DECIDER, on=LATER).then_refused("finding.charged_by_missing", "charged_by")
    beside = RejectDefect(ground="no_evidence", charged_by=ARTICLE, explanation="截图不清")
    scenario.when(beside, by=DECIDER, on=LATER).then_refused("finding.charged_by_not_expected", "charged_by")


# -- what the unit says ------------------------------------------------------------------------------------------------


def test_the_head_of_the_unit_accepts_and_it_may_be_confirmed_at_once() -> None:
    scenario = finding("found").when(ACCEPT, by=HEAD, on=LATER).then(left(DefectAccepted, met=True, clock="dispute"))
    assert (scenario.state.status, scenario.file.dues) == ("accepted", {})
    scenario.when(CONFIRM, by=FINDING_OFFICER, on=LATER).then(DefectConfirmed)
    for by in (CLERK, SECTION, HEALTH_HEAD, DECIDER):
        finding("found").when(ACCEPT, by=by, on=LATER).then_forbidden()


def test_the_unit_disputes_with_ground_and_attachments() -> None:
    given = DisputeDefect(ground="not_so_serious", statement="仅标点", attachments=("a" * 64,))
    for by in (CLERK, SECTION, HEAD, KEEPER):
        scenario = finding("found").when(given, by=by, on=LATER)
        scenario.then(
            left(
                DefectDisputed,
                ground="not_so_serious",
                statement="v:statement",
                attachments=("a" * 64,),
                met=True,
                due=date(2026, 3, 9),
                done=date(2026, 3, 3),
            )
        )
    for by in (HEALTH, DECIDER, CHIEF):
        finding("found").when(given, by=by, on=LATER).then_forbidden()


def test_the_last_day_to_dispute_is_in_time_and_the_day_after_is_not() -> None:
    finding("found").when(DISPUTE, by=CLERK, on="2026-03-09 23:59").then(left(DefectDisputed, met=True))
    late = finding("found")
    late.when_swept("2026-03-10").then(
        left(DisputeLapsed, department="education", clock="dispute", due=date(2026, 3, 9), met=False)
    )
    late.when(DISPUTE, by=CLERK, on="2026-03-10").then_refused("finding.dispute_over")
    late.when(ACCEPT, by=HEAD, on="2026-03-10").then_refused("finding.dispute_over")


def test_the_county_sets_how_long_a_unit_may_dispute() -> None:
    scenario = fresh(**{"finding.dispute": 2}).and_(patrol(), by=FINDER, on=DAY)
    assert due_of(scenario, "dispute") == date(2026, 3, 4)
    assert due_of(finding("found"), "dispute") == date(2026, 3, 9)


def test_a_dispute_entered_late_takes_the_lapse_back() -> None:
    scenario = finding("found")
    scenario.when_swept("2026-03-10").then(DisputeLapsed)
    scenario.when(DISPUTE, by=CLERK, on="2026-03-06", recorded="2026-03-11").then(left(DefectDisputed, met=True))
    assert [e.event_name for e in scenario.live] == ["PatrolRecorded", "DefectFound", "DefectDisputed"]


def test_a_revoked_lapse_lets_the_unit_speak_after_all() -> None:
    scenario = finding("found")
    scenario.when_swept("2026-03-10").then(DisputeLapsed)
    revoke = RevokeOverdue(event=scenario.id_of(DisputeLapsed), reason="系统检修")
    scenario.when(revoke, by=DECIDER, on="2026-03-10 10:00").then(OverdueRevoked)
    scenario.when(DISPUTE, by=CLERK, on="2026-03-11").then(left(DefectDisputed, met=False))
    scenario.when(CONFIRM, by=FINDING_OFFICER, on="2026-03-12").then(DefectConfirmed)


def test_the_unit_speaks_once() -> None:
    accepted, spoken = finding("accepted"), disputed()
    for command, by in ((ACCEPT, HEAD), (DISPUTE, CLERK)):
        accepted.when(command, by=by, on=LATER).then_refused("finding.already_accepted")
        spoken.when(command, by=by, on=LATER).then_refused("finding.already_disputed")


# -- the decision ------------------------------------------------------------------------------------------------------


def test_before_the_unit_has_spoken_or_let_the_time_pass_nothing_is_confirmed() -> None:
    finding("found").when(CONFIRM, by=DECIDER, on="2026-03-09 23:59").then_refused("finding.dispute_running")
    finding("found").when(CONFIRM, by=DECIDER, on="2026-03-10").then(DisputeLapsed, DefectConfirmed)


def test_a_confirmation_says_all_that_scoring_reads() -> None:
    scenario = (
        finding("accepted")
        .when(CONFIRM, by=DECIDER, on=LATER)
        .then(
            left(
                DefectConfirmed,
                department="education",
                area="content",
                severity="minor",
                cause="misprint",
                veto="none",
                found=date(2026, 3, 2),
                fix_by=date(2026, 3, 20),
            )
        )
    )
    assert FINDING.summary(scenario.state).columns["charged"] is True
    assert due_of(scenario, "fix") == date(2026, 3, 20)


def test_what_was_disputed_may_be_confirmed_less_gravely() -> None:
    given = ConfirmDefect.model_validate({"fix_by": "2026-03-20", "severity": "ordinary", "veto": "none"})
    scenario = disputed(area="privacy", cause="personal_data", severity="serious", veto="privacy")
    scenario.when(given, by=DECIDER, on=LATER).then(left(DefectConfirmed, severity="ordinary", veto="none"))
    wrong = ConfirmDefect.model_validate({"fix_by": "2026-03-20", "veto": "secret"})
    disputed().when(wrong, by=DECIDER, on=LATER).then_refused("finding.veto_of_other_area", "veto")


def lapsed(**fields: Any) -> Scenario:
    scenario = finding("found", **fields)
    scenario.when_swept("2026-03-10").then(DisputeLapsed)
    return scenario


@pytest.mark.parametrize(
    "heard", [partial(finding, "accepted"), disputed, lapsed], ids=["accepted", "disputed", "lapsed"]
)
def test_nothing_is_confirmed_more_gravely_than_the_unit_was_told(heard: Callable[..., Scenario]) -> None:
    for told, graver in (
        ({}, {"veto": "misstatement"}),
        ({}, {"severity": "ordinary"}),
        ({"severity": "ordinary"}, {"severity": "serious"}),
        ({"veto": "misstatement"}, {"veto": "forged_date"}),
    ):
        given = ConfirmDefect.model_validate({"fix_by": "2026-03-31", **graver})
        broken = heard(**told).when(given, by=DECIDER, on="2026-03-11")
        broken.then_refused("finding.graver_than_told", next(iter(graver)))
    as_told = ConfirmDefect.model_validate({"fix_by": "2026-03-31", "severity": "serious", "veto": "misstatement"})
    heard(severity="serious", veto="misstatement").when(as_told, by=DECIDER, on="2026-03-11").then(
        left(DefectConfirmed, severity="serious", veto="misstatement")
    )


def test_what_is_graver_is_told_anew_and_the_unit_heard_on_it() -> None:
    less = finding("accepted").and_(REJECT, by=DECIDER, on=LATER)
    graver = patrol(veto="misstatement", severity="serious", again_after=less.file.id)
    anew = fresh(view(less), case=case_id(graver)).and_(graver, by=FINDER, on=LATER)
    anew.when(CONFIRM, by=DECIDER, on="2026-03-04").then_refused("finding.dispute_running")
    anew.when(DISPUTE, by=CLERK, on="2026-03-04").then(DefectDisputed)


@pytest.mark.parametrize("command", [CONFIRM, REJECT], ids=["confirm", "reject"])
def test_a_dispute_is_decided_by_somebody_else_than_the_finder(command: Command) -> None:
    refused = disputed(FINDING_OFFICER).when(command, by=FINDING_OFFICER, on=LATER).then_refused("finding.same_person")
    assert "申辩" in refused.basis.zh
    disputed(FINDING_OFFICER).when(command, by=DECIDER, on=LATER).accepted()


def test_whoever_imported_a_finding_did_not_find_it() -> None:
    given = patrol()
    old = fresh(case=case_id(given)).and_(given, by=FINDING_OFFICER, on=DAY, origin="import")
    old.and_(DISPUTE, by=CLERK, on=LATER)
    old.when(CONFIRM, by=FINDING_OFFICER, on=LATER).then(DefectConfirmed)


@pytest.mark.parametrize(
    ("stage", "command"),
    [("accepted", CONFIRM), ("found", REJECT), ("fixed", CLEAR), ("fixed", RETURN)],
    ids=["confirm", "reject", "clear", "return"],
)
def test_a_unit_does_not_decide_on_its_own(stage: str, command: Command) -> None:
    """Not by its own posts, nor by a second one in the county office."""
    both = person("both", "office@county-office", "clerk@education")
    for by in (CLERK, HEAD, HEALTH_HEAD, FINDER):
        finding(stage).when(command, by=by, on=LATER).then_forbidden()
    finding(stage).when(command, by=both, on=LATER).then_refused("finding.own_finding")
    for by in (OFFICE_HEAD, DECIDER, CHIEF):
        finding(stage).when(command, by=by, on=LATER).accepted()


def test_what_is_found_on_the_county_office_is_decided_by_a_county_leader() -> None:
    scenario = fresh().and_(patrol(department="county-office"), by=FINDER, on=DAY)
    scenario.and_(ACCEPT, by=OFFICE_HEAD, on=DAY)
    scenario.when(CONFIRM, by=DECIDER, on=LATER).then_refused("finding.own_finding")
    scenario.and_(CONFIRM, by=CHIEF, on=LATER).and_(FIXED, by=FINDER, on=LATER)
    scenario.when(CLEAR, by=OFFICE_HEAD, on=LATER).then_refused("finding.own_finding")
    scenario.when(CLEAR, by=CHIEF, on=LATER).then(DefectCleared)


def test_a_rejected_finding_charges_nothing_and_is_over() -> None:
    for scenario in (finding("found"), finding("accepted"), disputed()):
        scenario.when(REJECT, by=DECIDER, on=LATER).then(
            left(DefectRejected, ground="facts_differ", charged_by=None, explanation="v:explanation")
        )
        assert (scenario.state.status, scenario.file.dues) == ("rejected", {})
        scenario.when_swept("2026-06-01").then_nothing()
        for command, by in ((ACCEPT, HEAD), (DISPUTE, CLERK), (CONFIRM, DECIDER), (REJECT, DECIDER)):
            scenario.when(command, by=by, on="2026-06-02").then_refused("finding.already_rejected")
        scenario.when(FIXED, by=CLERK, on="2026-06-02").then_refused("finding.not_confirmed")


def test_what_is_confirmed_is_not_decided_again() -> None:
    for stage in ("confirmed", "fixed", "cleared"):
        for command, by in ((ACCEPT, HEAD), (DISPUTE, CLERK), (CONFIRM, DECIDER), (REJECT, DECIDER)):
            finding(stage).when(command, by=by, on=LATER).then_refused("finding.already_confirmed")


def test_the_day_to_fix_it_by_lies_ahead() -> None:
    given = ConfirmDefect.model_validate({"fix_by": LATER})
    finding("accepted").when(given, by=DECIDER, on=LATER).then_refused("finding.fix_by_not_ahead", "fix_by")
    given = RETURN.model_copy(update={"fix_by": date(2026, 3, 3)})
    finding("fixed").when(given, by=DECIDER, on=LATER).then_refused("finding.fix_by_not_ahead", "fix_by")


# -- the fix -----------------------------------------------------------------------------------------------------------


def test_a_fix_on_the_last_day_is_in_time() -> None:
    scenario = finding("confirmed")
    scenario.when(FIXED, by=CLERK, on="2026-03-20 18:00").then(
        left(DefectFixed, clock="fix", met=True, due=date(2026, 3, 20), statement="v:statement")
    )
    scenario.when_swept("2026-06-01").then_nothing()


def test_a_missed_day_leaves_one_verdict_and_a_late_fix_says_so() -> None:
    scenario = finding("confirmed")
    scenario.when_swept("2026-03-21").then(
        left(FixOverdue, department="education", area="content", clock="fix", due=date(2026, 3, 20), met=False)
    )
    scenario.when_swept("2026-06-01").then_nothing()
    scenario.when(FIXED, by=CLERK, on="2026-06-02").then(left(DefectFixed, met=False, due=date(2026, 3, 20)))


def test_a_fix_returned_has_a_day_and_a_clock_of_its_own() -> None:
    scenario = finding("fixed")
    scenario.when(RETURN, by=DECIDER, on=LATER).then(
        left(FixReturned, fix_by=date(2026, 3, 31), explanation="v:explanation")
    )
    assert scenario.file.dues == {"fix-2": (date(2026, 3, 31), "final")}
    scenario.when_swept("2026-04-01").then(left(FixOverdue, clock="fix-2", due=date(2026, 3, 31)))
    scenario.when(FIXED, by=CLERK, on="2026-04-01 10:00").then(left(DefectFixed, clock="fix-2", met=False))
    scenario.when(CLEAR, by=DECIDER, on="2026-04-02").then(DefectCleared)


def test_a_revoked_miss_of_the_first_day_leaves_the_second_running() -> None:
    scenario = finding("confirmed")
    scenario.when_swept("2026-03-21").then(FixOverdue)
    scenario.and_(FIXED, by=CLERK, on="2026-03-22").and_(RETURN, by=DECIDER, on="2026-03-23")
    revoke = RevokeOverdue(event=scenario.id_of(FixOverdue), reason="网站故障")
    scenario.when(revoke, by=DECIDER, on="2026-03-24").then(left(OverdueRevoked, clock="fix"))
    assert due_of(scenario, "fix-2") == date(2026, 3, 31)
    scenario.when_swept("2026-04-01").then(left(FixOverdue, clock="fix-2"))


def test_only_a_reported_fix_is_checked_and_only_what_is_confirmed_is_fixed() -> None:
    for command in (CLEAR, RETURN):
        finding("confirmed").when(command, by=DECIDER, on=LATER).then_refused("finding.not_fixed")
        finding("found").when(command, by=DECIDER, on=LATER).then_refused("finding.not_confirmed")
        finding("cleared").when(command, by=DECIDER, on=LATER).then_refused("finding.already_cleared")
    finding("found").when(FIXED, by=CLERK, on=LATER).then_refused("finding.not_confirmed")
    finding("fixed").when(FIXED, by=CLERK, on=LATER).then_refused("finding.already_fixed")
    finding("cleared").when(FIXED, by=CLERK, on=LATER).then_refused("finding.already_cleared")
    for by in (HEALTH, DECIDER):
        finding("confirmed").when(FIXED, by=by, on=LATER).then_forbidden()


def test_what_is_cleared_is_closed_and_stays_charged() -> None:
    scenario = finding("fixed").when(CLEAR, by=OFFICE_HEAD, on=LATER).then(DefectCleared)
    shown = FINDING.summary(scenario.state)
    assert (shown.status, shown.open, shown.columns["charged"]) == ("cleared", False, True)


def test_a_unit_is_guided_at_any_time_by_the_county_office() -> None:
    for stage in ("found", "confirmed", "cleared"):
        finding(stage).when(GUIDE, by=FINDER, on=LATER).then(GuidanceGiven)
        finding(stage).when(GUIDE, by=HEAD, on=LATER).then_forbidden()


def test_a_step_is_not_dated_before_the_one_it_rests_on() -> None:
    steps: tuple[tuple[Command, Actor], ...] = ((ACCEPT, HEAD), (CONFIRM, DECIDER), (FIXED, CLERK), (CLEAR, DECIDER))
    others: dict[Command, tuple[Command, Actor]] = {CONFIRM: (REJECT, DECIDER), CLEAR: (RETURN, DECIDER)}
    scenario = finding("found")
    for place, (command, by) in enumerate(steps):
        day = 3 + place
        for asked, who in ((command, by), others.get(command, (command, by))) if place else ():
            scenario.when(asked, by=who, on=f"2026-03-0{day - 1} 08:00", recorded=f"2026-03-0{day}").then_refused(
                "finding.before_previous_step", "happened"
            )
        scenario.and_(command, by=by, on=f"2026-03-0{day}")


# -- corrections and erasure -------------------------------------------------------------------------------------------


def test_an_undone_confirmation_takes_charge_and_clock_back() -> None:
    scenario = finding("confirmed")
    scenario.when(undo(scenario, DefectConfirmed), by=DECIDER, on=LATER).then(EntryVoided)
    assert (scenario.state.status, scenario.file.dues) == ("accepted", {})
    assert FINDING.summary(scenario.state).columns["charged"] is False
    scenario.when_swept("2026-06-01").then_nothing()
    scenario.when(REJECT, by=DECIDER, on="2026-06-02").then(DefectRejected)


def test_an_undone_confirmation_takes_the_missed_fix_back() -> None:
    scenario = finding("confirmed")
    scenario.when_swept("2026-03-21").then(FixOverdue)
    scenario.when(undo(scenario, DefectConfirmed), by=DECIDER, on="2026-03-23").accepted()
    assert not [e for e in scenario.live if isinstance(e, FixOverdue | DefectConfirmed)]


def test_a_confirmation_is_undone_together_with_what_rests_on_it() -> None:
    scenario = finding("cleared")
    scenario.when(undo(scenario, DefectConfirmed), by=DECIDER, on=LATER).then_refused("void.depended_on")
    scenario.when(undo(scenario, DefectConfirmed, DefectFixed, DefectCleared), by=DECIDER, on=LATER).then(EntryVoided)
    assert scenario.state.status == "accepted"


def test_an_undone_acceptance_is_what_the_confirmation_rests_on() -> None:
    scenario = finding("confirmed")
    scenario.when(undo(scenario, DefectAccepted), by=DECIDER, on=LATER).then_refused("void.depended_on")


def test_an_undone_dispute_lets_the_time_run_on() -> None:
    scenario = disputed()
    scenario.when(undo(scenario, DefectDisputed), by=DECIDER, on="2026-03-04").then(EntryVoided)
    assert due_of(scenario, "dispute") == date(2026, 3, 9)


def test_what_was_found_and_what_was_rejected_is_not_undone() -> None:
    scenario = finding("found").and_(REJECT, by=DECIDER, on=LATER)
    for event, code in (
        (PatrolRecorded, "void.opening"),
        (DefectFound, "void.forbidden"),
        (DefectRejected, "void.forbidden"),
    ):
        scenario.when(undo(scenario, event), by=DECIDER, on="2026-03-04").then_refused(code)


def test_quoted_text_is_erased_with_a_key_of_its_own_and_the_charge_stays() -> None:
    scenario = finding("confirmed", area="privacy", cause="personal_data", veto="privacy", quote="某人身份证号")
    for by in (CLERK, HEAD, FINDER):
        scenario.when(EraseQuote(), by=by, on=LATER).then_forbidden()
    guard = person("guard", "security_admin@county-office")
    scenario.when(EraseQuote(), by=guard, on=LATER).then(
        left(SubjectErased, subject="s:writer", ground="personal_data", department="education")
    )
    assert (scenario.state.status, scenario.state.quote) == ("confirmed", None)
    scenario.when(EraseQuote(), by=DECIDER, on=LATER).then_refused("finding.nothing_quoted")
    finding("found").when(EraseQuote(), by=DECIDER, on=LATER).then_refused("finding.nothing_quoted")
    erased = VoidEntry(events=(scenario.id_of(SubjectErased),), reason="误删")
    scenario.when(erased, by=DECIDER, on="2026-03-04").then_refused("void.forbidden")


def test_every_status_is_reached() -> None:
    reached = {finding(stage).state.status for stage in ("found", "accepted", "confirmed", "fixed", "cleared")}
    reached |= {disputed().state.status, fresh().and_(nothing(), by=FINDER, on=DAY).state.status}
    reached |= {finding("found").and_(REJECT, by=DECIDER, on=DAY).state.status, FINDING.initial.status}
    assert reached == set(STATUSES)
