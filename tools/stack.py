"""A container stack of one's own, for trying it: its project, volumes and ports are no other stack's."""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any

from tools.ports import free_ports

ROOT = Path(__file__).resolve().parents[1]
STARTS_WITHIN = 300
FAILURES = (subprocess.CalledProcessError, OSError, HTTPException, LookupError)
"""What goes wrong with a stack; the last is an answer without what was looked for."""
LETTER = {
    "title": "人民路路灯不亮",
    "text": "人民路与河滨路交口的路灯坏了三天，请派人修理。",
    "name": "试用人",
    "phone": "13800000000",
}


class Stack:
    """``settings`` are variables of the compose file; ``pull`` is ``missing``, ``never`` or ``always``."""

    def __init__(self, project: str, pull: str = "missing", settings: Mapping[str, str] | None = None) -> None:
        self.project, self._pull = project, pull
        port, operations = free_ports(2)
        self._environment = {
            **os.environ,
            "GONGKAI_PROJECT": project,
            "GONGKAI_PORT": str(port),
            "GONGKAI_OPS_PORT": str(operations),
            **(settings or {}),
        }
        self._url = f"http://127.0.0.1:{port}"

    def compose(self, *words: str, read: bool = False) -> str:
        """One ``docker compose`` command; what it printed, where that is asked for. Raises ``CalledProcessError``."""
        done = subprocess.run(  # noqa: S603 - our own words
            ["docker", "compose", *words],  # noqa: S607 - wherever the machine has it
            cwd=ROOT,
            env=self._environment,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if read else sys.stderr,
            text=True,
        )
        return done.stdout or ""

    def up(self, *services: str) -> None:
        """Returns when every service is healthy; those alone that are named, where some are."""
        self.compose("up", "--detach", "--wait", "--wait-timeout", str(STARTS_WITHIN), "--pull", self._pull, *services)

    def stores(self) -> None:
        """Broker and store alone, with the store's users, and nothing in either."""
        self.compose("up", "--detach", "--pull", self._pull, "kafka", "mongo")
        # Before it there is no replica set, and so no healthy store.
        self.once("mongo-init")
        self.up("kafka", "mongo")

    def once(self, service: str, *words: str, options: Sequence[str] = (), read: bool = False) -> str:
        """Runs a service that does something once and ends, with more ``options`` of ``docker compose run``."""
        return self.compose("run", "--rm", "--no-TTY", *options, service, *words, read=read)

    def down(self, *, volumes: bool) -> None:
        """Containers and networks, and the volumes where they are meant."""
        self.compose("--profile", "*", "down", "--remove-orphans", *(["--volumes"] if volumes else []))

    def said(self, *words: str, options: Sequence[str] = ()) -> str:
        """What a ``gongkai`` command beside the stack prints as JSON."""
        return self.once("tool", *words, "--output", "json", "--quiet", options=options, read=True)

    def tool(self, *words: str, options: Sequence[str] = ()) -> dict[str, Any]:
        """The same, read."""
        found: dict[str, Any] = json.loads(self.said(*words, options=options))
        return found

    def token(self, role: str) -> str:
        """A token of somebody at the county office."""
        words = ("token", "issue", "--subject", f"trial-{role}", "--department", "county-office", "--role", role)
        return str(self.tool(*words)["token"])

    def ask(self, path: str, token: str, body: object = None, key: str | None = None) -> dict[str, Any]:
        """What the proxy answers to a GET, or to a POST of ``body``. Raises ``HTTPError`` for anything but success."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        request = urllib.request.Request(self._url + path, data, headers)  # noqa: S310 - our own proxy
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own proxy
            found: dict[str, Any] = json.load(answer)
            return found

    def everything(self, path: str, token: str, name: str) -> list[dict[str, Any]]:
        """Every page of a list; ``name`` is the field that holds a page."""
        found: list[dict[str, Any]] = []
        place, following = "", True
        while following:
            page = self.ask(f"{path}{place}", token)
            found += page[name]
            following = page["next"] is not None
            place = f"&after={urllib.parse.quote(str(page['next']), safe='')}"
        return found

    def tell(self) -> None:
        """What runs and what it said last, for whoever looks for the fault."""
        self.compose("ps", "--all")
        self.compose("logs", "--tail", "15")


def tried(project: str, what: str, trial: Callable[[Stack], None], settings: Mapping[str, str] | None = None) -> int:
    """A trial's command line: the exit status, 0 when ``trial`` raised nothing. The stack is thrown away before and after."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--pull", default="missing", choices=("missing", "never", "always"))
    stack = Stack(project, parser.parse_args().pull, settings)
    try:
        stack.down(volumes=True)
        trial(stack)
    except FAILURES as problem:
        explain(problem)
        stack.tell()
        return 1
    finally:
        stack.down(volumes=True)
    say("passed; the stack is thrown away")
    return 0


def until(holds: Callable[[], bool], what: str, within: float = 60.0) -> None:
    """Returns once it holds; a failure on the way is one more reason to look again. Raises ``TimeoutError``."""
    end = time.monotonic() + within
    problem = ""
    while True:
        try:
            if holds():
                return
        except FAILURES as failure:
            problem = f" ({failure})"
        if time.monotonic() > end:
            raise TimeoutError(f"not within {within:.0f} s: {what}{problem}")
        time.sleep(0.5)


def say(what: str) -> None:
    """One line for the person who waits."""
    sys.stderr.write(f"{what}\n")


def explain(problem: BaseException) -> None:
    """What went wrong, with a refused request's own words."""
    say(f"failed: {problem}")
    if isinstance(problem, urllib.error.HTTPError):
        say(problem.read().decode("utf-8", "replace"))
