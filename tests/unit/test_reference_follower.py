"""The follower of the reference topic notices a log that was made again, and goes on once its copy was let go."""

import orjson
import pytest

from shared.engine.follower import ReferenceFollower, let_copy_go
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.port import REFERENCE, Entry, LogReset
from shared.storage.memory import memory_stores


def notice(number: int) -> Entry:
    """A day's change of the calendar as an event on the log."""
    event = {
        "specversion": "1.0",
        "id": f"calendar/{number}",
        "source": "/522728/assessment",
        "type": "gongkai.assessment.CalendarYearPublished.v1",
        "subject": "calendar",
        "time": "2025-11-04T09:00:00+08:00",
        "recordedtime": "2025-11-04T09:00:00+08:00",
        "sequence": number,
        "partitionkey": "522728/county-office",
        "correlationid": "x",
        "causationid": "x",
        "digest": "sha256:x",
        "data": {
            "year": 2020 + number,
            "notice": f"通知{number}",
            "published": "2025-11-04",
            "holidays": [],
            "makeup_workdays": [],
            "local": False,
        },
    }
    return Entry(REFERENCE, "522728/county-office", orjson.dumps(event))


async def test_a_running_follower_refuses_another_log_until_its_copy_is_let_go() -> None:
    notes, first, second = memory_stores().notes, MemoryEventLog(), MemoryEventLog()
    await first.publish([notice(1), notice(2)])
    follower = ReferenceFollower(first, {}, notes)
    assert await follower.run_once() == 2
    known = follower.current
    assert known is not None
    assert known.position == 2
    follower._log = second
    await second.publish([notice(2), notice(3), notice(1)])
    with pytest.raises(LogReset):
        await follower.run_once()
    assert follower.current is known
    await let_copy_go(notes)
    assert await follower.run_once() == 3
    assert follower.current is not None
    assert follower.current.position == 3
    await second.publish([notice(4)])
    assert await follower.run_once() == 1
    assert await ReferenceFollower(second, {}, notes).run_once() == 4


async def test_without_a_copy_another_log_is_refused() -> None:
    log = MemoryEventLog()
    await log.publish([notice(1)])
    follower = ReferenceFollower(log, {})
    await follower.run_once()
    follower._log = MemoryEventLog()
    with pytest.raises(LogReset):
        await follower.run_once()
