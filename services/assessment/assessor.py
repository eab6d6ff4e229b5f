"""Answers what a quarter's ranking is and why: loads facts, plan and roster, scores, and says how far it can be trusted."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

import orjson

from services.assessment import annual_report
from services.assessment.annual_report import ReportQuestion
from services.assessment.annual_report_rules import LIMITS
from services.assessment.fact_frame import Fact, FactFrame, KnownOn
from services.assessment.lines import ScoreLines, explain_json
from services.assessment.period import Quarter
from services.assessment.plan import Plan
from services.assessment.plan_contracts import MANUAL_TYPE
from services.assessment.plan_reader import check_plan, read_plan
from services.assessment.ranking import OPENNESS, ranking_json
from services.assessment.roster_from_directory import roster_on
from services.assessment.scoring import Result, score
from shared.contracts import newest
from shared.domain.localtime import local_date, moment_text, start_of
from shared.domain.text import Text
from shared.engine.reference import Reference
from shared.storage.port import FactStore, PositionStore, waiting

COUNTY_NAME = "annual_report.county_name"


class Unanswerable(Exception):
    """A question about a ranking that cannot be answered as asked; names the option."""

    def __init__(self, field: str, message: Text) -> None:
        super().__init__(message.zh)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Question:
    """Which ranking is wanted. ``plan`` is the text of a plan other than the adopted one."""

    quarter: Quarter
    group: str | None = None
    table: str = OPENNESS
    as_of: date | None = None
    known_on: KnownOn = None
    plan: str | None = None


class Assessor:
    """The ranking and its explanation, from any fact store."""

    def __init__(
        self,
        facts: FactStore,
        positions: PositionStore,
        reference: Callable[[], Reference],
        now: Callable[[], datetime],
        swept_through: Callable[[], Awaitable[datetime | None]],
    ) -> None:
        self._facts, self._positions, self._reference = facts, positions, reference
        self._now, self._swept = now, swept_through
        self._plans: dict[str, Plan] = {}

    async def ranking(self, question: Question) -> dict[str, Any]:
        """The contract's ranking document. Raises ``Unanswerable``."""
        result, reference, in_force = await self._score(question)
        if question.table != OPENNESS and question.table not in result.plan.tables:
            known = [OPENNESS, *(f"{name}（{table.title}）" for name, table in result.plan.tables.items())]
            raise Unanswerable(
                "table",
                Text(
                    f"方案没有“{question.table}”这张表，现有：{'、'.join(known)}",
                    f"the plan has no table {question.table}; there are: {', '.join(known)}",
                ),
            )
        group = _group(result.plan, question.group) if question.group is not None else None
        parked = await self.parked()
        document = ranking_json(result, table=question.table, group=group, parked=parked)
        document["plan"]["in_force"] = in_force
        ranking = document.pop("ranking")
        swept = await self._swept()
        provisional = await self._facts.provisional()
        if question.table != OPENNESS:
            document["table_title"] = result.plan.tables[question.table].title
        return document | {
            "swept_through": moment_text(swept) if swept else None,
            "calendar_version": reference.calendar.version,
            "provisional": len(provisional),
            "groups": {name: group.title for name, group in result.plan.groups.items()},
            "parked": sum(parked.values()),
            "ranking": ranking,
        }

    async def explain(
        self,
        question: Question,
        department: str,
        indicator: str | None = None,
        *,
        restricted: Callable[[str], bool] = lambda _: True,
        hidden: Callable[[Collection[str]], Awaitable[Collection[str]]] | None = None,
    ) -> dict[str, Any]:
        """Every line of a unit's score. ``restricted`` says whether the viewer may see restricted lines of a unit;
        ``hidden`` which of the cases named by its lines are not there for the viewer.
        """
        result, reference, _ = await self._score(question)
        unit_id = self._department(reference, department)
        unit = result.unit(result.roster.heir(unit_id))
        if unit is None:
            raise Unanswerable(
                "department", Text(f"该季度名册中没有“{department}”", f"{department} is not on the quarter's roster")
            )
        if indicator is not None and indicator not in {i.code for i in result.plan.indicators}:
            known = "、".join(i.code for i in result.plan.indicators)
            raise Unanswerable(
                "indicator",
                Text(f"没有指标“{indicator}”，现有：{known}", f"no indicator {indicator}; there are: {known}"),
            )
        lines = ScoreLines(result)
        away = await hidden(lines.cases(unit)) if hidden is not None else ()
        document = dict(explain_json(lines, unit, indicator, restricted=restricted(unit.member.id), hidden=away))
        rows = cast(list[dict[str, Any]], document["lines"])
        document["lines"] = [row | {"type": full_type(row["type"])} for row in rows]
        return document

    async def parked(self) -> dict[str, int]:
        """How many events each department has parked, without those that were dismissed.

        Of whom a restricted topic holds something is not told: it stands under ``?``.
        """
        found: dict[str, int] = {}
        for one in waiting(await self._positions.parked("assessment.facts")):
            key = (None if one.topic.endswith(".restricted") else one.department) or "?"
            found[key] = found.get(key, 0) + 1
        return found

    def plan(self, question: Question, reference: Reference) -> tuple[Plan, bool]:
        """The plan of a question, and whether it was adopted for the quarter. Raises ``Unanswerable``."""
        if question.plan is not None:
            check = check_plan(question.plan, newest())
            if not check.ok or check.plan is None:
                first = check.errors[0] if check.errors else None
                where = f"第 {first.line} 行 {first.path}：{first.reason.zh}" if first else "算例不符"
                where_en = f"line {first.line} {first.path}: {first.reason.en}" if first else "an example fails"
                raise Unanswerable("plan", Text(f"方案未通过检查：{where}", f"the plan fails its check: {where_en}"))
            return check.plan, check.plan.in_force(question.quarter)
        adopted = reference.plan_for(str(question.quarter))
        if adopted is None:
            raise Unanswerable("plan", Text("尚未通过任何考核方案", "no plan has been adopted"))
        if adopted[0].digest not in self._plans:
            self._plans[adopted[0].digest] = read_plan(adopted[0].text)
        return self._plans[adopted[0].digest], adopted[1]

    async def _score(self, question: Question) -> tuple[Result, Reference, bool]:
        reference = self._reference()
        plan, in_force = self.plan(question, reference)
        quarter = question.quarter
        day = quarter.last_day if question.as_of is None else question.as_of
        roster = roster_on(reference.directory, min(day, quarter.last_day))
        frame = await self.facts(plan, quarter)
        return score(frame, plan, roster, quarter, question.as_of, question.known_on), reference, in_force

    async def facts(self, plan: Plan, quarter: Quarter) -> FactFrame:
        """The facts that a plan reads for a quarter, those of the year before it in the same year too."""
        types = sorted({type_ for count in plan.counts for type_ in count.types} | {MANUAL_TYPE})
        rows = await self._facts.rows(types, quarter.first_day_of_year.isoformat(), quarter.last_day.isoformat())
        return frame_of(rows)

    async def annual(self, year: int, department: str | None, cut_off: date | None) -> dict[str, Any]:
        """The national annual report of a year, of one unit or of all; what was recorded after ``cut_off`` is left out.

        Raises ``Unanswerable`` for an unknown unit.
        """
        unit = self.unit(department)
        until = self._now() if cut_off is None else start_of(cut_off + timedelta(days=1))
        return await self._annual(ReportQuestion(year, unit), until)

    async def counted(self, question: ReportQuestion) -> dict[str, Any]:
        """What a report is frozen with: as ``annual`` tells it now, without its cases."""
        document = await self._annual(question, self._now())
        del document["cases"]
        return document

    async def behind(self, question: ReportQuestion, cell: str, until: datetime) -> list[annual_report.Told]:
        """The facts that a cell of a report counts, as recorded until then. Raises ``Unanswerable`` for an unknown cell."""
        if cell not in annual_report.ADDRESSES:
            known = ("table2.licences.decided", "table3.3.3.1.natural", "table4.reconsideration.upheld", "fees.notices")
            raise Unanswerable(
                "cell",
                Text(f"没有单元格“{cell}”，写法如 {'、'.join(known)}", f"no cell {cell}; write {', '.join(known)}"),
            )
        return [*annual_report.behind(await self._told(question, until), question.year).get(cell, ())]

    async def _annual(self, question: ReportQuestion, until: datetime) -> dict[str, Any]:
        reference, unit = self._reference(), question.department
        day = min(date(question.year, 12, 31), local_date(until))
        parked = await self.parked()
        return {
            "year": question.year,
            "department": unit,
            "name": self._name(reference, unit, day),
            "cut_off": moment_text(until),
            "parked": sum(parked.values()) if unit is None else parked.get(unit, 0),
            **annual_report.report(
                await self._told(question, until),
                question.year,
                [unit] if unit is not None else _agencies(reference, day),
                "county" if unit is None else "department",
            ),
        }

    async def _told(self, question: ReportQuestion, until: datetime) -> list[annual_report.Told]:
        """The facts of a report in the order in which they happened, as recorded until then; a unit's with those it took over."""
        told = []
        day = min(date(question.year, 12, 31), local_date(until))
        units = self._reference().directory.taken_over(question.department, day) if question.department else None
        for row in await self._facts.rows(annual_report.TYPES, "0001-01-01", "9999-12-31"):
            id_, type_, of, case, happened, at, recorded, digest, _, voided_on, fields = row
            if datetime.fromisoformat(recorded) > until or (units is not None and of not in units):
                continue
            if voided_on is not None and datetime.fromisoformat(voided_on) <= until:
                continue
            day = date.fromisoformat(happened)
            sequence = int(id_.rpartition("/")[2])
            found = annual_report.Told(type_, of, case, day, orjson.loads(fields), id_, digest)
            told.append((at, case, sequence, found))
        return [found for _, _, _, found in sorted(told, key=lambda item: item[:3])]

    def unit(self, department: str | None) -> str | None:
        """The id of a unit as named, None for all. Raises ``Unanswerable``."""
        return self._department(self._reference(), department) if department is not None else None

    @staticmethod
    def _name(reference: Reference, unit: str | None, day: date) -> str:
        if unit is not None:
            return reference.directory.name(unit, day)
        return str(reference.settings.get(COUNTY_NAME, LIMITS[COUNTY_NAME]))

    def _department(self, reference: Reference, name: str) -> str:
        found = reference.directory.find(name, local_date(self._now()))
        if found is None:
            raise Unanswerable("department", Text(f"没有这个单位：{name}", f"no such department: {name}"))
        return found.id


