"""The national annual report's tables 2 to 4 (国办公开办函〔2021〕30号) as counts over facts: every number names its events. Pure.

An application is counted where it belongs by when things happened, as far as they were recorded by the cut-off: received
in the year (一), carried over into it (二), ended in it (三), open at its end (四). A part that was split off is new on the
day on which it was, whenever the whole was received: a year that is over does not gain an application. What no event tells is entered by the
department; what nobody entered is not entered (未填报) and never 0.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

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
FEE_NOTICED, FEE_PAID = "requests.FeeNoticed", "requests.FeePaid"
ISSUED, REPEALED = "publishing.DocumentIssued", "publishing.DocumentRepealed"
ENTERED, FROZEN = "assessment.FiguresEntered", "assessment.ReportFrozen"
TYPES: Final[tuple[str, ...]] = (
    RECEIVED,
    *sorted(ENDINGS),
    *REVIEWS,
    FEE_NOTICED,
    FEE_PAID,
    ISSUED,
    REPEALED,
    ENTERED,
    FROZEN,
)
"""The fact types that the report is made from."""

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
REVIEW_COLUMNS: Final[tuple[str, ...]] = (*RESULTS, "pending", "total")
DISCLOSURE: Final[Mapping[str, tuple[str, ...]]] = {
    "rules": ("made", "repealed", "in_force"),
    "normative": ("made", "repealed", "in_force"),
    "licences": ("decided",),
    "penalties": ("decided",),
    "coercions": ("decided",),
    "charges": ("amount",),
}
"""Table 2: row -> columns."""
ENTRIES: Final[Mapping[str, tuple[str, str]]] = {
    "rules_made": ("rules", "made"),
    "rules_repealed": ("rules", "repealed"),
    "rules_in_force": ("rules", "in_force"),
    "normative_made": ("normative", "made"),
    "normative_repealed": ("normative", "repealed"),
    "normative_in_force": ("normative", "in_force"),
    "licences": ("licences", "decided"),
    "penalties": ("penalties", "decided"),
    "coercions": ("coercions", "decided"),
    "charges": ("charges", "amount"),
}
"""What a department enters -> its cell of table 2. Normative documents that this system knows are counted besides."""
FEE_CELLS: Final[tuple[str, ...]] = ("notices", "noticed", "received")

Table = dict[str, dict[str, Any]]
Scope = Literal["department", "county"]


class ReportQuestion(NamedTuple):
    """Whose report of which year: ``department`` None is the county's."""

    year: int
    department: str | None


class Told(NamedTuple):
    """A fact as the tables read it: what happened in which case on which day, and the fields of its event."""

    type: str
    department: str
    case: str
    happened: date
    fields: Mapping[str, Any]
    event: str = ""
    digest: str = ""


@dataclass
class Application:
    """One application: the facts of its receipt in law (of a part: of its split) and of its end, and who asked."""

    receipt: Told
    applicant: str
    end: Told | None = None

    @property
    def received(self) -> date:
        """The day on which it came to be here; whose receipt it was before, if anybody's, is beside the point."""
        return self.receipt.happened

    @property
    def ended(self) -> date | None:
        """The day of the end."""
        return self.end.happened if self.end is not None else None


@dataclass
class Cells:
    """The facts behind each cell, by its address (``table3.3.1.natural``)."""

    told: dict[str, list[Told]] = field(default_factory=dict)

    def put(self, address: str, told: Told) -> None:
        """The fact is counted there."""
        self.told.setdefault(address, []).append(told)

    def count(self, address: str) -> int:
        """How many."""
        return len(self.told.get(address, ()))

    def cases(self, table: str, rows: Iterable[str], columns: Iterable[str]) -> dict[str, dict[str, list[str]]]:
        """row -> column -> cases, of the cells that have any."""
        found: dict[str, dict[str, list[str]]] = {}
        names = list(columns)
        for row in rows:
            for column in names:
                told = self.told.get(f"{table}.{row}.{column}")
                if told:
                    found.setdefault(row, {})[column] = [one.case for one in told]
        return found


def applications(facts: Iterable[Told]) -> dict[str, Application]:
    """Each application that was received in law, by case. Of several endings the first stands."""
    found: dict[str, Application] = {}
    for told in sorted(facts, key=lambda one: (one.happened, one.type != RECEIVED)):
        if told.type == RECEIVED:
            end = found[told.case].end if told.case in found else None
            found[told.case] = Application(told, told.fields["applicant_class"], end)
        elif told.type in ENDINGS and told.case in found and found[told.case].end is None:
            found[told.case].end = told
    return found


