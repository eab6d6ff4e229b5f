"""The rules of institution 8 (依申请公开) as data: limits, outcomes with their rows of the annual report, refusals."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from shared.domain.refusals import Refusals
from shared.domain.text import Text

Channel = Literal["message", "in_person", "registered_mail", "ordinary_mail", "internet", "fax"]
Evidence = Literal[
    "handed_in", "signed_for", "told_by_phone", "told_by_email", "told_by_message", "confirmed_in_writing"
]
ApplicantClass = Literal["natural", "business", "research", "welfare", "legal", "other"]
Outcome = Literal[
    "O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8", "O9", "O10", "O11", "O12", "O13", "O14", "O15", "O16", "O17"
]
Ground = Literal[
    "state_secret",
    "forbidden_by_law",
    "safety_and_stability",
    "third_party",
    "internal_affairs",
    "process_information",
    "enforcement_file",
]
Remedy = Literal["reconsideration_first", "reconsideration_or_lawsuit"]
Fault = Literal[
    "correction_late",
    "extension_unapproved",
    "extension_unnotified",
    "consultation_missing",
    "reasons_missing",
    "remedy_missing",
]

CHANNELS: Final[Mapping[str, Text]] = {
    "message": Text("网民留言转来", "Diverted message"),
    "in_person": Text("当面提交", "In person"),
    "registered_mail": Text("挂号信、特快专递等须签收的邮寄", "Registered or signed mail"),
    "ordinary_mail": Text("平常信函等无须签收的邮寄", "Ordinary mail"),
    "internet": Text("互联网渠道", "Internet"),
    "fax": Text("传真", "Fax"),
}
EVIDENCE_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "in_person": ("handed_in",),
    "registered_mail": ("signed_for",),
    "ordinary_mail": ("told_by_phone", "told_by_email", "told_by_message", "confirmed_in_writing"),
    "message": ("told_by_phone", "told_by_email", "told_by_message", "confirmed_in_writing"),
    "internet": ("told_by_phone", "told_by_email", "told_by_message", "confirmed_in_writing"),
    "fax": ("told_by_phone", "told_by_email", "told_by_message", "confirmed_in_writing"),
}
"""What proves the day of receipt, by channel (条例 Art. 31)."""

APPLICANTS: Final[Mapping[str, Text]] = {
    "natural": Text("自然人", "Natural person"),
    "business": Text("商业企业", "Business"),
    "research": Text("科研机构", "Research institution"),
    "welfare": Text("社会公益组织", "Social welfare organisation"),
    "legal": Text("法律服务机构", "Legal service"),
    "other": Text("其他", "Other"),
}

LIMITS: Final[Mapping[str, int]] = {
    # Working days; the day from which they run is not counted.
    "application.reply": 20,
    "application.correction_notice": 7,
    "application.correction_period": 15,
    "application.consultation": 15,
    "application.reasons_period": 15,
    "application.extension": 20,
    "application.fee": 20,
    # Days of the applicant from a decision to a lawsuit and the like are the courts' to judge, not counted here.
}
"""County settings of this kind and their defaults; ``Context.settings`` may override each."""

PREFIX: Final = "A"
NUMBER: Final = "依申请〔{year}〕{n}号"
_CASE: Final = re.compile(rf"{PREFIX}(?P<year>[0-9]{{4}})-0*(?P<n>[0-9]+)")


def number_of(case: str) -> str:
    """The number by which people know an application (``A2026-000005``: 依申请〔2026〕5号); what is no id stays as it is."""
    found = _CASE.fullmatch(case)
    return NUMBER.format(**found.groupdict()) if found else case


RULES = Text("《政府信息公开条例》", "Regulation on the Disclosure of Government Information")


_DIGITS = "零一二三四五六七八九"


def article(number: int) -> Text:
    """The regulation's article as a basis: ``article(33)``, 《政府信息公开条例》第三十三条."""
    tens, ones = divmod(number, 10)
    written = ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")
    return Text(
        f"《政府信息公开条例》第{written}条", f"Regulation on the Disclosure of Government Information, Art. {number}"
    )


