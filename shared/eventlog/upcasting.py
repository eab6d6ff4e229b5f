"""Old event shapes read as today's: a chain of pure functions, each from one version to the next, before validation."""

from typing import Any, TypeVar

from shared.domain.kind import Event
from shared.eventlog.envelope import NewerEvent, NotAnEvent

E = TypeVar("E", bound=Event)


def upcast(model: type[E], version: int, data: dict[str, Any]) -> E:
    """``data`` of ``version`` as today's ``model``. Raises ``NewerEvent``, and ``NotAnEvent`` for a missing step."""
    if version > model.event_version:
        raise NewerEvent(
            f"{model.event_name} v{version} 比本程序所知的 v{model.event_version} 新 / "
            f"{model.event_name} v{version} is newer than this program knows (v{model.event_version})"
        )
    while version < model.event_version:
        step = model.event_upcasts.get(version)
        if step is None:
            raise NotAnEvent(
                f"{model.event_name} v{version} 无法读作 v{version + 1} / no way from {model.event_name} v{version} to v{version + 1}"
            )
        data = step(data)
        version += 1
    try:
        return model.model_validate(data)
    except ValueError as problem:
        raise NotAnEvent(
            f"{model.event_name} v{version} 的内容不符合契约 / {model.event_name} v{version}: {problem}"
        ) from problem
