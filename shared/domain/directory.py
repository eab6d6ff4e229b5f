"""The directory (单位名录): departments with groups and validity dates, posts, delegations; and who an actor is on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, get_args

from shared.domain.text import Text

Role = Literal[
    "clerk",
    "reviewer",
    "head",
    "custodian",
    "disclosure_head",
    "office",
    "leader",
    "secrecy",
    "legal",
    "analyst",
    "ops",
    "security_admin",
    "auditor",
]
ROLES: tuple[str, ...] = get_args(Role)
ROLE_TITLES: Mapping[str, Text] = {
    "clerk": Text("经办人", "Clerk"),
    "reviewer": Text("审核人", "Reviewer"),
    "head": Text("单位负责人", "Head of department"),
    "custodian": Text("专管员", "Custodian"),
    "disclosure_head": Text("信息公开机构负责人", "Head of the disclosure office"),
    "office": Text("县政府办", "County office"),
    "leader": Text("县领导", "County leader"),
    "secrecy": Text("保密审查人", "Secrecy reviewer"),
    "legal": Text("合法性审查人", "Legal reviewer"),
    "analyst": Text("分析员", "Analyst"),
    "ops": Text("系统管理员", "System administrator"),
    "security_admin": Text("安全管理员", "Security administrator"),
    "auditor": Text("审计管理员", "Audit administrator"),
}
OFFICE = "county-office"
GROUPS: tuple[str, ...] = ("township", "class1", "class2", "class3", "other")


@dataclass(frozen=True, slots=True)
class Dated:
    """A value in force from a day on."""

    since: date
    value: str


@dataclass(frozen=True, slots=True)
class Department:
    """A unit with all its names and groups; closed or merged on ``until`` (that day it no longer is)."""

    id: str
    names: tuple[Dated, ...]
    groups: tuple[Dated, ...]
    since: date
    until: date | None = None
    successor: str | None = None

    def name_on(self, day: date) -> str:
        """The name in force on ``day`` (the first one before it was created)."""
        return _in_force(self.names, day)

    def group_on(self, day: date) -> str:
        """The group in force on ``day``."""
        return _in_force(self.groups, day)

    def exists_on(self, day: date) -> bool:
        """Whether the unit exists on ``day``."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Post:
    """A person's post (岗位) in a unit from ``since`` until before ``until``; ``acting_for`` names whom a delegate stands in for."""

    subject: str
    department: str
    role: str
    since: date
    until: date | None = None
    acting_for: str | None = None

    def on(self, day: date) -> bool:
        """Whether the post is held on ``day``."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with the posts in force that day. ``public`` is anybody, ``writer_of`` a citizen who showed a case's code."""

    subject: str
    posts: frozenset[tuple[str, str]] = frozenset()
    writer_of: str | None = None
    system: bool = False

    def holds(self, roles: Iterable[str], department: str) -> bool:
        """Whether the actor has one of ``roles`` in ``department``."""
        return any((department, role) in self.posts for role in roles)

    @property
    def departments(self) -> frozenset[str]:
        """The units in which the actor has any post."""
        return frozenset(department for department, _ in self.posts)


PUBLIC = Actor("public")
SYSTEM = Actor("system", system=True)


@dataclass(frozen=True, slots=True)
class Directory:
    """All departments and posts as the reference log tells them up to ``version`` events."""

    departments: Mapping[str, Department] = field(default_factory=dict)
    posts: tuple[Post, ...] = ()
    version: int = 0

    def find(self, name_or_id: str, day: date) -> Department | None:
        """A unit by id or by a name it bears on ``day`` (else by any name it ever bore, if only one unit did)."""
        found = self.departments.get(name_or_id)
        if found is not None:
            return found
        now = [d for d in self.departments.values() if d.name_on(day) == name_or_id and d.exists_on(day)]
        if len(now) == 1:
            return now[0]
        ever = [d for d in self.departments.values() if any(n.value == name_or_id for n in d.names)]
        return ever[0] if len(ever) == 1 else None

    def name(self, department: str, day: date) -> str:
        """The unit's name on ``day``; the id itself for an unknown unit."""
        found = self.departments.get(department)
        return found.name_on(day) if found else department

    def actor(self, subject: str, day: date) -> Actor:
        """The person with the posts held on ``day``."""
        held = frozenset((p.department, p.role) for p in self.posts if p.subject == subject and p.on(day))
        return Actor(subject, held)

    def holders(self, department: str, role: str, day: date) -> tuple[str, ...]:
        """Who holds a post on any day, past ones too."""
        return tuple(p.subject for p in self.posts if p.department == department and p.role == role and p.on(day))

    def with_department(self, department: Department) -> "Directory":
        """This directory with a unit added or replaced."""
        return replace(self, departments={**self.departments, department.id: department})


def _in_force(values: tuple[Dated, ...], day: date) -> str:
    current = values[0].value
    for item in values:
        if item.since <= day:
            current = item.value
    return current
