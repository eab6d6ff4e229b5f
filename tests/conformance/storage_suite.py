"""What every storage adapter must do. An adapter runs all of it by giving the fixture ``opened``."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from shared.storage.port import (
    AuditRecord,
    CaseQuery,
    CaseRecord,
    CaseStore,
    CommandKnown,
    CommandRecord,
    Commit,
    EventRecord,
    FactRow,
    Parked,
    Position,
    RebuildOvertaken,
    SealedValue,
    Stores,
    SubjectTaken,
    VaultSubject,
    VersionConflict,
    Viewer,
    waiting,
)

T0 = datetime(2026, 10, 9, 0, 30, 0, 123, tzinfo=UTC)
EVERYBODY = Viewer(all=True)


class Opened(Protocol):
    """A fresh, empty set of stores, as the fixture ``opened`` yields it."""

    stores: Stores

    async def reopen(self) -> None:
        """Lets go of the stores and opens them again as a new process would; what is kept only in memory stays."""

    async def flip_audit_byte(self, sequence: int) -> None:
        """Changes one byte of an audit entry behind the store's back."""


def event(case: str, sequence: int) -> EventRecord:
    """An event; to the store its body is bytes."""
    return EventRecord(
        case, sequence, "gongkai.messages", "luodian/d1", f"sha256:{case}-{sequence}", f'{{"n":{sequence}}}'.encode()
    )


def head(case: str, version: int = 1, **changes: Any) -> CaseRecord:
    """A case's head with everything that a test does not care for filled in."""
    plain = CaseRecord(
        id=case,
        service="messages",
        kind="message",
        number=1,
        version=version,
        state=b'{"status":"open"}',
        fold_version=1,
        dues=b'{"reply":["2026-10-14","final"]}',
        opened=T0,
        through=T0,
        calendar=1,
        imported=False,
        digest=f"sha256:{case}-{version}",
        status="open",
        open=True,
        department="d1",
        received="2026-10-09",
        due="2026-10-14",
        next_due=T0 + timedelta(days=5),
        restricted=False,
        parent=None,
        title=None,
        parties=(),
        hidden_from=(),
        columns=b"{}",
        updated=T0,
    )
    return replace(plain, **changes)


def commit(case: str, expected: int = 0, events: int = 1, command: str | None = None, **changes: Any) -> Commit:
    """A commit of ``events`` events above ``expected`` answering ``command`` (default: named after its place)."""
    version = expected + events
    vault = {name: changes.pop(name) for name in ("subjects", "sealed", "erase") if name in changes}
    known = command if command is not None else f"{case}-{version}"
    return Commit(
        head=head(case, version, **changes),
        expected=expected,
        events=tuple(event(case, n) for n in range(expected + 1, version + 1)),
        commands=(CommandRecord(known, f"hash of {known}", case, b'{"status":201}'),),
        **vault,
    )


def subject(name: str, lookup: str | None = None) -> VaultSubject:
    """A vault subject with a key of its own."""
    return VaultSubject(name, f"key of {name}".encode(), lookup)


def sealed(ref: str, of: str, case: str = "M1") -> SealedValue:
    """A sealed value of a subject."""
    return SealedValue(ref, of, case, "aes256gcm", b"nonce", f"sealed {ref}".encode())


def fact(name: str, **changes: Any) -> FactRow:
    """A fact named after its event."""
    plain = FactRow(
        id=name,
        type="messages.ReplySent",
        department="d1",
        case=name.split("/")[0],
        happened="2026-10-12",
        happened_at="2026-10-12T01:00:00.000000+00:00",
        recorded="2026-10-12T01:00:01.000000+00:00",
        digest=f"sha256:{name}",
        restricted=False,
        due="2026-10-14",
        found=None,
        fields='{"met":true}',
    )
    return replace(plain, **changes)


async def all_pages(cases: CaseStore, query: CaseQuery) -> list[str]:
    """Every page of a query, one after the other; each page but the last must be full."""
    found: list[str] = []
    while True:
        page, after = await cases.query(query)
        found += [record.id for record in page]
        if after is None:
            return found
        assert len(page) == query.limit
        query = replace(query, after=after)


def messages(viewer: Viewer = EVERYBODY, **changes: Any) -> CaseQuery:
    """A list of messages."""
    return CaseQuery("messages", "message", viewer, **changes)


async def settled(outcomes: Iterable[Any]) -> list[Any]:
    """All of it at once: results and exceptions."""
    return await asyncio.gather(*outcomes, return_exceptions=True)


