"""The OpenAPI document of one service, made from its case kinds; the same kinds give the same document, byte for byte."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, get_args

from shared.documents.word import MEDIA_TYPE as WORD
from shared.domain.corrections import COMMON_COMMANDS
from shared.domain.directory import PUBLIC
from shared.domain.kind import CaseKind, Command
from shared.domain.letter import Addressee
from shared.domain.permission import Allowed, may
from shared.domain.text import Text
from shared.web.asked_for import asked_for
from shared.web.attachments import from_the_public
from shared.web.offers import command_schema
from shared.web.problems import MEDIA_TYPE, TITLES
from shared.web.query import MOST, SORTS, USUAL
from shared.web.request_headers import IDEMPOTENCY_KEY, IF_MATCH, LONGEST_KEY, RECEIPT_CODE

VERSION = "3.1.0"
API_VERSION = "1.0.0"

Json = dict[str, Any]
_STRING: Json = {"type": "string"}
_BINARY: Json = {"type": "string", "format": "binary"}
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def openapi_document(
    name: str,
    title: Text,
    kinds: Sequence[CaseKind[Any]],
    beside: Mapping[str, Any] | None = None,
    importable: Collection[str] = (),
) -> Json:
    """The document of the service ``name``: every route, every command's body, every answer and every problem.

    ``beside`` are paths of routes that stand beside the case kinds; ``importable`` the collections whose old lists can
    be imported.
    """
    schemas: Json = _common_schemas()
    paths: Json = dict(beside or {})
    for kind in kinds:
        paths |= _paths(kind, schemas)
        paths |= _register_paths(kind)
        if kind.collection in importable:
            paths |= _list_paths(kind)
    paths["/todo"] = {
        "get": _operation(
            "todo",
            Text("待办", "What is due"),
            Text("本单位有期限的在办案卷，最先到期的在前", "open cases of your units, soonest due first"),
            {"200": _json("Page")},
            (401, 403, 422, 503),
            parameters=[_query("limit", *_LIMIT), _query("after", *_AFTER)],
            tags=[title.zh],
        )
    }
    if any("attachments" in model.model_fields for kind in kinds for model in kind.commands):
        paths |= _file_paths(kinds, title)
    return {
        "openapi": VERSION,
        "info": {
            "title": f"gongkai {title.zh}",
            "x-title-en": f"gongkai {title.en}",
            "version": API_VERSION,
            "description": "政务公开系统接口。日期可写作 2026-10-09、2026/10/9、20261009 或 2026年10月9日。",
            "x-description-en": "Dates may be written 2026-10-09, 2026/10/9, 20261009 or 2026年10月9日.",
        },
        "servers": [{"url": f"/api/v1/{name}"}],
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "schemas": {key: schemas[key] for key in sorted(schemas)},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "receipt": {"type": "apiKey", "in": "header", "name": RECEIPT_CODE},
            },
        },
    }


def _register_paths(kind: CaseKind[Any]) -> Json:
    """The register of a kind."""
    filters = [one for one in _filters(kind) if one["name"] not in ("limit", "after")]
    register = _operation(
        f"{kind.name}-register",
        Text(f"{kind.title.zh}：登记簿", f"{kind.title.en}: register"),
        Text("列表中可见的全部案卷，可打印的 .xlsx", "every case that the list shows, an .xlsx to be printed"),
        {"200": _workbook(**{"Register-Rows": "行数 / how many rows"})},
        (401, 403, 422, 503),
        parameters=filters,
        tags=[kind.title.zh],
    )
    return {f"/{kind.collection}.xlsx": {"get": register}}


def _list_paths(kind: CaseKind[Any]) -> Json:
    """What is needed to import old lists of a kind."""
    top, tags = f"/{kind.collection}", [kind.title.zh]
    template = _operation(
        f"{kind.name}-template",
        Text(f"{kind.title.zh}：导入模板", f"{kind.title.en}: import template"),
        Text("表头和每列的填写规则", "the header, and how each column is filled"),
        {"200": _workbook()},
        (401, 403, 422, 503),
        tags=tags,
    )
    truth: Json = {"type": "string", "enum": ["true", "false"]}
    taken = _operation(
        f"{kind.name}-import",
        Text(f"{kind.title.zh}：导入台账", f"{kind.title.en}: import a list"),
        Text(
            "正文为 .xlsx 或 .csv 文件；一行一个案卷，逐行报告",
            "the body is an .xlsx or .csv file; a row a case, each row reported on",
        ),
        {"200": _json("Imported")},
        (401, 403, 413, 422, 503),
        parameters=[
            _query("filename", Text("文件名，看后缀", "the file's name, for its suffix"), {"type": "string"}),
            _query("mapping", Text("列名对照，YAML", "own column names, YAML"), {"type": "string"}),
            _query("create_departments", Text("新建未知单位", "create unknown units"), truth),
            _query("dry_run", Text("只检查，不写入", "check only, write nothing"), truth),
        ],
        tags=tags,
    )
    taken["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": _BINARY}}}
    return {f"{top}.template.xlsx": {"get": template}, f"{top}.import": {"post": taken}}


def _file_paths(kinds: Sequence[CaseKind[Any]], title: Text) -> Json:
    """Uploads, and the attachments of each kind that has them."""
    upload = _operation(
        "file-upload",
        Text("上传附件", "Upload an attachment"),
        Text(
            "正文为文件内容；返回的 id 填入命令的 attachments",
            "the body is the file; its id goes into a command's attachments",
        ),
        {"201": _json("Attachment")},
        (413, 422, 429, 503) if from_the_public(kinds) else (401, 413, 422, 429, 503),
        parameters=[_query("name", Text("文件名", "the file's name"), {"type": "string"})],
        tags=[title.zh],
        security=({"token": []}, {}) if from_the_public(kinds) else ({"token": []},),
    )
    upload["requestBody"] = {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
    paths: Json = {"/files": {"post": upload}}
    for kind in kinds:
        if any("attachments" in model.model_fields for model in kind.commands):
            binary = {
                "description": "附件内容 / the file",
                "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
            }
            paths[f"/{kind.collection}/{{id}}/files/{{file}}"] = {
                "parameters": [_ID, {"name": "file", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": _operation(
                    f"{kind.name}-file",
                    Text(f"{kind.title.zh}：附件", f"{kind.title.en}: attachment"),
                    Text("可以阅读案卷内容的人可以打开", "for those who may read what the case says"),
                    {"200": binary},
                    (401, 404, 422, 503),
                    tags=[kind.title.zh],
                ),
            }
    return paths


def _paths(kind: CaseKind[Any], schemas: Json) -> Json:
    top = f"/{kind.collection}"
    tags = [kind.title.zh]
    everybody = kind.public_view is not None and any(may(PUBLIC, ways) for ways in kind.vault_readers.values())
    paths: Json = {
        top: {
            "get": _operation(
                f"{kind.name}-list",
                Text(f"{kind.title.zh}：列表", f"{kind.title.en}: list"),
                Text("您可以查看的案卷", "the cases that you may see"),
                {"200": _json("Page")},
                (401, 403, 422, 503),
                parameters=_filters(kind),
                tags=tags,
            ),
            "post": _command(kind, kind.opening, schemas),
        },
        f"{top}/{{id}}": {
            "parameters": [_ID],
            "get": _operation(
                f"{kind.name}-show",
                Text(f"{kind.title.zh}：案卷", f"{kind.title.en}: one case"),
                Text(
                    "案卷、经过、期限和您现在可以办理的事项",
                    "the file, its timeline, deadlines and what you may do now",
                ),
                {"200": _json("Case", ETag="案卷版本 / the case's version")},
                (401, 403, 404, 429, 503) if everybody else (401, 403, 404, 503),
                tags=tags,
                security=({"token": []}, {}) if everybody else ({"token": []},),
            ),
        },
    }
    for path, parameters in ((f"{top}/{{id}}/why", [_ID]), (f"{top}/{{id}}/why/{{rule}}", [_ID, _RULE])):
        paths[path] = {
            "parameters": parameters,
            "get": _operation(
                f"{kind.name}-why" + ("-rule" if len(parameters) > 1 else ""),
                Text(f"{kind.title.zh}：期限说明", f"{kind.title.en}: why this date"),
                Text("逐日说明到期日如何得出", "every day counted or not, with its cause"),
                {"200": _json("Why")},
                (401, 403, 404, 503),
                tags=tags,
            ),
        }
    if kind.letters is not None:
        paths |= _letter_paths(kind, top, schemas)
    if kind.public_view is not None:
        paths[f"{top}/follow"] = {
            "post": _operation(
                f"{kind.name}-follow",
                Text(f"{kind.title.zh}：查询进展", f"{kind.title.en}: follow"),
                Text("凭编号和查询码查询，无需登录", "by number and code, without signing in"),
                {"200": _json("Followed")},
                (404, 413, 415, 422, 429, 503),
                body={"$ref": "#/components/schemas/Following"},
                tags=tags,
                security=[{}],
            )
        }
    for model in (*kind.commands, *COMMON_COMMANDS):
        if not model.command_opens and _over_http(model.command_allowed):
            path = f"{top}/{{id}}/{model.command_name}"
            paths[path] = {"parameters": [_ID], "post": _command(kind, model, schemas)}
    return paths


def _letter_paths(kind: CaseKind[Any], top: str, schemas: Json) -> Json:
    """The letters of a case: their list, and each in two forms."""
    letter = {
        "letter": {"type": "integer", "title": "本案第几份"},
        "number": _text("文书编号"),
        "kind": _text("文书种类代号"),
        "title": _text("文书种类"),
        "title_en": _text("Kind of letter"),
        "to": _text("发给", enum=list(get_args(Addressee))),
        "addressee": _or_none(_text("收件人；无权查看时为空")),
        "date": _text("日期", format="date"),
        "event": _text("出具它的事件编号"),
        "type": _text("事件类型"),
        "voided_by": _or_none(_text("作废它的事件")),
    }
    each = {"type": "array", "items": _object("一份文书", letter, list(letter))}
    schemas["Letters"] = _object("文书", {"items": each}, ["items"])
    who = Text(
        "可以查看案卷的人；凭查询码的申请人可以查看发给自己的文书",
        "for those who may see the case; with the receipt code, the writer's own",
    )
    ways: tuple[Json, ...] = ({"token": []}, {"receipt": []})
    paths: Json = {
        f"{top}/{{id}}/letters": {
            "parameters": [_ID],
            "get": _operation(
                f"{kind.name}-letters",
                Text(f"{kind.title.zh}：文书", f"{kind.title.en}: letters"),
                who,
                {"200": _json("Letters")},
                (401, 403, 404, 422, 429, 503),
                tags=[kind.title.zh],
                security=ways,
            ),
        }
    }
    forms = (("docx", WORD, Text("Word 文档", "Word")), ("html", "text/html", Text("打印视图", "print view")))
    for form, media_type, title in forms:
        made = {
            "description": f"{title.zh} / {title.en}",
            "content": {media_type: {"schema": {"type": "string", "format": "binary"} if form == "docx" else _STRING}},
        }
        paths[f"{top}/{{id}}/letters/{{letter}}.{form}"] = {
            "parameters": [_ID, _LETTER],
            "get": _operation(
                f"{kind.name}-letter-{form}",
                Text(f"{kind.title.zh}：文书（{title.zh}）", f"{kind.title.en}: letter ({title.en})"),
                who,
                {"200": made},
                (401, 403, 404, 422, 429, 503),
                tags=[kind.title.zh],
                security=ways,
            ),
        }
    return paths


def _over_http(allowed: Sequence[Allowed]) -> bool:
    return any(way.standing != "system" for way in allowed)


def _command(kind: CaseKind[Any], model: type[Command], schemas: Json) -> Json:
    name = model.__name__ if model in COMMON_COMMANDS else f"{kind.name}.{model.__name__}"
    schema = command_schema(model)
    help = model.command_help
    beside = asked_for(kind) if model is kind.opening else None
    if beside is not None:
        help = Text(f"{help.zh}{beside.zh}", f"{help.en} {beside.en}")
        schema["description"], schema["x-description-en"] = help.zh, help.en
    for inner, definition in schema.pop("$defs", {}).items():
        schemas[f"{name}.{inner}"] = _relocated(definition, name)
    schemas[name] = _relocated(schema, name)
    opens = model.command_opens
    created = _json(
        "Opened" if opens else "Answer",
        ETag="案卷版本 / the case's version",
        **{"Idempotency-Replayed": "true：此前已办，同一答复 / given before, the same answer"},
        **({"Location": "案卷地址 / where the case is"} if opens else {}),
    )
    standings = {way.standing for way in model.command_allowed}
    security: list[Json] = [{"token": []}]
    if "public" in standings:
        security.append({})
    if "writer" in standings:
        security.append({"receipt": []})
    statuses = (401, 403, 404, 409, 412, 413, 415, 422, 429, 503)
    operation = _operation(
        f"{kind.name}-{model.command_name}",
        model.command_title,
        help,
        {"201" if opens else "200": created},
        tuple(s for s in statuses if not (opens and s == 404)),
        parameters=_COMMAND_HEADERS,
        body={"$ref": f"#/components/schemas/{name}"},
        tags=[kind.title.zh],
        security=security,
    )
    return {
        **operation,
        "x-basis": model.command_basis.zh,
        "x-basis-en": model.command_basis.en,
        "x-allowed": [
            {"standing": way.standing, "roles": list(way.roles)}
            for way in model.command_allowed
            if way.standing != "system"
        ],
    }


def _relocated(schema: Any, name: str) -> Any:
    """A schema whose references lead to the document's components."""
    if isinstance(schema, dict):
        return {
            key: f"#/components/schemas/{name}.{value.removeprefix('#/$defs/')}"
            if key == "$ref" and isinstance(value, str)
            else _relocated(value, name)
            for key, value in schema.items()
        }
    return [_relocated(item, name) for item in schema] if isinstance(schema, list) else schema