def _agencies(reference: Reference, day: date) -> list[str]:
    """The units that enter figures for the county's report: all that exist, but public enterprises and institutions."""
    units = reference.directory.departments.values()
    return [unit.id for unit in units if unit.exists_on(day) and unit.group_on(day) != "other"]


def _group(plan: Plan, asked: str) -> str:
    """The group that its id or its title names. Raises ``Unanswerable`` naming the plan's groups."""
    named = [name for name, group in plan.groups.items() if asked.strip() in (name, group.title)]
    if len(named) != 1:
        known = [f"{name}（{group.title}）" for name, group in plan.groups.items()]
        why = Text("没有分组", "no group") if not named else Text("不止一个分组叫", "more than one group is called")
        raise Unanswerable(
            "group",
            Text(f"{why.zh}“{asked}”，现有：{'、'.join(known)}", f"{why.en} {asked}; there are: {', '.join(known)}"),
        )
    return named[0]


def full_type(short: str | None) -> str | None:
    """``messages.ReplySent`` as the log writes it: ``gongkai.messages.ReplySent.v1``."""
    contract = newest().get(short) if short else None
    return str(contract["x-gongkai"]["type"]) if contract else short


def frame_of(rows: list[tuple[Any, ...]]) -> FactFrame:
    """A fact store's rows as columns; dates and instants are read column by column."""
    import polars as pl

    schema: dict[str, Any] = {name: pl.String for name in Fact._fields}
    schema["restricted"] = pl.Int64
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    frame = pl.DataFrame(
        [
            pl.Series(name, list(values), dtype=dtype)
            for (name, dtype), values in zip(schema.items(), columns, strict=True)
        ]
    )
    instant = pl.Datetime("us", "UTC")
    return FactFrame(
        frame.with_columns(
            pl.col("happened").str.to_date("%Y-%m-%d"),
            pl.col("restricted").cast(pl.Boolean),
            *(
                pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f%z", time_unit="us").cast(instant)
                for name in ("happened_at", "recorded", "voided_on")
            ),
        )
    )


def known_on(text: str) -> KnownOn:
    """``--known-on``: a date means that day's end, with a time that instant."""
    from shared.domain.localtime import read_date, read_moment

    return read_date(text) if not any(mark in text for mark in (":", "T")) else read_moment(text)
