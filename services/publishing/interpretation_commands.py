"""What people may ask of the interpretation of a policy (政策解读): the commands, with the words of their forms."""

from datetime import date
from typing import Any

from services.publishing.interpretation_rules import (
    CONTENT,
    FORM,
    INSTITUTION,
    LIMIT,
    LINKING,
    SIGNING,
    SYNCHRONY,
    Direction,
    Element,
    Form,
    MaterialGround,
    Missing,
    WaiverReason,
)
from shared.domain.command_fields import attachments
from shared.domain.kind import Command, command, field
from shared.domain.permission import SYSTEM_MAY, handler, office
from shared.domain.text import Text

DESK = office("clerk", "office", "head")
OFFICE = office("office", "head")
DRAFTER = handler("clerk", "reviewer", "head", "custodian", "interpreter")
"""The unit that drafted the document, and its interpretation team (政策解读队伍), whose members hold that post."""
HEAD = handler("head")


def _explanation(help: Text, basis: Text, *, default: Any = ...) -> Any:
    return field(
        Text("说明", "Explanation"),
        help=help,
        widget="textarea",
        basis=basis,
        vault="case",
        default=default,
        max_length=2000,
    )


def _forms() -> Any:
    return field(
        Text("解读形式", "Forms"),
        help=Text(
            "起草人、专家、媒体解读文章，问答，访谈，新闻发布会，图表图解，音频视频；至少一种。",
            "Article by drafter, expert or media, Q&A, interview, press conference, pictures, audio and video; at least one.",
        ),
        widget="select",
        basis=FORM,
        min_length=1,
        max_length=8,
    )


@command(
    Text("启动政策解读", "Require an interpretation"),
    help=Text(
        "属于解读范围的公文由系统启动；社会广泛关注的也可由县政府办启动。",
        "Begun by the system for a document in scope; the county office may do so for one of wide public concern.",
    ),
    basis=INSTITUTION,
    allowed=(DESK, SYSTEM_MAY),
    opens=True,
    needs=lambda given: (given.document,),
    beside=lambda given: given.document,
)
class RequireInterpretation(Command):
    """Begin the interpretation of a document."""

    document: str = field(
        Text("被解读的公文", "Document interpreted"),
        help=Text("公文案卷编号。", "The case id of the document."),
        basis=INSTITUTION,
        min_length=1,
        max_length=40,
    )


@command(
    Text("报送解读方案", "File the plan"),
    help=Text("随公文报送；未报方案的公文不予受理。", "Filed with the document, which is not accepted without it."),
    basis=SYNCHRONY,
    allowed=(DRAFTER,),
)
class FilePlan(Command):
    """File the plan, or another one before the material is signed."""

    forms: tuple[Form, ...] = _forms()
    authors: str = field(
        Text("解读人", "Authors"),
        help=Text(
            "起草人、专家或媒体；单位主要负责人为第一解读人。",
            "Drafter, expert or media; the head of the unit comes first.",
        ),
        basis=SIGNING,
        vault="case",
        min_length=1,
        max_length=500,
    )
    due: date = field(
        Text("计划发布日期", "Planned for"),
        help=Text(
            "与公文同步或在公文印发后三个工作日内。", "With the document, or within three working days of its issue."
        ),
        widget="date",
        basis=LIMIT,
    )


@command(
    Text("催办解读", "Urge"),
    help=Text("催办尚未完成的环节。", "Ask for a step that is not done."),
    basis=SYNCHRONY,
    allowed=(DESK,),
)
class UrgeInterpretation(Command):
    """Ask for what is missing."""

    missing: Missing = field(
        Text("待办环节", "What is missing"),
        help=Text("方案、材料、审签、发布或互链。", "Plan, material, signature, publication or links."),
        widget="select",
        basis=SYNCHRONY,
    )


@command(
    Text("报送解读材料", "Submit the material"),
    help=Text("随公文报送；审签前可重新报送。", "Submitted with the document; again until it is signed."),
    basis=SYNCHRONY,
    allowed=(DRAFTER,),
)
class SubmitMaterial(Command):
    """Submit the material of the interpretation."""

    text: str = field(
        Text("解读材料", "Material"),
        help=Text("解读材料正文，或附件的说明。", "The text of the interpretation, or what the attachments are."),
        widget="textarea",
        basis=CONTENT,
        vault="case",
        min_length=1,
        max_length=50000,
    )
    attachments: tuple[str, ...] = attachments(CONTENT)


