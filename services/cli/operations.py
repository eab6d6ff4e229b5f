"""`gongkai republish`, `parked`, `rebuild`, `backup`, `restore`: what they open and how their documents look in a terminal."""

from pathlib import Path
from typing import Any

from services.cli import options, show
from services.cli.desk import prepared, runtime, settings_of_run
from shared.domain.text import Text


async def republished(log_was_reset: bool) -> dict[str, Any]:
    """`gongkai republish`."""
    from services.operations.republish import republish

    async with runtime("republish", seed=False, follow=False) as opened:
        return await republish(opened, show.talk, log_was_reset=log_was_reset)


def republish_table(content: show.Document) -> None:
    """What was sent, and what is read anew."""
    say = options.current.say
    show.grid(
        say(Text("重新发送", "Sent again")),
        [say(Text("服务", "Service")), say(Text("案卷", "Case files"))],
        [[one["service"], one["cases"]] for one in content["services"]],
        right=(1,),
    )
    anew = content["read_anew"]
    told = Text(
        f"发送事件 {content['sent']} 条；从头重读 {len(anew)} 处；清除旧搁置 {len(content['parked_dropped'])} 条",
        f"{content['sent']} events sent; {len(anew)} places read anew; {len(content['parked_dropped'])} parked entries dropped",
    )
    show.console().print(say(told), markup=False)
    for one in content["parked_dropped"]:
        place = one["event"] or f"{one['topic']}/{one['partition']}@{one['offset']}"
        show.console().print(f"  {one['consumer']} {place}: {say(Text.halves(one['reason']))}", markup=False)


async def listed(consumer: str | None, event: str | None) -> dict[str, Any]:
    """`gongkai parked list`."""
    from services.operations.parked import list_parked

    async with runtime("parked list") as opened:
        await opened.settle_down()
        return await list_parked(opened, consumer, event)


async def redriven(consumer: str | None, event: str | None) -> dict[str, Any]:
    """`gongkai parked redrive`."""
    from services.operations.parked import redrive

    async with runtime("parked redrive") as opened:
        await opened.settle_down()
        return await redrive(opened, consumer, event)


async def dismissed(which: str, reason: str, consumer: str | None) -> dict[str, Any]:
    """`gongkai parked dismiss`."""
    from services.operations.parked import dismiss

    async with runtime("parked dismiss") as opened:
        await opened.settle_down()
        return await dismiss(opened, which, reason, consumer)


PARKED = ("consumer", "topic", "partition", "offset", "event", "type", "department", "name", "reason", "dismissed")


def parked_rows(content: show.Document) -> tuple[show.Row, list[show.Row]]:
    """Parked events as rows."""
    return PARKED, [[one[name] for name in PARKED] for one in content["parked"]]


def redrive_rows(content: show.Document) -> tuple[show.Row, list[show.Row]]:
    """What was given again as rows."""
    header = (*PARKED, "taken")
    return header, [[one[name] for name in header] for one in content["redriven"]]


def parked_table(content: show.Document) -> None:
    """Parked events for people."""
    say = options.current.say
    if not content["parked"]:
        show.console().print(say(Text("没有搁置的事件", "no event is parked")), markup=False)
        return
    _grid(content["parked"], Text("搁置的事件", "Parked events"))


def dismiss_rows(content: show.Document) -> tuple[show.Row, list[show.Row]]:
    """What was closed as rows."""
    return PARKED, [[one[name] for name in PARKED] for one in content["dismissed"]]


def dismiss_table(content: show.Document) -> None:
    """What was closed."""
    _grid(content["dismissed"], Text("已核销", "Dismissed"))


def redrive_table(content: show.Document) -> None:
    """What was taken this time, and what stays with which reason."""
    say = options.current.say
    left = [one for one in content["redriven"] if not one["taken"]]
    told = Text(
        f"重投 {len(content['redriven'])} 条：办结 {content['taken']} 条，仍搁置 {content['left']} 条",
        f"{len(content['redriven'])} given again: {content['taken']} taken, {content['left']} still parked",
    )
    show.console().print(say(told), markup=False)
    if left:
        _grid(left, Text("仍搁置", "Still parked"))


