"""Old lists of official documents (公文台账): what a row means, and which commands it stands for. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.publishing.document import DOCUMENT
from services.publishing.document_commands import (
    ConfirmNonDisclosure,
    DetermineAttribute,
    IssueDocument,
    RepealDocument,
    ResubmitDocument,
    ReturnDocument,
    ReviewAttribute,
    SubmitDocument,
)
from services.publishing.document_rules import ATTRIBUTES, GROUNDS, TYPES, ReturnGround
from shared.domain.text import Text
from shared.imports import cells as cell
from shared.imports.cells import Cells
from shared.imports.old_case import OPENING, BadCell, Importer, ListColumn, OldCase, Step

NUMBER: Final = "编号"
TITLE: Final = "公文标题"
UNIT: Final = "拟制单位"
TYPE: Final = "公文种类"
JOINT: Final = "联合制发单位"
SCOPE: Final = "属于政策解读范围"
SUBMITTED: Final = "报送日期"
ATTRIBUTE: Final = "公开属性"
REASON: Final = "不予公开的法定理由"
RETURNED: Final = "退文日期"
GROUND: Final = "退文情形"
DETERMINED: Final = "核定日期"
ISSUED: Final = "印发日期"
SIGN: Final = "发文字号"
NORMATIVE: Final = "规范性文件"
IN_FORCE: Final = "现行有效"
REPEALED: Final = "废止日期"

_TYPES = cell.codes_of(TYPES)
_ATTRIBUTES = cell.codes_of(ATTRIBUTES)
_REASONS = {words.zh: code for code, (words, _) in GROUNDS.items()}
_GROUNDS: Mapping[str, ReturnGround] = {
    "未明确公开属性": "no_attribute",
    "不予公开无理由": "no_reason",
    "无解读方案或材料": "no_interpretation",
    "形式不合要求": "form",
}


def read_document(cells: Cells, now: datetime) -> OldCase:
    """One row as an old document. Raises ``BadCell`` for the first column at fault.

    One that was returned came without what it was returned for, and again with what the row says.
    """
    number = cell.number(cells, NUMBER)
    cell.filled(cells, (TITLE, UNIT))
    kind = cell.choice(cells, TYPE, _TYPES)
    submitted = cell.moment(cells, SUBMITTED, now)
    attribute = cell.choice_if_any(cells, ATTRIBUTE, _ATTRIBUTES)
    reason = cell.choice_if_any(cells, REASON, _REASONS)
    stated = {"attribute": attribute, "reason": reason}
    scope = cell.truth(cells, SCOPE)
    fixed = {"type": kind, "joint_with": cell.names(cells, JOINT), "in_scope_of_interpretation": scope}
    written = {"title": TITLE, "joint_with": JOINT}
    first: dict[str, Any] = stated
    way: list[Step] = []
    last, last_column = submitted, SUBMITTED
    if cells[RETURNED]:
        ground = cell.choice(cells, GROUND, _GROUNDS)
        first = {"no_attribute": {}, "no_reason": {"attribute": "not_disclosed"}}.get(ground, stated)
        last, last_column = cell.later(cells, RETURNED, now, submitted, SUBMITTED), RETURNED
        way.append(Step("return", ReturnDocument(ground=ground), last))
        if attribute is not None:
            again = ResubmitDocument.model_validate({**stated, "in_scope_of_interpretation": scope})
            way.append(Step("again", again, last))
    cell.alone(cells, GROUND, RETURNED)
    way += _issued(cells, now, last, last_column, confirm=attribute == "not_disclosed" and scope)
    cell.made(SubmitDocument, cells, written, department="-", **fixed, **first)

    def steps(unit: str, named: Mapping[str, str]) -> Sequence[Step]:
        submit = cell.made(SubmitDocument, cells, written, department=unit, **fixed, **first)
        return [Step(OPENING, submit, submitted), *way]

    return OldCase(number, cells[TYPE], cells[UNIT], submitted, steps)


def _issued(cells: Cells, now: datetime, last: datetime, last_column: str, *, confirm: bool) -> list[Step]:
    """核定, 印发, 废止, as far as the row is dated."""
    if not cells[DETERMINED] and not cells[ISSUED]:
        for column in (SIGN, REPEALED):
            cell.alone(cells, column, ISSUED)
        return []
    if not cells[ATTRIBUTE]:
        raise BadCell(
            ATTRIBUTE, "", Text("核定、印发的公文须有公开属性", "a document that was determined has its attribute")
        )
    issued = cell.later(cells, ISSUED, now, last, last_column) if cells[ISSUED] else None
    determined = cell.later(cells, DETERMINED, now, last, last_column, otherwise=issued)
    steps = [Step("review", ReviewAttribute(), determined)]
    if confirm:
        steps.append(Step("confirm", ConfirmNonDisclosure(), determined))
    steps.append(Step("determine", DetermineAttribute(content_checked=True), determined))
    if issued is None:
        for column in (SIGN, REPEALED):
            cell.alone(cells, column, ISSUED)
        return steps
    cell.filled(cells, (SIGN,))
    issued = cell.in_order(cells, ISSUED, issued, determined, DETERMINED)
    in_force = not cells[IN_FORCE] or bool(cells[REPEALED]) or cell.truth(cells, IN_FORCE)
    fixed = {"normative": cell.truth(cells, NORMATIVE), "in_force": in_force}
    steps.append(Step("issue", cell.made(IssueDocument, cells, {"document_number": SIGN}, **fixed), issued))
    if cells[REPEALED]:
        steps.append(Step("repeal", RepealDocument(), cell.later(cells, REPEALED, now, issued, ISSUED)))
    return steps


_IF_ANY = Text("没有的空白。", "Empty where there was none.")
COLUMNS = (
    ListColumn(NUMBER, Text("每行不同。", "Another one in each row."), "W01", filled=True),
    ListColumn(TITLE, Text("完整标题；涉密公文不得录入。", "The full title; never a classified document."), "关于做好招生工作的通知",
               filled=True, sealed=True),
    ListColumn(UNIT, Text("单位名录中的名称；联合制发的填牵头单位。", "As in the directory; of a joint document the lead drafter."),
               "教育局", filled=True, unit=True),
    ListColumn(TYPE, Text("十一类公文，或非公文。", "One of eleven types, or none of them."), TYPES["notice"].zh, filled=True,
               choices=tuple(_TYPES)),
    ListColumn(JOINT, Text("牵头单位以外的，用顿号分开。", "Besides the lead drafter, separated by 、.")),
    ListColumn(SCOPE, Text("空白即否。", "Empty: no."), "否", choices=cell.YES_OR_NO),
    ListColumn(SUBMITTED, Text("日期。", "A date."), "2025-03-03", filled=True),
    ListColumn(ATTRIBUTE, Text("核定、印发的必填。", "Needed where it was determined."), ATTRIBUTES["active"].zh,
               choices=tuple(_ATTRIBUTES)),
    ListColumn(REASON, Text("不予公开的必填。", "Needed where it is withheld."), choices=tuple(_REASONS)),
    ListColumn(RETURNED, _IF_ANY),
    ListColumn(GROUND, Text("有退文日期的必填；前两项计分。", "Needed where it was returned; the first two count."),
               choices=tuple(_GROUNDS)),
    ListColumn(DETERMINED, Text("空白即印发日期。", "Empty: the day of issue.")),
    ListColumn(ISSUED, Text("未印发的空白。", "Empty where it is not issued."), "2025-03-05"),
    ListColumn(SIGN, Text("印发的必填。", "Needed where it is issued."), "罗教发〔2025〕8号"),
    ListColumn(NORMATIVE, Text("空白即否。", "Empty: no."), "否", choices=cell.YES_OR_NO),
    ListColumn(IN_FORCE, Text("空白即是。", "Empty: yes."), "是", choices=cell.YES_OR_NO),
    ListColumn(REPEALED, _IF_ANY),
)  # fmt: skip

DOCUMENTS_IMPORT = Importer(
    kind=DOCUMENT,
    columns=COLUMNS,
    number_column=NUMBER,
    unit_column=UNIT,
    categories=tuple(_TYPES),
    clock=None,
    read=read_document,
    column_of={
        "department": UNIT,
        "title": TITLE,
        "joint_with": JOINT,
        "in_scope_of_interpretation": SCOPE,
        "attribute": ATTRIBUTE,
        "reason": REASON,
        "normative": NORMATIVE,
        "document_number": SIGN,
        "ground": GROUND,
        "happened": SUBMITTED,
        "document.no_reason": REASON,
        "document.no_attribute": ATTRIBUTE,
    },
)
