"""What was missed and is still to be done stays on the lists, first, and is counted for those who run the system."""

from datetime import timedelta
from pathlib import Path

from tests.local_county import MESSAGES, LocalCounty, local_county


async def test_what_is_overdue_and_open_is_due_since_the_day_it_was_missed(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-03-05 09:00") as county:
        await staffed(county)
        overdue = await county.handled("education")
        done = await county.answered("education")
        county.now += timedelta(days=20)
        later = await county.handled("education")
        await county.runtime.catch_up()
        todo = (await county.get("/api/v1/messages/todo", "clerk@education")).json()["items"]
        assert [(item["id"], item["due"]) for item in todo] == [(overdue, "2026-03-16"), (later, "2026-04-03")]
        late = (await county.get(f"{MESSAGES}?due_before=2026-03-25", "clerk@education")).json()["items"]
        assert [item["id"] for item in late] == [overdue]
        assert "gongkai_overdue_cases 1.0" in (await county.client.get("/metrics")).text
        assert (await county.get(f"{MESSAGES}/{done}", "clerk@education")).json()["due"] is None
        # An answer takes it off the list.
        await county.done(overdue, "draft-reply", "clerk@education", text="路灯已经修复。")
        await county.done(overdue, "approve-reply", "head@education")
        await county.done(overdue, "reply", "head@education")
        left = (await county.get("/api/v1/messages/todo", "clerk@education")).json()["items"]
        assert [item["id"] for item in left] == [later]


async def staffed(county: LocalCounty) -> None:
    await county.post("clerk@education", ("education", "clerk"))
    await county.post("head@education", ("education", "head"))
    await county.post("clerk@county-office", ("county-office", "office"))
