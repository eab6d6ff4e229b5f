"""Whatever is asked in whatever order: nothing is issued that the law forbids, and each limit has one verdict."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.publishing.document import DOCUMENT
from services.publishing.document_commands import (
    ConfirmNonDisclosure,
    DetermineAttribute,
    IssueDocument,
    NoteInterpretation,
    ProposeAttribute,
    ReassessAttribute,
    RepealDocument,
    ResubmitDocument,
    ReturnDocument,
    ReviewAttribute,
)
from services.publishing.document_events import (
    AttributeDetermined,
    AttributeProposed,
    AttributeReviewed,
    DocumentIssued,
    DocumentReturned,
)
from services.publishing.interpretation import INTERPRETATION
from services.publishing.interpretation_commands import (
    LinkInterpretation,
    NoteDocumentIssue,
    ReturnMaterial,
    SignInterpretation,
    UrgeInterpretation,
    WaiveInterpretation,
)
from services.publishing.interpretation_events import (
    InterpretationCompleted,
    InterpretationOverdue,
    InterpretationWaived,
)
from shared.domain.directory import SYSTEM, Actor
from shared.domain.kind import Command, Recorded
from shared.engine.history import effective, fold
from tests.scenario import Scenario, moment
from tests.unit.publishing_world import (
    BOTH,
    CLERK,
    DISCLOSURE,
    HEAD,
    MATERIAL,
    OFFICE,
    PLAN,
    PUBLISH,
    REVIEWER,
    J,
    fresh_document,
    interpretation,
    submission,
    view,
)

Asked = tuple[Command, Actor]
ABOUT_A_DOCUMENT: list[Asked] = [
    (ProposeAttribute(attribute="active"), CLERK),
    (ProposeAttribute(attribute="active"), REVIEWER),
    (ProposeAttribute(attribute="on_request"), HEAD),
    (ProposeAttribute(attribute="not_disclosed"), CLERK),
    (ProposeAttribute(attribute="not_disclosed", reason="process_information"), CLERK),
    (ReviewAttribute(), REVIEWER),
    (ReviewAttribute(), HEAD),
    (ConfirmNonDisclosure(), DISCLOSURE),
    (ReturnDocument(ground="no_attribute"), OFFICE),
    (ReturnDocument(ground="no_reason"), OFFICE),
    (ReturnDocument(ground="no_interpretation", interpretation=J), OFFICE),
    (ReturnDocument(ground="form"), OFFICE),
    (ResubmitDocument(in_scope_of_interpretation=True), CLERK),
    (DetermineAttribute(content_checked=True, interpretation=J), OFFICE),
    (DetermineAttribute(content_checked=True), OFFICE),
    (NoteInterpretation(interpretation=J), SYSTEM),
    (IssueDocument(document_number="一号", interpretation=J), CLERK),
    (IssueDocument(document_number="一号"), CLERK),
    (ReassessAttribute(attribute="on_request"), OFFICE),
    (RepealDocument(), HEAD),
]
NEXT_OF_A_DOCUMENT: dict[str, Asked] = {
    "submitted": (ProposeAttribute(attribute="active"), CLERK),
    "proposed": (ReviewAttribute(), HEAD),
    "reviewed": (DetermineAttribute(content_checked=True, interpretation=J), OFFICE),
    "determined": (IssueDocument(document_number="一号", interpretation=J), CLERK),
    "returned": (ResubmitDocument(in_scope_of_interpretation=True), CLERK),
    "issued": (RepealDocument(), HEAD),
    "repealed": (RepealDocument(), HEAD),
}
ABOUT_AN_INTERPRETATION: list[Asked] = [
    (PLAN, CLERK),
    (MATERIAL, CLERK),
    (MATERIAL, HEAD),
    (ReturnMaterial(ground="inaccurate"), OFFICE),
    (SignInterpretation(), HEAD),
    (NoteDocumentIssue(issued=date(2026, 3, 2)), SYSTEM),
    (PUBLISH, CLERK),
    (LinkInterpretation(direction="from_document"), CLERK),
    (LinkInterpretation(direction="to_document"), CLERK),
    (BOTH, CLERK),
    (UrgeInterpretation(missing="links"), OFFICE),
    (WaiveInterpretation(reason="other", explanation="略"), OFFICE),
]
NEXT_OF_AN_INTERPRETATION: dict[str, Asked] = {
    "required": (PLAN, CLERK),
    "planned": (MATERIAL, CLERK),
    "submitted": (SignInterpretation(), HEAD),
    "signed": (PUBLISH, CLERK),
    "published": (BOTH, CLERK),
    "completed": (BOTH, CLERK),
    "waived": (PLAN, CLERK),
}


def walks(asked: list[Asked]) -> st.SearchStrategy[list[tuple[Asked | None, int, bool]]]:
    """Steps of the usual way (None) or others, days between them, and whether a timer looks before."""
    step = st.one_of(st.none(), st.none(), st.sampled_from(asked))
    return st.lists(st.tuples(step, st.integers(0, 3), st.booleans()), min_size=4, max_size=25)


def day_after(days: int) -> str:
    return (moment("2026-03-02 10:00") + timedelta(days=days)).isoformat()


def issued_lawfully(records: list[Recorded]) -> None:
    """Before each issue: proposed, reviewed and determined by three persons, the last attribute, a reason where it is withheld."""
    people: dict[type, str] = {}
    last: AttributeProposed | None = None
    for record in records:
        match record.event:
            case AttributeProposed() as last:
                people = {AttributeProposed: record.stamp.actor}
            case DocumentReturned() as back:
                assert back.ground != "no_attribute" or last is None
                assert back.ground != "no_reason" or (
                    last is not None and (last.attribute, last.reason) == ("not_disclosed", None)
                )
                people.pop(AttributeReviewed, None)
            case AttributeReviewed() | AttributeDetermined():
                people[type(record.event)] = record.stamp.actor
            case DocumentIssued() as issued:
                assert last is not None
                assert set(people) == {AttributeProposed, AttributeReviewed, AttributeDetermined}
                assert len(set(people.values())) == 3
                assert issued.attribute == last.attribute
                assert (last.attribute == "not_disclosed") == (last.reason is not None)


@given(
    walks(ABOUT_A_DOCUMENT),
    st.sampled_from(["required", "planned", "submitted"]),
    st.booleans(),
    st.sampled_from([CLERK, HEAD]),
)
@settings(max_examples=150, deadline=None)
def test_nothing_is_issued_without_three_persons_a_lawful_attribute_and_plan_and_material(
    walk: list[tuple[Asked | None, int, bool]], stage: str, in_scope: bool, drafter: Actor
) -> None:
    scenario = fresh_document(view(interpretation(stage)))
    scenario.and_(submission(in_scope_of_interpretation=in_scope), by=CLERK, on="2026-03-02")
    days = 0
    for step, later, _ in walk:
        days += later
        command, by = step or NEXT_OF_A_DOCUMENT[scenario.state.status]
        if step is None and scenario.state.status == "submitted":
            by = drafter
        needs = scenario.state.in_scope or scenario.state.interpretation is not None
        result = scenario.when(command, by=by, on=day_after(days))
        if any(isinstance(event, AttributeDetermined | DocumentIssued) for event in result.events):
            assert stage == "submitted" or not needs
    issued_lawfully(scenario.records)
    assert fold(DOCUMENT, effective(scenario.records)) == scenario.state


def one_verdict(scenario: Scenario) -> None:
    """A limit that ended met or missed has one live verdict; one that was waived or runs has none."""
    live = [
        e
        for e in scenario.live
        if isinstance(e, InterpretationOverdue) or (isinstance(e, InterpretationCompleted) and e.met)
    ]
    ended = [clock.ended for clock in INTERPRETATION.clocks(scenario.state)]
    assert len(live) == sum(how in ("met", "missed") for how in ended), ended
    if any(isinstance(event, InterpretationWaived) for event in scenario.live):
        assert not any(isinstance(event, InterpretationCompleted) for event in scenario.live)


@given(walks(ABOUT_AN_INTERPRETATION), st.lists(st.integers(0, 4), min_size=25, max_size=25))
@settings(max_examples=150, deadline=None)
def test_each_limit_has_one_verdict_also_where_things_are_recorded_late(
    walk: list[tuple[Asked | None, int, bool]], delays: list[int]
) -> None:
    scenario = interpretation("required")
    days = 0
    for (step, later, swept), delay in zip(walk, delays, strict=False):
        days += later
        command, by = step or NEXT_OF_AN_INTERPRETATION[scenario.state.status]
        if swept:
            scenario.when_swept(day_after(days))
        scenario.when(command, by=by, on=day_after(max(0, days - delay)), recorded=day_after(days))
        one_verdict(scenario)
        assert fold(INTERPRETATION, effective(scenario.records)) == scenario.state
