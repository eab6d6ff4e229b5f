"""Attachments (附件): what may come in, checked by content; personal ones sealed under the person's or case's key."""

import asyncio
import base64
import binascii
import hashlib
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidTag

from shared.domain.classified import marked
from shared.domain.classified import refusal as classified
from shared.domain.kind import RuleBroken
from shared.domain.text import Text
from shared.security.compound import SIGNATURE, CompoundFile, NotCompound
from shared.security.containers import Bomb, Damaged, Locked, Macros, TooManyWords, Unfit, words_of
from shared.security.sealing import KEY_BYTES, NONCE_BYTES, CipherKey, CipherName, Where, cipher_named
from shared.security.vault import Vault, VaultProblem
from shared.storage.port import FileStore

LARGEST = 20 << 20
LONGEST_NAME = 120

Code = Literal["too_large", "empty", "type", "content", "bomb", "locked", "macros"]
_OFFICE = "application/vnd.openxmlformats-officedocument."
_WORD = {"WordDocument": (b"\xec\xa5", b"\xdc\xa5")}
_SHEETS = dict.fromkeys(("Workbook", "Book"), (b"\x09\x08", b"\x09\x04", b"\x09\x02"))
"""Old office files: the stream that one of them has, and how that begins."""

LOCKED = Text("文件已加密，请去掉密码", "the file is locked; take its password off")
MACROS = Text("文件含有宏，请另存为不含宏的文件", "the file has macros; save it without")
BOMB = Text("文件解压后过大，疑为压缩炸弹", "the file unpacks to far too much; it looks like a zip bomb")
DAMAGED = Text("文件已损坏，打不开", "the file is damaged and does not open")
TOO_MANY_WORDS = Text(
    "文件内容过多，无法逐字核对密级标志，请分成几个文件",
    "the file holds more words than can be looked through for marks of secrecy; divide it into several files",
)


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that may come in: its media type, how its content begins, which part its container or stream its file has."""

    media_type: str
    begins: bytes = b""
    part: str | None = None
    streams: Mapping[str, tuple[bytes, ...]] | None = None
    text: bool = False


TYPES: Mapping[str, FileType] = {
    "pdf": FileType("application/pdf", b"%PDF-"),
    "docx": FileType(f"{_OFFICE}wordprocessingml.document", b"PK\x03\x04", "word/document.xml"),
    "xlsx": FileType(f"{_OFFICE}spreadsheetml.sheet", b"PK\x03\x04", "xl/workbook.xml"),
    "pptx": FileType(f"{_OFFICE}presentationml.presentation", b"PK\x03\x04", "ppt/presentation.xml"),
    "ofd": FileType("application/ofd", b"PK\x03\x04", "OFD.xml"),
    "doc": FileType("application/msword", SIGNATURE, streams=_WORD),
    "xls": FileType("application/vnd.ms-excel", SIGNATURE, streams=_SHEETS),
    "wps": FileType("application/wps-office.wps", SIGNATURE, streams=_WORD),
    "et": FileType("application/wps-office.et", SIGNATURE, streams=_SHEETS),
    "jpg": FileType("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": FileType("image/jpeg", b"\xff\xd8\xff"),
    "png": FileType("image/png", b"\x89PNG\r\n\x1a\n"),
    "txt": FileType("text/plain; charset=utf-8", text=True),
}


class FileRefused(Exception):
    """A file that may not come in: ``code``, why in words, and the field it came by. HTTP: 413 too large, else 422."""

    def __init__(self, code: Code, message: Text, field: str) -> None:
        super().__init__(f"{field}: {message.zh}")
        self.code, self.message, self.field = code, message, field


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file. ``id`` is the SHA-256 of what is stored, in hex; ``size`` that of the plain content in bytes."""

    id: str
    name: str
    media_type: str
    size: int