def table_three(facts: Sequence[Told], year: int, cells: Cells) -> Table:
    """收到和处理申请情况: row -> column -> number; sums are counted by themselves, so that the identities can fail."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    for _, one in sorted(applications(facts).items()):
        if one.received > last or (one.ended is not None and one.ended < first):
            continue

        def put(row: str, told: Told, who: str = one.applicant) -> None:
            cells.put(f"table3.{row}.{who}", told)
            cells.put(f"table3.{row}.total", told)

        put("1" if one.received >= first else "2", one.receipt)
        if one.end is not None and one.end.happened <= last:
            put(str(one.end.fields["row"]), one.end)
            put("3.7", one.end)
        else:
            put("4", one.receipt)
    return {row: {column: cells.count(f"table3.{row}.{column}") for column in COLUMNS} for row in ROWS}


def table_four(facts: Sequence[Told], year: int, cells: Cells) -> Table:
    """复议、诉讼情况: group -> result -> number of what was decided in the year, or is pending at its end."""
    last = date(year, 12, 31)
    open_ones: dict[tuple[str, str], Told] = {}
    for told in sorted((one for one in facts if one.type in REVIEWS), key=lambda one: one.happened):
        group = _group(told)
        if told.happened > last:
            continue
        if REVIEWS[told.type] == "filed":
            open_ones[(group, told.case)] = told
            continue
        open_ones.pop((group, told.case), None)
        if told.happened.year == year:
            cells.put(f"table4.{group}.{told.fields['result']}", told)
            cells.put(f"table4.{group}.total", told)
    for (group, _), told in sorted(open_ones.items(), key=lambda item: item[0]):
        cells.put(f"table4.{group}.pending", told)
        cells.put(f"table4.{group}.total", told)
    return {group: {column: cells.count(f"table4.{group}.{column}") for column in REVIEW_COLUMNS} for group in GROUPS}


def _group(told: Told) -> str:
    if "Reconsideration" in told.type:
        return GROUPS[0]
    return GROUPS[2] if told.fields.get("after_reconsideration") else GROUPS[1]


def table_two(
    facts: Sequence[Told], year: int, units: Collection[str], cells: Cells
) -> tuple[Table, dict[str, list[str]]]:
    """(主动公开情况, cell -> those of ``units`` that have not entered it). A cell that nobody entered is None.

    Normative documents are those issued in this system and, as entered, those outside it.
    """
    counted = _normative(facts, year, cells)
    values: Table = {row: dict.fromkeys(columns) for row, columns in DISCLOSURE.items()}
    absent: dict[str, list[str]] = {}
    entered = _latest(facts, year)
    for name, (row, column) in ENTRIES.items():
        address = f"table2.{row}.{column}"
        given = {unit: told for unit, fields in entered.items() if (told := fields.get(name)) is not None}
        for _, told in sorted(given.items()):
            cells.put(address, told)
        if missing := sorted(set(units) - given.keys()):
            absent[address] = missing
        numbers = [told.fields[name] for told in given.values()]
        if row == "charges":
            values[row][column] = _plain(sum(map(Decimal, numbers), Decimal(0))) if numbers else None
        elif row == "normative":
            values[row][column] = counted[column] + sum(numbers)
        else:
            values[row][column] = sum(numbers) if numbers else None
    return values, absent


def _normative(facts: Sequence[Told], year: int, cells: Cells) -> dict[str, int]:
    """Normative documents (行政规范性文件) of this system: made and repealed in the year, in force at its end."""
    last = date(year, 12, 31)
    issued = {told.case: told for told in facts if told.type == ISSUED and told.fields.get("normative")}
    repealed = {told.case: told for told in facts if told.type == REPEALED and told.fields.get("normative")}
    found = dict.fromkeys(DISCLOSURE["normative"], 0)

    def put(column: str, told: Told) -> None:
        found[column] += 1
        cells.put(f"table2.normative.{column}", told)

    for case, told in sorted(issued.items()):
        day = date.fromisoformat(told.fields["issued"]) if told.fields.get("issued") else told.happened
        if day.year == year:
            put("made", told)
        gone = repealed.get(case)
        if day <= last and told.fields.get("in_force") and (gone is None or gone.happened > last):
            put("in_force", told)
    for _, told in sorted(repealed.items()):
        if told.happened.year == year:
            put("repealed", told)
    return found


def _latest(facts: Sequence[Told], year: int) -> dict[str, dict[str, Told]]:
    """Department -> what it entered for the year -> the entry that stands, which is the last."""
    found: dict[str, dict[str, Told]] = {}
    for told in sorted((one for one in facts if one.type == ENTERED), key=lambda one: one.happened):
        if told.fields["year"] == year:
            given = {name: told for name in ENTRIES if told.fields.get(name) is not None}
            found.setdefault(told.department, {}).update(given)
    return found


def fees(facts: Sequence[Told], year: int, cells: Cells) -> dict[str, int]:
    """信息处理费 of the year: notices, what they came to (yuan), what was received (yuan)."""
    noticed = received = 0
    for told in facts:
        if told.happened.year != year:
            continue
        if told.type == FEE_NOTICED:
            noticed += told.fields["amount"]
            cells.put("fees.notices", told)
            cells.put("fees.noticed", told)
        elif told.type == FEE_PAID:
            received += told.fields["amount"]
            cells.put("fees.received", told)
    return {"notices": cells.count("fees.notices"), "noticed": noticed, "received": received}


def report(
    facts: Sequence[Told], year: int, units: Collection[str] = (), scope: Scope = "department"
) -> dict[str, Any]:
    """The numbers of a year's report with their cases and checks; ``units`` are those that should have entered theirs."""
    document, cells = _counted(facts, year, units, scope)
    return document | {
        "cases": {
            "table2": cells.cases("table2", ("normative",), DISCLOSURE["normative"]),
            "table3": cells.cases("table3", (*(row for row in ROWS if row != "3.7"),), CLASSES),
            "table4": cells.cases("table4", GROUPS, (*RESULTS, "pending")),
        }
    }


