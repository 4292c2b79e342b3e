"""Sắp xếp đơn vị: what a reorganisation would do, line by line; carrying it out in one move; undoing it that day.

`propose` and `carry_out` work the same plan out, so that what was shown is what is done; a stamp tells whether
something changed in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm.exc import StaleDataError

from tracker import access, life
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import succession_steps as steps
from tracker.services.record import record
from tracker.services.succession_proposal import Choices, Proposal, work_out
from tracker.store.engine import transaction
from tracker.store.models import (
    Absence,
    Alias,
    Assignment,
    Committee,
    Contact,
    DraftRow,
    Fact,
    Mention,
    Plan,
    PlanVersion,
    Role,
    Unit,
    UnitChange,
    UnitGroup,
    UnitGroupMember,
    UnitVersion,
)
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
    return _against_undoing(row, at)


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
            against = _against_undoing(row, at)
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


def _against_undoing(row: UnitChange, at: datetime) -> str:
    """Why it stays: empty where nothing is against undoing."""
    if row.undone_at is not None:
        return "Lần sắp xếp này đã được hoàn tác."
    if vietnam_day(row.done_at) != vietnam_day(at):
        return "Chỉ hoàn tác được trong ngày đã làm. Xin lập một lần sắp xếp mới cho phần cần sửa."
    later = _later_changes(row)
    if later:
        return f"Sau đó đã có lần sắp xếp khác với {later}. Xin hoàn tác lần đó trước."
    edited = _edited_since(row)
    if edited:
        return f"Sau đó {edited}, nên không hoàn tác được nữa. Xin lập một lần sắp xếp mới cho phần cần sửa."
    worked = _worked_on(row)
    if worked:
        return f"{worked} việc đã chuyển vừa có cập nhật, nên không hoàn tác được nữa."
    if _people_changed(row):
        return "Vai trò của người dùng ở đơn vị kế thừa đã được đổi, nên không hoàn tác được nữa."
    moved = [plan_id for plan_id, _was, now in row.before["plans"] if _coordinator(plan_id) != now]
    if moved:
        return f"{len(moved)} kế hoạch đã đổi đơn vị theo dõi, nên không hoàn tác được nữa."
    return _new_unit_in_use(row)


def _later_changes(row: UnitChange) -> str:
    """The name of a unit of this change that a later one touched."""
    mine = _units_of(row)
    query = select(UnitChange).where(
        UnitChange.committee_id == row.committee_id, UnitChange.id > row.id, UnitChange.undone_at.is_(None)
    )
    for other in db.session.scalars(query):
        shared = mine & _units_of(other)
        if shared:
            return steps.last_version(min(shared)).name
    return _later_versions(row)


def _units_of(row: UnitChange) -> set[int]:
    """Every unit that it touched, also those below that came under the successor."""
    before = row.before
    versions = {line[0] for line in before["versions"]} | set(before["versions_made"])
    units = db.session.scalars(select(UnitVersion.unit_id).where(UnitVersion.id.in_(versions)))
    return {line[0] for line in (*before["units"], *before["heirs"])} | set(units)


def _later_versions(row: UnitChange) -> str:
    """The name of a unit whose version was edited since: what we closed is no longer closed as we did it."""
    made = set(row.before["versions_made"])
    for version_id, _last, _parent in row.before["versions"]:
        version = db.session.get(UnitVersion, version_id)
        if version is None:
            return "một đơn vị đã đổi tên"
        newest = steps.last_version(version.unit_id)
        if newest.id != version.id and newest.id not in made:
            return newest.name
    return ""


def _edited_since(row: UnitChange) -> str:
    """What somebody did since to a unit, a person or a group of this change; undoing would wipe it out."""
    own = (Fact.thing == "unit_change", Fact.thing_id == row.id, Fact.deed == "reorganised")
    mark = db.session.scalar(select(func.max(Fact.id)).where(*own)) or 0
    since = select(Fact.thing_id, Fact.deed).where(Fact.id > mark, Fact.committee_id == row.committee_id)
    for thing, deeds, ids in _touched(row):
        found = db.session.execute(since.where(Fact.thing == thing, Fact.deed.in_(deeds)).order_by(Fact.id))
        told = next((deeds[deed] for one, deed in found if one in ids), "")
        if told:
            return told
    return ""


EDITS_OF_UNITS = {
    "unit-corrected": "có đơn vị đã được sửa",
    "unit-changed": "có đơn vị đã đổi tên hoặc vị trí",
    "staff-changed": "đã thay người phụ trách ở đơn vị",
}
EDITS_OF_PEOPLE = {
    "role-added": "đã thêm vai trò của người dùng",
    "role-ended": "đã kết thúc vai trò của người dùng",
}
EDITS_OF_GROUPS = {"changed-group": "nhóm đơn vị đã được sửa", "removed-group": "nhóm đơn vị đã được xóa"}
EDITS_OF_LISTS = {
    "units-imported": "đã nạp lại danh sách đơn vị",
    "groups-imported": "đã nạp lại danh sách nhóm",
    "people-imported": "đã nạp lại danh sách người dùng",
}


def _touched(row: UnitChange) -> Iterable[tuple[str, Mapping[str, str], set[int]]]:
    """(kind of thing, deeds that stand on this change, ids that it touched)."""
    before = row.before
    roles = {line[0] for line in before["roles"]} | set(before["roles_made"])
    people = set(db.session.scalars(select(Role.person_id).where(Role.id.in_(roles))))
    yield "unit", EDITS_OF_UNITS, _units_of(row)
    yield "person", EDITS_OF_PEOPLE, people
    yield "group", EDITS_OF_GROUPS, {line[0] for line in before["groups"]}
    yield "committee", EDITS_OF_LISTS, {row.committee_id}


def _worked_on(row: UnitChange) -> int:
    expected = {line[0]: line[3] for line in row.before["works"]}
    ids = list(expected)
    count = 0
    for start in range(0, len(ids), 500):
        batch = ids[start : start + 500]
        query = select(Assignment.id, Assignment.row_version).where(Assignment.id.in_(batch))
        count += sum(version != expected[work_id] for work_id, version in db.session.execute(query))
    return count


def _people_changed(row: UnitChange) -> bool:
    made = row.before["roles_made"]
    kept = db.session.scalar(select(func.count()).select_from(Role).where(Role.id.in_(made)))
    touched = {line[0] for line in row.before["roles"]}
    there = db.session.scalar(select(func.count()).select_from(Role).where(Role.id.in_(touched)))
    return kept != len(made) or there != len(touched)


def _coordinator(plan_id: int) -> int | None:
    return db.session.scalar(select(Plan.coordinator_id).where(Plan.id == plan_id))


def _new_unit_in_use(row: UnitChange) -> str:
    """What refers to a unit that this change made, beside the change itself."""
    before = row.before
    for unit_id in before["units_made"]:
        name = next(str(heir[1]) for heir in before["heirs"] if heir[0] == unit_id)
        moved = {line[0] for line in before["works"]}
        led = select(Assignment.id).where(or_(Assignment.holder_id == unit_id, Assignment.unit_id == unit_id))
        uses = (
            ("việc mới", any(work_id not in moved for work_id in db.session.scalars(led))),
            ("người dùng mới", _beyond(Role, Role.unit_id == unit_id, before["roles_made"])),
            ("kế hoạch mới", _beyond(Plan, Plan.coordinator_id == unit_id, [p[0] for p in before["plans"]])),
            ("cách viết đã ghi", _beyond(Alias, Alias.unit_id == unit_id)),
            (
                "người vắng mặt mới",
                _beyond(Absence, Absence.unit_id == unit_id, [a[0] for a in before["absences"]]),
            ),
            ("đầu mối mới", _beyond(Contact, Contact.unit_id == unit_id, [c[0] for c in before["contacts"]])),
            (
                "đơn vị trực thuộc mới",
                _beyond(UnitVersion, UnitVersion.parent_id == unit_id, _own_children(before, unit_id)),
            ),
            ("nhóm đơn vị mới", _listed(unit_id) or _named_by_group(row, unit_id)),
            ("bản thảo đã chọn đơn vị này", _drafted(row.committee_id, unit_id)),
        )
        for what, used in uses:
            if used:
                return f"{name} đã có {what}, nên không hoàn tác được nữa."
    return ""


def _own_children(before: Mapping[str, Any], unit_id: int) -> list[int]:
    return [*before["versions_made"], *(line[0] for line in before["versions"])]


def _beyond(model: type[Any], where: Any, ours: Iterable[int] = ()) -> bool:
    """Whether there is a row besides those that the change itself made or moved."""
    known = set(ours)
    return any(found not in known for found in db.session.scalars(select(model.id).where(where)))


def _listed(unit_id: int) -> bool:
    query = select(UnitGroupMember.group_id).where(UnitGroupMember.unit_id == unit_id).limit(1)
    return db.session.scalar(query) is not None


def _named_by_group(row: UnitChange, unit_id: int) -> bool:
    """Whether a group, other than those that the change itself rewrote, has the unit in its rule or exceptions."""
    ours = {line[0] for line in row.before["groups"]}
    groups = db.session.scalars(select(UnitGroup).where(UnitGroup.committee_id == row.committee_id))
    return any(
        unit_id in (group.exceptions or ()) or (group.rule or {}).get("parent_id") == unit_id
        for group in groups
        if group.id not in ours
    )


def _drafted(committee_id: int, unit_id: int) -> bool:
    """Whether a plan means this unit: a published one by its mentions, a draft by what was chosen in it."""
    if db.session.scalar(select(Mention.id).where(Mention.unit_id == unit_id).limit(1)) is not None:
        return True
    query = (
        select(DraftRow.choices)
        .join(PlanVersion, PlanVersion.id == DraftRow.plan_version_id)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(Plan.committee_id == committee_id, PlanVersion.state == "draft")
    )
    return any(
        str(unit_id) in value.replace(":", ",").split(",")
        for choices in db.session.scalars(query)
        for value in choices.values()
        if value.startswith("unit")
    )
