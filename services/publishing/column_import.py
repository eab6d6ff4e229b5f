"""Lists of the site's columns (栏目): what a row means, and which commands it stands for. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from services.publishing.column import COLUMN
from services.publishing.column_commands import Close, Open, Update
from services.publishing.column_rules import KINDS, CloseReason
from shared.domain.text import Text
from shared.imports import cells as cell
from shared.imports.cells import Cells
from shared.imports.old_case import OPENING, Importer, ListColumn, OldCase, Step

NUMBER: Final = "编号"
NAME: Final = "栏目名称"
OWNER: Final = "责任单位"
KIND: Final = "栏目类型"
OPENED: Final = "开设日期"
UPDATED: Final = "上次更新"
CLOSED: Final = "关闭日期"
REASON: Final = "关闭情形"

_KINDS = cell.codes_of(KINDS)
_REASONS: Mapping[str, CloseReason] = {"年末结转": "year_end", "撤销": "abolished"}


def read_column(cells: Cells, now: datetime) -> OldCase:
    """One row as a column. Raises ``BadCell`` for the first column at fault.

    What was published before the last update is not told, so the file begins with that: nothing is judged before it.
    """
    number = cell.number(cells, NUMBER)
    cell.filled(cells, (NAME, OWNER))
    kind = cell.choice(cells, KIND, _KINDS)
    opened = cell.moment(cells, OPENED, now)
    updated = cell.later(cells, UPDATED, now, opened, OPENED) if cells[UPDATED] else None
    since = updated or opened
    way = [Step("update", Update(), updated)] if updated else []
    if cells[CLOSED]:
        reason = cell.choice(cells, REASON, _REASONS)
        closed = cell.later(cells, CLOSED, now, since, UPDATED if updated else OPENED)
        way.append(Step("close", Close(reason=reason), closed))
    cell.alone(cells, REASON, CLOSED)
    cell.made(Open, cells, {"name": NAME}, owner="-", kind=kind)

    def steps(unit: str, named: Mapping[str, str]) -> Sequence[Step]:
        return [Step(OPENING, cell.made(Open, cells, {"name": NAME}, owner=unit, kind=kind), since), *way]

    return OldCase(number, cells[KIND], cells[OWNER], since, steps)


COLUMNS = (
    ListColumn(NUMBER, Text("每行不同。", "Another one in each row."), "L01", filled=True),
    ListColumn(NAME, Text("网站上的栏目名称。", "Its name on the site."), "教育动态", filled=True),
    ListColumn(OWNER, Text("单位名录中的名称。", "As in the directory."), "教育局", filled=True, unit=True),
    ListColumn(KIND, Text("决定更新周期。", "It decides how often it is updated."), KINDS["dynamic"].zh, filled=True,
               choices=tuple(_KINDS)),
    ListColumn(OPENED, Text("没有上次更新的，更新周期自该日起算。", "Without a last update the period counts from here."),
               "2025-01-02", filled=True),
    ListColumn(UPDATED, Text("更新周期自该日起算；此前的不追认、不扣分。", "The period counts from here; nothing before it is judged."),
               "2025-03-03"),
    ListColumn(CLOSED, Text("已关闭的填写。", "Where it is closed.")),
    ListColumn(REASON, Text("有关闭日期的必填；年末结转的自动开设新栏目。", "Needed where it is closed; at a year's end it is carried over."),
               choices=tuple(_REASONS)),
)  # fmt: skip

COLUMNS_IMPORT = Importer(
    kind=COLUMN,
    columns=COLUMNS,
    number_column=NUMBER,
    unit_column=OWNER,
    categories=tuple(_KINDS),
    clock=None,
    read=read_column,
    column_of={"name": NAME, "owner": OWNER, "happened": OPENED, "since": OPENED, "column.closed": CLOSED},
)
