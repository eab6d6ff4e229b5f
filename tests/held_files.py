"""Case files that hold the events of some log entries, for readers that ask whether a record is genuine."""

from collections.abc import Sequence

from shared.eventlog.envelope import decode
from shared.eventlog.port import Entry
from shared.storage.port import EventRecord


class HeldFiles:
    """The part of ``CaseReader`` that such readers use; ``hold`` adds events."""

    def __init__(self, *entries: Entry) -> None:
        self._held: list[EventRecord] = []
        self.hold(*entries)

    def hold(self, *entries: Entry) -> None:
        for entry in entries:
            event = decode(entry.value)
            self._held.append(
                EventRecord(event["subject"], event["sequence"], entry.topic, entry.key, event["digest"], entry.value)
            )

    async def events_of(self, places: Sequence[tuple[str, int]]) -> list[EventRecord]:
        return [one for case, after in places for one in self._held if one.case == case and one.sequence > after]
