"""Every command in the documents is run, in their order; every make target they name is there; every link leads somewhere."""

import os
import re
import shlex
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLLOWED = ROOT / "docs" / "add-an-institution.md"
"""Its commands change the program: they are run in a copy of it, by test_add_an_institution."""
ASKED = re.compile(r"^\$ (.+)$", re.MULTILINE)
ASSIGNED = re.compile(r"[A-Z_]+=.*")
LINK = re.compile(r"\]\(([^)#]+)\)")


def commands(document: Path) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    return [found for block in blocks for found in ASKED.findall(block)]


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d != FOLLOWED], ids=lambda d: str(d.relative_to(ROOT)))
def test_the_commands_in_a_document_work(document: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "GONGKAI_DATA": str(tmp_path / "data"), "LANG": "zh_CN.UTF-8"}
    for line in commands(document):
        words = shlex.split(line)
        set_ = dict(word.split("=", 1) for word in takewhile(ASSIGNED.fullmatch, words))
        words = words[len(set_) :]
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), line
            continue
        assert words[0] == ".venv/bin/gongkai", line
        words = [str(tmp_path / "try") if word == "try" else word for word in words[1:]]
        done = subprocess.run(
            [sys.executable, "-m", "services", *words],
            cwd=ROOT,
            env=environment | set_,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode in (0, 3), f"{line}\n{done.stderr}"
        assert done.stdout, line


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_the_links_in_a_document_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target
