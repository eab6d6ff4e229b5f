"""The compose file as the tests read it: variables at their defaults, times in seconds, sizes in bytes."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
WRITTEN_BASE = re.compile(r"\$\{PYTHON_IMAGE:-([^}]+)\}")
UNITS = {"s": 1, "m": 60, "h": 3600}


def read_compose() -> dict[str, Any]:
    """The file as it is written, merges done."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def at_defaults(value: Any) -> Any:
    """The value with every variable at its default; one without a default fails."""
    if isinstance(value, dict):
        return {key: at_defaults(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [at_defaults(inner) for inner in value]
    return VARIABLE.sub(_default, value) if isinstance(value, str) else value


def _default(found: re.Match[str]) -> str:
    assert found[2] is not None, f"{found[0]} has no default"
    return found[2]


def seconds(text: str) -> int:
    """``1m30s`` as 90."""
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smh])", text))


def is_one_shot(service: dict[str, Any]) -> bool:
    """Whether it does something once and ends."""
    return bool(service.get("restart") == "no")
