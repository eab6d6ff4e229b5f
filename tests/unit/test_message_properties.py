"""Whatever is asked of a message, in whatever order and however late it is recorded, what stands is lawful."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.messages.message import MESSAGE
from services.messages.message_commands import (
    Accept,
    AcceptDiversion,
    AddCoHandler,
    ApproveReply,
    Archive,
    Assign,
    Classify,
    Comment,
    Decline,
    DenyExtension,
    DenyReturn,
    DivertToPetition,
    DivertToRequest,
    DraftReply,
    Erase,
    GrantExtension,
    GrantReturn,
    IssueSupervision,
    NoteInstruction,
    OrderRework,
    PublishReply,
    Quarantine,
    Rate,
    Reclassify,
    RecordInvestigation,
    Reply,
    RequestConfidentiality,
    RequestExtension,
    RequestReturn,
    SendBack,
    WithholdReply,
)
from services.messages.message_events import (
    MessageClassified,
    MessageNeglected,
    MessageReclassified,
    ReplyOverdue,
    ReplySent,
)
from shared.domain.directory import Actor
from shared.domain.kind import Command
from shared.engine.history import effective, fold
from tests.scenario import Scenario, moment
from tests.unit.message_world import CLERK, DESK, HEAD, OFFICE_HEAD, WRITER, file

NEXT: dict[str, tuple[Command, Actor]] = {
    "received": (Accept(), DESK),
    "accepted": (Classify(category="complaint"), DESK),
    "classified": (Assign(department="education"), DESK),
    "assigned": (DraftReply(text="略"), CLERK),
    "handling": (DraftReply(text="略"), CLERK),
    "return_requested": (GrantReturn(), OFFICE_HEAD),
    "drafted": (ApproveReply(), HEAD),
    "office_review": (ApproveReply(), OFFICE_HEAD),
    "approved": (Reply(), HEAD),
    "answered": (Rate(satisfied=False), WRITER),
    "rated": (OrderRework(ground="unsatisfied"), OFFICE_HEAD),
}
OTHERS: list[tuple[Command, Actor]] = [
    (Classify(category="enquiry"), DESK),
    (Classify(category="difficult", days=30), DESK),
    (Classify(category="report", accused="health"), DESK),
    (Reclassify(category="enquiry", reason="略"), DESK),
    (Reclassify(category="investigation", reason="略"), DESK),
    (Reclassify(category="difficult", reason="略"), DESK),
    (Assign(department="county-office"), DESK),
    (RequestReturn(ground="not_competent", reason="略"), CLERK),
    (GrantReturn(), DESK),
    (DenyReturn(reason="略"), DESK),
    (AddCoHandler(department="health"), DESK),
    (RecordInvestigation(method="records", findings="略"), CLERK),
    (RequestExtension(days=2, reason="略"), CLERK),
    (GrantExtension(told="phone"), OFFICE_HEAD),
    (DenyExtension(reason="略"), OFFICE_HEAD),
    (SendBack(reason="略"), HEAD),
    (ApproveReply(), OFFICE_HEAD),
    (DraftReply(text="略"), DESK),
    (Reply(), DESK),
    (PublishReply(title="略", question="略", reply="略"), HEAD),
    (WithholdReply(ground="privacy", reason="略"), HEAD),
    (Rate(satisfied=False), WRITER),
    (Rate(satisfied=True), WRITER),
    (Comment(text="略"), WRITER),
    (OrderRework(ground="unsatisfied"), OFFICE_HEAD),
    (OrderRework(ground="substandard"), OFFICE_HEAD),
    (IssueSupervision(ground="overdue", text="略"), OFFICE_HEAD),
    (NoteInstruction(instruction="略"), OFFICE_HEAD),
    (RequestConfidentiality(), WRITER),
    (Quarantine(accused="health"), OFFICE_HEAD),
    (Decline(ground="repeated", explanation="略"), DESK),
    (DivertToPetition(explanation="略"), DESK),
    (DivertToRequest(explanation="略"), DESK),
    (AcceptDiversion(), DESK),
    (Archive(), DESK),
    (Erase(ground="purpose_achieved"), OFFICE_HEAD),
]
ASKED = st.one_of(st.none(), st.none(), st.none(), st.sampled_from(OTHERS))
Walk = list[tuple[tuple[Command, Actor] | None, int, bool]]
WALK = st.lists(st.tuples(ASKED, st.integers(0, 4), st.booleans()), min_size=6, max_size=25)


def asked(scenario: Scenario, step: tuple[Command, Actor] | None) -> tuple[Command, Actor]:
    """The step, or for None the next one of the usual way."""
    status = scenario.state.status
    if status == "accepted" and scenario.state.category != "unclassified":
        status = "classified"
    return step or NEXT.get(status, (Archive(), DESK))


def text(day: int, hour: int) -> str:
    return (moment("2026-03-02 00:00") + timedelta(days=day, hours=hour)).isoformat()


def verdicts_agree_with_clocks(scenario: Scenario) -> None:
    """Each clock that ended met or missed has exactly one live verdict, every other clock none."""
    live: Counter[str] = Counter()
    for event in scenario.live:
        if isinstance(event, ReplyOverdue | MessageNeglected) or (isinstance(event, ReplySent) and event.met):
            live[event.clock] += 1
    for clock in MESSAGE.clocks(scenario.state):
        judged = clock.ended == "missed" or (clock.ended == "met" and not clock.watch)
        assert live[clock.id] == int(judged), (clock.id, clock.ended)


@given(WALK)
@settings(max_examples=120, deadline=None)
def test_verdicts_are_the_clocks_that_ended_and_no_due_date_moves_earlier(
    walk: Walk,
) -> None:
    scenario = file("received")
    day = 0
    for step, later, swept in walk:
        day += later
        on = text(day, 10)
        command, by = asked(scenario, step)
        if swept:
            scenario.when_swept(on)
        before = {clock: due for clock, (due, _) in scenario.file.dues.items()}
        result = scenario.when(command, by=by, on=on)
        if not any(isinstance(event, MessageClassified | MessageReclassified) for event in result.events):
            for clock, (due, _) in scenario.file.dues.items():
                was = before.get(clock)
                assert was is None or (due is not None and due >= was), command
        verdicts_agree_with_clocks(scenario)
        assert fold(MESSAGE, effective(scenario.records)) == scenario.state


@given(WALK, st.lists(st.integers(0, 6), min_size=25, max_size=25))
@settings(max_examples=120, deadline=None)
def test_what_is_recorded_late_leaves_one_verdict_a_clock_too(walk: Walk, delays: list[int]) -> None:
    scenario = file("received")
    day = 0
    for (step, later, swept), delay in zip(walk, delays, strict=False):
        day += later
        command, by = asked(scenario, step)
        if swept:
            scenario.when_swept(text(day, 9))
        scenario.when(command, by=by, on=text(max(0, day - delay), 10), recorded=text(day, 10))
        verdicts_agree_with_clocks(scenario)
        assert fold(MESSAGE, effective(scenario.records)) == scenario.state


@given(WALK)
@settings(max_examples=80, deadline=None)
def test_sweeps_only_make_a_miss_visible_earlier(walk: Walk) -> None:
    swept, unswept = file("received"), file("received")
    day = 0
    for step, later, _ in walk:
        day += later
        command, by = asked(unswept, step)
        swept.when_swept(text(day, 8))
        for scenario in (swept, unswept):
            scenario.when(command, by=by, on=text(day, 10))
    for scenario in (swept, unswept):
        scenario.when_swept("2026-12-01 23:00")

    def verdicts(scenario: Scenario) -> list[str]:
        judged = (event for event in scenario.live if isinstance(event, ReplyOverdue | MessageNeglected | ReplySent))
        return [event.model_dump_json(exclude={"clocks"}) for event in judged]

    assert verdicts(swept) == verdicts(unswept)
