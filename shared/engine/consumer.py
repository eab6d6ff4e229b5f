"""Reads topics in batches at positions of its own: effects first, position after, never past a log that was re-made."""

from collections.abc import Awaitable, Callable, Sequence

from shared.eventlog.envelope import event_id
from shared.eventlog.port import EventLog, Logged, LogReset
from shared.storage.port import Position, PositionStore

BATCH = 500


class Consumer:
    """One named reader of several topics. ``take`` is given each batch and must be harmless when given it again."""

    def __init__(
        self,
        name: str,
        topics: Sequence[str],
        log: EventLog,
        positions: PositionStore,
        take: Callable[[Sequence[Logged]], Awaitable[None]],
    ) -> None:
        self.name, self.topics = name, tuple(topics)
        self._log, self._positions, self._take = log, positions, take
        self._next: dict[tuple[str, int], int] = {}

    async def run_once(self) -> int:
        """One batch of each partition; how many records. Raises ``LogReset``."""
        taken = 0
        for topic in self.topics:
            for partition, end in enumerate(await self._log.ends(topic)):
                start = await self._start(topic, partition)
                # The position may be another process's of a moment after the ends were told.
                if start >= end:
                    continue
                records = await self._log.read(topic, partition, start, BATCH)
                await self._take(records)
                following = records[-1].offset + 1
                await self._positions.move(
                    Position(self.name, topic, partition, following, event_id(records[-1].value))
                )
                self._next[(topic, partition)] = following
                taken += len(records)
        return taken

    async def drain(self) -> int:
        """Reads until the end of every topic."""
        total = 0
        while taken := await self.run_once():
            total += taken
        return total

    async def lag(self) -> int:
        """How many records lie between the position and the end."""
        behind = 0
        for topic in self.topics:
            for partition in range(await self._log.partitions(topic)):
                position = await self._positions.position(self.name, topic, partition)
                behind += await self._log.end(topic, partition) - (position.next if position else 0)
        return behind

    async def _start(self, topic: str, partition: int) -> int:
        known = self._next.get((topic, partition))
        if known is not None:
            return known
        position = await self._positions.position(self.name, topic, partition)
        if position is None:
            return 0
        if not await fits(self._log, position):
            raise LogReset(topic, partition, position.next, position.last_id)
        return position.next


async def fits(log: EventLog, position: Position) -> bool:
    """Whether the log is the one that was read up to the position: the record before it is the one that was there."""
    before = await log.read(position.topic, position.partition, position.next - 1, 1)
    return bool(before) and before[0].offset == position.next - 1 and event_id(before[0].value) == position.last_id
