"""Office files that are zip containers of XML (docx, xlsx, pptx, ofd): unpacked within bounds, their words read. Pure."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat

MOST_PARTS = 2000
LARGEST_UNPACKED = 200 << 20
LARGEST_READ = 20 << 20
"""How much XML with the character of every mark in it is read for words: reading is slower than unpacking."""
RATIO_MATTERS_FROM, HIGHEST_RATIO = 10 << 20, 100
PIECE = 1 << 16

_BEGINS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")
# 密 as it can stand in XML; what has no such character bears no mark and need not be read.
_SECRET = re.compile(rb"\xe5\xaf\x86|&#(?:x0*5bc6|0*23494);|<!DOCTYPE", re.IGNORECASE)
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
_PLAIN = frozenset((b"utf-8", b"utf8", b"us-ascii", b"ascii"))
# Elements that end a line: paragraphs, line breaks, cells and their strings, notes, page headers of sheets.
_LINES = frozenset(
    "p br cr si is c v f comment text definedName "
    "oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter".split()
)
_HEADER_CODES = re.compile(r'&(?:"[^"]*"|[0-9]+|K[0-9A-Fa-f]{6}|.)')


class Locked(Exception):
    """The container has a password."""


class Unfit(Exception):
    """The container does not hold the part that its kind has."""


class Macros(Exception):
    """The container brings a program."""


class Bomb(Exception):
    """The container unpacks to far too much."""


class TooManyWords(Exception):
    """There is more to read than can be looked through."""


class Damaged(Exception):
    """The container or a part of it does not open."""


class _Declared(Exception):
    """A part declares a type of document (DTD), which no office program does: words could be hidden in its entities."""


def words_of(body: bytes, part: str) -> Iterator[str]:
    """The words of each part that may bear a mark of secrecy, in lines, while all is unpacked and nothing kept.

    Raises ``Damaged``, ``Locked``, ``Unfit`` without ``part``, ``Macros``, ``Bomb``, ``TooManyWords``.
    """
    try:
        with zipfile.ZipFile(BytesIO(body)) as container:
            entries = _checked(container, part)
            unpacked = read = 0
            for entry in entries:
                pieces: list[bytes] = []
                is_xml = entry.filename.lower().endswith(".xml")
                with container.open(entry) as packed:
                    while piece := packed.read(PIECE):
                        unpacked += len(piece)
                        if unpacked > LARGEST_UNPACKED:
                            raise Bomb
                        if pieces or is_xml or piece.lstrip().startswith(_BEGINS):
                            pieces.append(piece)
                xml = b"".join(pieces)
                if _may_be_marked(xml):
                    read += len(xml)
                    if read > LARGEST_READ:
                        raise TooManyWords
                    yield _read(xml, entry.filename)
            if unpacked > RATIO_MATTERS_FROM and unpacked > HIGHEST_RATIO * len(body):
                raise Bomb
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as problem:
        raise Damaged from problem


def _checked(container: zipfile.ZipFile, part: str) -> list[zipfile.ZipInfo]:
    """The entries, where what is told of them is fit."""
    entries = container.infolist()
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Locked
    if part not in names:
        raise Unfit
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise zipfile.BadZipFile("a compression that office files do not use")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Macros
    if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise Bomb
    return entries


def _may_be_marked(xml: bytes) -> bool:
    if not xml:
        return False
    if b"\x00" in xml[:4] or xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    encoding = _ENCODING.match(xml.removeprefix(b"\xef\xbb\xbf"))
    return (encoding is not None and encoding[1].lower() not in _PLAIN) or _SECRET.search(xml) is not None


def _read(xml: bytes, name: str) -> str:
    """The words of a part. Of a drawing (VML, SVG) that is not quite XML they are read up to there."""
    reader = _Reader(every_element_is_a_line=name.startswith("docProps/") or name.endswith(("OFD.xml", "Document.xml")))
    try:
        reader.read(xml)
    except (expat.ExpatError, _Declared) as problem:
        if name.lower().endswith(".xml"):
            raise Damaged from problem
    return "".join(reader.said)


class _Reader:
    """Collects text and attributes. Runs of a paragraph, and text that an OFD page has on one height, are one line."""

    def __init__(self, *, every_element_is_a_line: bool) -> None:
        self.said: list[str] = []
        self._every = every_element_is_a_line
        self._height: str | None = None
        self._header = False
        self._open = False

    def read(self, xml: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(xml, True)

    def _doctype(self, *_: object) -> None:
        raise _Declared

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self._header = name.endswith(("Header", "Footer"))
        if name == "TextObject":
            height = attributes.get("Boundary", "0 0").partition(" ")[2].partition(" ")[0]
            if height != self._height:
                self.said.append("\n")
            self._height = height
        for value in attributes.values():
            if "密" in value:
                self.said.append(f"\n{value}\n")

    def _end(self, tag: str) -> None:
        if self._open and (self._every or tag.rpartition(":")[2] in _LINES):
            self.said.append("\n")
            self._open = False

    def _text(self, text: str) -> None:
        self._open = True
        self.said.append(_HEADER_CODES.sub("\n", text) if self._header else text)
