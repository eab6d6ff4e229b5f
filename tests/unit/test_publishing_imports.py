"""Rows of old lists of articles, columns, documents and interpretations: what they leave, and where they are refused."""

from datetime import date
from typing import Any

import pytest

from services.publishing.article_events import InfoPublished, SecrecyReviewed
from services.publishing.article_import import ARTICLES_IMPORT
from services.publishing.column_events import ColumnOpened
from services.publishing.column_import import COLUMNS_IMPORT
from services.publishing.document_events import DocumentIssued
from services.publishing.document_import import DOCUMENTS_IMPORT
from services.publishing.document_state import Document
from services.publishing.finding_import import FINDINGS_IMPORT
from services.publishing.interpretation_events import InterpretationCompleted, InterpretationPublished
from services.publishing.interpretation_import import INTERPRETATIONS_IMPORT
from shared.domain.kind import CaseView, RuleBroken
from shared.imports.old_case import Importer
from tests.unit.old_rows import played, refused, steps, told

W = "W2025-000001"
REVIEWED = ("InfoSubmitted", "ReviewApproved", "ReviewApproved", "ReviewApproved", "SecrecyReviewed", "ReviewApproved")
UNDATED = dict.fromkeys(("一审日期", "二审日期", "三审日期", "保密审查日期", "核发日期", "发布日"), "")


def only(importer: Importer, event: type[Any], **cells: str) -> Any:
    (found,) = [one for one, _ in played(importer, **cells) if isinstance(one, event)]
    return found


def interpreted(document: Document | None = None, **cells: str) -> list[tuple[Any, str]]:
    state = document or Document(status="issued", department="education", issued=date(2025, 3, 5), title="v:title")
    cases = {W: CaseView(W, "document", 5, state)}
    return played(INTERPRETATIONS_IMPORT, {"被解读的公文": W}, cases, **cells)


@pytest.mark.parametrize(("importer", "column"), [(ARTICLES_IMPORT, "标题"), (DOCUMENTS_IMPORT, "公文标题")])
@pytest.mark.parametrize("between", ["\n", "\r\n", "\t", "\u2028"])
def test_a_title_that_an_old_list_breaks_into_lines_is_one_line(importer: Importer, column: str, between: str) -> None:
    assert steps(importer, **{column: f"关于招生{between}的通知"})[0].command.title == "关于招生 的通知"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("importer", "column"), [(COLUMNS_IMPORT, "栏目名称"), (DOCUMENTS_IMPORT, "发文字号"), (FINDINGS_IMPORT, "网址")]
)
def test_any_other_cell_of_one_line_is_refused_by_its_column(importer: Importer, column: str) -> None:
    at, why = refused(importer, **{column: "甲\n乙"})
    assert at == column
    assert "一行" in why


# -- articles ----------------------------------------------------------------------------------------------------------


def test_a_published_item_passed_every_stage_on_its_day() -> None:
    found = told(played(ARTICLES_IMPORT, 一审日期="2025-03-04", 三审日期="2025-03-05", 二审日期="", 保密审查日期=""))
    assert found == [
        ("InfoDrafted", "2025-03-03"),
        ("InfoSubmitted", "2025-03-04"),
        ("ReviewApproved", "2025-03-04"),
        ("ReviewApproved", "2025-03-05"),
        ("ReviewApproved", "2025-03-05"),
        ("SecrecyReviewed", "2025-03-06"),
        ("ReviewApproved", "2025-03-06"),
        ("InfoReleased", "2025-03-06"),
        ("InfoPublished", "2025-03-06"),
    ]


def test_an_item_published_late_or_never_was_overdue() -> None:
    late = {**UNDATED, "发布日": "2025-06-20"}
    assert ("PublicationOverdue", "2025-04-01") in told(played(ARTICLES_IMPORT, **late))
    assert only(ARTICLES_IMPORT, InfoPublished, **late).met is False
    assert [name for name, _ in told(played(ARTICLES_IMPORT, **UNDATED))] == ["InfoDrafted", "PublicationOverdue"]


def test_an_item_under_way_has_come_as_far_as_it_is_dated() -> None:
    found = [
        name
        for name, _ in told(
            played(ARTICLES_IMPORT, **{**UNDATED, "二审日期": "2026-06-01"}, 形成或变更日期="2026-06-01")
        )
    ]
    assert found == ["InfoDrafted", "InfoSubmitted", "ReviewApproved", "ReviewApproved"]


