"""The questions that command line and HTTP ask alike, each answered by one JSON document of the outside contract."""

import difflib
import hashlib
import heapq
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from services.assessment import calendar as calendar_kind
from services.assessment.annual_report import ReportQuestion, differences, value_at
from services.assessment.annual_report_case import KIND as annual_report_kind
from services.assessment.annual_report_case import report_id
from services.assessment.annual_report_events import ReportFrozen
from services.assessment.annual_report_prose import with_prose
from services.assessment.annual_report_rules import SECTIONS
from services.assessment.annual_report_state import AnnualReport
from services.assessment.assessor import Assessor, Question, full_type, known_on
from services.assessment.facts import TOPICS as FACT_TOPICS
from services.assessment.period import Quarter, QuarterProblem
from services.assessment.plan_reader import check_plan
from services.assessment.plan_schema import plan_schema
from services.declared import SERVICES
from services.runtime import Runtime, distinct
from services.verifying import verify_all
from shared.contracts import newest, released
from shared.documents.print_view import print_view
from shared.documents.word import word
from shared.domain.deadline import Amount, Clock, Extend, Operation, Suspend, due, explain, operations_text
from shared.domain.directory import SYSTEM, Actor
from shared.domain.kind import BadField, Command, Recorded, RuleBroken
from shared.domain.localtime import DateProblem, local_date, moment_text, read_date, read_moment
from shared.domain.notice import read_notice
from shared.domain.text import Text
from shared.domain.workdays import Calendar, Notice
from shared.engine.deadlines import deadlines
from shared.engine.execute import Asked, NotFound
from shared.engine.history import effective, fold
from shared.engine.letters import letters_of
from shared.engine.policy import REFUSED
from shared.eventlog.envelope import NotAnEvent, decode, happened, read_type, short_type
from shared.eventlog.port import TOPICS, Logged
from shared.eventlog.scan import scan
from shared.security.audit import Detail
from shared.storage.sqlite import open_stores
from shared.web.letters import letter_view
from shared.web.problems import sentence
from shared.web.views import why_case

