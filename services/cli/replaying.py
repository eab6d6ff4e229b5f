"""`gongkai replay`: from the log, or from the log in a backup."""

from pathlib import Path
from typing import Any

from services.cli import options
from services.cli.desk import opened, remote, settings_of_run


async def replay_log(
    quarter: str | None, plan: str | None, as_of: str | None, known_on: str | None, folder: Path | None = None
) -> dict[str, Any]:
    """Rebuilds facts from the log's start (or from the log in the backup ``folder``), scores and compares."""
    if options.current.url:
        return dict(
            remote().get("/api/v1/assessment/replay", quarter=quarter, plan=plan, as_of=as_of, known_on=known_on)
        )
    from services.assessment.facts import TOPICS
    from services.desk import quarter_of, question_of
    from services.operations.backup_format import checked_backup
    from services.operations.restore import check_region

    kept = checked_backup(folder) if folder is not None else None
    if kept is not None:
        check_region(settings_of_run(), kept)

    async with opened("replay") as desk:
        await desk.runtime.catch_up()
        which = quarter or str(quarter_of(desk.runtime.today))
        question = question_of(which, as_of=as_of, known=known_on, plan=plan)
        return await desk.replay(question, kept.logged(TOPICS) if kept is not None else None)
