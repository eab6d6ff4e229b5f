"""What can happen to a column of the site (栏目): the events, stored literally."""

from datetime import date
from typing import Literal

from services.publishing.column_rules import INSTITUTION, UPKEEP, CloseReason, ColumnKind
from shared.domain.kind import Event, Verdict, attribute, event
from shared.domain.text import Text

_KIND = Text("栏目类型", "Kind")
_NAME = Text("栏目名称", "Name")


@event("ColumnOpened", Text("开设栏目", "Column opened"), basis=INSTITUTION)
class ColumnOpened(Event):
    """开设栏目: ``owner`` is the unit that keeps it; the first period counts from ``started``, which is not counted."""

    name: str = attribute(_NAME)
    owner: str = attribute(Text("责任单位", "Owner"), scored=True)
    kind: ColumnKind = attribute(_KIND, scored=True)
    amount: int = attribute(Text("更新周期数量", "Period amount"))
    unit: Literal["wd", "d", "m", "h"] = attribute(Text("更新周期单位", "Period unit"))
    started: date = attribute(Text("起算日", "Counted from"))
    carried_from: str | None = attribute(Text("结转自", "Carried over from"), default=None)


@event("ColumnUpdated", Text("栏目更新", "Column updated"), basis=UPKEEP)
class ColumnUpdated(Event):
    """栏目更新, by an item published in it or otherwise: the period begins anew."""

    updated: date = attribute(Text("更新日", "Updated on"), scored=True)
    kind: ColumnKind = attribute(_KIND, scored=True)
    article: str | None = attribute(Text("信息", "Item"), default=None)


@event("ColumnStale", Text("栏目逾期未更新", "Column stale"), basis=UPKEEP)
class ColumnStale(Verdict):
    """栏目逾期未更新: charged once for the period; the next one begins on the day it fell due."""

    kind: ColumnKind = attribute(_KIND, scored=True)


@event("ColumnBlank", Text("栏目空白", "Column blank"), basis=UPKEEP)
class ColumnBlank(Event):
    """栏目空白, as found by the county office: charged by itself, and the period begins anew."""

    found: date = attribute(Text("发现日", "Found on"), scored=True)
    kind: ColumnKind = attribute(_KIND, scored=True)


@event("ColumnClosed", Text("关闭栏目", "Column closed"), basis=INSTITUTION)
class ColumnClosed(Event):
    """关闭栏目: at the end of a year it is carried over, with the day from which its period counts."""

    reason: CloseReason = attribute(Text("关闭情形", "Reason"), scored=True)
    name: str = attribute(_NAME)
    kind: ColumnKind = attribute(_KIND, scored=True)
    counted_from: date = attribute(Text("本期起算日", "Period counted from"))
