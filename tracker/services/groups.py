"""Groups of units: what a plan calls them, and which units that means on a day.

A published plan keeps the units that a group meant when it was published; changing a group changes only what is
read and published from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from tracker import access
from tracker.access import Actor, Thing
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import drafting
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Alias, Mention, Plan, PlanVersion, Unit, UnitGroup, UnitGroupMember
from tracker.store.queries import units as find
from tracker.store.queries.rows import GroupRow, UnitRow
from tracker.units.groups import CONDITIONS, by_list, by_rule
from tracker.units.matching import key
from tracker.units.meaning import Meaning
from tracker.vietnamese.forms import tidy

NAME_LENGTH = 300


@dataclass(frozen=True)
class Said:
    """A group as somebody says it: by `rule`, or by `members` where the rule is None."""

    name: str
    rule: Mapping[str, Any] | None = None
    members: tuple[int, ...] = ()
    exceptions: tuple[int, ...] = ()
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """Whom a group means on a day: `units` those who are meant, `excepted` those who would be but for an
    exception."""

    day: date
    units: tuple[UnitRow, ...]
    excepted: tuple[UnitRow, ...]


# Looking


def listing(actor: Actor, committee_id: int, day: date) -> tuple[GroupRow, ...]:
    """Every group of the committee with the units that it means on the day."""
    access.need(actor, "unit.see", Thing(committee_id))
    return tuple(find.groups(db.session, committee_id, day))


def units_on(actor: Actor, committee_id: int, day: date) -> tuple[UnitRow, ...]:
    """The committee's units of the day, from which a group may be made."""
    access.need(actor, "unit.see", Thing(committee_id))
    return tuple(find.units(db.session, day, committee_id=committee_id))


def preview(actor: Actor, committee_id: int, said: Said, day: date) -> Preview:
    """Whom the group would mean on the day; nothing is written."""
    access.need(actor, "group.change", Thing(committee_id))
    units = find.units(db.session, day, committee_id=committee_id)
    meant = set(_meant(said, units, day))
    return Preview(
        day,
        tuple(one for one in units if one.id in meant and one.id not in said.exceptions),
        tuple(one for one in units if one.id in meant and one.id in said.exceptions),
    )


def _meant(said: Said, units: list[UnitRow], day: date) -> tuple[int, ...]:
    """Whom it means before exceptions."""
    if said.rule is not None:
        return by_rule(said.rule, units)
    gone = set(said.members) - {one.id for one in units}
    heirs = find.successors(db.session, gone, day) if gone else {}
    return by_list(said.members, units, heirs)


# Changing


def add(actor: Actor, committee_id: int, said: Said, *, day: date, empty: bool = False, at: datetime) -> int:
    """A new group. Returns its id. One that means nobody on the day is refused, unless `empty` says that this
    is known."""
    with transaction(db.session):
        access.need(actor, "group.change", Thing(committee_id))
        said = _checked(committee_id, None, said, day, empty)
        group = UnitGroup(committee_id=committee_id, name=said.name)
        db.session.add(group)
        db.session.flush()
        _write(group, said)
        _note(actor, "added-group", group, at, after=_told(group))
        return group.id


def change(actor: Actor, group_id: int, said: Said, *, day: date, empty: bool = False, at: datetime) -> None:
    """Another name, rule, list, exceptions or spellings. Plans that are published keep their units."""
    with transaction(db.session):
        group = _group(group_id)
        access.need(actor, "group.change", Thing(group.committee_id))
        said = _checked(group.committee_id, group_id, said, day, empty)
        before = _told(group)
        _write(group, said)
        db.session.flush()
        _note(actor, "changed-group", group, at, before=before, after=_told(group))


def remove(actor: Actor, group_id: int, *, at: datetime) -> None:
    """The group goes, unless a draft needs it. Published plans keep the units that it meant."""
    with transaction(db.session):
        group = _group(group_id)
        access.need(actor, "group.change", Thing(group.committee_id))
        using = _drafts_with(group, vietnam_day(at))
        if using:
            raise Refused(
                f"Bản thảo {', '.join(using[:3])} đang dùng nhóm này. "
                "Xin ban hành hoặc sửa bản thảo trước, rồi xóa nhóm.",
                code="in-use",
            )
        _note(actor, "removed-group", group, at, before=_told(group))
        db.session.execute(update(Mention).where(Mention.group_id == group_id).values(group_id=None))
        for alias in _aliases(group_id):
            db.session.delete(alias)
        db.session.delete(group)


def _group(group_id: int) -> UnitGroup:
    group = db.session.get(UnitGroup, group_id)
    if group is None:
        raise NotFound("Không tìm thấy nhóm này. Có thể nhóm đã được xóa.")
    return group


def _drafts_with(group: UnitGroup, today: date) -> list[str]:
    """What people call the drafts in which a mention means the group."""
    query = (
        select(PlanVersion)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(Plan.committee_id == group.committee_id, PlanVersion.state == "draft")
        .order_by(PlanVersion.id)
    )
    return [one.number or one.title for one in db.session.scalars(query) if _uses(one, group.id, today)]


def _uses(version: PlanVersion, group_id: int, today: date) -> bool:
    meanings = (
        Meaning.parse(mention.value)
        for row in drafting.prepare(version, today).rows
        if row.live
        for mention in row.mentions
    )
    return any(one.kind == "group" and one.id == group_id for one in meanings)


