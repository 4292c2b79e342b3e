"""Report dates: golden rows with their sources, and what must hold for every year and chain."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.deadlines.reports import (
    HALF_YEAR,
    KINDS,
    NINE_MONTHS,
    YEAR,
    Chain,
    data_of,
    report,
    reporting_period,
    reports_of,
)
from tracker.deadlines.workdays import NATIONAL
from tracker.errors import Invalid

ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("reports.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
LEVELS = ("Các xã và đơn vị", "Phòng Tư pháp", "Sở Tư pháp")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}-{row[2]} step {row[3]}")
def test_golden_dates_of_the_decree_and_the_chain(row):
    kind, year, number, step, top, since, cut_off, sends, warns, _source = row
    chain = Chain(LEVELS, (int(step),) * 2, {kind: int(top)})
    found = report(kind, int(year), int(number), chain, NATIONAL)
    assert (found.since, found.cut_off) == (date.fromisoformat(since), date.fromisoformat(cut_off))
    assert [link.send_by for link in found.chain] == [date.fromisoformat(day) for day in sends.split()]
    assert [link.level for link in found.chain] == list(LEVELS)
    assert bool(found.warning) is (warns == "yes")


def test_each_day_of_the_chain_says_why():
    found = report(HALF_YEAR, 2026, 1, Chain(LEVELS, (3, 3)), NATIONAL)
    first, second, top = (link.reason for link in found.chain)
    assert first == "3 ngày làm việc trước hạn của Phòng Tư pháp, Thứ Hai 22/6"
    assert second == "3 ngày làm việc trước hạn của Sở Tư pháp, Thứ Năm 25/6"
    assert top == "ngày 25/6/2026 (Điều 13 Nghị định 09/2019/NĐ-CP)"


def test_a_top_day_on_a_day_off_is_sent_before_it():
    top = report("month", 2026, 1, Chain(LEVELS, (3, 3)), NATIONAL).chain[-1]
    assert top.send_by == date(2026, 1, 23)
    assert "là ngày nghỉ, nên gửi chậm nhất Thứ Sáu 23/1" in top.reason


def test_a_chain_that_cannot_be_kept_says_what_would_fit():
    found = report(HALF_YEAR, 2026, 1, Chain(LEVELS, (5, 5)), NATIONAL)
    assert "chưa đủ 1 ngày làm việc sau ngày chốt số liệu 14/6/2026" in found.warning
    assert "nhiều nhất 4 ngày làm việc" in found.warning
    fitting = report(HALF_YEAR, 2026, 1, Chain(LEVELS, (4, 4)), NATIONAL)
    assert fitting.warning == ""


def test_a_top_day_before_the_cut_off_has_no_step_that_would_fit():
    found = report(YEAR, 2026, 1, Chain(LEVELS, (5, 5), {YEAR: 10}), NATIONAL)
    assert found.warning.endswith("Xin lùi ngày của cấp trên cùng.")


def test_nine_months_are_the_local_rule_and_say_so():
    found = report(NINE_MONTHS, 2026, 1, Chain(LEVELS, (1, 1)), NATIONAL)
    assert found.words == "9 tháng đầu năm 2026"
    assert "địa phương quy định" in found.basis


def test_a_year_lists_the_reports_that_the_committee_has():
    every = reports_of(2026, Chain(LEVELS, (2, 2), kinds=KINDS), NATIONAL)
    assert len(every) == 12 + 4 + 2 + 1 + 1
    assert [one.period for one in reports_of(2026, Chain(), NATIONAL)] == ["2026-H1", "2026-H2", "2026"]


@settings(deadline=None)  # the calendar of a year is worked out once
@given(
    st.sampled_from(KINDS), st.integers(2020, 2035), st.integers(1, 12), st.integers(1, 6), st.integers(1, 31)
)
def test_each_level_sends_on_a_working_day_before_the_next_one(kind, year, number, step, top):
    number = min(number, {"month": 12, "quarter": 4, "half-year": 2}.get(kind, 1))
    found = report(kind, year, number, Chain(LEVELS, (step, step), {kind: top}), NATIONAL)
    days = [link.send_by for link in found.chain]
    assert all(NATIONAL.works(day) for day in days)
    assert [NATIONAL.working_days(a, b) for a, b in pairwise(days)] == [step, step]
    assert bool(found.warning) is (NATIONAL.working_days(found.cut_off, days[0]) < 1)


@settings(deadline=None)  # the calendar of a year is worked out once
@given(st.sampled_from(("month", "quarter", "half-year")), st.integers(2020, 2035))
def test_the_data_of_a_year_has_no_gap_and_no_overlap(kind, year):
    count = {"month": 12, "quarter": 4, "half-year": 2}[kind]
    spans = [data_of(kind, year, n) for n in range(1, count + 1)]
    assert spans[0][0] == data_of(YEAR, year, 1)[0]
    assert spans[-1][1] == data_of(YEAR, year, 1)[1]
    assert all(b[0] == a[1] + timedelta(days=1) for a, b in pairwise(spans))


def test_settings_come_back_as_they_were():
    chain = Chain(LEVELS, (3, 2), {HALF_YEAR: 20}, (HALF_YEAR,), chosen=True)
    assert Chain.of({"reports": chain.to_settings()}) == chain
    assert Chain.of({}) == Chain()


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        (Chain((" ",), ()), "ít nhất một cấp"),
        (Chain(("A", "B"), ()), "số ngày làm việc giữa"),
        (Chain(("A", "B"), (0,)), "từ 1 đến 60"),
        (Chain(("A", "B"), (3,), {YEAR: 32}), "từ 1 đến 31"),
        (Chain(("A", "B"), (3,), {}, ()), "ít nhất một kỳ"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(chain, words):
    with pytest.raises(Invalid, match=words):
        chain.checked()


@pytest.mark.parametrize(
    ("period", "label", "expected"),
    [
        ("2026", "6 tháng", "2026-H1"),
        ("2026", "Báo cáo sáu tháng đầu năm", "2026-H1"),
        ("2026", "6 tháng cuối năm", "2026-H2"),
        ("2026", "9 tháng", "2026-9M"),
        ("2026", "Quý III", "2026-Q3"),
        ("2026", "quý 1", "2026-Q1"),
        ("2026", "năm", "2026"),
        ("2026", "", "2026"),
        ("2026-H2", "6 tháng", "2026-H2"),
        ("once", "6 tháng", "once"),
    ],
)
def test_a_yearly_report_may_cover_a_part_of_its_year(period, label, expected):
    assert reporting_period(period, label) == expected
