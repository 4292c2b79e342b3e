"""Theo dõi: every published plan × every unit, what is due next, what waits for acceptance; and the work
behind a cell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from tracker import access
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.extensions import db
from tracker.services import figures, listing, plan_rows
from tracker.services.plan_deed import thing_of_plan
from tracker.store.queries import plans as find_plans
from tracker.store.queries import units as find_units
from tracker.store.queries.rows import Cell, Matrix, MatrixRow, PlanRow, UnitRow, WorkRow
from tracker.store.queries.work import Counted, Wanted

COMING_DAYS = 30
BEHIND_A_CELL = 300  # pieces of work at the most


def matrix(actor: Actor, committee_id: int, *, at: datetime) -> Matrix:
    """Theo dõi: every published plan × every unit with work in one of them."""
    access.need(actor, "dashboard.see", Thing(committee_id))
    today = vietnam_day(at)
    versions = find_plans.versions(db.session, committee_ids=[committee_id], state="published", going_on=True)
    lines = figures.lines(Wanted(plans=[version.plan_id for version in versions])) if versions else []
    plan_list = tuple(plan_rows.of_published(versions, today, lines))
    holders = {line.holder_id for line in lines}
    holding = find_units.in_order(find_units.units(db.session, today, ids=holders))
    stands = figures.codes(today)
    near = [line for line in lines if stands(line) in ("today", "soon")]
    to_accept = _to_accept(actor, plan_list, lines)
    accepting = listing.rows_of(to_accept[: listing.LISTED], today)
    return Matrix(
        today=today,
        plans=plan_list,
        sections=_matrix_sections(holding, plan_list, lines, today),
        feet=tuple(plan.assignments for plan in plan_list),
        total=figures.of_units(lines, today),
        weeks=_weeks(near, today),
        coming=listing.together(near, today),
        to_accept=tuple(accepting.values()),
        accepting=len(to_accept),
    )


def next_to_accept(actor: Actor, committee_id: int, *, without: int) -> int | None:
    """Another piece of work that waits for this person's acceptance, the first due of them."""
    access.need(actor, "dashboard.see", Thing(committee_id))
    versions = find_plans.versions(db.session, committee_ids=[committee_id], state="published", going_on=True)
    mine = [one.plan_id for one in versions if access.may(actor, "work.accept", thing_of_plan(one.plan))]
    lines = figures.lines(Wanted(plans=mine, states=["submitted"])) if mine else []
    return next((line.id for line in sorted(lines, key=listing.by_due) if line.id != without), None)


def _to_accept(actor: Actor, plan_list: Iterable[PlanRow], lines: Iterable[Counted]) -> list[Counted]:
    """What waits for this person's acceptance, the first due first."""
    mine = {
        plan.id
        for plan in plan_list
        if access.may(actor, "work.accept", Thing(plan.committee_id, plan.coordinator_id))
    }
    found = [line for line in lines if line.work.state == "submitted" and line.plan_id in mine]
    return sorted(found, key=listing.by_due)


def _matrix_sections(
    holding: list[UnitRow], plan_list: tuple[PlanRow, ...], lines: list[Counted], today: date
) -> tuple[tuple[str, tuple[MatrixRow, ...]], ...]:
    cells: dict[tuple[int, int], list[Counted]] = {}
    for one in lines:
        cells.setdefault((one.holder_id, one.plan_id), []).append(one)
    sections: dict[str, list[MatrixRow]] = {}
    tally = figures.tallies(today)
    over = find_units.successors(db.session, [unit.id for unit in holding], today)
    for unit in holding:
        mine = [cells.get((unit.id, plan.id), []) for plan in plan_list]
        line = MatrixRow(
            unit=unit,
            cells=tuple(
                Cell(plan.id, unit.id, tally(found)) if found else None
                for plan, found in zip(plan_list, mine, strict=True)
            ),
            total=tally([one for found in mine for one in found]),
            ended=unit.id in over,
        )
        sections.setdefault(unit.kind, []).append(line)
    return tuple((kind, tuple(lines)) for kind, lines in sections.items())


def _weeks(near: Iterable[Counted], today: date) -> tuple[tuple[date, date, int], ...]:
    """(first day, last day, how much is due) for today and the weeks of the next thirty days."""
    due = [line.work.due_on for line in near if line.work.due_on]
    last = today + timedelta(days=COMING_DAYS)
    spans = []
    first = today
    while first <= last:
        end = min(first + timedelta(days=6 - first.weekday()), last)
        spans.append((first, end, sum(first <= day <= end for day in due)))
        first = end + timedelta(days=1)
    return tuple(spans)


def cell(
    actor: Actor, committee_id: int, plan_id: int | None, unit_id: int | None, *, at: datetime
) -> tuple[WorkRow, ...]:
    """The assignments behind a cell, a row or a column of the matrix, the most urgent first and not too many."""
    access.need(actor, "dashboard.see", Thing(committee_id))
    wanted = Wanted(
        committee_id=committee_id,
        plans=None if plan_id is None else [plan_id],
        holders=None if unit_id is None else [unit_id],
        going_on=plan_id is None,
    )
    today = vietnam_day(at)
    first = figures.by_urgency(figures.lines(wanted), today)[:BEHIND_A_CELL]
    rows = listing.rows_of(first, today)
    return tuple(rows[line.id] for line in first)
