"""`gongkai run` and `gongkai serve`: the whole system or one service in a process, stopped gracefully."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
import uvicorn

from services.cli import show
from services.cli.desk import refuse_half_restored, runtime, settings_of_run
from services.local import LocalRuntime
from services.runtime import Runtime
from services.web import app_of
from shared.domain.text import Text
from shared.storage.port import StoreAway
from shared.telemetry import configure_logging

GRACE_SECONDS = 10
log = structlog.get_logger("serve")


class Server(uvicorn.Server):
    """A server that leaves signals to us, so that what is open is closed in order before the process ends."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Does nothing; see ``serve``."""
        yield


async def serve(host: str, port: int) -> None:
    """Serves until SIGTERM or SIGINT."""
    configure_logging()
    async with runtime("run") as local:
        await serve_on(local, host, port)


async def serve_one(service: str, host: str, port: int) -> None:
    """Serves one service of the distributed runtime until SIGTERM or SIGINT."""
    from services.distributed import open_distributed

    configure_logging()
    distributed = open_distributed(settings_of_run(runtime="distributed"), (service,))
    try:
        try:
            await refuse_half_restored(distributed)
            await distributed.prove_key()
        except StoreAway as away:
            # It starts all the same, and is not ready before the store has answered and the key is proven.
            log.warning("store away", problem=str(away.text))
        await serve_on(distributed, host, port, (service,))
    finally:
        await distributed.close()


async def serve_on(local: Runtime, host: str, port: int, served: Sequence[str] | None = None) -> None:
    """Serves an open runtime until SIGTERM or SIGINT; port 0 takes a free one. Says where on stderr: a person in a
    sentence, anything else in a line of the log."""
    listening = socket.create_server((host, port), reuse_port=False, backlog=1024)
    url = f"http://{host}:{listening.getsockname()[1]}"
    if isinstance(local, LocalRuntime):
        local.folder.say(url)
    config = uvicorn.Config(
        app_of(local, served),
        loop="none",
        http="httptools",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
    )
    server = Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)
    shown = served[0] if served else "messages"
    docs = f"{url}/api/v1/{shown}/docs"
    if sys.stderr.isatty():
        show.talk(
            Text(f"正在服务 {url}（Ctrl-C 结束）；接口说明 {docs}", f"serving at {url} (Ctrl-C ends); API at {docs}")
        )
    else:
        # Whoever collects the log finds one JSON document a line.
        log.info("serving", url=url, docs=docs)
    # What start-up made lives as long as the process; the collector need not look at it again.
    gc.collect()
    gc.freeze()
    await server.serve(sockets=[listening])
