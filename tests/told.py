"""A scenario's events as the log tells them."""

from typing import Any

from shared.eventlog.envelope import Trace, decode, encode
from tests.scenario import Scenario


def told(*scenarios: Scenario, service: str = "assessment") -> list[dict[str, Any]]:
    """Every event of the scenarios' files, file after file, encoded and read again."""
    events = []
    for scenario in scenarios:
        digest = ""
        for record in scenario.records:
            body, digest = encode(
                region="522728",
                service=service,
                case=scenario.file.id,
                record=record,
                trace=Trace("test", "test"),
                previous=digest,
                algorithm="sha256",
            )
            events.append(decode(body))
    return events
