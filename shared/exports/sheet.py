"""Workbooks (.xlsx) as offices print and fill them; the one door to XlsxWriter. What somebody typed is always text."""

import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

Cell = str | int | None
OPTIONS: Mapping[str, Any] = {
    # Registers hold personal data: nothing of them is written to a temporary file.
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
A4, AS_TEXT = 9, 49
"""Excel's numbers of the paper and of the cell format “text”."""
LONGEST_CELL = 32_767
LONGEST_HEADING = 70
NARROWEST, WIDEST = 8, 48
WIDEST_TITLE, WIDEST_PRINTED = 11, 30
"""Of a list, which is as wide as a page: what is longer has several lines."""
CUT = "…（略）"
FOOTER = "&C第 &P 页 共 &N 页"
LINE, HIGHEST, LONGEST_SEEN = 17, 405, 1000
NOTES, CHOICES = "说明", "选项"
MOST_FILLED = 5000
"""Rows below the header in which a template offers its choices."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What is printed above each page of a list: its title, of whom and when it is, and when it was made."""

    title: str
    scope: str
    made: str
    at: datetime


class ListBook:
    """A list with a frozen, filtered and repeated header; ``notes`` stand on a sheet of their own behind it."""

    def __init__(self, heading: Heading, header: Sequence[str], notes: Sequence[tuple[str, str]] = ()) -> None:
        self._out = io.BytesIO()
        self._book = _book(self._out, heading.title, heading.at)
        self._notes, self._header = notes, tuple(header)
        self._widths = [min(_width(title) + 2, WIDEST_TITLE) for title in header]
        self._text = self._book.add_format({"num_format": AS_TEXT, "text_wrap": True, "valign": "top", "border": 1})
        self._number = self._book.add_format({"valign": "top", "border": 1})
        self._sheet = self._book.add_worksheet(_sheet_name(heading.title))
        head = _head_format(self._book)
        self._sheet.set_row(0, _height(max(_lines(title, WIDEST_TITLE) for title in header)))
        for place, title in enumerate(header):
            self._sheet.write_string(0, place, title, head)
        self._printed(heading)
        self.rows = 0

    def add(self, cells: Sequence[Cell]) -> None:
        """One more row; counts are numbers, everything else is text."""
        self.rows += 1
        self._sheet.set_row(
            self.rows, _height(max((_lines(c, WIDEST_PRINTED) for c in cells if isinstance(c, str)), default=1))
        )
        for place, cell in enumerate(cells):
            if cell is None or cell == "":
                self._sheet.write_blank(self.rows, place, None, self._text)
            elif isinstance(cell, str):
                self._widths[place] = max(self._widths[place], _width(cell))
                self._sheet.write_string(self.rows, place, shown(cell), self._text)
            else:
                self._sheet.write_number(self.rows, place, cell, self._number)

    def finished(self) -> bytes:
        """The whole workbook; nothing can be added any more."""
        for place, width in enumerate(self._widths):
            self._sheet.set_column(place, place, min(max(width + 1, NARROWEST), WIDEST_PRINTED))
        self._sheet.autofilter(0, 0, self.rows, len(self._header) - 1)
        _notes_sheet(self._book, [("项目", "内容"), *self._notes])
        self._book.close()
        return self._out.getvalue()

    def _printed(self, heading: Heading) -> None:
        sheet = self._sheet
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.repeat_rows(0)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.9, bottom=0.7)
        left, title, right = (_headed(text) for text in (heading.scope, heading.title, heading.made))
        sheet.set_header(f"&L{left}&C&B{title}&B&R{right}")
        sheet.set_footer(FOOTER)


@dataclass(frozen=True, slots=True)
class ToFill:
    """A column of a template: its title, the words on how it is filled, an example, and what may be chosen.

    ``loosely``: other values than ``choices`` can be written too; ``open``: ``choices`` are but what is known by now.
    """

    title: str
    needed: bool
    rule: tuple[str, str]
    example: str
    choices: Sequence[str] = field(default=())
    loosely: bool = False
    open: bool = False


