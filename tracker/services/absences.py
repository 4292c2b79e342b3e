"""Vắng mặt: between two dates a deputy acts for somebody, in one unit or in all of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker.access import UNIT_ROLES, Actor, Thing, may, need
from tracker.clock import vietnam_day
from tracker.errors import Invalid, NotFound, Refused
from tracker.extensions import db
from tracker.services import staff_parts as parts
from tracker.services.record import record
from tracker.store.engine import transaction
from tracker.store.models import Absence, Person, Role
from tracker.store.queries.absences import AbsenceRow, absences

LONGEST_DAYS = 366


@dataclass(frozen=True)
class Leave:
    """Who is away, who acts, from when to when (both days belong to it); `unit_id` None is all units."""

    person_id: int
    deputy_id: int
    unit_id: int | None
    starts_on: date
    ends_on: date
    reason: str = ""


def set_absence(actor: Actor, leave: Leave, *, at: datetime) -> int:
    """Record the absence; returns its id."""
    today = vietnam_day(at)
    committees = _need(actor, leave.person_id, leave.unit_id, today)
    _days(leave, today)
    reason = parts.plain(leave.reason, 300, "Lý do")
    with transaction(db.session):
        people = {one: parts.person(one) for one in sorted({leave.person_id, leave.deputy_id})}
        _deputy(leave, people[leave.deputy_id], committees)
        _no_clash(leave)
        row = Absence(
            person_id=leave.person_id,
            deputy_id=leave.deputy_id,
            unit_id=leave.unit_id,
            starts_on=leave.starts_on,
            ends_on=leave.ends_on,
            reason=reason,
            set_by_id=actor.id,
            set_at=at,
        )
        db.session.add(row)
        db.session.flush()
        _note(actor, "absence-set", row, min(committees), at)
        return row.id


def cancel_absence(actor: Actor, absence_id: int, *, at: datetime) -> None:
    """From now on everybody acts for themselves again."""
    row = db.session.get(Absence, absence_id)
    if row is None:
        raise NotFound("Không tìm thấy lần vắng mặt này. Xin tải lại trang.")
    today = vietnam_day(at)
    committees = _need(actor, row.person_id, row.unit_id, today)
    with transaction(db.session):
        row = db.session.get_one(Absence, absence_id, with_for_update=True, populate_existing=True)
        if row.cancelled_at is not None or row.ends_on < today:
            raise Refused("Lần vắng mặt này đã hết. Xin tải lại trang.", code="over")
        row.cancelled_at = at
        _note(actor, "absence-cancelled", row, min(committees), at)


def may_set(actor: Actor, person_id: int, *, at: datetime) -> bool:
    """Whether the actor may say that the person is away, in one of their units at least."""
    roles = _unit_roles(person_id, None, vietnam_day(at))
    return any(may(actor, "absence.set", _thing(role)) for role in roles)


def _need(actor: Actor, person_id: int, unit_id: int | None, today: date) -> set[int]:
    """The right is needed in each unit whose roles the deputy will have. Returns their committees."""
    roles = _unit_roles(person_id, unit_id, today)
    if not roles:
        need(actor, "absence.set", Thing(*_first_committee(person_id), person_id=person_id))
        raise Invalid(
            "Người này không giữ vai trò nào trong đơn vị đã chọn, nên không có việc để làm thay. "
            "Xin chọn đơn vị khác.",
            code="no-role",
        )
    for role in roles:
        need(actor, "absence.set", _thing(role))
    return {role.committee_id for role in roles if role.committee_id is not None}


def _first_committee(person_id: int) -> tuple[int | None]:
    query = select(Role.committee_id).where(Role.person_id == person_id).order_by(Role.id).limit(1)
    return (db.session.scalar(query),)


def _unit_roles(person_id: int, unit_id: int | None, today: date) -> list[Role]:
    return [
        role
        for role in parts.open_roles(person_id, today)
        if role.role in UNIT_ROLES and role.unit_id is not None and unit_id in (None, role.unit_id)
    ]


def _thing(role: Role) -> Thing:
    unit_ids = frozenset({role.unit_id} if role.unit_id is not None else ())
    return Thing(role.committee_id, unit_ids=unit_ids, person_id=role.person_id)


def _days(leave: Leave, today: date) -> None:
    if leave.ends_on < leave.starts_on:
        raise Invalid(
            "Ngày cuối đứng trước ngày đầu. Xin ghi lại hai ngày vắng mặt.", code="end-before-start"
        )
    if leave.starts_on < today:
        raise Invalid(
            f"Ngày {leave.starts_on:%d/%m/%Y} đã qua. Xin ghi từ hôm nay; việc trước đó giữ nguyên.",
            code="past",
        )
    if (leave.ends_on - leave.starts_on).days >= LONGEST_DAYS:
        raise Invalid(
            "Vắng mặt quá một năm. Xin dùng mục “Thay người phụ trách”, hoặc ghi lại ngày cuối.",
            code="too-long",
        )
    if leave.person_id == leave.deputy_id:
        raise Invalid("Người làm thay phải là người khác. Xin chọn lại.", code="own-deputy")


def _deputy(leave: Leave, deputy: Person, committees: set[int]) -> None:
    """Somebody of the same committee who may log in, until the last day."""
    held = {r.committee_id for r in parts.open_roles(deputy.id, leave.ends_on)}
    if not deputy.active or not committees <= held:
        raise Invalid(
            f"{deputy.name} không có vai trò trong cơ quan suốt thời gian này, hoặc tài khoản đã ngừng. "
            "Xin chọn người khác, hoặc thêm vai trò cho người ấy trước.",
            code="deputy-unknown",
        )


def _no_clash(leave: Leave) -> None:
    """No second absence, no deputy who is away, no deputy of a deputy."""
    known = absences(db.session, people=[leave.person_id, leave.deputy_id], since=leave.starts_on)
    for one in known:
        if one.starts_on > leave.ends_on:
            continue
        if one.person_id == leave.person_id and one.covers(leave.unit_id):
            raise Refused(
                f"{one.person_name} đã được ghi vắng mặt {_span(one)}. "
                "Xin hủy lần ấy trước, hoặc chọn ngày khác.",
                code="overlap",
            )
        if one.person_id == leave.deputy_id:
            raise Refused(
                f"{one.person_name} cũng vắng mặt {_span(one)}. Xin chọn người làm thay khác.",
                code="deputy-away",
            )
        if one.deputy_id == leave.person_id:
            raise Refused(
                f"{one.deputy_name} đang được giao làm thay {one.person_name} {_span(one)}. "
                "Xin đổi người làm thay của lần ấy trước.",
                code="chain",
            )


def _span(one: AbsenceRow) -> str:
    return f"từ {one.starts_on:%d/%m/%Y} đến hết {one.ends_on:%d/%m/%Y}"


def _note(actor: Actor, deed: str, row: Absence, committee_id: int, at: datetime) -> None:
    after = {
        "deputy_id": row.deputy_id,
        "unit_id": row.unit_id,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
    }
    record(
        db.session,
        actor,
        deed,
        thing="person",
        thing_id=row.person_id,
        committee_id=committee_id,
        at=at,
        after=after,
    )
