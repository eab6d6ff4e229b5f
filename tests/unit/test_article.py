"""An item of information from the draft to the site: the door, the review chain, release, publication, its clock."""

from datetime import date

import pytest

from services.publishing.article import ARTICLE
from services.publishing.article_commands import (
    Approve,
    Draft,
    Drop,
    FlagSensitive,
    Publish,
    Reject,
    Release,
    Return,
    ReviewSecrecy,
    Revise,
    Submit,
)
from services.publishing.article_events import (
    InfoDrafted,
    InfoDropped,
    InfoPublished,
    InfoReleased,
    InfoReturned,
    InfoRevised,
    InfoSubmitted,
    PublicationOverdue,
    ReviewApproved,
    ReviewRejected,
    SecrecyReviewed,
    SensitivityFlagged,
)
from services.publishing.article_rules import Stage
from shared.domain.directory import SYSTEM, Actor
from shared.domain.kind import Command
from tests.scenario import Scenario, left, moment, person
from tests.unit.article_world import (
    CASE,
    CHIEF,
    CLERK,
    CLOSED_COLUMN,
    COLUMN,
    DEPUTY,
    HEAD,
    HEALTH,
    IN_CHARGE,
    OFFICE,
    OFFICE_CLERK,
    SECRECY,
    SECTION,
    STAGES,
    fresh,
    item,
    with_fields,
)

DRAFT = Draft(title="学区划分方案", text="正文", column=COLUMN)


# -- the draft ---------------------------------------------------------------------------------------------------------


def test_a_draft_starts_the_clock_on_the_day_the_information_was_made() -> None:
    given = Draft(title="学区划分方案", created_or_changed=date(2026, 2, 27))
    scenario = (
        fresh()
        .when(given, by=CLERK, on="2026-03-02")
        .then(
            left(InfoDrafted, department="education", created_or_changed=date(2026, 2, 27), title="v:title", limit=20)
        )
    )
    # 2026-02-28 (Saturday) is a make-up workday of the Spring Festival notice.
    assert scenario.file.dues["publish"][0] == date(2026, 3, 26)


def test_without_another_day_it_was_made_today() -> None:
    fresh().when(DRAFT, by=CLERK, on="2026-03-02").then(left(InfoDrafted, created_or_changed=date(2026, 3, 2)))


def test_the_day_it_was_made_is_not_in_the_future() -> None:
    given = Draft(title="题", created_or_changed=date(2026, 3, 3))
    broken = fresh().when(given, by=CLERK, on="2026-03-02").then_refused("article.created_ahead")
    assert broken.field == "created_or_changed"


@pytest.mark.parametrize("level", ["confidential", "secret", "top_secret"])
def test_classified_matter_is_refused_at_the_door_and_nothing_of_it_kept(level: str) -> None:
    given = Draft.model_validate({"title": "演练方案", "text": "兵力部署", "classification": level})
    scenario = fresh()
    broken = scenario.when(given, by=CLERK, on="2026-03-02").then_refused("article.classified")
    assert broken.noted
    assert "演练" not in broken.message.zh + broken.message.en
    assert scenario.records == []


@pytest.mark.parametrize("text", ["机密★10年 某方案", "某方案 秘 密★", "绝密 ★长期"])
def test_a_text_that_bears_a_mark_of_secrecy_is_refused_whatever_is_ticked(text: str) -> None:
    fresh().when(Draft(title="题", text=text), by=CLERK, on="2026-03-02").then_refused("article.classified")
    fresh().when(Draft(title=text), by=CLERK, on="2026-03-02").then_refused("article.classified")
    item("drafting").when(Revise(text=text), by=CLERK, on="2026-03-02").then_refused("article.classified")


def test_writing_of_secrecy_is_no_mark_of_it() -> None:
    fresh().when(Draft(title="保守国家秘密宣传月活动"), by=CLERK, on="2026-03-02").then(InfoDrafted)


def test_nobody_drafts_for_another_unit() -> None:
    given = Draft(title="题", department="health")
    assert (
        fresh().when(given, by=CLERK, on="2026-03-02").then_refused("article.not_your_department").field == "department"
    )


def test_whoever_works_in_two_units_names_one() -> None:
    both = person("both", "clerk@education", "clerk@health")
    fresh().when(DRAFT, by=both, on="2026-03-02").then_refused("article.which_department")
    given = Draft(title="题", department="health")
    fresh().when(given, by=both, on="2026-03-02").then(left(InfoDrafted, department="health"))


