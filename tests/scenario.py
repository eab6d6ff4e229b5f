"""given / when / then for case kinds: what happened, who asks for what on which day, which events follow."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from shared.domain.classified import refuse_marked
from shared.domain.corrections import COMMON_COMMANDS
from shared.domain.directory import SYSTEM, Actor, Directory
from shared.domain.kind import BadField, CaseKind, CaseView, Command, Event, Recorded, RuleBroken, vault_fields
from shared.domain.localtime import local_date, read_moment
from shared.domain.notice import read_notice
from shared.domain.permission import may
from shared.domain.workdays import Calendar
from shared.engine.batch import Batch, CaseFile, Given
from shared.engine.history import effective

SEEDS = Path(__file__).parent.parent / "services" / "assessment" / "seed" / "calendar"


@lru_cache
def known_calendar() -> Calendar:
    """The calendar with every notice of 2004-2026."""
    calendar = Calendar.empty()
    for file in sorted(SEEDS.glob("*.json")):
        calendar = calendar.publish(read_notice(json.loads(file.read_text(encoding="utf-8"))))
    return calendar


def moment(text: str) -> datetime:
    """``2026-03-05`` (09:00) or ``2026-03-05 14:30``, Asia/Shanghai."""
    return read_moment(text if len(text) > 10 else f"{text} 09:00")


def person(subject: str, *posts: str) -> Actor:
    """An actor with posts written ``role@department``."""
    return Actor(subject, frozenset((post.split("@")[1], post.split("@")[0]) for post in posts))


@dataclass(frozen=True)
class Left:
    """An expected event: its class and those of its fields that matter."""

    event: type[Event]
    fields: Mapping[str, Any]


def left(event: type[Event], **fields: Any) -> Left:
    """Expects an event of this class with these field values."""
    return Left(event, fields)


class Scenario:
    """A case file in memory, moved only by commands and time."""

    def __init__(
        self,
        kind: CaseKind[Any],
        *,
        calendar: Calendar | None = None,
        directory: Directory | None = None,
        settings: Mapping[str, Any] | None = None,
        cases: Mapping[str, CaseView] | None = None,
        case: str = "M2026-000001",
        counted: Any = None,
    ) -> None:
        self.kind, self.calendar = kind, calendar or known_calendar()
        self.directory, self.settings, self.cases = directory or Directory(), settings or {}, cases or {}
        self.file, self.counted = CaseFile(case, 1), counted
        self.records: list[Recorded] = []

    def batch(self, now: datetime) -> Batch:
        """A batch on the file as it stands."""
        return Batch(
            self.kind,
            self.file,
            now=now,
            calendar=self.calendar,
            directory=self.directory,
            settings=self.settings,
            cases=self.cases,
        )

    def keep(self, batch: Batch) -> list[Event]:
        """Appends what a batch left."""
        self.records += batch.new
        kept = list(self.records)
        self.file = replace(
            self.file,
            version=len(kept),
            state=batch.state,
            dues=batch.dues,
            through=batch.through,
            opened=batch.opened,
            calendar=self.calendar.version,
            imported=batch.imported,
            records=lambda: kept,
        )
        return [record.event for record in batch.new]

    def and_(
        self,
        command: Command,
        *,
        by: Actor = SYSTEM,
        on: str,
        recorded: str | None = None,
        origin: Literal["import"] | None = None,
    ) -> "Scenario":
        """One more thing that happened."""
        when(self, command, by=by, on=on, recorded=recorded, origin=origin).accepted()
        return self

    def when(
        self,
        command: Command,
        *,
        by: Actor = SYSTEM,
        on: str,
        recorded: str | None = None,
        origin: Literal["import"] | None = None,
    ) -> "Result":
        """Gives a command: it happens ``on`` and is recorded then, or later at ``recorded``."""
        return when(self, command, by=by, on=on, recorded=recorded, origin=origin)

    def when_swept(self, on: str) -> "Result":
        """A timer looks at the file."""
        batch = self.batch(moment(on))
        batch.recompute()
        batch.settle(batch.now)
        batch.remind()
        return Result(self, self.keep(batch), None, None)

    @property
    def state(self) -> Any:
        """The state now."""
        return self.file.state

    @property
    def live(self) -> list[Event]:
        """The events that count, voided ones gone."""
        return [record.event for record in effective(self.records)]

    def id_of(self, event: type[Event], last: bool = True) -> str:
        """The id of the last (or first) event of a class."""
        ids = [r.stamp.id for r in self.records if isinstance(r.event, event)]
        return ids[-1 if last else 0]


@dataclass(frozen=True)
class Result:
    """What a command left or why it was refused."""

    scenario: Scenario
    events: list[Event]
    refused: RuleBroken | None
    bad: BadField | None
    forbidden: bool = False

    def accepted(self) -> "Result":
        """The command was carried out."""
        assert self.refused is None, f"refused: {self.refused.code} {self.refused.message.zh}"
        assert self.bad is None, f"bad field {self.bad.field}: {self.bad.message.zh}"
        assert not self.forbidden, "forbidden"
        return self

    def then(self, *expected: Left | type[Event]) -> Scenario:
        """Exactly these events followed, in order."""
        self.accepted()
        assert [e.event_name for e in self.events] == [
            (x.event if isinstance(x, Left) else x).event_name for x in expected
        ]
        for event, wanted in zip(self.events, expected, strict=True):
            for name, value in (wanted.fields if isinstance(wanted, Left) else {}).items():
                assert getattr(event, name) == value, (
                    f"{event.event_name}.{name}: {getattr(event, name)!r} != {value!r}"
                )
        return self.scenario

    def then_nothing(self) -> Scenario:
        """No event followed."""
        return self.then()

    def then_refused(self, code: str, field: str | None = None) -> RuleBroken:
        """A rule forbade it (marking ``field``, where one is named), with words in both languages and a legal basis."""
        assert self.refused is not None, f"not refused; left {[e.event_name for e in self.events]} {self.bad}"
        assert self.refused.code == code
        assert field in (None, self.refused.field)
        assert self.refused.message.zh
        assert self.refused.message.en
        assert self.refused.basis.zh
        assert self.refused.basis.en
        return self.refused

    def then_bad_field(self, field: str) -> BadField:
        """A field was refused."""
        assert self.bad is not None, f"not refused by field; {self.refused} {[e.event_name for e in self.events]}"
        assert self.bad.field == field
        return self.bad

    def then_forbidden(self) -> None:
        """The command is not this person's to give."""
        assert self.forbidden


