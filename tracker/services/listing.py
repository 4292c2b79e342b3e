"""Counted work as lists show it: in order, alike work together, read whole only where it is shown. Whoever calls has
asked for the right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tracker.extensions import db
from tracker.store.queries import work as find_work
from tracker.store.queries.rows import Coming, WorkRow
from tracker.store.queries.work import Counted, Wanted

LISTED = 100  # lines of a list beside others on a page
ROWS_AT_ONCE = 5000


def by_due(line: Counted) -> tuple[date, int, int]:
    """The key that puts the first due first, and what has no due day last."""
    return line.work.due_on or date.max, line.plan_id, line.id


def rows_of(lines: Iterable[Counted], today: date) -> dict[int, WorkRow]:
    """The lines as they are shown, by id and in the order of lists."""
    ids = [line.id for line in lines]
    rows = [
        row
        for n in range(0, len(ids), ROWS_AT_ONCE)
        for row in find_work.rows(db.session, Wanted(ids=ids[n : n + ROWS_AT_ONCE]), today)
    ]
    if len(ids) > ROWS_AT_ONCE:
        rows.sort(key=lambda row: (row.due_on or date.max, row.plan_id, row.unit_name, row.id))
    return {row.id: row for row in rows}


def together(lines: Iterable[Counted], today: date) -> tuple[Coming, ...]:
    """The same task, timing and period due on one day is one line, however many units it is given to; the first due
    first, and no more than `LISTED`."""
    groups: dict[tuple[int, int, str, date | None], list[Counted]] = {}
    for line in sorted(lines, key=by_due):
        groups.setdefault((line.task_id, line.timing_id, line.period, line.work.due_on), []).append(line)
    first = list(groups.values())[:LISTED]
    rows = rows_of((found[0] for found in first), today)
    return tuple(Coming(rows[found[0].id], len(found)) for found in first)
