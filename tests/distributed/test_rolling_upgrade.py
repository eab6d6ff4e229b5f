"""A newer program beside the older one: an event type has a new version, and files hold both."""

import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from shared.domain.localtime import moment_text, read_moment
from tests.distributed.stack import CLERK, MESSAGES, NOW, Running, Stack
from tests.integration.program import ROOT, until

TAKEN = "gongkai.messages.MessageAccepted"
CHANGES = {
    "services/messages/message_events.py": (
        (
            '@event("MessageAccepted", Text("受理", "Message accepted"), basis=INSTITUTION)',
            '@event("MessageAccepted", Text("受理", "Message accepted"), basis=INSTITUTION, version=2)',
        ),
        (
            '    """受理."""\n',
            '    """受理."""\n\n'
            '    desk: str = attribute(Text("受理台", "Desk"), scored=True)\n'
            '    event_upcasts = {1: lambda data: {**data, "desk": "before desks"}}\n',
        ),
    ),
    "services/messages/message.py": (
        ("MessageAccepted(department=state.department)", 'MessageAccepted(department=state.department, desk="county")'),
    ),
}
"""What the newer program has otherwise: acceptance names the desk, and what was accepted before is read as before desks."""


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The sources of the newer program, with its contracts."""
    program = tmp_path / "newer"
    for part in ("services", "shared", "plans", "docs", "tests/golden"):
        shutil.copytree(ROOT / part, program / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name, changes in CHANGES.items():
        path = program / name
        text = path.read_text("utf-8")
        for old, new in changes:
            assert text.count(old) == 1, f"{name} no longer says {old}"
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
    subprocess.run(
        [sys.executable, "-m", "services.generate"], cwd=program, check=True, capture_output=True, timeout=120
    )
    return program


def test_both_programs_serve_while_one_takes_the_others_place_and_nothing_is_lost(stack: Stack, newer: Path) -> None:
    upgraded = replace(stack, program=newer)
    began = time.monotonic()
    old, assessment = stack.start("messages"), stack.start("assessment")
    before = _taken(stack, old, "before")
    stack.projected()
    # A clock that is given starts with its process: the later one begins where the first has come to.
    now = read_moment(NOW) + timedelta(seconds=time.monotonic() - began)
    new = upgraded.start("messages", GONGKAI_CLOCK=moment_text(now))

    # The newer program goes on with the older one's files, and leaves events that the older one does not know.
    given = stack.give(new, before, "classify", "classify", category="complaint")
    assert given.status_code == 200, given.text
    after = _taken(stack, new, "after")
    late = _taken(stack, old, "by the old one")
    assert _accepted(stack, new, before) == (f"{TAKEN}.v1", None)
    assert _accepted(stack, new, after) == (f"{TAKEN}.v2", "county")

    # The older one takes what it can carry out, and where it would have to read a newer event it says who can.
    shown = httpx2.get(f"{old.url}{MESSAGES}/{after}", headers=stack.as_(CLERK), timeout=30)
    assert shown.status_code == 503, shown.text
    assert shown.json()["code"] == "newer_program"
    assert "Retry-After" in shown.headers
    given = stack.give(old, after, "classify", "classify-after", category="complaint")
    assert given.status_code in (200, 503), given.text
    assert stack.give(new, after, "classify", "classify-after", category="complaint").status_code == 200

    # Facts of the newer events wait in sight until assessment has been replaced, the others do not wait for them.
    parked = until(lambda: stack.document("parked", "list")["parked"], "the newer event parked")
    assert [(one["event"].rpartition("/")[0], one["type"]) for one in parked] == [(after, f"{TAKEN}.v2")]
    assert "v2" in parked[0]["reason"]
    until(lambda: f"{late}/2" in stack.books().facts, "the older program's event counted")

    assert old.stop() == 0
    assert assessment.stop() == 0
    upgraded.start("assessment")
    redriven = upgraded.document("parked", "redrive")
    assert (redriven["taken"], redriven["left"]) == (1, 0), redriven
    books = upgraded.projected()
    assert {f"{case}/2" for case in (before, after, late)} <= set(books.facts)
    checked = upgraded.document("verify")
    assert checked["ok"], checked
    assert _accepted(stack, new, late) == (f"{TAKEN}.v1", None)


def _taken(stack: Stack, running: Running, key: str) -> str:
    """A message that was accepted."""
    answer = stack.submit(running, key)
    assert answer.status_code == 201, answer.text
    case = str(answer.json()["id"])
    given = stack.give(running, case, "accept", f"accept {key}")
    assert given.status_code == 200, given.text
    return case


def _accepted(stack: Stack, running: Running, case: str) -> tuple[str, str | None]:
    """The type with version of the acceptance, and its desk as it stands in the file."""
    shown = httpx2.get(f"{running.url}{MESSAGES}/{case}", headers=stack.as_(CLERK), timeout=30)
    assert shown.status_code == 200, shown.text
    (found,) = [one for one in shown.json()["events"] if "MessageAccepted" in one["type"]]
    return found["type"], found["data"].get("desk")
