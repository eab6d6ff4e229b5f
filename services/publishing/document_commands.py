"""What people may ask of an official document (公文): the commands, with the words of their forms."""

from datetime import date
from typing import Any

from services.publishing.document_rules import (
    FORWARDING,
    INSTITUTION,
    JOINT,
    REASSESSMENT,
    RETURNING,
    REVIEW,
    SOURCE,
    SYNCHRONY,
    VALIDITY,
    WITHHOLDING,
    Attribute,
    DocumentType,
    LegalGround,
    ReturnGround,
)
from shared.domain.command_fields import attachments
from shared.domain.kind import Command, command, field
from shared.domain.permission import SYSTEM_MAY, anywhere, handler, office
from shared.domain.text import Text

DESK = office("clerk", "office", "head")
OFFICE = office("office", "head")
DRAFTER = handler("clerk", "reviewer", "head", "custodian")
REVIEWER = handler("reviewer", "head", "disclosure_head")
COUNTY_DISCLOSURE = office("disclosure_head")
DISCLOSURE = (handler("disclosure_head"), COUNTY_DISCLOSURE)


def _attribute(*, default: Any = ...) -> Any:
    return field(
        Text("公开属性", "Attribute"),
        help=Text(
            "主动公开、依申请公开或不予公开；不填的公文将被退回。",
            "Disclosed actively, on request, or not disclosed; a document without one is returned.",
        ),
        widget="select",
        basis=SOURCE,
        default=default,
    )


def _reason() -> Any:
    return field(
        Text("不予公开的法定理由", "Legal reason"),
        help=Text(
            "只用于不予公开，须为条例第十四条至第十六条所列；不填的公文将被退回。涉密公文不得录入本系统。",
            "For withholding only, one of Articles 14 to 16; without it the document is returned. Never enter a classified document.",
        ),
        widget="select",
        basis=WITHHOLDING,
        default=None,
    )


def _explanation(help: Text, basis: Text = SOURCE) -> Any:
    return field(
        Text("理由说明", "Explanation"),
        help=help,
        widget="textarea",
        basis=basis,
        vault="case",
        default=None,
        max_length=2000,
    )


def _scope() -> Any:
    return field(
        Text("属于政策解读范围", "In scope of interpretation"),
        help=Text(
            "规范性文件和社会广泛关注的文件须解读；勾选后系统启动解读案卷。",
            "Normative documents and those of wide public concern are interpreted; the file of the interpretation is then opened.",
        ),
        widget="checkbox",
        basis=SYNCHRONY,
        default=False,
    )


def _forwards() -> Any:
    return field(
        Text("被转发的公文", "Document forwarded"),
        help=Text(
            "转发本系统内公文的，填其案卷编号；公开属性从其公文。",
            "The case id of a forwarded document that is kept here; its attribute is followed.",
        ),
        basis=FORWARDING,
        default=None,
        max_length=40,
    )


def _forwarded_attribute() -> Any:
    return field(
        Text("被转发公文的公开属性", "Attribute of the document forwarded"),
        help=Text(
            "转发上级等系统外公文的，填其标注的公开属性。",
            "The attribute that a forwarded document from outside bears.",
        ),
        widget="select",
        basis=FORWARDING,
        default=None,
    )


def _interpretation() -> Any:
    return field(
        Text("政策解读案卷", "File of the interpretation"),
        help=Text(
            "属于政策解读范围的填其解读案卷编号，系统核对方案和材料。",
            "For a document in scope: the case id of its interpretation, whose plan and material are looked at.",
        ),
        basis=SYNCHRONY,
        default=None,
        max_length=40,
    )


def _forwarded(given: Any) -> tuple[str, ...]:
    return (given.forwards,) if given.forwards else ()


def _interpreted(given: Any) -> tuple[str, ...]:
    return (given.interpretation,) if given.interpretation else ()


