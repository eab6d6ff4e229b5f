"""Numbers as people see them (留言〔2026〕123号) beside case ids (M2026-000123); either names the case."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from shared.domain.kind import CaseKind

_BRACKETS = str.maketrans("[(【])】", "〔〔〔〕〕〕")


def shown_number(kind: CaseKind[Any], case: str) -> str | None:
    """The number of a case as people see it; None for a kind whose ids are not counted."""
    found = None if kind.id_of is not None else _patterns(kind.prefix, kind.number)[0].fullmatch(case)
    return kind.number.format(year=found[1], n=int(found[2])) if found else None


def case_id(kind: CaseKind[Any], given: str) -> str:
    """The id of the case that ``given`` names, by id or by number however its brackets are typed."""
    if kind.id_of is not None:
        return given
    counted, numbered = _patterns(kind.prefix, kind.number)
    if counted.fullmatch(given):
        return given
    typed = unicodedata.normalize("NFKC", "".join(given.split())).translate(_BRACKETS)
    found = numbered.fullmatch(typed) or counted.fullmatch(typed.upper())
    return f"{kind.prefix}{found[1]}-{int(found[2]):06d}" if found else given


@lru_cache(maxsize=256)
def _patterns(prefix: str, number: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    counted = re.compile(rf"{re.escape(prefix)}([0-9]{{4}})-([0-9]{{1,12}})")
    written = re.escape(unicodedata.normalize("NFKC", number).translate(_BRACKETS))
    places = written.replace(re.escape("{year}"), "([0-9]{4})").replace(re.escape("{n}"), "([0-9]{1,12})")
    return counted, re.compile(places)
