"""What the outcome of a reply rests on: asked when it is drafted, reviewed and sent, and not undone under what went out."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.requests.application import APPLICATION
from services.requests.application_commands import (
    AskReasons,
    Consult,
    RecordAnswer,
    RecordReasons,
    RecordSearch,
    Register,
    Reply,
    ReviewReply,
)
from services.requests.application_events import (
    ApplicationRegistered,
    ConsultationAnswered,
    ConsultationSent,
    CorrectionReceived,
    CorrectionRequested,
    ReasonsGiven,
    ReasonsRequested,
    ReplyDrafted,
    ReplyReviewed,
    ReplySent,
    SearchRecorded,
    ThirdPartyTold,
)
from shared.domain.corrections import EntryVoided, VoidEntry
from shared.domain.directory import Actor
from shared.domain.kind import Command, Event
from tests.scenario import Scenario, left
from tests.unit.application_world import ANSWER, CLERK, COUNTY, HEAD, drafted, file, ready, received_before

DAY = "2026-10-09"

AGREES = RecordAnswer(consultation="consultation-1", agrees=True)
FOUND = RecordSearch(found=True, search="另一档案室")


def _drafted_on(outcome: str, ground: str | None = None) -> Scenario:
    """A file with a draft of the outcome that may be sent; a third party has not answered yet."""
    carried = {"ground": ground} if ground else {}
    if ground == "third_party":
        scenario = file("registered").and_(
            Consult(asked="third_party", party="某公司", content="合同文本"), by=CLERK, on=DAY
        )
    else:
        scenario = ready(outcome)
    return scenario.and_(drafted(outcome, **carried), by=CLERK, on=DAY)


@pytest.mark.parametrize(
    ("outcome", "ground", "since", "code"),
    [("O5", None, FOUND, "search_found"), ("O4", "third_party", AGREES, "third_party_agrees")],
)
@pytest.mark.parametrize("reviewed", [False, True])
def test_what_has_changed_since_the_draft_calls_for_another_one(
    outcome: str, ground: str | None, since: Command, code: str, reviewed: bool
) -> None:
    scenario = _drafted_on(outcome, ground)
    if reviewed:
        scenario.and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    scenario.and_(since, by=CLERK, on=DAY)
    step, by = (Reply(), CLERK) if reviewed else (ReviewReply(passed=True), HEAD)
    refused = scenario.when(step, by=by, on=DAY).then_refused(f"application.{code}")
    assert "请重新拟定" in refused.message.zh
    assert refused.field is None
    scenario.and_(drafted("O2"), by=CLERK, on=DAY).and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    scenario.when(Reply(), by=CLERK, on=DAY).then(left(ReplySent, outcome="O2"))


def test_a_draft_that_nothing_supports_any_more_is_handed_back() -> None:
    scenario = _drafted_on("O5").and_(FOUND, by=CLERK, on=DAY)
    scenario.when(ReviewReply(passed=False, reason="已检索到"), by=HEAD, on=DAY).then(left(ReplyReviewed, passed=False))


def test_a_reply_whose_ground_was_undone_before_it_went_out_is_not_sent() -> None:
    scenario = _drafted_on("O5").and_(ReviewReply(passed=True), by=HEAD, on=DAY)
    scenario.and_(VoidEntry(events=(scenario.id_of(SearchRecorded),), reason="未检索"), by=COUNTY, on=DAY)
    scenario.when(Reply(), by=CLERK, on=DAY).then_refused("application.search_missing")
    scenario.and_(RecordSearch(found=False, search="档案室"), by=CLERK, on=DAY)
    scenario.when(Reply(), by=CLERK, on=DAY).then(left(ReplySent, outcome="O5"))


@pytest.mark.parametrize(
    ("outcome", "ground", "undone"),
    [
        ("O4", "third_party", (ConsultationSent, ConsultationAnswered)),
        ("O5", None, (SearchRecorded,)),
        ("O8", None, (CorrectionRequested, CorrectionReceived)),
        ("O13", None, (ReasonsRequested, ReasonsGiven)),
    ],
)
def test_what_a_reply_that_went_out_rests_on_is_not_undone_without_it(
    outcome: str, ground: str | None, undone: tuple[type[Event], ...]
) -> None:
    scenario = ready(outcome, ground)
    scenario.and_(drafted(outcome, **({"ground": ground} if ground else {})), by=CLERK, on=DAY)
    scenario.and_(ReviewReply(passed=True), by=HEAD, on=DAY).and_(Reply(), by=CLERK, on=DAY)
    void = VoidEntry(events=tuple(scenario.id_of(event) for event in undone), reason="录入有误")
    refused = scenario.when(void, by=COUNTY, on="2026-10-12").then_refused("void.depended_on")
    assert scenario.id_of(ReplySent) in refused.message.zh
    both = VoidEntry(events=(*void.events, scenario.id_of(ReplySent)), reason="录入有误")
    scenario.when(both, by=COUNTY, on="2026-10-12").then(EntryVoided)


def test_the_answer_of_a_party_is_not_undone_under_a_reply_that_waited_for_it() -> None:
    scenario = ready("O2", "third_party").and_(drafted("O2", public_interest="涉及公共安全"), by=CLERK, on=DAY)
    scenario.and_(ReviewReply(passed=True), by=HEAD, on=DAY).and_(Reply(), by=CLERK, on=DAY)
    void = VoidEntry(events=(scenario.id_of(ConsultationAnswered),), reason="录入有误")
    scenario.when(void, by=COUNTY, on="2026-10-12").then_refused("void.depended_on")
    reply, told = (scenario.id_of(event) for event in (ReplySent, ThirdPartyTold))
    alone = scenario.when(VoidEntry(events=(reply,), reason="录入有误"), by=COUNTY, on="2026-10-12")
    assert told in alone.then_refused("void.depended_on").message.zh
    both = VoidEntry(events=(reply, told), reason="录入有误")
    scenario.when(both, by=COUNTY, on="2026-10-12").then(EntryVoided)


def test_nothing_is_refused_for_want_of_reasons_before_they_were_judged() -> None:
    scenario = file("registered").and_(AskReasons(explanation="一月内四十件"), by=CLERK, on=DAY)
    scenario.when(drafted("O13"), by=CLERK, on=DAY).then_refused("application.reasons_awaited", "outcome")


@pytest.mark.parametrize("outcome", sorted(set(ANSWER) - {"O3", "O4"}))
def test_an_outcome_that_withholds_nothing_has_no_ground(outcome: str) -> None:
    draft = drafted(outcome, ground="state_secret")
    ready(outcome).when(draft, by=CLERK, on=DAY).then_refused("application.nothing_withheld", "ground")


STEPS: dict[str, tuple[Command, Actor]] = {
    "nothing": (RecordSearch(found=False, search="档案室"), CLERK),
    "found": (FOUND, CLERK),
    "ask": (AskReasons(explanation="一月内四十件"), CLERK),
    "weak": (RecordReasons(reasonable=False, reasons="无"), CLERK),
    "good": (RecordReasons(reasonable=True, reasons="课题研究"), CLERK),
    "consult": (Consult(asked="third_party", party="某公司", content="合同文本"), CLERK),
    "agrees": (AGREES, CLERK),
    "objects": (RecordAnswer(consultation="consultation-1", agrees=False), CLERK),
    "draft O4": (drafted("O4", ground="third_party"), CLERK),
    "draft O5": (drafted("O5"), CLERK),
    "draft O13": (drafted("O13"), CLERK),
    "pass": (ReviewReply(passed=True), HEAD),
    "send": (Reply(), CLERK),
}


def _rests(before: list[Event], draft: ReplyDrafted) -> bool:
    """Whether the outcome rests on what the events before it say, told from the events alone."""
    searches = [e.found for e in before if isinstance(e, SearchRecorded)]
    reasons = [e.reasonable for e in before if isinstance(e, ReasonsGiven)]
    answers = [e.agrees for e in before if isinstance(e, ConsultationAnswered)]
    return {
        "O4": answers == [False],
        "O5": bool(searches) and not searches[-1],
        "O13": reasons == [False],
    }[draft.outcome]


WAYS = (
    ("nothing", "draft O5", "pass", "send"),
    ("ask", "weak", "draft O13", "pass", "send"),
    ("consult", "objects", "draft O4", "pass", "send"),
    ("consult", "draft O4", "objects", "pass", "send"),
)
BETWEEN = st.lists(st.tuples(st.integers(0, 5), st.sampled_from([*sorted(STEPS), *["undo"] * 6])), max_size=8)


@settings(deadline=None)
@given(st.sampled_from(WAYS), BETWEEN, st.randoms(use_true_random=False))
def test_whatever_is_done_and_undone_the_reply_that_stands_rests_on_what_stands(
    way: tuple[str, ...], between: list[tuple[int, str]], chance: Any
) -> None:
    steps = [name for place in range(6) for name in (*(n for at, n in between if at == place), *way[place : place + 1])]
    scenario = file("registered")
    for minute, name in enumerate(steps):
        if name == "undo":
            undone = VoidEntry(events=(chance.choice(scenario.records).stamp.id,), reason="录入有误")
            scenario.when(undone, by=COUNTY, on=f"2026-10-12 10:{minute:02}")
        else:
            command, by = STEPS[name]
            scenario.when(command, by=by, on=f"2026-10-12 10:{minute:02}")
        live = scenario.live
        for place, event in enumerate(live):
            if isinstance(event, ReplySent):
                drafts = [e for e in live[:place] if isinstance(e, ReplyDrafted)]
                assert _rests(live[:place], drafts[-1])


def test_that_no_reasons_came_is_recorded_once_the_period_told_is_over() -> None:
    scenario = file("registered").and_(AskReasons(explanation="一月内四十件", days=5), by=CLERK, on="2026-10-12")
    none = RecordReasons(reasonable=False)
    refused = scenario.when(none, by=CLERK, on="2026-10-19").then_refused("application.reasons_in_time", "reasons")
    assert "5个工作日" in refused.message.zh
    scenario.when(none, by=CLERK, on="2026-10-20").then(left(ReasonsGiven, reasonable=False, reasons=None))
    scenario.when(drafted("O13"), by=CLERK, on="2026-10-20").then(ReplyDrafted)


def test_reasons_that_convince_may_be_recorded_in_a_word() -> None:
    scenario = file("registered").and_(AskReasons(explanation="一月内四十件"), by=CLERK, on=DAY)
    scenario.when(RecordReasons(reasonable=True), by=CLERK, on=DAY).then(left(ReasonsGiven, reasonable=True))


def test_the_period_for_the_reasons_is_told_and_a_county_sets_its_usual_length() -> None:
    ask = AskReasons(explanation="一月内四十件")
    file("registered").when(ask, by=CLERK, on=DAY).then(left(ReasonsRequested, period=15))
    shorter = file("registered", settings={"application.reasons_period": 10})
    shorter.when(ask, by=CLERK, on=DAY).then(left(ReasonsRequested, period=10))


def test_how_many_of_the_applicant_s_came_in_the_month_is_known_at_the_register_and_when_reasons_are_asked() -> None:
    scenario = file("received", cases=received_before(39))
    scenario.when(Register(), by=CLERK, on=DAY).then(left(ApplicationRegistered, of_month=40))
    assert APPLICATION.summary(scenario.state).columns["of_month"] == 40
    scenario.when(AskReasons(explanation="一月内四十件"), by=CLERK, on=DAY).then(left(ReasonsRequested, in_month=40))


def test_others_applications_do_not_count_as_the_applicant_s() -> None:
    scenario = file("received", cases=received_before(39, writer="s:another"))
    scenario.when(Register(), by=CLERK, on=DAY).then(left(ApplicationRegistered, of_month=1))
    scenario.when(AskReasons(explanation="过多"), by=CLERK, on=DAY).then(left(ReasonsRequested, in_month=1))
