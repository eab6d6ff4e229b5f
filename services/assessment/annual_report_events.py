"""What can happen to an annual report (年度报告): the events, stored literally."""

from datetime import date

from services.assessment.annual_report import Scope
from services.assessment.annual_report_rules import CONTENT, DUTY, FORM, SECTIONS
from shared.domain.kind import Event, Verdict, attribute, event
from shared.domain.text import Text

_YEAR = Text("报告年度", "Year")
_SCOPE = Text("报告范围", "Scope")
_EDITION = Text("定稿次序", "Edition")


@event("AnnualReportOpened", Text("编制年度报告", "Annual report opened"), basis=CONTENT)
class AnnualReportOpened(Event):
    """编制年度报告: of one unit, or of the whole county; to be published by ``due``."""

    year: int = attribute(_YEAR, scored=True)
    scope: Scope = attribute(_SCOPE, scored=True)
    due: date = attribute(Text("公布期限", "Publish by"))


@event("FiguresEntered", Text("填报数据", "Figures entered"), basis=FORM)
class FiguresEntered(Event):
    """填报数据 that no event tells; what is None here stays as it was entered before, or not entered (未填报)."""

    year: int = attribute(_YEAR, scored=True)
    licences: int | None = attribute(Text("行政许可处理决定数量", "Licensing decisions"), scored=True, default=None)
    penalties: int | None = attribute(Text("行政处罚处理决定数量", "Penalty decisions"), scored=True, default=None)
    coercions: int | None = attribute(Text("行政强制处理决定数量", "Coercion decisions"), scored=True, default=None)
    charges: str | None = attribute(
        Text("行政事业性收费金额（万元）", "Administrative charges (10,000 yuan)"), scored=True, default=None
    )
    rules_made: int | None = attribute(Text("规章本年制发件数", "Rules made"), scored=True, default=None)
    rules_repealed: int | None = attribute(Text("规章本年废止件数", "Rules repealed"), scored=True, default=None)
    rules_in_force: int | None = attribute(Text("规章现行有效件数", "Rules in force"), scored=True, default=None)
    normative_made: int | None = attribute(
        Text("系统外行政规范性文件本年制发件数", "Normative documents made outside this system"),
        scored=True,
        default=None,
    )
    normative_repealed: int | None = attribute(
        Text("系统外行政规范性文件本年废止件数", "Normative documents repealed outside this system"),
        scored=True,
        default=None,
    )
    normative_in_force: int | None = attribute(
        Text("系统外行政规范性文件现行有效件数", "Normative documents in force outside this system"),
        scored=True,
        default=None,
    )
    source: str = attribute(Text("数据来源", "Source"))


@event("ReportWritten", Text("撰写年度报告", "Report written"), basis=CONTENT)
class ReportWritten(Event):
    """撰写年度报告: the heads that are words; a head that is None here stays as it was."""

    overview: str | None = attribute(SECTIONS["overview"], default=None)
    problems: str | None = attribute(SECTIONS["problems"], default=None)
    other: str | None = attribute(SECTIONS["other"], default=None)


@event("ReportFrozen", Text("年度报告定稿", "Report frozen"), basis=FORM)
class ReportFrozen(Event):
    """年度报告定稿: ``content`` is the whole report word for word, from which every later copy is printed.

    ``cut_off`` is the instant up to which what was recorded is counted; ``digest`` is that of ``content``. ``carried_…``
    is its row 四, which the year after begins with.
    """

    year: int = attribute(_YEAR, scored=True)
    scope: Scope = attribute(_SCOPE, scored=True)
    edition: int = attribute(_EDITION, scored=True)
    cut_off: str = attribute(Text("数据截止时刻", "Cut-off"))
    content: str = attribute(Text("报告内容", "Content"))
    digest: str = attribute(Text("校验值", "Digest"))
    carried_natural: int = attribute(Text("结转：自然人", "Carried over: natural persons"), scored=True)
    carried_business: int = attribute(Text("结转：商业企业", "Carried over: businesses"), scored=True)
    carried_research: int = attribute(Text("结转：科研机构", "Carried over: research bodies"), scored=True)
    carried_welfare: int = attribute(Text("结转：社会公益组织", "Carried over: welfare organisations"), scored=True)
    carried_legal: int = attribute(Text("结转：法律服务机构", "Carried over: legal services"), scored=True)
    carried_other: int = attribute(Text("结转：其他", "Carried over: others"), scored=True)
    carried_total: int = attribute(Text("结转：总计", "Carried over: total"), scored=True)


@event("ReportPublished", Text("公布年度报告", "Report published"), basis=DUTY["department"])
class ReportPublished(Verdict):
    """公布年度报告: an edition, as it was frozen."""

    year: int = attribute(_YEAR, scored=True)
    scope: Scope = attribute(_SCOPE, scored=True)
    edition: int = attribute(_EDITION, scored=True)
    address: str = attribute(Text("公布网址", "Address"))


@event("ReportCorrected", Text("公布更正后的年度报告", "Corrected report published"), basis=FORM)
class ReportCorrected(Event):
    """公布更正后的年度报告: a later edition in the place of the one published before."""

    year: int = attribute(_YEAR, scored=True)
    scope: Scope = attribute(_SCOPE, scored=True)
    edition: int = attribute(_EDITION, scored=True)
    address: str = attribute(Text("公布网址", "Address"))


@event("ReportOverdue", Text("年度报告逾期", "Report overdue"), basis=DUTY["department"])
class ReportOverdue(Verdict):
    """年度报告逾期: not published by its day."""

    year: int = attribute(_YEAR, scored=True)
    scope: Scope = attribute(_SCOPE, scored=True)
