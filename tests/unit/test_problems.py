"""Problems: one document in two languages, and a sentence for everything that can be wrong with a field."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core._pydantic_core import list_all_errors

from shared.domain.kind import BadField, RuleBroken
from shared.domain.text import Text
from shared.engine.execute import Forbidden, KeyReused, NotFound, NotReady, Stale, TooBusy
from shared.eventlog.envelope import NewerEvent
from shared.security.identity import BadToken
from shared.security.vault import VaultProblem
from shared.storage.port import StoreAway
from shared.web.language import language_of
from shared.web.problems import (
    FORESEEN,
    OTHER,
    SENTENCES,
    TITLES,
    FieldError,
    Problem,
    bad_fields,
    field_errors,
    problem_of,
    sentence,
)

CHINESE = re.compile("[一-鿿]")
SAMPLES: dict[type[Exception], tuple[Exception, int]] = {
    Problem: (Problem(413, "too_large", Text("大", "large")), 413),
    RuleBroken: (RuleBroken("m.x", Text("不可", "no"), Text("第一条", "Art. 1"), "name"), 409),
    BadField: (BadField("name", Text("不对", "wrong")), 422),
    BadToken: (BadToken("expired"), 401),
    NotFound: (NotFound("M1"), 404),
    Forbidden: (Forbidden("reply"), 403),
    Stale: (Stale(4), 412),
    KeyReused: (KeyReused("k"), 422),
    NotReady: (NotReady(), 503),
    TooBusy: (TooBusy("M1"), 503),
    StoreAway: (StoreAway(), 503),
    NewerEvent: (NewerEvent("v2 is newer"), 503),
    VaultProblem: (VaultProblem(Text("无法解读", "unreadable")), 500),
}


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    amount: int = Field(title="数量", ge=1)


def _own(value: str) -> str:
    raise ValueError(Text("自有规则", "a rule of our own"))


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str = Field(title="姓名", json_schema_extra={"x-title-en": "Name"}, min_length=2, max_length=4)
    kind: Literal["a", "b"] = Field("a", title="类别", json_schema_extra={"x-title-en": "Kind"})
    days: int = Field(1, title="天数", json_schema_extra={"x-title-en": "Days"}, ge=1, le=30)
    on: date = Field(date(2026, 1, 1), title="日期", json_schema_extra={"x-title-en": "Day"})
    at: datetime | None = Field(None, title="时间", json_schema_extra={"x-title-en": "Time"})
    yes: bool = Field(False, title="是否", json_schema_extra={"x-title-en": "Yes"})
    items: tuple[Inner, ...] = Field((), title="条目", json_schema_extra={"x-title-en": "Items"}, max_length=2)
    code: str = Field("ab", title="代码", json_schema_extra={"x-title-en": "Code"}, pattern="^[a-z]+$")
    ours: Annotated[str, AfterValidator(_own)] | None = Field(
        None, title="规则", json_schema_extra={"x-title-en": "Rule"}
    )


def found(text: str) -> list[FieldError]:
    with pytest.raises(ValidationError) as wrong:
        Form.model_validate_json(text)
    return field_errors(wrong.value, Form)


@pytest.mark.parametrize(
    ("body", "field", "zh", "en"),
    [
        ("{}", "name", "姓名（name）：必须填写", "Name (name): must be given"),
        ('{"name": "王"}', "name", "姓名（name）：至少 2 个字", "Name (name): must have at least 2 character(s)"),
        (
            '{"name": "一二三四五"}',
            "name",
            "姓名（name）：最多 4 个字",
            "Name (name): must have at most 4 character(s)",
        ),
        ('{"name": 5}', "name", "姓名（name）：应为文字（字符串）", "Name (name): must be text (a string)"),
        ('{"name": "王五", "x": 1}', "x", "x：没有这个字段", "x: there is no such field"),
        (
            '{"name": "王五", "kind": "c"}',
            "kind",
            "类别（kind）：应为下列之一：a, b",
            "Kind (kind): must be one of: a, b",
        ),
        ('{"name": "王五", "days": "3"}', "days", "天数（days）：应为整数", "Days (days): must be a whole number"),
        ('{"name": "王五", "days": 1.5}', "days", "天数（days）：应为整数", "Days (days): must be a whole number"),
        ('{"name": "王五", "days": 0}', "days", "天数（days）：应不小于 1", "Days (days): must be at least 1"),
        ('{"name": "王五", "days": 31}', "days", "天数（days）：应不大于 30", "Days (days): must be at most 30"),
        ('{"name": "王五", "yes": 1}', "yes", "是否（yes）：应为 true 或 false", "Yes (yes): must be true or false"),
        (
            '{"name": "王五", "on": "x"}',
            "on",
            "日期（on）：应为日期，如 2026-10-09",
            "Day (on): must be a date such as 2026-10-09",
        ),
        (
            '{"name": "王五", "at": "x"}',
            "at",
            "时间（at）：应为时间，如 2026-10-09 08:05",
            "Time (at): must be a time such as 2026-10-09 08:05",
        ),
        ('{"name": "王五", "items": 1}', "items", "条目（items）：应为列表", "Items (items): must be a list"),
        (
            '{"name": "王五", "items": [{"amount": 0}]}',
            "items.0.amount",
            "条目（items.0.amount）：应不小于 1",
            "Items (items.0.amount): must be at least 1",
        ),
        (
            '{"name": "王五", "items": [1]}',
            "items.0",
            "条目（items.0）：应为对象",
            "Items (items.0): must be an object",
        ),
        (
            '{"name": "王五", "code": "A1"}',
            "code",
            "代码（code）：格式不对，应符合 ^[a-z]+$",
            "Code (code): has the wrong form; it must match ^[a-z]+$",
        ),
        ('{"name": "王五", "ours": "x"}', "ours", "规则（ours）：自有规则", "Rule (ours): a rule of our own"),
    ],
)
def test_a_fault_is_a_sentence_with_title_and_name(body: str, field: str, zh: str, en: str) -> None:
    assert found(body) == [FieldError(field, Text(zh, en))]


@pytest.mark.parametrize("error", list_all_errors(), ids=lambda error: str(error["type"]))
def test_every_fault_that_pydantic_knows_has_a_sentence_in_either_language(error: dict[str, Any]) -> None:
    said = sentence(error["type"], error.get("example_context") or {})
    assert CHINESE.search(said.zh) or error["type"] in ("value_error", "assertion_error")
    assert said.en
    assert not CHINESE.search(said.en)
    assert "{" not in said.zh + said.en


def test_a_sentence_whose_values_are_missing_is_the_general_one() -> None:
    assert sentence("string_too_long", {}) == OTHER
    assert sentence("something_new", {"x": 1}) == OTHER
    assert sentence("value_error", {}) == OTHER


def test_the_table_names_only_faults_that_exist() -> None:
    assert set(SENTENCES) <= {error["type"] for error in list_all_errors()}


def test_every_foreseen_exception_has_its_status_and_both_languages() -> None:
    assert set(SAMPLES) == set(FORESEEN)
    for error, status in SAMPLES.values():
        problem = problem_of(error)
        assert problem is not None
        assert problem.status == status
        for language in ("zh", "en"):
            body = problem.body(language)
            assert body["title"] == TITLES[status].in_(language)
            assert body["detail"]
            assert bool(CHINESE.search(body["title"])) == (language == "zh")


def test_what_is_not_foreseen_has_no_answer() -> None:
    assert problem_of(RuntimeError("x")) is None


def test_a_broken_rule_carries_rule_basis_and_field() -> None:
    problem = problem_of(SAMPLES[RuleBroken][0], Form)
    assert problem is not None
    assert problem.body("en") == {
        "type": "urn:gongkai:problem:m.x",
        "title": "A rule forbids it",
        "status": 409,
        "detail": "Name (name): no",
        "code": "m.x",
        "field": "name",
        "rule": "m.x",
        "basis": "Art. 1",
    }


def test_a_refusal_of_many_fields_names_the_first_and_counts_the_rest() -> None:
    errors = [FieldError(f"f{n}", Text(f"f{n}：错", f"f{n}: wrong")) for n in range(30)]
    body = bad_fields(errors).body("zh")
    assert body["field"] == "f0"
    assert len(body["errors"]) == 20
    assert body["detail"].endswith("共 30 处")


def test_a_long_unknown_name_is_cut() -> None:
    model = create_model("Empty", __config__=ConfigDict(extra="forbid"))
    with pytest.raises(ValidationError) as wrong:
        model.model_validate_json('{"' + "x" * 5000 + '": 1}')
    (error,) = field_errors(wrong.value, model)
    assert error.field == "x" * 60


def test_the_value_that_was_sent_is_never_repeated() -> None:
    for body in ('{"name": "522728199001011234"}', '{"kind": "13812345678"}', '{"on": "13812345678"}'):
        for error in found(body):
            assert "522728199001011234" not in str(error)
            assert "13812345678" not in str(error)


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("EN-us", "en"),
        ("zh,en", "zh"),
        ("en,zh;q=0.9", "en"),
        ("*;q=0.1", "zh"),
    ],
)
def test_the_language_is_the_one_preferred(accept: str | None, language: str) -> None:
    assert language_of(accept) == language


def test_a_retry_is_suggested_where_it_helps() -> None:
    for error in (NotReady(), TooBusy("x"), StoreAway(), NewerEvent("v2")):
        problem = problem_of(error)
        assert problem is not None
        assert int(problem.headers["Retry-After"]) > 0
