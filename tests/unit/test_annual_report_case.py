"""The annual report as a case: figures, words, editions that stay, publication by its day."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from services.assessment.annual_report_case import KIND, case_id
from services.assessment.annual_report_commands import (
    EnterFigures,
    FreezeReport,
    OpenAnnualReport,
    PublishReport,
    WriteReport,
)
from services.assessment.annual_report_events import (
    AnnualReportOpened,
    FiguresEntered,
    ReportCorrected,
    ReportFrozen,
    ReportOverdue,
    ReportPublished,
    ReportWritten,
)
from shared.domain.corrections import EntryVoided, VoidEntry
from shared.domain.directory import OFFICE, Dated, Department, Directory
from shared.domain.localtime import read_date, read_moment
from tests.scenario import Scenario, given, left, person
from tests.unit.annual_report_world import CUT_OFF, WRITTEN, counted

CLERK, HEAD = person("clerk.education", "clerk@education"), person("head.education", "head@education")
CHIEF = person("office.chief", f"office@{OFFICE}")
SINCE = read_date("2020-01-01")
COUNTY = Directory({
    unit: Department(unit, (Dated(SINCE, name),), (Dated(SINCE, "class1"),), SINCE)
    for unit, name in (("education", "教育局"), (OFFICE, "县政府办公室"), ("water", "水务局"))
})  # fmt: skip
OPEN = OpenAnnualReport(year=2026, department="education")
OPEN_COUNTY = OpenAnnualReport(year=2026, department=OFFICE, scope="county")
WORLD: dict[str, Any] = {"directory": COUNTY, "case": "annual-report-2026-education", "counted": counted()}


def opened(command: OpenAnnualReport = OPEN, on: str = "2026-12-20", **world: Any) -> Scenario:
    """A report that was begun."""
    return given(KIND, (command, on, CHIEF), **{**WORLD, **world})


def frozen(**world: Any) -> Scenario:
    """A report that was written and frozen."""
    words = {name: text for name, text in WRITTEN.items() if text is not None}
    return (
        opened(**world)
        .and_(WriteReport(**words), by=CLERK, on="2027-01-10")
        .and_(FreezeReport(), by=HEAD, on="2027-01-20")
    )


def test_a_unit_begins_its_report_and_has_until_the_thirty_first_of_january() -> None:
    scenario = Scenario(KIND, **WORLD)
    scenario.when(OPEN, by=CLERK, on="2026-12-20").then(
        left(AnnualReportOpened, department="education", year=2026, scope="department", due=read_date("2027-01-31"))
    )
    (clock,) = KIND.clocks(scenario.state)
    assert (clock.amount, clock.unit) == (31, "d")


@pytest.mark.parametrize(("year", "days"), [(2026, 90), (2027, 91)])
def test_the_county_s_report_is_due_on_the_thirty_first_of_march_in_a_leap_year_too(year: int, days: int) -> None:
    command = OPEN_COUNTY.model_copy(update={"year": year})
    (clock,) = KIND.clocks(opened(command, f"{year}-12-20").state)
    assert clock.amount == days


def test_a_county_may_want_the_reports_earlier() -> None:
    scenario = opened(settings={"annual_report.department": "01-26"})
    assert scenario.state.due == read_date("2027-01-26")


def test_a_report_is_one_a_year_and_unit_and_the_county_s_is_its_own() -> None:
    assert case_id(OPEN) == "annual-report-2026-education"
    assert case_id(OPEN_COUNTY) == "annual-report-2026"


@pytest.mark.parametrize(
    ("command", "by", "code"),
    [
        (OPEN.model_copy(update={"department": "water"}), CLERK, "not_your_unit"),
        (OPEN.model_copy(update={"department": "nobody"}), CHIEF, "no_such_unit"),
        (OPEN.model_copy(update={"scope": "county"}), CHIEF, "not_the_county_office"),
        (OPEN.model_copy(update={"year": 2027}), CLERK, "year_not_begun"),
    ],
)
def test_a_report_is_not_begun_for_others_or_ahead_of_its_year(command: OpenAnnualReport, by: Any, code: str) -> None:
    Scenario(KIND, **WORLD).when(command, by=by, on="2026-12-20").then_refused(f"annual_report.{code}")


def test_figures_are_entered_with_their_source_and_by_whom() -> None:
    scenario = opened()
    figures = EnterFigures(licences=12, penalties=0, charges="3.25", source="行政执法统计年报")
    scenario.when(figures, by=CLERK, on="2027-01-05").then(
        left(
            FiguresEntered,
            year=2026,
            licences=12,
            penalties=0,
            coercions=None,
            charges="3.25",
            source="行政执法统计年报",
        )
    )
    assert scenario.records[-1].stamp.actor == "clerk.education"


@pytest.mark.parametrize("charges", ["1e3", "-1", "0.1234567", "01", "12,5", " ", "1."])
def test_an_amount_is_a_plain_decimal(charges: str) -> None:
    with pytest.raises(ValidationError):
        EnterFigures(charges=charges, source="台账")


def test_nothing_is_no_entry_and_the_county_enters_none() -> None:
    opened().when(EnterFigures(source="台账"), by=CLERK, on="2027-01-05").then_refused("annual_report.nothing_entered")
    opened(OPEN_COUNTY).when(EnterFigures(licences=1, source="台账"), by=CHIEF, on="2027-01-05").then_refused(
        "annual_report.county_sums_units"
    )
    opened().when(WriteReport(), by=CLERK, on="2027-01-05").then_refused("annual_report.nothing_written")


def test_another_unit_has_no_part_in_it() -> None:
    stranger = person("clerk.water", "clerk@water")
    opened().when(EnterFigures(licences=1, source="台账"), by=stranger, on="2027-01-05").then_forbidden()
    opened().when(FreezeReport(), by=CLERK, on="2027-01-05").then_forbidden()


def test_a_head_that_is_left_out_stays_as_it_was_written() -> None:
    scenario = opened().and_(WriteReport(overview="甲", problems="乙"), by=CLERK, on="2027-01-05")
    scenario.when(WriteReport(overview="丙"), by=CLERK, on="2027-01-06").then(
        left(ReportWritten, overview="丙", problems=None)
    )
    assert (scenario.state.overview, scenario.state.problems, scenario.state.other) == ("丙", "乙", None)


def test_a_report_is_frozen_whole_with_what_was_counted_and_what_was_written() -> None:
    scenario = opened().and_(WriteReport(overview=WRITTEN["overview"]), by=CLERK, on="2027-01-10")
    scenario.when(FreezeReport(), by=HEAD, on="2027-01-20").then(
        left(ReportFrozen, year=2026, scope="department", edition=1, cut_off=CUT_OFF, carried_legal=1, carried_total=1)
    )
    event: Any = scenario.live[-1]
    content = json.loads(event.content)
    assert event.digest == hashlib.sha256(event.content.encode()).hexdigest()
    assert content["table2"]["licences"] == {"decided": 12}
    assert content["table3"]["4"]["legal"] == 1
    assert content["prose"]["overview"] == WRITTEN["overview"]
    assert [(one["said"], one["value"]) for one in content["checks"][-1]["quoted"]] == [(2, 2), (1, 1)]
    assert "behind" not in content
    assert KIND.summary(scenario.state).status == "frozen"


def test_the_same_figures_and_words_are_frozen_into_the_same_text() -> None:
    first, second = (frozen().live[-1] for _ in range(2))
    assert first == second


def test_a_report_is_frozen_after_its_year_now_and_with_all_that_was_recorded() -> None:
    opened().when(FreezeReport(), by=HEAD, on="2026-12-31").then_refused("annual_report.year_not_over")
    dated = FreezeReport(happened=read_moment("2027-01-01 09:00"))
    opened().when(dated, by=HEAD, on="2027-01-20").then_refused("annual_report.not_backdated", "happened")
    waiting = opened(counted=counted(behind=3)).when(FreezeReport(), by=HEAD, on="2027-01-20")
    assert "3" in waiting.then_refused("annual_report.facts_behind").message.zh


def test_what_is_entered_afterwards_is_in_the_next_edition_and_the_first_stays() -> None:
    scenario = frozen()
    first = scenario.live[-1]
    scenario.and_(EnterFigures(coercions=2, source="台账"), by=CLERK, on="2027-01-21")
    scenario.counted = counted(cut_off="2027-01-22T09:00:00+08:00")
    scenario.when(FreezeReport(), by=HEAD, on="2027-01-22").then(left(ReportFrozen, edition=2))
    assert next(event for event in scenario.live if isinstance(event, ReportFrozen)) == first


def test_an_edition_is_never_void_and_an_entry_may_be() -> None:
    scenario = frozen()
    scenario.and_(EnterFigures(licences=2, source="台账"), by=CLERK, on="2027-01-21")
    void = VoidEntry(events=(scenario.id_of(ReportFrozen),), reason="错误")
    scenario.when(void, by=CHIEF, on="2027-01-22").then_refused("void.forbidden")
    entry = VoidEntry(events=(scenario.id_of(FiguresEntered),), reason="错误")
    scenario.when(entry, by=CHIEF, on="2027-01-22").then(EntryVoided)


def test_a_report_published_by_its_day_meets_it() -> None:
    scenario = frozen()
    scenario.when(PublishReport(address="https://luodian.example/2026"), by=HEAD, on="2027-01-31").then(
        left(ReportPublished, edition=1, met=True, due=read_date("2027-01-31"), done=read_date("2027-01-31"))
    )
    assert KIND.summary(scenario.state).status == "published"
    assert not KIND.summary(scenario.state).open


def test_a_report_not_published_by_its_day_is_overdue_once_and_stays_so() -> None:
    scenario = frozen()
    scenario.when_swept("2027-02-01 00:30").then(left(ReportOverdue, year=2026, scope="department", met=False))
    scenario.when(PublishReport(address="https://luodian.example/2026"), by=HEAD, on="2027-02-03").then(
        left(ReportPublished, met=False)
    )
    scenario.when_swept("2027-03-01").then_nothing()


def test_a_report_begun_after_its_day_is_overdue_at_once() -> None:
    Scenario(KIND, **WORLD).when(OPEN, by=CLERK, on="2027-02-10").then(AnnualReportOpened, ReportOverdue)


def test_what_is_published_was_frozen_and_a_correction_takes_no_second_verdict() -> None:
    publish = PublishReport(address="https://luodian.example/2026")
    opened().when(publish, by=HEAD, on="2027-01-20").then_refused("annual_report.not_frozen")
    scenario = frozen().and_(publish, by=HEAD, on="2027-01-21")
    scenario.when(publish, by=HEAD, on="2027-01-22").then_refused("annual_report.published_already")
    scenario.and_(FreezeReport(), by=HEAD, on="2027-02-20")
    assert KIND.summary(scenario.state).status == "frozen"
    scenario.when(publish, by=HEAD, on="2027-02-21").then(left(ReportCorrected, edition=2))
    scenario.when_swept("2027-03-01").then_nothing()


def test_an_edition_is_not_published_before_it_was_frozen() -> None:
    publish = PublishReport(address="https://luodian.example/2026")
    scenario = opened()
    scenario.when_swept("2027-02-01 00:30").then(ReportOverdue)
    scenario.and_(FreezeReport(), by=HEAD, on="2027-02-05")
    early = scenario.when(publish, by=HEAD, on="2027-01-20", recorded="2027-02-05 10:00")
    early.then_refused("annual_report.before_frozen", "happened")
    late = scenario.when(publish, by=HEAD, on="2027-02-05 09:30", recorded="2027-02-08 10:00")
    late.then(left(ReportPublished, edition=1, met=False))
    assert any(isinstance(event, ReportOverdue) for event in scenario.live)
    scenario.and_(FreezeReport(), by=HEAD, on="2027-02-10")
    corrected = scenario.when(publish, by=HEAD, on="2027-02-09", recorded="2027-02-11")
    corrected.then_refused("annual_report.before_frozen", "happened")


def test_what_was_frozen_in_time_and_published_in_time_is_not_overdue_though_entered_late() -> None:
    scenario = frozen()
    scenario.when_swept("2027-02-01 00:30").then(ReportOverdue)
    publish = PublishReport(address="https://luodian.example/2026")
    scenario.when(publish, by=HEAD, on="2027-01-25", recorded="2027-02-05").then(left(ReportPublished, met=True))
    assert not any(isinstance(event, ReportOverdue) for event in scenario.live)


def test_a_publication_is_not_undone_under_its_correction() -> None:
    publish = PublishReport(address="https://luodian.example/2026")
    scenario = frozen().and_(publish, by=HEAD, on="2027-01-21").and_(FreezeReport(), by=HEAD, on="2027-01-22")
    scenario.and_(publish, by=HEAD, on="2027-01-23")
    void = VoidEntry(events=(scenario.id_of(ReportPublished),), reason="错误")
    scenario.when(void, by=CHIEF, on="2027-01-24").then_refused("void.depended_on")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("申请人身份证号522728199001011234反映强烈。", "公民身份号码"),
        ("申请人（11010519491231002X）", "公民身份号码"),
        ("退费至6222021306123456782。", "银行卡号"),
    ],
)
def test_a_number_of_a_person_is_kept_out_of_the_report(words: str, what: str) -> None:
    for section in ("overview", "problems", "other"):
        refused = opened().when(WriteReport(**{section: words}), by=CLERK, on="2027-01-05")
        assert what in refused.then_refused("annual_report.personal_data", section).message.zh


@pytest.mark.parametrize(
    "words",
    ["政府信息公开电话0854-7611234。", "统一社会信用代码12522728MB1234567X", "文号110105999999990021", "共12345678元"],
)
def test_a_unit_s_phone_and_other_numbers_are_no_personal_data(words: str) -> None:
    opened().when(WriteReport(other=words), by=CLERK, on="2027-01-05").then(ReportWritten)


def test_words_from_before_are_not_frozen_with_a_number_of_a_person() -> None:
    scenario = opened().and_(WriteReport(problems="人员不足"), by=CLERK, on="2027-01-05")
    scenario.file = replace(scenario.file, state=replace(scenario.state, problems="522728199001011234"))
    scenario.when(FreezeReport(), by=HEAD, on="2027-01-20").then_refused("annual_report.personal_data")
