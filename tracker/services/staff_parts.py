"""The steps that deeds on people are made of: reading what was entered, asking memory, writing in the present
transaction. Inner: the callers have asked for the right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parseaddr

from sqlalchemy import or_, select

from tracker.access import UNIT_ROLES, Actor, Thing, need
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.letters import UNSENT, State
from tracker.store.models import Absence, Letter, Person, Role, Unit
from tracker.store.queries import units as find
from tracker.store.queries.absences import absences

GIVEN_ROLES = ("manager", "coordinator", "head", "officer", "leader", "viewer")
"""Roles that a committee gives; `admin` is given on the machine."""


@dataclass(frozen=True)
class Entered:
    """A person or a contact as somebody typed it."""

    name: str
    email: str
    phone: str = ""


def plain(text: str, limit: int, what: str) -> str:
    """What was entered on one line, without doubled spaces."""
    words = " ".join(text.split())
    if len(words) > limit:
        raise Invalid(f"{what} dài quá {limit} ký tự. Xin viết gọn lại.", code="too-long")
    return words


def read_name(text: str) -> str:
    """A person's name; there has to be one."""
    name = plain(text, 200, "Họ tên")
    if not any(char.isalpha() for char in name):
        raise Invalid("Chưa có họ tên. Xin ghi họ và tên như trong văn bản.", code="no-name")
    return name


def read_email(text: str, *, needed: bool = True) -> str:
    """An address that mail can be sent to, in small letters."""
    email = text.strip().casefold()
    if not email and not needed:
        return ""
    if not email:
        raise Invalid(
            "Chưa có địa chỉ thư điện tử. Người dùng đăng nhập và nhận thư nhắc bằng địa chỉ này; "
            "xin ghi địa chỉ công vụ.",
            code="no-email",
        )
    local, _at, host = email.rpartition("@")
    whole = local and "." in host.strip(".") and email.isascii() and not any(c.isspace() for c in email)
    if not whole or len(email) > 254 or parseaddr(email)[1] != email:
        raise Invalid(
            f"“{text.strip()[:80]}” chưa phải địa chỉ thư. Xin ghi như ten@coquan.example.", code="bad-email"
        )
    return email


def read_phone(text: str) -> str:
    """A telephone number as people write it; empty is none."""
    phone = plain(text, 40, "Số điện thoại")
    if phone and (not re.fullmatch(r"[\d\s().+/-]+", phone) or sum(c.isdigit() for c in phone) < 3):
        raise Invalid(
            f"“{phone}” chưa phải số điện thoại. Xin ghi bằng chữ số, ví dụ 024 3936 1234.", code="bad-phone"
        )
    return phone


def free_email(email: str, *, but: int | None = None) -> None:
    """Refuse an address that is somebody else's."""
    owner = db.session.scalar(select(Person).where(Person.email == email))
    if owner is not None and owner.id != but:
        raise Invalid(
            f"Địa chỉ {email} đã là của một người dùng khác. Nếu đúng là người ấy, xin tìm trong danh sách "
            "người dùng rồi thêm vai trò; nếu không, xin ghi địa chỉ khác.",
            code="email-taken",
        )


def from_elsewhere(entered: Entered, committee_id: int) -> Person | None:
    """Whoever has the address and never had a role in this committee, read anew and locked; None where nobody has
    it, or somebody of this committee."""
    owner = db.session.scalar(select(Person.id).where(Person.email == read_email(entered.email)))
    here = select(Role.id).where(Role.person_id == owner, Role.committee_id == committee_id).limit(1)
    if owner is None or db.session.scalar(here) is not None:
        return None
    one = person(owner)
    if not one.active:
        raise Refused(
            "Người dùng có địa chỉ này ở cơ quan khác và tài khoản đã ngừng. Xin nhờ cơ quan ấy mở lại tài khoản, "
            "hoặc ghi địa chỉ khác.",
            code="closed",
        )
    return one


def person(person_id: int) -> Person:
    """The person, read anew and locked: two deeds on one person follow each other."""
    found = db.session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("Không tìm thấy người dùng này. Xin chọn lại trong danh sách.")
    return found


def unit_name(unit_id: int, day: date) -> str:
    """What the unit is called on that day; empty where there is none."""
    return find.names(db.session, [unit_id], day).get(unit_id, "")


