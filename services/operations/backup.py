"""`gongkai backup`: everything to files, also while the system works; each case file as it stood at one moment."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.declared import SERVICES
from services.operations import backup_format as form
from services.operations.backup_format import Line, PartWriter
from services.operations.problems import OperationRefused
from services.operations.republish import BEGUN
from services.runtime import RESTORING, Runtime, distinct, wrong_key
from shared.clock import ProcessClock
from shared.domain.directory import SYSTEM
from shared.domain.localtime import moment_text
from shared.domain.text import Text
from shared.engine.follower import COPY
from shared.eventlog.envelope import NotAnEvent, decode
from shared.eventlog.port import TOPICS, EventLog
from shared.eventlog.scan import scan
from shared.eventlog.sqlite import SqliteEventLog
from shared.security.audit import Audit
from shared.security.keys import Keys, open_keys
from shared.security.vault import Vault, WrongMasterKey
from shared.settings import Settings
from shared.storage.folder import DataFolder
from shared.storage.port import StoreAway, Stores, WholeFile
from shared.storage.sqlite import open_stores

ERASED = "SubjectErased"
NOT_KEPT = (COPY, BEGUN, RESTORING)
"""Notes that tell of the running system alone."""
Talk = Callable[[Text], None]


@dataclass(frozen=True, slots=True)
class Sources:
    """From where a backup is taken: each service's stores, those of the desk, and the log."""

    runtime: str
    region: str
    services: Mapping[str, Stores]
    desk: Stores
    eventlog: EventLog
    keys: Keys
    now: Callable[[], datetime]


def sources_of(runtime: Runtime) -> Sources:
    """An open runtime's."""
    return Sources(
        runtime.settings.runtime,
        runtime.settings.region,
        {name: service.stores for name, service in runtime.services.items()},
        runtime.stores,
        runtime.eventlog,
        runtime.keys,
        runtime.clock,
    )


@asynccontextmanager
async def beside(settings: Settings) -> AsyncIterator[Sources]:
    """A data folder's, opened beside the process that holds it, if one does. Raises ``OperationRefused`` for no folder."""
    path = DataFolder.database_in(settings.data)
    if not path.is_file():
        raise OperationRefused(
            f"{settings.data} 不是数据目录，没有可备份的", f"{settings.data} is no data folder: nothing to back up"
        )
    keys = open_keys(settings.data, master_file=settings.master_key_file, token_file=settings.token_key_file)
    database, stores = open_stores(path)
    try:
        if not await _proven(stores, keys, settings):
            raise wrong_key(settings, str(settings.data))
        services = {declared.name: stores for declared in SERVICES}
        log, now = SqliteEventLog(database), ProcessClock(settings.clock_start)
        yield Sources("local", settings.region, services, stores, log, keys, now)
    finally:
        await database.close()


async def _proven(stores: Stores, keys: Keys, settings: Settings) -> bool:
    """Whether the key may be said to be the folder's; a folder without personal data says nothing against any."""
    try:
        await Vault(stores.vault, keys, cipher=settings.cipher).prove(begin=False)
    except WrongMasterKey:
        return False
    return True


def fingerprint(keys: Keys) -> str:
    """By which a restore knows the master key that the backup was sealed with; tells nothing of the key."""
    return keys.keyed_hash("check", "backup").hex()


async def backup(sources: Sources, folder: Path, talk: Talk) -> dict[str, Any]:
    """Writes everything into an empty folder: ``{events, digest, seconds, cases, files}``.

    Parts are taken in such an order that none rests on what a later one lacks: a case says of no event that it was sent
    which the log in the backup does not hold, no position is past its facts, no case names a value that the vault in the
    backup had not yet. Personal data stay sealed; the master key is not in it. Raises ``OperationRefused``,
    ``StoreAway``, ``LogAway``; without a manifest the folder is no backup.
    """
    began = time.monotonic()
    _make(folder)
    taken = _Taken(sources, folder, talk)
    manifest = await taken.all()
    form.write_manifest(folder, manifest)
    detail: dict[str, int | str] = {"events": manifest["events"], "digest": manifest["digest"]}
    await Audit(sources.desk.audit, sources.now).record(SYSTEM, "backup", "gongkai", detail=detail)
    return {
        "events": manifest["events"],
        "digest": manifest["digest"],
        "seconds": round(time.monotonic() - began, 3),
        "cases": manifest["cases"],
        "parts": {name: part["lines"] for name, part in manifest["parts"].items()},
    }


def _make(folder: Path) -> None:
    with form.at(folder):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            occupied = any(folder.iterdir())
        except (FileExistsError, NotADirectoryError) as problem:
            raise OperationRefused(f"{folder} 不是目录", f"{folder} is no folder") from problem
    if occupied:
        raise OperationRefused(
            f"备份目录 {folder} 不是空的；请另给一个新目录", f"the backup folder {folder} is not empty; give a new one"
        )


