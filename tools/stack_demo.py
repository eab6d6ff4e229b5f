"""Plays the sample county through a container stack of its own, prints what `gongkai demo --output json` prints, throws the stack away.

Run by ``make stack-demo``; ranking and explained lines are those of ``gongkai demo`` in one process.
"""

import sys

from tools.stack import Stack, tried


def demo(stack: Stack) -> None:
    """The document of the demo on stdout. Raises what went wrong."""
    stack.stores()
    sys.stdout.write(stack.said("demo"))


if __name__ == "__main__":
    sys.exit(tried("gongkai-demo", "the sample county through a container stack", demo))
