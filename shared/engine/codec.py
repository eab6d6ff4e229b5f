"""A kind's events and state to and from what is stored."""

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from shared.domain.corrections import COMMON_EVENTS
from shared.domain.kind import CaseKind, Event, Recorded, Stamp
from shared.eventlog.envelope import NewerEvent, decode, happened, read_type, recorded
from shared.eventlog.upcasting import upcast


class Codec:
    """Reads and writes one kind's files."""

    def __init__(self, kind: CaseKind[Any]) -> None:
        self.kind = kind
        self._state: TypeAdapter[Any] = TypeAdapter(kind.state_type)
        self._models: dict[str, type[Event]] = {model.event_name: model for model in (*kind.events, *COMMON_EVENTS)}

    def known(self) -> tuple[type[Event], ...]:
        """The event types that stand in the kind's files."""
        return tuple(self._models.values())

    def dump_state(self, state: Any) -> bytes:
        """The state as JSON."""
        return self._state.dump_json(state)

    def load_state(self, body: bytes) -> Any:
        """The state from JSON."""
        return self._state.validate_json(body)

    def record(self, body: bytes) -> Recorded:
        """One stored event, upcast to today's shape. Raises ``NotAnEvent``."""
        return self.record_of(decode(body))

    def record_of(self, event: dict[str, Any]) -> Recorded:
        """One event as read from the log."""
        _, name, version = read_type(event["type"])
        model = self._models.get(name)
        if model is None:
            raise NewerEvent(f"a {self.kind.name} leaves no {name}")
        data = upcast(model, version, event["data"])
        stamp = Stamp(
            event["id"], event["sequence"], happened(event), recorded(event), event.get("actor", "system"), data.origin
        )
        return Recorded(data, stamp)


@lru_cache(maxsize=64)
def codec_of(kind: CaseKind[Any]) -> Codec:
    """The codec of a kind, made once."""
    return Codec(kind)
