"""What can happen to an application for information (依申请公开): the events, stored literally; no personal data.

What is sent to the applicant or to others as a letter bears its number in ``letter``.
"""

from datetime import date
from types import MappingProxyType
from typing import Literal

from services.requests.application_rules import (
    ANSWERS,
    CO_PRODUCER,
    CONTENT,
    CONVERSION,
    CORRECTION,
    ERASURE,
    EXCESSIVE,
    FEE_RULES,
    HELP,
    KEEPING,
    OWN_RECORDS,
    PERIOD,
    RECEIPT,
    REMEDIES,
    ApplicantClass,
    Channel,
    Evidence,
    Fault,
    Ground,
    Outcome,
    Remedy,
)
from shared.domain.kind import Event, Verdict, attribute, event
from shared.domain.text import Text

With = Literal["third_party", "co_producer"]
FeeMethod = Literal["items", "pages"]
Result = Literal["upheld", "corrected", "other"]
Need = Literal["reading", "visual", "hearing"]
Help = Literal["form_filled_in", "read_aloud", "large_print", "sign_language", "companion"]
Manner = Literal["paper", "electronic", "inspection", "transcription"]
Delivery = Literal["mail", "email", "in_person", "fax", "online"]
IssuedKind = Literal["receipt", "closure", "conversion"]
RecordDecision = Literal["corrected", "transferred", "refused"]
Against = Literal["reply", "closure", "silence"]
ErasureGround = Literal["purpose_achieved", "retention_expired", "consent_withdrawn", "unlawful_processing"]

_CLASS = Text("申请人类别", "Class of applicant")
_LETTER = Text("文书编号", "Letter number")
_ROW = Text("年报表三所计行", "Row of table 3")
_REASON = Text("理由", "Reason")
_CONSULTATION = Text("征求意见", "Consultation")
_AGAINST = Text("针对（答复、未答复的办结、逾期未答复）", "Against the reply, a closure without one, or silence")
_ATTACHMENTS = Text("附件", "Attachments")
_MANNER = Text("提供方式", "Form of supply")
_DELIVERY = Text("获取途径", "Way of delivery")
_NEED = Text("需要的帮助", "Help needed")
_LIMIT = Text("答复期限（工作日）", "Limit of the reply (working days)")
_PERIOD = Text("延迟答复的合理期限（工作日）", "Reasonable period in its place (working days)")
_MOVED = Text("期限变动", "What had moved the limit")
_EXTENDED = Text("已延期（工作日）", "Extended by (working days)")
_CORRECTED = Text("已补正", "Corrected")