def unit_of(unit_id: int, committee_id: int | None = None) -> Unit:
    """The unit, of that committee where one is named; raises `NotFound`."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or committee_id not in (None, unit.committee_id):
        raise NotFound("Không có đơn vị này. Xin chọn lại trong danh sách đơn vị.")
    return unit


def fitting(role: str, unit_id: int | None) -> None:
    """A role is one that a committee gives, with a unit where it is a unit's."""
    if role not in GIVEN_ROLES:
        raise Invalid("Xin chọn một vai trò trong danh sách.", code="role")
    if role in UNIT_ROLES and unit_id is None:
        raise Invalid("Vai trò này gắn với một đơn vị. Xin chọn đơn vị.", code="no-unit")


def give_role(
    one: Person, role: str, committee_id: int, unit_id: int | None, begins: date, ends: date | None = None
) -> dict[str, str | None] | None:
    """Give a role from a day on. Somebody who comes back to an old role has the row again; what it said is
    returned for the fact. Raises `Refused` where the role is held already."""
    row = db.session.scalar(
        select(Role).where(
            Role.person_id == one.id,
            Role.role == role,
            Role.committee_id == committee_id,
            Role.unit_id.is_(None) if unit_id is None else Role.unit_id == unit_id,
        )
    )
    if row is None:
        db.session.add(
            Role(
                person_id=one.id,
                role=role,
                committee_id=committee_id,
                unit_id=unit_id,
                valid_from=begins,
                valid_to=ends,
            )
        )
        return None
    if row.valid_to is None or row.valid_to >= begins:
        until = f" đến hết {row.valid_to:%d/%m/%Y}" if row.valid_to else ""
        raise Refused(
            f"{one.name} đang giữ vai trò này{until}, không cần thêm lần nữa. "
            "Muốn đổi ngày, xin kết thúc vai trò cũ trước.",
            code="role-twice",
        )
    before = {
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_to": row.valid_to.isoformat(),
    }
    row.valid_from, row.valid_to = begins, ends
    return before


def open_roles(person_id: int, since: date) -> list[Role]:
    """Roles of a person that are not over before the day."""
    query = select(Role).where(
        Role.person_id == person_id, or_(Role.valid_to.is_(None), Role.valid_to >= since)
    )
    return list(db.session.scalars(query.order_by(Role.id)))


def new_person(entered: Entered, at: datetime) -> Person:
    """A checked person in the present transaction."""
    email = read_email(entered.email)
    free_email(email)
    one = Person(name=read_name(entered.name), email=email, phone=read_phone(entered.phone), created_at=at)
    db.session.add(one)
    db.session.flush()
    return one


def kept_unit(role: str, unit_id: int | None) -> int | None:
    """What the committee gives has no unit, whatever the form still carried."""
    return unit_id if role in ("coordinator", "head", "officer") else None


def known(person_id: int, committee_id: int) -> None:
    """Refuse somebody who never had a role in the committee: whoever manages it has nothing to do with them."""
    query = select(Role.id).where(Role.person_id == person_id, Role.committee_id == committee_id).limit(1)
    if db.session.scalar(query) is None:
        raise NotFound("Không tìm thấy người dùng này trong cơ quan đang xem. Xin chọn lại trong danh sách.")


def need_everywhere(actor: Actor, person_id: int) -> None:
    """The account is one for all committees: the right is needed wherever the person ever had a role."""
    committees = db.session.scalars(
        select(Role.committee_id).where(Role.person_id == person_id).distinct()
    ).all()
    for committee_id in committees or [None]:
        need(actor, "people.change", Thing(committee_id))


def close(one: Person, at: datetime) -> None:
    """The account is closed, in the present transaction."""
    one.active = False
    one.session_epoch += 1
    end_absences([row.id for row in absences(db.session, people=[one.id], since=vietnam_day(at))], at)
    withdraw_letters(one.id, "Tài khoản của người nhận đã ngừng trước khi thư đi.")


def end_absences(ids: list[int], at: datetime) -> None:
    """Cancelled from now on."""
    for row in db.session.scalars(select(Absence).where(Absence.id.in_(ids))):
        row.cancelled_at = at


def withdraw_letters(person_id: int, why: str, *, keep_steps: bool = True) -> int:
    """Letters that did not leave yet will not leave. Without `keep_steps` what they would have told is owed
    again, for somebody who is still to be told of other units."""
    query = select(Letter).where(Letter.person_id == person_id, Letter.state.in_(UNSENT))
    letters = list(db.session.scalars(query.with_for_update()))
    for letter in letters:
        letter.state, letter.answer = State.WITHDRAWN, why
        if not keep_steps:
            letter.notices.clear()
    return len(letters)
