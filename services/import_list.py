"""Imports a list of old cases: each row through the same commands as today's cases, one row in one commit."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from services.assessment import department
from services.declared import SERVICES
from services.runtime import Runtime
from shared.domain.classified import marked
from shared.domain.classified import refusal as classified
from shared.domain.directory import OFFICE, SYSTEM, Actor, Dated, Department, Directory
from shared.domain.kind import BadField, CaseKind, CaseView, Command, RuleBroken, vault_fields
from shared.domain.localtime import local_date, start_of
from shared.domain.text import Text
from shared.engine.batch import Batch, CaseFile, Given
from shared.engine.execute import Asked, Engine, KeyReused, exists_already
from shared.engine.history import run_clocks
from shared.imports.columns import find_columns, read_mapping
from shared.imports.old_case import OPENING, BadCell, Importer, OldCase, Step, length_of
from shared.imports.problem import ListProblem
from shared.imports.workbook import LARGEST, MOST_ROWS, read_list
from shared.web.shown_numbers import case_id

IMPORTERS: Mapping[str, Importer] = {
    importer.kind.collection: importer for service in SERVICES for importer in service.importers
}
"""The kinds whose lists can be imported, by collection."""
IN_FLIGHT = 64
SHORTEST_NAME, LONGEST_NAME = 2, 60
Verdict = Literal["on_time", "overdue", "open"]
Progress = Callable[[int, int], None]


async def import_file(
    runtime: Runtime,
    kind: str,
    file: Path,
    *,
    mapping: Path | None = None,
    create_departments: bool = False,
    dry_run: bool = False,
    actor: Actor = SYSTEM,
    progress: Progress | None = None,
    lang: str = "zh",
) -> dict[str, Any]:
    """Imports a list from a file; see ``import_rows``."""
    return await import_rows(
        runtime,
        kind,
        file.name,
        _read(file, "file"),
        mapping=_read(mapping, "mapping") if mapping else None,
        create_departments=create_departments,
        dry_run=dry_run,
        actor=actor,
        progress=progress,
        lang=lang,
    )


async def import_rows(
    runtime: Runtime,
    kind: str,
    name: str,
    body: bytes,
    *,
    mapping: bytes | None = None,
    create_departments: bool = False,
    dry_run: bool = False,
    actor: Actor = SYSTEM,
    progress: Progress | None = None,
    lang: str = "zh",
    most_rows: int = MOST_ROWS,
) -> dict[str, Any]:
    """Imports the list ``body`` of the file called ``name``; the report as the outside contract has it.

    ``actor`` is who imports; the caller has judged the right to, on the day of the import. ``dry_run`` decides every
    row in memory and writes nothing. ``progress`` hears (rows done, rows in all). A row refused costs that row.
    Raises ``ListProblem`` for a file or mapping that cannot be used at all, ``KeyError`` for a kind without import,
    ``StoreAway`` where the store cannot write; what was imported by then stays, and the import run again goes on.
    """
    importer = IMPORTERS[kind]
    listed = await asyncio.to_thread(read_list, name, body, most_rows=most_rows)
    names = read_mapping(_text(mapping), importer.titles) if mapping is not None else {}
    required = [column.title for column in importer.columns if column.required]
    places = find_columns(listed.header, required, names, [c.title for c in importer.columns if not c.required])
    absent = dict.fromkeys((title for title in importer.titles if title not in places), "")
    run = _Run(runtime, importer, replace(actor, system=True), len(listed.rows), progress or _unheard)
    for line, cells in listed.rows:
        run.read(line, absent | {column: cells[place] for column, place in places.items()})
    await run.place_units(create=create_departments, dry=dry_run)
    await run.carry_out(dry=dry_run)
    if not dry_run:
        await run.note_classified(actor)
    return {"file": name, "sha256": hashlib.sha256(body).hexdigest(), **run.report(lang)}


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    old: OldCase
    content: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Rejected:
    line: int
    column: str
    value: str
    reason: Text


@dataclass
class _Run:
    """One import under way: its rows, and what became of them so far."""

    runtime: Runtime
    importer: Importer
    actor: Actor
    total: int
    progress: Progress
    rows: list[_Row] = field(default_factory=list)
    rejected: list[_Rejected] = field(default_factory=list)
    classified: int = 0
    unknown: dict[str, None] = field(default_factory=dict)
    created: dict[str, Department] = field(default_factory=dict)
    imported: int = 0
    skipped: int = 0
    done: int = 0
    verdicts: dict[tuple[str, Verdict], int] = field(default_factory=dict)
    directory: Directory = field(default_factory=Directory)
    _bearers: dict[str, list[Department]] = field(default_factory=dict)
    _opened: set[str] = field(default_factory=set)
    _parents: dict[str, asyncio.Lock] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = self.runtime.clock()
        self.directory = self.runtime.reference.directory
        self._titles = self.importer.titles
        self._begins = (self.kind.prefix, self.kind.number.partition("{")[0])

    @property
    def kind(self) -> CaseKind[Any]:
        """The kind of the cases imported."""
        return self.importer.kind

    @property
    def engine(self) -> Engine:
        """The engine of that kind's service."""
        return self.runtime.engine(self.kind.service)

    def read(self, line: int, cells: Mapping[str, str]) -> None:
        """Takes one row in, or rejects it for what can be seen of it alone."""
        secret = next((column for column in self._titles if marked(cells[column])), None)
        if secret is not None:
            self.classified += 1
            why = classified(self.kind.name, secret).message
            self._reject(line, BadCell(secret, length_of(cells[secret]), why))
            return
        unit = cells[self.importer.unit_column] if self.importer.unit_column else ""
        try:
            old = self.importer.read(cells, self.now)
        except BadCell as bad:
            self._note_unknown(unit, local_date(self.now))
            self._reject(line, bad)
            return
        self._note_unknown(unit, local_date(old.opened))
        keys = self.runtime.keys
        content = keys.keyed_hash("command", "import", self.kind.name, *(cells[c] for c in self._titles)).hex()
        self.rows.append(_Row(line, old, content[:32], cells))

    async def place_units(self, *, create: bool, dry: bool) -> None:
        """Makes the units that are missing, where that was asked for; dry, they are made in memory alone."""
        if not create:
            return
        names = [name for name in self.unknown if any(row.old.unit == name for row in self.rows)]
        names = [name for name in names if SHORTEST_NAME <= len(name) <= LONGEST_NAME]
        if not names:
            return
        since = date(min(local_date(row.old.opened).year for row in self.rows), 1, 1)
        numbers = [int(id[2:]) for id in self.directory.departments if id[:2] == "d-" and id[2:].isdigit()]
        first = max(numbers, default=0) + 1
        made = [
            Department(f"d-{number:04}", (Dated(since, name),), (Dated(since, "other"),), since)
            for number, name in enumerate(names, first)
        ]
        if dry:
            for unit in made:
                self.directory = self.directory.with_department(unit)
        else:
            await asyncio.gather(*(self._create(unit, since) for unit in made))
            await self.runtime.services["assessment"].relay.drain()
            await self.runtime.follower.run_once()
            self.directory = self.runtime.reference.directory
        self._bearers.clear()
        for unit in made:
            self.created[unit.names[0].value] = unit
            del self.unknown[unit.names[0].value]

    async def carry_out(self, *, dry: bool) -> None:
        """Every row once, many at a time; the repeats of a number after them, so that each finds the first one stored."""
        first: dict[str, _Row] = {}
        repeats: list[_Row] = []
        for row in self.rows:
            if row.old.number in first:
                repeats.append(row)
            else:
                first[row.old.number] = row
        take = _Rehearsal(self).take if dry else self._take
        await _each(first.values(), take, IN_FLIGHT)
        await _each(repeats, take, 1)

    async def note_classified(self, actor: Actor) -> None:
        """Notes in the audit trail each row that bore a mark of secrecy; nothing of what it said."""
        detail = {"command": self.kind.opening.command_name, "rule": f"{self.kind.name}.classified"}
        for _ in range(self.classified):
            await self.runtime.audit.record(
                actor, "command_refused", f"{self.kind.service}/{self.kind.collection}", detail=detail
            )

    def report(self, lang: str) -> dict[str, Any]:
        """What became of the list."""
        today = local_date(self.now)
        return {
            "rows": self.total,
            "imported": self.imported,
            "skipped": self.skipped,
            "rejected": [
                {"row": r.line, "field": r.column, "value": r.value, "reason": r.reason.in_(lang)}
                for r in sorted(self.rejected, key=lambda r: r.line)
            ],
            "unknown_departments": list(self.unknown),
            "created_departments": [
                {"department": unit.id, "name": unit.name_on(today)} for unit in self.created.values()
            ],
            "by_category": [
                {"category": category, "rows": sum(counts.values()), **counts}
                for category in (self.importer.categories if self.importer.clock is not None else ())
                if sum((counts := self._counts(category)).values())
            ],
        }

    # -- one row -------------------------------------------------------------------------------------------------------

    async def asked(self, row: _Row) -> list[Asked]:
        """The commands of a row. Raises ``BadCell`` for a unit that is unknown or did not exist on the day.

        The first one's id tells the number, another the row's content too.
        """
        unit = self._unit(row.old)
        if row.old.number.startswith(self._begins) and await self._is_here(row.old.number):
            here = Text("本系统已有这个编号的案卷", "a case of this number is kept here already")
            raise BadCell(self.importer.number_column, row.old.number, here)
        steps = row.old.steps(unit, await self._named(row) if self.importer.refers else {})
        content = self._content_id(row)
        if len(steps) == 1:
            return [self._asked(row, steps[0], self._command_id(OPENING, row), content)]
        return [
            self._asked(row, step, content if place == 1 else self._command_id(step.name, row))
            for place, step in enumerate(steps)
        ]

    async def _is_here(self, number: str) -> bool:
        """Whether a case of that number was here before this import: a register that was exported is no old list."""
        case = case_id(self.kind, number)
        return case not in self._opened and await self.engine.stores.cases.load(case) is not None

    async def _named(self, row: _Row) -> dict[str, str]:
        """The ids of the cases that the row names, by column, those that are found."""
        found = {}
        for column, kind in self.importer.refers.items():
            if not (number := row.cells[column]):
                continue
            cases = self.runtime.engine(kind.service).stores.cases
            record = await cases.command(f"import:{kind.name}:{OPENING}:{number}")
            head = await cases.load(record.case if record else case_id(kind, number))
            if head is not None and head.kind == kind.name:
                found[column] = head.id
        return found

    def accept(self, row: _Row, verdict: Verdict, *, new: bool) -> None:
        """Counts a row that is in the store, from now on or already."""
        self.imported += new
        self.skipped += not new
        key = (row.old.category, verdict)
        self.verdicts[key] = self.verdicts.get(key, 0) + 1
        self._advance()

    def refuse(self, row: _Row, problem: BadCell | RuleBroken | BadField | KeyReused) -> None:
        """Counts a row that cannot be taken, at the column at fault."""
        match problem:
            case BadCell():
                self._reject(row.line, problem)
            case KeyReused():
                self._reject(row.line, self.other_content(row))
            case _:
                column = self._column_of(problem)
                value = row.cells[column]
                sealed = any(one.sealed and one.title == column for one in self.importer.columns)
                self._reject(row.line, BadCell(column, length_of(value) if sealed else value, problem.message))

    def _column_of(self, problem: RuleBroken | BadField) -> str:
        """The column at fault: that of the rule, that of the field, or the row's number."""
        keys = (problem.code if isinstance(problem, RuleBroken) else None, problem.field)
        columns = self.importer.column_of
        return next((columns[key] for key in keys if key is not None and key in columns), self.importer.number_column)

    def other_content(self, row: _Row) -> BadCell:
        """Why a number that is known with another content is refused."""
        return BadCell(
            self.importer.number_column,
            row.old.number,
            Text("该编号已导入，但内容不同", "this number was imported before with another content"),
        )

    async def _take(self, row: _Row) -> None:
        cases = self.engine.stores.cases
        known = await cases.command(self._command_id(OPENING, row))
        if known is None:
            try:
                asked = await self.asked(row)
                # Rows that stem from one case come in one after the other, so that each finds the one before.
                async with self._parents.setdefault(_parent(asked[0].command) or row.old.number, asyncio.Lock()):
                    outcome = await self.engine.execute(self.kind, None, asked)
            except (BadCell, RuleBroken, BadField, KeyReused) as problem:
                self.refuse(row, problem)
                return
            if not outcome.replayed:
                self._opened.add(outcome.case)
                self.accept(row, _answer_verdict(outcome.answer, self.importer.clock), new=True)
                return
        if await cases.command(self._content_id(row)) is None:
            self.refuse(row, self.other_content(row))
            return
        self.accept(row, await self.stored_verdict(row), new=False)

    async def stored_verdict(self, row: _Row) -> Verdict:
        """The verdict on the clock of a case imported before, as it stands today."""
        record = await self.engine.stores.cases.command(self._command_id(OPENING, row))
        head = await self.engine.stores.cases.load(record.case) if record else None
        if head is None:
            raise LookupError(row.old.number)
        state = await self.engine.state(head)
        return _verdict(self.kind, state, self.importer.clock, self.now, self.runtime)

    async def is_stored(self, row: _Row) -> Literal["same", "other"] | None:
        """Whether the number was imported before, and with which content."""
        cases = self.engine.stores.cases
        if await cases.command(self._command_id(OPENING, row)) is None:
            return None
        return "other" if await cases.command(self._content_id(row)) is None else "same"

    def _asked(self, row: _Row, step: Step, command_id: str, *also: str) -> Asked:
        return Asked(step.command, self.actor, command_id, step.happened, origin="import", also=also)

    def _command_id(self, step: str, row: _Row) -> str:
        return f"import:{self.kind.name}:{step}:{row.old.number}"

    def _content_id(self, row: _Row) -> str:
        return f"import:{self.kind.name}:content:{row.content}:{row.old.number}"

    def _unit(self, old: OldCase) -> str:
        if not old.unit:
            return OFFICE
        day = local_date(old.opened)
        found = self._find(old.unit, day)
        column = self.importer.unit_column or self.importer.number_column
        if found is None:
            raise BadCell(column, old.unit, Text("单位名录中没有这个单位", "the directory knows no such unit"))
        if not found.exists_on(day):
            span = f"{found.since}–{found.until or ''}"
            raise BadCell(
                column,
                old.unit,
                Text(f"该单位在 {day} 不存在（存续：{span}）", f"the unit did not exist on {day} (it did {span})"),
            )
        return found.id

    async def _create(self, unit: Department, since: date) -> None:
        name = unit.names[0].value
        create = department.Create(id=unit.id, name=name, group="other", since=since)
        asked = Asked(create, self.actor, f"import:department:{name}", start_of(since), origin="import")
        await self.runtime.engine("assessment").execute(department.KIND, None, [asked])

    def _note_unknown(self, unit: str, day: date) -> None:
        if unit and self._find(unit, day) is None:
            self.unknown[unit] = None

    def _find(self, name: str, day: date) -> Department | None:
        """As ``Directory.find``; a name that only one unit ever bore needs no search on each day."""
        if not self._bearers:
            for unit in self.directory.departments.values():
                for known in {unit.id, *unit.aliases, *(dated.value for dated in unit.names)}:
                    self._bearers.setdefault(known, []).append(unit)
        bearers = self._bearers.get(name, [])
        return self.directory.find(name, day) if len(bearers) > 1 else bearers[0] if bearers else None

    def _reject(self, line: int, bad: BadCell) -> None:
        self.rejected.append(_Rejected(line, bad.column, bad.value, bad.reason))
        self._advance()

    def _advance(self) -> None:
        self.done += 1
        self.progress(self.done, self.total)

    def _counts(self, category: str) -> dict[str, int]:
        return {verdict: self.verdicts.get((category, verdict), 0) for verdict in ("on_time", "overdue", "open")}


