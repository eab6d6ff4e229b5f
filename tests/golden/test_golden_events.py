"""One event of every type and version is kept for ever and still read: decoded, upcast, projected, its digest the same."""

from pathlib import Path

import pytest

from services.assessment.facts import Projector
from services.declared import SERVICES
from services.generate import models
from shared.contracts import file_name, released
from shared.engine.codec import Codec
from shared.engine.ledger import LEDGER
from shared.eventlog.envelope import canonical, chained_rightly, decode, read_type
from shared.storage.memory import MemoryStore

FOLDER = Path(__file__).parent / "events"
FILES = sorted(FOLDER.glob("*.json"))


def test_every_type_and_version_has_its_golden_event() -> None:
    assert {path.name for path in FILES} >= {file_name(service, model) for service, model in models()}
    assert {decode(path.read_bytes())["type"] for path in FILES} == set(released())


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name.removesuffix(".json"))
def test_a_golden_event_is_still_read(path: Path) -> None:
    event = decode(path.read_bytes())
    assert canonical(event) == path.read_bytes()
    assert chained_rightly(event, "sha256:" + "0" * 64)
    service, name, version = read_type(event["type"])
    kinds = [k for s in SERVICES if s.name == service for k in s.kinds] + [LEDGER]
    read = [Codec(k).record_of(event) for k in kinds if name in {m.event_name for m in Codec(k).known()}]
    assert read, f"no kind of {service} reads {name}"
    kept = read[0].event.model_dump(mode="json")
    # An older version may say less; what it says is read as it stands, or by a step that renames it.
    older = version < read[0].event.event_version
    assert (kept | event["data"] if older else kept) == (kept if older else event["data"])
    store = MemoryStore()
    fact = Projector(store, store, {}).fact(event, restricted=False)
    assert fact.id == event["id"]
    assert fact.digest == event["digest"]
