"""Reads a holiday notice (放假通知) from the file or event that carries it, and says what is wrong with one."""

from collections.abc import Mapping
from datetime import date

from shared.domain.localtime import DateProblem, read_date
from shared.domain.text import Text
from shared.domain.workdays import FIRST_DAY, LAST_DAY, Notice

_FIELDS = frozenset(
    ("year", "notice", "published", "holidays", "makeup_workdays", "local", "removed", "amends"),
)
_SATURDAY = 5


def read_notice(data: Mapping[str, object]) -> Notice:
    """The notice in ``{year, notice, published, holidays, makeup_workdays}``, with ``local, removed, amends`` if given.

    ``notice`` (the document number, 发文字号) and ``published`` may be null; dates are texts. A date may lie in the
    notice's year or in the month before or after it. Raises :class:`DateProblem` naming the field: missing, unknown or
    of the wrong type, a date named twice, a year's notice without holidays, a make-up workday from Monday to Friday.
    """
    for field in data:
        if field not in _FIELDS:
            raise _problem(field, "放假通知没有这一项", "a holiday notice has no such field")
    year = _year(data)
    amends = _flag(data, "amends")
    local = _flag(data, "local")
    holidays = _dates(data, "holidays", year)
    makeup = _dates(data, "makeup_workdays", year)
    removed = _dates(data, "removed", year) if "removed" in data else frozenset()
    _check_apart({"holidays": holidays, "makeup_workdays": makeup, "removed": removed})
    if not holidays and not amends:
        raise _problem("holidays", "全年通知不能没有放假日", "a year's notice has holidays")
    if removed and not amends:
        raise _problem("removed", "只有调整通知（amends）才能取消日期", "only a notice that amends takes days back")
    for day in sorted(makeup):
        if day.weekday() < _SATURDAY and not amends:
            raise _problem(
                "makeup_workdays",
                f"{day} 是周一至周五，不是调休上班日",
                f"{day} is Monday to Friday, no make-up workday",
            )
    return Notice(year, _number(data), _published(data), holidays, makeup, local, removed, amends)


def _year(data: Mapping[str, object]) -> int:
    year = _required(data, "year")
    if not isinstance(year, int) or isinstance(year, bool) or not FIRST_DAY.year < year < LAST_DAY.year:
        reach = f"{FIRST_DAY.year + 1}–{LAST_DAY.year - 1}"
        raise _problem("year", f"应为 {reach} 之间的年份", f"must be a year in {reach}")
    return year


def _number(data: Mapping[str, object]) -> str:
    number = data.get("notice")
    if number is None:
        return ""
    if not isinstance(number, str):
        raise _problem("notice", "应为文号（文字）或 null", "must be the document number as text, or null")
    return number.strip()


def _published(data: Mapping[str, object]) -> date | None:
    published = data.get("published")
    return None if published is None else _date("published", published)


def _flag(data: Mapping[str, object], field: str) -> bool:
    flag = data.get(field, False)
    if not isinstance(flag, bool):
        raise _problem(field, "应为 true 或 false", "must be true or false")
    return flag


def _dates(data: Mapping[str, object], field: str, year: int) -> frozenset[date]:
    texts = _required(data, field)
    if not isinstance(texts, list | tuple):
        raise _problem(field, "应为日期的列表", "must be a list of dates")
    days: set[date] = set()
    for place, text in enumerate(texts):
        day = _date(f"{field}[{place}]", text)
        if not date(year - 1, 12, 1) <= day <= date(year + 1, 1, 31):
            raise _problem(f"{field}[{place}]", f"{day} 不属于 {year} 年通知", f"{day} is not of the notice for {year}")
        if day in days:
            raise _problem(f"{field}[{place}]", f"{day} 重复", f"{day} is named twice")
        days.add(day)
    return frozenset(days)


def _date(field: str, value: object) -> date:
    if not isinstance(value, str):
        raise _problem(field, "应为日期（文字），如 2026-10-01", "must be a date as text, such as 2026-10-01")
    try:
        return read_date(value)
    except DateProblem as problem:
        raise _problem(field, problem.text.zh, problem.text.en) from None


def _check_apart(lists: dict[str, frozenset[date]]) -> None:
    seen: dict[date, str] = {}
    for field, days in lists.items():
        for day in sorted(days):
            if day in seen:
                raise _problem(field, f"{day} 又列于 {seen[day]}", f"{day} stands in {seen[day]} too")
            seen[day] = field


def _required(data: Mapping[str, object], field: str) -> object:
    if field not in data:
        raise _problem(field, "缺少这一项", "is missing")
    return data[field]


def _problem(field: str, zh: str, en: str) -> DateProblem:
    return DateProblem(Text(f"{field}：{zh}", f"{field}: {en}"))
