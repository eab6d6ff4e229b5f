"""Bad bodies: wrong types for every field of every command, made from the schemas, and shapes that no reader expects."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.declared import SERVICES
from services.messages import MESSAGE
from shared.domain.corrections import COMMON_COMMANDS
from shared.domain.kind import Command
from shared.web.body import reader_of
from shared.web.problems import Problem
from tests.county_over_http import LETTER, MESSAGES, County, problem
from tests.message_bodies import BODIES

MODELS: dict[str, type[Command]] = {m.command_name: m for m in (*MESSAGE.commands, *COMMON_COMMANDS)}
VALUES: tuple[Any, ...] = ("x", "", 1, -1, 10**15, 1.5, True, None, [], ["x"], [1], {}, {"x": 1}, "2026-02-30")
SECRET = "522728199001011234"
CHINESE = re.compile("[\u4e00-\u9fff]")


def kinds_of(schema: dict[str, Any]) -> set[str]:
    if "anyOf" in schema:
        return set[str]().union(*(kinds_of(one) for one in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return {"choice"}
    return {schema["type"]}


def kind_of(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case None:
            return "null"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
    return "object"


def wrong_values() -> list[tuple[str, str, Any]]:
    """(command, field, a value of a type that the field's schema does not have)."""
    found = []
    for name, model in MODELS.items():
        for field, schema in model.model_json_schema()["properties"].items():
            kinds = kinds_of(schema)
            found += [(name, field, value) for value in VALUES if kind_of(value) not in kinds]
    return found


WRONG = wrong_values()


def read(command: str, body: dict[str, Any]) -> Command:
    return reader_of(MODELS[command]).read(json.dumps(body).encode())


@pytest.mark.parametrize("command", sorted(MODELS))
def test_the_body_written_by_hand_is_taken(command: str) -> None:
    assert read(command, dict(BODIES[command])).command_name == command


@pytest.mark.parametrize("command", sorted(MODELS))
def test_a_wrong_type_is_refused_by_the_field_s_name_in_both_languages(command: str) -> None:
    cases = [(field, value) for name, field, value in WRONG if name == command]
    assert cases
    for field, value in cases:
        with pytest.raises(Problem) as refused:
            read(command, {**BODIES[command], field: value})
        assert refused.value.status == 422
        assert refused.value.field == field, (field, value)
        for language in ("zh", "en"):
            detail = refused.value.body(language)["errors"][0]["detail"]
            title = MODELS[command].model_fields[field].title
            assert field in detail
            assert (str(title) in detail) == (language == "zh"), detail


@pytest.mark.parametrize("command", sorted(MODELS))
def test_a_missing_field_and_an_unknown_one_are_refused_by_name(command: str) -> None:
    model = MODELS[command]
    for name, info in model.model_fields.items():
        if info.is_required():
            with pytest.raises(Problem) as refused:
                read(command, {k: v for k, v in BODIES[command].items() if k != name})
            assert refused.value.field == name
    with pytest.raises(Problem) as refused:
        read(command, {**BODIES[command], "extra": 1})
    assert refused.value.field == "extra"


@pytest.mark.parametrize("command", sorted(MODELS))
def test_too_little_and_too_much_are_refused_by_name(command: str) -> None:
    for name, schema in MODELS[command].model_json_schema()["properties"].items():
        for one in schema.get("anyOf", [schema]):
            values: list[Any] = []
            if "maxLength" in one:
                values.append("字" * (one["maxLength"] + 1))
            if one.get("minLength"):
                values += ["", "   "]
            if "maximum" in one:
                values.append(one["maximum"] + 1)
            if "minimum" in one:
                values.append(one["minimum"] - 1)
            for value in values:
                with pytest.raises(Problem) as refused:
                    read(command, {**BODIES[command], name: value})
                assert refused.value.field == name


NOT_OBJECTS = {
    "cut off": b'{"title": "x"',
    "a list": b"[]",
    "a list of pairs": b'[["title", "x"]]',
    "a word": b'"title"',
    "a number": b"1",
    "null": b"null",
    "two documents": b"{}{}",
    "a trailing comma": b'{"title": "x",}',
    "single quotes": b"{'title': 'x'}",
    "not a number": b'{"title": NaN}',
    "infinity": b'{"title": Infinity}',
    "minus infinity": b'{"title": -Infinity}',
    "a number beyond floats": b'{"title": 1e400}',
    "a huge whole number": b'{"title": ' + b"9" * 100 + b"}",
    "a number of many digits": b'{"title": ' + b"9" * 10000 + b"}",
    "whole numbers in a list": b'{"attachments": [' + b"9" * 30 + b"]}",
    "a key twice": b'{"title": "x", "title": "y"}',
    "an inner key twice": b'{"title": {"a": 1, "a": 2}}',
    "no UTF-8": b'{"title": "\xff\xfe"}',
    "UTF-16": '{"title": "x"}'.encode("utf-16"),
    "GB 18030": '{"title": "标题"}'.encode("gb18030"),
    "half a character": '{"title": "标"}'.encode()[:-4] + b'"}',
    "a lone surrogate": b'{"title": "\\ud800"}',
    "deep lists": b'{"title": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a control character": b'{"title": "a\x01b"}',
    "an escaped nothing": b'{"title": "\\q"}',
    "XML": b"<title>x</title>",
    "a form": b"title=x&text=y",
}


@pytest.mark.parametrize("name", sorted(NOT_OBJECTS))
async def test_what_is_no_json_object_is_refused_with_a_clear_sentence(luodian: County, name: str) -> None:
    for language in ("zh", "en"):
        answer = await luodian.client.post(
            MESSAGES,
            content=NOT_OBJECTS[name],
            headers={"Accept-Language": language, "Content-Type": "application/json"},
        )
        body = problem(answer, 422)
        assert len(body["detail"]) > 5
        assert bool(CHINESE.search(body["detail"])) == (language == "zh")
    assert await luodian.stores.cases.counts() == (0, 0)


async def test_a_byte_order_mark_is_overlooked(luodian: County) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(LETTER).encode()
    assert (await luodian.client.post(MESSAGES, content=content)).status_code == 201


async def test_a_refusal_never_repeats_what_was_sent(luodian: County) -> None:
    for command, field, _ in WRONG:
        value: Any = [SECRET] if field not in ("attachments", "events") else [[SECRET]]
        for sent in (value, {SECRET: SECRET}, SECRET if field == "happened" else value):
            with pytest.raises(Problem) as refused:
                read(command, {**BODIES[command], field: sent})
            for language in ("zh", "en"):
                assert SECRET not in json.dumps(refused.value.body(language)), (command, field)
    answer = await luodian.client.post(MESSAGES, json={**LETTER, "category": SECRET, "happened": SECRET})
    problem(answer, 422)
    assert SECRET not in answer.text


async def test_all_faults_are_named_at_once(luodian: County) -> None:
    body = problem(await luodian.client.post(MESSAGES, json={"happened": "2026-02-30", "x": 1, "name": 5}), 422)
    assert {error["field"] for error in body["errors"]} == {"title", "text", "happened", "x", "name"}
    assert body["field"] == "happened"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), command=st.sampled_from(sorted(MODELS)))
