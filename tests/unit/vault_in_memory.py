"""A vault store in memory for the tests of what stands on it."""

from collections.abc import AsyncIterator, Sequence

from shared.engine.sealing import Sealed
from shared.storage.port import SealedValue, StoreAway, SubjectTaken, VaultSubject


class VaultInMemory:
    """The ``VaultStore`` port on two dicts; ``away`` makes it unreachable, ``full`` unwritable."""

    def __init__(self) -> None:
        self.subjects: dict[str, VaultSubject] = {}
        self.sealed: dict[str, SealedValue] = {}
        self.away = False
        self.full = False

    async def subject(self, subject: str) -> VaultSubject | None:
        self._reach()
        return self.subjects.get(subject)

    async def find_subject(self, lookup: str) -> VaultSubject | None:
        self._reach()
        return next((s for s in self.subjects.values() if s.lookup == lookup), None)

    async def values(self, refs: Sequence[str]) -> list[SealedValue]:
        self._reach()
        return [self.sealed[ref] for ref in refs if ref in self.sealed]

    async def put(self, subject: VaultSubject | None, value: SealedValue) -> None:
        self._reach()
        if self.full:
            raise StoreAway
        if subject is not None:
            if subject.subject in self.subjects:
                raise SubjectTaken(subject.subject)
            self.subjects[subject.subject] = subject
        self.sealed[value.ref] = value

    async def export_subjects(self) -> AsyncIterator[VaultSubject]:
        self._reach()
        for subject in [*self.subjects.values()]:
            yield subject

    async def export_values(self) -> AsyncIterator[SealedValue]:
        self._reach()
        for value in [*self.sealed.values()]:
            yield value

    async def erase(self, subject: str) -> int:
        self._reach()
        self.subjects.pop(subject, None)
        gone = [ref for ref, value in self.sealed.items() if value.subject == subject]
        for ref in gone:
            del self.sealed[ref]
        return len(gone)

    def commit(self, sealed: Sealed) -> None:
        """Stores what a case's commit would."""
        self.subjects |= {s.subject: s for s in sealed.subjects}
        self.sealed |= {v.ref: v for v in sealed.values}

    def _reach(self) -> None:
        if self.away:
            raise StoreAway
