"""Interpretations: plan, urging, material, return, signature, publication, links, completion, the three days, waiver."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.publishing.document_commands import NoteInterpretation, RepealDocument
from services.publishing.interpretation import INTERPRETATION
from services.publishing.interpretation_commands import (
    FilePlan,
    LinkInterpretation,
    NoteDocumentIssue,
    PublishInterpretation,
    RequireInterpretation,
    ReturnMaterial,
    SignInterpretation,
    UrgeInterpretation,
    WaiveInterpretation,
)
from services.publishing.interpretation_events import (
    DocumentIssueNoted,
    InterpretationCompleted,
    InterpretationLinked,
    InterpretationOverdue,
    InterpretationPublished,
    InterpretationRequired,
    InterpretationSigned,
    InterpretationUrged,
    InterpretationWaived,
    MaterialReturned,
    MaterialSubmitted,
    PlanFiled,
)
from services.publishing.interpretation_rules import ELEMENTS, FORMS
from shared.domain.corrections import EntryVoided, RevokeOverdue, VoidEntry
from shared.domain.directory import Actor
from shared.domain.kind import Command
from tests.scenario import Scenario, left, person
from tests.unit.publishing_world import (
    BOTH,
    CLERK,
    DIRECTORY,
    HEAD,
    HEALTH,
    MATERIAL,
    OFFICE,
    OFFICE_CLERK,
    PLAN,
    PUBLISH,
    SECOND,
    J,
    W,
    document,
    interpretation,
    view,
)

DAY, NEXT = "2026-03-02", "2026-03-03"
WAIVE = WaiveInterpretation(reason="superior_interprets", explanation="上级已解读")
TEN = list(ELEMENTS)


def ordered_on(looked_at: Scenario) -> Scenario:
    """No interpretation yet, beside this document."""
    return Scenario(INTERPRETATION, directory=DIRECTORY, cases={W: view(looked_at)}, case=J)


# -- the beginning -----------------------------------------------------------------------------------------------------


def test_who_drafted_the_document_interprets_it_and_no_limit_runs_before_its_issue() -> None:
    scenario = (
        ordered_on(document("proposed", joint_with=("health",), in_scope_of_interpretation=True))
        .when(RequireInterpretation(document=W), on=DAY)
        .then(left(InterpretationRequired, department="education", document=W, limit=3, started=None, title="v:title"))
    )
    assert scenario.file.dues == {}
    summary = INTERPRETATION.summary(scenario.state)
    assert (summary.parent, summary.status, summary.open) == (W, "required", True)


def test_the_office_orders_one_of_wide_public_concern_and_after_issue_the_limit_runs_at_once() -> None:
    order = RequireInterpretation(document=W)
    ordered_on(document("proposed")).when(order, by=OFFICE_CLERK, on=DAY).then(
        left(InterpretationRequired, started=None)
    )
    scenario = (
        ordered_on(document("issued"))
        .when(order, by=OFFICE, on="2026-03-04")
        .then(left(InterpretationRequired, started=date(2026, 3, 4)))
    )
    assert scenario.file.dues["interpretation"][0] == date(2026, 3, 9)
    ordered_on(document("issued")).when(order, by=HEAD, on=NEXT).then_forbidden()


@pytest.mark.parametrize(
    ("looked_at", "code"),
    [
        (document("proposed").and_(NoteInterpretation(interpretation=J), on=DAY), "already_required"),
        (document("proposed", type="statistics"), "non_document"),
        (document("issued").and_(RepealDocument(), by=HEAD, on=DAY), "repealed"),
    ],
)
def test_one_that_is_begun_already_or_has_no_cause_is_refused(looked_at: Scenario, code: str) -> None:
    order = RequireInterpretation(document=W)
    ordered_on(looked_at).when(order, by=OFFICE, on=NEXT).then_refused(f"interpretation.{code}")


def test_an_old_document_in_scope_is_given_one_by_the_office_and_one_repealed_since_had_its_own() -> None:
    order = RequireInterpretation(document=W)
    in_scope = document("proposed", in_scope_of_interpretation=True)
    ordered_on(in_scope).when(order, by=OFFICE, on=NEXT).then(InterpretationRequired)
    repealed = document("issued").and_(RepealDocument(), by=HEAD, on=DAY)
    ordered_on(repealed).when(order, on=NEXT, origin="import").then(InterpretationRequired)


def test_the_document_must_be_there() -> None:
    Scenario(INTERPRETATION, directory=DIRECTORY, case=J).when(
        RequireInterpretation(document="W2026-000009"), by=OFFICE, on=DAY
    ).then_refused("interpretation.no_such_document")
    itself = view(interpretation("required"))
    Scenario(INTERPRETATION, directory=DIRECTORY, case="J2026-000002", cases={J: itself}).when(
        RequireInterpretation(document=J), by=OFFICE, on=DAY
    ).then_refused("interpretation.no_such_document")


# -- plan, urging, material, signature ---------------------------------------------------------------------------------


def test_the_plan_names_forms_authors_and_day() -> None:
    scenario = (
        interpretation("required")
        .when(PLAN, by=CLERK, on=NEXT)
        .then(left(PlanFiled, forms=("drafter_article", "qa"), authors="v:authors", due=date(2026, 12, 31)))
    )
    assert scenario.state.status == "planned"
    again = FilePlan(forms=("pictures", "pictures"), authors="局长", due=date(2026, 4, 1))
    scenario.when(again, by=SECOND, on=NEXT).then(left(PlanFiled, forms=("pictures",)))


def test_a_plan_has_a_form_and_a_day_to_come() -> None:
    with pytest.raises(ValidationError):
        FilePlan(forms=(), authors="局长", due=date(2026, 4, 1))
    past = PLAN.model_copy(update={"due": date(2026, 3, 2)})
    interpretation("required").when(past, by=CLERK, on=NEXT).then_refused("interpretation.plan_due_before_today")


def test_there_are_eight_forms_and_ten_elements() -> None:
    assert len(FORMS) == 8
    assert len(ELEMENTS) == 10


def test_another_unit_does_nothing_in_it() -> None:
    for stage, command in (("required", PLAN), ("planned", MATERIAL), ("submitted", SignInterpretation())):
        interpretation(stage).when(command, by=HEALTH, on=NEXT).then_forbidden()


@pytest.mark.parametrize(
    ("stage", "missing"),
    [
        ("required", "plan"),
        ("planned", "material"),
        ("submitted", "signature"),
        ("signed", "publication"),
        ("published", "links"),
    ],
)
def test_the_office_urges_what_is_missing(stage: str, missing: str) -> None:
    urge = UrgeInterpretation.model_validate({"missing": missing})
    scenario = (
        interpretation(stage).when(urge, by=OFFICE_CLERK, on=NEXT).then(left(InterpretationUrged, missing=missing))
    )
    assert scenario.state.urged == 1
    scenario.when(urge, by=CLERK, on=NEXT).then_forbidden()


def test_what_is_done_is_not_urged() -> None:
    interpretation("planned").when(UrgeInterpretation(missing="plan"), by=OFFICE, on=NEXT).then_refused(
        "interpretation.nothing_missing"
    )


def test_material_follows_the_plan_and_is_a_reference() -> None:
    interpretation("required").when(MATERIAL, by=CLERK, on=NEXT).then_refused("interpretation.plan_missing")
    interpretation("planned").when(MATERIAL, by=CLERK, on=NEXT).then(left(MaterialSubmitted, text="v:text"))


def test_returned_material_comes_again_and_a_signature_falls_with_it() -> None:
    back = ReturnMaterial(ground="copies_document", explanation="照抄公文")
    interpretation("planned").when(back, by=OFFICE, on=NEXT).then_refused("interpretation.material_missing")
    scenario = (
        interpretation("signed")
        .when(back, by=OFFICE_CLERK, on=NEXT)
        .then(left(MaterialReturned, ground="copies_document", explanation="v:explanation"))
    )
    assert (scenario.state.status, scenario.state.signed, scenario.state.returns) == ("planned", False, 1)
    scenario.when(MATERIAL, by=CLERK, on=NEXT).then(MaterialSubmitted)


def test_the_head_signs_what_somebody_else_submitted() -> None:
    sign = SignInterpretation()
    interpretation("planned").when(sign, by=HEAD, on=NEXT).then_refused("interpretation.material_missing")
    interpretation("submitted").when(sign, by=CLERK, on=NEXT).then_forbidden()
    own = interpretation("planned").and_(MATERIAL, by=HEAD, on=NEXT)
    own.when(sign, by=HEAD, on=NEXT).then_refused("interpretation.same_person")
    scenario = interpretation("submitted").when(sign, by=HEAD, on=NEXT).then(InterpretationSigned)
    for command, by in ((sign, HEAD), (MATERIAL, CLERK), (PLAN, CLERK)):
        scenario.when(command, by=by, on=NEXT).then_refused("interpretation.already_signed")


def test_a_step_is_not_dated_before_the_one_it_rests_on() -> None:
    scenario = interpretation("planned").and_(PLAN, by=CLERK, on="2026-03-05")
    broken = scenario.when(MATERIAL, by=CLERK, on="2026-03-04", recorded="2026-03-06").then_refused(
        "interpretation.before_previous_step"
    )
    assert broken.field == "happened"


# -- publication, links ------------------------------------------------------------------------------------------------


def test_it_is_published_signed_and_not_before_its_document() -> None:
    interpretation("issued").when(PUBLISH, by=CLERK, on=NEXT).then_refused("interpretation.not_signed")
    early = interpretation("submitted").and_(SignInterpretation(), by=HEAD, on=DAY)
    early.when(PUBLISH, by=CLERK, on=NEXT).then_refused("interpretation.document_not_issued")
    interpretation("signed").when(PUBLISH, by=CLERK, on=NEXT).then(
        left(InterpretationPublished, forms=("qa",), elements=tuple(ELEMENTS), not_applicable=())
    )


@pytest.mark.parametrize("element", TEN)
def test_each_element_is_contained_or_said_not_to_apply(element: str) -> None:
    rest = [code for code in reversed(TEN) if code != element]
    without = PublishInterpretation.model_validate({"forms": ["qa"], "elements": rest})
    broken = interpretation("signed").when(without, by=CLERK, on=NEXT).then_refused("interpretation.elements_missing")
    assert ELEMENTS[element].zh in broken.message.zh
    assert ELEMENTS[element].en in broken.message.en
    said = PublishInterpretation.model_validate({"forms": ["qa"], "elements": rest, "not_applicable": [element]})
    interpretation("signed").when(said, by=CLERK, on=NEXT).then(
        left(InterpretationPublished, elements=tuple(x for x in TEN if x != element), not_applicable=(element,))
    )
    twice = PublishInterpretation.model_validate({"forms": ["qa"], "elements": TEN, "not_applicable": [element]})
    interpretation("signed").when(twice, by=CLERK, on=NEXT).then_refused("interpretation.element_twice")


def test_a_planned_form_is_among_those_published() -> None:
    other = PublishInterpretation.model_validate({"forms": ["pictures"], "elements": TEN})
    interpretation("signed").when(other, by=CLERK, on=NEXT).then_refused("interpretation.form_not_planned")
    more = PublishInterpretation.model_validate({"forms": ["pictures", "qa", "qa"], "elements": TEN})
    interpretation("signed").when(more, by=CLERK, on=NEXT).then(left(InterpretationPublished, forms=("pictures", "qa")))


def test_published_and_linked_both_ways_is_complete() -> None:
    interpretation("published").when(BOTH, by=CLERK, on="2026-03-05").then(
        InterpretationLinked,
        left(
            InterpretationCompleted,
            department="education",
            document=W,
            started=date(2026, 3, 2),
            due=date(2026, 3, 5),
            done=date(2026, 3, 5),
            met=True,
        ),
    )


@pytest.mark.parametrize(("first", "second"), [("from_document", "to_document"), ("to_document", "from_document")])
def test_one_link_completes_nothing_and_the_other_does(first: str, second: str) -> None:
    links = [LinkInterpretation.model_validate({"direction": direction}) for direction in (first, second)]
    scenario = (
        interpretation("published").when(links[0], by=CLERK, on=NEXT).then(left(InterpretationLinked, direction=first))
    )
    assert scenario.state.status == "published"
    scenario.when(links[0], by=CLERK, on=NEXT).then_refused("interpretation.already_linked")
    scenario.when(links[1], by=OFFICE, on=NEXT).then(InterpretationLinked, InterpretationCompleted)
    assert scenario.file.dues == {}


def test_only_what_is_published_is_linked() -> None:
    interpretation("signed").when(BOTH, by=CLERK, on=NEXT).then_refused("interpretation.not_published")


LATER: list[tuple[Command, Actor]] = [
    (PLAN, CLERK),
    (MATERIAL, CLERK),
    (ReturnMaterial(ground="form"), OFFICE),
    (SignInterpretation(), HEAD),
    (PUBLISH, CLERK),
    (WAIVE, OFFICE),
]


@pytest.mark.parametrize(("command", "by"), [*LATER, (BOTH, CLERK), (UrgeInterpretation(missing="links"), OFFICE)])
def test_what_is_complete_or_waived_is_over(command: Command, by: Actor) -> None:
    interpretation("completed").when(command, by=by, on=NEXT).then_refused("interpretation.already_completed")
    waived = interpretation("submitted").and_(WAIVE, by=OFFICE, on=DAY)
    waived.when(command, by=by, on=NEXT).then_refused("interpretation.waived")


@pytest.mark.parametrize(("command", "by"), LATER)
def test_what_is_published_stays(command: Command, by: Actor) -> None:
    interpretation("published").when(command, by=by, on=NEXT).then_refused("interpretation.already_published")


# -- the limit ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issued", "due"),
    [
        ("2026-03-02", date(2026, 3, 5)),
        ("2026-03-06", date(2026, 3, 11)),
        ("2025-01-24", date(2025, 2, 5)),  # 26 January, a Sunday, is worked; then the Spring Festival
        ("2025-09-30", date(2025, 10, 11)),  # a Saturday that is worked
    ],
)
def test_three_working_days_after_the_issue_which_is_not_counted(issued: str, due: date) -> None:
    assert interpretation("issued", on=issued).file.dues["interpretation"][0] == due


def test_the_limit_is_a_setting() -> None:
    scenario = interpretation("issued", settings={"interpretation.limit": 5})
    assert scenario.file.dues["interpretation"][0] == date(2026, 3, 9)


def test_what_is_not_complete_on_the_due_date_is_overdue_once_and_completed_late_without_a_verdict() -> None:
    scenario = interpretation("published").when_swept("2026-03-05 23:00").then_nothing()
    scenario.when_swept("2026-03-06 00:00").then(
        left(InterpretationOverdue, department="education", document=W, due=date(2026, 3, 5), met=False, done=None)
    )
    scenario.when_swept("2026-03-09 00:00").then_nothing()
    scenario.when(BOTH, by=CLERK, on="2026-03-09").then(InterpretationLinked, left(InterpretationCompleted, met=False))


def test_the_issue_known_later_is_counted_from_its_day() -> None:
    scenario = interpretation("submitted")
    scenario.when(NoteDocumentIssue(issued=date(2026, 3, 3)), on="2026-03-10").then(
        left(DocumentIssueNoted, issued=date(2026, 3, 3), limit=3), InterpretationOverdue
    )


def test_the_issue_is_noted_once_and_by_the_system_alone() -> None:
    note = NoteDocumentIssue(issued=date(2026, 3, 2))
    interpretation("issued").when(note, on=NEXT).then_refused("interpretation.document_already_issued")
    interpretation("submitted").when(note, by=OFFICE, on=NEXT).then_forbidden()
    waived = interpretation("submitted").and_(WAIVE, by=OFFICE, on=DAY).when(note, on=NEXT)
    after = waived.then(left(DocumentIssueNoted, issued=date(2026, 3, 2)))
    # What the document was issued on stands, a waiver too; its limit has ended.
    assert (after.state.status, after.state.ended) == ("waived", "cancelled")
    void = VoidEntry(events=(after.id_of(InterpretationWaived),), reason="登记有误")
    after.when(void, by=OFFICE, on=NEXT).then_refused("void.forbidden")
    repealed = interpretation("issued").and_(WaiveInterpretation(reason="repealed", explanation="公文已废止"), on=NEXT)
    void = VoidEntry(events=(repealed.id_of(InterpretationWaived),), reason="废止登记有误")
    restored = repealed.when(void, on=NEXT).then(EntryVoided)
    assert (restored.state.waived, restored.state.ended) == (None, None)


def test_nothing_is_published_before_its_document_was_issued() -> None:
    prepared = interpretation("submitted").and_(NoteDocumentIssue(issued=date(2026, 3, 10)), on="2026-03-10")
    signed = prepared.and_(SignInterpretation(), by=HEAD, on="2026-03-04", recorded="2026-03-11")
    early = signed.when(PUBLISH, by=CLERK, on="2026-03-09", recorded="2026-03-11")
    early.then_refused("interpretation.document_not_issued")
    signed.when(PUBLISH, by=CLERK, on="2026-03-10", recorded="2026-03-11").then(InterpretationPublished)


def test_a_waiver_ends_the_limit_without_a_verdict() -> None:
    scenario = (
        interpretation("issued")
        .when(WAIVE, by=OFFICE, on=NEXT)
        .then(left(InterpretationWaived, reason="superior_interprets", explanation="v:explanation"))
    )
    assert INTERPRETATION.summary(scenario.state).open is False
    scenario.when_swept("2026-06-01").then_nothing()
    interpretation("issued").when(WAIVE, by=HEAD, on=NEXT).then_forbidden()


def test_links_recorded_late_but_made_in_time_take_the_overdue_back() -> None:
    scenario = interpretation("published")
    scenario.when_swept("2026-03-06 00:10").then(InterpretationOverdue)
    scenario.when(BOTH, by=CLERK, on="2026-03-04", recorded="2026-03-06").accepted()
    live = [event for event in scenario.live if isinstance(event, InterpretationOverdue | InterpretationCompleted)]
    assert [(event.event_name, event.met) for event in live] == [("InterpretationCompleted", True)]


def test_a_revoked_overdue_leaves_no_verdict() -> None:
    scenario = interpretation("published")
    scenario.when_swept("2026-03-06 00:10").then(InterpretationOverdue)
    revoke = RevokeOverdue(event=scenario.id_of(InterpretationOverdue), reason="网站故障")
    scenario.when(revoke, by=OFFICE, on="2026-03-09").accepted()
    scenario.when(BOTH, by=CLERK, on="2026-03-09").then(InterpretationLinked, left(InterpretationCompleted, met=False))


# -- corrections -------------------------------------------------------------------------------------------------------


def test_a_completion_undone_lets_the_limit_run_on() -> None:
    scenario = interpretation("published").and_(BOTH, by=CLERK, on=NEXT)
    both = (scenario.id_of(InterpretationLinked), scenario.id_of(InterpretationCompleted))
    scenario.when(VoidEntry(events=both, reason="未链接"), by=OFFICE, on=NEXT).then(EntryVoided)
    assert scenario.file.dues["interpretation"][0] == date(2026, 3, 5)
    assert scenario.state.status == "published"


def test_plan_material_and_waiver_stand_once_the_document_is_issued_as_does_its_issue() -> None:
    scenario = interpretation("signed")
    for entry in (PlanFiled, MaterialSubmitted, DocumentIssueNoted):
        void = VoidEntry(events=(scenario.id_of(entry),), reason="登记有误")
        scenario.when(void, by=OFFICE, on=NEXT).then_refused("void.forbidden")
    before = interpretation("submitted")
    void = VoidEntry(events=(before.id_of(MaterialSubmitted),), reason="登记有误")
    before.when(void, by=OFFICE, on=NEXT).then(EntryVoided)
    assert before.state.status == "planned"


# -- the team ----------------------------------------------------------------------------------------------------------


def test_the_unit_s_interpretation_team_files_plan_and_material_and_that_of_another_unit_does_not() -> None:
    member, stranger = person("expert", "interpreter@education"), person("other", "interpreter@health")
    required = interpretation("required")
    required.when(PLAN, by=stranger, on=DAY).then_forbidden()
    required.and_(PLAN, by=member, on=DAY).when(MATERIAL, by=member, on=DAY).then(MaterialSubmitted)
    required.when(SignInterpretation(), by=member, on=NEXT).then_forbidden()
