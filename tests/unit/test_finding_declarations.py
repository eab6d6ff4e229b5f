"""What findings on patrol declare: words in both languages, scored fields, references instead of open words."""

from typing import get_args

import pytest

from services.publishing.finding import FINDING
from services.publishing.finding_rules import (
    AREAS,
    CAUSES,
    LIMITS,
    REFUSALS,
    SCOPES,
    VETO_AREAS,
    Area,
    Cause,
    Scope,
    Veto,
    refusal,
    title_of,
)
from shared.domain.kind import Command, Event, Verdict, extra_of, scored_fields, vault_fields

SCORED: dict[str, set[str]] = {
    "PatrolRecorded": {"scope", "found_nothing", "found"},
    "DefectFound": {"area", "severity", "cause", "veto", "found"},
    "DefectConfirmed": {"area", "severity", "cause", "veto", "found"},
    "DefectDisputed": {"ground", "due", "done", "met"},
    "DefectRejected": {"ground"},
    "DefectFixed": {"due", "done", "met"},
    "FixOverdue": {"area", "due"},
}
CODES = {
    "department",
    "article",
    "page",
    "quoted",
    "again_after",
    "charged_by",
    "subject",
    "clock",
    "rule",
    "operations",
}


@pytest.mark.parametrize(("name", "fields"), SCORED.items())
def test_what_the_score_reads_is_flat_and_scored(name: str, fields: set[str]) -> None:
    event = next(e for e in FINDING.events if e.event_name == name)
    assert fields <= set(scored_fields(event))


def test_each_of_the_two_clocks_has_its_verdicts() -> None:
    verdicts = {e.event_name for e in FINDING.events if issubclass(e, Verdict)}
    assert verdicts == {"DefectAccepted", "DefectDisputed", "DisputeLapsed", "DefectFixed", "FixOverdue"}


@pytest.mark.parametrize("event", FINDING.events, ids=lambda e: e.__name__)
def test_an_event_has_a_basis_and_says_free_words_by_reference(event: type[Event]) -> None:
    assert event.event_basis is not None
    own = set(event.model_fields) - set(Event.model_fields)
    said = {name for name in own if event.model_fields[name].annotation in (str, str | None) and name not in CODES}
    assert said <= set(FINDING.vault_readers)


@pytest.mark.parametrize("command", FINDING.commands, ids=lambda c: c.__name__)
def test_every_textarea_of_a_command_is_sealed_and_every_field_has_its_basis(command: type[Command]) -> None:
    for name, info in command.model_fields.items():
        extra = extra_of(info)
        assert name == "happened" or extra["x-basis"]
        if extra["x-widget"] == "textarea":
            assert name in vault_fields(command)


def test_quoted_text_alone_has_a_key_of_its_own() -> None:
    under = {name: whose for command in FINDING.commands for name, whose in vault_fields(command).items()}
    assert {name for name, whose in under.items() if whose == "writer"} == {"quote"}


def test_every_list_of_codes_is_whole_and_has_words() -> None:
    assert tuple(AREAS) == tuple(CAUSES) == get_args(Area)
    assert tuple(SCOPES) == get_args(Scope)
    assert tuple(VETO_AREAS) == get_args(Veto)
    listed = [cause for causes in CAUSES.values() for cause in causes]
    assert tuple(listed) == get_args(Cause)
    assert title_of(None) is None
    for words in (*AREAS.values(), *SCOPES.values(), *map(title_of, get_args(Cause))):
        assert words is not None
        assert words.zh
        assert words.en
    assert set(FINDING.columns) == set(FINDING.summary(FINDING.initial).columns)
    assert LIMITS == {"finding.dispute": 5}


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_explained(code: str) -> None:
    broken = refusal(
        code, name="旅游局", case="finding-x", cause="错别字", cause_en="Misprint", area="内容", area_en="Content"
    )
    assert broken.code == f"finding.{code}"
    for text in (broken.message, broken.basis):
        assert text.zh
        assert text.en
        assert "{" not in text.zh + text.en
