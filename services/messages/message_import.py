"""Old lists of citizens' messages (网民留言台账): what a row means, and which commands it stands for. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from services.messages.message import MESSAGE
from services.messages.message_commands import Accept, ApproveReply, Assign, Classify, DraftReply, Reply, Submit
from services.messages.message_rules import CATEGORIES, Category
from shared.domain.directory import OFFICE
from shared.domain.text import Text
from shared.imports import cells as cell
from shared.imports.old_case import OPENING, BadCell, Importer, ListColumn, OldCase, Step

NUMBER: Final = "留言编号"
WRITER: Final = "留言用户"
TITLE: Final = "留言主题"
CATEGORY: Final = "留言类别"
UNIT: Final = "承办单位"
RECEIVED: Final = "留言时间"
TEXT: Final = "留言详情"
REPLY: Final = "答复意见"
ANSWERED: Final = "答复时间"
_CODES: Mapping[str, Category] = {
    CATEGORIES["enquiry"].zh: "enquiry",
    CATEGORIES["complaint"].zh: "complaint",
    CATEGORIES["investigation"].zh: "investigation",
    CATEGORIES["difficult"].zh: "difficult",
    CATEGORIES["report"].zh: "report",
}
COLUMNS = (
    ListColumn(
        NUMBER,
        Text("每行不同，不超过 100 字。", "Another one in each row, at most 100 characters."),
        "L0001",
        filled=True,
    ),
    ListColumn(
        WRITER,
        Text(
            "账号或证件号；同一人写法一致，加密保存。", "Account or identity number, the same for one person; sealed."
        ),
        "U0001",
        present=True,
        sealed=True,
    ),
    ListColumn(
        TITLE, Text("一行，不超过 200 字。", "One line, at most 200 characters."), "人民路路灯不亮", filled=True
    ),
    ListColumn(
        CATEGORY,
        Text("决定答复期限。", "It decides the time for the reply."),
        CATEGORIES["complaint"].zh,
        filled=True,
        choices=tuple(_CODES),
    ),
    ListColumn(
        UNIT,
        Text(
            "单位名录中的名称；检举控告填被检举、控告的单位；空白即县政府办公室。",
            "As in the directory; of a report the accused unit; empty means the county office.",
        ),
        "县政府办公室",
        present=True,
        unit=True,
    ),
    ListColumn(RECEIVED, Text("日期，可加时间。", "A date, a time may follow."), "2025-03-03 09:30", filled=True),
    ListColumn(
        TEXT, Text("留言全文。", "The whole message."), "人民路与河滨路交口的路灯坏了三天。", filled=True, sealed=True
    ),
    ListColumn(
        REPLY,
        Text("答复全文；未答复的空白。", "The whole reply; empty where there is none."),
        "您好，路灯已修复。",
        present=True,
        sealed=True,
    ),
    ListColumn(
        ANSWERED,
        Text("不早于留言时间；未答复的空白。", "Not before the message; empty where there is no reply."),
        "2025-03-06 15:00",
        present=True,
    ),
)


def read_message(cells: Mapping[str, str], now: datetime) -> OldCase:
    """One row as an old message. Raises ``BadCell`` for the first column at fault.

    A message without a reply is open. Its unit is the one that handles it, for a report (检举控告) the accused one.
    """
    number = cell.number(cells, NUMBER)
    category = cell.choice(cells, CATEGORY, _CODES)
    received = cell.moment(cells, RECEIVED, now)
    answered = _answered(cells, received, now)
    submit = cell.made(Submit, cells, {"title": TITLE, "text": TEXT, "identity": WRITER})
    draft = cell.made(DraftReply, cells, {"text": REPLY}) if answered is not None else None

    def steps(unit: str, named: Mapping[str, str]) -> Sequence[Step]:
        begun = [Step(OPENING, submit, received), Step("accept", Accept(), received)]
        if category == "report":
            if not cells[UNIT]:
                needed = Text("检举控告须填写被检举、控告的单位", "a report names the accused unit")
                raise BadCell(UNIT, "", needed)
            if unit == OFFICE:
                apart = Text(
                    "检举县政府办公室的件不能由其办理，请逐件登记并指定办理单位",
                    "a report against the county office cannot be handled by it; enter it by hand and name a handler",
                )
                raise BadCell(UNIT, cells[UNIT], apart)
            begun.append(Step("classify", Classify(category="report", accused=unit), received))
        else:
            begun.append(Step("classify", Classify(category=category), received))
            begun.append(Step("assign", Assign(department=unit), received))
        if draft is None or answered is None:
            return begun
        return [
            *begun,
            Step("draft", draft, answered),
            Step("approve", ApproveReply(), answered),
            Step("reply", Reply(), answered),
        ]

    return OldCase(number, cells[CATEGORY], cells[UNIT], received, steps)


def _answered(cells: Mapping[str, str], received: datetime, now: datetime) -> datetime | None:
    """When the reply was sent; a bare date that is the day of receipt is the time of receipt. None: no reply yet."""
    if not cells[REPLY] and not cells[ANSWERED]:
        return None
    answered = cell.moment(cells, ANSWERED, now)
    if not cells[REPLY]:
        raise BadCell(REPLY, "", Text("有答复时间而没有答复意见", "there is a time of reply and no reply"))
    return cell.in_order(cells, ANSWERED, answered, received, RECEIVED)


MESSAGES_IMPORT = Importer(
    kind=MESSAGE,
    columns=COLUMNS,
    number_column=NUMBER,
    unit_column=UNIT,
    categories=tuple(_CODES),
    clock="reply",
    read=read_message,
    column_of={"title": TITLE, "identity": WRITER, "department": UNIT, "accused": UNIT, "happened": RECEIVED},
)
