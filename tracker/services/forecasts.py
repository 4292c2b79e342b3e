"""Whom a forecast of mails may be shown to: it tells who is late, and who is written to because of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from tracker import access
from tracker.access import Actor
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.life import UNDECIDED
from tracker.services.plan_deed import thing_of_plan
from tracker.store.models import Assignment, Plan
from tracker.store.queries.plans import published_of


@dataclass(frozen=True)
class ForeseenPlan:
    """A plan whose mails are foreseen; `works` is how much of it is still to be done."""

    id: int
    name: str
    title: str
    works: int
    over: bool


def foreseen_plan(actor: Actor, plan_id: int) -> ForeseenPlan:
    """The plan, for whoever sees the work of all its units."""
    plan = db.session.get(Plan, plan_id)
    versions = published_of(db.session, [plan_id])
    if plan is None or not versions:
        raise NotFound("Không tìm thấy kế hoạch này, hoặc kế hoạch chưa ban hành.")
    access.need(actor, "forecast.see", thing_of_plan(plan))
    version = versions[0]
    undone = select(func.count()).where(Assignment.plan_id == plan_id, Assignment.state.in_(UNDECIDED))
    return ForeseenPlan(
        id=plan_id,
        name=version.number or version.title,
        title=version.title or version.number,
        works=db.session.scalar(undone) or 0,
        over=bool(plan.ending),
    )
