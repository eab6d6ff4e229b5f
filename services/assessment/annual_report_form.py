"""The official form of the annual report (国办公开办函〔2021〕30号): its tables as grids of boxes, its heads and notes in words. Pure.

The form is Chinese only, whatever the language of the reader.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from services.assessment.annual_report import COLUMNS, DISCLOSURE, ENTRIES, GROUPS, REVIEW_COLUMNS
from services.assessment.annual_report_rules import SECTIONS
from shared.domain.localtime import SHANGHAI

NOT_ENTERED: Final = "未填报"
NOT_WRITTEN: Final = "（未填写）"
IDENTITY_A: Final = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
NUMERALS: Final = "一二三四五六"
CHECKS: Final[Mapping[str, str]] = {
    "a": "第一项加第二项之和，等于第三项（七）总计加第四项之和",
    "b": "第三项（七）总计等于各办理结果之和",
    "c": "各行总计等于六类申请人之和",
    "d": "表四各组总计等于四种结果之和",
    "e": "第二项等于上年度报告的第四项",
    "f": "文字所引数字与表格一致",
}


class Box(NamedTuple):
    """A box of a table: from ``top``/``left`` to ``bottom``/``right``, both within."""

    top: int
    left: int
    bottom: int
    right: int
    text: str | int | Decimal
    kind: Literal["head", "label", "number"] = "head"


class Grid(NamedTuple):
    """A table of the form: the relative widths of its columns, how many rows head it, and its boxes."""

    title: str
    widths: tuple[int, ...]
    heading: int
    boxes: tuple[Box, ...]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return max(box.bottom for box in self.boxes) + 1


HEADS: Final[tuple[str, ...]] = (
    SECTIONS["overview"].zh,
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    SECTIONS["problems"].zh,
    SECTIONS["other"].zh,
)
_APPLICANTS = ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
_BRANCHES: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    (
        "3.3",
        "（三）不予公开",
        (
            "1.属于国家秘密",
            "2.其他法律行政法规禁止公开",
            "3.危及“三安全一稳定”",
            "4.保护第三方合法权益",
            "5.属于三类内部事务信息",
            "6.属于四类过程性信息",
            "7.属于行政执法案卷",
            "8.属于行政查询事项",
        ),
    ),
    (
        "3.4",
        "（四）无法提供",
        ("1.本机关不掌握相关政府信息", "2.没有现成信息需要另行制作", "3.补正后申请内容仍不明确"),
    ),
    (
        "3.5",
        "（五）不予处理",
        (
            "1.信访举报投诉类申请",
            "2.重复申请",
            "3.要求提供公开出版物",
            "4.无正当理由大量反复申请",
            "5.要求行政机关确认或重新出具已获取信息",
        ),
    ),
    (
        "3.6",
        "（六）其他处理",
        (
            "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
            "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
            "3.其他",
        ),
    ),
)
_RESULTS = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
_BLOCKS: Final[tuple[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]], ...]] = (
    (
        "第二十条第（一）项",
        ("本年制发件数", "本年废止件数", "现行有效件数"),
        (("rules", "规章"), ("normative", "行政规范性文件")),
    ),
    ("第二十条第（五）项", ("本年处理决定数量",), (("licences", "行政许可"),)),
    ("第二十条第（六）项", ("本年处理决定数量",), (("penalties", "行政处罚"), ("coercions", "行政强制"))),
    ("第二十条第（八）项", ("本年收费金额（单位：万元）",), (("charges", "行政事业性收费"),)),
)
LABELS: Final[Mapping[str, str]] = {row: label for _, _, rows in _BLOCKS for row, label in rows}
_COLUMN_LABELS: Final[Mapping[str, str]] = {
    "made": "本年制发件数",
    "repealed": "本年废止件数",
    "in_force": "现行有效件数",
    "decided": "本年处理决定数量",
    "amount": "本年收费金额",
}


def title(report: Mapping[str, Any]) -> str:
    """What the report is called."""
    return f"{report['name']}{report['year']}年政府信息公开工作年度报告"


def grids(report: Mapping[str, Any]) -> tuple[Grid, Grid, Grid]:
    """Tables 2, 3 and 4 with the report's numbers."""
    return _table_two(report["table2"]), _table_three(report["table3"]), _table_four(report["table4"])


def head(place: int) -> str:
    """A head of the report with its numeral, counted from 0."""
    return f"{NUMERALS[place]}、{HEADS[place]}"


def _shown(value: Any) -> str | int | Decimal:
    if value is None:
        return NOT_ENTERED
    return Decimal(value) if isinstance(value, str) else int(value)


def _table_two(table: Mapping[str, Mapping[str, Any]]) -> Grid:
    boxes: list[Box] = []
    at = 0
    for name, columns, rows in _BLOCKS:
        boxes.append(Box(at, 0, at, 3, name))
        boxes.append(Box(at + 1, 0, at + 1, 0, "信息内容"))
        boxes += _across(at + 1, columns, "head")
        at += 2
        for row, label in rows:
            boxes.append(Box(at, 0, at, 0, label, "label"))
            boxes += _across(at, [_shown(table[row][column]) for column in DISCLOSURE[row]], "number")
            at += 1
    return Grid(head(1), (34, 22, 22, 22), 0, tuple(boxes))


