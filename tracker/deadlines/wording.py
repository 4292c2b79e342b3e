"""Days and periods in the words of the office; reasons, pages, letters and calendars all say them so."""

from __future__ import annotations

import re
from datetime import date

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
HALVES = {"1": "6 tháng đầu năm", "2": "6 tháng cuối năm"}
QUARTERS = {"1": "Quý I", "2": "Quý II", "3": "Quý III", "4": "Quý IV"}
PERIOD = re.compile(
    r"(?P<year>\d{4})(?:-(?:H(?P<half>[12])|(?P<nine>9M)|Q(?P<quarter>[1-4])|W(?P<week>\d\d)|(?P<month>\d\d)))?"
)


def weekday(day: date) -> str:
    """Thứ Sáu"""
    return WEEKDAYS[day.weekday()]


def plain_day(day: date) -> str:
    """15/5/2026"""
    return f"{day.day}/{day.month}/{day.year}"


def day_words(day: date) -> str:
    """Thứ Sáu 15/5/2026"""
    return f"{weekday(day)} {plain_day(day)}"


def short_day(day: date) -> str:
    """15/5"""
    return f"{day.day}/{day.month}"


def period_words(period: str) -> str:
    """`2026-Q3` is Quý III/2026; a piece of work that comes once, or has no due date, has no period to name."""
    found = PERIOD.fullmatch(period)
    if not found:
        return ""
    year = found["year"]
    if found["half"]:
        return f"{HALVES[found['half']]} {year}"
    if found["nine"]:
        return f"9 tháng đầu năm {year}"
    if found["quarter"]:
        return f"{QUARTERS[found['quarter']]}/{year}"
    if found["week"]:
        return f"tuần {int(found['week'])}/{year}"
    if found["month"]:
        return f"tháng {int(found['month'])}/{year}"
    return f"năm {year}"
