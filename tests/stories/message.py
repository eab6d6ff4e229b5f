"""Citizens' messages (网民留言) from receipt to the score, and across to requests where one is an application."""

from typing import Any

from tests.stories.county import DESK, StoryCounty, story

MESSAGES, APPLICATIONS = "messages/messages", "requests/applications"
LETTER: dict[str, Any] = {
    "title": "校门口没有路灯",
    "text": "实验小学门口的路灯坏了三天。",
    "name": "王小明",
    "phone": "13812345678",
}


async def accepted(county: StoryCounty) -> tuple[str, dict[str, str]]:
    """A citizen's message that the desk accepted, and the headers of its writer."""
    sent = await county.done(MESSAGES, None, **LETTER)
    await county.done(f"{MESSAGES}/{sent['id']}/accept", DESK)
    return str(sent["id"]), {"Receipt-Code": sent["receipt"]["code"]}


async def handled(county: StoryCounty) -> tuple[str, dict[str, str]]:
    """One that the unit has to answer."""
    case, writer = await accepted(county)
    await county.done(f"{MESSAGES}/{case}/classify", DESK, category="complaint")
    await county.done(f"{MESSAGES}/{case}/assign", DESK, department=county.unit)
    return case, writer


async def answered(county: StoryCounty, case: str) -> None:
    """Drafted, approved and sent."""
    await county.done(f"{MESSAGES}/{case}/draft-reply", "clerk", text="路灯已经修复。")
    await county.done(f"{MESSAGES}/{case}/approve-reply", "head")
    await county.done(f"{MESSAGES}/{case}/reply", "head")


async def diverted(county: StoryCounty) -> tuple[str, str]:
    """A message passed on to the unit as an application, and that application."""
    case, _ = await accepted(county)
    words = {"department": county.unit, "explanation": "您申请的信息由该单位公开，已转依申请公开办理。"}
    await county.done(f"{MESSAGES}/{case}/divert-to-request", DESK, **words)
    await county.settled()
    (application,) = await county.listed(APPLICATIONS)
    return case, application


@story("2026-03-05 09:00")
async def a_message_is_answered_in_time_and_rated_and_another_is_forgotten(county: StoryCounty) -> None:
    (case, writer), (forgotten, _) = await handled(county), await handled(county)
    county.at("2026-03-10 15:00")
    await answered(county, case)
    await county.done(f"{MESSAGES}/{case}/rate", None, writer, satisfied=False)
    county.at("2026-03-17 09:00")
    await county.swept()
    assert await county.events(f"{MESSAGES}/{case}") == [
        "MessageReceived",
        "MessageAccepted",
        "MessageClassified",
        "MessageAssigned",
        "ReplyDrafted",
        "ReplyApproved",
        "ReplySent",
        "RatingGiven",
    ]
    missed = [n for n, name in enumerate(await county.events(f"{MESSAGES}/{forgotten}"), 1) if name == "ReplyOverdue"]
    assert sorted(await county.lines("2026Q1", "D1")) == sorted(
        [("messages_on_time", f"{case}/7", "6"), ("messages_late", f"{forgotten}/{missed[0]}", "0")]
    )
    # One rating is too few for a share of the satisfied.
    assert (await county.row("2026Q1"))["indicators"]["D2"]["applicable"] is False
    assert await county.points("2026Q1", "D1", "D3") == [6, 4]


@story("2026-03-05 09:00")
async def a_diverted_message_becomes_an_application_of_the_unit_and_is_told_its_number(county: StoryCounty) -> None:
    case, application = await diverted(county)
    shown = await county.shown(f"{APPLICATIONS}/{application}", "clerk")
    (event,) = shown["events"]
    assert event["data"]["message"] == case
    assert LETTER["text"] in str(shown)
    message = await county.shown(f"{MESSAGES}/{case}", DESK)
    assert message["status"] == "diverted_request"
    taken_over = [e["data"]["taken_over_as"] for e in message["events"] if "DiversionAccepted" in e["type"]]
    assert taken_over == [application]
    assert (await county.get(f"{APPLICATIONS}/{application}", "clerk@other")).status_code == 404
    # Its twenty working days begin with its own receipt, and the score knows it as an application.
    await county.done(f"{APPLICATIONS}/{application}/confirm-receipt", "clerk", evidence="told_by_phone")
    await county.done(f"{APPLICATIONS}/{application}/register", "clerk")
    assert await county.dues(f"{APPLICATIONS}/{application}") == {"reply": "2026-04-02"}
    county.at("2026-04-03 09:00")
    await county.swept()
    assert await county.lines("2026Q2", "C1") == [("requests_late", f"{application}/4", "-6")]
    assert await county.lines("2026Q2", "D1") == []


@story("2026-03-05 09:00")
async def the_same_events_twice_make_one_application(county: StoryCounty) -> None:
    case, application = await diverted(county)
    await county.sent_again("messages", "requests")
    assert await county.listed(APPLICATIONS) == [application]
    assert await county.events(f"{MESSAGES}/{case}") == [
        "MessageReceived",
        "MessageAccepted",
        "DivertedToRequest",
        "DiversionAccepted",
    ]
    assert await county.events(f"{APPLICATIONS}/{application}", "clerk") == ["ApplicationSubmitted"]


STORIES = (
    a_message_is_answered_in_time_and_rated_and_another_is_forgotten,
    a_diverted_message_becomes_an_application_of_the_unit_and_is_told_its_number,
    the_same_events_twice_make_one_application,
)
