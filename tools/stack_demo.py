"""Plays the sample county through a container stack of its own, prints the ranking as JSON, throws the stack away.

Run by ``make stack-demo``; the ranking is that of ``gongkai demo`` in one process.
"""

import argparse
import json
import sys

from tools.stack import FAILURES, Stack, explain


def main() -> int:
    """0 when the ranking was printed."""
    parser = argparse.ArgumentParser(description="the sample county through a container stack")
    parser.add_argument("--pull", default="missing", choices=("missing", "never", "always"))
    stack = Stack("gongkai-demo", parser.parse_args().pull)
    try:
        stack.down(volumes=True)
        ranking = stack.tool("demo", beside=False)["ranking"]
    except FAILURES as problem:
        explain(problem)
        return 1
    finally:
        stack.down(volumes=True)
    sys.stdout.write(json.dumps(ranking, ensure_ascii=False, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
