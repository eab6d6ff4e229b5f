"""Sending all again: a double changes nothing, and a log that was made again is read anew only when that is said or found."""

import pytest

from services.operations.republish import republish
from shared.eventlog.port import MESSAGES, TOPICS, LogReset
from shared.storage.port import Parked
from tests.integration.operations.conftest import Town, ranked


async def test_sending_everything_again_changes_nothing(town: Town) -> None:
    async with town.open() as runtime:
        before = await ranked(runtime)
        ends = [await runtime.eventlog.end(t, p) for t in TOPICS for p in range(await runtime.eventlog.partitions(t))]
        version = runtime.reference.calendar.version
        told = await republish(runtime, town.talk)
        after = await ranked(runtime)
        assert sum(one["cases"] for one in told["services"]) > 20
        assert told["sent"] >= sum(ends)
        assert not told["log_was_reset"]
        assert told["read_anew"] == []
        assert await runtime.lag() == 0
        assert runtime.reference.calendar.version == version
        assert after["ranking"] == before["ranking"]
        assert (after["facts"], after["facts_digest"], after["result_digest"]) == (
            before["facts"], before["facts_digest"], before["result_digest"],
        )  # fmt: skip
    assert any("unsent" in text.en for text in town.said)


async def test_a_wiped_log_is_refused_until_everything_is_sent_again(town: Town) -> None:
    async with town.open() as runtime:
        before = await ranked(runtime)
        events = before["facts"]
        await runtime.stores.positions.park(
            Parked("assessment.facts", MESSAGES, 0, 0, "M1/1", "education", "old", b"x")
        )
    await town.wipe_log()
    async with town.open(seed=False, follow=False) as runtime:
        with pytest.raises(LogReset, match="gongkai republish"):
            await runtime.settle_down()
    async with town.open(seed=False, follow=False) as runtime:
        told = await republish(runtime, town.talk)
        assert told["log_was_reset"]
        assert {one["consumer"] for one in told["read_anew"]} >= {"assessment.facts"}
        assert told["reference_read_anew"] == (town.kind == "distributed")
        assert [one["reason"] for one in told["parked_dropped"]] == ["old"]
        after = await ranked(runtime)
        assert after["ranking"] == before["ranking"]
        assert (after["facts"], after["result_digest"]) == (events, before["result_digest"])
        assert after["parked"] == 0
    async with town.open() as runtime:
        assert (await ranked(runtime))["result_digest"] == before["result_digest"]


async def test_positions_that_seem_to_fit_go_only_when_it_is_said(town: Town) -> None:
    async with town.open() as runtime:
        positions = runtime.stores.positions
        stood = len(await positions.positions())
        assert stood
        told = await republish(runtime, town.talk, log_was_reset=True)
        assert len(told["read_anew"]) >= stood
        assert await runtime.lag() == 0
        assert len(await positions.positions()) == stood


async def test_a_republish_that_was_cut_off_goes_on_with_what_it_found(town: Town) -> None:
    async with town.open() as runtime:
        before = await ranked(runtime)
    await town.wipe_log()
    async with town.open(seed=False, follow=False) as runtime:
        forget = type(runtime.stores.positions).forget

        async def killed(*_: object) -> int:
            raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(type(runtime.stores.positions), "forget", killed)
            with pytest.raises(KeyboardInterrupt):
                await republish(runtime, town.talk)
        assert type(runtime.stores.positions).forget is forget
    async with town.open(seed=False, follow=False) as runtime:
        told = await republish(runtime, town.talk)
        assert {one["consumer"] for one in told["read_anew"]} >= {"assessment.facts"}
        assert (await ranked(runtime))["result_digest"] == before["result_digest"]
        assert await runtime.lag() == 0
