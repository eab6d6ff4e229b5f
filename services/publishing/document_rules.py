"""The rules of institution 4 (公文公开属性) as data: document types, attributes, legal grounds, the mark, the words of every refusal."""

from collections.abc import Mapping
from typing import Final, Literal

from shared.domain.refusals import Refusals
from shared.domain.text import Text

DocumentType = Literal[
    "order",
    "decision",
    "announcement",
    "notice",
    "circular",
    "report",
    "request",
    "approval",
    "opinion",
    "letter",
    "minutes",
    "bulletin",
    "statistics",
]
TYPES: Final[Mapping[str, Text]] = {
    "order": Text("命令（令）", "Order"),
    "decision": Text("决定", "Decision"),
    "announcement": Text("通告", "Announcement"),
    "notice": Text("通知", "Notice"),
    "circular": Text("通报", "Circular"),
    "report": Text("报告", "Report"),
    "request": Text("请示", "Request for instructions"),
    "approval": Text("批复", "Reply to a request"),
    "opinion": Text("意见", "Opinion"),
    "letter": Text("函", "Letter"),
    "minutes": Text("会议纪要", "Minutes of a meeting"),
    "bulletin": Text("简报（非公文）", "Bulletin (not an official document)"),
    "statistics": Text("统计报表（非公文）", "Statistical return (not an official document)"),
}
NON_DOCUMENTS: Final = frozenset(("bulletin", "statistics"))
"""What bears an attribute without being an official document (非公文类): it is neither normative nor interpreted."""

Attribute = Literal["active", "on_request", "not_disclosed"]
ATTRIBUTES: Final[Mapping[str, Text]] = {
    "active": Text("主动公开", "Disclosed actively"),
    "on_request": Text("依申请公开", "Disclosed on request"),
    "not_disclosed": Text("不予公开", "Not disclosed"),
}

MARKS: Final[Mapping[str, str]] = {
    "active": "（此件公开发布）",
    "on_request": "（此件依申请公开）",
    "not_disclosed": "（此件不予公开）",
}
MARK_INDENT: Final = 2
"""Characters that the mark stands in, on the line under the date of the document (成文日期下一行、左空二字)."""

LegalGround = Literal[
    "state_secret",
    "law_forbids",
    "three_securities",
    "third_party",
    "internal_affairs",
    "process_information",
    "enforcement_file",
]
GROUNDS: Final[Mapping[str, tuple[Text, Text]]] = {
    "state_secret": (
        Text("国家秘密", "State secret"),
        Text("政府信息公开条例第十四条", "Regulations on Government Information, Article 14"),
    ),
    "law_forbids": (
        Text("法律、行政法规禁止公开", "Forbidden by law or administrative regulation"),
        Text("政府信息公开条例第十四条", "Regulations on Government Information, Article 14"),
    ),
    "three_securities": (
        Text(
            "可能危及国家安全、公共安全、经济安全、社会稳定",
            "May endanger national, public, economic security or stability",
        ),
        Text("政府信息公开条例第十四条", "Regulations on Government Information, Article 14"),
    ),
    "third_party": (
        Text("涉及商业秘密、个人隐私等第三方合法权益", "Commercial secret or privacy of a third party"),
        Text("政府信息公开条例第十五条", "Regulations on Government Information, Article 15"),
    ),
    "internal_affairs": (
        Text("人事管理、后勤管理、内部工作流程等内部事务信息", "Internal affairs: personnel, logistics, workflow"),
        Text("政府信息公开条例第十六条第一款", "Regulations on Government Information, Article 16(1)"),
    ),
    "process_information": (
        Text(
            "讨论记录、过程稿、磋商信函、请示报告等过程性信息",
            "Process information: discussions, drafts, consultations",
        ),
        Text("政府信息公开条例第十六条第二款", "Regulations on Government Information, Article 16(2)"),
    ),
    "enforcement_file": (
        Text("行政执法案卷信息", "Enforcement case file"),
        Text("政府信息公开条例第十六条第二款", "Regulations on Government Information, Article 16(2)"),
    ),
}
"""Why a document may be withheld: the ground -> (its words, its legal basis)."""

ReturnGround = Literal["no_attribute", "no_reason", "no_interpretation", "form"]

