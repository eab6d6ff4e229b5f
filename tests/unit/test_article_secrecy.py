"""The secrecy review of an item with its four results, referral and determination, and what is treated before it opens."""

from typing import Any

import pytest

from services.publishing.article_commands import (
    Approve,
    DetermineSecrecy,
    FlagSensitive,
    Publish,
    Release,
    ReviewSecrecy,
    Treat,
)
from services.publishing.article_events import (
    InfoTreated,
    ReviewApproved,
    SecrecyDetermined,
    SecrecyReferred,
    SecrecyReviewed,
    WarningsAnswered,
)
from services.publishing.article_state import evolve
from services.publishing.events import SubjectErased
from services.publishing.monitoring import Hit
from shared.domain.corrections import VoidEntry
from shared.domain.directory import Actor
from shared.domain.kind import Command, Stamp
from shared.eventlog.upcasting import upcast
from tests.scenario import Scenario, left, moment, person
from tests.unit.article_world import CASE, CLERK, COUNTY_SECRECY, DEPUTY, HEAD, HEALTH, OFFICE, SECRECY, SECTION, item

ON = "2026-03-03"
REFER = ReviewSecrecy(result="refer", authority="secrecy_department")
TREATMENT = "隐去联系人电话"
PHONE = Hit(finding="phone", count=1)
LATER_REVIEWS: tuple[tuple[Command, Actor], ...] = ((Approve(stage="second"), DEPUTY), (Approve(stage="third"), HEAD))


def reviewed(**fields: Any) -> ReviewSecrecy:
    return ReviewSecrecy.model_validate(fields)


def waiting() -> Scenario:
    """At the secrecy review with a warning that nobody answered, as history may bring it in."""
    scenario = item("first", text="咨询电话 13812345678")
    for command, by in ((Approve(stage="first"), SECTION), *LATER_REVIEWS):
        scenario.and_(command, by=by, on=ON, origin="import")
    return scenario


def referred() -> Scenario:
    return item("secrecy").and_(REFER, by=SECRECY, on=ON)


def test_what_may_be_opened_passes_the_stage() -> None:
    scenario = (
        item("secrecy")
        .when(reviewed(result="open"), by=SECRECY, on=ON)
        .then(
            left(SecrecyReviewed, result="open", ground=None, department="education"),
            left(ReviewApproved, stage="secrecy", reviewer="secrecy"),
        )
    )
    assert scenario.state.status == "release"


def test_the_county_s_secrecy_reviewer_may_do_it_and_nobody_else() -> None:
    item("secrecy").when(reviewed(result="open"), by=COUNTY_SECRECY, on=ON).then(SecrecyReviewed, ReviewApproved)
    for other in (HEAD, CLERK, HEALTH, OFFICE, person("elsewhere", "secrecy@health")):
        item("secrecy").when(reviewed(result="open"), by=other, on=ON).then_forbidden()


@pytest.mark.parametrize("status", ["drafting", "first", "second", "third", "release", "released"])
def test_secrecy_is_reviewed_after_the_three_reviews_and_once(status: str) -> None:
    item(status).when(reviewed(result="open"), by=SECRECY, on=ON).then_refused("article.not_secrecy_stage")


@pytest.mark.parametrize(
    "ground",
    [
        "forbidden_by_law",
        "three_securities",
        "third_party",
        "internal_affairs",
        "process_information",
        "enforcement_file",
        "special_access",
    ],
)
def test_what_is_not_opened_ends_with_its_ground_and_is_charged_to_nobody(ground: str) -> None:
    scenario = (
        item("secrecy")
        .when(reviewed(result="not_open", ground=ground), by=SECRECY, on=ON)
        .then(left(SecrecyReviewed, result="not_open", ground=ground))
    )
    assert scenario.state.status == "withheld"
    assert scenario.file.dues == {}
    scenario.when_swept("2027-01-04").then_nothing()
    scenario.when(Publish(), by=CLERK, on=ON).then_refused("article.withheld")
    scenario.when(FlagSensitive(ground="sensitive"), by=CLERK, on=ON).then_refused("article.withheld")


