"""The cells of one row read as what they mean: numbers, times in their order, choices, the fields of commands."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from shared.domain.kind import Command, vault_fields
from shared.domain.localtime import DateProblem, local_date, moment_text, read_moment, start_of
from shared.domain.text import Text
from shared.imports.old_case import LONGEST_NUMBER, BadCell, length_of

Cells = Mapping[str, str]
C = TypeVar("C", bound=Command)
K = TypeVar("K")
_UNPADDED = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])")
_BETWEEN = re.compile(r"[、，,;；/\s]+")
YES, NO = frozenset(("是", "有", "√", "TRUE", "1")), frozenset(("", "否", "无", "×", "FALSE", "0"))
YES_OR_NO = ("是", "否")


def number(cells: Cells, column: str) -> str:
    """The number by which a row is known again."""
    found = cells[column]
    if not found:
        raise missing(column)
    if len(found) > LONGEST_NUMBER:
        longest = Text(f"{column}不超过 {LONGEST_NUMBER} 字", f"a number has at most {LONGEST_NUMBER} characters")
        raise BadCell(column, found, longest)
    return found


def moment(cells: Cells, column: str, now: datetime) -> datetime:
    """When something took place; a date alone is its beginning."""
    found = moment_if_any(cells, column, now)
    if found is None:
        raise BadCell(column, "", Text(f"缺少{column}", "the time is missing"))
    return found


def moment_if_any(cells: Cells, column: str, now: datetime) -> datetime | None:
    """The same, None where the cell is empty."""
    written = cells[column]
    if not written:
        return None
    try:
        found = read_moment(_tidied(written))
    except DateProblem as problem:
        raise BadCell(column, written, problem.text) from problem
    if found > now:
        raise BadCell(column, written, Text(f"{column}晚于现在", "the time lies in the future"))
    return found


def later(
    cells: Cells, column: str, now: datetime, than: datetime, than_column: str, *, otherwise: datetime | None = None
) -> datetime:
    """When something took place that cannot be earlier than ``than``; a bare date of that day is that time.

    Empty, it is ``otherwise``, where one is given.
    """
    if not cells[column] and otherwise is not None:
        return max(otherwise, than)
    found = moment(cells, column, now)
    return in_order(cells, column, found, than, than_column)


def in_order(cells: Cells, column: str, found: datetime, than: datetime, than_column: str) -> datetime:
    """``found`` where it is not earlier than ``than``."""
    if found >= than:
        return found
    if found == start_of(local_date(than)):
        return than
    before = moment_text(than)[:16].replace("T", " ")
    raise BadCell(
        column,
        cells[column],
        Text(f"{column}早于{than_column}（{before}）", f"it is earlier than {than_column} ({before})"),
    )


def choice(cells: Cells, column: str, codes: Mapping[str, K], otherwise: K | None = None) -> K:
    """The code of the word in the cell; empty, it is ``otherwise``, where one is given. Refused with a word for each code."""
    written = cells[column]
    if not written and otherwise is not None:
        return otherwise
    found = codes.get(written)
    if found is None:
        first: dict[K, str] = {}
        for word, code in codes.items():
            first.setdefault(code, word)
        known = "、".join(first.values())
        what = Text(f"缺少{column}", "it is missing") if not written else Text("没有这一项", "there is no such one")
        reason = Text(f"{what.zh}；{column}为：{known}", f"{what.en}; it is one of: {known}")
        raise BadCell(column, written, reason)
    return found


def choice_if_any(cells: Cells, column: str, codes: Mapping[str, K]) -> K | None:
    """The same, None where the cell is empty."""
    return choice(cells, column, codes) if cells[column] else None


def choices(cells: Cells, column: str, codes: Mapping[str, K]) -> tuple[K, ...]:
    """The codes of the words in the cell, each once."""
    words = [word for word in _BETWEEN.split(cells[column]) if word]
    return tuple(dict.fromkeys(choice({column: word}, column, codes) for word in words))


def names(cells: Cells, column: str) -> tuple[str, ...]:
    """Several names in one cell."""
    return tuple(dict.fromkeys(word for word in _BETWEEN.split(cells[column]) if word))


def truth(cells: Cells, column: str) -> bool:
    """是 or 否; empty is 否."""
    written = cells[column].upper()
    if written in YES:
        return True
    if written in NO:
        return False
    raise BadCell(column, cells[column], Text("应填“是”或“否”", "write 是 (yes) or 否 (no)"))


def alone(cells: Cells, column: str, needs: str) -> None:
    """Refuses a cell that is filled while the one it belongs to is empty."""
    if cells[column] and not cells[needs]:
        raise BadCell(needs, "", Text(f"填写了{column}，须填写{needs}", f"{column} is given and {needs} is missing"))


def made(command: type[C], cells: Cells, columns: Mapping[str, str] | None = None, **values: Any) -> C:
    """The command with ``values``, and all other fields of ``columns`` from their cells; a refused field is named by column.

    A title that old lists break into lines is one line.
    """
    columns = columns or {}
    written: dict[str, Any] = {
        field: cells[column] for field, column in columns.items() if cells[column] and field not in values
    }
    if "title" in written:
        written["title"] = " ".join(written["title"].split())
    for field, value in written.items():
        try:
            value.encode()
        except UnicodeEncodeError:
            broken = Text("含有无法识别的字符", "it holds characters that are no text")
            raise BadCell(columns[field], length_of(value), broken) from None
    try:
        return command(**written, **values)
    except ValidationError as problem:
        error = problem.errors()[0]
        field = str(error["loc"][0]) if error["loc"] else ""
        if field not in columns:
            raise
        column = columns[field]
        refused = error.get("ctx", {}).get("error")
        words = refused.args[0] if isinstance(refused, ValueError) and isinstance(refused.args[0], Text) else None
        reason = words or _refused(column, error["type"], error.get("ctx", {}))
        value = cells[column]
        raise BadCell(column, length_of(value) if field in vault_fields(command) else value, reason) from None


def missing(column: str) -> BadCell:
    """A cell that must be filled is empty."""
    return BadCell(column, "", Text(f"缺少{column}", f"{column} is missing"))


def filled(cells: Cells, columns: Sequence[str]) -> None:
    """Refuses the row for the first of ``columns`` that is empty."""
    for column in columns:
        if not cells[column]:
            raise missing(column)


def codes_of(words: Mapping[K, Text]) -> dict[str, K]:
    """Chinese word -> code."""
    return {text.zh: code for code, text in words.items()}


def _tidied(written: str) -> str:
    """A time as lists have it: full-width characters, several blanks and months without a leading zero are read too."""
    text = " ".join(unicodedata.normalize("NFKC", written).split())
    return _UNPADDED.sub(lambda found: f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}", text, count=1)


def _refused(column: str, kind: str, limits: Mapping[str, object]) -> Text:
    match kind:
        case "missing" | "string_too_short":
            return Text(f"缺少{column}", "it is missing")
        case "string_too_long":
            most = limits["max_length"]
            return Text(f"{column}不超过 {most} 字", f"it has at most {most} characters")
        case _:
            return Text(f"{column}不能这样填写", "it cannot be taken as written")
