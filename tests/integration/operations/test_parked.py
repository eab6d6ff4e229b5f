"""Parked events: listed with reason and department, taken off the list once they go through, kept with a new reason if not."""

import orjson

from services.operations.parked import list_parked, redrive
from services.runtime import Runtime
from shared.eventlog.envelope import decode
from shared.eventlog.port import MESSAGES, Entry
from shared.storage.port import Parked
from tests.integration.operations.conftest import Town, ranked

POLICY = "policy:messages.WhenMessageNeglectedIssueSupervision"


async def first_reply(runtime: Runtime) -> tuple[Entry, dict[str, object]]:
    """A published event as a record, and as a document."""
    for partition in range(await runtime.eventlog.partitions(MESSAGES)):
        for record in await runtime.eventlog.read(MESSAGES, partition, 0, 500):
            event = decode(record.value)
            if event["type"] == "gongkai.messages.ReplySent.v1":
                return Entry(MESSAGES, record.key, record.value), event
    raise AssertionError("the list has answered messages")


async def test_a_poison_event_is_listed_and_goes_through_once_it_can_be_read(town: Town) -> None:
    async with town.open() as runtime:
        facts = await runtime.stores.facts.count()
        entry, event = await first_reply(runtime)
        later = orjson.dumps(
            event | {"id": "M9999-000001/1", "subject": "M9999-000001", "type": "gongkai.messages.Later.v1"}
        )
        forged = orjson.dumps(event | {"digest": "sha256:other"})
        await runtime.eventlog.publish([Entry(MESSAGES, entry.key, body) for body in (b"\x00no event", later, forged)])
        await runtime.settle_down()
        listed = (await list_parked(runtime, "assessment.facts"))["parked"]
        department = entry.key.rpartition("/")[2]
        assert [one["event"] for one in listed] == [None, "M9999-000001/1", event["id"]]
        assert [one["department"] for one in listed] == [department] * 3
        assert all(one["name"] for one in listed)
        assert listed[1]["type"] == "gongkai.messages.Later.v1"
        assert (await ranked(runtime))["parked"] == 3
        still = await redrive(runtime, "assessment.facts")
        assert (still["taken"], still["left"]) == (0, 3)
        assert [one["reason"] for one in still["redriven"]] == [one["reason"] for one in listed]
        # What a release that knows the type would find parked: an event that can be read now.
        place = listed[1]["partition"], listed[1]["offset"]
        store = runtime.stores.positions
        await store.unpark("assessment.facts", MESSAGES, *place)
        old = Parked(
            "assessment.facts", MESSAGES, *place, str(event["id"]), department, "by an old release", entry.value
        )
        await store.park(old)
        done = await redrive(runtime, event=str(event["id"]))
        assert (done["taken"], done["left"]) == (1, 1)
        assert [one["event"] for one in (await list_parked(runtime, "assessment.facts"))["parked"]] == [
            None,
            event["id"],
        ]
        assert await runtime.stores.facts.count() == facts
        entries = [entry async for entry in runtime.stores.audit.entries()]
        assert [e["target"] for e in entries if e["action"] == "parked_redriven"] == [event["id"]]


async def test_a_policys_event_is_given_to_the_policy_again(town: Town) -> None:
    async with town.open() as runtime:
        _, event = await first_reply(runtime)
        store = runtime.services["messages"].stores.positions
        gone = Parked("policy:messages.WhenGone", MESSAGES, 0, 3, "M1/1", "education", "a bug", orjson.dumps(event))
        await store.park(Parked(POLICY, MESSAGES, 0, 1, str(event["id"]), "education", "a bug", orjson.dumps(event)))
        await store.park(Parked(POLICY, MESSAGES, 0, 2, None, "education", "a bug", b"still no event"))
        await store.park(gone)
        done = await redrive(runtime)
        assert (done["taken"], done["left"]) == (1, 2)
        reasons = {one["consumer"]: one["reason"] for one in (await list_parked(runtime))["parked"]}
        assert reasons[POLICY].startswith("不是 JSON / not JSON")
        assert "no such consumer" in reasons["policy:messages.WhenGone"]
