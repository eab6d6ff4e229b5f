"""The vault (个人信息保险柜): personal values sealed per person, read by reference, erased by dropping the key."""

import asyncio
import os
import re
import unicodedata
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag

from shared.domain.kind import BadField, RuleBroken
from shared.domain.text import Text
from shared.engine.sealing import Opened, Sealed, Under
from shared.security.keys import Keys
from shared.security.sealing import KEY_BYTES, NONCE_BYTES, CipherKey, CipherName, Where, cipher_named
from shared.storage.port import SealedValue, SubjectTaken, VaultStore, VaultSubject

KEY_CHECK = "key-check"
REFERENCE_LENGTH = 26
_LETTERS = bytes(b"abcdefghijklmnopqrstuvwxyz234567"[byte & 31] for byte in range(256))
_NO_HYPHENS = dict.fromkeys(map(ord, "-\u2010\u2011\u2012\u2013\u2014\u2212"))
_IDENTITY = re.compile(r"[0-9A-Z()-]{6,40}")


class VaultProblem(RuntimeError):
    """A value or key is there but cannot be opened: damaged, moved, or sealed under another master key."""

    def __init__(self, message: Text) -> None:
        super().__init__(f"{message.zh} / {message.en}")
        self.message = message


class WrongMasterKey(Exception):
    """The master key is not the one that the store's personal data were sealed with."""


