"""What is closed: reporting periods of plans, with who closed them and what was kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.clock import vietnam_day
from tracker.deadlines.reports import reporting_period
from tracker.store.engine import AnySession
from tracker.store.models import PeriodClosing
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
