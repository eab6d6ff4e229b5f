"""What can happen to an official document (公文): the events, stored literally; titles and reasons are references."""

from datetime import date
from typing import Literal

from services.publishing.document_rules import (
    INSTITUTION,
    REASSESSMENT,
    RETURNING,
    REVIEW,
    SOURCE,
    SYNCHRONY,
    VALIDITY,
    Attribute,
    DocumentType,
    LegalGround,
    ReturnGround,
)
from shared.domain.kind import Event, event
from shared.domain.kind import attribute as says
from shared.domain.text import Text

_TYPE = Text("公文种类", "Type of document")
_JOINT = Text("联合制发单位", "Drafted jointly with")
_SCOPE = Text("属于政策解读范围", "In scope of interpretation")
_FORWARDS = Text("被转发的公文", "Document forwarded")
_FORWARDED = Text("被转发公文的公开属性", "Attribute of the document forwarded")
_ATTRIBUTE = Text("公开属性", "Attribute")
_REASON = Text("不予公开的法定理由", "Legal reason")
_EXPLANATION = Text("理由说明", "Explanation")
_ATTACHMENTS = Text("附件", "Attachments")
_MARK = Text("公开属性标注", "Mark")
_PLACE = Text("标注位置", "Place of the mark")
_INDENT = Text("标注左空字数", "Characters the mark stands in")
_INTERPRETATION = Text("政策解读案卷", "File of the interpretation")

Place = Literal["line_under_date"]


@event("DocumentSubmitted", Text("公文报送", "Document submitted"), basis=SOURCE)
class DocumentSubmitted(Event):
    """公文报送: counted once a document; ``department`` is the lead drafter, who decides the attribute of a joint one."""

    type: DocumentType = says(_TYPE, scored=True)
    title: str = says(Text("公文标题", "Title"))
    joint_with: tuple[str, ...] = says(_JOINT, default=())
    in_scope_of_interpretation: bool = says(_SCOPE, scored=True)
    forwards: str | None = says(_FORWARDS, default=None)
    forwarded_attribute: Attribute | None = says(_FORWARDED, default=None)
    attachments: tuple[str, ...] = says(_ATTACHMENTS, default=())


@event("DocumentResubmitted", Text("公文重新报送", "Document submitted again"), basis=RETURNING)
class DocumentResubmitted(Event):
    """公文重新报送 after a return. ``newly_in_scope``: only now said to need an interpretation."""

    in_scope_of_interpretation: bool = says(_SCOPE, scored=True)
    newly_in_scope: bool = says(Text("新列入解读范围", "Newly in scope"), default=False)
    attachments: tuple[str, ...] = says(_ATTACHMENTS, default=())


@event("AttributeProposed", Text("拟定公开属性", "Attribute proposed"), basis=SOURCE)
class AttributeProposed(Event):
    """拟定公开属性 by the lead drafter; ``reason`` is the legal ground of what is not to be disclosed."""

    attribute: Attribute = says(_ATTRIBUTE, scored=True)
    reason: LegalGround | None = says(_REASON, scored=True, default=None)
    explanation: str | None = says(_EXPLANATION, default=None)


@event("AttributeReviewed", Text("部门审核公开属性", "Attribute reviewed"), basis=REVIEW)
class AttributeReviewed(Event):
    """部门审核公开属性."""

    attribute: Attribute = says(_ATTRIBUTE, scored=True)


@event("NonDisclosureConfirmed", Text("信息公开机构确认不予公开", "Withholding confirmed"), basis=RETURNING)
class NonDisclosureConfirmed(Event):
    """信息公开机构确认不予公开: the disclosure office has looked at a policy that is to be withheld."""


@event("DocumentReturned", Text("退文", "Document returned"), basis=RETURNING)
class DocumentReturned(Event):
    """退文 by the county office, with its ground."""

    ground: ReturnGround = says(Text("退文情形", "Ground"), scored=True)
    explanation: str | None = says(_EXPLANATION, default=None)


@event("AttributeDetermined", Text("确定公开属性", "Attribute determined"), basis=INSTITUTION)
class AttributeDetermined(Event):
    """确定公开属性 by the county office, with the mark that the document bears and where it stands."""

    attribute: Attribute = says(_ATTRIBUTE, scored=True)
    reason: LegalGround | None = says(_REASON, scored=True, default=None)
    mark: str = says(_MARK)
    place: Place = says(_PLACE)
    indent: int = says(_INDENT)


@event("InterpretationNoted", Text("登记解读案卷", "Interpretation noted"), basis=SYNCHRONY)
class InterpretationNoted(Event):
    """登记解读案卷: from here on the document has this interpretation, and no other."""

    interpretation: str = says(_INTERPRETATION)


@event("DocumentIssued", Text("公文印发", "Document issued"), basis=INSTITUTION)
class DocumentIssued(Event):
    """公文印发: an active one is to be published; one in scope starts the limit of its interpretation."""

    attribute: Attribute = says(_ATTRIBUTE, scored=True)
    normative: bool = says(Text("规范性文件", "Normative"), scored=True)
    in_force: bool = says(Text("现行有效", "In force"), scored=True)
    type: DocumentType = says(_TYPE, scored=True)
    issued: date = says(Text("印发日期", "Issued on"), scored=True)
    document_number: str = says(Text("发文字号", "Document number"))
    title: str | None = says(Text("公文标题", "Title"), default=None)
    interpretation: str | None = says(_INTERPRETATION, default=None)


@event("DocumentIssueCorrected", Text("更正印发登记", "Issue corrected"), basis=INSTITUTION)
class DocumentIssueCorrected(Event):
    """更正印发登记: it was issued on another day than was entered (``previous``), or under another number."""

    issued: date = says(Text("印发日期", "Issued on"), scored=True)
    previous: date = says(Text("原登记的印发日期", "Entered before"), scored=True)
    document_number: str = says(Text("发文字号", "Document number"))
    interpretation: str | None = says(_INTERPRETATION, default=None)
    explanation: str | None = says(_EXPLANATION, default=None)


@event("AttributeReassessed", Text("复评公开属性", "Attribute re-assessed"), basis=REASSESSMENT)
class AttributeReassessed(Event):
    """复评公开属性: looked at again after issue; ``previous`` is what it was, and may be what it stays."""

    previous: Attribute = says(Text("原公开属性", "Previous attribute"), scored=True)
    attribute: Attribute = says(_ATTRIBUTE, scored=True)
    reason: LegalGround | None = says(_REASON, scored=True, default=None)
    explanation: str | None = says(_EXPLANATION, default=None)
    mark: str = says(_MARK)
    place: Place = says(_PLACE)
    indent: int = says(_INDENT)


@event("DocumentRepealed", Text("公文废止", "Document repealed"), basis=VALIDITY)
class DocumentRepealed(Event):
    """公文废止: no longer in force."""

    normative: bool = says(Text("规范性文件", "Normative"), scored=True)
    explanation: str | None = says(_EXPLANATION, default=None)
