"""Units, groups, people and spellings, as they are on a day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from tracker.access import Grant
from tracker.store.engine import AnySession
from tracker.store.models import (
    Absence,
    Alias,
    Committee,
    Person,
    Role,
    Unit,
    UnitGroup,
    UnitSuccession,
    UnitVersion,
)
from tracker.store.queries.absences import absences, stood_in
from tracker.store.queries.rows import GroupRow, PersonRow, RoleRow, UnitRow
from tracker.units.groups import by_list, by_rule
from tracker.vietnamese.order import sort_key

KIND_ORDER = ("committee", "office", "agency", "organisation", "commune", "other")


def valid_on(model: type[UnitVersion] | type[Role], day: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions: the row holds on that day (both ends belong to it; None is open)."""
    return (
        or_(model.valid_from.is_(None), model.valid_from <= day),
        or_(model.valid_to.is_(None), model.valid_to >= day),
    )


def units(
    session: AnySession, day: date, *, committee_id: int | None = None, ids: Iterable[int] | None = None
) -> list[UnitRow]:
    """Units that exist on the day; with `ids`, these units under the last name they had by then."""
    query = select(*_COLUMNS).join(UnitVersion, UnitVersion.unit_id == Unit.id)
    if committee_id is not None:
        query = query.where(Unit.committee_id == committee_id)
    query = query.where(*(valid_on(UnitVersion, day) if ids is None else (Unit.id.in_(list(ids)),)))
    found: dict[int, UnitRow] = {}
    for unit_id, since, *values in session.execute(query.order_by(Unit.id, UnitVersion.ordinal)):
        if unit_id not in found or since is None or since <= day:
            found[unit_id] = _unit_row(unit_id, *values)
    return list(found.values())


# Columns, not objects: a committee may have every commune of the country, and pages ask several times.
_COLUMNS = (
    Unit.id,
    UnitVersion.valid_from,
    Unit.committee_id,
    Unit.code,
    Unit.courtesy,
    Unit.mailbox,
    UnitVersion.kind,
    UnitVersion.name,
    UnitVersion.short_name,
    UnitVersion.level,
    UnitVersion.place,
    UnitVersion.parent_id,
)


def unit(session: AnySession, unit_id: int, day: date) -> UnitRow | None:
    """One unit as it is on that day; None where there is none."""
    return next(iter(units(session, day, ids=[unit_id])), None)


def in_order(rows: Iterable[UnitRow]) -> list[UnitRow]:
    """Units as lists show them: kinds in the order of `KIND_ORDER`, then by the Vietnamese order of names."""
    place = {kind: n for n, kind in enumerate(KIND_ORDER)}
    return sorted(rows, key=lambda unit: (place.get(unit.kind, len(place)), sort_key(unit.name)))


def names(session: AnySession, ids: Iterable[int], day: date) -> dict[int, str]:
    """Unit id → its name on the day."""
    wanted = set(ids)
    if not wanted:
        return {}
    query = select(UnitVersion.unit_id, UnitVersion.name, UnitVersion.valid_from)
    query = query.where(UnitVersion.unit_id.in_(wanted)).order_by(UnitVersion.unit_id, UnitVersion.ordinal)
    found: dict[int, str] = {}
    for unit_id, name, since in session.execute(query):
        if unit_id not in found or since is None or since <= day:
            found[unit_id] = name
    return found


def named_over_time(session: AnySession, ids: Iterable[int]) -> Callable[[int, date], str]:
    """A function (unit id, day) → its name on the day: the last that it had by then, else its first one."""
    query = (
        select(UnitVersion.unit_id, UnitVersion.name, UnitVersion.valid_from)
        .where(UnitVersion.unit_id.in_(set(ids)))
        .order_by(UnitVersion.ordinal)
    )
    history: dict[int, list[tuple[str, date | None]]] = {}
    for unit_id, name, since in session.execute(query):
        history.setdefault(unit_id, []).append((name, since))

    def named(unit_id: int, day: date) -> str:
        found = ""
        for name, since in history.get(unit_id, ()):
            if not found or since is None or since <= day:
                found = name
        return found

    return named