def test_any_json_is_a_command_or_a_refusal(data: st.DataObject, command: str) -> None:
    fields = list(MODELS[command].model_fields)
    names = st.sampled_from(fields) | st.text(max_size=5)
    body = {**BODIES[command], **data.draw(st.dictionaries(names, JSON, max_size=3))}
    assert outcome(command, json.dumps(body).encode()) in ("command", "refusal")


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=80), command=st.sampled_from(sorted(MODELS)))
def test_any_bytes_are_a_command_or_a_refusal(raw: bytes, command: str) -> None:
    assert outcome(command, raw) in ("command", "refusal")


def outcome(command: str, raw: bytes) -> str:
    try:
        made = reader_of(MODELS[command]).read(raw)
    except Problem as refused:
        return "refusal" if refused.status == 422 and refused.body("zh")["detail"] else "other"
    return "command" if isinstance(made, MODELS[command]) else "other"


UNSEEN = [
    ("title", "路灯\x07坏了", "控制字符（U+0007）", "control characters (U+0007)"),
    ("title", "路灯\n坏了", "只能写一行", "must be one line"),
    ("title", "路灯\t坏了", "只能写一行", "must be one line"),
    ("title", "路灯\u2028坏了", "只能写一行", "must be one line"),
    ("title", "编号 \u202e321", "改变文字方向的字符（U+202E）", "direction of writing (U+202E)"),
    ("name", "王\u2066小\u2069明", "改变文字方向的字符（U+2066）", "direction of writing (U+2066)"),
    ("name", "王\x00小明", "控制字符（U+0000）", "control characters (U+0000)"),
    ("address", "罗甸\x1b[31m县", "控制字符（U+001B）", "control characters (U+001B)"),
    ("text", "路灯\x08坏了", "控制字符（U+0008）", "control characters (U+0008)"),
    ("text", "路灯\u202d坏了", "改变文字方向的字符（U+202D）", "direction of writing (U+202D)"),
]


@pytest.mark.parametrize(("field", "value", "zh", "en"), UNSEEN)
async def test_letters_that_cannot_be_seen_are_refused_by_field_and_rule(
    luodian: County, field: str, value: str, zh: str, en: str
) -> None:
    for language, said in (("zh", zh), ("en", en)):
        sent = {**LETTER, field: value}
        body = problem(await luodian.client.post(MESSAGES, json=sent, headers={"Accept-Language": language}), 422)
        assert body["field"] == field
        assert said in body["detail"]
        assert value not in body["detail"]
    assert await luodian.stores.cases.counts() == (0, 0)


async def test_a_long_text_has_lines_and_tabs_and_a_title_loses_the_break_at_its_end(luodian: County) -> None:
    sent = {**LETTER, "title": "校门口\u3000没有路灯\n", "text": "一、\t路灯\r\n二、斑马线\n三、😀"}
    assert (await luodian.client.post(MESSAGES, json=sent)).status_code == 201


def test_every_text_of_every_command_passes_the_same_rule() -> None:
    for service in SERVICES:
        for kind in service.kinds:
            for model in (*kind.commands, *COMMON_COMMANDS):
                for name in (
                    n for n, schema in model.model_json_schema()["properties"].items() if schema.get("type") == "string"
                ):
                    with pytest.raises(ValidationError) as refused:
                        model.model_validate({name: "a\x07b"})
                    faults = {e["loc"][0]: e["type"] for e in refused.value.errors() if e["loc"]}
                    assert name in faults, (model, name)
