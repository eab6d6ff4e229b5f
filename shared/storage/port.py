"""The storage ports. Every adapter passes one conformance suite; none knows what a case means."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shared.domain.text import Text


class VersionConflict(Exception):
    """The file is no longer at the version that the commit was decided on."""


class CommandKnown(Exception):
    """A command id of the commit is already stored; ``record`` is what it left."""

    def __init__(self, record: "CommandRecord") -> None:
        super().__init__(record.id)
        self.record = record


class SubjectTaken(VersionConflict):
    """Somebody else's commit made the same vault subject first; seal again."""


class CaseTooLarge(Exception):
    """The store cannot hold the case file with this commit in it; the file stays as it was, and a repeat will not help."""


class Damaged(Exception):
    """What is stored at ``place`` (a case) cannot be read: somebody else wrote there, or the disk is bad."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place, self.reason = place, reason


class RebuildOvertaken(Exception):
    """Another rebuild began meanwhile; the facts that were live stay live."""


class StoreAway(Exception):
    """The store cannot be reached or cannot write (disk full); the caller may try again later.

    ``reason`` is why: words in both languages, or a driver's as they are; ``text`` the whole sentence.
    """

    def __init__(self, reason: Text | str = "") -> None:
        self.reason = reason if isinstance(reason, Text) else Text(reason, reason)
        self.text = self._told(self.reason)
        super().__init__(str(self.reason))

    def _told(self, reason: Text) -> Text:
        return Text("存储暂不可用：{reason}", "the store is away: {reason}").format(reason=reason)


class StoreRefused(StoreAway):
    """The store answers, but refuses the sign-in, or a right: it stays so until somebody mends that."""

    def _told(self, reason: Text) -> Text:
        return reason


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One stored event: its bytes as published, and the topic it goes to."""

    case: str
    sequence: int
    topic: str
    key: str
    digest: str
    body: bytes


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command that was carried out: its id, a keyed hash of its body, and the first answer."""

    id: str
    body_hash: str
    case: str
    answer: bytes


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case file's head: what is kept beside its events.

    ``calendar`` is the calendar version under which it was last settled; ``through`` the latest instant anything in it
    happened; ``dues`` and ``state`` JSON; ``hidden_from`` units for which it does not exist.
    """

    id: str
    service: str
    kind: str
    number: int
    version: int
    state: bytes
    fold_version: int
    dues: bytes
    opened: datetime
    through: datetime
    calendar: int
    imported: bool
    digest: str
    status: str
    open: bool
    department: str
    received: str | None
    due: str | None
    next_due: datetime | None
    restricted: bool
    parent: str | None
    title: str | None
    parties: tuple[str, ...]
    hidden_from: tuple[str, ...]
    columns: bytes
    updated: datetime
    sent: int = 0


@dataclass(frozen=True, slots=True)
class SealedValue:
    """One vault value: ciphertext under the subject's key. ``case`` is where it was given."""

    ref: str
    subject: str
    case: str
    cipher: str
    nonce: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class VaultSubject:
    """A person (or a case's own confidential matter): the wrapped key, and the keyed hash that recognises the person."""

    subject: str
    wrapped_key: bytes
    lookup: str | None


@dataclass(frozen=True, slots=True)
class Commit:
    """One atomic write: the new head, the events above the old version, the commands they answer, vault rows.

    ``expected`` is the version decided on (0: the case must not exist). ``erase`` names subjects whose key and values
    go in the same write.
    """

    head: CaseRecord
    expected: int
    events: tuple[EventRecord, ...]
    commands: tuple[CommandRecord, ...]
    subjects: tuple[VaultSubject, ...] = ()
    sealed: tuple[SealedValue, ...] = ()
    erase: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A file whole, as it stood at one moment; commands sorted by id."""

    head: CaseRecord
    events: tuple[EventRecord, ...]
    commands: tuple[CommandRecord, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom a query is asked.

    ``departments`` open what they hold and, unless restricted, what they take part in; ``unrestricted`` opens everything
    that is not restricted; ``all`` everything. What is hidden from ``belongs_to``, every unit of the person, is never there.
    """

    departments: frozenset[str] = frozenset()
    all: bool = False
    unrestricted: bool = False
    belongs_to: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """A list of cases. Visibility is part of the question, never applied after. Dates are ISO text."""

    service: str
    kind: str
    viewer: Viewer
    department: str | None = None
    status: str | None = None
    parent: str | None = None
    due_before: str | None = None
    received_from: str | None = None
    received_until: str | None = None
    open_only: bool = False
    with_due: bool = False
    sort: str = "-received"
    after: str | None = None
    limit: int = 50


