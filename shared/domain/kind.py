"""What a case-kind file declares: fields, events, commands, rules that may break, and the kind that ties them together."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Literal, TypedDict, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from shared.domain.deadline import Clock, Due, due, operations_text
from shared.domain.directory import Actor, Directory
from shared.domain.letter import Issue, Letters
from shared.domain.limits import Limit
from shared.domain.permission import Allowed
from shared.domain.register import USUAL as USUAL_REGISTER
from shared.domain.register import RegisterForm
from shared.domain.text import Text
from shared.domain.workdays import Calendar
from shared.domain.written import fault_of

Widget = Literal[
    "text",
    "textarea",
    "select",
    "date",
    "moment",
    "number",
    "checkbox",
    "department",
    "person",
    "document",
    "files",
    "phone",
]


class RuleBroken(Exception):
    """A rule forbids the command: ``code`` (stable), what is wrong, and the legal basis. HTTP answers 409.

    ``noted``: that it was refused is itself kept, in the audit trail; nothing of what was refused is.
    """

    def __init__(self, code: str, message: Text, basis: Text, field: str | None = None, *, noted: bool = False) -> None:
        super().__init__(message.zh)
        self.code = code
        self.message = message
        self.basis = basis
        self.field = field
        self.noted = noted


class BadField(Exception):
    """A field's value cannot be accepted whatever the case's state: the field's name and why. HTTP answers 422."""

    def __init__(self, field: str, message: Text) -> None:
        super().__init__(f"{field}: {message.zh}")
        self.field = field
        self.message = message


def field(
    title: Text,
    *,
    help: Text,
    widget: Widget = "text",
    basis: Text | None = None,
    vault: Literal["writer", "case"] | None = None,
    default: Any = PydanticUndefined,
    **constraints: Any,
) -> Any:
    """A command's field as a clerk meets it.

    ``vault`` says that the value is personal or confidential: before the command is decided it is sealed, and the
    field then holds its reference. ``writer`` seals it under the citizen's key (erased with the citizen), ``case``
    under a key of the case's own.
    """
    extra = {
        "x-title-en": title.en,
        "x-help-en": help.en,
        "x-widget": widget,
        "x-basis": basis.zh if basis else None,
        "x-basis-en": basis.en if basis else None,
        "x-vault": vault,
    }
    return Field(
        default,
        title=title.zh,
        description=help.zh,
        json_schema_extra={k: v for k, v in extra.items() if v is not None},
        **constraints,
    )


def attribute(title: Text, *, scored: bool = False, default: Any = PydanticUndefined, **constraints: Any) -> Any:
    """An event's field; ``scored`` marks the flat ones that assessment keeps and plans may count by."""
    extra: dict[str, Any] = {"x-title-en": title.en}
    if scored:
        extra["x-scored"] = True
    return Field(default, title=title.zh, json_schema_extra=extra, **constraints)


class ClockMove(BaseModel):
    """One clock that an event moved: its new due date, or None where it ended or stands still.

    ``provisional`` (暂定): a coming holiday notice may still move the date.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    clock: str
    due: date | None
    provisional: bool = False


class Event(BaseModel):
    """What happened, as stored and published. ``department`` is the one unit charged or credited."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    event_name: ClassVar[str]
    event_title: ClassVar[Text]
    event_version: ClassVar[int] = 1
    event_basis: ClassVar[Text | None] = None
    event_upcasts: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
    department: str = attribute(Text("单位", "Department"))
    origin: Literal["import"] | None = attribute(Text("来源", "Origin"), default=None)
    flags: tuple[str, ...] = attribute(Text("标记", "Flags"), default=())
    clocks: tuple[ClockMove, ...] = attribute(Text("影响的期限", "Clocks moved"), default=())
    voids: tuple[str, ...] = attribute(Text("作废的事件", "Voided events"), default=())
    restates: str | None = attribute(Text("重述的事件", "Restated event"), default=None)


def with_fields(event: "Event", **fields: Any) -> "Event":
    """The event saying ``fields``; the same one where it says so already."""
    same = all(getattr(event, name) == value for name, value in fields.items())
    return event if same else event.model_copy(update=fields)


class VerdictFields(TypedDict):
    """The flat fields by which a verdict can be judged again under another calendar."""

    clock: str
    rule: str
    started: date
    amount: int
    unit: str
    operations: str
    due: date
    due_at: datetime | None
    done: date | None
    met: bool
    calendar: int


