"""The follower of the reference topic notices a log that was made again, and goes on once its copy was let go."""

import orjson
import pytest

from shared.domain.text import Text
from shared.engine.follower import ReferenceFollower, let_copy_go
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.port import REFERENCE, Entry, LogAway, Logged, LogReset
from shared.storage.memory import memory_stores
from tests.held_files import HeldFiles


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


FILES = {"assessment": HeldFiles(*map(notice, range(1, 5)))}


class Away(MemoryEventLog):
    """Not there."""

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> list[Logged]:
        """Raises ``LogAway``."""
        raise LogAway("broker", Text("不在", "away"))


async def test_a_running_follower_refuses_another_log_until_its_copy_is_let_go() -> None:
    notes, first, second = memory_stores().notes, MemoryEventLog(), MemoryEventLog()
    await first.publish([notice(1), notice(2)])
    follower = ReferenceFollower(first, {}, notes, FILES)
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
    assert await ReferenceFollower(second, {}, notes, FILES).run_once() == 4


async def test_without_a_copy_another_log_is_refused() -> None:
    log = MemoryEventLog()
    await log.publish([notice(1)])
    follower = ReferenceFollower(log, {}, None, FILES)
    await follower.run_once()
    follower._log = MemoryEventLog()
    with pytest.raises(LogReset):
        await follower.run_once()


async def test_what_no_case_file_holds_is_read_past_from_the_log_and_from_its_copy() -> None:
    notes, log = memory_stores().notes, MemoryEventLog()
    forged = notice(9)
    other_content = Entry(REFERENCE, forged.key, notice(2).value.replace("通知2".encode(), "假通知".encode()))
    await log.publish([notice(1), forged, other_content, Entry(REFERENCE, "x", b"no event"), notice(2)])
    follower = ReferenceFollower(log, {}, notes, FILES)
    assert await follower.run_once() == 5
    assert follower.current is not None
    assert follower.current.position == 2
    assert set(follower.current.told) == {"calendar/1", "calendar/2"}
    from_the_copy = ReferenceFollower(Away(), {}, notes, FILES)
    with pytest.raises(LogAway):
        await from_the_copy.run_once()
    assert from_the_copy.current is not None
    assert set(from_the_copy.current.told) == {"calendar/1", "calendar/2"}
