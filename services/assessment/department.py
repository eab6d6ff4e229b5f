"""单位 department: a unit of the county (县直部门、乡镇街道、公共企事业单位) through its life: names and groups,
merger or closing, the posts (岗位) and delegations (委托代行) in it. Every change has the day from which it holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.assessment.reference_topic import KEEPERS, TOPIC
from shared.domain.clockless import no_clocks, no_miss
from shared.domain.directory import (
    OFFICE,
    PUBLIC,
    ROLE_TITLES,
    SYSTEM,
    Dated,
    Department,
    Group,
    Post,
    Role,
    with_post_ended,
)
from shared.domain.kind import (
    CaseKind,
    Command,
    Context,
    Event,
    RuleBroken,
    Stamp,
    Summary,
    attribute,
    command,
    event,
    field,
)
from shared.domain.text import Text

UNITS = Text(
    "《地方各级人民政府机构设置和编制管理条例》第九条（机构的设立、撤销、合并、更名）",
    "Regulations on Local Government Bodies, Art. 9 (setting up, abolishing, merging, renaming)",
)
GROUPING = Text("年度政务公开考核方案（分组）", "the year's assessment plan (groups)")
POSTS = Text(
    "《政府信息公开条例》第四条（指定机构负责日常工作）",
    "Regulations on Open Government Information, Art. 4 (a body named for the daily work)",
)
SEPARATION = Text(
    "GB/T 22239—2019 第8.1.5条（系统管理、审计管理、安全管理三员分立）",
    "GB/T 22239-2019, 8.1.5 (system, audit and security administration by three separate persons)",
)
ACCOUNT = Text("账号", "Account")
HOLDER = Text("委托人账号", "Account of the holder")
DELEGATE = Text("代行人账号", "Account of the delegate")
ADMINISTRATORS = frozenset({"ops", "security_admin", "auditor"})
RESERVED = frozenset({PUBLIC.subject, SYSTEM.subject})


@event("DepartmentCreated", Text("单位设立", "Department created"), basis=UNITS)
class DepartmentCreated(Event):
    """单位设立: ``department`` is its id, given once and never again."""

    name: str = attribute(Text("名称", "Name"))
    group: str = attribute(Text("分组", "Group"))
    since: date = attribute(Text("生效日期", "Since"))
    aliases: tuple[str, ...] = attribute(Text("别称", "Other names"), default=())


@event("DepartmentRenamed", Text("单位更名", "Department renamed"), basis=UNITS)
class DepartmentRenamed(Event):
    """单位更名: the old name still finds the unit."""

    name: str = attribute(Text("名称", "Name"))
    since: date = attribute(Text("生效日期", "Since"))
    aliases: tuple[str, ...] = attribute(Text("别称", "Other names"), default=())


@event("DepartmentRegrouped", Text("单位调整分组", "Department regrouped"), basis=GROUPING)
class DepartmentRegrouped(Event):
    """单位调整分组."""

    group: str = attribute(Text("分组", "Group"))
    since: date = attribute(Text("生效日期", "Since"))


@event("DepartmentMerged", Text("单位并入", "Department merged"), basis=UNITS)
class DepartmentMerged(Event):
    """单位并入: from ``until`` on the unit is no more and ``into`` stands for it."""

    into: str = attribute(Text("并入单位", "Merged into"))
    until: date = attribute(Text("失效日期", "Until"))


@event("DepartmentClosed", Text("单位撤销", "Department closed"), basis=UNITS)
class DepartmentClosed(Event):
    """单位撤销: from ``until`` on the unit is no more and has no successor."""

    until: date = attribute(Text("失效日期", "Until"))
    reason: str = attribute(Text("理由", "Reason"))


@event("PostAssigned", Text("任岗", "Post assigned"), basis=POSTS)
class PostAssigned(Event):
    """任岗: ``subject`` holds ``role`` from ``since`` until before ``until``."""

    subject: str = attribute(ACCOUNT)
    role: str = attribute(Text("岗位", "Role"))
    since: date = attribute(Text("生效日期", "Since"))
    until: date | None = attribute(Text("失效日期", "Until"), default=None)


@event("PostEnded", Text("离岗", "Post ended"), basis=POSTS)
class PostEnded(Event):
    """离岗: the post begun on ``since`` is no longer held on ``until``."""

    subject: str = attribute(ACCOUNT)
    role: str = attribute(Text("岗位", "Role"))
    since: date = attribute(Text("生效日期", "Since"))
    until: date = attribute(Text("失效日期", "Until"))


@event("DelegationGranted", Text("委托代行", "Delegation granted"), basis=POSTS)
class DelegationGranted(Event):
    """委托代行: ``delegate`` stands in for ``subject`` from ``since`` until before ``until``."""

    subject: str = attribute(HOLDER)
    delegate: str = attribute(DELEGATE)
    role: str = attribute(Text("岗位", "Role"))
    since: date = attribute(Text("生效日期", "Since"))
    until: date = attribute(Text("失效日期", "Until"))


@event("DelegationEnded", Text("代行终止", "Delegation ended"), basis=POSTS)
class DelegationEnded(Event):
    """代行终止: the delegation begun on ``since`` no longer holds on ``until``."""

    subject: str = attribute(HOLDER)
    delegate: str = attribute(DELEGATE)
    role: str = attribute(Text("岗位", "Role"))
    since: date = attribute(Text("生效日期", "Since"))
    until: date = attribute(Text("失效日期", "Until"))


def _name() -> Any:
    return field(
        Text("名称", "Name"),
        help=Text("单位名称，如 教育局。现存单位不得同名。", "The unit's name. No two living units bear the same."),
        basis=UNITS,
        min_length=2,
        max_length=60,
    )


def _aliases() -> Any:
    return field(
        Text("别称", "Other names"),
        help=Text(
            "人们写这个单位时用的其他名称（全称、简称），一行一个。",
            "Other ways people write the unit (full and short names), one a line.",
        ),
        basis=UNITS,
        widget="textarea",
        default=(),
        max_length=20,
    )


def _group() -> Any:
    return field(
        Text("分组", "Group"),
        help=Text("考核排名的分组。", "The group in which the unit is ranked."),
        basis=GROUPING,
        widget="select",
    )


def _since(basis: Text) -> Any:
    return field(
        Text("生效日期", "Since"),
        help=Text("自哪一日起；不填即发生之日。", "The first day it holds; empty means the day it happened."),
        basis=basis,
        widget="date",
        default=None,
    )


def _until(basis: Text) -> Any:
    return field(
        Text("失效日期", "Until"),
        help=Text(
            "自哪一日起不再有效（该日不含）；不填即发生之日。",
            "The first day it no longer holds; empty means the day it happened.",
        ),
        basis=basis,
        widget="date",
        default=None,
    )


def _subject(title: Text = ACCOUNT) -> Any:
    return field(
        title,
        help=Text(
            "身份认证系统中的账号，不是姓名。",
            "The account in the identity provider; no personal name.",
        ),
        basis=POSTS,
        widget="person",
        pattern=r"^\S+$",
        max_length=100,
    )


def _role() -> Any:
    return field(
        Text("岗位", "Role"),
        help=Text("在该单位担任的岗位。", "The role held in this unit."),
        basis=POSTS,
        widget="select",
    )


@command(
    Text("设立单位", "Create a department"),
    help=Text(
        "登记一个单位。编号一经给出不再改动，也不再给别的单位。",
        "Enter a unit. Its id never changes and is never given to another.",
    ),
    basis=UNITS,
    allowed=KEEPERS,
    opens=True,
)
class Create(Command):
    """Enter a unit of the county."""

    id: str = field(
        Text("编号", "Id"),
        help=Text(
            "小写字母开头的短代码，如 education、d-0017。",
            "A short code that begins with a small letter, such as education or d-0017.",
        ),
        basis=UNITS,
        pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=40,
    )
    name: str = _name()
    group: Group = _group()
    since: date | None = _since(UNITS)
    aliases: tuple[str, ...] = _aliases()


@command(
    Text("更名", "Rename"),
    help=Text("登记新名称。旧名称仍可查到该单位。", "Enter the new name. The old one still finds the unit."),
    basis=UNITS,
    allowed=KEEPERS,
)
class Rename(Command):
    """Give the unit another name."""

    name: str = _name()
    since: date | None = _since(UNITS)
    aliases: tuple[str, ...] = _aliases()


@command(
    Text("调整分组", "Regroup"),
    help=Text("调整考核排名的分组。", "Put the unit into another group of the ranking."),
    basis=GROUPING,
    allowed=KEEPERS,
)
class Regroup(Command):
    """Put the unit into another group."""

    group: Group = _group()
    since: date | None = _since(GROUPING)


def _target(command: "Merge") -> tuple[str, ...]:
    return (f"department-{command.into}",)


@command(
    Text("并入其他单位", "Merge"),
    help=Text(
        "该单位并入另一单位，其事项计入承接单位，本单位岗位同时终止。",
        "The unit is merged into another, which takes over what counts for it; its posts end.",
    ),
    basis=UNITS,
    allowed=KEEPERS,
    needs=_target,
)
class Merge(Command):
    """Merge the unit into another."""

    into: str = field(
        Text("并入单位", "Merged into"),
        help=Text("承接单位的编号。", "The id of the unit that takes over."),
        basis=UNITS,
        widget="department",
    )
    until: date | None = _until(UNITS)


@command(
    Text("撤销单位", "Close"),
    help=Text("单位撤销且无承接单位，岗位同时终止。", "The unit ends without a successor; its posts end."),
    basis=UNITS,
    allowed=KEEPERS,
)
class Close(Command):
    """Close the unit."""

    until: date | None = _until(UNITS)
    reason: str = field(
        Text("理由", "Reason"),
        help=Text("撤销的依据或理由，如机构改革文号。", "Why it is closed, such as the reform document's number."),
        basis=UNITS,
        widget="textarea",
        min_length=1,
        max_length=500,
    )


@command(
    Text("任岗", "Assign a post"),
    help=Text(
        "让一个账号担任本单位的岗位。一人可任两岗；三员须由三人分任。",
        "Give an account a post in this unit. One person may hold two; the three administrators are three persons.",
    ),
    basis=POSTS,
    allowed=KEEPERS,
)
class AssignPost(Command):
    """Give a person a post in this unit."""

    subject: str = _subject()
    role: Role = _role()
    since: date | None = _since(POSTS)
    until: date | None = field(
        Text("失效日期", "Until"),
        help=Text(
            "自哪一日起不再任岗（该日不含）；不填即不定期。",
            "The first day it is no longer held; empty means without end.",
        ),
        basis=POSTS,
        widget="date",
        default=None,
    )


@command(
    Text("离岗", "End a post"),
    help=Text(
        "终止一个账号在本单位的岗位，由他人代行的部分同时终止。", "End a person's post; delegations of it end too."
    ),
    basis=POSTS,
    allowed=KEEPERS,
)
class EndPost(Command):
    """End a person's post in this unit."""

    subject: str = _subject()
    role: Role = _role()
    until: date | None = _until(POSTS)


