"""What a list may be asked: filters, order and place, each refused by name where it cannot be read."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson
from starlette.datastructures import QueryParams

from shared.domain.localtime import DateProblem, read_date
from shared.domain.text import Text
from shared.web.body import date_words
from shared.web.problems import FieldError, Problem, bad_fields

T = TypeVar("T")
SORTS = ("received", "-received", "due", "updated", "-updated")
MOST, USUAL = 200, 50
LONGEST_SEARCH = 100


class _Wrong(Exception):
    def __init__(self, text: Text) -> None:
        super().__init__(text.zh)
        self.text = text


class Parameters:
    """A request's query, read once; ``done`` refuses all that was wrong or unknown together."""

    def __init__(self, query: QueryParams) -> None:
        self._given = query.multi_items()
        self._read: set[str] = set()
        self._errors: list[FieldError] = []

    def text(self, name: str, most: int = LONGEST_SEARCH) -> str | None:
        """A word or a sentence."""
        return self._value(name, lambda value: _short(value, most))

    def one_of(
        self, name: str, choices: Mapping[str, Any] | tuple[str, ...], otherwise: str | None = None
    ) -> str | None:
        """One of the given codes."""
        return self._value(name, lambda value: _chosen(value, choices)) or otherwise

    def day(self, name: str) -> str | None:
        """A date in any of the four ways, as ISO text."""
        return self._value(name, _day)

    def number(self, name: str, otherwise: int, most: int) -> int:
        """A whole number from 1 to ``most``."""
        found = self._value(name, lambda value: _whole(value, most))
        return otherwise if found is None else found

    def place(self, name: str, order: str) -> Any:
        """What ``written_place`` wrote for the same order."""
        return self._value(name, lambda value: _place(value, order))

    def refuse(self, name: str, text: Text) -> None:
        """Notes that a parameter cannot be taken."""
        self._errors.append(FieldError(name, Text(f"{name}：{text.zh}", f"{name}: {text.en}")))

    def done(self) -> None:
        """Raises ``Problem`` (422) where anything was wrong."""
        for name in dict.fromkeys(name for name, _ in self._given):
            if name not in self._read:
                self.refuse(name[:60], Text("没有这个查询参数", "there is no such parameter"))
        if self._errors:
            raise bad_fields(self._errors)

    def _value(self, name: str, read: Callable[[str], T]) -> T | None:
        self._read.add(name)
        values = [value for given, value in self._given if given == name]
        if not values or values == [""]:
            return None
        try:
            if len(values) > 1:
                raise _Wrong(Text("只能给出一次", "may be given once only"))
            return read(values[0])
        except _Wrong as wrong:
            self.refuse(name, wrong.text)
            return None


def written_place(place: Any, order: str) -> str:
    """A place in a list as ``next`` gives it out, good for the same order only."""
    return base64.urlsafe_b64encode(orjson.dumps([order, place])).decode().rstrip("=")


def bad_place() -> Problem:
    """A place that this list never gave out."""
    return bad_fields(
        [FieldError("after", Text("after：不是此列表给出的位置", "after: this list never gave out such a place"))]
    )


def _short(value: str, most: int) -> str:
    if len(value) > most:
        raise _Wrong(Text(f"最多 {most} 个字", f"must have at most {most} characters"))
    return value.strip()


def _chosen(value: str, choices: Mapping[str, Any] | tuple[str, ...]) -> str:
    if value not in choices:
        named = ", ".join(choices)
        raise _Wrong(Text(f"应为下列之一：{named}", f"must be one of: {named}"))
    return value


def _day(value: str) -> str:
    try:
        return read_date(value).isoformat()
    except DateProblem as problem:
        raise _Wrong(date_words(value, problem)) from None


def _whole(value: str, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 6 and 1 <= int(value) <= most):
        raise _Wrong(Text(f"应为 1 至 {most} 的整数", f"must be a whole number from 1 to {most}"))
    return int(value)


def _place(value: str, order: str) -> Any:
    try:
        written, place = orjson.loads(base64.b64decode(value + "=" * (-len(value) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise _Wrong(bad_place().errors[0].detail) from None
    if written != order:
        raise _Wrong(Text("此位置属于另一排序", "this place belongs to another order"))
    return place
