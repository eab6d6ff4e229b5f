"""The letters of a case over HTTP (文书): their list, each as a Word document and as a page to print; no reading without a trace."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from shared.documents.print_view import SECURITY_POLICY, print_view
from shared.documents.word import MEDIA_TYPE, word
from shared.domain.directory import Actor
from shared.domain.kind import CaseKind
from shared.engine.execute import Engine, NotReady
from shared.engine.letters import Issued, letters_of
from shared.eventlog.envelope import type_name
from shared.security.audit import Detail
from shared.security.visibility import may_see, reach_of, readable_vault_fields
from shared.storage.port import CaseRecord
from shared.web.commands import Desk, name_in_log
from shared.web.language import both
from shared.web.people import Gate, People, Visitor
from shared.web.problems import forbidden, not_found, unauthorised
from shared.web.query import Parameters
from shared.web.reading import json_answer
from shared.web.request_headers import RECEIPT_CODE
from shared.web.shown_numbers import case_id

APPLICANT = "applicant"


class _Reader(NamedTuple):
    """Who reads which case: staff by the fields open to them, its writer whatever was addressed to them."""

    actor: Actor
    head: CaseRecord
    is_writer: bool
    open_fields: set[str]

    def may_read(self, kind: CaseKind[Any], issued: Issued, fields: Sequence[str]) -> bool:
        if self.is_writer:
            return issued.drawn.template.to == APPLICANT
        return kind.letters is not None and {kind.letters.fields[name].source for name in fields} <= self.open_fields


class LetterRoom:
    """Answers for the letters of one service."""

    def __init__(self, engine: Engine, gate: Gate, people: People, desk: Desk) -> None:
        self._engine, self._gate, self._people, self._desk = engine, gate, people, desk

    async def shelf(self, request: Request, kind: CaseKind[Any], given: str) -> Response:
        """``GET /{collection}/{id}/letters``: those that the person may know of; the addressee where it is theirs to read."""
        reader, letters = await self._letters(request, kind, given)
        shown = [one for one in letters if not reader.is_writer or one.drawn.template.to == APPLICANT]
        named = [one for one in shown if reader.may_read(kind, one, _addressed_by(one))]
        plain = await self._plain(request, kind, reader, named, {id(one): _addressed_by(one) for one in named})
        items = [
            letter_view(self._engine.service, one, one.drawn.addressee(plain) if one in named else None)
            for one in shown
        ]
        return json_answer({"items": items})

    async def show(self, request: Request, kind: CaseKind[Any], given: str, name: str) -> Response:
        """``GET /{collection}/{id}/letters/{letter}.docx`` or ``.html``; a letter goes by its number or its place."""
        reader, letters = await self._letters(request, kind, given)
        which, _, form = name.rpartition(".")
        found = next((one for one in letters if which in (str(one.place), one.drawn.number)), None)
        if found is None or (reader.is_writer and found.drawn.template.to != APPLICANT):
            raise not_found()
        fields = [*found.drawn.references]
        if not reader.may_read(kind, found, fields):
            raise forbidden()
        plain = await self._plain(request, kind, reader, [found], {id(found): fields})
        letter = found.drawn.letter(plain, found.record.stamp.recorded)
        file = quote(f"{letter.number}.{form}")
        if form == "docx":
            return Response(
                word(letter), 200, {"Content-Disposition": f"attachment; filename*=UTF-8''{file}"}, MEDIA_TYPE
            )
        headers = {
            "Content-Disposition": f"inline; filename*=UTF-8''{file}",
            "Content-Security-Policy": SECURITY_POLICY,
        }
        return Response(print_view(letter), 200, headers, "text/html")

    # -- inside ----------------------------------------------------------------------------------------------------

    async def _letters(self, request: Request, kind: CaseKind[Any], given: str) -> tuple[_Reader, list[Issued]]:
        reader = await self._reader(request, kind, given)
        reference = self._engine.reference()
        if reference is None:
            raise NotReady
        history = await self._engine.history(kind, reader.head.id)
        letters = letters_of(
            kind, reader.head.id, reader.head.number, history[: reader.head.version], reference.directory
        )
        return reader, letters

    async def _reader(self, request: Request, kind: CaseKind[Any], given: str) -> _Reader:
        """Staff who may see the case, or its writer by receipt code. Raises the same ``Problem`` 404 for all others."""
        visitor = self._desk.welcome(request, guessing=RECEIPT_CODE in request.headers)
        if not visitor.signed_in and visitor.code is None:
            raise unauthorised()
        if visitor.code is None and reach_of(visitor.actor)[0] == "nothing":
            raise forbidden()
        Parameters(request.query_params).done()
        case = case_id(kind, given)
        actor = self._people.with_code(visitor, case)
        head = await self._engine.stores.cases.load(case)
        seen = head is not None and may_see(visitor.actor, head, kind.overseen_by)
        is_writer = actor.writer_of == case and not seen
        if head is None or head.kind != kind.name or not (seen or is_writer):
            await self._desk.note_refused(request, kind, Visitor(visitor.actor, visitor.signed_in, None), case)
            raise not_found()
        name_in_log(request, head)
        alone = kind.handler_alone if kind.summary(await self._engine.state(head)).confidential else frozenset()
        return _Reader(actor, head, is_writer, readable_vault_fields(kind, actor, head, handler_alone=alone))

    async def _plain(
        self,
        request: Request,
        kind: CaseKind[Any],
        reader: _Reader,
        letters: Sequence[Issued],
        fields: Mapping[int, Sequence[str]],
    ) -> Mapping[str, str | None]:
        """Reads what the letters say out of the vault, once it is noted who does."""
        names = {name for one in letters for name in fields[id(one)]}
        refs = {one.drawn.references[name] for one in letters for name in fields[id(one)]}
        if not refs:
            return {}
        detail: Mapping[str, Detail] = {"kind": kind.name, "fields": sorted(names), "count": len(refs)}
        await self._gate.audit.record(
            reader.actor,
            "vault_read",
            reader.head.id,
            request=request.scope.get("gongkai.request"),
            detail=detail,
        )
        return await self._engine.sealer.read(sorted(refs))


def _addressed_by(one: Issued) -> list[str]:
    """The fields of a letter's addressee that stand in the vault."""
    return [name for name in one.drawn.references if f"{{{name}}}" in one.drawn.edition.addressee]


def letter_view(service: str, one: Issued, addressee: str | None) -> dict[str, Any]:
    """A letter in a list; ``addressee`` None where it is not this person's to read."""
    event, stamp, template = one.record.event, one.record.stamp, one.drawn.template
    return {
        "letter": one.place,
        "number": one.drawn.number,
        "kind": template.kind,
        **both(template.name),
        "to": template.to,
        "addressee": addressee,
        "date": one.drawn.on.isoformat(),
        "event": stamp.id,
        "type": type_name(service, event.event_name, event.event_version),
        "voided_by": one.voided_by,
    }
