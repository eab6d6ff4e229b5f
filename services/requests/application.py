"""Applications for government information (依申请公开), institution 8: so far what a citizen's message turned into one leaves.

已提交 → (待确认收到). An application is submitted, arrives and is legally received; only the last starts a clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from shared.domain.changed import changed
from shared.domain.deadline import Clock
from shared.domain.kind import (
    CaseKind,
    Command,
    Context,
    Event,
    RuleBroken,
    Stamp,
    Summary,
    VerdictFields,
    attribute,
    command,
    event,
    field,
)
from shared.domain.permission import SYSTEM_MAY, Allowed, handler, office
from shared.domain.text import Text

DISCLOSURE = Text(
    "《政府信息公开条例》第二十七条、第三十条",
    "Regulation on the Disclosure of Government Information, Arts. 27 and 30",
)
UNKNOWN_UNIT = Text("没有这个单位", "no such department")
READERS: tuple[Allowed, ...] = (handler("clerk", "reviewer", "head", "office"), office("clerk", "office", "head"))
_HELP = Text("由转来的留言带入。", "Brought along by the message.")


@event("ApplicationSubmitted", Text("申请提交", "Application submitted"), basis=DISCLOSURE)
class ApplicationSubmitted(Event):
    """申请提交, not yet legally received. The words and data of the applicant are references into the vault."""

    channel: Literal["message"] = attribute(Text("提交渠道", "Channel"), scored=True)
    submitted: date = attribute(Text("提交日期", "Submitted"), scored=True)
    message: str = attribute(Text("转来的留言", "Message it was"))
    title: str | None = attribute(Text("申请事项", "Subject"), default=None)
    text: str | None = attribute(Text("所需信息的描述", "Information asked for"), default=None)
    name: str | None = attribute(Text("姓名", "Name"), default=None)
    phone: str | None = attribute(Text("电话", "Phone"), default=None)
    email: str | None = attribute(Text("电子邮箱", "E-mail"), default=None)
    address: str | None = attribute(Text("地址", "Address"), default=None)
    identity: str | None = attribute(Text("账号或证件号", "Account or identity number"), default=None)


def _reference(title: Text) -> Any:
    return field(title, help=_HELP, basis=DISCLOSURE, default=None, pattern=r"^v:[a-z2-7]{26}$")


@command(
    Text("接收转来的留言", "Take over a message"),
    help=Text(
        "留言转依申请公开时由系统登记为申请。", "The system enters a message that was diverted as an application."
    ),
    basis=DISCLOSURE,
    allowed=(SYSTEM_MAY,),
    opens=True,
)
class TakeOver(Command):
    """Enter a diverted message as an application."""

    department: str = field(
        Text("受理单位", "Unit to answer"),
        help=Text("掌握该信息的单位。", "The unit that holds the information."),
        basis=DISCLOSURE,
        widget="department",
        max_length=60,
    )
    message: str = field(
        Text("转来的留言", "Message it was"),
        help=Text("原留言的案卷编号。", "The case id of the message."),
        basis=DISCLOSURE,
        max_length=40,
    )
    title: str | None = _reference(Text("申请事项", "Subject"))
    text: str | None = _reference(Text("所需信息的描述", "Information asked for"))
    name: str | None = _reference(Text("姓名", "Name"))
    phone: str | None = _reference(Text("电话", "Phone"))
    email: str | None = _reference(Text("电子邮箱", "E-mail"))
    address: str | None = _reference(Text("地址", "Address"))
    identity: str | None = _reference(Text("账号或证件号", "Account or identity number"))


@dataclass(frozen=True)
class Application:
    """The folded file."""

    status: Literal["none", "submitted"] = "none"
    department: str = ""
    submitted: date | None = None
    message: str | None = None
    title: str | None = None
    text: str | None = None


def take_over(state: Application, command: TakeOver, context: Context) -> Sequence[Event]:
    """申请提交; the unit must exist that day."""
    unit = context.directory.find(command.department, context.today)
    if unit is None or not unit.exists_on(context.today):
        raise RuleBroken("application.no_such_unit", UNKNOWN_UNIT, DISCLOSURE, "department")
    return [
        ApplicationSubmitted(
            department=unit.id,
            channel="message",
            submitted=context.today,
            message=command.message,
            title=command.title,
            text=command.text,
            name=command.name,
            phone=command.phone,
            email=command.email,
            address=command.address,
            identity=command.identity,
        )
    ]


def evolve(state: Application, event: Event, stamp: Stamp) -> Application:
    """The file after ``event``."""
    match event:
        case ApplicationSubmitted():
            return changed(
                state,
                status="submitted",
                department=event.department,
                submitted=event.submitted,
                message=event.message,
                title=event.title,
                text=event.text,
            )
        case _:
            return state


def clocks(state: Application) -> tuple[Clock, ...]:
    """None: nothing is legally received yet."""
    return ()


def missed(state: Application, clock: Clock, verdict: VerdictFields) -> Event:
    """There is no clock to miss."""
    raise LookupError(clock.id)


def summary(state: Application) -> Summary:
    """What the list shows."""
    return Summary(
        status=state.status,
        department=state.department,
        received=state.submitted,
        title=state.title,
        columns={"message": state.message},
    )


APPLICATION: CaseKind[Application] = CaseKind(
    name="application",
    service="requests",
    collection="applications",
    title=Text("依申请公开", "Applications for information"),
    prefix="A",
    number="依申请〔{year}〕{n}号",
    statuses={"none": Text("未提交", "None"), "submitted": Text("已提交，待确认收到", "Submitted, receipt to confirm")},
    initial=Application(),
    state_type=Application,
    events=(ApplicationSubmitted,),
    commands={TakeOver: take_over},
    evolve=evolve,
    clocks=clocks,
    missed=missed,
    summary=summary,
    columns={"message": Text("转来的留言", "Message it was")},
    vault_readers={name: READERS for name in ("title", "text", "name", "phone", "email", "address", "identity")},
)
