"""Doubts that need no document: a row in, what a person must look at out. The table of all codes stands
here, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tracker.drafts.model import Doubt, TaskDraft
from tracker.vietnamese.forms import fold

# Every code that a row or a whole reading may carry, with the sentence that the page shows.
DOUBT_WORDS: Mapping[str, str] = {
    "no-lead": "Chưa rõ đơn vị chủ trì. Xin chọn.",
    "committee-lead": "Chủ trì là Ủy ban nhân dân hoặc Chủ tịch. Xin chọn đơn vị trực tiếp thực hiện.",
    "vague-unit": "Tên đơn vị còn chung chung. Xin chọn các đơn vị cụ thể.",
    "cut-unit": "Tên đơn vị có thể bị cắt. Xin kiểm tra.",
    "no-date": "Chưa có thời hạn. Xin nhập hoặc để trống nếu làm thường xuyên.",
    "vague-time": "Thời hạn chưa rõ ngày. Xin nhập ngày cụ thể.",
    "unread-time": "Không đọc được thời hạn. Xin nhập.",
    "invalid-date": "Ngày không có trong lịch. Xin sửa.",
    "end-before-start": "Ngày kết thúc trước ngày bắt đầu. Xin sửa.",
    "soft-date": "Thời hạn ước chừng (đầu, giữa, cuối …). Xin xem lại ngày.",
    "awaits-event": "Thời hạn chờ một việc khác. Xin nhập ngày khi việc đó xảy ra.",
    "two-readings": "Có thể hiểu theo hai cách. Xin chọn.",
    "no-recipient": "Chưa rõ báo cáo gửi cho ai. Xin nhập.",
    "unread-table": "Có bảng chưa được đọc thành nhiệm vụ. Xin kiểm tra và nhập thêm.",
    "unread-annex": "Có phụ lục chưa được đọc thành nhiệm vụ. Xin kiểm tra và nhập thêm.",
    "wrong-level": "Chủ trì là cơ quan cấp trên. Xin chọn đơn vị thuộc cấp ban hành kế hoạch.",
    "past-date": "Thời hạn trước năm ban hành kế hoạch. Xin kiểm tra.",
    "low-confidence": "Chữ quét chưa rõ. Xin đối chiếu với bản gốc.",
    "torn-sentence": "Câu có thể bị ngắt dòng. Xin đối chiếu với bản gốc.",
    "duplicate": "Có thể trùng với một dòng khác. Xin giữ lại một dòng.",
    "several-doers": "Trong mục có nhiều đơn vị thực hiện. Xin kiểm tra đơn vị chủ trì.",
    "section-no-lead": "Nhiều việc trong một mục chưa ghi đơn vị chủ trì. Xin giao đơn vị cho từng việc.",
    "section-committee-lead": "Nhiều việc ghi Ủy ban nhân dân chủ trì. Xin giao đơn vị trực tiếp thực hiện.",
    "section-awaits": "Nhiều việc trong một mục cùng chờ một việc khác. Xin nhập ngày khi việc đó xảy ra.",
    "section-vague-unit": "Nhiều việc ghi tên đơn vị còn chung chung. Xin chọn các đơn vị cụ thể.",
    "section-wrong-level": "Nhiều việc ghi cơ quan cấp trên chủ trì. Xin kiểm tra.",
    "section-no-date": "Nhiều việc trong một mục chưa có thời hạn. Xin nhập, hoặc để trống.",
    "not-a-plan": "Văn bản có vẻ không phải là kế hoạch. Xin kiểm tra trước khi nhập.",
    "cited-dates": "Một văn bản được viện dẫn với nhiều ngày khác nhau. Xin kiểm tra.",
    "no-tasks": "Không tìm thấy nhiệm vụ nào trong tệp. Xin kiểm tra tệp hoặc nhập tay.",
    "no-title": "Chưa có nội dung nhiệm vụ. Xin nhập.",
}

COMMITTEE = re.compile(
    r"(?:ubnd|uy ban nhan dan)(?:\s+(?:tinh|huyen|thi xa|thanh pho|quan|xa|phuong|"
    r"thi tran)\b(?!,)(?:\s+\S+){0,4})?$"
    r"|(?:pho\s+)?chu tich\b.*"
)
VAGUE = re.compile(
    r"(?:cac\s+)?(?:co quan|don vi|phong|so|ban|nganh|dia phuong|to chuc)\b.*\blien quan\b|"
    r"(?:cac\s+)?(?:co quan|don vi)(?:,\s*(?:co quan|don vi|to chuc|dia phuong))*$"
)


# A name cannot end in a word that another one must follow.
CUT = re.compile(
    r".*(?:^|\s)(?:và|được|của|các|(?<!trực )thuộc|với|cho|về|như|theo|trong|sự|những|Liên hiệp)$"
    r"|^(?:Bộ|Sở)\b.*,\s*(?:Bộ|Sở)$"
)


def doubts_of(task: TaskDraft) -> tuple[Doubt, ...]:
    """What the row itself leaves open, field by field."""
    return (*_of_title(task), *_of_leads(task), *_of_timings(task), *_of_recipient(task))


def _of_title(task: TaskDraft) -> Iterator[Doubt]:
    if not task.title.strip():
        yield Doubt("no-title", "title")


def _of_leads(task: TaskDraft) -> Iterator[Doubt]:
    if not task.leads:
        yield Doubt("no-lead", "leads")
    for lead in task.leads:
        folded = fold(lead)
        if COMMITTEE.fullmatch(folded):
            yield Doubt("committee-lead", "leads", lead)
        elif VAGUE.match(folded):
            yield Doubt("vague-unit", "leads", lead)
    for name, units in (("leads", task.leads), ("partners", task.partners)):
        yield from (Doubt("cut-unit", name, unit) for unit in units if CUT.match(unit))


def _of_timings(task: TaskDraft) -> Iterator[Doubt]:
    if not task.timings and task.kind != "responsibility":
        yield Doubt("no-date", "timings")
    for timing in task.timings:
        if timing.start and timing.due and timing.due < timing.start:
            yield Doubt("end-before-start", "timings", timing.text)
        if timing.soft:
            yield Doubt("soft-date", "timings", timing.text)
        if timing.awaits:
            yield Doubt("awaits-event", "timings", timing.awaits)


def _of_recipient(task: TaskDraft) -> Iterator[Doubt]:
    if task.kind == "report" and not task.recipient:
        yield Doubt("no-recipient", "recipient")