def _across(row: int, values: Sequence[str | int | Decimal], kind: Literal["head", "number"]) -> Iterator[Box]:
    """Three values in three columns, or one over all of them."""
    if len(values) == 1:
        yield Box(row, 1, row, 3, values[0], kind)
        return
    for place, value in enumerate(values):
        yield Box(row, 1 + place, row, 1 + place, value, kind)


def _table_three(table: Mapping[str, Mapping[str, Any]]) -> Grid:
    boxes = [
        Box(0, 0, 2, 2, IDENTITY_A),
        Box(0, 3, 0, 9, "申请人情况"),
        Box(1, 3, 2, 3, "自然人"),
        Box(1, 4, 1, 8, "法人或其他组织"),
        Box(1, 9, 2, 9, "总计"),
        *(Box(2, 4 + place, 2, 4 + place, name) for place, name in enumerate(_APPLICANTS)),
    ]
    at = 3

    def row(code: str, *labels: Box) -> None:
        nonlocal at
        boxes.extend(labels)
        boxes.extend(Box(at, 3 + place, at, 3 + place, table[code][c], "number") for place, c in enumerate(COLUMNS))
        at += 1

    row("1", Box(at, 0, at, 2, "一、本年新收政府信息公开申请数量", "label"))
    row("2", Box(at, 0, at, 2, "二、上年结转政府信息公开申请数量", "label"))
    began = at
    row("3.1", Box(at, 1, at, 2, "（一）予以公开", "label"))
    row("3.2", Box(at, 1, at, 2, "（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "label"))
    for code, branch, leaves in _BRANCHES:
        boxes.append(Box(at, 1, at + len(leaves) - 1, 1, branch, "label"))
        for number, leaf in enumerate(leaves, 1):
            row(f"{code}.{number}", Box(at, 2, at, 2, leaf, "label"))
    row("3.7", Box(at, 1, at, 2, "（七）总计", "label"))
    boxes.append(Box(began, 0, at - 1, 0, "三、本年度办理结果", "label"))
    row("4", Box(at, 0, at, 2, "四、结转下年度继续办理", "label"))
    return Grid(head(2), (8, 12, 26, 8, 8, 8, 8, 8, 7, 7), 3, tuple(boxes))


def _table_four(table: Mapping[str, Mapping[str, Any]]) -> Grid:
    boxes = [Box(0, 0, 0, 4, "行政复议"), Box(0, 5, 0, 14, "行政诉讼")]
    boxes += [Box(1, place, 2, place, name) for place, name in enumerate(_RESULTS)]
    boxes += [Box(1, 5, 1, 9, "未经复议直接起诉"), Box(1, 10, 1, 14, "复议后起诉")]
    boxes += [Box(2, 5 + place, 2, 5 + place, name) for place, name in enumerate(_RESULTS * 2)]
    numbers = [table[group][column] for group in GROUPS for column in REVIEW_COLUMNS]
    boxes += [Box(3, place, 3, place, number, "number") for place, number in enumerate(numbers)]
    return Grid(head(3), (1,) * 15, 3, tuple(boxes))


def fee_sentence(report: Mapping[str, Any]) -> str:
    """What the sixth head says of the information-handling fee (信息处理费)."""
    fees = report["fees"]
    if not fees["notices"] and not fees["received"]:
        return "本年度未发出政府信息公开信息处理费收费通知，未收取信息处理费。"
    return (
        f"本年度共发出政府信息公开信息处理费收费通知{fees['notices']}件，"
        f"通知收费总金额{fees['noticed']}元，实际收取{fees['received']}元。"
    )


def not_entered(report: Mapping[str, Any]) -> list[str]:
    """What a reader must know of figures that were not entered: which, and by how many units."""
    by_units: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for row, column in ENTRIES.values():
        if units := report["not_entered"].get(f"table2.{row}.{column}"):
            label = LABELS[row] + ("（系统外部分）" if row == "normative" else "")
            by_units.setdefault(tuple(units), {}).setdefault(label, []).append(_COLUMN_LABELS[column])
    said = []
    for missing, rows in by_units.items():
        which = "；".join(f"{label}：{'、'.join(columns)}" for label, columns in rows.items())
        who = "未填报" if report["department"] is not None else f"有{len(missing)}家单位未填报，未计入"
        said.append(f"{who}：{which}。")
    return said


def notes(report: Mapping[str, Any]) -> list[str]:
    """As of when the report is, whether it is frozen, and what is wrong with it."""
    cut_off = datetime.fromisoformat(report["cut_off"]).astimezone(SHANGHAI)
    edition = report.get("edition")
    said = [
        f"数据截至{cut_off.year}年{cut_off.month}月{cut_off.day}日{cut_off:%H:%M:%S}已登记的事项；"
        + (f"第{edition}次定稿。" if edition else "未定稿。")
    ]
    if report["parked"]:
        said.append(f"另有{report['parked']}条事件搁置，未计入。")
    broken = [check["check"] for check in report["checks"] if not check["holds"]]
    said += [f"勾稽关系不成立：{CHECKS[check]}。" for check in dict.fromkeys(broken)]
    return said


def paragraphs(report: Mapping[str, Any], section: str) -> list[str]:
    """The paragraphs of a written head."""
    text = report["prose"][section]
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    return lines or [NOT_WRITTEN]
