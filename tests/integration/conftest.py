"""A county to speak to over HTTP, fresh for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.county_over_http import County, county


@pytest.fixture
async def luodian() -> AsyncIterator[County]:
    """The messages service of a small county, on memory stores."""
    async with county() as made:
        yield made
