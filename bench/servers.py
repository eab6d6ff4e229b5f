"""The servers that measurements run on: a Kafka process and the MongoDB stand-in, each for one measurement."""

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.backends.kafka_server import LocalKafka, jar_version
from tests.backends.mongo_server import PROGRAM, AsChild


class Absent(Exception):
    """No server can be had on this machine; says which, and what to do."""


def described() -> list[str]:
    """What runs here, with versions."""
    found = []
    if (version := jar_version()) is not None:
        found.append(f"Apache Kafka {version} (one KRaft process)")
    packages = PROGRAM.parents[1].glob("lib/*/site-packages/secantusdb-*.dist-info")
    found += [f"SecantusDB {p.stem.removeprefix('secantusdb-')} (a stand-in for MongoDB)" for p in packages]
    return found


@contextmanager
def kafka() -> Iterator[str]:
    """The address of a new, empty broker. Raises ``Absent``."""
    if jar_version() is None or shutil.which("java") is None:
        raise Absent("no Kafka here: run `make kafka` (needs java and mvn)")
    # While the broker starts, the driver complains of each attempt.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        server = LocalKafka(Path(folder))
        try:
            server.start()
            yield server.bootstrap
        finally:
            server.stop()


@contextmanager
def mongo() -> Iterator[str]:
    """The address of a new, empty stand-in, every commit forced to disk. Raises ``Absent``."""
    if not PROGRAM.is_file():
        raise Absent("no MongoDB stand-in here: run `make mongo`")
    with tempfile.TemporaryDirectory() as folder:
        server = AsChild(Path(folder))
        try:
            yield server.url
        finally:
            server.stop()
