"""Old lists of applications for information (依申请公开台账): what a row means, and which commands it stands for. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from services.requests.application import APPLICATION
from services.requests.application_commands import (
    ApproveExtension,
    ConfirmReceipt,
    Consult,
    DecideLawsuit,
    DecideReconsideration,
    DraftReply,
    FileLawsuit,
    FileReconsideration,
    NoticeFee,
    NotifyExtension,
    ReceiveCorrection,
    RecordAnswer,
    RecordPayment,
    Register,
    Reply,
    RequestCorrection,
    ReviewReply,
    Submit,
    Withdraw,
)
from services.requests.application_events import Result, With
from services.requests.application_rules import (
    APPLICANTS,
    CHANNELS,
    EVIDENCE_OF,
    GROUNDS,
    OUTCOMES,
)
from services.requests.fees import of_application
from shared.domain.kind import Command
from shared.domain.localtime import local_date
from shared.domain.text import Text
from shared.imports import cells as cell
from shared.imports.cells import Cells
from shared.imports.old_case import NOT_RECORDED, OPENING, BadCell, Importer, ListColumn, OldCase, Step

NUMBER: Final = "编号"
UNIT: Final = "受理单位"
NAME: Final = "申请人"
IDENTITY: Final = "证件号"
CLASS: Final = "申请人类别"
TITLE: Final = "申请事项"
TEXT: Final = "所需信息的描述"
CHANNEL: Final = "提交渠道"
SUBMITTED: Final = "提交日期"
RECEIVED: Final = "收到日期"
CORRECTION: Final = "补正告知日期"
CORRECTED: Final = "收到补正日期"
CONSULTED: Final = "征求意见日期"
PARTY: Final = "征求对象"
ANSWERED: Final = "征求意见答复日期"
AGREES: Final = "同意公开"
EXTENDED: Final = "延期告知日期"
DAYS: Final = "延期（工作日）"
FEE: Final = "收费通知日期"
METHOD: Final = "计收方式"
QUANTITY: Final = "计收数量"
PAID: Final = "缴费日期"
REPLIED: Final = "答复日"
OUTCOME: Final = "答复类型"
REPLY: Final = "答复内容"
HOW: Final = "获取方式和途径"
GROUND: Final = "不予公开的情形"
REASONS: Final = "理由"
PROCEDURE: Final = "应当依照的办法或渠道"
EARLIER: Final = "此前的申请"
REMEDY: Final = "救济途径"
WITHDRAWN: Final = "撤回日期"
RECONSIDERED: Final = "复议受理日期"
RECONSIDERATION: Final = "复议决定日期"
RECONSIDERATION_RESULT: Final = "复议结果"
SUED: Final = "诉讼立案日期"
JUDGED: Final = "裁判日期"
JUDGMENT: Final = "裁判结果"

_CLASSES = cell.codes_of(APPLICANTS)
_CHANNELS = cell.codes_of(CHANNELS)
_GIVEN = {code: ending.title.zh for code, ending in OUTCOMES.items() if ending.given}
_OUTCOMES = {
    word: code for code, title in _GIVEN.items() for word in (f"{code} {title}", f"{code}{title}", code, title)
}
_GROUNDS = {words.zh: code for code, (words, _, _) in GROUNDS.items()}
_REMEDIES = {"先申请行政复议": "reconsideration_first", "行政复议或行政诉讼": "reconsideration_or_lawsuit"}
_PARTIES: Mapping[str, With] = {"第三方": "third_party", "共同制作机关": "co_producer"}
_RESULTS: Mapping[str, Result] = {"维持": "upheld", "纠正": "corrected", "其他": "other"}
_METHODS = {"按件": "items", "按量": "pages"}
_DAY = Text("日期；没有的空白。", "A date; empty where there was none.")
_OF_REPLY = Text("该答复类型须写明时填写。", "Where the outcome must carry it.")


class _Way(NamedTuple):
    """A row's way after receipt: each step with its instant; those of one instant stay in the order of the law."""

    cells: Cells
    now: datetime
    received: datetime
    steps: list[Step]

    def at(self, column: str, than: datetime | None = None, than_column: str = RECEIVED) -> datetime | None:
        """When the column's step took place, not earlier than ``than`` (receipt)."""
        if not self.cells[column]:
            return None
        return cell.later(self.cells, column, self.now, than or self.received, than_column)

    def after(self, column: str, before: str, than: datetime | None) -> datetime | None:
        """The same of a step that follows the one in column ``before``, which must be there."""
        cell.alone(self.cells, column, before)
        return self.at(column, than, before)

    def add(self, happened: datetime, **commands: Command) -> None:
        """The commands, by the names of their steps."""
        self.steps.extend(Step(name, command, happened) for name, command in commands.items())


