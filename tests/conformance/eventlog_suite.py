"""What every event log must do. An adapter runs all of it by giving the fixture ``opened``; topics start empty."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

import pytest

from shared.eventlog.port import MESSAGES, MESSAGES_RESTRICTED, REFERENCE, TOPICS, Entry, EventLog, Logged

KEYS = tuple(f"luodian/d{n}" for n in range(12))


class Opened(Protocol):
    """An empty log, as the fixture ``opened`` yields it."""

    log: EventLog

    async def reopen(self) -> None:
        """Lets go of the log and opens it again as a new process would; what is kept only in memory stays."""


def entries(count: int, topic: str = MESSAGES, keys: Sequence[str] = KEYS, mark: str = "e") -> list[Entry]:
    """``count`` records with keys taken in turn."""
    return [Entry(topic, keys[n % len(keys)], f'{{"id":"{mark}/{n}"}}'.encode()) for n in range(count)]


async def all_of(log: EventLog, topic: str = MESSAGES, at_once: int = 7) -> list[Logged]:
    """Every record of a topic, partition by partition, read in small steps up to the end of each."""
    found: list[Logged] = []
    for partition in range(await log.partitions(topic)):
        offset = 0
        while offset < await log.end(topic, partition):
            step = await log.read(topic, partition, offset, at_once)
            assert 0 < len(step) <= at_once
            found += step
            offset = step[-1].offset + 1
        assert await log.read(topic, partition, offset, at_once) == []
    return found


def by_key(records: Sequence[Logged] | Sequence[Entry]) -> dict[str, list[bytes]]:
    """What each key holds, in order."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for record in records:
        found[record.key].append(record.value)
    return dict(found)


