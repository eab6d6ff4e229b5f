"""Works a plan's examples (算例): measures in, score out, compared with what the plan's authors expect."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.assessment.appraisal import Appraisal, appraise
from services.assessment.numerals import decimal_text, exact_text, rounded
from services.assessment.plan import Example, Expected, Plan
from services.assessment.plan_nodes import Findings
from shared.domain.text import Text

NOT_APPLICABLE = "n/a"
FULL_MARKS = "（不适用项计满分）"


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What an example expects and what the plan gives, under the same keys; numbers as decimal text, ``n/a``, codes."""

    name: str
    expected: Mapping[str, str]
    got: Mapping[str, str]
    ok: bool


def work_examples(plan: Plan, findings: Findings) -> tuple[ExampleResult, ...]:
    """Every example under the plan's own setting, and again with full marks where the example expects that too."""
    full_marks = replace(plan, settings=replace(plan.settings, not_applicable="full_marks"))
    results = []
    for i, example in enumerate(plan.examples):
        path = f"examples[{i}]"
        results.append(_work(plan, example, example.name, example.expect, f"{path}.expect", findings))
        if example.expect_full_marks:
            name, expect = f"{example.name}{FULL_MARKS}", example.expect_full_marks
            results.append(_work(full_marks, example, name, expect, f"{path}.expect_full_marks", findings))
    return tuple(results)


def _work(
    plan: Plan, example: Example, name: str, expect: Mapping[str, Expected], path: str, findings: Findings
) -> ExampleResult:
    appraisal = appraise(plan, example.group, example.measures, example.entered)
    expected, got = {}, {}
    for key, wanted in expect.items():
        expected[key] = _text(wanted, plan.settings.places)
        got[key] = _text(_outcome(appraisal, key), plan.settings.places)
        if isinstance(wanted, str | tuple) or wanted is None:
            same = got[key] == expected[key]
        else:
            outcome = _outcome(appraisal, key)
            same = not isinstance(outcome, str | tuple | None) and rounded(outcome, plan.settings.places) == wanted
            if not same and got[key] == expected[key]:
                expected[key] = exact_text(wanted)
        if not same:
            findings.refuse(
                f"{path}.{key}",
                Text(
                    f"算例“{name}”的 {key} 应为 {expected[key]}，算得 {got[key]}",
                    f'{key} of example "{name}" should be {expected[key]} and comes to {got[key]}',
                ),
            )
    return ExampleResult(name, expected, got, expected == got)


def _outcome(appraisal: Appraisal, key: str) -> Expected:
    if key == "score":
        return appraisal.score
    if key == "base":
        return appraisal.base
    if key == "bonus":
        return None if appraisal.base is None else appraisal.bonus.points
    if key == "band":
        return appraisal.band
    if key == "vetoes":
        return tuple(sorted(appraisal.vetoes))
    if key == "criticism":
        return tuple(sorted(appraisal.criticism))
    score = next(score for score in appraisal.indicators if score.indicator.code == key)
    return score.points if score.applicable else None


def _text(value: Expected, places: int) -> str:
    if value is None:
        return NOT_APPLICABLE
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ", ".join(value)
    return decimal_text(value, places)
