"""Why a list or its mapping cannot be used at all; a fault of one row is no such problem."""

from typing import Literal

from shared.domain.kind import BadField
from shared.domain.text import Text


class ListProblem(BadField):
    """A ``file`` or ``mapping`` that cannot be taken; ``message`` says what is wrong and what to do."""

    def __init__(self, zh: str, en: str, field: Literal["file", "mapping"] = "file") -> None:
        super().__init__(field, Text(zh, en))
