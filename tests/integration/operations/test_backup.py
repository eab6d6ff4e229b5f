"""A backup into an empty system: the same ranking, nothing erased comes back; what does not fit is refused before a write."""

import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.desk import Desk, EventFilter
from services.messages.message import MESSAGE
from services.operations.backup import _Taken, backup, beside, sources_of
from services.operations.backup_format import PARTS, checked_backup, digest_of_parts
from services.operations.problems import OperationRefused
from services.operations.restore import check_keys, read_erased, restore
from services.runtime import Runtime
from shared.domain.directory import SYSTEM
from shared.engine.execute import Asked
from shared.eventlog.port import MESSAGES, Entry
from shared.security.vault import KEY_CHECK
from shared.storage.port import Parked
from tests.backends.kafka_topics import delete_topics
from tests.integration.operations.conftest import Town, ranked, town_on

ERASURES = EventFilter(type="messages.SubjectErased")
WORDS = {"title": "路灯不亮", "text": "学校门口的路灯不亮。", "name": "王小明", "phone": "13812345678"}


async def give(runtime: Runtime, command_name: str, case: str | None, key: str, **fields: Any) -> str:
    """A command on a message: the case."""
    command = next(c for c in MESSAGE.commands if c.command_name == command_name)
    outcome = await runtime.engine("messages").execute(
        MESSAGE, case, [Asked(command.model_validate(fields), SYSTEM, key)]
    )
    return outcome.case


async def written(runtime: Runtime, case: str) -> list[str | None]:
    """What the vault still opens of a case's opening."""
    (opening, *_) = await runtime.engine("messages").history(MESSAGE, case)
    refs = [ref for ref in opening.event.model_dump().values() if isinstance(ref, str) and ref.startswith("v:")]
    assert refs
    return [value for _, value in sorted((await runtime.vault.read(refs)).items())]


@asynccontextmanager
async def emptied(town: Town, folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    """Another, empty system of the same kind with the same master key."""
    other = town_on(town.kind, folder, request)
    if town.kind == "local":
        secrets = folder / "data" / "secrets"
        secrets.mkdir(parents=True, mode=0o700)
        shutil.copy2(town.settings.data / "secrets" / "master.key", secrets)
    else:
        keys = {name: getattr(town.settings, name) for name in ("master_key_file", "token_key_file")}
        other.settings = other.settings.model_copy(update=keys)
    yield replace(other, clock=town.clock)
    if town.kind == "distributed":
        await delete_topics(other.settings.kafka or "", f"{other.settings.prefix}.")


@dataclass
class Before:
    """What was there when the backup was taken."""

    ranking: dict[str, Any]
    kept: str
    erased: str
    erased_later: str


async def lived(town: Town, folder: Path) -> Before:
    """A backup of a county in which one citizen was erased; another is erased after it."""
    async with town.open() as runtime:
        kept, erased, later = [
            await give(runtime, "submit", None, f"open{n}", **{**WORDS, "phone": f"1381234567{n}"}) for n in range(3)
        ]
        await give(runtime, "erase", erased, "erase1", ground="consent_withdrawn")
        await runtime.stores.files.keep("ab" * 32, "附件.pdf", "application/pdf", 4, None, b"%PDF")
        await runtime.eventlog.publish([Entry(MESSAGES, "522728/education", b"\xff\xfe no event")])
        ranking = await ranked(runtime)
        assert ranking["parked"] == 1
        told = await backup(sources_of(runtime), folder, town.talk)
        assert set(told) >= {"events", "digest", "seconds"}
        assert told["parts"]["erased"] == 1
        await give(runtime, "erase", later, "erase2", ground="consent_withdrawn")
        await runtime.settle_down()
        assert await written(runtime, later) == [None] * len(await written(runtime, later))
    return Before(ranking, kept, erased, later)


async def test_a_restored_system_ranks_alike_and_keeps_erasures(
    town: Town, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before = await lived(town, tmp_path / "backup")
    since = tmp_path / "since.jsonl"
    async with town.open() as runtime:
        events = [e async for e in Desk(runtime).events(ERASURES)]
        since.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))
    assert len(read_erased([since, tmp_path / "backup"])) == 2
    saved = checked_backup(tmp_path / "backup")
    async with emptied(town, tmp_path / "other", request) as other:
        check_keys(other.settings, saved)
        async with other.open(seed=False, follow=False) as runtime:
            told = await restore(runtime, saved, read_erased([since]), other.talk)
            assert (told["digest"], told["log"], told["erased_subjects"]) == (saved.digest, "as it was", 2)
            assert told["events"] == saved.manifest["events"]
        async with other.open() as runtime:
            after = await ranked(runtime)
            assert after["ranking"] == before.ranking["ranking"]
            for name in ("facts", "facts_digest", "result_digest", "parked"):
                assert after[name] == before.ranking[name]
            assert all(await written(runtime, before.kept))
            for case in (before.erased, before.erased_later):
                assert not any(await written(runtime, case))
            verified = await Desk(runtime).verify()
            # The record that was no event is in the log as it was, and is found there.
            assert verified["first_bad"] is None or verified["first_bad"]["case"].startswith(MESSAGES)
            assert await runtime.stores.audit.verify() is None
            assert await runtime.stores.files.fetch("ab" * 32) == ("附件.pdf", "application/pdf", None, b"%PDF")
            assert await runtime.lag() == 0
            again = await give(runtime, "submit", None, "open0", **{**WORDS, "phone": "13812345670"})
            assert again == before.kept
            new = await give(runtime, "submit", None, "brand-new", **WORDS)
            assert int(new.rpartition("-")[2]) == int(before.erased_later.rpartition("-")[2]) + 1
            await runtime.settle_down()
            with pytest.raises(OperationRefused, match="empty system"):
                await restore(runtime, saved, set(), other.talk)


