"""Publishes to Kafka through FastStream: idempotent, confirmed by all replicas, windows awaited together."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker

from shared.eventlog.envelope import CONTENT_TYPE
from shared.eventlog.kafka.reached import LOGGER, METADATA_AGE_MS, RETRY_MS, Backoff, quieten, reaching, reason
from shared.eventlog.kafka.topics import TOPIC_MAX_BYTES
from shared.eventlog.port import LogAway, TopicMissing

WINDOW = 1000
LINGER_MS = 2
BATCH_BYTES = 256 * 1024
MOST_BYTES = TOPIC_MAX_BYTES - 10_000
"""An event that is larger is refused here, not by the broker, which would refuse all that follows it too."""
REQUEST_TIMEOUT_MS = 20_000
CONFIRMED_WITHIN = 30.0
CLOSE_WITHIN = 5.0
# The one header that a CloudEvent in structured mode needs; headers are what costs a consumer most.
HEADERS = {"content-type": CONTENT_TYPE}


class Publisher:
    """One producer, made on first use and made anew after any failure. Topics are Kafka's own names.

    ``check`` is asked before each window; what it raises is raised, and nothing is sent.
    """

    def __init__(self, bootstrap: str, check: Callable[[], Awaitable[None]]) -> None:
        self._bootstrap, self._check = bootstrap, check
        self._broker: KafkaBroker | None = None
        self._connecting = asyncio.Lock()
        self._backoff = Backoff()
        self._leaving: set[asyncio.Task[None]] = set()

    async def publish(self, records: Sequence[tuple[str, bytes, bytes]]) -> None:
        """Adds (topic, key, value) in their order; returns once all are confirmed. Raises ``LogAway``."""
        for start in range(0, len(records), WINDOW):
            broker = await self._connected()
            try:
                with reaching(self._bootstrap):
                    await self._window(broker, records[start : start + WINDOW])
            except LogAway as away:
                # A producer that lost a batch may be refused for ever (OutOfOrderSequenceNumber): the next one is new.
                self._leave(broker)
                self._backoff.failed(away.reason)
                raise
            self._backoff.worked()

    async def close(self) -> None:
        """Lets go of the producer, within ``CLOSE_WITHIN`` seconds also when the broker is away."""
        if self._broker is not None:
            self._leave(self._broker)
        if self._leaving:
            _, still = await asyncio.wait(set(self._leaving), timeout=CLOSE_WITHIN)
            for task in still:
                task.cancel()

    async def _window(self, broker: KafkaBroker, records: Sequence[tuple[str, bytes, bytes]]) -> None:
        sent: list[asyncio.Future[Any]] = []
        try:
            async with asyncio.timeout(CONFIRMED_WITHIN):
                for topic, key, value in records:
                    sent.append(await broker.publish(value, topic=topic, key=key, headers=HEADERS, no_confirm=True))
                # Not `gather`: when time is up it would cancel what may still be confirmed. And the last one first:
                # then most of the others are done, and a wait for what is done costs more than to ask.
                unconfirmed = sent[-1:]
                while unconfirmed:
                    await asyncio.wait(unconfirmed)
                    unconfirmed = [future for future in sent if not future.done()]
        except BaseException:
            # Given up: of what is still under way nobody will look at the outcome. The driver sends it all the same.
            for future in sent:
                if not future.cancel() and not future.cancelled():
                    future.exception()
            raise
        refused = [problem for future in sent if (problem := future.exception()) is not None]
        if refused:
            raise refused[0]

    async def _connected(self) -> KafkaBroker:
        async with self._connecting:
            if self._backoff.waiting and self._backoff.problem is not None:
                raise LogAway(self._bootstrap, self._backoff.problem)
            quieten()
            try:
                # Asked first: a producer that cannot start is left behind unclosed by the library.
                await self._check()
                if self._broker is not None:
                    return self._broker
                broker = self._new_broker()
                with reaching(self._bootstrap):
                    await broker.start()
            except TopicMissing:
                raise
            except LogAway as away:
                self._backoff.failed(away.reason)
                raise
            self._broker = broker
            return broker

    def _new_broker(self) -> KafkaBroker:
        return KafkaBroker(
            self._bootstrap,
            acks="all",
            enable_idempotence=True,
            linger_ms=LINGER_MS,
            max_batch_size=BATCH_BYTES,
            max_request_size=MOST_BYTES,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            retry_backoff_ms=RETRY_MS,
            metadata_max_age_ms=METADATA_AGE_MS,
            allow_auto_create_topics=False,
            apply_types=False,
            # The event carries its own correlation; another header would only be read by nobody.
            id_generator=lambda: "",
            logger=logging.getLogger(LOGGER),
            log_level=logging.DEBUG,
        )

    def _leave(self, broker: KafkaBroker) -> None:
        """Stops a broker beside the way: with records that are not confirmed that lasts until the server is back."""
        if self._broker is broker:
            self._broker = None
            task = asyncio.create_task(_stop(broker))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)


async def _stop(broker: KafkaBroker) -> None:
    try:
        await broker.stop()
    except (KafkaError, OSError) as problem:
        logging.getLogger(LOGGER).warning("producer not stopped in order: %s", reason(problem))
