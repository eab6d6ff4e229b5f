"""Small contracts, plans, rosters and facts for the assessment tests."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from services.assessment.fact_frame import Fact, FactFrame
from services.assessment.period import Quarter
from services.assessment.plan import Plan
from services.assessment.plan_reader import read_plan
from services.assessment.roster import Member, Roster

Q3 = Quarter(2026, 3)
DEFAULT_PLAN = Path(__file__).parents[2] / "plans" / "2026.yaml"

TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
WHOLE = {"type": "integer"}
DAY = {"type": "string", "format": "date"}


def contract(type_: str, properties: Mapping[str, Any] | None = None, *, verdict: bool = False) -> dict[str, Any]:
    """A contract whose properties are all scored."""
    service, name = type_.split(".")
    properties = dict(properties or {})
    about = {"service": service, "name": name, "version": 1, "scored": list(properties), "verdict": verdict}
    return {"type": "object", "properties": properties, "x-gongkai": about}


MESSAGES = {
    "messages.ReplySent": contract("messages.ReplySent", {"category": TEXT}, verdict=True),
    "messages.ReplyOverdue": contract("messages.ReplyOverdue", {"category": TEXT}, verdict=True),
    "messages.RatingGiven": contract("messages.RatingGiven", {"satisfied": FLAG}),
    "messages.ReturnRequested": contract("messages.ReturnRequested", {"late": FLAG, "repeated": FLAG}),
    "messages.ReplySentBack": contract("messages.ReplySentBack", {"by_office": FLAG}),
    "messages.ReworkOrdered": contract("messages.ReworkOrdered"),
    "messages.MessageNeglected": contract("messages.MessageNeglected", verdict=True),
}
PUBLISHING = {
    "publishing.InfoPublished": contract("publishing.InfoPublished", {"column": TEXT}, verdict=True),
    "publishing.PublicationOverdue": contract("publishing.PublicationOverdue", {"column": TEXT}, verdict=True),
    "publishing.InfoReturned": contract("publishing.InfoReturned", {"ground": TEXT}),
    "publishing.ColumnUpdated": contract("publishing.ColumnUpdated"),
    "publishing.ColumnStale": contract("publishing.ColumnStale", verdict=True),
    "publishing.ColumnBlank": contract("publishing.ColumnBlank"),
}

SMALL_CONTRACTS = {
    "messages.ReplySent": contract("messages.ReplySent", {"category": TEXT}, verdict=True),
    "messages.ReplyOverdue": contract("messages.ReplyOverdue", verdict=True),
    "messages.RatingGiven": contract("messages.RatingGiven", {"satisfied": FLAG}),
    "publishing.DefectConfirmed": contract(
        "publishing.DefectConfirmed",
        {"area": {"enum": ["content", "security"], "type": "string"}, "severity": WHOLE, "found": DAY},
    ),
    "publishing.BriefingAdopted": contract(
        "publishing.BriefingAdopted",
        {
            "level": {"$ref": "#/$defs/Level"},
            "form": {"enum": ["full", "brief"], "type": "string"},
            "parties": WHOLE,
            "previous_level": {"anyOf": [{"$ref": "#/$defs/Level"}, {"type": "null"}]},
            "previous_form": {"anyOf": [{"enum": ["full", "brief"], "type": "string"}, {"type": "null"}]},
        },
    )
    | {"$defs": {"Level": {"enum": ["county", "province"], "type": "string"}}},
}

SMALL_PLAN = """\
format: gongkai-plan/1
id: small
title: 小方案
effective: {from: 2026Q1, to: 2026Q4}
groups:
  class1: {title: 一类单位, adoption_target: 4}
  other: {title: 其他单位, adoption_target: 0}
values:
  adoption: {level: {county: 1, province: 6}, form: {full: 1, brief: 0.5}, over: parties}
measures:
  on_time: {of: messages.ReplySent, where: {met: true}, by: due}
  late: {of: messages.ReplyOverdue, by: due}
  due: {sum: [on_time, late]}
  late_this_year: {of: messages.ReplyOverdue, by: due, window: year_to_date}
  rated: {of: messages.RatingGiven}
  satisfied: {of: messages.RatingGiven, where: {satisfied: true}}
  errors: {of: publishing.DefectConfirmed, where: {area: content}, by: found}
  leaks: {of: publishing.DefectConfirmed, where: {area: security}, by: found}
  adopted: {of: publishing.BriefingAdopted, value: adoption, less: previous}
indicators:
  - {code: A1, name: 按时, max: 40, formula: ratio, of: on_time, over: due}
  - {code: A2, name: 满意, max: 20, formula: ratio, of: satisfied, over: rated, at_least: 2}
  - {code: B1, name: 差错, max: 10, formula: deduct, each: {errors: 4}, applies: due}
  - {code: E1, name: 采用, max: 30, formula: quota, of: adopted, target: group.adoption_target}
zero:
  - {codes: [E1], when: {late_this_year: 3}, name: 全年三次逾期}
penalties: {cap: 5, each: {errors: 3}}
bonus: {cap: 3, base_at_least: 80, each: {adopted: 0.5}}
vetoes:
  - {code: V1, name: 泄密, when: {leaks: 1}}
bands: [{name: 优秀, from: 90}, {name: 合格, from: 60}, {name: 不合格, from: 0}]
criticism:
  - {code: K1, name: 逾期, when: {late: 2}}
tables:
  adoption: {title: 采用, columns: {adopted: adopted}, points: {adopted: 1, late: -1}}
"""

ROSTER = Roster(
    (Member("education", "教育局", "class1"), Member("health", "卫健局", "class1"), Member("park", "园区", "other")),
    {"sports": "culture", "culture": "education"},
)


def small_plan(*changes: tuple[str, str]) -> Plan:
    """The small plan with some of its text replaced."""
    return read_plan(changed(SMALL_PLAN, *changes))


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with each (old, new) replaced; the old must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def fact(
    id_: str,
    type_: str,
    department: str = "education",
    happened: date = date(2026, 7, 10),
    recorded: datetime | None = None,
    restricted: bool = False,
    voided_on: datetime | None = None,
    **fields: str | int | bool | None,
) -> Fact:
    """A fact recorded at 10:00 of the day it happened, unless told."""
    at = datetime(happened.year, happened.month, happened.day, 2, tzinfo=UTC)
    return Fact(
        id=id_,
        type=type_,
        department=department,
        case=id_.rpartition("/")[0],
        happened=happened,
        happened_at=at,
        recorded=recorded or at,
        digest=f"digest of {id_}",
        restricted=restricted,
        voided_on=voided_on,
        fields=json.dumps(fields, ensure_ascii=False),
    )


def reply(id_: str, due: date, *, met: bool = True, department: str = "education", **more: Any) -> Fact:
    """A reply in time or late, with the day it fell due."""
    return fact(id_, "messages.ReplySent", department, due=due.isoformat(), met=met, **more)


def overdue(id_: str, due: date, *, department: str = "education", **more: Any) -> Fact:
    """A missed reply."""
    return fact(id_, "messages.ReplyOverdue", department, due + timedelta(days=1), due=due.isoformat(), **more)


def frame(*facts: Fact) -> FactFrame:
    """The facts as a frame."""
    return FactFrame.from_rows(facts)
