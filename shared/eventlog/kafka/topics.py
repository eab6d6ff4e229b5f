"""The topics as Kafka holds them: made from one declared list, and refused where they are not as declared."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import NoError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from shared.domain.text import Text
from shared.eventlog.kafka.reached import RETRY_MS, quieten, reaching
from shared.eventlog.port import REFERENCE, TOPICS, LogAway, TopicRefused

TOPIC_MAX_BYTES = 1_000_000
"""Larger than what our producer sends and smaller than what our consumers fetch at once: a batch that only the broker
refused would leave the idempotent producer with a hole in its sequence."""
KEPT_FOR_EVER = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
REQUEST_TIMEOUT_MS = 10_000
SEEN_WITHIN = 30.0


async def apply_topics(bootstrap: str, partitions: int = 6, replication: int = 1, prefix: str = "") -> tuple[str, ...]:
    """Makes the declared topics that are not there yet; which it made.

    The reference topic has one partition, the others ``partitions``. Raises ``TopicRefused`` where one is there with
    other partitions, is compacted, or does not keep its records for ever (then nothing is made), and ``LogAway``.
    """
    quieten()
    wanted = {prefix + topic: 1 if topic == REFERENCE else partitions for topic in TOPICS}
    async with _admin(bootstrap) as admin:
        made = await _make(admin, await _missing(admin, wanted), wanted, replication)
        async with asyncio.timeout(SEEN_WITHIN):
            while True:
                if not await _missing(admin, wanted):
                    break
                await asyncio.sleep(RETRY_MS / 1000)
    return tuple(sorted(made))


async def topic_partitions(bootstrap: str, topics: Sequence[str]) -> dict[str, int]:
    """How many partitions each topic has. Raises ``LogAway``, also for a topic that is not there."""
    async with _admin(bootstrap) as admin:
        found = await _partitions(admin, topics)
    if missing := sorted(set(topics) - set(found)):
        raise LogAway(bootstrap, f"no topic {', '.join(missing)}; run gongkai topics apply")
    return found


async def _missing(admin: AIOKafkaAdminClient, wanted: Mapping[str, int]) -> list[str]:
    """The topics that are not there. Raises ``TopicRefused`` where one is there otherwise than declared."""
    found = await _partitions(admin, list(wanted))
    settings = await _settings(admin, list(found))
    for topic, partitions in found.items():
        if partitions != wanted[topic]:
            raise TopicRefused(
                topic,
                Text(
                    f"主题 {topic} 已有 {partitions} 个分区，应为 {wanted[topic]} 个；分区数不可更改（否则同一部门的事件会散到别的分区）",
                    f"topic {topic} has {partitions} partitions, not {wanted[topic]}; their number never changes, "
                    f"or the events of one department would lie in several of them",
                ),
            )
        for name, value in KEPT_FOR_EVER.items():
            # A topic deleted meanwhile has no settings; the next look finds it missing.
            if settings.get(topic, KEPT_FOR_EVER).get(name) != value:
                raise TopicRefused(
                    topic,
                    Text(
                        f"主题 {topic} 的 {name} 为 {settings[topic].get(name)}，应为 {value}；事件须永久保存",
                        f"topic {topic} has {name}={settings[topic].get(name)}, not {value}; events are kept for ever",
                    ),
                )
    return [topic for topic in wanted if topic not in found]


async def _make(
    admin: AIOKafkaAdminClient, missing: Sequence[str], wanted: Mapping[str, int], replication: int
) -> list[str]:
    if not missing:
        return []
    configs = {
        **KEPT_FOR_EVER,
        "max.message.bytes": str(TOPIC_MAX_BYTES),
        "min.insync.replicas": str(max(1, replication - 1)),
    }
    answer = await admin.create_topics(
        [NewTopic(topic, wanted[topic], replication, topic_configs=configs) for topic in missing]
    )
    made = []
    for topic, code, *rest in answer.topic_errors:
        error = for_code(code)
        if error is NoError:
            made.append(topic)
        elif error is not TopicAlreadyExistsError:
            why = f"{error.__name__} {rest[0] if rest else ''}".strip()
            raise TopicRefused(topic, Text(f"主题 {topic} 无法创建：{why}", f"topic {topic} cannot be made: {why}"))
    return made


async def _partitions(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> dict[str, int]:
    found = {}
    for described in await admin.describe_topics(list(topics)):
        error = for_code(described["error_code"])
        if error is UnknownTopicOrPartitionError:
            continue
        if error is not NoError:
            raise error()
        found[described["topic"]] = len(described["partitions"])
    return found


async def _settings(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> dict[str, dict[str, str]]:
    if not topics:
        return {}
    found = {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
    for answer in await admin.describe_configs(asked):
        for resource in answer.to_object()["resources"]:
            if for_code(resource["error_code"]) is NoError:
                entries = resource["config_entries"]
                found[resource["resource_name"]] = {e["config_names"]: e["config_value"] for e in entries}
    return found


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    with reaching(bootstrap):
        admin = AIOKafkaAdminClient(
            bootstrap_servers=bootstrap, request_timeout_ms=REQUEST_TIMEOUT_MS, retry_backoff_ms=RETRY_MS
        )
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()
