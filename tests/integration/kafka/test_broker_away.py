"""A broker that is killed, away or wiped: what was confirmed stays, order holds, and whoever waits goes on by himself."""

import asyncio
import logging
import time

import pytest

from shared.eventlog.envelope import event_id
from shared.eventlog.kafka import KafkaEventLog, reached
from shared.eventlog.port import MESSAGES, Entry, LogAway
from tests.backends.kafka_server import LocalKafka
from tests.integration.kafka.place import KEYS, PARTITIONS, Effects, Place, entries, event, published, settled, until

ROUNDS = 60


async def test_a_broker_killed_twice_loses_nothing_and_keeps_the_order_of_each_key(
    own_kafka: LocalKafka, own_place: Place
) -> None:
    effects = Effects()
    subscriber = own_place.subscriber(effects)
    await subscriber.start()
    await until(settled(subscriber))
    sent: list[Entry] = []
    confirmed = 0

    async def relay() -> None:
        nonlocal confirmed
        for n in range(ROUNDS):
            window = entries(90, first=90 * n)
            sent.extend(window)
            await published(own_place.log, window)
            confirmed += 1

    relaying = asyncio.create_task(relay())
    for after in (ROUNDS // 4, ROUNDS // 2):
        await until(lambda after=after: confirmed >= after)  # type: ignore[misc]
        await asyncio.to_thread(own_kafka.kill)
        await asyncio.to_thread(own_kafka.start)
    await relaying
    await until(lambda: effects.all_came(sent))
    assert effects.in_order
    for key in KEYS:
        came = [event_id(r.value) for r in effects.records if r.key == key]
        # What was sent again counts where it came first.
        assert list(dict.fromkeys(came)) == [event_id(e.value) for e in sent if e.key == key]
    assert not subscriber.refused


async def test_log_and_reader_start_without_a_broker_and_begin_once_it_is_there(
    own_kafka: LocalKafka, own_place: Place
) -> None:
    await asyncio.to_thread(own_kafka.kill)
    log = KafkaEventLog(own_place.bootstrap, own_place.prefix, PARTITIONS)
    effects = Effects()
    subscriber = own_place.subscriber(effects)
    before = time.monotonic()
    await subscriber.start()
    assert time.monotonic() - before < 0.5
    for attempt in (lambda: log.publish(entries(1)), lambda: log.read(MESSAGES, 0, 0, 1), lambda: log.end(MESSAGES, 0)):
        with pytest.raises(LogAway) as away:
            await attempt()
        assert away.value.broker == own_place.bootstrap
        assert own_place.bootstrap in str(away.value)
    await until(lambda: subscriber.progress.problem is not None)
    assert (subscriber.progress.connected, subscriber.progress.assigned) == (False, 0)
    await asyncio.to_thread(own_kafka.start)
    await published(log, entries(30))
    await until(lambda: effects.all_came(entries(30)))
    assert subscriber.progress.connected
    await log.close()


async def test_a_reader_that_runs_goes_on_after_the_broker_came_back(own_kafka: LocalKafka, own_place: Place) -> None:
    effects = Effects()
    subscriber = own_place.subscriber(effects)
    await subscriber.start()
    await published(own_place.log, entries(30))
    await until(lambda: effects.all_came(entries(30)))
    assert await own_place.log.end(MESSAGES, 0) >= 0
    await asyncio.to_thread(own_kafka.stop)
    with pytest.raises(LogAway):
        await own_place.log.end(MESSAGES, 0)
    await asyncio.to_thread(own_kafka.start)
    await published(own_place.log, entries(30, "later"))
    await until(lambda: effects.all_came([*entries(30), *entries(30, "later")]))
    assert effects.in_order
    assert sum([await own_place.log.end(MESSAGES, p) for p in range(PARTITIONS)]) == len(effects.records)


async def test_with_the_broker_away_everything_stops_within_its_grace(own_kafka: LocalKafka, own_place: Place) -> None:
    effects = Effects()
    running, starting = own_place.subscriber(effects), own_place.subscriber(effects)
    log = KafkaEventLog(own_place.bootstrap, own_place.prefix, PARTITIONS)
    await running.start()
    await published(log, entries(30))
    await until(lambda: effects.all_came(entries(30)))
    await asyncio.to_thread(own_kafka.kill)
    await starting.start()
    unconfirmed = asyncio.create_task(log.publish(entries(500, "unconfirmed")))
    await until(lambda: starting.progress.problem is not None)
    try:
        async with asyncio.timeout(4.0):
            await asyncio.gather(running.stop(grace=3.0), starting.stop(grace=3.0))
        unconfirmed.cancel()
        async with asyncio.timeout(6.0):
            await log.close()
        assert unconfirmed.cancelled() or isinstance(unconfirmed.exception(), LogAway)
    finally:
        await asyncio.to_thread(own_kafka.start)


async def test_a_broker_that_is_away_is_said_seldom(
    own_kafka: LocalKafka, own_place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    effects = Effects()
    subscriber = own_place.subscriber(effects)
    await subscriber.start()
    await published(own_place.log, entries(30))
    await until(lambda: effects.all_came(entries(30)))
    caplog.clear()
    # What another test made it say a moment ago does not count here.
    reached._ONCE._said.clear()
    await asyncio.to_thread(own_kafka.kill)
    attempts = 0

    async def tried() -> bool:
        nonlocal attempts
        try:
            await own_place.log.end(MESSAGES, 0)
        except LogAway:
            attempts += 1
        return attempts > 2

    await until(tried, within=60.0)
    said = [r for r in caplog.records if r.name.startswith("aiokafka")]
    assert said, "a broker that is away is said at all"
    sentences = {(r.name, str(r.msg)) for r in said}
    assert len(said) <= 3 * len(sentences), [r.getMessage() for r in said]
    await asyncio.to_thread(own_kafka.start)


async def test_a_broker_that_lost_its_disk_is_refused_with_the_way_out(own_kafka: LocalKafka, own_place: Place) -> None:
    effects = Effects()
    subscriber = own_place.subscriber(effects)
    await subscriber.start()
    await published(own_place.log, entries(90))
    await until(lambda: effects.all_came(entries(90)))
    read = {p for _, p in effects.offsets}
    await subscriber.stop()
    await own_place.log.close()
    await asyncio.to_thread(own_kafka.kill)
    await asyncio.to_thread(own_kafka.wipe)
    await asyncio.to_thread(own_kafka.start)
    await own_place.make_topics()
    after = own_place.subscriber(effects)
    await after.start()
    await until(lambda: {p for _, p in after.refused} == read)
    assert all("gongkai republish" in why.zh and "restore the log" in why.en for why in after.refused.values())
    # The log goes on being written; the partitions stay refused until someone decides.
    await published(own_place.log, [Entry(MESSAGES, key, event(n, "new")) for n, key in enumerate(KEYS)])
    assert not [i for i in effects.times if i and i.startswith("new/")]
