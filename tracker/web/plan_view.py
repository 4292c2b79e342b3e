"""What a plan page says of a task: its assignments by period, and the one that speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.progress.counts import DONE, WORST_FIRST
from tracker.sheets.words import period_words
from tracker.store.queries.rows import TaskRow, WorkRow


@dataclass(frozen=True)
class Group:
    """The assignments of one timing and period."""

    name: str
    due: date | None
    done: int
    rows: tuple[WorkRow, ...]


def spoken(task: TaskRow) -> WorkRow | None:
    """The assignment that a closed line tells of: the worst, of these the first due."""
    return min(task.assignments, key=_urgency, default=None)


def units(task: TaskRow) -> int:
    """How many units it is given to; 0 where the visitor does not see them all."""
    tally = task.tally
    seen = len(task.assignments) == tally.total + tally.undated + tally.excused
    return len({row.unit_id for row in task.assignments}) if seen else 0


def by_period(task: TaskRow) -> list[Group]:
    """One group for each timing and period, the first due first; units by name inside."""
    groups: dict[tuple[int, str], list[WorkRow]] = {}
    for row in task.assignments:
        groups.setdefault((row.timing_id, row.period), []).append(row)
    found = [_group(rows) for rows in groups.values()]
    return sorted(found, key=lambda group: group.due or date.max)


def _group(rows: list[WorkRow]) -> Group:
    first = rows[0]
    label, period = first.timing_label, period_words(first.period)
    dues = {row.due_on for row in rows}
    return Group(
        name=" · ".join(part for part in (label, period) if part),
        due=first.due_on if len(dues) == 1 else None,
        done=sum(row.standing.code in DONE for row in rows),
        rows=tuple(rows),
    )


def _urgency(row: WorkRow) -> tuple[int, date]:
    return WORST_FIRST.index(row.standing.code), row.due_on or date.max
