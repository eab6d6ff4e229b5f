"""`gongkai import KIND FILE`, with a progress bar on a terminal."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from services.cli import options
from services.cli.desk import remote, runtime


async def import_file(file: Path, mapping: Path | None, create_departments: bool, dry_run: bool) -> dict[str, Any]:
    """The import's document."""
    if options.current.url:
        return dict(
            remote().send_file(
                "/api/v1/messages/messages.import",
                file,
                mapping=mapping.read_text("utf-8") if mapping else None,
                create_departments="true" if create_departments else None,
                dry_run="true" if dry_run else None,
            )
        )
    from services.import_list import import_messages

    async with runtime("import") as local:
        with ExitStack() as stack:
            progress = _bar(stack) if options.interactive() else None
            document = await import_messages(
                local,
                file,
                mapping=mapping,
                create_departments=create_departments,
                dry_run=dry_run,
                progress=progress,
                lang=options.current.lang,
            )
        if not dry_run:
            await local.settle_down()
        return document


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