class _Rehearsal:
    """Decides rows in memory: the same refusals and verdicts as an import, and nothing written."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._seen: dict[str, tuple[str, Verdict]] = {}
        self._opened: dict[str, CaseView] = {}
        self._children: dict[str, list[CaseView]] = {}

    async def take(self, row: _Row) -> None:
        """One row."""
        run = self._run
        before = self._seen.get(row.old.number)
        stored = await run.is_stored(row)
        if stored == "other" or (before is not None and before[0] != row.content):
            run.refuse(row, run.other_content(row))
        elif stored == "same":
            run.accept(row, await run.stored_verdict(row), new=False)
        elif before is not None:
            run.accept(row, before[1], new=False)
        else:
            try:
                verdict = await self._decide(await run.asked(row))
            except (BadCell, RuleBroken, BadField) as problem:
                run.refuse(row, problem)
                return
            self._seen[row.old.number] = (row.content, verdict)
            run.accept(row, verdict, new=True)

    async def _decide(self, asked: Sequence[Asked]) -> Verdict:
        run, reference = self._run, self._run.runtime.reference
        opening = asked[0].command
        case = run.kind.id_of(opening) if run.kind.id_of else f"dry-run-{len(self._opened) + 1}"
        stored = await run.engine.stores.cases.load(case)
        needed = await run.engine.needed(run.kind, asked)
        parent, needs = _parent(opening), type(opening).command_needs
        siblings = self._children.setdefault(parent, []) if parent else []
        named = [self._opened[other] for other in (needs(opening) if needs else ()) if other in self._opened]
        batch = Batch(
            run.kind,
            CaseFile(case, 0),
            now=run.now,
            calendar=reference.calendar,
            directory=run.directory,
            settings=reference.settings,
            cases={**needed, **{view.id: view for view in (*named, *siblings)}},
        )
        for one in asked:
            refs = {name: f"v:{name}" for name in vault_fields(type(one.command)) if getattr(one.command, name)}
            batch.give(Given(one.command.model_copy(update=refs), run.actor, one.happened or run.now, "import"))
            if one is asked[0] and (stored is not None or case in self._opened):
                raise exists_already(run.kind, case)
        batch.settle(run.now)
        self._opened[case] = CaseView(case, run.kind.name, 1, batch.state)
        siblings.append(self._opened[case])
        return _verdict(run.kind, batch.state, run.importer.clock, run.now, run.runtime)


def _parent(opening: Command) -> str | None:
    """The case among whose others of the kind the opening of one looks."""
    beside = type(opening).command_beside
    return beside(opening) if beside else None


def _verdict(kind: CaseKind[Any], state: Any, clock: str | None, now: datetime, runtime: Runtime) -> Verdict:
    """How the clock stands once every clock due by now has been run."""
    state, _ = run_clocks(kind, state, now, runtime.reference.calendar)
    ended = next((c.ended for c in kind.clocks(state) if c.id == clock), None)
    return "on_time" if ended == "met" else "overdue" if ended == "missed" else "open"


def _answer_verdict(answer: Mapping[str, Any], clock: str | None) -> Verdict:
    met = next((row["met"] for row in answer["deadlines"] if row["clock"] == clock), None)
    return "open" if met is None else "on_time" if met else "overdue"


async def _each(rows: Iterable[_Row], take: Callable[[_Row], Awaitable[None]], at_once: int) -> None:
    """Takes all rows, ``at_once`` of them together, so that they share commits; the first failure ends it."""
    waiting = iter(rows)

    async def work() -> None:
        for row in waiting:
            await take(row)

    workers = [asyncio.ensure_future(work()) for _ in range(at_once)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


def _text(mapping: bytes) -> str:
    try:
        return mapping.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ListProblem("对照文件不是 UTF-8 文本", "the mapping file is no UTF-8 text", "mapping") from problem


def _read(file: Path, which: Literal["file", "mapping"]) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise ListProblem(f"文件超过 {LARGEST >> 20} MB：{file}", f"larger than {LARGEST >> 20} MB: {file}", which)
        return file.read_bytes()
    except OSError as problem:
        raise ListProblem(f"读不到文件：{file}", f"the file cannot be read: {file}", which) from problem


def _unheard(done: int, total: int) -> None:
    """Nobody listens."""
