"""The ranking (排名) of a scored quarter as the outside sees it, and the digests by which two of them are compared."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from services.assessment.appraisal import ZERO, IndicatorScore
from services.assessment.fact_frame import KnownOn
from services.assessment.lines import ScoreLines
from services.assessment.numerals import count_or_text, decimal_text, exact_text, rounded
from services.assessment.plan import LeagueTable
from services.assessment.scoring import Result, UnitScore, competition_ranks
from shared.domain.localtime import moment_text

OPENNESS = "openness"


def ranking_json(
    result: Result,
    lines: ScoreLines | None = None,
    *,
    table: str = OPENNESS,
    group: str | None = None,
    parked: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """A ranking with its digests. ``table``: ``openness`` or a league table of the plan (KeyError if it has none such).

    ``group`` shows the units of one group only; the digests are of the whole all the same. ``parked``: the number of
    events set aside, by department. ``lines`` saves making them again where the caller has them. ``off_roster`` in the
    document counts the facts that fall to no unit of the roster, by department.
    """
    rows = openness_rows(result) if table == OPENNESS else table_rows(result, result.plan.tables[table])
    texts = (lines or ScoreLines(result)).digest_texts() if table == OPENNESS else []
    number, facts_digest = result.facts.digest(result.known_on)
    waiting = parked or {}
    return {
        "quarter": str(result.quarter),
        "table": table,
        "plan": {
            "id": result.plan.id,
            "digest": result.plan.digest,
            "in_force": result.plan.in_force(result.quarter),
        },
        "as_of": result.as_of.isoformat(),
        "known_on": _known_on_text(result.known_on),
        "facts": number,
        "facts_digest": facts_digest,
        "off_roster": dict(result.counted.strangers),
        "result_digest": result_digest(rows, texts),
        "ranking": [
            row | {"parked": waiting.get(row["department"], 0)}
            for row in rows
            if group is None or row["group"] == group
        ],
    }


def result_digest(rows: list[dict[str, Any]], texts: list[str]) -> str:
    """SHA-256 (hex) over the ranking's rows as canonical JSON and the lines' texts, one to a line."""
    hash_ = hashlib.sha256()
    for row in rows:
        hash_.update(json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
        hash_.update(b"\n")
    hash_.update("\n".join(texts).encode())
    return hash_.hexdigest()


def openness_rows(result: Result) -> list[dict[str, Any]]:
    """The rows of the 100-point ranking, best first, units without a rank last."""
    places = result.plan.settings.places

    def points(value: Fraction | None) -> str | None:
        return None if value is None else decimal_text(value, places)

    rows = []
    for unit in result.units:
        appraisal = unit.appraisal
        rows.append(
            _head(unit)
            | {
                "score": points(appraisal.score),
                "base": points(appraisal.base),
                "bonus": points(None if appraisal.base is None else appraisal.bonus.points),
                "vetoes": list(appraisal.vetoes),
                "band": appraisal.band,
                "indicators": {
                    score.indicator.code: _indicator_json(result, unit, score) for score in appraisal.indicators
                },
            }
        )
    return rows


def table_rows(result: Result, table: LeagueTable) -> list[dict[str, Any]]:
    """The rows of a league table with unbounded points, best first; ``columns`` holds what the table shows."""
    places = result.plan.settings.places
    totals = {
        unit.unit: rounded(
            sum((weight * unit.measured(result.plan, measure) for measure, weight in table.points.items()), ZERO),
            places,
        )
        for unit in result.units
    }
    overall = competition_ranks(totals.values())
    groups = {
        name: competition_ranks(totals[u.unit] for u in result.units if u.member.group == name)
        for name in {u.member.group for u in result.units}
    }
    rows = []
    for unit in sorted(result.units, key=lambda unit: (-totals[unit.unit], unit.member.id)):
        total = totals[unit.unit]
        columns = {name: unit.measured(result.plan, measure) for name, measure in table.columns.items()}
        rows.append(
            _head(unit)
            | {
                "rank": overall[total],
                "group_rank": groups[unit.member.group][total],
                "score": decimal_text(total, places),
                "columns": {name: count_or_text(value) for name, value in columns.items()},
            }
        )
    return rows


def _head(unit: UnitScore) -> dict[str, Any]:
    member = unit.member
    return {
        "department": member.id,
        "name": member.name,
        "group": member.group,
        "rank": unit.rank,
        "group_rank": unit.group_rank,
    }


def _indicator_json(result: Result, unit: UnitScore, score: IndicatorScore) -> dict[str, Any]:
    """An indicator's points before scaling; null where it does not apply and its weight is spread over the others."""
    full_marks = result.plan.settings.not_applicable == "full_marks" and unit.appraisal.base is not None
    shown = score.applicable or full_marks
    return {
        "score": decimal_text(score.points, result.plan.settings.places) if shown else None,
        "max": exact_text(score.indicator.max),
        "applicable": score.applicable,
        "numerator": None if score.numerator is None else count_or_text(score.numerator),
        "denominator": None if score.denominator is None else count_or_text(score.denominator),
    }


def _known_on_text(known_on: KnownOn) -> str | None:
    if known_on is None:
        return None
    return moment_text(known_on) if isinstance(known_on, datetime) else known_on.isoformat()
