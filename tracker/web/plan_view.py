"""What a plan page says of a task: its assignments by period, and the one that speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.progress.counts import WORST_FIRST, Tally
from tracker.progress.enough import ALL
from tracker.sheets.words import period_words
from tracker.store.queries.rows import TaskRow, Turn, WorkRow

# By what the lines of a task may be chosen: the segments of its bar.
FILTERS = ("overdue", "submitted", "soon", "waiting", "open", "accepted", "excused")


@dataclass(frozen=True)
class Group:
    """The assignments of one timing and period: how they stand, how many `lines` there are, those that are shown."""

    name: str
    due: date | None
    tally: Tally
    lines: int
    rows: tuple[WorkRow, ...]


def spoken(task: TaskRow) -> WorkRow | None:
    """The assignment that a closed line tells of: the worst, of these the first due. Where not all units have to
    do it, the one that stands as they do together."""
    alike = [row for row in task.assignments if task.worst and row.standing.code == task.worst.code]
    return min(task.assignments if task.completion == ALL else alike, key=_urgency, default=None)


def by_period(task: TaskRow) -> list[Group]:
    """One group for each timing and period, the first due first; units by name inside."""
    groups: dict[tuple[int, str], list[WorkRow]] = {}
    for row in task.assignments:
        groups.setdefault((row.timing_id, row.period), []).append(row)
    found = [_group(rows, task.turns[turn]) for turn, rows in groups.items()]
    return sorted(found, key=lambda group: group.due or date.max)


def _group(rows: list[WorkRow], turn: Turn) -> Group:
    first = rows[0]
    label, period = first.timing_label, period_words(first.period)
    dues = {row.due_on for row in rows}
    return Group(
        name=" · ".join(part for part in (label, period) if part),
        due=first.due_on if len(dues) == 1 else None,
        tally=turn.tally,
        lines=turn.lines,
        rows=tuple(rows),
    )


def _urgency(row: WorkRow) -> tuple[int, date]:
    return WORST_FIRST.index(row.standing.code), row.due_on or date.max
