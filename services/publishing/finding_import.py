"""Old lists of findings on patrol (巡查台账): what a row means, and which commands it stands for. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from services.publishing.finding import FINDING
from services.publishing.finding_commands import (
    AcceptDefect,
    ClearDefect,
    ConfirmDefect,
    RecordPatrol,
    RejectDefect,
    ReportFix,
)
from services.publishing.finding_rules import AREAS, CAUSES, SCOPES, SEVERITIES, VETOES, RejectGround
from shared.domain.localtime import DateProblem, local_date, read_date
from shared.domain.text import Text
from shared.imports import cells as cell
from shared.imports.cells import Cells
from shared.imports.old_case import NOT_RECORDED, OPENING, BadCell, Importer, ListColumn, OldCase, Step

NUMBER: Final = "编号"
UNIT: Final = "被巡查单位"
SCOPE: Final = "巡查范围"
FOUND: Final = "发现日期"
NOTHING: Final = "未发现问题"
AREA: Final = "问题类别"
CAUSE: Final = "问题原因"
SEVERITY: Final = "严重程度"
VETO: Final = "一票否决情形"
PAGE: Final = "网址"
ACCEPTED: Final = "认可日期"
CONFIRMED: Final = "认定日期"
FIX_BY: Final = "整改期限"
REJECTED: Final = "不成立日期"
GROUND: Final = "不成立情形"
FIXED: Final = "整改日期"
CLEARED: Final = "核销日期"

_SCOPES, _AREAS, _VETOES = cell.codes_of(SCOPES), cell.codes_of(AREAS), cell.codes_of(VETOES)
_SEVERITIES = cell.codes_of(SEVERITIES)
_CAUSES = {words.zh: code for causes in CAUSES.values() for code, words in causes.items()}
_GROUNDS: Mapping[str, RejectGround] = {
    "事实不符": "facts_differ",
    "非本单位责任": "not_responsible",
    "证据不足": "no_evidence",
}
_OF_DEFECT = (AREA, CAUSE, SEVERITY, PAGE)


def read_finding(cells: Cells, now: datetime) -> OldCase:
    """One row as an old finding, or a patrol that found nothing. Raises ``BadCell`` for the first column at fault."""
    number = cell.number(cells, NUMBER)
    cell.filled(cells, (UNIT,))
    found = cell.moment(cells, FOUND, now)
    nothing = cell.truth(cells, NOTHING)
    fixed: dict[str, Any] = {
        "scope": cell.choice(cells, SCOPE, _SCOPES),
        "found": local_date(found),
        "found_nothing": nothing,
        "veto": cell.choice(cells, VETO, _VETOES, "none"),
        "area": cell.choice_if_any(cells, AREA, _AREAS),
        "cause": cell.choice_if_any(cells, CAUSE, _CAUSES),
        "severity": cell.choice_if_any(cells, SEVERITY, _SEVERITIES),
    }
    if not nothing:
        cell.filled(cells, _OF_DEFECT)
    elif told := next((column for column in (*_OF_DEFECT, VETO, ACCEPTED, CONFIRMED, REJECTED) if cells[column]), None):
        raise BadCell(told, cells[told], Text("未发现问题的不填", "stays empty where nothing was found"))
    way = [] if nothing else _decided(cells, now, found)
    cell.made(RecordPatrol, cells, {"page": PAGE}, department="-", **fixed)

    def steps(unit: str, named: Mapping[str, str]) -> Sequence[Step]:
        return [Step(OPENING, cell.made(RecordPatrol, cells, {"page": PAGE}, department=unit, **fixed), found), *way]

    return OldCase(number, cells[SCOPE], cells[UNIT], found, steps)


def _decided(cells: Cells, now: datetime, found: datetime) -> list[Step]:
    """认可, 认定 or 不成立, 整改, 核销, as far as the row is dated."""
    steps: list[Step] = []
    last, last_column = found, FOUND
    if cells[ACCEPTED]:
        last, last_column = cell.later(cells, ACCEPTED, now, last, last_column), ACCEPTED
        steps.append(Step("accept", AcceptDefect(), last))
    if cells[REJECTED]:
        if cells[CONFIRMED]:
            both = Text("已认定的不能又不成立", "what was confirmed was not rejected")
            raise BadCell(REJECTED, cells[REJECTED], both)
        ground = cell.choice(cells, GROUND, _GROUNDS)
        rejected = cell.later(cells, REJECTED, now, last, last_column)
        return [*steps, Step("reject", RejectDefect(ground=ground, explanation=NOT_RECORDED), rejected)]
    cell.alone(cells, GROUND, REJECTED)
    for column, needs in ((FIX_BY, CONFIRMED), (FIXED, CONFIRMED), (CLEARED, FIXED)):
        cell.alone(cells, column, needs)
    if not cells[CONFIRMED]:
        return steps
    last, last_column = cell.later(cells, CONFIRMED, now, last, last_column), CONFIRMED
    steps.append(Step("confirm", ConfirmDefect(fix_by=_fix_by(cells)), last))
    if cells[FIXED]:
        last, last_column = cell.later(cells, FIXED, now, last, last_column), FIXED
        steps.append(Step("fix", ReportFix(statement=NOT_RECORDED), last))
    if cells[CLEARED]:
        steps.append(Step("clear", ClearDefect(), cell.later(cells, CLEARED, now, last, last_column)))
    return steps


def _fix_by(cells: Cells) -> date:
    """The day by which it was to be fixed; it may lie ahead."""
    if not cells[FIX_BY]:
        raise cell.missing(FIX_BY)
    try:
        return read_date(cells[FIX_BY])
    except DateProblem as problem:
        raise BadCell(FIX_BY, cells[FIX_BY], problem.text) from problem


_OF_FINDING = Text("有问题的必填。", "Needed where something was found.")
_IF_ANY = Text("没有的空白。", "Empty where there was none.")
COLUMNS = (
    ListColumn(NUMBER, Text("每行不同。", "Another one in each row."), "X01", filled=True),
    ListColumn(UNIT, Text("单位名录中的名称。", "As in the directory."), "教育局", filled=True, unit=True),
    ListColumn(SCOPE, Text("选一项。", "One of them."), SCOPES["website"].zh, filled=True, choices=tuple(_SCOPES)),
    ListColumn(FOUND, Text("决定计入的季度。", "It decides the quarter."), "2025-03-03", filled=True),
    ListColumn(NOTHING, Text("空白即否。", "Empty: no."), "否", choices=cell.YES_OR_NO),
    ListColumn(AREA, _OF_FINDING, AREAS["content"].zh, choices=tuple(_AREAS)),
    ListColumn(CAUSE, Text("有问题的必填，须属于所填类别。", "Needed where something was found; one of its area."), "错别字",
               choices=tuple(_CAUSES)),
    ListColumn(SEVERITY, _OF_FINDING, SEVERITIES["minor"].zh, choices=tuple(_SEVERITIES)),
    ListColumn(VETO, Text("空白即无。", "Empty: none."), choices=tuple(_VETOES)),
    ListColumn(PAGE, Text("有问题的必填；同一位置的同一原因只有一件。", "Needed for a defect; one cause in one place is one file."),
               "www.example.gov.cn/a/1.html"),
    ListColumn(ACCEPTED, Text("单位认可之日；空白即申辩期满。", "When the unit accepted it; empty: its time to dispute ran out."),
               "2025-03-05"),
    ListColumn(CONFIRMED, _IF_ANY, "2025-03-06"),
    ListColumn(FIX_BY, Text("有认定日期的必填。", "Needed where it was confirmed."), "2025-03-20"),
    ListColumn(REJECTED, _IF_ANY),
    ListColumn(GROUND, Text("有不成立日期的必填。", "Needed where it was rejected."), choices=tuple(_GROUNDS)),
    ListColumn(FIXED, _IF_ANY, "2025-03-18"),
    ListColumn(CLEARED, _IF_ANY, "2025-03-19"),
)  # fmt: skip

FINDINGS_IMPORT = Importer(
    kind=FINDING,
    columns=COLUMNS,
    number_column=NUMBER,
    unit_column=UNIT,
    categories=tuple(_SCOPES),
    clock=None,
    read=read_finding,
    column_of={
        "department": UNIT,
        "page": PAGE,
        "cause": CAUSE,
        "veto": VETO,
        "found": FOUND,
        "happened": FOUND,
        "fix_by": FIX_BY,
        "finding.dispute_running": CONFIRMED,
        "finding.dispute_over": ACCEPTED,
    },
)
