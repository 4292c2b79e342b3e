"""Who is away on a day and who acts for them: the one place where an absence in force is decided.

Unit roles go to the deputy (head, officer, coordinator): it is the work of the unit that must go on. What the
committee gave to a person (manager, leader, viewer, admin) stays with that person. A deputy who may not log
in stands in for nobody, so that work and letters stay where they were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from tracker.access import UNIT_ROLES
from tracker.store.engine import AnySession
from tracker.store.models import Absence, Person, Role


@dataclass(frozen=True)
class AbsenceRow:
    """An absence with both names; `unit_id` None is every unit of the person."""

    id: int
    person_id: int
    person_name: str
    deputy_id: int
    deputy_name: str
    unit_id: int | None
    starts_on: date
    ends_on: date
    reason: str

    def covers(self, unit_id: int | None) -> bool:
        """Whether it is about that unit; None asks about any."""
        return self.unit_id is None or unit_id is None or self.unit_id == unit_id

    def runs_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


def absences(
    session: AnySession, *, people: Collection[int] | None = None, since: date | None = None
) -> list[AbsenceRow]:
    """Absences that nobody cancelled, of these people as absent or as deputies, not over before `since`."""
    absent, deputy = aliased(Person), aliased(Person)
    query = (
        select(Absence, absent.name.label("absent"), deputy.name.label("deputy"))
        .join(absent, absent.id == Absence.person_id)
        .join(deputy, deputy.id == Absence.deputy_id)
        .where(Absence.cancelled_at.is_(None))
        .order_by(Absence.starts_on, Absence.id)
    )
    if people is not None:
        query = query.where(or_(Absence.person_id.in_(people), Absence.deputy_id.in_(people)))
    if since is not None:
        query = query.where(Absence.ends_on >= since)
    return [
        AbsenceRow(
            row.Absence.id,
            row.Absence.person_id,
            row.absent,
            row.Absence.deputy_id,
            row.deputy,
            row.Absence.unit_id,
            row.Absence.starts_on,
            row.Absence.ends_on,
            row.Absence.reason,
        )
        for row in session.execute(query)
    ]


@lru_cache(maxsize=8)  # a statement says nothing of a session; making it takes longer than running it
def stood_in(day: date) -> Any:
    """Select (Role, deputy's id, absent person's name): the roles that a deputy has on the day.

    The caller adds that the role itself holds on the day.
    """
    absent, deputy = aliased(Person), aliased(Person)
    return (
        select(Role, Absence.deputy_id, absent.name.label("absent"), Absence.ends_on)
        .join(Absence, Absence.person_id == Role.person_id)
        .join(absent, absent.id == Absence.person_id)
        .join(deputy, deputy.id == Absence.deputy_id)
        .where(*in_force(day), Role.role.in_(UNIT_ROLES), absent.active, deputy.active)
        .where(or_(Absence.unit_id.is_(None), Absence.unit_id == Role.unit_id))
        .order_by(Role.id, Absence.id)
    )


def in_force(day: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody cancelled the absence, and it holds on that day."""
    return (Absence.cancelled_at.is_(None), Absence.starts_on <= day, Absence.ends_on >= day)


def deputies(
    session: AnySession, day: date, people: Iterable[int], holds: tuple[ColumnElement[bool], ...]
) -> dict[tuple[int, int], int]:
    """(absent person, unit) → who acts there on the day."""
    query = stood_in(day).where(Role.person_id.in_(set(people)), *holds)
    return {(row.Role.person_id, row.Role.unit_id): row.deputy_id for row in session.execute(query)}


def acting_for(session: AnySession, day: date, people: Iterable[int]) -> dict[int, int]:
    """Absent person → who acts for them in all their units; the letters of a role without a unit go there."""
    deputy = aliased(Person)
    query = (
        select(Absence.person_id, Absence.deputy_id)
        .join(deputy, deputy.id == Absence.deputy_id)
        .where(*in_force(day), Absence.unit_id.is_(None), deputy.active, Absence.person_id.in_(set(people)))
        .order_by(Absence.id)
    )
    return dict(session.execute(query).all())
