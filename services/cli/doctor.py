"""`gongkai doctor`: what in the data folder, or on store and log, needs looking at."""

import shutil
import stat
from typing import Any

from services.cli.desk import runtime, settings_of_run
from services.cli.words import moment
from services.desk import Desk
from services.local import LocalRuntime
from services.runtime import distinct
from shared.domain.localtime import moment_text
from shared.domain.text import Text
from shared.storage.port import waiting

LEAST_FREE = 1 << 30
ALARM, URGENT = (11, 1), (12, 10)


async def examine() -> dict[str, Any]:
    """``{ok, checks: [{check, ok, message, message_en}]}``."""
    local = settings_of_run().runtime == "local"
    # Servers are looked at as they are: what cannot be read is a finding, and nothing is seeded.
    async with runtime("doctor", seed=local, follow=False) as found:
        desk = Desk(found)
        checks = [
            *([_folder(found), _disk(found), _store(found)] if isinstance(found, LocalRuntime) else []),
            await _log(desk),
            *([_calendar(desk)] if found.follower.current is not None else []),
            await _unsent(desk),
            await _parked(desk),
            await _refused(desk),
            await _vault(desk),
            await _audit(desk),
        ]
    return {"ok": all(check["ok"] for check in checks), "checks": checks}


def _result(name: str, ok: bool, message: Text) -> dict[str, Any]:
    return {"check": name, "ok": ok, "message": message.zh, "message_en": message.en}


def _folder(local: LocalRuntime) -> dict[str, Any]:
    mode = stat.S_IMODE(local.folder.path.stat().st_mode)
    return _result(
        "folder", mode == 0o700, Text(f"数据目录权限 {mode:o}，应为 700", f"data folder mode {mode:o}, should be 700")
    )


def _disk(local: LocalRuntime) -> dict[str, Any]:
    free = shutil.disk_usage(local.folder.path).free
    return _result("disk", free >= LEAST_FREE, Text(f"磁盘剩余 {free >> 20} MiB", f"{free >> 20} MiB free"))


def _store(local: LocalRuntime) -> dict[str, Any]:
    found = local.database.read("PRAGMA quick_check")
    return _result("store", found == [("ok",)], Text(f"数据文件检查：{found[0][0]}", f"store check: {found[0][0]}"))


async def _log(desk: Desk) -> dict[str, Any]:
    faults = await desk.runtime.log_faults()
    told = Text("；".join(fault.zh for fault in faults), "; ".join(fault.en for fault in faults))
    good = Text("事件日志可用，各读者的位置与它相符", "the event log answers, and every reader's position fits it")
    return _result("log", not faults, told if faults else good)


def _calendar(desk: Desk) -> dict[str, Any]:
    today = desk.runtime.today
    if not desk.runtime.reference.calendar.known(today.year):
        message = Text(
            f"{today.year} 年（本年）放假通知尚未登记，期限均为暂定",
            f"no notice for {today.year}; every date is provisional",
        )
        return _result("calendar", False, message)
    known = desk.runtime.reference.calendar.known(today.year + 1)
    due = (today.month, today.day) >= ALARM
    urgent = (today.month, today.day) >= URGENT
    if known:
        return _result(
            "calendar", True, Text(f"{today.year + 1} 年放假通知已登记", f"the notice for {today.year + 1} is known")
        )
    if not due:
        message = Text(
            f"{today.year + 1} 年放假通知一般在 11 月前后公布", f"the notice for {today.year + 1} comes about November"
        )
        return _result("calendar", True, message)
    word, word_en = ("紧急：", "urgent: ") if urgent else ("", "")
    message = Text(
        f"{word}{today.year + 1} 年放假通知尚未登记，跨年期限为暂定；请用 gongkai calendar publish 登记",
        f"{word_en}no notice for {today.year + 1} yet; dates across the year's end are provisional",
    )
    return _result("calendar", False, message)


async def _unsent(desk: Desk) -> dict[str, Any]:
    oldest = [await s.stores.cases.oldest_unsent(name) for name, s in desk.runtime.services.items()]
    waiting = [o for o in oldest if o is not None]
    since = moment(moment_text(min(waiting))) if waiting else ""
    return _result(
        "relay",
        not waiting,
        Text(
            f"未发布的案卷：最早 {since}" if waiting else "事件均已发布",
            f"events not published, the oldest since {since}" if waiting else "all events published",
        ),
    )


async def _parked(desk: Desk) -> dict[str, Any]:
    stores = distinct(service.stores.positions for service in desk.runtime.services.values())
    parked = waiting([one for store in stores for one in await store.parked()])
    if not parked:
        return _result("parked", True, Text("没有搁置的事件", "no event is parked"))
    first, reason = parked[0], Text.halves(parked[0].reason)
    event = first.event or f"{first.topic}/{first.partition}@{first.offset}"
    message = Text(
        f"搁置事件 {len(parked)} 条，第一条 {event}：{reason.zh}",
        f"events parked: {len(parked)}; first {event}: {reason.en}",
    )
    return _result("parked", False, message)


async def _refused(desk: Desk) -> dict[str, Any]:
    notes = await desk.refusals()
    if not notes:
        return _result("policies", True, Text("自动办理均未被拒绝", "no policy's command was refused"))
    return _result(
        "policies", False, Text(f"被拒绝的自动办理 {len(notes)} 件", f"commands of policies refused: {len(notes)}")
    )


async def _vault(desk: Desk) -> dict[str, Any]:
    unreadable = [reason async for _, reason in desk.runtime.vault.unreadable()]
    first = unreadable[0] if unreadable else Text("均可解读", "all of it opens")
    return _result(
        "vault",
        not unreadable,
        Text(
            f"个人信息：无法解读 {len(unreadable)} 项；{first.zh}" if unreadable else f"个人信息：{first.zh}",
            f"personal data: {len(unreadable)} cannot be read; {first.en}"
            if unreadable
            else f"personal data: {first.en}",
        ),
    )


async def _audit(desk: Desk) -> dict[str, Any]:
    bad = await desk.runtime.stores.audit.verify()
    return _result(
        "audit",
        bad is None,
        Text(
            "审计记录完整" if bad is None else f"审计记录第 {bad} 条起不符",
            "audit trail whole" if bad is None else f"audit trail broken from entry {bad}",
        ),
    )
