"""A log that is not as it was: topics changed, deleted, wiped. Each is told without a publish, and the manual's way out works."""

import asyncio
import json
from typing import Any

from shared.eventlog.port import MESSAGES, REFERENCE
from tests.backends.kafka_server import LocalKafka
from tests.backends.kafka_topics import add_partitions, delete_topics
from tests.distributed.stack import Running, Stack, codes, metric
from tests.integration.program import until


def told(running: Running, code: str) -> dict[str, str]:
    """The reason with that code, once the process gives it."""

    def given() -> dict[str, str] | None:
        found = running.readyz()
        reasons = found["reasons"] if found else []
        return next((reason for reason in reasons if reason["code"] == code), None)

    reason: dict[str, str] = until(given, f"{running.service} tells {code}")
    return reason


def quiet(running: Running) -> bool:
    """Whether the process is ready and has nothing to tell."""
    found = running.readyz()
    return found is not None and found["ready"] and not found["reasons"]


def log_check(stack: Stack, **environment: str) -> dict[str, Any]:
    """What ``gongkai doctor`` finds about the log."""
    done = stack.command("doctor", "--output", "json", **environment)
    assert done.returncode == 3, done.stderr
    (found,) = (check for check in json.loads(done.stdout)["checks"] if check["check"] == "log")
    return dict(found)


def test_partitions_added_behind_its_back_stop_publishing_until_topic_and_log_are_made_again(stack: Stack) -> None:
    messages, assessment = stack.start("messages"), stack.start("assessment")
    assert stack.submit(messages, "before").status_code == 201
    stack.projected()
    topic = f"{stack.prefix}.{MESSAGES}"
    asyncio.run(add_partitions(stack.kafka, topic, 7))
    for running in (messages, assessment):
        reason = told(running, "topic_refused")
        assert f"主题 {topic} 有 7 个分区，应为 3 个" in reason["message"]
        assert f"{topic} has 7 partitions, not 3" in reason["message_en"]
        assert "gongkai republish" in reason["message"]
        assert metric(running, "gongkai_ready") == 0
    # Commands go on; what they leave waits in the files and in no wrong partition.
    assert stack.submit(messages, "meanwhile").status_code == 201
    logged = len(stack.books().logged)
    until(lambda: (found := messages.readyz()) and found["oldest_unsent"], "the event waits")
    assert "topic_refused" in codes(messages.readyz() or {})
    assert len(stack.books().logged) == logged
    assert not log_check(stack)["ok"]
    # The way out, as docs/operations.md has it.
    for running in (messages, assessment):
        assert running.stop() == 0
    asyncio.run(delete_topics(stack.kafka, topic))
    for words in (("topics", "apply"), ("republish",)):
        done = stack.command(*words)
        assert done.returncode == 0, done.stderr
    messages, assessment = stack.start("messages"), stack.start("assessment")
    assert stack.submit(messages, "after").status_code == 201
    books = stack.projected()
    assert books.names["MessageReceived"] == 3
    assert stack.verified()["ok"]
    until(lambda: quiet(messages) and quiet(assessment), "nothing is left to tell")


def test_a_second_partition_of_the_reference_topic_is_refused_for_a_reason_of_its_own(stack: Stack) -> None:
    publishing = stack.start("publishing")
    asyncio.run(add_partitions(stack.kafka, f"{stack.prefix}.{REFERENCE}", 2))
    reason = told(publishing, "topic_refused")
    assert "有 2 个分区，应为 1 个" in reason["message"]
    assert "GONGKAI_PARTITIONS" not in reason["message"]


def test_a_setting_unlike_the_topics_is_refused_at_start_and_mended_by_the_setting(stack: Stack) -> None:
    wrong = stack.start("messages", wait=False, GONGKAI_PARTITIONS="5")
    reason = told(wrong, "topic_refused")
    assert "有 3 个分区，应为 5 个" in reason["message"]
    assert "GONGKAI_PARTITIONS" in reason["message"]
    # It takes cases as soon as it has read the calendar and the directory, which may come after.
    until(lambda: codes(wrong.readyz() or {"reasons": ()}) == {"topic_refused"}, "nothing else is in the way")
    assert stack.submit(wrong, "held").status_code == 201
    until(lambda: (found := wrong.readyz()) and found["oldest_unsent"], "the event waits")
    assert not log_check(stack, GONGKAI_PARTITIONS="5")["ok"]
    assert wrong.stop() == 0
    stack.start("messages")
    stack.start("assessment")
    assert stack.projected().names["MessageReceived"] == 1


def test_a_deleted_topic_is_told_before_anything_is_published(stack: Stack) -> None:
    messages, publishing, assessment = (stack.start(name) for name in ("messages", "publishing", "assessment"))
    assert stack.submit(messages, "before").status_code == 201
    stack.projected()
    topic = f"{stack.prefix}.{MESSAGES}"
    asyncio.run(delete_topics(stack.kafka, topic))
    for running in (messages, publishing, assessment):
        reason = told(running, "topic_missing")
        assert topic in reason["message"]
        for words in (reason["message"], reason["message_en"]):
            assert words.index("gongkai topics apply") < words.index("gongkai republish")
        found = running.readyz()
        assert found is not None
        assert not found["ready"]
        assert "log_away" not in codes(found)
        assert metric(running, "gongkai_log_reachable") == 1
    check = log_check(stack)
    assert not check["ok"]
    assert f"没有主题 {topic}" in check["message"]
    assert f"no topic {topic}" in check["message_en"]
    # The way out, while the services run.
    assert stack.command("topics", "apply").returncode == 0
    told(assessment, "log_refused")
    check = log_check(stack)
    assert not check["ok"]
    assert "日志被清空或重建" in check["message"]
    done = stack.command("republish")
    assert done.returncode == 0, done.stderr
    assert stack.submit(messages, "after").status_code == 201
    assert stack.projected().names["MessageReceived"] == 2
    until(lambda: all(map(quiet, (messages, publishing, assessment))), "nothing is left to tell")


def test_a_wiped_log_is_told_by_every_command_and_service_and_sent_again(
    own_stack: Stack, own_kafka: LocalKafka
) -> None:
    messages, publishing, assessment = (own_stack.start(name) for name in ("messages", "publishing", "assessment"))
    assert own_stack.submit(messages, "before").status_code == 201
    own_stack.projected()
    own_kafka.kill()
    own_kafka.wipe()
    own_kafka.start()
    for running in (messages, publishing, assessment):
        told(running, "topic_missing")
    assert not log_check(own_stack)["ok"]
    # `init` makes the topics, and then stops: seeded data are in the files, not in this log.
    done = own_stack.command("init")
    assert done.returncode == 1
    assert "gongkai republish" in done.stderr
    assert "Traceback" not in done.stderr
    for running in (messages, publishing, assessment):
        reason = told(running, "log_reset")
        assert "日志被清空或重建" in reason["message"]
        assert "gongkai republish" in reason["message"]
        assert "run gongkai republish" in reason["message_en"]
    check = log_check(own_stack)
    assert not check["ok"]
    assert REFERENCE in check["message"]
    assert MESSAGES in check["message"]
    done = own_stack.command("republish")
    assert done.returncode == 0, done.stderr
    assert own_stack.command("init").returncode == 0
    assert own_stack.submit(messages, "after").status_code == 201
    assert own_stack.projected().names["MessageReceived"] == 2
    until(lambda: all(map(quiet, (messages, publishing, assessment))), "nothing is left to tell")
    assert own_stack.verified()["ok"]
