"""What people may ask of a column (栏目): the commands, with the words of their forms."""

from datetime import date

from services.publishing.column_rules import INSTITUTION, UPKEEP, CloseReason, ColumnKind
from shared.domain.kind import Command, command, field
from shared.domain.permission import SYSTEM_MAY, handler, office
from shared.domain.text import Text

OFFICE = office("office", "head")
DESK = office("clerk", "office", "head", "custodian")
KEEPER = handler("clerk", "reviewer", "head", "custodian", "disclosure_head", "office")


@command(
    Text("开设栏目", "Open a column"),
    help=Text(
        "由县政府办开设，确定责任单位和更新周期。", "By the county office, with its owner and how often it is updated."
    ),
    basis=INSTITUTION,
    allowed=(OFFICE, SYSTEM_MAY),
    opens=True,
)
class Open(Command):
    """Open a column."""

    name: str = field(
        Text("栏目名称", "Name"),
        help=Text("网站上的栏目名称。", "Its name on the site."),
        basis=INSTITUTION,
        min_length=1,
        max_length=100,
    )
    owner: str = field(
        Text("责任单位", "Owner"),
        help=Text("维护该栏目的单位。", "The unit that keeps it."),
        widget="department",
        basis=INSTITUTION,
        min_length=1,
        max_length=100,
    )
    kind: ColumnKind = field(
        Text("栏目类型", "Kind"),
        help=Text("动态类、首页两周更新，通知政策类六个月更新。", "News and home page two weeks, notices six months."),
        widget="select",
        basis=UPKEEP,
    )
    since: date | None = field(
        Text("上次更新日期", "Last updated on"),
        help=Text("更新周期自该日起算；不填为今天。", "The period counts from this day; empty means today."),
        widget="date",
        basis=UPKEEP,
        default=None,
    )
    carried_from: str | None = field(
        Text("结转自", "Carried over from"),
        help=Text("上年栏目的案卷编号。", "The case id of last year's column."),
        basis=INSTITUTION,
        default=None,
        min_length=1,
        max_length=40,
    )


@command(
    Text("登记更新", "Record an update"),
    help=Text(
        "信息发布后自动登记；其他更新由责任单位登记。", "By itself when an item is published; else by its owner."
    ),
    basis=UPKEEP,
    allowed=(KEEPER, DESK, SYSTEM_MAY),
)
class Update(Command):
    """Record that the column was updated."""

    article: str | None = field(
        Text("信息", "Item"),
        help=Text("所发布信息的案卷编号，可不填。", "The case id of the item published; may stay empty."),
        basis=UPKEEP,
        default=None,
        min_length=1,
        max_length=40,
    )


@command(
    Text("登记空白", "Record a blank column"),
    help=Text("巡查发现栏目空白时登记；本期另行起算。", "Found blank on patrol; the period begins anew."),
    basis=UPKEEP,
    allowed=(OFFICE,),
)
class RecordBlank(Command):
    """Record that the column has no content."""


@command(
    Text("关闭栏目", "Close"),
    help=Text("年末关闭的自动结转到新栏目。", "Closed at the end of a year, it is carried over by itself."),
    basis=INSTITUTION,
    allowed=(OFFICE,),
)
class Close(Command):
    """Close the column."""

    reason: CloseReason = field(
        Text("关闭情形", "Reason"),
        help=Text("年末结转或撤销。", "Carried over at the end of the year, or abolished."),
        widget="select",
        basis=INSTITUTION,
    )
