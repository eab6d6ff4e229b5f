"""What went wrong, as problem+json (RFC 9457) in the caller's language; never with a value that was sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from starlette.responses import Response

from shared.domain.kind import BadField, RuleBroken, extra_of
from shared.domain.text import Text
from shared.engine.execute import Forbidden, KeyReused, NotFound, NotReady, Stale, TooBusy
from shared.eventlog.envelope import NewerEvent
from shared.security.identity import BadToken
from shared.security.vault import VaultProblem
from shared.storage.port import StoreAway

MEDIA_TYPE = "application/problem+json"
COME_AGAIN_SECONDS = 5
MOST_NAMED = 20
LONGEST_NAME = 60

TITLES: Mapping[int, Text] = {
    401: Text("未登录或令牌无效", "No or bad token"),
    403: Text("无权办理", "Not yours to do"),
    404: Text("没有找到", "Not found"),
    405: Text("不支持的方法", "Method not allowed"),
    409: Text("规则不允许", "A rule forbids it"),
    412: Text("案卷已有变动", "The case has changed"),
    413: Text("内容过大", "Too large"),
    415: Text("不支持的内容类型", "Unsupported media type"),
    422: Text("填写有误", "Bad field"),
    429: Text("请求过于频繁", "Too many requests"),
    500: Text("系统出错", "Internal error"),
    503: Text("暂时无法服务", "Not available now"),
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: its path (``attachments.0``), None for the body as a whole."""

    field: str | None
    detail: Text


class Problem(Exception):
    """An answer other than success; ``extra`` and ``headers`` go out as they are."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: Text,
        *,
        field: str | None = None,
        rule: str | None = None,
        basis: Text | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.detail = status, code, detail
        self.field, self.rule, self.basis = field, rule, basis
        self.errors, self.headers, self.extra = tuple(errors), dict(headers or {}), dict(extra or {})

    def body(self, language: str) -> dict[str, Any]:
        """The document in one language."""
        body: dict[str, Any] = {
            "type": f"urn:gongkai:problem:{self.code}",
            "title": TITLES[self.status].in_(language),
            "status": self.status,
            "detail": self.detail.in_(language),
            "code": self.code,
        }
        if self.field is not None:
            body["field"] = self.field
        if self.rule is not None:
            body["rule"] = self.rule
        if self.basis is not None:
            body["basis"] = self.basis.in_(language)
        if self.errors:
            body["errors"] = [{"field": e.field, "detail": e.detail.in_(language)} for e in self.errors]
        return body | self.extra

    def response(self, language: str) -> Response:
        """The HTTP answer."""
        headers = {**self.headers, "Content-Language": language}
        return Response(orjson.dumps(self.body(language)), self.status, headers, MEDIA_TYPE)


NOT_FOUND = Text("没有这一案卷，或您无权查看", "there is no such case, or it is not for you to see")
NO_ROUTE = Text("没有这个地址", "there is no such address")


def not_found() -> Problem:
    """The same answer for what is not there and for what is not there for this person."""
    return Problem(404, "not_found", NOT_FOUND)


def no_route() -> Problem:
    """An address that nothing answers."""
    return Problem(404, "no_route", NO_ROUTE)


def bad_field(field: str, detail: Text, *, code: str = "bad_field") -> Problem:
    """One parameter, header or field that cannot be taken."""
    return Problem(422, code, detail, field=field, errors=(FieldError(field, detail),))


def bad_fields(errors: Sequence[FieldError], code: str = "bad_field") -> Problem:
    """Several at once; ``field`` names the first."""
    shown = errors[:MOST_NAMED]
    first = next((e.field for e in shown if e.field is not None), None)
    zh, en = "；".join(e.detail.zh for e in shown), "; ".join(e.detail.en for e in shown)
    if len(errors) > len(shown):
        zh, en = f"{zh}；……共 {len(errors)} 处", f"{en}; … {len(errors)} in all"
    return Problem(422, code, Text(zh, en), field=first.partition(".")[0] if first else None, errors=shown)


def problem_of(error: Exception, model: type[BaseModel] | None = None) -> Problem | None:
    """The answer for what engine, security and stores raise; None for what nobody foresaw."""
    again = {"Retry-After": str(COME_AGAIN_SECONDS)}
    match error:
        case Problem():
            return error
        case RuleBroken():
            marked = named(error.field, model, error.message) if error.field else error.message
            return Problem(409, error.code, marked, field=error.field, rule=error.code, basis=error.basis)
        case BadField():
            return bad_field(error.field, named(error.field, model, error.message))
        case BadToken():
            return Problem(401, f"token_{error.fault}", error.message, headers={"WWW-Authenticate": "Bearer"})
        case NotFound():
            return not_found()
        case Forbidden():
            return forbidden()
        case Stale():
            detail = Text(
                f"案卷已有变动，现为第 {error.version} 版，请重新打开后再办",
                f"the case has changed and is at version {error.version} now; open it again",
            )
            return Problem(
                412,
                "stale",
                detail,
                field="If-Match",
                headers={"ETag": f'"{error.version}"'},
                extra={"version": error.version},
            )
        case KeyReused():
            detail = Text(
                "Idempotency-Key 已用于另一内容，请换一个",
                "this Idempotency-Key was used for something else; choose another",
            )
            return bad_field("Idempotency-Key", detail, code="idempotency_key_reused")
        case NotReady():
            detail = Text("基础数据尚未读完，请稍后再试", "the reference data is still being read; try again soon")
            return Problem(503, "not_ready", detail, headers=again)
        case TooBusy():
            detail = Text("此案卷正被多人同时办理，请稍后再试", "others are changing this case; try again soon")
            return Problem(503, "too_busy", detail, headers=again)
        case StoreAway():
            detail = Text(
                "存储暂时不可用，内容未保存，请稍后再试", "the store is away, nothing was kept; try again soon"
            )
            return Problem(503, "store_away", detail, headers=again)
        case VaultProblem():
            return Problem(500, "unreadable", error.message)
        case NewerEvent():
            detail = Text(
                "案卷中有新版本程序留下的事件，系统正在升级，请稍后再试",
                "the file holds events of a newer program: an upgrade is under way; try again soon",
            )
            return Problem(503, "newer_program", detail, headers=again)
    return None


FORESEEN: tuple[type[Exception], ...] = (
    Problem,
    RuleBroken,
    BadField,
    BadToken,
    NotFound,
    Forbidden,
    Stale,
    KeyReused,
    NotReady,
    TooBusy,
    StoreAway,
    VaultProblem,
    NewerEvent,
)
"""What ``problem_of`` has an answer for."""


def forbidden() -> Problem:
    """Visible, but not for this person to do."""
    return Problem(
        403,
        "forbidden",
        Text("您现任的岗位不能办理此项", "none of the posts you hold may do this"),
    )


def unauthorised(detail: Text | None = None) -> Problem:
    """Somebody has to say who they are first."""
    said = detail or Text("请先登录：需要有效的令牌", "sign in first: a valid token is needed")
    return Problem(401, "unauthorised", said, headers={"WWW-Authenticate": "Bearer"})


def internal() -> Problem:
    """What nobody foresaw; the cause is in the log under the request's id."""
    return Problem(
        500,
        "internal",
        Text(
            "系统出错，已记录，请凭请求编号联系管理员",
            "something broke and was noted; give the request id to operations",
        ),
    )


