"""What people may ask of a citizen's message (网民留言): the commands, with the words of their forms."""

from typing import Any

from pydantic import ValidationInfo, field_validator

from services.messages.message_events import (
    ErasureGround,
    Ground,
    Method,
    ReturnGround,
    ReworkGround,
    SupervisionGround,
    Told,
    WithheldGround,
)
from services.messages.message_rules import (
    ARCHIVES,
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
)
from shared.domain.command_fields import attachments
from shared.domain.kind import Command, command, field
from shared.domain.permission import (
    PUBLIC_MAY,
    SYSTEM_MAY,
    WRITER_MAY,
    anywhere,
    county_leader,
    handler,
    office,
    party,
)
from shared.domain.text import Text

DESK = office("clerk", "office", "head")
OFFICE = office("office", "head")
LEADER = county_leader()
SECURITY = anywhere("security_admin")
HANDLER = handler("clerk", "reviewer", "head", "office")
PARTY = party("clerk", "reviewer", "head")


def _category(*, default: Any = ...) -> Any:
    return field(
        Text("留言类别", "Category"),
        help=Text(
            "政策咨询、投诉求助、需调查处理、重难件或检举控告；类别决定办理时限。",
            "Enquiry, complaint, investigation, difficult or report; the category decides the limit.",
        ),
        widget="select",
        basis=TIME_LIMITS,
        default=default,
    )


def _days() -> Any:
    return field(
        Text("重难件时限", "Limit of a difficult matter"),
        help=Text(
            "只用于重难件：15 或 30 个工作日；不填为 15。",
            "For a difficult matter only: 15 or 30 working days; empty means 15.",
        ),
        widget="number",
        basis=TIME_LIMITS,
        default=None,
        ge=1,
        le=250,
    )


def _accused(*, default: Any = None) -> Any:
    return field(
        Text("被检举、控告的单位", "Accused unit"),
        help=Text(
            "检举控告必填：该单位将完全看不到此件。",
            "Needed for a report: this unit will not see that the case exists.",
        ),
        widget="department",
        basis=CONFIDENTIALITY,
        vault="case",
        default=default,
        max_length=200,
    )


def _handler() -> Any:
    return field(
        Text("检举控告办理单位", "Handler of the report"),
        help=Text(
            "只用于检举控告：不填由县政府办办理，不得为被检举单位。",
            "For a report only: empty means the county office; never the accused unit.",
        ),
        widget="department",
        basis=CONFIDENTIALITY,
        default=None,
        max_length=100,
    )


def _never_to_the_accused(handler: str | None, info: ValidationInfo) -> str | None:
    """The handler of a report is not the unit it accuses; looked at while the accused unit is still in plain words."""
    if handler is not None and handler == info.data.get("accused"):
        raise ValueError(
            Text("检举控告办理单位不得为被检举、控告的单位", "the accused unit cannot handle the report against it")
        )
    return handler


def _department(title: Text, help: Text, *, default: Any = ...) -> Any:
    return field(title, help=help, widget="department", basis=LOCAL_DUTY, default=default, min_length=1, max_length=100)


def _reason(help: Text, basis: Text, *, default: Any = ...) -> Any:
    return field(
        Text("理由", "Reason"),
        help=help,
        widget="textarea",
        basis=basis,
        vault="case",
        default=default,
        min_length=1,
        max_length=2000,
    )


def _explanation(help: Text, basis: Text) -> Any:
    return field(
        Text("告知留言人的说明", "Explanation to the writer"),
        help=help,
        widget="textarea",
        basis=basis,
        vault="case",
        min_length=1,
        max_length=5000,
    )


