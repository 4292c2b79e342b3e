"""For which open work the sweep noted that an urging letter is due."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from tracker.life import OPEN
from tracker.store.engine import AnySession
from tracker.store.models import Assignment, Fact, Plan
from tracker.store.queries.owing import URGING_DUE


def reached(session: AnySession, committee_id: int, today: date) -> dict[tuple[int, int], set[int]]:
    """(plan, coordinating unit) → its open work that reached that step for the due day which it still has."""
    query = (
        select(Assignment.id, Assignment.plan_id, Assignment.due_on, Plan.coordinator_id, Fact.after)
        .join(Fact, (Fact.thing == "assignment") & (Fact.thing_id == Assignment.id))
        .join(Plan, Plan.id == Assignment.plan_id)
        .where(
            Fact.deed == URGING_DUE,
            Assignment.committee_id == committee_id,
            Assignment.state == OPEN,
            Assignment.due_on < today,
            Plan.ending == "",
        )
    )
    found: dict[tuple[int, int], set[int]] = {}
    for row in session.execute(query):
        if row.due_on is not None and row.after.get("due_on") == row.due_on.isoformat():
            found.setdefault((row.plan_id, row.coordinator_id), set()).add(row.id)
    return found