class Verdict(Event):
    """An event that ends a clock, or that is done after the clock was missed (then ``met`` is false and it is no verdict)."""

    clock: str = attribute(Text("期限", "Clock"), scored=True)
    rule: str = attribute(Text("规则", "Rule"), scored=True)
    started: date = attribute(Text("起算日", "Started"), scored=True)
    amount: int = attribute(Text("时限数量", "Amount"), scored=True)
    unit: Literal["wd", "d", "m", "h"] = attribute(Text("时限单位", "Unit"), scored=True)
    operations: str = attribute(Text("期限变动", "Clock operations"), scored=True)
    due: date = attribute(Text("到期日", "Due"), scored=True)
    due_at: datetime | None = attribute(Text("到期时刻", "Due instant"), default=None)
    done: date | None = attribute(Text("完成日", "Done"), scored=True)
    met: bool = attribute(Text("按时", "In time"), scored=True)
    calendar: int = attribute(Text("日历版本", "Calendar version"), scored=True)


def judge(clock: Clock, due_of: Due, done: date | None, moment: datetime | None = None) -> VerdictFields:
    """The verdict on ``clock`` when the matter was done on ``done`` (None: not done). An hour clock compares ``moment``."""
    if due_of.at is not None and moment is not None:
        met = moment <= due_of.at
    else:
        met = done is not None and done <= due_of.on
    start = clock.start
    return VerdictFields(
        clock=clock.id,
        rule=clock.rule,
        started=start.date() if isinstance(start, datetime) else start,
        amount=clock.amount,
        unit=clock.unit,
        operations=operations_text(clock),
        due=due_of.on,
        due_at=due_of.at,
        done=done,
        met=met,
        calendar=due_of.calendar_version,
    )


@dataclass(frozen=True, slots=True)
class Among:
    """The cases of a kind that one unit holds, received from ``first`` to ``last``."""

    department: str
    first: date
    last: date


class Command(BaseModel):
    """What somebody asks for. ``happened`` is when it took place, if not now."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    command_name: ClassVar[str]
    command_title: ClassVar[Text]
    command_help: ClassVar[Text]
    command_basis: ClassVar[Text]
    command_allowed: ClassVar[tuple[Allowed, ...]]
    command_opens: ClassVar[bool] = False
    command_needs: ClassVar[Callable[[Any], tuple[str, ...]] | None] = None
    command_beside: ClassVar[Callable[[Any], str | None] | None] = None
    command_among: ClassVar[Callable[[Any], Among | None] | None] = None
    command_needs_of: ClassVar[Callable[[Any], tuple[str, ...]] | None] = None
    command_counts: ClassVar[Callable[[Any], Any] | None] = None
    happened: datetime | None = field(
        Text("发生时间", "Happened"),
        help=Text(
            "实际发生的时间；不填即现在。不得晚于现在，不得早于收件。",
            "When it took place; empty means now. Not after now, not before receipt.",
        ),
        widget="moment",
        default=None,
    )

    @field_validator("*")
    @classmethod
    def _legible(cls, value: Any, info: ValidationInfo) -> Any:
        """Every text of every command: what is written in a textarea may have lines, all else is one line."""
        texts = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        for text in texts:
            if isinstance(text, str):
                fault = fault_of(text, lines=text is value and _has_lines(cls, str(info.field_name)))
                if fault is not None:
                    raise ValueError(fault)
        return value


@cache
def _has_lines(model: type[BaseModel], name: str) -> bool:
    return extra_of(model.model_fields[name]).get("x-widget") == "textarea"


def kebab(name: str) -> str:
    """``RequestReturn`` -> ``request-return``: a command's path."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


E = TypeVar("E", bound=type[Event])
C = TypeVar("C", bound=type[Command])


def event(name: str, title: Text, *, basis: Text | None = None, version: int = 1) -> Callable[[E], E]:
    """Gives an event class its stored name (never changed once released), titles and legal basis."""

    def mark(cls: E) -> E:
        cls.event_name, cls.event_title, cls.event_basis, cls.event_version = name, title, basis, version
        return cls

    return mark


