"""A partition read from a place to its end."""

from collections.abc import AsyncIterator

from shared.eventlog.port import EventLog, Logged

AT_ONCE = 1000


async def scan(
    log: EventLog, topic: str, partition: int, start: int = 0, end: int | None = None
) -> AsyncIterator[list[Logged]]:
    """The records from offset ``start`` on, in pieces: those below ``end``, else up to the end as it is once reached.

    Raises ``LogAway``.
    """
    offset = start
    while end is None or offset < end:
        records = await log.read(topic, partition, offset, AT_ONCE if end is None else min(AT_ONCE, end - offset))
        if not records:
            return
        yield records
        offset = records[-1].offset + 1