def test_a_sensitive_item_passed_two_leaders() -> None:
    events = played(ARTICLES_IMPORT, 敏感="重大突发")
    assert [getattr(e, "stage") for e, _ in events if hasattr(e, "stage")] == [  # noqa: B009
        "first",
        "second",
        "third",
        "secrecy",
        "leader_in_charge",
        "chief_leader",
    ]


def test_what_was_not_open_ends_with_its_ground_and_has_no_publication() -> None:
    closed = {**UNDATED, "保密审查日期": "2025-03-05", "保密审查结果": "不公开", "不公开理由": "过程性信息"}
    reviewed = only(ARTICLES_IMPORT, SecrecyReviewed, **closed)
    assert (reviewed.result, reviewed.ground) == ("not_open", "process_information")
    assert refused(ARTICLES_IMPORT, **{**closed, "发布日": "2025-03-06"})[0] == "发布日"
    with pytest.raises(RuleBroken) as caught:
        played(ARTICLES_IMPORT, **{**closed, "不公开理由": ""})
    assert ARTICLES_IMPORT.column_of[caught.value.field or ""] == "不公开理由"


def test_a_time_shown_earlier_than_it_was_published_is_flagged_with_its_reason_or_its_want() -> None:
    """domain.md, article: a claimed publication time never before the recorded time without a flagged reason."""
    as_shown = only(ARTICLES_IMPORT, InfoPublished)
    assert (as_shown.claimed_earlier, as_shown.flags) == (False, ())
    explained = only(ARTICLES_IMPORT, InfoPublished, 标注的发布时间="2025-03-01", 标注较早的原因="网站迁移")
    assert (explained.claimed_earlier, explained.claimed_reason) == (True, "v:claimed_reason")
    assert explained.flags == ("claimed_earlier",)
    unexplained = only(ARTICLES_IMPORT, InfoPublished, 标注的发布时间="2025-03-01")
    assert (unexplained.claimed_earlier, unexplained.flags) == (True, ("claimed_earlier", "unexplained"))
    assert refused(ARTICLES_IMPORT, 标注较早的原因="网站迁移")[0] == "标注的发布时间"


def test_warnings_of_old_texts_do_not_stand_in_their_way() -> None:
    (drafted, _), *_ = played(ARTICLES_IMPORT, 正文="联系人王某，电话 13812345678。")
    assert getattr(drafted, "hits")  # noqa: B009
    assert told(played(ARTICLES_IMPORT, 正文="联系人王某，电话 13812345678。"))[-1][0] == "InfoPublished"


def test_a_withdrawn_item_is_archived_after_it() -> None:
    cells = {"撤下日期": "2025-05-06", "撤下情形": "已被替代", "归档日期": "2025-06-03", "保管期限": "10年"}
    found = told(played(ARTICLES_IMPORT, **cells))
    assert found[-2:] == [("InfoWithdrawn", "2025-05-06"), ("RecordArchived", "2025-06-03")]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"一审日期": "2025-03-01"}, "一审日期"),
        ({"发布日": "2025-03-05", "核发日期": "2025-03-06"}, "发布日"),
        ({"保密审查结果": "待定"}, "保密审查结果"),
        ({"栏目": "长" * 41}, "栏目"),
        ({"撤下日期": "2025-03-01", "撤下情形": "错误"}, "撤下日期"),
        ({"撤下日期": "2025-04-01"}, "撤下情形"),
        ({"归档日期": "2025-04-01"}, "保管期限"),
        ({"保管期限": "10年"}, "归档日期"),
    ],
)
def test_a_bad_article_is_refused_at_its_column(cells: dict[str, str], column: str) -> None:
    assert refused(ARTICLES_IMPORT, **cells)[0] == column


# -- columns -----------------------------------------------------------------------------------------------------------


def test_a_column_begins_with_its_last_update_and_is_judged_from_there() -> None:
    found = told(played(COLUMNS_IMPORT, 开设日期="2020-01-02", 上次更新="2026-06-10"))
    assert found == [("ColumnOpened", "2026-06-10"), ("ColumnUpdated", "2026-06-10")]
    lapsed = told(played(COLUMNS_IMPORT, 上次更新="2026-05-20"))
    assert lapsed[2:] == [("ColumnStale", "2026-06-04")]
    assert only(COLUMNS_IMPORT, ColumnOpened, 栏目类型="首页", 上次更新="2026-06-10").kind == "home_page"


