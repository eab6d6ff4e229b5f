"""A real Kafka for the tests: a given address, a container, a process from `.backends/kafka`, or a visible skip."""

import asyncio
import atexit
import base64
import os
import shutil
import signal
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.backends import choice
from tests.backends.images import image_is_here
from tools.ports import free_ports

NAME = "kafka"
ADDRESS = "GONGKAI_TEST_KAFKA"
IMAGE = "apache/kafka:4.2.1"
LIBS = Path(__file__).resolve().parents[2] / ".backends" / "kafka" / "libs"
JAVA = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.apache.logging.log4j.level=INFO")
STARTS_WITHIN = 60.0
STOPS_WITHIN = 20.0

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
log.retention.ms=-1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# A killed broker may come back within four seconds: its old registration expires sooner.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""


class Server(Protocol):
    """A broker that answers; ``described`` is for the summary."""

    bootstrap: str
    described: str

    def stop(self) -> None:
        """Ends it, if it is ours."""


class GivenKafka:
    """A broker that someone else runs."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.described = f"Kafka at {bootstrap} ({ADDRESS}; version not told)"
        wait_until_ready(bootstrap)

    def stop(self) -> None:
        """It is not ours to end."""


class ContainerKafka:
    """``apache/kafka`` through testcontainers, with a listener of its own for what the broker says to itself."""

    def __init__(self) -> None:
        from testcontainers.core.config import testcontainers_config
        from testcontainers.core.container import DockerContainer

        # The reaper is an image of its own; where it cannot be had, the fixture's end and `atexit` remove the container.
        testcontainers_config.ryuk_disabled = True
        (port,) = free_ports(1)
        self.bootstrap = f"127.0.0.1:{port}"
        self.described = f"{IMAGE} in a container"
        self._container = DockerContainer(IMAGE).with_bind_ports(9092, port)
        for name, value in {
            "KAFKA_NODE_ID": "1",
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "KAFKA_LISTENERS": "PLAINTEXT://:9092,INTERNAL://:19092,CONTROLLER://:9093",
            "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{self.bootstrap},INTERNAL://localhost:19092",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "KAFKA_INTER_BROKER_LISTENER_NAME": "INTERNAL",
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "1",
            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
            "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        }.items():
            self._container.with_env(name, value)
        atexit.register(self.stop)
        self._container.start()
        wait_until_ready(self.bootstrap)

    def stop(self) -> None:
        """Removes the container."""
        atexit.unregister(self.stop)
        self._container.stop()


class LocalKafka:
    """One KRaft broker as a child process. It keeps ports and data, so it may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        port, controller = free_ports(2)
        self.bootstrap = f"127.0.0.1:{port}"
        self.described = f"Apache Kafka {jar_version()}, a KRaft process from .backends/kafka"
        self._properties = folder / "server.properties"
        self._properties.write_text(
            PROPERTIES.format(port=port, controller=controller, data=folder / "data"), encoding="utf-8"
        )
        self._format()
        atexit.register(self.kill)

    def start(self, within: float = STARTS_WITHIN) -> None:
        """Starts the broker and returns once it answers. Raises ``RuntimeError`` with its last words."""
        with (self._folder / "broker.log").open("ab") as said:
            self._process = subprocess.Popen(
                [*self._java(), "kafka.Kafka", str(self._properties)], stdout=said, stderr=said, cwd=self._folder
            )
        # Ends the broker when this process is gone, however it went: then the pipe is closed.
        self._guard = subprocess.Popen(
            ["sh", "-c", f"cat >/dev/null; kill -9 {self._process.pid}"], stdin=subprocess.PIPE, start_new_session=True
        )
        try:
            wait_until_ready(self.bootstrap, within, self._process)
        except RuntimeError as problem:
            self.kill()
            last = (self._folder / "broker.log").read_text(errors="replace").splitlines()[-20:]
            raise RuntimeError("\n".join([str(problem), *last])) from problem

    def stop(self) -> None:
        """Asks it to end, and waits."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, and waits."""
        self._end(signal.SIGKILL)

    def wipe(self) -> None:
        """Another, empty log at the same address. Only while it is down."""
        shutil.rmtree(self._folder / "data")
        self._format()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.kill()
            self._guard.stdin.close()
            self._guard.wait()
        process.send_signal(how)
        try:
            process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOPS_WITHIN)

    def _format(self) -> None:
        # A first character that is a dash would be read as an option.
        cluster = "k" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        subprocess.run(
            [*self._java(), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._properties)],
            check=True,
            capture_output=True,
        )

    def _java(self) -> list[str]:
        return ["java", *JAVA, "-cp", f"{LIBS}/*"]


def jar_version() -> str | None:
    """The version of the fetched broker; None where `make kafka` has not been run."""
    jars = sorted(LIBS.glob("kafka_2.13-*.jar"))
    return jars[0].stem.removeprefix("kafka_2.13-") if jars else None


def wait_until_ready(
    bootstrap: str, within: float = STARTS_WITHIN, process: subprocess.Popen[bytes] | None = None
) -> None:
    """Returns once a broker describes its cluster. Raises ``RuntimeError``. May be called beside a running loop."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(_ready(bootstrap, within, process))
        except BaseException as problem:
            failed.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise RuntimeError(f"no Kafka answers at {bootstrap}: {failed[0]!r}") from failed[0]


async def _ready(bootstrap: str, within: float, process: subprocess.Popen[bytes] | None) -> None:
    async with asyncio.timeout(within):
        while not await _describes(bootstrap):
            if process is not None and process.poll() is not None:
                raise RuntimeError(f"the broker ended with status {process.returncode}")
            await asyncio.sleep(0.1)


async def _describes(bootstrap: str) -> bool:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    try:
        await client.start()
        return bool((await client.describe_cluster())["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()


def local_kafka(folder: Path) -> LocalKafka:
    """A broker of one's own, started. Raises a skip where it cannot be had."""
    if jar_version() is None:
        choice.absent(NAME, "a process of its own is needed: run `make kafka`")
    if shutil.which("java") is None:
        choice.absent(NAME, "a process of its own is needed, and there is no java on this machine")
    server = LocalKafka(folder)
    server.start()
    return server


def _chosen(folder: Path) -> Server:
    if given := os.environ.get(ADDRESS):
        return GivenKafka(given)
    if image_is_here(IMAGE):
        return ContainerKafka()
    if jar_version() is None or shutil.which("java") is None:
        choice.absent(NAME, f"set {ADDRESS}, or load the image {IMAGE}, or run `make kafka` (needs java and mvn)")
    return local_kafka(folder)


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker that all tests share: use topics and groups that no other test uses."""
    server = _chosen(tmp_path_factory.mktemp("kafka"))
    choice.used(NAME, server.described)
    yield server.bootstrap
    server.stop()


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A broker process for one module, which may kill it and start it again; a test leaves it running."""
    server = local_kafka(tmp_path_factory.mktemp("own-kafka"))
    choice.used(NAME, server.described)
    yield server
    server.stop()
