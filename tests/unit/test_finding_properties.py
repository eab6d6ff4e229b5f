"""Whatever is asked of a finding in whatever order, late or undone: charged at most once, never unheard, one verdict a clock."""

from datetime import timedelta
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from services.publishing.finding import FINDING
from services.publishing.finding_events import (
    DefectAccepted,
    DefectConfirmed,
    DefectDisputed,
    DefectFound,
    DefectRejected,
    DisputeLapsed,
)
from services.publishing.finding_rules import place_of
from shared.domain.corrections import OverdueRevoked, RevokeOverdue, VoidEntry
from shared.domain.directory import Actor
from shared.domain.kind import Command, Verdict
from shared.engine.history import effective, fold, is_miss
from tests.scenario import Scenario, moment
from tests.unit.article_world import CLERK, HEAD
from tests.unit.finding_world import (
    ACCEPT,
    CLEAR,
    CONFIRM,
    DECIDER,
    DISPUTE,
    FINDING_OFFICER,
    FIXED,
    REJECT,
    RETURN,
    fresh,
    patrol,
)

LABEL = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
SEGMENT = st.text("aB1-_~%/?# .；公告", min_size=1, max_size=5).filter(lambda part: part.strip(".") != "")
HOSTS = st.lists(LABEL, min_size=2, max_size=4).map(".".join)
PATHS = st.lists(SEGMENT, max_size=4)
Spelling = tuple[str, bool, str, bool, list[int]]
SPELLINGS: st.SearchStrategy[Spelling] = st.tuples(
    st.sampled_from(["", "//", "http://", "https://", "HTTPS://"]),
    st.booleans(),
    st.sampled_from(["", ".", ":80", ":443", ".:443"]),
    st.booleans(),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
"""Scheme, host in capitals, what follows the host, a last slash, and how each segment of the path is written."""


def spelled(host: str, path: list[str], spelling: Spelling) -> str:
    scheme, capitals, after, slash, ways = spelling
    address = f"{scheme}{host.upper() if capitals else host}{after}"
    for segment, way in zip(path, ways, strict=False):
        octets = "".join(f"%{octet:02x}" for octet in segment.encode())
        written = octets.upper() if way == 1 else octets if way == 2 else quote(segment, safe="")
        address += f"/./{written}" if way == 3 else f"/{written}"
    return address + ("/" if slash else "") + ("#top" if slash and capitals else "")


@given(HOSTS, PATHS, SPELLINGS, SPELLINGS)
@settings(max_examples=300, deadline=None)
def test_one_page_is_one_place_in_every_spelling(host: str, path: list[str], one: Spelling, other: Spelling) -> None:
    place = place_of(None, spelled(host, path, one))
    assert place == place_of(None, spelled(host, path, other)) == place_of(None, f"https://{place}")


@given(HOSTS, PATHS, PATHS, SPELLINGS)
@settings(max_examples=200, deadline=None)
def test_different_paths_are_different_places(host: str, path: list[str], other: list[str], typed: Spelling) -> None:
    same = place_of(None, spelled(host, path, typed)) == place_of(None, spelled(host, other, typed))
    assert same == (path == other)


Asked = tuple[Command, Actor]
OTHERWISE: list[dict[str, str]] = [
    {"severity": "minor"},
    {"severity": "serious"},
    {"veto": "misstatement"},
    {"veto": "none", "severity": "ordinary"},
]
ASKED: list[Asked] = [
    (ACCEPT, HEAD),
    (DISPUTE, CLERK),
    (CONFIRM, FINDING_OFFICER),
    (CONFIRM, DECIDER),
    *((CONFIRM.model_copy(update=given), DECIDER) for given in OTHERWISE),
    (REJECT, DECIDER),
    (FIXED, CLERK),
    (RETURN, DECIDER),
    (CLEAR, DECIDER),
]
Step = tuple[Asked | None, int, int]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from(ASKED), st.sampled_from(ASKED)), st.integers(0, 4), st.integers(0, 3)
    ),
    min_size=4,
    max_size=20,
)
"""What is asked (None: the last live entry is undone or revoked), days later, and how many days late it is entered."""


def day_after(days: int) -> str:
    return (moment("2026-03-02 10:00") + timedelta(days=days)).isoformat()


def undone(scenario: Scenario) -> VoidEntry | RevokeOverdue:
    """Takes the last live entry back."""
    last = effective(scenario.records)[-1]
    if is_miss(last.event):
        return RevokeOverdue(event=last.stamp.id, reason="系统检修")
    return VoidEntry(events=(last.stamp.id,), reason="登记有误")


GRAVITY = {"minor": 1, "ordinary": 2, "serious": 3}


def lawful(scenario: Scenario) -> None:
    """At most one charge, of no more than was told; before it the unit spoke or let the time pass; of a dispute another decided."""
    heard, disputed, finder, told = False, False, None, None
    charges = 0
    for record in effective(scenario.records):
        match record.event:
            case DefectFound():
                finder, told = record.stamp.actor, record.event
            case DefectDisputed():
                heard = disputed = True
            case DefectAccepted() | DisputeLapsed() | OverdueRevoked():
                heard = True
            case DefectConfirmed() | DefectRejected():
                charges += isinstance(record.event, DefectConfirmed)
                assert heard or isinstance(record.event, DefectRejected)
                assert not disputed or record.stamp.actor != finder
                if isinstance(record.event, DefectConfirmed):
                    assert told is not None
                    assert record.event.veto in ("none", told.veto)
                    assert GRAVITY[record.event.severity] <= GRAVITY[told.severity]
            case _:
                pass
    assert charges <= 1
    assert FINDING.summary(scenario.state).columns["charged"] == bool(charges)


def one_verdict(scenario: Scenario) -> None:
    """A clock that ended met or missed has one live verdict; one that was cancelled or runs has none."""
    live = [e.clock for e in scenario.live if isinstance(e, Verdict) and (is_miss(e) or e.met)]
    ended = [clock.id for clock in FINDING.clocks(scenario.state) if clock.ended in ("met", "missed")]
    assert sorted(live) == sorted(ended)


@given(STEPS, st.sampled_from(["minor", "ordinary"]), st.sampled_from(["none", "misstatement", "forged_date"]))
@settings(max_examples=200, deadline=None)
def test_a_finding_is_charged_once_as_told_and_never_unheard_and_each_clock_has_one_verdict(
    steps: list[Step], severity: str, veto: str
) -> None:
    scenario = fresh().and_(patrol(severity=severity, veto=veto), by=FINDING_OFFICER, on=day_after(0))
    days = 0
    for step, later, late in steps:
        days += later
        command, by = step or (undone(scenario), DECIDER)
        scenario.when(command, by=by, on=day_after(max(0, days - late)), recorded=day_after(days))
        lawful(scenario)
        one_verdict(scenario)
        assert fold(FINDING, effective(scenario.records)) == scenario.state
