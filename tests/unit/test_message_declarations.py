"""What the kind declares: words in both languages, names, scored fields, references instead of personal data."""

from typing import Any

import pytest
from pydantic import BaseModel

from services.messages import KINDS
from services.messages.message import MESSAGE
from services.messages.message_rules import CATEGORIES, LADDER, LIMITS, REFUSALS, refusal
from shared.domain.kind import Command, Event, Verdict, extra_of, scored_fields, vault_fields

ADDED_BY_THE_FILE = set(Event.model_fields) - {"department"}

PATHS = {
    "submit", "accept", "decline", "classify", "reclassify", "assign", "request-return", "grant-return",
    "deny-return", "add-co-handler", "record-investigation", "request-extension", "grant-extension",
    "deny-extension", "draft-reply", "send-back", "approve-reply", "reply", "publish-reply", "withhold-reply",
    "rate", "comment", "order-rework", "issue-supervision", "note-instruction", "divert-to-petition",
    "divert-to-request", "accept-diversion", "request-confidentiality", "quarantine", "archive", "erase",
}  # fmt: skip

SCORED: dict[str, set[str]] = {
    "ReplySent": {"category", "due", "done", "met"},
    "ReplyOverdue": {"category", "due"},
    "MessageNeglected": {"due"},
    "RatingGiven": {"satisfied"},
    "ReturnRequested": {"late", "repeated"},
    "ReplySentBack": {"by_office"},
}


def test_the_service_lists_the_kind() -> None:
    assert KINDS == (MESSAGE,)


def test_every_command_has_its_path() -> None:
    assert {command.command_name for command in MESSAGE.commands} == PATHS
    assert MESSAGE.opening.command_name == "submit"


@pytest.mark.parametrize("command", MESSAGE.commands)
def test_every_command_and_field_speaks_both_languages(command: type[Command]) -> None:
    for text in (command.command_title, command.command_help, command.command_basis):
        assert text.zh
        assert text.en
    assert command.command_allowed
    for name, info in command.model_fields.items():
        extra = extra_of(info)
        assert info.title, name
        assert info.description, name
        assert extra["x-title-en"], name
        assert extra["x-help-en"], name
        assert extra["x-widget"], name
        if name != "happened":
            assert extra["x-basis"], name
            assert extra["x-basis-en"], name


@pytest.mark.parametrize("event", MESSAGE.events)
def test_every_event_and_field_has_titles(event: type[Event]) -> None:
    assert event.event_name == event.__name__
    assert event.event_title.zh
    assert event.event_title.en
    assert event.event_basis is not None
    for name, info in event.model_fields.items():
        assert info.title, name
        assert extra_of(info)["x-title-en"], name


@pytest.mark.parametrize(("name", "fields"), SCORED.items())
def test_what_the_score_reads_is_flat_and_scored(name: str, fields: set[str]) -> None:
    event = next(e for e in MESSAGE.events if e.event_name == name)
    assert fields <= set(scored_fields(event))


def test_the_verdicts_are_the_reply_its_miss_and_neglect() -> None:
    assert {e.event_name for e in MESSAGE.events if issubclass(e, Verdict)} == {
        "ReplySent",
        "ReplyOverdue",
        "MessageNeglected",
    }


def free_text(model: type[BaseModel]) -> set[str]:
    return {name for name, info in model.model_fields.items() if "str" in str(info.annotation)}


@pytest.mark.parametrize("event", MESSAGE.events)
def test_what_an_event_says_in_words_is_a_reference_or_a_code(event: type[Event]) -> None:
    codes = {"department", "co_handler", "unit", "suggested", "target", "clock", "rule", "rung", "operations"}
    others = {"attachments", "writer", "subject", "taken_over_as"}
    said = {
        name
        for name in free_text(event) - ADDED_BY_THE_FILE
        if "Literal" not in str(event.model_fields[name].annotation)
    }
    assert said - codes - others <= set(MESSAGE.vault_readers)


@pytest.mark.parametrize("command", MESSAGE.commands)
def test_every_free_text_of_a_command_is_sealed(command: type[Command]) -> None:
    open_words = {"handler", "suggested", "taken_over_as", "attachments"}
    for name in free_text(command) - open_words:
        info = command.model_fields[name]
        if "Literal" in str(info.annotation):
            continue
        plain_unit = name == "department" and command.command_name != "submit"
        assert plain_unit or name in vault_fields(command), name


def test_every_status_and_category_has_words() -> None:
    for words in (
        *MESSAGE.statuses.values(),
        *CATEGORIES.values(),
        *MESSAGE.columns.values(),
        *(r.title for r in LADDER),
    ):
        assert words.zh
        assert words.en
    assert set(MESSAGE.columns) == set(MESSAGE.summary(MESSAGE.initial).columns)


def test_every_limit_is_a_setting_of_this_kind() -> None:
    assert all(name.startswith("message.") and int(value) >= 1 for name, value in LIMITS.items())


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_explained_in_both_languages(code: str) -> None:
    values: dict[str, Any] = {"short": 15, "long": 30, "name": "旅游局", "notice": 1, "cap": 7}
    broken = refusal(code, **values)
    assert broken.code == f"message.{code}"
    for text in (broken.message, broken.basis):
        assert text.zh
        assert text.en
        assert "{" not in text.zh + text.en


def test_before_receipt_there_is_no_clock_and_nothing_to_remind_of() -> None:
    assert MESSAGE.clocks(MESSAGE.initial) == ()
    assert MESSAGE.reminders is not None
    assert MESSAGE.reminders(MESSAGE.initial) == ()
    assert MESSAGE.summary(MESSAGE.initial).received is None