@command(
    Text("提交留言", "Submit a message"),
    help=Text(
        "向县政府留言；请勿填写国家秘密。提交后凭编号和查询码查看办理情况。",
        "Write to the county government; never send state secrets. Number and code let you follow it.",
    ),
    basis=INSTITUTION,
    allowed=(PUBLIC_MAY, DESK, SYSTEM_MAY),
    opens=True,
)
class Submit(Command):
    """Send a message; the office enters one that came by phone or letter."""

    title: str = field(
        Text("留言主题", "Title"),
        help=Text("一句话说明事项。", "The matter in one sentence."),
        basis=INSTITUTION,
        vault="writer",
        min_length=1,
        max_length=200,
    )
    text: str = field(
        Text("留言详情", "Text"),
        help=Text("写明时间、地点、经过和诉求。", "When, where, what happened and what you ask for."),
        widget="textarea",
        basis=INSTITUTION,
        vault="writer",
        min_length=1,
        max_length=20000,
    )
    name: str | None = field(
        Text("姓名", "Name"),
        help=Text("用于联系；可以要求保密。", "To reach you; you may ask for confidentiality."),
        basis=CONFIDENTIALITY,
        vault="writer",
        default=None,
        max_length=200,
    )
    phone: str | None = field(
        Text("电话", "Phone"),
        help=Text("电话和电子邮箱至少填一项。", "Give a phone number or an e-mail address."),
        widget="phone",
        basis=CONFIDENTIALITY,
        vault="writer",
        default=None,
        max_length=200,
    )
    email: str | None = field(
        Text("电子邮箱", "E-mail"),
        help=Text("电话和电子邮箱至少填一项。", "Give a phone number or an e-mail address."),
        basis=CONFIDENTIALITY,
        vault="writer",
        default=None,
        max_length=200,
    )
    address: str | None = field(
        Text("地址", "Address"),
        help=Text("需要书面答复或实地核实时填写。", "For a reply by letter or a visit on site."),
        basis=CONFIDENTIALITY,
        vault="writer",
        default=None,
        max_length=500,
    )
    identity: str | None = field(
        Text("账号或证件号", "Account or identity number"),
        help=Text("网站账号或证件号，可不填。", "Your account on the site or an identity number; may stay empty."),
        basis=CONFIDENTIALITY,
        vault="writer",
        default=None,
        max_length=200,
    )
    category: Category | None = field(
        Text("留言类别", "Category"),
        help=Text("您认为属于哪一类，以县政府办分类为准。", "What you think it is; the county office decides."),
        widget="select",
        basis=TIME_LIMITS,
        default=None,
    )
    department: str | None = field(
        Text("所指单位", "Unit meant"),
        help=Text("您认为应由哪个单位办理，可不填。", "The unit that you think should answer; may stay empty."),
        widget="department",
        basis=LOCAL_DUTY,
        vault="case",
        default=None,
        max_length=200,
    )
    confidential: bool = field(
        Text("要求保密", "Keep it confidential"),
        help=Text(
            "勾选后只有承办单位能看到您的姓名和联系方式，答复不公开。",
            "Then only the handler sees your name and contact, and the reply is not published.",
        ),
        widget="checkbox",
        basis=CONFIDENTIALITY,
        default=False,
    )
    attachments: tuple[str, ...] = attachments(INSTITUTION)


@command(
    Text("受理", "Accept"),
    help=Text("受理留言，随后分类、转办。", "Take the message on; then classify and assign it."),
    basis=INSTITUTION,
    allowed=(DESK, SYSTEM_MAY),
)
class Accept(Command):
    """Take the message on."""


@command(
    Text("不予受理", "Decline"),
    help=Text("不予受理并告知留言人；转办前可用。", "Decline and tell the writer; possible before assignment."),
    basis=INSTITUTION,
    allowed=(DESK,),
)
class Decline(Command):
    """Decline the message with its ground."""

    ground: Ground = field(
        Text("不予受理情形", "Ground"),
        help=Text(
            "非本县事项、内容不清且无法联系、重复、内容违法、已进入法定程序。",
            "Another county's matter, unclear without contact, repeated, unlawful content, in legal proceedings.",
        ),
        widget="select",
        basis=INSTITUTION,
    )
    explanation: str = _explanation(
        Text("留言人凭查询码可见，写明理由和其他途径。", "The writer sees it: say why, and where else to turn."),
        INSTITUTION,
    )


@command(
    Text("分类", "Classify"),
    help=Text(
        "确定类别和时限，起算日仍为收件日。检举控告同时隔离。",
        "Decide category and limit; it still counts from receipt. A report is isolated at once.",
    ),
    basis=TIME_LIMITS,
    allowed=(DESK, SYSTEM_MAY),
)
class Classify(Command):
    """Decide the category, and with it the limit."""

    category: Category = _category()
    days: int | None = _days()
    accused: str | None = _accused()
    handler: str | None = _handler()
    _apart = field_validator("handler")(_never_to_the_accused)


