"""`gongkai replay --from log`."""

from typing import Any

from services.cli import options
from services.cli.desk import opened, remote


async def replay_log(quarter: str | None, plan: str | None, as_of: str | None, known_on: str | None) -> dict[str, Any]:
    """Rebuilds facts from the log's start, scores and compares."""
    if options.current.url:
        return dict(
            remote().get("/api/v1/assessment/replay", quarter=quarter, plan=plan, as_of=as_of, known_on=known_on)
        )
    from services.desk import quarter_of, question_of

    async with opened("replay") as desk:
        await desk.runtime.catch_up()
        which = quarter or str(quarter_of(desk.runtime.today))
        return await desk.replay(question_of(which, as_of=as_of, known=known_on, plan=plan))
