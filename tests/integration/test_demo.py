"""The sample quarter: what it is there to show is in it, and every run gives the same result."""

import asyncio
import stat
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.demo import demo
from services.demo.script import read_script
from services.local import open_local
from shared.clock import ProcessClock
from shared.domain.text import Text
from shared.eventlog.port import MESSAGES, MESSAGES_RESTRICTED
from shared.settings import Settings


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path, list[Text]]:
    """One run with its folder kept."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    heard: list[Text] = []
    return asyncio.run(demo(folder, heard.append)), folder, heard


def shares(document: dict[str, Any]) -> Fraction:
    return sum((Fraction(line["share"]) for line in document["explained"]["lines"]), Fraction(0))


async def events(folder: Path) -> list[dict[str, Any]]:
    runtime = await open_local(Settings(data=folder), "test", ProcessClock(read_script().ends))
    try:
        return [
            orjson.loads(record.value)
            for topic in (MESSAGES, MESSAGES_RESTRICTED)
            for record in await runtime.eventlog.read(topic, 0, 0, 5000)
        ]
    finally:
        await runtime.close()


def test_the_sample_quarter_is_ranked_and_one_score_explained(
    played: tuple[dict[str, Any], Path, list[Text]],
) -> None:
    document, folder, heard = played
    ranked = [row for row in document["ranking"]["ranking"] if row["indicators"]["D1"]["applicable"]]
    assert len(ranked) == 10
    assert document["ranking"]["quarter"] == "2026Q3"
    assert len({row["score"] for row in ranked}) >= 6
    assert document["explained"]["department"] == "human-resources"
    assert shares(document) == Fraction(document["explained"]["score"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert heard


def test_the_sample_shows_late_timely_voided_provisional_and_quarantined_cases(
    played: tuple[dict[str, Any], Path, list[Text]],
) -> None:
    document, folder, _ = played
    found = asyncio.run(events(folder))
    counts = Counter(event["type"].split(".")[2] for event in found)
    for name in (
        "ReplyOverdue",
        "ReplySent",
        "MessageQuarantined",
        "EntryVoided",
        "OverdueRevoked",
        "MessageNeglected",
        "SupervisionIssued",
        "ReturnGranted",
        "ReturnDenied",
        "ExtensionGranted",
        "MessageReclassified",
        "ReworkOrdered",
        "ReminderSent",
        "ReplyPublished",
        "MessageDeclined",
        "DivertedToPetition",
        "InstructionNoted",
        "ConfidentialityRequested",
        "MessageArchived",
    ):
        assert counts[name], name
    overdue = {event["id"] for event in found if event["type"].split(".")[2] == "ReplyOverdue"}
    late_entry = [e for e in found if e["type"].split(".")[2] == "ReplySent" and set(e["data"]["voids"]) & overdue]
    assert [(e["data"]["met"], e["data"]["flags"]) for e in late_entry] == [(True, ["backdated"])]
    assert document["ranking"]["provisional"] == 1
    assert document["ranking"]["parked"] == 0
    rated = [row["indicators"]["D2"] for row in document["ranking"]["ranking"]]
    assert sum(indicator["applicable"] for indicator in rated) >= 3
    assert any(row["vetoes"] == ["V4"] for row in document["ranking"]["ranking"])


def counted(document: dict[str, Any], code: str) -> dict[str, str]:
    """What each unit has of an indicator, where it applies."""
    rows = document["ranking"]["ranking"]
    return {
        row["department"]: row["indicators"][code]["score"] for row in rows if row["indicators"][code]["applicable"]
    }


def test_the_sample_counts_what_patrols_found_and_how_policies_were_interpreted(
    played: tuple[dict[str, Any], Path, list[Text]],
) -> None:
    document = played[0]
    assert counted(document, "A3") == {"education": "6.00", "health": "6.00", "housing": "4.00"}
    assert counted(document, "A4") == {"education": "3.00", "health": "4.00", "natural-resources": "3.00"}
    assert counted(document, "B2") == {"education": "10.00", "housing": "0.00"}
    vetoed = {row["department"]: row["vetoes"] for row in document["ranking"]["ranking"] if row["vetoes"]}
    assert vetoed == {"bianyang": ["V4"], "water-company": ["V1"]}


def test_every_run_gives_the_same_result(played: tuple[dict[str, Any], Path, list[Text]]) -> None:
    again = asyncio.run(demo(None, lambda text: None))
    assert again["ranking"]["result_digest"] == played[0]["ranking"]["result_digest"]
    assert again["ranking"]["ranking"] == played[0]["ranking"]["ranking"]
    assert again["ranking"]["swept_through"][:10] == "2026-12-07"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(FileExistsError):
        asyncio.run(demo(tmp_path, lambda text: None))
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