@command(
    Text("委托代行", "Grant a delegation"),
    help=Text(
        "任岗人休假、外出期间由他人代行，须有起止日期。",
        "Somebody stands in for the holder of a post during leave; both dates are needed.",
    ),
    basis=POSTS,
    allowed=KEEPERS,
)
class GrantDelegation(Command):
    """Let somebody stand in for the holder of a post."""

    subject: str = _subject(HOLDER)
    delegate: str = _subject(DELEGATE)
    role: Role = _role()
    since: date | None = _since(POSTS)
    until: date = field(
        Text("失效日期", "Until"),
        help=Text("自哪一日起不再代行（该日不含）。", "The first day the delegate no longer stands in."),
        basis=POSTS,
        widget="date",
    )


@command(
    Text("终止代行", "End a delegation"),
    help=Text("提前终止代行。", "End a delegation before its date."),
    basis=POSTS,
    allowed=KEEPERS,
)
class EndDelegation(Command):
    """End a delegation early."""

    subject: str = _subject(HOLDER)
    delegate: str = _subject(DELEGATE)
    role: Role = _role()
    until: date | None = _until(POSTS)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with the posts in it; ``department`` None: not created."""

    department: Department | None = None
    posts: tuple[Post, ...] = ()


def create(state: Unit, command: Create, context: Context) -> Sequence[Event]:
    """The id is free, and no living unit bears one of the names."""
    if state.department is not None:
        raise _broken(
            "department.id_taken",
            Text(
                f"编号 {command.id} 已给过“{_last_name(state.department)}”，不得再用",
                f"the id {command.id} was given to “{_last_name(state.department)}” and is never given again",
            ),
            "id",
        )
    since = command.since or context.today
    _check_names(command.id, command.name, command.aliases, since, context)
    return [
        DepartmentCreated(
            department=command.id,
            name=command.name,
            group=command.group,
            since=since,
            aliases=_others(command.name, command.aliases),
        )
    ]


def rename(state: Unit, command: Rename, context: Context) -> Sequence[Event]:
    """Another name than now, after the last one, borne by no other living unit."""
    unit = _living(state)
    since = command.since or context.today
    if command.name == _last_name(unit):
        raise _broken(
            "department.same_name",
            Text(f"单位现名就是“{command.name}”", f"the unit is already called “{command.name}”"),
            "name",
        )
    _check_order(unit.names, since)
    _check_names(unit.id, command.name, command.aliases, since, context)
    return [
        DepartmentRenamed(
            department=unit.id, name=command.name, since=since, aliases=_others(command.name, command.aliases)
        )
    ]


def regroup(state: Unit, command: Regroup, context: Context) -> Sequence[Event]:
    """Another group than now, after the last one."""
    unit = _living(state)
    since = command.since or context.today
    if command.group == unit.groups[-1].value:
        raise _broken(
            "department.same_group",
            Text(f"单位已在 {command.group} 组", f"the unit is already in group {command.group}"),
            "group",
            GROUPING,
        )
    _check_order(unit.groups, since, GROUPING)
    return [DepartmentRegrouped(department=unit.id, group=command.group, since=since)]


def merge(state: Unit, command: Merge, context: Context) -> Sequence[Event]:
    """Into another unit that lives on; the posts end."""
    unit = _living(state)
    until = command.until or context.today
    if unit.id == OFFICE:
        raise _office_stays()
    if command.into == unit.id:
        raise _broken(
            "department.merged_into_itself",
            Text("单位不能并入自身", "a unit cannot be merged into itself"),
            "into",
        )
    other = context.cases.get(f"department-{command.into}")
    target = other.state.department if other is not None else None
    if target is None:
        raise _broken(
            "department.unknown_target",
            Text(f"没有编号为 {command.into} 的单位", f"there is no unit with the id {command.into}"),
            "into",
        )
    if target.until is not None or target.since > until:
        raise _broken(
            "department.merged_into_closed",
            Text(
                f"{_last_name(target)}在 {until} 不存在或将要撤销，不能承接",
                f"{_last_name(target)} does not exist on {until} or is ending; it cannot take over",
            ),
            "into",
        )
    _check_end(unit, until)
    merged = DepartmentMerged(department=unit.id, into=command.into, until=until)
    return [merged, *_posts_end(state, until)]


def close(state: Unit, command: Close, context: Context) -> Sequence[Event]:
    """The unit ends, and the posts in it."""
    unit = _living(state)
    until = command.until or context.today
    if unit.id == OFFICE:
        raise _office_stays()
    _check_end(unit, until)
    closed = DepartmentClosed(department=unit.id, until=until, reason=command.reason)
    return [closed, *_posts_end(state, until)]


def assign_post(state: Unit, command: AssignPost, context: Context) -> Sequence[Event]:
    """In a living unit, once at a time, the three administrators kept apart."""
    unit = _living(state)
    since = command.since or context.today
    _check_span(unit, since, command.until)
    _check_person(command.subject, "subject")
    if command.role == "office" and unit.id != OFFICE:
        raise _broken(
            "post.office_only",
            Text(
                "“县政府办”岗位只能设在县政府办公室", "the role of the county office exists in the county office only"
            ),
            "role",
            POSTS,
        )
    same = [p for p in state.posts if (p.subject, p.role, p.acting_for) == (command.subject, command.role, None)]
    if any(p.overlaps(since, command.until) for p in same):
        raise _broken(
            "post.overlapping",
            Text(
                f"{command.subject} 在这段时间已任{_role_title(command.role).zh}",
                f"{command.subject} already holds the post of {_role_title(command.role).en} in that time",
            ),
            "since",
            POSTS,
        )
    _check_separation(state, command.subject, command.role, since, command.until, context, "role")
    return [
        PostAssigned(department=unit.id, subject=command.subject, role=command.role, since=since, until=command.until)
    ]


def end_post(state: Unit, command: EndPost, context: Context) -> Sequence[Event]:
    """A post that is held, with what others do for its holder."""
    unit = _created(state)
    until = command.until or context.today
    held = _to_end(state.posts, command.subject, command.role, None, until)
    return [_ending(unit.id, post, until) for post in (held, *_delegations_of(state.posts, held, until))]


def grant_delegation(state: Unit, command: GrantDelegation, context: Context) -> Sequence[Event]:
    """For the whole time the holder has the post himself; one stand-in at a time."""
    unit = _living(state)
    since = command.since or context.today
    _check_span(unit, since, command.until)
    _check_person(command.delegate, "delegate")
    if command.delegate == command.subject:
        raise _broken(
            "delegation.to_oneself",
            Text("不能委托给本人", "nobody stands in for himself"),
            "delegate",
            POSTS,
        )
    own = [p for p in state.posts if (p.subject, p.role, p.acting_for) == (command.subject, command.role, None)]
    if not any(p.since <= since and (p.until is None or command.until <= p.until) for p in own):
        raise _broken(
            "delegation.post_not_held",
            Text(
                f"{command.subject} 在代行期间并非始终任{_role_title(command.role).zh}",
                f"{command.subject} does not hold the post of {_role_title(command.role).en} all that time",
            ),
            "subject",
            POSTS,
        )
    standing_in = [p for p in state.posts if (p.acting_for, p.role) == (command.subject, command.role)]
    if any(p.overlaps(since, command.until) for p in standing_in):
        raise _broken(
            "delegation.overlapping",
            Text("这段时间该岗位已有人代行", "somebody already stands in for this post in that time"),
            "since",
            POSTS,
        )
    _check_separation(state, command.delegate, command.role, since, command.until, context, "delegate")
    return [
        DelegationGranted(
            department=unit.id,
            subject=command.subject,
            delegate=command.delegate,
            role=command.role,
            since=since,
            until=command.until,
        )
    ]


def end_delegation(state: Unit, command: EndDelegation, context: Context) -> Sequence[Event]:
    """A delegation that still holds."""
    unit = _created(state)
    until = command.until or context.today
    post = _to_end(state.posts, command.delegate, command.role, command.subject, until)
    return [_ending(unit.id, post, until)]


def evolve(state: Unit, event: Any, stamp: Stamp) -> Unit:
    """The unit after ``event``."""
    if isinstance(event, DepartmentCreated):
        first = Department(
            event.department,
            (Dated(event.since, event.name),),
            (Dated(event.since, event.group),),
            event.since,
            aliases=event.aliases,
        )
        return replace(state, department=first)
    unit = state.department
    if unit is None:
        return state
    match event:
        case DepartmentRenamed():
            return replace(state, department=unit.renamed(event.name, event.since, event.aliases))
        case DepartmentRegrouped():
            return replace(state, department=unit.regrouped(event.group, event.since))
        case DepartmentMerged():
            return replace(state, department=unit.ended(event.until, event.into))
        case DepartmentClosed():
            return replace(state, department=unit.ended(event.until))
        case PostAssigned():
            post = Post(event.subject, unit.id, event.role, event.since, event.until)
            return replace(state, posts=(*state.posts, post))
        case DelegationGranted():
            post = Post(event.delegate, unit.id, event.role, event.since, event.until, event.subject)
            return replace(state, posts=(*state.posts, post))
        case PostEnded():
            post = Post(event.subject, unit.id, event.role, event.since, event.until)
            return replace(state, posts=with_post_ended(state.posts, post))
        case DelegationEnded():
            post = Post(event.delegate, unit.id, event.role, event.since, event.until, event.subject)
            return replace(state, posts=with_post_ended(state.posts, post))
        case _:
            return state


def summary(state: Unit) -> Summary:
    """What the list of units shows."""
    unit = state.department
    if unit is None:
        return Summary(status="none", department=OFFICE, open=False)
    status = "active" if unit.until is None else "merged" if unit.successor else "closed"
    return Summary(
        status=status,
        department=unit.id,
        received=unit.since,
        title=_last_name(unit),
        open=unit.until is None,
        columns={
            "id": unit.id,
            "group": unit.groups[-1].value,
            "until": unit.until.isoformat() if unit.until else None,
            "successor": unit.successor,
            "posts": sum(p.until is None for p in state.posts),
        },
    )


def case_id(command: Create) -> str:
    """``department-education``."""
    return f"department-{command.id}"


KIND = CaseKind[Unit](
    name="department",
    service="assessment",
    collection="departments",
    title=Text("单位", "Department"),
    prefix="department",
    number="",
    statuses={
        "none": Text("未设立", "Not created"),
        "active": Text("存续", "Active"),
        "merged": Text("已并入", "Merged"),
        "closed": Text("已撤销", "Closed"),
    },
    initial=Unit(),
    state_type=Unit,
    events=(
        DepartmentCreated,
        DepartmentRenamed,
        DepartmentRegrouped,
        DepartmentMerged,
        DepartmentClosed,
        PostAssigned,
        PostEnded,
        DelegationGranted,
        DelegationEnded,
    ),
    commands={
        Create: create,
        Rename: rename,
        Regroup: regroup,
        Merge: merge,
        Close: close,
        AssignPost: assign_post,
        EndPost: end_post,
        GrantDelegation: grant_delegation,
        EndDelegation: end_delegation,
    },
    evolve=evolve,
    clocks=no_clocks,
    missed=no_miss,
    summary=summary,
    columns={
        "id": Text("编号", "Id"),
        "group": Text("分组", "Group"),
        "until": Text("失效日期", "Until"),
        "successor": Text("承接单位", "Successor"),
        "posts": Text("不定期岗位数", "Posts without end"),
    },
    id_of=case_id,
    topic=TOPIC,
)


def _created(state: Unit) -> Department:
    if state.department is None:
        raise LookupError("only Create is given to a unit that does not exist")
    return state.department


def _living(state: Unit) -> Department:
    unit = _created(state)
    if unit.until is not None:
        raise _broken(
            "department.ended",
            Text(
                f"{_last_name(unit)}自 {unit.until} 起不再存在，不能变动",
                f"{_last_name(unit)} is no more from {unit.until} on and cannot be changed",
            ),
        )
    return unit


def _check_names(id: str, name: str, aliases: Iterable[str], since: date, context: Context) -> None:
    wanted = {"name": (name,), "aliases": tuple(aliases)}
    for other in context.directory.departments.values():
        if other.id == id or (other.until is not None and other.until <= since):
            continue
        later = (n.value for n in other.names if n.since > since)
        borne = {other.id, other.name_on(since), *later, *other.aliases}
        for field_name, names in wanted.items():
            clash = next((n for n in names if n in borne), None)
            if clash is not None:
                raise _broken(
                    "department.name_taken",
                    Text(
                        f"“{clash}”已是现存单位 {other.id} 的名称",
                        f"“{clash}” already names the living unit {other.id}",
                    ),
                    field_name,
                )


def _check_order(values: tuple[Dated, ...], since: date, basis: Text = UNITS) -> None:
    if since <= values[-1].since:
        raise _broken(
            "department.not_after_the_last",
            Text(
                f"生效日期须晚于上一次的 {values[-1].since}",
                f"it must hold from a day after the last change, {values[-1].since}",
            ),
            "since",
            basis,
        )


def _check_end(unit: Department, until: date) -> None:
    begun = max(unit.since, unit.names[-1].since, unit.groups[-1].since)
    if until < begun:
        raise _broken(
            "department.ended_before_begun",
            Text(f"失效日期不得早于 {begun}", f"it cannot end before {begun}"),
            "until",
        )


def _check_span(unit: Department, since: date, until: date | None) -> None:
    if until is not None and until <= since:
        raise _broken(
            "post.ended_before_begun",
            Text(f"失效日期须晚于生效日期 {since}", f"it must end after it begins, {since}"),
            "until",
            POSTS,
        )
    if since < unit.since:
        raise _broken(
            "post.before_the_unit",
            Text(f"单位自 {unit.since} 起才存在", f"the unit exists from {unit.since} on"),
            "since",
            POSTS,
        )


def _check_person(subject: str, field_name: str) -> None:
    if subject in RESERVED:
        raise _broken(
            "post.reserved_account",
            Text(f"“{subject}”是系统保留的账号", f"“{subject}” is an account of the system's own"),
            field_name,
            POSTS,
        )


def _check_separation(
    state: Unit, subject: str, role: str, since: date, until: date | None, context: Context, field_name: str
) -> None:
    if role not in ADMINISTRATORS:
        return
    unit = _created(state).id
    elsewhere = (p for p in context.directory.posts if p.department != unit)
    for post in (*state.posts, *elsewhere):
        if post.subject == subject and post.role in ADMINISTRATORS - {role} and post.overlaps(since, until):
            raise _broken(
                "post.three_persons",
                Text(
                    f"{subject} 已任{_role_title(post.role).zh}，三员不得由一人兼任",
                    f"{subject} is {_role_title(post.role).en} already; the three administrators are three persons",
                ),
                field_name,
                SEPARATION,
            )


def _to_end(posts: tuple[Post, ...], subject: str, role: str, acting_for: str | None, until: date) -> Post:
    theirs = [p for p in posts if (p.subject, p.role, p.acting_for) == (subject, role, acting_for)]
    open_then = [p for p in theirs if p.since <= until and (p.until is None or until < p.until)]
    if open_then:
        return open_then[-1]
    what = "post" if acting_for is None else "delegation"
    if any(until < p.since for p in theirs):
        raise _broken(
            f"{what}.ended_before_begun",
            Text(f"{until} 时尚未开始，不能在此之前终止", f"it has not begun on {until} and cannot end before it does"),
            "until",
            POSTS,
        )
    raise _broken(
        f"{what}.not_held",
        Text(
            f"{subject} 在 {until} 并未任{_role_title(role).zh}",
            f"{subject} does not hold the post of {_role_title(role).en} on {until}",
        ),
        "subject" if acting_for is None else "delegate",
        POSTS,
    )


def _delegations_of(posts: tuple[Post, ...], held: Post, until: date) -> tuple[Post, ...]:
    """The delegations of a post that still hold on ``until`` or later."""
    theirs = (p for p in posts if (p.acting_for, p.role) == (held.subject, held.role))
    return tuple(p for p in theirs if p.overlaps(held.since, held.until) and (p.until is None or until < p.until))


def _posts_end(state: Unit, until: date) -> list[Event]:
    """Every post and delegation that would go on after the unit's last day ends with it."""
    unit = _created(state)
    return [_ending(unit.id, p, until) for p in state.posts if p.until is None or until < p.until]


def _ending(unit: str, post: Post, until: date) -> Event:
    day = max(post.since, until)
    if post.acting_for is None:
        return PostEnded(department=unit, subject=post.subject, role=post.role, since=post.since, until=day)
    return DelegationEnded(
        department=unit,
        subject=post.acting_for,
        delegate=post.subject,
        role=post.role,
        since=post.since,
        until=day,
    )


def _last_name(unit: Department) -> str:
    return unit.names[-1].value


def _role_title(role: str) -> Text:
    return ROLE_TITLES[role]


def _others(name: str, aliases: Iterable[str]) -> tuple[str, ...]:
    return tuple(alias for alias in dict.fromkeys(aliases) if alias != name)


def _office_stays() -> RuleBroken:
    return _broken(
        "department.office_stays",
        Text(
            "县政府办公室是政府信息公开主管部门，不能并入或撤销",
            "the county office is the competent department and can be neither merged nor closed",
        ),
        basis=Text(
            "《政府信息公开条例》第三条（主管部门）",
            "Regulations on Open Government Information, Art. 3 (competent department)",
        ),
    )


def _broken(code: str, message: Text, field: str | None = None, basis: Text = UNITS) -> RuleBroken:
    return RuleBroken(code, message, basis, field)