def read_application(cells: Cells, now: datetime) -> OldCase:
    """One row as an old application. Raises ``BadCell`` for the first column at fault.

    An application without a reply is open, unless it was withdrawn; one whose correction or fee lapsed ends by its clock.
    """
    number = cell.number(cells, NUMBER)
    cell.filled(cells, (UNIT, TITLE, CHANNEL))
    applicant = cell.choice(cells, CLASS, _CLASSES, "natural")
    channel = cell.choice(cells, CHANNEL, _CHANNELS)
    received = cell.moment(cells, RECEIVED, now)
    submitted = cell.moment_if_any(cells, SUBMITTED, now) or received
    cell.in_order(cells, RECEIVED, received, submitted, SUBMITTED)
    if channel == "in_person" and local_date(submitted) != local_date(received):
        same = Text("当面提交的，收到日期即提交日期", "what is handed in is received that day")
        raise BadCell(RECEIVED, cells[RECEIVED], same)
    way = _Way(cells, now, max(received, submitted), [])
    _what_moves_the_clock(way)
    _ending(way)
    _remedies(way)
    values = {"title": TITLE, "text": TEXT if cells[TEXT] else TITLE, "name": NAME, "identity": IDENTITY}
    fixed = {"applicant_class": applicant, "channel": channel}
    cell.made(Submit, cells, values, department="-", **fixed)

    def steps(unit: str, named: Mapping[str, str]) -> Sequence[Step]:
        begun = [Step(OPENING, cell.made(Submit, cells, values, department=unit, **fixed), submitted)]
        if channel != "in_person":
            evidence = EVIDENCE_OF[channel][0]
            begun.append(Step("receive", cell.made(ConfirmReceipt, cells, evidence=evidence), way.received))
        return [*begun, Step("register", Register(), way.received), *sorted(way.steps, key=lambda step: step.happened)]

    return OldCase(number, cells[CLASS] or APPLICANTS["natural"].zh, cells[UNIT], submitted, steps)


def _what_moves_the_clock(way: _Way) -> None:
    """补正, 征求意见, 延期, 收费: each as far as it went."""
    cells = way.cells
    if asked := way.at(CORRECTION):
        way.add(asked, correction=RequestCorrection(items=NOT_RECORDED))
    if corrected := way.after(CORRECTED, CORRECTION, asked):
        way.add(corrected, corrected=cell.made(ReceiveCorrection, cells, {"text": TEXT if cells[TEXT] else TITLE}))
    if consulted := way.at(CONSULTED):
        party = cell.choice(cells, PARTY, _PARTIES)
        way.add(consulted, consult=Consult(asked=party, party=NOT_RECORDED))
    if answered := way.after(ANSWERED, CONSULTED, consulted):
        agrees = cell.truth(cells, AGREES)
        way.add(answered, answer=RecordAnswer(consultation="consultation-1", agrees=agrees))
    if extended := way.at(EXTENDED):
        days = cell.made(ApproveExtension, cells, {"days": DAYS} if cells[DAYS] else {}, reason=NOT_RECORDED)
        way.add(extended, extend=days, extended=NotifyExtension())
    elif cells[DAYS] not in ("", "0"):
        raise cell.missing(EXTENDED)
    if noticed := way.at(FEE):
        method = cell.choice(cells, METHOD, _METHODS)
        if not cells[QUANTITY]:
            raise cell.missing(QUANTITY)
        notice = cell.made(NoticeFee, cells, {"quantity": QUANTITY}, method=method)
        way.add(noticed, fee=notice)
        amount = of_application(notice.method, notice.quantity)
        if (paid := way.after(PAID, FEE, noticed)) and amount:
            way.add(paid, paid=RecordPayment(amount=amount))
    cell.alone(cells, PAID, FEE)


