"""A record that a reader could not take, as it is parked (搁置): who could not, where it stands, and why."""

from collections.abc import Mapping
from typing import Any

from shared.eventlog.envelope import NotAnEvent
from shared.eventlog.port import Logged
from shared.storage.port import Parked

UNREADABLE = (NotAnEvent, ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What reading a record raises where its content is not what its type says: the record is parked, the others go on."""


def parked(consumer: str, record: Logged, event: Mapping[str, Any] | None, reason: str) -> Parked:
    """``event`` is the record decoded, None where it is none; the unit is that of its key where it names none itself."""
    department = event["data"].get("department") if event else None
    if not isinstance(department, str):
        department = record.key.rpartition("/")[2]
    return Parked(
        consumer,
        record.topic,
        record.partition,
        record.offset,
        event["id"] if event else None,
        department,
        reason,
        record.value,
    )