FACT_NAMES = (
    "id",
    "type",
    "department",
    "case",
    "happened",
    "happened_at",
    "recorded",
    "digest",
    "restricted",
    "voided_on",
    "fields",
)
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_NEAR = 3
CLI_RULE = Text("命令行计算", "asked on the command line")
NOT_FOUND = Text("没有这个案卷：{case}", "no such case: {case}")


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events of the log are wanted. ``since`` and ``until`` are local days on which they happened."""

    service: str | None = None
    type: str | None = None
    department: str | None = None
    since: date | None = None
    until: date | None = None
    case: str | None = None

    def check(self) -> None:
        """Raises ``BadField`` for a service or type that there is none of, naming the nearest or all."""
        services = [service.name for service in SERVICES]
        if self.service is not None and self.service not in services:
            raise BadField("service", _nothing_called(Text("服务", "service"), self.service, services))
        if self.type is not None and self.type not in newest() and self.type not in released():
            mine = [t for t in newest() if self.service is None or t.startswith(f"{self.service}.")]
            raise BadField("type", _nothing_called(Text("事件类型", "event type"), self.type, mine))

    def takes(self, event: Mapping[str, Any]) -> bool:
        """Whether the event is wanted."""
        day = local_date(happened(event))
        return (
            (self.service is None or read_type(event["type"])[0] == self.service)
            and (self.type is None or self.type in (event["type"], short_type(event["type"])))
            and (self.department is None or event["data"].get("department") == self.department)
            and (self.case is None or event["subject"] == self.case)
            and (self.since is None or day >= self.since)
            and (self.until is None or day <= self.until)
        )


class Desk:
    """Answers from a runtime that has the desk's stores and opens the files of all services."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.assessor = Assessor(
            runtime.stores.facts,
            runtime.stores.positions,
            lambda: runtime.reference,
            runtime.clock,
            runtime.swept_through,
        )

    # -- scores ----------------------------------------------------------------------------------------------------

    async def rank(self, question: Question) -> dict[str, Any]:
        """``gongkai rank``."""
        return await self.assessor.ranking(question)

    async def explain(self, question: Question, department: str, indicator: str | None) -> dict[str, Any]:
        """``gongkai explain``, everything shown."""
        return await self.assessor.explain(question, department, indicator)

    async def annual_report(
        self,
        year: int,
        department: str | None = None,
        as_of: str | None = None,
        edition: int | None = None,
        *,
        may_read: Callable[[str | None], bool] = lambda _: True,
    ) -> dict[str, Any]:
        """``gongkai report annual``: as recorded by the end of the day ``as_of``, or as frozen in ``edition``.

        ``editions`` are those that were frozen; a frozen one has what ``changed`` since. ``may_read`` says of whose report
        the viewer may read the words before they are frozen. Raises ``Unanswerable``, ``BadField``.
        """
        state, history = await self._annual_case(year, department)
        frozen = [one.event for one in history if isinstance(one.event, ReportFrozen)]
        editions = [
            {
                "edition": one.edition,
                "cut_off": one.cut_off,
                "digest": one.digest,
                "published": one.edition == state.published,
            }
            for one in frozen
        ]
        if edition is None:
            cut_off = _argument("as_of", read_date, as_of) if as_of else None
            document = await self.assessor.annual(year, department, cut_off)
            if cut_off is not None:
                until = datetime.fromisoformat(document["cut_off"])
                state = _as_known(history, until)
            shown = may_read(document["department"])
            prose = {name: getattr(state, name) if shown else None for name in SECTIONS}
            return {**with_prose(document, prose), "edition": None, "editions": editions}
        if as_of is not None:
            own = Text("定稿自有截止时刻，不可并用", "an edition has its own cut-off; give one of the two")
            raise BadField("as_of", own)
        content = next((orjson.loads(one.content) for one in frozen if one.edition == edition), None)
        if content is None:
            there = "、".join(str(one.edition) for one in frozen) or "无"
            none = Text(f"没有第 {edition} 次定稿，现有：{there}", f"no edition {edition}; there are: {there}")
            raise BadField("edition", none)
        changed = differences(content, await self.assessor.annual(year, department, None))
        return {**content, "cases": None, "editions": editions, "changed": changed}

    async def annual_cell(
        self, year: int, department: str | None, as_of: str | None, edition: int | None, cell: str
    ) -> dict[str, Any]:
        """``gongkai report annual --cell``: what a cell says and the events behind it. Raises ``Unanswerable``, ``BadField``."""
        document = await self.annual_report(year, department, as_of, edition)
        question = ReportQuestion(year, document["department"])
        told = await self.assessor.behind(question, cell, datetime.fromisoformat(document["cut_off"]))
        return {
            **{name: document[name] for name in ("year", "department", "name", "cut_off", "edition")},
            "cell": cell,
            "value": value_at(document, cell),
            "not_entered": document["not_entered"].get(cell, []),
            "events": [
                {
                    "case": one.case,
                    "event": one.event,
                    "type": full_type(one.type),
                    "department": one.department,
                    "happened": one.happened.isoformat(),
                }
                for one in told
            ],
        }

    async def count(self, question: ReportQuestion) -> dict[str, Any]:
        """What a report is frozen with: its numbers now, and how much that was recorded is not in them yet."""
        waiting = await self.runtime.lag()
        for service in self.runtime.services.values():
            unsent, _ = await service.stores.cases.figures(service.name, self.runtime.today.isoformat())
            waiting += unsent
        return {**await self.assessor.counted(question), "behind": waiting}

    async def _annual_case(self, year: int, department: str | None) -> tuple[AnnualReport, list[Recorded]]:
        """The file of a report as it stands, and what was recorded in it."""
        case = report_id(year, self.assessor.unit(department))
        engine = self.runtime.engine("assessment")
        head = await engine.stores.cases.load(case)
        if head is None:
            return AnnualReport(), []
        return await engine.state(head), await engine.history(annual_report_kind, case)

    async def replay(self, question: Question, records: AsyncIterator[list[Logged]] | None = None) -> dict[str, Any]:
        """``gongkai replay``: fresh facts from the log's start, or from ``records``, scored and compared with the live result."""
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            database, stores = open_stores(Path(folder) / "replay.db", durable=False)
            try:
                projector = self.runtime.projector(stores.facts, stores.positions)
                async for some in records or self._records(FACT_TOPICS):
                    await projector.take(some)
                assessor = Assessor(
                    stores.facts,
                    stores.positions,
                    lambda: self.runtime.reference,
                    self.runtime.clock,
                    self.runtime.swept_through,
                )
                document = await assessor.ranking(question)
                events = await stores.facts.count()
                digest = await facts_digest(stores.facts.digests())
            finally:
                await database.close()
        live = await self.assessor.ranking(question)
        equal = document["result_digest"] == live["result_digest"] and _scored(document) == _scored(live)
        return {
            "events": events,
            "digest": digest,
            "seconds": round(time.monotonic() - began, 3),
            "quarter": document["quarter"],
            "ranking": document["ranking"],
            "result_digest": document["result_digest"],
            "equal": equal and digest == await facts_digest(self.runtime.stores.facts.digests()),
        }

    # -- cases -----------------------------------------------------------------------------------------------------

    async def case_show(self, case: str) -> dict[str, Any]:
        """``gongkai case show``. Raises ``NotFound``."""
        head = await self.runtime.files.load(case)
        if head is None:
            raise NotFound(case)
        engine = self.runtime.engine(head.service)
        kind = engine.kind_of(head)
        stored = await engine.stores.cases.events(case)
        history = await engine.history(kind, case)
        events = []
        for record, raw in zip(history, stored, strict=True):
            body = decode(raw.body)
            events.append(
                {
                    "sequence": record.stamp.sequence,
                    "id": record.stamp.id,
                    "type": body["type"],
                    "title": record.event.event_title.zh,
                    "title_en": record.event.event_title.en,
                    "happened": body["time"],
                    "recorded": body["recordedtime"],
                    "actor": record.stamp.actor,
                    "data": body["data"],
                    "digest": raw.digest,
                }
            )
        state = await engine.state(head)
        titles = {clock.id: clock.title.en for clock in kind.clocks(state)}
        rows = deadlines(kind, state, self.runtime.reference.calendar, history)
        status = kind.statuses.get(head.status, Text(head.status, head.status))
        return {
            "id": case,
            "service": head.service,
            "kind": head.kind,
            "kind_title": kind.title.zh,
            "kind_title_en": kind.title.en,
            "department": head.department,
            "name": self.runtime.reference.directory.name(head.department, self.runtime.today),
            "status": head.status,
            "status_title": status.zh,
            "status_title_en": status.en,
            "version": head.version,
            "events": events,
            "deadlines": [row | {"title_en": titles[row["clock"]]} for row in rows],
        }

    async def case_why(self, case: str, rule: str | None) -> dict[str, Any]:
        """``gongkai case why``: the days of one clock; where none is named, of the one due first, else the main one.

        Raises ``NotFound``, ``BadField``.
        """
        head = await self.runtime.files.load(case)
        if head is None:
            raise NotFound(case)
        engine = self.runtime.engine(head.service)
        kind = engine.kind_of(head)
        clocks = kind.clocks(await engine.state(head))
        found = why_case(case, clocks, rule, self.runtime.reference.calendar)
        if found is None:
            there = "、".join(f"{c.id}（{c.rule}）" for c in clocks) or "无"
            raise BadField("rule", Text(f"本案没有期限“{rule}”，现有：{there}", f"no clock {rule}; there are: {there}"))
        return found

    async def case_letters(self, case: str, *, whole: bool) -> tuple[dict[str, Any], dict[str, bytes]]:
        """``gongkai case letters``: their list, and by file name each as Word and as a page where ``whole``. Raises ``NotFound``.

        What is read out of the vault for it is noted in the audit trail.
        """
        head = await self.runtime.files.load(case)
        if head is None:
            raise NotFound(case)
        engine = self.runtime.engine(head.service)
        kind = engine.kind_of(head)
        directory = self.runtime.reference.directory
        issued = letters_of(kind, case, head.number, await engine.history(kind, case), directory)
        refs = {name: ref for one in issued for name, ref in one.drawn.references.items()}
        plain: Mapping[str, str | None] = {}
        if refs:
            detail: Mapping[str, Detail] = {"kind": kind.name, "fields": sorted(refs), "count": len(set(refs.values()))}
            await self.runtime.audit.record(SYSTEM, "vault_read", case, detail=detail)
            plain = await engine.sealer.read([ref for one in issued for ref in one.drawn.references.values()])
        files: dict[str, bytes] = {}
        for one in issued if whole else ():
            letter = one.drawn.letter(plain, one.record.stamp.recorded)
            files[f"{letter.number}.docx"] = word(letter)
            files[f"{letter.number}.html"] = print_view(letter).encode()
        items = [letter_view(head.service, one, one.drawn.addressee(plain)) for one in issued]
        return {"case": case, "items": items}, files

    async def events(self, wanted: EventFilter) -> AsyncIterator[dict[str, Any]]:
        """``gongkai events cat``: the log, oldest recorded first, each event once.

        The events of a case always are in one partition, in order.
        """
        log = self.runtime.eventlog
        streams = [self._events_of(topic, each) for topic in TOPICS for each in range(await log.partitions(topic))]
        heap: list[tuple[str, int, dict[str, Any]]] = []
        for place, stream in enumerate(streams):
            if (first := await anext(stream, None)) is not None:
                heapq.heappush(heap, (first["recordedtime"], place, first))
        seen: set[str] = set()
        while heap:
            _, place, event = heapq.heappop(heap)
            if (following := await anext(streams[place], None)) is not None:
                heapq.heappush(heap, (following["recordedtime"], place, following))
            if event["id"] not in seen:
                seen.add(event["id"])
                if wanted.takes(event):
                    yield event

    async def _events_of(self, topic: str, partition: int) -> AsyncIterator[dict[str, Any]]:
        async for records in scan(self.runtime.eventlog, topic, partition):
            for record in records:
                event = readable(record)
                if event is not None:
                    yield event

    async def _records(self, topics: Sequence[str]) -> AsyncIterator[list[Logged]]:
        """Every record of the topics, in pieces of one partition each."""
        for topic in topics:
            for partition in range(await self.runtime.eventlog.partitions(topic)):
                async for records in scan(self.runtime.eventlog, topic, partition):
                    yield records

    async def facts(
        self,
        quarter: str | None,
        type_: str | None,
        department: str | None,
        limit: int,
        after: str | None,
        may_read: Callable[[str], Awaitable[bool]],
    ) -> dict[str, Any]:
        """``GET /facts``: the facts of a quarter in the order of their ids, page by page."""
        which = read_quarter(quarter) if quarter else quarter_of(self.runtime.today)
        types = [type_] if type_ else sorted(newest())
        unit = None
        if department is not None:
            found = self.runtime.reference.directory.find(department, self.runtime.today)
            if found is None:
                raise BadField("department", Text(f"没有这个单位：{department}", f"no such department: {department}"))
            unit = found.id
        rows = await self.runtime.stores.facts.rows(types, which.first_day.isoformat(), which.last_day.isoformat())
        facts: list[dict[str, Any]] = []
        for row in sorted(rows):
            if (
                (after is not None and row[0] <= after)
                or (unit is not None and row[2] != unit)
                or not await may_read(row[3])
            ):
                continue
            if len(facts) == limit:
                return {"quarter": str(which), "facts": facts, "next": facts[-1]["id"]}
            facts.append(
                dict(zip(FACT_NAMES, row, strict=True))
                | {"type": full_type(row[1]), "restricted": bool(row[8]), "fields": orjson.loads(row[10])}
            )
        return {"quarter": str(which), "facts": facts, "next": None}

    async def refusals(self) -> list[dict[str, Any]]:
        """Commands of policies that a rule refused."""
        notes = distinct(service.stores.notes for service in self.runtime.services.values())
        return [orjson.loads(body) for store in notes for _, body in await store.notes(REFUSED)]

    # -- calendar --------------------------------------------------------------------------------------------------

    def calendar_due(
        self,
        start: str,
        amount: str,
        *,
        explained: bool = False,
        suspend: tuple[str, ...] = (),
        extend: str | None = None,
    ) -> dict[str, Any]:
        """``gongkai calendar due``. Raises ``BadField`` naming the argument."""
        length = _argument("amount", Amount.parse, amount)
        operations: list[Operation] = []
        for span in suspend:
            after, dots, through = span.partition("..")
            if not dots:
                raise BadField(
                    "suspend", Text(f"中止应写作 起..止：{span}", f"a suspension is written FROM..TO: {span}")
                )
            operations.append(
                _argument(
                    "suspend",
                    lambda s: Suspend(read_date(s[0]), read_date(s[1]), Text("中止", "suspended")),
                    (after, through),
                )
            )
        if extend is not None:
            more = _argument("extend", Amount.parse, extend)
            if more.unit != length.unit:
                raise BadField("extend", Text("延长的单位须与期限相同", "an extension has the unit of the deadline"))
            operations.append(Extend(more.value, Text("延长", "extended")))
        begins: date | datetime = (
            _argument("start", read_moment, start)
            if length.unit == "h"
            else local_date(_argument("start", read_moment, start))
        )
        clock = Clock("asked", "cli", CLI_RULE, CLI_RULE, begins, length.value, length.unit, tuple(operations))
        document: dict[str, Any] = _argument("start", lambda c: _counted(c, self.runtime.reference.calendar), clock)
        return document if explained else document | {"days": []}

    def calendar_show(self, year: int) -> dict[str, Any]:
        """``gongkai calendar show``."""
        calendar = self.runtime.reference.calendar
        notice = calendar.notice(year)
        known = calendar.known(year)
        return {
            "year": year,
            "known": known,
            "notice": notice.notice if notice else None,
            "version": calendar.version,
            "working_days": calendar.working_days_in_year(year),
            "quarters": list(calendar.working_days_by_quarter(year)),
            "holidays": [d.isoformat() for d in calendar.holidays(year)],
            "makeup_workdays": [d.isoformat() for d in calendar.makeup_workdays(year)],
            "amendments": [_amendment(notice) for notice in calendar.amendments(year)],
        }

    async def calendar_enter(self, content: bytes, *, amend: bool, actor: Actor = SYSTEM) -> dict[str, Any]:
        """``gongkai calendar publish|amend``: enters a notice and settles every file under it.

        The year as ``calendar_show`` has it, and ``changed``: each day that is another than before. Raises ``BadField``,
        ``RuleBroken``.
        """
        try:
            data = orjson.loads(content)
            if not isinstance(data, dict):
                raise BadField("file", Text("应是一个 JSON 对象", "a JSON object is wanted"))
            notice = read_notice(data)
        except orjson.JSONDecodeError as problem:
            raise BadField("file", Text(f"不是 JSON：{problem}", f"not JSON: {problem}")) from problem
        except DateProblem as problem:
            raise BadField("file", problem.text) from problem
        fields: dict[str, Any] = {
            "notice": notice.notice,
            "published": notice.published,
            "holidays": tuple(sorted(notice.holidays)),
            "makeup_workdays": tuple(sorted(notice.makeup_workdays)),
        }
        engine = self.runtime.engine("assessment")
        digest = f"calendar-file:{hashlib.sha256(content).hexdigest()}:{'amend' if amend else 'publish'}"
        command: Command
        case: str | None
        try:
            if amend:
                command = calendar_kind.Amend(**fields, removed=tuple(sorted(notice.removed)), local=notice.local)
                case = f"calendar-{notice.year}"
            else:
                command = calendar_kind.Publish(year=notice.year, **fields)
                case = None
        except ValidationError as problem:
            found = problem.errors(include_url=False, include_input=False)[0]
            raise BadField(str(found["loc"][0]), sentence(found["type"], found.get("ctx") or {})) from problem
        if case is not None and await self.runtime.stores.cases.load(case) is None:
            raise BadField(
                "year",
                Text(
                    f"{notice.year} 年尚无放假通知，请先 publish", f"{notice.year} has no notice yet; publish it first"
                ),
            )
        before = self.runtime.reference.calendar
        try:
            await engine.execute(engine.kind("calendar"), case, [Asked(command, actor, digest)])
        except RuleBroken as broken:
            raise _published_already(before, notice.year) if broken.code == "case.exists" else broken from broken
        await self.runtime.catch_up()
        after = self.runtime.reference.calendar
        named = notice.holidays | notice.makeup_workdays | notice.removed if amend else after.changed_since(before)
        return self.calendar_show(notice.year) | {"changed": _changed(sorted(named), before, after)}

    # -- plans -----------------------------------------------------------------------------------------------------

    def plan_show(self, quarter: str | None = None) -> dict[str, Any]:
        """``gongkai plan show``: the plan in force for a quarter (now), with its text."""
        wanted = str(read_quarter(quarter) if quarter else quarter_of(self.runtime.today))
        adopted = self.runtime.reference.plan_for(wanted)
        if adopted is None:
            raise BadField("quarter", Text("尚未通过任何考核方案", "no plan has been adopted"))
        plan, in_force = adopted
        return {
            "id": plan.id,
            "digest": plan.digest,
            "from": plan.from_quarter,
            "to": plan.to_quarter,
            "in_force": in_force,
            "text": plan.text,
        }

    # -- the whole -------------------------------------------------------------------------------------------------

    async def verify(self) -> dict[str, Any]:
        """``gongkai verify``."""
        return await verify_all(self.runtime)