def test_a_closed_column_is_closed_on_its_day() -> None:
    cells = {"上次更新": "2025-12-25", "关闭日期": "2025-12-31", "关闭情形": "撤销"}
    assert told(played(COLUMNS_IMPORT, **cells))[-1] == ("ColumnClosed", "2025-12-31")
    assert refused(COLUMNS_IMPORT, **{**cells, "关闭日期": "2025-12-01"})[0] == "关闭日期"
    assert refused(COLUMNS_IMPORT, **{**cells, "关闭情形": ""})[0] == "关闭情形"


# -- documents ---------------------------------------------------------------------------------------------------------


def test_an_issued_document_was_reviewed_and_determined() -> None:
    assert told(played(DOCUMENTS_IMPORT)) == [
        ("DocumentSubmitted", "2025-03-03"),
        ("AttributeProposed", "2025-03-03"),
        ("AttributeReviewed", "2025-03-05"),
        ("AttributeDetermined", "2025-03-05"),
        ("DocumentIssued", "2025-03-05"),
    ]
    issued = only(DOCUMENTS_IMPORT, DocumentIssued, 规范性文件="是")
    assert (issued.attribute, issued.normative, issued.in_force) == ("active", True, True)
    assert issued.document_number == "罗教发〔2025〕8号"


def test_a_document_that_was_returned_came_without_what_it_lacked() -> None:
    found = told(played(DOCUMENTS_IMPORT, 退文日期="2025-03-04", 退文情形="未明确公开属性"))
    assert [name for name, _ in found[:4]] == [
        "DocumentSubmitted",
        "DocumentReturned",
        "DocumentResubmitted",
        "AttributeProposed",
    ]
    withheld = {"公开属性": "不予公开", "不予公开的法定理由": "行政执法案卷信息"}
    again = told(played(DOCUMENTS_IMPORT, **withheld, 退文日期="2025-03-04", 退文情形="不予公开无理由"))
    assert [name for name, _ in again[1:3]] == ["AttributeProposed", "DocumentReturned"]


def test_a_policy_that_was_withheld_was_confirmed() -> None:
    withheld = {"公开属性": "不予公开", "不予公开的法定理由": "行政执法案卷信息", "属于政策解读范围": "是"}
    assert "NonDisclosureConfirmed" in [name for name, _ in told(played(DOCUMENTS_IMPORT, **withheld))]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"公文种类": "公告"}, "公文种类"),
        ({"公开属性": ""}, "公开属性"),
        ({"发文字号": ""}, "发文字号"),
        ({"印发日期": ""}, "印发日期"),
        ({"印发日期": "2025-03-01"}, "印发日期"),
        ({"核定日期": "2025-03-06"}, "印发日期"),
        ({"规范性文件": "也许"}, "规范性文件"),
        ({"退文日期": "2025-03-04"}, "退文情形"),
        ({"废止日期": "2025-03-01"}, "废止日期"),
        ({"联合制发单位": "、".join(f"单位{n}" for n in range(21))}, "联合制发单位"),
    ],
)
def test_a_bad_document_is_refused_at_its_column(cells: dict[str, str], column: str) -> None:
    assert refused(DOCUMENTS_IMPORT, **cells)[0] == column


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"公开属性": "不予公开"}, "不予公开的法定理由"),
        ({"公开属性": "不予公开", "不予公开的法定理由": "国家秘密"}, "不予公开的法定理由"),
        ({"不予公开的法定理由": "行政执法案卷信息"}, "不予公开的法定理由"),
        ({"公文种类": "简报（非公文）", "规范性文件": "是"}, "规范性文件"),
        ({"公文种类": "简报（非公文）", "属于政策解读范围": "是"}, "属于政策解读范围"),
    ],
)
def test_a_rule_about_documents_names_the_column_that_breaks_it(cells: dict[str, str], column: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        played(DOCUMENTS_IMPORT, **cells)
    of = DOCUMENTS_IMPORT.column_of
    assert (of.get(caught.value.code) or of.get(caught.value.field or "")) == column


# -- interpretations ---------------------------------------------------------------------------------------------------


def test_an_interpretation_is_judged_from_the_issue_of_its_document() -> None:
    found = interpreted(解读形式="政策问答、图表图解", 不适用的要素="新旧政策差异")
    assert [name for name, _ in told(found)] == [
        "InterpretationRequired",
        "PlanFiled",
        "MaterialSubmitted",
        "InterpretationSigned",
        "InterpretationPublished",
        "InterpretationLinked",
        "InterpretationCompleted",
    ]
    (published,) = [e for e, _ in found if isinstance(e, InterpretationPublished)]
    assert (published.forms, published.not_applicable) == (("qa", "pictures"), ("differences",))
    (completed,) = [e for e, _ in found if isinstance(e, InterpretationCompleted)]
    assert (completed.due.isoformat(), completed.met) == ("2025-03-10", True)
    late = interpreted(互链日期="2025-04-01")
    assert ("InterpretationOverdue", "2025-03-11") in told(late)


def test_an_interpretation_that_was_waived_has_no_verdict() -> None:
    cells = {"解读形式": "", "发布日期": "", "互链日期": "", "豁免日期": "2025-03-06", "豁免情形": "上级已解读"}
    assert told(interpreted(**cells))[-1] == ("InterpretationWaived", "2025-03-06")


def test_an_interpretation_needs_its_document() -> None:
    assert refused(INTERPRETATIONS_IMPORT) == ("被解读的公文", "没有这件公文；请先导入公文")
    with pytest.raises(RuleBroken) as caught:
        interpreted(Document(status="proposed", department="education"))
    assert INTERPRETATIONS_IMPORT.column_of[caught.value.code] == "被解读的公文"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"解读形式": "口头"}, "解读形式"),
        ({"解读形式": ""}, "解读形式"),
        ({"发布日期": "2025-03-04"}, "发布日期"),
        ({"互链日期": "2025-03-06"}, "互链日期"),
        ({"发布日期": ""}, "发布日期"),
        ({"不适用的要素": "摘要"}, "不适用的要素"),
        ({"豁免日期": "2025-03-06", "豁免情形": "其他"}, "豁免日期"),
    ],
)
def test_a_bad_interpretation_is_refused_at_its_column(cells: dict[str, str], column: str) -> None:
    assert refused(INTERPRETATIONS_IMPORT, **cells)[0] == column


