"""What people may ask of an annual report (年度报告): the commands, with the words of their forms."""

from typing import Any

from services.assessment.annual_report import ReportQuestion, Scope
from services.assessment.annual_report_rules import CONTENT, DUTY, FORM, SECTIONS
from shared.domain.kind import Command, command, field
from shared.domain.permission import SYSTEM_MAY, anywhere, handler
from shared.domain.text import Text

WRITER = handler("clerk", "reviewer", "head", "custodian", "disclosure_head", "office")
SIGNER = handler("head", "disclosure_head", "office")
LONGEST_SECTION = 10_000
MOST_DECISIONS = 99_999_999
CHARGES = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$"


def _decisions(title: Text) -> Any:
    return field(
        title,
        help=Text("件数；没有的填 0，不填为未填报。", "How many; 0 where there are none, empty means not entered."),
        widget="number",
        basis=FORM,
        default=None,
        ge=0,
        le=MOST_DECISIONS,
    )


def _section(title: Text, help: Text) -> Any:
    return field(title, help=help, widget="textarea", basis=CONTENT, default=None, max_length=LONGEST_SECTION)


@command(
    Text("编制年度报告", "Open an annual report"),
    help=Text(
        "每个单位每年一份；县级报告由县政府办公室编制。",
        "One a unit and year; the county's report is made by the county office.",
    ),
    basis=CONTENT,
    allowed=(anywhere("clerk", "reviewer", "head", "custodian", "disclosure_head", "office"), SYSTEM_MAY),
    opens=True,
)
class OpenAnnualReport(Command):
    """Begin the report of a unit, or of the county, on a year."""

    year: int = field(
        Text("报告年度", "Year"),
        help=Text("所报告的年度，如 2026。", "The year that is reported on, such as 2026."),
        widget="number",
        basis=CONTENT,
        ge=2000,
        le=2100,
    )
    department: str = field(
        Text("编制单位", "Unit"),
        help=Text("县级报告填县政府办公室。", "Of the county's report, the county office."),
        widget="department",
        basis=CONTENT,
        min_length=1,
        max_length=100,
    )
    scope: Scope = field(
        Text("报告范围", "Scope"),
        help=Text("本单位的年度报告，或全县汇总的年度报告。", "The unit's own report, or that of the whole county."),
        widget="select",
        basis=CONTENT,
        default="department",
    )


@command(
    Text("填报数据", "Enter figures"),
    help=Text(
        "只填系统不能自动统计的数据，可分次填报；再次填报的以最后一次为准。",
        "Only what this system cannot count; in parts if need be, the last entry of a figure stands.",
    ),
    basis=FORM,
    allowed=(WRITER,),
)
class EnterFigures(Command):
    """Enter the figures of table 2 that no event tells."""

    licences: int | None = _decisions(Text("行政许可处理决定数量", "Licensing decisions"))
    penalties: int | None = _decisions(Text("行政处罚处理决定数量", "Penalty decisions"))
    coercions: int | None = _decisions(Text("行政强制处理决定数量", "Coercion decisions"))
    charges: str | None = field(
        Text("行政事业性收费金额（万元）", "Administrative charges (10,000 yuan)"),
        help=Text("单位万元，至多六位小数，如 12.5。", "In 10,000 yuan, at most six decimals, such as 12.5."),
        basis=FORM,
        default=None,
        pattern=CHARGES,
    )
    rules_made: int | None = _decisions(Text("规章本年制发件数", "Rules made"))
    rules_repealed: int | None = _decisions(Text("规章本年废止件数", "Rules repealed"))
    rules_in_force: int | None = _decisions(Text("规章现行有效件数", "Rules in force"))
    normative_made: int | None = _decisions(
        Text("系统外行政规范性文件本年制发件数", "Normative documents made outside this system")
    )
    normative_repealed: int | None = _decisions(
        Text("系统外行政规范性文件本年废止件数", "Normative documents repealed outside this system")
    )
    normative_in_force: int | None = _decisions(
        Text("系统外行政规范性文件现行有效件数", "Normative documents in force outside this system")
    )
    source: str = field(
        Text("数据来源", "Source"),
        help=Text(
            "数据出自哪个台账或系统、截至何时。", "From which register or system the figures come, and as of when."
        ),
        basis=FORM,
        min_length=1,
        max_length=500,
    )


@command(
    Text("撰写年度报告", "Write the report"),
    help=Text(
        "报告公开发布，不得写入个人信息；所引数字与表格逐一核对。",
        "The report is public: no personal data. Numbers quoted are compared with the tables.",
    ),
    basis=CONTENT,
    allowed=(WRITER,),
)
class WriteReport(Command):
    """Write the heads of the report that are words."""

    overview: str | None = _section(
        SECTIONS["overview"], Text("第一部分的文字，一段一行。", "The first part, a paragraph a line.")
    )
    problems: str | None = _section(
        SECTIONS["problems"], Text("第五部分的文字，一段一行。", "The fifth part, a paragraph a line.")
    )
    other: str | None = _section(
        SECTIONS["other"],
        Text(
            "第六部分的文字；信息处理费情况由系统写入。", "The sixth part; the handling fees are written by the system."
        ),
    )


@command(
    Text("年度报告定稿", "Freeze the report"),
    help=Text(
        "以此刻已登记的事项定稿，此后的补登、作废和更正不改变定稿；更正须再次定稿。",
        "Freezes what is recorded now. Later entries, voids and corrections never change it; a correction is another edition.",
    ),
    basis=FORM,
    allowed=(SIGNER,),
    counts=lambda state: ReportQuestion(state.year, None if state.scope == "county" else state.department),
)
class FreezeReport(Command):
    """Freeze the report with what is recorded now."""


@command(
    Text("公布年度报告", "Publish the report"),
    help=Text("登记最近一次定稿的公布。", "Record that the last edition was published."),
    basis=DUTY["department"],
    allowed=(SIGNER,),
)
class PublishReport(Command):
    """Record the publication of the last edition."""

    address: str = field(
        Text("公布网址", "Address"),
        help=Text("报告所在网页的地址。", "Where the report is found."),
        basis=CONTENT,
        min_length=1,
        max_length=500,
    )
