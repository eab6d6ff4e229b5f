"""What people may ask of an application for information (依申请公开): the commands, with the words of their forms."""

from calendar import monthrange
from datetime import date
from typing import Any

from services.requests.application_events import (
    Delivery,
    ErasureGround,
    FeeMethod,
    Help,
    IssuedKind,
    Manner,
    Need,
    RecordDecision,
    Result,
    With,
)
from services.requests.application_rules import (
    ANSWERS,
    CO_PRODUCER,
    CONTENT,
    CONVERSION,
    CORRECTION,
    ERASURE,
    EXCESSIVE,
    FEE_RULES,
    FEES,
    FORM,
    HELP,
    KEEPING,
    OWN_RECORDS,
    PERIOD,
    RECEIPT,
    RECONSIDERATION,
    REMEDIES,
    THIRD_PARTY,
    ApplicantClass,
    Channel,
    Evidence,
    Fault,
    Ground,
    Outcome,
    Remedy,
)
from shared.domain.command_fields import attachments
from shared.domain.kind import Among, Command, command, field
from shared.domain.permission import PUBLIC_MAY, SYSTEM_MAY, WRITER_MAY, anywhere, handler, office
from shared.domain.text import Text

DESK = handler("clerk", "reviewer", "head", "disclosure_head")
HEADS = handler("head", "disclosure_head")
DISCLOSURE_HEAD = handler("disclosure_head")
ANY_DESK = anywhere("clerk", "disclosure_head")
COUNTY_DESK = office("clerk", "office", "head", "disclosure_head")
COUNTY = office("office", "head", "disclosure_head")
SECURITY = anywhere("security_admin")

Basis = Text


def _same_month(state: Any) -> Among | None:
    """The unit's applications of the calendar month in which this one was received."""
    if state.received is None:
        return None
    days = monthrange(state.received.year, state.received.month)[1]
    return Among(state.department, state.received.replace(day=1), state.received.replace(day=days))


def _line(title: Text, help: Text, basis: Basis, *, most: int = 200, **more: Any) -> Any:
    return field(title, help=help, basis=basis, max_length=most, **more)


def _area(title: Text, help: Text, basis: Basis, *, default: Any = ..., most: int = 5000) -> Any:
    return field(
        title, help=help, widget="textarea", basis=basis, vault="case", default=default, min_length=1, max_length=most
    )


def _of_applicant(title: Text, help: Text, basis: Basis = CONTENT, *, most: int = 200, **more: Any) -> Any:
    return field(title, help=help, basis=basis, vault="writer", default=None, max_length=most, **more)


def _select(title: Text, help: Text, basis: Basis, *, default: Any = ...) -> Any:
    return field(title, help=help, widget="select", basis=basis, default=default)


def _days(title: Text, help: Text, basis: Basis, *, default: Any = None, most: int = 250) -> Any:
    return field(title, help=help, widget="number", basis=basis, default=default, ge=1, le=most)


_BROUGHT = Text("由原案卷带入。", "Brought along by the other case.")


def _reference(title: Text) -> Any:
    return field(title, help=_BROUGHT, basis=CONTENT, default=None, pattern=r"^v:[a-z2-7]{26}$")


_UNIT = Text("受理单位", "Unit to answer")
_UNIT_HELP = Text("制作或保存该信息的单位。", "The unit that made the information or keeps it.")