@event("ApplicationSubmitted", Text("申请提交", "Application submitted"), basis=CONTENT, version=2)
class ApplicationSubmitted(Event):
    """申请提交, not yet legally received. The words and data of the applicant are references into the vault."""

    # The first version knew diverted messages only; what it lacks is what is assumed of them.
    event_upcasts = MappingProxyType({1: dict})
    channel: Channel = attribute(Text("提交渠道", "Channel"), scored=True)
    submitted: date = attribute(Text("提交日期", "Submitted"), scored=True)
    applicant_class: ApplicantClass = attribute(_CLASS, scored=True, default="natural")
    message: str | None = attribute(Text("转来的留言", "Message it was"), default=None)
    parent: str | None = attribute(Text("拆分自", "Split from"), default=None)
    writer: str | None = attribute(Text("申请人编号", "Applicant's reference"), default=None)
    title: str | None = attribute(Text("申请事项", "Subject"), default=None)
    text: str | None = attribute(Text("所需信息的描述", "Information asked for"), default=None)
    name: str | None = attribute(Text("姓名", "Name"), default=None)
    phone: str | None = attribute(Text("电话", "Phone"), default=None)
    email: str | None = attribute(Text("电子邮箱", "E-mail"), default=None)
    address: str | None = attribute(Text("地址", "Address"), default=None)
    identity: str | None = attribute(Text("账号或证件号", "Account or identity number"), default=None)
    manner: Manner | None = attribute(_MANNER, default=None)
    delivery: Delivery | None = attribute(_DELIVERY, default=None)
    need: Need | None = attribute(_NEED, default=None)
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("RequestReceived", Text("收到申请", "Request received"), basis=RECEIPT, version=2)
class RequestReceived(Event):
    """收到申请 in law: from the day after, the time for the reply runs.

    Of a part that was split off it says besides how the time of the whole stood that day. The first version said nothing
    of it, and a part had the bare limit from the receipt of the whole.
    """

    event_upcasts = MappingProxyType({1: dict})
    channel: Channel = attribute(Text("提交渠道", "Channel"), scored=True)
    evidence: Evidence | None = attribute(Text("收到的凭据", "Evidence"), default=None)
    applicant_class: ApplicantClass = attribute(_CLASS, scored=True)
    submitted: date = attribute(Text("提交日期", "Submitted"))
    arrived: date = attribute(Text("到达日期", "Arrived"))
    received: date = attribute(Text("收到日期", "Received"), scored=True)
    limit: int = attribute(_LIMIT)
    period: int | None = attribute(_PERIOD, default=None)
    moved: str = attribute(_MOVED, default="")
    extended: int = attribute(_EXTENDED, default=0)
    corrected: bool = attribute(_CORRECTED, default=False)


@event("ApplicationRegistered", Text("登记", "Application registered"), basis=KEEPING, version=2)
class ApplicationRegistered(Event):
    """登记, 一事一申请. ``of_month``: which of the applicant's to the unit in the calendar month of receipt, as known then."""

    # The first version did not count.
    event_upcasts = MappingProxyType({1: dict})
    of_month: int | None = attribute(Text("申请人当月第几件", "Which of the applicant's in the month"), default=None)


@event("ApplicationSplit", Text("拆分", "Application split"), basis=KEEPING, version=2)
class ApplicationSplit(Event):
    """拆分: one further matter of the same letter, to become an application of its own with the time of the whole.

    The first version carried the day of receipt alone of what the time is counted by.
    """

    event_upcasts = MappingProxyType({1: dict})
    part: int = attribute(Text("第几项", "Part"))
    channel: Channel = attribute(Text("提交渠道", "Channel"))
    applicant_class: ApplicantClass = attribute(_CLASS)
    submitted: date = attribute(Text("提交日期", "Submitted"))
    received: date = attribute(Text("收到日期", "Received"))
    writer: str | None = attribute(Text("申请人编号", "Applicant's reference"), default=None)
    title: str | None = attribute(Text("申请事项", "Subject"), default=None)
    text: str | None = attribute(Text("所需信息的描述", "Information asked for"), default=None)
    name: str | None = attribute(Text("姓名", "Name"), default=None)
    phone: str | None = attribute(Text("电话", "Phone"), default=None)
    email: str | None = attribute(Text("电子邮箱", "E-mail"), default=None)
    address: str | None = attribute(Text("地址", "Address"), default=None)
    identity: str | None = attribute(Text("账号或证件号", "Account or identity number"), default=None)
    manner: Manner | None = attribute(_MANNER, default=None)
    delivery: Delivery | None = attribute(_DELIVERY, default=None)
    need: Need | None = attribute(_NEED, default=None)
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())
    limit: int | None = attribute(_LIMIT, default=None)
    period: int | None = attribute(_PERIOD, default=None)
    moved: str = attribute(_MOVED, default="")
    extended: int = attribute(_EXTENDED, default=0)
    corrected: bool = attribute(_CORRECTED, default=False)


