"""Commands over HTTP as the outside contract has them: answers, headers, repeats, versions, and every refusal."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.localtime import moment_text, read_moment
from shared.storage.memory import MemoryStore
from shared.storage.port import StoreAway
from tests.county_over_http import LETTER, MESSAGES, County, county, problem

CLERK, HEAD = "clerk@county-office", "head@education"


async def test_opening_a_case_gives_its_address_its_number_and_its_deadlines(luodian: County) -> None:
    answer = await luodian.submit()
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{MESSAGES}/{body['id']}"
    assert answer.headers["etag"] == '"1"'
    assert body["id"] == "M2026-000001"
    assert body["number"] == "留言〔2026〕1号"
    assert (body["kind"], body["version"], body["status"]) == ("message", 1, "received")
    assert body["events"] == [{"type": "gongkai.messages.MessageReceived.v1", "id": "M2026-000001/1", "sequence": 1}]
    assert [row["clock"] for row in body["deadlines"]] == ["reply", "neglect"]


async def test_only_whoever_opens_a_case_without_a_token_gets_a_receipt(luodian: County) -> None:
    citizen = (await luodian.submit()).json()
    assert citizen["receipt"]["number"] == citizen["number"]
    assert luodian.receipts.receipt_matches(citizen["id"], citizen["receipt"]["code"])
    assert "receipt" not in (await luodian.submit(as_=CLERK)).json()


async def test_another_command_answers_with_the_new_version(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    answer = await luodian.give(case, "accept", CLERK)
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    assert answer.json()["status"] == "accepted"
    assert [event["sequence"] for event in answer.json()["events"]] == [2]
    assert "location" not in answer.headers


async def test_a_case_is_named_by_its_number_as_well_as_by_its_id(luodian: County) -> None:
    await luodian.submit()
    for name, command in (("留言〔2026〕1号", "accept"), ("留言[2026]1号", "comment")):
        fields = {"text": "补充"} if command == "comment" else {}
        assert (await luodian.give(name, command, CLERK, **fields)).status_code == 200


async def test_the_same_key_with_the_same_body_gives_the_first_answer_again(luodian: County) -> None:
    headers = {"Idempotency-Key": "甲-1".encode()}
    first = await luodian.client.post(MESSAGES, json=dict(LETTER), headers=headers)
    again = await luodian.client.post(MESSAGES, json=dict(LETTER), headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert await luodian.stores.cases.counts() == (1, 1)


async def test_a_repeat_is_answered_as_first_even_when_the_case_has_moved_on(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    headers = luodian.as_(CLERK, **{"Idempotency-Key": "k", "If-Match": '"1"'})
    first = await luodian.client.post(f"{MESSAGES}/{case}/accept", headers=headers)
    await luodian.done(case, "classify", CLERK, category="enquiry")
    again = await luodian.client.post(f"{MESSAGES}/{case}/accept", headers=headers)
    assert again.status_code == 200
    assert again.json() == first.json()
    assert again.headers["etag"] == '"2"'


async def test_a_date_written_another_way_is_the_same_body(luodian: County) -> None:
    luodian.now = read_moment("2026-03-09 10:00")
    headers = luodian.as_(CLERK, **{"Idempotency-Key": "k"})
    bodies = ({**LETTER, "happened": "2026-03-06"}, {**LETTER, "happened": "2026年3月6日"})
    answers = [await luodian.client.post(MESSAGES, json=body, headers=headers) for body in bodies]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


async def test_the_same_key_with_another_body_is_refused(luodian: County) -> None:
    headers = {"Idempotency-Key": "k"}
    await luodian.client.post(MESSAGES, json=dict(LETTER), headers=headers)
    other = await luodian.client.post(MESSAGES, json={**LETTER, "title": "另一件"}, headers=headers)
    assert problem(other, 422, "idempotency_key_reused")["field"] == "Idempotency-Key"
    assert await luodian.stores.cases.counts() == (1, 1)


async def test_the_same_key_on_another_case_is_refused(luodian: County) -> None:
    cases = [(await luodian.submit()).json()["id"] for _ in range(2)]
    headers = luodian.as_(CLERK, **{"Idempotency-Key": "k"})
    first, other = [await luodian.client.post(f"{MESSAGES}/{case}/accept", headers=headers) for case in cases]
    assert first.status_code == 200
    problem(other, 422, "idempotency_key_reused")


async def test_two_persons_keys_do_not_meet(luodian: County) -> None:
    bodies = [{**LETTER, "title": str(n)} for n in range(2)]
    people = (CLERK, "office@county-office")
    answers = [
        await luodian.client.post(MESSAGES, json=body, headers=luodian.as_(person, **{"Idempotency-Key": "1"}))
        for person, body in zip(people, bodies, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]


async def test_a_key_never_reaches_the_file(luodian: County) -> None:
    await luodian.client.post(MESSAGES, json=dict(LETTER), headers={"Idempotency-Key": "13912345678"})
    stored = await luodian.stores.cases.events("M2026-000001")
    assert b"13912345678" not in stored[0].body


@pytest.mark.parametrize("key", ["", "k" * 201])
async def test_an_empty_or_too_long_key_is_refused(luodian: County, key: str) -> None:
    answer = await luodian.client.post(MESSAGES, json=dict(LETTER), headers={"Idempotency-Key": key})
    assert problem(answer, 422)["field"] == "Idempotency-Key"
    assert await luodian.stores.cases.counts() == (0, 0)


async def test_a_key_of_two_hundred_chinese_characters_is_taken(luodian: County) -> None:
    headers = {"Idempotency-Key": ("键" * 200).encode()}
    assert (await luodian.client.post(MESSAGES, json=dict(LETTER), headers=headers)).status_code == 201


async def test_many_repeats_at_once_open_one_case(luodian: County) -> None:
    headers = {"Idempotency-Key": "once"}
    posts = (luodian.client.post(MESSAGES, json=dict(LETTER), headers=headers) for _ in range(10))
    answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await luodian.stores.cases.counts() == (1, 1)


async def test_a_stale_version_is_refused_with_the_one_in_force(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    await luodian.done(case, "accept", CLERK)
    headers = luodian.as_(CLERK, **{"If-Match": '"1"'})
    answer = await luodian.client.post(f"{MESSAGES}/{case}/classify", json={"category": "enquiry"}, headers=headers)
    body = problem(answer, 412, "stale")
    assert body["version"] == 2
    assert answer.headers["etag"] == '"2"'
    assert await luodian.stores.cases.counts() == (1, 2)


@pytest.mark.parametrize("seen", ['"2"', "*"])
async def test_the_version_in_force_is_let_through(luodian: County, seen: str) -> None:
    case = (await luodian.submit()).json()["id"]
    await luodian.done(case, "accept", CLERK)
    headers = luodian.as_(CLERK, **{"If-Match": seen})
    answer = await luodian.client.post(f"{MESSAGES}/{case}/classify", json={"category": "enquiry"}, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("seen", ["2", 'W/"2"', '"two"', '"2", "3"', '"-1"', '"9999999999"', ""])
async def test_a_malformed_version_is_refused_by_the_header_s_name(luodian: County, seen: str) -> None:
    case = (await luodian.submit()).json()["id"]
    answer = await luodian.client.post(f"{MESSAGES}/{case}/accept", headers=luodian.as_(CLERK, **{"If-Match": seen}))
    assert problem(answer, 422)["field"] == "If-Match"


OTHER_KINDS = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=gbk",
    "application/jsonp",
    "",
)


@pytest.mark.parametrize("kind", OTHER_KINDS)
async def test_a_body_that_says_it_is_no_json_is_refused_in_both_languages(luodian: County, kind: str) -> None:
    content = json.dumps(dict(LETTER)).encode()
    for language, said in (("zh", "应为 application/json"), ("en", "must be application/json")):
        for path in (MESSAGES, f"{MESSAGES}/follow"):
            headers = {"Content-Type": kind, "Accept-Language": language}
            answer = await luodian.client.post(path, content=content, headers=headers)
            body = problem(answer, 415, "not_json")
            assert said in body["detail"]
            assert body["field"] == "Content-Type"
    assert await luodian.stores.cases.counts() == (0, 0)


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
async def test_json_is_taken_with_its_charset_named(luodian: County, kind: str) -> None:
    content = json.dumps(dict(LETTER)).encode()
    answer = await luodian.client.post(MESSAGES, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 201


async def test_a_body_that_says_nothing_and_no_body_at_all_are_taken(luodian: County) -> None:
    answer = await luodian.client.post(MESSAGES, content=json.dumps(dict(LETTER)).encode())
    assert answer.status_code == 201
    headers = luodian.as_(CLERK, **{"Content-Type": "application/x-www-form-urlencoded"})
    accepted = await luodian.client.post(f"{MESSAGES}/{answer.json()['id']}/accept", headers=headers)
    assert accepted.status_code == 200


async def test_a_case_that_is_to_be_opened_has_no_version_to_match(luodian: County) -> None:
    for seen in ("*", '"1"'):
        answer = await luodian.client.post(MESSAGES, json=dict(LETTER), headers={"If-Match": seen})
        problem(answer, 412, "stale")
    answer = await luodian.client.post(MESSAGES, json=dict(LETTER), headers={"If-Match": '"0"'})
    assert answer.status_code == 201


async def test_of_two_that_saw_the_same_version_one_is_refused(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    headers = luodian.as_(CLERK, **{"If-Match": '"1"'})
    answers = await asyncio.gather(
        *(luodian.client.post(f"{MESSAGES}/{case}/comment", json={"text": n}, headers=headers) for n in "ab")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_broken_rule_names_rule_and_legal_basis(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    await luodian.done(case, "accept", CLERK)
    body = problem(await luodian.give(case, "accept", CLERK), 409, "message.already_accepted")
    assert body["rule"] == "message.already_accepted"
    assert body["basis"] == "网民留言办理制度"
    assert body["title"] == "规则不允许"


async def test_a_rule_broken_at_a_field_names_the_field(luodian: County) -> None:
    body = problem(await luodian.submit(phone=None), 409, "message.contact_missing")
    assert body["field"] == "phone"
    assert "电话（phone）" in body["detail"]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.8, zh;q=0.9", "zh"),
        ("de, en;q=0.1", "en"),
        ("fr", "zh"),
        ("*", "zh"),
        (";;;,,q=x", "zh"),
    ],
)
async def test_refusals_are_in_the_caller_s_language(luodian: County, accept: str | None, language: str) -> None:
    headers = {"Accept-Language": accept} if accept is not None else {}
    answer = await luodian.client.post(MESSAGES, json={"text": 1, "x": 1}, headers=headers)
    body = problem(answer, 422)
    assert answer.headers["content-language"] == language
    details = {error["field"]: error["detail"] for error in body["errors"]}
    expected = {
        "zh": ("留言主题（title）：必须填写", "留言详情（text）：应为文字（字符串）", "x：没有这个字段"),
        "en": ("Title (title): must be given", "Text (text): must be text (a string)", "x: there is no such field"),
    }
    assert (details["title"], details["text"], details["x"]) == expected[language]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Authorization": "Bearer nonsense"}, "token_malformed"),
        ({"Authorization": "Basic Zm9vOmJhcg=="}, "token_malformed"),
        ({"Authorization": "Bearer"}, "token_malformed"),
        ({"Authorization": ""}, "token_malformed"),
    ],
)
async def test_a_bad_token_is_refused_even_where_none_is_needed(
    luodian: County, headers: dict[str, str], code: str
) -> None:
    answer = await luodian.client.post(MESSAGES, json=dict(LETTER), headers=headers)
    problem(answer, 401, code)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert await luodian.stores.cases.counts() == (0, 0)


async def test_an_expired_token_is_refused_the_moment_it_expires(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    headers = luodian.as_(CLERK)
    assert (await luodian.client.post(f"{MESSAGES}/{case}/accept", headers=headers)).status_code == 200
    luodian.now += timedelta(hours=8, seconds=31)
    answer = await luodian.client.post(f"{MESSAGES}/{case}/classify", json={"category": "enquiry"}, headers=headers)
    problem(answer, 401, "token_expired")


async def test_a_forged_token_is_refused(luodian: County) -> None:
    async with county() as other:
        headers = other.as_(CLERK)
    problem(await luodian.client.post(MESSAGES, json=dict(LETTER), headers=headers), 401, "token_forged")


async def test_without_a_token_a_command_for_posts_is_refused_before_anything_is_looked_at(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    there = await luodian.client.post(f"{MESSAGES}/{case}/accept", content=b"{")
    absent = await luodian.client.post(f"{MESSAGES}/M2026-999999/accept", content=b"{")
    problem(there, 401, "unauthorised")
    assert there.json() == absent.json()


async def test_a_person_who_sees_the_case_but_may_not_act_is_told_so(luodian: County) -> None:
    case = await luodian.handled("education")
    problem(await luodian.give(case, "accept", HEAD), 403, "forbidden")


async def test_a_person_without_a_post_may_do_what_the_public_may_and_no_more(luodian: County) -> None:
    opened = await luodian.submit(as_="somebody")
    assert opened.status_code == 201
    problem(await luodian.give(opened.json()["id"], "accept", "somebody"), 404, "not_found")


async def test_what_is_not_there_and_what_is_not_for_this_person_answer_alike(luodian: County) -> None:
    hidden = await luodian.handled("education")
    report = await luodian.reported(accused="water")
    for person in ("clerk@finance", "head@water"):
        for command, fields in (("reply", {}), ("comment", {"text": 1}), ("assign", {})):
            answers = [
                await luodian.give(case, command, person, **fields) for case in (hidden, report, "M2026-999999", "無")
            ]
            bodies = {answer.text for answer in answers}
            assert {answer.status_code for answer in answers} == {404}
            assert len(bodies) == 1, bodies


async def test_a_citizen_s_code_opens_the_writer_s_commands(luodian: County) -> None:
    case = await luodian.answered()
    code = luodian.receipts.receipt_code(case)
    url = f"{MESSAGES}/{case}/rate"
    problem(await luodian.client.post(url, json={"satisfied": True}), 401)
    wrong = await luodian.client.post(url, json={"satisfied": True}, headers={"Receipt-Code": "2222222222"})
    problem(wrong, 404, "not_found")
    typed = f"{code[:5].lower()}-{code[5:]}"
    right = await luodian.client.post(url, json={"satisfied": True}, headers={"Receipt-Code": typed})
    assert right.status_code == 200
    assert right.json()["status"] == "rated"
    stored = await luodian.stores.cases.events(case)
    assert b'"actor":"public"' in stored[-1].body
    assert code.encode() not in b"".join(event.body for event in stored)


async def test_a_code_opens_its_own_case_only(luodian: County) -> None:
    mine, other = await luodian.answered(), await luodian.answered()
    headers = {"Receipt-Code": luodian.receipts.receipt_code(mine)}
    answer = await luodian.client.post(f"{MESSAGES}/{other}/rate", json={"satisfied": True}, headers=headers)
    problem(answer, 404)


async def test_a_code_gives_none_of_the_posts_rights(luodian: County) -> None:
    case = await luodian.handled()
    headers = {"Receipt-Code": luodian.receipts.receipt_code(case)}
    problem(await luodian.client.post(f"{MESSAGES}/{case}/draft-reply", json={"text": "x"}, headers=headers), 401)


async def test_a_body_over_the_limit_is_refused(luodian: County) -> None:
    answer = await luodian.client.post(MESSAGES, content=b'{"title": "' + b"x" * (1 << 20) + b'"}')
    body = problem(answer, 413, "too_large")
    assert "1 MiB" in body["detail"]


async def test_a_body_without_an_announced_length_is_counted_as_it_comes() -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1024

    async with county(body_limit=8192) as small:
        problem(await small.client.post(MESSAGES, content=endless()), 413, "too_large")
    assert sent < 20


async def test_a_caller_without_the_right_learns_nothing_about_the_body(luodian: County) -> None:
    case = await luodian.handled("education")
    large = b"x" * ((1 << 20) + 1)
    for content in (b"{", large):
        answer = await luodian.client.post(
            f"{MESSAGES}/{case}/reply", content=content, headers=luodian.as_("clerk@water")
        )
        problem(answer, 404)


@pytest.mark.parametrize("written", ["2026-03-06 08:05", "2026/3/6 8:05", "20260306 8:05:00", "2026年3月6日 08:05"])
async def test_the_time_of_a_command_may_be_written_in_four_ways(luodian: County, written: str) -> None:
    case = await luodian.handled()
    luodian.now += timedelta(days=3)
    await luodian.done(case, "comment", CLERK, text="x", happened=written)
    stored = (await luodian.stores.cases.events(case))[-1].body.decode()
    assert moment_text(read_moment("2026-03-06 08:05")) in stored
    assert '"backdated"' in stored


@pytest.mark.parametrize("happened", ["2026-03-05 09:01", "2026-02-30", "昨天", "", 20260305, True, ["2026-03-05"]])
async def test_a_time_that_cannot_be_is_refused_by_its_name(luodian: County, happened: Any) -> None:
    case = (await luodian.submit()).json()["id"]
    body = problem(await luodian.give(case, "accept", CLERK, happened=happened), 422)
    assert body["field"] == "happened"
    assert "发生时间（happened）" in body["detail"]


async def test_a_time_before_receipt_is_refused(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    body = problem(await luodian.give(case, "accept", CLERK, happened="2026-03-04"), 422)
    assert body["field"] == "happened"


async def test_an_unknown_unit_is_refused_by_its_field(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    await luodian.done(case, "accept", CLERK)
    await luodian.done(case, "classify", CLERK, category="enquiry")
    body = problem(await luodian.give(case, "assign", CLERK, department="铁路局"), 422)
    assert body["field"] == "department"
    await luodian.done(case, "assign", CLERK, department="教育局")


async def test_an_unknown_accused_is_not_named_in_the_refusal(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    await luodian.done(case, "accept", CLERK)
    answer = await luodian.give(case, "classify", CLERK, category="report", accused="张三丰")
    assert problem(answer, 422)["field"] == "accused"
    assert "张三丰" not in answer.text


async def test_a_public_caller_who_comes_too_often_is_told_when_to_come_again() -> None:
    async with county(public="3/minute") as busy:
        answers = [await busy.submit() for _ in range(4)]
        assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
        problem(answers[3], 429, "too_many_requests")
        assert 1 <= int(answers[3].headers["retry-after"]) <= 60
        assert (await busy.submit(as_=CLERK)).status_code == 201
        follow = await busy.client.post(f"{MESSAGES}/follow", json={"number": "x", "code": "y"})
        problem(follow, 429)


async def test_before_the_reference_data_is_read_nothing_is_decided() -> None:
    async with county(reference=False) as waking:
        answer = await waking.submit()
        problem(answer, 503, "not_ready")
        assert int(answer.headers["retry-after"]) > 0
        problem(await waking.submit(as_=CLERK), 503, "not_ready")


async def test_while_the_store_is_away_writes_and_reads_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with county() as made:
        case = (await made.submit()).json()["id"]

        async def away(*_: Any, **__: Any) -> None:
            raise StoreAway("gone")

        for name in ("append", "load", "query"):
            monkeypatch.setattr(MemoryStore, name, away)
        for answer in (
            await made.submit(),
            await made.give(case, "accept", CLERK),
            await made.client.get(f"{MESSAGES}/{case}", headers=made.as_(CLERK)),
            await made.client.get(MESSAGES, headers=made.as_(CLERK)),
        ):
            problem(answer, 503, "store_away")
            assert int(answer.headers["retry-after"]) > 0


async def test_a_case_has_no_second_opening(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    problem(await luodian.give(case, "submit", CLERK, **LETTER), 404, "no_route")


async def test_a_command_that_the_kind_does_not_have_is_no_address(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    problem(await luodian.give(case, "levitate", CLERK), 404, "no_route")
    problem(await luodian.give(case, "seal-ledger", CLERK), 404, "no_route")


async def test_every_kind_can_void_an_entry(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    await luodian.done(case, "accept", CLERK)
    answer = await luodian.done(case, "void-entry", "office@county-office", events=[f"{case}/2"], reason="误登")
    assert answer["status"] == "received"
    assert answer["events"][0]["type"] == "gongkai.messages.EntryVoided.v1"


async def test_a_command_of_an_empty_body_needs_none(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    answer = await luodian.client.post(f"{MESSAGES}/{case}/accept", headers=luodian.as_(CLERK))
    assert answer.status_code == 200


async def test_a_refused_submission_takes_no_number(luodian: County) -> None:
    refused = await luodian.client.post(MESSAGES, json={"title": "题", "text": "文"})
    assert refused.status_code == 409
    assert (await luodian.submit()).json()["number"] == "留言〔2026〕1号"


async def test_the_accused_as_handler_is_refused_at_its_field(luodian: County) -> None:
    case = (await luodian.submit()).json()["id"]
    await luodian.done(case, "accept", "office@county-office")
    refused = await luodian.give(
        case, "classify", "office@county-office", category="report", accused="water", handler="water"
    )
    assert refused.status_code == 422
    assert refused.json()["field"] == "handler"
