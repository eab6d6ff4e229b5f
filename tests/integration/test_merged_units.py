"""A unit that was merged: whoever took it over sees and does what it left open, answers for it, and has it in its report."""

from datetime import timedelta
from pathlib import Path

from services.assessment.department import Merge
from shared.domain.directory import SYSTEM
from shared.domain.localtime import read_date
from shared.engine.execute import Asked
from tests.local_county import MESSAGES, LocalCounty, local_county

APPLICATIONS = "/api/v1/requests/applications"
ASKED = {
    "title": "学校建设资金",
    "text": "各校金额",
    "name": "张三",
    "identity": "52272819900101001X",
    "phone": "13800000000",
}
REPLY = {"outcome": "O2", "reply": "现予公开。", "how": "随函寄送复印件"}


async def merged(county: LocalCounty, unit: str, into: str, day: str) -> None:
    engine = county.runtime.engine("assessment")
    asked = Asked(Merge(into=into, until=read_date(day)), SYSTEM, "merge")
    await engine.execute(engine.kind("department"), f"department-{unit}", [asked])
    await county.runtime.settle_down()


async def test_the_successor_finishes_what_the_merged_unit_left_open(tmp_path: Path) -> None:
    async with local_county(tmp_path, "2026-03-05 09:00") as county:
        for person, role in (("clerk", "clerk"), ("head", "head")):
            for unit in ("education", "water", "finance"):
                await county.post(f"{person}@{unit}", (unit, role))
        await county.post("clerk@county-office", ("county-office", "office"))
        message = await county.handled("education")
        sent = {**ASKED, "department": "education", "channel": "in_person"}
        opened = await county.client.post(APPLICATIONS, json=sent, headers=county.as_("clerk@education"))
        case = str(opened.json()["id"])
        at = f"{APPLICATIONS}/{case}"
        assert (await county.client.post(f"{at}/register", json={}, headers=county.as_("clerk@education"))).is_success
        assert (await county.get(at, "clerk@water")).status_code == 404
        await merged(county, "education", "water", "2026-03-10")
        county.now += timedelta(days=5)
        for former in ("clerk@education", "clerk@finance"):
            assert (await county.get(at, former)).status_code in (403, 404)
        todo = (await county.get("/api/v1/requests/todo", "clerk@water")).json()["items"]
        assert [item["id"] for item in todo] == [case]
        for command, person, fields in (
            ("draft-reply", "clerk@water", REPLY),
            ("review-reply", "head@water", {"passed": True}),
            ("reply", "clerk@water", {}),
        ):
            answer = await county.client.post(f"{at}/{command}", json=fields, headers=county.as_(person))
            assert answer.is_success, answer.text
        await county.done(message, "draft-reply", "clerk@water", text="路灯已经修复。")
        assert (await county.get(f"{MESSAGES}/{message}", "head@water")).status_code == 200
        await county.runtime.settle_down()
        year = "/api/v1/assessment/report/annual/2026?department="
        rows = {
            unit: (await county.get(f"{year}{unit}", "clerk@county-office")).json()["table3"]["1"]["total"]
            for unit in ("water", "finance")
        }
        assert rows == {"water": 1, "finance": 0}
