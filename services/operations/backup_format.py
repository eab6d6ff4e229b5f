"""The files of a backup: one JSON object a line, and a manifest with the lines, bytes and SHA-256 digest of each."""

import base64
import hashlib
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from services.operations.problems import OperationRefused
from shared.eventlog.port import Logged
from shared.os_faults import reason_of
from shared.storage.port import (
    AuditEntry,
    CaseRecord,
    CommandRecord,
    EventRecord,
    FactRow,
    GivenNumber,
    Parked,
    Position,
    SealedValue,
    StoredFile,
    VaultSubject,
    WholeFile,
)

FORMAT = 1
MANIFEST = "manifest.json"
NOTES, POSITIONS, PARKED, FACTS, LOG = "notes", "positions", "parked", "facts", "log"
CASES, NUMBERS, VALUES, SUBJECTS, FILES, AUDIT, ERASED = (
    "cases",
    "numbers",
    "vault-values",
    "vault-subjects",
    "files",
    "audit",
    "erased",
)
PARTS = (NOTES, POSITIONS, PARKED, FACTS, LOG, CASES, NUMBERS, VALUES, SUBJECTS, FILES, AUDIT, ERASED)
"""In the order in which a backup of a working system is taken: no part rests on what a later one does not hold."""
AT_ONCE = 500
INSTANTS = ("opened", "through", "next_due", "updated")
Line = Mapping[str, Any]


def unusable(path: Path, problem: OSError) -> OperationRefused:
    """What the system says of a file of the backup, as a refusal that names it and who would have to read and write it."""
    why = reason_of(problem)
    return OperationRefused(
        f"备份 {path} 无法读写：{why.zh}（运行本命令的用户是 {os.geteuid()}）",
        f"the backup's {path} cannot be read or written: {why.en} (this runs as user {os.geteuid()})",
    )


@contextmanager
def at(path: Path) -> Iterator[None]:
    """Raises ``OperationRefused`` for an ``OSError``."""
    try:
        yield
    except OSError as problem:
        raise unusable(path, problem) from problem


class PartWriter:
    """Writes one part; ``close`` makes it durable."""

    def __init__(self, folder: Path, part: str) -> None:
        self.path = folder / f"{part}.jsonl"
        with at(self.path):
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: BinaryIO = os.fdopen(handle, "wb")
        self._digest = hashlib.sha256()
        self.lines = self.bytes = 0

    def write(self, line: Line) -> None:
        """Adds a line."""
        raw = orjson.dumps(line) + b"\n"
        try:
            self._file.write(raw)
        except OSError as problem:
            raise unusable(self.path, problem) from problem
        self._digest.update(raw)
        self.lines += 1
        self.bytes += len(raw)

    def close(self) -> dict[str, Any]:
        """What the manifest says of the part."""
        with at(self.path):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return {"lines": self.lines, "bytes": self.bytes, "sha256": self._digest.hexdigest()}


def write_manifest(folder: Path, manifest: Line) -> None:
    """Written last and whole: a backup without one was cut off."""
    with at(folder / MANIFEST):
        _written_whole(folder, manifest)


def _written_whole(folder: Path, manifest: Line) -> None:
    draft = folder / f".{MANIFEST}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / MANIFEST)
    above = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(above)
    finally:
        os.close(above)