def test_a_unit_that_is_no_more_publishes_nothing() -> None:
    given = Draft(title="题", department="tourism")
    former = person("former", "clerk@tourism")
    fresh().when(given, by=former, on="2026-03-02").then_refused("article.department_closed")
    fresh().when(Draft(title="题", department="nobody"), by=former, on="2026-03-02").then_bad_field("department")


def test_the_system_drafts_for_the_unit_it_names() -> None:
    given = Draft(title="题", department="health", source="W2026-000001")
    fresh().when(given, by=SYSTEM, on="2026-03-02").then(left(InfoDrafted, department="health", source="W2026-000001"))
    fresh().when(DRAFT, by=SYSTEM, on="2026-03-02").then_refused("article.which_department")


def test_a_leader_or_analyst_drafts_nothing() -> None:
    fresh().when(DRAFT, by=CHIEF, on="2026-03-02").then_forbidden()


@pytest.mark.parametrize(
    ("column", "code"), [("L2026-000099", "no_such_column"), (CASE, "no_such_column"), (CLOSED_COLUMN, "column_closed")]
)
def test_a_column_that_is_named_is_there_and_open(column: str, code: str) -> None:
    broken = fresh().when(Draft(title="题", column=column), by=CLERK, on="2026-03-02").then_refused(f"article.{code}")
    assert broken.field == "column"
    item("drafting").when(Revise(column=column), by=CLERK, on="2026-03-02").then_refused(f"article.{code}")
    item("released").when(Publish(column=column), by=CLERK, on="2026-03-02").then_refused(f"article.{code}")


def test_a_draft_is_revised_until_it_is_submitted() -> None:
    scenario = fresh().and_(Draft(title="题"), by=CLERK, on="2026-03-02")
    scenario.when(Submit(), by=CLERK, on="2026-03-02").then_refused("article.text_missing")
    scenario.when(Revise(), by=CLERK, on="2026-03-02").then_refused("article.nothing_revised")
    scenario.when(Revise(text="文"), by=SECTION, on="2026-03-02").then(left(InfoRevised, text="v:text", title=None))
    scenario.when(Submit(), by=CLERK, on="2026-03-02").then_refused("article.column_missing")
    scenario.and_(Revise(column=COLUMN), by=CLERK, on="2026-03-02")
    scenario.when(Submit(), by=CLERK, on="2026-03-02").then(left(InfoSubmitted, column=COLUMN, round=1, hits=()))
    scenario.when(Revise(text="又"), by=CLERK, on="2026-03-02").then_refused("article.not_drafting")
    scenario.when(Submit(), by=CLERK, on="2026-03-02").then_refused("article.not_drafting")


def test_another_unit_works_on_no_draft() -> None:
    item("drafting").when(Submit(), by=HEALTH, on="2026-03-02").then_forbidden()


# -- the review chain --------------------------------------------------------------------------------------------------

CHAIN: list[tuple[str, Stage, Actor]] = [
    ("first", "first", SECTION),
    ("second", "second", DEPUTY),
    ("third", "third", HEAD),
]


@pytest.mark.parametrize(("status", "stage", "by"), CHAIN)
def test_a_stage_is_passed_by_name(status: str, stage: Stage, by: Actor) -> None:
    item(status).when(Approve(stage=stage), by=by, on="2026-03-03").then(
        left(ReviewApproved, stage=stage, reviewer=by.subject, department="education")
    )


@pytest.mark.parametrize("status", ["first", "second", "third"])
@pytest.mark.parametrize("stage", ["first", "second", "third", "leader_in_charge", "chief_leader"])
def test_no_stage_is_passed_over_or_twice(status: str, stage: Stage) -> None:
    by = CHIEF if "leader" in stage else HEAD
    if stage != status:
        item(status).when(Approve(stage=stage), by=by, on="2026-03-03").then_refused("article.other_stage")


def test_secrecy_is_reviewed_by_its_own_command() -> None:
    item("secrecy").when(Approve(stage="secrecy"), by=HEAD, on="2026-03-03").then_refused(
        "article.secrecy_by_its_own_command"
    )


