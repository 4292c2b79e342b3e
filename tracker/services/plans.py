"""Plans come in: from a file that is read, or by hand. What comes out is a draft; nobody is written to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import func, select

from tracker import access
from tracker.access import Actor, Thing
from tracker.deadlines.periods import add_months
from tracker.documents.read import read
from tracker.drafts import codec
from tracker.drafts.expand import FIRST_DAY, LAST_DAY, LONGEST_MONTHS
from tracker.drafts.model import PlanDraft, PlanHead, PlanPeriod
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.parsing.plan import parse
from tracker.services.drafting import lock_plan
from tracker.services.evidence import media_type, safe_name, stored_file
from tracker.services.held import refuse_held
from tracker.services.plan_deed import note_plan, thing_of_plan
from tracker.store.engine import transaction
from tracker.store.models import DraftRow, Plan, PlanVersion, StoredFile, Unit

PLAIN = "text/plain; charset=utf-8"
PLAIN_KINDS = ("txt", "csv", "markdown")
LONGEST_NUMBER = 100
LONGEST_ISSUER = 300


def import_plan(
    actor: Actor,
    committee_id: int,
    coordinator_id: int,
    name: str,
    data: bytes,
    *,
    at: datetime,
    plan_id: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Read a file into a draft; with `plan_id`, as the next version of that plan. Returns the version's id.

    `progress` hears (pages read, pages in all) of a scan, which takes a second or two a page. Raises
    `UnreadableFile` in words; nothing is stored then.
    """
    access.need(actor, "plan.import", _thing(committee_id, coordinator_id))
    assert actor.id is not None
    name = safe_name(name)
    document = read(data, name, progress=progress)
    draft = parse(document)
    kind = PLAIN if document.kind in PLAIN_KINDS else media_type(name, data)
    with transaction(db.session):
        plan = _next_of(actor, plan_id) if plan_id else _new(actor, committee_id, coordinator_id, at)
        file = stored_file(name, data, kind, committee_id, actor.id, at)
        version = _add_version(plan, draft, file, at)
        db.session.flush()
        note_plan(actor, plan, "imported", at, {"version": version.id, "file": name, "sha256": file.sha256})
        return version.id


def new_plan(
    actor: Actor,
    committee_id: int,
    coordinator_id: int,
    *,
    title: str,
    period_start: date,
    period_end: date | None,
    number: str = "",
    issuer: str = "",
    issued_on: str = "",
    at: datetime,
) -> int:
    """Begin a plan by hand, without a file; rows are added under review. Returns the version's id."""
    access.need(actor, "plan.import", _thing(committee_id, coordinator_id))
    if not title.strip():
        raise Invalid("Xin ghi trích yếu của kế hoạch.", code="no-title")
    check_head(number, issuer, period_start, period_end)
    head = PlanHead(
        number=number.strip() or None,
        title=title.strip(),
        issuer=issuer.strip() or None,
        issued_on=issued_on or None,
        period=PlanPeriod(period_start, period_end),
    )
    with transaction(db.session):
        plan = _new(actor, committee_id, coordinator_id, at)
        version = _add_version(plan, PlanDraft(head), None, at)
        db.session.flush()
        note_plan(actor, plan, "begun", at, {"version": version.id})
        return version.id


def check_head(number: str, issuer: str, period_start: date, period_end: date | None) -> None:
    """What a person may enter as the head of a plan. Raises `Invalid`."""
    if len(number) > LONGEST_NUMBER or len(issuer) > LONGEST_ISSUER:
        raise Invalid("Số, ký hiệu hoặc tên cơ quan ban hành quá dài. Xin ghi ngắn lại.", code="too-long")
    if period_end and period_end < period_start:
        raise Invalid("Thời gian kết thúc kế hoạch đứng trước thời gian bắt đầu.", code="end-before-start")
    last = period_end or period_start
    if not FIRST_DAY <= period_start <= LAST_DAY or not last <= add_months(period_start, LONGEST_MONTHS):
        raise Invalid("Thời gian thực hiện cần nằm trong 30 năm, từ năm 1990 trở đi.", code="bad-period")


def _thing(committee_id: int, coordinator_id: int) -> Thing:
    """The coordinator must be a unit of that committee; somebody else's unit gives no right here."""
    unit = db.session.get(Unit, coordinator_id)
    if unit is None or unit.committee_id != committee_id:
        raise NotFound("Không tìm thấy đơn vị theo dõi này.")
    return Thing(committee_id, coordinator_id)


def _new(actor: Actor, committee_id: int, coordinator_id: int, at: datetime) -> Plan:
    plan = Plan(
        committee_id=committee_id, coordinator_id=coordinator_id, created_by_id=actor.id, created_at=at
    )
    db.session.add(plan)
    return plan


def _next_of(actor: Actor, plan_id: int) -> Plan:
    plan = lock_plan(plan_id)
    if plan is None:
        raise NotFound("Không tìm thấy kế hoạch này.")
    access.need(actor, "plan.import", thing_of_plan(plan))
    refuse_held(plan, "")
    if any(version.state == "draft" for version in plan.versions):
        raise Refused("Kế hoạch này đang có một bản thảo chưa ban hành. Xin xử lý bản đó trước.")
    return plan


def _add_version(plan: Plan, draft: PlanDraft, file: StoredFile | None, at: datetime) -> PlanVersion:
    db.session.flush()
    last = db.session.scalar(select(func.max(PlanVersion.ordinal)).where(PlanVersion.plan_id == plan.id))
    head = draft.plan
    version = PlanVersion(
        plan=plan,
        ordinal=(last or 0) + 1,
        number=(head.number or "")[:LONGEST_NUMBER],
        title=head.title or "",
        issuer=(head.issuer or "")[:LONGEST_ISSUER],
        issued_on=head.issued_on or "",
        period_start=head.period.start,
        period_end=head.period.end,
        head=codec.head_to_json(head),
        blocks=list(draft.blocks),
        leftover=[codec.source_to_json(source) for source in draft.leftover],
        lint=[codec.doubt_to_json(doubt) for doubt in draft.lint],
        file=file,
        created_at=at,
    )
    version.rows = [
        DraftRow(position=position, data=codec.task_to_json(task))
        for position, task in enumerate(draft.tasks)
    ]
    db.session.add(version)
    return version