@command(
    Text("变更分类", "Reclassify"),
    help=Text(
        "变更类别；起算日不变，缩短的时限不早于当日到期。",
        "Change the category; the start stays, and a shorter limit never falls due before today.",
    ),
    basis=TIME_LIMITS,
    allowed=(DESK,),
)
class Reclassify(Command):
    """Change the category."""

    category: Category = _category()
    days: int | None = _days()
    accused: str | None = _accused()
    handler: str | None = _handler()
    reason: str = _reason(Text("为何变更类别。", "Why the category changes."), TIME_LIMITS)
    _apart = field_validator("handler")(_never_to_the_accused)


@command(
    Text("转办", "Assign"),
    help=Text("转给承办单位；退件后改派也用此项。", "Give it to the unit in charge; also after a granted return."),
    basis=LOCAL_DUTY,
    allowed=(DESK, SYSTEM_MAY),
)
class Assign(Command):
    """Give the file to the unit in charge."""

    department: str = _department(
        Text("承办单位", "Department"), Text("谁主管、谁负责。", "The unit in charge of the matter.")
    )


@command(
    Text("申请退件", "Request a return"),
    help=Text(
        "不属本单位职责的，转办后一个工作日内申请；逾期或再次退件计入流转规范。",
        "Not your matter: ask within one working day of assignment; a late or repeated return counts against you.",
    ),
    basis=ROUTING,
    allowed=(HANDLER,),
)
class RequestReturn(Command):
    """Say that the message is not yours."""

    ground: ReturnGround = field(
        Text("退件情形", "Ground"),
        help=Text(
            "非本单位职责、应由其他单位牵头、非本县事项、需县政府办协调。",
            "Not competent, another unit leads, outside the county, needs the office to coordinate.",
        ),
        widget="select",
        basis=ROUTING,
    )
    reason: str = _reason(Text("写明职责依据。", "State the duty list you rely on."), ROUTING)
    suggested: str | None = _department(
        Text("建议承办单位", "Suggested unit"), Text("可不填。", "May stay empty."), default=None
    )


@command(
    Text("同意退件", "Grant the return"),
    help=Text("收回留言，另行转办。", "Take the file back, to be assigned anew."),
    basis=ROUTING,
    allowed=(DESK,),
)
class GrantReturn(Command):
    """Take the file back to the county office."""

    reason: str | None = _reason(Text("可不填。", "May stay empty."), ROUTING, default=None)


@command(
    Text("驳回退件", "Deny the return"),
    help=Text("由原单位继续办理，期限不变。", "The unit keeps it; the clock ran on."),
    basis=ROUTING,
    allowed=(DESK,),
)
class DenyReturn(Command):
    """Leave the file where it is."""

    reason: str = _reason(Text("写明为何仍由该单位办理。", "Why the unit keeps it."), ROUTING)


@command(
    Text("增加协办单位", "Add a co-handler"),
    help=Text("涉及多个单位的，确定协办单位；承办单位牵头并负责。", "Several units: the handler leads and is charged."),
    basis=LOCAL_DUTY,
    allowed=(DESK,),
)
class AddCoHandler(Command):
    """Let another unit take part."""

    department: str = _department(
        Text("协办单位", "Co-handler"), Text("配合承办单位办理的单位。", "The unit that assists the handler.")
    )


@command(
    Text("登记调查核实", "Record an investigation"),
    help=Text("登记调查、核实的方式和情况。", "Record how the matter was looked into and what was found."),
    basis=LOCAL_DUTY,
    allowed=(HANDLER, PARTY),
)
class RecordInvestigation(Command):
    """Record what was looked into."""

    method: Method = field(
        Text("调查方式", "Method"),
        help=Text(
            "实地查看、约见谈话、查阅资料、会商、检测检查。",
            "Site visit, interview, records, consultation, inspection.",
        ),
        widget="select",
        basis=LOCAL_DUTY,
    )
    findings: str = field(
        Text("调查情况", "Findings"),
        help=Text("查明的事实和证据。", "The facts found and the evidence."),
        widget="textarea",
        basis=LOCAL_DUTY,
        vault="case",
        min_length=1,
        max_length=20000,
    )
    attachments: tuple[str, ...] = attachments(INSTITUTION)


