"""What can happen to the interpretation of a policy (政策解读): the events, stored literally; words are references."""

from datetime import date

from services.publishing.interpretation_rules import (
    CONTENT,
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
from shared.domain.kind import Event, Verdict, attribute, event
from shared.domain.text import Text

_DOCUMENT = Text("被解读的公文", "Document interpreted")
_FORMS = Text("解读形式", "Forms")
_EXPLANATION = Text("说明", "Explanation")
_ATTACHMENTS = Text("附件", "Attachments")
_LIMIT = Text("时限（工作日）", "Limit (working days)")


@event("InterpretationRequired", Text("需要解读", "Interpretation required"), basis=INSTITUTION)
class InterpretationRequired(Event):
    """需要解读: ``department`` drafted the document and interprets it. ``started``: it was issued already, so the limit runs."""

    document: str = attribute(_DOCUMENT)
    title: str | None = attribute(Text("公文标题", "Title of the document"), default=None)
    limit: int = attribute(_LIMIT)
    started: date | None = attribute(Text("起算日", "Started"), default=None)


@event("PlanFiled", Text("报送解读方案", "Plan filed"), basis=SYNCHRONY)
class PlanFiled(Event):
    """报送解读方案: forms, authors, and the day by which it is to be published."""

    forms: tuple[Form, ...] = attribute(_FORMS)
    authors: str = attribute(Text("解读人", "Authors"))
    due: date = attribute(Text("计划发布日期", "Planned for"), scored=True)


@event("InterpretationUrged", Text("催办解读", "Interpretation urged"), basis=SYNCHRONY)
class InterpretationUrged(Event):
    """催办解读: what the county office waits for."""

    missing: Missing = attribute(Text("待办环节", "What is missing"), scored=True)


@event("MaterialSubmitted", Text("报送解读材料", "Material submitted"), basis=SYNCHRONY)
class MaterialSubmitted(Event):
    """报送解读材料: waits for signature."""

    text: str | None = attribute(Text("解读材料", "Material"), default=None)
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("MaterialReturned", Text("退回解读材料", "Material returned"), basis=CONTENT)
class MaterialReturned(Event):
    """退回解读材料: back to the drafter; a signature falls with it."""

    ground: MaterialGround = attribute(Text("退回情形", "Ground"), scored=True)
    explanation: str | None = attribute(_EXPLANATION, default=None)


@event("InterpretationSigned", Text("审签解读", "Interpretation signed"), basis=SIGNING)
class InterpretationSigned(Event):
    """审签解读 by the head of the unit."""


@event("DocumentIssueNoted", Text("公文已印发", "Issue of the document noted"), basis=LIMIT)
class DocumentIssueNoted(Event):
    """公文已印发: the limit runs from the day of issue, which is not counted."""

    issued: date = attribute(Text("印发日期", "Issued on"))
    limit: int = attribute(_LIMIT)


@event("InterpretationPublished", Text("发布解读", "Interpretation published"), basis=INSTITUTION)
class InterpretationPublished(Event):
    """发布解读, with its forms and the elements it contains."""

    forms: tuple[Form, ...] = attribute(_FORMS)
    elements: tuple[Element, ...] = attribute(Text("包含的要素", "Elements"))
    not_applicable: tuple[Element, ...] = attribute(Text("不适用的要素", "Elements that do not apply"), default=())
    address: str | None = attribute(Text("网页地址", "Address"), default=None)


@event("InterpretationLinked", Text("建立互链", "Interpretation linked"), basis=LINKING)
class InterpretationLinked(Event):
    """建立互链: from the page of the document, to it, or both."""

    direction: Direction = attribute(Text("链接方向", "Direction"), scored=True)


@event("InterpretationCompleted", Text("解读办结", "Interpretation completed"), basis=LIMIT)
class InterpretationCompleted(Verdict):
    """解读办结: published and linked both ways; in time it is the clock's verdict, after the miss it says so and is none."""

    document: str = attribute(_DOCUMENT)


@event("InterpretationOverdue", Text("解读逾期", "Interpretation overdue"), basis=LIMIT)
class InterpretationOverdue(Verdict):
    """解读逾期: charged to the unit that drafted the document."""

    document: str = attribute(_DOCUMENT)


@event("InterpretationWaived", Text("豁免解读", "Interpretation waived"), basis=INSTITUTION)
class InterpretationWaived(Event):
    """豁免解读 by the county office: the limit ends without a verdict."""

    reason: WaiverReason = attribute(Text("豁免情形", "Reason"), scored=True)
    explanation: str = attribute(_EXPLANATION)
