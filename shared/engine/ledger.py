"""The daily seal of a service's ledger (封账): one root over every case's last digest, so that a removed case is noticed."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from shared.domain.clockless import no_clocks, no_miss
from shared.domain.directory import OFFICE
from shared.domain.kind import (
    CaseKind,
    Command,
    Context,
    Event,
    RuleBroken,
    Stamp,
    Summary,
    attribute,
    command,
    event,
    field,
)
from shared.domain.permission import SYSTEM_MAY
from shared.domain.text import Text
from shared.eventlog.envelope import decode, recorded
from shared.storage.port import CaseReader

BASIS = Text("《档案法实施条例》第三十九条", "Regulations implementing the Archives Law, Art. 39")


@event("LedgerSealed", Text("台账封存", "Ledger sealed"), basis=BASIS)
class LedgerSealed(Event):
    """台账封存: ``root`` over all events recorded before the end of ``day``."""

    day: date = attribute(Text("日期", "Day"))
    cases: int = attribute(Text("案卷数", "Cases"))
    events: int = attribute(Text("事件数", "Events"))
    root: str = attribute(Text("摘要根", "Root digest"))


class _Seal(Command):
    service: str = field(Text("服务", "Service"), help=Text("封存哪个服务的台账。", "Whose ledger is sealed."))
    day: date = field(
        Text("日期", "Day"), help=Text("封存到这一天结束。", "Sealed to the end of this day."), widget="date"
    )
    cases: int = field(
        Text("案卷数", "Cases"), help=Text("有事件的案卷数。", "Cases that had events."), widget="number"
    )
    events: int = field(Text("事件数", "Events"), help=Text("全部事件数。", "Events in all."), widget="number")
    root: str = field(
        Text("摘要根", "Root digest"), help=Text("各案卷末位摘要的摘要。", "The digest over the cases' last digests.")
    )


@command(
    Text("首次封存", "Open the ledger"),
    help=Text("封存当年第一天的台账。", "Seals the first day of a year's ledger."),
    basis=BASIS,
    allowed=(SYSTEM_MAY,),
    opens=True,
)
class SealLedger(_Seal):
    """Seals the first day of a year."""

    def again(self) -> "SealLedgerAgain":
        """The same seal for a ledger that is open."""
        return SealLedgerAgain(**self.model_dump())


@command(
    Text("封存", "Seal the ledger"),
    help=Text("封存一天的台账。", "Seals a day's ledger."),
    basis=BASIS,
    allowed=(SYSTEM_MAY,),
)
class SealLedgerAgain(_Seal):
    """Seals another day."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The days sealed so far."""

    last: date | None = None


def seal(state: Ledger, command: _Seal, context: Context) -> list[Event]:
    """One seal a day, in order."""
    if state.last is not None and command.day <= state.last:
        raise RuleBroken("ledger.sealed", Text("该日已封存", "that day is sealed already"), BASIS)
    return [
        LedgerSealed(department=OFFICE, day=command.day, cases=command.cases, events=command.events, root=command.root)
    ]


def evolve(state: Ledger, event: Event, stamp: Stamp) -> Ledger:
    """The last sealed day."""
    return replace(state, last=event.day) if isinstance(event, LedgerSealed) else state


def summary(state: Ledger) -> Summary:
    """The county office keeps it."""
    return Summary("sealed", OFFICE, open=False)


LEDGER: CaseKind[Ledger] = CaseKind(
    name="ledger",
    service="*",
    collection="ledgers",
    title=Text("台账", "Ledger"),
    prefix="L",
    number="台账{year}-{n}",
    statuses={"sealed": Text("已封存", "Sealed")},
    initial=Ledger(),
    state_type=Ledger,
    events=(LedgerSealed,),
    commands={SealLedger: seal, SealLedgerAgain: seal},
    evolve=evolve,
    clocks=no_clocks,
    missed=no_miss,
    summary=summary,
    id_of=lambda c: f"ledger-{c.service}-{c.day.year}",
)


async def ledger_root(cases: CaseReader, service: str, before: datetime) -> tuple[int, int, str]:
    """(cases, events, root) of all that was recorded before an instant; ledgers themselves left out."""
    hasher = hashlib.sha256()
    count = events = 0
    async for head in cases.walk(service):
        if head.kind == LEDGER.name:
            continue
        version, digest = (head.version, head.digest) if head.updated < before else await _stood(cases, head.id, before)
        if version:
            hasher.update(f"{head.id} {version} {digest}\n".encode())
            count += 1
            events += version
    return count, events, f"sha256:{hasher.hexdigest()}"


async def _stood(cases: CaseReader, case: str, before: datetime) -> tuple[int, str]:
    """The version and digest at which a case stood."""
    version, digest = 0, ""
    for stored in await cases.events(case):
        event: dict[str, Any] = decode(stored.body)
        if recorded(event) >= before:
            break
        version, digest = stored.sequence, stored.digest
    return version, digest
