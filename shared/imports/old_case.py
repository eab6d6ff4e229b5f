"""What an importer makes of one row of an old list: a case with the commands that would have made it, and when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.kind import CaseKind, Command
from shared.domain.text import Text

LONGEST_SHOWN = 40
LONGEST_NUMBER = 100
OPENING = "submit"
"""The name of the step that opens a case: by it a row's number is known again."""
NOT_RECORDED = "（台账未载）"
"""What stands for words that a command needs and old lists do not keep."""


class BadCell(Exception):
    """A row that cannot be imported: the column at fault, its value as far as it may be shown, and why."""

    def __init__(self, column: str, value: str, reason: Text) -> None:
        super().__init__(f"{column}: {reason.zh}")
        self.column, self.value, self.reason = column, shortened(value), reason


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of the lists of a kind: its title, how it is filled, and an example.

    ``filled``: in every row; ``present``: the list must have it, though cells may be empty. ``choices`` are what a cell
    may say (``several`` of them, one after the other); ``unit`` marks the name of a unit, ``sealed`` what is never shown in
    a report.
    """

    title: str
    rule: Text
    example: str = ""
    filled: bool = False
    present: bool = False
    choices: tuple[str, ...] = ()
    several: bool = False
    unit: bool = False
    sealed: bool = False

    @property
    def required(self) -> bool:
        """Whether a list without this column is no list of the kind."""
        return self.filled or self.present


@dataclass(frozen=True, slots=True)
class Step:
    """One command of an old case: a short name for it, unique in the case, and the instant it took place.

    The first one is named ``OPENING``.
    """

    name: str
    command: Command
    happened: datetime


Steps = Callable[[str, Mapping[str, str]], Sequence[Step]]


@dataclass(frozen=True, slots=True)
class OldCase:
    """A row as understood. ``steps`` gives the commands, the first of which opens the case.

    It is told the id of the row's unit, and by column the ids of the cases that the row names and that were found.
    ``unit`` is the unit's name as written, empty where there is none. ``steps`` may raise ``BadCell``.
    """

    number: str
    category: str
    unit: str
    opened: datetime
    steps: Steps


@dataclass(frozen=True)
class Importer:
    """How lists of one kind are read. ``clock`` is the id of the clock whose verdict the report counts, if one is.

    ``read`` takes the row's cells by column (those that the list lacks are empty) and the present instant and raises
    ``BadCell``; ``column_of`` names the column in which a command's field was written, or which a rule by its code is about; ``refers`` the columns that name
    another case, by its number here or in the list that it was imported from, with that case's kind.
    """

    kind: CaseKind[Any]
    columns: tuple[ListColumn, ...]
    number_column: str
    unit_column: str | None
    categories: tuple[str, ...]
    clock: str | None
    read: Callable[[Mapping[str, str], datetime], OldCase]
    column_of: Mapping[str, str]
    refers: Mapping[str, CaseKind[Any]] = field(default_factory=dict)

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of all columns."""
        return tuple(column.title for column in self.columns)


def shortened(value: str) -> str:
    """A cell's value as a report shows it."""
    return value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "…"


def length_of(value: str) -> str:
    """What a report shows of free text: how long it is, never what it says."""
    return f"（{len(value)} 字）" if value else ""
