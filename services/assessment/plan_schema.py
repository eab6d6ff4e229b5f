"""A JSON Schema of the plan file, for editors that complete and check while a plan is written."""

from typing import Any

from services.assessment.plan import FORMAT
from services.assessment.plan_measures import TYPE_PATTERN
from services.assessment.plan_nodes import NAME_PATTERN
from services.assessment.plan_sections import (
    CODE_PATTERN,
    EXAMPLE_TOTALS,
    FORMULA_KEYS,
    ID_PATTERN,
    ON_FAIL,
    OPTIONAL,
    REQUIRED,
)
from shared.domain.text import Text

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def plan_schema() -> Schema:
    """The schema of a plan file.

    It holds the structure and describes every key in Chinese and English. What it cannot say (that names are defined,
    maxima add up to 100, types and fields exist, examples come out) is checked by ``gongkai plan check``.
    """
    return {
        "$schema": DIALECT,
        "title": "考核方案 / Assessment plan",
        "type": "object",
        "additionalProperties": False,
        "required": list(REQUIRED),
        "properties": {key: _sections()[key] for key in (*REQUIRED, *OPTIONAL)},
        "$defs": _definitions(),
    }


def _sections() -> dict[str, Schema]:
    return {
        "format": _about({"const": FORMAT}, Text("方案语言及版本", "the plan language and its version")),
        "id": _about({"type": "string", "pattern": f"^{ID_PATTERN}$"}, Text("方案编号", "id of the plan")),
        "title": _about(_WORDS, Text("方案名称", "title of the plan")),
        "basis": _about(
            _list_of(_object({"title": _WORDS, "clause": _WORDS})),
            Text("依据文件及条款", "legal bases: title and clause"),
        ),
        "effective": _about(
            _object({"from": _ref("quarter"), "to": _ref("quarter")}),
            Text("适用季度（首、末）", "first and last quarter of the plan"),
        ),
        "settings": _about(_settings(), Text("通用规则", "settings; each may be left out")),
        "groups": _about(
            _map_of(
                {
                    "type": "object",
                    "required": ["title"],
                    "properties": {"title": _WORDS},
                    "patternProperties": {f"^(?!title$){NAME_PATTERN}$": {"type": "number", "minimum": 0}},
                    "additionalProperties": False,
                },
            ),
            Text("单位类别及其参数（如报送任务数）", "groups of units; besides the title, numbers such as a quota"),
        ),
        "values": _about(
            _map_of(_value_table()),
            Text(
                "分值表：各字段分值之积，除以 over 字段（参与单位数）",
                "value tables: the product of the worths of the fields, divided by the whole-number field `over`",
            ),
        ),
        "measures": _about(
            _map_of({"oneOf": [_count(), _object({"sum": _ref("names")})]}),
            Text("度量：统计事件，或若干度量之和", "measures: they count events, or add up other measures"),
        ),
        "indicators": _about(
            {"type": "array", "minItems": 1, "items": {"oneOf": [_indicator(formula) for formula in FORMULA_KEYS]}},
            Text("指标，满分合计100", "indicators; their maxima add up to 100"),
        ),
        "zero": _about(
            _list_of(_object({"codes": _ref("codes"), "when": _ref("thresholds"), "name": _WORDS})),
            Text("清零规则：达到次数时所列指标记0分", "indicators that are 0 where the measures reach their numbers"),
        ),
        "penalties": _about(
            _object({"cap": _ref("points"), "each": _ref("prices")}),
            Text("扣分项及上限", "points off the whole, at most `cap`"),
        ),
        "bonus": _about(
            _object({"cap": _ref("points"), "base_at_least": _ref("points"), "each": _ref("prices")}),
            Text("加分项、上限及起加基础分", "points on top, at most `cap`, from a rounded base of `base_at_least`"),
        ),
        "vetoes": _about(
            _list_of(_ref("trigger")), Text("一票否决（定等次，不改名次）", "vetoes: they set the band, not the rank")
        ),
        "bands": _about(
            {**_list_of(_object({"name": _WORDS, "from": _ref("points")})), "minItems": 1},
            Text("等次及起始分，最低等次从0分起", "bands and their first score; the lowest begins at 0"),
        ),
        "criticism": _about(_list_of(_ref("trigger")), Text("通报批评情形", "reasons for criticism")),
        "tables": _about(
            _map_of(
                _object({"title": _WORDS, "columns": _map_of(_ref("name")), "points": _ref("weights")}),
            ),
            Text("单独排名表（不封顶）", "league tables of their own, with unbounded points"),
        ),
        "year": _about(
            _object(
                {
                    "combine": {"enum": ["mean_by_indicator"]},
                    "zero": {"enum": ["same"]},
                    "fail_below": _ref("points"),
                    "on_fail": _list_of({"enum": list(ON_FAIL)}),
                },
                optional=("on_fail",),
            ),
            Text("年度汇总规则", "how four quarters roll up into the year"),
        ),
        "examples": _about(
            _list_of(_example()),
            Text(
                "算例：给定度量，应得分数；不符则方案不能通过", "worked examples, which must come out before adoption"
            ),
        ),
    }


