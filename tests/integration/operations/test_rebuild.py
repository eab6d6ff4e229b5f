"""Facts rebuilt beside the live ones: one switch, equal or told; killed before it, the live ones stay."""

from dataclasses import replace

import pytest

from services.desk import Desk, question_of
from services.operations.problems import OperationRefused
from services.operations.rebuild import rebuild
from services.runtime import Runtime
from shared.eventlog.port import MESSAGES, Entry
from shared.eventlog.scan import AT_ONCE
from shared.storage.port import FactRow
from tests.integration.operations.conftest import QUARTER, Town, ranked


async def all_facts(runtime: Runtime) -> list[FactRow]:
    return [replace(fact, voids=tuple(sorted(fact.voids))) async for fact in runtime.stores.facts.each()]


async def test_a_rebuild_gives_the_same_facts_and_says_so(town: Town) -> None:
    async with town.open() as runtime:
        before, facts = await ranked(runtime), await all_facts(runtime)
        told = await rebuild(runtime, town.talk)
        assert told.items() >= {"equal": True, "added": 0, "removed": 0, "changed": 0, "parked": 0}.items()
        assert told["events"] == len(facts)
        assert await all_facts(runtime) == facts
        assert (await ranked(runtime))["result_digest"] == before["result_digest"]
        assert (await rebuild(runtime, town.talk))["digest"] == told["digest"]
    async with town.open() as runtime:
        assert await all_facts(runtime) == facts
        replayed = await Desk(runtime).replay(question_of(QUARTER))
        assert replayed["equal"]
        assert replayed["digest"] == told["digest"]


async def test_what_differs_is_named_and_what_was_parked_is_taken(town: Town) -> None:
    async with town.open() as runtime:
        facts = await all_facts(runtime)
        strange = replace(facts[0], id="M9999-000001/1", case="M9999-000001")
        await runtime.stores.facts.insert([strange])
        poison = b"no event at all"
        await runtime.eventlog.publish([Entry(MESSAGES, "522728/education", poison)])
        await runtime.settle_down()
        (parked,) = await runtime.stores.positions.parked("assessment.facts")
        await runtime.stores.positions.park(replace(parked, offset=0, event="M1/1", reason="by an old release"))
        told = await rebuild(runtime, town.talk)
        assert not told["equal"]
        assert told["differences"] == [{"event": "M9999-000001/1", "difference": "removed"}]
        assert await all_facts(runtime) == facts
        assert await runtime.stores.positions.parked("assessment.facts") == [parked]


class Killed(BaseException):
    """The process ends here."""


async def test_a_rebuild_cut_off_or_on_a_log_with_holes_leaves_the_live_facts(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town.open() as runtime:
        facts = await all_facts(runtime)
        whole = type(runtime.eventlog).read
        read = 0

        async def killed(*arguments: object) -> object:
            nonlocal read
            # Readers of the log ask for less at once than a rebuild does.
            read += arguments[-1] == AT_ONCE
            if read > 2:
                raise Killed
            return await whole(*arguments)  # type: ignore[arg-type]

        await runtime.settle_down()
        with monkeypatch.context() as patched:
            patched.setattr(type(runtime.eventlog), "read", killed)
            with pytest.raises(Killed):
                await rebuild(runtime, town.talk)
        assert await all_facts(runtime) == facts

        async def holes(*arguments: object) -> object:
            records = await whole(*arguments)  # type: ignore[arg-type]
            return [r for r in records if arguments[-1] == 1 or b"ReplySent" not in r.value]

        with monkeypatch.context() as patched:
            patched.setattr(type(runtime.eventlog), "read", holes)
            with pytest.raises(OperationRefused, match="gongkai republish"):
                await rebuild(runtime, town.talk)
        assert await all_facts(runtime) == facts
        assert (await rebuild(runtime, town.talk))["equal"]


async def test_facts_that_come_during_a_rebuild_are_in_what_is_live_afterwards(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that read a batch before the switch may insert it into the old facts; none may be lost by that."""
    async with town.open() as runtime:
        facts = await all_facts(runtime)
        switch = type(runtime.stores.facts).switch
        late: list[str] = []

        async def while_somebody_works(self: object, fresh: object) -> None:
            for partition in range(await runtime.eventlog.partitions(MESSAGES)):
                records = await runtime.eventlog.read(MESSAGES, partition, 0, 1)
                for record in records:
                    await runtime.eventlog.publish([Entry(MESSAGES, record.key, record.value)])
                    late.append(record.key)
            await switch(self, fresh)  # type: ignore[arg-type]

        with monkeypatch.context() as patched:
            patched.setattr(type(runtime.stores.facts), "switch", while_somebody_works)
            assert (await rebuild(runtime, town.talk))["equal"]
        assert late
        await runtime.settle_down()
        assert await all_facts(runtime) == facts
