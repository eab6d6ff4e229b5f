"""A place of one's own on the Kafka that all tests share, or on one that a test may kill."""

from collections.abc import AsyncIterator

import pytest

from tests.backends.kafka_server import LocalKafka
from tests.backends.kafka_topics import delete_topics
from tests.integration.kafka.place import Place


@pytest.fixture
async def place(kafka_bootstrap: str) -> AsyncIterator[Place]:
    """Topics that no other test knows."""
    made = Place(kafka_bootstrap)
    await made.make_topics()
    yield made
    await made.close()
    await delete_topics(kafka_bootstrap, made.prefix)


@pytest.fixture
async def own_place(own_kafka: LocalKafka) -> AsyncIterator[Place]:
    """Topics on a broker that the test may kill."""
    made = Place(own_kafka.bootstrap)
    await made.make_topics()
    yield made
    await made.close()
