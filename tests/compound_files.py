"""Compound files (OLE2) as office programs write them, as small as they can be: made by hand, for tests."""

import struct
from collections.abc import Mapping

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORD = b"\xec\xa5\xc1\x00".ljust(4096, b"\0")
SHEETS = b"\x09\x08\x10\x00".ljust(4096, b"\0")


def compound(streams: Mapping[str, bytes], storages: Mapping[str, Mapping[str, bytes]] | None = None) -> bytes:
    """Streams at the top, and storages with streams of their own."""
    entries: list[tuple[str, int, int, int, bytes]] = [("Root Entry", 5, FREE, 1, b"")]
    top = [*streams, *(storages or {})]
    inner = {name: len(top) + 1 + sum(len(one) for one in list((storages or {}).values())[:place])
             for place, name in enumerate(storages or {})}  # fmt: skip
    for place, name in enumerate(top, 1):
        following = place + 1 if place < len(top) else FREE
        if name in streams:
            entries.append((name, 2, following, FREE, streams[name]))
        else:
            entries.append((name, 1, following, inner[name] if (storages or {})[name] else FREE, b""))
    for held in (storages or {}).values():
        for place, (name, content) in enumerate(held.items(), 1):
            entries.append((name, 2, len(entries) + 1 if place < len(held) else FREE, FREE, content))
    while len(entries) % 4:
        entries.append(("", 0, FREE, FREE, b""))
    # Sector 0 is the table, then comes the directory, then the contents; short streams lie in the root's own.
    table = [TABLE]
    directory = len(entries) * 128 // SECTOR
    table += [*range(2, directory + 1), END]
    short = b"".join(_padded(content, 64) for *_, content in entries if 0 < len(content) < 4096)
    contents = [short, *(content for *_, content in entries if len(content) >= 4096)]
    begins, body = [], b""
    for content in contents:
        begins.append(len(table) if content else END)
        count = len(_padded(content, SECTOR)) // SECTOR
        table += [*range(len(table) + 1, len(table) + count), END] if count else []
        body += _padded(content, SECTOR)
    assert len(table) <= SECTOR // 4
    long, mini, packed = iter(begins[1:]), 0, b""
    for name, kind, right, child, content in entries:
        if kind == 5:
            start, size = begins[0], len(short)
        elif len(content) >= 4096:
            start, size = next(long), len(content)
        else:
            start, size = mini, len(content)
            mini += len(_padded(content, 64)) // 64
        written = name.encode("utf-16-le")
        packed += written.ljust(64, b"\0") + struct.pack("<HBB", len(written) + 2 if name else 0, kind, 1)
        packed += struct.pack("<III", FREE, right, child) + bytes(36) + struct.pack("<IQ", start, size)
    header = SIGNATURE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0, 0) + struct.pack("<I", FREE) * 108
    return header + struct.pack("<128I", *table, *[FREE] * (128 - len(table))) + packed + body


def _padded(content: bytes, to: int) -> bytes:
    return content.ljust(-(-len(content) // to) * to, b"\0")
