from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.declared import SERVICES
from shared.domain.corrections import COMMON_READERS
from shared.domain.directory import OFFICE, PUBLIC, ROLES, SYSTEM, Actor, Role
from shared.domain.kind import CaseKind
from shared.domain.permission import PUBLIC_MAY, WRITER_MAY, Allowed, anywhere, handler, may, office, party
from shared.security.visibility import SIGHTS, may_see, readable_vault_fields, viewer_of
from shared.storage.port import CaseRecord, Viewer

WHEN = datetime(2026, 10, 9, tzinfo=UTC)


def head(
    *, department: str = "education", parties: Iterable[str] = (), hidden: Iterable[str] = (), restricted: bool = False
) -> CaseRecord:
    return CaseRecord(
        id="M2026-000123",
        service="messages",
        kind="message",
        number=123,
        version=3,
        state=b"{}",
        fold_version=1,
        dues=b"{}",
        opened=WHEN,
        through=WHEN,
        calendar=1,
        imported=False,
        digest="",
        status="handling",
        open=True,
        department=department,
        received="2026-10-09",
        due=None,
        next_due=None,
        restricted=restricted,
        parent=None,
        title=None,
        parties=tuple(parties),
        hidden_from=tuple(hidden),
        columns=b"{}",
        updated=WHEN,
    )


def person(*posts: tuple[str, str]) -> Actor:
    return Actor("张三", frozenset(posts))


OWN, FOREIGN = head(), head(department="health")
OWN_REPORT = head(restricted=True, hidden=["finance"])
FOREIGN_REPORT = head(department="health", restricted=True, hidden=["finance"])
OFFICE_REPORT = head(department=OFFICE, restricted=True, hidden=["education"])
TAKES_PART = head(department="health", parties=["education"])
TAKES_PART_IN_REPORT = head(department="health", parties=["education"], restricted=True)

# post -> which of these exist: own file, another unit's, own report, another unit's report
SEEN: Mapping[tuple[str, str], str] = {
    ("education", "clerk"): "own own-report",
    ("education", "reviewer"): "own own-report",
    ("education", "head"): "own own-report",
    ("education", "custodian"): "own own-report",
    ("education", "disclosure_head"): "own own-report",
    ("education", "office"): "own own-report",
    ("education", "leader"): "own foreign",
    ("education", "chief_leader"): "own foreign",
    ("education", "secrecy"): "own own-report",
    ("education", "legal"): "own own-report",
    ("education", "interpreter"): "own own-report",
    ("education", "analyst"): "own foreign",
    ("education", "ops"): "",
    ("education", "security_admin"): "",
    ("education", "auditor"): "",
    (OFFICE, "clerk"): "",
    (OFFICE, "reviewer"): "",
    (OFFICE, "head"): "own foreign own-report foreign-report",
    (OFFICE, "custodian"): "",
    (OFFICE, "disclosure_head"): "",
    (OFFICE, "office"): "own foreign own-report foreign-report",
    (OFFICE, "leader"): "own foreign",
    (OFFICE, "chief_leader"): "own foreign",
    (OFFICE, "secrecy"): "own foreign",
    (OFFICE, "legal"): "own foreign",
    (OFFICE, "interpreter"): "own foreign",
    (OFFICE, "analyst"): "own foreign",
    (OFFICE, "ops"): "",
    (OFFICE, "security_admin"): "",
    (OFFICE, "auditor"): "",
}
FILES = {"own": OWN, "foreign": FOREIGN, "own-report": OWN_REPORT, "foreign-report": FOREIGN_REPORT}


def test_every_role_has_its_sight() -> None:
    assert set(SIGHTS) == set(ROLES)
    assert set(SEEN) == {(unit, role) for unit in ("education", OFFICE) for role in ROLES}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("post", SEEN)
def test_a_post_sees_its_files_and_no_others(post: tuple[str, str], file: str) -> None:
    assert may_see(person(post), FILES[file]) is (file in SEEN[post].split())


