"""Due days with their send-by day and reason: golden dates, and what holds of every timing."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tracker.cli import main
from tracker.deadlines.due import Options, due_date, due_day
from tracker.deadlines.ladder import Step, step_day
from tracker.deadlines.periods import ONCE, PLAN, add_months, period_end, period_start
from tracker.deadlines.workdays import NATIONAL
from tracker.drafts.expand import expand
from tracker.drafts.model import Offset, PlanPeriod, TaskDraft, TimingDraft
from tracker.due_command import due_lines

HERE = Path(__file__).parent
DAY_ITSELF = Options(before="day-itself")
ARTICLE_148 = Options(article_148=True)


def golden() -> list[dict[str, str]]:
    with (HERE / "due.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", golden(), ids=lambda row: f"{row['expression']}-{row['period']}")
def test_golden_dates(row):
    period = PlanPeriod(date.fromisoformat(row["plan_start"]), date.fromisoformat(row["plan_end"]))
    lines, _ = due_lines(row["expression"], period, date.fromisoformat(row["issued"]), Options())
    found = next(line.due for line in lines if line.period == row["period"])
    assert (str(found.due), str(found.send_by)) == (row["due"], row["send_by"]), row["source"]


# The reason.

SUNDAY = TimingDraft("trước ngày 20/5/2024", due=date(2024, 5, 19), printed=date(2024, 5, 20), bound="before")


def test_the_reason_says_the_day_the_words_and_the_day_to_send():
    due = due_date(SUNDAY, ONCE, NATIONAL)
    assert due.due == date(2024, 5, 19), "the printed date stays the due date"
    assert due.send_by == date(2024, 5, 17)
    assert due.reason == "ngày 19/5/2024: trước ngày 20/5; là Chủ nhật, nên gửi chậm nhất Thứ Sáu 17/5"


def test_a_committee_may_count_the_printed_day_itself():
    due = due_date(SUNDAY, ONCE, NATIONAL, DAY_ITSELF)
    assert due.due == due.send_by == date(2024, 5, 20)
    assert due.reason == "ngày 20/5/2024: trước ngày 20/5, cơ quan tính cả ngày này"


def test_before_a_month_leaves_the_month_out_whatever_the_committee_chose():
    timing = TimingDraft(
        "trước tháng 6/2024", due=date(2024, 5, 31), printed=date(2024, 6, 1), bound="before"
    )
    assert due_day(timing, ONCE, NATIONAL, DAY_ITSELF) == date(2024, 5, 31)


def test_article_148_forgives_until_the_next_working_day_and_moves_nothing():
    due = due_date(SUNDAY, ONCE, NATIONAL, ARTICLE_148)
    assert (due.due, due.send_by) == (date(2024, 5, 19), date(2024, 5, 17))
    assert due.in_time_until == date(2024, 5, 20)
    assert due.reason.endswith("gửi hết Thứ Hai 20/5 vẫn đúng hạn theo Điều 148 Bộ luật Dân sự")


def test_a_holiday_is_named():
    timing = TimingDraft("chậm nhất ngày 02/9/2026", due=date(2026, 9, 2), bound="by")
    assert due_date(timing, ONCE, NATIONAL).reason == (
        "ngày 2/9/2026: kế hoạch ghi “chậm nhất ngày 02/9/2026”; là ngày nghỉ (Quốc khánh), "
        "nên gửi chậm nhất Thứ Sáu 28/8"
    )


def test_a_year_that_is_not_announced_is_said_to_be_provisional():
    due = due_date(TimingDraft("ngày 20/5/2027", due=date(2027, 5, 20)), ONCE, NATIONAL)
    assert due.provisional
    assert due.reason.endswith("lịch nghỉ năm 2027 còn tạm tính")


def test_working_days_wait_for_the_day_of_their_event():
    timing = TimingDraft(
        "trong 05 ngày làm việc kể từ ngày nhận được văn bản",
        awaits="ngày nhận được văn bản",
        bound="within",
        offset=Offset(5, "working-day", "nhận được văn bản"),
    )
    assert due_date(timing, PLAN, NATIONAL).due is None
    assert due_date(timing, PLAN, NATIONAL).reason == "chưa có hạn: chờ ngày nhận được văn bản"
    due = due_date(timing, PLAN, NATIONAL, since=date(2024, 4, 25))
    assert due.due == date(2024, 5, 6), "26/4, 2/5, 3/5, the Saturday 4/5 that is worked, 6/5"
    assert due.reason == "ngày 6/5/2024: 5 ngày làm việc kể từ ngày 25/4/2024 (nhận được văn bản)"


def test_what_runs_all_the_time_is_never_due():
    due = due_date(TimingDraft("thường xuyên", ongoing=True), PLAN, NATIONAL)
    assert (due.due, due.send_by) == (None, None)
    assert "thường xuyên" in due.reason


def test_soft_words_are_never_told_to_the_head_by_themselves():
    late = Step(days=1, count="working", to=("officer", "head"))
    due, told_from = date(2026, 3, 31), date(2026, 1, 1)
    assert late.escalates
    assert step_day(late, due, told_from, NATIONAL) == date(2026, 4, 1)
    assert step_day(late, due, told_from, NATIONAL, soft=True) is None
    timing = TimingDraft("đầu năm 2026", due=date(2026, 3, 31), soft=True)
    assert due_date(timing, ONCE, NATIONAL).soft
    assert "không tự báo lên cấp trên" in due_date(timing, ONCE, NATIONAL).reason


# What holds of every timing.

EVERY = st.sampled_from([None, "week", "month", "quarter", "half-year", "year"])


@st.composite
def timings(draw: st.DrawFn) -> TimingDraft:
    every = draw(EVERY)
    printed = draw(st.dates(date(2024, 1, 2), date(2026, 12, 31)))
    strictly = draw(st.booleans()) and every != "week"
    due = printed - timedelta(days=1) if strictly else printed
    start = period_start(due, every) if every else None
    return TimingDraft(
        f"trước ngày {printed.day}/{printed.month}" if strictly else f"ngày {printed.day}/{printed.month}",
        start=start,
        due=due,
        every=every,
        printed=printed if strictly else None,
        bound="before" if strictly else "by",
    )


def planned(timing: TimingDraft) -> list[tuple[str, date | None]]:
    task = TaskDraft(("1",), "task", "Việc", timings=(timing,))
    period = PlanPeriod(date(2024, 1, 1), date(2027, 12, 31))
    return [(one.period, one.due) for one in expand(task, [1], period, date(2024, 1, 1))]


@given(timings())
def test_due_dates_are_those_that_publishing_lays_out(timing):
    for period, due in planned(timing):
        assert due_date(timing, period, NATIONAL).due == due


@given(timings(), st.sampled_from([Options(), DAY_ITSELF, ARTICLE_148]))
def test_a_due_date_is_never_moved_earlier_than_printed(timing, options):
    for period, due in planned(timing):
        found = due_date(timing, period, NATIONAL, options)
        assert found.due is not None
        assert found.due >= due
        assert found.send_by <= found.due <= found.in_time_until
        assert NATIONAL.works(found.send_by)
        assert NATIONAL.working_days(found.send_by, found.due) == 0, "no working day is given away"


@given(timings(), st.sampled_from([Options(), DAY_ITSELF, ARTICLE_148]))
def test_computing_again_gives_the_same(timing, options):
    for period, _ in planned(timing):
        once = due_date(timing, period, NATIONAL, options)
        assert due_date(timing, period, NATIONAL, options) == once


@given(
    st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.sampled_from(["month", "quarter", "half-year", "year"])
)
def test_stepping_keeps_the_end_of_the_period(day, every):
    start = period_start(day, every)
    timing = TimingDraft("cuối kỳ", start=start, due=period_end(start, every), every=every)
    for period, due in planned(timing):
        assert due == due_date(timing, period, NATIONAL).due
        assert (due + timedelta(days=1)).day == 1, f"{period}: {due} ends a month"


@given(st.integers(1, 31), st.integers(1, 12))
def test_stepping_months_cuts_to_the_length_of_the_month(day, month):
    first = date(2024, 1, day)
    moved = add_months(first, month)
    last = (add_months(date(2024, 1, 1), month + 1) - timedelta(days=1)).day
    assert moved.day == min(day, last)


# The command.


def run(*arguments: str):
    return CliRunner().invoke(main, ["due", *arguments])


PLAN_OF_2024 = ("--plan-start", "2024-01-01", "--plan-end", "2024-12-31", "--issued", "2024-01-15")


def test_the_command_prints_each_period_with_its_reason():
    done = run("trước ngày 20/5 và 15/11 hằng năm", *PLAN_OF_2024, "--json")
    assert done.exit_code == 0
    first, second = json.loads(done.stdout)["due"]
    assert (first["period"], first["due"], first["send_by"]) == ("2024", "2024-05-19", "2024-05-17")
    assert first["reason"].endswith("là Chủ nhật, nên gửi chậm nhất Thứ Sáu 17/5")
    assert second["due"] == "2024-11-14"


def test_the_command_prints_a_line_a_period_for_people():
    done = run("hằng quý", *PLAN_OF_2024)
    assert [line[:7] for line in done.stdout.splitlines()] == ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"]


def test_the_command_takes_the_readings_of_a_committee():
    done = run("trước ngày 20/5", *PLAN_OF_2024, "--before-means-on", "--json")
    assert json.loads(done.stdout)["due"][0]["due"] == "2024-05-20"
    done = run("trước ngày 20/5", *PLAN_OF_2024, "--article-148", "--json")
    assert json.loads(done.stdout)["due"][0]["in_time_until"] == "2024-05-20"


@pytest.mark.parametrize("words", ["", "xin chào", "Phòng Tư pháp"])
def test_the_command_says_when_nothing_was_read(words):
    done = run(words, *PLAN_OF_2024)
    assert done.exit_code == 1
    assert "Không đọc được" in done.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ("--issued", "9999-12-31"),
        ("--plan-start", "2025-01-01", "--plan-end", "2024-01-01"),
        ("--issued", "hôm qua"),
    ],
)
def test_the_command_refuses_days_that_no_plan_can_mean(wrong):
    assert run("hằng quý", *wrong).exit_code == 2
