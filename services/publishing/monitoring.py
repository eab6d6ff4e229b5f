"""Content monitoring (内容监测): personal data, watched words and dead links in a text. Pure.

A hit is a warning that a reviewer answers; only a mark of secrecy (密级标志) keeps a text out, of every kind alike.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.text import Text

Finding = Literal["identity_number", "phone", "bank_card", "watched_word", "dead_link"]
FINDINGS: dict[Finding, Text] = {
    "identity_number": Text("公民身份号码", "identity number"),
    "phone": Text("手机或电话号码", "phone number"),
    "bank_card": Text("银行卡号", "bank card number"),
    "watched_word": Text("监测词", "watched word"),
    "dead_link": Text("失效链接", "dead link"),
}

# Digits as people write them: bare, or in groups with a blank or hyphen between; fullwidth ones are narrowed first.
_IDENTITY = re.compile(r"(?<![0-9])[1-9](?:[ -]?[0-9]){16}[ -]?[0-9Xx](?![0-9A-Za-z])")
_CARD = re.compile(r"(?<![0-9])[1-9](?:[ -]?[0-9]){14,18}(?![0-9])")
_MOBILE = re.compile(r"(?<![0-9])(?:\+?86[ -]?)?1[3-9](?:[ -]?[0-9]){9}(?![0-9])")
_LANDLINE = re.compile(r"(?<![0-9-])0[1-9][0-9]{1,2}[-) ）]{0,2}[2-8][0-9]{6,7}(?![0-9])")
_NARROW = str.maketrans("０１２３４５６７８９Ｘｘ－　", "0123456789Xx- ")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


class Hit(BaseModel):
    """What monitoring found: which, how often; a watched word or dead link from the county's list also by name.

    The personal data itself is never repeated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    finding: Finding
    count: int = Field(ge=1)
    listed: str | None = None


def monitor(text: str, words: Iterable[str] = (), dead_links: Iterable[str] = ()) -> tuple[Hit, ...]:
    """The hits in ``text`` in a fixed order. Identity numbers and cards count only where their check digit is right.

    ``words`` and ``dead_links`` are the county's own lists; an empty entry finds nothing.
    """
    narrow = text.translate(_NARROW)
    found: Counter[Finding] = Counter()
    spans: list[tuple[int, int]] = []
    checked: tuple[tuple[Finding, re.Pattern[str], Callable[[str], bool]], ...] = (
        ("identity_number", _IDENTITY, _identity_number),
        ("bank_card", _CARD, _bank_card),
    )
    for finding, pattern, holds in checked:
        for match in pattern.finditer(narrow):
            digits = re.sub(r"[ -]", "", match[0]).upper()
            if holds(digits) and not _within(match.span(), spans):
                spans.append(match.span())
                found[finding] += 1
    for pattern in (_MOBILE, _LANDLINE):
        for match in pattern.finditer(narrow):
            if not _within(match.span(), spans):
                spans.append(match.span())
                found["phone"] += 1
    order: tuple[Finding, ...] = ("identity_number", "phone", "bank_card")
    hits = [Hit(finding=name, count=found[name]) for name in order if found[name]]
    listed: tuple[tuple[Finding, Iterable[str]], ...] = (("watched_word", words), ("dead_link", dead_links))
    for name, entries in listed:
        for entry in sorted({entry.strip() for entry in entries} - {""}):
            if count := text.count(entry):
                hits.append(Hit(finding=name, count=count, listed=entry))
    return tuple(hits)


def told(hits: Iterable[Hit]) -> Text:
    """The hits in words, for a refusal: ``公民身份号码 1 处、监测词“某某” 2 处``."""
    zh, en = [], []
    for hit in hits:
        title = FINDINGS[hit.finding]
        zh.append(f"{title.zh}{f'“{hit.listed}”' if hit.listed else ''} {hit.count} 处")
        en.append(f"{hit.count} × {title.en}{f' {hit.listed}' if hit.listed else ''}")
    return Text("、".join(zh), ", ".join(en))


def _identity_number(digits: str) -> bool:
    """GB 11643: the eighteenth is the check digit of the seventeen before it."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return _CHECK[total % 11] == digits[17]


def _bank_card(digits: str) -> bool:
    """The last digit makes the number pass the Luhn check; 16 to 19 digits, and the first one is a card issuer's."""
    if len(digits) < 16 or digits[0] not in "3456":
        return False
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _within(span: tuple[int, int], spans: Iterable[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in spans)
