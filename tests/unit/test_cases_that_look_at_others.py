"""A guard looks at other cases through ``needs`` or ``among``, at facts through ``counts``; a case keeps its parent; the real engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.domain.directory import SYSTEM, Actor, Directory
from shared.domain.kind import (
    Among,
    CaseKind,
    Command,
    Context,
    Event,
    RuleBroken,
    Stamp,
    Summary,
    command,
    event,
    field,
)
from shared.domain.localtime import local_date
from shared.domain.permission import PUBLIC_MAY, SYSTEM_MAY
from shared.domain.text import Text
from shared.engine.execute import Asked
from shared.engine.reference import Reference
from shared.eventlog.memory import MemoryEventLog
from shared.service import Declared, put_together
from shared.storage.memory import MemoryStore
from shared.storage.port import Stores
from tests.scenario import known_calendar, person

WORDS = Text("样例", "Sample")
BASIS = Text("样例规则", "Sample rule")
NOW = datetime(2026, 10, 9, 1, tzinfo=UTC)


@event("NoteMade", WORDS)
class NoteMade(Event):
    """样例: a note, perhaps under another."""

    parent: str | None = None


@command(
    WORDS, help=WORDS, basis=BASIS, allowed=(SYSTEM_MAY,), opens=True, needs=lambda c: (c.under,) if c.under else ()
)
class MakeNote(Command):
    """Makes a note; one under another only while that has fewer than two versions."""

    under: str | None = field(WORDS, help=WORDS, default=None)


@command(WORDS, help=WORDS, basis=BASIS, allowed=(PUBLIC_MAY,))
class AddToNote(Command):
    """Adds an event."""


@command(
    WORDS,
    help=WORDS,
    basis=BASIS,
    allowed=(SYSTEM_MAY,),
    among=lambda state: Among("county-office", state.received, state.received),
)
class CountNotes(Command):
    """Counts the other notes of the day."""


@command(WORDS, help=WORDS, basis=BASIS, allowed=(SYSTEM_MAY,), counts=lambda state: ("notes", state.events))
class AddCounted(Command):
    """Adds what was counted."""


@dataclass(frozen=True, slots=True)
class Note:
    """How much is in it, and under what."""

    events: int = 0
    parent: str | None = None
    received: date | None = None


def make(state: Note, given: MakeNote, context: Context) -> Sequence[Event]:
    """Looks at the parent as it stands."""
    if given.under is not None:
        parent = context.cases.get(given.under)
        if parent is None or parent.state.events > 1:
            raise RuleBroken("note.parent", WORDS, BASIS)
    return [NoteMade(department="county-office", parent=given.under)]


def add(state: Note, given: AddToNote, context: Context) -> Sequence[Event]:
    """Always."""
    return [NoteMade(department="county-office", parent=state.parent)]


def count(state: Note, given: CountNotes, context: Context) -> Sequence[Event]:
    """Names the others it saw."""
    raise RuleBroken("note.counted", Text(" ".join(sorted(context.cases)) or "无", "counted"), BASIS)


def add_counted(state: Note, given: AddCounted, context: Context) -> Sequence[Event]:
    """Says the answer that came in."""
    return [NoteMade(department="county-office", parent=context.counted)]


def evolve(state: Note, told: Any, stamp: Stamp) -> Note:
    """Counts."""
    return Note(state.events + 1, told.parent, local_date(stamp.happened))


def never(*_: Any) -> Event:
    raise AssertionError("no clocks")


NOTE: CaseKind[Note] = CaseKind(
    name="note",
    service="messages",
    collection="notes",
    title=WORDS,
    prefix="N",
    number="便笺{year}-{n}",
    statuses={"made": WORDS},
    initial=Note(),
    state_type=Note,
    events=(NoteMade,),
    commands={MakeNote: make, AddToNote: add, CountNotes: count, AddCounted: add_counted},
    evolve=evolve,
    clocks=lambda state: (),
    missed=never,
    summary=lambda state: Summary("made", "county-office", received=state.received, parent=state.parent),
)


class NoSealer:
    """Nothing here is confidential."""

    async def prepare(self, **_: Any) -> Any:
        raise AssertionError("nothing to seal")

    async def read(self, refs: Sequence[str]) -> dict[str, str | None]:
        return {}


def engine_on(store: MemoryStore, service: str = "messages", kind: CaseKind[Note] = NOTE) -> Any:
    reference = Reference(known_calendar(), Directory(), (), {}, 0)
    return put_together(
        Declared(service, WORDS, (kind,)),
        stores=Stores(*([store] * 8)),
        files={service: store},
        eventlog=MemoryEventLog(),
        sealer=NoSealer(),
        reference=lambda: reference,
        now=lambda: NOW,
        region="522728",
        hash_key=b"k" * 32,
        algorithm="sm3",
        settings={},
    ).engine


async def test_a_guard_sees_the_other_case_as_it_stands_and_the_parent_is_kept() -> None:
    store = MemoryStore()
    engine = engine_on(store)
    first = await engine.execute(NOTE, None, [Asked(MakeNote(), SYSTEM, "c1")])
    second = await engine.execute(NOTE, None, [Asked(MakeNote(under=first.case), SYSTEM, "c2")])
    head = await store.load(second.case)
    assert head is not None
    assert head.parent == first.case
    assert head.digest.startswith("sm3:")
    await engine.execute(NOTE, first.case, [Asked(AddToNote(), SYSTEM, "c3")])
    with pytest.raises(RuleBroken, match="样例"):
        await engine.execute(NOTE, None, [Asked(MakeNote(under=first.case), SYSTEM, "c4")])
    with pytest.raises(RuleBroken):
        await engine.execute(NOTE, None, [Asked(MakeNote(under="N2026-999999"), SYSTEM, "c5")])
    assert (await store.counts())[0] == 2


async def test_a_guard_does_not_see_the_cases_of_another_service_in_the_same_store() -> None:
    store = MemoryStore()
    elsewhere = replace(NOTE, name="memo", service="requests", prefix="R")
    first = await engine_on(store, "requests", elsewhere).execute(elsewhere, None, [Asked(MakeNote(), SYSTEM, "c1")])
    with pytest.raises(RuleBroken, match="样例"):
        await engine_on(store).execute(NOTE, None, [Asked(MakeNote(under=first.case), SYSTEM, "c2")])


async def test_a_question_about_facts_is_made_of_the_state_and_its_answer_comes_in_with_the_context() -> None:
    store = MemoryStore()
    engine = engine_on(store)
    case = (await engine.execute(NOTE, None, [Asked(MakeNote(), SYSTEM, "c1")])).case
    asked: list[Any] = []

    async def count(question: Any) -> str:
        asked.append(question)
        return "N2026-000007"

    with pytest.raises(LookupError, match="add-counted"):
        await engine.execute(NOTE, case, [Asked(AddCounted(), SYSTEM, "c2")])
    engine.count = count
    await engine.execute(NOTE, case, [Asked(AddToNote(), SYSTEM, "c3")])
    assert asked == []
    await engine.execute(NOTE, case, [Asked(AddCounted(), SYSTEM, "c4")])
    assert asked == [("notes", 2)]
    head = await store.load(case)
    assert head is not None
    assert head.parent == "N2026-000007"


async def test_a_case_is_full_at_a_thousand_events() -> None:
    store = MemoryStore()
    engine = engine_on(store)
    clerk, citizen = person("clerk", "clerk@county-office"), Actor("public")
    case = (await engine.execute(NOTE, None, [Asked(MakeNote(), SYSTEM, "c0")])).case
    await engine.execute(NOTE, case, [Asked(AddToNote(), citizen, f"c{n}") for n in range(1, 900)])
    with pytest.raises(RuleBroken, match="1000"):
        await engine.execute(NOTE, case, [Asked(AddToNote(), citizen, "a citizen's")])
    await engine.execute(NOTE, case, [Asked(AddToNote(), clerk, f"c{n}") for n in range(900, 1000)])
    with pytest.raises(RuleBroken, match="1000") as full:
        await engine.execute(NOTE, case, [Asked(AddToNote(), clerk, "one more")])
    assert full.value.code == "case.full"
    await engine.execute(NOTE, case, [Asked(AddToNote(), SYSTEM, "the engine's own")])
    head = await store.load(case)
    assert head is not None
    assert head.version == 1001


async def test_a_guard_sees_the_others_of_its_kind_that_were_received_in_the_span_and_not_itself() -> None:
    store = MemoryStore()
    engine = engine_on(store)

    async def made(name: str, happened: datetime) -> str:
        return str((await engine.execute(NOTE, None, [Asked(MakeNote(), SYSTEM, name, happened)])).case)

    own = await made("own", NOW)
    await made("the day before", NOW - timedelta(days=1))
    others = [await made(f"other {n}", NOW) for n in range(3)]
    with pytest.raises(RuleBroken, match="^" + " ".join(others) + "$"):
        await engine.execute(NOTE, own, [Asked(CountNotes(), SYSTEM, "count")])


async def test_a_guard_sees_them_all_however_many_pages_they_fill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.engine.execute.AT_ONCE", 2)
    engine = engine_on(MemoryStore())
    cases = [(await engine.execute(NOTE, None, [Asked(MakeNote(), SYSTEM, f"c{n}", NOW)])).case for n in range(6)]
    with pytest.raises(RuleBroken, match="^" + " ".join(cases[1:]) + "$"):
        await engine.execute(NOTE, cases[0], [Asked(CountNotes(), SYSTEM, "count")])
