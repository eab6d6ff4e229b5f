"""What a report says as of a cut-off does not depend on what is recorded after it, whatever that is."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.annual_report import CLASSES, LEAVES, ReportQuestion
from services.assessment.assessor import Assessor
from shared.engine.reference import Reference
from shared.storage.memory import memory_stores
from shared.storage.port import FactRow

CUT_OFF = datetime(2027, 1, 20, 1, tzinfo=UTC)


def stamp(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds")


async def swept() -> datetime | None:
    return CUT_OFF


def fact(number: int, of: tuple[Any, ...], recorded: datetime) -> FactRow:
    """A fact of a life; ``voids`` are those of the same case that came before it."""
    type_, case, day, who, row, voids = of
    fields = {
        "requests.RequestReceived": {"received": day.isoformat(), "applicant_class": who},
        "requests.ReplySent": {"row": row, "applicant_class": who},
        "requests.FeeNoticed": {"amount": 100},
        "requests.LawsuitFiled": {"after_reconsideration": False},
        "publishing.DocumentIssued": {"normative": True, "in_force": True, "issued": day.isoformat()},
        "assessment.FiguresEntered": {"year": 2026, "licences": number},
    }[type_]
    at = stamp(datetime(day.year, day.month, day.day, 1, tzinfo=UTC))
    text = json.dumps(fields)
    voided = tuple(f"{case}/{target}" for target in range(number) if voids and target % 3 == number % 3)
    return FactRow(
        f"{case}/{number}",
        type_,
        "education",
        case,
        day.isoformat(),
        at,
        stamp(recorded),
        f"sha256:{number}",
        False,
        None,
        None,
        text,
        voided,
    )


FACTS = st.lists(
    st.tuples(
        st.sampled_from([
            "requests.RequestReceived", "requests.ReplySent", "requests.FeeNoticed", "requests.LawsuitFiled",
            "publishing.DocumentIssued", "assessment.FiguresEntered",
        ]),
        st.sampled_from(["A1", "A2", "A3"]),
        st.dates(date(2025, 6, 1), date(2027, 6, 1)),
        st.sampled_from(CLASSES),
        st.sampled_from(LEAVES),
        st.booleans(),
    ),
    max_size=14,
)  # fmt: skip


@settings(deadline=None)
@given(FACTS, FACTS)
def test_a_cut_off_keeps_its_report_whatever_is_recorded_voided_and_corrected_afterwards(
    before: Sequence[tuple[Any, ...]], after: Sequence[tuple[Any, ...]]
) -> None:
    async def told() -> None:
        stores = memory_stores()
        now = [CUT_OFF]
        reference = Reference.empty({})
        assessor = Assessor(stores.facts, stores.positions, lambda: reference, lambda: now[0], swept)
        known = [fact(n, of, CUT_OFF - timedelta(days=30 - n)) for n, of in enumerate(before)]
        await stores.facts.insert(known)
        frozen = await assessor.counted(ReportQuestion(2026, None))
        assert all(check["holds"] for check in frozen["checks"])
        begin = len(before)
        late = [fact(n, of, CUT_OFF + timedelta(days=n + 1)) for n, of in enumerate(after, begin)]
        await stores.facts.insert(late)
        now[0] = CUT_OFF + timedelta(days=365)
        whole = await assessor.annual(2026, None, None)
        every = [*known, *late]
        voided = {target for one in every for target in one.voids} & {one.id for one in every}
        assert whole["facts"] == len(every) - len(voided)
        assert all(check["holds"] for check in whole["checks"])
        now[0] = CUT_OFF
        assert await assessor.counted(ReportQuestion(2026, None)) == frozen

    asyncio.run(told())
