"""The reminder ladder (催办): when a rung falls due, and that it is sent in working hours only. Pure."""

from datetime import date, datetime, time, timedelta

from shared.domain.localtime import SHANGHAI
from shared.domain.workdays import Calendar

OPENS = time(9, 0)
CLOSES = time(17, 30)


def rung_day(calendar: Calendar, due: date, offset: int) -> date:
    """The day of a rung ``offset`` working days after (negative: before) the due date."""
    if offset > 0:
        return calendar.add_workdays(due, offset)
    day = due
    left = -offset
    while left:
        day -= timedelta(days=1)
        if calendar.is_workday(day):
            left -= 1
    return day


def in_working_hours(calendar: Calendar, now: datetime) -> bool:
    """Whether a message may be sent at ``now``."""
    local = now.astimezone(SHANGHAI)
    return calendar.is_workday(local.date()) and OPENS <= local.time() < CLOSES


def next_sending(calendar: Calendar, at_or_after: datetime) -> datetime:
    """The first instant in working hours that is not before ``at_or_after``."""
    if in_working_hours(calendar, at_or_after):
        return at_or_after
    local = at_or_after.astimezone(SHANGHAI)
    day = local.date()
    if not (calendar.is_workday(day) and local.time() < OPENS):
        day += timedelta(days=1)
        while not calendar.is_workday(day):
            day += timedelta(days=1)
    return datetime.combine(day, OPENS, SHANGHAI).astimezone(at_or_after.tzinfo)


def sending_time(calendar: Calendar, due: date, offset: int) -> datetime:
    """When the rung may first be sent: the opening hour of its day, or of the next working day."""
    return next_sending(calendar, datetime.combine(rung_day(calendar, due, offset), OPENS, SHANGHAI))
