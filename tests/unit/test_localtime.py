"""Dates as people write them, and the two faces of an instant."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shared.domain.localtime import (
    SHANGHAI,
    DateProblem,
    local_date,
    moment_text,
    read_date,
    read_moment,
    start_of,
)

DAY = date(2026, 10, 9)


@pytest.mark.parametrize("text", ["2026-10-09", "2026/10/9", "2026/10/09", "20261009", "2026年10月9日", " 2026-10-09 "])
def test_a_date_is_read_in_every_form_a_clerk_writes(text: str) -> None:
    assert read_date(text) == DAY
    assert read_moment(text) == datetime(2026, 10, 8, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("form", ["2026-10-09", "2026/10/9", "20261009", "2026年10月9日"])
@pytest.mark.parametrize(
    ("clock", "seconds"), [(" 8:05", 0), (" 08:05", 0), (" 08:05:09", 9), ("T08:05:09", 9), ("T08:05", 0)]
)
def test_a_time_beside_the_date_is_shanghai_time(form: str, clock: str, seconds: int) -> None:
    assert read_moment(form + clock) == datetime(2026, 10, 9, 0, 5, seconds, tzinfo=UTC)
    assert read_date(form + clock) == DAY


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-10-09T08:05:09Z", datetime(2026, 10, 9, 8, 5, 9, tzinfo=UTC)),
        ("2026-10-09T08:05:09+08:00", datetime(2026, 10, 9, 0, 5, 9, tzinfo=UTC)),
        ("2026-10-09T08:05:09-05:30", datetime(2026, 10, 9, 13, 35, 9, tzinfo=UTC)),
        ("2026-10-09T08:05:09.25+08:00", datetime(2026, 10, 9, 0, 5, 9, 250_000, tzinfo=UTC)),
        ("2026-10-09T08:05:09.000001", datetime(2026, 10, 9, 0, 5, 9, 1, tzinfo=UTC)),
    ],
)
def test_an_offset_and_a_fraction_are_read_in_the_rfc_3339_form(text: str, instant: datetime) -> None:
    read = read_moment(text)
    assert read == instant
    assert read.tzinfo is UTC


def test_the_date_of_an_instant_with_offset_is_its_shanghai_date() -> None:
    assert read_date("2026-10-09T20:00:00Z") == date(2026, 10, 10)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-10-9",
        "2026.10.09",
        "26-10-09",
        "2026-10",
        "202610091",
        "2026年10月9",
        "２０２６-10-09",
        "2026-10-09 8",
        "2026-10-09 8:5",
        "2026-10-09  8:05",
        "2026-10-09T8:05:09",
        "2026-10-09T08:05Z",
        "2026-10-09 08:05:09Z",
        "2026-10-09 08:05:09+08:00",
        "2026/10/9T08:05:09+08:00",
        "20261009T08:05:09.5",
        "2026-10-09T08:05:09.",
        "2026-10-09T08:05:09.1234567",
        "2026-10-09\n2026-10-10",
    ],
)
def test_any_other_form_is_refused_and_shown(text: str) -> None:
    with pytest.raises(DateProblem) as refused:
        read_moment(text)
    assert text in refused.value.text.zh
    assert "is no date" in refused.value.text.en


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026/13/1", "20260431", "2025年2月29日", "2026-00-10", "2026-02-30 8:05"]
)
def test_an_impossible_day_is_named_as_impossible(text: str) -> None:
    with pytest.raises(DateProblem) as refused:
        read_date(text)
    assert "没有这一天" in refused.value.text.zh
    assert refused.value.text.en.startswith("no such day: ")


def test_a_leap_day_exists_in_a_leap_year() -> None:
    assert read_date("2024-02-29") == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["2026-10-09 24:00", "2026-10-09 8:60", "2026-10-09T08:05:60"])
def test_an_impossible_time_is_named_as_impossible(text: str) -> None:
    with pytest.raises(DateProblem) as refused:
        read_moment(text)
    assert "没有这个时刻" in refused.value.text.zh


@pytest.mark.parametrize("offset", ["+24:00", "-08:60"])
def test_an_impossible_offset_is_named_as_impossible(offset: str) -> None:
    with pytest.raises(DateProblem) as refused:
        read_moment(f"2026-10-09T08:05:09{offset}")
    assert "no such offset" in refused.value.text.en


@pytest.mark.parametrize("text", ["0226-10-09", "1899-12-31", "2101-01-01", "9999/12/31"])
def test_a_year_that_can_only_be_a_slip_is_refused(text: str) -> None:
    with pytest.raises(DateProblem) as refused:
        read_date(text)
    assert "年份不在" in refused.value.text.zh


@pytest.mark.parametrize("text", ["1900-01-01", "2100-12-31"])
def test_the_first_and_last_readable_day_are_read(text: str) -> None:
    assert read_date(text).isoformat() == text


def test_a_problem_speaks_both_languages() -> None:
    with pytest.raises(DateProblem, match=r"没有这一天：2026-02-30 / no such day: 2026-02-30"):
        read_date("2026-02-30")


def test_a_long_text_is_shown_shortened() -> None:
    with pytest.raises(DateProblem) as refused:
        read_date("x" * 5000)
    assert len(refused.value.text.zh) < 200


def test_the_local_date_turns_at_sixteen_hours_utc() -> None:
    assert local_date(datetime(2026, 10, 8, 15, 59, 59, tzinfo=UTC)) == date(2026, 10, 8)
    assert local_date(datetime(2026, 10, 8, 16, 0, tzinfo=UTC)) == DAY
    assert local_date(datetime(2026, 10, 9, 0, 0, tzinfo=SHANGHAI)) == DAY
    assert local_date(datetime(2026, 10, 8, 12, 0, tzinfo=timezone(timedelta(hours=-5)))) == DAY


def test_a_day_starts_at_midnight_in_shanghai() -> None:
    assert start_of(DAY) == datetime(2026, 10, 9, 0, 0, tzinfo=SHANGHAI)
    assert start_of(DAY).tzinfo is UTC


def test_an_instant_is_written_with_the_shanghai_offset() -> None:
    instant = datetime(2026, 10, 9, 0, 5, 9, tzinfo=UTC)
    assert moment_text(instant) == "2026-10-09T08:05:09+08:00"
    assert moment_text(instant + timedelta(microseconds=5)) == "2026-10-09T08:05:09.000005+08:00"
    assert moment_text(start_of(DAY)) == "2026-10-09T00:00:00+08:00"


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 10, 9, 8, 5)  # noqa: DTZ001
    with pytest.raises(ValueError, match="without a zone"):
        local_date(naive)
    with pytest.raises(ValueError, match="without a zone"):
        moment_text(naive)
