"""What follows from events, of this service or another: one event in, at most one command out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.requests.application_commands import FindFault, TakeOver
from services.requests.application_events import Delivery, Manner, Need
from services.requests.application_rules import ApplicantClass, Channel
from shared.domain.localtime import read_moment
from shared.engine.policy import Policy, Reaction


class Diverted(BaseModel):
    """What the policy reads of ``messages.DivertedToRequest``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    target: str
    title: str | None = None
    text: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    identity: str | None = None


def _take_over(event: Mapping[str, Any]) -> Reaction | None:
    diverted = Diverted.model_validate(event["data"])
    fields = diverted.model_dump(exclude={"target"}, exclude_none=True)
    return Reaction("application", None, TakeOver(department=diverted.target, message=event["subject"], **fields))


class SplitOff(BaseModel):
    """What the policy reads of ``requests.ApplicationSplit``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    department: str
    channel: Channel
    applicant_class: ApplicantClass
    submitted: date
    received: date
    writer: str | None = None
    title: str | None = None
    text: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    identity: str | None = None
    manner: Manner | None = None
    delivery: Delivery | None = None
    need: Need | None = None
    attachments: tuple[str, ...] = ()
    limit: int | None = None
    period: int | None = None
    moved: str = ""
    extended: int = 0
    corrected: bool = False


def _open_part(event: Mapping[str, Any]) -> Reaction | None:
    """The part comes to be when it is split off, however late the policy looks."""
    part = SplitOff.model_validate(event["data"]).model_dump(exclude_none=True)
    opened = TakeOver(parent=event["subject"], happened=read_moment(event["time"]), **part)
    return Reaction("application", None, opened)


def _find_unnotified(event: Mapping[str, Any]) -> Reaction | None:
    found = FindFault(kind="extension_unnotified", happened=read_moment(event["time"]))
    return Reaction("application", event["subject"], found)


POLICIES: tuple[Policy, ...] = (
    Policy("WhenMessageDivertedTakeItOver", ("messages.DivertedToRequest",), ("gongkai.messages",), _take_over),
    Policy("WhenApplicationSplitOpenPart", ("requests.ApplicationSplit",), ("gongkai.requests",), _open_part),
    Policy("WhenExtensionLapsedFindFault", ("requests.ExtensionLapsed",), ("gongkai.requests",), _find_unnotified),
)
