"""What is done with an item on the site and after: monitoring, correction, withdrawal, filing, archive, loans, destruction."""

from datetime import date
from typing import Any

import pytest

from services.publishing.article import ARTICLE, stands
from services.publishing.article_commands import (
    AnswerWarnings,
    Approve,
    ApproveCorrection,
    ApproveDestruction,
    Archive,
    CheckPublished,
    Correct,
    Destroy,
    Draft,
    File,
    Lend,
    RejectCorrection,
    ReviewSecrecy,
    Revise,
    Submit,
    TakeBack,
    Treat,
    Withdraw,
)
from services.publishing.article_events import (
    CorrectionProposed,
    CorrectionRejected,
    DestructionApproved,
    InfoCorrected,
    InfoDrafted,
    InfoRevised,
    InfoSubmitted,
    InfoWithdrawn,
    PublishedTextChecked,
    RecordArchived,
    RecordDestroyed,
    RecordFiled,
    RecordLent,
    RecordReturned,
    ReviewApproved,
    SecrecyReviewed,
    WarningsAnswered,
)
from services.publishing.article_rules import DEAD_LINKS, WATCHED_WORDS
from services.publishing.article_state import Article, evolve
from services.publishing.events import SubjectErased
from services.publishing.monitoring import Hit
from shared.domain.corrections import VoidEntry
from shared.domain.directory import SYSTEM, Actor
from shared.domain.kind import Stamp
from shared.eventlog.upcasting import upcast
from tests.scenario import Scenario, left, moment, person
from tests.unit.article_world import (
    CASE,
    CLERK,
    COLUMN,
    COUNTY_SECRECY,
    DEPUTY,
    HEAD,
    HEALTH,
    HEALTH_HEAD,
    KEEPER,
    OFFICE,
    OFFICE_CLERK,
    SECRECY,
    SECTION,
    fresh,
    item,
)

ON = "2026-03-03"
OVER = "2037-01-05"
PHONE = Hit(finding="phone", count=1)
CORRECTION: dict[str, Any] = {"ground": "misprint", "reason": "错别字"}


# -- content monitoring ------------------------------------------------------------------------------------------------


def warned() -> Scenario:
    return item("drafting", text="咨询电话 13812345678").and_(Submit(), by=CLERK, on="2026-03-02")


def test_submission_tells_what_monitoring_found_and_is_not_blocked() -> None:
    item("drafting", text="咨询电话 13812345678").when(Submit(), by=CLERK, on=ON).then(
        left(InfoSubmitted, hits=(PHONE,))
    )


def test_the_first_reviewer_answers_the_warning() -> None:
    scenario = warned()
    broken = scenario.when(Approve(stage="first"), by=SECTION, on=ON).then_refused("article.warnings_unanswered")
    assert "手机或电话号码 1 处" in broken.message.zh
    assert "phone number" in broken.message.en
    assert broken.field == "answer"
    scenario.when(Approve(stage="first", answer="公开的办公电话"), by=SECTION, on=ON).then(
        left(WarningsAnswered, hits=(PHONE,), answer="v:answer"), left(ReviewApproved, stage="first")
    )
    scenario.when(Approve(stage="second"), by=DEPUTY, on=ON).then(ReviewApproved)


def test_an_answer_without_a_warning_is_refused() -> None:
    item("first").when(Approve(stage="first", answer="略"), by=SECTION, on=ON).then_refused("article.no_warnings")


def test_a_hit_stands_until_the_words_that_caused_it_are_replaced() -> None:
    scenario = item("drafting", text="电话 13812345678")
    titled = scenario.and_(Revise(title="请拨 13912345678"), by=CLERK, on=ON)
    assert titled.state.hits == (Hit(finding="phone", count=2),)
    cleaned = titled.and_(Revise(text="请拨打热线"), by=CLERK, on=ON)
    assert cleaned.state.hits == (PHONE,)
    cleaned.and_(Submit(), by=CLERK, on=ON)
    cleaned.when(Approve(stage="first"), by=SECTION, on=ON).then_refused("article.warnings_unanswered")
    clean = item("drafting", text="电话 13812345678").and_(Revise(text="请拨打热线"), by=CLERK, on=ON)
    assert clean.state.hits == ()


