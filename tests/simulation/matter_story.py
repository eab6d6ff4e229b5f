"""Clients who open matters, touch and finish them, on each other's too, some of it entered late; policies follow."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

import orjson

from shared.domain.directory import Actor
from shared.domain.text import Text
from shared.engine.execute import Outcome
from shared.engine.sealing import Sealer
from shared.service import Declared
from shared.storage.port import Stores
from tests.simulation.county import County, Sent, Stored
from tests.simulation.fingers import local, nth_workday
from tests.simulation.matter import (
    FOLLOW_UP,
    MATTER,
    WHEN_FINISHED,
    WHEN_FOLLOWED,
    FinishMatter,
    OpenMatter,
    TouchMatter,
)
from tests.simulation.oracle import live, name

CLERK = Actor("u1", frozenset({("d1", "clerk")}))
LIMIT = 3


class NoVault:
    """These kinds hold nothing confidential."""

    async def prepare(self, **asked: Any) -> Any:
        """Never asked."""
        raise AssertionError(asked)

    async def read(self, refs: Any) -> Any:
        """Never asked."""
        raise AssertionError(refs)

    async def opened(self, refs: Any) -> Any:
        """Never asked."""
        raise AssertionError(refs)


class MatterStory:
    """Up to two matters, up to three clients."""

    services: tuple[Declared, ...] = (
        Declared("messages", Text("政民互动", "Messages"), (MATTER,), (WHEN_FOLLOWED,)),
        Declared("requests", Text("依申请公开", "Requests"), (FOLLOW_UP,), (WHEN_FINISHED,)),
    )

    def __init__(self) -> None:
        self.opened: list[tuple[str, datetime]] = []

    def sealer(self, stores: Stores) -> Sealer:
        """None is needed."""
        return NoVault()

    async def client(self, county: County, number: int) -> None:
        """A few commands one after the other."""
        for turn in range(county.plan.commands):
            await county.rest(number)
            sent = self._next(county, f"{number}-{turn}")
            outcome = await county.ask(MATTER, sent)
            if outcome is not None and isinstance(sent.command, OpenMatter):
                self.opened.append((outcome.case, sent.happened))

    def _next(self, county: County, mark: str) -> Sent:
        random = county.random
        if len(self.opened) < county.plan.cases and (not self.opened or random.random() < 0.4):
            opening = OpenMatter(department=random.choice(("d1", "d2")), mark=mark)
            return Sent(mark, CLERK, opening, None, county.now)
        case, opened = random.choice(self.opened)
        back = timedelta(hours=random.choice((0, 0, 0, 2, 20, 70, 200)))
        command = FinishMatter(mark=mark) if random.random() < 0.3 else TouchMatter(mark=mark)
        return Sent(mark, CLERK, command, case, max(opened, county.now - back))

    def check(self, county: County, stored: Stored) -> None:
        """Every command counts once, every clock is judged once, every policy acts once."""
        _every_command_counts_once(county, stored)
        _one_verdict_a_clock(county, stored)
        _one_policy_command_an_event(county, stored)


def _every_command_counts_once(county: County, stored: Stored) -> None:
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
        standing = live(stored[case])
        assert [e["data"]["mark"] for e in standing if name(e) == "MatterOpened"] == [
            s.command.mark for s in opened if isinstance(s.command, OpenMatter)
        ]
        assert sorted(e["data"]["mark"] for e in standing if name(e) == "MatterTouched") == touched
        assert [e["data"]["mark"] for e in standing if name(e) == "MatterFinished"] == ended
        state = orjson.loads(county.store._heads[case].state)
        assert state["touched"] == len(touched)
        assert (state["finished"] is not None) == bool(ended)
        rungs = Counter(e["data"]["rung"] for e in stored[case] if name(e) == "MatterReminded")
        assert all(times == 1 for times in rungs.values()), "reminded twice"
    refused = [sent for sent in county.sent if not sent.accepted]
    for sent in refused:
        assert sent.case is not None
        assert getattr(sent.told, "code", None) == "matter.finished"
        ends = [s for s in by_case[sent.case] if isinstance(s.command, FinishMatter)]
        assert ends, f"{sent.id} was refused, but nobody finished {sent.case}"


def _one_verdict_a_clock(county: County, stored: Stored) -> None:
    opened = {s.told.case: s for s in county.sent if isinstance(s.told, Outcome) and isinstance(s.command, OpenMatter)}
    ended = {s.case: s for s in county.sent if isinstance(s.command, FinishMatter) and s.accepted}
    for case, sent in opened.items():
        due = nth_workday(local(sent.happened), LIMIT, county)
        judged = [e for e in live(stored[case]) if e["data"].get("clock") == "finish" and "met" in e["data"]]
        verdicts = [
            (e["data"]["met"], e["data"]["due"]) for e in judged if e["data"]["met"] or name(e) == "MatterOverdue"
        ]
        end = ended.get(case)
        in_time = end is not None and local(end.happened) <= due
        past = local(county.now) > due
        expected = [(True, due.isoformat())] if in_time else [(False, due.isoformat())] if past else []
        assert verdicts == expected, f"{case}: verdicts {verdicts}, by the commands {expected}"
        if end is not None:
            assert [e["data"]["met"] for e in judged if name(e) == "MatterFinished"] == [in_time]
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
