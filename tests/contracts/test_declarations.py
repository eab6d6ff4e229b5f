"""Each command and field carries its title, help, legal basis and widget in Chinese and English."""

import re
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from services.declared import SERVICES
from shared.domain.corrections import COMMON_COMMANDS, COMMON_EVENTS
from shared.domain.kind import Command, Event, Widget, extra_of
from shared.domain.permission import SYSTEM_MAY
from shared.engine.ledger import LEDGER

KINDS = [kind for service in SERVICES for kind in service.kinds] + [LEDGER]
COMMANDS = sorted(
    {c for kind in KINDS for c in kind.commands} | set(COMMON_COMMANDS), key=lambda c: (c.__module__, c.__name__)
)
EVENTS = sorted(
    {e for kind in KINDS for e in kind.events} | set(COMMON_EVENTS), key=lambda e: (e.__module__, e.__name__)
)
CHINESE = re.compile(r"[一-鿿]")


def spoken(text: Any) -> bool:
    return bool(CHINESE.search(text.zh)) and bool(text.en.strip()) and not CHINESE.search(text.en.split("《")[0])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.__name__)
def test_a_command_says_what_it_is_and_why(command: type[Command]) -> None:
    assert spoken(command.command_title)
    assert spoken(command.command_help)
    assert command.command_basis.zh
    assert command.command_basis.en
    assert command.command_allowed, "nobody may give it"
    assert command.__doc__
    for name, info in command.model_fields.items():
        extra = extra_of(info)
        assert info.title, f"{name} has no Chinese title"
        assert CHINESE.search(info.title), f"{name} has no Chinese title"
        assert info.description, f"{name} has no Chinese help"
        assert CHINESE.search(info.description), f"{name} has no Chinese help"
        for key in ("x-title-en", "x-help-en", "x-widget"):
            assert extra.get(key), f"{name} has no {key}"
        assert extra["x-widget"] in get_args(Widget)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.__name__)
def test_a_text_field_that_is_no_textarea_is_one_line(command: type[Command]) -> None:
    for name, info in command.model_fields.items():
        texts = [given for given in ("一\n二", ("一\n二",)) if "str" in str(info.annotation)]
        if extra_of(info)["x-widget"] != "textarea":
            assert not [given for given in texts if taken(command, name, given)], name


def taken(command: type[Command], field: str, given: Any) -> bool:
    try:
        command.__pydantic_validator__.validate_assignment(command.model_construct(), field, given)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.__name__)
def test_an_event_has_a_literal_name_titles_and_words(event: type[Event]) -> None:
    assert event.event_name == event.__name__
    assert spoken(event.event_title)
    assert event.__doc__
    assert CHINESE.search(event.__doc__), "the docstring names the Chinese term"
    for name, info in event.model_fields.items():
        assert info.title, name
        assert extra_of(info).get("x-title-en"), name


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.name)
def test_a_kind_names_its_statuses_and_columns(kind: Any) -> None:
    assert spoken(kind.title)
    assert all(spoken(title) for title in kind.statuses.values())
    assert kind.opening.command_opens
    # A form opens a case in one way; what other cases hand on, the system enters.
    others = [c for c in kind.commands if c.command_opens and c is not kind.opening]
    assert all(c.command_allowed == (SYSTEM_MAY,) for c in others)
