"""Follows the reference topic into memory: calendar, directory and plans as every decision sees them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import structlog

from shared.engine.consumer import fits
from shared.engine.genuine import strangeness
from shared.engine.parking import UNREADABLE
from shared.engine.reference import Reference, apply
from shared.eventlog.envelope import NotAnEvent, decode, event_id
from shared.eventlog.port import REFERENCE, EventLog, LogAway, Logged, LogReset
from shared.storage.port import CaseReader, NoteStore, Position

BATCH = 500
COPY = "reference"
PARTITION = 0
log = structlog.get_logger("reference")


class ReferenceFollower:
    """``current`` is None until the topic's end has been reached once, or a copy of what it held stands in for it.

    Where the log is apart from the store, ``notes`` keeps a copy of what was read, so that a process starts with the
    log away (``stale``) and knows a log that is not the one it read. The topic has one partition. What no case file of
    ``files`` (each service's, by its name) holds is read past: every decision and every score rests on what is told here.
    """

    def __init__(
        self,
        eventlog: EventLog,
        settings: Mapping[str, Any],
        notes: NoteStore | None,
        files: Mapping[str, CaseReader],
    ) -> None:
        self._log, self._settings, self._notes, self._files = eventlog, settings, notes, files
        self._reading = Reference.empty(settings)
        self._read: list[str] = []
        self._kept = 0
        self._last: str | None = None
        self._reached = False
        self.stale = False

    @property
    def current(self) -> Reference | None:
        """The reference data, once all of it has been read."""
        return self._reading if self._reached else None

    def __call__(self) -> Reference | None:
        return self.current

    async def run_once(self) -> int:
        """Reads to the topic's end; how many events came.

        Raises ``LogAway``: with what is in memory, or else in the copy, decisions go on. Raises ``LogReset`` where the
        log is another one than was read before, unless the copy was let go or made anew since: then all is read again.
        """
        try:
            if not self._reached:
                await self._check(await self._copy())
            elif not await self._stands():
                return await self._start_anew()
            came = await self._follow()
        except LogAway:
            if not self._reached:
                await self._take_copy(await self._copy())
            self.stale = True
            raise
        self._reached, self.stale = True, False
        if self._notes is not None and len(self._read) != self._kept:
            await self._notes.set_note(COPY, orjson.dumps(self._read))
            self._kept = len(self._read)
        return came

    async def _stands(self) -> bool:
        """Whether the log still ends its part that was read as it did then."""
        if not self._read:
            return True
        before = await self._log.read(REFERENCE, PARTITION, len(self._read) - 1, 1)
        return bool(before) and before[0].value.decode("utf-8", "replace") == self._read[-1]

    async def _start_anew(self) -> int:
        """Reads another log from its start; what was known stays until its end is reached."""
        if self._notes is None:
            raise LogReset(REFERENCE, PARTITION, len(self._read), event_id(self._read[-1].encode()))
        fresh = ReferenceFollower(self._log, self._settings, self._notes, self._files)
        came = await fresh.run_once()
        self._reading, self._read, self._kept = fresh._reading, fresh._read, fresh._kept
        self.stale = False
        return came

    async def _follow(self) -> int:
        came = 0
        while records := await self._log.read(REFERENCE, PARTITION, len(self._read), BATCH):
            await self._take(records)
            came += len(records)
        return came

    async def _take(self, records: Sequence[Logged]) -> None:
        read: list[tuple[Logged, Mapping[str, Any]]] = []
        for place, record in enumerate(records, len(self._read)):
            if record.offset != place:
                raise LogReset(REFERENCE, PARTITION, place, None)
            try:
                read.append((record, decode(record.value)))
            except NotAnEvent as problem:
                log.error("reference event unreadable", offset=record.offset, problem=str(problem))
        strange = await strangeness(read, self._files)
        self._read += [record.value.decode("utf-8", "replace") for record in records]
        for (record, event), why in zip(read, strange, strict=True):
            if why is not None:
                log.error("strange reference record", offset=record.offset, problem=why)
                continue
            try:
                self._reading = apply(self._reading, event)
            except UNREADABLE as problem:
                log.error("reference event unreadable", offset=record.offset, problem=str(problem))

    async def _copy(self) -> list[str]:
        return await kept_copy(self._notes) if self._notes is not None else []

    async def _check(self, copy: list[str]) -> None:
        reset = await copy_reset(self._log, copy)
        if reset is not None:
            raise reset

    async def _take_copy(self, copy: list[str]) -> None:
        # What was read before the log went away is the copy's own beginning.
        rest = enumerate(copy[len(self._read) :], len(self._read))
        await self._take([Logged(REFERENCE, PARTITION, place, "", value.encode()) for place, value in rest])
        self._kept = len(copy)
        self._reached = bool(copy)


async def kept_copy(notes: NoteStore) -> list[str]:
    """The events of the copy, in the topic's order; empty where there is none."""
    body = await notes.note(COPY)
    return list(orjson.loads(body)) if body is not None else []


async def let_copy_go(notes: NoteStore) -> None:
    """Empties the copy, so that whoever follows reads the topic from its start."""
    await notes.set_note(COPY, orjson.dumps([]))


async def copy_reset(eventlog: EventLog, copy: list[str]) -> LogReset | None:
    """Why the log does not hold what the copy was made of; None if it does."""
    if not copy:
        return None
    read = Position(COPY, REFERENCE, PARTITION, len(copy), event_id(copy[-1].encode()))
    return None if await fits(eventlog, read) else LogReset(REFERENCE, PARTITION, read.next, read.last_id)
