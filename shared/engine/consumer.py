"""Reads topics in batches at positions of its own: effects first, position after, never past a log that was re-made."""

from collections.abc import Awaitable, Callable, Sequence

from shared.eventlog.envelope import NotAnEvent, decode
from shared.eventlog.port import EventLog, Logged
from shared.storage.port import Position, PositionStore

BATCH = 500


class LogReset(Exception):
    """The log is not the one that was read before: the record before the position is gone or another."""

    def __init__(self, topic: str, partition: int, position: int, expected: str | None) -> None:
        super().__init__(
            f"{topic}/{partition}: 日志被清空或重建（位置 {position} 之前应为 {expected}）；"
            f"请恢复日志，或运行 gongkai republish 重新发送全部案卷"
        )
        self.topic, self.partition = topic, partition


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
            for partition in range(await self._log.partitions(topic)):
                start = await self._start(topic, partition)
                records = await self._log.read(topic, partition, start, BATCH)
                if not records:
                    continue
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
        before = await self._log.read(topic, partition, position.next - 1, 1)
        if not before or before[0].offset != position.next - 1 or event_id(before[0].value) != position.last_id:
            raise LogReset(topic, partition, position.next, position.last_id)
        return position.next


def event_id(value: bytes) -> str | None:
    """The id of a record that can be read; None for another."""
    try:
        return str(decode(value)["id"])
    except NotAnEvent:
        return None
