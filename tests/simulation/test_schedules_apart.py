"""What the schedules of several processes meet, and the broken parts that they must notice."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError
from structlog.testing import capture_logs

from shared.engine.relay import Relay
from shared.eventlog.envelope import event_id
from shared.eventlog.kafka import KafkaSubscriber
from shared.eventlog.port import Entry, LogAway, Logged
from shared.service import Declared, Service, put_together
from shared.storage.port import Commit, Position, StoreAway, VaultSubject
from tests.simulation.district import Apart, District
from tests.simulation.matter_story import MatterStory
from tests.simulation.message_story import MessageStory
from tests.simulation.oracle import check

ENOUGH_TO_NOTICE = 400


def test_a_schedule_of_several_processes_is_the_same_each_time() -> None:
    def course(seed: int) -> tuple[int, list[tuple[str, str]]]:
        district = District(seed, MatterStory())
        with capture_logs():
            district.run()
        return district.scheduler.steps, sorted((f.id, f.digest) for f in district.store._facts.values())

    for seed in range(6):
        assert course(seed) == course(seed)


def test_the_schedules_of_several_processes_meet_what_they_are_for() -> None:
    met: Counter[str] = Counter()
    for seed in range(130):
        district = District(seed, MessageStory() if seed >= 100 else MatterStory())
        with capture_logs() as said:
            district.run()
        met += district.met
        for entry in said:
            if entry["event"] == "not in order":
                met["gap" if entry["got"] > entry["at"] else "fetched before the seek"] += 1
            met[entry["event"]] += 1
        for group in district.groups.values():
            met["rebalance in the middle of a batch"] += group.in_hand
            met["taken from one who works on"] += group.overtaken
        met["conflict"] += district.store.conflicts
        met["carried out, answer lost"] += district.store.known_again
        met["marked after a faster relay"] += district.store.late_marks
        met["crash"] += district.crashes
        bodies = b"".join(event.body for events in district.store._events.values() for event in events)
        met["rows left behind"] += sum(ref.encode() not in bodies for ref in district.store._values)
    wanted = {
        "crash": 50,
        "zombie": 50,
        "zombie with a call under way": 50,
        "zombie with a batch in hand": 2,
        "rebalance in the middle of a batch": 10,
        "taken from one who works on": 2,
        "gap": 10,
        "fetched before the seek": 1,
        "woken when all was done": 20,
        "republished": 20,
        "not ready": 50,
        "conflict": 5,
        "carried out, answer lost": 20,
        "marked after a faster relay": 5,
        "rows left behind": 1,
        "commit not told": 10,
        "consumer waits": 10,
    }
    assert {name: met[name] for name, least in wanted.items() if met[name] < least} == {}


# -- what the schedules must notice ------------------------------------------------------------------------------------


class MovesFirst(KafkaSubscriber):
    """Moves its position before the effects."""

    async def _batch(self, partition: TopicPartition, records: Sequence[ConsumerRecord], term: Any) -> None:
        if self._next.get(partition) == records[0].offset:
            last = records[-1]
            place = Position(
                self.name, partition.topic, partition.partition, last.offset + 1, event_id(last.value or b"")
            )
            await self._until_done(term, lambda: self._positions.move(place))
        await super()._batch(partition, records, term)


class TrustsTheBroker(KafkaSubscriber):
    """Reads no positions when it is given partitions: it goes on where the broker was told of, and tells what it fetched."""

    async def _settled(self, consumer: Any, partitions: Sequence[TopicPartition], term: Any) -> None:
        for partition in partitions:
            self._next[partition] = consumer.positions[partition]
            self._ends[partition] = 0
            consumer.resume(partition)

    async def _commit(self, within: float) -> None:
        consumer: Any = self._subscriber.consumer if self._subscriber else None
        with suppress(CommitFailedError, LogAway):
            await consumer.commit(dict(consumer.positions))


class SkipsTheGap(KafkaSubscriber):
    """Goes on with whatever comes."""

    async def _batch(self, partition: TopicPartition, records: Sequence[ConsumerRecord], term: Any) -> None:
        if partition in self._next:
            self._next[partition] = max(records[0].offset, self._next[partition])
        await super()._batch(partition, records, term)


class GivesUpABatch(KafkaSubscriber):
    """Passes over a batch that could not be stored."""

    def __init__(self, name: str, topics: Sequence[str], bootstrap: str, positions: Any, take: Any) -> None:
        async def once(records: Sequence[Logged]) -> None:
            with suppress(StoreAway):
                await take(records)

        super().__init__(name, topics, bootstrap, positions, once)


class EndsFirst(KafkaSubscriber):
    """Looks at the ends before it reads its positions."""

    async def _settled(self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], term: Any) -> None:
        known = await self._until_done(term, lambda: self._reader.ends(partitions))
        reader = self._reader

        class Before:
            async def ends(self, _: Any) -> Any:
                return known

            def __getattr__(self, name: str) -> Any:
                return getattr(reader, name)

        self._reader = Before()  # type: ignore[assignment]
        try:
            await super()._settled(consumer, partitions, term)
        finally:
            self._reader = reader


class GoesBack(Apart):
    """Stores whatever position comes last."""

    async def move(self, position: Position) -> None:
        """Forgets the one before."""
        self._positions.pop((position.consumer, position.topic, position.partition), None)
        await super().move(position)


class AnyVersion(Apart):
    """Appends whatever the version."""

    async def append(self, commit: Commit) -> None:
        """Looks at the version only now."""
        head = self._heads.get(commit.head.id)
        await super().append(replace(commit, expected=head.version if head else 0))


class AnyKey(Apart):
    """Lets a second key take the place of a subject's first."""

    async def add_subject(self, subject: VaultSubject) -> None:
        """Overwrites."""
        self._subjects[subject.subject] = subject
        if subject.lookup is not None:
            self._lookups[subject.lookup] = subject.subject


