"""A holiday notice as a file, and what is said of a wrong one."""

from datetime import date

import pytest

from shared.domain.localtime import DateProblem
from shared.domain.notice import read_notice
from shared.domain.workdays import Notice

GOOD: dict[str, object] = {
    "year": 2027,
    "notice": "国办发明电〔2026〕9号",
    "published": "2026-11-05",
    "holidays": ["2027-01-01", "2027/2/5", "2026-12-31"],
    "makeup_workdays": ["2026年12月27日"],
}


def test_a_notice_is_read_whole() -> None:
    assert read_notice(GOOD) == Notice(
        2027,
        "国办发明电〔2026〕9号",
        date(2026, 11, 5),
        frozenset({date(2027, 1, 1), date(2027, 2, 5), date(2026, 12, 31)}),
        frozenset({date(2026, 12, 27)}),
    )


def test_number_and_date_of_a_notice_may_be_unknown() -> None:
    notice = read_notice(GOOD | {"notice": None, "published": None})
    assert (notice.notice, notice.published) == ("", None)


def test_an_amending_local_notice_is_read_with_what_it_takes_back() -> None:
    notice = read_notice(
        GOOD
        | {"holidays": [], "makeup_workdays": ["2027-03-03"], "removed": ["2027-02-05"], "amends": True, "local": True}
    )
    assert notice.amends
    assert notice.local
    assert notice.removed == {date(2027, 2, 5)}
    assert notice.makeup_workdays == {date(2027, 3, 3)}


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"year": "2027"}, "year：应为", "year: must be a year"),
        ({"year": True}, "year：应为", "year: must be a year"),
        ({"year": 1990}, "year：应为", "year: must be a year"),
        ({"notice": 7}, "notice：应为文号", "notice: must be the document number"),
        ({"published": "2026-02-30"}, "published：没有这一天", "published: no such day"),
        ({"published": 20261105}, "published：应为日期", "published: must be a date"),
        ({"holidays": "2027-01-01"}, "holidays：应为日期的列表", "holidays: must be a list"),
        ({"holidays": []}, "holidays：全年通知不能没有放假日", "holidays: a year's notice has holidays"),
        ({"holidays": ["2027-01-01", "soon"]}, "holidays[1]：“soon”不是日期", "holidays[1]: “soon” is no date"),
        ({"holidays": ["2027-01-01", 5]}, "holidays[1]：应为日期", "holidays[1]: must be a date"),
        ({"holidays": ["2072-01-01"]}, "holidays[0]：2072-01-01 不属于 2027 年", "holidays[0]: 2072-01-01 is not of"),
        ({"holidays": ["2026-11-30"]}, "holidays[0]：2026-11-30 不属于", "holidays[0]: 2026-11-30 is not of"),
        (
            {"holidays": ["2027-01-01", "2027/1/1"]},
            "holidays[1]：2027-01-01 重复",
            "holidays[1]: 2027-01-01 is named twice",
        ),
        (
            {"makeup_workdays": ["2027-01-04"]},
            "makeup_workdays：2027-01-04 是周一至周五",
            "makeup_workdays: 2027-01-04 is Mon",
        ),
        (
            {"holidays": ["2027-01-02"], "makeup_workdays": ["2027-01-02"]},
            "makeup_workdays：2027-01-02 又列于 holidays",
            "makeup_workdays: 2027-01-02 stands in holidays too",
        ),
        ({"removed": ["2027-02-06"]}, "removed：只有调整通知", "removed: only a notice that amends"),
        ({"local": "yes"}, "local：应为 true 或 false", "local: must be true or false"),
        ({"amends": 1}, "amends：应为 true 或 false", "amends: must be true or false"),
        ({"holiday": []}, "holiday：放假通知没有这一项", "holiday: a holiday notice has no such field"),
    ],
)
def test_a_wrong_notice_is_refused_by_field(change: dict[str, object], zh: str, en: str) -> None:
    with pytest.raises(DateProblem) as refused:
        read_notice(GOOD | change)
    assert refused.value.text.zh.startswith(zh)
    assert refused.value.text.en.startswith(en)


@pytest.mark.parametrize("field", ["year", "holidays", "makeup_workdays"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(DateProblem, match=f"{field}: is missing"):
        read_notice({key: value for key, value in GOOD.items() if key != field})
