"""Sweeps: files whose clocks or reminders have come due, files under an older calendar, and the daily seal."""

from datetime import datetime, timedelta

import orjson
import structlog

from shared.domain.kind import RuleBroken
from shared.domain.localtime import local_date, moment_text, start_of
from shared.engine.execute import Engine, KeyReused, system
from shared.engine.ledger import LEDGER, SealLedger, ledger_root
from shared.eventlog.envelope import NotAnEvent
from shared.storage.port import NoteStore

AT_ONCE = 200
SEAL_AFTER = timedelta(minutes=10)
log = structlog.get_logger("timers")


class SweepIncomplete(Exception):
    """A sweep went through, and some files could not be settled; the sweep is not counted as complete."""


class Timers:
    """One service's sweeps. ``swept`` is the instant up to which the last complete sweep looked."""

    def __init__(self, engine: Engine, notes: NoteStore) -> None:
        self._engine, self._notes = engine, notes
        self.swept: datetime | None = None
        self._failed: dict[str, str] = {}

    async def sweep(self) -> int:
        """Settles all that is due now; how many files left events."""
        engine = self._engine
        now = engine.now()
        moved = 0
        reference = engine.reference()
        if reference is None:
            return 0
        after = ""
        while stale := await engine.stores.cases.stale(engine.service, reference.calendar.version, after, AT_ONCE):
            for case in stale:
                moved += await self._settle(case)
            after = stale[-1]
        seen: set[str] = set()
        while due := [
            c for c in await engine.stores.cases.due(engine.service, now, AT_ONCE + len(seen)) if c not in seen
        ]:
            for case in due:
                moved += await self._settle(case)
            seen.update(due)
        await self._seal(now)
        if self._failed:
            failed, self._failed = self._failed, {}
            case, problem = next(iter(failed.items()))
            raise SweepIncomplete(f"{len(failed)} cases could not be settled; first {case}: {problem}")
        self.swept = now
        await self._notes.set_note(f"swept:{engine.service}", moment_text(now).encode())
        return moved

    async def _settle(self, case: str) -> bool:
        """Settles one file; what is wrong with it does not keep the others from being settled."""
        try:
            return await self._engine.settle(case)
        except (NotAnEvent, RuleBroken, RuntimeError, ValueError) as problem:
            self._failed[case] = str(problem)
            log.error("case cannot be settled", case=case, problem=str(problem))
            return False

    async def _seal(self, now: datetime) -> None:
        """Seals the ledger up to the end of yesterday, once a little time has passed."""
        engine = self._engine
        if LEDGER not in engine.kinds:
            return
        today = local_date(now - SEAL_AFTER)
        note = await self._notes.note(f"sealed:{engine.service}")
        day = today - timedelta(days=1)
        if note is not None and orjson.loads(note) >= day.isoformat():
            return
        cases, events, root = await ledger_root(engine.stores.cases, engine.service, start_of(today))
        seal = SealLedger(service=engine.service, day=day, cases=cases, events=events, root=root)
        case = f"ledger-{engine.service}-{day.year}"
        opened = await engine.stores.cases.load(case)
        command_id = f"seal:{engine.service}:{day.isoformat()}"
        try:
            if opened is None:
                await engine.execute(LEDGER, None, [system(seal, command_id)])
            else:
                await engine.execute(LEDGER, case, [system(seal.again(), command_id)])
        except (KeyReused, RuleBroken):
            # Sealed already: by another process, or by this one before it could note it.
            log.info("day sealed already", service=engine.service, day=day.isoformat())
        await self._notes.set_note(f"sealed:{engine.service}", orjson.dumps(day.isoformat()))
