"""Starts a container stack of its own, sends a message through the proxy, finds it listed and counted, throws all away.

Run by ``make stack-smoke``; needs Python, ``docker compose`` and the images.
"""

import sys

from tools.stack import LETTER, Stack, say, tried, until


def smoke(stack: Stack) -> None:
    """One message from the form to the facts that are counted. Raises what went wrong."""
    stack.up()
    token = stack.token("clerk")
    case = str(stack.ask("/api/v1/messages/messages", token, LETTER)["id"])
    say(f"sent: {case}")
    stack.ask(f"/api/v1/messages/messages/{case}/accept", token, {})
    if case not in {item["id"] for item in stack.everything("/api/v1/messages/messages?limit=200", token, "items")}:
        raise LookupError(f"{case} is not in the list of messages")
    say("listed")

    def counted() -> bool:
        facts = stack.everything("/api/v1/assessment/facts?limit=5000", token, "facts")
        return {f"{case}/1", f"{case}/2"} <= {fact["id"] for fact in facts}

    until(counted, f"{case} among the facts")
    quarter = stack.ask("/api/v1/assessment/facts?limit=1", token)["quarter"]
    ranking = stack.ask(f"/api/v1/assessment/ranking/{quarter}", token)
    say(f"counted; ranking of {quarter}: {len(ranking['ranking'])} departments, {ranking['result_digest']}")


if __name__ == "__main__":
    sys.exit(tried("gongkai-smoke", "a container stack, tried", smoke))
