"""Real servers in the tests: which are required, which are absent and why, which were used.

``REQUIRE_BACKENDS`` (``kafka,mongo``) makes the absence of one a failure instead of a visible skip; another word in it is refused.
"""

import os
from typing import NoReturn

import pytest

_used: dict[str, list[str]] = {}
_absent: dict[str, list[str]] = {}


SERVERS = ("kafka", "mongo")


def check() -> None:
    """Raises ``pytest.UsageError`` naming what ``REQUIRE_BACKENDS`` asks for that there is no server of."""
    unknown = sorted(_asked() - {*SERVERS})
    if unknown:
        raise pytest.UsageError(
            f"REQUIRE_BACKENDS: no such server: {', '.join(unknown)}; there are: {', '.join(SERVERS)}"
        )


def required(name: str) -> bool:
    """Whether tests on this server may not be skipped."""
    return name in _asked()


def _asked() -> set[str]:
    return {word.strip() for word in os.environ.get("REQUIRE_BACKENDS", "").split(",")} - {""}


def absent(name: str, why: str) -> NoReturn:
    """Skips the test, or fails it where the server is required."""
    reason = f"no {name} server: {why}"
    if required(name):
        pytest.fail(f"{reason} (REQUIRE_BACKENDS names it)", pytrace=False)
    _note(_absent, name, reason)
    pytest.skip(reason)


def used(name: str, what: str) -> None:
    """Notes what the tests ran on, for the summary: ``SecantusDB 0.7.0b3, a stand-in for MongoDB``."""
    _note(_used, name, what)


def is_absence(report: pytest.TestReport) -> bool:
    """Whether a test was skipped because a server is absent."""
    return report.skipped and any(reason in str(report.longrepr) for told in _absent.values() for reason in told)


def summarise(terminal: pytest.TerminalReporter) -> None:
    """Says on which servers the tests ran, and on which they did not."""
    if not _used and not _absent:
        return
    terminal.section("servers", sep="-")
    for name, told in sorted(_used.items()):
        for what in told:
            terminal.write_line(f"{name}: {what}")
    for name, told in sorted(_absent.items()):
        for reason in told:
            terminal.write_line(f"{name}: not run, {reason}")


def _note(notes: dict[str, list[str]], name: str, words: str) -> None:
    if words not in (told := notes.setdefault(name, [])):
        told.append(words)
