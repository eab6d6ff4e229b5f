"""A quarter of the year (季度), its days, and the days a measure looks at."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.text import Text

_DAY = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_QUARTER = re.compile(r"([12][0-9]{3})Q([1-4])")


class QuarterProblem(ValueError):
    """A text that names no quarter."""

    def __init__(self, value: str) -> None:
        self.text = Text(f"“{value}”不是季度，应写作 2026Q3", f'"{value}" is no quarter; write 2026Q3')
        super().__init__(self.text.en)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Quarter ``number`` (1 to 4) of ``year``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """The quarter written as ``2026Q3``; raises `QuarterProblem`."""
        found = _QUARTER.fullmatch(text)
        if found is None:
            raise QuarterProblem(text)
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def first_day(self) -> date:
        """1 January, April, July or October."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        """The quarter's last day."""
        after = date(self.year + 1, 1, 1) if self.number == 4 else date(self.year, 3 * self.number + 1, 1)
        return after - timedelta(days=1)

    @property
    def first_day_of_year(self) -> date:
        """The first day of the quarter's year, from which a year-to-date measure counts."""
        return date(self.year, 1, 1)


def is_day(text: str) -> bool:
    """Whether ``text`` is a date of the calendar, written ``2026-10-09``."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
