"""Old registers of published information (审核登记表): what a row means, and which commands it stands for. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from services.publishing.article import ARTICLE
from services.publishing.article_commands import (
    Approve,
    Archive,
    Draft,
    FlagSensitive,
    Publish,
    Release,
    ReviewSecrecy,
    Submit,
    Withdraw,
)
from services.publishing.article_events import WithdrawalGround
from services.publishing.article_rules import (
    LEADERS,
    NOT_OPEN_GROUNDS,
    ORDINARY,
    RETENTIONS,
    SECRECY_RESULTS,
    SENSITIVITIES,
    STAGE_DATES,
    NotOpenGround,
    Stage,
)
from services.publishing.column import COLUMN as COLUMN_KIND
from shared.domain.kind import Command
from shared.domain.localtime import local_date
from shared.domain.text import Text
from shared.imports import cells as cell
from shared.imports.cells import Cells
from shared.imports.old_case import NOT_RECORDED, OPENING, BadCell, Importer, ListColumn, OldCase, Step

NUMBER: Final = "编号"
TITLE: Final = "标题"
UNIT: Final = "发布单位"
COLUMN: Final = "栏目"
CREATED: Final = "形成或变更日期"
TEXT: Final = "正文"
SENSITIVE: Final = "敏感"
STAGES: Final[Mapping[Stage, str]] = {stage: title.zh for stage, title in STAGE_DATES.items()}
SECRECY: Final = "保密审查结果"
GROUND: Final = "不公开理由"
RELEASED: Final = "核发日期"
PUBLISHED: Final = "发布日"
CLAIMED: Final = "标注的发布时间"
CLAIMED_REASON: Final = "标注较早的原因"
ADDRESS: Final = "网址"
WITHDRAWN: Final = "撤下日期"
WITHDRAWAL: Final = "撤下情形"
ARCHIVED: Final = "归档日期"
RETENTION: Final = "保管期限"

ORDINARY_ITEM: Final = "一般信息"
_SENSITIVE = cell.codes_of(SENSITIVITIES)
_RESULTS: Mapping[str, Literal["open", "not_open"]] = {
    words.zh: "not_open" if code == "not_open" else "open" for code, words in SECRECY_RESULTS.items()
}
_GROUNDS: Mapping[str, NotOpenGround] = cell.codes_of(NOT_OPEN_GROUNDS)
_WITHDRAWALS: Mapping[str, WithdrawalGround] = {
    "错误": "error",
    "涉密": "secrecy",
    "个人信息": "personal_data",
    "已被替代": "superseded",
    "违法": "unlawful",
}
_RETENTIONS = cell.codes_of(RETENTIONS)
_OF_STAGE = Text("空白即同下一环节。", "Empty: the same as the stage after it.")


def read_article(cells: Cells, now: datetime) -> OldCase:
    """One row as an old item. Raises ``BadCell`` for the first column at fault.

    What has no date of publication is still under way, as far as its stages are dated, or was not disclosed.
    """
    number = cell.number(cells, NUMBER)
    cell.filled(cells, (TITLE, UNIT, COLUMN))
    created = cell.moment(cells, CREATED, now)
    sensitive = cell.choice_if_any(cells, SENSITIVE, _SENSITIVE)
    begun = [Step("flag", FlagSensitive(ground=sensitive), created)] if sensitive else []
    result = cell.choice(cells, SECRECY, _RESULTS, "open")
    way = [*begun, *_reviewed(cells, now, created, [*ORDINARY, *(LEADERS if sensitive else ())], result)]
    values = {"title": TITLE, **({"text": TEXT} if cells[TEXT] else {})}
    fixed = {"created_or_changed": local_date(created)}
    cell.made(Draft, cells, {**values, "column": COLUMN}, department="-", **fixed)

    def steps(unit: str, named: Mapping[str, str]) -> Sequence[Step]:
        column = named.get(COLUMN, cells[COLUMN])
        draft = cell.made(Draft, cells, values, department=unit, column=column, **fixed)
        return [Step(OPENING, draft, created), *way]

    return OldCase(number, cells[SENSITIVE] or ORDINARY_ITEM, cells[UNIT], created, steps)


def _reviewed(
    cells: Cells, now: datetime, created: datetime, stages: Sequence[Stage], result: Literal["open", "not_open"]
) -> list[Step]:
    """送审 to 归档, as far as the row is dated; a stage without a date was passed when the next one was."""
    columns = [*(STAGES[stage] for stage in stages), RELEASED, PUBLISHED]
    if result == "not_open":
        columns = columns[: stages.index("secrecy") + 1]
        if after := next((c for c in (*STAGES.values(), RELEASED, PUBLISHED) if c not in columns and cells[c]), None):
            raise BadCell(after, cells[after], Text("不公开的信息没有这个日期", "what is not open has no such date"))
    times = _times(cells, now, created, columns)
    if not times:
        if result == "not_open":
            raise cell.missing(STAGES["secrecy"])
        return []
    steps = [Step("review", Submit(), next(iter(times.values())))]
    for stage in stages:
        if (at := times.get(STAGES[stage])) is None:
            return steps
        command: Command = Approve(stage=stage)
        if stage == "secrecy":
            ground = cell.choice_if_any(cells, GROUND, _GROUNDS)
            command = ReviewSecrecy(result=result, ground=ground)
        steps.append(Step(stage, command, at))
    if RELEASED in times:
        steps.append(Step("release", Release(), times[RELEASED]))
    if PUBLISHED in times:
        claimed = cell.moment_if_any(cells, CLAIMED, now)
        cell.alone(cells, CLAIMED_REASON, CLAIMED)
        written = {"address": ADDRESS, "claimed_reason": CLAIMED_REASON}
        publish = cell.made(Publish, cells, written, claimed_at=claimed)
        steps.append(Step("publish", publish, times[PUBLISHED]))
    return [*steps, *_ended(cells, now, steps[-1].happened, PUBLISHED if PUBLISHED in times else STAGES["secrecy"])]


def _times(cells: Cells, now: datetime, created: datetime, columns: Sequence[str]) -> dict[str, datetime]:
    """When each stage was passed, up to the last one that is dated."""
    found: dict[str, datetime] = {}
    than, than_column = created, CREATED
    waiting: list[str] = []
    for column in columns:
        waiting.append(column)
        if cells[column]:
            at = cell.later(cells, column, now, than, than_column)
            found |= dict.fromkeys(waiting, at)
            than, than_column = at, column
            waiting.clear()
    return found


def _ended(cells: Cells, now: datetime, last: datetime, last_column: str) -> list[Step]:
    """撤下, 归档."""
    steps: list[Step] = []
    if cells[WITHDRAWN]:
        ground = cell.choice(cells, WITHDRAWAL, _WITHDRAWALS)
        last, last_column = cell.later(cells, WITHDRAWN, now, last, last_column), WITHDRAWN
        steps.append(Step("withdraw", Withdraw(ground=ground, reason=NOT_RECORDED), last))
    cell.alone(cells, WITHDRAWAL, WITHDRAWN)
    if cells[ARCHIVED]:
        retention = cell.choice(cells, RETENTION, _RETENTIONS)
        steps.append(Step("archive", Archive(retention=retention), cell.later(cells, ARCHIVED, now, last, last_column)))
    cell.alone(cells, RETENTION, ARCHIVED)
    return steps


COLUMNS = (
    ListColumn(NUMBER, Text("每行不同。", "Another one in each row."), "2025-001", filled=True),
    ListColumn(TITLE, Text("一行，不超过 300 字；涉密内容不得填写。", "One line, at most 300 characters; nothing classified."),
               "2025 年义务教育招生办法", filled=True, sealed=True),
    ListColumn(UNIT, Text("单位名录中的名称。", "As in the directory."), "教育局", filled=True, unit=True),
    ListColumn(COLUMN, Text("栏目的编号（已导入或本系统的），或名称。", "The column's number, or its name."), "教育动态", filled=True),
    ListColumn(CREATED, Text("次日起算 20 个工作日。", "20 working days from the next day."), "2025-03-03", filled=True),
    ListColumn(TEXT, Text("没有全文的空白；系统监测个人信息。", "Empty where it is not kept; monitored for personal data."), sealed=True),
    ListColumn(SENSITIVE, Text("空白即一般信息。", "Empty: an ordinary item."), choices=tuple(_SENSITIVE)),
    *(ListColumn(title, _OF_STAGE, "2025-03-05" if stage in ORDINARY else "") for stage, title in STAGES.items()),
    ListColumn(SECRECY, Text("空白即可公开。", "Empty: open."), "可公开", choices=tuple(_RESULTS)),
    ListColumn(GROUND, Text("不公开的必填。", "Needed for what is not open."), choices=tuple(_GROUNDS)),
    ListColumn(RELEASED, _OF_STAGE, "2025-03-06"),
    ListColumn(PUBLISHED, Text("未发布的空白。", "Empty where it is not published."), "2025-03-06"),
    ListColumn(CLAIMED, Text("页面上显示的时间；空白即发布日。", "The time that the page shows; empty: the day of publication.")),
    ListColumn(CLAIMED_REASON, Text("标注早于发布日的原因；空白的记作未载原因。", "Why it is shown earlier; empty is flagged as not on record."),
               sealed=True),
    ListColumn(ADDRESS, Text("发布页面的网址。", "The page's address.")),
    ListColumn(WITHDRAWN, Text("已撤下的填写。", "Where it was withdrawn.")),
    ListColumn(WITHDRAWAL, Text("有撤下日期的必填。", "Needed where it was withdrawn."), choices=tuple(_WITHDRAWALS)),
    ListColumn(ARCHIVED, Text("已归档的填写。", "Where it is archived.")),
    ListColumn(RETENTION, Text("有归档日期的必填。", "Needed where it is archived."), choices=tuple(_RETENTIONS)),
)  # fmt: skip

ARTICLES_IMPORT = Importer(
    kind=ARTICLE,
    columns=COLUMNS,
    number_column=NUMBER,
    unit_column=UNIT,
    categories=(ORDINARY_ITEM, *_SENSITIVE),
    clock="publish",
    read=read_article,
    column_of={
        "department": UNIT,
        "title": TITLE,
        "text": TEXT,
        "column": COLUMN,
        "created_or_changed": CREATED,
        "happened": CREATED,
        "ground": GROUND,
        "claimed_at": CLAIMED,
        "claimed_reason": CLAIMED_REASON,
        "address": ADDRESS,
        "article.not_published": WITHDRAWN,
        "article.not_ended": ARCHIVED,
    },
    refers={COLUMN: COLUMN_KIND},
)
