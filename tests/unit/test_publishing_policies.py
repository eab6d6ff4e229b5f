"""What follows from documents and interpretations: which command for which event, and when none."""

from datetime import date
from typing import Any

import pytest

from services.publishing import KINDS
from services.publishing.article_commands import Draft, Drop
from services.publishing.document_commands import NoteInterpretation
from services.publishing.interpretation_commands import NoteDocumentIssue, RequireInterpretation, WaiveInterpretation
from services.publishing.policies import POLICIES
from shared.domain.localtime import read_moment
from shared.engine.policy import Reaction

BY_NAME = {policy.name: policy for policy in POLICIES}


def reaction(policy: str, subject: str, **data: Any) -> Reaction | None:
    return BY_NAME[policy].react({"subject": subject, "time": "2026-03-09T10:00:00+08:00", "data": data})


def test_a_document_in_scope_requires_an_interpretation_as_of_its_own_day() -> None:
    found = reaction("WhenDocumentInScopeRequireInterpretation", "W1", in_scope_of_interpretation=True)
    of_that_day = RequireInterpretation(document="W1", happened=read_moment("2026-03-09T10:00:00+08:00"))
    assert found == Reaction("interpretation", None, of_that_day)


@pytest.mark.parametrize(
    "data",
    [
        {"in_scope_of_interpretation": False},
        {"in_scope_of_interpretation": True, "newly_in_scope": False},
        {"in_scope_of_interpretation": True, "origin": "import"},
    ],
)
def test_out_of_scope_in_scope_before_and_history_require_none(data: dict[str, Any]) -> None:
    assert reaction("WhenDocumentInScopeRequireInterpretation", "W1", **data) is None


def test_the_document_is_told_its_interpretation() -> None:
    found = reaction("WhenInterpretationRequiredTellDocument", "J1", document="W1")
    assert found == Reaction("document", "W1", NoteInterpretation(interpretation="J1"))


def test_an_issued_document_starts_the_limit_of_its_interpretation_if_it_has_one() -> None:
    policy = "WhenDocumentIssuedStartInterpretation"
    found = reaction(policy, "W1", issued="2026-03-05", interpretation="J1")
    assert found == Reaction("interpretation", "J1", NoteDocumentIssue(issued=date(2026, 3, 5)))
    assert reaction(policy, "W1", issued="2026-03-05", interpretation=None) is None


ACTIVE = {"department": "education", "attribute": "active"}


def test_a_document_issued_as_active_starts_its_article_on_the_day_of_issue() -> None:
    found = reaction(
        "WhenActiveDocumentIssuedStartArticle", "W1", **ACTIVE, issued="2026-03-05", document_number="罗教发〔2026〕3号"
    )
    article = Draft(
        department="education",
        title="主动公开的公文 罗教发〔2026〕3号",
        source="W1",
        created_or_changed=date(2026, 3, 5),
        happened=read_moment("2026-03-09T10:00:00+08:00"),
    )
    assert found == Reaction("article", None, article)


def test_a_document_that_turns_active_when_it_is_looked_at_again_starts_its_article_that_day() -> None:
    found = reaction("WhenActiveDocumentIssuedStartArticle", "W1", **ACTIVE, previous="on_request")
    assert found is not None
    assert found.command.model_dump()["created_or_changed"] == date(2026, 3, 9)


def test_a_document_that_is_repealed_or_no_longer_active_drops_its_article() -> None:
    policy = "WhenActiveDocumentIssuedStartArticle"
    repealed = reaction(policy, "W1", department="education", normative=True)
    then = read_moment("2026-03-09T10:00:00+08:00")
    assert repealed == Reaction("article", None, Drop(ground="repealed", happened=then), of="W1")
    turned = reaction(policy, "W1", department="education", attribute="on_request", previous="active")
    assert turned == Reaction("article", None, Drop(ground="no_longer_active", happened=then), of="W1")
    assert reaction(policy, "W1", department="education", origin="import") is None


def test_a_document_that_is_repealed_or_withheld_needs_no_interpretation() -> None:
    policy, then = "WhenDocumentRepealedOrWithheldWaiveInterpretation", read_moment("2026-03-09T10:00:00+08:00")
    repealed = reaction(policy, "W1", department="education", normative=True)
    waiver = WaiveInterpretation(reason="repealed", explanation="公文已废止", happened=then)
    assert repealed == Reaction("interpretation", None, waiver, of="W1")
    withheld = reaction(policy, "W1", department="education", attribute="not_disclosed", previous="active")
    assert withheld is not None
    assert withheld.command.model_dump()["reason"] == "not_disclosed"
    for data in ({"attribute": "on_request", "previous": "active"}, {"origin": "import"}):
        assert reaction(policy, "W1", department="education", **data) is None


@pytest.mark.parametrize("data", [{"attribute": "on_request"}, {"previous": "active"}, {"origin": "import"}])
def test_what_is_not_active_was_active_before_or_is_history_starts_no_article(data: dict[str, Any]) -> None:
    assert reaction("WhenActiveDocumentIssuedStartArticle", "W1", **{**ACTIVE, "issued": "2026-03-05", **data}) is None


def test_what_is_converted_starts_an_article_unless_it_is_history() -> None:
    found = reaction("WhenConversionAcceptedStartArticle", "A1", department="education")
    assert found is not None
    assert (found.kind, found.command.model_dump()["source"]) == ("article", "A1")
    assert reaction("WhenConversionAcceptedStartArticle", "A1", department="education", origin="import") is None


def test_every_policy_reads_events_and_gives_commands_that_exist() -> None:
    names = {f"publishing.{event.event_name}" for kind in KINDS for event in kind.events}
    for name in (
        "WhenDocumentRepealedOrWithheldWaiveInterpretation",
        "WhenDocumentInScopeRequireInterpretation",
        "WhenInterpretationRequiredTellDocument",
        "WhenDocumentIssuedStartInterpretation",
        "WhenActiveDocumentIssuedStartArticle",
    ):
        assert set(BY_NAME[name].on) <= names