@command(
    Text("提交申请", "Submit an application"),
    help=Text(
        "向制作或保存信息的单位申请；写明姓名、身份证明、联系方式和所需信息。",
        "Ask the unit that holds the information; give name, proof of identity, contact and what you ask for.",
    ),
    basis=CONTENT,
    allowed=(PUBLIC_MAY, ANY_DESK, COUNTY_DESK, SYSTEM_MAY),
    opens=True,
)
class Submit(Command):
    """Ask for information; staff enter what came on paper or by fax, or was said."""

    department: str = field(_UNIT, help=_UNIT_HELP, widget="department", basis=CONTENT, min_length=1, max_length=60)
    title: str = field(
        Text("申请事项", "Subject"),
        help=Text("所需信息的名称或文号。", "Title or document number of the information."),
        basis=CONTENT,
        vault="writer",
        min_length=1,
        max_length=200,
    )
    text: str = field(
        Text("所需信息的描述", "Information asked for"),
        help=Text(
            "便于检索的其他特征：时间、范围、用途不必说明。",
            "What else helps to find it; why you ask need not be said.",
        ),
        widget="textarea",
        basis=CONTENT,
        vault="writer",
        min_length=1,
        max_length=20000,
    )
    name: str | None = _of_applicant(
        Text("姓名或名称", "Name"), Text("个人姓名或单位名称。", "Of the person or organisation.")
    )
    identity: str | None = _of_applicant(
        Text("账号或证件号", "Account or identity number"),
        Text("身份证号或统一社会信用代码。", "Identity number or unified social credit code."),
    )
    phone: str | None = _of_applicant(
        Text("电话", "Phone"),
        Text("电话、邮箱、地址至少填一项。", "Phone, e-mail or address: at least one."),
        widget="phone",
    )
    email: str | None = _of_applicant(
        Text("电子邮箱", "E-mail"), Text("电话、邮箱、地址至少填一项。", "Phone, e-mail or address: at least one.")
    )
    address: str | None = _of_applicant(
        Text("地址", "Address"), Text("邮寄答复时填写。", "For a reply by mail."), most=500
    )
    applicant_class: ApplicantClass = _select(
        Text("申请人类别", "Class of applicant"),
        Text("自然人，或法人、其他组织的类别。", "A natural person, or the kind of organisation."),
        CONTENT,
        default="natural",
    )
    channel: Channel = _select(
        Text("提交渠道", "Channel"),
        Text(
            "网上提交为互联网；当面、邮寄、传真由经办人登记。",
            "Internet online; staff enter what came in person, by mail or fax.",
        ),
        RECEIPT,
        default="internet",
    )
    manner: Manner | None = _select(
        Text("提供方式", "Form of supply"), Text("希望得到的形式。", "The form you wish."), FORM, default=None
    )
    delivery: Delivery | None = _select(
        Text("获取途径", "Way of delivery"), Text("希望送达的途径。", "The way you wish to get it."), FORM, default=None
    )
    need: Need | None = _select(
        Text("需要的帮助", "Help needed"),
        Text(
            "阅读困难、视力或听力障碍的，单位应当提供帮助。",
            "With difficulties in reading, seeing or hearing, help must be given.",
        ),
        HELP,
        default=None,
    )
    attachments: tuple[str, ...] = attachments(CONTENT)


