"""Committees, and their units, groups and people from CSV.

A file is taken whole or not at all, and taking it twice changes nothing. A line adds or corrects; nothing is
ever removed because a file does not mention it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tracker.access import UNIT_ROLES, Actor, Thing, need
from tracker.errors import NotFound, Refused
from tracker.extensions import db
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import (
    Alias,
    Committee,
    Person,
    Role,
    Unit,
    UnitGroup,
    UnitGroupMember,
    UnitVersion,
)
from tracker.units import roster
from tracker.units.matching import key

ADDED, CHANGED, SAME = "added", "changed", "same"


@dataclass(frozen=True)
class Imported:
    """How many units, groups or people were new, corrected, or as they were."""

    added: int
    changed: int
    same: int


def create_committee(
    actor: Actor, name: str, short_name: str, place: str, *, at: datetime, demonstration: bool = False
) -> int:
    """A committee that will use the system. Raises `Refused` when there is one of that name."""
    need(actor, "installation.run", Thing())
    with transaction(db.session):
        if db.session.scalar(select(Committee.id).where(Committee.name == name)) is not None:
            raise Refused(f"Đã có cơ quan “{name}”. Xin dùng cơ quan ấy hoặc đặt tên khác.")
        committee = Committee(
            name=name, short_name=short_name, place=place, demonstration=demonstration, created_at=at
        )
        db.session.add(committee)
        db.session.flush()
        _note(actor, "committee-created", committee.id, {"name": name}, at)
        return committee.id


def import_units(actor: Actor, committee_id: int, data: bytes | str, *, at: datetime) -> Imported:
    """Units from CSV, with their other spellings. A file of groups is taken by `import_groups`."""
    need(actor, "unit.import", Thing(committee_id))
    if roster.is_groups(data):
        return import_groups(actor, committee_id, data, at=at)
    complaints = roster.Complaints()
    lines = roster.read_units(data, complaints)
    with transaction(db.session):
        _lock(committee_id)
        known = _units(committee_id)
        _check_parents(lines, known, complaints)
        aliases = _Aliases(committee_id, complaints)
        for line in lines:
            aliases.check(line.number, line.aliases, ("unit", line.code))
        complaints.settle()
        results = {line.code: _take_unit(committee_id, line, known, at) for line in lines}
        db.session.flush()
        for line in lines:
            touched = _set_parent(line, known)
            own = (line.name, line.short_name or "")
            touched |= aliases.add(line.aliases, own, unit_id=known[line.code].id)
            if touched and results[line.code] == SAME:
                results[line.code] = CHANGED
        return _imported(actor, "units-imported", committee_id, results, at)


def import_groups(actor: Actor, committee_id: int, data: bytes | str, *, at: datetime) -> Imported:
    """Groups from CSV: by kind, or by a list of unit codes."""
    need(actor, "unit.import", Thing(committee_id))
    complaints = roster.Complaints()
    lines = roster.read_groups(data, complaints)
    with transaction(db.session):
        _lock(committee_id)
        units = _units(committee_id)
        for line in lines:
            _complain_of_unknown(line.number, line.units, units, complaints)
        aliases = _Aliases(committee_id, complaints)
        for line in lines:
            aliases.check(line.number, line.aliases, ("group", line.name))
        complaints.settle()
        known = {group.name: group for group in _of(UnitGroup, committee_id)}
        results = {}
        for line in lines:
            results[line.name] = _take_group(committee_id, line, known, units)
            db.session.flush()
            if (
                aliases.add(line.aliases, (line.name,), group_id=known[line.name].id)
                and results[line.name] == SAME
            ):
                results[line.name] = CHANGED
        return _imported(actor, "groups-imported", committee_id, results, at)


def import_people(actor: Actor, committee_id: int, data: bytes | str, *, at: datetime) -> Imported:
    """People and their roles from CSV, one line a role."""
    need(actor, "people.import", Thing(committee_id))
    complaints = roster.Complaints()
    lines = roster.read_people(data, complaints, UNIT_ROLES)
    with transaction(db.session):
        _lock(committee_id)
        units = _units(committee_id)
        for line in lines:
            _complain_of_unknown(line.number, (line.unit,) if line.unit else (), units, complaints)
            if line.role == "admin" and not actor.holds("operator"):
                complaints.add(line.number, "vai trò quản trị hệ thống chỉ được cấp ngay trên máy chủ.")
        complaints.settle()
        results: dict[str, str] = {}
        people = _people(line.email for line in lines)
        for line in lines:
            result = _take_person(actor, committee_id, line, people, at)
            result = _worse(result, _take_role(committee_id, line, people[line.email], units))
            results[line.email] = _worse(results.get(line.email, SAME), result)
        return _imported(actor, "people-imported", committee_id, results, at)


# One line


def _take_unit(committee_id: int, line: roster.UnitLine, known: dict[str, Unit], at: datetime) -> str:
    unit = known.get(line.code)
    if unit is None:
        unit = Unit(committee_id=committee_id, code=line.code, created_at=at)
        unit.versions = [UnitVersion(ordinal=1, name=line.name)]
        known[line.code] = unit
        db.session.add(unit)
        result = ADDED
    else:
        result = SAME
    wanted = {"courtesy": line.courtesy, "mailbox": line.mailbox}
    named = {
        "name": line.name,
        "short_name": line.short_name,
        "kind": line.kind,
        "level": line.level,
        "place": line.place,
    }
    # The name is corrected in its last version; a renaming by decision makes a new one elsewhere.
    changed = _assign(unit, wanted) | _assign(unit.versions[-1], named)
    return CHANGED if changed and result == SAME else result


def _set_parent(line: roster.UnitLine, known: Mapping[str, Unit]) -> bool:
    if line.parent is None:
        return False
    parent_id = known[line.parent].id if line.parent else None
    version = known[line.code].versions[-1]
    if version.parent_id == parent_id:
        return False
    version.parent_id = parent_id
    return True


def _take_group(
    committee_id: int, line: roster.GroupLine, known: dict[str, UnitGroup], units: Mapping[str, Unit]
) -> str:
    group = known.get(line.name)
    result = SAME
    if group is None:
        group = UnitGroup(committee_id=committee_id, name=line.name, rule=None)
        known[line.name] = group
        db.session.add(group)
        result = ADDED
    rule = {"kind": line.kind} if line.kind else None
    wanted = {units[code].id for code in line.units}
    if group.rule != rule or {member.unit_id for member in group.members} != wanted:
        group.rule = rule
        kept = [member for member in group.members if member.unit_id in wanted]
        new = sorted(wanted - {member.unit_id for member in kept})
        group.members = kept + [UnitGroupMember(unit_id=unit_id) for unit_id in new]
        result = CHANGED if result == SAME else result
    return result


def _take_person(
    actor: Actor, committee_id: int, line: roster.PersonLine, people: dict[str, Person], at: datetime
) -> str:
    person = people.get(line.email)
    if person is None:
        person = Person(name=line.name, email=line.email, phone=line.phone or "", created_at=at)
        people[line.email] = person
        db.session.add(person)
        return ADDED
    if not _ours(actor, person, committee_id):
        return SAME
    return CHANGED if _assign(person, {"name": line.name, "phone": line.phone}) else SAME


def _ours(actor: Actor, person: Person, committee_id: int) -> bool:
    """Whether this committee may correct the person: not one who also belongs to another."""
    return actor.holds("operator") or all(role.committee_id == committee_id for role in person.roles)


def _take_role(committee_id: int, line: roster.PersonLine, person: Person, units: Mapping[str, Unit]) -> str:
    wanted = (
        line.role,
        None if line.role == "admin" else committee_id,
        units[line.unit].id if line.unit else None,
    )
    if any((role.role, role.committee_id, role.unit_id) == wanted for role in person.roles):
        return SAME
    person.roles.append(Role(role=wanted[0], committee_id=wanted[1], unit_id=wanted[2]))
    return CHANGED


class _Aliases:
    """The committee's other spellings: each means one thing, so a second meaning is complained of."""

    def __init__(self, committee_id: int, complaints: roster.Complaints) -> None:
        self._committee_id = committee_id
        self._complaints = complaints
        self._rows = {row.key: row for row in _of(Alias, committee_id)}
        self._meant: dict[str, tuple[str, str]] = {}
        codes = {unit.id: code for code, unit in _units(committee_id).items()}
        groups = {group.id: group.name for group in _of(UnitGroup, committee_id)}
        for form, row in self._rows.items():
            unit = ("unit", codes.get(row.unit_id or 0, ""))
            self._meant[form] = unit if row.unit_id else ("group", groups.get(row.group_id or 0, ""))

    def check(self, number: int, texts: Iterable[str], meant: tuple[str, str]) -> None:
        for text in texts:
            if len(text) > 400:
                self._complaints.add(number, f"tên khác dài {len(text)} ký tự; xin rút còn tối đa 400.")
            known = self._meant.setdefault(key(text), meant)
            if known != meant:
                self._complaints.add(
                    number, f"tên khác “{text}” đã được dùng cho “{known[1]}”; xin bỏ ở một trong hai chỗ."
                )

    def add(
        self,
        texts: Iterable[str],
        own: Iterable[str],
        *,
        unit_id: int | None = None,
        group_id: int | None = None,
    ) -> bool:
        """Keep the spellings that say more than the names themselves; True when one is new."""
        known = {key(name) for name in own if name}
        new = {key(text): text for text in texts if key(text) not in self._rows and key(text) not in known}
        for form, text in new.items():
            row = Alias(
                committee_id=self._committee_id,
                key=form,
                text=text,
                unit_id=unit_id,
                group_id=group_id,
                origin="import",
            )
            self._rows[form] = row
            db.session.add(row)
        return bool(new)


