"""The process's clock: the machine's, or one that starts at a set instant for demo and tests."""

import time
from datetime import UTC, datetime, timedelta


class ProcessClock:
    """Call it for now (aware UTC). One with a start can be moved forward by hand; it never goes back."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._zero = time.monotonic()

    def __call__(self) -> datetime:
        if self._start is None:
            return datetime.now(UTC)
        return self._start.astimezone(UTC) + timedelta(seconds=time.monotonic() - self._zero)

    def move_to(self, instant: datetime) -> None:
        """Sets the clock forward."""
        if self._start is None:
            raise RuntimeError("the machine's clock cannot be moved")
        self._start, self._zero = max(instant.astimezone(UTC), self()), time.monotonic()
