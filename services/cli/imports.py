"""`gongkai import KIND FILE`, with a progress bar on a terminal."""

import tempfile
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

from services.cli import options
from services.cli.desk import remote, runtime
from shared.domain.directory import SYSTEM
from shared.settings import read_settings
from shared.storage.folder import DataFolder


async def imported(
    kind: str, file: Path, mapping: Path | None, create_departments: bool, dry_run: bool
) -> dict[str, Any]:
    """The import's document."""
    from services.export_list import unknown_kind
    from services.import_list import IMPORTERS, import_file

    if kind not in IMPORTERS:
        raise unknown_kind(kind, list(IMPORTERS))
    of = IMPORTERS[kind].kind
    if options.current.url:
        return dict(
            remote().send_file(
                f"/api/v1/{of.service}/{of.collection}.import",
                file,
                mapping=mapping.read_text("utf-8") if mapping else None,
                create_departments="true" if create_departments else None,
                dry_run="true" if dry_run else None,
            )
        )
    async with AsyncExitStack() as opened:
        folder = None
        if dry_run and not _used():
            # A rehearsal leaves no trace, not even a folder with its seeds.
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="gongkai-dry-run-")))
        local = await opened.enter_async_context(runtime("import", folder=folder))
        with ExitStack() as stack:
            progress = _bar(stack) if options.interactive() else None
            document = await import_file(
                local,
                kind,
                file,
                mapping=mapping,
                create_departments=create_departments,
                dry_run=dry_run,
                progress=progress,
                lang=options.current.lang,
            )
        if not dry_run:
            detail = {
                "kind": of.name,
                "sha256": document["sha256"],
                "rows": document["rows"],
                "imported": document["imported"],
                "rejected": len(document["rejected"]),
            }
            await local.audit.record(SYSTEM, "import", of.collection, detail=detail)
        return document


def _used() -> bool:
    """Whether the data folder of this run holds anything yet."""
    given = {"data": options.current.data} if options.current.data else {}
    return DataFolder.database_in(read_settings(**given).data).exists()


def _bar(stack: ExitStack) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = stack.enter_context(
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
    )
    task = bar.add_task("import", total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)
