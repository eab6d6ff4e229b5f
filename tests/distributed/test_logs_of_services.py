"""What a service writes while broker or store is away, and when it stops then: one JSON document a line, no traces."""

import json
import re
from typing import Any

from services.distributed import DistributedRuntime
from tests.backends.kafka_server import LocalKafka
from tests.backends.mongo_server import Killable
from tests.distributed.stack import Running, Stack, codes, metric
from tests.integration.program import until


def entries(running: Running) -> list[dict[str, Any]]:
    """Every line of the log; each must be a JSON document."""
    return [json.loads(line) for line in running.log.read_text("utf-8").splitlines()]


def waits(running: Running, step: str, code: str) -> list[dict[str, Any]]:
    """The lines that say what a background step waits for."""
    return [e for e in entries(running) if e.get("step") == step and e.get("code") == code]


def assert_plain(running: Running) -> None:
    """No trace, and nothing that a stopping loop says of what nobody awaited."""
    text = running.log.read_text("utf-8")
    assert [entry["event"] for entry in entries(running) if "exception" in entry] == []
    assert "Traceback" not in text
    assert "never retrieved" not in text
    assert "was destroyed" not in text
    assert "Auto create" not in text


async def swept(runtime: DistributedRuntime) -> bool:
    """Whether both services have been through a sweep, which may leave a seal of the day."""
    names = ("messages", "assessment")
    return all([await runtime.services[name].stores.notes.note(f"swept:{name}") for name in names])


def test_with_the_broker_away_it_stays_ready_says_so_in_a_line_and_stops_without_a_trace(
    own_stack: Stack, own_kafka: LocalKafka
) -> None:
    messages, assessment = own_stack.start("messages"), own_stack.start("assessment")
    both = (messages, assessment)
    until(lambda: all(metric(one, "gongkai_log_reachable") == 1 for one in both), "the log was reached")
    until(lambda: own_stack.inside(swept), "the first sweep has left what it leaves")
    until(lambda: all((one.readyz() or {}).get("oldest_unsent", "") is None for one in both), "all is published")
    own_kafka.kill()
    # Nothing waits to be published: the outage is seen all the same.
    for running in both:
        until(lambda one=running: metric(one, "gongkai_log_reachable") == 0, "the outage was noticed")  # type: ignore[misc]
        found = running.readyz()
        assert found is not None
        assert found["ready"]
        assert found["oldest_unsent"] is None
        (away,) = (reason for reason in found["reasons"] if reason["code"] == "log_away")
        assert own_stack.kafka in away["message"]
        assert own_stack.kafka in away["message_en"]
        assert not re.search(r"Error|Exception|[{<]", away["message"] + away["message_en"])
        assert metric(running, "gongkai_ready") == 1
    assert own_stack.submit(messages, "away").status_code == 201
    own_kafka.start()
    assert own_stack.projected().names["MessageReceived"] == 1
    for running in both:
        until(lambda one=running: not codes(one.readyz() or {"reasons": [away]}), "nothing is left to tell")  # type: ignore[misc]
        assert metric(running, "gongkai_log_reachable") == 1
        assert len(waits(running, "log", "log_away")) == 1
    own_kafka.kill()
    for n in range(5):
        assert own_stack.submit(messages, f"again-{n}").status_code == 201
    until(lambda: waits(messages, "relay", "log_away"), "the relay ran into it")
    doctor = own_stack.command("doctor")
    assert doctor.returncode == 3
    assert doctor.stdout.startswith(f"✗ 事件日志 {own_stack.kafka} 暂不可用")
    assert doctor.stderr == ""
    assert [running.stop(40) for running in both] == [0, 0]
    own_kafka.start()
    for running in both:
        assert_plain(running)
    (line,) = waits(messages, "relay", "log_away")
    assert own_stack.kafka in line["problem"]
    assert line["level"] == "warning"


def test_with_the_store_away_it_is_not_ready_says_so_in_a_line_and_stops_without_a_trace(
    own_stack: Stack, killable_mongo: Killable
) -> None:
    messages, assessment = own_stack.start("messages"), own_stack.start("assessment")
    both = (messages, assessment)
    assert own_stack.submit(messages, "one").status_code == 201
    killable_mongo.kill()
    address = killable_mongo.url.removeprefix("mongodb://").partition("/")[0]
    for running in both:
        until(lambda one=running: waits(one, "timers", "store_away"), "a step ran into it")  # type: ignore[misc]
        found = running.readyz()
        assert found is not None
        assert not found["ready"]
        (away,) = (reason for reason in found["reasons"] if reason["code"] == "store_away")
        assert address in away["message"]
        assert not re.search(r"Error|Errno|Exception|[{<]", away["message"] + away["message_en"])
    killable_mongo.start()
    for running in both:
        until(running.ready, "ready again")
    assert own_stack.projected().names["MessageReceived"] == 1
    killable_mongo.kill()
    until(lambda: len(waits(messages, "timers", "store_away")) == 2, "a step ran into it again")
    assert [running.stop(40) for running in both] == [0, 0]
    for running in both:
        assert_plain(running)


def test_started_without_servers_it_writes_json_alone_and_no_trace(
    own_stack: Stack, own_kafka: LocalKafka, killable_mongo: Killable
) -> None:
    own_kafka.kill()
    killable_mongo.kill()
    messages = own_stack.start("messages", wait=False)
    until(lambda: (found := messages.readyz()) and {"store_away", "log_away"} <= codes(found), "both are told")
    assert messages.stop(40) == 0
    own_kafka.start()
    assert_plain(messages)
    (serving,) = (entry for entry in entries(messages) if entry["event"] == "serving")
    assert serving["url"] == messages.url
