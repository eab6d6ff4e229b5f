"""Laws of the engine over random lives of a case: a small kind with every clock operation, and citizens' messages."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.messages import message_commands as ask
from services.messages.message import MESSAGE
from shared.domain.deadline import Clock
from shared.domain.kind import Command, Recorded, Stamp, Verdict
from shared.engine.history import dues_of, effective, fold, is_miss
from tests.properties.case_player import FIRST, UNITS, Act, Played, Player
from tests.simulation.matter import (
    MATTER,
    ExtendMatter,
    FinishMatter,
    MatterTouched,
    OpenMatter,
    PauseMatter,
    ResumeMatter,
    SortMatter,
    TouchMatter,
)

CATEGORIES = ("enquiry", "complaint", "investigation", "difficult", "enquiry", "report")


def _classify(n: int) -> Command:
    category = CATEGORIES[n % 6]
    accused = {"accused": "d3", "handler": ("d1", None)[n % 2]} if category == "report" else {}
    return ask.Classify(category=category, **accused)


def _reclassify(n: int) -> Command:
    category = CATEGORIES[n % 5]
    return ask.Reclassify(
        category=category, days=(15, 30)[n % 2] if category == "difficult" else None, reason="重新认定"
    )


PLAYED = {
    "matter": Played(
        kind=MATTER,
        opening=OpenMatter(department="d1"),
        commands={
            "touch": lambda n: TouchMatter(mark=str(n)),
            "sort": lambda n: SortMatter(sort=("simple", "hard")[n % 2]),
            "pause": lambda n: PauseMatter(),
            "resume": lambda n: ResumeMatter(),
            "extend": lambda n: ExtendMatter(days=n % 6 + 1),
            "finish": lambda n: FinishMatter(mark=str(n)),
        },
        moves_earlier=frozenset({"sort"}),
    ),
    "message": Played(
        kind=MESSAGE,
        opening=ask.Submit(title="路灯不亮", text="东门路灯三天不亮", name="张三", phone="13800000000"),
        commands={
            "accept": lambda n: ask.Accept(),
            "decline": lambda n: ask.Decline(ground="repeated", explanation="已答复"),
            "classify": _classify,
            "reclassify": _reclassify,
            "assign": lambda n: ask.Assign(department=UNITS[n % 4]),
            "request-return": lambda n: ask.RequestReturn(ground="not_competent", reason="不属本单位职责"),
            "grant-return": lambda n: ask.GrantReturn(),
            "deny-return": lambda n: ask.DenyReturn(reason="属该单位职责"),
            "investigate": lambda n: ask.RecordInvestigation(method="site_visit", findings="已查"),
            "request-extension": lambda n: ask.RequestExtension(days=n % 5 + 1, reason="需检测"),
            "grant-extension": lambda n: ask.GrantExtension(told="phone"),
            "deny-extension": lambda n: ask.DenyExtension(reason="可按期办结"),
            "draft": lambda n: ask.DraftReply(text="已修复"),
            "send-back": lambda n: ask.SendBack(reason="补充时间"),
            "approve": lambda n: ask.ApproveReply(),
            "reply": lambda n: ask.Reply(),
            "rate": lambda n: ask.Rate(satisfied=n % 2 == 0),
            "rework": lambda n: ask.OrderRework(ground="substandard"),
            "supervise": lambda n: ask.IssueSupervision(ground="overdue", text="请速办"),
            "divert": lambda n: ask.DivertToPetition(explanation="属信访事项"),
            "quarantine": lambda n: ask.Quarantine(accused="d3"),
            "archive": lambda n: ask.Archive(),
            "erase": lambda n: ask.Erase(ground="consent_withdrawn"),
        },
        moves_earlier=frozenset({"classify", "reclassify", "quarantine"}),
    ),
}
BY_PEOPLE = {
    "matter": ("touch", "sort", "pause", "resume", "extend", "finish", "finish"),
    "message": (
        *PLAYED["message"].commands,
        *("accept", "classify", "assign", "draft", "approve", "reply", "reply") * 3,
    ),
}
BY_OTHERS = ("void", "void", "revoke", "sweep", "amend", "amend")
BEGINNINGS: dict[str, tuple[tuple[str, ...], ...]] = {
    "matter": ((),),
    "message": ((), ("accept", "classify"), ("accept", "classify", "assign"), ("accept", "classify", "assign", "draft", "approve")),
}  # fmt: skip
KINDS = pytest.mark.parametrize("kind", sorted(PLAYED))
LIVES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def _acts(kind: str, *others: str) -> st.SearchStrategy[list[Act]]:
    """The life of a case: a usual beginning, then anything at any hour, also entered late."""
    wait, back = st.sampled_from((0, 1, 5, 24, 30, 72, 170)), st.sampled_from((0, 0, 0, 3, 26, 100, 300))
    any_act = st.builds(Act, wait, back, st.sampled_from((*BY_PEOPLE[kind], *others)), st.integers(0, 11))
    beginnings = [[Act(1, 0, what, n) for what in begin] for begin in BEGINNINGS[kind] for n in range(6)]
    return st.tuples(st.sampled_from(beginnings), st.lists(any_act, max_size=16)).map(lambda parts: parts[0] + parts[1])


@KINDS
@LIVES
@given(data=st.data())
def test_a_repeat_changes_nothing(kind: str, data: st.DataObject) -> None:
    player = Player(PLAYED[kind])
    for act in data.draw(_acts(kind, *BY_OTHERS)):
        told = player.act(act)
        before = player.dump()
        if told == "done" and act.what in PLAYED[kind].commands:
            assert player.again(-1).replayed
            assert player.dump() == before
    player.sweep()
    before = player.dump()
    for number, (_, _, first) in enumerate(player.sent):
        outcome = player.again(number)
        assert outcome.replayed
        assert outcome.answer == orjson.loads(orjson.dumps(first.answer))
    player.sweep()
    assert player.dump() == before


@KINDS
@LIVES
@given(data=st.data())
def test_a_refused_command_leaves_nothing(kind: str, data: st.DataObject) -> None:
    player = Player(PLAYED[kind])
    for act in data.draw(_acts(kind, *BY_OTHERS)):
        player.wait(act.wait)
        before = player.dump()
        if player.act(replace(act, wait=0)) == "refused":
            assert player.dump() == before


@KINDS
@LIVES
@given(data=st.data())
def test_refolding_the_events_gives_the_stored_state(kind: str, data: st.DataObject) -> None:
    player = Player(PLAYED[kind])
    for act in data.draw(_acts(kind, *BY_OTHERS)):
        player.act(act)
        assert player.verify().first_bad is None
        state = fold(player.played.kind, effective(player.history()))
        assert state == player.state
        dues = {
            clock: [f"{on}" if on else None, status]
            for clock, (on, status) in dues_of(player.played.kind.clocks(state), player.calendar).items()
        }
        assert orjson.loads(player.head.dues) == dues
        assert [r.stamp.sequence for r in player.history()] == list(range(1, player.head.version + 1))


@KINDS
@LIVES
@given(data=st.data())
def test_every_ended_clock_has_one_live_verdict_and_no_other_has_one(kind: str, data: st.DataObject) -> None:
    player = Player(PLAYED[kind])
    for act in data.draw(_acts(kind, *BY_OTHERS)):
        player.act(act)
        live = [r.event for r in effective(player.history()) if isinstance(r.event, Verdict)]
        found = Counter((event.clock, event.met) for event in live if event.met or is_miss(event))
        clocks: tuple[Clock, ...] = player.played.kind.clocks(player.state)
        expected = Counter(
            (c.id, c.ended == "met") for c in clocks if c.ended == "missed" or (c.ended == "met" and not c.watch)
        )
        assert found == expected


@KINDS
@LIVES
@given(data=st.data())
def test_the_short_way_ends_where_running_the_whole_history_ends(kind: str, data: st.DataObject) -> None:
    player = Player(PLAYED[kind])
    for act in data.draw(_acts(kind, *BY_OTHERS)):
        player.act(act)
        corrections = player.corrections()
        assert not corrections.any, corrections


@KINDS
@LIVES
@given(data=st.data())
def test_only_a_calendar_a_void_or_another_class_moves_a_due_date_earlier(kind: str, data: st.DataObject) -> None:
    player = Player(PLAYED[kind])
    last: dict[str, date] = {}
    free = {"amend", "void", "revoke", *PLAYED[kind].moves_earlier}
    for act in data.draw(_acts(kind, *BY_OTHERS)):
        player.act(act)
        now = {clock: date.fromisoformat(on) for clock, (on, _) in orjson.loads(player.head.dues).items() if on}
        if act.what in free:
            last = {}
        else:
            assert {clock: (last[clock], on) for clock, on in now.items() if clock in last and on < last[clock]} == {}
        last.update(now)


@KINDS
@LIVES
@given(data=st.data())
def test_a_late_sweep_judges_as_hourly_sweeps_do(kind: str, data: st.DataObject) -> None:
    acts = data.draw(_acts(kind, "amend", "amend"))
    seldom, hourly = Player(PLAYED[kind]), Player(PLAYED[kind], hourly=True)
    for act in acts:
        assert seldom.act(act) == hourly.act(act), act
    for player in (seldom, hourly):
        player.wait(168)
        player.sweep()
    assert seldom.verdicts() == hourly.verdicts()
    assert seldom.head.dues == hourly.head.dues
    assert replace(seldom.state, reminded=()) == replace(hourly.state, reminded=())


def _touched(sequence: int, hour: int, voids: tuple[str, ...] = (), restates: str | None = None) -> Recorded:
    event = MatterTouched(department="d1", mark=str(sequence), voids=voids, restates=restates)
    happened = FIRST + timedelta(hours=hour)
    return Recorded(event, Stamp(f"T/{sequence}", sequence, happened, FIRST + timedelta(days=99), "u1"))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(("add", "add", "void", "restate")), st.integers(0, 30), st.integers(0, 99)),
        max_size=30,
    )
)
def test_voids_and_restatements_keep_every_place(steps: list[tuple[str, int, int]]) -> None:
    """Beside the history a list of places is kept by hand: each is the hour, and what stands there now, if anything."""
    history: list[Recorded] = []
    places: list[tuple[int, str | None]] = []
    for what, hour, n in steps:
        sequence = len(history) + 1
        standing = [place for place, (_, name) in enumerate(places) if name is not None]
        if what == "add" or not standing:
            history.append(_touched(sequence, hour))
            places.append((hour, f"T/{sequence}"))
            continue
        place = standing[n % len(standing)]
        old_hour, old = places[place]
        assert old is not None
        if what == "restate":
            history.append(_touched(sequence, old_hour, (old,), old))
            places[place] = (old_hour, f"T/{sequence}")
        else:
            history.append(_touched(sequence, hour, (old,)))
            places[place] = (old_hour, None)
            places.append((hour, f"T/{sequence}"))
    expected = [name for _, name in sorted(places, key=lambda place: place[0]) if name is not None]
    assert [record.stamp.id for record in effective(history)] == expected
