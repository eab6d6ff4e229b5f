"""The event log's port: topics that keep every record for ever, read by offset; consumers keep their own positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

PUBLISHING = "gongkai.publishing"
REQUESTS = "gongkai.requests"
MESSAGES = "gongkai.messages"
MESSAGES_RESTRICTED = "gongkai.messages.restricted"
ASSESSMENT = "gongkai.assessment"
REFERENCE = "gongkai.reference"
TOPICS: tuple[str, ...] = (PUBLISHING, REQUESTS, MESSAGES, MESSAGES_RESTRICTED, ASSESSMENT, REFERENCE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record to publish: topic, partition key and the event's bytes."""

    topic: str
    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Logged:
    """A record as read: where it stands and what it holds."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes


class EventLog(Protocol):
    """Append-only topics. ``publish`` returns once the records are durable, in order within a key."""

    async def publish(self, entries: Sequence[Entry]) -> None:
        """Adds records to the end of their topics."""

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> list[Logged]:
        """Up to ``limit`` records from ``offset`` on; empty at the end."""

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has; fixed for ever."""

    async def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get."""