def given(kind: CaseKind[Any], *commands: tuple[Command, str] | tuple[Command, str, Actor], **world: Any) -> Scenario:
    """A file in which these commands were carried out: (command, on) or (command, on, by)."""
    scenario = Scenario(kind, **world)
    for item in commands:
        scenario.and_(item[0], on=item[1], by=item[2] if len(item) == 3 else SYSTEM)
    return scenario


def when(
    scenario: Scenario,
    command: Command,
    *,
    by: Actor,
    on: str,
    recorded: str | None,
    origin: Literal["import"] | None,
) -> Result:
    """Carries out one command as the engine does, vault references standing for what is sealed."""
    happened = moment(on)
    now = moment(recorded) if recorded else happened + timedelta(0)
    batch = scenario.batch(now)
    if not by.system:
        summary = batch.summary if scenario.file.version else None
        holder, parties = (summary.department, summary.parties) if summary else (None, ())
        if not may(by, command.command_allowed, case=scenario.file.id, holder=holder, parties=parties):
            return Result(scenario, [], None, None, forbidden=True)
    assert type(command) in scenario.kind.commands or isinstance(command, COMMON_COMMANDS)
    refs = {name: f"v:{name}" for name in vault_fields(type(command)) if getattr(command, name)}
    sealed = command.model_copy(update=refs)
    try:
        refuse_marked(scenario.kind.name, command)
        batch.recompute()
        counted = scenario.counted if type(command).command_counts else None
        batch.give(Given(sealed, by, happened, origin, writer="s:writer", counted=counted))
        batch.settle(now)
    except RuleBroken as broken:
        return Result(scenario, [], broken, None)
    except BadField as bad:
        return Result(scenario, [], None, bad)
    return Result(scenario, scenario.keep(batch), None, None)


def day_of(text: str) -> Any:
    """The local date of a moment written as in ``moment``."""
    return local_date(moment(text))