def successors(session: AnySession, unit_ids: Iterable[int], day: date) -> dict[int, tuple[int, ...]]:
    """Of these units, those that are over on the day, each with who carries on for it then.

    Reorganisations are followed one after another. Nobody, or several units of which each has a part, is for
    a person to settle; so is one unit that took over only a part.
    """
    over = _over(session, day)
    steps = _steps(session, day, over) if over else {}
    return {unit: tuple(_ends(unit, steps, over, frozenset())) for unit in unit_ids if unit in over}


def holders(session: AnySession, unit_ids: Iterable[int], day: date) -> dict[int, int | None]:
    """Unit → who does its work on the day: itself, its only successor, or None where a person has to say."""
    wanted = list(unit_ids)
    over = successors(session, wanted, day)
    return {
        unit: unit if unit not in over else over[unit][0] if len(over[unit]) == 1 else None for unit in wanted
    }


def _over(session: AnySession, day: date) -> set[int]:
    """Units whose last version ended before the day."""
    begun = select(UnitVersion.unit_id).where(
        or_(UnitVersion.valid_to.is_(None), UnitVersion.valid_to >= day)
    )
    ended = select(UnitVersion.unit_id).where(UnitVersion.valid_to < day, UnitVersion.unit_id.not_in(begun))
    return set(session.scalars(ended))


