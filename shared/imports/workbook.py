"""A list (.xlsx, .csv) as rows of text, each with the line number a person sees in Excel (header = 1)."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from shared.imports.archive import OLE, ZIP, damaged, safe_workbook
from shared.imports.problem import ListProblem

MOST_ROWS = 200_000
LONGEST_CELL = 200_000
LARGEST = 256 << 20
OTHER_SEPARATORS = (
    (";", "分号“;”", "semicolons"),
    ("；", "全角分号“；”", "fullwidth semicolons"),
    ("，", "全角逗号“，”", "fullwidth commas"),
    ("\t", "制表符", "tabs"),
    ("|", "竖线“|”", "vertical bars"),
)
"""What stands between the cells of a .csv file that was written for another program."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as read: the header's names, and (line, cells) of each row that is not blank, cells in the header's order."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_list(name: str, body: bytes, *, most_rows: int = MOST_ROWS) -> Listed:
    """The first visible sheet of a workbook, or a .csv file in UTF-8 or GB18030. ``name`` is the file's name.

    Every cell is text, written as a person sees it (a number without ``.0``, a date as ``2026-10-09 08:05:00``) and
    without blanks around it. Raises ``ListProblem`` for what is no such file, is damaged, encrypted or hostile, for an
    empty list, one without a header, and one of more than ``most_rows`` rows.
    """
    if not body:
        raise ListProblem("文件是空的", "the file is empty")
    if len(body) > LARGEST:
        raise ListProblem(f"文件超过 {LARGEST >> 20} MB", f"the file is larger than {LARGEST >> 20} MB")
    suffix = PurePath(name).suffix.lower()
    if body.startswith((ZIP, OLE)):
        lines = _workbook_lines(safe_workbook(body))
    elif suffix == ".csv":
        lines = _csv_lines(body)
    elif suffix in (".xlsx", ".xlsm"):
        raise ListProblem(
            f"“{name}”的内容不是 Excel 工作簿，或已损坏", f"the content of {name} is no Excel workbook, or damaged"
        )
    else:
        raise ListProblem(f"不支持“{name}”：请提供 .xlsx 或 .csv 文件", f"{name}: give an .xlsx or a .csv file")
    return _listed(lines, most_rows)


def _listed(lines: Iterable[tuple[int, list[str]]], most_rows: int) -> Listed:
    header: tuple[str, ...] | None = None
    rows: list[tuple[int, tuple[str, ...]]] = []
    for line, cells in lines:
        if not any(cells):
            continue
        if header is None:
            header = tuple("".join(cell.split()) for cell in cells)
            continue
        if len(rows) >= most_rows:
            raise ListProblem(
                f"超过 {most_rows} 行，请分成几个文件导入",
                f"more than {most_rows} rows; split the list into several files",
            )
        rows.append((line, tuple(cells[: len(header)]) + ("",) * (len(header) - len(cells))))
    if header is None:
        raise ListProblem("表中没有内容，也没有表头", "the list is empty and has no header")
    if not rows:
        raise ListProblem("只有表头，没有数据行", "there is a header and no row below it")
    return Listed(header, tuple(rows))


def _workbook_lines(body: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
        sheets = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        if not sheets:
            raise ListProblem("工作簿中没有可见的工作表", "the workbook has no visible sheet")
        found = workbook.get_sheet_by_name(sheets[0])
        for number, cells in enumerate(found.iter_rows(), 1):
            yield number, [_shown(cell) for cell in cells]
    except CalamineError as problem:
        raise damaged() from problem


def _csv_lines(body: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(body)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    csv.field_size_limit(LONGEST_CELL)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number == 1:
                _refuse_other_separator(cells)
            yield number, [_unquoted(cell) for cell in cells]
    except csv.Error as problem:
        raise ListProblem(
            f"第 {number + 1} 行起不是规范的 CSV（引号未闭合或单元格过长）：{problem}",
            f"from line {number + 1} on this is no proper CSV (an open quote or an overlong cell): {problem}",
        ) from problem


def _refuse_other_separator(first: list[str]) -> None:
    """A first line of one cell that holds several of another separator was not written with commas."""
    if len(first) != 1:
        return
    for separator, zh, en in OTHER_SEPARATORS:
        if first[0].count(separator) > 1:
            raise ListProblem(
                f"这个 CSV 用{zh}分隔，应当用逗号：请在 Excel 中打开后另存为“CSV UTF-8（逗号分隔）”，或改存为 .xlsx",
                f"this CSV is separated by {en}, not by commas: save it as “CSV UTF-8 (comma delimited)” or as .xlsx",
            )


def _decoded(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ListProblem(
        "文字编码既不是 UTF-8 也不是 GB18030（GBK）；请另存为“CSV UTF-8”",
        "the text is neither UTF-8 nor GB18030 (GBK); save it as “CSV UTF-8”",
    )


def _unquoted(cell: str) -> str:
    """The cell's text; ``="0017"`` is how some programs keep Excel from making a number of it."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].strip()
    return text


def _shown(value: Any) -> str:
    """A cell as a person sees it."""
    match value:
        case str():
            return value.strip()
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")
        case datetime():
            return (value + timedelta(microseconds=500_000)).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M:%S")
        case timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return str(value).strip()
