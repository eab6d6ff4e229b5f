"""Why an operation on the data was not begun, or left everything as it was."""

from shared.domain.text import Text


class OperationRefused(Exception):
    """Said in one sentence, with the way out."""

    def __init__(self, zh: str, en: str) -> None:
        self.text = Text(zh, en)
        super().__init__(f"{zh} / {en}")
