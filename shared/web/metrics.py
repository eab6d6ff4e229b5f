"""Metrics for Prometheus: what HTTP and commands count, and figures that the runtime tells. No personal data."""

from collections.abc import Iterable
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry(auto_describe=True)
REQUESTS = Counter(
    "gongkai_http_requests_total", "HTTP requests answered", ("method", "route", "status"), registry=REGISTRY
)
DURATION = Histogram(
    "gongkai_http_request_seconds",
    "Time from a request's head to its answer",
    ("method", "route"),
    registry=REGISTRY,
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
COMMANDS = Counter(
    "gongkai_commands_total",
    "Commands by kind of case and what became of them (done, replayed, refused)",
    ("kind", "command", "outcome"),
    registry=REGISTRY,
)
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Figure(NamedTuple):
    """A value of this moment (lag, outbox age, parked, overdue, ready) and what it tells; ``name`` without our prefix."""

    name: str
    help: str
    value: float


def metrics(figures: Iterable[Figure] = ()) -> bytes:
    """All metrics in Prometheus' text format: what was counted, and the figures."""
    now = CollectorRegistry()
    for figure in figures:
        Gauge(f"gongkai_{figure.name}", figure.help, registry=now).set(figure.value)
    return generate_latest(REGISTRY) + generate_latest(now)
