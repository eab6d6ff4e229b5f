"""What stands in the log and should not: parked with its reason, the rest goes on."""

import json

import httpx2

from services.assessment.facts import CONSUMER
from services.distributed import DistributedRuntime
from shared.eventlog.port import MESSAGES as TOPIC
from shared.eventlog.port import Entry
from shared.storage.port import Parked
from tests.distributed.stack import CLERK, Stack
from tests.integration.program import until


async def forge(runtime: DistributedRuntime) -> None:
    """Puts the first message's event into the log again with another department, and something that is no event."""
    for partition in range(await runtime.log.partitions(TOPIC)):
        for record in await runtime.log.read(TOPIC, partition, 0, 10):
            event = json.loads(record.value)
            if not event["subject"].startswith("M"):
                continue
            event["data"]["department"] = "finance"
            event["digest"] = "sha256:" + "0" * 64
            forged = Entry(TOPIC, record.key, json.dumps(event).encode())
            await runtime.log.publish([forged, Entry(TOPIC, record.key, b"\xff no event")])
            return
    raise AssertionError("no event in the log")


async def parked(runtime: DistributedRuntime) -> list[Parked]:
    """What assessment could not take."""
    return await runtime.stores.positions.parked(CONSUMER)


def test_the_same_id_with_other_content_and_a_poison_record_are_parked_and_the_rest_goes_on(stack: Stack) -> None:
    messages, assessment = stack.start("messages"), stack.start("assessment")
    first = stack.submit(messages, "one").json()["id"]
    before = stack.projected()
    stack.inside(forge)
    found = until(lambda: (lines := stack.inside(parked)) and len(lines) == 2 and lines, "both parked")
    assert [line.event for line in sorted(found, key=lambda line: line.offset)] == [f"{first}/1", None]
    assert stack.submit(messages, "two").status_code == 201
    assert stack.give(messages, first, "accept", "accept").status_code == 200
    until(lambda: f"{first}/2" in stack.books().facts, "what came later is projected")
    assert stack.books().facts[f"{first}/1"] == before.facts[f"{first}/1"]
    ranking = httpx2.get(f"{assessment.url}/api/v1/assessment/ranking/2026Q1", headers=stack.as_(CLERK), timeout=60)
    assert ranking.json()["parked"] == 2
    told = assessment.readyz()
    assert told is not None
    assert told["parked"] == 2
    facts = stack.books().facts
    built = stack.document("rebuild", "assessment")
    assert (built["equal"], built["parked"]) == (True, 2)
    assert stack.inside(parked) == found
    assert stack.books().facts.items() >= facts.items()
    verified = stack.document("verify")
    assert {one["sort"]: one["count"] for one in verified["problems"]} == {"log": 1, "stranger": 1}
    for line in verified["problems"]:
        stack.document("parked", "dismiss", line["first"]["place"], "--reason", "写入者已停用")
    verified = stack.document("verify")
    assert (verified["ok"], verified["dismissed"]) == (True, 2)
    told = assessment.readyz()
    assert told is not None
    assert told["parked"] == 0
    metrics = httpx2.get(f"{assessment.url}/metrics", timeout=30).text
    assert "gongkai_parked_events 0" in metrics