@command(
    Text("报送公文", "Submit a document"),
    help=Text(
        "报送拟制的公文，同时拟定公开属性；联合制发的由牵头单位报送并认定。",
        "Submit a drafted document with its attribute; of a joint one the lead drafter submits and decides.",
    ),
    basis=SOURCE,
    allowed=(anywhere("clerk", "reviewer", "head", "custodian", "office"), SYSTEM_MAY),
    opens=True,
    needs=_forwarded,
)
class SubmitDocument(Command):
    """Submit a document, with its attribute or without."""

    department: str = field(
        Text("拟制（牵头）单位", "Drafting (lead) unit"),
        help=Text("拟制公文的单位；联合制发的填牵头单位。", "The drafter; of a joint document the lead drafter."),
        widget="department",
        basis=JOINT,
        min_length=1,
        max_length=100,
    )
    title: str = field(
        Text("公文标题", "Title"),
        help=Text("公文的完整标题。", "The full title."),
        basis=SOURCE,
        vault="case",
        min_length=1,
        max_length=200,
    )
    type: DocumentType = field(
        Text("公文种类", "Type of document"),
        help=Text(
            "命令、决定、通告、通知、通报、报告、请示、批复、意见、函、会议纪要；非公文：简报、统计报表。",
            "One of the eleven types of document, or a bulletin or statistical return, which are none.",
        ),
        widget="select",
        basis=SOURCE,
    )
    joint_with: tuple[str, ...] = field(
        Text("联合制发单位", "Drafted jointly with"),
        help=Text("除牵头单位外的联合制发单位。", "The units besides the lead drafter."),
        widget="department",
        basis=JOINT,
        default=(),
        max_length=20,
    )
    in_scope_of_interpretation: bool = _scope()
    forwards: str | None = _forwards()
    forwarded_attribute: Attribute | None = _forwarded_attribute()
    attribute: Attribute | None = _attribute(default=None)
    reason: LegalGround | None = _reason()
    explanation: str | None = _explanation(Text("为何如此认定。", "Why it is so."))
    attachments: tuple[str, ...] = attachments(SOURCE)


@command(
    Text("重新报送", "Submit again"),
    help=Text("退回后改正并重新报送。", "After a return: put it right and submit it again."),
    basis=RETURNING,
    allowed=(DRAFTER,),
)
class ResubmitDocument(Command):
    """Submit a returned document again."""

    attribute: Attribute | None = _attribute(default=None)
    reason: LegalGround | None = _reason()
    explanation: str | None = _explanation(Text("改正了什么。", "What was put right."), RETURNING)
    in_scope_of_interpretation: bool = _scope()
    attachments: tuple[str, ...] = attachments(SOURCE)


@command(
    Text("拟定公开属性", "Propose the attribute"),
    help=Text(
        "由拟制（牵头）单位拟定；审核前后改拟的须重新审核。", "By the lead drafter; a changed one is reviewed anew."
    ),
    basis=SOURCE,
    allowed=(DRAFTER, SYSTEM_MAY),
)
class ProposeAttribute(Command):
    """Propose the attribute, or another one."""

    attribute: Attribute = _attribute()
    reason: LegalGround | None = _reason()
    explanation: str | None = _explanation(Text("为何如此认定。", "Why it is so."))


@command(
    Text("部门审核公开属性", "Review the attribute"),
    help=Text(
        "由拟制单位审核人或负责人审核，不得为拟定人。", "By the unit's reviewer or head, not the one who proposed it."
    ),
    basis=REVIEW,
    allowed=(REVIEWER,),
)
class ReviewAttribute(Command):
    """Agree to the attribute for the department."""


@command(
    Text("确认不予公开", "Confirm the withholding"),
    help=Text(
        "政策文件拟不公开的，报批前由信息公开机构确认。",
        "A policy to be withheld is looked at by the disclosure office first.",
    ),
    basis=RETURNING,
    allowed=DISCLOSURE,
)
class ConfirmNonDisclosure(Command):
    """Confirm that a policy may be withheld."""


@command(
    Text("退文", "Return the document"),
    help=Text(
        "未明确公开属性、无法定理由、无解读方案和材料或形式不合要求的，退回拟制单位。",
        "Without attribute, legal reason, interpretation, or not in due form: back to the drafter.",
    ),
    basis=RETURNING,
    allowed=(DESK,),
    needs=_interpreted,
)
class ReturnDocument(Command):
    """Return the document with its ground."""

    ground: ReturnGround = field(
        Text("退文情形", "Ground"),
        help=Text(
            "未明确公开属性、不予公开无理由、无解读方案或材料、形式不合要求；前两项计分。",
            "No attribute, no reason, no interpretation, form; the first two count in the score.",
        ),
        widget="select",
        basis=RETURNING,
    )
    interpretation: str | None = _interpretation()
    explanation: str | None = _explanation(Text("须改正什么。", "What is to be put right."), RETURNING)


