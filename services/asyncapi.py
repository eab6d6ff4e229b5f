"""The AsyncAPI 3.0 document of the event log, made from the declared services and the released contracts."""

from collections.abc import Mapping
from typing import Any

from services.declared import SERVICES
from shared.domain.corrections import COMMON_EVENTS
from shared.engine.ledger import LEDGER
from shared.eventlog.envelope import CONTENT_TYPE, type_name
from shared.eventlog.port import MESSAGES, MESSAGES_RESTRICTED, TOPICS

ATTRIBUTES: Mapping[str, dict[str, Any]] = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "description": "案卷/序号 / case and sequence"},
    "source": {"type": "string", "description": "/地区/服务 / region and service"},
    "type": {"type": "string"},
    "subject": {"type": "string", "description": "案卷 / case"},
    "time": {"type": "string", "format": "date-time", "description": "发生 / happened"},
    "recordedtime": {"type": "string", "format": "date-time", "description": "登记 / recorded"},
    "sequence": {"type": "integer", "minimum": 1},
    "partitionkey": {"type": "string", "description": "地区/单位 / region and department"},
    "correlationid": {"type": "string"},
    "causationid": {"type": "string"},
    "causationdepth": {"type": "integer", "minimum": 0, "maximum": 8},
    "actor": {"type": "string"},
    "dataschema": {"type": "string"},
    "datacontenttype": {"const": "application/json"},
    "digest": {"type": "string", "pattern": "^(sha256|sm3):[0-9a-f]{64}$"},
}


def asyncapi() -> dict[str, Any]:
    """Every topic with the messages that can stand on it."""
    messages: dict[str, Any] = {}
    on_topic: dict[str, set[str]] = {topic: set() for topic in TOPICS}
    for service in SERVICES:
        for kind in (*service.kinds, LEDGER):
            topic = kind.topic or f"gongkai.{service.name}"
            for model in (*kind.events, *COMMON_EVENTS):
                # What older programs left stands on the topic for ever.
                for version in (*model.event_upcasts, model.event_version):
                    name = type_name(service.name, model.event_name, version)
                    messages[name] = _message(
                        service.name, model.event_name, version, model.event_title.zh, model.event_title.en
                    )
                    on_topic[topic].add(name)
                    if topic == MESSAGES:
                        on_topic[MESSAGES_RESTRICTED].add(name)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "gongkai 事件日志 / event log",
            "version": "1",
            "description": "CloudEvents 1.0，结构化模式；主题永久保留，不压缩。 / structured mode; topics are kept for ever, never compacted.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            topic: {
                "address": topic,
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in sorted(names)},
            }
            for topic, names in on_topic.items()
        },
        "operations": {
            f"receive-{topic}": {"action": "receive", "channel": {"$ref": f"#/channels/{topic}"}} for topic in TOPICS
        },
        "components": {"messages": {name: messages[name] for name in sorted(messages)}},
    }


def _message(service: str, event: str, version: int, zh: str, en: str) -> dict[str, Any]:
    return {
        "name": type_name(service, event, version),
        "title": f"{zh} / {en}",
        "contentType": CONTENT_TYPE,
        "payload": {
            "type": "object",
            "required": [*ATTRIBUTES, "data"],
            "properties": {
                **ATTRIBUTES,
                "type": {"const": type_name(service, event, version)},
                "data": {"$ref": f"../shared/contracts/{service}.{event}.v{version}.json"},
            },
        },
    }
