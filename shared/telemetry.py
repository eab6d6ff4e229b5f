"""Logs as JSON lines, from structlog and the standard library alike; no bodies, query strings, tokens or personal data."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import orjson
import structlog

SILENT = frozenset({"body", "query", "query_string", "authorization", "token", "receipt_code", "identity", "phone"})
"""Names under which nothing is ever logged, whoever asks for it."""


class LineLogger:
    """Writes each finished entry as one line."""

    def __init__(self, out: TextIO, name: str) -> None:
        self._out, self.name = out, name

    def _write(self, line: str) -> None:
        self._out.write(line)
        self._out.flush()

    debug = info = warning = error = critical = exception = msg = _write


def configure_logging(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """One JSON line per entry on ``stream`` (stderr), from structlog and from the standard library alike."""
    out = stream or sys.stderr

    def line_logger(*names: str) -> LineLogger:
        return LineLogger(out, names[0] if names else "root")

    before: list[Any] = [structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level]
    after: list[Any] = [
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        silenced,
    ]
    structlog.configure(
        processors=[*before, _named, places_only, *after, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=line_logger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.terminator = ""
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                *before,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.PositionalArgumentsFormatter(),
                *after,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    logging.getLogger("httpx2").setLevel(logging.WARNING)


def _named(logger: LineLogger, _: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    entry["logger"] = logger.name
    return entry


def places_only(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception its type and the places it came through: its words may hold what a person sent, or name a case."""
    given = entry.pop("exc_info", None)
    if not given:
        return entry
    error = given if isinstance(given, BaseException) else sys.exc_info()[1]
    said: list[str] = []
    while error is not None:
        places = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        said.append("\n  ".join((type(error).__name__, *places)))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    entry["exception"] = "\n".join(said)
    return entry


def silenced(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drops what must never be logged."""
    for name in SILENT & entry.keys():
        del entry[name]
    return entry


def render(_: Any, __: str, entry: MutableMapping[str, Any]) -> str:
    """One line of JSON, Chinese as it is."""
    return orjson.dumps(dict(entry), default=str, option=orjson.OPT_APPEND_NEWLINE).decode()
