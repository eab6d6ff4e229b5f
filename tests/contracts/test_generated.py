"""What is generated and committed is current; what policies read is in the contracts."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from services.declared import SERVICES
from services.generate import documents, models
from services.messages.policies import Neglected, Submitted
from services.requests.policies import Diverted, SplitOff
from shared.contracts import FOLDER, file_name, released
from shared.engine.policy import reaction_types
from shared.eventlog.envelope import type_name

GENERATED = documents()


@pytest.mark.parametrize("path", sorted(GENERATED), ids=lambda p: p.name)
def test_generated_documents_are_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == GENERATED[path], f"{path.name} differs: run make schemas"


def test_no_contract_is_left_over() -> None:
    declared = {file_name(service, model) for service, model in models()}
    older = {
        type_name(service, model.event_name, version).removeprefix("gongkai.") + ".json"
        for service, model in models()
        for version in model.event_upcasts
    }
    assert {path.name for path in FOLDER.glob("*.json")} == declared | older


def test_every_type_a_policy_looks_at_has_a_contract() -> None:
    short = {f"{c['x-gongkai']['service']}.{c['x-gongkai']['name']}" for c in released().values()}
    for service in SERVICES:
        assert reaction_types(service.policies) <= short


@pytest.mark.parametrize(
    ("model", "event"),
    [
        (Neglected, "gongkai.messages.MessageNeglected.v1"),
        (Submitted, "gongkai.requests.ApplicationSubmitted.v1"),
        (Diverted, "gongkai.messages.DivertedToRequest.v1"),
        (SplitOff, "gongkai.requests.ApplicationSplit.v2"),
    ],
)
def test_what_the_policies_read_is_in_the_contracts(model: type[BaseModel], event: str) -> None:
    assert set(model.model_fields) <= set(released()[event]["properties"])


def test_asyncapi_names_every_message_once_and_refers_to_files_that_exist() -> None:
    document = json.loads((Path(__file__).parents[2] / "docs" / "asyncapi.json").read_text(encoding="utf-8"))
    assert set(document["components"]["messages"]) == set(released())
    for message in document["components"]["messages"].values():
        reference = message["payload"]["properties"]["data"]["$ref"]
        assert (Path(__file__).parents[2] / "docs" / reference).resolve().is_file()