class CaseFiles:
    """One conditional write a commit."""

    async def test_a_case_is_read_back_as_it_was_written(self, opened: Opened) -> None:
        cases = opened.stores.cases
        written = commit(
            "M1",
            events=3,
            title="留言〔2026〕1号",
            parties=("d2", "d3"),
            hidden_from=("d9",),
            restricted=True,
            parent="Q1",
            columns='{"类别":"投诉"}'.encode(),
            imported=True,
            state=b"\x00\xff",
        )
        await cases.append(written)
        assert await cases.load("M1") == written.head
        assert await cases.events("M1") == list(written.events)
        assert await cases.command("M1-3") == written.commands[0]

    async def test_the_cases_that_stem_from_another_are_found(self, opened: Opened) -> None:
        cases = opened.stores.cases
        for case, parent in (("M1", "Q1"), ("M2", "Q2"), ("M3", "Q1"), ("M4", None)):
            await cases.append(commit(case, parent=parent))
        found, _ = await cases.query(messages(parent="Q1"))
        assert sorted(head.id for head in found) == ["M1", "M3"]
        assert (await cases.query(messages(parent="Q9")))[0] == []

    async def test_what_is_empty_comes_back_empty(self, opened: Opened) -> None:
        cases = opened.stores.cases
        written = commit("M1", received=None, due=None, next_due=None, open=False)
        await cases.append(written)
        assert await cases.load("M1") == written.head

    async def test_an_unknown_case_and_command_are_none(self, opened: Opened) -> None:
        cases = opened.stores.cases
        assert await cases.load("M1") is None
        assert await cases.events("M1") == []
        assert await cases.command("c") is None
        assert not await cases.visible("M1", EVERYBODY)

    async def test_a_commit_outlives_the_process(self, opened: Opened) -> None:
        written = commit("M1", events=2)
        await opened.stores.cases.append(written)
        await opened.reopen()
        cases = opened.stores.cases
        assert await cases.load("M1") == written.head
        assert await cases.events("M1") == list(written.events)
        assert await cases.command("M1-2") == written.commands[0]

    async def test_events_keep_their_order_over_commits(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 2))
        await cases.append(commit("M2", 0, 1))
        await cases.append(commit("M1", 2, 9))
        await cases.append(commit("M1", 11, 1))
        assert [record.sequence for record in await cases.events("M1")] == list(range(1, 13))
        assert [record.sequence for record in await cases.events("M1", after=10)] == [11, 12]
        assert await cases.events("M1", after=12) == []

    async def test_a_head_is_replaced_whole(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", parties=("d2",), hidden_from=("d9",), title="旧"))
        changed = commit("M1", 1, 1, department="d3", status="replied", open=False, due=None, next_due=None)
        await cases.append(changed)
        assert await cases.load("M1") == changed.head

    @pytest.mark.parametrize("expected", [0, 1, 3])
    async def test_a_commit_decided_on_another_version_writes_nothing(self, opened: Opened, expected: int) -> None:
        cases, vault = opened.stores.cases, opened.stores.vault
        await cases.append(commit("M1", 0, 2, subjects=(subject("S1"),), sealed=(sealed("r1", "S1"),)))
        before = await cases.load("M1")
        late = commit(
            "M1",
            expected,
            2,
            "late",
            subjects=(subject("S2"),),
            sealed=(sealed("r2", "S2"),),
            erase=("S1",),
            status="x",
        )
        with pytest.raises(VersionConflict):
            await cases.append(late)
        assert await cases.load("M1") == before
        assert len(await cases.events("M1")) == 2
        assert await cases.command("late") is None
        assert await vault.subject("S2") is None
        assert [value.ref for value in await vault.values(["r1", "r2"])] == ["r1"]

    async def test_a_case_that_must_exist_but_does_not_is_a_conflict(self, opened: Opened) -> None:
        cases = opened.stores.cases
        with pytest.raises(VersionConflict):
            await cases.append(commit("M1", 3, 1))
        assert await cases.load("M1") is None
        assert await cases.events("M1") == []

    async def test_a_known_command_is_told_before_a_conflict(self, opened: Opened) -> None:
        cases = opened.stores.cases
        first = commit("M1", 0, 1, "open-1")
        await cases.append(first)
        with pytest.raises(CommandKnown) as known:
            await cases.append(commit("M1", 0, 1, "open-1"))
        assert known.value.record == first.commands[0]
        assert len(await cases.events("M1")) == 1

    async def test_a_known_command_writes_nothing_though_the_version_fits(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 1, "open-1"))
        before = await cases.load("M1")
        with pytest.raises(CommandKnown):
            await cases.append(commit("M1", 1, 2, "open-1", status="x"))
        assert await cases.load("M1") == before
        assert len(await cases.events("M1")) == 1

    async def test_a_command_opens_one_case_in_the_whole_store(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 1, "open"))
        with pytest.raises(CommandKnown) as known:
            await cases.append(commit("A7", 0, 2, "open", service="requests", kind="application"))
        assert known.value.record.case == "M1"
        assert await cases.load("A7") is None
        assert await cases.events("A7") == []

    async def test_one_known_command_of_several_stops_the_commit(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 1, "old"))
        both = commit("M1", 1, 1, "new")
        both = replace(both, commands=(*both.commands, CommandRecord("old", "h", "M1", b"{}")))
        with pytest.raises(CommandKnown) as known:
            await cases.append(both)
        assert known.value.record.id == "old"
        assert await cases.command("new") is None

    async def test_a_commit_may_answer_several_commands_or_none(self, opened: Opened) -> None:
        cases = opened.stores.cases
        several = tuple(CommandRecord(name, "h", "M1", name.encode()) for name in ("a", "b", "c"))
        await cases.append(replace(commit("M1", 0, 3), commands=several))
        await cases.append(replace(commit("M1", 3, 1), commands=()))
        assert [await cases.command(name) for name in ("a", "b", "c")] == list(several)
        record = await cases.load("M1")
        assert record is not None
        assert record.version == 4

    async def test_of_writers_on_one_version_exactly_one_wins(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1"))
        outcomes = await settled(cases.append(commit("M1", 1, 2, f"c{n}", status=f"s{n}")) for n in range(20))
        assert sum(outcome is None for outcome in outcomes) == 1
        assert sum(isinstance(outcome, VersionConflict) for outcome in outcomes) == 19
        winner = outcomes.index(None)
        record = await cases.load("M1")
        assert record is not None
        assert (record.version, record.status) == (3, f"s{winner}")
        assert [e.sequence for e in await cases.events("M1")] == [1, 2, 3]
        assert [n for n in range(20) if await cases.command(f"c{n}") is not None] == [winner]

    async def test_of_openings_by_one_command_exactly_one_wins(self, opened: Opened) -> None:
        cases = opened.stores.cases
        outcomes = await settled(cases.append(commit(f"M{n}", 0, 1, "open")) for n in range(20))
        assert sum(outcome is None for outcome in outcomes) == 1
        assert sum(isinstance(outcome, CommandKnown) for outcome in outcomes) == 19
        assert await cases.counts() == (1, 1)
        assert {o.record.case for o in outcomes if isinstance(o, CommandKnown)} == {f"M{outcomes.index(None)}"}

    async def test_writers_on_many_cases_do_not_disturb_each_other(self, opened: Opened) -> None:
        cases = opened.stores.cases

        async def write(case: str) -> None:
            for version in range(5):
                await cases.append(commit(case, version))

        await asyncio.gather(*(write(f"M{n:02}") for n in range(20)))
        assert await cases.counts() == (20, 100)
        for n in range(20):
            assert [e.sequence for e in await cases.events(f"M{n:02}")] == [1, 2, 3, 4, 5]

    async def test_a_refused_commit_takes_nothing_from_its_neighbours(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1"))
        outcomes = await settled(
            cases.append(c)
            for c in (commit("M2"), commit("M1", 0, 1, "late"), commit("M3"), commit("M4", 0, 1, "M1-1"))
        )
        assert [type(outcome) for outcome in outcomes] == [type(None), VersionConflict, type(None), CommandKnown]
        assert [record.id async for record in cases.walk()] == ["M1", "M2", "M3"]

    async def test_counts_and_walk_know_services(self, opened: Opened) -> None:
        cases = opened.stores.cases
        assert await cases.counts() == (0, 0)
        await cases.append(commit("M2", 0, 2))
        await cases.append(commit("M1", 0, 3))
        await cases.append(commit("A1", 0, 4, service="requests", kind="application"))
        assert await cases.counts() == (3, 9)
        assert await cases.counts("messages") == (2, 5)
        assert await cases.counts("publishing") == (0, 0)
        assert [record.id async for record in cases.walk()] == ["A1", "M1", "M2"]
        assert [record.id async for record in cases.walk("messages")] == ["M1", "M2"]

    async def test_a_long_walk_misses_nothing(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await asyncio.gather(*(cases.append(commit(f"M{n:04}")) for n in range(1200)))
        assert [record.id async for record in cases.walk("messages")] == [f"M{n:04}" for n in range(1200)]


class Sending:
    """What is not yet on the log."""

    async def sent(self, cases: CaseStore, case: str) -> int:
        record = await cases.load(case)
        assert record is not None
        return record.sent

    async def test_a_file_is_unsent_until_all_of_it_is_sent(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 3))
        assert await cases.unsent("messages", 10) == [("M1", 0, 3)]
        await cases.mark_sent([("M1", 0, 2)])
        assert await cases.unsent("messages", 10) == [("M1", 2, 3)]
        await cases.mark_sent([("M1", 2, 3)])
        assert await cases.unsent("messages", 10) == []
        assert await self.sent(cases, "M1") == 3

    async def test_events_of_several_files_come_in_the_order_asked(self, opened: Opened) -> None:
        cases = opened.stores.cases
        for case, count in (("M1", 3), ("M2", 1), ("M3", 12)):
            await cases.append(commit(case, events=count))
        found = await cases.events_of([("M3", 9), ("M1", 0), ("M9", 0), ("M2", 1), ("M1X", 0)])
        assert [(e.case, e.sequence) for e in found] == [
            ("M3", 10),
            ("M3", 11),
            ("M3", 12),
            *(("M1", n) for n in (1, 2, 3)),
        ]
        assert found[:3] == await cases.events("M3", 9)
        assert await cases.events_of([]) == []

    async def test_sent_only_grows(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 3))
        await cases.mark_sent([("M1", 0, 3)])
        await cases.mark_sent([("M1", 0, 1)])
        assert await self.sent(cases, "M1") == 3
        assert await cases.unsent("messages", 10) == []

    async def test_an_append_does_not_touch_what_was_sent(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 3))
        await cases.mark_sent([("M1", 0, 3)])
        await cases.append(commit("M1", 3, 2))
        assert await self.sent(cases, "M1") == 3
        assert await cases.unsent("messages", 10) == [("M1", 3, 5)]

    async def test_an_append_between_reading_and_marking_stays_unsent(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 2))
        ((case, sent, version),) = await cases.unsent("messages", 10)
        await cases.append(commit("M1", 2, 2))
        assert [e.sequence for e in await cases.events(case, after=sent)][: version - sent] == [1, 2]
        await cases.mark_sent([(case, sent, version)])
        assert await cases.unsent("messages", 10) == [("M1", 2, 4)]

    async def test_a_mark_that_races_with_appends_loses_none(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1"))

        async def append() -> None:
            for version in range(1, 30):
                await cases.append(commit("M1", version))

        async def relay() -> list[int]:
            seen: list[int] = []
            while len(seen) < 30:
                for case, sent, version in await cases.unsent("messages", 10):
                    seen += [e.sequence for e in await cases.events(case, after=sent) if e.sequence <= version]
                    await cases.mark_sent([(case, sent, version)])
                await asyncio.sleep(0)
            return seen

        _, seen = await asyncio.gather(append(), relay())
        assert seen == list(range(1, 31))
        assert await cases.unsent("messages", 10) == []

    async def test_unsent_files_are_those_of_the_service_up_to_the_limit(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("A1", service="requests", kind="application"))
        for n in range(5):
            await cases.append(commit(f"M{n}", updated=T0 + timedelta(minutes=n)))
        assert await cases.unsent("messages", 3) == [("M0", 0, 1), ("M1", 0, 1), ("M2", 0, 1)]
        assert len(await cases.unsent("messages", 10)) == 5
        assert await cases.unsent("requests", 10) == [("A1", 0, 1)]

    async def test_the_oldest_unsent_is_known(self, opened: Opened) -> None:
        cases = opened.stores.cases
        assert await cases.oldest_unsent("messages") is None
        await cases.append(commit("M1", updated=T0))
        await cases.append(commit("M2", updated=T0 + timedelta(hours=1)))
        assert await cases.oldest_unsent("messages") == T0
        await cases.mark_sent([("M1", 0, 1)])
        assert await cases.oldest_unsent("messages") == T0 + timedelta(hours=1)
        await cases.mark_sent([("M2", 0, 1)])
        assert await cases.oldest_unsent("messages") is None

    async def test_republishing_marks_every_file_of_the_service_unsent(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("A1", service="requests", kind="application"))
        for case in ("M1", "M2", "M3"):
            await cases.append(commit(case, 0, 2))
            await cases.mark_sent([(case, 0, 2)])
        await cases.mark_sent([("A1", 0, 1)])
        assert await cases.unsend("messages") == 3
        assert sorted(await cases.unsent("messages", 10)) == [("M1", 0, 2), ("M2", 0, 2), ("M3", 0, 2)]
        assert await cases.unsent("requests", 10) == []

    async def test_a_file_republished_while_a_relay_is_at_it_stays_unsent(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 3))
        await cases.mark_sent([("M1", 0, 3)])
        await cases.append(commit("M1", 3, 2))
        ((case, sent, version),) = await cases.unsent("messages", 10)
        assert await cases.unsend("messages") == 1
        await cases.mark_sent([(case, sent, version)])
        assert await cases.unsent("messages", 10) == [("M1", 0, 5)]
        await cases.mark_sent([("M1", 0, 5)])
        assert await cases.unsent("messages", 10) == []

    async def test_two_relays_at_one_file_never_take_a_mark_back(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 2))
        await cases.append(commit("M1", 2, 2))
        await cases.mark_sent([("M1", 0, 4)])
        await cases.mark_sent([("M1", 0, 2)])
        assert await cases.unsent("messages", 10) == []
        await cases.append(commit("M1", 4, 2))
        await cases.mark_sent([("M1", 0, 6)])
        assert await cases.unsent("messages", 10) == []

    async def test_an_unknown_file_cannot_be_marked(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.mark_sent([("M1", 0, 3)])
        assert await cases.load("M1") is None


class Watching:
    """Files that a timer must look at."""

    async def test_due_files_come_soonest_first(self, opened: Opened) -> None:
        cases = opened.stores.cases
        for case, hours in (("M1", 3), ("M2", 1), ("M3", 2), ("M4", 9)):
            await cases.append(commit(case, next_due=T0 + timedelta(hours=hours)))
        await cases.append(commit("M5", next_due=None))
        await cases.append(commit("A1", next_due=T0, service="requests", kind="application"))
        assert await cases.due("messages", T0, 10) == []
        assert await cases.due("messages", T0 + timedelta(hours=3), 10) == ["M2", "M3", "M1"]
        assert await cases.due("messages", T0 + timedelta(hours=9), 2) == ["M2", "M3"]

    async def test_instants_are_compared_exactly(self, opened: Opened) -> None:
        cases = opened.stores.cases
        whole = datetime(2026, 10, 9, 4, 0, tzinfo=UTC)
        await cases.append(commit("M1", next_due=whole))
        await cases.append(commit("M2", next_due=whole + timedelta(microseconds=1)))
        shanghai = whole.astimezone(tz=None)
        assert await cases.due("messages", whole - timedelta(microseconds=1), 10) == []
        assert await cases.due("messages", shanghai, 10) == ["M1"]
        assert await cases.due("messages", whole + timedelta(microseconds=1), 10) == ["M1", "M2"]

    async def test_a_settled_file_is_marked_without_an_event(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 2))
        await cases.mark_sent([("M1", 0, 1)])
        later = T0 + timedelta(days=9)
        await cases.settle_mark("M1", 2, 7, "2026-03-20", later)
        record = await cases.load("M1")
        assert record == replace(head("M1", 2), calendar=7, due="2026-03-20", next_due=later, sent=1)
        await cases.append(commit("M2", due="2026-03-25", next_due=None))
        by_due = CaseQuery("messages", "message", Viewer(all=True), sort="due")
        assert [one.id for one in (await cases.query(by_due))[0]] == ["M1", "M2"]
        await cases.settle_mark("M1", 2, 8, None, None)
        assert await cases.due("messages", T0 + timedelta(days=99), 10) == []

    async def test_a_settled_file_that_moved_on_is_not_marked(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 2))
        await cases.append(commit("M1", 2, 1))
        await cases.settle_mark("M1", 2, 7, None, None)
        assert await cases.load("M1") == head("M1", 3)
        await cases.settle_mark("M9", 0, 7, None, None)
        assert await cases.load("M9") is None

    async def test_files_under_an_older_calendar_are_found_by_id(self, opened: Opened) -> None:
        cases = opened.stores.cases
        for case, calendar in (("M1", 1), ("M2", 3), ("M3", 2), ("M4", 1)):
            await cases.append(commit(case, calendar=calendar))
        await cases.append(commit("A1", calendar=1, service="requests", kind="application"))
        assert await cases.stale("messages", 3, "", 10) == ["M1", "M3", "M4"]
        assert await cases.stale("messages", 3, "M1", 1) == ["M3"]
        assert await cases.stale("messages", 1, "", 10) == []


