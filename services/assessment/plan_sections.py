"""Reads the sections of a plan: each key, each value and every name that one section takes from another."""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import cast

from services.assessment.numerals import exact_text
from services.assessment.period import Quarter, QuarterProblem
from services.assessment.plan import (
    FORMAT,
    Band,
    Basis,
    Bonus,
    Count,
    Deduct,
    Example,
    Expected,
    Formula,
    Group,
    Indicator,
    LeagueTable,
    Manual,
    Measure,
    NotApplicable,
    Penalties,
    Plan,
    Quota,
    Ratio,
    Settings,
    Sum,
    Trigger,
    ValueTable,
    YearRule,
    ZeroRule,
)
from services.assessment.plan_measures import MEASURE, read_measures, read_values
from services.assessment.plan_nodes import Findings, Spot, text_of
from shared.domain.text import Text

REQUIRED = ("format", "id", "title", "effective", "groups", "measures", "indicators", "bands")
OPTIONAL = (
    "basis",
    "settings",
    "values",
    "zero",
    "penalties",
    "bonus",
    "vetoes",
    "criticism",
    "tables",
    "year",
    "examples",
)
FORMULA_KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ratio": (("of", "over"), ("at_least",)),
    "deduct": (("each",), ()),
    "quota": (("of", "target"), ()),
    "manual": ((), ()),
}
EXAMPLE_TOTALS = ("score", "base", "bonus", "band", "vetoes", "criticism")
ON_FAIL = ("criticism", "rectification")
FULL_TOTAL = 100

ID_PATTERN = "[a-z0-9][a-z0-9-]{0,63}"
CODE_PATTERN = "[A-Z][A-Z0-9]{0,7}"


def plan_id(spot: Spot) -> str | None:
    text = spot.text()
    if text and not re.fullmatch(ID_PATTERN, text):
        spot.refuse("编号只能用小写英文字母、数字和连字符", "an id holds lower-case ASCII letters, digits and hyphens")
        return None
    return text or None


