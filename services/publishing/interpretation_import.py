"""Old lists of policy interpretations (政策解读台账): what a row means, and which commands it stands for. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from services.publishing.document import DOCUMENT
from services.publishing.interpretation import INTERPRETATION
from services.publishing.interpretation_commands import (
    FilePlan,
    LinkInterpretation,
    PublishInterpretation,
    RequireInterpretation,
    SignInterpretation,
    SubmitMaterial,
    WaiveInterpretation,
)
from services.publishing.interpretation_rules import ELEMENTS, FORMS, WAIVERS
from shared.domain.localtime import local_date
from shared.domain.text import Text
from shared.imports import cells as cell
from shared.imports.cells import Cells
from shared.imports.old_case import NOT_RECORDED, OPENING, BadCell, Importer, ListColumn, OldCase, Step

NUMBER: Final = "编号"
DOCUMENT_NUMBER: Final = "被解读的公文"
STARTED: Final = "起算日"
FORM: Final = "解读形式"
AUTHORS: Final = "解读人"
PLANNED: Final = "计划发布日期"
PUBLISHED: Final = "发布日期"
NOT_APPLICABLE: Final = "不适用的要素"
ADDRESS: Final = "网页地址"
LINKED: Final = "互链日期"
WAIVED: Final = "豁免日期"
WAIVER: Final = "豁免情形"

CATEGORY: Final = "政策解读"
_FORMS = cell.codes_of(FORMS)
_ELEMENTS = cell.codes_of(ELEMENTS)
_WAIVERS = cell.codes_of(WAIVERS)


def read_interpretation(cells: Cells, now: datetime) -> OldCase:
    """One row as an old interpretation. Raises ``BadCell`` for the first column at fault.

    It belongs to the unit of its document, which is imported first.
    """
    number = cell.number(cells, NUMBER)
    cell.filled(cells, (DOCUMENT_NUMBER,))
    started = cell.moment(cells, STARTED, now)
    way = _planned(cells, now, started)
    published = cell.later(cells, PUBLISHED, now, started, STARTED) if cells[PUBLISHED] else None
    if published is not None:
        way += _published(cells, published)
        if cells[LINKED]:
            linked = cell.later(cells, LINKED, now, published, PUBLISHED)
            way.append(Step("link", LinkInterpretation(direction="both"), linked))
    cell.alone(cells, LINKED, PUBLISHED)
    if cells[WAIVED]:
        if published is not None:
            both = Text("已发布的解读不能豁免", "what was published cannot be waived")
            raise BadCell(WAIVED, cells[WAIVED], both)
        reason = cell.choice(cells, WAIVER, _WAIVERS)
        at = cell.later(cells, WAIVED, now, started, STARTED)
        way.append(Step("waive", WaiveInterpretation(reason=reason, explanation=NOT_RECORDED), at))
    cell.alone(cells, WAIVER, WAIVED)

    def steps(unit: str, named: Mapping[str, str]) -> Sequence[Step]:
        document = named.get(DOCUMENT_NUMBER)
        if document is None:
            absent = Text("没有这件公文；请先导入公文", "there is no such document; import the documents first")
            raise BadCell(DOCUMENT_NUMBER, cells[DOCUMENT_NUMBER], absent)
        return [Step(OPENING, RequireInterpretation(document=document), started), *way]

    return OldCase(number, CATEGORY, "", started, steps)


def _planned(cells: Cells, now: datetime, started: datetime) -> list[Step]:
    """方案, filed with the document."""
    if not cells[FORM]:
        for column in (AUTHORS, PLANNED, PUBLISHED):
            cell.alone(cells, column, FORM)
        return []
    due = local_date(started)
    for column in (PUBLISHED, PLANNED):
        if cells[column] and (column == PLANNED or cells[PUBLISHED]):
            due = max(due, local_date(cell.moment(cells, column, now)))
    fixed = {"forms": cell.choices(cells, FORM, _FORMS), "due": due}
    fixed |= {} if cells[AUTHORS] else {"authors": NOT_RECORDED}
    return [Step("plan", cell.made(FilePlan, cells, {"authors": AUTHORS}, **fixed), started)]


def _published(cells: Cells, at: datetime) -> list[Step]:
    """材料, 审签, 发布; every element that is not said to be without application was contained."""
    without = cell.choices(cells, NOT_APPLICABLE, _ELEMENTS)
    contained = tuple(element for element in ELEMENTS if element not in without)
    if not contained:
        raise BadCell(NOT_APPLICABLE, cells[NOT_APPLICABLE], Text("至少包含一项要素", "one element at least applies"))
    forms = cell.choices(cells, FORM, _FORMS)
    fixed = {"forms": forms, "elements": contained, "not_applicable": without}
    publish = cell.made(PublishInterpretation, cells, {"address": ADDRESS}, **fixed)
    return [
        Step("material", SubmitMaterial(text=NOT_RECORDED), at),
        Step("sign", SignInterpretation(), at),
        Step("publish", publish, at),
    ]


COLUMNS = (
    ListColumn(NUMBER, Text("每行不同。", "Another one in each row."), "J01", filled=True),
    ListColumn(DOCUMENT_NUMBER, Text("公文的编号：导入公文时的，或本系统的。", "The document's number: as it was imported, or here."),
               "W01", filled=True),
    ListColumn(STARTED, Text("公文印发之日，次日起算 3 个工作日。", "The day of issue; 3 working days from the next."),
               "2025-03-05", filled=True),
    ListColumn(FORM, Text("一种或几种，用顿号分开；发布的必填。", "One or several, separated by 、; needed where it was published."),
               FORMS["qa"].zh, choices=tuple(_FORMS), several=True),
    ListColumn(AUTHORS, Text("起草人、专家或媒体；加密保存。", "Drafter, expert or media; sealed."), sealed=True),
    ListColumn(PLANNED, Text("空白即发布日期。", "Empty: the day of publication.")),
    ListColumn(PUBLISHED, Text("未发布的空白。", "Empty where it is not published."), "2025-03-07"),
    ListColumn(NOT_APPLICABLE, Text("十项要素中不适用的，用顿号分开。", "Of the ten elements, separated by 、."),
               choices=tuple(_ELEMENTS), several=True),
    ListColumn(ADDRESS, Text("解读所在网页的地址。", "Where it is found.")),
    ListColumn(LINKED, Text("双向互链之日，即办结。", "When both pages linked, which makes it complete."), "2025-03-07"),
    ListColumn(WAIVED, Text("已豁免的填写。", "Where it was waived.")),
    ListColumn(WAIVER, Text("有豁免日期的必填。", "Needed where it was waived."), choices=tuple(_WAIVERS)),
)  # fmt: skip

INTERPRETATIONS_IMPORT = Importer(
    kind=INTERPRETATION,
    columns=COLUMNS,
    number_column=NUMBER,
    unit_column=None,
    categories=(CATEGORY,),
    clock="interpretation",
    read=read_interpretation,
    column_of={
        "document": DOCUMENT_NUMBER,
        "authors": AUTHORS,
        "address": ADDRESS,
        "forms": FORM,
        "due": PLANNED,
        "happened": STARTED,
        "interpretation.document_not_issued": DOCUMENT_NUMBER,
    },
    refers={DOCUMENT_NUMBER: DOCUMENT},
)
