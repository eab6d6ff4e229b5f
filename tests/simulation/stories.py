"""What the simulation plays, each schedule from its seed, and how to play one alone."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from structlog.testing import capture_logs

from tests.simulation.county import County
from tests.simulation.district import District
from tests.simulation.matter_story import MatterStory
from tests.simulation.message_story import MessageStory
from tests.simulation.oracle import check


@dataclass(frozen=True)
class Played:
    """One story on one runtime; ``share`` is how many of a hundred schedules are its."""

    make: Callable[[int], County]
    share: int


STORIES: Mapping[str, Played] = {
    "matters": Played(lambda seed: County(seed, MatterStory()), 50),
    "messages": Played(lambda seed: County(seed, MessageStory()), 4),
    "matters-apart": Played(lambda seed: District(seed, MatterStory()), 41),
    "messages-apart": Played(lambda seed: District(seed, MessageStory()), 5),
}


def play(story: str, seed: int) -> None:
    """One schedule. Raises ``AssertionError`` with what went wrong, the last steps, and how to run it alone."""
    county = STORIES[story].make(seed)
    try:
        with capture_logs():
            county.run()
            check(county)
    except Exception as problem:
        steps = "\n".join(f"{n:5} {who:14} {what:24} {fate}" for n, who, what, fate in county.scheduler.trace)
        alone = f"{sys.executable} -m tests.simulation --story {story} --first {seed} --schedules 1"
        raise AssertionError(
            f"{steps}\n{county.plan}\n{type(problem).__name__}: {problem}\nseed {seed} of {story}; alone: {alone}"
        ) from problem
