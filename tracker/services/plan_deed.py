"""What deeds on a whole plan, and looks at it, have in common: what the plan is bound to, and the fact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tracker.access import Actor, Thing
from tracker.extensions import db
from tracker.services.record import record
from tracker.store.models import Plan
from tracker.store.queries.plans import plan_units
from tracker.store.queries.taking_part import plans_of


def thing_of_plan(plan: Plan) -> Thing:
    """What the plan is bound to: its committee and the unit that follows it up."""
    return Thing(plan.committee_id, plan.coordinator_id)


def thing_of_published(actor: Actor, plan: Plan) -> Thing:
    """What a published plan is bound to for this person: also the units that do its work, and the person's own where
    they take part in it."""
    parties = plan_units(db.session, [plan.id]).get(plan.id, set())
    helps = actor.units() if plan.id in plans_of(db.session, actor.units()) else frozenset()
    return Thing(plan.committee_id, plan.coordinator_id, frozenset(parties), helps)


def note_plan(
    actor: Actor,
    plan: Plan,
    deed: str,
    at: datetime,
    after: Mapping[str, object],
    *,
    before: Mapping[str, object] | None = None,
) -> None:
    """Write the fact: what was done to the plan."""
    record(
        db.session,
        actor,
        deed,
        thing="plan",
        thing_id=plan.id,
        committee_id=plan.committee_id,
        plan_id=plan.id,
        before=before,
        after=after,
        at=at,
    )
