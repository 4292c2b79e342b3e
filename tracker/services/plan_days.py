"""The days of a plan: since when it is there, until when it runs; what lies outside is refused in words."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from tracker.deadlines.wording import plain_day
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.store.models import PlanVersion


def issued_from(plan_id: int) -> date | None:
    """The day from which the plan is there: its earliest known issue (the first of the month where only that is
    known). None where no version says it."""
    query = select(PlanVersion.issued_on).where(PlanVersion.plan_id == plan_id, PlanVersion.state != "draft")
    days = [day for text in db.session.scalars(query) if (day := _first_day(text)) is not None]
    return min(days, default=None)


def _first_day(text: str) -> date | None:
    for full in (text, f"{text}-01"):
        try:
            return date.fromisoformat(full)
        except ValueError:
            continue
    return None


def ends_on(plan_id: int) -> date | None:
    """The last day of the plan's period, as its published version says; None for an open end."""
    query = select(PlanVersion.period_end).where(
        PlanVersion.plan_id == plan_id, PlanVersion.state == "published"
    )
    return db.session.scalar(query)


def refuse_receipt_outside(plan_id: int, day: date, today: date) -> None:
    """A day of receipt lies between the plan's issue and today."""
    if day > today:
        raise Invalid("Ngày nhận không thể ở trong tương lai.", code="future-receipt")
    issued = issued_from(plan_id)
    if issued is not None and day < issued:
        raise Invalid(
            f"Ngày nhận {plain_day(day)} trước ngày ban hành kế hoạch ({plain_day(issued)}). "
            "Xin kiểm tra lại ngày.",
            code="receipt-before-plan",
        )


def refuse_due_outside(plan_id: int, day: date, today: date) -> None:
    """A due day that is given by hand is not over yet and lies in the plan's period."""
    if day < today:
        raise Invalid(
            f"Hạn {plain_day(day)} đã qua. Xin chọn ngày từ {plain_day(today)} trở đi.",
            code="due-in-the-past",
        )
    last = ends_on(plan_id)
    if last is not None and day > last:
        raise Invalid(
            f"Hạn {plain_day(day)} sau ngày kết thúc kế hoạch ({plain_day(last)}). "
            "Xin chọn ngày sớm hơn, hoặc sửa thời kỳ ở bản mới của kế hoạch.",
            code="due-after-plan",
        )