def _steps(session: AnySession, day: date, over: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Unit that is over → the units that its last reorganisation named; none where only a part is provided for."""
    query = (
        select(
            UnitSuccession.unit_id,
            UnitSuccession.successor_id,
            UnitSuccession.function,
            UnitSuccession.effective_on,
        )
        .where(UnitSuccession.effective_on <= day)
        .order_by(UnitSuccession.effective_on, UnitSuccession.id)
    )
    last: dict[int, list[tuple[int | None, str, date]]] = {}
    for unit, successor, function, since in session.execute(query):
        if unit not in over:
            continue
        rows = last.setdefault(unit, [])
        if rows and rows[0][2] != since:
            rows.clear()
        rows.append((successor, function, since))
    return {unit: _named(rows) for unit, rows in last.items()}


def _named(rows: Iterable[tuple[int | None, str, date]]) -> tuple[int, ...]:
    rows = list(rows)
    named = tuple(dict.fromkeys(one for one, _function, _since in rows if one is not None))
    return () if len(rows) == 1 and rows[0][1] else named


def _ends(
    unit: int, steps: Mapping[int, tuple[int, ...]], over: Collection[int], seen: frozenset[int]
) -> dict[int, None]:
    """Who exists at the ends of the chains from a unit, in order."""
    if unit not in over:
        return {unit: None}
    found: dict[int, None] = {}
    for one in steps.get(unit, ()):
        if one not in seen:
            found |= _ends(one, steps, over, seen | {unit})
    return found


def _unit_row(
    unit_id: int,
    committee_id: int,
    code: str,
    courtesy: bool,
    mailbox: str,
    kind: str,
    name: str,
    short_name: str,
    level: str,
    place: str,
    parent_id: int | None,
) -> UnitRow:
    """From a line of `_COLUMNS`, in its order."""
    return UnitRow(
        id=unit_id,
        committee_id=committee_id,
        code=code,
        kind=kind,
        courtesy=courtesy,
        mailbox=mailbox,
        name=name,
        short_name=short_name or name,
        level=level,
        place=place,
        parent_id=parent_id,
    )


def groups(
    session: AnySession, committee_id: int, day: date, *, existing: Sequence[UnitRow] | None = None
) -> list[GroupRow]:
    """The committee's groups with the units that each of them means on the day; `existing` are the units of that
    day, where the caller has them already."""
    if existing is None:
        existing = units(session, day, committee_id=committee_id)
    found = list(
        session.scalars(
            select(UnitGroup)
            .where(UnitGroup.committee_id == committee_id)
            .options(selectinload(UnitGroup.members))
            .order_by(UnitGroup.name)
        )
    )
    there = {row.id for row in existing}
    gone = {m.unit_id for group in found if group.rule is None for m in group.members} - there
    heirs = successors(session, gone, day) if gone else {}
    said: dict[int, list[str]] = {}
    for group_id, text in session.execute(
        select(Alias.group_id, Alias.text)
        .where(Alias.committee_id == committee_id, Alias.group_id.is_not(None))
        .order_by(Alias.id)
    ):
        said.setdefault(group_id or 0, []).append(text)
    return [_group_row(group, existing, heirs, said.get(group.id, ())) for group in found]


def _group_row(
    group: UnitGroup,
    existing: Sequence[UnitRow],
    heirs: Mapping[int, tuple[int, ...]],
    spellings: Iterable[str],
) -> GroupRow:
    members = tuple(sorted(member.unit_id for member in group.members))
    without = tuple(group.exceptions)
    if group.rule is not None:
        meant = by_rule(group.rule, existing, without)
    else:
        meant = by_list(members, existing, heirs, without)
    return GroupRow(group.id, group.name, meant, group.rule, members, without, tuple(spellings))


def aliases(session: AnySession, committee_id: int) -> list[tuple[str, str]]:
    """(text, value) of every spelling that was recorded, value "unit:12" or "group:3"."""
    rows = session.scalars(select(Alias).where(Alias.committee_id == committee_id).order_by(Alias.id))
    return [(row.text, f"unit:{row.unit_id}" if row.unit_id else f"group:{row.group_id}") for row in rows]


def unit_aliases(session: AnySession, unit_id: int) -> tuple[str, ...]:
    """How people write the unit, as the committee has noted it."""
    return tuple(session.scalars(select(Alias.text).where(Alias.unit_id == unit_id).order_by(Alias.text)))


def grants(session: AnySession, person_id: int, day: date) -> tuple[Grant, ...]:
    """The roles of a person that hold on the day, and the unit roles of those for whom they act then."""
    query = select(Role).where(Role.person_id == person_id, *valid_on(Role, day)).order_by(Role.id)
    own = tuple(Grant(role.role, role.committee_id, role.unit_id) for role in session.scalars(query))
    acted = session.execute(stood_in(day).where(Absence.deputy_id == person_id, *valid_on(Role, day)))
    return own + tuple(
        Grant(row.Role.role, row.Role.committee_id, row.Role.unit_id, row.absent) for row in acted
    )


def people(
    session: AnySession, committee_id: int, day: date, *, unit_id: int | None = None
) -> list[PersonRow]:
    """Everybody with a role in the committee, and those roles; beside them the roles of absent colleagues.
    With `unit_id`, those alone who have a role in that unit, be it for somebody absent."""
    query = (
        select(Person, Role)
        .join(Role, Role.person_id == Person.id)
        .where(Role.committee_id == committee_id, *valid_on(Role, day))
        .order_by(Person.name, Person.id, Role.id)
    )
    standing_in = stood_in(day).where(Role.committee_id == committee_id, *valid_on(Role, day))
    acted = session.execute(standing_in).all()
    if unit_id is not None:
        holders = session.scalars(select(Role.person_id).where(Role.unit_id == unit_id, *valid_on(Role, day)))
        deputies = {row.deputy_id for row in acted if row.Role.unit_id == unit_id}
        query = query.where(Person.id.in_({*holders, *deputies}))
    found: dict[int, tuple[Person, list[tuple[Role, str]]]] = {}
    for person, role in session.execute(query):
        found.setdefault(person.id, (person, []))[1].append((role, ""))
    for row in acted:
        if row.deputy_id in found:
            found[row.deputy_id][1].append((row.Role, row.absent))
    unit_names = names(
        session, {r.unit_id for _, roles in found.values() for r, _for in roles if r.unit_id}, day
    )
    away = {one.person_id: one.ends_on for one in absences(session, since=day) if one.runs_on(day)}
    return [_person_row(person, roles, unit_names, away) for person, roles in found.values()]


def _person_row(
    person: Person,
    roles: list[tuple[Role, str]],
    unit_names: Mapping[int, str],
    away: Mapping[int, date],
) -> PersonRow:
    return PersonRow(
        id=person.id,
        name=person.name,
        email=person.email,
        phone=person.phone,
        active=person.active,
        can_log_in=bool(person.password_hash),
        roles=tuple(
            RoleRow(r.role, r.committee_id, r.unit_id, unit_names.get(r.unit_id or 0, ""), acting_for)
            for r, acting_for in roles
        ),
        away_until=away.get(person.id),
        bounced_at=person.bounced_at,
    )


def person_names(session: AnySession, ids: Iterable[int | None]) -> dict[int, str]:
    """Person id → name; None among the ids means nobody."""
    wanted = {one for one in ids if one is not None}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))).all())


def committees(session: AnySession, ids: Iterable[int]) -> list[Committee]:
    """The committees, the oldest first."""
    return list(session.scalars(select(Committee).where(Committee.id.in_(list(ids))).order_by(Committee.id)))
