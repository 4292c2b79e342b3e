"""What is known of people who should get mail: the facts that `progress.reaching` judges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from tracker.clock import vietnam_day
from tracker.progress.reaching import Contact
from tracker.store.engine import AnySession
from tracker.store.models import Person
from tracker.store.queries.work import batches

COLUMNS = (Person.email, Person.active, Person.bounced_at, Person.reminders_off_at)


def contact(row: Any, *, away: bool = False) -> Contact:
    """Of a row with these columns."""
    red = row.bounced_at
    return Contact(
        address=row.email,
        active=row.active,
        away=away,
        bounced_on=vietnam_day(red) if red else None,
        late_only=row.reminders_off_at is not None,
    )


def contacts(session: AnySession, people: Iterable[int]) -> dict[int, Contact]:
    """Person → how mail reaches them. Whether they are away is for whoever asks about a unit and a day."""
    return {
        row.id: contact(row)
        for batch in batches(people)
        for row in session.execute(select(Person.id, *COLUMNS).where(Person.id.in_(batch)))
    }
