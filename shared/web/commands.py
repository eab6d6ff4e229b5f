"""Commands over HTTP: who may, what was sent, carried out, answered."""

import uuid
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from shared.domain.directory import Actor
from shared.domain.kind import BadField, CaseKind, Command, RuleBroken, vault_fields
from shared.domain.permission import Allowed, may
from shared.domain.text import Text
from shared.engine.execute import Asked, Engine, Stale
from shared.security.rate import client_key
from shared.security.visibility import may_see
from shared.storage.port import CaseRecord
from shared.web.attachments import FIELD, Attachments
from shared.web.body import reader_of
from shared.web.metrics import COMMANDS
from shared.web.people import Gate, People, Visitor
from shared.web.problems import Problem, bad_field, forbidden, named, no_route, not_found, problem_of, unauthorised
from shared.web.request_headers import IF_MATCH, RECEIPT_CODE, command_id, idempotency_key, if_match, json_only
from shared.web.shown_numbers import case_id, shown_number

NEEDS_CODE = Text(
    "请先登录，或在 Receipt-Code 中给出查询码", "sign in first, or give the case's code in the Receipt-Code header"
)


class Desk:
    """Takes the commands of one service."""

    def __init__(self, base: str, engine: Engine, gate: Gate, people: People) -> None:
        self._base, self._engine, self._gate, self._people = base, engine, gate, people
        self._attachments = Attachments(engine, gate, people)

    async def open(self, request: Request, kind: CaseKind[Any]) -> Response:
        """``POST /{collection}``: the command that opens a case."""
        model = kind.opening
        visitor = self.welcome(request)
        if not may(visitor.actor, model.command_allowed):
            raise forbidden() if visitor.signed_in else unauthorised()
        answer, headers = await self._give(request, kind, model, None, visitor.actor)
        if not visitor.signed_in:
            code = self._gate.receipts.receipt_code(answer["id"])
            answer["receipt"] = {"number": answer["number"] or answer["id"], "code": code}
        headers["Location"] = f"{self._base}/{kind.collection}/{answer['id']}"
        return Response(orjson.dumps(answer), 201, headers, "application/json")

    async def act(self, request: Request, kind: CaseKind[Any], model: type[Command], given: str) -> Response:
        """``POST /{collection}/{id}/{command}``: any other command."""
        if model.command_opens:
            raise no_route()
        case = case_id(kind, given)
        visitor = self.welcome(request, guessing=RECEIPT_CODE in request.headers)
        allowed = model.command_allowed
        if not visitor.signed_in and not _open_to_anybody(allowed, visitor):
            raise unauthorised(NEEDS_CODE if any(way.standing == "writer" for way in allowed) else None)
        actor = self._people.with_code(visitor, case)
        head = await self._engine.stores.cases.load(case)
        try:
            _permit(kind, actor, allowed, case, head)
        except Problem:
            await self.note_refused(request, kind, visitor, case, model.command_name)
            raise
        name_in_log(request, head)
        answer, headers = await self._give(request, kind, model, case, actor)
        return Response(orjson.dumps(answer), 200, headers, "application/json")

    def welcome(self, request: Request, *, guessing: bool = False) -> Visitor:
        """Who asks; whoever shows no token is counted by address. Raises ``Problem`` 429, ``BadToken``.

        ``guessing``: the request shows a receipt code, and is counted by person with a token too.
        """
        visitor = self._people.visitor(request.headers)
        if guessing or not visitor.signed_in:
            address = request.client.host if request.client else ""
            key = f"person:{visitor.actor.subject}" if visitor.signed_in else client_key(address)
            wait = self._gate.public.allow(key)
            if wait is not None:
                detail = Text(f"请求过于频繁，请 {wait} 秒后再试", f"too many requests; come again in {wait} seconds")
                raise Problem(429, "too_many_requests", detail, headers={"Retry-After": str(wait)})
        return visitor

    async def note_refused(
        self, request: Request, kind: CaseKind[Any], visitor: Visitor, case: str, command: str | None = None
    ) -> None:
        """Notes in the audit trail that somebody reached for a case that is not there for them, or not theirs.

        One that does not exist is noted alike: an answer that came faster would tell the two apart.
        """
        if not visitor.signed_in:
            return
        target = case if shown_number(kind, case) else f"{kind.service}/{kind.collection}"
        detail = {"route": request.scope.get("gongkai.route"), "command": command}
        await self._gate.audit.record(
            visitor.actor, "access_refused", target, request=request.scope.get("gongkai.request"), detail=detail
        )

    async def _note_rule(
        self, request: Request, kind: CaseKind[Any], actor: Actor, case: str | None, command: str, rule: str
    ) -> None:
        """Notes in the audit trail which rule refused the command; nothing of what it brought."""
        target = case if case is not None and shown_number(kind, case) else f"{kind.service}/{kind.collection}"
        detail = {"route": request.scope.get("gongkai.route"), "command": command, "rule": rule}
        await self._gate.audit.record(
            actor, "command_refused", target, request=request.scope.get("gongkai.request"), detail=detail
        )

    async def body(self, request: Request) -> bytes:
        """The request's JSON. Raises ``Problem`` 413 beyond the limit, 415 for what is no JSON."""
        return await read_json(request, self._gate.body_limit)

    async def _give(
        self, request: Request, kind: CaseKind[Any], model: type[Command], case: str | None, actor: Actor
    ) -> tuple[dict[str, Any], dict[str, str]]:
        command: Command | None = None
        try:
            body = await self.body(request)
            version = if_match(request.headers)
            key = idempotency_key(request.headers) or uuid.uuid4().hex
            command = reader_of(model).read(body)
            if case is None and version != 0 and IF_MATCH in request.headers:
                raise Stale(0)
            given = Asked(command, actor, command_id(self._engine.service, actor.subject, key))
            files: tuple[str, ...] = getattr(command, FIELD, ())
            if files:
                await self._attachments.check(files, case, given.command_id)
            outcome = await self._engine.execute(kind, case, [given], if_match=version)
            if files:
                await self._attachments.bind(kind, outcome.case, files)
        except Exception as error:
            COMMANDS.labels(kind.name, model.command_name, "refused").inc()
            if isinstance(error, RuleBroken) and error.noted:
                await self._note_rule(request, kind, actor, case, model.command_name, error.code)
            problem = problem_of(_without_secrets(error, command), model)
            raise problem or error from error
        COMMANDS.labels(kind.name, model.command_name, "replayed" if outcome.replayed else "done").inc()
        request.scope["gongkai.case"] = None if outcome.restricted else outcome.case
        answer = {"id": outcome.answer["id"], "number": shown_number(kind, outcome.case), **outcome.answer}
        headers = {"ETag": f'"{outcome.version}"'}
        if outcome.replayed:
            headers["Idempotency-Replayed"] = "true"
        return answer, headers


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body. Raises ``Problem`` 413 once it is larger than ``limit`` bytes."""
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(limit)
    body = b""
    async for chunk in request.stream():
        body = body + chunk if body else chunk
        if len(body) > limit:
            raise too_large(limit)
    return body


async def read_json(request: Request, limit: int) -> bytes:
    """As ``read_body``; a body that is there must be JSON by its ``Content-Type``. Raises ``Problem`` 415."""
    body = await read_body(request, limit)
    if body:
        json_only(request.headers)
    return body


def name_in_log(request: Request, head: CaseRecord | None) -> None:
    """Lets the request's log line name the case; an isolated one is named in no log."""
    if head is not None and not head.restricted and not head.hidden_from:
        request.scope["gongkai.case"] = head.id


