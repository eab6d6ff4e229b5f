"""What people may ask of a finding on patrol (巡查发现): the commands, with the words of their forms."""

from datetime import date
from typing import Any

from services.publishing.events import GUIDANCE, GuidanceForm
from services.publishing.finding_rules import (
    DISPUTING,
    ERASURE,
    INSTITUTION,
    ONCE,
    SUPERVISION,
    Area,
    Cause,
    DisputeGround,
    RejectGround,
    Scope,
    Severity,
    Veto,
    file_of,
    former_places,
    place_of,
)
from shared.domain.command_fields import attachments
from shared.domain.kind import Command, command, field
from shared.domain.permission import anywhere, county_leader, handler, office
from shared.domain.text import Text

DESK = office("clerk", "office", "head")
OFFICE = office("office", "head")
LEADER = county_leader()
SECURITY = anywhere("security_admin")
UNIT = handler("clerk", "reviewer", "head", "custodian", "disclosure_head", "office")
HEADS = handler("head", "disclosure_head")


def _explanation(help: Text, basis: Text, *, default: Any = None) -> Any:
    return field(
        Text("说明", "Explanation"),
        help=help,
        widget="textarea",
        basis=basis,
        vault="case",
        default=default,
        min_length=1,
        max_length=2000,
    )


def _statement(help: Text, basis: Text) -> Any:
    return field(
        Text("单位陈述", "What the unit states"),
        help=help,
        widget="textarea",
        basis=basis,
        vault="case",
        min_length=1,
        max_length=2000,
    )


def _fix_by() -> Any:
    return field(
        Text("整改期限", "Fix by"),
        help=Text("整改的最后一日，须在今天之后。", "The last day to fix it, after today."),
        widget="date",
        basis=SUPERVISION,
    )


def _severity(help: Text) -> Any:
    return field(Text("严重程度", "Severity"), help=help, widget="select", basis=INSTITUTION, default=None)


def _veto(help: Text, *, default: Any) -> Any:
    return field(Text("一票否决情形", "Veto"), help=help, widget="select", basis=SUPERVISION, default=default)


def case_id(given: "RecordPatrol") -> str:
    """``finding-education-3f2a9c41d07b``: of a defect by its cause and place, of a patrol without one by day and scope."""
    if given.found_nothing:
        return file_of(given.department, "patrol", given.scope, given.found.isoformat())
    return _file_at(given, place_of(given.article, given.page))


def former_ids(given: "RecordPatrol") -> tuple[str, ...]:
    """The ids that the file of the same cause may have from the time when a place was folded less."""
    return tuple(sorted(_file_at(given, place) for place in former_places(given.article, given.page)))


def _file_at(given: "RecordPatrol", place: str) -> str:
    return file_of(given.department, str(given.area), str(given.cause), place, given.again_after or "")


def _looked_at(given: "RecordPatrol") -> tuple[str, ...]:
    return tuple(case for case in (case_id(given), *former_ids(given), given.article, given.again_after) if case)


def _charged(given: "RejectDefect") -> tuple[str, ...]:
    return (given.charged_by,) if given.charged_by else ()


