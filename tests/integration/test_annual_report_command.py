"""`gongkai report annual` as a real process: the document, a cell, the files, an edition; on the folder and over HTTP."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.counter import CLERK, counter, staffed
from tests.integration.program import ROOT, command, document, start
from tests.integration.test_annual_report_story import CASE, CHIEF, MINE, answered, at, done, printed
from tests.local_county import local_county

CLOCK = {"GONGKAI_CLOCK": "2027-02-10T09:00:00+08:00"}
REPORT = ("report", "annual", "2026", "--department", "教育局")


class World(NamedTuple):
    data: Path
    case: str
    copies: list[bytes]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A county whose education bureau froze its report with one answered application, and entered another figure since."""
    folder = tmp_path_factory.mktemp("report") / "data"

    async def made() -> World:
        async with local_county(folder, "2026-11-09 09:00") as county:
            await staffed(county)
            case = await counter(county)
            await answered(county, case)
            at(county, "2027-01-20 09:00")
            await done(county, "", CLERK, year=2026, department="education")
            await done(county, f"/{CASE}/enter-figures", CLERK, licences=3, source="台账")
            await done(county, f"/{CASE}/freeze-report", CHIEF)
            await done(county, f"/{CASE}/enter-figures", CLERK, licences=4, source="台账")
            return World(folder, case, await printed(county, f"{MINE}&edition=1"))

    return asyncio.run(made())


def test_the_report_and_a_cell_of_it_are_documents_of_the_contract(world: World) -> None:
    found = document(world.data, *REPORT, **CLOCK)
    assert set(found) >= {
        "year",
        "cut_off",
        "table2",
        "table3",
        "table4",
        "checks",
        "cases",
        "not_entered",
        "fees",
        "prose",
    }
    assert all(set(check) >= {"rule", "holds"} for check in found["checks"])
    assert found["table2"]["licences"] == {"decided": 4}
    assert found["cases"]["table3"]["3.1"] == {"natural": [world.case]}
    cell = document(world.data, *REPORT, "--cell", "table3.3.1.natural", **CLOCK)
    assert (cell["value"], [one["case"] for one in cell["events"]]) == (1, [world.case])
    edition = document(world.data, *REPORT, "--edition", "1", **CLOCK)
    assert edition["changed"] == [{"cell": "table2.licences.decided", "frozen": 3, "current": 4}]


def test_the_tables_are_read_by_people(world: World) -> None:
    shown = command(world.data, *REPORT, "--edition", "1", **CLOCK)
    assert shown.returncode == 0, shown.stderr
    for words in (
        "第 1 次定稿",
        "未填报",
        "1 家单位未填报：规章本年制发件数",
        "勾稽关系 6 项全部成立",
        "定稿以来的变化",
    ):
        assert words in shown.stdout
    english = command(world.data, *REPORT, "--lang", "en", **CLOCK).stdout
    assert "not entered" in english
    assert "All 6 identities hold" in english
    cell = command(world.data, *REPORT, "--cell", "table2.coercions.decided", **CLOCK)
    assert "未填报" in cell.stdout
    lines = command(world.data, *REPORT, "--cell", "table3.1.total", "--output", "csv", **CLOCK).stdout.splitlines()
    assert lines[0].lstrip("\ufeff") == "case,event,type,department,happened"
    assert len(lines) == 2


def test_an_edition_is_written_as_it_was_printed_when_it_was_frozen(world: World, tmp_path: Path) -> None:
    for suffix, copy in zip((".xlsx", ".docx"), world.copies, strict=True):
        file = tmp_path / f"report{suffix}"
        told = document(world.data, *REPORT, "--edition", "1", "--write", str(file), **CLOCK)
        assert told == {"file": str(file), "bytes": len(copy), "sha256": hashlib.sha256(copy).hexdigest()}
        assert file.read_bytes() == copy


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--write", "report.pdf"), "report.pdf"),
        (("--write", "report.xlsx", "--cell", "fees.notices"), "--cell"),
        (("--cell", "table3.9.natural"), "cell"),
        (("--edition", "7"), "edition"),
        (("--edition", "0"), "edition"),
        (("--edition", "1", "--as-of", "2027-01-01"), "as_of"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_name_and_nothing_is_written(
    world: World, words: tuple[str, ...], said: str
) -> None:
    refused = command(world.data, *REPORT, *words, **CLOCK)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (ROOT / "report.xlsx").exists()


def test_a_file_that_cannot_be_written_is_told_in_a_sentence(world: World, tmp_path: Path) -> None:
    refused = command(world.data, *REPORT, "--write", str(tmp_path / "nowhere" / "report.docx"), **CLOCK)
    assert refused.returncode == 1
    assert "nowhere" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_same_is_told_and_written_over_http(world: World, tmp_path: Path) -> None:
    issued = ("token", "issue", "--subject", "office.chief", "--department", "county-office", "--role", "office")
    token = document(world.data, *issued, **CLOCK)["token"]
    local = {words: document(world.data, *REPORT, *words, **CLOCK) for words in ASKED}
    program = start(world.data, tmp_path / "log", **CLOCK)

    def asked(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "services", *REPORT, *words, "--output", "json", "--url", program.url]
        environment = {**os.environ, "GONGKAI_TOKEN": token}
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60, env=environment)

    try:
        for words, expected in local.items():
            assert json.loads(asked(*words).stdout) == expected
        for suffix, copy in zip((".xlsx", ".docx"), world.copies, strict=True):
            file = tmp_path / f"remote{suffix}"
            written = asked("--edition", "1", "--write", str(file))
            assert written.returncode == 0, written.stderr
            assert file.read_bytes() == copy
        refused = asked("--edition", "7", "--write", str(tmp_path / "none.docx"))
        assert refused.returncode == 2
        assert not (tmp_path / "none.docx").exists()
    finally:
        assert program.stop() == 0


ASKED = (("--edition", "1"), ("--edition", "1", "--cell", "table2.licences.decided"), ("--as-of", "2027-01-21"))