@command(
    Text("申请延期", "Request an extension"),
    help=Text("到期前至少一个工作日申请，每件一次。", "At least one working day before expiry, once for each message."),
    basis=TIME_LIMITS,
    allowed=(HANDLER,),
)
class RequestExtension(Command):
    """Ask for more time."""

    days: int = field(
        Text("延期（工作日）", "Working days"),
        help=Text("不超过原时限，最多 15 个工作日。", "At most the limit again, and 15 working days."),
        widget="number",
        basis=TIME_LIMITS,
        ge=1,
        le=250,
    )
    reason: str = _reason(Text("写明为何不能按期办结。", "Why it cannot be done in time."), TIME_LIMITS)


@command(
    Text("同意延期", "Grant the extension"),
    help=Text("到期前决定并告知留言人。", "Decided before expiry, and the writer told."),
    basis=TIME_LIMITS,
    allowed=(OFFICE,),
)
class GrantExtension(Command):
    """Give more time, and tell the writer."""

    days: int | None = field(
        Text("准予延期（工作日）", "Working days granted"),
        help=Text("不填即按申请；不得多于申请。", "Empty: as asked; never more than asked."),
        widget="number",
        basis=TIME_LIMITS,
        default=None,
        ge=1,
        le=250,
    )
    told: Told = field(
        Text("告知方式", "How the writer was told"),
        help=Text(
            "查询页面、电话、短信、电子邮件或信函；延期须告知留言人。",
            "Follow page, phone, text message, e-mail or letter; the writer must be told.",
        ),
        widget="select",
        basis=TIME_LIMITS,
    )


@command(
    Text("不同意延期", "Deny the extension"),
    help=Text("期限不变。", "The limit stands."),
    basis=TIME_LIMITS,
    allowed=(OFFICE,),
)
class DenyExtension(Command):
    """Give no more time."""

    reason: str = _reason(Text("为何不同意。", "Why not."), TIME_LIMITS)


@command(
    Text("起草答复", "Draft the reply"),
    help=Text(
        "起草答复，送本单位负责人审签；审签前可重新起草。", "Draft the reply for the head; redraft until approved."
    ),
    basis=REVIEW,
    allowed=(HANDLER, SYSTEM_MAY),
)
class DraftReply(Command):
    """Draft the reply."""

    text: str = field(
        Text("答复内容", "Reply"),
        help=Text("逐项回应诉求，写明依据和联系方式。", "Answer every point; give the basis and a contact."),
        widget="textarea",
        basis=REVIEW,
        vault="writer",
        min_length=1,
        max_length=50000,
    )
    attachments: tuple[str, ...] = attachments(INSTITUTION)


@command(
    Text("退回重办", "Send back"),
    help=Text(
        "答复不合要求的，退回承办人；县政府办退回的计入流转规范。",
        "A reply below standard goes back; one sent back by the county office counts.",
    ),
    basis=REVIEW,
    allowed=(handler("reviewer", "head"), OFFICE),
)
class SendBack(Command):
    """Send the reply back for improvement."""

    reason: str = _reason(Text("写明需要修改之处。", "What must be improved."), REVIEW)


@command(
    Text("审签答复", "Approve the reply"),
    help=Text(
        "承办单位负责人审签；重难件随后由县政府办审核。不得由起草人自审。",
        "The handler's head approves; a difficult matter then passes the county office. Never by the drafter.",
    ),
    basis=REVIEW,
    allowed=(handler("head"), OFFICE, SYSTEM_MAY),
)
class ApproveReply(Command):
    """Approve the reply at the stage where it stands."""


@command(
    Text("答复留言", "Reply"),
    help=Text("把审签的答复发给留言人。", "Send the approved reply to the writer."),
    basis=TIME_LIMITS,
    allowed=(handler("reviewer", "head", "office"), SYSTEM_MAY),
)
class Reply(Command):
    """Send the approved reply."""


@command(
    Text("公开答复", "Publish the reply"),
    help=Text(
        "公开脱敏副本：不得含姓名、电话、住址等个人信息。",
        "Publish a redacted copy without names, phones, addresses or other personal data.",
    ),
    basis=PUBLICITY,
    allowed=(handler("reviewer", "head"), OFFICE),
)
class PublishReply(Command):
    """Publish a redacted copy."""

    title: str = field(
        Text("公开的主题", "Published title"),
        help=Text("脱敏后的主题。", "The title, redacted."),
        basis=PUBLICITY,
        vault="case",
        min_length=1,
        max_length=200,
    )
    question: str = field(
        Text("公开的留言", "Published question"),
        help=Text("脱敏后的留言。", "The message, redacted."),
        widget="textarea",
        basis=PUBLICITY,
        vault="case",
        min_length=1,
        max_length=20000,
    )
    reply: str = field(
        Text("公开的答复", "Published reply"),
        help=Text("脱敏后的答复。", "The reply, redacted."),
        widget="textarea",
        basis=PUBLICITY,
        vault="case",
        min_length=1,
        max_length=50000,
    )


