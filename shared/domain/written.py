"""What letters a text that people write may hold (文字): none that cannot be seen and none that turn the reading around."""

import re

from shared.domain.text import Text

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BREAK = re.compile("[\t\n\r\x85\u2028\u2029]")


def fault_of(text: str, *, lines: bool) -> Text | None:
    """Why a text cannot be taken; None where it can. ``lines``: it may have several, and tabs in them.

    Controls (C0, C1) are refused but for tab and line ends, so are the bidirectional overrides and isolates (U+202A to
    U+202E, U+2066 to U+2069), by which a name or a number can be made to look like another, and a text of letters
    that all leave no trace (U+200B): it would be an empty one.
    """
    if text.isprintable():
        return None
    if found := _CONTROL.search(text):
        return Text(
            f"不能含有控制字符（{_named(found[0])}）",
            f"must hold no control characters ({_named(found[0])})",
        )
    if found := _TURNING.search(text):
        return Text(
            f"不能含有改变文字方向的字符（{_named(found[0])}）",
            f"must hold no characters that change the direction of writing ({_named(found[0])})",
        )
    if not any(letter.isprintable() and not letter.isspace() for letter in text):
        return Text("没有可以看见的文字", "holds nothing that can be seen")
    if not lines and (found := _BREAK.search(text)):
        return Text(
            f"只能写一行，不能换行或含制表符（{_named(found[0])}）",
            f"must be one line, without line breaks or tabs ({_named(found[0])})",
        )
    return None


def _named(letter: str) -> str:
    return f"U+{ord(letter):04X}"
