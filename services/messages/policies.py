"""What follows from events, of this service or another: one event in, at most one command out."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from services.messages.message_commands import AcceptDiversion, IssueSupervision
from shared.engine.policy import Policy, Reaction


class Neglected(BaseModel):
    """What the policy reads of ``messages.MessageNeglected``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    due: date
    origin: Literal["import"] | None = None


def _supervise(event: Mapping[str, Any]) -> Reaction | None:
    neglected = Neglected.model_validate(event["data"])
    if neglected.origin == "import":
        return None
    text = f"留言自收件满三个月（{neglected.due.isoformat()}）仍未答复，请立即办理并书面说明原因。"
    return Reaction("message", event["subject"], IssueSupervision(ground="overdue", text=text))


class Submitted(BaseModel):
    """What the policy reads of ``requests.ApplicationSubmitted``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    message: str | None = None


def _accept(event: Mapping[str, Any]) -> Reaction | None:
    submitted = Submitted.model_validate(event["data"])
    if submitted.message is None:
        return None
    return Reaction("message", submitted.message, AcceptDiversion(taken_over_as=event["subject"]))


POLICIES: tuple[Policy, ...] = (
    Policy(
        "WhenMessageNeglectedIssueSupervision",
        ("messages.MessageNeglected",),
        ("gongkai.messages", "gongkai.messages.restricted"),
        _supervise,
    ),
    Policy(
        "WhenApplicationSubmittedAcceptDiversion", ("requests.ApplicationSubmitted",), ("gongkai.requests",), _accept
    ),
)