@command(
    Text("核定公开属性", "Determine the attribute"),
    help=Text(
        "县政府办核定，生成公开属性标注；属于解读范围的须方案、材料齐备。",
        "The county office decides, and the mark is made; in scope only with plan and material of the interpretation.",
    ),
    basis=INSTITUTION,
    allowed=(OFFICE,),
    needs=_interpreted,
)
class DetermineAttribute(Command):
    """Accept the document for issue with its attribute."""

    content_checked: bool = field(
        Text("已核对不含不予公开的内容", "Nothing withheld is in it"),
        help=Text("主动公开的公文必须核对并勾选。", "Needed for a document to be disclosed actively."),
        widget="checkbox",
        basis=WITHHOLDING,
        default=False,
    )
    interpretation: str | None = _interpretation()


@command(
    Text("登记解读案卷", "Note the interpretation"),
    help=Text("由系统登记本公文的解读案卷。", "The system enters the file of the interpretation."),
    basis=SYNCHRONY,
    allowed=(SYSTEM_MAY,),
)
class NoteInterpretation(Command):
    """Remember which interpretation the document has."""

    interpretation: str = field(
        Text("政策解读案卷", "File of the interpretation"),
        help=Text("解读案卷编号。", "The case id of the interpretation."),
        basis=SYNCHRONY,
        max_length=40,
    )


@command(
    Text("印发公文", "Issue the document"),
    help=Text(
        "登记印发；主动公开的开始二十个工作日，属于解读范围的开始解读时限。",
        "Record the issue; an active document starts its twenty working days, one in scope the limit of its interpretation.",
    ),
    basis=INSTITUTION,
    allowed=(DESK, DRAFTER),
    needs=_interpreted,
)
class IssueDocument(Command):
    """Record that the document was issued."""

    document_number: str = field(
        Text("发文字号", "Document number"),
        help=Text("如 罗府办发〔2026〕8号。", "As printed on the document."),
        basis=INSTITUTION,
        min_length=1,
        max_length=100,
    )
    normative: bool = field(
        Text("规范性文件", "Normative"),
        help=Text("是否为行政规范性文件。", "Whether it is a normative document."),
        widget="checkbox",
        basis=VALIDITY,
        default=False,
    )
    in_force: bool = field(
        Text("现行有效", "In force"),
        help=Text("补录已失效的公文时不勾选。", "Not for an old document that no longer is."),
        widget="checkbox",
        basis=VALIDITY,
        default=True,
    )
    interpretation: str | None = _interpretation()


@command(
    Text("复评公开属性", "Re-assess the attribute"),
    help=Text(
        "定期复评，公开属性可以变更或维持。", "Look at the attribute again; it changes, or stays with a new reason."
    ),
    basis=REASSESSMENT,
    allowed=(OFFICE, handler("head", "disclosure_head")),
    needs=_forwarded,
)
class ReassessAttribute(Command):
    """Look at the attribute of an issued document again."""

    attribute: Attribute = _attribute()
    reason: LegalGround | None = _reason()
    explanation: str | None = _explanation(Text("为何变更或维持。", "Why it changes or stays."), REASSESSMENT)
    content_checked: bool = field(
        Text("已核对不含不予公开的内容", "Nothing withheld is in it"),
        help=Text("改为主动公开时必须核对并勾选。", "Needed where it becomes actively disclosed."),
        widget="checkbox",
        basis=WITHHOLDING,
        default=False,
    )
    forwards: str | None = _forwards()
    forwarded_attribute: Attribute | None = _forwarded_attribute()


@command(
    Text("废止公文", "Repeal the document"),
    help=Text("登记废止或失效。", "Record that it is no longer in force."),
    basis=VALIDITY,
    allowed=(OFFICE, handler("head")),
)
class RepealDocument(Command):
    """Record that the document is no longer in force."""

    explanation: str | None = _explanation(Text("废止的依据。", "By what it is repealed."), VALIDITY)


@command(
    Text("更正印发登记", "Correct the issue"),
    help=Text(
        "印发日期或发文字号登记有误时更正；由它起算的公开和解读时限随之重算。",
        "Where the day of issue or the number was entered wrongly; the limits that run from it are counted anew.",
    ),
    basis=INSTITUTION,
    allowed=(OFFICE,),
    needs_of=lambda state: (state.interpretation,) if state.interpretation else (),
)
class CorrectIssue(Command):
    """Put right on which day a document was issued, or under which number."""

    issued: date = field(
        Text("印发日期", "Issued on"),
        help=Text("实际印发的日期。", "The day on which it really was issued."),
        widget="date",
        basis=INSTITUTION,
    )
    document_number: str | None = field(
        Text("发文字号", "Document number"),
        help=Text("不填则不变。", "Empty leaves it as it is."),
        basis=INSTITUTION,
        default=None,
        min_length=1,
        max_length=100,
    )
    explanation: str | None = _explanation(Text("为何更正。", "Why it is put right."), INSTITUTION)
