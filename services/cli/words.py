"""Codes of the documents (状态、时限、时间) as the words that tables show; JSON and CSV keep the codes."""

import re

from shared.domain.deadline import Amount, AtLeast, Extend, NotBefore, Operation, Restart, Suspend, read_operations
from shared.domain.localtime import DateProblem
from shared.domain.text import Text

STANDINGS = {
    "final": Text("确定", "final"),
    "provisional": Text("暂定", "provisional"),
    "suspended": Text("中止中", "suspended"),
}
"""How sure a due date is."""
COLUMNS = {
    "quantity": Text("报送", "Reported"),
    "adopted": Text("采用", "Adopted"),
    "late": Text("迟报", "Late"),
    "omitted": Text("漏报", "Omitted"),
    "wrong": Text("错报", "Wrong"),
    "commissions": Text("约稿", "Commissions"),
    "instructions": Text("批示", "Instructions"),
}
"""The columns of the briefing table; a plan may have others, under names of its own."""
GROUPS = {
    "township": Text("乡镇街道", "townships"),
    "class1": Text("一类单位", "class 1"),
    "class2": Text("二类单位", "class 2"),
    "class3": Text("三类单位", "class 3"),
    "other": Text("其他单位", "other"),
}
_UNITS = {
    "wd": Text("个工作日", "working day"),
    "d": Text("日", "day"),
    "m": Text("个月", "month"),
    "h": Text("小时", "hour"),
}
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?\+08:00")


def code(words: dict[str, Text], value: str) -> Text:
    """The words of a code; a code nobody has words for stands for itself."""
    return words.get(value, Text(value, value))


def amount(text: str) -> Text:
    """``5wd`` as 5个工作日, 5 working days; anything else as it is."""
    try:
        found = Amount.parse(text)
    except DateProblem:
        return Text(text, text)
    unit = _UNITS[found.unit]
    return Text(f"{found.value}{unit.zh}", f"{found.value} {unit.en}{'' if found.value == 1 else 's'}")


def operations(text: str, unit: str) -> Text:
    """What moved a clock of ``unit``, as ``operations_text`` writes it, in words."""
    try:
        found = [_operation(one, unit) for one in read_operations(text)]
    except DateProblem:
        return Text(text, text)
    return Text("；".join(one.zh for one in found), "; ".join(one.en for one in found))


def _operation(one: Operation, unit: str) -> Text:
    match one:
        case Suspend(after, None):
            return Text(f"{after} 次日起中止", f"suspended after {after}")
        case Suspend(after, through):
            return Text(f"中止 {after} 至 {through}", f"suspended {after} to {through}")
        case Extend(value):
            length = amount(f"{value}{unit}")
            return Text(f"延长 {length.zh}", f"extended by {length.en}")
        case NotBefore(on):
            return Text(f"不早于 {on} 到期", f"not due before {on}")
        case AtLeast(on, value):
            length = amount(f"{value}{unit}")
            return Text(f"自 {on} 起不少于 {length.zh}", f"no less than {length.en} from {on}")
        case Restart(on):
            return Text(f"自 {on} 重新起算", f"counted anew from {on}")


def moment(text: str | None) -> str:
    """An instant as a person reads it, local and to the second."""
    found = _MOMENT.fullmatch(text or "")
    return f"{found[1]} {found[2]}" if found else text or ""
