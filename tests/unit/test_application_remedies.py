"""行政复议 and 行政诉讼: against what they are, in which order, and that neither is left behind by a void."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.requests.application_commands import (
    DecideLawsuit,
    DecideReconsideration,
    FileLawsuit,
    FileReconsideration,
    Reply,
    ReviewReply,
    Withdraw,
)
from services.requests.application_events import (
    LawsuitDecided,
    LawsuitFiled,
    ReconsiderationDecided,
    ReconsiderationFiled,
    ReplySent,
)
from shared.domain.corrections import EntryVoided, VerdictRevised, VoidEntry
from shared.domain.directory import Actor
from shared.domain.kind import Command, Event
from tests.scenario import Scenario, left
from tests.unit.application_world import APPLICANT, CLERK, COUNTY, HEAD, drafted, file


def silent() -> Scenario:
    """A file in which no reply came in time."""
    scenario = file("registered")
    scenario.when_swept("2026-11-06 00:00")
    return scenario


def replied(scenario: Scenario, outcome: str, on: str) -> Scenario:
    scenario.and_(drafted(outcome), by=CLERK, on=on).and_(ReviewReply(passed=True), by=HEAD, on=on)
    return scenario.and_(Reply(), by=CLERK, on=on)


def reconsidered(scenario: Scenario, filed: str, decided: str) -> Scenario:
    scenario.and_(FileReconsideration(), by=CLERK, on=filed)
    return scenario.and_(DecideReconsideration(result="other"), by=COUNTY, on=decided)


def void(scenario: Scenario, *events: type[Event]) -> VoidEntry:
    return VoidEntry(events=tuple(scenario.id_of(event) for event in events), reason="录入有误")


def test_a_reconsideration_of_silence_does_not_stand_for_one_of_the_refusal_that_came_later() -> None:
    scenario = replied(reconsidered(silent(), "2026-11-09", "2026-11-20"), "O4", "2026-11-23")
    scenario.when(FileLawsuit(), by=CLERK, on="2026-11-24").then_refused("application.reconsideration_first")
    scenario.when(FileReconsideration(), by=CLERK, on="2026-11-24").then(left(ReconsiderationFiled, against="reply"))
    scenario.and_(DecideReconsideration(result="upheld"), by=COUNTY, on="2026-12-14")
    scenario.when(FileLawsuit(), by=CLERK, on="2026-12-15").then(
        left(LawsuitFiled, after_reconsideration=True, against="reply")
    )


def test_a_reconsideration_still_pending_when_the_refusal_came_is_not_of_it() -> None:
    scenario = silent().and_(FileReconsideration(), by=CLERK, on="2026-11-09")
    replied(scenario, "O4", "2026-11-10").and_(DecideReconsideration(result="other"), by=COUNTY, on="2026-11-20")
    scenario.when(FileLawsuit(), by=CLERK, on="2026-11-24").then_refused("application.reconsideration_first")


def test_a_suit_against_silence_after_its_reconsideration_is_counted_as_such() -> None:
    scenario = reconsidered(silent(), "2026-11-09", "2026-11-20")
    scenario.when(FileLawsuit(), by=CLERK, on="2026-11-23").then(
        left(LawsuitFiled, after_reconsideration=True, against="silence")
    )


def test_a_suit_against_a_reply_whose_silence_alone_was_reconsidered_is_a_direct_one() -> None:
    scenario = replied(reconsidered(silent(), "2026-11-09", "2026-11-20"), "O2", "2026-11-23")
    scenario.when(FileLawsuit(), by=CLERK, on="2026-11-24").then(
        left(LawsuitFiled, after_reconsideration=False, against="reply")
    )


def test_no_reconsideration_is_taken_while_a_lawsuit_is_under_way() -> None:
    scenario = file("answered").and_(FileLawsuit(), by=CLERK, on="2026-10-12")
    scenario.when(FileReconsideration(), by=CLERK, on="2026-10-13").then_refused("application.lawsuit_pending")


@pytest.mark.parametrize("remedy", [FileReconsideration(), FileLawsuit()])
def test_there_is_no_remedy_of_what_was_never_received(remedy: FileReconsideration | FileLawsuit) -> None:
    scenario = file("submitted").and_(Withdraw(), by=APPLICANT, on="2026-10-09")
    scenario.when(remedy, by=CLERK, on="2026-10-12").then_refused("application.not_received")


def test_a_closure_without_a_reply_may_be_disputed() -> None:
    scenario = file("registered").and_(Withdraw(), by=APPLICANT, on="2026-10-12")
    scenario.when(FileReconsideration(), by=CLERK, on="2026-10-13").then(left(ReconsiderationFiled, against="closure"))


def test_the_reconsideration_before_a_suit_against_a_refusal_is_not_undone_without_the_suit() -> None:
    scenario = reconsidered(replied(file("registered"), "O4", "2026-10-12"), "2026-10-13", "2026-10-20")
    scenario.and_(FileLawsuit(), by=CLERK, on="2026-10-21")
    both = void(scenario, ReconsiderationFiled, ReconsiderationDecided)
    refused = scenario.when(both, by=COUNTY, on="2026-10-22").then_refused("void.depended_on")
    assert scenario.id_of(LawsuitFiled) in refused.message.zh
    all_three = void(scenario, ReconsiderationFiled, ReconsiderationDecided, LawsuitFiled)
    scenario.when(all_three, by=COUNTY, on="2026-10-22").then(EntryVoided)


def test_a_suit_whose_reconsideration_is_undone_is_a_direct_one_to_its_end() -> None:
    scenario = reconsidered(replied(file("registered"), "O2", "2026-10-12"), "2026-10-13", "2026-10-20")
    scenario.and_(FileLawsuit(), by=CLERK, on="2026-10-21").and_(
        DecideLawsuit(result="upheld"), by=COUNTY, on="2026-11-20"
    )
    both = void(scenario, ReconsiderationFiled, ReconsiderationDecided)
    scenario.when(both, by=COUNTY, on="2026-11-23").then(
        EntryVoided,
        left(LawsuitFiled, after_reconsideration=False),
        left(LawsuitDecided, after_reconsideration=False),
        VerdictRevised,
    )


@pytest.mark.parametrize("late", [False, True], ids=["in time", "late"])
@pytest.mark.parametrize("decided", [False, True], ids=["pending", "decided"])
def test_a_reply_is_not_undone_under_its_reconsideration(late: bool, decided: bool) -> None:
    on = "2026-11-09" if late else "2026-10-12"
    scenario = replied(silent() if late else file("registered"), "O2", on)
    scenario.and_(FileReconsideration(), by=CLERK, on="2026-11-10")
    if decided:
        scenario.and_(DecideReconsideration(result="upheld"), by=COUNTY, on="2026-11-11")
    scenario.when(void(scenario, ReplySent), by=COUNTY, on="2026-11-12").then_refused("void.depended_on")


def test_a_reply_is_not_undone_under_a_suit_against_it() -> None:
    scenario = replied(silent(), "O2", "2026-11-09").and_(FileLawsuit(), by=CLERK, on="2026-11-10")
    scenario.when(void(scenario, ReplySent), by=COUNTY, on="2026-11-12").then_refused("void.depended_on")


def test_a_decision_is_not_undone_under_a_remedy_that_was_sought_after_it() -> None:
    scenario = replied(reconsidered(silent(), "2026-11-09", "2026-11-20"), "O4", "2026-11-23")
    scenario.and_(FileReconsideration(), by=CLERK, on="2026-11-24")
    scenario.when(void(scenario, ReconsiderationDecided), by=COUNTY, on="2026-11-25").then_refused("void.depended_on")
    sued = file("answered").and_(FileLawsuit(), by=CLERK, on="2026-10-12")
    sued.and_(DecideLawsuit(result="upheld"), by=COUNTY, on="2026-11-12")
    sued.and_(FileReconsideration(), by=CLERK, on="2026-11-13")
    sued.when(void(sued, LawsuitDecided), by=COUNTY, on="2026-11-16").then_refused("void.depended_on")


STEPS: dict[str, tuple[Command, Actor]] = {
    "draft O2": (drafted("O2"), CLERK),
    "draft O4": (drafted("O4"), CLERK),
    "pass": (ReviewReply(passed=True), HEAD),
    "send": (Reply(), CLERK),
    "reconsider": (FileReconsideration(), CLERK),
    "decide": (DecideReconsideration(result="upheld"), COUNTY),
    "sue": (FileLawsuit(), CLERK),
    "judge": (DecideLawsuit(result="upheld"), COUNTY),
}
WAYS = (
    ("draft O4", "pass", "send", "reconsider", "decide", "sue", "judge"),
    ("reconsider", "decide", "draft O4", "pass", "send", "sue", "reconsider", "decide", "sue"),
    ("reconsider", "draft O2", "pass", "send", "decide", "sue", "judge"),
    ("sue", "judge", "draft O4", "pass", "send", "reconsider", "decide", "sue"),
)
BETWEEN = st.lists(st.tuples(st.integers(0, 9), st.sampled_from([*sorted(STEPS), *["undo"] * 6])), max_size=8)


def _looked_at(live: list[Event]) -> None:
    """Every suit that stands, told from the events alone: what it is against, and what was decided of that before."""
    for place, suit in enumerate(live):
        before = live[:place]
        if isinstance(suit, LawsuitFiled):
            replies = [n for n, e in enumerate(before) if isinstance(e, ReplySent)]
            filed = [n for n, e in enumerate(before) if isinstance(e, ReconsiderationFiled)]
            decided = [n for n, e in enumerate(before) if isinstance(e, ReconsiderationDecided)]
            assert len(decided) == len(filed)
            after = bool(filed) and (not replies or filed[-1] > replies[-1])
            assert suit.after_reconsideration is after
            sent = before[replies[-1]] if replies else None
            assert after or not isinstance(sent, ReplySent) or sent.outcome != "O4"


@settings(deadline=None)
@given(st.sampled_from(WAYS), BETWEEN, st.randoms(use_true_random=False))
def test_whatever_is_done_and_undone_a_suit_that_stands_has_its_reconsideration_before_it(
    way: tuple[str, ...], between: list[tuple[int, str]], chance: Any
) -> None:
    scenario = silent()
    steps = [
        name for place in range(10) for name in (*(n for at, n in between if at == place), *way[place : place + 1])
    ]
    for minute, name in enumerate(steps):
        on = f"2026-11-09 10:{minute:02}"
        if name == "undo":
            undone = tuple({chance.choice(scenario.records).stamp.id for _ in range(2)})
            scenario.when(VoidEntry(events=undone, reason="录入有误"), by=COUNTY, on=on)
        else:
            command, by = STEPS[name]
            scenario.when(command, by=by, on=on)
        _looked_at(scenario.live)
