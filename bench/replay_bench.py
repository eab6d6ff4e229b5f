"""A million stored facts read back, made into columns and scored, against a loop over the rows in plain Python."""

import asyncio
import tempfile
import time
from itertools import islice
from pathlib import Path

from bench.measured import Entry, entry
from bench.scoring_bench import PLAN, QUARTER, ROSTER, facts, row_loop
from services.assessment.assessor import frame_of
from services.assessment.fact_frame import Fact
from services.assessment.plan import Plan
from services.assessment.plan_reader import read_plan
from services.assessment.scoring import score
from shared.storage.port import FactRow
from shared.storage.sqlite import Database
from shared.storage.sqlite.facts import SqliteFacts

FACTS, SAMPLE, AT_ONCE = 1_000_000, 100_000, 5_000
LOOP = f"rows in a plain Python loop ({SAMPLE:,} facts, scaled)"


def run() -> list[Entry]:
    """Seconds and facts a second of each step; one pass, since the steps are long."""
    return asyncio.run(_run())


async def _run() -> list[Entry]:
    plan = read_plan(PLAN.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "facts.db", durable=False)
        store = SqliteFacts(database)
        filling = await _fill(store, plan)
        started = time.perf_counter()
        rows = await store.rows(_types(plan), f"{QUARTER.first_day_of_year}", f"{QUARTER.last_day}")
        reading = time.perf_counter() - started
        found = len(rows)
        started = time.perf_counter()
        frame = frame_of(rows)
        columns = time.perf_counter() - started
        del rows
        started = time.perf_counter()
        score(frame, plan, ROSTER, QUARTER)
        scoring = time.perf_counter() - started
        await database.close()
    if found != FACTS:
        raise AssertionError(f"{found} facts read of {FACTS}")
    sample = [f for f in islice(facts(SAMPLE, plan), SAMPLE)]
    started = time.perf_counter()
    row_loop(sample, plan)
    loop = (time.perf_counter() - started) * FACTS / SAMPLE
    whole = reading + columns + scoring
    return [
        entry(f"insert {FACTS:,} facts (not waiting for the disk)", FACTS / filling, "facts/s"),
        entry("read them from the store", FACTS / reading, "facts/s"),
        entry("make them columns", FACTS / columns, "facts/s"),
        entry("score them", FACTS / scoring, "facts/s", loop / scoring, LOOP),
        entry("replay: read, columns, score", whole, "s", loop / whole, f"{LOOP}, reading not counted"),
        entry("replay: read, columns, score", FACTS / whole, "facts/s"),
    ]


async def _fill(store: SqliteFacts, plan: Plan) -> float:
    """Seconds spent in the store alone."""
    took = 0.0
    ahead = map(_stored, facts(FACTS, plan))
    while batch := list(islice(ahead, AT_ONCE)):
        started = time.perf_counter()
        await store.insert(batch)
        took += time.perf_counter() - started
    return took


def _stored(fact: Fact) -> FactRow:
    day = fact.happened.isoformat()
    return FactRow(
        id=fact.id,
        type=fact.type,
        department=fact.department,
        case=fact.case,
        happened=day,
        happened_at=fact.happened_at.isoformat(timespec="microseconds"),
        recorded=fact.recorded.isoformat(timespec="microseconds"),
        digest=fact.digest,
        restricted=fact.restricted,
        due=day,
        found=day,
        fields=fact.fields,
    )


def _types(plan: Plan) -> list[str]:
    return sorted({type_ for count in plan.counts for type_ in count.types})


if __name__ == "__main__":
    for row in run():
        print(*row.values(), sep="\t")