@pytest.mark.parametrize(("status", "stage"), [("first", "first"), ("second", "second"), ("third", "third")])
def test_who_drafted_reviews_nothing(status: str, stage: Stage) -> None:
    writer = person("clerk", "head@education")
    item(status).when(Approve(stage=stage), by=writer, on="2026-03-03").then_refused("article.same_person")


def test_who_revised_is_a_drafter_too() -> None:
    scenario = (
        item("drafting").and_(Revise(text="改"), by=SECTION, on="2026-03-02").and_(Submit(), by=CLERK, on="2026-03-02")
    )
    scenario.when(Approve(stage="first"), by=SECTION, on="2026-03-02").then_refused("article.same_person")


def test_one_person_passes_one_stage_only() -> None:
    item("second").when(Approve(stage="second"), by=SECTION, on="2026-03-03").then_refused("article.same_person")
    everywhere = person("section", "head@education", "secrecy@education", "office@county-office")
    item("third").when(Approve(stage="third"), by=everywhere, on="2026-03-03").then_refused("article.same_person")
    item("secrecy").when(ReviewSecrecy(result="open"), by=everywhere, on="2026-03-03").then_refused(
        "article.same_person"
    )
    item("release").when(Release(), by=everywhere, on="2026-03-03").then_refused("article.same_person")


def test_the_county_may_let_a_small_unit_review_with_the_same_persons() -> None:
    settings = {"article.different_persons": 0}
    item("second", settings=settings).when(Approve(stage="second"), by=SECTION, on="2026-03-03").then(ReviewApproved)


def test_a_post_entitles_to_its_stage() -> None:
    other = person("other", "clerk@education")
    item("first").when(Approve(stage="first"), by=other, on="2026-03-03").then(ReviewApproved)
    item("second").when(Approve(stage="second"), by=other, on="2026-03-03").then_refused("article.not_your_stage")
    item("third").when(Approve(stage="third"), by=DEPUTY, on="2026-03-03").then_refused("article.not_your_stage")
    item("first").when(Approve(stage="first"), by=CHIEF, on="2026-03-03").then_refused("article.not_your_stage")
    item("first").when(Approve(stage="first"), by=HEALTH, on="2026-03-03").then_forbidden()


def test_a_rejected_item_passes_every_stage_anew() -> None:
    scenario = (
        item("third")
        .when(Reject(stage="third", ground="facts", reason="数字有误"), by=HEAD, on="2026-03-03")
        .then(left(ReviewRejected, stage="third", ground="facts", reason="v:reason"))
    )
    assert scenario.state.status == "rejected"
    assert scenario.state.passed == ()
    scenario.and_(Revise(text="改"), by=CLERK, on="2026-03-03")
    scenario.when(Submit(), by=CLERK, on="2026-03-03").then(left(InfoSubmitted, round=2))
    scenario.when(Approve(stage="third"), by=HEAD, on="2026-03-03").then_refused("article.other_stage")
    scenario.when(Approve(stage="first"), by=SECTION, on="2026-03-03").then(ReviewApproved)


def test_only_who_reviews_rejects() -> None:
    given = Reject(stage="third", ground="form", reason="略")
    item("third").when(given, by=SECTION, on="2026-03-03").then_refused("article.not_your_stage")
    item("second").when(given, by=HEAD, on="2026-03-03").then_refused("article.other_stage")
    item("drafting").when(given, by=HEAD, on="2026-03-03").then_refused("article.not_in_review")
    given = Reject(stage="secrecy", ground="secrecy", reason="略")
    item("secrecy").when(given, by=SECRECY, on="2026-03-03").then(ReviewRejected)
    item("secrecy").when(given, by=HEAD, on="2026-03-03").then_refused("article.not_your_stage")


def test_a_step_is_not_dated_before_the_one_it_rests_on() -> None:
    item("second", on="2026-03-05").when(
        Approve(stage="second"), by=DEPUTY, on="2026-03-05 08:00", recorded="2026-03-05 10:00"
    ).then_bad_field("happened")
    scenario = item("drafting").and_(Submit(), by=CLERK, on="2026-03-04")
    scenario.when(Approve(stage="first"), by=SECTION, on="2026-03-03", recorded="2026-03-05").then_refused(
        "article.before_previous_step"
    )


# -- sensitive items ---------------------------------------------------------------------------------------------------


