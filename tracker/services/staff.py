"""People and their roles by hand, and where a unit is reached: add, correct, end, close."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.access import Actor, Thing, need
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import staff_parts as parts
from tracker.services.record import record, record_unit
from tracker.services.staff_parts import Entered
from tracker.store.engine import transaction
from tracker.store.models import Contact, Role, Unit

DUTIES = ("head", "deputy", "officer")


# People


def add_person(
    actor: Actor,
    committee_id: int,
    entered: Entered,
    *,
    role: str,
    unit_id: int | None,
    begins: date | None,
    at: datetime,
) -> int:
    """Somebody new with their first role; returns their id. Who is known by the address in another committee alone
    gets the role as they are: name and telephone are for those who know them longer to correct."""
    need(actor, "people.change", Thing(committee_id))
    parts.fitting(role, unit_id)
    if unit_id is not None:
        parts.unit_of(unit_id, committee_id)
    with transaction(db.session):
        known = parts.from_elsewhere(entered, committee_id)
        one = known or parts.new_person(entered, at)
        before = parts.give_role(
            one, role, committee_id, parts.kept_unit(role, unit_id), begins or vietnam_day(at)
        )
        after = {"role": role, "unit_id": unit_id}
        _note(actor, "role-added" if known else "person-added", one.id, committee_id, at, before, after)
        return one.id


def correct_person(actor: Actor, person_id: int, entered: Entered, *, at: datetime) -> None:
    """Another spelling of the name, another address or telephone: the same person. To another address mail has not
    come back yet."""
    parts.need_everywhere(actor, person_id)
    with transaction(db.session):
        one = parts.person(person_id)
        name, phone = parts.read_name(entered.name), parts.read_phone(entered.phone)
        email = parts.read_email(entered.email)
        parts.free_email(email, but=person_id)
        given = {"name": name, "email": email, "phone": phone}
        changed = [field for field, value in given.items() if getattr(one, field) != value]
        if not changed:
            return
        if one.email != email:
            one.bounced_at, one.bounce = None, ""  # that was the other address
        one.name, one.email, one.phone = name, email, phone
        _note(actor, "person-corrected", person_id, _home(person_id), at, after={"fields": changed})


def set_active(actor: Actor, person_id: int, active: bool, *, at: datetime) -> None:
    """Close an account (sessions and links die, absences end) or open it again (a new password is needed)."""
    parts.need_everywhere(actor, person_id)
    if actor.id == person_id:
        raise Refused(
            "Đồng chí đang dùng chính tài khoản này. Xin nhờ một người quản lý khác ngừng tài khoản.",
            code="own-account",
        )
    with transaction(db.session):
        one = parts.person(person_id)
        if one.active == active:
            return
        if active:
            one.active, one.password_hash = True, ""
        else:
            parts.close(one, at)
        _note(actor, "person-opened" if active else "person-closed", person_id, _home(person_id), at)


# Roles


def add_role(
    actor: Actor,
    person_id: int,
    committee_id: int,
    *,
    role: str,
    unit_id: int | None,
    begins: date | None,
    at: datetime,
) -> None:
    """One more role of somebody who is known in the committee."""
    need(actor, "people.change", Thing(committee_id))
    parts.known(person_id, committee_id)
    parts.fitting(role, unit_id)
    if unit_id is not None:
        parts.unit_of(unit_id, committee_id)
    with transaction(db.session):
        one = parts.person(person_id)
        if not one.active:
            raise Refused("Tài khoản này đã ngừng. Xin mở lại tài khoản trước.", code="closed")
        before = parts.give_role(
            one, role, committee_id, parts.kept_unit(role, unit_id), begins or vietnam_day(at)
        )
        after = {"role": role, "unit_id": unit_id}
        _note(actor, "role-added", person_id, committee_id, at, before, after)


def end_role(actor: Actor, role_id: int, *, last_day: date, at: datetime) -> None:
    """The role holds until that day and no longer. Somebody's own role as manager is for another to end."""
    row = db.session.get(Role, role_id)
    if row is None:
        raise NotFound("Không tìm thấy vai trò này. Xin tải lại trang của người dùng.")
    need(actor, "people.change", Thing(row.committee_id))
    if row.person_id == actor.id and row.role == "manager":
        raise Refused(
            "Đồng chí đang quản lý cơ quan này bằng chính vai trò ấy. Xin nhờ một người quản lý khác.",
            code="own-role",
        )
    person_id = row.person_id
    with transaction(db.session):
        parts.person(person_id)
        row = db.session.get_one(Role, role_id, populate_existing=True)
        if row.valid_from is not None and last_day < row.valid_from:
            raise Invalid(
                f"Vai trò bắt đầu ngày {row.valid_from:%d/%m/%Y}, sau ngày kết thúc đã ghi. "
                "Xin chọn ngày kết thúc muộn hơn.",
                code="end-before-start",
            )
        if row.valid_to is not None and row.valid_to < vietnam_day(at):
            raise Refused(
                f"Vai trò đã kết thúc ngày {row.valid_to:%d/%m/%Y}. Xin tải lại trang.", code="ended"
            )
        before = {"valid_to": row.valid_to.isoformat() if row.valid_to else None}
        row.valid_to = last_day
        after = {"role": row.role, "unit_id": row.unit_id, "valid_to": last_day.isoformat()}
        _note(actor, "role-ended", person_id, row.committee_id, at, before, after)


