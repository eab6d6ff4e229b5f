"""Attachments (附件): taken in sealed, bound to the case whose command names them, opened for those whom the kind names."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import Response

from shared.domain.directory import Actor
from shared.domain.kind import BadField, CaseKind, RuleBroken
from shared.domain.text import Text
from shared.engine.execute import Engine, NotReady
from shared.security.files import FileRefused
from shared.security.visibility import may_see, readable_vault_fields
from shared.storage.port import CaseRecord
from shared.web.people import Gate, People
from shared.web.problems import Problem, bad_field, not_found, unauthorised
from shared.web.query import Parameters

FIELD = "attachments"
LONGEST_NAME = 255


def from_the_public(kinds: Iterable[CaseKind[Any]]) -> bool:
    """Whether citizens may upload: some command that is theirs to give, with a receipt code or nothing, takes attachments."""
    models = (model for kind in kinds for model in kind.commands if FIELD in model.model_fields)
    return any(way.standing in ("public", "writer") for model in models for way in model.command_allowed)


class Attachments:
    """Uploads and downloads of one service."""

    def __init__(self, engine: Engine, gate: Gate, people: People) -> None:
        self._engine, self._gate, self._people = engine, gate, people

    async def upload(self, request: Request, actor: Actor, name: str | None, body: bytes) -> Response:
        """``POST /files?name=``: checked, sealed and stored; the id goes into a command's ``attachments``."""
        if name is None:
            raise bad_field("name", Text("请给出文件名（name）", "give the file's name (name)"))
        if self._engine.reference() is None:
            # Nothing is sealed before the process is at work: its key may not be proven yet.
            raise NotReady
        try:
            kept = await self._gate.files.keep_personal(name, body, field="file")
        except FileRefused as refused:
            if refused.code == "too_large":
                raise Problem(413, "too_large", refused.message) from refused
            raise bad_field("file", refused.message, code=f"file.{refused.code}") from refused
        except RuleBroken as broken:
            if broken.noted:
                detail = {"route": request.scope.get("gongkai.route"), "rule": broken.code}
                asked = request.scope.get("gongkai.request")
                target = f"{self._engine.service}/files"
                await self._gate.audit.record(actor, "command_refused", target, request=asked, detail=detail)
            raise
        answer = {"id": kept.id, "name": kept.name, "media_type": kept.media_type, "size": kept.size}
        return Response(orjson.dumps(answer), 201, media_type="application/json")

    async def check(self, ids: Sequence[str], case: str | None, command_id: str) -> None:
        """Raises ``BadField`` for an attachment that is not there, and in the same words for one given to another case."""
        for place, id_ in enumerate(ids, start=1):
            there = await self._gate.files.open(id_) is not None
            owner = await self._gate.files.owner(id_)
            if not there or (owner not in (None, case) and owner != await self._opened_by(command_id)):
                raise BadField(
                    FIELD,
                    Text(
                        f"第 {place} 个附件不存在，或已用于另一案卷；请重新上传",
                        f"attachment {place} is not there, or was given to another case; upload it again",
                    ),
                )

    async def _opened_by(self, command_id: str) -> str | None:
        """The case to which a command, sent again now, gave its files the first time."""
        known = await self._engine.stores.cases.command(command_id)
        return known.case if known is not None else None

    async def bind(self, kind: CaseKind[Any], case: str, ids: Sequence[str]) -> None:
        """Puts the files' keys under the case's writer, or the case where there is none; a repeat changes nothing."""
        head = await self._engine.stores.cases.load(case)
        if head is not None:
            writer = kind.summary(await self._engine.state(head)).writer
            await self._gate.files.claim(ids, case=case, writer=writer)

    async def download(self, request: Request, kind: CaseKind[Any], case: str, file: str) -> Response:
        """``GET /{collection}/{id}/files/{file}``: for those whom the kind names (``vault_readers``). The same 404 for all else."""
        visitor = self._people.visitor(request.headers)
        if not visitor.signed_in:
            raise unauthorised()
        Parameters(request.query_params).done()
        actor = visitor.actor
        head = await self._engine.stores.cases.load(case)
        if head is None or head.kind != kind.name or not may_see(actor, head, kind.overseen_by):
            raise not_found()
        confidential = kind.summary(await self._engine.state(head)).confidential
        alone = kind.handler_alone if confidential else frozenset()
        if FIELD not in readable_vault_fields(kind, actor, head, handler_alone=alone):
            raise not_found()
        history = await self._engine.history(kind, case)
        if not any(file in getattr(record.event, FIELD, ()) for record in history):
            raise not_found()
        if not await self._belongs(await self._gate.files.owner(file), kind, head):
            raise not_found()
        opened = await self._gate.files.open(file)
        if opened is None:
            raise not_found()
        kept, body = opened
        await self._gate.audit.record(
            actor, "file_opened", case, request=request.scope.get("gongkai.request"), detail={"sha256": file}
        )
        disposition = f"attachment; filename*=UTF-8''{quote(kept.name)}"
        return Response(body, 200, {"Content-Disposition": disposition}, kept.media_type)

    async def _belongs(self, owner: str | None, kind: CaseKind[Any], head: CaseRecord) -> bool:
        """Whether a file is opened from a case: one given to it, or to a case of its kind of which it is a part.

        A command may name any file whose id somebody saw.
        """
        if owner is None:
            return True
        whole: CaseRecord | None = head
        while whole is not None and whole.kind == kind.name and whole.id != owner:
            whole = await self._engine.stores.cases.load(whole.parent) if whole.parent else None
        return whole is not None and whole.id == owner and whole.kind == kind.name
