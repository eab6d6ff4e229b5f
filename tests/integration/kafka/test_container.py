"""The broker in a container, as testcontainers runs it: a real image, or a stand-in under its name."""

from collections.abc import Iterator

import pytest

from tests.backends import choice
from tests.backends.images import image_is_here
from tests.backends.kafka_server import IMAGE, NAME, ContainerKafka
from tests.integration.kafka.place import Effects, Place, entries, until


@pytest.fixture
def container() -> Iterator[ContainerKafka]:
    """A broker of the test's own."""
    if not image_is_here(IMAGE):
        pytest.skip(f"no Docker engine with the image {IMAGE}")
    server = ContainerKafka()
    choice.used(NAME, f"{server.described} (testcontainers)")
    yield server
    server.stop()


async def test_a_log_in_a_container_is_written_and_read(container: ContainerKafka) -> None:
    place = Place(container.bootstrap)
    await place.make_topics()
    effects = Effects()
    await place.subscriber(effects).start()
    await place.log.publish(entries(90))
    await until(lambda: effects.each_once(entries(90)), within=60.0)
    await place.close()
