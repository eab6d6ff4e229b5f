"""The words of an annual report: which numbers of its tables they quote, and whether these are the tables' (勾稽关系 (f)). Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from services.assessment.annual_report import LEAVES, value_at


def _rows(prefix: str) -> tuple[str, ...]:
    return tuple(f"table3.{row}.total" for row in LEAVES if row.startswith(prefix))


QUOTABLE: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("新收(?:到)?(?:政府信息公开)?申请", ("table3.1.total",)),
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
    ("行政许可(?:处理)?决定", ("table2.licences.decided",)),
    ("行政处罚(?:处理)?决定", ("table2.penalties.decided",)),
    ("行政强制(?:处理)?决定", ("table2.coercions.decided",)),
    ("制发(?:行政)?规范性文件", ("table2.normative.made",)),
    ("废止(?:行政)?规范性文件", ("table2.normative.repealed",)),
    ("现行有效(?:的)?(?:行政)?规范性文件", ("table2.normative.in_force",)),
    ("收费通知", ("fees.notices",)),
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
