"""What the MongoDB store must withstand: lost answers, a killed server, crashes between its writes, two processes at once."""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from pymongo import IndexModel

from shared.storage.mongo import IndexDiffers, MongoDatabases, open_mongo_stores
from shared.storage.mongo.cases import MongoCases
from shared.storage.mongo.people import MongoVault
from shared.storage.port import (
    AuditRecord,
    CaseTooLarge,
    CommandKnown,
    Commit,
    StoreAway,
    Stores,
    SubjectTaken,
    VersionConflict,
)
from tests.backends.cut_wire import CutWire
from tests.backends.mongo_server import Killable, outlives_the_tests
from tests.conformance.storage_suite import commit, fact, sealed, settled, subject
from tests.county_over_http import LETTER, MESSAGES, county
from tools.ports import free_ports

MEGABYTE = 1 << 20


class Opened:
    """One process's stores."""

    def __init__(self, url: str, prefix: str, patience: float = 30) -> None:
        self.databases, self.stores = open_mongo_stores(url, service="messages", prefix=prefix, patience=patience)

    @property
    def cases(self) -> MongoCases:
        """The case files."""
        return cast(MongoCases, self.stores.cases)

    @property
    def vault(self) -> MongoVault:
        """The vault."""
        return cast(MongoVault, self.stores.vault)


@asynccontextmanager
async def opened(url: str, prefix: str | None = None, patience: float = 30) -> AsyncIterator[Opened]:
    """Stores of a process as long as the block lasts; with indexes, in databases of their own unless a prefix is given."""
    made = Opened(url, prefix or f"t{uuid.uuid4().hex[:12]}", patience)
    if prefix is None:
        await made.databases.ensure_indexes()
    yield made
    if prefix is None and outlives_the_tests():
        await made.databases.drop()
    await made.databases.close()


@pytest.fixture
async def here(mongo_server: str) -> AsyncIterator[Opened]:
    """Fresh stores on the session's server."""
    async with opened(mongo_server) as made:
        yield made


def prefix_of(made: Opened) -> str:
    """The names' beginning, for a second process on the same databases."""
    return made.databases.cases.database.name.removesuffix("_messages")


class Killed(BaseException):
    """The process is gone at this point."""


