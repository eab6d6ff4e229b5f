"""The official CloudEvents SDK reads our events, and we read what it writes."""

from datetime import datetime
from pathlib import Path

from cloudevents.core.bindings.kafka import KafkaMessage, from_structured_event, to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.eventlog.envelope import CONTENT_TYPE, decode

SAMPLE = Path(__file__).parents[1] / "golden" / "events" / "messages.ReplySent.v1.json"


def test_the_official_sdk_reads_ours() -> None:
    body = SAMPLE.read_bytes()
    ours = decode(body)
    message = KafkaMessage(
        headers={"content-type": CONTENT_TYPE.encode()}, key=ours["partitionkey"].encode(), value=body
    )
    theirs = from_structured_event(message)
    assert theirs.get_id() == ours["id"]
    assert theirs.get_type() == ours["type"]
    assert theirs.get_source() == ours["source"]
    assert theirs.get_subject() == ours["subject"]
    assert theirs.get_extension("partitionkey") == ours["partitionkey"]
    assert theirs.get_extension("digest") == ours["digest"]
    assert theirs.get_data() == ours["data"]


def test_we_read_what_the_official_sdk_writes() -> None:
    ours = decode(SAMPLE.read_bytes())
    attributes = {name: value for name, value in ours.items() if name not in ("data", "time")}
    attributes["time"] = datetime.fromisoformat(ours["time"])
    written = to_structured_event(
        CloudEvent(attributes, ours["data"]), JSONFormat(), lambda event: ours["partitionkey"]
    )
    read = decode(bytes(written.value))
    assert read["id"] == ours["id"]
    assert read["data"] == ours["data"]
    assert read["sequence"] == ours["sequence"]
