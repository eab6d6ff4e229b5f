"""A list's own column names brought to ours: the mapping file, and the place of each wanted column."""

from collections.abc import Mapping, Sequence

import yaml

from shared.domain.text import Text
from shared.imports.problem import ListProblem

LARGEST_MAPPING = 100_000


def read_mapping(text: str, columns: Sequence[str]) -> dict[str, str]:
    """A mapping file, YAML of pairs that name one of ``columns`` and the list's own name for it: ours -> own.

    ``留言编号: 编号`` and ``编号: 留言编号`` say the same. Raises ``ListProblem``.
    """
    if len(text) > LARGEST_MAPPING:
        raise _unusable("对照文件过大", "the mapping file is too large")
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f"第 {mark.line + 1} 行" if mark else ""
        line_en = f" (line {mark.line + 1})" if mark else ""
        raise _unusable(f"对照文件不是 YAML：{line}", f"the mapping file is no YAML{line_en}") from problem
    if not isinstance(found, dict) or not found:
        raise _unusable(
            "对照文件应为“我方列名: 贵方列名”的若干行，如“留言编号: 编号”",
            "the mapping file has lines of “our column: your column”, such as “留言编号: 编号”",
        )
    own: dict[str, str] = {}
    for left, right in found.items():
        ours, theirs = _pair(_plain(left), _plain(right), columns)
        if ours in own:
            raise _unusable(f"对照文件中“{ours}”出现两次", f"the mapping file names {ours} twice")
        own[ours] = theirs
    doubled = next((name for name in own.values() if list(own.values()).count(name) > 1), None)
    if doubled is not None:
        raise _unusable(f"对照文件中“{doubled}”对应了两列", f"the mapping file uses {doubled} for two columns")
    return own


def find_columns(
    header: Sequence[str], columns: Sequence[str], mapping: Mapping[str, str], optional: Sequence[str] = ()
) -> dict[str, int]:
    """Where each of ``columns`` stands in ``header``, under its own name or the one ``mapping`` gives it.

    Those of ``optional`` may be missing, unless ``mapping`` names them. Raises ``ListProblem`` naming what is missing or
    there twice, and a title above the header where that is likely.
    """
    columns = (*columns, *(column for column in optional if column in mapping or column in header))
    wanted = {column: mapping.get(column, column) for column in columns}
    missing = [_named(column, name) for column, name in wanted.items() if name not in header]
    if missing:
        shown = "、".join(name for name in header if name) or "（无）"
        likely = _likely_cause(header, wanted)
        raise ListProblem(
            f"{likely.zh}缺少列：{'、'.join(missing)}；表头为：{shown[:300]}",
            f"{likely.en}missing columns: {', '.join(missing)}; the header is: {shown[:300]}",
        )
    twice = [name for name in wanted.values() if header.count(name) > 1]
    if twice:
        raise ListProblem(
            f"表头中重复的列：{'、'.join(twice)}", f"columns that the header has twice: {', '.join(twice)}"
        )
    return {column: header.index(name) for column, name in wanted.items()}


def _likely_cause(header: Sequence[str], wanted: Mapping[str, str]) -> Text:
    """Old lists often have a title (merged cells) above their header, which is then taken for the header."""
    filled = [name for name in header if name]
    if len(filled) == 1:
        return Text(
            f"第一行只有一个单元格“{filled[0][:60]}”，像是表头上方的标题行，请删去标题行，让表头成为第一行；",
            f"the first row has one cell, “{filled[0][:60]}”: probably a title above the header; delete it so that the "
            "header comes first; ",
        )
    if not any(name in header for name in wanted.values()):
        return Text(
            "第一行没有一个所需的列名，表头上方如有标题行，请先删去；",
            "the first row has none of the columns; if a title stands above the header, delete it first; ",
        )
    return Text("", "")


def _pair(left: str, right: str, columns: Sequence[str]) -> tuple[str, str]:
    if left in columns and (right not in columns or left == right):
        return left, right
    if right in columns and left not in columns:
        return right, left
    if left in columns:
        raise _unusable(
            f"对照文件“{left}: {right}”两边都是我方列名，无法判断",
            f"both sides of “{left}: {right}” in the mapping file are our own column names",
        )
    raise _unusable(
        f"对照文件“{left}: {right}”两边都不是我方列名；我方列名为：{'、'.join(columns)}",
        f"neither side of “{left}: {right}” in the mapping file is one of our columns: {', '.join(columns)}",
    )


def _unusable(zh: str, en: str) -> ListProblem:
    return ListProblem(zh, en, "mapping")


def _plain(name: object) -> str:
    return "".join(str(name).split())


def _named(column: str, name: str) -> str:
    return name if name == column else f"{name}（{column}）"
