"""What must be true after any schedule, worked out from the commands alone by the plainest means."""

from collections import defaultdict
from typing import Any

import orjson

from shared.engine.execute import Outcome
from shared.engine.ledger import LEDGER
from shared.engine.verify import verify
from shared.eventlog.port import TOPICS
from shared.storage.port import EventRecord
from tests.simulation.county import County, Stored
from tests.simulation.scheduler import finished


def check(county: County) -> None:
    """Raises ``AssertionError`` naming the law that was broken."""
    stored = _stored(county)
    _nothing_odd(county, stored)
    _the_log_holds_every_event(county, stored)
    _facts_are_the_events(county, stored)
    _every_answer_is_the_stored_one(county)
    county.story.check(county, stored)


def _stored(county: County) -> Stored:
    return {case: [orjson.loads(e.body) for e in events] for case, events in county.store._events.items()}


def name_of(stored: EventRecord) -> str:
    """The name of a stored event: ``MatterOpened``."""
    return name(orjson.loads(stored.body))


def name(event: dict[str, Any]) -> str:
    """The name of an event as published."""
    return str(event["type"]).split(".")[2]


def live(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that no other voids."""
    gone = {target for event in events for target in event["data"]["voids"]}
    return [event for event in events if event["id"] not in gone]


def _nothing_odd(county: County, stored: Stored) -> None:
    assert not county.store.wrong, county.store.wrong
    assert finished(county.store.parked()) == []
    assert finished(county.store.notes("policy-refused:")) == [], "a policy's command was refused"
    kinds = (*(kind for declared in county.story.services for kind in declared.kinds), LEDGER)
    facts = {fact.id: fact.digest for fact in county.store._facts.values()}
    found = finished(verify(county.store, kinds, county.log, TOPICS, facts, county.reference.calendar, {}))
    assert found.first_bad is None, found.first_bad
    for head in county.store._heads.values():
        assert head.sent == head.version, f"{head.id} is not all sent"
        assert head.version == len(stored[head.id])
        assert head.calendar == county.reference.calendar.version or head.kind == "ledger"
        assert [event["sequence"] for event in stored[head.id]] == list(range(1, head.version + 1))


def _the_log_holds_every_event(county: County, stored: Stored) -> None:
    seen: set[str] = set()
    last: dict[tuple[str, str], int] = defaultdict(int)
    for topic in TOPICS:
        for partition in range(finished(county.log.partitions(topic))):
            for record in finished(county.log.read(topic, partition, 0, 1_000_000)):
                event = orjson.loads(record.value)
                assert event == stored[event["subject"]][event["sequence"] - 1]
                if event["id"] not in seen:
                    seen.add(event["id"])
                    mine = (event["subject"], record.key)
                    assert event["sequence"] > last[mine], f"{event['id']} came out of order"
                    last[mine] = event["sequence"]
    assert seen == {event["id"] for events in stored.values() for event in events}, "the log lacks an event"


def _facts_are_the_events(county: County, stored: Stored) -> None:
    facts = {fact.id: fact.digest for fact in county.store._facts.values()}
    assert facts == {event["id"]: event["digest"] for events in stored.values() for event in events}
    voided = {row[0] for row in finished(county.store.rows(_types(stored), "2000-01-01", "2099-12-31")) if row[9]}
    assert voided == {target for events in stored.values() for event in events for target in event["data"]["voids"]}


def _types(stored: Stored) -> list[str]:
    return sorted({".".join(event["type"].split(".")[1:3]) for events in stored.values() for event in events})


def _every_answer_is_the_stored_one(county: County) -> None:
    assert all(sent.told is not None for sent in county.sent)
    for sent in county.sent:
        record = finished(county.store.command(sent.id))
        if isinstance(sent.told, Outcome):
            assert record is not None
            assert sent.told.answer == orjson.loads(record.answer)
        else:
            assert record is None, f"{sent.id} was refused and carried out"
