"""The audit trail (审计记录): who signed in, read personal data, exported, replayed or changed rights and settings."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from shared.domain.directory import Actor
from shared.domain.localtime import moment_text
from shared.domain.text import Text
from shared.storage.port import AuditRecord, AuditStore

Action = Literal[
    "token_issued",
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "access_refused",
    "command_refused",
    "vault_read",
    "file_opened",
    "export",
    "import",
    "facts_read",
    "replay",
    "erasure",
    "post_assigned",
    "post_ended",
    "delegation_granted",
    "delegation_ended",
    "settings_changed",
    "parked_redriven",
    "parked_dismissed",
    "republished",
    "rebuilt",
    "backup",
    "restore",
    "archive",
    "audit_read",
]
LONGEST_REASON = 500
# Identity, phone and card numbers, however they are grouped.
_NUMBERS = re.compile(r"(?<![0-9])(?:[0-9][ -]?){10,18}[0-9Xx](?![0-9])")
Detail = str | int | bool | None | Sequence[str]


@dataclass(frozen=True, slots=True)
class ActionKind:
    """An action's title, and the names of what its entry may hold besides; anything else is refused."""

    title: Text
    detail: frozenset[str] = frozenset()


def _kind(zh: str, en: str, *detail: str) -> ActionKind:
    return ActionKind(Text(zh, en), frozenset(detail))


ACTIONS: Mapping[Action, ActionKind] = {
    "token_issued": _kind("签发令牌", "Token issued", "department", "role", "expires", "post_given"),
    "signed_in": _kind("登录", "Signed in", "means"),
    "sign_in_failed": _kind("登录失败", "Sign-in failed", "means", "fault"),
    "signed_out": _kind("退出", "Signed out"),
    "access_refused": _kind("越权访问被拒", "Access refused", "route", "command"),
    "command_refused": _kind("拒收", "Refused at the door", "route", "command", "rule"),
    "vault_read": _kind("查看个人信息", "Personal data read", "kind", "fields", "count", "cases"),
    "file_opened": _kind("打开附件", "Attachment opened", "sha256"),
    "export": _kind("导出", "Export", "kind", "format", "rows", "filters"),
    "import": _kind("导入", "Import", "kind", "sha256", "rows", "imported", "rejected"),
    "facts_read": _kind("查询考核事实", "Facts read", "rows", "filters"),
    "replay": _kind("重放", "Replay", "source", "events", "quarter", "equal"),
    "erasure": _kind("删除个人信息", "Personal data erased", "ground", "values"),
    "post_assigned": _kind("任命岗位", "Post assigned", "department", "role", "since"),
    "post_ended": _kind("免去岗位", "Post ended", "department", "role", "until"),
    "delegation_granted": _kind("授权代行", "Delegation granted", "department", "role", "since", "until"),
    "delegation_ended": _kind("终止代行", "Delegation ended", "department", "role", "until"),
    "settings_changed": _kind("变更设置", "Settings changed", "setting", "digest_before", "digest_after"),
    "parked_redriven": _kind("重投搁置事件", "Parked event redriven", "consumer", "topic", "partition", "offset"),
    "parked_dismissed": _kind("核销搁置事件", "Parked event dismissed", "consumer", "topic", "partition", "offset"),
    "republished": _kind("重新发布事件", "Events republished", "service", "cases"),
    "rebuilt": _kind("重建考核数据", "Assessment rebuilt", "events", "digest"),
    "backup": _kind("备份", "Backup", "events", "digest"),
    "restore": _kind("恢复", "Restore", "events", "digest"),
    "archive": _kind("归档导出", "Archive", "events", "digest"),
    "audit_read": _kind("查阅审计记录", "Audit trail read", "since", "rows"),
}


class Audit:
    """Writes entries that name cases, references and posts, never a citizen's data."""

    def __init__(self, store: AuditStore, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    async def record(
        self,
        actor: Actor,
        action: Action,
        target: str,
        *,
        reason: str | None = None,
        request: str | None = None,
        detail: Mapping[str, Detail] | None = None,
    ) -> None:
        """Adds an entry; durable when it returns. ``target`` is an id; ``request`` the request's id.

        What a person typed as ``reason`` is cut to 500 characters, and numbers as long as a phone or identity number in
        it are blotted out. Raises ``ValueError`` for a detail that the action does not have, ``StoreAway``.
        """
        kind = ACTIONS[action]
        detail = detail or {}
        unknown = sorted(detail.keys() - kind.detail)
        if unknown:
            raise ValueError(f"an audit entry of {action} has no {', '.join(unknown)}")
        entry = AuditRecord(
            at=moment_text(self._clock()),
            actor=actor.subject,
            department=",".join(sorted(actor.departments)) or None,
            action=action,
            target=target,
            reason=_NUMBERS.sub("…", reason)[:LONGEST_REASON] if reason else None,
            request=request,
            detail={
                name: [*value] if isinstance(value, Sequence) and not isinstance(value, str) else value
                for name, value in detail.items()
            },
        )
        await self._store.record(entry)


def action_title(action: str) -> Text:
    """An action's title for showing; the name itself for one that is no longer used."""
    known = next((ACTIONS[name] for name in get_args(Action) if name == action), None)
    return known.title if known else Text(action, action)
