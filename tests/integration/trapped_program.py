"""The real program on a data folder: started, asked, killed and awaited; and a look into its books from outside."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from services.local import LocalRuntime, open_local
from shared.domain.localtime import read_moment
from shared.security.identity import LocalTokens
from shared.security.keys import open_keys
from shared.settings import read_settings

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-m", "services"]
TRAPPED = [sys.executable, "-m", "tests.integration.trap"]
DEADLINE = 60
"""Seconds after which something awaited is held to have failed."""


def environment(clock: str | None = None, **more: str) -> dict[str, str]:
    """The variables of a child: none of ours but those named."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GONGKAI_", "LC_", "LANG"))}
    found = {**kept, "GONGKAI_PUBLIC_PER_MINUTE": "10000000", "PYTHONDONTWRITEBYTECODE": "1", **more}
    return {**found, "GONGKAI_CLOCK": clock} if clock else found


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on stdout."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def call(
    *words: str, data: Path | None = None, clock: str | None = None, command: Sequence[str] = COMMAND, **more: str
) -> Said:
    """Runs one command to its end. ``data`` is told by the environment, so that the words are the test's own."""
    variables = environment(clock, **more)
    if data is not None:
        variables["GONGKAI_DATA"] = str(data)
    ended = subprocess.run(
        [*command, *words], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    return Said(ended.returncode, ended.stdout, ended.stderr)


@dataclass
class Program:
    """A serving process. ``url`` is where; what it says on stderr is collected in ``talk``."""

    process: subprocess.Popen[str]
    url: str = ""
    talk: list[str] = field(default_factory=list)
    _serving: threading.Event = field(default_factory=threading.Event)
    _reader: threading.Thread | None = None

    @classmethod
    def start(
        cls, data: Path, clock: str | None = None, *, command: Sequence[str] = COMMAND, port: int = 0, **more: str
    ) -> "Program":
        """Starts it and returns once it serves, or once it has ended before."""
        process = subprocess.Popen(
            [*command, "run", "--port", str(port), "--data", str(data)],
            cwd=ROOT,
            env=environment(clock, **more),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        program = cls(process)
        program._reader = threading.Thread(target=program._listen, daemon=True)
        program._reader.start()
        assert program._serving.wait(DEADLINE), program.talk
        return program

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.talk.append(line)
            if '"event":"serving"' in line:
                self.url = json.loads(line)["url"]
                self._serving.set()
        self._serving.set()

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.ended()

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Waits for the end, however it comes; the exit status."""
        status = self.process.wait(DEADLINE)
        if self._reader is not None:
            self._reader.join(DEADLINE)
        return status

    def let_files_grow(self, most: int | None) -> None:
        """Sets how large a file the process may write, in bytes; None: as large as before. A disk that is full."""
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (hard if most is None else most, hard))


@contextmanager
def serving(data: Path, clock: str | None = None, **more: Any) -> Iterator[Program]:
    """A program that serves as long as the block; stopped in good order unless it has ended before."""
    program = Program.start(data, clock, **more)
    try:
        assert program.url, program.talk
        yield program
    finally:
        if program.process.poll() is None:
            program.stop()


async def open_runtime(data: Path, clock: str, **more: Any) -> LocalRuntime:
    """The folder opened in this process, its clock at an instant that can be moved."""
    return await open_local(read_settings(data=data, clock=clock, **more), "test")


def copied(seeded: Path, to: Path) -> Path:
    """A data folder of its own with what ``seeded`` holds."""
    shutil.copytree(seeded, to)
    return to


def headers(data: Path, subject: str, clock: str) -> dict[str, str]:
    """The headers of a person: a token signed with the folder's key, good for a year from ``clock`` on."""
    token, _ = LocalTokens(open_keys(data).tokens).issue(subject, timedelta(days=366), read_moment(clock))
    return {"Authorization": f"Bearer {token}"}


def sql(data: Path, question: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the store says, read beside the program."""
    connection = sqlite3.connect(f"file:{data / 'gongkai.db'}?mode=ro", uri=True, timeout=DEADLINE)
    try:
        return connection.execute(question, values).fetchall()
    finally:
        connection.close()


def change(data: Path, statement: str, *values: Any) -> None:
    """Changes the store behind the program's back; the program must not be running."""
    connection = sqlite3.connect(data / "gongkai.db", timeout=DEADLINE)
    try:
        with connection:
            connection.execute(statement, values)
    finally:
        connection.close()


@dataclass(frozen=True)
class Books:
    """What the three books of a folder hold: case files, log and facts; read from the tables, not through the program."""

    events: Mapping[str, tuple[str, str]]
    """Event id -> (type, digest)."""
    topics: Mapping[str, str]
    log: Counter[str]
    facts: Counter[str]

    @classmethod
    def of(cls, data: Path) -> "Books":
        """Reads them."""
        events: dict[str, tuple[str, str]] = {}
        topics: dict[str, str] = {}
        for case, sequence, topic, digest, body in sql(
            data, "SELECT case_id, sequence, topic, digest, body FROM events ORDER BY case_id, sequence"
        ):
            name = orjson.loads(body)["type"].split(".")[2]
            events[f"{case}/{sequence}"] = (name, digest)
            topics[f"{case}/{sequence}"] = topic
        log = Counter(orjson.loads(row[0])["id"] for row in sql(data, "SELECT value FROM log"))
        facts = Counter(row[0] for row in sql(data, "SELECT id FROM facts"))
        return cls(events, topics, log, facts)

    def types(self, *but: str) -> dict[str, list[str]]:
        """Case -> the types of its events in order, without those named."""
        found: dict[str, list[str]] = {}
        for event, (name, _) in self.events.items():
            if name not in but:
                found.setdefault(event.rpartition("/")[0], []).append(name)
        return found

    def assert_agree(self) -> None:
        """Every event is in the log at least once, and once among the facts (reference data is no fact)."""
        assert self.log.keys() == self.events.keys()
        wanted = {event for event, topic in self.topics.items() if topic != "gongkai.reference"}
        assert self.facts.keys() == wanted
        assert set(self.facts.values()) <= {1}


def end_quietly(process: subprocess.Popen[Any]) -> None:
    """Ends a process of ours that may have ended already."""
    with suppress(ProcessLookupError):
        process.kill()
    process.wait(DEADLINE)
