"""What whoever follows plans up should do next beside deciding: urging letters that are due, and telling units how a
plan stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.access import Actor, Thing, may, need
from tracker.clock import vietnam_day
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.progress.counts import Tally
from tracker.services import figures, listing
from tracker.services.plan_deed import thing_of_plan
from tracker.store.models import Plan
from tracker.store.queries import urging as find
from tracker.store.queries.rows import Coming, UnitRow
from tracker.store.queries.units import units
from tracker.store.queries.work import Counted, Wanted


@dataclass(frozen=True)
class UrgingDue:
    """Work for which an urging letter is due: `works` pieces, of which the first are told, alike ones together."""

    works: int
    lines: tuple[Coming, ...]


def urging_due(actor: Actor, committee_id: int, *, at: datetime) -> UrgingDue:
    """Cần công văn đôn đốc: of the plans that the actor follows up, overdue work that has reached that step of its
    ladder, the first due first."""
    need(actor, "dashboard.see", Thing(committee_id))
    today = vietnam_day(at)
    reached = {
        plan_id: works
        for (plan_id, coordinator_id), works in find.reached(db.session, committee_id, today).items()
        if may(actor, "work.accept", Thing(committee_id, coordinator_id))
    }
    if not reached:
        return UrgingDue(0, ())
    wanted = set().union(*reached.values())
    stands = figures.codes(today)
    due = [
        line
        for line in figures.lines(Wanted(plans=list(reached), states=["open"], going_on=True))
        if line.id in wanted and stands(line) == "overdue"
    ]
    return UrgingDue(len(due), listing.together(due, today))


def units_of_plan(actor: Actor, plan_id: int, *, at: datetime) -> tuple[tuple[UnitRow, Tally], ...]:
    """Every unit with work in the plan and how that stands, for those who oversee."""
    plan = db.session.get(Plan, plan_id)
    if plan is None:
        raise NotFound("Không tìm thấy kế hoạch này.")
    need(actor, "dashboard.see", thing_of_plan(plan))
    today = vietnam_day(at)
    lines: dict[int, list[Counted]] = {}
    for line in figures.lines(Wanted(plans=[plan_id])):
        lines.setdefault(line.holder_id, []).append(line)
    tally = figures.tallies(today)
    return tuple((unit, tally(lines[unit.id])) for unit in units(db.session, today, ids=lines))
