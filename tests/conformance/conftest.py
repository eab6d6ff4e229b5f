"""What every conformance run has in common: an adapter may not skip a test."""

from collections.abc import Generator
from pathlib import Path

import pytest

HERE = Path(__file__).parent

pytest.register_assert_rewrite("tests.conformance.storage_suite", "tests.conformance.eventlog_suite")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turns a skip into a failure."""
    report = yield
    if report.skipped and item.path.parent == HERE:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped itself: {report.longrepr}"
    return report
