"""Attachments over HTTP: taken in sealed, bound to the case, opened for those who may read it, erased with the writer."""

from typing import Any

from tests.county_over_http import LETTER, MESSAGES, County

FILES = "/api/v1/messages/files"
TEXT = "路灯编号 0042，位于学校门口。".encode()


async def uploaded(county: County, name: str = "说明.txt", body: bytes = TEXT) -> Any:
    return await county.client.post(FILES, params={"name": name}, content=body)


async def with_attachment(county: County) -> tuple[str, str, dict[str, Any]]:
    file = (await uploaded(county)).json()["id"]
    opened = (await county.submit(attachments=[file])).json()
    return opened["id"], file, opened["receipt"]


def address(case: str, file: str) -> str:
    return f"/api/v1/messages/messages/{case}/files/{file}"


async def test_an_attachment_is_read_by_those_who_read_the_message(luodian: County) -> None:
    case, file, _ = await with_attachment(luodian)
    answer = await luodian.client.get(address(case, file), headers=luodian.as_("office@county-office"))
    assert answer.status_code == 200
    assert answer.content == TEXT
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    audited = [entry async for entry in luodian.stores.audit.entries()]
    assert any(entry["action"] == "file_opened" and entry["target"] == case for entry in audited)


async def test_nobody_else_learns_that_it_is_there(luodian: County) -> None:
    case, file, _ = await with_attachment(luodian)
    assert (await luodian.client.get(address(case, file))).status_code == 401
    other = await luodian.client.get(address(case, file), headers=luodian.as_("head@health"))
    missing = await luodian.client.get(address("M2026-999999", file), headers=luodian.as_("head@health"))
    assert other.status_code == missing.status_code == 404
    assert other.content == missing.content
    wrong = await luodian.client.get(address(case, file), headers={"Receipt-Code": "AAAAAAAAAA"})
    assert wrong.status_code == 401
    unknown = await luodian.client.get(address(case, "0" * 64), headers=luodian.as_("office@county-office"))
    assert unknown.status_code == 404


async def test_a_file_of_another_case_is_not_found_under_this_one(luodian: County) -> None:
    _, file, _ = await with_attachment(luodian)
    other = (await luodian.submit()).json()["id"]
    answer = await luodian.client.get(address(other, file), headers=luodian.as_("office@county-office"))
    assert answer.status_code == 404


async def test_what_is_no_attachment_is_refused_by_name(luodian: County) -> None:
    disguised = await uploaded(luodian, "照片.jpg", b"MZ\x90\x00 not a picture")
    assert disguised.status_code == 422
    assert disguised.json()["field"] == "file"
    assert (await luodian.client.post(FILES, content=TEXT)).json()["field"] == "name"
    too_large = await uploaded(luodian, "大.txt", b"a" * ((20 << 20) + 1))
    assert too_large.status_code == 413
    absent = await luodian.submit(attachments=["0" * 64])
    assert absent.status_code == 422
    assert absent.json()["field"] == "attachments"
    assert (await luodian.stores.cases.counts())[0] == 0


async def test_an_attachment_is_erased_with_its_writer(luodian: County) -> None:
    case, file, _ = await with_attachment(luodian)
    await luodian.done(case, "erase", "security_admin@county-office", ground="consent_withdrawn")
    answer = await luodian.client.get(address(case, file), headers=luodian.as_("office@county-office"))
    assert answer.status_code == 404


async def test_a_file_that_was_given_to_one_case_is_not_given_to_another(luodian: County) -> None:
    case, file, _ = await with_attachment(luodian)
    before = await luodian.stores.cases.counts()
    refused = await luodian.submit(title="另一件", attachments=[file])
    assert refused.status_code == 422
    assert refused.json()["field"] == "attachments"
    assert "已用于另一案卷" in refused.json()["detail"]
    handled = await luodian.handled("water")
    drafted = {"text": "已修复。", "attachments": [file]}
    for fresh in (False, True):
        files = [(await uploaded(luodian)).json()["id"], file] if fresh else [file]
        answer = await luodian.give(handled, "draft-reply", "clerk@water", **{**drafted, "attachments": files})
        assert answer.status_code == 422, answer.text
    assert (await luodian.stores.cases.counts())[0] == before[0] + 1
    own = await luodian.client.get(address(case, file), headers=luodian.as_("office@county-office"))
    assert own.status_code == 200


async def test_a_file_may_be_named_again_in_its_own_case_and_by_a_command_that_is_sent_again(luodian: County) -> None:
    file = (await uploaded(luodian)).json()["id"]
    letter = {**LETTER, "attachments": [file]}
    key = {"Idempotency-Key": "the-same-letter"}
    first = await luodian.client.post(MESSAGES, json=letter, headers=key)
    again = await luodian.client.post(MESSAGES, json=letter, headers=key)
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    case = first.json()["id"]
    await luodian.done(case, "accept", "clerk@county-office")
    await luodian.done(case, "classify", "clerk@county-office", category="complaint")
    await luodian.done(case, "assign", "clerk@county-office", department="education")
    await luodian.done(case, "draft-reply", "clerk@education", text="见来信照片。", attachments=[file])