CONTENT, RECEIPT, CORRECTION = article(29), article(31), article(30)
THIRD_PARTY, PERIOD, CO_PRODUCER = article(32), article(33), article(34)
EXCESSIVE, ANSWERS, SEPARATION = article(35), article(36), article(37)
FORM, OWN_RECORDS, FEES, HELP = article(40), article(41), article(42), article(43)
CONVERSION, KEEPING, REMEDIES = article(44), article(45), article(51)
FEE_RULES = Text(
    "《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）",
    "Measures on fees for handling information (State Council General Office letter 2020 No. 109)",
)
RECONSIDERATION = Text(
    "《行政复议法》第二十三条第一款第四项", "Administrative Reconsideration Law, Art. 23, para. 1, item 4"
)
ERASURE = Text("个人信息保护法第四十七条", "Personal Information Protection Law, Article 47")

ROWS: Final[Mapping[str, Text]] = {
    "1": Text("本年新收政府信息公开申请数量", "Received this year"),
    "2": Text("上年结转政府信息公开申请数量", "Carried over from last year"),
    "3.1": Text("予以公开", "Disclosed"),
    "3.2": Text("部分公开（区分处理的，只计这一情形，不计其他情形）", "Partly disclosed (counted here only)"),
    "3.3.1": Text("属于国家秘密", "State secret"),
    "3.3.2": Text("其他法律行政法规禁止公开", "Forbidden by another law or administrative regulation"),
    "3.3.3": Text("危及“三安全一稳定”", "Endangers security or stability"),
    "3.3.4": Text("保护第三方合法权益", "Protects a third party's rights"),
    "3.3.5": Text("属于三类内部事务信息", "Internal affairs"),
    "3.3.6": Text("属于四类过程性信息", "Process information"),
    "3.3.7": Text("属于行政执法案卷", "Enforcement file"),
    "3.3.8": Text("属于行政查询事项", "Special access regime"),
    "3.4.1": Text("本机关不掌握相关政府信息", "Not held by this agency"),
    "3.4.2": Text("没有现成信息需要另行制作", "Would have to be made"),
    "3.4.3": Text("补正后申请内容仍不明确", "Still unclear after correction"),
    "3.5.1": Text("信访举报投诉类申请", "Petition, report or complaint"),
    "3.5.2": Text("重复申请", "Repeated application"),
    "3.5.3": Text("要求提供公开出版物", "Asks for published works"),
    "3.5.4": Text("无正当理由大量反复申请", "Excessive without good reason"),
    "3.5.5": Text("要求行政机关确认或重新出具已获取信息", "Asks to confirm or re-issue what was obtained already"),
    "3.6.1": Text(
        "申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "Not corrected in time, no longer handled"
    ),
    "3.6.2": Text(
        "申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
        "Fee not paid in time, no longer handled",
    ),
    "3.6.3": Text("其他", "Other"),
}
"""The rows of table 3 of the annual report (国办公开办函〔2021〕30号) that one application can be counted in."""


@dataclass(frozen=True, slots=True)
class Ending:
    """An outcome (答复类型): its article, its row, and the remedy it must state. What its reply must carry, its letter says.

    ``row`` is None where the ground decides it; ``given`` where a clerk may choose it (the others follow from clocks and
    other commands).
    """

    title: Text
    basis: Text
    row: str | None
    remedy: Remedy | None = None
    given: bool = True


