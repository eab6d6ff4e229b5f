"""What publication declares: paths, scored fields, words in both languages, references instead of what was written."""

import pytest
from pydantic import BaseModel

from services.publishing import KINDS
from services.publishing.article import ARTICLE
from services.publishing.article_rules import LIMITS, REFUSALS, STAGES, refusal
from services.publishing.column import COLUMN
from shared.domain.kind import Command, Event, Verdict, extra_of, scored_fields, vault_fields
from shared.domain.text import Text

PATHS = {
    "draft", "revise", "submit", "approve", "reject", "review-secrecy", "determine-secrecy", "treat", "flag-sensitive",
    "release", "return", "publish", "check-published", "answer-warnings", "correct", "approve-correction",
    "reject-correction", "withdraw", "file", "archive", "lend", "take-back", "approve-destruction", "destroy", "drop",
    "redate",
}  # fmt: skip
SCORED: dict[str, set[str]] = {
    "InfoDrafted": {"column", "created_or_changed"},
    "ReviewApproved": {"stage"},
    "ReviewRejected": {"stage", "ground"},
    "SecrecyReviewed": {"result"},
    "InfoReturned": {"ground"},
    "InfoPublished": {"column", "due", "done", "met", "claimed_earlier"},
    "PublicationOverdue": {"due"},
    "RecordDestroyed": {"approved_by"},
    "ColumnOpened": {"owner", "kind"},
    "ColumnStale": {"due"},
}
EVENTS = (*ARTICLE.events, *COLUMN.events)
COMMANDS = (*ARTICLE.commands, *COLUMN.commands)


def test_the_service_lists_its_kinds() -> None:
    assert {ARTICLE, COLUMN} <= set(KINDS)
    assert {command.command_name for command in ARTICLE.commands} == PATHS
    assert {command.command_name for command in COLUMN.commands} == {"open", "update", "record-blank", "close"}


@pytest.mark.parametrize(("name", "fields"), SCORED.items())
def test_what_the_score_reads_is_flat_and_scored(name: str, fields: set[str]) -> None:
    event = next(e for e in EVENTS if e.event_name == name)
    assert fields <= set(scored_fields(event))


def test_the_verdicts_are_publication_its_miss_and_a_stale_column() -> None:
    verdicts = {e.event_name for e in EVENTS if issubclass(e, Verdict)}
    assert verdicts == {"InfoPublished", "PublicationOverdue", "ColumnStale"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_field_has_its_legal_basis(command: type[Command]) -> None:
    for name, info in command.model_fields.items():
        if name != "happened":
            assert extra_of(info)["x-basis"], name


def words_of(model: type[BaseModel]) -> set[str]:
    """The fields that hold a text and no code."""
    return {
        name
        for name, info in model.model_fields.items()
        if "str" in str(info.annotation) and "Literal" not in str(info.annotation)
    }


@pytest.mark.parametrize("command", ARTICLE.commands)
def test_what_is_written_is_sealed(command: type[Command]) -> None:
    plain = {"department", "column", "source", "attachments", "letter", "number", "witness", "address"}
    if command.command_name == "check-published":
        plain |= {"text"}  # looked at and thrown away
    assert words_of(command) - plain <= set(vault_fields(command))


@pytest.mark.parametrize("event", ARTICLE.events)
def test_an_event_carries_references_and_codes(event: type[Event]) -> None:
    codes = {
        "department", "column", "source", "attachments", "letter", "number", "address", "subject", "flags", "voids",
        "restates", "clocks", "origin", "clock", "rule", "operations",
    }  # fmt: skip
    persons = {"reviewer", "releaser", "custodian", "approved_by", "destroyed_by", "witness"}
    assert words_of(event) - codes - persons <= set(ARTICLE.vault_readers)


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_explained_in_both_languages(code: str) -> None:
    broken = refusal(code, name="旅游局", stage=STAGES["third"], found=Text("略", "some"), until="2036-12-31")
    assert broken.code == f"article.{code}"
    assert "{" not in broken.message.zh + broken.message.en
    assert broken.basis.zh
    assert broken.basis.en
    assert broken.noted == (code == "classified")


def test_every_limit_is_a_setting_of_this_kind_and_every_column_is_filled() -> None:
    assert all(name.startswith("article.") for name in LIMITS)
    for kind in KINDS:
        assert set(kind.columns) == set(kind.summary(kind.initial).columns)
        assert kind.clocks(kind.initial) == ()