def test_another_column_or_attachment_leaves_every_hit() -> None:
    scenario = item("drafting", title="请拨 13912345678").and_(Revise(column=COLUMN), by=CLERK, on=ON)
    assert scenario.state.hits == (PHONE,)


def test_what_was_found_in_both_by_a_file_of_the_first_version_stands_until_the_title_is_replaced() -> None:
    told: dict[str, Any] = {"department": "education", "created_or_changed": "2026-03-02", "limit": 20}
    both = {**told, "title": "v:t", "text": "v:x", "hits": [{"finding": "phone", "count": 1}]}
    first = upcast(InfoDrafted, 1, both)
    assert isinstance(first, InfoDrafted)
    assert (first.hits, first.title_hits) == ((PHONE,), (PHONE,))
    revised = upcast(InfoRevised, 1, {"department": "education", "text": "v:y", "hits": []})
    stamps = [Stamp(f"{CASE}/{n}", n, moment(ON), moment(ON), "clerk") for n in (1, 2)]
    drafted = evolve(Article(), first, stamps[0])
    assert drafted.hits == (PHONE,)
    assert evolve(drafted, revised, stamps[1]).hits == (PHONE,)


def test_the_county_s_own_words_and_dead_links_warn() -> None:
    settings = {WATCHED_WORDS: ["贫困户"], DEAD_LINKS: ["http://old.example.gov.cn"]}
    scenario = item("drafting", settings=settings, text="贫困户名单见 http://old.example.gov.cn/1")
    assert [(hit.finding, hit.listed) for hit in scenario.state.hits] == [
        ("watched_word", "贫困户"),
        ("dead_link", "http://old.example.gov.cn"),
    ]


def test_the_published_text_is_monitored_and_the_warning_answered_before_the_archive() -> None:
    scenario = (
        item("published")
        .when(CheckPublished(text="联系 13812345678"), by=OFFICE_CLERK, on=ON)
        .then(left(PublishedTextChecked, hits=(PHONE,)))
    )
    scenario.when(Archive(retention="10y"), by=KEEPER, on=ON).then_refused("article.warnings_unanswered")
    scenario.when(AnswerWarnings(answer="办公电话"), by=CLERK, on=ON).then_forbidden()
    scenario.when(AnswerWarnings(answer="办公电话"), by=HEAD, on=ON).then(WarningsAnswered)
    scenario.when(AnswerWarnings(answer="办公电话"), by=HEAD, on=ON).then_refused("article.no_warnings")
    scenario.when(Archive(retention="10y"), by=KEEPER, on=ON).then(RecordArchived)


def test_what_was_found_on_the_site_stands_until_it_is_answered_or_looked_at_again() -> None:
    scenario = item("published").and_(CheckPublished(text="身份证 11010519491231002X"), by=OFFICE_CLERK, on=ON)
    scenario.and_(Correct(**CORRECTION, text="电话 13812345678"), by=HEAD, on=ON)
    scenario.and_(ApproveCorrection(answer="办公电话"), by=SECRECY, on=ON)
    scenario.when(Archive(retention="10y"), by=KEEPER, on=ON).then_refused("article.warnings_unanswered")
    answered = scenario.when(AnswerWarnings(answer="已遮盖"), by=HEAD, on=ON)
    answered.then(left(WarningsAnswered, hits=(Hit(finding="identity_number", count=1),)))
    again = item("published").and_(CheckPublished(text="电话 13812345678"), by=OFFICE_CLERK, on=ON)
    again.and_(CheckPublished(text="请拨打热线"), by=OFFICE_CLERK, on=ON)
    again.when(Archive(retention="10y"), by=KEEPER, on=ON).then(RecordArchived)


def test_an_answer_to_one_number_answers_no_other_of_its_sort() -> None:
    scenario = item("published").and_(CheckPublished(text="王某 13912345678"), by=OFFICE_CLERK, on=ON)
    scenario.and_(Correct(**CORRECTION, text="电话 13812345678"), by=HEAD, on=ON)
    scenario.and_(ApproveCorrection(answer="办公电话"), by=SECRECY, on=ON)
    assert scenario.state.unanswered == (PHONE,)


