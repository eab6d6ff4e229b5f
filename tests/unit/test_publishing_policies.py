"""What follows from documents and interpretations: which command for which event, and when none."""

from datetime import date
from typing import Any

import pytest

from services.publishing import KINDS
from services.publishing.document_commands import NoteInterpretation
from services.publishing.interpretation_commands import NoteDocumentIssue, RequireInterpretation
from services.publishing.policies import POLICIES
from shared.engine.policy import Reaction

BY_NAME = {policy.name: policy for policy in POLICIES}


def reaction(policy: str, subject: str, **data: Any) -> Reaction | None:
    return BY_NAME[policy].react({"subject": subject, "data": data})


def test_a_document_in_scope_requires_an_interpretation() -> None:
    found = reaction("WhenDocumentInScopeRequireInterpretation", "W1", in_scope_of_interpretation=True)
    assert found == Reaction("interpretation", None, RequireInterpretation(document="W1"))


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


def test_every_policy_reads_events_and_gives_commands_that_exist() -> None:
    names = {f"publishing.{event.event_name}" for kind in KINDS for event in kind.events}
    for name in (
        "WhenDocumentInScopeRequireInterpretation",
        "WhenInterpretationRequiredTellDocument",
        "WhenDocumentIssuedStartInterpretation",
    ):
        assert set(BY_NAME[name].on) <= names
