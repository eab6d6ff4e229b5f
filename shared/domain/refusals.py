"""The refusals of a kind by their codes, made from its table of words and legal bases. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.kind import RuleBroken
from shared.domain.text import Text


@dataclass(frozen=True, slots=True)
class Refusals:
    """``table``: the code's last part -> (what is wrong, on which basis).

    Called with a code it gives the refusal ``<kind>.<code>``, its words filled in, to be raised; ``field`` is the field
    to mark. Of what is ``classified`` the refusal itself is kept, as ``RuleBroken.noted`` says. Raises ``KeyError`` for a
    code that the table has not.
    """

    kind: str
    table: Mapping[str, tuple[Text, Text]]

    def __call__(self, code: str, field: str | None = None, **values: object) -> RuleBroken:
        """The refusal of that code."""
        words, basis = self.table[code]
        return RuleBroken(f"{self.kind}.{code}", words.format(**values), basis, field, noted=code == "classified")
