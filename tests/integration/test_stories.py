"""Every story of a kind, told on the local runtime: HTTP to expected events and expected score lines."""

from pathlib import Path
from typing import Any

import pytest

from shared.domain.directory import OFFICE
from tests.local_county import LocalCounty, local_county
from tests.stories import STORIES
from tests.stories.county import Story, StoryCounty, cast, instant

UNIT, OTHER = "education", "health"


class LocalStoryCounty(StoryCounty):
    """One process on one data folder."""

    def __init__(self, county: LocalCounty, folder: Path) -> None:
        super().__init__(county.now, UNIT, OTHER, county.client, county.runtime.tokens)
        self.county, self.folder = county, folder

    def at(self, moment: str) -> None:
        self.now = self.county.now = instant(moment)

    async def settled(self) -> None:
        await self.county.runtime.settle_down()

    async def swept(self) -> None:
        await self.county.runtime.catch_up()

    async def sent_again(self, *services: str) -> None:
        for service in services:
            assert await self.county.runtime.stores.cases.unsend(service) > 0
        await self.settled()

    async def kept(self) -> list[bytes]:
        return [file.read_bytes() for file in self.folder.rglob("*") if file.is_file()]

    async def audited(self) -> list[dict[str, Any]]:
        return [dict(entry) async for entry in self.county.runtime.stores.audit.entries()]


@pytest.mark.parametrize("story", STORIES, ids=str)
async def test_a_story_on_the_local_runtime(story: Story, tmp_path: Path) -> None:
    async with local_county(tmp_path, story.begins) as county:
        for unit in (UNIT, OTHER, OFFICE):
            for subject, role in cast(unit).items():
                await county.post(subject, (unit, role))
        await story.tell(LocalStoryCounty(county, tmp_path))