def _ending(way: _Way) -> None:
    """答复 or 撤回; neither: still open, or ended by what the applicant let pass."""
    cells = way.cells
    before = max((step.happened for step in way.steps), default=way.received)
    last = next((column for column in _MOVING if cells[column] and way.at(column) == before), RECEIVED)
    if replied := way.at(REPLIED, before, last):
        outcome = cell.choice(cells, OUTCOME, _OUTCOMES)
        ground = cell.choice_if_any(cells, GROUND, _GROUNDS)
        remedy = cell.choice_if_any(cells, REMEDY, _REMEDIES)
        written = {"reply": REPLY} if cells[REPLY] else {}
        fixed = {"outcome": outcome, "ground": ground, "remedy": remedy}
        fixed |= {} if cells[REPLY] else {"reply": NOT_RECORDED}
        columns = {**written, "how": HOW, "reasons": REASONS, "procedure": PROCEDURE, "earlier": EARLIER}
        draft = cell.made(DraftReply, cells, columns, **fixed)
        way.add(replied, draft=draft, review=ReviewReply(passed=True), reply=Reply())
    else:
        for column in (OUTCOME, REPLY):
            cell.alone(cells, column, REPLIED)
    if withdrawn := way.at(WITHDRAWN, before, last):
        if replied is not None:
            both = Text("已答复的申请不能撤回", "what was answered cannot be withdrawn")
            raise BadCell(WITHDRAWN, cells[WITHDRAWN], both)
        way.add(withdrawn, withdraw=Withdraw())


def _remedies(way: _Way) -> None:
    """行政复议, then 行政诉讼."""
    cells = way.cells
    than = way.at(REPLIED)
    filed = way.at(RECONSIDERED, than, REPLIED if than else RECEIVED)
    if filed:
        way.add(filed, reconsider=FileReconsideration())
    if decided := way.after(RECONSIDERATION, RECONSIDERED, filed):
        result = cell.choice(cells, RECONSIDERATION_RESULT, _RESULTS)
        way.add(decided, reconsidered=DecideReconsideration(result=result))
    cell.alone(cells, RECONSIDERATION_RESULT, RECONSIDERATION)
    sued = way.at(SUED, decided or than, RECONSIDERATION if decided else REPLIED if than else RECEIVED)
    if sued:
        way.add(sued, sue=FileLawsuit())
    if judged := way.after(JUDGED, SUED, sued):
        way.add(judged, judged=DecideLawsuit(result=cell.choice(cells, JUDGMENT, _RESULTS)))
    cell.alone(cells, JUDGMENT, JUDGED)


_MOVING = (CORRECTION, CORRECTED, CONSULTED, ANSWERED, EXTENDED, FEE, PAID)

