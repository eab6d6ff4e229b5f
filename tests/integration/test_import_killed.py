"""The program killed in the middle of an import: whole cases stay, and the same import goes on where it was."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

import pytest

from services.requests.application_import import APPLICATIONS_IMPORT
from tests.data.make_messages_small import HEADER, ROWS

ROWS_IN_ALL, KILLED_AT = 400, 40


class Listed(NamedTuple):
    """A collection with its kind, a list's header and a row without its number, and how each of its cases ends."""

    collection: str
    kind: str
    header: tuple[str, ...]
    row: tuple[str, ...]
    end: tuple[str, int]


LISTS = (
    Listed("messages", "message", HEADER, tuple(ROWS[0][1:]), ("answered", 7)),
    Listed(
        "applications",
        "application",
        APPLICATIONS_IMPORT.titles,
        tuple(column.example for column in APPLICATIONS_IMPORT.columns[1:]),
        ("answered", 6),
    ),
)
LONGEST_WAIT = 60.0


def gongkai(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "services", "--data", str(folder), "--output", "json", "--quiet", *words]


def cases(folder: Path, kind: str) -> list[tuple[str, int]]:
    """Status and version of each case of the kind that is on disk."""
    connection = sqlite3.connect(f"file:{folder / 'gongkai.db'}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT status, version FROM cases WHERE kind = ?", (kind,)).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.collection)
def test_a_killed_import_leaves_whole_cases_and_goes_on(listed: Listed, tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "list.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows((listed.header, *((str(n), *listed.row) for n in range(ROWS_IN_ALL))))
    subprocess.run(gongkai(folder, "init"), check=True, capture_output=True)
    run = subprocess.Popen(gongkai(folder, "import", listed.collection, str(file)), stdout=subprocess.PIPE)
    pause, waited = threading.Event(), 0.0
    while len(cases(folder, listed.kind)) < KILLED_AT and run.poll() is None and waited < LONGEST_WAIT:
        pause.wait(0.005)
        waited += 0.005
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    kept = cases(folder, listed.kind)
    assert run.returncode == -signal.SIGKILL
    assert KILLED_AT <= len(kept) < ROWS_IN_ALL
    assert set(kept) == {listed.end}

    again = subprocess.run(gongkai(folder, "import", listed.collection, str(file)), check=True, capture_output=True)
    document = json.loads(again.stdout)
    assert (document["imported"], document["skipped"]) == (ROWS_IN_ALL - len(kept), len(kept))
    assert len(cases(folder, listed.kind)) == ROWS_IN_ALL
    assert set(cases(folder, listed.kind)) == {listed.end}
    verified = subprocess.run(gongkai(folder, "verify"), check=True, capture_output=True)
    assert json.loads(verified.stdout)["ok"] is True