@command(
    Text("接收转来的事项", "Take over a matter"),
    help=Text(
        "由系统登记转来的留言或拆分出的事项。", "The system enters a diverted message or a part that was split off."
    ),
    basis=CONTENT,
    allowed=(SYSTEM_MAY,),
    opens=True,
)
class TakeOver(Command):
    """Enter what another case handed on: a diverted message, or one matter of an application."""

    department: str = field(_UNIT, help=_UNIT_HELP, basis=CONTENT, widget="department", max_length=60)
    message: str | None = _line(
        Text("转来的留言", "Message it was"),
        Text("原留言的案卷编号。", "The case id of the message."),
        CONTENT,
        default=None,
    )
    parent: str | None = _line(
        Text("拆分自", "Split from"),
        Text("原申请的案卷编号。", "The case id of the application."),
        KEEPING,
        default=None,
    )
    channel: Channel = _select(
        Text("提交渠道", "Channel"), Text("原渠道。", "The channel it came by."), RECEIPT, default="message"
    )
    applicant_class: ApplicantClass = _select(
        Text("申请人类别", "Class of applicant"),
        Text("原申请人类别。", "As before."),
        CONTENT,
        default="natural",
    )
    submitted: date | None = field(
        Text("提交日期", "Submitted"),
        help=Text("原提交日期。", "As before."),
        widget="date",
        basis=CONTENT,
        default=None,
    )
    received: date | None = field(
        Text("收到日期", "Received"),
        help=Text("原收到日期。", "As before."),
        widget="date",
        basis=RECEIPT,
        default=None,
    )
    writer: str | None = _line(
        Text("申请人编号", "Applicant's reference"), Text("由原案卷带入。", "Brought along."), CONTENT, default=None
    )
    title: str | None = _reference(Text("申请事项", "Subject"))
    text: str | None = _reference(Text("所需信息的描述", "Information asked for"))
    name: str | None = _reference(Text("姓名", "Name"))
    phone: str | None = _reference(Text("电话", "Phone"))
    email: str | None = _reference(Text("电子邮箱", "E-mail"))
    address: str | None = _reference(Text("地址", "Address"))
    identity: str | None = _reference(Text("账号或证件号", "Account or identity number"))
    manner: Manner | None = _select(Text("提供方式", "Form of supply"), _BROUGHT, FORM, default=None)
    delivery: Delivery | None = _select(Text("获取途径", "Way of delivery"), _BROUGHT, FORM, default=None)
    need: Need | None = _select(Text("需要的帮助", "Help needed"), _BROUGHT, HELP, default=None)
    attachments: tuple[str, ...] = field(
        Text("附件", "Attachments"), help=_BROUGHT, widget="files", basis=CONTENT, default=(), max_length=100
    )
    limit: int | None = _days(
        Text("答复期限（工作日）", "Limit of the reply (working days)"), _BROUGHT, PERIOD, most=9999
    )
    period: int | None = _days(
        Text("延迟答复的合理期限（工作日）", "Reasonable period in its place (working days)"),
        _BROUGHT,
        EXCESSIVE,
        most=9999,
    )
    moved: str = _line(Text("期限变动", "What had moved the limit"), _BROUGHT, PERIOD, most=20000, default="")
    extended: int = field(
        Text("已延期（工作日）", "Extended by (working days)"),
        help=_BROUGHT,
        widget="number",
        basis=PERIOD,
        default=0,
        ge=0,
        le=9999,
    )
    corrected: bool = field(
        Text("已补正", "Corrected"), help=_BROUGHT, widget="checkbox", basis=CORRECTION, default=False
    )


@command(
    Text("确认收到", "Confirm receipt"),
    help=Text(
        "发生时间即法定收到日：签收之日，或与申请人确认之日；次日起算答复期限。",
        "When it happened is the lawful day of receipt: of signing, or of confirming it with the applicant.",
    ),
    basis=RECEIPT,
    allowed=(DESK, COUNTY_DESK, SYSTEM_MAY),
)
class ConfirmReceipt(Command):
    """Say when the application was received in law, and what proves it."""

    evidence: Evidence = _select(
        Text("收到的凭据", "Evidence"),
        Text("邮寄签收，或以何种方式与申请人确认。", "Signed for, or how it was confirmed with the applicant."),
        RECEIPT,
    )
    arrived: date | None = field(
        Text("到达日期", "Arrived"),
        help=Text("申请到达单位的日期，不填即收到日。", "The day it reached the unit; empty means the day of receipt."),
        widget="date",
        basis=RECEIPT,
        default=None,
    )


@command(
    Text("登记", "Register"),
    help=Text(
        "登记后开始办理；一件申请只办一事，多事的先拆分。",
        "Then it is handled; one matter each, so split off the others.",
    ),
    basis=KEEPING,
    allowed=(DESK, SYSTEM_MAY),
    among=_same_month,
)
class Register(Command):
    """Enter it in the register."""


@command(
    Text("拆分", "Split"),
    help=Text(
        "把另一事项拆分为新的申请，收到日期和答复期限不变；须在期限内，且没有等待中的补正、缴费或征求意见。",
        "Make another matter of it an application with the same receipt and due date; in time, with nothing waited for.",
    ),
    basis=KEEPING,
    allowed=(DESK,),
)
class Split(Command):
    """Split one further matter off."""

    title: str = field(
        Text("申请事项", "Subject"),
        help=Text("拆分出的事项。", "The matter that is split off."),
        basis=KEEPING,
        vault="writer",
        min_length=1,
        max_length=200,
    )
    text: str = field(
        Text("所需信息的描述", "Information asked for"),
        help=Text("申请中关于此事项的内容。", "What the application says of it."),
        widget="textarea",
        basis=KEEPING,
        vault="writer",
        min_length=1,
        max_length=20000,
    )


