"""A part of an application (拆分) goes on where the whole stood: the same time, the same wishes, the same words of the form."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.requests.application import APPLICATION
from services.requests.application_commands import (
    ApproveExtension,
    AskReasons,
    Consult,
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
    Split,
)
from services.requests.application_events import (
    ApplicationSplit,
    ApplicationSubmitted,
    ReplyDrafted,
    ReplyOverdue,
    ReplySent,
)
from services.requests.policies import POLICIES
from shared.domain.directory import Actor
from shared.domain.kind import Command
from shared.domain.localtime import moment_text
from tests.scenario import Scenario, left
from tests.unit.application_world import CASE, CHIEF, CLERK, HEAD, drafted, file
from tests.unit.message_world import DIRECTORY
from tests.unit.test_application_clocks import due_of, workdays_after

SPLIT = Split(title="另一事项", text="另一事项的内容")
RECEIVED = date(2026, 10, 9)


def part_of(whole: Scenario, day: str) -> Scenario:
    """The application that the policy opens for a matter split off on that day."""
    whole.and_(SPLIT, by=CLERK, on=day)
    record = whole.records[-1]
    assert isinstance(record.event, ApplicationSplit)
    (policy,) = [one for one in POLICIES if one.name == "WhenApplicationSplitOpenPart"]
    data: Mapping[str, Any] = record.event.model_dump(mode="json")
    # References into the vault have a form of their own, which the stand-ins of a scenario have not.
    data = {name: f"v:{'a' * 26}" if str(value).startswith("v:") else value for name, value in data.items()}
    reaction = policy.react({"subject": CASE, "time": moment_text(record.stamp.happened), "data": data})
    assert reaction is not None
    part = Scenario(APPLICATION, directory=DIRECTORY, case="A2026-000002")
    part.when(reaction.command, on=moment_text(record.stamp.happened)).accepted()
    return part


def steps(scenario: Scenario, *given: tuple[Command, Actor, str]) -> Scenario:
    """The file after these."""
    for command, by, on in given:
        scenario.and_(command, by=by, on=on)
    return scenario


CORRECTED = (
    (RequestCorrection(items="请写明年份"), CLERK, "2026-10-12"),
    (ReceiveCorrection(text="2025 年度"), CLERK, "2026-11-02"),
)
EXTENDED = (
    (ApproveExtension(reason="需要汇总"), CHIEF, "2026-11-03"),
    (NotifyExtension(), CLERK, "2026-11-03"),
)
CONSULTED = (
    (Consult(asked="third_party", party="某公司", content="合同"), CLERK, "2026-10-12"),
    (RecordAnswer(consultation="consultation-1", agrees=True), CLERK, "2026-10-30"),
)
PAID = (
    (NoticeFee(method="pages", quantity=50), HEAD, "2026-10-12"),
    (RecordPayment(amount=200), CLERK, "2026-11-03"),
)
REPLACED = (
    (AskReasons(explanation="一月内四十件"), CLERK, "2026-10-12"),
    (RecordReasons(reasonable=True, reasons="课题研究"), CLERK, "2026-10-12"),
    (ReplacePeriod(days=60), HEAD, "2026-10-12"),
)


@pytest.mark.parametrize(
    ("before", "due"),
    [
        ((), date(2026, 11, 5)),
        (CORRECTED, date(2026, 11, 30)),
        (EXTENDED, workdays_after(date(2026, 11, 5), 20)),
        ((*CORRECTED, *EXTENDED), workdays_after(date(2026, 11, 2), 40)),
        (CONSULTED, workdays_after(RECEIVED, 20, [(date(2026, 10, 12), date(2026, 10, 30))])),
        (PAID, workdays_after(date(2026, 11, 3), 20)),
        (REPLACED, workdays_after(RECEIVED, 60)),
        ((*REPLACED, *PAID), workdays_after(RECEIVED, 60, [(date(2026, 10, 12), date(2026, 11, 3))])),
    ],
)
def test_a_part_is_due_when_the_whole_is(before: tuple[tuple[Command, Actor, str], ...], due: date) -> None:
    whole = steps(file("registered"), *before)
    day = "2026-11-04" if before else "2026-10-12"
    part = part_of(whole, day)
    assert due_of(part) == due_of(whole) == due
    part.when_swept(str(due)).then_nothing()
    part.when_swept(str(due + timedelta(1))).then(left(ReplyOverdue, due=due))


def test_what_the_whole_was_given_once_its_part_is_not_given_again() -> None:
    part = part_of(steps(file("registered"), *CORRECTED, *EXTENDED), "2026-11-04")
    part.when(CORRECTED[0][0], by=CLERK, on="2026-11-04").then_refused("application.correction_once")
    part.when(EXTENDED[0][0], by=CHIEF, on="2026-11-04").then_refused("application.extension_once")
    part.when(NotifyExtension(), by=CLERK, on="2026-11-04").then_refused("application.extension_told")
    # What stayed unclear after the correction of the whole is so in the part.
    part.when(drafted("O8"), by=CLERK, on="2026-11-04").then(left(ReplyDrafted, outcome="O8"))
    replaced = part_of(steps(file("registered"), *REPLACED), "2026-10-13")
    for command, by in ((AskReasons(explanation="再次"), CLERK), (RecordReasons(reasonable=True), CLERK)):
        replaced.and_(command, by=by, on="2026-10-13")
    replaced.when(ReplacePeriod(days=90), by=HEAD, on="2026-10-13").then_refused("application.period_replaced")


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (CORRECTED[:1], "application.correction_pending"),
        (PAID[:1], "application.fee_pending"),
        (CONSULTED[:1], "application.consultation_open"),
        ((*CONSULTED[:1], (drafted(), CLERK, "2026-10-13")), "application.consultation_open"),
        (EXTENDED[:1], "application.extension_untold"),
    ],
)
def test_nothing_is_split_off_while_something_is_waited_for(
    before: tuple[tuple[Command, Actor, str], ...], code: str
) -> None:
    whole = steps(file("registered"), *before)
    whole.when(SPLIT, by=CLERK, on="2026-11-04" if before == EXTENDED[:1] else "2026-10-14").then_refused(code)


def test_after_its_time_an_application_has_one_outcome_and_is_not_split() -> None:
    whole = file("registered")
    whole.when(SPLIT, by=CLERK, on="2026-11-05").accepted()
    whole.when(SPLIT, by=CLERK, on="2026-11-06").then_refused("application.split_after_expiry")


def test_a_part_has_the_wishes_the_need_and_the_files_of_the_whole() -> None:
    wishes = {"manner": "paper", "delivery": "mail", "need": "visual", "attachments": ("file-1",)}
    whole = file("registered", **wishes)
    whole.and_(CORRECTED[0][0], by=CLERK, on="2026-10-12")
    whole.and_(ReceiveCorrection(text="2025 年度", attachments=("file-2",)), by=CLERK, on="2026-10-13")
    part = part_of(whole, "2026-10-14")
    (submitted,) = [event for event in part.live if isinstance(event, ApplicationSubmitted)]
    assert (submitted.manner, submitted.delivery, submitted.need) == ("paper", "mail", "visual")
    assert submitted.attachments == ("file-1", "file-2")
    assert part.state.need == "visual"


def test_a_part_comes_to_be_on_the_day_of_the_split_however_late_it_is_opened() -> None:
    part = part_of(file("registered"), "2026-10-12 16:00")
    assert {moment_text(record.stamp.happened)[:16] for record in part.records} == {"2026-10-12T16:00"}


BEFORE: dict[str, tuple[Command, Actor]] = {
    "correct": (CORRECTED[0][0], CLERK),
    "corrected": (CORRECTED[1][0], CLERK),
    "ask": (CONSULTED[0][0], CLERK),
    "answer": (CONSULTED[1][0], CLERK),
    "approve": (EXTENDED[0][0], CHIEF),
    "tell": (EXTENDED[1][0], CLERK),
    "fee": (PAID[0][0], HEAD),
    "pay": (PAID[1][0], CLERK),
    "ask reasons": (REPLACED[0][0], CLERK),
    "reasons": (REPLACED[1][0], CLERK),
    "replace": (ReplacePeriod(days=50), HEAD),
}
AFTER = ("correct", "corrected", "ask", "answer", "approve", "tell", "draft", "review", "reply")
REPLYING: dict[str, tuple[Command, Actor]] = {
    "draft": (drafted(), CLERK),
    "review": (ReviewReply(passed=True), HEAD),
    "reply": (Reply(), CLERK),
}


def _given(scenario: Scenario, name: str, day: date) -> bool:
    """Gives a step on a day: whether it was carried out."""
    command, by = {**BEFORE, **REPLYING}[name]
    if name == "answer" and scenario.state.open_consultations:
        command = RecordAnswer(consultation=scenario.state.open_consultations[-1].waiting.id, agrees=True)
    return scenario.when(command, by=by, on=f"{day} 10:00").refused is None


@given(
    st.lists(st.tuples(st.sampled_from(sorted(BEFORE)), st.integers(0, 9)), max_size=10),
    st.integers(0, 9),
    st.lists(st.tuples(st.sampled_from(AFTER), st.integers(0, 9)), max_size=8),
)
@example([("correct", 2), ("corrected", 20), ("approve", 1), ("tell", 0)], 1, [("ask", 1), ("answer", 4)])
@example([("ask reasons", 0), ("reasons", 0), ("replace", 1), ("fee", 3), ("pay", 9)], 1, [("ask", 1), ("answer", 4)])
@example([("ask", 1), ("answer", 9), ("fee", 9), ("pay", 9)], 0, [("draft", 9), ("review", 9), ("reply", 9)])
def test_whatever_happened_to_the_whole_a_part_goes_on_as_the_whole_would(
    before: list[tuple[str, int]], later: int, after: list[tuple[str, int]]
) -> None:
    whole, day = file("registered"), RECEIVED
    for name, days in before:
        day += timedelta(days)
        _given(whole, name, day)
    day += timedelta(later)
    if whole.when(SPLIT, by=CLERK, on=f"{day} 10:00").refused is not None:
        return
    part = part_of(whole, f"{day} 10:00")
    assert due_of(part) == due_of(whole) is not None
    for name, days in after:
        day += timedelta(days)
        if name == "tell" and whole.state.extension_unapproved and not whole.state.extension_approved:
            continue  # The whole was told without approval; of the part nothing has been said yet.
        assert _given(part, name, day) == _given(whole, name, day)
        assert due_of(part) == due_of(whole)
    assert _verdicts(part) == _verdicts(whole)


def _verdicts(scenario: Scenario) -> list[tuple[str, date, bool]]:
    """The verdicts on the reply: what, due when, in time."""
    return [(e.event_name, e.due, e.met) for e in scenario.live if isinstance(e, ReplySent | ReplyOverdue)]
