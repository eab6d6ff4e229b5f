"""The numbers that the words of an annual report quote, compared with its tables."""

import pytest

from services.assessment.annual_report import ADDRESSES
from services.assessment.annual_report_prose import QUOTABLE, quoted, with_prose
from tests.unit.annual_report_world import counted


def said(text: str) -> list[tuple[int, int | None]]:
    """(what the words say, what the tables say)."""
    return [(one.said, one.value) for one in quoted({"overview": text}, counted())]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("本年新收政府信息公开申请2件", [(2, 2)]),
        ("新收申请 3 件，上年结转0件。", [(3, 2), (0, 0)]),
        ("其中予以公开1件、部分公开0件、不予公开0件", [(1, 1), (0, 0), (0, 0)]),
        ("结转下年度继续办理２件", [(2, 1)]),
        ("新收政府信息公开申请1,002件", [(1002, 2)]),
        ("共办结：1件", [(1, 1)]),
        ("行政许可处理决定12件，行政处罚决定0件", [(12, 12), (0, 0)]),
        ("行政强制决定0件", [(0, None)]),
        ("发出收费通知1件", [(1, 1)]),
        ("制发行政规范性文件1件", [(1, 1)]),
        ("行政复议0件，行政诉讼1件", [(0, 0), (1, 0)]),
        ("全年共收到政府信息公开申请999件", [(999, 2)]),
        ("受理政府信息公开申请2件，办理行政许可12件，行政处罚999件", [(2, 2), (12, 12), (999, 0)]),
        ("行政复议0件，其中结果维持0件、结果纠正44件。", [(0, 0), (0, 0), (44, 0)]),
        ("行政诉讼1件，结果纠正44件；结果纠正3件", [(1, 0), (44, 0), (3, 0)]),
        ("结果纠正0件", [(0, 0)]),
        # What is no number of the tables is not compared.
        ("公开行政许可、行政处罚等信息120条", []),
        ("行政复议纠正1件", []),
        ("上年收到政府信息公开申请5件，去年新收到申请5件，不予受理申请1件", []),
        ("公开行政许可120条，公示行政处罚30条，受理行政许可申请50件，行政强制申请2件", []),
        ("收到群众来信30件，受理投诉5件", []),
        ("依据《条例》第三十三条，主动公开信息3000条", []),
        ("予以公开的信息须经审查。2026年共3件", []),
    ],
)
def test_a_number_that_the_words_quote_is_found_with_that_of_the_tables(
    text: str, found: list[tuple[int, int | None]]
) -> None:
    assert sorted(said(text), key=str) == sorted(found, key=str)


def test_every_cell_that_words_can_quote_is_one_of_the_form() -> None:
    assert {cell for _, cells in QUOTABLE for cell in cells} <= set(ADDRESSES)
    assert all(cells for _, cells in QUOTABLE)


def test_the_check_fails_with_a_wrong_number_and_one_that_was_not_entered_and_says_where() -> None:
    prose = {"overview": "新收政府信息公开申请2件", "problems": None, "other": "行政强制决定0件"}
    (check,) = [one for one in with_prose(counted(), prose)["checks"] if one["check"] == "f"]
    assert not check["holds"]
    assert [(one["section"], one["said"], one["value"]) for one in check["quoted"]] == [
        ("overview", 2, 2),
        ("other", 0, None),
    ]
    right = with_prose(counted(), {**prose, "other": None})
    assert all(one["holds"] for one in right["checks"])
    assert [one["check"] for one in right["checks"]] == ["a", "b", "c", "d", "e", "f"]
