"""The one way into a case file: load, settle, decide, append, and again where somebody else was faster."""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

import orjson

from shared.domain.classified import refuse_marked
from shared.domain.corrections import COMMON_COMMANDS
from shared.domain.directory import SYSTEM, Actor
from shared.domain.kind import (
    BadField,
    CaseKind,
    CaseView,
    Command,
    Recorded,
    RuleBroken,
    department_fields,
    vault_fields,
)
from shared.domain.localtime import DateProblem, local_date
from shared.domain.permission import may
from shared.domain.text import Text
from shared.engine.batch import FILE, LARGE_FILE, Batch, CaseFile, Given, HistoryNeeded
from shared.engine.codec import codec_of
from shared.engine.deadlines import deadlines
from shared.engine.history import effective, fold
from shared.engine.reference import Reference
from shared.engine.sealing import Sealed, Sealer, Under
from shared.eventlog.envelope import Algorithm, Trace, encode, type_name
from shared.storage.port import (
    CaseQuery,
    CaseRecord,
    CaseTooLarge,
    CommandKnown,
    CommandRecord,
    Commit,
    EventRecord,
    Stores,
    SubjectTaken,
    VaultSubject,
    VersionConflict,
    Viewer,
)

ATTEMPTS = 12
AT_ONCE = 200
ACCUSED = Text("被反映的单位不得承办或协办本案", "a unit complained of must not handle the case or take part in it")
ACCUSED_BASIS = Text(
    "网民留言办理制度：检举、控告不得转给被检举、控告的单位或个人",
    "Rules on citizens' messages: a report is never passed to the unit or person reported",
)
MOST_KEY = 200


class NotFound(Exception):
    """The case does not exist, or not for this person."""


class Forbidden(Exception):
    """The command is not this person's to give."""


class Stale(Exception):
    """The case is no longer at the version named by the caller (``If-Match``); ``version`` is the one it is at."""

    def __init__(self, version: int) -> None:
        super().__init__(str(version))
        self.version = version


class KeyReused(Exception):
    """The command id was used before with another body."""


class NotReady(Exception):
    """The reference data has not been read yet, or not as far as those who last changed the case had read it."""


