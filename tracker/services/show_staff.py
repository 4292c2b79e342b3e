"""What may be looked at of people: one person, those who left, units that nobody gets letters for, contacts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from tracker.access import Actor, Thing, may, need
from tracker.clock import vietnam_day
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.services import absences as deeds
from tracker.services import staff_parts as parts
from tracker.store.models import Person
from tracker.store.queries import plans as find_plans
from tracker.store.queries import staff as find
from tracker.store.queries.absences import AbsenceRow, absences
from tracker.store.queries.staff import ContactRow, FormerRow, PersonPage, SilentUnit
from tracker.store.queries.units import names


def person_page(actor: Actor, committee_id: int, person_id: int, *, at: datetime) -> PersonPage:
    """One person of the committee: roles over time, absences, history."""
    thing = Thing(committee_id, person_id=person_id)
    need(actor, "people.see", thing)
    parts.known(person_id, committee_id)
    one = db.session.get(Person, person_id)
    if one is None:
        raise NotFound("Không tìm thấy người dùng này. Xin chọn lại trong danh sách.")
    today = vietnam_day(at)
    return PersonPage(
        id=one.id,
        name=one.name,
        email=one.email,
        phone=one.phone,
        active=one.active,
        can_log_in=bool(one.password_hash),
        roles=find.held_roles(db.session, person_id, committee_id, today),
        absences=tuple(_seen_absences(actor, person_id, today)),
        facts=tuple(
            fact
            for fact in find_plans.facts(
                db.session, thing="person", thing_id=person_id, committee_id=committee_id
            )
            if fact.deed not in ("signed-in", "signed-out")
        ),
        may_change=may(actor, "people.change", thing),
        may_set_absence=one.active and deeds.may_set(actor, person_id, at=at),
        bounced_at=one.bounced_at,
        bounce=one.bounce,
    )


def _seen_absences(actor: Actor, person_id: int, today: date) -> Iterable[AbsenceRow]:
    """Those about a unit of a committee whose people the actor may see; one about every unit, where one of them is."""
    for row in absences(db.session, people=[person_id], since=today):
        if row.unit_id is not None:
            where = {parts.unit_of(row.unit_id).committee_id}
        else:
            roles = parts.open_roles(row.person_id, today)
            where = {role.committee_id for role in roles if role.unit_id and role.committee_id}
        if any(may(actor, "people.see", Thing(one)) for one in where):
            yield row


def former(actor: Actor, committee_id: int, *, at: datetime) -> tuple[FormerRow, ...]:
    """Those whose roles in the committee are over, or not begun."""
    need(actor, "people.see", Thing(committee_id))
    return find.former(db.session, committee_id, vietnam_day(at))


def silent_units(actor: Actor, committee_id: int, *, at: datetime) -> tuple[SilentUnit, ...]:
    """Đơn vị chưa có người nhận thư: a doubt, not a fault."""
    need(actor, "people.see", Thing(committee_id))
    return find.silent_units(db.session, committee_id, vietnam_day(at))


def my_absences(actor: Actor, *, at: datetime) -> tuple[AbsenceRow, ...]:
    """When the actor is away, and for whom they act, from today on."""
    need(actor, "self.change", Thing(person_id=actor.id))
    return tuple(absences(db.session, people=[actor.id or 0], since=vietnam_day(at)))


def colleagues(actor: Actor, committee_id: int, *, at: datetime) -> tuple[tuple[int, str], ...]:
    """(id, name and address) to choose a deputy or a successor from."""
    need(actor, "contact.see", Thing(committee_id))
    return find.colleagues(db.session, committee_id, vietnam_day(at))


def contacts(actor: Actor, unit_id: int) -> tuple[ContactRow, ...]:
    """The contacts of a unit, for everybody of its committee."""
    need(actor, "contact.see", Thing(parts.unit_of(unit_id).committee_id))
    return find.contacts(db.session, unit_id)


def may_change_contacts(actor: Actor, unit_id: int) -> bool:
    """Whether the page offers to change them."""
    unit = parts.unit_of(unit_id)
    return may(actor, "contact.change", Thing(unit.committee_id, unit_ids=frozenset({unit_id})))


def absent(actor: Actor, person_id: int, *, at: datetime) -> tuple[str, tuple[tuple[int, str], ...]]:
    """The name of the person whose absence may be set, and their units: (id, name)."""
    if not deeds.may_set(actor, person_id, at=at):
        need(actor, "absence.set", Thing(person_id=person_id))
    one = db.session.get(Person, person_id)
    if one is None:
        raise NotFound("Không tìm thấy người dùng này. Xin chọn lại trong danh sách.")
    today = vietnam_day(at)
    ids = {role.unit_id for role in parts.open_roles(person_id, today) if role.unit_id}
    return one.name, tuple(sorted(names(db.session, ids, today).items(), key=lambda unit: unit[1]))
