"""One service put together from its case kinds and policies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.kind import CaseKind
from shared.domain.text import Text
from shared.engine.execute import Engine
from shared.engine.ledger import LEDGER
from shared.engine.policy import Policy, PolicyRunner
from shared.engine.reference import Reference
from shared.engine.relay import Relay
from shared.engine.sealing import Sealer
from shared.engine.timers import Timers
from shared.eventlog.envelope import Algorithm
from shared.eventlog.port import EventLog
from shared.imports.old_case import Importer
from shared.storage.port import CaseReader, Stores


@dataclass(frozen=True)
class Declared:
    """A service as declared: its name, title, kinds, policies, and how lists of old cases of its kinds are read."""

    name: str
    title: Text
    kinds: tuple[CaseKind[Any], ...]
    policies: tuple[Policy, ...] = ()
    importers: tuple[Importer, ...] = ()


@dataclass(frozen=True)
class Service:
    """A running service's parts."""

    declared: Declared
    engine: Engine
    relay: Relay
    timers: Timers
    policies: PolicyRunner
    stores: Stores
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The service's name."""
        return self.declared.name

    @property
    def kinds(self) -> tuple[CaseKind[Any], ...]:
        """The kinds that people see; the ledger is not one of them."""
        return self.declared.kinds


def put_together(
    declared: Declared,
    *,
    stores: Stores,
    files: Mapping[str, CaseReader],
    eventlog: EventLog,
    sealer: Sealer,
    reference: Callable[[], Reference | None],
    now: Callable[[], datetime],
    region: str,
    hash_key: bytes,
    algorithm: Algorithm,
    settings: Mapping[str, Any],
) -> Service:
    """A service on the given adapters; ``files`` are the case files of each service by name, as its policies ask them."""
    engine = Engine(
        service=declared.name,
        kinds=(*declared.kinds, LEDGER),
        stores=stores,
        sealer=sealer,
        reference=reference,
        now=now,
        region=region,
        hash_key=hash_key,
        algorithm=algorithm,
    )
    return Service(
        declared,
        engine,
        Relay(declared.name, stores.cases, eventlog),
        Timers(engine, stores.notes),
        PolicyRunner(declared.policies, engine, eventlog, stores.positions, stores.notes, files),
        stores,
        settings,
    )


def kinds_by_name(services: Sequence[Declared]) -> list[CaseKind[Any]]:
    """All kinds of all services, the ledger too."""
    return [kind for service in services for kind in service.kinds] + [LEDGER]
