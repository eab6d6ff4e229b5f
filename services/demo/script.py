"""Reads the sample quarter's file and turns each case into the commands of its way, with who gives each and when."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from shared.domain.localtime import read_moment

QUARTER = Path(__file__).with_name("quarter.yaml")
TAKEN_UP = timedelta(hours=1)
DRAFTED, APPROVED = timedelta(hours=2), timedelta(hours=1, minutes=45)


@dataclass(frozen=True, slots=True)
class Turn:
    """One command of one case: given at ``recorded``, for what took place at ``on``. ``by`` None: whose post it is."""

    kind: str
    case: str
    number: int
    command: str
    on: datetime
    recorded: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None

    @property
    def command_id(self) -> str:
        """The same on every run."""
        return f"demo:{self.case}:{self.number}"


@dataclass(frozen=True, slots=True)
class Script:
    """The sample quarter: when the clock begins and ends, whose score is explained, and every turn in order.

    ``begun`` are the cases that the system begins: key -> id.
    """

    quarter: str
    begins: datetime
    ends: datetime
    explained: str
    turns: tuple[Turn, ...]
    begun: Mapping[str, str] = field(default_factory=dict)


def read_script(file: Path = QUARTER) -> Script:
    """The script in ``file``, its turns in the order in which they are entered."""
    content = yaml.safe_load(file.read_text("utf-8"))
    turns = [turn for message in content["messages"] for turn in _message(message, content["writers"])]
    turns += [
        turn for case in content["cases"] for turn in _turns(case["kind"], case["key"], map(_written, case["steps"]))
    ]
    turns.sort(key=lambda turn: turn.recorded)
    return Script(
        content["quarter"],
        read_moment(content["begins"]),
        read_moment(content["ends"]),
        content["explained"],
        tuple(turns),
        {case["key"]: case["case"] for case in content["cases"] if "case" in case},
    )


def _message(message: Mapping[str, Any], writers: Mapping[str, Mapping[str, Any]]) -> Iterator[Turn]:
    steps = [*_usual_way(message, writers[message["writer"]]), *map(_written, message.get("also", ()))]
    return _turns("message", message["key"], steps)


def _turns(kind: str, key: str, steps: Iterable["_Step"]) -> Iterator[Turn]:
    for number, step in enumerate(sorted(steps, key=lambda step: (step.recorded, step.on))):
        yield Turn(kind, key, number, step.command, step.on, step.recorded, step.fields, step.by)


@dataclass(frozen=True, slots=True)
class _Step:
    command: str
    on: datetime
    recorded: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None


def _usual_way(message: Mapping[str, Any], writer: Mapping[str, Any]) -> Iterator[_Step]:
    """Receipt, acceptance, classification and assignment within the hour; draft, approval, reply; rating."""
    arrives = read_moment(message["arrives"])
    category = message.get("category")
    claimed = {"category": "report"} if category == "report" else {}
    yield _step("submit", arrives, {"title": message["title"], "text": message["text"], **writer, **claimed})
    if category is not None:
        taken = arrives + TAKEN_UP
        classified = {name: message[name] for name in ("category", "days", "accused") if name in message}
        yield _step("accept", taken)
        yield _step("classify", taken + timedelta(minutes=5), classified)
        if "unit" in message:
            yield _step("assign", taken + timedelta(minutes=10), {"department": message["unit"]})
    if "reply" in message:
        sent = read_moment(message["reply"]["at"])
        yield _step("draft-reply", sent - DRAFTED, {"text": message["reply"]["text"]})
        yield _step("approve-reply", sent - APPROVED)
        yield _step("reply", sent)
    if "rating" in message:
        yield _step("rate", read_moment(message["rating"]["at"]), {"satisfied": message["rating"]["satisfied"]})


def _written(step: Mapping[str, Any]) -> _Step:
    on = read_moment(step["at"])
    recorded = read_moment(step["recorded"]) if "recorded" in step else on
    fields = {name: value for name, value in step.items() if name not in ("at", "do", "by", "recorded")}
    return _Step(step["do"], on, recorded, fields, step.get("by"))


def _step(command: str, on: datetime, fields: Mapping[str, Any] | None = None) -> _Step:
    return _Step(command, on, on, fields or {})
