"""A wire to a server that can be cut: answers are lost on the way, or nobody is reached."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit

Cut = Literal["once", "for good"]


class CutWire:
    """Hands bytes on between clients and the server until told otherwise."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._host, self._port = place.hostname or "127.0.0.1", place.port or 27017
        self._words: tuple[bytes, ...] = ()
        self._then: Cut = "once"
        self._down = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.lost = 0
        """How many answers were lost."""

    def lose_the_answer_to(self, *words: bytes, then: Cut) -> None:
        """The next request that holds all of ``words`` reaches the server, its answer nobody; then the wire is cut."""
        self._words, self._then = words, then

    def mend(self) -> None:
        """All is well again."""
        self._down = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """The address of the wire's near end."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        yield f"mongodb://127.0.0.1:{server.sockets[0].getsockname()[1]}/?directConnection=true"
        server.close()
        self._down = True
        while self._tasks:
            self._hang_up()
            await asyncio.wait(self._tasks, timeout=0.1)

    async def _serve(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self._down:
            near_out.close()
            return
        far_in, far_out = await asyncio.open_connection(self._host, self._port)
        self._writers |= {near_out, far_out}
        back = asyncio.create_task(self._answers(far_in, near_out))
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                request = await _message(near_in)
                losing = bool(self._words) and all(word in request for word in self._words)
                if losing:
                    self._words = ()
                    back.cancel()
                far_out.write(request)
                await far_out.drain()
                if losing:
                    await asyncio.gather(back, return_exceptions=True)
                    await _message(far_in)
                    self.lost += 1
                    self._down = self._then == "for good"
                    self._hang_up()
        back.cancel()
        near_out.close()
        far_out.close()

    async def _answers(self, far_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                near_out.write(await _message(far_in))
                await near_out.drain()
        near_out.close()

    def _hang_up(self) -> None:
        for writer in self._writers:
            writer.close()
        self._writers.clear()


async def _message(stream: asyncio.StreamReader) -> bytes:
    """One message of MongoDB's wire protocol; its first four bytes are its length, little end first."""
    length = await stream.readexactly(4)
    return length + await stream.readexactly(int.from_bytes(length, "little") - 4)
