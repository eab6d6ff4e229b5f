"""Wrong entries on an item are undone from the last one back, and its clock goes by what is left."""

from dataclasses import replace
from datetime import date

import pytest

from services.publishing.article_commands import (
    AnswerWarnings,
    Approve,
    ApproveDestruction,
    CheckPublished,
    Destroy,
    DetermineSecrecy,
    Publish,
    Reject,
    Release,
    ReviewSecrecy,
    Revise,
    Submit,
)
from services.publishing.article_events import (
    InfoPublished,
    InfoReleased,
    InfoRevised,
    PublicationOverdue,
    RecordDestroyed,
    ReviewApproved,
    SecrecyDetermined,
    SecrecyReviewed,
    WarningsAnswered,
)
from services.publishing.article_state import next_stage
from shared.domain.corrections import EntryVoided, OverdueRevoked, RevokeOverdue, VoidEntry
from shared.domain.kind import Command, Event
from tests.scenario import Scenario, left
from tests.unit.article_world import CLERK, HEAD, KEEPER, OFFICE, SECRECY, SECTION, item


def void(scenario: Scenario, event: type[Event], *, last: bool = True) -> VoidEntry:
    return VoidEntry(events=(scenario.id_of(event, last),), reason="登记有误")


def test_a_release_entered_in_error_is_undone() -> None:
    scenario = item("released")
    scenario.when(void(scenario, InfoReleased), by=OFFICE, on="2026-03-03").then(EntryVoided)
    assert scenario.state.status == "release"
    scenario.when(Publish(), by=CLERK, on="2026-03-03").then_refused("article.not_released")


def test_a_review_on_which_others_rest_is_not_undone_alone() -> None:
    scenario = item("released")
    given = void(scenario, ReviewApproved, last=False)
    scenario.when(given, by=OFFICE, on="2026-03-03").then_refused("void.depended_on")


def test_a_publication_undone_lets_the_clock_run_again() -> None:
    scenario = item("published")
    scenario.when(void(scenario, InfoPublished), by=OFFICE, on="2026-03-03").then(EntryVoided)
    assert scenario.file.dues["publish"][0] == date(2026, 3, 30)
    scenario.when_swept("2026-03-31").then(left(PublicationOverdue, due=date(2026, 3, 30)))


def test_a_revoked_overdue_is_charged_no_more() -> None:
    scenario = item("released")
    scenario.when_swept("2026-03-31").then(PublicationOverdue)
    revoke = RevokeOverdue(event=scenario.id_of(PublicationOverdue), reason="网站迁移")
    scenario.when(revoke, by=OFFICE, on="2026-04-01").then(OverdueRevoked)
    scenario.when(Publish(), by=CLERK, on="2026-04-02").then(left(InfoPublished, met=False))
    scenario.when_swept("2027-01-04").then_nothing()
    assert not any(isinstance(event, PublicationOverdue) for event in scenario.live)


def test_a_destruction_is_not_undone() -> None:
    scenario = item("archived").and_(ApproveDestruction(), by=HEAD, on="2037-01-05")
    scenario.and_(Destroy(witness="section"), by=KEEPER, on="2037-01-05")
    scenario.when(void(scenario, RecordDestroyed), by=OFFICE, on="2037-01-06").then_refused("void.forbidden")


SECRET: list[tuple[type[Event], tuple[Command, ...]]] = [
    (SecrecyReviewed, (ReviewSecrecy(result="not_open", ground="state_secret"),)),
    (
        SecrecyDetermined,
        (
            ReviewSecrecy(result="refer", authority="secrecy_department"),
            DetermineSecrecy(result="not_open", ground="state_secret", letter="函1号"),
        ),
    ),
]


@pytest.mark.parametrize(("result", "way"), SECRET)
def test_a_result_for_which_the_words_were_erased_is_not_undone(result: type[Event], way: tuple[Command, ...]) -> None:
    scenario = item("secrecy")
    for command in way:
        scenario.and_(command, by=SECRECY, on="2026-03-03")
    scenario.when(void(scenario, result), by=OFFICE, on="2026-03-04").then_refused("void.forbidden")
    scenario.when(void(scenario, ReviewApproved), by=OFFICE, on="2026-03-04").then_refused("void.depended_on")
    assert scenario.state.status == "withheld"


def test_a_result_that_left_the_words_is_undone() -> None:
    scenario = item("secrecy").and_(ReviewSecrecy(result="not_open", ground="third_party"), by=SECRECY, on="2026-03-03")
    scenario.when(void(scenario, SecrecyReviewed), by=OFFICE, on="2026-03-04").then(EntryVoided)
    assert scenario.state.status == "secrecy"


def test_an_item_without_its_words_has_passed_no_stage() -> None:
    wordless = replace(item("released").state, title=None, text=None)
    assert next_stage(wordless) == "first"
    scenario = item("released")
    scenario.file = replace(scenario.file, state=wordless)
    scenario.when(Publish(), by=CLERK, on="2026-03-03").then_refused("article.not_released")
    scenario.file = replace(scenario.file, state=replace(wordless, status="release"))
    scenario.when(Release(), by=OFFICE, on="2026-03-03").then_refused("article.not_ready_for_release")


def test_a_revision_that_was_submitted_is_not_undone() -> None:
    scenario = item("drafting").and_(Revise(text="改"), by=CLERK, on="2026-03-02")
    scenario.when(void(scenario, InfoRevised), by=OFFICE, on="2026-03-03").then(EntryVoided)
    scenario.and_(Revise(text="又改"), by=CLERK, on="2026-03-03").and_(Submit(), by=CLERK, on="2026-03-03")
    scenario.when(void(scenario, InfoRevised), by=OFFICE, on="2026-03-04").then_refused("void.forbidden")
    rejected = Reject(stage="first", ground="facts", reason="略")
    scenario.and_(rejected, by=SECTION, on="2026-03-04")
    scenario.when(void(scenario, InfoRevised), by=OFFICE, on="2026-03-04").then_refused("void.forbidden")


def test_an_answer_is_not_undone_but_what_is_live_is_looked_at_again() -> None:
    scenario = item("first", text="电话 13812345678").and_(
        Approve(stage="first", answer="办公电话"), by=SECTION, on="2026-03-02"
    )
    scenario.when(void(scenario, WarningsAnswered), by=OFFICE, on="2026-03-03").then_refused("void.forbidden")
    seen = CheckPublished(text="电话 13812345678")
    live = item("published").and_(seen, by=CLERK, on="2026-03-03")
    live.and_(AnswerWarnings(answer="办公电话"), by=HEAD, on="2026-03-03")
    live.when(void(live, WarningsAnswered), by=OFFICE, on="2026-03-04").then_refused("void.forbidden")
    assert live.and_(seen, by=CLERK, on="2026-03-04").state.unanswered
