"""Reading and checking a plan: every fault with its line and path, all at once, in both languages."""

import json
from fractions import Fraction

import jsonschema
import pytest
import yaml

from services.assessment.plan import Count, Quota
from services.assessment.plan_nodes import LONGEST_TEXT
from services.assessment.plan_reader import PlanCheck, PlanProblem, check_plan, read_plan
from services.assessment.plan_schema import plan_schema
from shared.contracts import newest
from tests.unit.assessment_samples import (
    DEFAULT_PLAN,
    MESSAGES,
    SMALL_CONTRACTS,
    SMALL_PLAN,
    WHOLE,
    changed,
    contract,
    small_plan,
)


def faults(text: str) -> dict[str, str]:
    """The English reasons by path of a text that is no sound plan."""
    with pytest.raises(PlanProblem) as problem:
        read_plan(text)
    for error in problem.value.errors:
        assert error.reason.zh
        assert error.reason.en
    return {error.path: error.reason.en for error in problem.value.errors}


def test_the_default_plan_passes_with_both_worked_examples() -> None:
    check = check_plan(DEFAULT_PLAN.read_text(encoding="utf-8"), newest())
    assert [(error.path, error.reason.en) for error in check.errors] == []
    assert check.ok
    assert check.id == "luodian-2026"
    assert [example.got["score"] for example in check.examples] == ["82.63", "86.10"]
    assert [example.ok for example in check.examples] == [True, True]


def test_the_default_plan_without_its_pending_marks_names_every_missing_type() -> None:
    text = DEFAULT_PLAN.read_text(encoding="utf-8").replace(", pending: true", "")
    check = check_plan(text, MESSAGES)
    assert not check.ok
    reasons = "\n".join(error.reason.en for error in check.errors)
    for type_ in (
        "publishing.InfoPublished",
        "requests.ReplySent",
        "assessment.VetoRecorded",
        "messages.ResponseOverdue",
    ):
        assert f"no service emits event {type_}" in reasons
    assert "messages.RatingGiven" not in reasons
    assert check.examples[0].ok


def test_the_small_plan_is_sound() -> None:
    check = check_plan(SMALL_PLAN, SMALL_CONTRACTS)
    assert check.errors == ()
    assert check.ok
    plan = check.plan
    assert plan is not None
    assert plan.indicators[3].formula == Quota("adopted", "adoption_target")
    assert plan.values["adoption"].tables["form"]["brief"] == Fraction(1, 2)
    assert plan.measures["rated"] == Count("rated", ("messages.RatingGiven",))


def test_the_digest_ignores_comments_and_the_order_of_keys() -> None:
    same = changed(
        SMALL_PLAN,
        ("id: small\n", "# 说明\n"),
        ("title: 小方案\n", "title: 小方案\nid: small   # 编号\n"),
        ("{title: 一类单位, adoption_target: 4}", "{adoption_target: 4.0, title: 一类单位}"),
    )
    assert read_plan(same).digest == small_plan().digest


def test_the_digest_tells_every_change_of_substance() -> None:
    digests = {
        small_plan().digest,
        small_plan(("errors: 4", "errors: 4.5")).digest,
        small_plan(("at_least: 2", "at_least: 3")).digest,
        small_plan(("window: year_to_date", "pending: false")).digest,
        small_plan(("less: previous", "by: happened")).digest,
        small_plan(("codes: [E1]", "codes: [B1]")).digest,
    }
    assert len(digests) == 6


def test_all_faults_are_reported_at_once_by_line() -> None:
    text = changed(
        SMALL_PLAN,
        ("max: 40", "max: 41"),
        ("of: on_time, over: due", "of: on_tme, over: due"),
        ("sum: [on_time, late]", "sum: [on_time, due]"),
        ("window: year_to_date", "window: month"),
        ("title: 小方案", "titel: 小方案"),
    )
    with pytest.raises(PlanProblem) as problem:
        read_plan(text)
    found = [(error.line, error.path) for error in problem.value.errors]
    assert found == [
        (1, ""),
        (3, "titel"),
        (13, "measures.due.sum"),
        (14, "measures.late_this_year.window"),
        (20, "indicators"),
        (21, "indicators[0].of"),
    ]
    reasons = [error.reason.en for error in problem.value.errors]
    assert reasons[0] == "title is missing"
    assert reasons[1] == "unknown key titel; did you mean title?"
    assert reasons[4] == "the indicators' maxima must add up to 100, not 101"
    assert reasons[5] == "unknown measure on_tme; did you mean on_time?"