def killed_at(monkeypatch: pytest.MonkeyPatch, target: object, name: str) -> None:
    """The process dies when it would call ``name``."""

    async def die(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(target, name, die)


# -- answers that are lost -----------------------------------------------------------------------------------------------


async def test_a_commit_whose_answer_was_lost_is_known_when_it_is_repeated(mongo_server: str) -> None:
    wire = CutWire(mongo_server)
    async with opened(mongo_server) as direct, wire.open() as url:
        async with opened(url, prefix_of(direct), patience=1) as there:
            await there.cases.append(commit("M1"))
            second = commit("M1", 1, 2, "ask", subjects=(subject("S1"),), sealed=(sealed("r1", "S1"),))
            wire.lose_the_answer_to(b"update\0", b"cases\0", then="for good")
            with pytest.raises(StoreAway):
                await there.cases.append(second)
            assert wire.lost == 1
            wire.mend()
            with pytest.raises(CommandKnown) as known:
                await there.cases.append(second)
            assert known.value.record == second.commands[0]
        assert await direct.cases.load("M1") == second.head
        assert [e.sequence for e in await direct.cases.events("M1")] == [1, 2, 3]


async def test_an_opening_whose_answer_was_lost_is_known_when_it_is_repeated(mongo_server: str) -> None:
    wire = CutWire(mongo_server)
    async with opened(mongo_server) as direct, wire.open() as url, opened(url, prefix_of(direct), patience=1) as there:
        await there.databases.ping()
        wire.lose_the_answer_to(b"insert\0", b"cases\0", then="for good")
        with pytest.raises(StoreAway):
            await there.cases.append(commit("M1", command="open"))
        wire.mend()
        with pytest.raises(CommandKnown):
            await there.cases.append(commit("M1", command="open"))
        with pytest.raises(CommandKnown) as known:
            await there.cases.append(commit("M2", command="open"))
        assert known.value.record.case == "M1"
        assert await direct.cases.counts() == (1, 1)


@pytest.mark.parametrize("expected", [0, 1])
async def test_a_write_that_the_driver_repeats_itself_is_no_conflict(mongo_server: str, expected: int) -> None:
    wire = CutWire(mongo_server)
    async with opened(mongo_server) as direct, wire.open() as url, opened(url, prefix_of(direct)) as there:
        await there.databases.ping()
        if expected:
            await there.cases.append(commit("M1"))
        wire.lose_the_answer_to(b"update\0" if expected else b"insert\0", b"cases\0", then="once")
        await there.cases.append(commit("M1", expected, 1, "ask"))
        assert wire.lost == 1
        assert await direct.cases.counts() == (1, expected + 1)


def carried_out_twice(monkeypatch: pytest.MonkeyPatch, collection: Any, name: str) -> None:
    """A server without a memory of what it has done: the driver's repeat of a call is carried out again."""
    call = getattr(collection, name)

    async def twice(*words: Any, **more: Any) -> Any:
        await call(*words, **more)
        return await call(*words, **more)

    monkeypatch.setattr(collection, name, twice)


@pytest.mark.parametrize("expected", [0, 1])
async def test_a_write_that_the_server_carries_out_twice_is_no_conflict(
    here: Opened, monkeypatch: pytest.MonkeyPatch, expected: int
) -> None:
    if expected:
        await here.cases.append(commit("M1"))
    carried_out_twice(monkeypatch, here.cases._cases, "update_one" if expected else "insert_one")
    await here.cases.append(commit("M1", expected, 1, "ask"))
    await here.cases.append(Commit(commit("M2").head, 0, commit("M2").events, ()))
    assert [e.sequence for e in await here.cases.events("M1")] == list(range(1, expected + 2))
    with pytest.raises(CommandKnown):
        await here.cases.append(commit("M1", expected, 1, "ask"))


async def test_an_audit_entry_that_the_server_writes_twice_is_there_once(
    here: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried_out_twice(monkeypatch, here.databases.audit, "insert_one")
    entry = AuditRecord("2026-10-09", "u1", "d1", "vault.read", "M1", None, None)
    await here.stores.audit.record(entry)
    await here.stores.audit.record(entry)
    assert [e["sequence"] async for e in here.stores.audit.entries()] == [1, 2]
    assert await here.stores.audit.verify() is None


async def test_an_audit_entry_whose_answer_was_lost_is_there_once(mongo_server: str) -> None:
    wire = CutWire(mongo_server)
    async with opened(mongo_server) as direct, wire.open() as url, opened(url, prefix_of(direct)) as there:
        await there.databases.ping()
        for target in ("M1", "M2"):
            wire.lose_the_answer_to(b"insert\0", b"entries\0", then="once")
            await there.stores.audit.record(AuditRecord("2026-10-09", "u1", "d1", "vault.read", target, None, None))
        assert wire.lost == 2
        assert [entry["target"] async for entry in direct.stores.audit.entries()] == ["M1", "M2"]
        assert await direct.stores.audit.verify() is None


# -- a server that is away -----------------------------------------------------------------------------------------------


async def test_a_store_that_cannot_be_reached_is_told_by_name_and_in_time() -> None:
    (port,) = free_ports(1)
    secret = uuid.uuid4().hex
    url = f"mongodb://gongkai:{secret}@127.0.0.1:{port}/"
    async with opened(url, "none", patience=0.3) as there:
        stores = there.stores
        began = time.monotonic()
        outcomes = await settled(
            (
                stores.cases.load("M1"),
                stores.cases.append(commit("M1")),
                stores.cases.append(commit("M1", subjects=(subject("S1"),))),
                stores.cases.unsent("messages", 10),
                stores.cases.mark_sent([("M1", 0, 1)]),
                anext(aiter(stores.cases.walk())),
                stores.facts.insert([fact("M1/1")]),
                stores.facts.rows(["messages.ReplySent"], "2026-01-01", "2026-12-31"),
                stores.positions.position("facts", "t", 0),
                stores.numbers.next("留言", 2026, "c1"),
                stores.vault.values(["r1"]),
                stores.audit.record(AuditRecord("2026-10-09", "u1", "d1", "vault.read", "M1", None, None)),
                stores.files.keep("aa", "a.txt", "text/plain", 1, None, b"a"),
                stores.notes.set_note("n", b"1"),
                there.databases.ensure_indexes(),
                there.databases.ping(),
            )
        )
        assert time.monotonic() - began < 10
        assert [type(outcome) for outcome in outcomes] == [StoreAway] * len(outcomes)
        for outcome in outcomes:
            assert f"127.0.0.1:{port}" in str(outcome)
            assert secret not in str(outcome)


async def test_what_is_no_address_is_refused_at_once() -> None:
    for url in ("", "http://127.0.0.1/", "mongodb://"):
        with pytest.raises(ValueError, match="not a MongoDB address"):
            open_mongo_stores(url, service="messages")


async def test_a_closed_store_is_away(mongo_server: str) -> None:
    there = Opened(mongo_server, "closed")
    await there.databases.close()
    with pytest.raises(StoreAway, match="closed"):
        await there.cases.load("M1")


async def test_nothing_acknowledged_is_missing_after_the_server_was_killed(killable_mongo: Killable) -> None:
    acknowledged: list[Commit] = []
    unknown: list[Commit] = []
    enough = asyncio.Event()

    async def write(there: Opened, name: str) -> None:
        for n in range(10_000):
            case, version = f"{name}-{n // 5}", n % 5
            asked = commit(
                case, version, 1, f"{name}/{n}", subjects=(subject(case),), sealed=(sealed(f"{name}/{n}", case),)
            )
            try:
                await there.cases.append(asked)
            except StoreAway:
                unknown.append(asked)
                return
            acknowledged.append(asked)
            if len(acknowledged) >= 150:
                enough.set()

    async with opened(killable_mongo.url, patience=0.5) as there:
        prefix = prefix_of(there)
        writing = [asyncio.create_task(write(there, f"W{n}")) for n in range(12)]
        await asyncio.wait_for(enough.wait(), 120)
        killable_mongo.kill()
        await asyncio.gather(*writing)
    assert len(unknown) == 12
    killable_mongo.start()
    async with opened(killable_mongo.url, prefix) as there:
        for asked in acknowledged:
            record = await there.cases.command(asked.commands[0].id)
            assert record == asked.commands[0]
            assert [value.ref for value in await there.vault.values([asked.sealed[0].ref])] == [asked.sealed[0].ref]
        for asked in unknown:
            stored = await there.cases.command(asked.commands[0].id) is not None
            head = await there.cases.load(asked.head.id)
            assert (head.version if head else 0) == asked.head.version - (0 if stored else 1)
            if stored:
                with pytest.raises(CommandKnown):
                    await there.cases.append(asked)
            else:
                await there.cases.append(asked)
        async for found in there.cases.walk():
            events = await there.cases.events(found.id)
            assert [e.sequence for e in events] == list(range(1, found.version + 1))
        assert (await there.cases.counts())[1] == len(acknowledged) + len(unknown)


# -- crashes between the writes of one commit ----------------------------------------------------------------------------


async def test_killed_after_the_vault_rows_the_repeat_uses_them(here: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = commit("M1", subjects=(subject("S1", "hash"),), sealed=(sealed("r1", "S1"),))
    with monkeypatch.context() as fault:
        killed_at(fault, here.cases, "_write")
        with pytest.raises(Killed):
            await here.cases.append(asked)
    assert await here.cases.load("M1") is None
    assert await here.cases.unsent("messages", 10) == []
    await here.cases.append(asked)
    assert await here.vault.values(["r1"]) == [sealed("r1", "S1")]
    assert await here.vault.find_subject("hash") == subject("S1", "hash")


@pytest.mark.parametrize("finisher", ["repeat", "relay", "late repeat with new rows"])
async def test_killed_before_the_erasure_it_is_made_up_for(
    here: Opened, monkeypatch: pytest.MonkeyPatch, finisher: str
) -> None:
    await here.cases.append(commit("M1", subjects=(subject("S1", "hash"),), sealed=(sealed("r1", "S1"),)))
    erasing = commit("M1", 1, 1, "erase", erase=("S1",))
    with monkeypatch.context() as fault:
        killed_at(fault, here.vault, "erase")
        with pytest.raises(Killed):
            await here.cases.append(erasing)
    assert await here.cases.load("M1") == erasing.head
    assert await here.vault.values(["r1"]) != []
    if finisher == "relay":
        assert await here.cases.unsent("messages", 10) == [("M1", 0, 2)]
    else:
        again = erasing
        if finisher != "repeat":
            again = commit("M1", 1, 1, "erase", erase=("S1",), subjects=(subject("S2"),), sealed=(sealed("r2", "S2"),))
        with pytest.raises(CommandKnown):
            await here.cases.append(again)
    assert await here.vault.values(["r1", "r2"]) == []
    assert await here.vault.subject("S1") is None
    assert await here.vault.find_subject("hash") is None
    document = await here.databases.cases.find_one({"_id": "M1"})
    assert document is not None
    assert document["erasing"] == []


async def test_an_erased_event_is_not_sent_before_it_is_true(here: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    await here.cases.append(commit("M1", subjects=(subject("S1"),), sealed=(sealed("r1", "S1"),), erase=()))
    with monkeypatch.context() as fault:
        killed_at(fault, here.vault, "erase")
        with pytest.raises(Killed):
            await here.cases.append(commit("M1", 1, 1, erase=("S1",)))
        with pytest.raises(Killed):
            await here.cases.unsent("messages", 10)


async def test_a_corrected_repeat_does_not_find_the_text_of_a_killed_attempt(
    here: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with county(stores=here.stores) as luodian:
        key = {"Idempotency-Key": "the-writers-own-key"}
        with monkeypatch.context() as fault:

            async def away(*_: Any) -> bool:
                raise StoreAway("gone in the middle")

            fault.setattr(here.cases, "_write", away)
            wrong = {**LETTER, "name": "王小名", "identity": "522728199001011242"}
            assert (await luodian.client.post(MESSAGES, json=wrong, headers=key)).status_code == 503
        assert await here.databases.values.count_documents({}) > 0
        answer = await luodian.client.post(MESSAGES, json=LETTER, headers=key)
        assert answer.status_code == 201, answer.text
        shown = await luodian.client.get(
            f"{MESSAGES}/{answer.json()['id']}", headers=luodian.as_("clerk@county-office")
        )
        assert "王小明" in shown.text
        assert "王小名" not in shown.text
        later = await luodian.client.post(MESSAGES, json={**LETTER, "title": "又一封"})
        assert later.status_code == 201


async def test_a_value_whose_person_is_erased_meanwhile_does_not_stay(
    here: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.cases.append(commit("M1", subjects=(subject("S1"),)))
    add = here.vault._refuse_erased

    async def erased_first(subjects: list[str]) -> None:
        await here.vault.erase("S1")
        await here.databases.values.insert_one({"_id": "r1", "subject": "S1"})
        await add(subjects)

    with monkeypatch.context() as between:
        between.setattr(here.vault, "_refuse_erased", erased_first)
        with pytest.raises(SubjectTaken):
            await here.cases.append(commit("M1", 1, 1, sealed=(sealed("r2", "S1"),)))
    assert await here.databases.values.count_documents({}) == 0
    assert (await here.cases.load("M1")) == commit("M1").head


# -- one document --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["the opening", "the state", "the events"])
async def test_a_file_beyond_sixteen_megabytes_is_refused_and_stays_as_it_was(here: Opened, where: str) -> None:
    if where == "the opening":
        with pytest.raises(CaseTooLarge):
            await here.cases.append(commit("M1", state=bytes(17 * MEGABYTE)))
        assert await here.cases.load("M1") is None
        return
    first = commit("M1", state=bytes(9 * MEGABYTE))
    await here.cases.append(first)
    second = commit("M1", 1, 1, state=bytes(17 * MEGABYTE if where == "the state" else 9 * MEGABYTE))
    if where == "the events":
        (event,) = second.events
        second = Commit(second.head, 1, (type(event)("M1", 2, "t", "k", "d", bytes(9 * MEGABYTE)),), second.commands)
    with pytest.raises(CaseTooLarge):
        await here.cases.append(second)
    assert await here.cases.load("M1") == first.head
    assert len(await here.cases.events("M1")) == 1
    await here.cases.append(commit("M1", 1, 1))


async def test_an_events_number_comes_once_in_a_file(here: Opened) -> None:
    await here.cases.append(commit("M1", 0, 2))
    for wrong in (commit("M1", 1, 2), commit("M1", 3, 1)):
        twisted = Commit(commit("M1", 2, 1).head, 2, wrong.events, ())
        with pytest.raises(ValueError, match="do not lead from 2 to 3"):
            await here.cases.append(twisted)
    with pytest.raises(ValueError, match="another case"):
        await here.cases.append(Commit(commit("M1", 2, 1).head, 2, commit("M2", 2, 1).events, ()))
    outcomes = await settled(here.cases.append(commit("M1", 2, 1, f"c{n}")) for n in range(10))
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, VersionConflict) for outcome in outcomes) == 9
    assert [e.sequence for e in await here.cases.events("M1")] == [1, 2, 3]


async def test_a_command_cannot_come_twice_within_one_file(here: Opened) -> None:
    await here.cases.append(commit("M1", 0, 1, "ask"))
    with pytest.raises(CommandKnown):
        await here.cases.append(commit("M1", 1, 1, "ask"))


async def test_files_opened_without_a_command_do_not_collide(here: Opened) -> None:
    for case in ("M1", "M2"):
        await here.cases.append(Commit(commit(case).head, 0, commit(case).events, ()))
    assert await here.cases.counts() == (2, 2)


async def test_a_large_attachment_is_kept_in_parts_and_once(here: Opened) -> None:
    body = os.urandom(MEGABYTE) * 20
    files = here.stores.files
    await asyncio.gather(*(files.keep("aa", "扫描件.pdf", "application/pdf", len(body), None, body) for _ in range(2)))
    found = await files.fetch("aa")
    assert found is not None
    assert found[:3] == ("扫描件.pdf", "application/pdf", None)
    assert found[3] == body
    assert await here.databases.parts.count_documents({}) == 3


# -- indexes -------------------------------------------------------------------------------------------------------------


async def test_indexes_are_made_once_and_again_without_harm(here: Opened) -> None:
    await here.databases.ensure_indexes()
    await here.databases.ensure_indexes()
    assert "command" in await here.databases.cases.index_information()


async def test_an_index_that_is_there_with_other_options_is_named(mongo_server: str) -> None:
    there = Opened(mongo_server, f"t{uuid.uuid4().hex[:12]}")
    await there.databases.cases.create_indexes([IndexModel([("commands.id", 1)], name="command")])
    with pytest.raises(IndexDiffers, match=r"messages\.cases"):
        await there.databases.ensure_indexes()
    if outlives_the_tests():
        await there.databases.drop()
    await there.databases.close()


async def test_the_relays_question_is_answered_by_its_index(here: Opened) -> None:
    await here.cases.append(commit("M1"))
    cursor = here.databases.cases.find({"service": "messages", "unsent": True}).sort([("updated", 1), ("_id", 1)])
    assert "IXSCAN" in str((await cursor.explain())["queryPlanner"]["winningPlan"])


# -- several processes ---------------------------------------------------------------------------------------------------


async def test_two_processes_share_numbers_audit_and_persons(here: Opened, mongo_server: str) -> None:
    async with opened(mongo_server, prefix_of(here)) as other:
        both: tuple[Stores, ...] = (here.stores, other.stores)
        given = await asyncio.gather(*(both[n % 2].numbers.next("留言", 2026, f"c{n // 2}") for n in range(60)))
        assert given[0::2] == given[1::2]
        assert sorted(given[0::2]) == list(range(1, 31))

        entries = [AuditRecord("2026-10-09", f"u{n}", "d1", "vault.read", "M1", None, None) for n in range(40)]
        await asyncio.gather(*(both[n % 2].audit.record(entry) for n, entry in enumerate(entries)))
        assert [e["sequence"] async for e in here.stores.audit.entries()] == list(range(1, 41))
        assert sorted([e["actor"] async for e in here.stores.audit.entries()]) == sorted(e.actor for e in entries)
        assert await here.stores.audit.verify() is None

        outcomes = await settled(
            both[n % 2].cases.append(commit(f"M{n}", subjects=(subject(f"S{n}", "hash"),))) for n in range(6)
        )
        assert sum(outcome is None for outcome in outcomes) == 1
        assert sum(isinstance(outcome, SubjectTaken) for outcome in outcomes) == 5


async def test_services_keep_their_files_apart_and_share_the_vault(here: Opened, mongo_server: str) -> None:
    databases, stores = open_mongo_stores(mongo_server, service="requests", prefix=prefix_of(here))
    await databases.ensure_indexes()
    await here.cases.append(commit("M1", subjects=(subject("S1", "hash"),)))
    assert await stores.cases.load("M1") is None
    assert await stores.vault.find_subject("hash") == subject("S1", "hash")
    assert isinstance(databases, MongoDatabases)
    if outlives_the_tests():
        await databases.drop()
    await databases.close()
