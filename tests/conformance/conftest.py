"""What every conformance run has in common: an adapter may not skip a test, unless its whole server is absent."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.backends import choice

HERE = Path(__file__).parent

pytest.register_assert_rewrite("tests.conformance.storage_suite", "tests.conformance.eventlog_suite")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skip into a failure; a server that this machine has not got stays a skip."""
    report = yield
    if report.skipped and item.path.parent == HERE and not choice.is_absence(report):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped itself: {report.longrepr}"
    return report