class MarksTheHead(Relay):
    """Marks the version a file has by now, not the one that was sent."""

    async def run_once(self) -> int:
        """Publishes, and looks again before it marks."""
        waiting = await self._cases.unsent(self.service, 200)
        files = [await self._cases.events(case, sent) for case, sent, _ in waiting]
        await self._log.publish([Entry(e.topic, e.key, e.body) for events in files for e in events])
        sent = {case for case, _, _ in waiting}
        again = await self._cases.unsent(self.service, 200)
        await self._cases.mark_sent([(case, after, version) for case, after, version in again if case in sent])
        return sum(map(len, files))


def _marking_the_head(declared: Declared, **parts: Any) -> Service:
    relay = MarksTheHead(declared.name, parts["stores"].cases, parts["eventlog"])
    return replace(put_together(declared, **parts), relay=relay)


def _under_any_calendar(declared: Declared, **parts: Any) -> Service:
    """Decides under the calendar it happens to know."""
    service = put_together(declared, **parts)
    inside: Any = service.engine
    opening = inside._open

    async def anyhow(kind: Any, head: Any, *rest: Any, **named: Any) -> Any:
        return await opening(kind, replace(head, calendar=0) if head else None, *rest, **named)

    inside._open = anyhow
    return service


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda seed: District(seed, MatterStory(), subscriber=MovesFirst), id="position before effects"),
        pytest.param(lambda seed: District(seed, MatterStory(), subscriber=TrustsTheBroker), id="no positions read"),
        pytest.param(lambda seed: District(seed, MatterStory(), subscriber=SkipsTheGap), id="gap skipped"),
        pytest.param(lambda seed: District(seed, MatterStory(), subscriber=GivesUpABatch), id="batch given up"),
        pytest.param(lambda seed: District(seed, MatterStory(), subscriber=EndsFirst), id="ends before positions"),
        pytest.param(lambda seed: District(seed, MatterStory(), store=GoesBack()), id="position goes back"),
        pytest.param(lambda seed: District(seed, MatterStory(), store=AnyVersion()), id="no version"),
        pytest.param(lambda seed: District(seed, MessageStory(), store=AnyKey()), id="a second key"),
        pytest.param(lambda seed: District(seed, MatterStory(), make=_marking_the_head), id="relay marks unsent"),
        pytest.param(lambda seed: District(seed, MatterStory(), make=_under_any_calendar), id="any calendar"),
    ],
)
def test_a_broken_part_among_several_processes_is_noticed(broken: Callable[[int], District]) -> None:
    for seed in range(ENOUGH_TO_NOTICE):
        district = broken(seed)
        try:
            with capture_logs():
                district.run()
                check(district)
        except Exception:
            return
    pytest.fail(f"{ENOUGH_TO_NOTICE} schedules noticed nothing")
