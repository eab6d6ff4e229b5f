"""The ranking of random quarters equals a second, naive calculation that starts from the commands alone."""

import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from services.assessment.assessor import Question
from services.assessment.period import Quarter
from services.desk import Desk
from services.local import open_local
from services.messages.message_commands import (
    Accept,
    ApproveReply,
    Assign,
    Classify,
    DraftReply,
    OrderRework,
    Rate,
    Reply,
    RequestReturn,
    SendBack,
    Submit,
)
from shared.clock import ProcessClock
from shared.domain.directory import PUBLIC, Actor
from shared.domain.kind import Command
from shared.domain.localtime import SHANGHAI
from shared.engine.execute import Asked
from shared.settings import read_settings
from tests.scenario import person

NOW = datetime(2026, 10, 20, 12, tzinfo=SHANGHAI)
LIMITS = {"enquiry": 3, "complaint": 7, "investigation": 10}
UNITS = ("education", "health", "water", "transport")
DESK = person("office.chief", "office@county-office")
SEEDS = Path(__file__).parents[2] / "services" / "assessment" / "seed" / "calendar"


@dataclass
class Told:
    """What the commands of one message say, kept by hand."""

    unit: str
    due: date
    replied: datetime | None = None
    rated: list[tuple[date, bool]] = field(default_factory=list)
    faults: list[date] = field(default_factory=list)
    rework_due: date | None = None


class Days:
    """Working days, one after the other."""

    def __init__(self) -> None:
        notice = json.loads((SEEDS / "2026.json").read_text(encoding="utf-8"))
        self.off = {date.fromisoformat(d) for d in notice["holidays"]}
        self.on = {date.fromisoformat(d) for d in notice["makeup_workdays"]}

    def after(self, start: date, count: int) -> date:
        day = start
        while count:
            day += timedelta(days=1)
            if day in self.on or (day.weekday() < 5 and day not in self.off):
                count -= 1
        return day


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def staff(unit: str) -> tuple[Actor, Actor]:
    return person(f"clerk.{unit}", f"clerk@{unit}"), person(f"head.{unit}", f"head@{unit}")


@pytest.mark.parametrize("seed", range(6))
async def test_a_random_quarter_is_scored_as_by_hand(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    days = Days()
    runtime = await open_local(read_settings(data=tmp_path), "test", ProcessClock(NOW))
    told: list[Told] = []
    try:
        await runtime.init()
        engine = runtime.engine("messages")
        kind = engine.kind("message")
        for number in range(60):
            received = date(2026, 6, 1) + timedelta(days=chance.randrange(110))
            unit = chance.choice(UNITS)
            clerk, head = staff(unit)
            category = chance.choice(tuple(LIMITS))
            due = days.after(received, LIMITS[category])
            one = Told(unit, due)
            told.append(one)
            steps: list[tuple[Command, Actor, datetime]] = [
                (Submit(title="题", text="文", name="某", phone="13800000000"), PUBLIC, at(received, 9)),
                (Accept(), DESK, at(received, 9, 10)),
                (Classify.model_validate({"category": category}), DESK, at(received, 9, 20)),
                (Assign(department=unit), DESK, at(received, 9, 30)),
            ]
            replied = received + timedelta(days=chance.randrange(1, 25))
            if chance.random() < 0.85 and replied < NOW.date() - timedelta(days=30):
                sent_back = chance.random() < 0.2
                steps.append((DraftReply(text="答"), clerk, at(replied, 10)))
                if sent_back:
                    one.faults.append(replied)
                    steps.append((ApproveReply(), head, at(replied, 10, 5)))
                    steps.append((SendBack(reason="再改"), DESK, at(replied, 10, 10)))
                    steps.append((DraftReply(text="答二"), clerk, at(replied, 10, 20)))
                steps.append((ApproveReply(), head, at(replied, 10, 30)))
                steps.append((Reply(), head, at(replied, 11)))
                one.replied = at(replied, 11)
                if chance.random() < 0.6:
                    good = chance.random() < 0.7
                    rated = replied + timedelta(days=chance.randrange(1, 4))
                    one.rated.append((rated, good))
                    steps.append((Rate(satisfied=good), PUBLIC, at(rated, 15)))
                    if not good and chance.random() < 0.5:
                        one.faults.append(rated)
                        one.rework_due = days.after(rated, LIMITS[category])
                        steps.append((OrderRework(ground="unsatisfied"), DESK, at(rated, 16)))
            elif chance.random() < 0.3:
                late = days.after(received, 4)
                one.faults.append(late)
                ask: dict[str, Any] = {"ground": "not_competent", "reason": "不属本单位"}
                steps.append((RequestReturn.model_validate(ask), clerk, at(late, 9)))
            case = None
            order = list(range(len(steps)))
            for place in order:
                command, actor, happened = steps[place]
                if isinstance(command, Rate):
                    actor = Actor("writer", writer_of=case)
                asked = Asked(command, actor, f"{seed}:{number}:{place}", happened)
                outcome = await engine.execute(kind, case, [asked])
                case = outcome.case
        await runtime.catch_up()
        desk = Desk(runtime)
        for quarter in ("2026Q2", "2026Q3"):
            document = await desk.rank(Question(Quarter.parse(quarter)))
            got = {row["department"]: row["score"] for row in document["ranking"] if row["department"] in UNITS}
            assert got == {unit: by_hand(told, unit, quarter) for unit in UNITS}, (seed, quarter)
            for unit in UNITS:
                explained = await desk.explain(Question(Quarter.parse(quarter)), unit, None)
                shares = sum(Fraction(line["share"]) for line in explained["lines"])
                assert explained["score"] is None or shares == Fraction(explained["score"])
        assert (await desk.verify())["first_bad"] is None
        assert (await desk.replay(Question(Quarter.parse("2026Q3"))))["equal"]
    finally:
        await runtime.close()


def by_hand(told: list[Told], unit: str, quarter: str) -> str | None:
    """D1, D2, D3 on 20 points, spread over 100; half-up to two places. None where nothing applies."""
    first, last = {"2026Q2": (date(2026, 4, 1), date(2026, 6, 30)), "2026Q3": (date(2026, 7, 1), date(2026, 9, 30))}[
        quarter
    ]

    def within(day: date) -> bool:
        return first <= day <= last

    counts: dict[str, int] = defaultdict(int)
    for one in told:
        if one.unit != unit:
            continue
        if within(one.due):
            counts["met" if one.replied is not None and one.replied.date() <= one.due else "missed"] += 1
        if one.rework_due is not None and within(one.rework_due):
            counts["missed"] += 1
        counts["rated"] += sum(within(day) for day, _ in one.rated)
        counts["good"] += sum(within(day) and good for day, good in one.rated)
        counts["faults"] += sum(within(day) for day in one.faults)
    points, applicable = Fraction(0), 0
    due = counts["met"] + counts["missed"]
    if due:
        points += Fraction(12 * counts["met"], due)
        applicable += 12
    if counts["rated"] >= 5:
        points += Fraction(4 * counts["good"], counts["rated"])
        applicable += 4
    if due + counts["faults"]:
        points += max(Fraction(0), Fraction(4 - counts["faults"]))
        applicable += 4
    if not applicable:
        return None
    exact = points * 100 / applicable
    return str((Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP))