@command(
    Text("不公开", "Withhold the reply"),
    help=Text("决定不公开，或撤下已公开的答复；须有理由。", "Decide not to publish, or take a published copy down."),
    basis=PUBLICITY,
    allowed=(handler("reviewer", "head"), OFFICE),
)
class WithholdReply(Command):
    """Decide not to publish, with the reason."""

    ground: WithheldGround = field(
        Text("不公开情形", "Ground"),
        help=Text(
            "要求保密、个人隐私、商业秘密、国家秘密、检举控告、无公开价值。",
            "Confidential, privacy, commercial secret, state secret, report, no public value.",
        ),
        widget="select",
        basis=PUBLICITY,
    )
    reason: str = _reason(Text("写明不公开的理由。", "Why it is not published."), PUBLICITY)


@command(
    Text("评价", "Rate"),
    help=Text("对答复满意或不满意；电话回访由县政府办登记。", "Satisfied or not; the office records a call-back."),
    basis=QUALITY,
    allowed=(WRITER_MAY, DESK),
)
class Rate(Command):
    """Say whether the reply satisfied."""

    satisfied: bool = field(
        Text("是否满意", "Satisfied"),
        help=Text("勾选为满意。", "Tick for satisfied."),
        widget="checkbox",
        basis=QUALITY,
    )
    comment: str | None = field(
        Text("评价意见", "Comment"),
        help=Text("可不填。", "May stay empty."),
        widget="textarea",
        basis=QUALITY,
        vault="writer",
        default=None,
        max_length=5000,
    )


@command(
    Text("补充留言", "Add to the message"),
    help=Text("补充情况；不影响期限。", "Add something; it moves no date."),
    basis=INSTITUTION,
    allowed=(WRITER_MAY, DESK),
)
class Comment(Command):
    """Add something to the message."""

    text: str = field(
        Text("补充内容", "Comment"),
        help=Text("补充的情况。", "What you want to add."),
        widget="textarea",
        basis=INSTITUTION,
        vault="writer",
        min_length=1,
        max_length=20000,
    )
    attachments: tuple[str, ...] = attachments(INSTITUTION)


@command(
    Text("责令重办", "Order rework"),
    help=Text(
        "不满意或答复不合要求的，责令承办单位重办，当日起重新计时。",
        "Unsatisfied or below standard: the handler does it again, with a new limit from today.",
    ),
    basis=QUALITY,
    allowed=(OFFICE, SYSTEM_MAY),
)
class OrderRework(Command):
    """Have the answered message handled again."""

    ground: ReworkGround = field(
        Text("重办情形", "Ground"),
        help=Text("评价不满意，或答复不合要求。", "An unsatisfied rating, or a reply below standard."),
        widget="select",
        basis=QUALITY,
    )
    reason: str | None = _reason(
        Text("需要重办之处，可不填。", "What to do again; may stay empty."), QUALITY, default=None
    )


@command(
    Text("督办", "Issue supervision"),
    help=Text("对办理不力的发督办通知。", "A supervision notice to a handler that does not move."),
    basis=LOCAL_DUTY,
    allowed=(OFFICE, LEADER, SYSTEM_MAY),
)
class IssueSupervision(Command):
    """Press the handler by a supervision notice."""

    ground: SupervisionGround = field(
        Text("督办情形", "Ground"),
        help=Text("逾期、推诿、敷衍、重大事项。", "Overdue, passing the buck, perfunctory, major matter."),
        widget="select",
        basis=LOCAL_DUTY,
    )
    text: str = field(
        Text("督办要求", "What is required"),
        help=Text("要求和完成时间。", "What to do, and until when."),
        widget="textarea",
        basis=LOCAL_DUTY,
        vault="case",
        min_length=1,
        max_length=5000,
    )


