"""The program with a trap: it kills itself (SIGKILL) at a chosen point of its work with the store.

``python -m tests.integration.trap run …`` with ``TRAP`` in the environment: ``WHEN NTH NEEDLE``. WHEN is ``before`` or
``after`` the commit of the NTH transaction in which some statement or value contains NEEDLE, or ``inside``: right after
that statement, the transaction still open.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Iterable
from typing import Any

WHEN, NTH, NEEDLE = os.environ["TRAP"].split(" ", 2)


class Trapped(sqlite3.Connection):
    """A connection that counts what passes through it."""

    seen = 0
    armed = False

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Looks at the statement before and after."""
        if sql == "BEGIN IMMEDIATE":
            self.armed = False
        if sql != "COMMIT":
            result = super().execute(sql, parameters)
            self._look(sql, [parameters])
            return result
        due = WHEN != "inside" and self.armed and self._count()
        if due and WHEN == "before":
            _die()
        result = super().execute(sql)
        if due and WHEN == "after":
            _die()
        return result

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As ``execute``."""
        rows = list(parameters)
        result = super().executemany(sql, rows)
        self._look(sql, rows)
        return result

    def _look(self, sql: str, rows: list[Any]) -> None:
        if not self.in_transaction or not (NEEDLE in sql or any(_holds(value) for row in rows for value in row)):
            return
        if WHEN == "inside" and self._count():
            _die()
        self.armed = True

    def _count(self) -> bool:
        self.seen += 1
        return self.seen == int(NTH)


def _holds(value: Any) -> bool:
    if isinstance(value, bytes):
        return NEEDLE.encode() in value
    return isinstance(value, str) and NEEDLE in value


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from services.__main__ import main
    from shared.storage.sqlite import database

    plain = sqlite3.connect

    def connect(*words: Any, **named: Any) -> sqlite3.Connection:
        """A connection with the trap."""
        return plain(*words, factory=Trapped, **named)

    database.sqlite3.connect = connect  # type: ignore[attr-defined]
    sys.exit(main())
