"""For operations: is the process alive, is it ready and if not why, and its metrics."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response

from shared.domain.text import Text
from shared.web.metrics import MEDIA_TYPE, Figure, metrics


class Reason(NamedTuple):
    """Why a process is not ready, or what to look at although it is: a code for machines, a sentence for people."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a process is ready, with the reasons."""

    ready: bool
    reasons: tuple[Reason, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


HealthCheck = Callable[[], Awaitable[Health]]
Figures = Callable[[], Awaitable[Sequence[Figure]]]


class Operations:
    """``/healthz``, ``/readyz`` and ``/metrics``."""

    def __init__(self, check: HealthCheck, figures: Figures | None = None) -> None:
        self._check, self._figures = check, figures

    async def healthz(self, request: Request) -> Response:
        """The process answers."""
        request.scope["gongkai.route"] = "/healthz"
        return Response(b'{"status":"ok"}', media_type="application/json")

    async def readyz(self, request: Request) -> Response:
        """200 when ready, 503 when not; ``reasons`` as ``{code, message, message_en}``."""
        request.scope["gongkai.route"] = "/readyz"
        health = await self._check()
        reasons = [{"code": code, "message": text.zh, "message_en": text.en} for code, text in health.reasons]
        body = {"ready": health.ready, "reasons": reasons, **health.detail}
        return Response(orjson.dumps(body), 200 if health.ready else 503, media_type="application/json")

    async def metrics(self, request: Request) -> Response:
        """All metrics of the process; its figures are asked for once, now."""
        request.scope["gongkai.route"] = "/metrics"
        figures = await self._figures() if self._figures is not None else ()
        return Response(metrics(figures), media_type=MEDIA_TYPE)
