"""`gongkai export`, `template` and `import` of every kind as real processes, on the data folder and over HTTP."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from services.import_list import IMPORTERS
from tests.integration.program import command, document, start
from tests.unit.old_rows import row

COLLECTIONS = ("columns", "articles", "findings", "documents", "interpretations", "applications", "messages")


def table(file: Path, sheet: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_path(file).get_sheet_by_index(sheet).to_python()


def fill(template: Path, filled: Path, *lines: dict[str, str]) -> Path:
    """The template with these rows below its header, as an office saves it."""
    (header,) = table(template)
    with Workbook(filled, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for place, line in enumerate(lines, 1):
            sheet.write_row(0, 0, header)
            sheet.write_row(place, 0, [line[title] for title in header])
    return filled


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an old case of each kind, each from a filled template; one title is a formula."""
    folder = tmp_path_factory.mktemp("registers")
    data = folder / "data"
    for collection in COLLECTIONS:
        importer = IMPORTERS[collection]
        assert document(data, "template", collection, str(folder / "t.xlsx")) == {"rows": 0}
        cells = {"留言主题": "=1+1"} if collection == "messages" else {}
        file = fill(folder / "t.xlsx", folder / f"{collection}.xlsx", row(importer, **cells))
        found = document(data, "import", collection, str(file))
        assert (found["imported"], found["rejected"]) == (1, []), collection
    return data


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_register_of_each_kind_is_written_for_its_owner_alone(collection: str, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "register.xlsx"
    assert document(data, "export", collection, str(file)) == {"rows": 1}
    header, only = table(file)
    found = dict(zip(header, only, strict=True))
    if collection != "findings":
        assert found["编号"].endswith("〔2025〕1号")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    if collection == "messages":
        assert found["留言主题"] == "=1+1"


def test_filters_narrow_the_register_and_bad_ones_are_named(data: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "r.xlsx")
    assert document(data, "export", "articles", file, "--department", "教育局", "--received-from", "2025/3/1") == {
        "rows": 1
    }
    assert document(data, "export", "articles", file, "--department", "财政局") == {"rows": 0}
    assert document(data, "export", "articles", file, "--q", "义务教育") == {"rows": 1}
    for words, told in (
        (("--department", "没有的"), "department"),
        (("--status", "odd"), "status"),
        (("--received-until", "去年"), "received_until"),
    ):
        done = command(data, "export", "articles", file, *words)
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("export",), ("template",), ("import",)])
def test_an_unknown_kind_is_answered_with_those_there_are(words: tuple[str, ...], data: Path, tmp_path: Path) -> None:
    file = tmp_path / "f.xlsx"
    file.write_bytes(b"PK")
    done = command(data, *words, "letters", str(file), "--lang", "en")
    assert done.returncode == 2
    assert "applications" in done.stderr


def test_a_template_is_said_to_be_one(data: Path, tmp_path: Path) -> None:
    done = command(data, "template", "columns", str(tmp_path / "t.xlsx"))
    assert done.returncode == 0
    assert "模板已写出" in done.stdout
    assert "0 行" not in done.stdout


def test_a_file_that_cannot_be_written_is_said_to_be_so(data: Path, tmp_path: Path) -> None:
    done = command(data, "export", "messages", str(tmp_path / "no" / "such" / "r.xlsx"))
    assert done.returncode == 1
    assert done.stderr.strip().endswith("（没有这个文件或文件夹）")
    assert "写不了文件" in done.stderr
    assert "Errno" not in done.stderr
    english = command(data, "export", "messages", str(tmp_path), "--lang", "en")
    assert english.stderr.strip().endswith("(Is a directory)")
    assert "Traceback" not in done.stderr


def test_the_same_over_http_with_the_rights_of_the_token(data: Path, tmp_path: Path) -> None:
    def token(subject: str, unit: str, role: str) -> str:
        words = ("--subject", subject, "--department", unit, "--role", role)
        return str(document(data, "token", "issue", *words)["token"])

    chief = {"GONGKAI_TOKEN": token("chief", "county-office", "head")}
    clerk = {"GONGKAI_TOKEN": token("finance.clerk", "finance", "clerk")}
    program = start(data, tmp_path / "log")
    try:
        url = ("--url", program.url)
        file, template = tmp_path / "r.xlsx", tmp_path / "t.xlsx"
        assert document(data, "export", "applications", str(file), *url, **chief) == {"rows": 1}
        assert dict(zip(*table(file), strict=True))["申请人"] == "张三"
        assert document(data, "export", "applications", str(file), *url, **clerk) == {"rows": 0}
        assert document(data, "template", "applications", str(template), *url, **clerk) == {"rows": 0}
        more = fill(template, tmp_path / "more.xlsx", row(IMPORTERS["applications"], 编号="2025-002"))
        refused = command(data, "import", "applications", str(more), *url, **clerk)
        assert (refused.returncode, "403" in refused.stderr) == (1, True)
        assert document(data, "import", "applications", str(more), *url, "--dry-run", **chief)["imported"] == 1
        assert document(data, "import", "applications", str(more), *url, **chief)["imported"] == 1
        assert document(data, "export", "applications", str(file), *url, "--q", "A2025-000002", **chief) == {"rows": 1}
        assert command(data, "export", "letters", str(file), *url, **chief).returncode == 2
    finally:
        program.stop()
    verified = json.loads(command(data, "verify", "--output", "json").stdout)
    assert verified["ok"] is True
