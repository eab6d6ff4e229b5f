"""`gongkai export KIND FILE` and `gongkai template KIND FILE`: a register or a template written to a file."""

import os
from pathlib import Path
from typing import Any

from services.cli import options
from services.cli.desk import fail, remote, runtime
from shared.domain.text import Text
from shared.os_faults import reason_of

OURS = 0o600
"""A register holds personal data: whoever asked for it may read it, and nobody else on the machine."""


async def exported(kind: str, file: Path, **filters: str | None) -> dict[str, Any]:
    """Writes the register; how many rows it has."""
    from services.export_list import export_register

    if options.current.url:
        body, rows = remote().get_file(f"{_address(kind)}.xlsx", **_query(filters))
        _write(file, body)
        return {"rows": rows}
    async with runtime("export") as local:
        made = await export_register(local, kind, **filters)
        _write(file, made.body)
        return {"rows": made.rows}


async def template_written(kind: str, file: Path) -> dict[str, Any]:
    """Writes the template; it has no rows yet."""
    from services.export_list import template, unknown_kind
    from services.import_list import IMPORTERS

    if kind not in IMPORTERS:
        raise unknown_kind(kind, list(IMPORTERS))
    if options.current.url:
        body, _ = remote().get_file(f"{_address(kind)}.template.xlsx")
        _write(file, body)
    else:
        async with runtime("template") as local:
            _write(file, template(local, kind))
    return {"rows": 0}


def _address(kind: str) -> str:
    from services.declared import SERVICES
    from services.export_list import unknown_kind

    services = {one.collection: service.name for service in SERVICES for one in service.kinds}
    if kind not in services:
        raise unknown_kind(kind, list(services))
    return f"/api/v1/{services[kind]}/{kind}"


def _query(filters: dict[str, str | None]) -> dict[str, str]:
    return {("q" if name == "words" else name): value for name, value in filters.items() if value}


def _write(file: Path, body: bytes) -> None:
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OURS), "wb") as out:
            out.write(body)
    except OSError as problem:
        why = reason_of(problem)
        fail(Text(f"写不了文件：{file}（{why.zh}）", f"the file cannot be written: {file} ({why.en})"))
