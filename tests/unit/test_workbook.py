"""Reading old lists: cells as people see them, line numbers as in Excel, and every file that is refused."""

import csv
import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from shared.imports import archive
from shared.imports.columns import find_columns, read_mapping
from shared.imports.problem import ListProblem
from shared.imports.workbook import read_list

DATA = Path(__file__).parent.parent / "data"
COLUMNS = ("留言编号", "留言时间", "答复时间")


def workbook(fill: Callable[[xlsxwriter.Workbook, Any], None], **options: Any) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    fill(book, book.add_worksheet("表"))
    book.close()
    return out.getvalue()


def of_rows(*rows: tuple[Any, ...]) -> bytes:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        for line, row in enumerate(rows):
            sheet.write_row(line, 0, row)

    return workbook(fill)


def repacked(body: bytes, change: Callable[[str, bytes], bytes | None], **added: bytes) -> bytes:
    """The archive with each part changed, or left out for None, and more parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            part = change(info.filename, old.read(info))
            if part is not None:
                new.writestr(info.filename, part)
        for name, part in added.items():
            new.writestr(name, part)
    return out.getvalue()


def refusal(name: str, body: bytes, **limits: int) -> ListProblem:
    with pytest.raises(ListProblem) as caught:
        read_list(name, body, **limits)
    assert caught.value.message.zh
    assert caught.value.message.en
    return caught.value


def test_a_cell_is_what_a_person_sees() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.write_row(0, 0, ["id", "n", "d", "m", "t", "h", "b", "f", "s"])
        sheet.write_row(1, 0, [123, 12.5])
        sheet.write_datetime(1, 2, date(2019, 4, 25), book.add_format({"num_format": "yyyy/m/d"}))
        stamp = book.add_format({"num_format": "yyyy/m/d h:mm:ss"})
        sheet.write_datetime(1, 3, datetime(2019, 4, 25, 9, 32, 9), stamp)  # noqa: DTZ001 - Excel knows no zone
        sheet.write_datetime(1, 4, time(9, 5), book.add_format({"num_format": "h:mm"}))
        sheet.write_datetime(1, 5, timedelta(hours=30), book.add_format({"num_format": "[h]:mm"}))
        sheet.write_boolean(1, 6, True)
        sheet.write_formula(1, 7, '="x"&"y"', None, "xy")
        sheet.write_string(1, 8, "  007 \n")

    listed = read_list("list.xlsx", workbook(fill))
    assert listed.rows == (
        (2, ("123", "12.5", "2019-04-25", "2019-04-25 09:32:09", "09:05:00", "30:00:00", "TRUE", "xy", "007")),
    )


def test_a_row_has_the_line_number_that_excel_shows() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.write_row(2, 1, ["a", "b"])
        sheet.write_row(3, 1, ["1", "2"])
        sheet.write_row(6, 1, ["3"])

    listed = read_list("list.xlsx", workbook(fill))
    assert [name for name in listed.header if name] == ["a", "b"]
    assert [line for line, _ in listed.rows] == [4, 7]
    assert listed.rows[1][1][-2:] == ("3", "")


def test_a_line_break_in_a_csv_cell_is_no_new_line() -> None:
    listed = read_list("list.csv", '编号,内容\n1,"第一行\n第二行"\n\n2,x\n'.encode())
    assert listed.rows == ((2, ("1", "第一行\n第二行")), (4, ("2", "x")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_the_encodings_of_chinese_offices(encoding: str) -> None:
    listed = read_list("LIST.CSV", "留言编号,用户\n007,覃某\n".encode(encoding))
    assert listed.header == ("留言编号", "用户")
    assert listed.rows == ((2, ("007", "覃某")),)


def test_a_number_kept_as_text_in_csv_is_the_number() -> None:
    assert read_list("list.csv", b'id\n"=""007"""\n').rows == ((2, ("007",)),)


def test_the_small_list_is_the_same_in_both_formats() -> None:
    table = read_list("messages-small.csv", (DATA / "messages-small.csv").read_bytes())
    book = read_list("messages-small.xlsx", (DATA / "messages-small.xlsx").read_bytes())
    assert table == book
    assert len(table.rows) == 25


def test_a_hidden_sheet_is_not_the_list() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.write_row(0, 0, ["hidden"])
        sheet.hide()
        shown = book.add_worksheet("shown")
        shown.write_row(0, 0, ["a"])
        shown.write_row(1, 0, ["1"])
        shown.activate()
        shown.set_first_sheet()

    assert read_list("list.xlsx", workbook(fill)).header == ("a",)


