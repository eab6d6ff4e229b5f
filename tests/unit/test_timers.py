"""A file that cannot be settled keeps neither the others from it nor the sweep from being called incomplete."""

import pytest

from shared.engine.timers import SweepIncomplete
from tests.county_over_http import County, county


@pytest.fixture
async def luodian() -> object:
    """A county on memory stores."""
    async with county() as made:
        yield made


async def test_one_broken_file_does_not_keep_the_others_from_being_settled(luodian: County) -> None:
    cases = [await luodian.handled() for _ in range(3)]
    settle = luodian.service.engine.settle

    async def broken(case: str) -> bool:
        if case == cases[1]:
            raise ValueError("state unreadable")
        return await settle(case)

    luodian.service.engine.settle = broken  # type: ignore[method-assign]
    luodian.now = luodian.now.replace(month=6)
    with pytest.raises(SweepIncomplete, match=cases[1]):
        await luodian.service.timers.sweep()
    assert luodian.service.timers.swept is None
    for case, missed in zip(cases, (True, False, True), strict=True):
        stored = await luodian.stores.cases.events(case)
        assert any(b"ReplyOverdue" in event.body for event in stored) is missed
    luodian.service.engine.settle = settle  # type: ignore[method-assign]
    await luodian.service.timers.sweep()
    assert luodian.service.timers.swept == luodian.now
