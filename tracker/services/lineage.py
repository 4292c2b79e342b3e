"""Which task each row of a new version continues: by its words, by its sentence, by its place in the plan.

A task that was split goes on as its parts, though the new version still words it as one; of tasks that were merged
the one goes on that took the others in, though the new version still words them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select

from tracker.drafts.expand import Planned, row_timings
from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.extensions import db
from tracker.services.drafting import Prepared
from tracker.store.models import Task, TaskVersion
from tracker.units.matching import key

Laid = list[tuple[Prepared, Task | None]]


def live_tasks(plan_id: int) -> dict[int, Task]:
    """The tasks of a plan that are followed, by id."""
    query = select(Task).where(Task.plan_id == plan_id, Task.withdrawn_at.is_(None))
    return {task.id: task for task in db.session.scalars(query)}


def laid_out(rows: Sequence[Prepared], tasks: dict[int, Task]) -> Laid:
    """Each row with the live task that it continues, None where it is new; a row of a split task once for each
    part, rows of merged tasks as one."""
    if not tasks:
        return [(one, None) for one in rows]
    tasks_of = _continued(rows, tasks.values(), _same_words, _same_sentence)
    rest = [one for one in rows if one.row.id not in tasks_of]
    parts, merged = _of_changed_tasks(rest, tasks, set(tasks_of.values()))
    taken = set(tasks_of.values()) | {part.id for found in parts.values() for part in found}
    taken |= {task.id for task in merged.values()}
    rest = [one for one in rest if one.row.id not in parts and one.row.id not in merged]
    tasks_of |= _continued(rest, (one for one in tasks.values() if one.id not in taken), _same_place)
    return _joined(rows, tasks, tasks_of, parts, merged)


def _joined(
    rows: Sequence[Prepared],
    tasks: dict[int, Task],
    tasks_of: dict[int, int],
    parts: dict[int, list[Task]],
    merged: dict[int, Task],
) -> Laid:
    laid: Laid = []
    place: dict[int, int] = {}
    for one in rows:
        if one.row.id in parts:
            laid += [(_as_part(one, part), part) for part in parts[one.row.id]]
            continue
        task = merged.get(one.row.id) or tasks.get(tasks_of.get(one.row.id, 0))
        if task is not None and task.id in place:
            first, second = laid[place[task.id]][0], one
            if first.row.id in merged and second.row.id not in merged:
                first, second = second, first
            laid[place[task.id]] = (_as_one(first, second, task), task)
            continue
        if task is not None:
            place[task.id] = len(laid)
        laid.append((one, task))
    return laid


# What a row continues.

Same = Callable[[TaskDraft, TaskVersion], bool]


def _continued(rows: Iterable[Prepared], tasks: Iterable[Task], *alike: Same) -> dict[int, int]:
    """Row id → the task that it continues, by the first likeness that finds one; each task once."""
    found: dict[int, int] = {}
    left = {task.id: task.versions[-1] for task in tasks}
    rows = list(rows)
    for same in alike:
        for one in rows:
            if one.row.id in found:
                continue
            task_id = next((i for i, version in left.items() if same(one.task, version)), None)
            if task_id is not None:
                found[one.row.id] = task_id
                del left[task_id]
    return found


def _same_words(task: TaskDraft, version: TaskVersion) -> bool:
    return task.kind == version.kind and key(task.title) == key(version.title)


def _same_sentence(task: TaskDraft, version: TaskVersion) -> bool:
    """The plan says the same, though the task was given another title; parts of a split task share theirs."""
    if version.task.split_from_id or task.source is None or not version.source:
        return False
    return task.kind == version.kind and key(task.source.text) == key(str(version.source["text"]))


def _same_place(task: TaskDraft, version: TaskVersion) -> bool:
    return bool(task.path) and task.kind == version.kind and list(task.path) == version.path


def _of_changed_tasks(
    rows: Iterable[Prepared], tasks: dict[int, Task], taken: set[int]
) -> tuple[dict[int, list[Task]], dict[int, Task]]:
    """Row id → the parts of the split task that it words; row id → the task that took in the one that it words."""
    plan_id = next(iter(tasks.values())).plan_id
    query = select(Task).where(Task.plan_id == plan_id, Task.withdrawn_at.is_not(None))
    gone = {one.id: one for one in db.session.scalars(query)}
    changed = [one for one in gone.values() if one.merged_into_id or _pieces(one, tasks, gone)]
    words_of = _continued(list(rows), changed, _same_words)
    parts: dict[int, list[Task]] = {}
    merged: dict[int, Task] = {}
    for row_id, task_id in words_of.items():
        pieces = _pieces(gone[task_id], tasks, gone)
        if len(pieces) == 1 and gone[task_id].merged_into_id:
            merged[row_id] = pieces[0]
        elif free := [one for one in pieces if one.id not in taken]:
            parts[row_id] = free
    return parts, merged


def _pieces(task: Task, tasks: dict[int, Task], gone: dict[int, Task]) -> list[Task]:
    """The live tasks in which a task goes on."""
    if task.id in tasks:
        return [tasks[task.id]]
    if task.merged_into_id:
        into = tasks.get(task.merged_into_id) or gone.get(task.merged_into_id)
        return _pieces(into, tasks, gone) if into else []
    children = [one for one in (*tasks.values(), *gone.values()) if one.split_from_id == task.id]
    found = [piece for child in children for piece in _pieces(child, tasks, gone)]
    return sorted({one.id: one for one in found}.values(), key=lambda one: one.id)


# The row as the task has it now.


def _as_part(one: Prepared, part: Task) -> Prepared:
    version = part.versions[-1]
    deliverables = tuple(known.text for known in version.deliverables)
    return replace(one, task=replace(one.task, title=version.title, deliverables=deliverables))


def _as_one(first: Prepared, other: Prepared, task: Task) -> Prepared:
    """Two rows of tasks that were merged: the times, units and deliverables of both, under the title of the one."""
    timings = list(row_timings(first.task))
    place = [_place(timing, timings) for timing in row_timings(other.task)]
    planned = [one._replace(timing=one.timing % len(row_timings(first.task))) for one in first.planned]
    there = {(one.timing, one.unit_id, one.period) for one in planned}
    for one in other.planned:
        moved = one._replace(timing=place[one.timing])
        if (moved.timing, moved.unit_id, moved.period) not in there:
            planned.append(moved)
    more = [text for text in other.task.deliverables if text not in first.task.deliverables]
    known = {(one.part, one.text) for one in first.mentions}
    return replace(
        first,
        task=replace(
            first.task,
            title=task.versions[-1].title,
            timings=tuple(timings),
            deliverables=(*first.task.deliverables, *more),
        ),
        mentions=(*first.mentions, *(one for one in other.mentions if (one.part, one.text) not in known)),
        lead_ids=tuple(dict.fromkeys((*first.lead_ids, *other.lead_ids))),
        partner_ids=tuple(dict.fromkeys((*first.partner_ids, *other.partner_ids))),
        planned=tuple(sorted(planned, key=_order)),
    )


def _place(timing: TimingDraft, timings: list[TimingDraft]) -> int:
    """Where the timing stands among these; it is added where it is new."""
    for n, known in enumerate(timings):
        if (known.label, known.every, known.due) == (timing.label, timing.every, timing.due):
            return n
    timings.append(timing)
    return len(timings) - 1


def _order(one: Planned) -> tuple[int, str]:
    """Publishing takes what belongs to one timing and period together."""
    return one.timing, one.period