INSTITUTION = Text("公文公开属性源头认定制度", "Rules on the disclosure attribute of documents")
SOURCE = Text(
    "公文公开属性源头认定制度：拟制公文时明确公开属性，随公文一并报批",
    "Rules on the disclosure attribute of documents: proposed with the draft and approved with the document",
)
RETURNING = Text(
    "国办发〔2016〕80号：未明确公开属性、未说明不公开理由的予以退文",
    "Document 80 of 2016: without attribute or reasons the document is returned",
)
WITHHOLDING = Text(
    "政府信息公开条例第十四条至第十六条：不予公开须有法定理由",
    "Regulations on Government Information, Articles 14 to 16: withholding needs a legal reason",
)
SECRECY = Text(
    "保守国家秘密法；政府信息公开条例第十四条",
    "Law on Guarding State Secrets; Regulations on Government Information, Article 14",
)
FORWARDING = Text(
    "公文公开属性源头认定制度：转发公文的公开属性与被转发公文一致",
    "Rules on the disclosure attribute of documents: what forwards follows what is forwarded",
)
JOINT = Text(
    "政府信息公开条例第十条：联合制发的公文由牵头制作单位认定",
    "Regulations on Government Information, Article 10: of joint documents the lead drafter decides",
)
REVIEW = Text(
    "公文公开属性源头认定制度：拟定、部门审核、县政府办核定由不同的人办理",
    "Rules on the disclosure attribute of documents: proposed, reviewed and determined by different persons",
)
SYNCHRONY = Text(
    "政策解读制度：政策文件与解读方案、解读材料同步组织、同步审签、同步部署",
    "Rules on interpreting policies: a policy and its interpretation are organised, signed and deployed together",
)
REASSESSMENT = Text(
    "政府信息公开条例第十八条：对不予公开的信息定期评估、动态调整",
    "Regulations on Government Information, Article 18: what is not disclosed is re-assessed periodically",
)
VALIDITY = Text(
    "政府信息公开条例第二十条第一项：规范性文件的制发、废止和有效性",
    "Regulations on Government Information, Article 20(1): normative documents issued, repealed and in force",
)