def behind(facts: Sequence[Told], year: int) -> Mapping[str, Sequence[Told]]:
    """The facts that each cell counts, of those that count any; in a cell that was entered, the entries."""
    return _counted(facts, year, (), "department")[1].told


def _counted(facts: Sequence[Told], year: int, units: Collection[str], scope: Scope) -> tuple[dict[str, Any], Cells]:
    cells = Cells()
    two, absent = table_two(facts, year, units, cells)
    three, four = table_three(facts, year, cells), table_four(facts, year, cells)
    document = {
        "table2": two,
        "not_entered": absent,
        "table3": three,
        "table4": four,
        "fees": fees(facts, year, cells),
        "checks": checks(three, four, table_three(facts, year - 1, Cells()), _carried(facts, year - 1, scope)),
        "facts": len(facts),
        "facts_digest": _digest(facts),
    }
    return document, cells


ADDRESSES: Final[tuple[str, ...]] = (
    *(f"table2.{row}.{column}" for row, columns in DISCLOSURE.items() for column in columns),
    *(f"table3.{row}.{column}" for row in ROWS for column in COLUMNS),
    *(f"table4.{group}.{column}" for group in GROUPS for column in REVIEW_COLUMNS),
    *(f"fees.{name}" for name in FEE_CELLS),
)
"""Every cell by its address."""


def value_at(document: Mapping[str, Any], address: str) -> Any:
    """What a report says in a cell."""
    table, _, rest = address.partition(".")
    if table == "fees":
        return document["fees"][rest]
    row, _, column = rest.rpartition(".")
    return document[table][row][column]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cells in which two reports of one year differ."""
    found = ((address, value_at(before, address), value_at(after, address)) for address in ADDRESSES)
    return [{"cell": address, "frozen": was, "current": now} for address, was, now in found if was != now]


def checks(three: Table, four: Table, before: Table, carried: Mapping[str, int] | None = None) -> list[dict[str, Any]]:
    """The form's identities (勾稽关系) (a) to (e) and whether each holds; (f) is about the prose.

    ``before`` is table 3 of the year before as counted now, ``carried`` its row 4 as that year's report was frozen.
    """
    rules = [
        (
            "a",
            "1 + 2 = 3.7 + 4",
            all(three["1"][c] + three["2"][c] == three["3.7"][c] + three["4"][c] for c in COLUMNS),
        ),
        ("b", "3.7 = 3.1 + … + 3.6.3", all(three["3.7"][c] == sum(three[r][c] for r in LEAVES) for c in COLUMNS)),
        (
            "c",
            "total = natural + … + other",
            all(three[row]["total"] == sum(three[row][c] for c in CLASSES) for row in ROWS),
        ),
        (
            "d",
            "table 4: total = upheld + corrected + other + pending",
            all(four[g]["total"] == sum(four[g][c] for c in (*RESULTS, "pending")) for g in GROUPS),
        ),
        ("e", "2 = 4 of the year before", all(three["2"][c] == before["4"][c] for c in COLUMNS)),
    ]
    if carried is not None:
        holds = all(three["2"][c] == carried[c] for c in COLUMNS)
        rules.append(("e", "2 = 4 of the year before as its report was frozen", holds))
    return [{"check": check, "rule": rule, "holds": holds} for check, rule, holds in rules]


def _carried(facts: Sequence[Told], year: int, scope: Scope) -> Mapping[str, int] | None:
    """Row 4 of the year's report as frozen last; None where none is."""
    frozen = [told for told in facts if told.type == FROZEN and told.fields["year"] == year]
    frozen = [told for told in frozen if told.fields["scope"] == scope]
    if not frozen:
        return None
    return {column: frozen[-1].fields[f"carried_{column}"] for column in COLUMNS}


def _digest(facts: Iterable[Told]) -> str:
    """SHA-256 over the sorted (event id, digest) lines."""
    lines = sorted(f"{told.event} {told.digest}\n" for told in facts)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _plain(number: Decimal) -> str:
    """A decimal without an exponent and without zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
