"""Which events of the log are genuine: those that a case file holds, byte for byte, for the topic they stand on."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.eventlog.envelope import NotAnEvent, read_type
from shared.eventlog.port import Logged
from shared.storage.port import CaseReader, EventRecord

MOST_SEQUENCE = 1 << 20
"""No file has as many events; what claims a higher number need not be looked for."""
NO_CASE = "没有案卷有这个事件 / no case file holds this event"
OTHER_CONTENT = "同一事件编号，内容不同 / same event id, other content"
OTHER_TOPIC = "日志的主题与案卷不符 / the log has it under another topic"
Read = tuple[Logged, Mapping[str, Any]]


async def strangeness(read: Sequence[Read], files: Mapping[str, CaseReader]) -> list[str | None]:
    """Why each record, decoded, is not what its case file holds; None for a genuine one.

    ``files`` are each service's, by its name. An event is in its file before it is in the log, so the answer is final.
    Raises ``StoreAway``.
    """
    wanted: dict[str, dict[str, int]] = {}
    for _, event in read:
        if (place := _place(event)) is not None and (service := place[0]) in files:
            after = wanted.setdefault(service, {})
            after[place[1]] = min(after.get(place[1], MOST_SEQUENCE), place[2] - 1)
    held: dict[tuple[str, str, int], EventRecord] = {}
    for service, places in wanted.items():
        for stored in await files[service].events_of([*places.items()]):
            held[(service, stored.case, stored.sequence)] = stored
    return [_strangeness(record, held.get(place) if (place := _place(event)) else None) for record, event in read]


def _place(event: Mapping[str, Any]) -> tuple[str, str, int] | None:
    """(service, case, sequence) that an event claims; None for what no file could hold."""
    case, sequence = event["subject"], event["sequence"]
    if event["id"] != f"{case}/{sequence}" or not 0 < sequence < MOST_SEQUENCE:
        return None
    try:
        return read_type(event["type"])[0], case, sequence
    except NotAnEvent:
        return None


def _strangeness(record: Logged, stored: EventRecord | None) -> str | None:
    if stored is None:
        return NO_CASE
    if stored.body != record.value:
        return OTHER_CONTENT
    return None if stored.topic == record.topic else OTHER_TOPIC


async def stored_event(files: CaseReader, event: str) -> EventRecord | None:
    """The event of this id as its file holds it; None where no file does, and for what is no id of ours."""
    case, _, number = event.rpartition("/")
    sequence = int(number) if number.isdecimal() and len(number) < 8 else 0
    found = await files.events(case, sequence - 1) if 0 < sequence < MOST_SEQUENCE else []
    return found[0] if found else None
