"""Projects events into facts (评估事实): one event, one row, inserted by id; what is not ours or unreadable is parked."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from shared.contracts import Contract, released
from shared.domain.localtime import date_and_instant
from shared.engine.genuine import strangeness
from shared.engine.parking import UNREADABLE, parked
from shared.eventlog.envelope import NotAnEvent, decode, short_type
from shared.eventlog.port import ASSESSMENT, MESSAGES, MESSAGES_RESTRICTED, PUBLISHING, REQUESTS, Logged
from shared.storage.port import NO_CLOCKS, CaseReader, FactRow, FactStore, Parking

CONSUMER = "assessment.facts"
NOT_KEPT = "现有事实与本事件不符，请运行 gongkai rebuild assessment / the fact that is kept is not this event's: run gongkai rebuild assessment"
TOPICS = (PUBLISHING, REQUESTS, MESSAGES, MESSAGES_RESTRICTED, ASSESSMENT)


class Projector:
    """Takes batches of the log into the fact store. Given the same batch again it changes nothing.

    Whether a record counts is said by the case files (``files``, each service's by its name) and by nothing that came
    before it: whatever the order and however often it is read, the facts are the same.
    """

    def __init__(
        self,
        facts: FactStore,
        parking: Parking,
        files: Mapping[str, CaseReader],
        contracts: Mapping[str, Contract] | None = None,
    ) -> None:
        self._facts, self._parking, self._files = facts, parking, files
        self._scored = {
            name: (short_type(name), tuple(schema["x-gongkai"]["scored"]))
            for name, schema in (released() if contracts is None else contracts).items()
        }

    async def take(self, records: Sequence[Logged]) -> None:
        """Inserts the facts of a batch; an unreadable record, an unknown type, a forgery is parked, the others go on."""
        read: list[tuple[Logged, dict[str, Any]]] = []
        for record in records:
            try:
                read.append((record, decode(record.value)))
            except NotAnEvent as problem:
                await self._park(record, None, str(problem))
        facts: list[tuple[Logged, dict[str, Any], FactRow]] = []
        # What no file holds is not looked into: its content may be anything.
        for (record, event), why in zip(read, await strangeness(read, self._files), strict=True):
            if why is not None:
                await self._park(record, event, f"{event['id']}: {why}")
                continue
            try:
                facts.append((record, event, self.fact(event, restricted=record.topic.endswith(".restricted"))))
            except UNREADABLE as problem:
                await self._park(record, event, str(problem))
        forks = set(await self._facts.insert([fact for _, _, fact in facts]))
        for record, event, fact in facts:
            if fact.id in forks:
                # Kept from a release that asked no case file: what came first then is live, whichever it was.
                await self._park(record, event, f"{fact.id}: {NOT_KEPT}")

    def fact(self, event: Mapping[str, Any], *, restricted: bool) -> FactRow:
        """One event as a fact. Raises ``NotAnEvent`` for a type without a contract."""
        known = self._scored.get(event["type"])
        if known is None:
            raise NotAnEvent(f"没有此类事件的契约 / no contract for {event['type']}")
        type_, scored = known
        data, time, recorded = event["data"], event["time"], event["recordedtime"]
        fields = {name: data.get(name) for name in scored}
        happened, happened_at = date_and_instant(time)
        clocks = data.get("clocks")
        return FactRow(
            id=event["id"],
            type=type_,
            department=data["department"],
            case=event["subject"],
            happened=happened,
            happened_at=happened_at,
            recorded=happened_at if recorded == time else date_and_instant(recorded)[1],
            digest=event["digest"],
            restricted=restricted,
            due=fields.get("due"),
            found=fields.get("found"),
            fields=orjson.dumps(fields, option=orjson.OPT_SORT_KEYS).decode(),
            voids=tuple(data.get("voids", ())),
            clocks=orjson.dumps(clocks).decode() if clocks else NO_CLOCKS,
        )

    async def _park(self, record: Logged, event: Mapping[str, Any] | None, reason: str) -> None:
        await self._parking.park(parked(CONSUMER, record, event, reason))
