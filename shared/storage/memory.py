"""Every storage port in memory: for tests, and to measure the rest of the way without it. Gone with the process."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.eventlog.envelope import canonical, digest_of
from shared.storage.port import (
    AuditEntry,
    AuditRecord,
    CaseQuery,
    CaseRecord,
    CommandKnown,
    CommandRecord,
    Commit,
    EventRecord,
    FactRow,
    FactStore,
    GivenNumber,
    Parked,
    Position,
    RebuildOvertaken,
    SealedValue,
    StoredFile,
    Stores,
    SubjectTaken,
    VaultSubject,
    VersionConflict,
    Viewer,
    WholeFile,
)

NO_DUE = "9999"


def memory_stores() -> Stores:
    """All stores of a process, empty, in one object."""
    store = MemoryStore()
    return Stores(
        cases=store,
        facts=store,
        positions=store,
        numbers=store,
        vault=store,
        audit=store,
        files=store,
        notes=store,
    )


class MemoryStore:
    """Cases, facts, positions, numbers, vault, audit, files and notes as dictionaries.

    No method waits for anything, so each is one atomic step of the event loop.
    """

    def __init__(self) -> None:
        self._heads: dict[str, CaseRecord] = {}
        self._events: dict[str, list[EventRecord]] = {}
        self._commands: dict[str, CommandRecord] = {}
        self._unsent: dict[str, None] = {}
        self._facts: dict[str, FactRow] = {}
        self._voided_on: dict[str, str] = {}
        self._building: MemoryStore | None = None
        self._positions: dict[tuple[str, str, int], Position] = {}
        self._parked: dict[tuple[str, str, int, int], Parked] = {}
        self._numbers: dict[tuple[str, int], dict[str, int]] = {}
        self._subjects: dict[str, VaultSubject] = {}
        self._lookups: dict[str, str] = {}
        self._values: dict[str, SealedValue] = {}
        self._audit: list[tuple[bytes, str]] = []
        self._files: dict[str, StoredFile] = {}
        self._notes: dict[str, bytes] = {}

    # -- cases -----------------------------------------------------------------------------------------------------

    async def load(self, case: str) -> CaseRecord | None:
        """The head of a file."""
        return self._heads.get(case)

    async def events(self, case: str, after: int = 0) -> list[EventRecord]:
        """The file's events above sequence ``after``, in order."""
        return self._events.get(case, [])[after:]

    async def events_of(self, places: Sequence[tuple[str, int]]) -> list[EventRecord]:
        """The events of several files, each file's above its sequence, in the order asked."""
        return [event for case, after in places for event in self._events.get(case, [])[after:]]

    async def append(self, commit: Commit) -> None:
        """One conditional write. Raises ``CommandKnown`` before ``VersionConflict``; either way nothing is written.

        Raises ``SubjectTaken`` where a subject or its person has another key already.
        """
        for command in commit.commands:
            if (known := self._commands.get(command.id)) is not None:
                raise CommandKnown(known)
        case = commit.head.id
        old = self._heads.get(case)
        if (old.version if old else 0) != commit.expected:
            raise VersionConflict(f"{case} is at {old.version if old else 0}, not at {commit.expected}")
        self._refuse_taken(commit.subjects)
        sent = old.sent if old else 0
        self._heads[case] = commit.head if commit.head.sent == sent else replace(commit.head, sent=sent)
        self._events.setdefault(case, []).extend(commit.events)
        for command in commit.commands:
            self._commands[command.id] = command
        if commit.head.version > sent:
            self._unsent.setdefault(case)
        for subject in commit.subjects:
            self._add_subject(subject)
        for value in commit.sealed:
            self._values.setdefault(value.ref, value)
        for name in commit.erase:
            self._erase(name)

    async def settle_mark(
        self, case: str, version: int, calendar: int, due: str | None, next_due: datetime | None
    ) -> None:
        """Notes the calendar version a file was looked at under, if it still stands at ``version``; no event."""
        head = self._heads.get(case)
        if head is not None and head.version == version:
            self._heads[case] = replace(head, calendar=calendar, due=due, next_due=next_due)

    async def command(self, command_id: str) -> CommandRecord | None:
        """What a command left."""
        return self._commands.get(command_id)

    async def visible(self, case: str, viewer: Viewer) -> bool:
        """Whether the case exists for the viewer."""
        head = self._heads.get(case)
        return head is not None and _exists_for(viewer, head)

    async def query(self, query: CaseQuery) -> tuple[list[CaseRecord], str | None]:
        """A page of heads and the key of the next one."""
        field, down = query.sort.removeprefix("-"), query.sort.startswith("-")
        keyed = sorted(
            ((_sort_key(field, head), head) for head in self._heads.values() if _matches(query, head)),
            key=lambda item: item[0],
            reverse=down,
        )
        if query.after is not None:
            value, case = orjson.loads(query.after)
            last = (value, case)
            keyed = [item for item in keyed if (item[0] < last if down else item[0] > last)]
        page = keyed[: query.limit]
        more = len(keyed) > len(page) > 0
        return [head for _, head in page], orjson.dumps(page[-1][0]).decode() if more else None

    async def due(self, service: str, before: datetime, limit: int) -> list[str]:
        """Files whose ``next_due`` has passed, soonest first."""
        passed = sorted(
            (head.next_due, head.id)
            for head in self._heads.values()
            if head.service == service and head.next_due is not None and head.next_due <= before
        )
        return [case for _, case in passed[:limit]]

    async def stale(self, service: str, calendar: int, after: str, limit: int) -> list[str]:
        """Files last settled under an older calendar version, by id above ``after``."""
        found = sorted(
            head.id
            for head in self._heads.values()
            if head.service == service and head.calendar < calendar and head.id > after
        )
        return found[:limit]

    async def unsent(self, service: str, limit: int) -> list[tuple[str, int, int]]:
        """Files with events not yet published: (case, sent, version)."""
        found: list[tuple[str, int, int]] = []
        for case in self._unsent:
            head = self._heads[case]
            if head.service == service:
                found.append((case, head.sent, head.version))
                if len(found) == limit:
                    break
        return found

    async def oldest_unsent(self, service: str) -> datetime | None:
        """When the oldest unpublished file was last changed."""
        heads = (self._heads[case] for case in self._unsent)
        return min((head.updated for head in heads if head.service == service), default=None)

    async def figures(self, service: str, today: str) -> tuple[int, int]:
        """(files with unpublished events, open files due before ``today``, an ISO date)."""
        heads = [head for head in self._heads.values() if head.service == service]
        overdue = sum(head.open and head.due is not None and head.due < today for head in heads)
        return sum(head.version > head.sent for head in heads), overdue

    async def mark_sent(self, sent: Sequence[tuple[str, int, int]]) -> None:
        """Of each (case, after, upto) the events above ``after`` up to ``upto`` are published, unless ``unsend`` came between."""
        for case, after, upto in sent:
            head = self._heads.get(case)
            if head is not None and after <= head.sent < upto:
                self._heads[case] = replace(head, sent=upto)
                if upto >= head.version:
                    self._unsent.pop(case, None)

    async def unsend(self, service: str) -> int:
        """Marks every file of the service unsent (republish); how many."""
        cases = [head.id for head in self._heads.values() if head.service == service]
        for case in cases:
            self._heads[case] = replace(self._heads[case], sent=0)
            self._unsent.setdefault(case)
        return len(cases)

    async def walk(self, service: str | None = None) -> AsyncIterator[CaseRecord]:
        """Every head, by id."""
        for case in sorted(self._heads):
            head = self._heads[case]
            if service is None or head.service == service:
                yield head

    async def counts(self, service: str | None = None) -> tuple[int, int]:
        """(cases, events)."""
        heads = [head for head in self._heads.values() if service is None or head.service == service]
        return len(heads), sum(head.version for head in heads)

    async def export_cases(self, service: str) -> AsyncIterator[WholeFile]:
        """Every file of a service whole, by id."""
        async for head in self.walk(service):
            commands = sorted((c for c in self._commands.values() if c.case == head.id), key=lambda c: c.id)
            yield WholeFile(head, tuple(self._events[head.id]), tuple(commands))

    async def import_cases(self, files: Sequence[WholeFile]) -> None:
        """Adds files whole. Raises ``VersionConflict`` where one is there already."""
        for file in files:
            if file.head.id in self._heads:
                raise VersionConflict(file.head.id)
        for file in files:
            self._heads[file.head.id] = file.head
            self._events[file.head.id] = list(file.events)
            self._commands.update({command.id: command for command in file.commands})
            if file.head.version > file.head.sent:
                self._unsent.setdefault(file.head.id)

    # -- facts -----------------------------------------------------------------------------------------------------

    async def insert(self, facts: Sequence[FactRow]) -> list[str]:
        """Adds facts; a known id is ignored. Returns ids that are known with another digest (forks)."""
        forks: list[str] = []
        for fact in facts:
            known = self._facts.setdefault(fact.id, fact)
            if known is not fact:
                if known.digest != fact.digest:
                    forks.append(fact.id)
                continue
            for target in fact.voids:
                earlier = self._voided_on.get(target)
                self._voided_on[target] = fact.recorded if earlier is None else min(earlier, fact.recorded)
        return forks

    async def rows(self, types: Sequence[str], since: str, until: str) -> list[tuple[Any, ...]]:
        """(id, type, department, case, happened, happened_at, recorded, digest, restricted, voided_on, fields) of facts
        of ``types`` any of whose dates (happened, due, found) lies within the ISO dates."""
        wanted = frozenset(types)
        return [
            (
                fact.id,
                fact.type,
                fact.department,
                fact.case,
                fact.happened,
                fact.happened_at,
                fact.recorded,
                fact.digest,
                fact.restricted,
                self._voided_on.get(fact.id),
                fact.fields,
            )
            for fact in self._facts.values()
            if fact.type in wanted
            and any(day is not None and since <= day <= until for day in (fact.happened, fact.due, fact.found))
        ]

    async def digests(self) -> AsyncIterator[tuple[str, str]]:
        """(event id, digest) sorted by id."""
        for fact in sorted(self._facts):
            yield fact, self._facts[fact].digest

    async def each(self) -> AsyncIterator[FactRow]:
        """Every fact whole, by id."""
        for fact in sorted(self._facts):
            row = self._facts[fact]
            yield replace(row, voids=tuple(sorted(set(row.voids))))

    async def count(self) -> int:
        """How many facts there are."""
        return len(self._facts)

    async def provisional(self) -> list[tuple[str, str, str, str]]:
        """Running clocks whose date a coming notice may move."""
        last: dict[tuple[str, str], tuple[int, str, dict[str, Any]]] = {}
        for fact in self._facts.values():
            sequence = int(fact.id.rpartition("/")[2])
            for move in orjson.loads(fact.clocks):
                key = (fact.case, move["clock"])
                if key not in last or last[key][0] < sequence:
                    last[key] = (sequence, fact.department, move)
        return [
            (case, clock, department, move["due"])
            for (case, clock), (_, department, move) in sorted(last.items())
            if move["due"] and move.get("provisional")
        ]

    async def begin(self) -> "MemoryStore":
        """An empty set beside the live one."""
        self._building = MemoryStore()
        return self._building

    async def switch(self, fresh: FactStore) -> None:
        """Makes the set that ``begin`` gave last the live one. Raises ``RebuildOvertaken`` for another."""
        building, self._building = self._building, None
        if building is None or building is not fresh:
            self._building = building
            raise RebuildOvertaken
        self._facts, self._voided_on = building._facts, building._voided_on

    # -- positions -------------------------------------------------------------------------------------------------

    async def position(self, consumer: str, topic: str, partition: int) -> Position | None:
        """The stored position."""
        return self._positions.get((consumer, topic, partition))

    async def move(self, position: Position) -> None:
        """Stores a position; it only ever grows."""
        place = (position.consumer, position.topic, position.partition)
        known = self._positions.get(place)
        if known is None or position.next > known.next:
            self._positions[place] = position

    async def park(self, parked: Parked) -> None:
        """Keeps an event that could not be taken; the same place twice is one."""
        self._parked.setdefault((parked.consumer, parked.topic, parked.partition, parked.offset), parked)

    async def parked(self, consumer: str | None = None) -> list[Parked]:
        """All parked events."""
        return [self._parked[place] for place in sorted(self._parked) if consumer is None or place[0] == consumer]

    async def repark(self, parked: Parked) -> None:
        """Gives one that is on the list the reason for which it could not be taken this time."""
        place = (parked.consumer, parked.topic, parked.partition, parked.offset)
        if place in self._parked:
            self._parked[place] = replace(self._parked[place], reason=parked.reason)

    async def dismiss(self, parked: Parked) -> None:
        """Gives one that is on the list the reason for which it was dismissed; parked again, it stays dismissed."""
        place = (parked.consumer, parked.topic, parked.partition, parked.offset)
        if place in self._parked:
            self._parked[place] = replace(self._parked[place], dismissed=parked.dismissed)

    async def unpark(self, consumer: str, topic: str, partition: int, offset: int) -> None:
        """Takes one off the list after it was redriven."""
        self._parked.pop((consumer, topic, partition, offset), None)

    async def positions(self) -> list[Position]:
        """Every stored position, by consumer, topic and partition."""
        return [self._positions[place] for place in sorted(self._positions)]

    async def forget(self, consumer: str, topic: str, partition: int) -> int:
        """Drops a position with what is parked under it; how many were parked."""
        self._positions.pop((consumer, topic, partition), None)
        parked = [place for place in self._parked if place[:3] == (consumer, topic, partition)]
        for place in parked:
            del self._parked[place]
        return len(parked)

    # -- numbers ---------------------------------------------------------------------------------------------------

    async def next(self, series: str, year: int, for_command: str) -> int:
        """The number of a command in a series' year: unique both ways, so that a retry gets the same."""
        given = self._numbers.setdefault((series, year), {})
        return given.setdefault(for_command, max(given.values(), default=0) + 1)

    async def export_numbers(self) -> AsyncIterator[GivenNumber]:
        """Every number given, by series, year and number."""
        for (series, year), given in sorted(self._numbers.items()):
            for command, number in sorted(given.items(), key=lambda item: item[1]):
                yield GivenNumber(series, year, number, command)

    async def import_numbers(self, numbers: Sequence[GivenNumber]) -> None:
        """Adds numbers that were given elsewhere."""
        for one in numbers:
            self._numbers.setdefault((one.series, one.year), {}).setdefault(one.command, one.number)

    # -- vault -----------------------------------------------------------------------------------------------------

    async def subject(self, subject: str) -> VaultSubject | None:
        """The subject's wrapped key."""
        return self._subjects.get(subject)

    async def find_subject(self, lookup: str) -> VaultSubject | None:
        """A subject by its keyed hash."""
        return self._subjects.get(self._lookups.get(lookup, ""))

    async def values(self, refs: Sequence[str]) -> list[SealedValue]:
        """The sealed values that still exist."""
        return [self._values[ref] for ref in refs if ref in self._values]

    async def put(self, subject: VaultSubject | None, value: SealedValue) -> None:
        """Adds a value outside a case's commit (uploads). Raises ``SubjectTaken``."""
        if subject is not None:
            self._refuse_taken((subject,))
            self._add_subject(subject)
        self._values.setdefault(value.ref, value)

    async def erase(self, subject: str) -> int:
        """Deletes a subject's key and values; how many values there were."""
        return self._erase(subject)

    async def export_values(self) -> AsyncIterator[SealedValue]:
        """Every value as it is sealed, by reference."""
        for ref in sorted(self._values):
            yield self._values[ref]

    async def export_subjects(self) -> AsyncIterator[VaultSubject]:
        """Every subject with its wrapped key, by name."""
        for name in sorted(self._subjects):
            yield self._subjects[name]

    async def import_vault(self, subjects: Sequence[VaultSubject], values: Sequence[SealedValue]) -> None:
        """Adds subjects and values as they are sealed."""
        for subject in subjects:
            self._add_subject(subject)
        for value in values:
            self._values.setdefault(value.ref, value)

    def _refuse_taken(self, subjects: Sequence[VaultSubject]) -> None:
        for subject in subjects:
            person = self._lookups.get(subject.lookup) if subject.lookup is not None else None
            for known in (self._subjects.get(subject.subject), self._subjects.get(person or "")):
                if known is not None and known.wrapped_key != subject.wrapped_key:
                    raise SubjectTaken(subject.subject)

    def _add_subject(self, subject: VaultSubject) -> None:
        self._subjects.setdefault(subject.subject, subject)
        if subject.lookup is not None:
            self._lookups.setdefault(subject.lookup, subject.subject)

    def _erase(self, subject: str) -> int:
        gone = self._subjects.pop(subject, None)
        if gone is not None and gone.lookup is not None:
            del self._lookups[gone.lookup]
        refs = [ref for ref, value in self._values.items() if value.subject == subject]
        for ref in refs:
            del self._values[ref]
        return len(refs)

    # -- audit -----------------------------------------------------------------------------------------------------

    async def record(self, entry: AuditRecord) -> None:
        """Adds an entry; durable when it returns."""
        body = canonical({**asdict(entry), "sequence": len(self._audit) + 1})
        previous = self._audit[-1][1] if self._audit else ""
        self._audit.append((body, digest_of("sha256", previous, body)))

    async def entries(self, since: str | None = None) -> AsyncIterator[Mapping[str, Any]]:
        """Entries with sequence and digest, oldest first."""
        for body, digest in self._audit:
            entry = orjson.loads(body)
            if since is None or entry["at"] >= since:
                yield {**entry, "digest": digest}

    async def verify(self) -> int | None:
        """The sequence of the first entry whose digest does not follow, or None."""
        previous = ""
        for place, (body, digest) in enumerate(self._audit, 1):
            if digest_of("sha256", previous, body) != digest:
                return place
            previous = digest
        return None

    async def export_entries(self) -> AsyncIterator[AuditEntry]:
        """Every entry as it is stored, oldest first."""
        for sequence, (body, digest) in enumerate(self._audit, 1):
            yield AuditEntry(sequence, body, digest)

    async def import_entries(self, entries: Sequence[AuditEntry]) -> None:
        """Adds entries as they were stored."""
        self._audit += [(entry.body, entry.digest) for entry in entries]

    # -- files and notes -------------------------------------------------------------------------------------------

    async def keep(
        self, sha256: str, name: str, media_type: str, size: int, sealed_ref: str | None, body: bytes
    ) -> None:
        """Stores a file once."""
        self._files.setdefault(sha256, StoredFile(sha256, name, media_type, size, sealed_ref, body))

    async def fetch(self, sha256: str) -> tuple[str, str, str | None, bytes] | None:
        """(name, media type, vault reference of its key or None, body)."""
        kept = self._files.get(sha256)
        return (kept.name, kept.media_type, kept.sealed_ref, kept.body) if kept else None

    async def export_files(self) -> AsyncIterator[StoredFile]:
        """Every file as it is stored, by digest."""
        for sha256 in sorted(self._files):
            yield self._files[sha256]

    async def note(self, name: str) -> bytes | None:
        """The note's content."""
        return self._notes.get(name)

    async def set_note(self, name: str, body: bytes) -> None:
        """Replaces it."""
        self._notes[name] = body

    async def notes(self, prefix: str) -> list[tuple[str, bytes]]:
        """All notes whose names begin with ``prefix``, sorted."""
        return sorted(item for item in self._notes.items() if item[0].startswith(prefix))