# kind -> posts of the county office that see every unrestricted file of it because they act on any; by role.
OVERSEERS: Mapping[str, set[str]] = {
    "article": {"clerk", "custodian"},
    "column": {"clerk", "custodian"},
    "document": {"clerk", "disclosure_head"},
    "interpretation": {"clerk"},
    "finding": {"clerk"},
}
# What is about a citizen stays closed to whom SIGHTS closes it, though they may act on it: they are told its number.
BLIND: Mapping[str, set[str]] = {"message": {"clerk"}, "application": {"clerk", "disclosure_head"}}
KINDS: Mapping[str, CaseKind[Any]] = {kind.name: kind for service in SERVICES for kind in service.kinds}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("post", SEEN)
def test_who_acts_on_any_file_of_a_kind_sees_those_that_are_not_restricted(post: tuple[str, str], kind: str) -> None:
    unit, role = post
    more = {"own", "foreign"} if unit == OFFICE and role in OVERSEERS.get(kind, ()) else set()
    for name, file in FILES.items():
        seen = name in more or name in SEEN[post].split()
        assert may_see(person(post), file, KINDS[kind].overseen_by) is seen, name
    viewer = viewer_of(person(post), KINDS[kind].overseen_by)
    assert (viewer.all or viewer.unrestricted) is ("foreign" in more or "foreign" in SEEN[post].split())
    assert viewer.all is ("foreign-report" in SEEN[post].split())
    assert viewer.departments == viewer_of(person(post)).departments


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_works_blind(kind: str) -> None:
    """Whoever may give a command on files that other units hold sees them, but for the administrators and what is about citizens."""
    commands = [model for model in KINDS[kind].commands if not model.command_opens]
    blind = set()
    for unit, role in SEEN:
        clerk = person((unit, role))
        acts = any(may(clerk, model.command_allowed, case=FOREIGN.id, holder="health") for model in commands)
        if (
            acts
            and not may_see(clerk, FOREIGN, KINDS[kind].overseen_by)
            and SIGHTS[cast(Role, role)].office != "nothing"
        ):
            assert unit == OFFICE
            blind.add(role)
    assert blind == BLIND.get(kind, set())


def test_an_overseer_s_own_unit_is_hidden_from_it_all_the_same() -> None:
    overseers = KINDS["finding"].overseen_by
    assert not may_see(person((OFFICE, "clerk")), head(hidden=[OFFICE]), overseers)
    assert not may_see(person((OFFICE, "clerk")), head(restricted=True), overseers)
    assert not may_see(PUBLIC, OWN, overseers)


def test_the_county_office_s_own_clerk_sees_reports_that_the_office_handles() -> None:
    assert may_see(person((OFFICE, "clerk")), OFFICE_REPORT)
    assert not may_see(person((OFFICE, "analyst")), OFFICE_REPORT)


def test_a_unit_that_takes_part_sees_the_file_unless_it_is_restricted() -> None:
    clerk = person(("education", "clerk"))
    assert may_see(clerk, TAKES_PART)
    assert not may_see(clerk, TAKES_PART_IN_REPORT)


@pytest.mark.parametrize("role", ROLES)
def test_for_the_accused_unit_the_report_does_not_exist_whatever_the_post(role: str) -> None:
    accused = person(("finance", role))
    assert not may_see(accused, OWN_REPORT)
    assert not may_see(accused, head(department="finance", hidden=["finance"], restricted=True))


def test_a_post_in_the_county_office_does_not_lift_an_accusation_of_one_s_own_unit() -> None:
    both = person((OFFICE, "office"), ("finance", "clerk"))
    assert may_see(both, FOREIGN)
    assert not may_see(both, FOREIGN_REPORT)
    assert not may_see(person((OFFICE, "head")), head(department="health", restricted=True, hidden=[OFFICE]))


def test_the_public_and_a_citizen_with_a_code_see_no_file() -> None:
    assert not may_see(PUBLIC, OWN)
    assert not may_see(Actor("public", writer_of=OWN.id), OWN)


def test_the_system_sees_everything() -> None:
    assert may_see(SYSTEM, FOREIGN_REPORT)
    assert viewer_of(SYSTEM).all


def test_an_unknown_role_sees_nothing() -> None:
    assert not may_see(person(("education", "wizard")), OWN)


