"""The rules of institution 9 (网民留言) as data: categories, limits, reminder ladder, the words of every refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from shared.domain.refusals import Refusals
from shared.domain.text import Text

Category = Literal["enquiry", "complaint", "investigation", "difficult", "report"]
CategoryOrNone = Literal["enquiry", "complaint", "investigation", "difficult", "report", "unclassified"]

CATEGORIES: Final[Mapping[str, Text]] = {
    "enquiry": Text("政策咨询", "Policy enquiry"),
    "complaint": Text("投诉求助", "Complaint or request for help"),
    "investigation": Text("需调查处理", "Needs investigation"),
    "difficult": Text("重难件", "Major or difficult"),
    "report": Text("检举控告", "Report against a unit or person"),
    "unclassified": Text("未分类", "Not yet classified"),
}
PUBLICATIONS: Final[Mapping[str, Text]] = {
    "undecided": Text("未定", "Undecided"),
    "published": Text("公开", "Published"),
    "withheld": Text("不公开", "Withheld"),
}

LIMITS: Final[Mapping[str, int | bool]] = {
    # Working days to the reply, counted from the day after receipt.
    "message.enquiry": 3,
    "message.complaint": 7,
    "message.complaint_target": 5,  # shown beside the limit, never judged
    "message.investigation": 10,
    "message.difficult": 15,
    "message.difficult_long": 30,
    "message.report": 10,
    "message.unclassified": 7,  # until the message is classified: the limit of an ordinary complaint
    # Calendar months after which an unanswered message is neglected.
    "message.neglect_months": 3,
    # Working days after assignment within which a wrong assignment is to be returned.
    "message.return_within": 1,
    # Whether a granted return gives the next unit a full limit from the day of its assignment.
    "message.return_restarts": True,
    # An extension is asked for this many working days before expiry; it adds at most the limit again and the cap.
    "message.extension_notice": 1,
    "message.extension_cap": 15,
}
"""County settings of this kind and their defaults; ``Context.settings`` may override each."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the reminder ladder (催办): ``offset`` working days from the due date."""

    code: str
    offset: int
    title: Text


LADDER: Final[tuple[Rung, ...]] = (
    Rung("before-5", -5, Text("到期前五个工作日提醒", "five working days before the due date")),
    Rung("before-3", -3, Text("到期前三个工作日提醒", "three working days before the due date")),
    Rung("before-1", -1, Text("到期前一个工作日提醒", "one working day before the due date")),
    Rung("after-1", 1, Text("逾期次日催办", "the working day after the due date")),
    Rung("after-5", 5, Text("逾期五个工作日通报", "five working days after the due date")),
)

INSTITUTION = Text("网民留言办理制度", "Rules on citizens' online messages")
TIME_LIMITS = Text("网民留言办理制度：办理时限", "Rules on citizens' online messages: time limits")
LOCAL_DUTY = Text(
    "网民留言办理制度：属地管理、分级负责，谁主管、谁负责",
    "Rules on citizens' online messages: whoever is in charge is responsible",
)
ROUTING = Text("网民留言办理制度：转办与退件", "Rules on citizens' online messages: assignment and return")
REVIEW = Text(
    "网民留言办理制度：答复经单位负责人审签，重难件经县政府办审核",
    "Rules on citizens' online messages: replies are approved by the head, difficult ones by the county office",
)
QUALITY = Text("网民留言办理制度：评价与重办", "Rules on citizens' online messages: rating and rework")
PUBLICITY = Text("网民留言办理制度：答复公开", "Rules on citizens' online messages: publication of replies")
CONFIDENTIALITY = Text(
    "网民留言办理制度：保密要求，检举控告材料不得转给被检举、控告的单位或个人",
    "Rules on citizens' online messages: confidentiality; a report never reaches the unit or person it accuses",
)
INSTRUCTIONS = Text(
    "网民留言办理制度：领导批示不得外泄",
    "Rules on citizens' online messages: leaders' notes are never disclosed",
)
PETITIONS = Text("信访工作条例第二十二条", "Regulations on Petition Work, Article 22")
REQUESTS = Text(
    "政府信息公开条例第二十九条",
    "Regulations on the Disclosure of Government Information, Article 29",
)
ERASURE = Text("个人信息保护法第四十七条", "Personal Information Protection Law, Article 47")
ARCHIVES = Text("网民留言办理制度：一案一档", "Rules on citizens' online messages: one matter, one file")