def test_only_what_is_live_is_monitored_so() -> None:
    item("released").when(CheckPublished(text="略"), by=CLERK, on=ON).then_refused("article.not_published")


# -- correction and withdrawal -----------------------------------------------------------------------------------------


def corrected(answer: str | None = None, **words: str) -> Scenario:
    """A published item whose correction waits for its review, or with an ``answer`` was approved."""
    scenario = item("published").and_(Correct(**CORRECTION, **words), by=HEAD, on=ON)
    return scenario.and_(ApproveCorrection(answer=answer), by=SECRECY, on=ON) if answer else scenario


def test_a_correction_goes_live_once_somebody_else_reviewed_its_secrecy() -> None:
    scenario = (
        item("published")
        .when(Correct(text="改正后的正文", **CORRECTION), by=HEAD, on=ON)
        .then(left(CorrectionProposed, ground="misprint", text="v:text", title=None, reason="v:reason", hits=()))
    )
    assert (scenario.state.corrections, ARTICLE.summary(scenario.state).status) == (0, "correcting")
    for other in (CLERK, HEAD, OFFICE, HEALTH):
        scenario.when(ApproveCorrection(), by=other, on=ON).then_forbidden()
    scenario.when(ApproveCorrection(), by=SECRECY, on=ON).then(
        left(SecrecyReviewed, result="open", reviewer="secrecy"),
        left(InfoCorrected, ground="misprint", text="v:text", title=None, reason="v:reason", reviewer="secrecy"),
    )
    assert (scenario.state.status, scenario.state.published) == ("published", date(2026, 3, 2))
    assert ARTICLE.summary(scenario.state).columns["corrections"] == 1
    scenario.when(ApproveCorrection(), by=SECRECY, on=ON).then_refused("article.no_correction")
    scenario.when(Correct(title="新题", **CORRECTION), by=OFFICE, on=ON).then(CorrectionProposed)
    scenario.when(ApproveCorrection(), by=COUNTY_SECRECY, on=ON).then(SecrecyReviewed, InfoCorrected)


def test_nobody_reviews_their_own_correction_unless_the_county_lets_a_small_unit() -> None:
    both = person("both", "head@education", "secrecy@education")
    scenario = item("published").and_(Correct(**CORRECTION, text="文"), by=both, on=ON)
    scenario.when(ApproveCorrection(), by=both, on=ON).then_refused("article.own_correction")
    small = item("published", settings={"article.different_persons": 0})
    small.and_(Correct(**CORRECTION, text="文"), by=both, on=ON)
    small.when(ApproveCorrection(), by=both, on=ON).then(SecrecyReviewed, InfoCorrected)


def test_a_correction_that_replaces_no_words_is_recorded_at_once() -> None:
    given = Correct(ground="dead_link", reason="链接已修复")
    item("published").when(given, by=HEAD, on=ON).then(left(InfoCorrected, text=None, title=None, reviewer=None))


@pytest.mark.parametrize("by", [SECRECY, COUNTY_SECRECY, HEAD, OFFICE])
def test_a_correction_is_rejected_or_taken_back_and_what_is_live_stays(by: Actor) -> None:
    given = RejectCorrection(reason="含内部事项")
    scenario = corrected(text="文").when(given, by=by, on=ON).then(left(CorrectionRejected, reason="v:reason"))
    assert ARTICLE.summary(scenario.state).status == "published"
    scenario.when(given, by=by, on=ON).then_refused("article.no_correction")
    scenario.when(ApproveCorrection(), by=SECRECY, on=ON).then_refused("article.no_correction")
    corrected(text="文").when(given, by=CLERK, on=ON).then_forbidden()


def test_while_a_correction_waits_no_other_is_given_and_nothing_archived_but_it_may_be_withdrawn() -> None:
    scenario = corrected(text="文")
    scenario.when(Correct(**CORRECTION, text="又"), by=OFFICE, on=ON).then_refused("article.correction_waiting")
    scenario.when(Archive(retention="10y"), by=KEEPER, on=ON).then_refused("article.correction_waiting")
    scenario.and_(Withdraw(ground="error", reason="略"), by=HEAD, on=ON)
    scenario.when(ApproveCorrection(), by=SECRECY, on=ON).then_refused("article.withdrawn")
    scenario.when(Archive(retention="10y"), by=KEEPER, on=ON).then(RecordArchived)


