"""The annual report as .xlsx and .docx: the official layout, the same bytes for the same report, and who made them when."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook

from services.assessment.annual_report import COLUMNS, GROUPS, LEAVES, REVIEW_COLUMNS
from services.assessment.annual_report_docx import docx
from services.assessment.annual_report_form import HEADS, Grid, grids, not_entered, notes
from services.assessment.annual_report_xlsx import SHEETS, xlsx
from services.requests.application_rules import ROWS
from shared.documents.fixed_archive import EPOCH
from tests.unit.annual_report_world import document

WRITERS: dict[str, Callable[[Any], bytes]] = {"xlsx": xlsx, "docx": docx}
PRINTED = {
    "xlsx": "19e62f33de7403e7e2422c0d7790b7cb58c77c880de96b28a2702d7a623f3cc2",
    "docx": "1c7d64fd0c5a1e3f4b29a7edd296f30d49894fd72935e25201e47c43f0320dea",
}
"""SHA-256 of the sample as printed in layout 1."""


def opened(body: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(body))


# -- the form ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_boxes_of_a_table_cover_it_without_a_gap_or_an_overlap(place: int) -> None:
    grid: Grid = grids(document())[place]
    covered = [
        (row, column)
        for box in grid.boxes
        for row in range(box.top, box.bottom + 1)
        for column in range(box.left, box.right + 1)
    ]
    assert len(covered) == len(set(covered))
    assert set(covered) == {(row, column) for row in range(grid.rows) for column in range(len(grid.widths))}


def test_table_three_has_the_rows_of_the_form_in_its_words() -> None:
    labels = [str(box.text) for box in grids(document())[1].boxes if box.kind == "label"]
    for row in (*LEAVES, "1", "2"):
        words = ROWS[row].zh
        assert [label for label in labels if label.endswith(words)], words
    assert [label[:2] for label in labels if label[1] == "、"] == ["一、", "二、", "三、", "四、"]
    heads = [box.text for box in grids(document())[1].boxes if box.kind == "head"]
    assert heads[1:] == [
        "申请人情况", "自然人", "法人或其他组织", "总计", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他",
    ]  # fmt: skip


def test_what_was_not_entered_is_said_in_its_cell_and_below() -> None:
    told = {box.text for box in grids(document())[0].boxes if box.kind == "number"}
    assert told == {"未填报", 1, 0, 12, Decimal("3.25")}
    (said,) = not_entered(document())
    assert "行政强制：本年处理决定数量" in said
    assert "行政规范性文件（系统外部分）：本年制发件数、本年废止件数、现行有效件数" in said
    assert "行政许可" not in said
    county = document(department=None, not_entered={"table2.licences.decided": ["health", "water"]})
    assert not_entered(county) == ["有2家单位未填报，未计入：行政许可：本年处理决定数量。"]


def test_a_report_says_its_cut_off_its_edition_and_every_identity_that_fails() -> None:
    assert notes(document()) == ["数据截至2027年1月20日09:00:00已登记的事项；第1次定稿。"]
    broken = [{"check": "e", "rule": "", "holds": False}] * 2
    draft = document(edition=None, parked=2, checks=broken)
    assert notes(draft) == [
        "数据截至2027年1月20日09:00:00已登记的事项；未定稿。",
        "另有2条事件搁置，未计入。",
        "勾稽关系不成立：第二项等于上年度报告的第四项。",
    ]


# -- .xlsx -------------------------------------------------------------------------------------------------------------


def test_the_workbook_has_the_three_tables_in_the_official_layout() -> None:
    report = document()
    book = opened(xlsx(report))
    assert book.sheet_names == [*SHEETS, "说明"]
    two, three, four = (book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in SHEETS)
    assert two[0][0] == "教育局2026年政府信息公开工作年度报告"
    assert two[2][0] == "第二十条第（一）项"
    assert two[3] == ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"]
    assert two[4] == ["规章", "未填报", "未填报", "未填报"]
    assert two[5] == ["行政规范性文件", 1, 0, 1]
    assert [row[1] for row in two if row[0] in ("行政许可", "行政处罚", "行政强制", "行政事业性收费")] == [
        12,
        0,
        "未填报",
        3.25,
    ]
    numbers = [row[3:10] for row in three[5 : 5 + 25]]
    assert numbers == [[report["table3"][row][column] for column in COLUMNS] for row in report["table3"]]
    assert four[5] == [report["table4"][group][column] for group in GROUPS for column in REVIEW_COLUMNS]


def test_the_merged_boxes_of_the_workbook_are_those_of_the_form() -> None:
    book = opened(xlsx(document()))
    for name, grid in zip(SHEETS, grids(document()), strict=True):
        merged = {((top - 2, left), (bottom - 2, right)) for (top, left), (bottom, right) in _merged(book, name)}
        wanted = {
            ((box.top, box.left), (box.bottom, box.right))
            for box in grid.boxes
            if (box.top, box.left) != (box.bottom, box.right)
        }
        assert wanted <= merged
        assert all(top < 0 or top >= grid.rows for (top, _), _ in merged - wanted)


def _merged(book: CalamineWorkbook, name: str) -> Any:
    return book.get_sheet_by_name(name).merged_cell_ranges or []


def test_words_that_begin_like_a_formula_are_words() -> None:
    body = xlsx(document(name="=1+1"))
    sheet = opened(body).get_sheet_by_name(SHEETS[0]).to_python(skip_empty_area=False)
    assert sheet[0][0] == "=1+12026年政府信息公开工作年度报告"
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


# -- .docx -------------------------------------------------------------------------------------------------------------


def test_the_document_has_the_six_heads_the_words_and_the_three_tables() -> None:
    report = document()
    made = Document(io.BytesIO(docx(report)))
    words = [paragraph.text for paragraph in made.paragraphs if paragraph.text]
    assert words[0] == "教育局2026年政府信息公开工作年度报告"
    heads = [f"{numeral}、{name}" for numeral, name in zip("一二三四五六", HEADS, strict=True)]
    assert [text for text in words if text in heads] == heads
    assert words[2:4] == ["2026年新收政府信息公开申请2件。", "其中予以公开1件。"]
    assert "（未填写）" in words
    assert "本年度共发出政府信息公开信息处理费收费通知1件，通知收费总金额700元，实际收取0元。" in words
    two, three, four = made.tables
    assert [cell.text for cell in two.rows[3].cells] == ["行政规范性文件", "1", "0", "1"]
    assert [cell.text for cell in three.rows[3].cells][3:] == [str(report["table3"]["1"][c]) for c in COLUMNS]
    assert three.cell(6, 1)._tc is three.cell(6, 2)._tc
    assert three.cell(7, 1)._tc is three.cell(14, 1)._tc
    assert three.cell(5, 0)._tc is three.cell(26, 0)._tc
    assert three.cell(0, 0)._tc is three.cell(2, 2)._tc
    assert [cell.text for cell in four.rows[3].cells] == [
        str(report["table4"][group][column]) for group in GROUPS for column in REVIEW_COLUMNS
    ]


def test_the_document_is_laid_out_after_the_standard() -> None:
    made = Document(io.BytesIO(docx(document())))
    (section,) = made.sections
    sizes = (section.page_width, section.page_height, section.top_margin, section.bottom_margin)
    assert [round(size.mm) for size in (*sizes, section.left_margin, section.right_margin) if size] == [
        210,
        297,
        37,
        35,
        28,
        26,
    ]
    runs = [
        (run, run._element.rPr.rFonts.get(qn("w:eastAsia"))) for paragraph in made.paragraphs for run in paragraph.runs
    ]
    assert all(font for _, font in runs)
    fonts = {run.text: (font, run.font.size.pt) for run, font in runs}
    assert fonts["教育局2026年政府信息公开工作年度报告"] == ("方正小标宋简体", 22)
    assert fonts["一、总体情况"] == ("黑体", 16)
    assert fonts["人员不足。"] == ("仿宋_GB2312", 16)
    assert "PAGE" in section.footer._element.xml
    assert "PAGE" in section.even_page_footer._element.xml
    for table in made.tables:
        assert all(run._element.rPr.rFonts.get(qn("w:eastAsia")) for run in table.rows[0].cells[0].paragraphs[0].runs)


# -- both --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_report_is_printed_into_the_same_bytes_whenever(kind: str) -> None:
    body = WRITERS[kind](document())
    assert body == WRITERS[kind](document())
    assert body != WRITERS[kind](document(cut_off="2027-01-21T09:00:00+08:00"))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert {(entry.date_time, entry.compress_type) for entry in archive.infolist()} == {(EPOCH, zipfile.ZIP_STORED)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("2027-01-20T01:00:00Z") == 2


@pytest.mark.parametrize("kind", WRITERS)
def test_a_copy_printed_today_is_that_which_was_printed_when_the_layout_was_made(kind: str) -> None:
    """Where this fails, editions that were frozen would no longer be printed as they were: give them back their layout."""
    assert hashlib.sha256(WRITERS[kind](document())).hexdigest() == PRINTED[kind]


@pytest.mark.parametrize("kind", WRITERS)
def test_the_order_in_which_a_report_was_stored_does_not_change_its_copy(kind: str) -> None:
    stored = json.loads(json.dumps(document(), sort_keys=True))
    assert WRITERS[kind](stored) == WRITERS[kind](document())


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_told_beside_a_frozen_report_does_not_change_its_copy(kind: str) -> None:
    beside = {"cases": None, "editions": [{"edition": 1}], "changed": [{"cell": "fees.notices"}]}
    assert WRITERS[kind](document(**beside)) == WRITERS[kind](document())
