"""Metrics for Prometheus: what HTTP and commands count, and gauges that the runtime registers. No personal data."""

from collections.abc import Callable

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


def metrics() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)


def gauge(name: str, help: str, read: Callable[[], float]) -> Gauge:
    """Registers a value that is read each time somebody looks (lag, outbox age, parked, overdue, ready)."""
    made = Gauge(f"gongkai_{name}", help, registry=REGISTRY)
    made.set_function(read)
    return made


def forget(made: Gauge) -> None:
    """Takes a gauge off the list when what it reads is gone."""
    REGISTRY.unregister(made)
