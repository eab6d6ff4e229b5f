"""The words of an annual report: which numbers of its tables they quote, and whether these are the tables' (勾稽关系 (f)). Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from services.assessment.annual_report import LEAVES, value_at


def _rows(prefix: str) -> tuple[str, ...]:
    return tuple(f"table3.{row}.total" for row in LEAVES if row.startswith(prefix))


def _decided(what: str) -> str:
    """The decisions of one sort, said with or without 决定; what was applied for, accepted or shown is another number."""
    return f"(?:{what}(?:处理)?决定|(?<!公开)(?<!公示)(?<!受理){what}(?:处理)?(?!申请))"


_WITHIN = r"[^。；;\n]"
_REVIEWS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (f"行政复议(?:(?!诉讼){_WITHIN})*?", ("reconsideration",)),
    (f"行政诉讼(?:(?!复议){_WITHIN})*?", ("lawsuit_direct", "lawsuit_after_reconsideration")),
    (
        f"(?m:^|(?<=[。；;]))(?:(?!复议|诉讼){_WITHIN})*?",
        ("reconsideration", "lawsuit_direct", "lawsuit_after_reconsideration"),
    ),
)
"""Of which reviews a result is said: of those that the sentence speaks of, or of all."""
_RESULTS: Final = (("结果维持", "upheld"), ("结果纠正", "corrected"))

QUOTABLE: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "(?<!上年)(?<!上年度)(?<!去年)(?<!不)(?<!不予)(?<!新)(?:新收到?|收到|受理)(?:政府信息公开)?申请",
        ("table3.1.total",),
    ),
    ("上年度?结转", ("table3.2.total",)),
    ("予以公开", ("table3.3.1.total",)),
    ("部分公开", ("table3.3.2.total",)),
    ("不予公开", _rows("3.3.")),
    ("无法提供", _rows("3.4.")),
    ("不予处理", _rows("3.5.")),
    ("其他处理", _rows("3.6.")),
    ("办结", ("table3.3.7.total",)),
    ("结转下年度?(?:继续办理)?", ("table3.4.total",)),
    ("行政复议", ("table4.reconsideration.total",)),
    ("行政诉讼", ("table4.lawsuit_direct.total", "table4.lawsuit_after_reconsideration.total")),
    (_decided("行政许可"), ("table2.licences.decided",)),
    (_decided("行政处罚"), ("table2.penalties.decided",)),
    (_decided("行政强制"), ("table2.coercions.decided",)),
    ("制发(?:行政)?规范性文件", ("table2.normative.made",)),
    ("废止(?:行政)?规范性文件", ("table2.normative.repealed",)),
    ("现行有效(?:的)?(?:行政)?规范性文件", ("table2.normative.in_force",)),
    ("收费通知", ("fees.notices",)),
    *(
        (f"{of}{said}", tuple(f"table4.{group}.{result}" for group in groups))
        for of, groups in _REVIEWS
        for said, result in _RESULTS
    ),
)
"""Words of the form -> the cells whose sum a number after them quotes."""

_UNITS = "件次|件|份|宗|项|条"
_FILLING = r"(?:政府信息公开|申请|案件|数量|总数|总计|合计|共|计|为|了|的|[:：\s])*"
_PATTERNS: Final = tuple(
    (re.compile(f"{words}{_FILLING}(?P<number>\\d+(?:[,，]\\d{{3}})*)\\s*(?:{_UNITS})"), cells)
    for words, cells in QUOTABLE
)


class Quoted(NamedTuple):
    """A number in the words: where it stands, what it says, the cells it quotes and what these come to (None: not entered)."""

    section: str
    words: str
    said: int
    cells: tuple[str, ...]
    value: int | None


def quoted(prose: Mapping[str, str | None], report: Mapping[str, Any]) -> list[Quoted]:
    """Every number that the words quote of the tables, in order."""
    found = []
    for section, text in prose.items():
        for pattern, cells in _PATTERNS:
            for one in pattern.finditer(text or ""):
                values = [value_at(report, cell) for cell in cells]
                value = None if None in values else sum(values)
                found.append(Quoted(section, one.group(), int(re.sub("[,，]", "", one["number"])), cells, value))
    return found


def with_prose(report: Mapping[str, Any], prose: Mapping[str, str | None]) -> dict[str, Any]:
    """The report with its words, and the check (f) on the numbers that they quote."""
    quotes = quoted(prose, report)
    check = {
        "check": "f",
        "rule": "numbers in the prose = tables",
        "holds": all(one.said == one.value for one in quotes),
        "quoted": [{**one._asdict(), "cells": list(one.cells)} for one in quotes],
    }
    return {**report, "prose": dict(prose), "checks": [*report["checks"], check]}
