"""A small county for the tests of documents and interpretations: units, people, and files brought to a stage by commands."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.publishing.document import DOCUMENT
from services.publishing.document_commands import (
    DetermineAttribute,
    IssueDocument,
    ReviewAttribute,
    SubmitDocument,
)
from services.publishing.interpretation import INTERPRETATION
from services.publishing.interpretation_commands import (
    FilePlan,
    LinkInterpretation,
    NoteDocumentIssue,
    PublishInterpretation,
    RequireInterpretation,
    SignInterpretation,
    SubmitMaterial,
)
from services.publishing.interpretation_rules import ELEMENTS
from shared.domain.directory import SYSTEM, Actor, Dated, Department, Directory
from shared.domain.kind import CaseView, Command
from tests.scenario import Scenario, person

FOREVER = date(2000, 1, 1)
OFFICE = person("office", "office@county-office")
OFFICE_CLERK = person("office-clerk", "clerk@county-office")
CLERK = person("clerk", "clerk@education")
SECOND = person("second-clerk", "clerk@education")
REVIEWER = person("reviewer", "reviewer@education")
HEAD = person("head", "head@education")
DISCLOSURE = person("disclosure", "disclosure_head@education")
HEALTH = person("health-head", "head@health", "clerk@health")
W, J = "W2026-000001", "J2026-000001"

DIRECTORY = Directory(
    {
        id: Department(id, (Dated(FOREVER, name),), (Dated(FOREVER, "class1"),), FOREVER, until)
        for id, name, until in (
            ("county-office", "县政府办公室", None),
            ("education", "教育局", None),
            ("health", "卫生健康局", None),
            ("tourism", "旅游局", date(2019, 3, 1)),
        )
    }
)


def view(scenario: Scenario) -> CaseView:
    """A file as the guard of another one sees it."""
    return CaseView(scenario.file.id, scenario.kind.name, scenario.file.version, scenario.state)


def submission(**fields: Any) -> SubmitDocument:
    """A document of the education bureau."""
    return SubmitDocument(**{"department": "education", "title": "招生办法", "type": "notice", **fields})


def fresh_document(*others: CaseView, case: str = W) -> Scenario:
    """No document yet; ``others`` are what guards may look at."""
    return Scenario(DOCUMENT, directory=DIRECTORY, cases={other.id: other for other in others}, case=case)


def document(
    stage: str,
    *,
    on: str = "2026-03-02",
    others: Sequence[CaseView] = (),
    case: str = W,
    interpretation: str | None = None,
    **fields: Any,
) -> Scenario:
    """A document at ``stage``, all on one day; ``fields`` go into the submission. 2026-03-02 is a Monday."""
    steps: Sequence[tuple[str, Command, Actor]] = (
        ("proposed", submission(**{"attribute": "active", **fields}), CLERK),
        ("reviewed", ReviewAttribute(), REVIEWER),
        ("determined", DetermineAttribute(content_checked=True, interpretation=interpretation), OFFICE),
        ("issued", IssueDocument(document_number="罗府办发〔2026〕8号", interpretation=interpretation), CLERK),
    )
    scenario = fresh_document(*others, case=case)
    for name, command, by in steps:
        scenario.and_(command, by=by, on=on)
        if name == stage:
            return scenario
    raise ValueError(stage)


PLAN = FilePlan(forms=("drafter_article", "qa"), authors="教育局局长", due=date(2026, 12, 31))
MATERIAL = SubmitMaterial(text="解读")
PUBLISH = PublishInterpretation.model_validate({"forms": ["qa"], "elements": list(ELEMENTS)})
BOTH = LinkInterpretation(direction="both")


def interpretation(stage: str, *, on: str = "2026-03-02", settings: dict[str, Any] | None = None) -> Scenario:
    """The interpretation of a document in scope at ``stage``, all on one day, which is also the day of issue."""
    steps: Sequence[tuple[str, Command, Actor]] = (
        ("required", RequireInterpretation(document=W), SYSTEM),
        ("planned", PLAN, CLERK),
        ("submitted", MATERIAL, CLERK),
        ("issued", NoteDocumentIssue(issued=date.fromisoformat(on)), SYSTEM),
        ("signed", SignInterpretation(), HEAD),
        ("published", PUBLISH, CLERK),
        ("completed", BOTH, CLERK),
    )
    looked_at = view(document("proposed", on=on, in_scope_of_interpretation=True))
    scenario = Scenario(INTERPRETATION, directory=DIRECTORY, cases={W: looked_at}, case=J, settings=settings)
    for name, command, by in steps:
        scenario.and_(command, by=by, on=on)
        if name == stage:
            return scenario
    raise ValueError(stage)
