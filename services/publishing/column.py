"""Columns of the site (栏目), institution 1: opened, kept up to date within their period, closed and carried over each year.

The period begins anew with each update and with each lapse, so that a lapse is charged once a period.
"""

from collections.abc import Mapping

from services.publishing.column_commands import DESK, Close, Open, RecordBlank, Update
from services.publishing.column_events import ColumnBlank, ColumnClosed, ColumnOpened, ColumnStale, ColumnUpdated
from services.publishing.column_rules import KINDS, LIMITS, PERIODS, refusal
from services.publishing.column_state import STATUSES, Column, clocks, evolve
from shared.domain.deadline import Clock
from shared.domain.kind import CaseKind, Context, Event, Summary, VerdictFields
from shared.domain.limits import limits
from shared.domain.register import RegisterForm
from shared.domain.text import Text


def _open(state: Column) -> None:
    if state.closed:
        raise refusal("closed")


def open_(state: Column, command: Open, context: Context) -> list[Event]:
    """开设栏目; one that is carried over goes on counting from the day it had come to, with whoever has its owner's duties."""
    owner = context.directory.find(command.owner, context.today)
    if owner is not None and command.carried_from is not None:
        owner = context.directory.heir(owner, context.today)
    if owner is None:
        raise refusal("no_such_unit", "owner")
    if not owner.exists_on(context.today):
        raise refusal("department_closed", "owner", name=owner.name_on(context.today))
    started = command.since or context.today
    if started > context.today:
        raise refusal("since_ahead", "since")
    name = f"column.{command.kind}"
    return [
        ColumnOpened(
            department=owner.id,
            name=command.name,
            owner=owner.id,
            kind=command.kind,
            amount=context.limit(name, LIMITS),
            unit=PERIODS[command.kind],
            started=started,
            carried_from=command.carried_from,
        )
    ]


def update(state: Column, command: Update, context: Context) -> list[Event]:
    """栏目更新, while it was open: entered late, also after it was closed."""
    if not state.open_at(context.happened):
        raise refusal("closed")
    return [ColumnUpdated(department=state.department, updated=context.today, kind=state.kind, article=command.article)]


def record_blank(state: Column, command: RecordBlank, context: Context) -> list[Event]:
    """栏目空白, once a period."""
    _open(state)
    if state.blank_since is not None:
        raise refusal("blank_already")
    return [ColumnBlank(department=state.department, found=context.today, kind=state.kind)]


def close(state: Column, command: Close, context: Context) -> list[Event]:
    """关闭栏目; a policy opens its successor at the end of a year."""
    _open(state)
    return [
        ColumnClosed(
            department=state.department,
            reason=command.reason,
            name=state.name,
            kind=state.kind,
            counted_from=state.start or context.today,
        )
    ]


def missed(state: Column, clock: Clock, verdict: VerdictFields) -> Event:
    """栏目逾期未更新, charged to its owner."""
    return ColumnStale(department=state.department, kind=state.kind, **verdict)


def stands(state: Column, event: Event) -> bool:
    """Nothing is entered in a closed column."""
    return not (state.closed and isinstance(event, ColumnUpdated | ColumnBlank | ColumnClosed))


COLUMNS: Mapping[str, Text] = {
    "kind": Text("栏目类型", "Kind"),
    "updated": Text("上次更新", "Last updated"),
    "updates": Text("更新次数", "Updates"),
    "stale": Text("逾期次数", "Lapses"),
    "blank": Text("空白", "Blank"),
    "carried_from": Text("结转自", "Carried over from"),
}


REGISTER = RegisterForm(
    title=Text("网站栏目登记簿", "Register of columns"),
    subject=Text("栏目名称", "Name"),
    department=Text("责任单位", "Owner"),
    received=Text("开设日期", "Opened"),
    words={"kind": KINDS},
)


def summary(state: Column) -> Summary:
    """What lists show and filter."""
    return Summary(
        status=state.status,
        department=state.department,
        received=state.opened,
        title=state.name or None,
        open=not state.closed,
        columns={
            "kind": state.kind,
            "updated": state.updated.isoformat() if state.updated else None,
            "updates": state.updates,
            "stale": state.stale,
            "blank": state.blank_since is not None,
            "carried_from": state.carried_from,
        },
    )


COLUMN: CaseKind[Column] = CaseKind(
    name="column",
    service="publishing",
    collection="columns",
    title=Text("栏目", "Columns"),
    prefix="L",
    number="栏目〔{year}〕{n}号",
    statuses=STATUSES,
    initial=Column(),
    state_type=Column,
    events=(ColumnOpened, ColumnUpdated, ColumnStale, ColumnBlank, ColumnClosed),
    commands={Open: open_, Update: update, RecordBlank: record_blank, Close: close},
    evolve=evolve,
    clocks=clocks,
    missed=missed,
    summary=summary,
    columns=COLUMNS,
    overseen_by=(DESK,),
    register=REGISTER,
    limits=limits(LIMITS),
    stands=stands,
    fold_version=2,
)
