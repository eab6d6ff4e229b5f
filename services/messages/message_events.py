"""What can happen to a citizen's message (网民留言): the events, stored literally; no personal data."""

from datetime import date
from typing import Literal

from services.messages.message_rules import (
    CONFIDENTIALITY,
    ERASURE,
    INSTITUTION,
    INSTRUCTIONS,
    LOCAL_DUTY,
    PETITIONS,
    PUBLICITY,
    QUALITY,
    REQUESTS,
    REVIEW,
    ROUTING,
    TIME_LIMITS,
    Category,
    CategoryOrNone,
)
from shared.domain.kind import Event, Verdict, attribute, event
from shared.domain.text import Text

Ground = Literal["other_county", "unclear_no_contact", "repeated", "unlawful_content", "in_legal_proceedings"]
ReturnGround = Literal["not_competent", "other_unit_leads", "outside_county", "needs_coordination"]
Method = Literal["site_visit", "interview", "records", "consultation", "inspection"]
Told = Literal["follow_page", "phone", "sms", "email", "letter"]
RatedBy = Literal["writer", "call_back"]
ReworkGround = Literal["unsatisfied", "substandard"]
SupervisionGround = Literal["overdue", "passing_the_buck", "perfunctory", "major_matter"]
WithheldGround = Literal["confidential", "privacy", "commercial_secret", "state_secret", "report", "no_public_value"]
ErasureGround = Literal["purpose_achieved", "retention_expired", "consent_withdrawn", "unlawful_processing"]

_CATEGORY = Text("留言类别", "Category")
_LIMIT = Text("时限（工作日）", "Limit (working days)")
_TARGET = Text("目标（工作日）", "Target (working days)")
_NOT_BEFORE = Text("期限不早于", "Not due before")
_REASON = Text("理由", "Reason")
_EXPLANATION = Text("告知留言人的说明", "Explanation to the writer")
_ATTACHMENTS = Text("附件", "Attachments")
_REPLY = Text("答复内容", "Reply")
_CLOCK = Text("期限", "Clock")


@event("MessageReceived", Text("收到留言", "Message received"), basis=INSTITUTION)
class MessageReceived(Event):
    """收到留言: the writer's words and data are references into the vault."""

    received: date = attribute(Text("收件日", "Received"), scored=True)
    claimed: Category | None = attribute(Text("留言人所选类别", "Category chosen by the writer"), default=None)
    limit: int = attribute(_LIMIT)
    neglect_months: int = attribute(Text("久拖不复（月）", "Neglected after (months)"))
    confidential: bool = attribute(Text("要求保密", "Confidential"), default=False)
    writer: str | None = attribute(Text("留言人编号", "Writer's reference"), default=None)
    title: str = attribute(Text("留言主题", "Title"))
    text: str = attribute(Text("留言详情", "Text"))
    name: str | None = attribute(Text("姓名", "Name"), default=None)
    phone: str | None = attribute(Text("电话", "Phone"), default=None)
    email: str | None = attribute(Text("电子邮箱", "E-mail"), default=None)
    address: str | None = attribute(Text("地址", "Address"), default=None)
    identity: str | None = attribute(Text("账号或证件号", "Account or identity number"), default=None)
    meant: str | None = attribute(Text("留言人所指单位", "Unit the writer means"), default=None)
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("MessageAccepted", Text("受理", "Message accepted"), basis=INSTITUTION)
class MessageAccepted(Event):
    """受理."""


@event("MessageDeclined", Text("不予受理", "Message declined"), basis=INSTITUTION)
class MessageDeclined(Event):
    """不予受理, with the ground told to the writer. Cancels the clocks that still run."""

    ground: Ground = attribute(Text("不予受理情形", "Ground"), scored=True)
    explanation: str = attribute(_EXPLANATION)


@event("MessageClassified", Text("分类", "Message classified"), basis=TIME_LIMITS)
class MessageClassified(Event):
    """分类: the category decides the limit; the start stays the day of receipt."""

    category: Category = attribute(_CATEGORY, scored=True)
    limit: int = attribute(_LIMIT, scored=True)
    target: int | None = attribute(_TARGET, default=None)
    not_before: date | None = attribute(_NOT_BEFORE, default=None)


@event("MessageReclassified", Text("变更分类", "Message reclassified"), basis=TIME_LIMITS)
class MessageReclassified(Event):
    """变更分类: the start stays; a shorter limit never falls due before this day. An ended clock does not move."""

    previous: Category = attribute(Text("原类别", "Previous category"), scored=True)
    category: Category = attribute(_CATEGORY, scored=True)
    limit: int = attribute(_LIMIT, scored=True)
    target: int | None = attribute(_TARGET, default=None)
    not_before: date | None = attribute(_NOT_BEFORE, default=None)
    reason: str | None = attribute(_REASON, default=None)


@event("MessageAssigned", Text("转办", "Message assigned"), basis=LOCAL_DUTY)
class MessageAssigned(Event):
    """转办: ``department`` holds the file from here on. ``restarts``: counted anew after a granted return."""

    restarts: bool = attribute(Text("重新计算期限", "Restarts the clock"), default=False)


