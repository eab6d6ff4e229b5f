"""A county on real servers: a prefix of its own on broker and store, processes that end with the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.kafka_server import LocalKafka
from tests.backends.mongo_server import Killable
from tests.distributed.stack import Stack


@pytest.fixture
def stack(kafka_bootstrap: str, mongo_server: str, tmp_path: Path) -> Iterator[Stack]:
    """A seeded county on the session's servers."""
    made = Stack(kafka_bootstrap, mongo_server, tmp_path)
    made.seed()
    yield made
    made.end()


@pytest.fixture
def own_stack(own_kafka: LocalKafka, killable_mongo: Killable, tmp_path: Path) -> Iterator[Stack]:
    """A seeded county on servers that the test may kill."""
    made = Stack(own_kafka.bootstrap, killable_mongo.url, tmp_path)
    made.seed()
    yield made
    made.end()
