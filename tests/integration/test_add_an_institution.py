"""The guide followed word for word in a copy of the program: its file and its line, from HTTP to a line of the score."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from tests.integration.program import ROOT, command, document, start

GUIDE = ROOT / "docs" / "add-an-institution.md"
FILE, LIST, PLAN, TEST = (
    "services/publishing/grievance.py",
    "services/publishing/__init__.py",
    "plans/2026.yaml",
    "tests/unit/test_grievance.py",
)
LODGED, FORGOTTEN = "2026-03-05T09:00", "2026-03-27T09:00"


class Block(NamedTuple):
    """A block of the guide that names its file."""

    file: str
    text: str


def blocks() -> list[Block]:
    """Those of the guide, in order."""
    return [Block(*found) for found in re.findall(r"```\w+ (\S+)\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)]


def follow(program: Path) -> None:
    """Does what the guide says: new files, a line in the list, a line of the plan in place of the old one."""
    for file, text in blocks():
        path = program / file
        if file == PLAN:
            measure = text.split(":")[0]
            (old,) = [line for line in path.read_text("utf-8").splitlines() if line.startswith(f"{measure}:")]
            assert old.strip() != text.strip()
            path.write_text(path.read_text("utf-8").replace(old, text.rstrip("\n")), "utf-8")
        elif file == LIST:
            imported, entry = text.strip().split("\n\n")
            assert entry == "KINDS = (…, GRIEVANCE)"
            old = path.read_text("utf-8")
            listed = re.sub(
                r"^KINDS\b(.*?)= \((.*?),?\s*\)", r"KINDS\1= (\2, GRIEVANCE)", old, flags=re.DOTALL | re.MULTILINE
            )
            assert listed != old
            path.write_text(listed.replace("\nfrom ", f"\n{imported}\nfrom ", 1), "utf-8")
        else:
            assert not path.exists(), f"{file} is there: the guide wants another example"
            path.write_text(text, "utf-8")


def digests(folder: Path) -> dict[str, str]:
    """Every file below a folder, by its content."""
    files = [file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with the example in it."""
    copy = tmp_path_factory.mktemp("with-grievances") / "program"
    copy.mkdir()
    for part in ("services", "shared", "plans", "docs", "tests", "tools"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("pyproject.toml", ".importlinter", "README.md"):
        shutil.copy(ROOT / part, copy / part)
    follow(copy)
    ran(copy, "-m", "services.generate")
    return copy


def ran(program: Path, *words: str) -> str:
    """A Python module of the copy, which must end well."""
    done = subprocess.run([sys.executable, *words], cwd=program, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_guide_gives_one_file_one_line_a_line_of_the_plan_and_a_test() -> None:
    assert [block.file for block in blocks()] == [FILE, LIST, PLAN, TEST]


def test_nothing_that_was_there_changes_in_shared_and_only_contracts_are_added(program: Path) -> None:
    before, after = digests(ROOT / "shared"), digests(program / "shared")
    assert {name: after.get(name) for name in before} == before
    assert sorted(after.keys() - before.keys()) == [
        "contracts/publishing.GrievanceDecided.v1.json",
        "contracts/publishing.GrievanceLodged.v1.json",
        "contracts/publishing.ProcedureFaulted.v1.json",
    ]


def test_its_own_test_and_the_checks_of_every_kind_hold(program: Path) -> None:
    ran(program, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST, "tests/contracts", "tests/golden")
    ran(program, "-m", "mypy", FILE, LIST, "--cache-dir", str(program / ".mypy_cache"))
    ran(program, "-m", "ruff", "check", FILE, TEST)
    ran(program, "-m", "ruff", "format", "--check", FILE, TEST)


def test_the_plan_as_it_is_without_its_line_is_told_to_lose_the_mark(program: Path, tmp_path: Path) -> None:
    checked = command(tmp_path, "plan", "check", str(ROOT / PLAN), program=program)
    assert checked.returncode != 0
    assert "publishing.ProcedureFaulted" in checked.stdout + checked.stderr
    assert command(tmp_path, "plan", "check", str(program / PLAN), program=program).returncode == 0


def test_a_grievance_taken_in_over_http_and_forgotten_costs_its_department_a_point(
    program: Path, tmp_path: Path
) -> None:
    data = tmp_path / "try"
    assert command(data, "init", program=program, GONGKAI_CLOCK=LODGED).returncode == 0

    def as_(subject: str, unit: str, role: str) -> dict[str, str]:
        words = ("token", "issue", "--subject", subject, "--department", unit, "--role", role)
        return {"Authorization": f"Bearer {document(data, *words, program=program, GONGKAI_CLOCK=LODGED)['token']}"}

    headers, clerk = as_("office.clerk", "县政府办公室", "office"), as_("clerk.water", "水务局", "clerk")
    running = start(data, tmp_path / "log", program=program, GONGKAI_CLOCK=LODGED)
    try:
        # Something to take a point from.
        submitted = {"department": "水务局", "title": "供水服务规范", "type": "notice", "attribute": "active"}
        done = httpx2.post(f"{running.url}/api/v1/publishing/documents", json=submitted, headers=clerk)
        assert done.status_code == 201, done.text
        address = f"{running.url}/api/v1/publishing/grievances"
        lodged = {"department": "水务局", "enterprise": "供水公司", "text": "拒不公开水质检测结果"}
        answer = httpx2.post(address, json=lodged, headers=headers)
        assert answer.status_code == 201, answer.text
        case = answer.json()["id"]
        shown = httpx2.get(f"{address}/{case}", headers=headers).json()
        assert [(clock["clock"], clock["due"]) for clock in shown["deadlines"]] == [("decision", "2026-03-26")]
        assert shown["events"][0]["data"]["text"] != lodged["text"]
        assert "拒不公开水质检测结果" in str(shown)
    finally:
        running.stop()
    explained = document(data, "explain", "2026Q1", "水务局", program=program, GONGKAI_CLOCK=FORGOTTEN)
    counted = [(line["kind"], line["measure"], line["event"], line["share"]) for line in explained["lines"]]
    assert ("penalty", "process_faults", f"{case}/2", "-1") in counted
    assert explained["score"] == "99.00"
