"""The event log in memory: for tests, and to measure the rest of the way without it. Gone with the process."""

from collections.abc import Sequence
from zlib import crc32

from shared.eventlog.port import REFERENCE, TOPICS, Entry, Logged


class MemoryEventLog:
    """Topics as lists. A key stays in its partition; offsets have no gaps; a publish is seen whole or not at all.

    The reference topic has one partition whatever the others have.
    """

    def __init__(self, partitions: int = 1) -> None:
        self._topics: dict[str, list[list[Logged]]] = {
            topic: [[] for _ in range(1 if topic == REFERENCE else partitions)] for topic in TOPICS
        }

    async def publish(self, entries: Sequence[Entry]) -> None:
        """Adds records to the end of their topics. Raises ``KeyError`` for a topic that is not declared."""
        placed = [(self._partition(entry), entry) for entry in entries]
        for (number, records), entry in placed:
            records.append(Logged(entry.topic, number, len(records), entry.key, entry.value))

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> list[Logged]:
        """Up to ``limit`` records from ``offset`` on; empty at the end."""
        return self._topics[topic][partition][offset : offset + limit]

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has; fixed for ever."""
        return len(self._topics[topic])

    async def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get."""
        return len(self._topics[topic][partition])

    async def ends(self, topic: str) -> list[int]:
        """The same of every partition of a topic."""
        return [len(records) for records in self._topics[topic]]

    def _partition(self, entry: Entry) -> tuple[int, list[Logged]]:
        partitions = self._topics[entry.topic]
        number = crc32(entry.key.encode()) % len(partitions) if len(partitions) > 1 else 0
        return number, partitions[number]
