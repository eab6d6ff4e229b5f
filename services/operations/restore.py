"""`gongkai restore`: a backup into an empty system; what was erased stays erased."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import orjson

from services.assessment.facts import CONSUMER
from services.operations import backup_format as form
from services.operations.backup import ERASED, Talk, fingerprint
from services.operations.backup_format import Backup, Line
from services.operations.parked import LOG
from services.operations.problems import OperationRefused
from services.runtime import RESTORING, SEEDED, Runtime, distinct
from shared.domain.directory import SYSTEM
from shared.domain.text import Text
from shared.engine.consumer import fits
from shared.engine.policy import REFUSED
from shared.eventlog.port import TOPICS, Entry
from shared.os_faults import reason_of
from shared.security.keys import MASTER, open_keys
from shared.settings import Settings
from shared.storage.port import GivenNumber, Position, PositionStore, Stores

T = TypeVar("T")
AT_ONCE = 500
FILES_AT_ONCE = 50


def read_erased(sources: Sequence[Path]) -> set[str]:
    """The subjects named by lists of erasures: each a backup's folder, its `erased.jsonl`, or what
    `gongkai events cat --type messages.SubjectErased` printed. Raises ``OperationRefused``.
    """
    subjects: set[str] = set()
    for given in sources:
        path = given / f"{form.ERASED}.jsonl" if given.is_dir() else given
        try:
            lines = path.read_bytes().splitlines()
        except OSError as problem:
            why = reason_of(problem)
            raise OperationRefused(f"读不到 {path}：{why.zh}", f"cannot read {path}: {why.en}") from problem
        for number, raw in enumerate(lines, 1):
            subject = _subject_of(raw)
            if subject is None:
                raise OperationRefused(
                    f"{path} 第 {number} 行不是 {ERASED} 记录", f"{path} line {number} tells of no {ERASED}"
                )
            subjects.add(subject)
    return subjects


def _subject_of(raw: bytes) -> str | None:
    try:
        line = orjson.loads(raw)
        subject = line["subject"] if "event" in line else line["data"]["subject"]
        told = "event" in line or str(line["type"]).split(".")[2] == ERASED
    except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
        return None
    return subject if told and isinstance(subject, str) else None


def check_keys(settings: Settings, backup: Backup) -> None:
    """The master key must be there before anything is opened, and the one that the backup was sealed with.

    Raises ``OperationRefused``, ``KeyProblem``.
    """
    if settings.master_key_file is None and not (settings.data / "secrets" / MASTER).is_file():
        raise OperationRefused(
            f"备份中没有主密钥：请先把原来的主密钥放到 {settings.data / 'secrets' / MASTER}（权限 600），"
            "或用 GONGKAI_MASTER_KEY_FILE 指明",
            f"a backup holds no master key: first put the old one at {settings.data / 'secrets' / MASTER} (mode 600), "
            "or name it by GONGKAI_MASTER_KEY_FILE",
        )
    check_region(settings, backup)
    keys = open_keys(settings.data, master_file=settings.master_key_file, token_file=settings.token_key_file)
    if fingerprint(keys) != backup.manifest["key"]:
        raise OperationRefused(
            "主密钥不是备份时所用的那一个，个人信息将无法打开；什么也没有写入",
            "this is not the master key that the backup was sealed with, personal data would not open; nothing was written",
        )


def check_region(settings: Settings, backup: Backup) -> None:
    """Raises ``OperationRefused`` where the backup is of another county."""
    if settings.region != backup.manifest["region"]:
        raise OperationRefused(
            f"备份的行政区划代码是 {backup.manifest['region']}，本系统是 {settings.region}（GONGKAI_REGION）",
            f"the backup is of region {backup.manifest['region']}, this system of {settings.region} (GONGKAI_REGION)",
        )


async def refuse_used(runtime: Runtime) -> None:
    """Raises ``OperationRefused`` unless nothing at all is in stores and log."""
    desk = runtime.stores
    found: dict[str, bool] = {
        "案卷 / cases": any([(await s.stores.cases.counts(name))[0] for name, s in runtime.services.items()]),
        "事实 / facts": bool(await desk.facts.count()),
        "个人信息 / personal data": await _any(desk.vault.export_subjects()) or await _any(desk.vault.export_values()),
        "编号 / numbers": await _any(desk.numbers.export_numbers()),
        "附件 / files": await _any(desk.files.export_files()),
        "审计 / audit": await _any(desk.audit.export_entries()),
        "位置 / positions": any([await s.positions() or await s.parked() for s in _positions(runtime)]),
        "记录 / notes": any([await s.notes.notes("") for s in _stores(runtime)]),
        "日志 / log": any([await _end(runtime, topic) for topic in TOPICS]),
    }
    there = "、".join(name for name, is_there in found.items() if is_there)
    if any([await s.notes.note(RESTORING) for s in _stores(runtime)]):
        raise OperationRefused(
            f"上次恢复中途被打断（{runtime.place}）；请清空数据库和主题（或数据目录），再重新恢复",
            f"an earlier restore was cut off ({runtime.place}); empty databases and topics (or the data folder), then restore again",
        )
    if there:
        raise OperationRefused(
            f"只能恢复到空的系统；{runtime.place} 中已有：{there}",
            f"a restore goes into an empty system only; {runtime.place} holds: {there}",
        )


async def restore(runtime: Runtime, backup: Backup, erased_since: set[str], talk: Talk) -> dict[str, Any]:
    """Writes a checked backup into a runtime that holds nothing: ``{events, digest, seconds, cases, erased, log}``.

    ``erased_since`` are subjects erased after the backup was taken. They, and all whose erasure is in the backup, are
    erased again at the end. Where the backup is of the other runtime, or of other partitions, ``log`` is
    ``"made anew"``: it is made from the case files, and every reader begins at its start; else it is ``"as it was"``. Cut
    off, the system refuses to work until it is emptied and restored again. Raises ``OperationRefused``, ``StoreAway``,
    ``LogAway``.
    """
    began = time.monotonic()
    await refuse_used(runtime)
    for stores in _stores(runtime):
        await stores.notes.set_note(RESTORING, b"1")
    same = await _same_log(runtime, backup)
    subjects = {line["subject"] for line in backup.lines(form.ERASED)} | erased_since
    put = _Put(runtime, backup, talk, same=same)
    await put.all()
    erased = 0
    for subject in sorted(subjects):
        erased += await runtime.stores.vault.erase(subject)
    await put.notes()
    for stores in _stores(runtime):
        await stores.notes.set_note(RESTORING, b"")
    detail: dict[str, int | str] = {"events": put.events, "digest": backup.digest}
    await runtime.audit.record(SYSTEM, "restore", "gongkai", detail=detail)
    await runtime.follower.run_once()
    await runtime.settle_down()
    return {
        "events": put.events,
        "digest": backup.digest,
        "seconds": round(time.monotonic() - began, 3),
        "cases": put.cases,
        "erased_subjects": len(subjects),
        "erased_values": erased,
        "log": "as it was" if same else "made anew",
    }


class _Put:
    """One restore under way."""

    def __init__(self, runtime: Runtime, backup: Backup, talk: Talk, *, same: bool) -> None:
        self._to, self._backup, self._talk, self._same = runtime, backup, talk, same
        self.cases = self.events = 0

    async def all(self) -> None:
        """Everything but the notes. Personal data before the cases that name it, positions after the log."""
        desk = self._to.stores
        await self._each(form.SUBJECTS, form.subject_of, lambda some: desk.vault.import_vault(some, ()))
        await self._each(form.VALUES, form.value_of, lambda some: desk.vault.import_vault((), some))
        await self._each(form.FILES, form.file_of, self._keep, FILES_AT_ONCE)
        await self._each(form.NUMBERS, lambda line: GivenNumber(**line), desk.numbers.import_numbers)
        await self._each(form.AUDIT, form.entry_of, desk.audit.import_entries)
        await self._each(form.FACTS, form.fact_of, self._insert)
        if self._same:
            await self._each(form.LOG, _entry, self._to.eventlog.publish)
        await self._each(form.CASES, self._file, self._files, FILES_AT_ONCE)
        if self._same:
            await self._places()

    async def notes(self) -> None:
        """The notes, the one that says the seed is whole last of all."""
        lines = sorted(self._backup.lines(form.NOTES), key=lambda line: line["name"] == SEEDED)
        for line in lines:
            owner = self._to.services.get(line["service"] or self._owner_of_note(line["name"]))
            stores = owner.stores if owner is not None else self._to.stores
            await stores.notes.set_note(line["name"], form.unpacked(line["body"]))

    async def _each(
        self, part: str, read: Callable[[Line], T], put: Callable[[list[T]], Awaitable[object]], at_once: int = AT_ONCE
    ) -> None:
        self._talk(Text(f"恢复 {part}……", f"restoring {part} …"))
        lines = self._backup.lines(part)
        while some := [read(line) for line in islice(lines, at_once)]:
            await put(some)

    async def _keep(self, files: list[Any]) -> None:
        for f in files:
            await self._to.stores.files.keep(f.sha256, f.name, f.media_type, f.size, f.sealed_ref, f.body)

    async def _insert(self, facts: list[Any]) -> None:
        if await self._to.stores.facts.insert(facts):
            raise OperationRefused("备份中的事实互相矛盾", "facts of the backup contradict each other")

    def _file(self, line: Line) -> Any:
        if self._same:
            return form.case_of(line)
        return form.case_of({**line, "head": {**line["head"], "sent": 0}})

    async def _files(self, files: list[Any]) -> None:
        by_service: dict[str, list[Any]] = {}
        for file in files:
            if file.head.service not in self._to.services:
                raise OperationRefused(
                    f"备份中有本版本没有的服务 {file.head.service}",
                    f"the backup has a service that is not here: {file.head.service}",
                )
            by_service.setdefault(file.head.service, []).append(file)
            self.cases += 1
            self.events += len(file.events)
        for service, some in by_service.items():
            await self._to.services[service].stores.cases.import_cases(some)

    async def _places(self) -> None:
        """Positions that fit the log, and what is parked under them; the others are read anew."""
        kept: set[tuple[str, str, int]] = set()
        for line in self._backup.lines(form.POSITIONS):
            position = Position(**line)
            if await fits(self._to.eventlog, position):
                kept.add((position.consumer, position.topic, position.partition))
                await self._owner(position.consumer).move(position)
        for line in self._backup.lines(form.PARKED):
            parked = form.parked_of(line)
            if parked.consumer == LOG or (parked.consumer, parked.topic, parked.partition) in kept:
                await self._owner(parked.consumer).park(parked)

    def _owner(self, consumer: str) -> PositionStore:
        """A consumer's positions are with the service whose policy it is."""
        service = consumer.removeprefix("policy:").partition(".")[0] if consumer != CONSUMER else ""
        owner = self._to.services.get(service)
        return owner.stores.positions if owner is not None else self._to.stores.positions

    def _owner_of_note(self, name: str) -> str:
        """Of a note from a store that all services shared: the service that looks for it."""
        if name.startswith(REFUSED):
            policy = name.removeprefix(REFUSED).partition(":")[0]
            owners = [s.name for s in self._to.services.values() if policy in {one.name for one in s.declared.policies}]
            return owners[0] if owners else ""
        head, _, service = name.partition(":")
        return service if head in ("swept", "sealed") else ""


def _entry(line: Line) -> Entry:
    return Entry(line["topic"], line["key"], form.unpacked(line["value"]))


async def _same_log(runtime: Runtime, backup: Backup) -> bool:
    """Whether each topic here has the partitions that it had there, so that offsets stay what they were."""
    here = {topic: await runtime.eventlog.partitions(topic) for topic in TOPICS}
    return bool(backup.manifest["runtime"] == runtime.settings.runtime and backup.manifest["partitions"] == here)


async def _end(runtime: Runtime, topic: str) -> int:
    return sum([await runtime.eventlog.end(topic, p) for p in range(await runtime.eventlog.partitions(topic))])


async def _any(things: AsyncIterator[object]) -> bool:
    async for _ in things:
        return True
    return False


def _positions(runtime: Runtime) -> list[PositionStore]:
    return distinct(service.stores.positions for service in runtime.services.values())


def _stores(runtime: Runtime) -> list[Stores]:
    return distinct(service.stores for service in runtime.services.values())
