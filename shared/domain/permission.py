"""Who may give a command: roles, and how the actor must stand to the case. Deny by default."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.domain.directory import COUNTY_LEADERS, OFFICE, Actor

Standing = Literal["office", "handler", "party", "own", "anywhere", "public", "writer", "system"]


@dataclass(frozen=True, slots=True)
class Allowed:
    """One way to be entitled.

    ``office``: one of ``roles`` in the county office; ``handler``: in the unit that holds the file; ``party``: in a unit
    that takes part in it; ``own``: in the unit the command names; ``anywhere``: in any unit; ``public``: everybody, no
    token; ``writer``: the citizen with the case's receipt code; ``system``: policies and timers.
    """

    standing: Standing
    roles: tuple[str, ...] = ()


def office(*roles: str) -> Allowed:
    """Somebody of the county office (县政府办)."""
    return Allowed("office", roles or ("office", "head"))


def handler(*roles: str) -> Allowed:
    """Somebody of the unit that holds the file (承办单位)."""
    return Allowed("handler", roles or ("clerk", "reviewer", "head"))


def party(*roles: str) -> Allowed:
    """Somebody of a unit that takes part (协办单位)."""
    return Allowed("party", roles or ("clerk", "reviewer", "head"))


def anywhere(*roles: str) -> Allowed:
    """Somebody with one of the roles in any unit."""
    return Allowed("anywhere", roles)


def county_leader() -> Allowed:
    """A county leader (县领导): the one in charge or the chief."""
    return anywhere(*COUNTY_LEADERS)


PUBLIC_MAY = Allowed("public")
WRITER_MAY = Allowed("writer")
SYSTEM_MAY = Allowed("system")


def may(
    actor: Actor,
    allowed: Sequence[Allowed],
    *,
    case: str | None = None,
    holder: str | None = None,
    parties: Sequence[str] = (),
) -> bool:
    """Whether ``actor`` is entitled by one of ``allowed`` towards a case held by ``holder`` with ``parties``."""
    return any(_fits(actor, way, case, holder, parties) for way in allowed)


def _fits(actor: Actor, way: Allowed, case: str | None, holder: str | None, parties: Sequence[str]) -> bool:
    match way.standing:
        case "public":
            return True
        case "system":
            return actor.system
        case "writer":
            return case is not None and actor.writer_of == case
        case "office":
            return actor.holds(way.roles, OFFICE)
        case "handler":
            return holder is not None and actor.holds(way.roles, holder)
        case "party":
            return any(actor.holds(way.roles, unit) for unit in parties)
        case "own" | "anywhere":
            return any(role in way.roles for _, role in actor.posts)
