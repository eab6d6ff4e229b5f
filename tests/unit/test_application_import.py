"""Rows of an old list of applications (依申请公开台账): the events they leave, and the columns at which they are refused."""

from typing import Any

import pytest

from services.requests.application_events import FeePaid, ReconsiderationDecided, ReplySent, RequestReceived
from services.requests.application_import import APPLICATIONS_IMPORT
from shared.domain.kind import RuleBroken
from tests.unit.old_rows import played, refused, told

OPEN = {"答复日": "", "答复类型": "", "获取方式和途径": ""}


def left(**cells: str) -> list[tuple[str, str]]:
    return told(played(APPLICATIONS_IMPORT, **cells))


def only(event: type[Any], **cells: str) -> Any:
    (found,) = [one for one, _ in played(APPLICATIONS_IMPORT, **cells) if isinstance(one, event)]
    return found


def test_an_answered_application_goes_the_whole_way_on_its_days() -> None:
    assert left(提交日期="2025-02-28", 收到日期="2025-03-03", 答复日="2025-03-20") == [
        ("ApplicationSubmitted", "2025-02-28"),
        ("RequestReceived", "2025-03-03"),
        ("ApplicationRegistered", "2025-03-03"),
        ("ReplyDrafted", "2025-03-20"),
        ("ReplyReviewed", "2025-03-20"),
        ("ReplySent", "2025-03-20"),
    ]
    sent = only(ReplySent, 申请人类别="商业企业")
    assert (sent.outcome, sent.row, sent.applicant_class, sent.met) == ("O2", "3.1", "business", True)


def test_what_is_handed_in_is_received_by_being_handed_in() -> None:
    received = only(RequestReceived, 提交渠道="当面提交")
    assert (received.channel, received.evidence) == ("in_person", "handed_in")
    assert refused(APPLICATIONS_IMPORT, 提交渠道="当面提交", 提交日期="2025-02-28")[0] == "收到日期"


def test_a_late_reply_finds_the_miss_in_its_place() -> None:
    found = left(答复日="2025-06-20")
    assert ("ReplyOverdue", "2025-04-01") in found
    assert [name for name, _ in found][-4:] == ["ReplyOverdue", "ReplyDrafted", "ReplyReviewed", "ReplySent"]
    assert only(ReplySent, 答复日="2025-06-20").met is False


def test_an_unanswered_application_is_open_and_overdue_by_now() -> None:
    assert [name for name, _ in left(**OPEN)] == [
        "ApplicationSubmitted",
        "RequestReceived",
        "ApplicationRegistered",
        "ReplyOverdue",
    ]


def test_a_correction_starts_the_time_anew_and_one_that_never_came_ends_it() -> None:
    corrected = {"补正告知日期": "2025-03-10", "收到补正日期": "2025-03-25", "答复日": "2025-04-20"}
    assert only(ReplySent, **corrected).met is True
    assert only(ReplySent, 答复日="2025-04-20").met is False
    abandoned = left(**OPEN, 补正告知日期="2025-03-10")
    assert [name for name, _ in abandoned][-2:] == ["CorrectionRequested", "ApplicationDeemedAbandoned"]


def test_consultation_extension_and_fee_move_the_time_as_they_did() -> None:
    consulted = {"征求意见日期": "2025-03-10", "征求对象": "第三方", "征求意见答复日期": "2025-03-25", "同意公开": "是"}
    assert only(ReplySent, **consulted, 答复日="2025-04-10").met is True
    assert only(ReplySent, 延期告知日期="2025-03-20", 答复日="2025-04-25").met is True
    assert only(ReplySent, 延期告知日期="2025-03-20", **{"延期（工作日）": "5"}, 答复日="2025-04-25").met is False
    fee = {"收费通知日期": "2025-03-10", "计收方式": "按量", "计收数量": "50", "缴费日期": "2025-03-20"}
    assert only(FeePaid, **fee, 答复日="2025-04-10").amount == 200
    assert only(ReplySent, **fee, 答复日="2025-04-10").met is True


def test_remedies_follow_the_reply() -> None:
    cells = {
        "答复类型": "O4 不予公开",
        "不予公开的情形": "过程性信息",
        "理由": "属于讨论记录",
        "救济途径": "先申请行政复议",
        "复议受理日期": "2025-04-10",
        "复议决定日期": "2025-05-20",
        "复议结果": "纠正",
    }
    assert left(**cells)[-2:] == [("ReconsiderationFiled", "2025-04-10"), ("ReconsiderationDecided", "2025-05-20")]
    assert only(ReconsiderationDecided, **cells).result == "corrected"


