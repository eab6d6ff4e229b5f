"""A plan's YAML as marked nodes: every value knows its line and path, every fault is noted, none stops the reading."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

import yaml

from shared.domain.text import Text

T = TypeVar("T")

NAME_PATTERN = "[A-Za-z][A-Za-z0-9_]*"
LONGEST_TEXT = 262_144
DEEPEST = 12
MOST_VALUES = 20_000
MOST_ERRORS = 200

_WHOLE = re.compile(r"-?[0-9]{1,12}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,6}")
_NUMBER_LIKE = re.compile(r"[-+.]?[0-9][0-9._eE+-]*")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PlanError(NamedTuple):
    """A fault of a plan file: the line (1 is the first), the path (``measures.errors.by``) and what is wrong."""

    line: int
    path: str
    reason: Text


@dataclass
class Findings:
    """The faults found so far, and the line of every path read."""

    errors: list[PlanError] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def refuse(self, path: str, reason: Text) -> None:
        """Note a fault at ``path``; its line is that of the nearest part of the path that was read."""
        near = path
        while near not in self.lines and near:
            near = re.sub(r"(^|\.)[^.\[]*$|\[[0-9]+\]$", "", near)
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(PlanError(self.lines.get(near, 1), path, reason))

    def sorted(self) -> tuple[PlanError, ...]:
        """The faults by line, each once."""
        return tuple(sorted(set(self.errors)))


def closest(name: str, known: Iterable[str]) -> Text:
    """A hint at the known name most like ``name``, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.7)
    return Text(f"；是否为 {near[0]}？", f"; did you mean {near[0]}?") if near else Text("", "")


def also(reason: Text, hint: Text) -> Text:
    """``reason`` with ``hint`` after it."""
    return Text(reason.zh + hint.zh, reason.en + hint.en)


class Spot:
    """One value of the file. Reading it as the wrong kind notes a fault and gives an empty value of that kind."""

    def __init__(self, node: yaml.Node, path: str, findings: Findings, key: yaml.Node | None = None) -> None:
        """``key``: the key the value stands under, whose line is where a person looks for it."""
        self.node = node
        self.path = path
        self.findings = findings
        findings.lines.setdefault(path, (key or node).start_mark.line + 1)

    def refuse(self, zh: str, en: str, hint: Text | None = None) -> None:
        """Note a fault at this value."""
        self.findings.refuse(self.path, also(Text(zh, en), hint or Text("", "")))

    def is_mapping(self) -> bool:
        """Whether the value is a mapping."""
        return isinstance(self.node, yaml.MappingNode)

    def is_list(self) -> bool:
        """Whether the value is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def entries(self) -> dict[str, "Spot"]:
        """A mapping's values by key."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse("此处应为键值映射", "a mapping is expected here")
            return {}
        found: dict[str, Spot] = {}
        for key, value in self.node.value:
            if not isinstance(key, yaml.ScalarNode) or not key.value:
                self.refuse("键必须是文字", "a key must be text")
                continue
            path = f"{self.path}.{key.value}" if self.path else key.value
            if key.value in found:
                line = key.start_mark.line + 1
                reason = Text(f"键 {key.value} 重复", f"key {key.value} stands twice")
                self.findings.errors.append(PlanError(line, path, reason))
                continue
            found[key.value] = Spot(value, path, self.findings, key)
        return found

    def named_entries(self) -> dict[str, "Spot"]:
        """A mapping whose keys are names (ASCII letters, digits, underscores); others are noted and left out."""
        found = {}
        for key, spot in self.entries().items():
            if re.fullmatch(NAME_PATTERN, key):
                found[key] = spot
            else:
                spot.refuse(
                    f"名称 {key} 只能用英文字母、数字和下划线，以字母开头",
                    f"the name {key} may hold only ASCII letters, digits and underscores and begins with a letter",
                )
        return found

    def fields(self, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, "Spot"]:
        """A mapping with these keys and no others."""
        entries = self.entries()
        required, known = tuple(required), (*required, *optional)
        for key, spot in entries.items():
            if key not in known:
                spot.refuse(f"未知的键 {key}", f"unknown key {key}", closest(key, known))
        if self.is_mapping():
            for key in required:
                if key not in entries:
                    self.refuse(f"缺少 {key}", f"{key} is missing")
        return {key: spot for key, spot in entries.items() if key in known}

    def items(self) -> list["Spot"]:
        """A list's values."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse("此处应为列表", "a list is expected here")
            return []
        return [Spot(node, f"{self.path}[{i}]", self.findings) for i, node in enumerate(self.node.value)]

    def scalar(self) -> str | int | bool | Fraction | None:
        """Text, whole number, true or false, decimal, or None for null; a fault for a mapping or list."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.refuse("此处应为单个值", "a single value is expected here")
            return None
        text: str = self.node.value
        if self.node.style:  # quoted or a block: text whatever it looks like
            return text
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Fraction(text)
        return text

    def text(self) -> str:
        """Words; "" with a fault for anything else."""
        value = self.scalar()
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(self.node, yaml.ScalarNode):
            self.refuse("此处应为文字", "text is expected here")
        return ""

    def name(self) -> str:
        """A name such as a field's; "" with a fault for anything else."""
        text = self.text()
        if text and not re.fullmatch(NAME_PATTERN, text):
            self.refuse(
                f"“{text}” 不是名称：只能用英文字母、数字和下划线，以字母开头",
                f'"{text}" is no name: it holds ASCII letters, digits and underscores and begins with a letter',
            )
            return ""
        return text

    def known(self, name: str, known: Iterable[str], kind: Text) -> None:
        """Note a fault where ``name`` is none of the ``known`` names of its kind."""
        known = list(known)
        if name not in known:
            self.refuse(f"未知的{kind.zh} {name}", f"unknown {kind.en} {name}", closest(name, known))

    def number(self, at_least: int | None = None, above: int | None = None) -> Fraction:
        """A decimal number, exactly as written; 0 with a fault for anything else."""
        value = self.scalar()
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            if isinstance(value, str) and _NUMBER_LIKE.fullmatch(value):
                self.refuse(
                    f"数字 {value[:40]} 写法不对：整数最多12位，小数最多6位",
                    f"number {value[:40]} is not accepted: at most 12 digits before and 6 after the point",
                )
            elif isinstance(self.node, yaml.ScalarNode):
                self.refuse("此处应为数字", "a number is expected here")
            return Fraction(0)
        if at_least is not None and value < at_least:
            self.refuse(f"不得小于 {at_least}", f"must be at least {at_least}")
        if above is not None and value <= above:
            self.refuse(f"必须大于 {above}", f"must be above {above}")
        return Fraction(value)

    def integer(self, at_least: int, at_most: int) -> int:
        """A whole number between two bounds; the lower bound with a fault for anything else."""
        value = self.scalar()
        if isinstance(value, bool) or not isinstance(value, int) or not at_least <= value <= at_most:
            if isinstance(self.node, yaml.ScalarNode):
                self.refuse(
                    f"此处应为 {at_least} 到 {at_most} 的整数",
                    f"a whole number from {at_least} to {at_most} is expected here",
                )
            return at_least
        return value

    def boolean(self) -> bool:
        """true or false; False with a fault for anything else."""
        value = self.scalar()
        if isinstance(value, bool):
            return value
        if isinstance(self.node, yaml.ScalarNode):
            self.refuse("此处应为 true 或 false", "true or false is expected here")
        return False

    def choice(self, options: Iterable[str]) -> str:
        """One of ``options``; "" with a fault for anything else."""
        options = tuple(options)
        value = self.scalar()
        if isinstance(value, str) and value in options:
            return value
        if isinstance(self.node, yaml.ScalarNode):
            self.refuse(f"只能是 {'、'.join(options)}", f"must be one of {', '.join(options)}")
        return ""

    def one_or_more(self, read: Callable[["Spot"], T]) -> list[T]:
        """A value, or a list of at least one."""
        if not self.is_list():
            return [read(self)]
        items = [read(item) for item in self.items()]
        if not items:
            self.refuse("列表不能为空", "the list must not be empty")
        return items


