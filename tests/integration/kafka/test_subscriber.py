"""The subscriber on a real Kafka: whatever happens to store, group, log and records, nothing is skipped."""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from shared.eventlog.envelope import event_id
from shared.eventlog.kafka.reading import Reader
from shared.eventlog.kafka.subscriber import _raw
from shared.eventlog.port import MESSAGES, REQUESTS, Logged
from shared.storage.memory import MemoryStore
from shared.storage.port import Position, StoreAway
from tests.backends.kafka_topics import admin, delete_topics, make_topic
from tests.integration.kafka.place import NAME, PARTITIONS, Effects, Place, entries, event, settled, until


async def test_it_reads_all_from_the_start_in_order_and_keeps_its_position(place: Place) -> None:
    sent = [*entries(700), *entries(50, "r", REQUESTS)]
    await place.log.publish(sent)
    effects = Effects()
    subscriber = place.subscriber(effects, topics=(MESSAGES, REQUESTS))
    await subscriber.start()
    await until(lambda: effects.each_once(sent))
    assert effects.in_order
    for topic in (MESSAGES, REQUESTS):
        for partition in range(PARTITIONS):
            end = await place.log.end(topic, partition)

            async def moved(topic: str = topic, partition: int = partition, end: int = end) -> bool:
                position = await effects.position(topic, partition)
                return (position.next if position else 0) == end

            await until(moved)
    assert subscriber.lag() == 0
    progress = subscriber.progress
    assert (progress.connected, progress.assigned, progress.reading, progress.refused, progress.problem) == (
        *(True, 2 * PARTITIONS, 2 * PARTITIONS, 0),
        None,
    )
    assert progress.since_batch is not None


async def test_it_goes_on_where_the_last_one_stopped(place: Place) -> None:
    effects = Effects()
    first, later = entries(60), entries(60, "later")
    await place.log.publish(first)
    one = place.subscriber(effects)
    await one.start()
    await until(lambda: effects.each_once(first))
    await one.stop()
    await place.log.publish(later)
    two = place.subscriber(effects)
    await two.start()
    await until(lambda: effects.each_once([*first, *later]))
    assert effects.in_order


async def test_the_stored_position_counts_and_not_what_kafka_was_told(place: Place) -> None:
    sent = entries(60)
    await place.log.publish(sent)
    effects = Effects()
    one = place.subscriber(effects)
    await one.start()
    await until(lambda: effects.each_once(sent))
    await one.stop()
    async with admin(place.bootstrap) as client:
        told = await client.list_consumer_group_offsets(place.prefix + NAME)
    ends = {p: await place.log.end(MESSAGES, p) for p in range(PARTITIONS)}
    assert {p.partition: known.offset for p, known in told.items()} == {p: end for p, end in ends.items() if end}
    again = Effects()
    two = place.subscriber(again)
    await two.start()
    await until(lambda: again.each_once(sent))
    assert again.in_order


async def test_effects_that_fail_for_a_while_are_tried_again_and_nothing_is_skipped(place: Place) -> None:
    sent = entries(200)
    effects, failures = Effects(), 0

    async def take(records: Sequence[Logged]) -> None:
        nonlocal failures
        if failures < 4:
            failures += 1
            raise StoreAway("the store is away")
        await effects.take(records)

    subscriber = place.subscriber(effects, take)
    await subscriber.start()
    await place.log.publish(sent)
    await until(lambda: "the store is away" in str(subscriber.progress.problem))
    await until(lambda: effects.each_once(sent))
    assert effects.in_order
    await until(lambda: subscriber.progress.problem is None)


class AwayPositions(MemoryStore):
    """Positions that cannot be read or moved for a while."""

    away = True
    asked = moved = 0

    async def position(self, consumer: str, topic: str, partition: int) -> Position | None:
        """Raises while away."""
        self.asked += 1
        if self.away:
            raise StoreAway("positions are away")
        return await super().position(consumer, topic, partition)

    async def move(self, position: Position) -> None:
        """Raises while away."""
        self.moved += 1
        if self.away:
            raise StoreAway("positions are away")
        await super().move(position)


