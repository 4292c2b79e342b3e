"""Whom a forecast of mails may be shown to: it tells who is late, and who is written to because of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker import access
from tracker.access import Actor, Thing
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.store.models import Plan
from tracker.store.queries.plans import published_of


@dataclass(frozen=True)
class ForeseenPlan:
    """A plan whose mails are foreseen; `ends_on` is the last day of its period."""

    id: int
    name: str
    title: str
    ends_on: date | None
    over: bool


def foreseen_plan(actor: Actor, plan_id: int) -> ForeseenPlan:
    """The plan, for whoever sees the work of all its units."""
    plan = db.session.get(Plan, plan_id)
    versions = published_of(db.session, [plan_id])
    if plan is None or not versions:
        raise NotFound("Không tìm thấy kế hoạch này, hoặc kế hoạch chưa ban hành.")
    access.need(actor, "forecast.see", Thing(plan.committee_id, plan.coordinator_id))
    version = versions[0]
    return ForeseenPlan(
        id=plan_id,
        name=version.number or version.title,
        title=version.title or version.number,
        ends_on=version.period_end,
        over=bool(plan.ending),
    )