OUTCOMES: Final[Mapping[str, Ending]] = {
    "O1": Ending(Text("已主动公开", "Already public"), ANSWERS, "3.1"),
    "O2": Ending(Text("予以公开", "Disclosed"), ANSWERS, "3.1"),
    "O3": Ending(
        Text("区分处理、部分公开", "Partly disclosed"),
        SEPARATION,
        "3.2",
        "reconsideration_first",
    ),
    "O4": Ending(Text("不予公开", "Refused"), ANSWERS, None, "reconsideration_first"),
    "O5": Ending(
        Text("经检索信息不存在", "Does not exist after search"),
        ANSWERS,
        "3.4.1",
        "reconsideration_or_lawsuit",
    ),
    "O6": Ending(Text("不属于本机关负责公开", "Another agency's"), ANSWERS, "3.4.1", "reconsideration_or_lawsuit"),
    "O7": Ending(
        Text("需另行制作、加工、分析", "Would have to be made"),
        article(38),
        "3.4.2",
        "reconsideration_or_lawsuit",
    ),
    "O8": Ending(
        Text("补正后仍不明确", "Still unclear after correction"),
        CORRECTION,
        "3.4.3",
        "reconsideration_or_lawsuit",
    ),
    "O9": Ending(Text("另有查询办法", "Special access regime"), ANSWERS, "3.3.8", "reconsideration_or_lawsuit"),
    "O10": Ending(
        Text("信访举报投诉", "Petition in disguise"),
        article(39),
        "3.5.1",
        "reconsideration_or_lawsuit",
    ),
    "O11": Ending(Text("重复申请", "Repeated"), ANSWERS, "3.5.2", "reconsideration_or_lawsuit"),
    "O12": Ending(Text("公开出版物", "Published works"), article(39), "3.5.3", "reconsideration_or_lawsuit"),
    "O13": Ending(Text("无正当理由大量反复申请", "Excessive"), EXCESSIVE, "3.5.4", "reconsideration_or_lawsuit"),
    "O14": Ending(
        Text("要求确认或重新出具已获取信息", "Asks to re-issue"),
        ANSWERS,
        "3.5.5",
        "reconsideration_or_lawsuit",
    ),
    "O15": Ending(Text("逾期不补正视为放弃", "Not corrected in time"), CORRECTION, "3.6.1", given=False),
    "O16": Ending(Text("逾期不缴费视为放弃", "Fee unpaid in time"), FEE_RULES, "3.6.2", given=False),
    "O17": Ending(Text("其他：撤回、合并等", "Other: withdrawn, merged"), KEEPING, "3.6.3", given=False),
}
GROUNDS: Final[Mapping[str, tuple[Text, str, Text]]] = {
    "state_secret": (Text("国家秘密", "State secret"), "3.3.1", article(14)),
    "forbidden_by_law": (Text("法律、行政法规禁止公开", "Forbidden by law"), "3.3.2", article(14)),
    "safety_and_stability": (Text("危及三安全一稳定", "Endangers security or stability"), "3.3.3", article(14)),
    "third_party": (Text("商业秘密、个人隐私", "A third party's secret or privacy"), "3.3.4", article(15)),
    "internal_affairs": (Text("内部事务信息", "Internal affairs"), "3.3.5", article(16)),
    "process_information": (Text("过程性信息", "Process information"), "3.3.6", article(16)),
    "enforcement_file": (Text("行政执法案卷信息", "Enforcement file"), "3.3.7", article(16)),
}
"""Why information is withheld: title, row of table 3, basis."""


WITHHOLDING: Final = ("O3", "O4")
"""The outcomes by which information is withheld, wholly or in part: those that have a ground."""


def row_of(outcome: str, ground: str | None) -> str:
    """The one row of table 3 in which a reply is counted."""
    row = OUTCOMES[outcome].row
    return GROUNDS[ground or ""][1] if row is None else row


