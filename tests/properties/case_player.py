"""One case played through the real engine on stores in memory: commands, sweeps and calendars at chosen hours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from shared.domain.corrections import COMMON_EVENTS, RevokeOverdue, VoidEntry
from shared.domain.directory import SYSTEM, Dated, Department, Directory
from shared.domain.kind import BadField, CaseKind, Command, Recorded, RuleBroken, Verdict
from shared.domain.workdays import Calendar, Notice
from shared.engine.codec import codec_of
from shared.engine.execute import Asked, Engine, Outcome
from shared.engine.history import Corrections, effective, is_miss, reconcile
from shared.engine.reference import Reference
from shared.engine.sealing import Opened, Sealed
from shared.engine.verify import Verified, verify
from shared.storage.memory import MemoryStore
from shared.storage.port import CaseRecord, Stores
from tests.simulation.scheduler import finished

FIRST = datetime(2026, 10, 9, 0, 20, tzinfo=UTC)
UNITS = ("county-office", "d1", "d2", "d3")
DIRECTORY = Directory(
    {
        unit: Department(unit, (Dated(date(2020, 1, 1), unit),), (Dated(date(2020, 1, 1), "other"),), date(2020, 1, 1))
        for unit in UNITS
    }
)


def _notice(
    off: Sequence[int], worked: Sequence[int] = (), removed: Sequence[int] = (), *, amends: bool = True
) -> Notice:
    days = [frozenset(date(2026, 10, 1) + timedelta(days=n - 1) for n in group) for group in (off, worked, removed)]
    return Notice(2026, "国办发明电", date(2025, 11, 4), days[0], days[1], removed=days[2], amends=amends)


def _chain(*notices: Notice) -> tuple[Calendar, ...]:
    found = [Calendar.empty().publish(_notice(range(1, 9), (10,), amends=False))]
    for notice in notices:
        found.append(found[-1].amend(notice))
    return tuple(found)


CALENDARS = _chain(
    _notice((12, 13), (17,)),
    _notice((), (11, 18), (12, 13)),
    _notice((19, 20, 21), (), (10,)),
    _notice((), (24, 25), (20,)),
)
"""Day numbers count from 1 October 2026: the year's notice, then amendments that give and take days."""


