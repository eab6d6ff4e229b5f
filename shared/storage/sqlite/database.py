"""The SQLite file: schema, one writer that groups waiting work into one durable commit, readers beside it."""

import asyncio
import itertools
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from shared.storage.port import StoreAway

R = TypeVar("R")
Work = Callable[[sqlite3.Connection], Any]
Outcome = tuple[Any, BaseException | None]


class Waiting(NamedTuple):
    """Work in the queue: ``careful`` is what to do instead once something of the same transaction was refused."""

    work: Work
    careful: Work
    future: "asyncio.Future[Any]"
    keep: bool


CHECKPOINT_EVERY = 2000
ROWS_AT_ONCE = 5000
QUICK_SECONDS = 0.002
"""A commit that took no longer may be made in the loop's own thread."""

FACTS = """(
  id TEXT PRIMARY KEY, type TEXT NOT NULL, department TEXT NOT NULL, case_id TEXT NOT NULL, happened TEXT NOT NULL,
  happened_at TEXT NOT NULL, recorded TEXT NOT NULL, digest TEXT NOT NULL, restricted INTEGER NOT NULL,
  due TEXT, found TEXT, fields TEXT NOT NULL, clocks TEXT NOT NULL
) STRICT"""
VOIDS = """(
  target TEXT NOT NULL, voided_by TEXT NOT NULL, recorded TEXT NOT NULL, PRIMARY KEY (target, voided_by)
) STRICT, WITHOUT ROWID"""
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS cases (
  id TEXT PRIMARY KEY, service TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0, state BLOB NOT NULL, fold_version INTEGER NOT NULL, dues BLOB NOT NULL,
  opened TEXT NOT NULL, through TEXT NOT NULL, calendar INTEGER NOT NULL, imported INTEGER NOT NULL, digest TEXT NOT NULL,
  status TEXT NOT NULL, open INTEGER NOT NULL, department TEXT NOT NULL, received TEXT, due TEXT, next_due TEXT,
  restricted INTEGER NOT NULL, parent TEXT, title TEXT, parties TEXT NOT NULL, hidden_from TEXT NOT NULL,
  columns BLOB NOT NULL, updated TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS cases_unsent ON cases (service, updated) WHERE version > sent;
CREATE INDEX IF NOT EXISTS cases_next_due ON cases (service, next_due) WHERE next_due IS NOT NULL;
CREATE INDEX IF NOT EXISTS cases_calendar ON cases (service, calendar, id);
CREATE INDEX IF NOT EXISTS cases_received ON cases (service, kind, received, id);
CREATE INDEX IF NOT EXISTS cases_due ON cases (service, kind, due, id) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS cases_parent ON cases (parent) WHERE parent IS NOT NULL;
CREATE TABLE IF NOT EXISTS case_units (
  case_id TEXT NOT NULL, department TEXT NOT NULL, hidden INTEGER NOT NULL, PRIMARY KEY (case_id, department, hidden)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
  case_id TEXT NOT NULL, sequence INTEGER NOT NULL, topic TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL,
  body BLOB NOT NULL, UNIQUE (case_id, sequence)
) STRICT;
CREATE TABLE IF NOT EXISTS commands (
  id TEXT PRIMARY KEY, body_hash TEXT NOT NULL, case_id TEXT NOT NULL, answer BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts {FACTS};
DROP INDEX IF EXISTS facts_type;
CREATE TABLE IF NOT EXISTS voids {VOIDS};
CREATE TABLE IF NOT EXISTS positions (
  consumer TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, last_id TEXT,
  PRIMARY KEY (consumer, topic, partition)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parked (
  consumer TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL, event TEXT,
  department TEXT, reason TEXT NOT NULL, body BLOB NOT NULL, dismissed TEXT,
  PRIMARY KEY (consumer, topic, partition, "offset")
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (
  series TEXT NOT NULL, year INTEGER NOT NULL, number INTEGER NOT NULL, command TEXT NOT NULL,
  PRIMARY KEY (series, year, number), UNIQUE (series, year, command)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vault_subjects (
  subject TEXT PRIMARY KEY, wrapped_key BLOB NOT NULL, lookup TEXT UNIQUE
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vault_values (
  ref TEXT PRIMARY KEY, subject TEXT NOT NULL, case_id TEXT NOT NULL, cipher TEXT NOT NULL, nonce BLOB NOT NULL, body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS vault_by_subject ON vault_values (subject);
CREATE TABLE IF NOT EXISTS audit (
  sequence INTEGER PRIMARY KEY, body BLOB NOT NULL, digest TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS files (
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, media_type TEXT NOT NULL, size INTEGER NOT NULL, sealed_ref TEXT, body BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log (
  topic TEXT NOT NULL, "offset" INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (topic, "offset")
) STRICT, WITHOUT ROWID;
"""

ADDED = (("parked", "dismissed"),)
"""Columns that a file made by an older release lacks."""


class Database:
    """One file. ``write`` is durable when it returns; work that waits meanwhile shares the next commit.

    The inserts run in the loop's thread and only the commit in another: a writer thread would fight the loop for the
    interpreter at every row. The write-ahead log is folded back by a third thread, so that no commit pays for it.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self._synchronous = "FULL" if durable else "OFF"
        try:
            self._writer = self._connect()
            path.chmod(0o600)
            self._writer.execute("PRAGMA journal_mode=WAL")
            self._writer.execute("PRAGMA wal_autocheckpoint=0")
            self._writer.executescript(SCHEMA)
            for table, column in ADDED:
                if column not in {row[1] for row in self._writer.execute(f"PRAGMA table_info({table})")}:
                    self._writer.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")
        except sqlite3.DatabaseError as problem:
            raise StoreAway(f"{path.name}: {problem}") from problem
        self._reader = self._connect()
        self._reader.execute("PRAGMA query_only=ON")
        self._committer = ThreadPoolExecutor(1, "commit")
        self._aside = ThreadPoolExecutor(2, "store")
        self._waiting: list[Waiting] = []
        self._refused: list[Waiting] = []
        self._flushing: asyncio.Task[None] | None = None
        self._commits = 0
        self._took = 0.0
        self._checkpointing = threading.Lock()
        self._closed = False
        self.refusing: str | None = None
        """Why the last commit failed; None once one has succeeded again."""

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=30)
        connection.execute(f"PRAGMA synchronous={self._synchronous}")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA cache_size=-65536")
        return connection

    async def write(self, work: Callable[[sqlite3.Connection], R], careful: Work | None = None) -> R:
        """Runs ``work`` in the next transaction and returns its result once that is on disk.

        What ``work`` raises undoes ``work`` alone; then ``careful`` is done in its place, and what that raises is raised
        here. So ``work`` may rely on constraints and leave it to ``careful`` to find out what is wrong. Waiting work is
        tried together; where a piece fails half-way, all is undone and done once more piece by piece, each the careful
        way. Raises ``StoreAway`` when the disk refuses.
        """
        return await self.enqueue(work, careful)

    def enqueue(
        self, work: Callable[[sqlite3.Connection], R], careful: Work | None = None, *, keep: bool = False
    ) -> "asyncio.Future[R]":
        """Puts ``work`` into the queue; the future is done once it is on disk. Order of calls is order of work.

        ``keep``: when the disk refuses, the work goes before all later work of the next transaction instead of failing.
        """
        if self._closed:
            raise StoreAway("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._waiting.append(Waiting(work, careful or work, future, keep))
        if self._flushing is None or self._flushing.done():
            self._flushing = loop.create_task(self._flush())
        return future

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        # Whoever is about to ask in this turn of the loop shares the first commit. What came while one was under way
        # goes into the next at once, so that its answers are worked on during that one.
        await asyncio.sleep(0)
        while self._waiting:
            batch, self._waiting, self._refused = self._refused + self._waiting, [], []
            outcomes: list[Outcome]
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                outcomes = self._together(batch) or [self._apart(item.careful) for item in batch]
                await self._commit(alone=len(batch) == 1)
                self.refusing = None
            except sqlite3.Error as problem:
                self.refusing = str(problem)
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                away = StoreAway(str(problem))
                self._refused = [item for item in batch if item.keep]
                batch = [item for item in batch if not item.keep]
                outcomes = [(None, away) for _ in batch]
            for item, (result, refusal) in zip(batch, outcomes, strict=True):
                if item.future.done():
                    continue
                if refusal is None:
                    item.future.set_result(result)
                else:
                    item.future.set_exception(refusal)
            self._commits += len(batch)
            if self._commits >= CHECKPOINT_EVERY:
                self._commits = 0
                loop.run_in_executor(self._aside, self._checkpoint)

    async def _commit(self, *, alone: bool) -> None:
        """Alone and on a quick disk, the change of threads would cost more than the loop's short wait."""
        started = time.perf_counter()
        if alone and self._took < QUICK_SECONDS:
            self._writer.execute("COMMIT")
        else:
            await asyncio.get_running_loop().run_in_executor(self._committer, self._writer.execute, "COMMIT")
        self._took = time.perf_counter() - started

    def _together(self, batch: Sequence[Waiting]) -> list[Outcome] | None:
        """What all work came to, in one go; None, and everything undone, where a piece failed half-way."""
        outcomes: list[Outcome] = []
        for item in batch:
            before = self._writer.total_changes
            try:
                outcomes.append((item.work(self._writer), None))
            except sqlite3.OperationalError:
                raise
            except Exception:
                # Whatever it is, the careful way raises it again where it belongs.
                if self._writer.total_changes != before:
                    self._writer.execute("ROLLBACK")
                    self._writer.execute("BEGIN IMMEDIATE")
                    return None
                outcomes.append(self._apart(item.careful))
        return outcomes

    def _apart(self, work: Work) -> Outcome:
        self._writer.execute("SAVEPOINT work")
        try:
            result = work(self._writer)
        except sqlite3.OperationalError:
            raise
        except Exception as problem:
            self._writer.execute("ROLLBACK TO work")
            self._writer.execute("RELEASE work")
            return None, problem
        self._writer.execute("RELEASE work")
        return result, None

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A short question, answered in the loop's thread."""
        try:
            return self._reader.execute(sql, parameters).fetchall()
        except sqlite3.Error as problem:
            raise StoreAway(str(problem)) from problem

    async def read_aside(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A long question, answered in a thread with a connection of its own."""

        def ask() -> list[tuple[Any, ...]]:
            connection = self._connect()
            try:
                return connection.execute(sql, parameters).fetchall()
            except sqlite3.Error as problem:
                raise StoreAway(str(problem)) from problem
            finally:
                connection.close()

        return await asyncio.get_running_loop().run_in_executor(self._aside, ask)

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[list[tuple[Any, ...]]]:
        """A long answer in pieces, on a snapshot of its own."""
        connection = self._connect()
        try:
            cursor = connection.execute(sql, parameters)
            while piece := cursor.fetchmany(ROWS_AT_ONCE):
                yield piece
        finally:
            connection.close()

    def beside_each_other(
        self, heads: tuple[str, Sequence[Any]], *parts: tuple[str, Sequence[Any]]
    ) -> Iterator[tuple[Any, ...]]:
        """Each row of ``heads`` with the rows of each part that begin with the same value, all of one moment.

        Every answer is sorted by its first column. One moment may last: the write-ahead log grows while it is held.
        """
        connection = self._connect()
        try:
            connection.execute("BEGIN")
            groups = [itertools.groupby(connection.execute(*part), key=lambda row: row[0]) for part in parts]
            waiting = [next(group, None) for group in groups]
            for head in connection.execute(*heads):
                found: list[list[tuple[Any, ...]]] = []
                for place, group in enumerate(groups):
                    item = waiting[place]
                    if item is not None and item[0] == head[0]:
                        found.append(list(item[1]))
                        waiting[place] = next(group, None)
                    else:
                        found.append([])
                yield (head, *found)
        except sqlite3.Error as problem:
            raise StoreAway(str(problem)) from problem
        finally:
            connection.close()

    def truncate_log(self) -> None:
        """Folds the write-ahead log back and empties it, so that nothing deleted remains in it."""
        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _checkpoint(self) -> None:
        if self._checkpointing.acquire(blocking=False):
            try:
                connection = self._connect()
                try:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                finally:
                    connection.close()
            finally:
                self._checkpointing.release()

    async def close(self) -> None:
        """Waits for waiting work, folds the log back and closes."""
        while self._flushing is not None and not self._flushing.done():
            await self._flushing
        self._closed = True
        self._committer.shutdown()
        self._aside.shutdown()
        self._reader.close()
        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._writer.close()
