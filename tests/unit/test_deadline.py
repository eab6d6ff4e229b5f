"""Clocks: when they fall due, what moves them, and the days that add up to it."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest

from shared.domain.deadline import (
    Amount,
    AtLeast,
    Clock,
    CountedDay,
    Extend,
    NotBefore,
    Operation,
    Restart,
    Suspend,
    Unit,
    due,
    explain,
    operations_text,
    read_operations,
)
from shared.domain.localtime import SHANGHAI, DateProblem, start_of
from shared.domain.text import Text
from shared.domain.workdays import Calendar
from tests.seed_calendar import a_notice, days, seeded_calendar

SEEDED = seeded_calendar()
CONSULTED = Text("征求第三方意见", "third party consulted")
APPROVED = Text("经机构负责人同意", "approved by the head of the office")
CORRECTED = Text("补正申请收到", "corrected application received")
RECLASSIFIED = Text("重新分类", "reclassified")


def clock(
    start: str | datetime,
    amount: str,
    *operations: Operation,
    roll: Literal["none", "forward"] = "none",
) -> Clock:
    parsed = Amount.parse(amount)
    begins = start if isinstance(start, datetime) else date.fromisoformat(start)
    return Clock(
        "reply", "application.reply@1", Text("答复", "reply"), Text("条例第三十三条", "Art. 33"), begins, parsed.value,
        parsed.unit, operations, roll,
    )  # fmt: skip


def due_day(clock: Clock, calendar: Calendar = SEEDED) -> str:
    found = due(clock, calendar)
    assert found is not None
    return found.on.isoformat()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("received", "amount", "expected"),
    [
        ("2024-09-25", "20wd", "2024-10-28"),
        ("2025-01-24", "3wd", "2025-02-05"),
        ("2025-09-30", "3wd", "2025-10-11"),
        ("2025-09-26", "10wd", "2025-10-16"),
        ("2026-02-13", "7wd", "2026-03-02"),
        ("2026-04-30", "5wd", "2026-05-11"),
        ("2026-10-09", "20wd", "2026-11-05"),
        ("2026-11-24", "20wd", "2026-12-22"),
    ],
)
def test_working_days_after_receipt_under_a_known_calendar(received: str, amount: str, expected: str) -> None:
    found = due(clock(received, amount), SEEDED)
    assert found is not None
    assert found.on == date.fromisoformat(expected)
    assert found.status == "final"
    assert found.earliest_possible == found.on
    assert found.at is None
    assert found.calendar_version == SEEDED.version


def test_a_reply_that_falls_due_in_an_unannounced_year_is_provisional_with_an_early_alarm() -> None:
    found = due(clock("2026-12-04", "20wd"), SEEDED)
    assert found is not None
    assert (found.on, found.status) == (date(2027, 1, 4), "provisional")
    assert found.earliest_possible == date(2026, 12, 30)


def test_the_notice_of_the_next_year_makes_the_date_final_even_in_the_old_year() -> None:
    announced = SEEDED.publish(a_notice(2027, off=days("2027-01-01"), worked=days("2026-12-26")))
    found = due(clock("2026-12-04", "20wd"), announced)
    assert found is not None
    assert (found.on, found.status, found.earliest_possible) == (date(2026, 12, 31), "final", date(2026, 12, 31))
    assert found.calendar_version == SEEDED.version + 1


def test_the_last_week_of_december_is_provisional_until_the_next_notice() -> None:
    for received, status in (("2026-11-26", "final"), ("2026-11-27", "provisional")):
        found = due(clock(received, "20wd"), SEEDED)
        assert found is not None
        assert found.status == status


def test_a_start_in_an_unknown_year_is_not_counted_and_leaves_the_date_final() -> None:
    only_2026 = seeded_calendar(2026, 2026)
    for received, status in (("2025-12-30", "provisional"), ("2025-12-31", "final")):
        found = due(clock(received, "3wd", Extend(2)), only_2026)
        assert found is not None
        assert found.status == status


def test_a_provisional_count_stays_provisional_when_rolled_in_a_known_year() -> None:
    only_2026 = seeded_calendar(2026, 2026)
    held = clock("2025-12-01", "3wd", NotBefore(date(2026, 3, 7)), roll="forward")
    found = due(held, only_2026)
    assert found is not None
    assert (found.on, found.status) == (date(2026, 3, 9), "provisional")


def test_an_extension_is_added_after_the_amount() -> None:
    assert due_day(clock("2026-09-01", "20wd", Extend(20, APPROVED))) == due_day(clock("2026-09-01", "40wd"))
    assert due_day(clock("2026-11-02", "30d", Extend(5))) == "2026-12-07"
    assert due_day(clock("2026-11-02", "1m", Extend(1))) == "2027-01-02"


def test_two_extensions_add_up() -> None:
    assert due_day(clock("2026-03-02", "5wd", Extend(2), Extend(3))) == due_day(clock("2026-03-02", "10wd"))


def test_the_days_of_a_consultation_are_not_counted() -> None:
    suspended = clock("2026-03-02", "20wd", Suspend(date(2026, 3, 5), date(2026, 3, 12), CONSULTED))
    assert due_day(clock("2026-03-02", "20wd")) == "2026-03-30"
    assert due_day(suspended) == "2026-04-07"


def test_a_consultation_over_a_weekend_takes_out_no_working_day() -> None:
    suspended = clock("2026-03-02", "20wd", Suspend(date(2026, 3, 6), date(2026, 3, 8)))
    assert due_day(suspended) == "2026-03-30"


def test_a_consultation_answered_on_its_own_day_takes_out_nothing() -> None:
    assert due_day(clock("2026-03-02", "20wd", Suspend(date(2026, 3, 5), date(2026, 3, 5)))) == "2026-03-30"


@pytest.mark.parametrize(
    "second", [("2026-03-05", "2026-03-12"), ("2026-03-09", "2026-03-12"), ("2026-03-06", "2026-03-10")]
)
def test_overlapping_consultations_are_taken_out_once(second: tuple[str, str]) -> None:
    one = Suspend(date(2026, 3, 5), date(2026, 3, 12))
    other = Suspend(date.fromisoformat(second[0]), date.fromisoformat(second[1]))
    assert due_day(clock("2026-03-02", "20wd", one, other)) == "2026-04-07"
    assert due_day(clock("2026-03-02", "20wd", other, one)) == "2026-04-07"


def test_consultations_one_after_the_other_are_both_taken_out() -> None:
    apart = (Suspend(date(2026, 3, 5), date(2026, 3, 6)), Suspend(date(2026, 3, 10), date(2026, 3, 12)))
    assert due_day(clock("2026-03-02", "20wd", *apart)) == "2026-04-02"


def test_a_consultation_begun_in_the_extended_days_still_counts_out() -> None:
    moved = clock("2026-03-02", "5wd", Extend(5), Suspend(date(2026, 3, 11), date(2026, 3, 13)))
    assert due_day(clock("2026-03-02", "5wd")) == "2026-03-09"
    assert due_day(moved) == "2026-03-18"


def test_a_consultation_begun_after_the_due_date_revives_no_clock() -> None:
    for through in (date(2026, 4, 30), None):
        for amount in ("20wd", "28d"):
            assert due_day(clock("2026-03-02", amount, Suspend(date(2026, 3, 30), through))) == "2026-03-30"


@pytest.mark.parametrize("amount", ["20wd", "20d", "1m"])
def test_a_clock_suspended_without_end_has_no_due_date(amount: str) -> None:
    assert due(clock("2026-03-02", amount, Suspend(date(2026, 3, 5), None)), SEEDED) is None
    joined = (Suspend(date(2026, 3, 5), None), Suspend(date(2026, 3, 6), date(2026, 3, 9)))
    assert due(clock("2026-03-02", amount, *joined), SEEDED) is None


def test_a_suspension_begun_before_the_start_takes_out_only_days_after_it() -> None:
    early = clock("2026-03-04", "5wd", Suspend(date(2026, 3, 2), date(2026, 3, 5)))
    assert due_day(early) == "2026-03-12"
    over = clock("2026-03-04", "5wd", Suspend(date(2026, 2, 25), date(2026, 3, 3)))
    assert due_day(over) == due_day(clock("2026-03-04", "5wd"))
    assert due_day(clock("2026-03-04", "5d", Suspend(date(2026, 2, 25), date(2026, 3, 3)))) == "2026-03-09"


def test_a_suspension_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(DateProblem, match="ends before it begins"):
        Suspend(date(2026, 3, 5), date(2026, 3, 4))


def test_a_correction_starts_the_clock_anew_and_drops_what_moved_it_before() -> None:
    corrected = clock(
        "2026-03-02", "20wd", Suspend(date(2026, 3, 5), None), Extend(20), Restart(date(2026, 3, 16), CORRECTED)
    )
    assert due_day(corrected) == due_day(clock("2026-03-16", "20wd"))


def test_what_moves_the_clock_after_a_restart_counts() -> None:
    moved = clock("2026-03-02", "20wd", Extend(20), Restart(date(2026, 3, 16)), Extend(3))
    assert due_day(moved) == due_day(clock("2026-03-16", "23wd"))


def test_the_last_of_two_restarts_counts() -> None:
    twice = clock("2026-03-02", "5wd", Restart(date(2026, 3, 16)), Restart(date(2026, 3, 20)))
    assert due_day(twice) == "2026-03-27"


def test_a_shorter_limit_never_falls_due_before_the_day_it_was_set() -> None:
    held = clock("2026-03-02", "3wd", NotBefore(date(2026, 3, 20), RECLASSIFIED))
    assert due_day(clock("2026-03-02", "3wd")) == "2026-03-05"
    assert due_day(held) == "2026-03-20"
    assert due_day(clock("2026-03-02", "30wd", NotBefore(date(2026, 3, 20)))) == due_day(clock("2026-03-02", "30wd"))
    two = clock("2026-03-02", "3wd", NotBefore(date(2026, 3, 20)), NotBefore(date(2026, 3, 18)))
    assert due_day(two) == "2026-03-20"


def test_a_restart_keeps_the_earliest_day() -> None:
    held = clock("2026-03-02", "3wd", NotBefore(date(2026, 3, 20)), Restart(date(2026, 3, 4)))
    assert due_day(held) == "2026-03-20"


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2026-01-31", "1m", "2026-02-28"),
        ("2024-01-31", "1m", "2024-02-29"),
        ("2026-02-28", "1m", "2026-03-28"),
        ("2025-12-31", "2m", "2026-02-28"),
        ("2025-12-15", "1m", "2026-01-15"),
        ("2026-08-31", "6m", "2027-02-28"),
        ("2026-01-31", "3m", "2026-04-30"),
        ("2024-02-29", "12m", "2025-02-28"),
        ("2026-11-02", "12m", "2027-11-02"),
        ("2026-11-02", "14d", "2026-11-16"),
        ("2026-12-02", "30d", "2027-01-01"),
    ],
)
def test_months_end_with_the_month_and_days_run_on(start: str, amount: str, expected: str) -> None:
    found = due(clock(start, amount), SEEDED)
    assert found is not None
    assert (found.on, found.status, found.earliest_possible) == (date.fromisoformat(expected), "final", found.on)


def test_months_of_an_extension_are_counted_from_the_start_together() -> None:
    assert due_day(clock("2026-01-31", "1m", Extend(1))) == "2026-03-31"


@pytest.mark.parametrize(("amount", "expected"), [("10d", "2026-03-17"), ("1m", "2026-04-07")])
def test_calendar_days_of_a_suspension_are_not_counted(amount: str, expected: str) -> None:
    assert due_day(clock("2026-03-02", amount, Suspend(date(2026, 3, 5), date(2026, 3, 10)))) == expected


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2026-09-21", "14d", "2026-10-08"),
        ("2026-09-26", "14d", "2026-10-10"),
        ("2026-10-01", "1m", "2026-11-02"),
        ("2026-11-02", "14d", "2026-11-16"),
    ],
)
def test_a_due_date_off_work_rolls_to_the_next_working_day_where_the_rule_says_so(
    start: str, amount: str, expected: str
) -> None:
    assert due_day(clock(start, amount, roll="forward")) == expected


def test_a_rolled_date_in_an_unannounced_year_is_provisional() -> None:
    found = due(clock("2026-12-02", "30d", roll="forward"), SEEDED)
    assert found is not None
    assert (found.on, found.status) == (date(2027, 1, 4), "provisional")
    assert found.earliest_possible == date(2027, 1, 2)
    plain = due(clock("2027-02-15", "2d", roll="forward"), SEEDED)
    assert plain is not None
    assert (plain.on, plain.status, plain.earliest_possible) == (date(2027, 2, 17), "provisional", date(2027, 2, 17))


def test_an_earliest_day_off_work_rolls_too() -> None:
    held = clock("2026-03-02", "3wd", NotBefore(date(2026, 3, 21)), roll="forward")
    assert due_day(held) == "2026-03-23"


def test_a_provisional_date_held_back_is_alarmed_no_earlier_than_the_day_it_is_held_to() -> None:
    found = due(clock("2026-12-04", "20wd", NotBefore(date(2027, 1, 8))), SEEDED)
    assert found is not None
    assert (found.on, found.status, found.earliest_possible) == (date(2027, 1, 8), "provisional", date(2027, 1, 8))


def test_a_suspended_provisional_date_is_alarmed_early() -> None:
    found = due(clock("2026-12-04", "19wd", Suspend(date(2026, 12, 8), date(2026, 12, 9))), SEEDED)
    assert found is not None
    assert (found.on, found.status, found.earliest_possible) == (date(2027, 1, 4), "provisional", date(2026, 12, 30))


def test_hours_run_on_the_clock_through_nights_and_holidays() -> None:
    found = due(clock(at("2026-09-30T17:30:15"), "48h"), SEEDED)
    assert found is not None
    assert found.at == at("2026-10-02T17:30:15")
    assert found.at.tzinfo is UTC
    assert (found.on, found.status) == (date(2026, 10, 2), "final")
    assert found.missed_at == found.at


def test_an_hour_clock_from_a_day_runs_from_its_midnight() -> None:
    found = due(clock("2026-09-30", "24h"), SEEDED)
    assert found is not None
    assert found.at == at("2026-10-01T00:00:00")


def test_hours_are_extended_restarted_held_and_suspended() -> None:
    start = at("2026-03-02T17:00:00")

    def ends(*operations: Operation) -> datetime | None:
        found = due(clock(start, "24h", *operations), SEEDED)
        return None if found is None else found.at

    assert ends(Extend(5)) == at("2026-03-03T22:00:00")
    assert ends(Restart(at("2026-03-04T08:00:00"))) == at("2026-03-05T08:00:00")
    assert ends(Suspend(date(2026, 3, 2), date(2026, 3, 4))) == at("2026-03-05T17:00:00")
    assert ends(Suspend(date(2026, 3, 1), date(2026, 3, 2))) == at("2026-03-04T00:00:00")
    assert ends(Suspend(date(2026, 3, 2), None)) is None
    assert ends(Suspend(date(2026, 3, 3), None)) == at("2026-03-03T17:00:00")
    assert ends(NotBefore(date(2026, 3, 6))) == at("2026-03-06T00:00:00")
    assert ends(NotBefore(date(2026, 3, 3))) == at("2026-03-03T17:00:00")


def test_a_suspension_from_the_very_midnight_due_moves_nothing() -> None:
    found = due(clock(at("2026-03-02T00:00:00"), "24h", Suspend(date(2026, 3, 2), date(2026, 3, 4))), SEEDED)
    assert found is not None
    assert found.at == at("2026-03-03T00:00:00")


def test_a_day_is_missed_at_the_midnight_after_it() -> None:
    found = due(clock("2026-11-24", "20wd"), SEEDED)
    assert found is not None
    assert found.missed_at == start_of(date(2026, 12, 23)) == datetime(2026, 12, 22, 16, 0, tzinfo=UTC)


def test_a_day_clock_started_by_an_instant_starts_on_its_shanghai_day() -> None:
    late = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert due_day(clock(late, "20wd")) == "2026-12-22"
    assert due_day(clock("2026-11-02", "20wd", Restart(late))) == "2026-12-22"


def test_a_due_date_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(DateProblem, match="2100-06-01"):
        due(clock("2100-06-01", "9999wd"), SEEDED)


@pytest.mark.parametrize("text", ["20wd", "30d", "1m", "48h", "9999wd"])
def test_an_amount_is_written_as_it_is_read(text: str) -> None:
    assert str(Amount.parse(text)) == text


@pytest.mark.parametrize("text", ["", "20", "wd", "0wd", "-1d", "1.5h", "20 wd", "20WD", "2w", "10000wd", "２０wd"])
def test_a_wrong_amount_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(DateProblem) as refused:
        Amount.parse(text)
    assert f"“{text}”不是期限" in refused.value.text.zh
    assert "no amount of time" in refused.value.text.en


@pytest.mark.parametrize(("value", "unit"), [(0, "wd"), (-5, "d"), (10_000, "wd"), (3, "weeks")])
def test_a_clock_with_a_wrong_amount_cannot_be_made(value: int, unit: Unit) -> None:
    with pytest.raises(DateProblem):
        Amount(value, unit)
    with pytest.raises(DateProblem):
        Clock("reply", "x@1", Text("", ""), Text("", ""), date(2026, 3, 2), value, unit)


@pytest.mark.parametrize("value", [0, -3, 10_000])
def test_an_extension_by_nothing_or_too_much_is_refused(value: int) -> None:
    with pytest.raises(DateProblem):
        Extend(value)


@pytest.mark.parametrize("amount", ["20wd", "48h"])
def test_a_clock_started_by_an_instant_without_a_zone_is_refused(amount: str) -> None:
    naive = datetime(2026, 3, 2, 8, 5)  # noqa: DTZ001
    with pytest.raises(ValueError, match="without a zone"):
        due(clock(naive, amount, Extend(1)), SEEDED)


def test_an_hour_clock_rolls_nowhere() -> None:
    with pytest.raises(ValueError, match="rolls to no other day"):
        clock("2026-03-02", "24h", roll="forward")


def test_a_least_time_counts_beside_the_clock_and_the_later_due_date_stands() -> None:
    # 20 working days after 2026-03-02 are over on 03-30, 5 after 03-24 on 03-31.
    assert due_day(clock("2026-03-02", "20wd", AtLeast(date(2026, 3, 20), 5))) == "2026-03-30"
    paid = clock("2026-03-02", "20wd", AtLeast(date(2026, 3, 24), 5, CORRECTED))
    assert due_day(paid) == "2026-03-31"
    listed = rows(paid)
    assert [row[0] for row in listed if row[1]] == [
        "2026-03-25",
        "2026-03-26",
        "2026-03-27",
        "2026-03-30",
        "2026-03-31",
    ]
    assert ("2026-03-24", False, "重新起算日，不计入：补正申请收到") in listed
    # What is left out or added is so there too; a restart begins afresh.
    more = Suspend(date(2026, 3, 26), date(2026, 3, 27)), Extend(1)
    assert due_day(clock("2026-03-02", "20wd", AtLeast(date(2026, 3, 24), 5), *more)) == "2026-04-02"
    assert (
        due(clock("2026-03-02", "20wd", AtLeast(date(2026, 3, 24), 5), Suspend(date(2026, 3, 26), None)), SEEDED)
        is None
    )
    assert due_day(clock("2026-03-02", "2wd", AtLeast(date(2026, 3, 24), 5), Restart(date(2026, 3, 4)))) == "2026-03-06"
    with pytest.raises(DateProblem):
        AtLeast(date(2026, 3, 24), 0)


def test_operations_are_written_short_and_read_back() -> None:
    moved = clock(
        "2026-03-02",
        "20wd",
        Restart(date(2026, 3, 4)),
        Restart(at("2026-03-05T08:05:09")),
        Suspend(date(2026, 10, 12), date(2026, 10, 16), CONSULTED),
        Suspend(date(2026, 10, 20), None),
        Extend(20, APPROVED),
        NotBefore(date(2026, 11, 2)),
        AtLeast(date(2026, 11, 3), 20),
        AtLeast(at("2026-03-05T08:05:09"), 5),
    )
    text = operations_text(moved)
    assert text == (
        "restart 2026-03-04; restart 2026-03-05T08:05:09+08:00; suspend 2026-10-12..2026-10-16; suspend 2026-10-20..; "
        "extend 20; not-before 2026-11-02; at-least 20 from 2026-11-03; at-least 5 from 2026-03-05T08:05:09+08:00"
    )
    assert read_operations(text) == (
        Restart(date(2026, 3, 4)),
        Restart(at("2026-03-05T08:05:09")),
        Suspend(date(2026, 10, 12), date(2026, 10, 16)),
        Suspend(date(2026, 10, 20), None),
        Extend(20),
        NotBefore(date(2026, 11, 2)),
        AtLeast(date(2026, 11, 3), 20),
        AtLeast(at("2026-03-05T08:05:09"), 5),
    )


def test_no_operations_are_an_empty_text() -> None:
    assert operations_text(clock("2026-03-02", "20wd")) == ""
    assert read_operations("") == read_operations("  ") == ()


@pytest.mark.parametrize(
    "text",
    [
        "pause",
        "extend",
        "extend x",
        "extend -2",
        "suspend 2026-10-12",
        "restart",
        "not-before",
        "at-least",
        "at-least 5",
        "at-least x from 2026-10-12",
    ],
)
def test_unknown_operations_are_refused(text: str) -> None:
    with pytest.raises(DateProblem, match="unknown clock operation"):
        read_operations(f"extend 2; {text}")


def test_a_restart_read_back_from_a_bad_date_is_refused() -> None:
    with pytest.raises(DateProblem, match="no such day"):
        read_operations("restart 2026-02-30")


def rows(clock: Clock, calendar: Calendar = SEEDED) -> list[tuple[str, bool, str]]:
    return [(row.date.isoformat(), row.counted, row.reason.zh) for row in explain(clock, calendar)]


def test_every_day_from_start_to_due_is_explained() -> None:
    moved = clock("2026-09-18", "4wd", Suspend(date(2026, 9, 21), date(2026, 9, 22), CONSULTED), Extend(2, APPROVED))
    assert rows(moved) == [
        ("2026-09-18", False, "起算日，不计入"),
        ("2026-09-19", False, "周末（周六）"),
        ("2026-09-20", True, "第 1 日：调休上班（国办发明电〔2025〕7号）"),
        ("2026-09-21", True, "第 2 日：工作日（周一）"),
        ("2026-09-22", False, "中止计时，不计入：征求第三方意见"),
        ("2026-09-23", True, "第 3 日：工作日（周三）"),
        ("2026-09-24", True, "第 4 日：工作日（周四）"),
        ("2026-09-25", False, "中秋节放假（国办发明电〔2025〕7号）"),
        ("2026-09-26", False, "中秋节放假（国办发明电〔2025〕7号）"),
        ("2026-09-27", False, "中秋节放假（国办发明电〔2025〕7号）"),
        ("2026-09-28", True, "第 5 日：工作日（周一），延期：经机构负责人同意"),
        ("2026-09-29", True, "第 6 日：工作日（周二），延期：经机构负责人同意"),
    ]
    assert explain(moved, SEEDED)[4].reason.en == "suspended, not counted: third party consulted"


def test_each_extension_is_named_on_its_own_days() -> None:
    moved = clock("2026-03-02", "1wd", Extend(1, APPROVED), Extend(2, RECLASSIFIED))
    assert [reason.rpartition("，")[2] for _, counted, reason in rows(moved) if counted] == [
        "第 1 日：工作日（周二）",
        "延期：经机构负责人同意",
        "延期：重新分类",
        "延期：重新分类",
    ]


def test_days_before_a_restart_are_listed_and_not_counted() -> None:
    moved = clock("2026-03-02", "2wd", Restart(date(2026, 3, 4), CORRECTED), Restart(date(2026, 3, 6), CORRECTED))
    assert rows(moved) == [
        ("2026-03-02", False, "起算日，不计入"),
        ("2026-03-03", False, "重新起算之前，不计"),
        ("2026-03-04", False, "重新起算日，后又重新起算，不计：补正申请收到"),
        ("2026-03-05", False, "重新起算之前，不计"),
        ("2026-03-06", False, "重新起算日，不计入：补正申请收到"),
        ("2026-03-07", False, "周末（周六）"),
        ("2026-03-08", False, "周末（周日）"),
        ("2026-03-09", True, "第 1 日：工作日（周一）"),
        ("2026-03-10", True, "第 2 日：工作日（周二）"),
    ]


def test_days_after_the_count_say_why_the_date_is_later() -> None:
    held = clock("2026-03-03", "2wd", NotBefore(date(2026, 3, 7), RECLASSIFIED), roll="forward")
    assert rows(held)[2:] == [
        ("2026-03-05", True, "第 2 日：工作日（周四）"),
        ("2026-03-06", False, "到期日不早于 2026-03-07：重新分类"),
        ("2026-03-07", False, "到期日不早于 2026-03-07：重新分类"),
        ("2026-03-08", False, "到期日顺延：周末（周日）"),
        ("2026-03-09", False, "到期日顺延：工作日（周一）"),
    ]


def test_calendar_days_count_weekends_and_months_count_their_days() -> None:
    assert rows(clock("2026-03-05", "3d"))[1:] == [
        ("2026-03-06", True, "第 1 日：工作日（周五）"),
        ("2026-03-07", True, "第 2 日：周末（周六）"),
        ("2026-03-08", True, "第 3 日：周末（周日）"),
    ]
    month = explain(clock("2026-01-31", "1m", Extend(1, APPROVED)), SEEDED)
    assert sum(row.counted for row in month) == 28 + 31
    assert month[28].reason.zh == "第 28 日：调休上班（国办发明电〔2025〕7号）"
    assert month[29].reason.zh == "第 29 日：周末（周日），延期：经机构负责人同意"


def test_hours_are_explained_by_the_time_counted_on_each_day() -> None:
    moved = clock(
        at("2026-03-02T17:00:30"), "24h", Suspend(date(2026, 3, 2), date(2026, 3, 3), CONSULTED), Extend(2, APPROVED)
    )
    assert rows(moved) == [
        ("2026-03-02", True, "计 6 小时 59 分 30 秒"),
        ("2026-03-03", False, "中止计时，不计入：征求第三方意见"),
        ("2026-03-04", True, "计 19 小时 0 分 30 秒，含延期：经机构负责人同意"),
    ]
    assert explain(moved, SEEDED)[0].reason.en == "6 h 59 min 30 s counted"


def test_a_whole_day_and_a_fraction_of_a_second_are_counted_out() -> None:
    moved = clock(at("2026-03-02T23:59:59.5"), "25h")
    assert [reason for _, _, reason in rows(moved)] == [
        "计 0 小时 0 分 0.500000 秒",
        "计 24 小时 0 分 0 秒",
        "计 0 小时 59 分 59.500000 秒",
    ]


def test_an_hour_clock_due_at_midnight_names_the_day_that_begins() -> None:
    assert rows(clock("2026-03-02", "24h")) == [
        ("2026-03-02", True, "计 24 小时 0 分 0 秒"),
        ("2026-03-03", False, "零时到期"),
    ]
    held = clock("2026-03-02", "24h", NotBefore(date(2026, 3, 4), RECLASSIFIED))
    assert rows(held)[1:] == [
        ("2026-03-03", False, "到期日不早于 2026-03-04：重新分类"),
        ("2026-03-04", False, "到期日不早于 2026-03-04：重新分类"),
    ]


@pytest.mark.parametrize("amount", ["20wd", "20d", "1m", "48h"])
def test_a_clock_suspended_without_end_is_explained_up_to_the_suspension(amount: str) -> None:
    explained = explain(clock("2026-03-02", amount, Suspend(date(2026, 3, 3), None, CONSULTED)), SEEDED)
    assert [row.date.day for row in explained] == [2, 3, 4]
    assert explained[-1] == CountedDay(
        date(2026, 3, 4),
        False,
        Text("中止计时，不计入：征求第三方意见", "suspended, not counted: third party consulted"),
    )
    assert explained[-2].counted


def test_a_clock_suspended_before_its_start_is_explained_up_to_its_first_day() -> None:
    explained = explain(clock("2026-03-02", "20wd", Suspend(date(2026, 2, 25), None, CONSULTED)), SEEDED)
    assert [(row.date.isoformat(), row.counted) for row in explained] == [("2026-03-02", False), ("2026-03-03", False)]


def test_the_counted_days_of_the_vectors_add_up_by_hand() -> None:
    for received in ("2024-09-25", "2026-10-09", "2026-12-04"):
        listed = explain(clock(received, "20wd"), SEEDED)
        counted = [row.date for row in listed if row.counted]
        assert len(counted) == 20
        assert counted[-1].isoformat() == due_day(clock(received, "20wd"))
        assert [row.date for row in listed] == [listed[0].date + timedelta(days=n) for n in range(len(listed))]
