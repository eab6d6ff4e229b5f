"""Applications handed in at the counter of one bureau of a local county, with the people who handle them, over HTTP."""

from datetime import UTC
from typing import Any

from shared.domain.localtime import read_moment
from tests.local_county import LocalCounty

TOP = "/api/v1/requests/applications"
UNIT = "education"
CLERK, HEAD, CHIEF, COUNTY = f"clerk@{UNIT}", f"head@{UNIT}", f"disclosure@{UNIT}", "chief@county-office"
ASKED: dict[str, Any] = {
    "department": UNIT,
    "title": "2025 年学校建设资金安排",
    "text": "各校名称、金额和进度",
    "name": "张三",
    "identity": "52272819900101001X",
    "phone": "13800000000",
}
REFUSED = {
    "outcome": "O4",
    "reply": "您申请的信息属于过程性信息，不予公开。",
    "ground": "process_information",
    "reasons": "属于内部讨论记录",
    "remedy": "reconsideration_first",
}


async def staffed(county: LocalCounty) -> None:
    """The posts of those who handle applications there, and of one in the county office."""
    for subject, unit, role in (
        (CLERK, UNIT, "clerk"),
        (HEAD, UNIT, "head"),
        (CHIEF, UNIT, "disclosure_head"),
        (COUNTY, "county-office", "office"),
    ):
        await county.post(subject, (unit, role))


def at(county: LocalCounty, when: str) -> None:
    """Moves the county's clock."""
    county.now = read_moment(when).astimezone(UTC)


async def given(county: LocalCounty, case: str, command: str, by: str = CLERK, **fields: Any) -> None:
    """A command that must be carried out."""
    answer = await county.client.post(f"{TOP}/{case}/{command}", json=fields, headers=county.as_(by))
    assert answer.status_code == 200, answer.text


async def counter(county: LocalCounty, **fields: Any) -> str:
    """An application handed in at the counter and registered: its id."""
    body = {**ASKED, "channel": "in_person", **fields}
    answer = await county.client.post(TOP, json=body, headers=county.as_(CLERK))
    assert answer.status_code == 201, answer.text
    case = str(answer.json()["id"])
    await given(county, case, "register")
    return case