class OpenVault:
    """Seals nothing: references that stand for the texts, which it remembers."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    async def prepare(self, *, seed: str, case: str, values: Mapping[str, tuple[str, str]], **rest: Any) -> Sealed:
        """A reference for each value."""
        refs = {name: f"{case}:{seed}:{name}" for name in values}
        self.texts.update({refs[name]: text for name, (text, _) in values.items()})
        return Sealed(refs, writer=f"{case}:writer")

    async def read(self, refs: Sequence[str]) -> Mapping[str, str | None]:
        """The texts."""
        return {ref: self.texts.get(ref) for ref in refs}

    async def opened(self, refs: Sequence[str]) -> Opened:
        """The texts; none is damaged."""
        return Opened(await self.read(refs), {})


@dataclass(frozen=True)
class Played:
    """A kind with the command that opens a case, and what its people may ask for: name -> command made of a number."""

    kind: CaseKind[Any]
    opening: Command
    commands: Mapping[str, Callable[[int], Command]]
    moves_earlier: frozenset[str]


@dataclass(frozen=True)
class Act:
    """After ``wait`` hours somebody asks for ``what`` as of ``back`` hours ago; ``n`` chooses among the possible."""

    wait: int
    back: int
    what: str
    n: int


Told = Literal["done", "refused", "nothing"]


class Player:
    """Plays acts on one case. ``hourly`` sweeps at each hour that passes."""

    def __init__(self, played: Played, *, hourly: bool = False) -> None:
        self.played, self.hourly = played, hourly
        self.store = MemoryStore()
        self.now = FIRST
        self.amended = self.asked = 0
        self.sent: list[tuple[str | None, Asked, Outcome]] = []
        self.engine = Engine(
            service=played.kind.service,
            kinds=[played.kind],
            stores=Stores(**dict.fromkeys(Stores.__slots__, self.store)),
            sealer=OpenVault(),
            reference=lambda: Reference(CALENDARS[self.amended], DIRECTORY, (), {}, 0),
            now=lambda: self.now,
            region="luodian",
            hash_key=b"key",
        )
        self.case = ""
        outcome = self._ask(None, played.opening, self.now)
        assert isinstance(outcome, Outcome)
        self.case = outcome.case

    # -- playing ---------------------------------------------------------------------------------------------------

    def act(self, act: Act) -> Told:
        """Lets time pass, then does it."""
        self.wait(act.wait)
        if act.what == "sweep":
            self.sweep()
            return "done"
        if act.what == "amend":
            if self.amended + 1 == len(CALENDARS):
                return "nothing"
            self.amended += 1
            self.sweep()
            return "done"
        command = self._command(act)
        if command is None:
            return "nothing"
        happened = max(self.head.opened, self.now - timedelta(hours=act.back))
        return "done" if isinstance(self._ask(self.case, command, happened), Outcome) else "refused"

    def wait(self, hours: int) -> None:
        """Time passes; the hourly player sweeps at each full hour of it."""
        for _ in range(hours):
            self.now += timedelta(hours=1)
            if self.hourly:
                self.sweep()

    def sweep(self) -> None:
        """What a timer does: looks at the file if it is due or was last settled under an older calendar."""
        head = self.head
        if head.calendar < self.calendar.version or (head.next_due is not None and head.next_due <= self.now):
            finished(self.engine.settle(self.case))

    def _command(self, act: Act) -> Command | None:
        if act.what == "void":
            entries = self.entries()
            return VoidEntry(events=(entries[act.n % len(entries)].stamp.id,), reason="登记有误") if entries else None
        if act.what == "revoke":
            misses = [record for record in effective(self.history()) if is_miss(record.event)]
            return RevokeOverdue(event=misses[act.n % len(misses)].stamp.id, reason="不可抗力") if misses else None
        return self.played.commands[act.what](act.n)

    def _ask(self, case: str | None, command: Command, happened: datetime) -> Outcome | RuleBroken | BadField:
        self.asked += 1
        asked = Asked(command, SYSTEM, f"c{self.asked}", happened)
        try:
            outcome: Outcome = finished(self.engine.execute(self.played.kind, case, [asked]))
        except (RuleBroken, BadField) as refusal:
            return refusal
        self.sent.append((case, asked, outcome))
        return outcome

    def again(self, number: int) -> Outcome:
        """Sends a command that was carried out once more."""
        case, asked, _ = self.sent[number]
        outcome: Outcome = finished(self.engine.execute(self.played.kind, case, [asked]))
        return outcome

    # -- looking ---------------------------------------------------------------------------------------------------

    @property
    def head(self) -> CaseRecord:
        """The file's head."""
        head: CaseRecord | None = finished(self.store.load(self.case))
        assert head is not None
        return head

    @property
    def state(self) -> Any:
        """The stored state."""
        return codec_of(self.played.kind).load_state(self.head.state)

    @property
    def calendar(self) -> Calendar:
        """The calendar in force."""
        return CALENDARS[self.amended]

    def history(self) -> list[Recorded]:
        """Every record, from its stored bytes."""
        records: list[Recorded] = finished(self.engine.history(self.played.kind, self.case))
        return records

    def entries(self) -> list[Recorded]:
        """The live entries that people made, by the instant and the order in which they were first made."""
        live = [r for r in effective(self.history()) if not is_miss(r.event) and not isinstance(r.event, COMMON_EVENTS)]
        made = [r for r in live[1:] if r.event.event_name not in ("MatterReminded", "ReminderSent")]
        return sorted(made, key=lambda r: r.stamp.happened)

    def corrections(self) -> Corrections:
        """What running the whole history once more would change."""
        return reconcile(self.played.kind, self.history(), self.head.through, self.calendar)

    def verify(self) -> Verified:
        """The whole store refolded and compared."""
        found: Verified = finished(verify(self.store, [self.played.kind], None, (), {}, self.calendar, {}))
        return found

    def verdicts(self) -> list[tuple[str, str, str, str, bool]]:
        """(event, clock, due, done, met) of the live verdicts and of what was done after a miss."""
        return sorted(
            (r.event.event_name, r.event.clock, f"{r.event.due}", f"{r.event.done}", r.event.met)
            for r in effective(self.history())
            if isinstance(r.event, Verdict)
        )

    def dump(self) -> tuple[object, ...]:
        """Everything that is stored."""
        return (self.head, finished(self.store.events(self.case)), len(self.store._commands))
