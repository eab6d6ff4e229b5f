"""Writes what is generated from the declarations and committed: event contracts."""

from pathlib import Path

from services.declared import SERVICES
from shared.contracts import FOLDER, contract, dump, file_name
from shared.domain.corrections import COMMON_EVENTS
from shared.engine.ledger import LEDGER


def contracts() -> dict[Path, str]:
    """Every event contract by its file."""
    files: dict[Path, str] = {}
    for service in SERVICES:
        models = {model for kind in service.kinds for model in kind.events} | set(COMMON_EVENTS) | set(LEDGER.events)
        for model in models:
            files[FOLDER / file_name(service.name, model)] = dump(contract(service.name, model))
    return files


def main() -> None:
    """Writes what differs."""
    for path, text in contracts().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
