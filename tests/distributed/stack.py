"""Services as processes on one broker and one store: started, asked over HTTP, killed, compared with what was asked."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from services.assessment.department import AssignPost
from services.desk import Desk, readable
from services.distributed import DistributedRuntime, open_distributed, prepare
from shared.clock import ProcessClock
from shared.domain.directory import SYSTEM, Role
from shared.domain.localtime import read_date, read_moment
from shared.engine.execute import Asked
from shared.eventlog.port import TOPICS
from shared.security.identity import LocalTokens
from shared.security.keys import open_keys
from shared.settings import Settings
from tests.integration.program import PATIENCE, ROOT, until
from tools.ports import free_ports

R = TypeVar("R")
NOW = "2026-03-05 09:00"
MESSAGES = "/api/v1/messages/messages"
CLERK, UNIT = "clerk@county-office", "water"
CLERKS: tuple[tuple[str, str, Role], ...] = (("county-office", CLERK, "clerk"), (UNIT, f"clerk@{UNIT}", "clerk"))
"""Posts: unit, account, role."""
LETTER: Mapping[str, Any] = {
    "title": "校门口没有路灯",
    "text": "实验小学门口的路灯坏了三天。",
    "name": "王小明",
    "phone": "13812345678",
}


@dataclass
class Running:
    """One service in a process."""

    service: str
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def ready(self) -> dict[str, Any] | None:
        """What ``/readyz`` says once it is ready."""
        found = self.readyz()
        return found if found and found["ready"] else None

    def readyz(self) -> dict[str, Any] | None:
        """What ``/readyz`` says; None while nobody answers."""
        try:
            return dict(httpx2.get(f"{self.url}/readyz", timeout=10).json())
        except httpx2.TransportError:
            assert self.process.poll() is None, self.log.read_text("utf-8")[-3000:]
            return None

    def kill(self) -> None:
        """SIGKILL, and gone."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self, within: float = PATIENCE) -> int:
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)


def codes(told: Mapping[str, Any]) -> set[str]:
    """The codes of the reasons that ``/readyz`` gives."""
    return {reason["code"] for reason in told["reasons"]}


def metric(running: Running, name: str) -> float:
    """A figure of ``/metrics``."""
    text = httpx2.get(f"{running.url}/metrics", timeout=30).text
    (line,) = (line for line in text.splitlines() if line.startswith(f"{name} "))
    return float(line.rsplit(" ", 1)[1])


