"""The distributed runtime on real servers, with databases and topics of a test's own."""

import os
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.distributed import DistributedRuntime, open_distributed, prepare
from shared.settings import Settings
from tests.backends.kafka_topics import delete_topics


def distributed_settings(
    folder: Path, mongo: str, kafka: str, prefix: str | None = None, partitions: int = 2
) -> Settings:
    """Settings of a county of its own; keys are made in ``folder`` where there are none."""
    folder.mkdir(parents=True, exist_ok=True)
    master, tokens = folder / "master", folder / "tokens"
    if not master.exists():
        master.write_bytes(os.urandom(32))
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        tokens.write_bytes(pem)
        for secret in (master, tokens):
            secret.chmod(0o600)
    return Settings(
        data=folder / "data",
        runtime="distributed",
        mongo=mongo,
        kafka=kafka,
        prefix=prefix or f"t{uuid.uuid4().hex[:12]}",
        partitions=partitions,
        master_key_file=master,
        token_key_file=tokens,
        public_per_minute=1_000_000,
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """The same settings for a child process."""
    return {
        "GONGKAI_RUNTIME": "distributed",
        "GONGKAI_MONGO": settings.mongo or "",
        "GONGKAI_KAFKA": settings.kafka or "",
        "GONGKAI_PREFIX": settings.prefix,
        "GONGKAI_PARTITIONS": str(settings.partitions),
        "GONGKAI_MASTER_KEY_FILE": str(settings.master_key_file),
        "GONGKAI_TOKEN_KEY_FILE": str(settings.token_key_file),
    }


@asynccontextmanager
async def distributed(
    settings: Settings, clock: Callable[[], datetime] | None = None, *, seed: bool = True, follow: bool = True
) -> AsyncIterator[DistributedRuntime]:
    """A runtime that serves nothing, its topics and indexes made; seeded where ``seed``."""
    await prepare(settings)
    runtime = open_distributed(settings, clock=clock)
    try:
        if follow:
            await runtime.follower.run_once()
        if seed and not await runtime.seeded():
            await runtime.init()
        yield runtime
    finally:
        await runtime.close()


async def wipe_log(settings: Settings) -> None:
    """Deletes the county's topics, as a broker with a fresh disk would have none."""
    await delete_topics(settings.kafka or "", f"{settings.prefix}.")