@pytest.mark.parametrize(
    ("old", "new", "path", "reason"),
    [
        ("max: 40", "max: forty", "indicators[0].max", "a number is expected here"),
        ("max: 40", 'max: "40"', "indicators[0].max", "is not accepted"),
        ("max: 40", "max: 4e1", "indicators[0].max", "is not accepted"),
        ("max: 40", "max: 0", "indicators[0].max", "must be above 0"),
        ("max: 40", "max: 40.1234567", "indicators[0].max", "is not accepted"),
        ("at_least: 2", "at_least: 0", "indicators[1].at_least", "must be at least 1"),
        ("formula: quota", "formula: share", "indicators[3].formula", "must be one of ratio, deduct, quota, manual"),
        ("group.adoption_target", "group.quota", "indicators[3].target", "unknown group parameter"),
        ("{title: 其他单位, adoption_target: 0}", "{title: 其他单位}", "groups.other", "other groups have"),
        ("each: {errors: 4}", "each: {mistakes: 4}", "indicators[2].each.mistakes", "unknown measure mistakes"),
        ("each: {errors: 4}", "each: {errors: -4}", "indicators[2].each.errors", "must be at least 0"),
        ("applies: due}", "applies: done}", "indicators[2].applies", "unknown measure done"),
        ("codes: [E1]", "codes: [E9]", "zero[0].codes[0]", "unknown indicator E9"),
        ("when: {leaks: 1}", "when: {leaks: 0}", "vetoes[0].when.leaks", "must be above 0"),
        ("code: A2", "code: A1", "indicators[1]", "code A1 stands twice"),
        ("code: A2", "code: a2", "indicators[1].code", "upper-case"),
        ("from: 2026Q1", "from: 2026-1", "effective.from", "is no quarter"),
        ("from: 2026Q1", "from: 2027Q1", "effective", "after the last"),
        ("{name: 不合格, from: 0}", "{name: 不合格, from: 10}", "bands", "must begin at 0"),
        ("{name: 合格, from: 60}", "{name: 合格, from: 90}", "bands[1]", "twice"),
        ("sum: [on_time, late]", "sum: [on_time, lat]", "measures.due.sum[1]", "unknown measure lat"),
        ("sum: [on_time, late]", "sum: []", "measures.due.sum", "must not be empty"),
        ("of: messages.RatingGiven}", "of: RatingGiven}", "measures.rated.of", "is no event type"),
        ("value: adoption,", "value: adoptions,", "measures.adopted.value", "unknown value table"),
        ("value: adoption, ", "", "measures.adopted.less", "goes with value only"),
        ("where: {met: true}", "where: {}", "measures.on_time.where", "must not be empty"),
        ("where: {met: true}", "where: {met: {is: true}}", "measures.on_time.where.met.is", "unknown key is"),
        ("where: {met: true}", "where: {due: {before: 1 October}}", "measures.on_time.where.due.before", "is no date"),
        ("where: {met: true}", "where: {met: 0.5}", "measures.on_time.where.met", "compares with text"),
        ("met: true}, by: due", "met: true}, by: due date", "measures.on_time.by", "is no name"),
        ("over: parties", "over: how many", "values.adoption.over", "is no name"),
        ("title: 小方案", "title: [小方案]", "title", "a single value is expected here"),
        ("title: 小方案", "title: 2026", "title", "text is expected here"),
        ("id: small", "id: Small Plan", "id", "lower-case"),
        ("format: gongkai-plan/1", "format: gongkai-plan/2", "format", "must be one of gongkai-plan/1"),
        ("penalties: {cap: 5", "penalties: {cap: -5", "penalties.cap", "must be at least 0"),
        ("points: {adopted: 1", "points: {adoptd: 1", "tables.adoption.points.adoptd", "did you mean adopted?"),
    ],
)
def test_a_fault_names_its_path_and_rule(old: str, new: str, path: str, reason: str) -> None:
    found = faults(changed(SMALL_PLAN, (old, new)))
    assert path in found, found
    assert reason in found[path]


def test_a_key_that_stands_twice_is_named_with_its_own_line() -> None:
    text = SMALL_PLAN + "title: 又一个\n"
    with pytest.raises(PlanProblem) as problem:
        read_plan(text)
    (error,) = problem.value.errors
    assert (error.line, error.path) == (len(text.splitlines()), "title")
    assert error.reason.zh == "键 title 重复"


