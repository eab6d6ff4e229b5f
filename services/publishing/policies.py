"""What follows from events, of this service or another: one event in, at most one command out."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from services.publishing.article_commands import Draft
from services.publishing.column_commands import Open, Update
from services.publishing.column_rules import ColumnKind
from shared.domain.localtime import read_date, read_moment
from shared.engine.policy import Policy, Reaction


class Published(BaseModel):
    """What the policy reads of ``publishing.InfoPublished``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    column: str
    origin: Literal["import"] | None = None


def _update(event: Mapping[str, Any]) -> Reaction | None:
    published = Published.model_validate(event["data"])
    if published.origin == "import":
        return None
    happened = read_moment(event["time"])
    return Reaction("column", published.column, Update(article=event["subject"], happened=happened))


class Closed(BaseModel):
    """What the policy reads of ``publishing.ColumnClosed``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    department: str
    reason: str
    name: str
    kind: ColumnKind
    counted_from: date


def _carry_over(event: Mapping[str, Any]) -> Reaction | None:
    closed = Closed.model_validate(event["data"])
    if closed.reason != "year_end":
        return None
    opened = Open(
        name=closed.name,
        owner=closed.department,
        kind=closed.kind,
        since=closed.counted_from,
        carried_from=event["subject"],
    )
    return Reaction("column", None, opened)


class Converted(BaseModel):
    """What the policy reads of ``requests.ConversionAccepted``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    department: str
    origin: Literal["import"] | None = None


def _publish_converted(event: Mapping[str, Any]) -> Reaction | None:
    converted = Converted.model_validate(event["data"])
    if converted.origin == "import":
        return None
    # The applicant's words stay with the application: whoever writes the item looks them up there.
    draft = Draft(
        department=converted.department,
        title=f"依申请公开转为主动公开（{event['subject']}）",
        source=event["subject"],
        created_or_changed=read_date(event["time"]),
    )
    return Reaction("article", None, draft)


POLICIES: tuple[Policy, ...] = (
    Policy("WhenInfoPublishedUpdateColumn", ("publishing.InfoPublished",), ("gongkai.publishing",), _update),
    Policy("WhenColumnClosedCarryItOver", ("publishing.ColumnClosed",), ("gongkai.publishing",), _carry_over),
    Policy(
        "WhenConversionAcceptedStartArticle",
        ("requests.ConversionAccepted",),
        ("gongkai.requests",),
        _publish_converted,
    ),
)