REFUSALS: Final[Mapping[str, tuple[Text, Text]]] = {
    "no_such_unit": (Text("没有这个单位", "no such department"), CONTENT),
    "name_missing": (Text("申请须写明申请人姓名或名称", "an application names the applicant"), CONTENT),
    "identity_missing": (Text("申请须附身份证明", "an application carries proof of identity"), CONTENT),
    "contact_missing": (Text("申请须写明联系方式", "an application gives a way to reach the applicant"), CONTENT),
    "counter_of_another_unit": (
        Text(
            "经办人只登记本单位收到的申请，其他单位的由县政府办公室登记；以本人名义申请的，不用工作账号提交",
            "staff enter what came to their own unit, the county office what came to any; on one's own behalf one applies "
            "without a work account",
        ),
        CONTENT,
    ),
    "channel_of_staff": (
        Text(
            "网上提交的申请，渠道为互联网；其他渠道由经办人登记",
            "what is sent online came by internet; staff enter the rest",
        ),
        CONTENT,
    ),
    "time_not_yours": (
        Text("网上提交以系统收到的时间为准，不得自填发生时间", "what is sent online counts from when it arrives"),
        RECEIPT,
    ),
    "before_previous_step": (
        Text("发生时间早于上一办理环节", "it cannot have happened before the step it follows"),
        KEEPING,
    ),
    "already_received": (Text("已确认收到", "receipt is confirmed already"), RECEIPT),
    "not_received": (Text("尚未确认收到", "receipt is not confirmed yet"), RECEIPT),
    "evidence_of_another_channel": (
        Text("该渠道的收到日期不能这样证明", "the day of receipt of this channel is not proved that way"),
        RECEIPT,
    ),
    "confirmed_before_arrival": (Text("确认日不得早于到达日", "not confirmed before it arrived"), RECEIPT),
    "arrived_before_submission": (
        Text("到达日不得早于提交日", "it did not arrive before it was submitted"),
        RECEIPT,
    ),
    "already_registered": (Text("已登记", "registered already"), KEEPING),
    "not_registered": (Text("尚未登记", "not registered yet"), KEEPING),
    "closed": (Text("申请已办结", "the application is closed"), KEEPING),
    "not_answered": (Text("申请尚未答复", "not answered yet"), REMEDIES),
    "archived": (Text("申请已归档", "the application is archived"), KEEPING),
    "erased": (Text("申请人信息已删除", "the applicant's data were erased"), ERASURE),
    "correction_once": (Text("补正告知只能作出一次", "a correction is asked for once only"), CORRECTION),
    "correction_pending": (Text("正在等待申请人补正", "waiting for the applicant's correction"), CORRECTION),
    "correction_lapsed": (
        Text(
            "补正期限已过，申请已视为放弃", "the period for the correction is over; the application is deemed abandoned"
        ),
        CORRECTION,
    ),
    "no_correction_pending": (Text("没有等待补正的事项", "no correction is waited for"), CORRECTION),
    "consultation_unknown": (Text("没有这次征求意见或已结束", "no such consultation, or it is over"), THIRD_PARTY),
    "consultation_open": (Text("征求意见尚未结束", "a consultation is still open"), THIRD_PARTY),
    "extension_once": (Text("只能延期一次", "extended once only"), PERIOD),
    "extension_after_expiry": (Text("期限已过，不得再延期", "the limit has passed; no extension any more"), PERIOD),
    "extension_too_long": (Text("延长不得超过{most}个工作日", "an extension is at most {most} working days"), PERIOD),
    "extension_told": (Text("延期已告知申请人", "the applicant has been told"), PERIOD),
    "extension_untold": (
        Text("延期已批准而尚未告知申请人，须先告知", "an approved extension is told first"),
        PERIOD,
    ),
    "split_after_expiry": (
        Text(
            "答复期限已过，不得再拆分：本件只作一个主要答复",
            "the time for the reply is over; it is not split any more and has one principal outcome",
        ),
        PERIOD,
    ),
    "no_reasons_asked": (Text("未要求说明理由", "no reasons were asked for"), EXCESSIVE),
    "reasons_in_time": (
        Text(
            "说明理由的期限（{period}个工作日）未满，申请人还可以说明理由",
            "the period of {period} working days for the reasons is not over; the applicant may still give them",
        ),
        EXCESSIVE,
    ),
    "reasons_asked": (Text("已要求说明理由", "reasons were asked for already"), EXCESSIVE),
    "reasons_not_accepted": (
        Text("申请理由合理的，方可确定延迟答复的合理期限", "only for reasonable grounds is the period replaced"),
        EXCESSIVE,
    ),
    "period_shorter": (
        Text(
            "合理期限自收到申请之日起计算，其届满须晚于现答复期限",
            "the period is counted from receipt, and ends after the time for the reply as it stands",
        ),
        EXCESSIVE,
    ),
    "period_replaced": (Text("已确定合理期限", "the period has been replaced already"), EXCESSIVE),
    "fee_once": (Text("同一申请只能按一种方式收费一次", "one fee by one method for an application"), FEE_RULES),
    "fee_zero": (Text("按标准不收费", "by the tariff there is nothing to pay"), FEE_RULES),
    "fee_place": (
        Text(
            "该申请人本月向本单位提出的申请，本件至少是第{place}件",
            "this is at least number {place} of the applicant's in the month",
        ),
        FEE_RULES,
    ),
    "fee_pending": (Text("正在等待缴费", "waiting for the fee"), FEE_RULES),
    "fee_lapsed": (
        Text("缴费期限已过，申请已视为放弃", "the time to pay is over; the application is deemed abandoned"),
        FEE_RULES,
    ),
    "no_fee_pending": (Text("没有待缴的费用", "no fee is due"), FEE_RULES),
    "fee_not_in_full": (Text("应缴{amount}元", "{amount} yuan are due"), FEE_RULES),
    "outcome_by_clock": (
        Text("该情形由期限或其他办理自动形成", "this outcome follows from a clock or another step"),
        ANSWERS,
    ),
    "nothing_withheld": (
        Text(
            "此类答复不涉及不予公开，不填写不予公开的情形；有不宜公开的内容的，答复类型应为不予公开或区分处理",
            "nothing is withheld by this outcome, so it has no ground; where something is, it is refused or partly disclosed",
        ),
        ANSWERS,
    ),
    "outcome_needs": (Text("此类答复须写明{what}", "this outcome needs {what}"), ANSWERS),
    "remedy_first": (
        Text("不予公开的答复须告知先申请行政复议", "a refusal tells that reconsideration comes before a lawsuit"),
        RECONSIDERATION,
    ),
    "remedy_not_first": (
        Text(
            "此类答复不属于不予公开，不适用行政复议前置，可以直接起诉",
            "nothing is refused by this outcome, so reconsideration need not come before a lawsuit",
        ),
        RECONSIDERATION,
    ),
    "search_missing": (Text("答复信息不存在前须有检索记录", "a search is recorded before that answer"), ANSWERS),
    "search_found": (
        Text(
            "检索记录为已检索到信息，不得答复信息不存在", "the search on file found it; it cannot be said not to exist"
        ),
        ANSWERS,
    ),
    "reasons_accepted": (
        Text(
            "申请理由已认定合理，不得以无正当理由不予处理",
            "the applicant's reasons were found reasonable; it is not refused for want of them",
        ),
        EXCESSIVE,
    ),
    "earlier_not_answered": (
        Text("此前的申请须是已答复的另一件申请", "the earlier application is another one that has been answered"),
        ANSWERS,
    ),
    "earlier_of_another": (
        Text("此前的申请不是同一申请人提出的", "the earlier application is another applicant's"),
        ANSWERS,
    ),
    "correction_missing": (Text("未曾要求补正", "no correction was asked for"), CORRECTION),
    "reasons_awaited": (
        Text(
            "申请人的理由尚未记录：说明的理由不合理，或者逾期未说明理由的，方可不予处理",
            "the applicant's reasons are not on file yet: it is refused once they were found unreasonable, or none came in time",
        ),
        EXCESSIVE,
    ),
    "reasons_never_asked": (Text("未曾要求申请人说明理由", "the applicant was not asked for reasons"), EXCESSIVE),
    "consultation_missing": (
        Text(
            "以第三方权益为由不予公开前须征求第三方意见", "the third party is consulted before withholding for its sake"
        ),
        THIRD_PARTY,
    ),
    "third_party_agrees": (
        Text(
            "第三方均同意公开，不得以第三方权益为由不予公开",
            "every third party agrees; nothing is withheld for its sake",
        ),
        THIRD_PARTY,
    ),
    "third_party_objects": (
        Text(
            "第三方不同意公开：须写明公共利益理由，并书面告知第三方",
            "a third party objects: state the public interest, and tell it in writing",
        ),
        THIRD_PARTY,
    ),
    "on_the_spot": (
        Text("只有能够当场提供的信息才可当场答复", "only what can be given at once is answered on the spot"),
        PERIOD,
    ),
    "on_the_spot_later": (
        Text(
            "当场答复只在收到申请的当日；此后的答复须拟定、审核后发出",
            "on the spot is on the day of receipt; a later reply is drafted and reviewed",
        ),
        PERIOD,
    ),
    "on_the_spot_drafted": (
        Text(
            "已拟定过答复的，须经审核后发出，不得当场答复",
            "a reply that was drafted is sent after review, not given on the spot",
        ),
        PERIOD,
    ),
    "no_draft": (Text("没有待审核的答复", "no reply is waiting for review"), KEEPING),
    "not_reviewed": (Text("答复尚未审核", "the reply has not been reviewed"), KEEPING),
    "same_person": (
        Text("起草和审核须由不同的人办理", "drafting and reviewing are done by different persons"),
        KEEPING,
    ),
    "already_delivered": (Text("已记录送达", "delivery is recorded already"), KEEPING),
    "merge_with_itself": (Text("不能与本件合并", "it cannot be merged into itself"), KEEPING),
    "merge_target": (
        Text("只能并入同一申请人的在办申请", "only into an open application of the same applicant"),
        KEEPING,
    ),
    "record_correction_unknown": (Text("没有待决定的信息更正要求", "no correction of records is waiting"), OWN_RECORDS),
    "conversion_unknown": (Text("没有转为主动公开的建议", "no conversion was proposed"), CONVERSION),
    "conversion_accepted": (Text("已转为主动公开", "converted already"), CONVERSION),
    "conversion_of_disclosed": (
        Text(
            "只有依申请予以公开的信息才可转为主动公开；已主动公开的不再转",
            "only what was disclosed on application can become active disclosure; what is public already cannot",
        ),
        CONVERSION,
    ),
    "letter_issued": (Text("该文书已出具", "that letter has been issued"), KEEPING),
    "letter_too_early": (
        Text(
            "登记后方可出具回执；未答复而办结的方可告知结案",
            "a receipt is for what is registered, closure for what ended",
        ),
        KEEPING,
    ),
    "reconsideration_first": (
        Text("对不予公开不服的，须先申请行政复议", "against a refusal, reconsideration comes first"),
        RECONSIDERATION,
    ),
    "reconsideration_pending": (Text("行政复议尚未审结", "reconsideration is under way"), REMEDIES),
    "no_reconsideration": (Text("没有进行中的行政复议", "no reconsideration is under way"), REMEDIES),
    "lawsuit_pending": (Text("行政诉讼尚未审结", "a lawsuit is under way"), REMEDIES),
    "no_lawsuit": (Text("没有进行中的行政诉讼", "no lawsuit is under way"), REMEDIES),
    "fault_known": (Text("该程序问题已记录", "this fault is recorded already"), ANSWERS),
    "fault_without_occasion": (
        Text(
            "本件没有办理该程序问题所涉的环节（补正告知、延期，或相应的答复）",
            "the file has not come to the step of that fault: a correction asked for, an extension, or such a reply",
        ),
        KEEPING,
    ),
    "still_open": (Text("申请尚在办理，不得归档", "still open, not to be archived"), KEEPING),
    "already_erased": (Text("申请人信息已删除", "the applicant's data have been erased"), ERASURE),
}
"""Why a command is refused: the code's last part -> (what is wrong, on which basis)."""

REDRAFT: Final = Text(
    "{why}；拟稿后案卷有变化，请重新拟定答复再送审",
    "{why}; the file has changed since the draft: draft the reply again",
)
"""A refusal of what was drafted before the file changed, and the way out."""

refusal: Final = Refusals("application", REFUSALS)
