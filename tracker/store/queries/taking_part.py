"""Who takes part in what: the tasks that units help in, the plans that are theirs, and whose work they carry on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from tracker.store.engine import AnySession
from tracker.store.models import Assignment, Mention, PlanVersion, Task, TaskVersion, UnitSuccession


def helped_tasks(session: AnySession, unit_ids: Collection[int]) -> set[int]:
    """Tasks in which one of the units, or one that it carries on for, is a partner: by name or through a group."""
    wanted = carried_on(session, unit_ids)
    query = (
        select(TaskVersion.task_id, Mention.unit_ids)
        .join(Mention, Mention.task_version_id == TaskVersion.id)
        .join(PlanVersion, PlanVersion.id == TaskVersion.plan_version_id)
        .where(Mention.part == "partner", PlanVersion.state == "published")
    )
    return {task_id for task_id, ids in session.execute(query) if wanted & set(ids)}


def plans_of(session: AnySession, unit_ids: Collection[int]) -> set[int]:
    """Plans in which one of the units leads or helps."""
    led = select(Assignment.plan_id).where(Assignment.holder_id.in_(list(unit_ids))).distinct()
    helping = select(Task.plan_id).where(Task.id.in_(helped_tasks(session, unit_ids))).distinct()
    return set(session.scalars(led)) | set(session.scalars(helping))


def carried_on(session: AnySession, unit_ids: Collection[int]) -> set[int]:
    """The units, and all those whose whole work they took over."""
    return _along(session, unit_ids, UnitSuccession.successor_id, UnitSuccession.unit_id)


def _along(session: AnySession, unit_ids: Collection[int], start: Any, end: Any) -> set[int]:
    """The units with all that successions of a whole unit lead to, one after another."""
    found, new = set(unit_ids), set(unit_ids)
    while new:
        query = select(end).where(start.in_(new), end.is_not(None), UnitSuccession.function == "")
        new = set(session.scalars(query)) - found
        found |= new
    return found


def partner_ids(session: AnySession, task_id: int) -> frozenset[int]:
    """Units that help in the task, as its published version says, and those that carry on for them."""
    query = (
        select(Mention.unit_ids)
        .join(TaskVersion, TaskVersion.id == Mention.task_version_id)
        .join(PlanVersion, PlanVersion.id == TaskVersion.plan_version_id)
        .where(Mention.part == "partner", PlanVersion.state == "published", TaskVersion.task_id == task_id)
    )
    named = {one for ids in session.scalars(query) for one in ids}
    return frozenset(_along(session, named, UnitSuccession.unit_id, UnitSuccession.successor_id))
