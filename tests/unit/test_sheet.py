"""Workbooks as they are written: what somebody typed stays text, and a list prints with its header on every page."""

import io
import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from shared.exports.sheet import CUT, LONGEST_CELL, Heading, ListBook, ToFill, template_book
from tests.scenario import moment

AT = moment("2026-06-15 10:00")
HEADING = Heading("网民留言办理登记簿", "教育局　2026 至 今", "导出时间 2026-06-15 10:00", AT)
DANGEROUS = (
    "=1+1",
    "+86",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("http://a.example","点")',
    "{=1+1}",
    "https://a.example/x",
    "007",
    "1e5",
)


def written(*rows: list[str | int | None], heading: Heading = HEADING) -> dict[str, str]:
    """The parts of a list's workbook."""
    book = ListBook(heading, ("编号", "标题", "次数"), (("说明", "无"),))
    for row in rows:
        book.add(row)
    return parts(book.finished())


def parts(body: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def cells(body: bytes, sheet: int = 0) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(sheet).to_python()


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_looks_like_a_formula_a_link_or_a_number_stays_text(text: str) -> None:
    book = ListBook(HEADING, ("编号", "标题"))
    book.add([text, text])
    body = book.finished()
    assert cells(body)[1] == [text, text]
    sheet = parts(body)["xl/worksheets/sheet1.xml"]
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.lower()
    assert re.findall(r'<c r="[AB]2"[^>]* t="s"', sheet), sheet


def test_counts_are_numbers_and_nothing_is_an_empty_cell() -> None:
    book = ListBook(HEADING, ("编号", "标题", "次数"))
    book.add(["1", None, 3])
    assert cells(book.finished())[1] == ["1", "", 3.0]


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    book = ListBook(HEADING, ("标题",))
    book.add(["长" * (LONGEST_CELL + 1)])
    (found,) = cells(book.finished())[1]
    assert isinstance(found, str)
    assert len(found) == LONGEST_CELL
    assert found.endswith(CUT)


def test_a_list_prints_on_a4_with_title_page_numbers_and_its_header_on_each_page() -> None:
    found = written(["1", "题", 1])
    sheet, book = found["xl/worksheets/sheet1.xml"], found["xl/workbook.xml"]
    assert '<pane xSplit="1" ySplit="1"' in sheet
    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:C2"/>' in sheet
    assert re.search(r'<pageSetup paperSize="9"[^>]* orientation="landscape"', sheet)
    assert "第 &amp;P 页 共 &amp;N 页" in sheet
    assert "&amp;C&amp;B网民留言办理登记簿&amp;B" in sheet
    assert "教育局　2026 至 今" in sheet
    assert "导出时间 2026-06-15 10:00" in sheet
    assert "_xlnm.Print_Titles" in book
    assert "$1:$1" in book


def test_a_name_with_an_ampersand_is_no_code_in_the_heading() -> None:
    heading = Heading("登记簿", "A&P 公司", "今", AT)
    assert "&amp;LA&amp;&amp;P 公司" in written(heading=heading)["xl/worksheets/sheet1.xml"]


def test_a_sheet_s_name_holds_no_sign_that_excel_refuses() -> None:
    book = written(heading=Heading("登记/簿[甲]:一" + "长" * 40, "", "", AT))["xl/workbook.xml"]
    (name, *_) = re.findall(r'<sheet name="([^"]+)"', book)
    assert len(name) == 31
    assert not set(name) & set("[]:*?/\\")


def test_a_template_offers_its_choices_and_keeps_what_is_typed_as_text() -> None:
    columns = (
        ToFill("编号", True, ("每行不同。", "Unique."), "001"),
        ToFill(
            "类别", True, ("选一。", "One."), "甲", [f"第{n}类，较长的名称以超过单元格内列表的上限" for n in range(60)]
        ),
        ToFill("单位", False, ("名录。", "Directory."), "教育局", ("教育局",), loosely=True, open=True),
    )
    body = template_book("模板", columns, ("说明一。",), AT)
    found = parts(body)
    sheet = found["xl/worksheets/sheet1.xml"]
    assert cells(body) == [["编号", "类别", "单位"]]
    assert "<formula1>选项!$A$2:$A$61</formula1>" in sheet
    assert "<formula1>选项!$B$2:$B$2</formula1>" in sheet
    assert 'errorStyle="information"' in sheet
    assert 'numFmtId="49"' in found["xl/styles.xml"]
    assert re.search(r'<col min="1" max="[1-3]" [^>]*style="[1-9]', sheet)
    assert 'name="选项" sheetId="3" state="hidden"' in found["xl/workbook.xml"]
    assert cells(body, 1)[1][:3] == ["编号", "是", "每行不同。"]