def test_a_sensitive_item_goes_to_the_leader_in_charge_and_then_to_the_chief() -> None:
    scenario = item("third").when(FlagSensitive(ground="sensitive"), by=HEAD, on="2026-03-02").then(SensitivityFlagged)
    scenario.and_(Approve(stage="third"), by=HEAD, on="2026-03-02").and_(
        ReviewSecrecy(result="open"), by=SECRECY, on="2026-03-02"
    )
    assert scenario.state.status == "leader_in_charge"
    scenario.when(Release(), by=OFFICE, on="2026-03-02").then_refused("article.not_ready_for_release")
    scenario.when(Approve(stage="chief_leader"), by=CHIEF, on="2026-03-02").then_refused("article.other_stage")
    scenario.when(Approve(stage="leader_in_charge"), by=HEAD, on="2026-03-02").then_refused("article.not_your_stage")
    scenario.when(Approve(stage="leader_in_charge"), by=CHIEF, on="2026-03-02").then_refused("article.not_your_stage")
    scenario.and_(Approve(stage="leader_in_charge"), by=IN_CHARGE, on="2026-03-02")
    scenario.when(Approve(stage="chief_leader"), by=IN_CHARGE, on="2026-03-02").then_refused("article.not_your_stage")
    promoted = person(IN_CHARGE.subject, "chief_leader@county-office")
    scenario.when(Approve(stage="chief_leader"), by=promoted, on="2026-03-02").then_refused("article.same_person")
    scenario.and_(Approve(stage="chief_leader"), by=CHIEF, on="2026-03-02")
    scenario.when(Release(), by=OFFICE, on="2026-03-02").then(left(InfoReleased, releaser="office"))


@pytest.mark.parametrize("status", ["release", "released"])
def test_what_is_found_sensitive_late_still_goes_to_the_leaders(status: str) -> None:
    scenario = item(status).and_(FlagSensitive(ground="major_emergency"), by=OFFICE, on="2026-03-02")
    assert scenario.state.status == "leader_in_charge"
    scenario.when(Publish(), by=CLERK, on="2026-03-02").then_refused("article.not_released")


def test_it_is_flagged_once_and_before_publication() -> None:
    given = FlagSensitive(ground="sensitive")
    scenario = item("first").and_(given, by=CLERK, on="2026-03-02")
    scenario.when(given, by=CLERK, on="2026-03-02").then_refused("article.already_flagged")
    item("published").when(given, by=CLERK, on="2026-03-02").then_refused("article.already_published")


def test_it_is_not_flagged_before_the_step_it_follows() -> None:
    given = FlagSensitive(ground="sensitive")
    item("release", on="2026-03-05").when(given, by=HEAD, on="2026-03-05 08:59", recorded="2026-03-06").then_bad_field(
        "happened"
    )
    scenario = item("first").and_(Approve(stage="first"), by=SECTION, on="2026-03-04")
    scenario.when(given, by=HEAD, on="2026-03-03", recorded="2026-03-05").then_refused("article.before_previous_step")


# -- release and return ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["drafting", "first", "second", "third", "secrecy"])
def test_nothing_is_released_before_every_stage(status: str) -> None:
    item(status).when(Release(), by=OFFICE, on="2026-03-02").then_refused("article.not_ready_for_release")


def test_the_county_office_releases_once() -> None:
    item("release").when(Release(), by=HEAD, on="2026-03-02").then_forbidden()
    item("release").when(Release(), by=OFFICE_CLERK, on="2026-03-02").then_forbidden()
    item("released").when(Release(), by=OFFICE, on="2026-03-02").then_refused("article.already_released")


@pytest.mark.parametrize("ground", ["form", "content", "secrecy"])
@pytest.mark.parametrize("status", ["release", "released"])
def test_the_office_returns_an_item_with_its_ground_before_it_goes_live(status: str, ground: str) -> None:
    given = Return.model_validate({"ground": ground, "reason": "缺少发布日期"})
    scenario = (
        item(status)
        .when(given, by=OFFICE, on="2026-03-02")
        .then(left(InfoReturned, ground=ground, department="education", reason="v:reason"))
    )
    assert scenario.state.status == "returned"
    scenario.when(Publish(), by=CLERK, on="2026-03-02").then_refused("article.not_released")
    scenario.and_(Submit(), by=CLERK, on="2026-03-02")
    assert scenario.state.status == "first"


