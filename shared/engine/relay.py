"""Publishes what case files have and the log has not: no counter, no cursor, so no gap can hide an event."""

from itertools import groupby

from shared.eventlog.port import Entry, EventLog
from shared.storage.port import CaseStore

AT_ONCE = 200


class Relay:
    """Sends one service's unsent events, each file's in order. A crash in between sends again; readers do not care."""

    def __init__(self, service: str, cases: CaseStore, log: EventLog) -> None:
        self.service, self._cases, self._log = service, cases, log

    async def run_once(self) -> int:
        """One look: publishes up to ``AT_ONCE`` files and marks them sent once the log has confirmed; how many events."""
        waiting = await self._cases.unsent(self.service, AT_ONCE)
        events = await self._cases.events_of([(case, sent) for case, sent, _ in waiting])
        if not events:
            return 0
        await self._log.publish([Entry(e.topic, e.key, e.body) for e in events])
        files = [list(of_one) for _, of_one in groupby(events, key=lambda event: event.case)]
        await self._cases.mark_sent([(file[0].case, file[0].sequence - 1, file[-1].sequence) for file in files])
        return len(events)

    async def drain(self) -> int:
        """Publishes until nothing is unsent."""
        total = 0
        while sent := await self.run_once():
            total += sent
        return total
