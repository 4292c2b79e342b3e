"""Files that may be opened: a plan's document, evidence; whoever may see one of their uses may see the file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tracker import access
from tracker.access import Actor, Thing
from tracker.errors import Forbidden, NotFound
from tracker.extensions import db
from tracker.services.plan_deed import thing_of_plan, thing_of_published
from tracker.store.models import Assignment, Evidence, Plan, PlanVersion, StoredFile, Submission


def file(actor: Actor, file_id: int, *, at: datetime) -> tuple[str, str, bytes]:
    """(name, media type, content) of a plan's document or of evidence."""
    stored = db.session.get(StoredFile, file_id)
    if stored is None:
        raise NotFound("Không tìm thấy tệp này.")
    if not any(access.may(actor, deed, thing) for deed, thing in _uses(stored, actor)):
        raise Forbidden("Tài khoản của đồng chí không có quyền xem tệp này.")
    return stored.name, stored.media_type, stored.content


def _uses(stored: StoredFile, actor: Actor) -> list[tuple[str, Thing]]:
    """For what the file is used, as (deed, thing): seeing one of them is enough to see the file."""
    uses: list[tuple[str, Thing]] = []
    for version in db.session.scalars(select(PlanVersion).where(PlanVersion.file_id == stored.id)):
        plan = version.plan
        if version.state == "draft":
            uses.append(("plan.review", thing_of_plan(plan)))
            continue
        uses.append(("plan.see", thing_of_published(actor, plan)))
    query = (
        select(Assignment, Plan)
        .join(Submission, Submission.assignment_id == Assignment.id)
        .join(Evidence, Evidence.submission_id == Submission.id)
        .join(Plan, Plan.id == Assignment.plan_id)
        .where(Evidence.file_id == stored.id)
    )
    for work, plan in db.session.execute(query):
        uses.append(
            (
                "work.see",
                Thing(work.committee_id, plan.coordinator_id, frozenset({work.holder_id, work.unit_id})),
            )
        )
    return uses
