"""Durable commands over HTTP against the same routes without storage, and against one commit a request."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from bench.http_server import STORAGES, Storage
from bench.measured import Entry, entry

ROUNDS, SECONDS, CONNECTIONS = 3, 2.0, 64
START_SECONDS = 60
PHASES = {"opening": "open a message", "second": "accept a message"}
Rounds = dict[Storage, list[dict[str, dict[str, float]]]]


def run() -> list[Entry]:
    """Requests a second (medians) and the 99th percentiles, each against both baselines."""
    rounds: Rounds = {storage: [] for storage in STORAGES}
    for number in range(ROUNDS):
        # Each round in the opposite order, each server new: no storage has the fuller disk or the warmer machine.
        for storage in STORAGES if number % 2 else reversed(STORAGES):
            rounds[storage].append(once(storage, SECONDS, CONNECTIONS))
    rows = []
    for phase, name in PHASES.items():
        durable, memory, each = (_medians(rounds[s], phase) for s in ("sqlite", "memory", "commit-each"))
        without, alone = "same route without storage", "one commit a request"
        rows += [
            entry(f"{name}: rate", durable["rate"], "requests/s", durable["rate"] / memory["rate"], without),
            entry(f"{name}: rate", durable["rate"], "requests/s", durable["rate"] / each["rate"], alone),
            entry(f"{name}: p99", durable["p99"], "ms", memory["p99"] / durable["p99"], without),
            entry(f"{name}: p99", durable["p99"], "ms", each["p99"] / durable["p99"], alone),
            entry(f"{name}: p50", durable["p50"], "ms", memory["p50"] / durable["p50"], without),
            entry(f"{name}: published after the load ended", durable["behind"], "s"),
        ]
    return rows


def once(storage: Storage, seconds: float, connections: int) -> dict[str, dict[str, float]]:
    """One server, started, loaded and stopped."""
    with serving(storage) as (host, port, token):
        command = [sys.executable, "-m", "bench.http_load", host, str(port), token, str(seconds), str(connections)]
        found: dict[str, dict[str, float]] = json.loads(
            subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        )
        return found


@contextmanager
def serving(storage: Storage, *wrapper: str) -> Iterator[tuple[str, int, str]]:
    """A server in a process of its own: host, port and a clerk's token. ``wrapper`` goes before ``-m``."""
    with tempfile.TemporaryDirectory() as folder, serving_in(Path(folder), storage, *wrapper) as server:
        yield server


@contextmanager
def serving_in(folder: Path, storage: Storage, *wrapper: str) -> Iterator[tuple[str, int, str]]:
    """The same; its data folder is ``data`` in ``folder``."""
    data = folder / "data"
    with (folder / "log").open("w") as log:
        command = [sys.executable, *wrapper, "-m", "bench.http_server", storage, str(data)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
    try:
        assert server.stdout is not None
        token = json.loads(server.stdout.readline() or b"{}").get("token")
        if token is None:
            raise RuntimeError((folder / "log").read_text())
        url = urlsplit(_address(data, server))
        yield url.hostname or "", url.port or 0, token
    finally:
        server.terminate()
        server.wait()


def _address(data: Path, server: "subprocess.Popen[bytes]") -> str:
    patience = time.monotonic() + START_SECONDS
    while time.monotonic() < patience and server.poll() is None:
        held: dict[str, Any] = json.loads((data / "lock").read_text() or "{}")
        if held.get("url"):
            return str(held["url"])
        os.sched_yield()
    raise RuntimeError("the server did not start")


def _medians(rounds: list[dict[str, dict[str, float]]], phase: str) -> dict[str, float]:
    return {name: median(one[phase][name] for one in rounds) for name in rounds[0][phase]}


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