REFUSALS: Final[Mapping[str, tuple[Text, Text]]] = {
    "before_previous_step": (
        Text("发生时间早于上一办理环节", "it cannot have happened before the step it follows"),
        INSTITUTION,
    ),
    "not_your_unit": (
        Text("只能报送本单位的公文；请填写您任职的单位", "a document is submitted by a unit in which you hold a post"),
        SOURCE,
    ),
    "department_closed": (
        Text("单位“{name}”在当日不存在或已撤并", "the unit {name} did not exist on that day"),
        SOURCE,
    ),
    "classified": (
        Text(
            "涉密公文不得录入本系统，请按保密渠道办理",
            "a classified document never enters this system; use the secret channel",
        ),
        SECRECY,
    ),
    "lead_is_joint": (
        Text("牵头单位不能同时为联合制发单位", "the lead drafter is not one of those it drafts with"),
        JOINT,
    ),
    "non_document_not_in_scope": (
        Text("简报、统计报表不属于政策解读范围", "bulletins and statistical returns are not interpreted"),
        SYNCHRONY,
    ),
    "non_document_not_normative": (
        Text("简报、统计报表不是规范性文件", "bulletins and statistical returns are not normative"),
        VALIDITY,
    ),
    "scope_stands": (
        Text("已启动政策解读；不需解读的，在解读案卷中豁免", "the interpretation has begun; waive it in its own file"),
        SYNCHRONY,
    ),
    "reason_not_expected": (
        Text("只有不予公开才填写法定理由", "only what is not disclosed has a legal reason"),
        WITHHOLDING,
    ),
    "no_such_forwarded": (
        Text(
            "没有被转发的公文，或其公开属性尚未确定",
            "there is no such forwarded document, or its attribute is not determined",
        ),
        FORWARDING,
    ),
    "follows_forwarded": (
        Text(
            "转发公文的公开属性须与被转发公文一致（{attribute}）",
            "a forwarding document has the attribute of the forwarded one ({attribute_en})",
        ),
        FORWARDING,
    ),
    "forwarded_twice": (
        Text(
            "被转发公文在系统内的，以其登记的公开属性为准",
            "a forwarded document kept here has the attribute recorded here",
        ),
        FORWARDING,
    ),
    "not_returned": (Text("公文未被退回", "the document was not returned"), RETURNING),
    "returned": (Text("公文已退回，须重新报送", "the document was returned; submit it again"), RETURNING),
    "already_determined": (Text("公开属性已确定", "the attribute has been determined"), SOURCE),
    "already_issued": (Text("公文已印发", "the document has been issued"), SOURCE),
    "already_repealed": (Text("公文已废止", "the document has been repealed"), VALIDITY),
    "no_attribute": (Text("尚未拟定公开属性", "no attribute has been proposed"), RETURNING),
    "no_reason": (Text("不予公开须填写法定理由", "withholding needs a legal reason"), WITHHOLDING),
    "has_attribute": (
        Text(
            "公文已拟定公开属性，不得以未明确公开属性退回", "an attribute was proposed, so that is no ground for return"
        ),
        RETURNING,
    ),
    "has_reason": (
        Text("公文无需理由或已说明理由，不得以无理由退回", "no reason is missing, so that is no ground for return"),
        RETURNING,
    ),
    "has_interpretation": (
        Text(
            "解读方案和材料已齐备或已豁免，不得以无解读退回",
            "plan and material are there or waived, so that is no ground for return",
        ),
        SYNCHRONY,
    ),
    "already_reviewed": (Text("公开属性已经部门审核", "the attribute has been reviewed"), REVIEW),
    "not_reviewed": (Text("公开属性尚未经部门审核", "the department has not reviewed the attribute yet"), REVIEW),
    "same_person": (
        Text("拟定、审核、核定须由不同的人办理", "proposing, reviewing and determining are done by different persons"),
        REVIEW,
    ),
    "content_not_checked": (
        Text(
            "主动公开的公文不得含有不予公开的内容，请先核对",
            "an actively disclosed document carries nothing that is withheld; check it first",
        ),
        WITHHOLDING,
    ),
    "non_disclosure_unconfirmed": (
        Text(
            "政策文件拟不公开的，报批前须经信息公开机构确认",
            "a policy not to be disclosed goes to the disclosure office first",
        ),
        RETURNING,
    ),
    "nothing_to_confirm": (Text("公文未拟不予公开", "the document is not proposed to be withheld"), RETURNING),
    "already_confirmed": (Text("信息公开机构已确认", "the disclosure office has confirmed it"), RETURNING),
    "interpretation_missing": (
        Text("属于政策解读范围，须填写其解读案卷", "the document is in scope; name the file of its interpretation"),
        SYNCHRONY,
    ),
    "interpretation_not_expected": (
        Text("公文没有政策解读案卷", "the document has no interpretation"),
        SYNCHRONY,
    ),
    "other_interpretation": (
        Text("所填不是本公文的解读案卷", "this is not the interpretation of this document"),
        SYNCHRONY,
    ),
    "plan_missing": (
        Text("未报解读方案，不予受理", "without the plan of its interpretation it is not accepted"),
        SYNCHRONY,
    ),
    "material_missing": (
        Text("未送解读材料，不予受理", "without the material of its interpretation it is not accepted"),
        SYNCHRONY,
    ),
    "interpretation_already_known": (
        Text("公文已有解读案卷", "the document has its interpretation already"),
        SYNCHRONY,
    ),
    "not_determined": (Text("公开属性尚未确定，不得印发", "not issued before its attribute is determined"), SOURCE),
    "not_issued": (Text("公文尚未印发", "the document has not been issued yet"), SOURCE),
    "same_issue": (Text("与登记的印发日期和发文字号相同", "day and number are what was entered"), INSTITUTION),
    "issue_ahead": (Text("印发日期不得晚于今天", "it cannot have been issued later than today"), INSTITUTION),
    "issue_before_determination": (
        Text("印发日期不得早于公开属性核定之日 {on}", "it was not issued before its attribute was determined on {on}"),
        INSTITUTION,
    ),
    "same_attribute": (Text("与现有公开属性和理由相同", "attribute and reason are what they were"), REASSESSMENT),
}
"""Why a command is refused: the code's last part -> (what is wrong, on which basis)."""

refusal: Final = Refusals("document", REFUSALS)


def marked_line(attribute: Attribute) -> str:
    """The mark as it is printed: the line under the date of the document, two full-width characters in."""
    return "　" * MARK_INDENT + MARKS[attribute]