class Vault:
    """Seals and opens values kept in a ``VaultStore``. Opened keys live only as long as one call."""

    def __init__(self, store: VaultStore, keys: Keys, *, cipher: CipherName = "AES-256-GCM") -> None:
        self._store, self._keys, self._cipher = store, keys, cipher
        self._wrapping = CipherKey(cipher, keys.for_use("vault"))

    async def prepare(
        self,
        *,
        case: str,
        seed: str,
        writer: str | None,
        values: Mapping[str, tuple[str, Under]],
        lookup: str | None = None,
        pending: Sequence[VaultSubject] = (),
    ) -> Sealed:
        """Seals a command's vault fields (field -> value and whose key it goes under); writes nothing.

        ``seed`` is the command's id and body: a repeated command gets the same references, a corrected one others.
        ``writer`` is the subject the case knows; without one, ``lookup`` (an identity number) finds the same person's
        subject, else a new one is made. ``pending`` are subjects made earlier in the same commit. To be called anew for
        each attempt at a commit, since keys may have come or gone. Raises ``RuleBroken`` when the writer's data was
        erased, ``BadField`` for text that is none.
        """
        new: list[VaultSubject] = []
        sealed: list[SealedValue] = []
        refs: dict[str, str] = {}
        opened = {subject.subject: self._key(subject) for subject in pending}
        if any(under == "writer" for _, under in values.values()):
            writer = await self._writer(case, seed, writer, lookup, pending, new, opened)
        for field, (value, under) in values.items():
            subject = writer if under == "writer" and writer is not None else f"case:{case}"
            if subject not in opened:
                await self._open_or_make(subject, new, opened)
            ref = refs[field] = self.reference(case, seed, field)
            try:
                plain = value.encode()
            except UnicodeEncodeError as problem:
                raise BadField(field, Text("含有无法识别的字符", "it holds characters that are no text")) from problem
            nonce, body = opened[subject].seal(plain, Where("value", subject, ref))
            sealed.append(SealedValue(ref, subject, case, self._cipher, nonce, body))
        return Sealed(refs, tuple(new), tuple(sealed), writer)

    async def read(self, refs: Iterable[str]) -> dict[str, str | None]:
        """The values by reference; None where the value was erased. Raises ``StoreAway``, ``VaultProblem``."""
        found = await self.opened(refs)
        for reason in found.unreadable.values():
            raise VaultProblem(reason)
        return dict(found.plain)

    async def opened(self, refs: Iterable[str]) -> Opened:
        """As ``read``; what does not open is told beside the rest instead of raised. Raises ``StoreAway``."""
        wanted = tuple(dict.fromkeys(refs))
        plain: dict[str, str | None] = dict.fromkeys(wanted)
        unreadable: dict[str, Text] = {}
        if not wanted:
            return Opened(plain, unreadable)
        values = await self._store.values(wanted)
        names = tuple({value.subject for value in values})
        subjects = dict(zip(names, await asyncio.gather(*map(self._store.subject, names)), strict=True))
        keys = {name: self._opened_key(subject) for name, subject in subjects.items() if subject is not None}
        for value in values:
            key = keys.get(value.subject)
            if isinstance(key, Text):
                unreadable[value.ref] = key
            elif key is not None:
                try:
                    plain[value.ref] = _open_value(value, key)
                except VaultProblem as problem:
                    unreadable[value.ref] = problem.message
        return Opened(plain, unreadable)

    async def prove(self, *, begin: bool) -> bool:
        """Whether the master key is known to be the one that the store was sealed with; False where nothing is sealed yet.

        The store keeps a key check (密钥校验) among its subjects, a key that belongs to nobody. Where there is none, it is
        made if the key opens most of what is sealed there; on a store with nothing sealed only to ``begin`` one. Of two
        processes at once one makes it, and the other is held against it. Raises ``WrongMasterKey``, ``StoreAway``.
        """
        check = await self._store.subject(KEY_CHECK)
        if check is None:
            opening = shut = 0
            async for subject in self._store.export_subjects():
                opens = isinstance(self._opened_key(subject), bytes)
                opening, shut = opening + opens, shut + (not opens)
            if shut and opening <= shut:
                raise WrongMasterKey
            if not (opening or begin):
                return False
            made = VaultSubject(KEY_CHECK, self._wrap(KEY_CHECK, os.urandom(KEY_BYTES)), None)
            with suppress(SubjectTaken):
                await self._store.import_vault((made,), ())
            check = await self._store.subject(KEY_CHECK)
        try:
            if check is not None:
                self._unwrap(check)
        except VaultProblem as problem:
            raise WrongMasterKey from problem
        return check is not None

    async def unreadable(self) -> AsyncIterator[tuple[str, Text]]:
        """(case or subject, reason) of every key and value that does not open."""
        keys: dict[str, bytes] = {}
        async for subject in self._store.export_subjects():
            found = self._opened_key(subject)
            if isinstance(found, Text):
                yield subject.subject, found
            else:
                keys[subject.subject] = found
        async for value in self._store.export_values():
            # Under a key that does not open nothing does; one without a key was erased, or is new.
            key = keys.get(value.subject)
            if key is None:
                continue
            try:
                _open_value(value, key)
            except VaultProblem as problem:
                yield value.case or value.ref, problem.message

    async def read_one(self, ref: str) -> str | None:
        """One value; None if it was erased."""
        return (await self.read((ref,)))[ref]

    async def case_of(self, ref: str) -> str | None:
        """The case in which a value was given; None if there is no such value."""
        found = await self._store.values((ref,))
        return found[0].case if found else None

    async def find(self, identity: str) -> str | None:
        """The subject of the person with this identity number, if the vault knows one."""
        found = await self._known(self._subject_keys(identity))
        return found.subject if found else None

    async def erase(self, subject: str) -> int:
        """Deletes a subject's key and values for good; how many values there were."""
        return await self._store.erase(subject)

    def subject_key(self, identity: str) -> str | None:
        """The keyed hash by which a person who is new is recognised by identity number, however it was typed.

        None for what is too short to tell one person from all others (a nickname, 匿名).
        """
        return next(reversed(self._subject_keys(identity)), None)

    def _subject_keys(self, identity: str) -> list[str]:
        """The keyed hashes a person may be known by: hyphens kept, as they were at first, then without them."""
        plain = "".join(unicodedata.normalize("NFKC", identity).split()).upper()
        typed = dict.fromkeys((plain, plain.translate(_NO_HYPHENS)))
        return [self._keys.keyed_hash("lookup", one).hex() for one in typed if _IDENTITY.fullmatch(one)]

    async def _known(self, keys: Sequence[str]) -> VaultSubject | None:
        for key in keys:
            if (found := await self._store.find_subject(key)) is not None:
                return found
        return None

    def reference(self, *parts: str) -> str:
        """The reference of what ``parts`` name, ``v:`` and 26 letters: always the same, unguessable for others."""
        return f"v:{self._letters(*parts)}"

    async def put(self, *, ref: str, subject: str, case: str, value: str) -> None:
        """Seals and stores a value outside a case's commit. Makes the subject of an upload (``u:``) or case (``case:``)
        where it is new. Raises ``RuleBroken`` when the person was erased, ``StoreAway``.
        """
        new: list[VaultSubject] = []
        opened: dict[str, CipherKey] = {}
        await self._open_or_make(subject, new, opened)
        if new and not subject.startswith(("u:", "case:")):
            raise _erased()
        nonce, body = opened[subject].seal(value.encode(), Where("value", subject, ref))
        try:
            await self._store.put(new[0] if new else None, SealedValue(ref, subject, case, self._cipher, nonce, body))
        except SubjectTaken:
            await self.put(ref=ref, subject=subject, case=case, value=value)

    async def _writer(
        self,
        case: str,
        seed: str,
        writer: str | None,
        lookup: str | None,
        pending: Sequence[VaultSubject],
        new: list[VaultSubject],
        opened: dict[str, CipherKey],
    ) -> str:
        if writer is not None and writer in opened:
            return writer
        if writer is not None:
            known = await self._store.subject(writer)
            if known is None:
                raise _erased()
            opened[writer] = self._key(known)
            return writer
        keys = self._subject_keys(lookup) if lookup else []
        for subject in pending:
            if subject.lookup in keys:
                return subject.subject
        found = await self._known(keys)
        if found is not None:
            opened[found.subject] = self._key(found)
            return found.subject
        made = f"s:{self._letters(case, seed, '')}"
        await self._open_or_make(made, new, opened, lookup=next(reversed(keys), None))
        return made

    async def _open_or_make(
        self, subject: str, new: list[VaultSubject], opened: dict[str, CipherKey], lookup: str | None = None
    ) -> None:
        known = await self._store.subject(subject)
        if known is not None:
            opened[subject] = self._key(known)
        else:
            key = os.urandom(KEY_BYTES)
            opened[subject] = CipherKey(self._cipher, key)
            new.append(VaultSubject(subject, self._wrap(subject, key), lookup))

    def _letters(self, *parts: str) -> str:
        """130 bits of a keyed hash, five of each byte, as lower-case base-32 letters."""
        return self._keys.keyed_hash("reference", *parts)[:REFERENCE_LENGTH].translate(_LETTERS).decode()

    def _wrap(self, subject: str, key: bytes) -> bytes:
        nonce, body = self._wrapping.seal(key, Where("key", subject, ""))
        return self._cipher.encode() + b"\n" + nonce + body

    def _key(self, subject: VaultSubject) -> CipherKey:
        return CipherKey(self._cipher, self._unwrap(subject))

    def _opened_key(self, subject: VaultSubject) -> bytes | Text:
        """A subject's key, or why it does not open."""
        try:
            return self._unwrap(subject)
        except VaultProblem as problem:
            return problem.message

    def _unwrap(self, subject: VaultSubject) -> bytes:
        name, _, rest = subject.wrapped_key.partition(b"\n")
        cipher = cipher_named(name.decode("ascii", "replace"))
        where = Where("key", subject.subject, "")
        try:
            if cipher is None:
                raise InvalidTag
            key = self._wrapping if cipher == self._cipher else CipherKey(cipher, self._keys.for_use("vault"))
            return key.open(rest[:NONCE_BYTES], rest[NONCE_BYTES:], where)
        except InvalidTag as problem:
            raise VaultProblem(
                Text(
                    f"打不开保险柜中 {subject.subject} 的密钥：主密钥不对，或数据已损坏",
                    f"the vault key of {subject.subject} does not open: another master key, or damaged data",
                )
            ) from problem


def _erased() -> RuleBroken:
    return RuleBroken(
        "vault.erased",
        Text(
            "当事人的个人信息已经删除，不能再登记其个人信息",
            "the person's data was erased; nothing more can be recorded for them",
        ),
        Text("《个人信息保护法》第四十七条", "Personal Information Protection Law, Art. 47"),
    )


def _open_value(value: SealedValue, key: bytes) -> str:
    cipher = cipher_named(value.cipher)
    try:
        if cipher is None:
            raise InvalidTag
        return CipherKey(cipher, key).open(value.nonce, value.body, Where("value", value.subject, value.ref)).decode()
    except (InvalidTag, UnicodeDecodeError) as problem:
        raise VaultProblem(
            Text(
                f"保险柜中的 {value.ref} 打不开：数据已损坏或被挪动",
                f"the vault value {value.ref} does not open: it was damaged or moved",
            )
        ) from problem
