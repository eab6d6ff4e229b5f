"""A plain example of an event type, every field filled: what golden events are made from."""

from datetime import UTC, date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from shared.domain.kind import Event

E = TypeVar("E", bound=Event)
DAY = date(2026, 10, 9)
LEFT_EMPTY = ("voids", "restates", "origin", "flags")


def example_of(model: type[E]) -> E:
    """The event with an example value in every field that is not the file's own."""
    values = {name: _value(info.annotation) for name, info in model.model_fields.items() if name not in LEFT_EMPTY}
    return model.model_validate(values)


def _value(annotation: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return arguments[0]
    if origin in (Union, UnionType):
        return _value(next(a for a in arguments if a is not NoneType))
    if origin in (tuple, list, frozenset):
        return [_value(arguments[0])]
    if origin is dict:
        return {"样例": _value(arguments[1])}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {name: _value(info.annotation) for name, info in annotation.model_fields.items()}
    plain = {str: "sample", int: 1, bool: True, date: DAY, datetime: datetime(2026, 10, 9, 1, tzinfo=UTC)}
    if annotation in plain:
        return plain[annotation]
    raise TypeError(f"no example for {annotation}")
