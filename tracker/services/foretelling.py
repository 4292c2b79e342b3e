"""What publishing would do, by name: work that would be withdrawn, and units that are over with those that carry
on for them. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from tracker.drafts.continuing import Known
from tracker.extensions import db
from tracker.services.drafting import Draft
from tracker.store.models import PlanVersion, TaskVersion, Timing
from tracker.store.queries import units as find
from tracker.store.queries.rows import DroppedRow, HeirRow


def heirs(draft: Draft, today: date) -> tuple[HeirRow, ...]:
    """Units that the draft means as leads and that are over, each with its only successor."""
    planned = Counter(one.unit_id for prepared in draft.publishable for one in prepared.planned)
    gone = [unit for unit in planned if draft.holders.get(unit)]
    now = find.names(db.session, {draft.holder(unit) for unit in gone}, today)
    then = draft.names.choosable
    return tuple(
        HeirRow(then[unit].name, now.get(draft.holder(unit), ""), planned[unit])
        for unit in gone
        if unit in then
    )


def dropped(known: Iterable[Known], today: date) -> tuple[DroppedRow, ...]:
    """Each task and period that would lose work, with the units that do it now."""
    grouped: dict[tuple[int, str, date | None], list[int]] = {}
    for one in known:
        grouped.setdefault((one.timing_id, one.period, one.due), []).append(one.holder_id)
    titles = _titles({timing for timing, _period, _due in grouped})
    names = find.names(db.session, {unit for units in grouped.values() for unit in units}, today)
    return tuple(
        DroppedRow(titles.get(timing, ""), period, due, tuple(names.get(unit, "") for unit in units))
        for (timing, period, due), units in grouped.items()
    )


def _titles(timing_ids: Iterable[int]) -> dict[int, str]:
    """Timing → its task as the newest version words it."""
    query = (
        select(Timing.id, TaskVersion.title)
        .join(TaskVersion, TaskVersion.task_id == Timing.task_id)
        .join(PlanVersion, PlanVersion.id == TaskVersion.plan_version_id)
        .where(Timing.id.in_(list(timing_ids)))
        .order_by(PlanVersion.ordinal)
    )
    return dict(db.session.execute(query).all())
