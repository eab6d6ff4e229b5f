"""The sample county on both runtimes: one ranking, one explanation, one digest."""

import json
from pathlib import Path
from typing import Any

from tests.distributed.stack import Stack

OWN = ("event", "case", "recorded")
"""What a line says of its runtime: ids and recorded times."""


def lines(explained: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of a score without that."""
    return [{name: value for name, value in line.items() if name not in OWN} for line in explained["lines"]]


def test_the_sample_county_is_scored_alike_on_both_runtimes(
    kafka_bootstrap: str, mongo_server: str, tmp_path: Path
) -> None:
    stack = Stack(kafka_bootstrap, mongo_server, tmp_path / "stack")
    played = stack.command("demo", "--output", "json", GONGKAI_CLOCK="")
    assert played.returncode == 0, played.stderr
    alone = stack.command("demo", "--output", "json", GONGKAI_RUNTIME="local", GONGKAI_CLOCK="")
    assert alone.returncode == 0, alone.stderr
    distributed, local = json.loads(played.stdout), json.loads(alone.stdout)
    assert json.dumps(distributed["ranking"]["ranking"]) == json.dumps(local["ranking"]["ranking"])
    assert distributed["ranking"]["result_digest"] == local["ranking"]["result_digest"]
    assert json.dumps(lines(distributed["explained"])) == json.dumps(lines(local["explained"]))
    assert distributed["shown"] == local["shown"]
    assert stack.verified()["ok"]
