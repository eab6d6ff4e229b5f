"""The annual report as .docx: the six heads with tables 2, 3 and 4, laid out after GB/T 9704 (党政机关公文格式)."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.document import Document as Report
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from services.assessment.annual_report_form import (
    HEADS,
    Grid,
    fee_sentence,
    grids,
    head,
    not_entered,
    notes,
    paragraphs,
    title,
)
from shared.documents.fixed_archive import fixed

TITLE_FONT, HEAD_FONT, BODY_FONT, NUMBER_FONT = "方正小标宋简体", "黑体", "仿宋_GB2312", "宋体"
TITLE_SIZE, BODY_SIZE, NUMBER_SIZE, NOTE_SIZE = Pt(22), Pt(16), Pt(14), Pt(12)
TABLE_SIZES = {4: Pt(12), 10: Pt(9), 15: Pt(9)}
"""Type size in a table by the number of its columns."""
LINE, NOTE_LINE = Pt(28), Pt(18)
FEES = 5
"""The place of the head that tells the fees."""
TEXT_WIDTH = 156
"""Millimetres between the margins of an A4 page: 210 - 28 - 26."""


def docx(report: Mapping[str, Any]) -> bytes:
    """The same report gives the same bytes."""
    document = Document()
    _without_leftovers(document)
    _properties(document, report)
    _page(document)
    heading = _paragraph(document, WD_ALIGN_PARAGRAPH.CENTER)
    _run(heading, title(report), TITLE_FONT, TITLE_SIZE)
    _paragraph(document)
    two, three, four = grids(report)
    tables: Mapping[int, Grid] = {1: two, 2: three, 3: four}
    written = {0: "overview", 4: "problems", FEES: "other"}
    for place in range(len(HEADS)):
        _run(_body(document), head(place), HEAD_FONT, BODY_SIZE)
        for words in paragraphs(report, written[place]) if place in written else ():
            _run(_body(document), words, BODY_FONT, BODY_SIZE)
        if place in tables:
            _table(document, tables[place])
            for words in not_entered(report) if place == 1 else ():
                _note(document, words)
        if place == FEES:
            _run(_body(document), fee_sentence(report), BODY_FONT, BODY_SIZE)
    for words in notes(report):
        _note(document, words)
    out = io.BytesIO()
    document.save(out)
    return fixed(out.getvalue())


def _without_leftovers(document: Report) -> None:
    """Takes out what the library's template brings along: a picture of itself, and styles for an older Word."""
    for relations in (document.part.rels, document.part.package.rels):
        for key in [key for key, one in relations.items() if one.reltype.endswith(("stylesWithEffects", "thumbnail"))]:
            del relations[key]


def _properties(document: Report, report: Mapping[str, Any]) -> None:
    cut_off = datetime.fromisoformat(report["cut_off"]).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    core = document.core_properties
    core.title, core.author, core.last_modified_by = title(report), report["name"], report["name"]
    core.created = core.modified = cut_off
    core.revision = report.get("edition") or 1
    core.comments, core.language = "", "zh-CN"


def _page(document: Report) -> None:
    """A4 with the margins of the standard; page numbers ``— 1 —`` outside at the foot."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        foot = footer.paragraphs[0]
        foot.alignment = side
        _run(foot, "— ", NUMBER_FONT, NUMBER_SIZE)
        _field(_run(foot, "", NUMBER_FONT, NUMBER_SIZE), "PAGE")
        _run(foot, " —", NUMBER_FONT, NUMBER_SIZE)


def _paragraph(document: Report, side: WD_ALIGN_PARAGRAPH | None = None) -> Paragraph:
    paragraph = document.add_paragraph()
    if side is not None:
        paragraph.alignment = side
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    return paragraph


def _body(document: Report) -> Paragraph:
    """A paragraph that stands in by two characters."""
    paragraph = _paragraph(document)
    paragraph.paragraph_format.first_line_indent = BODY_SIZE * 2
    return paragraph


def _note(document: Report, words: str) -> None:
    paragraph = _paragraph(document)
    paragraph.paragraph_format.line_spacing = NOTE_LINE
    _run(paragraph, words, BODY_FONT, NOTE_SIZE)


def _run(paragraph: Paragraph, words: str, font: str, size: Pt) -> Run:
    """Words in a font: Word takes that of Chinese characters from ``w:eastAsia``, which python-docx does not set."""
    run = paragraph.add_run(words)
    run.font.name, run.font.size = font, size
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run


def _field(run: Run, instruction: str) -> None:
    for kind, text in (("begin", None), (None, instruction), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._element.append(element)


def _table(document: Report, grid: Grid) -> None:
    columns = len(grid.widths)
    table = document.add_table(grid.rows, columns, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for place, width in enumerate(grid.widths):
        table.columns[place].width = Mm(TEXT_WIDTH * width // sum(grid.widths))
    cells = [list(row.cells) for row in table.rows]
    for box in grid.boxes:
        cell = cells[box.top][box.left]
        if (box.top, box.left) != (box.bottom, box.right):
            cell = cell.merge(cells[box.bottom][box.right])
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if box.kind == "label" else WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
        _run(paragraph, str(box.text), NUMBER_FONT, TABLE_SIZES[columns])
    for row in table.rows[: grid.heading]:
        # Repeated at the top of each page that the table goes on to.
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