def test_of_a_state_secret_that_slipped_in_no_word_is_left() -> None:
    scenario = (
        item("secrecy")
        .when(reviewed(result="not_open", ground="state_secret"), by=SECRECY, on=ON)
        .then(SecrecyReviewed, left(SubjectErased, subject=f"case:{CASE}", ground="state_secret"))
    )
    assert (scenario.state.title, scenario.state.text) == (None, None)


def test_a_result_carries_what_belongs_to_it_and_nothing_else() -> None:
    for fields, code, field in (
        ({"result": "not_open"}, "ground_missing", "ground"),
        ({"result": "open", "ground": "third_party"}, "ground_not_expected", "ground"),
        ({"result": "open_after_treatment"}, "treatment_missing", "treatment"),
        ({"result": "open", "treatment": TREATMENT}, "treatment_missing", "treatment"),
        ({"result": "refer"}, "referral_missing", "authority"),
        ({"result": "open", "authority": "secrecy_department"}, "referral_missing", "authority"),
        ({"result": "open", "answer": "略"}, "no_warnings", "answer"),
        ({"result": "not_open", "ground": "third_party", "answer": "略"}, "no_warnings", "answer"),
    ):
        broken = item("secrecy").when(reviewed(**fields), by=SECRECY, on=ON).then_refused(f"article.{code}")
        assert broken.field == field


def test_what_is_opened_after_treatment_is_treated_and_reviewed_again() -> None:
    scenario = (
        item("secrecy")
        .when(reviewed(result="open_after_treatment", treatment=TREATMENT), by=SECRECY, on=ON)
        .then(left(SecrecyReviewed, result="open_after_treatment", treatment="v:treatment"))
    )
    scenario.when(Release(), by=OFFICE, on=ON).then_refused("article.not_ready_for_release")
    scenario.when(reviewed(result="open"), by=SECRECY, on=ON).then_refused("article.not_secrecy_stage")
    scenario.when(Treat(text="处理后的正文"), by=SECTION, on=ON).then_refused("article.same_person")
    scenario.when(Treat(text="机密★ 正文"), by=CLERK, on=ON).then_refused("article.classified")
    scenario.when(Treat(text="处理后的正文"), by=CLERK, on=ON).then(
        left(InfoTreated, text="v:text", title=None, round=2)
    )
    assert (scenario.state.status, scenario.state.passed, scenario.state.rounds) == ("first", (), 2)
    scenario.when(reviewed(result="open"), by=SECRECY, on=ON).then_refused("article.not_secrecy_stage")
    for command, by in ((Approve(stage="first"), SECTION), *LATER_REVIEWS):
        scenario.and_(command, by=by, on=ON)
    scenario.when(reviewed(result="open"), by=SECRECY, on=ON).then(SecrecyReviewed, ReviewApproved)


def test_what_was_treated_by_the_first_version_goes_back_to_the_secrecy_review_alone() -> None:
    scenario = item("secrecy").and_(reviewed(result="open_after_treatment", treatment=TREATMENT), by=SECRECY, on=ON)
    old = upcast(InfoTreated, 1, {"department": "education", "text": "v:new", "hits": []})
    after = evolve(scenario.state, old, Stamp(f"{CASE}/7", 7, moment(ON), moment(ON), "clerk"))
    assert (after.status, after.text, len(after.passed)) == ("secrecy", "v:new", 3)


def test_an_undone_treatment_waits_to_be_treated_again() -> None:
    scenario = item("secrecy").and_(reviewed(result="open_after_treatment", treatment=TREATMENT), by=SECRECY, on=ON)
    scenario.and_(Treat(text="处理后的正文"), by=CLERK, on=ON).and_(Approve(stage="first"), by=SECTION, on=ON)
    undone = VoidEntry(events=(scenario.id_of(InfoTreated),), reason="登记有误")
    scenario.when(undone, by=OFFICE, on=ON).then_refused("void.depended_on")
    both = VoidEntry(events=(scenario.id_of(InfoTreated), scenario.id_of(ReviewApproved)), reason="登记有误")
    scenario.when(both, by=OFFICE, on=ON).accepted()
    assert scenario.state.status == "treatment"


