"""`gongkai events cat|tail`."""

import asyncio
import sys
from datetime import date
from typing import Any

import orjson

from services.cli import options
from services.cli.desk import opened, remote
from services.cli.outlet import reads_nobody
from services.desk import EventFilter
from shared.domain.kind import BadField
from shared.domain.localtime import DateProblem, read_date
from shared.domain.text import Text
from shared.engine.execute import NotFound

WAIT_SECONDS = 1.0


async def print_events(
    service: str | None,
    type_: str | None,
    department: str | None,
    since: str | None,
    until: str | None,
    case: str | None,
    *,
    follow: bool,
) -> None:
    """Prints what is in the log; with ``follow`` goes on with what comes."""
    wanted = EventFilter(service, type_, department, _day("from", since), _day("until", until), case)
    wanted.check()
    seen: set[str] = set()
    while True:
        if options.current.url:
            query = {
                "service": service,
                "type": type_,
                "department": department,
                "from": since,
                "until": until,
                "case": case,
            }
            for event in remote().lines("/api/v1/assessment/events", **query):
                _print(event, seen)
                if reads_nobody():
                    return
        else:
            async with opened("events") as desk:
                await desk.runtime.settle_down()
                found = desk.runtime.reference.directory.find(department, desk.runtime.today) if department else None
                if department and found is None:
                    raise BadField(
                        "department", Text(f"没有这个单位：{department}", f"no such department: {department}")
                    )
                if case is not None and await desk.runtime.stores.cases.load(case) is None:
                    raise NotFound(case)
                local = EventFilter(
                    wanted.service,
                    wanted.type,
                    found.id if found else None,
                    wanted.since,
                    wanted.until,
                    wanted.case,
                )
                async for event in desk.events(local):
                    _print(event, seen)
                    if reads_nobody():
                        return
        sys.stdout.flush()
        if not follow or reads_nobody():
            return
        await asyncio.sleep(WAIT_SECONDS)


def _print(event: dict[str, Any], seen: set[str]) -> None:
    if event["id"] not in seen:
        seen.add(event["id"])
        sys.stdout.write(orjson.dumps(event).decode() + "\n")


def _day(name: str, text: str | None) -> date | None:
    try:
        return read_date(text) if text else None
    except DateProblem as problem:
        raise BadField(name, problem.text) from problem
