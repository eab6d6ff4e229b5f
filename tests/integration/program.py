"""The real program as a child process: started, asked over HTTP, killed, awaited."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
PAUSE = 0.02


def until(holds: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Waits until a condition holds and returns what it gave; fails after ``patience`` seconds."""
    end = time.monotonic() + patience
    while True:
        found = holds()
        if found:
            return found
        assert time.monotonic() < end, f"not within {patience} s: {what}"
        threading.Event().wait(PAUSE)


def command(data: Path, *words: str, program: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command line on a data folder, of the program whose sources stand in ``program``."""
    return subprocess.run(
        [sys.executable, "-m", "services", *words, "--data", str(data)],
        cwd=program,
        env={**os.environ, "LANG": "zh_CN.UTF-8", **environment},
        capture_output=True,
        text=True,
        timeout=180,
    )


def document(data: Path, *words: str, program: Path = ROOT, **environment: str) -> dict[str, Any]:
    """One command's JSON document; it must not fail."""
    done = command(data, *words, "--output", "json", program=program, **environment)
    assert done.returncode in (0, 3), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@dataclass
class Program:
    """A running ``gongkai run``."""

    process: subprocess.Popen[bytes]
    data: Path
    url: str

    def kill(self) -> None:
        """SIGKILL, and gone."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def start(data: Path, log: Path, *, program: Path = ROOT, **environment: str) -> Program:
    """Starts the program on a free port and waits until it is ready."""
    stream = log.open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "services", "run", "--port", "0", "--data", str(data)],
        cwd=program,
        env={**os.environ, "GONGKAI_PUBLIC_PER_MINUTE": "1000000", **environment},
        stdout=stream,
        stderr=stream,
    )
    stream.close()
    url = until(lambda: _serving(process, data), f"serving; see {log}")

    def ready() -> bool:
        try:
            return httpx2.get(f"{url}/readyz", timeout=5).status_code == 200
        except httpx2.TransportError:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            return False

    until(ready, "ready")
    return Program(process, data, url)


def _serving(process: subprocess.Popen[bytes], data: Path) -> str | None:
    assert process.poll() is None, "the program ended"
    try:
        held = json.loads((data / "lock").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return held.get("url") if held.get("pid") == process.pid else None