class CaseReader(Protocol):
    """Case files, to be read."""

    async def load(self, case: str) -> CaseRecord | None:
        """The head of a file."""

    async def events(self, case: str, after: int = 0) -> list[EventRecord]:
        """The file's events above sequence ``after``, in order."""

    async def events_of(self, places: Sequence[tuple[str, int]]) -> list[EventRecord]:
        """The events of several files, each file's above its sequence, in the order asked; in few questions."""

    def walk(self, service: str | None = None) -> AsyncIterator[CaseRecord]:
        """Every head, by id."""

    async def visible(self, case: str, viewer: Viewer) -> bool:
        """Whether the case exists for the viewer."""


class CaseStore(CaseReader, Protocol):
    """Case files of one service or several."""

    async def append(self, commit: Commit) -> None:
        """One conditional write. Raises ``CommandKnown`` before ``VersionConflict``; either way nothing is written.

        Raises ``SubjectTaken`` where a subject or its person has another key already, ``CaseTooLarge``, ``StoreAway``.
        After ``StoreAway`` the commit may be stored or not; a repeat is told ``CommandKnown`` if it is. Where vault and
        case are no one write, rows of a commit that lost at the last moment may remain; no event names them.
        """

    async def settle_mark(
        self, case: str, version: int, calendar: int, due: str | None, next_due: datetime | None
    ) -> None:
        """Notes the calendar version a file was looked at under, with its dates by it, if it still stands at ``version``;
        no event."""

    async def command(self, command_id: str) -> CommandRecord | None:
        """What a command left."""

    async def query(self, query: CaseQuery) -> tuple[list[CaseRecord], str | None]:
        """A page of heads and the key of the next one."""

    async def due(self, service: str, before: datetime, limit: int) -> list[str]:
        """Files whose ``next_due`` has passed, soonest first."""

    async def stale(self, service: str, calendar: int, after: str, limit: int) -> list[str]:
        """Files last settled under an older calendar version, by id above ``after``."""

    async def unsent(self, service: str, limit: int) -> list[tuple[str, int, int]]:
        """Files with events not yet published: (case, sent, version)."""

    async def oldest_unsent(self, service: str) -> datetime | None:
        """When the oldest unpublished file was last changed."""

    async def figures(self, service: str, today: str) -> tuple[int, int]:
        """(files with unpublished events, open files due before ``today``, an ISO date)."""

    async def mark_sent(self, sent: Sequence[tuple[str, int, int]]) -> None:
        """Of each (case, after, upto) the events above ``after`` up to ``upto`` are published; what is noted only ever grows.

        A file that was unsent meanwhile (republish), so that it now stands below ``after``, stays unsent.
        """

    async def unsend(self, service: str) -> int:
        """Marks every file of the service unsent (republish); how many."""

    async def counts(self, service: str | None = None) -> tuple[int, int]:
        """(cases, events)."""

    def export_cases(self, service: str) -> AsyncIterator[WholeFile]:
        """Every file of a service whole, by id; files change meanwhile, none within itself."""

    async def import_cases(self, files: Sequence[WholeFile]) -> None:
        """Adds files whole, with what was sent of them. Raises ``VersionConflict`` where one is there already."""


NO_CLOCKS = "[]"


