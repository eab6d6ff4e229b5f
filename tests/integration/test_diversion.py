"""A message that turns out to be an application for information crosses to requests, and the answer comes back."""

from pathlib import Path

from tests.local_county import MESSAGES, LocalCounty, local_county

APPLICATIONS = "/api/v1/requests/applications"
UNIT = "water"


async def diverted(county: LocalCounty) -> str:
    """A message passed on to the water bureau as an application: its id."""
    for unit in ("county-office", UNIT, "education"):
        await county.post(f"clerk@{unit}", (unit, "clerk"))
    case = str((await county.submit())["id"])
    await county.done(case, "accept", "clerk@county-office")
    words = {"department": UNIT, "explanation": "您申请的信息由水务局公开，已转依申请公开办理。"}
    await county.done(case, "divert-to-request", "clerk@county-office", **words)
    await county.runtime.settle_down()
    return case


async def test_a_diverted_message_becomes_an_application_of_the_unit_and_is_told_its_number(tmp_path: Path) -> None:
    async with local_county(tmp_path) as county:
        case = await diverted(county)
        listed = (await county.get(APPLICATIONS, f"clerk@{UNIT}")).json()
        (application,) = listed["items"]
        assert application["id"] == "A2026-000001"
        shown = (await county.get(f"{APPLICATIONS}/{application['id']}", f"clerk@{UNIT}")).json()
        (event,) = shown["events"]
        assert event["data"]["message"] == case
        message = (await county.get(f"{MESSAGES}/{case}", "clerk@county-office")).json()
        assert message["status"] == "diverted_request"
        accepted = [event["data"] for event in message["events"] if "DiversionAccepted" in event["type"]]
        assert [data["taken_over_as"] for data in accepted] == ["A2026-000001"]


async def test_the_unit_reads_the_citizens_words_and_others_do_not_see_the_application(tmp_path: Path) -> None:
    async with local_county(tmp_path) as county:
        await diverted(county)
        shown = (await county.get(f"{APPLICATIONS}/A2026-000001", f"clerk@{UNIT}")).text
        assert "实验小学门口的路灯" in shown
        elsewhere = await county.get(f"{APPLICATIONS}/A2026-000001", "clerk@education")
        assert elsewhere.status_code == 404


async def test_the_same_event_twice_makes_one_application(tmp_path: Path) -> None:
    async with local_county(tmp_path) as county:
        case = await diverted(county)
        await county.runtime.stores.cases.unsend("messages")
        await county.runtime.stores.cases.unsend("requests")
        await county.runtime.settle_down()
        heads = [head.id async for head in county.runtime.stores.cases.walk("requests")]
        assert [head for head in heads if head.startswith("A")] == ["A2026-000001"]
        head = await county.runtime.stores.cases.load(case)
        assert head is not None
        assert head.version == 4
