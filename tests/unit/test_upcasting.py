"""Old shapes are read as today's by a chain of steps; a newer one, a missing step or a wrong result is refused with its reason."""

import pytest

from shared.domain.kind import Event, attribute, event
from shared.domain.text import Text
from shared.eventlog.envelope import NotAnEvent
from shared.eventlog.upcasting import upcast

THIRD = Text("样例", "Sample")


@event("Sampled", THIRD, version=3)
class Sampled(Event):
    """样例: once had a name, then a unit's name, now its id and a number of parties."""

    event_upcasts = {  # noqa: RUF012 - a class constant
        1: lambda data: {**{k: v for k, v in data.items() if k != "unit_name"}, "unit": data["unit_name"].strip()},
        2: lambda data: {**data, "parties": 1},
    }
    unit: str = attribute(Text("单位", "Unit"))
    parties: int = attribute(Text("参与数", "Parties"))


@event("Broken", THIRD, version=2)
class Broken(Event):
    """样例: nobody wrote the step from its first version."""


COMMON = {"department": "education"}


def test_a_first_shape_passes_every_step() -> None:
    read = upcast(Sampled, 1, {**COMMON, "unit_name": " health "})
    assert (read.unit, read.parties) == ("health", 1)


def test_a_middle_shape_passes_the_rest() -> None:
    assert upcast(Sampled, 2, {**COMMON, "unit": "health"}).parties == 1


def test_todays_shape_passes_none() -> None:
    assert upcast(Sampled, 3, {**COMMON, "unit": "health", "parties": 4}).parties == 4


def test_a_newer_shape_is_refused() -> None:
    with pytest.raises(NotAnEvent, match="newer"):
        upcast(Sampled, 4, {**COMMON, "unit": "health", "parties": 4})


def test_a_missing_step_is_refused() -> None:
    with pytest.raises(NotAnEvent, match="no way"):
        upcast(Broken, 1, COMMON)


def test_what_does_not_fit_after_the_steps_is_refused_by_field() -> None:
    with pytest.raises(NotAnEvent, match="parties"):
        upcast(Sampled, 3, {**COMMON, "unit": "health", "parties": "many"})
