"""What must be true after any schedule, worked out from the commands alone by the plainest means."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import orjson

from shared.domain.localtime import SHANGHAI
from shared.engine.execute import Outcome
from shared.engine.ledger import LEDGER
from shared.engine.verify import verify
from shared.eventlog.port import TOPICS
from shared.storage.port import EventRecord
from tests.simulation.county import FIRST_HOLIDAYS, FIRST_MAKEUP, County, Days, Sent
from tests.simulation.matter import FOLLOW_UP, MATTER, FinishMatter, OpenMatter, TouchMatter
from tests.simulation.scheduler import finished

LIMIT = 3
Stored = dict[str, list[dict[str, Any]]]


def check(county: County) -> None:
    """Raises ``AssertionError`` naming the law that was broken."""
    stored = _stored(county)
    _nothing_odd(county, stored)
    _the_log_holds_every_event(county, stored)
    _facts_are_the_events(county, stored)
    _every_command_counts_once(county, stored)
    _every_answer_is_the_stored_one(county)
    _one_verdict_a_clock(county, stored)
    _one_policy_command_an_event(county, stored)


def _stored(county: County) -> Stored:
    return {case: [orjson.loads(e.body) for e in events] for case, events in county.store._events.items()}


def name_of(stored: EventRecord) -> str:
    """The name of a stored event: ``MatterOpened``."""
    return _name(orjson.loads(stored.body))


def _name(event: dict[str, Any]) -> str:
    return str(event["type"]).split(".")[2]


def _live(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    gone = {target for event in events for target in event["data"]["voids"]}
    return [event for event in events if event["id"] not in gone]


def _nothing_odd(county: County, stored: Stored) -> None:
    assert not county.store.wrong, county.store.wrong
    assert finished(county.store.parked()) == []
    assert finished(county.store.notes("policy-refused:")) == [], "a policy's command was refused"
    kinds = (MATTER, FOLLOW_UP, LEDGER)
    facts = {fact.id: fact.digest for fact in county.store._facts.values()}
    found = finished(verify(county.store, kinds, county.log, TOPICS, facts))
    assert found.first_bad is None, found.first_bad
    for head in county.store._heads.values():
        assert head.sent == head.version, f"{head.id} is not all sent"
        assert head.version == len(stored[head.id])
        assert head.calendar == county.reference.calendar.version or head.kind == "ledger"
        assert [event["sequence"] for event in stored[head.id]] == list(range(1, head.version + 1))


def _the_log_holds_every_event(county: County, stored: Stored) -> None:
    seen: set[str] = set()
    sequence: dict[str, int] = defaultdict(int)
    for topic in TOPICS:
        for partition in range(finished(county.log.partitions(topic))):
            for record in finished(county.log.read(topic, partition, 0, 1_000_000)):
                event = orjson.loads(record.value)
                assert event == stored[event["subject"]][event["sequence"] - 1]
                if event["id"] not in seen:
                    seen.add(event["id"])
                    sequence[event["subject"]] += 1
                    assert event["sequence"] == sequence[event["subject"]], f"{event['id']} came out of order"
    assert seen == {event["id"] for events in stored.values() for event in events}, "the log lacks an event"


def _facts_are_the_events(county: County, stored: Stored) -> None:
    facts = {fact.id: fact.digest for fact in county.store._facts.values()}
    assert facts == {event["id"]: event["digest"] for events in stored.values() for event in events}
    voided = {row[0] for row in finished(county.store.rows(_types(stored), "2000-01-01", "2099-12-31")) if row[9]}
    assert voided == {target for events in stored.values() for event in events for target in event["data"]["voids"]}


def _types(stored: Stored) -> list[str]:
    return sorted({".".join(event["type"].split(".")[1:3]) for events in stored.values() for event in events})


def _every_command_counts_once(county: County, stored: Stored) -> None:
    assert all(sent.told is not None for sent in county.sent)
    by_case: dict[str, list[Sent]] = defaultdict(list)
    for sent in county.sent:
        if isinstance(sent.told, Outcome):
            by_case[sent.told.case].append(sent)
    matters = [case for case, head in county.store._heads.items() if head.kind == "matter"]
    assert sorted(matters) == sorted(by_case), "there is a matter that nobody opened"
    for case, accepted in by_case.items():
        opened = [sent for sent in accepted if isinstance(sent.command, OpenMatter)]
        touched = sorted(sent.command.mark for sent in accepted if isinstance(sent.command, TouchMatter))
        ended = [sent.command.mark for sent in accepted if isinstance(sent.command, FinishMatter)]
        assert len(opened) == 1
        assert len(ended) <= 1, "finished twice"
        live = _live(stored[case])
        assert [e["data"]["mark"] for e in live if _name(e) == "MatterOpened"] == [
            s.command.mark for s in opened if isinstance(s.command, OpenMatter)
        ]
        assert sorted(e["data"]["mark"] for e in live if _name(e) == "MatterTouched") == touched
        assert [e["data"]["mark"] for e in live if _name(e) == "MatterFinished"] == ended
        state = orjson.loads(county.store._heads[case].state)
        assert state["touched"] == len(touched)
        assert (state["finished"] is not None) == bool(ended)
        rungs = Counter(e["data"]["rung"] for e in stored[case] if _name(e) == "MatterReminded")
        assert all(times == 1 for times in rungs.values()), "reminded twice"
    refused = [sent for sent in county.sent if not sent.accepted]
    for sent in refused:
        assert sent.case is not None
        assert getattr(sent.told, "code", None) == "matter.finished"
        ends = [s for s in by_case[sent.case] if isinstance(s.command, FinishMatter)]
        assert ends, f"{sent.id} was refused, but nobody finished {sent.case}"


def _every_answer_is_the_stored_one(county: County) -> None:
    for sent in county.sent:
        record = finished(county.store.command(sent.id))
        if isinstance(sent.told, Outcome):
            assert record is not None
            assert sent.told.answer == orjson.loads(record.answer)
        else:
            assert record is None, f"{sent.id} was refused and carried out"


def _worked(day: date, days: Days, amended: bool) -> bool:
    if amended:
        if day in days.holidays:
            return False
        if day in days.makeup_workdays:
            return True
        if day in days.removed_holidays:
            return day.weekday() < 5
    if day in FIRST_HOLIDAYS:
        return False
    return day in FIRST_MAKEUP or day.weekday() < 5


def _due(opened: date, days: Days, amended: bool) -> date:
    day, left = opened, LIMIT
    while left:
        day += timedelta(days=1)
        left -= _worked(day, days, amended)
    return day


def _one_verdict_a_clock(county: County, stored: Stored) -> None:
    opened = {s.told.case: s for s in county.sent if isinstance(s.told, Outcome) and isinstance(s.command, OpenMatter)}
    ended = {s.case: s for s in county.sent if isinstance(s.command, FinishMatter) and s.accepted}
    for case, sent in opened.items():
        due = _due(sent.happened.astimezone(SHANGHAI).date(), county.days, county.plan.amends)
        live = [e for e in _live(stored[case]) if e["data"].get("clock") == "finish" and "met" in e["data"]]
        verdicts = [
            (e["data"]["met"], e["data"]["due"]) for e in live if e["data"]["met"] or _name(e) == "MatterOverdue"
        ]
        end = ended.get(case)
        in_time = end is not None and end.happened.astimezone(SHANGHAI).date() <= due
        past = county.now.astimezone(SHANGHAI).date() > due
        expected = [(True, due.isoformat())] if in_time else [(False, due.isoformat())] if past else []
        assert verdicts == expected, f"{case}: verdicts {verdicts}, by the commands {expected}"
        if end is not None:
            assert [e["data"]["met"] for e in live if _name(e) == "MatterFinished"] == [in_time]
        stands = orjson.loads(county.store._heads[case].dues)
        assert stands == ({} if expected else {"finish": [due.isoformat(), "final"]})


def _one_policy_command_an_event(county: County, stored: Stored) -> None:
    ended = Counter(s.case for s in county.sent if isinstance(s.command, FinishMatter) and s.accepted)
    follow_ups = {
        head.id: orjson.loads(head.state)["matter"] for head in county.store._heads.values() if head.kind == "follow_up"
    }
    assert Counter(follow_ups.values()) == ended, "not one follow-up for each finished matter"
    for case, head in county.store._heads.items():
        if head.kind == "matter":
            noted = orjson.loads(head.state)["follow_ups"]
            assert sorted(noted) == sorted(f for f, matter in follow_ups.items() if matter == case)
