"""Starts a container stack of its own, sends a message through the proxy, finds it listed and counted, throws all away.

Run by ``make stack-smoke``; needs Python, ``docker compose`` and the images. Neither touches nor needs another stack:
project, volumes and ports are its own.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROJECT = "gongkai-smoke"
COUNTED_WITHIN = 60.0
LETTER = {
    "title": "人民路路灯不亮",
    "text": "人民路与河滨路交口的路灯坏了三天，请派人修理。",
    "name": "试用人",
    "phone": "13800000000",
}


class Stack:
    """The stack under its own project name, on two free ports."""

    def __init__(self, pull: str) -> None:
        self._pull = pull
        port, operations = free_ports(2)
        self._environment = {
            **os.environ,
            "GONGKAI_PROJECT": PROJECT,
            "GONGKAI_PORT": str(port),
            "GONGKAI_OPS_PORT": str(operations),
        }
        self._url = f"http://127.0.0.1:{port}"

    def compose(self, *words: str, read: bool = False) -> str:
        """One ``docker compose`` command; what it printed, where that is asked for. Raises ``CalledProcessError``."""
        done = subprocess.run(  # noqa: S603 - our own words
            ["docker", "compose", *words],  # noqa: S607 - the engine's own place
            cwd=ROOT,
            env=self._environment,
            check=True,
            stdout=subprocess.PIPE if read else sys.stderr,
            text=True,
        )
        return done.stdout or ""

    def up(self) -> None:
        """Returns when every service is healthy."""
        self.compose("up", "--detach", "--wait", "--wait-timeout", "300", "--pull", self._pull)

    def down(self) -> None:
        """Containers, networks and volumes."""
        self.compose("down", "--volumes", "--remove-orphans")

    def token(self, role: str) -> str:
        """A token of somebody at the county office."""
        words = ("token", "issue", "--subject", f"smoke-{role}", "--department", "county-office", "--role", role)
        said = self.compose("run", "--rm", "--no-TTY", "tool", *words, "--output", "json", "--quiet", read=True)
        return str(json.loads(said)["token"])

    def ask(self, path: str, token: str, body: object = None) -> dict[str, Any]:
        """What the proxy answers. Raises ``HTTPError`` for anything but success."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, data, headers)  # noqa: S310 - our own proxy
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own proxy
            found: dict[str, Any] = json.load(answer)
            return found


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def until(holds: Callable[[], bool], what: str) -> None:
    """Returns once it holds. Raises ``TimeoutError``."""
    end = time.monotonic() + COUNTED_WITHIN
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {COUNTED_WITHIN:.0f} s: {what}")
        time.sleep(0.5)


def smoke(stack: Stack) -> None:
    """One message from the citizen's form to the facts that are counted. Raises what went wrong."""
    token = stack.token("clerk")
    case = str(stack.ask("/api/v1/messages/messages", token, LETTER)["id"])
    say(f"sent: {case}")
    stack.ask(f"/api/v1/messages/messages/{case}/accept", token, {})
    listed = stack.ask("/api/v1/messages/messages", token)
    if case not in json.dumps(listed):
        raise LookupError(f"{case} is not in the list of messages")
    say("listed")

    def counted() -> bool:
        facts = stack.ask("/api/v1/assessment/facts?limit=5000", token)
        return case in {fact["case"] for fact in facts["facts"]}

    until(counted, f"{case} among the facts")
    quarter = stack.ask("/api/v1/assessment/facts?limit=1", token)["quarter"]
    ranking = stack.ask(f"/api/v1/assessment/ranking/{quarter}", token)
    say(f"counted; ranking of {quarter}: {ranking['result_digest']}")


def say(what: str) -> None:
    """One line for the person who waits."""
    sys.stderr.write(f"stack-smoke: {what}\n")


def main() -> int:
    """0 when the message was counted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pull", default="missing", choices=("missing", "never", "always"))
    stack = Stack(parser.parse_args().pull)
    try:
        stack.down()
        stack.up()
        smoke(stack)
    except (subprocess.CalledProcessError, urllib.error.URLError, TimeoutError, LookupError) as problem:
        say(f"failed: {problem}")
        if isinstance(problem, urllib.error.HTTPError):
            say(problem.read().decode("utf-8", "replace"))
        stack.compose("ps", "--all")
        stack.compose("logs", "--tail", "30")
        return 1
    finally:
        stack.down()
    say("passed; the stack is thrown away")
    return 0


if __name__ == "__main__":
    sys.exit(main())