@event("ApplicationMerged", Text("合并", "Application merged"), basis=KEEPING)
class ApplicationMerged(Event):
    """合并 into another application, which goes on; this one ends as O17."""

    into: str = attribute(Text("并入", "Merged into"))
    outcome: Outcome = attribute(Text("答复类型", "Outcome"), scored=True, default="O17")
    row: str = attribute(_ROW, scored=True, default="3.6.3")
    applicant_class: ApplicantClass = attribute(_CLASS, scored=True)


@event("CorrectionRequested", Text("补正告知", "Correction requested"), basis=CORRECTION)
class CorrectionRequested(Event):
    """补正告知, once, with all that is to be corrected. ``late``: after the days allowed for it; it counts all the same."""

    items: str = attribute(Text("补正事项", "What is to be corrected"))
    period: int = attribute(Text("补正期限（工作日）", "Period (working days)"))
    late: bool = attribute(Text("逾期作出", "Late"), scored=True)
    letter: str = attribute(_LETTER)


@event("CorrectionReceived", Text("收到补正", "Correction received"), basis=CORRECTION)
class CorrectionReceived(Event):
    """收到补正: the time for the reply starts anew."""

    title: str | None = attribute(Text("申请事项", "Subject"), default=None)
    text: str = attribute(Text("所需信息的描述", "Information asked for"))
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("ApplicationDeemedAbandoned", Text("逾期不补正视为放弃", "Deemed abandoned"), basis=CORRECTION)
class ApplicationDeemedAbandoned(Verdict):
    """视为放弃: not corrected in time; the application is no longer handled. The applicant's clock, nobody is charged."""

    outcome: Outcome = attribute(Text("答复类型", "Outcome"), scored=True, default="O15")
    row: str = attribute(_ROW, scored=True, default="3.6.1")
    applicant_class: ApplicantClass = attribute(_CLASS, scored=True)


@event("ConsultationSent", Text("征求意见", "Consultation sent"), basis=PERIOD)
class ConsultationSent(Event):
    """征求意见: days until the answer or the end of its time are not counted."""

    consultation: str = attribute(_CONSULTATION)
    asked: With = attribute(Text("征求对象", "Who is asked"), scored=True)
    party: str = attribute(Text("被征求意见方", "Whom"))
    content: str | None = attribute(Text("征求意见的内容", "What is asked"), default=None)
    limit: int = attribute(Text("答复期限（工作日）", "Limit (working days)"))
    letter: str = attribute(_LETTER)


@event("ConsultationAnswered", Text("征求意见已答复", "Consultation answered"), basis=PERIOD)
class ConsultationAnswered(Event):
    """征求意见已答复: from the day after, the time for the reply runs on."""

    consultation: str = attribute(_CONSULTATION)
    asked: With = attribute(Text("征求对象", "Who was asked"), scored=True)
    agrees: bool = attribute(Text("同意公开", "Agrees to disclosure"), scored=True)
    reason: str | None = attribute(_REASON, default=None)


@event("ConsultationLapsed", Text("征求意见逾期未答复", "Consultation lapsed"), basis=CO_PRODUCER)
class ConsultationLapsed(Verdict):
    """逾期未答复: a third party's silence leaves the decision to the agency, a co-producer's is consent."""

    asked: With = attribute(Text("征求对象", "Who was asked"), scored=True)
    effect: Literal["agency_decides", "consent"] = attribute(Text("效果", "Effect"), scored=True)


@event("ExtensionApproved", Text("延期批准", "Extension approved"), basis=PERIOD)
class ExtensionApproved(Event):
    """延期经政府信息公开工作机构负责人同意; it takes effect once the applicant is told in time."""

    days: int = attribute(Text("延长（工作日）", "Days"))
    reason: str | None = attribute(_REASON, default=None)


@event("ExtensionNotified", Text("延期告知", "Extension notified"), basis=PERIOD)
class ExtensionNotified(Event):
    """延期告知申请人. ``days`` is 0 where it has no effect: not approved, or told after the limit."""

    days: int = attribute(Text("延长（工作日）", "Days"), scored=True)
    letter: str = attribute(_LETTER)


