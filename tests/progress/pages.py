"""Every figure that a page shows, beside the recount by plain SQL."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.progress.recount import recount, told
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.progress.counts import Tally
from tracker.services import show

NOTHING = told(Tally())


def matrix_differs(overseer: Actor, committee_id: int, *, at: datetime) -> list[str]:
    """Where the dashboard alone (its total, plans, units and cells) says something else than the recount."""
    return differences(overseer, committee_id, at=at, pages=False)


def differences(overseer: Actor, committee_id: int, *, at: datetime, pages: bool = True) -> list[str]:
    """Where a page (the matrix, each plan's, each unit's) says something else than the recount; empty is right."""
    today = vietnam_day(at)
    of_committee = f"a.committee_id = {committee_id}"
    lines = recount("assignments", of_committee, "committee_id", today)
    by_unit = recount("assignments", of_committee, "holder_id", today)
    by_cell = recount("assignments", of_committee, "plan_id, holder_id", today)
    by_plan = recount("assignments", of_committee, "plan_id", today)
    tasks = recount("tasks", of_committee, "plan_id", today)
    matrix = show.matrix(overseer, committee_id, at=at)
    found = _same("all", matrix.total, lines.get((committee_id,)))
    for foot, plan in zip(matrix.feet, matrix.plans, strict=True):
        found += _same(f"foot of plan {plan.id}", foot, by_plan.get((plan.id,)))
        found += _same(f"plan {plan.id}", plan.tally, tasks.get((plan.id,)))
        found += _same(f"assignments of plan {plan.id}", plan.assignments, by_plan.get((plan.id,)))
        found += _page_differs(overseer, plan.id, at, today, plan.tally) if pages else []
    for row in (row for _kind, rows in matrix.sections for row in rows):
        counted = by_unit.get((row.unit.id,))
        found += _same(f"unit {row.unit.id}", row.total, counted)
        if pages:
            tally = show.unit_page(overseer, row.unit.id, at=at).tally
            found += _same(f"page of unit {row.unit.id}", tally or Tally(), counted)
        for cell in filter(None, row.cells):
            key = (cell.plan_id, cell.unit_id)
            found += _same(f"cell {key}", cell.tally, by_cell.get(key))
    return found


def _same(what: str, shown: Tally, counted: dict[str, Any] | None) -> list[str]:
    told_of = told(shown)
    wanted = counted or NOTHING
    names = [name for name in wanted if told_of[name] != wanted[name]]
    return [f"{what}, {name}: shown {told_of[name]}, recounted {wanted[name]}" for name in names]


def _page_differs(overseer: Actor, plan_id: int, at: datetime, today: date, tally: Tally) -> list[str]:
    page = show.plan_page(overseer, plan_id, at=at)
    by_task = recount("assignments", f"a.plan_id = {plan_id}", "task_id", today)
    told_of = [task for section in page.sections for task in section.tasks]
    found = [
        f"task {task.id} of plan {plan_id}: {told(task.tally)}, recounted {by_task.get((task.id,))}"
        for task in told_of
        if told(task.tally) != by_task.get((task.id,), NOTHING)
    ]
    if page.plan.tally != tally:
        found.append(f"plan {plan_id}: its page and the dashboard differ")
    return found