def template_book(title: str, columns: Sequence[ToFill], notes: Sequence[str], at: datetime) -> bytes:
    """A workbook to be filled: the header alone on the first sheet, its rules on the second.

    Every cell below the header is text, so that numbers keep their zeros and dates stay as they are typed.
    """
    out = io.BytesIO()
    book = _book(out, title, at)
    sheet = book.add_worksheet(_sheet_name(title))
    head, needed = _head_format(book), _head_format(book, needed=True)
    text = book.add_format({"num_format": AS_TEXT})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, min(max(_width(column.title), _width(column.example)) + 4, WIDEST), text)
        sheet.write_string(0, place, column.title, needed if column.needed else head)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(FOOTER)
    rows = [("列", "必填", "填写规则", "Rule", "可选值", "示例")]
    rows += [
        (c.title, "是" if c.needed else "", *c.rule, "" if c.open else "、".join(c.choices), c.example) for c in columns
    ]
    _notes_sheet(book, [*rows, *((note,) for note in notes)])
    _offer(book, sheet, columns)
    book.close()
    return out.getvalue()


def _offer(book: Workbook, sheet: Any, columns: Sequence[ToFill]) -> None:
    """Drop-down lists; what they offer stands on a hidden sheet, for a list in the cell itself is short."""
    offering = [(place, column) for place, column in enumerate(columns) if column.choices]
    if not offering:
        return
    hidden = book.add_worksheet(CHOICES)
    hidden.hide()
    for at, (place, column) in enumerate(offering):
        hidden.write_string(0, at, column.title)
        for row, choice in enumerate(column.choices, 1):
            hidden.write_string(row, at, choice)
        letter = xl_col_to_name(at)
        sheet.data_validation(
            1,
            place,
            MOST_FILLED,
            place,
            {
                "validate": "list",
                "source": f"={CHOICES}!${letter}$2:${letter}${len(column.choices) + 1}",
                "error_type": "information" if column.loosely else "stop",
                "error_title": column.title[:32],
                "error_message": "请从下拉列表中选择，或见“说明”页。",
            },
        )


def _notes_sheet(book: Workbook, rows: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(NOTES)
    text, head = book.add_format({"num_format": AS_TEXT, "text_wrap": True, "valign": "top"}), _head_format(book)
    for row, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, shown(cell), head if row == 0 else text)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 60 if max(map(len, rows)) == 2 else 8)
    sheet.set_column(2, 5, 40)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def shown(text: str) -> str:
    """The text as far as a cell can hold it."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT


def _book(out: io.BytesIO, title: str, at: datetime) -> Workbook:
    book = Workbook(out, dict(OPTIONS))
    book.set_properties({"title": title, "created": at.replace(tzinfo=None)})
    return book


def _head_format(book: Workbook, *, needed: bool = False) -> Any:
    return book.add_format(
        {
            "bold": True,
            "text_wrap": True,
            "valign": "vcenter",
            "align": "center",
            "border": 1,
            "num_format": AS_TEXT,
            "bg_color": "#FCE4D6" if needed else "#E7E6E6",
        }
    )


def _headed(text: str) -> str:
    """Text of a page's heading: an ampersand would begin a code there."""
    return text[:LONGEST_HEADING].replace("&", "&&")


def _sheet_name(title: str) -> str:
    return "".join("·" if sign in "[]:*?/\\'" else sign for sign in title)[:31]


def _width(text: str) -> int:
    """How wide the longest line of a cell is, in Latin characters."""
    longest = max(text[:LONGEST_SEEN].split("\n"), key=len)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in longest)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column of that width; a sign at the end of a line may not fit any more."""
    return sum(max(1, -(-_width(line) // (width - 2))) for line in text[:LONGEST_SEEN].split("\n"))


def _height(lines: int) -> int:
    """Of a row with so many lines, in points; not every program fits rows to what stands in them."""
    return min(LINE * lines, HIGHEST)
