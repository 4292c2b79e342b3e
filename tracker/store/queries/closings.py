"""What is closed: reporting periods of plans, with who closed them and what was kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from tracker.clock import vietnam_day
from tracker.store.engine import AnySession
from tracker.store.models import Assignment, PeriodClosing, Plan
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


def closed_periods(
    session: AnySession, plan_ids: Collection[int] | None = None
) -> dict[tuple[int, str], date]:
    """(plan, period) → the day on which it was closed, for those that are closed now."""
    query = select(PeriodClosing.plan_id, PeriodClosing.period, PeriodClosing.closed_at).where(
        PeriodClosing.reopened_at.is_(None)
    )
    if plan_ids is not None:
        query = query.where(PeriodClosing.plan_id.in_(list(plan_ids)))
    return {(plan_id, period): vietnam_day(at) for plan_id, period, at in session.execute(query)}


def ended_plans(session: AnySession, plan_ids: Collection[int]) -> dict[int, date]:
    """Plan → the day on which it ended, for those that are over."""
    query = select(Plan.id, Plan.ended_at).where(Plan.id.in_(list(plan_ids)), Plan.ending != "")
    return {plan_id: vietnam_day(at) for plan_id, at in session.execute(query) if at is not None}


def not_held() -> tuple[ColumnElement[bool], ...]:
    """Conditions on a query of assignments: their plan goes on, and their period is not closed."""
    plan = aliased(Plan)  # of its own, for the query around it may read plans as well
    over = exists().where(plan.id == Assignment.plan_id, plan.ending != "")
    closed = exists().where(
        PeriodClosing.plan_id == Assignment.plan_id,
        PeriodClosing.period == Assignment.period,
        PeriodClosing.reopened_at.is_(None),
    )
    return (~over, ~closed)
