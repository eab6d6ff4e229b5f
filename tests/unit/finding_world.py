"""A small county for the tests of findings on patrol: the people, and a finding brought to a stage by commands."""

from collections.abc import Sequence
from typing import Any

from services.publishing.finding import FINDING
from services.publishing.finding_commands import (
    AcceptDefect,
    ClearDefect,
    ConfirmDefect,
    DisputeDefect,
    RecordPatrol,
    RejectDefect,
    ReportFix,
    ReturnFix,
    case_id,
)
from shared.domain.directory import Actor
from shared.domain.kind import CaseView, Command
from tests.scenario import Scenario, person
from tests.unit.article_world import CASES, CLERK, DIRECTORY, HEAD

FINDER = person("patrol", "clerk@county-office")
FINDING_OFFICER = person("finding-officer", "office@county-office")
DECIDER = person("decider", "office@county-office")
OFFICE_HEAD = person("office-head", "head@county-office")
DAY = "2026-03-02"
"""A Monday: the time to dispute ends on the 9th."""
LATER = "2026-03-03"
PAGE = "https://www.example.gov.cn/jyj/1.html"

DISPUTE = DisputeDefect(ground="facts_differ", statement="原文无误")
CONFIRM = ConfirmDefect.model_validate({"fix_by": "2026-03-20"})
REJECT = RejectDefect(ground="facts_differ", explanation="经核实无误")
FIXED = ReportFix(statement="已更正")
RETURN = ReturnFix.model_validate({"fix_by": "2026-03-31", "explanation": "附件未更正"})
CLEAR = ClearDefect()
ACCEPT = AcceptDefect()


def patrol(**fields: Any) -> RecordPatrol:
    """A misprint found on a page of the education bureau; ``fields`` say what is different."""
    given = {
        "department": "education",
        "scope": "website",
        "found": DAY,
        "area": "content",
        "cause": "misprint",
        "severity": "minor",
        "page": PAGE,
        **fields,
    }
    return RecordPatrol.model_validate(given)


def nothing(**fields: Any) -> RecordPatrol:
    """A patrol of the education bureau that found nothing."""
    return RecordPatrol.model_validate(
        {"department": "education", "scope": "website", "found": DAY, "found_nothing": True, **fields}
    )


def view(scenario: Scenario) -> CaseView:
    """A file as the guard of another one sees it."""
    return CaseView(scenario.file.id, scenario.kind.name, scenario.file.version, scenario.state)


def fresh(*others: CaseView, case: str = "finding-education-1", **settings: Any) -> Scenario:
    """No finding yet; ``others`` are what guards may look at besides an item of the education bureau."""
    looked_at = {**CASES, **{other.id: other for other in others}}
    return Scenario(FINDING, directory=DIRECTORY, cases=looked_at, settings=settings, case=case)


def finding(stage: str, *others: CaseView, **fields: Any) -> Scenario:
    """A finding at ``stage``, all on one day; ``fields`` go into the patrol."""
    given = patrol(**fields)
    steps: Sequence[tuple[str, Command, Actor]] = (
        ("found", given, FINDER),
        ("accepted", ACCEPT, HEAD),
        ("confirmed", CONFIRM, DECIDER),
        ("fixed", FIXED, CLERK),
        ("cleared", CLEAR, DECIDER),
    )
    scenario = fresh(*others, case=case_id(given))
    for name, command, by in steps:
        scenario.and_(command, by=by, on=DAY)
        if name == stage:
            return scenario
    raise ValueError(stage)


def disputed(by: Actor = FINDER, **fields: Any) -> Scenario:
    """A finding that ``by`` made and the unit disputed."""
    given = patrol(**fields)
    return fresh(case=case_id(given)).and_(given, by=by, on=DAY).and_(DISPUTE, by=CLERK, on=LATER)
