"""A command's body: raw bytes to a validated command, or a 422 that names each field. Nothing is guessed or dropped."""

import json
import math
import re
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from shared.domain.kind import Command
from shared.domain.localtime import DateProblem, moment_text, read_date, read_moment
from shared.domain.text import Text
from shared.web.problems import FieldError, Problem, bad_fields, field_errors, said_of

LARGEST = 2**53 - 1
"""Whole numbers beyond this do not survive every JSON reader (RFC 8785)."""

_LIKE_A_DATE = re.compile(r"[0-9]{4}[-/年][0-9]{1,2}[-/月][0-9]{1,2}.{0,20}|[0-9]{8}")
_NO_DATE = Text(
    "不是日期：请写作 2026-10-09、2026/10/9、20261009 或 2026年10月9日，可加时间（如 8:05）",
    "is no date: write 2026-10-09, 2026/10/9, 20261009 or 2026年10月9日, a time (8:05) may follow",
)
_TOO_DEEP = Text("正文嵌套过深", "the body is nested too deeply")

Reader = Callable[[Any], Any]


class _Unacceptable(Exception):
    """The body as a whole cannot be read; ``field`` where one key is to blame."""

    def __init__(self, text: Text, field: str | None = None) -> None:
        super().__init__(text.zh)
        self.text, self.field = text, field


class CommandReader:
    """Reads the bodies of one command; made once, with the places of its dates."""

    def __init__(self, model: type[Command]) -> None:
        self.model = model
        self._dates = _date_readers(model)

    def read(self, raw: bytes) -> Command:
        """The command. Raises ``Problem`` (422)."""
        content, text = read_object(raw)
        wrong: list[tuple[str, Text]] = []
        changed = False
        for name, reader in self._dates.items():
            given = content.get(name)
            if given is None:
                continue
            try:
                content[name] = reader(given)
            except DateProblem as problem:
                wrong.append((name, date_words(given, problem)))
            changed = True
        if wrong:
            for name, _ in wrong:
                del content[name]
        try:
            command = self.model.model_validate_json(json.dumps(content) if changed else text, strict=True)
        except ValidationError as problem:
            refused = {name for name, _ in wrong}
            found = [e for e in field_errors(problem, self.model) if e.field not in refused]
            raise bad_fields([*said_of(self.model, wrong), *found], _code(problem)) from None
        if wrong:
            raise bad_fields(said_of(self.model, wrong))
        return command


def read_object(raw: bytes) -> tuple[dict[str, Any], str]:
    """A body as a JSON object, with its text; an empty body is an empty object. Raises ``Problem`` (422)."""
    try:
        text = raw.decode("utf-8-sig")
        content = (
            json.loads(text, object_pairs_hook=_pairs, parse_constant=_no_constant, parse_float=_number)
            if text.strip()
            else {}
        )
    except UnicodeDecodeError:
        raise _refused(Text("正文不是有效的 UTF-8 文字", "the body is not valid UTF-8")) from None
    except _Unacceptable as problem:
        raise _refused(problem.text, problem.field) from None
    except RecursionError:
        raise _refused(_TOO_DEEP) from None
    except json.JSONDecodeError as problem:
        line, column = problem.lineno, problem.colno
        raise _refused(
            Text(
                f"正文不是有效的 JSON（第 {line} 行第 {column} 字）",
                f"the body is not valid JSON (line {line}, column {column})",
            )
        ) from None
    except ValueError:
        raise _refused(Text("正文中的数字过长", "the body holds a number that is too long")) from None
    if not isinstance(content, dict):
        raise _refused(Text("正文应为 JSON 对象", "the body must be a JSON object"))
    return content, text if text.strip() else "{}"


def date_words(given: object, problem: DateProblem) -> Text:
    """What is wrong with a date, repeating it only where it looks like one: anything may be pasted into a field."""
    return problem.text if isinstance(given, str) and _LIKE_A_DATE.fullmatch(given.strip()) else _NO_DATE


def _refused(text: Text, field: str | None = None) -> Problem:
    return Problem(422, "bad_body", text, field=field, errors=(FieldError(field, text),))


def _code(problem: ValidationError) -> str:
    return "bad_body" if problem.errors(include_url=False)[0]["type"] == "json_invalid" else "bad_field"


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            shown = name[:60]
            raise _Unacceptable(Text(f"{shown}：出现了两次", f"{shown}: given twice"), shown)
        if _too_large(value):
            shown = name[:60]
            raise _Unacceptable(Text(f"{shown}：数字过大", f"{shown}: the number is too large"), shown)
        found[name] = value
    return found


def _too_large(value: Any) -> bool:
    if type(value) is list:
        return any(type(item) is int and _too_large(item) for item in value)
    return type(value) is int and not -LARGEST <= value <= LARGEST


def _no_constant(name: str) -> Any:
    raise _Unacceptable(Text(f"JSON 中不能有 {name}", f"{name} is no JSON"))


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _Unacceptable(Text("正文中的数字过大", "the body holds a number that is too large"))
    return number


# -- where a command's dates are ---------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def reader_of(model: type[Command]) -> CommandReader:
    """The reader of a command, made once."""
    return CommandReader(model)


def _date_readers(model: type[BaseModel]) -> dict[str, Reader]:
    found = {name: _reader(info.annotation) for name, info in model.model_fields.items()}
    return {name: reader for name, reader in found.items() if reader is not None}


def _reader(annotation: Any) -> Reader | None:
    """How to bring a value of this type into the form that the model reads; None where no date is in it."""
    if annotation is datetime:
        return _moment
    if annotation is date:
        return _day
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        readers = [r for r in map(_reader, get_args(annotation)) if r is not None]
        return readers[0] if len(readers) == 1 else None
    if origin in (tuple, list, frozenset, set):
        inner = _reader(get_args(annotation)[0])
        return None if inner is None else _each(inner)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = _date_readers(annotation)
        return _inside(fields) if fields else None
    return None


def _moment(value: Any) -> Any:
    return moment_text(read_moment(value)) if isinstance(value, str) else value


def _day(value: Any) -> Any:
    return read_date(value).isoformat() if isinstance(value, str) else value


def _each(reader: Reader) -> Reader:
    return lambda value: [reader(item) for item in value] if isinstance(value, list) else value


def _inside(readers: Mapping[str, Reader]) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            name: readers[name](item) if name in readers and item is not None else item for name, item in value.items()
        }

    return read
