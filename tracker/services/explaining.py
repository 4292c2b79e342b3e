"""Yêu cầu giải trình: a leader or whoever follows the plan up asks, with a date of its own; the holder answers once.

The answer is kept on the assignment. Asking changes neither the due date nor the state of the work.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.deadlines.wording import day_words
from tracker.errors import Forbidden, Invalid, Refused
from tracker.extensions import db
from tracker.services.asked import assignment_of, iso, loaded, touch, words_needed
from tracker.services.assignment_deed import changing, note
from tracker.store.models import Explanation
from tracker.store.queries.calendar import calendar_of


def ask(actor: Actor, assignment_id: int, question: str, due_on: date | None, *, at: datetime) -> None:
    """Ask the holder why; by a working day from tomorrow on."""
    with changing(actor, "ask-explanation", assignment_id) as work:
        touch(work, at)
        assert actor.id is not None
        if _open_of(work.id, actor.id):
            raise Refused(
                "Đồng chí đã yêu cầu giải trình việc này và đơn vị chưa trả lời. "
                "Xin chờ trả lời, hoặc rút yêu cầu đó rồi gửi lại.",
                code="explanation-open",
            )
        question = words_needed(question, "Xin ghi nội dung cần giải trình.", "no-question")
        due = _refuse_day(due_on, vietnam_day(at), work.committee_id)
        db.session.add(
            Explanation(
                assignment_id=work.id, asked_by_id=actor.id, asked_at=at, question=question, due_on=due
            )
        )
        note(actor, work, "explanation-asked", at, {**iso(due_on=due), "question": question})


def answer(actor: Actor, explanation_id: int, text: str, *, at: datetime) -> None:
    """Staff of the holder answers, once."""
    with changing(actor, "explain", assignment_of(Explanation, explanation_id)) as work:
        touch(work, at)
        one = _open(explanation_id)
        one.answer = words_needed(text, "Xin ghi nội dung giải trình.", "no-answer")
        one.answered_by_id, one.answered_at = actor.id, at
        late = vietnam_day(at) > one.due_on
        note(actor, work, "explained", at, {"answer": one.answer, "late": late, **iso(due_on=one.due_on)})


def withdraw(actor: Actor, explanation_id: int, *, at: datetime) -> None:
    """Whoever asked needs no answer any more."""
    with changing(actor, "withdraw-explanation", assignment_of(Explanation, explanation_id)) as work:
        touch(work, at)
        one = _open(explanation_id)
        if one.asked_by_id != actor.id:
            raise Forbidden("Chỉ người đã yêu cầu giải trình mới rút được yêu cầu này.")
        one.withdrawn_at = at
        note(actor, work, "explanation-withdrawn", at, {})


def _open_of(assignment_id: int, person_id: int) -> bool:
    query = select(Explanation.id).where(
        Explanation.assignment_id == assignment_id,
        Explanation.asked_by_id == person_id,
        Explanation.answered_at.is_(None),
        Explanation.withdrawn_at.is_(None),
    )
    return db.session.scalar(query.limit(1)) is not None


def _open(explanation_id: int) -> Explanation:
    one = loaded(Explanation, explanation_id)
    if one.answered_at is not None or one.withdrawn_at is not None:
        raise Refused(
            "Yêu cầu giải trình này đã được trả lời hoặc đã rút. Xin xem lại trạng thái mới.",
            code="explanation-closed",
        )
    return one


def _refuse_day(day: date | None, today: date, committee_id: int) -> date:
    if day is None:
        raise Invalid("Xin ghi ngày cần có giải trình, ví dụ 20/5/2026.", code="no-day")
    if day <= today:
        raise Invalid("Ngày cần có giải trình phải từ ngày mai trở đi.", code="day-past")
    calendar = calendar_of(db.session, committee_id)
    if not calendar.works(day):
        following = calendar.at_or_after(day)
        raise Invalid(
            f"{day_words(day)} là ngày nghỉ. Xin chọn ngày làm việc, ví dụ {day_words(following)}.",
            code="day-off",
        )
    return day
