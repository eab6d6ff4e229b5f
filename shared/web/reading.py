"""What is read over HTTP: lists, one file, what is due, why a date is what it is, and what a citizen may follow."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from shared.domain.directory import PUBLIC, Actor
from shared.domain.kind import CaseKind, Context
from shared.domain.localtime import local_date
from shared.domain.permission import may
from shared.domain.text import Text
from shared.engine.deadlines import deadlines
from shared.engine.execute import Engine, NotReady
from shared.engine.reference import Reference
from shared.eventlog.envelope import decode
from shared.security.visibility import may_see, reach_of, readable_vault_fields, viewer_of
from shared.storage.port import CaseQuery, CaseRecord, StoreAway, Viewer
from shared.web.body import read_object
from shared.web.commands import Desk, name_in_log
from shared.web.language import language_of
from shared.web.offers import offers
from shared.web.openapi import WORKBOOK
from shared.web.people import Gate, People, Visitor
from shared.web.problems import bad_fields, field_errors, forbidden, not_found, unauthorised
from shared.web.query import MOST, SORTS, USUAL, Parameters, bad_place, written_place
from shared.web.register import RegisterRoom, Wanted, title_of
from shared.web.shown_numbers import case_id, shown_number
from shared.web.views import Plain, head_view, is_reference, plain_values, references, timeline, why_case

SEARCHED_AT_ONCE = 2000
TITLE = "title"
ROWS_HEADER = "Register-Rows"
UNREADABLE = Text("（无法解读）", "(unreadable)")


class Following(BaseModel):
    """A case's number and its receipt code, as a citizen types them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    number: str = Field(title="编号", json_schema_extra={"x-title-en": "Number"}, min_length=1, max_length=100)
    code: str = Field(title="查询码", json_schema_extra={"x-title-en": "Code"}, min_length=1, max_length=100)


class _Page(NamedTuple):
    heads: list[CaseRecord]
    next: str | None


