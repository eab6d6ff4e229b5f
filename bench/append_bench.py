"""Durable appends to case files against the eventsourcing library doing the same: SQLite, WAL, synchronous=FULL."""

import asyncio
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from sqlite3 import Connection
from statistics import median
from typing import NamedTuple
from uuid import UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from bench.measured import Entry, entry
from shared.domain.kind import Event, Recorded, Stamp
from shared.eventlog.envelope import Trace, encode
from shared.storage.port import CaseRecord, CommandRecord, Commit, EventRecord
from shared.storage.sqlite import Database
from shared.storage.sqlite.cases import SqliteCases

ROUNDS = 9
COMMITS = {1: 300, 100: 30}
"""Commits a round by the number of events in each."""

PER_FILE = 10
TEXT = "x" * 300
BODY = b'{"specversion":"1.0","data":"' + TEXT.encode() + b'"}'
NOW = datetime(2026, 3, 5, tzinfo=UTC)
NAMESPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


class Note(Event):
    """An event of about the size of a citizen's message."""

    event_name = "BenchNote"
    text: str


class Noted(Aggregate):
    """The same as an aggregate of the library."""

    class Note(Aggregate.Event):
        """An event of the same size."""

        text: str

    def note(self, text: str) -> None:
        """Adds an event."""
        self.trigger_event(self.Note, text=text)


class Ways(NamedTuple):
    """Seconds of each way in one round."""

    ours: float
    events_alone: float
    recorder: float
    ours_from_events: float
    application: float


def run() -> list[Entry]:
    """Events a second (medians), every way in each round; ``from events`` includes making the bytes."""
    library = f"eventsourcing {version('eventsourcing')}"
    rows = []
    for size, commits in COMMITS.items():
        rounds = [_round(size, commits) for _ in range(ROUNDS)]
        ours, alone, recorder, from_events, application = (
            size * commits / median(times) for times in zip(*rounds, strict=True)
        )
        name = f"{size} event{'s' if size > 1 else ''} a commit"
        rows += [
            entry(f"append {name}", ours, "events/s", ours / recorder, f"{library}, recorder alone"),
            entry(
                f"append {name}, the event rows alone",
                alone,
                "events/s",
                alone / recorder,
                f"{library}, recorder alone",
            ),
            entry(f"encode and append {name}", from_events, "events/s", from_events / application, f"{library}, save"),
        ]
    return rows


def _round(size: int, commits: int) -> Ways:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return Ways(
            asyncio.run(_ours(folder / "1.db", list(_commits(size, commits)), size * commits)),
            asyncio.run(_events_alone(folder / "5.db", list(_commits(size, commits)), size * commits)),
            _recorder(folder / "2.db", size, commits),
            asyncio.run(_ours(folder / "3.db", _encoded(size, commits), size * commits)),
            _application(folder / "4.db", size, commits),
        )


async def _ours(path: Path, commits: Iterable[Commit], events: int) -> float:
    database = Database(path)
    cases = SqliteCases(database)
    started = time.perf_counter()
    for commit in commits:
        await cases.append(commit)
    took = time.perf_counter() - started
    assert (await cases.counts())[1] == events
    await database.close()
    return took


async def _events_alone(path: Path, commits: Iterable[Commit], events: int) -> float:
    """What the peer's recorder writes, through our writer: no head, no indexes, no command."""
    database = Database(path)
    started = time.perf_counter()
    for commit in commits:
        rows = [(e.case, e.sequence, e.topic, e.key, e.digest, e.body) for e in commit.events]
        await database.write(partial(_insert, rows))
    took = time.perf_counter() - started
    assert database.read("SELECT count(*) FROM events") == [(events,)]
    await database.close()
    return took


def _insert(rows: list[tuple[str, int, str, str, str, bytes]], connection: Connection) -> None:
    connection.executemany(
        "INSERT INTO events (case_id, sequence, topic, key, digest, body) VALUES (?, ?, ?, ?, ?, ?)", rows
    )


def _recorder(path: Path, size: int, commits: int) -> float:
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
    recorder.create_table()
    writes = [
        [StoredEvent(uuid5(NAMESPACE, case), number, "bench:Event", BODY) for number in numbers]
        for case, numbers in _places(size, commits)
    ]
    started = time.perf_counter()
    for write in writes:
        recorder.insert_events(write)
    took = time.perf_counter() - started
    assert recorder.max_notification_id() == size * commits
    recorder.datastore.close()
    return took


def _application(path: Path, size: int, commits: int) -> float:
    app = Application[UUID](env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})
    case = Noted()
    app.save(case)
    started = time.perf_counter()
    for commit in range(commits):
        if commit * size % PER_FILE == 0:
            case = Noted()
            made = 1
        else:
            made = 0
        for _ in range(size - made):
            case.note(TEXT)
        app.save(case)
    took = time.perf_counter() - started
    assert app.recorder.max_notification_id() == size * commits + 1
    app.close()
    return took


def _places(size: int, commits: int) -> Iterator[tuple[str, range]]:
    """File and sequence numbers of each commit: single events fill files of ``PER_FILE``, many make a file whole."""
    for commit in range(commits):
        if size == 1:
            number = commit % PER_FILE + 1
            yield f"M2026-{commit // PER_FILE:06}", range(number, number + 1)
        else:
            yield f"M2026-{commit:06}", range(1, size + 1)


def _commits(size: int, commits: int) -> Iterator[Commit]:
    for place, (case, numbers) in enumerate(_places(size, commits)):
        events = tuple(EventRecord(case, n, "gongkai.messages", "522728/x", f"{n:064x}", BODY) for n in numbers)
        command = CommandRecord(f"http:{place:040x}", "0" * 64, case, b"{}")
        yield Commit(head(case, numbers[-1]), numbers[0] - 1, events, (command,))


def _encoded(size: int, commits: int) -> Iterator[Commit]:
    """The same commits, each event made, stamped and chained when its turn comes."""
    for commit in _commits(size, commits):
        digest = ""
        events = []
        for event in commit.events:
            stamp = Stamp(f"{event.case}/{event.sequence}", event.sequence, NOW, NOW, "clerk")
            body, digest = encode(
                region="522728",
                service="messages",
                case=event.case,
                record=Recorded(Note(department="x", text=TEXT), stamp),
                trace=Trace("c", "c"),
                previous=digest,
                algorithm="sha256",
            )
            events.append(EventRecord(event.case, event.sequence, event.topic, event.key, digest, body))
        yield replace(commit, events=tuple(events))


def head(case: str, at: int) -> CaseRecord:
    """A case file as its store keeps it, with ``at`` events."""
    return CaseRecord(
        id=case,
        service="messages",
        kind="message",
        number=1,
        version=at,
        state=BODY,
        fold_version=1,
        dues=b"{}",
        opened=NOW,
        through=NOW,
        calendar=1,
        imported=False,
        digest="",
        status="received",
        open=True,
        department="county-office",
        received="2026-03-05",
        due="2026-03-12",
        next_due=NOW,
        restricted=False,
        parent=None,
        title=None,
        parties=(),
        hidden_from=(),
        columns=b"{}",
        updated=NOW,
    )


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