@pytest.mark.parametrize(
    ("posts", "opened", "reach"),
    [
        ([("education", "clerk"), ("health", "custodian")], {"education", "health"}, "units"),
        ([(OFFICE, "office")], {OFFICE}, "all"),
        ([(OFFICE, "auditor")], set(), "units"),
        ([(OFFICE, "leader")], set(), "unrestricted"),
        ([("government-services", "ops"), ("education", "clerk")], {"education"}, "units"),
        ([], set(), "units"),
    ],
)
def test_a_list_is_asked_for_the_units_whose_files_the_posts_open(
    posts: list[tuple[str, str]], opened: set[str], reach: str
) -> None:
    belongs_to = frozenset(unit for unit, _ in posts)
    assert viewer_of(person(*posts)) == Viewer(frozenset(opened), reach == "all", reach == "unrestricted", belongs_to)


units = st.sampled_from(["education", "health", "finance", OFFICE])
posts = st.frozensets(st.tuples(units, st.sampled_from(ROLES)), max_size=3)


@given(held=posts, department=units, parties=st.sets(units), hidden=st.sets(units), restricted=st.booleans())
def test_nobody_of_a_hidden_unit_ever_sees_and_no_further_post_takes_sight_away_otherwise(
    held: frozenset[tuple[str, str]], department: str, parties: set[str], hidden: set[str], restricted: bool
) -> None:
    file = head(department=department, parties=parties, hidden=hidden, restricted=restricted)
    actor = Actor("张三", held)
    if actor.departments & hidden:
        assert not may_see(actor, file)
        assert not readable_vault_fields(KIND, actor, replace(file, restricted=True))
    else:
        alone = [may_see(Actor("张三", frozenset({post})), file) for post in held]
        assert may_see(actor, file) is any(alone)


READERS: Mapping[str, tuple[Allowed, ...]] = {
    "text": (handler(), party(), office()),
    "name": (handler(), office()),
    "accused": (office(),),
    "instruction": (office(), anywhere("leader", "chief_leader")),
    "reply": (handler(), office(), WRITER_MAY),
    "published_reply": (PUBLIC_MAY,),
}
KIND = cast(CaseKind[Any], SimpleNamespace(vault_readers=READERS, overseen_by=()))


@pytest.mark.parametrize(
    ("actor", "file", "fields"),
    [
        (person(("education", "clerk")), OWN, "text name reply published_reply"),
        (person(("education", "clerk")), TAKES_PART, "text published_reply"),
        (person(("education", "clerk")), FOREIGN, "published_reply"),
        (person(("finance", "clerk")), OWN_REPORT, ""),
        (person(("health", "clerk")), OWN_REPORT, ""),
        (person((OFFICE, "office")), OWN_REPORT, "text name accused instruction reply"),
        (person((OFFICE, "leader")), OWN, "instruction published_reply"),
        (person((OFFICE, "leader")), OWN_REPORT, ""),
        (person((OFFICE, "analyst")), OWN, "published_reply"),
        (person(("education", "ops")), OWN, "published_reply"),
        (Actor("public", writer_of=OWN.id), OWN, "reply published_reply"),
        (Actor("public", writer_of=OWN.id), OWN_REPORT, "reply"),
        (Actor("public", writer_of="M2026-000999"), OWN, "published_reply"),
        (PUBLIC, OWN, "published_reply"),
        (PUBLIC, OWN_REPORT, ""),
    ],
)
def test_sealed_fields_open_to_those_whom_the_kind_names(actor: Actor, file: CaseRecord, fields: str) -> None:
    assert readable_vault_fields(KIND, actor, file) - COMMON_READERS.keys() == set(fields.split())


def test_a_confidential_writer_s_name_shows_to_the_handler_alone() -> None:
    def read(actor: Actor) -> set[str]:
        return readable_vault_fields(KIND, actor, OWN, handler_alone={"name"})

    assert "name" in read(person(("education", "clerk")))
    assert read(person((OFFICE, "office"))) - COMMON_READERS.keys() == {
        "text",
        "accused",
        "instruction",
        "reply",
        "published_reply",
    }
