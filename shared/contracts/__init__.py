"""Event contracts: one JSON file per event type and version, made from the declarations and never changed once released."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.domain.kind import Event, Verdict, extra_of, scored_fields

FOLDER = Path(__file__).parent
Contract = Mapping[str, Any]


def contract(service: str, model: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's data, with titles in both languages and its scored fields."""
    schema = model.model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$id"] = f"urn:gongkai:{service}.{model.event_name}:v{model.event_version}"
    schema["title"] = model.event_title.zh
    schema["x-title-en"] = model.event_title.en
    schema["x-gongkai"] = {
        "service": service,
        "name": model.event_name,
        "version": model.event_version,
        "type": f"gongkai.{service}.{model.event_name}.v{model.event_version}",
        "title_zh": model.event_title.zh,
        "title_en": model.event_title.en,
        "basis": model.event_basis.zh if model.event_basis else None,
        "scored": list(scored_fields(model)),
        "verdict": issubclass(model, Verdict),
    }
    for name, info in model.model_fields.items():
        if "x-title-en" not in extra_of(info):
            raise ValueError(f"{model.event_name}.{name} has no title")
    return schema


def file_name(service: str, model: type[Event]) -> str:
    """``messages.ReplySent.v1.json``."""
    return f"{service}.{model.event_name}.v{model.event_version}.json"


def dump(schema: Mapping[str, Any]) -> str:
    """The file's text: sorted, indented, readable Chinese."""
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


@lru_cache(maxsize=1)
def released() -> Mapping[str, Contract]:
    """All contracts by full type (``gongkai.messages.ReplySent.v1``)."""
    found: dict[str, Contract] = {}
    for path in sorted(FOLDER.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        found[schema["x-gongkai"]["type"]] = schema
    return found


@lru_cache(maxsize=1)
def newest() -> Mapping[str, Contract]:
    """The newest version of each type by short name (``messages.ReplySent``)."""
    found: dict[str, Contract] = {}
    for schema in released().values():
        about = schema["x-gongkai"]
        short = f"{about['service']}.{about['name']}"
        if short not in found or found[short]["x-gongkai"]["version"] < about["version"]:
            found[short] = schema
    return found