class TooBusy(Exception):
    """Others changed the case each time; try again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as it comes in, nothing sealed yet. ``happened`` None means now.

    ``also`` are further ids under which it is remembered that the command was carried out.
    """

    command: Command
    actor: Actor
    command_id: str
    happened: datetime | None = None
    origin: Literal["import"] | None = None
    trace: Trace | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left: the answer for the caller, and whether it is the answer given before.

    ``restricted``: the case is isolated now, so that no log may name it.
    """

    case: str
    answer: dict[str, Any]
    version: int
    replayed: bool = False
    restricted: bool = False


class Engine:
    """Executes the commands of one service's kinds."""

    def __init__(
        self,
        *,
        service: str,
        kinds: Sequence[CaseKind[Any]],
        stores: Stores,
        sealer: Sealer,
        reference: Callable[[], Reference | None],
        now: Callable[[], datetime],
        region: str,
        hash_key: bytes,
        algorithm: Algorithm = "sha256",
    ) -> None:
        self.service, self.kinds, self.stores, self.sealer = service, tuple(kinds), stores, sealer
        self.reference, self.now, self.region, self.algorithm = reference, now, region, algorithm
        self._hash_key = hash_key
        self.appended: Callable[[], None] = lambda: None
        """Called after each append, so that the relay need not wait for its next look."""
        self.count: Callable[[Any], Awaitable[Any]] | None = None
        """Answers the questions about facts that commands declare; only where facts are."""

    def kind(self, name: str) -> CaseKind[Any]:
        """The kind of that name."""
        return next(k for k in self.kinds if k.name == name)

    def kind_of(self, case: CaseRecord) -> CaseKind[Any]:
        """The kind of a stored case."""
        return self.kind(case.kind)

    async def execute(
        self, kind: CaseKind[Any], case: str | None, asked: Sequence[Asked], *, if_match: int | None = None
    ) -> Outcome:
        """Carries out commands on one case in one commit; the first of them opens it where ``case`` is None.

        Raises ``RuleBroken``, ``BadField``, ``NotFound``, ``Forbidden``, ``Stale``, ``KeyReused``, ``NotReady``,
        ``TooBusy`` or the store's ``StoreAway``; then nothing is stored.
        """
        hashes = [self._body_hash(kind, case, a) for a in asked]
        reference = self._reference()
        whole = False
        for _ in range(ATTEMPTS):
            try:
                for one in asked:
                    refuse_marked(kind.name, one.command)
                resolved = [_departments_resolved(a, reference, self.now()) for a in asked]
                return await self._attempt(kind, case, resolved, hashes, reference, if_match, whole)
            except HistoryNeeded:
                whole = True
            except CommandKnown:
                known = await self._known(asked, hashes)
                if known is not None:
                    return known
            except SubjectTaken:
                continue
            except CaseTooLarge as problem:
                raise RuleBroken("case.full", LARGE_FILE, FILE) from problem
            except (RuleBroken, BadField, NotFound, Forbidden, Stale):
                # The same command may have been carried out before, and the case moved on: a retry gets its answer.
                known = await self._known(asked, hashes)
                if known is not None:
                    return known
                raise
            except VersionConflict:
                if if_match is not None:
                    head = await self.stores.cases.load(case or "")
                    raise Stale(head.version if head else 0) from None
        raise TooBusy(case or kind.name)

    async def settle(self, case: str) -> bool:
        """What a timer does: moved dates, missed clocks, due reminders. True where it left events."""
        reference = self._reference()
        for _ in range(ATTEMPTS):
            head = await self.stores.cases.load(case)
            if head is None:
                return False
            batch = await self._open(self.kind_of(head), head, reference)
            batch.recompute()
            batch.settle(batch.now)
            batch.remind()
            if not batch.new:
                due = batch.due.isoformat() if batch.due else None
                await self.stores.cases.settle_mark(
                    case, head.version, reference.calendar.version, due, batch.next_due()
                )
                return False
            name = f"settle:{case}:{head.version}:{reference.calendar.version}"
            try:
                await self._append(batch, head, [], Trace(name, name), Sealed())
            except VersionConflict:
                continue
            return True
        raise TooBusy(case)

    async def history(self, kind: CaseKind[Any], case: str) -> list[Recorded]:
        """All records of a case, voided ones too."""
        codec = codec_of(kind)
        return [codec.record(event.body) for event in await self.stores.cases.events(case)]

    async def state(self, head: CaseRecord) -> Any:
        """The state of a case as stored, or refolded where the fold has changed."""
        return (await self._open(self.kind_of(head), head, self._reference(), whole=False)).state

    async def needed(self, kind: CaseKind[Any], asked: Sequence[Asked]) -> dict[str, CaseView]:
        """The other cases that the decisions look at, as they stand."""
        found: dict[str, CaseView] = {}
        for one in asked:
            needs = type(one.command).command_needs
            for other in needs(one.command) if needs else ():
                found.update(await self._other(other))
            beside = type(one.command).command_beside
            if (parent := beside(one.command) if beside else None) is not None:
                found.update({child.id: self._view(child) for child in await self.children(kind, parent)})
        return found

    async def children(self, kind: CaseKind[Any], parent: str) -> list[CaseRecord]:
        """The cases of a kind that stem from another one, as they stand."""
        query = CaseQuery(self.service, kind.name, Viewer(all=True), parent=parent, limit=AT_ONCE)
        heads, _ = await self.stores.cases.query(query)
        return heads

    # -- inside ----------------------------------------------------------------------------------------------------

    async def _attempt(
        self,
        kind: CaseKind[Any],
        case: str | None,
        asked: Sequence[Asked],
        hashes: Sequence[str],
        reference: Reference,
        if_match: int | None,
        whole: bool,
    ) -> Outcome:
        now = self.now()
        opening = asked[0].command.command_opens
        needed = await self.needed(kind, asked)
        if opening:
            await self._rehearse(kind, asked[0], reference, needed, now)
        number, case = await self._identity(kind, case, asked[0], now)
        # A number just given has no case yet; where it has one, the commit says so.
        head = await self.stores.cases.load(case) if not number else None
        if opening and head is not None:
            raise exists_already(kind, case)
        if not opening and head is None:
            raise NotFound(case)
        if if_match is not None and (head.version if head else 0) != if_match:
            raise Stale(head.version if head else 0)
        batch = await self._open(kind, head, reference, CaseFile(case, number), needed, whole=whole)
        batch.recompute()
        if head is not None:
            batch.cases = {**batch.cases, **await self._among(kind, asked, batch.state, case)}
        writer = batch.summary.writer if head is not None else None
        rows = Sealed()
        plain: dict[str, str] = {}
        for one, hashed in zip(asked, hashes, strict=True):
            self._permit(kind, one, batch, case, head)
            sealed = await self._sealed(one, hashed, case, writer, rows.subjects)
            writer = sealed.writer or writer
            rows = Sealed({}, (*rows.subjects, *sealed.subjects), (*rows.values, *sealed.values), writer)
            plain.update({ref: getattr(one.command, name) for name, ref in sealed.refs.items()})
            command = one.command.model_copy(update=dict(sealed.refs)) if sealed.refs else one.command
            counted = await self._counted(one, batch)
            happened = _moment(one, now)
            try:
                batch.give(Given(command, one.actor, happened, one.origin, writer, counted))
            except DateProblem as problem:
                raise BadField("happened", problem.text) from problem
        batch.settle(now)
        trace = asked[0].trace or Trace(asked[0].command_id, asked[0].command_id)
        return await self._append(batch, head, list(zip(asked, hashes, strict=True)), trace, rows, plain)

    async def _rehearse(
        self, kind: CaseKind[Any], first: Asked, reference: Reference, needed: Mapping[str, CaseView], now: datetime
    ) -> None:
        """Decides an opening once without a place, so that a refused one takes no number out of the series."""
        batch = await self._open(kind, None, reference, CaseFile("", 0), needed)
        self._permit(kind, first, batch, "", None)
        happened = _moment(first, now)
        try:
            batch.rehearse(Given(first.command, first.actor, happened, first.origin))
        except DateProblem as problem:
            raise BadField("happened", problem.text) from problem

    async def _open(
        self,
        kind: CaseKind[Any],
        head: CaseRecord | None,
        reference: Reference,
        fresh: CaseFile | None = None,
        needed: Mapping[str, CaseView] | None = None,
        *,
        whole: bool = True,
    ) -> Batch:
        file = fresh or CaseFile(head.id if head else "", head.number if head else 0)
        if head is not None:
            if head.calendar > reference.calendar.version:
                # Decided here, the file would go back to a calendar that others have left behind.
                raise NotReady
            file = await self._file(kind, head, whole=whole)
        return Batch(
            kind,
            file,
            now=self.now(),
            calendar=reference.calendar,
            directory=reference.directory,
            settings=reference.settings,
            cases=needed,
        )

    async def _file(self, kind: CaseKind[Any], head: CaseRecord, *, whole: bool) -> CaseFile:
        codec = codec_of(kind)
        current = head.fold_version == kind.fold_version
        stored: list[EventRecord] | None = None
        if whole or not current:
            stored = (await self.stores.cases.events(head.id))[: head.version]
        cache: list[Recorded] = []

        def records() -> list[Recorded]:
            if stored is None:
                raise HistoryNeeded
            if not cache:
                cache.extend(codec.record(event.body) for event in stored)
            return cache

        state = codec.load_state(head.state) if current else fold(kind, effective(records()))
        dues = {clock: (_date(when), status) for clock, (when, status) in orjson.loads(head.dues).items()}
        return CaseFile(
            head.id,
            head.number,
            head.version,
            state,
            dues,
            head.through,
            head.opened,
            head.calendar,
            head.imported,
            not current,
            records,
        )

    async def _identity(self, kind: CaseKind[Any], case: str | None, first: Asked, now: datetime) -> tuple[int, str]:
        if case is not None:
            return 0, case
        if kind.id_of is not None:
            return 0, kind.id_of(first.command)
        year = local_date(_moment(first, now)).year
        number = await self.stores.numbers.next(kind.prefix, year, first.command_id)
        return number, f"{kind.prefix}{year}-{number:06d}"

    def _permit(self, kind: CaseKind[Any], one: Asked, batch: Batch, case: str, head: CaseRecord | None) -> None:
        if type(one.command) not in kind.commands and not isinstance(one.command, COMMON_COMMANDS):
            raise NotFound(one.command.command_name)
        if head is not None and not one.actor.system and set(head.hidden_from) & one.actor.departments:
            raise NotFound(case)
        if one.actor.system:
            return
        if one.command.command_opens:
            allowed = may(one.actor, one.command.command_allowed)
        else:
            summary = batch.summary
            allowed = may(
                one.actor, one.command.command_allowed, case=case, holder=summary.department, parties=summary.parties
            )
        if not allowed:
            raise Forbidden(one.command.command_name)

    async def _sealed(
        self, one: Asked, hashed: str, case: str, writer: str | None, pending: tuple[VaultSubject, ...]
    ) -> Sealed:
        values: dict[str, tuple[str, Under]] = {}
        for name, whose in vault_fields(type(one.command)).items():
            text = getattr(one.command, name)
            if text:
                values[name] = (text, "writer" if whose == "writer" else "case")
        if not values:
            return Sealed()
        lookup = getattr(one.command, "identity", None)
        # With the body's hash: where vault rows are written before the case, a process killed in between leaves some behind,
        # and the same command with a corrected body must not find them.
        return await self.sealer.prepare(
            seed=f"{one.command_id}:{hashed}", case=case, writer=writer, values=values, lookup=lookup, pending=pending
        )

    async def _among(self, kind: CaseKind[Any], asked: Sequence[Asked], state: Any, case: str) -> dict[str, CaseView]:
        """The other cases at which a command's decision looks by the case's own state."""
        found: dict[str, CaseView] = {}
        for one in asked:
            needs = type(one.command).command_needs_of
            for other in needs(state) if needs else ():
                found.update(await self._other(other))
            looks = type(one.command).command_among
            among = looks(state) if looks else None
            if among is None:
                continue
            query: CaseQuery | None = CaseQuery(
                self.service,
                kind.name,
                Viewer(all=True),
                department=among.department,
                received_from=among.first.isoformat(),
                received_until=among.last.isoformat(),
                limit=AT_ONCE,
            )
            while query is not None:
                heads, after = await self.stores.cases.query(query)
                found.update((head.id, self._view(head)) for head in heads if head.id != case)
                query = replace(query, after=after) if after is not None else None
        return found

    async def _other(self, case: str) -> dict[str, CaseView]:
        """Another case of this service; one store may hold those of every service."""
        head = await self.stores.cases.load(case)
        return {case: self._view(head)} if head is not None and head.service == self.service else {}

    def _view(self, head: CaseRecord) -> CaseView:
        return CaseView(head.id, head.kind, head.version, codec_of(self.kind_of(head)).load_state(head.state))

    async def _counted(self, one: Asked, batch: Batch) -> Any:
        counts = type(one.command).command_counts
        if counts is None:
            return None
        if self.count is None:
            raise LookupError(f"no facts here that {one.command.command_name} could count")
        return await self.count(counts(batch.state))

    async def _append(
        self,
        batch: Batch,
        head: CaseRecord | None,
        asked: Sequence[tuple[Asked, str]],
        trace: Trace,
        rows: Sealed,
        plain: Mapping[str, str] | None = None,
    ) -> Outcome:
        kind, summary = batch.kind, batch.summary
        case = batch.file.id
        topic = kind.topic or f"gongkai.{self.service}"
        if summary.restricted:
            topic += ".restricted"
        digest = head.digest if head else ""
        events: list[EventRecord] = []
        for record in batch.new:
            # An isolated case is keyed to its handler, also where a verdict on another unit is restated.
            unit = summary.department if summary.restricted else record.event.department
            body, digest = encode(
                region=self.region,
                service=self.service,
                case=case,
                record=record,
                trace=trace,
                previous=digest,
                algorithm=self.algorithm,
                key=unit,
            )
            key = f"{self.region}/{unit}"
            events.append(EventRecord(case, record.stamp.sequence, topic, key, digest, body))
        version = batch.file.version + len(events)
        answer = {
            "id": case,
            "kind": kind.name,
            "version": version,
            "status": summary.status,
            "events": [
                {
                    "type": type_name(self.service, r.event.event_name, r.event.event_version),
                    "id": r.stamp.id,
                    "sequence": r.stamp.sequence,
                }
                for r in batch.new
            ],
            "deadlines": deadlines(kind, batch.state, batch.calendar),
        }
        dumped = orjson.dumps(answer)
        hidden_from = await self._hidden(summary.hidden_from, plain or {})
        if set(hidden_from) & {summary.department, *summary.parties}:
            raise RuleBroken("case.handler_accused", ACCUSED, ACCUSED_BASIS)
        due = batch.due
        new_head = CaseRecord(
            id=case,
            service=self.service,
            kind=kind.name,
            number=batch.file.number,
            version=version,
            state=codec_of(kind).dump_state(batch.state),
            fold_version=kind.fold_version,
            dues=orjson.dumps({c: (d.isoformat() if d else None, s) for c, (d, s) in batch.dues.items()}),
            opened=batch.opened or batch.now,
            through=batch.through or batch.now,
            calendar=batch.calendar.version,
            imported=batch.imported,
            digest=digest,
            status=summary.status,
            open=summary.open,
            department=summary.department,
            received=summary.received.isoformat() if summary.received else None,
            due=due.isoformat() if due else None,
            next_due=batch.next_due(),
            restricted=summary.restricted,
            parent=summary.parent,
            title=summary.title,
            parties=summary.parties,
            hidden_from=hidden_from,
            columns=orjson.dumps(dict(summary.columns)),
            updated=batch.now,
        )
        commit = Commit(
            head=new_head,
            expected=batch.file.version,
            events=tuple(events),
            commands=tuple(CommandRecord(i, h, case, dumped) for a, h in asked for i in (a.command_id, *a.also)),
            subjects=rows.subjects,
            sealed=rows.values,
            erase=tuple(getattr(r.event, "subject") for r in batch.new if r.event.event_name == "SubjectErased"),  # noqa: B009
        )
        await self.stores.cases.append(commit)
        self.appended()
        return Outcome(case, answer, version, restricted=summary.restricted)

    async def _hidden(self, refs: Sequence[str], plain: Mapping[str, str]) -> tuple[str, ...]:
        stored = [ref for ref in refs if ref not in plain]
        texts = {**await self.sealer.read(stored), **plain} if stored else plain
        return tuple(sorted(text for ref in refs if (text := texts.get(ref))))

    async def _known(self, asked: Sequence[Asked], hashes: Sequence[str]) -> Outcome | None:
        record = await self.stores.cases.command(asked[0].command_id)
        if record is None:
            return None
        if record.body_hash != hashes[0]:
            raise KeyReused(asked[0].command_id)
        answer = orjson.loads(record.answer)
        head = await self.stores.cases.load(record.case)
        restricted = head is None or head.restricted
        return Outcome(record.case, answer, answer["version"], replayed=True, restricted=restricted)

    def _body_hash(self, kind: CaseKind[Any], case: str | None, one: Asked) -> str:
        place = "" if case is None or one.command.command_opens else case
        head = f"{kind.name}\n{place}\n{one.command.command_name}\n".encode()
        return hmac.digest(
            self._hash_key, head + one.command.__pydantic_serializer__.to_json(one.command), "sha256"
        ).hex()

    def _reference(self) -> Reference:
        reference = self.reference()
        if reference is None:
            raise NotReady
        return reference


