"""Marks of secrecy (密级标志): what bears one never enters this system, and nothing of it is kept but its refusal. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from shared.domain.kind import Command, RuleBroken
from shared.domain.text import Text

BASIS: Final = Text(
    "《保守国家秘密法》：涉密信息不得在本系统处理；《政府信息公开条例》第十四条",
    "Law on Guarding State Secrets: nothing classified enters this system; Disclosure Regulation, Art. 14",
)
MARKED: Final = Text(
    "标注或选择了密级的内容不得进入本系统，系统未保存任何内容；请走涉密渠道",
    "classified matter does not enter this system and nothing of it was kept; use the classified channel",
)

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]")
_STAR = "★☆⭐🌟✩✪✫✬✭✮✯✰⋆"
_ASTERISK = "*∗✱✲✳﹡"
_LEVEL = r"(?:[绝絕絶]\s*密|[机機]\s*密|[秘祕]\s*密)"
_SPAN = r"(?:[0-9一二三四五六七八九十两]+\s*(?:年|个?月|天|日)|长期|永久|启用前|公布前|解密)"
_AROUND = rf"[ {_STAR}{_ASTERISK}·•・.:()\[\]【】〔〕〖〗《》〈〉<>「」『』“”\"'|#_—–-]*"
_MARK = re.compile(
    rf"{_LEVEL}\s*[{_STAR}]"
    rf"|{_LEVEL}\s*[{_ASTERISK}]\s*{_SPAN}"
    rf"|{_LEVEL}[\s·•・—–-]*启用前"
    rf"|^{_AROUND}(?:密\s*级{_AROUND})?{_LEVEL}{_AROUND}(?:{_SPAN}{_AROUND})?$",
    re.MULTILINE,
)


def marked(text: str) -> bool:
    """Whether a text bears a mark of secrecy as classified documents do: 机密★10年, 绝密★启用前, or a line that is one.

    The word in a sentence is none: a citizen may ask for the list of 机密文件.
    """
    if "密" not in text:
        return False
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    # Blank lines and runs of blanks mean nothing; left in, a text of nothing else would take for ever.
    lines = (" ".join(line.split()) for line in plain.splitlines())
    return _MARK.search("\n".join(line for line in lines if line)) is not None


def refuse_marked(kind: str, command: Command) -> None:
    """Raises ``<kind>.classified`` at the first field of a command, still in plain words, that bears a mark of secrecy."""
    for name in type(command).model_fields:
        if any(marked(text) for text in _texts(getattr(command, name))):
            raise refusal(kind, name)


def refusal(kind: str, field: str) -> RuleBroken:
    """The refusal ``<kind>.classified``, to be raised; that it was refused is kept, nothing of what was refused is."""
    return RuleBroken(f"{kind}.classified", MARKED, BASIS, field, noted=True)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a field's value, however deep."""
    match value:
        case str():
            yield value
        case BaseModel():
            for name in type(value).model_fields:
                yield from _texts(getattr(value, name))
        case Mapping():
            for key, inner in value.items():
                yield from _texts(key)
                yield from _texts(inner)
        case Iterable() if not isinstance(value, bytes):
            for inner in value:
                yield from _texts(inner)
