"""The reference data is followed; what was read before a copy has to stand in is not read twice."""

import orjson
import pytest

from shared.domain.text import Text
from shared.engine.follower import COPY, ReferenceFollower
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.port import REFERENCE, Entry, LogAway, Logged
from shared.storage.memory import memory_stores
from tests.held_files import HeldFiles


class AwayAfter(MemoryEventLog):
    """Goes away after some reads, for good."""

    def __init__(self, reads: int) -> None:
        super().__init__()
        self.left = reads

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> list[Logged]:
        """Raises ``LogAway`` once it is away."""
        if not self.left:
            raise LogAway("broker", Text("不在", "away"))
        self.left -= 1
        return await super().read(topic, partition, offset, limit)


def _unit(number: int) -> bytes:
    told = {
        "id": f"department-{number}/1",
        "source": "/luodian/assessment",
        "specversion": "1.0",
        "type": "gongkai.assessment.DepartmentCreated.v1",
        "subject": f"department-{number}",
        "sequence": 1,
        "time": "2026-10-01T08:00:00+08:00",
        "recordedtime": "2026-10-01T08:00:00+08:00",
        "partitionkey": "luodian/county-office",
        "correlationid": "c",
        "causationid": "c",
        "digest": "",
        "data": {"department": f"d{number}", "name": f"单位{number}", "group": "other", "since": "2020-01-01"},
    }
    return orjson.dumps(told)


async def test_a_log_that_goes_away_in_the_first_reading_leaves_it_to_the_copy() -> None:
    # The check of the copy, and one batch: the look for more finds the log away.
    log, notes = AwayAfter(2), memory_stores().notes
    units = [_unit(1), _unit(2), _unit(3)]
    entries = [Entry(REFERENCE, "luodian/county-office", unit) for unit in units]
    await log.publish(entries)
    await notes.set_note(COPY, orjson.dumps([unit.decode() for unit in units[:2]]))
    follower = ReferenceFollower(log, {}, notes, {"assessment": HeldFiles(*entries)})
    with pytest.raises(LogAway):
        await follower.run_once()
    assert follower.stale
    assert follower.current is not None
    assert set(follower.current.directory.departments) == {"d1", "d2", "d3"}
    # The check of what was read, and the look for more.
    log.left = 2
    assert await follower.run_once() == 0
    assert not follower.stale
