"""Đã tiếp nhận and tình hình: the holder says that it has taken note of its work, and how far the work is.

Neither changes a figure.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tracker import access, life
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound
from tracker.extensions import db
from tracker.services.assignment_deed import changing, note
from tracker.services.held import held
from tracker.services.work import seen
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Plan, ProgressNote


def see(actor: Actor, assignment_id: int, *, at: datetime) -> None:
    """Staff of the holder has taken note of the work. A second time changes nothing."""
    with changing(actor, "see", assignment_id) as work:
        if seen(work, actor, vietnam_day(at)):
            note(actor, work, "seen", at, {})


def see_plan(actor: Actor, plan_id: int, unit_id: int, *, at: datetime) -> int:
    """Staff of a unit has taken note of all its work in a plan. Returns how many pieces were new."""
    with transaction(db.session):
        plan = db.session.get(Plan, plan_id, with_for_update={"read": True})
        if plan is None:
            raise NotFound("Không tìm thấy kế hoạch này.")
        access.need(
            actor, "work.acknowledge", Thing(plan.committee_id, plan.coordinator_id, frozenset({unit_id}))
        )
        query = select(Assignment).where(
            Assignment.plan_id == plan_id,
            Assignment.holder_id == unit_id,
            Assignment.state.in_(life.DEEDS["see"].starts),
            Assignment.seen_on.is_(None),
        )
        new = [work for work in db.session.scalars(query) if not held(plan, work)]
        for work in new:
            seen(work, actor, vietnam_day(at))
            note(actor, work, "seen", at, {})
        return len(new)


def note_progress(
    actor: Actor,
    assignment_id: int,
    *,
    text: str = "",
    percent: int | None = None,
    obstacle: str = "",
    covers: str = "",
    at: datetime,
) -> None:
    """How far the work is, in words, percent, and what stands in its way; kept with those before it. `covers` is
    the period that was asked about."""
    with changing(actor, "note", assignment_id) as work:
        text, obstacle = text.strip()[:2000], obstacle.strip()[:2000]
        if percent is not None and not 0 <= percent <= 100:
            raise Invalid("Tỷ lệ hoàn thành là số từ 0 đến 100.", code="bad-percent")
        if not text and percent is None and not obstacle:
            raise Invalid("Xin ghi tình hình, tỷ lệ hoàn thành hoặc khó khăn, vướng mắc.", code="empty-note")
        assert actor.id is not None
        seen(work, actor, vietnam_day(at))
        db.session.add(
            ProgressNote(
                assignment_id=work.id,
                person_id=actor.id,
                at=at,
                covers=covers[:20],
                percent=percent,
                text=text,
                obstacle=obstacle,
            )
        )
        told = {"text": text, "percent": percent, "obstacle": obstacle, "covers": covers}
        note(actor, work, "noted", at, {key: value for key, value in told.items() if value not in ("", None)})
