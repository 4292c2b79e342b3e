"""Periods that are over when a plan is published: for each a person says whether it was done or is still to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from tracker.extensions import db
from tracker.services.drafting import Draft, Prepared
from tracker.store.models import Assignment, Timing
from tracker.store.queries.rows import PastPeriod
from tracker.vietnamese.paths import path_text


def past_periods(draft: Draft, today: date) -> list[PastPeriod]:
    """Every period of a new assignment whose due day lies before today, with the choice made so far."""
    known = _known_periods(row.row.task_id for row in draft.publishable)
    found = []
    for prepared in draft.publishable:
        found += _past_of(prepared, today, known.get(prepared.row.task_id or 0, set()))
    return found


def _past_of(prepared: Prepared, today: date, known: set[str]) -> list[PastPeriod]:
    units: dict[tuple[int, str], int] = {}
    due: dict[tuple[int, str], date] = {}
    for one in prepared.planned:
        if one.due and one.due < today and not one.waits_for and one.period not in known:
            units[one.timing, one.period] = units.get((one.timing, one.period), 0) + 1
            due[one.timing, one.period] = one.due
    return [
        PastPeriod(
            key=f"{prepared.row.id}:{timing}:{period}",
            row_id=prepared.row.id,
            path_text=path_text(prepared.task.path),
            title=prepared.task.title,
            period=period,
            due=due[timing, period],
            units=count,
            choice=prepared.row.past.get(f"{timing}:{period}", ""),
        )
        for (timing, period), count in units.items()
    ]


def _known_periods(task_ids: Iterable[int | None]) -> dict[int, set[str]]:
    """Periods that are followed already, by task."""
    wanted = [one for one in task_ids if one]
    query = select(Timing.task_id, Assignment.period).join(Assignment, Assignment.timing_id == Timing.id)
    found: dict[int, set[str]] = {}
    for task_id, period in db.session.execute(query.where(Timing.task_id.in_(wanted))):
        found.setdefault(task_id, set()).add(period)
    return found
