"""A sentence in both languages of the house: Chinese first, English beside it."""

from typing import NamedTuple


class Text(NamedTuple):
    """The same words in Chinese (``zh``) and English (``en``)."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if self.zh == self.en else f"{self.zh} / {self.en}"

    def in_(self, language: str) -> str:
        """The words in ``language``: ``en`` for English, Chinese for anything else."""
        return self.en if language == "en" else self.zh

    @classmethod
    def halves(cls, line: str) -> "Text":
        """A line that is kept as ``zh / en``; one in a single language stands for both."""
        zh, between, en = line.partition(" / ")
        return cls(zh, en) if between else cls(line, line)

    def format(self, **values: object) -> "Text":
        """Both sentences with ``{name}`` places filled; a value that is a ``Text`` fills each in its language."""
        zh = {name: value.zh if isinstance(value, Text) else value for name, value in values.items()}
        en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
        return Text(self.zh.format(**zh), self.en.format(**en))