def _as_known(history: Sequence[Recorded], until: datetime) -> AnnualReport:
    """The file of a report as it was recorded by then."""
    state: AnnualReport = fold(annual_report_kind, effective([one for one in history if one.stamp.recorded <= until]))
    return state


def annual_file(suffix: str, document: Mapping[str, Any]) -> bytes:
    """The annual report as ``.xlsx`` or ``.docx`` in the official layout; the same edition gives the same bytes."""
    # Reading and writing office files takes longer to load than most questions take to answer.
    if suffix == ".xlsx":
        from services.assessment.annual_report_xlsx import xlsx

        return xlsx(document)
    from services.assessment.annual_report_docx import docx

    return docx(document)


def plan_check(text: str, language: str) -> dict[str, Any]:
    """``gongkai plan check``."""
    check = check_plan(text, newest())
    return {
        "id": check.id,
        "digest": check.digest,
        "ok": check.ok,
        "errors": [{"line": e.line, "path": e.path, "reason": e.reason.in_(language)} for e in check.errors],
        "examples": [{"name": e.name, "expected": dict(e.expected), "got": dict(e.got)} for e in check.examples],
    }


def schema_of_plans() -> dict[str, Any]:
    """``gongkai plan schema``."""
    return dict(plan_schema())


def question_of(
    quarter: str,
    *,
    group: str | None = None,
    table: str = "openness",
    as_of: str | None = None,
    known: str | None = None,
    plan: str | None = None,
) -> Question:
    """A question from typed text. Raises ``BadField`` naming the option."""
    return Question(
        read_quarter(quarter),
        group,
        table,
        _argument("as_of", read_date, as_of) if as_of else None,
        _argument("known_on", known_on, known) if known else None,
        plan,
    )