COLUMNS = (
    ListColumn(NUMBER, Text("每行不同。", "Another one in each row."), "2025-001", filled=True),
    ListColumn(UNIT, Text("单位名录中的名称。", "As in the directory."), "教育局", filled=True, unit=True),
    ListColumn(NAME, Text("姓名或单位名称；加密保存。", "Name of person or organisation; sealed."), "张三", sealed=True),
    ListColumn(IDENTITY, Text("同一申请人据此识别；加密保存。", "Recognises the same applicant; sealed."), sealed=True),
    ListColumn(CLASS, Text("空白即自然人。", "Empty means a natural person."), "自然人", choices=tuple(_CLASSES)),
    ListColumn(TITLE, Text("一行，不超过 200 字。", "One line, at most 200 characters."), "2024 年学校建设资金安排", filled=True, sealed=True),
    ListColumn(TEXT, Text("空白即同申请事项。", "Empty: the same as the subject."), sealed=True),
    ListColumn(CHANNEL, Text("决定法定收到日。", "It decides the lawful day of receipt."), "互联网渠道", filled=True,
               choices=tuple(_CHANNELS)),
    ListColumn(SUBMITTED, Text("空白即收到日期。", "Empty: the day of receipt."), "2025-03-03"),
    ListColumn(RECEIVED, Text("法定收到日，次日起算 20 个工作日。", "The lawful day of receipt; 20 working days from the next."),
               "2025-03-03", filled=True),
    ListColumn(CORRECTION, _DAY),
    ListColumn(CORRECTED, Text("重新起算；空白且逾期的视为放弃。", "Counts anew; empty and lapsed: deemed abandoned.")),
    ListColumn(CONSULTED, _DAY),
    ListColumn(PARTY, Text("有征求意见日期的必填。", "Needed where somebody was consulted."), choices=tuple(_PARTIES)),
    ListColumn(ANSWERED, _DAY),
    ListColumn(AGREES, Text("空白即不同意。", "Empty: does not agree."), choices=cell.YES_OR_NO),
    ListColumn(EXTENDED, Text("到期前经批准并告知。", "Approved and told before expiry.")),
    ListColumn(DAYS, Text("不超过 20，空白即 20。", "At most 20; empty means 20.")),
    ListColumn(FEE, _DAY),
    ListColumn(METHOD, Text("有收费通知日期的必填。", "Needed where there was a fee."), choices=tuple(_METHODS)),
    ListColumn(QUANTITY, Text("当月第几件，或页数。", "Which one in the month, or pages.")),
    ListColumn(PAID, Text("重新起算；空白且逾期的视为放弃。", "Counts anew; empty and lapsed: deemed abandoned.")),
    ListColumn(REPLIED, Text("未答复的空白。", "Empty where there is no reply."), "2025-03-20"),
    ListColumn(OUTCOME, Text("有答复日的必填，一件一种。", "Needed with a reply, one for each."), "O2 予以公开",
               choices=tuple(f"{code} {title}" for code, title in _GIVEN.items())),
    ListColumn(REPLY, Text("没有全文的空白。", "Empty where the words are not kept."), sealed=True),
    ListColumn(HOW, _OF_REPLY, "随函附复印件", sealed=True),
    ListColumn(GROUND, _OF_REPLY, choices=tuple(_GROUNDS)),
    ListColumn(REASONS, _OF_REPLY, sealed=True),
    ListColumn(PROCEDURE, _OF_REPLY, sealed=True),
    ListColumn(EARLIER, _OF_REPLY),
    ListColumn(REMEDY, _OF_REPLY, choices=tuple(_REMEDIES)),
    ListColumn(WITHDRAWN, _DAY),
    ListColumn(RECONSIDERED, _DAY),
    ListColumn(RECONSIDERATION, _DAY),
    ListColumn(RECONSIDERATION_RESULT, _DAY, choices=tuple(_RESULTS)),
    ListColumn(SUED, _DAY),
    ListColumn(JUDGED, _DAY),
    ListColumn(JUDGMENT, _DAY, choices=tuple(_RESULTS)),
)  # fmt: skip

APPLICATIONS_IMPORT = Importer(
    kind=APPLICATION,
    columns=COLUMNS,
    number_column=NUMBER,
    unit_column=UNIT,
    categories=tuple(_CLASSES),
    clock="reply",
    read=read_application,
    column_of={
        "department": UNIT,
        "title": TITLE,
        "text": TEXT,
        "name": NAME,
        "identity": IDENTITY,
        "happened": RECEIVED,
        "days": DAYS,
        "quantity": QUANTITY,
        "outcome": OUTCOME,
        "how": HOW,
        "ground": GROUND,
        "reasons": REASONS,
        "procedure": PROCEDURE,
        "earlier": EARLIER,
        "remedy": REMEDY,
        "application.extension_after_expiry": EXTENDED,
        "application.consultation_open": ANSWERED,
        "application.correction_pending": CORRECTED,
        "application.no_correction_pending": CORRECTED,
        "application.consultation_unknown": ANSWERED,
        "application.fee_pending": PAID,
        "application.no_fee_pending": PAID,
        "application.correction_lapsed": CORRECTED,
        "application.fee_lapsed": PAID,
        "application.closed": REPLIED,
        "application.not_answered": RECONSIDERED,
        "application.reconsideration_first": SUED,
        "application.reconsideration_pending": RECONSIDERATION,
    },
)