@command(
    Text("登记巡查", "Record a patrol"),
    help=Text(
        "一个问题登记一件；未发现问题的勾选“未发现问题”。同一单位同一位置的同一原因只有一件，只扣一次。",
        "One file a defect, or one that says nothing was found. The same cause in the same place of a unit has one file and is charged once.",
    ),
    basis=INSTITUTION,
    allowed=(DESK,),
    opens=True,
    needs=_looked_at,
)
class RecordPatrol(Command):
    """Record a patrol of a unit, with the defect that was found or with none."""

    department: str = field(
        Text("被巡查单位", "Unit patrolled"),
        help=Text("对所发布内容负责的单位。", "The unit responsible for what is published."),
        widget="department",
        basis=INSTITUTION,
        min_length=1,
        max_length=100,
    )
    scope: Scope = field(
        Text("巡查范围", "Scope"),
        help=Text("政府网站、政务新媒体、重点栏目或已发布信息。", "Website, new media, columns or published items."),
        widget="select",
        basis=INSTITUTION,
    )
    found: date = field(
        Text("发现日期", "Found on"),
        help=Text("巡查当日，按该日计入季度。", "The day of the patrol; it decides the quarter."),
        widget="date",
        basis=INSTITUTION,
    )
    found_nothing: bool = field(
        Text("未发现问题", "Found nothing"),
        help=Text("勾选后不填问题各栏。", "Then the fields of a defect stay empty."),
        widget="checkbox",
        basis=INSTITUTION,
        default=False,
    )
    area: Area | None = field(
        Text("问题类别", "Area"),
        help=Text(
            "有问题时必填。公开逾期、栏目不更新由系统计，不在此登记。",
            "Needed for a defect. Lateness is counted by itself.",
        ),
        widget="select",
        basis=INSTITUTION,
        default=None,
    )
    cause: Cause | None = field(
        Text("问题原因", "Cause"),
        help=Text("有问题时必填，须属于所选类别。", "Needed for a defect; one of its area."),
        widget="select",
        basis=ONCE,
        default=None,
    )
    severity: Severity | None = _severity(Text("有问题时必填：轻微、一般或严重。", "Needed for a defect."))
    veto: Veto = _veto(
        Text("泄密、泄露个人信息、严重表述错误、伪造发布日期；没有的不选。", "Only for what fails the whole quarter."),
        default="none",
    )
    article: str | None = field(
        Text("信息", "Item"),
        help=Text("问题所在信息的案卷编号；不在系统内的填网址。", "The case id of the item; else give the address."),
        basis=ONCE,
        default=None,
        min_length=1,
        max_length=40,
    )
    page: str | None = field(
        Text("网址", "Address"),
        help=Text("问题所在页面；已填信息案卷的不填。", "The page, where no item is named."),
        basis=ONCE,
        default=None,
        min_length=1,
        max_length=500,
    )
    quote: str | None = field(
        Text("原文摘录", "Quoted text"),
        help=Text(
            "出错的原文。含个人信息的只写在此栏，可单独删除；涉密内容不得录入。",
            "The words that are wrong. Personal data goes here alone and can be erased alone; never enter state secrets.",
        ),
        widget="textarea",
        basis=ERASURE,
        vault="writer",
        default=None,
        min_length=1,
        max_length=2000,
    )
    explanation: str | None = _explanation(
        Text("问题说明或巡查情况。", "What is wrong, or how the patrol went."), INSTITUTION
    )
    attachments: tuple[str, ...] = attachments(INSTITUTION)
    again_after: str | None = field(
        Text("原巡查发现", "Earlier finding"),
        help=Text(
            "同一原因核销或认定不成立后再次发生的，填原案卷编号。",
            "The finding of the same cause that was cleared or rejected before it happened again.",
        ),
        basis=ONCE,
        default=None,
        min_length=1,
        max_length=100,
    )


@command(
    Text("认可问题", "Accept the defect"),
    help=Text(
        "单位负责人认可后，无须等申辩期满即可认定。", "By the head of the unit; it may then be confirmed at once."
    ),
    basis=DISPUTING,
    allowed=(HEADS,),
)
class AcceptDefect(Command):
    """Accept what was found."""


@command(
    Text("申辩", "Dispute the defect"),
    help=Text("申辩期内提出，写明情形并附证明。", "Within the time to dispute, with ground and proof."),
    basis=DISPUTING,
    allowed=(UNIT,),
)
class DisputeDefect(Command):
    """Dispute what was found."""

    ground: DisputeGround = field(
        Text("申辩情形", "Ground"),
        help=Text("事实不符、非本单位责任、程度过重或已扣分。", "Why it is disputed."),
        widget="select",
        basis=DISPUTING,
    )
    statement: str = _statement(Text("申辩的事实和理由。", "Facts and reasons."), DISPUTING)
    attachments: tuple[str, ...] = attachments(DISPUTING)


