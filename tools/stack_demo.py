"""Plays the sample county through a container stack of its own, prints the ranking as JSON, throws the stack away.

Run by ``make stack-demo``; the ranking is that of ``gongkai demo`` in one process.
"""

import json
import sys

from tools.stack import Stack, tried


def demo(stack: Stack) -> None:
    """The ranking on stdout. Raises what went wrong."""
    ranking = stack.tool("demo", beside=False)["ranking"]
    sys.stdout.write(json.dumps(ranking, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(tried("gongkai-demo", "the sample county through a container stack", demo))