def test_macros_and_pictures_are_left_out() -> None:
    body = repacked(of_rows(("a",), ("1",)), lambda name, part: part, **{"xl/vbaProject.bin": b"x" * 100})
    assert read_list("list.xlsm", body).rows == ((2, ("1",)),)
    with zipfile.ZipFile(io.BytesIO(archive.safe_workbook(body))) as packed:
        assert "xl/vbaProject.bin" not in packed.namelist()


def test_a_file_that_is_no_excel_is_refused() -> None:
    assert "不是 Excel" in refusal("list.xlsx", b"%PDF-1.7 not a workbook").message.zh
    assert ".xlsx" in refusal("list.txt", b"a,b\n1,2\n").message.zh


def test_another_kind_of_archive_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as other:
        other.writestr("word/document.xml", "<w/>")
    assert "不是 Excel" in refusal("list.xlsx", out.getvalue()).message.zh


def test_old_and_binary_formats_are_refused() -> None:
    assert ".xls" in refusal("list.xls", archive.OLE + b"\0" * 600).message.zh
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as binary:
        binary.writestr("xl/workbook.bin", b"\0")
    assert ".xlsb" in refusal("list.xlsb", out.getvalue()).message.zh


def test_an_encrypted_workbook_is_refused() -> None:
    body = archive.OLE + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100
    assert "加密" in refusal("list.xlsx", body).message.zh


def test_an_encrypted_archive_is_refused() -> None:
    body = bytearray(of_rows(("a",), ("1",)))
    central = body.index(b"PK\x01\x02")
    body[central + 8] |= 1
    assert "加密" in refusal("list.xlsx", bytes(body)).message.zh


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_truncated_workbook_is_refused(keep: float) -> None:
    body = of_rows(("a",), *((str(n),) for n in range(2000)))
    assert "损坏" in refusal("list.xlsx", body[: int(len(body) * keep)]).message.zh


def test_a_workbook_with_damaged_content_is_refused() -> None:
    whole = bytearray(of_rows(("a",), *((f"{n * 7919}",) for n in range(3000))))
    with zipfile.ZipFile(io.BytesIO(bytes(whole))) as book:
        info = book.getinfo("xl/worksheets/sheet1.xml")
    begin = info.header_offset + 80
    whole[begin : begin + 200] = bytes(200)
    assert "损坏" in refusal("list.xlsx", bytes(whole)).message.zh


def test_a_workbook_without_its_sheet_is_refused() -> None:
    body = repacked(of_rows(("a",), ("1",)), lambda name, part: None if "sheet1" in name else part)
    assert "损坏" in refusal("list.xlsx", body).message.zh


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    body = repacked(
        of_rows(("a",), ("1",)),
        lambda name, part: part + b" " * (40 << 20) if name == "xl/worksheets/sheet1.xml" else part,
    )
    assert len(body) < 200_000
    assert "过大" in refusal("list.xlsx", body).message.zh


def test_a_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    body = bytearray(
        repacked(
            of_rows(("a",), ("1",)),
            lambda name, part: part + b" " * (40 << 20) if name == "xl/worksheets/sheet1.xml" else part,
        )
    )
    at = 0
    while (at := body.find(b"PK\x01\x02", at)) >= 0:
        length = struct.unpack_from("<H", body, at + 28)[0]
        if body[at + 46 : at + 46 + length] == b"xl/worksheets/sheet1.xml":
            struct.pack_into("<I", body, at + 24, 500)
        at += 4
    assert refusal("list.xlsx", bytes(body)).message.zh


def test_a_cell_at_the_far_corner_is_refused() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.write_row(0, 0, ["a"])
        sheet.write_string(1_048_575, 16_383, "x")

    assert "过大" in refusal("list.xlsx", workbook(fill)).message.zh


def test_one_long_text_shown_in_very_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_SHOWN", 1 << 20)
    rows = [("a",), *(("x" * 30_000,) for _ in range(40))]
    assert "过大" in refusal("list.xlsx", of_rows(*rows)).message.zh


def test_nothing_in_a_file_is_refused() -> None:
    assert "空" in refusal("list.xlsx", b"").message.zh
    assert "表头" in refusal("list.xlsx", of_rows()).message.zh
    assert "没有数据行" in refusal("list.xlsx", of_rows(("a", "b"))).message.zh
    assert "表头" in refusal("list.csv", b"\n\n").message.zh


def test_too_many_rows_are_refused() -> None:
    body = of_rows(("a",), ("1",), ("2",), ("3",))
    assert len(read_list("list.xlsx", body, most_rows=3).rows) == 3
    assert "2 行" in refusal("list.xlsx", body, most_rows=2).message.zh