class Lists:
    """Pages of heads, seen by somebody."""

    async def test_filters_narrow_a_list(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", department="d1", received="2026-10-01", due="2026-10-10"))
        await cases.append(commit("M2", department="d2", received="2026-10-02", due="2026-10-11", status="replied"))
        await cases.append(commit("M3", department="d1", received="2026-10-03", due=None, open=False))
        await cases.append(commit("C1", kind="concern"))
        await cases.append(commit("A1", service="requests", kind="application"))

        async def ids(**changes: Any) -> list[str]:
            return sorted(await all_pages(cases, messages(**changes)))

        assert await ids() == ["M1", "M2", "M3"]
        assert await ids(department="d1") == ["M1", "M3"]
        assert await ids(status="replied") == ["M2"]
        assert await ids(due_before="2026-10-11") == ["M1"]
        assert await ids(received_from="2026-10-02") == ["M2", "M3"]
        assert await ids(received_until="2026-10-02") == ["M1", "M2"]
        assert await ids(received_from="2026-10-02", received_until="2026-10-02") == ["M2"]
        assert await ids(open_only=True) == ["M1", "M2"]
        assert await ids(with_due=True) == ["M1", "M2"]
        assert await ids(department="d1", with_due=True, open_only=True) == ["M1"]
        assert await ids(department="d9") == []

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("received", ["M4", "M1", "M3", "M2"]),
            ("-received", ["M2", "M3", "M1", "M4"]),
            ("due", ["M3", "M1", "M2", "M4"]),
            ("updated", ["M2", "M1", "M3", "M4"]),
            ("-updated", ["M4", "M3", "M1", "M2"]),
        ],
    )
    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 50])
    async def test_a_list_is_sorted_with_the_id_as_last_word(
        self, opened: Opened, sort: str, expected: list[str], limit: int
    ) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", received="2026-10-02", due="2026-10-12", updated=T0 + timedelta(seconds=1)))
        await cases.append(commit("M2", received="2026-10-03", due=None, updated=T0.replace(microsecond=0)))
        await cases.append(commit("M3", received="2026-10-02", due="2026-10-11", updated=T0 + timedelta(seconds=1)))
        await cases.append(commit("M4", received=None, due=None, updated=T0 + timedelta(seconds=2)))
        assert await all_pages(cases, messages(sort=sort, limit=limit)) == expected

    async def test_the_last_full_page_has_no_next(self, opened: Opened) -> None:
        cases = opened.stores.cases
        for n in range(4):
            await cases.append(commit(f"M{n}"))
        page, after = await cases.query(messages(limit=2))
        assert len(page) == 2
        assert after is not None
        page, after = await cases.query(messages(limit=2, after=after))
        assert len(page) == 2
        assert after is None
        assert await cases.query(messages(department="d9")) == ([], None)

    @pytest.mark.parametrize("sort", ["received", "-received", "due"])
    async def test_paging_neither_loses_nor_doubles_while_rows_are_added(self, opened: Opened, sort: str) -> None:
        cases = opened.stores.cases
        days = [f"2026-10-{day:02}" for day in (5, 9, 9, 9, 12, 20)]
        there = {f"M{n}{k}" for n in range(4) for k in range(len(days))}
        for case in sorted(there):
            day = days[int(case[2])]
            await cases.append(commit(case, received=day, due=day))
        seen: list[str] = []
        query = messages(sort=sort, limit=5)
        added = 0
        while True:
            page, after = await cases.query(query)
            seen += [record.id for record in page]
            for day in ("2026-10-01", "2026-10-09", "2026-10-30"):
                added += 1
                await cases.append(commit(f"N{added}", received=day, due=day))
            if after is None:
                break
            query = replace(query, after=after)
        counted = Counter(seen)
        assert all(counted[case] == 1 for case in there)
        assert max(counted.values()) == 1

    async def test_a_page_shows_heads_as_they_are_loaded(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", 0, 2, parties=("d2",), hidden_from=("d9",)))
        await cases.mark_sent([("M1", 0, 1)])
        page, _ = await cases.query(messages())
        assert page == [await cases.load("M1")]


class Visibility:
    """Who may know that a case exists. The store answers as if the others were not there."""

    @pytest.mark.parametrize(
        ("viewer", "expected"),
        [
            (Viewer(all=True), ["accused", "held", "joint", "secret", "wide"]),
            (Viewer(), []),
            (Viewer(frozenset({"d1"})), ["accused", "held", "joint", "secret", "wide"]),
            (Viewer(frozenset({"d2"})), ["joint", "wide"]),
            (Viewer(frozenset({"d3"})), ["wide"]),
            (Viewer(frozenset({"d9"})), []),
            (Viewer(frozenset({"d1", "d9"})), ["held", "joint", "secret"]),
            (Viewer(frozenset({"d2", "d3"})), ["joint", "wide"]),
            (Viewer(frozenset({"d9"}), all=True), ["held", "joint", "secret"]),
            (Viewer(all=True, belongs_to=frozenset({"d8"})), ["held", "joint", "secret", "wide"]),
            (Viewer(unrestricted=True), ["held", "joint", "wide"]),
            (Viewer(unrestricted=True, belongs_to=frozenset({"d9"})), ["held", "joint"]),
        ],
    )
    async def test_a_case_exists_for_its_holder_and_its_parties_unless_hidden(
        self, opened: Opened, viewer: Viewer, expected: list[str]
    ) -> None:
        cases = opened.stores.cases
        await cases.append(commit("held"))
        await cases.append(commit("joint", parties=("d2",)))
        await cases.append(commit("wide", parties=("d2", "d3", "d9"), hidden_from=("d9",)))
        await cases.append(commit("secret", restricted=True, parties=("d2",)))
        await cases.append(commit("accused", restricted=True, hidden_from=("d9", "d8")))
        assert sorted(await all_pages(cases, messages(viewer))) == expected
        for case in ("held", "joint", "wide", "secret", "accused"):
            assert await cases.visible(case, viewer) is (case in expected)

    async def test_hidden_cases_do_not_thin_out_pages(self, opened: Opened) -> None:
        cases = opened.stores.cases
        for n in range(12):
            await cases.append(commit(f"M{n:02}", parties=("d2",), hidden_from=("d2",) if n % 3 else ()))
        page, after = await cases.query(messages(Viewer(frozenset({"d2"})), limit=2, sort="received"))
        assert [record.id for record in page] == ["M00", "M03"]
        assert after is not None
        page, after = await cases.query(messages(Viewer(frozenset({"d2"})), limit=2, sort="received", after=after))
        assert [record.id for record in page] == ["M06", "M09"]
        assert after is None

    async def test_asking_for_the_holder_does_not_open_a_hidden_case(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", restricted=True, hidden_from=("d2",)))
        for changes in ({"department": "d1"}, {"status": "open"}, {"due_before": "2027-01-01"}, {"with_due": True}):
            assert await cases.query(messages(Viewer(frozenset({"d2"})), **changes)) == ([], None)

    async def test_visibility_follows_the_head(self, opened: Opened) -> None:
        cases, viewer = opened.stores.cases, Viewer(frozenset({"d2"}))
        await cases.append(commit("M1", parties=("d2",)))
        assert await cases.visible("M1", viewer)
        await cases.append(commit("M1", 1, 1, hidden_from=("d2",), parties=("d2",)))
        assert not await cases.visible("M1", viewer)
        await cases.append(commit("M1", 2, 1, department="d2"))
        assert await cases.visible("M1", viewer)
        await cases.append(commit("M1", 3, 1))
        assert not await cases.visible("M1", viewer)
        assert await all_pages(cases, messages(viewer)) == []

    async def test_a_case_opened_hidden_is_hidden_from_the_start(self, opened: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", department="d1", hidden_from=("d1",)))
        assert not await cases.visible("M1", Viewer(frozenset({"d1"})))


class Facts:
    """Immutable, inserted by event id."""

    async def all_rows(self, opened: Opened) -> dict[str, tuple[Any, ...]]:
        rows = await opened.stores.facts.rows(
            ["messages.ReplySent", "messages.EntryVoided"], "2000-01-01", "2099-12-31"
        )
        assert len({row[0] for row in rows}) == len(rows)
        return {row[0]: tuple(row) for row in rows}

    async def test_a_fact_is_read_back_as_a_row(self, opened: Opened) -> None:
        facts = opened.stores.facts
        assert await facts.insert([fact("M1/1", restricted=True, fields='{"category":"投诉","met":false}')]) == []
        assert await self.all_rows(opened) == {
            "M1/1": (
                "M1/1",
                "messages.ReplySent",
                "d1",
                "M1",
                "2026-10-12",
                "2026-10-12T01:00:00.000000+00:00",
                "2026-10-12T01:00:01.000000+00:00",
                "sha256:M1/1",
                True,
                None,
                '{"category":"投诉","met":false}',
            )
        }

    async def test_inserting_again_changes_nothing(self, opened: Opened) -> None:
        facts = opened.stores.facts
        batch = [fact("M1/1"), fact("M1/2"), fact("M1/3", voids=("M1/2",), type="messages.EntryVoided")]
        assert await facts.insert(batch) == []
        before = await self.all_rows(opened)
        assert await facts.insert(list(reversed(batch))) == []
        assert await facts.insert([*batch, *batch, fact("M2/1")]) == []
        after = await self.all_rows(opened)
        assert after.pop("M2/1")
        assert after == before
        assert await facts.count() == 4

    async def test_another_digest_is_a_fork_and_the_first_stays(self, opened: Opened) -> None:
        facts = opened.stores.facts
        await facts.insert([fact("M1/1"), fact("M1/2")])
        before = await self.all_rows(opened)
        forged = fact("M1/1", digest="sha256:other", department="d2", voids=("M1/2",))
        assert await facts.insert([fact("M1/2"), forged]) == ["M1/1"]
        assert await self.all_rows(opened) == before

    async def test_a_fork_within_one_batch_is_told(self, opened: Opened) -> None:
        facts = opened.stores.facts
        forks = await facts.insert([fact("M1/1"), fact("M1/1", digest="sha256:other"), fact("M1/2")])
        assert forks == ["M1/1"]
        assert (await self.all_rows(opened))["M1/1"][7] == "sha256:M1/1"
        assert await facts.count() == 2

    @pytest.mark.parametrize("void_first", [True, False])
    async def test_a_void_counts_whichever_arrives_first(self, opened: Opened, void_first: bool) -> None:
        facts = opened.stores.facts
        voided_on = "2026-11-02T03:00:00.000000+00:00"
        target, void = fact("M1/1"), fact("M1/2", type="messages.EntryVoided", voids=("M1/1",), recorded=voided_on)
        for row in (void, target) if void_first else (target, void):
            assert await facts.insert([row]) == []
        rows = await self.all_rows(opened)
        assert rows["M1/1"][9] == voided_on
        assert rows["M1/2"][9] is None

    async def test_of_several_voids_the_earliest_recorded_counts(self, opened: Opened) -> None:
        facts = opened.stores.facts
        stamps = {"M1/2": "2026-11-03", "M1/3": "2026-11-02", "M1/4": "2026-11-04"}
        await facts.insert([fact("M1/1")])
        for name, day in stamps.items():
            await facts.insert([fact(name, voids=("M1/1",), recorded=f"{day}T00:00:00.000000+00:00")])
        assert (await self.all_rows(opened))["M1/1"][9] == "2026-11-02T00:00:00.000000+00:00"
        assert await facts.count() == 4

    async def test_one_event_may_void_several(self, opened: Opened) -> None:
        facts = opened.stores.facts
        await facts.insert([fact("M1/4", voids=("M1/1", "M1/3")), fact("M1/1"), fact("M1/2"), fact("M1/3")])
        rows = await self.all_rows(opened)
        assert [name for name in sorted(rows) if rows[name][9] is not None] == ["M1/1", "M1/3"]

    async def test_a_window_takes_any_of_the_dates(self, opened: Opened) -> None:
        facts = opened.stores.facts
        await facts.insert(
            [
                fact("happened", happened="2026-10-01", due=None),
                fact("due", happened="2026-01-01", due="2026-12-31"),
                fact("found", happened="2027-01-01", due=None, found="2026-11-11"),
                fact("before", happened="2026-09-30", due="2026-09-30", found="2026-09-30"),
                fact("after", happened="2027-01-01", due="2027-01-01"),
                fact("around", happened="2026-09-30", due="2027-01-01"),
                fact("other", type="messages.ReplyOverdue"),
            ]
        )
        rows = await facts.rows(["messages.ReplySent"], "2026-10-01", "2026-12-31")
        assert sorted(row[0] for row in rows) == ["due", "found", "happened"]
        rows = await facts.rows(["messages.ReplySent", "messages.ReplyOverdue"], "2026-10-12", "2026-10-12")
        assert sorted(row[0] for row in rows) == ["other"]
        assert await facts.rows([], "2000-01-01", "2099-12-31") == []

    async def test_digests_come_sorted_by_id(self, opened: Opened) -> None:
        facts = opened.stores.facts
        names = [f"M{n}/{k}" for n in (3, 1, 2, 10) for k in (2, 1)]
        await facts.insert([fact(name) for name in names])
        assert [item async for item in facts.digests()] == [(name, f"sha256:{name}") for name in sorted(names)]

    async def test_running_provisional_clocks_are_told_as_their_case_left_them(self, opened: Opened) -> None:
        facts = opened.stores.facts
        moved = '[{"clock":"reply","due":"2027-01-04","provisional":true}]'
        await facts.insert(
            [
                replace(fact("M1/2"), case="M1", clocks=moved),
                replace(fact("M2/1"), case="M2", clocks=moved),
                replace(fact("M2/10"), case="M2", clocks='[{"clock":"reply","due":null,"provisional":false}]'),
                replace(fact("M2/9"), case="M2", clocks=moved),
                replace(fact("M3/1"), case="M3", clocks='[{"clock":"reply","due":"2026-12-01","provisional":false}]'),
            ]
        )
        assert await facts.provisional() == [("M1", "reply", fact("M1/2").department, "2027-01-04")]

    async def test_a_large_insert_and_a_long_question_are_answered(self, opened: Opened) -> None:
        facts = opened.stores.facts
        await facts.insert([fact(f"M{n}/1") for n in range(6000)])
        assert await facts.count() == 6000
        assert len(await self.all_rows(opened)) == 6000

    async def test_concurrent_inserts_count_each_fact_once(self, opened: Opened) -> None:
        facts = opened.stores.facts
        batches = [[fact(f"M{n}/1") for n in range(k, k + 30)] for k in range(0, 60, 10)]
        outcomes = await asyncio.gather(*(facts.insert(batch) for batch in [*batches, *batches]))
        assert all(forks == [] for forks in outcomes)
        assert await facts.count() == 80

    async def test_every_column_of_a_fact_is_distinguished(self, opened: Opened) -> None:
        names = {item.name for item in fields(FactRow)}
        shown = {
            "id",
            "type",
            "department",
            "case",
            "happened",
            "happened_at",
            "recorded",
            "digest",
            "restricted",
            "fields",
        }
        assert names - shown == {"due", "found", "voids", "clocks"}

    async def test_a_rebuilt_set_takes_the_place_of_the_live_one_at_once(self, opened: Opened) -> None:
        facts = opened.stores.facts
        await facts.insert([fact("M1/1"), fact("M1/2", voids=("M1/1",))])
        built = await facts.begin()
        assert [f.id async for f in built.each()] == []
        assert await built.rows(["messages.ReplySent"], "2026-10-01", "2026-10-31") == []
        later = [fact("M1/1", fields='{"met":false}'), fact("M2/1", voids=("M1/1",)), fact("M3/1")]
        assert await built.insert(later) == []
        assert await built.insert([replace(later[0], digest="sha256:other")]) == ["M1/1"]
        assert {f.id: f.fields async for f in facts.each()} == {"M1/1": '{"met":true}', "M1/2": '{"met":true}'}
        await facts.insert([fact("M1/3")])
        await facts.switch(built)
        assert [f async for f in facts.each()] == later
        assert await facts.count() == 3
        rows = await facts.rows(["messages.ReplySent"], "2026-10-01", "2026-10-31")
        assert {row[0]: row[9] for row in rows} == {"M1/1": later[1].recorded, "M2/1": None, "M3/1": None}
        await facts.insert([fact("M4/1")])
        await opened.reopen()
        facts = opened.stores.facts
        assert [f.id async for f in facts.each()] == ["M1/1", "M2/1", "M3/1", "M4/1"]
        assert [digest async for digest in facts.digests()][3] == ("M4/1", "sha256:M4/1")

    async def test_a_rebuild_that_was_cut_off_leaves_the_live_set_and_begins_anew(self, opened: Opened) -> None:
        facts = opened.stores.facts
        await facts.insert([fact("M1/1")])
        await (await facts.begin()).insert([fact("M8/1")])
        await opened.reopen()
        facts = opened.stores.facts
        assert [f.id async for f in facts.each()] == ["M1/1"]
        overtaken = await facts.begin()
        built = await facts.begin()
        assert [f.id async for f in built.each()] == []
        await built.insert([fact("M2/1")])
        with pytest.raises(RebuildOvertaken):
            await facts.switch(overtaken)
        assert [f.id async for f in facts.each()] == ["M1/1"]
        await facts.switch(built)
        assert [f.id async for f in facts.each()] == ["M2/1"]
        with pytest.raises(RebuildOvertaken):
            await facts.switch(overtaken)
        second = await facts.begin()
        await second.insert([fact("M3/1")])
        await facts.switch(second)
        assert [f.id async for f in facts.each()] == ["M3/1"]


class Positions:
    """How far consumers have come, and what they could not take."""

    async def test_a_position_is_kept_by_consumer_topic_and_partition(self, opened: Opened) -> None:
        positions = opened.stores.positions
        assert await positions.position("facts", "gongkai.messages", 0) is None
        rows = [
            Position("facts", "gongkai.messages", 0, 5, "M1/5"),
            Position("facts", "gongkai.messages", 1, 6, "M2/1"),
            Position("facts", "gongkai.requests", 0, 7, None),
            Position("policies", "gongkai.messages", 0, 8, "M3/1"),
        ]
        for row in rows:
            await positions.move(row)
        for row in rows:
            assert await positions.position(row.consumer, row.topic, row.partition) == row

    async def test_a_position_only_grows(self, opened: Opened) -> None:
        positions = opened.stores.positions
        await positions.move(Position("facts", "gongkai.messages", 0, 5, "M1/5"))
        await positions.move(Position("facts", "gongkai.messages", 0, 3, "M1/3"))
        assert await positions.position("facts", "gongkai.messages", 0) == Position(
            "facts", "gongkai.messages", 0, 5, "M1/5"
        )
        await positions.move(Position("facts", "gongkai.messages", 0, 9, "M1/9"))
        await opened.reopen()
        positions = opened.stores.positions
        assert await positions.position("facts", "gongkai.messages", 0) == Position(
            "facts", "gongkai.messages", 0, 9, "M1/9"
        )

    async def test_racing_moves_end_at_the_furthest(self, opened: Opened) -> None:
        positions = opened.stores.positions
        order = [(n * 17) % 40 for n in range(40)]
        await asyncio.gather(*(positions.move(Position("facts", "t", 0, n, f"M1/{n}")) for n in order))
        assert await positions.position("facts", "t", 0) == Position("facts", "t", 0, 39, "M1/39")

    async def test_an_event_is_parked_once_a_place(self, opened: Opened) -> None:
        positions = opened.stores.positions
        parked = Parked("facts", "gongkai.messages", 0, 7, "M1/3", "d1", "no such type", b"\x00not json")
        await positions.park(parked)
        await positions.park(parked)
        await positions.park(replace(parked, reason="said otherwise"))
        assert await positions.parked() == [parked]
        elsewhere = [
            replace(parked, offset=8, event=None, department=None),
            replace(parked, partition=1),
            replace(parked, topic="gongkai.requests"),
            replace(parked, consumer="policies"),
        ]
        for row in elsewhere:
            await positions.park(row)
        assert len(await positions.parked()) == 5
        assert await positions.parked("policies") == [elsewhere[3]]
        assert elsewhere[0] in await positions.parked("facts")

    async def test_a_redriven_event_leaves_the_list(self, opened: Opened) -> None:
        positions = opened.stores.positions
        parked = Parked("facts", "gongkai.messages", 0, 7, "M1/3", "d1", "reason", b"{}")
        await positions.park(parked)
        await positions.park(replace(parked, offset=8))
        await positions.unpark("facts", "gongkai.messages", 0, 7)
        await positions.unpark("facts", "gongkai.messages", 0, 99)
        assert await positions.parked() == [replace(parked, offset=8)]

    async def test_what_was_dismissed_stays_on_the_list_as_that_whatever_comes_again(self, opened: Opened) -> None:
        positions = opened.stores.positions
        parked = Parked("facts", "gongkai.messages", 0, 7, "M1/3", "d1", "reason", b"{}")
        closed = replace(parked, dismissed="nobody's")
        await positions.dismiss(closed)
        assert await positions.parked() == []
        for row in (parked, replace(parked, offset=8)):
            await positions.park(row)
        await positions.dismiss(closed)
        await positions.park(parked)
        await positions.repark(replace(parked, reason="another"))
        assert await positions.parked("facts") == [replace(closed, reason="another"), replace(parked, offset=8)]
        assert waiting(await positions.parked()) == [replace(parked, offset=8)]
        await positions.unpark("facts", "gongkai.messages", 0, 7)
        await positions.park(parked)
        assert waiting(await positions.parked()) == [parked, replace(parked, offset=8)]

    async def test_what_could_not_be_taken_again_has_the_new_reason(self, opened: Opened) -> None:
        positions = opened.stores.positions
        parked = Parked("facts", "gongkai.messages", 0, 7, "M1/3", "d1", "reason", b"{}")
        await positions.repark(parked)
        assert await positions.parked() == []
        await positions.park(parked)
        await positions.park(replace(parked, offset=8))
        await positions.repark(replace(parked, reason="another"))
        assert await positions.parked() == [replace(parked, reason="another"), replace(parked, offset=8)]

    async def test_a_forgotten_place_is_read_anew_and_nothing_else_is(self, opened: Opened) -> None:
        positions = opened.stores.positions
        rows = [
            Position("facts", "gongkai.messages", 0, 5, "M1/5"),
            Position("facts", "gongkai.messages", 1, 6, None),
            Position("facts", "gongkai.requests", 0, 7, "R1/1"),
            Position("policy:messages.WhenX", "gongkai.messages", 0, 8, "M3/1"),
        ]
        parked = Parked("facts", "gongkai.messages", 0, 4, "M1/3", "d1", "reason", b"{}")
        others = [replace(parked, partition=1), replace(parked, consumer="policy:messages.WhenX")]
        for row in rows:
            await positions.move(row)
        for one in (parked, replace(parked, offset=2), *others):
            await positions.park(one)
        assert await positions.positions() == rows
        assert await positions.forget("facts", "gongkai.messages", 0) == 2
        assert await positions.forget("facts", "gongkai.messages", 0) == 0
        assert await positions.positions() == rows[1:]
        assert await positions.parked() == others
        await positions.move(Position("facts", "gongkai.messages", 0, 1, "M9/1"))
        assert await positions.position("facts", "gongkai.messages", 0) == Position(
            "facts", "gongkai.messages", 0, 1, "M9/1"
        )


class Numbers:
    """Running numbers: unique both ways."""

    async def test_numbers_run_from_one_in_each_series_and_year(self, opened: Opened) -> None:
        numbers = opened.stores.numbers
        assert [await numbers.next("留言", 2026, f"c{n}") for n in range(3)] == [1, 2, 3]
        assert await numbers.next("公复", 2026, "d1") == 1
        assert await numbers.next("留言", 2027, "e1") == 1
        assert await numbers.next("留言", 2026, "c9") == 4

    async def test_a_retry_gets_the_same_number(self, opened: Opened) -> None:
        numbers = opened.stores.numbers
        first = [await numbers.next("留言", 2026, f"c{n}") for n in range(5)]
        assert [await numbers.next("留言", 2026, f"c{n}") for n in range(5)] == first

    async def test_one_command_may_take_a_number_of_each_series(self, opened: Opened) -> None:
        numbers = opened.stores.numbers
        await numbers.next("公复", 2026, "before")
        assert await numbers.next("留言", 2026, "c") == 1
        assert await numbers.next("公复", 2026, "c") == 2
        assert await numbers.next("公复", 2027, "c") == 1
        assert await numbers.next("留言", 2026, "c") == 1
        assert await numbers.next("公复", 2026, "c") == 2

    async def test_two_hundred_at_once_get_two_hundred_numbers(self, opened: Opened) -> None:
        numbers = opened.stores.numbers
        commands = [f"c{n % 200}" for n in range(400)]
        given = await asyncio.gather(*(numbers.next("留言", 2026, command) for command in commands))
        assert given[:200] == given[200:]
        assert sorted(given[:200]) == list(range(1, 201))

    async def test_a_number_borne_by_a_case_is_never_given_again(self, opened: Opened) -> None:
        numbers, cases = opened.stores.numbers, opened.stores.cases
        for n in range(1, 4):
            number = await numbers.next("留言", 2026, f"c{n}")
            await cases.append(commit(f"M{number}", command=f"c{n}"))
        await opened.reopen()
        numbers = opened.stores.numbers
        assert await numbers.next("留言", 2026, "c2") == 2
        assert await numbers.next("留言", 2026, "c4") == 4


class Vault:
    """Sealed personal data, written with the case and erasable."""

    async def test_values_arrive_with_the_commit(self, opened: Opened) -> None:
        cases, vault = opened.stores.cases, opened.stores.vault
        person, value = subject("S1", "hash of 5227"), sealed("r1", "S1")
        await cases.append(commit("M1", subjects=(person,), sealed=(value, sealed("r2", "S1"))))
        assert await vault.subject("S1") == person
        assert await vault.find_subject("hash of 5227") == person
        assert await vault.values(["r1"]) == [value]
        assert {v.ref for v in await vault.values(["r2", "none", "r1"])} == {"r1", "r2"}
        assert await vault.values([]) == []
        await opened.reopen()
        assert await opened.stores.vault.values(["r1"]) == [value]

    async def test_the_unknown_is_none(self, opened: Opened) -> None:
        vault = opened.stores.vault
        assert await vault.subject("S1") is None
        assert await vault.find_subject("hash") is None
        assert await vault.values(["r1"]) == []
        assert await vault.erase("S1") == 0

    async def test_a_known_subject_keeps_its_key(self, opened: Opened) -> None:
        cases, vault = opened.stores.cases, opened.stores.vault
        person = subject("S1", "hash")
        await cases.append(commit("M1", subjects=(person,), sealed=(sealed("r1", "S1"),)))
        await cases.append(
            commit("M2", subjects=(person,), sealed=(sealed("r1", "S1", "M2"), sealed("r2", "S1", "M2")))
        )
        assert await vault.subject("S1") == person
        assert await vault.values(["r1"]) == [sealed("r1", "S1")]
        assert await vault.values(["r2"]) == [sealed("r2", "S1", "M2")]

    @pytest.mark.parametrize(
        "second", [VaultSubject("S1", b"another key", "hash"), VaultSubject("S2", b"another key", "hash")]
    )
    async def test_another_key_for_a_known_subject_or_person_writes_nothing(
        self, opened: Opened, second: VaultSubject
    ) -> None:
        cases, vault = opened.stores.cases, opened.stores.vault
        person = subject("S1", "hash")
        await cases.append(commit("M1", subjects=(person,)))
        with pytest.raises(SubjectTaken):
            await cases.append(commit("M2", subjects=(second,), sealed=(sealed("r2", second.subject),)))
        with pytest.raises(SubjectTaken):
            await vault.put(second, sealed("r3", second.subject))
        assert await cases.load("M2") is None
        assert await cases.events("M2") == []
        assert await cases.command("M2-1") is None
        assert await vault.values(["r2", "r3"]) == []
        assert await vault.subject("S1") == person
        assert await vault.find_subject("hash") == person

    async def test_one_person_never_becomes_two_subjects(self, opened: Opened) -> None:
        cases, vault = opened.stores.cases, opened.stores.vault
        outcomes = await settled(
            cases.append(commit(f"M{n}", subjects=(subject(f"S{n}", "hash"),), sealed=(sealed(f"r{n}", f"S{n}"),)))
            for n in range(5)
        )
        assert sum(outcome is None for outcome in outcomes) == 1
        assert sum(isinstance(outcome, SubjectTaken) for outcome in outcomes) == 4
        winner = outcomes.index(None)
        assert await vault.find_subject("hash") == subject(f"S{winner}", "hash")
        assert [v.ref for v in await vault.values([f"r{n}" for n in range(5)])] == [f"r{winner}"]
        assert await cases.counts() == (1, 1)

    async def test_subjects_without_a_hash_are_apart(self, opened: Opened) -> None:
        cases, vault = opened.stores.cases, opened.stores.vault
        await cases.append(commit("M1", subjects=(subject("S1"), subject("S2"))))
        assert await vault.subject("S1") == subject("S1")
        assert await vault.subject("S2") == subject("S2")

    async def test_erasing_takes_key_hash_and_values(self, opened: Opened) -> None:
        cases, vault = opened.stores.cases, opened.stores.vault
        mine = (sealed("r1", "S1"), sealed("r2", "S1"))
        await cases.append(
            commit("M1", subjects=(subject("S1", "hash"), subject("S2")), sealed=(*mine, sealed("r3", "S2")))
        )
        assert await vault.erase("S1") == 2
        assert await vault.subject("S1") is None
        assert await vault.find_subject("hash") is None
        assert [v.ref for v in await vault.values(["r1", "r2", "r3"])] == ["r3"]
        assert await vault.subject("S2") == subject("S2")
        assert await vault.erase("S1") == 0
        assert len(await cases.events("M1")) == 1
        await opened.reopen()
        assert await opened.stores.vault.subject("S1") is None
        assert await opened.stores.vault.values(["r1"]) == []

    async def test_a_commit_erases_in_the_same_write(self, opened: Opened) -> None:
        cases, vault = opened.stores.cases, opened.stores.vault
        await cases.append(commit("M1", subjects=(subject("S1", "hash"),), sealed=(sealed("r1", "S1"),)))
        await cases.append(commit("M1", 1, 1, erase=("S1",), subjects=(subject("S2"),), sealed=(sealed("r2", "S2"),)))
        assert await vault.subject("S1") is None
        assert await vault.find_subject("hash") is None
        assert [v.ref for v in await vault.values(["r1", "r2"])] == ["r2"]
        record = await cases.load("M1")
        assert record is not None
        assert record.version == 2

    async def test_an_erased_person_may_come_again(self, opened: Opened) -> None:
        cases, vault = opened.stores.cases, opened.stores.vault
        await cases.append(commit("M1", subjects=(subject("S1", "hash"),)))
        await vault.erase("S1")
        await cases.append(commit("M2", subjects=(subject("S2", "hash"),)))
        assert await vault.find_subject("hash") == subject("S2", "hash")

    async def test_an_upload_is_sealed_outside_a_commit(self, opened: Opened) -> None:
        vault = opened.stores.vault
        await vault.put(subject("S1"), sealed("r1", "S1"))
        await vault.put(None, sealed("r2", "S1"))
        assert await vault.subject("S1") == subject("S1")
        assert len(await vault.values(["r1", "r2"])) == 2
        assert await vault.erase("S1") == 2

    async def test_erasing_amid_other_writes_succeeds(self, opened: Opened) -> None:
        cases, vault = opened.stores.cases, opened.stores.vault
        await asyncio.gather(
            *(
                cases.append(commit(f"P{n}", subjects=(subject(f"S{n}"),), sealed=(sealed(f"r{n}", f"S{n}"),)))
                for n in range(40)
            )
        )

        async def write(case: str) -> None:
            for version in range(20):
                await cases.append(commit(case, version))

        await asyncio.gather(
            *(write(f"M{n}") for n in range(4)),
            *(vault.erase(f"S{n}") for n in range(20)),
            *(cases.append(commit(f"P{n}", 1, 1, erase=(f"S{n}",))) for n in range(20, 40)),
        )
        assert await vault.values([f"r{n}" for n in range(40)]) == []
        assert await cases.counts() == (44, 140)


class Audit:
    """The audit trail: appended, chained, checkable."""

    def entry(self, n: int, **changes: Any) -> AuditRecord:
        plain = AuditRecord(
            at=f"2026-10-09T08:00:{n:02}+08:00",
            actor="u1",
            department="d1",
            action="vault.read",
            target=f"M{n}",
            reason="办理",
            request=None,
            detail={"fields": ["writer"], "n": n},
        )
        return replace(plain, **changes)

    async def test_entries_come_back_oldest_first(self, opened: Opened) -> None:
        audit = opened.stores.audit
        assert [e async for e in audit.entries()] == []
        for n in range(5):
            await audit.record(self.entry(n))
        found = [e async for e in audit.entries()]
        assert [e["sequence"] for e in found] == [1, 2, 3, 4, 5]
        assert [e["target"] for e in found] == ["M0", "M1", "M2", "M3", "M4"]
        first = {**found[0]}
        assert len({e["digest"] for e in found}) == 5
        assert first.pop("digest")
        assert first == {
            "sequence": 1,
            "at": "2026-10-09T08:00:00+08:00",
            "actor": "u1",
            "department": "d1",
            "action": "vault.read",
            "target": "M0",
            "reason": "办理",
            "request": None,
            "detail": {"fields": ["writer"], "n": 0},
        }

    async def test_entries_are_asked_from_a_moment_on(self, opened: Opened) -> None:
        audit = opened.stores.audit
        for n in range(5):
            await audit.record(self.entry(n))
        found = [e["target"] async for e in audit.entries(since="2026-10-09T08:00:03+08:00")]
        assert found == ["M3", "M4"]

    async def test_an_untouched_trail_verifies(self, opened: Opened) -> None:
        audit = opened.stores.audit
        assert await audit.verify() is None
        for n in range(5):
            await audit.record(self.entry(n))
        assert await audit.verify() is None
        await opened.reopen()
        audit = opened.stores.audit
        await audit.record(self.entry(9))
        assert await audit.verify() is None
        assert [e["sequence"] async for e in audit.entries()] == [1, 2, 3, 4, 5, 6]

    @pytest.mark.parametrize("sequence", [1, 3, 5])
    async def test_a_flipped_byte_is_found(self, opened: Opened, sequence: int) -> None:
        audit = opened.stores.audit
        for n in range(5):
            await audit.record(self.entry(n))
        await opened.flip_audit_byte(sequence)
        assert await opened.stores.audit.verify() == sequence

    async def test_like_entries_are_chained_apart(self, opened: Opened) -> None:
        audit = opened.stores.audit
        for _ in range(3):
            await audit.record(self.entry(1))
        assert len({e["digest"] async for e in audit.entries()}) == 3

    async def test_concurrent_entries_make_one_chain(self, opened: Opened) -> None:
        audit = opened.stores.audit
        await asyncio.gather(*(audit.record(self.entry(n)) for n in range(50)))
        found = [e async for e in audit.entries()]
        assert [e["sequence"] for e in found] == list(range(1, 51))
        assert sorted(e["detail"]["n"] for e in found) == list(range(50))
        assert await audit.verify() is None


class Files:
    """Attachments by content."""

    async def test_a_file_is_fetched_by_its_digest(self, opened: Opened) -> None:
        files, body = opened.stores.files, bytes(range(256)) * 4096
        name = hashlib.sha256(body).hexdigest()
        assert await files.fetch(name) is None
        await files.keep(name, "附件.pdf", "application/pdf", len(body), None, body)
        assert await files.fetch(name) == ("附件.pdf", "application/pdf", None, body)
        await opened.reopen()
        assert await opened.stores.files.fetch(name) == ("附件.pdf", "application/pdf", None, body)

    async def test_a_file_is_kept_once(self, opened: Opened) -> None:
        files = opened.stores.files
        await files.keep("aa", "first.txt", "text/plain", 1, "ref", b"sealed")
        await files.keep("aa", "second.txt", "text/html", 1, None, b"other")
        assert await files.fetch("aa") == ("first.txt", "text/plain", "ref", b"sealed")


class Notes:
    """Small things kept by name."""

    async def test_a_note_is_replaced(self, opened: Opened) -> None:
        notes = opened.stores.notes
        assert await notes.note("sweep/messages") is None
        await notes.set_note("sweep/messages", b"1")
        await notes.set_note("sweep/messages", b"\x00\xff")
        assert await notes.note("sweep/messages") == b"\x00\xff"
        await opened.reopen()
        assert await opened.stores.notes.note("sweep/messages") == b"\x00\xff"

    async def test_notes_are_listed_by_prefix(self, opened: Opened) -> None:
        notes = opened.stores.notes
        for name in ("seal/2026-10-10", "seal/2026-10-09", "seal", "sweep/messages", "印章", "seal%", "seal_x"):
            await notes.set_note(name, name.encode())
        assert [name for name, _ in await notes.notes("seal/")] == ["seal/2026-10-09", "seal/2026-10-10"]
        assert await notes.notes("sweep") == [("sweep/messages", b"sweep/messages")]
        assert [name for name, _ in await notes.notes("seal_")] == ["seal_x"]
        assert [name for name, _ in await notes.notes("印")] == ["印章"]
        assert len(await notes.notes("")) == 7


class Moving:
    """What a backup takes out comes back the same in an empty store."""

    async def test_files_come_back_whole_with_what_was_sent_of_them(self, opened: Opened, elsewhere: Opened) -> None:
        cases = opened.stores.cases
        await cases.append(commit("M1", events=3, parties=("d2",), hidden_from=("d9",), next_due=None))
        await cases.append(commit("M1", 3, 2, command="second", parties=("d2",), hidden_from=("d9",)))
        await cases.append(commit("M2", events=1))
        await cases.append(Commit(head("M3"), 0, (event("M3", 1),), ()))
        await cases.append(commit("R1", service="requests"))
        await cases.mark_sent([("M1", 0, 4), ("M2", 0, 1)])
        files = [file async for file in cases.export_cases("messages")]
        assert [file.head.id for file in files] == ["M1", "M2", "M3"]
        assert [e.sequence for e in files[0].events] == [1, 2, 3, 4, 5]
        assert [c.id for c in files[0].commands] == ["M1-3", "second"]
        assert [file.head.sent for file in files] == [4, 1, 0]
        other = elsewhere.stores.cases
        await other.import_cases(files)
        assert [file async for file in other.export_cases("messages")] == files
        assert [file async for file in other.export_cases("requests")] == []
        assert sorted(await other.unsent("messages", 10)) == [("M1", 4, 5), ("M3", 0, 1)]
        assert await other.command("second") == CommandRecord("second", "hash of second", "M1", b'{"status":201}')
        assert not await other.visible("M1", Viewer(all=True, belongs_to=frozenset({"d9"})))
        assert await other.visible("M1", Viewer(frozenset({"d2"})))
        with pytest.raises(VersionConflict):
            await other.import_cases(files[1:2])
        with pytest.raises(CommandKnown):
            await other.append(commit("M9", command="second"))
        await other.append(commit("M1", 5, 1, command="third"))
        assert await other.counts() == (3, 8)

    async def test_numbers_go_on_after_those_that_came(self, opened: Opened, elsewhere: Opened) -> None:
        for n in range(3):
            await opened.stores.numbers.next("留言", 2026, f"c{n}")
        await opened.stores.numbers.next("公复", 2025, "c1")
        await opened.reopen()
        given = [number async for number in opened.stores.numbers.export_numbers()]
        assert [(g.series, g.year, g.number, g.command) for g in given] == [
            ("公复", 2025, 1, "c1"), ("留言", 2026, 1, "c0"), ("留言", 2026, 2, "c1"), ("留言", 2026, 3, "c2"),
        ]  # fmt: skip
        numbers = elsewhere.stores.numbers
        await numbers.import_numbers(given[:3])
        await numbers.import_numbers(given)
        assert [number async for number in numbers.export_numbers()] == given
        assert await numbers.next("留言", 2026, "c1") == 2
        assert await numbers.next("留言", 2026, "new") == 4

    async def test_the_vault_moves_as_it_is_sealed(self, opened: Opened, elsewhere: Opened) -> None:
        subjects = (subject("S1", "lookup"), subject("S2"))
        await opened.stores.cases.append(
            commit("M1", subjects=subjects, sealed=(sealed("r2", "S2"), sealed("r1", "S1")))
        )
        vault, other = opened.stores.vault, elsewhere.stores.vault
        values = [value async for value in vault.export_values()]
        assert values == [sealed("r1", "S1"), sealed("r2", "S2")]
        assert tuple([one async for one in vault.export_subjects()]) == subjects
        await other.import_vault(subjects, values)
        await other.import_vault(subjects, values)
        assert [value async for value in other.export_values()] == values
        assert tuple([one async for one in other.export_subjects()]) == subjects
        assert await other.find_subject("lookup") == subjects[0]
        assert await other.erase("S1") == 1

    async def test_the_audit_trail_stays_one_chain(self, opened: Opened, elsewhere: Opened) -> None:
        entry = AuditRecord("2026-10-09T08:00:00+08:00", "u1", None, "export", "M1", None, None)
        for _ in range(3):
            await opened.stores.audit.record(entry)
        entries = [one async for one in opened.stores.audit.export_entries()]
        assert [one.sequence for one in entries] == [1, 2, 3]
        audit = elsewhere.stores.audit
        await audit.import_entries(entries)
        assert await audit.verify() is None
        await audit.record(entry)
        assert await audit.verify() is None
        assert [one async for one in audit.export_entries()][:3] == entries

    async def test_attachments_move_as_they_are_stored(self, opened: Opened, elsewhere: Opened) -> None:
        body = bytes(range(256)) * 40_000
        await opened.stores.files.keep("bb", "", "application/pdf", 7, "v:ref", b"sealed")
        await opened.stores.files.keep("aa", "附件.pdf", "application/pdf", len(body), None, body)
        files = [file async for file in opened.stores.files.export_files()]
        assert [(f.sha256, f.name, f.size, f.sealed_ref) for f in files] == [
            ("aa", "附件.pdf", len(body), None), ("bb", "", 7, "v:ref"),
        ]  # fmt: skip
        for f in files:
            await elsewhere.stores.files.keep(f.sha256, f.name, f.media_type, f.size, f.sealed_ref, f.body)
        assert [file async for file in elsewhere.stores.files.export_files()] == files
