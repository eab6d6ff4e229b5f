"""The topics as Kafka holds them: made from one declared list, and refused where they are not as declared."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import NoError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from shared.domain.text import Text
from shared.eventlog.kafka.reached import RETRY_MS, quieten, reaching
from shared.eventlog.port import REFERENCE, TOPICS, TopicMissing, TopicRefused

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
    wanted = _wanted(partitions, prefix)
    async with _admin(bootstrap) as admin:
        missing = await _missing(admin, wanted)
        # What was made a moment ago the controller knows before the broker shows it: it is looked at before any is made.
        if known := await _create(admin, missing, wanted, replication, validate_only=True):
            await _seen(admin, known, wanted)
            missing = await _missing(admin, wanted)
        others = await _create(admin, missing, wanted, replication)
        await _seen(admin, list(wanted), wanted)
    return tuple(sorted(set(missing) - set(others)))


async def check_topics(bootstrap: str, partitions: int = 6, prefix: str = "") -> None:
    """Returns where all declared topics are there as declared. Raises ``TopicRefused``, ``TopicMissing``, ``LogAway``."""
    quieten()
    async with _admin(bootstrap) as admin:
        missing = await _missing(admin, _wanted(partitions, prefix))
    if missing:
        raise TopicMissing(bootstrap, missing)


async def topic_partitions(bootstrap: str, topics: Sequence[str]) -> dict[str, int]:
    """How many partitions each topic has. Raises ``LogAway``, ``TopicMissing``."""
    async with _admin(bootstrap) as admin:
        found = await _partitions(admin, topics)
    if missing := sorted(set(topics) - set(found)):
        raise TopicMissing(bootstrap, missing)
    return found


def _wanted(partitions: int, prefix: str) -> dict[str, int]:
    return {prefix + topic: 1 if topic == REFERENCE else partitions for topic in TOPICS}


async def _missing(admin: AIOKafkaAdminClient, wanted: Mapping[str, int]) -> list[str]:
    """The topics that are not there. Raises ``TopicRefused`` where one is there otherwise than declared."""
    found = await _partitions(admin, list(wanted))
    settings = await _settings(admin, list(found))
    for topic, partitions in found.items():
        if partitions != wanted[topic]:
            raise TopicRefused(topic, _other_partitions(topic, partitions, wanted[topic]))
        for name, value in KEPT_FOR_EVER.items():
            # A topic deleted meanwhile has no settings; the next look finds it missing.
            if settings.get(topic, KEPT_FOR_EVER).get(name) != value:
                raise TopicRefused(
                    topic,
                    Text(
                        f"主题 {topic} 的 {name} 为 {settings[topic].get(name)}，应为 {value}；事件须永久保存，"
                        f"在 Kafka 上改回这一设置即可",
                        f"topic {topic} has {name}={settings[topic].get(name)}, not {value}; events are kept for ever: "
                        f"set it back on Kafka",
                    ),
                )
    return [topic for topic in wanted if topic not in found]


def _other_partitions(topic: str, found: int, wanted: int) -> Text:
    one = topic.endswith(REFERENCE)
    why = (
        Text(
            "只读第一个分区，别的分区里的日历、单位、方案会被漏掉",
            "only the first is read, and what lies in others is missed",
        )
        if one
        else Text(
            "一个单位的事件按分区保持先后，分区数一变就会散到别的分区",
            "a department's events keep their order within a partition, and with another number lie in several",
        )
    )
    setting = Text(
        "设置写错的，改正 GONGKAI_PARTITIONS 后重启；主题被改动的，",
        "If the setting is wrong, put GONGKAI_PARTITIONS right and restart. If the topic was changed, ",
    )
    mended = Text("", "") if one else setting
    return Text(
        f"主题 {topic} 有 {found} 个分区，应为 {wanted} 个，因此停止发布：{why.zh}。{mended.zh}"
        f"请停止各服务，在 Kafka 上删除这个主题，依次运行 gongkai topics apply 和 gongkai republish，再启动",
        f"topic {topic} has {found} partitions, not {wanted}, so nothing is published: {why.en}. {mended.en}"
        f"stop the services, delete the topic on Kafka, run gongkai topics apply, then gongkai republish, and start again",
    )


async def _create(
    admin: AIOKafkaAdminClient,
    missing: Sequence[str],
    wanted: Mapping[str, int],
    replication: int,
    *,
    validate_only: bool = False,
) -> list[str]:
    """Makes topics, or only asks whether they could be made; those that are there already. Raises ``TopicRefused``."""
    if not missing:
        return []
    configs = {
        **KEPT_FOR_EVER,
        "max.message.bytes": str(TOPIC_MAX_BYTES),
        "min.insync.replicas": str(max(1, replication - 1)),
    }
    answer = await admin.create_topics(
        [NewTopic(topic, wanted[topic], replication, topic_configs=configs) for topic in missing],
        validate_only=validate_only,
    )
    there = []
    for topic, code, *rest in answer.topic_errors:
        error = for_code(code)
        if error is TopicAlreadyExistsError:
            there.append(topic)
        elif error is not NoError:
            why = f"{error.message} {rest[0] if rest else ''}".strip()
            raise TopicRefused(topic, Text(f"主题 {topic} 无法创建：{why}", f"topic {topic} cannot be made: {why}"))
    return there


async def _seen(admin: AIOKafkaAdminClient, topics: Sequence[str], wanted: Mapping[str, int]) -> None:
    """Returns once the broker shows the topics. Raises ``TopicRefused`` where one is not as declared, ``TimeoutError``."""
    async with asyncio.timeout(SEEN_WITHIN):
        while True:
            if not set(topics) & set(await _missing(admin, wanted)):
                return
            await asyncio.sleep(RETRY_MS / 1000)


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
