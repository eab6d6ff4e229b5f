"""Whatever is asked of an item or undone, by whom and however late it is recorded: nothing goes live but by the whole chain.

Neither does a word that a stage of it has not seen, nor one that monitoring warned of unanswered.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.publishing.article import ARTICLE
from services.publishing.article_commands import (
    Approve,
    ApproveCorrection,
    Archive,
    CheckPublished,
    Correct,
    DetermineSecrecy,
    File,
    FlagSensitive,
    Publish,
    Reject,
    RejectCorrection,
    Release,
    Return,
    ReviewSecrecy,
    Revise,
    Submit,
    Treat,
    Withdraw,
)
from services.publishing.article_events import (
    CorrectionProposed,
    InfoCorrected,
    InfoDrafted,
    InfoPublished,
    InfoReleased,
    InfoReturned,
    InfoRevised,
    InfoSubmitted,
    InfoTreated,
    PublicationOverdue,
    ReviewApproved,
    ReviewRejected,
    SecrecyDetermined,
    SecrecyReviewed,
    SensitivityFlagged,
    WarningsAnswered,
)
from services.publishing.article_rules import LEADERS, ORDINARY
from services.publishing.article_state import DRAFTING
from services.publishing.column import COLUMN
from services.publishing.column_commands import Open, RecordBlank, Update
from services.publishing.column_events import ColumnBlank, ColumnStale, ColumnUpdated
from services.publishing.monitoring import Hit, together, without
from shared.domain.corrections import COMMON_EVENTS, VoidEntry
from shared.domain.directory import Actor
from shared.domain.kind import Command, Recorded
from shared.engine.history import effective, fold
from tests.scenario import Scenario, moment, person
from tests.unit.article_world import (
    CHIEF,
    CLERK,
    COUNTY_SECRECY,
    DEPUTY,
    DIRECTORY,
    HEAD,
    IN_CHARGE,
    KEEPER,
    OFFICE,
    SECRECY,
    SECTION,
    item,
)

MANY = person(
    "many",
    "clerk@education",
    "head@education",
    "secrecy@education",
    "office@county-office",
    "leader@county-office",
    "chief_leader@county-office",
)
NEXT: dict[str, tuple[Command, Actor]] = {
    "drafting": (Submit(), CLERK),
    "rejected": (Submit(), CLERK),
    "returned": (Submit(), CLERK),
    "first": (Approve(stage="first"), SECTION),
    "second": (Approve(stage="second"), DEPUTY),
    "third": (Approve(stage="third"), HEAD),
    "secrecy": (ReviewSecrecy(result="open"), SECRECY),
    "treatment": (Treat(text="略"), CLERK),
    "referred": (DetermineSecrecy(result="open", letter="函1号"), COUNTY_SECRECY),
    "leader_in_charge": (Approve(stage="leader_in_charge"), IN_CHARGE),
    "chief_leader": (Approve(stage="chief_leader"), CHIEF),
    "release": (Release(), OFFICE),
    "released": (Publish(claimed_reason="补录"), CLERK),
    "published": (Withdraw(ground="error", reason="略"), HEAD),
}
OTHERS: list[tuple[Command, Actor]] = [
    *((Approve(stage=stage), MANY) for stage in (*ORDINARY, *LEADERS)),
    *((Approve(stage=stage), who) for stage in ORDINARY for who in (CLERK, SECTION, HEAD)),
    (Approve(stage="chief_leader"), IN_CHARGE),
    (Reject(stage="second", ground="facts", reason="略"), DEPUTY),
    (ReviewSecrecy(result="open"), MANY),
    (ReviewSecrecy(result="open_after_treatment", treatment="略"), SECRECY),
    (ReviewSecrecy(result="refer", authority="secrecy_department"), SECRECY),
    (ReviewSecrecy(result="not_open", ground="third_party"), SECRECY),
    (FlagSensitive(ground="sensitive"), CLERK),
    (Revise(text="改"), MANY),
    (Revise(text="改"), SECTION),
    (Treat(text="略"), MANY),
    (Release(), MANY),
    (Return(ground="form", reason="略"), OFFICE),
    (Publish(), CLERK),
    (Publish(claimed_at=moment("2026-03-02 09:00")), CLERK),
    (Publish(claimed_at=moment("2026-03-02 09:00"), claimed_reason="补录"), CLERK),
    (CheckPublished(text="略"), CLERK),
    (Revise(title="请拨 13812345678"), CLERK),
    (Revise(text="电话 13812345678"), CLERK),
    (Treat(text="电话 13812345678"), CLERK),
    (Correct(ground="misprint", text="改", reason="略"), HEAD),
    (Correct(ground="misprint", title="请拨 13812345678", reason="略"), MANY),
    (ApproveCorrection(), SECRECY),
    (ApproveCorrection(answer="略"), MANY),
    (RejectCorrection(reason="略"), HEAD),
    (File(number="1"), KEEPER),
    (Archive(retention="10y"), KEEPER),
]
STEP = st.one_of(
    st.none(), st.none(), st.none(), st.none(), st.none(), st.none(), st.sampled_from(OTHERS), st.integers(0, 9)
)
"""What comes next, something else, or which entry is undone, the last one first."""
Walk = list[tuple[tuple[Command, Actor] | int | None, int, bool]]
WALK = st.lists(st.tuples(STEP, st.integers(0, 4), st.booleans()), min_size=8, max_size=25)


def text(day: int, minutes: int) -> str:
    return (moment("2026-03-02 00:00") + timedelta(days=day, minutes=minutes)).isoformat()


Words = tuple[str, str]
"""Which entry the title is of, and which the text; an entry said anew is the one that it says anew."""
WORDED = (InfoDrafted, InfoRevised, InfoTreated, InfoCorrected)


def names(records: list[Recorded]) -> dict[str, str]:
    """Every entry by the first one that it says anew."""
    found: dict[str, str] = {}
    for record in records:
        restated = record.event.restates
        found[record.stamp.id] = found[restated] if restated is not None else record.stamp.id
    return found


def words(records: list[Recorded], named: Mapping[str, str], before: str | None = None) -> Words:
    """Which words stand at the end, or before an entry."""
    title = text = ""
    for record in records:
        if record.stamp.id == before:
            break
        if isinstance(record.event, WORDED):
            title = named[record.stamp.id] if record.event.title is not None else title
            text = named[record.stamp.id] if record.event.text is not None else text
    return title, text


class Eyes:
    """What each reviewer had before them when they passed it."""

    def __init__(self) -> None:
        self.saw: dict[str, Words] = {}

    def look(self, scenario: Scenario) -> None:
        """Once a command was carried out: its reviews saw the words that stood then."""
        live, named = effective(scenario.records), names(scenario.records)
        for record in scenario.records:
            if isinstance(record.event, ReviewApproved) and record.stamp.id not in self.saw:
                self.saw[record.stamp.id] = words(live, named, record.stamp.id)


def seen(scenario: Scenario, eyes: Eyes) -> None:
    """What is live was seen by every stage; other words by the secrecy review, by somebody else than who gave them."""
    live, named = effective(scenario.records), names(scenario.records)
    passed: list[str] = []
    proposed: Recorded | None = None
    reviewer = None
    for record in live:
        match record.event:
            case InfoSubmitted() | InfoTreated():
                passed = []
            case ReviewApproved():
                passed.append(record.stamp.id)
            case InfoPublished():
                assert {eyes.saw[one] for one in passed} == {words(live, named, record.stamp.id)}
                reviewer = None
            case CorrectionProposed():
                proposed, reviewer = record, None
            case SecrecyReviewed():
                reviewer = record.stamp.actor
            case InfoCorrected() as event if event.title is not None or event.text is not None:
                assert proposed is not None
                assert (event.title, event.text) == (proposed.event.title, proposed.event.text)  # type: ignore[attr-defined]
                assert reviewer == event.reviewer == record.stamp.actor != proposed.stamp.actor
                proposed = None
            case _:
                pass


def answered(records: list[Recorded]) -> None:
    """Of what monitoring found in the words that went live, all was answered since they were last given to the reviewers."""
    found: dict[str, tuple[Hit, ...]] = {"title": (), "text": ()}
    answers: list[Hit] = []
    for record in records:
        match record.event:
            case InfoDrafted() | InfoRevised() | InfoTreated() as event:
                if event.title is not None:
                    found["title"] = event.title_hits
                if event.text is not None:
                    found["text"] = without(event.hits, event.title_hits)
                if isinstance(event, InfoTreated):
                    answers = []
            case InfoSubmitted():
                answers = []
            case WarningsAnswered() as event:
                answers += event.hits
            case InfoPublished():
                assert without(together([*found["title"], *found["text"]]), together(answers)) == ()
            case InfoCorrected() as event:
                answers = list(event.hits)
            case _:
                pass


def lawful(records: list[Recorded]) -> None:
    """What went live passed every stage since it was last sent back, each by another person, and then the office."""
    stages: dict[str, str] = {}
    authors: set[str] = set()
    releaser = None
    sensitive = False
    secrecy_open = False
    live = False
    for record in records:
        match record.event:
            case InfoDrafted() | InfoRevised():
                authors.add(record.stamp.actor)
            case InfoTreated():
                authors.add(record.stamp.actor)
                stages, releaser, secrecy_open = {}, None, False
            case ReviewRejected() | InfoReturned():
                stages, releaser, secrecy_open = {}, None, False
            case SensitivityFlagged():
                sensitive, releaser = True, None
            case SecrecyReviewed() | SecrecyDetermined():
                secrecy_open = record.event.result == "open"
            case ReviewApproved():
                assert not live
                assert record.event.reviewer == record.stamp.actor
                stages[record.event.stage] = record.event.reviewer
            case InfoReleased():
                releaser = record.stamp.actor
            case InfoPublished() as event:
                assert tuple(stages) == ((*ORDINARY, *LEADERS) if sensitive else ORDINARY)
                assert secrecy_open
                assert releaser is not None
                persons = [*stages.values(), releaser]
                assert len(set(persons)) == len(persons)
                assert not set(persons) & authors
                minute = record.stamp.recorded.replace(second=0, microsecond=0)
                earlier = event.claimed_at < minute
                assert event.claimed_earlier == earlier == ("claimed_earlier" in event.flags)
                assert not earlier or event.claimed_reason
                live = True
            case _:
                pass


def judged_once(scenario: Scenario) -> None:
    verdicts = [
        event
        for event in scenario.live
        if isinstance(event, PublicationOverdue) or (isinstance(event, InfoPublished) and event.met)
    ]
    assert len(verdicts) == int(scenario.state.clock_ended in ("met", "missed"))


def sound(scenario: Scenario, eyes: Eyes) -> None:
    assert fold(ARTICLE, effective(scenario.records)) == scenario.state
    eyes.look(scenario)
    seen(scenario, eyes)
    answered(effective(scenario.records))
    lawful(effective(scenario.records))
    judged_once(scenario)


def asked(scenario: Scenario, step: tuple[Command, Actor] | int | None) -> tuple[Command, Actor]:
    if isinstance(step, int):
        live = [one for one in effective(scenario.records) if not isinstance(one.event, COMMON_EVENTS)]
        return VoidEntry(events=(live[max(0, len(live) - 1 - step)].stamp.id,), reason="登记有误"), OFFICE
    if step is None and scenario.state.correction is not None:
        return ApproveCorrection(answer="略" if scenario.state.correction.hits else None), SECRECY
    command, by = step or NEXT.get(scenario.state.status, (File(number="1"), KEEPER))
    if step is None and isinstance(command, Approve) and scenario.state.unanswered:
        return command.model_copy(update={"answer": "略"}), by
    return command, by


@given(WALK)
@settings(max_examples=150, deadline=None)
def test_nothing_goes_live_but_by_every_stage_and_different_persons(walk: Walk) -> None:
    scenario, eyes, day = item("drafting"), Eyes(), 0
    for number, (step, later, swept) in enumerate(walk):
        day += later
        if swept:
            scenario.when_swept(text(day, 500))
        command, by = asked(scenario, step)
        scenario.when(command, by=by, on=text(day, 600 + number))
        sound(scenario, eyes)


@given(WALK, st.lists(st.integers(0, 6), min_size=25, max_size=25))
@settings(max_examples=120, deadline=None)
def test_nor_does_what_is_recorded_late(walk: Walk, delays: list[int]) -> None:
    scenario, eyes, day = item("drafting"), Eyes(), 0
    for number, ((step, later, swept), delay) in enumerate(zip(walk, delays, strict=False)):
        day += later
        if swept:
            scenario.when_swept(text(day, 500))
        command, by = asked(scenario, step)
        happened = text(max(0, day - delay), 600 + number)
        scenario.when(command, by=by, on=happened, recorded=text(day, 600 + number))
        sound(scenario, eyes)


WARNED = "电话 13812345678"
TURNS = ("next", "other words", "send back", "treat", "undo", "undo an answer")
TURN = st.tuples(st.sampled_from((*["next"] * 9, *TURNS)), st.integers(0, 9))


def turned(scenario: Scenario, turn: str, n: int) -> tuple[Command, Actor]:
    """Something that touches the words wherever the item has come to; else the next step of its way."""
    state = scenario.state
    titled = {"title": WARNED} if n % 2 else {"text": WARNED if n % 4 else "改"}
    match turn:
        case "other words" if state.status in DRAFTING:
            return Revise.model_validate(titled), CLERK
        case "other words" if state.status == "published" and state.correction is None:
            return Correct.model_validate({"ground": "misprint", "reason": "略", **titled}), MANY if n > 4 else HEAD
        case "other words" if state.correction is not None:
            return ApproveCorrection(answer="略" if state.correction.hits else None), MANY
        case "send back" if state.status in ORDINARY[:3]:
            return Reject(stage=state.status, ground="facts", reason="略"), NEXT[state.status][1]
        case "send back" if state.status in ("release", "released"):
            return Return(ground="form", reason="略"), OFFICE
        case "treat" if state.status == "secrecy":
            return ReviewSecrecy(result="open_after_treatment", treatment="略"), SECRECY
        case "undo":
            return asked(scenario, n)
        case "undo an answer" if any(isinstance(event, WarningsAnswered) for event in scenario.live):
            return VoidEntry(events=(scenario.id_of(WarningsAnswered),), reason="登记有误"), OFFICE
        case _ if state.status == "treatment":
            return Treat.model_validate({"text": "略", **titled}), CLERK
        case _ if state.status == "published" and state.correction is None:
            return Correct(ground="misprint", text="改", reason="略"), HEAD
        case _:
            return asked(scenario, None)


@given(st.lists(TURN, min_size=10, max_size=24))
@settings(max_examples=300, deadline=None)
def test_no_word_goes_live_that_a_stage_has_not_seen_or_a_reviewer_not_answered(walk: list[tuple[str, int]]) -> None:
    scenario, eyes = item("drafting"), Eyes()
    for number, (turn, n) in enumerate(walk):
        command, by = turned(scenario, turn, n)
        scenario.when(command, by=by, on=text(0, 600 + number))
        sound(scenario, eyes)


Upkeep = list[tuple[Command, int, int, bool]]
UPKEEP = st.lists(
    st.tuples(st.sampled_from([Update(), RecordBlank()]), st.integers(0, 25), st.integers(0, 30), st.booleans()),
    max_size=12,
)


@given(UPKEEP)
@settings(max_examples=120, deadline=None)
def test_a_column_is_charged_once_for_each_fortnight_without_an_update(walk: Upkeep) -> None:
    opening = Open(name="教育动态", owner="education", kind="dynamic")
    scenario = Scenario(COLUMN, directory=DIRECTORY, case="L2026-000001").and_(opening, by=OFFICE, on="2026-03-02")
    day = 0
    for number, (command, later, delay, swept) in enumerate(walk):
        day += later
        if swept:
            scenario.when_swept(text(day, 599))
        happened = text(max(0, day - delay), 600 + number)
        scenario.when(command, by=OFFICE, on=happened, recorded=text(day, 600 + number))
        assert fold(COLUMN, effective(scenario.records)) == scenario.state
    scenario.when_swept(text(day + 60, 0))
    begun: Any = moment("2026-03-02").date()
    for event in scenario.live:
        match event:
            case ColumnUpdated():
                assert event.updated <= begun + timedelta(days=14)
                begun = max(begun, event.updated)
            case ColumnBlank():
                assert event.found <= begun + timedelta(days=14)
                begun = max(begun, event.found)
            case ColumnStale():
                assert event.due == begun + timedelta(days=14)
                begun = event.due
    assert begun + timedelta(days=14) >= moment(text(day + 60, 0)).date()
