"""Content monitoring (内容监测): personal data, watched words and dead links in a text. Pure.

A hit is a warning that a reviewer answers; only a mark of secrecy (密级标志) keeps a text out, of every kind alike.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.personal_data import PERSONAL_DATA, personal_data
from shared.domain.text import Text

Finding = Literal["identity_number", "phone", "bank_card", "watched_word", "dead_link"]
FINDINGS: dict[Finding, Text] = {
    "identity_number": PERSONAL_DATA["identity_number"],
    "phone": PERSONAL_DATA["phone"],
    "bank_card": PERSONAL_DATA["bank_card"],
    "watched_word": Text("监测词", "watched word"),
    "dead_link": Text("失效链接", "dead link"),
}


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
    hits = [Hit(finding=name, count=count) for name, count in personal_data(text).items()]
    listed: tuple[tuple[Finding, Iterable[str]], ...] = (("watched_word", words), ("dead_link", dead_links))
    for name, entries in listed:
        for entry in sorted({entry.strip() for entry in entries} - {""}):
            if count := text.count(entry):
                hits.append(Hit(finding=name, count=count, listed=entry))
    return tuple(hits)


def together(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """One hit of each sort, counted in all places."""
    counts: Counter[tuple[Finding, str | None]] = Counter()
    for hit in hits:
        counts[hit.finding, hit.listed] += hit.count
    return tuple(Hit(finding=finding, count=count, listed=listed) for (finding, listed), count in counts.items())


def without(hits: Iterable[Hit], others: Iterable[Hit]) -> tuple[Hit, ...]:
    """``hits`` less as many of the same sort as ``others`` count."""
    fewer = {(hit.finding, hit.listed): hit.count for hit in others}
    left = ((hit, hit.count - fewer.get((hit.finding, hit.listed), 0)) for hit in hits)
    return tuple(Hit(finding=hit.finding, count=count, listed=hit.listed) for hit, count in left if count > 0)


def told(hits: Iterable[Hit]) -> Text:
    """The hits in words, for a refusal: ``公民身份号码 1 处、监测词“某某” 2 处``."""
    zh, en = [], []
    for hit in hits:
        title = FINDINGS[hit.finding]
        zh.append(f"{title.zh}{f'“{hit.listed}”' if hit.listed else ''} {hit.count} 处")
        en.append(f"{hit.count} × {title.en}{f' {hit.listed}' if hit.listed else ''}")
    return Text("、".join(zh), ", ".join(en))