@event("ExtensionLapsed", Text("延期未告知", "Extension not told"), basis=PERIOD)
class ExtensionLapsed(Verdict):
    """延期未告知: approved, and not told before the time for the reply was over; it has no effect."""


@event("ReasonsRequested", Text("要求说明理由", "Reasons requested"), basis=EXCESSIVE, version=2)
class ReasonsRequested(Event):
    """申请数量、频次明显超过合理范围: the applicant is asked for reasons.

    ``in_month``: how many of the applicant's the unit knew of in the calendar month of receipt, this one with them.
    """

    # The first version neither counted nor told a period.
    event_upcasts = MappingProxyType({1: dict})
    explanation: str = attribute(Text("说明", "Explanation"))
    letter: str = attribute(_LETTER)
    period: int | None = attribute(
        Text("说明理由的期限（工作日）", "Period for the reasons (working days)"), default=None
    )
    in_month: int | None = attribute(Text("申请人当月申请件数", "The applicant's in the month"), default=None)


@event("ReasonsGiven", Text("说明理由", "Reasons given"), basis=EXCESSIVE)
class ReasonsGiven(Event):
    """申请人说明理由, and whether they are reasonable."""

    reasonable: bool = attribute(Text("理由合理", "Reasonable"))
    reasons: str | None = attribute(_REASON, default=None)


@event("PeriodReplaced", Text("确定延迟答复的合理期限", "Period replaced"), basis=EXCESSIVE, version=2)
class PeriodReplaced(Event):
    """延迟答复的合理期限, told to the applicant: it takes the place of the lawful one and what had moved that.

    ``start``: from which day it is counted. The first version had none: its days took the place of the lawful ones and
    were counted wherever those had come to be counted from.
    """

    event_upcasts = MappingProxyType({1: dict})
    days: int = attribute(Text("期限（工作日）", "Limit (working days)"))
    start: date | None = attribute(Text("起算日", "Counted from"), default=None)
    letter: str = attribute(_LETTER)


@event("FeeNoticed", Text("收费通知", "Fee noticed"), basis=FEE_RULES)
class FeeNoticed(Event):
    """收费通知: until it is paid the time for the reply stands still, and then starts anew."""

    method: FeeMethod = attribute(Text("计收方式", "Method"), scored=True)
    quantity: int = attribute(Text("数量", "Quantity"), scored=True)
    amount: int = attribute(Text("金额（元）", "Amount (yuan)"), scored=True)
    limit: int = attribute(Text("缴费期限（工作日）", "Limit (working days)"))
    letter: str = attribute(_LETTER)


@event("FeePaid", Text("缴费", "Fee paid"), basis=FEE_RULES)
class FeePaid(Event):
    """缴费: the time for the reply starts anew the day after."""

    amount: int = attribute(Text("金额（元）", "Amount (yuan)"), scored=True)


@event("FeeLapsed", Text("逾期未缴费", "Fee lapsed"), basis=FEE_RULES)
class FeeLapsed(Verdict):
    """逾期未缴费视为放弃: the application is no longer handled. The applicant's clock, nobody is charged."""

    outcome: Outcome = attribute(Text("答复类型", "Outcome"), scored=True, default="O16")
    row: str = attribute(_ROW, scored=True, default="3.6.2")
    applicant_class: ApplicantClass = attribute(_CLASS, scored=True)


@event("SearchRecorded", Text("检索记录", "Search recorded"), basis=ANSWERS)
class SearchRecorded(Event):
    """检索: where and how it was looked for, and whether something was found."""

    found: bool = attribute(Text("检索到信息", "Found"))
    search: str = attribute(Text("检索范围和方式", "Where and how"))


