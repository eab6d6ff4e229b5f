"""Why a list or its mapping cannot be used at all; a fault of one row is no such problem."""

from shared.domain.text import Text


class ListProblem(ValueError):
    """A file that cannot be taken; ``text`` says what is wrong and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        self.text = Text(zh, en)
        super().__init__(f"{zh} / {en}")
