"""What can happen to a finding on patrol (巡查发现): the events, stored literally; quoted text and statements are references."""

from datetime import date

from services.publishing.finding_rules import (
    DISPUTING,
    INSTITUTION,
    SUPERVISION,
    Area,
    Cause,
    DisputeGround,
    RejectGround,
    Scope,
    Severity,
    Veto,
)
from shared.domain.kind import Event, Verdict, attribute, event
from shared.domain.text import Text

_AREA = Text("问题类别", "Area")
_SEVERITY = Text("严重程度", "Severity")
_CAUSE = Text("问题原因", "Cause")
_VETO = Text("一票否决情形", "Veto")
_FOUND = Text("发现日期", "Found on")
_GROUND = Text("情形", "Ground")
_EXPLANATION = Text("说明", "Explanation")
_STATEMENT = Text("单位陈述", "What the unit states")
_ATTACHMENTS = Text("附件", "Attachments")
_FIX_BY = Text("整改期限", "Fix by")


@event("PatrolRecorded", Text("巡查登记", "Patrol recorded"), basis=INSTITUTION)
class PatrolRecorded(Event):
    """巡查登记: what was looked at in a unit, and whether anything was found."""

    scope: Scope = attribute(Text("巡查范围", "Scope"), scored=True)
    found_nothing: bool = attribute(Text("未发现问题", "Found nothing"), scored=True)
    found: date = attribute(Text("巡查日期", "Day of the patrol"), scored=True)
    explanation: str | None = attribute(_EXPLANATION, default=None)


@event("DefectFound", Text("发现问题", "Defect found"), basis=INSTITUTION)
class DefectFound(Event):
    """发现问题: nothing is charged yet. ``limit`` are the working days to dispute it; ``quoted`` is what ``quote`` is sealed under."""

    area: Area = attribute(_AREA, scored=True)
    severity: Severity = attribute(_SEVERITY, scored=True)
    cause: Cause = attribute(_CAUSE, scored=True)
    veto: Veto = attribute(_VETO, scored=True)
    found: date = attribute(_FOUND, scored=True)
    limit: int = attribute(Text("申辩期限（工作日）", "Time to dispute (working days)"))
    article: str | None = attribute(Text("信息", "Item"), default=None)
    page: str | None = attribute(Text("网址", "Address"), default=None)
    quote: str | None = attribute(Text("原文摘录", "Quoted text"), default=None)
    quoted: str | None = attribute(Text("摘录密钥", "Key of the quoted text"), default=None)
    explanation: str | None = attribute(_EXPLANATION, default=None)
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())
    again_after: str | None = attribute(Text("原巡查发现", "Earlier finding"), default=None)


@event("DefectAccepted", Text("单位认可", "Defect accepted"), basis=DISPUTING)
class DefectAccepted(Verdict):
    """单位认可 within the time to dispute: it need not run out."""


@event("DefectDisputed", Text("单位申辩", "Defect disputed"), basis=DISPUTING)
class DefectDisputed(Verdict):
    """单位申辩 within the time to dispute: somebody else than the finder decides."""

    ground: DisputeGround = attribute(_GROUND, scored=True)
    statement: str = attribute(_STATEMENT)
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("DisputeLapsed", Text("申辩期满", "Time to dispute over"), basis=DISPUTING)
class DisputeLapsed(Verdict):
    """申辩期满 without a word of the unit: it may be confirmed. Charges nothing."""


@event("DefectConfirmed", Text("认定问题", "Defect confirmed"), basis=SUPERVISION)
class DefectConfirmed(Event):
    """认定问题: charged to the unit, once, in the quarter in which it was found."""

    area: Area = attribute(_AREA, scored=True)
    severity: Severity = attribute(_SEVERITY, scored=True)
    cause: Cause = attribute(_CAUSE, scored=True)
    veto: Veto = attribute(_VETO, scored=True)
    found: date = attribute(_FOUND, scored=True)
    fix_by: date = attribute(_FIX_BY)
    explanation: str | None = attribute(_EXPLANATION, default=None)


@event("DefectRejected", Text("认定不成立", "Defect rejected"), basis=SUPERVISION)
class DefectRejected(Event):
    """认定不成立: nothing is charged; ``charged_by`` is the case in which the same cause was charged already."""

    ground: RejectGround = attribute(_GROUND, scored=True)
    charged_by: str | None = attribute(Text("已扣分案卷", "Case charged already"), default=None)
    explanation: str = attribute(_EXPLANATION)


@event("DefectFixed", Text("报送整改", "Defect fixed"), basis=SUPERVISION)
class DefectFixed(Verdict):
    """报送整改 by the unit: in time it is the clock's verdict, after the miss it says so and is none."""

    statement: str = attribute(_STATEMENT)
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("FixOverdue", Text("整改逾期", "Fix overdue"), basis=SUPERVISION)
class FixOverdue(Verdict):
    """整改逾期: no fix was reported by the day set for it."""

    area: Area = attribute(_AREA, scored=True)


@event("FixReturned", Text("退回整改", "Fix returned"), basis=SUPERVISION)
class FixReturned(Event):
    """退回整改: the fix does not hold; a clock of its own runs to the new day."""

    fix_by: date = attribute(_FIX_BY)
    explanation: str = attribute(_EXPLANATION)


@event("DefectCleared", Text("核销", "Defect cleared"), basis=SUPERVISION)
class DefectCleared(Event):
    """核销: the county office has seen that it is fixed."""

    explanation: str | None = attribute(_EXPLANATION, default=None)
