"""Publishing to a real Kafka: what is refused leaves what follows unharmed, and says why."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.eventlog.kafka import KafkaEventLog
from shared.eventlog.port import MESSAGES, Entry, LogAway, TopicRefused
from tests.backends.kafka_topics import add_partitions, admin
from tests.integration.kafka.place import KEYS, PARTITIONS, Place, entries, published


async def values(place: Place) -> set[bytes]:
    """All that the messages' topic holds."""
    found = set()
    for partition in range(PARTITIONS):
        found |= {r.value for r in await place.log.read(MESSAGES, partition, 0, 10_000)}
    return found


async def test_a_record_that_is_too_large_is_refused_before_the_broker_and_the_next_ones_pass(place: Place) -> None:
    with pytest.raises(LogAway, match="MESSAGE_SIZE_TOO_LARGE"):
        await place.log.publish([Entry(MESSAGES, KEYS[0], b"x" * 1_000_000)])
    await published(place.log, entries(20))
    assert {e.value for e in entries(20)} <= await values(place)


async def large_ones_until_refused(place: Place) -> None:
    """The broker takes a new limit over a moment after it has confirmed it."""
    async with asyncio.timeout(30):
        while True:
            await place.log.publish([Entry(MESSAGES, key, b"x" * 20_000) for key in KEYS])


async def test_a_batch_that_the_broker_refuses_does_not_close_the_partition(place: Place) -> None:
    await place.log.publish(entries(9, "first"))
    async with admin(place.bootstrap) as client:
        await client.alter_configs(
            [
                ConfigResource(
                    ConfigResourceType.TOPIC,
                    place.prefix + MESSAGES,
                    {"max.message.bytes": "5000", "retention.ms": "-1"},
                )
            ]
        )
    with pytest.raises(LogAway):
        await large_ones_until_refused(place)
    for n in range(5):
        await published(place.log, entries(9, f"after{n}"))
    assert {e.value for n in range(5) for e in entries(9, f"after{n}")} <= await values(place)


async def test_a_window_is_many_records(place: Place) -> None:
    sent = entries(2500)
    await place.log.publish(sent)
    assert await values(place) == {e.value for e in sent}


async def test_topics_that_are_not_there_are_named(kafka_bootstrap: str) -> None:
    log = KafkaEventLog(kafka_bootstrap, "nowhere.")
    with pytest.raises(LogAway, match=r"nowhere\.gongkai\.messages.*gongkai topics apply"):
        await log.publish(entries(1))
    with pytest.raises(LogAway, match=r"nowhere\.gongkai\.messages.*gongkai topics apply"):
        await log.partitions(MESSAGES)
    await log.close()


async def test_nothing_is_published_where_a_topic_has_other_partitions(place: Place) -> None:
    await place.log.publish(entries(9))
    await add_partitions(place.bootstrap, place.prefix + MESSAGES, PARTITIONS + 4)
    with pytest.raises(TopicRefused, match=f"has {PARTITIONS + 4} partitions, not {PARTITIONS}"):
        await place.log.check()
    assert place.log.reachable
    with pytest.raises(TopicRefused):
        await place.log.publish(entries(9, "later"))
    fresh = KafkaEventLog(place.bootstrap, place.prefix, PARTITIONS + 4)
    assert sum(await fresh.ends(MESSAGES)) == 9
    await fresh.close()


async def test_a_topic_that_is_not_declared_is_an_error_of_the_program(place: Place) -> None:
    with pytest.raises(KeyError):
        await place.log.publish([Entry("gongkai.other", "k", b"v")])


async def test_the_one_header_says_what_the_value_is(place: Place) -> None:
    await place.log.publish(entries(1))
    (partition,) = [p for p in range(PARTITIONS) if await place.log.end(MESSAGES, p)]
    consumer = AIOKafkaConsumer(bootstrap_servers=place.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(place.prefix + MESSAGES, partition)])
        record = await consumer.getone()
        assert record.headers == (("content-type", b"application/cloudevents+json"),)
    finally:
        await consumer.stop()
