"""What is read over HTTP: lists with filters and pages, the file, what is due, why a date, following by code."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.domain.directory import OFFICE, Dated, Department, Post
from shared.domain.localtime import read_moment
from shared.storage.port import Viewer
from shared.storage.sqlite import open_stores
from tests.county_over_http import LETTER, MESSAGES, County, county, problem
from tests.message_bodies import BODIES


@pytest.fixture(params=["memory", "sqlite"])
async def luodian(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[County]:
    """The county on either store."""
    if request.param == "memory":
        async with county() as made:
            yield made
        return
    database, stores = open_stores(tmp_path / "gongkai.db", durable=False)
    try:
        async with county(stores=stores) as made:
            yield made
    finally:
        await database.close()


DESK, OFFICER = "clerk@county-office", "office@county-office"


async def listed(county: County, by: str, query: str = "") -> dict[str, Any]:
    answer = await county.client.get(f"{MESSAGES}?{query}", headers=county.as_(by))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def ids(county: County, by: str, query: str = "") -> list[str]:
    return [item["id"] for item in (await listed(county, by, query))["items"]]


async def shown(county: County, case: str, by: str) -> dict[str, Any]:
    answer = await county.client.get(f"{MESSAGES}/{case}", headers=county.as_(by))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def audited(county: County) -> list[dict[str, Any]]:
    return [dict(entry) async for entry in county.stores.audit.entries()]


async def test_a_list_shows_what_the_person_may_see_newest_first(luodian: County) -> None:
    first = await luodian.handled("education")
    luodian.now += timedelta(days=1)
    second = await luodian.handled("water")
    assert await ids(luodian, OFFICER) == [second, first]
    assert await ids(luodian, "clerk@education") == [first]
    assert await ids(luodian, "clerk@finance") == []


async def test_a_row_names_unit_status_and_number_as_people_know_them(luodian: County) -> None:
    case = await luodian.handled("education")
    row = (await listed(luodian, "clerk@education"))["items"][0]
    assert row["id"] == case
    assert row["number"] == "留言〔2026〕1号"
    assert (row["department"], row["name"]) == ("education", "教育局")
    assert (row["status"], row["status_title"]) == ("assigned", "已转办")
    assert row["title"] == LETTER["title"]
    assert (row["received"], row["due"], row["open"]) == ("2026-03-05", "2026-03-16", True)
    assert row["columns"]["category"] == "complaint"


async def test_pages_follow_one_another_without_gap_or_repeat(luodian: County) -> None:
    expected = []
    for _ in range(7):
        expected.append((await luodian.submit()).json()["id"])
        luodian.now += timedelta(days=1)
    found: list[str] = []
    place = ""
    for _ in range(4):
        page = await listed(luodian, OFFICER, f"sort=received&limit=2{place}")
        found += [item["id"] for item in page["items"]]
        place = f"&after={page['next']}"
    assert found == expected
    assert page["next"] is None


async def test_a_place_of_another_order_is_refused(luodian: County) -> None:
    for _ in range(3):
        await luodian.submit()
    place = (await listed(luodian, OFFICER, "limit=1"))["next"]
    answer = await luodian.client.get(f"{MESSAGES}?sort=due&after={place}", headers=luodian.as_(OFFICER))
    assert problem(answer, 422)["field"] == "after"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("limit=٣", "limit"),
        ("sort=name", "sort"),
        ("status=lost", "status"),
        ("department=铁路局", "department"),
        ("due_before=2026-02-30", "due_before"),
        ("received_from=soon", "received_from"),
        ("received_until=2026", "received_until"),
        ("after=nowhere", "after"),
        ("after=!!!!", "after"),
        ("after=WyJtZXNzYWdlOi1yZWNlaXZlZCIsIHt9XQ", "after"),
        ("after=WyJtZXNzYWdlOi1yZWNlaXZlZCIsIDFd", "after"),
        ("statu=received", "statu"),
        ("limit=1&limit=2", "limit"),
        ("q=" + "x" * 101, "q"),
    ],
)
async def test_a_parameter_that_cannot_be_taken_is_refused_by_name(luodian: County, query: str, field: str) -> None:
    answer = await luodian.client.get(f"{MESSAGES}?{query}", headers=luodian.as_(OFFICER))
    assert problem(answer, 422)["field"] == field


async def test_filters_narrow_the_list(luodian: County) -> None:
    first = await luodian.handled("education")
    luodian.now = read_moment("2026-03-10 09:00")
    second = (await luodian.submit()).json()["id"]
    for query, expected in (
        ("status=received", [second]),
        ("department=education", [first]),
        ("department=教育局", [first]),
        ("due_before=2026-03-17", [first]),
        ("received_from=2026年3月6日", [second]),
        ("received_until=2026/3/6", [first]),
        ("received_from=20260305&received_until=2026-03-10&sort=due", [first, second]),
        ("status=", [second, first]),
    ):
        assert await ids(luodian, OFFICER, query) == expected, query


async def test_words_are_found_in_titles_and_numbers_of_visible_cases_only(luodian: County) -> None:
    case = await luodian.handled("education")
    await luodian.submit(title="公园座椅破损")
    assert await ids(luodian, OFFICER, "q=路灯") == [case]
    assert await ids(luodian, OFFICER, "q=留言〔2026〕1号") == [case]
    assert await ids(luodian, OFFICER, "q=m2026-000001") == [case]
    assert await ids(luodian, "clerk@education", "q=路灯") == [case]
    assert await ids(luodian, "clerk@education", "q=公园") == []
    assert await ids(luodian, "clerk@water", "q=路灯") == []


async def test_a_search_goes_on_where_its_page_ended(luodian: County) -> None:
    wanted = []
    for n in range(6):
        title = "路灯" if n % 2 else "公园"
        case = (await luodian.submit(title=title)).json()["id"]
        luodian.now += timedelta(days=1)
        if n % 2:
            wanted.append(case)
    found: list[str] = []
    place = ""
    for _ in range(len(wanted)):
        page = await listed(luodian, OFFICER, f"q=路灯&sort=received&limit=1{place}")
        found += [item["id"] for item in page["items"]]
        place = f"&after={page['next']}"
    assert found == wanted


async def test_a_list_needs_a_token_and_a_post(luodian: County) -> None:
    problem(await luodian.client.get(MESSAGES), 401)
    for person in ("somebody", "ops@county-office", "auditor@education"):
        problem(await luodian.client.get(MESSAGES, headers=luodian.as_(person)), 403)


async def test_the_file_shows_timeline_deadlines_and_what_may_be_done_now(luodian: County) -> None:
    case = await luodian.handled("education")
    body = await shown(luodian, case, "clerk@education")
    assert body["number"] == "留言〔2026〕1号"
    assert [event["sequence"] for event in body["events"]] == [1, 2, 3, 4]
    first = body["events"][0]
    assert first.keys() >= {"sequence", "id", "type", "happened", "recorded", "actor", "data", "digest"}
    assert first["type"] == "gongkai.messages.MessageReceived.v1"
    assert first["happened"] == "2026-03-05T09:00:00+08:00"
    assert first["data"]["title"].startswith("v:")
    assert first["plain"]["title"] == LETTER["title"]
    assert {row["clock"] for row in body["deadlines"]} == {"reply", "neglect"}
    assert body["deadlines"][0].keys() >= {
        "rule",
        "basis",
        "start",
        "amount",
        "operations",
        "due",
        "status",
        "met",
        "calendar_version",
    }
    names = [command["command"] for command in body["commands"]]
    assert names == ["request-return", "record-investigation", "request-extension", "draft-reply"]
    draft = body["commands"][-1]
    assert draft["title"] == "起草答复"
    assert draft["schema"]["properties"]["text"]["title"] == "答复内容"
    assert draft["schema"]["additionalProperties"] is False
    assert draft["help"]
    assert draft["basis"]


async def test_the_file_carries_its_version_as_etag(luodian: County) -> None:
    case = await luodian.handled()
    answer = await luodian.client.get(f"{MESSAGES}/{case}", headers=luodian.as_(OFFICER))
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'


async def test_what_is_offered_follows_the_state(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]

    async def offered(by: str) -> set[str]:
        return {command["command"] for command in (await shown(luodian, case, by))["commands"]}

    assert {"accept", "decline"} <= await offered(OFFICER)
    assert not {"classify", "assign", "archive"} & await offered(OFFICER)
    await luodian.done(case, "accept", DESK)
    assert "accept" not in await offered(OFFICER)
    await luodian.done(case, "classify", DESK, category="complaint")
    assert "assign" in await offered(OFFICER)
    await luodian.done(case, "assign", DESK, department="education")
    await luodian.done(case, "draft-reply", "clerk@education", text="x")
    assert "approve-reply" not in await offered("clerk@education")
    assert "approve-reply" in await offered("head@education")
    await luodian.done(case, "approve-reply", "head@education")
    assert await offered("head@education") >= {"reply", "send-back"}


STEPS = (
    ("accept", DESK),
    ("classify", DESK),
    ("assign", DESK),
    ("draft-reply", "clerk@education"),
    ("approve-reply", "head@education"),
    ("reply", "head@education"),
    ("rate", DESK),
    ("order-rework", OFFICER),
)


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
async def test_what_is_offered_is_accepted_and_what_is_not_is_refused_by_the_state(luodian: County, steps: int) -> None:
    async def fresh() -> str:
        case = str((await luodian.submit()).json()["id"])
        for command, by in STEPS[:steps]:
            await luodian.done(case, command, by, **BODIES[command])
        return case

    case = await fresh()
    for person in (OFFICER, "head@education"):
        seen = await luodian.client.get(f"{MESSAGES}/{case}", headers=luodian.as_(person))
        if seen.status_code == 404:
            continue
        offered = {command["command"] for command in seen.json()["commands"]}
        assert "submit" not in offered
        for command in BODIES.keys() - {"submit", "void-entry", "revoke-overdue"}:
            answer = await luodian.give(await fresh(), command, person, **BODIES[command])
            by_state = answer.status_code == 409 and "field" not in answer.json()
            expected = answer.status_code not in (403, 404) and not by_state
            assert (command in offered) == expected, f"{person} {command}: {answer.status_code} {answer.text}"


async def test_personal_data_shows_to_those_who_may_and_is_noted(luodian: County) -> None:
    case = await luodian.handled("education")
    before = len(await audited(luodian))
    first = (await shown(luodian, case, "clerk@education"))["events"][0]
    assert first["plain"]["name"] == LETTER["name"]
    assert first["plain"]["phone"] == LETTER["phone"]
    entries = (await audited(luodian))[before:]
    assert len(entries) == 1
    entry = entries[0]
    assert (entry["actor"], entry["action"], entry["target"]) == ("clerk@education", "vault_read", case)
    assert {"name", "phone", "identity", "title", "text"} <= set(entry["detail"]["fields"])
    assert LETTER["name"] not in str(entry)


async def test_a_leader_s_view_holds_no_personal_data(luodian: County) -> None:
    case = await luodian.handled("education")
    answer = await luodian.client.get(f"{MESSAGES}/{case}", headers=luodian.as_("analyst@finance"))
    assert answer.status_code == 200
    for secret in (LETTER["name"], LETTER["phone"], LETTER["identity"], LETTER["text"], LETTER["title"]):
        assert secret not in answer.text
    assert answer.json()["title"] is None
    assert "vault_read" not in [entry["action"] for entry in await audited(luodian)]


async def test_a_confidential_writer_s_name_shows_to_the_handler_alone(luodian: County) -> None:
    case = (await luodian.submit(confidential=True)).json()["id"]
    await luodian.done(case, "accept", DESK)
    await luodian.done(case, "classify", DESK, category="complaint")
    await luodian.done(case, "assign", DESK, department="education")
    handler = await luodian.client.get(f"{MESSAGES}/{case}", headers=luodian.as_("clerk@education"))
    office = await luodian.client.get(f"{MESSAGES}/{case}", headers=luodian.as_(OFFICER))
    assert LETTER["name"] in handler.text
    assert office.status_code == 200
    for secret in (LETTER["name"], LETTER["phone"], LETTER["identity"]):
        assert secret not in office.text


async def test_a_list_s_titles_are_noted_as_read(luodian: County) -> None:
    await luodian.handled("education")
    before = len(await audited(luodian))
    await listed(luodian, "clerk@education")
    entries = (await audited(luodian))[before:]
    assert [(e["action"], e["target"], e["detail"]["count"]) for e in entries] == [
        ("vault_read", "messages/messages", 1)
    ]


async def test_erased_data_reads_as_empty(luodian: County) -> None:
    case = await luodian.answered()
    await luodian.done(case, "erase", OFFICER, ground="consent_withdrawn")
    answer = await luodian.client.get(f"{MESSAGES}/{case}", headers=luodian.as_(OFFICER))
    assert answer.status_code == 200
    assert answer.json()["events"][0]["plain"]["name"] is None
    for secret in (LETTER["name"], LETTER["phone"], LETTER["text"]):
        assert secret not in answer.text


async def test_a_voided_event_names_what_voided_it(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    await luodian.done(case, "accept", DESK)
    await luodian.done(case, "void-entry", OFFICER, events=[f"{case}/2"], reason="误登")
    events = (await shown(luodian, case, OFFICER))["events"]
    assert [event["voided_by"] for event in events] == [None, f"{case}/3", None]


async def test_to_the_accused_unit_a_report_is_nowhere(luodian: County) -> None:
    case = await luodian.reported(accused="water")
    assert await ids(luodian, OFFICER) == [case]
    for role in ("clerk", "reviewer", "head", "leader", "analyst", "office"):
        person = f"{role}@water"
        assert await ids(luodian, person) == []
        assert await ids(luodian, person, f"q={case}") == []
        todo = await luodian.client.get("/api/v1/messages/todo", headers=luodian.as_(person))
        assert todo.json()["items"] == []
        for path in (case, f"{case}/why", f"{case}/why/reply"):
            answer = await luodian.client.get(f"{MESSAGES}/{path}", headers=luodian.as_(person))
            absent = await luodian.client.get(
                f"{MESSAGES}/{path.replace(case, 'M2026-999999')}", headers=luodian.as_(person)
            )
            problem(answer, 404)
            assert answer.text == absent.text


async def test_a_post_in_the_office_does_not_open_a_report_on_one_s_own_unit(luodian: County) -> None:
    case = await luodian.reported(accused="water")
    assert luodian.reference is not None
    both = [Post("both", unit, "office", read_moment("2000-01-01").date()) for unit in (OFFICE, "water")]
    directory = luodian.reference.directory
    luodian.reference = type(luodian.reference)(
        luodian.reference.calendar,
        type(directory)(directory.departments, (*directory.posts, *both), 2),
        (),
        {},
        2,
    )
    assert await ids(luodian, "both") == []
    problem(await luodian.client.get(f"{MESSAGES}/{case}", headers=luodian.as_("both")), 404)


async def test_todo_is_what_my_units_must_do_soonest_first(luodian: County) -> None:
    slow = await luodian.handled("education", "investigation")
    quick = await luodian.handled("education", "enquiry")
    await luodian.answered("education")
    other = await luodian.handled("water")
    mine = (await luodian.client.get("/api/v1/messages/todo", headers=luodian.as_("clerk@education"))).json()
    assert [item["id"] for item in mine["items"]] == [quick, slow]
    assert [item["due"] for item in mine["items"]] == sorted(item["due"] for item in mine["items"])
    assert mine["next"] is None
    office = (await luodian.client.get("/api/v1/messages/todo", headers=luodian.as_(OFFICER))).json()
    assert other not in [item["id"] for item in office["items"]]


async def test_todo_has_pages(luodian: County) -> None:
    cases = [await luodian.handled("education", c) for c in ("enquiry", "complaint", "investigation", "difficult")]
    found: list[str] = []
    place = ""
    for _ in range(2):
        url = f"/api/v1/messages/todo?limit=2{place}"
        page = (await luodian.client.get(url, headers=luodian.as_("clerk@education"))).json()
        found += [item["id"] for item in page["items"]]
        place = f"&after={page['next']}"
    assert found == cases
    assert page["next"] is None


@pytest.mark.parametrize("query", ["limit=x", "after=x", "after=WyJ0b2RvIiwgImEiXQ", "department=education"])
async def test_todo_refuses_what_it_cannot_take(luodian: County, query: str) -> None:
    answer = await luodian.client.get(f"/api/v1/messages/todo?{query}", headers=luodian.as_(DESK))
    assert problem(answer, 422)["field"] == query.partition("=")[0]


async def test_why_lists_every_day_from_start_to_due_with_its_cause(luodian: County) -> None:
    luodian.now = read_moment("2026-02-12 09:00")
    case = await luodian.handled("education")
    answer = await luodian.client.get(f"{MESSAGES}/{case}/why", headers=luodian.as_("clerk@education"))
    body = answer.json()
    assert (body["case"], body["clock"], body["rule"]) == (case, "reply", "message.complaint@1")
    assert body["clocks"] == ["reply", "neglect"]
    assert body["days"][0] == {
        "date": "2026-02-12",
        "counted": False,
        "reason": "起算日，不计入",
        "reason_en": "start day, not counted",
    }
    assert sum(day["counted"] for day in body["days"]) == 7
    assert body["days"][-1]["date"] == body["due"]
    assert all(day["reason"] for day in body["days"])


async def test_why_shows_the_operations_that_moved_a_clock(luodian: County) -> None:
    case = await luodian.handled("education")
    await luodian.done(case, "request-extension", "clerk@education", days=3, reason="须现场核实")
    await luodian.done(case, "grant-extension", OFFICER, told="phone")
    body = (await luodian.client.get(f"{MESSAGES}/{case}/why/reply", headers=luodian.as_(OFFICER))).json()
    assert body["operations"] == "extend 3"
    assert sum(day["counted"] for day in body["days"]) == 10


@pytest.mark.parametrize("rule", ["reply", "message.complaint@1", "message.complaint", "neglect", "message.neglect"])
async def test_a_clock_is_named_by_itself_or_by_its_rule(luodian: County, rule: str) -> None:
    case = await luodian.handled("education")
    answer = await luodian.client.get(f"{MESSAGES}/{case}/why/{rule}", headers=luodian.as_(OFFICER))
    assert answer.status_code == 200
    assert rule in (answer.json()["clock"], answer.json()["rule"], answer.json()["rule"].partition("@")[0])


async def test_a_clock_that_the_case_does_not_have_is_not_found(luodian: County) -> None:
    case = await luodian.handled("education")
    problem(await luodian.client.get(f"{MESSAGES}/{case}/why/lunch", headers=luodian.as_(OFFICER)), 404)


async def follow(county: County, number: str, code: str) -> Any:
    return await county.client.post(f"{MESSAGES}/follow", json={"number": number, "code": code})


async def test_a_citizen_follows_by_number_and_code(luodian: County) -> None:
    receipt = (await luodian.submit()).json()["receipt"]
    for number in (receipt["number"], "M2026-000001", "m2026-000001", "留言[2026]1号", " 留言（2026） 1 号 "):
        answer = await follow(luodian, number, receipt["code"])
        assert answer.status_code == 200, number
        assert (answer.json()["id"], answer.json()["status"]) == ("M2026-000001", "received")


async def test_the_writer_reads_the_reply_and_nothing_that_units_write_among_themselves(luodian: County) -> None:
    case = await luodian.answered("education")
    body = (await follow(luodian, case, luodian.receipts.receipt_code(case))).json()
    assert body["reply"] == "已派人修复。"
    assert (body["status"], body["status_title"]) == ("answered", "已回复")
    assert (body["department"], body["name"]) == ("education", "教育局")
    assert body["answered"] == "2026-03-05"
    assert not {"events", "commands", "parties", "actor"} & body.keys()


async def test_a_wrong_code_and_an_unknown_number_answer_alike(luodian: County) -> None:
    receipt = (await luodian.submit()).json()["receipt"]
    wrong = await follow(luodian, receipt["number"], "2222222222")
    unknown = await follow(luodian, "留言〔2026〕999号", receipt["code"])
    nonsense = await follow(luodian, "'; drop table", "\u0000")
    problem(wrong, 404, "not_found")
    assert wrong.text == unknown.text == nonsense.text


async def test_who_handles_a_report_is_not_shown_to_its_writer(luodian: County) -> None:
    case = await luodian.reported()
    body = (await follow(luodian, case, luodian.receipts.receipt_code(case))).json()
    assert body["department"] is None
    assert "name" not in body


async def test_anybody_reads_what_was_published_and_nothing_else(luodian: County) -> None:
    case = await luodian.answered("education")
    absent = await luodian.client.get(f"{MESSAGES}/M2026-999999")
    problem(absent, 401, "unauthorised")
    assert (await luodian.client.get(f"{MESSAGES}/{case}")).text == absent.text
    await luodian.done(case, "publish-reply", "head@education", **BODIES["publish-reply"])
    body = (await luodian.client.get(f"{MESSAGES}/{case}")).json()
    assert body == {
        "id": case,
        "number": "留言〔2026〕1号",
        "kind": "message",
        "department": "education",
        "name": "教育局",
        "received": "2026-03-05",
        "published_title": "路灯",
        "published_question": "路灯不亮",
        "published_reply": "已修复",
    }
    await luodian.done(case, "withhold-reply", "head@education", **BODIES["withhold-reply"])
    assert (await luodian.client.get(f"{MESSAGES}/{case}")).text == absent.text


async def test_what_became_a_report_is_published_no_more(luodian: County) -> None:
    case = await luodian.answered("education")
    await luodian.done(case, "publish-reply", "head@education", **BODIES["publish-reply"])
    await luodian.done(case, "quarantine", "head@county-office", accused="water")
    problem(await luodian.client.get(f"{MESSAGES}/{case}"), 401)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "number"),
        (b'{"number": "x"}', "code"),
        (b'{"number": 1, "code": "x"}', "number"),
        (b'{"number": "x", "code": "y", "z": 1}', "z"),
        (b'{"number": "", "code": "y"}', "number"),
        (b"[]", None),
        (b"{", None),
    ],
)
async def test_following_refuses_by_field(luodian: County, body: bytes, field: str | None) -> None:
    answer = await luodian.client.post(f"{MESSAGES}/follow", content=body)
    assert problem(answer, 422).get("field") == field


async def test_the_store_is_asked_for_the_viewer_s_cases_only(luodian: County, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Viewer] = []
    query = luodian.stores.cases.query

    async def noting(wanted: Any) -> Any:
        asked.append(wanted.viewer)
        return await query(wanted)

    monkeypatch.setattr(luodian.stores.cases, "query", noting)
    await listed(luodian, "clerk@education")
    await luodian.client.get("/api/v1/messages/todo", headers=luodian.as_("clerk@education"))
    assert [viewer.departments for viewer in asked] == [frozenset({"education"})] * 2
    assert not any(viewer.all or viewer.unrestricted for viewer in asked)


async def test_a_renamed_unit_is_shown_under_its_name_of_the_day(luodian: County) -> None:
    case = await luodian.handled("education")
    assert luodian.reference is not None
    directory = luodian.reference.directory
    since = read_moment("2000-01-01").date()
    renamed = Department(
        "education",
        (Dated(since, "教育局"), Dated(luodian.now.date(), "教育和体育局")),
        (Dated(since, "class1"),),
        since,
    )
    luodian.reference = type(luodian.reference)(
        luodian.reference.calendar, directory.with_department(renamed), (), {}, 2
    )
    assert (await shown(luodian, case, OFFICER))["name"] == "教育和体育局"
