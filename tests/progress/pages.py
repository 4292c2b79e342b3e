"""Every figure that a page shows, beside the recount by plain SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.progress.recount import added, recount, told
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.progress.counts import Tally
from tracker.services import show_dashboard, show_plans, show_units

NOTHING = told(Tally())


def matrix_differs(overseer: Actor, committee_id: int, *, at: datetime) -> list[str]:
    """Where the dashboard alone (its total, plans, units and cells) says something else than the recount."""
    return differences(overseer, committee_id, at=at, pages=False)


def differences(overseer: Actor, committee_id: int, *, at: datetime, pages: bool = True) -> list[str]:
    """Where a page (the matrix, each plan's, each unit's) says something else than the recount; empty is right."""
    today = vietnam_day(at)
    # The dashboard and the pages of units show the plans that go on.
    going_on = "a.plan_id IN (SELECT id FROM plan WHERE ending = '')"
    where = f"a.committee_id = {committee_id} AND {going_on}"
    by_cell = recount("assignments", where, "plan_id, holder_id", today)
    by_plan, by_unit = added(by_cell, 0), added(by_cell, 1)
    tasks = recount("tasks", where, "plan_id", today)
    matrix = show_dashboard.matrix(overseer, committee_id, at=at)
    found = _same("all", matrix.total, added(by_cell).get(()))
    for foot, plan in zip(matrix.feet, matrix.plans, strict=True):
        found += _same(f"foot of plan {plan.id}", foot, by_plan.get((plan.id,)))
        found += _same(f"plan {plan.id}", plan.tally, tasks.get((plan.id,)))
        found += _same(f"assignments of plan {plan.id}", plan.assignments, by_plan.get((plan.id,)))
        found += page_differs(overseer, plan.id, at=at) if pages else []
    for row in (row for _kind, rows in matrix.sections for row in rows):
        counted = by_unit.get((row.unit.id,))
        found += _same(f"unit {row.unit.id}", row.total, counted)
        if pages:
            tally = show_units.unit_page(overseer, row.unit.id, at=at).tally
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


def page_differs(overseer: Actor, plan_id: int, *, at: datetime) -> list[str]:
    """The same for the page of one plan, whether it goes on or has ended."""
    today = vietnam_day(at)
    page = show_plans.plan_page(overseer, plan_id, at=at)
    by_task = recount("assignments", f"a.plan_id = {plan_id}", "task_id", today)
    tasks = recount("tasks", f"a.plan_id = {plan_id}", "plan_id", today)
    found = _same(f"page of plan {plan_id}", page.plan.tally, tasks.get((plan_id,)))
    found += _same(f"its assignments {plan_id}", page.plan.assignments, added(by_task).get(()))
    for task in (task for section in page.sections for task in section.tasks):
        found += _same(f"task {task.id} of plan {plan_id}", task.tally, by_task.get((task.id,)))
    return found