@dataclass(frozen=True, slots=True)
class FactRow:
    """One event as assessment keeps it. ``happened`` is the local date; ``fields`` canonical JSON of the scored fields."""

    id: str
    type: str
    department: str
    case: str
    happened: str
    happened_at: str
    recorded: str
    digest: str
    restricted: bool
    due: str | None
    found: str | None
    fields: str
    voids: tuple[str, ...] = ()
    clocks: str = NO_CLOCKS


@dataclass(frozen=True, slots=True)
class Parked:
    """An event that could not be taken: where it stands and why.

    ``dismissed`` (核销) is the reason for which somebody closed it: it stays on the list and is no alarm any more.
    """

    consumer: str
    topic: str
    partition: int
    offset: int
    event: str | None
    department: str | None
    reason: str
    body: bytes
    dismissed: str | None = None


def waiting(parked: Iterable[Parked]) -> list[Parked]:
    """Those that nobody has dismissed."""
    return [one for one in parked if one.dismissed is None]


@dataclass(frozen=True, slots=True)
class Position:
    """How far a consumer has come in a partition; ``last_id`` is the id of the event before ``next``."""

    consumer: str
    topic: str
    partition: int
    next: int
    last_id: str | None


class FactStore(Protocol):
    """Facts of the assessment; immutable, inserted by event id."""

    async def insert(self, facts: Sequence[FactRow]) -> list[str]:
        """Adds facts; a known id is ignored. Returns ids that are known with another digest (forks)."""

    async def rows(self, types: Sequence[str], since: str, until: str) -> list[tuple[Any, ...]]:
        """(id, type, department, case, happened, happened_at, recorded, digest, restricted, voided_on, fields) of facts
        of ``types`` any of whose dates (happened, due, found) lies within the ISO dates."""

    def digests(self) -> AsyncIterator[tuple[str, str]]:
        """(event id, digest) sorted by id."""

    def each(self) -> AsyncIterator[FactRow]:
        """Every fact whole, with what it voids (sorted), by id."""

    async def count(self) -> int:
        """How many facts there are."""

    async def provisional(self) -> list[tuple[str, str, str, str]]:
        """(case, clock, department, due) of running clocks whose date a coming notice may move, by case and clock.

        A clock is as the latest fact of its case (by the number in the fact's id) that moved it left it.
        """

    async def begin(self) -> "FactStore":
        """An empty set beside the live one, for a rebuild; what an earlier rebuild left unfinished is thrown away."""

    async def switch(self, fresh: "FactStore") -> None:
        """Makes the set that ``begin`` gave the live one, at once for all readers. Raises ``RebuildOvertaken``."""


class Parking(Protocol):
    """Where a consumer puts what it could not take."""

    async def park(self, parked: Parked) -> None:
        """Keeps an event that could not be taken; the same place twice is one."""


class PositionStore(Parking, Protocol):
    """Consumers' positions and parked events."""

    async def position(self, consumer: str, topic: str, partition: int) -> Position | None:
        """The stored position."""

    async def move(self, position: Position) -> None:
        """Stores a position; it only ever grows."""

    async def parked(self, consumer: str | None = None) -> list[Parked]:
        """All parked events, those that were dismissed too."""

    async def repark(self, parked: Parked) -> None:
        """Gives one that is on the list the reason for which it could not be taken this time."""

    async def dismiss(self, parked: Parked) -> None:
        """Gives one that is on the list the reason for which it was dismissed; parked again, it stays dismissed."""

    async def unpark(self, consumer: str, topic: str, partition: int, offset: int) -> None:
        """Takes one off the list after it was redriven."""

    async def positions(self) -> list[Position]:
        """Every stored position, by consumer, topic and partition."""

    async def forget(self, consumer: str, topic: str, partition: int) -> int:
        """Drops a position with what is parked under it, so that the partition is read anew; how many were parked.

        Only for a log that was made again: there the places mean other records.
        """


@dataclass(frozen=True, slots=True)
class GivenNumber:
    """A number that a command was given in a series' year."""

    series: str
    year: int
    number: int
    command: str


