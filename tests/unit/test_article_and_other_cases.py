"""An item beside other cases: the column as it stood, what it stems from, and the unit that took over another."""

from datetime import date

import pytest

from services.publishing.article import ARTICLE
from services.publishing.article_commands import Archive, Draft, Drop, Publish, Redate, Withdraw
from services.publishing.article_events import InfoDrafted, InfoPublished, PublicationOverdue
from services.publishing.article_state import Article
from services.publishing.column_state import Column
from shared.domain.directory import SYSTEM, Directory
from shared.domain.kind import CaseView, Command
from tests.scenario import Scenario, left, moment
from tests.unit.article_world import CASE, CASES, CLERK, COLUMN, DIRECTORY, HEAD, KEEPER, item


def among(*views: CaseView) -> Scenario:
    return Scenario(ARTICLE, directory=DIRECTORY, cases={**CASES, **{view.id: view for view in views}}, case=CASE)


def test_the_item_s_own_column_must_be_open_when_it_is_published() -> None:
    def released(column: Column) -> Scenario:
        scenario = item("released")
        scenario.cases = {**CASES, COLUMN: CaseView(COLUMN, "column", 2, column)}
        return scenario

    closed = Column(
        status="closed", department="education", opened=date(2026, 1, 1), closed_at=moment("2026-03-05 10:00")
    )
    released(closed).when(Publish(), by=CLERK, on="2026-03-06").then_refused("article.column_closed", "column")
    late = {"by": CLERK, "on": "2026-03-04 10:00", "recorded": "2026-03-09 09:00"}
    released(closed).when(Publish(claimed_reason="补录"), **late).then(InfoPublished)  # type: ignore[arg-type]
    later = Column(status="open", department="education", opened=date(2026, 3, 5))
    released(later).when(Publish(claimed_reason="补录"), **late).then_refused(  # type: ignore[arg-type]
        "article.column_not_open_yet", "column"
    )
    released(later).when(Publish(), by=CLERK, on="2026-03-05").then(InfoPublished)


def test_an_item_of_an_old_list_with_a_column_by_name_needs_one_of_here() -> None:
    scenario = item("released")
    scenario.cases = {CASE: CASES[CASE]}
    scenario.when(Publish(), by=CLERK, on="2026-03-06").then_refused("article.no_such_column", "column")


@pytest.mark.parametrize(
    ("other", "begun"),
    [
        (Article(status="drafting", department="education", source="W1"), False),
        (Article(status="published", department="education", source="W1"), False),
        (Article(status="archived", department="education", source="W1"), False),
        (Article(status="archived", department="education", source="W1", gone=True), True),
        (Article(status="withheld", department="education", source="W1", gone=True), True),
        (Article(status="drafting", department="health", source="W1"), True),
        (Article(status="drafting", department="education", source="W2"), True),
    ],
)
def test_a_document_has_one_item_of_its_own_unit_that_is_not_gone(other: Article, *, begun: bool) -> None:
    result = among(CaseView("P2026-000009", "article", 3, other)).when(
        Draft(title="题", department="education", source="W1"), by=SYSTEM, on="2026-03-02"
    )
    if begun:
        result.then(InfoDrafted)
    else:
        result.then_refused("article.started_already", "source")


@pytest.mark.parametrize(
    ("stage", "steps"),
    [("published", (Withdraw(ground="error", reason="有误"),)), ("drafting", (Drop(ground="undone"),))],
)
def test_what_was_withdrawn_or_dropped_is_gone_also_once_it_is_archived(stage: str, steps: tuple[Command, ...]) -> None:
    scenario = item(stage)
    for step in steps:
        scenario.and_(step, by=HEAD if isinstance(step, Withdraw) else SYSTEM, on="2026-03-03")
    assert scenario.and_(Archive(retention="10y"), by=KEEPER, on="2026-03-04").state.gone
    assert not item("archived").state.gone


def test_by_itself_the_item_of_a_merged_unit_goes_to_its_successor() -> None:
    merged = DIRECTORY.departments["education"].ended(date(2026, 3, 1), "health")
    directory = Directory({**DIRECTORY.departments, "education": merged}, DIRECTORY.posts)
    scenario = Scenario(ARTICLE, directory=directory, cases=CASES, case=CASE)
    given = Draft(title="题", department="education", source="W1")
    scenario.when(given, by=SYSTEM, on="2026-03-02").then(left(InfoDrafted, department="health"))
    scenario.when(given, by=CLERK, on="2026-03-02").then_refused("article.department_closed")


def test_an_item_counts_from_the_day_that_its_document_was_really_issued_on() -> None:
    published = item("drafting", on="2026-03-02").and_(
        Redate(created_or_changed=date(2026, 3, 9), previous=date(2026, 3, 2)), on="2026-03-02"
    )
    assert [due for due, _ in published.file.dues.values()] == [date(2026, 4, 7)]
    late = item("released", on="2026-03-02").and_(Publish(), by=CLERK, on="2026-03-31")
    assert [type(event) for event in late.live if isinstance(event, PublicationOverdue)] == [PublicationOverdue]
    redate = Redate(created_or_changed=date(2026, 3, 9), previous=date(2026, 3, 2))
    late.and_(redate, on="2026-03-02 00:00", recorded="2026-04-01")
    assert not [event for event in late.live if isinstance(event, PublicationOverdue)]
    (event,) = [event for event in late.live if isinstance(event, InfoPublished)]
    assert (event.met, event.due) == (True, date(2026, 4, 7))
    late.when(redate, on="2026-04-02").then_nothing()
