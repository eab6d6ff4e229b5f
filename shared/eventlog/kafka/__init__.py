"""The event log on Kafka: what publishes, reads by offset, follows as a group's member, and makes the topics."""

from shared.eventlog.kafka.log import KafkaEventLog
from shared.eventlog.kafka.subscriber import KafkaSubscriber, Progress
from shared.eventlog.kafka.topics import apply_topics

__all__ = ["KafkaEventLog", "KafkaSubscriber", "Progress", "apply_topics"]