class ReadingRoom:
    """Answers the questions to one service; what somebody may not see is not there."""

    def __init__(self, engine: Engine, kinds: Sequence[CaseKind[Any]], gate: Gate, people: People, desk: Desk) -> None:
        self._engine, self._kinds, self._gate, self._people, self._desk = engine, tuple(kinds), gate, people, desk
        self._registers = RegisterRoom(engine, gate.audit)

    async def list(self, request: Request, kind: CaseKind[Any]) -> Response:
        """``GET /{collection}``: a page of the cases that the person may see."""
        actor, reference = self._reader(request)
        asked = Parameters(request.query_params)
        today = local_date(self._engine.now())
        query, words = self._asked_for(asked, kind, actor, reference, "-received")
        order = f"{kind.name}:{query.sort}"
        query = replace(query, after=asked.place("after", order), limit=asked.number("limit", USUAL, MOST))
        asked.done()
        if query.after is not None and not isinstance(query.after, str):
            raise bad_place()
        page = await (self._search(kind, query, actor, words) if words else self._page(query))
        titles = await self._titles(request, kind, page.heads, actor)
        items = [{**head_view(kind, h, reference.directory, today), TITLE: titles.get(h.id)} for h in page.heads]
        return json_answer({"items": items, "next": written_place(page.next, order) if page.next else None})

    async def register(self, request: Request, kind: CaseKind[Any]) -> Response:
        """``GET /{collection}.xlsx``: the register of what the list would show, all of it."""
        actor, reference = self._reader(request)
        asked = Parameters(request.query_params)
        query, words = self._asked_for(asked, kind, actor, reference, "received")
        asked.done()
        trace = request.scope.get("gongkai.request")
        made = await self._registers.made(kind, Wanted(query, words), actor, trace)
        return workbook_answer(title_of(kind), made.body, made.rows)

    async def todo(self, request: Request) -> Response:
        """``GET /todo``: the open cases of the person's own units that have a due date, soonest first."""
        actor, reference = self._reader(request)
        asked = Parameters(request.query_params)
        limit = asked.number("limit", USUAL, MOST)
        places = asked.place("after", "todo")
        asked.done()
        if places is not None and not (isinstance(places, dict) and all(map(_is_place, places.values()))):
            raise bad_place()
        today = local_date(self._engine.now())
        viewer = Viewer(reach_of(actor)[1], belongs_to=actor.departments)
        found: list[tuple[CaseRecord, CaseKind[Any]]] = []
        queries: dict[str, CaseQuery] = {}
        for kind in self._kinds:
            if places is not None and kind.name not in places:
                continue
            queries[kind.name] = query = CaseQuery(
                service=self._engine.service,
                kind=kind.name,
                viewer=viewer,
                open_only=True,
                with_due=True,
                sort="due",
                after=places[kind.name] if places else None,
                limit=limit + 1,
            )
            found += [(head, kind) for head in (await self._page(query)).heads]
        found.sort(key=lambda item: (item[0].due or "", item[0].id))
        shown, rest = found[:limit], found[limit:]
        items = []
        for kind in self._kinds:
            heads = [head for head, of in shown if of is kind]
            titles = await self._titles(request, kind, heads, actor)
            items += [{**head_view(kind, h, reference.directory, today), TITLE: titles.get(h.id)} for h in heads]
        items.sort(key=lambda item: (item["due"], item["id"]))
        following = await self._todo_places(queries, shown, rest)
        return json_answer({"items": items, "next": written_place(following, "todo") if following else None})

    async def show(self, request: Request, kind: CaseKind[Any], given: str) -> Response:
        """``GET /{collection}/{id}``: the file with timeline, deadlines and the commands this person may give now.

        Without a token it is what everybody may read of it, if anything was published.
        """
        if not self._desk.welcome(request).signed_in:
            return await self._published(request, kind, case_id(kind, given))
        actor, reference = self._reader(request)
        head = await self._seen(request, kind, given, actor)
        now = self._engine.now()
        today = local_date(now)
        history = await self._engine.history(kind, head.id)
        state = await self._engine.state(head)
        events = [decode(stored.body) for stored in await self._engine.stores.cases.events(head.id)][: head.version]
        alone = kind.handler_alone if kind.summary(state).confidential else frozenset()
        readable = readable_vault_fields(kind, actor, head, handler_alone=alone)
        refs = [ref for event in events for ref in references(event["data"], readable).values()]
        if head.title is not None and TITLE in readable and is_reference(head.title):
            refs.append(head.title)
        fields = sorted({name for event in events for name in references(event["data"], readable)})
        plain = await self._read(request, kind, head.id, actor, refs, fields)
        context = Context(
            case=head.id,
            number=head.number,
            now=now,
            happened=now,
            today=today,
            actor=actor,
            calendar=reference.calendar,
            directory=reference.directory,
            settings=reference.settings,
        )
        body = {
            **head_view(kind, head, reference.directory, today),
            TITLE: _title(head, TITLE in readable, plain),
            "events": timeline(kind, events, readable, plain, alone - readable),
            "deadlines": deadlines(kind, state, reference.calendar, history),
            "commands": offers(kind, head, actor, state, history, context),
        }
        return json_answer(body, {"ETag": f'"{head.version}"'})

    async def why(self, request: Request, kind: CaseKind[Any], given: str, rule: str | None) -> Response:
        """``GET /{collection}/{id}/why[/{rule}]``: every day from start to due, with its cause."""
        actor, reference = self._reader(request)
        head = await self._seen(request, kind, given, actor)
        clocks = kind.clocks(await self._engine.state(head))
        found = why_case(head.id, clocks, rule, reference.calendar)
        if found is None:
            raise not_found()
        return json_answer(found)

    async def follow(self, request: Request, kind: CaseKind[Any]) -> Response:
        """``POST /{collection}/follow``: a case's public state, to whoever has its number and code."""
        if kind.public_view is None:
            raise not_found()
        self._desk.welcome(request, guessing=True)
        _, text = read_object(await self._desk.body(request))
        try:
            asked = Following.model_validate_json(text)
        except ValidationError as problem:
            raise bad_fields(field_errors(problem, Following)) from None
        case = case_id(kind, asked.number)
        matches = self._gate.receipts.receipt_matches(case, asked.code)
        head = await self._engine.stores.cases.load(case)
        if not matches or head is None or head.kind != kind.name:
            raise not_found()
        name_in_log(request, head)
        reference = self._engine.reference()
        if reference is None:
            raise NotReady
        writer = replace(PUBLIC, writer_of=case)
        view = kind.public_view(await self._engine.state(head))
        readable = {name for name, ways in kind.vault_readers.items() if may(writer, ways, case=case)}
        plain = await self._opened(request, [*references(view, readable).values()])
        status = kind.statuses.get(head.status)
        body = {
            "id": case,
            "number": shown_number(kind, case),
            "kind": kind.name,
            "status_title": status.zh if status else head.status,
            "status_title_en": status.en if status else head.status,
            "version": head.version,
            **plain_values(view, readable, plain),
        }
        if isinstance(unit := view.get("department"), str):
            body["name"] = reference.directory.name(unit, local_date(self._engine.now()))
        return json_answer(body, {"ETag": f'"{head.version}"'})

    async def _published(self, request: Request, kind: CaseKind[Any], case: str) -> Response:
        """The published copy. Raises the same ``Problem`` 401 for a case with none and for one that is not there."""
        head = await self._engine.stores.cases.load(case)
        reference = self._engine.reference()
        if kind.public_view is None or head is None or head.kind != kind.name or head.restricted or reference is None:
            raise unauthorised()
        everybody = {name for name, ways in kind.vault_readers.items() if may(PUBLIC, ways)}
        found = references(kind.public_view(await self._engine.state(head)), everybody)
        if not found:
            raise unauthorised()
        name_in_log(request, head)
        plain = await self._opened(request, [*found.values()])
        body = {
            "id": case,
            "number": shown_number(kind, case),
            "kind": kind.name,
            "department": head.department,
            "name": reference.directory.name(head.department, local_date(self._engine.now())),
            "received": head.received,
            **{name: plain.get(ref) for name, ref in found.items()},
        }
        return json_answer(body)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _asked_for(
        self, asked: Parameters, kind: CaseKind[Any], actor: Actor, reference: Reference, usual_sort: str
    ) -> tuple[CaseQuery, str | None]:
        """The store's question of a list for ``actor``, and the words looked for."""
        department = asked.text("department")
        if department is not None:
            found = reference.directory.find(department, local_date(self._engine.now()))
            if found is None:
                asked.refuse("department", Text("没有这个单位", "there is no such department"))
            else:
                department = found.id
        words = asked.text("q")
        query = CaseQuery(
            service=self._engine.service,
            kind=kind.name,
            viewer=viewer_of(actor, kind.overseen_by),
            department=department,
            status=asked.one_of("status", kind.statuses),
            due_before=asked.day("due_before"),
            received_from=asked.day("received_from"),
            received_until=asked.day("received_until"),
            sort=asked.one_of("sort", SORTS, usual_sort) or usual_sort,
        )
        return query, words

    def _reader(self, request: Request) -> tuple[Actor, Reference]:
        """Somebody with a token and a post that sees any file at all."""
        visitor = self._people.visitor(request.headers)
        if not visitor.signed_in:
            raise unauthorised()
        reference = self._engine.reference()
        if reference is None:
            raise NotReady
        if reach_of(visitor.actor)[0] == "nothing":
            raise forbidden()
        return visitor.actor, reference

    async def _seen(self, request: Request, kind: CaseKind[Any], given: str, actor: Actor) -> CaseRecord:
        case = case_id(kind, given)
        head = await self._engine.stores.cases.load(case)
        if head is None or head.kind != kind.name or not may_see(actor, head, kind.overseen_by):
            await self._desk.note_refused(request, kind, Visitor(actor, True, None), case)
            raise not_found()
        name_in_log(request, head)
        return head

    async def _read(
        self,
        request: Request,
        kind: CaseKind[Any],
        target: str,
        actor: Actor,
        refs: Sequence[str],
        fields: Sequence[str],
        cases: Sequence[str] = (),
    ) -> Plain:
        """Reads from the vault, and notes in the audit trail who read what before it is shown."""
        if not refs:
            return {}
        detail: Mapping[str, Any] = {"kind": kind.name, "fields": list(fields), "count": len(refs)}
        if cases:
            detail = {**detail, "cases": list(cases)}
        try:
            await self._gate.audit.record(
                actor, "vault_read", target, request=request.scope.get("gongkai.request"), detail=detail
            )
        except StoreAway:
            # Nobody reads personal data unrecorded; the rest of the file can still be read.
            return {}
        return await self._opened(request, refs)

    async def _opened(self, request: Request, refs: Sequence[str]) -> Plain:
        """The texts; words in the reader's language stand for one that does not open, and the rest stands."""
        found = await self._engine.sealer.opened(refs)
        words = UNREADABLE.in_(language_of(request.headers.get("accept-language")))
        return {**found.plain, **dict.fromkeys(found.unreadable, words)}

    async def _titles(
        self, request: Request, kind: CaseKind[Any], heads: Sequence[CaseRecord], actor: Actor
    ) -> dict[str, str | None]:
        """The titles that the person may read, by case."""
        readable = {
            h.id: TITLE in readable_vault_fields(kind, actor, h, handler_alone=kind.handler_alone) for h in heads
        }
        refs = [h.title for h in heads if h.title is not None and is_reference(h.title) and readable[h.id]]
        target = f"{kind.service}/{kind.collection}"
        cases = [h.id for h in heads if h.title in set(refs)]
        plain = await self._read(request, kind, target, actor, refs, [TITLE], cases)
        return {h.id: _title(h, readable[h.id], plain) for h in heads}

    async def _page(self, query: CaseQuery) -> _Page:
        try:
            return _Page(*await self._engine.stores.cases.query(query))
        except (ValueError, TypeError):
            if query.after is None:
                raise
            raise bad_place() from None

    async def _search(self, kind: CaseKind[Any], query: CaseQuery, actor: Actor, words: str) -> _Page:
        """Looks for words in number and title. Titles are sealed, so they are read case by case, visible ones only."""
        wanted = case_id(kind, words)
        lowered = words.casefold()
        found: list[CaseRecord] = []
        looked = 0
        async for after, page in self._pages(query):
            readable = [
                h
                for h in page.heads
                if TITLE in readable_vault_fields(kind, actor, h, handler_alone=kind.handler_alone)
            ]
            titles = [h.title for h in readable if h.title and is_reference(h.title)]
            plain = (await self._engine.sealer.opened(titles)).plain
            for place, head in enumerate(page.heads):
                title = _title(head, head in readable, plain) or ""
                if head.id == wanted or lowered in title.casefold() or lowered in head.id.casefold():
                    found.append(head)
                if len(found) == query.limit:
                    return _Page(found, (await self._page(replace(query, after=after, limit=place + 1))).next)
            looked += len(page.heads)
            if looked >= SEARCHED_AT_ONCE:
                return _Page(found, page.next)
        return _Page(found, None)

    async def _pages(self, query: CaseQuery) -> AsyncIterator[tuple[str | None, _Page]]:
        after = query.after
        while True:
            page = await self._page(replace(query, after=after, limit=MOST))
            yield after, page
            if page.next is None:
                return
            after = page.next

    async def _todo_places(
        self,
        queries: Mapping[str, CaseQuery],
        shown: Sequence[tuple[CaseRecord, CaseKind[Any]]],
        rest: Sequence[tuple[CaseRecord, CaseKind[Any]]],
    ) -> dict[str, str | None]:
        """Where each kind goes on: after the last of it that was shown, or where it stood."""
        places: dict[str, str | None] = {}
        for name in {kind.name for _, kind in rest}:
            taken = sum(kind.name == name for _, kind in shown)
            query = queries[name]
            places[name] = (await self._page(replace(query, limit=taken))).next if taken else query.after
        return places


def _is_place(value: object) -> bool:
    return value is None or isinstance(value, str)


def _title(head: CaseRecord, readable: bool, plain: Plain) -> str | None:
    if head.title is None or not is_reference(head.title):
        return head.title
    return plain.get(head.title) if readable else None


def json_answer(body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), 200, headers, "application/json")


def workbook_answer(title: str, body: bytes, rows: int | None = None) -> Response:
    """A workbook to be kept; of a register ``Register-Rows`` tells how many rows it has."""
    name = quote(f"{title}.xlsx", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    if rows is not None:
        headers[ROWS_HEADER] = str(rows)
    return Response(body, 200, headers, WORKBOOK)
