"""Dates, periods and standings in words."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.clock import at_vietnam
from tracker.progress.standing import Standing
from tracker.sheets.words import day_words, moment_words, period_words, short_day, size_words, standing_words


def test_a_day_has_its_weekday_and_no_zero_in_front():
    assert day_words(date(2026, 5, 5)) == "Thứ Ba 5/5/2026"
    assert day_words(date(2026, 5, 31)) == "Chủ Nhật 31/5/2026"
    assert short_day(date(2026, 1, 2)) == "2/1"


def test_a_moment_is_told_in_vietnam_time():
    assert moment_words(at_vietnam(date(2026, 5, 18), 14, 5)) == "18/5/2026, 14 giờ 05"
    assert moment_words(at_vietnam(date(2026, 5, 18), 0, 30)) == "18/5/2026, 0 giờ 30"


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2026", "năm 2026"),
        ("2026-H1", "6 tháng đầu năm 2026"),
        ("2026-H2", "6 tháng cuối năm 2026"),
        ("2026-Q3", "Quý III/2026"),
        ("2026-07", "tháng 7/2026"),
        ("2026-W09", "tuần 9/2026"),
        ("once", ""),
        ("plan", ""),
    ],
)
def test_a_period_is_named_by_the_time_that_it_covers(period, words):
    assert period_words(period) == words


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing("open", 93), "còn 93 ngày làm việc"),
        (Standing("soon", 5), "còn 5 ngày làm việc"),
        (Standing("soon", 0), "sắp đến hạn"),
        (Standing("open"), "không có hạn"),
        (Standing("today", 0), "hạn hôm nay"),
        (Standing("overdue", 3), "quá 3 ngày làm việc"),
        (Standing("overdue", 0), "quá hạn"),
        (Standing("submitted"), "chờ duyệt"),
        (Standing("submitted", 2), "chờ duyệt, gửi muộn 2 ngày làm việc"),
        (Standing("accepted"), "đã xong, đúng hạn"),
        (Standing("late", 2), "đã xong, muộn 2 ngày làm việc"),
        (Standing("late", 0), "đã xong, muộn"),
        (Standing("waiting", 12), "đang chờ · đã chờ 12 ngày"),
        (Standing("waiting"), "đang chờ"),
        (Standing("excused"), "không áp dụng"),
    ],
)
def test_a_standing_is_told_in_one_way(standing, words):
    assert standing_words(standing) == words


def test_work_without_a_due_date_is_done_without_being_on_time():
    assert standing_words(Standing("accepted"), undated=True) == "đã xong"


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 kB"), (300, "1 kB"), (312_000, "312 kB"), (1_400_000, "1,4 MB")]
)
def test_a_file_size_is_short(size, words):
    assert size_words(size) == words
