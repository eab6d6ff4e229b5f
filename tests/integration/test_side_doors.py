"""The side doors by which other systems leaked what their front doors kept: each of them tried, named for the door."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.messages.message_commands import DraftReply
from shared.domain.directory import SYSTEM
from shared.engine.execute import Asked
from tests.local_county import LETTER, MESSAGES, LocalCounty, local_county

OFFICER, DESK, LEADER, ANALYST = (
    "office@county-office",
    "clerk@county-office",
    "leader@county-office",
    "analyst@finance",
)
HANDLER, PARTY, STRANGER = "clerk@education", "clerk@water", "clerk@finance"
SOMEBODY = {
    "title": "赵不平反映宿舍漏水，电话13987654321",
    "text": "宿舍三栋二零六漏水，请来看看。",
    "name": "赵不平",
    "phone": "13987654321",
    "email": "bpz@example.cn",
    "address": "龙坪镇解放路十二号",
    "identity": "522728198802020022",
}
PERSON = ("name", "phone", "email", "address", "identity")
EVENTS, FACTS = "/api/v1/assessment/events", "/api/v1/assessment/facts"


@pytest.fixture
async def county(tmp_path: Path) -> AsyncIterator[LocalCounty]:
    async with local_county(tmp_path) as made:
        for person in (
            OFFICER,
            DESK,
            LEADER,
            ANALYST,
            HANDLER,
            PARTY,
            STRANGER,
            "head@education",
            "head@county-office",
        ):
            role, _, unit = person.partition("@")
            await made.post(person, (unit, role))
        yield made


async def everything(county: LocalCounty, case: str, by: str) -> str:
    """All that somebody can read of a case, by every address that shows cases."""
    await county.runtime.catch_up()
    paths = (
        MESSAGES,
        f"{MESSAGES}/{case}",
        f"{MESSAGES}/{case}/why",
        f"{MESSAGES}?q={case}",
        "/api/v1/messages/todo",
        f"/api/v1/assessment/cases/{case}",
        f"/api/v1/assessment/cases/{case}/why",
        f"{EVENTS}?case={case}",
        FACTS,
        "/api/v1/assessment/explain/2026Q1/education",
        "/api/v1/assessment/ranking/2026Q1",
    )
    return "\n".join([(await county.get(path, by)).text for path in paths])


async def audited(county: LocalCounty) -> list[dict[str, Any]]:
    return [dict(entry) async for entry in county.runtime.stores.audit.entries()]


async def follow(county: LocalCounty, case: str, code: str) -> Any:
    return await county.client.post(f"{MESSAGES}/follow", json={"number": case, "code": code})


# -- one test a door ---------------------------------------------------------------------------------------------------


async def test_related_items_no_case_points_to_another_of_the_same_writer(county: LocalCounty) -> None:
    open_one = await county.handled("education", **SOMEBODY)
    hidden = await county.reported("教育局", **{**SOMEBODY, "title": "检举教育局"})
    seen = await everything(county, open_one, HANDLER)
    assert open_one in seen
    assert hidden not in seen
    assert "检举" not in seen.replace("检举控告", "").replace("检举隔离", "")


async def test_counts_of_hidden_items_pages_are_as_long_as_without_them(county: LocalCounty) -> None:
    for _ in range(3):
        await county.handled("education")
    before = [(await county.get(f"{MESSAGES}?limit=2{more}", HANDLER)).json() for more in ("", "&sort=due")]
    for _ in range(4):
        await county.reported("教育局")
        county.now += timedelta(minutes=1)
    after = [(await county.get(f"{MESSAGES}?limit=2{more}", HANDLER)).json() for more in ("", "&sort=due")]
    assert after == before
    metrics = (await county.client.get("/metrics")).text
    assert "education" not in metrics
    # Other kinds have commands and documents of that name; what is told of no kind is told of messages too.
    others = ("kind=", "route=")
    told = [
        line
        for line in metrics.splitlines()
        if 'kind="message"' in line or "/api/v1/messages/" in line or not any(label in line for label in others)
    ]
    assert any('kind="message"' in line for line in told)
    assert "report" not in "\n".join(told)


async def test_search_finds_nothing_by_words_that_the_person_may_not_read(county: LocalCounty) -> None:
    case = await county.handled("education", **SOMEBODY)
    for words in ("漏水", "赵不平"):
        assert case in (await county.get(f"{MESSAGES}?q={words}", HANDLER)).text
        for person in (ANALYST, STRANGER):
            assert (await county.get(f"{MESSAGES}?q={words}", person)).json() == {"items": [], "next": None}
    for words in (SOMEBODY["text"], SOMEBODY["identity"], "三栋"):
        assert (await county.get(f"{MESSAGES}?q={words}", HANDLER)).json()["items"] == []


async def test_file_names_show_to_those_who_may_open_the_file(county: LocalCounty) -> None:
    name = "赵不平的病历.txt"
    file = (await county.client.post("/api/v1/messages/files", params={"name": name}, content=b"x")).json()["id"]
    case = await county.reported("教育局", attachments=[file])
    path = f"{MESSAGES}/{case}/files/{file}"
    assert (await county.get(path, OFFICER)).status_code == 200
    for person in (HANDLER, STRANGER, LEADER, ANALYST):
        assert (await county.get(path, person)).status_code == 404
    for person in (OFFICER, HANDLER, LEADER):
        seen = await everything(county, case, person)
        assert name not in seen
        assert "病历" not in seen
    assert "病历" not in str(await audited(county))


async def test_a_file_opens_from_its_own_case_alone_whoever_names_its_id_elsewhere(county: LocalCounty) -> None:
    file = (await county.client.post("/api/v1/messages/files", params={"name": "a.txt"}, content=b"x")).json()["id"]
    first = await county.reported("教育局", attachments=[file])
    second = await county.handled("education")
    refused, never = [
        await county.give(second, "draft-reply", HANDLER, text="已修。", attachments=[named])
        for named in (file, "0" * 64)
    ]
    assert refused.status_code == 422
    assert refused.content == never.content
    # Two commands at the same moment may both find it free.
    engine = county.runtime.engine("messages")
    both = DraftReply(text="已修。", attachments=(file,))
    await engine.execute(engine.kind("message"), second, [Asked(both, SYSTEM, "at-the-same-moment")])
    assert (await county.get(f"{MESSAGES}/{first}/files/{file}", OFFICER)).status_code == 200
    for person in (HANDLER, OFFICER):
        assert (await county.get(f"{MESSAGES}/{second}/files/{file}", person)).status_code == 404


async def test_a_receipt_code_opens_its_own_case_and_nothing_that_the_units_write(county: LocalCounty) -> None:
    mine, other = await county.submit(**SOMEBODY), await county.submit()
    case = mine["id"]
    for command, fields in (
        ("accept", {}),
        ("classify", {"category": "report", "accused": "教育局"}),
        ("note-instruction", {"instruction": "请纪检跟进"}),
    ):
        await county.done(case, command, OFFICER, **fields)
    answer = await follow(county, case, mine["receipt"]["code"])
    assert answer.status_code == 200
    assert answer.json()["department"] is None
    for secret in ("教育局", "education", "纪检", "events", OFFICER, "v:"):
        assert secret not in answer.text
    assert (await follow(county, other["id"], mine["receipt"]["code"])).status_code == 404
    assert (await follow(county, case, other["receipt"]["code"])).status_code == 404


async def test_a_published_copy_ends_with_the_quarantine(county: LocalCounty) -> None:
    case = await county.answered("education", **SOMEBODY)
    copy = {"title": "宿舍漏水", "question": "宿舍漏水", "reply": "已修"}
    await county.done(case, "publish-reply", "head@education", **copy)
    assert (await county.client.get(f"{MESSAGES}/{case}")).status_code == 200
    await county.done(case, "quarantine", OFFICER, accused="教育局")
    gone, never = [await county.client.get(f"{MESSAGES}/{c}") for c in (case, "M2026-999999")]
    assert gone.status_code == 401
    assert gone.text == never.text


async def test_notifications_say_neither_who_nor_what_and_reach_the_handler_alone(county: LocalCounty) -> None:
    case = await county.reported("教育局", **SOMEBODY)
    county.now += timedelta(days=12, hours=1)
    await county.runtime.catch_up()
    lines = (await county.get(f"{EVENTS}?case={case}&type=messages.ReminderSent", OFFICER)).text.splitlines()
    assert lines
    for line in lines:
        data = json.loads(line)["data"]
        assert data["department"] == "county-office"
        assert {name for name, value in data.items() if value} <= {"department", "clock", "rung"}
    for path in (EVENTS, "/api/v1/messages/todo", FACTS):
        assert case not in (await county.get(path, HANDLER)).text


async def test_redaction_by_comparison_a_confidential_writer_is_not_found_by_another_message(
    county: LocalCounty,
) -> None:
    open_one = await county.handled("education", **SOMEBODY)
    secret_one = await county.handled("education", **SOMEBODY, confidential=True)
    await county.done(secret_one, "add-co-handler", DESK, department="water")

    def people(text: str) -> set[str]:
        return {word for word in text.replace('"', " ").split() if word.startswith("s:")}

    known = people(await everything(county, open_one, HANDLER))
    assert known, "the writer's reference shows in an open message"
    for person in (OFFICER, LEADER, ANALYST, PARTY):
        seen = "\n".join(
            [
                (await county.get(path, person)).text
                for path in (
                    f"{MESSAGES}/{secret_one}",
                    f"/api/v1/assessment/cases/{secret_one}",
                    f"{EVENTS}?case={secret_one}",
                )
            ]
        )
        assert secret_one in seen
        assert not people(seen), person
    assert people((await county.get(f"{MESSAGES}/{secret_one}", HANDLER)).text) == known


async def test_the_public_copy_is_another_text_and_leads_to_no_original(county: LocalCounty) -> None:
    case = await county.answered("education", **SOMEBODY)
    copy = {"title": "宿舍漏水", "question": "某宿舍漏水。", "reply": "已修。"}
    await county.done(case, "publish-reply", "head@education", **copy)
    public = (await county.client.get(f"{MESSAGES}/{case}")).text
    assert "某宿舍漏水。" in public
    for original in (*SOMEBODY.values(), "路灯已经修复。", "v:", "s:", "digest"):
        assert original not in public


async def test_the_authority_itself_reads_the_originals_after_redaction(county: LocalCounty) -> None:
    case = await county.answered("education", **SOMEBODY)
    copy = {"title": "宿舍漏水", "question": "某宿舍漏水。", "reply": "已修。"}
    await county.done(case, "publish-reply", "head@education", **copy)
    shown = (await county.get(f"{MESSAGES}/{case}", HANDLER)).json()
    first = shown["events"][0]["plain"]
    assert {name: first[name] for name in SOMEBODY} == SOMEBODY
    assert shown["title"] == SOMEBODY["title"]


async def test_the_writer_sees_their_own_words_and_the_whole_reply(county: LocalCounty) -> None:
    case = await county.answered("education", **SOMEBODY)
    await county.done(case, "withhold-reply", "head@education", ground="privacy", reason="涉及个人")
    body = (await follow(county, case, county.runtime.receipts.receipt_code(case))).json()
    assert (body["title"], body["text"]) == (SOMEBODY["title"], SOMEBODY["text"])
    assert body["reply"] == "路灯已经修复。"
    assert body["published_reply"] is None


async def test_a_citizen_s_own_data_in_the_title_goes_nowhere_by_itself(county: LocalCounty) -> None:
    case = await county.answered("education", **SOMEBODY)
    assert SOMEBODY["title"] in (await county.get(MESSAGES, HANDLER)).text
    for person in (ANALYST, STRANGER):
        seen = await everything(county, case, person)
        assert SOMEBODY["phone"] not in seen
        assert SOMEBODY["name"] not in seen
    log = (await county.get(EVENTS, OFFICER)).text
    assert case in log
    for value in SOMEBODY.values():
        assert value not in log
    assert (await county.client.get(f"{MESSAGES}/{case}")).status_code == 401


async def test_the_audit_trail_holds_no_personal_data(county: LocalCounty) -> None:
    case = await county.answered("education", **SOMEBODY)
    for person in (HANDLER, OFFICER, LEADER, STRANGER):
        await everything(county, case, person)
        await county.get(f"{MESSAGES}/{SOMEBODY['phone']}", person)
        await county.get(f"/api/v1/assessment/cases/{SOMEBODY['name']}", person)
        await county.get(f"{MESSAGES}?q={SOMEBODY['name']}", person)
    void = {"events": [f"{case}/2"], "reason": f"{SOMEBODY['name']}来电，{SOMEBODY['phone']}"}
    await county.done(case, "void-entry", OFFICER, **void)
    await county.done(case, "erase", OFFICER, ground="consent_withdrawn")
    entries = str(await audited(county))
    assert case in entries
    for value in (*SOMEBODY.values(), "路灯已经修复。"):
        assert value not in entries


async def test_the_reason_of_a_correction_is_sealed_like_every_other(county: LocalCounty) -> None:
    case = await county.handled("education", **SOMEBODY)
    reason = f"{SOMEBODY['name']}来电说明"
    await county.done(case, "void-entry", OFFICER, events=[f"{case}/2"], reason=reason)
    assert reason not in (await county.get(EVENTS, OFFICER)).text
    events = (await county.get(f"{MESSAGES}/{case}", OFFICER)).json()["events"]
    assert events[-1]["plain"]["reason"] == reason


NO_SUCH_FEATURE = (
    ("the ZIP of a batch", ("zip", "batch", "bundle")),
    ("text under a black box in a PDF", ("pdf", "print", "render")),
    ("share links and project members", ("share", "member", "invite")),
    ("notifications by mail or message", ("notification", "subscri", "webhook", "feed", "rss")),
    ("the audit trail over HTTP", ("audit",)),
    ("related items", ("related", "similar", "suggest")),
)


@pytest.mark.parametrize(("door", "words"), NO_SUCH_FEATURE, ids=[door for door, _ in NO_SUCH_FEATURE])
async def test_a_door_that_is_not_built_has_no_address(door: str, words: tuple[str, ...], county: LocalCounty) -> None:
    addresses = [address.lower() for _, address in county.routes()]
    assert addresses
    assert not [address for address in addresses for word in words if word in address], door


# -- confidential writers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["at submission", "later by the writer", "later by the office"])
async def test_a_confidential_writer_shows_to_the_handler_alone(asked: str, county: LocalCounty) -> None:
    letter = {**SOMEBODY, "title": "宿舍漏水"}
    opened = await county.submit(**letter, confidential=asked == "at submission")
    case = opened["id"]
    await county.done(case, "accept", DESK)
    await county.done(case, "classify", DESK, category="complaint")
    await county.done(case, "assign", DESK, department="education")
    await county.done(case, "add-co-handler", DESK, department="water")
    if asked == "later by the writer":
        headers = {"Receipt-Code": opened["receipt"]["code"]}
        answer = await county.client.post(f"{MESSAGES}/{case}/request-confidentiality", json={}, headers=headers)
        assert answer.status_code == 200
    elif asked == "later by the office":
        await county.done(case, "request-confidentiality", DESK)
    handler = (await county.get(f"{MESSAGES}/{case}", HANDLER)).json()["events"][0]["plain"]
    assert {name: handler[name] for name in PERSON} == {name: SOMEBODY[name] for name in PERSON}
    for person in (OFFICER, DESK, "head@county-office", LEADER, PARTY, ANALYST, STRANGER):
        seen = await everything(county, case, person)
        assert person in (DESK, STRANGER) or case in seen
        for name in PERSON:
            assert SOMEBODY[name] not in seen, (person, name)
    followed = (await follow(county, case, opened["receipt"]["code"])).text
    assert letter["text"] in followed
    for name in PERSON:
        assert SOMEBODY[name] not in followed, name


async def test_a_leader_s_note_is_read_by_office_and_leaders_and_leaves_in_no_export(county: LocalCounty) -> None:
    case = await county.handled("education")
    await county.done(case, "add-co-handler", DESK, department="water")
    note = "陈县长批示：请教育局三日内办结。"
    await county.done(case, "note-instruction", LEADER, instruction=note)
    for person in (OFFICER, LEADER):
        assert note in (await county.get(f"{MESSAGES}/{case}", person)).text
    for person in (HANDLER, "head@education", PARTY, ANALYST, STRANGER, DESK):
        assert note not in await everything(county, case, person), person
    for person in (OFFICER, LEADER):
        for path in (EVENTS, FACTS, f"/api/v1/assessment/cases/{case}", MESSAGES):
            assert note not in (await county.get(path, person)).text, path
    assert note not in (await follow(county, case, county.runtime.receipts.receipt_code(case))).text
    columns = county.runtime.database.read("SELECT fields FROM facts WHERE type = 'messages.InstructionNoted'")
    assert columns == [("{}",)]


# -- what is noted -----------------------------------------------------------------------------------------------------


async def test_reading_personal_data_is_noted_with_who_what_and_which_request(county: LocalCounty) -> None:
    case = await county.handled("education", **SOMEBODY)
    before = len(await audited(county))
    await county.get(f"{MESSAGES}/{case}", HANDLER, **{"X-Request-Id": "r-1"})
    await county.get(MESSAGES, HANDLER, **{"X-Request-Id": "r-2"})
    await county.get("/api/v1/messages/todo", HANDLER, **{"X-Request-Id": "r-3"})
    one, listed, todo = (await audited(county))[before:]
    assert (one["actor"], one["department"], one["action"]) == (HANDLER, "education", "vault_read")
    assert (one["target"], one["request"]) == (case, "r-1")
    assert set(SOMEBODY) <= set(one["detail"]["fields"])
    for entry, request in ((listed, "r-2"), (todo, "r-3")):
        assert (entry["actor"], entry["action"], entry["request"]) == (HANDLER, "vault_read", request)
        assert entry["detail"]["cases"] == [case]
    assert await county.runtime.stores.audit.verify() is None


async def test_opening_a_file_is_noted_with_the_request(county: LocalCounty) -> None:
    file = (await county.client.post("/api/v1/messages/files", params={"name": "a.txt"}, content=b"x")).json()["id"]
    case = await county.handled("education", attachments=[file])
    await county.get(f"{MESSAGES}/{case}/files/{file}", HANDLER, **{"X-Request-Id": "r-9"})
    entry = (await audited(county))[-1]
    assert (entry["action"], entry["target"], entry["request"]) == ("file_opened", case, "r-9")


async def test_reaching_for_what_is_not_one_s_own_is_noted_whether_it_exists_or_not(county: LocalCounty) -> None:
    case = await county.reported("教育局")
    before = len(await audited(county))
    for target in (case, "M2026-999999"):
        await county.get(f"{MESSAGES}/{target}", HANDLER)
        await county.get(f"{MESSAGES}/{target}/why", HANDLER)
        await county.give(target, "reply", HANDLER)
        await county.get(f"/api/v1/assessment/cases/{target}", HANDLER)
    mine = await county.handled("water")
    await county.give(mine, "grant-extension", PARTY, told="phone")
    entries = [entry for entry in (await audited(county))[before:] if entry["action"] == "access_refused"]
    assert [entry["target"] for entry in entries] == [case] * 4 + ["M2026-999999"] * 4 + [mine]
    assert {entry["actor"] for entry in entries} == {HANDLER, PARTY}
    assert all(entry["detail"]["route"] for entry in entries)
    assert LETTER["name"] not in str(entries)