def test_what_is_in_review_or_live_is_not_returned() -> None:
    given = Return(ground="form", reason="略")
    item("third").when(given, by=OFFICE, on="2026-03-02").then_refused("article.not_returnable")
    item("published").when(given, by=OFFICE, on="2026-03-02").then_refused("article.already_published")
    item("released").when(given, by=HEAD, on="2026-03-02").then_forbidden()


# -- publication -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["drafting", "first", "second", "third", "secrecy", "release"])
def test_nothing_is_published_without_every_stage_and_release(status: str) -> None:
    item(status).when(Publish(), by=CLERK, on="2026-03-02").then_refused("article.not_released")


def test_publication_in_time_meets_the_clock() -> None:
    scenario = (
        item("released")
        .when(Publish(address="https://www.example.gov.cn/1"), by=CLERK, on="2026-03-30 17:30")
        .then(
            left(
                InfoPublished,
                column=COLUMN,
                due=date(2026, 3, 30),
                done=date(2026, 3, 30),
                met=True,
                clock="publish",
                rule="article.publish@1",
                claimed_at=moment("2026-03-30 17:30"),
                claimed_earlier=False,
                flags=(),
            )
        )
    )
    assert scenario.file.dues == {}
    scenario.when_swept("2027-01-04").then_nothing()


def test_publication_a_day_late_is_charged_once() -> None:
    scenario = (
        item("released")
        .when_swept("2026-03-31")
        .then(
            left(PublicationOverdue, due=date(2026, 3, 30), done=None, met=False, department="education", column=COLUMN)
        )
    )
    scenario.when(Publish(), by=CLERK, on="2026-03-31").then(left(InfoPublished, met=False, done=date(2026, 3, 31)))
    scenario.when_swept("2027-01-04").then_nothing()


def test_the_county_may_set_another_limit() -> None:
    scenario = item("drafting", settings={"article.publish": 5})
    assert scenario.file.dues["publish"][0] == date(2026, 3, 9)


def test_what_was_overdue_before_it_was_drafted_is_charged_at_once_and_once() -> None:
    given = Draft(title="题", created_or_changed=date(2026, 1, 5))
    scenario = (
        fresh()
        .when(given, by=CLERK, on="2026-03-02")
        .then(InfoDrafted, left(PublicationOverdue, due=date(2026, 2, 2), met=False))
    )
    scenario.when_swept("2026-06-01").then_nothing()
    assert scenario.state.clock_ended == "missed"
    assert scenario.file.dues == {}


def test_a_time_shown_earlier_than_recorded_needs_its_reason_and_is_flagged() -> None:
    claimed = {"claimed_at": "2026-03-02T09:00:00+08:00"}
    scenario = item("released")
    broken = scenario.when(Publish.model_validate(claimed), by=CLERK, on="2026-03-04 09:00").then_refused(
        "article.claimed_earlier"
    )
    assert broken.field == "claimed_reason"
    given = Publish.model_validate({**claimed, "claimed_reason": "网站故障，先行发布"})
    scenario.when(given, by=CLERK, on="2026-03-04 09:00").then(
        left(
            InfoPublished,
            claimed_earlier=True,
            claimed_reason="v:claimed_reason",
            flags=("claimed_earlier",),
            claimed_at=moment("2026-03-02 09:00"),
        )
    )
    columns = ARTICLE.summary(scenario.state).columns
    assert (columns["claimed_earlier"], columns["claimed_unexplained"]) == (True, False)


def test_history_that_gives_no_reason_is_flagged_and_the_register_says_so() -> None:
    given = Publish.model_validate({"claimed_at": "2026-01-05T09:00:00+08:00"})
    scenario = (
        item("released")
        .when(given, by=OFFICE, on="2026-03-20", origin="import")
        .then(left(InfoPublished, claimed_earlier=True, flags=("claimed_earlier", "unexplained")))
    )
    columns = ARTICLE.summary(scenario.state).columns
    assert (columns["claimed_earlier"], columns["claimed_unexplained"]) == (True, True)


def test_a_publication_recorded_later_shows_an_earlier_time_too() -> None:
    scenario = item("released")
    late = {"by": CLERK, "on": "2026-03-03 09:00", "recorded": "2026-03-05 09:00"}
    scenario.when(Publish(), **late).then_refused("article.claimed_earlier")  # type: ignore[arg-type]
    scenario.when(Publish(claimed_reason="补录"), **late).then(  # type: ignore[arg-type]
        left(InfoPublished, flags=("claimed_earlier", "backdated"), done=date(2026, 3, 3))
    )


