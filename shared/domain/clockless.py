"""For case kinds without time limits (无期限): no clocks, so none to miss."""

from typing import NoReturn

from shared.domain.deadline import Clock
from shared.domain.kind import VerdictFields


def no_clocks(state: object) -> tuple[Clock, ...]:
    """No time limit runs in such a case."""
    return ()


def no_miss(state: object, clock: Clock, verdict: VerdictFields) -> NoReturn:
    """Never reached: a miss needs a clock. Raises ``LookupError`` naming the clock."""
    raise LookupError(f"a case without clocks cannot miss {clock.id}")
