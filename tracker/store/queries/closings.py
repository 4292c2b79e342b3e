"""What is closed: reporting periods of plans, with who closed them and what was kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import vietnam_day
from tracker.deadlines.reports import reporting_period
from tracker.store.engine import AnySession
from tracker.store.models import PeriodClosing, Plan, Task, Timing
from tracker.store.queries.units import person_names


@dataclass(frozen=True)
class ClosingRow:
    """One closing of a period; `reopened_at` where it was opened again, with the reason."""

    id: int
    period: str
    closed_by: str
    closed_at: datetime
    figures: dict[str, Any]
    reopened_by: str
    reopened_at: datetime | None
    reason: str


def closings(session: AnySession, plan_id: int) -> list[ClosingRow]:
    """Every closing of the plan's periods, the newest first."""
    query = select(PeriodClosing).where(PeriodClosing.plan_id == plan_id).order_by(PeriodClosing.id.desc())
    found = list(session.scalars(query))
    people = person_names(session, [p for one in found for p in (one.closed_by_id, one.reopened_by_id)])
    return [
        ClosingRow(
            id=one.id,
            period=one.period,
            closed_by=people.get(one.closed_by_id, ""),
            closed_at=one.closed_at,
            figures=one.figures,
            reopened_by=people.get(one.reopened_by_id or 0, ""),
            reopened_at=one.reopened_at,
            reason=one.reason,
        )
        for one in found
    ]


@dataclass(frozen=True)
class Closed:
    """Which reporting periods are closed, and since which day."""

    days: Mapping[tuple[int, str], date]

    def on(self, plan_id: int, period: str, label: str) -> date | None:
        """The day on which the period of this work was closed; None where it is open."""
        return self.days.get((plan_id, reporting_period(period, label))) if self.days else None


def closed(session: AnySession, plan_ids: Collection[int] | None = None) -> Closed:
    """What is closed now: of these plans, or of all."""
    query = select(PeriodClosing.plan_id, PeriodClosing.period, PeriodClosing.closed_at).where(
        PeriodClosing.reopened_at.is_(None)
    )
    if plan_ids is not None:
        query = query.where(PeriodClosing.plan_id.in_(list(plan_ids)))
    return Closed({(plan_id, period): vietnam_day(at) for plan_id, period, at in session.execute(query)})


def held_since(session: AnySession) -> Callable[[int, int, str], date | None]:
    """`held_since(session)(plan, timing, period)`: the day since which work of theirs is held, because its plan has
    ended or its reporting period is closed; None where it goes on."""
    over = {
        plan_id: vietnam_day(at)
        for plan_id, at in session.execute(select(Plan.id, Plan.ended_at).where(Plan.ending != ""))
        if at is not None
    }
    shut = closed(session)
    query = select(Timing.id, Timing.label).join(Task, Task.id == Timing.task_id)
    plans = {plan_id for plan_id, _period in shut.days}
    labels = dict(session.execute(query.where(Task.plan_id.in_(plans))).all()) if plans else {}

    def since(plan_id: int, timing_id: int, period: str) -> date | None:
        ended = over.get(plan_id)
        return ended or shut.on(plan_id, period, labels.get(timing_id, ""))

    return since
