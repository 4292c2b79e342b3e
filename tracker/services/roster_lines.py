"""What memory has of a committee's lists, as the lines that a file would have, and how planned lines are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.extensions import db
from tracker.store.models import Alias, Person, Role, Unit, UnitGroup, UnitGroupMember, UnitVersion
from tracker.units.matching import key
from tracker.units.roster import GroupLine, PersonLine, Spelling, UnitLine
from tracker.units.roster_plan import KnownPerson, Memory, Placed, Plan

ALIAS_OF_UNIT, ALIAS_OF_GROUP = "unit_id", "group_id"
# Above every ordinal in use, while versions change places.
ASIDE = 1_000_000


# Reading


def units_of(committee_id: int) -> dict[str, Unit]:
    """The units of a committee with their versions, by code."""
    query = (
        select(Unit)
        .where(Unit.committee_id == committee_id)
        .options(selectinload(Unit.versions))
        .order_by(Unit.id)
    )
    return {unit.code: unit for unit in db.session.scalars(query)}


def groups_of(committee_id: int) -> dict[str, UnitGroup]:
    """The groups of a committee with their members, by name."""
    query = (
        select(UnitGroup)
        .where(UnitGroup.committee_id == committee_id)
        .options(selectinload(UnitGroup.members))
        .order_by(UnitGroup.name)
    )
    return {group.name: group for group in db.session.scalars(query)}


def memory_of(committee_id: int) -> Memory:
    """Units and groups as lines."""
    units = units_of(committee_id)
    codes = {unit.id: code for code, unit in units.items()}
    said = _spellings(committee_id)
    return Memory(
        units={code: tuple(_unit_lines(unit, codes, said)) for code, unit in units.items()},
        groups={name: _group_line(group, codes, said) for name, group in groups_of(committee_id).items()},
    )


def _spellings(committee_id: int) -> dict[tuple[str, int], tuple[Spelling, ...]]:
    found: dict[tuple[str, int], tuple[Spelling, ...]] = {}
    query = select(Alias).where(Alias.committee_id == committee_id).order_by(Alias.id)
    for row in db.session.scalars(query):
        of = (ALIAS_OF_UNIT, row.unit_id) if row.unit_id else (ALIAS_OF_GROUP, row.group_id or 0)
        found[of] = (*found.get(of, ()), Spelling(row.text, row.kind))
    return found


def _unit_lines(
    unit: Unit, codes: Mapping[int, str], said: Mapping[tuple[str, int], tuple[Spelling, ...]]
) -> Iterable[UnitLine]:
    for version in unit.versions:
        yield UnitLine(
            code=unit.code,
            name=version.name,
            kind=version.kind,
            short_name=version.short_name,
            level=version.level,
            place=version.place,
            parent=codes.get(version.parent_id or 0, ""),
            valid_from=version.valid_from,
            valid_to=version.valid_to,
            mailbox=unit.mailbox,
            courtesy=unit.courtesy,
            spellings=said.get((ALIAS_OF_UNIT, unit.id), ()),
        )


def _group_line(
    group: UnitGroup, codes: Mapping[int, str], said: Mapping[tuple[str, int], tuple[Spelling, ...]]
) -> GroupLine:
    rule = group.rule or {}
    listed = {member.unit_id for member in group.members}
    return GroupLine(
        name=group.name,
        kind=str(rule.get("kind", "")),
        level=str(rule.get("level", "")),
        place=str(rule.get("place", "")),
        parent=codes.get(int(rule.get("parent_id") or 0), ""),
        units=_ordered(codes, listed),
        without=_ordered(codes, group.exceptions),
        spellings=said.get((ALIAS_OF_GROUP, group.id), ()),
    )


def _ordered(codes: Mapping[int, str], ids: Iterable[int]) -> tuple[str, ...]:
    """Codes in the order of the units: the same list is always written the same."""
    wanted = set(ids)
    return tuple(code for unit_id, code in codes.items() if unit_id in wanted)


def people_of(emails: Iterable[str]) -> dict[str, Person]:
    """Everybody with one of the addresses, whichever committee they belong to."""
    query = select(Person).where(Person.email.in_(set(emails))).options(selectinload(Person.roles))
    return {person.email: person for person in db.session.scalars(query)}


def known_people(
    people: Mapping[str, Person], committee_id: int, codes: Mapping[int, str], *, operator: bool
) -> dict[str, KnownPerson]:
    """People with the roles that they hold here. Somebody who belongs elsewhere, too, is not renamed from here."""
    return {
        email: KnownPerson(
            name=person.name,
            phone=person.phone,
            ours=operator or all(role.committee_id == committee_id for role in person.roles),
            roles={
                (role.role, codes.get(role.unit_id or 0, "")): (role.valid_from, role.valid_to)
                for role in person.roles
                if role.committee_id == committee_id or role.role == "admin"
            },
        )
        for email, person in people.items()
    }


def people_lines(committee_id: int, codes: Mapping[int, str]) -> list[PersonLine]:
    """One line a role, over all time."""
    query = (
        select(Person, Role)
        .join(Role, Role.person_id == Person.id)
        .where(Role.committee_id == committee_id)
        .order_by(Person.id, Role.id)
    )
    return [
        PersonLine(
            name=person.name,
            email=person.email,
            role=role.role,
            phone=person.phone,
            unit=codes.get(role.unit_id or 0, ""),
            valid_from=role.valid_from,
            valid_to=role.valid_to,
        )
        for person, role in db.session.execute(query)
    ]


# Keeping


def keep_units(committee_id: int, plan: Plan, at: datetime) -> None:
    """Write the planned versions; parents last, when every unit is there."""
    known = units_of(committee_id)
    rows: list[tuple[UnitVersion, UnitLine]] = []
    for code, placed in plan.units.items():
        unit = known.get(code)
        if unit is None:
            unit = known[code] = Unit(committee_id=committee_id, code=code, created_at=at)
            db.session.add(unit)
        unit.mailbox, unit.courtesy = placed[-1].line.mailbox, placed[-1].line.courtesy
        rows += _keep_versions(unit, placed)
    db.session.flush()
    for version, line in rows:
        parent_id = known[line.parent].id if line.parent else None
        if version.parent_id != parent_id:
            version.parent_id = parent_id
    keeping = _Spellings(committee_id)
    for code, placed in plan.units.items():
        keeping.keep(placed[-1].line.spellings, unit_id=known[code].id)


def _keep_versions(unit: Unit, placed: Iterable[Placed]) -> list[tuple[UnitVersion, UnitLine]]:
    old = list(unit.versions)
    rows = [(UnitVersion() if one.at is None else old[one.at], one.line) for one in placed]
    if [version for version, _ in rows[: len(old)]] != old:
        # No two versions may have one ordinal, not even on the way.
        for version in old:
            version.ordinal += ASIDE
        db.session.flush()
    for ordinal, (version, line) in enumerate(rows, 1):
        version.ordinal = ordinal
        version.name, version.short_name, version.kind = line.name, line.short_name, line.kind
        version.level, version.place = line.level, line.place
        version.valid_from, version.valid_to = line.valid_from, line.valid_to
        if version not in old:
            unit.versions.append(version)
    return rows


def keep_groups(committee_id: int, plan: Plan) -> None:
    """Write the planned groups."""
    units = {code: unit.id for code, unit in units_of(committee_id).items()}
    known = groups_of(committee_id)
    for name, line in plan.groups.items():
        if name not in known:
            known[name] = UnitGroup(committee_id=committee_id, name=name)
            db.session.add(known[name])
        _keep_group(known[name], line, units)
    db.session.flush()
    keeping = _Spellings(committee_id)
    for name, line in plan.groups.items():
        keeping.keep(line.spellings, group_id=known[name].id)


def _keep_group(group: UnitGroup, line: GroupLine, units: Mapping[str, int]) -> None:
    rule: dict[str, Any] = dict(line.rule)
    if "parent" in rule:
        rule["parent_id"] = units[rule.pop("parent")]
    group.rule = rule or None
    group.exceptions = sorted(units[code] for code in line.without)
    wanted = {units[code] for code in line.units}
    kept = [member for member in group.members if member.unit_id in wanted]
    new = sorted(wanted - {member.unit_id for member in kept})
    group.members = kept + [UnitGroupMember(unit_id=unit_id) for unit_id in new]


class _Spellings:
    """The committee's other spellings: new ones are added, a kind that is said is noted, none is removed."""

    def __init__(self, committee_id: int) -> None:
        self._committee_id = committee_id
        query = select(Alias).where(Alias.committee_id == committee_id)
        self._rows = {(key(row.text), row.unit_id, row.group_id): row for row in db.session.scalars(query)}

    def keep(
        self,
        spellings: Iterable[Spelling],
        *,
        unit_id: int | None = None,
        group_id: int | None = None,
    ) -> None:
        for one in spellings:
            place = (key(one.text), unit_id, group_id)
            row = self._rows.get(place)
            if row is None:
                row = self._rows[place] = Alias(
                    committee_id=self._committee_id,
                    key=place[0],
                    text=one.text,
                    kind=one.kind,
                    unit_id=unit_id,
                    group_id=group_id,
                    origin="import",
                )
                db.session.add(row)
            elif one.kind and row.kind != one.kind:
                row.kind = one.kind


def keep_people(committee_id: int, plan: Plan, units: Mapping[str, Unit], at: datetime) -> None:
    """Write the planned people and roles."""
    people = people_of(plan.people)
    for email, lines in plan.people.items():
        person = people.get(email)
        if person is None:
            person = Person(name=lines[0].name, email=email, phone=lines[0].phone, created_at=at)
            db.session.add(person)
        person.name, person.phone = lines[0].name, lines[0].phone
        for line in lines:
            _keep_role(person, committee_id, line, units)


def _keep_role(person: Person, committee_id: int, line: PersonLine, units: Mapping[str, Unit]) -> None:
    wanted = (
        line.role,
        None if line.role == "admin" else committee_id,
        units[line.unit].id if line.unit else None,
    )
    role = next((one for one in person.roles if (one.role, one.committee_id, one.unit_id) == wanted), None)
    if role is None:
        role = Role(role=wanted[0], committee_id=wanted[1], unit_id=wanted[2])
        person.roles.append(role)
    role.valid_from, role.valid_to = line.valid_from, line.valid_to
