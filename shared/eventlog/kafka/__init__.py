"""The event log on Kafka: what publishes, reads by offset, and makes the topics."""

from shared.eventlog.kafka.log import KafkaEventLog
from shared.eventlog.kafka.topics import apply_topics

__all__ = ["KafkaEventLog", "apply_topics"]
