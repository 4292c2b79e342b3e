"""The ladder of notices in the words of the office: steps, rhythm, recipients, and for which work it holds."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.deadlines.ladder import WORKING, Rhythm, Step

RECIPIENTS = {
    "officer": "người phụ trách",
    "head": "người đứng đầu đơn vị",
    "coordinator": "đơn vị theo dõi kế hoạch",
    "leader": "lãnh đạo",
}
KINDS = {"task": "nhiệm vụ", "report": "báo cáo", "responsibility": "trách nhiệm"}
# What a letter tells of a piece of work beside the steps of its ladder, which are numbers of days.
TOLD = {
    "published": "việc mới ban hành",
    "returned": "minh chứng bị trả lại",
    "extension": "trả lời về gia hạn",
    "event": "sự kiện đã đến",
    "explain": "nội dung cần giải trình",
    "wait": "có đơn vị đang chờ",
    "handback": "trả lời về việc không thuộc đơn vị",
    "given": "việc chuyển đến",
    "inherited": "tiếp nhận do sắp xếp đơn vị",
    "ongoing": "hỏi tình hình để báo cáo",
    "moved": "đổi hạn",
    "dropped": "không còn phải thực hiện",
    "bounced": "địa chỉ thư không nhận được",
}


def step_words(step: Step) -> str:
    """Trước hạn 7 ngày; Đúng ngày hạn; Sau hạn 3 ngày làm việc"""
    if step.days == 0:
        return "Đúng ngày hạn"
    if step.escalates:
        return f"Sau hạn {step.days} ngày làm việc"
    return f"Trước hạn {-step.days} ngày{' làm việc' if step.count == WORKING else ''}"


def rhythm_words(rhythm: Rhythm) -> str:
    """Còn quá hạn thì nhắc lại sau 1, 3, 7 ngày làm việc, rồi cứ 5 ngày làm việc một lần"""
    after = ", ".join(map(str, rhythm.after))
    return f"Còn quá hạn thì nhắc lại sau {after} ngày làm việc, rồi cứ {rhythm.every} ngày làm việc một lần"


def recipients_words(roles: Sequence[str]) -> str:
    """người phụ trách, người đứng đầu đơn vị"""
    return ", ".join(RECIPIENTS[role] for role in roles)


def told_words(code: str) -> str:
    """What a recorded step tells: `nhắc trước hạn`, `quá hạn 3 ngày làm việc`, `nội dung cần giải trình`"""
    if code == "0":
        return "đến hạn"
    if code.startswith("-"):
        return "nhắc trước hạn"
    if code.startswith("+"):
        return f"quá hạn {code[1:]} ngày làm việc"
    return TOLD.get(code.partition("-")[0], "báo tin")


def scope_words(scope: str) -> str:
    """What a ladder is called by the work that it holds for; empty is the one that comes with the program."""
    whole, _colon, rest = scope.partition(":")
    _plan, _colon, kind = rest.partition(":")
    return {
        "": "thang mặc định",
        "committee": "thang chung của cơ quan",
        "kind": f"thang riêng cho {KINDS.get(rest, rest)}",
        "plan": f"thang riêng cho {KINDS.get(kind, kind)} của kế hoạch" if kind else "thang của kế hoạch",
        "task": "thang riêng của nhiệm vụ",
    }[whole]
