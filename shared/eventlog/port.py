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

    def __init__(self, broker: str, reason: Text) -> None:
        self.broker, self.reason, self.text = broker, reason, self._told(broker, reason)
        super().__init__(str(self.text))

    def _told(self, broker: str, reason: Text) -> Text:
        return Text("事件日志 {broker} 暂不可用：{reason}", "the event log at {broker} is away: {reason}").format(
            broker=broker, reason=reason
        )


class TopicMissing(LogAway):
    """The log answers, but declared topics are not there: never made, or deleted. It stays so until they are made."""

    def __init__(self, broker: str, topics: Sequence[str]) -> None:
        self.topics = tuple(topics)
        names = ", ".join(topics)
        way_out = Text(
            f"没有主题 {names}；先运行 gongkai topics apply 建立，此前已有事件的，再运行 gongkai republish 重新发送全部案卷",
            f"no topic {names}; run gongkai topics apply to make what is missing and, where events had been there, "
            "gongkai republish to send every case file again",
        )
        super().__init__(broker, way_out)

    def _told(self, broker: str, reason: Text) -> Text:
        return Text("事件日志 {broker} 上{reason}", "the event log at {broker} has {reason}").format(
            broker=broker, reason=reason
        )


class LogReset(Exception):
    """The log is not the one that was read before: the record before the position is gone or another."""

    def __init__(self, topic: str, partition: int, position: int, expected: str | None) -> None:
        before = Text(f"事件 {expected}", expected) if expected else Text("另一条记录", "another record")
        self.text = Text(
            f"{topic}/{partition}：日志被清空或重建（位置 {position} 之前应为{before.zh}）；"
            f"请恢复日志，或运行 gongkai republish 重新发送全部案卷",
            f"{topic}/{partition}: the log was wiped or made again ({before.en} should stand before position {position}); "
            f"restore the log, or run gongkai republish to send every case file again",
        )
        super().__init__(str(self.text))
        self.topic, self.partition = topic, partition


class TopicRefused(Exception):
    """A topic is there, but is not as declared, or the log will not make it; nothing was changed or published."""

    def __init__(self, topic: str, text: Text) -> None:
        super().__init__(str(text))
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