@command(
    Text("合并", "Merge"),
    help=Text(
        "并入同一申请人的另一在办申请，本件办结。",
        "Into another open application of the same applicant; this one ends.",
    ),
    basis=KEEPING,
    allowed=(DESK,),
    needs=lambda given: (given.into,),
)
class Merge(Command):
    """Merge it into another application."""

    into: str = _line(
        Text("并入", "Merge into"), Text("另一申请的案卷编号。", "The case id of the other."), KEEPING, most=40
    )


@command(
    Text("补正告知", "Request a correction"),
    help=Text(
        "收到之日起 7 个工作日内一次性告知；补正后重新起算。",
        "Once, within 7 working days of receipt; then it counts anew.",
    ),
    basis=CORRECTION,
    allowed=(DESK,),
)
class RequestCorrection(Command):
    """Tell the applicant once what to correct."""

    items: str = _area(
        Text("补正事项", "What to correct"), Text("逐项写明，一次告知。", "Every item, told at once."), CORRECTION
    )
    days: int | None = _days(
        Text("补正期限（工作日）", "Period (working days)"),
        Text("合理期限，不填为 15。", "A reasonable period; empty means 15."),
        CORRECTION,
    )


@command(
    Text("收到补正", "Receive the correction"),
    help=Text("答复期限自收到补正之日重新起算。", "The time for the reply starts anew."),
    basis=CORRECTION,
    allowed=(DESK, WRITER_MAY),
)
class ReceiveCorrection(Command):
    """Enter the corrected application."""

    text: str = field(
        Text("所需信息的描述", "Information asked for"),
        help=Text("补正后的内容。", "As corrected."),
        widget="textarea",
        basis=CORRECTION,
        vault="writer",
        min_length=1,
        max_length=20000,
    )
    title: str | None = _of_applicant(
        Text("申请事项", "Subject"), Text("有变化时填写。", "Where it changes."), CORRECTION
    )
    attachments: tuple[str, ...] = attachments(CORRECTION)


@command(
    Text("征求意见", "Consult"),
    help=Text("书面征求第三方或共同制作机关的意见；期间不计入答复期限。", "In writing; the time is not counted."),
    basis=THIRD_PARTY,
    allowed=(DESK,),
)
class Consult(Command):
    """Ask a third party or a co-producing agency in writing."""

    asked: With = _select(
        Text("征求对象", "Who is asked"),
        Text(
            "第三方逾期不答由本单位决定；共同制作机关逾期不答视为同意。",
            "A third party's silence leaves it to you; a co-producer's is consent.",
        ),
        THIRD_PARTY,
    )
    party: str = _area(
        Text("被征求意见方", "Whom"),
        Text(
            "第一行写姓名或单位名称，是文书的收件人；联系方式另起一行。",
            "The name on the first line, to whom the letter goes; how to reach them below.",
        ),
        THIRD_PARTY,
        most=500,
    )
    content: str | None = _area(
        Text("征求意见的内容", "What is asked"),
        Text("拟公开的信息。", "The information concerned."),
        THIRD_PARTY,
        default=None,
    )


@command(
    Text("记录意见", "Record the answer"),
    help=Text("收到答复之日的次日恢复计算答复期限。", "The day after the answer the time runs on."),
    basis=CO_PRODUCER,
    allowed=(DESK,),
)
class RecordAnswer(Command):
    """Enter what the consulted party answered."""

    consultation: str = _line(
        Text("征求意见", "Consultation"), Text("如 consultation-1。", "Such as consultation-1."), THIRD_PARTY, most=40
    )
    agrees: bool = field(
        Text("同意公开", "Agrees"),
        help=Text("是否同意公开。", "Whether it agrees to disclosure."),
        widget="checkbox",
        basis=THIRD_PARTY,
    )
    reason: str | None = _area(Text("理由", "Reason"), Text("不同意的理由。", "Why not."), THIRD_PARTY, default=None)