def _settings() -> Schema:
    rounding = _object({"places": {"type": "integer", "minimum": 0, "maximum": 4}, "mode": {"enum": ["half_up"]}})
    schema = _object(
        {
            "not_applicable": _about(
                {"enum": ["redistribute", "full_marks"]},
                Text(
                    "不适用指标：权重按比例分摊，或计满分", "what does not apply: weight spread pro rata, or full marks"
                ),
            ),
            "nothing_applicable": {"enum": ["unranked"]},
            "rounding": _about(rounding, Text("总分只四舍五入一次", "the total is rounded once, half up")),
            "roster_day": {"enum": ["quarter_end"]},
        }
    )
    return {key: value for key, value in schema.items() if key != "required"}


def _value_table() -> Schema:
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {"over": _WORDS},
        "patternProperties": {
            f"^(?!over$){NAME_PATTERN}$": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"type": "number", "minimum": 0},
            }
        },
        "additionalProperties": False,
    }


def _count() -> Schema:
    type_ = {"type": "string", "pattern": f"^{TYPE_PATTERN}$"}
    properties = {
        "of": _about(_one_or_more(type_), Text("事件类型", "event type, or types: messages.ReplySent")),
        "where": _about(
            _one_or_more(_ref("condition")),
            Text(
                "条件：一组为“且”，多组为“或”（同一事件只计一次）", "a map is and; a list of maps is or, one event once"
            ),
        ),
        "by": _about(
            _ref("name"),
            Text(
                "归属季度所依据的日期字段，默认 happened",
                "the date that puts an event into a quarter; default happened",
            ),
        ),
        "value": _about(_ref("name"), Text("分值表", "value table")),
        "less": _about(
            {"const": "previous"},
            Text("减去原级别的分值，不低于0", "less the worth of previous_<field>, never below 0"),
        ),
        "window": _about({"const": "year_to_date"}, Text("年初至今累计", "from 1 January to the quarter's end")),
        "pending": _about(
            {"type": "boolean"}, Text("目前尚无服务发出这些事件", "true: no service emits any of these types yet")
        ),
    }
    return _object(properties, optional=tuple(key for key in properties if key != "of"))


def _indicator(formula: str) -> Schema:
    required, optional = FORMULA_KEYS[formula]
    keys: dict[str, Schema] = {
        "of": _ref("name"),
        "over": _ref("name"),
        "at_least": _about(
            {"type": "number", "minimum": 1}, Text("分母低于此数时不适用", "not applicable where `over` is below this")
        ),
        "each": _ref("prices"),
        "target": {"type": "string", "pattern": f"^group\\.{NAME_PATTERN}$"},
    }
    texts = {
        "ratio": Text("满分 × of ÷ over", "max times of / over"),
        "deduct": Text("满分减去每次扣分，不低于0", "max less points for each, never below 0"),
        "quota": Text("满分 × of ÷ 类别参数，不超过满分", "max times of / the group's parameter, not above max"),
        "manual": Text("人工评分", "points entered by hand"),
    }
    properties = {
        "code": {"type": "string", "pattern": f"^{CODE_PATTERN}$"},
        "name": _WORDS,
        "max": _about({"type": "number", "exclusiveMinimum": 0}, Text("满分", "the most it can bring")),
        "formula": _about({"const": formula}, texts[formula]),
        **{key: keys[key] for key in (*required, *optional)},
        "applies": _about(_ref("name"), Text("此度量大于0时指标才适用", "applies only where this measure is above 0")),
        "basis": _about(_WORDS, Text("依据条款", "the clause it stands on")),
    }
    return _object(properties, optional=("applies", "basis", *optional))


