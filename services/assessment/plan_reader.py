"""Reads a plan file with all its faults at once, and checks it whole before adoption."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.assessment.plan import Plan
from services.assessment.plan_contracts import check_contracts
from services.assessment.plan_examples import ExampleResult, work_examples
from services.assessment.plan_nodes import Findings, PlanError, root
from services.assessment.plan_sections import OPTIONAL, REQUIRED, PlanSections, plan_id


class PlanProblem(ValueError):
    """A plan file with faults."""

    def __init__(self, errors: tuple[PlanError, ...]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"line {e.line} {e.path}: {e.reason.en}" for e in errors))


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """What `check_plan` found. ``id``, ``digest`` and ``plan`` are None where the file could not be read as a plan."""

    id: str | None
    digest: str | None
    ok: bool
    errors: tuple[PlanError, ...]
    examples: tuple[ExampleResult, ...]
    plan: Plan | None


def check_plan(text: str, contracts: Mapping[str, Mapping[str, Any]]) -> PlanCheck:
    """A plan held against the event contracts and its own worked examples.

    ``contracts``: short event type (``messages.ReplySent``) -> contract (JSON Schema of its newest version).
    The plan may be adopted where ``ok``: no errors, and every example gives what it expects.
    """
    findings = Findings()
    id_, plan = _read(text, findings)
    examples: tuple[ExampleResult, ...] = ()
    if plan is not None:
        check_contracts(plan, contracts, findings)
        examples = work_examples(plan, findings)
    errors = findings.sorted()
    return PlanCheck(id_, plan.digest if plan else None, not errors, errors, examples, plan)


def read_plan(text: str) -> Plan:
    """The plan in ``text``, sound in itself but not held against contracts or examples; raises `PlanProblem`."""
    findings = Findings()
    _, plan = _read(text, findings)
    if plan is None:
        raise PlanProblem(findings.sorted())
    return plan


def _read(text: str, findings: Findings) -> tuple[str | None, Plan | None]:
    top = root(text, findings)
    if top is None:
        return None, None
    parts = top.fields(REQUIRED, OPTIONAL)
    id_ = plan_id(parts["id"]) if "id" in parts else None
    plan = PlanSections(parts, findings).plan(id_ or "")
    return id_, (None if findings.errors else plan)
