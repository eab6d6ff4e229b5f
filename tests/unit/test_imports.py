"""What every list of old cases keeps to, whatever its kind: columns, examples, choices, templates, registers."""

import pytest

from services.declared import SERVICES
from shared.exports.template import template_of
from shared.imports.old_case import OPENING, BadCell, Importer
from shared.imports.workbook import read_list
from shared.web.register import columns_of
from tests.unit.message_world import DIRECTORY
from tests.unit.old_rows import NOW, row

IMPORTERS = [importer for service in SERVICES for importer in service.importers]
KINDS = [kind for service in SERVICES for kind in service.kinds]
each = pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.kind.collection)


def fault(importer: Importer, **cells: str) -> str:
    """Why a row is refused as it is read; nothing for one that is taken."""
    try:
        importer.read(row(importer, **cells), NOW)
    except BadCell as bad:
        return bad.reason.zh
    return ""


def test_every_kind_of_cases_that_people_open_has_lists() -> None:
    listed = {importer.kind.name for importer in IMPORTERS}
    # What assessment keeps (calendar, directory, plans, reports) is entered whole, not from lists of old cases.
    assert {kind.name for kind in KINDS if kind.service != "assessment"} == listed


@each
def test_columns_are_named_once_and_rules_name_columns(importer: Importer) -> None:
    assert len(set(importer.titles)) == len(importer.titles)
    assert set(importer.column_of.values()) <= set(importer.titles)
    assert importer.refers.keys() <= set(importer.titles)
    first = importer.columns[0]
    assert (first.title, first.filled) == (importer.number_column, True)
    assert all(column.rule.zh and column.rule.en for column in importer.columns)
    assert all(column.example for column in importer.columns if column.filled)


@each
def test_the_example_of_a_template_is_a_case_with_its_steps_in_order(importer: Importer) -> None:
    old = importer.read(row(importer), NOW)
    steps = old.steps("education", {column: "X2025-000001" for column in importer.refers})
    assert steps[0].name == OPENING
    assert type(steps[0].command).command_opens
    assert len({step.name for step in steps}) == len(steps)
    assert [step.happened for step in steps] == sorted(step.happened for step in steps)
    assert steps[0].happened == old.opened
    assert old.category in importer.categories


@each
def test_every_choice_of_a_template_is_understood(importer: Importer) -> None:
    for column in importer.columns:
        for choice in column.choices:
            assert "没有这一项" not in fault(importer, **{column.title: choice}), (column.title, choice)
        if column.choices and (column.filled or column.example):
            with pytest.raises(BadCell) as caught:
                importer.read(row(importer, **{column.title: "别的"}), NOW)
            assert caught.value.column == column.title


@each
def test_an_empty_cell_that_must_be_filled_is_named(importer: Importer) -> None:
    for column in importer.columns:
        if column.filled:
            with pytest.raises(BadCell) as caught:
                importer.read(row(importer, **{column.title: ""}), NOW).steps("education", {})
            assert caught.value.column == column.title
            assert "缺少" in caught.value.reason.zh


@each
@pytest.mark.parametrize("written", ["2025-02-30", "去年三月", "2031-01-01"])
def test_an_impossible_date_is_named_wherever_it_stands(importer: Importer, written: str) -> None:
    dates = [column.title for column in importer.columns if column.example.startswith("2025-")]
    ahead = ("整改期限",) if written == "2031-01-01" else ()
    for title in (one for one in dates if one not in (importer.number_column, *ahead)):
        with pytest.raises(BadCell) as caught:
            importer.read(row(importer, **{title: written}), NOW)
        assert (caught.value.column, caught.value.value) == (title, written)


@each
def test_a_template_has_the_columns_of_the_list_and_no_row(importer: Importer) -> None:
    body = template_of(importer, DIRECTORY, NOW)
    with pytest.raises(Exception, match="只有表头"):
        read_list("t.xlsx", body)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_register_names_each_of_its_columns_once(kind: object) -> None:
    titles = columns_of(kind)  # type: ignore[arg-type]
    assert len(set(titles)) == len(titles)
