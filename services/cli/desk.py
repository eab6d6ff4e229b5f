"""Opens the data folder for one command, seeds it on first use, and turns what can go wrong into sentences and exit codes."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from services.cli import options
from shared.domain.text import Text
from shared.os_faults import reason_of

if TYPE_CHECKING:
    from services.desk import Desk
    from services.runtime import Runtime
    from shared.domain.limits import Limit
    from shared.settings import Settings

R = TypeVar("R")
DONE, FAILED, USAGE, LOOK = 0, 1, 2, 3


@asynccontextmanager
async def opened(doing: str) -> "AsyncIterator[Desk]":
    """A desk on the data folder of this run."""
    from services.desk import Desk

    async with runtime(doing) as local:
        yield Desk(local)


@asynccontextmanager
async def runtime(
    doing: str, *, seed: bool = True, folder: Path | None = None, follow: bool = True
) -> "AsyncIterator[Runtime]":
    """The runtime of this run (on ``folder``, where one is given); an empty one is seeded first where ``seed``.

    ``follow`` False: the reference data is not read first, for what must work on a log that was made again.
    """
    from services.local import open_local

    settings = settings_of_run(folder)
    local: Runtime
    if settings.runtime == "distributed" and folder is None:
        from services.distributed import open_distributed

        local = open_distributed(settings)
    else:
        local = await open_local(settings, doing)
    try:
        await refuse_half_restored(local)
        await local.prove_key()
        if follow and local.follower.current is None:
            await local.follower.run_once()
        if seed and not await local.seeded():
            await local.init()
        yield local
    finally:
        await local.close()


async def refuse_half_restored(local: "Runtime") -> None:
    """Raises ``OperationRefused`` where a restore was cut off: what there is must not be taken for the whole."""
    from services.operations.problems import OperationRefused
    from services.runtime import RESTORING

    if await local.stores.notes.note(RESTORING):
        raise OperationRefused(
            f"恢复没有完成（{local.place}）：正在进行，或中途被打断；被打断的请清空后重新恢复",
            f"a restore is not done ({local.place}): it is under way, or was cut off; then empty it and restore again",
        )


def settings_of_run(folder: Path | None = None, **given: str) -> "Settings":
    """The settings in force, on the data folder of this run (or ``folder``); ``given`` goes before the environment."""
    from shared.settings import read_settings

    data = folder or options.current.data
    return read_settings(_known_limits, **given, **({"data": data} if data else {}))


def _known_limits() -> "Mapping[str, Limit]":
    from services.limits import known_limits

    return known_limits()


async def prepared() -> None:
    """Makes the topics and indexes that the distributed runtime needs; nothing on the local one."""
    settings = settings_of_run()
    if settings.runtime == "distributed":
        from services.distributed import prepare

        await prepare(settings)


def run(work: Callable[[], Awaitable[R]]) -> R:
    """Runs a command's work; what can go wrong becomes a sentence on stderr and an exit status."""
    import uvloop

    from services.assessment.assessor import Unanswerable
    from services.cli.options import Refused
    from services.operations.problems import OperationRefused
    from shared.domain.kind import BadField, RuleBroken
    from shared.engine.execute import Forbidden, NotFound
    from shared.eventlog.port import LogAway, LogReset, TopicRefused
    from shared.security.identity import LocalTokensRefused
    from shared.security.keys import KeyProblem
    from shared.settings import SettingsProblem
    from shared.storage.folder import FolderHeld
    from shared.storage.port import RebuildOvertaken, StoreAway

    async def awaited() -> R:
        return await work()

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(awaited())
    except BadField as bad:
        fail(Text(f"{bad.field}：{bad.message.zh}", f"{bad.field}: {bad.message.en}"), USAGE)
    except Unanswerable as question:
        said = Text(f"{question.field}：{question.message.zh}", f"{question.field}: {question.message.en}")
        # A plan was read and found wanting; every other question names what there is not.
        fail(said, FAILED if question.field == "plan" else USAGE)
    except RuleBroken as broken:
        basis = Text("", "")
        if broken.basis != broken.message:
            basis = Text(f"；{broken.basis.zh}", f"; {broken.basis.en}")
        fail(
            Text(
                f"{broken.message.zh}（{broken.code}{basis.zh}）",
                f"{broken.message.en} ({broken.code}{basis.en})",
            )
        )
    except NotFound as missing:
        fail(Text(f"没有这个案卷：{missing}", f"no such case: {missing}"))
    except Forbidden as forbidden:
        fail(Text(f"无权办理：{forbidden}", f"not yours to do: {forbidden}"))
    except FolderHeld as held:
        fail(held.message)
    except (LogAway, LogReset, TopicRefused, OperationRefused) as log:
        fail(log.text)
    except RebuildOvertaken:
        fail(
            Text(
                "另一次重建在此期间开始；现行事实保持不变，请等它结束",
                "another rebuild began meanwhile; the live facts stay as they are, wait for it",
            )
        )
    except StoreAway as away:
        if settings_of_run().runtime == "distributed":
            fail(away.text)
        fail(Text("数据目录不可用：{why}", "the data folder cannot be used: {why}").format(why=away.reason))
    except OSError as problem:
        where, why = f"{problem.filename}: " if problem.filename else "", reason_of(problem)
        if settings_of_run().runtime == "distributed":
            fail(Text(f"无法读写：{where}{why.zh}", f"cannot read or write: {where}{why.en}"))
        fail(Text(f"数据目录不可用：{where}{why.zh}", f"the data folder cannot be used: {where}{why.en}"))
    except Refused as refused:
        fail(Text(str(refused), str(refused)), USAGE if refused.bad_field else FAILED)
    except (SettingsProblem, KeyProblem, LocalTokensRefused) as problem:
        fail(Text(str(problem), str(problem)))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise AssertionError("fail never returns")


def fail(message: Text, status: int = FAILED) -> None:
    """Says why on stderr and ends with the status."""
    sys.stderr.write(options.current.say(message) + "\n")
    raise SystemExit(status)


def remote() -> Any:
    """The serving process named by ``--url``."""
    from services.cli.remote import Remote

    return Remote(options.current.url or "")