@command(
    Text("认定问题", "Confirm the defect"),
    help=Text(
        "申辩期满、单位认可或申辩后认定，并定整改期限；有申辩的由发现人以外的人员认定。",
        "After the unit has accepted, disputed or let the time pass; a dispute is decided by somebody else than the finder.",
    ),
    basis=SUPERVISION,
    allowed=(OFFICE, LEADER),
)
class ConfirmDefect(Command):
    """Confirm the defect and set the day to fix it by."""

    fix_by: date = _fix_by()
    severity: Severity | None = _severity(Text("轻于告知单位的填写。", "Where it is less than the unit was told."))
    veto: Veto | None = _veto(
        Text(
            "告知单位有否决情形而不予认定的，选“无”。", "“None” where the unit was told of one that is not confirmed."
        ),
        default=None,
    )
    explanation: str | None = _explanation(
        Text("认定意见，可不填。", "How it was decided; may stay empty."), SUPERVISION
    )


@command(
    Text("认定不成立", "Reject the defect"),
    help=Text("问题不成立，或同一原因已扣分。", "It does not hold, or its cause was charged already."),
    basis=SUPERVISION,
    allowed=(OFFICE, LEADER),
    needs=_charged,
)
class RejectDefect(Command):
    """Reject the defect: nothing is charged."""

    ground: RejectGround = field(
        Text("不成立情形", "Ground"),
        help=Text("事实不符、非该单位责任、证据不足或同一原因已扣分。", "Why it does not hold."),
        widget="select",
        basis=SUPERVISION,
    )
    charged_by: str | None = field(
        Text("已扣分案卷", "Case charged already"),
        help=Text(
            "同一原因已扣分的，填该单位的巡查发现、信息、栏目、公文或解读案卷编号。",
            "Where the cause was charged already: the unit's finding, item, column, document or interpretation.",
        ),
        basis=ONCE,
        default=None,
        min_length=1,
        max_length=100,
    )
    explanation: str = _explanation(Text("认定意见。", "How it was decided."), SUPERVISION, default=...)


@command(
    Text("报送整改", "Report the fix"),
    help=Text("整改后由单位报送，等待核销。", "By the unit, once it is fixed; the county office then looks at it."),
    basis=SUPERVISION,
    allowed=(UNIT,),
)
class ReportFix(Command):
    """Report that the defect is fixed."""

    statement: str = _statement(Text("如何整改。", "How it was fixed."), SUPERVISION)
    attachments: tuple[str, ...] = attachments(SUPERVISION)


@command(
    Text("退回整改", "Return the fix"),
    help=Text("整改不到位的退回，另定期限。", "It is not fixed: a new day is set."),
    basis=SUPERVISION,
    allowed=(OFFICE, LEADER),
)
class ReturnFix(Command):
    """Send the fix back with a new day."""

    fix_by: date = _fix_by()
    explanation: str = _explanation(Text("何处不到位。", "What is still wrong."), SUPERVISION, default=...)


@command(
    Text("核销", "Clear the defect"),
    help=Text("核实整改到位后核销。", "Seen to be fixed."),
    basis=SUPERVISION,
    allowed=(OFFICE, LEADER),
)
class ClearDefect(Command):
    """Close the finding: it is fixed."""

    explanation: str | None = _explanation(Text("核实情况，可不填。", "What was seen; may stay empty."), SUPERVISION)


@command(
    Text("业务指导", "Give guidance"),
    help=Text("就巡查情况对单位的指导。", "What the unit was told about it."),
    basis=GUIDANCE,
    allowed=(DESK,),
)
class GiveGuidance(Command):
    """Record guidance given to the unit."""

    form: GuidanceForm = field(
        Text("指导方式", "Form"),
        help=Text("现场、电话、书面或培训。", "On site, by phone, in writing or as training."),
        widget="select",
        basis=GUIDANCE,
    )
    guidance: str = field(
        Text("指导内容", "Guidance"),
        help=Text("指导了什么。", "What was said."),
        widget="textarea",
        basis=GUIDANCE,
        vault="case",
        min_length=1,
        max_length=2000,
    )


@command(
    Text("删除原文摘录", "Erase the quoted text"),
    help=Text(
        "摘录的原文连同密钥删除，不可恢复；事件和成绩保留。",
        "The quoted text goes with its key, for good; events and scores stay.",
    ),
    basis=ERASURE,
    allowed=(OFFICE, SECURITY),
)
class EraseQuote(Command):
    """Erase the quoted text and the personal data in it."""