class Files:
    """Keeps and opens attachments. An event holds an attachment's ``id``.

    A personal file is sealed under a key of its own; that key lies in the vault, first under the upload, after
    ``claim`` under the person or the case, with whom it is erased.
    """

    def __init__(
        self, store: FileStore, vault: Vault, *, largest: int = LARGEST, cipher: CipherName = "AES-256-GCM"
    ) -> None:
        self._store, self._vault, self._largest, self._cipher = store, vault, largest, cipher

    async def keep(self, name: str, body: bytes, *, field: str = "file") -> Attachment:
        """Stores a file that holds nobody's personal data. Raises ``FileRefused``, ``StoreAway``."""
        name, media_type = await asyncio.to_thread(checked, name, body, field=field, largest=self._largest)
        kept = Attachment(hashlib.sha256(body).hexdigest(), name, media_type, len(body))
        await self._store.keep(kept.id, name, media_type, len(body), None, body)
        return kept

    async def keep_personal(self, name: str, body: bytes, *, field: str = "file") -> Attachment:
        """Stores a file sealed, its name with it; whoever knows the id may ``claim`` it once."""
        name, media_type = await asyncio.to_thread(checked, name, body, field=field, largest=self._largest)
        key = os.urandom(KEY_BYTES)
        nonce, sealed = CipherKey(self._cipher, key).seal(body, Where("file", "", ""))
        stored = self._cipher.encode() + b"\n" + nonce + sealed
        kept = Attachment(hashlib.sha256(stored).hexdigest(), name, media_type, len(body))
        value = f"{base64.b64encode(key).decode()}\n{name}"
        await self._vault.put(ref=self._upload(kept.id), subject=f"u:{kept.id}", case="", value=value)
        await self._store.keep(kept.id, "", media_type, len(body), self._owned(kept.id), stored)
        return kept

    async def claim(self, ids: Sequence[str], *, case: str, writer: str | None) -> None:
        """Moves the keys of uploads under the case's writer, or under the case itself where there is none.

        To be called once the command that names the files is carried out (before it, if the writer is known); a repeat
        and files that are not sealed change nothing. Raises ``RuleBroken`` when the writer was erased; the uploads are
        then gone too.
        """
        values = await self._vault.read(map(self._upload, ids))
        for id_ in ids:
            value = values[self._upload(id_)]
            if value is None:
                continue
            try:
                await self._vault.put(ref=self._owned(id_), subject=writer or f"case:{case}", case=case, value=value)
            except RuleBroken:
                await self._vault.erase(f"u:{id_}")
                raise
            await self._vault.erase(f"u:{id_}")

    async def owner(self, id_: str) -> str | None:
        """The case under which a sealed file was claimed; None as long as it was not, and for a file nobody owns."""
        return await self._vault.case_of(self._owned(id_))

    async def open(self, id_: str) -> tuple[Attachment, bytes] | None:
        """A file and its plain content; None if it is not there or was erased.

        Raises ``VaultProblem`` when it is not what was stored, ``StoreAway``.
        """
        found = await self._store.fetch(id_)
        if found is None:
            return None
        name, media_type, sealed_ref, body = found
        if hashlib.sha256(body).hexdigest() != id_:
            raise _damaged(id_)
        if sealed_ref is not None:
            values = await self._vault.read((sealed_ref, self._upload(id_)))
            value = values[sealed_ref] or values[self._upload(id_)]
            if value is None:
                return None
            encoded, _, name = value.partition("\n")
            body = _opened(id_, encoded, body)
        return Attachment(id_, name, media_type, len(body)), body

    def _upload(self, id_: str) -> str:
        return self._vault.reference("upload", id_)

    def _owned(self, id_: str) -> str:
        return self._vault.reference("file", id_)


