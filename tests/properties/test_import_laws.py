"""Laws of imported history: an old row leaves the verdicts that its case would have had, had it been kept here day by day."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.publishing.article_import import ARTICLES_IMPORT
from services.publishing.column_state import Column
from services.requests.application_import import APPLICATIONS_IMPORT
from shared.domain.kind import BadField, CaseView, Event, RuleBroken
from shared.domain.localtime import moment_text
from shared.imports.old_case import BadCell, Importer
from tests.scenario import Scenario
from tests.unit.message_world import DIRECTORY
from tests.unit.old_rows import played, steps, verdicts

FIRST = date(2025, 1, 6)
DAY = st.one_of(st.just(""), st.integers(0, 90).map(lambda n: (FIRST + timedelta(days=n)).isoformat()))
SITE = {"教育动态": CaseView("教育动态", "column", 1, Column(status="open", opened=date(2020, 1, 2)))}
MOVING = ("补正告知日期", "收到补正日期", "征求意见日期", "征求意见答复日期", "延期告知日期", "答复日")
STAGES = ("一审日期", "二审日期", "三审日期", "保密审查日期", "核发日期", "发布日")


def rows(titles: tuple[str, ...], **fixed: str) -> st.SearchStrategy[dict[str, str]]:
    """Rows whose steps lie in any order, or nowhere; most of them in order, so that much is taken."""
    ordered = st.lists(st.integers(0, 90), min_size=len(titles), max_size=len(titles)).map(sorted)
    gaps = st.lists(st.booleans(), min_size=len(titles), max_size=len(titles))
    in_order = st.tuples(ordered, gaps).map(
        lambda drawn: {
            title: (FIRST + timedelta(days=n)).isoformat() if there else ""
            for title, n, there in zip(titles, drawn[0], drawn[1], strict=True)
        }
    )
    anyhow = st.fixed_dictionaries(dict.fromkeys(titles, DAY))
    return st.one_of(in_order, anyhow).map(lambda drawn: {**fixed, **drawn})


def imported(importer: Importer, cells: dict[str, str]) -> list[Event] | None:
    try:
        return [event for event, _ in played(importer, **cells)]
    except (BadCell, RuleBroken, BadField):
        return None


def lived(importer: Importer, cells: dict[str, str]) -> list[Event]:
    """The same commands given one after the other on their days, and the file looked at now."""
    case = f"{importer.kind.prefix}2025-000001"
    scenario = Scenario(importer.kind, directory=DIRECTORY, cases=SITE, case=case)
    for step in steps(importer, **cells):
        scenario.and_(step.command, on=moment_text(step.happened)[:16].replace("T", " "))
    scenario.when_swept("2026-06-15 10:00")
    return [record.event for record in scenario.records]


def same_verdicts(importer: Importer, cells: dict[str, str]) -> None:
    found = imported(importer, cells)
    if found is None:
        return
    live = lived(importer, cells)
    assert verdicts(found) == verdicts(live)
    assert [_told(e) for e in found] == [_told(e) for e in live]


def _told(event: Event) -> tuple[str, dict[str, Any]]:
    beside = {"origin", "flags", "clocks", "claimed_earlier", "claimed_at"}
    return event.event_name, event.model_dump(exclude=beside)


@settings(max_examples=150, deadline=None)
@given(rows(MOVING, 收到日期=FIRST.isoformat(), 征求对象="第三方"))
def test_an_imported_application_has_the_verdicts_it_would_have_had(cells: dict[str, str]) -> None:
    replied = {} if cells["答复日"] else {"答复类型": ""}
    same_verdicts(APPLICATIONS_IMPORT, {**cells, **replied})


@settings(max_examples=100, deadline=None)
@given(rows(STAGES, 形成或变更日期=FIRST.isoformat(), 正文="全文"))
def test_an_imported_article_has_the_verdicts_it_would_have_had(cells: dict[str, str]) -> None:
    same_verdicts(ARTICLES_IMPORT, cells)