@command(
    Text("批准延期", "Approve an extension"),
    help=Text(
        "由政府信息公开工作机构负责人批准，最多 20 个工作日，只能一次；到期前还须告知申请人。",
        "By the head of the disclosure office, at most 20 working days, once; then the applicant must be told in time.",
    ),
    basis=PERIOD,
    allowed=(DISCLOSURE_HEAD,),
)
class ApproveExtension(Command):
    """Agree to an extension."""

    days: int | None = _days(Text("延长（工作日）", "Days"), Text("不填为最长。", "Empty means the most."), PERIOD)
    reason: str = _area(Text("理由", "Reason"), Text("不能按期答复的原因。", "Why it takes longer."), PERIOD)


@command(
    Text("延期告知", "Notify the extension"),
    help=Text("到期前告知申请人，延期才生效。", "Tell the applicant before expiry, or it has no effect."),
    basis=PERIOD,
    allowed=(DESK,),
)
class NotifyExtension(Command):
    """Tell the applicant of the extension."""


@command(
    Text("要求说明理由", "Ask for reasons"),
    help=Text(
        "申请数量、频次明显超过合理范围时；该申请人当月向本单位申请的件数一并记入。",
        "Where number or frequency is clearly excessive; how many of the applicant's came in the month is recorded with it.",
    ),
    basis=EXCESSIVE,
    allowed=(DESK,),
    among=_same_month,
)
class AskReasons(Command):
    """Ask the applicant for reasons."""

    explanation: str = _area(
        Text("说明", "Explanation"), Text("为何认为超过合理范围。", "Why it seems excessive."), EXCESSIVE
    )
    days: int | None = _days(
        Text("说明理由的期限（工作日）", "Period for the reasons (working days)"),
        Text("合理期限，不填为 15。", "A reasonable period; empty means 15."),
        EXCESSIVE,
    )


@command(
    Text("记录理由", "Record the reasons"),
    help=Text(
        "不合理的，答复不予处理；合理的，可确定合理期限。",
        "Unreasonable: not handled; reasonable: the period may be replaced.",
    ),
    basis=EXCESSIVE,
    allowed=(DESK,),
)
class RecordReasons(Command):
    """Enter the applicant's reasons and what they are worth."""

    reasonable: bool = field(
        Text("理由合理", "Reasonable"),
        help=Text("审查后的判断。", "As judged."),
        widget="checkbox",
        basis=EXCESSIVE,
    )
    reasons: str | None = _area(
        Text("理由", "Reasons"),
        Text(
            "申请人的说明；未说明的，告知的期限届满后不填，记为不合理。",
            "What the applicant said; where nothing was said, empty and not reasonable, after the period told.",
        ),
        EXCESSIVE,
        default=None,
    )


@command(
    Text("确定合理期限", "Replace the period"),
    help=Text(
        "延迟答复的合理期限，自收到申请之日起计算，届满须晚于现答复期限，并告知申请人。",
        "A longer period counted from receipt, ending after the reply's due date as it stands; told to the applicant.",
    ),
    basis=EXCESSIVE,
    allowed=(HEADS,),
)
class ReplacePeriod(Command):
    """Set a longer, reasonable period."""

    days: int = _days(
        Text("期限（工作日）", "Limit (working days)"),
        Text("长于法定期限。", "Longer than the lawful one."),
        EXCESSIVE,
        default=...,
    )


@command(
    Text("收费通知", "Notice a fee"),
    help=Text(
        "按件或按量，二者只能选一；20 个工作日内缴费，缴费后重新起算。",
        "By item or by page, never both; paid within 20 working days.",
    ),
    basis=FEE_RULES,
    allowed=(HEADS,),
    among=_same_month,
)
class NoticeFee(Command):
    """Send the fee notice."""

    method: FeeMethod = _select(Text("计收方式", "Method"), Text("按件或按量。", "By item or by page."), FEES)
    quantity: int = field(
        Text("数量", "Quantity"),
        help=Text(
            "按件：该申请人当月第几件，不得少于系统认出的件数；按量：页数。",
            "By item: which of the applicant's in the month, no fewer than are known here; by page: pages.",
        ),
        widget="number",
        basis=FEE_RULES,
        ge=1,
        le=100_000,
    )