def _exists_for(viewer: Viewer, head: CaseRecord) -> bool:
    """Visibility, as the port says it."""
    if (viewer.departments | viewer.belongs_to).intersection(head.hidden_from):
        return False
    if viewer.all or head.department in viewer.departments:
        return True
    return not head.restricted and (viewer.unrestricted or not viewer.departments.isdisjoint(head.parties))


def _matches(query: CaseQuery, head: CaseRecord) -> bool:
    return (
        head.service == query.service
        and head.kind == query.kind
        and (query.department is None or head.department == query.department)
        and (query.status is None or head.status == query.status)
        and (query.parent is None or head.parent == query.parent)
        and (query.due_before is None or (head.due is not None and head.due < query.due_before))
        and (query.received_from is None or (head.received is not None and head.received >= query.received_from))
        and (query.received_until is None or (head.received is not None and head.received <= query.received_until))
        and (head.open or not query.open_only)
        and (head.due is not None or not query.with_due)
        and _exists_for(query.viewer, head)
    )


def _sort_key(field: str, head: CaseRecord) -> tuple[str, str]:
    if field == "received":
        return head.received or "", head.id
    if field == "due":
        return head.due or NO_DUE, head.id
    if field == "updated":
        return head.updated.astimezone(UTC).isoformat(timespec="microseconds"), head.id
    raise ValueError(f"no such order: {field}")
