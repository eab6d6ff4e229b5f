"""Reference data (基础数据) in memory: calendar, directory and adopted plans as the events of one topic tell them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.domain.directory import Dated, Department, Directory, Post, with_post_ended
from shared.domain.workdays import Calendar, Notice

FORMAT = 1


@dataclass(frozen=True, slots=True)
class AdoptedPlan:
    """An assessment plan (考核方案) as adopted: its text, by what it is known, the quarters (``2026Q1``) it is for."""

    id: str
    digest: str
    from_quarter: str
    to_quarter: str
    text: str
    adopted: datetime

    def covers(self, quarter: str) -> bool:
        """Whether the plan is for ``quarter``."""
        return self.from_quarter <= quarter <= self.to_quarter


class Told(BaseModel):
    """A CloudEvent of the reference topic as far as it matters here."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    id: str
    type: str
    time: datetime
    data: dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """What every decision may look up, as told by ``position`` events; ``settings`` are the process's own.

    ``told`` keeps those events by id in the order of the log, so that a repeat is known, a voided entry can be left
    out, and the state can be kept as JSON and resumed.
    """

    calendar: Calendar
    directory: Directory
    plans: tuple[AdoptedPlan, ...]
    settings: Mapping[str, Any]
    position: int
    told: Mapping[str, Told] = field(default_factory=dict, repr=False)

    @staticmethod
    def empty(settings: Mapping[str, Any]) -> "Reference":
        """Nothing told yet. ``settings["local_holidays_stop"]`` true: local holidays stop a statutory clock."""
        calendar = Calendar.empty(local_holidays_stop=bool(settings.get("local_holidays_stop", False)))
        return Reference(calendar, Directory(), (), settings, 0)

    def plan_for(self, quarter: str) -> tuple[AdoptedPlan, bool] | None:
        """The plan by which ``quarter`` is scored, and whether it was adopted for it (else borrowed).

        Its own plan, the newest adopted; else the earliest later one, else the latest earlier one; None without plans.
        """
        newest_first = sorted(self.plans, key=lambda plan: plan.adopted, reverse=True)
        own = next((plan for plan in newest_first if plan.covers(quarter)), None)
        if own is not None:
            return own, True
        later = [plan for plan in newest_first if plan.from_quarter > quarter]
        if later:
            return min(later, key=lambda plan: plan.from_quarter), False
        return (max(newest_first, key=lambda plan: plan.to_quarter), False) if newest_first else None

    def to_json(self) -> str:
        """What was told, to be kept beside the cases; ``settings`` are not kept."""
        told = [event.model_dump(mode="json") for event in self.told.values()]
        return json.dumps({"format": FORMAT, "told": told}, ensure_ascii=False)

    @staticmethod
    def from_json(text: str, settings: Mapping[str, Any]) -> "Reference":
        """The value that `to_json` kept, under ``settings``. ``ValueError`` for a copy of another format."""
        kept = json.loads(text)
        if not isinstance(kept, dict) or kept.get("format") != FORMAT:
            raise ValueError("a kept copy of the reference data in another format")
        return _tell(Reference.empty(settings), (Told.model_validate(event) for event in kept["told"]))


def apply(reference: Reference, cloud_event: Mapping[str, Any]) -> Reference:
    """``reference`` after one event of the topic; a type unknown here and an event told before change nothing.

    Raises pydantic's ``ValidationError`` (a ``ValueError``) for a known type whose content cannot be read.
    """
    return _tell(reference, (Told.model_validate(cloud_event),))