@command(
    Text("登记领导批示", "Note an instruction"),
    help=Text("仅县政府办和县领导可读，不进入任何导出。", "Read by the county office and leaders alone, in no export."),
    basis=INSTRUCTIONS,
    allowed=(OFFICE, LEADER),
)
class NoteInstruction(Command):
    """Note what a county leader wrote on the message."""

    instruction: str = field(
        Text("批示内容", "Instruction"),
        help=Text("领导姓名、批示内容和日期。", "The leader, the words and the day."),
        widget="textarea",
        basis=INSTRUCTIONS,
        vault="case",
        min_length=1,
        max_length=5000,
    )


@command(
    Text("转信访", "Divert to petition"),
    help=Text(
        "属于信访事项的，转信访部门并告知留言人。", "A petition goes to the petition office; the writer is told."
    ),
    basis=PETITIONS,
    allowed=(DESK,),
)
class DivertToPetition(Command):
    """Pass a petition on to the petition office."""

    explanation: str = _explanation(
        Text("留言人凭查询码可见：写明信访途径。", "The writer sees it: name the way of petition."), PETITIONS
    )


@command(
    Text("转依申请公开", "Divert to request"),
    help=Text(
        "属于申请政府信息公开的，转依申请公开办理并告知留言人。",
        "An application for information goes to the requests service; the writer is told.",
    ),
    basis=REQUESTS,
    allowed=(DESK,),
)
class DivertToRequest(Command):
    """Pass an application for information on to requests."""

    department: str | None = _department(
        Text("受理单位", "Unit to answer"),
        Text("掌握该信息的单位；不填即现承办单位。", "The unit that holds the information; empty: the present holder."),
        default=None,
    )
    explanation: str = _explanation(
        Text("留言人凭查询码可见：写明转办去向。", "The writer sees it: say where it went."), REQUESTS
    )


@command(
    Text("登记对方接收", "Accept the diversion"),
    help=Text("信访部门或依申请公开接收后登记。", "Once the petition office or requests has taken it over."),
    basis=PETITIONS,
    allowed=(DESK, SYSTEM_MAY),
)
class AcceptDiversion(Command):
    """Record that the other channel took it over."""

    taken_over_as: str | None = field(
        Text("对方编号", "Number there"),
        help=Text("对方的受理编号，可不填。", "The number given there; may stay empty."),
        basis=PETITIONS,
        default=None,
        max_length=100,
    )


@command(
    Text("要求保密", "Request confidentiality"),
    help=Text(
        "此后只有承办单位能看到姓名和联系方式，已公开的答复撤下。",
        "From now on the handler alone sees name and contact; a published reply is taken down.",
    ),
    basis=CONFIDENTIALITY,
    allowed=(WRITER_MAY, DESK),
)
class RequestConfidentiality(Command):
    """Keep the writer's data to the handler alone."""


@command(
    Text("检举隔离", "Quarantine"),
    help=Text(
        "含检举控告的，随时可以隔离；被检举单位此后完全看不到此件。",
        "A message that accuses may be isolated at any time; the accused unit sees nothing of it from then on.",
    ),
    basis=CONFIDENTIALITY,
    allowed=(OFFICE,),
)
class Quarantine(Command):
    """Isolate the message from the unit it accuses."""

    accused: str = _accused(default=...)
    handler: str | None = _handler()
    _apart = field_validator("handler")(_never_to_the_accused)


@command(
    Text("归档", "Archive"),
    help=Text("办结并决定是否公开后归档。", "Once it is done and publication is decided."),
    basis=ARCHIVES,
    allowed=(HANDLER, DESK),
)
class Archive(Command):
    """Close the file."""


@command(
    Text("删除个人信息", "Erase personal data"),
    help=Text(
        "销毁留言人的密钥和信息，不可恢复；事件和成绩保留。在办留言随之终结。",
        "Destroys the writer's key and data for good; events and scores stay. An open message ends with it.",
    ),
    basis=ERASURE,
    allowed=(OFFICE, SECURITY),
)
class Erase(Command):
    """Erase the writer's personal data."""

    ground: ErasureGround = field(
        Text("删除情形", "Ground"),
        help=Text(
            "目的已实现、保存期限届满、撤回同意、违法处理。",
            "Purpose achieved, retention expired, consent withdrawn, unlawful processing.",
        ),
        widget="select",
        basis=ERASURE,
    )
