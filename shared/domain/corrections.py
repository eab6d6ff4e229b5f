"""Events and commands that every case kind has: undoing a wrong entry, revoking an overdue, revised verdicts, moved dates."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.kind import Command, Event, attribute, command, event, field
from shared.domain.permission import Allowed, handler, office
from shared.domain.text import Text

BASIS = Text(
    "《政府信息公开条例》第四十六条（监督、纠正）",
    "Regulations on Open Government Information, Art. 46 (supervision, correction)",
)


class ClockChange(BaseModel):
    """One clock whose due date a correction moved; None where it ran not."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    clock: str
    old: date | None
    new: date | None


@event("EntryVoided", Text("登记作废", "Entry voided"), basis=BASIS)
class EntryVoided(Event):
    """登记作废: entries are undone; ``moved`` lists the clocks and ``revised`` the verdicts that followed."""

    reason: str = attribute(Text("理由", "Reason"))
    moved: tuple[ClockChange, ...] = attribute(Text("变动的期限", "Clocks moved"), default=())
    revised: tuple[str, ...] = attribute(Text("重新认定的事件", "Verdicts revised"), default=())


@event("OverdueRevoked", Text("逾期撤销", "Overdue revoked"), basis=BASIS)
class OverdueRevoked(Event):
    """逾期撤销: a miss is no longer charged; its clock ends without a verdict."""

    clock: str = attribute(Text("期限", "Clock"), scored=True)
    due: date = attribute(Text("到期日", "Due"), scored=True)
    reason: str = attribute(Text("理由", "Reason"))


@event("DeadlineRecomputed", Text("期限重算", "Deadline recomputed"))
class DeadlineRecomputed(Event):
    """期限重算: the calendar changed while the clock ran. ``old`` and ``new`` due dates, ``status`` after."""

    clock: str = attribute(Text("期限", "Clock"), scored=True)
    old: date | None = attribute(Text("原到期日", "Old due date"))
    new: date | None = attribute(Text("新到期日", "New due date"))
    status: Literal["final", "provisional"] = attribute(Text("确定程度", "Status"))
    calendar: int = attribute(Text("日历版本", "Calendar version"), scored=True)


@event("VerdictRevised", Text("认定变更", "Verdict revised"))
class VerdictRevised(Event):
    """认定变更: explains which verdicts were voided and what restates them. Never scored."""

    restated: tuple[str, ...] = attribute(Text("重述的事件", "Restating events"), default=())
    calendar: int = attribute(Text("日历版本", "Calendar version"))


COMMON_EVENTS: tuple[type[Event], ...] = (EntryVoided, OverdueRevoked, DeadlineRecomputed, VerdictRevised)


@command(
    Text("作废登记", "Void entries"),
    help=Text(
        "登记有误时作废，后续的期限和认定随之更正。收件和逾期认定不能在此作废。",
        "Undo wrong entries; dates and verdicts that depended on them follow.",
    ),
    basis=BASIS,
    allowed=(office(),),
)
class VoidEntry(Command):
    """Undo wrong entries of this case by a later event."""

    events: tuple[str, ...] = field(
        Text("事件编号", "Event ids"),
        help=Text("要作废的事件的编号。", "The ids of the events to undo."),
        widget="text",
        min_length=1,
    )
    reason: str = field(
        Text("理由", "Reason"),
        help=Text("为何作废。", "Why they are undone."),
        widget="textarea",
        vault="case",
        min_length=1,
        max_length=500,
    )


@command(
    Text("撤销逾期", "Revoke an overdue"),
    help=Text(
        "逾期认定不应计入时撤销，期限不再认定。",
        "An overdue that must not be charged is revoked; its clock ends without a verdict.",
    ),
    basis=BASIS,
    allowed=(office(),),
)
class RevokeOverdue(Command):
    """Take back the charge of a missed clock."""

    event: str = field(
        Text("逾期事件编号", "Overdue event id"),
        help=Text("逾期认定的事件编号。", "The id of the overdue event."),
        widget="text",
    )
    reason: str = field(
        Text("理由", "Reason"),
        help=Text("为何撤销。", "Why it is revoked."),
        widget="textarea",
        vault="case",
        min_length=1,
        max_length=500,
    )


COMMON_READERS: Mapping[str, tuple[Allowed, ...]] = {"reason": (handler(), office())}
"""Who reads the sealed fields of these events, in a kind that does not say otherwise."""
COMMON_COMMANDS: tuple[type[Command], ...] = (VoidEntry, RevokeOverdue)