@command(
    Text("缴费", "Record the payment"),
    help=Text("金额须与通知一致。", "The amount of the notice."),
    basis=FEE_RULES,
    allowed=(DESK,),
)
class RecordPayment(Command):
    """Enter the payment."""

    amount: int = field(
        Text("金额（元）", "Amount (yuan)"),
        help=Text("实缴金额。", "What was paid."),
        widget="number",
        basis=FEE_RULES,
        ge=1,
        le=10_000_000,
    )


@command(
    Text("检索记录", "Record the search"),
    help=Text("答复信息不存在前必须有。", "Needed before saying that it does not exist."),
    basis=ANSWERS,
    allowed=(DESK,),
)
class RecordSearch(Command):
    """Enter where it was looked for."""

    found: bool = field(
        Text("检索到信息", "Found"), help=Text("结果。", "The result."), widget="checkbox", basis=ANSWERS
    )
    search: str = _area(
        Text("检索范围和方式", "Where and how"),
        Text("档案、系统、关键词、经办人。", "Archives, systems, words, by whom."),
        ANSWERS,
    )


class _Answer(Command):
    """What every reply may carry."""

    outcome: Outcome = _select(
        Text("答复类型", "Outcome"),
        Text("每件申请只有一种，决定年报所计行。", "One for each application; it decides the row."),
        ANSWERS,
    )
    reply: str = _area(
        Text("答复内容", "Reply"), Text("给申请人的答复。", "What the applicant reads."), ANSWERS, most=20000
    )
    how: str | None = _area(
        Text("获取方式和途径", "How it can be had"),
        Text("公开的信息如何、在何处取得。", "How and where the information can be had."),
        ANSWERS,
        default=None,
    )
    attachments: tuple[str, ...] = attachments(ANSWERS)


@command(
    Text("拟定答复", "Draft the reply"),
    help=Text(
        "按答复类型写明依据、理由和救济途径，送审。",
        "With ground, reasons and remedy as the outcome needs; then it is reviewed.",
    ),
    basis=ANSWERS,
    allowed=(DESK,),
    needs=lambda given: (given.earlier,) if given.earlier else (),
)
class DraftReply(_Answer):
    """Draft the reply."""

    ground: Ground | None = _select(
        Text("不予公开的情形", "Ground"),
        Text("不予公开或部分公开时必填。", "Needed where something is withheld."),
        ANSWERS,
        default=None,
    )
    reasons: str | None = _area(
        Text("理由", "Reasons"), Text("不予公开、无法提供的理由。", "Why not."), ANSWERS, default=None
    )
    procedure: str | None = _area(
        Text("应当依照的办法或渠道", "Procedure or channel"),
        Text("查询办法、信访渠道等。", "Where to turn instead."),
        ANSWERS,
        default=None,
    )
    earlier: str | None = _line(
        Text("此前的申请", "Earlier application"),
        Text("重复申请时，已答复的申请的案卷编号。", "For a repeated one: the case id of the one answered."),
        ANSWERS,
        most=40,
        default=None,
    )
    remedy: Remedy | None = _select(
        Text("救济途径", "Remedy"),
        Text("不予公开的，先申请行政复议。", "Against a refusal, reconsideration comes first."),
        RECONSIDERATION,
        default=None,
    )
    public_interest: str | None = _area(
        Text("公共利益理由", "Public interest"),
        Text("第三方不同意而公开时写明，并书面告知第三方。", "Where a third party objects; it is told in writing."),
        THIRD_PARTY,
        default=None,
    )


def _answered_before(state: Any) -> tuple[str, ...]:
    """The application that the drafted reply says was answered before."""
    return (state.draft.earlier,) if state.draft is not None and state.draft.earlier else ()


