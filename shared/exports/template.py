"""The template of a kind's lists: what is to be filled, how, and what may be chosen."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.directory import Directory
from shared.domain.localtime import SHANGHAI, local_date
from shared.exports.sheet import ToFill, template_book
from shared.imports.old_case import Importer, ListColumn

NOTES = (
    "从第二行起填写，一行一个案卷；列的次序不限，非必填的列可以删去。",
    "日期可写作 2026-10-09、2026/10/9、20261009 或 2026年10月9日，可加时间（如 8:05）。",
    "同一编号再次导入，内容相同的跳过，不同的退回；先用“只检查”（--dry-run）看逐行报告。",
    "涉密内容一律不得填写。",
)


def template_of(importer: Importer, directory: Directory, now: datetime) -> bytes:
    """The workbook to be filled with old cases of the importer's kind."""
    day = local_date(now)
    units = [unit.name_on(day) for unit in directory.departments.values() if unit.exists_on(day)]
    columns = [_to_fill(column, units) for column in importer.columns]
    return template_book(title_of(importer), columns, NOTES, now.astimezone(SHANGHAI))


def title_of(importer: Importer) -> str:
    """What the template is called."""
    return f"{importer.kind.title.zh}导入模板"


def _to_fill(column: ListColumn, units: Sequence[str]) -> ToFill:
    if column.unit:
        return ToFill(column.title, column.filled, column.rule, column.example, units, loosely=True, open=True)
    return ToFill(column.title, column.filled, column.rule, column.example, column.choices, loosely=column.several)