def test_nothing_is_treated_unasked() -> None:
    item("secrecy").when(Treat(text="略"), by=CLERK, on=ON).then_refused("article.no_treatment_due")


def test_what_the_treated_text_still_shows_is_answered_by_the_next_reviewer() -> None:
    scenario = (
        item("secrecy")
        .and_(reviewed(result="open_after_treatment", treatment=TREATMENT), by=SECRECY, on=ON)
        .and_(Treat(text="咨询电话 13812345678"), by=CLERK, on=ON)
    )
    scenario.when(Approve(stage="first"), by=SECTION, on=ON).then_refused("article.warnings_unanswered")
    scenario.when(Approve(stage="first", answer="办公电话"), by=SECTION, on=ON).then(WarningsAnswered, ReviewApproved)


def test_a_title_that_was_not_treated_still_warns() -> None:
    scenario = item("first", title="联系王某 13912345678")
    for command, by in ((Approve(stage="first", answer="略"), SECTION), *LATER_REVIEWS):
        scenario.and_(command, by=by, on=ON)
    scenario.and_(reviewed(result="open_after_treatment", treatment=TREATMENT), by=SECRECY, on=ON)
    scenario.and_(Treat(text="处理后的正文"), by=CLERK, on=ON)
    assert scenario.state.unanswered == (PHONE,)


def test_an_answer_given_with_a_referral_is_kept() -> None:
    given = reviewed(result="refer", authority="secrecy_department", answer="已核实")
    item("secrecy").when(given, by=SECRECY, on=ON).then_refused("article.no_warnings")
    waiting().when(given, by=SECRECY, on=ON).then(
        SecrecyReviewed, left(WarningsAnswered, hits=(PHONE,), answer="v:answer"), SecrecyReferred
    )
    waiting().when(reviewed(result="not_open", ground="third_party", answer="属个人信息"), by=SECRECY, on=ON).then(
        SecrecyReviewed, WarningsAnswered
    )


def test_what_cannot_be_decided_is_referred_and_the_clock_runs_on() -> None:
    scenario = (
        item("secrecy")
        .when(REFER, by=SECRECY, on=ON)
        .then(left(SecrecyReviewed, result="refer"), left(SecrecyReferred, authority="secrecy_department"))
    )
    assert scenario.state.status == "referred"
    assert "publish" in scenario.file.dues
    scenario.when(Release(), by=OFFICE, on=ON).then_refused("article.not_ready_for_release")


def test_the_determination_opens_what_was_referred() -> None:
    scenario = (
        referred()
        .when(DetermineSecrecy(result="open", letter="黔保函〔2026〕3号"), by=SECRECY, on="2026-03-10")
        .then(
            left(SecrecyDetermined, result="open", letter="黔保函〔2026〕3号"),
            left(ReviewApproved, stage="secrecy", reviewer="secrecy"),
        )
    )
    assert scenario.state.status == "release"


def test_the_determination_may_withhold_or_ask_for_treatment() -> None:
    given: dict[str, Any] = {"letter": "函1号"}
    withheld = referred().and_(
        DetermineSecrecy(result="not_open", ground="three_securities", **given), by=SECRECY, on="2026-03-10"
    )
    assert withheld.state.status == "withheld"
    treated = referred().and_(
        DetermineSecrecy(result="open_after_treatment", treatment=TREATMENT, **given), by=SECRECY, on="2026-03-10"
    )
    assert treated.state.status == "treatment"
    referred().when(DetermineSecrecy(result="not_open", **given), by=SECRECY, on=ON).then_refused(
        "article.ground_missing"
    )


def test_nothing_is_determined_that_was_not_referred() -> None:
    item("secrecy").when(DetermineSecrecy(result="open", letter="函1号"), by=SECRECY, on=ON).then_refused(
        "article.not_referred"
    )
    reviewer = person("section", "secrecy@education")
    referred().when(DetermineSecrecy(result="open", letter="函1号"), by=reviewer, on=ON).then_refused(
        "article.same_person"
    )
