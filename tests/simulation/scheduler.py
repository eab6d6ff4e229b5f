"""A deterministic scheduler: every call of a port is a gate, and a seed says which gate opens next and how the call ends."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, TypeVarTuple

from shared.domain.text import Text
from shared.eventlog.port import LogAway
from shared.storage.port import StoreAway

Fate = Literal["goes on", "away", "answer lost", "crash before", "crash after"]
FAULTS: tuple[Fate, ...] = ("away", "answer lost", "answer lost", "crash before", "crash after")
TRACE = 60
PATIENCE = 4
"""How often another one is looked for where one that rests has nothing to do."""
Ts = TypeVarTuple("Ts")


class Loop(asyncio.AbstractEventLoop):
    """The least that tasks need: what is ready runs in order; time passes when the scheduler says so."""

    def __init__(self) -> None:
        self._ready: deque[asyncio.Handle] = deque()
        self.problems: list[BaseException] = []
        self.timer_set: Callable[[asyncio.TimerHandle], None] = lambda handle: None
        self.timer_dropped: Callable[[asyncio.TimerHandle], None] = lambda handle: None

    def run_ready(self) -> None:
        """Runs until every task waits for a gate."""
        if not self._ready:
            return
        asyncio._set_running_loop(self)
        try:
            while self._ready:
                self._ready.popleft()._run()
        finally:
            asyncio._set_running_loop(None)

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Makes a callback ready."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def time(self) -> float:
        """No clock: which timer goes off next is the scheduler's choice."""
        return 0.0

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """A timer of whoever runs now."""
        return self.call_at(delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """A timer of whoever runs now."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self.timer_set(handle)
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        self.timer_dropped(handle)

    def create_future(self) -> "asyncio.Future[Any]":
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: str | None = None, context: Context | None = None) -> "asyncio.Task[Any]":
        """A task of this loop."""
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keeps what went wrong in a callback; tasks left behind by a crash are no problem."""
        if "handle" in context:
            self.problems.append(context["exception"])

    def get_debug(self) -> bool:
        """Never."""
        return False

    def is_running(self) -> bool:
        """Whether tasks run at this moment."""
        return asyncio._get_running_loop() is self

    def is_closed(self) -> bool:
        """Never."""
        return False


class Owner:
    """Whoever makes calls and may die: a dead owner's gates never open. What is ``outside`` has no faults."""

    def __init__(self, name: str, *, outside: bool = False) -> None:
        self.name, self.outside = name, outside
        self.alive = True
        self.asleep = False


RUNNING: ContextVar[Owner] = ContextVar("RUNNING")
"""Whose task runs, so that a timer it sets ends with it."""


@dataclass(eq=False, slots=True)
class Gate:
    """A task of ``owner`` that waits for ``call`` to be let through; ``idle`` where it rests between two rounds, and then
    ``ready`` says whether there is anything to do; ``sure`` where nothing can go wrong."""

    owner: Owner
    name: str
    call: Callable[[], Any]
    idle: bool
    future: "asyncio.Future[Any]"
    ready: Callable[[], bool] | None = None
    sure: bool = False


def finished(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("it waits for something")


@dataclass(eq=False)
class Scheduler:
    """One schedule. ``danger`` is how often a call ends badly, ``busy`` how often a caller at work goes before one that
    rests, ``depth`` how often the one that just moved moves again."""

    random: Random
    danger: float
    busy: float
    depth: float
    loop: Loop = field(default_factory=Loop)
    waiting: list[Gate] = field(default_factory=list)
    resting: list[Gate] = field(default_factory=list)
    trace: deque[tuple[int, str, str, Fate]] = field(default_factory=lambda: deque(maxlen=TRACE))
    crashed: Callable[[Owner], None] = lambda owner: None
    free: bool = False
    steps: int = 0
    faults: Sequence[Fate] = FAULTS
    frozen: list[Gate] = field(default_factory=list)
    _last: Owner | None = None
    _timers: dict[asyncio.TimerHandle, Gate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.loop.timer_set, self.loop.timer_dropped = self._timer_set, self._timer_dropped

    @property
    def calls(self) -> list[Gate]:
        """Every call under way, those of sleepers too."""
        return self.waiting + self.frozen

    def task(self, owner: Owner, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """A task of an owner: what it begins, and the timers it sets, are the owner's too."""
        context = copy_context()
        context.run(RUNNING.set, owner)
        return self.loop.create_task(work, context=context)

    async def through(self, owner: Owner, name: str, call: Callable[[], Any]) -> Any:
        """Waits for the gate, then gives what the call gave; at once where the schedule is ``free``."""
        if self.free:
            return call()
        return await self._wait(Gate(owner, name, call, False, self.loop.create_future()))

    def _place_gate(self, gate: Gate) -> None:
        if gate.owner.alive:
            (self.frozen if gate.owner.asleep else self.resting if gate.idle else self.waiting).append(gate)

    async def pause(self, owner: Owner, name: str, ready: Callable[[], bool] | None = None) -> None:
        """Lets others go first; longer, as a rule, while it is not ``ready``."""
        await self._wait(Gate(owner, name, lambda: None, True, self.loop.create_future(), ready))

    async def moment(self, owner: Owner, name: str) -> None:
        """Between two things that follow each other at once, others may come."""
        await self._wait(Gate(owner, name, lambda: None, False, self.loop.create_future(), sure=True))

    async def _wait(self, gate: Gate) -> Any:
        self._place_gate(gate)
        return await gate.future

    def step(self) -> None:
        """Opens one gate."""
        self.loop.run_ready()
        if not self.waiting and not self.resting:
            raise AssertionError("nothing can move")
        gates = self.resting
        if self.waiting and (not gates or self.random.random() < self.busy):
            gates = self.waiting
        place = self._place(gates)
        gate = gates[place]
        tries = PATIENCE
        while gate.ready is not None and tries and not gate.ready():
            place = int(self.random.random() * len(gates))
            gate, tries = gates[place], tries - 1
        gates[place] = gates[-1]
        gates.pop()
        self.steps += 1
        self._last = gate.owner
        fate = self._fate(gate)
        self.trace.append((self.steps, gate.owner.name, gate.name, fate))
        self._open(gate, fate)
        self.loop.run_ready()

    def _place(self, gates: list[Gate]) -> int:
        if self.random.random() < self.depth:
            own = [place for place, gate in enumerate(gates) if gate.owner is self._last]
            if own:
                return own[int(self.random.random() * len(own))]
        return int(self.random.random() * len(gates))

    def _fate(self, gate: Gate) -> Fate:
        if gate.idle or gate.sure or gate.owner.outside or self.random.random() >= self.danger:
            return "goes on"
        return self.random.choice(self.faults)

    def _open(self, gate: Gate, fate: Fate) -> None:
        if gate.future.done():
            # Nobody waits for it any longer; what was asked for is done all the same.
            with suppress(Exception):
                gate.call()
            return
        if fate == "away":
            gate.future.set_exception(_away(gate, "away"))
            return
        if fate == "crash before":
            self.kill(gate.owner)
            return
        try:
            result = gate.call()
        except Exception as problem:
            if fate == "goes on":
                gate.future.set_exception(problem)
                return
            result = None
        if fate == "goes on":
            gate.future.set_result(result)
        elif fate == "answer lost":
            gate.future.set_exception(_away(gate, "answer lost"))
        else:
            self.kill(gate.owner)

    def kill(self, owner: Owner) -> None:
        """The owner is gone in the middle of everything; only what the adapters did stays."""
        owner.alive = False
        self.waiting = [gate for gate in self.waiting if gate.owner is not owner]
        self.resting = [gate for gate in self.resting if gate.owner is not owner]
        self.frozen = [gate for gate in self.frozen if gate.owner is not owner]
        self.crashed(owner)

    def sleep(self, owner: Owner) -> None:
        """The owner is stopped in the middle of everything, and knows nothing of it."""
        owner.asleep = True
        self.frozen += [gate for gate in self.waiting + self.resting if gate.owner is owner]
        self.waiting = [gate for gate in self.waiting if gate.owner is not owner]
        self.resting = [gate for gate in self.resting if gate.owner is not owner]

    def wake(self, owner: Owner) -> None:
        """The owner goes on where it was stopped."""
        owner.asleep = False
        own = [gate for gate in self.frozen if gate.owner is owner]
        self.frozen = [gate for gate in self.frozen if gate.owner is not owner]
        for gate in own:
            self._place_gate(gate)

    def _timer_set(self, handle: asyncio.TimerHandle) -> None:
        def goes_off() -> None:
            if self._timers.pop(handle, None) is not None:
                handle._run()

        gate = Gate(RUNNING.get(), "timer", goes_off, True, self.loop.create_future())
        self._timers[handle] = gate
        self._place_gate(gate)

    def _timer_dropped(self, handle: asyncio.TimerHandle) -> None:
        gate = self._timers.pop(handle, None)
        if gate is not None:
            for gates in (self.resting, self.frozen):
                if gate in gates:
                    gates.remove(gate)


def _away(gate: Gate, reason: str) -> Exception:
    return LogAway("broker", Text(reason, reason)) if gate.name.startswith(OF_THE_LOG) else StoreAway(reason)


OF_THE_LOG = ("log.", "reader.", "notices.")

STREAMS = frozenset({"walk", "digests", "entries"})
FIXED = frozenset({"partitions"})


class Proxy:
    """A port of one owner: each call is a gate. A batch of the log may be given again, from a little before."""

    def __init__(self, scheduler: Scheduler, owner: Owner, port: str, target: Any) -> None:
        self._scheduler, self._owner, self._port, self._target = scheduler, owner, port, target

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)
        scheduler, owner, label = self._scheduler, self._owner, f"{self._port}.{name}"

        async def call(*args: Any, **named: Any) -> Any:
            return await scheduler.through(owner, label, lambda: finished(method(*args, **named)))

        async def stream(*args: Any) -> AsyncIterator[Any]:
            await scheduler.through(owner, label, lambda: None)
            async for item in method(*args):
                yield item

        async def read(topic: str, partition: int, offset: int, limit: int) -> Any:
            back = 0
            if limit > 1 and not scheduler.free and scheduler.random.random() < scheduler.danger:
                back = scheduler.random.randint(0, min(offset, 5))
            return await scheduler.through(
                owner, label, lambda: finished(method(topic, partition, offset - back, limit))
            )

        if name in FIXED:
            return method
        made = stream if name in STREAMS else read if (self._port, name) == ("log", "read") else call
        self.__dict__[name] = made
        return made
