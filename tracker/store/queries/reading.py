"""What says whether units read: their open work that is late or nearly due, their people, and when each of these was
last seen. Every query is one for all units of a committee."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select

from tracker.access import UNIT_ROLES
from tracker.clock import vietnam_day
from tracker.deadlines.workdays import WorkCalendar
from tracker.life import OPEN
from tracker.progress.reading import DAYS, MOST_DAYS, Reader, UnitReading, Unread, unread
from tracker.store.engine import AnySession
from tracker.store.models import (
    Assignment,
    Committee,
    Contact,
    Feed,
    Letter,
    LinkOpening,
    Person,
    PlanVersion,
    Role,
    Unit,
)
from tracker.store.queries.absences import absences, stood_in
from tracker.store.queries.calendar import calendars
from tracker.store.queries.closings import held_since
from tracker.store.queries.reaching import COLUMNS, contact
from tracker.store.queries.units import names, valid_on
from tracker.store.queries.work import completions, settled_turns


@dataclass(frozen=True)
class UnreadRow:
    """A unit to telephone: its name, whom to ask for, and the numbers that are known (name or office, number)."""

    found: Unread
    name: str
    phones: tuple[tuple[str, str], ...]
    mailbox: str


def not_reading_days(settings: Mapping[str, Any] | None) -> int:
    """After how many working days without a sign a unit is listed."""
    given = (settings or {}).get("not_reading_days", DAYS)
    whole = isinstance(given, int) and not isinstance(given, bool)
    return given if whole and 0 < given <= MOST_DAYS else DAYS


def unread_units(session: AnySession, committee_id: int, today: date) -> list[UnreadRow]:
    """Units of the committee that have work late or due soon and do not read, the first due first."""
    settings = session.scalar(select(Committee.settings).where(Committee.id == committee_id))
    days, calendar = not_reading_days(settings), calendars(session)(committee_id)
    units = readings(session, committee_id, today, calendar.plus(today, days), calendar)
    found = unread(units, today, calendar, days)
    ids = {one.unit.unit_id for one in found}
    called, phones, boxes = names(session, ids, today), _phones(session, ids), _mailboxes(session, ids)
    return [
        UnreadRow(one, called.get(unit, ""), phones.get(unit, ()), boxes.get(unit, ""))
        for one in found
        for unit in (one.unit.unit_id,)
    ]


def readings(
    session: AnySession, committee_id: int, today: date, until: date, calendar: WorkCalendar
) -> list[UnitReading]:
    """The units that hold open work due up to `until`, with everything that says whether they read."""
    works = _works(session, committee_id, until)
    holding = _late_or_near(select(Assignment.holder_id), committee_id, until)
    people = _readers(session, holding, committee_id, today)
    fetched = _fetched(session, holding)
    return [
        UnitReading(
            unit_id=unit,
            works=len(found),
            overdue=sum(calendar.in_time_until(due) < today for due, _since in found),
            given_on=min(since for _due, since in found),
            due_on=min(due for due, _since in found),
            readers=tuple(people.get(unit, ())),
            fetched_on=fetched.get(unit),
        )
        for unit, found in works.items()
    ]


def _works(session: AnySession, committee_id: int, until: date) -> dict[int, list[tuple[date, date]]]:
    """Unit → (due day, since when it is urged) of its open work that is due up to then."""
    wanted = select(
        Assignment.holder_id,
        Assignment.plan_id,
        Assignment.task_id,
        Assignment.timing_id,
        Assignment.period,
        Assignment.due_on,
        Assignment.urged_from,
    )
    rows = session.execute(_late_or_near(wanted, committee_id, until)).all()
    spared = settled_turns(session, completions(session, {row.task_id for row in rows}))
    held = held_since(session)
    goes_on = {
        (task, timing, period)
        for plan, task, timing, period in {tuple(row[1:5]) for row in rows}
        if (task, timing, period) not in spared and held(plan, timing, period) is None
    }
    found: dict[int, list[tuple[date, date]]] = {}
    for unit, _plan, task, timing, period, due, since in rows:
        if (task, timing, period) in goes_on:
            found.setdefault(unit, []).append((due, since))
    return found


def _late_or_near(wanted: Any, committee_id: int, until: date) -> Any:
    """Of published plans the open work that is due up to then."""
    published = exists().where(PlanVersion.plan_id == Assignment.plan_id, PlanVersion.state == "published")
    return wanted.where(
        Assignment.committee_id == committee_id,
        Assignment.state == OPEN,
        Assignment.due_on <= until,
        published,
    )


def _readers(session: AnySession, holding: Any, committee_id: int, today: date) -> dict[int, list[Reader]]:
    """Unit → its people today, each with every role of theirs and of those for whom they act."""
    held = session.execute(_roles(today).where(Role.unit_id.in_(holding))).all()
    acting = stood_in(today).where(*valid_on(Role, today), Role.unit_id.in_(holding))
    acted = session.execute(acting).all()
    stands_in = {(row.Role.person_id, row.Role.unit_id) for row in acted}
    away = [one for one in absences(session, since=today) if one.runs_on(today)]
    opened = _opened(session, committee_id)
    deputies = _people(session, {row.deputy_id for row in acted})
    found: dict[int, list[Reader]] = {}
    for row in held:
        if (row.id, row.unit_id) in stands_in:
            continue  # their letters go to who acts for them
        gone = any(one.person_id == row.id and one.covers(row.unit_id) for one in away)
        found.setdefault(row.unit_id, []).append(_reader(row, row.role, opened, away=gone))
    for row in acted:
        one = deputies[row.deputy_id]
        found.setdefault(row.Role.unit_id, []).append(_reader(one, row.Role.role, opened))
    return found


_PERSON = (Person.id, Person.name, Person.seen_on, *COLUMNS)


def _roles(today: date) -> Any:
    return (
        select(*_PERSON, Role.unit_id, Role.role)
        .join(Role, Role.person_id == Person.id)
        .where(Person.active, Role.role.in_(UNIT_ROLES), *valid_on(Role, today))
        .order_by(Role.id)
    )


def _people(session: AnySession, ids: set[int]) -> dict[int, Any]:
    return {row.id: row for row in session.execute(select(*_PERSON).where(Person.id.in_(ids)))}


def _reader(person: Any, role: str, opened: Mapping[int, datetime], *, away: bool = False) -> Reader:
    link = opened.get(person.id)
    seen = [day for day in (person.seen_on, vietnam_day(link) if link else None) if day]
    return Reader(person.name, role, contact(person, away=away), max(seen, default=None))


def _opened(session: AnySession, committee_id: int) -> dict[int, datetime]:
    """Person → when a link of a letter to them was last opened."""
    query = (
        select(Letter.person_id, func.max(LinkOpening.opened_at))
        .join(LinkOpening, LinkOpening.letter_id == Letter.id)
        .where(Letter.committee_id == committee_id, Letter.person_id.is_not(None))
        .group_by(Letter.person_id)
    )
    return {person: at for person, at in session.execute(query) if person is not None}


def _fetched(session: AnySession, holding: Any) -> dict[int, date]:
    """Unit → the day on which its calendar was last fetched."""
    query = (
        select(Feed.unit_id, func.max(Feed.fetched_at))
        .where(Feed.unit_id.in_(holding), Feed.fetched_at.is_not(None))
        .group_by(Feed.unit_id)
    )
    return {unit: vietnam_day(at) for unit, at in session.execute(query) if at}


def _phones(session: AnySession, ids: Collection[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Unit → (name, telephone) of its contacts, officers first: they do the work; then of its people."""
    order = ("officer", "deputy", "head")
    contacts = select(Contact.unit_id, Contact.name, Contact.phone, Contact.duty).order_by(Contact.id)
    rows = list(session.execute(contacts.where(Contact.unit_id.in_(ids), Contact.phone != "")))
    rows.sort(key=lambda row: order.index(row.duty) if row.duty in order else len(order))
    people = (
        select(Role.unit_id, Person.name, Person.phone)
        .join(Person, Person.id == Role.person_id)
        .where(Role.unit_id.in_(ids), Role.role.in_(UNIT_ROLES), Role.valid_to.is_(None))
        .where(Person.active, Person.phone != "")
        .order_by(Role.id)
    )
    numbers: dict[int, dict[str, str]] = {}
    for row in (*rows, *session.execute(people)):
        numbers.setdefault(row.unit_id, {}).setdefault(row.phone, row.name)
    return {unit: tuple((name, phone) for phone, name in known.items()) for unit, known in numbers.items()}


def _mailboxes(session: AnySession, ids: Collection[int]) -> dict[int, str]:
    query = select(Unit.id, Unit.mailbox).where(Unit.id.in_(ids), Unit.mailbox != "")
    return dict(session.execute(query).all())
