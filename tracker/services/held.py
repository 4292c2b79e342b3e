"""What is held: the work of a plan that is over, or of a period that was closed. Nothing of it changes then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.clock import vietnam_day
from tracker.deadlines.reports import reporting_period
from tracker.deadlines.wording import period_words, plain_day
from tracker.errors import Refused
from tracker.extensions import db
from tracker.store.models import Assignment, PeriodClosing, Person, Plan

ENDINGS = {"closed": "đã kết thúc", "withdrawn": "đã bãi bỏ"}


@dataclass(frozen=True)
class Held:
    """Why nothing changes: `code` is closed-period, or plan-closed, plan-withdrawn; `period` is the closed one."""

    code: str
    person: str
    at: datetime | None
    period: str = ""

    @property
    def words(self) -> str:
        """What a page says and a refusal, with the way out where there is one."""
        who = f", người thực hiện: {self.person}" if self.person else ""
        if self.code == "closed-period":
            period = f"Kỳ {period_words(self.period)}" if period_words(self.period) else "Kỳ này"
            return f"{period} đã chốt{self._when}{who}. Cần sửa, xin đề nghị mở lại kỳ."
        ending = ENDINGS[self.code.removeprefix("plan-")]
        return f"Kế hoạch {ending}{self._when}{who}. Việc của kế hoạch không thay đổi được nữa."

    @property
    def _when(self) -> str:
        return f" ngày {plain_day(vietnam_day(self.at))}" if self.at else ""


def held(plan: Plan, of: Assignment | str) -> Held | None:
    """Why work of this plan takes no deed, or None where it does. `of`: the work, or a reporting period."""
    if plan.ending:
        return Held(f"plan-{plan.ending}", _name(plan.ended_by_id), plan.ended_at)
    period = of if isinstance(of, str) else reporting_period(of.period, of.timing.label)
    closing = db.session.scalars(
        select(PeriodClosing)
        .where(
            PeriodClosing.plan_id == plan.id,
            PeriodClosing.period == period,
            PeriodClosing.reopened_at.is_(None),
        )
        .limit(1)
    ).first()
    if closing is None:
        return None
    return Held("closed-period", _name(closing.closed_by_id), closing.closed_at, period)


def refuse_held(plan: Plan, of: Assignment | str) -> None:
    """Raise `Refused` with who closed it and when."""
    found = held(plan, of)
    if found is not None:
        raise Refused(found.words, code="held")


def _name(person_id: int | None) -> str:
    person = db.session.get(Person, person_id) if person_id else None
    return person.name if person else ""
