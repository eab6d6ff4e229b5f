"""Load on a running server: keep-alive connections, each sending its next command when the last is answered.

``python -m bench.http_load HOST PORT TOKEN SECONDS CONNECTIONS``; prints one JSON object a phase.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple, cast

import uvloop

OPENING = "/api/v1/messages/messages"
LETTER = {
    "title": "人民路路灯不亮",
    "text": "人民路与河滨路交口的路灯坏了三天，晚上行人和车辆都看不清，请尽快派人修理，谢谢。",
    "name": "王小明",
    "phone": "13812345678",
}
CREATED, DONE = b"201", b"200"
QUIET = b'"lag":0'
SETTLING_SECONDS = 60


class Answer(NamedTuple):
    """One answered command: status, body, when it was sent and answered (seconds)."""

    status: bytes
    body: bytes
    sent: float
    answered: float


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, requests: Iterator[bytes], until: float, answers: list[Answer]) -> None:
        self._requests, self._until, self._answers = requests, until, answers
        self._received = b""
        self._sent = 0.0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends the first request."""
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Notes a whole answer and sends the next request."""
        self._received += data
        head, gap, body = self._received.partition(b"\r\n\r\n")
        if not gap:
            return
        start = head.lower().index(b"content-length:") + 15
        length = int(head[start:].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        self._answers.append(Answer(head[9:12], body, self._sent, time.perf_counter()))
        self._received = b""
        self._send()

    def connection_lost(self, problem: Exception | None) -> None:
        """A server that hangs up ends the measurement."""
        if not self.over.done():
            self.over.set_exception(problem or ConnectionError("the server hung up"))

    def _send(self) -> None:
        self._sent = time.perf_counter()
        request = next(self._requests, None) if self._sent < self._until else None
        if request is None:
            self.over.set_result(None)
            self._transport.close()
        else:
            self._transport.write(request)


class Server(NamedTuple):
    """Where the commands go, and whose token they carry."""

    host: str
    port: int
    token: str

    def post(self, path: str, body: bytes, key: str) -> bytes:
        """A command as bytes."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def asked(self, path: str) -> bytes:
        """A whole answer to a question."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return answer


async def phase(
    server: Server, seconds: float, connections: int, requests: Iterator[bytes], wanted: bytes
) -> tuple[dict[str, float], list[Answer]]:
    """Commands for ``seconds``, or until there are no more: rate, latencies in milliseconds, and the answers."""
    answers: list[Answer] = []
    started = time.perf_counter()
    loop = asyncio.get_running_loop()

    def connection() -> Connection:
        return Connection(requests, started + seconds, answers)

    made = [await loop.create_connection(connection, server.host, server.port) for _ in range(connections)]
    await asyncio.gather(*(protocol.over for _, protocol in made))
    took = max(a.answered for a in answers) - started
    refused = [a for a in answers if a.status != wanted]
    if refused:
        raise RuntimeError(f"{len(refused)} of {len(answers)} refused: {refused[0].body.decode()}")
    times = sorted(a.answered - a.sent for a in answers)
    return {
        "answered": len(times),
        "rate": len(times) / took,
        "p50": 1000 * times[len(times) // 2],
        "p99": 1000 * times[int(len(times) * 0.99)],
    }, answers


async def settled(server: Server) -> float:
    """Waits until every event is published and projected; how many seconds that took."""
    started = time.perf_counter()
    while time.perf_counter() - started < SETTLING_SECONDS:
        if QUIET in (body := await server.asked("/readyz")) and b'"oldest_unsent":null' in body:
            return time.perf_counter() - started
        await asyncio.sleep(0.05)
    raise RuntimeError("the server does not come to rest")


async def load(server: Server, seconds: float, connections: int) -> dict[str, dict[str, float]]:
    """Cases opened for ``seconds``, then accepted; ``behind`` is how long publishing took once the load had ended."""
    body = json.dumps(LETTER, ensure_ascii=False).encode()
    await phase(server, 0.5, connections, _requests(lambda n: server.post(OPENING, body, f"warm-{n}")), CREATED)
    await settled(server)
    opening, answers = await phase(
        server, seconds, connections, _requests(lambda n: server.post(OPENING, body, f"open-{n}")), CREATED
    )
    opening["behind"] = await settled(server)
    cases = [json.loads(answer.body)["id"] for answer in answers]
    requests = (server.post(f"{OPENING}/{case}/accept", b"{}", f"accept-{case}") for case in cases)
    second, _ = await phase(server, seconds, connections, requests, DONE)
    second["behind"] = await settled(server)
    return {"opening": opening, "second": second}


def _requests(make: Callable[[int], bytes]) -> Iterator[bytes]:
    return map(make, count())


if __name__ == "__main__":
    host, port, token, seconds, connections = sys.argv[1:6]
    print(json.dumps(uvloop.run(load(Server(host, int(port), token), float(seconds), int(connections)))))