class Log:
    """Append-only topics."""

    async def test_the_ends_of_all_partitions_are_those_of_each(self, opened: Opened) -> None:
        await opened.log.publish(entries(25))
        ends = await opened.log.ends(MESSAGES)
        assert sum(ends) == 25
        assert list(ends) == [await opened.log.end(MESSAGES, n) for n in range(await opened.log.partitions(MESSAGES))]

    async def test_every_declared_topic_is_there_and_empty(self, opened: Opened) -> None:
        for topic in TOPICS:
            partitions = await opened.log.partitions(topic)
            assert partitions >= 1
            for partition in range(partitions):
                assert await opened.log.end(topic, partition) == 0
                assert await opened.log.read(topic, partition, 0, 10) == []

    async def test_the_reference_topic_may_be_read_in_one_order(self, opened: Opened) -> None:
        await opened.log.publish(entries(20, REFERENCE))
        partitions = await opened.log.partitions(REFERENCE)
        ends = [await opened.log.end(REFERENCE, partition) for partition in range(partitions)]
        assert partitions == 1
        assert ends == [20]
        assert [r.value for r in await all_of(opened.log, REFERENCE)] == [e.value for e in entries(20, REFERENCE)]

    async def test_records_come_back_byte_for_byte(self, opened: Opened) -> None:
        odd = Entry(MESSAGES, "罗甸/县政府办", bytes(range(256)) + "办理".encode())
        await opened.log.publish([odd])
        (record,) = await all_of(opened.log)
        assert (record.topic, record.key, record.value) == (odd.topic, odd.key, odd.value)

    async def test_order_within_a_key_is_the_order_of_publishing(self, opened: Opened) -> None:
        sent = entries(60)
        for start in range(0, 60, 9):
            await opened.log.publish(sent[start : start + 9])
        assert by_key(await all_of(opened.log)) == by_key(sent)

    async def test_a_key_stays_in_its_partition(self, opened: Opened) -> None:
        await opened.log.publish(entries(40))
        await opened.reopen()
        await opened.log.publish(entries(40))
        homes: dict[str, set[int]] = defaultdict(set)
        for record in await all_of(opened.log):
            homes[record.key].add(record.partition)
        assert set(homes) == set(KEYS)
        assert all(len(partitions) == 1 for partitions in homes.values())

    async def test_offsets_are_dense_from_zero(self, opened: Opened) -> None:
        for n in range(10):
            await opened.log.publish(entries(n, mark=f"m{n}"))
        total = 0
        for partition in range(await opened.log.partitions(MESSAGES)):
            end = await opened.log.end(MESSAGES, partition)
            records = await opened.log.read(MESSAGES, partition, 0, 1000)
            assert [(r.topic, r.partition, r.offset) for r in records] == [(MESSAGES, partition, n) for n in range(end)]
            total += end
        assert total == sum(range(10))

    async def test_reading_starts_at_any_offset_and_stops_at_the_limit(self, opened: Opened) -> None:
        await opened.log.publish(entries(30, keys=KEYS[:1]))
        (home,) = {record.partition for record in await all_of(opened.log)}
        everything = await opened.log.read(MESSAGES, home, 0, 100)
        assert len(everything) == 30
        for offset, limit in ((0, 1), (0, 30), (5, 3), (29, 1), (29, 10), (17, 100)):
            assert await opened.log.read(MESSAGES, home, offset, limit) == everything[offset : offset + limit]
        assert await opened.log.read(MESSAGES, home, 30, 10) == []

    async def test_reading_again_gives_the_same(self, opened: Opened) -> None:
        await opened.log.publish(entries(25))
        first = await all_of(opened.log)
        await opened.log.publish(entries(25, mark="later"))
        again = await all_of(opened.log)
        assert {(r.partition, r.offset): r for r in first}.items() <= {
            (r.partition, r.offset): r for r in again
        }.items()

    async def test_topics_are_apart(self, opened: Opened) -> None:
        mixed = [*entries(5), *entries(3, MESSAGES_RESTRICTED, mark="r"), *entries(4, mark="f")]
        await opened.log.publish(mixed)
        for topic, count in ((MESSAGES, 9), (MESSAGES_RESTRICTED, 3), (REFERENCE, 0)):
            found = await all_of(opened.log, topic)
            assert len(found) == count
            assert by_key(found) == by_key([e for e in mixed if e.topic == topic])

    async def test_publishing_nothing_changes_nothing(self, opened: Opened) -> None:
        await opened.log.publish([])
        assert await all_of(opened.log) == []

    async def test_what_publish_returned_for_is_there_for_a_new_process(self, opened: Opened) -> None:
        await opened.log.publish(entries(30))
        await opened.reopen()
        assert by_key(await all_of(opened.log)) == by_key(entries(30))

    async def test_a_call_is_whole_once_it_returned(self, opened: Opened) -> None:
        for n in range(5):
            call = entries(11, mark=f"call{n}")
            await opened.log.publish(call)
            there = {r.value for r in await all_of(opened.log)}
            assert {e.value for e in call} <= there

    async def test_concurrent_publishers_lose_nothing_and_keep_their_order(self, opened: Opened) -> None:
        calls = {(p, n): entries(6, keys=KEYS[:3], mark=f"p{p}-{n}") for p in range(10) for n in range(8)}

        async def publisher(number: int) -> None:
            for n in range(8):
                await opened.log.publish(calls[number, n])

        await asyncio.gather(*(publisher(p) for p in range(10)))
        found = by_key(await all_of(opened.log, at_once=100))
        assert sum(len(values) for values in found.values()) == 480
        for key in KEYS[:3]:
            for p in range(10):
                mine = [e.value for n in range(8) for e in calls[p, n] if e.key == key]
                assert [value for value in found[key] if f'"p{p}-'.encode() in value] == mine

    async def test_a_reader_beside_a_publisher_sees_no_gap(self, opened: Opened) -> None:
        done = asyncio.Event()

        async def publish() -> None:
            for n in range(30):
                await opened.log.publish(entries(4, keys=KEYS[:1], mark=f"m{n}"))
            done.set()

        async def read() -> list[bytes]:
            places = {p: 0 for p in range(await opened.log.partitions(MESSAGES))}
            seen: list[bytes] = []
            while True:
                last_round = done.is_set()
                for partition in places:
                    step = await opened.log.read(MESSAGES, partition, places[partition], 5)
                    assert [r.offset for r in step] == list(range(places[partition], places[partition] + len(step)))
                    places[partition] += len(step)
                    seen += [r.value for r in step]
                ends = {p: await opened.log.end(MESSAGES, p) for p in places}
                if last_round and places == ends:
                    return seen
                await asyncio.sleep(0)

        _, seen = await asyncio.gather(publish(), read())
        assert seen == [e.value for n in range(30) for e in entries(4, keys=KEYS[:1], mark=f"m{n}")]

    async def test_a_record_of_a_megabyte_passes(self, opened: Opened) -> None:
        large = Entry(MESSAGES, KEYS[0], b"x" * 900_000)
        await opened.log.publish([large])
        (record,) = await all_of(opened.log)
        assert record.value == large.value

    @pytest.mark.parametrize("topic", TOPICS)
    async def test_each_topic_takes_records(self, opened: Opened, topic: str) -> None:
        await opened.log.publish(entries(15, topic))
        assert by_key(await all_of(opened.log, topic)) == by_key(entries(15, topic))
