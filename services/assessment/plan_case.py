"""考核方案 plan: an assessment plan adopted for some quarters, whole, after every check and worked example passed.
A changed plan is another edition, a case of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import StringConstraints

from services.assessment.plan_nodes import LONGEST_TEXT, PlanError
from services.assessment.plan_reader import check_plan
from services.assessment.reference_topic import KEEPERS, TOPIC
from shared.domain.clockless import no_clocks, no_miss
from shared.domain.directory import OFFICE
from shared.domain.kind import (
    BadField,
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
from shared.domain.localtime import local_date
from shared.domain.text import Text

BASIS = Text(
    "《罗甸县政务公开监督考核制度》第二项（年度考核方案）",
    "the county's rules on supervising and assessing openness, item 2 (the year's plan)",
)
SHOWN = 3
"""So many faults of a plan are named in the refusal; `gongkai plan check` lists all."""


@event("PlanAdopted", Text("考核方案通过", "Plan adopted"), basis=BASIS)
class PlanAdopted(Event):
    """考核方案通过: ``text`` is the plan word for word, ``digest`` what it is known by in scores and editions."""

    plan: str = attribute(Text("方案编号", "Plan id"))
    edition: int = attribute(Text("版次", "Edition"))
    title: str = attribute(Text("方案名称", "Title"))
    digest: str = attribute(Text("校验值", "Digest"))
    from_quarter: str = attribute(Text("起始季度", "First quarter"))
    to_quarter: str = attribute(Text("终止季度", "Last quarter"))
    text: str = attribute(Text("方案文本", "Text"))


@command(
    Text("通过考核方案", "Adopt a plan"),
    help=Text(
        "方案须通过全部检查，所附算例须全部相符。通过后自所列季度起按此计分；修改须以新版次再次通过。",
        "The plan must pass every check, and each worked example must come out. "
        "It then scores the quarters it names; a change is adopted as another edition.",
    ),
    basis=BASIS,
    allowed=KEEPERS,
    opens=True,
)
class Adopt(Command):
    """Adopt an assessment plan."""

    plan: str = field(
        Text("方案编号", "Plan id"),
        help=Text("与方案文本中的 id 一致，如 luodian-2026。", "As the id in the plan's text, such as luodian-2026."),
        basis=BASIS,
        pattern="^[a-z0-9][a-z0-9-]{0,63}$",
    )
    edition: int = field(
        Text("版次", "Edition"),
        help=Text("首次通过为 1，其后每次加 1。", "1 when first adopted, one more each time after."),
        basis=BASIS,
        widget="number",
        default=1,
        ge=1,
        le=999,
    )
    text: Annotated[str, StringConstraints(strip_whitespace=False)] = field(
        Text("方案文本", "Text"),
        help=Text("方案文件（YAML）的全文。", "The whole plan file (YAML)."),
        basis=BASIS,
        widget="textarea",
        min_length=1,
        max_length=LONGEST_TEXT,
    )


@dataclass(frozen=True, slots=True)
class Adopted:
    """An edition of a plan; ``plan`` None: not adopted."""

    plan: str | None = None
    edition: int = 0
    title: str = ""
    digest: str = ""
    from_quarter: str = ""
    to_quarter: str = ""
    adopted: date | None = None


def adopt(state: Adopted, command: Adopt, context: Context) -> Sequence[Event]:
    """A sound plan under its own id, each edition once. ``context.settings["contracts"]``: short type -> contract."""
    if state.plan is not None:
        raise RuleBroken(
            "plan.edition_taken",
            Text(
                f"方案 {command.plan} 第 {command.edition} 版已通过，修改须以下一版次通过",
                f"edition {command.edition} of plan {command.plan} is adopted; a change takes the next edition",
            ),
            BASIS,
            "edition",
        )
    check = check_plan(command.text, context.settings["contracts"])
    if check.plan is None or not check.ok:
        raise BadField("text", _faults(check.errors))
    if check.plan.id != command.plan:
        raise RuleBroken(
            "plan.other_id",
            Text(
                f"方案文本的编号是 {check.plan.id}，不是 {command.plan}",
                f"the plan's text has the id {check.plan.id}, not {command.plan}",
            ),
            BASIS,
            "plan",
        )
    return [
        PlanAdopted(
            department=OFFICE,
            plan=command.plan,
            edition=command.edition,
            title=check.plan.title,
            digest=check.plan.digest,
            from_quarter=str(check.plan.effective_from),
            to_quarter=str(check.plan.effective_to),
            text=command.text,
        )
    ]


def evolve(state: Adopted, event: Any, stamp: Stamp) -> Adopted:
    """The edition after ``event``. The text stays in its event."""
    if isinstance(event, PlanAdopted):
        return Adopted(
            event.plan,
            event.edition,
            event.title,
            event.digest,
            event.from_quarter,
            event.to_quarter,
            local_date(stamp.happened),
        )
    return state


def summary(state: Adopted) -> Summary:
    """What the list of plans shows."""
    return Summary(
        status="none" if state.plan is None else "adopted",
        department=OFFICE,
        received=state.adopted,
        title=state.title or None,
        open=False,
        columns={
            "plan": state.plan,
            "edition": state.edition,
            "from_quarter": state.from_quarter,
            "to_quarter": state.to_quarter,
            "digest": state.digest,
        },
    )


def case_id(command: Adopt) -> str:
    """``plan-luodian-2026-1``."""
    return f"plan-{command.plan}-{command.edition}"


KIND = CaseKind[Adopted](
    name="plan",
    service="assessment",
    collection="plans",
    title=Text("考核方案", "Assessment plan"),
    prefix="plan",
    number="",
    statuses={"none": Text("未通过", "Not adopted"), "adopted": Text("已通过", "Adopted")},
    initial=Adopted(),
    state_type=Adopted,
    events=(PlanAdopted,),
    commands={Adopt: adopt},
    evolve=evolve,
    clocks=no_clocks,
    missed=no_miss,
    summary=summary,
    columns={
        "plan": Text("方案编号", "Plan id"),
        "edition": Text("版次", "Edition"),
        "from_quarter": Text("起始季度", "First quarter"),
        "to_quarter": Text("终止季度", "Last quarter"),
        "digest": Text("校验值", "Digest"),
    },
    id_of=case_id,
    topic=TOPIC,
)


def _faults(errors: Sequence[PlanError]) -> Text:
    shown = errors[:SHOWN]
    zh = "；".join(f"第 {e.line} 行 {e.path}：{e.reason.zh}" for e in shown)
    en = "; ".join(f"line {e.line} {e.path}: {e.reason.en}" for e in shown)
    more = len(errors) - len(shown)
    if more:
        return Text(f"方案有误：{zh}；另有 {more} 处", f"the plan is not sound: {en}; and {more} more")
    return Text(f"方案有误：{zh}", f"the plan is not sound: {en}")
