"""The routes of one service, made from its case kinds: one dispatch by the parts of the path."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.domain.kind import CaseKind
from shared.domain.text import Text
from shared.engine.execute import Engine
from shared.web.attachments import LONGEST_NAME, Attachments, from_the_public
from shared.web.commands import Desk, read_body
from shared.web.docs_page import docs_file
from shared.web.language import language_of
from shared.web.letters import LetterRoom
from shared.web.offers import commands_of
from shared.web.openapi import openapi_document
from shared.web.people import Gate, People
from shared.web.problems import Problem, no_route, problem_of, unauthorised
from shared.web.query import Parameters
from shared.web.reading import ReadingRoom
from shared.web.shown_numbers import case_id

Handler = Callable[[Request, CaseKind[Any]], Awaitable[Response]]
Files = Mapping[str, Mapping[tuple[str, str], Handler]]
PREFIX = "/api/v1"
_OWN = frozenset({"todo", "files", "docs", "openapi.json"})


class ServiceRoutes:
    """What is answered below ``/api/v1/{service}``.

    ``extra`` answers ``{METHOD} /{collection}.{suffix}`` by collection: ``{"messages": {("POST", "import"): handler}}``.
    Dates, posts and settings come from the engine's reference data at each request. ``beside`` are documented paths of
    routers that stand beside these routes.
    """

    def __init__(
        self,
        name: str,
        title: Text,
        kinds: Sequence[CaseKind[Any]],
        engine: Engine,
        gate: Gate,
        extra: Files | None = None,
        beside: Mapping[str, Any] | None = None,
    ) -> None:
        self.gate = gate
        self.name, self.base = name, f"{PREFIX}/{name}"
        self._collections = {kind.collection: kind for kind in kinds}
        self._commands = {kind.collection: commands_of(kind) for kind in kinds}
        self.people = People(gate, engine.reference, engine.now)
        self.desk = Desk(self.base, engine, gate, self.people)
        self._attachments = Attachments(engine, gate, self.people)
        self._public_files = from_the_public(kinds)
        self._file_limit = gate.file_limit
        self._room = ReadingRoom(engine, kinds, gate, self.people, self.desk)
        self._letters = LetterRoom(engine, gate, self.people, self.desk)
        given = extra or {}
        self._files = {
            name: {("GET", "xlsx"): self._room.register, **given.get(name, {})} for name in self._collections
        }
        self.addresses = self._addresses()
        self._document = orjson.dumps(openapi_document(name, title, kinds, beside, given))

    def _addresses(self) -> Mapping[str, tuple[str, ...]]:
        """Every address below the base, ``{…}`` for what varies, as logs and metrics name it -> its methods."""
        found: dict[str, tuple[str, ...]] = {f"/{name}": ("GET",) for name in _OWN - {"files"}}
        found["/files"] = ("POST",)
        for collection, commands in self._commands.items():
            top = f"/{collection}"
            found |= {top: ("GET", "POST"), f"{top}/follow": ("POST",), f"{top}/{{id}}": ("GET",)}
            found |= {f"{top}/{{id}}/{part}": ("GET",) for part in ("why", "why/{rule}", "files/{file}")}
            if self._collections[collection].letters is not None:
                found |= {f"{top}/{{id}}/letters{part}": ("GET",) for part in ("", "/{letter}.docx", "/{letter}.html")}
            found |= {f"{top}/{{id}}/{name}": ("POST",) for name, model in commands.items() if not model.command_opens}
            for method, suffix in self._files[collection]:
                address = f"{top}.{suffix}"
                found[address] = (*found.get(address, ()), method)
        return found

    def has(self, part: str) -> bool:
        """Whether addresses whose first part below the base is ``part`` are this service's."""
        return part in _OWN or part.partition(".")[0] in self._collections

    async def answer(self, scope: Scope, receive: Receive, send: Send, parts: list[str]) -> None:
        """One request, by the parts of its path below the base."""
        scope["gongkai.service"] = self.name
        request = Request(scope, receive)
        try:
            response = await self._answer(request, parts)
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                raise
            response = problem.response(language_of(request.headers.get("accept-language")))
        await response(scope, receive, send)

    async def _answer(self, request: Request, parts: list[str]) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        if "" in parts:
            raise no_route()
        match parts:
            case ["openapi.json"]:
                self._at(request, "/openapi.json", method)
                return Response(self._document, media_type="application/json")
            case ["docs", *rest] if len(rest) < 2:
                self._at(request, "/docs", method)
                return docs_file(rest[0] if rest else "")
            case ["files"]:
                self._at(request, "/files", method)
                return await self._upload(request)
            case ["todo"]:
                self._at(request, "/todo", method)
                return await self._room.todo(request)
            case [name] if name not in self._collections:
                return await self._of_suffix(request, name, method)
        kind = self._collections.get(parts[0])
        if kind is None:
            raise no_route()
        top = f"/{kind.collection}"
        match parts[1:]:
            case []:
                self._at(request, top, method)
                return await (self._room.list(request, kind) if method == "GET" else self.desk.open(request, kind))
            case ["follow"]:
                self._at(request, f"{top}/follow", method)
                return await self._room.follow(request, kind)
            case [case]:
                self._at(request, f"{top}/{{id}}", method)
                return await self._room.show(request, kind, case)
            case [case, "why"]:
                self._at(request, f"{top}/{{id}}/why", method)
                return await self._room.why(request, kind, case, None)
            case [case, "files", file]:
                self._at(request, f"{top}/{{id}}/files/{{file}}", method)
                return await self._attachments.download(request, kind, case_id(kind, case), file)
            case [case, "letters"] if kind.letters is not None:
                self._at(request, f"{top}/{{id}}/letters", method)
                return await self._letters.shelf(request, kind, case)
            case [case, "letters", name] if kind.letters is not None and name.endswith((".docx", ".html")):
                self._at(request, f"{top}/{{id}}/letters/{{letter}}.{name[-4:]}", method)
                return await self._letters.show(request, kind, case, name)
            case [case, "why", rule]:
                self._at(request, f"{top}/{{id}}/why/{{rule}}", method)
                return await self._room.why(request, kind, case, rule)
            case [case, command]:
                model = self._commands[kind.collection].get(command)
                if model is None or model.command_opens:
                    raise no_route()
                self._at(request, f"{top}/{{id}}/{command}", method)
                return await self.desk.act(request, kind, model, case)
        raise no_route()

    async def _upload(self, request: Request) -> Response:
        visitor = self.desk.welcome(request)
        if not visitor.signed_in and not self._public_files:
            raise unauthorised()
        asked = Parameters(request.query_params)
        name = asked.text("name", LONGEST_NAME)
        asked.done()
        return await self._attachments.upload(request, visitor.actor, name, await read_body(request, self._file_limit))

    async def _of_suffix(self, request: Request, part: str, method: str) -> Response:
        collection, _, suffix = part.partition(".")
        kind = self._collections.get(collection)
        if kind is None or all(suffix != known for _, known in self._files[collection]):
            raise no_route()
        self._at(request, f"/{collection}.{suffix}", method)
        return await self._files[collection][(method, suffix)](request, kind)

    def _at(self, request: Request, route: str, method: str) -> None:
        """Names the route for logs and metrics; refuses another method."""
        request.scope["gongkai.route"] = self.base + route
        methods = self.addresses[route]
        if method not in methods:
            raise method_not_allowed(methods)


class Services:
    """Pure ASGI: takes the addresses of services to them directly and leaves all others to the application inside."""

    def __init__(self, app: ASGIApp, services: Sequence[ServiceRoutes]) -> None:
        self._app = app
        self._services = {service.name: service for service in services}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            match path.removeprefix(PREFIX).split("/") if path.startswith(PREFIX) else []:
                case ["", name, first, *rest] if name in self._services and self._services[name].has(first):
                    await self._services[name].answer(scope, receive, send, [first, *rest])
                    return
        await self._app(scope, receive, send)


def method_not_allowed(methods: Sequence[str]) -> Problem:
    """The address answers, but not this method."""
    allow = ", ".join(methods)
    detail = Text(f"此地址只接受 {allow}", f"this address takes {allow} only")
    return Problem(405, "method_not_allowed", detail, headers={"Allow": allow})


def service_routes(
    name: str,
    title: Text,
    kinds: Sequence[CaseKind[Any]],
    engine: Engine,
    gate: Gate,
    extra: Files | None = None,
    beside: Mapping[str, Any] | None = None,
) -> ServiceRoutes:
    """The routes of a service, for ``compose_app``."""
    return ServiceRoutes(name, title, kinds, engine, gate, extra, beside)
