"""What the tests from outside share: a county to speak to over HTTP, fresh for each test, and what the process logs."""

import io
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from shared.telemetry import configure_logging
from tests.county_over_http import County, county


@pytest.fixture
async def luodian() -> AsyncIterator[County]:
    """The messages service of a small county, on memory stores."""
    async with county() as made:
        yield made


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the process logs while the test runs, as lines of JSON."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logging(stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()
