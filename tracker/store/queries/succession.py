"""Reorganisations in memory: units as they stand, what was carried out, and who follows whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker.store.engine import AnySession
from tracker.store.models import Assignment, HandOver, Unit, UnitChange, UnitVersion
from tracker.store.queries.units import person_names
from tracker.units.succession import Known


@dataclass(frozen=True)
class ChangeRow:
    """A reorganisation in the history. `units` and `heirs` are (id, name) as they were called then; an heir
    that was undone again has no page any more."""

    id: int
    committee_id: int
    kind: str
    on: date
    document: str
    units: tuple[tuple[int, str], ...]
    heirs: tuple[tuple[int, str, str], ...]
    done_by: str
    done_at: datetime
    undone_by: str
    undone_at: datetime | None
    moved: int
    excused: int
    plans: int
    people: int
    feeds: int


def known_units(session: AnySession, committee_id: int) -> dict[int, Known]:
    """Every unit of the committee as its last version has it."""
    query = (
        select(Unit, UnitVersion)
        .join(UnitVersion, UnitVersion.unit_id == Unit.id)
        .where(Unit.committee_id == committee_id)
        .order_by(Unit.id, UnitVersion.ordinal)
    )
    return {
        unit.id: Known(
            unit.id, last.name, unit.code, last.valid_from, last.valid_to, parent_id=last.parent_id
        )
        for unit, last in session.execute(query)
    }


def changes(session: AnySession, committee_id: int) -> list[ChangeRow]:
    """The committee's reorganisations, the newest first."""
    query = select(UnitChange).where(UnitChange.committee_id == committee_id).order_by(UnitChange.id.desc())
    found = list(session.scalars(query))
    people = person_names(session, [p for one in found for p in (one.done_by_id, one.undone_by_id)])
    return [change_row(one, people) for one in found]


def change_row(one: UnitChange, people: dict[int, str]) -> ChangeRow:
    before = one.before
    works = before.get("works", ())
    return ChangeRow(
        id=one.id,
        committee_id=one.committee_id,
        kind=one.kind,
        on=one.effective_on,
        document=one.document,
        units=tuple((int(n), str(name)) for n, name in before.get("units", ())),
        heirs=tuple((int(n), str(name), str(function)) for n, name, function in before.get("heirs", ())),
        done_by=people.get(one.done_by_id or 0, ""),
        done_at=one.done_at,
        undone_by=people.get(one.undone_by_id or 0, ""),
        undone_at=one.undone_at,
        moved=sum(not work[4] for work in works),
        excused=sum(bool(work[4]) for work in works),
        plans=len(before.get("plans", ())),
        people=len(before.get("roles", ())),
        feeds=len(before.get("feeds", ())),
    )


@dataclass(frozen=True)
class Inheritance:
    """An assignment that a reorganisation gave its present holder."""

    assignment_id: int
    holder_id: int
    from_id: int
    on: date


def inherited(session: AnySession, committee_id: int, since: datetime) -> list[Inheritance]:
    """What was handed over since then and is still with the unit that got it."""
    query = (
        select(HandOver.assignment_id, HandOver.to_id, HandOver.from_id, UnitChange.effective_on)
        .join(UnitChange, UnitChange.id == HandOver.change_id)
        .join(Assignment, Assignment.id == HandOver.assignment_id)
        .where(
            UnitChange.committee_id == committee_id,
            UnitChange.undone_at.is_(None),
            UnitChange.done_at >= since,
            Assignment.holder_id == HandOver.to_id,
            Assignment.state.in_(("open", "waiting", "submitted")),
        )
        .order_by(HandOver.id)
    )
    return [Inheritance(*row) for row in session.execute(query)]
