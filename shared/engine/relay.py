"""Publishes what case files have and the log has not: no counter, no cursor, so no gap can hide an event."""

from shared.eventlog.port import Entry, EventLog
from shared.storage.port import CaseStore, EventRecord

AT_ONCE = 200


class Relay:
    """Sends one service's unsent events, each file's in order. A crash in between sends again; readers do not care."""

    def __init__(self, service: str, cases: CaseStore, log: EventLog) -> None:
        self.service, self._cases, self._log = service, cases, log

    async def run_once(self) -> int:
        """One look: publishes up to ``AT_ONCE`` files and marks them sent once the log has confirmed; how many events."""
        waiting = await self._cases.unsent(self.service, AT_ONCE)
        files: list[list[EventRecord]] = [await self._cases.events(case, sent) for case, sent, _ in waiting]
        files = [events for events in files if events]
        if not files:
            return 0
        await self._log.publish([Entry(e.topic, e.key, e.body) for events in files for e in events])
        await self._cases.mark_sent([(e[0].case, e[0].sequence - 1, e[-1].sequence) for e in files])
        return sum(len(events) for events in files)

    async def drain(self) -> int:
        """Publishes until nothing is unsent."""
        total = 0
        while sent := await self.run_once():
            total += sent
        return total