async def test_a_restore_that_was_cut_off_must_be_begun_on_an_empty_system(
    town: Town, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town.open() as runtime:
        await backup(sources_of(runtime), tmp_path / "backup", town.talk)
    saved = checked_backup(tmp_path / "backup")
    async with emptied(town, tmp_path / "other", request) as other, other.open(seed=False, follow=False) as runtime:

        async def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(type(runtime.stores.cases), "import_cases", killed)
            with pytest.raises(KeyboardInterrupt):
                await restore(runtime, saved, set(), other.talk)
        with pytest.raises(OperationRefused, match="cut off"):
            await restore(runtime, saved, set(), other.talk)


async def test_a_backup_of_a_working_system_is_whole_in_itself(
    town: Town, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases are opened and carried through between any two parts; the restored system is a county that was."""
    async with town.open() as runtime:
        count = 0
        real = _Taken._part

        async def works_meanwhile(self: Any, part: str, lines: Any) -> None:
            nonlocal count
            await real(self, part, lines)
            case = await give(runtime, "submit", None, f"meanwhile{count}", **WORDS)
            await give(runtime, "accept", case, f"accepted{count}")
            count += 1
            await runtime.settle_down()

        with monkeypatch.context() as patched:
            patched.setattr("services.operations.backup._Taken._part", works_meanwhile)
            await backup(sources_of(runtime), tmp_path / "backup", town.talk)
    assert count == len(PARTS)
    saved = checked_backup(tmp_path / "backup")
    async with emptied(town, tmp_path / "other", request) as other, other.open(seed=False, follow=False) as runtime:
        await restore(runtime, saved, set(), other.talk)
        await runtime.catch_up()
        verified = await Desk(runtime).verify()
        assert verified["ok"], verified
        assert (verified["cases"], verified["events"]) >= (saved.manifest["cases"], saved.manifest["events"])
        assert await runtime.lag() == 0
        opened = [file async for file in runtime.stores.vault.export_values()]
        assert all([await runtime.files.load(value.case) for value in opened if value.case])


async def test_a_backup_of_one_runtime_goes_into_the_other(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    local = town_on("local", tmp_path / "one", request)
    async with local.open() as runtime:
        case = await give(runtime, "submit", None, "open", **WORDS)
        await runtime.stores.positions.park(Parked("assessment.facts", MESSAGES, 0, 99, None, None, "x", b"x"))
        before = await ranked(runtime)
        await backup(sources_of(runtime), tmp_path / "backup", local.talk)
    saved = checked_backup(tmp_path / "backup")
    other = town_on("distributed", tmp_path / "two", request)
    keys = {"master_key_file": local.settings.data / "secrets" / "master.key"}
    other.settings = other.settings.model_copy(update=keys)
    async with other.open(seed=False, follow=False) as runtime:
        told = await restore(runtime, saved, set(), other.talk)
        assert told["log"] == "made anew"
        after = await ranked(runtime)
        assert after["result_digest"] == before["result_digest"]
        assert (await Desk(runtime).verify())["ok"]
        assert all(await written(runtime, case))
        assert await runtime.seeded()
        assert await runtime.stores.vault.subject(KEY_CHECK) is not None
        assert await runtime.prove_key()
    await delete_topics(other.settings.kafka or "", f"{other.settings.prefix}.")


def cut(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def flip(folder: Path) -> None:
    path = folder / "cases.jsonl"
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))


def lose(folder: Path) -> None:
    (folder / "log.jsonl").unlink()


def shorten(folder: Path) -> None:
    path = folder / "facts.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]) or b"x")


def later_format(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))


def scribble(folder: Path) -> None:
    (folder / "manifest.json").write_text("no JSON")


def swapped(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["digest"] = digest_of_parts({})
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (cut, "cut off"), (flip, "cases.jsonl is not"), (lose, "lacks the file log.jsonl"), (shorten, "facts.jsonl"),
        (later_format, "format is 2"), (scribble, "cannot be read"), (swapped, "own digest"),
    ],
)  # fmt: skip
async def test_a_backup_that_does_not_fit_its_manifest_is_refused(
    tmp_path: Path, request: pytest.FixtureRequest, harm: Callable[[Path], None], words: str
) -> None:
    town = town_on("local", tmp_path, request)
    async with town.open() as runtime:
        await runtime.catch_up()
        await backup(sources_of(runtime), tmp_path / "backup", town.talk)
    checked_backup(tmp_path / "backup")
    harm(tmp_path / "backup")
    with pytest.raises(OperationRefused, match=words):
        checked_backup(tmp_path / "backup")


async def test_another_master_key_or_none_is_refused_before_anything_is_written(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    town = town_on("local", tmp_path, request)
    async with town.open() as runtime:
        await backup(sources_of(runtime), tmp_path / "backup", town.talk)
    saved = checked_backup(tmp_path / "backup")
    empty = town_on("local", tmp_path / "empty", request)
    with pytest.raises(OperationRefused, match="holds no master key"):
        check_keys(empty.settings, saved)
    assert not (tmp_path / "empty").exists()
    other = tmp_path / "other.key"
    other.write_bytes(bytes(range(32)))
    other.chmod(0o600)
    with pytest.raises(OperationRefused, match="not the master key"):
        check_keys(empty.settings.model_copy(update={"master_key_file": other}), saved)
    with pytest.raises(OperationRefused, match="region"):
        check_keys(town.settings.model_copy(update={"region": "110000"}), saved)


async def test_a_local_folder_is_backed_up_beside_the_process_that_holds_it(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    town = town_on("local", tmp_path, request)
    async with town.open() as runtime:
        async with beside(town.settings) as sources:
            told = await backup(sources, tmp_path / "backup", town.talk)
        assert await runtime.stores.audit.verify() is None
        entries = [entry async for entry in runtime.stores.audit.entries()]
        assert entries[-1]["action"] == "backup"
        assert entries[-1]["detail"]["digest"] == told["digest"]
        await give(runtime, "submit", None, "after", **WORDS)
        with pytest.raises(OperationRefused, match="not empty"):
            await backup(sources_of(runtime), tmp_path / "backup", town.talk)
    with pytest.raises(OperationRefused, match="no data folder"):
        async with beside(town.settings.model_copy(update={"data": tmp_path / "nothing"})):
            pass
    assert not (tmp_path / "nothing").exists()


def test_lists_of_erasures_that_are_none_are_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text('{"subject":"s:1","event":"M1/3","recorded":"x"}\n{"subject":1,"event":"M1/3"}\n')
    with pytest.raises(OperationRefused, match="line 2"):
        read_erased([path])
    with pytest.raises(OperationRefused, match="cannot read"):
        read_erased([tmp_path / "nowhere"])
