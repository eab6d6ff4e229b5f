"""The clocks of an application: four operations, who waits for whom, what a silence means, what is charged."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.requests.application_commands import (
    ApproveExtension,
    AskReasons,
    Consult,
    FindFault,
    NoticeFee,
    NotifyExtension,
    ReceiveCorrection,
    RecordAnswer,
    RecordPayment,
    RecordReasons,
    ReplacePeriod,
    Reply,
    RequestCorrection,
    ReviewReply,
)
from services.requests.application_events import (
    ApplicationDeemedAbandoned,
    ConsultationAnswered,
    ConsultationLapsed,
    ConsultationSent,
    CorrectionReceived,
    CorrectionRequested,
    ExtensionApproved,
    ExtensionLapsed,
    ExtensionNotified,
    FeeLapsed,
    FeeNoticed,
    FeePaid,
    PeriodReplaced,
    ProcedureFaulted,
    ReplyOverdue,
    ReplySent,
)
from services.requests.application_state import evolve, reply_clock
from services.requests.policies import POLICIES
from shared.domain.corrections import RevokeOverdue, VoidEntry
from shared.domain.deadline import due
from shared.domain.kind import Stamp
from shared.domain.localtime import local_date
from tests.scenario import Scenario, known_calendar, left, moment
from tests.unit.application_world import CASE, CHIEF, CLERK, COUNTY, HEAD, drafted, file

DUE = date(2026, 11, 5)
FIX = RequestCorrection(items="请写明年份")
FIXED = ReceiveCorrection(text="2025 年度")
ASK = Consult(asked="third_party", party="某公司", content="合同文本")
GRANT = ApproveExtension(reason="需要汇总")


def due_of(scenario: Scenario, clock: str = "reply") -> date | None:
    found = scenario.file.dues.get(clock)
    return found[0] if found else None


def workdays_after(day: date, count: int, without: Sequence[tuple[date, date]] = ()) -> date:
    """The oracle: one day after the other, those in (after, through] left out."""
    calendar = known_calendar()
    while count:
        day += timedelta(1)
        left_out = any(after < day <= through for after, through in without)
        count -= calendar.is_workday(day) and not left_out
    return day


# -- the reply


def test_the_regulation_s_vector_and_the_miss_at_midnight() -> None:
    scenario = file("registered")
    assert due_of(scenario) == DUE == workdays_after(date(2026, 10, 9), 20)
    scenario.when_swept("2026-11-05 23:59").then_nothing()
    scenario.when_swept("2026-11-06 00:00").then(left(ReplyOverdue, department="education", due=DUE, met=False))
    scenario.when_swept("2026-12-31 00:00").then_nothing()


def test_what_is_received_in_december_is_due_provisionally_in_january() -> None:
    scenario = file("registered", on="2026-12-04")
    assert scenario.file.dues["reply"] == (date(2027, 1, 4), "provisional")


def test_a_late_reply_is_sent_all_the_same_and_its_miss_stands() -> None:
    scenario = file("reviewed")
    scenario.when_swept("2026-11-06 00:00")
    scenario.when(Reply(), by=CLERK, on="2026-11-09").then(left(ReplySent, met=False, due=DUE, done=date(2026, 11, 9)))
    assert len([e for e in scenario.live if isinstance(e, ReplyOverdue)]) == 1


# -- correction restarts


def test_while_a_correction_is_waited_for_the_time_stands_still_and_then_starts_anew() -> None:
    scenario = file("registered")
    scenario.when(FIX, by=CLERK, on="2026-10-12").then(
        left(CorrectionRequested, period=15, late=False, letter="公复〔2026〕1-1号")
    )
    assert due_of(scenario) is None
    assert due_of(scenario, "correction") == workdays_after(date(2026, 10, 12), 15)
    scenario.when(drafted(), by=CLERK, on="2026-10-13").then_refused("application.correction_pending")
    scenario.when(FIXED, by=CLERK, on="2026-10-20").then(CorrectionReceived)
    assert due_of(scenario) == workdays_after(date(2026, 10, 20), 20)
    scenario.when(FIX, by=CLERK, on="2026-10-21").then_refused("application.correction_once")


@pytest.mark.parametrize(("day", "late"), [("2026-10-19", False), ("2026-10-20", True)])
def test_a_correction_asked_for_after_seven_working_days_counts_and_is_a_fault(day: str, late: bool) -> None:
    asked = left(CorrectionRequested, late=late)
    expected = [asked, left(ProcedureFaulted, kind="correction_late")] if late else [asked]
    file("registered").when(FIX, by=CLERK, on=day).then(*expected)


def test_what_is_not_corrected_in_time_is_abandoned_and_charged_to_nobody() -> None:
    scenario = file("registered").and_(FIX, by=CLERK, on="2026-10-12")
    last = workdays_after(date(2026, 10, 12), 15)
    scenario.when_swept(f"{last} 23:59").then_nothing()
    scenario.when_swept(f"{last + timedelta(1)} 00:00").then(
        left(ApplicationDeemedAbandoned, outcome="O15", row="3.6.1", due=last)
    )
    scenario.when_swept("2027-03-01 00:00").then_nothing()
    scenario.when(FIXED, by=CLERK, on="2027-03-01").then_refused("application.correction_lapsed")


def test_a_valid_reason_undoes_the_abandonment_and_the_correction_is_waited_for() -> None:
    scenario = file("registered").and_(FIX, by=CLERK, on="2026-10-12")
    scenario.when_swept("2026-11-10")
    revoke = RevokeOverdue(event=scenario.id_of(ApplicationDeemedAbandoned), reason="住院，有证明")
    scenario.and_(revoke, by=COUNTY, on="2026-11-11")
    scenario.when_swept("2026-12-31 00:00").then_nothing()
    scenario.when(FIXED, by=CLERK, on="2026-12-31").then(CorrectionReceived)
    assert scenario.state.status == "handling"


@pytest.mark.parametrize("waited", ["correction", "fee"])
@pytest.mark.parametrize("extended", [False, True])
def test_what_is_sent_on_the_last_day_stops_the_clock(waited: str, extended: bool) -> None:
    scenario, last = file("registered"), DUE
    if extended:
        scenario.and_(GRANT, by=CHIEF, on="2026-10-12").and_(NotifyExtension(), by=CLERK, on="2026-10-12")
        last = workdays_after(DUE, 20)
    ask = (FIX, CLERK) if waited == "correction" else (NoticeFee(method="pages", quantity=31), HEAD)
    answer = FIXED if waited == "correction" else RecordPayment(amount=10)
    scenario.and_(ask[0], by=ask[1], on=f"{last} 16:00")
    assert due_of(scenario) is None
    next_day = last + timedelta(1)
    scenario.when_swept(f"{next_day}").then_nothing()
    scenario.and_(answer, by=CLERK, on=f"{next_day} 10:00")
    due = workdays_after(next_day, 40 if extended else 20)
    assert due_of(scenario) == due
    scenario.and_(drafted(), by=CLERK, on=f"{next_day} 11:00").and_(
        ReviewReply(passed=True), by=HEAD, on=f"{next_day} 11:00"
    )
    scenario.when(Reply(), by=CLERK, on=f"{next_day} 12:00").then(left(ReplySent, met=True, due=due, done=next_day))


@pytest.mark.parametrize(("day", "due"), [("2026-11-04", "2026-11-12"), ("2026-11-05", None)])
def test_a_consultation_leaves_out_the_days_after_its_letter_of_which_the_last_day_has_none(
    day: str, due: str | None
) -> None:
    scenario = file("registered").and_(ASK, by=CLERK, on=day)
    swept = scenario.when_swept("2026-11-06")
    if due is None:
        swept.then(left(ReplyOverdue, due=DUE))
    else:
        swept.then_nothing()
        scenario.and_(RecordAnswer(consultation="consultation-1", agrees=True), by=CLERK, on="2026-11-11")
        assert due_of(scenario) == date.fromisoformat(due)


@pytest.mark.parametrize("waited", ["correction", "fee"])
@pytest.mark.parametrize("revoked", [False, True])
def test_nothing_moves_a_clock_that_was_missed_so_that_its_verdict_says_one_thing(waited: str, revoked: bool) -> None:
    scenario = file("registered")
    scenario.when_swept("2026-11-06")
    if revoked:
        revoke = RevokeOverdue(event=scenario.id_of(ReplyOverdue), reason="系统停机")
        scenario.and_(revoke, by=COUNTY, on="2026-11-06")
    ask = (FIX, CLERK) if waited == "correction" else (NoticeFee(method="pages", quantity=31), HEAD)
    answer = FIXED if waited == "correction" else RecordPayment(amount=10)
    scenario.and_(ask[0], by=ask[1], on="2026-11-09").and_(answer, by=CLERK, on="2026-11-10")
    scenario.and_(drafted(), by=CLERK, on="2026-11-11").and_(ReviewReply(passed=True), by=HEAD, on="2026-11-11")
    scenario.when(Reply(), by=CLERK, on="2026-11-12").then(left(ReplySent, met=False, due=DUE, done=date(2026, 11, 12)))


# -- consultations suspend


def test_the_days_of_a_consultation_are_not_counted() -> None:
    scenario = file("registered")
    scenario.when(ASK, by=CLERK, on="2026-10-12").then(
        left(ConsultationSent, consultation="consultation-1", asked="third_party", limit=15)
    )
    assert due_of(scenario) is None
    scenario.when(RecordAnswer(consultation="consultation-1", agrees=True), by=CLERK, on="2026-10-19").then(
        left(ConsultationAnswered, asked="third_party", agrees=True)
    )
    assert due_of(scenario) == date(2026, 11, 12)
    assert due_of(scenario) == workdays_after(date(2026, 10, 9), 20, [(date(2026, 10, 12), date(2026, 10, 19))])
    again = RecordAnswer(consultation="consultation-1", agrees=False)
    scenario.when(again, by=CLERK, on="2026-10-20").then_refused("application.consultation_unknown", "consultation")


def test_overlapping_consultations_are_left_out_once() -> None:
    scenario = file("registered").and_(ASK, by=CLERK, on="2026-10-12").and_(ASK, by=CLERK, on="2026-10-14")
    scenario.and_(RecordAnswer(consultation="consultation-1", agrees=True), by=CLERK, on="2026-10-19")
    assert due_of(scenario) is None
    scenario.and_(RecordAnswer(consultation="consultation-2", agrees=True), by=CLERK, on="2026-10-21")
    assert due_of(scenario) == workdays_after(date(2026, 10, 9), 20, [(date(2026, 10, 12), date(2026, 10, 21))])
    assert scenario.state.status == "handling"


@pytest.mark.parametrize(("asked", "effect"), [("third_party", "agency_decides"), ("co_producer", "consent")])
def test_silence_means_another_thing_from_a_third_party_than_from_a_co_producer(asked: Any, effect: str) -> None:
    scenario = file("registered").and_(
        Consult(asked=asked, party="对方", content="合同文本"), by=CLERK, on="2026-10-12"
    )
    last = workdays_after(date(2026, 10, 12), 15)
    scenario.when_swept(f"{last + timedelta(1)} 00:00").then(
        left(ConsultationLapsed, asked=asked, effect=effect, clock="consultation-1", due=last)
    )
    assert due_of(scenario) == workdays_after(date(2026, 10, 9), 20, [(date(2026, 10, 12), last)])


def test_a_consultation_never_bears_the_id_of_another_not_even_of_a_voided_one() -> None:
    scenario = file("registered").and_(ASK, by=CLERK, on="2026-10-12")
    other = Consult(asked="co_producer", party="水务局", content="合同乙")
    scenario.and_(other, by=CLERK, on="2026-10-13")
    wrong = VoidEntry(events=(scenario.id_of(ConsultationSent, last=False),), reason="发错")
    scenario.and_(wrong, by=COUNTY, on="2026-10-14")
    third = Consult(asked="third_party", party="丙公司", content="合同丙")
    scenario.when(third, by=CLERK, on="2026-10-15").then(left(ConsultationSent, consultation="consultation-3"))
    asked = {one.waiting.id: one.party for one in scenario.state.consultations}
    assert asked == {"consultation-2": "v:party", "consultation-3": "v:party"}
    scenario.and_(RecordAnswer(consultation="consultation-2", agrees=False), by=CLERK, on="2026-10-20")
    assert [one.waiting.id for one in scenario.state.open_consultations] == ["consultation-3"]
    ids = [r.event.consultation for r in scenario.records if isinstance(r.event, ConsultationSent)]
    assert len(ids) == len(set(ids)) == 3


def test_no_reply_goes_out_while_a_consultation_is_open() -> None:
    scenario = file("registered").and_(drafted(), by=CLERK, on="2026-10-12")
    scenario.and_(ReviewReply(passed=True), by=HEAD, on="2026-10-12")
    scenario.and_(ASK, by=CLERK, on="2026-10-12")
    scenario.when(Reply(), by=CLERK, on="2026-10-13").then_refused("application.no_draft")
    waiting = file("registered").and_(ASK, by=CLERK, on="2026-10-12").and_(drafted(), by=CLERK, on="2026-10-12")
    waiting.and_(ReviewReply(passed=True), by=HEAD, on="2026-10-12")
    waiting.when(Reply(), by=CLERK, on="2026-10-13").then_refused("application.consultation_open")


def test_a_consultation_that_is_open_at_a_restart_goes_on_standing_in_the_way() -> None:
    scenario = file("registered").and_(ASK, by=CLERK, on="2026-10-12").and_(FIX, by=CLERK, on="2026-10-13")
    scenario.and_(FIXED, by=CLERK, on="2026-10-15")
    assert due_of(scenario) is None
    scenario.and_(RecordAnswer(consultation="consultation-1", agrees=True), by=CLERK, on="2026-10-19")
    assert due_of(scenario) == workdays_after(date(2026, 10, 15), 20, [(date(2026, 10, 15), date(2026, 10, 19))])


def test_a_file_in_which_a_consultation_is_open_is_found_as_consulting_whatever_else_came_in() -> None:
    for ask, answer, by in (
        (FIX, FIXED, CLERK),
        (NoticeFee(method="pages", quantity=31), RecordPayment(amount=10), HEAD),
        (drafted(), ReviewReply(passed=False), CLERK),
    ):
        scenario = file("registered").and_(ASK, by=CLERK, on="2026-10-12").and_(ask, by=by, on="2026-10-13")
        scenario.and_(answer, by=HEAD, on="2026-10-14")
        assert scenario.state.status == "consulting"
        scenario.and_(RecordAnswer(consultation="consultation-1", agrees=True), by=CLERK, on="2026-10-15")
        assert scenario.state.status == "handling"


# -- extension adds


def test_an_extension_takes_effect_once_approved_and_told() -> None:
    scenario = file("registered")
    scenario.when(GRANT, by=CHIEF, on="2026-11-02").then(left(ExtensionApproved, days=20))
    assert due_of(scenario) == DUE
    scenario.when(NotifyExtension(), by=CLERK, on="2026-11-05").then(left(ExtensionNotified, days=20))
    assert due_of(scenario) == workdays_after(DUE, 20)
    scenario.when(GRANT, by=CHIEF, on="2026-11-06").then_refused("application.extension_once")
    scenario.when(NotifyExtension(), by=CLERK, on="2026-11-06").then_refused("application.extension_told")


def test_only_the_head_of_the_disclosure_office_extends() -> None:
    for person in (CLERK, HEAD, COUNTY):
        file("registered").when(GRANT, by=person, on="2026-11-02").then_forbidden()


def test_an_extension_that_is_told_without_approval_has_no_effect_and_is_a_fault() -> None:
    scenario = file("registered")
    scenario.when(NotifyExtension(), by=CLERK, on="2026-11-02").then(
        left(ExtensionNotified, days=0), left(ProcedureFaulted, kind="extension_unapproved")
    )
    assert due_of(scenario) == DUE


def test_an_extension_told_before_it_was_approved_is_told_again_and_takes_effect() -> None:
    scenario = file("registered").and_(NotifyExtension(), by=CLERK, on="2026-11-02 09:00")
    scenario.when(NotifyExtension(), by=CLERK, on="2026-11-02 10:00").then_refused("application.extension_told")
    scenario.and_(GRANT, by=CHIEF, on="2026-11-02 11:00")
    # What was told had no effect; that it was told without approval is a fault still.
    scenario.when(NotifyExtension(), by=CLERK, on="2026-11-02 12:00").then(left(ExtensionNotified, days=20))
    assert due_of(scenario) == workdays_after(DUE, 20)
    scenario.when(NotifyExtension(), by=CLERK, on="2026-11-03").then_refused("application.extension_told")
    scenario.when_swept("2026-11-06").then_nothing()
    assert [e.kind for e in scenario.live if isinstance(e, ProcedureFaulted)] == ["extension_unapproved"]


def test_an_extension_told_after_the_limit_has_no_effect() -> None:
    scenario = file("registered").and_(GRANT, by=CHIEF, on="2026-11-02")
    scenario.when(NotifyExtension(), by=CLERK, on="2026-11-06").then(
        ExtensionLapsed, ReplyOverdue, left(ExtensionNotified, days=0)
    )


def test_an_approved_extension_that_nobody_told_lapses_with_the_time_for_the_reply() -> None:
    scenario = file("registered").and_(GRANT, by=CHIEF, on="2026-11-02")
    scenario.when_swept("2026-11-05").then_nothing()
    scenario.when_swept("2026-11-06").then(
        left(ExtensionLapsed, due=DUE, department="education", met=False), left(ReplyOverdue, due=DUE)
    )
    scenario.when_swept("2026-12-31").then_nothing()


def test_what_is_told_or_answered_in_time_does_not_lapse() -> None:
    told = file("registered").and_(GRANT, by=CHIEF, on="2026-11-02").and_(NotifyExtension(), by=CLERK, on="2026-11-05")
    told.when_swept("2026-11-06").then_nothing()
    answered = file("reviewed").and_(GRANT, by=CHIEF, on="2026-11-02").and_(Reply(), by=CLERK, on="2026-11-05")
    answered.when_swept("2026-11-06").then_nothing()


def test_a_consultation_holds_the_time_to_tell_of_an_extension_as_it_holds_the_reply() -> None:
    scenario = file("registered").and_(GRANT, by=CHIEF, on="2026-10-12")
    scenario.and_(ASK, by=CLERK, on="2026-10-12")
    lapsed = scenario.when_swept("2026-12-31").events
    dues = {event.clock: event.due for event in lapsed if isinstance(event, ReplyOverdue | ExtensionLapsed)}
    assert dues["extension"] == dues["reply"] > DUE


def test_what_lapsed_is_charged_as_of_its_day_and_once() -> None:
    scenario = file("registered").and_(GRANT, by=CHIEF, on="2026-11-02")
    scenario.when_swept("2026-11-06").then(ExtensionLapsed, ReplyOverdue)
    told = {"subject": CASE, "time": "2026-11-05T16:00:00+00:00", "data": {}}
    (policy,) = [policy for policy in POLICIES if policy.name == "WhenExtensionLapsedFindFault"]
    reaction = policy.react(told)
    assert reaction is not None
    assert (reaction.kind, reaction.case) == ("application", CASE)
    late = "2026-11-06 00:00"
    scenario.when(reaction.command, on=late, recorded="2026-11-20").then(
        left(ProcedureFaulted, kind="extension_unnotified")
    )
    assert scenario.records[-1].stamp.happened == moment(late)
    scenario.when(reaction.command, on=late, recorded="2026-11-21").then_nothing()


def test_a_lapse_that_a_notice_recorded_late_has_undone_leaves_no_fault() -> None:
    scenario = file("registered").and_(GRANT, by=CHIEF, on="2026-11-02")
    scenario.when_swept("2026-11-06").then(ExtensionLapsed, ReplyOverdue)
    scenario.and_(NotifyExtension(), by=CLERK, on="2026-11-05", recorded="2026-11-06 10:00")
    found = FindFault(kind="extension_unnotified")
    scenario.when(found, on="2026-11-06 00:00", recorded="2026-11-06 10:01").then_nothing()
    assert not any(isinstance(event, ExtensionLapsed | ReplyOverdue) for event in scenario.live)


def test_an_extension_is_bounded_and_comes_before_the_limit_ends() -> None:
    longer = ApproveExtension(days=21, reason="需要汇总")
    file("registered").when(longer, by=CHIEF, on="2026-11-02").then_refused("application.extension_too_long", "days")
    late = file("registered")
    late.when_swept("2026-11-06 00:00")
    late.when(GRANT, by=CHIEF, on="2026-11-06").then_refused("application.extension_after_expiry")


@pytest.mark.parametrize("wait", ["correction", "fee"])
def test_an_extension_that_was_told_is_added_to_what_is_counted_anew(wait: str) -> None:
    scenario = (
        file("registered").and_(GRANT, by=CHIEF, on="2026-10-12").and_(NotifyExtension(), by=CLERK, on="2026-10-12")
    )
    told = due_of(scenario)
    assert told == workdays_after(date(2026, 10, 9), 40)
    if wait == "correction":
        scenario.and_(FIX, by=CLERK, on="2026-10-13").and_(FIXED, by=CLERK, on="2026-10-14")
    else:
        scenario.and_(NoticeFee(method="pages", quantity=50), by=HEAD, on="2026-10-13")
        scenario.and_(RecordPayment(amount=200), by=CLERK, on="2026-10-14")
    assert due_of(scenario) == workdays_after(date(2026, 10, 14), 40)
    scenario.when(GRANT, by=CHIEF, on="2026-10-15").then_refused("application.extension_once")


# -- Art. 35, fees


def test_reasonable_grounds_replace_the_period() -> None:
    scenario = file("registered")
    scenario.when(ReplacePeriod(days=40), by=HEAD, on="2026-10-12").then_refused("application.reasons_not_accepted")
    scenario.and_(AskReasons(explanation="一月内四十件"), by=CLERK, on="2026-10-12")
    scenario.when(AskReasons(explanation="再次"), by=CLERK, on="2026-10-12").then_refused("application.reasons_asked")
    scenario.and_(RecordReasons(reasonable=True, reasons="课题研究"), by=CLERK, on="2026-10-14")
    scenario.when(ReplacePeriod(days=20), by=HEAD, on="2026-10-14").then_refused("application.period_shorter", "days")
    scenario.when(ReplacePeriod(days=40), by=HEAD, on="2026-10-14").then(left(PeriodReplaced, days=40))
    assert due_of(scenario) == workdays_after(date(2026, 10, 9), 40)


RECEIVED = date(2026, 10, 9)
EXCESSIVE = (
    (AskReasons(explanation="一月内四十件"), CLERK),
    (RecordReasons(reasonable=True, reasons="课题研究"), CLERK),
)


def reasonable(scenario: Scenario, on: str) -> Scenario:
    """Reasons asked for, given and found reasonable."""
    for command, by in EXCESSIVE:
        scenario.and_(command, by=by, on=on)
    return scenario


def test_the_reasonable_period_is_counted_from_receipt_whatever_moved_the_clock_before() -> None:
    scenario = file("registered").and_(FIX, by=CLERK, on="2026-10-12").and_(FIXED, by=CLERK, on="2026-11-02")
    scenario.and_(GRANT, by=CHIEF, on="2026-11-03").and_(NotifyExtension(), by=CLERK, on="2026-11-03")
    scenario = reasonable(scenario, "2026-11-03")
    assert due_of(scenario) == workdays_after(date(2026, 11, 2), 40) == date(2026, 12, 28)
    # 57 working days from receipt end on the day on which the reply is due anyway.
    scenario.when(ReplacePeriod(days=56), by=HEAD, on="2026-11-03").then_refused("application.period_shorter", "days")
    scenario.when(ReplacePeriod(days=60), by=HEAD, on="2026-11-03").then(left(PeriodReplaced, days=60, start=RECEIVED))
    assert due_of(scenario) == workdays_after(RECEIVED, 60) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("noticed", "paid", "due"),
    [
        # The wait is left out, and twenty days after the payment are over before that.
        ("2026-10-19", "2026-10-21", workdays_after(RECEIVED, 42)),
        # On the last day: twenty days after the payment.
        (str(workdays_after(RECEIVED, 40)), "2026-12-10", workdays_after(date(2026, 12, 10), 20)),
    ],
)
def test_a_payment_does_not_give_the_reasonable_period_anew_but_the_lawful_one_at_least(
    noticed: str, paid: str, due: date
) -> None:
    scenario = reasonable(file("registered"), "2026-10-12").and_(ReplacePeriod(days=40), by=HEAD, on="2026-10-12")
    scenario.and_(NoticeFee(method="pages", quantity=50), by=HEAD, on=noticed)
    assert due_of(scenario) is None
    scenario.and_(RecordPayment(amount=200), by=CLERK, on=paid)
    assert due_of(scenario) == due


def test_while_something_is_waited_for_a_reasonable_period_must_be_longer_all_the_same() -> None:
    scenario = file("registered").and_(FIX, by=CLERK, on="2026-10-12").and_(FIXED, by=CLERK, on="2026-11-02")
    scenario = reasonable(scenario, "2026-11-03").and_(ASK, by=CLERK, on="2026-11-03")
    scenario.when(ReplacePeriod(days=30), by=HEAD, on="2026-11-03").then_refused("application.period_shorter", "days")
    scenario.and_(ReplacePeriod(days=60), by=HEAD, on="2026-11-03")
    assert due_of(scenario) is None
    scenario.and_(RecordAnswer(consultation="consultation-1", agrees=True), by=CLERK, on="2026-11-10")
    assert due_of(scenario) == workdays_after(RECEIVED, 65)


def test_a_period_replaced_before_it_said_from_when_it_counts_goes_on_as_it_was_told() -> None:
    state = file("registered").and_(FIX, by=CLERK, on="2026-10-12").and_(FIXED, by=CLERK, on="2026-11-02").state
    stamp = Stamp("A2026-000001/6", 6, moment("2026-11-03"), moment("2026-11-03"), "head")
    told = evolve(state, PeriodReplaced(department="education", days=60, letter="公复〔2026〕1-2号"), stamp)
    found = due(reply_clock(told), known_calendar())
    assert found is not None
    assert found.on == workdays_after(date(2026, 11, 2), 60)


def test_a_fee_stops_the_time_until_it_is_paid_and_then_it_starts_anew() -> None:
    scenario = file("registered")
    scenario.when(NoticeFee(method="items", quantity=31), by=HEAD, on="2026-10-12").then(
        left(FeeNoticed, method="items", quantity=31, amount=200, limit=20)
    )
    assert due_of(scenario) is None
    scenario.when(RecordPayment(amount=200), by=CLERK, on="2026-10-20").then(left(FeePaid, amount=200))
    assert due_of(scenario) == workdays_after(date(2026, 10, 20), 20)


def test_a_fee_that_is_not_paid_in_time_ends_the_application() -> None:
    scenario = file("registered").and_(NoticeFee(method="pages", quantity=31), by=HEAD, on="2026-10-12")
    last = workdays_after(date(2026, 10, 12), 20)
    scenario.when_swept(f"{last + timedelta(1)} 00:00").then(left(FeeLapsed, outcome="O16", row="3.6.2", due=last))
    scenario.when_swept("2027-03-01 00:00").then_nothing()


# -- laws


@given(st.lists(st.sampled_from(["ask", "answer", "void first", "void last"]), max_size=14))
def test_no_two_consultations_of_a_file_ever_bear_one_id(steps: list[str]) -> None:
    scenario = file("registered")
    for step in steps:
        asked = [r for r in scenario.records if isinstance(r.event, ConsultationSent)]
        if step == "ask":
            scenario.and_(ASK, by=CLERK, on="2026-10-12")
        elif step == "answer":
            which = scenario.state.open_consultations
            answer = RecordAnswer(consultation=which[-1].waiting.id if which else "consultation-1", agrees=True)
            scenario.when(answer, by=CLERK, on="2026-10-12")
        elif asked:
            target = asked[0 if step == "void first" else -1].stamp.id
            scenario.when(VoidEntry(events=(target,), reason="发错"), by=COUNTY, on="2026-10-12")
    ids = [r.event.consultation for r in scenario.records if isinstance(r.event, ConsultationSent)]
    assert len(ids) == len(set(ids))


STEPS: dict[str, tuple[Any, Any]] = {
    "correct": (FIX, CLERK),
    "corrected": (FIXED, CLERK),
    "ask": (ASK, CLERK),
    "ask co": (Consult(asked="co_producer", party="水务局", content="合同文本"), CLERK),
    "answer 1": (RecordAnswer(consultation="consultation-1", agrees=True), CLERK),
    "answer 2": (RecordAnswer(consultation="consultation-2", agrees=False), CLERK),
    "approve": (GRANT, CHIEF),
    "tell": (NotifyExtension(), CLERK),
    "fee": (NoticeFee(method="pages", quantity=50), HEAD),
    "pay": (RecordPayment(amount=200), CLERK),
    "ask reasons": EXCESSIVE[0],
    "reasons": EXCESSIVE[1],
    "replace": (ReplacePeriod(days=50), HEAD),
    "draft": (drafted(), CLERK),
    "review": (ReviewReply(passed=True), HEAD),
    "reply": (Reply(), CLERK),
}


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9)), max_size=12))
@example([("approve", 0), ("tell", 0), ("correct", 1), ("corrected", 1)])
@example([("fee", 27), ("pay", 1), ("draft", 0), ("review", 0), ("reply", 0)])
@example([("correct", 27), ("corrected", 9)])
@example([("ask reasons", 0), ("reasons", 0), ("replace", 1), ("fee", 3), ("pay", 1), ("approve", 0), ("tell", 1)])
@example([("ask", 1), ("ask reasons", 0), ("reasons", 0), ("replace", 1), ("answer 1", 3), ("fee", 3), ("pay", 1)])
@example([("correct", 1), ("corrected", 9), ("ask reasons", 9), ("reasons", 0), ("replace", 1)])
@example([("ask", 27), ("answer 1", 1), ("fee", 1), ("pay", 1), ("draft", 0), ("review", 0), ("reply", 0)])
@example([("ask", 0), ("approve", 1), ("tell", 1), ("answer 1", 9), ("fee", 1), ("pay", 1)])
@example([("approve", 0), ("tell", 0), ("ask", 1), ("correct", 0), ("corrected", 1), ("answer 1", 1)])
def test_whatever_happens_the_due_date_follows_the_law_day_by_day_and_never_moves_forward(
    steps: list[tuple[str, int]],
) -> None:
    scenario, day = file("registered"), date(2026, 10, 9)
    latest = DUE
    for name, later in steps:
        day += timedelta(later)
        command, by = STEPS[name]
        scenario.when(command, by=by, on=f"{day} 10:00")
        scenario.when_swept(f"{day} 10:00")
        assert scenario.state.status != "handling" or not scenario.state.open_consultations
        expected, overdue = _by_the_events(scenario, day)
        assert any(isinstance(event, ReplyOverdue) for event in scenario.live) == overdue
        now = due_of(scenario)
        if now is not None:
            assert now >= latest
            latest = now
            assert now == expected
    ends = [e for e in scenario.live if isinstance(e, ReplySent | ApplicationDeemedAbandoned | FeeLapsed)]
    assert len(ends) <= 1
    assert (scenario.state.row is not None) == bool(ends)
    sent = [event for event in ends if isinstance(event, ReplySent)]
    assert all(event.met == (event.done is not None and event.done <= event.due) for event in sent)
    assert all(event.met != overdue for event in sent)


def _by_the_events(scenario: Scenario, today: date) -> tuple[date | None, bool]:
    """The due date and whether it has passed, counted a second way, day by day from the events alone."""
    runs, extended, replaced, waits = [(date(2026, 10, 9), 20)], 0, False, None
    spans: dict[str, tuple[date, date]] = {}
    for day, event in [*((local_date(r.stamp.happened), r.event) for r in scenario.records), (today, None)]:
        left_out = list(spans.values())
        last = None if waits else max(workdays_after(start, amount + extended, left_out) for start, amount in runs)
        if last is not None and day > last:
            return last, True
        match event:
            case ConsultationSent(consultation=which):
                spans[which] = (day, date(2027, 12, 31))
            case ConsultationAnswered(consultation=which):
                spans[which] = (spans[which][0], day)
            case ConsultationLapsed(clock=which, due=due):
                spans[which] = (spans[which][0], due)
            case CorrectionRequested() | FeeNoticed():
                waits = day
            case CorrectionReceived() | FeePaid():
                assert waits is not None
                if replaced:
                    spans[f"wait since {waits}"] = (waits, day)
                runs, waits = [*(runs if replaced else []), (day, 20)], None
            case ExtensionNotified(days=days):
                extended += days
            case PeriodReplaced(days=days):
                runs, extended, replaced = [(date(2026, 10, 9), days)], 0, True
                spans = {which: span for which, span in spans.items() if span[1] > today}
            case ReplySent():
                return last, False
    return last, False
