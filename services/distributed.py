"""The distributed runtime: MongoDB and Kafka, a process per service and any number of each."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.assessment.facts import CONSUMER, TOPICS, Projector
from services.declared import SERVICES
from services.runtime import IDLE_SECONDS, SWEEP_SECONDS, Runtime, case_files, parts_of
from services.troubles import Trouble
from shared.clock import ProcessClock
from shared.domain.text import Text
from shared.engine.policy import Reading
from shared.eventlog.kafka import KafkaEventLog, KafkaSubscriber, apply_topics
from shared.eventlog.port import LogAway, TopicRefused
from shared.service import Service
from shared.settings import Settings, SettingsProblem
from shared.storage.mongo import MongoClients, MongoDatabases, open_mongo_stores
from shared.storage.port import Stores

ASSESSMENT = "assessment"
FINISH_WITHIN = 4.0
STOP_WITHIN = 8.0
LOOK_SECONDS = 5.0
STALE = Text(
    "事件日志读不到，基础数据（日历、单位、方案）用的是上次的副本，日志恢复后自动更新",
    "the event log cannot be read: the reference data (calendar, departments, plans) are a copy, until the log is back",
)
WAITS = Text("读取者 {name} 停在原处重试：{why}", "the reader {name} stays where it is and tries again: {why}")


@dataclass(frozen=True, kw_only=True)
class DistributedRuntime(Runtime):
    """The services of one process: it opens the files of all (to read them at the desk) and runs those it serves."""

    served: tuple[str, ...]
    log: KafkaEventLog
    clients: MongoClients
    subscribers: tuple[KafkaSubscriber, ...]

    @property
    def refusing(self) -> str | None:
        """Nothing: a store that takes no writes is told by the step that failed."""
        return None

    @property
    def place(self) -> str:
        """Where the cases are, without credentials."""
        return f"mongodb: {self.settings.prefix}"

    async def run(self, stopped: asyncio.Event) -> None:
        """The background tasks of a serving process, until ``stopped``; then it ends within ``FINISH_WITHIN`` and ``STOP_WITHIN`` seconds together."""
        steps = [
            asyncio.create_task(step)
            for step in (
                self.keep("log", self._look_at_log, LOOK_SECONDS, stopped),
                self.keep("reference", self._follow, IDLE_SECONDS, stopped),
                self.keep("relay", self._relay, IDLE_SECONDS, stopped, self.stirred),
                self.keep("timers", self._sweep, SWEEP_SECONDS, stopped),
            )
        ]
        try:
            await stopped.wait()
            # A step that waits for a broker or store which is away is not waited for: what it does is done again.
            await asyncio.wait(steps, timeout=FINISH_WITHIN)
        finally:
            for step in steps:
                step.cancel()
            await asyncio.gather(*steps, return_exceptions=True)
            await asyncio.gather(*(subscriber.stop(STOP_WITHIN) for subscriber in self.subscribers))

    async def close(self) -> None:
        """Lets go of broker and store."""
        await self.log.close()
        await self.clients.close()

    async def lag(self) -> int:
        """How many events wait for this process, as far as the broker has told."""
        return sum(subscriber.lag() for subscriber in self.subscribers)

    def serving(self) -> Sequence[Service]:
        """Those it was opened to serve."""
        return [self.services[name] for name in self.served]

    async def figures(self) -> dict[str, float]:
        """What metrics tell of the stores, and of the consumers."""
        of_stores = await super().figures()
        progress = [subscriber.progress for subscriber in self.subscribers]
        return {
            **of_stores,
            "consumer_lag": float(sum(p.lag for p in progress)),
            "partitions_assigned": float(sum(p.assigned for p in progress)),
            "partitions_refused": float(sum(p.refused for p in progress)),
            "log_reachable": float(self.log.reachable),
        }

    def reasons(self) -> list[Trouble]:
        """What to look at, though the process serves."""
        found = [Trouble("log_refused", why) for one in self.subscribers for why in one.refused.values()]
        if self.follower.stale:
            found.append(Trouble("reference_stale", STALE))
        if not self.troubles:
            # What is away is told by the steps; what is left is the consumers' own.
            waiting = {one.name: why for one in self.subscribers if (why := one.progress.problem) is not None}
            found += [Trouble("consumer_waits", WAITS.format(name=name, why=why)) for name, why in waiting.items()]
        return found

    async def log_faults(self) -> list[Text]:
        """What is wrong with topics and positions, each with the way out."""
        try:
            await self.log.check()
        except (LogAway, TopicRefused) as problem:
            return [problem.text]
        return await super().log_faults()

    async def _look_at_log(self) -> bool:
        await self.log.check()
        return False

    async def _follow(self) -> bool:
        # Without reference data nothing is decided, shown or taken in: so nobody works with a key that is not proven.
        if self.follower.current is None and not await self.prove_key():
            return False
        # Nor does it take partitions from those who work with the right one.
        for subscriber in self.subscribers:
            await subscriber.start()
        await self.follower.run_once()
        return False

    async def _relay(self) -> bool:
        moved = 0
        for service in self.serving():
            moved += await service.relay.run_once()
        return bool(moved)

    async def _sweep(self) -> bool:
        if self.follower.current is None:
            return False
        for service in self.serving():
            await service.timers.sweep()
        return False


def open_distributed(
    settings: Settings, serve: Sequence[str] = (), clock: Callable[[], datetime] | None = None
) -> DistributedRuntime:
    """Opens store and log; asks nothing of either yet. ``serve`` names the services that this process will run.

    Call inside a running loop. Raises ``SettingsProblem`` (every wrong one named), ``KeyProblem``.
    """
    settings.require_distributed()
    clients = MongoClients(" ".join((settings.prefix, *serve)))
    stores: dict[str, Stores] = {}
    for declared in SERVICES:
        _, stores[declared.name] = _open_stores(settings, declared.name, clients)
    desk = stores[ASSESSMENT if ASSESSMENT in serve or not serve else serve[0]]
    topic_prefix = _topic_prefix(settings)
    log = KafkaEventLog(settings.kafka or "", topic_prefix, settings.partitions)
    files = {name: mine.cases for name, mine in stores.items()}
    parts = parts_of(settings, desk, log, clock or ProcessClock(settings.clock_start), files, copy=True)
    services = parts.services(stores.__getitem__)
    # A consumer's positions are kept beside what it leaves: with the service whose policy it is.
    readings = [(r, services[name].stores.positions) for name in serve for r in services[name].policies.readings]
    if ASSESSMENT in serve:
        projector = Projector(desk.facts, desk.positions, case_files(services))
        readings.append((Reading(CONSUMER, TOPICS, projector.take), desk.positions))
    return DistributedRuntime(
        **parts.beside(desk, services),
        served=tuple(serve),
        log=log,
        clients=clients,
        subscribers=tuple(
            KafkaSubscriber(r.name, r.topics, settings.kafka or "", positions, r.take, topic_prefix)
            for r, positions in readings
        ),
    )


async def make_topics(settings: Settings) -> tuple[str, ...]:
    """Makes the declared topics that are missing; which. Raises ``TopicRefused``, ``LogAway``."""
    settings.require_distributed()
    return await apply_topics(settings.kafka or "", settings.partitions, settings.replication, _topic_prefix(settings))


async def prepare(settings: Settings) -> None:
    """Makes what is missing of topics and indexes; idempotent. Raises ``TopicRefused``, ``IndexDiffers``, ``LogAway``, ``StoreAway``."""
    await make_topics(settings)
    clients = MongoClients(settings.prefix)
    try:
        for declared in SERVICES:
            databases, _ = _open_stores(settings, declared.name, clients)
            await databases.ensure_indexes()
    finally:
        await clients.close()


def _open_stores(settings: Settings, service: str, clients: MongoClients) -> tuple[MongoDatabases, Stores]:
    try:
        return open_mongo_stores(settings.mongo_url, service=service, prefix=settings.prefix, clients=clients)
    except ValueError as problem:
        # The driver's own words are not said: a piece of the password may be in them.
        said = Text(
            "MongoDB 驱动不认这个地址：用户名和密码中的 :/?#[]@% 须写成 %XX，并请核对 ? 后的选项",
            "the MongoDB driver does not take this address: in user and password write :/?#[]@% as %XX, and check the options after ?",
        )
        raise SettingsProblem([(settings.mongo_named, said)]) from problem


def _topic_prefix(settings: Settings) -> str:
    """Before the names of topics and groups on the broker, where several counties share one."""
    return "" if settings.prefix == "gongkai" else f"{settings.prefix}."
