"""A small county for the tests of applications: units, people, and files brought to a stage by commands."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.requests.application import APPLICATION
from services.requests.application_commands import (
    AskReasons,
    ConfirmReceipt,
    Consult,
    DraftReply,
    ReceiveCorrection,
    RecordAnswer,
    RecordReasons,
    RecordSearch,
    Register,
    Reply,
    RequestCorrection,
    ReviewReply,
    Submit,
)
from services.requests.application_state import Application
from shared.domain.directory import PUBLIC, Actor
from shared.domain.kind import CaseView
from tests.scenario import Scenario, person
from tests.unit.message_world import DIRECTORY

CASE = "A2026-000001"
CLERK = person("clerk", "clerk@education")
HEAD = person("head", "head@education")
CHIEF = person("chief", "disclosure_head@education")
COUNTY = person("county", "office@county-office")
APPLICANT = Actor("applicant", writer_of=CASE)
STAGES = ("submitted", "received", "registered", "drafted", "reviewed", "answered")

ANSWER: dict[str, dict[str, Any]] = {
    "O1": {"how": "县政府网站“财政预决算”栏目"},
    "O2": {"how": "随函附复印件"},
    "O3": {
        "how": "随函附可公开部分",
        "ground": "third_party",
        "reasons": "涉及个人隐私",
        "remedy": "reconsideration_first",
    },
    "O4": {"ground": "process_information", "reasons": "属于讨论记录", "remedy": "reconsideration_first"},
    "O5": {"reasons": "经检索不存在", "remedy": "reconsideration_or_lawsuit"},
    "O6": {"reasons": "由水务局制作", "remedy": "reconsideration_or_lawsuit"},
    "O7": {"reasons": "需要汇总加工", "remedy": "reconsideration_or_lawsuit"},
    "O8": {"reasons": "补正后仍不明确", "remedy": "reconsideration_or_lawsuit"},
    "O9": {"procedure": "不动产登记查询办法", "remedy": "reconsideration_or_lawsuit"},
    "O10": {"procedure": "信访渠道", "remedy": "reconsideration_or_lawsuit"},
    "O11": {"earlier": "A2025-000009", "remedy": "reconsideration_or_lawsuit"},
    "O12": {"how": "县志可在书店购得", "remedy": "reconsideration_or_lawsuit"},
    "O13": {"reasons": "理由不合理", "remedy": "reconsideration_or_lawsuit"},
    "O14": {"reasons": "此前已获取", "remedy": "reconsideration_or_lawsuit"},
}
"""What a reply of each outcome carries besides its words."""
REPEATED = "A2025-000009"
ANSWERED_BEFORE = {
    REPEATED: CaseView(REPEATED, "application", 9, Application(status="archived", answered=date(2025, 6, 3)))
}
"""The case that a repeated application repeats."""


def submission(**fields: Any) -> Submit:
    """An application with what must be filled in."""
    return Submit(
        **{
            "department": "education",
            "title": "2025 年学校建设资金安排",
            "text": "各校名称、金额和进度",
            "name": "张三",
            "identity": "52272819900101001X",
            "phone": "13800000000",
            **fields,
        }
    )


def drafted(outcome: str = "O2", **fields: Any) -> DraftReply:
    """A draft that carries what its outcome needs."""
    return DraftReply(**{"outcome": outcome, "reply": "答复如下", **ANSWER.get(outcome, {}), **fields})


def file(
    stage: str = "registered",
    *,
    on: str = "2026-10-09",
    settings: dict[str, Any] | None = None,
    cases: dict[str, CaseView] | None = None,
    **fields: Any,
) -> Scenario:
    """A file at ``stage``, all on one day. 2026-10-09 is a Friday; 20 working days after it is 2026-11-05."""
    scenario = Scenario(APPLICATION, directory=DIRECTORY, settings=settings, cases=cases, case=CASE)
    counter = fields.get("channel", "internet") != "internet"
    steps = (
        (submission(**fields), CLERK if counter else PUBLIC),
        (ConfirmReceipt(evidence="told_by_phone"), CLERK),
        (Register(), CLERK),
        (drafted(), CLERK),
        (ReviewReply(passed=True), HEAD),
        (Reply(), CLERK),
    )
    for name, (command, by) in zip(STAGES, steps, strict=True):
        scenario.and_(command, by=by, on=on)
        if name == stage:
            return scenario
    raise ValueError(stage)


def ready(outcome: str, ground: str | None = None, *, day: str = "2026-10-09") -> Scenario:
    """A file in which what the outcome rests on has happened."""
    scenario = file("registered", on=day)
    if outcome == "O5":
        scenario.and_(RecordSearch(found=False, search="档案室、公文系统"), by=CLERK, on=day)
    if outcome == "O11":
        scenario.cases = ANSWERED_BEFORE
    if outcome == "O8":
        scenario.and_(RequestCorrection(items="请写明年份"), by=CLERK, on=day)
        scenario.and_(ReceiveCorrection(text="不记得"), by=CLERK, on=day)
    if outcome == "O13":
        scenario.and_(AskReasons(explanation="一月内四十件"), by=CLERK, on=day)
        scenario.and_(RecordReasons(reasonable=False, reasons="想看"), by=CLERK, on=day)
    if "third_party" in (ground, ANSWER.get(outcome, {}).get("ground")):
        scenario.and_(Consult(asked="third_party", party="某公司", content="合同文本"), by=CLERK, on=day)
        scenario.and_(RecordAnswer(consultation="consultation-1", agrees=False), by=CLERK, on=day)
    return scenario


def received_before(count: int, **state: Any) -> dict[str, CaseView]:
    """So many applications of the same unit and month, received the day before."""
    found = replace(file("registered", on="2026-10-08").state, **state)
    return {f"A2026-{n:06d}": CaseView(f"A2026-{n:06d}", "application", 3, found) for n in range(2, 2 + count)}