def test_what_a_correction_brings_in_is_answered_by_who_reviews_it() -> None:
    scenario = corrected(text="电话 13812345678")
    scenario.when(ApproveCorrection(), by=SECRECY, on=ON).then_refused("article.warnings_unanswered", "answer")
    scenario.when(ApproveCorrection(answer="办公电话"), by=SECRECY, on=ON).then(
        SecrecyReviewed, InfoCorrected, left(WarningsAnswered, hits=(PHONE,), answer="v:answer")
    )
    assert (scenario.state.hits, scenario.state.unanswered) == ((PHONE,), ())
    corrected(text="文").when(ApproveCorrection(answer="略"), by=SECRECY, on=ON).then_refused("article.no_warnings")
    item("published").when(Correct(**CORRECTION, text="秘密★ 文"), by=HEAD, on=ON).then_refused("article.classified")


def test_a_correction_is_reviewed_after_it_was_given() -> None:
    scenario = item("published").and_(Correct(**CORRECTION, text="文"), by=HEAD, on="2026-03-05")
    for given in (ApproveCorrection(), RejectCorrection(reason="略")):
        scenario.when(given, by=SECRECY, on="2026-03-04", recorded="2026-03-06").then_refused(
            "article.before_previous_step"
        )


def test_an_undone_review_of_a_correction_is_what_its_words_rest_on() -> None:
    scenario = corrected("略", text="电话 13812345678")
    for alone in (SecrecyReviewed, CorrectionProposed):
        undone = VoidEntry(events=(scenario.id_of(alone),), reason="登记有误")
        scenario.when(undone, by=OFFICE, on=ON).then_refused("void.depended_on")
    both = VoidEntry(events=(scenario.id_of(SecrecyReviewed), scenario.id_of(InfoCorrected)), reason="登记有误")
    scenario.when(both, by=OFFICE, on=ON).accepted()
    assert ARTICLE.summary(scenario.state).status == "correcting"


def test_a_correction_of_the_first_version_stands_as_it_was_made() -> None:
    told = {"department": "education", "ground": "misprint", "text": "v:x", "reason": "v:r", "hits": []}
    old = upcast(InfoCorrected, 1, dict(told))
    published = item("published").state
    after = evolve(published, old, Stamp(f"{CASE}/10", 10, moment(ON), moment(ON), "head"))
    assert stands(published, old)
    assert (after.text, after.corrections) == ("v:x", 1)


def test_only_what_is_live_is_corrected_or_withdrawn() -> None:
    correction, withdrawal = Correct(title="题", **CORRECTION), Withdraw(ground="error", reason="有误")
    for given in (correction, withdrawal):
        item("released").when(given, by=HEAD, on=ON).then_refused("article.not_published")
        item("archived").when(given, by=HEAD, on=ON).then_refused("article.archived")
        item("published").when(given, by=CLERK, on=ON).then_forbidden()
    gone = item("published").when(withdrawal, by=HEAD, on=ON).then(left(InfoWithdrawn, ground="error"))
    for given in (correction, withdrawal):
        gone.when(given, by=HEAD, on=ON).then_refused("article.withdrawn")


# -- the register ------------------------------------------------------------------------------------------------------


def test_an_ended_item_is_filed_once() -> None:
    given = File(number="备〔2026〕1号")
    item("released").when(given, by=KEEPER, on=ON).then_refused("article.not_ended")
    scenario = item("published").when(given, by=OFFICE_CLERK, on=ON).then(left(RecordFiled, number="备〔2026〕1号"))
    scenario.when(given, by=KEEPER, on=ON).then_refused("article.filed_already")


@pytest.mark.parametrize(
    ("retention", "until"), [("10y", date(2036, 12, 31)), ("30y", date(2056, 12, 31)), ("permanent", None)]
)
def test_the_custodian_archives_for_a_retention_period(retention: str, until: date | None) -> None:
    given = Archive.model_validate({"retention": retention})
    item("published").when(given, by=KEEPER, on=ON).then(
        left(RecordArchived, retention=retention, retained_until=until, custodian="keeper")
    )


