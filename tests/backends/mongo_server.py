"""A server that speaks MongoDB's protocol, for the tests of a session.

In this order: the address in ``GONGKAI_TEST_MONGO``; a container of ``mongo:8.0`` where an engine answers and the image
is there; the stand-in that ``make mongo`` installs, as a child process. Otherwise the tests are skipped visibly.
"""

import atexit
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pymongo
import pymongo.errors
import pytest
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from tests.backends import choice
from tests.backends.images import image_is_here
from tools.ports import free_ports

NAME = "mongo"
IMAGE = os.environ.get("GONGKAI_TEST_MONGO_IMAGE", "mongo:8.0")
PROGRAM = Path(__file__).parents[2] / ".backends" / "mongo" / "venv" / "bin" / "secantusd-py"
PATIENCE = 60.0


class MongoServer(Protocol):
    """A running server."""

    url: str

    def stop(self) -> None:
        """Ends it and everything in it."""


class Killable(MongoServer, Protocol):
    """A server of a test's own: its data outlive it until ``stop``."""

    def kill(self) -> None:
        """SIGKILL, and gone."""

    def start(self) -> None:
        """The same data at the same address; returns when it answers."""


class Given:
    """A server that somebody else runs."""

    def __init__(self, url: str) -> None:
        self.url = url
        wait_for(url)

    def stop(self) -> None:
        """It stays."""


class InContainer:
    """A container of the image, its port published on a free one of this machine."""

    def __init__(self) -> None:
        (port,) = free_ports(1)
        self.url = f"mongodb://127.0.0.1:{port}/?directConnection=true"
        # The reaper is one more image; the container is removed by stop, at exit at the latest.
        testcontainers_config.ryuk_disabled = True
        self._container = DockerContainer(IMAGE).with_bind_ports(27017, port)
        self._container.start()
        atexit.register(self.stop)
        wait_for(self.url)

    def kill(self) -> None:
        """SIGKILL to the container's process."""
        self._container.get_wrapped_container().kill()
        self._container.get_wrapped_container().wait()

    def start(self) -> None:
        """Starts the container again."""
        self._container.get_wrapped_container().start()
        wait_for(self.url)

    def stop(self) -> None:
        """Removes the container."""
        atexit.unregister(self.stop)
        self._container.stop()


class AsChild:
    """The stand-in of ``make mongo`` as a child process, every commit forced to disk."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.options = options
        (self._port,) = free_ports(1)
        self._folder = folder
        self.url = f"mongodb://127.0.0.1:{self._port}/"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Starts the process and waits until it answers."""
        words = [str(PROGRAM), "--port", str(self._port), "--storage-path", str(self._folder / "data")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*words, "--sync-on-commit", "--cache-size", "256M", "--log-level", "WARNING", *self.options],
                stdout=log,
                stderr=log,
            )
        atexit.register(self.kill)
        wait_for(self.url, self._process)

    def kill(self) -> None:
        """SIGKILL, and gone."""
        atexit.unregister(self.kill)
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """The data are thrown away with the folder, so nothing is waited for."""
        self.kill()


def wait_for(url: str, process: subprocess.Popen[bytes] | None = None) -> dict[str, Any]:
    """Waits until the server answers a ping; what it says of itself."""
    end = time.monotonic() + PATIENCE
    while True:
        found, problem = _ask(url)
        if found is not None:
            return found
        assert process is None or process.poll() is None, f"the server ended with {process.returncode}"
        assert time.monotonic() < end, f"no answer within {PATIENCE:.0f} s: {problem}"


def _ask(url: str) -> tuple[dict[str, Any] | None, str]:
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(url, serverSelectionTimeoutMS=300)
    with client:
        try:
            client.admin.command("ping")
            return client.admin.command("buildInfo"), ""
        except pymongo.errors.PyMongoError as problem:
            return None, str(problem)


def told(url: str) -> str:
    """Name and version of the server, as the summary shows them."""
    build = wait_for(url)
    if "secantusVersion" in build:
        return f"SecantusDB {build['secantusVersion']}, a stand-in for MongoDB"
    return f"MongoDB {build['version']}"


def outlives_the_tests() -> bool:
    """Whether the session's server is somebody else's, so that tests must drop their databases."""
    return "GONGKAI_TEST_MONGO" in os.environ


def own_server(folder: Path) -> Killable:
    """A server of its own, which the caller stops; skips where there is none to start."""
    if image_is_here(IMAGE):
        return InContainer()
    if PROGRAM.is_file():
        return AsChild(folder)
    choice.absent(NAME, f"no container engine with {IMAGE}, and `make mongo` was not run")


@pytest.fixture
def signing_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsChild]:
    """The stand-in with nobody let in who has not signed in; its users are made before, as root."""
    if not PROGRAM.is_file():
        choice.absent(NAME, "the stand-in is needed, which is started with its own options: run `make mongo`")
    server = AsChild(tmp_path_factory.mktemp("mongo"))
    choice.used(NAME, told(server.url))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a MongoDB-protocol server that the session's tests share; each uses databases of its own."""
    if outlives_the_tests():
        server: MongoServer = Given(os.environ["GONGKAI_TEST_MONGO"])
    else:
        server = own_server(tmp_path_factory.mktemp("mongo"))
    choice.used(NAME, told(server.url))
    yield server.url
    server.stop()


@pytest.fixture
def killable_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killable]:
    """A server that the test may kill and start again."""
    server = own_server(tmp_path_factory.mktemp("mongo"))
    choice.used(NAME, told(server.url))
    yield server
    server.stop()