def checked(name: str, body: bytes, *, field: str, largest: int = LARGEST) -> tuple[str, str]:
    """The clean name and the media type of a file that may come in. Raises ``FileRefused``."""
    name = clean_name(name)
    if len(body) > largest:
        size = f"{largest / (1 << 20):.0f} MiB" if largest >= 1 << 20 else f"{largest} B"
        raise FileRefused("too_large", Text(f"文件超过 {size}", f"the file is larger than {size}"), field)
    if not body:
        raise FileRefused("empty", Text("文件是空的", "the file is empty"), field)
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    kind = TYPES.get(extension)
    if kind is None:
        allowed = "、".join(TYPES)
        raise FileRefused(
            "type",
            Text(
                f"不接受“{extension or name}”类文件，可以上传：{allowed}",
                f'files of the kind "{extension or name}" are not taken; these are: {allowed}',
            ),
            field,
        )
    if not body.startswith(kind.begins):
        raise _not_what_it_says(extension, field)
    if marked(name.rpartition(".")[0]):
        raise classified("file", field)
    if kind.text:
        _check_text(body, field)
    if kind.part is not None:
        _check_container(body, kind.part, extension, field)
    if kind.streams is not None:
        _check_compound(body, kind.streams, extension, field)
    return name, kind.media_type


def clean_name(name: str) -> str:
    """The name without folders, invisible characters and what file systems refuse; at most 120 characters."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    name = re.sub(r'[<>:"|?*]', "_", re.sub(r"\s+", " ", name)).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    stem = stem.strip(". ") or "附件"
    if re.fullmatch(r"(?i)(con|prn|aux|nul|(com|lpt)[0-9])(\..*)?", stem):
        stem = f"_{stem}"
    extension = extension[:16]
    room = LONGEST_NAME - len(extension) - len(dot)
    return f"{stem[:room].rstrip('. ')}{dot}{extension}"


def _check_text(body: bytes, field: str) -> None:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise FileRefused(
            "content",
            Text("文本文件请以 UTF-8 编码保存后再上传", "save the text file as UTF-8 and upload it again"),
            field,
        ) from problem
    if any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n\f" for letter in text):
        raise FileRefused("content", Text("这不是文本文件", "this is not a text file"), field)
    if marked(text):
        raise classified("file", field)


def _check_container(body: bytes, part: str, extension: str, field: str) -> None:
    """Unpacks an office container, so that its real sizes are known, and looks for marks of secrecy in its words."""
    try:
        for words in words_of(body, part):
            if marked(words):
                raise classified("file", field)
    except Locked as problem:
        raise FileRefused("locked", LOCKED, field) from problem
    except Unfit as problem:
        raise _not_what_it_says(extension, field) from problem
    except Macros as problem:
        raise FileRefused("macros", MACROS, field) from problem
    except Bomb as problem:
        raise FileRefused("bomb", BOMB, field) from problem
    except TooManyWords as problem:
        raise FileRefused("too_large", TOO_MANY_WORDS, field) from problem
    except Damaged as problem:
        raise FileRefused("content", DAMAGED, field) from problem


def _check_compound(body: bytes, streams: Mapping[str, tuple[bytes, ...]], extension: str, field: str) -> None:
    """An old office file is what its name says: one of its kind's streams is there and begins as that does."""
    try:
        found = CompoundFile(body)
        beginnings = {name: found.begins(name) for name in streams}
    except NotCompound as problem:
        raise FileRefused("content", DAMAGED, field) from problem
    if not any(said is not None and said.startswith(streams[name]) for name, said in beginnings.items()):
        raise _not_what_it_says(extension, field)
    if found.has_program:
        raise FileRefused("macros", MACROS, field)


def _not_what_it_says(extension: str, field: str) -> FileRefused:
    return FileRefused(
        "content",
        Text(
            f"文件内容与扩展名 .{extension} 不符",
            f"the file's content is not what its extension .{extension} says",
        ),
        field,
    )


def _opened(id_: str, encoded: str, body: bytes) -> bytes:
    name, _, rest = body.partition(b"\n")
    cipher = cipher_named(name.decode("ascii", "replace"))
    try:
        if cipher is None:
            raise InvalidTag
        key = base64.b64decode(encoded, validate=True)
        return CipherKey(cipher, key).open(rest[:NONCE_BYTES], rest[NONCE_BYTES:], Where("file", "", ""))
    except (InvalidTag, binascii.Error) as problem:
        raise _damaged(id_) from problem


def _damaged(id_: str) -> VaultProblem:
    return VaultProblem(
        Text(f"附件 {id_} 已损坏，与上传时不同", f"attachment {id_} is damaged: it is not what was uploaded")
    )
