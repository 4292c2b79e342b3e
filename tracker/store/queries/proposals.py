"""Who else should get a unit's reminders: what was proposed and nobody has settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker.store.engine import AnySession
from tracker.store.models import Person, RecipientProposal
from tracker.store.queries.units import names


@dataclass(frozen=True)
class ProposalRow:
    """One proposal with the names as they are today."""

    id: int
    unit_id: int
    unit_name: str
    name: str
    email: str
    proposed_by: str
    proposed_at: datetime


def open_proposals(session: AnySession, committee_id: int, day: date) -> tuple[ProposalRow, ...]:
    """The committee's open proposals, the oldest first."""
    query = (
        select(RecipientProposal, Person.name)
        .join(Person, Person.id == RecipientProposal.proposed_by_id)
        .where(RecipientProposal.committee_id == committee_id, RecipientProposal.settled_at.is_(None))
        .order_by(RecipientProposal.id)
    )
    found = session.execute(query).all()
    called = names(session, {row.unit_id for row, _name in found}, day)
    return tuple(
        ProposalRow(
            row.id, row.unit_id, called.get(row.unit_id, ""), row.name, row.email, by, row.proposed_at
        )
        for row, by in found
    )