def test_the_same_minute_is_not_earlier_and_the_future_is_not_shown() -> None:
    same = Publish.model_validate({"claimed_at": "2026-03-04T09:00:00+08:00"})
    item("released").when(same, by=CLERK, on="2026-03-04 09:00:40").then(left(InfoPublished, claimed_earlier=False))
    later = Publish.model_validate({"claimed_at": "2026-03-04T09:01:00+08:00"})
    item("released").when(later, by=CLERK, on="2026-03-04 09:00").then_refused("article.claimed_ahead")


def test_an_item_is_published_once() -> None:
    item("published").when(Publish(), by=CLERK, on="2026-03-03").then_refused("article.already_published")


@pytest.mark.parametrize(
    "command", [Submit(), Approve(stage="first"), ReviewSecrecy(result="open"), Release(), Revise(text="x")]
)
def test_nothing_is_reviewed_after_publication(command: Command) -> None:
    by = {Approve: SECTION, ReviewSecrecy: SECRECY, Release: OFFICE}.get(type(command), CLERK)
    item("published").when(command, by=by, on="2026-03-03").then_refused("article.already_published")


def test_a_passed_secrecy_review_leaves_the_stage_in_the_same_commit() -> None:
    item("secrecy").when(ReviewSecrecy(result="open"), by=SECRECY, on="2026-03-02").then(
        left(SecrecyReviewed, result="open", reviewer="secrecy"),
        left(ReviewApproved, stage="secrecy", reviewer="secrecy"),
    )


@pytest.mark.parametrize("ground", ["repealed", "no_longer_active", "undone"])
def test_what_is_no_longer_to_be_published_is_dropped_with_its_clock(ground: str) -> None:
    scenario = (
        item("drafting")
        .when(Drop.model_validate({"ground": ground}), on="2026-03-04")
        .then(left(InfoDropped, department="education", ground=ground))
    )
    assert scenario.state.clock_ended == "cancelled"
    scenario.when_swept("2026-06-01").then_nothing()
    scenario.when(Revise(title="题"), by=CLERK, on="2026-03-05").then_refused("article.dropped")
    assert not scenario.kind.summary(scenario.state).open


def test_what_was_overdue_before_it_was_dropped_stays_so_and_what_is_live_is_not_dropped() -> None:
    late = item("drafting").when(Drop(ground="repealed"), on="2026-06-01").then(PublicationOverdue, InfoDropped)
    assert late.state.clock_ended == "missed"
    item("published").when(Drop(ground="repealed"), on="2026-06-01").then_nothing()
    for ground in ("no_longer_active", "undone"):
        item("published").when(Drop(ground=ground), on="2026-06-01").then_refused("article.live_already")


def imported(stage: str) -> Scenario:
    """An item that an officer of the county office brought in from an old list as far as ``stage``."""
    # An import asks for no post of the stages that it tells of.
    importer = person(
        OFFICE.subject, "office@county-office", "head@education", "secrecy@education", "custodian@education"
    )
    scenario = fresh()
    for name, command, _ in STAGES:
        given = with_fields(command, department="education") if name == "drafting" else command
        scenario.and_(given, by=importer, on="2026-03-02", origin="import")
        if name == stage:
            return scenario
    raise ValueError(stage)


def test_whoever_imported_an_item_drafted_reviewed_and_released_nothing_of_it() -> None:
    scenario = imported("release")
    columns = ARTICLE.summary(scenario.state).columns
    assert [columns[name] for name in ("drafter", "first", "first_on", "secrecy")] == [None, None, "2026-03-02", None]
    scenario.when(Release(), by=OFFICE, on="2026-03-03").then(left(InfoReleased, releaser="office"))
    assert ARTICLE.summary(imported("released").state).columns["releaser"] is None
    writer = person("office", "head@education")
    imported("third").when(Approve(stage="third"), by=writer, on="2026-03-03").then(ReviewApproved)


def test_what_was_done_here_after_an_import_counts_as_ever() -> None:
    scenario = imported("drafting").and_(Revise(text="改"), by=CLERK, on="2026-03-03")
    scenario.and_(Submit(), by=CLERK, on="2026-03-03")
    writer = person("clerk", "head@education")
    scenario.when(Approve(stage="first"), by=writer, on="2026-03-03").then_refused("article.same_person")
