"""The vault as the engine needs it: confidential fields of a command become references, their rows go into the commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from shared.domain.text import Text
from shared.storage.port import SealedValue, VaultSubject

Under = Literal["writer", "case"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a commit stores for a command's vault fields.

    ``refs`` stand in the command for the values; ``subjects`` are those that are new; ``writer`` is the citizen's
    subject after the command: the known one, the one recognised, or a new one (None: none known, none needed).
    """

    refs: Mapping[str, str] = field(default_factory=dict)
    subjects: tuple[VaultSubject, ...] = ()
    values: tuple[SealedValue, ...] = ()
    writer: str | None = None


class Opened(NamedTuple):
    """What stands under references: the plain texts, None for erased ones; those that do not open, with the reason."""

    plain: Mapping[str, str | None]
    unreadable: Mapping[str, Text]


class Sealer(Protocol):
    """Seals and reads; writes nothing itself."""

    async def prepare(
        self,
        *,
        seed: str,
        case: str,
        writer: str | None,
        values: Mapping[str, tuple[str, Under]],
        lookup: str | None,
        pending: Sequence[VaultSubject] = (),
    ) -> Sealed:
        """Seals ``values`` (field -> text, under whose key). The same ``seed`` gives the same references.

        ``pending`` are subjects that commands earlier in the same commit made.
        """

    async def read(self, refs: Sequence[str]) -> Mapping[str, str | None]:
        """The plain texts; None for erased ones. Raises where one does not open."""

    async def opened(self, refs: Sequence[str]) -> Opened:
        """The plain texts of those that open, beside those that do not (无法解读): for showing."""