def test_sums_that_contain_one_another_are_refused() -> None:
    text = changed(SMALL_PLAN, ("due: {sum: [on_time, late]}", "due: {sum: [all]}\n  all: {sum: [late, due]}"))
    found = faults(text)
    assert found["measures.due.sum"] == "the sum due contains itself"
    assert found["measures.all.sum"] == "the sum all contains itself"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        ("a: [1, 2", "YAML syntax error"),
        ("a: 1\n---\nb: 2\n", "YAML syntax error"),
        ("- 1\n", "a mapping is expected here"),
        ("a: &x [1]\nb: *x\n", "anchors and aliases"),
        ("a: &x " + "[" * 3 + "]" * 3, "anchors and aliases"),
        ("a: !!python/object:os.system {}\n", "tags (!) are not allowed"),
        ("a: " + "[" * 500 + "]" * 500, "nested too deeply"),
        ("a: [" + "1," * 30_000 + "1]", "too long"),
        ("a: " + "1" * LONGEST_TEXT, "longer than"),
        ("a: \x00", "a character that YAML does not allow"),
    ],
)
def test_a_file_that_is_no_plain_document_is_refused(text: str, reason: str) -> None:
    found = faults(text)
    assert any(reason in en for en in found.values()), found
    check = check_plan(text, SMALL_CONTRACTS)
    assert (check.id, check.digest, check.ok, check.plan) == (None, None, False, None)


def checked(*changes: tuple[str, str], contracts: dict[str, dict[str, object]] | None = None) -> PlanCheck:
    """The small plan, changed, held against the small contracts and others."""
    return check_plan(changed(SMALL_PLAN, *changes), {**SMALL_CONTRACTS, **(contracts or {})})


@pytest.mark.parametrize(
    ("old", "new", "path", "reason"),
    [
        ("where: {met: true}", "where: {metts: true}", "measures.on_time.where.metts", "has no scored field metts"),
        ("where: {met: true}", "where: {met: yes}", "measures.on_time.where.met", "is never yes, only false, true"),
        (
            "where: {met: true}",
            "where: [{met: true}, {met: 1}]",
            "measures.on_time.where[1].met",
            "is never 1, only false, true",
        ),
        ("by: due}\n  due", "by: category}\n  due", "measures.late.by", "has no scored field category"),
        ("where: {met: true}, by: due", "where: {met: true}, by: category", "measures.on_time.by", "a date is needed"),
        ("area: content", "area: spelling", "measures.errors.where.area", "is never spelling, only content, security"),
        ("area: content", "severity: {at_least: 2}, area: [content, typing]", "measures.errors.where.area", "typing"),
        ("area: content", "area: {at_least: 2}", "measures.errors.where.area", "a whole number is needed here"),
        ("area: content", "severity: heavy", "measures.errors.where.severity", "a whole number and never heavy"),
        ("area: content", "severity: {before: 2026-10-01}", "measures.errors.where.severity", "a date is needed here"),
        ("area: content", "found: 2026-13-01", "measures.errors.where.found", "a date and never 2026-13-01"),
        ("county: 1, ", "", "values.adoption.level", "value county of field previous_level"),
        ("county: 1, ", "county: 1, town: 1, ", "values.adoption.level.town", "is never town"),
        ("form: {full", "shape: {full", "values.adoption.shape", "has no scored field shape"),
        ("over: parties", "over: level", "values.adoption.over", "a whole number is needed here"),
        (
            "of: messages.RatingGiven}",
            "of: messages.RatingGivn}",
            "measures.rated.of",
            "did you mean RatingGiven?",
        ),
    ],
)
def test_what_the_contracts_do_not_know_is_named(old: str, new: str, path: str, reason: str) -> None:
    check = checked((old, new))
    assert not check.ok
    found = {error.path: error.reason.en for error in check.errors}
    assert path in found, found
    assert reason in found[path]


def test_conditions_that_the_contracts_know_pass() -> None:
    check = checked(
        ("area: content", "area: {not: security}, severity: {at_least: 2, at_most: 5}, found: {from: 2026-01-01}"),
        ("where: {satisfied: true}", "where: [{satisfied: true}, {satisfied: false}]"),
    )
    assert check.errors == ()


def test_a_less_needs_the_previous_fields() -> None:
    bare = contract("publishing.BriefingAdopted", {"level": {"enum": ["county", "province"]}, "parties": WHOLE})
    check = checked((", form: {full: 1, brief: 0.5}", ""), contracts={"publishing.BriefingAdopted": bare})
    assert [(e.path, e.reason.en) for e in check.errors] == [
        (
            "measures.adopted.less",
            "publishing.BriefingAdopted has no scored field previous_level, only level, parties",
        )
    ]


def test_a_field_that_is_not_scored_is_unknown() -> None:
    known = contract("messages.RatingGiven", {"satisfied": {"type": "boolean"}})
    known["x-gongkai"]["scored"] = []
    check = checked(contracts={"messages.RatingGiven": known})
    assert [error.path for error in check.errors] == ["measures.satisfied.where.satisfied"]


