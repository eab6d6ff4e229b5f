"""A kind's register (登记簿) as a workbook: every case a person may see that the filters let through, page by page."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.domain.deadline import due
from shared.domain.directory import Actor
from shared.domain.kind import BadField, CaseKind, Summary
from shared.domain.localtime import SHANGHAI, local_date
from shared.domain.text import Text
from shared.engine.execute import Engine, NotReady
from shared.engine.reference import Reference
from shared.exports.sheet import Cell, Heading, ListBook
from shared.security.audit import Audit, Detail
from shared.security.visibility import readable_vault_fields
from shared.storage.port import CaseQuery, CaseRecord
from shared.web.shown_numbers import case_id, shown_number
from shared.web.views import Plain, is_reference

TITLE = "title"
PAGE = 200
MOST_ROWS = 50_000
YES, NO = "是", "否"
NUMBER, CASE = "编号", "案卷编号"
LOST = "（已删除）"
HIDDEN = Text(
    "标题、姓名等个人信息只在导出人有权查看处填写；受限案卷对无权者不在册",
    "personal data stands only where the person exporting may read it",
)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})")
_FILTERS = ("department", "status", "due_before", "received_from", "received_until")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which register: the store's question, visibility in it, and words looked for in number and title."""

    query: CaseQuery
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A register that was made: the workbook, and how many cases it has."""

    body: bytes
    rows: int


class RegisterRoom:
    """Makes the registers of one service. Who reads personal data is in the audit trail before they are given it."""

    def __init__(self, engine: Engine, audit: Audit) -> None:
        self._engine, self._audit = engine, audit

    async def made(self, kind: CaseKind[Any], wanted: Wanted, actor: Actor, request: str | None = None) -> Made:
        """The register. Raises ``BadField`` where it would have too many rows, ``StoreAway``, ``NotReady``."""
        reference = self._engine.reference()
        if reference is None:
            raise NotReady
        now = self._engine.now()
        page = _Page(self._engine, self._audit, kind, actor, reference, now, request)
        scope = _scope(kind, wanted, reference, now)
        made = now.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        by = "系统" if actor.system else actor.subject
        heading = Heading(title_of(kind), "　".join(scope.values()), f"导出时间 {made}", now.astimezone(SHANGHAI))
        notes = [("登记簿", heading.title), *scope.items(), ("导出时间", made), ("导出人", by), ("说明", HIDDEN.zh)]
        book = ListBook(heading, columns_of(kind), notes)
        async for heads in self._pages(wanted.query):
            for cells in await page.rows(heads, wanted.words):
                if book.rows >= MOST_ROWS:
                    raise BadField(
                        "received_from",
                        Text(
                            f"超过 {MOST_ROWS} 件，请用收件日或单位分次导出",
                            f"more than {MOST_ROWS} cases: export them in parts, by day of receipt or unit",
                        ),
                    )
                book.add(cells)
        filters = "; ".join(f"{name}={value}" for name in _FILTERS if (value := getattr(wanted.query, name)))
        detail: dict[str, Detail] = {"kind": kind.name, "format": "xlsx", "rows": book.rows, "filters": filters or None}
        await self._audit.record(actor, "export", f"{kind.service}/{kind.collection}", request=request, detail=detail)
        # Packing a long list takes a while; others are answered meanwhile.
        return Made(await asyncio.to_thread(book.finished), book.rows)

    async def _pages(self, query: CaseQuery) -> AsyncIterator[list[CaseRecord]]:
        after = query.after
        while True:
            heads, after = await self._engine.stores.cases.query(replace(query, after=after, limit=PAGE))
            yield heads
            if after is None:
                return


def title_of(kind: CaseKind[Any]) -> str:
    """What the register is called."""
    return kind.register.title.zh if kind.register.title else f"{kind.title.zh}登记簿"


def columns_of(kind: CaseKind[Any]) -> tuple[str, ...]:
    """The titles of the register's columns: those of every kind, the sealed ones, the kind's own, the case's id."""
    register = kind.register
    number, last = (NUMBER, (CASE,)) if kind.id_of is None else (CASE, ())
    standard = (number, register.subject.zh, register.department.zh, "状态", register.received.zh, "到期日")
    sealed, own = (title.zh for title in register.sealed.values()), (title.zh for title in kind.columns.values())
    return (*standard, *sealed, *own, *last)