def text_of(parts: Mapping[str, Spot], key: str) -> str:
    """The words under ``key``, "" where it is left out."""
    return parts[key].text() if key in parts else ""


def root(text: str, findings: Findings) -> Spot | None:
    """The document's top value; None, with faults noted, where the text cannot be read as one plain document."""
    if len(text) > LONGEST_TEXT:
        _refuse_line(findings, 1, f"文件超过 {LONGEST_TEXT} 字", f"the file is longer than {LONGEST_TEXT} characters")
        return None
    try:
        if not _plain(text, findings):
            return None
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 1
        _refuse_line(findings, line, f"YAML 语法错误：{problem.problem}", f"YAML syntax error: {problem.problem}")
        return None
    except (yaml.YAMLError, ValueError) as problem:
        at = getattr(problem, "position", 0)
        line = text.count("\n", 0, at) + 1 if isinstance(at, int) else 1
        _refuse_line(findings, line, "含有 YAML 不允许的字符", "holds a character that YAML does not allow")
        return None
    if node is None:
        _refuse_line(findings, 1, "文件是空的", "the file is empty")
        return None
    return Spot(node, "", findings)


def _refuse_line(findings: Findings, line: int, zh: str, en: str) -> None:
    findings.errors.append(PlanError(line, "", Text(zh, en)))


def _plain(text: str, findings: Findings) -> bool:
    """Whether the document is free of anchors, aliases and tags and neither too deep nor too large to be walked."""
    depth = values = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            _refuse_line(
                findings, line, "不允许使用锚点和引用（& 和 *）", "anchors and aliases (& and *) are not allowed"
            )
            return False
        if getattr(event, "tag", None) is not None:
            _refuse_line(findings, line, "不允许使用类型标签（!）", "tags (!) are not allowed")
            return False
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        values += 1
        if depth > DEEPEST or values > MOST_VALUES:
            _refuse_line(findings, line, "嵌套过深或内容过多", "nested too deeply or too long")
            return False
    return True
