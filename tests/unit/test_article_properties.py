"""Whatever is asked of an item, by whom and however late it is recorded: nothing goes live but by the whole chain."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.publishing.article import ARTICLE
from services.publishing.article_commands import (
    Approve,
    Archive,
    CheckPublished,
    Correct,
    DetermineSecrecy,
    File,
    FlagSensitive,
    Publish,
    Reject,
    Release,
    Return,
    ReviewSecrecy,
    Revise,
    Submit,
    Treat,
    Withdraw,
)
from services.publishing.article_events import (
    InfoDrafted,
    InfoPublished,
    InfoReleased,
    InfoReturned,
    InfoRevised,
    InfoTreated,
    PublicationOverdue,
    ReviewApproved,
    ReviewRejected,
    SecrecyDetermined,
    SecrecyReviewed,
    SensitivityFlagged,
)
from services.publishing.article_rules import LEADERS, ORDINARY
from services.publishing.column import COLUMN
from services.publishing.column_commands import Open, RecordBlank, Update
from services.publishing.column_events import ColumnBlank, ColumnStale, ColumnUpdated
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
    (Correct(ground="misprint", text="改", reason="略"), HEAD),
    (File(number="1"), KEEPER),
    (Archive(retention="10y"), KEEPER),
]
STEP = st.one_of(st.none(), st.none(), st.none(), st.none(), st.sampled_from(OTHERS))
Walk = list[tuple[tuple[Command, Actor] | None, int, bool]]
WALK = st.lists(st.tuples(STEP, st.integers(0, 4), st.booleans()), min_size=8, max_size=25)


def text(day: int, minutes: int) -> str:
    return (moment("2026-03-02 00:00") + timedelta(days=day, minutes=minutes)).isoformat()


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
            case InfoDrafted() | InfoRevised() | InfoTreated():
                authors.add(record.stamp.actor)
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


def sound(scenario: Scenario) -> None:
    assert fold(ARTICLE, effective(scenario.records)) == scenario.state
    lawful(effective(scenario.records))
    judged_once(scenario)


def asked(scenario: Scenario, step: tuple[Command, Actor] | None) -> tuple[Command, Actor]:
    return step or NEXT.get(scenario.state.status, (File(number="1"), KEEPER))


@given(WALK)
@settings(max_examples=150, deadline=None)
def test_nothing_goes_live_but_by_every_stage_and_different_persons(walk: Walk) -> None:
    scenario, day = item("drafting"), 0
    for number, (step, later, swept) in enumerate(walk):
        day += later
        if swept:
            scenario.when_swept(text(day, 500))
        command, by = asked(scenario, step)
        scenario.when(command, by=by, on=text(day, 600 + number))
        sound(scenario)


@given(WALK, st.lists(st.integers(0, 6), min_size=25, max_size=25))
@settings(max_examples=120, deadline=None)
def test_nor_does_what_is_recorded_late(walk: Walk, delays: list[int]) -> None:
    scenario, day = item("drafting"), 0
    for number, ((step, later, swept), delay) in enumerate(zip(walk, delays, strict=False)):
        day += later
        if swept:
            scenario.when_swept(text(day, 500))
        command, by = asked(scenario, step)
        happened = text(max(0, day - delay), 600 + number)
        scenario.when(command, by=by, on=happened, recorded=text(day, 600 + number))
        sound(scenario)


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
