"""Thay người phụ trách: one person leaves a unit, another takes over, and everything that hung on the name moves.

What the work is bound to is the unit, so no assignment changes hands: the new person sees it, the old one no
longer does, and history goes on naming who acted. Preview and deed ask the same `_moves`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select

from tracker.access import UNIT_ROLES, Actor, Thing, need
from tracker.clock import vietnam_day
from tracker.errors import Invalid, Refused
from tracker.extensions import db
from tracker.services import feeds
from tracker.services import staff_parts as parts
from tracker.services.record import record
from tracker.services.staff_parts import Entered
from tracker.store.engine import transaction
from tracker.store.models import Contact, Person, Role, Unit
from tracker.store.queries.absences import AbsenceRow, absences
from tracker.store.queries.feeds import live_feeds
from tracker.store.queries.notices import unsent_letters
from tracker.store.queries.staff import open_work


@dataclass(frozen=True)
class Change:
    """The form: who leaves which unit on which day (the new one's first), and who takes over."""

    unit_id: int
    old_id: int
    day: date
    new_id: int | None = None
    entered: Entered | None = None
    close: bool = True


@dataclass(frozen=True)
class Preview:
    """What the change will do, for reading before it is done."""

    unit_name: str
    old_name: str
    new_name: str
    last_day: date
    first_day: date
    roles: tuple[str, ...]
    roles_left: int
    closes: bool
    reopens: bool
    open_work: int
    contacts: tuple[str, ...]
    renews_calendar: bool
    letters: int
    absences: tuple[AbsenceRow, ...]


@dataclass(frozen=True)
class _Moves:
    """The rows that the change touches."""

    unit: Unit
    old: Person
    roles: tuple[Role, ...]
    left: int
    contacts: tuple[Contact, ...]
    absences: tuple[AbsenceRow, ...]


def preview_change(actor: Actor, change: Change, *, at: datetime) -> Preview:
    """What would move. Refuses what the deed would refuse."""
    _need(actor, change)
    moves = _moves(change, at)
    new = _existing(change, moves.unit.committee_id)
    if new is None:
        name = _checked(change)
    else:
        name = new.name
        _not_twice(new, moves, change)
        _need_to_reopen(actor, new)
    return Preview(
        unit_name=parts.unit_name(moves.unit.id, vietnam_day(at)),
        old_name=moves.old.name,
        new_name=name,
        last_day=change.day - timedelta(days=1),
        first_day=change.day,
        roles=tuple(role.role for role in moves.roles),
        roles_left=moves.left,
        closes=change.close and not moves.left,
        reopens=new is not None and not new.active,
        open_work=open_work(db.session, [moves.unit.id]).get(moves.unit.id, 0),
        contacts=tuple(row.duty for row in moves.contacts),
        renews_calendar=bool(live_feeds(db.session, moves.unit.id)),
        letters=unsent_letters(db.session, moves.old.id),
        absences=moves.absences,
    )


def change_staff(actor: Actor, change: Change, *, secret: str, at: datetime) -> int:
    """Carry it out, all or nothing; returns the id of the person who takes over."""
    _need(actor, change)
    with transaction(db.session):
        for one in sorted({change.old_id, change.new_id or change.old_id}):
            parts.person(one)
        moves = _moves(change, at)
        new = _existing(change, moves.unit.committee_id)
        if new is not None:
            _not_twice(new, moves, change)
            _need_to_reopen(actor, new)
            _reopen(new)
        else:
            new = parts.new_person(_typed(change), at)
        _hand_over(moves, new, change)
        _take_leave(moves, change, at)
        if live_feeds(db.session, moves.unit.id):
            feeds.renew_within(actor, moves.unit.id, secret=secret, at=at)
        _note(actor, moves, new, change, at)
        return new.id


def _need(actor: Actor, change: Change) -> None:
    need(actor, "people.change", Thing(parts.unit_of(change.unit_id).committee_id))


def _moves(change: Change, at: datetime) -> _Moves:
    """What hangs on the old person in the unit. Raises in words where the form cannot be carried out."""
    today = vietnam_day(at)
    _day(change.day, today)
    unit = parts.unit_of(change.unit_id)
    old = db.session.get(Person, change.old_id)
    every = parts.open_roles(change.old_id, change.day)
    roles = [role for role in every if role.unit_id == unit.id and role.role in UNIT_ROLES]
    if old is None or not roles:
        raise Invalid(
            "Người được thay không giữ vai trò nào trong đơn vị này vào ngày bàn giao. "
            "Xin chọn lại người hoặc đơn vị.",
            code="no-role",
        )
    if change.new_id == change.old_id:
        raise Invalid("Người thay phải là người khác. Xin chọn lại.", code="same-person")
    begun_late = max((role.valid_from for role in roles if role.valid_from), default=None)
    if begun_late is not None and begun_late >= change.day:
        raise Invalid(
            f"{old.name} mới giữ vai trò từ ngày {begun_late:%d/%m/%Y}. Xin chọn ngày bàn giao sau ngày ấy.",
            code="end-before-start",
        )
    left = len(every) - len(roles)
    return _Moves(unit, old, tuple(roles), left, _contacts(unit, old), _absences(unit, old, left, today))


def _day(day: date, today: date) -> None:
    if day > today:
        raise Invalid(
            f"Ngày {day:%d/%m/%Y} chưa tới. Xin lưu việc thay người vào đúng ngày ấy, vì địa chỉ lịch và đường dẫn "
            "cũ ngừng ngay khi lưu; muốn ghi trước, xin đặt ngày kết thúc và ngày bắt đầu vai trò trên trang của "
            "từng người.",
            code="future",
        )
    if (today - day).days > 366:
        raise Invalid(
            f"Ngày {day:%d/%m/%Y} đã qua hơn một năm. Xin kiểm tra lại năm của ngày bàn giao.", code="past"
        )


def _contacts(unit: Unit, old: Person) -> tuple[Contact, ...]:
    names_old = or_(Contact.person_id == old.id, func.lower(Contact.email) == old.email.lower())
    query = select(Contact).where(Contact.unit_id == unit.id, names_old).order_by(Contact.id)
    return tuple(db.session.scalars(query))


def _absences(unit: Unit, old: Person, left: int, today: date) -> tuple[AbsenceRow, ...]:
    """Absences of the old person in this unit, and those in which they act for somebody of it."""
    colleagues = set(db.session.scalars(select(Role.person_id).where(Role.unit_id == unit.id)))

    def concerned(row: AbsenceRow) -> bool:
        if not left or row.unit_id == unit.id:
            return True
        return row.unit_id is None and row.deputy_id == old.id and row.person_id in colleagues

    return tuple(row for row in absences(db.session, people=[old.id], since=today) if concerned(row))


def _existing(change: Change, committee_id: int) -> Person | None:
    """The person chosen from the list; None where somebody new was typed in."""
    if change.new_id is None:
        return None
    parts.known(change.new_id, committee_id)
    return db.session.get_one(Person, change.new_id)


def _typed(change: Change) -> Entered:
    if change.entered is None:
        raise Invalid(
            "Chưa có người thay. Xin chọn một người, hoặc ghi họ tên và thư điện tử.", code="nobody"
        )
    return change.entered


def _checked(change: Change) -> str:
    """The name of the new person, after the same checks that adding them makes."""
    entered = _typed(change)
    name = parts.read_name(entered.name)
    parts.free_email(parts.read_email(entered.email))
    parts.read_phone(entered.phone)
    return name


def _not_twice(new: Person, moves: _Moves, change: Change) -> None:
    """Whoever holds all these roles already takes nothing over."""
    held = {(r.role, r.unit_id) for r in parts.open_roles(new.id, change.day)}
    if all((role.role, role.unit_id) in held for role in moves.roles):
        raise Refused(
            f"{new.name} đang giữ đúng các vai trò này. Nếu chỉ cho người cũ thôi việc, xin kết thúc vai trò "
            "trên trang của người ấy.",
            code="role-twice",
        )


def _need_to_reopen(actor: Actor, new: Person) -> None:
    """Opening an account that was closed opens it in every committee: the right is needed in each of them."""
    if not new.active:
        parts.need_everywhere(actor, new.id)


def _reopen(new: Person) -> None:
    if not new.active:
        new.active, new.password_hash = True, ""


def _hand_over(moves: _Moves, new: Person, change: Change) -> None:
    """The roles end and begin again; contacts name the new person."""
    held = {(r.role, r.unit_id) for r in parts.open_roles(new.id, change.day)}
    for role in moves.roles:
        ends, role.valid_to = role.valid_to, change.day - timedelta(days=1)
        if (role.role, role.unit_id) not in held and role.committee_id is not None:
            parts.give_role(new, role.role, role.committee_id, role.unit_id, change.day, ends)
    for row in moves.contacts:
        row.name, row.email, row.phone, row.person_id = new.name, new.email, new.phone, new.id


def _take_leave(moves: _Moves, change: Change, at: datetime) -> None:
    """Sessions and links of the old person die; letters that did not leave are not sent any more.

    The new person is told of all open work in the next digest: no step is recorded for them yet.
    """
    parts.end_absences([row.id for row in moves.absences], at)
    why = "Người nhận đã bàn giao công việc trước khi thư đi."
    parts.withdraw_letters(moves.old.id, why, keep_steps=not moves.left)
    moves.old.session_epoch += 1
    if change.close and not moves.left:
        parts.close(moves.old, at)


def _note(actor: Actor, moves: _Moves, new: Person, change: Change, at: datetime) -> None:
    after = {
        "old_id": moves.old.id,
        "new_id": new.id,
        "day": change.day.isoformat(),
        "roles": [role.role for role in moves.roles],
        "closed": change.close and not moves.left,
    }
    record(
        db.session,
        actor,
        "staff-changed",
        thing="unit",
        thing_id=moves.unit.id,
        committee_id=moves.unit.committee_id,
        at=at,
        after=after,
    )
