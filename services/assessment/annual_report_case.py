"""The annual report (政府信息公开工作年度报告): one a unit and year, and one of the county, from its figures to its publication.

编制 → 填报、撰写 → 定稿 → 公布 → {更正: 再次定稿、公布}; 逾期. What is counted is in ``annual_report``, the duties and refusals
in ``annual_report_rules``, what can happen in ``annual_report_events``, what may be asked in ``annual_report_commands``,
what it leaves in ``annual_report_state``; here is what is decided, and the kind that ties them together.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date

from services.assessment.annual_report import COLUMNS, ENTRIES
from services.assessment.annual_report_commands import (
    EnterFigures,
    FreezeReport,
    OpenAnnualReport,
    PublishReport,
    WriteReport,
)
from services.assessment.annual_report_events import (
    AnnualReportOpened,
    FiguresEntered,
    ReportCorrected,
    ReportFrozen,
    ReportOverdue,
    ReportPublished,
    ReportWritten,
)
from services.assessment.annual_report_prose import with_prose
from services.assessment.annual_report_rules import LIMITS, SECTIONS, refusal
from services.assessment.annual_report_state import STATUSES, AnnualReport, clocks, evolve
from shared.domain.deadline import Clock
from shared.domain.directory import OFFICE
from shared.domain.kind import CaseKind, Context, Event, Summary, VerdictFields
from shared.domain.limits import limits
from shared.domain.personal_data import PERSONAL_DATA, like_identity_numbers, personal_data
from shared.domain.text import Text

LAYOUT = 1
"""The version of the form in which a report is printed; frozen with it."""


def _due(year: int, scope: str, context: Context) -> date:
    name = f"annual_report.{scope}"
    month, day = str(context.settings.get(name, LIMITS[name])).split("-")
    return date(year + 1, int(month), int(day))


def open_report(state: AnnualReport, command: OpenAnnualReport, context: Context) -> list[Event]:
    """编制: one's own unit's, by the county office anybody's; the county's by the county office alone."""
    unit = context.directory.find(command.department, context.today)
    if unit is None:
        raise refusal("no_such_unit", "department")
    mine = not {unit.id, OFFICE}.isdisjoint(context.actor.departments)
    if not mine and not context.unattended:
        raise refusal("not_your_unit", "department")
    if command.scope == "county" and unit.id != OFFICE:
        raise refusal("not_the_county_office", "scope")
    if command.year > context.today.year:
        raise refusal("year_not_begun", "year")
    due = _due(command.year, command.scope, context)
    return [AnnualReportOpened(department=unit.id, year=command.year, scope=command.scope, due=due)]


def enter_figures(state: AnnualReport, command: EnterFigures, context: Context) -> list[Event]:
    """填报数据, also after it was frozen: the next edition has them."""
    if state.scope == "county":
        raise refusal("county_sums_units")
    given = {name: getattr(command, name) for name in ENTRIES}
    if all(value is None for value in given.values()):
        raise refusal("nothing_entered")
    return [FiguresEntered(department=state.department, year=state.year, source=command.source, **given)]


def write_report(state: AnnualReport, command: WriteReport, context: Context) -> list[Event]:
    """撰写, also after it was frozen."""
    given = {name: getattr(command, name) for name in SECTIONS}
    if all(value is None for value in given.values()):
        raise refusal("nothing_written")
    _without_personal_data(given, SECTIONS)
    return [ReportWritten(department=state.department, **given)]


def _without_personal_data(words: Mapping[str, str | None], fields: Collection[str]) -> None:
    """The report is public: numbers of persons are kept out of its words; ``fields`` are those that can be marked."""
    for name, text in words.items():
        found = dict(personal_data(text or ""))
        # Of a unit the phone number may be told.
        found.pop("phone", None)
        if likely := like_identity_numbers(text or ""):
            found["identity_number"] = likely
        if found:
            what = Text(
                "、".join(PERSONAL_DATA[one].zh for one in found), ", ".join(PERSONAL_DATA[one].en for one in found)
            )
            raise refusal("personal_data", name if name in fields else None, section=SECTIONS[name], what=what)


def freeze(state: AnnualReport, command: FreezeReport, context: Context) -> list[Event]:
    """定稿: the report as ``context.counted`` tells it now, with the words of the file."""
    if command.happened is not None:
        raise refusal("not_backdated", "happened")
    if context.today.year <= state.year:
        raise refusal("year_not_over", year=state.year)
    counted = dict(context.counted)
    if behind := counted.pop("behind"):
        raise refusal("facts_behind", behind=behind)
    prose = {name: getattr(state, name) for name in SECTIONS}
    _without_personal_data(prose, ())
    report = with_prose(counted, prose) | {"layout": LAYOUT, "edition": state.edition + 1}
    content = json.dumps(report, ensure_ascii=False, separators=(",", ":"))
    carried = {f"carried_{column}": report["table3"]["4"][column] for column in COLUMNS}
    return [
        ReportFrozen(
            department=state.department,
            year=state.year,
            scope=state.scope,
            edition=state.edition + 1,
            cut_off=report["cut_off"],
            content=content,
            digest=hashlib.sha256(content.encode()).hexdigest(),
            **carried,
        )
    ]


def publish(state: AnnualReport, command: PublishReport, context: Context) -> list[Event]:
    """公布 of the last edition; a second one corrects the first and is no verdict."""
    if state.edition == 0:
        raise refusal("not_frozen")
    if state.published == state.edition:
        raise refusal("published_already", edition=state.edition)
    if state.frozen is not None and context.happened < state.frozen:
        raise refusal("before_frozen", "happened", edition=state.edition)
    if state.published:
        return [
            ReportCorrected(
                department=state.department,
                year=state.year,
                scope=state.scope,
                edition=state.edition,
                address=command.address,
            )
        ]
    (clock,) = clocks(state)
    return [
        ReportPublished(
            department=state.department,
            year=state.year,
            scope=state.scope,
            edition=state.edition,
            address=command.address,
            **context.verdict(clock),
        )
    ]


def missed(state: AnnualReport, clock: Clock, verdict: VerdictFields) -> Event:
    """年度报告逾期."""
    return ReportOverdue(department=state.department, year=state.year, scope=state.scope, **verdict)


def stands(state: AnnualReport, event: Event) -> bool:
    """What is published was frozen before, and what a correction corrects was published."""
    if isinstance(event, ReportCorrected) and not state.published:
        return False
    return not (isinstance(event, ReportPublished | ReportCorrected) and event.edition > state.edition)


def may_void(state: AnnualReport, entry: Event) -> bool:
    """An edition stays for ever; another one corrects it."""
    return not isinstance(entry, ReportFrozen)


COLUMNS_SHOWN: Mapping[str, Text] = {
    "year": Text("报告年度", "Year"),
    "scope": Text("报告范围", "Scope"),
    "edition": Text("定稿次序", "Edition"),
    "cut_off": Text("数据截止时刻", "Cut-off"),
    "published": Text("公布的定稿", "Edition published"),
}


def summary(state: AnnualReport) -> Summary:
    """What lists show and filter."""
    return Summary(
        status=state.status,
        department=state.department,
        received=state.opened,
        title=f"{state.year} 年政府信息公开工作年度报告" if state.year else None,
        open=state.status != "published",
        columns={
            "year": state.year,
            "scope": state.scope,
            "edition": state.edition,
            "cut_off": state.cut_off,
            "published": state.published,
        },
    )


def case_id(command: OpenAnnualReport) -> str:
    """``annual-report-2026-education``; the county's is ``annual-report-2026``."""
    return report_id(command.year, None if command.scope == "county" else command.department)


def report_id(year: int, department: str | None) -> str:
    """The id of a unit's report, of the county's where ``department`` is None."""
    return f"annual-report-{year}" + (f"-{department}" if department is not None else "")


KIND: CaseKind[AnnualReport] = CaseKind(
    name="annual_report",
    service="assessment",
    collection="annual-reports",
    title=Text("年度报告", "Annual reports"),
    prefix="annual-report",
    number="",
    statuses=STATUSES,
    initial=AnnualReport(),
    state_type=AnnualReport,
    events=(
        AnnualReportOpened,
        FiguresEntered,
        ReportWritten,
        ReportFrozen,
        ReportPublished,
        ReportCorrected,
        ReportOverdue,
    ),
    commands={
        OpenAnnualReport: open_report,
        EnterFigures: enter_figures,
        WriteReport: write_report,
        FreezeReport: freeze,
        PublishReport: publish,
    },
    evolve=evolve,
    clocks=clocks,
    missed=missed,
    summary=summary,
    columns=COLUMNS_SHOWN,
    limits=limits(LIMITS),
    stands=stands,
    may_void=may_void,
    id_of=case_id,
    fold_version=2,
)
