"""年度放假安排 calendar: the holiday notice (放假通知) of a year, days off and make-up workdays (调休上班), with its
mid-year changes and the local holidays (地方假日) of the prefecture or county. One case a year."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.assessment.reference_topic import KEEPERS, TOPIC
from shared.domain.clockless import no_clocks, no_miss
from shared.domain.directory import OFFICE
from shared.domain.kind import (
    CaseKind,
    Command,
    Context,
    Event,
    RuleBroken,
    Stamp,
    Summary,
    attribute,
    command,
    event,
    field,
)
from shared.domain.text import Text

BASIS = Text(
    "《全国年节及纪念日放假办法》及国务院办公厅年度放假安排通知",
    "Measures on Public Holidays, and the State Council General Office's yearly notice",
)
LOCAL_BASIS = Text(
    "《全国年节及纪念日放假办法》第四条（少数民族习惯的节日，由当地人民政府规定放假）",
    "Measures on Public Holidays, Art. 4 (local governments set the holidays of minority areas)",
)
SATURDAY = 5


class HolidayNotice(Event):
    """What a notice says: ``holidays`` off and ``makeup_workdays`` worked, of any year it touches, in order."""

    year: int = attribute(Text("年份", "Year"))
    notice: str = attribute(Text("文号", "Notice number"))
    published: date | None = attribute(Text("发文日期", "Published"))
    holidays: tuple[date, ...] = attribute(Text("放假日", "Days off"))
    makeup_workdays: tuple[date, ...] = attribute(Text("调休上班日", "Make-up workdays"))
    local: bool = attribute(Text("地方假日", "Local"), default=False)
    source_hash: str = attribute(Text("来源校验值", "Hash of the source"))


@event("CalendarYearPublished", Text("年度放假安排发布", "Holidays of a year published"), basis=BASIS)
class CalendarYearPublished(HolidayNotice):
    """放假安排发布: the year is known from here on."""


@event("CalendarAmended", Text("放假安排调整", "Holidays amended"), basis=BASIS)
class CalendarAmended(HolidayNotice):
    """放假安排调整: days laid over what stands; ``removed`` go back to the plain weekday rule."""

    removed: tuple[date, ...] = attribute(Text("恢复常规的日期", "Days given back"), default=())


def _notice() -> Any:
    return field(
        Text("文号", "Notice number"),
        help=Text(
            "通知的文号，如 国办发明电〔2025〕7号；不知道可不填。",
            "The notice's number, such as 国办发明电〔2025〕7号; empty if unknown.",
        ),
        basis=BASIS,
        default="",
        max_length=200,
    )


def _published() -> Any:
    return field(
        Text("发文日期", "Published"),
        help=Text("通知的成文或公布日期，不知道可不填。", "The day the notice was published; empty if unknown."),
        basis=BASIS,
        widget="date",
        default=None,
    )


def _days(title: Text, help: Text, basis: Text = BASIS) -> Any:
    return field(title, help=help, basis=basis, widget="textarea", default=(), max_length=200)


def _holidays() -> Any:
    return _days(
        Text("放假日", "Days off"),
        Text(
            "通知列出的全部放假日，含其中的周六、周日，一行一个日期。",
            "Every day off the notice lists, weekend days among them, one a line.",
        ),
    )


def _makeup_workdays() -> Any:
    return _days(
        Text("调休上班日", "Make-up workdays"),
        Text("因调休而上班的周六、周日，一行一个日期。", "The Saturdays and Sundays worked in exchange, one a line."),
    )


def _source_hash() -> Any:
    return field(
        Text("来源校验值", "Hash of the source"),
        help=Text(
            "通知原文件的 SHA-256；不填则取所登记内容的 SHA-256。",
            "SHA-256 of the notice's own file; if empty, of what is entered here.",
        ),
        basis=BASIS,
        default=None,
        pattern="^[0-9a-f]{64}$",
    )


@command(
    Text("发布年度放假安排", "Publish a year's holidays"),
    help=Text(
        "登记国务院办公厅的年度放假通知。此后该年的期限不再是暂定，在办期限随之重算。",
        "Enter the State Council's notice of a year. Dates in it are then final; running clocks are recomputed.",
    ),
    basis=BASIS,
    allowed=KEEPERS,
    opens=True,
)
class Publish(Command):
    """Enter the holiday notice of a year."""

    year: int = field(
        Text("年份", "Year"),
        help=Text("通知安排的年份。", "The year the notice is for."),
        basis=BASIS,
        widget="number",
        ge=1950,
        le=2100,
    )
    notice: str = _notice()
    published: date | None = _published()
    holidays: tuple[date, ...] = _holidays()
    makeup_workdays: tuple[date, ...] = _makeup_workdays()
    local: bool = field(
        Text("地方假日", "Local"),
        help=Text(
            "地方假日在年度通知发布后以调整登记，此处应为否。",
            "Local holidays are entered as an amendment once the year's notice is in; no here.",
        ),
        basis=LOCAL_BASIS,
        widget="checkbox",
        default=False,
    )
    source_hash: str | None = _source_hash()


@command(
    Text("调整放假安排", "Amend the holidays"),
    help=Text(
        "登记年中的调整（如延长假期）或地方假日。所列日期覆盖原有安排，在办期限随之重算。",
        "Enter a change made during the year, such as a prolonged holiday, or local holidays. "
        "The days listed are laid over what stands; running clocks are recomputed.",
    ),
    basis=BASIS,
    allowed=KEEPERS,
)
class Amend(Command):
    """Enter a change of a year's holidays, or its local holidays."""

    notice: str = _notice()
    published: date | None = _published()
    holidays: tuple[date, ...] = _holidays()
    makeup_workdays: tuple[date, ...] = _makeup_workdays()
    removed: tuple[date, ...] = _days(
        Text("恢复常规的日期", "Days given back"),
        Text(
            "原为放假或调休上班、现按平常星期处理的日期，一行一个。",
            "Days that were off or made up and now follow the plain weekday rule, one a line.",
        ),
    )
    local: bool = field(
        Text("地方假日", "Local"),
        help=Text(
            "州、县规定的地方假日：默认只作显示，不影响法定期限。",
            "Holidays set by the prefecture or county: by default shown only, stopping no statutory clock.",
        ),
        basis=LOCAL_BASIS,
        widget="checkbox",
        default=False,
    )
    source_hash: str | None = _source_hash()


