"""Dates, periods and standings in the words of the office: values in, Vietnamese text out.

Pages, letters, calendars and reports say the same thing in the same words because they all ask here.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from tracker.clock import vietnam_time
from tracker.progress.standing import Standing

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
HALVES = {"1": "6 tháng đầu năm", "2": "6 tháng cuối năm"}
QUARTERS = {"1": "Quý I", "2": "Quý II", "3": "Quý III", "4": "Quý IV"}
UNIT_KINDS = {
    "committee": "Cơ quan chủ quản",
    "office": "Phòng, ban",
    "commune": "Xã, phường, thị trấn",
    "agency": "Cơ quan ngành dọc",
    "organisation": "Mặt trận, đoàn thể",
    "other": "Đơn vị khác",
}
ROLES = {
    "admin": "Quản trị hệ thống",
    "manager": "Quản lý danh mục",
    "coordinator": "Theo dõi kế hoạch",
    "head": "Người đứng đầu",
    "officer": "Phụ trách",
    "leader": "Lãnh đạo",
    "viewer": "Xem tiến độ",
}

PERIOD = re.compile(
    r"(?P<year>\d{4})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|W(?P<week>\d\d)|(?P<month>\d\d)))?"
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


def time_words(moment: datetime) -> str:
    """16 giờ 58, in Vietnam time"""
    local = vietnam_time(moment)
    return f"{local.hour} giờ {local.minute:02d}"


def moment_words(moment: datetime) -> str:
    """15/5/2026, 16 giờ 58, in Vietnam time"""
    return f"{plain_day(vietnam_time(moment).date())}, {time_words(moment)}"


def period_words(period: str) -> str:
    """`2026-Q3` is Quý III/2026; a piece of work that comes once, or has no due date, has no period to name."""
    found = PERIOD.fullmatch(period)
    if not found:
        return ""
    year = found["year"]
    if found["half"]:
        return f"{HALVES[found['half']]} {year}"
    if found["quarter"]:
        return f"{QUARTERS[found['quarter']]}/{year}"
    if found["week"]:
        return f"tuần {int(found['week'])}/{year}"
    if found["month"]:
        return f"tháng {int(found['month'])}/{year}"
    return f"năm {year}"


def standing_words(standing: Standing, *, undated: bool = False) -> str:
    """The state of an assignment as people read it: `quá 3 ngày làm việc`, `đã xong, đúng hạn`.

    Zero working days left or over (a weekend lies between) are not counted out: the state alone is said.
    """
    code, days = standing.code, standing.days
    if code == "open" or code == "soon":
        return _left(days)
    if code == "accepted":
        return "đã xong" if undated else "đã xong, đúng hạn"
    told = f" {days} ngày làm việc" if days else ""
    words = {
        "today": "hạn hôm nay",
        "overdue": f"quá{told}" if told else "quá hạn",
        "submitted": "chờ duyệt" if days is None else f"chờ duyệt, gửi muộn{told}",
        "late": f"đã xong, muộn{told}",
        "waiting": f"đang chờ · đã chờ {days} ngày" if days else "đang chờ",
        "excused": "không áp dụng",
    }
    return words[code]


def _left(days: int | None) -> str:
    if days is None:
        return "không có hạn"
    return f"còn {days} ngày làm việc" if days else "sắp đến hạn"


def size_words(size: int) -> str:
    """312 kB, 1,4 MB"""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB" if size else "0 kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")
