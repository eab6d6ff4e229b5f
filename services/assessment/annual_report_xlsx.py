"""The annual report as .xlsx: tables 2, 3 and 4 in the official layout, a sheet each, and a sheet that says what they are."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.assessment.annual_report_form import (
    CHECKS,
    Box,
    Grid,
    fee_sentence,
    grids,
    not_entered,
    notes,
    title,
)
from shared.documents.fixed_archive import fixed

SHEETS = ("表二 主动公开", "表三 收到和处理申请", "表四 复议诉讼")
WIDTH = 110
A4 = 9
MARGIN = 0.6
LINE = 18
LETTERS_A_UNIT = 0.5
"""How many Chinese characters a unit of column width holds at the size used here, on the safe side."""


def xlsx(report: Mapping[str, Any]) -> bytes:
    """The same report gives the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    cut_off = datetime.fromisoformat(report["cut_off"]).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.set_properties({"title": title(report), "author": report["name"], "created": cut_off})
    plain = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}
    formats = {
        "title": book.add_format({**plain, "font_size": 16, "bold": True, "align": "center"}),
        "head": book.add_format({**plain, "border": 1, "align": "center", "bold": True}),
        "label": book.add_format({**plain, "border": 1, "align": "left"}),
        "number": book.add_format({**plain, "border": 1, "align": "center"}),
        "note": book.add_format({**plain, "align": "left"}),
    }
    for place, (name, grid) in enumerate(zip(SHEETS, grids(report), strict=True)):
        sheet = book.add_worksheet(name)
        _page(sheet)
        said = [*(not_entered(report) if place == 0 else ()), *notes(report)]
        _fill(sheet, grid, title(report), said, formats)
    _about(book.add_worksheet("说明"), report, formats)
    book.close()
    return fixed(out.getvalue())


def _page(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(MARGIN, MARGIN, MARGIN, MARGIN)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.set_footer("&C— &P —")


def _fill(sheet: Worksheet, grid: Grid, heading: str, said: list[str], formats: Mapping[str, Format]) -> None:
    """Title, name of the table, the grid from the third row on, notes below it."""
    widths = [max(6.0, WIDTH * width / sum(grid.widths)) for width in grid.widths]
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    last = len(widths) - 1
    sheet.merge_range(0, 0, 0, last, heading, formats["title"])
    sheet.merge_range(1, 0, 1, last, grid.title, formats["note"])
    for row in range(grid.rows):
        alone = [box for box in grid.boxes if box.top == box.bottom == row]
        lines = [_lines(str(box.text), sum(widths[box.left : box.right + 1])) for box in alone]
        sheet.set_row(2 + row, LINE * max(lines))
    for box in grid.boxes:
        _put(sheet, box, formats[box.kind])
    sheet.freeze_panes(2 + grid.heading, 0)
    for row, words in enumerate(said, 2 + grid.rows):
        sheet.set_row(row, LINE * _lines(words, sum(widths)))
        sheet.merge_range(row, 0, row, last, words, formats["note"])


def _lines(words: str, width: float) -> int:
    """How many lines words need in a box of that width."""
    return 1 + int((len(words) - 1) / max(1.0, width * LETTERS_A_UNIT))


def _put(sheet: Worksheet, box: Box, how: Format) -> None:
    top, bottom = box.top + 2, box.bottom + 2
    if (top, box.left) != (bottom, box.right):
        sheet.merge_range(top, box.left, bottom, box.right, "", how)
    if isinstance(box.text, str):
        sheet.write_string(top, box.left, box.text, how)
    else:
        sheet.write_number(top, box.left, box.text, how)


def _about(sheet: Worksheet, report: Mapping[str, Any], formats: Mapping[str, Format]) -> None:
    """As of when, the fees, what was not entered, each identity and whether it holds."""
    _page(sheet)
    sheet.set_column(0, 0, WIDTH)
    lines = [*notes(report), fee_sentence(report), *not_entered(report)]
    for check in report["checks"]:
        holds = "成立" if check["holds"] else "不成立"
        frozen = "（按上年度定稿）" if check["rule"].endswith("frozen") else ""
        lines.append(f"勾稽关系（{check['check']}）{CHECKS[check['check']]}{frozen}：{holds}")
    sheet.write_string(0, 0, title(report), formats["title"])
    for row, words in enumerate(lines, 1):
        sheet.set_row(row, LINE * _lines(words, WIDTH))
        sheet.write_string(row, 0, words, formats["note"])
