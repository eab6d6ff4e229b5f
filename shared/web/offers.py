"""Which commands somebody may give on a case now: entitled by post, and not refused by the case's state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice, product
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import ValidationError

from shared.domain.corrections import COMMON_COMMANDS, RevokeOverdue, VoidEntry
from shared.domain.directory import Actor
from shared.domain.kind import BadField, CaseKind, Command, Context, Recorded, RuleBroken
from shared.domain.localtime import DateProblem
from shared.domain.permission import may
from shared.engine.history import effective, is_miss
from shared.storage.port import CaseRecord
from shared.web.language import both

MOST_TRIED = 12


@dataclass(frozen=True, slots=True)
class Offer:
    """A command as forms are made from it; titles in both languages, ``schema`` of its body."""

    model: type[Command]
    view: dict[str, Any]


@lru_cache(maxsize=512)
def offer_of(model: type[Command]) -> Offer:
    """How a command is offered, made once."""
    view = {
        "command": model.command_name,
        **both(model.command_title),
        "help": model.command_help.zh,
        "help_en": model.command_help.en,
        "basis": model.command_basis.zh,
        "basis_en": model.command_basis.en,
        "schema": command_schema(model),
    }
    return Offer(model, view)


def command_schema(model: type[Command]) -> dict[str, Any]:
    """The JSON Schema of a command's body; dates may be written in any of the four ways of the house."""
    schema = model.model_json_schema()
    schema["title"], schema["description"] = model.command_title.zh, model.command_help.zh
    return schema


def commands_of(kind: CaseKind[Any]) -> dict[str, type[Command]]:
    """Every command of a kind by its path, those common to all kinds too."""
    return {model.command_name: model for model in (*kind.commands, *COMMON_COMMANDS)}


def offers(
    kind: CaseKind[Any], head: CaseRecord, actor: Actor, state: Any, history: Sequence[Recorded], context: Context
) -> list[dict[str, Any]]:
    """The commands that ``actor`` may give on the case as it stands, in the order in which the kind declares them."""
    found = []
    for model in commands_of(kind).values():
        if model.command_opens or not may(
            actor, model.command_allowed, case=head.id, holder=head.department, parties=head.parties
        ):
            continue
        if _acceptable(kind, model, state, history, context):
            found.append(offer_of(model).view)
    return found


def _acceptable(
    kind: CaseKind[Any], model: type[Command], state: Any, history: Sequence[Recorded], context: Context
) -> bool:
    """Whether the state lets the command through: some way of filling it in is not refused, or only at a field."""
    if model is VoidEntry:
        return any(not is_miss(r.event) and r.stamp.sequence > 1 for r in effective(history))
    if model is RevokeOverdue:
        return any(is_miss(r.event) for r in effective(history))
    tried = samples(model)
    if model.command_needs is not None and any(map(model.command_needs, tried)):
        # What the other case says is not known here.
        return True
    for command in tried:
        try:
            kind.decide(state, command, context)
        except RuleBroken as broken:
            if broken.field is None:
                continue
        except (BadField, DateProblem):
            pass
        return True
    return not tried


@lru_cache(maxsize=512)
def samples(model: type[Command]) -> tuple[Command, ...]:
    """The command filled in with the least that its fields take, once for every choice among its options."""
    required = {name: values_of(info.annotation) for name, info in model.model_fields.items() if info.is_required()}
    found: list[Command] = []
    for values in islice(product(*required.values()), MOST_TRIED):
        try:
            found.append(model.model_validate(dict(zip(required, values, strict=True))))
        except (ValidationError, BadField):
            continue
    return tuple(found)


def values_of(annotation: Any) -> tuple[Any, ...]:
    """Values of a type, one for each choice that it leaves."""
    origin = get_origin(annotation)
    if origin is Literal:
        return get_args(annotation)
    if origin in (Union, UnionType):
        return tuple(value for one in get_args(annotation) if one is not type(None) for value in values_of(one))
    if origin in (tuple, list, frozenset, set):
        return tuple((value,) for value in values_of(get_args(annotation)[0]))
    if annotation is bool:
        return (True, False)
    if annotation is int:
        return (1, 10)
    if annotation is datetime:
        return (datetime(2026, 1, 1, tzinfo=UTC),)
    if annotation is date:
        return (date(2026, 1, 1),)
    return ("1",)
