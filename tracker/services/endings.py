"""The end of a plan: kết thúc (what is not done is named, and somebody says why it need not be), bãi bỏ (withdrawn by
a document), and a leader's going on with it.

Work that ended with its plan comes back to where it was when the plan goes on; evidence and progress stay throughout.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, insert, select, update

from tracker import access, life
from tracker.access import Actor
from tracker.clock import vietnam_day
from tracker.deadlines.reports import reporting_period
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services.drafting import lock_plan
from tracker.services.inheriting import give_to_heirs
from tracker.services.periods import reason_given
from tracker.services.plan_deed import note_plan, thing_of_plan
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Fact, Plan, Submission, Wait
from tracker.store.queries import work as find_work
from tracker.store.queries.closings import held_since
from tracker.store.queries.plans import published_of
from tracker.store.queries.rows import WorkRow
from tracker.store.queries.units import person_names
from tracker.store.queries.work import Wanted

CLOSED, WITHDRAWN = "closed", "withdrawn"
EXCUSES = {CLOSED: "plan-closed", WITHDRAWN: "plan-withdrawn"}
BATCH = 500
AGAIN = {life.OPEN: "plan-again", life.WAITING: "plan-again-waiting", life.SUBMITTED: "plan-again-sent"}

Key = tuple[int, int, str]


@dataclass(frozen=True)
class OpenGroup:
    """Work of one task, timing and period that is not done: the units that have it."""

    key: str
    title: str
    path_text: str
    period: str
    due_on: date | None
    rows: tuple[WorkRow, ...]

    @property
    def units(self) -> int:
        return len({row.holder_id for row in self.rows})


@dataclass(frozen=True)
class EndPage:
    """What ending the plan has to deal with: `open` work, and what was `sent` and waits for a decision."""

    plan_id: int
    plan_name: str
    plan_title: str
    ending: str
    ended_by: str
    ended_at: datetime | None
    reason: str
    open: tuple[OpenGroup, ...]
    sent: tuple[WorkRow, ...]
    done: int
    may_end: bool
    may_reopen: bool

    @property
    def works(self) -> int:
        return sum(len(group.rows) for group in self.open)


def end_page(actor: Actor, plan_id: int, *, at: datetime) -> EndPage:
    """A plan before its end, or after it."""
    plan = _plan(plan_id)
    thing = thing_of_plan(plan)
    access.need(actor, "period.see", thing)
    version = published_of(db.session, [plan_id])[0]
    rows = find_work.rows(db.session, Wanted(plans=[plan_id]), vietnam_day(at))
    going_on = [row for row in rows if plan.ending or row.work.held_on is None]
    return EndPage(
        plan_id=plan_id,
        plan_name=version.number or version.title,
        plan_title=version.title or version.number,
        ending=plan.ending,
        ended_by=person_names(db.session, [plan.ended_by_id]).get(plan.ended_by_id or 0, ""),
        ended_at=plan.ended_at,
        reason=plan.ending_reason,
        open=tuple(_groups(row for row in going_on if row.work.state in life.LIVE)),
        sent=tuple(row for row in going_on if row.work.state == life.SUBMITTED),
        done=sum(row.work.state == life.ACCEPTED for row in rows),
        may_end=access.may(actor, "plan.end", thing) and not plan.ending,
        may_reopen=access.may(actor, "plan.reopen", thing) and bool(plan.ending),
    )


def _groups(rows: Iterable[WorkRow]) -> list[OpenGroup]:
    found: dict[str, list[WorkRow]] = {}
    for row in rows:
        found.setdefault(key_of(row), []).append(row)
    return [
        OpenGroup(
            key=key,
            title=same[0].title,
            path_text=same[0].path_text,
            period=reporting_period(same[0].period, same[0].timing_label),
            due_on=max((row.due_on for row in same if row.due_on), default=None),
            rows=tuple(same),
        )
        for key, same in found.items()
    ]


def key_of(row: WorkRow) -> str:
    """The name of a group in a form."""
    return f"{row.task_id}.{row.timing_id}.{row.period}"


# Deeds.


def end_plan(actor: Actor, plan_id: int, reasons: Mapping[str, str], note: str = "", *, at: datetime) -> None:
    """The plan is over. `reasons` says for each group of open work (`key_of`) why nobody has to do it any longer;
    while one has none, or evidence waits for a decision, the plan goes on."""
    with transaction(db.session):
        plan = _going_on(actor, plan_id)
        works = _undecided(plan_id)
        sent = [work for work in works if work.state == life.SUBMITTED]
        if sent:
            raise Refused(
                f"Còn {len(sent)} việc đã gửi minh chứng đang chờ duyệt. Xin duyệt hoặc trả lại trước khi kết "
                "thúc kế hoạch.",
                code="undecided",
            )
        given = {work.id: _reason_of(work, reasons) for work in works}
        left = sum(not reason for reason in given.values())
        if left:
            raise Refused(
                f"Còn {left} việc đang mở chưa có lý do thôi giao. Xin ghi lý do cho từng nhóm việc, hoặc chờ "
                "đơn vị làm xong.",
                code="open-work",
            )
        _end(actor, plan, works, given, CLOSED, at)
        plan.ending_reason = note.strip()
        told = {"reason": plan.ending_reason, "excused": len(works)}
        note_plan(actor, plan, "plan-ended", at, told)


def withdraw_plan(actor: Actor, plan_id: int, reason: str, document: str, *, at: datetime) -> None:
    """The plan is withdrawn by a document: nothing that is not accepted has to be done any longer."""
    with transaction(db.session):
        plan = _going_on(actor, plan_id)
        reason, document = reason_given(reason, "bãi bỏ kế hoạch"), " ".join(document.split())[:300]
        if not document:
            raise Invalid("Xin ghi văn bản bãi bỏ: số, ký hiệu, ngày.", code="no-document")
        words = f"{reason} ({document})"
        works = _undecided(plan_id)
        _end(actor, plan, works, {work.id: words for work in works}, WITHDRAWN, at)
        plan.ending_reason = words
        told = {"reason": reason, "document": document, "excused": len(works)}
        note_plan(actor, plan, "plan-withdrawn", at, told)


def reopen_plan(actor: Actor, plan_id: int, reason: str, *, at: datetime) -> None:
    """A leader lets an ended plan go on, with the reason. Work that ended with it is where it was before, and is
    urged from today on."""
    with transaction(db.session):
        lock_plan(plan_id)
        plan = _plan(plan_id)
        access.need(actor, "plan.reopen", thing_of_plan(plan))
        reason = reason_given(reason, "tiếp tục kế hoạch")
        if not plan.ending:
            raise Refused("Kế hoạch này đang thực hiện, nên không cần mở lại.", code="not-ended")
        before = {"ending": plan.ending, "reason": plan.ending_reason}
        back = _bring_back(actor, plan, reason, at)
        plan.ending, plan.ending_reason, plan.ended_at, plan.ended_by_id = "", "", None, None
        note_plan(actor, plan, "plan-reopened", at, {"reason": reason, "reopened": back}, before=before)


def _reason_of(work: Assignment, reasons: Mapping[str, str]) -> str:
    return " ".join(reasons.get(f"{work.task_id}.{work.timing_id}.{work.period}", "").split())[:2000]


def _going_on(actor: Actor, plan_id: int) -> Plan:
    """The plan, held; deeds on its work are over, and others wait."""
    lock_plan(plan_id)
    plan = _plan(plan_id)
    access.need(actor, "plan.end", thing_of_plan(plan))
    if plan.ending:
        raise Refused(
            "Kế hoạch này đã kết thúc. Cần làm tiếp, xin đề nghị lãnh đạo mở lại kế hoạch.", code="held"
        )
    if any(version.state == "draft" for version in plan.versions):
        raise Refused(
            "Kế hoạch đang có một bản thảo chưa ban hành. Xin ban hành hoặc bỏ bản thảo đó trước.",
            code="draft",
        )
    return plan


def _undecided(plan_id: int) -> list[Assignment]:
    """What goes on; work of a closed period stays as it was counted."""
    query = select(Assignment).where(Assignment.plan_id == plan_id, Assignment.state.in_(life.UNDECIDED))
    since = held_since(db.session)
    works = db.session.scalars(query.order_by(Assignment.id))
    return [work for work in works if since(work.plan_id, work.timing_id, work.period) is None]


def _end(
    actor: Actor,
    plan: Plan,
    works: Sequence[Assignment],
    reasons: Mapping[int, str],
    ending: str,
    at: datetime,
) -> None:
    """Work that is not done ends with its plan, for the reason given."""
    by_reason: dict[tuple[str, str], list[int]] = {}
    for work in works:
        state = life.after(work.state, "end")
        assert state is not None
        by_reason.setdefault((state, reasons[work.id]), []).append(work.id)
    for (state, reason), ids in by_reason.items():
        _write(ids, {"state": state, "excuse": EXCUSES[ending], "excuse_reason": reason}, at)
    facts = [_fact(actor, w, "excused", {"state": w.state}, reasons[w.id], at) for w in works]
    _add_facts(facts)
    plan.ending, plan.ended_at, plan.ended_by_id = ending, at, actor.id


def _bring_back(actor: Actor, plan: Plan, reason: str, at: datetime) -> int:
    """What ended with the plan: sent again where evidence waits, waiting where it waited, else open."""
    query = select(Assignment).where(
        Assignment.plan_id == plan.id,
        Assignment.state == life.EXCUSED,
        Assignment.excuse.in_(EXCUSES.values()),
    )
    works = list(db.session.scalars(query))
    give_to_heirs(actor, works, at=at)
    ids = [work.id for work in works]
    sent, waiting = _sent(ids), _waiting(ids)
    by_state: dict[str, list[int]] = {}
    for work in works:
        was = (
            life.SUBMITTED
            if work.id in sent
            else life.WAITING
            if work.id in waiting or work.waits_for
            else life.OPEN
        )
        state = life.after(work.state, AGAIN[was])
        assert state is not None
        by_state.setdefault(state, []).append(work.id)
    for state, found in by_state.items():
        _write(found, {"state": state, "excuse": "", "excuse_reason": "", "urged_from": vietnam_day(at)}, at)
    _add_facts([_fact(actor, w, "reopened", {"state": w.state}, reason, at) for w in works])
    return len(works)


def _sent(ids: Collection[int]) -> set[int]:
    """Of these, the ones whose evidence waits for a decision."""
    query = select(Submission.assignment_id).where(Submission.state == "sent")
    return {one for batch in _batches(ids) for one in db.session.scalars(query.where(_in(batch, Submission)))}


def _waiting(ids: Collection[int]) -> set[int]:
    query = select(Wait.assignment_id).where(Wait.ended_on.is_(None))
    return {one for batch in _batches(ids) for one in db.session.scalars(query.where(_in(batch, Wait)))}


def _in(batch: list[int], model: type[Submission] | type[Wait]) -> Any:
    return model.assignment_id.in_(batch)


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    found = list(ids)
    return (found[n : n + BATCH] for n in range(0, len(found), BATCH))


def _write(ids: Sequence[int], values: Mapping[str, Any], at: datetime) -> None:
    """Calendars see the change, and so does whoever looked at the assignment before."""
    for batch in _batches(ids):
        db.session.execute(
            update(Assignment)
            .where(Assignment.id.in_(batch))
            .values(
                **values,
                changed_at=at,
                sequence=Assignment.sequence + 1,
                row_version=Assignment.row_version + 1,
            )
            .execution_options(synchronize_session=False)
        )


def _fact(
    actor: Actor, work: Assignment, deed: str, before: Mapping[str, Any], reason: str, at: datetime
) -> dict[str, Any]:
    return {
        "at": at,
        "actor_id": actor.id,
        "deed": deed,
        "committee_id": work.committee_id,
        "thing": "assignment",
        "thing_id": work.id,
        "plan_id": work.plan_id,
        "before": dict(before),
        "after": {"reason": reason},
    }


def _add_facts(facts: list[dict[str, Any]]) -> None:
    table = Fact.__table__
    assert isinstance(table, Table)
    if facts:
        db.session.execute(insert(table), facts)


def _plan(plan_id: int) -> Plan:
    plan = db.session.get(Plan, plan_id)
    if plan is None or not published_of(db.session, [plan_id]):
        raise NotFound("Không tìm thấy kế hoạch này, hoặc kế hoạch chưa ban hành.")
    return plan