def test_a_withdrawn_application_ends_without_a_reply() -> None:
    assert left(**OPEN, 撤回日期="2025-03-10")[-1] == ("ApplicationWithdrawn", "2025-03-10")
    assert refused(APPLICATIONS_IMPORT, 撤回日期="2025-03-25")[0] == "撤回日期"


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"答复日": "2025-03-01"}, "答复日", "早于收到日期"),
        ({"收到日期": "2025-03-01", "提交日期": "2025-03-02"}, "收到日期", "早于提交日期"),
        ({"答复类型": "O99"}, "答复类型", "没有这一项"),
        ({"答复类型": ""}, "答复类型", "缺少"),
        ({"答复类型": "O15"}, "答复类型", "没有这一项"),
        ({"答复日": ""}, "答复日", "须填写答复日"),
        ({"提交渠道": "微信"}, "提交渠道", "没有这一项"),
        ({"申请人类别": "政府"}, "申请人类别", "没有这一项"),
        ({"申请事项": "长" * 201}, "申请事项", "不超过 200 字"),
        ({"收到补正日期": "2025-03-10"}, "补正告知日期", "须填写补正告知日期"),
        ({"补正告知日期": "2025-03-12", "收到补正日期": "2025-03-10"}, "收到补正日期", "早于补正告知日期"),
        ({"补正告知日期": "2025-03-25", "收到补正日期": "2025-03-26"}, "答复日", "早于收到补正日期"),
        ({"征求意见日期": "2025-03-10"}, "征求对象", "缺少"),
        ({"延期（工作日）": "5"}, "延期告知日期", "缺少"),
        ({"延期告知日期": "2025-03-20", "延期（工作日）": "很多"}, "延期（工作日）", "不能这样填写"),
        ({"收费通知日期": "2025-03-10", "计收方式": "按量"}, "计收数量", "缺少"),
        ({"复议结果": "维持"}, "复议决定日期", "须填写"),
    ],
)
def test_a_bad_row_is_refused_at_its_column(cells: dict[str, str], column: str, words: str) -> None:
    found, reason = refused(APPLICATIONS_IMPORT, **cells)
    assert found == column
    assert words in reason


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"答复类型": "O4", "理由": "过程稿", "救济途径": "先申请行政复议"}, "不予公开的情形"),
        ({"答复类型": "O4", "不予公开的情形": "过程性信息", "救济途径": "先申请行政复议"}, "理由"),
        ({"答复类型": "O4", "不予公开的情形": "过程性信息", "理由": "过程稿"}, "救济途径"),
        (
            {"答复类型": "O4", "不予公开的情形": "过程性信息", "理由": "稿", "救济途径": "行政复议或行政诉讼"},
            "救济途径",
        ),
        ({"获取方式和途径": ""}, "获取方式和途径"),
        ({"答复类型": "O11"}, "此前的申请"),
        ({"延期告知日期": "2025-05-20", "答复日": "2025-05-30"}, "延期告知日期"),
        ({**OPEN, "复议受理日期": "2025-03-10"}, "复议受理日期"),
    ],
)
def test_a_rule_names_the_column_that_breaks_it(cells: dict[str, str], column: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        played(APPLICATIONS_IMPORT, **cells)
    of = APPLICATIONS_IMPORT.column_of
    assert (of.get(caught.value.code) or of.get(caught.value.field or "")) == column


@pytest.mark.parametrize(
    ("late", "column"),
    [
        (
            {"收费通知日期": "2025-03-10", "计收方式": "按量", "计收数量": "50", "缴费日期": "2025-05-20"},
            "缴费日期",
        ),
        ({"补正告知日期": "2025-03-10", "收到补正日期": "2025-05-20"}, "收到补正日期"),
    ],
)
@pytest.mark.parametrize("ending", [OPEN, {"答复日": "2025-06-10"}], ids=["no reply", "reply"])
def test_what_came_after_its_time_is_the_column_at_fault_and_not_the_reply(
    late: dict[str, str], column: str, ending: dict[str, str]
) -> None:
    with pytest.raises(RuleBroken) as caught:
        played(APPLICATIONS_IMPORT, **{**late, **ending})
    assert APPLICATIONS_IMPORT.column_of[caught.value.code] == column
    assert "期限已过" in caught.value.message.zh