def test_pending_marks_only_what_no_service_emits() -> None:
    rated = "rated: {of: messages.RatingGiven}"
    marked = checked((rated, "rated: {of: messages.RatingGiven, pending: true}"))
    assert [(e.path, e.reason.en) for e in marked.errors] == [
        ("measures.rated.pending", "marked pending, but messages.RatingGiven is emitted already; remove the mark")
    ]
    assert checked((rated, "rated: {of: messages.NothingYet, where: {any: 1}, pending: true}")).ok
    unmarked = checked((rated, "rated: {of: messages.NothingYet, where: {any: 1}}"))
    assert [error.path for error in unmarked.errors] == ["measures.rated.of"]
    assert unmarked.errors[0].reason.en == (
        "no service emits event messages.NothingYet; if none does yet, mark the measure pending: true"
    )


def test_pending_on_a_mixture_lists_what_exists_and_what_is_missing() -> None:
    rated = "rated: {of: messages.RatingGiven}"
    check = checked((rated, "rated: {of: [messages.RatingGiven, messages.NothingYet], pending: true}"))
    (error,) = check.errors
    assert error.path == "measures.rated.pending"
    assert error.reason.en == (
        "marked pending, but messages.RatingGiven are emitted already; not emitted yet: messages.NothingYet"
    )


def test_a_manual_indicator_needs_its_event() -> None:
    manual = ("formula: quota, of: adopted, target: group.adoption_target", "formula: manual")
    check = checked(manual)
    assert [error.path for error in check.errors] == ["indicators[3].formula"]
    event = contract("assessment.ManualScoreEntered", {"indicator": {"type": "string"}, "value": {"type": "string"}})
    assert checked(manual, contracts={"assessment.ManualScoreEntered": event}).ok


EXAMPLE = """\
examples:
  - name: 样例
    group: class1
    measures: {on_time: 9, late: 1, rated: 4, satisfied: 3, adopted: 4}
    expect: {A1: 36, A2: 15, B1: 10, E1: 30, score: 93, bonus: 2, base: 91, band: 优秀, vetoes: [], criticism: []}
    expect_full_marks: {score: 93}
"""


def test_a_worked_example_is_worked() -> None:
    check = check_plan(SMALL_PLAN + EXAMPLE, SMALL_CONTRACTS)
    assert check.errors == ()
    assert [example.name for example in check.examples] == ["样例", "样例（不适用项计满分）"]
    assert check.examples[0].got["score"] == "93.00"


def test_an_example_that_does_not_come_out_fails_the_plan_at_its_line() -> None:
    text = SMALL_PLAN + changed(EXAMPLE, ("score: 93, bonus", "score: 93.001, bonus"), ("B1: 10", "B1: n/a"))
    check = check_plan(text, SMALL_CONTRACTS)
    assert not check.ok
    line = text.splitlines().index(next(row for row in text.splitlines() if "expect: " in row)) + 1
    assert [(error.line, error.path) for error in check.errors] == [
        (line, "examples[0].expect.B1"),
        (line, "examples[0].expect.score"),
    ]
    assert check.errors[0].reason.en == 'B1 of example "样例" should be n/a and comes to 10.00'
    assert check.errors[1].reason.zh == "算例“样例”的 score 应为 93.001，算得 93.00"
    assert [example.ok for example in check.examples] == [False, True]


def test_an_example_cannot_set_a_sum() -> None:
    found = faults(SMALL_PLAN + changed(EXAMPLE, ("late: 1", "due: 10"), ("A1: 36", "A7: 36")))
    assert found["examples[0].measures.due"] == "due is a sum and follows from its parts"
    assert "unknown indicator or total A7" in found["examples[0].expect.A7"]


def test_the_schema_accepts_the_plans_and_refuses_what_the_reader_refuses() -> None:
    schema = plan_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for text in (SMALL_PLAN + EXAMPLE, DEFAULT_PLAN.read_text(encoding="utf-8")):
        assert [error.message for error in validator.iter_errors(yaml.safe_load(text))] == []
    for old, new in (
        ("formula: quota", "formula: share"),
        ("titel", "title"),
        ("where: {met: true}", "where: {met: {is: true}}"),
        ("window: year_to_date", "window: month"),
        ("max: 40", "max: 0"),
        ("id: small", "id: Small"),
    ):
        text = (
            SMALL_PLAN.replace("title: 小方案", "titel: 小方案") if old == "titel" else changed(SMALL_PLAN, (old, new))
        )
        assert list(validator.iter_errors(yaml.safe_load(text))), (old, new)


def test_the_schema_describes_every_section_in_both_languages() -> None:
    for key, section in plan_schema()["properties"].items():
        zh, _, en = section["description"].partition(" / ")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in zh), key
        assert en, key
    json.dumps(plan_schema())
