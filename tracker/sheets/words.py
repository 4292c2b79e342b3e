"""Dates, periods and standings in the words of the office: values in, Vietnamese text out.

Pages, letters, calendars and reports say the same thing in the same words because they all ask here.
"""

from __future__ import annotations

from datetime import datetime

from tracker.clock import vietnam_time
from tracker.deadlines.wording import day_words, period_words, plain_day, short_day, weekday
from tracker.progress.standing import Standing

__all__ = [
    "FIGURES",
    "ROLES",
    "UNIT_KINDS",
    "day_words",
    "moment_words",
    "period_words",
    "plain_day",
    "short_day",
    "size_words",
    "standing_words",
    "time_words",
    "weekday",
]

UNIT_KINDS = {
    "committee": "Cơ quan chủ quản",
    "office": "Phòng, ban",
    "commune": "Xã, phường, thị trấn",
    "agency": "Cơ quan ngành dọc",
    "organisation": "Mặt trận, đoàn thể",
    "other": "Đơn vị khác",
}
FIGURES = {
    "on-time": "Đúng hạn, theo hạn hiện nay",
    "on-time-first": "Đúng hạn, theo hạn ban đầu",
    "done-of-due": "Đã xong, trong số đã đến hạn",
    "done-of-all": "Đã xong, trong tất cả việc có hạn",
}
LACKING = {
    "late": "xong muộn",
    "submitted": "đang chờ duyệt",
    "overdue": "quá hạn",
    "today": "hạn hôm nay",
    "soon": "sắp đến hạn",
    "waiting": "đang chờ",
    "open": "trong hạn",
}
LEFT_OUT = {
    "not-due": "chưa đến hạn (chỉ không tính vào ba tỷ lệ đầu)",
    "undated": "không có hạn",
    "done-before": "đã xong trước khi theo dõi",
    "withdrawn": "bản mới của kế hoạch không còn giao",
    "dissolved": "đơn vị giải thể",
    "plan-closed": "kế hoạch kết thúc khi chưa làm",
    "plan-withdrawn": "kế hoạch bãi bỏ",
    "enough": "đã đủ đơn vị khác hoàn thành",
    "not-applicable": "không phải thực hiện",
    "handed-back": "giao nhầm, không phải thực hiện",
    "split": "đã tách thành nhiệm vụ khác",
    "merged": "đã gộp vào nhiệm vụ khác",
}
OTHER_EXCUSE = "không phải thực hiện"
ROLES = {
    "admin": "Quản trị hệ thống",
    "manager": "Quản lý danh mục",
    "coordinator": "Theo dõi kế hoạch",
    "head": "Người đứng đầu",
    "officer": "Phụ trách",
    "leader": "Lãnh đạo",
    "viewer": "Xem tiến độ",
}


def time_words(moment: datetime) -> str:
    """16 giờ 58, in Vietnam time"""
    local = vietnam_time(moment)
    return f"{local.hour} giờ {local.minute:02d}"


def moment_words(moment: datetime) -> str:
    """15/5/2026, 16 giờ 58, in Vietnam time"""
    return f"{plain_day(vietnam_time(moment).date())}, {time_words(moment)}"


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
        "enough": "đã đủ đơn vị hoàn thành",
        "excused": "không áp dụng",
    }
    return words[code]


def lacking_words(code: str, count: int) -> str:
    """2 quá hạn: what of a denominator is not in the numerator."""
    return f"{count} {LACKING.get(code, code)}"


def left_words(why: str, count: int) -> str:
    """3 không có hạn: what a figure does not count, and why."""
    return f"{count} {LEFT_OUT.get(why, OTHER_EXCUSE)}"


def _left(days: int | None) -> str:
    if days is None:
        return "không có hạn"
    return f"còn {days} ngày làm việc" if days else "sắp đến hạn"


def size_words(size: int) -> str:
    """312 kB, 1,4 MB"""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB" if size else "0 kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def both_names(meant: str, now: str) -> str:
    """`UBND xã A, nay là UBND xã D`: whom the plan names and whose work it is; one name where they are the same."""
    return f"{meant}, nay là {now}" if meant and meant != now else now