def _example() -> Schema:
    numbers = {"type": "object", "additionalProperties": {"type": "number"}}
    return _object(
        {
            "name": _WORDS,
            "group": _ref("name"),
            "measures": _about(numbers, Text("度量的值（合计除外）", "values of measures, sums excepted")),
            "entered": _about(numbers, Text("人工评分", "points entered by hand")),
            "expect": _ref("expected"),
            "expect_full_marks": _about(
                _ref("expected"), Text("不适用项计满分时应得", "the same with full marks for what does not apply")
            ),
        },
        optional=("entered", "expect_full_marks"),
    )


def _definitions() -> dict[str, Schema]:
    scalar = {"type": ["string", "integer", "boolean"]}
    one_or_many = _one_or_more(scalar)
    day = {"type": "string", "format": "date"}
    comparison = {
        **_object(
            {
                "not": _about(
                    one_or_many, Text("不等于（不在其中；无值也算）", "not (any of) these; no value counts too")
                ),
                "at_least": _about({"type": "integer"}, Text("不小于", "at least")),
                "at_most": _about({"type": "integer"}, Text("不大于", "at most")),
                "from": _about(day, Text("此日及以后", "on or after this day")),
                "before": _about(day, Text("此日之前", "before this day")),
            }
        ),
        "minProperties": 1,
    }
    del comparison["required"]
    totals: dict[str, Schema] = {
        key: {"type": "number"} if key in ("score", "base", "bonus") else _list_of(_WORDS) for key in EXAMPLE_TOTALS
    }
    totals["band"] = _WORDS
    totals = {key: {"anyOf": [schema, {"const": "n/a"}]} for key, schema in totals.items()}
    return {
        "quarter": {"type": "string", "pattern": "^[12][0-9]{3}Q[1-4]$"},
        "name": {"type": "string", "pattern": f"^{NAME_PATTERN}$"},
        "names": {"type": "array", "minItems": 1, "items": _ref("name")},
        "codes": _list_of({"type": "string", "pattern": f"^{CODE_PATTERN}$"}),
        "points": {"type": "number", "minimum": 0},
        "prices": _map_of({"type": "number", "minimum": 0}),
        "weights": _map_of({"type": "number"}),
        "thresholds": _map_of({"type": "number", "exclusiveMinimum": 0}),
        "trigger": _object(
            {
                "code": {"type": "string", "pattern": f"^{CODE_PATTERN}$"},
                "name": _WORDS,
                "when": _ref("thresholds"),
            }
        ),
        "condition": _map_of({"anyOf": [one_or_many, comparison]}),
        "expected": {
            "type": "object",
            "properties": totals,
            "patternProperties": {f"^{CODE_PATTERN}$": {"anyOf": [{"type": "number"}, {"const": "n/a"}]}},
            "additionalProperties": False,
        },
    }


_WORDS: Schema = {"type": "string", "minLength": 1}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _about(schema: Schema, text: Text) -> Schema:
    return {**schema, "description": f"{text.zh} / {text.en}"}


def _list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]}


def _map_of(value: Schema) -> Schema:
    return {
        "type": "object",
        "minProperties": 1,
        "patternProperties": {f"^{NAME_PATTERN}$": value},
        "additionalProperties": False,
    }


def _object(properties: dict[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [key for key in properties if key not in optional],
        "additionalProperties": False,
    }