class _Reading(BaseModel):
    """The fields of an event that are looked at; more of them are no fault."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Voids(_Reading):
    voids: tuple[str, ...] = ()


class _HolidayNotice(_Reading):
    year: int
    notice: str
    published: date | None = None
    holidays: frozenset[date]
    makeup_workdays: frozenset[date]
    local: bool = False
    removed: frozenset[date] = frozenset()

    def notice_of(self, *, amends: bool) -> Notice:
        return Notice(
            year=self.year,
            notice=self.notice,
            published=self.published,
            holidays=self.holidays,
            makeup_workdays=self.makeup_workdays,
            local=self.local,
            removed=self.removed,
            amends=amends,
        )


class _Created(_Reading):
    department: str
    name: str
    group: str
    since: date
    aliases: tuple[str, ...] = ()


class _Renamed(_Reading):
    department: str
    name: str
    since: date
    aliases: tuple[str, ...] = ()


class _Regrouped(_Reading):
    department: str
    group: str
    since: date


class _Ended(_Reading):
    department: str
    until: date
    into: str | None = None


class _Held(_Reading):
    """A post, or with ``delegate`` a delegation of the post of ``subject``."""

    department: str
    subject: str
    role: str
    since: date
    until: date | None = None
    delegate: str | None = None

    def post(self) -> Post:
        if self.delegate is None:
            return Post(self.subject, self.department, self.role, self.since, self.until)
        return Post(self.delegate, self.department, self.role, self.since, self.until, acting_for=self.subject)


class _Adopted(_Reading):
    plan: str
    digest: str
    from_quarter: str
    to_quarter: str
    text: str


def _calendar_published(reference: Reference, event: Told) -> Reference:
    notice = _HolidayNotice.model_validate(event.data).notice_of(amends=False)
    return replace(reference, calendar=reference.calendar.publish(notice))


def _calendar_amended(reference: Reference, event: Told) -> Reference:
    notice = _HolidayNotice.model_validate(event.data).notice_of(amends=True)
    return replace(reference, calendar=reference.calendar.amend(notice))


def _created(reference: Reference, event: Told) -> Reference:
    told = _Created.model_validate(event.data)
    return _with_department(
        reference,
        Department(
            told.department,
            (Dated(told.since, told.name),),
            (Dated(told.since, told.group),),
            told.since,
            aliases=told.aliases,
        ),
    )


def _renamed(reference: Reference, event: Told) -> Reference:
    told = _Renamed.model_validate(event.data)
    return _changed(reference, told.department, lambda unit: unit.renamed(told.name, told.since, told.aliases))


def _regrouped(reference: Reference, event: Told) -> Reference:
    told = _Regrouped.model_validate(event.data)
    return _changed(reference, told.department, lambda unit: unit.regrouped(told.group, told.since))


def _ended(reference: Reference, event: Told) -> Reference:
    told = _Ended.model_validate(event.data)
    return _changed(reference, told.department, lambda unit: unit.ended(told.until, told.into))


def _post_begun(reference: Reference, event: Told) -> Reference:
    post = _Held.model_validate(event.data).post()
    return _with_posts(reference, (*reference.directory.posts, post))


def _post_ended(reference: Reference, event: Told) -> Reference:
    post = _Held.model_validate(event.data).post()
    return _with_posts(reference, with_post_ended(reference.directory.posts, post))


def _adopted(reference: Reference, event: Told) -> Reference:
    told = _Adopted.model_validate(event.data)
    plan = AdoptedPlan(told.plan, told.digest, told.from_quarter, told.to_quarter, told.text, event.time)
    return replace(reference, plans=(*reference.plans, plan))


_READERS: Mapping[str, Callable[[Reference, Told], Reference]] = {
    "gongkai.assessment.CalendarYearPublished.v1": _calendar_published,
    "gongkai.assessment.CalendarAmended.v1": _calendar_amended,
    "gongkai.assessment.DepartmentCreated.v1": _created,
    "gongkai.assessment.DepartmentRenamed.v1": _renamed,
    "gongkai.assessment.DepartmentRegrouped.v1": _regrouped,
    "gongkai.assessment.DepartmentMerged.v1": _ended,
    "gongkai.assessment.DepartmentClosed.v1": _ended,
    "gongkai.assessment.PostAssigned.v1": _post_begun,
    "gongkai.assessment.PostEnded.v1": _post_ended,
    "gongkai.assessment.DelegationGranted.v1": _post_begun,
    "gongkai.assessment.DelegationEnded.v1": _post_ended,
    "gongkai.assessment.PlanAdopted.v1": _adopted,
}


def _tell(reference: Reference, events: Iterable[Told]) -> Reference:
    told = dict(reference.told)
    voided = {target for event in told.values() for target in _voids(event)}
    for event in events:
        voids = _voids(event)
        read = _READERS.get(event.type)
        if event.id in told or (read is None and not voids):
            continue
        if any(target in told for target in voids):
            reference = _without_voided(reference, told, event)
        elif read is not None and event.id not in voided:
            reference = read(reference, event)
        told[event.id] = event
        voided.update(voids)
        reference = replace(reference, position=reference.position + 1)
    return replace(reference, told=told)


def _without_voided(reference: Reference, told: Mapping[str, Told], voiding: Told) -> Reference:
    """Everything told once more without what was ever voided; the versions go on, as no two states share one."""
    history = (*told.values(), voiding)
    voided = {target for event in history for target in _voids(event)}
    anew = Reference.empty(reference.settings)
    for event in history:
        read = _READERS.get(event.type)
        if read is not None and event.id not in voided:
            anew = read(anew, event)
    changed_calendar = replace(anew.calendar, version=0) != replace(reference.calendar, version=0)
    changed_directory = replace(anew.directory, version=0) != replace(reference.directory, version=0)
    return replace(
        anew,
        calendar=replace(anew.calendar, version=reference.calendar.version + changed_calendar),
        directory=replace(anew.directory, version=reference.directory.version + changed_directory),
        position=reference.position,
    )


def _voids(event: Told) -> tuple[str, ...]:
    return _Voids.model_validate(event.data).voids


def _changed(reference: Reference, department: str, change: Callable[[Department], Department]) -> Reference:
    unit = reference.directory.departments.get(department)
    return reference if unit is None else _with_department(reference, change(unit))


def _with_department(reference: Reference, unit: Department) -> Reference:
    directory = reference.directory.with_department(unit)
    return replace(reference, directory=replace(directory, version=directory.version + 1))


def _with_posts(reference: Reference, posts: tuple[Post, ...]) -> Reference:
    directory = reference.directory
    return replace(reference, directory=replace(directory, posts=posts, version=directory.version + 1))
