"""The desk's routes as the OpenAPI document of assessment tells them."""

from collections.abc import Sequence
from typing import Any

from shared.domain.text import Text

STRING: dict[str, Any] = {"type": "string"}
PROBLEM: dict[str, Any] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
DAY = Text("日期，四种写法均可", "a date, in any of the four ways")
PLAN = Text("另用的方案全文（县政府办、分析员）", "another plan's text (county office, analysts)")
SCORING = (("as_of", DAY), ("known_on", DAY), ("plan", PLAN))
REPORT = (
    ("department", Text("单位，不填为全县", "department; the county's where there is none")),
    ("as_of", DAY),
    ("edition", Text("第几次定稿", "which frozen edition")),
)
FILTERS = (
    ("service", Text("服务", "service")),
    ("type", Text("事件类型", "event type")),
    ("department", Text("单位", "department")),
    ("from", DAY),
    ("until", DAY),
    ("case", Text("案卷", "case")),
)


def desk_paths() -> dict[str, Any]:
    """Path -> operations, all with a token."""
    due = (
        ("start", Text("起算", "start")),
        ("amount", Text("期限，如 20wd", "amount, as 20wd")),
        ("explain", Text("true 逐日说明", "true: day by day")),
        ("suspend", Text("中止 起..止，多段用逗号", "FROM..TO, several by comma")),
        ("extend", Text("延长", "extension")),
    )
    ranking = (
        ("group", Text("分组，编号或名称", "group, by id or title")),
        ("table", Text("openness 或 briefing", "openness or briefing")),
        *SCORING,
    )
    facts = (
        ("quarter", Text("季度", "quarter")),
        ("type", Text("事件类型", "event type")),
        ("department", Text("单位", "department")),
        ("limit", Text("每页条数", "a page's size")),
        ("after", Text("上一页的 next", "the last page's next")),
    )
    return {
        "/ranking/{quarter}": _get("ranking", Text("季度排名", "The quarter's ranking"), ("quarter",), ranking),
        "/explain/{quarter}/{department}": _get(
            "explain",
            Text("得分的每一行", "Every line of a score"),
            ("quarter", "department"),
            (("indicator", Text("指标", "indicator")), *SCORING),
        ),
        "/report/annual/{year}": _get(
            "annual-report",
            Text("政府信息公开工作年度报告，或其一格的事件", "The annual report, or the events behind one of its cells"),
            ("year",),
            (*REPORT, ("cell", Text("单元格，如 table3.3.3.1.natural", "a cell, as table3.3.3.1.natural"))),
        ),
        **{
            f"/report/annual/{{year}}.{suffix}": _get(
                f"annual-report-{suffix}",
                Text(f"年度报告（.{suffix}）", f"The annual report as .{suffix}"),
                ("year",),
                REPORT,
                f"application/vnd.openxmlformats-officedocument.{media}",
            )
            for suffix, media in (("xlsx", "spreadsheetml.sheet"), ("docx", "wordprocessingml.document"))
        },
        "/facts": _get("facts", Text("评估事实", "Facts"), (), facts),
        "/events": _get("events", Text("事件日志，一行一条", "The event log, one a line"), (), FILTERS, "application/x-ndjson"),
        "/cases/{case}": _get("case", Text("案卷", "A case"), ("case",), ()),
        "/cases/{case}/why": _get(
            "case-why", Text("为什么是这一天", "Why this date"), ("case",), (("rule", Text("期限或规则", "clock or rule")),)
        ),
        "/calendar/due": _get("calendar-due", Text("到期日", "When a deadline falls due"), (), due),
        "/calendar/{year}": _get("calendar-show", Text("一年的放假通知", "The notice of a year"), ("year",), ()),
        "/calendar/publish": _post("calendar-publish", Text("登记放假通知", "Enter a notice")),
        "/calendar/amend": _post("calendar-amend", Text("登记年中调整", "Enter a change")),
        "/verify": _get("verify", Text("核对全部案卷、日志和事实", "Verify everything"), (), ()),
        "/replay": _get("replay", Text("从日志重放并比较", "Replay the log and compare"), (), (("quarter", Text("季度", "quarter")), *SCORING)),
        "/refusals": _get("refusals", Text("被拒绝的自动办理", "Policy commands that a rule refused"), (), ()),
    }  # fmt: skip


def _get(
    name: str, title: Text, places: Sequence[str], query: Sequence[tuple[str, Text]], media: str = "application/json"
) -> dict[str, Any]:
    parameters = [{"name": place, "in": "path", "required": True, "schema": STRING} for place in places]
    parameters += [
        {"name": word, "in": "query", "description": says.zh, "x-description-en": says.en, "schema": STRING}
        for word, says in query
    ]
    return {"get": {**_operation(name, title, media), "parameters": parameters}}


def _post(name: str, title: Text) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
    made = _operation(name, title, "application/json")
    made["responses"]["415"] = {"description": "应为 JSON / must be JSON", "content": PROBLEM}
    return {"post": {**made, "requestBody": body}}


def _operation(name: str, title: Text, media: str) -> dict[str, Any]:
    refused = {
        "401": "未登录 / no token",
        "403": "无权 / not yours",
        "404": "没有 / not there",
        "422": "填写有误 / bad field",
    }
    return {
        "operationId": name,
        "summary": title.zh,
        "x-summary-en": title.en,
        "tags": ["监督考核"],
        "security": [{"token": []}],
        "responses": {
            "200": {"description": "成功 / done", "content": {media: {"schema": {"type": "object"}}}},
            **{status: {"description": why, "content": PROBLEM} for status, why in refused.items()},
        },
    }