@dataclass
class Stack:
    """A county of its own (by prefix) on a broker and a store."""

    kafka: str
    mongo: str
    folder: Path
    now: str = NOW
    program: Path = ROOT
    module: str = "services"
    prefix: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:12]}")
    processes: list[Running] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = open_keys(self.folder)
        self.tokens = LocalTokens(self.keys.tokens)

    @property
    def settings(self) -> Settings:
        """What every process is told."""
        secrets = self.folder / "secrets"
        return Settings(
            data=self.folder,
            runtime="distributed",
            kafka=self.kafka,
            mongo=self.mongo,
            prefix=self.prefix,
            partitions=3,
            clock=self.now,
            master_key_file=secrets / "master.key",
            token_key_file=secrets / "token-ed25519.pem",
            public_per_minute=1_000_000,
        )

    @property
    def environment(self) -> dict[str, str]:
        """The same for a child process."""
        given = self.settings.model_dump(exclude_none=True, exclude_defaults=True)
        return {**os.environ, "LANG": "zh_CN.UTF-8", **{f"GONGKAI_{k.upper()}": str(v) for k, v in given.items()}}

    def start(self, service: str, *, wait: bool = True, **environment: str) -> Running:
        """Starts a service; waits until it is ready unless told not to."""
        (port,) = free_ports(1)
        log = self.folder / f"{service}-{len(self.processes)}.log"
        with log.open("ab") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", self.module, "serve", service, "--port", str(port)],
                cwd=self.program,
                env={**self.environment, **environment},
                stdout=stream,
                stderr=stream,
            )
        running = Running(service, f"http://127.0.0.1:{port}", process, log)
        self.processes.append(running)
        if wait:
            until(running.ready, f"{service} ready; see {log}")
        return running

    def end(self) -> None:
        """Kills what still runs."""
        for running in self.processes:
            if running.process.poll() is None:
                running.kill()

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """One command of the command line."""
        return subprocess.run(
            [sys.executable, "-m", "services", *words],
            cwd=self.program,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def document(self, *words: str) -> dict[str, Any]:
        """A command's JSON document; it must not fail."""
        done = self.command(*words, "--output", "json")
        assert done.returncode in (0, 3), done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    # -- as a person -----------------------------------------------------------------------------------------------

    def as_(self, subject: str, **headers: str) -> dict[str, str]:
        """The headers of a person."""
        token, _ = self.tokens.issue(subject, timedelta(days=300), read_moment(self.now))
        return {"Authorization": f"Bearer {token}", **headers}

    def submit(self, running: Running, key: str, **fields: Any) -> httpx2.Response:
        """A citizen's message."""
        body = {**LETTER, "text": f"{LETTER['text']}（{key}）", **fields}
        return httpx2.post(f"{running.url}{MESSAGES}", json=body, headers={"Idempotency-Key": key}, timeout=30)

    def give(self, running: Running, case: str, command: str, key: str, **fields: Any) -> httpx2.Response:
        """A command of the office's clerk on a message."""
        headers = self.as_(CLERK, **{"Idempotency-Key": key})
        return httpx2.post(f"{running.url}{MESSAGES}/{case}/{command}", json=fields, headers=headers, timeout=30)

    # -- behind the processes --------------------------------------------------------------------------------------

    def inside(self, work: Callable[[DistributedRuntime], Awaitable[R]], clock: str | None = None) -> R:
        """Does something with a runtime of the test's own."""

        async def opened() -> R:
            runtime = open_distributed(self.settings, clock=ProcessClock(read_moment(clock or self.now)))
            try:
                await runtime.follower.run_once()
                return await work(runtime)
            finally:
                await runtime.close()

        return asyncio.run(opened())

    def seed(self, posts: Iterable[tuple[str, str, Role]] = CLERKS) -> None:
        """Topics, indexes, calendar, sample directory, plan, and who holds which post."""

        async def seeded(runtime: DistributedRuntime) -> None:
            await runtime.init()
            engine = runtime.engine("assessment")
            for unit, subject, role in posts:
                post = AssignPost(subject=subject, role=role, since=read_date("2026-01-01"))
                asked = Asked(post, SYSTEM, f"post:{subject}:{role}")
                await engine.execute(engine.kind("department"), f"department-{unit}", [asked])
            await runtime.settle_down()

        asyncio.run(prepare(self.settings))
        self.inside(seeded)

    def books(self) -> "Books":
        """What stands in files, log and facts now."""
        return self.inside(_books)

    def projected(self) -> "Books":
        """The books once every event of the files is in the log and among the facts."""
        found = until(lambda: (books := self.books()).whole and books, "every event published and projected", 120)
        assert isinstance(found, Books)
        return found

    def verified(self) -> dict[str, Any]:
        """What ``gongkai verify`` finds."""
        return self.inside(lambda runtime: Desk(runtime).verify())


@dataclass(frozen=True)
class Books:
    """Ids of events with their digests: in the case files, in the log (each once), among the facts."""

    files: Mapping[str, str]
    logged: Mapping[str, str]
    facts: Mapping[str, str]
    names: Counter[str]
    repeated: int

    @property
    def whole(self) -> bool:
        """Whether all three hold the same; what assessment does not score (reference data) is no fact."""
        scored = {k: v for k, v in self.files.items() if k.partition("-")[0] not in NOT_SCORED}
        return dict(self.files) == dict(self.logged) and scored == dict(self.facts)


NOT_SCORED = ("calendar", "department", "plan")


async def _books(runtime: DistributedRuntime) -> Books:
    files: dict[str, str] = {}
    names: Counter[str] = Counter()
    async for head in runtime.files.walk():
        for event in await runtime.files.events(head.id):
            files[f"{head.id}/{event.sequence}"] = event.digest
            names[json.loads(event.body)["type"].split(".")[2]] += 1
    logged: dict[str, str] = {}
    repeated = 0
    for topic in TOPICS:
        for partition in range(await runtime.log.partitions(topic)):
            offset = 0
            while records := await runtime.log.read(topic, partition, offset, 1000):
                for record in records:
                    if (event := readable(record)) is not None:
                        repeated += event["id"] in logged
                        logged[event["id"]] = event["digest"]
                offset = records[-1].offset + 1
    facts = {fact: digest async for fact, digest in runtime.stores.facts.digests()}
    return Books(files, logged, facts, names, repeated)