@event("ReplyDrafted", Text("拟定答复", "Reply drafted"), basis=ANSWERS)
class ReplyDrafted(Event):
    """拟定答复, with what its outcome must carry."""

    outcome: Outcome = attribute(Text("答复类型", "Outcome"))
    ground: Ground | None = attribute(Text("不予公开的情形", "Ground"), default=None)
    remedy: Remedy | None = attribute(Text("救济途径", "Remedy"), default=None)
    earlier: str | None = attribute(Text("此前的申请", "Earlier application"), default=None)
    reply: str = attribute(Text("答复内容", "Reply"))
    how: str | None = attribute(Text("获取方式和途径", "How it can be had"), default=None)
    reasons: str | None = attribute(_REASON, default=None)
    procedure: str | None = attribute(Text("应当依照的办法或渠道", "Procedure or channel"), default=None)
    public_interest: str | None = attribute(Text("公共利益理由", "Public interest"), default=None)
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("ReplyReviewed", Text("审核答复", "Reply reviewed"), basis=KEEPING)
class ReplyReviewed(Event):
    """审核答复 by another person: it may be sent, or is drafted again."""

    passed: bool = attribute(Text("通过", "Passed"))
    reason: str | None = attribute(_REASON, default=None)


@event("ReplySent", Text("答复", "Reply sent"), basis=ANSWERS)
class ReplySent(Verdict):
    """答复 sent or handed over: the application's one outcome, in one row of table 3."""

    outcome: Outcome = attribute(Text("答复类型", "Outcome"), scored=True)
    row: str = attribute(_ROW, scored=True)
    applicant_class: ApplicantClass = attribute(_CLASS, scored=True)
    on_the_spot: bool = attribute(Text("当场答复", "On the spot"), scored=True, default=False)
    remedy: Remedy | None = attribute(Text("救济途径", "Remedy"), default=None)
    letter: str = attribute(_LETTER)


@event("ReplyOverdue", Text("答复逾期", "Reply overdue"), basis=PERIOD)
class ReplyOverdue(Verdict):
    """答复逾期, charged to the unit that is to answer."""


@event("ReplyDelivered", Text("送达", "Reply delivered"), basis=KEEPING)
class ReplyDelivered(Event):
    """送达 to the applicant; in time or not is judged by the sending."""

    delivery: Delivery = attribute(Text("送达方式", "Way of delivery"))


@event("ThirdPartyTold", Text("书面告知第三方", "Third party told"), basis=PERIOD)
class ThirdPartyTold(Event):
    """第三方不同意而公开的，书面告知公开内容和理由 (Art. 32)."""

    consultation: str = attribute(_CONSULTATION)
    letter: str = attribute(_LETTER)


@event("ProcedureFaulted", Text("程序问题", "Procedure faulted"), basis=ANSWERS, version=2)
class ProcedureFaulted(Event):
    """程序问题, noticed at the step that it was made at, by a clock, or in review. The first version did not say which."""

    event_upcasts = MappingProxyType({1: dict})
    kind: Fault = attribute(Text("问题", "Fault"), scored=True)
    noticed: Literal["step", "clock", "review"] | None = attribute(Text("如何发现", "How it was noticed"), default=None)
    note: str | None = attribute(Text("说明", "Note"), default=None)


@event("ApplicationWithdrawn", Text("撤回申请", "Application withdrawn"), basis=KEEPING)
class ApplicationWithdrawn(Event):
    """申请人撤回: ends as O17."""

    outcome: Outcome = attribute(Text("答复类型", "Outcome"), scored=True, default="O17")
    row: str = attribute(_ROW, scored=True, default="3.6.3")
    applicant_class: ApplicantClass = attribute(_CLASS, scored=True)


@event("HelpProvided", Text("提供帮助", "Help provided"), basis=HELP)
class HelpProvided(Event):
    """为阅读困难、视听障碍的申请人提供必要帮助."""

    need: Need = attribute(Text("需要的帮助", "Need"))
    help: Help = attribute(Text("提供的帮助", "Help"))


