"""The trials of a container stack, as far as they can be seen without an engine: what they ask Compose for, what they print."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tools import stack_demo
from tools.stack import Stack

DOCUMENT = '{"ranking":{"quarter":"2026Q3"},"explained":{"lines":[]},"shown":{}}\n'
Asked = list[list[str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Every ``docker compose`` command in its order; the tool answers with ``DOCUMENT``."""
    commands: Asked = []

    def run(words: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        assert words[:2] == ["docker", "compose"]
        commands.append(words[2:])
        return subprocess.CompletedProcess(words, 0, stdout=DOCUMENT if "tool" in words else "")

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_the_demo_prints_what_the_command_printed_byte_for_byte(
    asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    stack_demo.demo(Stack("trial"))
    assert capsys.readouterr().out == DOCUMENT
    assert asked[-1][-4:] == ["demo", "--output", "json", "--quiet"]


def test_the_store_is_waited_for_only_once_it_has_a_replica_set(asked: Asked) -> None:
    Stack("trial", "never").stores()
    started, once, waited = asked
    assert "--wait" not in started
    assert once[-1] == "mongo-init"
    assert "--wait" in waited
    assert started[-2:] == waited[-2:] == ["kafka", "mongo"]


@pytest.mark.parametrize("trial", [Stack.stores, Stack.up])
def test_what_is_started_is_pulled_as_the_caller_said(asked: Asked, trial: Callable[[Stack], None]) -> None:
    trial(Stack("trial", "never"))
    assert all(words[words.index("--pull") + 1] == "never" for words in asked if words[0] == "up")


def test_options_of_a_tool_stand_before_it_and_its_words_behind(asked: Asked) -> None:
    found = Stack("trial").tool("backup", "/backup/a", options=("--volume", "/srv/a:/backup"))
    assert found["ranking"]["quarter"] == "2026Q3"
    (words,) = asked
    assert words[:5] == ["run", "--rm", "--no-TTY", "--volume", "/srv/a:/backup"]
    assert words[5:8] == ["tool", "backup", "/backup/a"]
