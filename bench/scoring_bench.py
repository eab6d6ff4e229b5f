"""How fast a quarter is scored: columns against a plain loop over the same facts; and how fast facts become columns."""

import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from services.assessment.appraisal import appraise
from services.assessment.fact_frame import Fact, FactFrame
from services.assessment.lines import ScoreLines
from services.assessment.measures import counts_texts, window, worth
from services.assessment.period import Quarter
from services.assessment.plan import Plan
from services.assessment.plan_reader import read_plan
from services.assessment.ranking import ranking_json
from services.assessment.roster import Member, Roster
from services.assessment.scoring import score

QUARTER = Quarter(2026, 3)
ROSTER = Roster(
    tuple(Member(f"d-{i:04}", f"单位{i}", ("township", "class1", "class2", "class3")[i % 4]) for i in range(60))
)
PLAN = Path(__file__).parents[1] / "plans" / "2026.yaml"
ROUNDS = 5


def facts(number: int, plan: Plan) -> Iterator[Fact]:
    """Facts of every type the plan reads, spread over the quarter and the roster."""
    chance = random.Random(7)
    types = sorted({type_ for count in plan.counts for type_ in count.types})
    for i in range(number):
        day = date(2026, 7, 1) + timedelta(days=chance.randrange(92))
        at = datetime(day.year, day.month, day.day, 2, i % 60, tzinfo=UTC)
        fields = {
            "amount": 3,
            "area": chance.choice(("content", "security", "review_chain")),
            "by_office": chance.random() < 0.5,
            "calendar": 3,
            "clock": "reply",
            "done": day.isoformat(),
            "due": day.isoformat(),
            "fault": chance.choice(("late", "omitted", "wrong")),
            "form": chance.choice(("full", "brief")),
            "found": day.isoformat(),
            "late": False,
            "level": chance.choice(("county", "prefecture")),
            "met": chance.random() < 0.9,
            "operations": "",
            "parties": chance.choice((1, 1, 2, 3)),
            "previous_form": None,
            "previous_level": None,
            "repeated": chance.random() < 0.1,
            "rule": "message.enquiry@1",
            "satisfied": chance.random() < 0.8,
            "started": day.isoformat(),
            "unit": "wd",
            "veto": "none",
        }
        yield Fact(
            id=f"case-{i // 3:08}/{i % 3}",
            type=chance.choice(types),
            department=ROSTER.members[chance.randrange(60)].id,
            case=f"case-{i // 3:08}",
            happened=day,
            happened_at=at,
            recorded=at,
            digest=f"{i:064x}",
            restricted=i % 50 == 0,
            voided_on=None,
            fields=json.dumps(fields, ensure_ascii=False, separators=(",", ":")),
        )


def run() -> list[dict[str, Any]]:
    """Medians in seconds, with every measure of the plan at work. ``ratio`` says how many times faster than ``baseline``, measured in the same run."""
    plan = read_plan(PLAN.read_text(encoding="utf-8").replace(", pending: true", ""))
    rows = list(facts(100_000, plan))
    frame = FactFrame.from_rows(rows)
    result = score(frame, plan, ROSTER, QUARTER)
    if [u.appraisal.score for u in result.units] != sorted(row_loop(rows, plan).values(), reverse=True):
        raise AssertionError("the two ways of scoring disagree")
    columns = _median(lambda: score(frame, plan, ROSTER, QUARTER))
    loop = _median(lambda: row_loop(rows, plan), rounds=3)
    document = _median(lambda: ranking_json(score(frame, plan, ROSTER, QUARTER)))
    explained = _median(lambda: ScoreLines(result).of(result.units[0]))
    build = _median(lambda: FactFrame.from_rows(rows), rounds=3)
    plain = _median(lambda: _plain_frame(rows), rounds=3)
    started = time.perf_counter()
    big = FactFrame.from_rows((f"{i}/{one[0]}", *one[1:]) for i in range(10) for one in rows)
    million = time.perf_counter() - started
    big_score = _median(lambda: score(big, plan, ROSTER, QUARTER), rounds=3)
    return [
        _entry("score a quarter of 100,000 facts", columns, loop / columns, "plain Python loop over the same facts"),
        _entry("the same with both digests of the ranking", document, loop / document, "plain Python loop, no digests"),
        _entry("lines of one department of 60", explained, None, None),
        _entry("build a frame of 100,000 facts", build, plain / build, "polars' own constructor from rows"),
        _entry("build a frame of 1,000,000 facts, streamed", million, None, None),
        _entry("score a quarter of 1,000,000 facts", big_score, None, None),
    ]


def row_loop(rows: list[Fact], plan: Plan) -> dict[str, Fraction]:
    """Every unit's score by one pass over the rows: each fact is parsed once and tried against its type's measures."""
    by_type: dict[str, list[Any]] = {}
    for count in plan.counts:
        days = window(count, QUARTER, QUARTER.last_day)
        table = plan.values[count.value] if count.value else None
        for type_ in count.types:
            by_type.setdefault(type_, []).append((count, days, table))
    amounts: dict[str, dict[str, Fraction | int]] = {member.id: {} for member in ROSTER.members}
    seen: set[str] = set()
    for fact in rows:
        if fact.id in seen or fact.voided_on is not None or fact.department not in amounts:
            continue
        seen.add(fact.id)
        texts = fact.texts()
        of_unit = amounts[fact.department]
        for count, days, table in by_type.get(fact.type, ()):
            if counts_texts(count, fact, texts, days):
                amount = worth(count, table, texts) if table is not None else 1
                of_unit[count.name] = of_unit.get(count.name, 0) + amount
    scores = {}
    for member in ROSTER.members:
        exact = {name: Fraction(amount) for name, amount in amounts[member.id].items()}
        scores[member.id] = appraise(plan, member.group, exact, {}, plan.unmeasured).score or Fraction(0)
    return scores


def _plain_frame(rows: list[Fact]) -> pl.DataFrame:
    instant = pl.Datetime("us", "UTC")
    types: dict[str, Any] = {"happened": pl.Date, "restricted": pl.Boolean}
    types |= dict.fromkeys(("happened_at", "recorded", "voided_on"), instant)
    return pl.DataFrame(rows, schema={name: types.get(name, pl.String) for name in Fact._fields}, orient="row")


def _median(what: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        what()
        times.append(time.perf_counter() - started)
    return median(times)


def _entry(name: str, seconds: float, ratio: float | None, baseline: str | None) -> dict[str, Any]:
    shown = None if ratio is None else round(ratio, 2)
    return {"name": name, "value": round(seconds, 4), "unit": "s", "ratio": shown, "baseline": baseline}


if __name__ == "__main__":
    for entry in run():
        print(*entry.values(), sep="\t")
