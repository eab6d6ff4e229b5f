"""What `gongkai doctor` says of events that wait: since when, by the county's clock."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from services.cli import doctor


def desk(oldest: datetime | None) -> Any:
    async def oldest_unsent(_: str) -> datetime | None:
        return oldest

    stores = SimpleNamespace(cases=SimpleNamespace(oldest_unsent=oldest_unsent))
    return SimpleNamespace(runtime=SimpleNamespace(services={"messages": SimpleNamespace(stores=stores)}))


async def test_the_oldest_event_that_waits_is_told_by_local_time() -> None:
    found = await doctor._unsent(desk(datetime(2026, 3, 5, 1, 0, 30, 5000, tzinfo=UTC)))
    assert not found["ok"]
    assert found["message"] == "未发布的案卷：最早 2026-03-05 09:00:30"
    assert found["message_en"] == "events not published, the oldest since 2026-03-05 09:00:30"


@pytest.mark.parametrize("language", ["message", "message_en"])
async def test_nothing_that_waits_is_told_without_a_time(language: str) -> None:
    found = await doctor._unsent(desk(None))
    assert found["ok"]
    assert not any(character.isdigit() for character in found[language])
