"""The directory (单位名录): departments with groups and dates, posts, delegations; and who an actor is on a day."""

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
    "chief_leader",
    "secrecy",
    "legal",
    "interpreter",
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
    "leader": Text("分管县领导", "County leader in charge"),
    "chief_leader": Text("县政府主要领导", "Chief leader of the county government"),
    "secrecy": Text("保密审查人", "Secrecy reviewer"),
    "legal": Text("合法性审查人", "Legal reviewer"),
    "interpreter": Text("政策解读队伍成员", "Member of the interpretation team"),
    "analyst": Text("分析员", "Analyst"),
    "ops": Text("系统管理员", "System administrator"),
    "security_admin": Text("安全管理员", "Security administrator"),
    "auditor": Text("审计管理员", "Audit administrator"),
}
OFFICE = "county-office"
COUNTY_LEADERS: tuple[Role, ...] = ("leader", "chief_leader")
Group = Literal["township", "class1", "class2", "class3", "other"]
GROUPS: tuple[str, ...] = get_args(Group)
GROUP_TITLES: Mapping[str, Text] = {
    "township": Text("乡镇街道", "Townships and streets"),
    "class1": Text("一类单位", "Class 1 units"),
    "class2": Text("二类单位", "Class 2 units"),
    "class3": Text("三类单位", "Class 3 units"),
    "other": Text("其他单位", "Other units"),
}


@dataclass(frozen=True, slots=True)
class Dated:
    """A value in force from a day on."""

    since: date
    value: str


@dataclass(frozen=True, slots=True)
class Department:
    """A unit with all its names and groups; closed or merged on ``until`` (that day it no longer is).

    ``aliases`` are other ways people write it (简称、全称), whatever the day.
    """

    id: str
    names: tuple[Dated, ...]
    groups: tuple[Dated, ...]
    since: date
    until: date | None = None
    successor: str | None = None
    aliases: tuple[str, ...] = ()

    def name_on(self, day: date) -> str:
        """The name in force on ``day`` (the first one before it was created)."""
        return _in_force(self.names, day)

    def group_on(self, day: date) -> str:
        """The group in force on ``day``."""
        return _in_force(self.groups, day)

    def exists_on(self, day: date) -> bool:
        """Whether the unit exists on ``day``."""
        return self.since <= day and (self.until is None or day < self.until)

    def renamed(self, name: str, since: date, aliases: Iterable[str] = ()) -> "Department":
        """The unit under a new name from ``since``; ``aliases`` come on top of the old ones."""
        return replace(self, names=(*self.names, Dated(since, name)), aliases=_united(self.aliases, aliases))

    def regrouped(self, group: str, since: date) -> "Department":
        """The unit in another group from ``since``."""
        return replace(self, groups=(*self.groups, Dated(since, group)))

    def ended(self, until: date, successor: str | None = None) -> "Department":
        """The unit closed on ``until``, or merged into ``successor``."""
        return replace(self, until=until, successor=successor)


@dataclass(frozen=True, slots=True)
class Post:
    """A person's post (岗位) in a unit from ``since`` until before ``until``.

    ``acting_for`` names whom a delegate stands in for.
    """

    subject: str
    department: str
    role: str
    since: date
    until: date | None = None
    acting_for: str | None = None

    def on(self, day: date) -> bool:
        """Whether the post is held on ``day``."""
        return self.since <= day and (self.until is None or day < self.until)

    def overlaps(self, since: date, until: date | None) -> bool:
        """Whether the post is held on any day from ``since`` until before ``until`` (None: without end)."""
        return (until is None or self.since < until) and (self.until is None or since < self.until)


def with_post_ended(posts: Iterable[Post], ended: Post) -> tuple[Post, ...]:
    """``posts`` with the one that ``ended`` repeats, but for its new ``until``, ended then."""
    return tuple(ended if replace(post, until=ended.until) == ended else post for post in posts)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with the posts in force that day.

    ``public`` is anybody, ``writer_of`` a citizen who showed a case's code.
    """

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
        """A unit by id, by the name it bears on ``day``, by an alias, or by any name it ever bore.

        A way of naming that fits several units finds none of them; units existing on ``day`` go before others.
        """
        name = name_or_id.strip()
        if name in self.departments:
            return self.departments[name]
        known = self.departments.values()
        living = [d for d in known if d.exists_on(day)]
        for fits in (
            [d for d in living if d.name_on(day) == name],
            [d for d in living if name in d.aliases],
            [d for d in known if any(n.value == name for n in d.names)],
            [d for d in known if name in d.aliases],
        ):
            if fits:
                return fits[0] if len(fits) == 1 else None
        return None

    def name(self, department: str, day: date) -> str:
        """The unit's name on ``day``; the id itself for an unknown unit."""
        found = self.departments.get(department)
        return found.name_on(day) if found else department

    def exists(self, department: str, day: date) -> bool:
        """Whether there is a unit of that id on ``day``."""
        found = self.departments.get(department)
        return found is not None and found.exists_on(day)

    def heir(self, department: Department, day: date) -> Department:
        """The unit itself, or the one that has its duties on ``day`` where it was merged by then."""
        seen = {department.id}
        while not department.exists_on(day) and (name := department.successor) and name not in seen:
            if (successor := self.departments.get(name)) is None:
                break
            seen.add(name)
            department = successor
        return department

    def taken_over(self, department: str, day: date) -> frozenset[str]:
        """The unit itself and those whose duties it has on ``day``."""
        ended = (d for d in self.departments.values() if d.successor and not d.exists_on(day))
        return frozenset((department, *(d.id for d in ended if self.heir(d, day).id == department)))

    def actor(self, subject: str, day: date) -> Actor:
        """The person with the posts held on ``day``; a post in a unit is one in those it has taken over by then, too."""
        held = {(p.department, p.role) for p in self.posts if p.subject == subject and p.on(day)}
        return Actor(subject, frozenset((old, role) for unit, role in held for old in self.taken_over(unit, day)))

    def holders(self, department: str, role: str, day: date) -> tuple[str, ...]:
        """Who holds a post on ``day``."""
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


def _united(first: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *more)))
