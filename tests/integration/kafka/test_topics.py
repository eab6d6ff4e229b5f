"""The declared topics on a real Kafka: made once, refused where they would lose events or their order."""

import uuid
from collections.abc import Sequence

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.eventlog.kafka import apply_topics, topics
from shared.eventlog.kafka.topics import check_topics, topic_partitions
from shared.eventlog.port import MESSAGES, REFERENCE, TOPICS, LogAway, TopicMissing, TopicRefused
from tests.backends.kafka_topics import add_partitions, admin, make_topic
from tools.ports import free_ports


@pytest.fixture
def prefix() -> str:
    """Topics that no other test knows."""
    return f"t-{uuid.uuid4().hex[:12]}."


async def test_they_are_made_once_and_kept_for_ever(kafka_bootstrap: str, prefix: str) -> None:
    made = await apply_topics(kafka_bootstrap, partitions=4, prefix=prefix)
    assert set(made) == {prefix + topic for topic in TOPICS}
    assert await topic_partitions(kafka_bootstrap, list(made)) == {
        prefix + topic: 1 if topic == REFERENCE else 4 for topic in TOPICS
    }
    assert await apply_topics(kafka_bootstrap, partitions=4, prefix=prefix) == ()
    async with admin(kafka_bootstrap) as client:
        for topic in made:
            (answer,) = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
            entries = {
                e["config_names"]: e["config_value"] for e in answer.to_object()["resources"][0]["config_entries"]
            }
            assert entries["cleanup.policy"] == "delete"
            assert entries["retention.ms"] == entries["retention.bytes"] == "-1"
            assert entries["max.message.bytes"] == "1000000"


async def test_what_is_missing_is_made_beside_what_is_there(kafka_bootstrap: str, prefix: str) -> None:
    await make_topic(kafka_bootstrap, prefix + MESSAGES, 2, retention_ms="-1")
    made = await apply_topics(kafka_bootstrap, partitions=2, prefix=prefix)
    assert set(made) == {prefix + topic for topic in TOPICS if topic != MESSAGES}


async def test_other_partitions_are_refused_and_nothing_is_made(kafka_bootstrap: str, prefix: str) -> None:
    await make_topic(kafka_bootstrap, prefix + MESSAGES, 3, retention_ms="-1")
    with pytest.raises(TopicRefused) as refused:
        await apply_topics(kafka_bootstrap, partitions=6, prefix=prefix)
    assert refused.value.topic == prefix + MESSAGES
    assert "3 个分区，应为 6 个" in refused.value.text.zh
    assert "has 3 partitions, not 6" in refused.value.text.en
    async with admin(kafka_bootstrap) as client:
        assert [t for t in await client.list_topics() if t.startswith(prefix)] == [prefix + MESSAGES]


async def test_a_reference_topic_of_several_partitions_is_refused(kafka_bootstrap: str, prefix: str) -> None:
    await make_topic(kafka_bootstrap, prefix + REFERENCE, 6, retention_ms="-1")
    with pytest.raises(TopicRefused, match=r"has 6 partitions, not 1"):
        await apply_topics(kafka_bootstrap, partitions=6, prefix=prefix)


@pytest.mark.parametrize(
    ("configs", "named"),
    [
        ({"cleanup_policy": "compact", "retention_ms": "-1"}, "cleanup.policy=compact"),
        ({"retention_ms": "604800000"}, "retention.ms=604800000"),
        ({"retention_ms": "-1", "retention_bytes": "1000000"}, "retention.bytes=1000000"),
    ],
    ids=["compacted", "kept for a week", "kept up to a size"],
)
async def test_a_topic_that_forgets_is_refused(
    kafka_bootstrap: str, prefix: str, configs: dict[str, str], named: str
) -> None:
    await make_topic(kafka_bootstrap, prefix + MESSAGES, 2, **configs)
    with pytest.raises(TopicRefused) as refused:
        await apply_topics(kafka_bootstrap, partitions=2, prefix=prefix)
    assert named in refused.value.text.en
    assert "永久保存" in refused.value.text.zh


async def test_more_replicas_than_brokers_are_told_as_the_broker_says_it(kafka_bootstrap: str, prefix: str) -> None:
    with pytest.raises(TopicRefused, match=r"cannot be made: INVALID_REPLICATION_FACTOR"):
        await apply_topics(kafka_bootstrap, partitions=2, replication=9, prefix=prefix)


async def test_a_broker_that_is_away_is_named() -> None:
    (port,) = free_ports(1)
    with pytest.raises(LogAway) as away:
        await apply_topics(f"127.0.0.1:{port}")
    assert away.value.broker == f"127.0.0.1:{port}"
    assert f"127.0.0.1:{port}" in away.value.text.zh
    assert f"127.0.0.1:{port}" in away.value.text.en


async def test_a_topic_made_a_moment_ago_that_the_broker_does_not_show_yet_is_looked_at_before_any_is_made(
    kafka_bootstrap: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_topic(kafka_bootstrap, prefix + MESSAGES, 3, retention_ms="-1")
    shown, looks = topics._partitions, 0

    async def late(client: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, int]:
        nonlocal looks
        looks += 1
        return await shown(client, names) if looks > 2 else {}

    monkeypatch.setattr(topics, "_partitions", late)
    with pytest.raises(TopicRefused, match="has 3 partitions, not 6"):
        await apply_topics(kafka_bootstrap, partitions=6, prefix=prefix)
    async with admin(kafka_bootstrap) as client:
        assert [t for t in await client.list_topics() if t.startswith(prefix)] == [prefix + MESSAGES]


async def test_looking_names_what_is_missing_or_otherwise_than_declared_and_makes_nothing(
    kafka_bootstrap: str, prefix: str
) -> None:
    with pytest.raises(TopicMissing) as missing:
        await check_topics(kafka_bootstrap, partitions=2, prefix=prefix)
    assert set(missing.value.topics) == {prefix + topic for topic in TOPICS}
    await apply_topics(kafka_bootstrap, partitions=2, prefix=prefix)
    await check_topics(kafka_bootstrap, partitions=2, prefix=prefix)
    with pytest.raises(TopicRefused, match="has 2 partitions, not 3"):
        await check_topics(kafka_bootstrap, partitions=3, prefix=prefix)
    await add_partitions(kafka_bootstrap, prefix + REFERENCE, 2)
    with pytest.raises(TopicRefused, match=r"gongkai\.reference has 2 partitions, not 1"):
        await check_topics(kafka_bootstrap, partitions=2, prefix=prefix)