# What memory has, and what is written of the deed


def _lock(committee_id: int) -> None:
    """Two imports of one committee follow each other."""
    if db.session.get(Committee, committee_id, with_for_update=True) is None:
        raise NotFound("Không có cơ quan này. Xin chọn lại cơ quan.")


def _of(model: type[Any], committee_id: int) -> list[Any]:
    return list(db.session.scalars(select(model).where(model.committee_id == committee_id)))


def _units(committee_id: int) -> dict[str, Unit]:
    return {unit.code: unit for unit in _of(Unit, committee_id)}


def _people(emails: Iterable[str]) -> dict[str, Person]:
    rows = db.session.scalars(select(Person).where(Person.email.in_(set(emails))))
    return {person.email: person for person in rows}


def _assign(thing: Any, values: Mapping[str, Any]) -> bool:
    """Set what is given and differs; True when something did."""
    new = {
        name: value for name, value in values.items() if value is not None and getattr(thing, name) != value
    }
    for name, value in new.items():
        setattr(thing, name, value)
    return bool(new)


def _check_parents(
    lines: Iterable[roster.UnitLine], known: Mapping[str, Unit], complaints: roster.Complaints
) -> None:
    """Every parent exists, and going up from any unit ends."""
    ups: dict[str, str] = {}
    codes = {unit.id: code for code, unit in known.items()}
    for code, unit in known.items():
        ups[code] = codes.get(unit.versions[-1].parent_id or 0, "")
    given = {line.code: line for line in lines}
    ups |= {code: line.parent for code, line in given.items() if line.parent is not None}
    for line in given.values():
        _complain_of_unknown(
            line.number, (line.parent,) if line.parent else (), {**known, **given}, complaints
        )
        if line.parent and _comes_back(line.code, ups):
            complaints.add(
                line.number, f"“{line.code}” và “{line.parent}” thuộc lẫn nhau; xin sửa cột thuoc."
            )