def _operation(
    operation: str,
    title: Text,
    help: Text,
    answers: Json,
    problems: Sequence[int],
    *,
    parameters: Sequence[Json] = (),
    body: Json | None = None,
    tags: Sequence[str] = (),
    security: Sequence[Mapping[str, Any]] = ({"token": []},),
) -> Json:
    made: Json = {
        "operationId": operation,
        "summary": title.zh,
        "description": help.zh,
        "x-title-en": title.en,
        "x-description-en": help.en,
        "tags": list(tags),
        "security": [dict(way) for way in security],
    }
    if parameters:
        made["parameters"] = list(parameters)
    if body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    made["responses"] = answers | {str(status): _problem(status) for status in problems}
    return made


def _json(schema: str, **headers: str) -> Json:
    made: Json = {
        "description": "成功 / done",
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
    if headers:
        made["headers"] = {
            name: {"description": words, "schema": {"type": "string"}} for name, words in headers.items()
        }
    return made


def _workbook(**headers: str) -> Json:
    made: Json = {"description": "工作簿 / a workbook", "content": {WORKBOOK: {"schema": _BINARY}}}
    if headers:
        made["headers"] = {name: {"description": says, "schema": {"type": "string"}} for name, says in headers.items()}
    return made


def _problem(status: int) -> Json:
    title = TITLES[status]
    made: Json = {
        "description": f"{title.zh} / {title.en}",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in (429, 503):
        made["headers"] = {
            "Retry-After": {"description": "多少秒后再试 / seconds to wait", "schema": {"type": "integer"}}
        }
    return made


def _query(name: str, title: Text, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": title.zh, "x-description-en": title.en, "schema": schema}


def _header(name: str, title: Text, schema: Json) -> Json:
    return {**_query(name, title, schema), "in": "header"}


def _filters(kind: CaseKind[Any]) -> list[Json]:
    statuses = "；".join(f"{code} {title.zh}" for code, title in kind.statuses.items())
    statuses_en = "; ".join(f"{code}: {title.en}" for code, title in kind.statuses.items())
    day: Json = {"type": "string", "format": "date"}
    return [
        _query(
            "department",
            Text("承办单位，编号或名称", "the unit that holds the file, by id or name"),
            {"type": "string"},
        ),
        _query("status", Text(statuses, statuses_en), {"type": "string", "enum": list(kind.statuses)}),
        _query("due_before", Text("在此日之前到期", "due before this day"), day),
        _query("received_from", Text("收件日不早于", "received on this day or later"), day),
        _query("received_until", Text("收件日不晚于", "received on this day or earlier"), day),
        _query("q", Text("编号或标题中的文字", "words of number or title"), {"type": "string", "maxLength": 100}),
        _query("sort", Text("排序，- 为倒序", "order, - for descending"), {"type": "string", "enum": list(SORTS)}),
        _query("limit", *_LIMIT),
        _query("after", *_AFTER),
    ]


_SHOWN = Text("案卷、经过、期限和您现在可以办理的事项", "the file, its timeline, deadlines and what you may do now")
_SHOWN_TO_EVERYBODY = Text(
    f"{_SHOWN.zh}；不登录时只有已公开的内容（如 published_reply），没有公开的答复 401",
    f"{_SHOWN.en}; without a token what was published of it (as published_reply), and 401 where nothing was",
)
_ID: Json = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "案卷编号，如 M2026-000123 或 留言〔2026〕123号",
    "x-description-en": "the case's id or number",
    "schema": {"type": "string"},
}
_RULE: Json = {
    "name": "rule",
    "in": "path",
    "required": True,
    "description": "期限或规则的代号",
    "x-description-en": "a clock or a rule",
    "schema": {"type": "string"},
}
_LETTER: Json = {
    "name": "letter",
    "in": "path",
    "required": True,
    "description": "文书编号，如 公复〔2026〕1-2号，或本案第几份文书",
    "x-description-en": "the letter's number, or the how-manieth of the case",
    "schema": {"type": "string"},
}
_LIMIT = (Text("每页条数", "rows a page"), {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL})
_AFTER = (Text("上一页的 next", "the next of the page before"), {"type": "string"})
_COMMAND_HEADERS = (
    _header(
        IDEMPOTENCY_KEY,
        Text("重复提交时用同一值，只办一次", "the same value again gives the first answer again"),
        {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    ),
    _header(
        IF_MATCH,
        Text('所见案卷的版本，如 "3"', 'the version seen, such as "3"'),
        {"type": "string", "pattern": r'^("[0-9]{1,9}"|\*)$'},
    ),
    _header(
        "Accept-Language",
        Text("提示语言：zh 或 en", "language of messages: zh or en"),
        {"type": "string", "default": "zh"},
    ),
)


def _object(title: str, properties: Mapping[str, Any], required: Sequence[str] = ()) -> Json:
    return {"title": title, "type": "object", "properties": dict(properties), "required": list(required)}


def _text(title: str, **more: Any) -> Json:
    return {"type": "string", "title": title, **more}


def _or_none(schema: Json) -> Json:
    return {**schema, "type": [schema["type"], "null"]}


def _list_of(schema: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}


def _common_schemas() -> Json:
    whole: Json = {"type": "integer"}
    truth: Json = {"type": "boolean"}
    deadline = {
        "clock": _text("期限"),
        "title": _text("名称"),
        "rule": _text("规则"),
        "basis": _text("依据"),
        "start": _text("起算"),
        "amount": _text("时限", examples=["7wd"]),
        "operations": _text("变动"),
        "due": _or_none(_text("到期")),
        "status": _text("final 或 provisional（暂定）", enum=["final", "provisional"]),
        "met": {"type": ["boolean", "null"], "title": "按时"},
        "ended": _or_none(_text("如何结束")),
        "calendar_version": whole,
        "earliest_possible": _text("最早可能到期日", format="date"),
    }
    left = {"type": _text("事件类型"), "id": _text("事件编号"), "sequence": whole}
    head = {
        "id": _text("编号"),
        "number": _or_none(_text("对外编号")),
        "service": _text("服务"),
        "kind": _text("种类"),
        "department": _text("承办单位编号"),
        "name": _text("承办单位"),
        "status": _text("状态代号"),
        "status_title": _text("状态"),
        "status_title_en": _text("Status"),
        "version": whole,
        "open": truth,
        "received": _or_none(_text("收件日", format="date")),
        "due": _or_none(_text("到期日", format="date")),
        "restricted": truth,
        "parties": {"type": "array", "items": _text("协办单位编号")},
        "parent": _or_none(_text("上级案卷")),
        "columns": {"type": "object", "title": "其他栏目"},
        "title": _or_none(_text("标题；无权查看时为空")),
    }
    entry = {
        **left,
        "title": _text("事件"),
        "title_en": _text("Event"),
        "happened": _text("发生时间", format="date-time"),
        "recorded": _text("登记时间", format="date-time"),
        "actor": _or_none(_text("何人")),
        "data": {"type": "object", "title": "内容"},
        "plain": {"type": "object", "title": "您有权查看的个人信息"},
        "digest": _text("摘要"),
        "voided_by": _or_none(_text("作废它的事件")),
    }
    offered = {
        "command": _text("路径"),
        "title": _text("名称"),
        "title_en": _text("Title"),
        "help": _text("说明"),
        "help_en": _text("Help"),
        "basis": _text("依据"),
        "basis_en": _text("Basis"),
        "schema": {"type": "object", "title": "正文的 JSON Schema"},
    }
    counted = {
        "date": _text("日期", format="date"),
        "counted": truth,
        "reason": _text("原因"),
        "reason_en": _text("Reason"),
    }
    explained = {
        "case": head["id"],
        **{name: deadline[name] for name in ("clock", "rule", "title")},
        "title_en": _text("Title"),
        "basis": _text("依据"),
        "basis_en": _text("Basis"),
        **{name: deadline[name] for name in ("start", "amount", "operations", "due")},
        "status": _text("final、provisional（暂定）或 suspended（中止）", enum=["final", "provisional", "suspended"]),
        "earliest_possible": _or_none(deadline["earliest_possible"]),
        "calendar_version": whole,
        "ended": deadline["ended"],
        "days": {"type": "array", "items": _object("一日", counted, list(counted))},
        "clocks": {"type": "array", "items": _text("本案的期限")},
    }
    answer = {
        "id": head["id"],
        "number": head["number"],
        "kind": head["kind"],
        "version": whole,
        "status": head["status"],
        "events": {"type": "array", "items": _object("留下的事件", left, list(left))},
        "deadlines": _list_of("Deadline"),
    }
    receipt = _object("回执", {"number": _text("编号"), "code": _text("查询码")}, ["number", "code"])
    problem = {
        "type": _text("类型", format="uri"),
        "title": _text("概括"),
        "status": whole,
        "detail": _text("说明"),
        "code": _text("代号"),
        "field": _text("字段"),
        "rule": _text("规则"),
        "basis": _text("依据"),
        "version": {**whole, "title": "现有版本"},
        "errors": {
            "type": "array",
            "items": _object("一处", {"field": _or_none(_text("字段")), "detail": _text("说明")}, ["field", "detail"]),
        },
    }
    following = {
        "number": _text("编号", minLength=1, maxLength=100),
        "code": _text("查询码", minLength=1, maxLength=100),
    }
    rejected = {"row": {**whole, "title": "行"}, "field": _text("列"), "value": _text("值"), "reason": _text("原因")}
    category = {"category": _text("类别"), **{name: whole for name in ("rows", "on_time", "overdue", "open")}}
    imported = {
        "file": _text("文件"),
        "sha256": _text("摘要"),
        **{name: whole for name in ("rows", "imported", "skipped")},
        "rejected": {"type": "array", "items": _object("退回的行", rejected, list(rejected))},
        "unknown_departments": {"type": "array", "items": _text("单位")},
        "created_departments": {"type": "array", "items": {"type": "object", "title": "新建的单位"}},
        "by_category": {"type": "array", "items": _object("一类", category, list(category))},
    }
    return {
        "Imported": _object("导入报告", imported, list(imported)),
        "Answer": _object("答复", answer, list(answer)),
        "Opened": _object("答复", {**answer, "receipt": receipt}, list(answer)),
        "Deadline": _object("期限", deadline, [n for n in deadline if n != "earliest_possible"]),
        "Item": _object("案卷", head, list(head)),
        "Page": _object("一页", {"items": _list_of("Item"), "next": _or_none(_text("下一页"))}, ["items", "next"]),
        "Case": _object(
            "案卷",
            {
                **head,
                "events": {"type": "array", "items": _object("事件", entry, [n for n in entry if n != "plain"])},
                "deadlines": _list_of("Deadline"),
                "commands": {"type": "array", "items": _object("可办事项", offered, list(offered))},
            },
            [*head, "events", "deadlines", "commands"],
        ),
        "Why": _object("期限说明", explained, list(explained)),
        "Following": {**_object("查询", following, list(following)), "additionalProperties": False},
        "Followed": _object(
            "进展",
            {n: head[n] for n in ("id", "number", "kind", "status_title", "status_title_en", "version")},
            ["id", "number", "kind", "version"],
        ),
        "Attachment": _object(
            "附件",
            {"id": _STRING, "name": _STRING, "media_type": _STRING, "size": {"type": "integer"}},
            ["id", "name", "media_type", "size"],
        ),
        "Problem": _object("问题", problem, ["type", "title", "status", "detail", "code"]),
    }
