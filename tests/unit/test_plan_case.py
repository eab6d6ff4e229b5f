"""The plan case: adopting an assessment plan."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from services.assessment.plan_case import KIND, SHOWN, Adopt, PlanAdopted, case_id
from services.assessment.plan_reader import read_plan
from shared.domain.directory import OFFICE
from tests.scenario import Scenario, given, left, person

CHIEF = person("office.chief", f"head@{OFFICE}")
CLERK = person("clerk.education", "clerk@education")
CONTRACTS = {
    "messages.ReplySent": {
        "properties": {"met": {"type": "boolean"}},
        "x-gongkai": {"scored": ["met"], "verdict": True},
    }
}
WORLD: dict[str, Any] = {"settings": {"contracts": CONTRACTS}, "case": "plan-small-1"}
TEXT = """
format: gongkai-plan/1
id: small
title: 简易方案
effective: {from: 2026Q1, to: 2026Q4}
groups:
  township: {title: 乡镇街道}
measures:
  met: {of: messages.ReplySent, where: {met: true}, by: due}
  all: {of: messages.ReplySent, by: due}
indicators:
  - {code: D1, name: 留言按时, max: 100, formula: ratio, of: met, over: all}
bands: [{name: 合格, from: 60}, {name: 不合格, from: 0}]
"""


def test_a_sound_plan_is_adopted_word_for_word() -> None:
    scenario = Scenario(KIND, **WORLD)
    scenario.when(Adopt(plan="small", text=TEXT), by=CHIEF, on="2026-01-04").then(
        left(
            PlanAdopted,
            department=OFFICE,
            plan="small",
            edition=1,
            title="简易方案",
            digest=read_plan(TEXT).digest,
            from_quarter="2026Q1",
            to_quarter="2026Q4",
            text=TEXT,
        )
    )
    summary = KIND.summary(scenario.state)
    assert (summary.status, summary.title, summary.columns["edition"]) == ("adopted", "简易方案", 1)


def test_the_case_id_is_plan_and_edition() -> None:
    assert case_id(Adopt(plan="small", text=TEXT)) == "plan-small-1"
    assert case_id(Adopt(plan="small", edition=3, text=TEXT)) == "plan-small-3"


def test_an_edition_is_adopted_once() -> None:
    scenario = given(KIND, (Adopt(plan="small", text=TEXT), "2026-01-04"), **WORLD)
    scenario.when(Adopt(plan="small", text=TEXT), on="2026-02-04").then_refused("plan.edition_taken")


def test_a_plan_is_adopted_under_the_id_in_its_text() -> None:
    broken = Scenario(KIND, **WORLD).when(Adopt(plan="other", text=TEXT), on="2026-01-04").then_refused("plan.other_id")
    assert broken.field == "plan"


def test_a_faulty_plan_is_refused_with_line_path_and_reason_in_both_languages() -> None:
    text = TEXT.replace("messages.ReplySent", "messages.ReplyPosted")
    bad = Scenario(KIND, **WORLD).when(Adopt(plan="small", text=text), on="2026-01-04").then_bad_field("text")
    for words in bad.message:
        assert "measures.met" in words
        assert "messages.ReplyPosted" in words
    assert "第 9 行 measures.met" in bad.message.zh
    assert "line 9 measures.met" in bad.message.en


def test_of_many_faults_the_first_are_named_and_the_rest_counted() -> None:
    text = TEXT.replace("from: 60", "from: sixty").replace("max: 100", "max: ten").replace("id: small", "id: Small")
    text = text.replace("2026Q4", "2026Q5")
    bad = Scenario(KIND, **WORLD).when(Adopt(plan="small", text=text), on="2026-01-04").then_bad_field("text")
    assert bad.message.zh.startswith("方案有误：第 3 行 id：")
    assert bad.message.zh.count("行") == SHOWN
    assert re.search("；另有 [1-9] 处$", bad.message.zh)
    assert re.search("; and [1-9] more$", bad.message.en)


def test_text_that_is_no_plan_is_refused() -> None:
    for text in ("just words", "a: [", "format: other/1"):
        Scenario(KIND, **WORLD).when(Adopt(plan="small", text=text), on="2026-01-04").then_bad_field("text")


@pytest.mark.parametrize("fields", [{"plan": "Small Plan"}, {"edition": 0}, {"text": ""}, {"digest": "x"}])
def test_a_command_with_a_bad_field_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Adopt.model_validate({"plan": "small", "text": TEXT} | fields)


def test_a_department_adopts_no_plan() -> None:
    Scenario(KIND, **WORLD).when(Adopt(plan="small", text=TEXT), by=CLERK, on="2026-01-04").then_forbidden()
