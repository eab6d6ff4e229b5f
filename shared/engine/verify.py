"""Refolds every case and compares: digests, state, dates, seals, and what the log and the facts hold."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

import orjson

from shared.domain.kind import CaseKind, Recorded
from shared.domain.localtime import start_of
from shared.domain.workdays import Calendar
from shared.engine.codec import codec_of
from shared.engine.genuine import NO_CASE, stored_event
from shared.engine.history import dues_of, effective, fold, next_miss, shown_due
from shared.engine.ledger import LEDGER, LedgerSealed, ledger_root
from shared.eventlog.envelope import NotAnEvent, chained_rightly, decode
from shared.eventlog.port import EventLog, Logged
from shared.eventlog.scan import scan
from shared.storage.port import CaseReader, CaseRecord, Damaged, Viewer

Sort = Literal["case", "seal", "log", "stranger", "fact", "vault", "audit"]


@dataclass(frozen=True, slots=True)
class Bad:
    """Something that is not as it must be. ``place``: of the record in the log, ``topic/partition@offset``."""

    sort: Sort
    case: str
    sequence: int
    reason: str
    place: str | None = None


class Problems:
    """All that is not as it must be, by sort: how many, and the first of each in the order in which they were found."""

    def __init__(self) -> None:
        self._first: dict[Sort, Bad] = {}
        self._seen: set[tuple[str | int | None, ...]] = set()
        self._count: Counter[Sort] = Counter()

    def add(self, bad: Bad) -> None:
        """One more; a fact that is wrong in two ways is one."""
        key = (bad.sort, bad.case, bad.sequence, bad.place, bad.reason if bad.sort != "fact" else None)
        if key not in self._seen:
            self._seen.add(key)
            self._count[bad.sort] += 1
            self._first.setdefault(bad.sort, bad)

    @property
    def first(self) -> Bad | None:
        """The first of all."""
        return next(iter(self._first.values()), None)

    def each(self) -> list[tuple[Sort, int, Bad]]:
        """(sort, how many, the first of them)."""
        return [(sort, self._count[sort], first) for sort, first in self._first.items()]


class Closed(NamedTuple):
    """A record of the log that somebody dismissed: its place, and the hash of what stood there."""

    topic: str
    partition: int
    offset: int
    content: int


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was looked at, what is wrong, and how many strange records of the log somebody has dismissed."""

    cases: int
    events: int
    problems: Problems
    dismissed: int = 0

    @property
    def first_bad(self) -> Bad | None:
        """The first thing that is wrong."""
        return self.problems.first


async def verify(
    cases: CaseReader,
    kinds: Sequence[CaseKind[Any]],
    log: EventLog | None,
    topics: Sequence[str],
    facts: Mapping[str, str],
    calendar: Calendar,
    sealed: Mapping[str, date],
    dismissed: Collection[Closed] = (),
) -> Verified:
    """Looks at every case of the kinds' services, then at the seals, the log and the facts (event id -> digest).

    ``calendar`` is the one in force; ``sealed`` the last day that each service noted as sealed; ``dismissed`` the
    strange records of the log that somebody closed. Goes on after what is wrong,
    but for a file that cannot be read: those that follow it cannot be reached.
    """
    by_name = {kind.name: kind for kind in kinds}
    digests: dict[str, str] = {}
    places: dict[str, tuple[str, str, int]] = {}
    sent: set[str] = set()
    count = events = 0
    problems = Problems()
    seals: list[tuple[str, LedgerSealed]] = []
    try:
        async for head in cases.walk():
            count += 1
            events += head.version
            kind = by_name.get(head.kind)
            found = (
                Bad("case", head.id, 0, f"unknown kind {head.kind}")
                if kind is None
                else await _case(cases, kind, head, digests, places, sent, seals, calendar)
            )
            if found is not None:
                problems.add(found)
    except Damaged as damage:
        problems.add(Bad("case", damage.place, 0, f"读不出 / cannot be read: {damage.reason}"))
        return Verified(count, events, problems)
    for service, day in sealed.items():
        if all(seal.day != day for name, seal in seals if name == service):
            problems.add(
                Bad("seal", f"ledger-{service}-{day.year}", 0, f"缺少 {day} 的封存 / the seal of {day} is missing")
            )
    for service, seal in seals:
        root = await ledger_root(cases, service, start_of(seal.day + timedelta(days=1)))
        if root != (seal.cases, seal.events, seal.root):
            reason = f"台账与 {seal.day} 的封存不符 / the ledger is not as sealed on {seal.day}"
            problems.add(Bad("seal", f"ledger-{service}-{seal.day.year}", 0, reason))
    closed = await _log(cases, log, topics, digests, places, sent, set(dismissed), problems) if log is not None else 0
    for event, digest in facts.items():
        if digests.get(event) != digest:
            stored = await stored_event(cases, event)
            if stored is None or stored.digest != digest:
                problems.add(bad_event("fact", event, "评估事实与案卷不符 / the fact differs from the case"))
    return Verified(count, events, problems, closed)


