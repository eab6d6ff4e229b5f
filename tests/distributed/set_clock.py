"""The program with its clock on a file: it stands at what the file says, in every process that is told the same file."""

import os
import sys
from datetime import datetime
from pathlib import Path

import services.distributed
from services.__main__ import main
from shared.domain.localtime import read_moment

CLOCK_FILE = "CLOCK_FILE"


def file_clock(start: datetime | None) -> "FileClock":
    """In place of the clock that starts with the process."""
    return FileClock(Path(os.environ[CLOCK_FILE]))


class FileClock:
    """Reads the county's time anew whenever it is asked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        return read_moment(self._path.read_text("ascii"))


def set_clock(path: Path, now: datetime) -> None:
    """Sets the clock of all of them; nobody reads half a moment."""
    beside = path.with_suffix(".next")
    beside.write_text(now.isoformat(), "ascii")
    beside.replace(path)


if __name__ == "__main__":
    services.distributed.ProcessClock = file_clock  # type: ignore[assignment, misc]
    sys.exit(main())
