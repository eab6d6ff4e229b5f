"""What documents and interpretations declare: words in both languages, scored fields, references instead of open words."""

import pytest

from services.publishing.document import DOCUMENT
from services.publishing.document_rules import ATTRIBUTES, GROUNDS, TYPES
from services.publishing.document_rules import REFUSALS as DOCUMENT_REFUSALS
from services.publishing.document_rules import refusal as document_refusal
from services.publishing.interpretation import INTERPRETATION
from services.publishing.interpretation_rules import ELEMENTS, FORMS, LIMITS
from services.publishing.interpretation_rules import REFUSALS as INTERPRETATION_REFUSALS
from services.publishing.interpretation_rules import refusal as interpretation_refusal
from shared.domain.kind import Command, Event, Verdict, extra_of, scored_fields, vault_fields
from shared.domain.text import Text

EVENTS = (*DOCUMENT.events, *INTERPRETATION.events)
COMMANDS = (*DOCUMENT.commands, *INTERPRETATION.commands)
SCORED: dict[str, set[str]] = {
    "DocumentSubmitted": {"type", "in_scope_of_interpretation"},
    "AttributeProposed": {"attribute", "reason"},
    "DocumentReturned": {"ground"},
    "AttributeDetermined": {"attribute", "reason"},
    "DocumentIssued": {"attribute", "normative", "in_force"},
    "PlanFiled": {"due"},
    "InterpretationCompleted": {"due", "done", "met"},
    "InterpretationOverdue": {"due"},
    "InterpretationWaived": {"reason"},
}
WORDS = {
    "department", "document", "interpretation", "forwards", "document_number", "mark", "address", "clock", "rule",
    "operations",
}  # fmt: skip


@pytest.mark.parametrize(("name", "fields"), SCORED.items())
def test_what_the_score_reads_is_flat_and_scored(name: str, fields: set[str]) -> None:
    event = next(e for e in EVENTS if e.event_name == name)
    assert fields <= set(scored_fields(event))


def test_the_verdicts_are_the_completion_and_its_miss() -> None:
    verdicts = {e.event_name for e in EVENTS if issubclass(e, Verdict)}
    assert verdicts == {"InterpretationCompleted", "InterpretationOverdue"}


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: e.__name__)
def test_an_event_has_a_basis_and_says_free_words_by_reference(event: type[Event]) -> None:
    assert event.event_basis is not None
    kind = DOCUMENT if event in DOCUMENT.events else INTERPRETATION
    own = set(event.model_fields) - set(Event.model_fields)
    said = {
        name
        for name in own
        if event.model_fields[name].annotation in (str, str | None)
        and name not in WORDS  # codes, ids and printed words
    }
    assert said <= set(kind.vault_readers)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.__name__)
def test_every_textarea_of_a_command_is_sealed_and_every_field_has_its_basis(command: type[Command]) -> None:
    for name, info in command.model_fields.items():
        extra = extra_of(info)
        assert name == "happened" or extra["x-basis"]
        if extra["x-widget"] == "textarea":
            assert name in vault_fields(command)


def test_every_list_of_codes_has_words() -> None:
    lists: tuple[tuple[Text, ...], ...] = (
        tuple(TYPES.values()),
        tuple(ATTRIBUTES.values()),
        tuple(words for pair in GROUNDS.values() for words in pair),
        tuple(FORMS.values()),
        tuple(ELEMENTS.values()),
    )
    for words in lists:
        assert all(text.zh and text.en for text in words)
    assert set(DOCUMENT.columns) == set(DOCUMENT.summary(DOCUMENT.initial).columns)
    assert set(INTERPRETATION.columns) == set(INTERPRETATION.summary(INTERPRETATION.initial).columns)
    assert LIMITS == {"interpretation.limit": 3}


@pytest.mark.parametrize("code", DOCUMENT_REFUSALS)
def test_every_refusal_of_a_document_is_explained(code: str) -> None:
    broken = document_refusal(code, name="旅游局", on="2026-03-02", attribute="主动公开", attribute_en="active")
    assert broken.code == f"document.{code}"
    for text in (broken.message, broken.basis):
        assert text.zh
        assert text.en
        assert "{" not in text.zh + text.en


@pytest.mark.parametrize("code", INTERPRETATION_REFUSALS)
def test_every_refusal_of_an_interpretation_is_explained(code: str) -> None:
    broken = interpretation_refusal(code, missing="注意事项", missing_en="Notes")
    assert broken.code == f"interpretation.{code}"
    for text in (broken.message, broken.basis):
        assert text.zh
        assert text.en
        assert "{" not in text.zh + text.en