class PlanSections:
    """Reads the sections in an order in which each can look up the names of those before it."""

    def __init__(self, parts: Mapping[str, Spot], findings: Findings) -> None:
        self.parts = parts
        self.findings = findings
        self.groups: dict[str, Group] = {}
        self.values: dict[str, ValueTable] = {}
        self.measures: dict[str, Measure] = {}
        self.codes: list[str] = []

    def plan(self, id_: str) -> Plan:
        """The whole plan; only of use where no fault was noted."""
        if "format" in self.parts:
            self.parts["format"].choice((FORMAT,))
        title = self.parts["title"].text() if "title" in self.parts else ""
        first, last = self.effective()
        self.groups = self.read_groups()
        self.values = read_values(self.parts["values"]) if "values" in self.parts else {}
        self.measures = read_measures(self.parts["measures"], self.values) if "measures" in self.parts else {}
        indicators = self.indicators()
        self.codes = [indicator.code for indicator in indicators]
        return Plan(
            id=id_,
            title=title,
            basis=tuple(self.basis()),
            effective_from=first,
            effective_to=last,
            settings=self.settings(),
            groups=self.groups,
            values=self.values,
            measures=self.measures,
            indicators=tuple(indicators),
            zero=tuple(self.zero_rule(spot) for spot in self.listed("zero")),
            penalties=self.penalties(),
            bonus=self.bonus(),
            vetoes=tuple(self.triggers("vetoes")),
            bands=tuple(self.bands()),
            criticism=tuple(self.triggers("criticism")),
            tables=self.tables(),
            year=self.year(),
            examples=tuple(self.example(spot) for spot in self.listed("examples")),
        )

    def listed(self, section: str) -> list[Spot]:
        """The items of a list section, none where the section is left out."""
        return self.parts[section].items() if section in self.parts else []

    def basis(self) -> Iterable[Basis]:
        """The legal bases."""
        for spot in self.listed("basis"):
            parts = spot.fields(("title", "clause"))
            yield Basis(text_of(parts, "title"), text_of(parts, "clause"))

    def effective(self) -> tuple[Quarter, Quarter]:
        """The first and last quarter of the plan."""
        nothing = Quarter(1, 1)
        if "effective" not in self.parts:
            return nothing, nothing
        spot = self.parts["effective"]
        parts = spot.fields(("from", "to"))
        found = []
        for key in ("from", "to"):
            if key in parts:
                try:
                    found.append(Quarter.parse(parts[key].text()))
                except QuarterProblem as problem:
                    parts[key].refuse(problem.text.zh, problem.text.en)
        if len(found) < 2:
            return nothing, nothing
        if found[0] > found[1]:
            spot.refuse("起始季度晚于结束季度", "the first quarter is after the last")
        return found[0], found[1]

    def settings(self) -> Settings:
        """The settings, each with its default."""
        if "settings" not in self.parts:
            return Settings()
        parts = self.parts["settings"].fields((), ("not_applicable", "nothing_applicable", "rounding", "roster_day"))
        setting: NotApplicable = "redistribute"
        if "not_applicable" in parts:
            setting = cast(NotApplicable, parts["not_applicable"].choice(("redistribute", "full_marks")))
        if "nothing_applicable" in parts:
            parts["nothing_applicable"].choice(("unranked",))
        if "roster_day" in parts:
            parts["roster_day"].choice(("quarter_end",))
        places = 2
        if "rounding" in parts:
            rounding = parts["rounding"].fields(("places", "mode"))
            if "places" in rounding:
                places = rounding["places"].integer(0, 4)
            if "mode" in rounding:
                rounding["mode"].choice(("half_up",))
        return Settings(not_applicable=setting, places=places)

    def read_groups(self) -> dict[str, Group]:
        """The groups; every group must have the same parameters."""
        groups = {}
        if "groups" not in self.parts:
            return {}
        for name, spot in self.parts["groups"].named_entries().items():
            entries = spot.named_entries()
            if "title" not in entries and spot.is_mapping():
                spot.refuse("缺少 title", "title is missing")
            parameters = {key: value.number(0) for key, value in entries.items() if key != "title"}
            groups[name] = Group(name, text_of(entries, "title"), parameters)
        if not groups and self.parts["groups"].is_mapping():
            self.parts["groups"].refuse("至少要有一个类别", "at least one group is needed")
        known = {key for group in groups.values() for key in group.parameters}
        for name, group in groups.items():
            for key in sorted(known - set(group.parameters)):
                self.findings.refuse(
                    f"groups.{name}",
                    Text(
                        f"其他类别有参数 {key}，此类别没有", f"other groups have the parameter {key}, this one has not"
                    ),
                )
        return groups

    def indicators(self) -> list[Indicator]:
        """The indicators; their maxima must add up to 100."""
        found: list[Indicator] = []
        if "indicators" not in self.parts:
            return found
        section = self.parts["indicators"]
        for spot in section.items():
            indicator = self.indicator(spot)
            if indicator is not None:
                if indicator.code in [other.code for other in found]:
                    spot.refuse(f"指标代码 {indicator.code} 重复", f"indicator code {indicator.code} stands twice")
                found.append(indicator)
        total = sum((indicator.max for indicator in found), Fraction(0))
        read = len(found) == len(section.items()) and all(indicator.max > 0 for indicator in found)
        if section.is_list() and read and total != FULL_TOTAL:
            section.refuse(
                f"各指标满分之和应为 {FULL_TOTAL}，现为 {exact_text(total)}",
                f"the indicators' maxima must add up to {FULL_TOTAL}, not {exact_text(total)}",
            )
        return found

    def indicator(self, spot: Spot) -> Indicator | None:
        """One indicator, or None where its formula is not known."""
        entries = spot.entries()
        if "formula" not in entries:
            if spot.is_mapping():
                spot.refuse("缺少 formula", "formula is missing")
            return None
        formula = entries["formula"].choice(FORMULA_KEYS)
        if not formula:
            return None
        required, optional = FORMULA_KEYS[formula]
        parts = spot.fields(("code", "name", "max", "formula", *required), ("applies", "basis", *optional))
        made: Formula
        if formula == "ratio":
            least = parts["at_least"].number(1) if "at_least" in parts else Fraction(0)
            made = Ratio(self.measure(parts, "of"), self.measure(parts, "over"), least)
        elif formula == "deduct":
            made = Deduct(self.each(parts, "each", at_least=0))
        elif formula == "quota":
            made = Quota(self.measure(parts, "of"), self.target(parts))
        else:
            made = Manual()
        maximum = Fraction(0)
        if "max" in parts:
            maximum = parts["max"].number(above=0)
        applies = self.measure(parts, "applies") if "applies" in parts else None
        basis = text_of(parts, "basis") or None
        return Indicator(_code(parts), text_of(parts, "name"), maximum, made, applies, basis)

    def target(self, parts: Mapping[str, Spot]) -> str:
        """The group parameter that ``target: group.NAME`` means."""
        text = text_of(parts, "target")
        if not text:
            return ""
        known = {f"group.{key}" for group in self.groups.values() for key in group.parameters}
        parts["target"].known(text, known, Text("类别参数", "group parameter"))
        return text.removeprefix("group.")

    def measure(self, parts: Mapping[str, Spot], key: str) -> str:
        """The name of a known measure."""
        name = text_of(parts, key)
        if name:
            parts[key].known(name, self.measures, MEASURE)
        return name

    def each(
        self, parts: Mapping[str, Spot], key: str, at_least: int | None = None, above: int | None = None
    ) -> dict[str, Fraction]:
        """Known measures and a number for each."""
        found: dict[str, Fraction] = {}
        if key not in parts:
            return found
        for name, spot in parts[key].entries().items():
            spot.known(name, self.measures, MEASURE)
            found[name] = spot.number(at_least, above)
        if not found and parts[key].is_mapping():
            parts[key].refuse("不能为空", "must not be empty")
        return found

    def zero_rule(self, spot: Spot) -> ZeroRule:
        """A rule that sets indicators to 0."""
        parts = spot.fields(("codes", "when", "name"))
        codes = []
        for item in parts["codes"].items() if "codes" in parts else ():
            code = item.text()
            if code:
                item.known(code, self.codes, Text("指标", "indicator"))
            codes.append(code)
        return ZeroRule(tuple(codes), self.when(parts), text_of(parts, "name"))

    def when(self, parts: Mapping[str, Spot]) -> dict[str, Fraction]:
        """Known measures and the number at which each fires."""
        return self.each(parts, "when", above=0)

    def penalties(self) -> Penalties | None:
        """The penalties, if the plan has any."""
        if "penalties" not in self.parts:
            return None
        parts = self.parts["penalties"].fields(("cap", "each"))
        return Penalties(_number(parts, "cap"), self.each(parts, "each", at_least=0))

    def bonus(self) -> Bonus | None:
        """The bonus, if the plan has one."""
        if "bonus" not in self.parts:
            return None
        parts = self.parts["bonus"].fields(("cap", "base_at_least", "each"))
        return Bonus(_number(parts, "cap"), _number(parts, "base_at_least"), self.each(parts, "each", at_least=0))

    def triggers(self, section: str) -> Iterable[Trigger]:
        """The vetoes or the reasons for criticism."""
        seen: set[str] = set()
        for spot in self.listed(section):
            parts = spot.fields(("code", "name", "when"))
            code = _code(parts)
            if code in seen:
                spot.refuse(f"代码 {code} 重复", f"code {code} stands twice")
            seen.add(code)
            yield Trigger(code, text_of(parts, "name"), self.when(parts))

    def bands(self) -> list[Band]:
        """The bands, highest first; the lowest must begin at 0."""
        found: list[Band] = []
        if "bands" not in self.parts:
            return found
        for spot in self.listed("bands"):
            parts = spot.fields(("name", "from"))
            band = Band(text_of(parts, "name"), _number(parts, "from"))
            if band.name in [other.name for other in found] or band.start in [other.start for other in found]:
                spot.refuse("等次名称或起始分重复", "a band's name or first score stands twice")
            found.append(band)
        if self.parts["bands"].is_list() and 0 not in [band.start for band in found]:
            self.parts["bands"].refuse("最低等次必须从0分起", "the lowest band must begin at 0")
        return sorted(found, key=lambda band: -band.start)

    def tables(self) -> dict[str, LeagueTable]:
        """The league tables beside the main one."""
        found: dict[str, LeagueTable] = {}
        if "tables" not in self.parts:
            return found
        for name, spot in self.parts["tables"].named_entries().items():
            parts = spot.fields(("title", "columns", "points"))
            if name == "openness":
                spot.refuse("openness 是主表的名称", "openness is the name of the main table")
            columns = {}
            for column, measure in (parts["columns"].named_entries() if "columns" in parts else {}).items():
                columns[column] = measure.text()
                if columns[column]:
                    measure.known(columns[column], self.measures, MEASURE)
            found[name] = LeagueTable(name, text_of(parts, "title"), columns, self.each(parts, "points"))
        return found

    def year(self) -> YearRule | None:
        """The rule of the year, if the plan has one."""
        if "year" not in self.parts:
            return None
        parts = self.parts["year"].fields(("combine", "zero", "fail_below"), ("on_fail",))
        if "combine" in parts:
            parts["combine"].choice(("mean_by_indicator",))
        if "zero" in parts:
            parts["zero"].choice(("same",))
        on_fail = [item.choice(ON_FAIL) for item in parts["on_fail"].items()] if "on_fail" in parts else []
        return YearRule("mean_by_indicator", "same", _number(parts, "fail_below"), tuple(on_fail))

    def example(self, spot: Spot) -> Example:
        """A worked example. Only counting measures may be given: sums follow from them."""
        parts = spot.fields(("name", "group", "measures", "expect"), ("entered", "expect_full_marks"))
        group = text_of(parts, "group")
        if group:
            parts["group"].known(group, self.groups, Text("类别", "group"))
        counts = [name for name, measure in self.measures.items() if isinstance(measure, Count)]
        measures = {}
        for name, value in (parts["measures"].entries() if "measures" in parts else {}).items():
            if isinstance(self.measures.get(name), Sum):
                value.refuse(f"{name} 是合计，由各部分算出", f"{name} is a sum and follows from its parts")
            else:
                value.known(name, counts, MEASURE)
            measures[name] = value.number(0)
        entered = {}
        for code, value in (parts["entered"].entries() if "entered" in parts else {}).items():
            value.known(code, self.codes, Text("指标", "indicator"))
            entered[code] = value.number()
        return Example(
            text_of(parts, "name"),
            group,
            measures,
            entered,
            self.expected(parts, "expect"),
            self.expected(parts, "expect_full_marks"),
        )

    def expected(self, parts: Mapping[str, Spot], key: str) -> dict[str, Expected]:
        """What an example expects: numbers, n/a, a band, or lists of codes."""
        found: dict[str, Expected] = {}
        for name, spot in (parts[key].entries() if key in parts else {}).items():
            spot.known(name, (*self.codes, *EXAMPLE_TOTALS), Text("指标或总项", "indicator or total"))
            if name == "band":
                found[name] = spot.text()
            elif name in ("vetoes", "criticism"):
                found[name] = tuple(sorted(item.text() for item in spot.items()))
            elif spot.scalar() == "n/a":
                found[name] = None
            else:
                found[name] = spot.number()
        return found


def _number(parts: Mapping[str, Spot], key: str) -> Fraction:
    return parts[key].number(0) if key in parts else Fraction(0)


def _code(parts: Mapping[str, Spot]) -> str:
    code = text_of(parts, "code")
    if code and not re.fullmatch(CODE_PATTERN, code):
        parts["code"].refuse("代码应为大写英文字母和数字，如 A1", "a code is upper-case letters and digits, such as A1")
    return code
