"""The roster (考核对象名册) of a quarter: the units assessed, their groups, and who succeeds a merged unit."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.text import Text


class RosterProblem(ValueError):
    """A roster that contradicts itself."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True, slots=True)
class Member:
    """A unit in force on the roster day."""

    id: str
    name: str
    group: str


@dataclass(frozen=True)
class Roster:
    """The ``members`` of the roster day, and the ``successor`` of every unit that was merged or closed before it.

    Raises `RosterProblem` where an id stands twice, a member has a successor, or successors run in a circle.
    """

    members: tuple[Member, ...]
    successor: Mapping[str, str] = field(default_factory=dict)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        ids = [member.id for member in self.members]
        for id_ in sorted(set(ids)):
            if ids.count(id_) > 1:
                raise RosterProblem(Text(f"名册中单位 {id_} 重复", f"unit {id_} stands twice on the roster"))
            if id_ in self.successor:
                raise RosterProblem(
                    Text(f"在册单位 {id_} 不能另有承接单位", f"unit {id_} is on the roster and cannot have a successor")
                )
        for id_ in sorted(self.successor):
            seen = {id_}
            heir = self.successor[id_]
            while heir in self.successor:
                if heir in seen:
                    raise RosterProblem(
                        Text(f"单位 {id_} 的承接关系成环", f"the successors of unit {id_} run in a circle")
                    )
                seen.add(heir)
                heir = self.successor[heir]
        content = [sorted([m.id, m.name, m.group] for m in self.members), sorted(self.successor.items())]
        canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        object.__setattr__(self, "digest", hashlib.sha256(canonical.encode()).hexdigest())

    def heir(self, department: str) -> str:
        """The unit that answers for ``department``: itself, or the last of its successors."""
        while department in self.successor:
            department = self.successor[department]
        return department

    def member(self, department: str) -> Member | None:
        """The member with this id, or None."""
        return next((member for member in self.members if member.id == department), None)