@command(
    Text("审核答复", "Review the reply"),
    help=Text(
        "由起草人以外的负责人审核；不通过的退回重拟。", "By a head other than the drafter; else it is drafted again."
    ),
    basis=KEEPING,
    allowed=(HEADS,),
    needs_of=_answered_before,
)
class ReviewReply(Command):
    """Pass the reply or hand it back."""

    passed: bool = field(
        Text("通过", "Passed"), help=Text("可以发出。", "It may be sent."), widget="checkbox", basis=KEEPING
    )
    reason: str | None = _area(
        Text("理由", "Reason"), Text("退回的理由。", "Why it is handed back."), KEEPING, default=None
    )


@command(
    Text("发出答复", "Send the reply"),
    help=Text("发出或当面交付之日为答复日。", "The day of dispatch or of handing over counts."),
    basis=ANSWERS,
    allowed=(DESK,),
    needs_of=_answered_before,
)
class Reply(Command):
    """Send the reviewed reply."""


@command(
    Text("当场答复", "Answer on the spot"),
    help=Text(
        "收到申请当日能够当场答复的：已公开或予以公开。",
        "What can be given at once on the day of receipt: already public, or disclosed.",
    ),
    basis=PERIOD,
    allowed=(DESK,),
)
class AnswerOnTheSpot(_Answer):
    """Answer at the counter."""


@command(
    Text("记录送达", "Record the delivery"),
    help=Text("按时与否以发出为准。", "In time or not is judged by the sending."),
    basis=KEEPING,
    allowed=(DESK,),
)
class RecordDelivery(Command):
    """Enter that the reply reached the applicant."""

    delivery: Delivery = _select(Text("送达方式", "Way of delivery"), Text("实际方式。", "As it was."), KEEPING)


@command(
    Text("撤回申请", "Withdraw"),
    help=Text("申请人撤回，申请办结。", "The applicant withdraws; the application ends."),
    basis=KEEPING,
    allowed=(DESK, WRITER_MAY),
)
class Withdraw(Command):
    """Withdraw the application."""


@command(
    Text("提供帮助", "Provide help"),
    help=Text("为阅读困难、视听障碍的申请人提供的帮助。", "What was done for an applicant who needs help."),
    basis=HELP,
    allowed=(DESK,),
)
class ProvideHelp(Command):
    """Enter the help that was given."""

    need: Need = _select(
        Text("需要的帮助", "Need"), Text("阅读困难、视力或听力障碍。", "Reading, sight or hearing."), HELP
    )
    help: Help = _select(Text("提供的帮助", "Help"), Text("代填、代读、大字、手语、陪同。", "What was done."), HELP)


@command(
    Text("要求更正信息", "Request a correction of records"),
    help=Text("与申请人自身相关的信息记录不准确的。", "Where records about the applicant are wrong."),
    basis=OWN_RECORDS,
    allowed=(DESK, WRITER_MAY),
)
class RequestRecordCorrection(Command):
    """Ask that records about oneself be corrected."""

    request: str = _area(Text("要求更正的内容", "What is wrong"), Text("写明并附证据。", "With evidence."), OWN_RECORDS)


@command(
    Text("处理信息更正", "Decide on the records"),
    help=Text("更正、转送有权机关或不予更正，并告知。", "Corrected, transferred or refused, and told."),
    basis=OWN_RECORDS,
    allowed=(HEADS,),
)
class DecideRecordCorrection(Command):
    """Decide on the correction of records."""

    decision: RecordDecision = _select(Text("处理", "Decision"), Text("处理结果。", "The result."), OWN_RECORDS)
    reason: str | None = _area(
        Text("理由或转送的机关", "Reasons, or the other agency"),
        Text(
            "不予更正的理由，或转送的机关及其联系方式。", "Why not, or to whom it is handed on and how to reach them."
        ),
        OWN_RECORDS,
        default=None,
    )