# -- findings ----------------------------------------------------------------------------------------------------------


def test_a_finding_goes_from_the_patrol_to_its_clearing() -> None:
    assert told(played(FINDINGS_IMPORT)) == [
        ("PatrolRecorded", "2025-03-03"),
        ("DefectFound", "2025-03-03"),
        ("DefectAccepted", "2025-03-05"),
        ("DefectConfirmed", "2025-03-06"),
        ("DefectFixed", "2025-03-18"),
        ("DefectCleared", "2025-03-19"),
    ]
    late = told(
        played(
            FINDINGS_IMPORT,
            认可日期="",
            认定日期="2025-03-20",
            整改期限="2025-03-25",
            整改日期="2025-04-10",
            核销日期="2025-04-11",
        )
    )
    assert ("DisputeLapsed", "2025-03-11") in late
    assert ("FixOverdue", "2025-03-26") in late


def test_a_patrol_that_found_nothing_says_only_that() -> None:
    empty = dict.fromkeys(
        ("问题类别", "问题原因", "严重程度", "网址", "认可日期", "认定日期", "整改期限", "整改日期", "核销日期"), ""
    )
    assert told(played(FINDINGS_IMPORT, 未发现问题="是", **empty)) == [("PatrolRecorded", "2025-03-03")]
    assert refused(FINDINGS_IMPORT, 未发现问题="是")[0] == "问题类别"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"问题原因": ""}, "问题原因"),
        ({"网址": ""}, "网址"),
        ({"整改期限": "2025-13-01"}, "整改期限"),
        ({"整改期限": ""}, "整改期限"),
        ({"认定日期": ""}, "认定日期"),
        ({"整改日期": ""}, "整改日期"),
        ({"整改日期": "2025-03-05"}, "整改日期"),
        ({"不成立日期": "2025-03-06", "不成立情形": "证据不足"}, "不成立日期"),
    ],
)
def test_a_bad_finding_is_refused_at_its_column(cells: dict[str, str], column: str) -> None:
    assert refused(FINDINGS_IMPORT, **cells)[0] == column


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"问题原因": "错链、断链"}, "问题原因"),
        ({"一票否决情形": "泄密"}, "一票否决情形"),
        ({"认可日期": ""}, "认定日期"),
        ({"整改期限": "2025-03-06"}, "整改期限"),
    ],
)
def test_a_rule_about_findings_names_the_column_that_breaks_it(cells: dict[str, str], column: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        played(FINDINGS_IMPORT, **cells)
    of = FINDINGS_IMPORT.column_of
    assert (of.get(caught.value.code) or of.get(caught.value.field or "")) == column
