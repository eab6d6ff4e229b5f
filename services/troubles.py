"""What goes wrong in the background, for people: in a sentence with the way out, and whether it keeps a process from being ready."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog

from shared.domain.text import Text
from shared.eventlog.port import LogAway, LogReset, TopicMissing, TopicRefused
from shared.security.keys import KeyProblem
from shared.storage.port import StoreAway, StoreRefused

STEPS = {
    "events": Text("发送和处理事件", "sending and reading events"),
    "log": Text("查看事件日志", "looking at the event log"),
    "reference": Text("读取基础数据", "reading the reference data"),
    "relay": Text("发送事件", "sending events"),
    "timers": Text("期限检查", "looking for what is due"),
}
"""The background steps by name."""
ANSWERS = frozenset({"topic_missing", "topic_refused"})
"""What only a log that answers can be told of."""
SAID_ONCE = frozenset({"log_away", "store_away", "store_refused", "topic_missing"})
log = structlog.get_logger("runtime")


@dataclass(frozen=True, slots=True)
class Trouble:
    """``code`` for machines, ``text`` for people. ``fatal``: the process is not ready; it does not pass without somebody,
    or nothing can be read or written. ``foreseen``: the sentence says all there is to know."""

    code: str
    text: Text
    fatal: bool = False
    foreseen: bool = True


def trouble_of(step: str, problem: Exception) -> Trouble:
    """What the failure of a background step means."""
    match problem:
        case TopicMissing():
            return Trouble("topic_missing", problem.text, fatal=True)
        case LogAway():
            # Commands go on, and what they leave waits in the case files.
            return Trouble("log_away", problem.text)
        case LogReset():
            return Trouble("log_reset", problem.text, fatal=True)
        case TopicRefused():
            return Trouble("topic_refused", problem.text, fatal=True)
        case StoreRefused():
            return Trouble("store_refused", problem.text, fatal=True)
        case StoreAway():
            return Trouble("store_away", problem.text, fatal=True)
        case KeyProblem():
            return Trouble("key_refused", problem.message, fatal=True)
        case _:
            # Its words may name a case: readiness and logs are read by anybody's people.
            doing = STEPS.get(step, Text(step, step))
            told = Text("后台任务“{doing}”出错，原因见日志", "a background step fails ({doing}); the log says why")
            return Trouble(f"{step}_failed", told.format(doing=doing), fatal=True, foreseen=False)


def tell_trouble(step: str, trouble: Trouble, problem: Exception) -> None:
    """One line in the log; what nobody foresaw with the places it came through."""
    if trouble.foreseen:
        cause = problem.__cause__
        by = type(cause).__name__ if cause is not None else None
        log.warning("background step waits", step=step, code=trouble.code, problem=str(trouble.text), cause=by)
    else:
        log.error("background step failed", step=step, code=trouble.code, exc_info=problem)


def each_once(steps: Mapping[str, Trouble], others: Iterable[Trouble]) -> list[Trouble]:
    """What there is to tell: each thing once though several steps ran into it, what keeps from being ready first."""
    # The look at the log sees all topics, the other steps those that they use.
    own = [trouble for _, trouble in sorted(steps.items(), key=lambda one: one[0] != "log")]
    found: dict[str, Trouble] = {}
    for trouble in (*others, *own):
        found.setdefault(trouble.code if trouble.code in SAID_ONCE else str(trouble.text), trouble)
    if ANSWERS & {trouble.code for trouble in found.values()}:
        found.pop("log_away", None)
    return sorted(found.values(), key=lambda trouble: not trouble.fatal)