# What is said, checked


def _checked(committee_id: int, group_id: int | None, said: Said, day: date, empty: bool) -> Said:
    """The group tidied; what cannot be is refused in words."""
    said = _tidied(said)
    if not said.name:
        raise Invalid("Xin ghi tên nhóm, như trong văn bản: “UBND các xã, thị trấn”.", code="no-name")
    if len(said.name) > NAME_LENGTH:
        raise Invalid(f"Tên nhóm dài quá {NAME_LENGTH} ký tự. Xin rút gọn.", code="long-name")
    _check_names(committee_id, group_id, said)
    if said.rule is None and not said.members:
        raise Invalid(
            "Xin chọn ít nhất một đơn vị vào danh sách, hoặc đặt nhóm theo quy tắc.", code="no-units"
        )
    if said.rule is not None and not said.rule:
        raise Invalid(
            "Quy tắc chưa có điều kiện nào. Xin chọn loại, cấp, địa bàn hoặc đơn vị cấp trên.", code="no-rule"
        )
    _check_units(committee_id, said)
    units = find.units(db.session, day, committee_id=committee_id)
    if not empty and not set(_meant(said, units, day)) - set(said.exceptions):
        raise Invalid(
            f"Ngày {day:%d/%m/%Y} không có đơn vị nào thuộc nhóm này. Xin xem lại điều kiện, "
            "hoặc đánh dấu “Vẫn lưu” nếu đơn vị sẽ có sau.",
            code="empty-group",
        )
    return said


def _tidied(said: Said) -> Said:
    rule = None
    if said.rule is not None:
        rule = {name: said.rule[name] for name in CONDITIONS if said.rule.get(name)}
    spellings = dict.fromkeys(text for raw in said.spellings if (text := tidy(raw)))
    return Said(
        name=tidy(said.name),
        rule=rule,
        members=() if rule is not None else tuple(sorted(set(said.members))),
        exceptions=tuple(sorted(set(said.exceptions))),
        spellings=tuple(spellings),
    )


def _check_names(committee_id: int, group_id: int | None, said: Said) -> None:
    """One name means one group; another spelling must not be another group's."""
    query = select(UnitGroup).where(UnitGroup.committee_id == committee_id, UnitGroup.id != (group_id or 0))
    named = {key(one.name): one.name for one in db.session.scalars(query)}
    if key(said.name) in named:
        raise Invalid(
            f"Đã có nhóm tên “{named[key(said.name)]}”. Xin đặt tên khác, hoặc sửa nhóm ấy.",
            code="name-taken",
        )
    others = select(Alias.key, UnitGroup.name).join(UnitGroup, UnitGroup.id == Alias.group_id)
    taken = named | dict(
        db.session.execute(
            others.where(Alias.committee_id == committee_id, Alias.group_id != (group_id or 0))
        ).all()
    )
    for text in said.spellings:
        if key(text) in taken:
            raise Invalid(
                f"Cách viết “{text}” đã là của nhóm “{taken[key(text)]}”. Xin bỏ ở một trong hai nhóm.",
                code="spelling-taken",
            )


def _check_units(committee_id: int, said: Said) -> None:
    named = {*said.members, *said.exceptions, int((said.rule or {}).get("parent_id") or 0)} - {0}
    own = set(db.session.scalars(select(Unit.id).where(Unit.committee_id == committee_id)))
    if named - own:
        raise Invalid("Có đơn vị không thuộc danh mục của cơ quan này. Xin tải lại trang.", code="no-unit")


# What is written


def _write(group: UnitGroup, said: Said) -> None:
    group.name = said.name
    group.rule = dict(said.rule) if said.rule is not None else None
    group.exceptions = list(said.exceptions)
    known = {one.unit_id: one for one in group.members}
    group.members = [known.get(one) or UnitGroupMember(unit_id=one) for one in said.members]
    _write_spellings(group, said.spellings)


def _write_spellings(group: UnitGroup, spellings: Iterable[str]) -> None:
    wanted = {key(text)[:400]: text for text in spellings if key(text)}
    for alias in _aliases(group.id):
        if wanted.pop(alias.key, None) is None:
            db.session.delete(alias)
    for form, text in wanted.items():
        db.session.add(
            Alias(
                committee_id=group.committee_id,
                key=form,
                text=text[:400],
                group_id=group.id,
                origin="typed",
            )
        )


def _aliases(group_id: int) -> list[Alias]:
    return list(db.session.scalars(select(Alias).where(Alias.group_id == group_id).order_by(Alias.id)))


def _told(group: UnitGroup) -> dict[str, Any]:
    """The group as the log keeps it."""
    return {
        "name": group.name,
        "rule": group.rule,
        "members": sorted(one.unit_id for one in group.members),
        "exceptions": list(group.exceptions),
        "spellings": [one.text for one in _aliases(group.id)],
    }


def _note(
    actor: Actor,
    deed: str,
    group: UnitGroup,
    at: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    record(
        db.session,
        actor,
        deed,
        thing="group",
        thing_id=group.id,
        committee_id=group.committee_id,
        before=before,
        after=after,
        at=at,
    )
