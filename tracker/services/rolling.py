"""The rolling window: cycles of plans without an end get their next occurrences, a year ahead, day by day.

What is made is keyed like everything that publishing makes, so a second run changes nothing. The units are those that
publishing froze; the work goes to whoever held the last occurrence, or carries on for it by now.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, insert, select

from tracker import access, life
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.deadlines.due import due_day
from tracker.deadlines.periods import ONCE, PLAN, first_day
from tracker.drafts.expand import horizon, periods_of
from tracker.drafts.model import PlanPeriod
from tracker.extensions import db
from tracker.services.drafting import lock_plan
from tracker.services.plan_deed import note_plan
from tracker.services.recompute import Rules, rules_of, timing_draft
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Plan, PlanVersion, Task, Timing
from tracker.store.queries import units as find_units

# Excused for good: what ended so has no next occurrence. Other excuses are for one period.
FOR_GOOD = ("withdrawn", "dissolved", "handed-back", "replaced", "split", "merged", "ended")


def extend_cycles(actor: Actor, *, at: datetime) -> int:
    """Make what the window has newly reached, plan by plan; returns how many assignments."""
    access.need(actor, "installation.run", Thing())
    return sum(_extend(actor, plan_id, at) for plan_id in _rolling_plans())


def _rolling_plans() -> list[int]:
    """Published plans that go on, have no end, and have a cycle."""
    query = (
        select(Plan.id)
        .join(PlanVersion, (PlanVersion.plan_id == Plan.id) & (PlanVersion.state == "published"))
        .join(Task, Task.plan_id == Plan.id)
        .join(Timing, Timing.task_id == Task.id)
        .where(Plan.ending == "", PlanVersion.period_end.is_(None), *_live_cycles())
        .distinct()
        .order_by(Plan.id)
    )
    return list(db.session.scalars(query))


def _live_cycles() -> tuple[Any, ...]:
    return (
        Timing.every != "",
        Timing.due.is_not(None),
        Timing.withdrawn_at.is_(None),
        Task.withdrawn_at.is_(None),
    )


def _extend(actor: Actor, plan_id: int, at: datetime) -> int:
    """One plan, in one transaction; publishing and ending wait for it, and it for them."""
    today = vietnam_day(at)
    with transaction(db.session):
        plan = lock_plan(plan_id)
        version = db.session.scalar(
            select(PlanVersion).where(PlanVersion.plan_id == plan_id, PlanVersion.state == "published")
        )
        if plan is None or plan.ending or version is None or version.period_end is not None:
            return 0
        rules = rules_of(db.session, plan.committee_id)
        until = horizon(PlanPeriod(version.period_start, None), today)
        rows = [row for timing in _cycles(plan_id) for row in _next_of(plan, timing, rules, until, today, at)]
        if rows:
            _insert(rows)
            told = {"assignments": len(rows), "until": until.isoformat()}
            note_plan(actor, plan, "cycles-extended", at, told)
        return len(rows)


def _cycles(plan_id: int) -> list[Timing]:
    query = select(Timing).join(Task, Task.id == Timing.task_id)
    return list(db.session.scalars(query.where(Task.plan_id == plan_id, *_live_cycles()).order_by(Timing.id)))


def _next_of(
    plan: Plan, timing: Timing, rules: Rules, until: date, today: date, at: datetime
) -> Iterator[dict[str, Any]]:
    """The occurrences of a timing after the last ones that there are, for every unit that goes on with it."""
    last = _last_ones(timing.id)
    if not last:
        return
    draft = timing_draft(timing)
    heirs = find_units.holders(db.session, {one.holder_id for one in last}, today)
    coming = periods_of(draft, until)
    for one in last:
        holder = heirs[one.holder_id]
        if holder is None or (one.state == life.EXCUSED and one.excuse in FOR_GOOD):
            continue
        for occurrence in coming:
            if first_day(occurrence.period) <= first_day(one.period):
                continue
            due = due_day(draft, occurrence.period, rules.calendar, rules.options)
            yield _row(plan, timing, one, holder, occurrence.period, due, today, at)


def _last_ones(timing_id: int) -> list[Assignment]:
    """Of each unit as named at publishing, its last occurrence."""
    query = select(Assignment).where(
        Assignment.timing_id == timing_id, Assignment.period.not_in((ONCE, PLAN))
    )
    found: dict[int, Assignment] = {}
    for one in db.session.scalars(query.order_by(Assignment.id)):
        known = found.get(one.unit_id)
        if known is None or first_day(known.period) < first_day(one.period):
            found[one.unit_id] = one
    return list(found.values())


def _row(
    plan: Plan,
    timing: Timing,
    like: Assignment,
    holder_id: int,
    period: str,
    due: date | None,
    today: date,
    at: datetime,
) -> dict[str, Any]:
    return {
        "committee_id": plan.committee_id,
        "plan_id": plan.id,
        "task_id": timing.task_id,
        "timing_id": timing.id,
        "unit_id": like.unit_id,
        "holder_id": holder_id,
        "period": period,
        "due_on": due,
        "first_due_on": due,
        "urged_from": today,
        "changed_at": at,
        # In which it begins, as publishing would make it.
        "state": life.WAITING if timing.awaits else life.OPEN,
        "waits_for": timing.awaits,
        "waits_since": today if timing.awaits else None,
        "excuse": "",
        "excuse_reason": "",
        "sequence": 0,
        "row_version": 1,
    }


def _insert(rows: list[dict[str, Any]]) -> None:
    table = Assignment.__table__
    assert isinstance(table, Table)
    db.session.execute(insert(table), rows)