# Contacts


def set_mailbox(actor: Actor, unit_id: int, mailbox: str, *, at: datetime) -> None:
    """The office's own address; empty takes it away."""
    _need_contact(actor, unit_id)
    address = parts.read_email(mailbox, needed=False)
    with transaction(db.session):
        unit = db.session.get_one(Unit, unit_id, with_for_update=True, populate_existing=True)
        before, unit.mailbox = unit.mailbox, address
        if before != address:
            record_unit(
                db.session, actor, "mailbox-changed", unit, at, {"mailbox": before}, {"mailbox": address}
            )


def add_contact(
    actor: Actor, unit_id: int, duty: str, entered: Entered, *, at: datetime, person_id: int | None = None
) -> int:
    """One more contact of a unit; returns its id."""
    _need_contact(actor, unit_id)
    given = _contact(duty, entered)
    if person_id is not None:
        parts.known(person_id, parts.unit_of(unit_id).committee_id)
    with transaction(db.session):
        unit = db.session.get_one(Unit, unit_id, with_for_update=True, populate_existing=True)
        _one_head(unit_id, duty)
        row = Contact(unit_id=unit_id, person_id=person_id, **given)
        db.session.add(row)
        db.session.flush()
        record_unit(db.session, actor, "contact-added", unit, at, None, {"duty": duty})
        return row.id


def change_contact(actor: Actor, contact_id: int, duty: str, entered: Entered, *, at: datetime) -> None:
    unit_id = _contact_unit(contact_id)
    _need_contact(actor, unit_id)
    given = _contact(duty, entered)
    with transaction(db.session):
        unit = db.session.get_one(Unit, unit_id, with_for_update=True, populate_existing=True)
        _one_head(unit_id, duty, but=contact_id)
        row = db.session.get_one(Contact, contact_id, populate_existing=True)
        before = _told(row)
        if before == given:
            return
        if row.name != given["name"]:
            row.person_id = None  # another person: the account that was meant is not theirs
        for name, value in given.items():
            setattr(row, name, value)
        record_unit(db.session, actor, "contact-changed", unit, at, {"duty": before["duty"]}, {"duty": duty})


def remove_contact(actor: Actor, contact_id: int, *, at: datetime) -> None:
    unit_id = _contact_unit(contact_id)
    _need_contact(actor, unit_id)
    with transaction(db.session):
        row = db.session.get(Contact, contact_id)
        if row is not None:
            record_unit(
                db.session, actor, "contact-removed", parts.unit_of(unit_id), at, {"duty": row.duty}, None
            )
            db.session.delete(row)


def _contact(duty: str, entered: Entered) -> dict[str, str]:
    if duty not in DUTIES:
        raise Invalid("Xin chọn chức trách: người đứng đầu, cấp phó hoặc đầu mối.", code="duty")
    given = {
        "duty": duty,
        "name": parts.read_name(entered.name),
        "email": parts.read_email(entered.email, needed=False),
        "phone": parts.read_phone(entered.phone),
    }
    if not given["email"] and not given["phone"]:
        raise Invalid(
            f"Chưa có cách liên hệ với {given['name']}. Xin ghi thư điện tử hoặc số điện thoại.",
            code="no-address",
        )
    return given


def _one_head(unit_id: int, duty: str, *, but: int | None = None) -> None:
    if duty != "head":
        return
    query = select(Contact).where(
        Contact.unit_id == unit_id, Contact.duty == "head", Contact.id != (but or 0)
    )
    head = db.session.scalar(query)
    if head is not None:
        raise Refused(
            f"{head.name} đang ghi là người đứng đầu. Xin sửa dòng ấy, hoặc bỏ dòng ấy trước.",
            code="head-twice",
        )


def _told(row: Contact) -> dict[str, str]:
    return {"duty": row.duty, "name": row.name, "email": row.email, "phone": row.phone}


def _contact_unit(contact_id: int) -> int:
    row = db.session.get(Contact, contact_id)
    if row is None:
        raise NotFound("Dòng liên hệ này không còn. Xin tải lại trang của đơn vị.")
    return row.unit_id


# What all of them need


def _need_contact(actor: Actor, unit_id: int) -> None:
    unit = parts.unit_of(unit_id)
    need(actor, "contact.change", Thing(unit.committee_id, unit_ids=frozenset({unit_id})))


def _home(person_id: int) -> int | None:
    return db.session.scalar(select(Role.committee_id).where(Role.person_id == person_id).order_by(Role.id))


def _note(
    actor: Actor,
    deed: str,
    person_id: int,
    committee_id: int | None,
    at: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    record(
        db.session,
        actor,
        deed,
        thing="person",
        thing_id=person_id,
        committee_id=committee_id,
        at=at,
        before=before,
        after=after,
    )