# -- what pydantic finds -----------------------------------------------------------------------------------------------

OTHER = Text("不符合要求", "is not acceptable")
_WHOLE = Text("应为整数", "must be a whole number")
_NUMBER = Text("应为数字", "must be a number")
_TRUTH = Text("应为 true 或 false", "must be true or false")
_TEXT = Text("应为文字（字符串）", "must be text (a string)")
_LIST = Text("应为列表", "must be a list")
_OBJECT = Text("应为对象", "must be an object")
_DATE = Text("应为日期，如 2026-10-09", "must be a date such as 2026-10-09")
_MOMENT = Text("应为时间，如 2026-10-09 08:05", "must be a time such as 2026-10-09 08:05")
_CHOICE = Text("应为下列之一：{expected}", "must be one of: {expected}")

SENTENCES: Mapping[str, Text] = {
    "missing": Text("必须填写", "must be given"),
    "extra_forbidden": Text("没有这个字段", "there is no such field"),
    "none_required": Text("应为空", "must be empty"),
    "string_type": _TEXT,
    "string_unicode": Text("含有无法识别的字符", "holds characters that are no text"),
    "string_too_short": Text("至少 {min_length} 个字", "must have at least {min_length} character(s)"),
    "string_too_long": Text("最多 {max_length} 个字", "must have at most {max_length} character(s)"),
    "string_pattern_mismatch": Text("格式不对，应符合 {pattern}", "has the wrong form; it must match {pattern}"),
    "string_not_ascii": Text("只能用英文字母、数字和半角符号", "must hold ASCII characters only"),
    "literal_error": _CHOICE,
    "enum": _CHOICE,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": Text("数字过大", "is too large a number"),
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_max_digits": Text("最多 {max_digits} 位数字", "must have at most {max_digits} digits"),
    "decimal_max_places": Text("最多 {decimal_places} 位小数", "must have at most {decimal_places} decimal places"),
    "decimal_whole_digits": Text(
        "小数点前最多 {whole_digits} 位", "must have at most {whole_digits} digits before the point"
    ),
    "greater_than": Text("应大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": Text("应不小于 {ge}", "must be at least {ge}"),
    "less_than": Text("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": Text("应不大于 {le}", "must be at most {le}"),
    "multiple_of": Text("应为 {multiple_of} 的倍数", "must be a multiple of {multiple_of}"),
    "too_short": Text("至少 {min_length} 项", "must have at least {min_length} item(s)"),
    "too_long": Text("最多 {max_length} 项", "must have at most {max_length} item(s)"),
    "tuple_type": _LIST,
    "list_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "iterable_type": _LIST,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "invalid_key": Text("键应为文字", "its keys must be text"),
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "date_past": Text("应为过去的日期", "must lie in the past"),
    "date_future": Text("应为将来的日期", "must lie in the future"),
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_past": Text("应为过去的时间", "must lie in the past"),
    "datetime_future": Text("应为将来的时间", "must lie in the future"),
    "timezone_naive": Text("不应带时区", "must not name a time zone"),
    "timezone_aware": Text("须带时区", "must name its time zone"),
    "time_type": Text("应为时刻，如 08:05", "must be a time of day such as 08:05"),
    "time_parsing": Text("应为时刻，如 08:05", "must be a time of day such as 08:05"),
    "uuid_type": Text("应为 UUID", "must be a UUID"),
    "uuid_parsing": Text("应为 UUID", "must be a UUID"),
    "url_type": Text("应为网址", "must be a web address"),
    "url_parsing": Text("应为网址", "must be a web address"),
    "union_tag_invalid": Text("类型不对，应为 {expected_tags}", "is of no known type; it must be {expected_tags}"),
    "union_tag_not_found": Text("缺少类型 {discriminator}", "lacks its type {discriminator}"),
    "recursion_loop": Text("嵌套过深", "is nested too deeply"),
    "recursion_depth_exceeded": Text("嵌套过深", "is nested too deeply"),
    "json_invalid": Text("不是有效的 JSON", "is not valid JSON"),
}
"""One sentence for each kind of fault that a body can show; what is not here gets ``OTHER``."""


def field_errors(problem: ValidationError, model: type[BaseModel]) -> list[FieldError]:
    """The faults of a body as sentences that name each field by its title and its name."""
    errors: list[FieldError] = []
    for found in problem.errors(include_url=False, include_input=False):
        path = ".".join(str(part)[:LONGEST_NAME] for part in found["loc"]) or None
        errors.append(FieldError(path, _said(path, model, sentence(found["type"], found.get("ctx") or {}))))
    return errors


def parameter_errors(found: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """The faults of path and query parameters, as the web framework lists them."""
    errors: list[FieldError] = []
    for error in found:
        path = ".".join(str(part)[:LONGEST_NAME] for part in error["loc"][1:]) or None
        errors.append(FieldError(path, _said(path, None, sentence(error["type"], error.get("ctx") or {}))))
    return errors


def sentence(kind: str, values: Mapping[str, Any]) -> Text:
    """What pydantic's error of this type says, in both languages; a rule of our own keeps its own words."""
    if kind in ("value_error", "assertion_error"):
        return _own_words(values.get("error"))
    words = SENTENCES.get(kind, OTHER)
    if "expected" in values:
        values = {**values, "expected": str(values["expected"]).replace("'", "").replace(" or ", ", ")}
    try:
        return words.format(**values)
    except KeyError:
        return OTHER


def _own_words(error: object) -> Text:
    text = getattr(error, "text", None) or next(iter(getattr(error, "args", ())), None)
    if isinstance(text, Text):
        return text
    return Text(str(text), str(text)) if text else OTHER


def named(field: str, model: type[BaseModel] | None, words: Text) -> Text:
    """A sentence of a rule's own with the field's title and name before it."""
    return _said(field, model, words) if model is not None and field in model.model_fields else words


def _said(path: str | None, model: type[BaseModel] | None, words: Text) -> Text:
    if path is None:
        return words
    info = model.model_fields.get(path.partition(".")[0]) if model is not None else None
    zh, en = titles(info) if info is not None else ("", "")
    return Text(
        f"{zh}（{path}）：{words.zh}" if zh else f"{path}：{words.zh}",
        f"{en} ({path}): {words.en}" if en else f"{path}: {words.en}",
    )


def titles(info: FieldInfo) -> tuple[str, str]:
    """A field's title in Chinese and English."""
    return info.title or "", str(extra_of(info).get("x-title-en", ""))


def said_of(model: type[BaseModel], problems: Iterable[tuple[str, Text]]) -> list[FieldError]:
    """Faults found before pydantic looked: (path, what is wrong)."""
    return [FieldError(path, _said(path, model, words)) for path, words in problems]
