"""Records in the log that no case file holds: set aside wherever they stand, told by `verify`, closed by `parked dismiss`."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from services.desk import Desk, question_of
from services.local import LocalRuntime
from services.messages.message_commands import Accept, Submit
from services.operations.parked import dismiss, list_parked, redrive
from services.operations.problems import OperationRefused
from services.operations.rebuild import rebuild
from services.runtime import Runtime
from shared.domain.directory import PUBLIC, SYSTEM
from shared.domain.kind import BadField
from shared.engine.execute import Asked
from shared.eventlog.envelope import decode
from shared.eventlog.port import MESSAGES, MESSAGES_RESTRICTED, REFERENCE, Entry
from shared.storage.port import CaseQuery, FactRow, Parked, Viewer
from tests.integration.operations.conftest import QUARTER, Town, ranked

FACTS = "assessment.facts"
WHY = "外单位误写入本主题，已请其停用"


async def all_facts(runtime: Runtime) -> list[FactRow]:
    return [replace(fact, voids=tuple(sorted(fact.voids))) async for fact in runtime.stores.facts.each()]


async def a_reply(runtime: Runtime) -> tuple[Entry, dict[str, Any], set[str]]:
    """A genuine record of the log, its event, and a key for each partition of its topic."""
    found: list[tuple[Entry, dict[str, Any]]] = []
    keys: set[str] = set()
    for partition in range(await runtime.eventlog.partitions(MESSAGES)):
        records = await runtime.eventlog.read(MESSAGES, partition, 0, 500)
        keys |= {record.key for record in records[:1]}
        found += [
            (Entry(MESSAGES, record.key, record.value), event)
            for record in records
            if (event := decode(record.value))["type"].endswith(".ReplySent.v1")
        ]
    return *found[-1], keys


async def set_aside(runtime: Runtime) -> list[Parked]:
    return await runtime.stores.positions.parked(FACTS)


async def test_of_two_records_with_one_id_the_one_that_the_case_file_holds_counts_wherever_it_stands(
    town: Town,
) -> None:
    async with town.open() as runtime:
        facts, before = await all_facts(runtime), await ranked(runtime)
        genuine, event, keys = await a_reply(runtime)
        other = event | {"data": event["data"] | {"department": "forged"}}
        forged = [orjson.dumps(other), orjson.dumps(other | {"digest": "sha256:" + "0" * 64})]
        # Before it and after it in every order of reading, and once in one batch with it.
        entries = [Entry(MESSAGES, key, body) for key in sorted(keys) for body in forged]
        await runtime.eventlog.publish([*entries, genuine])
        await runtime.settle_down()
        parked = await set_aside(runtime)
        assert sorted(one.body for one in parked) == sorted(forged * len(keys))
        assert all("same event id, other content" in one.reason for one in parked)
        assert await all_facts(runtime) == facts
        told = await rebuild(runtime, town.talk)
        assert told.items() >= {"equal": True, "parked": len(parked)}.items()
        assert await set_aside(runtime) == parked
        assert await all_facts(runtime) == facts
        assert (await ranked(runtime))["result_digest"] == before["result_digest"]
        assert (await Desk(runtime).replay(question_of(QUARTER)))["equal"]


async def test_a_strange_record_may_hold_anything_and_stops_nobody(town: Town) -> None:
    async with town.open() as runtime:
        before, known = await ranked(runtime), runtime.reference
        entry, event, _ = await a_reply(runtime)
        data = event["data"]
        odd = [
            {"data": data | {"voids": 5}},
            {"data": data | {"clocks": "none", "due": {"a": 1}}},
            {"data": data | {"department": {"a": ["b"]}}},
            {"time": "0001-01-01T00:00:00+14:00"},
            {"type": "gongkai.messages.ReplySent.v²"},
            {"type": "gongkai.messages.ReplySent.v１"},
            {"sequence": 1 << 62},
        ]
        strangers = [
            event | {"id": f"M9999-00000{n}/1", "subject": f"M9999-00000{n}"} | one for n, one in enumerate(odd)
        ]
        created = {"type": "gongkai.assessment.DepartmentRegrouped.v1", "id": "x/1", "subject": "x", "sequence": 1}
        regrouped = event | created | {"data": {"department": "education", "group": "township", "since": "2020-01-01"}}
        await runtime.eventlog.publish(
            [
                *(Entry(MESSAGES, entry.key, orjson.dumps(one)) for one in strangers),
                Entry(MESSAGES_RESTRICTED, entry.key, orjson.dumps(strangers[0] | {"id": "M9998-000001/1"})),
                Entry(REFERENCE, entry.key, orjson.dumps(regrouped)),
            ]
        )
        await runtime.settle_down()
        await runtime.follower.run_once()
        assert runtime.reference.directory == known.directory
        parked = await set_aside(runtime)
        assert len(parked) == len(strangers) + 1
        assert all(isinstance(one.department, str) for one in parked)
        after = await ranked(runtime)
        assert after["result_digest"] == before["result_digest"]
        assert after["parked"] == len(parked)
        # Of whom a restricted topic holds something is in no unit's row.
        assert sum(row["parked"] for row in after["ranking"]) == len(strangers)
        assert [one["sort"] for one in (await Desk(runtime).verify())["problems"]] == ["stranger"]
        assert (await rebuild(runtime, town.talk))["equal"]
        for one in parked:
            place = f"{one.topic}/{one.partition}@{one.offset}"
            await dismiss(runtime, place, WHY)
        assert (await Desk(runtime).replay(question_of(QUARTER)))["equal"]
        listed = (await list_parked(runtime, FACTS))["parked"]
        assert [one["dismissed"] for one in listed] == [WHY] * len(parked)


async def test_a_forgery_that_comes_before_its_event_gives_way_to_it(town: Town) -> None:
    async with town.open() as runtime:
        entry, event, _ = await a_reply(runtime)
        engine = runtime.engine("messages")
        kind = engine.kind("message")
        submit = Submit(title="路灯不亮", text="路灯坏了三天。", name="王小明", phone="13812345678")
        case = (await engine.execute(kind, None, [Asked(submit, PUBLIC, "submitted")])).case
        forged = orjson.dumps(event | {"id": f"{case}/2", "subject": case, "sequence": 2})
        await runtime.eventlog.publish([Entry(MESSAGES, entry.key, forged)])
        await runtime.settle_down()
        (one,) = await set_aside(runtime)
        assert (one.event, one.body) == (f"{case}/2", forged)
        assert "no case file holds this event" in one.reason
        await engine.execute(kind, case, [Asked(Accept(), SYSTEM, "accepted")])
        await runtime.settle_down()
        digests = {fact: digest async for fact, digest in runtime.stores.facts.digests()}
        (stored,) = await runtime.files.events(case, 1)
        assert digests[f"{case}/2"] == stored.digest
        left = await redrive(runtime, FACTS)
        assert (left["taken"], left["left"]) == (0, 1)
        assert "same event id, other content" in left["redriven"][0]["reason"]
        assert (await rebuild(runtime, town.talk))["equal"]


async def test_a_record_that_no_case_file_holds_gives_no_policy_cause(town: Town) -> None:
    async with town.open() as runtime:
        entry, event, _ = await a_reply(runtime)
        diverted = {
            "type": "gongkai.messages.DivertedToRequest.v1",
            "data": {"department": "education", "target": "finance"},
        }
        forged = [
            event | diverted,
            event | diverted | {"id": "M9999-000001/2", "subject": "M9999-000001", "sequence": 2},
        ]
        await runtime.eventlog.publish([Entry(MESSAGES, entry.key, orjson.dumps(one)) for one in forged])
        await runtime.settle_down()
        consumer = "policy:requests.WhenMessageDivertedTakeItOver"
        reasons = [one.reason for one in await runtime.services["requests"].stores.positions.parked(consumer)]
        assert [reason.partition(": ")[0] for reason in reasons] == [one["id"] for one in forged]
        assert "other content" in reasons[0]
        assert "no case file holds this event" in reasons[1]
        heads, _ = await runtime.services["requests"].stores.cases.query(
            CaseQuery("requests", "application", Viewer(all=True), limit=10)
        )
        assert [head.id for head in heads if head.parent in {one["subject"] for one in forged}] == []


async def test_a_stranger_hides_no_other_fault_and_is_no_alarm_once_it_is_dismissed(town: Town) -> None:
    async with town.open() as runtime:
        before = await ranked(runtime)
        entry, event, _ = await a_reply(runtime)
        stranger = event | {"id": "M9999-000001/1", "subject": "M9999-000001", "sequence": 1}
        bodies = (b"no event at all", orjson.dumps(stranger))
        await runtime.eventlog.publish([Entry(MESSAGES, entry.key, body) for body in bodies])
        facts = await all_facts(runtime)
        ranking = await ranked(runtime)
        assert ranking["parked"] == 2
        assert ranking["result_digest"] == before["result_digest"]
        await runtime.stores.facts.insert([replace(facts[0], id="M9999-000002/1", case="M9999-000002")])
        desk = Desk(runtime)
        found = await desk.verify()
        assert not found["ok"]
        assert [(one["sort"], one["count"]) for one in found["problems"]] == [("stranger", 2), ("fact", 1)]
        assert "not JSON" in found["problems"][0]["first"]["reason"]
        assert found["problems"][1]["first"]["case"] == "M9999-000002"
        assert found["first_bad"].items() <= found["problems"][0]["first"].items()
        await rebuild(runtime, town.talk)
        assert [one["sort"] for one in (await desk.verify())["problems"]] == ["stranger"]
        # One by its event, one by the place that `verify` names.
        by_event = (await dismiss(runtime, "M9999-000001/1", WHY))["dismissed"]
        assert {(one["event"], one["dismissed"]) for one in by_event} == {("M9999-000001/1", WHY)}
        assert (await ranked(runtime))["parked"] == 1
        place = found["problems"][0]["first"]["place"]
        by_place = (await dismiss(runtime, place, WHY))["dismissed"]
        assert FACTS in {one["consumer"] for one in by_place}
        told = await desk.verify()
        assert (told["ok"], told["first_bad"], told["problems"], told["dismissed"]) == (True, None, [], 2)
        assert (await ranked(runtime))["parked"] == 0
        listed = (await list_parked(runtime, FACTS))["parked"]
        assert [one["dismissed"] for one in listed] == [WHY, WHY]
        entries = [entry async for entry in runtime.stores.audit.entries() if entry["action"] == "parked_dismissed"]
        assert len(entries) == len(by_event) + len(by_place)
        assert {entry["reason"] for entry in entries} == {WHY}
    async with town.open() as runtime:
        await rebuild(runtime, town.talk)
        assert (await redrive(runtime))["redriven"] == []
        assert [one["dismissed"] for one in (await list_parked(runtime, FACTS))["parked"]] == [WHY, WHY]
        assert (await Desk(runtime).verify())["ok"]


async def test_a_record_that_nobody_parks_is_dismissed_by_its_place(town: Town) -> None:
    async with town.open() as runtime:
        end = await runtime.eventlog.end(REFERENCE, 0)
        await runtime.eventlog.publish([Entry(REFERENCE, "522728/nobody", b"no event")])
        (problem,) = (await Desk(runtime).verify())["problems"]
        assert problem["first"]["place"] == f"{REFERENCE}/0@{end}"
        await dismiss(runtime, problem["first"]["place"], WHY)
        told = await Desk(runtime).verify()
        assert (told["ok"], told["dismissed"]) == (True, 1)
        with pytest.raises(BadField, match="日志中没有这个位置"):
            await dismiss(runtime, f"{REFERENCE}/0@{end + 1}", WHY)
        with pytest.raises(BadField, match="日志中没有这个位置"):
            await dismiss(runtime, "elsewhere/0@0", WHY)


async def test_an_event_of_a_case_file_is_never_dismissed_from_the_score(town: Town) -> None:
    async with town.open() as runtime:
        entry, event, _ = await a_reply(runtime)
        old = Parked(FACTS, MESSAGES, 0, 10_000, event["id"], "education", "by an old release", entry.value)
        await runtime.stores.positions.park(old)
        with pytest.raises(OperationRefused, match="the score would lack it"):
            await dismiss(runtime, event["id"], WHY)
        with pytest.raises(OperationRefused, match="parked redrive"):
            await dismiss(runtime, f"{MESSAGES}/0@0", WHY)
        assert await set_aside(runtime) == [old]
        for which, reason in (("M1/1", WHY), (event["id"], " "), (event["id"], "长" * 501)):
            with pytest.raises(BadField):
                await dismiss(runtime, which, reason)


async def test_a_folder_of_an_older_release_knows_of_dismissals_once_it_is_opened(town: Town) -> None:
    async with town.open() as runtime:
        if not isinstance(runtime, LocalRuntime):
            pytest.skip("a collection has no columns")
        await runtime.database.write(lambda c: c.execute("ALTER TABLE parked DROP COLUMN dismissed"))
    async with town.open() as runtime:
        store = runtime.stores.positions
        parked = Parked(FACTS, MESSAGES, 0, 10_000, None, None, "no event", b"no event")
        await store.park(parked)
        await store.dismiss(replace(parked, dismissed=WHY))
        assert [one.dismissed for one in await store.parked()] == [WHY]
