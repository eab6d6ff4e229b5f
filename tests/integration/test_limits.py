"""The county's limits (时限设置) in a running county: what the file sets is what is decided by, and a wrong file starts nothing."""

import re
from pathlib import Path

import pytest
import yaml

from services.limits import known_limits
from shared.limits_file import read_limits_file
from shared.settings import SettingsProblem
from tests.integration.program import ROOT, command
from tests.local_county import LocalCounty, local_county

GUIDE = ROOT / "docs" / "operations.md"


def excerpt() -> str:
    """The file as docs/operations.md shows it."""
    blocks: list[str] = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (found,) = (block for block in blocks if block.startswith("article."))
    return found


async def drafted(county: LocalCounty) -> dict[str, object]:
    """The first event of an item whose text has a watched word."""
    await county.post("zhang", ("education", "clerk"))
    item = {
        "title": "人大会议",
        "text": "县长作政府工作报告。",
        "department": "education",
        "created_or_changed": "2026-03-05",
    }
    answer = await county.client.post("/api/v1/publishing/articles", json=item, headers=county.as_("zhang"))
    assert answer.status_code == 201, answer.text
    shown = await county.get(f"/api/v1/publishing/articles/{answer.json()['id']}", "zhang")
    return dict(shown.json()["events"][0]["data"])


async def test_the_file_of_the_guide_sets_what_a_county_decides_by(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text(excerpt(), "utf-8")
    assert read_limits_file(file, known_limits())[1] == []
    async with local_county(tmp_path / "without") as county:
        plain = await drafted(county)
    async with local_county(tmp_path / "with", limits_file=file) as county:
        found = await drafted(county)
    assert (plain["limit"], plain["hits"]) == (20, [])
    assert found["limit"] == yaml.safe_load(excerpt())["article.publish"] == 15
    assert found["hits"] == [{"finding": "watched_word", "count": 1, "listed": "县长"}]


@pytest.mark.parametrize("wrong", ["article.watched_words: [2026, 县长]", "article.publish: twenty"])
async def test_a_county_does_not_open_on_a_wrong_file(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text(wrong, "utf-8")
    with pytest.raises(SettingsProblem):
        async with local_county(tmp_path / "data", limits_file=file):
            pass


def test_a_command_says_everything_that_is_wrong_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text("article.watched_words: 领导人\nmessage.enquiri: 3\n", "utf-8")
    for words in (("doctor",), ("run", "--port", "0"), ("rank", "2026Q1")):
        done = command(tmp_path / "data", *words, GONGKAI_LIMITS_FILE=str(file))
        assert done.returncode == 1, done.stdout
        assert "第 1 行 article.watched_words：应为清单" in done.stderr
        assert "line 2, message.enquiri: there is no such limit; did you mean message.enquiry" in done.stderr
        assert "Traceback" not in done.stderr
    assert not list((tmp_path / "data").rglob("*.db"))