def command(
    title: Text,
    *,
    help: Text,
    basis: Text,
    allowed: Sequence[Allowed],
    opens: bool = False,
    needs: Callable[[Any], tuple[str, ...]] | None = None,
    beside: Callable[[Any], str | None] | None = None,
    among: Callable[[Any], Among | None] | None = None,
    needs_of: Callable[[Any], tuple[str, ...]] | None = None,
    counts: Callable[[Any], Any] | None = None,
) -> Callable[[C], C]:
    """Gives a command class its titles, help, legal basis and who may give it; its path is its class name in kebab-case.

    ``opens`` marks the one command that starts a case; ``needs`` names other cases whose state the decision looks at,
    ``needs_of`` those that the case's own state names,
    ``beside`` the parent case whose other children of the command's kind it looks at,
    ``among`` says by the case's own state among which others of its kind it looks; ``counts`` makes of the state the
    question about facts whose answer it looks at.
    """

    def mark(cls: C) -> C:
        cls.command_name, cls.command_title, cls.command_help, cls.command_basis = (
            kebab(cls.__name__),
            title,
            help,
            basis,
        )
        cls.command_allowed, cls.command_opens = tuple(allowed), opens
        cls.command_needs = staticmethod(needs) if needs else None
        cls.command_beside = staticmethod(beside) if beside else None
        cls.command_among = staticmethod(among) if among else None
        cls.command_needs_of = staticmethod(needs_of) if needs_of else None
        cls.command_counts = staticmethod(counts) if counts else None
        return cls

    return mark


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the case file adds to an event: identity, both times (aware, UTC), who did it."""

    id: str
    sequence: int
    happened: datetime
    recorded: datetime
    actor: str
    origin: str | None = None

    def latest_step(self, before: datetime | None) -> datetime:
        """When the latest step of the way was, this one counted; ``before`` is that of the steps before it."""
        return self.happened if before is None else max(before, self.happened)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its stamp, as a history is made of."""

    event: Event
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class CaseView:
    """Another case as a guard sees it."""

    id: str
    kind: str
    version: int
    state: Any


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a decision may look at besides state and command. Times are aware UTC; dates are Asia/Shanghai.

    ``writer`` is the vault subject under which the command's personal data was sealed; ``counted`` the answer to the
    question about facts that the command declares.
    """

    case: str
    number: int
    now: datetime
    happened: datetime
    today: date
    actor: Actor
    calendar: Calendar
    directory: Directory
    settings: Mapping[str, Any]
    cases: Mapping[str, CaseView] = dataclass_field(default_factory=dict)
    origin: Literal["import"] | None = None
    writer: str | None = None
    counted: Any = None

    @property
    def unattended(self) -> bool:
        """Whether no person acts who could be compared: the system itself, or history, which knows no actors."""
        return self.actor.system or self.origin == "import"

    def limit(self, name: str, defaults: Mapping[str, int]) -> int:
        """A time limit or amount (时限设置): as the county set it, else the kind's own."""
        return int(self.settings.get(name, defaults[name]))

    def verdict(self, clock: Clock, done: date | None = None) -> VerdictFields:
        """The verdict on ``clock`` for what is done now (``happened``), under the calendar in force.

        What is done after the clock was missed or cancelled never meets it, whatever moved its due date since.
        """
        due_of = due(clock, self.calendar)
        if due_of is None:
            raise RuleBroken(
                "clock.suspended",
                Text("期限处于中止状态，须先恢复计算", "the clock is suspended; it must run again first"),
                clock.basis,
            )
        fields = judge(clock, due_of, done or self.today, self.happened)
        if clock.ended in ("missed", "cancelled"):
            fields["met"] = False
        return fields


@dataclass(frozen=True, slots=True)
class Summary:
    """What lists show and filter. ``status`` is a code of the kind's ``statuses``.

    ``department`` holds the file; ``parties`` may read it besides; ``hidden_from`` are vault references of units for
    which the case does not exist; ``restricted`` sends its events to the restricted topic.
    """

    status: str
    department: str
    received: date | None = None
    title: str | None = None
    parties: tuple[str, ...] = ()
    parent: str | None = None
    restricted: bool = False
    hidden_from: tuple[str, ...] = ()
    confidential: bool = False
    writer: str | None = None
    open: bool = True
    columns: Mapping[str, str | int | bool | None] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A rung of a clock's ladder not yet sent: ``offset`` working days from the due date (negative: before it)."""

    clock: str
    rung: str
    offset: int


EMPTY_FIELD = Text(
    "“{letter}”缺少“{field}”：文书不得有空项", "“{letter}” lacks “{field}”: no letter is issued with an empty field"
)
S = TypeVar("S")
Decide = Callable[[Any, Any, Context], Sequence[Event]]


