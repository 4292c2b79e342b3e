"""How long the page of a plan for every commune of the country takes, beside one bare SELECT of the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.benchmarks.ratios import Ratio
from tracker.access import Actor, Grant
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services import show_dashboard, show_plans
from tracker.store.models import PlanVersion

TURNS = 3
OVER_SELECT = 10.0
NOW = at_vietnam(date(2026, 12, 3), 8)
COLUMNS = (
    "id, plan_id, task_id, timing_id, period, unit_id, holder_id, committee_id, state, due_on, first_due_on, "
    "done_on, waits_since, excuse"
)


def over_bare_select(actor: Actor, version_id: int) -> list[Ratio]:
    """Seconds of the plan page and of the dashboard over those of the driver alone; the best turn of each."""
    version = db.session.get(PlanVersion, version_id)
    assert version is not None
    plan_id, committee_id = version.plan_id, version.plan.committee_id
    leader = Actor(actor.id, actor.name, (*actor.grants, Grant("leader", committee_id)))
    db.session.rollback()
    rows = len(_bare(plan_id))
    bare = _quickest(lambda: _bare(plan_id))
    page = _quickest(lambda: show_plans.plan_page(leader, plan_id, at=NOW))
    plans = _quickest(lambda: show_plans.plans(leader, at=NOW))
    matrix = _quickest(lambda: show_dashboard.matrix(leader, committee_id, at=NOW))
    print(f"  {rows} assignments: bare SELECT {bare:5.2f} s, plan page {page:5.2f} s, ", end="")
    print(f"list of plans {plans:5.2f} s, dashboard {matrix:5.2f} s (of all plans)")
    return [Ratio(f"a page of a plan with {rows} assignments over a bare SELECT", page / bare, OVER_SELECT)]


def _bare(plan_id: int) -> list[Any]:
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"SELECT {COLUMNS} FROM assignment WHERE plan_id = %s", (plan_id,))  # noqa: S608 (our own)
        return cursor.fetchall()
    finally:
        connection.close()


def _quickest(work: Callable[[], Any]) -> float:
    best = float("inf")
    for _ in range(TURNS):
        db.session.rollback()
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best
