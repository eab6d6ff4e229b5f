"""An absent server is a visible skip, and a failure where it is required."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends import choice


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The session's own notes stay as they are."""
    monkeypatch.setattr(choice, "_used", {})
    monkeypatch.setattr(choice, "_absent", {})


def test_an_absent_server_is_a_skip_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUIRE_BACKENDS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no mongo server: nothing installed"):
        choice.absent("mongo", "nothing installed")


@pytest.mark.parametrize("required", ["mongo", "kafka,mongo", "mongo , kafka"])
def test_an_absent_server_that_is_required_is_a_failure(monkeypatch: pytest.MonkeyPatch, required: str) -> None:
    monkeypatch.setenv("REQUIRE_BACKENDS", required)
    with pytest.raises(pytest.fail.Exception, match="no mongo server: nothing installed"):
        choice.absent("mongo", "nothing installed")


def test_a_server_that_was_used_is_asked_for_its_name(mongo_server: str) -> None:
    from tests.backends.mongo_server import told

    assert told(mongo_server).startswith(("MongoDB ", "SecantusDB "))


def test_a_server_that_is_required_by_a_wrong_name_is_refused_by_name() -> None:
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(
        words,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "REQUIRE_BACKENDS": "kafka, mongodb"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "REQUIRE_BACKENDS: no such server: mongodb; there are: kafka, mongo" in done.stderr


@pytest.mark.parametrize("required", ["", "mongo", " kafka , mongo,"])
def test_the_names_that_there_are_pass(monkeypatch: pytest.MonkeyPatch, required: str) -> None:
    monkeypatch.setenv("REQUIRE_BACKENDS", required)
    choice.check()
