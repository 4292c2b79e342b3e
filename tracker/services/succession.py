"""Sắp xếp đơn vị: what a reorganisation would do, line by line; carrying it out in one move; undoing it that day.

`propose` and `carry_out` work the same plan out, so that what was shown is what is done; a stamp tells whether
something changed in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from tracker import access, life
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import succession_steps as steps
from tracker.services.record import record
from tracker.services.succession_proposal import Choices, Proposal, work_out
from tracker.services.succession_undoing import against_undoing
from tracker.store.engine import transaction
from tracker.store.models import Assignment, Committee, Plan, Unit, UnitChange
from tracker.store.queries import succession as find
from tracker.store.queries import units as find_units
from tracker.store.queries.succession import ChangeRow
from tracker.units.succession import EXCUSE, HEIR, Change

CHANGED_SINCE = Refused(
    "Trong lúc xem trước đã có thay đổi. Xin xem lại bản mới dưới đây rồi xác nhận.", code="changed-since"
)


# Looking


def changes(actor: Actor, committee_id: int, *, at: datetime) -> tuple[ChangeRow, ...]:
    """Every reorganisation of the committee, the newest first."""
    access.need(actor, "unit.reorganise", Thing(committee_id))
    return tuple(find.changes(db.session, committee_id))


def change(actor: Actor, change_id: int, *, at: datetime) -> ChangeRow:
    """One of them."""
    row = _change(change_id)
    access.need(actor, "unit.reorganise", Thing(row.committee_id))
    return next(one for one in find.changes(db.session, row.committee_id) if one.id == change_id)


def why_not_undone(actor: Actor, change_id: int, *, at: datetime) -> str:
    """Why this one can no longer be undone; empty where it can."""
    row = _change(change_id)
    access.need(actor, "unit.reorganise", Thing(row.committee_id))
    return against_undoing(row, at)


def propose(actor: Actor, committee_id: int, change: Change, *, at: datetime) -> Proposal:
    """What the change would do. Raises `Faulty` where it cannot be done as it is."""
    access.need(actor, "unit.reorganise", Thing(committee_id))
    return work_out(committee_id, change, vietnam_day(at))


# Doing


def carry_out(
    actor: Actor, committee_id: int, change: Change, choices: Choices, stamp: str, *, at: datetime
) -> int:
    """Do it, all or nothing; returns the id under which it can be looked at and undone."""
    access.need(actor, "unit.reorganise", Thing(committee_id))
    try:
        with transaction(db.session):
            _lock(committee_id)
            proposal = work_out(committee_id, change, vietnam_day(at))
            if proposal.stamp != stamp:
                raise CHANGED_SINCE
            return _carry_out(actor, proposal, choices, at)
    except StaleDataError:
        raise CHANGED_SINCE from None


def _carry_out(actor: Actor, proposal: Proposal, choices: Choices, at: datetime) -> int:
    change, committee_id = proposal.change, proposal.committee_id
    chosen = _chosen(proposal, choices)
    row = UnitChange(
        committee_id=committee_id,
        kind=change.kind,
        effective_on=change.on,
        document=change.document[:300],
        done_by_id=actor.id,
        done_at=at,
    )
    db.session.add(row)
    db.session.flush()
    ledger = steps.Ledger(units=[[n, name] for n, name in zip(change.units, proposal.names, strict=True)])
    heir_ids = _reshape(committee_id, change, at, ledger)
    ledger.heirs = [
        [n, name, heir.function]
        for n, name, heir in zip(heir_ids, proposal.heir_names, change.heirs, strict=True)
    ]
    steps.relate(row, change, heir_ids)
    moves = {
        line.row.id: (to, line.move.reason)
        for line in proposal.works
        if (to := _target(chosen.works[line.row.id], heir_ids)) is not None
    }
    steps.hand_over(row, moves, at, ledger)
    steps.excuse([n for n, value in chosen.works.items() if value == EXCUSE], at, ledger)
    followed = {n: _target(value, heir_ids) for n, value in chosen.plans.items()}
    steps.follow_up({n: to for n, to in followed.items() if to is not None}, ledger)
    steps.move_roles({n: _target(value, heir_ids) for n, value in chosen.roles.items()}, change, ledger)
    steps.end_feeds(change, at, ledger)
    steps.regroup(committee_id, change, heir_ids if change.ended else [], ledger)
    steps.note_versions(ledger)
    row.before = vars(ledger)
    _tell_all(actor, row, proposal, ledger, at)
    return row.id


def _reshape(committee_id: int, change: Change, at: datetime, ledger: steps.Ledger) -> list[int]:
    """Units and versions as they are from the day on; returns the ids of the heirs in order."""
    if change.kind in ("renamed", "moved"):
        steps.become(change.units[0], change.heirs[0], change, ledger)
        return [change.units[0]]
    heir_ids = [
        heir.unit_id if heir.unit_id is not None else steps.make(heir, change, committee_id, at, ledger)
        for heir in change.heirs
    ]
    for unit_id in change.ended:
        steps.end(unit_id, change.last_day, ledger)
    if len(heir_ids) == 1:
        steps.adopt_children(change, heir_ids[0], ledger)
    return heir_ids


def _target(value: str, heir_ids: list[int]) -> int | None:
    """The unit that a choice names; None where nothing moves."""
    if value.startswith(HEIR):
        return heir_ids[int(value.removeprefix(HEIR))]
    return int(value.removeprefix("unit:")) if value.startswith("unit:") else None


def _chosen(proposal: Proposal, choices: Choices) -> Choices:
    """The choice for each line, checked: only what was offered, and nothing left open."""
    works = {line.row.id: choices.works.get(line.row.id, line.move.to) for line in proposal.works}
    plans = {line.id: choices.plans.get(line.id, line.move.to) for line in proposal.plans}
    roles = {line.id: choices.roles.get(line.id, line.to) for line in proposal.roles}
    missing = sum(not value for value in (*works.values(), *plans.values()))
    if missing:
        raise Invalid(
            f"Còn {missing} dòng chưa có đơn vị nhận. Xin chọn cho từng dòng có dấu nghi vấn.",
            code="unanswered",
        )
    offered = [(works[line.row.id], line.options) for line in proposal.works]
    offered += [(plans[line.id], line.options) for line in proposal.plans]
    offered += [(roles[line.id], line.options) for line in proposal.roles]
    if any(value not in {option.value for option in options} for value, options in offered):
        raise Invalid("Có lựa chọn không dùng được. Xin chọn lại trong danh sách.", code="not-offered")
    return Choices(works, plans, roles)


def _lock(committee_id: int) -> None:
    """One reorganisation of a committee at a time, and nobody edits its units meanwhile.

    Its plans are held, too: a publishing or a tick that has begun is awaited and then seen, one that begins later
    waits and sees the successors. Rows that refer to them may be written (no key is touched), or else whoever ticks
    and whoever reorganises would wait for each other.
    """
    queries = (
        select(Committee.id).where(Committee.id == committee_id),
        select(Plan.id).where(Plan.committee_id == committee_id).order_by(Plan.id),
        select(Unit.id).where(Unit.committee_id == committee_id).order_by(Unit.id),
    )
    for query in queries:
        db.session.execute(query.with_for_update(key_share=True)).all()


# Facts


def _tell_all(actor: Actor, row: UnitChange, proposal: Proposal, ledger: steps.Ledger, at: datetime) -> None:
    told = {"kind": row.kind, "on": row.effective_on.isoformat(), "document": row.document, "change": row.id}
    units = {n: name for n, name, *_rest in (*ledger.units, *ledger.heirs)}
    about = told | {"units": [u[1] for u in ledger.units], "heirs": [h[1] for h in ledger.heirs]}
    _fact(actor, row, "reorganised", "unit_change", row.id, at, {}, about | {"works": len(ledger.works)})
    for unit_id in units:
        _fact(actor, row, "reorganised", "unit", unit_id, at, {}, about)
    plan_of = {line.row.id: line.row.plan_id for line in proposal.works}
    names = find_units.names(db.session, _holders(ledger), vietnam_day(at)) | units
    for work_id, was, state, _version, excused in ledger.works:
        if excused:
            after: dict[str, Any] = {"state": life.EXCUSED, "reason": "đơn vị giải thể"}
            _fact(actor, row, "excused", "assignment", work_id, at, {"state": state}, after, plan_of[work_id])
            continue
        now = db.session.get(Assignment, work_id)
        assert now is not None
        before = {"holder": was, "name": names[was]}
        after = {"holder": now.holder_id, "name": names[now.holder_id], "from": names[was], **told}
        _fact(actor, row, "handed-over", "assignment", work_id, at, before, after, plan_of[work_id])
    for plan_id, was, to in ledger.plans:
        before, after = {"coordinator": was}, {"coordinator": to, "name": names.get(to, ""), **told}
        _fact(actor, row, "handed-over", "plan", plan_id, at, before, after, plan_id)


def _holders(ledger: steps.Ledger) -> set[int]:
    moved = db.session.scalars(
        select(Assignment.holder_id).where(Assignment.id.in_([line[0] for line in ledger.works[:900]]))
    )
    return set(moved) | {line[1] for line in ledger.works} | {n for line in ledger.plans for n in line[1:]}


def _fact(
    actor: Actor,
    row: UnitChange,
    deed: str,
    thing: str,
    thing_id: int,
    at: datetime,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    plan_id: int | None = None,
) -> None:
    record(
        db.session,
        actor,
        deed,
        thing=thing,
        thing_id=thing_id,
        committee_id=row.committee_id,
        plan_id=plan_id,
        before=before,
        after=after,
        at=at,
    )


# Undoing


def undo(actor: Actor, change_id: int, *, at: datetime) -> None:
    """Put everything back as it was, on the day of the deed and while nothing stands on it."""
    access.need(actor, "unit.reorganise", Thing(_change(change_id).committee_id))
    try:
        with transaction(db.session):
            row = _change(change_id)
            _lock(row.committee_id)
            against = against_undoing(row, at)
            if against:
                raise Refused(against, code="cannot-undo")
            for work_id, holder, state in steps.restore(row, at):
                work = db.session.get(Assignment, work_id)
                assert work is not None
                after = {"holder": holder, "state": state, "change": row.id}
                _fact(actor, row, "handed-back", "assignment", work_id, at, {}, after, work.plan_id)
            steps.let_earlier_be_undone(row)
            row.undone_by_id, row.undone_at = actor.id, at
            _fact(actor, row, "reorganisation-undone", "unit_change", row.id, at, {}, {"change": row.id})
            for unit_id, name in row.before["units"]:
                told = {"change": row.id, "name": name}
                _fact(actor, row, "reorganisation-undone", "unit", unit_id, at, {}, told)
    except StaleDataError:
        raise Refused(
            "Có việc vừa được cập nhật nên chưa hoàn tác được. Xin tải lại trang.", code="overtaken"
        ) from None


def _change(change_id: int) -> UnitChange:
    row = db.session.get(UnitChange, change_id)
    if row is None:
        raise NotFound("Không tìm thấy lần sắp xếp này.")
    return row
