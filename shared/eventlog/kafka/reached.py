"""What all connections to Kafka have in common: the error that says it is away, the pace of new attempts, quiet logs."""

import logging
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import (
    BrokerResponseError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NoBrokersAvailable,
    NodeNotReadyError,
    ProducerClosed,
    RequestTimedOutError,
)
from faststream.exceptions import IncorrectState

from shared.domain.text import Text
from shared.eventlog.port import LogAway

LOGGER = "eventlog.kafka"
"""Where FastStream logs; loggers under its own name write past our format."""
RETRY_MS = 500
METADATA_AGE_MS = 10_000
"""A topic that was made again is noticed within this time (the driver's own default is five minutes)."""
FIRST_WAIT = 0.1
LONGEST_WAIT = 5.0
SAY_AGAIN_AFTER = 30.0
MOST_SENTENCES = 500


@contextmanager
def reaching(broker: str) -> Iterator[None]:
    """Raises ``LogAway`` for what the driver raises when the broker does not answer or refuses."""
    try:
        yield
    # `IncorrectState`: the producer was stopped meanwhile, because another window failed.
    except (KafkaError, OSError, TimeoutError, IncorrectState) as problem:
        raise LogAway(broker, reason(problem)) from problem


def reason(problem: BaseException) -> Text:
    """A driver's error in words for people; for what the broker answered, the protocol's own name of it."""
    match problem:
        case LogAway():
            return problem.reason
        case TimeoutError() | KafkaTimeoutError() | RequestTimedOutError():
            return Text("没有在时限内应答", "it did not answer in time")
        case OSError() | KafkaConnectionError() | NoBrokersAvailable() | NodeNotReadyError():
            return Text("连接不上", "no connection to it")
        case BrokerResponseError():
            return Text(
                f"Kafka 返回错误 {problem.errno}（{problem.message}）",
                f"Kafka answered with error {problem.errno} ({problem.message})",
            )
        case IncorrectState() | ProducerClosed():
            return Text("发送连接已关闭，稍后重连", "the producer was closed; the next one connects anew")
        case _:
            return Text("Kafka 客户端出错，原因见日志", "the Kafka client failed; the log says why")


class Backoff:
    """How long to wait after failures in a row: doubling up to ``LONGEST_WAIT`` seconds, never quite the same."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0
        self.problem: Text | None = None

    @property
    def waiting(self) -> bool:
        """Whether it is too early for the next attempt."""
        return time.monotonic() < self._until

    def failed(self, problem: Text) -> float:
        """Counts a failure; the seconds to wait."""
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0**self._failures)
        # Several processes that lost the same broker shall not come back in step.
        delay = longest * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)
        self._failures = min(self._failures + 1, 16)
        self._until = time.monotonic() + delay
        self.problem = problem
        return delay

    def worked(self) -> None:
        """Starts anew from the shortest wait."""
        self._failures, self._until, self.problem = 0, 0.0, None


class OnceInAWhile(logging.Filter):
    """Lets a sentence through once in ``SAY_AGAIN_AFTER`` seconds, then says how often it was held back."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        if record.levelno < logging.INFO:
            return True
        sentence = (record.name, record.levelno, str(record.msg))
        now = time.monotonic()
        if len(self._said) > MOST_SENTENCES:
            self._said.clear()
        last, held = self._said.get(sentence, (None, 0))
        if last is not None and now - last < SAY_AGAIN_AFTER:
            self._said[sentence] = (last, held + 1)
            return False
        self._said[sentence] = (now, 0)
        if held:
            record.msg = f"{record.msg} [{held} more in {now - (last or now):.0f} s]"
        return True


class Known(logging.Filter):
    """Drops what a library warns of each time, though it is as we want it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is logged."""
        # Topics are made by `apply_topics` and looked at before anybody starts.
        return not str(record.msg).startswith("Auto create topics is disabled")


_ONCE = OnceInAWhile()
_KNOWN = Known()
for _driver in ("aiokafka", LOGGER):
    # Where nobody has asked for a log, as in a command, the driver's own words would go to the terminal beside ours.
    logging.getLogger(_driver).addHandler(logging.NullHandler())


def quieten() -> None:
    """A broker that is away makes the driver say the same more than a hundred times a second; now, twice a minute."""
    logging.getLogger(LOGGER).addFilter(_KNOWN)
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"aiokafka", "eventlog"}:
            # A filter works only on what is logged to its own logger, so each of them gets it; twice is once.
            logging.getLogger(name).addFilter(_ONCE)
