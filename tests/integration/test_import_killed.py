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

from tests.data.make_messages_small import HEADER, ROWS

ROWS_IN_ALL, KILLED_AT = 400, 40
LONGEST_WAIT = 60.0


def gongkai(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "services", "--data", str(folder), "--output", "json", "--quiet", *words]


def cases(folder: Path) -> list[tuple[str, int]]:
    """Status and version of each message that is on disk."""
    connection = sqlite3.connect(f"file:{folder / 'gongkai.db'}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT status, version FROM cases WHERE kind = 'message'").fetchall()
    finally:
        connection.close()


def test_a_killed_import_leaves_whole_cases_and_goes_on(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "list.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows((HEADER, *((str(n), *ROWS[0][1:]) for n in range(ROWS_IN_ALL))))
    subprocess.run(gongkai(folder, "init"), check=True, capture_output=True)
    run = subprocess.Popen(gongkai(folder, "import", "messages", str(file)), stdout=subprocess.PIPE)
    pause, waited = threading.Event(), 0.0
    while len(cases(folder)) < KILLED_AT and run.poll() is None and waited < LONGEST_WAIT:
        pause.wait(0.005)
        waited += 0.005
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    kept = cases(folder)
    assert run.returncode == -signal.SIGKILL
    assert KILLED_AT <= len(kept) < ROWS_IN_ALL
    assert set(kept) == {("answered", 7)}

    again = subprocess.run(gongkai(folder, "import", "messages", str(file)), check=True, capture_output=True)
    document = json.loads(again.stdout)
    assert (document["imported"], document["skipped"]) == (ROWS_IN_ALL - len(kept), len(kept))
    assert len(cases(folder)) == ROWS_IN_ALL
    assert set(cases(folder)) == {("answered", 7)}
    verified = subprocess.run(gongkai(folder, "verify"), check=True, capture_output=True)
    assert json.loads(verified.stdout)["ok"] is True
