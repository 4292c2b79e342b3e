"""Notices in the words of the office: what a step told and whom, and why a unit is listed as not reading."""

from __future__ import annotations

from datetime import date

from tracker.progress.reading import BOUNCED, NO_ADDRESS, NOBODY, Unread
from tracker.sheets.words import plain_day

# The same for every unit: to those outside the committee's orders nothing is given and nothing demanded.
_TOLD_ONCE = {
    "published": "báo việc mới khi ban hành kế hoạch",
    "returned": "báo minh chứng bị trả lại",
    "event": "báo sự kiện đã đến, việc có hạn",
    "moved": "báo hạn thay đổi",
    "dropped": "báo việc không còn phải thực hiện",
    "inherited": "báo việc tiếp nhận do sắp xếp đơn vị",
    "extension": "trả lời về gia hạn",
    "explain": "báo nội dung cần giải trình",
    "wait": "báo có đơn vị đang chờ",
    "handback": "trả lời về việc không thuộc đơn vị",
    "given": "báo việc chuyển đến từ đơn vị khác",
    "bounced": "báo địa chỉ thư không nhận được",
    "ongoing": "hỏi tình hình trước kỳ báo cáo",
}
_HIGHER = {
    "head": "báo người đứng đầu",
    "coordinator": "báo đơn vị theo dõi",
    "leader": "báo lãnh đạo",
}


def step_told(step: str, role: str = "") -> str:
    """`nhắc trước hạn 7 ngày`; `báo người đứng đầu sau hạn 1 ngày làm việc`, where the recipient is one"""
    days = _days(step)
    if days is None:
        return _TOLD_ONCE.get(step.partition("-")[0], step)
    if days < 0:
        return f"nhắc trước hạn {-days} ngày"
    if days == 0:
        return "nhắc đúng ngày hạn"
    return f"{_HIGHER.get(role, 'nhắc')} sau hạn {days} ngày làm việc"


def tells_due(step: str) -> bool:
    """Whether the day of the notice is a due day of the work, and not the day of what happened."""
    return _days(step) is not None or step.partition("-")[0] in ("moved", "dropped")


def _days(step: str) -> int | None:
    """Of a step of the ladder, so many days after the due day; None of what is told once."""
    try:
        return int(step)
    except ValueError:
        return None


def unread_words(one: Unread) -> str:
    """Why the unit is listed, all reasons in one sentence without its full stop."""
    return "; ".join(_why(one, why) for why in one.whys)


def _why(one: Unread, why: str) -> str:
    names = ", ".join(one.names)
    if why == NOBODY:
        return (
            "chưa có ai nhận thư của đơn vị"
            if not one.unit.readers
            else "người nhận thư vắng mặt, không ai làm thay"
        )
    if why == NO_ADDRESS:
        return f"địa chỉ thư của {names} không gửi được"
    if why == BOUNCED:
        return f"thư gửi {names} bị trả lại từ {_day(one.since)}"
    return _quiet(one)


def _quiet(one: Unread) -> str:
    seen = one.unit.seen
    off = f" ({', '.join(one.late_only)} đã tắt thư nhắc việc chưa quá hạn)" if one.late_only else ""
    if seen is None:
        return f"chưa ai mở liên kết, mở trang hay tải lịch lần nào{off}"
    return f"không ai mở liên kết, mở trang hay tải lịch sau ngày {_day(seen)}{off}"


def _day(day: date | None) -> str:
    return plain_day(day) if day else ""


def unread_deed(one: Unread) -> str:
    """What to do about it, the first thing first."""
    return {
        NOBODY: "Gọi cho đơn vị, hỏi ai phụ trách, rồi thêm người nhận thư.",
        NO_ADDRESS: "Hỏi địa chỉ đúng rồi sửa trên trang của người ấy.",
        BOUNCED: "Hỏi địa chỉ đúng rồi sửa; đổi địa chỉ là hết dấu đỏ.",
    }.get(one.why, "Gọi nhắc đơn vị mở thư hoặc đăng nhập xem việc.")