class NumberStore(Protocol):
    """Running numbers shown to people."""

    async def next(self, series: str, year: int, for_command: str) -> int:
        """The number of a command in a series' year: unique both ways, so that a retry gets the same."""

    def export_numbers(self) -> AsyncIterator[GivenNumber]:
        """Every number given, by series, year and number."""

    async def import_numbers(self, numbers: Sequence[GivenNumber]) -> None:
        """Adds numbers that were given elsewhere; a known one stays."""


class VaultStore(Protocol):
    """Sealed personal data; values arrive with a case's commit."""

    async def subject(self, subject: str) -> VaultSubject | None:
        """The subject's wrapped key."""

    async def find_subject(self, lookup: str) -> VaultSubject | None:
        """A subject by its keyed hash."""

    async def values(self, refs: Sequence[str]) -> list[SealedValue]:
        """The sealed values that still exist."""

    async def put(self, subject: VaultSubject | None, value: SealedValue) -> None:
        """Adds a value outside a case's commit (uploads). Raises ``SubjectTaken``."""

    async def erase(self, subject: str) -> int:
        """Deletes a subject's key and values; how many values there were."""

    def export_values(self) -> AsyncIterator[SealedValue]:
        """Every value as it is sealed, by reference."""

    def export_subjects(self) -> AsyncIterator[VaultSubject]:
        """Every subject with its wrapped key, by name."""

    async def import_vault(self, subjects: Sequence[VaultSubject], values: Sequence[SealedValue]) -> None:
        """Adds subjects and values as they are sealed; what is there stays."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who did what that is no case event: reading personal data, exports, rights, settings. Chained by digest."""

    at: str
    actor: str
    department: str | None
    action: str
    target: str
    reason: str | None
    request: str | None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry as it is stored: the bytes that its digest runs over."""

    sequence: int
    body: bytes
    digest: str


class AuditStore(Protocol):
    """The audit trail: append-only, hash-chained."""

    async def record(self, entry: AuditRecord) -> None:
        """Adds an entry; durable when it returns."""

    def entries(self, since: str | None = None) -> AsyncIterator[Mapping[str, Any]]:
        """Entries with sequence and digest, oldest first."""

    async def verify(self) -> int | None:
        """The sequence of the first entry whose digest does not follow, or None."""

    def export_entries(self) -> AsyncIterator[AuditEntry]:
        """Every entry as it is stored, oldest first."""

    async def import_entries(self, entries: Sequence[AuditEntry]) -> None:
        """Adds entries as they were stored; those that follow are chained to the last one."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An attachment as it is stored. ``size`` is that of the plain content."""

    sha256: str
    name: str
    media_type: str
    size: int
    sealed_ref: str | None
    body: bytes


class FileStore(Protocol):
    """Attachments by content: SHA-256 of the plain bytes; personal ones are stored sealed."""

    async def keep(
        self, sha256: str, name: str, media_type: str, size: int, sealed_ref: str | None, body: bytes
    ) -> None:
        """Stores a file once."""

    async def fetch(self, sha256: str) -> tuple[str, str, str | None, bytes] | None:
        """(name, media type, vault reference of its key or None, body)."""

    def export_files(self) -> AsyncIterator[StoredFile]:
        """Every file as it is stored, by digest. ``keep`` takes it back."""


class NoteStore(Protocol):
    """Small things kept by name: seals, sweep times, the last reference state."""

    async def note(self, name: str) -> bytes | None:
        """The note's content."""

    async def set_note(self, name: str, body: bytes) -> None:
        """Replaces it."""

    async def notes(self, prefix: str) -> list[tuple[str, bytes]]:
        """All notes whose names begin with ``prefix``, sorted."""


@dataclass(frozen=True, slots=True)
class Stores:
    """All stores of a process, whatever holds them."""

    cases: CaseStore
    facts: FactStore
    positions: PositionStore
    numbers: NumberStore
    vault: VaultStore
    audit: AuditStore
    files: FileStore
    notes: NoteStore
