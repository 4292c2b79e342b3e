"""Why a reorganisation can no longer be undone: what was done since to what it touched. Whoever calls has asked for the
right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from tracker.clock import vietnam_day
from tracker.extensions import db
from tracker.services import succession_steps as steps
from tracker.store.models import (
    Absence,
    Alias,
    Assignment,
    Contact,
    DraftRow,
    Fact,
    Mention,
    Plan,
    PlanVersion,
    Role,
    UnitChange,
    UnitGroup,
    UnitGroupMember,
    UnitVersion,
)


def against_undoing(row: UnitChange, at: datetime) -> str:
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
