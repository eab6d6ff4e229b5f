"""Old lists of citizens' messages (网民留言台账): what a row means, and which commands it stands for. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from services.messages.message import MESSAGE
from services.messages.message_commands import Accept, ApproveReply, Assign, Classify, DraftReply, Reply, Submit
from services.messages.message_rules import CATEGORIES, Category
from shared.domain.directory import OFFICE
from shared.domain.kind import Command
from shared.domain.localtime import DateProblem, local_date, moment_text, read_moment, start_of
from shared.domain.text import Text
from shared.imports.old_case import BadCell, Importer, OldCase, Step, length_of

NUMBER: Final = "留言编号"
WRITER: Final = "留言用户"
TITLE: Final = "留言主题"
CATEGORY: Final = "留言类别"
UNIT: Final = "承办单位"
RECEIVED: Final = "留言时间"
TEXT: Final = "留言详情"
REPLY: Final = "答复意见"
ANSWERED: Final = "答复时间"
COLUMNS = (NUMBER, WRITER, TITLE, CATEGORY, UNIT, RECEIVED, TEXT, REPLY, ANSWERED)
LONGEST_NUMBER = 100
_CODES: Mapping[str, Category] = {
    CATEGORIES["enquiry"].zh: "enquiry",
    CATEGORIES["complaint"].zh: "complaint",
    CATEGORIES["investigation"].zh: "investigation",
    CATEGORIES["difficult"].zh: "difficult",
    CATEGORIES["report"].zh: "report",
}
_UNPADDED = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])")


def read_message(cells: Mapping[str, str], now: datetime) -> OldCase:
    """One row as an old message. Raises ``BadCell`` for the first column at fault.

    A message without a reply is open. Its unit is the one that handles it, for a report (检举控告) the accused one.
    """
    number = cells[NUMBER]
    if not number:
        raise BadCell(NUMBER, "", Text("缺少留言编号", "the number is missing"))
    if len(number) > LONGEST_NUMBER:
        longest = Text(f"留言编号不超过 {LONGEST_NUMBER} 字", f"a number has at most {LONGEST_NUMBER} characters")
        raise BadCell(NUMBER, number, longest)
    category = _CODES.get(cells[CATEGORY])
    if category is None:
        known = "、".join(_CODES)
        missing = not cells[CATEGORY]
        reason = Text(
            f"{'缺少留言类别' if missing else '没有这个类别'}；类别为：{known}",
            f"{'the category is missing' if missing else 'no such category'}; it is one of: {known}",
        )
        raise BadCell(CATEGORY, cells[CATEGORY], reason)
    received = _moment(cells, RECEIVED, now)
    answered = _answered(cells, received, now)
    submit = _made(Submit, cells, title=TITLE, text=TEXT, identity=WRITER)
    draft = _made(DraftReply, cells, text=REPLY) if answered is not None else None

    def steps(unit: str) -> Sequence[Step]:
        begun = [Step("submit", submit, received), Step("accept", Accept(), received)]
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
    answered = _moment(cells, ANSWERED, now)
    if not cells[REPLY]:
        raise BadCell(REPLY, "", Text("有答复时间而没有答复意见", "there is a time of reply and no reply"))
    if answered >= received:
        return answered
    if answered == start_of(local_date(received)):
        return received
    asked = moment_text(received)[:16].replace("T", " ")
    raise BadCell(
        ANSWERED,
        cells[ANSWERED],
        Text(f"答复时间早于留言时间（{asked}）", f"the reply is earlier than the message ({asked})"),
    )


def _moment(cells: Mapping[str, str], column: str, now: datetime) -> datetime:
    written = cells[column]
    if not written:
        raise BadCell(column, "", Text(f"缺少{column}", "the time is missing"))
    try:
        found = read_moment(_tidied(written))
    except DateProblem as problem:
        raise BadCell(column, written, problem.text) from problem
    if found > now:
        raise BadCell(column, written, Text(f"{column}晚于现在", "the time lies in the future"))
    return found


def _tidied(written: str) -> str:
    """A time as lists have it: full-width characters, several blanks and months without a leading zero are read too."""
    text = " ".join(unicodedata.normalize("NFKC", written).split())
    return _UNPADDED.sub(lambda found: f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}", text, count=1)


def _made(command: type[Command], cells: Mapping[str, str], **columns: str) -> Command:
    """The command with its fields from ``columns``; what a field does not take is refused at its column.

    A title that old lists break into lines is one line.
    """
    values = {field: cells[column] for field, column in columns.items() if cells[column]}
    if "title" in values:
        values["title"] = " ".join(values["title"].split())
    for field, value in values.items():
        try:
            value.encode()
        except UnicodeEncodeError:
            broken = Text("含有无法识别的字符", "it holds characters that are no text")
            raise BadCell(columns[field], length_of(value), broken) from None
    try:
        return command(**values)
    except ValidationError as problem:
        error = problem.errors()[0]
        column = columns[str(error["loc"][0])]
        refused = error.get("ctx", {}).get("error")
        words = refused.args[0] if isinstance(refused, ValueError) and isinstance(refused.args[0], Text) else None
        reason = words or _refused(column, error["type"], error.get("ctx", {}))
        raise BadCell(column, length_of(cells[column]), reason) from None


def _refused(column: str, kind: str, limits: Mapping[str, object]) -> Text:
    match kind:
        case "missing" | "string_too_short":
            return Text(f"缺少{column}", "it is missing")
        case "string_too_long":
            most = limits["max_length"]
            return Text(f"{column}不超过 {most} 字", f"it has at most {most} characters")
        case _:
            return Text(f"{column}不能这样填写", "it cannot be taken as written")


MESSAGES_IMPORT = Importer(
    kind=MESSAGE,
    columns=COLUMNS,
    number_column=NUMBER,
    unit_column=UNIT,
    category_column=CATEGORY,
    categories=tuple(_CODES),
    clock="reply",
    read=read_message,
    column_of={"title": TITLE, "identity": WRITER, "department": UNIT, "accused": UNIT, "happened": RECEIVED},
)