def test_a_csv_in_an_unknown_encoding_is_refused() -> None:
    assert "编码" in refusal("list.csv", "编号,用户\n1,覃\n".encode("utf-16")).message.zh
    assert "编码" in refusal("list.csv", b"\xff\xff\xff").message.zh


def test_an_open_quote_in_a_csv_is_refused_with_its_line() -> None:
    assert "第 3 行" in refusal("list.csv", b'id,text\n1,a\n2,"open\n3,b\n').message.zh


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ListProblem) as caught:
        find_columns(("留言编号", "备注", "备注"), COLUMNS, {})
    assert "留言时间、答复时间" in caught.value.message.zh
    with pytest.raises(ListProblem) as caught:
        find_columns(("留言编号", "留言时间"), COLUMNS, {"答复时间": "回复日期"})
    assert "回复日期（答复时间）" in caught.value.message.zh


def test_a_column_that_is_there_twice_is_named() -> None:
    with pytest.raises(ListProblem) as caught:
        find_columns(("留言编号", "留言时间", "留言编号", "答复时间"), COLUMNS, {})
    assert "重复的列：留言编号" in caught.value.message.zh


def test_a_mapping_may_be_written_either_way_round() -> None:
    for text in ("留言编号: 编号\n答复时间: 回复 日期\n", "编号: 留言编号\n回复日期: 答复时间\n"):
        own = read_mapping(text, COLUMNS)
        assert own == {"留言编号": "编号", "答复时间": "回复日期"}
        assert find_columns(("回复日期", "编号", "留言时间"), COLUMNS, own) == {
            "留言编号": 1,
            "留言时间": 2,
            "答复时间": 0,
        }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n- b\n", "若干行"),
        ("", "若干行"),
        ("a: [b\n", "YAML"),
        ("甲: 乙\n", "两边都不是"),
        ("留言时间: 答复时间\n", "两边都是"),
        ("留言时间: 甲\n答复时间: 甲\n", "对应了两列"),
        ("留言时间: 甲\n乙: 留言时间\n", "出现两次"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(text: str, said: str) -> None:
    with pytest.raises(ListProblem) as caught:
        read_mapping(text, COLUMNS)
    assert said in caught.value.message.zh
    assert caught.value.message.en


def test_the_script_of_the_small_list_writes_what_is_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.data import make_messages_small

    monkeypatch.setattr(make_messages_small, "HERE", tmp_path)
    make_messages_small.main()
    assert (tmp_path / "messages-small.csv").read_bytes() == (DATA / "messages-small.csv").read_bytes()
    with (DATA / "messages-small.csv").open(encoding="utf-8-sig", newline="") as file:
        assert tuple(map(tuple, csv.reader(file)))[1:] == make_messages_small.ROWS


@pytest.mark.parametrize("separator", [";", "；", "，", "\t", "|"])
def test_a_csv_with_another_separator_is_named_as_such(separator: str) -> None:
    lines = [separator.join(COLUMNS), separator.join(("1", "2019-04-25", "2019-04-29"))]
    problem = refusal("台账.csv", "\r\n".join(lines).encode())
    assert "分隔" in problem.message.zh
    assert "separated by" in problem.message.en


def test_a_separator_inside_the_cells_of_a_list_is_no_fault() -> None:
    body = "留言编号,留言时间,详情\r\n1,2019-04-25,甲；乙；丙;丁;戊\r\n".encode()
    assert read_list("a.csv", body).rows[0][1][2] == "甲；乙；丙;丁;戊"


def test_a_title_above_the_header_is_named_as_the_likely_cause() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 2, "罗甸县 2019 年网民留言台账")
        sheet.write_row(1, 0, COLUMNS)
        sheet.write_row(2, 0, ("1", "2019-04-25 09:00", ""))

    listed = read_list("a.xlsx", workbook(fill))
    with pytest.raises(ListProblem) as caught:
        find_columns(listed.header, COLUMNS, {})
    assert "标题行" in caught.value.message.zh
    assert "罗甸县2019年网民留言台账" in caught.value.message.zh
    assert "title" in caught.value.message.en
    csv_listed = read_list("a.csv", "罗甸县台账,,\r\n留言编号,留言时间,答复时间\r\n1,2019-04-25,\r\n".encode())
    with pytest.raises(ListProblem, match="标题行"):
        find_columns(csv_listed.header, COLUMNS, {})
    with pytest.raises(ListProblem, match="标题行"):
        find_columns(("填报单位", "教育局"), COLUMNS, {})


def test_a_header_that_lacks_one_column_is_not_taken_for_a_title() -> None:
    with pytest.raises(ListProblem) as caught:
        find_columns(("留言编号", "留言时间"), COLUMNS, {})
    assert caught.value.message.zh.startswith("缺少列：答复时间")
