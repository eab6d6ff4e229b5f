"""What people may ask of an item of information (信息发布): the commands, with the words of their forms."""

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import PrivateAttr, model_validator

from services.publishing.article_events import (
    Authority,
    CorrectionGround,
    DropGround,
    RejectGround,
    ReturnGround,
    WithdrawalGround,
)
from services.publishing.article_rules import (
    ACCURACY,
    ARCHIVES,
    DATES,
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
from shared.domain.classified import BASIS as CLASSIFIED
from shared.domain.command_fields import attachments
from shared.domain.kind import Command, command, field
from shared.domain.permission import SYSTEM_MAY, Allowed, county_leader, handler, office
from shared.domain.text import Text

Classification = Literal["none", "confidential", "secret", "top_secret"]

OWN = Allowed("own", ("clerk", "reviewer", "head", "custodian", "disclosure_head", "office"))
HANDLER = handler("clerk", "reviewer", "head", "custodian", "disclosure_head", "office")
REVIEWERS = handler("clerk", "reviewer", "head", "disclosure_head", "office")
HEADS = handler("reviewer", "head", "disclosure_head", "office")
CUSTODIAN = handler("custodian")
SECRECY_REVIEWER = handler("secrecy")
COUNTY_SECRECY = office("secrecy")
LEADER = county_leader()
OFFICE = office("office", "head")
DESK = office("clerk", "office", "head", "custodian")


def _title(*, default: Any = ...) -> Any:
    return field(
        Text("标题", "Title"),
        help=Text("页面上的标题；涉密内容一律不得填写。", "The title on the page; never anything classified."),
        basis=CLASSIFIED,
        vault="case",
        default=default,
        min_length=1,
        max_length=300,
    )


def _text(*, default: Any = ...) -> Any:
    return field(
        Text("正文", "Text"),
        help=Text(
            "全文；系统监测个人信息和监测词，涉密内容一律不得填写。",
            "The whole text; monitored for personal data and watched words. Never anything classified.",
        ),
        widget="textarea",
        basis=CLASSIFIED,
        vault="case",
        default=default,
        min_length=1,
        max_length=100_000,
    )


def _column() -> Any:
    return field(
        Text("栏目", "Column"),
        help=Text("栏目的案卷编号；送审前须确定。", "The case id of the column; chosen before review."),
        basis=INSTITUTION,
        default=None,
        min_length=1,
        max_length=40,
    )


def _answer() -> Any:
    return field(
        Text("监测提示处理意见", "Answer to the warnings"),
        help=Text(
            "内容监测有提示时必填：逐项写明核实结果。",
            "Needed where content monitoring warns: what was found to each warning.",
        ),
        widget="textarea",
        basis=MONITORING,
        vault="case",
        default=None,
        min_length=1,
        max_length=2000,
    )


def _stage() -> Any:
    return field(
        Text("审核环节", "Stage"),
        help=Text(
            "一审、二审、三审，敏感信息再由两位县领导审批。", "First, second, third; two leaders for sensitive items."
        ),
        widget="select",
        basis=REVIEW,
    )


def _reason(help: Text, basis: Text) -> Any:
    return field(
        Text("理由", "Reason"),
        help=help,
        widget="textarea",
        basis=basis,
        vault="case",
        min_length=1,
        max_length=2000,
    )


def _not_open() -> Any:
    return field(
        Text("不公开理由", "Ground for withholding"),
        help=Text("结果为不公开时必填，限于条例所列情形。", "Needed for not open; one of the Regulation's grounds."),
        widget="select",
        basis=SECRECY,
        default=None,
    )


def _treatment() -> Any:
    return field(
        Text("处理要求", "Treatment required"),
        help=Text(
            "结果为处理后公开时必填：删去、隐去什么。", "Needed for open after treatment: what is taken out or masked."
        ),
        widget="textarea",
        basis=SECRECY,
        vault="case",
        default=None,
        min_length=1,
        max_length=2000,
    )


def _other_column(given: Any) -> tuple[str, ...]:
    """The column that the command names, as it stands."""
    return (given.column,) if given.column else ()


def _stems_from(given: Any) -> str | None:
    """The case that a draft comes from: whether another item of it is under way."""
    return given.source if isinstance(given, Draft) else None


class Worded(Command):
    """A command that brings words to be published; content monitoring looks at them while they are still plain."""

    _plain: tuple[str, str] = PrivateAttr(("", ""))

    @model_validator(mode="after")
    def _read(self) -> Self:
        title, text = (getattr(self, name, None) for name in ("title", "text"))
        self._plain = (title or "", text or "")
        return self

    @property
    def plain(self) -> tuple[str, str]:
        """Title and text as they were typed; in no event and in no store."""
        return self._plain


@command(
    Text("拟稿", "Draft"),
    help=Text(
        "拟写要公开的信息；自形成或变更之日起计时。涉密内容拒收且不留存。",
        "Write what is to be published; counts from the day it was made or changed. Classified matter is refused and not kept.",
    ),
    basis=TIMELINESS,
    allowed=(OWN, SYSTEM_MAY),
    opens=True,
    needs=_other_column,
    beside=_stems_from,
)
class Draft(Worded):
    """Begin an item of information."""

    department: str | None = field(
        Text("发布单位", "Publishing unit"),
        help=Text("只任职于一个单位的可不填。", "May stay empty for whoever has posts in one unit only."),
        widget="department",
        basis=INSTITUTION,
        default=None,
        max_length=100,
    )
    classification: Classification = field(
        Text("密级", "Classification"),
        help=Text("有密级的内容不得进入本系统。", "Anything classified does not enter this system."),
        widget="select",
        basis=CLASSIFIED,
        default="none",
    )
    title: str = _title()
    text: str | None = _text(default=None)
    column: str | None = _column()
    created_or_changed: date | None = field(
        Text("形成或变更日期", "Made or changed on"),
        help=Text("信息形成或变更之日；不填为今天。", "The day on which it was made or changed; empty means today."),
        widget="date",
        basis=TIMELINESS,
        default=None,
    )
    source: str | None = field(
        Text("来源案卷", "Case it comes from"),
        help=Text(
            "由公文、依申请公开转来的，填原案卷编号。", "The case id of the document or application it comes from."
        ),
        basis=INSTITUTION,
        default=None,
        min_length=1,
        max_length=40,
    )
    attachments: tuple[str, ...] = attachments(INSTITUTION)


@command(
    Text("修改稿件", "Revise"),
    help=Text("送审前或退回后修改；只填要改的。", "Before review, or sent back; give only what changes."),
    basis=REVIEW,
    allowed=(HANDLER,),
    needs=_other_column,
)
class Revise(Worded):
    """Change the draft."""

    title: str | None = _title(default=None)
    text: str | None = _text(default=None)
    column: str | None = _column()
    attachments: tuple[str, ...] = attachments(INSTITUTION)


@command(
    Text("送审", "Submit"),
    help=Text(
        "送一审；内容监测的提示由审核人答复。", "Send it to the first review; reviewers answer what monitoring found."
    ),
    basis=REVIEW,
    allowed=(HANDLER,),
)
class Submit(Command):
    """Send the draft into review."""


@command(
    Text("审核通过", "Approve"),
    help=Text(
        "一审、二审、三审和县领导审批；各环节由不同的人办理。",
        "First to third review and the leaders; each another person.",
    ),
    basis=REVIEW,
    allowed=(REVIEWERS, LEADER),
)
class Approve(Command):
    """Pass the stage that it is at."""

    stage: Stage = _stage()
    answer: str | None = _answer()


@command(
    Text("审核退回", "Reject"),
    help=Text("退回拟稿人修改，改后重新逐级审核。", "Send it back to the drafter; every stage is passed anew."),
    basis=REVIEW,
    allowed=(REVIEWERS, SECRECY_REVIEWER, COUNTY_SECRECY, LEADER),
)
class Reject(Command):
    """Send the draft back."""

    stage: Stage = _stage()
    ground: RejectGround = field(
        Text("退回情形", "Ground"),
        help=Text(
            "事实、文字、格式、依据、政策、内容、保密。", "Facts, language, form, basis, policy, content, secrecy."
        ),
        widget="select",
        basis=REVIEW,
    )
    reason: str = _reason(Text("写明须修改之处。", "What must be changed."), REVIEW)


@command(
    Text("保密审查", "Review secrecy"),
    help=Text(
        "逐项审查：可公开、处理后公开、不公开、报请确定。",
        "Item by item: open, open after treatment, not open, refer for determination.",
    ),
    basis=SECRECY,
    allowed=(SECRECY_REVIEWER, COUNTY_SECRECY),
)
class ReviewSecrecy(Command):
    """Record the secrecy review."""

    result: SecrecyResult = field(
        Text("审查结果", "Result"),
        help=Text("不能确定的，报请确定。", "What cannot be decided is referred."),
        widget="select",
        basis=SECRECY,
    )
    ground: NotOpenGround | None = _not_open()
    treatment: str | None = _treatment()
    authority: Authority | None = field(
        Text("报请机关", "Authority"),
        help=Text(
            "报请确定时必填：业务主管部门或保密行政管理部门。",
            "Needed for a referral: competent or secrecy department.",
        ),
        widget="select",
        basis=SECRECY,
        default=None,
    )
    answer: str | None = _answer()


@command(
    Text("登记确定结果", "Record the determination"),
    help=Text("报请机关答复后登记。", "Once the authority has answered."),
    basis=SECRECY,
    allowed=(SECRECY_REVIEWER, COUNTY_SECRECY),
)
class DetermineSecrecy(Command):
    """Record what the authority determined."""

    result: Determination = field(
        Text("确定结果", "Result"),
        help=Text("可公开、处理后公开或不公开。", "Open, open after treatment, or not open."),
        widget="select",
        basis=SECRECY,
    )
    ground: NotOpenGround | None = _not_open()
    treatment: str | None = _treatment()
    letter: str = field(
        Text("复函文号", "Number of the answer"),
        help=Text("答复的文号或记录编号。", "Number of the letter or record of the answer."),
        basis=SECRECY,
        min_length=1,
        max_length=100,
    )
    answer: str | None = _answer()


@command(
    Text("作处理", "Treat"),
    help=Text(
        "按保密审查要求删去或隐去，重新逐级审核。",
        "Take out or mask what the review named; every stage then passes the new words.",
    ),
    basis=SECRECY,
    allowed=(HANDLER,),
)
class Treat(Worded):
    """Give the text without what must not be opened."""

    title: str | None = _title(default=None)
    text: str = _text()


@command(
    Text("标为敏感", "Flag as sensitive"),
    help=Text(
        "敏感信息、重大突发：须经分管县领导和县政府主要领导。",
        "Sensitive items and emergencies go to two county leaders.",
    ),
    basis=SENSITIVE,
    allowed=(HANDLER, SECRECY_REVIEWER, COUNTY_SECRECY, DESK, LEADER),
)
class FlagSensitive(Command):
    """Let two county leaders approve it."""

    ground: Sensitivity = field(
        Text("情形", "Ground"),
        help=Text("敏感信息或重大突发。", "Sensitive, or a major emergency."),
        widget="select",
        basis=SENSITIVE,
    )


@command(
    Text("核发", "Release"),
    help=Text("全部审核通过后由县政府办核发。", "By the county office, once every stage is passed."),
    basis=RELEASE,
    allowed=(OFFICE,),
)
class Release(Command):
    """Release the item for publication."""


@command(
    Text("县政府办退回", "Return"),
    help=Text(
        "发布前退回单位；因格式退回的计入内容错漏。", "Before it goes live; a return for form counts against the unit."
    ),
    basis=RELEASE,
    allowed=(OFFICE,),
)
class Return(Command):
    """Send the item back to its unit."""

    ground: ReturnGround = field(
        Text("退回情形", "Ground"),
        help=Text("格式、内容或保密。", "Form, content or secrecy."),
        widget="select",
        basis=RELEASE,
    )
    reason: str = _reason(Text("写明退回原因。", "Why it is returned."), RELEASE)


@command(
    Text("发布", "Publish"),
    help=Text(
        "登记上网发布；页面标注时间早于登记时间的须写明原因。",
        "Record publication; a time shown earlier than recorded needs its reason.",
    ),
    basis=TIMELINESS,
    allowed=(HANDLER, DESK),
    needs=_other_column,
    needs_of=lambda state: (state.column,) if state.column else (),
)
class Publish(Command):
    """Record that the item is on the site."""

    column: str | None = field(
        Text("改发栏目", "Other column"),
        help=Text("原栏目已结转或关闭时填写。", "Where the column was carried over or closed."),
        basis=INSTITUTION,
        default=None,
        min_length=1,
        max_length=40,
    )
    claimed_at: datetime | None = field(
        Text("页面标注的发布时间", "Publication time shown"),
        help=Text(
            "页面上显示的时间；不填为发布时间。", "The time that the page shows; empty means the time of publication."
        ),
        widget="moment",
        basis=DATES,
        default=None,
    )
    claimed_reason: str | None = field(
        Text("标注较早的原因", "Why it is shown earlier"),
        help=Text("标注时间早于登记时间时必填。", "Needed where the time shown is earlier than recorded."),
        widget="textarea",
        basis=DATES,
        vault="case",
        default=None,
        min_length=1,
        max_length=500,
    )
    address: str | None = field(
        Text("网址", "Address"),
        help=Text("发布页面的网址，可不填。", "The page's address; may stay empty."),
        basis=INSTITUTION,
        default=None,
        min_length=1,
        max_length=500,
    )


@command(
    Text("巡检已发布正文", "Check the published text"),
    help=Text(
        "粘贴网页上的正文进行监测；正文不留存。",
        "Paste the text as it stands on the site; it is monitored and not kept.",
    ),
    basis=MONITORING,
    allowed=(HANDLER, DESK),
)
class CheckPublished(Command):
    """Let content monitoring look at the text as it stands on the site."""

    text: str = field(
        Text("网页正文", "Text on the site"),
        help=Text("只作监测，不保存。", "Monitored only; not kept."),
        widget="textarea",
        basis=MONITORING,
        min_length=1,
        max_length=100_000,
    )


@command(
    Text("答复监测提示", "Answer the warnings"),
    help=Text("答复已发布正文的监测提示。", "Answer what monitoring found in the published text."),
    basis=MONITORING,
    allowed=(HEADS,),
)
class AnswerWarnings(Command):
    """Say how the warnings were dealt with."""

    answer: str = field(
        Text("处理意见", "How they were dealt with"),
        help=Text("逐项写明核实结果。", "What was found to each warning."),
        widget="textarea",
        basis=MONITORING,
        vault="case",
        min_length=1,
        max_length=2000,
    )


@command(
    Text("更正", "Correct"),
    help=Text(
        "更正已发布的信息；改动标题、正文的，由他人保密审查后生效。须立即停止公开的，先撤下。",
        "Correct what is published; other words go live once somebody else has reviewed their secrecy. What must go at once is withdrawn.",
    ),
    basis=ACCURACY,
    allowed=(HEADS, OFFICE),
)
class Correct(Worded):
    """Correct what is published."""

    ground: CorrectionGround = field(
        Text("更正情形", "Ground"),
        help=Text(
            "错别字、内容有误、链接失效、个人信息、情况变化。",
            "Misprint, wrong content, dead link, personal data, changed facts.",
        ),
        widget="select",
        basis=ACCURACY,
    )
    title: str | None = _title(default=None)
    text: str | None = _text(default=None)
    reason: str = _reason(Text("写明更正了什么。", "What was corrected."), ACCURACY)


@command(
    Text("核准更正", "Approve the correction"),
    help=Text(
        "对更正后的标题、正文作保密审查，可公开的生效；由提出更正以外的人办理。",
        "The secrecy review of the new words, by somebody else than who gave them: what may be opened goes live.",
    ),
    basis=SECRECY,
    allowed=(SECRECY_REVIEWER, COUNTY_SECRECY),
)
class ApproveCorrection(Command):
    """Let the corrected words go live."""

    answer: str | None = _answer()


@command(
    Text("退回更正", "Reject the correction"),
    help=Text(
        "保密审查不能通过的退回，或由单位自行收回；已发布的内容不变。",
        "Its secrecy review cannot pass it, or the unit takes it back; what is published stays.",
    ),
    basis=SECRECY,
    allowed=(SECRECY_REVIEWER, COUNTY_SECRECY, HEADS, OFFICE),
)
class RejectCorrection(Command):
    """Do not let the corrected words go live."""

    reason: str = _reason(Text("写明为何退回或收回。", "Why it is rejected or taken back."), SECRECY)


@command(
    Text("撤下", "Withdraw"),
    help=Text("从网站撤下；发布记录保留。", "Take it off the site; that it was published stays recorded."),
    basis=ACCURACY,
    allowed=(HEADS, OFFICE),
)
class Withdraw(Command):
    """Take the item off the site."""

    ground: WithdrawalGround = field(
        Text("撤下情形", "Ground"),
        help=Text("错误、保密、个人信息、已被替代、违法。", "Error, secrecy, personal data, superseded, unlawful."),
        widget="select",
        basis=ACCURACY,
    )
    reason: str = _reason(Text("写明为何撤下。", "Why it is withdrawn."), ACCURACY)


@command(
    Text("终止办理", "Drop"),
    help=Text(
        "公文废止或不再主动公开、印发或依申请公开的转化作废的，由它自动形成的信息自动终止办理。",
        "By itself, where the document that the item was begun of is repealed or no longer active, or its issue or the conversion undone.",
    ),
    basis=INSTITUTION,
    allowed=(SYSTEM_MAY,),
)
class Drop(Command):
    """End an item that is no longer to be published."""

    ground: DropGround = field(
        Text("终止情形", "Ground"),
        help=Text(
            "公文已废止或不再主动公开，或者所依据的登记已作废。",
            "The document is repealed or no longer active, or what it came from was undone.",
        ),
        widget="select",
        basis=INSTITUTION,
    )


@command(
    Text("更正形成日期", "Correct the date"),
    help=Text(
        "公文印发日期更正的，由它自动形成的信息随之重算期限。",
        "By itself, where the day of issue of the document that the item was begun of is put right.",
    ),
    basis=TIMELINESS,
    allowed=(SYSTEM_MAY,),
)
class Redate(Command):
    """Count an item from another day."""

    created_or_changed: date = field(
        Text("形成或变更日期", "Made or changed on"),
        help=Text("更正后的日期。", "The day as put right."),
        widget="date",
        basis=TIMELINESS,
    )
    previous: date = field(
        Text("原登记的日期", "Entered before"),
        help=Text("更正前的日期。", "The day as it stood."),
        widget="date",
        basis=TIMELINESS,
    )


@command(
    Text("备案", "File"),
    help=Text("登记报县政府办备案。", "Record that it was filed with the county office."),
    basis=ARCHIVES,
    allowed=(CUSTODIAN, DESK),
)
class File(Command):
    """File the record with the county office."""

    number: str = field(
        Text("备案号", "Filing number"),
        help=Text("县政府办的备案号。", "The county office's number."),
        basis=ARCHIVES,
        min_length=1,
        max_length=60,
    )


@command(
    Text("归档", "Archive"),
    help=Text("审核登记表归档，由专管员保管。", "The register entry goes to the archive, kept by the custodian."),
    basis=ARCHIVES,
    allowed=(CUSTODIAN,),
)
class Archive(Command):
    """Archive the record."""

    retention: Retention = field(
        Text("保管期限", "Retention"),
        help=Text(
            "10 年、30 年或永久，自次年一月一日起算。", "10 years, 30 years or permanent, from the next 1 January."
        ),
        widget="select",
        basis=ARCHIVES,
    )


@command(
    Text("借阅", "Lend"),
    help=Text("登记借阅。", "Record that the record is lent."),
    basis=ARCHIVES,
    allowed=(CUSTODIAN,),
)
class Lend(Command):
    """Lend the record."""

    borrower: str = field(
        Text("借阅人", "Borrower"),
        help=Text("姓名和单位。", "Name and unit."),
        basis=ARCHIVES,
        vault="case",
        min_length=1,
        max_length=200,
    )
    purpose: str = field(
        Text("借阅事由", "Purpose"),
        help=Text("为何借阅。", "What it is lent for."),
        basis=ARCHIVES,
        vault="case",
        min_length=1,
        max_length=500,
    )
    back_by: date = field(
        Text("应还日期", "Due back"),
        help=Text("应当归还的日期。", "The day by which it comes back."),
        widget="date",
        basis=ARCHIVES,
    )


@command(
    Text("归还", "Take back"),
    help=Text("登记归还。", "Record that it came back."),
    basis=ARCHIVES,
    allowed=(CUSTODIAN,),
)
class TakeBack(Command):
    """Take the record back."""


@command(
    Text("批准销毁", "Approve destruction"),
    help=Text(
        "保管期满后由单位负责人或县政府办批准。", "By the head or the county office, once the retention is over."
    ),
    basis=ARCHIVES,
    allowed=(handler("head"), OFFICE),
)
class ApproveDestruction(Command):
    """Approve that the record is destroyed."""


@command(
    Text("销毁", "Destroy"),
    help=Text(
        "经批准，由专管员和监销人两人销毁；内容不可恢复。",
        "With approval, by the custodian and a witness; the content is gone for good.",
    ),
    basis=ARCHIVES,
    allowed=(CUSTODIAN,),
)
class Destroy(Command):
    """Destroy the record."""

    witness: str = field(
        Text("监销人", "Witness"),
        help=Text("在场监销的另一人，填其账号。", "The other person present: their account."),
        widget="person",
        basis=ARCHIVES,
        min_length=1,
        max_length=100,
    )
