"""The rules of columns (栏目) as data: how often each kind is updated, and the words of every refusal."""

from collections.abc import Mapping
from typing import Final, Literal

from shared.domain.deadline import Unit
from shared.domain.refusals import Refusals
from shared.domain.text import Text

ColumnKind = Literal["dynamic", "static", "home_page"]
CloseReason = Literal["year_end", "abolished"]

KINDS: Final[Mapping[ColumnKind, Text]] = {
    "dynamic": Text("动态、要闻类", "News"),
    "static": Text("通知、政策文件类", "Notices and policy"),
    "home_page": Text("首页", "Home page"),
}
PERIODS: Final[Mapping[ColumnKind, Unit]] = {"dynamic": "d", "static": "m", "home_page": "d"}
LIMITS: Final[Mapping[str, int]] = {
    "column.dynamic": 14,  # days
    "column.static": 6,  # months
    "column.home_page": 14,  # days
}
"""County settings of this kind and their defaults; ``Context.settings`` may override each."""

UPKEEP = Text(
    "国办秘函〔2019〕19号：首页、动态类两周，通知政策类六个月",
    "Letter 19 (2019) of the State Council Office: home page and news two weeks, notices and policy six months",
)
INSTITUTION = Text("政务公开信息发布制度：栏目管理", "Rules on publication: columns")
CLOCK_TITLE = Text("栏目更新期限", "Update of the column")

REFUSALS: Final[Mapping[str, tuple[Text, Text]]] = {
    "no_such_unit": (Text("没有这个单位", "there is no such unit"), INSTITUTION),
    "department_closed": (
        Text("单位“{name}”在当日不存在或已撤并", "the unit {name} did not exist on that day"),
        INSTITUTION,
    ),
    "since_ahead": (
        Text("上次更新日期不得晚于开设日", "the last update cannot be later than the opening"),
        UPKEEP,
    ),
    "closed": (Text("栏目已关闭", "the column is closed"), INSTITUTION),
    "blank_already": (
        Text("本更新期内已登记空白，一事只扣一次", "found blank in this period already; one cause is charged once"),
        UPKEEP,
    ),
}
"""Why a command is refused: the code's last part -> (what is wrong, on which basis)."""

refusal: Final = Refusals("column", REFUSALS)
