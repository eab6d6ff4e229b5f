from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from shared.domain.directory import PUBLIC, Actor
from shared.security.audit import ACTIONS, Action, Audit, action_title
from shared.storage.port import AuditRecord, StoreAway

CLERK = Actor("张三", frozenset({("education", "clerk"), ("education", "custodian"), ("health", "clerk")}))


class Trail:
    """The ``AuditStore`` port on a list."""

    def __init__(self) -> None:
        self.kept: list[AuditRecord] = []
        self.away = False

    async def record(self, entry: AuditRecord) -> None:
        if self.away:
            raise StoreAway
        self.kept.append(entry)

    async def entries(self, since: str | None = None) -> AsyncIterator[Mapping[str, Any]]:
        for entry in self.kept:
            yield asdict(entry)

    async def verify(self) -> int | None:
        return None


@pytest.fixture
def trail() -> Trail:
    return Trail()


@pytest.fixture
def audit(trail: Trail) -> Audit:
    return Audit(trail, lambda: datetime(2026, 10, 9, 1, 30, tzinfo=UTC))


def test_every_action_has_a_title_in_both_languages() -> None:
    assert set(ACTIONS) == set(get_args(Action))
    titles = [kind.title for kind in ACTIONS.values()]
    assert len({title.zh for title in titles}) == len({title.en for title in titles}) == len(ACTIONS)
    assert action_title("vault_read").zh == "查看个人信息"
    assert action_title("no longer used").en == "no longer used"


async def test_an_entry_says_who_when_what_and_why(audit: Audit, trail: Trail) -> None:
    await audit.record(
        CLERK,
        "vault_read",
        "M2026-000123",
        reason="核实投诉",
        request="r-1",
        detail={"kind": "message", "fields": ("name", "phone"), "count": 2},
    )
    assert trail.kept == [
        AuditRecord(
            at="2026-10-09T09:30:00+08:00",
            actor="张三",
            department="education,health",
            action="vault_read",
            target="M2026-000123",
            reason="核实投诉",
            request="r-1",
            detail={"kind": "message", "fields": ["name", "phone"], "count": 2},
        )
    ]


async def test_somebody_without_a_post_has_no_department(audit: Audit, trail: Trail) -> None:
    await audit.record(PUBLIC, "sign_in_failed", "token", detail={"means": "token", "fault": "expired"})
    assert (trail.kept[0].actor, trail.kept[0].department) == ("public", None)


@pytest.mark.parametrize("name", ["name", "phone", "text", "values"])
async def test_a_detail_that_an_action_does_not_have_is_refused(audit: Audit, trail: Trail, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        await audit.record(CLERK, "vault_read", "M2026-000123", detail={name: "李四"})
    assert trail.kept == []


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("来电 13885401234 核实", "来电 … 核实"),
        ("身份证52272819900101123X", "身份证…"),
        ("卡号 6222 0212 3456 7890 123", "卡号 …"),
        ("电话0854-7611234-8", "电话…"),
        ("M2026-000123 第3次", "M2026-000123 第3次"),
        ("2026-10-09 09:30 来访", "2026-10-09 09:30 来访"),
        ("x" * 600, "x" * 500),
        ("", None),
    ],
)
async def test_numbers_of_persons_are_blotted_out_of_a_reason(
    audit: Audit, trail: Trail, reason: str, kept: str | None
) -> None:
    await audit.record(CLERK, "export", "messages", reason=reason)
    assert trail.kept[0].reason == kept


async def test_an_action_that_cannot_be_recorded_fails(audit: Audit, trail: Trail) -> None:
    trail.away = True
    with pytest.raises(StoreAway):
        await audit.record(CLERK, "export", "messages")
