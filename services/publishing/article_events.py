"""What can happen to an item of information (信息发布): the events, stored literally; drafts are references into the vault."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

from services.publishing.article_rules import (
    ACCURACY,
    ARCHIVES,
    INSTITUTION,
    MONITORING,
    RELEASE,
    REVIEW,
    SECRECY,
    SENSITIVE,
    TIMELINESS,
    Determination,
    NotOpenGround,
    Retention,
    SecrecyResult,
    Sensitivity,
    Stage,
)
from services.publishing.monitoring import Hit
from shared.domain.kind import Event, Verdict, attribute, event
from shared.domain.text import Text

RejectGround = Literal["facts", "language", "form", "basis", "policy", "content", "secrecy"]
ReturnGround = Literal["form", "content", "secrecy"]
CorrectionGround = Literal["misprint", "wrong_content", "dead_link", "personal_data", "changed_facts"]
WithdrawalGround = Literal["error", "secrecy", "personal_data", "superseded", "unlawful"]
DropGround = Literal["repealed", "no_longer_active", "undone"]
Authority = Literal["competent_department", "secrecy_department"]

_TITLE = Text("标题", "Title")
_TEXT = Text("正文", "Text")
_COLUMN = Text("栏目", "Column")
_REASON = Text("理由", "Reason")
_ROUND = Text("送审轮次", "Round")
_STAGE = Text("审核环节", "Stage")
_REVIEWER = Text("审核人", "Reviewer")
_HITS = Text("监测提示", "Monitoring hits")
_GROUND = Text("情形", "Ground")
_TITLE_HITS = Text("其中标题的监测提示", "Those of them in the title")
_ATTACHMENTS = Text("附件", "Attachments")


def _in_the_title(data: dict[str, Any]) -> dict[str, Any]:
    """The first version did not tell title and text apart: what was found in both stands until the title is replaced."""
    return {**data, "title_hits": data.get("hits", ()) if data.get("title") else ()}


_UPCASTS: Mapping[int, Any] = MappingProxyType({1: _in_the_title})


@event("InfoDrafted", Text("拟稿", "Item drafted"), basis=INSTITUTION, version=2)
class InfoDrafted(Event):
    """拟稿: the publication clock counts from ``created_or_changed`` (形成或变更日期), which is not counted."""

    event_upcasts = _UPCASTS
    column: str | None = attribute(_COLUMN, scored=True, default=None)
    created_or_changed: date = attribute(Text("形成或变更日期", "Made or changed on"), scored=True)
    limit: int = attribute(Text("时限（工作日）", "Limit (working days)"))
    title: str = attribute(_TITLE)
    text: str | None = attribute(_TEXT, default=None)
    source: str | None = attribute(Text("来源案卷", "Case it comes from"), default=None)
    hits: tuple[Hit, ...] = attribute(_HITS, default=())
    title_hits: tuple[Hit, ...] = attribute(_TITLE_HITS, default=())
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("InfoRevised", Text("修改稿件", "Draft revised"), basis=REVIEW, version=2)
class InfoRevised(Event):
    """修改稿件: what is given replaces what was there."""

    event_upcasts = _UPCASTS
    column: str | None = attribute(_COLUMN, default=None)
    title: str | None = attribute(_TITLE, default=None)
    text: str | None = attribute(_TEXT, default=None)
    hits: tuple[Hit, ...] = attribute(_HITS, default=())
    title_hits: tuple[Hit, ...] = attribute(_TITLE_HITS, default=())
    attachments: tuple[str, ...] = attribute(_ATTACHMENTS, default=())


@event("InfoSubmitted", Text("送审", "Submitted for review"), basis=REVIEW)
class InfoSubmitted(Event):
    """送审: with what content monitoring found in the text."""

    column: str = attribute(_COLUMN, scored=True)
    round: int = attribute(_ROUND)
    hits: tuple[Hit, ...] = attribute(_HITS, default=())


@event("WarningsAnswered", Text("答复监测提示", "Monitoring warnings answered"), basis=MONITORING)
class WarningsAnswered(Event):
    """答复监测提示: how a reviewer dealt with what content monitoring found."""

    hits: tuple[Hit, ...] = attribute(_HITS)
    answer: str = attribute(Text("处理意见", "How it was dealt with"))


@event("ReviewApproved", Text("审核通过", "Review approved"), basis=REVIEW)
class ReviewApproved(Event):
    """审核通过: one stage, by one person."""

    stage: Stage = attribute(_STAGE, scored=True)
    reviewer: str = attribute(_REVIEWER)


@event("ReviewRejected", Text("审核退回", "Review rejected"), basis=REVIEW)
class ReviewRejected(Event):
    """审核退回: back to the drafter; every stage is passed anew."""

    stage: Stage = attribute(_STAGE, scored=True)
    ground: RejectGround = attribute(_GROUND, scored=True)
    reason: str = attribute(_REASON)


@event("SecrecyReviewed", Text("保密审查", "Secrecy reviewed"), basis=SECRECY)
class SecrecyReviewed(Event):
    """保密审查: 可公开, 处理后公开, 不公开, 报请确定; ``ground`` only where it is not opened."""

    result: SecrecyResult = attribute(Text("审查结果", "Result"), scored=True)
    reviewer: str = attribute(_REVIEWER)
    ground: NotOpenGround | None = attribute(Text("不公开理由", "Ground for withholding"), scored=True, default=None)
    treatment: str | None = attribute(Text("处理要求", "Treatment required"), default=None)


@event("SecrecyReferred", Text("报请确定", "Secrecy referred"), basis=SECRECY)
class SecrecyReferred(Event):
    """报请确定: to the competent or the secrecy department (条例 Art. 17). The publication clock runs on."""

    authority: Authority = attribute(Text("报请机关", "Authority"), scored=True)


@event("SecrecyDetermined", Text("确定结果", "Secrecy determined"), basis=SECRECY)
class SecrecyDetermined(Event):
    """确定结果: what the authority answered."""

    result: Determination = attribute(Text("确定结果", "Result"), scored=True)
    ground: NotOpenGround | None = attribute(Text("不公开理由", "Ground for withholding"), scored=True, default=None)
    treatment: str | None = attribute(Text("处理要求", "Treatment required"), default=None)
    letter: str = attribute(Text("复函文号", "Number of the answer"))


@event("InfoTreated", Text("作处理", "Item treated"), basis=SECRECY, version=2)
class InfoTreated(Event):
    """作处理 for 处理后公开: the text without what must not be opened; every stage is passed anew, in ``round``.

    The first version had it looked at again by the secrecy review alone.
    """

    event_upcasts = _UPCASTS
    title: str | None = attribute(_TITLE, default=None)
    text: str = attribute(_TEXT)
    hits: tuple[Hit, ...] = attribute(_HITS, default=())
    title_hits: tuple[Hit, ...] = attribute(_TITLE_HITS, default=())
    round: int | None = attribute(_ROUND, default=None)


@event("SensitivityFlagged", Text("标为敏感", "Flagged as sensitive"), basis=SENSITIVE)
class SensitivityFlagged(Event):
    """标为敏感、重大突发: from here on two county leaders approve it."""

    ground: Sensitivity = attribute(_GROUND, scored=True)


@event("InfoReleased", Text("县政府办核发", "Released by the county office"), basis=RELEASE)
class InfoReleased(Event):
    """县政府办核发: every stage is passed; the item waits for publication (待发)."""

    releaser: str = attribute(Text("核发人", "Released by"))


@event("InfoReturned", Text("县政府办退回", "Returned by the county office"), basis=RELEASE)
class InfoReturned(Event):
    """县政府办退回, before it goes live; every stage is passed anew."""

    ground: ReturnGround = attribute(_GROUND, scored=True)
    reason: str = attribute(_REASON)


@event("InfoPublished", Text("信息发布", "Item published"), basis=TIMELINESS)
class InfoPublished(Verdict):
    """信息发布: ``claimed_at`` is the time that the page shows; earlier than recorded only flagged and with its reason."""

    column: str = attribute(_COLUMN, scored=True)
    claimed_at: datetime = attribute(Text("标注的发布时间", "Publication time shown"))
    claimed_earlier: bool = attribute(Text("标注早于登记", "Shown earlier than recorded"), scored=True)
    claimed_reason: str | None = attribute(Text("标注较早的原因", "Why it is shown earlier"), default=None)
    address: str | None = attribute(Text("网址", "Address"), default=None)


@event("PublicationOverdue", Text("公开逾期", "Publication overdue"), basis=TIMELINESS)
class PublicationOverdue(Verdict):
    """公开逾期: not published within the limit; charged to the unit once."""

    column: str | None = attribute(_COLUMN, scored=True, default=None)


@event("PublishedTextChecked", Text("巡检已发布正文", "Published text checked"), basis=MONITORING)
class PublishedTextChecked(Event):
    """巡检已发布正文: what content monitoring finds in the text as it stands on the site; the text is not kept."""

    hits: tuple[Hit, ...] = attribute(_HITS, default=())


@event("CorrectionProposed", Text("拟更正", "Correction proposed"), basis=ACCURACY)
class CorrectionProposed(Event):
    """拟更正: other words for what is published; they go live once their secrecy was reviewed by somebody else."""

    ground: CorrectionGround = attribute(_GROUND, scored=True)
    title: str | None = attribute(_TITLE, default=None)
    text: str | None = attribute(_TEXT, default=None)
    reason: str = attribute(_REASON)
    hits: tuple[Hit, ...] = attribute(_HITS, default=())
    title_hits: tuple[Hit, ...] = attribute(_TITLE_HITS, default=())


@event("CorrectionRejected", Text("退回更正", "Correction rejected"), basis=SECRECY)
class CorrectionRejected(Event):
    """退回更正: the words proposed do not go live; what is published stays as it is."""

    reason: str = attribute(_REASON)


@event("InfoCorrected", Text("更正", "Item corrected"), basis=ACCURACY, version=2)
class InfoCorrected(Event):
    """更正 of what is published: a new event; what stood before stays on the file.

    ``reviewer`` passed the new words; the first version named none, and a correction that replaces no words has none.
    """

    event_upcasts = _UPCASTS
    ground: CorrectionGround = attribute(_GROUND, scored=True)
    title: str | None = attribute(_TITLE, default=None)
    text: str | None = attribute(_TEXT, default=None)
    reason: str = attribute(_REASON)
    hits: tuple[Hit, ...] = attribute(_HITS, default=())
    title_hits: tuple[Hit, ...] = attribute(_TITLE_HITS, default=())
    reviewer: str | None = attribute(_REVIEWER, default=None)


@event("InfoWithdrawn", Text("撤下", "Item withdrawn"), basis=ACCURACY)
class InfoWithdrawn(Event):
    """撤下: no longer on the site; the publication stays recorded."""

    ground: WithdrawalGround = attribute(_GROUND, scored=True)
    reason: str = attribute(_REASON)


@event("InfoDropped", Text("终止办理", "Item dropped"), basis=INSTITUTION)
class InfoDropped(Event):
    """终止办理 before publication: what it was begun of is repealed, no longer to be published, or undone. Its clock ends."""

    ground: DropGround = attribute(_GROUND, scored=True)


@event("InfoRedated", Text("更正形成日期", "Date corrected"), basis=TIMELINESS)
class InfoRedated(Event):
    """更正形成日期: what the item came from was made on another day than was entered (``previous``); its clock counts anew."""

    created_or_changed: date = attribute(Text("形成或变更日期", "Made or changed on"), scored=True)
    previous: date = attribute(Text("原登记的日期", "Entered before"), scored=True)


@event("RecordFiled", Text("备案", "Record filed"), basis=ARCHIVES)
class RecordFiled(Event):
    """备案 with the county office."""

    number: str = attribute(Text("备案号", "Filing number"))


@event("RecordArchived", Text("归档", "Record archived"), basis=ARCHIVES)
class RecordArchived(Event):
    """归档 of the 审核登记表 by the unit's custodian; ``retained_until`` is the last day of keeping (None: for ever)."""

    retention: Retention = attribute(Text("保管期限", "Retention"), scored=True)
    retained_until: date | None = attribute(Text("保管至", "Kept until"), default=None)
    custodian: str = attribute(Text("专管员", "Custodian"))


@event("RecordLent", Text("借阅", "Record lent"), basis=ARCHIVES)
class RecordLent(Event):
    """借阅: to whom (a reference), for what, and until when."""

    borrower: str = attribute(Text("借阅人", "Borrower"))
    purpose: str = attribute(Text("借阅事由", "Purpose"))
    back_by: date = attribute(Text("应还日期", "Due back"))


@event("RecordReturned", Text("归还", "Record returned"), basis=ARCHIVES)
class RecordReturned(Event):
    """归还."""

    late: bool = attribute(Text("逾期归还", "Late"))


@event("DestructionApproved", Text("批准销毁", "Destruction approved"), basis=ARCHIVES)
class DestructionApproved(Event):
    """批准销毁: the retention period is over."""

    approved_by: str = attribute(Text("批准人", "Approved by"))


@event("RecordDestroyed", Text("销毁", "Record destroyed"), basis=ARCHIVES)
class RecordDestroyed(Event):
    """销毁 by two persons, with approval: what was written is destroyed, that it was there stays."""

    approved_by: str = attribute(Text("批准人", "Approved by"), scored=True)
    destroyed_by: str = attribute(Text("销毁人", "Destroyed by"))
    witness: str = attribute(Text("监销人", "Witness"))
