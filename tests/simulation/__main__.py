"""Plays schedules one after the other and says how far it is: ``python -m tests.simulation --schedules 10000``."""

import argparse
import sys
import time

from tests.simulation.stories import STORIES, play

SAY_EVERY = 20.0


def main() -> int:
    """0 where no schedule broke a law, 1 after the first that did."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument(
        "--schedules", type=int, default=10_000, help="how many schedules, shared out among the stories"
    )
    parser.add_argument("--first", type=int, default=0, help="the first seed of each story")
    parser.add_argument("--story", choices=STORIES, help="only this one")
    asked = parser.parse_args()
    begun = said = time.monotonic()
    done = 0
    for story, played in STORIES.items():
        if asked.story not in (None, story):
            continue
        schedules = asked.schedules if asked.story else asked.schedules * played.share // 100
        for seed in range(asked.first, asked.first + schedules):
            try:
                play(story, seed)
            except AssertionError as problem:
                sys.stderr.write(f"{problem}\n")
                return 1
            done += 1
            if time.monotonic() - said > SAY_EVERY:
                said = time.monotonic()
                _say(f"{done} of {asked.schedules} schedules, {story} up to seed {seed}, {said - begun:.0f} s")
        _say(
            f"{story}: {schedules} schedules, seeds {asked.first} to {asked.first + schedules - 1}: nothing lost, nothing twice"
        )
    _say(f"{done} schedules in {time.monotonic() - begun:.0f} s")
    return 0


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


sys.exit(main())
