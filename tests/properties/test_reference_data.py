"""Properties of the reference data: order of arrival in pieces, repeats, resumption, and the rights of any past day."""

import json
from datetime import date, timedelta
from functools import reduce
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment import department
from shared.domain.kind import Command
from shared.engine.reference import Reference, apply
from tests.scenario import Scenario
from tests.told import told

FIRST = date(2026, 1, 1)
LAST = 60
IDS = ("county-office", "education", "health")

days = st.integers(0, LAST).map(lambda n: FIRST + timedelta(days=n))
iso = days.map(date.isoformat)
some_iso = st.lists(iso, max_size=3, unique=True)


def _data(event: str, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(event), st.fixed_dictionaries({"department": st.sampled_from(IDS), **fields}))


subjects, roles = st.sampled_from("abc"), st.sampled_from(("clerk", "head"))
contents = st.one_of(
    _data("DepartmentCreated", name=st.text(max_size=3), group=st.just("class1"), since=iso, aliases=st.just(["别称"])),
    _data("DepartmentRenamed", name=st.text(max_size=3), since=iso),
    _data("DepartmentRegrouped", group=st.sampled_from(("class1", "class2")), since=iso),
    _data("DepartmentMerged", into=st.sampled_from(IDS), until=iso),
    _data("DepartmentClosed", until=iso, reason=st.just("x")),
    _data("PostAssigned", subject=subjects, role=roles, since=iso, until=st.none() | iso),
    _data("PostEnded", subject=subjects, role=roles, since=iso, until=iso),
    _data("DelegationGranted", subject=subjects, delegate=subjects, role=roles, since=iso, until=iso),
    _data("DelegationEnded", subject=subjects, delegate=subjects, role=roles, since=iso, until=iso),
    _data(
        "CalendarYearPublished",
        year=st.sampled_from((2025, 2026)),
        notice=st.just("某号"),
        published=st.none() | iso,
        holidays=some_iso,
        makeup_workdays=some_iso,
    ),
    _data(
        "CalendarAmended",
        year=st.just(2026),
        notice=st.just("某号"),
        holidays=some_iso,
        makeup_workdays=some_iso,
        removed=some_iso,
        local=st.booleans(),
    ),
    _data(
        "PlanAdopted",
        plan=st.sampled_from("pq"),
        digest=st.text("0123456789abcdef", min_size=4, max_size=4),
        from_quarter=st.sampled_from(("2025Q1", "2026Q1")),
        to_quarter=st.sampled_from(("2026Q2", "2026Q4")),
        text=st.text(max_size=5),
    ),
    _data("QuarterOpened", quarter=st.just("2026Q1")),
    _data("EntryVoided", voids=st.lists(st.integers(0, 30).map(lambda n: f"case/{n}"), max_size=2)),
)


