"""What an importer makes of one row of an old list: a case with the commands that would have made it, and when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.kind import CaseKind, Command
from shared.domain.text import Text

LONGEST_SHOWN = 40


class BadCell(Exception):
    """A row that cannot be imported: the column at fault, its value as far as it may be shown, and why."""

    def __init__(self, column: str, value: str, reason: Text) -> None:
        super().__init__(f"{column}: {reason.zh}")
        self.column, self.value, self.reason = column, shortened(value), reason


@dataclass(frozen=True, slots=True)
class Step:
    """One command of an old case: a short name for it, unique in the case, and the instant it took place."""

    name: str
    command: Command
    happened: datetime


@dataclass(frozen=True, slots=True)
class OldCase:
    """A row as understood. ``steps`` gives the commands, the first of which opens the case, for the id of its unit.

    ``unit`` is the unit's name as written, empty where there is none. ``steps`` may raise ``BadCell``.
    """

    number: str
    category: str
    unit: str
    opened: datetime
    steps: Callable[[str], Sequence[Step]]


@dataclass(frozen=True)
class Importer:
    """How lists of one kind are read. ``clock`` is the id of the clock whose verdict the report counts.

    ``read`` takes the row's cells by column and the present instant and raises ``BadCell``; ``column_of`` names the
    column in which a command's field was written.
    """

    kind: CaseKind[Any]
    columns: tuple[str, ...]
    number_column: str
    unit_column: str
    category_column: str
    categories: tuple[str, ...]
    clock: str
    read: Callable[[Mapping[str, str], datetime], OldCase]
    column_of: Mapping[str, str]


def shortened(value: str) -> str:
    """A cell's value as a report shows it."""
    return value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "…"


def length_of(value: str) -> str:
    """What a report shows of free text: how long it is, never what it says."""
    return f"（{len(value)} 字）" if value else ""
