"""An .xlsx file made safe to open: encrypted, foreign and hostile archives are refused, the rest is packed anew."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from shared.imports.problem import ListProblem

ZIP, OLE = b"PK", bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
MOST_PARTS = 5_000
MOST_UNPACKED = 256 << 20
SUSPICIOUS_SIZE, SUSPICIOUS_RATIO = 16 << 20, 200
PIECE = 1 << 20
MOST_CELLS = 16_000_000
MOST_SHOWN = 256 << 20
_CELL = re.compile(rb"<(?:\w+:)?c\b(?P<attributes>[^>]*[^/>])>(?:\s*<(?:\w+:)?v>(?P<value>[0-9]{1,9})<)?", re.DOTALL)
_PLACE = re.compile(rb"""\br=["'](?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})["']""")
_SHARED = re.compile(rb"""\bt=["']s["']""")
_STRING = re.compile(rb"<(?:\w+:)?si\b(?:[^>]*/>|.*?</(?:\w+:)?si>)", re.DOTALL)


def safe_workbook(body: bytes) -> bytes:
    """The workbook ``body`` as an uncompressed archive of its XML parts alone (no macros, pictures, attachments).

    What is unpacked is counted while it is unpacked, not believed. Raises ``ListProblem`` for a file that is encrypted,
    of another format, damaged, or larger inside than a list can be.
    """
    if body.startswith(OLE):
        raise _encrypted() if ENCRYPTED_STREAM in body else _old_format()
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = _parts(archive, len(body))
            _extent(parts)
            return _packed(parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as problem:
        raise damaged() from problem


def damaged() -> ListProblem:
    """The file begins like a workbook and cannot be read."""
    return ListProblem(
        "工作簿已损坏，无法读取；请在 Excel 或 WPS 中打开后另存为 .xlsx",
        "the workbook is damaged and cannot be read; open it in Excel or WPS and save it as .xlsx",
    )


def _parts(archive: zipfile.ZipFile, packed: int) -> dict[str, bytes]:
    infos = archive.infolist()
    names = {info.filename for info in infos}
    if any(info.flag_bits & 1 for info in infos):
        raise _encrypted()
    if "xl/workbook.xml" not in names:
        raise _old_format() if "xl/workbook.bin" in names else _other_format()
    declared = sum(info.file_size for info in infos)
    if len(infos) > MOST_PARTS or declared > MOST_UNPACKED or _suspicious(declared, packed):
        raise _too_large_inside()
    if len(names) != len(infos):
        raise damaged()
    parts: dict[str, bytes] = {}
    unpacked = 0
    for info in infos:
        if not info.filename.endswith((".xml", ".rels")):
            continue
        pieces: list[bytes] = []
        with archive.open(info) as stream:
            while piece := stream.read(PIECE):
                unpacked += len(piece)
                if unpacked > MOST_UNPACKED:
                    raise _too_large_inside()
                pieces.append(piece)
        parts[info.filename] = b"".join(pieces)
    return parts


def _suspicious(unpacked: int, packed: int) -> bool:
    return unpacked > SUSPICIOUS_SIZE and unpacked > SUSPICIOUS_RATIO * packed


def _extent(parts: dict[str, bytes]) -> None:
    """Refuses sheets that would fill the memory: a cell far out, or one long text shown in very many cells."""
    lengths = [len(found.group()) for found in _STRING.finditer(parts.get("xl/sharedStrings.xml", b""))]
    for name, body in parts.items():
        if not name.startswith("xl/worksheets/"):
            continue
        rows = columns = shown = 0
        for row, column, text in _cells(body):
            rows, columns = max(rows, row), max(columns, column)
            if text is not None and text < len(lengths):
                shown += lengths[text]
        if rows * columns > MOST_CELLS or shown > MOST_SHOWN:
            raise _too_large_inside()


def _cells(body: bytes) -> Iterator[tuple[int, int, int | None]]:
    """(row, column, number of the shared text) of each cell that holds anything."""
    for found in _CELL.finditer(body):
        attributes = found["attributes"]
        place = _PLACE.search(attributes)
        shared = int(found["value"]) if found["value"] and _SHARED.search(attributes) else None
        if place is None:
            yield 0, 0, shared
            continue
        column = 0
        for letter in place["column"]:
            column = column * 26 + letter - 64
        yield int(place["row"]), column, shared


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def _encrypted() -> ListProblem:
    return ListProblem(
        "工作簿已加密；请取消密码后另存再导入", "the workbook is encrypted; save it without a password first"
    )


def _old_format() -> ListProblem:
    return ListProblem(
        "这是旧格式或二进制的 Excel 文件（.xls、.xlsb）；请另存为 .xlsx",
        "this is an old or binary Excel file (.xls, .xlsb); save it as .xlsx",
    )


def _other_format() -> ListProblem:
    return ListProblem(
        "这不是 Excel 工作簿；请提供 .xlsx 或 .csv 文件", "this is no Excel workbook; give an .xlsx or a .csv file"
    )


def _too_large_inside() -> ListProblem:
    return ListProblem(
        f"文件解压后过大（超过 {MOST_UNPACKED >> 20} MB，或压缩比、单元格范围异常），拒绝打开；台账较大的，请分成几个文件",
        f"unpacked, the file is too large (over {MOST_UNPACKED >> 20} MB, or an abnormal ratio or extent) and not opened; "
        "split a long list into several files",
    )
