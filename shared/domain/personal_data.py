"""Personal data in a text: identity numbers, phone and bank card numbers, by their form and check digits. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final, Literal

from shared.domain.text import Text

PersonalData = Literal["identity_number", "phone", "bank_card"]
PERSONAL_DATA: Final[Mapping[PersonalData, Text]] = {
    "identity_number": Text("公民身份号码", "identity number"),
    "phone": Text("手机或电话号码", "phone number"),
    "bank_card": Text("银行卡号", "bank card number"),
}

# Digits as people write them: bare, or in groups with a blank or hyphen between; fullwidth ones are narrowed first.
_IDENTITY = re.compile(r"(?<![0-9])[1-9](?:[ -]?[0-9]){16}[ -]?[0-9Xx](?![0-9A-Za-z])")
_CARD = re.compile(r"(?<![0-9])[1-9](?:[ -]?[0-9]){14,18}(?![0-9])")
_MOBILE = re.compile(r"(?<![0-9])(?:\+?86[ -]?)?1[3-9](?:[ -]?[0-9]){9}(?![0-9])")
_LANDLINE = re.compile(r"(?<![0-9-])0[1-9][0-9]{1,2}[-) ）]{0,2}[2-8][0-9]{6,7}(?![0-9])")
_NARROW = str.maketrans("０１２３４５６７８９Ｘｘ－　", "0123456789Xx- ")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def personal_data(text: str) -> dict[PersonalData, int]:
    """How often each sort stands in ``text``, in a fixed order; the data itself is never repeated.

    Identity numbers and cards count only where their check digit is right.
    """
    narrow = text.translate(_NARROW)
    found: Counter[PersonalData] = Counter()
    spans: list[tuple[int, int]] = []
    checked: tuple[tuple[PersonalData, re.Pattern[str], Callable[[str], bool]], ...] = (
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
    return {name: found[name] for name in PERSONAL_DATA if found[name]}


def like_identity_numbers(text: str) -> int:
    """How many numbers with a birth date in its place look like an identity number in ``text``, mistyped or not."""
    return sum(_born(re.sub(r"[ -]", "", match[0])) for match in _IDENTITY.finditer(text.translate(_NARROW)))


def _born(digits: str) -> bool:
    try:
        return date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14])).year >= 1900
    except ValueError:
        return False


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
