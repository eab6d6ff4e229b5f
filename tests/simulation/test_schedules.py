"""Thousands of schedules of crashes, lost answers, stalls, doubles and rivals; after each the law is checked.

A failure names its seed and how to run it alone. ``GONGKAI_SIM_SEED=<seed>`` runs that seed of every story,
``GONGKAI_SIM_SCHEDULES=<n>`` more or fewer; ``make simulate`` runs many.
"""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from shared.engine.consumer import Consumer
from shared.engine.execute import Outcome
from shared.engine.relay import Relay
from shared.eventlog.envelope import event_id
from shared.eventlog.port import Entry
from shared.service import Declared, Service, put_together
from shared.storage.port import Commit, Position
from tests.simulation.county import County, Witness
from tests.simulation.matter_story import MatterStory
from tests.simulation.oracle import check, name_of
from tests.simulation.scheduler import finished
from tests.simulation.stories import STORIES, play

SCHEDULES = 2000
ENOUGH_TO_NOTICE = 300


def _seeds(schedules: int) -> Sequence[int]:
    alone = os.environ.get("GONGKAI_SIM_SEED")
    return (int(alone),) if alone else range(schedules)


@pytest.mark.parametrize("story", STORIES)
def test_no_schedule_loses_doubles_or_misjudges_anything(story: str) -> None:
    schedules = int(os.environ.get("GONGKAI_SIM_SCHEDULES", SCHEDULES))
    for seed in _seeds(schedules * STORIES[story].share // 100):
        play(story, seed)


def test_a_schedule_is_the_same_each_time() -> None:
    def digest(seed: int) -> list[tuple[str, str]]:
        county = County(seed, MatterStory())
        county.run()
        return sorted((fact.id, fact.digest) for fact in county.store._facts.values())

    for seed in range(10):
        assert digest(seed) == digest(seed)


def test_the_schedules_meet_what_they_are_for() -> None:
    met: Counter[str] = Counter()
    for seed in range(100):
        county = County(seed, MatterStory())
        county.run()
        met["crash"] += county.crashes
        met["rivals"] += county.born > 1 + county.crashes
        met["amended calendar"] += county.plan.amends
        met["refused command"] += sum(not sent.accepted for sent in county.sent)
        met["answered again"] += sum(isinstance(sent.told, Outcome) and sent.told.replayed for sent in county.sent)
        met["conflict"] += county.store.conflicts
        published = sum(len(county.log._topics[topic][0]) for topic in county.log._topics)
        met["published again"] += published > finished(county.store.count())
        for events in county.store._events.values():
            for event in map(name_of, events):
                met[event] += 1
    wanted = (
        "crash", "rivals", "amended calendar", "refused command", "answered again", "conflict", "published again",
        "MatterOverdue", "MatterFinished", "MatterReminded", "DeadlineRecomputed", "VerdictRevised", "FollowUpNoted",
        "LedgerSealed",
    )  # fmt: skip
    assert [name for name in wanted if met[name] < 5] == []


# -- what the schedules must notice ------------------------------------------------------------------------------------


class HastyRelay(Relay):
    """Marks before the log has confirmed."""

    async def run_once(self) -> int:
        """Marks, then publishes."""
        waiting = await self._cases.unsent(self.service, 200)
        files = [await self._cases.events(case, sent) for case, sent, _ in waiting]
        await self._cases.mark_sent([(e[0].case, e[0].sequence - 1, e[-1].sequence) for e in files])
        await self._log.publish([Entry(e.topic, e.key, e.body) for events in files for e in events])
        return sum(map(len, files))


class HastyConsumer(Consumer):
    """Moves before the batch has been taken."""

    async def run_once(self) -> int:
        """Moves, then takes."""
        taken = 0
        for topic in self.topics:
            for partition in range(await self._log.partitions(topic)):
                position = await self._positions.position(self.name, topic, partition)
                records = await self._log.read(topic, partition, position.next if position else 0, 100)
                if records:
                    last = records[-1]
                    await self._positions.move(
                        Position(self.name, topic, partition, last.offset + 1, event_id(last.value))
                    )
                    await self._take(records)
                    taken += len(records)
        return taken


class Unconditional(Witness):
    """Appends whatever the version."""

    async def append(self, commit: Commit) -> None:
        """Looks at the version only now."""
        head = self._heads.get(commit.head.id)
        await super().append(replace(commit, expected=head.version if head else 0))


class Forgetful(Witness):
    """Does not know a command again."""

    async def append(self, commit: Commit) -> None:
        """Keeps no commands."""
        await super().append(replace(commit, commands=()))


class MarksAll(Witness):
    """Takes a mark for the whole file."""

    async def mark_sent(self, sent: Sequence[tuple[str, int, int]]) -> None:
        """Marks what was appended meanwhile too."""
        await super().mark_sent([(case, after, self._heads[case].version) for case, after, _ in sent])


def _with_hasty_relay(declared: Declared, **parts: Any) -> Service:
    return replace(
        put_together(declared, **parts), relay=HastyRelay(declared.name, parts["stores"].cases, parts["eventlog"])
    )


def _with_new_ids(declared: Declared, **parts: Any) -> Service:
    """Policies whose command ids are not derived from the event."""
    service = put_together(declared, **parts)
    execute, count = service.engine.execute, [0]

    async def anew(kind: Any, case: Any, asked: Any, **rest: Any) -> Any:
        if asked[0].actor.system and asked[0].command.command_name != "seal-ledger":
            count[0] += 1
            asked = [replace(asked[0], command_id=f"{asked[0].command_id}:{id(service)}:{count[0]}")]
        return await execute(kind, case, asked, **rest)

    service.engine.execute = anew  # type: ignore[method-assign]
    return service


@pytest.mark.parametrize(
    "broken",
    [
        lambda seed: County(seed, MatterStory(), make=_with_hasty_relay),
        lambda seed: County(seed, MatterStory(), make=_with_new_ids),
        lambda seed: County(seed, MatterStory(), consumer=HastyConsumer),
        lambda seed: County(seed, MatterStory(), store=Unconditional()),
        lambda seed: County(seed, MatterStory(), store=Forgetful()),
        lambda seed: County(seed, MatterStory(), store=MarksAll()),
    ],
    ids=[
        "relay marks first",
        "policies without derived ids",
        "consumer moves first",
        "no version",
        "no commands",
        "marks all",
    ],
)
def test_a_broken_part_is_noticed(broken: Callable[[int], County]) -> None:
    for seed in range(ENOUGH_TO_NOTICE):
        county = broken(seed)
        try:
            county.run()
            check(county)
        except Exception:
            return
    pytest.fail(f"{ENOUGH_TO_NOTICE} schedules noticed nothing")