async def test_a_store_that_is_away_at_the_assignment_lets_nothing_by_before_its_positions(place: Place) -> None:
    sent = entries(120)
    await place.log.publish(sent)
    positions = AwayPositions()
    positions.away = False
    # Positions are at the end, and Kafka was never told of any: left to itself, the reader begins at the start.
    for partition in range(PARTITIONS):
        if end := await place.log.end(MESSAGES, partition):
            (last,) = await place.log.read(MESSAGES, partition, end - 1, 1)
            await positions.move(Position(NAME, MESSAGES, partition, end, event_id(last.value)))
    positions.away = True
    effects = Effects(positions)
    subscriber = place.subscriber(effects)
    await subscriber.start()
    later = entries(30, "later")
    await place.log.publish(later)
    await until(lambda: positions.asked >= 4)
    assert subscriber.progress.assigned == PARTITIONS
    assert subscriber._subscriber is not None
    assert subscriber._subscriber.consumer is not None
    assert len(subscriber._subscriber.consumer.paused()) == PARTITIONS
    early = await _raw(await fetched(place))
    async with asyncio.timeout(5):
        await subscriber._handle(early)
    assert not effects.records
    positions.away = False
    await until(lambda: effects.each_once(later))


async def fetched(place: Place) -> list[ConsumerRecord]:
    """What a reader might have fetched before its positions were known."""
    reader = Reader(place.bootstrap)
    try:
        return [
            record
            for partition in range(PARTITIONS)
            for record in await reader.read(TopicPartition(place.prefix + MESSAGES, partition), 0, 10)
        ]
    finally:
        await reader.close()


async def test_a_position_that_cannot_be_moved_holds_the_partition_and_skips_nothing(place: Place) -> None:
    positions = AwayPositions()
    positions.away = False
    effects = Effects(positions)
    subscriber = place.subscriber(effects)
    await subscriber.start()
    await until(settled(subscriber))
    positions.away = True
    sent = entries(90)
    await place.log.publish(sent)
    await until(lambda: positions.moved >= 3)
    positions.away = False
    await until(lambda: effects.each_once(sent))
    assert effects.in_order


async def test_what_strangers_wrote_is_handed_on_as_it_is(place: Place) -> None:
    await place.strange(
        (b"k", event(1), [("ce_source", b"\xff\xfe")]),
        (b"\xff", b"not JSON", []),
        (b"k", None, []),
        (None, b"", []),
        (b"k", event(2), [("content-type", b"application/json")]),
    )
    effects = Effects()
    await place.subscriber(effects).start()
    await until(lambda: len(effects.records) == 5)
    assert [(r.offset, r.key, r.value) for r in effects.records] == [
        (0, "k", event(1)),
        (1, "\N{REPLACEMENT CHARACTER}", b"not JSON"),
        (2, "k", b""),
        (3, "", b""),
        (4, "k", event(2)),
    ]
    await place.log.publish(entries(9, "after"))
    await until(lambda: effects.all_came(entries(9, "after")))


async def test_a_partition_that_ends_with_an_unreadable_record_goes_on_after_a_restart(place: Place) -> None:
    await place.strange((b"k", event(1), []), (b"k", b"not JSON", []))
    effects = Effects()
    one = place.subscriber(effects)
    await one.start()
    await until(lambda: len(effects.records) == 2)
    await one.stop()
    await place.strange((b"k", event(2), []))
    two = place.subscriber(effects)
    await two.start()
    await until(lambda: len(effects.records) == 3)
    assert not two.refused


async def test_records_that_were_passed_over_are_fetched_again(place: Place) -> None:
    effects = Effects()
    subscriber = place.subscriber(effects)
    await subscriber.start()
    await until(settled(subscriber))
    first = entries(90)
    await place.log.publish(first)
    await until(lambda: effects.each_once(first))
    held = [*entries(90, "held")]
    assert subscriber._subscriber is not None
    consumer = subscriber._subscriber.consumer
    assert consumer is not None
    places = [TopicPartition(place.prefix + MESSAGES, p) for p in range(PARTITIONS)]
    consumer.pause(*places)
    await place.log.publish(held)
    # The consumer is made to start beyond records that it never handed on.
    for at in places:
        if (end := await place.log.end(MESSAGES, at.partition)) > 2:
            consumer.seek(at, end - 2)
    consumer.resume(*places)
    await until(lambda: effects.each_once([*first, *held]))
    assert effects.in_order


async def test_three_members_that_join_in_mid_batch_do_each_effect_once_by_id(place: Place) -> None:
    hold, held = asyncio.Event(), asyncio.Event()
    effects = Effects()
    sent = entries(600)

    async def slow(records: Sequence[Logged]) -> None:
        held.set()
        await hold.wait()
        await effects.take(records)

    one = place.subscriber(effects, slow)
    await one.start()
    await place.log.publish(sent)
    await held.wait()
    two, three = place.subscriber(effects), place.subscriber(effects)
    await two.start()
    await three.start()
    await until(lambda: all(s.progress.assigned == 1 for s in (one, two, three)), what="one partition each")
    hold.set()
    later = entries(300, "later")
    await place.log.publish(later)
    await until(lambda: effects.all_came([*sent, *later]))
    assert set(effects.times) == {e for e in effects.times if e}
    assert len(effects.times) == 900
    await until(lambda: sum(s.lag() for s in (one, two, three)) == 0)
    for partition in range(PARTITIONS):
        position = await effects.position(MESSAGES, partition)
        assert (position.next if position else 0) == await place.log.end(MESSAGES, partition)
    await three.stop()
    last = entries(90, "last")
    await place.log.publish(last)
    await until(lambda: effects.all_came(last))