@dataclass(frozen=True, slots=True)
class Layer:
    """The days standing in the State Council's or the local layer, in order."""

    holidays: tuple[date, ...] = ()
    makeup_workdays: tuple[date, ...] = ()

    def with_days(self, notice: HolidayNotice, removed: Iterable[date] = ()) -> "Layer":
        """The layer with a notice's days laid over it."""
        off, worked, gone = set(notice.holidays), set(notice.makeup_workdays), set(removed)
        return Layer(
            tuple(sorted((set(self.holidays) - gone - worked) | off)),
            tuple(sorted((set(self.makeup_workdays) - gone - off) | worked)),
        )


@dataclass(frozen=True, slots=True)
class Year:
    """A year's holidays as they stand; ``year`` 0: no notice is in."""

    year: int = 0
    notice: str = ""
    published: date | None = None
    national: Layer = Layer()
    local: Layer = Layer()
    amendments: int = 0


def publish(state: Year, command: Publish, context: Context) -> Sequence[Event]:
    """The notice opens the year's case; a year has one."""
    if state.year:
        raise _broken(
            "calendar.already_published",
            Text(
                f"{command.year} 年的放假安排已发布（{state.notice}），变动请用“调整放假安排”",
                f"the holidays of {command.year} are already published ({state.notice}); enter changes as an amendment",
            ),
            "year",
        )
    if command.local:
        raise _broken(
            "calendar.local_needs_year",
            Text(
                "地方假日不是年度放假通知，请在该年通知发布后用“调整放假安排”登记",
                "local holidays are no year's notice; enter them as an amendment once the year's notice is in",
            ),
            "local",
            LOCAL_BASIS,
        )
    _check_days(command.year, command, Layer(), context)
    if not any(day.year == command.year for day in command.holidays):
        raise _broken(
            "calendar.no_holidays",
            Text(f"没有 {command.year} 年的放假日", f"no day off in {command.year} is listed"),
            "holidays",
        )
    return [CalendarYearPublished(department=OFFICE, year=command.year, **_content(command))]


def amend(state: Year, command: Amend, context: Context) -> Sequence[Event]:
    """A change is laid over what stands and must change something."""
    layer = state.local if command.local else state.national
    _check_days(state.year, command, layer, context)
    unset = sorted(set(command.removed) - set(layer.holidays) - set(layer.makeup_workdays))
    if unset:
        raise _broken(
            "calendar.not_set",
            Text(
                f"{unset[0]} 原本既不放假也不调休上班，无从恢复",
                f"{unset[0]} is neither off nor made up; there is nothing to give back",
            ),
            "removed",
        )
    amended = CalendarAmended(
        department=OFFICE, year=state.year, removed=_in_order(command.removed), **_content(command)
    )
    if layer.with_days(amended, amended.removed) == layer:
        raise _broken(
            "calendar.no_change",
            Text("所列日期与现行安排相同，没有变动", "the days listed stand already; nothing changes"),
        )
    return [amended]


