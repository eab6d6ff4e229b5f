from types import SimpleNamespace

import limits.storage.memory
import pytest

import shared.security.rate
from shared.security.rate import RateLimit, client_key


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    module = SimpleNamespace(time=clock.time)
    monkeypatch.setattr(limits.storage.memory, "time", module)
    monkeypatch.setattr(shared.security.rate, "time", module)
    return clock


def test_a_caller_may_come_so_often_and_is_then_told_when_to_come_again(clock: Clock) -> None:
    rate = RateLimit("3/minute")
    for _ in range(3):
        assert rate.allow("203.0.113.7") is None
        clock.now += 10
    assert rate.allow("203.0.113.7") == 30
    clock.now += 29.5
    assert rate.allow("203.0.113.7") == 1
    clock.now += 1
    assert rate.allow("203.0.113.7") is None


def test_the_window_moves_so_that_no_border_lets_a_double_number_through(clock: Clock) -> None:
    rate = RateLimit("5/minute")
    passed = []
    for _ in range(240):
        if rate.allow("a") is None:
            passed.append(clock.now)
        clock.now += 1
    assert len(passed) == 20
    assert all(later - earlier > 60 for earlier, later in zip(passed, passed[5:], strict=False))


def test_one_caller_does_not_use_up_another_s_share(clock: Clock) -> None:
    rate = RateLimit("1/minute")
    assert rate.allow("a") is None
    assert rate.allow("a") is not None
    assert rate.allow("b") is None


def test_refused_calls_do_not_prolong_the_wait(clock: Clock) -> None:
    rate = RateLimit("2/minute")
    rate.allow("a")
    rate.allow("a")
    for _ in range(59):
        clock.now += 1
        assert rate.allow("a") is not None
    clock.now += 2
    assert rate.allow("a") is None


def test_the_longest_of_several_waits_is_told_and_a_refusal_counts_in_none(clock: Clock) -> None:
    rate = RateLimit("2/minute;3/hour")
    assert [rate.allow("a") for _ in range(2)] == [None, None]
    assert rate.allow("a") == 60
    clock.now += 61
    assert rate.allow("a") is None
    assert rate.allow("a") == 3600 - 61
    clock.now += 3600 - 61 + 1
    assert rate.allow("a") is None


def test_two_limits_count_apart(clock: Clock) -> None:
    submit, follow = RateLimit("1/minute"), RateLimit("1/minute")
    assert submit.allow("a") is None
    assert follow.allow("a") is None


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1%eth0", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_a_caller_is_known_by_network_address(address: str, key: str) -> None:
    assert client_key(address) == key