def test_nobody_but_the_unit_s_custodian_archives_and_nothing_unfinished() -> None:
    given = Archive(retention="10y")
    for other in (CLERK, HEAD, OFFICE, HEALTH):
        item("published").when(given, by=other, on=ON).then_forbidden()
    item("release").when(given, by=KEEPER, on=ON).then_refused("article.not_ended")
    item("archived").when(given, by=KEEPER, on=ON).then_refused("article.archived")
    withdrawn = item("published").and_(Withdraw(ground="error", reason="略"), by=HEAD, on=ON)
    withdrawn.when(given, by=KEEPER, on=ON).then(RecordArchived)
    withheld = item("secrecy").and_(ReviewSecrecy(result="not_open", ground="third_party"), by=SECRECY, on=ON)
    withheld.when(given, by=KEEPER, on=ON).then(RecordArchived)


def test_the_register_names_who_did_what_and_when() -> None:
    columns = ARTICLE.summary(item("archived").state).columns
    assert (columns["drafter"], columns["handed_in"]) == ("clerk", "2026-03-02")
    for stage, who in (("first", "section"), ("second", "deputy"), ("third", "head"), ("secrecy", "secrecy")):
        assert (columns[stage], columns[f"{stage}_on"]) == (who, "2026-03-02")
    assert (columns["releaser"], columns["released"]) == ("office", "2026-03-02")
    assert (columns["attribute"], columns["secrecy_result"], columns["source"]) == ("active", "open", "own")
    assert (columns["published"], columns["custodian"]) == ("2026-03-02", "keeper")


def test_the_register_tells_what_is_not_open_and_why() -> None:
    withheld = item("secrecy").and_(ReviewSecrecy(result="not_open", ground="third_party"), by=SECRECY, on=ON)
    for state in (withheld.state, withheld.and_(Archive(retention="10y"), by=KEEPER, on=ON).state):
        columns = ARTICLE.summary(state).columns
        told = [columns[name] for name in ("attribute", "secrecy_result", "ground", "secrecy", "secrecy_on")]
        assert told == ["not_disclosed", "not_open", "third_party", "secrecy", ON]


def test_the_register_tells_of_a_treatment_once_its_words_were_passed() -> None:
    scenario = item("secrecy").and_(
        ReviewSecrecy(result="open_after_treatment", treatment="隐去电话"), by=SECRECY, on=ON
    )
    assert ARTICLE.summary(scenario.state).columns["secrecy_result"] is None
    scenario.and_(Treat(text="略"), by=CLERK, on="2026-03-04")
    assert ARTICLE.summary(scenario.state).columns["handed_in"] == "2026-03-04"
    for command, by in (
        (Approve(stage="first"), SECTION),
        (Approve(stage="second"), DEPUTY),
        (Approve(stage="third"), HEAD),
        (ReviewSecrecy(result="open"), SECRECY),
    ):
        scenario.and_(command, by=by, on="2026-03-04")
    assert ARTICLE.summary(scenario.state).columns["secrecy_result"] == "open_after_treatment"


def test_the_register_tells_from_which_case_an_item_comes() -> None:
    scenario = fresh().and_(Draft(title="题", source="W2026-000001"), by=CLERK, on=ON)
    assert ARTICLE.summary(scenario.state).columns["source"] == "W2026-000001"


def test_the_drafter_of_what_began_by_itself_is_who_wrote_it() -> None:
    begun = fresh().and_(Draft(title="题", department="education"), by=SYSTEM, on=ON)
    assert ARTICLE.summary(begun.state).columns["drafter"] is None
    begun.and_(Revise(text="文"), by=CLERK, on=ON)
    assert ARTICLE.summary(begun.state).columns["drafter"] == "clerk"


def lent(back_by: date = date(2026, 3, 20)) -> Scenario:
    return item("archived").and_(Lend(borrower="李四，审计局", purpose="审计", back_by=back_by), by=KEEPER, on=ON)