def too_large(limit: int) -> Problem:
    """More than is taken."""
    shown = f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit} bytes"
    detail = Text(f"正文最多 {shown}；附件请先上传", f"the body may have at most {shown}; upload files first")
    return Problem(413, "too_large", detail)


def _open_to_anybody(allowed: tuple[Allowed, ...], visitor: Visitor) -> bool:
    """Whether somebody without a token may come this far: the public, or a citizen who shows a code."""
    return any(way.standing == "public" or (way.standing == "writer" and visitor.code is not None) for way in allowed)


def _permit(
    kind: CaseKind[Any], actor: Actor, allowed: tuple[Allowed, ...], case: str, head: CaseRecord | None
) -> None:
    """404 for what is not there or not for this person, 403 for what is not theirs to do; the engine looks again."""
    if head is None or head.kind != kind.name or actor.departments & set(head.hidden_from):
        raise not_found()
    entitled = may(actor, allowed, case=case, holder=head.department, parties=head.parties)
    seen = may_see(actor, head, kind.overseen_by) or actor.writer_of == case
    if not seen and (head.restricted or not entitled):
        raise not_found()
    if not entitled:
        raise forbidden()


def _without_secrets(error: Exception, command: Command | None) -> Exception:
    """A refused field's words without its value where that is confidential."""
    if not isinstance(error, BadField) or command is None or error.field not in vault_fields(type(command)):
        return error
    value = str(getattr(command, error.field))
    words = error.message
    if not value or value not in words.zh + words.en:
        return error
    return bad_field(error.field, named(error.field, type(command), Text("不能接受所填内容", "is not acceptable")))
