"""Plays the sample quarter: every command by the person whose post it is, the clock moved from one to the next."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.declared import SERVICES
from services.demo.script import Script, Turn, read_script
from services.desk import Desk, EventFilter, question_of
from services.local import open_local
from services.runtime import Runtime
from shared.clock import ProcessClock
from shared.domain.corrections import COMMON_COMMANDS
from shared.domain.directory import OFFICE, PUBLIC, Actor
from shared.domain.kind import CaseKind, Command
from shared.domain.localtime import local_date
from shared.domain.text import Text
from shared.engine.execute import Asked
from shared.eventlog.envelope import short_type
from shared.settings import Settings, read_settings

KINDS: Mapping[str, CaseKind[Any]] = {kind.name: kind for service in SERVICES for kind in service.kinds}
OFFICE_CLERK, OFFICE_CHIEF, OFFICE_REVIEWER = "office.clerk", "office.chief", "office.reviewer"
DOER: Mapping[str, str] = {
    "accept": OFFICE_CLERK,
    "classify": OFFICE_CLERK,
    "reclassify": OFFICE_CLERK,
    "assign": OFFICE_CLERK,
    "decline": OFFICE_CLERK,
    "grant-return": OFFICE_CLERK,
    "deny-return": OFFICE_CLERK,
    "add-co-handler": OFFICE_CLERK,
    "divert-to-petition": OFFICE_CLERK,
    "accept-diversion": OFFICE_CLERK,
    "grant-extension": OFFICE_CHIEF,
    "order-rework": OFFICE_CHIEF,
    "note-instruction": OFFICE_CHIEF,
    "void-entry": OFFICE_CHIEF,
    "revoke-overdue": OFFICE_CHIEF,
    "request-return": "clerk",
    "request-extension": "clerk",
    "record-investigation": "clerk",
    "draft-reply": "clerk",
    "archive": "clerk",
    "approve-reply": "head",
    "publish-reply": "head",
    "reply": "reviewer",
}
"""Who gives a command: an account, or a post in the unit that holds the message."""
WRITERS_OWN = frozenset(("submit", "rate", "request-confidentiality"))
IN_THE_OFFICE = {"clerk": "clerk.county-office", "reviewer": OFFICE_REVIEWER, "head": OFFICE_CHIEF}
REFERS_TO_EVENTS = ("events", "event")


async def demo(keep: Path | None, talk: Callable[[Text], None]) -> dict[str, Any]:
    """Plays the quarter in the empty folder ``keep`` (or one that is thrown away): ``{ranking, explained}``.

    Every run gives the same result. ``talk`` hears how far it is. Raises ``FileExistsError`` where ``keep`` holds
    something already.
    """
    script = read_script()
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongkai-demo-")))
        if folder.is_dir() and any(folder.iterdir()):
            raise FileExistsError(f"目录不是空的 / the folder is not empty: {folder}")
        clock = ProcessClock(script.begins)
        runtime = await open_local(read_settings(data=folder), "demo", clock)
        return await _played(runtime, clock, script, talk)


async def stack_demo(settings: Settings, talk: Callable[[Text], None]) -> dict[str, Any]:
    """Plays the same quarter through MongoDB and Kafka, which must hold no case yet. The result is the same.

    Raises ``FileExistsError`` where they do.
    """
    from services.distributed import open_distributed, prepare

    script = read_script()
    clock = ProcessClock(script.begins)
    await prepare(settings)
    runtime = open_distributed(settings, clock=clock)
    if any([(await service.stores.cases.counts(name))[0] for name, service in runtime.services.items()]):
        await runtime.close()
        raise FileExistsError(f"存储不是空的 / the store is not empty: {runtime.place}")
    await runtime.follower.run_once()
    return await _played(runtime, clock, script, talk)


async def _played(
    runtime: Runtime, clock: ProcessClock, script: Script, talk: Callable[[Text], None]
) -> dict[str, Any]:
    try:
        await runtime.init()
        await play(runtime, clock, script, talk)
        desk = Desk(runtime)
        question = question_of(script.quarter)
        ranking = await desk.rank(question)
        return {
            "ranking": ranking,
            "explained": await desk.explain(question, script.explained, None),
            "shown": await _shown(desk) | {"provisional": ranking["provisional"]},
        }
    finally:
        await runtime.close()


async def _shown(desk: Desk) -> dict[str, int]:
    """How many of each sort of case the sample shows, by its live events."""
    events = [event async for event in desk.events(EventFilter(service="messages"))]
    voided = {target for event in events for target in event["data"]["voids"]}
    live = [(short_type(e["type"]), e["data"]) for e in events if e["id"] not in voided]
    return {
        "in_time": sum(name == "messages.ReplySent" and data["met"] for name, data in live),
        "late": sum(name == "messages.ReplyOverdue" for name, _ in live),
        "voided": len(voided),
        "quarantined": sum(name == "messages.MessageQuarantined" for name, _ in live),
    }


async def play(runtime: Runtime, clock: ProcessClock, script: Script, talk: Callable[[Text], None]) -> None:
    """Gives every command at its time; on each day on which anything is entered the services are swept first."""
    cases = dict(script.begun)
    swept = local_date(script.begins)
    month = 0
    for turn in script.turns:
        clock.move_to(turn.recorded)
        day = local_date(turn.recorded)
        if day != swept:
            await runtime.catch_up()
            swept = day
        if day.month != month:
            month = day.month
            talk(Text(f"样例县 {day.year} 年 {month} 月……", f"the sample county in {day:%B %Y} …"))
        await _give(runtime, turn, cases)
    clock.move_to(script.ends)
    await runtime.catch_up()


async def _give(runtime: Runtime, turn: Turn, cases: dict[str, str]) -> None:
    kind = KINDS[turn.kind]
    case = cases.get(turn.case)
    command = _command(kind, turn, cases, await _event_ids(runtime, kind, case))
    actor = await _actor(runtime, turn, case)
    happened = turn.on if turn.on != turn.recorded else None
    outcome = await runtime.engine(kind.service).execute(kind, case, [Asked(command, actor, turn.command_id, happened)])
    cases[turn.case] = outcome.case


def _command(kind: CaseKind[Any], turn: Turn, cases: Mapping[str, str], ids: Mapping[str, str]) -> Command:
    known = (*kind.commands, *COMMON_COMMANDS)
    model = next(command for command in known if command.command_name == turn.command)
    fields = {name: cases.get(value[1:], value) if _is_case(value) else value for name, value in turn.fields.items()}
    for name in REFERS_TO_EVENTS:
        if isinstance(fields.get(name), list):
            fields[name] = [ids[event] for event in fields[name]]
        elif name in fields:
            fields[name] = ids[fields[name]]
    return model.model_validate(fields)


def _is_case(value: Any) -> bool:
    """``@key`` stands for the id that the case of that key was given."""
    return isinstance(value, str) and value.startswith("@")


async def _event_ids(runtime: Runtime, kind: CaseKind[Any], case: str | None) -> dict[str, str]:
    """The id of the last event of each name in the case."""
    if case is None:
        return {}
    history = await runtime.engine(kind.service).history(kind, case)
    return {record.event.event_name: record.stamp.id for record in history}


async def _actor(runtime: Runtime, turn: Turn, case: str | None) -> Actor:
    if turn.by == "citizen" or (turn.by is None and turn.command in WRITERS_OWN):
        return replace(PUBLIC, writer_of=case)
    subject = turn.by or DOER[turn.command]
    if "." not in subject:
        head = await runtime.files.load(case or "")
        holder = head.department if head else OFFICE
        subject = IN_THE_OFFICE[subject] if holder == OFFICE else f"{subject}.{holder}"
    return runtime.reference.directory.actor(subject, local_date(runtime.clock()))
