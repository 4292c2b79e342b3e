"""The work calendar of public offices, day by day, and what holds of every calendar."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.deadlines.workdays import KINDS, NATIONAL, DayRow, WorkCalendar, announced

HERE = Path(__file__).parent
YEARS = (2024, 2025, 2026)
DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))
OWN_ROWS = st.lists(
    st.builds(DayRow, st.dates(date(2023, 1, 1), date(2027, 12, 31)), st.sampled_from(KINDS), st.just("")),
    max_size=12,
)


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", table("calendar.tsv"), ids=lambda row: row["day"])
def test_offices_work_on_the_days_that_were_announced(row):
    day = date.fromisoformat(row["day"])
    assert NATIONAL.works(day) is (row["works"] == "yes"), f"{row['words']}: {row['source']}"


def test_every_row_of_the_golden_table_names_its_source():
    assert [row["day"] for row in table("calendar.tsv") if not row["source"]] == []


def test_every_announced_row_says_something_else_than_the_week_and_names_its_document():
    for day, row in announced().items():
        assert row.kind in KINDS, row
        assert row.words, row
        assert row.document, row
        if row.kind != "chưa nghỉ":
            assert row.working != (day.weekday() < 5), f"{row} says nothing"


@pytest.mark.parametrize("year", YEARS)
def test_each_day_off_that_is_swapped_is_worked_on_a_weekend(year):
    rows = [row for row in announced().values() if row.day.year == year]
    swapped = [row for row in rows if row.kind == "nghỉ hoán đổi"]
    worked = [row for row in rows if row.kind == "làm bù"]
    assert len(swapped) == len(worked) > 0
    for off, on in zip(swapped, sorted(worked, key=lambda row: row.day), strict=True):
        assert f"{on.day.day}/{on.day.month}" in off.words
        assert f"{off.day.day}/{off.day.month}" in on.words
        assert on.day.weekday() >= 5


@pytest.mark.parametrize("year", YEARS)
def test_a_year_has_the_eleven_holidays_of_the_labour_code(year):
    """Those that fall on a weekend are taken on another day."""
    off = [row for row in announced().values() if row.day.year == year and row.kind in ("nghỉ lễ", "nghỉ bù")]
    assert len(off) == 11


def test_years_to_come_are_provisional():
    assert [NATIONAL.provisional(year) for year in (2024, 2026, 2027, 2030)] == [False, False, True, True]


def test_the_culture_day_is_shown_but_worked_until_a_law_says_otherwise():
    row = NATIONAL.row(date(2026, 11, 24))
    assert row is not None
    assert row.working
    assert "80-NQ/TW" in row.document
    off = WorkCalendar.of(
        [DayRow(date(2026, 11, 24), "nghỉ lễ", "Ngày Văn hóa Việt Nam", "Luật mới", own=True)]
    )
    assert not off.works(date(2026, 11, 24)), "an administrator may put it in force"


def test_a_committees_own_row_lies_over_the_national_one():
    own = WorkCalendar.of([DayRow(date(2026, 5, 19), "nghỉ lễ", "Kỷ niệm ngày thành lập huyện", own=True)])
    assert NATIONAL.works(date(2026, 5, 19))
    assert not own.works(date(2026, 5, 19))
    assert own.holiday(date(2026, 5, 19)) == "Kỷ niệm ngày thành lập huyện"
    assert own.at_or_before(date(2026, 5, 19)) == date(2026, 5, 18)


@given(OWN_ROWS, DAYS, st.integers(0, 60))
def test_n_working_days_later_is_n_working_days_later(rows, day, n):
    calendar = WorkCalendar.of(rows)
    later = calendar.plus(day, n)
    assert calendar.working_days(day, later) == n
    assert n == 0 or calendar.works(later)


@given(OWN_ROWS, DAYS, DAYS)
def test_working_days_are_those_that_one_counts_on_the_fingers(rows, one, other):
    calendar = WorkCalendar.of(rows)
    start, end = min(one, other), min(max(one, other), min(one, other) + timedelta(days=500))
    days = (start + timedelta(days=n + 1) for n in range((end - start).days))
    assert calendar.working_days(start, end) == sum(map(calendar.works, days))
    assert calendar.working_days(end, start) == -calendar.working_days(start, end)


@given(OWN_ROWS, DAYS)
def test_the_nearest_working_days_enclose_the_day(rows, day):
    calendar = WorkCalendar.of(rows)
    before, after = calendar.at_or_before(day), calendar.at_or_after(day)
    assert before <= day <= after
    assert calendar.works(before)
    assert calendar.works(after)
    assert (before == after == day) == calendar.works(day)
