"""The national annual report's tables 3 and 4 (国办公开办函〔2021〕30号) as counts over facts: every number names its cases. Pure.

An application is counted where it belongs by when things happened, as far as they were recorded by the cut-off: received
in the year (一), carried over into it (二), ended in it (三), open at its end (四).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

RECEIVED = "requests.RequestReceived"
ENDINGS: Final[frozenset[str]] = frozenset(
    f"requests.{name}"
    for name in (
        "ReplySent",
        "ApplicationDeemedAbandoned",
        "FeeLapsed",
        "ApplicationWithdrawn",
        "ApplicationMerged",
    )
)
REVIEWS: Final[Mapping[str, str]] = {
    "requests.ReconsiderationFiled": "filed",
    "requests.ReconsiderationDecided": "decided",
    "requests.LawsuitFiled": "filed",
    "requests.LawsuitDecided": "decided",
}
TYPES: Final[tuple[str, ...]] = (RECEIVED, *sorted(ENDINGS), *REVIEWS)
"""The fact types that the tables are counted from."""

CLASSES: Final[tuple[str, ...]] = ("natural", "business", "research", "welfare", "legal", "other")
COLUMNS: Final[tuple[str, ...]] = (*CLASSES, "total")
LEAVES: Final[tuple[str, ...]] = (
    "3.1",
    "3.2",
    *(f"3.3.{n}" for n in range(1, 9)),
    *(f"3.4.{n}" for n in range(1, 4)),
    *(f"3.5.{n}" for n in range(1, 6)),
    *(f"3.6.{n}" for n in range(1, 4)),
)
ROWS: Final[tuple[str, ...]] = ("1", "2", *LEAVES, "3.7", "4")
GROUPS: Final[tuple[str, ...]] = ("reconsideration", "lawsuit_direct", "lawsuit_after_reconsideration")
RESULTS: Final[tuple[str, ...]] = ("upheld", "corrected", "other")

Table = dict[str, dict[str, Any]]


class Told(NamedTuple):
    """A fact as the tables read it: what happened in which case on which day, and the fields of its event."""

    type: str
    department: str
    case: str
    happened: date
    fields: Mapping[str, Any]


@dataclass
class Application:
    """One application: who asked, when it was received in law, when and in which row it ended."""

    applicant: str = "natural"
    received: date | None = None
    ended: date | None = None
    row: str | None = None


@dataclass
class Cells:
    """The cases of each cell of a table."""

    cases: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def put(self, row: str, column: str, case: str) -> None:
        """The case is counted there."""
        self.cases.setdefault((row, column), []).append(case)

    def count(self, row: str, column: str) -> int:
        """How many."""
        return len(self.cases.get((row, column), ()))


def applications(facts: Iterable[Told]) -> dict[str, Application]:
    """Each application that was received in law, by case. Of several endings the first stands."""
    found: dict[str, Application] = {}
    for told in sorted(facts, key=lambda one: (one.happened, one.type != RECEIVED)):
        if told.type == RECEIVED:
            known = found.setdefault(told.case, Application())
            known.received = date.fromisoformat(told.fields["received"])
            known.applicant = told.fields["applicant_class"]
        elif told.type in ENDINGS and told.case in found and found[told.case].ended is None:
            found[told.case].ended, found[told.case].row = told.happened, told.fields["row"]
    return found


def table_three(facts: Sequence[Told], year: int) -> tuple[Table, dict[str, dict[str, list[str]]]]:
    """(row -> column -> number, row -> column -> cases) of 收到和处理申请情况."""
    cells = Cells()
    first, last = date(year, 1, 1), date(year, 12, 31)
    for case, one in sorted(applications(facts).items()):
        if one.received is None or one.received > last or (one.ended is not None and one.ended < first):
            continue
        cells.put("1" if one.received >= first else "2", one.applicant, case)
        if one.ended is not None and one.ended <= last:
            cells.put(str(one.row), one.applicant, case)
        else:
            cells.put("4", one.applicant, case)
    table: Table = {}
    for row in ROWS:
        counted = LEAVES if row == "3.7" else (row,)
        numbers = {name: sum(cells.count(leaf, name) for leaf in counted) for name in CLASSES}
        table[row] = {**numbers, "total": sum(numbers.values())}
    shown: dict[str, dict[str, list[str]]] = {}
    for (row, column), cases in sorted(cells.cases.items()):
        shown.setdefault(row, {})[column] = cases
    return table, shown


def table_four(facts: Sequence[Told], year: int) -> tuple[Table, dict[str, dict[str, list[str]]]]:
    """(group -> result -> number, group -> result -> cases) of 复议、诉讼情况: decided in the year, or pending at its end."""
    cells = Cells()
    last = date(year, 12, 31)
    open_ones: dict[tuple[str, str], bool] = {}
    for told in sorted((one for one in facts if one.type in REVIEWS), key=lambda one: one.happened):
        group = _group(told)
        if told.happened > last:
            continue
        open_ones[(group, told.case)] = REVIEWS[told.type] == "filed"
        if REVIEWS[told.type] == "decided" and told.happened.year == year:
            cells.put(group, told.fields["result"], told.case)
    for (group, case), pending in sorted(open_ones.items()):
        if pending:
            cells.put(group, "pending", case)
    table: Table = {}
    for group in GROUPS:
        numbers = {name: cells.count(group, name) for name in (*RESULTS, "pending")}
        table[group] = {**numbers, "total": sum(numbers.values())}
    shown: dict[str, dict[str, list[str]]] = {}
    for (group, column), cases in sorted(cells.cases.items()):
        shown.setdefault(group, {})[column] = cases
    return table, shown


def _group(told: Told) -> str:
    if "Reconsideration" in told.type:
        return GROUPS[0]
    return GROUPS[2] if told.fields.get("after_reconsideration") else GROUPS[1]


def report(facts: Sequence[Told], year: int) -> dict[str, Any]:
    """Tables 3 and 4 of a year with their cases and checks. Table 2 needs registers that no service keeps yet."""
    three, cases_three = table_three(facts, year)
    four, cases_four = table_four(facts, year)
    before, _ = table_three(facts, year - 1)
    return {
        "table2": None,
        "table3": three,
        "table4": four,
        "cases": {"table3": cases_three, "table4": cases_four},
        "checks": checks(three, four, before),
    }


def checks(three: Table, four: Table, before: Table) -> list[dict[str, Any]]:
    """The form's identities (勾稽关系) and whether each holds; ``before`` is table 3 of the year before."""
    rules = {
        "1 + 2 = 3.7 + 4": all(three["1"][c] + three["2"][c] == three["3.7"][c] + three["4"][c] for c in COLUMNS),
        "3.7 = 3.1 + … + 3.6.3": all(three["3.7"][c] == sum(three[row][c] for row in LEAVES) for c in COLUMNS),
        "total = natural + … + other": all(three[r]["total"] == sum(three[r][c] for c in CLASSES) for r in ROWS),
        "table 4: total = upheld + corrected + other + pending": all(
            four[g]["total"] == sum(four[g][c] for c in (*RESULTS, "pending")) for g in GROUPS
        ),
        "2 = 4 of the year before": all(three["2"][c] == before["4"][c] for c in COLUMNS),
    }
    return [{"rule": rule, "holds": holds} for rule, holds in rules.items()]