class _Taken:
    """One backup under way."""

    def __init__(self, sources: Sources, folder: Path, talk: Talk) -> None:
        self._from, self._folder, self._talk = sources, folder, talk
        self._logged: defaultdict[str, set[int]] = defaultdict(set)
        self._parts: dict[str, Line] = {}
        self._partitions: dict[str, int] = {}
        self._cases = self._events = 0
        self._known: set[str] = set()

    async def all(self) -> dict[str, Any]:
        """Every part; the manifest."""
        desk = self._from.desk
        await self._part(form.NOTES, self._notes())
        await self._part(form.POSITIONS, self._positions())
        await self._part(form.PARKED, self._parked())
        await self._part(form.FACTS, _plain(desk.facts.each()))
        await self._part(form.LOG, self._log())
        erased: list[Line] = []
        await self._part(form.CASES, self._files(erased))
        await self._part(form.NUMBERS, _plain(desk.numbers.export_numbers()))
        await self._part(form.VALUES, self._values())
        await self._part(form.SUBJECTS, _plain(desk.vault.export_subjects()))
        await self._part(form.FILES, _plain(desk.files.export_files()))
        await self._part(form.AUDIT, _plain(desk.audit.export_entries()))
        await self._part(form.ERASED, _listed(erased))
        return {
            "product": "gongkai",
            "format": form.FORMAT,
            "made": moment_text(self._from.now()),
            "runtime": self._from.runtime,
            "region": self._from.region,
            "key": fingerprint(self._from.keys),
            "partitions": self._partitions,
            "cases": self._cases,
            "events": self._events,
            "digest": form.digest_of_parts(self._parts),
            "parts": self._parts,
        }

    async def _part(self, part: str, lines: AsyncIterator[Line]) -> None:
        self._talk(Text(f"备份 {part}……", f"backing up {part} …"))
        writer = PartWriter(self._folder, part)
        try:
            async for line in lines:
                writer.write(line)
        finally:
            self._parts[part] = writer.close()

    async def _notes(self) -> AsyncIterator[Line]:
        for service, stores in self._each():
            for name, body in await stores.notes.notes(""):
                if name not in NOT_KEPT:
                    yield {"service": service, "name": name, "body": form.packed(body)}

    async def _positions(self) -> AsyncIterator[Line]:
        for store in distinct(stores.positions for stores in self._from.services.values()):
            for position in await store.positions():
                yield form.plain_line(position)

    async def _parked(self) -> AsyncIterator[Line]:
        for store in distinct(stores.positions for stores in self._from.services.values()):
            for parked in await store.parked():
                yield form.plain_line(parked)

    async def _log(self) -> AsyncIterator[Line]:
        log = self._from.eventlog
        for topic in TOPICS:
            self._partitions[topic] = await log.partitions(topic)
            for partition in range(self._partitions[topic]):
                # To the end as it is now: a log that grows faster than it is read would never end.
                async for records in scan(log, topic, partition, end=await log.end(topic, partition)):
                    for record in records:
                        self._note_logged(record.value)
                        yield {
                            "topic": topic,
                            "partition": partition,
                            "offset": record.offset,
                            "key": record.key,
                            "value": form.packed(record.value),
                        }

    def _note_logged(self, value: bytes) -> None:
        try:
            event = decode(value)
        except NotAnEvent:
            return
        self._logged[event["subject"]].add(event["sequence"])

    async def _files(self, erased: list[Line]) -> AsyncIterator[Line]:
        for service, stores in self._from.services.items():
            async for file in stores.cases.export_cases(service):
                if len(file.events) != file.head.version:
                    raise StoreAway(f"{file.head.id}: {len(file.events)} events of {file.head.version}")
                self._cases += 1
                self._events += len(file.events)
                self._known.add(file.head.id)
                erased += _erased(file)
                yield form.case_line(file, self._sent(file))

    def _sent(self, file: WholeFile) -> int:
        """How many of a file's first events the log in the backup holds; never more than were marked sent."""
        logged = self._logged.get(file.head.id, set())
        sent = 0
        while sent < file.head.sent and sent + 1 in logged:
            sent += 1
        return sent

    async def _values(self) -> AsyncIterator[Line]:
        async for value in self._from.desk.vault.export_values():
            # Of a case that was opened meanwhile nothing is in the backup, so its values are nobody's there.
            if not value.case or value.case in self._known:
                yield form.plain_line(value)

    def _each(self) -> list[tuple[str | None, Stores]]:
        """Each service's stores, or the one set that all share under no name."""
        if len(distinct(stores.notes for stores in self._from.services.values())) == 1:
            return [(None, self._from.desk)]
        return list(self._from.services.items())


def _erased(file: WholeFile) -> list[Line]:
    found: list[Line] = []
    for record in file.events:
        if ERASED.encode() in record.body:
            event = decode(record.body)
            if event["type"].split(".")[2] == ERASED:
                found.append(
                    {"subject": event["data"]["subject"], "event": event["id"], "recorded": event["recordedtime"]}
                )
    return found


async def _plain(things: AsyncIterator[Any]) -> AsyncIterator[Line]:
    async for thing in things:
        yield form.plain_line(thing)


async def _listed(lines: list[Line]) -> AsyncIterator[Line]:
    for line in lines:
        yield line
