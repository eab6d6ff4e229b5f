"""The letters of a case file (文书): each drawn up from the file as it stood when its event was recorded. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.directory import Directory
from shared.domain.kind import CaseKind, Recorded, letter_of
from shared.domain.letter import Drawn
from shared.domain.localtime import local_date
from shared.engine.history import effective, fold


@dataclass(frozen=True, slots=True)
class Issued:
    """A letter with the event that issued it; ``place`` counts the case's letters from 1, ``voided_by`` an event's id."""

    place: int
    record: Recorded
    drawn: Drawn
    voided_by: str | None


def letters_of(
    kind: CaseKind[Any], case: str, number: int, history: Sequence[Recorded], directory: Directory
) -> list[Issued]:
    """The letters of a case, in the order in which they were recorded.

    A restatement bears the number of the letter it restates and issues none; history brought in had its letters elsewhere.
    """
    if kind.letters is None:
        return []
    voided = {target: record.stamp.id for record in history for target in record.event.voids}
    last = {letter_of(record.event): record.stamp.id for record in history}
    found: list[Issued] = []
    numbers: set[str] = set()
    for place, record in enumerate(history):
        borne = letter_of(record.event)
        if borne is None or borne in numbers or record.stamp.origin is not None:
            continue
        numbers.add(borne)
        state = fold(kind, effective(history[: place + 1]))
        issue = kind.issue(case, number, local_date(record.stamp.happened), directory)
        drawn = kind.letters.drawn(state, record.event, issue)
        if drawn is not None:
            found.append(Issued(len(found) + 1, record, drawn, voided.get(last[borne])))
    return found
