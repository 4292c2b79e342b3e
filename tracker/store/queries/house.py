"""The units of a committee over all time: versions, who followed whom, and spellings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker.store.engine import AnySession
from tracker.store.models import Alias, Contact, Unit, UnitSuccession, UnitVersion
from tracker.store.queries.staff import came_back
from tracker.store.queries.units import names
from tracker.units.history import Version


@dataclass(frozen=True)
class VersionRow:
    """A version as it is kept; `parent_name` as of its last day."""

    ordinal: int
    name: str
    short_name: str
    kind: str
    level: str
    place: str
    parent_id: int | None
    parent_name: str
    since: date | None
    until: date | None


@dataclass(frozen=True)
class SpellingRow:
    id: int
    text: str
    kind: str
    origin: str


@dataclass(frozen=True)
class RelationRow:
    """One unit after another: what happened, from which day, by which document; `unit_id` is the other one."""

    unit_id: int | None
    name: str
    kind: str
    on: date
    function: str
    document: str


@dataclass(frozen=True)
class EndedRow:
    """A unit that is over on a day, under its last name, and what became of it."""

    id: int
    name: str
    kind: str
    until: date
    after: tuple[RelationRow, ...]


@dataclass(frozen=True)
class ContactRow:
    duty: str
    name: str
    email: str
    phone: str
    bounced_at: datetime | None = None


def versions(session: AnySession, committee_id: int) -> dict[int, list[Version]]:
    """Unit → its versions, for the checks."""
    query = (
        select(
            UnitVersion.unit_id,
            UnitVersion.name,
            UnitVersion.parent_id,
            UnitVersion.valid_from,
            UnitVersion.valid_to,
        )
        .join(Unit, Unit.id == UnitVersion.unit_id)
        .where(Unit.committee_id == committee_id)
        .order_by(UnitVersion.unit_id, UnitVersion.ordinal)
    )
    found: dict[int, list[Version]] = {}
    for unit_id, name, parent, since, until in session.execute(query):
        found.setdefault(unit_id, []).append(Version(name, parent, since, until))
    return found


def history(session: AnySession, unit_id: int) -> tuple[VersionRow, ...]:
    """The versions of one unit, the oldest first."""
    query = select(UnitVersion).where(UnitVersion.unit_id == unit_id).order_by(UnitVersion.ordinal)
    found = list(session.scalars(query))
    rows = []
    for one in found:
        parents = names(session, [one.parent_id], one.valid_to or date.max) if one.parent_id else {}
        rows.append(
            VersionRow(
                one.ordinal,
                one.name,
                one.short_name,
                one.kind,
                one.level,
                one.place,
                one.parent_id,
                parents.get(one.parent_id or 0, ""),
                one.valid_from,
                one.valid_to,
            )
        )
    return tuple(rows)


def ended(session: AnySession, committee_id: int, day: date) -> tuple[EndedRow, ...]:
    """Units that were over by the day, those that ended last first."""
    last: dict[int, UnitVersion] = {}
    query = (
        select(UnitVersion)
        .join(Unit, Unit.id == UnitVersion.unit_id)
        .where(Unit.committee_id == committee_id)
        .where(Unit.id.in_(select(UnitVersion.unit_id).where(UnitVersion.valid_to < day)))
        .order_by(UnitVersion.ordinal)
    )
    for version in session.scalars(query):
        last[version.unit_id] = version
    over = {unit: one for unit, one in last.items() if one.valid_to is not None and one.valid_to < day}
    later = after(session, over.keys())
    rows = [
        EndedRow(unit, one.name, one.kind, one.valid_to, later.get(unit, ()))
        for unit, one in over.items()
        if one.valid_to is not None
    ]
    return tuple(sorted(rows, key=lambda row: (row.until, row.id), reverse=True))


def after(session: AnySession, unit_ids: Collection[int]) -> dict[int, tuple[RelationRow, ...]]:
    """Unit → what became of it."""
    query = select(UnitSuccession).order_by(UnitSuccession.effective_on, UnitSuccession.id)
    if len(unit_ids) < 500:  # more than that are sooner found among all
        query = query.where(UnitSuccession.unit_id.in_(unit_ids))
    wanted = set(unit_ids)
    found = [one for one in session.scalars(query) if one.unit_id in wanted]
    called = names(session, {one.successor_id for one in found if one.successor_id}, date.max)
    rows: dict[int, tuple[RelationRow, ...]] = {}
    for one in found:
        row = _relation(one, one.successor_id, called)
        rows[one.unit_id] = (*rows.get(one.unit_id, ()), row)
    return rows


def before(session: AnySession, unit_id: int) -> tuple[RelationRow, ...]:
    """From which units the unit came."""
    query = (
        select(UnitSuccession)
        .where(UnitSuccession.successor_id == unit_id)
        .order_by(UnitSuccession.effective_on, UnitSuccession.id)
    )
    found = list(session.scalars(query))
    called = names(session, {one.unit_id for one in found}, date.max)
    return tuple(_relation(one, one.unit_id, called) for one in found)


def _relation(one: UnitSuccession, unit_id: int | None, called: dict[int, str]) -> RelationRow:
    return RelationRow(
        unit_id, called.get(unit_id or 0, ""), one.kind, one.effective_on, one.function, one.document
    )


def spellings(session: AnySession, unit_id: int) -> tuple[SpellingRow, ...]:
    query = select(Alias).where(Alias.unit_id == unit_id).order_by(Alias.text, Alias.id)
    return tuple(SpellingRow(one.id, one.text, one.kind, one.origin) for one in session.scalars(query))


def contacts(session: AnySession, unit_id: int) -> tuple[ContactRow, ...]:
    query = select(Contact).where(Contact.unit_id == unit_id).order_by(Contact.id)
    found = session.scalars(query).all()
    red = came_back(session, (one.email for one in found))
    return tuple(ContactRow(c.duty, c.name, c.email, c.phone, red.get(c.email.casefold())) for c in found)
