"""Around every request: its id, the security headers, one log line, the metrics, and an answer when something breaks."""

import re
import time
import uuid
from functools import lru_cache

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.language import language_of
from shared.web.metrics import DURATION, REQUESTS
from shared.web.problems import internal

log = structlog.get_logger("http")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
NOT_KEPT = (b"cache-control", b"no-store")


class Around:
    """Pure ASGI. The scope's ``gongkai.route``, ``gongkai.service`` and ``gongkai.case`` say what to count and log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = given.decode() if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope["gongkai.request"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 500
        started = False

        async def answer(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                own = {name for name, _ in message["headers"]}
                usual = [(name, value) for name, value in (*SECURITY, NOT_KEPT) if name not in own]
                headers = [*message["headers"], *usual, (b"x-request-id", request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            log.exception("request failed", method=scope["method"], route=scope.get("gongkai.route"))
            if started:
                raise
            language = language_of(Headers(scope=scope).get("accept-language"))
            await internal().response(language)(scope, receive, answer)
        finally:
            _note(scope, status, time.perf_counter() - began)
            structlog.contextvars.unbind_contextvars("request_id")


def _note(scope: Scope, status: int, seconds: float) -> None:
    route = scope.get("gongkai.route") or getattr(scope.get("route"), "path", None) or "none"
    method = scope["method"] if scope["method"] in _METHODS else "other"
    counter, histogram = _counted(method, route, status)
    counter.inc()
    histogram.observe(seconds)
    if route not in QUIET:
        log.info(
            "request",
            method=method,
            route=route,
            service=scope.get("gongkai.service"),
            case=scope.get("gongkai.case"),
            status=status,
            ms=round(seconds * 1000, 2),
        )


@lru_cache(maxsize=2048)
def _counted(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, str(status)), DURATION.labels(method, route)
