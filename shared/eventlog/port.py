"""The event log's port: topics that keep every record for ever, read by offset; consumers keep their own positions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.domain.text import Text

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


class LogAway(Exception):
    """The log cannot be reached, or did not confirm: try again later. What was to be published counts as not published,
    though some of it may be there; ``broker`` is the address that was asked."""

    def __init__(self, broker: str, reason: str) -> None:
        self.text = Text(f"事件日志 {broker} 暂不可用：{reason}", f"the event log at {broker} is away: {reason}")
        super().__init__(f"{self.text.zh} / {self.text.en}")
        self.broker, self.reason = broker, reason


class LogReset(Exception):
    """The log is not the one that was read before: the record before the position is gone or another."""

    def __init__(self, topic: str, partition: int, position: int, expected: str | None) -> None:
        self.text = Text(
            f"{topic}/{partition}: 日志被清空或重建（位置 {position} 之前应为 {expected}）；"
            f"请恢复日志，或运行 gongkai republish 重新发送全部案卷",
            f"{topic}/{partition}: the log was wiped or made again ({expected} should stand before position {position}); "
            f"restore the log, or run gongkai republish to send every case file again",
        )
        super().__init__(f"{self.text.zh} / {self.text.en}")
        self.topic, self.partition = topic, partition


class TopicRefused(Exception):
    """A topic is there, but is not as declared, or the log will not make it; nothing was changed."""

    def __init__(self, topic: str, text: Text) -> None:
        super().__init__(f"{text.zh} / {text.en}")
        self.topic, self.text = topic, text


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

    async def ends(self, topic: str) -> Sequence[int]:
        """The same of every partition of a topic, asked at once."""