@event("ReturnRequested", Text("申请退件", "Return requested"), basis=ROUTING)
class ReturnRequested(Event):
    """申请退件 by the handler. ``late``: after the period for returns; ``repeated``: not the first of this message."""

    ground: ReturnGround = attribute(Text("退件情形", "Ground"), scored=True)
    late: bool = attribute(Text("逾期退件", "Late"), scored=True)
    repeated: bool = attribute(Text("再次退件", "Repeated"), scored=True)
    reason: str = attribute(_REASON)
    suggested: str | None = attribute(Text("建议承办单位", "Suggested unit"), default=None)


@event("ReturnGranted", Text("同意退件", "Return granted"), basis=ROUTING)
class ReturnGranted(Event):
    """同意退件: the file goes back to the county office; ``department`` is the unit that returned it."""

    repeated: bool = attribute(Text("再次退件", "Repeated"), scored=True)
    reason: str | None = attribute(_REASON, default=None)


@event("ReturnDenied", Text("驳回退件", "Return denied"), basis=ROUTING)
class ReturnDenied(Event):
    """驳回退件: the unit keeps the file, and its clock ran on."""

    repeated: bool = attribute(Text("再次退件", "Repeated"), scored=True)
    reason: str = attribute(_REASON)


@event("CoHandlerAdded", Text("增加协办单位", "Co-handler added"), basis=LOCAL_DUTY)
class CoHandlerAdded(Event):
    """增加协办单位: ``department`` leads and stays charged."""

    co_handler: str = attribute(Text("协办单位", "Co-handler"), scored=True)


@event("InvestigationRecorded", Text("调查核实", "Investigation recorded"), basis=LOCAL_DUTY)
class InvestigationRecorded(Event):
    """调查核实: what was looked into, how, by which unit."""

    unit: str = attribute(Text("调查单位", "Investigating unit"))
    method: Method = attribute(Text("调查方式", "Method"))
    findings: str = attribute(Text("调查情况", "Findings"))
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("ExtensionRequested", Text("申请延期", "Extension requested"), basis=TIME_LIMITS)
class ExtensionRequested(Event):
    """申请延期 by the handler, in time before expiry."""

    clock: str = attribute(_CLOCK)
    days: int = attribute(Text("申请延期（工作日）", "Working days asked for"), scored=True)
    reason: str = attribute(_REASON)


@event("ExtensionGranted", Text("同意延期", "Extension granted"), basis=TIME_LIMITS)
class ExtensionGranted(Event):
    """同意延期 before expiry; ``told``: how the writer was told."""

    clock: str = attribute(_CLOCK)
    days: int = attribute(Text("延期（工作日）", "Working days added"), scored=True)
    told: Told = attribute(Text("告知方式", "How the writer was told"), scored=True)


@event("ExtensionDenied", Text("不同意延期", "Extension denied"), basis=TIME_LIMITS)
class ExtensionDenied(Event):
    """不同意延期."""

    clock: str = attribute(_CLOCK)
    reason: str = attribute(_REASON)


@event("ReplyDrafted", Text("起草答复", "Reply drafted"), basis=REVIEW)
class ReplyDrafted(Event):
    """起草答复: waits for the head's approval."""

    reply: str = attribute(_REPLY)
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("ReplySentBack", Text("退回重办", "Reply sent back"), basis=REVIEW)
class ReplySentBack(Event):
    """退回重办: ``by_office`` when the county office found the reply below standard, else the handler's own review."""

    by_office: bool = attribute(Text("县政府办退回", "By the county office"), scored=True)
    reason: str = attribute(_REASON)


@event("ReplyApproved", Text("审签答复", "Reply approved"), basis=REVIEW)
class ReplyApproved(Event):
    """审签答复: ``unit`` by the handler's head, ``office`` by the county office for a difficult matter."""

    stage: Literal["unit", "office"] = attribute(Text("审核环节", "Stage"), scored=True)


@event("ReplySent", Text("答复留言", "Reply sent"), basis=TIME_LIMITS)
class ReplySent(Verdict):
    """答复留言: in time it is the clock's verdict; after the miss it says so and is none."""

    category: CategoryOrNone = attribute(_CATEGORY, scored=True)
    reply: str | None = attribute(_REPLY, default=None)


@event("ReplyOverdue", Text("答复逾期", "Reply overdue"), basis=TIME_LIMITS)
class ReplyOverdue(Verdict):
    """答复逾期: charged to the unit that held the file on the due date."""

    category: CategoryOrNone = attribute(_CATEGORY, scored=True)


@event("MessageNeglected", Text("留言久拖不复", "Message neglected"), basis=TIME_LIMITS)
class MessageNeglected(Verdict):
    """留言久拖不复: unanswered for three months."""

    category: CategoryOrNone = attribute(_CATEGORY, scored=True)


@event("ReplyPublished", Text("公开答复", "Reply published"), basis=PUBLICITY)
class ReplyPublished(Event):
    """公开答复: a redacted copy (脱敏) of question and reply; the originals stay closed."""

    published_title: str = attribute(Text("公开的主题", "Published title"))
    published_question: str = attribute(Text("公开的留言", "Published question"))
    published_reply: str = attribute(Text("公开的答复", "Published reply"))