@dataclass(frozen=True, eq=False)
class CaseKind(Generic[S]):
    """One kind of case, whole: the engine, HTTP, pages, exports and contracts are made from it.

    ``prefix`` and the year make ids (``M2026-000123``), ``number`` the number people see (``留言〔{year}〕{n}号``).
    ``fold_version`` is raised when ``evolve`` changes what it makes of old events. ``missed`` turns a missed clock into
    its event; ``reminders`` and ``remind`` do the same for the ladder.
    ``restate`` gives an event the fields that follow from the state before it (unit, category, what it was before), when
    the history runs again after a void, a late entry or another calendar; ``stands`` says whether the event can have
    happened in that state at all; ``may_void`` whether an entry may be undone. ``moot`` says in the state at the end whether
    nothing is left of what an event followed from: then it is undone along with that, where ``stands`` has one named first.
    ``overseen_by`` are posts that act on files of the kind whoever holds them, and so see every one that is not restricted.
    ``vault_readers`` are event fields that hold vault references and who may read each, ``attachments`` who may open the
    files; ``handler_alone`` those that only the handler reads where the writer asked for confidentiality.
    ``register`` heads the printed register (登记簿) made of ``columns``.
    ``id_of`` is the case id where the opening command determines it (then ``prefix`` and ``number`` count nothing);
    ``topic`` is where the events are published, if not on the service's own topic.
    ``letters`` are what is printed for the events that bear a ``letter`` (文书编号). ``limits`` are what a county may set.
    """

    name: str
    service: str
    collection: str
    title: Text
    prefix: str
    number: str
    statuses: Mapping[str, Text]
    initial: S
    state_type: Any
    events: tuple[type[Event], ...]
    commands: Mapping[type[Command], Decide]
    evolve: Callable[[S, Any, Stamp], S]
    clocks: Callable[[S], tuple[Clock, ...]]
    missed: Callable[[S, Clock, VerdictFields], Event]
    summary: Callable[[S], Summary]
    fold_version: int = 1
    reminders: Callable[[S], tuple[Reminder, ...]] | None = None
    remind: Callable[[S, Reminder], Event] | None = None
    public_view: Callable[[S], Mapping[str, Any]] | None = None
    columns: Mapping[str, Text] = dataclass_field(default_factory=dict)
    register: RegisterForm = USUAL_REGISTER
    overseen_by: tuple[Allowed, ...] = ()
    vault_readers: Mapping[str, tuple[Allowed, ...]] = dataclass_field(default_factory=dict)
    handler_alone: frozenset[str] = frozenset()
    restate: Callable[[S, Any, Stamp], Event] | None = None
    stands: Callable[[S, Any], bool] | None = None
    may_void: Callable[[S, Any], bool] | None = None
    moot: Callable[[S, Any, Stamp], bool] | None = None
    id_of: Callable[[Any], str] | None = None
    topic: str | None = None
    letters: Letters[S] | None = None
    limits: Mapping[str, Limit] = dataclass_field(default_factory=dict)

    @property
    def opening(self) -> type[Command]:
        """The command that starts a case."""
        return next(c for c in self.commands if c.command_opens)

    def command_named(self, path: str) -> type[Command] | None:
        """The command whose kebab-case name is ``path``."""
        return next((c for c in self.commands if c.command_name == path), None)

    def decide(self, state: S, command: Command, context: Context) -> Sequence[Event]:
        """The events that follow from a command. Raises ``RuleBroken``, also for a letter with an empty field.

        History brought in from elsewhere had its letters there.
        """
        events = self.commands[type(command)](state, command, context)
        if self.letters is not None and context.origin is None and any(letter_of(event) for event in events):
            self._check_letters(self.letters, state, command, events, context)
        return events

    def issue(self, case: str, number: int, on: date, directory: Directory) -> Issue:
        """Under what a letter of the case is issued on a day."""
        year = case.removeprefix(self.prefix)[:4]
        return Issue(self.number.format(year=year, n=number), on, directory)

    def _check_letters(
        self, letters: Letters[S], state: S, command: Command, events: Sequence[Event], context: Context
    ) -> None:
        stamp = Stamp("", 0, context.happened, context.now, context.actor.subject)
        issue = self.issue(context.case, context.number, context.today, context.directory)
        for event in events:
            state = self.evolve(state, event, stamp)
            drawn = letters.drawn(state, event, issue) if letter_of(event) else None
            if drawn is not None and drawn.blank:
                name = drawn.blank[0]
                words = EMPTY_FIELD.format(letter=drawn.template.name, field=letters.fields[name].title)
                basis = event.event_basis or command.command_basis
                field = name if name in type(command).model_fields else None
                raise RuleBroken(f"{self.name}.letter_field_empty", words, basis, field)


def letter_of(event: Event) -> str | None:
    """The number of the letter that the event issues."""
    return getattr(event, "letter", None)


@cache
def vault_fields(model: type[BaseModel]) -> Mapping[str, str]:
    """The fields of a command that are sealed before deciding: name -> ``writer`` or ``case``."""
    found: dict[str, str] = {}
    for name, info in model.model_fields.items():
        extra = extra_of(info)
        if "x-vault" in extra:
            found[name] = str(extra["x-vault"])
    return MappingProxyType(found)


@cache
def department_fields(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a command that name a unit or several."""
    return tuple(name for name, info in model.model_fields.items() if extra_of(info).get("x-widget") == "department")


def extra_of(info: FieldInfo) -> dict[str, Any]:
    """The declarations that ``field`` and ``attribute`` left on a pydantic field."""
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def scored_fields(model: type[Event]) -> tuple[str, ...]:
    """The flat fields of an event that assessment keeps."""
    return tuple(name for name, info in model.model_fields.items() if extra_of(info).get("x-scored"))