def read_quarter(text: str) -> Quarter:
    """A quarter as typed, of a year that the calendar reaches. Raises ``BadField``."""
    try:
        found = Quarter.parse(text)
    except QuarterProblem as problem:
        raise BadField("quarter", problem.text) from problem
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BadField(
            "quarter",
            Text(
                f"“{text}”超出范围：年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间",
                f"{text} is out of reach: a year from {FIRST_YEAR} to {LAST_YEAR}",
            ),
        )
    return found


def quarter_of(day: date) -> Quarter:
    """The quarter in which a day lies."""
    return Quarter(day.year, (day.month + 2) // 3)


def _nothing_called(what: Text, given: str, known: Sequence[str]) -> Text:
    """That there is nothing of this name, with the names that it may have meant, else all of them."""
    said = Text(f"没有{what.zh}“{given}”", f"no {what.en} {given}")
    endings: dict[str, list[str]] = {}
    for name in known:
        endings.setdefault(name.rpartition(".")[2].lower(), []).append(name)
    by_case = {name.lower(): name for name in known}
    near_names = [by_case[name] for name in difflib.get_close_matches(given.lower(), list(by_case), MOST_NEAR)]
    for ending in difflib.get_close_matches(given.rpartition(".")[2].lower(), list(endings), MOST_NEAR):
        near_names += [name for name in endings[ending] if name not in near_names]
    if near_names:
        return Text(
            f"{said.zh}；是否想用 {'、'.join(near_names[:MOST_NEAR])}？",
            f"{said.en}; did you mean {', '.join(near_names[:MOST_NEAR])}?",
        )
    return Text(f"{said.zh}，现有：{'、'.join(known)}", f"{said.en}; there are: {', '.join(known)}")


def readable(record: Logged) -> dict[str, Any] | None:
    """The event of a record; None for one that cannot be read (it is parked where it matters)."""
    try:
        return decode(record.value)
    except NotAnEvent:
        return None


async def facts_digest(digests: AsyncIterator[tuple[str, str]]) -> str:
    """SHA-256 over the sorted (event id, digest) lines."""
    hasher = hashlib.sha256()
    async for event, digest in digests:
        hasher.update(f"{event} {digest}\n".encode())
    return hasher.hexdigest()


def _amendment(notice: Notice) -> dict[str, Any]:
    return {
        "notice": notice.notice,
        "published": notice.published.isoformat() if notice.published else None,
        "local": notice.local,
        "holidays": [day.isoformat() for day in sorted(notice.holidays)],
        "makeup_workdays": [day.isoformat() for day in sorted(notice.makeup_workdays)],
        "removed": [day.isoformat() for day in sorted(notice.removed)],
    }


def _changed(days: Sequence[date], before: Calendar, after: Calendar) -> list[dict[str, Any]]:
    """The days that one calendar takes for something else than the other, in order."""
    found = []
    for day in days:
        was, now = before.day(day), after.day(day)
        if was != now:
            found.append(
                {
                    "date": day.isoformat(),
                    "worked": now.worked,
                    "before": was.reason.zh,
                    "before_en": was.reason.en,
                    "after": now.reason.zh,
                    "after_en": now.reason.en,
                }
            )
    return found


def _published_already(calendar: Calendar, year: int) -> RuleBroken:
    notice = calendar.notice(year)
    number = f"（{notice.notice}）" if notice and notice.notice else ""
    return RuleBroken(
        "calendar.already_published",
        Text(
            f"{year} 年的放假通知已登记{number}；年中变动请用 calendar amend 登记",
            f"the notice of {year} is in already{number}; enter a change with calendar amend",
        ),
        calendar_kind.BASIS,
        "year",
    )


def _counted(clock: Clock, calendar: Calendar) -> dict[str, Any]:
    when = due(clock, calendar)
    start = moment_text(clock.start) if isinstance(clock.start, datetime) else clock.start.isoformat()
    return {
        "start": start,
        "amount": str(Amount(clock.amount, clock.unit)),
        "operations": operations_text(clock),
        "due": (moment_text(when.at) if when.at else when.on.isoformat()) if when else None,
        "status": when.status if when else "suspended",
        "earliest_possible": when.earliest_possible.isoformat() if when else None,
        "calendar_version": calendar.version,
        "days": [
            {"date": d.date.isoformat(), "counted": d.counted, "reason": d.reason.zh, "reason_en": d.reason.en}
            for d in explain(clock, calendar)
        ],
    }


def _argument(name: str, read: Any, value: Any) -> Any:
    try:
        return read(value)
    except DateProblem as problem:
        raise BadField(name, problem.text) from problem


def _scored(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a ranking without what was parked: a fresh reading knows of none that somebody has dismissed."""
    return [{name: value for name, value in row.items() if name != "parked"} for row in document["ranking"]]
