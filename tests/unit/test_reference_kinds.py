"""What the three kinds of reference data declare."""

from typing import Any

import pytest

from services.assessment import calendar, department, plan_case
from shared.domain.kind import CaseKind, Command, extra_of
from shared.domain.permission import SYSTEM_MAY, anywhere, office
from tests.scenario import Scenario

KINDS: tuple[CaseKind[Any], ...] = (calendar.KIND, department.KIND, plan_case.KIND)
COMMANDS = [command for kind in KINDS for command in kind.commands]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_of_reference_data_is_published_on_the_topic_every_process_follows(kind: CaseKind[Any]) -> None:
    assert kind.topic == "gongkai.reference"
    assert kind.service == "assessment"
    assert kind.id_of is not None
    assert [command for command in kind.commands if command.command_opens] == [kind.opening]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_list_knows_its_statuses_and_columns(kind: CaseKind[Any]) -> None:
    summary = kind.summary(kind.initial)
    assert summary.status in kind.statuses
    assert set(summary.columns) <= set(kind.columns)
    assert kind.clocks(kind.initial) == ()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_office_security_and_system_keep_the_reference_data(command: type[Command]) -> None:
    assert set(command.command_allowed) == {office(), anywhere("security_admin"), SYSTEM_MAY}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_every_command_and_field_says_what_it_is_in_both_languages(command: type[Command]) -> None:
    for words in (command.command_title, command.command_help, command.command_basis):
        assert words.zh
        assert words.en
    for name, info in command.model_fields.items():
        if name == "happened":
            continue
        extra = extra_of(info)
        assert info.title, name
        assert info.description, name
        for key in ("x-title-en", "x-help-en", "x-widget", "x-basis", "x-basis-en"):
            assert extra.get(key), (name, key)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_event_is_titled_in_both_languages(kind: CaseKind[Any]) -> None:
    for event in kind.events:
        assert event.event_name == event.__name__
        assert event.event_title.zh
        assert event.event_title.en
        assert all(info.title and extra_of(info).get("x-title-en") for info in event.model_fields.values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_time_alone_leaves_nothing_in_a_case_without_clocks(kind: CaseKind[Any]) -> None:
    assert Scenario(kind).when_swept("2030-01-01").events == []
