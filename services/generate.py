"""Writes what is generated from the declarations and committed: contracts, OpenAPI, AsyncAPI, the plan schema, golden files."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.assessment.plan_schema import plan_schema
from services.asyncapi import asyncapi
from services.declared import SERVICES
from services.desk_openapi import desk_paths
from shared.contracts import FOLDER, contract, dump, file_name
from shared.contracts.example import example_of
from shared.domain.corrections import COMMON_EVENTS
from shared.domain.kind import Event, Recorded, Stamp
from shared.domain.letter import Edition, WordingEdition
from shared.engine.ledger import LEDGER
from shared.eventlog.envelope import Trace, encode
from shared.web.openapi import openapi_document

BESIDE = {"assessment": desk_paths()}
ROOT = Path(__file__).parent.parent
GOLDEN = ROOT / "tests" / "golden" / "events"
GOLDEN_LETTERS = ROOT / "tests" / "golden" / "letters"
HAPPENED = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)
RECORDED = datetime(2026, 10, 9, 1, 0, 2, 500000, tzinfo=UTC)


def models() -> list[tuple[str, type[Event]]]:
    """Every event type with its service, in order."""
    found = []
    for service in SERVICES:
        mine = {model for kind in service.kinds for model in kind.events} | set(COMMON_EVENTS) | set(LEDGER.events)
        found += [(service.name, model) for model in sorted(mine, key=lambda m: m.event_name)]
    return found


def documents() -> dict[Path, str]:
    """Everything that is compared with what is committed, by its file."""
    files = {FOLDER / file_name(service, model): dump(contract(service, model)) for service, model in models()}
    for service in SERVICES:
        files[ROOT / "docs" / "openapi" / f"{service.name}.json"] = _json(
            openapi_document(
                service.name,
                service.title,
                service.kinds,
                BESIDE.get(service.name),
                [importer.kind.collection for importer in service.importers],
            )
        )
    files[ROOT / "docs" / "asyncapi.json"] = _json(asyncapi())
    files[ROOT / "plans" / "plan.schema.json"] = _json(dict(plan_schema()))
    return files


def golden(service: str, model: type[Event]) -> bytes:
    """One event of a type as it stands on the log, to be read for ever."""
    stamp = Stamp("X2026-000001/2", 2, HAPPENED, RECORDED, "clerk.sample")
    body, _ = encode(
        region="522728",
        service=service,
        case="X2026-000001",
        record=Recorded(example_of(model), stamp),
        trace=Trace("command-1", "command-1"),
        previous="sha256:" + "0" * 64,
        algorithm="sha256",
    )
    return body


def letter_editions() -> dict[Path, str]:
    """Every edition of the words of every letter, by its golden file."""
    found: dict[Path, str] = {}
    for kind in (kind for service in SERVICES for kind in service.kinds):
        if kind.letters is None:
            continue
        words: dict[str, Sequence[Edition | WordingEdition]] = {
            name: template.editions for name, template in kind.letters.templates.items()
        }
        words["wording"] = kind.letters.wording.editions
        for name, editions in words.items():
            for edition in editions:
                path = GOLDEN_LETTERS / f"{kind.name}.{name}.{edition.since.isoformat()}.json"
                found[path] = _json(edition.model_dump(mode="json"))
    return found


def main() -> None:
    """Writes what differs; a golden event or the words of a letter that are there are never written again."""
    for path, text in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for service, model in models():
        path = GOLDEN / file_name(service, model)
        if not path.exists():
            path.write_bytes(golden(service, model))
    GOLDEN_LETTERS.mkdir(parents=True, exist_ok=True)
    for path, text in letter_editions().items():
        if not path.exists():
            path.write_text(text, encoding="utf-8")


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    main()
