"""Working days counted on fingers: the slow, plain way that the oracles trust."""

from datetime import date, datetime, timedelta

from shared.domain.localtime import SHANGHAI
from tests.simulation.county import FIRST_HOLIDAYS, FIRST_MAKEUP, County


def local(moment: datetime) -> date:
    """The day in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def worked(day: date, county: County) -> bool:
    """Whether a day of autumn 2026 is worked, under the last calendar of the schedule."""
    if county.plan.amends:
        if day in county.days.holidays:
            return False
        if day in county.days.makeup_workdays:
            return True
        if day in county.days.removed_holidays:
            return day.weekday() < 5
    if day in FIRST_HOLIDAYS:
        return False
    return day in FIRST_MAKEUP or day.weekday() < 5


def nth_workday(start: date, n: int, county: County) -> date:
    """The ``n``-th working day after ``start``."""
    day = start
    while n:
        day += timedelta(days=1)
        n -= worked(day, county)
    return day