@pytest.mark.parametrize("count", [10, 400], ids=["shorter", "longer"])
async def test_a_log_made_again_while_away_is_refused_with_the_reason(
    place: Place, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.eventlog.kafka.subscriber.LOOK_AGAIN", 0.5)
    effects = Effects()
    sent = entries(90)
    await place.log.publish(sent)
    one = place.subscriber(effects)
    await one.start()
    await until(lambda: effects.each_once(sent))
    await one.stop()
    await delete_topics(place.bootstrap, place.prefix + MESSAGES)
    await until(lambda: gone(place))
    await place.make_topics()
    await place.log.publish(entries(count, "other"))
    two = place.subscriber(effects)
    await two.start()
    read_before = {p for p in range(PARTITIONS) if await effects.position(MESSAGES, p)}
    await until(lambda: {p for _, p in two.refused} == read_before)
    for (topic, partition), why in two.refused.items():
        position = await effects.position(topic, partition)
        assert position is not None
        assert position.last_id is not None
        for words in why:
            assert f"{MESSAGES}/{partition}" in words
            assert position.last_id in words
            assert "gongkai republish" in words
        assert "日志被清空或重建" in why.zh
    assert two.progress.refused == len(read_before)
    # A partition of which nothing had been read begins from its start; of the refused ones nothing came.
    assert not {r.partition for r in effects.records[90:]} & read_before
    for topic, partition in list(two.refused):
        await effects.positions.forget(two.name, topic, partition)
    await until(lambda: not two.refused, what="a position that was let go is noticed")
    await until(lambda: len(effects.records) == 90 + count)


async def gone(place: Place) -> bool:
    """Whether the broker no longer knows of a topic named like the messages'."""
    async with admin(place.bootstrap) as client:
        return not [n for n in await client.list_topics() if n.startswith(place.prefix + MESSAGES)]


async def test_a_log_made_again_under_the_reader_is_noticed_and_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.eventlog.kafka.subscriber.METADATA_AGE_MS", 1000)
    effects = Effects()
    sent = entries(90)
    await place.log.publish(sent)
    subscriber = place.subscriber(effects)
    await subscriber.start()
    await until(lambda: effects.each_once(sent))
    await delete_topics(place.bootstrap, place.prefix + MESSAGES)
    await until(lambda: gone(place))
    await until(lambda: subscriber.progress.assigned == 0, what="a reader without partitions says so")
    await make_topic(place.bootstrap, place.prefix + MESSAGES, PARTITIONS)
    await until(lambda: len(subscriber.refused) == len(effects.offsets))
    assert effects.each_once(sent)


async def test_topics_that_are_not_there_are_named_until_they_are_made(kafka_bootstrap: str) -> None:
    place = Place(kafka_bootstrap)
    effects = Effects()
    subscriber = place.subscriber(effects)
    await subscriber.start()
    await until(lambda: f"{place.prefix}{MESSAGES}" in str(subscriber.progress.problem))
    assert "gongkai topics apply" in str(subscriber.progress.problem)
    assert not subscriber.progress.connected
    await place.make_topics()
    await place.log.publish(entries(9))
    await until(lambda: effects.each_once(entries(9)))
    assert subscriber.progress.connected
    await place.close()


async def test_stopping_does_not_wait_for_effects_that_never_end(place: Place) -> None:
    held = asyncio.Event()

    async def never(records: Sequence[Logged]) -> None:
        held.set()
        await asyncio.Event().wait()

    effects = Effects()
    subscriber = place.subscriber(effects, never)
    await subscriber.start()
    await place.log.publish(entries(9))
    await held.wait()
    async with asyncio.timeout(3.5):
        await subscriber.stop(grace=3.0)
    other = place.subscriber(effects)
    await other.start()
    await until(lambda: effects.each_once(entries(9)))


async def test_stopping_before_it_was_connected_and_twice_is_harmless(place: Place) -> None:
    subscriber = place.subscriber(Effects())
    await subscriber.stop()
    await subscriber.start()
    await subscriber.stop()
    await subscriber.stop()