def test_a_record_is_lent_and_comes_back() -> None:
    given = Lend(borrower="李四，审计局", purpose="审计", back_by=date(2026, 3, 20))
    scenario = (
        item("archived")
        .when(given, by=KEEPER, on=ON)
        .then(left(RecordLent, borrower="v:borrower", purpose="v:purpose", back_by=date(2026, 3, 20)))
    )
    scenario.when(given, by=KEEPER, on=ON).then_refused("article.lent")
    scenario.when(TakeBack(), by=KEEPER, on="2026-03-20").then(left(RecordReturned, late=False))
    scenario.when(TakeBack(), by=KEEPER, on="2026-03-21").then_refused("article.not_lent")
    lent().when(TakeBack(), by=KEEPER, on="2026-03-21").then(left(RecordReturned, late=True))


def test_only_what_is_archived_is_lent_and_not_back_into_the_past() -> None:
    given = Lend(borrower="李四", purpose="审计", back_by=date(2026, 3, 2))
    item("archived").when(given, by=KEEPER, on=ON).then_refused("article.loan_too_short")
    item("published").when(given, by=KEEPER, on=ON).then_refused("article.not_archived")
    item("published").when(TakeBack(), by=KEEPER, on=ON).then_refused("article.not_archived")
    item("archived").when(given, by=CLERK, on=ON).then_forbidden()


# -- destruction -------------------------------------------------------------------------------------------------------


def approved() -> Scenario:
    return item("archived").and_(ApproveDestruction(), by=HEAD, on=OVER)


def test_a_record_is_destroyed_with_approval_by_two_persons_and_its_words_go() -> None:
    scenario = (
        item("archived")
        .when(ApproveDestruction(), by=HEAD, on=OVER)
        .then(left(DestructionApproved, approved_by="head"))
    )
    scenario.when(Destroy(witness="section"), by=KEEPER, on=OVER).then(
        left(RecordDestroyed, approved_by="head", destroyed_by="keeper", witness="section"),
        left(SubjectErased, subject=f"case:{CASE}", ground="destroyed"),
    )
    assert (scenario.state.status, scenario.state.title, scenario.state.text) == ("destroyed", None, None)


@pytest.mark.parametrize("day", ["2026-03-03", "2036-12-31"])
def test_nothing_is_destroyed_while_its_retention_runs(day: str) -> None:
    item("archived").when(ApproveDestruction(), by=HEAD, on=day).then_refused("article.retention_running")


def test_what_is_kept_for_ever_or_lent_is_not_destroyed() -> None:
    kept = item("published").and_(Archive(retention="permanent"), by=KEEPER, on=ON)
    kept.when(ApproveDestruction(), by=HEAD, on="2099-01-05").then_refused("article.permanent")
    lent().when(ApproveDestruction(), by=HEAD, on=OVER).then_refused("article.lent")


def test_destruction_needs_its_approval_once() -> None:
    item("archived").when(Destroy(witness="section"), by=KEEPER, on=OVER).then_refused(
        "article.destruction_not_approved"
    )
    approved().when(ApproveDestruction(), by=OFFICE, on=OVER).then_refused("article.destruction_approved_already")
    item("archived").when(ApproveDestruction(), by=CLERK, on=OVER).then_forbidden()
    item("archived").when(ApproveDestruction(), by=HEALTH_HEAD, on=OVER).then_forbidden()


@pytest.mark.parametrize("witness", ["keeper", "head", "nobody", "health-clerk"])
def test_the_witness_is_a_second_person_with_a_post_who_did_not_approve(witness: str) -> None:
    broken = approved().when(Destroy(witness=witness), by=KEEPER, on=OVER).then_refused("article.two_persons")
    assert broken.field == "witness"


def test_after_destruction_nothing_more_happens() -> None:
    gone = approved().and_(Destroy(witness="section"), by=KEEPER, on=OVER)
    gone.when(Archive(retention="10y"), by=KEEPER, on=OVER).then_refused("article.destroyed")
    gone.when(TakeBack(), by=KEEPER, on=OVER).then_refused("article.destroyed")
    gone.when(File(number="1"), by=KEEPER, on=OVER).then_refused("article.destroyed")
    gone.when(Withdraw(ground="error", reason="略"), by=HEAD, on=OVER).then_refused("article.destroyed")