@command(
    Text("退回解读材料", "Return the material"),
    help=Text("材料不合要求的退回起草单位。", "Material that will not do goes back to the drafter."),
    basis=CONTENT,
    allowed=(DESK, HEAD),
)
class ReturnMaterial(Command):
    """Return the material with its ground."""

    ground: MaterialGround = field(
        Text("退回情形", "Ground"),
        help=Text(
            "要素不全、内容不准确、照抄公文、不通俗易懂、形式不合要求。",
            "Incomplete, inaccurate, copies the document, unintelligible, form.",
        ),
        widget="select",
        basis=CONTENT,
    )
    explanation: str | None = _explanation(Text("须改正什么。", "What is to be put right."), CONTENT, default=None)


@command(
    Text("审签解读", "Sign"),
    help=Text(
        "由单位主要负责人审签，不得为材料报送人。", "By the head of the unit, not the one who submitted the material."
    ),
    basis=SIGNING,
    allowed=(HEAD,),
)
class SignInterpretation(Command):
    """Answer for the interpretation."""


@command(
    Text("登记公文印发", "Note the issue"),
    help=Text(
        "公文印发时由系统登记，解读时限开始计算。", "The system enters the issue of the document, and the limit runs."
    ),
    basis=LIMIT,
    allowed=(SYSTEM_MAY,),
)
class NoteDocumentIssue(Command):
    """Start the limit."""

    issued: date = field(
        Text("印发日期", "Issued on"),
        help=Text("公文印发的日期，当日不计入。", "The day of issue, which is not counted."),
        widget="date",
        basis=LIMIT,
    )


@command(
    Text("发布解读", "Publish"),
    help=Text("逐项核对十项要素；公文印发后发布。", "Go through the ten elements; not before the document is issued."),
    basis=INSTITUTION,
    allowed=(DRAFTER, DESK),
)
class PublishInterpretation(Command):
    """Publish the interpretation."""

    forms: tuple[Form, ...] = _forms()
    elements: tuple[Element, ...] = field(
        Text("包含的要素", "Elements"),
        help=Text(
            "背景依据、目标任务、主要内容、涉及范围、执行标准、办理方式、注意事项、关键词诠释、惠民利民举措、新旧政策差异。",
            "Background and basis, aims, main content, scope, standards, method, notes, key terms, benefits, differences.",
        ),
        widget="select",
        basis=CONTENT,
        min_length=1,
        max_length=10,
    )
    not_applicable: tuple[Element, ...] = field(
        Text("不适用的要素", "Elements that do not apply"),
        help=Text("如无旧政策则“新旧政策差异”不适用。", "Such as the differences, where there was no old policy."),
        widget="select",
        basis=CONTENT,
        default=(),
        max_length=9,
    )
    address: str | None = field(
        Text("网页地址", "Address"),
        help=Text("解读所在网页的地址。", "Where the interpretation is found."),
        basis=INSTITUTION,
        default=None,
        max_length=500,
    )


@command(
    Text("登记互链", "Link"),
    help=Text(
        "公文页面与解读页面相互链接后登记；双向建立即办结。",
        "Recorded when the pages link; both ways makes it complete.",
    ),
    basis=LINKING,
    allowed=(DRAFTER, DESK),
)
class LinkInterpretation(Command):
    """Record that document and interpretation link to each other."""

    direction: Direction = field(
        Text("链接方向", "Direction"),
        help=Text(
            "从公文到解读、从解读到公文，或双向。", "From the document to the interpretation, to the document, or both."
        ),
        widget="select",
        basis=LINKING,
    )


@command(
    Text("豁免解读", "Waive"),
    help=Text(
        "县政府办豁免并说明理由，时限终止；公文废止或改为不予公开的自动豁免。",
        "The county office waives it and says why; the limit ends. By itself where the document is repealed or withheld.",
    ),
    basis=INSTITUTION,
    allowed=(OFFICE, SYSTEM_MAY),
)
class WaiveInterpretation(Command):
    """Do without the interpretation."""

    reason: WaiverReason = field(
        Text("豁免情形", "Reason"),
        help=Text(
            "公文不公开、上级已解读、仅涉内部事务、公文已废止、其他。",
            "Document not disclosed, interpreted by the superior, internal only, document repealed, other.",
        ),
        widget="select",
        basis=INSTITUTION,
    )
    explanation: str = _explanation(Text("为何豁免。", "Why it is waived."), INSTITUTION)