class _Page:
    """Turns heads into rows; remembers the titles of the cases that columns name."""

    def __init__(
        self,
        engine: Engine,
        audit: Audit,
        kind: CaseKind[Any],
        actor: Actor,
        reference: Reference,
        now: datetime,
        request: str | None,
    ) -> None:
        self._engine, self._audit, self._kind, self._actor = engine, audit, kind, actor
        self._reference, self._today, self._request = reference, local_date(now), request
        self._named: dict[str, str] = {}

    async def rows(self, heads: Sequence[CaseRecord], words: str | None) -> list[list[Cell]]:
        """The rows of one page, those without the ``words`` left out."""
        states = [await self._engine.state(head) for head in heads]
        summaries = [self._kind.summary(state) for state in states]
        readable = [self._readable(head, summary) for head, summary in zip(heads, summaries, strict=True)]
        refs = [
            {name: value for name in (TITLE, *self._kind.register.sealed) if (value := _value(state, summary, name))}
            for state, summary in zip(states, summaries, strict=True)
        ]
        plain = await self._read(heads, refs, readable)
        found: list[list[Cell]] = []
        for head, summary, mine, may_read, state in zip(heads, summaries, refs, readable, states, strict=True):
            title = _shown(mine.get(TITLE), TITLE in may_read, plain)
            if words is not None and not self._matches(head, title, words):
                continue
            sealed = [_shown(mine.get(name), name in may_read, plain) for name in self._kind.register.sealed]
            own = [await self._cell(name, summary.columns.get(name)) for name in self._kind.columns]
            last = [head.id] if self._kind.id_of is None else []
            found.append([*self._standard(head, summary, title, state), *sealed, *own, *last])
        return found

    def _standard(self, head: CaseRecord, summary: Summary, title: str | None, state: Any) -> list[Cell]:
        status = self._kind.statuses.get(summary.status)
        return [
            shown_number(self._kind, head.id) or head.id,
            title,
            self._reference.directory.name(summary.department, self._today),
            status.zh if status else summary.status,
            summary.received.isoformat() if summary.received else None,
            self._due(head, state),
        ]

    def _due(self, head: CaseRecord, state: Any) -> str | None:
        """When it falls due, or fell due: of what has ended, the last day of those clocks that ended in a verdict."""
        if head.due is not None:
            return head.due
        ended = [clock for clock in self._kind.clocks(state) if clock.ended in ("met", "missed") and not clock.watch]
        dues = [when.on for clock in ended if (when := due(clock, self._reference.calendar)) is not None]
        return max(dues).isoformat() if dues else None

    def _readable(self, head: CaseRecord, summary: Summary) -> Collection[str]:
        """Whoever holds the data itself reads everything; everybody else what the kind opens to them."""
        if self._actor.system:
            return {TITLE, *self._kind.register.sealed}
        alone = self._kind.handler_alone if summary.confidential else frozenset()
        return readable_vault_fields(self._kind, self._actor, head, handler_alone=alone)

    async def _read(
        self, heads: Sequence[CaseRecord], refs: Sequence[Mapping[str, str]], readable: Sequence[Collection[str]]
    ) -> Plain:
        wanted: list[str] = []
        fields: set[str] = set()
        cases: list[str] = []
        for head, mine, may_read in zip(heads, refs, readable, strict=True):
            read = {name: ref for name, ref in mine.items() if name in may_read and is_reference(ref)}
            if read:
                wanted += read.values()
                fields |= read.keys()
                cases.append(head.id)
        if not wanted:
            return {}
        detail: dict[str, Detail] = {
            "kind": self._kind.name,
            "fields": sorted(fields),
            "count": len(wanted),
            "cases": cases,
        }
        target = f"{self._kind.service}/{self._kind.collection}"
        await self._audit.record(self._actor, "vault_read", target, request=self._request, detail=detail)
        return await self._engine.sealer.read(wanted)

    def _matches(self, head: CaseRecord, title: str | None, words: str) -> bool:
        lowered = words.casefold()
        return (
            head.id == case_id(self._kind, words)
            or lowered in (title or "").casefold()
            or lowered in head.id.casefold()
        )

    async def _cell(self, name: str, value: str | int | bool | None) -> Cell:
        match value:
            case bool():
                return YES if value else NO
            case None | int():
                return value
        if name in self._kind.register.cases:
            return await self._case(value)
        words = self._kind.register.words.get(name)
        if words is not None:
            return "、".join(words[code].zh if code in words else code for code in value.split(","))
        if _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        return value

    async def _case(self, case: str) -> str:
        if case not in self._named:
            head = await self._engine.stores.cases.load(case)
            title = None if head is None or head.title is None or is_reference(head.title) else head.title
            self._named[case] = title or case
        return self._named[case]


def _value(state: Any, summary: Summary, name: str) -> str | None:
    return summary.title if name == TITLE else getattr(state, name, None)


def _shown(value: str | None, readable: bool, plain: Plain) -> str | None:
    """What stands in the register of a field: open words as they are, sealed ones where they may be read."""
    if value is None or not is_reference(value):
        return value
    return (plain.get(value) or LOST) if readable else None


def _scope(kind: CaseKind[Any], wanted: Wanted, reference: Reference, now: datetime) -> dict[str, str]:
    """Of whom and when the register is, as it is printed."""
    query = wanted.query
    unit = reference.directory.name(query.department, local_date(now)) if query.department else "全部可见单位"
    since, until = query.received_from or "", query.received_until or ""
    period = f"{since or '最早'} 至 {until or '今'}"
    scope = {"单位": unit, "期间": period if since or until else "全部期间"}
    if query.status:
        scope["状态"] = kind.statuses[query.status].zh
    if query.due_before:
        scope["到期日"] = f"早于 {query.due_before}"
    if wanted.words:
        scope["查找"] = wanted.words
    return scope