def _comes_back(code: str, ups: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    up = ups.get(code, "")
    while up and up not in seen:
        if up == code:
            return True
        seen.add(up)
        up = ups.get(up, "")
    return False


def _complain_of_unknown(
    number: int, codes: Iterable[str], known: Mapping[str, object], complaints: roster.Complaints
) -> None:
    for code in codes:
        if code not in known:
            complaints.add(
                number, f"không có đơn vị mã “{code}”; xin sửa mã, hoặc nạp danh sách đơn vị trước."
            )


def _worse(first: str, second: str) -> str:
    """Added says more than changed, changed more than same."""
    order = (SAME, CHANGED, ADDED)
    return max(first, second, key=order.index)


def _imported(
    actor: Actor, deed: str, committee_id: int, results: Mapping[str, str], at: datetime
) -> Imported:
    """The sum, and its fact. An import that changed nothing leaves no trace."""
    counts = Counter(results.values())
    total = Imported(counts[ADDED], counts[CHANGED], counts[SAME])
    if total.added or total.changed:
        _note(actor, deed, committee_id, {name: counts[name] for name in (ADDED, CHANGED, SAME)}, at)
    return total


def _note(actor: Actor, deed: str, committee_id: int, after: Mapping[str, Any], at: datetime) -> None:
    record(
        db.session,
        actor,
        deed,
        thing="committee",
        thing_id=committee_id,
        committee_id=committee_id,
        after=after,
        at=at,
    )
