"""Compound files (OLE2, MS-CFB) of old office programs: their header, allocation table and directory, within the file's bounds. Pure."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER = 512
ENTRY = 128
MINI = 64
_LITTLE = 0xFFFE
_IN_HEADER = 109
_LAST_SECTOR = 0xFFFFFFFA
_NOBODY = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_PROGRAMS = frozenset(("macros", "vba", "_vba_project_cur", "_vba_project"))


class NotCompound(Exception):
    """The bytes are no whole compound file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One storage or stream: its name, where its content begins and its size in bytes; ``inner`` is its first child."""

    name: str
    type: int
    left: int
    right: int
    inner: int
    start: int
    size: int


class CompoundFile:
    """A compound file that has been read as far as its directory. Raises ``NotCompound``."""

    def __init__(self, body: bytes) -> None:
        if len(body) < HEADER or not body.startswith(SIGNATURE):
            raise NotCompound
        major, order, shift, mini_shift = struct.unpack_from("<HHHH", body, 26)
        if order != _LITTLE or (major, shift) not in ((3, 9), (4, 12)) or mini_shift != 6:
            raise NotCompound
        self._body, self._sector, self._wide = body, 1 << shift, major == 4
        self._most = -(-len(body) // self._sector)
        first, self._cutoff, first_more, more = (struct.unpack_from("<I", body, at)[0] for at in (48, 56, 68, 72))
        self._table = self._allocation(first_more, more)
        directory = b"".join(self._sectors(first))
        self._entries = [_entry(directory, at, wide=self._wide) for at in range(0, len(directory), ENTRY)]
        if not self._entries or self._entries[0].type != _ROOT:
            raise NotCompound

    def begins(self, name: str) -> bytes | None:
        """The first bytes of the stream of that name at the top; None without one, or where it is empty."""
        for place in self._top():
            entry = self._entries[place]
            if entry.type == _STREAM and entry.name.lower() == name.lower() and entry.size:
                return self._first(entry)[: min(8, entry.size)]
        return None

    @property
    def has_program(self) -> bool:
        """Whether a VBA project is in it, wherever that hangs."""
        used = (entry for entry in self._entries if entry.type in (_STORAGE, _STREAM))
        return any(entry.name.lower() in _PROGRAMS for entry in used)

    def _allocation(self, first_more: int, more: int) -> list[int]:
        """Which sector follows each: the table lies in sectors that the header and, in large files, further sectors name."""
        named = list(struct.unpack_from(f"<{_IN_HEADER}I", self._body, 76))
        each = self._sector // 4
        for _ in range(min(more, self._most)):
            if first_more >= _LAST_SECTOR:
                break
            *further, first_more = struct.unpack(f"<{each}I", self._at(first_more))
            named += further
        table: list[int] = []
        for sector in named:
            if sector < _LAST_SECTOR and len(table) < self._most:
                table += struct.unpack(f"<{each}I", self._at(sector))
        return table

    def _at(self, sector: int) -> bytes:
        begin = (sector + 1) * self._sector
        found = self._body[begin : begin + self._sector]
        if not found:
            raise NotCompound
        return found.ljust(self._sector, b"\0")

    def _sectors(self, sector: int) -> Iterator[bytes]:
        """The chain that begins at a sector; one that runs in a circle or out of the table is none."""
        for _ in range(self._most):
            if sector >= _LAST_SECTOR:
                return
            if sector >= len(self._table):
                raise NotCompound
            yield self._at(sector)
            sector = self._table[sector]
        raise NotCompound

    def _first(self, entry: Entry) -> bytes:
        """The beginning of a stream, all of which must be there; a short one lies in the root's stream."""
        if entry.size >= self._cutoff:
            content = sum(map(len, self._sectors(entry.start)))
            if content < entry.size:
                raise NotCompound
            return self._at(entry.start)
        at = entry.start * MINI
        short = b"".join(self._sectors(self._entries[0].start))
        return short[at : at + MINI]

    def _top(self) -> Iterator[int]:
        """The entries of the root, each once."""
        waiting, seen = [self._entries[0].inner], set[int]()
        while waiting:
            place = waiting.pop()
            if place == _NOBODY or place in seen:
                continue
            if place >= len(self._entries):
                raise NotCompound
            seen.add(place)
            yield place
            waiting += (self._entries[place].left, self._entries[place].right)


def _entry(directory: bytes, at: int, *, wide: bool) -> Entry:
    length, type_ = struct.unpack_from("<HB", directory, at + 64)
    left, right, inner = struct.unpack_from("<III", directory, at + 68)
    start, size = struct.unpack_from("<IQ", directory, at + 116)
    name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    # What stands in the upper half of a size is not kept in order by programs of version 3.
    return Entry(name, type_, left, right, inner, start, size if wide else size & 0xFFFFFFFF)
