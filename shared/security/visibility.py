"""What somebody may see: which files their posts open, and which sealed values of a file they may read. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from shared.domain.corrections import COMMON_READERS
from shared.domain.directory import OFFICE, Actor, Role
from shared.domain.kind import CaseKind
from shared.domain.permission import Allowed, may
from shared.storage.port import CaseRecord, Viewer

Reach = Literal["nothing", "unit", "unrestricted", "everything"]


class Sight(NamedTuple):
    """How far a post sees, held in the county office (县政府办) and held in any other unit."""

    office: Reach
    elsewhere: Reach


# ``unit``: files that the unit holds, and unrestricted ones it takes part in. ``unrestricted``: besides, every file but
# 检举控告 and its like. ``everything``: those too. A kind may let those who act on any file of it see the unrestricted
# ones besides (``CaseKind.overseen_by``). The three administrators (三员分立) work on no file.
SIGHTS: Mapping[Role, Sight] = {
    "clerk": Sight("unit", "unit"),
    "reviewer": Sight("unit", "unit"),
    "head": Sight("everything", "unit"),
    "custodian": Sight("unit", "unit"),
    "disclosure_head": Sight("unit", "unit"),
    "office": Sight("everything", "unit"),
    "leader": Sight("unrestricted", "unrestricted"),
    "chief_leader": Sight("unrestricted", "unrestricted"),
    "secrecy": Sight("unrestricted", "unit"),
    "legal": Sight("unrestricted", "unit"),
    "interpreter": Sight("unrestricted", "unit"),
    "analyst": Sight("unrestricted", "unrestricted"),
    "ops": Sight("nothing", "nothing"),
    "security_admin": Sight("nothing", "nothing"),
    "auditor": Sight("nothing", "nothing"),
}
_NAMES: tuple[Role, ...] = get_args(Role)


def reach_of(actor: Actor) -> tuple[Reach, frozenset[str]]:
    """The widest reach of the actor's posts, and the units whose own files they open."""
    if actor.system:
        return "everything", frozenset()
    order: tuple[Reach, ...] = get_args(Reach)
    widest: Reach = "nothing"
    units: set[str] = set()
    for department, role in actor.posts:
        sight = SIGHTS.get(role)  # type: ignore[call-overload]
        if sight is None:
            continue
        reach: Reach = sight.office if department == OFFICE else sight.elsewhere
        widest = max(widest, reach, key=order.index)
        if reach in ("unit", "everything"):
            units.add(department)
    return widest, frozenset(units)


def viewer_of(actor: Actor, overseers: Sequence[Allowed] = ()) -> Viewer:
    """For whom the store answers a list of a kind with these ``overseers`` (``CaseKind.overseen_by``)."""
    reach, units = reach_of(actor)
    unrestricted = reach == "unrestricted" or (reach != "everything" and may(actor, overseers))
    return Viewer(units, reach == "everything", unrestricted, actor.departments)


def may_see(actor: Actor, head: CaseRecord, overseers: Sequence[Allowed] = ()) -> bool:
    """Whether the file exists for the actor; never for somebody of a unit it is hidden from, whatever else they are.

    ``overseers`` (``CaseKind.overseen_by``) act on files of the kind whoever holds them: what is not restricted they see.
    """
    if actor.system:
        return True
    if actor.departments.intersection(head.hidden_from):
        return False
    reach, units = reach_of(actor)
    if reach == "everything" or (not head.restricted and (reach == "unrestricted" or may(actor, overseers))):
        return True
    return head.department in units or (not head.restricted and not units.isdisjoint(head.parties))


def readable_vault_fields(
    kind: CaseKind[Any], actor: Actor, head: CaseRecord, *, handler_alone: Collection[str] = ()
) -> set[str]:
    """The event fields whose sealed values the actor may read in this file (``CaseKind.vault_readers``).

    ``handler_alone`` are fields that only the unit holding the file may read, as the name of a writer who asked for
    confidentiality (要求保密). A citizen's code and the public open what the kind gives them without seeing the file.
    """
    seen = may_see(actor, head, kind.overseen_by)
    found: set[str] = set()
    for name, readers in {**COMMON_READERS, **kind.vault_readers}.items():
        ways = [
            way
            for way in readers
            if way.standing == "writer"
            or (way.standing == "public" and not head.restricted)
            or (seen and way.standing != "public" and (way.standing == "handler" or name not in handler_alone))
        ]
        if may(actor, ways, case=head.id, holder=head.department, parties=head.parties):
            found.add(name)
    return found
