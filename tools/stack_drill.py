"""Plays the sample county into a container stack of its own and kills every container's process in turn: nothing is lost.

Run by ``make stack-drill`` as root on the engine's own machine (Docker takes ``docker kill`` for somebody's wish, and
restarts nothing). A message is sent while each one is down. Then a backup is restored as a second county on the same
servers, which takes nothing from the first and is dropped again. At the end the stack goes down and comes up again.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tools.make_secrets import IN_THE_CONTAINERS
from tools.stack import LETTER, Stack, say, tried, until

AFTER_THE_SAMPLE = {"GONGKAI_ENV": "local", "GONGKAI_CLOCK": "2026-12-08T09:00:00+08:00"}
"""The sample's clock ends before this; a machine's own clock may be behind it."""
KILLED = ("kafka", "mongo", "messages", "assessment", "publishing", "requests", "proxy")
BACK_WITHIN = 180.0
SECOND = "second"
SIGN_IN = ("publishing", "requests", "messages", "assessment")
TOPICS = ("/opt/kafka/bin/kafka-topics.sh", "--bootstrap-server", "kafka:9092")


@dataclass(frozen=True)
class Seen:
    """What must be as it was: the sample quarter's ranking, and every message that was ever sent."""

    ranking: list[dict[str, Any]]
    digest: str
    messages: frozenset[str]


def look(stack: Stack, token: str, quarter: str) -> Seen:
    """What the stack tells through its proxy."""
    answer = stack.ask(f"/api/v1/assessment/ranking/{quarter}", token)
    messages = stack.everything("/api/v1/messages/messages?limit=200", token, "items")
    return Seen(answer["ranking"], str(answer["result_digest"]), frozenset(str(item["id"]) for item in messages))


def kill(stack: Stack, service: str) -> None:
    """SIGKILL to the first process of the service's container. Returns when it has been started again and is healthy."""
    container = stack.compose("ps", "--quiet", service, read=True).strip()
    before = int(_inspect(container, "{{.RestartCount}}"))
    os.kill(int(_inspect(container, "{{.State.Pid}}")), signal.SIGKILL)
    until(lambda: int(_inspect(container, "{{.RestartCount}}")) > before, f"{service} started again")


def healthy(stack: Stack, service: str) -> None:
    """Returns when the service's container is healthy."""
    container = stack.compose("ps", "--quiet", service, read=True).strip()
    until(lambda: _inspect(container, "{{.State.Health.Status}}") == "healthy", f"{service} healthy", BACK_WITHIN)


def _inspect(container: str, what: str) -> str:
    words = ["docker", "inspect", "--format", what, container]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - our own words


def beside(stack: Stack, start: Seen, quarter: str, unharmed: Callable[[str], None]) -> None:
    """A backup restored as a second county on the same servers, compared, and dropped; ``unharmed`` looks at the first."""
    second = ("--env", f"GONGKAI_PREFIX={SECOND}")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, IN_THE_CONTAINERS, IN_THE_CONTAINERS)
        mounted = ("--volume", f"{folder}:/backup")
        made = stack.tool("backup", "/backup/first", options=mounted)
        stack.once("mongo-init", options=second)
        unharmed("the users' rights were given for a second county too")
        restored = stack.tool("restore", "/backup/first", options=(*mounted, *second))
        if (restored["digest"], restored["events"]) != (made["digest"], made["events"]):
            raise LookupError(f"restored {restored}, backed up {made}")
        ranking = stack.tool("rank", quarter, options=second)
        if ranking["ranking"] != start.ranking or ranking["result_digest"] != start.digest:
            raise LookupError("the restored county tells another ranking")
        for source, options in (("log", second), ("/backup/first", (*mounted, *second))):
            if not stack.tool("replay", "--from", source, "--quarter", quarter, options=options)["equal"]:
                raise LookupError(f"the restored county's replay from {source} differs")
        if not stack.tool("verify", options=second)["ok"]:
            raise LookupError("the restored county does not verify")
    stack.compose("exec", "-T", "kafka", *TOPICS, "--delete", "--topic", rf"{SECOND}\..*")
    if any(
        topic.startswith(SECOND) for topic in stack.compose("exec", "-T", "kafka", *TOPICS, "--list", read=True).split()
    ):
        raise LookupError("topics of the second county are left")
    stack.once("mongo-init", "/deploy/drop.js", options=("--env", f"DROP={SECOND}"))
    unharmed("the second county was dropped")


def drill(stack: Stack) -> None:
    """Raises what went wrong; ``LookupError`` where something was lost or counted twice."""
    stack.stores()
    sample = stack.tool("demo")["ranking"]
    quarter = str(sample["quarter"])
    stack.up()
    token = stack.token("office")
    start = look(stack, token, quarter)
    if start.ranking != sample["ranking"] or start.digest != sample["result_digest"]:
        raise LookupError("the services tell another ranking than the one that was played")
    say(f"{quarter}: {len(start.ranking)} departments, {len(start.messages)} messages, {start.digest}")
    sent: set[str] = set()

    def send(key: str) -> bool:
        sent.add(str(stack.ask("/api/v1/messages/messages", token, LETTER, key)["id"]))
        return True

    def as_it_was() -> bool:
        now = look(stack, token, quarter)
        return now == Seen(start.ranking, start.digest, start.messages | sent)

    def counted() -> bool:
        facts = stack.everything("/api/v1/assessment/facts?quarter=2026Q4&limit=5000", token, "facts")
        return sorted(fact["id"] for fact in facts if fact["case"] in sent) == sorted(f"{case}/1" for case in sent)

    for service in KILLED:
        kill(stack, service)
        until(partial(send, f"while-{service}-was-down"), f"a message while {service} was down", BACK_WITHIN)
        healthy(stack, service)
        until(as_it_was, f"all as it was after {service}", BACK_WITHIN)
        until(counted, f"every message counted once after {service}", BACK_WITHIN)
        say(f"{service}: killed, back, nothing lost; {len(sent)} messages sent meanwhile")

    def unharmed(what: str) -> None:
        # The store looks at a user's rights when the user signs in.
        stack.compose("restart", *SIGN_IN)
        for service in SIGN_IN:
            healthy(stack, service)
        until(partial(send, f"after: {what}"), f"a message after {what}", BACK_WITHIN)
        until(as_it_was, f"all as it was after {what}", BACK_WITHIN)
        until(counted, f"every message counted once after {what}", BACK_WITHIN)
        say(f"{what}: the first goes on as before")

    beside(stack, start, quarter, unharmed)
    stack.down(volumes=False)
    stack.up()
    until(as_it_was, "all as it was after down and up", BACK_WITHIN)
    until(counted, "every message counted once after down and up", BACK_WITHIN)
    verified = stack.tool("verify")
    if not verified["ok"]:
        raise LookupError(f"verify: {verified}")
    say("down and up again: nothing lost; verify: all cases, digests, facts and the audit trail agree")


if __name__ == "__main__":
    sys.exit(tried("gongkai-drill", "every container killed in turn", drill, AFTER_THE_SAMPLE))
