"""People of a committee as they are to be looked after: roles over time, contacts, absences, units without people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from tracker.access import UNIT_ROLES
from tracker.life import OPEN
from tracker.store.engine import AnySession
from tracker.store.models import Assignment, Contact, Person, Role
from tracker.store.queries.absences import AbsenceRow
from tracker.store.queries.rows import FactRow, UnitRow
from tracker.store.queries.units import names, units, valid_on


@dataclass(frozen=True)
class ContactRow:
    """Where a unit is reached beside its mailbox. `duty` is head, deputy or officer; `bounced_at`: mail to the address
    comes back since then."""

    id: int
    duty: str
    name: str
    email: str
    phone: str
    person_id: int | None
    bounced_at: datetime | None = None


@dataclass(frozen=True)
class HeldRole:
    """A role with its days; `runs` says whether it holds today, `only` that nobody else is left in the unit."""

    id: int
    role: str
    unit_id: int | None
    unit_name: str
    valid_from: date | None
    valid_to: date | None
    runs: bool
    only: bool = False

    @property
    def ended(self) -> bool:
        return not self.runs and self.valid_to is not None


@dataclass(frozen=True)
class PersonPage:
    """One person with what may be done about them."""

    id: int
    name: str
    email: str
    phone: str
    active: bool
    can_log_in: bool
    roles: tuple[HeldRole, ...]
    absences: tuple[AbsenceRow, ...]
    facts: tuple[FactRow, ...]
    may_change: bool
    may_set_absence: bool
    bounced_at: datetime | None = None
    bounce: str = ""


@dataclass(frozen=True)
class FormerRow:
    """Somebody whose roles in the committee are over or not begun."""

    id: int
    name: str
    email: str
    active: bool


@dataclass(frozen=True)
class SilentUnit:
    """A unit in which no active person would get a letter."""

    unit: UnitRow
    open_work: int


def contacts(session: AnySession, unit_id: int) -> tuple[ContactRow, ...]:
    """The contacts of a unit: head, deputies, named officers."""
    order = ("head", "deputy", "officer")
    rows = session.scalars(select(Contact).where(Contact.unit_id == unit_id).order_by(Contact.id)).all()
    red = came_back(session, (row.email for row in rows))
    found = [
        ContactRow(r.id, r.duty, r.name, r.email, r.phone, r.person_id, red.get(r.email.casefold()))
        for r in rows
    ]
    return tuple(sorted(found, key=lambda row: order.index(row.duty) if row.duty in order else len(order)))


def came_back(session: AnySession, addresses: Iterable[str]) -> dict[str, datetime]:
    """Of these addresses those from which mail comes back, in small letters, each with since when."""
    wanted = {address.casefold() for address in addresses if address}
    query = select(Person.email, Person.bounced_at).where(
        func.lower(Person.email).in_(wanted), Person.bounced_at.is_not(None)
    )
    return {email.casefold(): at for email, at in session.execute(query) if at} if wanted else {}


def held_roles(session: AnySession, person_id: int, committee_id: int, day: date) -> tuple[HeldRole, ...]:
    """Every role that the person has or had in the committee, present ones first."""
    query = select(Role).where(Role.person_id == person_id, Role.committee_id == committee_id)
    rows = list(session.scalars(query.order_by(Role.id)))
    named = names(session, {row.unit_id for row in rows if row.unit_id}, day)
    alone = _alone(session, person_id, named, day)
    found = [
        HeldRole(
            row.id,
            row.role,
            row.unit_id,
            named.get(row.unit_id or 0, ""),
            row.valid_from,
            row.valid_to,
            _runs(row, day),
            row.unit_id in alone,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda row: (not row.runs, row.id)))


def _runs(role: Role, day: date) -> bool:
    return (role.valid_from is None or role.valid_from <= day) and (
        role.valid_to is None or role.valid_to >= day
    )


def _alone(session: AnySession, person_id: int, unit_ids: Iterable[int], day: date) -> set[int]:
    """Of these units, those in which no other active person has a role on the day."""
    wanted = set(unit_ids)
    query = _peopled(day).where(Role.unit_id.in_(wanted), Role.person_id != person_id)
    return wanted - set(session.scalars(query))


def _peopled(day: date) -> Any:
    return (
        select(Role.unit_id)
        .join(Person, Person.id == Role.person_id)
        .where(Person.active, Role.role.in_(UNIT_ROLES), *valid_on(Role, day))
        .distinct()
    )


def former(session: AnySession, committee_id: int, day: date) -> tuple[FormerRow, ...]:
    """People who have a role on record in the committee, but none that holds on the day."""
    here = select(Role.person_id).where(Role.committee_id == committee_id, *valid_on(Role, day))
    query = (
        select(Person)
        .join(Role, Role.person_id == Person.id)
        .where(Role.committee_id == committee_id, Person.id.not_in(here))
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return tuple(FormerRow(one.id, one.name, one.email, one.active) for one in session.scalars(query))


def silent_units(session: AnySession, committee_id: int, day: date) -> tuple[SilentUnit, ...]:
    """Units of the day without an active person; those with open work first."""
    peopled = set(session.scalars(_peopled(day)))
    empty = [row for row in units(session, day, committee_id=committee_id) if row.id not in peopled]
    work = open_work(session, [row.id for row in empty])
    found = [SilentUnit(row, work.get(row.id, 0)) for row in empty]
    return tuple(sorted(found, key=lambda one: (-one.open_work, one.unit.name)))


def open_work(session: AnySession, unit_ids: Iterable[int]) -> dict[int, int]:
    """Unit → how many open assignments it holds."""
    query = (
        select(Assignment.holder_id, func.count())
        .where(Assignment.state == OPEN, Assignment.holder_id.in_(set(unit_ids)))
        .group_by(Assignment.holder_id)
    )
    return {holder: count for holder, count in session.execute(query) if holder is not None}


def colleagues(session: AnySession, committee_id: int, day: date) -> tuple[tuple[int, str], ...]:
    """(id, name and units) of active people with a role in the committee that is not over: to choose from. The
    address tells apart who works in no unit, and who has the same name in the same unit."""
    query = (
        select(Person.id, Person.name, Person.email, Role.unit_id)
        .join(Role, Role.person_id == Person.id)
        .where(
            Role.committee_id == committee_id,
            Person.active,
            or_(Role.valid_to.is_(None), Role.valid_to >= day),
        )
        .order_by(Person.name, Person.id, Role.id)
    )
    found = session.execute(query).all()
    called = names(session, {unit_id for *_, unit_id in found if unit_id}, day)
    people: dict[int, tuple[str, str, dict[str, None]]] = {}
    for person_id, name, email, unit_id in found:
        units_of = people.setdefault(person_id, (name, email, {}))[2]
        if unit_id in called:
            units_of[called[unit_id]] = None
    told = {
        person_id: " · ".join((name, ", ".join(where) or email))
        for person_id, (name, email, where) in people.items()
    }
    same = Counter(told.values())
    return tuple(
        (person_id, words if same[words] == 1 else f"{words} ({people[person_id][1]})")
        for person_id, words in told.items()
    )
