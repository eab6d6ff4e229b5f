"""Follows the reference topic into memory: calendar, directory and plans as every decision sees them."""

from collections.abc import Mapping
from typing import Any

import structlog

from shared.engine.reference import Reference, apply
from shared.eventlog.envelope import NotAnEvent, decode
from shared.eventlog.port import REFERENCE, EventLog

BATCH = 500
log = structlog.get_logger("reference")


class ReferenceFollower:
    """``current`` is None until the topic's end has been reached once."""

    def __init__(self, eventlog: EventLog, settings: Mapping[str, Any]) -> None:
        self._log = eventlog
        self._reading = Reference.empty(settings)
        self._next: dict[int, int] = {}
        self._reached = False

    @property
    def current(self) -> Reference | None:
        """The reference data, once all of it has been read."""
        return self._reading if self._reached else None

    def __call__(self) -> Reference | None:
        return self.current

    async def run_once(self) -> int:
        """Reads to the topic's end; how many events came."""
        came = 0
        for partition in range(await self._log.partitions(REFERENCE)):
            while records := await self._log.read(REFERENCE, partition, self._next.get(partition, 0), BATCH):
                for record in records:
                    try:
                        self._reading = apply(self._reading, decode(record.value))
                    except (NotAnEvent, ValueError) as problem:
                        log.error("reference event unreadable", offset=record.offset, problem=str(problem))
                self._next[partition] = records[-1].offset + 1
                came += len(records)
        self._reached = True
        return came