async def _case(
    cases: CaseReader,
    kind: CaseKind[Any],
    head: CaseRecord,
    digests: dict[str, str],
    places: dict[str, tuple[str, str, int]],
    sent: set[str],
    seals: list[tuple[str, LedgerSealed]],
    calendar: Calendar,
) -> Bad | None:
    codec = codec_of(kind)
    previous = ""
    records = []
    stored = await cases.events(head.id)
    if len(stored) > head.version and (now := await cases.load(head.id)) is not None:
        # Somebody appended between the two readings; a head that did not move with its events is found below.
        head, stored = now, stored[: now.version] if now.version > head.version else stored
    for place, event in enumerate(stored, start=1):
        if event.sequence != place:
            return Bad("case", head.id, place, "事件缺失 / an event is missing")
        try:
            body = decode(event.body)
            if body["digest"] != event.digest or not chained_rightly(body, previous):
                return Bad("case", head.id, place, "摘要不符 / the digest does not follow")
            topic = kind.topic or f"gongkai.{head.service}"
            if event.key != body["partitionkey"] or event.topic not in (topic, f"{topic}.restricted"):
                return Bad("case", head.id, place, "主题或分区键与事件不符 / topic or key is not the event's")
            places[f"{head.id}/{place}"] = (event.topic, event.key, hash(event.body))
            record = codec.record_of(body)
        except (NotAnEvent, ValueError) as problem:
            return Bad("case", head.id, place, str(problem))
        previous = event.digest
        digests[f"{head.id}/{place}"] = event.digest
        if place <= head.sent:
            sent.add(f"{head.id}/{place}")
        records.append(record)
        if kind is LEDGER and isinstance(record.event, LedgerSealed):
            seals.append((head.service, record.event))
    if len(stored) != head.version or previous != head.digest:
        return Bad("case", head.id, len(stored), "案卷版本与事件不符 / the file's version does not match its events")
    state = fold(kind, effective(records))
    if head.fold_version == kind.fold_version and codec.dump_state(state) != head.state:
        return Bad("case", head.id, head.version, "状态与事件不符 / the state is not what the events fold to")
    listed = _timed(kind, head, state, records, calendar) or await _listed(cases, kind, head, state)
    return (
        Bad(
            "case",
            head.id,
            head.version,
            f"案卷索引中的 {listed} 与事件不符 / {listed} in the file's head is not what its events say",
        )
        if listed
        else None
    )


def _timed(
    kind: CaseKind[Any], head: CaseRecord, state: Any, records: Sequence[Recorded], calendar: Calendar
) -> str | None:
    """The first thing time goes by that is not what the events say."""
    stamps = [record.stamp for record in records]
    pairs: dict[str, tuple[object, object]] = {
        "opened": (head.opened, stamps[0].happened),
        "through": (head.through, max(stamp.happened for stamp in stamps)),
        "updated": (head.updated >= stamps[-1].recorded, True),
        "imported": (head.imported, stamps[0].origin == "import"),
        "number": (head.number, 0 if kind.id_of is not None else int(head.id.rpartition("-")[2])),
        "fold_version": (head.fold_version <= kind.fold_version, True),
        "sent": (head.sent <= head.version, True),
        "calendar": (head.calendar <= calendar.version, True),
    }
    clocks = kind.clocks(state)
    miss = next_miss(clocks, calendar)
    if miss is not None and head.next_due is None:
        return "next_due"
    if head.calendar == calendar.version and head.fold_version == kind.fold_version:
        dues = dues_of(clocks, calendar)
        shown = shown_due(clocks, dues, calendar) if kind.summary(state).open else None
        pairs["dues"] = (
            orjson.loads(head.dues),
            {c: [on.isoformat() if on else None, s] for c, (on, s) in dues.items()},
        )
        # A head from a release that showed no missed day keeps none until the file is written again.
        running = min((on for on, _ in dues.values() if on), default=None)
        told = {shown, running if shown else None}
        pairs["due"] = (head.due in {on.isoformat() if on else None for on in told}, True)
        pairs["next_due"] = (miss is None or head.next_due is None or head.next_due <= miss[0], True)
    return next((name for name, (stored, said) in pairs.items() if stored != said), None)