def exists_already(kind: CaseKind[Any], case: str) -> RuleBroken:
    """Why a case whose id its opening command determines is not opened again."""
    exists = Text(f"{kind.title.zh} {case} 已存在", f"{kind.title.en} {case} exists already")
    return RuleBroken("case.exists", exists, exists)


def _moment(asked: Asked, now: datetime) -> datetime:
    """When it took place. What follows from an event may reach a machine whose clock is behind: then it is now."""
    happened = asked.happened or asked.command.happened or now
    return min(happened, now) if asked.actor.system and asked.origin is None else happened


def _departments_resolved(asked: Asked, reference: Reference, now: datetime) -> Asked:
    """Units named in Chinese become ids; an unknown one is refused by field."""
    found: dict[str, Any] = {}
    for name in department_fields(type(asked.command)):
        value = getattr(asked.command, name)
        if not value:
            continue
        names = value if isinstance(value, tuple) else (value,)
        ids = []
        for one in names:
            department = reference.directory.find(one, local_date(now))
            if department is None:
                raise BadField(name, Text(f"没有这个单位：{one}", f"no such department: {one}"))
            ids.append(department.id)
        found[name] = tuple(ids) if isinstance(value, tuple) else ids[0]
    return replace(asked, command=asked.command.model_copy(update=found)) if found else asked


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def system(command: Command, command_id: str, trace: Trace | None = None) -> Asked:
    """A command that a policy or timer gives."""
    return Asked(command, SYSTEM, command_id, trace=trace)
