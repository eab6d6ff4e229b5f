"""What a background step ran into, as readiness tells it: a sentence in both languages, each thing once."""

import io
import json
import re

import pytest

from services.troubles import Trouble, each_once, tell_trouble, trouble_of
from shared.domain.text import Text
from shared.eventlog.port import LogAway, LogReset, TopicMissing, TopicRefused
from shared.storage.port import StoreAway, StoreRefused
from shared.telemetry import configure_logging

AWAY = LogAway("kafka:9092", Text("连接不上", "no connection to it"))
MISSING = TopicMissing("kafka:9092", ["gongkai.messages"])
REFUSED = TopicRefused("gongkai.messages", Text("主题 gongkai.messages 有 7 个分区", "it has 7 partitions"))
RESET = LogReset("gongkai.messages", 0, 4, "M2026-000001/1")
NO_RIGHT = StoreRefused(Text("MongoDB 拒绝登录", "MongoDB refuses the sign-in"))


@pytest.mark.parametrize(
    ("problem", "code", "fatal"),
    [
        (AWAY, "log_away", False),
        (MISSING, "topic_missing", True),
        (REFUSED, "topic_refused", True),
        (RESET, "log_reset", True),
        (StoreAway("disk full"), "store_away", True),
        (NO_RIGHT, "store_refused", True),
        (LookupError("M2026-000001"), "relay_failed", True),
    ],
)
def test_each_has_a_code_and_a_sentence_in_both_languages(problem: Exception, code: str, fatal: bool) -> None:
    found = trouble_of("relay", problem)
    assert (found.code, found.fatal) == (code, fatal)
    assert re.search("[一-鿿]", found.text.zh)
    assert not re.search("[一-鿿]", found.text.en)
    for words in found.text:
        assert not re.search(r"Error|Exception|LogAway|[{}<>]", words), words


@pytest.mark.parametrize("problem", [MISSING, RESET])
def test_what_does_not_pass_by_itself_names_the_way_out_in_both_languages(problem: LogAway | LogReset) -> None:
    for words in problem.text:
        assert "gongkai republish" in words


def test_one_broker_that_is_away_is_told_once_though_three_steps_ran_into_it() -> None:
    other = LogAway("kafka:9092", Text("没有应答", "no answer"))
    told = each_once({name: trouble_of(name, why) for name, why in (("relay", other), ("log", AWAY))}, ())
    assert told == [Trouble("log_away", AWAY.text)]


def test_a_log_that_answers_for_its_topics_is_not_called_away() -> None:
    steps = {"reference": trouble_of("reference", AWAY), "log": trouble_of("log", MISSING)}
    assert [trouble.code for trouble in each_once(steps, ())] == ["topic_missing"]


def test_what_keeps_from_being_ready_comes_first_and_different_places_are_each_told() -> None:
    second = LogReset("gongkai.requests", 1, 9, "X2026-000001/1")
    others = [Trouble("log_refused", RESET.text), Trouble("log_refused", second.text)]
    told = each_once({"store": trouble_of("store", StoreAway("away"))}, others)
    assert [trouble.code for trouble in told] == ["store_away", "log_refused", "log_refused"]


def test_what_is_foreseen_is_one_line_without_a_trace_and_what_is_not_keeps_its_places() -> None:
    stream = io.StringIO()
    configure_logging(stream)
    for problem in (AWAY, LookupError("M2026-000001")):
        try:
            raise problem
        except (LogAway, LookupError) as raised:
            tell_trouble("relay", trouble_of("relay", raised), raised)
    foreseen, unforeseen = map(json.loads, stream.getvalue().splitlines())
    assert "exception" not in foreseen
    assert "kafka:9092" in foreseen["problem"]
    assert unforeseen["exception"].startswith("LookupError\n")
    assert "test_troubles.py" in unforeseen["exception"]
    assert "M2026-000001" not in stream.getvalue()
