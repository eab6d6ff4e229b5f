"""The ``EventLog`` port on Kafka."""

import time
from collections.abc import Sequence

from aiokafka import ConsumerRecord, TopicPartition

from shared.eventlog.kafka.publishing import Publisher
from shared.eventlog.kafka.reached import METADATA_AGE_MS
from shared.eventlog.kafka.reading import Reader
from shared.eventlog.kafka.topics import check_topics
from shared.eventlog.port import TOPICS, Entry, LogAway, Logged, TopicMissing, TopicRefused


class KafkaEventLog:
    """``EventLog`` on Kafka; needs no broker to be made. Topics are made by ``apply_topics``.

    ``prefix`` goes before the names of topics on the broker only; ``partitions`` is what each but the reference topic
    must have. Raises ``LogAway`` (``TopicMissing``), and ``KeyError`` for a topic that is not declared.
    """

    def __init__(self, bootstrap: str, prefix: str = "", partitions: int = 6) -> None:
        self._bootstrap, self._prefix, self._partitions = bootstrap, prefix, partitions
        self._names = {topic: prefix + topic for topic in TOPICS}
        self._publisher = Publisher(bootstrap, self._checked)
        self._reader = Reader(bootstrap)
        self._good_until = 0.0
        self.reachable = False
        """Whether the log answered when it was last looked at."""

    async def check(self) -> None:
        """Looks at all topics. Raises ``TopicRefused`` where one is not as declared; nothing is published then."""
        self._good_until = 0.0
        try:
            await check_topics(self._bootstrap, self._partitions, self._prefix)
        except LogAway as away:
            self.reachable = isinstance(away, TopicMissing)
            raise
        except TopicRefused:
            self.reachable = True
            raise
        self.reachable, self._good_until = True, time.monotonic() + METADATA_AGE_MS / 1000

    async def publish(self, entries: Sequence[Entry]) -> None:
        """Adds records to the end of their topics; returns once all replicas have confirmed them. Raises ``TopicRefused``."""
        await self._publisher.publish([(self._names[e.topic], e.key.encode(), e.value) for e in entries])

    async def read(self, topic: str, partition: int, offset: int, limit: int) -> list[Logged]:
        """Up to ``limit`` records from ``offset`` on; empty at the end, and for a partition that is no longer there."""
        if partition >= await self.partitions(topic):
            return []
        records = await self._reader.read(TopicPartition(self._names[topic], partition), offset, limit)
        return [logged(topic, record) for record in records]

    async def partitions(self, topic: str) -> int:
        """How many partitions a topic has; fixed for ever. A topic that is not there is told by name when first asked for."""
        return await self._reader.partitions(self._names[topic])

    async def end(self, topic: str, partition: int) -> int:
        """The offset that the next record will get."""
        await self.partitions(topic)
        place = TopicPartition(self._names[topic], partition)
        return (await self._reader.ends([place]))[place]

    async def ends(self, topic: str) -> list[int]:
        """The same of every partition of a topic, in one question."""
        name = self._names[topic]
        places = [TopicPartition(name, number) for number in range(await self._reader.partitions(name))]
        found = await self._reader.ends(places)
        return [found[place] for place in places]

    async def _checked(self) -> None:
        """Looks at the topics unless they were found good a moment ago."""
        if time.monotonic() >= self._good_until:
            await self.check()

    async def close(self) -> None:
        """Lets go of all connections; bounded also when the broker is away."""
        await self._publisher.close()
        await self._reader.close()


def logged(topic: str, record: ConsumerRecord) -> Logged:
    """A record of Kafka's under the topic's own name; what strangers wrote (no key, no value) is handed on as it is."""
    key = (record.key or b"").decode("utf-8", "replace")
    return Logged(topic, record.partition, record.offset, key, record.value or b"")
