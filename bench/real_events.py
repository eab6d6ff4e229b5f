"""Events of the messages service in any number: those of an imported list, encoded anew for case after case."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import count, cycle
from pathlib import Path

from bench.http_server import open_on
from bench.import_bench import written
from services.import_list import import_rows
from services.messages.message import MESSAGE
from shared.domain.kind import Recorded
from shared.engine.codec import codec_of
from shared.eventlog.envelope import Trace, encode
from shared.eventlog.port import MESSAGES
from shared.storage.port import EventRecord

ROWS, UNITS = 300, 60
REGION = "522728"


def case_files(events: int) -> Iterator[list[EventRecord]]:
    """Case files with ``events`` events together (the last one is cut), spread over ``UNITS`` departments."""
    left = events
    for number, records in zip(count(1), cycle(_imported()), strict=False):
        if left <= 0:
            return
        yield _encoded(f"M2026-{number:06}", f"unit-{number % UNITS:02}", records[:left])
        left -= len(records)


def _encoded(case: str, department: str, records: Sequence[Recorded]) -> list[EventRecord]:
    digest = ""
    found = []
    for record in records:
        stamp = replace(record.stamp, id=f"{case}/{record.stamp.sequence}")
        body, digest = encode(
            region=REGION,
            service="messages",
            case=case,
            record=Recorded(record.event.model_copy(update={"department": department}), stamp),
            trace=Trace(f"import:{case}", f"import:{case}"),
            previous=digest,
            algorithm="sha256",
        )
        found.append(EventRecord(case, stamp.sequence, MESSAGES, f"{REGION}/{department}", digest, body))
    return found


@cache
def _imported() -> list[list[Recorded]]:
    """The case files that an import of ``ROWS`` rows leaves; the same at each call, since a run compares them."""

    async def files() -> list[list[Recorded]]:
        with tempfile.TemporaryDirectory() as folder:
            runtime = await open_on("memory", Path(folder) / "data")
            try:
                await import_rows(runtime, "messages", "list.csv", written(ROWS), create_departments=True)
                codec, cases = codec_of(MESSAGE), runtime.stores.cases
                return [
                    [codec.record(event.body) for event in await cases.events(head.id)]
                    async for head in cases.walk("messages")
                ]
            finally:
                await runtime.close()

    # In a thread of its own: whoever asks may be in a loop.
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, files()).result()
