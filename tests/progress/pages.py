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


def differences(overseer: Actor, committee_id: int, *, at: datetime) -> list[str]:
    """Where a page (the matrix, each plan's, each unit's) says something else than the recount; empty is right."""
    today = vietnam_day(at)
    found: list[str] = []
    of_committee = f"a.committee_id = {committee_id}"
    lines = recount("assignments", of_committee, "committee_id", today)
    by_unit = recount("assignments", of_committee, "holder_id", today)
    by_cell = recount("assignments", of_committee, "plan_id, holder_id", today)
    by_plan = recount("assignments", of_committee, "plan_id", today)
    tasks = recount("tasks", of_committee, "plan_id", today)

    def same(what: str, shown: Tally, counted: dict[str, Any] | None) -> None:
        if told(shown) != (counted or NOTHING):
            found.append(f"{what}: shown {told(shown)}, recounted {counted}")

    matrix = show.matrix(overseer, committee_id, at=at)
    same("all", matrix.total, lines.get((committee_id,)))
    for foot, plan in zip(matrix.feet, matrix.plans, strict=True):
        same(f"foot of plan {plan.id}", foot, by_plan.get((plan.id,)))
        same(f"plan {plan.id}", plan.tally, tasks.get((plan.id,)))
        same(f"assignments of plan {plan.id}", plan.assignments, by_plan.get((plan.id,)))
        found += _page_differs(overseer, plan.id, at, today, plan.tally)
    for _kind, rows in matrix.sections:
        for row in rows:
            same(f"unit {row.unit.id}", row.total, by_unit.get((row.unit.id,)))
            page = show.unit_page(overseer, row.unit.id, at=at)
            assert page.tally is not None
            same(f"page of unit {row.unit.id}", page.tally, by_unit.get((row.unit.id,)))
            for cell in row.cells:
                if cell:
                    key = (cell.plan_id, cell.unit_id)
                    same(f"cell {key}", cell.tally, by_cell.get(key))
    return found


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
