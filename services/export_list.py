"""The register of a kind and the template of its lists, as files: what the command line asks for."""

from typing import Any

from services.import_list import IMPORTERS
from services.runtime import Runtime
from shared.domain.directory import SYSTEM
from shared.domain.kind import BadField, CaseKind
from shared.domain.localtime import DateProblem, read_date
from shared.domain.text import Text
from shared.exports.template import template_of
from shared.security.visibility import viewer_of
from shared.storage.port import CaseQuery
from shared.web.register import Made, RegisterRoom, Wanted


def kind_called(runtime: Runtime, collection: str) -> CaseKind[Any]:
    """The kind of a collection. Raises ``BadField``, naming those there are."""
    kinds = {kind.collection: kind for service in runtime.services.values() for kind in service.kinds}
    if collection not in kinds:
        raise unknown_kind(collection, list(kinds))
    return kinds[collection]


def unknown_kind(collection: str, known: list[str]) -> BadField:
    """There is no kind of that name."""
    named = "、".join(known), ", ".join(known)
    return BadField("KIND", Text(f"没有“{collection}”；可用：{named[0]}", f"no {collection}; there are: {named[1]}"))


async def export_register(
    runtime: Runtime,
    collection: str,
    *,
    department: str | None = None,
    status: str | None = None,
    due_before: str | None = None,
    received_from: str | None = None,
    received_until: str | None = None,
    words: str | None = None,
) -> Made:
    """The register of a collection, everything in it: whoever opens the data itself holds it all. Raises ``BadField``."""
    kind = kind_called(runtime, collection)
    if department is not None:
        found = runtime.reference.directory.find(department, runtime.today)
        if found is None:
            raise BadField("department", Text(f"没有这个单位：{department}", f"no such department: {department}"))
        department = found.id
    if status is not None and status not in kind.statuses:
        named = "、".join(f"{code}（{title.zh}）" for code, title in kind.statuses.items())
        raise BadField("status", Text(f"没有这个状态；可用：{named}", f"one of: {', '.join(kind.statuses)}"))
    query = CaseQuery(
        service=kind.service,
        kind=kind.name,
        viewer=viewer_of(SYSTEM),
        department=department,
        status=status,
        due_before=_day("due_before", due_before),
        received_from=_day("received_from", received_from),
        received_until=_day("received_until", received_until),
        sort="received",
    )
    return await RegisterRoom(runtime.engine(kind.service), runtime.audit).made(kind, Wanted(query, words), SYSTEM)


def template(runtime: Runtime, collection: str) -> bytes:
    """The template of a collection's lists. Raises ``BadField`` for one whose lists cannot be imported."""
    if collection not in IMPORTERS:
        raise unknown_kind(collection, list(IMPORTERS))
    return template_of(IMPORTERS[collection], runtime.reference.directory, runtime.clock())


def _day(name: str, given: str | None) -> str | None:
    try:
        return read_date(given).isoformat() if given else None
    except DateProblem as problem:
        raise BadField(name, problem.text) from problem
