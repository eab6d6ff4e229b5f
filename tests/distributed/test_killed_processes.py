"""Processes killed in the middle of their work: nothing lost, nothing twice, whatever dies when."""

import threading

import httpx2
import pytest

from tests.distributed.stack import Running, Stack, codes
from tests.integration.program import until

ROUNDS = 40


class Citizens:
    """Sends messages to whichever process answers, each again under its key until it is taken."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.taken, self.refused = stack, {}, []  # type: ignore[var-annotated]
        self.over = threading.Event()

    def send(self, name: str, targets: list[Running], count: int = ROUNDS) -> None:
        """``count`` messages."""
        for n in range(count):
            key = f"{name}-{n}"
            until(lambda k=key: self._once(targets, k), f"message {key} taken")  # type: ignore[misc]

    def _once(self, targets: list[Running], key: str) -> bool:
        for target in targets:
            try:
                answer = self.stack.submit(target, key)
            except httpx2.TransportError:
                continue
            if answer.status_code == 201:
                self.taken[key] = answer.json()["id"]
                return True
            if answer.status_code != 503:
                self.refused.append(answer.text)
        return False


@pytest.mark.parametrize("victim", ["messages", "assessment"])
def test_a_service_killed_under_load_loses_and_doubles_nothing(stack: Stack, victim: str) -> None:
    messages = [stack.start("messages"), stack.start("messages")]
    stack.start("assessment")
    citizens = Citizens(stack)
    sending = threading.Thread(target=citizens.send, args=("load", messages))
    sending.start()
    until(lambda: len(citizens.taken) >= ROUNDS // 4, "some messages taken")
    dying = next(running for running in stack.processes if running.service == victim)
    dying.kill()
    if victim == "messages":
        messages.append(stack.start("messages"))
    else:
        stack.start("assessment")
    sending.join()
    books = stack.projected()
    assert citizens.refused == []
    assert books.names["MessageReceived"] == ROUNDS == len(set(citizens.taken.values()))
    assert stack.verified()["ok"]


def test_the_broker_killed_under_load_delays_and_loses_nothing(own_stack: Stack, own_kafka) -> None:  # type: ignore[no-untyped-def]
    messages = [own_stack.start("messages")]
    own_stack.start("assessment")
    citizens = Citizens(own_stack)
    citizens.send("before", messages, 5)
    own_kafka.kill()
    citizens.send("away", messages, 10)
    assert citizens.refused == []
    until(lambda: (found := messages[0].readyz()) and found["oldest_unsent"], "readiness tells what waits")
    own_kafka.start()
    books = own_stack.projected()
    assert books.names["MessageReceived"] == 15


def test_the_store_killed_under_load_is_503_and_loses_nothing(own_stack: Stack, killable_mongo) -> None:  # type: ignore[no-untyped-def]
    messages = [own_stack.start("messages")]
    own_stack.start("assessment")
    citizens = Citizens(own_stack)
    citizens.send("before", messages, 5)
    killable_mongo.kill()
    answer = own_stack.submit(messages[0], "away")
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    killable_mongo.start()
    citizens.send("after", messages, 5)
    books = own_stack.projected()
    assert books.names["MessageReceived"] in (10, 11), "the one that was answered 503 may have been stored"
    assert own_stack.verified()["ok"]


def test_a_service_starts_without_the_broker_from_its_copy_of_the_reference_data(own_stack: Stack, own_kafka) -> None:  # type: ignore[no-untyped-def]
    first = own_stack.start("messages")
    assert first.stop() == 0
    own_kafka.kill()
    second = own_stack.start("messages")
    told = second.readyz()
    assert told is not None
    assert "reference_stale" in codes(told)
    assert own_stack.submit(second, "one").status_code == 201
    own_kafka.start()
    until(lambda: (found := second.readyz()) and "reference_stale" not in codes(found), "the log was heard again")


def test_stopping_with_the_broker_away_ends_within_the_grace_period(own_stack: Stack, own_kafka) -> None:  # type: ignore[no-untyped-def]
    assessment = own_stack.start("assessment")
    own_kafka.kill()
    assert assessment.stop(within=25) == 0
    own_kafka.start()