def evolve(state: Year, event: Any, stamp: Stamp) -> Year:
    """The year after ``event``."""
    if isinstance(event, CalendarYearPublished):
        return Year(event.year, event.notice, event.published, Layer().with_days(event))
    if isinstance(event, CalendarAmended):
        counted = replace(state, amendments=state.amendments + 1)
        if event.local:
            return replace(counted, local=state.local.with_days(event, event.removed))
        return replace(counted, national=state.national.with_days(event, event.removed))
    return state


def summary(state: Year) -> Summary:
    """What the list of years shows."""
    status = "unpublished" if not state.year else "amended" if state.amendments else "published"
    return Summary(
        status=status,
        department=OFFICE,
        received=state.published,
        title=state.notice or None,
        open=False,
        columns={
            "year": state.year,
            "holidays": len(state.national.holidays),
            "makeup_workdays": len(state.national.makeup_workdays),
            "local_holidays": len(state.local.holidays),
            "amendments": state.amendments,
        },
    )


def case_id(command: Publish) -> str:
    """``calendar-2026``."""
    return f"calendar-{command.year}"


KIND = CaseKind[Year](
    name="calendar",
    service="assessment",
    collection="calendars",
    title=Text("放假安排", "Holiday calendar"),
    prefix="calendar",
    number="",
    statuses={
        "unpublished": Text("未发布", "Not published"),
        "published": Text("已发布", "Published"),
        "amended": Text("已调整", "Amended"),
    },
    initial=Year(),
    state_type=Year,
    events=(CalendarYearPublished, CalendarAmended),
    commands={Publish: publish, Amend: amend},
    evolve=evolve,
    clocks=no_clocks,
    missed=no_miss,
    summary=summary,
    columns={
        "year": Text("年份", "Year"),
        "holidays": Text("放假日数", "Days off"),
        "makeup_workdays": Text("调休上班日数", "Make-up workdays"),
        "local_holidays": Text("地方假日数", "Local holidays"),
        "amendments": Text("调整次数", "Amendments"),
    },
    id_of=case_id,
    topic=TOPIC,
)


def _check_days(year: int, command: Publish | Amend, standing: Layer, context: Context) -> None:
    """``standing``: what the notice is laid over. As 2019's did, a notice may reach into the December before."""
    removed = command.removed if isinstance(command, Amend) else ()
    named = {"holidays": command.holidays, "makeup_workdays": command.makeup_workdays, "removed": removed}
    seen: set[date] = set()
    for name, days in named.items():
        for day in sorted(set(days)):
            if not date(year - 1, 12, 1) <= day <= date(year + 1, 1, 31):
                raise _broken(
                    "calendar.outside_year",
                    Text(
                        f"{day} 不在 {year} 年及其前后一个月之内",
                        f"{day} is not in {year}, the month before or the month after",
                    ),
                    name,
                )
            if day in seen:
                raise _broken(
                    "calendar.day_twice",
                    Text(
                        f"{day} 不能同时放假、上班或恢复常规",
                        f"{day} cannot be off, worked and given back at once",
                    ),
                    name,
                )
            seen.add(day)
    for day in sorted(command.makeup_workdays):
        if day.weekday() < SATURDAY and day not in standing.holidays:
            raise _broken(
                "calendar.makeup_on_weekday",
                Text(
                    f"{day} 不是周六、周日，本来就上班，不能是调休上班日",
                    f"{day} is no Saturday or Sunday; it is worked anyway and cannot be a make-up workday",
                ),
                "makeup_workdays",
            )
    if command.published is not None and command.published > context.today:
        raise _broken(
            "calendar.published_later",
            Text(
                f"发文日期 {command.published} 晚于登记的日期 {context.today}",
                f"the notice's date {command.published} is later than the day it is entered, {context.today}",
            ),
            "published",
        )


def _content(command: Publish | Amend) -> dict[str, Any]:
    content: dict[str, Any] = {
        "notice": command.notice,
        "published": command.published,
        "holidays": _in_order(command.holidays),
        "makeup_workdays": _in_order(command.makeup_workdays),
        "local": command.local,
    }
    if command.source_hash is not None:
        return {**content, "source_hash": command.source_hash}
    entered = command.model_dump_json(exclude={"happened", "source_hash"})
    canonical = json.dumps(json.loads(entered), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {**content, "source_hash": hashlib.sha256(canonical.encode()).hexdigest()}


def _in_order(days: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted(set(days)))


def _broken(code: str, message: Text, field: str | None = None, basis: Text = BASIS) -> RuleBroken:
    return RuleBroken(code, message, basis, field)
