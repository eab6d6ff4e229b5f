"""Topics as a stranger's hand makes, changes and deletes them, past the adapter."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import NoError, for_code


@asynccontextmanager
async def admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A connection that may change topics."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def delete_topics(bootstrap: str, prefix: str) -> None:
    """Deletes every topic whose name begins with ``prefix``."""
    async with admin(bootstrap) as client:
        if names := [name for name in await client.list_topics() if name.startswith(prefix)]:
            await client.delete_topics(names)


async def make_topic(bootstrap: str, name: str, partitions: int, **configs: str) -> None:
    """Makes one topic; ``configs`` are Kafka's settings with ``_`` for each dot."""
    settings = {key.replace("_", "."): value for key, value in configs.items()}
    async with admin(bootstrap) as client:
        answer = await client.create_topics([NewTopic(name, partitions, 1, topic_configs=settings)])
        for _, code, *_rest in answer.topic_errors:
            if for_code(code) is not NoError:
                raise for_code(code)(name)


async def add_partitions(bootstrap: str, name: str, partitions: int) -> None:
    """Gives a topic so many partitions, and returns once the broker shows them; Kafka never takes one away again."""
    async with admin(bootstrap) as client:
        await client.create_partitions({name: NewPartitions(partitions)})
        async with asyncio.timeout(30):
            while True:
                (described,) = await client.describe_topics([name])
                if len(described["partitions"]) == partitions:
                    return
                await asyncio.sleep(0.02)
