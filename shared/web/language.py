"""In which language to answer: Chinese unless the caller prefers English."""

import re
from functools import lru_cache

from shared.domain.text import Text

_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*")


@lru_cache(maxsize=256)
def language_of(accept: str | None) -> str:
    """``en`` where ``Accept-Language`` ranks English above Chinese, else ``zh``."""
    weights: dict[str, float] = {}
    for part in (accept or "").split(",")[:50]:
        found = _RANGE.fullmatch(part)
        if found is not None:
            name = found[1].lower()
            weights[name] = max(weights.get(name, 0.0), float(found[2] or 1))
    anything = weights.get("*", 0.0)
    return "en" if weights.get("en", 0.0) > weights.get("zh", anything) else "zh"


def both(text: Text) -> dict[str, str]:
    """A title in both languages, as answers carry it: ``title`` Chinese, ``title_en`` English."""
    return {"title": text.zh, "title_en": text.en}