async def _listed(cases: CaseReader, kind: CaseKind[Any], head: CaseRecord, state: Any) -> str | None:
    """The first thing lists and visibility go by that is not what the state says."""
    said = kind.summary(state)
    pairs = {
        "status": (head.status, said.status),
        "open": (head.open, said.open),
        "department": (head.department, said.department),
        "received": (head.received, said.received.isoformat() if said.received else None),
        "restricted": (head.restricted, said.restricted),
        "parent": (head.parent, said.parent),
        "title": (head.title, said.title),
        "parties": (head.parties, said.parties),
        "hidden_from": (len(head.hidden_from), len(set(said.hidden_from))),
    }
    # A head from a release with other columns keeps those until the file is written again, as it keeps its state.
    if head.fold_version == kind.fold_version:
        pairs["columns"] = (head.columns, orjson.dumps(dict(said.columns)))
    wrong = next((name for name, (stored, folded) in pairs.items() if stored != folded), None)
    if wrong is not None:
        return wrong
    for unit in head.hidden_from:
        if await cases.visible(head.id, Viewer(all=True, belongs_to=frozenset({unit}))):
            return "hidden_from"
    if not head.restricted:
        for unit in head.parties:
            if unit not in head.hidden_from and not await cases.visible(head.id, Viewer(frozenset({unit}))):
                return "parties"
    return None


async def _log(
    cases: CaseReader,
    log: EventLog,
    topics: Sequence[str],
    digests: dict[str, str],
    places: dict[str, tuple[str, str, int]],
    sent: set[str],
    dismissed: Set[Closed],
    problems: Problems,
) -> int:
    """Compares every record with its file; how many that are not what they should be were dismissed."""
    missing = set(sent)
    closed = 0
    for topic in topics:
        for partition in range(await log.partitions(topic)):
            offset = 0
            async for records in scan(log, topic, partition):
                for record in records:
                    if record.offset != offset:
                        reason = "日志缺少记录 / the log lacks a record"
                        problems.add(Bad("log", f"{topic}/{partition}", offset, reason, place_of(record)))
                    offset = record.offset + 1
                    bad = await _record(cases, record, digests, places)
                    if bad is None:
                        missing.discard(decode(record.value)["id"])
                    elif Closed(topic, partition, record.offset, hash(record.value)) in dismissed:
                        closed += 1
                    else:
                        problems.add(bad)
    for event in sorted(missing):
        problems.add(bad_event("log", event, "日志缺少事件 / the log lacks the event"))
    return closed


async def _record(
    cases: CaseReader, record: Logged, digests: dict[str, str], places: dict[str, tuple[str, str, int]]
) -> Bad | None:
    """What is wrong with a record: it is no event, no case has it, or it is not as its case has it."""
    where = place_of(record)
    try:
        event = decode(record.value)
    except NotAnEvent as problem:
        return Bad("stranger", f"{record.topic}/{record.partition}", record.offset, str(problem), where)
    id_ = event["id"]
    if id_ not in digests:
        # Appended since the files were read, or never.
        now = await stored_event(cases, id_)
        if now is None:
            return bad_event("stranger", id_, NO_CASE, where)
        digests[id_], places[id_] = now.digest, (now.topic, now.key, hash(now.body))
    if digests[id_] != event["digest"]:
        return bad_event("log", id_, "日志与案卷不符 / the log differs from the case", where)
    if places[id_][2] != hash(record.value):
        return bad_event("log", id_, "日志中的内容与案卷不符 / what the log holds is not what the case holds", where)
    if places[id_][:2] != (record.topic, record.key):
        return bad_event("log", id_, "日志的主题或分区键与案卷不符 / the log has it under another topic or key", where)
    return None


def place_of(record: Logged) -> str:
    """Where a record stands, as people write it."""
    return f"{record.topic}/{record.partition}@{record.offset}"


def bad_event(sort: Sort, event: str, reason: str, place: str | None = None) -> Bad:
    """What is wrong with the event of this id, whatever the id looks like."""
    case, _, sequence = event.rpartition("/")
    return Bad(sort, case or event, int(sequence) if case and sequence.isdecimal() else 0, reason, place)
