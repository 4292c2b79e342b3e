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
    "no-lead": "Chưa rõ đơn vị chủ trì. Vui lòng chọn.",
    "committee-lead": "Chủ trì là Ủy ban nhân dân hoặc Chủ tịch. Vui lòng chọn đơn vị trực tiếp thực hiện.",
    "vague-unit": "Tên đơn vị còn chung chung. Vui lòng chọn các đơn vị cụ thể.",
    "cut-unit": "Tên đơn vị có thể bị cắt. Vui lòng kiểm tra.",
    "no-date": "Chưa có thời hạn. Vui lòng nhập hoặc để trống nếu làm thường xuyên.",
    "vague-time": "Thời hạn chưa rõ ngày. Vui lòng nhập ngày cụ thể.",
    "unread-time": "Không đọc được thời hạn. Vui lòng nhập.",
    "invalid-date": "Ngày không có trong lịch. Vui lòng sửa.",
    "end-before-start": "Ngày kết thúc trước ngày bắt đầu. Vui lòng sửa.",
    "soft-date": "Thời hạn ước chừng (đầu, giữa, cuối …). Vui lòng xem lại ngày.",
    "awaits-event": "Thời hạn chờ một việc khác. Vui lòng nhập ngày khi việc đó xảy ra.",
    "two-readings": "Có thể hiểu theo hai cách. Vui lòng chọn.",
    "no-recipient": "Chưa rõ báo cáo gửi cho ai. Vui lòng nhập.",
    "unread-table": "Có bảng chưa được đọc thành nhiệm vụ. Vui lòng kiểm tra và nhập thêm.",
    "unread-annex": "Có phụ lục chưa được đọc thành nhiệm vụ. Vui lòng kiểm tra và nhập thêm.",
    "wrong-level": "Chủ trì là cơ quan cấp trên. Vui lòng chọn đơn vị thuộc cấp ban hành kế hoạch.",
    "past-date": "Thời hạn trước năm ban hành kế hoạch. Vui lòng kiểm tra.",
    "low-confidence": "Chữ quét chưa rõ. Vui lòng đối chiếu với bản gốc.",
    "torn-sentence": "Câu có thể bị ngắt dòng. Vui lòng đối chiếu với bản gốc.",
    "duplicate": "Có thể trùng với một dòng khác. Vui lòng giữ lại một dòng.",
    "several-doers": "Trong mục có nhiều đơn vị thực hiện. Vui lòng kiểm tra đơn vị chủ trì.",
    "section-no-lead": "Nhiều việc trong một mục chưa ghi đơn vị chủ trì. Vui lòng giao đơn vị cho từng việc.",
    "section-committee-lead": "Nhiều việc ghi Ủy ban nhân dân chủ trì. Vui lòng giao đơn vị trực tiếp thực hiện.",
    "section-awaits": "Nhiều việc trong một mục cùng chờ một việc khác. Vui lòng nhập ngày khi việc đó xảy ra.",
    "section-vague-unit": "Nhiều việc ghi tên đơn vị còn chung chung. Vui lòng chọn các đơn vị cụ thể.",
    "section-wrong-level": "Nhiều việc ghi cơ quan cấp trên chủ trì. Vui lòng kiểm tra.",
    "section-no-date": "Nhiều việc trong một mục chưa có thời hạn. Vui lòng nhập, hoặc để trống.",
    "not-a-plan": "Văn bản có vẻ không phải là kế hoạch. Vui lòng kiểm tra trước khi nhập.",
    "cited-dates": "Một văn bản được viện dẫn với nhiều ngày khác nhau. Vui lòng kiểm tra.",
    "no-tasks": "Không tìm thấy nhiệm vụ nào trong tệp. Vui lòng kiểm tra tệp hoặc nhập tay.",
    "no-title": "Chưa có nội dung nhiệm vụ. Vui lòng nhập.",
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