CLOCK_TITLES: Final[Mapping[str, Text]] = {
    "enquiry": Text("政策咨询答复期限", "Reply to a policy enquiry"),
    "complaint": Text("投诉求助答复期限", "Reply to a complaint"),
    "investigation": Text("需调查处理件答复期限", "Reply after investigation"),
    "difficult": Text("重难件答复期限", "Reply to a difficult matter"),
    "report": Text("检举控告答复期限", "Reply to a report"),
    "unclassified": Text("未分类留言答复期限", "Reply to a message not yet classified"),
    "neglect": Text("三个月未答复", "Unanswered for three months"),
}
RETURNED_AND_REASSIGNED = Text("退件后改派，自改派之日起重新计算", "returned and reassigned: counted anew")
EXTENSION_GRANTED = Text("经县政府办同意延期", "extension granted by the county office")
NOT_BEFORE_CLASSIFICATION = Text("期限不早于分类当日", "never due before the day of classification")

REFUSALS: Final[Mapping[str, tuple[Text, Text]]] = {
    "already_answered": (Text("留言已答复", "the message has been answered"), INSTITUTION),
    "declined": (Text("留言已作不予受理处理", "the message was declined"), INSTITUTION),
    "diverted": (Text("留言已转其他渠道办理", "the message was passed on to another channel"), INSTITUTION),
    "archived": (Text("留言已归档", "the message is archived"), ARCHIVES),
    "erased": (Text("留言人信息已删除，留言已终结", "the writer's data were erased and the message ended"), ERASURE),
    "before_previous_step": (
        Text("发生时间早于上一办理环节", "it cannot have happened before the step it follows"),
        INSTITUTION,
    ),
    "time_not_yours": (
        Text("网民提交的内容以系统收到的时间为准，不得自填发生时间", "what citizens send counts from when it arrives"),
        INSTITUTION,
    ),
    "name_missing": (Text("请填写姓名", "a name is needed"), INSTITUTION),
    "contact_missing": (
        Text("请至少填写电话或电子邮箱，以便联系", "a phone number or an e-mail address is needed to reach the writer"),
        INSTITUTION,
    ),
    "already_accepted": (Text("留言已受理", "the message has been accepted"), INSTITUTION),
    "not_accepted": (Text("留言尚未受理", "the message has not been accepted yet"), INSTITUTION),
    "already_classified": (
        Text("留言已分类，请使用“变更分类”", "the message is classified; reclassify it instead"),
        TIME_LIMITS,
    ),
    "not_classified": (Text("留言尚未分类", "the message has not been classified yet"), TIME_LIMITS),
    "same_category": (Text("类别与现有类别相同", "the message already is in this category"), TIME_LIMITS),
    "no_such_limit": (
        Text(
            "只有重难件可以选择时限，且只能为{short}或{long}个工作日",
            "only a difficult matter has a choice of limits: {short} or {long} working days",
        ),
        TIME_LIMITS,
    ),
    "accused_missing": (
        Text(
            "检举控告须填写被检举、控告的单位，以便回避", "a report names the accused unit, so that it can be kept out"
        ),
        CONFIDENTIALITY,
    ),
    "accused_not_expected": (
        Text("只有检举控告才填写被检举单位和办理单位", "only a report names an accused unit and a handler"),
        CONFIDENTIALITY,
    ),
    "already_quarantined": (
        Text("留言已按检举控告隔离", "the message is already isolated as a report"),
        CONFIDENTIALITY,
    ),
    "quarantine_stands": (
        Text(
            "检举控告隔离后不得改为其他类别；误隔离的，作废该隔离事件",
            "an isolated report stays one; an isolation made in error is voided",
        ),
        CONFIDENTIALITY,
    ),
    "quarantined": (
        Text("检举控告件不得转依申请、不得协办、不得公开", "a report is not passed to requests, shared or published"),
        CONFIDENTIALITY,
    ),
    "department_closed": (
        Text("单位“{name}”在当日不存在或已撤并", "the unit {name} did not exist on that day"),
        LOCAL_DUTY,
    ),
    "already_assigned": (
        Text("留言已转办；改派须先由承办单位申请退件", "the message is assigned; another unit needs a return first"),
        ROUTING,
    ),
    "not_assigned": (Text("留言尚未转办", "the message has not been assigned yet"), ROUTING),
    "office_cannot_return": (
        Text("县政府办自办件不得申请退件", "what the county office handles itself cannot be returned to it"),
        ROUTING,
    ),
    "return_pending": (Text("退件申请尚未处理", "a return request is waiting for its decision"), ROUTING),
    "no_return_pending": (Text("没有待处理的退件申请", "no return request is waiting"), ROUTING),
    "repeated_return_needs_office": (
        Text(
            "第二次退件由县政府办负责人决定，经办人不得单独处理",
            "a second return is decided by the county office itself, not by its clerk",
        ),
        ROUTING,
    ),
    "reply_in_review": (
        Text("答复已送审，须先退回重办", "a reply is in review; it must be sent back first"),
        REVIEW,
    ),
    "already_co_handler": (Text("该单位已是协办单位", "this unit already takes part"), LOCAL_DUTY),
    "holder_is_co_handler": (Text("承办单位不能同时为协办单位", "the handler cannot assist itself"), LOCAL_DUTY),
    "already_extended": (Text("每件留言只能延期一次", "a message is extended once only"), TIME_LIMITS),
    "extension_pending": (Text("延期申请尚未处理", "an extension request is waiting for its decision"), TIME_LIMITS),
    "no_extension_pending": (Text("没有待处理的延期申请", "no extension request is waiting"), TIME_LIMITS),
    "extension_too_late": (
        Text("延期须在到期前至少{notice}个工作日申请", "ask at least {notice} working day(s) before expiry"),
        TIME_LIMITS,
    ),
    "extension_after_expiry": (
        Text("期限已过，不得再准予延期", "the limit has passed; no extension can be granted any more"),
        TIME_LIMITS,
    ),
    "extension_too_long": (
        Text("延期最多{cap}个工作日", "an extension is at most {cap} working days"),
        TIME_LIMITS,
    ),
    "no_draft": (Text("没有待审核的答复", "no reply is waiting for review"), REVIEW),
    "already_approved": (
        Text("答复已审签；修改须先退回重办", "the reply is approved; it must be sent back to be changed"),
        REVIEW,
    ),
    "not_approved": (Text("答复尚未经单位负责人审签", "the head has not approved the reply yet"), REVIEW),
    "office_approval_missing": (
        Text("重难件的答复须经县政府办审核", "the reply to a difficult matter passes the county office first"),
        REVIEW,
    ),
    "unit_approval_first": (
        Text("先由承办单位负责人审签，再送县政府办", "the handler's head approves first, then the county office"),
        REVIEW,
    ),
    "office_approves": (
        Text("已由单位负责人审签，现由县政府办审核", "the head has approved; the county office is to approve now"),
        REVIEW,
    ),
    "same_person": (
        Text("起草、审签、审核须由不同的人办理", "drafting and approving are done by different persons"),
        REVIEW,
    ),
    "extension_same_person": (
        Text("申请延期和批准延期须由不同的人办理", "who asks for an extension does not grant it"),
        TIME_LIMITS,
    ),
    "not_answered": (Text("留言尚未答复", "the message has not been answered yet"), INSTITUTION),
    "already_rated": (Text("本次答复已评价", "this reply has been rated"), QUALITY),
    "not_unsatisfied": (
        Text("没有不满意的评价，不得以此为由重办", "no unsatisfied rating stands, so it is no ground for rework"),
        QUALITY,
    ),
    "already_published": (Text("答复已公开；如需修改，先撤下", "the reply is published; withdraw it first"), PUBLICITY),
    "already_withheld": (Text("已决定不公开", "it has been decided not to publish"), PUBLICITY),
    "confidential_not_published": (
        Text("留言人要求保密，不得公开", "the writer asked for confidentiality; it is not published"),
        CONFIDENTIALITY,
    ),
    "publication_undecided": (
        Text("归档前须决定答复公开或不公开", "decide on publication before archiving"),
        PUBLICITY,
    ),
    "already_confidential": (Text("留言已按保密办理", "the message is already confidential"), CONFIDENTIALITY),
    "still_open": (Text("留言尚在办理，不得归档", "the message is still open and cannot be archived"), ARCHIVES),
    "not_diverted": (Text("留言未转其他渠道", "the message was not passed on"), PETITIONS),
    "diversion_already_accepted": (Text("对方已接收", "it has already been taken over"), PETITIONS),
    "already_erased": (Text("留言人信息已删除", "the writer's data have been erased"), ERASURE),
}
"""Why a command is refused: the code's last part -> (what is wrong, on which basis)."""

refusal: Final = Refusals("message", REFUSALS)
