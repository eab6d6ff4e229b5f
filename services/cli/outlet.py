"""Standard output whose reader may go away (``| head``) or whose disk may fill: no trace, and no status but the command's."""

import io
import os
import sys
from pathlib import Path

from shared.domain.text import Text
from shared.os_faults import reason_of


class Outlet(io.FileIO):
    """A file descriptor for writing that, once it takes no more, leads nowhere and keeps why in ``fault``."""

    fault: OSError | None = None

    def write(self, data: object, /) -> int:
        """The bytes written, or thrown away."""
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as problem:
            self.fault = problem
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return memoryview(data).nbytes  # type: ignore[arg-type]


def open_outlet() -> None:
    """Makes ``sys.stdout`` one; a standard output that was closed from the start leads nowhere."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")
        return
    given = sys.stdout
    given.flush()
    outlet = Outlet(given.fileno(), "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(outlet), given.encoding, given.errors, line_buffering=outlet.isatty()
    )


def reads_nobody() -> bool:
    """Whether what is written leads nowhere any more: what goes on for as long as somebody reads, ends."""
    return _fault() is not None


def emptied() -> Text | None:
    """Writes out what waits. Why not all of it was written, where that is more than a reader who has seen enough."""
    sys.stdout.flush()
    fault = _fault()
    if fault is None or isinstance(fault, BrokenPipeError):
        return None
    return Text("标准输出写不进去：{why}", "standard output cannot be written: {why}").format(why=reason_of(fault))


def _fault() -> OSError | None:
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.fault if isinstance(raw, Outlet) else None