@event("RecordCorrectionRequested", Text("要求更正与自身相关的信息", "Record correction requested"), basis=OWN_RECORDS)
class RecordCorrectionRequested(Event):
    """要求更正记录不准确的自身信息, with evidence."""

    request: str = attribute(Text("要求更正的内容", "What is wrong"))


@event("RecordCorrectionDecided", Text("信息更正的处理", "Record correction decided"), basis=OWN_RECORDS, version=2)
class RecordCorrectionDecided(Event):
    """更正, 转送有权机关 or 不予更正, and told."""

    # The first version gave no reason and named no other agency.
    event_upcasts = MappingProxyType({1: dict})
    decision: RecordDecision = attribute(Text("处理", "Decision"))
    letter: str = attribute(_LETTER)
    reason: str | None = attribute(Text("理由或转送的机关", "Reasons, or the other agency"), default=None)


@event("ConversionProposed", Text("建议转为主动公开", "Conversion proposed"), basis=CONVERSION)
class ConversionProposed(Event):
    """建议将依申请公开的信息转为主动公开."""

    by: Literal["applicant", "agency"] = attribute(Text("提出方", "Proposed by"))


@event("ConversionAccepted", Text("转为主动公开", "Conversion accepted"), basis=CONVERSION)
class ConversionAccepted(Event):
    """同意转为主动公开: it is then to be published promptly."""


@event("LetterIssued", Text("出具文书", "Letter issued"), basis=KEEPING)
class LetterIssued(Event):
    """出具文书: what is told to the applicant beside the steps that have a letter of their own."""

    kind: IssuedKind = attribute(Text("文书", "Letter"))
    letter: str = attribute(_LETTER)


@event("ReconsiderationFiled", Text("行政复议", "Reconsideration filed"), basis=REMEDIES, version=2)
class ReconsiderationFiled(Event):
    """申请行政复议."""

    # The first version did not say against what; where that is None, the file at its time tells.
    event_upcasts = MappingProxyType({1: dict})
    against: Against | None = attribute(_AGAINST, default=None)


@event("ReconsiderationDecided", Text("行政复议决定", "Reconsideration decided"), basis=REMEDIES)
class ReconsiderationDecided(Event):
    """行政复议审结. ``repeat``: the same reply was corrected before, and is charged once."""

    result: Result = attribute(Text("结果", "Result"), scored=True)
    repeat: bool = attribute(Text("重复", "Repeat"), scored=True)


@event("LawsuitFiled", Text("行政诉讼", "Lawsuit filed"), basis=REMEDIES, version=2)
class LawsuitFiled(Event):
    """提起行政诉讼. ``after_reconsideration``: one of the same matter was decided before."""

    # The first version did not say against what; where that is None, the file at its time tells.
    event_upcasts = MappingProxyType({1: dict})
    after_reconsideration: bool = attribute(Text("复议后起诉", "After reconsideration"), scored=True)
    against: Against | None = attribute(_AGAINST, default=None)


@event("LawsuitDecided", Text("行政诉讼裁判", "Lawsuit decided"), basis=REMEDIES)
class LawsuitDecided(Event):
    """行政诉讼审结. ``repeat``: the same reply was corrected before, and is charged once."""

    after_reconsideration: bool = attribute(Text("复议后起诉", "After reconsideration"), scored=True)
    result: Result = attribute(Text("结果", "Result"), scored=True)
    repeat: bool = attribute(Text("重复", "Repeat"), scored=True)


@event("CaseArchived", Text("归档", "Case archived"), basis=KEEPING)
class CaseArchived(Event):
    """归档."""


@event("SubjectErased", Text("删除个人信息", "Personal data erased"), basis=ERASURE)
class SubjectErased(Event):
    """删除个人信息: key and values of the applicant go for good."""

    subject: str = attribute(Text("申请人编号", "Applicant's reference"))
    ground: ErasureGround = attribute(Text("删除情形", "Ground"))
