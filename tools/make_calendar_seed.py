"""Writes the seed calendar (one notice a year) and the table of statutory days from the two holiday packages.

Run it as ``python -m tools.make_calendar_seed`` after a new notice is in both packages; commit what it writes.
"""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import holidays

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "services" / "assessment" / "seed" / "calendar"
TABLE = ROOT / "shared" / "domain" / "statutory_days.py"

NOTICE_YEARS = range(2004, 2027)
TABLE_YEARS = range(2000, 2051)
LUNAR_NAMES = ("春节", "清明节", "端午节", "中秋节")
LUNAR_SINCE = 2008
"""Since then 清明, 端午 and 中秋 are statutory."""

NUMBERS = {2026: "国办发明电〔2025〕7号"}
PUBLISHED = {
    2014: "2013-12-11",
    2015: "2014-12-16",
    2016: "2015-12-10",
    2017: "2016-12-01",
    2018: "2017-11-30",
    2019: "2018-12-06",
    2020: "2019-11-21",
    2021: "2020-11-25",
    2022: "2021-10-25",
    2023: "2022-12-08",
    2024: "2023-10-25",
    2025: "2024-11-12",
    2026: "2025-11-04",
}
SET_BY_NEXT_YEAR = {
    date(2005, 12, 31): 2006,
    date(2006, 12, 30): 2007,
    date(2006, 12, 31): 2007,
    date(2007, 12, 29): 2008,
    date(2007, 12, 30): 2008,
    date(2007, 12, 31): 2008,
    date(2011, 12, 31): 2012,
    date(2018, 12, 29): 2019,
    date(2018, 12, 30): 2019,
    date(2018, 12, 31): 2019,
}
"""Days that the notice of the following year set."""

OMITTED_MAKEUP = date(2005, 12, 31)
"""A Saturday worked under the notice for 2006; chinesecalendar leaves it out."""


def notices() -> dict[int, dict[str, object]]:
    """The notice of each year as the file of that year holds it."""
    off: dict[int, set[date]] = {year: set() for year in NOTICE_YEARS}
    worked: dict[int, set[date]] = {year: set() for year in NOTICE_YEARS}
    for year in NOTICE_YEARS:
        for day in _days_of(year):
            named = chinese_calendar.get_holiday_detail(day)[1] is not None
            setting = SET_BY_NEXT_YEAR.get(day, year)
            if named and chinese_calendar.is_holiday(day):
                off[setting].add(day)
            elif chinese_calendar.is_workday(day) and day.weekday() >= 5:
                worked[setting].add(day)
    worked[2006].add(OMITTED_MAKEUP)
    return {
        year: {
            "year": year,
            "notice": NUMBERS.get(year),
            "published": PUBLISHED.get(year),
            "holidays": _texts(off[year]),
            "makeup_workdays": _texts(worked[year]),
        }
        for year in NOTICE_YEARS
    }


def notice_text(notice: dict[str, object]) -> str:
    """The notice as its file holds it."""
    return json.dumps(notice, ensure_ascii=False, indent=2) + "\n"


def lunar_days(year: int) -> list[date]:
    """The first day of 春节 and, since they are statutory, 清明, 端午 and 中秋 of ``year``."""
    statutory = holidays.country_holidays("CN", years=year, language="zh_CN")
    names = LUNAR_NAMES if year >= LUNAR_SINCE else LUNAR_NAMES[:1]
    return [min(statutory.get_named(name, lookup="exact")) for name in names]


def table_text() -> str:
    """The source of the module of statutory days."""
    rows = "\n".join(f"    {year}: ({_row(lunar_days(year))})," for year in TABLE_YEARS)
    return f'''"""Statutory days (法定节假日) that the lunar calendar sets; written by tools/make_calendar_seed.py."""

LUNAR: dict[int, tuple[str, ...]] = {{
{rows}
}}
"""Year -> ``MM-DD`` of 春节 (初一), 清明, 端午 and 中秋; before {LUNAR_SINCE} only 春节 was statutory."""
'''


def main() -> None:
    SEED.mkdir(parents=True, exist_ok=True)
    for year, notice in notices().items():
        (SEED / f"{year}.json").write_text(notice_text(notice), encoding="utf-8")
    TABLE.write_text(table_text(), encoding="utf-8")


def _days_of(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def _texts(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]


def _row(days: list[date]) -> str:
    row = ", ".join(f'"{day:%m-%d}"' for day in days)
    return row if len(days) > 1 else row + ","


if __name__ == "__main__":
    main()