def digest_of_parts(parts: Mapping[str, Line]) -> str:
    """One digest for the whole backup: SHA-256 over the sorted (part, lines, digest)."""
    hasher = hashlib.sha256()
    for name in sorted(parts):
        hasher.update(f"{name} {parts[name]['lines']} {parts[name]['sha256']}\n".encode())
    return hasher.hexdigest()


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup whose every digest has been checked."""

    folder: Path
    manifest: Line

    @property
    def digest(self) -> str:
        """Of the whole."""
        return str(self.manifest["digest"])

    async def logged(self, topics: Sequence[str]) -> AsyncIterator[list[Logged]]:
        """The records of its log in ``topics``, in pieces of one partition each, in their order."""
        lines = (line for line in self.lines(LOG) if line["topic"] in topics)
        for _, group in groupby(lines, key=itemgetter("topic", "partition")):
            while some := list(islice(group, AT_ONCE)):
                yield [
                    Logged(line["topic"], line["partition"], line["offset"], line["key"], unpacked(line["value"]))
                    for line in some
                ]

    def lines(self, part: str) -> Iterator[dict[str, Any]]:
        """The lines of a part."""
        with (self.folder / f"{part}.jsonl").open("rb") as file:
            for raw in file:
                yield orjson.loads(raw)


def checked_backup(folder: Path) -> Backup:
    """The backup in a folder, every file read and compared with the manifest. Raises ``OperationRefused``."""
    if not folder.is_dir():
        raise OperationRefused(f"没有这个备份目录：{folder}", f"no such backup folder: {folder}")
    path = folder / MANIFEST
    with at(path):
        there = path.is_file()
    if not there:
        raise OperationRefused(
            f"{folder} 中没有 {MANIFEST}：不是备份，或备份中途被打断",
            f"{folder} has no {MANIFEST}: it is no backup, or one that was cut off",
        )
    manifest = _manifest(path)
    parts = manifest["parts"]
    for part in PARTS:
        said = parts[part]
        lines, size, digest = _measured(folder / f"{part}.jsonl")
        if (lines, size, digest) != (said["lines"], said["bytes"], said["sha256"]):
            raise OperationRefused(
                f"{part}.jsonl 与清单不符：清单 {said['lines']} 行、{said['bytes']} 字节、{said['sha256'][:16]}……，"
                f"实为 {lines} 行、{size} 字节、{digest[:16]}……；什么也没有写入",
                f"{part}.jsonl is not what the manifest says: {said['lines']} lines, {said['bytes']} bytes, "
                f"{said['sha256'][:16]}…, but it has {lines} lines, {size} bytes, {digest[:16]}…; nothing was written",
            )
    if digest_of_parts(parts) != manifest["digest"]:
        raise OperationRefused(
            "清单的总摘要不符；什么也没有写入", "the manifest's own digest is off; nothing was written"
        )
    return Backup(folder, manifest)


def _manifest(path: Path) -> Line:
    wrong = OperationRefused(
        f"清单 {path} 无法读懂；什么也没有写入", f"the manifest {path} cannot be read; nothing was written"
    )
    try:
        with at(path):
            manifest = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as problem:
        raise wrong from problem
    if not isinstance(manifest, dict) or manifest.get("product") != "gongkai":
        raise wrong
    if manifest.get("format") != FORMAT:
        raise OperationRefused(
            f"备份格式为 {manifest.get('format')}，本版本只认 {FORMAT}",
            f"the backup's format is {manifest.get('format')}; this release knows {FORMAT}",
        )
    parts = manifest.get("parts")
    if not isinstance(parts, dict) or not isinstance(manifest.get("digest"), str):
        raise wrong
    missing = sorted(set(PARTS) ^ set(parts))
    if missing:
        raise OperationRefused(
            f"清单缺少或多出：{'、'.join(missing)}", f"the manifest lacks, or has besides: {', '.join(missing)}"
        )
    return manifest


def _measured(path: Path) -> tuple[int, int, str]:
    """(lines, bytes, SHA-256) of a file. Raises ``OperationRefused`` where there is none."""
    digest, lines, size = hashlib.sha256(), 0, 0
    with at(path):
        try:
            with path.open("rb") as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
                    lines += piece.count(b"\n")
                    size += len(piece)
        except FileNotFoundError as problem:
            raise OperationRefused(f"备份缺少文件 {path.name}", f"the backup lacks the file {path.name}") from problem
    return lines, size, digest.hexdigest()


# What a line holds of each thing


def packed(raw: bytes) -> str | dict[str, str]:
    """Bytes as text where they are text, else in base 64."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(raw).decode()}


def unpacked(value: str | Mapping[str, str]) -> bytes:
    """What ``packed`` was given."""
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])


def case_line(file: WholeFile, sent: int) -> Line:
    """A file whole; ``sent`` of its events are in the backup's log."""
    head = asdict(file.head) | {"sent": sent}
    for name in ("state", "dues", "columns"):
        head[name] = packed(head[name])
    for name in INSTANTS:
        head[name] = head[name].isoformat() if head[name] is not None else None
    return {
        "head": head,
        "events": [{"topic": e.topic, "key": e.key, "digest": e.digest, "body": packed(e.body)} for e in file.events],
        "commands": [{"id": c.id, "body_hash": c.body_hash, "answer": packed(c.answer)} for c in file.commands],
    }


def case_of(line: Line) -> WholeFile:
    """A file from its line."""
    head = dict(line["head"])
    for name in ("state", "dues", "columns"):
        head[name] = unpacked(head[name])
    for name in INSTANTS:
        head[name] = datetime.fromisoformat(head[name]) if head[name] is not None else None
    for name in ("parties", "hidden_from"):
        head[name] = tuple(head[name])
    case = head["id"]
    return WholeFile(
        CaseRecord(**head),
        tuple(
            EventRecord(case, place, e["topic"], e["key"], e["digest"], unpacked(e["body"]))
            for place, e in enumerate(line["events"], 1)
        ),
        tuple(CommandRecord(c["id"], c["body_hash"], case, unpacked(c["answer"])) for c in line["commands"]),
    )


def plain_line(
    thing: FactRow | Position | Parked | GivenNumber | SealedValue | VaultSubject | StoredFile | AuditEntry,
) -> Line:
    """A thing of plain fields as a line."""
    values = {item.name: getattr(thing, item.name) for item in fields(thing)}
    return {name: packed(value) if isinstance(value, bytes) else value for name, value in values.items()}


def fact_of(line: Line) -> FactRow:
    """A fact from its line."""
    return FactRow(**{**line, "voids": tuple(line["voids"])})


def parked_of(line: Line) -> Parked:
    """A parked event from its line."""
    return Parked(**{**line, "body": unpacked(line["body"])})


def value_of(line: Line) -> SealedValue:
    """A sealed value from its line."""
    return SealedValue(**{**line, "nonce": unpacked(line["nonce"]), "body": unpacked(line["body"])})


def subject_of(line: Line) -> VaultSubject:
    """A subject from its line."""
    return VaultSubject(**{**line, "wrapped_key": unpacked(line["wrapped_key"])})


def file_of(line: Line) -> StoredFile:
    """An attachment from its line."""
    return StoredFile(**{**line, "body": unpacked(line["body"])})


def entry_of(line: Line) -> AuditEntry:
    """An audit entry from its line."""
    return AuditEntry(**{**line, "body": unpacked(line["body"])})
