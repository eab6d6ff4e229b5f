"""Draws up the roster (考核对象名册) of a day from the directory (单位名录)."""

from datetime import date

from services.assessment.roster import Member, Roster
from shared.domain.directory import Directory


def roster_on(directory: Directory, day: date) -> Roster:
    """The units in force on ``day`` by id, with that day's names and groups, and who succeeds each merged one by then.

    A merger or closing of a later day does not show; a unit closed without successor is on no roster.
    """
    units = [directory.departments[id] for id in sorted(directory.departments)]
    members = tuple(Member(u.id, u.name_on(day), u.group_on(day)) for u in units if u.exists_on(day))
    merged = {u.id: u.successor for u in units if u.successor is not None and u.until is not None and u.until <= day}
    return Roster(members, merged)