@command(
    Text("建议转为主动公开", "Propose conversion"),
    help=Text("多人申请同一信息，或申请人建议。", "Where several ask for it, or the applicant proposes it."),
    basis=CONVERSION,
    allowed=(DESK, WRITER_MAY),
)
class ProposeConversion(Command):
    """Propose to publish the information."""


@command(
    Text("同意转为主动公开", "Accept conversion"),
    help=Text("同意后应当及时公开。", "Then it is to be published promptly."),
    basis=CONVERSION,
    allowed=(HEADS,),
)
class AcceptConversion(Command):
    """Agree to publish it."""


@command(
    Text("出具文书", "Issue a letter"),
    help=Text(
        "登记回执、不再处理或结案的告知、转为主动公开的告知，每种一次。",
        "A receipt, word that the application is closed, word of the conversion; each once.",
    ),
    basis=KEEPING,
    allowed=(DESK,),
)
class IssueLetter(Command):
    """Issue a letter that no other step issues."""

    kind: IssuedKind = _select(
        Text("文书", "Letter"),
        Text(
            "登记后可出具回执；未答复而办结的，告知申请人。",
            "A receipt once registered; closure where it ended unanswered.",
        ),
        KEEPING,
    )


@command(
    Text("登记行政复议", "File reconsideration"),
    help=Text("收到复议机关通知。", "The reconsideration body has given notice."),
    basis=REMEDIES,
    allowed=(DESK, COUNTY_DESK),
)
class FileReconsideration(Command):
    """Enter that reconsideration was asked for."""


@command(
    Text("登记复议结果", "Decide reconsideration"),
    help=Text("维持、纠正或其他结果。", "Upheld, corrected or other."),
    basis=REMEDIES,
    allowed=(COUNTY_DESK,),
)
class DecideReconsideration(Command):
    """Enter the decision."""

    result: Result = _select(Text("结果", "Result"), Text("以决定书为准。", "As the decision says."), REMEDIES)


@command(
    Text("登记行政诉讼", "File a lawsuit"),
    help=Text(
        "收到法院通知；不予公开的须先经复议。", "The court has given notice; a refusal passes reconsideration first."
    ),
    basis=REMEDIES,
    allowed=(DESK, COUNTY_DESK),
)
class FileLawsuit(Command):
    """Enter that a lawsuit was filed."""


@command(
    Text("登记诉讼结果", "Decide the lawsuit"),
    help=Text("维持、纠正或其他结果。", "Upheld, corrected or other."),
    basis=REMEDIES,
    allowed=(COUNTY_DESK,),
)
class DecideLawsuit(Command):
    """Enter the judgment."""

    result: Result = _select(Text("结果", "Result"), Text("以生效裁判为准。", "As the judgment says."), REMEDIES)


@command(
    Text("记录程序问题", "Find a fault"),
    help=Text("检查中发现的程序问题，每种计一次。", "A fault of procedure found in review, each kind once."),
    basis=ANSWERS,
    allowed=(COUNTY, SYSTEM_MAY),
)
class FindFault(Command):
    """Enter a fault of procedure."""

    kind: Fault = _select(Text("问题", "Fault"), Text("六类之一。", "One of six."), ANSWERS)
    note: str | None = _area(Text("说明", "Note"), Text("事实。", "What was found."), ANSWERS, default=None)


@command(
    Text("归档", "Archive"),
    help=Text("办结的申请一案一档。", "A closed application, filed as one."),
    basis=KEEPING,
    allowed=(DESK, COUNTY_DESK),
)
class Archive(Command):
    """Close the file."""


@command(
    Text("删除个人信息", "Erase personal data"),
    help=Text(
        "销毁申请人的密钥和信息，不可恢复；事件和成绩保留。在办申请随之终结。",
        "Destroys the applicant's key and data for good; events and scores stay. An open application ends with it.",
    ),
    basis=ERASURE,
    allowed=(COUNTY, SECURITY),
)
class Erase(Command):
    """Erase the applicant's personal data."""

    ground: ErasureGround = _select(
        Text("删除情形", "Ground"),
        Text("目的已实现、保存期限届满、撤回同意、违法处理。", "Why they are erased."),
        ERASURE,
    )