@event("ReplyWithheld", Text("不公开", "Reply withheld"), basis=PUBLICITY)
class ReplyWithheld(Event):
    """不公开, or a published copy taken down (撤下)."""

    ground: WithheldGround = attribute(Text("不公开情形", "Ground"), scored=True)
    reason: str | None = attribute(_REASON, default=None)


@event("RatingGiven", Text("评价", "Rating given"), basis=QUALITY)
class RatingGiven(Event):
    """评价 of the latest reply, by the writer or by call-back (回访)."""

    satisfied: bool = attribute(Text("满意", "Satisfied"), scored=True)
    by: RatedBy = attribute(Text("评价方式", "Rated by"), scored=True)
    category: CategoryOrNone = attribute(_CATEGORY, scored=True)
    comment: str | None = attribute(Text("评价意见", "Comment"), default=None)


@event("ReworkOrdered", Text("责令重办", "Rework ordered"), basis=QUALITY)
class ReworkOrdered(Event):
    """责令重办: a new clock of the same limit from this day, with a verdict of its own."""

    clock: str = attribute(Text("新期限", "New clock"))
    ground: ReworkGround = attribute(Text("重办情形", "Ground"), scored=True)
    limit: int = attribute(_LIMIT, scored=True)
    started: date = attribute(Text("起算日", "Started"))
    reason: str | None = attribute(_REASON, default=None)


@event("CommentReceived", Text("补充留言", "Comment received"), basis=INSTITUTION)
class CommentReceived(Event):
    """补充留言: the writer adds something; it moves no clock."""

    comment: str = attribute(Text("补充内容", "Comment"))
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("ReminderSent", Text("催办", "Reminder sent"), basis=TIME_LIMITS)
class ReminderSent(Event):
    """催办: one rung of the ladder for one clock, once."""

    clock: str = attribute(_CLOCK)
    rung: str = attribute(Text("催办阶段", "Rung"), scored=True)


@event("SupervisionIssued", Text("督办", "Supervision issued"), basis=LOCAL_DUTY)
class SupervisionIssued(Event):
    """督办 of the handler by the county office or a county leader."""

    ground: SupervisionGround = attribute(Text("督办情形", "Ground"), scored=True)
    supervision: str = attribute(Text("督办要求", "What is required"))


@event("InstructionNoted", Text("领导批示", "Instruction noted"), basis=INSTRUCTIONS)
class InstructionNoted(Event):
    """领导批示: the note itself is read by the county office and leaders alone, and leaves in no export."""

    instruction: str = attribute(Text("批示内容", "Instruction"))


@event("DivertedToPetition", Text("转信访", "Diverted to petition"), basis=PETITIONS)
class DivertedToPetition(Event):
    """转信访: cancels the clocks that still run."""

    explanation: str = attribute(_EXPLANATION)


@event("DivertedToRequest", Text("转依申请公开", "Diverted to request"), basis=REQUESTS)
class DivertedToRequest(Event):
    """转依申请公开: carries the references that the new application needs. Cancels the clocks that still run."""

    target: str = attribute(Text("受理单位", "Unit to answer the request"))
    explanation: str = attribute(_EXPLANATION)
    title: str | None = attribute(Text("留言主题", "Title"), default=None)
    text: str | None = attribute(Text("留言详情", "Text"), default=None)
    name: str | None = attribute(Text("姓名", "Name"), default=None)
    phone: str | None = attribute(Text("电话", "Phone"), default=None)
    email: str | None = attribute(Text("电子邮箱", "E-mail"), default=None)
    address: str | None = attribute(Text("地址", "Address"), default=None)
    identity: str | None = attribute(Text("账号或证件号", "Account or identity number"), default=None)


@event("DiversionAccepted", Text("转出已接收", "Diversion accepted"), basis=PETITIONS)
class DiversionAccepted(Event):
    """转出已接收 by the petition office or the requests service; ``taken_over_as`` is the number there."""

    taken_over_as: str | None = attribute(Text("对方编号", "Number there"), default=None)


@event("ConfidentialityRequested", Text("要求保密", "Confidentiality requested"), basis=CONFIDENTIALITY)
class ConfidentialityRequested(Event):
    """要求保密: from here on the writer's data show to the handler alone."""


@event("MessageQuarantined", Text("检举隔离", "Message quarantined"), basis=CONFIDENTIALITY)
class MessageQuarantined(Event):
    """检举隔离: ``department`` is the handler; the accused unit is a reference, read by it and the county office."""

    accused: str = attribute(Text("被检举单位", "Accused unit"))


@event("MessageArchived", Text("归档", "Message archived"), basis=INSTITUTION)
class MessageArchived(Event):
    """归档."""


@event("SubjectErased", Text("删除个人信息", "Personal data erased"), basis=ERASURE)
class SubjectErased(Event):
    """删除个人信息: the writer's key and data are destroyed; an open message ends with it."""

    subject: str = attribute(Text("留言人编号", "Writer's reference"))
    ground: ErasureGround = attribute(Text("删除情形", "Ground"), scored=True)