def _grid(parked: list[dict[str, Any]], title: Text) -> None:
    say = options.current.say
    closed = any(one["dismissed"] for one in parked)
    header = [
        say(Text("读者", "Consumer")),
        say(Text("位置", "Place")),
        say(Text("事件", "Event")),
        say(Text("单位", "Department")),
        say(Text("原因", "Reason")),
        *([say(Text("核销理由", "Dismissed because"))] if closed else []),
    ]
    lines = [
        [
            one["consumer"],
            f"{one['topic']}/{one['partition']}@{one['offset']}",
            one["event"],
            one["name"] or one["department"],
            say(Text.halves(one["reason"])),
            *([one["dismissed"]] if closed else []),
        ]
        for one in parked
    ]
    show.grid(say(title), header, lines)


async def rebuilt() -> dict[str, Any]:
    """`gongkai rebuild assessment`."""
    from services.operations.rebuild import rebuild

    async with runtime("rebuild assessment") as opened:
        return await rebuild(opened, show.talk)


def rebuild_table(content: show.Document) -> None:
    """What was rebuilt, and whether it is what was live."""
    say = options.current.say
    told = Text(
        f"重建事实 {content['events']} 条，{content['seconds']} 秒，已切换。",
        f"{content['events']} facts rebuilt in {content['seconds']} s and switched to.",
    )
    verdict = (
        Text("与原来的一致", "Equal to what was live")
        if content["equal"]
        else Text(
            f"与原来的不一致：新增 {content['added']}，消失 {content['removed']}，改变 {content['changed']}",
            f"NOT equal to what was live: {content['added']} added, {content['removed']} removed, {content['changed']} changed",
        )
    )
    out = show.console()
    out.print(f"{say(told)}{say(verdict)}", markup=False)
    for one in content["differences"]:
        out.print(f"  {one['event']} {one['difference']}", markup=False)
    if content["parked"]:
        out.print(say(Text(f"搁置事件 {content['parked']} 条", f"{content['parked']} events are parked")), markup=False)
    out.print(content["digest"], markup=False)


async def backed_up(folder: Path) -> dict[str, Any]:
    """`gongkai backup`; a local data folder may be held by the process that serves."""
    from services.operations.backup import backup, beside, sources_of

    settings = settings_of_run()
    if settings.runtime == "local":
        async with beside(settings) as sources:
            return await backup(sources, folder, show.talk)
    async with runtime("backup", seed=False) as opened:
        return await backup(sources_of(opened), folder, show.talk)


async def restored(folder: Path, erased: list[Path]) -> dict[str, Any]:
    """`gongkai restore`: everything is checked before the first write."""
    from services.operations.backup_format import checked_backup
    from services.operations.restore import check_keys, read_erased, restore

    settings = settings_of_run()
    since = read_erased(erased)
    backup = checked_backup(folder)
    check_keys(settings, backup)
    await prepared()
    async with runtime("restore", seed=False, follow=False) as opened:
        return await restore(opened, backup, since, show.talk)


def backup_table(content: show.Document) -> None:
    """What was backed up."""
    say = options.current.say
    told = Text(
        f"已备份案卷 {content['cases']} 件、事件 {content['events']} 条，{content['seconds']} 秒",
        f"{content['cases']} case files with {content['events']} events backed up in {content['seconds']} s",
    )
    show.console().print(say(told), markup=False)
    show.console().print(say(Text("摘要", "Digest")) + f" {content['digest']}", markup=False)


def restore_table(content: show.Document) -> None:
    """What was restored, and what stays erased."""
    say = options.current.say
    told = Text(
        f"已恢复案卷 {content['cases']} 件、事件 {content['events']} 条，{content['seconds']} 秒；"
        f"再次删除个人信息主体 {content['erased_subjects']} 个（备份中尚存 {content['erased_values']} 项）",
        f"{content['cases']} case files with {content['events']} events restored in {content['seconds']} s; "
        f"{content['erased_subjects']} subjects erased again ({content['erased_values']} values were still in the backup)",
    )
    show.console().print(say(told), markup=False)
    if content["log"] == "made anew":
        anew = Text("日志已从案卷重新生成", "the log was made anew from the case files")
        show.console().print(say(anew), markup=False)
    show.console().print(say(Text("摘要", "Digest")) + f" {content['digest']}", markup=False)
