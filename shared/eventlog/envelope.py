"""An event as stored and published: CloudEvents 1.0, structured mode, chained by digest within its case."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Literal

import orjson

from shared.domain.kind import Recorded
from shared.domain.localtime import aware, moment_text

Algorithm = Literal["sha256", "sm3"]
CONTENT_TYPE = "application/cloudevents+json"


class NotAnEvent(Exception):
    """Bytes that cannot be read as one of our events; says why."""


class NewerEvent(NotAnEvent):
    """An event that only a newer program can read: while a service is replaced, files may hold some."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Where an event comes from: the first command of its chain, the direct cause, and how many policies lie between."""

    correlation: str
    causation: str
    depth: int = 0


def digest_of(algorithm: Algorithm, previous: str, body: bytes) -> str:
    """``algorithm:hex`` over the previous digest and the canonical JSON (RFC 8785) of the event without its digest."""
    if algorithm == "sm3":
        from cryptography.hazmat.primitives import hashes

        hasher = hashes.Hash(hashes.SM3())
        hasher.update(previous.encode())
        hasher.update(body)
        return f"sm3:{hasher.finalize().hex()}"
    return f"sha256:{hashlib.sha256(previous.encode() + body).hexdigest()}"


def canonical(value: Any) -> bytes:
    """RFC 8785 for what our events hold: ASCII keys, no floats, integers below 2^53."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def encode(
    *,
    region: str,
    service: str,
    case: str,
    record: Recorded,
    trace: Trace,
    previous: str,
    algorithm: Algorithm,
    key: str | None = None,
) -> tuple[bytes, str]:
    """The event's bytes on store and log, and its digest. ``key`` is the unit by which it is partitioned, if not its own."""
    event, stamp = record.event, record.stamp
    happened_text = moment_text(stamp.happened)
    before = canonical(
        {
            "actor": stamp.actor,
            "causationdepth": trace.depth,
            "causationid": trace.causation,
            "correlationid": trace.correlation,
            "data": event.model_dump(mode="json"),
            "datacontenttype": "application/json",
            "dataschema": f"urn:gongkai:{service}.{event.event_name}:v{event.event_version}",
        }
    )
    after = canonical(
        {
            "id": stamp.id,
            "partitionkey": f"{region}/{key or event.department}",
            "recordedtime": happened_text if stamp.recorded is stamp.happened else moment_text(stamp.recorded),
            "sequence": stamp.sequence,
            "source": f"/{region}/{service}",
            "specversion": "1.0",
            "subject": case,
            "time": happened_text,
            "type": type_name(service, event.event_name, event.event_version),
        }
    )
    # Canonical JSON is sorted, and "digest" stands between the two halves: each is written once, with and without it.
    first, last = before[:-1], after[1:]
    digest = digest_of(algorithm, previous, first + b"," + last)
    return b"".join((first, b',"digest":"', digest.encode(), b'",', last)), digest


def chained_rightly(event: Mapping[str, Any], previous: str) -> bool:
    """Whether the event's digest follows from its content and the digest before it."""
    rest = {name: value for name, value in event.items() if name != "digest"}
    algorithm: Algorithm = "sm3" if str(event.get("digest", "")).startswith("sm3:") else "sha256"
    return digest_of(algorithm, previous, canonical(rest)) == event.get("digest")


_TEXTS = (
    "id",
    "source",
    "type",
    "subject",
    "time",
    "recordedtime",
    "partitionkey",
    "correlationid",
    "causationid",
    "digest",
)
_NEEDED: Mapping[str, type] = dict.fromkeys(_TEXTS, str) | {"sequence": int, "data": dict}
_KINDS = tuple(_NEEDED.values())
_values = itemgetter(*_NEEDED)
_VERSION = re.compile("v[0-9]{1,9}")


def decode(body: bytes) -> dict[str, Any]:
    """The event as a dict. Raises ``NotAnEvent`` with the reason."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise NotAnEvent(f"不是 JSON / not JSON: {problem}") from problem
    if not isinstance(event, dict):
        raise NotAnEvent("不是 JSON 对象 / not a JSON object")
    try:
        complete = tuple(map(type, _values(event))) == _KINDS
    except KeyError:
        complete = False
    if not complete:
        wrong = [name for name, kind in _NEEDED.items() if type(event.get(name)) is not kind]
        raise NotAnEvent(
            f"属性缺少或类型不对：{'、'.join(wrong)} / attribute missing or of a wrong type: {', '.join(wrong)}"
        )
    if event.get("specversion") != "1.0":
        raise NotAnEvent("specversion 不是 1.0 / specversion is not 1.0")
    return event


def event_id(value: bytes) -> str | None:
    """The id of a record that can be read; None for another."""
    try:
        return str(decode(value)["id"])
    except NotAnEvent:
        return None


def type_name(service: str, name: str, version: int) -> str:
    """``gongkai.requests.RequestReceived.v1``."""
    return f"gongkai.{service}.{name}.v{version}"


def read_type(full: str) -> tuple[str, str, int]:
    """(service, name, version) of a full type. Raises ``NotAnEvent``."""
    parts = full.split(".")
    if len(parts) != 4 or parts[0] != "gongkai" or not _VERSION.fullmatch(parts[3]):
        raise NotAnEvent(f"不是本系统的事件类型：{full} / not one of our types: {full}")
    return parts[1], parts[2], int(parts[3][1:])


def short_type(full: str) -> str:
    """``requests.RequestReceived``: the name that plans and filters use."""
    service, name, _ = read_type(full)
    return f"{service}.{name}"


def happened(event: Mapping[str, Any]) -> datetime:
    """When it took place, aware UTC."""
    return _instant(event["time"])


def recorded(event: Mapping[str, Any]) -> datetime:
    """When it was recorded, aware UTC."""
    return _instant(event["recordedtime"])


def _instant(text: str) -> datetime:
    """Aware UTC. Raises ``ValueError`` for what is no instant."""
    return aware(datetime.fromisoformat(text)).astimezone(UTC)
