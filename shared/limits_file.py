"""The file with the county's limits (时限设置): every name known, every value of its kind, or all that is wrong at once."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from shared.domain.limits import Limit
from shared.domain.text import Text
from shared.os_faults import reason_of


def read_limits_file(path: Path, known: Mapping[str, Limit] | None) -> tuple[dict[str, Any], list[Text]]:
    """What the county set, and everything that is wrong with the file; without ``known`` its form alone is looked at."""
    try:
        text = path.read_text("utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        found = yaml.safe_load(text)
    except OSError as problem:
        why = reason_of(problem)
        return {}, [Text(f"读不到文件 {path}：{why.zh}", f"cannot read {path}: {why.en}")]
    except (ValueError, yaml.YAMLError):
        return {}, [Text(f"不是 YAML 文件：{path}", f"no YAML file: {path}")]
    if node is None:
        return {}, []
    if not isinstance(found, dict) or not isinstance(node, yaml.MappingNode):
        return {}, [Text(f"应为“名称: 值”的 YAML：{path}", f"must be YAML of names and values: {path}")]
    wrong: list[Text] = []
    seen: dict[str, int] = {}
    for key, _ in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        fault = _fault(name, found.get(key.value), known) if known is not None else None
        if name in seen:
            fault = Text(f"第 {seen[name]} 行已有", f"given in line {seen[name]} already")
        seen.setdefault(name, line)
        if fault is not None:
            wrong.append(Text(f"第 {line} 行 {name}：{fault.zh}", f"line {line}, {name}: {fault.en}"))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}, wrong


def _fault(name: str, value: object, known: Mapping[str, Limit]) -> Text | None:
    limit = known.get(name)
    if limit is not None:
        return limit.fault(value)
    near = get_close_matches(name, known, 1)
    if near:
        return Text(f"没有这项设置，是否为 {near[0]}", f"there is no such limit; did you mean {near[0]}")
    return Text("没有这项设置", "there is no such limit")