@st.composite
def logs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A log of the topic: any known events, strangers and voids among them."""
    return [
        {
            "id": f"case/{n}",
            "type": f"gongkai.assessment.{name}.v1",
            "time": f"2026-01-01T00:{n:02d}:00+08:00",
            "data": data,
        }
        for n, (name, data) in enumerate(draw(st.lists(contents, max_size=30)))
    ]


def follow(reference: Reference, events: list[dict[str, Any]]) -> Reference:
    return reduce(apply, events, reference)


@given(logs(), st.data())
def test_resuming_from_the_kept_copy_anywhere_gives_the_same(log: list[dict[str, Any]], data: st.DataObject) -> None:
    whole = follow(Reference.empty({}), log)
    split = data.draw(st.integers(0, len(log)))
    copy = follow(Reference.empty({}), log[:split]).to_json()
    assert follow(Reference.from_json(copy, {}), log[split:]) == whole
    assert Reference.from_json(whole.to_json(), {}) == whole
    assert json.loads(copy)["format"] == 1


@given(logs(), st.data())
def test_repeats_change_nothing(log: list[dict[str, Any]], data: st.DataObject) -> None:
    whole = follow(Reference.empty({}), log)
    again = log[: data.draw(st.integers(0, len(log)))]
    assert follow(follow(Reference.empty({}), log), again) == whole
    assert follow(Reference.empty({}), [event for event in log for _ in range(2)]) == whole
    assert whole.position <= len(log)


@given(logs())
def test_versions_never_go_back_and_move_with_every_change(log: list[dict[str, Any]]) -> None:
    reference = Reference.empty({})
    for event in log:
        after = apply(reference, event)
        assert after.position in (reference.position, reference.position + 1)
        assert after.calendar.version >= reference.calendar.version
        assert after.directory.version >= reference.directory.version
        if after.calendar.changed_since(reference.calendar):
            assert after.calendar.version > reference.calendar.version
        if (after.directory.departments, after.directory.posts) != (
            reference.directory.departments,
            reference.directory.posts,
        ):
            assert after.directory.version > reference.directory.version
        reference = after


until = st.none() | days
persons = st.sampled_from(("anna", "bert", "cleo"))
assign = st.builds(department.AssignPost, subject=persons, role=roles, since=days, until=until)
end = st.builds(department.EndPost, subject=persons, role=roles, until=days)
grant = st.builds(department.GrantDelegation, subject=persons, delegate=persons, role=roles, since=days, until=days)
withdraw = st.builds(department.EndDelegation, subject=persons, delegate=persons, role=roles, until=days)
close = st.builds(department.Close, until=days, reason=st.just("机构改革"))


class Diary:
    """The naive account: who held what on each single day, delegations only on days their giver held the post."""

    def __init__(self) -> None:
        self.own: list[tuple[str, str, set[int]]] = []
        self.lent: list[tuple[str, str, str, set[int]]] = []

    def note(self, command: Command) -> None:
        match command:
            case department.AssignPost():
                self.own.append((command.subject, command.role, self._span(command.since, command.until)))
            case department.GrantDelegation():
                span = self._span(command.since, command.until)
                self.lent.append((command.subject, command.delegate, command.role, span))
            case department.EndPost():
                last = self._day(command.until)
                for subject, role, span in self.own:
                    if (subject, role) == (command.subject, command.role) and min(span, default=LAST + 2) <= last:
                        self._cut(span, last, only_if_running=True)
            case department.EndDelegation():
                last = self._day(command.until)
                for subject, delegate, role, span in self.lent:
                    same = (subject, delegate, role) == (command.subject, command.delegate, command.role)
                    if same and min(span, default=LAST + 2) <= last:
                        self._cut(span, last, only_if_running=True)
            case department.Close():
                for *_, span in (*self.own, *self.lent):
                    self._cut(span, self._day(command.until))
        for giver, _, role, span in self.lent:
            span &= set().union(*(s for subject, r, s in self.own if (subject, r) == (giver, role)))

    def roles(self, subject: str, day: int) -> set[str]:
        own = {role for who, role, span in self.own if who == subject and day in span}
        return own | {role for _, who, role, span in self.lent if who == subject and day in span}

    def _span(self, since: date | None, until: date | None) -> set[int]:
        return set(range(self._day(since), self._day(until) if until else LAST + 2))

    @staticmethod
    def _cut(span: set[int], last: int, only_if_running: bool = False) -> None:
        if not only_if_running or (span and last <= max(span)):
            span -= set(range(last, LAST + 2))

    @staticmethod
    def _day(day: date | None) -> int:
        assert day is not None
        return (day - FIRST).days


@settings(deadline=None)
@given(st.lists(st.one_of(assign, assign, end, grant, grant, withdraw, close), max_size=14))
def test_the_rights_of_every_day_are_those_a_diary_would_show(commands: list[Command]) -> None:
    scenario = Scenario(department.KIND, case="department-education")
    diary = Diary()
    scenario.and_(department.Create(id="education", name="教育局", group="class1", since=FIRST), on="2026-01-01")
    for command in commands:
        result = scenario.when(command, on="2026-01-02")
        if result.refused is None:
            result.accepted()
            diary.note(command)
    directory = follow(Reference.empty({}), told(scenario)).directory
    for day in range(LAST + 1):
        for subject in ("anna", "bert", "cleo"):
            held = directory.actor(subject, FIRST + timedelta(days=day)).posts
            assert {role for _, role in held} == diary.roles(subject, day), (subject, day)
    ended = directory.departments["education"].until
    if ended is not None:
        assert not any(post.on(ended) for post in directory.posts)
