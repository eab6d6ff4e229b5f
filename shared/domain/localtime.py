"""Dates and instants of the county: Asia/Shanghai calendar dates beside UTC instants, and how people write them."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from shared.domain.text import Text

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Beijing time (北京时间): UTC+8 all year."""

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""The years a written date may lie in; anything else is taken for a slip of the pen."""

_EIGHT_HOURS = timedelta(hours=8)
_DATE_LENGTH = len("2026-10-09")

_WRITTEN = re.compile(
    r"""
    (?: (?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})
      | (?P<other>[0-9]{4}/[0-9]{1,2}/[0-9]{1,2} | [0-9]{8} | [0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日) )
    (?: [ ] (?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)
      | T (?P<exact>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?) (?P<fraction>\.[0-9]{1,6})?
          (?P<offset>Z|[+-][0-9]{2}:[0-9]{2})? )?
    """,
    re.VERBOSE,
)
_WITH_SECONDS = 3


class DateProblem(ValueError):
    """A date, an amount of time or a calendar notice that cannot be taken as written; ``text`` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.zh} / {text.en}")
        self.text = text


def local_date(instant: datetime) -> date:
    """The Shanghai calendar date of an aware instant; ``ValueError`` for one without a zone."""
    if instant.tzinfo is UTC:
        return (instant + _EIGHT_HOURS).date()
    return aware(instant).astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """00:00 in Shanghai of ``day``, as an aware UTC instant."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - _EIGHT_HOURS


def moment_text(instant: datetime) -> str:
    """An aware instant as RFC 3339 with ``+08:00``: seconds, and microseconds only where there are any."""
    if instant.tzinfo is UTC:
        return f"{(instant + _EIGHT_HOURS).isoformat()[:-6]}+08:00"
    return aware(instant).astimezone(SHANGHAI).isoformat()


@lru_cache(maxsize=4096)
def date_and_instant(text: str) -> tuple[str, str]:
    """The Shanghai date (ISO) and the UTC instant (ISO, microseconds) of an RFC 3339 text; ``ValueError`` for another.

    Events that were recorded together bear one text; what ``moment_text`` writes is read without a zone's arithmetic.
    """
    if text.endswith("+08:00") and text[_DATE_LENGTH : _DATE_LENGTH + 1] == "T":
        wall = datetime.fromisoformat(text[:-6])
        return wall.date().isoformat(), f"{(wall - _EIGHT_HOURS).isoformat(timespec='microseconds')}+00:00"
    instant = aware(datetime.fromisoformat(text)).astimezone(UTC)
    return local_date(instant).isoformat(), instant.isoformat(timespec="microseconds")


def read_date(text: str) -> date:
    """The Shanghai date a person wrote; a time beside it is read and dropped. Forms as in :func:`read_moment`."""
    return local_date(read_moment(text))


def read_moment(text: str) -> datetime:
    """The instant a person wrote, as aware UTC; a date alone means 00:00 in Shanghai.

    Taken are ``2026-10-09``, ``2026/10/9``, ``20261009`` and ``2026年10月9日``, alone, with `` 8:05``, `` 08:05:09``
    or ``T08:05:09``; an offset (``Z``, ``+08:00``) and a fraction only in the RFC 3339 form, else Shanghai is meant.
    Raises :class:`DateProblem` for any other form and for a day or time that does not exist.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise _unreadable(text)
    iso, other, clock, exact, fraction, offset = found.group("iso", "other", "clock", "exact", "fraction", "offset")
    time = [int(part) for part in (clock or exact or "0:0").split(":")]
    if (fraction or offset) and (iso is None or len(time) < _WITH_SECONDS):
        raise _unreadable(text)
    day = _existing_day(iso or other)
    hour, minute, second = (*time, 0)[:3]
    if hour > 23 or minute > 59 or second > 59:
        written = clock or exact
        raise DateProblem(Text(f"没有这个时刻：{written}", f"no such time of day: {written}"))
    micros = int(fraction[1:].ljust(6, "0")) if fraction else 0
    wall = datetime(day.year, day.month, day.day, hour, minute, second, micros, tzinfo=UTC)
    return wall - _offset(offset)


def _existing_day(written: str) -> date:
    year, month, day = int(written[:4]), *_month_and_day(written[4:])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        span = f"{FIRST_YEAR}–{LAST_YEAR}"
        raise DateProblem(Text(f"年份不在 {span} 之内：{written}", f"the year is outside {span}: {written}"))
    try:
        return date(year, month, day)
    except ValueError:
        raise DateProblem(Text(f"没有这一天：{written}", f"no such day: {written}")) from None


def _month_and_day(rest: str) -> tuple[int, int]:
    if rest.isdigit():
        return int(rest[:2]), int(rest[2:])
    month, day = re.findall("[0-9]+", rest)
    return int(month), int(day)


def _offset(written: str | None) -> timedelta:
    if written is None:
        return _EIGHT_HOURS
    if written == "Z":
        return timedelta(0)
    hours, minutes = int(written[1:3]), int(written[4:])
    if hours > 23 or minutes > 59:
        raise DateProblem(Text(f"没有这个时差：{written}", f"no such offset from UTC: {written}"))
    size = timedelta(hours=hours, minutes=minutes)
    return -size if written[0] == "-" else size


def _unreadable(text: str) -> DateProblem:
    shown = text if len(text) <= 40 else text[:40] + "…"
    return DateProblem(
        Text(
            f"“{shown}”不是日期：请写作 2026-10-09、2026/10/9、20261009 或 2026年10月9日，可加时间（如 8:05）",
            f"“{shown}” is no date: write 2026-10-09, 2026/10/9, 20261009 or 2026年10月9日, a time (8:05) may follow",
        )
    )


def aware(instant: datetime) -> datetime:
    """The instant itself; ``ValueError`` for one without a zone."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant without a zone: {instant.isoformat()}")
    return instant
